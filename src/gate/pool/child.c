/* One document in one process: jail, read, work, write, end. */
#include "base/file.h"
#include "gate/pool/wire.h"
#include "gate/pool/zygote.h"
#include "jail/jail.h"

#include <sys/mman.h>
#include <unistd.h>

static bool map(int fd, uint64_t bytes, struct slice *out)
{
	*out = (struct slice){NULL, 0};
	if (bytes == 0)
		return true;
	void *at = bytes > SIZE_MAX ? MAP_FAILED
	                            : mmap(NULL, (size_t)bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return false;
	*out = slice_of(at, (size_t)bytes);
	return true;
}

/* A document that needs more memory than its ceiling has a verdict too, but
 * the worker cannot know whether it has the room left to write it.          */
static int work(const struct worker *worker, const struct worker_task *task, struct arena *arena,
                struct buffer *out, const int *fds)
{
	struct worker_finding finding = {0};
	struct buffer report;
	buffer_init(&report, WIRE_REPORT);
	if (worker->work(task, arena, out, &finding, NULL).code != OK || !buffer_ok(out))
		return WORKER_MEMORY;
	if (worker->kind != POOL_INSPECT && finding.file.verdict == FILE_REFUSED)
		buffer_clear(out);
	if (worker->kind != POOL_INSPECT)
		report_put_file(&report, &finding.file, out->len);
	else
		report_put_inspect(&report, &finding.inspect, finding.agreement);
	if (!buffer_ok(&report))
		return WORKER_MEMORY;
	if (worker->kind != POOL_INSPECT && fd_write_all(fds[2], buffer_slice(out), NULL).code != OK)
		return WORKER_FAULT;
	if (ftruncate(fds[1], 0) < 0 || fd_write_all(fds[1], buffer_slice(&report), NULL).code != OK)
		return WORKER_FAULT;
	return WORKER_DONE;
}

/* A refusal that says where the work stands, left where the report will be: if the
 * process is ended there, the pool finds the place.                         */
static void note(void *user, const char *place)
{
	static struct buffer report; /* the process has one job */
	const int fd = *(const int *)user;
	const struct file_report said = {.verdict = FILE_REFUSED, .refusal = REFUSAL_FAILED, .place = place, .reason = "", .ending = ""};
	buffer_init(&report, WIRE_REPORT);
	report_put_file(&report, &said, 0);
	if (ftruncate(fd, 0) < 0 || pwrite(fd, report.at, report.len, 0) < 0)
		buffer_clear(&report); /* then the place is not known: no more than that */
	buffer_done(&report);
}

/* Nothing is freed: the process ends. */
int child_work(const struct worker *worker, const struct wire_job *job, const int *fds, bool no_jail)
{
	struct jail_limits limits = {.memory_bytes = job->memory_bytes, .cpu_s = job->cpu_s,
	                             .file_bytes = job->file_bytes};
	struct worker_task task = {.name = job->name, .password = job->password, .rules = job->rules, .compare = job->compare, .type = job->type,
	                           .limits = job->limits, .inspect_limits = job->inspect_limits,
	                           .note = note, .note_user = (void *)(uintptr_t)&fds[1]};
	struct buffer out;
	if (jail_narrow(no_jail ? &jail_none : worker->profile, &limits, NULL).code != OK)
		return WORKER_JAIL;
	if (worker->limited)
		worker->limited(WORKER_MEMORY, -1, SLICE(""));
	if (!map(fds[0], job->in_bytes, &task.in) ||
	    (job->compare && !map(fds[2], job->original_bytes, &task.original)))
		return WORKER_MEMORY;
	struct arena *arena = arena_new((size_t)job->memory_bytes);
	if (!arena)
		return WORKER_MEMORY;
	buffer_init(&out, (size_t)job->file_bytes);
	return work(worker, &task, arena, &out, fds);
}
