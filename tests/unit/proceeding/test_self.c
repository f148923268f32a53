/* Nobody permits what he asked for, nobody counts twice, nobody audits himself:
 * through the real proceedings (submitted, answered, recorded, in memory), in each of the
 * bodies of share/demo/bodies.tsv, for every act that the body's clauses let persons permit.
 * For an act, every way in which persons can hold the posts that its route can reach (the
 * posts named, their substitutes and delegates, the posts above while the body lets a
 * question rise), each post also vacant (欠けたとき); with nobody away, or each person
 * prevented (事故) or away (不在); what can be delegated (専決) delegated or not; everybody
 * who holds one of them applying, and somebody without a post.  Persons have no names here:
 * organisations that differ only in who is who are one, and so are those that differ in
 * posts which the act cannot reach.
 * Whoever is asked agrees; the applicant and who has signed already try, too.  It is
 * permitted only if different persons other than the applicant can sign the routes, and
 * whenever they can, but for what is counted as standing still (where posts rise).
 * A run takes every n-th of all; SEKISHO_LONG=1 takes every one.  Each organisation and
 * each application is a transaction that is thrown away, so that tables stay small.   */
#define TOWN_IN_MEMORY
#include "proceeding/case.h"
#include "store/ask.h"
#include "town.h"


/* ---- every act that persons permit --------------------------------------------- */

enum { FACTS = 60, PLACES = 7, CROWD = PLACES + 1, ACTS = 200, ROUTED = 8 };

struct place {
	const char *post, *scope;
};
struct asked { /* an act with facts under which the clauses want persons' words, and nothing else */
	const char *act, *exception_to; /* clause, or NULL */
	struct fact_pair facts[FACTS];
	size_t fact_count;
	struct policy_claim claims[8];
	size_t claim_count;
	struct place places[PLACES];
	size_t place_count, named; /* the first `named` stand in a route */
	const char *from, *to;     /* posts of a delegation that could be given; NULL */
};
struct folk {
	struct town t;
	struct arena *scratch; /* of one application */
	const struct town_body *body;
	const char *name, *section, *department;
	const struct policy_edition *edition;
	char ids[CROWD][27];
	bool rise;
	struct asked acts[ACTS];
	size_t act_count;
	unsigned long asked, permitted, organisations, wrong, unreached, ordered, stood, all;
};

static struct wish wish_of(const struct folk *f, const struct asked *a, size_t applicant)
{
	return (struct wish){.act = a->act, .actor = f->ids[applicant], .subject = "thing", .facts = a->facts,
	                     .fact_count = a->fact_count, .claims = a->claims, .claim_count = a->claim_count,
	                     .exception_to = a->exception_to};
}

static long worth(const struct decision *d)
{
	enum { MUCH = 1000000, SOME = 10000 };
	return (d->verdict == REFUSE ? 0 : MUCH) + (d->approval_count ? SOME : 0) + (d->by_default ? -SOME / 2 : 0) - (long)d->missing_count * 10 +
	       (long)d->approval_count;
}

/* The value with which the act comes nearest to being asked of persons alone. */
static bool tell(struct folk *f, struct asked *a, const char *path, const struct policy_fact *known, size_t known_count)
{
	const char *tries[40] = {"yes", "no", f->section, f->department, f->ids[CROWD - 1], "2026-12-25", "1", "0", "thing", "100"};
	size_t n = 10, best = SIZE_MAX;
	long most = -1;
	for (size_t i = 0; i < known_count; i++)
		for (size_t w = known[i].word_count; strcmp(known[i].path, path) == 0 && w-- > 0 && n < 40;)
			tries[n++] = known[i].words[w];
	for (size_t i = 0; i < n; i++) {
		const struct decision *d;
		a->facts[a->fact_count] = (struct fact_pair){path, tries[i]};
		a->fact_count++;
		const struct wish wish = wish_of(f, a, 0);
		if (application_preview(f->t.proceedings, &wish, f->t.arena, &d, NULL).code == OK && worth(d) > most) {
			most = worth(d);
			best = i;
		}
		a->fact_count--;
	}
	if (best == SIZE_MAX)
		return false;
	a->facts[a->fact_count++] = (struct fact_pair){path, tries[best]};
	return true;
}

