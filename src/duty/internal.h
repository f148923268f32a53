/* duty/internal.h - what the files of this room share; nobody else includes it */
#ifndef SEKISHO_DUTY_INTERNAL_H
#define SEKISHO_DUTY_INTERNAL_H

#include "duty/duty.h"
#include "ledger/record.h"
#include "store/ask.h"

#include <string.h>

enum { DUTY_ROOM = 16 << 20 /* one round's memory */, DUTY_ID = 27 };

/* The statements of one day, kept while the day and the parameters stay. */
struct statements {
	struct arena *arena;
	day_t day;
	struct policy_duty *at;
	size_t count;
};
/* Where everybody is (chart.c). */
enum { CHART_CHILDREN = 1, CHART_PEOPLED = 2 };
struct duty_chart {
	struct arena *arena; /* NULL: not read yet */
	struct section *sections;
	size_t section_count;
	struct person *people; /* office_roll: nothing unsealed */
	size_t people_count;
	struct holding *held; /* past and coming ones too, by post and scope */
	size_t held_count;
	unsigned char *marks; /* of sections */
};
struct duties {
	struct duty_parts at;
	struct duty_chart chart; /* of the transaction that stands */
	struct statements now;   /* of today */
	struct statements then;  /* of the day that a sweep has come to */
};

extern const struct migration duty_working_migrations[];
extern const size_t duty_working_migration_count;

struct result duty_no_memory(struct why *why);
day_t duty_today(const struct duties *d);
struct result duty_statements_of(struct duties *d, struct statements *s, day_t day, struct why *why) MUST;
const struct policy_duty *duty_named(const struct statements *s, const char *id);

/* duty_begin - tx_begin; what was read of the office before is forgotten */
struct result duty_begin(struct duties *d, struct tx *tx, struct why *why) MUST;
/* duty_chart - within a transaction that duty_begin began; borrowed until the next one */
struct result duty_chart(struct duties *d, const struct duty_chart **out, struct why *why) MUST;
void duty_chart_forget(struct duties *d);
const struct section *duty_chart_section(const struct duty_chart *c, const char *id); /* NULL: none */
const struct person *duty_chart_person(const struct duty_chart *c, const char *id);
bool duty_chart_children(const struct duty_chart *c, const char *id); /* sections below it */
bool duty_chart_peopled(const struct duty_chart *c, const char *id);  /* active people in it */
bool duty_chart_ever_held(const struct duty_chart *c, const char *post, const char *scope);

/* state as it is stored */
const char *duty_state_stored(enum duty_state state);
enum duty_state duty_state_read(struct slice text);

/* ---- opening (open.c) */
struct opening {
	const struct policy_duty *duty;
	const char *trigger;  /* on each always document on-call */
	const char *event;    /* "" */
	const char *subject;  /* of the triggering entry, "" */
	int64_t seq;          /* of it, -1 */
	const char *object, *kind; /* "" */
	const char *section;  /* of the object, "" */
	const char *actor, *approver; /* persons, "" */
	day_t period;
	int64_t due_ms;
	enum duty_clock clock;
	bool question, document;
	const struct duty_judgement *judgement;
	day_t day;
};
/* One party owes one obligation: any one of its seats. */
struct party {
	struct duty_seat *seats;
	size_t count;
	const char *section;
};
struct parties {
	struct party *at;
	size_t count, room;
};
/* duty_parties - the route as those who owe, today
 * members_by_post  the members of a section are one party each: their superior's */
struct result duty_parties(struct duties *d, const struct opening *o, const struct duty_route *route,
                           bool members_by_post, struct arena *arena, struct parties *out, struct why *why) MUST;
/* duty_open_all - one obligation a party that is not there yet, in the caller's
 * transaction; opened counts up                                            */
struct result duty_open_all(struct duties *d, const struct opening *o, const struct parties *parties,
                            struct arena *arena, size_t *opened, struct why *why) MUST;
void duty_key(const struct opening *o, const struct party *party, char id[DUTY_ID]);

/* ---- entries (record.c) */
struct result duty_record(struct duties *d, const char *kind, const char *actor, const char *post,
                          const char *subject, const char *clause, json_t *data, struct why *why) MUST;
/* duty_settle - duty.done and the like for one obligation */
struct result duty_record_about(struct duties *d, const char *kind, const char *actor, const char *post,
                                const struct obligation *o, json_t *data, struct why *why) MUST;

/* ---- the act itself (deed.c) */
/* duty_deed_there - a duty that only an act settles (a move, a task of a proceeding, a document's
 * registration) needs the act among the evidence: E_INPUT "evidence" says which              */
struct result duty_deed_there(struct duties *d, const struct obligation *o, const struct duty_answer *a,
                              struct arena *arena, struct why *why) MUST;

/* ---- facts (facts.c) */
/* duty_object_facts - what is known of an object, below "object"; known false: nothing */
struct result duty_object_facts(struct duties *d, const char *id, struct facts *facts, const char **kind,
                                const char **section, struct arena *arena, struct why *why) MUST;
struct result duty_actor_facts(struct duties *d, const char *person, struct facts *facts, day_t day,
                               struct arena *arena, struct why *why) MUST;

/* ---- reading (read.c) */
#define DUTY_COLUMNS                                                                                   \
	"d.id, d.duty, d.clause, d.task, d.trigger_sort, d.event, d.seq, d.object, d.kind, d.section," \
	" d.period, d.strength, d.state, d.clock, d.opened_ms, d.due_ms, d.closed_ms, d.escalations,"  \
	" d.closed_by, d.closed_as, d.evidence, d.note"
struct result duty_row(struct duties *d, struct statement *s, struct arena *arena, struct obligation *out,
                       struct why *why) MUST;
struct result duty_seats(struct duties *d, struct arena *arena, struct obligation *o, struct why *why) MUST;
/* duty_rows - all rows of a query that gives DUTY_COLUMNS */
struct result duty_rows(struct duties *d, const char *sql, const struct arg *args, size_t arg_count,
                        struct arena *arena, struct obligation **out, size_t *count, struct why *why) MUST;

/* ---- periods (each.c), due (due.c) */
struct result duty_sweep(struct duties *d, size_t *opened, size_t *withdrawn, struct why *why) MUST;
struct result duty_fall_due(struct duties *d, struct duty_ticked *out, struct why *why) MUST;
struct result duty_cursor(struct duties *d, const char *name, int64_t fallback, int64_t *out, struct why *why) MUST;
struct result duty_cursor_set(struct duties *d, const char *name, int64_t value, struct why *why) MUST;

#endif
