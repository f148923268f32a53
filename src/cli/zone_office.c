/* sekisho zone apply|cut|restore: what somebody has to answer for
 *
 * Who: a holder, on the day, of the post that the office's policy names (the
 * lawbook knows it).  An order stands in the ledger first; sekisho-zone obeys it,
 * and its word about the kernel is waited for.                               */
#include "cli/zone.h"

#include "gate/permit/border.h"
#include "gate/permit/permit.h"
#include "house/house.h"

#include <stdlib.h>
#include <time.h>

enum { WAIT_ROUNDS = 100, WAIT_MS = 20 };

struct order {
	struct zone_desk desk;
	struct house house;
	struct border office;
	struct slice table;  /* as it was read; with what was asked for by form */
	struct border_order who;
	const char *dir, *by;
	char person[27];
};

static void order_done(struct order *o)
{
	house_close(&o->house);
	desk_done(&o->desk);
}

static struct result open_office(struct order *o, struct why *why)
{
	if (!o->desk.arena && !(o->desk.arena = arena_new((size_t)1 << 30)))
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	return house_open(o->dir, &o->house, why);
}

static struct result open_desk(struct order *o, struct why *why)
{
	struct house *h = &o->house;
	TRY(open_office(o, why));
	day_t day = day_of_ms(clock_now_ms(&h->clock));
	if (o->desk.on)
		TRY(day_parse(slice_str(o->desk.on), &day, why));
	const struct border_parts parts = {h->store, h->ledger, h->office, h->proceedings, h->policy, h->settings.policy, h->settings.body, h->settings.dir, day};
	return border_open(&parts, o->desk.arena, &o->office, why);
}

static struct result open_order(struct order *o, struct why *why)
{
	TRY(open_desk(o, why));
	TRY(office_find_login(o->house.office, slice_str(o->by), o->person, why));
	o->who = (struct border_order){.person = o->person, .reason = ""};
	return border_may_order(&o->office, o->person, &o->who.post, why);
}

static int await(const struct order *o, const char *word, const char *digest, const char *done)
{
	const struct timespec rest = {0, WAIT_MS * 1000000L};
	for (int i = 0; i < WAIT_ROUNDS; i++) {
		if (border_obeyed(&o->office, word, digest)) {
			printf("%s\n", done);
			return CLI_DONE;
		}
		nanosleep(&rest, NULL);
	}
	fprintf(stderr, "記録しましたが、sekisho-zone がまだ効いたと言いません。関所の機器で動いているか、確かめてください。\n");
	return CLI_FAILED;
}

static void row_verb(const char *name, const struct verb **out)
{
	*out = cli_zone_verbs;
	while ((*out)->name && strcmp((*out)->name, name) != 0)
		++*out;
}

static bool read_order(struct order *o, int *argc, char **argv, const char *name)
{
	const struct verb *verb;
	const struct option_row rows[] = {{"-C", &o->dir, NULL}, {"--by", &o->by, NULL}, {"--on", &o->desk.on, NULL}};
	*argc = cli_options(*argc, argv, rows, 3);
	if (*argc >= 0 && o->dir && o->by)
		return true;
	row_verb(name, &verb);
	cli_usage(verb);
	return false;
}

/* ---- apply -------------------------------------------------------------------- */

/* The table, with the rows that were asked for by form and are permitted by now. */
static struct result read_table(struct order *o, const char *path, struct why *why)
{
	struct slice text;
	TRY(cli_read(path, MODEL_BYTES, o->desk.arena, &text, why));
	TRY(border_table(o->house.proceedings, o->house.settings.dir, text, o->desk.arena, &o->table, why));
	return model_read(o->table, o->desk.arena, o->desk.findings, &o->desk.model, why);
}

