/* Growth doubles, from some megabytes on by a quarter and from many on by a sixteenth (the
 * kernel moves such pieces without copying them, and address space is what a worker runs
 * out of), bounded by the ceiling; one byte more is kept for a NUL.          */
#include "base/buffer.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { LARGE = 4 << 20, HUGE = 32 << 20 };

void buffer_init(struct buffer *b, size_t ceiling)
{
	*b = (struct buffer){.ceiling = ceiling};
}

void buffer_done(struct buffer *b)
{
	free(b->at);
	*b = (struct buffer){.ceiling = b->ceiling};
}

void buffer_clear(struct buffer *b)
{
	b->len = 0;
	b->failed = false;
}

bool buffer_ok(const struct buffer *b)
{
	return !b->failed;
}

struct slice buffer_slice(const struct buffer *b)
{
	return (struct slice){b->at, b->len};
}

const char *buffer_cstr(struct buffer *b)
{
	if (b->failed || !b->at)
		return "";
	b->at[b->len] = 0;
	return (const char *)b->at;
}

uint8_t *buffer_reserve(struct buffer *b, size_t len)
{
	if (b->failed || len > b->ceiling - b->len) {
		b->failed = true;
		return NULL;
	}
	if (b->at && len <= b->room - b->len)
		return b->at + b->len;
	size_t room = b->room ? b->room : 256;
	while (room < b->len + len) {
		size_t more = room < LARGE ? room : room < HUGE ? room / 4 : room / 16;
		room = more > b->ceiling - room ? b->ceiling : room + more;
	}
	uint8_t *at = realloc(b->at, room + 1);
	if (!at) {
		b->failed = true;
		return NULL;
	}
	b->at = at;
	b->room = room;
	return b->at + b->len;
}

void buffer_commit(struct buffer *b, size_t len)
{
	if (!b->failed && len <= b->room - b->len)
		b->len += len;
}

void buffer_put(struct buffer *b, const void *bytes, size_t len)
{
	if (len == 0)
		return;
	uint8_t *to = buffer_reserve(b, len);
	if (!to)
		return;
	memcpy(to, bytes, len);
	b->len += len;
}

void buffer_put_slice(struct buffer *b, struct slice bytes)
{
	buffer_put(b, bytes.at, bytes.len);
}

void buffer_put_str(struct buffer *b, const char *text)
{
	buffer_put(b, text, strlen(text));
}

void buffer_put_u8(struct buffer *b, uint8_t v)
{
	buffer_put(b, &v, 1);
}

static void put_le(struct buffer *b, uint64_t v, size_t len)
{
	uint8_t bytes[8];
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(v >> (8 * i));
	buffer_put(b, bytes, len);
}

static void put_be(struct buffer *b, uint64_t v, size_t len)
{
	uint8_t bytes[8];
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(v >> (8 * (len - 1 - i)));
	buffer_put(b, bytes, len);
}

void buffer_put_le16(struct buffer *b, uint16_t v) { put_le(b, v, 2); }
void buffer_put_le32(struct buffer *b, uint32_t v) { put_le(b, v, 4); }
void buffer_put_le64(struct buffer *b, uint64_t v) { put_le(b, v, 8); }
void buffer_put_be32(struct buffer *b, uint32_t v) { put_be(b, v, 4); }
void buffer_put_be64(struct buffer *b, uint64_t v) { put_be(b, v, 8); }

void buffer_printf(struct buffer *b, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	uint8_t *to = len < 0 ? NULL : buffer_reserve(b, (size_t)len);
	if (to) {
		/* buffer_reserve keeps one byte more than its room for the NUL */
		vsnprintf((char *)to, (size_t)len + 1, format, again);
		b->len += (size_t)len;
	} else {
		b->failed = true;
	}
	va_end(again);
}

static void put_escaped(struct buffer *b, int32_t code)
{
	static const char *const named[] = {['"'] = "\\\"", ['\\'] = "\\\\", ['\n'] = "\\n",
	                                    ['\r'] = "\\r", ['\t'] = "\\t",  ['\b'] = "\\b",
	                                    ['\f'] = "\\f"};
	if (code <= '\\' && named[code])
		buffer_put_str(b, named[code]);
	else if (code < 0x20 || code == 0x7F || code == 0x2028 || code == 0x2029)
		buffer_printf(b, "\\u%04x", (unsigned)code);
	else
		utf8_put(b, (uint32_t)code);
}

void buffer_json_str(struct buffer *b, struct slice text)
{
	buffer_put_u8(b, '"');
	for (size_t pos = 0; pos < text.len;) {
		int32_t code = utf8_next(text, &pos);
		put_escaped(b, code < 0 ? 0xFFFD : code);
	}
	buffer_put_u8(b, '"');
}
