/* Mail: one text, and attachments that went through their own readers.
 *
 * What people saw is taken: the page before its plain twin, which some senders
 * leave empty.  An attachment that cannot pass leaves a notice in the text, with
 * the reason, and the mail goes on without it.                               */
#include "gate/file/mapi.h"

#include "base/text.h"

static const char boundary[] = "=_sekisho_part_=";

struct letter {
	struct job *job;
	struct arena *arena;
	struct mail mail;
	struct buffer text, parts, made, name;
	unsigned attachments;
	bool has_page;
};

static struct result refuse(struct job *job, enum mail_fault fault, const char *reason, struct why *why)
{
	static const enum refusal refusals[] = {
		[MAIL_DAMAGED] = REFUSAL_DAMAGED, [MAIL_AMBIGUOUS] = REFUSAL_AMBIGUOUS, [MAIL_DEEP] = REFUSAL_DEEP,
		[MAIL_FORBIDDEN] = REFUSAL_FORBIDDEN, [MAIL_ENCRYPTED] = REFUSAL_LOCKED, [MAIL_CHARSET] = REFUSAL_DAMAGED,
	};
	if (fault == MAIL_MEMORY)
		return job_memory(why);
	return job_refuse(job, refusals[fault], "", "%s", reason);
}

static bool is_text(const struct mail_part *part)
{
	bool readable = strcmp(part->type, "text/plain") == 0 || strcmp(part->type, "text/html") == 0;
	return readable && !part->attached && !part->name[0];
}

/* Lines that some programs take for the beginning of a file within the text. */
static void put_text(struct letter *l, struct slice text)
{
	for (size_t pos = 0; pos < text.len;) {
		size_t from = pos;
		while (pos < text.len && text.at[pos] != '\n')
			pos++;
		struct slice line = slice_part(text, from, pos - from);
		bool packed = slice_starts(line, SLICE("begin ")) || slice_starts(line, SLICE("=ybegin ")) ||
		              slice_starts(line, SLICE("(This file must be converted with BinHex"));
		if (packed) {
			job_drop(l->job, "embedded-file", "text");
			buffer_put_str(&l->text, "> ");
		}
		buffer_put_slice(&l->text, line);
		buffer_put_u8(&l->text, '\n');
		pos += pos < text.len;
	}
}

static struct result take_text(struct letter *l, const struct mail_part *part, struct why *why)
{
	struct buffer AUTO(buffer_done) text = {0}, seen = {0};
	struct mail_page lost = {0};
	buffer_init(&text, (size_t)256 << 20);
	buffer_init(&seen, (size_t)256 << 20);
	TRY(job_pay_work(l->job, part->content.len));
	if (!mail_text(part->content, part->charset, &text))
		return job_refuse(l->job, REFUSAL_DAMAGED, "text", "a text in no charset of the list (%s)", part->charset);
	if (strcmp(part->type, "text/html") != 0) {
		put_text(l, buffer_slice(&text));
		return ok();
	}
	mail_page_text(buffer_slice(&text), &seen, &lost);
	job_drop(l->job, "mail-page", "text");
	if (lost.remote)
		job_drop(l->job, "remote-picture", "text");
	if (lost.hidden)
		job_drop(l->job, "hidden-data", "text");
	if (lost.active)
		job_drop(l->job, "action", "text");
	put_text(l, buffer_slice(&seen));
	return buffer_ok(&seen) ? ok() : job_memory(why);
}

static struct result notice(struct letter *l, const char *name, enum refusal refusal, enum file_type type)
{
	job_drop(l->job, "attachment", name);
	buffer_printf(&l->text, "\n【添付ファイル「%s」を取り除きました】%s\n", name, refusal_sentence(refusal, type));
	return ok();
}

/* The name an attachment goes out with: safe, never empty, its ending right. */
static const char *attachment_name(struct letter *l, const struct mail_part *part, const char *ending)
{
	safe_name(slice_str(part->name), &l->name);
	if (!part->name[0]) {
		buffer_clear(&l->name);
		buffer_printf(&l->name, "添付%u", l->attachments);
	}
	return name_with_ending(buffer_slice(&l->name), ending, l->job->arena);
}

static const char *content_type(enum file_type type)
{
	static const struct {
		enum file_type type;
		const char *name;
	} rows[] = {{FILE_PDF, "application/pdf"}, {FILE_JPEG, "image/jpeg"}, {FILE_PNG, "image/png"},
	            {FILE_GIF, "image/gif"}, {FILE_ZIP, "application/zip"}, {FILE_ARCHIVE, "application/zip"}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].type == type)
			return rows[i].name;
	return "application/octet-stream";
}

static struct result take_attachment(struct letter *l, const struct mail_part *part, struct why *why)
{
	bool message = strcmp(part->type, "message/rfc822") == 0;
	const char *usual = message ? "eml" : "";
	l->attachments++;
	const char *name = attachment_name(l, part, usual);
	if (!name)
		return job_memory(why);
	enum file_type type = file_type_by_content(part->content, slice_str(name)), found = FILE_UNKNOWN;
	if (!part->name[0] && !message)
		name = attachment_name(l, part, file_type_ending(type));
	if (!name)
		return job_memory(why);
	char ending[16];
	name_ending(slice_str(name), ending);
	enum refusal refusal = REFUSAL_NONE;
	buffer_clear(&l->made);
	if (ending_forbidden(ending))
		return notice(l, name, REFUSAL_FORBIDDEN, type);
	if (format_of(type)->rebuild && !file_type_fits(type, ending))
		return notice(l, name, REFUSAL_MISMATCH, type);
	TRY(job_attempt(l->job, UINT64_MAX, slice_str(name), part->content, &l->made, &found, &refusal, why));
	if (refusal != REFUSAL_NONE)
		return notice(l, name, refusal, type);
	struct mail_part renamed = {.name = name};
	const char *out_name = attachment_name(l, &renamed, l->job->made_ending);
	if (!out_name)
		return job_memory(why);
	buffer_printf(&l->parts, "--%s\r\n", boundary);
	mail_put_part(&l->parts, content_type(found), out_name, buffer_slice(&l->made));
	return ok();
}

