/* bin/program.h - what every main() of the house does alike: options, one log
 * line an event, and an end that says why                                   */
#ifndef SEKISHO_BIN_PROGRAM_H
#define SEKISHO_BIN_PROGRAM_H

#include "base/error.h"

#include <signal.h>

/* Exit statuses of every program. */
enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_FAILED = 3 };

struct program_options {
	const char *name;  /* of the program */
	const char *dir;   /* -C DIR */
	bool no_jail;      /* --no-jail, said loudly */
};
/* program_options_read - -C DIR [--no-jail]; prints usage and returns false else */
bool program_options_read(const char *name, int argc, char **argv, struct program_options *out);

/* program_log - "time=… program=… event=… text" on standard error */
void program_log(const char *program, const char *event, const char *format, ...)
	PRINTF_LIKE(3, 4);
/* program_why - log a failure; returns the exit status that fits it */
int program_why(const char *program, const char *event, const struct why *why);

/* program_ending - set by SIGTERM or SIGINT after program_signals() */
extern volatile sig_atomic_t program_ending;
void program_signals(void);
/* program_rest - sleep, but wake for a signal */
void program_rest(unsigned ms);

#endif
