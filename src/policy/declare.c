/* What the clauses of a book declare besides rules: parameters, terms, ratings,
 * reach, posts and their substitutes, documents.  Bound once for the book. */
#include "policy/model.h"

/* ---- small checks */

void check_act_names(struct binder *b, const struct name *acts)
{
	for (const struct name *n = acts; n; n = n->next)
		if (!act_find(b->policy, n->text))
			binder_error(b, 1, n->line, "act や proceeding で宣言するか、名前を直してください。",
			             "行為「%s」は宣言されていません。", n->text);
}

void check_span(struct binder *b, const struct span *span)
{
	enum unit_class unit;
	int64_t n;
	if (!span)
		return;
	const struct symbol *s = span->name ? symbol_find(b->book, span->name) : NULL;
	bool fits = span->name ? strcmp(span->name, "unstated") == 0 ||
	                         (s && s->kind == SYM_PARAM && s->param->ftype.base == FACT_DURATION)
	                       : unit_convert(span->unit, span->number, &unit, &n) && unit != UNIT_BYTES;
	if (!fits)
		binder_error(b, 1, span->line, "型が duration の param で宣言するか、単位を直してください。",
		             "期間「%s」がわかりません。", span->name ? span->name : span->unit);
}

static const char *first_word(const struct via *via)
{
	if (!via)
		return NULL;
	if (via->op == ROUTE_SLOT)
		return via->of ? via->of->part[0] : NULL;
	for (const struct via *part = via->parts; part; part = part->next)
		if (first_word(part))
			return first_word(part);
	return NULL;
}

/* What a statement that is not about an act speaks of: the kind it names, else
 * the kind that its routes begin with. */
const struct shape *loose_scope(struct binder *b, const struct statement *s)
{
	const char *words[] = {s->second, first_word(s->by), first_word(s->with), first_word(s->to),
	                       first_word(s->otherwise)};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		const struct shape *shape = words[i] ? shape_find(b->policy, words[i]) : NULL;
		if (shape)
			return shape;
	}
	return shape_find(b->policy, b->policy->w_person);
}

static bool is_post(const struct binder *b, const char *name)
{
	const struct symbol *s = symbol_find(b->book, mapped_name(b->member, name));
	return s && s->kind == SYM_POST;
}

static void need_post(struct binder *b, const char *name, uint32_t line)
{
	if (!is_post(b, name))
		binder_error(b, 1, line, "post で宣言してください。", "「%s」という職はありません。", name);
}

/* ---- one function a kind of statement */

static void declare_param(struct binder *b, const struct statement *s)
{
	const struct symbol *symbol = symbol_find(b->book, s->name);
	if (!symbol || symbol->statement != s)
		return;
	const struct scale *scale = s->type->base == TYPE_NAMED ? scale_find(b->book, s->type->name) : NULL;
	if (scale)
		symbol->param->ftype = (struct ftype){.base = FACT_LEVEL, .scale = scale->name};
	else if (!resolve_type(b, s->type, &symbol->param->ftype))
		binder_error(b, 1, s->line, "型の名前を直してください。", "パラメータ「%s」の型がわかりません。", s->name);
}

static void declare_term(struct binder *b, const struct statement *s)
{
	const struct symbol *symbol = symbol_find(b->book, s->name);
	if (symbol && symbol->statement == s)
		bind_term(b, symbol->term);
}

/* what a thing is, and whether the policy reaches it, is no matter of what the
 * applicant says: else a word of his would undo an absolute ban */
static void claims_nothing(struct binder *b, const struct statement *s, const struct node *when)
{
	if (node_uses(when, NODE_CLAIMED))
		binder_error(b, 5, s->line, "申立てによらない条件にしてください。",
		             "適用範囲と段階は、申立てでは変えられません。");
}

