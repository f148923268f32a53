/* policy/model.h - the bound policy: words resolved, types known, acts indexed
 *
 * Private to the room and its tests.  Vocabulary becomes shapes (the typed
 * facts of a kind or an act) and acts.  Each edition, with what it adopts on a
 * stretch of days, becomes a book: members (clauses), symbols, and for each act
 * the rules that speak of it, with conditions compiled to nodes whose paths are
 * field numbers.  A decision touches the rules of its act and nothing else.
 */
#ifndef SEKISHO_POLICY_MODEL_H
#define SEKISHO_POLICY_MODEL_H

#include "policy/ast.h"

#include <stdarg.h>

enum truth { NO = 0, CANNOT_TELL, YES }; /* and: least; or: greatest; not: 2 - x */

static inline enum truth truth_and(enum truth a, enum truth b) { return a < b ? a : b; }
static inline enum truth truth_or(enum truth a, enum truth b) { return a > b ? a : b; }
static inline enum truth truth_not(enum truth a) { return (enum truth)(YES - a); }
static inline enum truth truth_of(bool b) { return b ? YES : NO; }

/* ---- types and shapes */

/* Units that can be compared: hours and days; months and years; the others alone. */
enum unit_class { UNIT_PLAIN = 0, UNIT_HOURS, UNIT_WORKING_DAYS, UNIT_MONTHS, UNIT_FISCAL_YEARS, UNIT_BYTES };

struct ftype {
	enum fact_type base;
	const struct shape *shape;   /* ROW; also PERSON and SECTION */
	const struct ftype *member;  /* SET */
	const struct name *words;    /* WORD */
	const char *unit;            /* NUMBER */
	const char *scale;           /* LEVEL */
};
struct field {
	const char *name, *title, *found_by;
	const char *unsaid; /* what it is while nobody has said it; "" or NULL unknown */
	const char *past; /* the day of the row that tells it: yes when it is over; NULL none */
	bool if_any;
	struct ftype type;
	bool step; /* a step of a proceeding: a yesno that `reached` reads */
	struct field *next;
};
struct shape {
	const char *name, *title;
	struct field *fields, **tail;
	unsigned count;
	const struct field **at; /* by number, once complete */
	const struct vocab *vocab;
	const struct shape *of;  /* a proceeding's */
	struct shape *next;
};

enum { FIELD_ACTOR = 0, FIELD_OBJECT = 1 }; /* of every act's shape */

struct act {
	const char *name, *title;
	struct shape *row;           /* actor, object, own facts */
	const struct shape *object;  /* NULL: the act is done to nothing */
	bool standard_pass, outside_pass;
	bool event;                  /* happens without asking */
	bool derived;                /* of a register or a document */
	const char *carried_by;
	bool gate;                   /* carried by gate_*: sees facts, not reasons */
	const struct move *move;     /* of a proceeding, or NULL */
	unsigned step_field;         /* of the object's shape: the present step */
	unsigned index;
	const char *file;
	uint32_t line;
	struct act *next;
};

/* ---- values */

struct value {
	enum fact_type type; /* FACT_NONE: unknown */
	int64_t number;      /* yesno, date, number, size, duration in its base unit */
	enum unit_class unit;
	const char *word;    /* interned word or level; id */
	struct row *row;     /* PERSON SECTION ROW */
	struct value *members; /* SET */
	size_t count;
};
struct is_word { /* a bare term said to be true or not of a row */
	const char *term;
	bool is;
	struct is_word *next;
};
struct row {
	const struct shape *shape;
	const char *id; /* NULL: not known */
	struct value *values;
	struct is_word *words;
};
struct held {
	const char *person;
	const struct policy_holding *at;
	size_t count;
	struct held *next;
};
struct answered {
	const char *list, *item;
	enum item_answer answer;
	struct answered *next;
};
struct facts {
	const struct policy *policy;
	const struct act *act;
	struct arena *arena;
	struct row *root;
	struct held *held;
	struct answered *answered;
};

/* ---- compiled conditions */

