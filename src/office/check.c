/* What the check of a policy cannot find without its office (LANGUAGE.md section 8: 10
 * to 13, and of 30 what persons show): whether anybody can permit what may be
 * permitted, whom his own route shuts out, which posts nobody holds, what was
 * provided for and never done, and who judges himself.                       */
#include "office/internal.h"

#include <stdarg.h>
#include <stdio.h>

enum { SEATS_NAMED = 12, TEXT_BYTES = 700 };

/* Everybody who could act as a post, scope by scope. */
struct bench {
	const struct policy_post *post;
	struct holder *all;   /* of every scope, each person once a scope */
	size_t count, room;
};
struct inquiry {
	struct office *office;
	const struct policy *policy;
	const struct policy_edition *edition;
	day_t day;
	struct arena *arena;
	struct findings *findings;
	struct section *sections;
	size_t section_count;
	struct bench *benches; /* one a post of the edition */
	size_t bench_count;
	struct why *why;
};

static struct result tell(struct inquiry *q, unsigned number, const struct policy_clause *clause,
                          const char *mend, const char *format, ...) PRINTF_LIKE(5, 6) MUST;
static struct result tell(struct inquiry *q, unsigned number, const struct policy_clause *clause,
                          const char *mend, const char *format, ...)
{
	static const enum severity severities[] = {[10] = FINDING_ERROR, [11] = FINDING_GAP, [12] = FINDING_GAP,
	                                           [13] = FINDING_GAP, [30] = FINDING_NOTE};
	char text[TEXT_BYTES];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	struct finding *f = ARENA_NEW(q->arena, struct finding);
	const char *sentence = arena_string(q->arena, slice_str(text));
	if (!f || !sentence)
		return office_no_memory(q->why);
	*f = (struct finding){.number = number, .severity = severities[number], .file = clause->file,
	                      .line = clause->line, .policy = q->edition->name, .clause = clause->id,
	                      .sentence = sentence, .mend = mend};
	if (q->findings->last)
		q->findings->last->next = f;
	else
		q->findings->first = f;
	q->findings->last = f;
	q->findings->errors += f->severity == FINDING_ERROR;
	q->findings->gaps += f->severity == FINDING_GAP;
	q->findings->notes += f->severity == FINDING_NOTE;
	return ok();
}

static const char *name_of(struct inquiry *q, const char *person)
{
	struct person found;
	return office_person(q->office, person, q->arena, &found, NULL).code == OK ? found.name : person;
}

static const char *section_called(const struct inquiry *q, const char *id)
{
	for (size_t i = 0; i < q->section_count; i++)
		if (!strcmp(q->sections[i].id, id))
			return q->sections[i].name;
	return id;
}

/* ---- who holds what --------------------------------------------------------- */

static struct result seat(struct inquiry *q, struct bench *bench, const char *scope)
{
	struct holder *found = NULL;
	size_t count = 0;
	struct office_question question = {.post = bench->post->name, .scope = scope, .day = q->day,
	                                   .policy_name = q->edition->name};
	TRY(office_resolve(q->office, q->policy, &question, q->arena, &found, &count, q->why));
	for (size_t i = 0; i < count; i++) {
		bench->all = office_grow(q->arena, bench->all, bench->count, &bench->room, sizeof *bench->all);
		if (!bench->all)
			return office_no_memory(q->why);
		bench->all[bench->count] = found[i];
		bench->all[bench->count++].scope = scope;
	}
	return ok();
}

/* A post per row of a register is held for that row's id: whoever holds it for any. */
static struct result seat_elsewhere(struct inquiry *q, struct bench *bench)
{
	struct holding *all = NULL;
	size_t count = 0;
	TRY(office_all_holdings(q->office, q->arena, &all, &count, q->why));
	for (size_t i = 0; i < count; i++)
		if (!strcmp(all[i].post, bench->post->name) && all[i].from <= q->day && q->day <= all[i].to)
			TRY(seat(q, bench, all[i].scope));
	return ok();
}

