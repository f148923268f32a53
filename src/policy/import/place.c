/* Where a number belongs.
 *
 * 部 to 条 have an order of their own.  All other manners nest as the text has
 * them: a number that comes exactly after one which is open is its sibling (the
 * innermost such), a first number opens a level below, and what is neither is
 * placed where its like was last and reported.  From each placement is learned
 * which manner stands above which, so that a first number after a deep list
 * returns to its height. */
#include "policy/import/internal.h"

void place_at(struct builder *b, struct text_node *parent, struct text_node *node)
{
	size_t depth = b->depth;
	while (depth > 0 && b->path[depth] != parent)
		depth--;
	if (depth + 1 > IMPORT_DEPTH)
		return;
	b->path[depth + 1] = node;
	b->depth = depth + 1;
	for (size_t i = 1; i <= depth; i++)
		b->above[b->path[i]->level][node->level] = true;
}

/* the innermost open node of that level; 0: none */
static size_t open_at(const struct builder *b, enum text_level level, size_t from)
{
	for (size_t d = from; d > 0; d--)
		if (b->path[d]->level == level)
			return d;
	return 0;
}

/* the innermost open node that n comes exactly after; 0: none */
static size_t exact_at(const struct builder *b, const struct text_number *n)
{
	for (size_t d = b->depth; d > 0; d--)
		if (b->path[d]->level == n->level && number_follows(&b->path[d]->number, n))
			return d;
	return 0;
}

static bool levels_apart(enum text_level a, enum text_level b)
{
	return (a == TEXT_PLAIN || a == TEXT_DOT) && b == TEXT_DECIMAL;
}

/* 2.1 belongs below 2 */
static size_t whole_of(const struct builder *b, const struct text_number *n)
{
	if (n->level != TEXT_DECIMAL)
		return 0;
	for (size_t d = b->depth; d > 0; d--) {
		const struct text_node *p = b->path[d];
		bool below = p->level == TEXT_DECIMAL && p->number.parts + 1 == n->parts &&
		             memcmp(p->number.part, n->part, p->number.parts * sizeof n->part[0]) == 0;
		bool plain = (levels_apart(p->level, n->level) || p->level == TEXT_CHAPTER ||
		              p->level == TEXT_DAI || p->level == TEXT_ARTICLE) &&
		             n->parts == 2 && p->number.part[0] == n->part[0];
		if (below || plain)
			return d;
	}
	return 0;
}

/* A first number: below the innermost, but never below a level that it is
 * known to stand above. */
static size_t height_for(const struct builder *b, enum text_level level)
{
	size_t d = b->depth;
	while (d > 0 && !level_rank(b->path[d]->level) && b->above[level][b->path[d]->level] &&
	       !b->above[b->path[d]->level][level])
		d--;
	return d;
}

/* ---- 部, 章, 節, 款, 条 ------------------------------------------------------ */

static size_t ranked_parent(const struct builder *b, int rank)
{
	size_t d = b->depth;
	while (d > 0 && (level_rank(b->path[d]->level) == 0 || level_rank(b->path[d]->level) >= rank))
		d--;
	return d;
}

static struct text_number *last_sibling(struct text_node *parent, enum text_level level)
{
	for (struct text_node *c = parent->last; c; c = c->previous)
		if (c->level == level)
			return &c->number;
	return NULL;
}

/* 章 after 附則 that continue the chapters before it are no part of it. */
static size_t leave_supplement(struct builder *b, const struct text_number *n, size_t d)
{
	const struct text_number *latest = &b->latest[n->level];
	bool goes_on = latest->parts && !number_first(n) && number_follows(latest, n);
	while (d > 0 && goes_on && level_rank(b->path[d]->level) == level_rank(TEXT_SUPPLEMENT))
		d--;
	return d;
}

