/* base/error.h - the one error style of the house
 *
 * A function that can fail returns a must-use `struct result`; its last
 * parameter is a nullable `struct why *` that keeps the first failure: what
 * kind, where (file:line, field, byte offset) and one clear sentence.
 * Outputs are written on success only.  Verdicts are not errors.
 */
#ifndef SEKISHO_BASE_ERROR_H
#define SEKISHO_BASE_ERROR_H

#include <stdbool.h>

#define MUST __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

enum error {
	OK = 0,
	E_INPUT,    /* what was given is wrong: bytes, words, fields */
	E_LIMIT,    /* a ceiling was reached: size, depth, work, time */
	E_MEMORY,   /* no memory within the ceiling */
	E_STORE,    /* the store could not read or write; nothing was written */
	E_BUSY,     /* try again later; nothing was changed */
	E_ABSENT,   /* what was asked for does not exist */
	E_CONFLICT, /* it exists already, or changed meanwhile */
	E_DENIED,   /* the caller has no right to it */
	E_TAMPERED, /* a digest, signature or key does not match */
	E_SYSTEM,   /* the operating system said no */
};

struct result {
	enum error code;
};

struct why {
	enum error code;
	char place[160];
	char text[360];
};

/* fail - record the first failure and return its code
 * why     nullable; left alone if it already holds a failure
 * place   "file:line", a field name, an offset; may be ""
 * format  one sentence, printf style, without a line end               */
struct result fail(struct why *why, enum error code, const char *place,
                   const char *format, ...) PRINTF_LIKE(4, 5);

/* error_name - a stable English word for logs and JSON ("input", "limit", ...) */
const char *error_name(enum error code);

static inline struct result ok(void)
{
	return (struct result){OK};
}

/* The only two macros that hide control flow. */
#define TRY(call)                                   \
	do {                                        \
		struct result try_result_ = (call); \
		if (try_result_.code != OK)         \
			return try_result_;         \
	} while (0)

/* AUTO(free_function) struct thing *t = NULL;
 * free_function takes the address of the variable. */
#define AUTO(fn) __attribute__((cleanup(fn)))

#endif
