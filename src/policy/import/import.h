/* policy/import/import.h - the plain text of a policy as a tree of clauses
 *
 * A city hands out its policy as prose: text copied out of a PDF with page
 * breaks, running heads, page numbers, a table of contents and lines wrapped
 * in the middle of words, numbered in any of some twenty manners.  This room
 * reads it into a tree: every number and heading a node, every paragraph a
 * node below it.  No order of the manners is built in (apart from 部, 章, 節,
 * 款, 条): which nests in which is learned from the text itself, by what
 * succeeds what.  Numbers that are missing, doubled, out of order or start
 * again are placed and reported; nothing is dropped: each line that is not
 * blank is placed, or stands in one of the lists of `fate`.
 *
 * The room knows no policy.  Callers give citations to align with, and keep
 * what import_keep writes among the office's own data (the city's sentences
 * belong to the city, never to this project).
 *
 * Strings handed out are NUL-terminated UTF-8 and live in the arena given.
 */
#ifndef SEKISHO_POLICY_IMPORT_H
#define SEKISHO_POLICY_IMPORT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

enum {
	IMPORT_BYTES = 8 << 20, /* one text at most */
	IMPORT_LINES = 100000,
	IMPORT_NODES = 50000,
	IMPORT_DEPTH = 24,
	IMPORT_HASH = 32,       /* SHA-256 */
};

/* The manners of numbering, and what has no number. */
enum text_level {
	TEXT_ROOT = 0,
	TEXT_SUPPLEMENT,  /* 附則 */
	TEXT_APPENDIX,    /* 別表, 別紙, 様式 */
	TEXT_PART,        /* 第１部 */
	TEXT_CHAPTER,     /* 第１章, 序章 */
	TEXT_SECTION,     /* 第１節 */
	TEXT_SUBSECTION,  /* 第１款 */
	TEXT_ARTICLE,     /* 第１条, 第３条の２ */
	TEXT_DAI,         /* 第１ */
	TEXT_PLAIN,       /* １ and a space */
	TEXT_DOT,         /* 1. */
	TEXT_DECIMAL,     /* 2.1, 2.1.3, 1-2 */
	TEXT_PAREN,       /* (1) */
	TEXT_HALF,        /* 1) */
	TEXT_CIRCLE,      /* ① */
	TEXT_KANJI,       /* 一 */
	TEXT_PAREN_KANJI, /* （一） */
	TEXT_KANA,        /* ア */
	TEXT_PAREN_KANA,  /* (ｱ) */
	TEXT_IROHA,       /* イ, ロ, ハ */
	TEXT_PAREN_IROHA, /* (イ) */
	TEXT_ALPHA,       /* a. */
	TEXT_PAREN_ALPHA, /* (a) */
	TEXT_ROMAN,       /* Ⅰ */
	TEXT_PAREN_ROMAN, /* (i) */
	TEXT_BULLET,      /* ・ */
	TEXT_NOTE,        /* ※ */
	TEXT_HEADING,     /* 【参考】, 前文 */
	TEXT_PARAGRAPH,   /* a paragraph below a heading, or a further one */
	TEXT_TABLE, TEXT_ROW,
	TEXT_FIGURE,      /* fragments of a drawing or table: placed, and listed */
	TEXT_LEVELS
};
/* text_level_name - "chapter", "paren", ...; text_level_label - 章, (1), ... */
const char *text_level_name(enum text_level level);
const char *text_level_label(enum text_level level);
/* text_level_numbered - true for all that carry a number of their own */
bool text_level_numbered(enum text_level level);

enum { TEXT_NUMBER_PARTS = 4 };
struct text_number {
	enum text_level level;
	uint32_t part[TEXT_NUMBER_PARTS]; /* 2.1 is {2,1}; 第３条の２ is {3,2} */
	uint32_t parts;
	uint32_t to;         /* last of a run (10～11): else the last part */
	bool tight;          /* no space between number and text */
	struct slice printed;
};

