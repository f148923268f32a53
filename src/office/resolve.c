/* From posts to persons: LANGUAGE.md section 5, (1) to (4), and the rise. */
#include "office/internal.h"

enum { POSTS_ABOVE = 64 };

struct place {
	const char *post;
	const char *scope;
};
struct resolver {
	struct office *office;
	const struct policy *policy;
	const struct policy_edition *edition;
	const struct office_question *question;
	struct arena *arena;
	struct holder *holders;
	size_t count, room;
	struct place places[POSTS_ABOVE]; /* asked already, or to be asked */
	size_t place_count;
	struct why *why;
};

static const struct policy_post *find_post(const struct policy *policy,
                                           const struct policy_edition *edition, const char *name)
{
	size_t count = policy_post_count(policy, edition);
	for (size_t i = 0; i < count; i++) {
		const struct policy_post *post = policy_post_at(policy, edition, i);
		if (!strcmp(post->name, name))
			return post;
	}
	return NULL;
}

/* the edition in force on the day that knows the post */
static const struct policy_edition *find_edition(const struct policy *policy,
                                                 const struct office_question *question)
{
	size_t count = policy_edition_count(policy);
	for (size_t i = 0; i < count; i++) {
		const char *name = policy_edition_at(policy, i)->name;
		if (question->policy_name && strcmp(question->policy_name, name))
			continue;
		const struct policy_edition *edition = policy_edition_on(policy, name, question->day);
		if (edition && find_post(policy, edition, question->post))
			return edition;
	}
	return NULL;
}

static struct result ever_held(struct office *office, const char *post, const char *scope, bool *out,
                               struct why *why)
{
	return office_ask_one(office, "SELECT 1 FROM office_holding WHERE body=?1 AND post=?2 AND scope=?3 LIMIT 1",
	               ARGS(arg_str(post), arg_str(scope)), out, NULL, why);
}

/* parent_of - NULL at the top, and for what is no section */
static struct result parent_of(struct resolver *r, const char *scope, const char **out)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	bool row = false;
	*out = NULL;
	TRY(office_ask(r->office, "SELECT parent FROM office_section WHERE body=?1 AND id=?2",
	        ARGS(arg_str(scope)), &statement, r->why));
	TRY(statement_step(statement, &row, r->why));
	if (!row || !column_text(statement, 0).len)
		return ok();
	*out = arena_string(r->arena, column_text(statement, 0));
	return *out ? ok() : office_no_memory(r->why);
}

/* For which scope a post is meant when the question came from `scope`.  A post
 * that exists once has none.  One per section stays where it is: a vacant
 * section's manager is never silently that of the department.  One per something
 * wider (per department) is looked for upwards, to where it has ever been held. */
static struct result scope_of(struct resolver *r, const char *name, const char *scope, const char **out)
{
	const struct policy_post *post = find_post(r->policy, r->edition, name);
	if (post && !*post->per) {
		*out = "";
		return ok();
	}
	*out = scope;
	if (!post || !strcmp(post->per, "section"))
		return ok();
	const char *at = scope;
	for (int climbed = 0; at && climbed < POSTS_ABOVE; climbed++) {
		bool held = false;
		TRY(ever_held(r->office, name, at, &held, r->why));
		if (held) {
			*out = at;
			return ok();
		}
		TRY(parent_of(r, at, &at));
	}
	return ok();
}

/* A section that was closed before the day has handed its matters on. */
static struct result heir_of(struct resolver *r, const char *scope, const char **out)
{
	enum { HEIRS = 16 };
	*out = scope;
	for (int step = 0; **out && step < HEIRS; step++) {
		AUTO(statement_drop) struct statement *statement = NULL;
		bool row = false;
		TRY(office_ask(r->office,
		        "SELECT successor FROM office_section WHERE body=?1 AND id=?2 AND to_day<?3 AND successor<>''",
		        ARGS(arg_str(*out), arg_i64(r->question->day)), &statement, r->why));
		TRY(statement_step(statement, &row, r->why));
		if (!row)
			return ok();
		*out = arena_string(r->arena, column_text(statement, 0));
		if (!*out)
			return office_no_memory(r->why);
	}
	return ok();
}

