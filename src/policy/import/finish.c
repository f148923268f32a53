/* A grown tree made whole: sentences joined, headings told from sentences,
 * citations, ids and hashes, everything counted. */
#include "policy/import/internal.h"

#include "base/text.h"

#include <openssl/sha.h>
#include <stdio.h>

/* ---- by hand --------------------------------------------------------------------- */

struct text_tree *text_tree_new(struct arena *arena, const char *title)
{
	struct text_tree *tree = ARENA_NEW(arena, struct text_tree);
	struct text_node *root = ARENA_NEW(arena, struct text_node);
	if (!tree || !root)
		return NULL;
	*root = (struct text_node){.level = TEXT_ROOT, .printed = "", .title = title, .text = "", .cite = "",
	                           .id = "root"};
	*tree = (struct text_tree){.title = title, .side = "", .root = root, .nodes = NULL};
	return tree;
}

struct text_node *text_add(struct text_tree *tree, struct arena *arena, struct text_node *parent,
                           const char *printed, const char *title, const char *text)
{
	struct text_node *node = ARENA_NEW(arena, struct text_node);
	struct text_node *above = parent ? parent : tree->root;
	if (!node)
		return NULL;
	*node = (struct text_node){.number = text_number_of(slice_str(printed)), .printed = printed,
	                           .title = title, .text = text, .parent = above, .previous = above->last};
	node->level = node->number.level;
	if (node->level == TEXT_ROOT) {
		bool supplement = strncmp(printed, "附", 3) == 0 || strncmp(printed, "付", 3) == 0;
		bool appendix = strncmp(printed, "別", 3) == 0 || strncmp(printed, "様式", 6) == 0;
		node->level = supplement ? TEXT_SUPPLEMENT : appendix ? TEXT_APPENDIX
		              : printed[0] ? TEXT_HEADING : TEXT_PARAGRAPH;
	}
	node->omitted = text_is_omission(slice_str(text));
	if (above->last)
		above->last->next = node;
	else
		above->first = node;
	above->last = node;
	return node;
}

/* ---- joined text -------------------------------------------------------------------- */

static struct text_node *following(struct text_node *node)
{
	if (node->first)
		return node->first;
	while (node && !node->next)
		node = node->parent;
	return node ? node->next : NULL;
}

/* 第１条（目的）この…: the heading stands in brackets on the line */
static bool split_caption(struct text_node *node, struct arena *arena)
{
	struct slice text = slice_str(node->text);
	bool wide = slice_starts(text, SLICE("（")), narrow = slice_starts(text, SLICE("("));
	if ((node->level != TEXT_ARTICLE && node->level != TEXT_DAI) || (!wide && !narrow))
		return true;
	size_t end = slice_find(text, wide ? SLICE("）") : SLICE(")"));
	size_t len = wide ? 3 : 1;
	if (end == SIZE_MAX || end > 90)
		return true;
	struct slice rest = slice_part(text, end + len, text.len);
	while (rest.len && (rest.at[0] == ' ' || slice_starts(rest, SLICE("　"))))
		rest = slice_part(rest, rest.at[0] == ' ' ? 1 : 3, rest.len);
	node->title = arena_string(arena, slice_part(text, 0, end + len));
	node->text = arena_string(arena, rest);
	return node->title && node->text;
}

static bool is_heading(const struct text_node *node)
{
	bool strong = level_rank(node->level) >= level_rank(TEXT_PART) &&
	              level_rank(node->level) <= level_rank(TEXT_SUBSECTION);
	if (strong || node->level == TEXT_HEADING || node->level == TEXT_TABLE)
		return true;
	if (!text_level_numbered(node->level) && level_rank(node->level) == 0)
		return false;
	return node->first && !text_ended(slice_str(node->text)) &&
	       text_width(slice_str(node->text)) <= 120;
}

static struct result finish_text(struct text_tree *tree, struct slice whole, struct arena *arena,
                                 struct why *why)
{
	size_t fuel = JOIN_FUEL;
	for (struct text_node *n = tree->root; n; n = following(n)) {
		const struct growing *g = n->more;
		if (!g)
			continue;
		n->title = join_pieces(g->title, whole, &fuel, arena);
		n->text = join_pieces(g->first, whole, &fuel, arena);
		const struct piece number = {n->number.printed, NULL};
		n->printed = join_pieces(&number, (struct slice){NULL, 0}, &fuel, arena); /* no tabs inside */
		n->more = NULL;
		if (!n->title || !n->text || !n->printed || !split_caption(n, arena))
			return fail(why, E_MEMORY, "", "no memory for the sentences");
		n->number.printed = slice_str(n->printed);
		if (!n->title[0] && n->text[0] && is_heading(n)) {
			n->title = n->text;
			n->text = "";
		}
		for (struct text_node *p = n->parent; p && p->last_line < n->last_line; p = p->parent)
			p->last_line = n->last_line;
	}
	return ok();
}

/* ---- citations and ids ---------------------------------------------------------------- */

