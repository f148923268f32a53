/* policy/compare/internal.h - what the files of this room share */
#ifndef SEKISHO_POLICY_COMPARE_INTERNAL_H
#define SEKISHO_POLICY_COMPARE_INTERNAL_H

#include "policy/compare/compare.h"

/* LIKE_LEAST: below it two texts are two; measured on 4,000 made editions, where less
 * paired a sentence that was added with one of the same words that was deleted */
enum { LIKE_WHOLE = 1000, LIKE_LEAST = 490 };

/* ---- signs.c: how alike two texts are */
struct sign {
	uint32_t *pairs;  /* of characters, hashed, sorted */
	uint8_t *weights; /* rare ones weigh more */
	size_t count;
	uint64_t total;   /* of the weights */
};
struct result signs_make(const struct text_tree *old, const struct text_tree *fresh, struct arena *arena,
                         struct sign **old_signs, struct sign **fresh_signs, struct why *why);
/* 0 .. LIKE_WHOLE */
uint32_t sign_like(const struct sign *a, const struct sign *b);

/* ---- match.c */
struct matching {
	const struct text_tree *old, *fresh;
	struct arena *arena;
	struct sign *old_sign, *fresh_sign;
	uint32_t *to_fresh, *to_old; /* index of the partner; 0 none (the roots are partners) */
	uint32_t *old_end, *fresh_end; /* index behind the last node below */
};
struct result match_trees(struct matching *m, bool by_id, struct why *why) MUST;
bool node_is_blank(const struct text_node *node); /* neither title nor text nor （略） */

/* ---- classify.c */
struct result classify(const struct matching *m, struct comparison *out, struct why *why) MUST;
/* chapters.c: of flat trees, clauses that left their chapter while it stayed */
struct result chapters_moved(struct comparison *c, struct arena *arena, struct why *why) MUST;
/* chapter_of - the first word of a citation: 第10 of 第10 ５(1)ア */
struct slice chapter_of(const char *cite);
bool same_number(const struct text_node *a, const struct text_node *b);
bool number_parts_equal(const struct text_node *a, const struct text_node *b);
bool number_before(const struct text_node *a, const struct text_node *b); /* a ends before b begins */

/* ---- blocks.c, references.c */
struct blocking {
	struct comparison *comparison;
	struct arena *arena;
	struct compare_block **next;
	bool full;
	uint64_t fuel; /* nodes that may still be looked at for references */
};
enum { REFERENCE_FUEL = 200000000 };
void block_add(struct blocking *b, enum block_kind kind, const struct text_node *node,
               const char *format, ...) __attribute__((format(printf, 4, 5)));
void blocks_numbers(struct blocking *b);
void blocks_references(struct blocking *b);

/* text_whole - number, title and text as one line of a table */
struct result text_whole(const struct text_node *node, struct arena *arena, struct slice *out,
                         struct why *why) MUST;

#endif
