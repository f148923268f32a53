/* decide: reach, speak, quiet, combine, follow (report section 7), for each
 * policy that binds the body; then the strictest of their answers.  Only the
 * rules of the act are looked at.  What cannot be told never becomes a pass. */
#include "policy/answer.h"

#include <stdio.h>

struct hearing { /* one policy's answer to one question */
	struct answer *a;
	struct eval e;
	const struct act *act;
	const struct rules *rules;
	struct heard *heard; /* one for each norm, in order */
	bool applying;       /* for an exception, which stands at its first step */
};

struct outcome {
	enum verdict verdict;
	bool outside, by_default;
};

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {[REFUSE] = "refuse", [HOLD] = "hold", [PASS] = "pass"};
	return (unsigned)verdict <= PASS ? names[verdict] : "refuse";
}

const char *verdict_japanese(enum verdict verdict)
{
	static const char *const names[] = {[REFUSE] = "不可", [HOLD] = "保留", [PASS] = "可"};
	return (unsigned)verdict <= PASS ? names[verdict] : "不可";
}

const char *effect_name(enum effect effect)
{
	static const char *const names[] = {
		[EFFECT_SILENT] = "", [EFFECT_REFUSE] = "refuse", [EFFECT_HOLD] = "hold", [EFFECT_OPEN] = "open",
		[EFFECT_MAYBE] = "maybe", [EFFECT_MET] = "met", [EFFECT_ADVICE] = "advice",
		[EFFECT_LIFTED] = "lifted", [EFFECT_OVERRIDDEN] = "overridden", [EFFECT_OUTSIDE] = "outside",
	};
	return (unsigned)effect <= EFFECT_OUTSIDE ? names[effect] : "";
}

static struct eval eval_for(const struct hearing *h, const struct member *member)
{
	struct eval e = h->e;
	e.clause = member->clause->id;
	return e;
}

/* ---- telling which clause spoke */

static void tell(struct hearing *h, const struct statement *s, const struct member *m, enum strength strength,
                 enum effect effect, const char *not_needed)
{
	static const char *const verbs[ST_KINDS] = {
		[ST_FORBID] = "forbid", [ST_ALLOW] = "allow", [ST_PERMIT] = "permit", [ST_REQUIRE] = "require",
		[ST_LIFT] = "lift", [ST_LIST] = "item", [ST_ITEM] = "item", [ST_GOVERNS] = "governs", [ST_LEAVES] = "leaves",
	};
	static const char *const strengths[] = {
		[MUST_BE] = "", [IN_PRINCIPLE] = "in-principle", [AS_NEEDED] = "as-needed", [SHOULD] = "should",
		[ABSOLUTE] = "absolute",
	};
	struct spoken out = {.clause = m->clause->public, .cite = m->cite, .verb = verbs[s->kind],
	                     .strength = strengths[strength], .effect = effect,
	                     .not_needed = not_needed ? not_needed : ""};
	struct spoken *at = answer_push(h->a, &h->a->spoken);
	struct spoken *advice = effect == EFFECT_ADVICE ? answer_push(h->a, &h->a->advice) : NULL;
	if (at)
		*at = out;
	if (advice)
		*advice = out;
}

/* ---- 1. reach */

static const struct row *row_of_shape(const struct hearing *h, const struct shape *shape, bool *concerns)
{
	const struct row *root = h->e.facts->root;
	bool actor = h->act->row->at[FIELD_ACTOR]->type.shape == shape;
	bool object = h->act->object == shape;
	*concerns = actor || object;
	return root->values[object ? FIELD_OBJECT : FIELD_ACTOR].row;
}

static enum truth one_reach(const struct hearing *h, const struct reach *reach, const struct row *row)
{
	struct eval e = eval_for(h, reach->member);
	return eval_when(&e, row, reach->when, NULL);
}

/* governs of one kind: the actor and the object may both be of it */
static enum truth governed(const struct hearing *h, const struct shape *shape, const struct row *row)
{
	enum truth t = NO;
	bool named = false;
	for (const struct reach *r = h->e.book->governs; r; r = r->next)
		if (r->shape == shape) {
			t = truth_or(t, one_reach(h, r, row));
			named = true;
		}
	return named ? t : YES;
}

static enum truth left(const struct hearing *h, const struct shape *shape, const struct row *row)
{
	enum truth t = NO;
	for (const struct reach *r = h->e.book->leaves; r; r = r->next)
		if (r->shape == shape)
			t = truth_or(t, one_reach(h, r, row));
	return t;
}