struct text_node {
	enum text_level level;
	struct text_number number;  /* level TEXT_ROOT where there is none */
	const char *printed;  /* "第３条", "(2)", "８～９"; "" */
	const char *title;    /* heading, "" */
	const char *text;     /* own sentences, "" */
	bool omitted;         /* （略） */
	const char *cite;     /* 第2章 7.4 (2)①: the numbers from the top */
	const char *id;       /* stable: import_carry keeps it through renumbering */
	uint8_t hash[IMPORT_HASH]; /* of title and text, normalised (import_normal) */
	uint32_t first_line, last_line; /* 1-based, of the source */
	uint32_t index;       /* place in text_tree.nodes */
	struct text_node *parent, *first, *last, *next, *previous;
	void *more;           /* the room's own, while it builds */
};

enum text_fault {
	FAULT_MISSING = 0, /* 欠番: a number was left out */
	FAULT_DOUBLE,      /* 重複: the number stands twice */
	FAULT_ORDER,       /* goes back */
	FAULT_RESTART,     /* starts again at 1 beside its like */
	FAULT_LATE,        /* does not start at 1 */
	FAULT_UNPLACED,    /* fragments: kept as a TEXT_FIGURE, a person must look */
	FAULT_DEEP,        /* nested too deeply: placed one level up */
	FAULT_ORPHAN,      /* 2.3.1 where there is no 2.3 to stand below */
	FAULT_KINDS
};
struct text_finding {
	enum text_fault fault;
	uint32_t line, last_line;
	const struct text_node *node; /* nullable */
	const char *sentence;         /* Japanese: what, where */
	struct text_finding *next;
};
const char *text_fault_label(enum text_fault fault); /* 欠番, 重複, ... */

/* What became of a line. */
enum line_fate {
	LINE_BLANK = 0,
	LINE_PLACED,
	LINE_FRONT,    /* before the first number: cover, title, history */
	LINE_CONTENTS, /* table of contents */
	LINE_HEAD,     /* running head or foot */
	LINE_PAGE,     /* page number */
	LINE_NUMBER,   /* a number alone, joined to the line below */
	LINE_UNPLACED, /* in a TEXT_FIGURE */
	LINE_OTHER,    /* of the other column of a comparison table */
	LINE_FATES
};

struct text_tree {
	const char *title;   /* best guess from the first page, "" */
	const char *side;    /* "" or, out of a comparison table, 新, 旧, 改正後 ... */
	struct text_node *root;
	struct text_node **nodes; /* in the order of the text; nodes[0] is the root */
	uint32_t count;
	uint32_t per_level[TEXT_LEVELS];
	uint32_t lines;           /* of the source */
	uint8_t *fate;            /* enum line_fate of line 1..lines at [line - 1] */
	const char *const *line_text; /* trimmed, at [line - 1] */
	struct text_finding *findings;
	uint32_t per_fault[FAULT_KINDS];
};

/* import_text - one text; UTF-8 (with or without BOM) or CP932
 * out     one tree; two where the text is a comparison table, first the new
 *         edition, then the old: its columns are told apart by page
 * count   out, 1 or 2
 * errors  E_INPUT neither encoding, or no text   E_LIMIT a ceiling above
 *         E_MEMORY the arena is full (64 MiB is ample for 1 MiB of text)    */
struct result import_text(struct slice bytes, struct arena *arena, struct text_tree *out[2],
                          size_t *count, struct why *why) MUST;

/* import_normal - append text as it is hashed and compared: NFC, half-width
 * ASCII, no white space, one wave dash, one hyphen, radicals as characters   */
void import_normal(struct slice text, struct buffer *out);

/* import_hash - SHA-256 of the bytes, for import_clause.rule */
void import_hash(struct slice bytes, uint8_t out[IMPORT_HASH]);

/* ------------------------------------------------------- building by hand */

/* For trees that come from elsewhere (encoded editions, tests).  text_finish
 * fills index, cite (where NULL), id (where NULL), hash and the counts.      */
