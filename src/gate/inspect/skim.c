/* What an original shows, at the speed of memory: names and texts, nothing else
 *
 * An original is read here only for its pages and its text, to be compared with what was
 * written.  Nothing of it is released, so nothing is judged: its attributes are passed over,
 * its end tags are counted and not compared.  What is released is read by libxml2 (xml.c).
 * source  W3C XML 1.0 (Fifth Edition), 2.1 to 2.7, 3.1, 4.1
 */
#include "gate/inspect/office.h"

#include "base/text.h"

#include <stdlib.h>

enum { ROOM = 1 << 17, ROOM_MOST = 1 << 26 };

/* Bytes from at to len are there; what lies before at was read. */
struct window {
	struct feed *feed;
	uint8_t *bytes;
	size_t at, len, room;
};

static bool grow(struct window *w)
{
	if (w->len < w->room)
		return true;
	size_t room = w->room ? w->room * 2 : ROOM;
	uint8_t *bytes = room <= ROOM_MOST ? realloc(w->bytes, room) : NULL;
	if (!bytes)
		return false;
	w->bytes = bytes;
	w->room = room;
	return true;
}

/* more - some bytes behind those that are there, which may move; false at the end */
static bool more(struct window *w)
{
	if (w->feed->ready.len == 0)
		feed_more(w->feed);
	if (w->feed->broken || w->feed->ready.len == 0)
		return false;
	if (w->at > 0 && w->len > w->at)
		memmove(w->bytes, w->bytes + w->at, w->len - w->at);
	w->len -= w->at;
	w->at = 0;
	if (!grow(w))
		return false;
	struct slice piece = slice_part(w->feed->ready, 0, w->room - w->len);
	memcpy(w->bytes + w->len, piece.at, piece.len);
	w->len += piece.len;
	w->feed->ready = slice_part(w->feed->ready, piece.len, w->feed->ready.len);
	return true;
}

static struct slice rest(const struct window *w)
{
	return slice_of(w->bytes + w->at, w->len - w->at);
}

/* much_more - at least as much again, or all: what starts from the beginning each time */
static bool much_more(struct window *w)
{
	size_t had = rest(w).len;
	bool some = more(w);
	while (some && rest(w).len < 2 * had && more(w))
		;
	return some;
}

/* length_to - of what stands before a mark, from the window's beginning on; SIZE_MAX: it never comes
 * from  where the mark may begin                                             */
static size_t length_to(struct window *w, size_t from, struct slice mark)
{
	for (;;) {
		struct slice all = rest(w);
		size_t found = from < all.len ? slice_find(slice_part(all, from, all.len), mark) : SIZE_MAX;
		if (found != SIZE_MAX)
			return from + found;
		if (all.len >= from + mark.len)
			from = all.len - mark.len + 1;
		if (!more(w))
			return SIZE_MAX;
	}
}

/* tag_length - with its >; 0: it does not end among the bytes that are there */
static size_t tag_length(struct slice in)
{
	for (size_t i = 1; i < in.len; i++) {
		uint8_t c = in.at[i];
		if (c == '>')
			return i + 1;
		if (c != '"' && c != '\'')
			continue;
		const uint8_t *end = memchr(in.at + i + 1, c, in.len - i - 1);
		if (!end)
			return 0;
		i = (size_t)(end - in.at);
	}
	return 0;
}

/* A name without its prefix; one that is none of a namespace as it stands, as libxml2 has it. */
static struct slice local_name(struct slice tag)
{
	size_t len = 0, colon = SIZE_MAX;
	for (; len < tag.len && tag.at[len] > ' ' && tag.at[len] != '/' && tag.at[len] != '>'; len++)
		if (tag.at[len] == ':' && colon == SIZE_MAX)
			colon = len;
	uint8_t next = colon > 0 && colon < len - 1 ? tag.at[colon + 1] : 0;
	bool prefix = ((next | 32) >= 'a' && (next | 32) <= 'z') || next == '_' || next >= 0x80;
	return prefix ? slice_part(tag, colon + 1, len - colon - 1) : slice_part(tag, 0, len);
}

struct skimming {
	struct part *part;
	struct window window;
	struct buffer code; /* a character that stood as its number */
	size_t depth, roots;
};

static bool numbered(struct skimming *s, struct slice name)
{
	bool hex = name.len > 1 && name.at[1] == 'x';
	uint32_t code = 0;
	if (name.len < (hex ? 3u : 2u) || name.at[0] != '#')
		return false;
	for (size_t i = hex ? 2 : 1; i < name.len; i++) {
		uint8_t c = name.at[i], low = c | 32;
		uint32_t digit = c >= '0' && c <= '9' ? c - '0' + 0u : hex && low >= 'a' && low <= 'f' ? low - 'a' + 10u : 99;
		if (digit == 99 || code > 0x10FFFF)
			return false;
		code = code * (hex ? 16 : 10) + digit;
	}
	buffer_clear(&s->code);
	utf8_put(&s->code, code);
	s->part->text(s->part, buffer_slice(&s->code));
	return buffer_ok(&s->code);
}