static bool told(const struct asked *a, const char *path)
{
	for (size_t i = 0; i < a->fact_count; i++)
		if (strcmp(a->facts[i].path, path) == 0)
			return true;
	return false;
}

/* Facts, items and reasons that are wanted, one after the other, until only words are. */
static const struct decision *solve(struct folk *f, struct asked *a)
{
	const struct policy_fact *known;
	size_t count;
	const struct decision *d = NULL;
	CHECK_OK(policy_act_facts(f->t.policy, a->act, f->t.arena, &known, &count, &f->t.why), &f->t.why);
	for (size_t round = 0; round < FACTS - 1; round++) {
		const struct wish wish = wish_of(f, a, 0);
		bool more = false;
		if (application_preview(f->t.proceedings, &wish, f->t.arena, &d, NULL).code != OK)
			return NULL;
		for (size_t i = 0; i < d->missing_count && !more; i++) {
			const struct wanted_fact *m = &d->missing[i];
			const char *path = m->kind == WANT_ITEM ? arena_printf(f->t.arena, "answer.%s", m->name) : m->name;
			if (m->kind == WANT_REASON && a->claim_count < 8) {
				a->claims[a->claim_count++] = (struct policy_claim){m->name, "必要", m->clause->id};
				more = true;
			} else if ((m->kind == WANT_FACT || m->kind == WANT_ITEM) && !told(a, path))
				more = tell(f, a, path, known, count);
		}
		if (!more)
			return d;
	}
	return d;
}

/* ---- whom the route can reach */

static void reach(struct asked *a, const char *post, const char *scope)
{
	for (size_t i = 0; i < a->place_count; i++)
		if (strcmp(a->places[i].post, post) == 0 && strcmp(a->places[i].scope, scope) == 0)
			return;
	if (a->place_count < PLACES)
		a->places[a->place_count++] = (struct place){post, scope};
}

static const struct policy_post *post_named(const struct folk *f, const char *name)
{
	for (size_t i = 0; i < policy_post_count(f->t.policy, f->edition); i++)
		if (strcmp(policy_post_at(f->t.policy, f->edition, i)->name, name) == 0)
			return policy_post_at(f->t.policy, f->edition, i);
	return NULL;
}

static void reach_named(const struct folk *f, struct asked *a, const char *name, const char *from)
{
	const struct policy_post *post = post_named(f, name);
	if (post)
		reach(a, name, !*post->per ? "" : strcmp(post->per, "section") == 0 ? (*from ? from : f->section) : f->department);
}

static void reach_all(const struct folk *f, struct asked *a, const struct decision *d)
{
	const char *from, *to;
	for (size_t i = 0; i < d->approval_count; i++)
		for (size_t k = 0; k < d->approvals[i].slot_count; k++)
			reach(a, d->approvals[i].slots[k]->post, d->approvals[i].slots[k]->of ? d->approvals[i].slots[k]->of : "");
	a->named = a->place_count;
	for (size_t i = 0; i < a->place_count; i++) { /* grows while it is walked */
		const struct place at = a->places[i];
		const struct policy_post *post = post_named(f, at.post);
		for (unsigned state = 1; state <= POST_ABSENT; state <<= 1) {
			const char *other = policy_substitute(f->t.policy, f->edition, at.post, state, a->act, NULL);
			if (other)
				reach_named(f, a, other, at.scope);
		}
		for (size_t n = 0; policy_delegate_at(f->t.policy, f->edition, n, &from, &to, NULL); n++)
			if (strcmp(from, at.post) == 0) {
				a->from = from;
				a->to = to;
				reach_named(f, a, to, at.scope);
			}
		for (size_t u = 0; f->rise && post && u < post->under_count; u++)
			reach_named(f, a, post->under[u], at.scope);
	}
}

static bool has_permit(const struct decision *d)
{
	for (size_t i = 0; d && i < d->spoken_count; i++)
		if (strcmp(d->spoken[i].verb, "permit") == 0)
			return true;
	return false;
}