static bool rate_from(struct binder *b, const struct statement *s, struct rate *rate)
{
	if (!s->path2)
		return true;
	rate->from = bind_path(b, rate->shape, s->path2);
	if (!rate->from)
		return false;
	bool many = rate->from->through_set;
	if (rate->from->count && rate->from->end.base == FACT_LEVEL && rate->from->end.scale == rate->scale->name &&
	    (rate->kind == RATE_HIGHEST_OF || !many))
		return true;
	binder_error(b, 1, s->line, "同じ段階の道筋を指してください。",
	             "「%s」からは「%s」の段階を取れません。", s->path2->text, s->path->text);
	return false;
}

static void declare_rate(struct binder *b, const struct statement *s)
{
	struct rate *rate = BINDER_NEW(b, struct rate);
	const struct shape *shape = s->path->count == 2 ? shape_find(b->policy, s->path->part[0]) : NULL;
	const struct scale *scale = shape ? scale_find(b->book, s->path->part[1]) : NULL;
	if (!rate)
		return;
	if (!scale || !field_find(shape, scale->name, NULL)) {
		binder_error(b, 1, s->line, "種類と段階の名前（例 asset.importance）を書いてください。",
		             "「%s」という段階はありません。", s->path->text);
		return;
	}
	*rate = (struct rate){.statement = s, .shape = shape, .scale = scale, .kind = s->rate};
	int rank = s->level ? scale_rank(scale, s->level) : 0;
	if (rank < 0)
		binder_error(b, 27, s->line, "段階の名前を直してください。", "段階「%s」に「%s」はありません。",
		             scale->name, s->level);
	rate->rank = rank < 0 ? 0 : (unsigned)rank;
	bool bound = rate_from(b, s, rate) && (!s->when || (rate->when = bind_cond(b, shape, s->when)));
	if (!bound || rank < 0)
		return;
	claims_nothing(b, s, rate->when);
	rate->next = b->book->rates;
	b->book->rates = rate;
}

static void declare_reach(struct binder *b, const struct statement *s)
{
	struct reach *reach = BINDER_NEW(b, struct reach);
	const struct shape *shape = shape_find(b->policy, s->name);
	if (!reach)
		return;
	if (!shape) {
		binder_error(b, 1, s->line, "種類の名前を直してください。", "種類「%s」は宣言されていません。", s->name);
		return;
	}
	*reach = (struct reach){.statement = s, .member = b->member, .shape = shape};
	if (s->when && !(reach->when = bind_cond(b, shape, s->when)))
		return;
	claims_nothing(b, s, reach->when);
	struct reach **list = s->kind == ST_GOVERNS ? &b->book->governs : &b->book->leaves;
	reach->next = *list;
	*list = reach;
}

static void declare_post(struct binder *b, const struct statement *s)
{
	if (mapped_name(b->member, s->name) != s->name)
		return;
	if (s->per && !shape_find(b->policy, s->second) && !vocab_any(b->policy, s->second))
		binder_error(b, 1, s->line, "種類を宣言してください。", "職を置く単位「%s」は宣言されていません。", s->second);
	for (const struct name *n = s->names; n; n = n->next)
		need_post(b, n->text, n->line);
	if (s->by)
		(void)bind_route(b, loose_scope(b, s), s->by, false);
}

static bool is_state(const char *word)
{
	static const char *const states[] = {"prevented", "vacant", "absent"};
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(states[i], word) == 0)
			return true;
	return false;
}

static void check_state(struct binder *b, const struct statement *s, const struct cond *c)
{
	bool joint = c->op == COND_AND || c->op == COND_OR || c->op == COND_NOT;
	bool state = c->op == COND_PATH && c->path->count == 2 && c->path->part[0] == s->second &&
	             is_state(c->path->part[1]);
	if (!joint && !state)
		binder_error(b, 1, c->line, "（職名）.prevented、.vacant、.absent だけで書いてください。",
		             "代行の条件は「%s」の事故、欠員、不在についてだけ書けます。", s->second);
	for (const struct cond *part = joint ? c->parts : NULL; part; part = part->next)
		check_state(b, s, part);
}

