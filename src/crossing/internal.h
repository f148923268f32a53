/* crossing/internal.h - shared by this room's files only */
#ifndef SEKISHO_CROSSING_INTERNAL_H
#define SEKISHO_CROSSING_INTERNAL_H

#include "base/number.h"
#include "base/text.h"
#include "crossing/crossing.h"
#include "ledger/record.h"

struct crossings {
	struct crossing_parts at;
};

enum {
	CROSSING_ROOM = 8 << 20, /* arena of one call */
	DAY_MS = 86400000,
};

/* A file and what it belongs to, as the tables have it; text is still sealed. */
struct file_row {
	const char *id, *crossing, *name_item, *original, *clean, *report, *type, *ending, *refusal, *clause;
	const char *original_application;
	enum crossing_state state;
	enum file_verdict verdict;
	uint64_t bytes, clean_bytes;
	int64_t place, released_ms, collected_ms, collect_until_ms;
	int64_t original_until_ms, original_erased_ms, clean_erased_ms;
	int64_t original_released_ms, original_collected_ms;
};
struct crossing_row {
	const char *id, *number, *sender, *receiver, *section, *answers, *detail, *application, *edition;
	enum crossing_direction direction;
	int64_t created_ms;
};
struct crossing_detail {
	const char *purpose, *partner, *protection, *not_needed, *password;
	const char *reason_for; /* ids of the clauses that not_needed answers, ' ' between */
};

int64_t crossing_now(const struct crossings *c);
enum crossing_state crossing_state_of(struct slice name);

/* begin and finish a change; nested calls join the transaction that is open */
struct result change_begin(struct crossings *c, bool *own, struct why *why) MUST;
struct result change_finish(struct crossings *c, bool own, struct result done, struct why *why) MUST;

/* record - one entry about a crossing or a file; data is stolen */
struct event {
	const char *kind, *actor, *subject;
	const struct decision *decision; /* nullable: whose clauses spoke */
	const char *clause;              /* nullable: one more clause */
};
struct result record(struct crossings *c, const struct event *event, json_t *data, struct why *why) MUST;

struct result file_row_read(struct crossings *c, const char *id, struct arena *arena,
                            struct file_row *out, struct why *why) MUST;
struct result crossing_row_read(struct crossings *c, const char *id, struct arena *arena,
                                struct crossing_row *out, struct why *why) MUST;
struct result detail_read(struct crossings *c, const char *item, struct arena *arena,
                          struct crossing_detail *out, struct why *why) MUST;
/* sealed_text - a small vault item as text; a fixed sentence once it is erased */
struct result sealed_text(struct crossings *c, const char *item, struct arena *arena,
                          const char **out, struct why *why) MUST;

/* What the act of a crossing is about, as facts for the policy. */
struct crossing_facts {
	struct wish wish;
	struct fact_pair pairs[40];
	struct policy_claim claims[8];
};
enum finding_of_gate { GATE_UNKNOWN = 0, GATE_YES, GATE_NO };
/* facts_of - E_MEMORY; E_ABSENT the vocabulary has no such act */
struct result facts_of(struct crossings *c, const struct crossing_row *row,
                       const struct crossing_detail *detail, enum finding_of_gate scanned,
                       enum finding_of_gate sanitised, struct arena *arena,
                       struct crossing_facts *out, struct why *why) MUST;
/* done_facts - the facts of an act that was done, as duties read them in its entry: ids, words,
 * levels, no free text; a new reference                                     */
json_t *done_facts(const struct crossing_facts *facts, const char *actor);
/* facts_of_original - the act of releasing an original by exception */
struct result facts_of_original(struct crossings *c, const struct crossing_row *row, const char *file,
                                const char *actor, enum finding_of_gate scanned, struct arena *arena,
                                struct crossing_facts *out, struct why *why) MUST;
/* exception_facts - the act of beginning an exception to `clause`
 * day     holds the ISO date while the facts are used                      */
void exception_facts(const char *clause, const char *file, const char *actor, day_t until,
                     const char *ground, char day[11], struct crossing_facts *out);
/* refusing_clause - the first that refuses, "" none */
const char *refusing_clause(const struct decision *decision);
/* clause_against - which clause refuses what the gate has found; "" none */
struct result clause_against(struct crossings *c, const struct crossing_row *row,
                             const struct crossing_detail *detail, enum finding_of_gate scanned,
                             enum finding_of_gate sanitised, struct arena *arena, const char **out,
                             struct why *why) MUST;
/* reasons_wanted - fills detail->reason_for: which clauses a reason answers */
struct result reasons_wanted(struct crossings *c, const struct crossing_row *row,
                             struct crossing_detail *detail, struct arena *arena, struct why *why) MUST;
/* original_bar - E_DENIED: no clause lets an exception be granted */
struct result original_bar(struct crossings *c, const struct crossing_row *row, const char *file,
                           struct arena *arena, struct crossing_bar *out, struct why *why) MUST;
/* object_name - "personal" for "object.personal"; NULL for what is no answer of the sender */
const char *object_name(const struct policy_fact *fact);
/* answers_check - every answer is one that the vocabulary knows; E_INPUT */
struct result answers_check(struct crossings *c, const char *act, const char *answers,
                            struct arena *arena, struct why *why) MUST;
/* answers_missing - E_INPUT what the sender must say still, E_DENIED what the office
 * does not know of him                                                       */
struct result answers_missing(struct crossings *c, const char *act, const struct decision *decision,
                              struct arena *arena, struct why *why) MUST;

/* clean_name_of - the name under which a file is collected
 * ending  what the gate says the clean file must end in, "" if it does not   */
const char *clean_name_of(const char *name, const char *ending,
                          enum crossing_direction direction, bool protected, struct arena *arena);

/* ---- the working table of the queue (crossing/queue.c) ------------------- */
struct result queue_migrate(struct crossings *c, struct why *why) MUST;
/* queue_take - the next waiting file, claimed; *file is NULL if there is none */
struct result queue_take(struct crossings *c, struct arena *arena, const char **file,
                         int64_t *attempts, struct why *why) MUST;
/* queue_wait - let it rest and say why; queue_done - forget it */
struct result queue_wait(struct crossings *c, const char *file, int64_t rest_ms, const char *note,
                         struct why *why) MUST;
struct result queue_done(struct crossings *c, const char *file, struct why *why) MUST;
struct result queue_note(struct crossings *c, const char *file, struct arena *arena,
                         const char **out, struct why *why) MUST;

/* ---- passwords of locked files (crossing/password.c) --------------------- */
enum { PASSWORD_MOST = 256, PASSWORD_TRIES = 10 };
/* password_read - what was given for a file, in the arena: wipe it when used; empty
 * if nothing was.  wrong: how often what was given did not open it            */
struct result password_read(struct crossings *c, const char *file, struct arena *arena,
                            struct slice *out, int64_t *wrong, struct why *why) MUST;
/* password_forget - destroy it, inside a change; was_wrong: and count it      */
struct result password_forget(struct crossings *c, const char *file, bool was_wrong,
                              struct why *why) MUST;

#endif
