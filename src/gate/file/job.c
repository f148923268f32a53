/* Budgets, places and the way down into nested documents. */
#include "gate/file/job.h"
#include "gate/file/links.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

enum { REMOVALS_KEPT = 1000 };
static const uint64_t CONTAINERS = 1ull << FILE_ZIP | 1ull << FILE_MAIL | 1ull << FILE_ARCHIVE | 1ull << FILE_DOCX | 1ull << FILE_XLSX |
	1ull << FILE_PPTX | 1ull << FILE_XLSB | 1ull << FILE_DOC | 1ull << FILE_XLS | 1ull << FILE_PPT | 1ull << FILE_MSG | 1ull << FILE_ODF | 1ull << FILE_MHT | 1ull << FILE_TNEF | 1ull << FILE_MBOX;

static const char *place_in(struct job *job, const char *place)
{
	if (!job->path[0])
		return arena_printf(job->arena, "%s", place);
	return place[0] ? arena_printf(job->arena, "%s/%s", job->path, place) : job->path;
}

struct result job_memory(struct why *why)
{
	return fail(why, E_MEMORY, "", "the document needs more memory than it may have");
}

struct result job_refuse(struct job *job, enum refusal refusal, const char *place,
                         const char *format, ...)
{
	struct file_report *report = job->report;
	if (report->refusal != REFUSAL_NONE)
		return (struct result){E_INPUT};
	char text[400];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	const char *where = place_in(job, place ? place : "");
	const char *reason = arena_printf(job->arena, "%s", text);
	report->refusal = refusal;
	report->place = where ? where : "";
	report->reason = reason ? reason : "";
	return (struct result){E_INPUT};
}

struct result job_locked(struct job *job, const char *place)
{
	return job->password.len ? job_refuse(job, REFUSAL_PASSWORD, place, "the password does not open it")
		: job_refuse(job, REFUSAL_ENCRYPTED, place, "it needs a password");
}

void job_opened(struct job *job, const char *place, bool asked)
{
	job_drop(job, asked ? "password" : "encryption", place);
}

void job_drop(struct job *job, const char *what, const char *where)
{
	job->changed = true;
	what = link_word(&job->links, what);
	bool bars = !job->barred && rules_refuse(&job->rules, what);
	if (job->report->removal_count++ >= REMOVALS_KEPT && !bars)
		return;
	struct removal *removal = ARENA_NEW(job->arena, struct removal);
	const char *place = place_in(job, where);
	if (!removal || !place)
		return;
	removal->what = what;
	removal->where = place;
	if (bars)
		job->barred = removal;
	if (job->report->removal_count > REMOVALS_KEPT)
		return;
	*job->tail = removal;
	job->tail = &removal->next;
}

void job_ending(struct slice name, char out[16])
{
	name_ending(name, out);
}

void job_drop_at(struct job *job, const char *what, const char *format, ...)
{
	char where[400];
	va_list args;
	va_start(args, format);
	vsnprintf(where, sizeof where, format, args);
	va_end(args);
	job_drop(job, what, where);
}

static bool pay(uint64_t *left, uint64_t units)
{
	if (units > *left) {
		*left = 0;
		return false;
	}
	*left -= units;
	return true;
}

struct result job_pay_work(struct job *job, uint64_t units)
{
	return pay(&job->left.work, units) ? ok()
		: job_refuse(job, REFUSAL_BOMB, "", "reading it takes more work than allowed");
}

struct result job_pay_bytes(struct job *job, uint64_t expanded)
{
	return pay(&job->left.expanded_bytes, expanded) ? ok()
		: job_refuse(job, REFUSAL_BOMB, "", "it expands beyond the limit");
}

struct result job_pay_pixels(struct job *job, uint64_t pixels)
{
	return pay(&job->left.pixels, pixels) ? ok()
		: job_refuse(job, REFUSAL_BOMB, "", "its pictures have more pixels than allowed");
}

struct result job_pay_entry(struct job *job)
{
	if (job->left.entries == 0)
		return job_refuse(job, REFUSAL_BOMB, "", "it has more entries than allowed");
	job->left.entries--;
	return ok();
}

struct result job_check_name(struct job *job, enum file_type type, struct slice name,
                             const char *place)
{
	const struct format *format = format_of(type);
	char ending[16];
	job_ending(name, ending);
	if (ending_forbidden(ending))
		return job_refuse(job, REFUSAL_FORBIDDEN, place, "files named .%s never pass", ending);
	if (type == FILE_TXT && !ending[0]) { /* README: it gets its ending on the way out */
		job_drop(job, "name-ending", place);
		return ok();
	}
	if (format->rebuild && file_type_ending(type)[0] && !file_type_fits(type, ending))
		return job_refuse(job, REFUSAL_MISMATCH, place, "the content is %s, the name ends in \"%s\"",
		                  file_type_name(type), ending);
	return ok();
}

