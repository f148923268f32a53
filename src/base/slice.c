/* Comparison and search over slices. */
#include "base/slice.h"

int slice_compare(struct slice a, struct slice b)
{
	size_t shared = a.len < b.len ? a.len : b.len;
	int order = shared ? memcmp(a.at, b.at, shared) : 0;
	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

bool slice_equal_nocase(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	return true;
}

size_t slice_find(struct slice hay, struct slice needle)
{
	if (needle.len == 0)
		return 0;
	if (hay.len < needle.len)
		return SIZE_MAX;
	const uint8_t *hit = memmem(hay.at, hay.len, needle.at, needle.len);
	return hit ? (size_t)(hit - hay.at) : SIZE_MAX;
}
