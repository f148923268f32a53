/* policy/policy.h - the clause language: load, decide, check, explain, render
 *
 * A policy is a book of clauses in *.pol files; each clause keeps its number,
 * says in one Japanese sentence what the text demands, and carries that
 * sentence as data.  This room reads the book and answers questions about it.
 * It knows nobody: callers turn their objects into facts, their records into
 * grants.  Nothing here reads a clock, a file or a store (folder.h reads
 * files for those who may).
 *
 * Strings handed out are NUL-terminated UTF-8; they live in the arena that
 * made the thing they hang on (policy_load's, or the decision's).  Words
 * (names of acts, posts, facts, levels) are the ASCII names of the language.
 *
 * What zeroed memory means is always the safe thing: a zeroed decision
 * refuses, an unset fact is unknown, an unlisted approval is not given.
 */
#ifndef SEKISHO_POLICY_POLICY_H
#define SEKISHO_POLICY_POLICY_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/calendar.h"
#include "base/error.h"
#include "base/slice.h"

enum {
	POLICY_FILE_BYTES = 4 << 20, /* one source at most */
	POLICY_FILES = 4096,
	POLICY_DEPTH = 32,     /* nesting of conditions and routes */
	POLICY_CLAUSES = 20000,
	POLICY_STATEMENTS = 100000,
	POLICY_TERM_NODES = 4096, /* a term and all that it uses, written out */
};

/* ------------------------------------------------------------ 1. loading */

struct policy;   /* vocabulary and all editions that were given; immutable */
struct findings; /* see policy_check */

/* One *.pol text.  Files of one folder belong together: the folder's one
 * `policy` header names the edition for every file of it; a file with its own
 * header(s) says itself.  Headers of the same name and effective date are the
 * same edition, so a folder elsewhere can add clauses to it (a local
 * procedure, the office's `set` lines).                                     */
struct policy_source {
	const char *path; /* folder/file: used in findings and for its folder; no file is opened */
	struct slice text;
};

/* policy_load - read, bind and index everything
 * sources   borrowed for the call only; order is of no importance
 * arena     holds the policy; 64 MiB is ample for 2,000 clauses
 * findings  nullable; every error found while binding (numbers 1-5, 15, 19-21,
 *           23 of the report's section 8).  A policy with such errors loads, so
 *           that they can be shown, but policy_sound is false and every
 *           decision under it is HOLD
 * errors    E_INPUT  text outside the grammar: place "file:line:column", one sentence
 *           E_LIMIT  a ceiling of this header      E_MEMORY  the arena is full */
struct result policy_load(const struct policy_source *sources, size_t count, struct arena *arena,
                          struct policy **out, struct findings *findings, struct why *why) MUST;
/* policy_sound - true when binding found no error */
bool policy_sound(const struct policy *policy);

/* One edition of one body's policy. */
struct policy_edition {
	const char *name;    /* hannan */
	const char *title;   /* 阪南市情報セキュリティポリシー */
	const char *version; /* as printed, "" if none */
	day_t adopted, effective;
};
size_t policy_edition_count(const struct policy *policy);
/* policy_edition_at - by name, then by effective date */
const struct policy_edition *policy_edition_at(const struct policy *policy, size_t index);
/* policy_edition_on - the edition in force on the day; NULL if none */
const struct policy_edition *policy_edition_on(const struct policy *policy, const char *name, day_t day);
/* policy_edition_in - the newest edition headed by a file of that folder (its last
 * name, hannan-2022-07, or its beginning: hannan); NULL if none             */
const struct policy_edition *policy_edition_in(const struct policy *policy, const char *folder);

/* ------------------------------------------------------------ 2. clauses */

/* How the book carries a clause (report section 8, last lines). */
enum policy_carrier {
	CARRIER_NONE = 0,   /* only doubt, omitted, edition or change marks */
	CARRIER_STATEMENT,  /* by a statement of its own */
	CARRIER_CLAUSES,    /* `carried by` other clauses */
	CARRIER_REFERENCE,  /* `reference`: definition, purpose, law, ... */
};