/* Of each child: which of its level it is, and whether its number stood before. */
struct place {
	uint32_t ordinal;
	bool twin;
};

static void count_children(const struct text_node *parent, struct place *places)
{
	uint32_t count[TEXT_LEVELS] = {0};
	const struct text_number *most[TEXT_LEVELS] = {NULL};
	for (const struct text_node *c = parent->first; c; c = c->next) {
		const struct text_number *before = most[c->level];
		places[c->index].ordinal = ++count[c->level];
		places[c->index].twin = before && number_compare(&c->number, before) <= 0;
		if (!before || number_compare(&c->number, before) > 0)
			most[c->level] = &c->number;
	}
}

static const char *cite_of(const struct text_node *node, uint32_t ordinal, struct arena *arena)
{
	const char *above = node->parent && node->parent->cite ? node->parent->cite : "";
	const char *space = above[0] ? " " : "";
	bool marks = node->level == TEXT_CIRCLE || node->level == TEXT_KANA || node->level == TEXT_PAREN_KANA ||
	             node->level == TEXT_IROHA || node->level == TEXT_PAREN_IROHA;
	switch ((int)node->level) {
	case TEXT_PARAGRAPH:
		return arena_printf(arena, "%s%s第%u段落", above, space, ordinal);
	case TEXT_BULLET:
		return arena_printf(arena, "%s%s%u項目", above, space, ordinal);
	case TEXT_NOTE:
		return arena_printf(arena, "%s%s注%u", above, space, ordinal);
	case TEXT_TABLE:
		return arena_printf(arena, "%s%s表", above, space);
	case TEXT_FIGURE:
		return arena_printf(arena, "%s%s図", above, space);
	case TEXT_ROW: case TEXT_HEADING:
		return arena_printf(arena, "%s%s%s", above, space,
		                    node->title[0] && strlen(node->title) < 90 ? node->title
		                    : node->printed[0] ? node->printed : "行");
	case TEXT_SUPPLEMENT:
		return arena_printf(arena, "附則 %u", ordinal);
	default:
		return arena_printf(arena, "%s%s%s", above, marks && node->parent->cite[0] ? "" : space,
		                    node->printed);
	}
}

static const char *id_of(const struct text_node *node, const struct place *place, struct arena *arena)
{
	char number[64] = "";
	int len = 0;
	bool numbered = text_level_numbered(node->level) && node->number.parts;
	for (uint32_t i = 0; numbered && i < node->number.parts && len < 48; i++)
		len += snprintf(number + len, sizeof number - (size_t)len, "%s%u", i ? "-" : "",
		                node->number.part[i]);
	if (!numbered)
		snprintf(number, sizeof number, "%u", place->ordinal);
	const char *above = node->parent->parent ? node->parent->id : "";
	const char *base = arena_printf(arena, "%s%s%s%s", above, above[0] ? "." : "",
	                                level_code(node->level), number);
	return numbered && place->twin && base ? arena_printf(arena, "%s+%u", base, place->ordinal) : base;
}

void import_hash(struct slice bytes, uint8_t out[IMPORT_HASH])
{
	SHA256(bytes.at ? bytes.at : (const uint8_t *)"", bytes.len, out);
}

static void hash_of(struct text_node *node)
{
	struct buffer work;
	buffer_init(&work, IMPORT_BYTES * 4u);
	import_normal(slice_str(node->title), &work);
	buffer_put_u8(&work, '\n');
	import_normal(slice_str(node->text), &work);
	if (node->omitted)
		buffer_put_str(&work, "\n(略)");
	import_hash(buffer_slice(&work), node->hash);
	buffer_done(&work);
}

struct result text_finish(struct text_tree *tree, struct arena *arena, struct why *why)
{
	uint32_t count = 0;
	for (struct text_node *n = tree->root; n; n = following(n))
		n->index = count++;
	struct place *places = ARENA_ARRAY(arena, count, struct place);
	tree->nodes = ARENA_ARRAY(arena, count, struct text_node *);
	if (!tree->nodes || !places)
		return fail(why, E_MEMORY, "", "no memory for the tree");
	tree->count = count;
	memset(tree->per_level, 0, sizeof tree->per_level);
	for (struct text_node *n = tree->root; n; n = following(n)) {
		tree->nodes[n->index] = n;
		tree->per_level[n->level]++;
		count_children(n, places);
		if (n->parent && !n->cite)
			n->cite = cite_of(n, places[n->index].ordinal, arena);
		if (n->parent && !n->id)
			n->id = id_of(n, &places[n->index], arena);
		if (!n->cite || !n->id)
			return fail(why, E_MEMORY, "", "no memory for the citations");
		hash_of(n);
	}
	return ok();
}

/* ---- the whole way ------------------------------------------------------------------------ */

