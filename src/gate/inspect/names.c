/* What the tables say of a name, worked out once for each spelling.
 *
 * A document repeats few names many times, and each would be compared with hundreds of words. */
#include "gate/inspect/names.h"

#include "gate/inspect/look.h"

enum { PLACES = 512, TRIES = 8, NAME_MOST = 46 };

struct known_name {
	uint64_t bits;
	uint8_t len, name[NAME_MOST]; /* len 0: nothing stands here */
};

struct names {
	names_judge *judge;
	struct names *next; /* of another table */
	struct known_name places[PLACES];
};

static struct names *table_of(struct look *look, names_judge *judge)
{
	for (struct names *n = *look->names; n; n = n->next)
		if (n->judge == judge)
			return n;
	struct names *made = ARENA_NEW(look->arena, struct names);
	if (!made)
		return NULL;
	made->judge = judge;
	made->next = *look->names;
	return *look->names = made;
}

uint64_t names_bits(struct look *look, names_judge *judge, struct slice name)
{
	struct names *table = name.len && name.len <= NAME_MOST ? table_of(look, judge) : NULL;
	uint32_t h = 2166136261u;
	if (!table)
		return judge(name);
	for (size_t i = 0; i < name.len; i++)
		h = (h ^ name.at[i]) * 16777619u;
	struct known_name *known = NULL;
	for (uint32_t i = 0; i < TRIES; i++) {
		known = &table->places[((h ^ h >> 16) + i) % PLACES];
		if (known->len == name.len && memcmp(known->name, name.at, name.len) == 0)
			return known->bits;
		if (known->len == 0)
			break;
	}
	known->bits = judge(name); /* where all are taken, the last gives way */
	known->len = (uint8_t)name.len;
	memcpy(known->name, name.at, name.len);
	return known->bits;
}

/* Letters of ASCII are one in both sizes. */
static bool same(const char *a, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t x = (uint8_t)a[i], y = b[i];
		bool alike = x == y || ((x ^ y) == 0x20 && (x | 0x20) >= 'a' && (x | 0x20) <= 'z');
		if (!alike)
			return false;
	}
	return true;
}

bool words_have(const char *words, struct slice word)
{
	for (const char *at = words; word.len && *at;) {
		const char *end = strchrnul(at, ' ');
		if ((size_t)(end - at) == word.len && same(at, word.at, word.len))
			return true;
		at = end + (*end == ' ');
	}
	return false;
}