/* What the statements of a clause are: what could prove it hangs on that. */
enum clause_part {
	CLAUSE_NORM = 1 << 0,      /* forbid, allow, permit, require, lift */
	CLAUSE_DUTY = 1 << 1,
	CLAUSE_RECORD = 1 << 2,
	CLAUSE_DOCUMENT = 1 << 3,
	CLAUSE_LIST = 1 << 4,      /* list, item */
	CLAUSE_POST = 1 << 5,      /* post, substitute, delegate */
	CLAUSE_SEPARATE = 1 << 6,
	CLAUSE_MEANING = 1 << 7,   /* term, scale, rate, governs, leaves, adopt, drop */
	CLAUSE_PARAMETER = 1 << 8,
	CLAUSE_DEMAND = 1 << 9,    /* beside CLAUSE_NORM: forbid, permit, require - what can be kept or broken */
};

struct policy_clause {
	const char *id;   /* HN-2.3(2)-1/2 */
	const char *cite; /* 第2章 3 (2)① なお書: as this edition prints it */
	const char *says;
	const char *file;
	uint32_t line;
	const struct policy_edition *edition;
	uint32_t statement_count;
	enum policy_carrier carrier;
	unsigned parts;        /* union of enum clause_part */
	const char *reference; /* reference word, or "" */
	const char *doubt;     /* how the text reads two ways, or "" */
	const char *omitted;   /* what the text leaves out, or "" */
	const char *const *carried_by; /* ids as written, a last '*' is a prefix */
	size_t carried_by_count;
};

/* Clauses of one edition in the order of files and lines. */
size_t policy_clause_count(const struct policy *policy, const struct policy_edition *edition);
const struct policy_clause *policy_clause_at(const struct policy *policy,
                                             const struct policy_edition *edition, size_t index);
/* policy_clause - the newest edition's clause of that id, NULL if unknown */
const struct policy_clause *policy_clause(const struct policy *policy, const char *id);
/* policy_clause_in - that edition's clause, NULL if it has none */
const struct policy_clause *policy_clause_in(const struct policy *policy,
                                             const struct policy_edition *edition, const char *id);
/* policy_clause_cite - 阪南市情報セキュリティポリシー 第2章 3 (2)①; "" if unknown */
const char *policy_clause_cite(const struct policy *policy, const char *id);

/* A printed `change` mark: what the text itself says was changed. */
enum { POLICY_CHANGE_IDS = 64 };
struct policy_change {
	const struct policy_clause *clause;
	const char *word;      /* added deleted renumbered reworded moved changed */
	const char *certainty; /* sure inferred unclear */
	const char *ids[POLICY_CHANGE_IDS];
	size_t id_count;
};
/* policy_change_at - the n-th of the edition; false past the last */
bool policy_change_at(const struct policy *policy, const struct policy_edition *edition, size_t index,
                      struct policy_change *out);

/* policy_render - a clause read back as Japanese sentences built from its data,
 * never from its `says`; one line a statement, each ended by '\n'          */
void policy_render(const struct policy *policy, const struct policy_clause *clause,
                   struct buffer *out);
/* policy_render_edition - the canonical rendering of the whole edition: the text
 * kept in policies/snapshots and compared on every build                   */
void policy_render_edition(const struct policy *policy, const struct policy_edition *edition,
                           struct buffer *out);

/* --------------------------------------------------------- 3. vocabulary */

/* policy_label - 重要度 for "importance", 検査済み for "scanned" of an act:
 * what people read for an act, fact, claim, register, post, task, level word;
 * `act` nullable; the word itself when nothing is declared                  */
const char *policy_label(const struct policy *policy, const char *act, const char *word);

enum fact_type {
	FACT_NONE = 0,
	FACT_YESNO, FACT_DATE, FACT_TEXT, FACT_PERSON, FACT_SECTION, FACT_DURATION, FACT_SIZE,
	FACT_POST, FACT_NUMBER, FACT_WORD /* one-of */, FACT_LEVEL /* of a scale */,
	FACT_ROW /* a kind */, FACT_SET,
};
struct policy_fact {
	const char *path;  /* "object.importance" */
	const char *label; /* 重要度 */
	enum fact_type type;
	const char *found_by;       /* gate that tells it, or "" : the applicant or a register */
	const char *kind;           /* whose rows a FACT_ROW, or a set of them, names; "" */
	enum fact_type member;      /* of a FACT_SET's members */
	const char *const *words;   /* one-of (also a set's members) and scale: what may be said, lowest level first */
	size_t word_count;
	const char *unit;           /* of a FACT_NUMBER: 時間 for hours, "licences"; "" */
	bool if_any;                /* there may be none of it: a record says 該当なし */
	const char *unsaid;         /* of a FACT_YESNO: what it is while nobody has said it; "" or NULL: unknown */
	const char *over;           /* of a FACT_DATE: the yesno of the row that says that it is over; "" or NULL none */
};
/* policy_act_facts - every fact an act speaks of: its own, then object.*, then
 * actor.*; kinds inside kinds are not unfolded
 * errors  E_ABSENT no such act     E_MEMORY                                */
