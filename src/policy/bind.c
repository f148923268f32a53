/* Conditions, paths and routes: words become fields, symbols and constants, and
 * every comparison is between things of one type.  What cannot be bound is a
 * finding, and gives NULL; the statement it stands in then never speaks, and
 * the policy is not sound. */
#include "policy/model.h"

enum { TERM_DEPTH = 64 };

static struct node *new_node(struct binder *b, enum node_op op, const struct cond *source)
{
	struct node *n = BINDER_NEW(b, struct node);
	if (n)
		*n = (struct node){.op = op, .source = source, .quant = source->quant, .rel = source->rel};
	return n;
}

/* ---- paths */

static bool holds_facts(const struct ftype *type)
{
	return type->base == FACT_ROW || type->base == FACT_PERSON || type->base == FACT_SECTION;
}

static bool is_kind(const struct binder *b, const struct shape *scope)
{
	return shape_find(b->policy, scope->name) == scope;
}

/* the first word: a fact of the act, or the object by its kind's name, or a fact
 * of the proceeding that moves, or (in what is said of a kind) the kind itself */
static bool first_step(struct binder *b, const struct shape *scope, const char *word, struct bpath *out,
                       const struct shape **at, struct ftype *type)
{
	unsigned index = 0;
	if (is_kind(b, scope)) {
		if (scope->name != word)
			return false;
		*at = scope;
		*type = (struct ftype){.base = FACT_ROW, .shape = scope};
		return true;
	}
	const struct field *f = field_find(scope, word, &index);
	const struct shape *object = scope->fields && scope->fields->next ? scope->fields->next->type.shape : NULL;
	if (!f && object && object->name == word)
		f = field_find(scope, b->policy->w_object, &index);
	if (!f && object && object->vocab && object->vocab->kind == VOCAB_PROCEEDING &&
	    (f = field_find(object, word, &index)))
		out->step[out->count++] = FIELD_OBJECT;
	if (!f || f->type.base == FACT_NONE)
		return false;
	out->step[out->count++] = (uint16_t)index;
	out->field = f;
	*type = f->type;
	*at = f->type.shape;
	return true;
}

const struct bpath *bind_path(struct binder *b, const struct shape *scope, const struct path *path)
{
	struct bpath *out = BINDER_NEW(b, struct bpath);
	const struct shape *at = NULL;
	struct ftype type = {.base = FACT_NONE};
	if (!out)
		return NULL;
	*out = (struct bpath){.source = path, .scope = scope};
	bool found = path->count > 0 && first_step(b, scope, path->part[0], out, &at, &type);
	for (unsigned i = 1; found && i < path->count; i++) {
		unsigned index = 0;
		if (type.base == FACT_SET) {
			type = *type.member;
			out->through_set = true;
		}
		const struct field *f = holds_facts(&type) ? field_find(type.shape, path->part[i], &index) : NULL;
		found = f && out->count < sizeof out->step / sizeof *out->step;
		if (!found)
			break;
		out->step[out->count++] = (uint16_t)index;
		out->field = f;
		type = f->type;
	}
	if (!found) {
		binder_error(b, 1, path->line, "語彙に事実を宣言するか、道筋を直してください。",
		             "「%s」では事実「%s」を語れません。", scope->name, path->text);
		return NULL;
	}
	out->end = type;
	return out;
}

/* ---- constants */

bool unit_convert(const char *unit, int64_t n, enum unit_class *unit_class, int64_t *base)
{
	static const struct {
		const char *unit;
		enum unit_class unit_class;
		int64_t factor;
	} units[] = {
		{"hours", UNIT_HOURS, 1},         {"hour", UNIT_HOURS, 1},
		{"days", UNIT_HOURS, 24},         {"day", UNIT_HOURS, 24},
		{"months", UNIT_MONTHS, 1},       {"month", UNIT_MONTHS, 1},
		{"years", UNIT_MONTHS, 12},       {"year", UNIT_MONTHS, 12},
		{"working-days", UNIT_WORKING_DAYS, 1}, {"working-day", UNIT_WORKING_DAYS, 1},
		{"fiscal-years", UNIT_FISCAL_YEARS, 1}, {"fiscal-year", UNIT_FISCAL_YEARS, 1},
		{"MiB", UNIT_BYTES, 1 << 20},
	};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (strcmp(units[i].unit, unit) != 0)
			continue;
		*unit_class = units[i].unit_class;
		return !__builtin_mul_overflow(n, units[i].factor, base);
	}
	return false;
}