static enum truth reach(const struct hearing *h)
{
	const struct row *root = h->e.facts->root;
	const struct shape *shapes[] = {h->act->row->at[FIELD_ACTOR]->type.shape, h->act->object};
	enum truth g = YES;
	for (unsigned i = 0; i < 2; i++) {
		const struct row *row = root->values[i].row;
		if (shapes[i])
			g = truth_and(g, truth_and(governed(h, shapes[i], row), truth_not(left(h, shapes[i], row))));
	}
	return g;
}

static void tell_reach(struct hearing *h, const struct reach *list, enum truth speaks, enum effect effect)
{
	for (const struct reach *r = list; r; r = r->next) {
		bool concerns;
		const struct row *row = row_of_shape(h, r->shape, &concerns);
		if (!concerns || one_reach(h, r, row) != speaks)
			continue;
		struct eval e = eval_for(h, r->member);
		tell(h, r->statement, r->member, MUST_BE, effect, NULL);
		const char *prefix = h->act->object == r->shape ? "object" : "actor";
		if (speaks == CANNOT_TELL)
			answer_wants(h->a, &e, row, r->when, prefix, r->member->clause->public);
	}
}

/* ---- 2. speak */

static bool distinct_from_actor(const struct hearing *h)
{
	bool opened = h->rules->separations != NULL;
	for (const struct separation_node *s = h->rules->separations; s; s = s->next) {
		struct eval e = eval_for(h, s->separation->member);
		opened &= s->unless && eval_node(&e, e.facts->root, s->unless) == YES;
	}
	return !opened;
}

static void speak_forbid(struct heard *x)
{
	if (x->when == NO || (x->norm->strength == SHOULD && x->when != YES))
		return;
	x->effect = x->norm->strength == SHOULD ? EFFECT_ADVICE : x->when == YES ? EFFECT_REFUSE : EFFECT_HOLD;
}

static void speak_require(struct heard *x, const struct eval *e)
{
	const struct norm *n = x->norm;
	bool excused = n->strength == AS_NEEDED &&
	               claim_made(e, e->policy->w_not_needed, n->member->clause->id, &x->not_needed);
	if (x->when == NO || (x->when == CANNOT_TELL && (x->that == YES || n->strength == SHOULD || excused)))
		return;
	if (x->when == CANNOT_TELL)
		x->effect = EFFECT_HOLD;
	else if (x->that == YES || excused)
		x->effect = EFFECT_MET;
	else if (n->strength == SHOULD)
		x->effect = EFFECT_ADVICE;
	else
		x->effect = x->that == CANNOT_TELL || n->strength == AS_NEEDED ? EFFECT_HOLD : EFFECT_REFUSE;
	if (x->that == YES)
		x->not_needed = NULL;
}

static void speak_permit(struct hearing *h, struct heard *x, const struct eval *e)
{
	static const enum effect by_state[] = {
		[ROUTE_PENDING] = EFFECT_HOLD, [ROUTE_AGREED] = EFFECT_OPEN, [ROUTE_DECLINED] = EFFECT_REFUSE,
	};
	if (x->when == NO)
		return;
	x->effect = EFFECT_HOLD;
	if (x->when == CANNOT_TELL)
		return;
	x->distinct = distinct_from_actor(h);
	x->route = route_open(e, e->facts->root, x->norm->by, x->distinct, h->a->arena, &x->slots, &x->slot_count);
	h->a->failed |= !x->route && x->slot_count == 0;
	if (x->route) {
		x->effect = by_state[x->route->state];
		return;
	}
	x->slot_count = 0;
	answer_hole(h->a, x->norm->member->clause->public, "許可の経路が大きすぎて、組み立てられません。");
}

static void speak(struct hearing *h, struct heard *x, const struct norm *n)
{
	struct eval e = eval_for(h, n->member);
	const struct row *root = e.facts->root;
	*x = (struct heard){.norm = n, .when = eval_when(&e, root, n->when, n->unless), .that = YES, .distinct = true};
	if (n->verb == ST_LIST)
		x->that = eval_list_norm(&e, n->list);
	else if (n->verb == ST_ITEM)
		x->that = eval_item(&e, n->list, n->item);
	else if (n->that)
		x->that = eval_node(&e, root, n->that);
	if (n->verb == ST_FORBID)
		speak_forbid(x);
	else if (n->verb == ST_PERMIT)
		speak_permit(h, x, &e);
	else if (n->verb == ST_ALLOW)
		x->effect = x->when == YES ? EFFECT_OPEN : x->when == CANNOT_TELL ? EFFECT_MAYBE : EFFECT_SILENT;
	else
		speak_require(x, &e);
	x->say = x->effect;
}

