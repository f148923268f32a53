/* What the kernel counted: each element carries its flow's id as comment and a
 * counter; a flow's packets are the sum.                                    */
#include "gate/net/rulesetjson.h"

#include "gate/net/analyse.h"

static void add_element(const struct index *flows, json_t *element, uint64_t *packets)
{
	json_t *inner = json_object_get(element, "elem");
	struct slice comment = nftjson_text(json_object_get(inner, "comment"));
	json_t *count = json_object_get(json_object_get(inner, "counter"), "packets");
	uint32_t flow;
	if (comment.len && json_is_integer(count) && json_integer_value(count) > 0 && index_find(flows, comment, &flow))
		packets[flow] += (uint64_t)json_integer_value(count);
}

static void add_sets(const struct index *flows, json_t *root, uint64_t *packets)
{
	json_t *array = json_object_get(root, "nftables");
	for (size_t i = 0; i < json_array_size(array); i++) {
		json_t *elements = json_object_get(json_object_get(json_array_get(array, i), "set"), "elem");
		for (size_t k = 0; k < json_array_size(elements); k++)
			add_element(flows, json_array_get(elements, k), packets);
	}
}

struct result model_hits(const struct net_model *model, struct slice json, struct arena *arena, uint64_t **out,
                         struct why *why)
{
	struct index flows;
	json_error_t error;
	uint64_t *packets = ARENA_ARRAY(arena, model->flow_count + 1, uint64_t);
	if (json.len > RULESET_TEXT_BYTES)
		return fail(why, E_LIMIT, "", "一覧は %d MB までです。", RULESET_TEXT_BYTES >> 20);
	if (!packets || !index_init(&flows, model->flow_count + 1, arena))
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	for (size_t i = 0; i < model->flow_count; i++)
		index_add(&flows, model->flows[i].id, (uint32_t)i);
	json_t *root = json_loadb((const char *)json.at, json.len, 0, &error);
	if (!json_is_array(json_object_get(root, "nftables"))) {
		json_decref(root);
		return fail(why, E_INPUT, "", "nft の一覧（JSON）ではありません。");
	}
	add_sets(&flows, root, packets);
	json_decref(root);
	*out = packets;
	return ok();
}