static const char *word_of(const struct literal *l)
{
	if (l->kind == LIT_PATH)
		return l->path->count == 1 ? l->path->part[0] : NULL;
	return l->kind == LIT_LEVEL || (l->kind == LIT_NUMBER && !l->unit) ? l->text : NULL;
}

static bool word_among(const struct name *words, const char *word)
{
	for (const struct name *n = words; n; n = n->next)
		if (n->text == word)
			return true;
	return false;
}

static bool constant_number(const struct ftype *type, const struct literal *l, struct value *out)
{
	if (l->kind != LIT_NUMBER)
		return false;
	*out = (struct value){.type = type->base, .number = l->number};
	if (type->base == FACT_NUMBER)
		return !l->unit || strcmp(l->unit, "times") == 0 || l->unit == type->unit;
	bool known = l->unit && unit_convert(l->unit, l->number, &out->unit, &out->number);
	return known && (out->unit == UNIT_BYTES) == (type->base == FACT_SIZE);
}

static bool constant_level(const struct book *book, const struct ftype *type, const struct literal *l,
                           struct value *out)
{
	const struct scale *scale = book ? scale_find(book, type->scale) : NULL;
	const char *word = word_of(l);
	*out = (struct value){.type = FACT_LEVEL, .word = word};
	return scale && word && scale_rank(scale, word) >= 0;
}

static bool constant_post(const struct book *book, const struct member *member, const struct literal *l,
                          struct value *out)
{
	const char *word = word_of(l);
	const struct symbol *s = word && book ? symbol_find(book, mapped_name(member, word)) : NULL;
	if (!s || s->kind != SYM_POST)
		return false;
	*out = (struct value){.type = FACT_POST, .word = s->name};
	return true;
}

bool literal_constant(const struct policy *policy, const struct book *book, const struct member *member,
                      const struct ftype *type, const struct literal *l, struct value *out)
{
	const char *word = word_of(l);
	if (type->base == FACT_YESNO) {
		*out = (struct value){.type = FACT_YESNO, .number = word == policy->w_yes};
		return word && (word == policy->w_yes || word == policy->w_no);
	}
	if (type->base == FACT_WORD) {
		*out = (struct value){.type = FACT_WORD, .word = word};
		return word && word_among(type->words, word);
	}
	if (type->base == FACT_DATE) {
		*out = (struct value){.type = FACT_DATE, .number = l->number};
		return l->kind == LIT_DATE;
	}
	if (type->base == FACT_LEVEL)
		return constant_level(book, type, l, out);
	if (type->base == FACT_POST)
		return constant_post(book, member, l, out);
	if (type->base == FACT_NUMBER || type->base == FACT_DURATION || type->base == FACT_SIZE)
		return constant_number(type, l, out);
	return false;
}

static bool same_type(const struct ftype *a, const struct ftype *b)
{
	if (a->base != b->base)
		return false;
	if (holds_facts(a))
		return a->shape == b->shape;
	if (a->base == FACT_LEVEL)
		return a->scale == b->scale;
	if (a->base == FACT_NUMBER)
		return a->unit == b->unit;
	return a->base != FACT_SET && a->base != FACT_TEXT;
}

/* A word in value position is a word of the other side's one-of, else a
 * parameter, else a fact of its type. */
bool bind_literal(struct binder *b, const struct ftype *type, const struct literal *literal,
                  const struct shape *scope, struct operand *out)
{
	*out = (struct operand){.kind = OPERAND_CONST};
	if (literal_constant(b->policy, b->book, b->member, type, literal, &out->value))
		return true;
	const char *word = word_of(literal);
	const struct symbol *s = word && b->book ? symbol_find(b->book, word) : NULL;
	if (s && s->kind == SYM_PARAM && same_type(type, &s->param->ftype)) {
		*out = (struct operand){.kind = OPERAND_PARAM, .param = s->param};
		return true;
	}
	if (type->base == FACT_LEVEL && (literal->kind == LIT_LEVEL || literal->kind == LIT_NUMBER)) {
		binder_error(b, 27, literal->line, "段階の名前を直してください。",
		             "段階「%s」に「%s」はありません。", type->scale, literal->text);
		return false;
	}
	const struct bpath *path = literal->kind == LIT_PATH && scope ? bind_path(b, scope, literal->path) : NULL;
	if (path && path->count && !path->through_set && same_type(type, &path->end)) {
		*out = (struct operand){.kind = OPERAND_PATH, .path = path};
		return true;
	}
	if (path || literal->kind != LIT_PATH)
		binder_error(b, 1, literal->line, "同じ型の値、パラメータ、事実と比べてください。",
		             "比べる二つの型が違います。");
	return false;
}

