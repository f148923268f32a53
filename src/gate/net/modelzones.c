/* The lines that say where things are: zones, interfaces, subnets, stations. */
#include "gate/net/modelread.h"

#include "base/number.h"

#include <stdlib.h>

static const char *const layouts[] = {"alpha", "alpha-prime", "beta", "beta-prime"};
static const char *const kinds[] = {"my_number", "lgwan", "internet", "education", "other"};
static const char *const roles[] = {"-", "terminal", "server", "sanitise", "screen", "breakout",
                                    "remote", "remote-public"};
static const char *const touches[] = {"unknown", "yes", "no"};

void read_body(struct model_reader *r, const struct row *row)
{
	unsigned layout = 0;
	if (!row_id(r, row, row->cells[1]) || !row_id(r, row, row->cells[2]))
		return;
	if (!WORD_OF(layouts, row->cells[3], &layout))
		row_bad(r, row, "構成は alpha、alpha-prime、beta、beta-prime のどれかです。");
	r->model->body = row->cells[1];
	r->model->policy = row->cells[2];
	r->model->layout = (enum zone_layout)layout;
	r->model->title = row->cells[4];
}

static bool name_end(struct model_reader *r, const struct row *row, struct net_end end)
{
	if (r->ends.count == 0)
		index_add(&r->ends, SLICE("border"), end_pack((struct net_end){END_BORDER, 0}));
	if (index_add(&r->ends, row->cells[1], end_pack(end)))
		return true;
	row_bad(r, row, "「%.*s」という番号は、ほかの行にもあります。", SLICE_ARG(row->cells[1]));
	return false;
}

void read_zone(struct model_reader *r, const struct row *row)
{
	struct net_model *m = r->model;
	unsigned kind = 0;
	if (!row_id(r, row, row->cells[1]))
		return;
	if (!WORD_OF(kinds, row->cells[2], &kind)) {
		row_bad(r, row, "領域の種類「%.*s」はありません。", SLICE_ARG(row->cells[2]));
		return;
	}
	if (name_end(r, row, (struct net_end){END_ZONE, (uint32_t)m->zone_count}))
		m->zones[m->zone_count++] =
			(struct net_zone){row->cells[1], row->cells[3], (enum zone_kind)kind, row->line};
}

static bool find_zone(struct model_reader *r, const struct row *row, struct slice name, uint32_t *out)
{
	uint32_t packed;
	if (index_find(&r->ends, name, &packed) && end_unpack(packed).kind == END_ZONE) {
		*out = end_unpack(packed).index;
		return true;
	}
	row_bad(r, row, "「%.*s」という領域はありません。zone の行で登録してください。", SLICE_ARG(name));
	return false;
}

static bool find_interface(struct model_reader *r, const struct row *row, struct slice name, uint32_t *out)
{
	for (size_t i = 0; i < r->model->interface_count; i++)
		if (slice_is(name, r->model->interfaces[i].name)) {
			*out = (uint32_t)i;
			return true;
		}
	row_bad(r, row, "「%.*s」という接続口はありません。interface の行で登録してください。", SLICE_ARG(name));
	return false;
}

/* The kernel's names: at most 15 bytes; what nft would read as a pattern or an
 * end of a string is left out.                                              */
static bool interface_name(struct slice name)
{
	if (name.len < 1 || name.len > 15 || slice_is(name, "lo") || slice_is(name, "all"))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.at[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
		      c == '_' || c == '.'))
			return false;
	}
	return true;
}

void read_interface(struct model_reader *r, const struct row *row)
{
	struct net_model *m = r->model;
	struct net_interface made = {.line = row->line};
	if (!interface_name(row->cells[1])) {
		row_bad(r, row, "「%.*s」は接続口の名前に使えません。", SLICE_ARG(row->cells[1]));
		return;
	}
	memcpy(made.name, row->cells[1].at, row->cells[1].len);
	for (size_t i = 0; i < m->interface_count; i++)
		if (slice_is(row->cells[1], m->interfaces[i].name)) {
			row_bad(r, row, "接続口「%s」が二度書かれています。一つの接続口は一つの領域だけに属します。", made.name);
			return;
		}
	if (find_zone(r, row, row->cells[2], &made.zone))
		m->interfaces[m->interface_count++] = made;
}

