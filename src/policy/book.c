/* Books: an edition and what it adopts, on a stretch of days on which neither
 * changes, with the words that its clauses declare. */
#include "policy/model.h"

enum { SYMBOL_ROOM = 2048, ADOPT_DEPTH = 4, BOOKS_PER_EDITION = 64, BODIES = 16 };

static size_t slot_of(const char *name)
{
	return name_slot(name, SYMBOL_ROOM);
}

const struct symbol *symbol_find(const struct book *book, const char *name)
{
	for (const struct symbol *s = book->symbols[slot_of(name)]; s; s = s->next)
		if (s->name == name)
			return s;
	return NULL;
}

const struct book *book_on(const struct policy *policy, const char *name, day_t day)
{
	for (const struct book *book = policy->books; book; book = book->next)
		if (strcmp(book->name, name) == 0 && book->from <= day && day < book->to)
			return book;
	return NULL;
}

const char *mapped_name(const struct member *member, const char *name)
{
	for (const struct member *m = member; m; m = m->outer)
		for (const struct name *n = m->mapping; n; n = n->next->next)
			if (n->text == name) {
				name = n->next->text;
				break;
			}
	return name;
}

bool id_matches(const char *pattern, const char *id)
{
	size_t n = strlen(pattern);
	if (n && pattern[n - 1] == '*')
		return strncmp(pattern, id, n - 1) == 0;
	return pattern == id || strcmp(pattern, id) == 0;
}

/* ---- members */

struct chain { /* the adoptions that lead here */
	const struct chain *up;
	const char *name;
	const struct clause *via;
	const struct member *outer;
	const struct name *mapping;
	unsigned depth;
};

static const struct edition *edition_on(const struct policy *policy, const char *name, day_t day)
{
	const struct edition *found = NULL;
	for (size_t i = 0; i < policy->edition_count; i++) {
		const struct edition *e = &policy->editions[i];
		if (e->public.name == name && e->public.effective <= day)
			found = e;
	}
	return found;
}

static bool dropped(const struct edition *adopter, const char *id)
{
	for (size_t i = 0; adopter && i < adopter->clause_count; i++)
		for (const struct statement *s = adopter->clauses[i]->statements; s; s = s->next)
			for (const struct name *n = s->kind == ST_DROP ? s->ids : NULL; n; n = n->next)
				if (id_matches(n->text, id))
					return true;
	return false;
}

static void add_edition(struct binder *b, const struct edition *e, const struct edition *adopter,
                        const struct chain *chain);

static void adopt(struct binder *b, const struct edition *e, const struct member *m,
                  const struct statement *s, const struct chain *chain)
{
	const struct edition *theirs = edition_on(b->policy, s->name, b->book->from);
	struct chain next = {.up = chain, .name = s->name, .via = m->clause, .outer = m, .mapping = s->names,
	                     .depth = chain->depth + 1};
	b->member = m;
	for (const struct chain *c = chain; c; c = c->up)
		if (c->name == s->name) {
			binder_error(b, 4, s->line, "取り入れの輪を断ってください。",
			             "規程「%s」の取り入れが輪になっています。", s->name);
			return;
		}
	if (++b->book->adoptions > BODIES) {
		b->code = fail(b->why, E_LIMIT, m->clause->file, "取り入れる規程が多すぎます（上限16）。").code;
		return;
	}
	if (!theirs || next.depth > ADOPT_DEPTH) {
		b->book->complete = false;
		binder_error(b, 3, s->line, "その規程の版を用意してください。",
		             "取り入れる規程「%s」の、この時期に効力のある版がありません。", s->name);
		return;
	}
	add_edition(b, theirs, e, &next);
}

static const char *cite_of(struct binder *b, const struct clause *c, const struct clause *via)
{
	if (!via)
		return c->full_cite;
	const char *cite = arena_printf(b->arena, "%s %s › %s", via->header->title, via->cite, c->full_cite);
	if (!cite && b->code == OK)
		b->code = fail(b->why, E_MEMORY, "policy", "規程を組み立てる記憶域が足りません。").code;
	return cite ? cite : "";
}

static void add_edition(struct binder *b, const struct edition *e, const struct edition *adopter,
                        const struct chain *chain)
{
	for (size_t i = 0; i < e->clause_count && b->code == OK; i++) {
		struct clause *c = e->clauses[i];
		struct member *m = dropped(adopter, c->id) ? NULL : BINDER_NEW(b, struct member);
		if (!m)
			continue;
		*m = (struct member){.clause = c, .via = chain->via, .outer = chain->outer, .mapping = chain->mapping,
		                     .cite = cite_of(b, c, chain->via)};
		*b->book->member_tail = m;
		b->book->member_tail = &m->next;
		b->book->member_count++;
		for (const struct statement *s = c->statements; s; s = s->next)
			if (s->kind == ST_ADOPT)
				adopt(b, e, m, s, chain);
	}
}