/* ---- 3. quiet */

struct quiet {
	bool lifted, overridden, unsure;
};

static bool excepted(const struct hearing *h, const struct norm *n)
{
	const struct policy_question *q = h->e.question;
	for (size_t i = 0; n->verb != ST_ALLOW && i < q->exception_count; i++)
		if (q->exceptions[i].relaxed && strcmp(q->exceptions[i].clause, n->member->clause->id) == 0)
			return true;
	for (const struct reached *r = n->lifts; r; r = r->next)
		for (size_t i = 0; i < q->exception_count; i++) {
			bool theirs = q->exceptions[i].relaxed ? false : q->exceptions[i].claimed ? !r->lift->by && r->lift->rests_on_claim : r->lift->by != NULL;
			if (theirs && strcmp(q->exceptions[i].clause, n->member->clause->id) == 0)
				return true;
		}
	return false;
}

static enum truth lift_holds(const struct hearing *h, const struct lift *lift)
{
	struct eval e = eval_for(h, lift->member);
	return eval_when(&e, e.facts->root, lift->when, lift->unless);
}

static struct quiet quiet_of(const struct hearing *h, const struct norm *n)
{
	struct quiet q = {.lifted = excepted(h, n)};
	if (n->strength == ABSOLUTE)
		return (struct quiet){false, false, false};
	for (const struct reached *r = n->lifts; r; r = r->next) {
		enum truth w = r->lift->by ? NO : lift_holds(h, r->lift);
		q.lifted |= w == YES;
		q.unsure |= w == CANNOT_TELL;
	}
	for (const struct over *o = n->overridden_by; o; o = o->next) {
		enum truth w = h->heard[o->norm->index].when;
		q.overridden |= w == YES;
		q.unsure |= w == CANNOT_TELL;
	}
	return q;
}

static void hush(struct hearing *h, struct heard *x)
{
	struct quiet q = quiet_of(h, x->norm);
	bool opens = (x->norm->verb == ST_FORBID || x->norm->verb == ST_PERMIT) && x->norm->strength != SHOULD;
	if (q.lifted || q.overridden) {
		bool spoke = x->effect != EFFECT_SILENT;
		x->say = EFFECT_SILENT;
		if (q.lifted && opens && x->when != NO)
			x->say = x->when == YES ? EFFECT_OPEN : EFFECT_MAYBE;
		x->effect = !spoke ? EFFECT_SILENT : q.lifted ? EFFECT_LIFTED : EFFECT_OVERRIDDEN;
		return;
	}
	x->unsure = q.unsure && x->effect == EFFECT_REFUSE;
	if (x->unsure)
		x->say = x->effect = EFFECT_HOLD;
}

/* ---- 4. combine */

/* A move is refused outside the steps it starts from, whatever the clauses open. */
static enum truth step_allows(const struct hearing *h)
{
	if (!h->act->move)
		return YES;
	const struct row *object = h->e.facts->root->values[FIELD_OBJECT].row;
	const struct value *step = object ? &object->values[h->act->step_field] : NULL;
	if (!step || step->type != FACT_WORD)
		return h->applying ? YES : CANNOT_TELL;
	for (const struct name *n = h->act->move->from; n; n = n->next)
		if (n->text == step->word)
			return YES;
	return NO;
}

static bool somebody_says(const struct hearing *h, enum effect say)
{
	for (unsigned i = 0; i < h->rules->norm_count; i++)
		if (h->heard[i].say == say)
			return true;
	return false;
}

static struct outcome combine(const struct hearing *h, enum truth step)
{
	if (somebody_says(h, EFFECT_REFUSE))
		return (struct outcome){REFUSE, false, false};
	if (step == NO)
		return (struct outcome){REFUSE, false, true};
	if (step == CANNOT_TELL || somebody_says(h, EFFECT_HOLD))
		return (struct outcome){HOLD, false, false};
	if (h->act->standard_pass)
		return (struct outcome){PASS, false, !somebody_says(h, EFFECT_OPEN)};
	if (somebody_says(h, EFFECT_OPEN))
		return (struct outcome){PASS, false, false};
	if (somebody_says(h, EFFECT_MAYBE))
		return (struct outcome){HOLD, false, false};
	return (struct outcome){REFUSE, false, true};
}

