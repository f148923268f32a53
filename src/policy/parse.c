/* The state of the parser, its tokens, and what a file is made of. */
#include "policy/parser.h"

#include <stdio.h>

bool parser_ok(const struct parser *p)
{
	return p->code == OK;
}

void parser_fault(struct parser *p, enum error code, const char *wanted)
{
	if (p->code != OK)
		return;
	char place[160];
	snprintf(place, sizeof place, "%.140s:%u:%u", p->file, spot_line(p->now.line), spot_column(p->now.line));
	p->code = code;
	if (code == E_MEMORY)
		(void)fail(p->why, code, place, "読み込みに使える記憶域が足りません。");
	else if (p->now.kind == TOKEN_BAD)
		(void)fail(p->why, code, place, "「%.*s」: %s", SLICE_ARG(slice_part(p->now.text, 0, 40)),
		           p->lexer.fault);
	else if (p->now.kind == TOKEN_END)
		(void)fail(p->why, code, place, "%sが要りますが、ファイルがここで終わっています。", wanted);
	else
		(void)fail(p->why, code, place, "%sが要りますが、「%.*s」があります。", wanted,
		           SLICE_ARG(slice_part(p->now.text, 0, 60)));
	p->now = (struct token){.kind = TOKEN_BAD, .line = p->now.line};
	p->lexer.pos = p->lexer.text.len;
}

void *parser_new(struct parser *p, size_t bytes)
{
	/* After a fault the rules still fill in what they were given: a scrap. */
	_Static_assert(sizeof(struct statement) <= PARSER_SCRAP, "the largest of the tree's parts");
	void *at = parser_ok(p) ? arena_alloc(p->arena, bytes) : NULL;
	if (at)
		return at;
	parser_fault(p, E_MEMORY, "");
	memset(p->scrap, 0, sizeof p->scrap);
	return p->scrap;
}

bool parser_enter(struct parser *p)
{
	if (++p->depth <= POLICY_DEPTH)
		return parser_ok(p);
	parser_fault(p, E_LIMIT, "入れ子の浅い書き方（32段まで）");
	return false;
}

void parser_leave(struct parser *p)
{
	p->depth--;
}

void parser_step(struct parser *p)
{
	if (!parser_ok(p))
		return;
	p->now = lexer_next(&p->lexer);
	if (p->now.kind == TOKEN_BAD)
		parser_fault(p, E_INPUT, "");
}

bool at_keyword(const struct parser *p, enum keyword keyword)
{
	return p->now.kind == TOKEN_KEYWORD && p->now.keyword == keyword;
}

bool at_mark(const struct parser *p, char mark)
{
	return p->now.kind == TOKEN_MARK && p->now.mark == (uint8_t)mark;
}

bool take_keyword(struct parser *p, enum keyword keyword)
{
	if (!at_keyword(p, keyword))
		return false;
	parser_step(p);
	return true;
}

bool take_mark(struct parser *p, char mark)
{
	if (!at_mark(p, mark))
		return false;
	parser_step(p);
	return true;
}

void need_keyword(struct parser *p, enum keyword keyword)
{
	if (!take_keyword(p, keyword))
		parser_fault(p, E_INPUT, keyword_text(keyword));
}

void need_mark(struct parser *p, char mark)
{
	if (!take_mark(p, mark))
		parser_fault(p, E_INPUT, (char[]){mark, '\0'});
}

const char *token_word(struct parser *p)
{
	const char *word = parser_ok(p) ? words_intern(p->words, p->now.text) : "";
	if (!word) {
		parser_fault(p, E_MEMORY, "");
		return "";
	}
	parser_step(p);
	return word;
}

static const char *need_token(struct parser *p, enum token_kind kind, const char *what)
{
	if (p->now.kind != kind) {
		parser_fault(p, E_INPUT, what);
		return "";
	}
	return token_word(p);
}

const char *need_name(struct parser *p, const char *what)
{
	return need_token(p, TOKEN_NAME, what);
}

const char *need_string(struct parser *p, const char *what)
{
	return need_token(p, TOKEN_STRING, what);
}

const char *need_id(struct parser *p)
{
	return need_token(p, TOKEN_ID, "条番号（識別子。例 AB-1.1）");
}

int64_t need_number(struct parser *p, int64_t most)
{
	int64_t n = p->now.number;
	if (p->now.kind != TOKEN_NUMBER || n > most) {
		parser_fault(p, E_INPUT, "数");
		return 0;
	}
	parser_step(p);
	return n;
}

