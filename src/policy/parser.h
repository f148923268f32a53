/* policy/parser.h - the parts of the parser that share one state
 *
 * Recursive descent over the grammar of LANGUAGE section 3, one function a
 * rule, with an explicit depth.  The first fault sticks: every take after it
 * does nothing and gives nothing, so that the rules read straight down.     */
#ifndef SEKISHO_POLICY_PARSER_H
#define SEKISHO_POLICY_PARSER_H

#include "policy/lex.h"

enum { PARSER_SCRAP = 1024 };

struct parser {
	struct lexer lexer;
	struct token now; /* the token looked at */
	const char *file;
	struct words *words;
	struct arena *arena;
	struct tree *tree;
	struct header *header; /* the one in force at this line, or NULL */
	struct why *why;
	enum error code; /* OK until the first fault */
	unsigned depth;
	_Alignas(16) uint8_t scrap[PARSER_SCRAP];
};

/* state */
void parser_fault(struct parser *p, enum error code, const char *wanted);
bool parser_ok(const struct parser *p);
void *parser_new(struct parser *p, size_t bytes);
bool parser_enter(struct parser *p); /* false and a fault when too deep */
void parser_leave(struct parser *p);
#define PARSER_NEW(p, type) ((type *)parser_new((p), sizeof(type)))

/* tokens */
void parser_step(struct parser *p);
bool at_keyword(const struct parser *p, enum keyword keyword);
bool at_mark(const struct parser *p, char mark);
bool take_keyword(struct parser *p, enum keyword keyword); /* taken if it is there */
bool take_mark(struct parser *p, char mark);
void need_keyword(struct parser *p, enum keyword keyword);
void need_mark(struct parser *p, char mark);
const char *need_name(struct parser *p, const char *what);
const char *need_string(struct parser *p, const char *what);
const char *need_id(struct parser *p);
int64_t need_number(struct parser *p, int64_t most);
day_t need_date(struct parser *p);
const char *token_word(struct parser *p); /* the text of now, interned; steps */

/* parts */
struct name *parse_names(struct parser *p);
/* take_title - the string that people read for the name before it; NULL where none follows */
const char *take_title(struct parser *p);
struct name *parse_ids(struct parser *p);
struct name *parse_qname(struct parser *p);
struct name *parse_acts(struct parser *p);
struct path *parse_path(struct parser *p);
struct literal *parse_value(struct parser *p);
struct literal *parse_values(struct parser *p);
const char *parse_level(struct parser *p);
struct cond *parse_cond(struct parser *p);
struct via *parse_route(struct parser *p);
struct via *parse_prim(struct parser *p);
struct span *parse_span(struct parser *p);
struct type *parse_type(struct parser *p);
struct statement *parse_statement(struct parser *p); /* NULL where none begins */
void parse_vocab(struct parser *p, enum vocab_kind kind);

#endif
