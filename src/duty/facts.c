/* Facts for judging a duty: what the register, the office and the room that
 * recorded the happening know.  What nobody knows stays unknown.             */
#include "duty/internal.h"

/* Unknown things and unfitting ones leave the fact unknown; anything else fails. */
static bool untold(struct result r)
{
	return r.code == E_ABSENT || r.code == E_INPUT;
}

/* ---- the object */

/* A row belongs to a section, whether or not its kind has a field for it. */
static void set_section(struct facts *facts, const struct register_row *row)
{
	static const char *const paths[][2] = {{"section", "object.section"}, {"owner", "object.owner"}};
	for (size_t i = 0; i < 2; i++)
		if (!*register_cell(row, paths[i][0]))
			(void)facts_set_id(facts, paths[i][1], row->section, NULL).code;
}

static struct result row_facts(struct duties *d, const char *id, struct facts *facts, const char **kind,
                               const char **section, struct arena *arena, struct why *why)
{
	struct register_row row;
	TRY(register_get(d->at.registers, id, arena, &row, why));
	TRY(register_facts(d->at.registers, id, facts, "object", why));
	set_section(facts, &row);
	*kind = row.kind;
	*section = row.section;
	return ok();
}

/* What the office knows of a person or section (身分, 属する機関); what the act does not ask stays out. */
static struct result known_facts(struct duties *d, const char *kind, const char *id, const char *prefix, struct facts *facts,
                                 struct arena *arena, struct why *why)
{
	struct office_fact *known;
	size_t count;
	TRY(office_facts(d->at.office, kind, id, duty_today(d), arena, &known, &count, why));
	for (size_t i = 0; i < count; i++) {
		const char *path = arena_printf(arena, "%s.%s", prefix, known[i].path);
		if (!path)
			return duty_no_memory(why);
		if (strcmp(known[i].path, "section") != 0)
			(void)facts_set_any(facts, path, known[i].value, NULL).code;
	}
	return ok();
}

static struct result person_facts(struct duties *d, const char *id, struct facts *facts, const char **kind,
                                  const char **section, struct arena *arena, struct why *why)
{
	struct person person;
	TRY(office_person(d->at.office, id, arena, &person, why));
	TRY(facts_set_id(facts, "object", id, why));
	TRY(facts_set_id(facts, "object.section", person.section, why));
	/* what the act does not ask stays out */
	(void)office_person_facts(d->at.office, id, duty_today(d), arena, "object", facts, NULL).code;
	*kind = "person";
	*section = person.section;
	return ok();
}

static struct result section_facts(struct duties *d, const char *id, struct facts *facts, const char **kind,
                                   const char **section, struct arena *arena, struct why *why)
{
	struct section found;
	TRY(office_section(d->at.office, id, arena, &found, why));
	TRY(facts_set_id(facts, "object", id, why));
	TRY(known_facts(d, "section", id, "object", facts, arena, why));
	if (*found.parent)
		(void)facts_set_id(facts, "object.department", found.parent, NULL).code;
	*kind = "section";
	*section = id;
	return ok();
}

static struct result other_facts(struct duties *d, const char *id, struct facts *facts, const char **kind,
                                 const char **section, struct arena *arena, struct why *why)
{
	(void)kind;
	(void)section;
	(void)arena;
	if (!d->at.facts)
		return fail(why, E_ABSENT, id, "知られていない対象です。");
	return d->at.facts(d->at.context, id, facts, "object", why);
}

struct result duty_object_facts(struct duties *d, const char *id, struct facts *facts, const char **kind,
                                const char **section, struct arena *arena, struct why *why)
{
	struct result (*const sources[])(struct duties *, const char *, struct facts *, const char **, const char **,
	                                 struct arena *, struct why *) = {row_facts, person_facts, section_facts, other_facts};
	*kind = "";
	*section = "";
	for (size_t i = 0; *id && i < sizeof sources / sizeof *sources; i++) {
		struct why own = {0};
		struct result told = sources[i](d, id, facts, kind, section, arena, &own);
		if (told.code == OK)
			return ok();
		if (!untold(told))
			return fail(why, own.code, own.place, "%s", own.text);
	}
	if (*id)
		(void)facts_set_id(facts, "object", id, NULL).code;
	return ok();
}

/* ---- the actor: who, of which section, by which posts on the day */

struct result duty_actor_facts(struct duties *d, const char *person, struct facts *facts, day_t day,
                               struct arena *arena, struct why *why)
{
	struct person found;
	struct holding *held;
	size_t count = 0;
	struct why own = {0};
	if (!*person)
		return ok();
	struct result known = office_person(d->at.office, person, arena, &found, &own);
	if (known.code == E_ABSENT)
		return ok(); /* a program */
	if (known.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	TRY(facts_set_id(facts, "actor", person, why));
	TRY(known_facts(d, "person", person, "actor", facts, arena, why));
	TRY(facts_set_id(facts, "actor.section", found.section, why));
	TRY(office_holdings(d->at.office, person, day, arena, &held, &count, why));
	struct policy_holding *posts = ARENA_ARRAY(arena, count ? count : 1, struct policy_holding);
	if (!posts)
		return duty_no_memory(why);
	for (size_t i = 0; i < count; i++)
		posts[i] = (struct policy_holding){held[i].post, *held[i].scope ? held[i].scope : NULL};
	return facts_set_posts(facts, person, posts, count, why);
}
