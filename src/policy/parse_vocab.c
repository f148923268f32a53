/* Vocabulary: kinds, acts, events, tasks, claims, registers, proceedings. */
#include "policy/parser.h"

/* A fact may bear a keyword's name: after a dot it is read as a name
 * (object.document), so it can be declared as one. */
static const char *fact_name(struct parser *p)
{
	if (p->now.kind == TOKEN_KEYWORD || p->now.kind == TOKEN_UNIT)
		return token_word(p);
	return need_name(p, "事実の名前");
}

static struct decl *parse_decl(struct parser *p)
{
	struct decl *d = PARSER_NEW(p, struct decl);
	*d = (struct decl){.line = p->now.line, .found_by = "", .unsaid = ""};
	d->name = fact_name(p);
	d->title = need_string(p, "事実の表示名");
	need_mark(p, ':');
	d->type = parse_type(p);
	d->if_any = take_keyword(p, K_IF_ANY);
	if (take_keyword(p, K_FOUND_BY))
		d->found_by = need_name(p, "確かめる関門");
	if (take_keyword(p, K_UNSAID))
		d->unsaid = need_name(p, "yes か no");
	need_mark(p, ';');
	return d;
}

static struct move *parse_move(struct parser *p)
{
	struct move *m = PARSER_NEW(p, struct move);
	*m = (struct move){.line = p->now.line};
	m->name = need_name(p, "手順の名前");
	m->title = need_string(p, "手順の表示名");
	need_keyword(p, K_FROM);
	m->from = parse_names(p);
	need_keyword(p, K_TO);
	m->to = need_name(p, "行き先の段階");
	need_mark(p, ';');
	return m;
}

static void parse_steps(struct parser *p, struct vocab *v)
{
	struct name **tail = &v->steps;
	while (*tail)
		tail = &(*tail)->next;
	do {
		struct name *n = PARSER_NEW(p, struct name);
		*n = (struct name){.line = p->now.line};
		n->text = need_name(p, "段階の名前");
		n->title = take_title(p);
		*tail = n;
		tail = &n->next;
	} while (parser_ok(p) && take_mark(p, ','));
	need_mark(p, ';');
}

static void parse_body(struct parser *p, struct vocab *v)
{
	struct decl **facts = &v->facts;
	struct move **moves = &v->moves;
	need_mark(p, '{');
	while (parser_ok(p) && !at_mark(p, '}')) {
		if (take_keyword(p, K_STEP)) {
			parse_steps(p, v);
		} else if (take_keyword(p, K_MOVE)) {
			*moves = parse_move(p);
			moves = &(*moves)->next;
		} else {
			*facts = parse_decl(p);
			facts = &(*facts)->next;
		}
	}
	need_mark(p, '}');
}

static void parse_act_tail(struct parser *p, struct vocab *v)
{
	need_keyword(p, K_DEFAULT);
	v->standard = need_name(p, "pass か refuse");
	if (take_keyword(p, K_OUTSIDE))
		v->outside = need_name(p, "pass か refuse");
}

static void parse_sets(struct parser *p, struct vocab *v)
{
	v->sets = need_name(p, "変わる事実の名前");
	if (p->now.kind != TOKEN_RELATION || p->now.rel != REL_EQ)
		parser_fault(p, E_INPUT, "=");
	parser_step(p);
	v->sets_value = parse_value(p);
}

void parse_vocab(struct parser *p, enum vocab_kind kind)
{
	struct vocab *v = PARSER_NEW(p, struct vocab);
	*v = (struct vocab){.kind = kind, .file = p->file, .line = p->now.line};
	bool carried = kind == VOCAB_ACT || kind == VOCAB_EVENT || kind == VOCAB_TASK;
	bool must_body = kind == VOCAB_KIND || kind == VOCAB_PROCEEDING;
	v->name = need_name(p, "語の名前");
	v->title = need_string(p, "語の表示名");
	if (kind == VOCAB_REGISTER && !at_keyword(p, K_OF))
		parser_fault(p, E_INPUT, "of");
	if (kind != VOCAB_KIND && kind != VOCAB_TASK && kind != VOCAB_CLAIM && take_keyword(p, K_OF))
		v->of = need_name(p, "種類の名前");
	if (kind == VOCAB_ACT)
		parse_act_tail(p, v);
	if (carried && take_keyword(p, K_CARRIED)) {
		need_keyword(p, K_BY);
		v->carried_by = take_keyword(p, K_PROCEEDING) ? "proceeding" : need_name(p, "担う関門や画面の名前");
	}
	bool happens = kind == VOCAB_ACT || kind == VOCAB_EVENT;
	if (happens && take_keyword(p, K_SETS))
		parse_sets(p, v);
	if (kind == VOCAB_ACT && take_keyword(p, K_IF_REFUSED))
		v->if_refused = need_name(p, "できごとの名前");
	if (kind == VOCAB_ACT && take_keyword(p, K_IF_LATE))
		v->if_late = need_name(p, "できごとの名前");
	if (kind == VOCAB_ACT && take_keyword(p, K_IF_WITHOUT)) {
		v->before = need_name(p, "先に行う行いの名前");
		v->if_without = need_name(p, "できごとの名前");
	}
	if (kind == VOCAB_EVENT && take_keyword(p, K_OPENS))
		v->opens = need_name(p, "始める手続の名前");
	if (must_body || (carried && at_mark(p, '{')))
		parse_body(p, v);
	if (!parser_ok(p))
		return;
	v->next = p->tree->vocab;
	p->tree->vocab = v;
}
