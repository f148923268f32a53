/* policy/import/internal.h - what the files of this room share */
#ifndef SEKISHO_POLICY_IMPORT_INTERNAL_H
#define SEKISHO_POLICY_IMPORT_INTERNAL_H

#include "policy/import/import.h"

/* ---- levels.c */
int level_rank(enum text_level level); /* 0: learned from the text */
enum text_level level_named(struct slice name); /* TEXT_LEVELS: unknown */
const char *level_code(enum text_level level);  /* in ids */

/* ---- glyphs.c: the beginning of a line, decoded */
enum { GLYPHS = 96 };
struct glyphs {
	uint32_t code[GLYPHS + 1]; /* 0 after the last */
	size_t offset[GLYPHS + 1]; /* bytes before code[i] */
	size_t count;
};
void glyphs_read(struct slice text, struct glyphs *out);
bool is_blank(uint32_t code);
bool is_kanji(uint32_t code);
bool is_hiragana(uint32_t code);
bool is_katakana(uint32_t code); /* full and half width, ー */
bool is_letter(uint32_t code);   /* Latin, half or full width */
bool is_digit(uint32_t code);    /* half or full width */
/* Numerals from glyph `at`; each returns how many glyphs it took, 0: none */
size_t digits_at(const struct glyphs *g, size_t at, uint32_t *value);
size_t kanji_number_at(const struct glyphs *g, size_t at, uint32_t *value);
size_t roman_at(const struct glyphs *g, size_t at, uint32_t *value);
uint32_t kana_value(uint32_t code);   /* ア 1, イ 2 ...; 0 none */
uint32_t iroha_value(uint32_t code);  /* イ 1, ロ 2 ... */
uint32_t letter_value(uint32_t code); /* a 1 ... */
uint32_t circle_value(uint32_t code); /* ① 1 ... ㊿ 50 */
uint32_t paren_value(uint32_t code);  /* ⑴ 1 ... */

/* ---- number.c */
/* number_read - the number that a line begins with
 * rest     out: offset of the text behind it
 * returns  false if the line begins with none, or with a reference to one
 *          ("(1)の機関に", "第２条第８項に")                                  */
bool number_read(struct slice line, struct text_number *out, size_t *rest);
/* number_at - a number inside a sentence or citation, nothing asked of what
 * follows; 0 if none begins at glyph `at`, else the glyphs it takes          */
size_t number_at(struct slice line, const struct glyphs *g, size_t at, struct text_number *out);
/* number_other - the other way to read it (イ as second kana, first of iroha) */
bool number_other(const struct text_number *n, struct text_number *out);
/* -1 before, 0 equal, 1 after */
int number_compare(const struct text_number *a, const struct text_number *b);
bool number_first(const struct text_number *n);
/* number_follows - b comes directly after a: 3 4, 3 3の2, 3の2 4, 2.1 2.2    */
bool number_follows(const struct text_number *a, const struct text_number *b);
/* （略）, (削除), 略 and the like, whole */
bool text_is_omission(struct slice text);
/* 削除: of an omission the part that says there is nothing any more */
bool text_is_repealed(struct slice text);
bool is_particle(uint32_t code); /* の, に, を ... */

/* ---- radicals.c */
uint32_t radical_as_kanji(uint32_t code); /* ⼈ as 人; all others as they are */

/* ---- lines.c */
struct line {
	struct slice text; /* trimmed */
	uint32_t number;   /* in the source, 1-based */
	uint32_t indent, width; /* columns; a full-width character is two */
	uint32_t blanks;   /* blank lines before it */
	bool page;         /* first of its page, as far as the text shows */
	enum line_fate fate;
};
struct lines {
	struct line *line;
	size_t count;   /* without blank ones */
	uint32_t total; /* of the source */
	uint32_t wrap;  /* column where sentences wrap; 0: they do not */
	bool doubled;   /* a blank line after every line */
};
struct result lines_read(struct slice text, struct arena *arena, struct lines *out,
                         struct why *why) MUST;
void lines_measure(struct lines *lines);
uint32_t text_width(struct slice text);
/* 。 or the like at the end, closing brackets apart */
bool text_ended(struct slice text);
/* line_open - the line's sentence goes on in the next line */
bool line_open(const struct lines *lines, const struct line *line);

/* ---- furniture.c: contents, running heads, page numbers */
struct result furniture_mark(struct lines *lines, struct arena *arena, struct why *why) MUST;

/* ---- lone.c */
/* lone_numbers - joins a number that stands alone on its line to the line below */
struct result lone_numbers(struct lines *lines, struct arena *arena, struct why *why) MUST;

/* ---- columns.c */
struct columns {
	struct lines side[2]; /* in the order they stand on the page */
	const char *name[2];
	bool found;
	size_t fresh;  /* which of the two is the new edition */
};
struct result columns_split(const struct lines *all, struct arena *arena, struct columns *out,
                            struct why *why) MUST;

/* ---- build.c, place.c, posts.c */
struct piece {
	struct slice text;
	struct piece *next;
};
struct growing { /* text_node.more while it is built */
	struct piece *first, *last;
	struct piece *title, *title_last; /* where the heading is told apart already */
};
struct builder {
	struct arena *arena;
	struct text_tree *tree;
	struct lines *lines;
	struct text_node *path[IMPORT_DEPTH + 1]; /* from the root to the last numbered node */
	size_t depth;                             /* path[depth] is the innermost */
	struct text_node *open;  /* its sentence goes on; NULL */
	bool above[TEXT_LEVELS][TEXT_LEVELS]; /* [a][b]: a was seen above b */
	struct text_number latest[TEXT_LEVELS];
	struct text_finding **next_finding;
	struct text_node *table, *row; /* of posts, while in one */
	bool numbered;           /* a first number was placed */
	struct slice caption;    /* （目的）, for the article that comes */
	size_t nodes;
	enum error failed;       /* sticky */
};
void build_first_text(struct builder *b, struct text_node *node, struct slice text, uint32_t line);
struct text_node *build_node(struct builder *b, struct text_node *parent, enum text_level level,
                             uint32_t line);
void build_text(struct builder *b, struct text_node *node, struct slice text, uint32_t line);
void build_title(struct builder *b, struct text_node *node, struct slice text, uint32_t line);
void build_fault(struct builder *b, enum text_fault fault, uint32_t line, uint32_t last,
                 const struct text_node *node, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
/* place_number - where a number belongs
 * sure    the line before it is ended; else only what fits exactly is taken
 * returns the new node, NULL if it is no number here                          */
struct text_node *place_number(struct builder *b, struct text_number *n, bool sure, uint32_t line);
/* place_at - make `node` the innermost of the path below parent */
void place_at(struct builder *b, struct text_node *parent, struct text_node *node);
/* A table of posts: rows in columns, as text.  Each takes lines from the i-th on
 * and says how many; false: no table begins here, or it ends before line i    */
bool posts_start(struct builder *b, size_t i, size_t *used);
bool posts_take(struct builder *b, size_t i, size_t *used);
/* builder_line - the i-th placed line, NULL past the last */
struct line *builder_line(struct builder *b, size_t i);
struct result build_tree(struct lines *lines, struct arena *arena, struct text_tree **out,
                         struct why *why) MUST;

/* ---- join.c */
/* join_pieces - one NUL-terminated sentence of wrapped lines; whole is all of
 * the text, asked where a Latin word may have been split, fuel the bytes that
 * may still be searched for that; NULL: no memory                            */
enum { JOIN_FUEL = 64 << 20 };
const char *join_pieces(const struct piece *first, struct slice whole, size_t *fuel,
                        struct arena *arena);

#endif
