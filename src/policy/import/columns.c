/* A comparison table as text holds two editions.  Its columns stand either
 * beside each other on every line (tabs, or a corridor of blanks), or one
 * after the other on every page, as PDF programs copy them.  In the second
 * case nothing marks where the old column begins: the place is where the two
 * halves of the page resemble each other most. */
#include "policy/import/internal.h"

enum { PAGE_LINES = 400, ALIKE = 10 };

/* ---- the head: 新 旧, 改正後 改正前, 現行 改正案 ------------------------------ */

static const char *const fresh_words[] = {"新", "改正後", "改正案", "改定後", "改定案", "変更後", "変更案",
                                          "見直し後", "改訂後", "改訂案", "新（案）", "新(案)"};
static const char *const stale_words[] = {"旧", "改正前", "現行", "改定前", "変更前", "見直し前", "改訂前",
                                          "旧（現行）", "旧(現行)"};

static const char *word_in(struct slice word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (slice_is(word, words[i]))
			return words[i];
	return NULL;
}

struct head {
	const char *name[2];
	size_t fresh;
	uint32_t column[2]; /* where the words begin */
	bool tab;
};

/* the next word of text from *pos; its column is added to *column */
static struct slice next_word(struct slice text, size_t *pos, uint32_t *column, bool *tab)
{
	size_t start = *pos, end;
	while (start < text.len) {
		struct glyphs g;
		glyphs_read(slice_part(text, start, 4), &g);
		if (!is_blank(g.code[0]))
			break;
		*tab |= g.code[0] == '\t';
		*column += text_width(slice_part(text, start, g.offset[1]));
		start += g.offset[1];
	}
	for (end = start; end < text.len;) {
		struct glyphs g;
		glyphs_read(slice_part(text, end, 4), &g);
		if (is_blank(g.code[0]))
			break;
		end += g.offset[1];
	}
	*pos = end;
	return slice_part(text, start, end - start);
}

static bool read_head(const struct line *line, struct head *out)
{
	struct slice words[4];
	size_t pos = 0, count = 0;
	uint32_t column = line->indent;
	*out = (struct head){0};
	if (line->text.len > 120)
		return false;
	while (count < 4 && pos < line->text.len) {
		words[count] = next_word(line->text, &pos, &column, &out->tab);
		if (count < 2)
			out->column[count] = column;
		column += text_width(words[count++]);
	}
	if (count < 2 || count > 3 || (count == 3 && !slice_is(words[2], "備考")))
		return false;
	for (size_t i = 0; i < 2; i++) {
		const char *fresh = word_in(words[i], fresh_words, sizeof fresh_words / sizeof *fresh_words);
		const char *stale = word_in(words[i], stale_words, sizeof stale_words / sizeof *stale_words);
		out->name[i] = fresh ? fresh : stale;
		if (fresh)
			out->fresh = i;
		if (!out->name[i] || (i == 1 && (fresh != NULL) == (out->fresh == 0)))
			return false;
	}
	return true;
}

/* ---- beside each other ----------------------------------------------------- */

/* Cuts a line at the column; right is empty where the line ends before it. */
static void cut_line(const struct line *line, uint32_t at, bool tab, struct line part[2])
{
	uint32_t column = line->indent;
	part[0] = part[1] = *line;
	part[1].text.len = 0;
	if (!tab && line->indent >= at) {
		part[1].text = line->text;
		part[1].indent = line->indent - at;
		part[0].text.len = 0;
		return;
	}
	for (size_t pos = 0; pos < line->text.len;) {
		struct glyphs g;
		glyphs_read(slice_part(line->text, pos, 4), &g);
		bool here = tab ? g.code[0] == '\t' : column >= at;
		if (here) {
			size_t skip = tab ? 1 : 0;
			part[0].text = slice_part(line->text, 0, pos);
			part[1].text = slice_part(line->text, pos + skip, line->text.len);
			part[1].indent = 0;
			return;
		}
		column += text_width(slice_part(line->text, pos, g.offset[1]));
		pos += g.offset[1];
	}
}

static bool blank_at(const struct line *line, uint32_t at)
{
	uint32_t column = line->indent;
	bool before = true;
	if (column > at)
		return true;
	for (size_t pos = 0; pos < line->text.len;) {
		struct glyphs g;
		glyphs_read(slice_part(line->text, pos, 4), &g);
		bool blank = is_blank(g.code[0]);
		if (column >= at)
			return before && (blank || column == at);
		before = blank;
		column += text_width(slice_part(line->text, pos, g.offset[1]));
		pos += g.offset[1];
	}
	return true;
}

/* The corridor between the words of the head that the most lines keep. */
static bool find_corridor(const struct lines *all, const struct head *head, uint32_t *at)
{
	size_t best = 0, reach = 0;
	if (head->column[1] < head->column[0] + 6)
		return false;
	size_t looked = all->count < 3000 ? all->count : 3000;
	for (uint32_t c = head->column[1] + 2; c > head->column[0] + 2; c--) {
		size_t kept = 0, wide = 0;
		for (size_t i = 0; i < looked; i++) {
			const struct line *l = &all->line[i];
			if (l->indent + l->width <= c)
				continue;
			wide++;
			kept += blank_at(l, c);
		}
		if (kept > best) {
			best = kept;
			reach = wide;
			*at = c;
		}
	}
	return best * 10 >= reach * 9 && best > 0;
}