struct result policy_act_facts(const struct policy *policy, const char *act, struct arena *arena,
                               const struct policy_fact **out, size_t *count, struct why *why) MUST;
/* Kinds: what registers keep account of; proceedings are kinds too, whose rows
 * move from step to step.                                                   */
struct policy_kind {
	const char *name;  /* asset */
	const char *title; /* 情報資産 */
	bool proceeding;
};
size_t policy_kind_count(const struct policy *policy);
/* policy_kind_at - in the order of the vocabulary's files and lines; false past the last */
bool policy_kind_at(const struct policy *policy, size_t index, struct policy_kind *out);
/* policy_kind_facts - the facts of one row; paths without "object."
 * errors  E_ABSENT no such kind     E_MEMORY                               */
struct result policy_kind_facts(const struct policy *policy, const char *kind, struct arena *arena,
                                const struct policy_fact **out, size_t *count, struct why *why) MUST;
/* Registries: what records are written into (記録簿), of rows of one kind. */
struct policy_registry {
	const char *name;  /* movement */
	const char *title; /* 持出し・持込みの記録簿 */
	const char *kind;  /* asset */
};
/* policy_registry_at - in the order of the vocabulary's files and lines; false past the last */
bool policy_registry_at(const struct policy *policy, size_t index, struct policy_registry *out);
/* policy_registry_find - false when the vocabulary knows none of that name */
bool policy_registry_find(const struct policy *policy, const char *name, struct policy_registry *out);
/* policy_record_at - the n-th act that the edition has recorded somewhere: which
 * clause has which act recorded into which registry; false past the last    */
struct policy_record {
	const char *act, *registry;
	const struct policy_clause *clause;
};
bool policy_record_at(const struct policy *policy, const struct policy_edition *edition, size_t index,
                      struct policy_record *out);
/* policy_field_label - 日時 for "performed_at": the label of what a record keeps, where
 * it is no fact of an act; NULL when it is none of these                    */
const char *policy_field_label(const char *name);
/* Acts and moves, as the vocabulary declares them. */
enum { POLICY_STEPS = 16 };
struct policy_act {
	const char *name;       /* take_out, incident.report, asset.register */
	const char *title;      /* 職場外への持出し */
	const char *kind;       /* what it is done to: "asset"; "" nothing */
	const char *carried_by; /* web, gate_file, proceeding, register ... */
	bool event;             /* happens without asking */
	bool passes;            /* its default */
	bool derived;           /* register, change, close of a register; adopt ... of a document */
	const char *sets, *value; /* the fact of the row that it changes; "" none */
	const char *opens;        /* an event: the proceeding that it begins; "" none */
	const char *if_refused;   /* an act: the event that its refusal is; "" none */
	const char *if_late;      /* ... that its open record is when the permission's last day is over; "" none */
	const char *before, *if_without; /* the act that comes before it, and the event that it is without that; "" none */
	/* a move: the steps it may start from, and where it leads; "" no move */
	const char *from[POLICY_STEPS];
	size_t from_count;
	const char *to;
};
/* policy_item_label - what people read for an item of a list, in the newest edition that
 * has it; the word itself when none does                                    */
const char *policy_item_label(const struct policy *policy, const char *list, const char *item);
/* policy_act_at - in no order that means anything; false past the last */
bool policy_act_at(const struct policy *policy, size_t index, struct policy_act *out);
bool policy_act_find(const struct policy *policy, const char *name, struct policy_act *out);
/* policy_kind_step - the n-th step of a proceeding, in the order of the vocabulary; NULL
 * past the last, and of a kind that is none                                */
