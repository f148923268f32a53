/* sekisho zone compile|check|explain|import|drift: what needs no office
 * What an office decides (apply, cut, restore) is in zone_office.c.          */
#include "cli/zone.h"

#include "base/clock.h"
#include "gate/net/analyse.h"
#include "gate/net/artefact.h"
#include "gate/net/prove.h"

#include <stdio.h>

void desk_done(struct zone_desk *desk)
{
	arena_drop(&desk->arena);
}

void print_findings(const struct net_findings *findings, FILE *to)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct net_finding *f = &findings->at[i];
		if (f->line)
			fprintf(to, "%zu行目: ", f->line);
		fprintf(to, "%s", f->text);
		if (f->cite[0])
			fprintf(to, "（%s %s）", f->cite, f->clause);
		fputc('\n', to);
	}
	if (findings->more)
		fprintf(to, "ほかに %zu 件あります。\n", findings->more);
}

int zone_model(struct zone_desk *desk, const char *path, struct why *why)
{
	struct clock clock = clock_system();
	struct slice text;
	desk->day = day_of_ms(clock_now_ms(&clock));
	if (desk->on && day_parse(slice_str(desk->on), &desk->day, why).code != OK)
		return cli_why("--on", why);
	desk->arena = arena_new((size_t)4 << 30);
	desk->findings = desk->arena ? findings_new(desk->arena) : NULL;
	if (!desk->findings)
		return cli_why("zone", (fail(why, E_MEMORY, "", "メモリーが足りません。"), why));
	if (cli_read(path, MODEL_BYTES, desk->arena, &text, why).code != OK)
		return cli_why(path, why);
	if (model_read(text, desk->arena, desk->findings, &desk->model, why).code != OK) {
		print_findings(desk->findings, stderr);
		return cli_why(path, why);
	}
	return CLI_DONE;
}

/* the approved file of the model, proven; what is wrong is printed */
static int zone_make(struct zone_desk *desk, const char *path, struct buffer *out, struct why *why)
{
	int status = zone_model(desk, path, why);
	if (status != CLI_DONE)
		return status;
	if (zone_book(desk, why).code == OK &&
	    artefact_make(desk->model, &desk->book, desk->day, desk->arena, desk->findings, out, why).code == OK)
		return CLI_DONE;
	print_findings(desk->findings, stderr);
	return cli_why(path, why);
}

static const struct verb *verb(size_t row)
{
	return &cli_zone_verbs[row];
}

static const struct verb *verb_named(const char *name)
{
	const struct verb *v = cli_zone_verbs;
	while (strcmp(v->name, name) != 0)
		v++;
	return v;
}

/* ---- compile, check ---------------------------------------------------------- */

static int write_out(const char *path, struct slice text, struct why *why)
{
	if (!path)
		return fwrite(text.at, 1, text.len, stdout) == text.len && fflush(stdout) == 0 ? CLI_DONE : CLI_FAILED;
	return file_write(path, text, 0640, why).code == OK ? CLI_DONE : cli_why(path, why);
}

static int run_compile(int argc, char **argv)
{
	AUTO(desk_done) struct zone_desk desk = {.arena = NULL};
	const char *out = NULL;
	struct why why = {0};
	struct buffer text;
	const struct option_row rows[] = {{"-o", &out, NULL}, {"--on", &desk.on, NULL}, {"--policy", &desk.edition, NULL}};
	argc = cli_options(argc, argv, rows, 3);
	if (argc != 1)
		return cli_usage(verb(0));
	buffer_init(&text, RULESET_BYTES);
	int status = zone_make(&desk, argv[0], &text, &why);
	if (status == CLI_DONE)
		status = write_out(out, buffer_slice(&text), &why);
	buffer_done(&text);
	return status;
}

