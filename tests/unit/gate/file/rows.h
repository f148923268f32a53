/* One construct a row: gone and reported, what people read stays, what comes out is
 * its own cleansing; the second reader finds something in the row, or at least nothing
 * in what came of it.                                                       */
#ifndef SEKISHO_TESTS_UNIT_GATE_FILE_ROWS_H
#define SEKISHO_TESTS_UNIT_GATE_FILE_ROWS_H

#include "gate/file/file.h"
#include "gate/inspect/inspect.h"

#include "construct.h"
#include "harness.h"

struct row {
	const char *name, *what, *text;
};

struct outcome {
	struct arena *arena;
	struct buffer out;
	struct file_report report;
};

static inline void cleanse_as(struct outcome *o, const char *name, struct slice in)
{
	struct file_limits limits = file_limits_default();
	o->arena = arena_new(64 << 20);
	buffer_init(&o->out, 64 << 20);
	CHECK(file_cleanse(slice_str(name), in, &limits, o->arena, &o->out, &o->report, NULL).code == OK);
}

static inline void outcome_done(struct outcome *o)
{
	buffer_done(&o->out);
	arena_free(o->arena);
}

static inline bool told(const struct outcome *o, const char *what)
{
	for (const struct removal *r = o->report.removals; r; r = r->next)
		if (strcmp(r->what, what) == 0)
			return true;
	return false;
}

static inline enum inspect_verdict second_look(const char *ending, struct slice in)
{
	struct inspect_limits limits = inspect_limits_default();
	struct inspect_report report;
	struct arena *arena = arena_new(64 << 20);
	CHECK(inspect_document(inspect_type_of(ending), in, &limits, arena, &report, NULL).code == OK);
	if (report.verdict != INSPECT_OK)
		printf("  second reader: %s %s\n", report.reason, report.findings ? report.findings->what : "");
	arena_free(arena);
	return report.verdict;
}

/* check_again - what came out stays as it is, and the second reader is content */
static inline void check_again(const struct outcome *o, const char *name, const char *ending)
{
	struct outcome two;
	cleanse_as(&two, name, buffer_slice(&o->out));
	CHECK_INT(two.report.verdict, FILE_CLEAN);
	CHECK_SLICE(buffer_slice(&two.out), buffer_slice(&o->out));
	CHECK_INT(second_look(ending, buffer_slice(&o->out)), INSPECT_OK);
	outcome_done(&two);
}

/* check_row - kept: what people read of it, NULL where nothing has to stay */
static inline void check_row(const char *name, const char *what, struct slice in, const char *ending, const char *kept)
{
	struct outcome one;
	char file[32];
	snprintf(file, sizeof file, "x.%s", ending);
	construct_file(name, -1, ending, in);
	cleanse_as(&one, file, in);
	struct slice out = buffer_slice(&one.out);
	bool fine = one.report.verdict == FILE_CHANGED && told(&one, what) && slice_find(out, SLICE("CANARY")) == SIZE_MAX &&
	            (!kept || slice_find(out, slice_str(kept)) != SIZE_MAX);
	if (!fine) {
		printf("  %s: %s %s\n%.*s\n", name, file_verdict_name(one.report.verdict), one.report.reason, SLICE_ARG(out));
		for (const struct removal *r = one.report.removals; r; r = r->next)
			printf("    %s at %s\n", r->what, r->where);
	}
	CHECK(fine);
	if (one.report.verdict != FILE_REFUSED)
		check_again(&one, file, ending);
	outcome_done(&one);
}

static inline void check_refused(const char *file, struct slice in, enum refusal refusal)
{
	struct outcome o;
	cleanse_as(&o, file, in);
	if (o.report.refusal != refusal)
		printf("  %.60s: %s\n", (const char *)in.at, o.report.reason);
	CHECK_INT(o.report.refusal, refusal);
	CHECK_INT(o.out.len, 0);
	outcome_done(&o);
}

#endif
