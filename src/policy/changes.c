/* The printed `change` marks of an edition, for the comparison. */
#include "policy/model.h"

bool policy_change_at(const struct policy *policy, const struct policy_edition *edition, size_t index,
                      struct policy_change *out)
{
	for (const struct clause *c = policy->tree.clauses; c; c = c->next)
		for (const struct statement *s = c->public && c->public->edition == edition ? c->statements : NULL; s;
		     s = s->next) {
			if (s->kind != ST_CHANGE || index-- > 0)
				continue;
			*out = (struct policy_change){.clause = c->public, .word = s->name, .certainty = s->detail};
			for (const struct name *n = s->ids; n && out->id_count < POLICY_CHANGE_IDS; n = n->next)
				out->ids[out->id_count++] = n->text;
			return true;
		}
	return false;
}
