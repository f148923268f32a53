/* register/book.h - 記録簿: what was done, entered once and never edited
 *
 * An entry belongs to a registry of the vocabulary and says what was done to a
 * row (or to nothing that a register holds).  It is opened by a decision, with
 * the fields, retention and clauses that its `record` statements name, or by
 * hand; then it is written field by field.  A field that is written stays; an
 * entry is closed only when every field is written; what is wrong is put right by
 * a further entry that names the earlier one and a reason.
 * Free text is sealed in the vault, days, words, levels and ids stand in the
 * ledger.  When its retention has ended the keys of an entry's texts are
 * destroyed; the ledger and its proofs stay.
 * Whether an act may be done is the caller's to decide before (two persons at
 * work, a treatment that the class demands): this room keeps books.
 * clause  HN-2.2.2(9)-2 disposal, HN-2.6.1(4) work, FS-7.2(3) changes
 */
#ifndef SEKISHO_REGISTER_BOOK_H
#define SEKISHO_REGISTER_BOOK_H

#include "register/register.h"

enum { BOOK_FIELDS = 40, BOOK_PAGE = 200 };

/* 該当なし: what stands in a field of which there is none (paper taken out without a
 * machine).  Only a fact that the vocabulary marks `if-any` takes it.         */
#define BOOK_NONE "not_applicable"

/* An act that is done, or permitted to be done, and who writes down what of it. */
struct book_event {
	const char *act;      /* "take_out": names the facts; "" when none was decided */
	const char *row;      /* id of the row it is done to; "" none */
	const char *section;  /* whose book: a section's id */
	const char *origin;   /* application, duty or entry that caused it; "" by hand.  One
	                       * origin has one entry in a registry: asked again, nothing is opened */
	const char *writer;   /* person who has to complete it; "" whoever of the section */
	const char *actor, *post;
	/* what is known already, by the act's paths: {"place","..."}, {"object.owner","tax"},
	 * {"performed_at","2026-11-20 14:30"}; what the entry does not keep is not looked at */
	const struct cell *known;
	size_t known_count;
};

/* book_follow - open the entries that a decision asks for: one for each registry,
 * with the fields of all its clauses and the longest of their retentions; in the
 * caller's transaction or one of its own.  What the row itself says is written at
 * once, from its present version; so are performer and applicant (the actor) and
 * clauses.
 * opened  how many
 * errors  E_INPUT a known value that cannot be; E_ABSENT no such row, section, person */
struct result book_follow(struct registers *r, const struct decision *decision,
                          const struct book_event *event, size_t *opened, struct why *why) MUST;

/* An entry opened by hand. */
struct book_opening {
	const char *registry;
	const char *const *keep; /* fields; none: performed_at, performer, result */
	size_t keep_count;
	const char *by;          /* who writes, as the clause says it; "" */
	const char *retention;   /* "5 years"; "" not known yet: kept until it is */
	const struct slice *clauses;
	size_t clause_count;
};
/* book_open - errors  E_ABSENT no such registry, row, section or person; E_INPUT a
 *         value or field that cannot be (place: the field)                  */
struct result book_open(struct registers *r, const struct book_opening *opening,
                        const struct book_event *event, char id[27], struct why *why) MUST;

/* book_fill - write fields that are still empty
 * errors  E_CONFLICT the field is written already (why says that a correction is the
 *                    way), or the entry is closed
 *         E_DENIED   neither its writer, nor of its section, nor in a post over it
 *         E_INPUT, E_ABSENT as above                                        */
struct result book_fill(struct registers *r, const char *id, const struct cell *cells, size_t count,
                        const char *actor, const char *post, struct why *why) MUST;
/* book_close - E_INPUT with the first empty field as place while one is empty; the
 * last day of its retention is known from here on                           */
struct result book_close(struct registers *r, const char *id, const char *actor, const char *post,
                         const struct slice *clauses, size_t clause_count, struct why *why) MUST;
/* book_correct - a further entry in the place of an earlier one: takes over its
 * fields, but for `cells`; an empty value leaves the field to be written
 * reason  why, sealed; must be given
 * errors  E_CONFLICT it was corrected already: place is the entry that did     */
struct result book_correct(struct registers *r, const char *id, const char *reason,
                           const struct cell *cells, size_t count, const char *actor, const char *post,
                           char made[27], struct why *why) MUST;
/* book_hold - evidence: not erased while held; reason sealed, must be given   */
struct result book_hold(struct registers *r, const char *id, bool held, const char *reason,
                        const char *actor, const char *post, struct why *why) MUST;
/* book_retire - destroy the texts of closed entries whose retention ended before
 * today and that are not held; at most 200 a call, own transaction           */
struct result book_retire(struct registers *r, size_t *count, struct why *why) MUST;

enum book_state { BOOK_OPEN = 1, BOOK_CLOSED, BOOK_CORRECTED /* another stands in its place */ };
const char *book_state_japanese(enum book_state state);

struct book_field {
	struct policy_fact fact; /* path: the field's name; FACT_NONE: a day and time */
	const char *value;       /* "" not written; a text: only from book_get */
	bool written;            /* a sealed text is written, though lists do not show it */
};
struct book_entry {
	const char *id, *registry;
	int64_t serial;     /* counts from 1 within registry and fiscal year */
	int fiscal_year;
	const char *number; /* R8-0012 */
	const char *act, *row, *section, *origin, *writer, *by, *retention;
	enum book_state state;
	const char *corrects, *corrected_by; /* ids of entries, "" */
	const char *reason;                  /* of the correction; only from book_get */
	const struct book_field *fields;
	size_t field_count, empty_count;
	const char *const *clauses;
	size_t clause_count;
	int64_t opened_ms, changed_ms;
	const char *opened_by, *changed_by;
	day_t until;  /* last day of retention; 0: not known (open, or no period is set) */
	bool held, erased;
};
/* book_get - E_ABSENT */
struct result book_get(struct registers *r, const char *id, struct arena *arena,
                       struct book_entry *out, struct why *why) MUST;
/* book_value - of a field, "" when it has none */
const char *book_value(const struct book_entry *entry, const char *field);

/* Lists: newest first. */
struct book_query {
	const char *registry;       /* "" or NULL: every one */
	const char *section, *row, *origin, *writer; /* likewise */
	const char *words;          /* all of them stand in what is not sealed */
	enum book_state state;      /* 0: any but corrected ones */
	int64_t before_ms;          /* go on behind this entry: its opened_ms ... */
	const char *before_id;      /* ... and id */
	size_t limit;               /* 1..BOOK_PAGE */
};
struct result book_list(struct registers *r, const struct book_query *query, struct arena *arena,
                        struct book_entry **out, size_t *count, bool *more, struct why *why) MUST;
struct result book_count(struct registers *r, const struct book_query *query, int64_t most, int64_t *out,
                         struct why *why) MUST;

/* book_retention_end - last day of "5 years", "60 months", "3 fiscal-years", "90 days",
 * counted from a day; false when the period says nothing
 * fiscal-years  end of the n-th fiscal year after the one of the day         */
bool book_retention_end(const char *retention, day_t from, day_t *out);

#endif
