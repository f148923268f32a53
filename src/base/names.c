/* One safe, right file name out of what a stranger wrote.
 *
 * The name becomes a path on Windows, macOS and Linux sooner or later, and a
 * word on a page at once.  So: last component only, nothing invisible, NFC, no
 * mark that Windows reserves, no device, no edge dots, a length that fits.
 * The steps are in this order because each may make work for a later one.   */
#include "base/text.h"

#include "base/tables.h"

#include <stdio.h>

enum { NAME_BYTES = 255, NAME_CHARACTERS = 120 };

struct range {
	uint32_t from, to;
};

/* Controls, marks of direction, zero width, line separators, tags, noncharacters.
 * Variation selectors stay: 葛󠄀 is written with one. */
static const struct range invisible[] = {
	{0x0000, 0x001F}, {0x007F, 0x009F}, {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C},
	{0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180E, 0x180E}, {0x200B, 0x200F}, {0x2028, 0x202E},
	{0x2060, 0x206F}, {0x3164, 0x3164}, {0xFDD0, 0xFDEF}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0},
	{0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0xE00FF},
};

static bool is_invisible(uint32_t code)
{
	if ((code & 0xFFFE) == 0xFFFE)
		return true;
	for (size_t i = 0; i < sizeof invisible / sizeof *invisible; i++)
		if (code >= invisible[i].from && code <= invisible[i].to)
			return true;
	return false;
}

/* No UTF-8 trail byte is an ASCII mark, so bytes are enough here. */
static struct slice last_component(struct slice name, unsigned *faults)
{
	size_t from = 0;
	for (size_t i = 0; i < name.len; i++)
		if (name.at[i] == '/' || name.at[i] == '\\')
			from = i + 1;
	struct slice last = slice_part(name, from, name.len);
	if (last.len >= 2 && last.at[1] == ':' && ((last.at[0] | 32) >= 'a' && (last.at[0] | 32) <= 'z')) {
		last = slice_part(last, 2, last.len);
		from = 1;
	}
	if (from || slice_is(last, "..") || slice_is(last, "."))
		*faults |= NAME_PATH;
	return last;
}

static void drop_invisible(struct slice name, struct buffer *out, unsigned *faults)
{
	size_t pos = 0;
	for (int32_t code; (code = utf8_next(name, &pos)) != -1;) {
		if (code == -2 || is_invisible((uint32_t)code))
			*faults |= NAME_CONTROL;
		else
			utf8_put(out, (uint32_t)code);
	}
}

/* Reserved marks become the full-width character that looks the same. */
static void widen_reserved(struct slice name, struct buffer *out, unsigned *faults)
{
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.at[i];
		if (c < 0x80 && c && strchr("\\/:*?\"<>|", c)) {
			utf8_put(out, c + 0xFEE0u);
			*faults |= NAME_RESERVED;
			continue;
		}
		buffer_put_u8(out, c);
	}
}

static bool is_edge(uint32_t code)
{
	return code == '.' || code == ' ' || code == 0xA0 || code == 0x3000 ||
	       (code >= 0x2000 && code <= 0x200A) || code == 0x202F || code == 0x205F || code == 0x1680;
}

static struct slice trim(struct slice name, unsigned *faults)
{
	size_t pos = 0, from = 0, to = 0;
	bool started = false;
	for (size_t at = 0;; at = pos) {
		int32_t code = utf8_next(name, &pos);
		if (code == -1)
			break;
		if (is_edge((uint32_t)code))
			continue;
		from = started ? from : at;
		started = true;
		to = pos;
	}
	if (!started)
		from = to = 0;
	if (to - from != name.len)
		*faults |= NAME_EDGE;
	return slice_part(name, from, to - from);
}

static uint8_t upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - 32) : c;
}

static bool same_word(struct slice a, const char *word)
{
	size_t i = 0;
	for (; i < a.len && word[i]; i++)
		if (upper(a.at[i]) != upper((uint8_t)word[i]))
			return false;
	return i == a.len && !word[i];
}

/* Is text one of the blank-separated words of list, whatever its case? */
static bool in_list(struct slice text, const char *list)
{
	while (*list) {
		char word[16];
		size_t len = strcspn(list, " ");
		snprintf(word, sizeof word, "%.*s", (int)len, list);
		if (same_word(text, word))
			return true;
		list += len + (list[len] == ' ');
	}
	return false;
}

/* Windows looks at what stands before the first dot, blanks at its end aside;
 * the superscript digits 1 to 3 count as digits there. */
static bool is_device(struct slice name)
{
	static const char *const plain = "con prn aux nul conin$ conout$ clock$";
	size_t len = 0;
	while (len < name.len && name.at[len] != '.')
		len++;
	while (len > 0 && name.at[len - 1] == ' ')
		len--;
	struct slice stem = slice_part(name, 0, len);
	if (in_list(stem, plain))
		return true;
	struct slice digit = slice_part(stem, 3, stem.len);
	if (!in_list(slice_part(stem, 0, 3), "com lpt"))
		return false;
	return (digit.len == 1 && digit.at[0] >= '0' && digit.at[0] <= '9') || slice_is(digit, "\u00B9") ||
	       slice_is(digit, "\u00B2") || slice_is(digit, "\u00B3");
}

/* Where the last ending begins (its dot), or len; of a path, that of its last name. */
static size_t ending_at(struct slice name)
{
	for (size_t i = name.len; i > 0 && name.at[i - 1] != '/'; i--)
		if (name.at[i - 1] == '.')
			return i - 1;
	return name.len;
}

