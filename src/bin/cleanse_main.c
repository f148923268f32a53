/* sekisho-cleanse - take one document apart and rebuild it, in a jail
 *
 * Links the file gate and the pool's worker side, nothing else: what is jailed
 * here could not reach the ledger even if it were not.                      */
#include "gate/file/file.h"
#include "gate/pool/worker.h"
#include "jail/jail.h"

#include <unistd.h>

static struct result work(const struct worker_task *task, struct arena *arena, struct buffer *out,
                          struct worker_finding *finding, struct why *why)
{
	struct file_request request = {
		.name = task->name, .in = task->in, .password = task->password, .rules = task->rules,
		.limits = task->limits.input_bytes ? task->limits : file_limits_default()};
	return file_cleanse_request(&request, arena, out, &finding->file, why);
}

static void json(const struct worker_finding *finding, struct buffer *out)
{
	buffer_put_u8(out, '{');
	file_report_json(&finding->file, out);
	buffer_put_u8(out, '}');
}

static const struct worker worker = {
	.program = "sekisho-cleanse", .kind = POOL_CLEANSE, .profile = &jail_cleanse,
	.prepare = file_prepare, .work = work, .json = json,
};

/* _exit: what libraries registered to run at the end is not worth a system call
 * more in the jail; all output is written by then.                          */
int main(int argc, char **argv)
{
	_exit(worker_main(&worker, argc, argv));
}