/* ---- tests */

static bool ordered(const struct ftype *type)
{
	return type->base == FACT_DATE || type->base == FACT_NUMBER || type->base == FACT_DURATION ||
	       type->base == FACT_SIZE || type->base == FACT_LEVEL;
}

/* What a test looks at: what the path reaches, or a member of what it reaches. */
static bool tested_type(struct binder *b, const struct cond *c, const struct bpath *path, struct ftype *out)
{
	bool many = path->through_set || path->end.base == FACT_SET;
	*out = path->end.base == FACT_SET ? *path->end.member : path->end;
	if (c->quant != QUANT_NONE && !many) {
		binder_error(b, 1, c->line, "any や every を外すか、集まりを指してください。",
		             "「%s」は集まりではありません。", c->path->text);
		return false;
	}
	if (c->quant == QUANT_NONE && many) {
		binder_error(b, 1, c->line, "any か every を付けてください。",
		             "「%s」は集まりなので、一つの値と比べられません。", c->path->text);
		return false;
	}
	return true;
}

static bool bind_operands(struct binder *b, const struct shape *scope, const struct cond *c,
                          const struct ftype *type, struct node *n)
{
	struct operand **tail = &n->operands;
	for (const struct literal *l = c->values; l; l = l->next) {
		struct operand *o = BINDER_NEW(b, struct operand);
		if (!o || !bind_literal(b, type, l, scope, o))
			return false;
		*tail = o;
		tail = &o->next;
	}
	return true;
}

static struct node *bind_compare(struct binder *b, const struct shape *scope, const struct cond *c)
{
	struct node *n = new_node(b, c->op == COND_REL ? NODE_REL : NODE_IN, c);
	struct ftype type;
	if (!n || !(n->path = bind_path(b, scope, c->path)) || !tested_type(b, c, n->path, &type))
		return NULL;
	if (n->path->count == 0 || type.base == FACT_TEXT) {
		binder_error(b, 1, c->line, "known で確かめてください。",
		             "「%s」は比べられません。", c->path->text);
		return NULL;
	}
	if (c->op == COND_REL && c->rel >= REL_LT && !ordered(&type)) {
		binder_error(b, 1, c->line, "= か != を使ってください。",
		             "「%s」に大小はありません。", c->path->text);
		return NULL;
	}
	return bind_operands(b, scope, c, &type, n) ? n : NULL;
}

static struct node *bind_in_set(struct binder *b, const struct shape *scope, const struct cond *c)
{
	struct node *n = new_node(b, NODE_IN_SET, c);
	if (!n)
		return NULL;
	n->path = bind_path(b, scope, c->path);
	n->other = bind_path(b, scope, c->other);
	if (!n->path || !n->other)
		return NULL;
	bool fits = n->path->count && !n->path->through_set && !n->other->through_set &&
	            n->other->end.base == FACT_SET && same_type(&n->path->end, n->other->end.member);
	if (fits)
		return n;
	binder_error(b, 1, c->line, "同じ型の集まりを指してください。",
	             "「%s」が「%s」に入っているかは問えません。", c->path->text, c->other->text);
	return NULL;
}

static struct node *bind_is_post(struct binder *b, const struct shape *scope, const struct cond *c,
                                 const struct ftype *type, struct node *n)
{
	n->op = NODE_POST;
	n->word = mapped_name(b->member, c->name);
	n->other = c->other ? bind_path(b, scope, c->other) : NULL;
	if (c->other && !n->other)
		return NULL;
	bool place = !n->other || (n->other->count && !n->other->through_set && holds_facts(&n->other->end));
	if (type->base == FACT_PERSON && place)
		return n;
	binder_error(b, 1, c->line, "人と職、職の置かれる単位を確かめてください。",
	             "「%s」が職「%s」かは問えません。", c->path->text, c->name);
	return NULL;
}

