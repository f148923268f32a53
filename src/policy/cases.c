/* Conditions decided by cases.  A condition compares typed facts with constants,
 * so finitely many values of each fact stand for all: every word of a one-of,
 * every level of a scale, and around each constant the value itself and its
 * neighbours.  The search sets one undecided fact at a time and asks the
 * evaluator, which prunes by its own three values.  What is not about one fact
 * and constants (a post, a claim, a set, a parameter) is free to be either. */
#include "policy/model.h"

enum { BUDGET = 200000, ASSUMPTIONS = 128, CANDIDATES = 256, DEPTH = 256 };

struct cases {
	struct arena *arena; /* reset for each question */
	struct eval eval;
	struct facts facts;
	struct policy_question question;
	struct assumption assumed[ASSUMPTIONS];
	const struct demand *demands;
	size_t demand_count;
	struct row *root;
	bool absent, overrun;
	unsigned budget, depth;
};

struct cases *cases_new(const struct policy *policy, const struct book *book, struct arena *arena)
{
	struct cases *c = ARENA_NEW(arena, struct cases);
	if (!c)
		return NULL;
	c->arena = arena_new((size_t)16 << 20);
	c->facts = (struct facts){.policy = policy};
	c->eval = (struct eval){.policy = policy, .book = book, .facts = &c->facts, .question = &c->question,
	                        .clause = "", .assuming = true, .assumed = c->assumed};
	return c->arena ? c : NULL;
}

void cases_done(struct cases *c)
{
	if (c)
		arena_free(c->arena);
}

/* ---- what is undecided */

struct leaf {
	const struct node *node;
	struct row *row;
};

static struct leaf undecided(struct cases *c, struct row *row, const struct node *n)
{
	struct leaf none = {NULL, NULL}, found;
	bool joint = n->op == NODE_AND || n->op == NODE_OR || n->op == NODE_NOT;
	if (eval_node(&c->eval, row, n) != CANNOT_TELL)
		return none;
	if (n->op == NODE_TERM && !leaf_is_open(n)) {
		struct row *at = row;
		if (n->path && n->path->count) {
			struct value *v = facts_reach(&c->facts, row, n->path);
			at = v ? facts_row(&c->facts, v, &n->path->end) : NULL;
		}
		return at ? undecided(c, at, n->term->when) : none;
	}
	if (!joint)
		return (struct leaf){n, row};
	for (const struct node *part = n->parts; part; part = part->next) {
		found = undecided(c, row, part);
		if (found.node)
			return found;
	}
	return none;
}

/* ---- candidates: constants that the demands compare a field with */

struct candidates {
	struct value at[CANDIDATES];
	size_t count;
};

static void add_candidate(struct candidates *out, struct value v)
{
	for (size_t i = 0; i < out->count; i++)
		if (out->at[i].number == v.number && out->at[i].word == v.word && out->at[i].unit == v.unit)
			return;
	if (out->count < CANDIDATES)
		out->at[out->count++] = v;
}

static void around(struct candidates *out, const struct value *constant)
{
	struct value v = *constant;
	add_candidate(out, v);
	bool number = !v.word && (v.type == FACT_DATE || v.type == FACT_NUMBER || v.type == FACT_DURATION ||
	                          v.type == FACT_SIZE);
	for (int step = -1; number && step <= 1; step += 2) {
		v.number = constant->number + step;
		add_candidate(out, v);
	}
}

static void constants_in(const struct node *n, const struct field *field, struct candidates *out)
{
	if (!n)
		return;
	for (const struct operand *o = n->path && n->path->field == field ? n->operands : NULL; o; o = o->next)
		if (o->kind == OPERAND_CONST)
			around(out, &o->value);
	if (n->op == NODE_TERM && n->term)
		constants_in(n->term->when, field, out);
	for (const struct node *part = n->parts; part; part = part->next)
		constants_in(part, field, out);
}

