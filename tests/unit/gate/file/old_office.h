/* tests/unit/gate/file/old_office.h - small doc, xls and ppt files made in the test */
#ifndef SEKISHO_TESTS_OLD_OFFICE_H
#define SEKISHO_TESTS_OLD_OFFICE_H

#include "gate/file/cfb.h"
#include "gate/inspect/inspect.h"

#include "harness.h"

#define KEPT "kept text"
#define MARK "CANARY"

struct outcome {
	struct arena *arena;
	struct buffer out;
	struct file_report report;
};

static void outcome_done(struct outcome *o)
{
	buffer_done(&o->out);
	arena_free(o->arena);
}

static void cleanse(struct outcome *o, const char *name, struct slice in)
{
	struct file_limits limits = file_limits_default();
	o->arena = arena_new(1 << 24);
	buffer_init(&o->out, 64 << 20);
	CHECK(file_cleanse(slice_str(name), in, &limits, o->arena, &o->out, &o->report, NULL).code == OK);
}

/* A wide text, as these formats keep most of theirs. */
static void put_wide(struct buffer *b, const char *text)
{
	for (; *text; text++)
		buffer_put_le16(b, (uint8_t)*text);
}

/* Bytes of a text, narrow or wide, anywhere in the output. */
static bool has_text(struct slice in, const char *text)
{
	struct buffer wide;
	buffer_init(&wide, 4096);
	put_wide(&wide, text);
	bool found = slice_find(in, slice_str(text)) != SIZE_MAX || slice_find(in, buffer_slice(&wide)) != SIZE_MAX;
	buffer_done(&wide);
	return found;
}

static bool told(const struct file_report *report, const char *what)
{
	for (const struct removal *r = report->removals; r; r = r->next)
		if (strcmp(r->what, what) == 0)
			return true;
	return false;
}

/* Further entries of the root: "Macros/" is a storage with a marked stream in it. */
static void plan_more(struct cfb_plan *plan, const char *more)
{
	struct slice marked = SLICE(MARK " in a stream that is long enough to be seen");
	size_t len = more ? strlen(more) : 0;
	if (!len)
		return;
	if (more[len - 1] != '/') {
		cfb_plan_add(plan, 0, more, false, marked);
		return;
	}
	uint32_t storage = cfb_plan_add(plan, 0, arena_string(plan->arena, slice_of(more, len - 1)), true, SLICE(""));
	cfb_plan_add(plan, storage, "inner", false, marked);
}

/* What the second reader, which shares no code, says of a file. */
static enum inspect_verdict second_reader(const char *file, struct slice in, bool tell)
{
	struct inspect_limits limits = inspect_limits_default();
	struct inspect_report report;
	struct arena *arena = arena_new(64 << 20);
	CHECK(inspect_document(inspect_type_of(strrchr(file, '.') + 1), in, &limits, arena, &report, NULL).code == OK);
	if (tell && report.verdict != INSPECT_OK)
		printf("  second reader: %s %s %s\n", inspect_verdict_name(report.verdict), report.reason,
		       report.findings ? report.findings->what : "");
	arena_free(arena);
	return report.verdict;
}

/* The checks of one construct: it is told, it is gone, the rest is there, a second
 * cleansing changes nothing. */
static void check_gone(const char *name, const char *what, const char *file, struct slice in)
{
	struct outcome o = {0}, again = {0};
	cleanse(&o, file, in);
	struct slice out = buffer_slice(&o.out);
	bool fine = o.report.verdict != FILE_REFUSED && (!what || told(&o.report, what)) && !has_text(out, MARK) &&
	            has_text(out, KEPT);
	cleanse(&again, file, out);
	bool stable = again.report.verdict == FILE_CLEAN && slice_equal(out, buffer_slice(&again.out));
	if (!fine || !stable)
		printf("  %s: %s %s (%s), first removal %s, mark %d, kept %d, stable %d\n", name,
		       file_verdict_name(o.report.verdict), o.report.reason, o.report.place,
		       o.report.removals ? o.report.removals->what : "-", has_text(out, MARK), has_text(out, KEPT), stable);
	CHECK(fine && stable);
	CHECK(second_reader(file, out, true) == INSPECT_OK);
	if (what && second_reader(file, in, false) == INSPECT_OK)
		printf("  %s: the second reader saw nothing in the original\n", name);
	CHECK(!what || second_reader(file, in, false) != INSPECT_OK);
	outcome_done(&again);
	outcome_done(&o);
}

#endif
