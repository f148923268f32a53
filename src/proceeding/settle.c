/* What a word comes to: permitted, refused, or still waiting; and what several
 * applications that were made together (joint) come to with one another.      */
#include "proceeding/internal.h"

/* What was decided upon, as it stood: which version of which row, of which class. */
static json_t *decided_rows(struct proceedings *p, const struct application *a, struct arena *arena)
{
	json_t *rows = json_array();
	for (size_t i = 0; p->at.registers && i < a->fact_count; i++) {
		struct register_row row;
		if (strlen(a->facts[i].value) != 26 ||
		    register_get(p->at.registers, a->facts[i].value, arena, &row, NULL).code != OK)
			continue;
		json_t *classes = json_object();
		for (size_t k = 0; k < row.class_count; k++)
			json_object_set_new(classes, row.classes[k].scale, json_pack("[ss]", row.classes[k].low, row.classes[k].high));
		json_array_append_new(rows, json_pack("{ss ss sI so}", "path", a->facts[i].path, "row", row.id, "version",
		                                      (json_int_t)row.version, "classes", classes));
	}
	return rows;
}

/* What was applied for, without free text: a duty's condition may ask for it. */
static json_t *frozen_facts(struct proceedings *p, const struct application *a, struct arena *arena)
{
	const struct policy_fact *known;
	size_t count = 0;
	json_t *facts = json_pack("{ss}", "actor", a->applicant);
	if (policy_act_facts(p->at.policy, a->act, arena, &known, &count, NULL).code != OK)
		count = 0;
	for (size_t i = 0; i < a->fact_count; i++)
		for (size_t k = 0; k < count; k++)
			if (strcmp(known[k].path, a->facts[i].path) == 0 && known[k].type != FACT_TEXT &&
			    strcmp(known[k].path, "object") != 0)
				json_object_set_new(facts, known[k].path, json_string(a->facts[i].value));
	return facts;
}

/* Where nothing has to be written down by whoever does it then, the permission is the
 * deed (a proxy is recognised, a person may enter), and duties begin with it; where
 * something has, they begin when that is written (desk_entry_close).           */
static void add_done(struct proceedings *p, const struct application *a, const char *person, json_t *data,
                     struct arena *arena)
{
	struct policy_act act;
	const char *object = "";
	if (*a->exception_to) { /* it is in force from now on, whatever has to be written down */
		json_t *facts = frozen_facts(p, a, arena);
		json_object_set_new(facts, "object.urgent", json_string(a->word_count ? "no" : "yes"));
		json_object_update_new(data, json_pack("{ss ss ss so}", "done", a->act, "of", a->id, "approver", a->word_count ? person : "",
		                                       "facts", facts));
		return;
	}
	if (a->decision->record_count || !policy_act_find(p->at.policy, a->act, &act) || act.to[0])
		return;
	for (size_t i = 0; i < a->fact_count; i++)
		if (strcmp(a->facts[i].path, "object") == 0)
			object = a->facts[i].value;
	json_object_set_new(data, "done", json_string(a->act));
	json_object_set_new(data, "of", json_string(*object ? object : a->subject));
	json_object_set_new(data, "approver", json_string(person));
	json_object_set_new(data, "facts", frozen_facts(p, a, arena));
}

static struct result follow_claims(struct proceedings *p, const struct application *a, struct arena *arena,
                                   struct why *why)
{
	struct wish wish;
	const char *section;
	TRY(application_wish(p, a->id, arena, &wish, &section, why));
	return exception_follow(p, &wish, a->decision, section, why);
}

static struct result permitted(struct proceedings *p, const struct application *a, const char *person,
                               struct arena *arena, struct why *why)
{
	char edition[11] = "";
	const struct policy_edition *in_force =
		policy_edition_on(p->at.policy, p->at.policy_name, proceeding_today(p));
	if (in_force)
		day_iso(in_force->effective, edition);
	json_t *data = json_pack("{ss so}", "edition", edition, "rows", decided_rows(p, a, arena));
	add_done(p, a, person, data, arena);
	TRY(proceeding_record(p, "application.permitted", a->id, person, "", a->decision, data, why));
	if (*a->exception_to)
		return exception_begun(p, a, arena, why);
	TRY(effect_begin(p, a, arena, why));
	return follow_claims(p, a, arena, why);
}