/* ---- the stretches of days */

/* the names of a policy and of all that it may ever adopt */
struct reachable {
	const char *names[BODIES];
	size_t count;
};

static void reachable_add(struct reachable *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->names[i] == name)
			return;
	if (r->count < BODIES)
		r->names[r->count++] = name;
}

static void reachable_fill(const struct policy *policy, struct reachable *r, const char *name)
{
	reachable_add(r, name);
	for (size_t i = 0; i < r->count; i++)
		for (size_t k = 0; k < policy->edition_count; k++) {
			const struct edition *e = &policy->editions[k];
			for (size_t j = 0; e->public.name == r->names[i] && j < e->clause_count; j++)
				for (const struct statement *s = e->clauses[j]->statements; s; s = s->next)
					if (s->kind == ST_ADOPT)
						reachable_add(r, s->name);
		}
}

static void collect_days(const struct policy *policy, const struct edition *own, day_t to, day_t *days,
                         size_t *count)
{
	struct reachable r = {.count = 0};
	reachable_fill(policy, &r, own->public.name);
	for (size_t i = 0; i < policy->edition_count; i++) {
		const struct edition *e = &policy->editions[i];
		day_t day = e->public.effective;
		bool wanted = false;
		for (size_t k = 1; k < r.count; k++) /* 0 is our own name */
			wanted |= e->public.name == r.names[k];
		wanted &= day > own->public.effective && day < to;
		for (size_t k = 0; k < *count; k++)
			wanted &= days[k] != day;
		if (wanted && *count < BOOKS_PER_EDITION)
			days[(*count)++] = day;
	}
}

static void sort_days(day_t *days, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t j = i; j > 0 && days[j] < days[j - 1]; j--) {
			day_t swap = days[j];
			days[j] = days[j - 1];
			days[j - 1] = swap;
		}
}

/* ---- symbols */

static void *symbol_body(struct binder *b, struct symbol *symbol, const struct statement *s)
{
	switch (symbol->kind) {
	case SYM_TERM:
		symbol->term = BINDER_NEW(b, struct term);
		if (symbol->term)
			*symbol->term = (struct term){.statement = s, .next = b->book->terms};
		return b->book->terms = symbol->term;
	case SYM_PARAM:
		symbol->param = BINDER_NEW(b, struct param);
		if (symbol->param)
			*symbol->param = (struct param){.statement = s, .policy = b->book->name, .next = b->book->params};
		return b->book->params = symbol->param;
	case SYM_SCALE:
		symbol->scale = BINDER_NEW(b, struct scale);
		if (symbol->scale)
			*symbol->scale = (struct scale){.statement = s, .name = s->name, .next = b->book->scales};
		return b->book->scales = symbol->scale;
	case SYM_NONE:
	case SYM_LIST:
	case SYM_POST:
	case SYM_DOCUMENT:
		return symbol;
	}
	return NULL;
}

static void declare(struct binder *b, enum symbol_kind kind, const struct statement *s)
{
	const struct symbol *held = symbol_find(b->book, s->name);
	if (kind == SYM_POST && mapped_name(b->member, s->name) != s->name)
		return; /* theirs is ours here */
	if (held)
		binder_error(b, 1, s->line, "どちらかの名前を変えてください。",
		             "「%s」が二度宣言されています（もう一つは%s:%u）。", s->name,
		             held->member->clause->file, spot_line(held->statement->line));
	else if (vocab_any(b->policy, s->name))
		binder_error(b, 1, s->line, "どちらかの名前を変えてください。",
		             "「%s」は語彙にもあります。一つの名前は一つの意味に限ります。", s->name);
	struct symbol *symbol = held ? NULL : BINDER_NEW(b, struct symbol);
	if (!symbol)
		return;
	*symbol = (struct symbol){.name = s->name, .kind = kind, .statement = s, .member = b->member};
	if (!symbol_body(b, symbol, s))
		return;
	symbol->next = b->book->symbols[slot_of(s->name)];
	b->book->symbols[slot_of(s->name)] = symbol;
}

