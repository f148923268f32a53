/* sekisho-inspect - read again, by other code and in another process, what the
 * gate wrote
 *
 * With the original beside it the two are compared: what differs is for the
 * caller to weigh.  An original that cannot be read does not matter here; the
 * output's own verdict counts.                                              */
#include "bin/ceiling.h"
#include "gate/inspect/inspect.h"
#include "gate/pool/worker.h"
#include "jail/jail.h"

#include <unistd.h>

static struct result work(const struct worker_task *task, struct arena *arena, struct buffer *out,
                          struct worker_finding *finding, struct why *why)
{
	struct inspect_limits limits = task->inspect_limits.expanded_bytes
		? task->inspect_limits : inspect_limits_default();
	(void)out;
	if (!task->compare)
		return inspect_document(task->type, task->in, &limits, arena, &finding->inspect, why);
	return inspect_beside(task->type, task->in, task->original, &limits, arena, &finding->inspect,
	                      &finding->agreement, why);
}

static void json(const struct worker_finding *finding, struct buffer *out)
{
	inspect_report_json(&finding->inspect, out);
}

static const struct worker worker = {
	.program = "sekisho-inspect", .kind = POOL_INSPECT, .profile = &jail_inspect,
	.prepare = inspect_prepare, .limited = ceiling_set, .work = work, .type_of = inspect_type_of, .json = json,
};

/* _exit: as in sekisho-cleanse. */
int main(int argc, char **argv)
{
	_exit(worker_main(&worker, argc, argv));
}
