/* Truth of conditions, three-valued (report section 6).  A value that is not
 * given is unknown, whatever it would have been; nothing unknown is ever true. */
#include "policy/model.h"

/* ---- settings and parameters */

const struct setting *setting_on(const struct policy *policy, const char *name, const char *policy_name,
                                 const char *at, day_t day)
{
	const struct setting *best = NULL;
	for (const struct setting *s = policy->setting_hash[name_slot(name, SETTING_ROOM)]; s; s = s->chain) {
		if (s->name != name || s->from > day || s->header->name != policy_name)
			continue;
		if (s->at && (!at || strcmp(s->at, at) != 0))
			continue;
		bool better = !best || (s->at && !best->at) || (!s->at == !best->at && s->from > best->from);
		if (better)
			best = s;
	}
	return best;
}

/* the body's own value, else that of the policy which declares the parameter */
static const struct setting *setting_for(const struct eval *e, const struct statement *s)
{
	const struct setting *own = setting_on(e->policy, s->name, e->book->name, e->clause, e->question->day);
	if (own)
		return own;
	return setting_on(e->policy, s->name, s->clause->header->name, e->clause, e->question->day);
}

bool eval_param(const struct eval *e, const struct param *param, struct value *out)
{
	const struct setting *s = setting_for(e, param->statement);
	return s && !s->several && literal_constant(e->policy, e->book, NULL, &param->ftype, s->value, out);
}

/* ---- claims */

bool claim_made(const struct eval *e, const char *name, const char *clause, const char **reason)
{
	bool one_clause = strcmp(name, "not_needed") == 0;
	if (e->all_claims && !one_clause)
		return true;
	for (size_t i = 0; i < e->question->claim_count; i++) {
		const struct policy_claim *c = &e->question->claims[i];
		if (strcmp(c->name, name) != 0 || !c->reason || !c->reason[0])
			continue;
		if (c->clause ? strcmp(c->clause, clause) != 0 : one_clause)
			continue;
		if (reason)
			*reason = c->reason;
		return true;
	}
	return false;
}

/* ---- paths */

const struct value *eval_path(const struct row *row, const struct bpath *path)
{
	for (unsigned i = 0; row && i < path->count; i++) {
		const struct value *v = &row->values[path->step[i]];
		if (i + 1 == path->count)
			return v->type == FACT_NONE ? NULL : v;
		row = v->row;
	}
	return NULL;
}

static const struct row *holder_of(const struct row *row, const struct bpath *path)
{
	for (unsigned i = 0; row && i + 1 < path->count; i++)
		row = row->values[path->step[i]].row;
	return row;
}

/* the shape on which the last field of a path stands, without any row */
static const struct shape *shape_at_end(const struct bpath *path)
{
	const struct shape *shape = path->scope;
	for (unsigned i = 0; shape && i + 1 < path->count; i++) {
		const struct ftype *type = &shape->at[path->step[i]]->type;
		shape = type->base == FACT_SET ? type->member->shape : type->shape;
	}
	return shape;
}

/* ---- ratings (report section 4) */

const struct scale *scale_find(const struct book *book, const char *name)
{
	for (const struct scale *s = book->scales; s; s = s->next)
		if (s->name == name)
			return s;
	return NULL;
}

int scale_rank(const struct scale *scale, const char *level)
{
	for (unsigned i = 0; i < scale->count; i++)
		if (scale->levels[i] == level || strcmp(scale->levels[i], level) == 0)
			return (int)i;
	return -1;
}

static int greater(int a, int b) { return a > b ? a : b; }

static struct interval whole(const struct scale *scale)
{
	return (struct interval){0, (int)scale->count - 1};
}

static struct interval stated(const struct row *row, const struct shape *shape, const struct scale *scale,
                              bool *given)
{
	unsigned index = 0;
	*given = false;
	if (!row || !field_find(shape, scale->name, &index) || row->values[index].type != FACT_LEVEL)
		return whole(scale);
	int rank = scale_rank(scale, row->values[index].word);
	*given = rank >= 0;
	return rank >= 0 ? (struct interval){rank, rank} : whole(scale);
}