static void declare_all(struct binder *b)
{
	static const enum symbol_kind kinds[ST_KINDS] = {
		[ST_TERM] = SYM_TERM, [ST_PARAM] = SYM_PARAM, [ST_SCALE] = SYM_SCALE,
		[ST_LIST] = SYM_LIST, [ST_POST] = SYM_POST,   [ST_DOCUMENT] = SYM_DOCUMENT,
	};
	for (b->member = b->book->members; b->member; b->member = b->member->next)
		for (const struct statement *s = b->member->clause->statements; s && b->code == OK; s = s->next)
			if (kinds[s->kind] != SYM_NONE)
				declare(b, kinds[s->kind], s);
}

/* ---- scales put their fact on the kinds they name */

static void order_levels(struct binder *b, struct scale *scale)
{
	for (const struct name *n = scale->statement->levels; n; n = n->next)
		scale->count++;
	scale->levels = binder_new(b, scale->count * sizeof *scale->levels);
	unsigned i = scale->count;
	for (const struct name *n = scale->statement->levels; n && scale->levels; n = n->next)
		scale->levels[--i] = n->text;
	for (unsigned x = 0; x < scale->count && scale->levels; x++)
		for (unsigned y = x + 1; y < scale->count; y++)
			if (scale->levels[x] == scale->levels[y])
				binder_error(b, 1, scale->statement->line, "一方を消してください。",
				             "段階「%s」が二度書かれています。", scale->levels[x]);
}

static struct shape *shape_of(struct policy *policy, const char *name)
{
	for (struct shape *s = policy->shapes; s; s = s->next)
		if (s->name == name)
			return s;
	return NULL;
}

static void scale_facts(struct binder *b, struct scale *scale)
{
	for (const struct name *n = scale->statement->names; n; n = n->next) {
		struct shape *shape = shape_of(b->policy, n->text);
		const struct field *held = field_find(shape, scale->name, NULL);
		if (!shape)
			binder_error(b, 1, n->line, "種類を宣言するか、名前を直してください。",
			             "段階を付ける種類「%s」は宣言されていません。", n->text);
		else if (held && held->type.base != FACT_LEVEL)
			binder_error(b, 1, n->line, "どちらかの名前を変えてください。",
			             "種類「%s」には同じ名前の事実「%s」がもうあります。", n->text, scale->name);
		else if (!held)
			shape_add(b, shape, (struct field){.name = scale->name, .title = scale->statement->title,
			          .found_by = "", .type = {.base = FACT_LEVEL, .scale = scale->name}});
	}
}

static void prepare_scales(struct binder *b)
{
	for (b->member = b->book->members; b->member; b->member = b->member->next)
		for (const struct statement *s = b->member->clause->statements; s; s = s->next) {
			const struct symbol *symbol = s->kind == ST_SCALE ? symbol_find(b->book, s->name) : NULL;
			if (!symbol || symbol->statement != s)
				continue;
			order_levels(b, symbol->scale);
			scale_facts(b, symbol->scale);
		}
}

/* ---- building */

static void build_book(struct binder *b, struct edition *e, day_t from, day_t to)
{
	struct book *book = BINDER_NEW(b, struct book);
	if (!book)
		return;
	*book = (struct book){.name = e->public.name, .header = e->header, .from = from, .to = to, .complete = true};
	book->member_tail = &book->members;
	book->symbols = binder_new(b, SYMBOL_ROOM * sizeof *book->symbols);
	if (!book->symbols)
		return;
	b->book = book;
	struct chain self = {.name = e->public.name};
	add_edition(b, e, NULL, &self);
	declare_all(b);
	prepare_scales(b);
	book->next = b->policy->books;
	b->policy->books = book;
	if (!e->book)
		e->book = book;
	b->book = NULL;
	b->member = NULL;
}

static void build_edition(struct binder *b, struct edition *e, day_t to)
{
	day_t days[BOOKS_PER_EDITION + 2] = {e->public.effective};
	size_t count = 1;
	collect_days(b->policy, e, to, days, &count);
	sort_days(days, count);
	for (size_t i = 0; i < count && b->code == OK; i++)
		build_book(b, e, days[i], i + 1 < count ? days[i + 1] : to);
}

void books_build(struct binder *b)
{
	for (size_t i = 0; i < b->policy->edition_count && b->code == OK; i++) {
		struct edition *e = &b->policy->editions[i], *next = e + 1;
		bool followed = i + 1 < b->policy->edition_count && next->public.name == e->public.name;
		build_edition(b, e, followed ? next->public.effective : INT32_MAX);
	}
	if (b->code == OK)
		shapes_number(b);
}
