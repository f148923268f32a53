/* libnftables for the text, nfnetlink for the rest. */
#include "gate/zone/kernel.h"

#include "base/file.h"
#include "gate/net/artefact.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct kernel {
	struct nft_ctx *nft;
	int asking, events;
};

void kernel_close(struct kernel *k)
{
	if (!k)
		return;
	if (k->nft)
		nft_ctx_free(k->nft);
	fd_close_drop(&k->asking);
	fd_close_drop(&k->events);
	free(k);
}

void kernel_drop(struct kernel **k)
{
	kernel_close(*k);
}

static struct result open_parts(struct kernel *k, struct why *why)
{
	TRY(netlink_open(0, &k->asking, why));
	TRY(netlink_open(1u << (NFNLGRP_NFTABLES - 1), &k->events, why));
	k->nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!k->nft || nft_ctx_buffer_output(k->nft) != 0 || nft_ctx_buffer_error(k->nft) != 0)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	/* the right is asked for here, not at the first need of it */
	struct buffer none;
	buffer_init(&none, 16);
	struct result may = netlink_order(k->asking, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN, NFPROTO_UNSPEC, buffer_slice(&none), NULL);
	buffer_done(&none);
	if (may.code != OK)
		return fail(why, E_DENIED, "", "カーネルの通信規則を扱う権限（CAP_NET_ADMIN）がありません。");
	return ok();
}

struct result kernel_open(struct kernel **out, struct why *why)
{
	struct kernel *k = calloc(1, sizeof *k);
	if (!k)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	k->asking = k->events = -1;
	struct result r = open_parts(k, why);
	if (r.code != OK) {
		kernel_close(k);
		return r;
	}
	*out = k;
	return ok();
}

struct result kernel_apply(struct kernel *k, struct slice text, struct why *why)
{
	char *copy = malloc(text.len + 1);
	if (!copy)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	memcpy(copy, text.at, text.len);
	copy[text.len] = 0;
	bool clean = strlen(copy) == text.len;
	nft_ctx_output_set_flags(k->nft, 0);
	int status = clean ? nft_run_cmd_from_buffer(k->nft, copy) : -1;
	free(copy);
	if (status == 0)
		return ok();
	const char *said = nft_ctx_get_error_buffer(k->nft);
	size_t len = said ? strcspn(said, "\n") : 0;
	bool denied = said && strstr(said, "Operation not permitted");
	return fail(why, denied ? E_DENIED : E_INPUT, "nft", "カーネルが規則を断りました。前の規則がそのまま残ります: %.*s",
	            (int)(len > 200 ? 200 : len), said ? said : "");
}

struct result kernel_list(struct kernel *k, struct buffer *out, struct why *why)
{
	nft_ctx_output_set_flags(k->nft, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_NUMERIC_PROTO);
	int status = nft_run_cmd_from_buffer(k->nft, "list ruleset");
	const char *said = nft_ctx_get_output_buffer(k->nft);
	if (status != 0 || !said)
		return fail(why, E_SYSTEM, "nft", "カーネルの規則を読めません。");
	buffer_put_str(out, said);
	return buffer_ok(out) ? ok() : fail(why, E_LIMIT, "", "カーネルの規則が大きすぎます。");
}

struct result kernel_snapshot(struct kernel *k, struct snapshot *out, struct why *why)
{
	return snapshot_take(k->asking, out, why);
}

/* ---- news -------------------------------------------------------------------- */

int kernel_events(const struct kernel *k)
{
	return k->events;
}

static uint32_t big32(struct slice s)
{
	return s.len == 4 ? (uint32_t)s.at[0] << 24 | (uint32_t)s.at[1] << 16 | (uint32_t)s.at[2] << 8 | s.at[3] : 0;
}

static struct result news(void *context, const struct netlink_message *m, struct why *why)
{
	struct kernel_news *n = context;
	(void)why;
	n->messages++;
	if (m->type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWGEN))
		return ok();
	struct slice name = attribute_text(attribute_find(m->attributes, NFTA_GEN_PROC_NAME));
	n->process = big32(attribute_find(m->attributes, NFTA_GEN_PROC_PID));
	snprintf(n->name, sizeof n->name, "%.*s", SLICE_ARG(slice_part(name, 0, sizeof n->name - 1)));
	for (char *c = n->name; *c; c++)
		if (*c < 0x20 || *c == 0x7F)
			*c = '?';
	return ok();
}

