/* base/slice.h - pointer and length travel together
 *
 * A slice borrows; it never owns and is never NUL-terminated.
 */
#ifndef SEKISHO_BASE_SLICE_H
#define SEKISHO_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const uint8_t *at;
	size_t len;
};

/* SLICE("literal") */
#define SLICE(literal) ((struct slice){(const uint8_t *)("" literal), sizeof(literal) - 1})
/* printf("%.*s", SLICE_ARG(s)) */
#define SLICE_ARG(s) ((s).len > 1000000 ? 1000000 : (int)(s).len), (const char *)(s).at

static inline struct slice slice_of(const void *at, size_t len)
{
	return (struct slice){at, len};
}

static inline struct slice slice_str(const char *text)
{
	return (struct slice){(const uint8_t *)text, text ? strlen(text) : 0};
}

static inline bool slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool slice_is(struct slice a, const char *text)
{
	return slice_equal(a, slice_str(text));
}

static inline bool slice_starts(struct slice a, struct slice prefix)
{
	return a.len >= prefix.len && (prefix.len == 0 || memcmp(a.at, prefix.at, prefix.len) == 0);
}

static inline bool slice_ends(struct slice a, struct slice suffix)
{
	return a.len >= suffix.len &&
	       (suffix.len == 0 || memcmp(a.at + (a.len - suffix.len), suffix.at, suffix.len) == 0);
}

/* slice_part - bytes [from, from+len) of a, clipped to a */
static inline struct slice slice_part(struct slice a, size_t from, size_t len)
{
	if (from > a.len)
		from = a.len;
	if (len > a.len - from)
		len = a.len - from;
	return (struct slice){a.at ? a.at + from : NULL, len};
}

/* slice_compare - <0, 0, >0 by bytes, shorter first on a tie */
int slice_compare(struct slice a, struct slice b);

/* slice_equal_nocase - ASCII letters only */
bool slice_equal_nocase(struct slice a, struct slice b);

/* slice_find - offset of the first occurrence, or SIZE_MAX */
size_t slice_find(struct slice hay, struct slice needle);

#endif