static void collect(struct folk *f)
{
	struct policy_act act;
	for (size_t i = 0; policy_act_at(f->t.policy, i, &act) && f->act_count < ACTS; i++) {
		struct asked *a = &f->acts[f->act_count];
		*a = (struct asked){.act = act.name};
		if (act.event)
			continue;
		if (act.from_count)
			a->facts[a->fact_count++] = (struct fact_pair){"object.step", act.from[0]};
		const struct wish blank = wish_of(f, a, 0);
		const struct decision *d, *first = NULL;
		bool asks = application_preview(f->t.proceedings, &blank, f->t.arena, &first, NULL).code == OK && has_permit(first);
		d = solve(f, a);
		if (d && d->verdict == HOLD && d->approval_count) {
			reach_all(f, a, d);
			f->act_count++;
		} else if (asks) {
			f->unreached++;
			printf("  %s: %s is not reached (%s)\n", f->name, act.name, d && d->missing_count ? d->missing[0].name : "refused");
		}
	}
}

/* Exceptions: one for each clause that lets them be asked for. */
static void collect_exceptions(struct folk *f)
{
	const char *lifts[8], *head = NULL;
	size_t n = 0;
	day_t today = day_of_ms(town_ms);
	/* some texts let only a section's head ask for one: meanwhile the first person is that */
	for (size_t i = 0; i < policy_post_count(f->t.policy, f->edition) && !head; i++) {
		const struct policy_post *post = policy_post_at(f->t.policy, f->edition, i);
		if (strcmp(post->per, "section") == 0 && post->held_by == POST_HEAD && strcmp(post->holder, "section") == 0)
			head = post->name;
	}
	CHECK_OK(store_begin(f->t.store, &f->t.why), &f->t.why);
	if (head) {
		const struct holding holding = {head, f->section, f->ids[0], today, today};
		CHECK_OK(office_hold_post(f->t.office, "", &holding, &f->t.why), &f->t.why);
	}
	for (size_t i = 0; i < policy_clause_count(f->t.policy, f->edition) && f->act_count < ACTS && n < 8; i++) {
		struct asked *a = &f->acts[f->act_count];
		*a = (struct asked){.act = "exception.begin", .exception_to = policy_clause_at(f->t.policy, f->edition, i)->id};
		const struct decision *d = solve(f, a);
		bool known = !d || d->verdict != HOLD || !d->approval_count;
		for (size_t k = 0; k < n && !known; k++)
			known = strcmp(lifts[k], d->approvals[0].clause->id) == 0;
		if (known)
			continue;
		lifts[n++] = d->approvals[0].clause->id;
		reach_all(f, a, d);
		if (head)
			reach(a, head, f->section);
		f->act_count++;
	}
	store_rollback(f->t.store);
}

/* ---- organisations */

static void hire(struct folk *f, const struct asked *a, const unsigned held[], day_t today)
{
	for (size_t i = 0; i < a->place_count; i++)
		if (held[i]) {
			const struct holding holding = {a->places[i].post, a->places[i].scope, f->ids[held[i] - 1], today, today};
			CHECK_OK(office_hold_post(f->t.office, "", &holding, &f->t.why), &f->t.why);
		}
}

static void delegate(struct folk *f, const struct asked *a, day_t today)
{
	char id[27];
	for (size_t i = 0; i < a->place_count; i++)
		for (size_t k = 0; k < a->place_count; k++)
			if (strcmp(a->places[i].post, a->from) == 0 && strcmp(a->places[k].post, a->to) == 0) {
				const struct delegation d = {.post = a->from, .scope = a->places[i].scope, .to_post = a->to,
					.to_scope = a->places[k].scope, .matter = "*", .from = today, .to = today};
				CHECK_OK(office_delegate(f->t.office, "", &d, id, &f->t.why), &f->t.why);
			}
}

