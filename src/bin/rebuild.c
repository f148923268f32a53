/* One document in a worker: rebuilt, its signatures read. */
#include "bin/rebuild.h"
#include "gate/file/file.h"
#include "gate/pool/wire.h"
#include "gate/sign/sign.h"

#include <stdlib.h>

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

struct result rebuild_work(const struct worker_task *task, const struct drawer *drawer, struct arena *arena,
                           struct buffer *out, struct worker_finding *finding, struct why *why)
{
	struct file_request request = {
		.name = task->name, .in = task->in, .password = task->password, .rules = task->rules,
		.limits = task->limits.input_bytes ? task->limits : file_limits_default(),
		.drawer = drawer, .note = task->note, .note_user = task->note_user};
	TRY(file_cleanse_request(&request, arena, out, &finding->file, why));
	return read_signatures(task->in, arena, &finding->file, why);
}

void rebuild_json(const struct worker_finding *finding, struct buffer *out)
{
	buffer_put_u8(out, '{');
	file_report_json(&finding->file, out);
	buffer_put_u8(out, '}');
}

void rebuild_prepare(void)
{
	file_prepare();
	anchors = sign_prepare(getenv(WIRE_ANCHORS));
}
