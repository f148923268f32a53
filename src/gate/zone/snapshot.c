/* Dumps of every sort, one after another, each message one record. */
#include "gate/zone/snapshot.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>

#define NFT(message) ((uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | (message)))

void snapshot_init(struct snapshot *s)
{
	*s = (struct snapshot){.count = 0};
	buffer_init(&s->bytes, SNAPSHOT_BYTES);
}

void snapshot_done(struct snapshot *s)
{
	buffer_done(&s->bytes);
	free(s->records);
	s->records = NULL;
	s->count = s->room = 0;
}

void snapshot_drop(struct snapshot *s)
{
	snapshot_done(s);
}

static const char *family_word(uint8_t family)
{
	static const struct {
		uint8_t family;
		const char *word;
	} rows[] = {{NFPROTO_INET, "inet"}, {NFPROTO_IPV4, "ip"},      {NFPROTO_IPV6, "ip6"},
	            {NFPROTO_ARP, "arp"},   {NFPROTO_BRIDGE, "bridge"}, {NFPROTO_NETDEV, "netdev"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].family == family)
			return rows[i].word;
	return "?";
}

/* ---- records ----------------------------------------------------------------- */

/* order  what is told first where much changed: tables before chains before elements */
static struct snapshot_record *record_open(struct snapshot *s, uint8_t order)
{
	if (s->count == s->room) {
		size_t room = s->room ? s->room * 2 : 1024;
		struct snapshot_record *grown = realloc(s->records, room * sizeof *grown);
		if (!grown) {
			s->failed = true;
			return NULL;
		}
		s->records = grown;
		s->room = room;
	}
	struct snapshot_record *r = &s->records[s->count++];
	*r = (struct snapshot_record){.at = s->bytes.len};
	buffer_put_u8(&s->bytes, order);
	return r;
}

static void record_label(struct snapshot *s, struct snapshot_record *r)
{
	r->label = (uint32_t)(s->bytes.len - r->at - 1);
}

static void record_close(struct snapshot *s, struct snapshot_record *r)
{
	r->length = (uint32_t)(s->bytes.len - r->at);
	s->failed |= !buffer_ok(&s->bytes);
}

/* An attribute that changes by itself says nothing about the filter. */
struct moving {
	uint16_t message, attribute;
};
static const struct moving moving[] = {
	{NFT_MSG_NEWTABLE, NFTA_TABLE_HANDLE}, {NFT_MSG_NEWTABLE, NFTA_TABLE_USE},
	{NFT_MSG_NEWCHAIN, NFTA_CHAIN_HANDLE}, {NFT_MSG_NEWCHAIN, NFTA_CHAIN_USE},
	{NFT_MSG_NEWCHAIN, NFTA_CHAIN_COUNTERS},
	{NFT_MSG_NEWRULE, NFTA_RULE_HANDLE},   {NFT_MSG_NEWRULE, NFTA_RULE_POSITION},
	{NFT_MSG_NEWSET, NFTA_SET_HANDLE},
	{NFT_MSG_NEWSETELEM, NFTA_SET_ELEM_EXPR}, {NFT_MSG_NEWSETELEM, NFTA_SET_ELEM_EXPRESSIONS},
	{NFT_MSG_NEWSETELEM, NFTA_SET_ELEM_EXPIRATION},
	{NFT_MSG_NEWOBJ, NFTA_OBJ_HANDLE},     {NFT_MSG_NEWOBJ, NFTA_OBJ_USE}, {NFT_MSG_NEWOBJ, NFTA_OBJ_DATA},
	{NFT_MSG_NEWFLOWTABLE, NFTA_FLOWTABLE_HANDLE}, {NFT_MSG_NEWFLOWTABLE, NFTA_FLOWTABLE_USE},
};

static bool moves(uint16_t message, uint16_t attribute)
{
	for (size_t i = 0; i < sizeof moving / sizeof *moving; i++)
		if (moving[i].message == message && moving[i].attribute == attribute)
			return true;
	return false;
}

/* The expressions of a rule, of which a counter keeps only its name. */
static void put_expressions(struct buffer *out, struct slice list)
{
	struct cursor c = cursor_of(list, NULL);
	struct attribute element;
	while (attribute_next(&c, &element)) {
		struct slice name = attribute_text(attribute_find(element.value, NFTA_EXPR_NAME));
		bool counts = slice_is(name, "counter") || slice_is(name, "last");
		attribute_put(out, NFTA_LIST_ELEM, counts ? name : element.value);
	}
}

static void put_steady(struct buffer *out, uint16_t message, struct slice attributes)
{
	struct cursor c = cursor_of(attributes, NULL);
	struct attribute a;
	while (attribute_next(&c, &a)) {
		if (message == NFT_MSG_NEWRULE && a.type == NFTA_RULE_EXPRESSIONS)
			put_expressions(out, a.value);
		else if (!moves(message, a.type))
			attribute_put(out, a.type, a.value);
	}
}

/* ---- the sorts --------------------------------------------------------------- */