static struct result seat_all(struct inquiry *q)
{
	q->bench_count = policy_post_count(q->policy, q->edition);
	q->benches = ARENA_ARRAY(q->arena, q->bench_count + 1, struct bench);
	if (!q->benches)
		return office_no_memory(q->why);
	for (size_t i = 0; i < q->bench_count; i++) {
		struct bench *bench = &q->benches[i];
		*bench = (struct bench){.post = policy_post_at(q->policy, q->edition, i)};
		const char *per = bench->post->per;
		if (!*per)
			TRY(seat(q, bench, ""));
		else if (strcmp(per, "section") && strcmp(per, "department"))
			TRY(seat_elsewhere(q, bench));
		else
			for (size_t s = 0; s < q->section_count; s++)
				TRY(seat(q, bench, q->sections[s].id));
	}
	return ok();
}

static const struct bench *bench_of(const struct inquiry *q, const char *post)
{
	for (size_t i = 0; post && i < q->bench_count; i++)
		if (!strcmp(q->benches[i].post->name, post))
			return &q->benches[i];
	return NULL;
}

/* ---- 12, 13: what nobody holds, what was never done --------------------------- */

static const char hold_it[] = "その職に人を就けてください（sekisho post hold）。";
static const char name_it[] = "条文のいう人が指名し、その職に就けてください（sekisho post hold）。";

static struct result tell_holes(struct inquiry *q)
{
	struct office_hole *holes = NULL;
	size_t count = 0;
	TRY(office_holes(q->office, q->day, q->arena, &holes, &count, q->why));
	for (size_t i = 0; i < count; i++) {
		const struct policy_post *post = holes[i].post;
		bool named = post->held_by == POST_NAMED;
		const char *where = *holes[i].scope ? section_called(q, holes[i].scope) : "";
		TRY(tell(q, named ? 13 : 12, post->clause, named ? name_it : hold_it,
		         "「%s」%s%s%sに就いている人が%zu人です。%zu人以上必要です。", post->title, *where ? "（" : "", where,
		         *where ? "）" : "", holes[i].held, holes[i].wanted));
	}
	return ok();
}

static struct result tell_delegations(struct inquiry *q)
{
	struct delegation *made = NULL;
	size_t count = 0;
	const char *from = NULL, *to = NULL;
	const struct policy_clause *clause = NULL;
	TRY(office_delegations(q->office, q->day, q->arena, &made, &count, q->why));
	for (size_t i = 0; policy_delegate_at(q->policy, q->edition, i, &from, &to, &clause); i++) {
		bool found = false;
		for (size_t k = 0; k < count; k++)
			found |= !strcmp(made[k].post, from) && !strcmp(made[k].to_post, to);
		if (!found)
			TRY(tell(q, 13, clause, "専決させる事務と期間を記録してください（sekisho post delegate）。させないなら、このままで構いません。",
			         "「%s」の事務を「%s」に専決させる記録がありません。", policy_label(q->policy, NULL, from),
			         policy_label(q->policy, NULL, to)));
	}
	return ok();
}

static struct result tell_substitutes(struct inquiry *q)
{
	static const unsigned states[] = {POST_PREVENTED, POST_VACANT, POST_ABSENT};
	for (size_t i = 0; i < q->bench_count; i++) {
		const struct policy_clause *told = NULL, *clause = NULL;
		for (size_t s = 0; s < sizeof states / sizeof *states; s++) {
			const char *other = policy_substitute(q->policy, q->edition, q->benches[i].post->name, states[s], NULL, &clause);
			const struct bench *bench = other ? bench_of(q, other) : NULL;
			if (!bench || bench->count || clause == told)
				continue;
			told = clause;
			TRY(tell(q, 13, clause, hold_it, "「%s」の代わりをする「%s」に、人が就いていません。",
			         q->benches[i].post->title, bench->post->title));
		}
	}
	return ok();
}

/* ---- 10, 30: routes ------------------------------------------------------------- */

static struct result can_fill(struct inquiry *q, const struct route *route, bool *out);

static struct result all_or_any(struct inquiry *q, const struct route *route, bool *out)
{
	bool any = false, all = true;
	for (size_t i = 0; i < route->part_count; i++) {
		bool one = false;
		TRY(can_fill(q, route->parts[i], &one));
		any |= one;
		all &= one;
	}
	*out = route->op == ROUTE_OR ? any : all;
	return ok();
}