struct highest {
	struct interval found;
	bool any, unknown;
};

static void gather(const struct eval *e, const struct row *row, const struct shape *shape,
                   const struct bpath *path, unsigned i, const struct scale *scale, struct highest *out)
{
	if (i + 1 == path->count) {
		struct interval one = eval_rating(e, row, shape, scale);
		out->found.low = out->any ? greater(out->found.low, one.low) : one.low;
		out->found.high = out->any ? greater(out->found.high, one.high) : one.high;
		out->any = true;
		return;
	}
	const struct ftype *type = &shape->at[path->step[i]]->type;
	const struct value *v = row ? &row->values[path->step[i]] : NULL;
	if (type->base != FACT_SET) {
		gather(e, v ? v->row : NULL, type->shape, path, i + 1, scale, out);
		return;
	}
	out->unknown |= !v || v->type != FACT_SET;
	for (size_t k = 0; v && k < v->count; k++)
		gather(e, v->members[k].row, type->member->shape, path, i + 1, scale, out);
}

/* the members' rating joined with what is known already; an unknown set may hold
 * anything, an empty one says nothing */
static struct interval highest_of(const struct eval *e, const struct row *row, const struct rate *rate,
                                  const struct scale *scale, struct interval base, bool *given)
{
	struct highest h = {.any = false};
	gather(e, row, rate->shape, rate->from, 0, scale, &h);
	if (!h.any && !h.unknown)
		return base;
	struct interval members = {h.any ? h.found.low : 0, h.unknown ? (int)scale->count - 1 : h.found.high};
	bool joined = *given;
	*given = true;
	if (!joined)
		return members;
	return (struct interval){greater(base.low, members.low), greater(base.high, members.high)};
}

/* a rating belongs to the thing, whichever clause asks for it */
static enum truth rate_holds(const struct eval *e, const struct row *row, const struct rate *rate)
{
	struct eval own = *e;
	own.clause = rate->statement->clause->id;
	return eval_when(&own, row, rate->when, NULL);
}

/* the ratings that are taken over where the condition comes out as `truth` */
static struct highest others(const struct eval *e, const struct row *row, const struct shape *shape,
                             const struct scale *scale, enum truth truth)
{
	struct highest h = {.any = false};
	for (const struct rate *r = e->book->rates; r; r = r->next)
		if (r->kind == RATE_AS && r->shape == shape && r->scale == scale && rate_holds(e, row, r) == truth)
			gather(e, row, shape, r->from, 0, scale, &h);
	return h;
}

/* a rating taken over: it stands where none is stated; what is stated may be more
 * than it and never less, so that knowing the other only ever narrows */
static struct interval taken_over(const struct eval *e, const struct row *row, const struct shape *shape,
                                  const struct scale *scale, struct interval base, bool given)
{
	struct highest sure = others(e, row, shape, scale, YES), maybe = others(e, row, shape, scale, CANNOT_TELL);
	struct interval out = base;
	if (sure.any && given)
		out = (struct interval){greater(base.low, sure.found.low), greater(base.high, sure.found.high)};
	else if (sure.any)
		out = sure.found;
	if (maybe.any)
		out.high = greater(out.high, maybe.found.high);
	return out;
}

static struct interval work_out(const struct eval *e, const struct row *row, const struct shape *shape,
                                const struct scale *scale)
{
	bool given;
	struct interval out = stated(row, shape, scale, &given);
	for (const struct rate *r = e->book->rates; r; r = r->next)
		if (r->kind == RATE_HIGHEST_OF && r->shape == shape && r->scale == scale)
			out = highest_of(e, row, r, scale, out, &given);
	out = taken_over(e, row, shape, scale, out, given);
	for (const struct rate *r = e->book->rates; r; r = r->next) {
		if (r->kind != RATE_AT_LEAST || r->shape != shape || r->scale != scale)
			continue;
		enum truth w = rate_holds(e, row, r);
		if (w == YES)
			out.low = greater(out.low, (int)r->rank);
		if (w != NO)
			out.high = greater(out.high, (int)r->rank);
	}
	return out;
}

