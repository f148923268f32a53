/* Who owes: a route becomes parties, a party an obligation.
 *
 * `and` and `then`: each owes one of his own.  `or`: one that either may settle.
 * `every` post: one a place where the office has the post; the members of a
 * section: one a person (of what is asked always: one a section, of the post
 * above them, since nobody can confirm for a year every hour of each).
 * An obligation's id is made of what it is about, so that the same trigger, period
 * and party give the same id however often they are met.                      */
#include "duty/internal.h"

#include "store/digest.h"

#include <stdio.h>

enum { SEATS = 16, OWED_AN_ENTRY = 60, PARTIES = 20000 };

struct unfolding {
	struct duties *d;
	const struct opening *o;
	const struct policy_edition *edition;
	bool members_by_post;
	struct arena *arena;
	struct parties *out;
	const struct duty_chart *chart;
	struct why *why;
};

/* ---- keys */

void duty_key(const struct opening *o, const struct party *party, char id[DUTY_ID])
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	char number[64];
	uint8_t hash[SHA256_BYTES];
	unsigned bits = 0, have = 0;
	const struct duty_seat *seat = party->count ? &party->seats[0] : NULL;
	snprintf(number, sizeof number, "%lld/%d", (long long)o->seq, (int)o->period);
	const char *const texts[] = {o->duty->id, o->trigger, o->object, number, seat ? seat->post : "",
	                             seat ? seat->scope : "", seat ? seat->person : ""};
	struct slice parts[sizeof texts / sizeof *texts];
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		parts[i] = slice_of(texts[i], strlen(texts[i]) + 1);
	sha256_parts(parts, sizeof texts / sizeof *texts, hash);
	size_t at = 0;
	for (size_t i = 0; at < DUTY_ID - 1; i++) {
		bits = (bits << 8 | hash[i]) & 0xffff;
		have += 8;
		for (; have >= 5 && at < DUTY_ID - 1; have -= 5)
			id[at++] = digits[bits >> (have - 5) & 31];
	}
	id[DUTY_ID - 1] = 0;
}

/* ---- parties */

static struct result add_party(struct unfolding *u, const struct duty_seat *seats, size_t count, const char *section)
{
	struct parties *p = u->out;
	if (p->count == PARTIES)
		return fail(u->why, E_LIMIT, u->o->duty->id, "義務を負う人が多すぎます（上限%d）。", PARTIES);
	if (p->count == p->room) {
		size_t wider = p->room ? p->room * 2 : 16;
		struct party *more = ARENA_ARRAY(u->arena, wider, struct party);
		if (!more)
			return duty_no_memory(u->why);
		if (p->count)
			memcpy(more, p->at, p->count * sizeof *more);
		p->at = more;
		p->room = wider;
	}
	struct duty_seat *own = ARENA_ARRAY(u->arena, count ? count : 1, struct duty_seat);
	if (!own)
		return duty_no_memory(u->why);
	memcpy(own, seats, count * sizeof *own);
	p->at[p->count++] = (struct party){own, count, section};
	return ok();
}

static struct result add_seat(struct unfolding *u, const char *post, const char *scope, const char *person,
                              const char *section)
{
	struct duty_seat seat = {.post = post, .scope = scope, .person = person};
	return add_party(u, &seat, 1, section);
}

static const struct policy_post *post_named(const struct unfolding *u, const char *name)
{
	for (size_t i = 0; i < policy_post_count(u->d->at.policy, u->edition); i++) {
		const struct policy_post *p = policy_post_at(u->d->at.policy, u->edition, i);
		if (strcmp(p->name, name) == 0)
			return p;
	}
	return NULL;
}

/* Everybody, one by one; of one section or of all. */
static struct result add_people(struct unfolding *u, const char *post, const char *section)
{
	for (size_t i = 0; i < u->chart->people_count; i++) {
		const struct person *p = &u->chart->people[i];
		if (!p->active || (section && strcmp(p->section, section) != 0))
			continue;
		TRY(add_seat(u, post, p->section, p->id, p->section));
	}
	return ok();
}

/* Every section by the post above its members. */
static struct result add_sections(struct unfolding *u, const char *post)
{
	for (size_t i = 0; i < u->chart->section_count; i++)
		if (duty_chart_peopled(u->chart, u->chart->sections[i].id))
			TRY(add_seat(u, post, u->chart->sections[i].id, "", u->chart->sections[i].id));
	return ok();
}