struct bpath {
	unsigned count;
	uint16_t step[8];
	const struct path *source;
	const struct shape *scope; /* where it starts */
	struct ftype end;       /* type of what it reaches */
	bool through_set;       /* some step before the last is a set of rows */
	const struct field *field; /* the last */
};
enum node_op {
	NODE_AND, NODE_OR, NODE_NOT, NODE_TRUTH /* yesno path */, NODE_REL, NODE_IN, NODE_IN_SET,
	NODE_POST, NODE_TERM, NODE_WORD /* bare term */, NODE_KNOWN, NODE_CLAIMED, NODE_REACHED,
	NODE_COMPLETE, NODE_COUNT,
};
struct operand {
	enum { OPERAND_CONST, OPERAND_PARAM, OPERAND_PATH } kind;
	struct value value;
	const struct param *param;
	const struct bpath *path;
	struct operand *next;
};
struct node {
	enum node_op op;
	enum quantifier quant;
	enum relation rel;
	struct node *parts;
	const struct bpath *path; /* NULL with TERM: the row itself */
	const struct bpath *other;
	const char *word;         /* post, bare term, claim, step */
	const struct term *term;
	const struct list *list;
	struct operand *operands;
	const struct cond *source;
	struct node *next;
};
struct broute {
	enum route_op op;
	struct broute *parts;
	bool every, consult;
	const char *post;             /* after mapping; NULL where a parameter names it */
	const struct statement *decl; /* its post statement, or NULL */
	const struct param *param;
	const struct bpath *of;
	const struct via *source;
	struct broute *next;
};

/* ---- what a book declares */

struct term {
	const struct statement *statement;
	const struct shape *shape; /* of kind or of act's row; NULL: a bare word */
	struct node *when;
	enum { TERM_NEW, TERM_OPEN, TERM_DONE } state;
	unsigned size, depth; /* written out: nodes, terms in terms */
	struct term *next;
};
struct param {
	const struct statement *statement;
	struct ftype ftype;
	const char *policy; /* whose settings */
	struct param *next;
};
struct scale {
	const struct statement *statement;
	const char *name;
	const char **levels; /* lowest first */
	unsigned count;
	struct scale *next;
};
struct rate {
	const struct statement *statement;
	const struct shape *shape;
	const struct scale *scale;
	enum rate_kind kind;
	unsigned rank;
	struct node *when;
	const struct bpath *from; /* highest-of, as */
	struct rate *next;
};
struct item {
	const char *name;
	const struct statement *statement; /* NULL: supplied by a setting */
	const struct member *member;
	struct node *when, *that;
	struct item *next;
};
struct list {
	const struct statement *statement;
	const struct member *member;
	const struct act *act; /* compiled for this act */
	struct item *items, **tail;
	struct list *next;
};
struct reach {
	const struct statement *statement;
	const struct member *member;
	const struct shape *shape;
	struct node *when;
	struct reach *next;
};
struct separation {
	const struct statement *statement;
	const struct member *member;
	struct separation *next;
};

enum symbol_kind {
	SYM_NONE = 0, SYM_TERM, SYM_PARAM, SYM_SCALE, SYM_LIST, SYM_POST, SYM_DOCUMENT,
};
struct symbol {
	const char *name;
	enum symbol_kind kind;
	const struct statement *statement;
	const struct member *member;
	union {
		struct term *term;
		struct param *param;
		struct scale *scale;
	};
	struct symbol *next;
};

/* ---- rules of an act */

struct norm {
	const struct statement *statement;
	const struct member *member;
	enum statement_kind verb; /* FORBID ALLOW PERMIT REQUIRE, ITEM, LIST (any or omits) */
	enum strength strength;
	struct node *when, *unless, *that;
	struct broute *by;
	const char *by_text;      /* the route as people read it */
	bool claims;              /* some condition of it asks for a claim */
	const struct list *list;  /* ITEM, LIST */
	const struct item *item;  /* ITEM */
	struct over { const struct norm *norm; struct over *next; } *overridden_by;
	struct reached { const struct lift *lift; struct reached *next; } *lifts; /* both kinds */
	unsigned index;
	struct norm *next;
};
struct lift {
	const struct statement *statement;
	const struct member *member;
	struct node *when, *unless; /* at once: of the act; by a route: of the exception */
	struct broute *by;          /* NULL: at once */
	const char *by_text;
	bool rests_on_claim;
	struct lift *next;
};
struct follow { /* a record or a duty */
	const struct statement *statement;
	const struct member *member;
	struct node *when, *unless;
	struct broute *by, *with, *to, *otherwise;
	const char *label, *by_text, *with_text, *to_text, *otherwise_text;
	struct follow *next;
};
struct rules {
	struct norm *norms, **norm_tail;
	unsigned norm_count;
	struct list *lists;   /* compiled for this act */
	struct lift *lifts;   /* at once, compiled for this act */
	struct follow *records, *duties;
	struct separation_node { const struct separation *separation; struct node *unless;
	                         struct separation_node *next; } *separations;
};

