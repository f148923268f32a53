/* sekisho-cleanse - take one document apart and rebuild it, in a jail
 *
 * Links the file gate and the pool's worker side, nothing else: what is jailed
 * here could not reach the ledger even if it were not.                      */
#include "bin/ceiling.h"
#include "gate/file/file.h"
#include "gate/pool/wire.h"
#include "gate/pool/worker.h"
#include "gate/sign/sign.h"
#include "jail/jail.h"

#include <stdlib.h>
#include <unistd.h>

static struct sign_anchors *anchors; /* read before the jail */

static bool has_signature(const struct file_report *report)
{
	for (const struct removal *r = report->removals; r; r = r->next)
		if (strcmp(r->what, "signature") == 0)
			return true;
	return false;
}

/* What the rebuild had to end is checked on the document as it came; the others have
 * nothing to check.  A mail says by its first lines whether it is signed.     */
static struct result read_signatures(struct slice in, struct arena *arena, struct file_report *report,
                                     struct why *why)
{
	static struct signature unread = {.form = "other", .subject = "", .issuer = "", .certificate = "",
	                                  .detail = "a signature that is not checked in this place or form"};
	bool ended = has_signature(report);
	if (ended || report->type == FILE_MAIL)
		TRY(sign_read(in, report->type, anchors, arena, &report->signatures, why));
	if (ended && !report->signatures)
		report->signatures = &unread;
	return ok();
}

static struct result work(const struct worker_task *task, struct arena *arena, struct buffer *out,
                          struct worker_finding *finding, struct why *why)
{
	struct file_request request = {
		.name = task->name, .in = task->in, .password = task->password, .rules = task->rules,
		.limits = task->limits.input_bytes ? task->limits : file_limits_default()};
	TRY(file_cleanse_request(&request, arena, out, &finding->file, why));
	return read_signatures(task->in, arena, &finding->file, why);
}

static void json(const struct worker_finding *finding, struct buffer *out)
{
	buffer_put_u8(out, '{');
	file_report_json(&finding->file, out);
	buffer_put_u8(out, '}');
}

static void prepare(void)
{
	file_prepare();
	anchors = sign_prepare(getenv(WIRE_ANCHORS));
}

static const struct worker worker = {
	.program = "sekisho-cleanse", .kind = POOL_CLEANSE, .profile = &jail_cleanse,
	.prepare = prepare, .limited = ceiling_set, .work = work, .json = json,
};

/* _exit: what libraries registered to run at the end is not worth a system call
 * more in the jail; all output is written by then.                          */
int main(int argc, char **argv)
{
	_exit(worker_main(&worker, argc, argv));
}
