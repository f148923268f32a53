/* What conditions and norms do to each other: 6, 7, 8, 9, 14, 24, 27. */
#include "policy/model.h"

static struct demand applies(const struct norm *n, enum truth want)
{
	return (struct demand){n->when, n->unless, want};
}

static struct demand demand_of(const struct norm *n, enum truth want)
{
	return (struct demand){n->that, NULL, want};
}

static bool overrides(const struct norm *over, const struct norm *n)
{
	for (const struct over *o = n->overridden_by; o; o = o->next)
		if (o->norm == over)
			return true;
	return false;
}

static void undecided(struct checker *c, unsigned number, const struct norm *n)
{
	const struct clause *clause = n->member->clause;
	struct finding f = {.number = number, .severity = FINDING_NOTE, .file = clause->file, .clause = clause->id,
	                    .line = n->statement->line, .policy = c->book->name,
	                    .mend = "条件を分けて短くすると、調べきれます。"};
	finding_add_as(c->findings, c->arena, f, "条件の場合分けが多すぎて、この点検を終えられません。");
}

/* ---- pairs: 6, 7, 8 */

static void allow_and_forbid(struct checker *c, const struct act *act, const struct norm *a, const struct norm *f)
{
	if (a->verb != ST_ALLOW || f->verb != ST_FORBID || f->strength == SHOULD || overrides(a, f))
		return;
	struct demand both[] = {applies(a, YES), applies(f, YES)};
	enum truth t = cases_possible(c->cases, act->row, both, 2, false);
	if (t == YES)
		checker_say(c, 6, a->member->clause, a->statement->line, "overrides で優先を示すか、条件を狭めてください。",
		            "「%s」を認める場合と、%s が禁じる場合が重なります。", act->title, f->member->clause->id);
	else if (t == CANNOT_TELL)
		undecided(c, 6, a);
}

static void permit_in_forbid(struct checker *c, const struct act *act, const struct norm *p, const struct norm *f)
{
	if (p->verb != ST_PERMIT || f->verb != ST_FORBID || f->strength == SHOULD || overrides(p, f))
		return;
	struct demand beside[] = {applies(p, YES), applies(f, NO)};
	enum truth t = cases_possible(c->cases, act->row, beside, 2, true);
	if (t == NO)
		checker_say(c, 7, p->member->clause, p->statement->line, "overrides で優先を示すか、どちらかを改めてください。",
		            "「%s」の許可は、%s がいつも禁じるので、決して働きません。", act->title, f->member->clause->id);
	else if (t == CANNOT_TELL)
		undecided(c, 7, p);
}

static bool binding(const struct norm *n)
{
	bool demand = (n->verb == ST_REQUIRE || n->verb == ST_ITEM) && n->that;
	return demand && n->strength != SHOULD && n->strength != AS_NEEDED;
}

static void two_requires(struct checker *c, const struct act *act, const struct norm *a, const struct norm *b)
{
	if (a->index >= b->index || !binding(a) || !binding(b))
		return;
	struct demand all[] = {applies(a, YES), applies(b, YES), demand_of(a, YES), demand_of(b, YES)};
	struct demand alone[] = {applies(a, YES), demand_of(a, YES)}, other[] = {applies(b, YES), demand_of(b, YES)};
	enum truth both = cases_possible(c->cases, act->row, all, 4, false);
	if (both == CANNOT_TELL)
		undecided(c, 8, a);
	if (both != NO || cases_possible(c->cases, act->row, all, 2, false) != YES ||
	    cases_possible(c->cases, act->row, alone, 2, false) != YES ||
	    cases_possible(c->cases, act->row, other, 2, false) != YES)
		return;
	checker_say(c, 8, b->member->clause, b->statement->line, "どちらかの条件を改めてください。",
	            "「%s」に求めることが、%s の求めることと両立しません。", act->title, a->member->clause->id);
}

/* ---- one act: 9 */

static bool opens(struct checker *c, const struct act *act, const struct norm *n)
{
	bool by_itself = n->verb == ST_ALLOW || n->verb == ST_PERMIT;
	bool by_lift = n->verb == ST_FORBID || n->verb == ST_PERMIT;
	struct demand one = applies(n, YES);
	if (by_lift && n->lifts && n->strength != SHOULD)
		return true;
	return by_itself && cases_possible(c->cases, act->row, &one, 1, false) != NO;
}

static void never_opened(struct checker *c, const struct act *act, const struct rules *rules)
{
	if (act->event || act->standard_pass || act->derived)
		return;
	for (const struct norm *n = rules->norms; n; n = n->next)
		if (opens(c, act, n))
			return;
	struct finding f = {.number = 9, .file = act->file, .line = act->line, .policy = c->book->name, .clause = "",
	                    .mend = "allow か permit の条を加えるか、語彙の default を見直してください。"};
	if (!rules->norms) { /* not this policy's matter: another body's word */
		f.severity = FINDING_NOTE;
		f.mend = "この規程で扱うなら、allow か permit の条を加えてください。";
		finding_add_as(c->findings, c->arena, f, "「%s」について定めがありません。初めから不可です。", act->title);
		return;
	}
	finding_add_as(c->findings, c->arena, f, "「%s」は初めから不可で、認める条が一つもありません。", act->title);
}