/* Every place that has the post, or ought to: a section with people in it. */
static struct result add_places(struct unfolding *u, const struct policy_post *post)
{
	bool section = strcmp(post->per, "section") == 0, department = strcmp(post->per, "department") == 0;
	for (size_t i = 0; i < u->chart->section_count; i++) {
		const char *id = u->chart->sections[i].id;
		bool parent = duty_chart_children(u->chart, id);
		bool ought = section ? !parent && duty_chart_peopled(u->chart, id) : department && parent;
		if (ought || duty_chart_ever_held(u->chart, post->name, id))
			TRY(add_seat(u, post->name, id, "", id));
	}
	for (size_t i = 0; i < u->chart->held_count; i++) { /* per account, per service: as they are held today */
		const struct holding *h = &u->chart->held[i];
		bool today = h->from <= u->o->day && u->o->day <= h->to;
		if (strcmp(h->post, post->name) == 0 && today && !duty_chart_section(u->chart, h->scope))
			TRY(add_seat(u, post->name, h->scope, "", u->o->section));
	}
	return ok();
}

static bool of_members(const struct policy_post *post)
{
	return post && post->held_by == POST_MEMBERS && strcmp(post->holder, "section") == 0;
}

static const char *section_of(const struct unfolding *u, const char *scope)
{
	return duty_chart_section(u->chart, scope) ? scope : u->o->section;
}

/* actor, approver: the persons of the act; without one, everybody (each, always) */
static struct result add_role(struct unfolding *u, const struct slot *slot)
{
	bool approver = strcmp(slot->post, "approver") == 0;
	const char *person = approver ? u->o->approver : u->o->actor;
	struct person found = {.section = u->o->section};
	if (!*person && u->o->seq < 0)
		return add_people(u, slot->post, NULL);
	if (*person)
		(void)office_person(u->d->at.office, person, u->arena, &found, NULL).code;
	return add_seat(u, slot->post, found.section, person, found.section);
}

static struct result add_slot(struct unfolding *u, const struct slot *slot)
{
	const struct policy_post *post = post_named(u, slot->post);
	bool role = strcmp(slot->post, "actor") == 0 || strcmp(slot->post, "approver") == 0 ||
	            strcmp(slot->post, "applicant") == 0;
	if (role)
		return add_role(u, slot);
	if (!post && !*slot->post) /* a parameter names the post, and is unset: a hole */
		return add_seat(u, "", "", "", u->o->section);
	if (!post && u->members_by_post && u->edition)
		return add_people(u, slot->post, NULL);
	if (!post)
		return add_people(u, slot->post, slot->of);
	if (!*post->per)
		return add_seat(u, post->name, "", "", u->o->section);
	if (slot->of)
		return add_seat(u, post->name, slot->of, "", section_of(u, slot->of));
	if (*slot->of_path) /* whose it is is not known: a hole */
		return add_seat(u, post->name, *u->o->section ? u->o->section : "", "", u->o->section);
	if (of_members(post) && u->members_by_post)
		return add_sections(u, post->under_count ? post->under[0] : post->name);
	if (of_members(post))
		return add_people(u, post->name, NULL);
	return add_places(u, post);
}

/* either of them: the seats of all alternatives in one party */
static struct result add_either(struct unfolding *u, const struct route *route, struct parties *from);

static struct result add_route(struct unfolding *u, const struct route *route)
{
	if (route->op == ROUTE_SLOT)
		return add_slot(u, route->slot);
	if (route->op == ROUTE_OR) {
		struct parties from = {.count = 0};
		return add_either(u, route, &from);
	}
	for (size_t i = 0; i < route->part_count; i++)
		TRY(add_route(u, route->parts[i]));
	return ok();
}

static struct result add_either(struct unfolding *u, const struct route *route, struct parties *from)
{
	struct parties *whole = u->out;
	struct duty_seat seats[SEATS];
	size_t count = 0;
	struct result done = ok();
	u->out = from;
	for (size_t i = 0; i < route->part_count && done.code == OK; i++)
		done = add_route(u, route->parts[i]);
	u->out = whole;
	if (done.code != OK)
		return done;
	for (size_t i = 0; i < from->count; i++)
		for (size_t k = 0; k < from->at[i].count && count < SEATS; k++)
			seats[count++] = from->at[i].seats[k];
	return count ? add_party(u, seats, count, from->at[0].section) : ok();
}

struct result duty_parties(struct duties *d, const struct opening *o, const struct duty_route *route,
                           bool members_by_post, struct arena *arena, struct parties *out, struct why *why)
{
	struct unfolding u = {.d = d, .o = o, .arena = arena, .out = out, .why = why, .members_by_post = members_by_post,
	                      .edition = policy_edition_on(d->at.policy, d->at.policy_name, o->day)};
	*out = (struct parties){.count = 0};
	if (!route->route)
		return ok();
	TRY(duty_chart(d, &u.chart, why));
	return add_route(&u, route->route);
}

/* ---- entries: one for many parties, so that a duty of everybody is not 3,000 */

static json_t *seats_json(const struct duty_seat *seats, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("[sss]", seats[i].post, seats[i].scope, seats[i].person));
	return list;
}

