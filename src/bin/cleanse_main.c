/* sekisho-cleanse - take one document apart and rebuild it, in a jail
 *
 * Links the file gate and the pool's worker side, nothing else: what is jailed
 * here could not reach the ledger even if it were not.                      */
#include "bin/ceiling.h"
#include "bin/rebuild.h"
#include "jail/jail.h"

#include <unistd.h>

static struct result work(const struct worker_task *task, struct arena *arena, struct buffer *out,
                          struct worker_finding *finding, struct why *why)
{
	return rebuild_work(task, NULL, arena, out, finding, why);
}

static const struct worker worker = {
	.program = "sekisho-cleanse", .kind = POOL_CLEANSE, .profile = &jail_cleanse,
	.prepare = rebuild_prepare, .limited = ceiling_set, .work = work, .json = rebuild_json,
};

/* _exit: what libraries registered to run at the end is not worth a system call
 * more in the jail; all output is written by then.                          */
int main(int argc, char **argv)
{
	_exit(worker_main(&worker, argc, argv));
}