const char *policy_kind_step(const struct policy *policy, const char *kind, size_t index);
/* policy_step_ends - no move of the kind leaves the step; true of a step that is none */
bool policy_step_ends(const struct policy *policy, const char *kind, const char *step);
/* policy_act_exists */
bool policy_act_exists(const struct policy *policy, const char *act);
/* policy_level_rank - 0 for the lowest level of the scale on that day, -1 unknown */
int policy_level_rank(const struct policy *policy, const char *edition_name, day_t day,
                      const char *scale, const char *level);

/* -------------------------------------------------------------- 4. facts */

/* The facts of one act that somebody wants to do.  A path is written as in the
 * language: "protection", "object.importance" (also by its kind,
 * "asset.importance"), "actor", "actor.section", "source.side",
 * "recipients[0].importance".  What is not set is unknown.  Setting a path
 * twice keeps the last.  Every setter: E_INPUT when the vocabulary knows no
 * such path for this act or its type is another one; nothing is changed.   */
struct facts;
struct result facts_new(const struct policy *policy, const char *act, struct arena *arena,
                        struct facts **out, struct why *why) MUST;
const char *facts_act(const struct facts *facts);

struct result facts_set_yesno(struct facts *f, const char *path, bool yes, struct why *why) MUST;
struct result facts_set_date(struct facts *f, const char *path, day_t day, struct why *why) MUST;
/* a number of the declared unit, or a plain count */
struct result facts_set_number(struct facts *f, const char *path, int64_t number, struct why *why) MUST;
/* unit: hours days working-days months years fiscal-years (or singular) */
struct result facts_set_duration(struct facts *f, const char *path, int64_t n, const char *unit,
                                 struct why *why) MUST;
struct result facts_set_size(struct facts *f, const char *path, int64_t bytes, struct why *why) MUST;
/* text may only be known; the empty text is not known */
struct result facts_set_text(struct facts *f, const char *path, const char *text, struct why *why) MUST;
/* one-of word, e.g. ("protection","encrypted") */
struct result facts_set_word(struct facts *f, const char *path, const char *word, struct why *why) MUST;
/* level of a scale, e.g. ("object.importance","A") */
struct result facts_set_level(struct facts *f, const char *path, const char *level, struct why *why) MUST;
/* an identifier: person, section, post or the row of a kind ("object","source", ...) */
struct result facts_set_id(struct facts *f, const char *path, const char *id, struct why *why) MUST;
/* a set with `count` members, which are then set as path[0] .. path[count-1];
 * 0 members is the empty set, not an unknown one; at most 10,000            */
struct result facts_set_set(struct facts *f, const char *path, size_t count, struct why *why) MUST;
/* any of the above from text, by the declared type (web forms, JSON, cases):
 * yes/no, ISO date, number, number and unit, word, level, id, text          */
struct result facts_set_any(struct facts *f, const char *path, const char *text, struct why *why) MUST;
/* a step of the proceeding that is the object: passed (on that day) or not yet.
 * The present step is facts_set_word("object.step", ...).                   */
struct result facts_set_reached(struct facts *f, const char *step, bool reached, struct why *why) MUST;
/* a term without a condition (a plain word, a law's word) that is or is not
 * true of what the path names: ("actor","contractor",true)                 */
struct result facts_set_is(struct facts *f, const char *path, const char *term, bool is,
                           struct why *why) MUST;
enum item_answer { ITEM_UNANSWERED = 0, ITEM_YES, ITEM_NO, ITEM_NOT_APPLICABLE };
struct result facts_set_item(struct facts *f, const char *list, const char *item,
                             enum item_answer answer, struct why *why) MUST;

/* Posts a person holds on the day, for `actor is manager of object.owner`.
 * Once given, the list is taken as complete (count 0: holds none); not given:
 * cannot tell.  `of` is the id of the section (or other thing) that the post is
 * per, NULL for a post that exists once.  A department officer is listed once
 * for each section of the department and once for the department itself.    */
struct policy_holding {
	const char *post;
	const char *of;
};
struct result facts_set_posts(struct facts *f, const char *person,
                              const struct policy_holding *held, size_t count, struct why *why) MUST;