struct result kernel_hear(struct kernel *k, struct kernel_news *out, struct why *why)
{
	*out = (struct kernel_news){0};
	return netlink_heard(k->events, news, out, &out->lost, why);
}

/* ---- connections ------------------------------------------------------------- */

struct cutter {
	const struct boxes *permitted;
	struct buffer doomed; /* family and original tuple of each */
};

static wide_t big_number(struct slice s)
{
	wide_t v = 0;
	for (size_t i = 0; i < s.len && i < 16; i++)
		v = v << 8 | s.at[i];
	return v;
}

static bool loopback(bool six, wide_t src, wide_t dst)
{
	return six ? src == 1 && dst == 1 : src >> 24 == 127 || dst >> 24 == 127;
}

/* A tuple that cannot be read is not permitted. */
static bool tuple_permitted(const struct boxes *permitted, struct slice tuple, bool six)
{
	struct slice ip = attribute_find(tuple, CTA_TUPLE_IP), proto = attribute_find(tuple, CTA_TUPLE_PROTO);
	wide_t src = big_number(attribute_find(ip, six ? CTA_IP_V6_SRC : CTA_IP_V4_SRC));
	wide_t dst = big_number(attribute_find(ip, six ? CTA_IP_V6_DST : CTA_IP_V4_DST));
	struct slice number = attribute_find(proto, CTA_PROTO_NUM);
	uint8_t p = number.len == 1 ? number.at[0] : 255;
	uint16_t port = (uint16_t)big_number(attribute_find(proto, CTA_PROTO_DST_PORT));
	if (p == PROTO_ICMP || p == PROTO_ICMPV6)
		port = (uint16_t)big_number(attribute_find(proto, six ? CTA_PROTO_ICMPV6_TYPE : CTA_PROTO_ICMP_TYPE));
	return loopback(six, src, dst) || connection_permitted(permitted, six, src, dst, p, port);
}

static struct result look(void *context, const struct netlink_message *m, struct why *why)
{
	struct cutter *c = context;
	struct slice tuple = attribute_find(m->attributes, CTA_TUPLE_ORIG);
	(void)why;
	if (tuple.len == 0 || tuple.len > 1000 || tuple_permitted(c->permitted, tuple, m->family == NFPROTO_IPV6))
		return ok();
	buffer_put_u8(&c->doomed, m->family);
	buffer_put_le16(&c->doomed, (uint16_t)tuple.len);
	buffer_put_slice(&c->doomed, tuple);
	return ok();
}

static void start_again(void *context)
{
	struct cutter *c = context;
	buffer_clear(&c->doomed);
}

static struct result cut_all(struct kernel *k, struct slice doomed, size_t *cut, struct why *why)
{
	struct cursor c = cursor_of(doomed, NULL);
	struct result r = ok();
	while (cursor_left(&c) && r.code == OK) {
		struct buffer attributes;
		uint8_t family = cursor_take_u8(&c);
		struct slice tuple = cursor_take(&c, cursor_take_le16(&c));
		buffer_init(&attributes, 4096);
		attribute_put(&attributes, CTA_TUPLE_ORIG | NLA_F_NESTED, tuple);
		r = netlink_order(k->asking, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, family, buffer_slice(&attributes), why);
		buffer_done(&attributes);
		if (r.code == E_ABSENT) { /* it ended by itself meanwhile */
			if (why)
				*why = (struct why){0};
			r = ok();
		}
		*cut += r.code == OK;
	}
	return r;
}

struct result kernel_cut_connections(struct kernel *k, const struct boxes *permitted, size_t *cut, struct why *why)
{
	struct cutter c = {.permitted = permitted};
	size_t count = 0;
	buffer_init(&c.doomed, 256 << 20);
	const struct netlink_question q = {NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, NFPROTO_UNSPEC, {NULL, 0}, look, start_again, &c};
	struct result r = netlink_dump(k->asking, &q, why);
	if (r.code == OK && !buffer_ok(&c.doomed))
		r = fail(why, E_MEMORY, "", "メモリーが足りません。");
	if (r.code == OK)
		r = cut_all(k, buffer_slice(&c.doomed), &count, why);
	buffer_done(&c.doomed);
	if (cut)
		*cut = count;
	return r;
}