int zone_run_apply(int argc, char **argv)
{
	AUTO(order_done) struct order o = {.dir = NULL};
	struct why why = {0};
	char digest[65];
	if (!read_order(&o, &argc, argv, "zone apply") || argc != 1)
		return CLI_USAGE;
	if (open_order(&o, &why).code != OK)
		return cli_why("zone apply", &why);
	o.desk.findings = o.office.findings = findings_new(o.desk.arena);
	if (!o.desk.findings || read_table(&o, argv[0], &why).code != OK ||
	    border_apply(&o.office, &o.who, o.table, o.desk.model, digest, &why).code != OK) {
		int status = cli_why("zone apply", &why);
		if (o.desk.findings)
			print_findings(o.desk.findings, stderr);
		return status;
	}
	return await(&o, "ruleset", digest, "規則は効いています。");
}

/* ---- ask ----------------------------------------------------------------------- */

static struct result find_flow(const struct net_model *m, const char *id, uint32_t *out, struct why *why)
{
	for (size_t i = 0; i < m->flow_count; i++)
		if (slice_is(m->flows[i].id, id)) {
			*out = (uint32_t)i;
			return ok();
		}
	return fail(why, E_ABSENT, "", "許可「%s」の行は、構成表にありません。", id);
}

static struct result ask(struct order *o, const char *flow, char id[27], struct why *why)
{
	struct person person;
	uint32_t index;
	TRY(find_flow(o->desk.model, flow, &index, why));
	TRY(open_office(o, why));
	TRY(office_find_login(o->house.office, slice_str(o->by), o->person, why));
	TRY(office_person(o->house.office, o->person, o->desk.arena, &person, why));
	TRY(store_begin(o->house.store, why));
	struct result r = permit_ask(o->house.proceedings, o->desk.model, index, o->person, person.section, id, why);
	if (r.code == OK)
		return store_commit(o->house.store, why);
	store_rollback(o->house.store);
	return r;
}

int zone_run_ask(int argc, char **argv)
{
	AUTO(order_done) struct order o = {.dir = NULL};
	struct why why = {0};
	char id[27];
	if (!read_order(&o, &argc, argv, "zone ask") || argc != 2)
		return CLI_USAGE;
	int status = zone_model(&o.desk, argv[0], &why);
	if (status != CLI_DONE)
		return status;
	if (ask(&o, argv[1], id, &why).code != OK)
		return cli_why("zone ask", &why);
	printf("申請しました（%s）。許可されたら、許可した人の欄が application の行として効きます。\n", id);
	return CLI_DONE;
}

/* ---- cut, restore --------------------------------------------------------------- */

int zone_run_cut(int argc, char **argv)
{
	AUTO(order_done) struct order o = {.dir = NULL};
	struct why why = {0};
	char digest[65];
	size_t count = 0;
	if (!read_order(&o, &argc, argv, "zone cut") || argc < 1 || argc > 2)
		return CLI_USAGE;
	if (open_order(&o, &why).code != OK || border_cut(&o.office, &o.who, argv[0], argc > 1 ? argv[1] : NULL, digest, &count, &why).code != OK)
		return cli_why("zone cut", &why);
	return await(&o, "cut", digest,
	             arena_printf(o.desk.arena, "%zu 件の許可の通信を切りました。カーネルで確かめました。回線を物理的に抜き、zone pulled で確かめてください。", count));
}

int zone_run_restore(int argc, char **argv)
{
	AUTO(order_done) struct order o = {.dir = NULL};
	struct why why = {0};
	char digest[65];
	if (!read_order(&o, &argc, argv, "zone restore") || argc != 0)
		return CLI_USAGE;
	if (open_order(&o, &why).code != OK || border_restore(&o.office, &o.who, digest, &why).code != OK)
		return cli_why("zone restore", &why);
	return await(&o, "cut", digest, "緊急遮断を解きました。");
}

/* ---- the physical cut ------------------------------------------------------------ */

static int print_pulls(struct order *o, struct why *why)
{
	struct border_pull *pulls;
	size_t count = 0;
	if (border_pulls(&o->office, &pulls, &count, why).code != OK)
		return cli_why("zone pulled", why);
	for (size_t i = 0; i < count; i++)
		printf("%lld\t%s\t%s\n", (long long)pulls[i].cut_seq, pulls[i].name, pulls[i].done_ms ? pulls[i].by : "まだ抜かれていません");
	return CLI_DONE;
}

