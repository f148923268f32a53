/* A walk with a stack of its own: what is open, and the last key seen there.
 * It keeps nothing but slices of the text, so that a verification reads an
 * entry faster than it hashes it.                                           */
#include "ledger/canon.h"

#include "base/buffer.h"
#include "base/number.h"
#include "base/text.h"

struct level {
	uint8_t close; /* '}' or ']' */
	struct slice key;
};

/* ---- strings ------------------------------------------------------------- */

enum byte_kind { PLAIN = 0, ENDS, ESCAPES, NEVER };

static enum byte_kind kind_of(uint8_t byte)
{
	if (byte == '"')
		return ENDS;
	if (byte == '\\')
		return ESCAPES;
	return byte < 0x20 ? NEVER : PLAIN;
}

/* hex4 - four digits, capitals; -1 */
static int32_t hex4(struct slice digits)
{
	int32_t code = 0;
	for (size_t i = 0; i < digits.len; i++) {
		const char *at = memchr("0123456789ABCDEF", digits.at[i], 16);
		if (!at)
			return -1;
		code = code << 4 | (int32_t)(at - "0123456789ABCDEF");
	}
	return digits.len == 4 ? code : -1;
}

static const char short_escapes[] = "\"\\nrtbf";
static const char short_meaning[] = "\"\\\n\r\t\b\f";

/* Only what has no other spelling is written as \uXXXX. */
static bool needs_u(int32_t code)
{
	return code > 0 && code < 0x20 && !memchr(short_meaning, code, sizeof short_meaning - 1);
}

/* take_escape - after the backslash; the code point it stands for */
static uint32_t take_escape(struct cursor *c)
{
	uint8_t letter = cursor_take_u8(c);
	const char *at = letter ? memchr(short_escapes, letter, sizeof short_escapes - 1) : NULL;
	if (at)
		return (uint8_t)short_meaning[at - short_escapes];
	int32_t code = letter == 'u' ? hex4(cursor_take(c, 4)) : -1;
	if (!needs_u(code))
		cursor_fail(c);
	return code < 0 ? 0 : (uint32_t)code;
}

/* plain_run - length of what needs no second look */
static size_t plain_run(struct slice rest)
{
	size_t len = 0;
	while (len < rest.len && kind_of(rest.at[len]) == PLAIN)
		len++;
	return len;
}

static struct slice rest_of(const struct cursor *c)
{
	return slice_part(c->bytes, c->pos, cursor_left(c));
}

/* take_string - with quotes; decoded is nullable */
static struct slice take_string(struct cursor *c, struct buffer *decoded, bool *escaped)
{
	size_t begin = c->pos;
	*escaped = false;
	if (cursor_take_u8(c) != '"')
		cursor_fail(c);
	while (cursor_ok(c)) {
		struct slice run = cursor_take(c, plain_run(rest_of(c)));
		if (decoded)
			buffer_put_slice(decoded, run);
		enum byte_kind kind = kind_of(cursor_take_u8(c));
		if (kind == ENDS)
			return slice_part(c->bytes, begin, c->pos - begin);
		if (kind != ESCAPES)
			cursor_fail(c);
		*escaped = true;
		uint32_t code = cursor_ok(c) ? take_escape(c) : 0;
		if (decoded)
			utf8_put(decoded, code);
	}
	return (struct slice){0};
}

struct slice canon_take_text(struct cursor *c, struct arena *arena)
{
	struct cursor begin = *c;
	struct buffer decoded;
	bool escaped = false;
	struct slice raw = take_string(c, NULL, &escaped);
	if (!cursor_ok(c))
		return (struct slice){0};
	if (!escaped)
		return slice_part(raw, 1, raw.len - 2);
	buffer_init(&decoded, raw.len);
	take_string(&begin, &decoded, &escaped);
	struct slice copy = buffer_ok(&decoded) ? arena_copy(arena, buffer_slice(&decoded))
	                                        : (struct slice){0};
	buffer_done(&decoded);
	if (!copy.at)
		cursor_fail(c);
	return copy;
}