/* Who may sign for a post while these have signed or may not: as the office answers. */
static unsigned may_sign(struct folk *f, const struct asked *a, const struct slot *slot, unsigned used)
{
	const char *excluded[CROWD];
	struct holder *holders;
	size_t count, n = 0;
	unsigned may = 0, only = ~0u;
	for (size_t p = 0; p < CROWD && slot->person; p++) /* each holder's own word is wanted */
		if (strcmp(slot->person, f->ids[p]) == 0)
			only = 1u << p;
	for (size_t p = 0; p < CROWD; p++)
		if (used >> p & 1)
			excluded[n++] = f->ids[p];
	const struct office_question q = {.post = slot->post, .scope = slot->of ? slot->of : "", .day = day_of_ms(town_ms), .act = a->act,
		.excluded = excluded, .excluded_count = n, .policy_name = f->name};
	CHECK_OK(office_resolve(f->t.office, f->t.policy, &q, f->scratch, &holders, &count, &f->t.why), &f->t.why);
	for (size_t k = 0; k < count; k++)
		for (size_t p = 0; p < CROWD; p++)
			may |= strcmp(holders[k].person, f->ids[p]) == 0 ? 1u << p : 0;
	return may & only & ~used;
}

struct way { /* signatures of which all are wanted */
	const struct slot *slots[ROUTED];
	size_t count;
};

/* The ways in which a route can be completed; at most `room`. */
static size_t ways_of(const struct route *r, struct way *out, size_t room)
{
	size_t n = 0;
	if (r->op == ROUTE_SLOT) {
		out[0] = (struct way){.slots = {r->slot}, .count = 1};
		return 1;
	}
	if (r->op == ROUTE_OR) {
		for (size_t i = 0; i < r->part_count && n < room; i++)
			n += ways_of(r->parts[i], out + n, room - n);
		return n;
	}
	struct way have[ROUTED] = {{.count = 0}}, more[ROUTED];
	n = 1;
	for (size_t i = 0; i < r->part_count; i++) {
		struct way next[ROUTED];
		size_t parts = ways_of(r->parts[i], more, ROUTED), made = 0;
		for (size_t x = 0; x < n; x++)
			for (size_t y = 0; y < parts && made < ROUTED; y++) {
				next[made] = have[x];
				for (size_t k = 0; k < more[y].count && next[made].count < ROUTED; k++)
					next[made].slots[next[made].count++] = more[y].slots[k];
				made++;
			}
		memcpy(have, next, made * sizeof *have);
		n = made;
	}
	n = n < room ? n : room;
	memcpy(out, have, n * sizeof *out);
	return n;
}

/* Can different persons sign all of them, in some order? */
static bool can_sign(struct folk *f, const struct asked *a, const struct way *way, unsigned done, unsigned used)
{
	bool all = true;
	for (size_t i = 0; i < way->count; i++) {
		if (done >> i & 1)
			continue;
		all = false;
		unsigned may = may_sign(f, a, way->slots[i], used);
		for (unsigned p = 0; p < CROWD; p++)
			if ((may >> p & 1) && can_sign(f, a, way, done | 1u << i, used | 1u << p))
				return true;
	}
	return all;
}

/* One post asked by several clauses is asked once. */
static bool join(struct way *to, const struct way *more)
{
	size_t before = to->count;
	for (size_t k = 0; k < more->count; k++) {
		bool known = false;
		for (size_t i = 0; i < before; i++)
			known |= strcmp(to->slots[i]->post, more->slots[k]->post) == 0 &&
			         strcmp(to->slots[i]->of ? to->slots[i]->of : "", more->slots[k]->of ? more->slots[k]->of : "") == 0;
		if (!known && to->count == ROUTED)
			return false;
		if (!known)
			to->slots[to->count++] = more->slots[k];
	}
	return true;
}

static bool some_way(struct folk *f, const struct asked *a, const struct decision *d, size_t at, struct way so_far, unsigned applicant)
{
	struct way ways[ROUTED];
	if (at == d->approval_count)
		return can_sign(f, a, &so_far, 0, applicant);
	size_t n = ways_of(d->approvals[at].route, ways, ROUTED);
	for (size_t i = 0; i < n; i++) {
		struct way with = so_far;
		if (join(&with, &ways[i]) && some_way(f, a, d, at + 1, with, applicant))
			return true;
	}
	return false;
}