static const char *stored_state(const struct opening *o)
{
	return o->duty->strength == DUTY_SHOULD ? "advice" : o->question ? "question" : "open";
}

static json_t *opened_json(const struct opening *o, json_t *owed)
{
	static const char *const clocks[] = {"due", "none", "unset"};
	char period[11] = "";
	if (o->period)
		day_iso(o->period, period);
	return json_pack("{ss ss ss ss ss sI ss ss ss ss sI so}", "duty", o->duty->id, "task", o->duty->task, "trigger",
	                 o->trigger, "event", o->event, "about", o->subject, "seq", (json_int_t)o->seq, "period", period,
	                 "strength", duty_strength_name(o->duty->strength), "state", stored_state(o), "clock",
	                 clocks[o->clock], "due", (json_int_t)o->due_ms, "owed", owed);
}

static struct result flush(struct duties *d, const struct opening *o, json_t **owed, size_t *opened, struct why *why)
{
	size_t count = json_array_size(*owed);
	json_t *list = *owed;
	*owed = json_array();
	if (!count) {
		json_decref(list);
		return ok();
	}
	*opened += count;
	return duty_record(d, "duty.opened", "", "", *o->object ? o->object : *o->subject ? o->subject : o->duty->clause->id,
	                   o->duty->clause->id, opened_json(o, list), why);
}

static struct result is_open(struct duties *d, const char *id, bool *out, struct why *why)
{
	return store_ask_one(d->at.store, "SELECT 1 FROM duty WHERE id = ?1", ARGS(arg_str(id)), out, NULL, why);
}

/* The post above the one that owes it, for the same place; above somebody by
 * himself: who heads his section. */
static struct duty_seat above(struct duties *d, const struct opening *o, const struct party *p)
{
	const struct policy_edition *edition = policy_edition_on(d->at.policy, d->at.policy_name, o->day);
	const struct duty_seat *seat = &p->seats[0];
	for (size_t i = 0; i < policy_post_count(d->at.policy, edition); i++) {
		const struct policy_post *post = policy_post_at(d->at.policy, edition, i);
		if (strcmp(post->name, seat->post) == 0)
			return (struct duty_seat){post->under_count ? post->under[0] : "", seat->scope, ""};
	}
	for (size_t i = 0; *seat->person && i < policy_post_count(d->at.policy, edition); i++) {
		const struct policy_post *post = policy_post_at(d->at.policy, edition, i);
		if (post->held_by == POST_HEAD && strcmp(post->per, "section") == 0)
			return (struct duty_seat){post->name, seat->scope, ""};
	}
	return (struct duty_seat){"", "", ""};
}

/* Who hears of it overdue: whom the text names, else the post above. */
static struct result upward_json(struct duties *d, const struct opening *o, const struct parties *named,
                                 const struct party *p, json_t **out, struct why *why)
{
	struct duty_seat post = p->count ? above(d, o, p) : (struct duty_seat){"", "", ""};
	json_t *list = json_array();
	if (!list)
		return duty_no_memory(why);
	for (size_t k = 0; k < named->count && k < SEATS; k++)
		json_array_append_new(list, json_pack("[sss]", named->at[k].seats[0].post, named->at[k].seats[0].scope,
		                                      named->at[k].seats[0].person));
	if (!named->count && *post.post)
		json_array_append_new(list, json_pack("[sss]", post.post, post.scope, ""));
	*out = list;
	return ok();
}

static bool among(json_t *owed, const char *id)
{
	size_t i;
	json_t *one;
	json_array_foreach(owed, i, one)
		if (strcmp(json_text(one, "id"), id) == 0)
			return true;
	return false;
}

struct result duty_open_all(struct duties *d, const struct opening *o, const struct parties *parties,
                            struct arena *arena, size_t *opened, struct why *why)
{
	struct parties up;
	AUTO(json_drop) json_t *owed = json_array();
	TRY(duty_parties(d, o, o->judgement ? &o->judgement->otherwise : &(struct duty_route){.route = NULL}, true, arena,
	                 &up, why));
	for (size_t i = 0; i < parties->count; i++) {
		const struct party *p = &parties->at[i];
		char id[DUTY_ID];
		bool there = false;
		duty_key(o, p, id);
		TRY(is_open(d, id, &there, why));
		if (there || among(owed, id))
			continue;
		json_t *upwards = NULL;
		TRY(upward_json(d, o, &up, p, &upwards, why));
		json_array_append_new(owed, json_pack("{ss ss ss ss so so}", "id", id, "object", o->object, "kind", o->kind,
		                                      "section", p->section, "by", seats_json(p->seats, p->count), "else",
		                                      upwards));
		if (json_array_size(owed) == OWED_AN_ENTRY)
			TRY(flush(d, o, &owed, opened, why));
	}
	return flush(d, o, &owed, opened, why);
}