static struct node *bind_is(struct binder *b, const struct shape *scope, const struct cond *c)
{
	struct node *n = new_node(b, NODE_WORD, c);
	struct ftype type;
	const struct symbol *s = b->book ? symbol_find(b->book, mapped_name(b->member, c->name)) : NULL;
	if (!n || !(n->path = bind_path(b, scope, c->path)) || !tested_type(b, c, n->path, &type))
		return NULL;
	if (s && s->kind == SYM_POST)
		return bind_is_post(b, scope, c, &type, n);
	if (!s || s->kind != SYM_TERM || c->other) {
		binder_error(b, 1, c->line, "post か term で宣言してください。",
		             "「%s」という職も用語もありません。", c->name);
		return NULL;
	}
	bind_term(b, s->term);
	n->word = c->name;
	n->term = s->term;
	if (s->term->statement->when)
		n->op = NODE_TERM;
	bool fits = holds_facts(&type) && (n->op == NODE_WORD || (s->term->when && s->term->shape == type.shape));
	if (fits)
		return n;
	if (n->op == NODE_WORD || s->term->when) /* a term that could not be bound was told already */
		binder_error(b, 1, c->line, "用語の定義と見比べてください。",
		             "「%s」について用語「%s」は語れません。", c->path->text, c->name);
	return NULL;
}

/* a bare path: a yesno, or a term of the act (or of the kind) itself */
static struct node *bind_bare(struct binder *b, const struct shape *scope, const struct cond *c)
{
	const char *word = c->path->count == 1 ? c->path->part[0] : NULL;
	const struct symbol *s = word && b->book ? symbol_find(b->book, word) : NULL;
	bool fact = word && !is_kind(b, scope) && field_find(scope, word, NULL);
	if (s && s->kind == SYM_TERM && !fact) {
		struct node *n = new_node(b, NODE_TERM, c);
		bind_term(b, s->term);
		if (n && s->term->when && s->term->shape == scope) {
			n->term = s->term;
			n->word = word;
			return n;
		}
		binder_error(b, 1, c->line, "用語の対象を確かめるか、is を使ってください。",
		             "用語「%s」は、ここではそのまま条件になりません。", word);
		return NULL;
	}
	struct node *n = new_node(b, NODE_TRUTH, c);
	if (!n || !(n->path = bind_path(b, scope, c->path)))
		return NULL;
	if (n->path->end.base == FACT_YESNO && !n->path->through_set)
		return n;
	binder_error(b, 1, c->line, "比べる記号を補ってください。",
	             "「%s」は「はい・いいえ」の事実ではありません。", c->path->text);
	return NULL;
}

static struct node *bind_known(struct binder *b, const struct shape *scope, const struct cond *c)
{
	struct node *n = new_node(b, NODE_KNOWN, c);
	if (!n || !(n->path = bind_path(b, scope, c->path)))
		return NULL;
	if (n->path->count && !n->path->through_set)
		return n;
	binder_error(b, 1, c->line, "一つの事実を指してください。",
	             "「%s」が知られているかは問えません。", c->path->text);
	return NULL;
}

static struct node *bind_count(struct binder *b, const struct shape *scope, const struct cond *c)
{
	static const struct ftype number = {.base = FACT_NUMBER};
	struct node *n = new_node(b, NODE_COUNT, c);
	if (!n || !(n->path = bind_path(b, scope, c->path)))
		return NULL;
	if (n->path->end.base == FACT_SET && !n->path->through_set)
		return bind_operands(b, scope, c, &number, n) ? n : NULL;
	binder_error(b, 1, c->line, "集まりを指してください。",
	             "「%s」は集まりではないので数えられません。", c->path->text);
	return NULL;
}

static struct node *bind_reached(struct binder *b, const struct shape *scope, const struct cond *c)
{
	struct node *n = new_node(b, NODE_REACHED, c);
	struct bpath *path = BINDER_NEW(b, struct bpath);
	unsigned index = 0;
	bool kind = is_kind(b, scope);
	const struct shape *object = kind ? scope : scope->fields->next->type.shape;
	const struct field *f = field_find(object, c->name, &index);
	if (!n || !path)
		return NULL;
	if (!f || !f->step) {
		binder_error(b, 1, c->line, "手続の step を確かめてください。",
		             "「%s」という段階は、ここで語る手続にありません。", c->name);
		return NULL;
	}
	if (!kind)
		path->step[path->count++] = FIELD_OBJECT;
	path->step[path->count++] = (uint16_t)index;
	path->scope = scope;
	path->end = f->type;
	path->field = f;
	n->path = path;
	n->word = c->name;
	return n;
}

static struct node *bind_claimed(struct binder *b, const struct shape *scope, const struct cond *c)
{
	struct node *n = new_node(b, NODE_CLAIMED, c);
	(void)scope;
	if (!vocab_find(b->policy, VOCAB_CLAIM, c->name)) {
		binder_error(b, 1, c->line, "claim で宣言してください。", "「%s」という申立てはありません。", c->name);
		return NULL;
	}
	if (n)
		n->word = c->name;
	return n;
}

