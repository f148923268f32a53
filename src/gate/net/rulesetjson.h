/* gate/net/rulesetjson.h - nft's JSON in parts; inside the room */
#ifndef SEKISHO_NET_RULESETJSON_H
#define SEKISHO_NET_RULESETJSON_H

#include "gate/net/rulesetread.h"

#include <jansson.h>

struct json_reader {
	struct ruleset_reader rd;
	struct index tables, chains, sets; /* "family table [name]" */
	uint32_t *filled;                  /* rules put into each chain so far */
};

/* nftjson_key - "inet\tsekisho\tforward" of an object, in the arena; {NULL,0}: members
 * missing                                                                   */
struct slice nftjson_key(struct json_reader *j, json_t *object, const char *third, const char *third_member);
struct slice nftjson_text(const json_t *value);
/* nftjson_action - {"accept":null}, {"jump":{"target":…}} ...; false: none of these */
bool nftjson_action(struct json_reader *j, json_t *object, struct slice table_key, enum action *action, uint32_t *target);
/* nftjson_value - one value, or several for lists; false: not understood */
bool nftjson_value(struct json_reader *j, enum value_kind kind, json_t *value, struct spans *out);
/* nftjson_elements - of a set or map into s; what is not understood makes it foreign */
void nftjson_elements(struct json_reader *j, struct set *s, json_t *array, const enum value_kind *kinds, struct slice table_key);
void nftjson_set(struct json_reader *j, json_t *object, bool map);
void nftjson_rule(struct json_reader *j, json_t *object);
bool nftjson_set_type(const char *type, enum value_kind *kind);
/* slots_of - where the values of a key are kept; false: no room for such a key */
bool slots_of(const enum value_kind *kinds, size_t count, enum key_slot *out);

#endif
