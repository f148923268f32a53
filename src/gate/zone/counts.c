/* The names of the sets, then each set's elements. */
#include "gate/zone/counts.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>

#define NFT(message) ((uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | (message)))
enum { NAMES_BYTES = 4 << 20 };

struct counting {
	struct buffer names; /* family, length, name */
	counts_each *each;
	void *context;
};

static struct result take_name(void *context, const struct netlink_message *m, struct why *why)
{
	struct counting *k = context;
	struct slice table = attribute_text(attribute_find(m->attributes, NFTA_SET_TABLE));
	struct slice name = attribute_text(attribute_find(m->attributes, NFTA_SET_NAME));
	if (!slice_is(table, "sekisho") || name.len == 0 || name.len > 255)
		return ok();
	buffer_put_u8(&k->names, m->family);
	buffer_put_u8(&k->names, (uint8_t)name.len);
	buffer_put_slice(&k->names, name);
	return buffer_ok(&k->names) ? ok() : fail(why, E_LIMIT, "", "カーネルの集合が多すぎます。");
}

static void forget_names(void *context)
{
	buffer_clear(&((struct counting *)context)->names);
}

/* source  linux/netfilter/nf_tables.h: the counter's packets, big endian */
static bool counter_of(struct slice expression, uint64_t *packets)
{
	struct slice data = attribute_find(expression, NFTA_EXPR_DATA);
	struct cursor c = cursor_of(attribute_find(data, NFTA_COUNTER_PACKETS), NULL);
	if (!slice_is(attribute_text(attribute_find(expression, NFTA_EXPR_NAME)), "counter"))
		return false;
	*packets = cursor_take_be64(&c);
	return cursor_ok(&c);
}

bool counts_element(struct slice element, struct slice *comment, uint64_t *packets)
{
	struct slice user = attribute_find(element, NFTA_SET_ELEM_USERDATA);
	if (user.len < 2 || user.at[0] != 0 || user.at[1] > user.len - 2)
		return false;
	*comment = attribute_text(slice_part(user, 2, user.at[1]));
	if (counter_of(attribute_find(element, NFTA_SET_ELEM_EXPR), packets))
		return true;
	struct cursor c = cursor_of(attribute_find(element, NFTA_SET_ELEM_EXPRESSIONS), NULL);
	struct attribute one;
	while (attribute_next(&c, &one))
		if (counter_of(one.value, packets))
			return true;
	return false;
}

static struct result take_elements(void *context, const struct netlink_message *m, struct why *why)
{
	struct counting *k = context;
	struct cursor c = cursor_of(attribute_find(m->attributes, NFTA_SET_ELEM_LIST_ELEMENTS), NULL);
	struct attribute element;
	struct slice comment;
	uint64_t packets;
	(void)why;
	while (attribute_next(&c, &element))
		if (counts_element(element.value, &comment, &packets))
			k->each(k->context, comment, packets);
	return ok();
}

static struct result take_set(int fd, struct counting *k, uint8_t family, struct slice name, struct why *why)
{
	char text[256];
	struct buffer attributes;
	buffer_init(&attributes, 1024);
	attribute_put(&attributes, NFTA_SET_ELEM_LIST_TABLE, slice_of((const uint8_t *)"sekisho", 8));
	snprintf(text, sizeof text, "%.*s", SLICE_ARG(name));
	attribute_put(&attributes, NFTA_SET_ELEM_LIST_SET, slice_of((const uint8_t *)text, strlen(text) + 1));
	const struct netlink_question q = {NFT(NFT_MSG_GETSETELEM), family, buffer_slice(&attributes), take_elements, NULL, k};
	struct result r = netlink_dump(fd, &q, why);
	buffer_done(&attributes);
	return r;
}

struct result counts_take(int fd, counts_each *each, void *context, struct why *why)
{
	struct counting k = {.each = each, .context = context};
	buffer_init(&k.names, NAMES_BYTES);
	const struct netlink_question q = {NFT(NFT_MSG_GETSET), NFPROTO_UNSPEC, {NULL, 0}, take_name, forget_names, &k};
	struct result r = netlink_dump(fd, &q, why);
	struct cursor c = cursor_of(buffer_slice(&k.names), NULL);
	while (r.code == OK && cursor_left(&c)) {
		uint8_t family = cursor_take_u8(&c);
		struct slice name = cursor_take(&c, cursor_take_u8(&c));
		r = take_set(fd, &k, family, name, why);
	}
	buffer_done(&k.names);
	return r;
}
