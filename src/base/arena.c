/* An arena is a list of blocks, newest first.  Handing out is a bump; blocks
 * double up to a megabyte so that a small request costs one malloc.  Under
 * AddressSanitizer what has not been handed out is poisoned, with a gap after
 * each piece. */
#include "base/arena.h"

#include "base/checked.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(at, len) ASAN_POISON_MEMORY_REGION(at, len)
#define UNPOISON(at, len) ASAN_UNPOISON_MEMORY_REGION(at, len)
enum { GAP = 16 };
#else
#define POISON(at, len) ((void)(at), (void)(len))
#define UNPOISON(at, len) ((void)(at), (void)(len))
enum { GAP = 0 };
#endif

enum { ALIGN = 16, FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

struct block {
	struct block *next;
	size_t room;
	size_t used;
	_Alignas(ALIGN) uint8_t bytes[];
};

struct arena {
	struct block *blocks;
	size_t ceiling;
	size_t handed_out;
	size_t next_block;
};

struct arena *arena_new(size_t ceiling)
{
	struct arena *arena = calloc(1, sizeof *arena);
	if (!arena)
		return NULL;
	arena->ceiling = ceiling;
	arena->next_block = FIRST_BLOCK;
	return arena;
}

static void free_blocks(struct block *block)
{
	while (block) {
		struct block *next = block->next;
		UNPOISON(block->bytes, block->room);
		free(block);
		block = next;
	}
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	free_blocks(arena->blocks);
	free(arena);
}

void arena_drop(struct arena **arena)
{
	arena_free(*arena);
	*arena = NULL;
}

void arena_reset(struct arena *arena)
{
	struct block *keep = arena->blocks;
	if (keep) {
		free_blocks(keep->next);
		keep->next = NULL;
		keep->used = 0;
		POISON(keep->bytes, keep->room);
	}
	arena->handed_out = 0;
}

size_t arena_used(const struct arena *arena)
{
	return arena->handed_out;
}

static struct block *add_block(struct arena *arena, size_t wanted)
{
	size_t room = arena->next_block > wanted ? arena->next_block : wanted;
	size_t total;
	if (!add_size(room, sizeof(struct block), &total))
		return NULL;
	struct block *block = malloc(total);
	if (!block)
		return NULL;
	block->room = room;
	block->used = 0;
	block->next = arena->blocks;
	arena->blocks = block;
	POISON(block->bytes, room);
	if (arena->next_block < LARGEST_BLOCK)
		arena->next_block *= 2;
	return block;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
	size_t padded;
	if (!add_size(bytes, ALIGN - 1 + GAP, &padded))
		return NULL;
	padded &= ~(size_t)(ALIGN - 1);
	if (bytes > arena->ceiling - arena->handed_out)
		return NULL;
	struct block *block = arena->blocks;
	if (!block || padded > block->room - block->used)
		block = add_block(arena, padded);
	if (!block)
		return NULL;
	uint8_t *at = block->bytes + block->used;
	block->used += padded;
	arena->handed_out += bytes;
	UNPOISON(at, bytes);
	memset(at, 0, bytes);
	return at;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;
	return mul_size(count, size, &bytes) ? arena_alloc(arena, bytes) : NULL;
}

struct slice arena_copy(struct arena *arena, struct slice bytes)
{
	size_t with_nul;
	if (!add_size(bytes.len, 1, &with_nul))
		return slice_of(NULL, 0);
	uint8_t *at = arena_alloc(arena, with_nul);
	if (!at)
		return slice_of(NULL, 0);
	if (bytes.len)
		memcpy(at, bytes.at, bytes.len);
	return slice_of(at, bytes.len);
}

char *arena_string(struct arena *arena, struct slice bytes)
{
	uint8_t *at = arena_alloc(arena, bytes.len + 1);
	if (at && bytes.len)
		memcpy(at, bytes.at, bytes.len);
	return (char *)at;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	char *at = len < 0 ? NULL : arena_alloc(arena, (size_t)len + 1);
	if (at)
		vsnprintf(at, (size_t)len + 1, format, again);
	va_end(again);
	return at;
}