/* ---------------------------------------------------- 5. claims and grants */

/* A claim is a statement of the applicant with a written reason; without a
 * reason it is not made.  `clause` limits it to one clause (NULL: none; the
 * claim not_needed is always for one clause).                               */
struct policy_claim {
	const char *name;
	const char *reason;
	const char *clause;
};

/* A person's word on this act, as holder of a post on the day it was given.
 * The office has checked that the person held it (or stood in for it); this
 * room checks that the person is not the applicant, is not excluded, and
 * counts once.                                                              */
struct policy_approval {
	const char *person;
	const char *post;
	const char *of;   /* id, NULL for a post that exists once */
	bool agreed;      /* false: declined */
	const char *mark; /* NULL, 代 or 専決: shown beside the name */
};

/* An exception in force that covers this act, for one clause. */
struct policy_exception {
	const char *clause;
	const char *reference; /* its number in the register, shown in explanations; nullable */
	bool claimed;          /* begun at once on a claim: no gate opens for it */
	bool relaxed;          /* of a declared emergency: whatever is not absolute is quiet */
};

/* All holders of a post on the day, for `every`; seats given for a post are
 * complete for it.                                                          */
struct policy_seat {
	const char *post;
	const char *of;
	const char *person;
};

struct policy_question {
	const char *const *policies; /* names whose policies bind the body; NULL: all loaded */
	size_t policy_count;
	day_t day;
	const struct facts *facts;
	const struct policy_claim *claims;
	size_t claim_count;
	const struct policy_approval *approvals;
	size_t approval_count;
	const struct policy_exception *exceptions;
	size_t exception_count;
	const struct policy_seat *seats;
	size_t seat_count;
};

/* ---------------------------------------------------------------- 6. answer */

enum verdict { REFUSE = 0, HOLD, PASS };
const char *verdict_name(enum verdict verdict);     /* "refuse","hold","pass" */
const char *verdict_japanese(enum verdict verdict); /* 不可, 保留, 可 */

/* What a clause said to this act. */
enum effect {
	EFFECT_SILENT = 0, /* did not apply; never listed */
	EFFECT_REFUSE,     /* "refuse" */
	EFFECT_HOLD,       /* "hold"   */
	EFFECT_OPEN,       /* "open"   opens the act */
	EFFECT_MAYBE,      /* "maybe"  would open it, cannot be told yet */
	EFFECT_MET,        /* "met"    a demand that is met */
	EFFECT_ADVICE,     /* "advice" */
	EFFECT_LIFTED,     /* "lifted" quiet by an exception or a lift */
	EFFECT_OVERRIDDEN, /* "overridden" */
	EFFECT_OUTSIDE,    /* "outside" says that the policy does not reach here */
};
const char *effect_name(enum effect effect);

struct spoken {
	const struct policy_clause *clause;
	const char *cite;     /* policy title and number; IM-9 › IC-2.3 when adopted */
	const char *verb;     /* forbid allow permit require item lift governs leaves */
	const char *strength; /* "" in-principle as-needed should absolute */
	enum effect effect;
	const char *not_needed; /* the recorded reason where as-needed was answered so, or "" */
};

enum route_op { ROUTE_SLOT = 0, ROUTE_AND, ROUTE_OR, ROUTE_THEN };
enum route_state { ROUTE_PENDING = 0, ROUTE_AGREED, ROUTE_DECLINED };

/* One signature that is wanted: "manager of section X".  `person` is named only
 * where each holder has a slot of his own (`every`).  Persons that may never
 * fill a slot: the applicant, and whoever already counts in the same route. */
struct slot {
	const char *post;       /* manager */
	const char *post_title; /* 情報セキュリティ管理者 */
	const char *of;         /* id, NULL for a post that exists once */
	const char *of_path;    /* "object.owner", "" */
	const char *of_label;   /* 所管課, "" */
	const char *person;     /* NULL: any holder */
	bool consult;           /* any answer fills it */
	bool open;              /* may be asked now (everything before a `then` agreed) */
	bool unknown;           /* of_path is not known yet: see missing */
	enum route_state state;
	const struct policy_approval *by; /* who filled or declined it, or NULL */
};
struct route {
	enum route_op op;
	enum route_state state;
	struct route *const *parts; /* AND OR THEN; `every` is an AND of slots */
	size_t part_count;
	struct slot *slot; /* ROUTE_SLOT */
};
/* A route that some clause asks for. */
struct wanted_route {
	const struct policy_clause *clause;
	const char *cite;
	const char *text; /* 所管課の情報セキュリティ管理者 */
	const struct route *route;
	struct slot *const *slots; /* the same slots, left to right */
	size_t slot_count;
	enum route_state state;
	bool distinct_from_actor; /* false only where a `separate ... unless` opened it */
};

