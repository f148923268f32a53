/* policy/compare/compare.h - two editions of a policy side by side
 *
 * First the structure: each node of the old edition finds its continuation in
 * the new one, by id where both know ids, else by equal text, by its place and
 * by likeness of words; what is left is added or deleted.  Only then the words
 * inside a sentence are compared, by the runs that Japanese is written in, so
 * that no mark ever begins inside a word.  From the result come the 新旧対照表
 * in the manners that offices use, the 改正文, and a list of changes.
 * Everything is deterministic: equal input, equal bytes.
 */
#ifndef SEKISHO_POLICY_COMPARE_H
#define SEKISHO_POLICY_COMPARE_H

#include "paper/paper.h"
#include "policy/import/import.h"
#include "policy/policy.h"

/* ---------------------------------------------------------------- alignment */

enum change {
	CHANGE_NONE = 0,
	CHANGE_WORDS = 1,   /* reworded: title or text */
	CHANGE_NUMBER = 2,  /* renumbered */
	CHANGE_PLACE = 4,   /* moved: below another heading, or past its siblings */
	CHANGE_ADDED = 8,
	CHANGE_DELETED = 16,
};
struct compare_pair {
	const struct text_node *old, *fresh; /* NULL: added, deleted */
	unsigned change;                     /* union of enum change */
	bool below;                          /* something below it changed */
};

/* What must be mended before the new edition may be adopted. */
enum block_kind {
	BLOCK_COLLISION = 0, /* a number stands twice */
	BLOCK_DATE,          /* 令和５年○月○日 */
	BLOCK_DANGLING,      /* a reference to what is not there */
	BLOCK_STALE,         /* a reference that the renumbering left behind */
	BLOCK_MARK,          /* struck or underlined characters that a table left in the text */
	BLOCK_KINDS
};
struct compare_block {
	enum block_kind kind;
	const struct text_node *node; /* of the new edition */
	const char *sentence;         /* Japanese: what is wrong, and what would mend it */
	struct compare_block *next;
};

struct comparison {
	const struct text_tree *old, *fresh;
	struct compare_pair *pairs; /* in the order of the new text, what is deleted at its old place */
	uint32_t count;
	const struct compare_pair **of_old, **of_fresh; /* by text_node.index */
	uint32_t same, reworded, renumbered, moved, added, deleted;
	struct compare_block *blocks;
	uint32_t block_count;
	uint32_t references, followed; /* of the new edition; numbers that went along with their goal */
};
/* compare_trees - old and fresh are borrowed, as is the arena of the result
 * by_id   ids of equal nodes are equal in both (encoded editions, kept texts)
 * errors  E_MEMORY                                                            */
struct result compare_trees(const struct text_tree *old, const struct text_tree *fresh, bool by_id,
                            struct arena *arena, struct comparison **out, struct why *why) MUST;
const char *change_name(enum change change);    /* "reworded", ... */
const char *change_label(unsigned change);      /* 改正, 番号の変更 ...: the chief one */
const char *block_label(enum block_kind kind);

/* compare_edition_tree - an encoded edition as a flat tree: a node a clause, its
 * number the citation, its text what it `says`, its id the clause's           */
struct result compare_edition_tree(const struct policy *policy, const struct policy_edition *edition,
                                   struct arena *arena, struct text_tree **out, struct why *why) MUST;

/* Printed `change` marks of the new edition against what was computed (finding
 * 28).  A mark that names clauses wants its change in each of them; `changed`
 * any.  Appends one line a difference; returns how many marks there are, how
 * many agree                                                                 */
struct compare_marks {
	size_t marks, agree;
};
struct compare_marks compare_printed(const struct comparison *comparison, const struct policy *policy,
                                     const struct policy_edition *edition, struct buffer *out);

/* ------------------------------------------------------------------- words */

struct span {
	struct slice text;
	bool changed;
};
struct word_diff {
	struct span *old, *fresh; /* joined they are the two texts */
	size_t old_count, fresh_count;
};
/* compare_words - phrases of two sentences; spaces and the width of letters do
 * not count as changes                                                       */
struct result compare_words(struct slice old, struct slice fresh, struct arena *arena,
                            struct word_diff *out, struct why *why) MUST;

/* ------------------------------------------------------------------- table */

/* How an office writes its table. */
struct compare_style {
	const char *name, *label;
	const char *fresh, *old;    /* heads: 改正後, 改正前 */
	bool fresh_left;
	const char *added, *deleted; /* （新設）, （削る）; "" leaves the cell blank */
	const char *omitted;         /* （略） */
	bool remarks;                /* a third column 備考 */
};
const struct compare_style *compare_style_named(const char *name); /* NULL: unknown */
const struct compare_style *compare_style_at(size_t index);        /* NULL past the last */

struct table_line {
	unsigned depth;
	const struct span *spans;
	size_t span_count;
	struct table_line *next;
};
struct table_row {
	struct table_line *fresh, *old; /* NULL: an empty cell */
	const char *remark;
	uint32_t moved; /* of both rows of a move: index of the new node; else 0 */
	bool left;      /* where it stood before */
	struct table_row *next;
};
struct compare_table {
	const struct comparison *of;
	const struct compare_style *style;
	const char *title;
	struct table_row *rows;
};
struct result compare_table(const struct comparison *comparison, const struct compare_style *style,
                            struct arena *arena, struct compare_table *out, struct why *why) MUST;

/* ------------------------------------------------------------------ output */

void compare_html(const struct compare_table *table, struct buffer *out);
/* the list of changes and blocks as people read it, and as programs do */
void compare_report(const struct comparison *comparison, struct buffer *out);
struct result compare_json(const struct comparison *comparison, struct buffer *out, struct why *why) MUST;

enum amend_manner {
	AMEND_PHRASES = 0, /* 第３条中「甲」を「乙」に改める。 */
	AMEND_WHOLE,       /* 第３条を次のように改める。 */
};
struct result compare_amendment(const struct comparison *comparison, enum amend_manner manner,
                                struct buffer *out, struct why *why) MUST;

/* compare_xlsx - a workbook; compare_pdf - A4 across, with text that can be
 * searched; both append the file's bytes.  E_SYSTEM: the library refused
 * below  a folder for the library's own files, which are gone afterwards      */
struct result compare_xlsx(const struct compare_table *table, const char *below, struct buffer *out,
                           struct why *why) MUST;
struct result compare_pdf(const struct compare_table *table, const struct paper_font *font, struct buffer *out,
                          struct why *why) MUST;

#endif
