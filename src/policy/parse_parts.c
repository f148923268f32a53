/* The parts that statements are made of: names, paths, values, conditions,
 * routes, types. */
#include "policy/parser.h"

#include <stdio.h>

const char *take_title(struct parser *p)
{
	return p->now.kind == TOKEN_STRING ? token_word(p) : NULL;
}

struct name *parse_names(struct parser *p)
{
	struct name *first = NULL, **tail = &first;
	do {
		struct name *n = PARSER_NEW(p, struct name);
		*n = (struct name){.line = p->now.line};
		n->text = need_name(p, "名前");
		*tail = n;
		tail = &n->next;
	} while (parser_ok(p) && take_mark(p, ','));
	return first;
}

struct name *parse_ids(struct parser *p)
{
	struct name *first = NULL, **tail = &first;
	do {
		struct name *n = PARSER_NEW(p, struct name);
		*n = (struct name){.line = p->now.line};
		n->text = need_id(p);
		*tail = n;
		tail = &n->next;
	} while (parser_ok(p) && take_mark(p, ','));
	return first;
}

static const char *dotted(struct parser *p, const char *a, const char *b)
{
	char text[160];
	int len = snprintf(text, sizeof text, "%s.%s", a, b);
	const char *word = words_intern(p->words, slice_of(text, (size_t)len));
	if (!word)
		parser_fault(p, E_MEMORY, "");
	return word ? word : "";
}

struct name *parse_qname(struct parser *p)
{
	struct name *n = PARSER_NEW(p, struct name);
	*n = (struct name){.line = p->now.line};
	n->text = need_name(p, "行為や出来事の名前");
	if (take_mark(p, '.'))
		n->text = dotted(p, n->text, need_name(p, "点の後の名前"));
	return n;
}

struct name *parse_acts(struct parser *p)
{
	struct name *first = NULL, **tail = &first;
	do {
		*tail = parse_qname(p);
		tail = &(*tail)->next;
	} while (parser_ok(p) && take_mark(p, ','));
	return first;
}

enum { PATH_PARTS = 8 };

struct path *parse_path(struct parser *p)
{
	struct path *path = PARSER_NEW(p, struct path);
	const char *parts[PATH_PARTS];
	unsigned count = 0;
	*path = (struct path){.line = p->now.line, .text = ""};
	do {
		if (count == PATH_PARTS) {
			parser_fault(p, E_LIMIT, "8語までの道筋");
			return path;
		}
		parts[count++] = need_name(p, "事実の名前");
		path->text = count == 1 ? parts[0] : dotted(p, path->text, parts[count - 1]);
	} while (parser_ok(p) && take_mark(p, '.') && strlen(path->text) < 90);
	path->part = parser_ok(p) ? ARENA_ARRAY(p->arena, count, const char *) : NULL;
	if (!path->part) {
		parser_fault(p, E_MEMORY, "");
		return path;
	}
	memcpy(path->part, parts, count * sizeof *parts);
	path->count = count;
	return path;
}

static const char *optional_unit(struct parser *p)
{
	return p->now.kind == TOKEN_UNIT ? token_word(p) : NULL;
}

struct literal *parse_value(struct parser *p)
{
	struct literal *v = PARSER_NEW(p, struct literal);
	*v = (struct literal){.line = p->now.line, .number = p->now.number};
	if (p->now.kind == TOKEN_NAME) {
		v->kind = LIT_PATH;
		v->path = parse_path(p);
	} else if (p->now.kind == TOKEN_LEVEL || p->now.kind == TOKEN_NUMBER) {
		v->kind = p->now.kind == TOKEN_LEVEL ? LIT_LEVEL : LIT_NUMBER;
		v->text = token_word(p);
		v->unit = v->kind == LIT_NUMBER ? optional_unit(p) : NULL;
	} else {
		v->kind = LIT_DATE;
		v->number = need_date(p);
	}
	return v;
}

struct literal *parse_values(struct parser *p)
{
	struct literal *first = NULL, **tail = &first;
	do {
		*tail = parse_value(p);
		tail = &(*tail)->next;
	} while (parser_ok(p) && take_mark(p, ','));
	return first;
}