static bool read_range(struct model_reader *r, const struct row *row, struct slice text, struct net_range *out)
{
	*out = (struct net_range){.line = row->line};
	if (span_read(text, &out->family, &out->span))
		return true;
	row_bad(r, row, "「%.*s」はアドレスとして読めません（例: 10.1.0.5、10.1.0.0/24、fd00::1）。", SLICE_ARG(text));
	return false;
}

void read_subnet(struct model_reader *r, const struct row *row)
{
	struct net_range range;
	bool outside = row->count == 4 && slice_is(row->cells[3], "outside");
	if (row->count == 4 && row->cells[3].len && !outside)
		row_bad(r, row, "subnet の印は outside だけです。");
	else if (read_range(r, row, row->cells[1], &range) && find_interface(r, row, row->cells[2], &range.interface)) {
		range.outside = outside;
		r->model->subnets[r->model->subnet_count++] = range;
	}
}

static int by_address(const void *a, const void *b)
{
	const struct net_range *x = a, *y = b;
	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	if (x->span.lo != y->span.lo)
		return x->span.lo < y->span.lo ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

void subnets_settle(struct model_reader *r)
{
	struct net_model *m = r->model;
	qsort(m->subnets, m->subnet_count, sizeof *m->subnets, by_address);
	for (size_t i = 1; i < m->subnet_count; i++) {
		const struct net_range *a = &m->subnets[i - 1], *b = &m->subnets[i];
		const struct row row = {.line = b->line};
		if (a->family == b->family && b->span.lo <= a->span.hi)
			row_bad(r, &row, "%zu 行目の範囲と重なっています。一つのアドレスが二つの接続口にあってはなりません。", a->line);
	}
}

const struct net_range *subnet_around(const struct net_model *m, enum net_family family, struct interval span)
{
	size_t lo = 0, hi = m->subnet_count;
	const struct net_range key = {.span = span, .family = family, .line = SIZE_MAX};
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (by_address(&m->subnets[mid], &key) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	const struct net_range *found = lo ? &m->subnets[lo - 1] : NULL;
	return found && found->family == family && span_inside(span, found->span) ? found : NULL;
}

void read_own(struct model_reader *r, const struct row *row)
{
	struct net_range range;
	if (!read_range(r, row, row->cells[1], &range) || !find_interface(r, row, row->cells[2], &range.interface))
		return;
	const struct net_range *subnet = subnet_around(r->model, range.family, range.span);
	if (range.span.lo != range.span.hi || !subnet || subnet->interface != range.interface)
		row_bad(r, row, "関所自身のアドレスは一つずつ、その接続口の subnet の中から書いてください。");
	else
		r->model->own[r->model->own_count++] = range;
}

void read_firewall(struct model_reader *r, const struct row *row)
{
	uint32_t index;
	if (find_interface(r, row, row->cells[1], &index))
		r->model->interfaces[index].firewall = true;
}

static bool read_mac(struct model_reader *r, const struct row *row, struct slice text, struct net_station *to)
{
	if (slice_is(text, "-"))
		return true;
	to->has_mac = mac_read(text, &to->mac) && to->mac != 0 && !(to->mac >> 40 & 1);
	if (!to->has_mac)
		row_bad(r, row, "「%.*s」は端末のMACアドレスではありません。", SLICE_ARG(text));
	return to->has_mac;
}

static bool read_address(struct model_reader *r, const struct row *row, struct slice text, struct net_station *to)
{
	struct net_range *range = &to->addresses[to->address_count];
	if (!read_range(r, row, text, range))
		return false;
	const struct net_range *subnet = subnet_around(r->model, range->family, range->span);
	if (!subnet) {
		row_bad(r, row, "「%.*s」は、どの subnet にも入っていません。", SLICE_ARG(text));
		return false;
	}
	range->interface = subnet->interface;
	if (r->model->interfaces[subnet->interface].zone != to->zone) {
		row_bad(r, row, "「%.*s」は、書かれた領域の外のアドレスです。", SLICE_ARG(text));
		return false;
	}
	to->address_count++;
	return true;
}

static bool read_addresses(struct model_reader *r, const struct row *row, struct slice text, struct net_station *to)
{
	size_t count = 1;
	for (size_t i = 0; i < text.len; i++)
		count += text.at[i] == ' ';
	if (count > MODEL_ADDRESSES) {
		row_bad(r, row, "アドレスは一台につき %d までです。", MODEL_ADDRESSES);
		return false;
	}
	to->addresses = ARENA_ARRAY(r->arena, count, struct net_range);
	r->no_memory |= !to->addresses;
	while (to->addresses && text.len) {
		size_t space = slice_find(text, SLICE(" "));
		struct slice one = slice_part(text, 0, space);
		text = slice_part(text, space == SIZE_MAX ? text.len : space + 1, text.len);
		if (one.len && !read_address(r, row, one, to))
			return false;
	}
	if (to->address_count == 0)
		row_bad(r, row, "アドレスがありません。");
	return to->address_count > 0;
}

static bool read_station(struct model_reader *r, const struct row *row, struct net_station *to)
{
	unsigned role = 0;
	*to = (struct net_station){.id = row->cells[1], .line = row->line};
	if (!row_id(r, row, to->id) || !find_zone(r, row, row->cells[2], &to->zone) ||
	    !read_mac(r, row, row->cells[3], to) || !read_addresses(r, row, row->cells[4], to))
		return false;
	if (!WORD_OF(roles, row->cells[5], &role)) {
		row_bad(r, row, "役割「%.*s」はありません。", SLICE_ARG(row->cells[5]));
		return false;
	}
	to->role = (enum station_role)role;
	return true;
}

static void add_station(struct model_reader *r, const struct row *row, const struct net_station *made)
{
	struct net_model *m = r->model;
	if (name_end(r, row, (struct net_end){END_STATION, (uint32_t)m->station_count}))
		m->stations[m->station_count++] = *made;
}

void read_host(struct model_reader *r, const struct row *row)
{
	struct net_station made;
	if (!read_station(r, row, &made))
		return;
	made.title = row->cells[6];
	if (made.role >= ROLE_REMOTE)
		row_bad(r, row, "外からの接続の役割は、peer の行に書いてください。");
	else
		add_station(r, row, &made);
}

void read_peer(struct model_reader *r, const struct row *row)
{
	struct net_station made;
	unsigned internet = 0;
	if (!read_station(r, row, &made))
		return;
	if (!WORD_OF(touches, row->cells[6], &internet)) {
		row_bad(r, row, "インターネットに接続しているかは yes、no、unknown のどれかです。");
		return;
	}
	made.peer = true;
	made.internet = (enum touches_internet)internet;
	made.public_body = slice_is(row->cells[7], "public");
	made.investigated = !slice_is(row->cells[8], "-");
	made.liability = slice_is(row->cells[9], "yes");
	made.title = row->cells[10];
	if ((!made.public_body && !slice_is(row->cells[7], "private")) ||
	    (!made.liability && !slice_is(row->cells[9], "no")))
		row_bad(r, row, "相手は public か private、損害賠償の定めは yes か no で書いてください。");
	else if (made.investigated && day_parse(row->cells[8], &made.investigated_on, NULL).code != OK)
		row_bad(r, row, "調査の日「%.*s」が読めません。", SLICE_ARG(row->cells[8]));
	else
		add_station(r, row, &made);
}

static size_t gather(const struct net_model *m, struct net_range *all)
{
	size_t n = 0;
	for (size_t i = 0; i < m->own_count; i++)
		all[n++] = m->own[i];
	for (size_t i = 0; i < m->station_count; i++)
		for (size_t a = 0; a < m->stations[i].address_count; a++)
			all[n++] = m->stations[i].addresses[a];
	return n;
}

void stations_settle(struct model_reader *r)
{
	const struct net_model *m = r->model;
	size_t most = m->own_count;
	for (size_t i = 0; i < m->station_count; i++)
		most += m->stations[i].address_count;
	struct net_range *all = ARENA_ARRAY(r->arena, most + 1, struct net_range);
	r->no_memory |= !all;
	size_t count = all ? gather(m, all) : 0;
	qsort(all, count, sizeof *all, by_address);
	for (size_t i = 1; i < count; i++) {
		const struct row row = {.line = all[i].line};
		if (all[i - 1].family == all[i].family && all[i].span.lo <= all[i - 1].span.hi)
			row_bad(r, &row, "アドレスが %zu 行目のものと重なっています。一つのアドレスは一台だけが持ちます。",
			        all[i - 1].line);
	}
}
