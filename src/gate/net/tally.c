/* The two tables: counting, writing, reading. */
#include "gate/net/tally.h"

#include "base/number.h"
#include "gate/net/index.h"

#include <stdlib.h>

/* ---- refusals --------------------------------------------------------------------- */

struct refusals *refusals_new(struct arena *arena)
{
	struct refusals *r = ARENA_NEW(arena, struct refusals);
	if (r)
		r->at = ARENA_ARRAY(arena, TALLY_REFUSALS, struct refused_packet);
	return r && r->at ? r : NULL;
}

static bool alike(const struct refused_packet *a, const struct refused_packet *b)
{
	return a->hook == b->hook && a->family == b->family && a->src == b->src && a->dst == b->dst && a->mac == b->mac &&
	       a->proto == b->proto && a->port == b->port && strcmp(a->in, b->in) == 0 && strcmp(a->out, b->out) == 0;
}

static struct refused_packet *place_for(struct refusals *r)
{
	size_t oldest = 0;
	if (r->count < TALLY_REFUSALS)
		return &r->at[r->count++];
	for (size_t i = 1; i < r->count; i++)
		if (r->at[i].last_ms < r->at[oldest].last_ms)
			oldest = i;
	r->others += r->at[oldest].count;
	return &r->at[oldest];
}

void refusals_add(struct refusals *r, const struct refused_packet *what, int64_t now_ms)
{
	for (size_t i = 0; i < r->count; i++)
		if (alike(&r->at[i], what)) {
			r->at[i].count++;
			r->at[i].last_ms = now_ms;
			return;
		}
	struct refused_packet *to = place_for(r);
	*to = *what;
	to->count = 1;
	to->first_ms = to->last_ms = now_ms;
}

void refusals_write(const struct refusals *r, struct buffer *out)
{
	char src[ADDRESS_TEXT], dst[ADDRESS_TEXT], mac[MAC_TEXT];
	buffer_printf(out, "others\t%llu\n", (unsigned long long)r->others);
	for (size_t i = 0; i < r->count; i++) {
		const struct refused_packet *f = &r->at[i];
		address_write(f->family, f->src, src);
		address_write(f->family, f->dst, dst);
		mac_write(f->mac, mac);
		buffer_printf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%u\t%u\t%llu\t%lld\t%lld\n", net_hook_name(f->hook), f->in[0] ? f->in : "-",
		              f->out[0] ? f->out : "-", net_family_name(f->family), src, dst, mac, f->proto, f->port, (unsigned long long)f->count,
		              (long long)f->first_ms, (long long)f->last_ms);
	}
}

enum { CELLS = 12 };

/* cells_of - the line's cells; 0: too many or too long */
static size_t cells_of(struct slice line, struct slice *cells)
{
	size_t count = 0;
	if (line.len > TALLY_LINE)
		return 0;
	while (count < CELLS) {
		size_t tab = slice_find(line, SLICE("\t"));
		cells[count++] = slice_part(line, 0, tab);
		if (tab == SIZE_MAX)
			return count;
		line = slice_part(line, tab + 1, SIZE_MAX);
	}
	return 0;
}

static bool take_line(struct slice *rest, struct slice *line)
{
	if (rest->len == 0)
		return false;
	size_t end = slice_find(*rest, SLICE("\n"));
	*line = slice_part(*rest, 0, end);
	*rest = end == SIZE_MAX ? (struct slice){NULL, 0} : slice_part(*rest, end + 1, SIZE_MAX);
	return true;
}

static bool word_of(struct slice cell, const char *(*name)(unsigned), unsigned count, unsigned *out)
{
	for (unsigned i = 0; i < count; i++)
		if (slice_is(cell, name(i))) {
			*out = i;
			return true;
		}
	return false;
}

static const char *hook_at(unsigned i)
{
	return net_hook_name((enum net_hook)i);
}

static const char *family_at(unsigned i)
{
	return net_family_name((enum net_family)i);
}

static bool read_name(struct slice cell, char out[16])
{
	bool none = slice_is(cell, "-");
	if (cell.len == 0 || cell.len > 15 || memchr(cell.at, 0, cell.len))
		return false;
	memcpy(out, cell.at, none ? 0 : cell.len);
	out[none ? 0 : cell.len] = 0;
	return true;
}

