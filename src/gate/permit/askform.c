/* A flow asked for by form: the row that it would be, judged, applied for, kept. */
#include "gate/permit/border.h"

#include "gate/permit/folder.h"

#include <stdio.h>

enum { ASKED_BYTES = 4 << 20 };

static struct slice with_row(struct slice table, struct slice row, struct arena *arena)
{
	uint8_t *text = arena_alloc(arena, table.len + row.len + 3);
	if (!text)
		return (struct slice){NULL, 0};
	if (table.len)
		memcpy(text, table.at, table.len);
	text[table.len] = '\n';
	memcpy(text + table.len + 1, row.at, row.len);
	text[table.len + 1 + row.len] = '\n';
	return slice_of(text, table.len + row.len + 2);
}

static bool names_flow(const struct net_model *m, struct slice id)
{
	for (size_t i = 0; i + 1 < m->flow_count; i++)
		if (slice_equal(m->flows[i].id, id))
			return true;
	return false;
}

/* permitted - the row reads well with the table, is no row of it, and the office's
 * permission says exactly that row; a row that no longer fits is left out       */
static struct result permitted(struct proceedings *p, struct slice table, struct slice row, bool *yes, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new((size_t)1 << 30);
	struct net_findings *findings = arena ? findings_new(arena) : NULL;
	struct slice text = arena ? with_row(table, row, arena) : (struct slice){NULL, 0};
	struct net_model *m = NULL;
	*yes = false;
	if (!findings || !text.at)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	if (model_read(text, arena, findings, &m, NULL).code != OK || m->flow_count == 0)
		return ok();
	struct net_model one = *m;
	one.flows = &m->flows[m->flow_count - 1];
	one.flow_count = 1;
	TRY(permit_fill(p, &one, arena, NULL, why));
	*yes = one.flows->application && !slice_is(one.flows->approvers, "application") && !names_flow(m, one.flows->id);
	return ok();
}

struct result border_table(struct proceedings *proceedings, const char *dir, struct slice table, struct arena *arena,
                         struct slice *out, struct why *why)
{
	const char *folder;
	struct slice asked;
	TRY(folder_open(dir, arena, &folder, why));
	TRY(folder_read(folder, "asked.tsv", ASKED_BYTES, arena, &asked, why));
	*out = table;
	while (asked.len) {
		size_t end = slice_find(asked, SLICE("\n"));
		struct slice row = slice_part(asked, 0, end);
		bool yes = false;
		asked = end == SIZE_MAX ? (struct slice){NULL, 0} : slice_part(asked, end + 1, SIZE_MAX);
		if (row.len)
			TRY(permitted(proceedings, *out, row, &yes, why));
		if (!yes)
			continue;
		*out = with_row(*out, row, arena);
		if (!out->at)
			return fail(why, E_MEMORY, "", "メモリーが足りません。");
	}
	return ok();
}

static const struct net_station *station_named(const struct net_model *m, const char *id)
{
	for (size_t i = 0; i < m->station_count; i++)
		if (slice_is(m->stations[i].id, id))
			return &m->stations[i];
	return NULL;
}

/* A cell may hold no tab, quote or line's end, and is not empty. */
static bool clean(const char *text, size_t most)
{
	size_t len = strlen(text);
	return len > 0 && len <= most && strcspn(text, "\t\r\n\"") == len;
}

static const char *address_cell(const struct net_station *s, struct arena *arena)
{
	char text[ADDRESS_TEXT];
	if (!s || s->address_count != 1 || s->addresses[0].span.lo != s->addresses[0].span.hi)
		return "*";
	address_write(s->addresses[0].family, s->addresses[0].span.lo, text);
	return arena_printf(arena, "%s", text);
}

static bool crosses_my_number(const struct net_model *m, const struct net_station *from, const struct net_station *to)
{
	bool a = from && !from->peer && m->zones[from->zone].kind == KIND_MY_NUMBER, b = to && !to->peer && m->zones[to->zone].kind == KIND_MY_NUMBER;
	return a != b;
}

/* row_of - in the arena; NULL without memory */
static const char *row_of(struct border *d, const struct border_wish *w, const char *login, const char *id)
{
	const struct net_model *m = d->model;
	const struct net_station *from = station_named(m, w->from), *to = station_named(m, w->to);
	bool border = strcmp(w->to, "border") == 0 || strcmp(w->from, "border") == 0;
	const char *clause = crosses_my_number(m, from, to) ? permit_clause(&d->book, LAW_MY_NUMBER_PRINCIPLE)
	                                                    : permit_clause(&d->book, from && to && !from->peer && !to->peer ? LAW_PERMISSION : LAW_EXTERNAL_PERMITS);
	char mac[MAC_TEXT] = "*", days[3][11];
	const day_t dates[3] = {w->begin, w->end, w->review};
	if (from && from->has_mac)
		mac_write(from->mac, mac);
	for (size_t i = 0; i < 3; i++)
		day_iso(dates[i], days[i]);
	return arena_printf(d->arena, "flow\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\tapplication\t%s\t%s\t%s\t%s\n", id, w->from, w->to, mac,
	                    border ? "*" : address_cell(from, d->arena), border ? "*" : address_cell(to, d->arena),
	                    w->service[0] ? w->service : w->proto, w->service[0] ? "-" : w->port, w->purpose, login, clause ? clause : "-", days[0], days[1], days[2]);
}

/* next_id - "A-0007": as many as were asked for, and one */
static const char *next_id(struct border *d, struct slice asked)
{
	size_t lines = 0;
	for (size_t i = 0; i < asked.len; i++)
		lines += asked.at[i] == '\n';
	for (;; lines++) {
		const char *id = arena_printf(d->arena, "A-%04zu", lines + 1);
		bool taken = false;
		for (size_t i = 0; id && i < d->model->flow_count; i++)
			taken |= slice_is(d->model->flows[i].id, id);
		if (!taken)
			return id;
	}
}

