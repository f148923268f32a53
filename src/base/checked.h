/* base/checked.h - arithmetic on input: true on success, out untouched else */
#ifndef SEKISHO_BASE_CHECKED_H
#define SEKISHO_BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHECKED_OPS(suffix, type)                                                         \
	static inline bool add_##suffix(type a, type b, type *out)                        \
	{                                                                                 \
		type r;                                                                   \
		return !__builtin_add_overflow(a, b, &r) && (*out = r, true);             \
	}                                                                                 \
	static inline bool sub_##suffix(type a, type b, type *out)                        \
	{                                                                                 \
		type r;                                                                   \
		return !__builtin_sub_overflow(a, b, &r) && (*out = r, true);             \
	}                                                                                 \
	static inline bool mul_##suffix(type a, type b, type *out)                        \
	{                                                                                 \
		type r;                                                                   \
		return !__builtin_mul_overflow(a, b, &r) && (*out = r, true);             \
	}
CHECKED_OPS(size, size_t)
CHECKED_OPS(u32, uint32_t)
CHECKED_OPS(u64, uint64_t)
CHECKED_OPS(i64, int64_t)
#undef CHECKED_OPS

#endif
