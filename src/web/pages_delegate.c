/* 専決: the holder of a post lets another post decide in named matters, for a time.
 * Only where the policy says `delegate`: elsewhere it would have no effect.   */
#include "web/pages.h"
#include "web/pages_office.h"

enum { PAIRS = 100, ACTS = 400 };
static const char path[] = "/organisation/delegations";

/* A post that the person holds today, and to which the policy lets it delegate. */
struct pair {
	const char *value; /* of the option: "index" */
	const char *post, *scope, *to_post;
	const struct policy_clause *clause;
};

static const struct policy_edition *edition_of(struct request *rq)
{
	return policy_edition_on(parts_of(rq)->policy, parts_of(rq)->policy_name, request_today(rq));
}

static struct result own_pairs(struct request *rq, struct pair **out, size_t *count, struct why *why)
{
	struct holding *held;
	size_t held_count;
	const struct policy_edition *edition = edition_of(rq);
	const char *from, *to;
	const struct policy_clause *clause;
	struct pair *list = ARENA_ARRAY(rq->arena, PAIRS, struct pair);
	*count = 0;
	*out = list;
	if (!list)
		return fail(why, E_MEMORY, "delegation", "no memory");
	TRY(office_holdings(parts_of(rq)->office, rq->person.id, request_today(rq), rq->arena, &held, &held_count, why));
	for (size_t i = 0; edition && policy_delegate_at(parts_of(rq)->policy, edition, i, &from, &to, &clause); i++)
		for (size_t k = 0; k < held_count && *count < PAIRS; k++)
			if (strcmp(held[k].post, from) == 0) {
				list[*count] = (struct pair){text(rq, "%zu", *count), from, held[k].scope, to, clause};
				++*count;
			}
	return ok();
}

/* ---- showing ----------------------------------------------------------------------- */

static const char *matter_words(struct request *rq, const char *matter)
{
	const char *all = "";
	if (strcmp(matter, "*") == 0)
		return "すべての事務";
	for (struct slice left = slice_str(matter); left.len;) {
		size_t end = slice_find(left, SLICE(","));
		const char *act = text(rq, "%.*s", SLICE_ARG(slice_part(left, 0, end)));
		all = text(rq, "%s%s%s", all, *all ? "、" : "", policy_label(parts_of(rq)->policy, NULL, act));
		left = end == SIZE_MAX ? SLICE("") : slice_part(left, end + 1, SIZE_MAX);
	}
	return all;
}

static bool is_own(const struct pair *pairs, size_t count, const struct delegation *d)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(pairs[i].post, d->post) == 0 && strcmp(pairs[i].scope, d->scope) == 0)
			return true;
	return false;
}

static json_t *day_json(day_t day)
{
	char out[48];
	if (day == DAY_OPEN)
		return json_string("定めなし");
	day_short(day, out);
	return json_string(out);
}

static struct result standing_model(struct request *rq, const struct pair *pairs, size_t pair_count, json_t *list, struct why *why)
{
	struct delegation *all;
	size_t count;
	TRY(office_delegations(parts_of(rq)->office, request_today(rq), rq->arena, &all, &count, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:s, s:o, s:o, s:b}", "id", text(rq, "%s", all[i].id), "post",
			show_post(rq, all[i].post, all[i].scope), "to", show_post(rq, all[i].to_post, all[i].to_scope), "matter",
			matter_words(rq, all[i].matter), "from", day_json(all[i].from), "until", day_json(all[i].to), "own",
			is_own(pairs, pair_count, &all[i])));
	return ok();
}

static json_t *pairs_model(struct request *rq, const struct pair *pairs, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *from = show_post(rq, pairs[i].post, pairs[i].scope);
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:b}", "value", pairs[i].value, "label",
			text(rq, "%s → %s", json_string_value(from), policy_label(parts_of(rq)->policy, NULL, pairs[i].to_post)), "clause",
			show_clause(rq, pairs[i].clause ? pairs[i].clause->id : ""), "chosen",
			strcmp(posted(rq, "pair"), pairs[i].value) == 0 || count == 1));
		json_decref(from);
	}
	return list;
}

/* What people apply for: the matters that can be named. */
static json_t *acts_model(struct request *rq)
{
	struct policy_act act;
	json_t *list = json_array();
	for (size_t i = 0; policy_act_at(parts_of(rq)->policy, i, &act) && json_array_size(list) < ACTS; i++)
		if (!act.event && !act.derived && !act.passes)
			json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "value", act.name, "label", act.title, "chosen",
				strcmp(posted(rq, "matter"), act.name) == 0));
	return list;
}

static json_t *sections_model(struct request *rq, struct why *why)
{
	struct section *sections;
	size_t count;
	if (office_sections(parts_of(rq)->office, rq->arena, &sections, &count, why).code != OK)
		return NULL;
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "value", sections[i].id, "label", sections[i].name, "chosen",
			strcmp(posted(rq, "to_scope"), sections[i].id) == 0));
	return list;
}