/* ---- what is waited for, what could be claimed or lifted */

static void want_quiet(struct hearing *h, const struct heard *x)
{
	const struct row *root = h->e.facts->root;
	for (const struct reached *r = x->norm->lifts; r; r = r->next) {
		struct eval e = eval_for(h, r->lift->member);
		if (!r->lift->by && r->lift->when)
			answer_wants(h->a, &e, root, r->lift->when, "", r->lift->member->clause->public);
	}
	for (const struct over *o = x->norm->overridden_by; o; o = o->next) {
		struct eval e = eval_for(h, o->norm->member);
		if (o->norm->when)
			answer_wants(h->a, &e, root, o->norm->when, "", o->norm->member->clause->public);
	}
}

static void want_demand(struct hearing *h, const struct heard *x, const struct eval *e)
{
	const struct norm *n = x->norm;
	const struct policy_clause *clause = n->member->clause->public;
	const struct row *root = e->facts->root;
	if (n->list && (n->verb == ST_LIST || !n->that)) {
		answer_wants_list(h->a, e, n->list, clause);
		return;
	}
	if (n->that)
		answer_wants(h->a, e, root, n->that, "", clause);
	if (n->strength == AS_NEEDED && x->when == YES)
		answer_want(h->a, WANT_REASON, e->policy->w_not_needed, "必要がないとする理由", "applicant", clause);
}

static void want_of(struct hearing *h, const struct heard *x)
{
	const struct norm *n = x->norm;
	const struct policy_clause *clause = n->member->clause->public;
	struct eval e = eval_for(h, n->member);
	const struct row *root = e.facts->root;
	if (x->unsure) {
		want_quiet(h, x);
		return;
	}
	if (x->when == CANNOT_TELL && n->when)
		answer_wants(h->a, &e, root, n->when, "", clause);
	if (x->when == CANNOT_TELL && n->unless)
		answer_wants(h->a, &e, root, n->unless, "", clause);
	if (n->verb == ST_REQUIRE || n->verb == ST_ITEM || n->verb == ST_LIST)
		want_demand(h, x, &e);
	if (x->route)
		answer_want_slots(h->a, &e, n->by, x->slots, x->slot_count, clause);
}

static void add_claim(struct hearing *h, const char *name, const struct policy_clause *clause)
{
	const struct possible_claim *held = h->a->claims.at;
	for (size_t i = 0; i < h->a->claims.count; i++)
		if (held[i].clause == clause && strcmp(held[i].name, name) == 0)
			return;
	struct possible_claim *c = answer_push(h->a, &h->a->claims);
	if (c)
		*c = (struct possible_claim){name, word_label(h->e.policy, h->e.book, name), clause};
}

static void claims_in(struct hearing *h, const struct node *n, const struct eval *e,
                      const struct policy_clause *clause)
{
	if (!n)
		return;
	if (n->op == NODE_CLAIMED && !claim_made(e, n->word, e->clause, NULL))
		add_claim(h, n->word, clause);
	if (n->op == NODE_TERM)
		claims_in(h, n->term->when, e, clause);
	for (const struct node *part = n->parts; part; part = part->next)
		claims_in(h, part, e, clause);
}

/* claims in a condition count if, were they made, it would come out otherwise */
static void claims_of(struct hearing *h, const struct member *m, const struct node *when,
                      const struct node *unless)
{
	struct eval e = eval_for(h, m), all = e;
	const struct row *root = e.facts->root;
	all.all_claims = true;
	if (eval_when(&e, root, when, unless) == eval_when(&all, root, when, unless))
		return;
	claims_in(h, when, &e, m->clause->public);
	claims_in(h, unless, &e, m->clause->public);
}

static void possible_claims(struct hearing *h, const struct heard *x)
{
	const struct norm *n = x->norm;
	if (n->claims) {
		claims_of(h, n->member, n->when, n->unless);
		claims_of(h, n->member, n->that, NULL);
	}
	if (x->say != EFFECT_REFUSE && x->say != EFFECT_HOLD)
		return;
	if (n->strength == AS_NEEDED && x->when == YES)
		add_claim(h, h->e.policy->w_not_needed, n->member->clause->public);
	for (const struct reached *r = n->lifts; r; r = r->next)
		if (r->lift->rests_on_claim && !r->lift->by)
			claims_of(h, r->lift->member, r->lift->when, r->lift->unless);
}

