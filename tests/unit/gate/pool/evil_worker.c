/* A worker that a hostile document has taken over: the document's name says
 * what it does.  It speaks through the same zygote code as the real workers. */
#include "base/file.h"
#include "gate/pool/wire.h"
#include "gate/pool/worker.h"
#include "jail/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where a zygote's child has its descriptors: 3 and 4 were the zygote's own. */
enum { INPUT = 5, REPORT = 6, OUTPUT = 7 };

typedef void act(const struct worker_task *task, struct buffer *out, struct worker_finding *finding);

static void be_clean(const struct worker_task *task, struct buffer *out, struct worker_finding *finding)
{
	buffer_put_slice(out, task->in);
	finding->file = (struct file_report){.verdict = FILE_CLEAN, .type = FILE_TXT, .ending = "txt"};
	finding->inspect = (struct inspect_report){.verdict = INSPECT_OK, .type = task->type};
	finding->agreement = slice_equal(task->in, task->original) ? INSPECT_AGREES : INSPECT_DIFFERS;
}

static void refuse(const struct worker_task *task, struct buffer *out, struct worker_finding *finding)
{
	static struct removal second = {"vba", "word/\x1b[31m\xff.bin", NULL};
	static struct removal first = {"javascript", "page 3", &second};
	static struct inspect_finding found = {"vba", "word/a.bin:1", NULL};
	(void)task, (void)out;
	finding->file = (struct file_report){.verdict = FILE_REFUSED, .refusal = REFUSAL_BOMB,
		.type = FILE_DOCX, .reason = "too\nmuch", .place = "xl/a.xml", .removals = &first,
		.removal_count = 2};
	finding->inspect = (struct inspect_report){.verdict = INSPECT_FOUND, .type = task->type,
		.reason = "", .findings = &found, .finding_count = 1, .pages = 7};
}

static void spin(const struct worker_task *task, struct buffer *out, struct worker_finding *finding)
{
	volatile bool on = true;
	(void)task, (void)out, (void)finding;
	while (on)
		;
}

static void eat(const struct worker_task *task, struct buffer *out, struct worker_finding *finding)
{
	size_t size = (size_t)10 << 30;
	char *memory = malloc(size);
	if (!memory) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < size; i += 4096)
		memory[i] = 1;
	be_clean(task, out, finding);
}

static void crash(const struct worker_task *task, struct buffer *out, struct worker_finding *finding)
{
	(void)task, (void)out, (void)finding;
	__builtin_trap();
}

static void open_file(const struct worker_task *task, struct buffer *out, struct worker_finding *finding)
{
	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0)
		be_clean(task, out, finding);
}

static void open_socket(const struct worker_task *task, struct buffer *out, struct worker_finding *finding)
{
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0)
		be_clean(task, out, finding);
}

static void execute(const struct worker_task *task, struct buffer *out, struct worker_finding *finding)
{
	be_clean(task, out, finding);
	execl("/bin/true", "true", NULL);
}

static void kill_parent(const struct worker_task *task, struct buffer *out, struct worker_finding *finding)
{
	be_clean(task, out, finding);
	kill(-1, SIGKILL);
}

static void leave(const struct worker_task *task, struct buffer *out, struct worker_finding *finding)
{
	(void)task, (void)out, (void)finding;
	_exit(7);
}

static void say_nothing(const struct worker_task *task, struct buffer *out, struct worker_finding *finding)
{
	(void)task, (void)out, (void)finding;
	_exit(0);
}

static void write_rubbish(const struct worker_task *task, struct buffer *out, struct worker_finding *finding)
{
	(void)task, (void)out, (void)finding;
	for (int fd = 0; fd < 20; fd++)
		if (write(fd, "rubbish \xff\xfe and more of it, for some bytes", 40) < 0)
			errno = 0;
	_exit(0);
}

static void write_much(const struct worker_task *task, struct buffer *out, struct worker_finding *finding)
{
	static char page[65536];
	(void)task, (void)out, (void)finding;
	while (write(OUTPUT, page, sizeof page) > 0)
		;
	_exit(0);
}

/* A good report about an output of another length. */
static void lie(const struct worker_task *task, struct buffer *out, struct worker_finding *finding)
{
	struct buffer report;
	buffer_init(&report, WIRE_REPORT);
	be_clean(task, out, finding);
	report_put_file(&report, &finding->file, out->len + 1);
	if (fd_write_all(OUTPUT, buffer_slice(out), NULL).code == OK &&
	    fd_write_all(REPORT, buffer_slice(&report), NULL).code == OK)
		_exit(0);
}

static void refuse_with_output(const struct worker_task *task, struct buffer *out,
                               struct worker_finding *finding)
{
	struct buffer report;
	buffer_init(&report, WIRE_REPORT);
	refuse(task, out, finding);
	report_put_file(&report, &finding->file, 0);
	if (fd_write_all(OUTPUT, SLICE("active"), NULL).code == OK &&
	    fd_write_all(REPORT, buffer_slice(&report), NULL).code == OK)
		_exit(0);
}

/* Scribble over the input; clean only if that cannot be done. */
static void scribble(const struct worker_task *task, struct buffer *out, struct worker_finding *finding)
{
	if (write(INPUT, "X", 1) < 0 && ftruncate(INPUT, 0) < 0)
		be_clean(task, out, finding);
}

/* The output is the number of descriptors that are open here. */
static void count_descriptors(const struct worker_task *task, struct buffer *out,
                              struct worker_finding *finding)
{
	struct slice none = {0};
	struct worker_task empty = {.in = none, .type = task->type};
	unsigned count = 0;
	for (int fd = 0; fd < 1024; fd++)
		count += lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF;
	be_clean(&empty, out, finding);
	buffer_printf(out, "%u", count);
}

static const struct {
	const char *name;
	act *does;
} acts[] = {
	{"clean", be_clean}, {"refuse", refuse}, {"spin", spin}, {"eat", eat}, {"crash", crash},
	{"open", open_file}, {"socket", open_socket}, {"execve", execute}, {"kill", kill_parent},
	{"leave", leave}, {"silent", say_nothing}, {"rubbish", write_rubbish}, {"much", write_much},
	{"lie", lie}, {"both", refuse_with_output}, {"scribble", scribble}, {"count", count_descriptors},
};

static struct result work(const struct worker_task *task, struct arena *arena, struct buffer *out,
                          struct worker_finding *finding, struct why *why)
{
	(void)arena, (void)why;
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (slice_is(task->name, acts[i].name))
			acts[i].does(task, out, finding);
	return ok();
}

static void json(const struct worker_finding *finding, struct buffer *out)
{
	buffer_printf(out, "{\"verdict\":%d}", (int)finding->file.verdict);
}

int main(int argc, char **argv)
{
	struct worker worker = {.program = "evil_worker", .kind = KIND, .profile = &jail_cleanse,
	                        .work = work, .json = json};
	_exit(worker_main(&worker, argc, argv));
}