int zone_run_pulled(int argc, char **argv)
{
	AUTO(order_done) struct order o = {.dir = NULL};
	struct why why = {0};
	uint64_t seq = 0;
	if (!read_order(&o, &argc, argv, "zone pulled") || argc > 1 || (argc == 1 && !number_parse_u64(slice_str(argv[0]), &seq)))
		return CLI_USAGE;
	if (open_order(&o, &why).code != OK)
		return cli_why("zone pulled", &why);
	if (argc == 0)
		return print_pulls(&o, &why);
	if (border_pulled(&o.office, &o.who, (int64_t)seq, &why).code != OK)
		return cli_why("zone pulled", &why);
	printf("線を抜いたことを記録しました。\n");
	return CLI_DONE;
}

/* ---- what was refused, what is not used -------------------------------------------- */

int zone_run_refused(int argc, char **argv)
{
	AUTO(order_done) struct order o = {.dir = NULL};
	struct why why = {0};
	struct refusal_row *rows;
	size_t count = 0;
	const struct option_row options[] = {{"-C", &o.dir, NULL}, {"--on", &o.desk.on, NULL}};
	argc = cli_options(argc, argv, options, 2);
	if (argc != 0 || !o.dir)
		return CLI_USAGE;
	if (open_desk(&o, &why).code != OK)
		return cli_why("zone refused", &why);
	if (!o.office.refusals || !o.office.model) {
		printf("# まだ何も止めていません。\n");
		return CLI_DONE;
	}
	if (refusals_rows(o.office.model, o.office.parts.day, o.office.refusals, o.desk.arena, &rows, &count, &why).code != OK)
		return cli_why("zone refused", &why);
	printf("# 件数\tどこから\tどこへ\tなぜ\t最後の一つ\n");
	for (size_t i = 0; i < count; i++) {
		char src[ADDRESS_TEXT], dst[ADDRESS_TEXT];
		address_write(rows[i].last->family, rows[i].last->src, src);
		address_write(rows[i].last->family, rows[i].last->dst, dst);
		printf("%llu\t%s\t%s\t%s\t%s → %s %u/%u\n", (unsigned long long)rows[i].count, refusal_zone(o.office.model, rows[i].from, o.desk.arena),
		       refusal_zone(o.office.model, rows[i].to, o.desk.arena), refusal_reason_text(rows[i].reason), src, dst, rows[i].last->proto, rows[i].last->port);
	}
	if (o.office.refusals->others)
		printf("%llu\t-\t-\t表からあふれた古いもの\t-\n", (unsigned long long)o.office.refusals->others);
	return CLI_DONE;
}

int zone_run_idle(int argc, char **argv)
{
	AUTO(order_done) struct order o = {.dir = NULL};
	struct why why = {0};
	uint32_t *flows;
	size_t count = 0;
	uint64_t days = BORDER_IDLE_DAYS;
	const char *text = NULL;
	const struct option_row options[] = {{"-C", &o.dir, NULL}, {"--on", &o.desk.on, NULL}, {"--days", &text, NULL}};
	argc = cli_options(argc, argv, options, 3);
	if (argc != 0 || !o.dir || (text && (!number_parse_u64(slice_str(text), &days) || days < 1 || days > 36500)))
		return CLI_USAGE;
	if (open_desk(&o, &why).code != OK || border_unused(&o.office, (int32_t)days, &flows, &count, &why).code != OK)
		return cli_why("zone idle", &why);
	printf("# 許可\t担当\t使われていない日数\t見直しの日\t目的\n");
	for (size_t i = 0; i < count; i++) {
		const struct net_flow *f = &o.office.model->flows[flows[i]];
		char review[11];
		day_iso(f->review, review);
		printf("%.*s\t%.*s\t%d\t%s\t%.*s\n", SLICE_ARG(f->id), SLICE_ARG(f->owner), o.office.idle[flows[i]], review, SLICE_ARG(f->purpose));
	}
	return CLI_DONE;
}