static struct result can_fill(struct inquiry *q, const struct route *route, bool *out)
{
	if (route->op != ROUTE_SLOT)
		return all_or_any(q, route, out);
	const struct bench *bench = bench_of(q, route->slot->post);
	*out = !bench || bench->count > 0; /* a post that a parameter leaves open is finding 17 */
	return ok();
}

/* two slots that must be signed by different persons, and one person alone for both */
static struct result tell_double(struct inquiry *q, const struct wanted_route *wanted)
{
	for (size_t a = 0; a < wanted->slot_count; a++)
		for (size_t b = a + 1; b < wanted->slot_count; b++) {
			const struct bench *first = bench_of(q, wanted->slots[a]->post), *second = bench_of(q, wanted->slots[b]->post);
			if (!first || !second || first == second || wanted->route->op == ROUTE_OR)
				continue;
			for (size_t i = 0; i < first->count; i++)
				for (size_t k = 0; k < second->count; k++)
					if (!strcmp(first->all[i].person, second->all[k].person))
						return tell(q, 30, wanted->clause, "一人の押印は一つにしか数えません。その件では、もう一つを別の人が担うようにしてください。",
						            "%sさんは「%s」と「%s」の両方に就いていて、二つの許可のどちらにも当たります。",
						            name_of(q, first->all[i].person), first->post->title, second->post->title);
		}
	return ok();
}

static bool told_before(const struct inquiry *q, unsigned number, const struct policy_clause *clause)
{
	for (const struct finding *f = q->findings->first; f; f = f->next)
		if (f->number == number && !strcmp(f->clause, clause->id))
			return true;
	return false;
}

static struct result look_at_route(struct inquiry *q, const struct policy_act *act, const struct wanted_route *wanted)
{
	bool fillable = false;
	TRY(can_fill(q, wanted->route, &fillable));
	if (!fillable && !told_before(q, 10, wanted->clause))
		TRY(tell(q, 10, wanted->clause, "条文のいう職に人を就けるか、上の職へ回す設定（rise）にしてください。",
		         "「%s」を許可できる人が、いまの組織に一人もいません（%s）。", act->title, wanted->text));
	if (!told_before(q, 30, wanted->clause))
		return tell_double(q, wanted);
	return ok();
}

/* ---- 11: whom his own route shuts out --------------------------------------------- */

/* A slot alone, for which every scope has a bench of its own: who sits there alone
 * cannot be permitted anything of his own scope.                             */
static struct result tell_shut_out(struct inquiry *q, const struct policy_act *act, const struct wanted_route *wanted)
{
	const struct slot *slot = wanted->slot_count == 1 ? wanted->slots[0] : NULL;
	const struct bench *bench = slot ? bench_of(q, slot->post) : NULL;
	char names[TEXT_BYTES] = "";
	size_t alone = 0, used = 0;
	if (!bench || !wanted->distinct_from_actor || told_before(q, 11, wanted->clause))
		return ok();
	for (size_t i = 0; i < bench->count; i++) {
		struct holder *left = NULL;
		size_t count = 0;
		const char *const out[] = {bench->all[i].person};
		struct office_question question = {.post = slot->post, .scope = bench->all[i].scope, .day = q->day, .act = act->name,
		                                   .excluded = out, .excluded_count = 1, .policy_name = q->edition->name};
		TRY(office_resolve(q->office, q->policy, &question, q->arena, &left, &count, q->why));
		if (count)
			continue;
		if (alone++ < SEATS_NAMED && used < sizeof names - 100)
			used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? "、" : "", name_of(q, bench->all[i].person));
	}
	if (!alone)
		return ok();
	return tell(q, 11, wanted->clause, "上の職へ回す（rise）か、代わりに許可する人を置いてください。",
	            "「%s」などを自分で申請すると、許可する人が残らない人が%zu人います（%s%s）。", act->title, alone, names,
	            alone > SEATS_NAMED ? "ほか" : "");
}

/* A route may hang on a condition: the act is asked with nothing known, with every yes
 * and highest class, and with every no and lowest.                           */
enum guise { NOTHING_KNOWN = 0, ALL_YES, ALL_NO, GUISES };

