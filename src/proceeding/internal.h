/* proceeding/internal.h - shared by this room's files only */
#ifndef SEKISHO_PROCEEDING_INTERNAL_H
#define SEKISHO_PROCEEDING_INTERNAL_H

#include "base/number.h"
#include "ledger/record.h"
#include "proceeding/case.h"
#include "proceeding/proceeding.h"
#include "store/ask.h"

/* Who holds which post, past and coming holdings too: read by the first decision of a list */
struct seating {
	struct arena *arena;
	struct holding *held;
	size_t count;
	bool read;
};
struct board;
struct proceedings {
	struct proceeding_parts at;
	struct seating *seating; /* NULL: each decision reads for itself */
	struct board *board; /* whose word the open applications wait for; board.h */
};

/* What was frozen when it was submitted. */
struct frozen {
	struct wish wish;
	const char *title, *purpose;
};
/* A row of the projection. */
struct application_row {
	const char *id, *number, *act, *exception_to, *subject, *applicant, *section, *detail, *edition, *joint;
	enum application_state state;
	bool together;
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
/* row_wished - newest for this wish: its act by its actor on its subject, that is not
 * withdrawn, returned or over                                               */
struct result row_wished(struct proceedings *p, const struct wish *wish, struct arena *arena,
                         struct application_row *out, struct why *why) MUST;
/* application_rows - newest first; application_whole - a row with all that was sealed, the
 * decision of today and whom it asks                                        */
struct result application_rows(struct proceedings *p, const struct application_query *query, size_t most,
                               struct arena *arena, struct application_row *rows, size_t *count,
                               struct why *why) MUST;
struct result application_whole(struct proceedings *p, const struct application_row *row, struct arena *arena,
                                struct application *out, struct why *why) MUST;
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
/* proceeding_record - append an entry; the clauses that spoke in the decision (nullable)
 * stand in it; data is stolen                                               */
struct result proceeding_record(struct proceedings *p, const char *kind, const char *id, const char *actor,
                                const char *post, const struct decision *decision, json_t *data,
                                struct why *why) MUST;
/* proceeding_record_refused - place: the clause that refused (it is named), or another place */
struct result proceeding_record_refused(struct proceedings *p, const char *kind, const char *id, const char *actor,
                                        const char *post, const char *place, json_t *data, struct why *why) MUST;
/* seal_text - id of the sealed item, "" for the empty text */
struct result seal_text(struct proceedings *p, const char *text, char id[27], struct why *why) MUST;
/* unseal_text - "" for no item; a sentence for what was erased */
struct result unseal_text(struct proceedings *p, struct slice item, struct arena *arena, const char **out,
                          struct why *why) MUST;

/* effect_record - open the entries of record books that the decision asks for */
struct effect_of {
	const char *row, *section, *origin, *actor, *approver; /* "" where there is none */
	const struct fact_pair *facts;
	size_t fact_count;
	bool done; /* performed now, not only permitted */
};
struct result effect_record(struct proceedings *p, const struct decision *decision,
                            const struct effect_of *of, struct arena *arena, struct why *why) MUST;
/* effect_begin, effect_end - effect.c: what a permitted application brings about, and
 * what ends with it; inside the transaction of its entry                    */
struct result effect_begin(struct proceedings *p, const struct application *a, struct arena *arena,
                           struct why *why) MUST;
struct result effect_end(struct proceedings *p, const char *id, struct arena *arena, struct why *why) MUST;
/* case_moved - the move itself, decided before: entry, step, row; case.c */
struct result case_moved(struct proceedings *p, const char *id, const char *act, const char *actor,
                         const struct decision *decision, const char *application, struct arena *arena,
                         struct why *why) MUST;
/* row_cells - the cells of a row but its texts, with one replaced or added; for the
 * next version of it                                                        */
struct result row_cells(struct proceedings *p, const struct register_row *row, const char *path,
                        const char *value, struct arena *arena, struct cell **out, size_t *count,
                        struct why *why) MUST;
/* case_wish - a move of the case as a wish; strings live in the arena */
struct result case_wish(struct proceedings *p, const struct case_view *view, const char *act,
                        const char *actor, struct arena *arena, struct wish *out, struct why *why) MUST;
/* case_apply - the projection's half of case.* entries */
struct result case_apply(struct store *store, const struct ledger_entry *entry, struct why *why) MUST;

/* evidence_keep - the rows that the case names are its evidence from now on, or are let
 * go: it has ended, or says that nothing is kept; evidence.c                */
struct result evidence_keep(struct proceedings *p, const char *id, const char *actor, struct arena *arena,
                            struct why *why) MUST;
/* evidence_facts - facts of an act that a case tells (`found-by violation`): whether the
 * latest one about the object has passed the step of that name, else what it says; and
 * whether the object is kept as evidence (`on_hold`): by a case, or as was told      */
struct result evidence_facts(struct proceedings *p, const struct policy_fact *known, size_t count, const char *object,
                             bool kept_as_told, struct facts *facts, struct arena *arena, struct why *why) MUST;

/* settle - after a word: does the whole route now say something?  settle.c
 * joint_read - everything that was applied for together; none for ""
 * joint_end - it is refused, returned or withdrawn (kind), and with it whatever stands or
 * falls together with it                                                    */
struct result settle(struct proceedings *p, const char *id, const char *person, struct arena *arena,
                     struct why *why) MUST;
struct result joint_read(struct proceedings *p, const char *joint, struct arena *arena, struct application **out,
                         size_t *count, struct why *why) MUST;
struct result joint_end(struct proceedings *p, const struct application *a, const char *kind, const char *person,
                        struct arena *arena, struct why *why) MUST;

/* after_record - whom this word was given for, when by a substitute; after_apply - the
 * projection's half; after.c                                                */
struct result after_record(struct proceedings *p, const struct application *a, const struct application_slot *slot,
                           const struct holder *as, struct arena *arena, struct why *why) MUST;
struct result after_apply(struct store *store, const struct ledger_entry *entry, const json_t *data,
                          struct why *why) MUST;

/* leaving_held - how much the person of a case of leaving still holds; "" of other kinds */
struct result leaving_held(struct proceedings *p, const struct register_row *row, struct arena *arena, const char **out,
                           struct why *why) MUST;

/* relax_read - appends what is relaxed on the day for this actor; relax_follow - the case stands
 * in that step now: what was relaxed in another one is over; relax_apply - the projection's
 * half; relax.c                                                              */
struct result relax_read(struct proceedings *p, const char *actor, day_t day, struct arena *arena,
                         struct policy_exception *list, size_t room, size_t *count, struct why *why) MUST;
struct result relax_follow(struct proceedings *p, const char *emergency, const char *step, struct arena *arena,
                           struct why *why) MUST;
struct result relax_apply(struct store *store, const struct ledger_entry *entry, const json_t *data,
                          struct why *why) MUST;

/* exception_begun - an exception is in force: it is written into the record books, and one
 * that nobody permitted is kept as such.  urgent_apply - the projection's half; exception.c */
struct result exception_begun(struct proceedings *p, const struct application *a, struct arena *arena,
                              struct why *why) MUST;
struct result urgent_apply(struct store *store, const struct ledger_entry *entry, const json_t *data,
                           struct why *why) MUST;

/* decision_state - what the routes of a decision say together */
enum route_state decision_state(const struct decision *decision);

#endif
