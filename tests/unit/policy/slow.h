/* tests/unit/policy/slow.h - the second evaluator: slow, obvious, written from the
 * report (LANGUAGE sections 4 to 7) over the parsed text.
 *
 * It shares the parser with the room and nothing else: no bound model, no index, no
 * three-valued helper, no settled path.  A fact is a string under a string: every
 * question walks the whole text and looks facts up by name.                  */
#ifndef SEKISHO_TESTS_POLICY_SLOW_H
#define SEKISHO_TESTS_POLICY_SLOW_H

#include "policy/ast.h"

enum { SLOW_FACTS = 200, SLOW_SPOKE = 400, SLOW_PATH = 160 };

struct slow_fact {
	char path[SLOW_PATH]; /* object.origin.personal, object.contents[0].harm; sets: their count */
	char text[48];
};
struct slow_item {
	const char *list, *item;
	enum item_answer answer;
};
struct slow_is { /* a bare term that is or is not true of what stands at the path */
	const char *path, *term;
	bool is;
};
struct slow_posts { /* all posts of a person */
	const char *person;
	const struct policy_holding *held;
	size_t count;
};

struct slow_question {
	const struct tree *tree;
	const char *act;
	const struct slow_fact *facts;
	size_t fact_count;
	const struct slow_item *items;
	size_t item_count;
	const struct slow_posts *posts;
	size_t post_count;
	const struct slow_is *words;
	size_t word_count;
	const struct policy_question *base; /* policies, day, claims, approvals, exceptions, seats */
};

struct slow_spoke { /* a norm that is not silent, a record or a duty */
	const char *clause, *verb;
	enum effect effect; /* records and duties: MET certain, MAYBE asked */
};
struct slow_answer {
	enum verdict verdict;
	bool outside;
	struct slow_spoke spoke[SLOW_SPOKE];
	size_t count;
};

void slow_decide(const struct slow_question *question, struct slow_answer *answer);

#endif