static void possible_lifts(struct hearing *h, const struct heard *x)
{
	for (const struct reached *r = x->norm->lifts; r; r = r->next) {
		struct eval e = eval_for(h, r->lift->member);
		struct slot *const *slots;
		size_t count;
		const struct policy_clause *clause = x->norm->member->clause->public;
		const struct liftable *held = h->a->liftable.at;
		bool known = !r->lift->by;
		for (size_t i = 0; i < h->a->liftable.count && !known; i++)
			known = held[i].clause == clause && held[i].lift == r->lift->member->clause->public;
		struct liftable *l = known ? NULL : answer_push(h->a, &h->a->liftable);
		if (!l)
			continue;
		*l = (struct liftable){.clause = clause, .lift = r->lift->member->clause->public,
		                       .lift_cite = r->lift->member->cite, .text = r->lift->by_text};
		/* who may grant it, not who has: approvals of this act are not for it */
		struct policy_question none = {.day = e.question->day};
		e.question = &none;
		l->route = route_open(&e, NULL, r->lift->by, true, h->a->arena, &slots, &count);
		h->a->failed |= !l->route;
	}
}

static void tell_approval(struct hearing *h, const struct norm *n, const struct heard *x)
{
	struct wanted_route *w = x->route ? answer_push(h->a, &h->a->approvals) : NULL;
	if (!w)
		return;
	*w = (struct wanted_route){
		.clause = n->member->clause->public,
		.cite = n->member->cite,
		.text = n->by_text,
		.route = x->route, .slots = x->slots, .slot_count = x->slot_count, .state = x->route->state,
		.distinct_from_actor = x->distinct,
	};
}

/* ---- 5. follow */

static const char *span_text(const struct hearing *h, const struct eval *e, const struct span *span,
                             struct follow_duty *duty)
{
	const struct symbol *s = span->name ? symbol_find(e->book, span->name) : NULL;
	struct value v = {.type = FACT_NONE};
	int64_t n = span->number;
	const char *unit = span->unit;
	if (span->name) {
		if (!s || s->kind != SYM_PARAM || !eval_param(e, s->param, &v))
			return NULL;
		static const char *const units[] = {
			[UNIT_PLAIN] = "", [UNIT_HOURS] = "hours", [UNIT_WORKING_DAYS] = "working-days",
			[UNIT_MONTHS] = "months", [UNIT_FISCAL_YEARS] = "fiscal-years", [UNIT_BYTES] = "bytes",
		};
		n = v.number;
		unit = units[v.unit];
	}
	if (duty) {
		duty->within_count = n;
		duty->within_unit = unit;
	}
	return arena_printf(h->a->arena, "%lld %s", (long long)n, unit);
}

static void follow_record(struct hearing *h, const struct follow *f)
{
	struct eval e = eval_for(h, f->member);
	enum truth w = eval_when(&e, e.facts->root, f->when, f->unless);
	const struct statement *s = f->statement;
	struct follow_record *r = w == NO ? NULL : answer_push(h->a, &h->a->records);
	size_t count = 0;
	if (!r)
		return;
	for (const struct name *n = s->names; n; n = n->next)
		count++;
	const char **keep = ARENA_ARRAY(h->a->arena, count ? count : 1, const char *);
	const char *retention = s->within ? span_text(h, &e, s->within, NULL) : NULL;
	*r = (struct follow_record){.registry = s->into, .label = f->label, .by = s->by ? f->by_text : "本人",
	                            .retention = retention ? retention : "", .certain = w == YES,
	                            .clause = f->member->clause->public};
	h->a->failed |= !keep;
	for (const struct name *n = s->names; n && keep; n = n->next)
		keep[r->keep_count++] = n->text;
	r->keep = keep;
}

static void follow_duty(struct hearing *h, const struct follow *f)
{
	struct eval e = eval_for(h, f->member);
	enum truth w = eval_when(&e, e.facts->root, f->when, f->unless);
	const struct statement *s = f->statement;
	struct follow_duty *d = w == NO ? NULL : answer_push(h->a, s->to ? &h->a->notify : &h->a->due);
	if (!d)
		return;
	*d = (struct follow_duty){.task = s->name, .label = f->label, .within_unit = "", .by = f->by_text,
	                          .with = f->with_text, .to = f->to_text, .otherwise = f->otherwise_text,
	                          .strength = s->strength == SHOULD ? "should" : s->strength == AS_NEEDED ? "as-needed" : "",
	                          .certain = w == YES, .clause = f->member->clause->public};
	const char *within = s->within ? span_text(h, &e, s->within, d) : "";
	d->within = within ? within : "?";
}