/* ---- made together --------------------------------------------------------------------- */

struct result joint_read(struct proceedings *p, const char *joint, struct arena *arena, struct application **out,
                         size_t *count, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct application *list = ARENA_ARRAY(arena, JOINT_OBJECTS, struct application);
	bool row = false;
	*count = 0;
	*out = list;
	if (!list)
		return fail(why, E_MEMORY, "joint", "no memory for what was applied for together");
	if (!*joint)
		return ok();
	TRY(store_ask(p->at.store, "SELECT id FROM application WHERE joint = ?1 ORDER BY fiscal_year, serial",
	              ARGS(arg_str(joint)), &s, why));
	while (*count < JOINT_OBJECTS) {
		TRY(statement_step(s, &row, why));
		if (!row)
			return ok();
		const char *id = arena_string(arena, column_text(s, 0));
		if (!id)
			return fail(why, E_MEMORY, "joint", "no memory for what was applied for together");
		TRY(application_get(p, id, arena, &list[(*count)++], why));
	}
	return ok();
}

/* The others of the same joint that are still open; none where each stands alone. */
static struct result others_of(struct proceedings *p, const struct application *a, struct arena *arena,
                               struct application **out, size_t *count, struct why *why)
{
	struct application *all;
	size_t have, n = 0;
	*count = 0;
	TRY(joint_read(p, a->together ? a->joint : "", arena, &all, &have, why));
	for (size_t i = 0; i < have; i++)
		if (strcmp(all[i].id, a->id) != 0 && all[i].state == APPLICATION_OPEN)
			all[n++] = all[i];
	*out = all;
	*count = n;
	return ok();
}

struct result joint_end(struct proceedings *p, const struct application *a, const char *kind, const char *person,
                        struct arena *arena, struct why *why)
{
	struct application *others;
	size_t count;
	TRY(others_of(p, a, arena, &others, &count, why));
	const struct decision *decision = strcmp(kind, "application.refused") == 0 ? a->decision : NULL;
	TRY(proceeding_record(p, kind, a->id, person, "", decision, json_object(), why));
	for (size_t i = 0; i < count; i++)
		TRY(proceeding_record(p, kind, others[i].id, person, "", decision, json_pack("{ss}", "with", a->id), why));
	return ok();
}

/* Facts may have changed since it was asked for: what a clause refuses now is not permitted. */
static struct result permit_one(struct proceedings *p, const struct application *a, const char *person,
                                struct arena *arena, struct why *why)
{
	if (a->decision->verdict == REFUSE)
		return policy_refusal(a->decision, why);
	return permitted(p, a, person, arena, why);
}

static struct result joint_permit(struct proceedings *p, const struct application *a, const char *person,
                                  struct arena *arena, struct why *why)
{
	struct application *others;
	size_t count;
	TRY(others_of(p, a, arena, &others, &count, why));
	for (size_t i = 0; i < count; i++)
		if (decision_state(others[i].decision) != ROUTE_AGREED)
			return ok(); /* somebody else's word is still wanted for another thing */
	TRY(permit_one(p, a, person, arena, why));
	for (size_t i = 0; i < count; i++)
		TRY(permit_one(p, &others[i], others[i].word_count ? others[i].words[others[i].word_count - 1].person : person,
		               arena, why));
	return ok();
}

struct result settle(struct proceedings *p, const char *id, const char *person, struct arena *arena, struct why *why)
{
	struct application a;
	TRY(application_get(p, id, arena, &a, why));
	enum route_state state = decision_state(a.decision);
	if (state == ROUTE_PENDING)
		return ok();
	if (state == ROUTE_AGREED)
		return joint_permit(p, &a, person, arena, why);
	return joint_end(p, &a, "application.refused", person, arena, why);
}
