/* Rules of nft's JSON. */
#include "gate/net/rulesetjson.h"

/* ---- what is looked at ----------------------------------------------------- */

static bool payload_field(json_t *payload, enum field *out)
{
	struct slice protocol = nftjson_text(json_object_get(payload, "protocol"));
	struct slice name = nftjson_text(json_object_get(payload, "field"));
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (protocol.len && slice_is(protocol, field_rows[i].protocol) && slice_is(name, field_rows[i].name)) {
			*out = (enum field)i;
			return true;
		}
	return false;
}

static bool meta_field(struct slice key, enum field *out)
{
	static const struct {
		const char *key;
		enum field field;
	} rows[] = {
		{"l4proto", FIELD_L4PROTO}, {"nfproto", FIELD_NFPROTO}, {"protocol", FIELD_META_PROTOCOL},
		{"iifname", FIELD_IIF},     {"oifname", FIELD_OIF},     {"iif", FIELD_IIF},
		{"oif", FIELD_OIF},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (slice_is(key, rows[i].key)) {
			*out = rows[i].field;
			return true;
		}
	return false;
}

static bool field_of(json_t *expression, enum field *out)
{
	json_t *inner;
	if ((inner = json_object_get(expression, "payload")))
		return payload_field(inner, out);
	if ((inner = json_object_get(expression, "meta")))
		return meta_field(nftjson_text(json_object_get(inner, "key")), out);
	if ((inner = json_object_get(expression, "ct")) && !json_object_get(inner, "dir")) {
		struct slice key = nftjson_text(json_object_get(inner, "key"));
		*out = slice_is(key, "direction") ? FIELD_CT_DIRECTION : FIELD_CT_STATE;
		return slice_is(key, "state") || slice_is(key, "direction");
	}
	return false;
}

static bool fields_of(json_t *left, enum field *out, uint8_t *count)
{
	json_t *concat = json_object_get(left, "concat");
	*count = 0;
	if (!concat) {
		*count = 1;
		return field_of(left, out);
	}
	if (json_array_size(concat) == 0 || json_array_size(concat) > KEY_FIELDS)
		return false;
	for (size_t i = 0; i < json_array_size(concat); i++)
		if (!field_of(json_array_get(concat, i), &out[(*count)++]))
			return false;
	return true;
}

/* ---- matches --------------------------------------------------------------- */

static struct set *anonymous(struct json_reader *j, const enum field *fields, uint8_t count, json_t *array, bool map,
                             struct slice table_key)
{
	enum value_kind kinds[KEY_FIELDS];
	struct set *s = ARENA_NEW(j->rd.arena, struct set);
	if (!s) {
		j->rd.no_memory = true;
		return NULL;
	}
	s->fields = count;
	s->map = map;
	for (size_t i = 0; i < count; i++)
		kinds[i] = value_kind_of(fields[i]);
	nftjson_elements(j, s, array, kinds, table_key);
	return s;
}

static const struct set *named(struct json_reader *j, struct slice name, struct slice table_key)
{
	const char *key = arena_printf(j->rd.arena, "%.*s\t%.*s", SLICE_ARG(table_key),
	                               SLICE_ARG(slice_part(name, 1, name.len)));
	uint32_t number;
	return key && index_find(&j->sets, slice_str(key), &number) ? &j->rd.r->sets[number] : NULL;
}

/* "<" and its kin, of numbers and addresses; 16 bytes hold any of them */
static bool ordered(struct json_reader *j, struct match *m, struct slice op, json_t *right)
{
	struct spans spans = {0};
	enum net_dim dim = field_rows[m->fields[0]].dim;
	struct interval full = dim_full(field_rows[m->fields[0]].family == FAMILY_IP6 ? FAMILY_IP6 : FAMILY_IP4,
	                            dim == DIM_COUNT ? DIM_PROTO : dim), *s;
	enum value_kind kind = value_kind_of(m->fields[0]);
	if (kind > VALUE_ICMP6 || !nftjson_value(j, kind, right, &spans) || spans.count != 1)
		return false;
	s = &spans.at[0];
	bool less = op.at[0] == '<', with = op.len == 2;
	if (less ? s->lo == 0 && !with : s->hi == full.hi && !with) {
		m->spans = s; /* nothing is below the least: no span */
		return true;
	}
	*s = less ? (struct interval){full.lo, with ? s->hi : s->lo - 1} : (struct interval){with ? s->lo : s->hi + 1, full.hi};
	m->spans = s;
	m->span_count = 1;
	return true;
}

static bool read_match(struct json_reader *j, json_t *object, struct slice table_key, struct match *m)
{
	struct slice op = nftjson_text(json_object_get(object, "op"));
	json_t *right = json_object_get(object, "right");
	struct slice word = nftjson_text(right);
	if (!fields_of(json_object_get(object, "left"), m->fields, &m->field_count))
		return false;
	m->negate = slice_is(op, "!=");
	if (word.len > 1 && word.at[0] == '@') {
		m->set = named(j, word, table_key);
		return m->set && m->set->fields == m->field_count && (slice_is(op, "==") || m->negate);
	}
	json_t *list = json_object_get(right, "set");
	if (m->field_count > 1) {
		m->set = list ? anonymous(j, m->fields, m->field_count, list, false, table_key) : NULL;
		return m->set && !m->set->foreign && (slice_is(op, "==") || m->negate);
	}
	if (op.len && (op.at[0] == '<' || op.at[0] == '>'))
		return ordered(j, m, op, right);
	if (!m->negate && !slice_is(op, "==") && !slice_is(op, "in"))
		return false;
	if (slice_is(op, "in") && m->fields[0] != FIELD_CT_STATE)
		return false;
	struct spans spans = {0};
	if (!nftjson_value(j, value_kind_of(m->fields[0]), right, &spans))
		return false;
	m->spans = spans.at;
	m->span_count = spans.count;
	return true;
}

/* ---- statements ------------------------------------------------------------ */

struct slice nftjson_key(struct json_reader *j, json_t *object, const char *third, const char *member)
{
	struct slice family = nftjson_text(json_object_get(object, "family"));
	struct slice table = nftjson_text(json_object_get(object, third ? "table" : "name"));
	if (!third && json_object_get(object, "table"))
		table = nftjson_text(json_object_get(object, "table"));
	if (!family.len || !table.len)
		return (struct slice){NULL, 0};
	struct slice name = third ? nftjson_text(json_object_get(object, member)) : (struct slice){NULL, 0};
	const char *key = third ? arena_printf(j->rd.arena, "%.*s\t%.*s\t%.*s", SLICE_ARG(family), SLICE_ARG(table), SLICE_ARG(name))
	                        : arena_printf(j->rd.arena, "%.*s\t%.*s", SLICE_ARG(family), SLICE_ARG(table));
	j->rd.no_memory |= !key;
	return slice_str(key);
}

bool nftjson_action(struct json_reader *j, json_t *object, struct slice table_key, enum action *action, uint32_t *target)
{
	static const struct {
		const char *word;
		enum action action;
	} rows[] = {{"accept", ACTION_ACCEPT}, {"drop", ACTION_DROP}, {"reject", ACTION_DROP}, {"return", ACTION_RETURN},
	            {"jump", ACTION_JUMP},     {"goto", ACTION_GOTO}, {"continue", ACTION_NONE}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		json_t *value = json_object_get(object, rows[i].word);
		if (!value)
			continue;
		*action = rows[i].action;
		if (*action != ACTION_JUMP && *action != ACTION_GOTO)
			return true;
		const char *key = arena_printf(j->rd.arena, "%.*s\t%.*s", SLICE_ARG(table_key),
		                               SLICE_ARG(nftjson_text(json_object_get(value, "target"))));
		j->rd.no_memory |= !key;
		return key && index_find(&j->chains, slice_str(key), target);
	}
	return false;
}

static bool harmless(const char *word, json_t *value)
{
	static const char *const words[] = {"counter", "log", "comment", "last"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	/* marks change no address; who looks at them is not understood anyway */
	json_t *key = strcmp(word, "mangle") == 0 ? json_object_get(value, "key") : NULL;
	return json_object_get(key, "meta") || json_object_get(key, "ct");
}

static void read_vmap(struct json_reader *j, json_t *object, struct slice table_key, struct rule *rule)
{
	json_t *data = json_object_get(object, "data"), *list = json_object_get(data, "set");
	struct slice word = nftjson_text(data);
	if (!fields_of(json_object_get(object, "key"), rule->key, &rule->key_count)) {
		reader_doubt(&j->rd, rule, "vmap: key");
		rule->action = ACTION_ACCEPT;
		return;
	}
	rule->map = list ? anonymous(j, rule->key, rule->key_count, list, true, table_key)
	                 : word.len > 1 ? named(j, word, table_key) : NULL;
	if (rule->map && rule->map->map && !rule->map->foreign)
		return;
	reader_doubt(&j->rd, rule, "vmap: data");
	rule->map = NULL;
	rule->action = ACTION_ACCEPT; /* it may say so */
}

static void read_statement(struct json_reader *j, json_t *statement, struct slice table_key, struct rule *rule,
                           struct match *matches)
{
	const char *word = NULL;
	json_t *value = NULL;
	void *at = json_object_iter(statement);
	if (at) {
		word = json_object_iter_key(at);
		value = json_object_iter_value(at);
	}
	if (!word) {
		reader_doubt(&j->rd, rule, "a statement without a name");
	} else if (strcmp(word, "match") == 0) {
		struct match m = {0};
		if (rule->match_count < RULE_MATCHES && read_match(j, value, table_key, &m))
			matches[rule->match_count++] = m;
		else
			reader_doubt(&j->rd, rule, "match that is not understood");
	} else if (strcmp(word, "vmap") == 0) {
		read_vmap(j, value, table_key, rule);
	} else if (nftjson_action(j, statement, table_key, &rule->action, &rule->target)) {
		return;
	} else if (!harmless(word, value)) {
		reader_doubt(&j->rd, rule, "%.40s", word);
		bool sends = strcmp(word, "queue") == 0 || strcmp(word, "fwd") == 0 || strcmp(word, "tproxy") == 0 ||
		             strcmp(word, "jump") == 0 || strcmp(word, "goto") == 0;
		if (sends && rule->action == ACTION_NONE)
			rule->action = ACTION_ACCEPT;
		bool changes = strcmp(word, "mangle") == 0 || strstr(word, "nat") || strcmp(word, "masquerade") == 0 ||
		               strcmp(word, "redirect") == 0 || strcmp(word, "notrack") == 0 || strcmp(word, "flow") == 0;
		if (changes)
			reader_unknown(&j->rd, "%.*s: %.40s", SLICE_ARG(table_key), word);
	}
}

void nftjson_rule(struct json_reader *j, json_t *object)
{
	struct match matches[RULE_MATCHES];
	struct slice table_key = nftjson_key(j, object, NULL, NULL), key = nftjson_key(j, object, "chain", "chain");
	json_t *statements = json_object_get(object, "expr");
	uint32_t chain;
	if (!index_find(&j->chains, key, &chain))
		return;
	const struct chain *c = &j->rd.r->chains[chain];
	struct rule *rule = &j->rd.r->rules[c->first_rule + j->filled[chain]++];
	*rule = (struct rule){.raw = ""};
	json_t *handle = json_object_get(object, "handle");
	rule->line = json_is_integer(handle) && json_integer_value(handle) > 0 ? (size_t)json_integer_value(handle) : 0;
	for (size_t i = 0; i < json_array_size(statements); i++)
		read_statement(j, json_array_get(statements, i), table_key, rule, matches);
	struct match *kept = ARENA_ARRAY(j->rd.arena, rule->match_count + 1u, struct match);
	if (!kept) {
		j->rd.no_memory = true;
		rule->match_count = 0;
		return;
	}
	memcpy(kept, matches, rule->match_count * sizeof *kept);
	rule->matches = kept;
}