/* ---- one application */

static size_t count_of(struct town *t, const char *sql, const char *id)
{
	bool found;
	int64_t count = 0;
	CHECK_OK(store_ask_one(t->store, sql, ARGS(arg_str(id)), &found, &count, &t->why), &t->why);
	return (size_t)count;
}

static bool is_holder(const struct application *a, const char *person)
{
	for (size_t i = 0; i < a->slot_count; i++)
		for (size_t k = 0; a->slots[i].open && k < a->slots[i].holder_count; k++)
			if (strcmp(a->slots[i].holders[k].person, person) == 0)
				return true;
	return false;
}

/* Everybody who is asked agrees, in the order that begins with one of them, until nobody is. */
static bool all_agree(struct folk *f, const char *id, size_t applicant, size_t first)
{
	struct application a;
	for (size_t signed_by = 0, round = 0; round < CROWD; round++, signed_by = 0) {
		CHECK_OK(application_get(f->t.proceedings, id, f->scratch, &a, &f->t.why), &f->t.why);
		for (size_t n = 0, p = first; n < CROWD && a.state == APPLICATION_OPEN && !signed_by; n++, p = (first + n) % CROWD)
			if (is_holder(&a, f->ids[p])) {
				CHECK(p != applicant);
				signed_by += application_answer(f->t.proceedings, id, f->ids[p], ANSWER_AGREE, "", NULL).code == OK;
				CHECK(application_answer(f->t.proceedings, id, f->ids[p], ANSWER_AGREE, "", NULL).code != OK); /* never twice */
			}
		if (!signed_by)
			break;
	}
	CHECK(application_answer(f->t.proceedings, id, f->ids[applicant], ANSWER_AGREE, "", NULL).code != OK);
	/* there is no row in which what the act sets could be set: the permission itself is asked for */
	return count_of(&f->t, "SELECT COUNT(*) FROM application WHERE id = ?1 AND state = 'permitted'", id) == 1;
}

/* Applied for once more: is it permitted when they sign in this order? */
static bool permitted_in_order(struct folk *f, const struct application_request *request, size_t applicant, size_t first)
{
	char id[27];
	CHECK_OK(application_submit(f->t.proceedings, request, id, &f->t.why), &f->t.why);
	return all_agree(f, id, applicant, first);
}

static void apply_once(struct folk *f, const struct asked *a, size_t applicant)
{
	char id[27];
	const struct application_request request = {.wish = wish_of(f, a, applicant), .section = f->section, .title = "申請",
		.purpose = "業務", .until = DAY_OPEN};
	struct application made;
	f->t.why = (struct why){0};
	if (application_submit(f->t.proceedings, &request, id, &f->t.why).code != OK)
		return; /* a clause refuses this person at once: nobody is asked */
	CHECK_OK(application_get(f->t.proceedings, id, f->scratch, &made, &f->t.why), &f->t.why);
	bool want = some_way(f, a, made.decision, 0, (struct way){.count = 0}, 1u << applicant);
	bool got = all_agree(f, id, applicant, 0);
	CHECK_INT(count_of(&f->t, "SELECT COUNT(*) FROM application_word w JOIN application a ON a.id = w.application"
	                          " WHERE a.id = ?1 AND w.person = a.applicant", id), 0);
	CHECK_INT(count_of(&f->t, "SELECT COUNT(*) FROM application_word WHERE application = ?1", id),
	          count_of(&f->t, "SELECT COUNT(DISTINCT person) FROM application_word WHERE application = ?1", id));
	/* one person may be wanted for the last word and spend his on an earlier one: then the order matters */
	for (size_t first = 1; first < CROWD && want && !got; first++) {
		got = permitted_in_order(f, &request, applicant, first);
		f->ordered += got;
	}
	arena_reset(f->scratch);
	f->asked++;
	f->permitted += got;
	/* Where a question may rise, somebody above can be asked only once the one below has spent his
	 * word: a few constellations stand still, which is told and not hidden.        */
	bool stands = want && !got && f->rise;
	f->stood += stands;
	if (got != want && !stands && f->wrong++ < 5)
		printf("  %s, %s: %s\n", f->name, a->act, got ? "permitted" : "not permitted");
}