static bool excluded(const struct resolver *r, const char *person)
{
	for (size_t i = 0; i < r->question->excluded_count; i++)
		if (!strcmp(r->question->excluded[i], person))
			return true;
	return false;
}

static bool listed(const struct resolver *r, const char *person)
{
	for (size_t i = 0; i < r->count; i++)
		if (!strcmp(r->holders[i].person, person))
			return true;
	return false;
}

static struct result add_holder(struct resolver *r, const char *person, const struct place *held,
                                const char *as, bool risen)
{
	if (excluded(r, person) || listed(r, person))
		return ok();
	r->holders = office_grow(r->arena, r->holders, r->count, &r->room, sizeof *r->holders);
	if (!r->holders)
		return office_no_memory(r->why);
	r->holders[r->count++] = (struct holder){
		.person = person, .as = as, .post = held->post, .scope = held->scope, .risen = risen,
	};
	return ok();
}

static const char holders_sql[] =
	"SELECT h.person FROM office_holding h"
	" JOIN office_person p ON p.body=h.body AND p.id=h.person AND p.active=1"
	" WHERE h.body=?1 AND h.post=?2 AND h.scope=?3 AND h.from_day<=?4 AND h.to_day>=?4"
	" ORDER BY h.from_day, h.person";

static struct result add_holders(struct resolver *r, const struct place *held, const char *as, bool risen)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	bool row = false;
	TRY(office_ask(r->office, holders_sql,
	        ARGS(arg_str(held->post), arg_str(held->scope), arg_i64(r->question->day)), &statement,
	        r->why));
	for (;;) {
		TRY(statement_step(statement, &row, r->why));
		if (!row)
			return ok();
		const char *person = arena_string(r->arena, column_text(statement, 0));
		if (!person)
			return office_no_memory(r->why);
		TRY(add_holder(r, person, held, as, risen));
	}
}

/* matter_covers - "*", or the act by itself or by its family: "link" covers
 * "link.cut"                                                                */
static bool matter_covers(const char *matter, const char *act)
{
	struct slice rest = slice_str(matter), wanted = slice_str(act ? act : "");
	if (slice_is(rest, "*"))
		return true;
	while (wanted.len && rest.len) {
		size_t comma = slice_find(rest, SLICE(","));
		struct slice one = slice_part(rest, 0, comma);
		if (slice_equal(one, wanted) ||
		    (slice_starts(wanted, one) && wanted.len > one.len && wanted.at[one.len] == '.'))
			return true;
		if (comma == SIZE_MAX)
			return false;
		rest = slice_part(rest, comma + 1, rest.len);
	}
	return false;
}

static bool policy_delegates(const struct resolver *r, const char *post, const char *to_post)
{
	const char *from = NULL, *to = NULL;
	for (size_t i = 0; policy_delegate_at(r->policy, r->edition, i, &from, &to, NULL); i++)
		if (!strcmp(from, post) && !strcmp(to, to_post))
			return true;
	return false;
}

static const char delegations_sql[] =
	"SELECT to_post,to_scope,matter FROM office_delegation WHERE body=?1 AND post=?2 AND scope=?3"
	" AND from_day<=?4 AND to_day>=?4 ORDER BY id";

