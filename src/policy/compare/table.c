/* The 新旧対照表 as rows of cells.
 *
 * What did not change is written once for a run of siblings, with the numbers
 * of each side: １～７ （略）.  Where only the number changed, only the number is
 * marked and the text is （略）.  A heading above a change is written out, so
 * that the reader knows where he is.  source: conventions of local rules */
#include "policy/compare/internal.h"

static const struct compare_style styles[] = {
	{"kaisei", "改正後・改正前（改正後が左）", "改正後", "改正前", true, "", "", "（略）", false},
	{"kaisei-note", "改正後・改正前（新設・削る・備考を書く）", "改正後", "改正前", true, "（新設）", "（削る）", "（略）", true},
	{"shinkyu", "新・旧（新が左）", "新", "旧", true, "（新設）", "（削る）", "（略）", false},
	{"genko", "現行・改正案（現行が左）", "改正案", "現行", false, "（新設）", "（削る）", "（略）", false},
	{"mae-ato", "改正前・改正後（改正前が左）", "改正後", "改正前", false, "", "", "略", false},
};

const struct compare_style *compare_style_at(size_t index)
{
	return index < sizeof styles / sizeof *styles ? &styles[index] : NULL;
}

const struct compare_style *compare_style_named(const char *name)
{
	for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
		if (strcmp(styles[i].name, name) == 0)
			return &styles[i];
	return NULL;
}

struct run { /* of siblings, by its first */
	const struct text_node *first;
	struct run *next;
};
struct writing {
	const struct comparison *c;
	const struct compare_style *style;
	struct arena *arena;
	struct table_row **next;
	struct run **left; /* by pair: what stood behind it and moved */
	bool full;
};

/* ---- cells ------------------------------------------------------------------------- */

static unsigned depth_of(const struct text_node *node)
{
	unsigned depth = 0;
	for (const struct text_node *p = node->parent; p && p->parent; p = p->parent)
		depth++;
	return depth;
}

static struct table_row *add_row(struct writing *w, const char *remark)
{
	struct table_row *row = ARENA_NEW(w->arena, struct table_row);
	if (!row) {
		w->full = true;
		return NULL;
	}
	row->remark = remark ? remark : "";
	*w->next = row;
	w->next = &row->next;
	return row;
}

static struct table_line *new_line(struct writing *w, unsigned depth, size_t most, struct span **spans)
{
	struct table_line *line = ARENA_NEW(w->arena, struct table_line);
	*spans = ARENA_ARRAY(w->arena, most, struct span);
	if (!line || !*spans) {
		w->full = true;
		return NULL;
	}
	line->depth = depth;
	line->spans = *spans;
	return line;
}

static void put(struct table_line *line, struct span *spans, struct slice text, bool changed)
{
	if (text.len)
		spans[line->span_count++] = (struct span){text, changed};
}

static const char *words_of(struct writing *w, const struct text_node *n)
{
	if (n->omitted && !n->text[0])
		return n->title[0] ? n->title : "";
	if (!n->title[0] || !n->text[0])
		return n->title[0] ? n->title : n->text;
	const char *both = arena_printf(w->arena, "%s　%s", n->title, n->text);
	w->full |= !both;
	return both ? both : "";
}

static void put_number(struct table_line *line, struct span *spans, const struct text_node *n, bool changed)
{
	put(line, spans, slice_str(n->printed), changed);
	if (n->printed[0] && (n->title[0] || n->text[0] || n->omitted))
		put(line, spans, SLICE("　"), false);
}

/* number and words, all of it marked or none */
static struct table_line *whole_line(struct writing *w, const struct text_node *n, bool number, bool words)
{
	struct span *spans;
	struct table_line *line = new_line(w, depth_of(n), 5, &spans);
	if (!line)
		return NULL;
	put_number(line, spans, n, number);
	put(line, spans, slice_str(words_of(w, n)), words);
	if (n->omitted)
		put(line, spans, slice_str(w->style->omitted), false);
	return line;
}

static struct table_line *word(struct writing *w, unsigned depth, const char *text)
{
	struct span *spans;
	struct table_line *line = text[0] ? new_line(w, depth, 1, &spans) : NULL;
	if (line)
		put(line, spans, slice_str(text), false);
	return line;
}

static struct table_line *diff_line(struct writing *w, const struct text_node *n, bool number,
                                    const struct span *words, size_t count)
{
	struct span *spans;
	struct table_line *line = new_line(w, depth_of(n), count + 4, &spans);
	if (!line)
		return NULL;
	put_number(line, spans, n, number);
	for (size_t i = 0; i < count; i++)
		put(line, spans, words[i].text, words[i].changed);
	if (n->omitted)
		put(line, spans, slice_str(w->style->omitted), false);
	return line;
}

/* ---- rows --------------------------------------------------------------------------- */