void name_ending(struct slice name, char out[16])
{
	struct slice ending = slice_part(name, ending_at(name) + 1, name.len);
	out[0] = 0;
	if (ending.len == 0 || ending.len > 15)
		return;
	for (size_t i = 0; i < ending.len; i++) {
		uint8_t c = ending.at[i];
		if (c <= ' ' || c >= 0x7F) {
			out[0] = 0;
			return;
		}
		out[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	out[ending.len] = 0;
}

static bool is_double(struct slice name)
{
	static const char *const runs =
		"exe scr com bat cmd pif js jse vbs vbe wsf wsh hta lnk url msi msc ps1 jar cpl reg iso img vhd";
	static const char *const reads =
		"pdf doc docx docm xls xlsx xlsm ppt pptx rtf txt csv jpg jpeg png gif bmp tif tiff webp jp2 "
		"htm html zip eml jtd odt ods mp3 mp4";
	char last[16], before[16];
	name_ending(name, last);
	name_ending(trim(slice_part(name, 0, ending_at(name)), &(unsigned){0}), before);
	return in_list(slice_str(last), runs) && in_list(slice_str(before), reads);
}

static bool joins(uint32_t code)
{
	return (code >= 0x300 && code <= 0x36F) || code == 0x3099 || code == 0x309A ||
	       (code >= 0xFE00 && code <= 0xFE0F) || (code >= 0xE0100 && code <= 0xE01EF);
}

/* The beginning that fits, never between a character and what joins to it. */
static struct slice fitting(struct slice stem, size_t bytes, size_t characters)
{
	size_t pos = 0, cut = 0;
	for (size_t count = 0;; count++) {
		size_t at = pos;
		int32_t code = utf8_next(stem, &pos);
		if (code == -1)
			return at <= bytes && count <= characters ? stem : slice_part(stem, 0, cut);
		if (at > bytes || count > characters)
			return slice_part(stem, 0, cut);
		if (!joins((uint32_t)code))
			cut = at;
	}
}

/* A device may appear only now: "CON", two hundred blanks, "x.pdf". */
static void shorten(struct slice name, struct buffer *out, unsigned *faults)
{
	char ending[16];
	if (name.len <= NAME_BYTES && utf8_length(name) <= NAME_CHARACTERS) {
		buffer_put_slice(out, name);
		return;
	}
	*faults |= NAME_LONG;
	name_ending(name, ending);
	size_t kept = ending[0] ? strlen(ending) + 1 : 0;
	struct slice tail = slice_part(name, name.len - kept, kept);
	struct slice stem = fitting(slice_part(name, 0, name.len - kept), NAME_BYTES - kept - 1,
	                            NAME_CHARACTERS - kept - 1);
	stem = trim(stem, &(unsigned){0});
	if (is_device(stem)) {
		*faults |= NAME_DEVICE;
		buffer_put_u8(out, '_');
	}
	buffer_put_slice(out, stem.len ? stem : SLICE("名称なし"));
	buffer_put_slice(out, tail);
}

const char *name_with_ending(struct slice name, const char *ending, struct arena *arena)
{
	char now[16];
	struct buffer AUTO(buffer_done) made = {0}, fits = {0};
	name_ending(name, now);
	if (!ending[0] || strcmp(now, ending) == 0)
		return arena_string(arena, name);
	size_t stem = name.len - (now[0] ? strlen(now) + 1 : 0), folder = stem;
	while (folder > 0 && name.at[folder - 1] != '/')
		folder--;
	buffer_init(&made, name.len + 32);
	buffer_init(&fits, name.len + 64);
	buffer_put_slice(&made, slice_part(name, folder, stem - folder));
	buffer_printf(&made, ".%s", ending);
	buffer_put_slice(&fits, slice_part(name, 0, folder));
	shorten(buffer_slice(&made), &fits, &(unsigned){0});
	return buffer_ok(&made) && buffer_ok(&fits) ? arena_string(arena, buffer_slice(&fits)) : NULL;
}

/* Everything but the length; the two buffers take turns. */
static struct slice clean(struct slice name, struct buffer *a, struct buffer *b, unsigned *faults)
{
	drop_invisible(last_component(name, faults), a, faults);
	nfc(buffer_slice(a), b);
	if (!slice_equal(buffer_slice(a), buffer_slice(b)))
		*faults |= NAME_COMPOSED;
	buffer_clear(a);
	widen_reserved(buffer_slice(b), a, faults);
	buffer_clear(b);
	struct slice trimmed = trim(buffer_slice(a), faults);
	if (is_device(trimmed)) {
		*faults |= NAME_DEVICE;
		buffer_put_u8(b, '_');
	}
	if (is_double(trimmed))
		*faults |= NAME_DOUBLE;
	buffer_put_slice(b, trimmed);
	return buffer_slice(b);
}

unsigned safe_name(struct slice name, struct buffer *out)
{
	unsigned faults = NAME_OK;
	struct buffer a, b;
	size_t ceiling = name.len > SIZE_MAX / 16 ? SIZE_MAX / 2 : name.len * 4 + 64;
	buffer_init(&a, ceiling);
	buffer_init(&b, ceiling);
	buffer_clear(out);
	struct slice fit = clean(name, &a, &b, &faults);
	if (buffer_ok(&a) && buffer_ok(&b))
		shorten(fit, out, &faults);
	if (out->len == 0) {
		faults |= NAME_EMPTY;
		buffer_put_str(out, "名称なし");
	}
	buffer_done(&a);
	buffer_done(&b);
	return faults;
}