/* ---- one policy */

static struct outcome held_by_hole(struct answer *a, const char *text)
{
	answer_hole(a, NULL, text);
	return (struct outcome){HOLD, false, false};
}

/* the clauses that could have opened what nothing opened */
static void tell_openers(struct hearing *h)
{
	for (unsigned i = 0; i < h->rules->norm_count; i++) {
		const struct norm *n = h->heard[i].norm;
		bool could = (n->verb == ST_ALLOW || n->verb == ST_PERMIT) && h->heard[i].when == NO;
		struct eval e = eval_for(h, n->member);
		if (could)
			answer_opener(h->a, &e, h->act, n->member, n->when, n->unless);
	}
}

static void tell_all(struct hearing *h, struct outcome out)
{
	if (out.verdict == REFUSE && out.by_default && step_allows(h) != NO)
		tell_openers(h);
	for (unsigned i = 0; i < h->rules->norm_count; i++) {
		const struct heard *x = &h->heard[i];
		if (x->effect != EFFECT_SILENT)
			tell(h, x->norm->statement, x->norm->member, x->norm->strength, x->effect, x->not_needed);
		if (x->route)
			tell_approval(h, x->norm, x);
		if (out.verdict == PASS)
			continue;
		possible_claims(h, x);
		if (x->say == EFFECT_REFUSE || x->say == EFFECT_HOLD)
			possible_lifts(h, x);
		if (out.verdict == HOLD && (x->say == EFFECT_HOLD || x->say == EFFECT_MAYBE))
			want_of(h, x);
	}
	for (const struct follow *f = out.verdict == PASS ? h->rules->records : NULL; f; f = f->next)
		follow_record(h, f);
	for (const struct follow *f = out.verdict == PASS ? h->rules->duties : NULL; f; f = f->next)
		follow_duty(h, f);
}

static struct outcome hear(struct hearing *h)
{
	enum truth g = reach(h);
	if (g == NO) {
		tell_reach(h, h->e.book->leaves, YES, EFFECT_OUTSIDE);
		tell_reach(h, h->e.book->governs, NO, EFFECT_OUTSIDE);
		return (struct outcome){h->act->outside_pass ? PASS : REFUSE, true, false};
	}
	if (g == CANNOT_TELL) {
		tell_reach(h, h->e.book->leaves, CANNOT_TELL, EFFECT_HOLD);
		tell_reach(h, h->e.book->governs, CANNOT_TELL, EFFECT_HOLD);
		return (struct outcome){HOLD, false, false};
	}
	unsigned i = 0;
	for (const struct norm *n = h->rules->norms; n; n = n->next)
		speak(h, &h->heard[i++], n);
	for (i = 0; i < h->rules->norm_count; i++)
		hush(h, &h->heard[i]);
	enum truth step = step_allows(h);
	struct outcome out = combine(h, step);
	if (h->act->event) /* nobody is asked: it has happened */
		out = (struct outcome){PASS, false, false};
	if (step == CANNOT_TELL)
		answer_want(h->a, WANT_FACT, "object.step", "段階", "register", NULL);
	tell_all(h, out);
	return out;
}

static struct outcome ask_policy(struct answer *a, const struct policy *policy,
                                 const struct policy_question *q, const char *name, bool applying)
{
	const struct book *book = book_on(policy, name, q->day);
	if (!book)
		return held_by_hole(a, "この日に効力のある規程の版がありません。");
	if (!book->complete)
		return held_by_hole(a, "規程が取り入れる、ほかの規程の版がそろっていません。");
	struct rated rated = {.count = 0};
	struct hearing h = {.a = a, .act = q->facts->act, .rules = &book->rules[q->facts->act->index],
	                    .e = {.policy = policy, .book = book, .facts = q->facts, .question = q, .clause = "", .rated = &rated},
	                    .applying = applying};
	h.heard = ARENA_ARRAY(a->arena, h.rules->norm_count ? h.rules->norm_count : 1, struct heard);
	if (!h.heard) {
		a->failed = true;
		return (struct outcome){REFUSE, false, false};
	}
	return hear(&h);
}

/* ---- several policies: refuse before hold before pass; outside if all say so */

struct total {
	struct outcome out;
	bool any_inside, any;
};

