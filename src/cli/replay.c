/* sekisho policy replay --under DRAFT: recorded acts decided again */
#include "cli/cli.h"

#include "crossing/acts.h"
#include "house/house.h"

#include <jansson.h>
#include <stdio.h>

enum { REPLAY_ROOM = 256 << 20, ACTS_BYTES = 64 << 20, SHOWN = 64 << 20 };

struct replaying {
	const char *draft, *dir, *acts, *policy, *from, *to;
	bool json;
	day_t first, last;
	struct arena *arena;
	struct policy *under;
	struct replay_report report;
};

static struct result read_draft(struct replaying *in, struct why *why)
{
	const char *share = NULL;
	if (!strchr(in->draft, '/'))
		return cli_policy(in->draft, in->arena, &in->under, NULL, why);
	TRY(house_share(in->arena, &share, why));
	const char *folders[] = {arena_printf(in->arena, "%s/vocabulary", share), in->draft};
	if (!folders[0])
		return fail(why, E_MEMORY, "", "no memory");
	return policy_load_folders(folders, 2, in->arena, &in->under, NULL, why);
}

static struct result run(struct replaying *in, const struct policy *now, const struct replay_source *source,
                         struct why *why)
{
	TRY(read_draft(in, why));
	TRY(policy_replay(now, in->under, source, in->first, in->last, in->arena, &in->report, why));
	struct buffer text;
	buffer_init(&text, SHOWN);
	if (in->json)
		replay_json(&in->report, &text);
	else
		replay_text(now, &in->report, &text);
	fputs(buffer_cstr(&text), stdout);
	buffer_done(&text);
	return ok();
}

static struct result replay_house(struct replaying *in, struct why *why)
{
	AUTO(house_close) struct house house = {0};
	struct recorded_acts acts;
	struct replay_source source;
	TRY(house_open(in->dir, &house, why));
	TRY(recorded_acts_open(house.ledger, house.proceedings, house.crossings, house.office, &acts, &source, why));
	return run(in, house.policy, &source, why);
}

/* ---- acts from a file, a JSON object a line ---------------------------------------- */

struct lines {
	struct slice text, line;
	size_t at, number;
};

static const char *member(struct arena *arena, const json_t *act, const char *name)
{
	const char *text = json_string_value(json_object_get(act, name));
	return arena_string(arena, slice_str(text ? text : ""));
}

static struct result next_line(void *state, struct arena *arena, struct replay_act *out, bool *more,
                               struct why *why)
{
	struct lines *l = state;
	for (l->line.len = 0; l->line.len == 0 && l->at < l->text.len; l->number++) {
		struct slice rest = slice_part(l->text, l->at, l->text.len);
		size_t end = slice_find(rest, SLICE("\n"));
		l->line = slice_part(rest, 0, end == SIZE_MAX ? rest.len : end);
		l->at += l->line.len + 1;
	}
	*more = l->line.len > 0;
	if (!*more)
		return ok();
	json_t *act = json_loadb((const char *)l->line.at, l->line.len, JSON_REJECT_DUPLICATES, NULL);
	const char *reference = arena_printf(arena, "%zu行", l->number);
	const char *on = member(arena, act, "on");
	*out = (struct replay_act){reference, member(arena, act, "actor"), member(arena, act, "section"),
	                           member(arena, act, "act"), NULL, 0};
	const char *exception = member(arena, act, "exception_to");
	bool object = json_is_object(act);
	json_decref(act);
	if (!reference || !on || !out->person || !out->section || !out->act || !exception)
		return fail(why, E_MEMORY, "", "no memory for the acts");
	if (!object)
		return fail(why, E_INPUT, reference, "行為は1行に一つの JSON で書いてください。");
	out->exception_to = exception[0] ? exception : NULL;
	return day_parse(slice_str(on), &out->day, why);
}

static struct result ask_line(void *state, const struct policy *policy, day_t day, struct arena *arena,
                              struct policy_question *out, struct why *why)
{
	struct lines *l = state;
	TRY(cli_question(policy, l->line, day, arena, out, why));
	out->day = day; /* the draft's first day, where the act is older */
	return ok();
}

static struct result replay_file(struct replaying *in, struct why *why)
{
	struct policy *now = NULL;
	struct lines lines = {0};
	TRY(cli_policy(in->policy, in->arena, &now, NULL, why));
	TRY(cli_read(in->acts, ACTS_BYTES, in->arena, &lines.text, why));
	const struct replay_source source = {&lines, next_line, ask_line};
	return run(in, now, &source, why);
}

/* ---- the command --------------------------------------------------------------------- */

static int replay(int argc, char **argv)
{
	AUTO(arena_drop) struct arena *arena = arena_new(REPLAY_ROOM);
	struct replaying in = {.arena = arena, .first = INT32_MIN, .last = INT32_MAX};
	struct why why = {0};
	const struct option_row rows[] = {{"--under", &in.draft, NULL}, {"-C", &in.dir, NULL},
	                                  {"--acts", &in.acts, NULL}, {"--policy", &in.policy, NULL},
	                                  {"--from", &in.from, NULL}, {"--to", &in.to, NULL},
	                                  {"--json", NULL, &in.json}};
	argc = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	bool one_source = in.dir ? !in.acts && !in.policy : in.acts && in.policy;
	if (argc != 0 || !in.draft || !one_source)
		return cli_usage(&cli_replay_verbs[0]);
	if (!arena)
		return CLI_FAILED;
	struct result done = in.from ? day_parse(slice_str(in.from), &in.first, &why) : ok();
	if (done.code == OK && in.to)
		done = day_parse(slice_str(in.to), &in.last, &why);
	if (done.code == OK)
		done = in.dir ? replay_house(&in, &why) : replay_file(&in, &why);
	return done.code == OK ? CLI_DONE : cli_why("policy replay", &why);
}

const struct verb cli_replay_verbs[] = {
	{"policy replay",
	 "--under DRAFT (-C DIR | --acts FILE --policy ID) [--from 日] [--to 日] [--json]",
	 "記録された行為を案のもとで判断し直し、変わるものを示します", replay},
	{0},
};