/* A fact that a gate must find. */
struct wanted_check {
	const char *gate;  /* gate_scan */
	const char *fact;  /* scanned */
	const char *label; /* 検査済み */
	const struct policy_clause *clause;
};
/* A fact, reason, item or parameter that somebody must give. */
enum wanted_kind { WANT_FACT = 0, WANT_REASON, WANT_ITEM, WANT_PARAMETER, WANT_POSTS };
struct wanted_fact {
	enum wanted_kind kind;
	const char *name;  /* path; clause's claim (not_needed); list.item; parameter; person path */
	const char *label;
	const char *who;   /* applicant, register, office */
	const struct policy_clause *clause;
};
struct follow_record {
	const char *registry; /* provision_log */
	const char *label;
	const char *by;       /* 記録する者, as text */
	const char *const *keep;
	size_t keep_count;
	const char *retention; /* "5 years", "" while the parameter is unset */
	bool certain;          /* false: its condition cannot be told yet; ask */
	const struct policy_clause *clause;
};
struct follow_duty {
	const char *task;  /* report, scan_log, link.cut */
	const char *label;
	const char *by, *with, *to, *otherwise; /* routes as text, "" */
	const char *within; /* "24 hours", "" none, "?" the parameter is unset */
	int64_t within_count;
	const char *within_unit; /* hours days working-days months years fiscal-years */
	const char *strength;
	bool certain;
	const struct policy_clause *clause;
};
struct possible_claim {
	const char *name;
	const char *label;
	const struct policy_clause *clause; /* whose condition it speaks to */
};
struct liftable {
	const struct policy_clause *clause; /* what could be set aside */
	const struct policy_clause *lift;   /* the clause that lets it */
	const char *lift_cite;
	const char *text; /* the route as text */
	const struct route *route;
};
struct hole {
	const char *text; /* Japanese, one sentence */
	const struct policy_clause *clause;
};

/* A clause that would open the act if its condition held: told where nothing opened
 * it and the act's default refuses.                                          */
struct opener {
	const struct policy_clause *clause;
	const char *cite;
	const char *text; /* Japanese, one sentence: 「…」が認められるのは、…ときです。 */
};

struct decision {
	enum verdict verdict;
	bool outside;    /* no policy governs the act; the verdict is the act's own */
	bool by_default; /* nothing spoke: the act's default */
	const char *act, *act_label;
	const struct spoken *spoken;         size_t spoken_count;
	const struct wanted_route *approvals; size_t approval_count;
	const struct wanted_check *checks;   size_t check_count;
	const struct wanted_fact *missing;   size_t missing_count;
	const struct follow_record *records; size_t record_count;
	const struct follow_duty *notify;    size_t notify_count; /* duties with somebody to tell */
	const struct follow_duty *due;       size_t due_count;
	const struct spoken *advice;         size_t advice_count;
	const struct possible_claim *claims; size_t claim_count;
	const struct liftable *liftable;     size_t liftable_count;
	const struct hole *holes;            size_t hole_count;
	const struct opener *openers;        size_t opener_count; /* by_default and REFUSE only */
};

/* policy_decide - the five steps of the report's section 7
 * arena   holds the decision; 256 KiB is ample
 * out     written on success; a failure means: treat as REFUSE
 * errors  E_MEMORY, E_LIMIT                                                */
struct result policy_decide(const struct policy *policy, const struct policy_question *question,
                            struct arena *arena, const struct decision **out, struct why *why) MUST;

/* policy_happened - an event has happened: no verdict but PASS, and what follows from it
 * errors  E_INPUT  the act is no event                                      */