struct text_tree *text_tree_new(struct arena *arena, const char *title);
/* text_add - a node as the last child of parent (NULL: the root); strings are
 * borrowed; NULL when the arena is full                                      */
struct text_node *text_add(struct text_tree *tree, struct arena *arena, struct text_node *parent,
                           const char *printed, const char *title, const char *text);
struct result text_finish(struct text_tree *tree, struct arena *arena, struct why *why) MUST;
/* text_number_of - the number that a string like "(2)" or "第３条の２" is;
 * level TEXT_ROOT if it is none                                              */
struct text_number text_number_of(struct slice printed);
/* text_number_at - a number at the beginning of text, whatever follows; returns
 * its length in bytes, 0: none                                               */
size_t text_number_at(struct slice text, struct text_number *out);

/* ------------------------------------------------------------- alignment */

/* A clause of the encoded policy, as callers know it. */
struct import_clause {
	const char *id, *cite;
	uint8_t rule[IMPORT_HASH]; /* of the clause's canonical rendering */
};
enum import_fit { FIT_NONE = 0, FIT_PART, FIT_WHOLE };
struct import_match {
	const struct import_clause *clause;
	struct text_node *node; /* NULL: FIT_NONE */
	enum import_fit fit;    /* PART: words of the citation were not found */
};
/* import_align - find each clause's place by its citation; matches[i] belongs
 * to clauses[i]                                                              */
struct result import_align(const struct text_tree *tree, const struct import_clause *clauses,
                           size_t count, struct arena *arena, struct import_match **matches,
                           struct why *why) MUST;

/* ----------------------------------------------------------------- keeping */

/* One line of what the office keeps: UTF-8, tab-separated, first a head line
 * "sekisho-text 1 POLICY", then per node: id, level, number, citation, hash,
 * lines, title, text, and per aligned clause "= id node-id hash rule".        */
struct result import_keep(const struct text_tree *tree, const char *policy,
                          const struct import_match *matches, size_t count, struct buffer *out,
                          struct why *why) MUST;
struct import_kept_clause {
	const char *id;
	uint8_t text[IMPORT_HASH], rule[IMPORT_HASH];
};
struct import_kept {
	const char *policy;
	struct text_tree *tree;
	struct import_kept_clause *clauses;
	size_t clause_count;
};
/* import_kept_read - E_INPUT names the line that is not what import_keep writes */
struct result import_kept_read(struct slice bytes, struct arena *arena, struct import_kept **out,
                               struct why *why) MUST;
/* import_carry - nodes of `tree` take the id of the node of `before` that they
 * continue; pair[i] is the node of `before` for tree->nodes[i], or NULL       */
struct result import_carry(struct text_tree *tree, const struct text_node *const *pair,
                           struct arena *arena, struct why *why) MUST;

enum import_drift_kind {
	DRIFT_TEXT = 1, /* 文が変わった、規則は古い */
	DRIFT_RULE,     /* 規則が変わった、文は元のまま */
	DRIFT_BOTH,     /* both: to be confirmed */
	DRIFT_LOST,     /* the clause's text is no longer found */
	DRIFT_NEW,      /* a clause that was not aligned before */
};
struct import_drift {
	enum import_drift_kind kind;
	const char *clause;
	const struct text_node *node; /* nullable */
	struct import_drift *next;
};
struct result import_drift(const struct import_kept *before, const struct import_match *matches,
                           size_t count, struct arena *arena, struct import_drift **out,
                           struct why *why) MUST;
const char *import_drift_label(enum import_drift_kind kind);

/* ----------------------------------------------------------------- showing */

/* counts per level, fates, findings: as people read it */
void import_report(const struct text_tree *tree, struct buffer *out);
/* the tree, indented, a node a line */
void import_outline(const struct text_tree *tree, struct buffer *out);
/* {"title","side","levels":{},"nodes":[...],"findings":[...],"lines":[...]} */
void import_json(const struct text_tree *tree, struct buffer *out);

#endif