static const char *guess_title(const struct lines *lines, struct arena *arena)
{
	for (size_t i = 0; i < lines->count; i++) {
		const struct line *l = &lines->line[i];
		bool says = slice_find(l->text, SLICE("方針")) != SIZE_MAX ||
		            slice_find(l->text, SLICE("ポリシー")) != SIZE_MAX ||
		            slice_find(l->text, SLICE("基準")) != SIZE_MAX || slice_ends(l->text, SLICE("規程")) ||
		            slice_ends(l->text, SLICE("規則")) || slice_ends(l->text, SLICE("要綱")) ||
		            slice_ends(l->text, SLICE("条例")) || slice_ends(l->text, SLICE("要領"));
		const struct piece piece = {l->text, NULL};
		if ((l->fate == LINE_FRONT || l->fate == LINE_HEAD) && says)
			return join_pieces(&piece, (struct slice){NULL, 0}, &(size_t){0}, arena);
		if (l->fate == LINE_PLACED)
			break;
	}
	return "";
}

static struct result note_lines(struct text_tree *tree, const struct lines *all,
                                const struct lines *own, struct arena *arena, struct why *why)
{
	const char **text = ARENA_ARRAY(arena, all->total + 1, const char *);
	tree->lines = all->total;
	tree->fate = ARENA_ARRAY(arena, all->total + 1, uint8_t);
	if (!text || !tree->fate)
		return fail(why, E_MEMORY, "", "no memory for the lines");
	for (size_t i = 0; i < all->total; i++)
		text[i] = "";
	for (size_t i = 0; i < all->count; i++) {
		const struct line *l = &all->line[i];
		tree->fate[l->number - 1] = (uint8_t)(l->fate == LINE_PLACED && own != all ? LINE_OTHER : l->fate);
		text[l->number - 1] = arena_string(arena, l->text);
		if (!text[l->number - 1])
			return fail(why, E_MEMORY, "", "no memory for the lines");
	}
	for (size_t i = 0; own != all && i < own->count; i++)
		tree->fate[own->line[i].number - 1] = (uint8_t)own->line[i].fate;
	tree->line_text = text;
	return ok();
}

static struct result one_tree(struct lines *own, const struct lines *all, struct slice whole,
                              struct arena *arena, struct text_tree **out, struct why *why)
{
	struct text_tree *tree = NULL;
	TRY(furniture_mark(own, arena, why));
	TRY(build_tree(own, arena, &tree, why));
	TRY(finish_text(tree, whole, arena, why));
	tree->title = guess_title(own, arena);
	if (!tree->title)
		return fail(why, E_MEMORY, "", "no memory for the title");
	tree->root->title = tree->title;
	TRY(text_finish(tree, arena, why));
	TRY(note_lines(tree, all, own, arena, why));
	*out = tree;
	return ok();
}

/* UTF-8 in the arena, whatever came in */
static struct result decode(struct slice bytes, struct arena *arena, struct slice *out, struct why *why)
{
	if (bytes.len > IMPORT_BYTES)
		return fail(why, E_LIMIT, "", "本文が大きすぎます（%zuバイト）。%dバイトまでです。", bytes.len,
		            IMPORT_BYTES);
	if (slice_starts(bytes, SLICE("\xef\xbb\xbf")))
		bytes = slice_part(bytes, 3, bytes.len);
	if (utf8_valid(bytes)) {
		*out = arena_copy(arena, bytes);
		return out->at ? ok() : fail(why, E_MEMORY, "", "no memory for the text");
	}
	struct buffer text;
	buffer_init(&text, IMPORT_BYTES * 2u);
	struct result done = cp932_to_utf8(bytes, &text, why);
	if (done.code == OK) {
		*out = arena_copy(arena, buffer_slice(&text));
		done = out->at ? ok() : fail(why, E_MEMORY, "", "no memory for the text");
	} else if (done.code == E_INPUT && why)
		*why = (struct why){.code = E_INPUT, .text = "本文の文字コードが、UTF-8でもシフトJIS（CP932）でも"
		                                             "ありません。UTF-8で保存し直してください。"};
	buffer_done(&text);
	return done;
}

struct result import_text(struct slice bytes, struct arena *arena, struct text_tree *out[2],
                          size_t *count, struct why *why)
{
	struct slice text;
	struct lines all;
	struct columns columns;
	struct text_tree *trees[2] = {NULL, NULL};
	TRY(decode(bytes, arena, &text, why));
	TRY(lines_read(text, arena, &all, why));
	if (all.count == 0)
		return fail(why, E_INPUT, "", "本文がありません。画像だけのPDFから取り出した文章ではありませんか。");
	TRY(columns_split(&all, arena, &columns, why));
	if (!columns.found)
		TRY(one_tree(&all, &all, text, arena, &trees[0], why));
	for (size_t s = 0; columns.found && s < 2; s++) {
		size_t side = s == 0 ? columns.fresh : 1 - columns.fresh;
		TRY(one_tree(&columns.side[side], &all, text, arena, &trees[s], why));
		trees[s]->side = columns.name[side];
	}
	*count = columns.found ? 2 : 1;
	out[0] = trees[0];
	out[1] = trees[1];
	return ok();
}