static int run_map(int argc, char **argv)
{
	AUTO(desk_done) struct zone_desk desk = {.arena = NULL};
	const char *out = NULL;
	struct why why = {0};
	struct buffer svg;
	const struct option_row rows[] = {{"-o", &out, NULL}, {"--on", &desk.on, NULL}};
	argc = cli_options(argc, argv, rows, 2);
	if (argc != 1)
		return cli_usage(verb_named("zone map"));
	int status = zone_model(&desk, argv[0], &why);
	if (status != CLI_DONE)
		return status;
	buffer_init(&svg, 8 << 20);
	status = model_map(desk.model, desk.day, desk.arena, &svg, &why).code == OK ? write_out(out, buffer_slice(&svg), &why)
	                                                                            : cli_why("zone map", &why);
	buffer_done(&svg);
	return status;
}

/* Flows that the kernel has counted no packet of since it was loaded. */
static struct result read_unused(struct zone_desk *desk, const char *hits, int32_t **out, struct why *why)
{
	struct slice json;
	uint64_t *packets;
	TRY(cli_read(hits, RULESET_TEXT_MAX, desk->arena, &json, why));
	TRY(model_hits(desk->model, json, desk->arena, &packets, why));
	int32_t *unused = ARENA_ARRAY(desk->arena, desk->model->flow_count + 1, int32_t);
	if (!unused)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	for (size_t i = 0; i < desk->model->flow_count; i++)
		unused[i] = packets[i] ? 0 : -1;
	*out = unused;
	return ok();
}

static int run_check(int argc, char **argv)
{
	AUTO(desk_done) struct zone_desk desk = {.arena = NULL};
	const char *hits = NULL;
	int32_t *unused = NULL;
	struct why why = {0};
	const struct option_row rows[] = {{"--on", &desk.on, NULL}, {"--hits", &hits, NULL}, {"--policy", &desk.edition, NULL}};
	argc = cli_options(argc, argv, rows, 3);
	if (argc != 1)
		return cli_usage(verb(1));
	int status = zone_model(&desk, argv[0], &why);
	if (status != CLI_DONE)
		return status;
	if (hits && read_unused(&desk, hits, &unused, &why).code != OK)
		return cli_why(hits, &why);
	struct result lawful = zone_book(&desk, &why);
	if (lawful.code == OK)
		lawful = model_laws(desk.model, &desk.book, desk.day, desk.arena, desk.findings, &why);
	if (lawful.code == OK)
		lawful = model_advice(desk.model, &desk.book, desk.day, unused, 1, desk.arena, desk.findings, &why);
	print_findings(desk.findings, stdout);
	if (lawful.code != OK)
		return cli_why(argv[0], &why);
	printf("許可 %zu 件は、どの条項にも反していません。\n", desk.model->flow_count);
	return CLI_DONE;
}

/* ---- explain ------------------------------------------------------------------ */

static void print_answer(const struct net_model *m, const struct net_answer *a)
{
	char until[48];
	for (size_t i = 0; i < a->flow_count; i++) {
		const struct net_flow *f = a->flows[i];
		day_long(f->end, until);
		printf("届きます。許可 %.*s（%.*s）。担当 %.*s、許可した人 %.*s、根拠 %.*s、%sまで。\n", SLICE_ARG(f->id), SLICE_ARG(f->purpose),
		       SLICE_ARG(f->owner), SLICE_ARG(f->approvers), SLICE_ARG(f->clause), until);
	}
	if (a->reaches)
		return;
	printf("届きません。「%.*s」から「%.*s」へのこの通信は、だれも許可していません。\n", SLICE_ARG(model_end_name(m, a->from)),
	       SLICE_ARG(model_end_name(m, a->to)));
	if (a->forbidden->count) {
		printf("許可を申し出ても、次の条項により通りません。\n");
		print_findings(a->forbidden, stdout);
		return;
	}
	printf("通すには、次が要ります。\n");
	print_findings(a->needed, stdout);
}

static bool read_question(struct net_question *q, char **argv)
{
	uint64_t port = 0;
	q->from = slice_str(argv[0]);
	q->to = slice_str(argv[1]);
	if (!proto_read(slice_str(argv[2]), &q->proto) || (strcmp(argv[3], "-") != 0 && !number_parse_u64(slice_str(argv[3]), &port)))
		return false;
	q->port = (uint16_t)port;
	return port <= PORT_MAX;
}