static bool reference(struct skimming *s, struct slice name)
{
	static const struct {
		struct slice name;
		const char *text;
	} five[] = {{{(const uint8_t *)"amp", 3}, "&"}, {{(const uint8_t *)"lt", 2}, "<"}, {{(const uint8_t *)"gt", 2}, ">"},
	            {{(const uint8_t *)"quot", 4}, "\""}, {{(const uint8_t *)"apos", 4}, "'"}};
	for (size_t i = 0; i < sizeof five / sizeof five[0]; i++)
		if (slice_equal(name, five[i].name)) {
			s->part->text(s->part, slice_str(five[i].text));
			return true;
		}
	return numbered(s, name);
}

static bool skim_text(struct skimming *s, struct slice text)
{
	while (text.len) {
		const uint8_t *mark = memchr(text.at, '&', text.len);
		size_t plain = mark ? (size_t)(mark - text.at) : text.len;
		if (plain)
			s->part->text(s->part, slice_part(text, 0, plain));
		if (!mark)
			return true;
		struct slice name = slice_part(text, plain + 1, text.len);
		size_t end = slice_find(slice_part(name, 0, 12), SLICE(";"));
		if (end == SIZE_MAX || !reference(s, slice_part(name, 0, end)))
			return false;
		text = slice_part(name, end + 1, name.len);
	}
	return true;
}

static void end_element(struct skimming *s, struct slice name)
{
	s->depth--;
	if (s->part->end)
		s->part->end(s->part, name);
}

static bool skim_tag(struct skimming *s)
{
	size_t len;
	while ((len = tag_length(rest(&s->window))) == 0)
		if (!much_more(&s->window))
			return false;
	struct slice tag = slice_part(rest(&s->window), 1, len - 2);
	s->window.at += len;
	bool end = tag.len && tag.at[0] == '/', empty = !end && tag.len && tag.at[tag.len - 1] == '/';
	struct slice name = local_name(slice_part(tag, end, tag.len));
	if (name.len == 0 || (end && s->depth == 0))
		return false;
	if (!end) {
		s->roots += s->depth++ == 0;
		s->part->element(s->part, name, NULL, NULL, 0);
	}
	if (end || empty)
		end_element(s, name);
	return !s->part->broken;
}

/* Comments and instructions show nothing; a document type ends the reading. */
static bool skim_markup(struct skimming *s)
{
	static const struct {
		struct slice begin, end;
	} kinds[] = {{{(const uint8_t *)"<?", 2}, {(const uint8_t *)"?>", 2}}, {{(const uint8_t *)"<!--", 4}, {(const uint8_t *)"-->", 3}},
	             {{(const uint8_t *)"<![CDATA[", 9}, {(const uint8_t *)"]]>", 3}}};
	while (rest(&s->window).len < 9 && more(&s->window))
		;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (!slice_starts(rest(&s->window), kinds[i].begin))
			continue;
		size_t len = length_to(&s->window, kinds[i].begin.len, kinds[i].end);
		if (len == SIZE_MAX)
			return false;
		if (i == 2)
			s->part->text(s->part, slice_part(rest(&s->window), kinds[i].begin.len, len - kinds[i].begin.len));
		s->window.at += len + kinds[i].end.len;
		return true;
	}
	return false;
}

static bool skim_one(struct skimming *s)
{
	struct window *w = &s->window;
	struct slice here = rest(w);
	if (here.at[0] != '<') {
		size_t len = length_to(w, 0, SLICE("<"));
		struct slice text = slice_part(rest(w), 0, len);
		w->at += text.len;
		return s->depth == 0 || (len != SIZE_MAX && skim_text(s, text));
	}
	if (here.len < 2 && more(w))
		here = rest(w);
	bool markup = here.len > 1 && (here.at[1] == '!' || here.at[1] == '?');
	return markup ? skim_markup(s) : skim_tag(s);
}

bool xml_skim(struct part *part, struct feed *feed)
{
	struct skimming s = {.part = part, .window = {.feed = feed}};
	buffer_init(&s.code, 16);
	bool fine = more(&s.window);
	while (fine && (s.window.at < s.window.len || more(&s.window)))
		fine = skim_one(&s);
	free(s.window.bytes);
	buffer_done(&s.code);
	return (fine && !feed->broken && s.depth == 0 && s.roots == 1) ||
	       look_unreadable(part->look, "%s: not well-formed", part->name);
}
