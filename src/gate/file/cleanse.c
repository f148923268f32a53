/* The entrance: type by content, name against content, then the one function
 * that rebuilds this format.  A refusal is a verdict; the output is handed over
 * only with the verdicts CHANGED and CLEAN. */
#include "gate/file/job.h"
#include "gate/mail/mail.h"

struct file_limits file_limits_default(void)
{
	return (struct file_limits){
		.input_bytes = 200ull << 20,
		.expanded_bytes = 1ull << 30,
		.output_bytes = 512ull << 20,
		.entries = 10000,
		.depth = 4,
		.pixels = 200000000,
		.work = 4ull << 30,
	};
}

static struct result rebuild(struct job *job, struct slice name, struct slice in,
                             struct buffer *out, struct why *why)
{
	struct file_report *report = job->report;
	if (in.len > job->left.input_bytes)
		return job_refuse(job, REFUSAL_LARGE, "", "%zu bytes are over the limit", in.len);
	report->type = file_type_by_content(in, name);
	if (name.len)
		TRY(job_check_name(job, report->type, name, ""));
	size_t ceiling = out->ceiling;
	if (job->left.output_bytes < ceiling)
		out->ceiling = (size_t)job->left.output_bytes;
	struct result result = job_run(job, report->type, in, out, why);
	out->ceiling = ceiling;
	report->ending = result.code == OK ? job->made_ending : "";
	return result;
}

/* An error that came without a refusal still refuses, with the reason nearest
 * to what went wrong. */
static void refuse_by_error(struct job *job, enum error code, const struct why *why)
{
	enum refusal refusal = code == E_INPUT ? REFUSAL_DAMAGED
		: code == E_LIMIT ? REFUSAL_BOMB : code == E_MEMORY ? REFUSAL_LARGE : REFUSAL_FAILED;
	(void)job_refuse(job, refusal, why->place, "%s", why->text);
}

struct result file_cleanse_request(const struct file_request *request, struct arena *arena,
                                   struct buffer *out, struct file_report *report, struct why *why)
{
	*report = (struct file_report){.reason = "", .place = "", .ending = ""};
	buffer_clear(out);
	char *ending = arena_alloc(arena, 16);
	if (!ending) {
		*report = (struct file_report){.refusal = REFUSAL_LARGE, .reason = "no memory", .place = "",
		                               .ending = ""};
		return job_memory(why);
	}
	job_ending(request->name, ending);
	struct job job = {.arena = arena, .left = request->limits, .report = report, .tail = &report->removals,
	                  .path = "", .ending = ending, .password = request->password,
	                  .rules = request->rules, .links.strip = rules_strip(&request->rules, "hyperlink"),
	                  .drawer = request->drawer, .note = request->note,
	                  .note_user = request->note_user};
	struct why inner = {0};
	struct result result = rebuild(&job, request->name, request->in, out, &inner);
	if (result.code == OK && job.barred)
		result = job_refuse(&job, REFUSAL_SWITCH, job.barred->where, "%s is refused, not only taken out (%s)",
		                    content_name(content_of(job.barred->what)), job.barred->what);
	if (result.code == OK) {
		report->verdict = job.changed ? FILE_CHANGED : FILE_CLEAN;
		return ok();
	}
	buffer_clear(out);
	refuse_by_error(&job, result.code, &inner);
	report->verdict = FILE_REFUSED;
	return result.code == E_MEMORY ? job_memory(why) : ok();
}

struct result file_cleanse(struct slice name, struct slice in, const struct file_limits *limits,
                           struct arena *arena, struct buffer *out, struct file_report *report,
                           struct why *why)
{
	struct file_request request = {.name = name, .in = in, .limits = *limits};
	return file_cleanse_request(&request, arena, out, report, why);
}

void file_report_json(const struct file_report *report, struct buffer *out)
{
	buffer_put_str(out, "\"type\":");
	buffer_json_str(out, slice_str(file_type_name(report->type)));
	buffer_put_str(out, ",\"verdict\":");
	buffer_json_str(out, slice_str(file_verdict_name(report->verdict)));
	buffer_put_str(out, ",\"reason\":");
	buffer_json_str(out, slice_str(refusal_name(report->refusal)));
	buffer_put_str(out, ",\"detail\":");
	buffer_json_str(out, slice_str(report->reason));
	buffer_put_str(out, ",\"place\":");
	buffer_json_str(out, slice_str(report->place));
	buffer_put_str(out, ",\"removed\":[");
	for (const struct removal *r = report->removals; r; r = r->next) {
		buffer_put_str(out, r == report->removals ? "{\"what\":" : ",{\"what\":");
		buffer_json_str(out, slice_str(r->what));
		buffer_put_str(out, ",\"where\":");
		buffer_json_str(out, slice_str(r->where));
		buffer_put_str(out, "}");
	}
	buffer_put_str(out, "]");
	if (report->signatures) {
		buffer_put_str(out, ",\"signatures\":");
		signatures_json(report->signatures, out);
	}
}

void file_prepare(void)
{
	archive_prepare();
	mail_prepare();
	ooxml_prepare();
}
