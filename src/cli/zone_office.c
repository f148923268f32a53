/* sekisho zone apply|cut|restore: what somebody has to answer for
 *
 * Who: a holder, on the day, of the post that the office's policy names (the
 * lawbook knows it).  An order stands in the ledger first; sekisho-zone obeys it,
 * and its word about the kernel is waited for.                               */
#include "cli/zone.h"

#include "gate/net/artefact.h"
#include "gate/permit/lawbook.h"
#include "gate/permit/permit.h"
#include "house/house.h"
#include "store/digest.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_ROUNDS = 100, WAIT_MS = 20, DIGEST_TEXT = 65 };

struct order {
	struct zone_desk desk;
	struct house house;
	const char *dir, *by;
	char person[27];
	const char *post;   /* under which the person orders */
	const char *folder; /* DIR/zone */
};

static void order_done(struct order *o)
{
	house_close(&o->house);
	desk_done(&o->desk);
}

static struct result may_order(struct order *o, struct why *why)
{
	struct holding *held;
	size_t count = 0;
	struct arena *arena = o->desk.arena;
	day_t day = day_of_ms(clock_now_ms(&o->house.clock));
	TRY(office_find_login(o->house.office, slice_str(o->by), o->person, why));
	TRY(office_holdings(o->house.office, o->person, day, arena, &held, &count, why));
	const char **posts = ARENA_ARRAY(arena, count + 1, const char *);
	for (size_t i = 0; posts && i < count; i++)
		posts[i] = held[i].post;
	o->post = posts ? permit_held(&o->desk.book, posts, count) : NULL;
	if (o->post)
		return ok();
	const struct net_law_row *row = &o->desk.book.law[LAW_CUT];
	if (!row->posts.count)
		return fail(why, E_DENIED, "", "だれが命じられるかを、この団体のポリシーが定めていません。");
	return fail(why, E_DENIED, "", "%s は%sではないので、命じられません（%s）。", o->by, posts_words(&row->posts, arena),
	            row->cite ? row->cite : permit_clause(&o->desk.book, LAW_CUT));
}

static struct result open_office(struct order *o, struct why *why)
{
	if (!o->desk.arena && !(o->desk.arena = arena_new(64 << 20)))
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	return house_open(o->dir, &o->house, why);
}

static struct result open_order(struct order *o, struct why *why)
{
	day_t day;
	TRY(open_office(o, why));
	day = o->desk.model ? o->desk.day : day_of_ms(clock_now_ms(&o->house.clock));
	TRY(permit_lawbook(o->house.policy, o->house.settings.policy, day, o->desk.arena, &o->desk.book, why));
	TRY(may_order(o, why));
	o->folder = arena_printf(o->desk.arena, "%s/zone", o->house.settings.dir);
	if (!o->folder || (mkdir(o->folder, 0750) < 0 && errno != EEXIST))
		return fail(why, E_SYSTEM, o->dir, "zone のフォルダを作れません: %s", strerror(errno));
	return ok();
}

static struct result record(struct order *o, const char *kind, const char *subject, enum net_law law, struct slice data, struct why *why)
{
	const char *clause = permit_clause(&o->desk.book, law);
	const struct slice clauses[] = {slice_str(clause ? clause : "")};
	struct ledger_entry entry = {
		.body = slice_str(o->house.settings.body), .kind = slice_str(kind), .actor = slice_str(o->person),
		.post = slice_str(o->post), .subject = slice_str(subject), .clauses = clauses, .clause_count = clause ? 1 : 0, .data = data};
	TRY(store_begin(o->house.store, why));
	struct result r = ledger_append(o->house.ledger, &entry, why);
	if (r.code == OK)
		return store_commit(o->house.store, why);
	store_rollback(o->house.store);
	return r;
}

static void digest_text(struct slice text, char out[DIGEST_TEXT])
{
	uint8_t digest[SHA256_BYTES];
	sha256(text, digest);
	hex_encode(digest, sizeof digest, out);
}

/* state_says - sekisho-zone's last word has this line */
static bool state_says(const struct order *o, const char *line)
{
	AUTO(arena_drop) struct arena *arena = arena_new(128 << 10);
	char path[4096];
	struct slice text = {NULL, 0};
	snprintf(path, sizeof path, "%s/state", o->folder);
	return arena && file_read(path, 65536, arena, &text, NULL).code == OK && slice_find(text, slice_str(line)) != SIZE_MAX;
}

static int await(const struct order *o, const char *line, const char *done)
{
	const struct timespec rest = {0, WAIT_MS * 1000000L};
	for (int i = 0; i < WAIT_ROUNDS; i++) {
		if (state_says(o, line)) {
			printf("%s\n", done);
			return CLI_DONE;
		}
		nanosleep(&rest, NULL);
	}
	fprintf(stderr, "記録しましたが、sekisho-zone がまだ効いたと言いません。関所の機器で動いているか、確かめてください。\n");
	return CLI_FAILED;
}

/* ---- apply -------------------------------------------------------------------- */

/* The office's permissions first: a flow without one is refused by the laws. */
static struct result make_permitted(struct order *o, struct buffer *text, struct why *why)
{
	TRY(permit_fill(o->house.proceedings, o->desk.model, o->desk.arena, NULL, why));
	return artefact_make(o->desk.model, &o->desk.book, o->desk.day, o->desk.arena, o->desk.findings, text, why);
}