/* What was made must be what its ending says, to a tolerant reader too: text whose
 * forbidden bytes were left out may begin with another format's signature then.
 * Packages are told by their first bytes, and their readers are strict; a small
 * compound file can show a PDF's header where tolerant readers look for one.     */
static bool read_otherwise(const struct job *job, struct slice made)
{
	char name[20];
	if (made.len == 0 || slice_starts(made, SLICE("PK")))
		return false;
	if (slice_starts(made, SLICE("\xD0\xCF\x11\xE0")))
		return second_reading(FILE_OLE, made);
	snprintf(name, sizeof name, "a.%s", job->made_ending);
	enum file_type type = file_type_by_content(made, slice_str(name));
	return !file_type_fits(type, job->made_ending) || second_reading(type, made);
}

struct result job_run(struct job *job, enum file_type type, struct slice in, struct buffer *out,
                      struct why *why)
{
	const struct format *format = format_of(type);
	if ((format->rebuild || type == FILE_UNKNOWN) && second_reading(type, in))
		return job_refuse(job, REFUSAL_AMBIGUOUS, "", "it can be read as two formats");
	if (!format->rebuild)
		return job_refuse(job, format->refusal, "", "%s is not rebuilt", file_type_name(type));
	TRY(job_pay_work(job, in.len));
	if (1ull << type & CONTAINERS && job->depth >= job->left.depth)
		return job_refuse(job, REFUSAL_DEEP, "", "nested deeper than %u containers", job->left.depth);
	job->depth += (1ull << type & CONTAINERS) != 0;
	job->made_ending = file_type_fits(type, job->ending) ? job->ending : file_type_ending(type);
	TRY(format->rebuild(job, in, out, why));
	if (!buffer_ok(out))
		return job_refuse(job, REFUSAL_LARGE, "", "the rebuilt document is over the limit");
	if (read_otherwise(job, buffer_slice(out)))
		return job_refuse(job, REFUSAL_AMBIGUOUS, "", "rebuilt, it can be read as another format");
	return ok();
}

/* The nested document's own place and ending, put back by the caller. */
static struct result enter(struct job *job, struct slice name, struct why *why)
{
	char *nested = arena_string(job->arena, name);
	const char *path = nested ? place_in(job, nested) : NULL;
	char *ending = arena_alloc(job->arena, 16);
	if (!path || !ending)
		return job_memory(why);
	job_ending(name, ending);
	job->path = path;
	job->ending = ending;
	return ok();
}

static struct result rebuild_inside(struct job *job, uint64_t allowed, struct slice name,
                                    struct slice in, struct buffer *out, enum file_type *type,
                                    struct why *why)
{
	enum file_type found = file_type_by_content(in, name);
	TRY(enter(job, name, why));
	if (format_of(found)->rebuild && !((allowed >> found) & 1))
		return job_refuse(job, REFUSAL_MISMATCH, "", "%s is not allowed here", file_type_name(found));
	TRY(job_run(job, found, in, out, why));
	*type = found;
	return ok();
}

struct result job_rebuild(struct job *job, uint64_t allowed, struct slice name, struct slice in,
                          struct buffer *out, enum file_type *type, struct why *why)
{
	const char *path = job->path, *ending = job->ending;
	uint32_t depth = job->depth;
	struct result result = rebuild_inside(job, allowed, name, in, out, type, why);
	job->path = path;
	job->ending = ending;
	job->depth = depth;
	return result;
}

static bool budget_ended(enum refusal refusal)
{
	return refusal == REFUSAL_BOMB || refusal == REFUSAL_LARGE;
}

struct result job_attempt(struct job *job, uint64_t allowed, struct slice name, struct slice in,
                          struct buffer *out, enum file_type *type, enum refusal *refusal,
                          struct why *why)
{
	struct file_report trial = *job->report, *report = job->report;
	struct removal **tail = job->tail;
	bool changed = job->changed;
	const struct removal *barred = job->barred;
	job->report = &trial;
	struct result result = job_rebuild(job, allowed, name, in, out, type, NULL);
	job->report = report;
	*refusal = REFUSAL_NONE;
	if (result.code == OK || result.code == E_MEMORY || budget_ended(trial.refusal)) {
		report->removal_count = trial.removal_count;
		report->refusal = trial.refusal;
		report->place = trial.place;
		report->reason = trial.reason;
		return result.code == E_MEMORY ? job_memory(why) : result;
	}
	*tail = NULL;
	job->tail = tail;
	job->changed = changed;
	job->barred = barred;
	buffer_clear(out);
	*refusal = trial.refusal != REFUSAL_NONE ? trial.refusal : REFUSAL_DAMAGED;
	return ok();
}
