/* proceeding/internal.h - shared by this room's files only */
#ifndef SEKISHO_PROCEEDING_INTERNAL_H
#define SEKISHO_PROCEEDING_INTERNAL_H

#include "base/number.h"
#include "ledger/record.h"
#include "proceeding/proceeding.h"

struct proceedings {
	struct proceeding_parts at;
};

/* What was frozen when it was submitted. */
struct frozen {
	struct wish wish;
	const char *title, *purpose;
};
/* A row of the projection. */
struct application_row {
	const char *id, *number, *act, *exception_to, *subject, *applicant, *section, *detail, *edition;
	enum application_state state;
	int64_t created_ms, decided_ms, used_ms;
	day_t until;
};

day_t proceeding_today(const struct proceedings *p);
enum application_state application_state_of(struct slice name);

struct result row_read(struct proceedings *p, struct slice id, struct arena *arena,
                       struct application_row *out, struct why *why) MUST;
/* row_of - newest of a subject; exception_to nullable: plain applications only,
 * "*": any exception, else exceptions to that clause                       */
struct result row_of(struct proceedings *p, const char *subject, const char *exception_to,
                     struct arena *arena, struct application_row *out, struct why *why) MUST;
struct result words_read(struct proceedings *p, const char *id, struct arena *arena,
                         struct application_word **out, size_t *count, struct why *why) MUST;
struct result frozen_read(struct proceedings *p, const struct application_row *row,
                          struct arena *arena, struct frozen *out, struct why *why) MUST;
struct result frozen_seal(struct proceedings *p, const struct application_request *request,
                          struct vault_info *out, struct why *why) MUST;

/* decide_with - the decision about a wish, given the words on one application */
struct result decide_with(struct proceedings *p, const struct wish *wish,
                          const struct application_word *words, size_t word_count,
                          struct arena *arena, const struct decision **out, struct why *why) MUST;
/* decision_state - what the routes of a decision say together */
enum route_state decision_state(const struct decision *decision);

#endif