static struct slice trim_ends(struct slice text)
{
	size_t start = SIZE_MAX, end = 0;
	for (size_t pos = 0; pos < text.len;) {
		struct glyphs g;
		glyphs_read(slice_part(text, pos, 4), &g);
		if (!is_blank(g.code[0]) && start == SIZE_MAX)
			start = pos;
		pos += g.offset[1];
		if (!is_blank(g.code[0]))
			end = pos;
	}
	return end ? slice_part(text, start, end - start) : (struct slice){NULL, 0};
}

static void add_line(struct lines *side, const struct line *line, uint32_t *blanks)
{
	struct slice text = trim_ends(line->text);
	if (text.len == 0)
		return;
	struct line *l = &side->line[side->count++];
	*l = *line;
	l->text = text;
	l->width = text_width(text);
	l->blanks = *blanks;
	*blanks = 0;
}

static void split_beside(const struct lines *all, size_t from, uint32_t at, bool tab, struct columns *out)
{
	uint32_t blanks[2] = {0, 0};
	for (size_t i = from; i < all->count; i++) {
		struct head head;
		struct line part[2];
		if (all->line[i].fate != LINE_PLACED || read_head(&all->line[i], &head)) {
			all->line[i].fate = all->line[i].fate == LINE_PLACED ? LINE_HEAD : all->line[i].fate;
			continue;
		}
		cut_line(&all->line[i], at, tab, part);
		for (size_t s = 0; s < 2; s++) {
			blanks[s] += all->line[i].blanks;
			add_line(&out->side[s], &part[s], &blanks[s]);
		}
	}
}

/* ---- one after the other ----------------------------------------------------- */

struct page {
	const struct line **line;
	size_t count;
	struct slice *key;
	uint8_t *alike; /* [i * PAGE_LINES + j], i < j */
	uint32_t *row;
	uint64_t fuel;  /* for comparing hostile pages */
};

static size_t pairs_shared(struct slice a, struct slice b)
{
	size_t shared = 0;
	for (size_t i = 0; i + 6 <= a.len; i += 3)
		for (size_t j = 0; j + 6 <= b.len; j += 3)
			if (memcmp(a.at + i, b.at + j, 6) == 0) {
				shared++;
				break;
			}
	return shared;
}

static uint8_t how_alike(struct slice a, struct slice b)
{
	if (slice_equal(a, b))
		return ALIKE;
	size_t longer = a.len > b.len ? a.len : b.len, shared;
	if (a.len * 2 < b.len || b.len * 2 < a.len || longer < 12 || longer > 600)
		return 0;
	shared = pairs_shared(a, b);
	return shared * 3 * 10 >= longer * 6 ? ALIKE - 3 : 0;
}

static struct result page_new(struct page *page, struct arena *arena, struct why *why)
{
	*page = (struct page){
		.line = ARENA_ARRAY(arena, PAGE_LINES, const struct line *),
		.key = ARENA_ARRAY(arena, PAGE_LINES, struct slice),
		.alike = ARENA_ARRAY(arena, (size_t)PAGE_LINES * PAGE_LINES, uint8_t),
		.row = ARENA_ARRAY(arena, PAGE_LINES + 2, uint32_t),
		.fuel = 400000000,
	};
	if (!page->line || !page->key || !page->alike || !page->row)
		return fail(why, E_MEMORY, "", "no memory for a page");
	return ok();
}

static struct result page_add(struct page *page, const struct line *line, struct arena *arena,
                              struct buffer *work, struct why *why)
{
	if (page->count == PAGE_LINES)
		return fail(why, E_LIMIT, "", "新旧対照表の1ページが長すぎて、欄を分けられません（%u行目）。",
		            line->number);
	size_t n = page->count++;
	buffer_clear(work);
	import_normal(line->text, work);
	page->line[n] = line;
	page->key[n] = arena_copy(arena, buffer_slice(work));
	if (!page->key[n].at)
		return fail(why, E_MEMORY, "", "no memory for a page");
	for (size_t i = 0; i < n; i++) {
		uint64_t cost = page->key[i].len * page->key[n].len / 9 + 1;
		bool equal = slice_equal(page->key[i], page->key[n]);
		page->alike[i * PAGE_LINES + n] = equal ? ALIKE : 0;
		if (equal || page->fuel < cost)
			continue;
		page->fuel -= cost;
		page->alike[i * PAGE_LINES + n] = how_alike(page->key[i], page->key[n]);
	}
	return ok();
}

