/* Values, sets and maps of nft's JSON. */
#include "gate/net/rulesetjson.h"

#include <stdio.h>

struct slice nftjson_text(const json_t *value)
{
	return slice_of(json_string_value(value), json_is_string(value) ? json_string_length(value) : 0);
}

static bool number_value(enum value_kind kind, json_int_t n, struct interval *out)
{
	json_int_t top = kind == VALUE_PORT ? PORT_MAX : 255;
	if (n < 0 || n > top || (kind != VALUE_PORT && kind != VALUE_PROTO && kind != VALUE_ICMP && kind != VALUE_ICMP6))
		return false;
	*out = (struct interval){(wide_t)n, (wide_t)n};
	return true;
}

static bool scalar(struct json_reader *j, enum value_kind kind, json_t *value, struct interval *out)
{
	if (json_is_integer(value) && number_value(kind, json_integer_value(value), out))
		return true;
	if (json_is_integer(value)) {
		char text[24];
		snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
		return value_word(&j->rd, kind, slice_str(text), out);
	}
	return json_is_string(value) && value_word(&j->rd, kind, nftjson_text(value), out);
}

static bool prefix_value(enum value_kind kind, json_t *prefix, struct interval *out)
{
	enum net_family family;
	struct slice addr = nftjson_text(json_object_get(prefix, "addr"));
	json_t *len = json_object_get(prefix, "len");
	wide_t at;
	bool six = kind == VALUE_ADDR6;
	if ((kind != VALUE_ADDR4 && !six) || !json_is_integer(len) || !address_read(addr, &family, &at) ||
	    (family == FAMILY_IP6) != six)
		return false;
	json_int_t bits = json_integer_value(len), top = six ? 128 : 32;
	if (bits < 0 || bits > top)
		return false;
	wide_t mask = top - bits == 128 ? ~(wide_t)0 : ((wide_t)1 << (top - bits)) - 1;
	*out = (struct interval){at & ~mask, at | mask};
	return true;
}

static bool range_value(struct json_reader *j, enum value_kind kind, json_t *range, struct interval *out)
{
	struct interval lo, hi;
	if (kind > VALUE_ICMP6 || json_array_size(range) != 2 || !scalar(j, kind, json_array_get(range, 0), &lo) ||
	    !scalar(j, kind, json_array_get(range, 1), &hi) || lo.lo > hi.hi)
		return false;
	*out = (struct interval){lo.lo, hi.hi};
	return true;
}

static bool one_value(struct json_reader *j, enum value_kind kind, json_t *value, struct interval *out)
{
	json_t *inner;
	if ((inner = json_object_get(value, "elem")))
		value = json_object_get(inner, "val");
	if ((inner = json_object_get(value, "prefix")))
		return prefix_value(kind, inner, out);
	if ((inner = json_object_get(value, "range")))
		return range_value(j, kind, inner, out);
	return scalar(j, kind, value, out);
}

bool nftjson_value(struct json_reader *j, enum value_kind kind, json_t *value, struct spans *out)
{
	json_t *list = json_is_array(value) ? value : json_object_get(value, "set");
	struct interval span;
	if (!list) {
		if (!one_value(j, kind, value, &span))
			return false;
		spans_add(out, j->rd.arena, span);
		return !out->failed;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!one_value(j, kind, json_array_get(list, i), &span))
			return false;
		spans_add(out, j->rd.arena, span);
	}
	return !out->failed && out->count > 0;
}

