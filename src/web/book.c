#include "web/book.h"

static bool ends_chapter(struct slice word)
{
	static const char *const ends[] = {"章", "部", "編"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (slice_ends(word, slice_str(ends[i])))
			return true;
	return false;
}

/* 4.3 of 4.3①; the digits may be wide ones (U+FF10..FF19) */
static size_t number_len(struct slice text)
{
	size_t len = 0;
	while (len < text.len) {
		const uint8_t *c = text.at + len;
		bool wide = text.len - len >= 3 && c[0] == 0xEF && c[1] == 0xBC && c[2] >= 0x90 && c[2] <= 0x99;
		if (!wide && !(*c >= '0' && *c <= '9') && *c != '.')
			break;
		len += wide ? 3 : 1;
	}
	return len;
}

struct heading heading_of(const char *cite)
{
	struct slice all = slice_str(cite);
	struct slice first = slice_part(all, 0, slice_find(all, SLICE(" ")));
	size_t dot = slice_find(first, SLICE("."));
	if (!ends_chapter(first))
		return (struct heading){dot == SIZE_MAX ? slice_part(first, 0, 0) : slice_part(first, 0, dot), first};
	if (first.len == all.len)
		return (struct heading){first, first};
	size_t number = number_len(slice_part(all, first.len + 1, SIZE_MAX));
	return (struct heading){first, number ? slice_part(all, 0, first.len + 1 + number) : first};
}

/* ---- search ---------------------------------------------------------------- */

/* U+FF01..FF5E stand 0xFEE0 above ASCII; U+3000 is the wide space. */
static struct slice folded(const char *text, struct arena *arena)
{
	struct slice in = slice_str(text);
	uint8_t *out = arena_alloc(arena, in.len + 1);
	size_t len = 0;
	for (size_t i = 0; out && i < in.len;) {
		const uint8_t *c = in.at + i;
		bool wide = in.len - i >= 3 && c[0] == 0xEF && (c[1] == 0xBC || c[1] == 0xBD);
		unsigned code = wide ? ((unsigned)(c[1] & 0x3F) << 6 | (c[2] & 0x3Fu)) - 0xF00u + 0x20u : c[0];
		bool space = in.len - i >= 3 && c[0] == 0xE3 && c[1] == 0x80 && c[2] == 0x80;
		i += wide || space ? 3 : 1;
		if (space)
			code = ' ';
		else if (wide && (code < 0x21 || code > 0x7E)) { /* half-width kana and the like */
			out[len++] = c[0], out[len++] = c[1], out[len++] = c[2];
			continue;
		}
		out[len++] = (uint8_t)(code >= 'A' && code <= 'Z' ? code + 32 : code);
	}
	return out ? slice_of(out, len) : SLICE("");
}

struct search search_read(const char *typed, struct arena *arena)
{
	struct search search = {.count = 0};
	struct slice left = folded(typed, arena);
	while (left.len && search.count < SEARCH_WORDS) {
		size_t end = slice_find(left, SLICE(" "));
		struct slice word = slice_part(left, 0, end);
		left = end == SIZE_MAX ? SLICE("") : slice_part(left, end + 1, SIZE_MAX);
		if (word.len)
			search.words[search.count++] = word;
	}
	return search;
}

bool search_finds(const struct search *search, const char *const *texts, size_t count,
                  struct arena *arena)
{
	for (size_t w = 0; w < search->count; w++) {
		bool found = false;
		for (size_t i = 0; i < count && !found; i++)
			found = slice_find(folded(texts[i], arena), search->words[w]) != SIZE_MAX;
		if (!found)
			return false;
	}
	return true;
}