/* ---- other scalars ------------------------------------------------------- */

int64_t canon_take_i64(struct cursor *c)
{
	struct slice rest = rest_of(c);
	size_t len = 0;
	int64_t value = 0;
	while (len < rest.len && len < 21 && (rest.at[len] == '-' || (rest.at[len] >= '0' && rest.at[len] <= '9')))
		len++;
	struct slice digits = cursor_take(c, len);
	bool zero_first = (digits.len > 1 && digits.at[0] == '0') || slice_starts(digits, SLICE("-0"));
	if (zero_first || !number_parse_i64(digits, &value)) {
		cursor_fail(c);
		return 0;
	}
	return value;
}

static void take_scalar(struct cursor *c)
{
	bool escaped;
	int first = cursor_peek_u8(c);
	if (first == '"')
		take_string(c, NULL, &escaped);
	else if (first == '-' || (first >= '0' && first <= '9'))
		canon_take_i64(c);
	else if (!cursor_literal(c, SLICE("true")) && !cursor_literal(c, SLICE("false")) &&
	         !cursor_literal(c, SLICE("null")))
		cursor_fail(c);
}

/* ---- objects and arrays -------------------------------------------------- */

static void take_key(struct cursor *c, struct level *level)
{
	bool escaped = false;
	struct slice raw = take_string(c, NULL, &escaped);
	struct slice key = cursor_ok(c) ? slice_part(raw, 1, raw.len - 2) : (struct slice){0};
	bool first = level->key.at == NULL;
	if (escaped || cursor_take_u8(c) != ':' || (!first && slice_compare(level->key, key) >= 0))
		cursor_fail(c);
	level->key = key;
}

/* open_value - true if it opened something that has members */
static bool open_value(struct cursor *c, struct level *level)
{
	int first = cursor_peek_u8(c);
	if (first != '{' && first != '[') {
		take_scalar(c);
		return false;
	}
	cursor_take_u8(c);
	*level = (struct level){.close = first == '{' ? '}' : ']'};
	if (cursor_peek_u8(c) == level->close) {
		cursor_take_u8(c);
		return false;
	}
	if (first == '{')
		take_key(c, level);
	return true;
}

/* close_value - after a value: true if another follows in the same level */
static bool close_value(struct cursor *c, struct level *level)
{
	uint8_t byte = cursor_take_u8(c);
	if (byte == level->close)
		return false;
	if (byte != ',')
		cursor_fail(c);
	else if (level->close == '}')
		take_key(c, level);
	return true;
}

struct slice canon_take(struct cursor *c)
{
	struct level levels[CANON_DEPTH + 1]; /* the last only for scalars */
	size_t depth = 0, begin = c->pos;
	while (cursor_ok(c)) {
		int first = cursor_peek_u8(c);
		if (depth == CANON_DEPTH && (first == '{' || first == '['))
			cursor_fail(c);
		if (open_value(c, &levels[depth])) {
			depth++;
			continue;
		}
		while (depth && cursor_ok(c) && !close_value(c, &levels[depth - 1]))
			depth--;
		if (depth == 0)
			break;
	}
	return cursor_ok(c) ? slice_part(c->bytes, begin, c->pos - begin) : (struct slice){0};
}

struct result canon_check(struct slice text, struct why *why)
{
	struct cursor c = cursor_of(text, NULL);
	if (!utf8_valid(text))
		return fail(why, E_INPUT, "json", "it is not UTF-8");
	bool object = cursor_peek_u8(&c) == '{';
	canon_take(&c);
	if (!object || !cursor_ok(&c) || cursor_left(&c))
		return fail(why, E_INPUT, "json", "it is not one canonical JSON object, from byte %zu on", c.pos);
	return ok();
}
