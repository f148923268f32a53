/* The lines that say what is permitted: services and flows. */
#include "gate/net/modelread.h"

#include "base/number.h"

bool has_ports(uint8_t proto)
{
	return proto == PROTO_TCP || proto == PROTO_UDP || proto == 132 || proto == 136 || proto == 33;
}

bool read_ports(struct slice text, uint16_t *lo, uint16_t *hi)
{
	size_t dash = slice_find(text, SLICE("-"));
	uint64_t from, to;
	if (!number_parse_u64(slice_part(text, 0, dash), &from))
		return false;
	to = from;
	if (dash != SIZE_MAX && !number_parse_u64(slice_part(text, dash + 1, text.len), &to))
		return false;
	if (from > to || to > PORT_MAX)
		return false;
	*lo = (uint16_t)from;
	*hi = (uint16_t)to;
	return true;
}

struct ports {
	uint8_t proto;
	uint16_t lo, hi;
	bool any;
};

/* Of ICMP only the echo may be permitted: its answers are told from its
 * questions by their type.  A protocol without ports takes "*".             */
static bool read_proto_ports(struct model_reader *r, const struct row *row, struct slice proto, struct slice port,
                             struct ports *out)
{
	*out = (struct ports){0, 0, PORT_MAX, slice_is(port, "*")};
	if (!proto_read(proto, &out->proto)) {
		row_bad(r, row, "「%.*s」という通信の種類（プロトコル）はありません。", SLICE_ARG(proto));
		return false;
	}
	if (out->proto == PROTO_ICMP || out->proto == PROTO_ICMPV6) {
		out->lo = out->hi = out->proto == PROTO_ICMP ? 8 : 128;
		out->any = false;
		if (!slice_is(port, "echo")) {
			row_bad(r, row, "ICMPで許可できるのは echo だけです。");
			return false;
		}
		return true;
	}
	if (out->any)
		return true;
	if (!has_ports(out->proto) || !read_ports(port, &out->lo, &out->hi)) {
		row_bad(r, row, "ポート「%.*s」が読めません（例: 443、8000-8010）。", SLICE_ARG(port));
		return false;
	}
	out->any = out->lo == 0 && out->hi == PORT_MAX;
	return true;
}

void read_service(struct model_reader *r, const struct row *row)
{
	struct net_model *m = r->model;
	struct net_service made = {.id = row->cells[1], .line = row->line};
	struct ports ports;
	const struct {
		const char *word;
		bool *flag;
	} marks[] = {{"screen", &made.screen}, {"encrypted", &made.encrypted}, {"token", &made.token}};
	if (!row_id(r, row, made.id) || !read_proto_ports(r, row, row->cells[2], row->cells[3], &ports))
		return;
	for (size_t c = 4; c < row->count; c++) {
		size_t i = 0;
		while (i < 3 && !slice_is(row->cells[c], marks[i].word))
			i++;
		if (i == 3 && row->cells[c].len) {
			row_bad(r, row, "サービスの印「%.*s」はありません（screen、encrypted、token）。", SLICE_ARG(row->cells[c]));
			return;
		}
		if (i < 3)
			*marks[i].flag = true;
	}
	made.proto = ports.proto;
	made.port_lo = ports.lo;
	made.port_hi = ports.hi;
	uint8_t known;
	if (proto_read(made.id, &known))
		row_bad(r, row, "「%.*s」はプロトコルの名前なので、サービスの番号に使えません。", SLICE_ARG(made.id));
	else if (!index_add(&r->services, made.id, (uint32_t)m->service_count))
		row_bad(r, row, "サービス「%.*s」が二度書かれています。", SLICE_ARG(made.id));
	else
		m->services[m->service_count++] = made;
}

static bool read_what(struct model_reader *r, const struct row *row, struct net_flow *to)
{
	uint32_t index;
	struct ports ports;
	struct slice proto = row->cells[7], port = row->cells[8];
	if (index_find(&r->services, proto, &index)) {
		const struct net_service *s = &r->model->services[index];
		if (!slice_is(port, "-") && port.len) {
			row_bad(r, row, "サービスで書くときは、ポートの欄を - にしてください。");
			return false;
		}
		to->service = s;
		ports = (struct ports){s->proto, s->port_lo, s->port_hi, s->port_lo == 0 && s->port_hi == PORT_MAX};
	} else if (!read_proto_ports(r, row, proto, port, &ports))
		return false;
	to->proto = ports.proto;
	to->port_lo = ports.lo;
	to->port_hi = ports.hi;
	to->any_port = ports.any;
	to->one_port = ports.lo == ports.hi;
	return true;
}