static void report_order(struct builder *b, const struct text_number *before,
                         const struct text_number *n, const struct text_node *node, uint32_t line)
{
	int order = number_compare(n, before);
	int len = (int)n->printed.len, old = (int)before->printed.len;
	if (order == 0 || (n->parts == 1 && before->parts == 1 && n->part[0] > before->part[0] &&
	                   n->part[0] <= before->to))
		build_fault(b, FAULT_DOUBLE, line, line, node, "番号「%.*s」が二度使われています。", len,
		            (const char *)n->printed.at);
	else if (order < 0)
		build_fault(b, FAULT_ORDER, line, line, node, "番号が「%.*s」から「%.*s」へ戻っています。", old,
		            (const char *)before->printed.at, len, (const char *)n->printed.at);
	else
		build_fault(b, FAULT_MISSING, line, line, node,
		            "「%.*s」の次が「%.*s」です。間の番号がありません。", old,
		            (const char *)before->printed.at, len, (const char *)n->printed.at);
}

static bool stands_above(const struct text_number *above, const struct text_number *n)
{
	return above->level == n->level && above->parts + 1 == n->parts &&
	       memcmp(above->part, n->part, above->parts * sizeof *n->part) == 0;
}

/* 2.3.1 says itself below what it stands: 2.3 is among what it is below or behind.  Of 2.1 it cannot be
 * told: what it stands below may bear another manner of number (第２章, ２．). */
static bool orphan(const struct text_node *node)
{
	if (node->number.level != TEXT_DECIMAL || node->number.parts < 3)
		return false;
	for (const struct text_node *at = node; at; at = at->previous ? at->previous : at->parent)
		if (stands_above(&at->number, &node->number) || (at != node && at->number.level == TEXT_DECIMAL &&
		    at->number.parts == node->number.parts && memcmp(at->number.part, node->number.part,
		    (node->number.parts - 1) * sizeof *node->number.part) == 0))
			return false;
	return true;
}

static struct text_node *add_numbered(struct builder *b, size_t d, const struct text_number *n,
                                      uint32_t line)
{
	struct text_node *parent = b->path[d];
	bool deep = d + 1 >= IMPORT_DEPTH;
	if (deep)
		parent = b->path[--d];
	struct text_node *node = build_node(b, parent, n->level, line);
	if (!node)
		return NULL;
	node->number = *n;
	b->latest[n->level] = *n;
	place_at(b, parent, node);
	if (deep)
		build_fault(b, FAULT_DEEP, line, line, node, "入れ子が深すぎるため、一段上に置きました。");
	if (orphan(node))
		build_fault(b, FAULT_ORPHAN, line, line, node, "「%.*s」を置く上の番号がありません。", (int)n->printed.len,
		            (const char *)n->printed.at);
	return node;
}

static struct text_node *place_ranked(struct builder *b, const struct text_number *n, uint32_t line)
{
	size_t d = leave_supplement(b, n, ranked_parent(b, level_rank(n->level)));
	struct text_number *before = last_sibling(b->path[d], n->level);
	struct text_number kept = before ? *before : (struct text_number){0};
	bool inside = d > 0 && level_rank(b->path[d]->level) == level_rank(TEXT_SUPPLEMENT);
	if (!before && n->level == TEXT_ARTICLE && !inside)
		kept = b->latest[TEXT_ARTICLE]; /* 条 go on through the chapters */
	struct text_node *node = add_numbered(b, d, n, line);
	if (!node)
		return NULL;
	if (kept.parts && !number_follows(&kept, n) && !(number_first(n) && !before))
		report_order(b, &kept, n, node, line);
	else if (!kept.parts && !number_first(n))
		build_fault(b, FAULT_LATE, line, line, node, "番号が「%.*s」から始まっています。",
		            (int)n->printed.len, (const char *)n->printed.at);
	return node;
}

/* ---- the learned ones --------------------------------------------------------- */

static bool names_a_list(const struct text_node *node)
{
	const struct growing *g = node->more;
	return !node->first && (!g || !g->first || !text_ended(g->last->text));
}

/* (1) again, where (1) is open: below it if it is only a heading so far. */
static struct text_node *place_restart(struct builder *b, const struct text_number *n, size_t d,
                                       uint32_t line)
{
	bool below = d == b->depth && names_a_list(b->path[d]);
	struct text_node *node = add_numbered(b, below ? d : d - 1, n, line);
	if (node)
		build_fault(b, FAULT_RESTART, line, line, node, "番号が「%.*s」に戻って振り直されています。",
		            (int)n->printed.len, (const char *)n->printed.at);
	return node;
}