enum { KINDS = 2, STEP = 211 };

struct setting { /* one organisation on its day */
	unsigned held[PLACES], persons;
	size_t away;      /* a person, or persons for nobody */
	enum absence_kind kind;
	bool delegated;
};

static void try_setting(struct folk *f, const struct asked *a, const struct setting *s, bool longer)
{
	day_t today = day_of_ms(town_ms);
	bool ready = false;
	size_t outsider = CROWD - 1;
	char id[27];
	for (size_t n = 0; n <= s->persons; n++) {
		if (!longer && f->all++ % STEP != 0)
			continue;
		if (!ready) {
			const struct absence away = {.person = f->ids[s->away], .kind = s->kind, .from = today, .to = today};
			CHECK_OK(store_begin(f->t.store, &f->t.why), &f->t.why);
			hire(f, a, s->held, today);
			if (s->away < s->persons)
				CHECK_OK(office_add_absence(f->t.office, "", &away, SLICE("休養"), id, &f->t.why), &f->t.why);
			if (s->delegated)
				delegate(f, a, today);
			f->organisations++;
			ready = true;
		}
		apply_once(f, a, n < s->persons ? n : outsider);
	}
	if (ready)
		store_rollback(f->t.store);
}

/* Every way to fill the posts: each vacant, held by one who holds an earlier one, or by the next. */
static void fill(struct folk *f, const struct asked *a, struct setting *s, size_t at, bool longer)
{
	if (at < a->place_count) {
		for (unsigned who = 0; who <= s->persons + 1; who++) {
			struct setting next = *s;
			next.held[at] = who;
			next.persons += who == s->persons + 1;
			fill(f, a, &next, at + 1, longer);
		}
		return;
	}
	for (int given = 0; given <= (a->from != NULL); given++) {
		s->delegated = given;
		s->away = s->persons;
		try_setting(f, a, s, longer);
		for (s->away = 0; s->away < s->persons; s->away++)
			for (int kind = 1; kind <= KINDS; kind++) {
				s->kind = (enum absence_kind)kind;
				try_setting(f, a, s, longer);
			}
	}
}


static int wanted(void)
{
	const char *wish = getenv("SEKISHO_LONG");
	return wish && wish[0] ? atoi(wish) : 0;
}

/* People of one section, nobody in office yet. */
static void settle_in(struct folk *f)
{
	struct holding *all;
	struct person *people;
	struct section *sections;
	struct policy_value rise = {0};
	size_t count, n = 0;
	f->name = policy_edition_in(f->t.policy, f->body->policy)->name;
	f->edition = policy_edition_on(f->t.policy, f->name, day_of_ms(town_ms));
	if (policy_parameter(f->t.policy, f->edition, "rise", NULL, day_of_ms(town_ms), &rise, NULL).code == OK)
		f->rise = rise.set && rise.number == 1;
	CHECK_OK(office_all_holdings(f->t.office, f->t.arena, &all, &count, &f->t.why), &f->t.why);
	for (size_t i = 0; i < count; i++)
		CHECK_OK(office_end_post(f->t.office, "", all[i].post, all[i].scope, all[i].person, day_of_ms(town_ms), &f->t.why), &f->t.why);
	CHECK_OK(office_sections(f->t.office, f->t.arena, &sections, &count, &f->t.why), &f->t.why);
	for (size_t i = 0; i < count; i++)
		if (!f->section || (*sections[i].parent && f->department == f->section)) {
			f->section = sections[i].id;
			f->department = *sections[i].parent ? sections[i].parent : sections[i].id;
		}
	CHECK_OK(office_people(f->t.office, f->t.arena, &people, &count, &f->t.why), &f->t.why);
	for (size_t i = 0; i < count && n < CROWD; i++, n++) {
		snprintf(f->ids[n], sizeof f->ids[n], "%s", people[i].id);
		if (strcmp(people[i].section, f->section) != 0)
			CHECK_OK(office_move_person(f->t.office, "", people[i].id, f->section, &f->t.why), &f->t.why);
	}
	CHECK_INT(n, CROWD);
	town_ms += 86400000;
}