enum { RANK_ELEMENT = 0xFF };
struct taker {
	struct snapshot *s;
	int fd;
	const char *sort;
	uint8_t rank;       /* of the sort */
	uint16_t name;      /* attribute with the name */
	uint32_t order;     /* of rules in the chain */
	struct slice chain; /* of the rule before; copied below */
	char last[256];
	struct buffer *sets; /* families, tables and names of sets, to ask for their elements */
	size_t mark_records, mark_bytes, mark_sets;
};

static struct result take_one(void *context, const struct netlink_message *m, struct why *why)
{
	struct taker *t = context;
	uint16_t message = m->type & 0xFF;
	struct slice table = attribute_text(attribute_find(m->attributes, message == NFT_MSG_NEWTABLE ? NFTA_TABLE_NAME : 1));
	struct slice name = attribute_text(attribute_find(m->attributes, t->name));
	struct snapshot_record *r = record_open(t->s, t->rank);
	if (!r)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	if (message == NFT_MSG_NEWTABLE)
		buffer_printf(&t->s->bytes, "table %s %.*s", family_word(m->family), SLICE_ARG(name));
	else
		buffer_printf(&t->s->bytes, "%s %s %.*s %.*s", t->sort, family_word(m->family), SLICE_ARG(table), SLICE_ARG(name));
	record_label(t->s, r);
	if (message == NFT_MSG_NEWRULE) {
		struct slice label = slice_of(t->s->bytes.at + r->at + 1, r->label);
		bool same = label.len < sizeof t->last && strlen(t->last) == label.len && memcmp(t->last, label.at, label.len) == 0;
		t->order = same ? t->order + 1 : 0;
		snprintf(t->last, sizeof t->last, "%.*s", SLICE_ARG(label));
		buffer_put_be32(&t->s->bytes, t->order);
	}
	put_steady(&t->s->bytes, message, m->attributes);
	record_close(t->s, r);
	if (message == NFT_MSG_NEWSET) {
		buffer_put_u8(t->sets, m->family);
		buffer_put_u8(t->sets, (uint8_t)table.len);
		buffer_put_slice(t->sets, table);
		buffer_put_u8(t->sets, (uint8_t)name.len);
		buffer_put_slice(t->sets, name);
	}
	return ok();
}

static void forget(void *context)
{
	struct taker *t = context;
	t->s->count = t->mark_records;
	t->s->bytes.len = t->mark_bytes;
	if (t->sets)
		t->sets->len = t->mark_sets;
	t->order = 0;
	t->last[0] = 0;
}

/* The comment of an element is its user data: type, length, text.
 * source  libnftnl/udata.h: NFTNL_UDATA_SET_ELEM_COMMENT is 0               */
static struct slice element_comment(struct slice element)
{
	struct slice data = attribute_find(element, NFTA_SET_ELEM_USERDATA);
	if (data.len < 2 || data.at[0] != 0 || data.at[1] > data.len - 2)
		return (struct slice){NULL, 0};
	return attribute_text(slice_part(data, 2, data.at[1]));
}

static struct result take_elements(void *context, const struct netlink_message *m, struct why *why)
{
	struct taker *t = context;
	struct slice table = attribute_text(attribute_find(m->attributes, NFTA_SET_ELEM_LIST_TABLE));
	struct slice set = attribute_text(attribute_find(m->attributes, NFTA_SET_ELEM_LIST_SET));
	struct cursor c = cursor_of(attribute_find(m->attributes, NFTA_SET_ELEM_LIST_ELEMENTS), NULL);
	struct attribute element;
	const char *family = family_word(m->family);
	while (attribute_next(&c, &element)) {
		struct snapshot_record *r = record_open(t->s, RANK_ELEMENT);
		if (!r)
			return fail(why, E_MEMORY, "", "メモリーが足りません。");
		buffer_put_str(&t->s->bytes, "element ");
		buffer_put_str(&t->s->bytes, family);
		buffer_put_u8(&t->s->bytes, ' ');
		buffer_put_slice(&t->s->bytes, table);
		buffer_put_u8(&t->s->bytes, ' ');
		buffer_put_slice(&t->s->bytes, set);
		struct slice comment = element_comment(element.value);
		if (comment.len) {
			buffer_put_u8(&t->s->bytes, ' ');
			buffer_put_slice(&t->s->bytes, comment);
		}
		record_label(t->s, r);
		put_steady(&t->s->bytes, NFT_MSG_NEWSETELEM, element.value);
		record_close(t->s, r);
	}
	return ok();
}

static void mark(struct taker *t)
{
	t->mark_records = t->s->count;
	t->mark_bytes = t->s->bytes.len;
	t->mark_sets = t->sets ? t->sets->len : 0;
}

static struct result take_sort(struct taker *t, uint16_t message, const char *sort, uint16_t name, struct why *why)
{
	t->sort = sort;
	t->rank++;
	t->name = name;
	mark(t);
	const struct netlink_question q = {NFT(message), NFPROTO_UNSPEC, {NULL, 0}, take_one, forget, t};
	return netlink_dump(t->fd, &q, why);
}