static struct result show_page(struct request *rq, unsigned status, const char *field, const char *wrong, struct why *why)
{
	static const char *const fields[] = {"pair", "to_scope", "matter", "from", "to"};
	struct pair *pairs;
	size_t count;
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"組織", "/organisation"}, {"専決（委任）", ""}};
	json_t *standing = json_array();
	rq->menu = "organisation";
	TRY(own_pairs(rq, &pairs, &count, why));
	json_t *sections = sections_model(rq, why);
	if (!sections)
		return (struct result){why->code};
	json_t *model = json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:[]}", "title", "専決（委任）", "crumbs",
		show_crumbs(crumbs, 3), "path", path, "standing", standing, "pairs", pairs_model(rq, pairs, count), "acts", acts_model(rq),
		"sections", sections, "from", posted(rq, "from"), "to", posted(rq, "to"), "errors");
	struct result filled = standing_model(rq, pairs, count, standing, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		json_object_set_new(model, text(rq, "wrong_%s", fields[i]), json_string(strcmp(field, fields[i]) == 0 ? wrong : ""));
	json_object_set_new(model, "form", form_token(rq, path));
	if (*wrong)
		json_object_update_new(model, show_errors(field, wrong));
	return reply_page(rq, status, "delegations", model, why);
}

struct result page_delegations(struct request *rq, struct why *why)
{
	return show_page(rq, 200, "", "", why);
}

/* ---- entering, ending ---------------------------------------------------------------- */

static bool per_section(struct request *rq, const char *post)
{
	const struct policy_edition *edition = edition_of(rq);
	for (size_t i = 0; edition && i < policy_post_count(parts_of(rq)->policy, edition); i++) {
		const struct policy_post *p = policy_post_at(parts_of(rq)->policy, edition, i);
		if (strcmp(p->name, post) == 0)
			return *p->per != 0;
	}
	return false;
}

static struct result read_typed(struct request *rq, const struct pair *pair, struct delegation *d, const char **field, struct why *why)
{
	struct policy_act act;
	struct section section;
	*d = (struct delegation){.post = pair->post, .scope = pair->scope, .to_post = pair->to_post, .to_scope = "", .to = DAY_OPEN};
	*field = "to_scope";
	if (per_section(rq, pair->to_post)) {
		d->to_scope = *posted(rq, "to_scope") ? posted(rq, "to_scope") : pair->scope;
		if (!*d->to_scope || office_section(parts_of(rq)->office, d->to_scope, rq->arena, &section, NULL).code != OK)
			return fail(why, E_INPUT, "to_scope", "「どの課の」が選ばれていません。専決する役職の課を選んでください。");
	}
	*field = "matter";
	d->matter = posted(rq, "matter");
	if (strcmp(d->matter, "*") != 0 && !policy_act_find(parts_of(rq)->policy, d->matter, &act))
		return fail(why, E_INPUT, "matter", "「どの事務を」が選ばれていません。事務を1つ選ぶか、「すべての事務」を選んでください。");
	*field = "from";
	TRY(day_parse(slice_str(posted(rq, "from")), &d->from, why));
	*field = "to";
	TRY(day_parse(slice_str(posted(rq, "to")), &d->to, why));
	if (d->to < d->from)
		return fail(why, E_INPUT, "to", "終わりの日が始まりの日より前です。期間を直してください。");
	return ok();
}

static struct result enter(struct request *rq, const struct pair *pairs, size_t count, struct why *why)
{
	struct delegation d;
	struct why own = {OK, "", ""};
	const char *field = "pair";
	const struct pair *chosen = NULL;
	char id[27];
	for (size_t i = 0; i < count; i++)
		if (strcmp(pairs[i].value, posted(rq, "pair")) == 0)
			chosen = &pairs[i];
	if (!chosen)
		return show_page(rq, 400, "pair", "「だれの事務を、だれに」が選ばれていません。1つ選んでください。", why);
	struct result done = read_typed(rq, chosen, &d, &field, &own);
	if (done.code == OK)
		done = office_may_delegate(parts_of(rq)->office, rq->person.id, &d, rq->arena, &own);
	if (done.code == OK)
		done = office_delegate(parts_of(rq)->office, rq->person.id, &d, id, &own);
	if (done.code == E_INPUT)
		return show_page(rq, 400, field, text(rq, "%s", own.text), why);
	if (done.code != OK)
		return fail(why, done.code, own.place, "%s", own.text);
	reply_redirect(rq, path);
	return ok();
}

static struct result end_one(struct request *rq, const struct pair *pairs, size_t count, const char *id, struct why *why)
{
	struct delegation *all;
	size_t standing;
	TRY(office_delegations(parts_of(rq)->office, request_today(rq), rq->arena, &all, &standing, why));
	for (size_t i = 0; i < standing; i++)
		if (strcmp(all[i].id, id) == 0 && is_own(pairs, count, &all[i])) {
			TRY(office_end_delegation(parts_of(rq)->office, rq->person.id, id, request_today(rq) - 1, why));
			reply_redirect(rq, path);
			return ok();
		}
	return not_theirs(rq, "delegation", why);
}

struct result post_delegations(struct request *rq, struct why *why)
{
	struct pair *pairs;
	size_t count;
	TRY(own_pairs(rq, &pairs, &count, why));
	return *posted(rq, "end") ? end_one(rq, pairs, count, posted(rq, "end"), why) : enter(rq, pairs, count, why);
}