static void one_body(const struct town_body *body, struct folk *f)
{
	int longer = wanted();
	const char *only = getenv("SEKISHO_BODY");
	*f = (struct folk){.body = body, .scratch = arena_new(64 << 20)};
	if (only && *only && strcmp(only, body->policy) != 0) {
		arena_free(f->scratch);
		return;
	}
	town_new_on(&f->t, body);
	settle_in(f);
	collect(f);
	size_t acts = f->act_count;
	collect_exceptions(f);
	for (size_t i = 0; i < f->act_count; i++) {
		struct setting blank = {.persons = 0};
		fill(f, &f->acts[i], &blank, 0, longer == 1);
	}
	printf("%s: %zu acts, %zu exceptions, %lu organisations, %lu applications, %lu permitted (%lu in the right order only), none by oneself, %lu stand still, %lu decided wrongly\n",
	       f->name, acts, f->act_count - acts, f->organisations, f->asked, f->permitted, f->ordered, f->stood, f->wrong);
	CHECK_INT(f->wrong, 0);
	CHECK(f->act_count > 0 && f->permitted > 0 && f->permitted < f->asked);
	town_done(&f->t);
	arena_free(f->scratch);
}

TEST(nobody_permits_his_own_application_in_any_organisation)
{
	static const struct town_body bodies[] = {{"hannan", "office.tsv"}, {"annaka", "annaka.tsv"}, {"fuchu", "fuchu.tsv"},
		{"imabari-auditors", "imabari-auditors.tsv"}, {"fukushima", "fukushima.tsv"}};
	static struct folk f;
	unsigned long asked = 0, permitted = 0;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		one_body(&bodies[i], &f);
		asked += f.asked;
		permitted += f.permitted;
	}
	printf("5 bodies, %lu applications, %lu permitted, none by oneself\n", asked, permitted);
}

/* ---- audits: the posts of one office, held by four persons ------------------------ */

enum { POSTS = 5, PERSONS = 4, EVERYBODY = 5 /* the last holds no post */, NAMED = 1024, ABSENT = PERSONS + 1, CONSTELLATIONS = ABSENT * 2 };

static const struct post_row {
	const char *post, *scope;
} posts[POSTS] = {{"ciso", ""}, {"supervisor", ""}, {"deputy", ""}, {"department_officer", "finance"}, {"manager", "tax"}};
static const char *const logins[EVERYBODY] = {"aoki", "ueda", "tanaka", "okada", "kimura"};

struct hall { /* one organisation on a day of its own, so that nothing has to be taken back */
	char ids[EVERYBODY][27];
};

static void employ(struct town *t, struct hall *h, unsigned employed, unsigned constellation)
{
	town_ms += 86400000;
	day_t today = day_of_ms(town_ms);
	unsigned absent = constellation % ABSENT;
	char id[27];
	for (size_t i = 0; i < POSTS; i++, employed /= PERSONS) {
		const struct holding holding = {posts[i].post, posts[i].scope, h->ids[employed % PERSONS], today, today};
		CHECK_OK(office_hold_post(t->office, "", &holding, &t->why), &t->why);
	}
	if (absent < PERSONS) {
		const struct absence away = {.person = h->ids[absent], .kind = ABSENCE_PREVENTED, .from = today, .to = today};
		CHECK_OK(office_add_absence(t->office, "", &away, SLICE("入院"), id, &t->why), &t->why);
	}
	if (constellation >= ABSENT) {
		const struct delegation given = {.post = "supervisor", .scope = "", .to_post = "deputy", .to_scope = "", .matter = "*",
		                                 .from = today, .to = today};
		CHECK_OK(office_delegate(t->office, "", &given, id, &t->why), &t->why);
	}
}