bool nftjson_set_type(const char *type, enum value_kind *kind)
{
	static const struct {
		const char *name;
		enum value_kind kind;
	} rows[] = {
		{"ipv4_addr", VALUE_ADDR4}, {"ipv6_addr", VALUE_ADDR6},   {"ether_addr", VALUE_MAC},
		{"inet_proto", VALUE_PROTO}, {"inet_service", VALUE_PORT}, {"icmp_type", VALUE_ICMP},
		{"icmpv6_type", VALUE_ICMP6}, {"ifname", VALUE_NAME},      {"iface_index", VALUE_NAME},
		{"ct_state", VALUE_STATE},   {"ct_dir", VALUE_DIRECTION},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (type && strcmp(rows[i].name, type) == 0) {
			*kind = rows[i].kind;
			return true;
		}
	return false;
}

bool slots_of(const enum value_kind *kinds, size_t count, enum key_slot *out)
{
	size_t addresses = 0, ports = 0, names = 0, macs = 0, protos = 0;
	for (size_t i = 0; i < count; i++) {
		switch (kinds[i]) {
		case VALUE_ADDR4:
		case VALUE_ADDR6:
			out[i] = addresses++ ? SLOT_ADDR2 : SLOT_ADDR1;
			break;
		case VALUE_PORT:
		case VALUE_ICMP:
		case VALUE_ICMP6:
			out[i] = ports++ ? SLOT_PORT2 : SLOT_PORT1;
			break;
		case VALUE_NAME:
			out[i] = names++ ? SLOT_NAME2 : SLOT_NAME1;
			break;
		case VALUE_MAC:
			out[i] = SLOT_MAC;
			macs++;
			break;
		case VALUE_PROTO:
			out[i] = SLOT_PROTO;
			protos++;
			break;
		case VALUE_STATE:
		case VALUE_DIRECTION:
		case VALUE_FAMILY:
		case VALUE_UNKNOWN:
			return false;
		}
	}
	return addresses <= 2 && ports <= 2 && names <= 2 && macs <= 1 && protos <= 1;
}

static void slot_put(enum key_slot slot, struct interval span, struct box *box, struct element_extra *extra)
{
	static const enum net_dim dims[] = {
		[SLOT_MAC] = DIM_MAC,     [SLOT_ADDR1] = DIM_SADDR, [SLOT_ADDR2] = DIM_DADDR, [SLOT_PROTO] = DIM_PROTO,
		[SLOT_PORT1] = DIM_DPORT, [SLOT_PORT2] = DIM_SPORT,
	};
	if (slot == SLOT_NAME1 || slot == SLOT_NAME2)
		extra->name[slot - SLOT_NAME1] = (uint16_t)span.lo;
	else
		box_set(box, dims[slot], span);
}

static bool element_key(struct json_reader *j, const struct set *s, const enum value_kind *kinds, json_t *value,
                        struct box *box, struct element_extra *extra)
{
	json_t *inner;
	struct interval span;
	*box = box_full(FAMILY_IP6);
	box->owner = OWNER_COMPANION;
	if ((inner = json_object_get(value, "elem")))
		value = json_object_get(inner, "val");
	if (!(inner = json_object_get(value, "concat"))) {
		if (s->fields != 1 || !one_value(j, kinds[0], value, &span))
			return false;
		slot_put(s->slots[0], span, box, extra);
		return true;
	}
	if (json_array_size(inner) != s->fields)
		return false;
	for (size_t f = 0; f < s->fields; f++) {
		if (!one_value(j, kinds[f], json_array_get(inner, f), &span))
			return false;
		slot_put(s->slots[f], span, box, extra);
	}
	return true;
}

/* A key by conntrack's words is a mask; each bit becomes a run of states. */
static bool state_element(struct json_reader *j, enum value_kind kind, json_t *value, struct box *box)
{
	struct interval mask, runs[4];
	*box = box_full(FAMILY_IP6);
	if (!one_value(j, kind, value, &mask) || state_mask_spans((unsigned)mask.lo, runs) != 1)
		return false;
	box_set(box, DIM_STATE, runs[0]);
	return true;
}

void nftjson_elements(struct json_reader *j, struct set *s, json_t *array, const enum value_kind *kinds,
                   struct slice table_key)
{
	size_t count = json_array_size(array);
	bool states = s->fields == 1 && kinds[0] == VALUE_STATE;
	struct box *boxes = ARENA_ARRAY(j->rd.arena, count + 1, struct box);
	struct element_extra *extra = ARENA_ARRAY(j->rd.arena, count + 1, struct element_extra);
	if (!boxes || !extra) {
		j->rd.no_memory = true;
		return;
	}
	if (states)
		s->slots[0] = SLOT_STATE;
	else if (!slots_of(kinds, s->fields, s->slots))
		s->foreign = true;
	for (size_t i = 0; i < count && !s->foreign; i++) {
		json_t *element = json_array_get(array, i), *key = element;
		struct element_extra *x = &extra[s->count];
		if (s->map) {
			key = json_array_get(element, 0);
			if (!nftjson_action(j, json_array_get(element, 1), table_key, &x->action, &x->target))
				s->foreign = true;
		}
		if (states ? !state_element(j, kinds[0], key, &boxes[s->count])
		           : !element_key(j, s, kinds, key, &boxes[s->count], x))
			s->foreign = true;
		else
			s->count++;
	}
	s->elements = boxes;
	s->extra = extra;
}

static bool set_kinds(json_t *type, struct set *s, enum value_kind *kinds)
{
	size_t count = json_is_array(type) ? json_array_size(type) : 1;
	if (count == 0 || count > KEY_FIELDS)
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *name = json_string_value(json_is_array(type) ? json_array_get(type, i) : type);
		if (!nftjson_set_type(name, &kinds[i]))
			return false;
		s->types[i] = "";
	}
	s->fields = (uint8_t)count;
	return true;
}

static bool has_flag(json_t *object, const char *flag)
{
	json_t *flags = json_object_get(object, "flags");
	for (size_t i = 0; i < json_array_size(flags); i++)
		if (slice_is(nftjson_text(json_array_get(flags, i)), flag))
			return true;
	return false;
}

void nftjson_set(struct json_reader *j, json_t *object, bool map)
{
	enum value_kind kinds[KEY_FIELDS];
	struct slice key = nftjson_key(j, object, "name", "name"), table = nftjson_key(j, object, NULL, NULL);
	uint32_t number, table_number;
	if (!index_find(&j->sets, key, &number) || !index_find(&j->tables, table, &table_number))
		return;
	struct set *s = &j->rd.r->sets[number];
	s->table = table_number;
	s->interval = has_flag(object, "interval");
	s->map = map && slice_is(nftjson_text(json_object_get(object, "map")), "verdict");
	/* what packets themselves put in is not known tomorrow */
	s->foreign = has_flag(object, "dynamic") || (map && !s->map);
	if (!set_kinds(json_object_get(object, "type"), s, kinds)) {
		s->foreign = true;
		return;
	}
	nftjson_elements(j, s, json_object_get(object, "elem"), kinds, table);
}
