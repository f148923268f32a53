/* policy/lex.h - the text of LANGUAGE section 1 as tokens
 * A token is looked at once and never backed over.                        */
#ifndef SEKISHO_POLICY_LEX_H
#define SEKISHO_POLICY_LEX_H

#include "policy/ast.h"

/* Every reserved word; K_NONE is no keyword. */
#define KEYWORDS(X)                                                                          \
	X(ABSOLUTE, "absolute") X(ACT, "act") X(ADOPT, "adopt") X(ADOPTED, "adopted")        \
	X(ALLOW, "allow") X(ALWAYS, "always") X(AND, "and") X(ANY, "any") X(AS, "as")        \
	X(AS_NEEDED, "as-needed") X(AT, "at") X(AT_LEAST, "at-least") X(BY, "by")            \
	X(CARRIED, "carried") X(CASE, "case") X(CHANGE, "change") X(CHOICE, "choice")        \
	X(CLAIM, "claim")                                                                    \
	X(CLAIMED, "claimed") X(CLAUSE, "clause") X(COMPLETE, "complete")                    \
	X(CONSULT, "consult") X(COUNT, "count") X(DEFAULT, "default") X(DELEGATE, "delegate") \
	X(DOCUMENT, "document") X(DOUBT, "doubt") X(DROP, "drop") X(DUTY, "duty")            \
	X(EACH, "each") X(EDITION, "edition") X(EFFECTIVE, "effective") X(ELSE, "else")      \
	X(EVENT, "event") X(EVERY, "every") X(EXPECT, "expect") X(FOR, "for")                \
	X(FORBID, "forbid") X(FOR_ACTS, "for-acts") X(FOUND_BY, "found-by") X(FROM, "from")  \
	X(GOVERNS, "governs") X(HEAD, "head") X(HEADING, "heading") X(HELD_BY, "held-by")                          \
	X(HIGHEST_OF, "highest-of") X(IF_ANY, "if-any") X(IF_LATE, "if-late") X(IF_REFUSED, "if-refused") \
	X(IF_WITHOUT, "if-without") X(IN, "in") X(INFERRED, "inferred")                      \
	X(INTO, "into") X(IN_PRINCIPLE, "in-principle") X(IS, "is") X(ITEM, "item")          \
	X(KEEP, "keep") X(KIND, "kind") X(KNOWN, "known") X(LAW, "law") X(LEAVES, "leaves")  \
	X(LIFT, "lift") X(LIST, "list") X(MEMBERS, "members") X(MOVE, "move")                \
	X(NAMED, "named") X(NOT, "not") X(NUMBER, "number") X(OF, "of") X(OMITS, "omits")    \
	X(OMITTED, "omitted") X(ON, "on") X(ONE, "one") X(ONE_OF, "one-of")                  \
	X(ON_CALL, "on-call") X(OPENS, "opens") X(OR, "or") X(OUTSIDE, "outside") X(OVERRIDES, "overrides")    \
	X(PARAM, "param") X(PER, "per") X(PERMIT, "permit") X(POLICY, "policy")              \
	X(POST, "post") X(PROCEEDING, "proceeding") X(RATE, "rate") X(REACHED, "reached")    \
	X(RECORD, "record") X(REFERENCE, "reference") X(REGISTER, "register")                \
	X(REQUIRE, "require") X(REVIEWED, "reviewed") X(SAYS, "says") X(SCALE, "scale")      \
	X(SEPARATE, "separate") X(SET, "set") X(SETS, "sets") X(SET_OF, "set-of")            \
	X(SHOULD, "should") X(STEP, "step") X(SUBSTITUTE, "substitute") X(SURE, "sure")      \
	X(TASK, "task") X(TERM, "term") X(THAT, "that") X(THEN, "then") X(TITLE, "title")    \
	X(TO, "to") X(UNCLEAR, "unclear") X(UNDER, "under") X(UNLESS, "unless") X(UNSAID, "unsaid")              \
	X(USING, "using") X(VERSION, "version") X(WHEN, "when") X(WITH, "with")              \
	X(WITHIN, "within")

enum keyword {
	K_NONE = 0,
#define X(id, text) K_##id,
	KEYWORDS(X)
#undef X
};
const char *keyword_text(enum keyword keyword);

enum token_kind {
	TOKEN_END = 0, TOKEN_NAME, TOKEN_KEYWORD, TOKEN_UNIT, TOKEN_ID, TOKEN_LEVEL, TOKEN_NUMBER,
	TOKEN_DATE, TOKEN_STRING, TOKEN_MARK, /* one of { } ( ) , ; : . */
	TOKEN_RELATION, TOKEN_BAD,
};
struct token {
	enum token_kind kind;
	struct slice text; /* as written; STRING without its quotes */
	enum keyword keyword;
	enum relation rel;
	uint8_t mark;
	int64_t number; /* NUMBER; DATE as a day */
	uint32_t line;  /* a spot: line and column */
};
struct lexer {
	struct slice text;
	size_t pos;
	uint32_t line, column; /* line of pos; column of counted */
	size_t counted;
	bool after_dot;
	const char *fault; /* Japanese, once a token was BAD */
};

void lexer_init(struct lexer *lexer, struct slice text);
struct token lexer_next(struct lexer *lexer);
/* lexer_audit - the whole text once, before anything is read: UTF-8, no control
 * or direction-changing characters; NULL if fine, else Japanese and the spot */
const char *lexer_audit(struct slice text, uint32_t *line);

#endif
