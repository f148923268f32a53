/* A ruleset as the text that nft loads in one transaction. */
#include "gate/net/ruleset.h"

static const char *const table_words[] = {"inet", "ip", "ip6", "arp", "bridge", "netdev"};

struct writer {
	const struct ruleset *r;
	const struct net_model *model;
	struct buffer *out;
};

static void put_decimal(struct buffer *out, uint32_t value)
{
	char turned[12];
	size_t at = sizeof turned;
	do
		turned[--at] = (char)('0' + value % 10);
	while (value /= 10);
	buffer_put(out, turned + at, sizeof turned - at);
}

static void put_number_span(struct buffer *out, struct interval s)
{
	put_decimal(out, (uint32_t)s.lo);
	if (s.lo != s.hi) {
		buffer_put_u8(out, '-');
		put_decimal(out, (uint32_t)s.hi);
	}
}

static void put_name(const struct writer *w, uint16_t name)
{
	buffer_printf(w->out, "\"%s%s\"", w->r->names.name[name], w->r->names.prefix[name] ? "*" : "");
}

static void put_mac(struct buffer *out, struct interval s)
{
	char text[MAC_TEXT];
	buffer_put(out, text, mac_write((uint64_t)s.lo, text));
	if (s.lo != s.hi) {
		buffer_put_u8(out, '-');
		buffer_put(out, text, mac_write((uint64_t)s.hi, text));
	}
}

static void put_action(const struct writer *w, enum action action, uint32_t target)
{
	static const char *const words[] = {"", "accept", "drop", "jump ", "goto ", "return"};
	buffer_put_str(w->out, words[action]);
	if (action == ACTION_JUMP || action == ACTION_GOTO)
		buffer_put_slice(w->out, w->r->chains[target].name);
}

/* ---- elements: most of the text, so each is written in one go -------------------- */

/* ELEMENT_TEXT - an element with five ranges of IPv6 addresses would fit */
enum { ELEMENT_TEXT = 1024 };

static char *pen_text(char *to, const char *text, size_t len)
{
	memcpy(to, text, len);
	return to + len;
}

static char *pen_decimal(char *to, uint32_t value)
{
	char turned[12];
	size_t at = sizeof turned;
	do
		turned[--at] = (char)('0' + value % 10);
	while (value /= 10);
	return pen_text(to, turned + at, sizeof turned - at);
}

static char *pen_number(char *to, uint32_t lo, uint32_t hi)
{
	to = pen_decimal(to, lo);
	if (lo == hi)
		return to;
	*to++ = '-';
	return pen_decimal(to, hi);
}

static char *pen_mac(char *to, uint64_t lo, uint64_t hi)
{
	to += mac_write(lo, to);
	if (lo == hi)
		return to;
	*to++ = '-';
	return to + mac_write(hi, to);
}

static char *pen_address(char *to, bool six, wide_t lo, wide_t hi)
{
	enum net_family family = six ? FAMILY_IP6 : FAMILY_IP4;
	to += address_write(family, lo, to);
	if (lo == hi)
		return to;
	*to++ = '-';
	return to + address_write(family, hi, to);
}

static char *pen_slot(const struct writer *w, const struct set *s, size_t element, enum key_slot slot, bool six, char *to)
{
	const struct box *b = &s->elements[element];
	uint16_t name = 0;
	switch (slot) {
	case SLOT_MAC:
		return pen_mac(to, b->mac_lo, b->mac_hi);
	case SLOT_ADDR1:
		return pen_address(to, six, b->saddr_lo, b->saddr_hi);
	case SLOT_ADDR2:
		return pen_address(to, six, b->daddr_lo, b->daddr_hi);
	case SLOT_PROTO:
		return pen_number(to, b->proto_lo, b->proto_hi);
	case SLOT_PORT1:
		return pen_number(to, b->dport_lo, b->dport_hi);
	case SLOT_PORT2:
		return pen_number(to, b->sport_lo, b->sport_hi);
	case SLOT_NAME1:
	case SLOT_NAME2:
		name = s->extra[element].name[slot - SLOT_NAME1];
		*to++ = '"';
		to = pen_text(to, w->r->names.name[name], strlen(w->r->names.name[name]));
		to = pen_text(to, "*\"", w->r->names.prefix[name] ? 2 : 0);
		to = pen_text(to, "\"", w->r->names.prefix[name] ? 0 : 1);
		return to;
	case SLOT_STATE:
		break;
	}
	w->out->failed = true; /* nothing that we compile keeps states in a set */
	return to;
}

static char *pen_comment(const struct writer *w, uint32_t owner, char *to)
{
	if (owner == OWNER_COMPANION || !w->model || owner >= w->model->flow_count)
		return to;
	struct slice id = w->model->flows[owner].id; /* 64 bytes at most */
	to = pen_text(to, " comment \"", 10);
	to = pen_text(to, (const char *)id.at, id.len);
	*to++ = '"';
	return to;
}

static void put_element(const struct writer *w, const struct set *s, size_t i, const bool *six)
{
	char *begin = (char *)buffer_reserve(w->out, ELEMENT_TEXT), *to = begin;
	if (!begin)
		return;
	to = pen_text(to, "\t\t\t", 3);
	for (size_t f = 0; f < s->fields; f++) {
		if (f)
			to = pen_text(to, " . ", 3);
		to = pen_slot(w, s, i, s->slots[f], six[f], to);
	}
	if (s->counted)
		to = pen_text(to, " counter", 8);
	to = pen_comment(w, s->elements[i].owner, to);
	buffer_commit(w->out, (size_t)(to - begin));
	if (s->map) {
		buffer_put(w->out, " : ", 3);
		put_action(w, s->extra[i].action, s->extra[i].target);
	}
	buffer_put(w->out, ",\n", 2);
}