static void changed_row(struct writing *w, const struct compare_pair *p)
{
	struct word_diff diff;
	bool number = (p->change & CHANGE_NUMBER) != 0;
	struct table_row *row = add_row(w, change_label(p->change));
	struct result done = compare_words(slice_str(words_of(w, p->old)), slice_str(words_of(w, p->fresh)),
	                                   w->arena, &diff, NULL);
	if (!row || done.code != OK) {
		w->full = true;
		return;
	}
	row->old = diff_line(w, p->old, number, diff.old, diff.old_count);
	row->fresh = diff_line(w, p->fresh, number, diff.fresh, diff.fresh_count);
}

/* 移動: out of its old place, into its new one */
static void moved_row(struct writing *w, const struct compare_pair *p)
{
	struct table_row *row = add_row(w, arena_printf(w->arena, "移動（旧 %s）", p->old->cite));
	if (!row)
		return;
	row->moved = p->fresh->index;
	row->fresh = whole_line(w, p->fresh, true, true);
	row->old = word(w, depth_of(p->fresh), w->style->added);
}

static void added_row(struct writing *w, const struct text_node *n, bool first)
{
	struct table_row *row = add_row(w, first ? "新設" : "");
	if (!row)
		return;
	row->fresh = whole_line(w, n, true, true);
	row->old = first ? word(w, depth_of(n), w->style->added) : NULL;
}

static void deleted_row(struct writing *w, const struct text_node *n, bool first, const char *remark, uint32_t moved)
{
	struct table_row *row = add_row(w, remark);
	if (!row)
		return;
	row->moved = moved;
	row->left = moved != 0;
	row->old = whole_line(w, n, true, true);
	row->fresh = first ? word(w, depth_of(n), w->style->deleted) : NULL;
}

/* a heading above a change, or a sentence that did not change: shortened if long */
static struct table_line *context_line(struct writing *w, const struct text_node *n, bool number)
{
	enum { LONG = 180 };
	struct span *spans;
	struct table_line *line = new_line(w, depth_of(n), 5, &spans);
	bool heading = n->title[0] || strlen(n->text) <= LONG;
	if (!line)
		return NULL;
	put_number(line, spans, n, number);
	put(line, spans, slice_str(n->title[0] ? n->title : heading ? n->text : ""), false);
	if (!heading || (n->title[0] && n->text[0]) || n->omitted)
		put(line, spans, slice_str(w->style->omitted), false);
	return line;
}

static void context_row(struct writing *w, const struct compare_pair *p)
{
	bool number = (p->change & CHANGE_NUMBER) != 0;
	struct table_row *row = add_row(w, number ? change_label(p->change) : "");
	if (!row)
		return;
	row->old = context_line(w, p->old, number);
	row->fresh = context_line(w, p->fresh, number);
}

/* ---- runs of what did not change -------------------------------------------------------- */

static const char *run_number(struct writing *w, const struct text_node *first, const struct text_node *last)
{
	if (first == last || !first->printed[0] || strcmp(first->printed, last->printed) == 0)
		return first->printed;
	size_t from = slice_find(slice_str(first->printed), SLICE("～"));
	size_t to = slice_find(slice_str(last->printed), SLICE("～"));
	int length = (int)(from == SIZE_MAX ? strlen(first->printed) : from);
	const char *both = arena_printf(w->arena, "%.*s～%s", length, first->printed,
	                                last->printed + (to == SIZE_MAX ? 0 : to + strlen("～")));
	w->full |= !both;
	return both ? both : "";
}

static struct table_line *run_line(struct writing *w, const struct text_node *first,
                                   const struct text_node *last, bool number)
{
	struct span *spans;
	struct table_line *line = new_line(w, depth_of(first), 3, &spans);
	if (!line)
		return NULL;
	put(line, spans, slice_str(run_number(w, first, last)), number);
	put(line, spans, first->printed[0] ? SLICE("　") : SLICE(""), false);
	put(line, spans, slice_str(w->style->omitted), false);
	return line;
}

static bool quiet(const struct compare_pair *p)
{
	return !p->below && p->old && p->fresh && (p->change & ~(unsigned)CHANGE_NUMBER) == 0;
}

static bool runs_on(const struct compare_pair *a, const struct compare_pair *b)
{
	return quiet(b) && a->change == b->change && a->fresh->parent == b->fresh->parent &&
	       a->old->parent == b->old->parent && a->old->next == b->old && a->fresh->next == b->fresh &&
	       a->fresh->level == b->fresh->level && (a->fresh->printed[0] != 0) == (b->fresh->printed[0] != 0);
}

/* index behind the pair and all that lies below its new node */
static uint32_t behind(const struct comparison *c, uint32_t at)
{
	const struct text_node *top = c->pairs[at].fresh;
	uint32_t end = at + 1;
	while (end < c->count) {
		const struct text_node *up = c->pairs[end].fresh ? c->pairs[end].fresh->parent : NULL;
		while (up && up != top)
			up = up->parent;
		if (!up)
			break;
		end++;
	}
	return end;
}