struct member { /* a clause as part of a book */
	const char *cite;           /* title and number; IM-9 › IC-2.3 when adopted */
	struct clause *clause;
	const struct clause *via;     /* the adopting clause, or NULL */
	const struct member *outer;   /* via's own member, for longer chains */
	const struct name *mapping;   /* theirs, ours, theirs, ours ... */
	const struct name *drop_ids;
	struct member *next;
};

struct book {
	const char *name;
	const struct header *header;
	day_t from, to;             /* in force from <= day < to */
	struct member *members, **member_tail;
	size_t member_count;
	unsigned adoptions;
	struct symbol **symbols;    /* hash */
	struct term *terms;
	struct param *params;
	struct scale *scales;
	struct rate *rates;
	struct reach *governs, *leaves;
	struct separation *separations;
	struct lift *granted_lifts; /* with a route; compiled for exception.begin */
	struct lift *claimed_lifts; /* of any clause, at once, on a claim; likewise */
	struct follow *duties;      /* each, always, on-call, and documents: of a kind, not of an act */
	struct rules *rules;        /* by act index */
	bool complete;              /* everything it adopts is held */
	struct book *next;
};

struct edition {
	struct policy_edition public;
	const struct header *header;
	struct clause **clauses;
	size_t clause_count;
	struct policy_post *posts;
	size_t post_count;
	struct book *book; /* the first book of this edition */
};

struct policy {
	struct arena *arena;
	struct words *words;
	struct tree tree;
	struct shape *shapes;
	struct act *acts;
	struct act **act_by_index; /* as they were declared; the list above begins with the last */
	unsigned act_count;
	struct act **act_hash;
	struct vocab **vocab_hash;
	struct setting **setting_hash;
	struct book *books;
	struct edition *editions;
	size_t edition_count;
	struct clause **by_id; /* sorted by id, then newest edition first */
	size_t id_count;
	const struct act *exception_act; /* exception.begin, or NULL */
	bool sound;
	struct findings found; /* while loading */
	/* words the room itself knows */
	const char *w_actor, *w_object, *w_approver, *w_applicant, *w_yes, *w_no, *w_person,
		*w_section, *w_step, *w_not_needed, *w_pass, *w_refuse;
};

/* ---- binding (state of one load) */

struct binder {
	struct policy *policy;
	struct arena *arena;
	struct findings *findings;
	struct book *book;
	const struct member *member;
	unsigned term_depth;
	enum error code;
	struct why *why;
};

/* finding_add - severity by number from the table; arguments printf style */
void finding_add(struct findings *findings, struct arena *arena, unsigned number,
                 const char *file, uint32_t line, const char *policy, const char *clause,
                 const char *mend, const char *format, ...) PRINTF_LIKE(9, 10);
/* finding_vadd - the same with the members of f given; severity is set by number */
void finding_vadd(struct findings *findings, struct arena *arena, struct finding f,
                  const char *format, va_list args) __attribute__((format(printf, 4, 0)));
void finding_add_as(struct findings *findings, struct arena *arena, struct finding f,
                    const char *format, ...) PRINTF_LIKE(4, 5);
void binder_error(struct binder *b, unsigned number, uint32_t line, const char *mend,
                  const char *format, ...) PRINTF_LIKE(5, 6);
void *binder_new(struct binder *b, size_t bytes);
#define BINDER_NEW(b, type) ((type *)binder_new((b), sizeof(type)))

/* name_slot - for small tables keyed by interned words; room is a power of two */
static inline size_t name_slot(const char *name, size_t room)
{
	return ((uintptr_t)name >> 4) * 2654435761u & (room - 1);
}
enum { VOCAB_ROOM = 1024, SETTING_ROOM = 256 };