struct result policy_happened(const struct policy *policy, const struct policy_question *question,
                              struct arena *arena, const struct decision **out, struct why *why) MUST;

/* policy_decide_exception - may this exception to `clause` be granted?
 * The facts are those of the act exception.begin (actor: who applies, ground,
 * until, ...); without "object.step" the exception stands at its first step.
 * The lifts with a route that reach the clause are its permits; a lift of any clause at
 * once, on a claim that is made, begins it without one (never of what a gate alone
 * carries); an absolute clause, or one that no lift reaches, is refused.    */
struct result policy_decide_exception(const struct policy *policy,
                                      const struct policy_question *question, const char *clause,
                                      struct arena *arena, const struct decision **out,
                                      struct why *why) MUST;

/* policy_clause_absolute - does anything of the clause hold in any case?  */
bool policy_clause_absolute(const struct policy *policy, const struct policy_edition *edition, const char *clause);
/* policy_exception_claim - the claim on which any clause may be set aside at once; "" where
 * the edition has none                                                     */
const char *policy_exception_claim(const struct policy *policy, const struct policy_edition *edition);

/* policy_verdict_json - the object of `sekisho decide` (DESIGN.md section 9) */
void policy_verdict_json(const struct decision *decision, struct buffer *out);
/* policy_refusal - why, in one sentence for the person who asked, with its clause;
 * of a decision that refuses.  errors  E_DENIED always: place is a clause's id or
 * the act                                                                   */
struct result policy_refusal(const struct decision *decision, struct why *why) MUST;
/* policy_explain - the reasoning in Japanese, one line each */
void policy_explain(const struct policy *policy, const struct decision *decision,
                    struct buffer *out);

/* ------------------------------------------------------- 7. for the office */

enum post_source { POST_HEAD, POST_MEMBERS, POST_TITLE, POST_NAMED };
struct policy_post {
	const char *name, *title;
	const char *per;     /* "section", "" for a post that exists once */
	unsigned at_least;   /* 0: not stated */
	enum post_source held_by;
	const char *holder;  /* department or group, official title, or the naming route as text */
	const char *const *under; /* posts above, nearest first */
	size_t under_count;
	const struct policy_clause *clause;
};
size_t policy_post_count(const struct policy *policy, const struct policy_edition *edition);
const struct policy_post *policy_post_at(const struct policy *policy,
                                         const struct policy_edition *edition, size_t index);

/* State of a post's holder on the day. */
enum post_state { POST_PREVENTED = 1, POST_VACANT = 2, POST_ABSENT = 4 };
/* policy_substitute - the post whose holders stand in for `post` in `act` when
 * its holder is in `state` (union of enum post_state); NULL when none does
 * act     nullable: a substitution for all acts only
 * clause  nullable out                                                     */
const char *policy_substitute(const struct policy *policy, const struct policy_edition *edition,
                              const char *post, unsigned state, const char *act,
                              const struct policy_clause **clause);
/* policy_delegate_at - the n-th `delegate A to B`; false past the last */
bool policy_delegate_at(const struct policy *policy, const struct policy_edition *edition,
                        size_t index, const char **from, const char **to,
                        const struct policy_clause **clause);

/* policy_separation - the clause that keeps `a` from `b` ("applicant", "approver";
 * "auditee", "auditor"); NULL when the text has none                        */
const struct policy_clause *policy_separation(const struct policy *policy,
                                              const struct policy_edition *edition, const char *a,
                                              const char *b);

struct policy_value {
	bool set;
	enum fact_type type;
	int64_t number;   /* duration, number, size in bytes, yesno 0/1, date as day */
	const char *unit; /* of a duration or number, "" */
	const char *word; /* post, one-of, level */
};
/* policy_parameter - its value on the day; `at` (nullable) is a clause id that
 * may have a value of its own.  E_ABSENT: no such parameter in the edition  */
struct result policy_parameter(const struct policy *policy, const struct policy_edition *edition,
                               const char *name, const char *at, day_t day,
                               struct policy_value *out, struct why *why) MUST;

