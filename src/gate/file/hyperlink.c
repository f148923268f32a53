/* Hyperlink objects as doc, xls and ppt keep them.
 *
 * Allowed are a place inside the document and a URL moniker whose target the rule
 * of links lets through.  Files, items, composites and what nobody knows are not.
 * source  MS-OSHARED 2.3.7.1 (object), 2.3.7.6 (URL moniker)                  */
#include "gate/file/art.h"

#include "base/cursor.h"
#include "base/text.h"
#include "gate/file/links.h"

enum { HAS_MONIKER = 1, HAS_LOCATION = 8, HAS_DISPLAY = 0x10, HAS_GUID = 0x20, HAS_TIME = 0x40,
       HAS_FRAME = 0x80, AS_STRING = 0x100, FLAGS_KNOWN = 0x3FF };
static const uint8_t url_moniker[16] = "\xE0\xC9\xEA\x79\xF9\xBA\xCE\x11\x8C\x82\x00\xAA\x00\x4B\xA9\x0B";

static struct slice take_string(struct cursor *c)
{
	uint32_t units = cursor_take_le32(c);
	if (units > cursor_left(c) / 2)
		cursor_fail(c);
	return cursor_take(c, (size_t)units * 2);
}

/* UTF-16 up to its NUL, judged as a link. */
static bool target_safe(struct links *links, struct slice wide)
{
	struct buffer AUTO(buffer_done) text = {0};
	struct cursor c = cursor_of(wide, NULL);
	buffer_init(&text, 1 << 16);
	for (uint16_t unit; cursor_left(&c) >= 2 && (unit = cursor_take_le16(&c)) != 0;)
		utf8_put(&text, unit);
	return buffer_ok(&text) && link_allowed(links, buffer_slice(&text));
}

static bool moniker_safe(struct links *links, struct cursor *c)
{
	struct slice clsid = cursor_take(c, 16);
	if (clsid.len != 16 || memcmp(clsid.at, url_moniker, 16) != 0)
		return false;
	uint32_t bytes = cursor_take_le32(c);
	return target_safe(links, cursor_take(c, bytes)) && cursor_ok(c);
}

bool hyperlink_safe(struct links *links, struct slice object, size_t *used)
{
	struct cursor c = cursor_of(object, NULL);
	uint32_t version = cursor_take_le32(&c), flags = cursor_take_le32(&c);
	bool safe = version == 2 && (flags & ~(uint32_t)FLAGS_KNOWN) == 0;
	if (flags & HAS_DISPLAY)
		take_string(&c);
	if (flags & HAS_FRAME)
		take_string(&c);
	if (flags & HAS_MONIKER)
		safe = safe && (flags & AS_STRING ? target_safe(links, take_string(&c)) : moniker_safe(links, &c));
	if (flags & HAS_LOCATION)
		take_string(&c);
	cursor_skip(&c, flags & HAS_GUID ? 16 : 0);
	cursor_skip(&c, flags & HAS_TIME ? 8 : 0);
	if (used)
		*used = c.pos;
	return safe && cursor_ok(&c);
}
