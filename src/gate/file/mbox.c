/* A mailbox: each message rebuilt as a mail, in its order, behind a line of its own.
 *
 * One that is refused is left out and told; a mailbox of which nothing is left is
 * refused.
 * source  RFC 4155 (application/mbox)                                         */
#include "gate/file/job.h"

static const char divider[] = "From - Thu Jan  1 00:00:00 1970\r\n";

/* Past the end of the message that begins at pos: the next "From " behind an empty line. */
static size_t message_end(struct slice in, size_t pos)
{
	bool blank = false;
	for (size_t at = pos; at < in.len;) {
		size_t from = at;
		while (at < in.len && in.at[at] != '\n')
			at++;
		struct slice line = slice_part(in, from, at - from);
		at += at < in.len;
		if (blank && from > pos && slice_starts(line, SLICE("From ")))
			return from;
		blank = line.len == 0 || slice_is(line, "\r");
	}
	return in.len;
}

/* Without the line that divides and the empty line behind the message. */
static struct slice inside(struct slice message)
{
	size_t line = slice_find(message, SLICE("\n"));
	struct slice body = slice_part(message, line == SIZE_MAX ? message.len : line + 1, message.len);
	if (slice_ends(body, SLICE("\n\n")))
		return slice_part(body, 0, body.len - 1);
	return slice_ends(body, SLICE("\r\n\r\n")) ? slice_part(body, 0, body.len - 2) : body;
}

struct result mbox_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct buffer AUTO(buffer_done) made = {0};
	const char *ending = job->made_ending;
	size_t number = 0, kept = 0;
	if (!slice_starts(in, SLICE("From ")))
		return job_refuse(job, REFUSAL_DAMAGED, "", "it does not begin with a line From");
	TRY(job_pay_bytes(job, in.len));
	buffer_init(&made, (size_t)1 << 30);
	for (size_t pos = 0; pos < in.len;) {
		size_t end = message_end(in, pos);
		enum refusal refusal = REFUSAL_NONE;
		enum file_type type;
		char name[32];
		snprintf(name, sizeof name, "%zu.eml", ++number);
		TRY(job_pay_entry(job));
		buffer_clear(&made);
		TRY(job_attempt(job, 1ull << FILE_MAIL, slice_str(name), inside(slice_part(in, pos, end - pos)), &made, &type, &refusal, why));
		if (refusal == REFUSAL_NONE) {
			buffer_put_str(out, divider);
			buffer_put_slice(out, buffer_slice(&made));
			buffer_put_str(out, "\r\n");
			kept++;
		} else {
			job_drop(job, "message", name);
		}
		pos = end;
	}
	job->made_ending = ending;
	return kept ? ok() : job_refuse(job, REFUSAL_DAMAGED, "", "no message of it can be read");
}