static struct result put_on(struct inquiry *q, struct facts *facts, enum guise guise, struct arena *arena)
{
	const struct policy_fact *known = NULL;
	size_t count = 0;
	TRY(policy_act_facts(q->policy, facts_act(facts), arena, &known, &count, q->why));
	for (size_t i = 0; guise != NOTHING_KNOWN && i < count; i++) {
		const struct policy_fact *fact = &known[i];
		if (fact->type == FACT_YESNO)
			TRY(facts_set_yesno(facts, fact->path, guise == ALL_YES, q->why));
		else if (fact->type == FACT_LEVEL && fact->word_count)
			TRY(facts_set_level(facts, fact->path, fact->words[guise == ALL_YES ? fact->word_count - 1 : 0], q->why));
	}
	return ok();
}

static struct result look_in(struct inquiry *q, const struct policy_act *act, enum guise guise, struct arena *arena)
{
	struct facts *facts = NULL;
	const struct decision *decision = NULL;
	struct policy_question question = {.policies = &q->edition->name, .policy_count = 1, .day = q->day};
	TRY(facts_new(q->policy, act->name, arena, &facts, q->why));
	TRY(put_on(q, facts, guise, arena));
	question.facts = facts;
	TRY(policy_decide(q->policy, &question, arena, &decision, q->why));
	for (size_t i = 0; i < decision->approval_count; i++) {
		TRY(look_at_route(q, act, &decision->approvals[i]));
		TRY(tell_shut_out(q, act, &decision->approvals[i]));
	}
	return ok();
}

static struct result look_at_act(struct inquiry *q, const struct policy_act *act)
{
	AUTO(arena_drop) struct arena *arena = arena_new(4 << 20);
	if (!arena)
		return office_no_memory(q->why);
	for (enum guise guise = NOTHING_KNOWN; guise < GUISES; guise++) {
		arena_reset(arena);
		TRY(look_in(q, act, guise, arena));
	}
	return ok();
}

/* ---- 30: who stands under himself --------------------------------------------------- */

static bool under(const struct policy_post *below, const char *above)
{
	for (size_t i = 0; i < below->under_count; i++)
		if (!strcmp(below->under[i], above))
			return true;
	return false;
}

static struct result tell_above_self(struct inquiry *q, const struct bench *below)
{
	for (size_t i = 0; i < below->count; i++)
		for (size_t k = 0; k < q->bench_count; k++) {
			const struct bench *above = &q->benches[k];
			if (!under(below->post, above->post->name))
				continue;
			for (size_t n = 0; n < above->count; n++) {
				bool same = !strcmp(above->all[n].person, below->all[i].person) &&
				            (!*above->all[n].scope || !strcmp(above->all[n].scope, below->all[i].scope));
				if (same && !below->all[i].risen && !above->all[n].risen)
					return tell(q, 30, below->post->clause, "その人が自分の監督を受ける件は、別の人が担うようにしてください。",
					            "%sさんは「%s」と、その上に立つ「%s」を兼ねています。", name_of(q, below->all[i].person),
					            below->post->title, above->post->title);
			}
		}
	return ok();
}

struct result office_check(struct office *office, day_t day, struct arena *arena, struct findings *findings,
                           struct why *why)
{
	struct inquiry q = {.office = office, .policy = office->policy, .day = day, .arena = arena,
	                    .findings = findings, .why = why};
	struct policy_act act;
	q.edition = office->policy && office->policy_name
	                    ? policy_edition_on(office->policy, office->policy_name, day)
	                    : NULL;
	if (!q.edition)
		return fail(why, E_CONFLICT, "policy", "その日に施行されている規程がありません。");
	TRY(office_sections(office, arena, &q.sections, &q.section_count, why));
	TRY(seat_all(&q));
	TRY(tell_holes(&q));
	TRY(tell_delegations(&q));
	TRY(tell_substitutes(&q));
	for (size_t i = 0; policy_act_at(office->policy, i, &act); i++)
		if (!act.event)
			TRY(look_at_act(&q, &act));
	for (size_t i = 0; i < q.bench_count; i++)
		TRY(tell_above_self(&q, &q.benches[i]));
	return ok();
}