struct interval eval_rating(const struct eval *e, const struct row *row, const struct shape *shape,
                            const struct scale *scale)
{
	struct rated *known = e->rated;
	bool given;
	if (e->assuming || !row) /* the cases take every level as possible; of a thing nobody named, all are */
		return stated(row, shape, scale, &given);
	for (unsigned i = 0; known && i < known->count; i++)
		if (known->at[i].row == row && known->at[i].scale == scale)
			return known->at[i].interval;
	struct interval out = work_out(e, row, shape, scale);
	if (known && known->count < RATED) {
		known->at[known->count].row = row;
		known->at[known->count].scale = scale;
		known->at[known->count++].interval = out;
	}
	return out;
}

/* ---- comparing */

static enum truth compare_intervals(struct interval a, enum relation rel, struct interval b)
{
	switch (rel) {
	case REL_GE:
		return a.low >= b.high ? YES : a.high < b.low ? NO : CANNOT_TELL;
	case REL_GT:
		return a.low > b.high ? YES : a.high <= b.low ? NO : CANNOT_TELL;
	case REL_LE:
		return a.high <= b.low ? YES : a.low > b.high ? NO : CANNOT_TELL;
	case REL_LT:
		return a.high < b.low ? YES : a.low >= b.high ? NO : CANNOT_TELL;
	case REL_EQ:
	case REL_NE:
		break;
	}
	enum truth equal = a.high < b.low || a.low > b.high ? NO
	                   : a.low == a.high && b.low == b.high ? YES : CANNOT_TELL;
	return rel == REL_EQ ? equal : truth_not(equal);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || strcmp(a, b) == 0;
}

static enum truth compare_values(const struct value *a, enum relation rel, const struct value *b)
{
	if (!a || !b || a->type == FACT_NONE || b->type == FACT_NONE || a->unit != b->unit)
		return CANNOT_TELL;
	const char *x = a->row ? a->row->id : a->word, *y = b->row ? b->row->id : b->word;
	bool worded = a->row || b->row || a->word || b->word;
	if (worded && (!x || !y))
		return CANNOT_TELL;
	struct interval p = {worded ? !same_text(x, y) : a->number > b->number, 0}, q = {0, 0};
	if (!worded && a->number < b->number)
		p.low = -1;
	p.high = p.low;
	return compare_intervals(p, rel, q);
}

static bool operand_interval(const struct eval *e, const struct row *root, const struct operand *o,
                             const struct scale *scale, struct interval *out)
{
	struct value v = o->value;
	if (o->kind == OPERAND_PATH) {
		const struct row *row = holder_of(root, o->path);
		*out = eval_rating(e, row, shape_at_end(o->path), scale);
		return true;
	}
	if (o->kind == OPERAND_PARAM && !eval_param(e, o->param, &v))
		return false;
	int rank = scale_rank(scale, v.word);
	*out = (struct interval){rank, rank};
	return rank >= 0;
}

/* one value that a test looks at, where it stands */
struct spot {
	const struct row *root;     /* for operands that are paths */
	const struct row *holder;   /* the row that holds it, perhaps unknown */
	const struct shape *shape;  /* of the holder */
	const struct value *value;  /* NULL: unknown */
	const struct ftype *type;
};

