/* base/cursor.h - the bounded, sticky reader of strangers' bytes
 *
 * A cursor never reads past its end: such a take returns zero (or an empty
 * slice), moves nothing and marks the cursor failed for good.  Children are
 * cut from the parent and fail alone.  Work is paid from a shared fuel tank,
 * so that no input can make a reader run for long.
 */
#ifndef SEKISHO_BASE_CURSOR_H
#define SEKISHO_BASE_CURSOR_H

#include "base/slice.h"

struct cursor {
	struct slice bytes;
	size_t pos;
	uint64_t *fuel; /* nullable; one unit per take */
	bool failed;
};

struct cursor cursor_of(struct slice bytes, uint64_t *fuel);
bool cursor_ok(const struct cursor *c);
size_t cursor_left(const struct cursor *c);
/* cursor_fail - for a reader that finds nonsense */
void cursor_fail(struct cursor *c);
void cursor_seek(struct cursor *c, size_t pos);
void cursor_skip(struct cursor *c, size_t len);

uint8_t cursor_take_u8(struct cursor *c);
uint16_t cursor_take_le16(struct cursor *c);
uint32_t cursor_take_le32(struct cursor *c);
uint64_t cursor_take_le64(struct cursor *c);
uint16_t cursor_take_be16(struct cursor *c);
uint32_t cursor_take_be32(struct cursor *c);
uint64_t cursor_take_be64(struct cursor *c);
struct slice cursor_take(struct cursor *c, size_t len);
/* cursor_child - a cursor over the next len bytes, which are taken */
struct cursor cursor_child(struct cursor *c, size_t len);
/* cursor_peek_u8 - the next byte, or -1 at the end */
int cursor_peek_u8(const struct cursor *c);
/* cursor_literal - true, and taken, if the next bytes are these */
bool cursor_literal(struct cursor *c, struct slice text);
/* cursor_burn - pay for work; false and failed when the tank is empty */
bool cursor_burn(struct cursor *c, uint64_t units);

#endif
