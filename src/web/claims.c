/* Claims in forms: one textarea for each that the clauses would hear. */
#include "web/claims.h"
#include "web/pages.h"

/* not_needed is for one clause; the others are said once for all. */
struct heard {
	const char *name, *label, *clause, *field;
};

static bool heard_before(const struct heard *list, size_t count, const char *field)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].field, field) == 0)
			return true;
	return false;
}

static size_t hear(struct request *rq, const struct decision *d, struct heard out[CLAIMS_MOST])
{
	size_t n = 0;
	for (size_t i = 0; i < d->claim_count && n < CLAIMS_MOST; i++) {
		const struct possible_claim *c = &d->claims[i];
		bool one = strcmp(c->name, "not_needed") == 0;
		struct heard h = {c->name, c->label, c->clause ? c->clause->id : "",
			one && c->clause ? text(rq, "c.%s.%s", c->name, c->clause->id) : text(rq, "c.%s", c->name)};
		if (strlen(h.field) < FORM_NAME_BYTES && !heard_before(out, n, h.field))
			out[n++] = h;
	}
	for (size_t i = 0; i < d->missing_count && n < CLAIMS_MOST; i++) {
		const struct wanted_fact *w = &d->missing[i];
		if (w->kind != WANT_REASON || !w->clause)
			continue;
		struct heard h = {"not_needed", text(rq, "「%s」は必要がない", w->label), w->clause->id,
			text(rq, "c.not_needed.%s", w->clause->id)};
		if (strlen(h.field) < FORM_NAME_BYTES && !heard_before(out, n, h.field))
			out[n++] = h;
	}
	return n;
}

void claims_read(struct request *rq, const struct decision *decision, struct claims *out)
{
	struct heard heard[CLAIMS_MOST];
	size_t count = hear(rq, decision, heard);
	out->count = 0;
	for (size_t i = 0; i < count; i++) {
		const char *reason = posted(rq, heard[i].field);
		bool one = strcmp(heard[i].name, "not_needed") == 0;
		if (*reason)
			out->made[out->count++] = (struct policy_claim){heard[i].name, reason, one ? heard[i].clause : NULL};
	}
}

void claims_add(struct request *rq, const struct decision *decision, const char *prefix, json_t *model)
{
	struct heard heard[CLAIMS_MOST];
	size_t count = hear(rq, decision, heard);
	json_t *list = json_array();
	bool open = false;
	for (size_t i = 0; i < count; i++) {
		const char *reason = posted(rq, heard[i].field);
		open |= *reason != 0;
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", heard[i].field, "id",
			text(rq, "%s%s", prefix, heard[i].field), "label", heard[i].label, "reason", reason, "clause", show_clause(rq, heard[i].clause)));
	}
	json_object_set_new(model, "claims_open", json_boolean(open));
	json_object_set_new(model, "claims", list);
}