static bool read_refusal(const struct slice *c, struct refused_packet *f)
{
	unsigned hook = 0, family = 0;
	enum net_family of[2];
	uint64_t proto, port, first, last;
	*f = (struct refused_packet){.count = 0};
	if (!word_of(c[0], hook_at, HOOK_COUNT, &hook) || !word_of(c[3], family_at, FAMILY_ARP, &family) || !read_name(c[1], f->in) ||
	    !read_name(c[2], f->out) || !address_read(c[4], &of[0], &f->src) || !address_read(c[5], &of[1], &f->dst) ||
	    of[0] != (enum net_family)family || of[1] != (enum net_family)family || !mac_read(c[6], &f->mac))
		return false;
	if (!number_parse_u64(c[7], &proto) || proto > 255 || !number_parse_u64(c[8], &port) || port > PORT_MAX ||
	    !number_parse_u64(c[9], &f->count) || !number_parse_u64(c[10], &first) || !number_parse_u64(c[11], &last) ||
	    first > INT64_MAX || last > INT64_MAX)
		return false;
	f->hook = (enum net_hook)hook;
	f->family = (enum net_family)family;
	f->proto = (uint8_t)proto;
	f->port = (uint16_t)port;
	f->first_ms = (int64_t)first;
	f->last_ms = (int64_t)last;
	return true;
}

struct result refusals_read(struct slice text, struct arena *arena, struct refusals **out, struct why *why)
{
	struct slice line, cells[CELLS];
	struct refusals *r = refusals_new(arena);
	if (!r)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	for (size_t number = 1; take_line(&text, &line); number++) {
		size_t count = cells_of(line, cells);
		bool good = count == 2 && number == 1 && slice_is(cells[0], "others") && number_parse_u64(cells[1], &r->others);
		if (!good && count == CELLS && r->count < TALLY_REFUSALS)
			good = read_refusal(cells, &r->at[r->count++]);
		if (!good)
			return fail(why, E_INPUT, "refused", "%zu 行目が読めません。", number);
	}
	*out = r;
	return ok();
}

/* ---- use --------------------------------------------------------------------------- */

struct result hits_read(struct slice text, struct arena *arena, struct hits *out, struct why *why)
{
	struct slice line, cells[CELLS];
	struct hits h = {.at = ARENA_ARRAY(arena, 16, struct hit)};
	size_t room = 16;
	for (size_t number = 1; take_line(&text, &line); number++) {
		size_t count = cells_of(line, cells);
		if (h.at && h.count == room) {
			struct hit *grown = ARENA_ARRAY(arena, 2 * room, struct hit);
			if (grown)
				memcpy(grown, h.at, room * sizeof *grown);
			h.at = grown;
			room *= 2;
		}
		if (!h.at)
			return fail(why, E_MEMORY, "", "メモリーが足りません。");
		struct hit *to = &h.at[h.count];
		bool good = number == 1 ? count == 2 && slice_is(cells[0], "since") && day_parse(cells[1], &h.since, NULL).code == OK
		                        : count == 3 && cells[0].len >= 1 && cells[0].len <= 64 && number_parse_u64(cells[1], &to->packets) &&
		                              day_parse(cells[2], &to->last, NULL).code == OK && h.count < MODEL_FLOWS;
		if (!good)
			return fail(why, E_INPUT, "hits", "%zu 行目が読めません。", number);
		to->flow = cells[0];
		h.count += number > 1;
	}
	*out = h;
	return ok();
}

void hits_write(const struct hits *hits, struct buffer *out)
{
	char day[11];
	day_iso(hits->since, day);
	buffer_printf(out, "since\t%s\n", day);
	for (size_t i = 0; i < hits->count; i++) {
		day_iso(hits->at[i].last, day);
		buffer_put_slice(out, hits->at[i].flow);
		buffer_printf(out, "\t%llu\t%s\n", (unsigned long long)hits->at[i].packets, day);
	}
}

struct result hits_idle(const struct net_model *model, const struct hits *hits, day_t day, struct arena *arena, int32_t **out,
                        struct why *why)
{
	struct index flows;
	int32_t *idle = ARENA_ARRAY(arena, model->flow_count + 1, int32_t);
	if (!idle || !index_init(&flows, hits->count + 1, arena))
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	for (size_t i = 0; i < hits->count; i++)
		index_add(&flows, hits->at[i].flow, (uint32_t)i);
	for (size_t i = 0; i < model->flow_count; i++) {
		const struct net_flow *f = &model->flows[i];
		day_t from = f->begin > hits->since ? f->begin : hits->since;
		uint32_t at;
		if (index_find(&flows, f->id, &at) && hits->at[at].last > from)
			from = hits->at[at].last;
		idle[i] = !flow_active(f, day) ? -1 : day > from ? day - from : 0;
	}
	*out = idle;
	return ok();
}