static struct result add_delegates(struct resolver *r, const struct place *place, bool risen)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	bool row = false;
	TRY(office_ask(r->office, delegations_sql,
	        ARGS(arg_str(place->post), arg_str(place->scope), arg_i64(r->question->day)), &statement,
	        r->why));
	for (;;) {
		TRY(statement_step(statement, &row, r->why));
		if (!row)
			return ok();
		const char *matter = arena_string(r->arena, column_text(statement, 2));
		struct place to = {
			.post = arena_string(r->arena, column_text(statement, 0)),
			.scope = arena_string(r->arena, column_text(statement, 1)),
		};
		if (!matter || !to.post || !to.scope)
			return office_no_memory(r->why);
		if (matter_covers(matter, r->question->act) && policy_delegates(r, place->post, to.post))
			TRY(add_holders(r, &to, "delegate", risen));
	}
}

static struct result ask_place(struct resolver *r, const struct place *place, bool risen)
{
	unsigned state = 0;
	const char *stand_in = NULL;
	TRY(office_post_state(r->office, place->post, place->scope, r->question->day, &state, r->why));
	if (state)
		stand_in = policy_substitute(r->policy, r->edition, place->post, state, r->question->act,
		                             NULL);
	if (stand_in) {
		struct place other = {.post = stand_in};
		TRY(scope_of(r, stand_in, place->scope, &other.scope));
		TRY(add_holders(r, &other, "substitute", risen));
	}
	if (!stand_in)
		TRY(add_holders(r, place, "", risen));
	return add_delegates(r, place, risen);
}

static struct result add_place(struct resolver *r, const char *post, const char *scope)
{
	struct place place = {.post = post};
	TRY(scope_of(r, post, scope, &place.scope));
	for (size_t i = 0; i < r->place_count; i++)
		if (!strcmp(r->places[i].post, post) && !strcmp(r->places[i].scope, place.scope))
			return ok();
	if (r->place_count < POSTS_ABOVE)
		r->places[r->place_count++] = place;
	return ok();
}

static struct result rises(struct resolver *r, bool *out)
{
	struct policy_value value = {0};
	struct why own = {0};
	struct result result = policy_parameter(r->policy, r->edition, "rise", NULL, r->question->day,
	                                        &value, &own);
	if (result.code != OK && result.code != E_ABSENT)
		return fail(r->why, own.code, own.place, "%s", own.text);
	*out = result.code == OK && value.set && value.type == FACT_YESNO && value.number == 1;
	return ok();
}

static struct result add_posts_above(struct resolver *r, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		struct place below = r->places[i];
		const struct policy_post *post = find_post(r->policy, r->edition, below.post);
		for (size_t u = 0; post && u < post->under_count; u++)
			TRY(add_place(r, post->under[u], below.scope));
	}
	return ok();
}

/* level by level upwards, until somebody is left or nothing is above */
static struct result ask_upwards(struct resolver *r)
{
	bool rise = false;
	TRY(rises(r, &rise));
	size_t from = 0;
	while (from < r->place_count) {
		size_t to = r->place_count;
		for (size_t i = from; i < to; i++)
			TRY(ask_place(r, &r->places[i], from > 0));
		if (r->count || !rise)
			return ok();
		TRY(add_posts_above(r, from, to));
		from = to;
	}
	return ok();
}

struct result office_resolve(struct office *office, const struct policy *policy,
                             const struct office_question *question, struct arena *arena,
                             struct holder **out, size_t *count, struct why *why)
{
	struct resolver r = {
		.office = office, .policy = policy, .question = question, .arena = arena, .why = why,
	};
	r.edition = find_edition(policy, question);
	if (!r.edition)
		return fail(why, E_ABSENT, "post", "その日に施行されている規程に「%s」という職はありません。",
		            question->post);
	const char *scope = NULL;
	TRY(heir_of(&r, question->scope, &scope));
	TRY(add_place(&r, question->post, scope));
	TRY(ask_upwards(&r));
	*out = r.holders;
	*count = r.count;
	return ok();
}

