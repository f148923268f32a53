/* A worker program's front: as zygote for the pool, or with one document. */
#include "gate/pool/worker.h"

#include "base/file.h"
#include "base/number.h"
#include "base/text.h"
#include "gate/pool/wire.h"
#include "gate/pool/zygote.h"
#include "jail/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { STATUS_PASSED = 0, STATUS_REFUSED, STATUS_USAGE, STATUS_FAILED };
enum { ONE_INPUT = 200 << 20, ONE_CPU_S = 60, REPORT_FD = 3 };
static const uint64_t ONE_MEMORY = UINT64_C(256) << 20, ONE_OUTPUT = UINT64_C(512) << 20;

struct options {
	const char *name;
	enum inspect_type type;
	int zygote; /* -1: one document */
	bool no_jail;
};

static bool read_fd(const char *text, int *out)
{
	uint64_t number;
	if (!number_parse_u64(slice_str(text), &number) || number > 65535)
		return false;
	*out = (int)number;
	return true;
}

static bool read_options(const struct worker *worker, int argc, char **argv, struct options *out)
{
	*out = (struct options){.name = "", .zygote = -1};
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;
		if (strcmp(argv[i], "--no-jail") == 0) {
			out->no_jail = true;
			continue;
		}
		i++;
		if (!value)
			return false;
		if (strcmp(argv[i - 1], "--name") == 0)
			out->name = value;
		else if (strcmp(argv[i - 1], "--type") == 0 && worker->kind == POOL_INSPECT)
			out->type = worker->type_of(value);
		else if (strcmp(argv[i - 1], "--zygote") != 0 || !read_fd(value, &out->zygote))
			return false;
	}
	bool typed = worker->kind != POOL_INSPECT || out->zygote >= 0 || out->type != INSPECT_NOTHING;
	return typed && utf8_valid(slice_str(out->name)) && strlen(out->name) <= WIRE_NAME;
}

/* All of standard input; a byte more than allowed is handed on, so that the
 * refusal is the document's own.                                            */
static bool read_input(struct buffer *in)
{
	for (;;) {
		size_t room = in->ceiling - in->len;
		size_t want = room < (1 << 16) ? room : 1 << 16;
		uint8_t *at = want ? buffer_reserve(in, want) : NULL;
		ssize_t n = at ? read(0, at, want) : 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 && buffer_ok(in);
		buffer_commit(in, (size_t)n);
	}
}

static bool write_finding(const struct worker *worker, const struct worker_finding *finding, int fd)
{
	struct buffer json;
	buffer_init(&json, WIRE_REPORT);
	worker->json(finding, &json);
	buffer_put_str(&json, "\n");
	bool written = buffer_ok(&json) && fd_write_all(fd, buffer_slice(&json), NULL).code == OK;
	buffer_done(&json);
	return written;
}

/* What is said when no memory is left to say anything with. */
static const struct worker_finding too_large = {
	.file = {.verdict = FILE_REFUSED, .refusal = REFUSAL_LARGE, .place = "", .ending = "",
	         .reason = "the document needs more memory than it may have"},
	.inspect = {.verdict = INSPECT_UNREADABLE, .reason = "the document needs more memory than it may have"},
};

static void say_it_ahead(const struct worker *worker, int fd)
{
	struct buffer json;
	buffer_init(&json, WIRE_REPORT);
	worker->json(&too_large, &json);
	buffer_put_str(&json, "\n");
	if (buffer_ok(&json))
		worker->limited(STATUS_REFUSED, fd, buffer_slice(&json));
	buffer_done(&json);
}

/* The jail, and what it says of an allocation that fails. */
static bool close_door(const struct worker *worker, bool no_jail, int report_fd)
{
	struct jail_limits limits = {.memory_bytes = ONE_MEMORY, .cpu_s = ONE_CPU_S,
	                             .file_bytes = ONE_OUTPUT};
	if (jail_enter(no_jail ? &jail_none : worker->profile, &limits, (struct jail_paths){0}, NULL,
	               NULL).code != OK)
		return false;
	if (worker->limited)
		say_it_ahead(worker, report_fd);
	return true;
}

static int do_one(const struct worker *worker, const struct options *options, int report_fd, struct arena *arena,
                  struct buffer *in, struct buffer *out)
{
	struct worker_task task = {.name = slice_str(options->name), .type = options->type};
	struct worker_finding finding = {0};
	if (!close_door(worker, options->no_jail, report_fd) || !read_input(in))
		return STATUS_FAILED;
	task.in = buffer_slice(in);
	if (worker->work(&task, arena, out, &finding, NULL).code != OK || !buffer_ok(out))
		finding = too_large;
	bool passed = worker->kind != POOL_INSPECT ? finding.file.verdict != FILE_REFUSED
	                                           : finding.inspect.verdict == INSPECT_OK;
	if (passed && fd_write_all(1, buffer_slice(out), NULL).code != OK)
		return STATUS_FAILED;
	if (!write_finding(worker, &finding, report_fd))
		return STATUS_FAILED;
	return passed ? STATUS_PASSED : STATUS_REFUSED;
}

static int one_document(const struct worker *worker, const struct options *options)
{
	struct buffer in, out;
	char text[1024];
	int report_fd = fcntl(REPORT_FD, F_GETFD) >= 0 ? REPORT_FD : 2; /* before files are opened */
	AUTO(arena_drop) struct arena *arena = arena_new((size_t)ONE_MEMORY);
	if (options->no_jail) {
		jail_skip_loudly(worker->program, text, sizeof text);
		fputs(text, stderr);
	}
	if (worker->prepare)
		worker->prepare();
	buffer_init(&in, (size_t)ONE_INPUT + 1);
	buffer_init(&out, (size_t)ONE_OUTPUT);
	int status = arena ? do_one(worker, options, report_fd, arena, &in, &out) : STATUS_FAILED;
	buffer_done(&in);
	buffer_done(&out);
	return status;
}

/* Without TZ the C library looks for the zone's file at every local time, and a
 * library asks for local times (libzip): the jail would end it.             */
static void pin_time_zone(void)
{
	setenv("TZ", "UTC0", 1);
	tzset();
}

int worker_main(const struct worker *worker, int argc, char **argv)
{
	struct options options;
	struct why why = {0};
	if (!read_options(worker, argc, argv, &options)) {
		fprintf(stderr, "usage: %s %s[--name NAME] [--no-jail] < document\n", worker->program,
		        worker->kind == POOL_INSPECT ? "--type TYPE " : "");
		return STATUS_USAGE;
	}
	pin_time_zone();
	if (options.zygote < 0)
		return one_document(worker, &options);
	if (zygote_serve(worker, options.zygote, options.no_jail, &why).code != OK)
		return STATUS_FAILED;
	return STATUS_PASSED;
}