static void declare_office(struct binder *b, const struct statement *s)
{
	static const char *const roles[] = {"applicant", "approver", "auditee", "auditor"};
	if (s->kind != ST_SEPARATE) {
		need_post(b, s->name, s->line);
		need_post(b, s->second, s->line);
		check_act_names(b, s->acts);
		if (s->when)
			check_state(b, s, s->when);
		return;
	}
	const char *words[] = {s->name, s->second};
	for (size_t i = 0; i < 2; i++) {
		bool known = is_post(b, words[i]);
		for (size_t k = 0; k < sizeof roles / sizeof *roles; k++)
			known |= strcmp(roles[k], words[i]) == 0;
		if (!known)
			binder_error(b, 1, s->line, "applicant、approver、auditee、auditor か職名を書いてください。",
			             "分ける役「%s」がわかりません。", words[i]);
	}
	struct separation *separation = BINDER_NEW(b, struct separation);
	if (!separation)
		return;
	*separation = (struct separation){s, b->member, b->book->separations};
	b->book->separations = separation;
}

static void declare_document(struct binder *b, const struct statement *s)
{
	if (s->per && !shape_find(b->policy, s->second))
		binder_error(b, 1, s->line, "種類を宣言してください。", "文書を置く単位「%s」は宣言されていません。", s->second);
	const struct shape *scope = loose_scope(b, s);
	struct follow *f = BINDER_NEW(b, struct follow);
	for (const struct trigger *t = s->triggers; t; t = t->next)
		check_span(b, t->each);
	struct broute *by = bind_route(b, scope, s->by, false);
	if (!f || !by)
		return;
	*f = (struct follow){.statement = s, .member = b->member, .by = by, .label = s->title, .with_text = "", .to_text = "",
	                     .otherwise_text = "", .by_text = via_string(b->policy, b->book, scope, s->by, b->arena),
	                     .next = b->book->duties};
	b->book->duties = f;
}

/* ---- dangling ids (3) */

static bool id_known(const struct binder *b, const char *id, bool norms)
{
	for (const struct member *m = b->book->members; m; m = m->next)
		for (const struct statement *s = m->clause->statements; s && id_matches(id, m->clause->id); s = s->next)
			if (!norms || s->kind <= ST_REQUIRE || s->kind == ST_LIST || s->kind == ST_ITEM)
				return true;
	return false;
}

static void check_ids(struct binder *b, const struct statement *s)
{
	bool norms = s->kind <= ST_LIFT;
	for (const struct name *n = s->kind == ST_CHANGE || s->kind == ST_DROP ? NULL : s->ids; n; n = n->next)
		if (!id_known(b, n->text, norms))
			binder_error(b, 3, n->line, "条番号を直してください。",
			             norms ? "「%s」という、禁止・許可・義務を定める条がありません。"
			                   : "「%s」という条がありません。", n->text);
	if (s->kind == ST_OMITTED && s->second && !id_known(b, s->second, false))
		binder_error(b, 3, s->line, "条番号を直してください。", "「%s」という条がありません。", s->second);
	for (const struct name *n = s->kind == ST_DROP ? s->ids : NULL; n; n = n->next) {
		bool held = false;
		for (size_t i = 0; i < b->policy->id_count; i++)
			held |= id_matches(n->text, b->policy->by_id[i]->id);
		if (!held)
			binder_error(b, 3, n->line, "条番号を直してください。", "除く条「%s」がありません。", n->text);
	}
}

/* ---- cycles (4) */

/* Steps of the search below are paid for: a chart so tangled that they run out
 * is reported as a cycle, which it almost surely is. */
enum { SEARCH_FUEL = 5000, SEARCH_DEPTH = 200 };

static bool under_reaches(const struct book *book, const struct statement *from, const struct statement *to,
                          unsigned depth, unsigned *fuel)
{
	if (depth == SEARCH_DEPTH)
		return true;
	for (const struct name *n = from->names; n; n = n->next) {
		const struct symbol *s = symbol_find(book, n->text);
		if (!s || s->kind != SYM_POST)
			continue;
		if (*fuel == 0 || --*fuel == 0 || s->statement == to ||
		    under_reaches(book, s->statement, to, depth + 1, fuel))
			return true;
	}
	return false;
}