static struct node *bind_complete(struct binder *b, const struct shape *scope, const struct cond *c)
{
	struct node *n = new_node(b, NODE_COMPLETE, c);
	const struct symbol *s = b->book ? symbol_find(b->book, c->name) : NULL;
	bool of_act = false;
	if (s && s->kind == SYM_LIST)
		for (const struct name *a = s->statement->acts; a; a = a->next)
			of_act |= a->text == scope->name;
	if (!of_act) {
		binder_error(b, 1, c->line, "一覧の for に行為を書き加えてください。",
		             "「%s」の一覧「%s」はありません。", scope->name, c->name);
		return NULL;
	}
	if (n)
		n->word = c->name;
	return n;
}

static struct node *bind_parts(struct binder *b, const struct shape *scope, const struct cond *c)
{
	static const enum node_op ops[] = {[COND_AND] = NODE_AND, [COND_OR] = NODE_OR, [COND_NOT] = NODE_NOT};
	struct node *n = new_node(b, ops[c->op], c);
	if (!n)
		return NULL;
	struct node **tail = &n->parts;
	bool whole = true;
	for (const struct cond *part = c->parts; part; part = part->next) {
		struct node *bound = bind_cond(b, scope, part);
		whole &= bound != NULL;
		if (!bound)
			continue;
		*tail = bound;
		tail = &bound->next;
	}
	return whole ? n : NULL;
}

struct node *bind_cond(struct binder *b, const struct shape *scope, const struct cond *cond)
{
	static struct node *(*const bind[])(struct binder *, const struct shape *, const struct cond *) = {
		[COND_AND] = bind_parts,       [COND_OR] = bind_parts,         [COND_NOT] = bind_parts,
		[COND_PATH] = bind_bare,       [COND_REL] = bind_compare,      [COND_IN] = bind_compare,
		[COND_IN_PATH] = bind_in_set,  [COND_IS] = bind_is,            [COND_KNOWN] = bind_known,
		[COND_CLAIMED] = bind_claimed, [COND_REACHED] = bind_reached,  [COND_COMPLETE] = bind_complete,
		[COND_COUNT] = bind_count,
	};
	return bind[cond->op](b, scope, cond);
}

bool node_uses(const struct node *node, enum node_op op)
{
	if (!node)
		return false;
	if (node->op == op || (node->op == NODE_TERM && node->term && node_uses(node->term->when, op)))
		return true;
	for (const struct node *part = node->parts; part; part = part->next)
		if (node_uses(part, op))
			return true;
	return false;
}

/* ---- terms */

static unsigned written_out(const struct node *node, unsigned *depth)
{
	unsigned size = 1, deepest = 0;
	if (node->op == NODE_TERM && node->term) {
		size += node->term->size;
		deepest = node->term->depth + 1;
	}
	for (const struct node *part = node->parts; part; part = part->next) {
		unsigned below = 0;
		size += written_out(part, &below);
		deepest = below > deepest ? below : deepest;
		if (size > POLICY_TERM_NODES)
			break;
	}
	*depth = deepest;
	return size;
}

static const struct shape *term_scope(struct binder *b, const struct statement *s)
{
	const struct shape *kind = shape_find(b->policy, s->second);
	const struct act *act = kind ? NULL : act_find(b->policy, s->second);
	return kind ? kind : act ? act->row : NULL;
}

static void bind_term_in_place(struct binder *b, struct term *term)
{
	const struct statement *s = term->statement;
	term->shape = term_scope(b, s);
	if (!term->shape) {
		binder_error(b, 1, s->line, "種類か行為の名前を直してください。",
		             "用語「%s」の対象「%s」は宣言されていません。", s->name, s->second);
		return;
	}
	struct node *when = bind_cond(b, term->shape, s->when);
	if (!when)
		return;
	term->size = written_out(when, &term->depth);
	if (term->size > POLICY_TERM_NODES || term->depth > TERM_DEPTH)
		binder_error(b, 4, s->line, "用語の重なりを減らしてください。",
		             "用語「%s」は、ほかの用語を開いて書くと長すぎます。", s->name);
	else
		term->when = when;
}

