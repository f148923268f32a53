/* policy/ast.h - what the parser makes of the text, and nothing more
 *
 * Private to the room and to its tests (the slow evaluator walks this tree).
 * Words are interned: two equal words are one pointer.  Lists are linked by
 * `next` in the order of the text.  Everything lives in the policy's arena.
 */
#ifndef SEKISHO_POLICY_AST_H
#define SEKISHO_POLICY_AST_H

#include "policy/policy.h"

/* Where something stands: what the tree calls `line` is a spot, line and column in
 * one word, so that whatever keeps a line keeps the column.  Columns count
 * characters from 1; past 1023 they stay there.                             */
enum { SPOT_COLUMNS = 1024 };
static inline uint32_t spot_at(uint32_t line, uint32_t column)
{
	return line * SPOT_COLUMNS + (column < SPOT_COLUMNS ? column : SPOT_COLUMNS - 1);
}
static inline uint32_t spot_line(uint32_t spot) { return spot / SPOT_COLUMNS; }
static inline uint32_t spot_column(uint32_t spot) { return spot % SPOT_COLUMNS; }

struct name { /* a word, an id, or a qualified word "link.cut" */
	const char *text;
	const char *title; /* of a step or a word of one-of: what people read; NULL if not said */
	uint32_t line;
	struct name *next;
};

struct path { /* object.owner */
	const char *text; /* interned, with its dots */
	const char **part;
	unsigned count;
	uint32_t line;
};

enum literal_kind { LIT_PATH, LIT_LEVEL, LIT_NUMBER, LIT_DATE, LIT_STRING };
struct literal {
	enum literal_kind kind;
	struct path *path;
	const char *text; /* interned level, or the string */
	int64_t number;   /* LIT_NUMBER; LIT_DATE as a day */
	const char *unit; /* NULL or as written */
	uint32_t line;
	struct literal *next;
};

enum relation { REL_EQ, REL_NE, REL_LT, REL_LE, REL_GT, REL_GE };
enum quantifier { QUANT_NONE, QUANT_ANY, QUANT_EVERY };
enum cond_op {
	COND_AND, COND_OR, COND_NOT,    /* parts */
	COND_PATH,                      /* a yesno, or a term of the act */
	COND_REL,                       /* path rel value, perhaps quantified */
	COND_IN,                        /* path in (values), perhaps quantified */
	COND_IN_PATH,                   /* path in path */
	COND_IS,                        /* path is name [of path], perhaps quantified */
	COND_KNOWN, COND_CLAIMED, COND_REACHED, COND_COMPLETE, COND_COUNT,
};
struct cond {
	enum cond_op op;
	enum quantifier quant;
	enum relation rel;
	struct cond *parts; /* AND OR: two or more; NOT: one */
	struct path *path;
	struct path *other; /* IN_PATH: the set; IS: what follows `of` */
	const char *name;   /* IS CLAIMED REACHED COMPLETE */
	struct literal *values;
	uint32_t line;
	struct cond *next;
};

struct via { /* a route as written */
	enum route_op op; /* ROUTE_SLOT: one prim */
	struct via *parts;
	bool every, consult;
	const char *post;
	struct path *of;
	uint32_t line;
	struct via *next;
};

struct span { /* dur: a parameter's name, or a number with its unit */
	const char *name;
	int64_t number;
	const char *unit;
	uint32_t line;
};

enum trigger_kind { TRIGGER_ON, TRIGGER_EACH, TRIGGER_ALWAYS, TRIGGER_ON_CALL };
struct trigger {
	enum trigger_kind kind;
	const char *event;
	struct span *each;
	uint32_t line;
	struct trigger *next;
};

enum type_base { TYPE_NAMED, TYPE_POST, TYPE_NUMBER, TYPE_SET, TYPE_ONE_OF };
struct type {
	enum type_base base;
	const char *name; /* NAMED; unit of NUMBER */
	struct type *of;  /* SET */
	struct name *words;
	uint32_t line;
};

enum statement_kind {
	ST_FORBID, ST_ALLOW, ST_PERMIT, ST_REQUIRE, ST_LIFT,
	ST_DUTY, ST_RECORD, ST_DOCUMENT, ST_LIST, ST_ITEM, ST_POST,
	ST_SUBSTITUTE, ST_DELEGATE, ST_SEPARATE,
	ST_TERM, ST_SCALE, ST_RATE, ST_PARAM,
	ST_GOVERNS, ST_LEAVES, ST_ADOPT, ST_DROP, ST_CARRIED,
	ST_REFERENCE, ST_DOUBT, ST_OMITTED, ST_EDITION, ST_CHANGE,
	ST_KINDS
};
enum strength { MUST_BE = 0, IN_PRINCIPLE, AS_NEEDED, SHOULD, ABSOLUTE };
enum lift_target { LIFT_IDS, LIFT_ANY, LIFT_IN_PRINCIPLE };
enum rate_kind { RATE_AT_LEAST, RATE_HIGHEST_OF, RATE_AS };

