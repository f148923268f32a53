/* gate/net/rulesetread.h - what both readers share; inside the room */
#ifndef SEKISHO_NET_RULESETREAD_H
#define SEKISHO_NET_RULESETREAD_H

#include "gate/net/index.h"
#include "gate/net/ruleset.h"

enum { RULESET_TEXT_BYTES = 64 << 20 };

/* How the words of a field's values are read. */
enum value_kind { VALUE_ADDR4 = 0, VALUE_ADDR6, VALUE_MAC, VALUE_PROTO, VALUE_PORT, VALUE_ICMP, VALUE_ICMP6, VALUE_NAME,
	          VALUE_STATE, VALUE_DIRECTION, VALUE_FAMILY, VALUE_UNKNOWN };
enum value_kind value_kind_of(enum field field);

/* Spans that grow in the arena; sticky. */
struct spans {
	struct interval *at;
	size_t count, room;
	bool failed;
};
void spans_add(struct spans *s, struct arena *arena, struct interval span);

struct ruleset_reader {
	struct arena *arena;
	struct ruleset *r;
	size_t table_room, chain_room, set_room, rule_room;
	bool limit, no_memory;
};
/* value_word - one value in text; names are added to the ruleset's; false: not a
 * value of the kind                                                         */
bool value_word(struct ruleset_reader *rd, enum value_kind kind, struct slice text, struct interval *out);
void reader_unknown(struct ruleset_reader *rd, const char *format, ...) PRINTF_LIKE(2, 3);
/* reader_doubt - what a rule has that was not understood; the first stays */
void reader_doubt(struct ruleset_reader *rd, struct rule *rule, const char *format, ...) PRINTF_LIKE(3, 4);
bool icmp_type_word(struct slice text, bool six, uint8_t *out);
bool service_word(struct slice text, uint16_t *out);

#endif