static int run_explain(int argc, char **argv)
{
	AUTO(desk_done) struct zone_desk desk = {.arena = NULL};
	struct net_question question = {.proto = 0};
	struct net_answer answer;
	const char *mac = NULL;
	struct why why = {0};
	const struct option_row rows[] = {{"--mac", &mac, NULL}, {"--on", &desk.on, NULL}, {"--policy", &desk.edition, NULL}};
	argc = cli_options(argc, argv, rows, 3);
	if (argc != 5 || !read_question(&question, argv + 1))
		return cli_usage(verb(2));
	question.mac = slice_str(mac);
	int status = zone_model(&desk, argv[0], &why);
	if (status != CLI_DONE)
		return status;
	if (zone_book(&desk, &why).code != OK || net_ask(desk.model, &desk.book, desk.day, &question, desk.arena, &answer, &why).code != OK)
		return cli_why("zone explain", &why);
	print_answer(desk.model, &answer);
	return answer.reaches ? CLI_DONE : CLI_REFUSED;
}

/* ---- import, drift ------------------------------------------------------------- */

struct table_of {
	const struct zone_desk *desk;
	const struct ruleset *ruleset;
	size_t rows;
};

static const char *shown(const struct ruleset *r, uint16_t name)
{
	if (name == NO_INTERFACE || name >= r->names.count)
		return "-";
	return r->names.name[name][0] ? r->names.name[name] : "*";
}

static void print_row(void *context, const struct proof_difference *d)
{
	struct table_of *t = context;
	struct buffer text;
	buffer_init(&text, 4096);
	box_write(d->place.family, &d->packet, &text);
	printf("%s\t%s %s\t%s\t%s\t%s\n", d->extra ? "許可なし" : "通らない", net_family_name(d->place.family), net_hook_name(d->place.hook),
	       shown(t->ruleset, d->place.in), shown(t->ruleset, d->place.out), buffer_cstr(&text));
	buffer_done(&text);
	t->rows++;
}

/* compared - the table of differences; what was not understood comes first */
static int compared(struct zone_desk *desk, const struct ruleset *ruleset, struct why *why)
{
	AUTO(atlas_drop) struct atlas atlas = {.count = 0};
	struct table_of table = {desk, ruleset, 0};
	const struct difference_sink sink = {print_row, &table, 1000};
	struct proof proof;
	if (atlas_of_flows(desk->model, desk->day, NULL, &atlas, why).code != OK)
		return cli_why("zone", why);
	for (size_t i = 0; i < ruleset->unknown_count; i++)
		printf("# 読めないもの: %s\n", ruleset->unknown[i]);
	for (size_t i = 0; i < ruleset->rule_count; i++)
		if (ruleset->rules[i].unknown && (ruleset->rules[i].action != ACTION_NONE || ruleset->rules[i].map))
			printf("# 読めないもの: %zu: %s\n", ruleset->rules[i].line, ruleset->rules[i].unknown);
	printf("# 判定\t所\t入口\t出口\t通信\n");
	if (prove_list(&atlas, ruleset, PROOF_FUEL, &sink, &proof, why).code != OK)
		return cli_why("zone", why);
	if (proof.verdict == PROOF_EQUAL) {
		printf("# %zu か所を調べました。通るのは、許可された通信だけです。\n", proof.places);
		return CLI_DONE;
	}
	if (proof.verdict == PROOF_UNKNOWN)
		printf("# 違いは見つかりませんが、読めないものがあるので、同じとは言えません。\n");
	else
		printf("# 許可と %zu 件違います。「許可なし」は、通るのに許可した人がいない通信です。\n", proof.count);
	return CLI_REFUSED;
}