/* vocabulary.c */
void vocabulary_build(struct binder *b);
const struct shape *shape_find(const struct policy *policy, const char *name);
const struct field *field_find(const struct shape *shape, const char *name, unsigned *index);
const struct act *act_find(const struct policy *policy, const char *name);
bool resolve_type(struct binder *b, const struct type *type, struct ftype *out);
const struct vocab *vocab_find(const struct policy *policy, enum vocab_kind kind, const char *name);
const struct vocab *vocab_any(const struct policy *policy, const char *name);
/* facts of all shapes are numbered once every scale has added its own */
void shapes_number(struct binder *b);
void shape_add(struct binder *b, struct shape *shape, struct field field);

/* book.c */
void books_build(struct binder *b);
const struct symbol *symbol_find(const struct book *book, const char *name);
const struct book *book_on(const struct policy *policy, const char *name, day_t day);
const char *mapped_name(const struct member *member, const char *name);
bool id_matches(const char *pattern, const char *id); /* a last '*' is a prefix */

/* bind.c; NULL (and a finding) when it cannot be bound */
struct node *bind_cond(struct binder *b, const struct shape *scope, const struct cond *cond);
const struct bpath *bind_path(struct binder *b, const struct shape *scope, const struct path *path);
struct broute *bind_route(struct binder *b, const struct shape *scope, const struct via *via, bool norm);
bool node_uses(const struct node *node, enum node_op op);
bool bind_literal(struct binder *b, const struct ftype *type, const struct literal *literal,
                  const struct shape *scope, struct operand *out);
bool literal_constant(const struct policy *policy, const struct book *book, const struct member *member,
                      const struct ftype *type, const struct literal *literal, struct value *out);
bool unit_convert(const char *unit, int64_t n, enum unit_class *unit_class, int64_t *base);
void bind_term(struct binder *b, struct term *term);

/* findings_append - copies, in the arena given */
void findings_append(struct findings *to, const struct findings *from, struct arena *arena);

/* declare.c: what the clauses of a book declare, bound once */
void book_declare(struct binder *b, struct book *book);
const struct shape *loose_scope(struct binder *b, const struct statement *s);
void check_span(struct binder *b, const struct span *span);
void check_act_names(struct binder *b, const struct name *acts);

/* catalog.c: the posts of each edition as the office sees them */
void posts_build(struct binder *b);

/* rules.c */
void rules_build(struct binder *b);
bool lift_reaches(const struct lift *lift, const struct norm *norm, const struct act *act);

/* ---- evaluation */

struct assumption { /* check only: a leaf taken to be so */
	const struct row *row;
	const struct cond *source;
	enum truth truth;
};
struct eval {
	const struct policy *policy;
	const struct book *book;
	const struct facts *facts;
	const struct policy_question *question;
	const char *clause; /* id: for parameters of its own and not_needed */
	bool all_claims; /* what if every claim were made */
	bool assuming; /* check: claims, posts and the like are open until assumed */
	const struct assumption *assumed;
	size_t assumed_count;
	struct rated *rated; /* nullable: ratings worked out for this question */
};
struct interval { int low, high; };
enum { RATED = 16 };
struct rated { /* a rating does not depend on who asks for it */
	struct { const struct row *row; const struct scale *scale; struct interval interval; } at[RATED];
	unsigned count;
};
enum truth eval_node(const struct eval *e, const struct row *row, const struct node *node);
/* NULL nodes: `when` absent is true, `unless` absent is no exception */
enum truth eval_when(const struct eval *e, const struct row *row, const struct node *when,
                     const struct node *unless);
const struct value *eval_path(const struct row *row, const struct bpath *path);
/* the value of a parameter on the question's day; false when it is unset */
bool eval_param(const struct eval *e, const struct param *param, struct value *out);
const struct setting *setting_on(const struct policy *policy, const char *name, const char *policy_name,
                                 const char *at, day_t day);
struct interval eval_rating(const struct eval *e, const struct row *row, const struct shape *shape,
                            const struct scale *scale);
const struct scale *scale_find(const struct book *book, const char *name);
int scale_rank(const struct scale *scale, const char *level);
enum truth eval_item(const struct eval *e, const struct list *list, const struct item *item);
enum truth eval_item_when(const struct eval *e, const struct item *item);
enum truth eval_list(const struct eval *e, const struct list *list);
/* what a list's own norm demands: one of the items (any), what was supplied, nothing omitted */
enum truth eval_list_norm(const struct eval *e, const struct list *list);
const struct literal *list_supplied(const struct eval *e, const struct list *list);
bool leaf_is_open(const struct node *node); /* assuming: its truth is not a matter of one fact */
bool cond_same(const struct cond *a, const struct cond *b);
bool claim_made(const struct eval *e, const char *name, const char *clause, const char **reason);