const char *parse_level(struct parser *p)
{
	if (p->now.kind == TOKEN_LEVEL || p->now.kind == TOKEN_NUMBER)
		return token_word(p);
	parser_fault(p, E_INPUT, "段階（例 A、3A、3）");
	return "";
}

/* ---- conditions */

static struct cond *new_cond(struct parser *p, enum cond_op op)
{
	struct cond *c = PARSER_NEW(p, struct cond);
	*c = (struct cond){.op = op, .line = p->now.line};
	return c;
}

static void parse_relation(struct parser *p, struct cond *c)
{
	c->rel = p->now.rel;
	if (p->now.kind != TOKEN_RELATION)
		parser_fault(p, E_INPUT, "比べる記号（= != < <= > >=）");
	parser_step(p);
	c->values = parse_value(p);
}

static void parse_in(struct parser *p, struct cond *c)
{
	if (take_mark(p, '(')) {
		c->op = COND_IN;
		c->values = parse_values(p);
		need_mark(p, ')');
		return;
	}
	c->op = COND_IN_PATH;
	if (c->quant != QUANT_NONE)
		parser_fault(p, E_INPUT, "括弧で囲んだ値の並び");
	c->other = parse_path(p);
}

static void parse_is(struct parser *p, struct cond *c)
{
	c->op = COND_IS;
	c->name = need_name(p, "職名か用語");
	if (c->quant == QUANT_NONE && take_keyword(p, K_OF))
		c->other = parse_path(p);
}

/* what may follow a path; a quantified path must be followed by something */
static struct cond *parse_comparison(struct parser *p, enum quantifier quant)
{
	struct cond *c = new_cond(p, COND_PATH);
	c->quant = quant;
	c->path = parse_path(p);
	if (take_keyword(p, K_IS)) {
		parse_is(p, c);
	} else if (take_keyword(p, K_IN)) {
		parse_in(p, c);
	} else if (p->now.kind == TOKEN_RELATION || quant != QUANT_NONE) {
		c->op = COND_REL;
		parse_relation(p, c);
	}
	return c;
}

static struct cond *parse_worded(struct parser *p, enum cond_op op)
{
	struct cond *c = new_cond(p, op);
	parser_step(p);
	if (op == COND_KNOWN || op == COND_COUNT)
		c->path = parse_path(p);
	else
		c->name = need_name(p, "名前");
	if (op == COND_COUNT)
		parse_relation(p, c);
	return c;
}

static struct cond *parse_test(struct parser *p);

static struct cond *parse_nested(struct parser *p)
{
	struct cond *c = new_cond(p, COND_NOT);
	if (!parser_enter(p))
		return c;
	if (take_keyword(p, K_NOT)) {
		c->parts = parse_test(p);
	} else {
		need_mark(p, '(');
		c = parse_cond(p);
		need_mark(p, ')');
	}
	parser_leave(p);
	return c;
}

static struct cond *parse_test(struct parser *p)
{
	static const struct {
		enum keyword keyword;
		enum cond_op op;
	} worded[] = {
		{K_KNOWN, COND_KNOWN},       {K_CLAIMED, COND_CLAIMED}, {K_REACHED, COND_REACHED},
		{K_COMPLETE, COND_COMPLETE}, {K_COUNT, COND_COUNT},
	};
	if (at_keyword(p, K_NOT) || at_mark(p, '('))
		return parse_nested(p);
	for (size_t i = 0; i < sizeof worded / sizeof *worded; i++)
		if (at_keyword(p, worded[i].keyword))
			return parse_worded(p, worded[i].op);
	if (take_keyword(p, K_ANY))
		return parse_comparison(p, QUANT_ANY);
	if (take_keyword(p, K_EVERY))
		return parse_comparison(p, QUANT_EVERY);
	return parse_comparison(p, QUANT_NONE);
}

/* one part alone stays itself */
static struct cond *parse_joined(struct parser *p, enum cond_op op, enum keyword joint,
                                 struct cond *(*part)(struct parser *p))
{
	struct cond *first = part(p);
	if (!at_keyword(p, joint))
		return first;
	struct cond *c = new_cond(p, op);
	c->line = first->line;
	c->parts = first;
	struct cond **tail = &first->next;
	while (parser_ok(p) && take_keyword(p, joint)) {
		*tail = part(p);
		tail = &(*tail)->next;
	}
	return c;
}

