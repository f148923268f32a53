/* Interned words: equal text is one pointer, so that binding compares addresses.
 * Open addressing, doubled at half load; never shrinks, lives with the policy. */
#include "policy/ast.h"

struct words {
	struct arena *arena;
	const char **at;
	uint32_t *hash;
	size_t room, count;
};

enum { FIRST_ROOM = 512 };

static uint32_t hash_of(struct slice text)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < text.len; i++)
		h = (h ^ text.at[i]) * 16777619u;
	return h;
}

static bool make_room(struct words *words, size_t room)
{
	const char **at = ARENA_ARRAY(words->arena, room, const char *);
	uint32_t *hash = ARENA_ARRAY(words->arena, room, uint32_t);
	if (!at || !hash)
		return false;
	for (size_t i = 0; i < words->room; i++) {
		if (!words->at[i])
			continue;
		size_t j = words->hash[i] & (room - 1);
		while (at[j])
			j = (j + 1) & (room - 1);
		at[j] = words->at[i];
		hash[j] = words->hash[i];
	}
	words->at = at;
	words->hash = hash;
	words->room = room;
	return true;
}

struct words *words_new(struct arena *arena)
{
	struct words *words = ARENA_NEW(arena, struct words);
	if (!words)
		return NULL;
	words->arena = arena;
	return make_room(words, FIRST_ROOM) ? words : NULL;
}

const char *words_find(const struct words *words, struct slice text)
{
	uint32_t h = hash_of(text);
	for (size_t i = h & (words->room - 1); words->at[i]; i = (i + 1) & (words->room - 1))
		if (words->hash[i] == h && slice_is(text, words->at[i]))
			return words->at[i];
	return NULL;
}

const char *words_intern(struct words *words, struct slice text)
{
	uint32_t h = hash_of(text);
	size_t i = h & (words->room - 1);
	for (; words->at[i]; i = (i + 1) & (words->room - 1))
		if (words->hash[i] == h && slice_is(text, words->at[i]))
			return words->at[i];
	const char *copy = arena_string(words->arena, text);
	if (!copy)
		return NULL;
	words->at[i] = copy;
	words->hash[i] = h;
	if (++words->count * 2 > words->room && !make_room(words, words->room * 2))
		return NULL;
	return copy;
}