/* facts.c */
struct row *facts_row(const struct facts *f, struct value *value, const struct ftype *type);
struct value *facts_reach(const struct facts *f, struct row *row, const struct bpath *path);
const char *facts_actor(const struct facts *f); /* NULL: not known */

/* label.c: what people read */
const char *field_label(const struct policy *policy, const struct shape *scope, const char *word);
const char *post_title(const struct book *book, const char *post);
const char *word_label(const struct policy *policy, const struct book *book, const char *word);
/* word_title - what people read for a word of a one-of or a step; NULL when nothing is said */
const char *word_title(const struct policy *policy, const char *word);
/* type_words - the words of a one-of, or of a set of it; NULL for other types */
const struct name *type_words(const struct type *type);
void path_text(const struct policy *policy, const struct shape *scope, const struct path *path,
               struct buffer *out);
void via_text(const struct policy *policy, const struct book *book, const struct shape *scope,
              const struct via *via, struct buffer *out);
/* via_string - the same in an arena; "" for NULL */
const char *via_string(const struct policy *policy, const struct book *book, const struct shape *scope,
                       const struct via *via, struct arena *arena);
const char *unit_label(const char *unit);
/* mark_label - 目的 for the word of a `reference`, 追加 of a `change`; else the word */
const char *mark_label(const char *word);

/* render.c: a condition as people read it, without an end */
void cond_text(const struct policy *policy, const struct book *book, const struct shape *scope,
               const struct cond *cond, struct buffer *out);

/* bend.c: the end of a sentence joined (であり) or denied (でない); false, and nothing
 * written, where the end is none that it knows                              */
enum bend { BEND_JOIN, BEND_DENY };
bool bend_end(struct slice text, enum bend bend, struct buffer *out);

/* route.c; NULL with count 0: no memory; NULL with count > 0: too many slots */
struct route *route_open(const struct eval *e, const struct row *row, const struct broute *by,
                         bool distinct, struct arena *arena, struct slot *const **slots,
                         size_t *count);

/* decide.c: the five steps for one book, used by check as well */
struct heard { /* one norm and what it says */
	const struct norm *norm;
	enum truth when, that;
	enum effect say;    /* REFUSE HOLD OPEN MAYBE, or SILENT: what counts in step 4 */
	enum effect effect; /* as it is told */
	const char *not_needed;
	struct route *route;
	struct slot *const *slots;
	size_t slot_count;
	bool distinct, unsure; /* unsure: a refusal that something might quiet */
};

/* cases.c: conditions decided by cases */
struct demand {
	const struct node *when, *unless; /* when and not unless; NULL as in eval_when */
	enum truth want;                  /* YES or NO */
};
struct cases;
struct cases *cases_new(const struct policy *policy, const struct book *book, struct arena *arena);
void cases_done(struct cases *c);
/* cases_possible - is there a case in which all demands come out as wanted?
 * absent  a fact that is never given counts as a case of its own (`known`)
 * YES, NO, or CANNOT_TELL when the budget ran out                          */
enum truth cases_possible(struct cases *c, const struct shape *scope, const struct demand *demands,
                          size_t count, bool absent);

/* check_cases.c, check_examples.c, check_given.c */
struct checker {
	const struct policy *policy;
	const struct book *book;
	const struct member *member; /* whose statements are looked at */
	struct cases *cases;
	struct arena *arena;
	struct findings *findings;
	day_t day;
};
void checker_say(struct checker *c, unsigned number, const struct clause *clause, uint32_t line,
                 const char *mend, const char *format, ...) PRINTF_LIKE(6, 7);
void check_conditions(struct checker *c);
/* check_choice.c: hang the office's choices on what was found */
void check_choices(struct checker *c);
/* headings.c: each title stands above some clause, once */
void check_headings(struct checker *c);
/* check_chart.c */
void check_chart(struct checker *c);
struct result check_examples(struct checker *c, struct why *why) MUST;
/* example_question - what a case gives, as a question (the paths: check_given.c);
 * whose policies it is put to is left to the caller                         */
struct result example_question(const struct policy *policy, const struct example *example, struct arena *arena,
                               struct policy_question *out, struct why *why) MUST;

#endif
