/* Wrapped lines as one sentence.  Japanese is joined without a space; between
 * two Latin letters or digits a space is set back, unless the whole text shows
 * that the two halves are one word. */
#include "policy/import/internal.h"

#include "base/text.h"

static bool is_word_byte(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static struct slice word_at_end(struct slice text)
{
	size_t n = 0;
	while (n < text.len && is_word_byte(text.at[text.len - 1 - n]))
		n++;
	return slice_part(text, text.len - n, n);
}

static struct slice word_at_start(struct slice text)
{
	size_t n = 0;
	while (n < text.len && is_word_byte(text.at[n]))
		n++;
	return slice_part(text, 0, n);
}

/* the word stands in the text by itself */
static bool has_word(struct slice text, struct slice word)
{
	while (text.len >= word.len) {
		size_t at = slice_find(text, word);
		if (at == SIZE_MAX)
			return false;
		bool left = at > 0 && is_word_byte(text.at[at - 1]);
		bool right = at + word.len < text.len && is_word_byte(text.at[at + word.len]);
		if (!left && !right)
			return true;
		text = slice_part(text, at + 1, text.len);
	}
	return false;
}

static bool one_word(struct slice left, struct slice right, struct slice whole, size_t *fuel)
{
	uint8_t both[64];
	if (left.len + right.len > sizeof both || whole.len > *fuel)
		return false;
	*fuel -= whole.len;
	memcpy(both, left.at, left.len);
	memcpy(both + left.len, right.at, right.len);
	return has_word(whole, slice_of(both, left.len + right.len));
}

static void put_piece(struct buffer *out, struct slice text, struct slice whole, size_t *fuel)
{
	struct slice left = word_at_end(buffer_slice(out)), right = word_at_start(text);
	if (left.len && right.len && !one_word(left, right, whole, fuel))
		buffer_put_u8(out, ' ');
	buffer_put_slice(out, text);
}

/* Tabs and runs of blanks inside a line become one space. */
static void put_spaced(struct buffer *out, struct slice text)
{
	bool blank = false;
	for (size_t pos = 0; pos < text.len;) {
		size_t before = pos;
		int32_t c = utf8_next(text, &pos);
		bool space = c >= 0 && (is_blank((uint32_t)c) || c < ' ');
		bool unseen = c == 0xfeff || c == 0xad || (c >= 0x200b && c <= 0x200f);
		if (unseen)
			continue;
		if (!space) {
			if (blank)
				buffer_put_u8(out, ' ');
			uint32_t same = radical_as_kanji(c < 0 ? 0xfffd : (uint32_t)c);
			if (c < 0 || same != (uint32_t)c)
				utf8_put(out, same);
			else
				buffer_put_slice(out, slice_part(text, before, pos - before));
		}
		blank = space;
	}
}

const char *join_pieces(const struct piece *first, struct slice whole, size_t *fuel,
                        struct arena *arena)
{
	struct buffer joined, spaced;
	if (!first)
		return "";
	buffer_init(&joined, IMPORT_BYTES + 1024);
	buffer_init(&spaced, IMPORT_BYTES + 1024);
	for (const struct piece *p = first; p; p = p->next)
		put_piece(&joined, p->text, whole, fuel);
	put_spaced(&spaced, buffer_slice(&joined));
	bool good = buffer_ok(&joined) && buffer_ok(&spaced);
	const char *text = good ? arena_string(arena, buffer_slice(&spaced)) : NULL;
	buffer_done(&joined);
	buffer_done(&spaced);
	return text;
}