day_t need_date(struct parser *p)
{
	day_t day = (day_t)p->now.number;
	if (p->now.kind != TOKEN_DATE) {
		parser_fault(p, E_INPUT, "日付（例 2026-04-01）");
		return 0;
	}
	parser_step(p);
	return day;
}

/* ---- what a file is made of */

static void parse_header(struct parser *p)
{
	struct header *h = PARSER_NEW(p, struct header);
	*h = (struct header){.file = p->file, .line = p->now.line, .version = ""};
	h->name = need_name(p, "policy の名前");
	h->title = need_string(p, "policy の表題");
	if (take_keyword(p, K_VERSION))
		h->version = need_string(p, "版の名");
	need_keyword(p, K_ADOPTED);
	h->adopted = need_date(p);
	need_keyword(p, K_EFFECTIVE);
	h->effective = need_date(p);
	if (!parser_ok(p))
		return;
	h->next = p->tree->headers;
	p->tree->headers = h;
	p->header = h;
}


static void parse_statements(struct parser *p, struct clause *c)
{
	struct statement **tail = &c->statements;
	for (struct statement *s; parser_ok(p) && (s = parse_statement(p)); tail = &s->next) {
		s->clause = c;
		c->statement_count++;
		*tail = s;
		if (++p->tree->statement_count > POLICY_STATEMENTS)
			parser_fault(p, E_LIMIT, "少ない文の数（上限100000）");
		if (!parser_ok(p))
			return;
	}
	if (!c->statements)
		parser_fault(p, E_INPUT, "条の文（forbid、permit、reference など）");
}

static void parse_clause(struct parser *p)
{
	struct clause *c = PARSER_NEW(p, struct clause);
	*c = (struct clause){.file = p->file, .line = p->now.line, .header = p->header};
	c->id = need_id(p);
	if (c->id[0] && c->id[strlen(c->id) - 1] == '*')
		parser_fault(p, E_INPUT, "*で終わらない条番号");
	c->cite = need_string(p, "条番号の表示（例 \"第2章 3 (2)①\"）");
	if (take_keyword(p, K_FROM))
		c->from = parse_ids(p);
	need_keyword(p, K_SAYS);
	c->says = need_string(p, "条の趣旨を言う一文");
	parse_statements(p, c);
	if (++p->tree->clause_count > POLICY_CLAUSES)
		parser_fault(p, E_LIMIT, "少ない条の数（上限20000）");
	if (!parser_ok(p))
		return;
	c->next = p->tree->clauses;
	p->tree->clauses = c;
}

static void parse_set(struct parser *p)
{
	struct setting *s = PARSER_NEW(p, struct setting);
	*s = (struct setting){.file = p->file, .line = p->now.line, .header = p->header, .basis = ""};
	s->name = need_name(p, "パラメータか一覧の名前");
	if (take_keyword(p, K_AT))
		s->at = need_id(p);
	if (p->now.kind != TOKEN_RELATION || p->now.rel != REL_EQ)
		parser_fault(p, E_INPUT, "=");
	parser_step(p);
	s->several = take_mark(p, '{');
	s->value = s->several ? parse_values(p) : parse_value(p);
	if (s->several)
		need_mark(p, '}');
	need_keyword(p, K_FROM);
	s->from = need_date(p);
	if (take_keyword(p, K_BY))
		s->basis = need_string(p, "決裁などの根拠");
	if (!parser_ok(p))
		return;
	s->next = p->tree->settings;
	p->tree->settings = s;
}

static void parse_choice(struct parser *p)
{
	struct choice *c = PARSER_NEW(p, struct choice);
	*c = (struct choice){.file = p->file, .line = p->now.line, .header = p->header, .basis = ""};
	c->title = need_string(p, "選んだことを言う一文");
	need_keyword(p, K_FOR);
	c->number = (unsigned)need_number(p, 30);
	need_keyword(p, K_AT);
	c->ids = parse_ids(p);
	need_keyword(p, K_FROM);
	c->from = need_date(p);
	if (take_keyword(p, K_BY))
		c->basis = need_string(p, "決裁などの根拠");
	if (!parser_ok(p))
		return;
	c->next = p->tree->choices;
	p->tree->choices = c;
}