/* ---- one norm: 14, 24 */

static void never_or_always(struct checker *c, const struct act *act, const struct norm *n)
{
	struct demand yes = applies(n, YES), no = applies(n, NO);
	const struct clause *clause = n->member->clause;
	bool conditional = n->when || n->unless;
	if (conditional && cases_possible(c->cases, act->row, &yes, 1, false) == NO)
		checker_say(c, 24, clause, n->statement->line, "条件を改めてください。",
		            "「%s」についての条件が成り立つことはありません。", act->title);
	else if (conditional && cases_possible(c->cases, act->row, &no, 1, true) == NO)
		checker_say(c, 24, clause, n->statement->line, "条件を外すか、改めてください。",
		            "「%s」についての条件がいつも成り立ちます。", act->title);
	struct demand met = demand_of(n, YES), unmet = demand_of(n, NO);
	if (n->that && cases_possible(c->cases, act->row, &met, 1, false) == NO)
		checker_say(c, 24, clause, n->statement->line, "求めることを改めてください。",
		            "「%s」に求めることが満たされることはありません。", act->title);
	else if (n->that && cases_possible(c->cases, act->row, &unmet, 1, true) == NO)
		checker_say(c, 24, clause, n->statement->line, "求めることを改めてください。",
		            "「%s」に求めることがいつも満たされています。", act->title);
}

static void always_quiet(struct checker *c, const struct act *act, const struct norm *n)
{
	const struct clause *clause = n->member->clause;
	for (const struct over *o = n->overridden_by; o; o = o->next) {
		struct demand heard[] = {applies(n, YES), applies(o->norm, NO)};
		if (cases_possible(c->cases, act->row, heard, 2, true) == NO)
			checker_say(c, 24, clause, n->statement->line, "優先する条の条件を狭めてください。",
			            "この条は、%s がいつも優先するので、決して働きません。", o->norm->member->clause->id);
	}
	for (const struct reached *r = n->lifts; r; r = r->next) {
		if (r->lift->by)
			continue;
		struct demand heard[] = {applies(n, YES), {r->lift->when, r->lift->unless, NO}};
		if (cases_possible(c->cases, act->row, heard, 2, true) == NO)
			checker_say(c, 24, clause, n->statement->line, "例外の条件を狭めてください。",
			            "この条は、%s の例外がいつも当たるので、決して働きません。", r->lift->member->clause->id);
	}
}

static void one_norm(struct checker *c, const struct act *act, const struct norm *n)
{
	if (n->strength == IN_PRINCIPLE && !n->lifts && n->verb != ST_ALLOW && !n->overridden_by)
		checker_say(c, 14, n->member->clause, n->statement->line, "lift で、例外を認める人を定めてください。",
		            "原則として定めているのに、例外を認める条がありません。");
	never_or_always(c, act, n);
	always_quiet(c, act, n);
}

/* ---- terms and ratings: 24, 27 */

static void kind_condition(struct checker *c, const struct shape *scope, const struct node *when,
                           const struct statement *s)
{
	struct demand yes = {when, NULL, YES}, no = {when, NULL, NO};
	if (when && cases_possible(c->cases, scope, &yes, 1, false) == NO)
		checker_say(c, 24, s->clause, s->line, "条件を改めてください。", "条件が成り立つことはありません。");
	else if (when && cases_possible(c->cases, scope, &no, 1, true) == NO)
		checker_say(c, s->kind == ST_RATE ? 27 : 24, s->clause, s->line, "条件を外すか、改めてください。",
		            s->kind == ST_RATE ? "条件がいつも成り立つので、下の段階にはなりません。"
		                               : "条件がいつも成り立ちます。");
}

void check_conditions(struct checker *c)
{
	for (const struct act *act = c->policy->acts; act; act = act->next) {
		const struct rules *rules = &c->book->rules[act->index];
		never_opened(c, act, rules);
		for (const struct norm *n = rules->norms; n; n = n->next) {
			one_norm(c, act, n);
			for (const struct norm *m = rules->norms; m; m = m->next) {
				allow_and_forbid(c, act, n, m);
				permit_in_forbid(c, act, n, m);
				two_requires(c, act, n, m);
			}
		}
	}
	for (const struct term *t = c->book->terms; t; t = t->next)
		if (t->shape)
			kind_condition(c, t->shape, t->when, t->statement);
	for (const struct rate *r = c->book->rates; r; r = r->next)
		kind_condition(c, r->shape, r->when, r->statement);
}