static void candidates_for(const struct cases *c, const struct node *n, struct candidates *out)
{
	const struct ftype *type = &n->path->end;
	const struct scale *scale = type->base == FACT_LEVEL ? scale_find(c->eval.book, type->scale) : NULL;
	if (type->base == FACT_YESNO) {
		add_candidate(out, (struct value){.type = FACT_YESNO, .number = 1});
		add_candidate(out, (struct value){.type = FACT_YESNO, .number = 0});
	}
	for (const struct name *w = type->base == FACT_WORD ? type->words : NULL; w; w = w->next)
		add_candidate(out, (struct value){.type = FACT_WORD, .word = w->text});
	for (unsigned i = 0; scale && i < scale->count; i++)
		add_candidate(out, (struct value){.type = FACT_LEVEL, .word = scale->levels[i]});
	if (type->base == FACT_YESNO || type->base == FACT_WORD || scale)
		return;
	for (size_t i = 0; i < c->demand_count; i++) {
		constants_in(c->demands[i].when, n->path->field, out);
		constants_in(c->demands[i].unless, n->path->field, out);
	}
	if (out->count == 0 || type->base == FACT_POST) /* something else than all of them */
		add_candidate(out, (struct value){.type = type->base, .word = type->base == FACT_NUMBER ? NULL : "…"});
}

/* ---- the search */

static enum truth search(struct cases *c);

static enum truth with_assumption(struct cases *c, struct leaf leaf, enum truth truth)
{
	if (c->eval.assumed_count == ASSUMPTIONS) {
		c->overrun = true;
		return NO;
	}
	c->assumed[c->eval.assumed_count++] = (struct assumption){leaf.row, leaf.node->source, truth};
	enum truth t = search(c);
	c->eval.assumed_count--;
	return t;
}

static enum truth with_values(struct cases *c, struct leaf leaf)
{
	struct candidates *cand = ARENA_NEW(c->arena, struct candidates);
	struct value *slot = facts_reach(&c->facts, leaf.row, leaf.node->path);
	if (!cand || !slot) {
		c->overrun = true;
		return NO;
	}
	struct value before = *slot;
	enum truth t = NO;
	candidates_for(c, leaf.node, cand);
	for (size_t i = 0; i < cand->count && t != YES; i++) {
		*slot = cand->at[i];
		t = truth_or(t, search(c));
	}
	*slot = before;
	return t;
}

static enum truth branch(struct cases *c, struct leaf leaf)
{
	const struct node *n = leaf.node;
	enum truth t = NO;
	if (++c->depth > DEPTH) {
		c->overrun = true;
	} else if (leaf_is_open(n)) {
		t = with_assumption(c, leaf, YES);
		t = t == YES ? t : truth_or(t, with_assumption(c, leaf, NO));
	} else {
		t = with_values(c, leaf);
		if (t != YES && n->op == NODE_KNOWN && c->absent)
			t = truth_or(t, with_assumption(c, leaf, NO));
	}
	c->depth--;
	return t;
}

static enum truth search(struct cases *c)
{
	struct leaf open = {NULL, NULL};
	if (c->budget == 0 || --c->budget == 0) {
		c->overrun = true;
		return NO;
	}
	for (size_t i = 0; i < c->demand_count; i++) {
		const struct demand *d = &c->demands[i];
		enum truth t = eval_when(&c->eval, c->root, d->when, d->unless);
		if (t != CANNOT_TELL && t != d->want)
			return NO;
		if (t == CANNOT_TELL && !open.node && d->when)
			open = undecided(c, c->root, d->when);
		if (t == CANNOT_TELL && !open.node && d->unless)
			open = undecided(c, c->root, d->unless);
		if (t == CANNOT_TELL && !open.node) {
			c->overrun = true;
			return NO;
		}
	}
	return open.node ? branch(c, open) : YES;
}

enum truth cases_possible(struct cases *c, const struct shape *scope, const struct demand *demands,
                          size_t count, bool absent)
{
	arena_reset(c->arena);
	struct value holder = {.type = FACT_NONE};
	struct ftype type = {.base = FACT_ROW, .shape = scope};
	c->facts.arena = c->arena;
	c->root = facts_row(&c->facts, &holder, &type);
	c->facts.root = c->root;
	c->demands = demands;
	c->demand_count = count;
	c->absent = absent;
	c->overrun = false;
	c->budget = BUDGET;
	c->eval.assumed_count = 0;
	c->depth = 0;
	if (!c->root)
		return CANNOT_TELL;
	enum truth t = search(c);
	return t == NO && c->overrun ? CANNOT_TELL : t;
}