static enum truth compare_spot(const struct eval *e, const struct spot *s, enum relation rel,
                               const struct operand *o)
{
	struct value v;
	if (s->type->base == FACT_LEVEL) {
		struct interval b;
		const struct scale *scale = scale_find(e->book, s->type->scale);
		if (!scale || !operand_interval(e, s->root, o, scale, &b))
			return CANNOT_TELL;
		return compare_intervals(eval_rating(e, s->holder, s->shape, scale), rel, b);
	}
	if (o->kind == OPERAND_PATH)
		return compare_values(s->value, rel, eval_path(s->root, o->path));
	if (o->kind == OPERAND_PARAM)
		return eval_param(e, o->param, &v) ? compare_values(s->value, rel, &v) : CANNOT_TELL;
	return compare_values(s->value, rel, &o->value);
}

static enum truth holds_post(const struct eval *e, const struct row *root, const struct row *person,
                             const struct node *n)
{
	const struct held *h = e->facts->held;
	const struct value *of = n->other ? eval_path(root, n->other) : NULL;
	const char *place = of && of->row ? of->row->id : NULL;
	while (h && (!person || !person->id || strcmp(h->person, person->id) != 0))
		h = h->next;
	if (!h || (n->other && !place))
		return CANNOT_TELL;
	for (size_t i = 0; i < h->count; i++)
		if (same_text(h->at[i].post, n->word) && (!n->other || (h->at[i].of && same_text(h->at[i].of, place))))
			return YES;
	return NO;
}

static enum truth is_word(const struct row *row, const char *term)
{
	for (const struct is_word *w = row ? row->words : NULL; w; w = w->next)
		if (w->term == term)
			return truth_of(w->is);
	return CANNOT_TELL;
}

static enum truth test_spot(const struct eval *e, const struct node *n, const struct spot *s)
{
	enum truth t = NO;
	const struct row *row = s->value ? s->value->row : NULL;
	if (n->op == NODE_REL)
		return compare_spot(e, s, n->rel, n->operands);
	if (n->op == NODE_POST)
		return holds_post(e, s->root, row, n);
	if (n->op == NODE_WORD)
		return is_word(row, n->word);
	if (n->op == NODE_TERM)
		return eval_node(e, row, n->term->when);
	for (const struct operand *o = n->operands; o; o = o->next)
		t = truth_or(t, compare_spot(e, s, REL_EQ, o));
	return t;
}

/* ---- through sets */

static enum truth fold(enum quantifier quant, enum truth a, enum truth b)
{
	return quant == QUANT_EVERY ? truth_and(a, b) : truth_or(a, b);
}

static enum truth over_path(const struct eval *e, const struct node *n, const struct row *root,
                            const struct row *row, const struct shape *shape, unsigned i)
{
	const struct ftype *type = &shape->at[n->path->step[i]]->type;
	const struct value *v = row ? &row->values[n->path->step[i]] : NULL;
	bool last = i + 1 == n->path->count;
	v = v && v->type != FACT_NONE ? v : NULL;
	if (type->base != FACT_SET) {
		struct spot s = {root, row, shape, v, type};
		return last ? test_spot(e, n, &s) : over_path(e, n, root, v ? v->row : NULL, type->shape, i + 1);
	}
	if (!v)
		return CANNOT_TELL;
	enum truth t = n->quant == QUANT_EVERY ? YES : NO;
	for (size_t k = 0; k < v->count; k++) {
		const struct value *m = &v->members[k];
		struct spot s = {root, row, shape, m->type == FACT_NONE ? NULL : m, type->member};
		t = fold(n->quant, t, last ? test_spot(e, n, &s)
		                           : over_path(e, n, root, m->row, type->member->shape, i + 1));
	}
	return t;
}

static enum truth eval_test(const struct eval *e, const struct row *row, const struct node *n)
{
	if (n->path && n->path->count)
		return over_path(e, n, row, row, n->path->scope, 0);
	return n->op == NODE_TERM ? eval_node(e, row, n->term->when) : is_word(row, n->word); /* the row itself */
}

static enum truth eval_in_set(const struct row *row, const struct node *n)
{
	const struct value *v = eval_path(row, n->path), *set = eval_path(row, n->other);
	if (!v || !set)
		return CANNOT_TELL;
	enum truth t = NO;
	for (size_t i = 0; i < set->count; i++)
		t = truth_or(t, compare_values(v, REL_EQ, &set->members[i]));
	return t;
}

