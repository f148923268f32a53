/* Page archives (mht): the page of the first part that is one, with the pictures that
 * travel with it inside; it comes out as one page, which every browser opens.
 * source  RFC 2557                                                           */
#include "gate/file/html.h"

#include "gate/mail/mail.h"

enum { PICTURES_MOST = 2000, DEPTH = MAIL_PARTS };

struct archive {
	const struct mail_part *page;
	struct html_picture *pictures;
	size_t count;
};

static void gather(const struct mail_part *part, struct archive *a)
{
	if (strcmp(part->type, "text/html") == 0 && !a->page)
		a->page = part;
	else if (strncmp(part->type, "image/", 6) == 0 && a->count < PICTURES_MOST)
		a->pictures[a->count++] = (struct html_picture){part->id, part->location, part->content};
}

/* Depth first, on a stack of siblings still to come. */
static void gather_all(const struct mail_part *root, struct archive *a)
{
	const struct mail_part *todo[DEPTH];
	unsigned count = 0;
	todo[count++] = root;
	while (count) {
		const struct mail_part *part = todo[--count];
		if (part->next && count < DEPTH)
			todo[count++] = part->next;
		if (part->first && count < DEPTH)
			todo[count++] = part->first;
		if (!part->first)
			gather(part, a);
	}
}

static struct result rebuild(struct job *job, struct arena *arena, struct slice in, struct buffer *out, struct why *why)
{
	static const enum refusal refusals[] = {
		[MAIL_DAMAGED] = REFUSAL_DAMAGED, [MAIL_AMBIGUOUS] = REFUSAL_AMBIGUOUS, [MAIL_DEEP] = REFUSAL_DEEP,
		[MAIL_FORBIDDEN] = REFUSAL_FORBIDDEN, [MAIL_ENCRYPTED] = REFUSAL_LOCKED, [MAIL_CHARSET] = REFUSAL_DAMAGED,
	};
	struct buffer AUTO(buffer_done) text = {0};
	struct archive a = {.pictures = ARENA_ARRAY(arena, PICTURES_MOST, struct html_picture)};
	struct mail mail;
	buffer_init(&text, (size_t)512 << 20);
	TRY(job_pay_bytes(job, in.len));
	enum mail_fault fault = mail_read(in, arena, &mail);
	if (fault == MAIL_MEMORY || !a.pictures)
		return job_memory(why);
	if (fault != MAIL_FINE)
		return job_refuse(job, refusals[fault], "", "%s", mail.reason);
	gather_all(mail.root, &a);
	if (!a.page)
		return job_refuse(job, REFUSAL_DAMAGED, "", "a page archive without a page");
	TRY(html_text(job, a.page->content, a.page->charset, &text, why));
	struct html_pictures pictures = {a.pictures, a.count};
	TRY(html_page(job, buffer_slice(&text), &pictures, out, why));
	job_drop(job, "page-archive", "");
	job->made_ending = "html";
	return ok();
}

struct result mht_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct arena AUTO(arena_drop) *arena = arena_new((size_t)1 << 30);
	return arena ? rebuild(job, arena, in, out, why) : job_memory(why);
}
