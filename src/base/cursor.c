/* Every take goes through cursor_take, the one place that compares bounds. */
#include "base/cursor.h"

struct cursor cursor_of(struct slice bytes, uint64_t *fuel)
{
	return (struct cursor){.bytes = bytes, .fuel = fuel};
}

bool cursor_ok(const struct cursor *c)
{
	return !c->failed;
}

size_t cursor_left(const struct cursor *c)
{
	return c->failed ? 0 : c->bytes.len - c->pos;
}

void cursor_fail(struct cursor *c)
{
	c->failed = true;
}

bool cursor_burn(struct cursor *c, uint64_t units)
{
	if (!c->fuel)
		return !c->failed;
	if (*c->fuel < units) {
		*c->fuel = 0;
		c->failed = true;
		return false;
	}
	*c->fuel -= units;
	return !c->failed;
}

void cursor_seek(struct cursor *c, size_t pos)
{
	if (pos > c->bytes.len)
		c->failed = true;
	else
		c->pos = pos;
}

struct slice cursor_take(struct cursor *c, size_t len)
{
	if (!cursor_burn(c, 1) || len > c->bytes.len - c->pos) {
		c->failed = true;
		return slice_of(NULL, 0);
	}
	struct slice taken = slice_of(c->bytes.at ? c->bytes.at + c->pos : NULL, len);
	c->pos += len;
	return taken;
}

void cursor_skip(struct cursor *c, size_t len)
{
	(void)cursor_take(c, len);
}

struct cursor cursor_child(struct cursor *c, size_t len)
{
	struct cursor child = cursor_of(cursor_take(c, len), c->fuel);
	child.failed = c->failed;
	return child;
}

int cursor_peek_u8(const struct cursor *c)
{
	return cursor_left(c) ? c->bytes.at[c->pos] : -1;
}

bool cursor_literal(struct cursor *c, struct slice text)
{
	if (c->failed || text.len > c->bytes.len - c->pos ||
	    !slice_equal(slice_part(c->bytes, c->pos, text.len), text))
		return false;
	c->pos += text.len;
	return true;
}

static uint64_t take_le(struct cursor *c, size_t len)
{
	struct slice s = cursor_take(c, len);
	uint64_t v = 0;
	for (size_t i = s.len; i > 0; i--)
		v = v << 8 | s.at[i - 1];
	return v;
}

static uint64_t take_be(struct cursor *c, size_t len)
{
	struct slice s = cursor_take(c, len);
	uint64_t v = 0;
	for (size_t i = 0; i < s.len; i++)
		v = v << 8 | s.at[i];
	return v;
}

uint8_t cursor_take_u8(struct cursor *c) { return (uint8_t)take_le(c, 1); }
uint16_t cursor_take_le16(struct cursor *c) { return (uint16_t)take_le(c, 2); }
uint32_t cursor_take_le32(struct cursor *c) { return (uint32_t)take_le(c, 4); }
uint64_t cursor_take_le64(struct cursor *c) { return take_le(c, 8); }
uint16_t cursor_take_be16(struct cursor *c) { return (uint16_t)take_be(c, 2); }
uint32_t cursor_take_be32(struct cursor *c) { return (uint32_t)take_be(c, 4); }
uint64_t cursor_take_be64(struct cursor *c) { return take_be(c, 8); }