static struct cond *parse_conj(struct parser *p)
{
	return parse_joined(p, COND_AND, K_AND, parse_test);
}

struct cond *parse_cond(struct parser *p)
{
	return parse_joined(p, COND_OR, K_OR, parse_conj);
}

/* ---- routes */

struct via *parse_prim(struct parser *p)
{
	struct via *v = PARSER_NEW(p, struct via);
	*v = (struct via){.line = p->now.line, .op = ROUTE_SLOT};
	if (take_mark(p, '(')) {
		if (!parser_enter(p))
			return v;
		v = parse_route(p);
		need_mark(p, ')');
		parser_leave(p);
		return v;
	}
	v->every = take_keyword(p, K_EVERY);
	v->consult = !v->every && take_keyword(p, K_CONSULT);
	v->post = need_name(p, "職名");
	if (take_keyword(p, K_OF))
		v->of = parse_path(p);
	return v;
}

static struct via *parse_ways(struct parser *p, enum route_op op, enum keyword joint,
                              struct via *(*part)(struct parser *p))
{
	struct via *first = part(p);
	if (!at_keyword(p, joint))
		return first;
	struct via *v = PARSER_NEW(p, struct via);
	*v = (struct via){.op = op, .parts = first, .line = first->line};
	struct via **tail = &first->next;
	while (parser_ok(p) && take_keyword(p, joint)) {
		*tail = part(p);
		tail = &(*tail)->next;
	}
	return v;
}

static struct via *parse_both(struct parser *p)
{
	return parse_ways(p, ROUTE_AND, K_AND, parse_prim);
}

static struct via *parse_alt(struct parser *p)
{
	return parse_ways(p, ROUTE_OR, K_OR, parse_both);
}

struct via *parse_route(struct parser *p)
{
	return parse_ways(p, ROUTE_THEN, K_THEN, parse_alt);
}

/* ---- durations and types */

struct span *parse_span(struct parser *p)
{
	struct span *s = PARSER_NEW(p, struct span);
	*s = (struct span){.line = p->now.line};
	if (p->now.kind == TOKEN_NAME) {
		s->name = token_word(p);
		return s;
	}
	s->number = need_number(p, 1000000);
	if (p->now.kind != TOKEN_UNIT)
		parser_fault(p, E_INPUT, "期間の単位（hours、days、working-days、months、years、fiscal-years）");
	s->unit = token_word(p);
	return s;
}

static struct name *parse_words(struct parser *p)
{
	struct name *first = NULL, **tail = &first;
	do {
		struct name *n = PARSER_NEW(p, struct name);
		*n = (struct name){.line = p->now.line};
		bool word = p->now.kind == TOKEN_NAME || p->now.kind == TOKEN_LEVEL || p->now.kind == TOKEN_NUMBER;
		if (!word)
			parser_fault(p, E_INPUT, "選べる語");
		n->text = token_word(p);
		n->title = take_title(p);
		*tail = n;
		tail = &n->next;
	} while (parser_ok(p) && take_mark(p, ','));
	return first;
}

struct type *parse_type(struct parser *p)
{
	struct type *t = PARSER_NEW(p, struct type);
	*t = (struct type){.line = p->now.line};
	if (take_keyword(p, K_SET_OF)) {
		t->base = TYPE_SET;
		t->of = parser_enter(p) ? parse_type(p) : NULL;
		parser_leave(p);
	} else if (take_keyword(p, K_ONE_OF)) {
		t->base = TYPE_ONE_OF;
		need_mark(p, '(');
		t->words = parse_words(p);
		need_mark(p, ')');
	} else if (take_keyword(p, K_NUMBER)) {
		t->base = TYPE_NUMBER;
		t->name = p->now.kind == TOKEN_UNIT ? token_word(p) : need_name(p, "単位");
	} else if (take_keyword(p, K_POST)) {
		t->base = TYPE_POST;
	} else {
		t->base = TYPE_NAMED;
		t->name = need_name(p, "型");
	}
	return t;
}
