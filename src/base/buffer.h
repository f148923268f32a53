/* base/buffer.h - a growing byte string, born with its maximum
 *
 * Failure is sticky: after the ceiling or a failed allocation every further
 * write is ignored and buffer_ok says false.  Check once, at the end.
 */
#ifndef SEKISHO_BASE_BUFFER_H
#define SEKISHO_BASE_BUFFER_H

#include "base/slice.h"

struct buffer {
	uint8_t *at;
	size_t len;
	size_t room;
	size_t ceiling;
	bool failed;
};

void buffer_init(struct buffer *b, size_t ceiling);
/* buffer_done - frees; the buffer is empty and may be initialised again */
void buffer_done(struct buffer *b);
/* buffer_clear - keeps memory and ceiling, forgets content and failure */
void buffer_clear(struct buffer *b);
bool buffer_ok(const struct buffer *b);
struct slice buffer_slice(const struct buffer *b);
/* buffer_cstr - NUL-terminated view; "" if nothing was ever written or it failed */
const char *buffer_cstr(struct buffer *b);

void buffer_put(struct buffer *b, const void *bytes, size_t len);
void buffer_put_slice(struct buffer *b, struct slice bytes);
void buffer_put_str(struct buffer *b, const char *text);
void buffer_put_u8(struct buffer *b, uint8_t v);
void buffer_put_le16(struct buffer *b, uint16_t v);
void buffer_put_le32(struct buffer *b, uint32_t v);
void buffer_put_le64(struct buffer *b, uint64_t v);
void buffer_put_be32(struct buffer *b, uint32_t v);
void buffer_put_be64(struct buffer *b, uint64_t v);
void buffer_printf(struct buffer *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* buffer_reserve - room for len more bytes at the returned place, not yet
 * counted; NULL (and sticky failure) at the ceiling.  Then buffer_commit. */
uint8_t *buffer_reserve(struct buffer *b, size_t len);
void buffer_commit(struct buffer *b, size_t len);

/* buffer_json_str - a JSON string with its quotes; control characters, quote,
 * backslash and U+2028/9 escaped; bytes that are not UTF-8 become U+FFFD  */
void buffer_json_str(struct buffer *b, struct slice text);

#endif
