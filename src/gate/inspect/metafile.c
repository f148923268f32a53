/* Metafiles: orders that do more than draw are a finding.
 *
 * source  MS-EMF 2.3; MS-WMF 2.3.6 (escapes)                                 */
#include "gate/inspect/look.h"

#include "base/cursor.h"

enum { COMMENT = 70, LAST = 14, ESCAPE = 0x0626, HEADER_WORDS = 9 };

static bool enhanced(struct look *look, const char *where, struct cursor *c)
{
	uint32_t type = 0;
	while (type != LAST) {
		type = cursor_take_le32(c);
		uint32_t len = cursor_take_le32(c);
		cursor_skip(c, len < 8 ? SIZE_MAX : len - 8);
		if (!cursor_ok(c))
			return look_unreadable(look, "%s: a broken metafile", where);
		/* comments carry whole other programs' orders; 105, 106: escapes; 102, 103: OpenGL */
		if (type == COMMENT || type == 102 || type == 103 || type == 105 || type == 106)
			look_find(look, "metafile-order", "%s order %u", where, type);
	}
	return look_ended(look, c);
}

static bool windows(struct look *look, const char *where, struct cursor *c)
{
	uint16_t function = 1;
	cursor_skip(c, HEADER_WORDS * 2);
	while (function != 0) {
		uint32_t words = cursor_take_le32(c);
		function = cursor_take_le16(c);
		cursor_skip(c, words < 3 || words > UINT32_MAX / 2 ? SIZE_MAX : words * 2 - 6);
		if (!cursor_ok(c))
			return look_unreadable(look, "%s: a broken metafile", where);
		if (function == ESCAPE)
			look_find(look, "metafile-order", "%s escape", where);
	}
	return look_ended(look, c);
}

bool metafile_look(struct look *look, const char *where, struct slice in)
{
	if (slice_starts(in, SLICE("\xD7\xCD\xC6\x9A"))) /* placeable: a header of 22 bytes before the rest */
		in = slice_part(in, 22, in.len);
	struct cursor c = cursor_of(in, NULL);
	bool wide = in.len > 44 && memcmp(in.at + 40, " EMF", 4) == 0;
	return wide ? enhanced(look, where, &c) : windows(look, where, &c);
}
