/* What `nft -j list ruleset` printed: counted first, then tables and chains, then
 * sets (whose verdicts name chains), then rules.                            */
#include "gate/net/rulesetjson.h"

struct counts {
	size_t tables, chains, sets, rules;
};

static bool pick(json_t *entry, const char *name, json_t **out)
{
	*out = json_object_get(entry, name);
	return json_is_object(*out);
}

static void count_entries(json_t *array, struct counts *to)
{
	json_t *object;
	for (size_t i = 0; i < json_array_size(array); i++) {
		json_t *entry = json_array_get(array, i);
		to->tables += pick(entry, "table", &object);
		to->chains += pick(entry, "chain", &object);
		to->sets += pick(entry, "set", &object) || pick(entry, "map", &object);
		to->rules += pick(entry, "rule", &object);
	}
}

static bool table_family_of(struct slice word, enum table_family *out)
{
	static const char *const words[] = {"inet", "ip", "ip6", "arp", "bridge", "netdev"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_is(word, words[i])) {
			*out = (enum table_family)i;
			return true;
		}
	return false;
}

static void read_table(struct json_reader *j, json_t *object)
{
	struct ruleset *r = j->rd.r;
	enum table_family family;
	struct slice key = nftjson_key(j, object, NULL, NULL), word = nftjson_text(json_object_get(object, "family"));
	if (!key.len || !table_family_of(word, &family)) {
		reader_unknown(&j->rd, "table of the family %.*s", SLICE_ARG(slice_part(word, 0, 40)));
		return;
	}
	if (index_add(&j->tables, key, (uint32_t)r->table_count))
		r->tables[r->table_count++] = (struct table){arena_copy(j->rd.arena, nftjson_text(json_object_get(object, "name"))), family};
}

static bool hook_of(struct slice word, enum net_hook *out)
{
	for (enum net_hook h = HOOK_FORWARD; h < HOOK_COUNT; h++)
		if (slice_is(word, net_hook_name(h))) {
			*out = h;
			return true;
		}
	*out = HOOK_COUNT;
	return false;
}

static void read_chain(struct json_reader *j, json_t *object)
{
	struct ruleset *r = j->rd.r;
	struct slice table_key = nftjson_key(j, object, NULL, NULL), key = nftjson_key(j, object, "name", "name");
	struct slice hook = nftjson_text(json_object_get(object, "hook")), type = nftjson_text(json_object_get(object, "type"));
	uint32_t table;
	if (!index_find(&j->tables, table_key, &table) || !index_add(&j->chains, key, (uint32_t)r->chain_count)) {
		reader_unknown(&j->rd, "chain %.*s", SLICE_ARG(slice_part(key, 0, 100)));
		return;
	}
	struct chain *c = &r->chains[r->chain_count++];
	*c = (struct chain){.name = arena_copy(j->rd.arena, nftjson_text(json_object_get(object, "name"))), .table = table};
	if (!hook.len)
		return;
	c->base = true;
	c->priority = (int32_t)json_integer_value(json_object_get(object, "prio"));
	c->policy = slice_is(nftjson_text(json_object_get(object, "policy")), "drop") ? ACTION_DROP : ACTION_ACCEPT;
	if (!hook_of(hook, &c->hook) || !slice_is(type, "filter") || r->tables[table].family == TABLE_NETDEV)
		c->hook = HOOK_COUNT;
}

static void name_set(struct json_reader *j, json_t *object)
{
	struct slice key = nftjson_key(j, object, "name", "name");
	if (key.len && index_add(&j->sets, key, (uint32_t)j->rd.r->set_count))
		j->rd.r->sets[j->rd.r->set_count++].name = arena_copy(j->rd.arena, nftjson_text(json_object_get(object, "name")));
}

static void count_rule(struct json_reader *j, json_t *object)
{
	struct slice key = nftjson_key(j, object, "chain", "chain");
	uint32_t chain;
	if (index_find(&j->chains, key, &chain))
		j->rd.r->chains[chain].rules++;
	else
		reader_unknown(&j->rd, "rule of the chain %.*s", SLICE_ARG(slice_part(key, 0, 100)));
}

static void each(struct json_reader *j, json_t *array, const char *name, void (*read)(struct json_reader *, json_t *))
{
	json_t *object;
	for (size_t i = 0; i < json_array_size(array); i++)
		if (pick(json_array_get(array, i), name, &object))
			read(j, object);
}

static void read_set(struct json_reader *j, json_t *object)
{
	nftjson_set(j, object, false);
}