/* One statement; each kind uses the members that its grammar line names. */
struct statement {
	enum statement_kind kind;
	uint32_t line;
	struct statement *next;
	struct clause *clause;
	struct name *acts;    /* norms, record, list, substitute's for-acts */
	struct cond *when, *unless, *that;
	struct via *by, *with, *to, *otherwise;
	enum strength strength;
	struct name *ids;     /* overrides, lift, drop, carried by, change */
	enum lift_target target;
	const char *name;     /* what it declares or names first */
	const char *second;   /* for, of, to, from, law: see the parser */
	const char *title;    /* the string */
	struct trigger *triggers;
	struct span *within;  /* duty within; record for */
	const char *into, *using;
	struct name *names;   /* keep, under, scale's kinds; adopt's mapping: ours after theirs */
	struct name *levels;  /* scale, highest first */
	bool per, any;
	unsigned number;      /* at-least, omits */
	enum post_source held_by;
	enum rate_kind rate;
	struct path *path, *path2;
	const char *level;
	struct type *type;
	day_t date;
	const char *detail;   /* post: organisation or title; term: law; change: how sure */
};

struct clause {
	const char *id, *cite, *says;
	const char *full_cite; /* with the policy's title */
	struct name *from;
	struct statement *statements;
	struct header *header; /* the edition it belongs to; set when files are joined */
	const char *file;
	uint32_t line;
	unsigned statement_count;
	struct policy_clause *public;
	struct clause *next;
};

struct setting { /* set */
	const char *name, *at;
	struct literal *value; /* or several, where braces were written */
	bool several;
	day_t from;
	const char *basis;
	const char *file;
	uint32_t line;
	struct header *header;
	struct setting *next, *chain; /* of one hash slot, see setting_on */
};

struct given { /* one fact of a case */
	struct path *path;
	struct literal *value;
	struct given *next;
};
struct example { /* case */
	const char *title;
	day_t day;
	const char *act;
	struct given *facts;
	const char *expect;
	struct name *by;
	const char *file;
	uint32_t line;
	struct header *header;
	struct example *next;
};

struct choice { /* how the office deals with what the check finds of the text */
	const char *title;
	unsigned number;  /* of the finding */
	struct name *ids; /* clauses; a last '*' is a prefix */
	day_t from;
	const char *basis;
	const char *file;
	uint32_t line;
	struct header *header;
	struct choice *next;
};

struct heading { /* what a chapter or section is about */
	const char *cite, *title;
	const char *file;
	uint32_t line;
	struct header *header;
	struct heading *next;
};

struct header { /* policy */
	const char *name, *title, *version;
	day_t adopted, effective;
	const char *file;
	uint32_t line;
	struct header *same; /* the first header of the same edition, itself included */
	struct header *next;
};

enum vocab_kind { VOCAB_KIND, VOCAB_ACT, VOCAB_EVENT, VOCAB_TASK, VOCAB_CLAIM, VOCAB_REGISTER,
                  VOCAB_PROCEEDING };
struct decl {
	const char *name, *title, *found_by;
	const char *unsaid; /* of a yesno: what it is while nobody has said it; "" unknown */
	bool if_any; /* a record may say that there is none */
	struct type *type;
	uint32_t line;
	struct decl *next;
};
struct move {
	const char *name, *title, *to;
	struct name *from;
	uint32_t line;
	struct move *next;
};
struct vocab {
	enum vocab_kind kind;
	const char *name, *title, *of;
	const char *standard, *outside; /* default, outside; NULL if absent */
	const char *carried_by;
	const char *sets;
	struct literal *sets_value;
	const char *opens; /* an event: the proceeding that it begins */
	const char *if_refused, *if_late; /* an act: the event that its refusal is; that its open record is past the last day */
	const char *before, *if_without; /* an act: the one that comes before it; the event that it is without that */
	struct decl *facts;
	struct name *steps;
	struct move *moves;
	const char *file;
	uint32_t line;
	struct vocab *next, *chain; /* of one hash slot, see vocab_any */
};

struct tree { /* all files, joined */
	struct header *headers;
	struct clause *clauses;
	struct setting *settings;
	struct example *examples;
	struct choice *choices;
	struct heading *headings;
	struct vocab *vocab;
	size_t clause_count, statement_count;
};

/* ---- words */
struct words;
struct words *words_new(struct arena *arena);
/* words_intern - NULL when the arena is full */
const char *words_intern(struct words *words, struct slice text);

/* words_find - NULL when nobody said that word */
const char *words_find(const struct words *words, struct slice text);

/* parse_file - append one file to the tree
 * Clauses, settings and cases before any header of the file have header NULL. */
struct result parse_file(const struct policy_source *source, struct words *words,
                         struct arena *arena, struct tree *tree, struct why *why) MUST;

#endif