/* judge - the row alone, as if everybody whose word it takes had agreed */
static struct result judge(struct border *d, struct net_model *m, struct why *why)
{
	struct net_findings *findings = findings_new(d->arena);
	struct net_model one = *m;
	struct net_flow flow = m->flows[m->flow_count - 1];
	if (!findings)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	flow.every_post = true;
	one.flows = &flow;
	one.flow_count = 1;
	if (model_laws(&one, &d->book, d->parts.day, d->arena, findings, NULL).code == OK)
		return ok();
	if (!findings->count)
		return fail(why, E_DENIED, "", "この通信は許可できません。");
	return fail(why, E_DENIED, findings->at[0].clause, "%s（%s）", findings->at[0].text, findings->at[0].cite);
}

static struct result check_wish(const struct border_wish *w, struct why *why)
{
	if (!clean(w->from, 64))
		return fail(why, E_INPUT, "from", "「どこから」が空か、読めません。どの端末から始める通信かが決まりません。一覧から選んでください。");
	if (!clean(w->to, 64))
		return fail(why, E_INPUT, "to", "「どこへ」が空か、読めません。どこへ届く通信かが決まりません。一覧から選んでください。");
	if (!clean(w->purpose, 200))
		return fail(why, E_INPUT, "purpose", "「目的」が空か、長すぎます。許可する人が判断できません。何の仕事に使うかを、引用符を使わずに60字ほどで書いてください。");
	if (!w->service[0] && (!clean(w->proto, 16) || !clean(w->port, 16)))
		return fail(why, E_INPUT, "service", "「何で」が選ばれていません。どの通信かが決まりません。サービスを選ぶか、種類とポートを書いてください。");
	if (w->end < w->begin)
		return fail(why, E_INPUT, "end", "「終わりの日」が始まりの日より前です。始まりの日より後の日を書いてください。");
	if (w->review < w->begin || w->review > w->end)
		return fail(why, E_INPUT, "review", "「見直しの日」が期間の外です。始まりと終わりの間の日を書いてください。");
	return ok();
}

struct asked { /* the row, and all that stood before it */
	struct slice before, all;
	const char *id, *row;
	struct net_model *model;
};

static struct result make_row(struct border *d, const struct border_wish *w, const char *login, struct asked *a, struct why *why)
{
	struct net_findings *findings = findings_new(d->arena);
	struct buffer table;
	a->id = next_id(d, a->before);
	a->row = a->id ? row_of(d, w, login, a->id) : NULL;
	if (!a->row || !findings)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	buffer_init(&table, MODEL_BYTES);
	buffer_put_slice(&table, a->all);
	buffer_put_str(&table, "\n");
	buffer_put_str(&table, a->row);
	struct slice text = arena_copy(d->arena, buffer_slice(&table));
	buffer_done(&table);
	struct why own = {0};
	if (!text.at)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	if (model_read(text, d->arena, findings, &a->model, &own).code != OK)
		return fail(why, E_INPUT, "service", "%s", findings->count ? findings->at[findings->count - 1].text : own.text);
	return judge(d, a->model, why);
}

/* read_standing - the table that is in force, with the rows that were asked for and
 * are not in it                                                              */
static struct result read_standing(struct border *d, struct asked *a, struct why *why)
{
	struct slice table;
	const struct ledger_query query = {.kind_prefix = "zone.ruleset", .limit = 1};
	struct ledger_entry *entries;
	size_t count = 0;
	TRY(ledger_find(d->parts.ledger, &query, d->arena, &entries, &count, why));
	size_t at = count ? slice_find(entries[0].data, SLICE("\"model\":\"")) : SIZE_MAX;
	if (at == SIZE_MAX)
		return fail(why, E_ABSENT, "", "構成表がまだありません。情報担当課が最初の規則を作ってから申請してください。");
	const char *name = arena_printf(d->arena, "model-%.*s.tsv", SLICE_ARG(slice_part(entries[0].data, at + 9, 64)));
	if (!name)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	TRY(folder_read(d->folder, name, MODEL_BYTES, d->arena, &table, why));
	TRY(folder_read(d->folder, "asked.tsv", ASKED_BYTES, d->arena, &a->before, why));
	a->all = table;
	return ok();
}

static struct result submit(struct border *d, struct asked *a, const char *person, const char *section, char id[27], struct why *why)
{
	struct buffer kept;
	TRY(permit_ask(d->parts.proceedings, a->model, (uint32_t)a->model->flow_count - 1, person, section, id, why));
	buffer_init(&kept, ASKED_BYTES);
	buffer_put_slice(&kept, a->before);
	buffer_put_str(&kept, a->row);
	struct result r = buffer_ok(&kept) ? folder_write(d->folder, "asked.tsv", buffer_slice(&kept), why)
	                                   : fail(why, E_LIMIT, "", "申請された許可が多すぎます。構成表に移してください。");
	buffer_done(&kept);
	return r;
}

struct result border_ask(struct border *d, const struct border_wish *w, const char *person, const char *login, const char *section,
                       const char **row, char id[27], struct why *why)
{
	struct asked a = {.row = NULL};
	TRY(check_wish(w, why));
	TRY(read_standing(d, &a, why));
	TRY(make_row(d, w, login, &a, why));
	TRY(store_begin(d->parts.store, why));
	struct result r = submit(d, &a, person, section, id, why);
	if (r.code != OK) {
		store_rollback(d->parts.store);
		return r;
	}
	*row = a.id;
	return store_commit(d->parts.store, why);
}