static struct result take_set(struct taker *t, struct cursor *sets, struct why *why)
{
	char text[600];
	struct buffer attributes;
	uint8_t family = cursor_take_u8(sets);
	struct slice table = cursor_take(sets, cursor_take_u8(sets)), name = cursor_take(sets, cursor_take_u8(sets));
	buffer_init(&attributes, 1024);
	snprintf(text, sizeof text, "%.*s", SLICE_ARG(table));
	attribute_put(&attributes, NFTA_SET_ELEM_LIST_TABLE, slice_of(text, strlen(text) + 1));
	snprintf(text, sizeof text, "%.*s", SLICE_ARG(name));
	attribute_put(&attributes, NFTA_SET_ELEM_LIST_SET, slice_of(text, strlen(text) + 1));
	mark(t);
	const struct netlink_question q = {NFT(NFT_MSG_GETSETELEM), family, buffer_slice(&attributes), take_elements, forget, t};
	struct result r = netlink_dump(t->fd, &q, why);
	buffer_done(&attributes);
	return r;
}

static const uint8_t *sort_bytes; /* qsort has no context; one thread, set just before */
static int by_record(const void *a, const void *b)
{
	const struct snapshot_record *x = a, *y = b;
	size_t len = x->length < y->length ? x->length : y->length;
	int order = memcmp(sort_bytes + x->at, sort_bytes + y->at, len);
	return order ? order : x->length < y->length ? -1 : x->length > y->length;
}

static struct result take_all(struct taker *t, struct why *why)
{
	TRY(take_sort(t, NFT_MSG_GETTABLE, "table", NFTA_TABLE_NAME, why));
	TRY(take_sort(t, NFT_MSG_GETCHAIN, "chain", NFTA_CHAIN_NAME, why));
	TRY(take_sort(t, NFT_MSG_GETRULE, "rule", NFTA_RULE_CHAIN, why));
	TRY(take_sort(t, NFT_MSG_GETOBJ, "object", NFTA_OBJ_NAME, why));
	TRY(take_sort(t, NFT_MSG_GETSET, "set", NFTA_SET_NAME, why));
	struct buffer *sets = t->sets;
	struct cursor c = cursor_of(buffer_slice(sets), NULL);
	t->sets = NULL;
	while (cursor_left(&c))
		TRY(take_set(t, &c, why));
	/* a kernel without flowtables has none */
	struct result flow = take_sort(t, NFT_MSG_GETFLOWTABLE, "flowtable", NFTA_FLOWTABLE_NAME, NULL);
	if (flow.code == E_BUSY || flow.code == E_MEMORY)
		return flow;
	return ok();
}

struct result snapshot_take(int fd, struct snapshot *out, struct why *why)
{
	struct buffer sets;
	buffer_init(&sets, 64 << 20);
	out->count = 0;
	out->failed = out->sorted = false;
	buffer_clear(&out->bytes);
	struct taker t = {.s = out, .fd = fd, .sets = &sets};
	struct result r = take_all(&t, why);
	if (r.code == OK && (out->failed || !buffer_ok(&sets)))
		r = fail(why, E_MEMORY, "", "カーネルの規則がメモリーに収まりません。");
	buffer_done(&sets);
	if (r.code != OK)
		out->count = 0;
	return r;
}

static void sort(struct snapshot *s)
{
	sort_bytes = s->bytes.at;
	if (s->count && !s->sorted)
		qsort(s->records, s->count, sizeof *s->records, by_record);
	s->sorted = true;
}

static int compare_records(const struct snapshot *a, size_t i, const struct snapshot *b, size_t k)
{
	const struct snapshot_record *x = &a->records[i], *y = &b->records[k];
	return slice_compare(slice_of(a->bytes.at + x->at, x->length), slice_of(b->bytes.at + y->at, y->length));
}

static void change_add(const struct snapshot *s, size_t record, bool added, struct snapshot_change *out, size_t most, size_t *count)
{
	if (*count < most)
		out[*count] = (struct snapshot_change){added, slice_of(s->bytes.at + s->records[record].at + 1, s->records[record].label)};
	++*count;
}

static bool same_bytes(const struct snapshot *a, const struct snapshot *b)
{
	return a->count == b->count && a->sorted == b->sorted && slice_equal(buffer_slice(&a->bytes), buffer_slice(&b->bytes)) &&
	       (a->count == 0 || memcmp(a->records, b->records, a->count * sizeof *a->records) == 0);
}

size_t snapshot_compare(struct snapshot *before, struct snapshot *now, struct snapshot_change *out, size_t most)
{
	size_t count = 0, i = 0, k = 0;
	if (same_bytes(before, now))
		return 0;
	sort(before);
	sort(now);
	while (i < before->count || k < now->count) {
		int order = i == before->count ? 1 : k == now->count ? -1 : compare_records(before, i, now, k);
		if (order < 0)
			change_add(before, i++, false, out, most, &count);
		else if (order > 0)
			change_add(now, k++, true, out, most, &count);
		else
			i++, k++;
	}
	return count;
}
