/* sekisho-sheet - read one table (CSV, xlsx) in a jail, give it back as plain rows
 *
 * What people send in to be imported is a stranger's document like any other: it
 * is taken apart here, and the office only reads the rows that come out.      */
#include "bin/ceiling.h"
#include "gate/pool/worker.h"
#include "gate/sheet/sheet_read.h"
#include "jail/jail.h"

#include <unistd.h>

static struct result work(const struct worker_task *task, struct arena *arena, struct buffer *out,
                          struct worker_finding *finding, struct why *why)
{
	struct file_limits limits = task->limits.input_bytes ? task->limits : file_limits_default();
	return sheet_read(task->name, task->in, &limits, arena, out, &finding->file, why);
}

static void json(const struct worker_finding *finding, struct buffer *out)
{
	buffer_put_u8(out, '{');
	file_report_json(&finding->file, out);
	buffer_put_u8(out, '}');
}

static const struct worker worker = {
	.program = "sekisho-sheet", .kind = POOL_SHEET, .profile = &jail_cleanse,
	.prepare = file_prepare, .limited = ceiling_set, .work = work, .json = json,
};

/* _exit: as in sekisho-cleanse. */
int main(int argc, char **argv)
{
	_exit(worker_main(&worker, argc, argv));
}