void bind_term(struct binder *b, struct term *term)
{
	const struct member *member = b->member;
	if (term->state == TERM_OPEN)
		binder_error(b, 4, term->statement->line, "定義の輪を断ってください。",
		             "用語「%s」の定義が自分自身に戻ります。", term->statement->name);
	if (term->state != TERM_NEW)
		return;
	term->state = TERM_OPEN;
	b->member = symbol_find(b->book, term->statement->name)->member;
	if (term->statement->when && ++b->term_depth <= TERM_DEPTH)
		bind_term_in_place(b, term);
	else if (term->statement->when)
		binder_error(b, 4, term->statement->line, "用語の重なりを減らしてください。",
		             "用語「%s」から先の重なりが深すぎます（64段まで）。", term->statement->name);
	b->term_depth -= term->statement->when != NULL;
	term->state = TERM_DONE;
	b->member = member;
}

/* ---- routes */

static bool is_role(const struct policy *policy, const char *word)
{
	return word == policy->w_actor || word == policy->w_approver || word == policy->w_applicant;
}

/* What might have been meant: the posts of the policy as its clauses declare them. */
static const char *posts_that_are(struct binder *b)
{
	enum { NAMED = 12 };
	const char *list = "";
	size_t count = 0;
	for (const struct member *m = b->book->members; m; m = m->next)
		for (const struct statement *s = m->clause->statements; s; s = s->next)
			if (s->kind == ST_POST && count++ < NAMED) {
				const char *more = arena_printf(b->arena, "%s%s%s", list, *list ? ", " : "", s->name);
				list = more ? more : list;
			}
	const char *mend = arena_printf(b->arena, "ある職は %s%s です。post か、型が post の param で宣言するか、書き直してください。", list,
	                                count > NAMED ? " など" : "");
	return *list && mend ? mend : "post か、型が post の param で宣言してください。";
}

static void bind_who(struct binder *b, const struct via *via, bool norm, struct broute *r)
{
	const char *name = mapped_name(b->member, via->post);
	const struct symbol *s = symbol_find(b->book, name);
	bool person_term = s && s->kind == SYM_TERM && !norm;
	if (s && s->kind == SYM_POST) {
		r->post = name;
		r->decl = s->statement;
	} else if (s && s->kind == SYM_PARAM && s->param->ftype.base == FACT_POST) {
		r->param = s->param;
	} else if (person_term || (!norm && is_role(b->policy, name))) {
		r->post = name;
	} else {
		binder_error(b, 1, via->line, posts_that_are(b),
		             "「%s」という職はありません。", via->post);
		r->source = NULL;
	}
}

static struct broute *bind_slot(struct binder *b, const struct shape *scope, const struct via *via, bool norm)
{
	struct broute *r = BINDER_NEW(b, struct broute);
	if (!r)
		return NULL;
	*r = (struct broute){.op = ROUTE_SLOT, .every = via->every, .consult = via->consult, .source = via};
	bind_who(b, via, norm, r);
	if (via->of && !(r->of = bind_path(b, scope, via->of)))
		return NULL;
	const struct ftype *type = !r->of ? NULL : r->of->end.base == FACT_SET ? r->of->end.member : &r->of->end;
	bool many = r->of && (r->of->through_set || r->of->end.base == FACT_SET);
	if (type && (!holds_facts(type) || (many && !via->every))) {
		binder_error(b, 1, via->line, "課などを指してください。集まりには every を付けてください。",
		             "「%s の %s」では誰のことかわかりません。", via->of->text, via->post);
		return NULL;
	}
	bool per = r->decl && r->decl->per;
	if (r->source && r->decl && per != (r->of != NULL) && !(via->every && !r->of)) {
		binder_error(b, 1, via->line, "of で単位を示すか、外してください。",
		             per ? "職「%s」は単位ごとに置かれます。どの単位のものか示してください。"
		                 : "職「%s」は一つだけです。単位は付きません。", via->post);
		return NULL;
	}
	return r->source ? r : NULL;
}

struct broute *bind_route(struct binder *b, const struct shape *scope, const struct via *via, bool norm)
{
	if (via->op == ROUTE_SLOT)
		return bind_slot(b, scope, via, norm);
	struct broute *r = BINDER_NEW(b, struct broute);
	if (!r)
		return NULL;
	*r = (struct broute){.op = via->op, .source = via};
	struct broute **tail = &r->parts;
	bool whole = true;
	for (const struct via *part = via->parts; part; part = part->next) {
		struct broute *bound = bind_route(b, scope, part, norm);
		whole &= bound != NULL;
		if (!bound)
			continue;
		*tail = bound;
		tail = &bound->next;
	}
	return whole ? r : NULL;
}
