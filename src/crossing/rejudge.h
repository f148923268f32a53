/* crossing/rejudge.h - was it judged so? An auditor lets the gate judge once more: 再確認
 *
 * Same input, same settings, same programs: the same bytes come out.  Whoever has the
 * file and an entry of the ledger can have it tried.  The entry holds keyed digests
 * of what came in and what went out, a digest of the settings, and one of the
 * programs; the settings of that day are put together from the entries before it and
 * count only if their digest is the one of then.  Nothing is written.
 */
#ifndef SEKISHO_CROSSING_REJUDGE_H
#define SEKISHO_CROSSING_REJUDGE_H

#include "crossing/crossing.h"

struct rejudgement {
	int64_t entry, time_ms;
	int64_t judged_by;      /* the entry whose judgement was used then; -1: its own */
	const char *number;     /* of the crossing */
	bool refused, refused_now;
	bool same_file;         /* what was given is what the entry is about; else nothing was run */
	bool programs_known, same_programs;
	bool comparable;        /* false: locked anew under a password, which is never the same twice */
	const char *before, *now; /* keyed digest of the result, or the word of the refusal */
	bool same;              /* file and result */
	const char *reason;     /* now refused or held: the gate's own words; "" else */
};
struct rejudge_request {
	int64_t entry;          /* "crossing.file.checked" or ".refused" of a file that came in */
	struct slice content;   /* the file as it came, borrowed */
	struct slice name;      /* used if the name of then is erased */
	struct slice password;
};
/* crossing_rejudge - strings live in the arena
 * errors  E_INPUT     no such judgement: the sentence says what the entry is
 *         E_CONFLICT  it cannot be done once more (written by a version that kept no
 *                     digest; the settings of then cannot be put together)
 *         E_BUSY and others from the pool                                    */
struct pool;
struct result crossing_rejudge(struct crossings *c, struct pool *pool, const struct rejudge_request *request,
                               struct arena *arena, struct rejudgement *out, struct why *why) MUST;

#endif