/* What the text leaves to the body, and what may be set for it. */
struct policy_param {
	const char *name, *title;
	enum fact_type type;
	const char *unit, *unit_label;      /* of a FACT_NUMBER that counts something; "" */
	const char *const *words, *const *labels; /* words, levels or posts that may be set, and how they read */
	size_t word_count;
	const struct policy_clause *clause; /* that leaves it open, perhaps of an adopted policy */
};
/* policy_params - in the order of the clauses; with those of what it adopts
 * errors  E_ABSENT not an edition of this policy     E_MEMORY               */
struct result policy_params(const struct policy *policy, const struct policy_edition *edition,
                            struct arena *arena, const struct policy_param **out, size_t *count,
                            struct why *why) MUST;
/* A value in force, as a `set` line writes it (24 hours) and as people read it (24時間). */
struct policy_set {
	bool set;
	const char *text, *label, *basis; /* "" where nothing is set */
	day_t from;
};
/* policy_setting - the body's value for all clauses, on the day; E_ABSENT no such parameter */
struct result policy_setting(const struct policy *policy, const struct policy_edition *edition,
                             const char *name, day_t day, struct arena *arena, struct policy_set *out,
                             struct why *why) MUST;
/* policy_unit_label - 時間 for "hours" */
const char *policy_unit_label(const char *unit);
/* A choice: how the body deals with what the check finds at those clauses. */
struct policy_choice {
	const char *title, *basis;
	unsigned number; /* of the finding */
	const char *ids[POLICY_CHANGE_IDS];
	size_t id_count;
	day_t from;
};
/* policy_choice_at - the n-th of the edition's policy, whatever its day; false past the last */
bool policy_choice_at(const struct policy *policy, const struct policy_edition *edition, size_t index,
                      struct policy_choice *out);

/* What an object is rated as: an interval; nobody may state less than low. */
struct policy_rating {
	const char *low, *high; /* levels; equal when it is certain */
	const char *scale;
};
struct result policy_rate(const struct policy *policy, const struct policy_edition *edition,
                          const struct facts *facts, const char *path, struct policy_rating *out,
                          struct why *why) MUST;

/* policy_rate_reasons - which clauses' rates hold for the object: at-least that apply,
 * and the highest-of and as that speak to it
 * level   what an at-least asks for; "" for one that takes over
 * from    the path it takes over from (contents.importance), ""
 * errors  as policy_rate                                                    */
struct policy_rate_reason {
	const char *clause, *level, *from;
};
struct result policy_rate_reasons(const struct policy *policy, const struct policy_edition *edition,
                                  const struct facts *facts, const char *path, struct arena *arena,
                                  struct policy_rate_reason **out, size_t *count, struct why *why) MUST;

/* ----------------------------------------------------------------- 8. check */

enum severity { FINDING_ERROR = 0, FINDING_GAP, FINDING_NOTE };
struct finding {
	unsigned number; /* 1..30, report section 8 */
	enum severity severity;
	const char *file;
	uint32_t line, column; /* from 1; column 0: the whole line */
	const char *policy; /* name, "" for vocabulary */
	const char *clause; /* id, "" */
	const char *sentence; /* Japanese: what is wrong, where */
	const char *mend;     /* Japanese: what to do */
	const char *choice;   /* what the office has chosen to do about it, with its basis; NULL: nothing.
	                       * A gap that was chosen upon is a note          */
	struct finding *next;
};
struct findings {
	struct finding *first, *last;
	size_t errors, gaps, notes;
};
/* policy_check - everything that can be found without an office: 1-9, 14-27, 29
 * and the static half of 18 (a deadline needs a clock and somebody above).
 * and of 30 what the chart tells (two posts of one title).  10-13 and the rest of
 * 30 need persons and belong to the office; 28 to the comparison.
 * Conditions are decided by cases, not sampled; a pair of conditions that would
 * need more than 200,000 cases is reported as a note of the same number.
 * A policy that another one given adopts is checked as part of that one.
 * day      the day for parameters and cases without one
 * findings appended to, in the arena given                                  */
struct result policy_check(const struct policy *policy, day_t day, struct arena *arena,
                           struct findings *findings, struct why *why) MUST;
/* policy_example_count - the kept cases of an edition that policy_check decides */
size_t policy_example_count(const struct policy *policy, const struct policy_edition *edition);
/* finding_line - "E25 file:line:column clause: sentence mend" and a line end */
void finding_line(const struct finding *finding, struct buffer *out);

#endif
