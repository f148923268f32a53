/* policy/replay.h - recorded acts decided again under a draft
 *
 * Before an edition is adopted its officer wants to know what it would have
 * changed: which acts of last year would have come out differently, for whom,
 * how often.  Acts come through an iterator, so that this room knows neither
 * ledger nor office; each is decided twice, under the policy in force and under
 * the draft, with the facts, words and posts of its own day.  The draft is
 * asked on the act's day or on its first day in force, whichever is later.
 */
#ifndef SEKISHO_POLICY_REPLAY_H
#define SEKISHO_POLICY_REPLAY_H

#include "policy/policy.h"

struct replay_act {
	const char *reference; /* of the record: number or id */
	const char *person;    /* who acted */
	const char *section;   /* "" if not known */
	const char *act;
	const char *exception_to; /* clause that an exception was asked from; NULL: a plain act */
	day_t day;
};
/* Where acts come from.  Strings live in the arena given. */
struct replay_source {
	void *state;
	/* next - the next act in the order of time; *more is false after the last */
	struct result (*next)(void *state, struct arena *arena, struct replay_act *out, bool *more,
	                      struct why *why);
	/* question - the act that next gave last, as a question to a policy on a day;
	 * E_INPUT: the policy has no such act or fact                             */
	struct result (*question)(void *state, const struct policy *policy, day_t day, struct arena *arena,
	                          struct policy_question *out, struct why *why);
};

struct replay_difference {
	struct replay_act act;
	enum verdict before, after;
	const char *before_clause, *after_clause; /* the first that decided, "" : the act's default */
	const char *before_cite, *after_cite;
	const char *unknown;  /* why the draft cannot be asked, "": it could */
	struct replay_difference *next;
};
struct replay_tally { /* how often, by act and by person */
	const char *word;     /* act or person */
	bool person;
	enum verdict before, after;
	size_t count;
	struct replay_tally *next;
};
struct replay_report {
	size_t acts, same, different;
	struct replay_difference *differences; /* in the order of time */
	struct replay_tally *tallies;          /* acts first, then persons; by word */
};
/* policy_replay
 * from, to  first and last day of the acts that count
 * arena     holds the report; a second one serves each act
 * errors    those of the source; E_MEMORY; E_INPUT the draft is unsound, or an act
 *           cannot be asked of the policy in force                            */
struct result policy_replay(const struct policy *now, const struct policy *draft,
                            const struct replay_source *source, day_t from, day_t to,
                            struct arena *arena, struct replay_report *out, struct why *why) MUST;
void replay_text(const struct policy *now, const struct replay_report *report, struct buffer *out);
void replay_json(const struct replay_report *report, struct buffer *out);

#endif