/* The twins of an alternative: the last page, else the last text; others are left. */
static const struct mail_part *choose(const struct mail_part *alternative)
{
	const struct mail_part *best = NULL;
	for (const struct mail_part *p = alternative->first; p; p = p->next) {
		bool page = strcmp(p->type, "text/html") == 0 || p->first;
		if (!best || page || (strcmp(p->type, "text/plain") == 0 && strcmp(best->type, "text/html") != 0 && !best->first))
			best = p;
	}
	return best;
}

static struct result take_leaf(struct letter *l, const struct mail_part *part, struct why *why)
{
	static const char *const signatures[] = {"application/pkcs7-signature", "application/x-pkcs7-signature",
	                                         "application/pgp-signature"};
	for (size_t i = 0; i < 3; i++)
		if (strcmp(part->type, signatures[i]) == 0) {
			job_drop(l->job, "signature", part->type);
			return ok();
		}
	return is_text(part) ? take_text(l, part, why) : take_attachment(l, part, why);
}

enum { PENDING_MOST = MAIL_PARTS };

/* Depth first, in the order of the message, on a stack of siblings still to come. */
static struct result take_parts(struct letter *l, struct why *why)
{
	const struct mail_part *todo[PENDING_MOST];
	unsigned count = 0;
	todo[count++] = l->mail.root;
	while (count) {
		const struct mail_part *part = todo[--count];
		bool alone = strcmp(part->type, "multipart/alternative") == 0;
		if (!part->first) {
			TRY(take_leaf(l, part, why));
			continue;
		}
		if (alone) {
			const struct mail_part *chosen = choose(part);
			for (const struct mail_part *p = part->first; p; p = p->next)
				if (p != chosen && !is_text(p) && !p->first)
					TRY(take_leaf(l, p, why)); /* an attachment among the twins */
			todo[count++] = chosen;
			continue;
		}
		unsigned from = count;
		for (const struct mail_part *p = part->first; p && count < PENDING_MOST; p = p->next)
			todo[count++] = p;
		for (unsigned i = from, k = count; i + 1 < k; i++) {
			const struct mail_part *swap = todo[i];
			todo[i] = todo[--k];
			todo[k] = swap;
		}
	}
	return ok();
}

/* Whether there was one. */
static bool put_headers(const struct letter *l, struct buffer *out)
{
	size_t before = out->len;
	for (const struct mail_header *h = l->mail.headers; h; h = h->next)
		if (h->value[0])
			mail_put_header(out, h->name, slice_str(h->value));
	return out->len > before;
}

/* A text of ASCII that stands as it is and nothing else needs no word on what it is
 * (RFC 2045, 5.2): a message of three lines would grow to twice its size by it.
 * One header it has, so that it begins like a message.                        */
static bool put_bare_message(struct letter *l, struct buffer *out)
{
	size_t before = out->len;
	if (l->parts.len)
		return false;
	if (!put_headers(l, out))
		buffer_put_str(out, "MIME-Version: 1.0\r\n");
	if (mail_put_bare(out, buffer_slice(&l->text)))
		return true;
	out->len = before;
	return false;
}

static void put_message(struct letter *l, struct buffer *out)
{
	if (put_bare_message(l, out))
		return;
	buffer_put_str(out, "MIME-Version: 1.0\r\n");
	(void)put_headers(l, out);
	if (l->parts.len == 0) {
		mail_put_text(out, buffer_slice(&l->text), false);
		return;
	}
	buffer_printf(out, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n--%s\r\n", boundary, boundary);
	mail_put_text(out, buffer_slice(&l->text), true);
	buffer_put_slice(out, buffer_slice(&l->parts));
	buffer_printf(out, "--%s--\r\n", boundary);
}

static struct result put_letter(struct letter *l, struct buffer *out, struct why *why)
{
	if (l->mail.dropped_text)
		job_drop(l->job, "hidden-data", "after the last part");
	TRY(take_parts(l, why));
	put_message(l, out);
	return buffer_ok(&l->text) && buffer_ok(&l->parts) ? ok() : job_memory(why);
}

struct result letter_emit(struct job *job, struct arena *arena, const struct mail *mail, struct buffer *out,
                          struct why *why)
{
	struct letter l = {.job = job, .arena = arena, .mail = *mail};
	const char *ending = job->made_ending;
	struct buffer *buffers[] = {&l.text, &l.parts, &l.made, &l.name};
	for (size_t i = 0; i < 4; i++)
		buffer_init(buffers[i], (size_t)1 << 30);
	struct result result = put_letter(&l, out, why);
	for (size_t i = 0; i < 4; i++)
		buffer_done(buffers[i]);
	job->made_ending = ending;
	return result;
}

struct result mail_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct arena AUTO(arena_drop) *arena = arena_new((size_t)1 << 30);
	struct mail mail;
	if (!arena)
		return job_memory(why);
	TRY(job_pay_work(job, in.len));
	TRY(job_pay_bytes(job, in.len));
	enum mail_fault fault = mail_read(in, arena, &mail);
	if (fault != MAIL_FINE)
		return refuse(job, fault, mail.reason, why);
	return letter_emit(job, arena, &mail, out, why);
}