static uint32_t quiet_run(struct writing *w, uint32_t at)
{
	const struct compare_pair *first = &w->c->pairs[at], *last = first;
	uint32_t end = behind(w->c, at);
	while (end < w->c->count && runs_on(last, &w->c->pairs[end])) {
		last = &w->c->pairs[end];
		end = behind(w->c, end);
	}
	bool number = (first->change & CHANGE_NUMBER) != 0;
	struct table_row *row = add_row(w, number ? change_label(first->change) : "");
	if (row) {
		row->old = run_line(w, first->old, last->old, number);
		row->fresh = run_line(w, first->fresh, last->fresh, number);
	}
	return end;
}

/* ---- the whole table ----------------------------------------------------------------------- */

static const struct compare_pair *pair_above(const struct comparison *c, const struct compare_pair *p)
{
	const struct text_node *up = p->fresh ? p->fresh->parent : p->old->parent;
	if (!up || !up->parent)
		return NULL;
	return p->fresh ? c->of_fresh[up->index] : c->of_old[up->index];
}

/* what had its old place in this order, but went elsewhere: said once, where it was */
static void left_rows(struct writing *w, const struct text_node *old_node)
{
	for (const struct text_node *s = old_node; s; s = s->next) {
		const struct compare_pair *p = w->c->of_old[s->index];
		if (!p || !(p->change & CHANGE_PLACE) || !p->fresh)
			break;
		deleted_row(w, s, true, arena_printf(w->arena, "移動（新 %s）", p->fresh->cite), p->fresh->index);
	}
}

/* Behind which pair a run of such nodes is told: behind all that stands below its
 * elder sibling, or behind the heading itself.  SIZE_MAX: before everything. */
static size_t place_of_left(const struct comparison *c, const struct text_node *old)
{
	const struct text_node *before = old->previous, *up = before ? before : old->parent;
	if (!up->parent)
		return SIZE_MAX;
	size_t at = (size_t)(c->of_old[up->index] - c->pairs);
	if (!before)
		return at;
	if (c->pairs[at].fresh)
		return behind(c, (uint32_t)at) - 1;
	while (at + 1 < c->count && c->pairs[at + 1].old && !c->pairs[at + 1].fresh &&
	       c->pairs[at + 1].old->parent != before->parent)
		at++;
	return at;
}

static bool has_left(const struct comparison *c, const struct text_node *old)
{
	const struct compare_pair *p = old ? c->of_old[old->index] : NULL;
	return p && p->fresh && (p->change & CHANGE_PLACE);
}

/* the first of each run, by the pair that it is told behind */
static void place_left(struct writing *w)
{
	const struct comparison *c = w->c;
	w->left = ARENA_ARRAY(w->arena, (size_t)c->count + 1, struct run *);
	w->full |= !w->left;
	for (uint32_t i = 1; i < c->old->count && !w->full; i++) {
		const struct text_node *old = c->old->nodes[i];
		if (!has_left(c, old) || has_left(c, old->previous))
			continue;
		size_t at = place_of_left(c, old);
		struct run *run = at == SIZE_MAX ? NULL : ARENA_NEW(w->arena, struct run);
		w->full |= at != SIZE_MAX && !run;
		if (!run) {
			left_rows(w, old);
			continue;
		}
		struct run **tail = &w->left[at];
		while (*tail)
			tail = &(*tail)->next;
		run->first = old;
		*tail = run;
	}
}

static uint32_t write_pair(struct writing *w, uint32_t at)
{
	const struct compare_pair *p = &w->c->pairs[at], *above = pair_above(w->c, p);
	if (quiet(p))
		return quiet_run(w, at);
	if (p->change & CHANGE_ADDED)
		added_row(w, p->fresh, !above || !(above->change & CHANGE_ADDED));
	else if (p->change & CHANGE_DELETED)
		deleted_row(w, p->old, !above || !(above->change & CHANGE_DELETED),
		            above && (above->change & CHANGE_DELETED) ? "" : "削除", 0);
	else if (p->change & CHANGE_PLACE)
		moved_row(w, p);
	else if (p->change & CHANGE_WORDS)
		changed_row(w, p);
	else
		context_row(w, p);
	return at + 1;
}

struct result compare_table(const struct comparison *comparison, const struct compare_style *style,
                            struct arena *arena, struct compare_table *out, struct why *why)
{
	struct compare_table table = {.of = comparison, .style = style};
	struct writing w = {.c = comparison, .style = style, .arena = arena, .next = &table.rows};
	const char *name = comparison->fresh->title[0] ? comparison->fresh->title : comparison->old->title;
	table.title = arena_printf(arena, "%s%s新旧対照表", name, name[0] ? "　" : "");
	place_left(&w);
	for (uint32_t at = 0; at < comparison->count && !w.full;) {
		uint32_t end = write_pair(&w, at);
		for (; at < end; at++)
			for (const struct run *run = w.left[at]; run; run = run->next)
				left_rows(&w, run->first);
	}
	if (w.full || !table.title)
		return fail(why, E_MEMORY, "", "no memory for the table");
	*out = table;
	return ok();
}
