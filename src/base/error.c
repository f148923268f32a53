/* The first failure wins: what came first is the cause, the rest is echo. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

struct result fail(struct why *why, enum error code, const char *place,
                   const char *format, ...)
{
	if (!why || why->code != OK)
		return (struct result){code};
	why->code = code;
	snprintf(why->place, sizeof why->place, "%s", place ? place : "");
	va_list args;
	va_start(args, format);
	vsnprintf(why->text, sizeof why->text, format, args);
	va_end(args);
	return (struct result){code};
}

const char *error_name(enum error code)
{
	static const char *const names[] = {
		[OK] = "ok",           [E_INPUT] = "input",       [E_LIMIT] = "limit",
		[E_MEMORY] = "memory", [E_STORE] = "store",       [E_BUSY] = "busy",
		[E_ABSENT] = "absent", [E_CONFLICT] = "conflict", [E_DENIED] = "denied",
		[E_TAMPERED] = "tampered", [E_SYSTEM] = "system",
	};
	return (size_t)code < sizeof names / sizeof *names ? names[code] : "unknown";
}