static struct result apply(struct order *o, struct slice text, char digest[DIGEST_TEXT], struct why *why)
{
	char path[4096];
	struct buffer data;
	digest_text(text, digest);
	snprintf(path, sizeof path, "%s/ruleset.nft", o->folder);
	buffer_init(&data, 4096);
	buffer_printf(&data, "{\"bytes\":%zu,\"flows\":%zu}", text.len, o->desk.model->flow_count);
	struct result r = record(o, "zone.ruleset", digest, LAW_PERMISSION, buffer_slice(&data), why);
	buffer_done(&data);
	return r.code == OK ? file_write(path, text, 0640, why) : r;
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

int zone_run_apply(int argc, char **argv)
{
	AUTO(order_done) struct order o = {.dir = NULL};
	struct why why = {0};
	char digest[DIGEST_TEXT];
	struct buffer text;
	if (!read_order(&o, &argc, argv, "zone apply") || argc != 1)
		return CLI_USAGE;
	int status = zone_model(&o.desk, argv[0], &why);
	if (status != CLI_DONE)
		return status;
	buffer_init(&text, RULESET_TEXT_MAX * 4u);
	if (open_order(&o, &why).code != OK || make_permitted(&o, &text, &why).code != OK ||
	    apply(&o, buffer_slice(&text), digest, &why).code != OK)
		status = cli_why("zone apply", &why);
	buffer_done(&text);
	if (status != CLI_DONE) {
		print_findings(o.desk.findings, stderr);
		return status;
	}
	return await(&o, arena_printf(o.desk.arena, "ruleset %s\n", digest), "規則は効いています。");
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

static bool touches(const struct net_model *m, const struct net_flow *f, const char *name)
{
	const struct net_end ends[] = {f->from, f->to};
	for (size_t i = 0; i < 2; i++) {
		uint32_t zone = model_zone_of(m, ends[i]);
		if (slice_is(model_end_name(m, ends[i]), name) || (zone != UINT32_MAX && slice_is(m->zones[zone].id, name)))
			return true;
	}
	return slice_is(f->id, name);
}

static size_t put_cut(const struct zone_desk *desk, int argc, char **argv, struct buffer *out)
{
	size_t count = 0;
	for (size_t i = 0; i < desk->model->flow_count; i++) {
		const struct net_flow *f = &desk->model->flows[i];
		if (!touches(desk->model, f, argv[0]) || (argc > 1 && !touches(desk->model, f, argv[1])))
			continue;
		buffer_put_slice(out, f->id);
		buffer_put_u8(out, '\n');
		count++;
	}
	return count;
}

static struct result cut(struct order *o, int argc, char **argv, char digest[DIGEST_TEXT], size_t *count, struct why *why)
{
	char path[4096];
	struct slice before = {NULL, 0};
	struct buffer lines, data;
	struct why none = {0};
	buffer_init(&lines, 1 << 20);
	buffer_init(&data, 4096);
	snprintf(path, sizeof path, "%s/cut", o->folder);
	if (file_read(path, 1 << 20, o->desk.arena, &before, &none).code == OK)
		buffer_put_slice(&lines, before);
	*count = put_cut(&o->desk, argc, argv, &lines);
	buffer_printf(&data, "{\"flows\":%zu}", *count);
	const char *subject = arena_printf(o->desk.arena, "%s%s%s", argv[0], argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
	struct result r = *count ? ok() : fail(why, E_ABSENT, "", "「%s」の通信の許可はありません。", subject);
	/* closing first: the record may be made a moment later, the cut may not */
	if (r.code == OK)
		r = file_write(path, buffer_slice(&lines), 0640, why);
	if (r.code == OK)
		r = record(o, "zone.cut", subject, LAW_CUT, buffer_slice(&data), why);
	digest_text(buffer_slice(&lines), digest);
	buffer_done(&lines);
	buffer_done(&data);
	return r;
}

int zone_run_cut(int argc, char **argv)
{
	AUTO(order_done) struct order o = {.dir = NULL};
	struct why why = {0};
	char digest[DIGEST_TEXT];
	size_t count = 0;
	if (!read_order(&o, &argc, argv, "zone cut") || argc < 2 || argc > 3)
		return CLI_USAGE;
	int status = zone_model(&o.desk, argv[0], &why);
	if (status != CLI_DONE)
		return status;
	if (open_order(&o, &why).code != OK || cut(&o, argc - 1, argv + 1, digest, &count, &why).code != OK)
		return cli_why("zone cut", &why);
	return await(&o, arena_printf(o.desk.arena, "cut %s\n", digest),
	             arena_printf(o.desk.arena, "%zu 件の許可の通信を切りました。カーネルで確かめました。回線を物理的に抜く作業と、その確認も行ってください。", count));
}

int zone_run_restore(int argc, char **argv)
{
	AUTO(order_done) struct order o = {.dir = NULL};
	struct why why = {0};
	char path[4096], digest[DIGEST_TEXT];
	if (!read_order(&o, &argc, argv, "zone restore") || argc != 0)
		return CLI_USAGE;
	if (open_order(&o, &why).code != OK || record(&o, "zone.uncut", "zone", LAW_CUT, SLICE("{}"), &why).code != OK)
		return cli_why("zone restore", &why);
	snprintf(path, sizeof path, "%s/cut", o.folder);
	if (unlink(path) < 0 && errno != ENOENT)
		return cli_why("zone restore", (fail(&why, E_SYSTEM, path, "%s", strerror(errno)), &why));
	digest_text((struct slice){NULL, 0}, digest);
	return await(&o, arena_printf(o.desk.arena, "cut %s\n", digest), "緊急遮断を解きました。");
}