static void parse_heading(struct parser *p)
{
	struct heading *h = PARSER_NEW(p, struct heading);
	*h = (struct heading){.file = p->file, .line = p->now.line, .header = p->header};
	h->cite = need_string(p, "章や節の番号（例 \"第2章 2.2\"）");
	h->title = need_string(p, "章や節の題");
	if (!parser_ok(p))
		return;
	h->next = p->tree->headings;
	p->tree->headings = h;
}

static struct given *parse_given(struct parser *p)
{
	struct given *g = PARSER_NEW(p, struct given);
	*g = (struct given){.path = parse_path(p)};
	if (p->now.kind != TOKEN_RELATION || p->now.rel != REL_EQ)
		parser_fault(p, E_INPUT, "=");
	parser_step(p);
	if (p->now.kind != TOKEN_STRING) {
		g->value = parse_value(p);
	} else {
		g->value = PARSER_NEW(p, struct literal);
		*g->value = (struct literal){.kind = LIT_STRING, .line = p->now.line};
		g->value->text = token_word(p);
	}
	need_mark(p, ';');
	return g;
}

static void parse_case(struct parser *p)
{
	struct example *e = PARSER_NEW(p, struct example);
	*e = (struct example){.file = p->file, .line = p->now.line, .header = p->header};
	e->title = need_string(p, "例の表題");
	need_keyword(p, K_ON);
	e->day = need_date(p);
	struct name *act = parse_qname(p);
	e->act = act->text;
	need_mark(p, '{');
	struct given **tail = &e->facts;
	while (parser_ok(p) && !at_mark(p, '}')) {
		*tail = parse_given(p);
		tail = &(*tail)->next;
	}
	need_mark(p, '}');
	need_keyword(p, K_EXPECT);
	e->expect = at_keyword(p, K_OUTSIDE) ? token_word(p) : need_name(p, "pass、hold、refuse、outside のどれか");
	if (take_keyword(p, K_BY))
		e->by = parse_ids(p);
	if (!parser_ok(p))
		return;
	e->next = p->tree->examples;
	p->tree->examples = e;
}

static void parse_item(struct parser *p)
{
	static const struct {
		enum keyword keyword;
		enum vocab_kind kind;
	} vocab[] = {
		{K_KIND, VOCAB_KIND},   {K_ACT, VOCAB_ACT},           {K_EVENT, VOCAB_EVENT},
		{K_TASK, VOCAB_TASK},   {K_CLAIM, VOCAB_CLAIM},       {K_REGISTER, VOCAB_REGISTER},
		{K_PROCEEDING, VOCAB_PROCEEDING},
	};
	static const struct {
		enum keyword keyword;
		void (*parse)(struct parser *p);
	} items[] = {
		{K_POLICY, parse_header}, {K_CLAUSE, parse_clause}, {K_SET, parse_set}, {K_CASE, parse_case}, {K_CHOICE, parse_choice},
		{K_HEADING, parse_heading},
	};
	for (size_t i = 0; i < sizeof items / sizeof *items; i++)
		if (take_keyword(p, items[i].keyword)) {
			items[i].parse(p);
			return;
		}
	for (size_t i = 0; i < sizeof vocab / sizeof *vocab; i++)
		if (take_keyword(p, vocab[i].keyword)) {
			parse_vocab(p, vocab[i].kind);
			return;
		}
	parser_fault(p, E_INPUT, "policy、heading、clause、set、choice、case、または語彙の宣言");
}

struct result parse_file(const struct policy_source *source, struct words *words,
                         struct arena *arena, struct tree *tree, struct why *why)
{
	uint32_t line = 0;
	char place[160];
	if (source->text.len > POLICY_FILE_BYTES)
		return fail(why, E_LIMIT, source->path, "ファイルが大きすぎます（上限4MiB）。分けてください。");
	const char *fault = lexer_audit(source->text, &line);
	snprintf(place, sizeof place, "%.140s:%u:%u", source->path, spot_line(line), spot_column(line));
	if (fault)
		return fail(why, E_INPUT, place, "%s", fault);
	char *file = arena_string(arena, slice_str(source->path));
	if (!file)
		return fail(why, E_MEMORY, source->path, "読み込みに使える記憶域が足りません。");
	struct parser p = {.file = file, .words = words, .arena = arena, .tree = tree, .why = why};
	lexer_init(&p.lexer, source->text);
	parser_step(&p);
	while (parser_ok(&p) && p.now.kind != TOKEN_END)
		parse_item(&p);
	return (struct result){p.code};
}