static int run_import(int argc, char **argv)
{
	AUTO(desk_done) struct zone_desk desk = {.arena = NULL};
	const char *nft = NULL, *four = NULL, *six = NULL;
	struct atlas_names names;
	struct ruleset *ruleset = NULL;
	struct slice text = {NULL, 0}, text6 = {NULL, 0};
	struct why why = {0};
	const struct option_row rows[] = {{"--nft", &nft, NULL}, {"--iptables", &four, NULL}, {"--ip6tables", &six, NULL}, {"--on", &desk.on, NULL}};
	argc = cli_options(argc, argv, rows, 4);
	if (argc != 1 || (nft != NULL) == (four || six))
		return cli_usage(verb(3));
	int status = zone_model(&desk, argv[0], &why);
	if (status != CLI_DONE)
		return status;
	atlas_names_of(desk.model, &names);
	const char *first = nft ? nft : four ? four : six;
	struct result r = cli_read(first, RULESET_TEXT_MAX, desk.arena, four || nft ? &text : &text6, &why);
	if (r.code == OK && four && six)
		r = cli_read(six, RULESET_TEXT_MAX, desk.arena, &text6, &why);
	if (r.code == OK)
		r = nft ? ruleset_read_json(text, &names, desk.arena, &ruleset, &why)
		        : ruleset_read_iptables(text, text6, &names, desk.arena, &ruleset, &why);
	return r.code == OK ? compared(&desk, ruleset, &why) : cli_why(first, &why);
}

static int run_drift(int argc, char **argv)
{
	AUTO(desk_done) struct zone_desk desk = {.arena = NULL};
	struct atlas_names names;
	struct ruleset *ruleset = NULL;
	struct slice text;
	struct why why = {0};
	const struct option_row rows[] = {{"--on", &desk.on, NULL}};
	argc = cli_options(argc, argv, rows, 1);
	if (argc != 2)
		return cli_usage(verb(4));
	int status = zone_model(&desk, argv[0], &why);
	if (status != CLI_DONE)
		return status;
	atlas_names_of(desk.model, &names);
	struct result r = cli_read(argv[1], RULESET_TEXT_MAX, desk.arena, &text, &why);
	if (r.code == OK)
		r = ruleset_read_json(text, &names, desk.arena, &ruleset, &why);
	return r.code == OK ? compared(&desk, ruleset, &why) : cli_why(argv[1], &why);
}

const struct verb cli_zone_verbs[] = {
	{"zone compile", "[-o FILE] [--on DAY] [--policy EDITION] MODEL", "領域と許可の表から、通信規則を作って証明する", run_compile},
	{"zone check", "[--hits FILE|-] [--on DAY] [--policy EDITION] MODEL", "表が条項に反していないか、重なり・期限切れ・使われない許可がないかを調べる", run_check},
	{"zone explain", "[--mac MAC] [--on DAY] [--policy EDITION] MODEL FROM TO PROTO PORT", "ここからそこへ届くか、なぜかを答える", run_explain},
	{"zone import", "(--nft FILE | --iptables FILE [--ip6tables FILE]) [--on DAY] MODEL",
	 "今のファイアウォールを読み、許可のない通り道を表にする", run_import},
	{"zone drift", "[--on DAY] MODEL FILE|-", "カーネルの規則（nft -j list ruleset）が許可と同じかを証明する", run_drift},
	{"zone ask", "-C DIR --by LOGIN [--on DAY] MODEL FLOW", "庁外との通信の許可を、構成表の行のとおりに申請する", zone_run_ask},
	{"zone apply", "-C DIR --by LOGIN [--on DAY] MODEL", "作った規則を台帳に記し、sekisho-zone に渡す", zone_run_apply},
	{"zone cut", "-C DIR --by LOGIN NAME [NAME]", "緊急遮断: 相手・領域・許可、または二つの間の通信を切る", zone_run_cut},
	{"zone restore", "-C DIR --by LOGIN", "緊急遮断を解く", zone_run_restore},
	{"zone pulled", "-C DIR --by LOGIN [NUMBER]", "線を抜く作業の一覧、または抜いたことの確認", zone_run_pulled},
	{"zone refused", "-C DIR [--on DAY]", "止めた通信を、領域の組と理由ごとに数えて見せる", zone_run_refused},
	{"zone idle", "-C DIR [--days N] [--on DAY]", "使われていない許可を、担当の確認のために並べる", zone_run_idle},
	{"zone map", "[-o FILE] [--on DAY] MODEL", "領域と、その間の許可の図（SVG）を描く", run_map},
	{NULL, NULL, NULL, NULL},
};
