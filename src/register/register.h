/* register/register.h - 台帳: what is kept account of, row by row
 *
 * The kinds and their facts are the vocabulary's; this engine knows none by
 * name.  A row is a projection of the ledger: it changes only by an entry, and
 * every version of it can be read back from the entries.  Deciding whether a
 * row may be made or changed is the caller's (policy act KIND.register, .change,
 * .close); this room sees to it that a row says what its kind can say, that what
 * it names exists, that nothing contains itself, and that its class is never
 * stated lower than the policy makes it.
 * Words, levels, days, numbers and ids stand in the entries; free text (type
 * text) is sealed in the vault, and the entry holds its keyed digest.  A row's
 * name stands in the clear: it names a thing, not a person.
 * clause  HN-2.2.2(1)-1/1 register of assets, HN-2.2.2(1)-1/2 highest class wins,
 *         HN-2.2.2(3)-1 class of what comes from inside
 */
#ifndef SEKISHO_REGISTER_H
#define SEKISHO_REGISTER_H

#include "base/arena.h"
#include "base/clock.h"
#include "ledger/ledger.h"
#include "office/office.h"
#include "policy/policy.h"
#include "store/vault.h"

extern const struct projection register_projection;

struct registers;

struct register_parts {
	struct store *store;
	struct ledger *ledger;
	struct vault *vault;
	struct office *office;
	const struct policy *policy;
	const char *policy_name; /* whose classes bind the body: "hannan" */
	struct random *random;
	const struct clock *clock;
	const char *body;
};
/* registers_open - parts are copied, what they point to is borrowed; migrates the
 * word index (a working table: registers_reindex makes it anew)             */
struct result registers_open(const struct register_parts *parts, struct registers **out,
                             struct why *why) MUST;
void registers_close(struct registers *r);
void registers_drop(struct registers **r);
/* registers_watch - be told the id of every row that is looked up, found or not, until told
 * otherwise; copied.  NULL: nobody is told                                   */
struct register_watch {
	void (*saw)(void *context, const char *id);
	void *context;
};
void registers_watch(struct registers *r, const struct register_watch *watch);

enum {
	REGISTER_NAME = 200,    /* bytes of a row's name */
	REGISTER_VALUE = 400,   /* of a value that is no text */
	REGISTER_TEXT = 20000,  /* of a text */
	REGISTER_MEMBERS = 500, /* of a set */
	REGISTER_PAGE = 500,    /* rows of one list */
};

/* One fact of a row as text, in the form of policy's facts_set_any: yes/no, ISO
 * day, number, "5 years", word, level, id; a set is its members with one space
 * between.  The empty value says that it is not known.                      */
struct cell {
	const char *path; /* "owner", "importance" */
	const char *value;
};
/* What a row is to be. */
struct register_change {
	const char *kind;
	const char *id;       /* "" or NULL: a new row */
	int64_t version;      /* the version that was seen; a new row: 0 */
	const char *name;
	const char *section;  /* whose row it is: a section's id */
	const struct cell *cells;
	size_t cell_count;
	const char *actor, *post; /* who does it, "manager@tax" */
	const struct slice *clauses; /* that spoke to it; for the entry */
	size_t clause_count;
};
/* register_put - make a row or its next version, in the caller's transaction or
 * one of its own; rows that contain it are rated anew with it
 * id      written on success
 * errors  E_INPUT    a value that cannot be (place: the path; "name", "section")
 *         E_ABSENT   no such kind or row; a row, person or section named by a
 *                    value does not exist or is closed (place: the path)
 *         E_CONFLICT another version stands there: why->text says whose and since when;
 *                    the row would contain itself (place: the path)
 *         E_DENIED   a class stated lower than the policy makes it; no edition in force
 * clause  HN-2.2.2(1)-1/2                                                   */
struct result register_put(struct registers *r, const struct register_change *change, char id[27],
                           struct why *why) MUST;
/* register_change_facts - what the row would say after this change, as facts below
 * prefix (policy's KIND.register, .change); rows that it names follow, three deep
 * errors  E_INPUT, E_ABSENT as above                                        */
struct result register_change_facts(struct registers *r, const struct register_change *change,
                                    struct facts *facts, const char *prefix, struct why *why) MUST;
/* register_lowers - does the change state a level below the one that is stated now?
 * scale   its path, "" when it does not                                     */
struct result register_lowers(struct registers *r, const struct register_change *change,
                              struct arena *arena, const char **scale, struct why *why) MUST;
/* register_end - the row stays readable and is no longer listed.  E_CONFLICT
 * while open rows name it (place: one of them), or another version stands   */