static enum truth eval_count(const struct eval *e, const struct row *row, const struct node *n)
{
	static const struct ftype number = {.base = FACT_NUMBER};
	const struct value *set = eval_path(row, n->path);
	struct value count = {.type = FACT_NUMBER, .number = set ? (int64_t)set->count : 0};
	struct spot s = {.root = row, .value = set ? &count : NULL, .type = &number};
	return compare_spot(e, &s, n->rel, n->operands);
}

/* ---- lists */

static enum item_answer answer_of(const struct eval *e, const char *list, const char *item)
{
	for (const struct answered *a = e->facts->answered; a; a = a->next)
		if (a->list == list && a->item == item)
			return a->answer;
	return ITEM_UNANSWERED;
}

static enum truth answered_truth(const struct eval *e, const struct list *list, const char *item)
{
	switch (answer_of(e, list->statement->name, item)) {
	case ITEM_YES:
		return YES;
	case ITEM_NO:
		return NO;
	case ITEM_NOT_APPLICABLE:
		return truth_of(!list->statement->any);
	case ITEM_UNANSWERED:
		break;
	}
	return CANNOT_TELL;
}

enum truth eval_item(const struct eval *e, const struct list *list, const struct item *item)
{
	struct eval own = *e;
	own.clause = item->member->clause->id;
	if (item->that)
		return eval_node(&own, e->facts->root, item->that);
	return answered_truth(e, list, item->name);
}

enum truth eval_item_when(const struct eval *e, const struct item *item)
{
	struct eval own = *e;
	own.clause = item->member->clause->id;
	return eval_when(&own, e->facts->root, item->when, NULL);
}

const struct literal *list_supplied(const struct eval *e, const struct list *list)
{
	const struct setting *s = setting_for(e, list->statement);
	return s ? s->value : NULL;
}

static enum truth supplied_truth(const struct eval *e, const struct list *list, unsigned *count)
{
	enum truth t = list->statement->any ? NO : YES;
	enum quantifier quant = list->statement->any ? QUANT_ANY : QUANT_EVERY;
	*count = 0;
	for (const struct literal *l = list_supplied(e, list); l; l = l->next, ++*count) {
		const char *word = l->kind == LIT_PATH ? l->path->text : l->text;
		t = fold(quant, t, word ? answered_truth(e, list, word) : CANNOT_TELL);
	}
	return t;
}

static enum truth items_truth(const struct eval *e, const struct list *list)
{
	enum truth t = list->statement->any ? NO : YES;
	for (const struct item *i = list->items; i; i = i->next) {
		enum truth w = eval_item_when(e, i), d = eval_item(e, list, i);
		bool excused = i->statement->strength == SHOULD ||
		               (i->statement->strength == AS_NEEDED &&
		                claim_made(e, e->policy->w_not_needed, i->member->clause->id, NULL));
		if (list->statement->any)
			t = truth_or(t, truth_and(w, d));
		else if (!excused)
			t = truth_and(t, truth_or(truth_not(w), d));
	}
	return t;
}

/* not complete until as many items are supplied as the text omits */
enum truth eval_list(const struct eval *e, const struct list *list)
{
	unsigned count;
	enum truth items = items_truth(e, list), rest = supplied_truth(e, list, &count);
	enum truth t = list->statement->any ? truth_or(items, rest) : truth_and(items, rest);
	return count < list->statement->number ? truth_and(t, CANNOT_TELL) : t;
}

enum truth eval_list_norm(const struct eval *e, const struct list *list)
{
	unsigned count;
	if (list->statement->any)
		return eval_list(e, list);
	enum truth t = supplied_truth(e, list, &count);
	return count < list->statement->number ? truth_and(t, CANNOT_TELL) : t;
}