/* ３． after 2.2, ４ after ３．: the text changed its manner, not its height. */
static size_t continues_like(const struct builder *b, const struct text_number *n)
{
	if (n->level != TEXT_PLAIN && n->level != TEXT_DOT)
		return 0;
	for (size_t d = 1; d <= b->depth; d++) {
		const struct text_node *p = b->path[d];
		bool like = p->level == TEXT_PLAIN || p->level == TEXT_DOT || p->level == TEXT_DECIMAL;
		if (like && p->level != n->level && p->number.part[0] + 1 == n->part[0])
			return d;
	}
	return 0;
}

/* Not first, and nothing of its level open: ２ below 第３条 is its second 項. */
static struct text_node *place_late(struct builder *b, const struct text_number *n, uint32_t line)
{
	size_t like = continues_like(b, n), article = open_at(b, TEXT_ARTICLE, b->depth);
	if (like)
		return add_numbered(b, like - 1, n, line);
	if (!article)
		article = open_at(b, TEXT_DAI, b->depth);
	if (!article)
		article = open_at(b, TEXT_SUPPLEMENT, b->depth);
	bool second = n->level == TEXT_PLAIN && n->part[0] == 2 && article;
	size_t d = second ? article : height_for(b, n->level);
	if (second && last_sibling(b->path[d], n->level))
		d = height_for(b, n->level);
	struct text_node *node = add_numbered(b, d, n, line);
	if (node && !second)
		build_fault(b, FAULT_LATE, line, line, node, "番号が「%.*s」から始まっています。",
		            (int)n->printed.len, (const char *)n->printed.at);
	return node;
}

static struct text_node *place_gap(struct builder *b, const struct text_number *n, size_t d,
                                   uint32_t line)
{
	struct text_number before = b->path[d]->number;
	struct text_node *node = add_numbered(b, d - 1, n, line);
	if (node)
		report_order(b, &before, n, node, line);
	return node;
}

static struct text_node *place_learned(struct builder *b, const struct text_number *n, bool sure,
                                       uint32_t line)
{
	size_t exact = exact_at(b, n), whole = whole_of(b, n), open = open_at(b, n->level, b->depth);
	if (exact)
		return add_numbered(b, exact - 1, n, line);
	if (!sure && (n->tight || !number_first(n)))
		return NULL;
	if (whole && number_first(n))
		return add_numbered(b, whole, n, line);
	if (open && number_first(n) && !sure)
		return NULL;
	if (open && number_first(n))
		return place_restart(b, n, open, line);
	if (number_first(n))
		return add_numbered(b, height_for(b, n->level), n, line);
	if (n->tight && (n->level == TEXT_PLAIN || n->level == TEXT_DECIMAL || n->level == TEXT_ROMAN))
		return NULL;
	if (open)
		return place_gap(b, n, open, line);
	return place_late(b, n, line);
}

/* イ is the second kana where ア is open, else the first of iroha. */
static void choose_reading(const struct builder *b, struct text_number *n)
{
	struct text_number other;
	if (!number_other(n, &other) || exact_at(b, n))
		return;
	bool other_open = open_at(b, other.level, b->depth) != 0;
	bool open = open_at(b, n->level, b->depth) != 0;
	if (exact_at(b, &other) || (other_open && !open) ||
	    (!open && !number_first(n) && number_first(&other)))
		*n = other;
}

/* An unsure 第１章 or 第２条 must at least come exactly next. */
static bool ranked_fits(const struct builder *b, const struct text_number *n, bool sure)
{
	const struct text_number *latest = &b->latest[n->level];
	if (sure && !(n->tight && (n->level == TEXT_ARTICLE || n->level == TEXT_DAI)))
		return true;
	return number_first(n) ? !latest->parts : latest->parts && number_follows(latest, n);
}

struct text_node *place_number(struct builder *b, struct text_number *n, bool sure, uint32_t line)
{
	choose_reading(b, n);

	if (level_rank(n->level) == 0)
		return place_learned(b, n, sure, line);
	return ranked_fits(b, n, sure) ? place_ranked(b, n, line) : NULL;
}