/* the greatest sum of alike lines in order, [0,k) against [k,n) */
static uint32_t score_split(const struct page *page, size_t k)
{
	size_t n = page->count;
	uint32_t *row = page->row;
	for (size_t j = k; j <= n; j++)
		row[j - k] = 0;
	for (size_t i = 0; i < k; i++) {
		uint32_t corner = 0;
		for (size_t j = k; j < n; j++) {
			uint32_t above = row[j - k + 1], left = row[j - k];
			uint32_t both = corner + page->alike[i * PAGE_LINES + j];
			corner = above;
			row[j - k + 1] = both > above ? (both > left ? both : left) : above > left ? above : left;
		}
	}
	return row[n - k];
}

/* where the second column begins; share out: tenths of the page that pair */
static size_t best_split(const struct page *page, uint32_t *share)
{
	size_t n = page->count, best = 0;
	uint64_t best_score = 0;
	for (size_t k = 1; k < n; k++) {
		size_t away = k > n - k ? k - (n - k) : n - k - k;
		uint64_t score = score_split(page, k);
		uint64_t ends = page->alike[k] + page->alike[(k - 1) * PAGE_LINES + n - 1];
		score = (score << 32) + (ends << 16) + (n - away);
		if (score > best_score) {
			best_score = score;
			best = k;
		}
	}
	*share = n ? (uint32_t)((best_score >> 32) * 2 / n) : 0;
	return best;
}

static void take_columns(const struct page *page, size_t split, struct columns *out)
{
	for (size_t i = 0; i < page->count; i++) {
		struct lines *side = &out->side[i < split ? 0 : 1];
		side->line[side->count++] = *page->line[i];
	}
}

/* A page whose halves do not resemble each other is half a page: it waits for
 * the other half, unless it is the last before the next head.               */
static void split_page(struct page *page, struct columns *out, bool last)
{
	uint64_t cost = (uint64_t)page->count * page->count * page->count / 6;
	uint32_t share = 0;
	if (page->fuel < cost && !last)
		return;
	page->fuel -= page->fuel < cost ? page->fuel : cost;
	size_t split = best_split(page, &share);
	if (share < 5 && !last)
		return;
	take_columns(page, share < 2 ? page->count : split, out);
	page->count = 0;
}

static bool page_may_begin(const struct lines *all, size_t i, bool indented)
{
	return all->line[i].page || (!indented && all->line[i].indent == 1);
}

static bool mostly_indented(const struct lines *all)
{
	size_t indented = 0;
	for (size_t i = 0; i < all->count; i++)
		indented += all->line[i].indent > 0;
	return indented * 5 > all->count;
}

/* The lines that stand directly above heads (資料３－２) go with them. */
static void mark_above_heads(const struct lines *all)
{
	struct head head;
	for (size_t i = 1; i < all->count; i++) {
		struct line *above = &all->line[i - 1];
		if (above->fate == LINE_PLACED && read_head(&all->line[i], &head) && above->width <= 40 &&
		    !text_ended(above->text) && page_may_begin(all, i - 1, false))
			above->fate = LINE_HEAD;
	}
}

static struct result split_pages(const struct lines *all, size_t from, struct arena *arena,
                                 struct columns *out, struct why *why)
{
	struct page page;
	struct head head;
	struct result done = ok();
	bool indented = mostly_indented(all);
	AUTO(buffer_done) struct buffer work = {0};
	buffer_init(&work, 4 << 20);
	TRY(page_new(&page, arena, why));
	mark_above_heads(all);
	for (size_t i = from; i < all->count && done.code == OK; i++) {
		bool is_head = read_head(&all->line[i], &head);
		if (page.count > 0 && (is_head || page_may_begin(all, i, indented)))
			split_page(&page, out, is_head);
		if (is_head)
			all->line[i].fate = LINE_HEAD;
		if (all->line[i].fate == LINE_PLACED)
			done = page_add(&page, &all->line[i], arena, &work, why);
	}
	if (done.code == OK && page.count > 0)
		split_page(&page, out, true);
	return done;
}

/* ---- both ------------------------------------------------------------------ */

static struct result open_sides(const struct lines *all, struct arena *arena, struct columns *out,
                                struct why *why)
{
	for (size_t s = 0; s < 2; s++) {
		out->side[s] = (struct lines){.total = all->total,
		                              .line = ARENA_ARRAY(arena, all->count + 1, struct line)};
		if (!out->side[s].line)
			return fail(why, E_MEMORY, "", "no memory for the columns");
	}
	return ok();
}

struct result columns_split(const struct lines *all, struct arena *arena, struct columns *out,
                            struct why *why)
{
	struct head head = {0};
	size_t at = 0;
	uint32_t corridor = 0;
	*out = (struct columns){0};
	while (at < all->count && at < 60 && !read_head(&all->line[at], &head))
		at++;
	if (at >= all->count || at >= 60)
		return ok();
	out->found = true;
	out->fresh = head.fresh;
	out->name[0] = head.name[0];
	out->name[1] = head.name[1];
	TRY(open_sides(all, arena, out, why));
	if (head.tab || find_corridor(all, &head, &corridor)) {
		split_beside(all, at, corridor, head.tab, out);
		return ok();
	}
	return split_pages(all, at, arena, out, why);
}