struct result register_end(struct registers *r, const char *id, int64_t version, const char *actor,
                           const char *post, const struct slice *clauses, size_t clause_count,
                           struct why *why) MUST;

/* A class as the policy rates it: [low, high]; equal when it is certain. */
struct register_class {
	const char *scale, *low, *high;
};
struct register_row {
	const char *id, *kind, *name, *section;
	int64_t serial; /* counts from 1 within the kind */
	int64_t version;
	bool closed;
	const struct cell *cells; /* in the order of their paths; texts only from register_get */
	size_t cell_count;
	const struct register_class *classes;
	size_t class_count;
	int64_t changed_ms;
	const char *changed_by;
};
/* register_get - E_ABSENT */
struct result register_get(struct registers *r, const char *id, struct arena *arena,
                           struct register_row *out, struct why *why) MUST;
/* register_brief - the same without its texts, which need not be opened then */
struct result register_brief(struct registers *r, const char *id, struct arena *arena,
                             struct register_row *out, struct why *why) MUST;
/* register_find - the id of a row by its number (serial > 0), or an open one by name and,
 * if section is not "", section; `found` counts them, no further than 2
 * id      of the first; "" for none                                         */
struct result register_find(struct registers *r, const char *kind, int64_t serial, const char *name,
                            const char *section, char id[27], int *found, struct why *why) MUST;
/* register_cell - its value, "" when it is not known */
const char *register_cell(const struct register_row *row, const char *path);

/* register_naming - open rows that name this one (what contains it), by name; at most limit */
struct result register_naming(struct registers *r, const char *id, size_t limit, struct arena *arena,
                              struct register_row **out, size_t *count, struct why *why) MUST;
/* register_why - the clauses that make a row's class what it is, and the rows in it
 * that do: clause ids, and for each the row it takes over from ("" its own facts)
 * clause  HN-2.2.2(1)-1/2                                                   */
struct register_reason {
	const char *clause, *row;
};
struct result register_why(struct registers *r, const char *id, const char *scale, struct arena *arena,
                           struct register_reason **out, size_t *count, struct why *why) MUST;

/* One version of a row, from the ledger: what was said then, and what it changed. */
struct register_version {
	int64_t seq, time_ms, version; /* version 0: rated anew, nobody edited it */
	const char *kind;              /* of the entry: register.changed ... */
	const char *actor, *post;
	const char *const *clauses;
	size_t clause_count;
	const char *const *changed;    /* paths that differ from the version before; "name", "section" */
	size_t changed_count;
	const char *name, *section;
	const struct cell *cells;      /* no texts */
	size_t cell_count;
};
/* register_history - newest first, at most limit */
struct result register_history(struct registers *r, const char *id, size_t limit, struct arena *arena,
                               struct register_version **out, size_t *count, struct why *why) MUST;

/* Lists: open rows in the order of name and id, or as asked. */
enum register_order { ORDER_NAME = 0, ORDER_SERIAL, ORDER_CHANGED /* newest first */ };
struct register_query {
	const char *kind;
	const char *words;   /* all of them stand in name or values; "" or NULL: not asked */
	const char *section; /* likewise */
	const char *path, *value; /* this cell (a class: its high) has this value */
	bool closed;         /* closed rows instead of open ones */
	enum register_order order;
	const char *after_name, *after_id; /* go on behind this row */
	int64_t after_number;              /* ... its serial or changed_ms, in those orders */
	size_t limit;        /* 1..REGISTER_PAGE */
};
struct result register_list(struct registers *r, const struct register_query *query, struct arena *arena,
                            struct register_row **out, size_t *count, bool *more, struct why *why) MUST;
/* register_count - rows of a query, regardless of after and limit; counts no
 * further than `most` and then returns most                                */
struct result register_count(struct registers *r, const struct register_query *query, int64_t most,
                             int64_t *out, struct why *why) MUST;

/* register_facts - what the row says, as facts of an act that is done to or with
 * it: prefix "object", "device", ...  Rows that it names follow, three deep.  A
 * class is set when it is certain.
 * errors  E_ABSENT; those of facts_set_*                                   */
struct result register_facts(struct registers *r, const char *id, struct facts *facts, const char *prefix,
                             struct why *why) MUST;

/* register_rate_all - rate every open row of every kind anew, after an edition or
 * a parameter has changed; rated is the number of rows whose class changed.
 * Own transactions of 500 rows; may be run again                            */
struct result register_rate_all(struct registers *r, int64_t *rated, struct why *why) MUST;
/* registers_reindex - make the word index anew from the rows */
struct result registers_reindex(struct registers *r, struct why *why) MUST;

#endif