/* A range of an end must lie in what the end has. */
static bool end_has(const struct net_model *m, struct net_end end, struct net_range *range)
{
	if (end.kind == END_STATION) {
		const struct net_station *s = &m->stations[end.index];
		for (size_t i = 0; i < s->address_count; i++)
			if (s->addresses[i].family == range->family && span_inside(range->span, s->addresses[i].span)) {
				range->interface = s->addresses[i].interface;
				return true;
			}
		return false;
	}
	const struct net_range *rows = end.kind == END_ZONE ? m->subnets : m->own;
	size_t count = end.kind == END_ZONE ? m->subnet_count : m->own_count;
	for (size_t i = 0; i < count; i++) {
		bool ours = end.kind == END_BORDER || m->interfaces[rows[i].interface].zone == end.index;
		if (ours && rows[i].family == range->family && span_inside(range->span, rows[i].span)) {
			range->interface = rows[i].interface;
			return true;
		}
	}
	return false;
}

static bool read_end(struct model_reader *r, const struct row *row, size_t cell, struct net_end *out)
{
	uint32_t packed;
	if (index_find(&r->ends, row->cells[cell], &packed)) {
		*out = end_unpack(packed);
		return true;
	}
	row_bad(r, row, "「%.*s」という端末・相手・領域は登録されていません。", SLICE_ARG(row->cells[cell]));
	return false;
}

static bool read_side(struct model_reader *r, const struct row *row, size_t cell, struct net_end end, bool *any,
                      struct net_range *out)
{
	struct slice text = row->cells[cell];
	*any = slice_is(text, "*");
	*out = (struct net_range){.line = row->line};
	if (*any)
		return true;
	if (!span_read(text, &out->family, &out->span)) {
		row_bad(r, row, "「%.*s」はアドレスとして読めません。", SLICE_ARG(text));
		return false;
	}
	if (end_has(r->model, end, out))
		return true;
	row_bad(r, row, "「%.*s」は、「%.*s」として登録されたアドレスではありません。", SLICE_ARG(text),
	        SLICE_ARG(model_end_name(r->model, end)));
	return false;
}

static bool read_flow_mac(struct model_reader *r, const struct row *row, struct net_flow *to)
{
	to->any_mac = slice_is(row->cells[4], "*");
	if (to->any_mac)
		return true;
	if (!mac_read(row->cells[4], &to->mac)) {
		row_bad(r, row, "MACアドレス「%.*s」が読めません。", SLICE_ARG(row->cells[4]));
		return false;
	}
	const struct net_station *s = to->from.kind == END_STATION ? &r->model->stations[to->from.index] : NULL;
	if (to->from.kind == END_BORDER || (s && s->has_mac && s->mac != to->mac)) {
		row_bad(r, row, "許可のMACアドレスが、「%.*s」の登録と違います。機器を替えたときは、許可を取り直してください。",
		        SLICE_ARG(model_end_name(r->model, to->from)));
		return false;
	}
	return true;
}

static bool read_days(struct model_reader *r, const struct row *row, struct net_flow *to)
{
	day_t *const days[] = {&to->begin, &to->end, &to->review};
	for (size_t i = 0; i < 3; i++)
		if (day_parse(row->cells[13 + i], days[i], NULL).code != OK) {
			row_bad(r, row, "日付「%.*s」が読めません（例: R8.4.1、2026-04-01）。", SLICE_ARG(row->cells[13 + i]));
			return false;
		}
	return true;
}

/* "supervisor:sato"; which posts there are the policy says */
static bool read_approver(struct slice word)
{
	size_t colon = slice_find(word, SLICE(":"));
	return colon != SIZE_MAX && colon > 0 && colon + 1 < word.len;
}

static bool read_approvers(struct model_reader *r, const struct row *row, struct net_flow *to)
{
	struct slice rest = to->approvers;
	to->application = slice_is(rest, "application");
	while (rest.len && !to->application) {
		size_t space = slice_find(rest, SLICE(" "));
		struct slice word = slice_part(rest, 0, space);
		rest = slice_part(rest, space == SIZE_MAX ? rest.len : space + 1, rest.len);
		if (word.len && !read_approver(word)) {
			row_bad(r, row, "許可した人「%.*s」が読めません（例: supervisor:sato）。", SLICE_ARG(word));
			return false;
		}
	}
	return true;
}

void read_flow(struct model_reader *r, const struct row *row)
{
	struct net_model *m = r->model;
	struct net_flow made = {
		.id = row->cells[1], .purpose = row->cells[9], .owner = row->cells[10], .approvers = row->cells[11],
		.clause = row->cells[12], .line = row->line,
	};
	if (!row_id(r, row, made.id) || !read_end(r, row, 2, &made.from) || !read_end(r, row, 3, &made.to) ||
	    !read_flow_mac(r, row, &made) || !read_side(r, row, 5, made.from, &made.any_src, &made.src) ||
	    !read_side(r, row, 6, made.to, &made.any_dst, &made.dst) || !read_what(r, row, &made) ||
	    !read_approvers(r, row, &made) || !read_days(r, row, &made))
		return;
	if (!index_add(&r->flows, made.id, (uint32_t)m->flow_count))
		row_bad(r, row, "許可「%.*s」が二度書かれています。", SLICE_ARG(made.id));
	else
		m->flows[m->flow_count++] = made;
}
