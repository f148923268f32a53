/* What must be mended before an edition may be adopted: numbers that stand
 * twice, and dates that nobody has filled in. */
#include "policy/compare/internal.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

void block_add(struct blocking *b, enum block_kind kind, const struct text_node *node,
               const char *format, ...)
{
	char sentence[512];
	va_list args;
	va_start(args, format);
	int len = vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	struct compare_block *block = ARENA_NEW(b->arena, struct compare_block);
	size_t kept = len < 0 ? 0 : (size_t)len < sizeof sentence ? (size_t)len : sizeof sentence - 1;
	while (kept && (size_t)len >= sizeof sentence && ((uint8_t)sentence[kept] & 0xc0) == 0x80)
		kept--; /* never half a character */
	const char *text = arena_string(b->arena, slice_of(sentence, kept));
	if (!block || !text) {
		b->full = true;
		return;
	}
	*block = (struct compare_block){kind, node, text, NULL};
	*b->next = block;
	b->next = &block->next;
	b->comparison->block_count++;
}

const char *block_label(enum block_kind kind)
{
	static const char *const labels[BLOCK_KINDS] = {
		[BLOCK_COLLISION] = "番号の重複", [BLOCK_DATE] = "日付の空欄",
		[BLOCK_DANGLING] = "参照先なし", [BLOCK_STALE] = "参照のずれ",
		[BLOCK_MARK] = "改正の印の残り"};
	return (unsigned)kind < BLOCK_KINDS ? labels[kind] : "";
}

/* ---- numbers ---------------------------------------------------------------------- */

static bool collides(const struct text_node *a, const struct text_node *b)
{
	if (a->level != b->level || !a->number.parts || !b->number.parts)
		return false;
	if (number_parts_equal(a, b))
		return true;
	return a->number.parts == 1 && b->number.parts == 1 && a->number.part[0] <= b->number.to &&
	       b->number.part[0] <= a->number.to;
}

/* ---- dates ------------------------------------------------------------------------- */

static bool is_hole(int32_t c)
{
	return c == 0x25cb || c == 0x25ef || c == 0x25cf || c == 0x25b3 || c == 0x25a1 || c == 0xd7 ||
	       c == 0xff0a || c == '*' || c == 0x3007 || c == 0xff3f || c == '_' || c == 0x3013;
}

static bool is_figure(int32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 0xff10 && c <= 0xff19) || c == 0x4e00 || c == 0x4e8c ||
	       c == 0x4e09 || c == 0x56db || c == 0x4e94 || c == 0x516d || c == 0x4e03 ||
	       c == 0x516b || c == 0x4e5d || c == 0x5341 || c == 0x5143 /* 元 */;
}

static bool is_unit(int32_t c)
{
	return c == 0x5e74 || c == 0x6708 || c == 0x65e5; /* 年 月 日 */
}

/* 令和五年○月○日, 令和　年　月　日 */
static bool date_is_open(struct slice text)
{
	int32_t before = 0, mark = 0;
	bool era = false, gap = false;
	for (size_t pos = 0; pos < text.len;) {
		int32_t c = utf8_next(text, &pos);
		if (c == ' ' || c == 0x3000) {
			gap = true;
			continue;
		}
		if (is_unit(c) && is_hole(mark) && !is_figure(before))
			return true;
		if (is_unit(c) && gap && (era || is_unit(mark)))
			return true;
		era = c == 0x548c || c == 0x6210; /* 令和, 平成 */
		era &= mark == 0x4ee4 || mark == 0x5e73;
		gap = false;
		before = mark;
		mark = c;
	}
	return false;
}

/* ---- marks ------------------------------------------------------------------------- */

/* Lines through or under single characters survive the way of a table through a text. */
static bool is_marked(struct slice text)
{
	for (size_t pos = 0; pos < text.len;) {
		int32_t c = utf8_next(text, &pos);
		if (c == 0x0305 || c == 0x0332 || c == 0x0333 || (c >= 0x0335 && c <= 0x0338))
			return true;
	}
	return false;
}

void blocks_numbers(struct blocking *b)
{
	const struct text_tree *tree = b->comparison->fresh;
	for (uint32_t i = 1; i < tree->count; i++) {
		const struct text_node *n = tree->nodes[i], *same = NULL;
		for (const struct text_node *s = n->previous; s && !same; s = s->previous)
			if (s->level == n->level && n->number.parts) {
				same = collides(s, n) ? s : NULL;
				if (!same && number_before(s, n))
					break; /* in order so far */
			}
		if (same)
			block_add(b, BLOCK_COLLISION, n, "%sの番号「%s」が二度使われています。後のほうの番号を改めてください。",
			          n->cite, n->printed);
		if (date_is_open(slice_str(n->text)) || date_is_open(slice_str(n->title)))
			block_add(b, BLOCK_DATE, n, "%sの日付が空いています。日を定めてください。", n->cite);
		if (is_marked(slice_str(n->text)) || is_marked(slice_str(n->title)))
			block_add(b, BLOCK_MARK, n, "%sに、取消し線や下線の付いた文字が残っています。改めた後の文だけにしてください。", n->cite);
	}
}