static void empty_posts(struct town *t, struct hall *h)
{
	struct holding *all;
	size_t count;
	for (size_t p = 0; p < EVERYBODY; p++)
		snprintf(h->ids[p], sizeof h->ids[p], "%s", town_id(t, logins[p]));
	CHECK_OK(office_all_holdings(t->office, t->arena, &all, &count, &t->why), &t->why);
	for (size_t i = 0; i < count; i++)
		CHECK_OK(office_end_post(t->office, "", all[i].post, all[i].scope, all[i].person, day_of_ms(town_ms), &t->why), &t->why);
}

/* ---- audits */

static enum error carry_out(struct town *t, const char *id, const char *act, const char *by, int64_t turn)
{
	char application[27];
	enum case_outcome outcome;
	const struct case_hand hand = {id, turn, by, ""};
	const struct case_step step = {.act = act, .reason = ""};
	t->why = (struct why){0};
	return case_move(t->proceedings, &hand, &step, &outcome, application, &t->why).code;
}

static void open_audit(struct town *t, const char *auditor, const char *by, char id[27])
{
	const struct cell cells[] = {{"section", "tax"}, {"auditor", auditor}};
	const struct case_opening opening = {.kind = "audit", .name = "監査", .section = "audit", .cells = cells,
		.cell_count = 2, .actor = by};
	t->why = (struct why){0};
	CHECK_OK(case_open(t->proceedings, &opening, id, &t->why), &t->why);
}

/* The auditor manages the audited section, is one of its people, or neither. */
TEST(nobody_audits_his_own_section_in_any_organisation)
{
	static const bool in_tax[EVERYBODY] = {true, true, true, false, false}; /* aoki, ueda, tanaka */
	struct town t;
	struct hall h;
	unsigned audits = 0, refused = 0;
	town_new(&t);
	empty_posts(&t, &h);
	for (unsigned employed = 0; employed < NAMED; employed += 7) { /* any order: who is who matters here */
		unsigned manager = employed / (PERSONS * PERSONS * PERSONS * PERSONS) % PERSONS;
		employ(&t, &h, employed, employed % CONSTELLATIONS);
		for (size_t auditor = 0; auditor < EVERYBODY; auditor++, audits++) {
			char id[27];
			bool own = auditor == manager || in_tax[auditor];
			open_audit(&t, h.ids[auditor], h.ids[(auditor + 1) % EVERYBODY], id);
			enum error code = carry_out(&t, id, "audit.carry_out", h.ids[auditor], 1);
			CHECK_INT(code, own ? E_DENIED : OK);
			refused += code != OK;
		}
	}
	printf("%u audits, %u of one's own section refused\n", audits, refused);
	CHECK(refused > 0 && refused < audits);
	town_done(&t);
}

/* Whoever is transferred into the section, or comes to manage it, while he audits it
 * does not report on it.                                                     */
TEST(a_transfer_in_the_middle_of_an_audit_ends_the_independence)
{
	struct town t;
	struct hall h;
	town_new(&t);
	empty_posts(&t, &h);
	for (int way = 0; way < 3; way++) { /* stays, moves in, manages */
		char id[27];
		if (way)
			CHECK_OK(office_move_person(t.office, "", h.ids[4], "welfare", &t.why), &t.why);
		employ(&t, &h, 0, PERSONS);
		open_audit(&t, h.ids[4], h.ids[3], id);
		CHECK_INT(carry_out(&t, id, "audit.carry_out", h.ids[4], 1), OK);
		town_ms += 86400000;
		day_t today = day_of_ms(town_ms);
		const struct holding over = {"manager", "tax", h.ids[4], today, today};
		if (way == 1)
			CHECK_OK(office_move_person(t.office, "", h.ids[4], "tax", &t.why), &t.why);
		if (way == 2)
			CHECK_OK(office_hold_post(t.office, "", &over, &t.why), &t.why);
		CHECK_INT(carry_out(&t, id, "audit.report", h.ids[4], 2), way ? E_DENIED : OK);
	}
	town_done(&t);
}

MAIN_TESTS()