static void add_outcome(struct total *t, struct outcome out)
{
	if (out.outside) {
		t->any = true;
		return;
	}
	bool stricter = !t->any_inside || out.verdict < t->out.verdict;
	bool as_strict = t->any_inside && out.verdict == t->out.verdict;
	if (stricter)
		t->out = out;
	else if (as_strict)
		t->out.by_default &= out.by_default;
	t->any_inside = t->any = true;
}

static void ask_all(struct answer *a, const struct policy *policy, const struct policy_question *q,
                    bool applying, struct total *t)
{
	const char *last = NULL;
	for (size_t i = 0; q->policies && i < q->policy_count; i++)
		add_outcome(t, ask_policy(a, policy, q, q->policies[i], applying));
	for (size_t i = 0; !q->policies && i < policy->edition_count; i++) {
		const char *name = policy->editions[i].public.name;
		if (name != last)
			add_outcome(t, ask_policy(a, policy, q, name, applying));
		last = name;
	}
}

static struct outcome decide(struct answer *a, const struct policy *policy, const struct policy_question *q,
                             bool applying)
{
	struct total t = {.any = false};
	if (!policy->sound)
		return held_by_hole(a, "規程に誤りがあります。点検の指摘を直すまで、判断できません。");
	ask_all(a, policy, q, applying, &t);
	if (t.any_inside)
		return t.out;
	return (struct outcome){q->facts->act->outside_pass ? PASS : REFUSE, true, false};
}

static struct result begin(const struct policy *policy, const struct policy_question *q, bool event, struct arena *arena,
                           struct answer *a, struct why *why)
{
	if (!q->facts || q->facts->policy != policy)
		return fail(why, E_INPUT, "facts", "事実が、この規程について作られていません。");
	if (q->facts->act->event != event)
		return fail(why, E_INPUT, q->facts->act->name,
		            event ? "「%s」は行いなので、起きたこととして扱えません。" : "「%s」は出来事なので、可否を問えません。",
		            q->facts->act->title);
	answer_init(a, policy, arena);
	return a->failed ? fail(why, E_MEMORY, "decision", "判断を書く記憶域が足りません。") : ok();
}

static struct result finish(struct answer *a, const struct act *act, struct outcome out,
                            const struct decision **decision, struct why *why)
{
	if (a->failed)
		return fail(why, E_MEMORY, "decision", "判断を書く記憶域が足りません。");
	struct decision *d = a->decision;
	d->verdict = out.verdict;
	d->outside = out.outside;
	d->by_default = out.by_default;
	d->act = act->name;
	d->act_label = act->title;
	if (out.verdict != HOLD)
		a->checks.count = a->missing.count = 0;
	if (out.verdict != REFUSE || !out.by_default)
		a->openers.count = 0;
	if (out.verdict != PASS)
		a->records.count = a->notify.count = a->due.count = 0;
	else
		a->claims.count = a->liftable.count = 0;
	answer_close(a);
	*decision = d;
	return ok();
}

struct result policy_decide(const struct policy *policy, const struct policy_question *question,
                            struct arena *arena, const struct decision **out, struct why *why)
{
	struct answer a;
	TRY(begin(policy, question, false, arena, &a, why));
	return finish(&a, question->facts->act, decide(&a, policy, question, false), out, why);
}

struct result policy_happened(const struct policy *policy, const struct policy_question *question,
                              struct arena *arena, const struct decision **out, struct why *why)
{
	struct answer a;
	TRY(begin(policy, question, true, arena, &a, why));
	struct outcome told = decide(&a, policy, question, false);
	told.verdict = PASS; /* nobody was asked */
	return finish(&a, question->facts->act, told, out, why);
}

/* ---- exceptions: the lifts that reach a clause are its permits */

static bool reaches_clause(const struct policy *policy, const struct book *book, const struct lift *lift,
                           const char *clause)
{
	for (const struct act *act = policy->acts; act; act = act->next)
		for (const struct norm *n = book->rules[act->index].norms; n; n = n->next)
			if (strcmp(n->member->clause->id, clause) == 0 && lift_reaches(lift, n, act))
				return true;
	return false;
}

/* Whoever begins one at once relies on it: nothing of the clause may stay shut. */
static bool reaches_all(const struct policy *policy, const struct book *book, const struct lift *lift, const char *clause)
{
	bool any = false;
	for (const struct act *act = policy->acts; act; act = act->next)
		for (const struct norm *n = book->rules[act->index].norms; n; n = n->next) {
			if (n->verb == ST_ALLOW || strcmp(n->member->clause->id, clause) != 0)
				continue;
			if (!lift_reaches(lift, n, act))
				return false;
			any = true;
		}
	return any;
}