struct result office_passed_over(struct office *office, const struct policy *policy,
                                 const struct office_question *question, struct arena *arena,
                                 struct holder **out, size_t *count, struct why *why)
{
	struct office_question own = *question;
	struct resolver r = {.office = office, .policy = policy, .question = &own, .arena = arena, .why = why};
	struct place place = {.post = question->post};
	own.excluded_count = 0;
	*out = NULL;
	*count = 0;
	r.edition = find_edition(policy, question);
	if (!r.edition)
		return ok();
	TRY(heir_of(&r, question->scope, &place.scope));
	TRY(scope_of(&r, place.post, place.scope, &place.scope));
	TRY(add_holders(&r, &place, "", false));
	*out = r.holders;
	*count = r.count;
	return ok();
}

/* ---- holes ------------------------------------------------------------------ */

struct hunt {
	struct office *office;
	const struct policy_edition *edition;
	const struct section *sections;
	size_t section_count;
	day_t day;
	struct arena *arena;
	struct office_hole *holes;
	size_t count, room;
	struct why *why;
};

static bool has_below(const struct hunt *h, const char *id)
{
	for (size_t i = 0; i < h->section_count; i++)
		if (!strcmp(h->sections[i].parent, id))
			return true;
	return false;
}

/* members of a section hold such a post by being there */
static struct result count_members(const struct hunt *h, const char *section, size_t *out)
{
	const char **ids = NULL;
	return office_members(h->office, section, h->arena, &ids, out, h->why);
}

static struct result look_for(struct hunt *h, const struct policy_post *post, const char *scope)
{
	struct holder *holders = NULL;
	size_t held = 0, wanted = post->at_least ? post->at_least : 1;
	struct office_question question = {.post = post->name, .scope = scope, .day = h->day,
	                                   .policy_name = h->edition->name};
	if (post->held_by == POST_MEMBERS && !strcmp(post->holder, "section"))
		TRY(count_members(h, scope, &held));
	else
		TRY(office_resolve(h->office, h->office->policy, &question, h->arena, &holders, &held, h->why));
	if (held >= wanted)
		return ok();
	h->holes = office_grow(h->arena, h->holes, h->count, &h->room, sizeof *h->holes);
	if (!h->holes)
		return office_no_memory(h->why);
	h->holes[h->count++] = (struct office_hole){post, scope, held, wanted};
	return ok();
}

static struct result look_everywhere(struct hunt *h, const struct policy_post *post)
{
	bool section = !strcmp(post->per, "section"), department = !strcmp(post->per, "department");
	if (!*post->per)
		return look_for(h, post, "");
	for (size_t i = 0; (section || department) && i < h->section_count; i++)
		if (h->sections[i].to >= h->day && has_below(h, h->sections[i].id) == department)
			TRY(look_for(h, post, h->sections[i].id));
	return ok();
}

struct result office_holes(struct office *office, day_t day, struct arena *arena,
                           struct office_hole **out, size_t *count, struct why *why)
{
	struct hunt h = {.office = office, .day = day, .arena = arena, .why = why};
	struct section *sections = NULL;
	h.edition = office->policy && office->policy_name
	                    ? policy_edition_on(office->policy, office->policy_name, day)
	                    : NULL;
	if (!h.edition)
		return fail(why, E_CONFLICT, "policy", "その日に施行されている規程がないため、職の空席を数えられません。");
	TRY(office_sections(office, arena, &sections, &h.section_count, why));
	h.sections = sections;
	for (size_t i = 0; i < policy_post_count(office->policy, h.edition); i++)
		TRY(look_everywhere(&h, policy_post_at(office->policy, h.edition, i)));
	*out = h.holes;
	*count = h.count;
	return ok();
}

struct result office_holders(struct office *office, const struct policy *policy, const char *post,
                             const char *scope, const char *except, day_t day, struct arena *arena,
                             struct holder **out, size_t *count, struct why *why)
{
	const char *const excluded_one[] = {except};
	struct office_question question = {
		.post = post, .scope = scope, .day = day,
		.excluded = excluded_one, .excluded_count = except ? 1 : 0,
	};
	return office_resolve(office, policy, &question, arena, out, count, why);
}