/* does a rating's condition look at a rating of the same row? */
static bool node_rates(const struct node *n, const char *scale)
{
	if (!n)
		return false;
	const struct bpath *p = n->path;
	if (p && p->count == 1 && p->end.base == FACT_LEVEL && p->end.scale == scale)
		return true;
	if (n->op == NODE_TERM && n->term && (!p || p->count == 0) && node_rates(n->term->when, scale))
		return true;
	for (const struct operand *o = n->operands; o; o = o->next)
		if (o->kind == OPERAND_PATH && o->path->count == 1 && o->path->end.scale == scale)
			return true;
	for (const struct node *part = n->parts; part; part = part->next)
		if (node_rates(part, scale))
			return true;
	return false;
}

static bool rate_reaches(const struct book *book, const struct rate *from, const char *scale, unsigned depth,
                         unsigned *fuel)
{
	for (const struct scale *s = book->scales; s; s = s->next) {
		bool direct = node_rates(from->when, s->name) ||
		              (from->from && from->from->count == 1 && from->from->end.scale == s->name);
		if (!direct)
			continue;
		if (s->name == scale || depth == SEARCH_DEPTH || *fuel == 0 || --*fuel == 0)
			return true;
		for (const struct rate *r = book->rates; r; r = r->next)
			if (r->shape == from->shape && r->scale == s && rate_reaches(book, r, scale, depth + 1, fuel))
				return true;
	}
	return false;
}

static void check_cycles(struct binder *b)
{
	unsigned fuel = SEARCH_FUEL;
	for (struct rate *r = b->book->rates, **at = &b->book->rates; r; r = *at) {
		fuel = SEARCH_FUEL;
		if (!rate_reaches(b->book, r, r->scale->name, 0, &fuel)) {
			at = &r->next;
			continue;
		}
		b->member = b->book->members;
		while (b->member && b->member->clause != r->statement->clause)
			b->member = b->member->next;
		binder_error(b, 4, r->statement->line, "定義の輪を断ってください。",
		             "「%s」の段階の決め方が自分自身に戻ります。", r->statement->path->text);
		*at = r->next;
	}
	for (const struct member *m = b->book->members; m; m = m->next)
		for (const struct statement *s = m->clause->statements; s; s = s->next)
			if (s->kind == ST_POST && (fuel = SEARCH_FUEL, under_reaches(b->book, s, s, 0, &fuel))) {
				b->member = m;
				binder_error(b, 4, s->line, "under の輪を断ってください。",
				             "職「%s」の上の職をたどると自分自身に戻ります。", s->name);
			}
}

/* ---- in order: what is used first is declared first */

void book_declare(struct binder *b, struct book *book)
{
	static const struct {
		enum statement_kind kind;
		void (*declare)(struct binder *b, const struct statement *s);
	} order[] = {
		{ST_PARAM, declare_param},       {ST_TERM, declare_term},     {ST_RATE, declare_rate},
		{ST_GOVERNS, declare_reach},     {ST_LEAVES, declare_reach},  {ST_POST, declare_post},
		{ST_SUBSTITUTE, declare_office}, {ST_DELEGATE, declare_office}, {ST_SEPARATE, declare_office},
		{ST_DOCUMENT, declare_document},
	};
	b->book = book;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		for (b->member = book->members; b->member; b->member = b->member->next)
			for (const struct statement *s = b->member->clause->statements; s && b->code == OK; s = s->next)
				if (s->kind == order[i].kind)
					order[i].declare(b, s);
	for (b->member = book->members; b->member; b->member = b->member->next)
		for (const struct statement *s = b->member->clause->statements; s; s = s->next)
			check_ids(b, s);
	check_cycles(b);
	b->member = NULL;
}