static enum truth eval_complete(const struct eval *e, const struct node *n)
{
	const struct rules *rules = &e->book->rules[e->facts->act->index];
	for (const struct list *l = rules->lists; l; l = l->next)
		if (l->statement->name == n->word)
			return eval_list(e, l);
	return CANNOT_TELL;
}

/* ---- assumptions of the check */

static bool path_same(const struct path *a, const struct path *b)
{
	return a == b || (a && b && a->text == b->text);
}

bool cond_same(const struct cond *a, const struct cond *b)
{
	if (a == b)
		return true;
	if (a->op != b->op || a->quant != b->quant || a->rel != b->rel || a->name != b->name ||
	    !path_same(a->path, b->path) || !path_same(a->other, b->other))
		return false;
	const struct literal *x = a->values, *y = b->values;
	for (; x && y; x = x->next, y = y->next)
		if (x->kind != y->kind || x->number != y->number || x->text != y->text || x->unit != y->unit ||
		    !path_same(x->path, y->path))
			return false;
	return !x && !y && !a->parts && !b->parts;
}

static bool constant_operands(const struct node *n)
{
	for (const struct operand *o = n->operands; o; o = o->next)
		if (o->kind != OPERAND_CONST)
			return false;
	return true;
}

bool leaf_is_open(const struct node *n)
{
	if (n->op == NODE_POST || n->op == NODE_WORD || n->op == NODE_CLAIMED || n->op == NODE_COMPLETE ||
	    n->op == NODE_IN_SET || n->op == NODE_COUNT)
		return true;
	bool test = n->op == NODE_REL || n->op == NODE_IN || n->op == NODE_TERM;
	return test && (n->quant != QUANT_NONE || !constant_operands(n));
}

static enum truth assumed(const struct eval *e, const struct row *row, const struct node *n)
{
	for (size_t i = 0; i < e->assumed_count; i++)
		if (e->assumed[i].row == row && cond_same(e->assumed[i].source, n->source))
			return e->assumed[i].truth;
	return CANNOT_TELL;
}

/* ---- the tree */

static enum truth eval_parts(const struct eval *e, const struct row *row, const struct node *n)
{
	if (n->op == NODE_NOT)
		return truth_not(eval_node(e, row, n->parts));
	enum truth t = n->op == NODE_AND ? YES : NO, stop = truth_not(t);
	for (const struct node *part = n->parts; part && t != stop; part = part->next) {
		enum truth one = eval_node(e, row, part);
		t = n->op == NODE_AND ? truth_and(t, one) : truth_or(t, one);
	}
	return t;
}

enum truth eval_node(const struct eval *e, const struct row *row, const struct node *n)
{
	if (e->assuming && leaf_is_open(n))
		return assumed(e, row, n);
	switch (n->op) {
	case NODE_AND:
	case NODE_OR:
	case NODE_NOT:
		return eval_parts(e, row, n);
	case NODE_TRUTH:
	case NODE_REACHED: {
		const struct value *v = eval_path(row, n->path);
		return v ? truth_of(v->number != 0) : CANNOT_TELL;
	}
	case NODE_KNOWN:
		if (eval_path(row, n->path))
			return YES;
		return e->assuming ? assumed(e, row, n) : CANNOT_TELL;
	case NODE_CLAIMED:
		return truth_of(claim_made(e, n->word, e->clause, NULL));
	case NODE_COMPLETE:
		return eval_complete(e, n);
	case NODE_COUNT:
		return eval_count(e, row, n);
	case NODE_IN_SET:
		return eval_in_set(row, n);
	case NODE_REL:
	case NODE_IN:
	case NODE_POST:
	case NODE_TERM:
	case NODE_WORD:
		break;
	}
	return eval_test(e, row, n);
}

enum truth eval_when(const struct eval *e, const struct row *row, const struct node *when,
                     const struct node *unless)
{
	enum truth w = when ? eval_node(e, row, when) : YES;
	return unless && w != NO ? truth_and(w, truth_not(eval_node(e, row, unless))) : w;
}
