#include "bin/program.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "jail/jail.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

volatile sig_atomic_t program_ending;

bool program_options_read(const char *name, int argc, char **argv, struct program_options *out)
{
	*out = (struct program_options){.name = name};
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-C") == 0 && i + 1 < argc)
			out->dir = argv[++i];
		else if (strcmp(argv[i], "--no-jail") == 0)
			out->no_jail = true;
		else
			out->dir = NULL, i = argc;
	}
	if (!out->dir) {
		fprintf(stderr, "usage: %s -C DIR [--no-jail]\n", name);
		return false;
	}
	if (out->no_jail) {
		char text[1024];
		jail_skip_loudly(name, text, sizeof text);
		fputs(text, stderr);
	}
	return true;
}

void program_log(const char *program, const char *event, const char *format, ...)
{
	char text[1024], time[32];
	struct clock clock = clock_system();
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	for (char *c = text; *c; c++)
		if (*c == '\n' || *c == '"')
			*c = ' ';
	ms_iso(clock_now_ms(&clock), time);
	fprintf(stderr, "time=%s program=%s event=%s text=\"%s\"\n", time, program, event, text);
}

int program_why(const char *program, const char *event, const struct why *why)
{
	program_log(program, event, "%s: %s%s%s", error_name(why->code), why->place,
	            why->place[0] ? ": " : "", why->text);
	return why->code == E_INPUT || why->code == E_ABSENT ? EXIT_USAGE : EXIT_FAILED;
}

static void end(int signal)
{
	(void)signal;
	program_ending = 1;
}

void program_signals(void)
{
	struct sigaction action = {.sa_handler = end};
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

void program_rest(unsigned ms)
{
	if (!program_ending)
		poll(NULL, 0, (int)ms);
}