static void read_map(struct json_reader *j, json_t *object)
{
	nftjson_set(j, object, true);
}

/* What does more than we follow must be said: it may let packets by, or change
 * them before they come to a hook of ours.                                  */
static void name_strangers(struct json_reader *j, json_t *array)
{
	static const char *const known[] = {"metainfo", "table", "chain", "set", "map", "rule", "counter", "limit", "quota", "secmark"};
	for (size_t i = 0; i < json_array_size(array); i++) {
		void *at = json_object_iter(json_array_get(array, i));
		const char *name = at ? json_object_iter_key(at) : "?";
		size_t k = 0;
		while (k < sizeof known / sizeof *known && strcmp(known[k], name) != 0)
			k++;
		if (k == sizeof known / sizeof *known)
			reader_unknown(&j->rd, "%.40s", name);
	}
	for (size_t c = 0; c < j->rd.r->chain_count; c++) {
		const struct chain *chain = &j->rd.r->chains[c];
		if (chain->base && chain->hook == HOOK_COUNT && (chain->rules || chain->policy == ACTION_DROP))
			reader_unknown(&j->rd, "chain %.*s at a hook that is not followed", SLICE_ARG(chain->name));
	}
}

static bool make_room(struct json_reader *j, const struct counts *n)
{
	struct arena *a = j->rd.arena;
	struct ruleset *r = j->rd.r;
	return (r->tables = ARENA_ARRAY(a, n->tables + 1, struct table)) &&
	       (r->chains = ARENA_ARRAY(a, n->chains + 1, struct chain)) &&
	       (r->sets = ARENA_ARRAY(a, n->sets + 1, struct set)) && (r->rules = ARENA_ARRAY(a, n->rules + 1, struct rule)) &&
	       (r->unknown = ARENA_ARRAY(a, RULESET_UNKNOWN, const char *)) &&
	       (j->filled = ARENA_ARRAY(a, n->chains + 1, uint32_t)) && index_init(&j->tables, n->tables + 1, a) &&
	       index_init(&j->chains, n->chains + 1, a) && index_init(&j->sets, n->sets + 1, a);
}

static void read_all(struct json_reader *j, json_t *array)
{
	struct ruleset *r = j->rd.r;
	each(j, array, "table", read_table);
	each(j, array, "chain", read_chain);
	each(j, array, "rule", count_rule);
	uint32_t first = 0;
	for (size_t c = 0; c < r->chain_count; c++) {
		r->chains[c].first_rule = first;
		first += r->chains[c].rules;
	}
	r->rule_count = first;
	each(j, array, "set", name_set);
	each(j, array, "map", name_set);
	each(j, array, "set", read_set);
	each(j, array, "map", read_map);
	each(j, array, "rule", nftjson_rule);
	name_strangers(j, array);
}

static struct result read_root(json_t *root, const struct atlas_names *names, struct arena *arena, struct ruleset **out,
                               struct why *why)
{
	json_t *array = json_object_get(root, "nftables");
	struct counts counts = {0};
	struct json_reader j = {.rd = {.arena = arena, .r = ARENA_NEW(arena, struct ruleset)}};
	if (!json_is_array(array))
		return fail(why, E_INPUT, "", "nft の一覧（JSON）ではありません。");
	count_entries(array, &counts);
	if (counts.chains > RULESET_CHAINS || counts.rules > RULESET_RULES || counts.sets > RULESET_SETS)
		return fail(why, E_LIMIT, "", "規則が多すぎます。");
	if (!j.rd.r || !make_room(&j, &counts))
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	j.rd.r->names = *names;
	read_all(&j, array);
	if (j.rd.no_memory)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	if (j.rd.limit)
		return fail(why, E_LIMIT, "", "接続口の名前が多すぎます。");
	*out = j.rd.r;
	return ok();
}

struct result ruleset_read_json(struct slice json, const struct atlas_names *names, struct arena *arena,
                                struct ruleset **out, struct why *why)
{
	json_error_t error;
	if (json.len > RULESET_TEXT_BYTES)
		return fail(why, E_LIMIT, "", "一覧は %d MB までです。", RULESET_TEXT_BYTES >> 20);
	json_t *root = json_loadb((const char *)json.at, json.len, 0, &error);
	if (!root)
		return fail(why, E_INPUT, "", "JSONとして読めません（%d 行目）。", error.line);
	struct result r = read_root(root, names, arena, out, why);
	json_decref(root);
	return r;
}