static void put_set(const struct writer *w, const struct set *s)
{
	buffer_printf(w->out, "\t%s %.*s {\n\t\ttype ", s->map ? "map" : "set", SLICE_ARG(s->name));
	for (size_t f = 0; f < s->fields; f++)
		buffer_printf(w->out, "%s%s", f ? " . " : "", s->types[f]);
	buffer_put_str(w->out, s->map ? " : verdict\n" : "\n");
	if (s->interval)
		buffer_put_str(w->out, "\t\tflags interval\n");
	if (s->counted)
		buffer_put_str(w->out, "\t\tcounter\n");
	if (s->count)
		buffer_put_str(w->out, "\t\telements = {\n");
	bool six[KEY_FIELDS] = {false};
	for (size_t f = 0; f < s->fields; f++)
		six[f] = strcmp(s->types[f], "ipv6_addr") == 0;
	for (size_t i = 0; i < s->count; i++)
		put_element(w, s, i, six);
	buffer_put_str(w->out, s->count ? "\t\t}\n\t}\n" : "\t}\n");
}

static void put_state(const struct writer *w, enum field field, unsigned mask)
{
	static const char *const words[] = {"new", "established", "related", "invalid", "untracked", "original", "reply"};
	for (size_t i = field == FIELD_CT_DIRECTION ? 5 : 0; i < sizeof words / sizeof *words; i++) {
		struct slice word = slice_str(words[i]);
		if ((field == FIELD_CT_DIRECTION ? direction_word(word) : state_word(word)) == mask) {
			buffer_put_str(w->out, words[i]);
			return;
		}
	}
	w->out->failed = true;
}

static void put_value(const struct writer *w, enum field field, struct interval s)
{
	enum net_dim dim = field_rows[field].dim;
	if (field == FIELD_IIF || field == FIELD_OIF)
		put_name(w, (uint16_t)s.lo);
	else if (dim == DIM_STATE)
		put_state(w, field, (unsigned)s.lo);
	else if (dim == DIM_MAC)
		put_mac(w->out, s);
	else if (dim == DIM_SADDR || dim == DIM_DADDR)
		span_write(field_rows[field].family == FAMILY_IP6 ? FAMILY_IP6 : FAMILY_IP4, s, w->out);
	else
		put_number_span(w->out, s);
}

static void put_fields(const struct writer *w, const enum field *fields, size_t count)
{
	for (size_t f = 0; f < count; f++)
		buffer_printf(w->out, "%s%s", f ? " . " : "", field_rows[fields[f]].text);
}

static void put_match(const struct writer *w, const struct match *m)
{
	put_fields(w, m->fields, m->field_count);
	buffer_put_str(w->out, m->negate ? " != " : " ");
	if (m->set) {
		buffer_printf(w->out, "@%.*s ", SLICE_ARG(m->set->name));
		return;
	}
	bool list = m->span_count > 1, mask = m->fields[0] == FIELD_CT_STATE;
	if (list && !mask)
		buffer_put_str(w->out, "{ ");
	for (size_t i = 0; i < m->span_count; i++) {
		if (i)
			buffer_put_str(w->out, mask ? "," : ", ");
		put_value(w, m->fields[0], m->spans[i]);
	}
	buffer_put_str(w->out, list && !mask ? " } " : " ");
}

static void put_rule(const struct writer *w, const struct rule *rule)
{
	buffer_put_str(w->out, "\t\t");
	for (size_t i = 0; i < rule->match_count; i++)
		put_match(w, &rule->matches[i]);
	if (rule->raw[0])
		buffer_printf(w->out, "%s ", rule->raw);
	if (rule->map) {
		put_fields(w, rule->key, rule->key_count);
		buffer_printf(w->out, " vmap @%.*s", SLICE_ARG(rule->map->name));
	} else
		put_action(w, rule->action, rule->target);
	buffer_put_u8(w->out, '\n');
}

static void put_chain(const struct writer *w, const struct chain *c)
{
	buffer_printf(w->out, "\tchain %.*s {\n", SLICE_ARG(c->name));
	if (c->base)
		buffer_printf(w->out, "\t\ttype filter hook %s priority %d; policy %s;\n", net_hook_name(c->hook), c->priority,
		              c->policy == ACTION_ACCEPT ? "accept" : "drop");
	for (uint32_t i = 0; i < c->rules; i++)
		put_rule(w, &w->r->rules[c->first_rule + i]);
	buffer_put_str(w->out, "\t}\n");
}

struct result ruleset_write(const struct ruleset *r, const struct net_model *model, struct buffer *out, struct why *why)
{
	const struct writer w = {r, model, out};
	buffer_put_str(out, "flush ruleset\n");
	for (uint32_t t = 0; t < r->table_count; t++) {
		buffer_printf(out, "table %s %.*s {\n", table_words[r->tables[t].family], SLICE_ARG(r->tables[t].name));
		for (size_t i = 0; i < r->set_count; i++)
			if (r->sets[i].table == t)
				put_set(&w, &r->sets[i]);
		for (size_t i = 0; i < r->chain_count; i++)
			if (r->chains[i].table == t)
				put_chain(&w, &r->chains[i]);
		buffer_put_str(out, "}\n");
	}
	if (!buffer_ok(out))
		return fail(why, E_LIMIT, "", "規則の全文が %d MB を超えました。", RULESET_BYTES >> 20);
	return ok();
}