static enum effect hear_lift(struct hearing *h, const struct lift *lift)
{
	struct norm norm = {.statement = lift->statement, .member = lift->member, .by = lift->by, .when = lift->when,
	                    .unless = lift->unless, .verb = ST_PERMIT, .by_text = lift->by_text};
	struct heard x;
	speak(h, &x, &norm);
	if (x.effect == EFFECT_SILENT) {
		struct eval e = eval_for(h, lift->member);
		answer_opener(h->a, &e, h->act, lift->member, lift->when, lift->unless);
		return EFFECT_SILENT;
	}
	tell(h, lift->statement, lift->member, MUST_BE, x.effect, NULL);
	tell_approval(h, &norm, &x);
	if (x.effect == EFFECT_HOLD)
		want_of(h, &x);
	return x.effect;
}

/* Begun at once on a claim: nobody is asked.  Where the claim is not made yet it is told
 * that it could be.                                                           */
static enum effect hear_claimed(struct hearing *h, const struct lift *lift)
{
	struct eval e = eval_for(h, lift->member);
	enum truth w = eval_when(&e, e.facts->root, lift->when, lift->unless);
	claims_of(h, lift->member, lift->when, lift->unless);
	if (w == YES)
		tell(h, lift->statement, lift->member, MUST_BE, EFFECT_OPEN, NULL);
	return w == YES ? EFFECT_OPEN : EFFECT_SILENT;
}

static struct outcome hear_lifts(struct answer *a, const struct policy *policy, const struct policy_question *q,
                                 const struct book *book, const char *clause)
{
	struct hearing h = {.a = a, .act = q->facts->act, .rules = &book->rules[q->facts->act->index],
	                    .e = {.policy = policy, .book = book, .facts = q->facts, .question = q, .clause = ""}};
	enum effect best = EFFECT_SILENT;
	for (const struct lift *l = book->claimed_lifts; l; l = l->next)
		if (reaches_all(policy, book, l, clause) && hear_claimed(&h, l) == EFFECT_OPEN)
			best = EFFECT_OPEN;
	for (const struct lift *l = best == EFFECT_OPEN ? NULL : book->granted_lifts; l; l = l->next) {
		enum effect one = reaches_clause(policy, book, l, clause) ? hear_lift(&h, l) : EFFECT_SILENT;
		bool better = one == EFFECT_OPEN || (one == EFFECT_HOLD && best != EFFECT_OPEN) ||
		              (one == EFFECT_REFUSE && best == EFFECT_SILENT);
		best = better ? one : best;
	}
	enum verdict v = best == EFFECT_OPEN ? PASS : best == EFFECT_HOLD ? HOLD : REFUSE;
	return (struct outcome){v, false, best == EFFECT_SILENT};
}

static const struct book *book_with(const struct policy *policy, const struct policy_question *q,
                                    const char *clause)
{
	for (const struct book *book = policy->books; book; book = book->next) {
		bool bound = !q->policies;
		for (size_t i = 0; i < q->policy_count && !bound; i++)
			bound = strcmp(q->policies[i], book->name) == 0;
		if (!bound || q->day < book->from || q->day >= book->to)
			continue;
		for (const struct member *m = book->members; m; m = m->next)
			if (strcmp(m->clause->id, clause) == 0)
				return book;
	}
	return NULL;
}

struct result policy_decide_exception(const struct policy *policy, const struct policy_question *question,
                                      const char *clause, struct arena *arena, const struct decision **out,
                                      struct why *why)
{
	struct answer a;
	TRY(begin(policy, question, false, arena, &a, why));
	if (question->facts->act != policy->exception_act)
		return fail(why, E_INPUT, "facts", "例外は、行為 exception.begin の事実で問います。");
	const struct book *book = book_with(policy, question, clause);
	if (!book)
		return fail(why, E_ABSENT, clause, "この日に効力のある条「%.80s」がありません。", clause);
	struct outcome act = decide(&a, policy, question, true), lifts = act;
	if (policy->sound)
		lifts = hear_lifts(&a, policy, question, book, clause);
	if (act.verdict == PASS || lifts.verdict < act.verdict)
		act = lifts;
	return finish(&a, question->facts->act, act, out, why);
}
