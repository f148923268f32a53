/* base/arena.h - memory with one lifetime and a ceiling
 *
 * One arena per request, mail or document, born with its ceiling.  What comes
 * from it lives until arena_free or arena_reset.  Disadvantage: nothing can be
 * given back singly, so loops allocate outside or reset.
 */
#ifndef SEKISHO_BASE_ARENA_H
#define SEKISHO_BASE_ARENA_H

#include "base/slice.h"

struct arena;

/* arena_new - NULL when the system has no memory
 * ceiling  bytes that may be handed out at most                          */
struct arena *arena_new(size_t ceiling);
void arena_free(struct arena *arena);
/* arena_drop - for AUTO(arena_drop) */
void arena_drop(struct arena **arena);
/* arena_reset - everything handed out before is gone; memory is kept */
void arena_reset(struct arena *arena);
/* arena_used - bytes handed out so far */
size_t arena_used(const struct arena *arena);

/* arena_alloc - zeroed, aligned for any type; NULL at the ceiling */
void *arena_alloc(struct arena *arena, size_t bytes) __attribute__((malloc));
/* arena_array - zeroed, overflow-checked; NULL at the ceiling */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* arena_copy - a copy of the bytes plus a NUL that is not counted;
 * {NULL,0} at the ceiling                                                */
struct slice arena_copy(struct arena *arena, struct slice bytes);
/* arena_string - NUL-terminated copy; NULL at the ceiling */
char *arena_string(struct arena *arena, struct slice bytes);
/* arena_printf - NUL-terminated; NULL at the ceiling */
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_array((arena), (count), sizeof(type)))

#endif
