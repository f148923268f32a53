/* 申請: what may be applied for, the form of one act, what will come of it, sent. */
#include "web/book.h"
#include "web/claims.h"
#include "web/desk_pages.h"
#include "web/fields.h"
#include "web/pages.h"

#include "proceeding/case.h"

/* ---- what can be applied for ------------------------------------------------------ */

/* What is done without asking and only written down is pages_deed.c's. */

/* What gates carry is applied for where a person's word can open it. */
static bool is_asked_of_persons(struct request *rq, const struct policy_act *act)
{
	const struct decision *decision;
	const struct wish wish = {.act = act->name, .actor = rq->person.id, .subject = ""};
	if (application_preview(parts_of(rq)->proceedings, &wish, rq->arena, &decision, NULL).code != OK)
		return false;
	/* a permission that only some need (of class A) speaks up before the thing is known */
	for (size_t i = 0; i < decision->spoken_count; i++)
		if (strcmp(decision->spoken[i].verb, "permit") == 0)
			return true;
	return decision->approval_count > 0;
}

static bool can_apply(struct request *rq, const struct policy_act *act)
{
	bool gate = strncmp(act->carried_by, "gate_", 5) == 0;
	if (act->event || act->derived || act->to[0])
		return false;
	if (strcmp(act->carried_by, "web") == 0)
		return !act->passes || is_asked_of_persons(rq, act);
	/* files are sent on pages of their own */
	return gate && !act->passes && strcmp(act->carried_by, "gate_file") != 0 && is_asked_of_persons(rq, act);
}

static json_t *acts_model(struct request *rq, const char *q)
{
	const struct search search = search_read(q, rq->arena);
	json_t *list = json_array();
	struct policy_act act;
	for (size_t i = 0; policy_act_at(parts_of(rq)->policy, i, &act); i++) {
		const char *kind = *act.kind ? policy_label(parts_of(rq)->policy, NULL, act.kind) : "";
		const char *texts[] = {act.title, kind};
		if (search_finds(&search, texts, 2, rq->arena) && can_apply(rq, &act))
			json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "href", text(rq, "/apply/%s", act.name), "label",
			                                      act.title, "kind", act.kind));
	}
	return show_shelves(rq, list, q);
}

json_t *show_proceedings(struct request *rq)
{
	json_t *list = json_array();
	struct policy_kind kind;
	for (size_t i = 0; policy_kind_at(parts_of(rq)->policy, i, &kind); i++)
		if (kind.proceeding && strcmp(kind.name, "exception") != 0)
			json_array_append_new(list, json_pack("{s:s, s:s}", "kind", kind.name, "label", kind.title));
	return list;
}

struct result page_apply(struct request *rq, struct why *why)
{
	const char *q = asked(rq, "q");
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"申請・決裁", "/decide"}, {"申請する", ""}};
	rq->menu = "decide";
	return reply_page(rq, 200, "apply", json_pack("{s:s, s:s, s:o, s:o, s:o}", "title", "申請する", "q", q, "acts",
		acts_model(rq, q), "crumbs", show_crumbs(crumbs, 3), "kinds", show_proceedings(rq)), why);
}

/* ---- the form of one act ------------------------------------------------------------ */

#define TOGETHER "together"

struct applying {
	struct policy_act act;
	struct fields fields;
	struct wish wish;
	struct claims claims;
	size_t shared_count;
	struct joint_thing *things;
	size_t thing_count;
	const struct decision *decision;
	const char *purpose, *wrong_purpose;
};

static bool takes_several(const struct policy_fact *fact)
{
	return strcmp(fact->path, "object") == 0 && fact->type == FACT_ROW;
}

static bool is_missing(const struct decision *d, const char *path)
{
	for (size_t i = 0; i < d->missing_count; i++)
		if (d->missing[i].kind == WANT_FACT && strcmp(d->missing[i].name, path) == 0)
			return true;
	return false;
}

/* Items that the clauses want answered become questions of the form. */
static size_t add_items(struct request *rq, const struct decision *d, struct policy_fact *facts, size_t n,
                        size_t most)
{
	for (size_t i = 0; i < d->missing_count && n < most; i++)
		if (d->missing[i].kind == WANT_ITEM)
			facts[n++] = (struct policy_fact){.path = text(rq, "answer.%s", d->missing[i].name),
				.label = d->missing[i].label, .type = FACT_YESNO, .found_by = "", .kind = "", .unit = ""};
	return n;
}

/* Asked at once: what it is done to, what is written down of it, and what the clauses
 * have not been told yet; the rest may be told, too.                         */
static void arrange(struct applying *a, const struct decision *blank)
{
	for (size_t i = 0; i < a->fields.count; i++) {
		struct field *f = &a->fields.at[i];
		bool item = strncmp(f->fact.path, "answer.", 7) == 0;
		bool text = f->fact.type == FACT_TEXT || strcmp(f->fact.path, "until") == 0;
		f->required = strcmp(f->fact.path, "object") == 0;
		f->folded = !(f->required || item || text || is_missing(blank, f->fact.path));
		if (f->required) {
			f->fact.label = "対象";
			f->help = f->fact.type == FACT_SET ? "いくつでも選べます。所管課ごとに、その課の決裁を受けます。" : "";
		}
		if (strcmp(f->fact.path, TOGETHER) == 0)
			f->help = "対象をいくつか選んだときだけ働きます。「はい」なら、全部が許可されるまで、どれも許可になりません。";
	}
}

static struct result form_of(struct request *rq, struct applying *a, struct why *why)
{
	enum { ITEMS = 60 };
	const struct policy_fact *known;
	const struct decision *blank;
	size_t count, n = 0;
	bool several = false;
	const char *object = rq->is_post ? posted(rq, "f.object") : asked(rq, "object"); /* of several, the first */
	const struct fact_pair about = {"object", object};
	const char *name = text(rq, "%.*s", SLICE_ARG(rq->part[0]));
	if (!policy_act_find(parts_of(rq)->policy, name, &a->act) || !can_apply(rq, &a->act))
		return fail(why, E_ABSENT, "act", "「%.60s」は、ここからは申請できません。", name);
	TRY(policy_act_facts(parts_of(rq)->policy, name, rq->arena, &known, &count, why));
	struct policy_fact *facts = ARENA_ARRAY(rq->arena, count + ITEMS, struct policy_fact);
	if (!facts)
		return fail(why, E_MEMORY, "apply", "no memory for the form");
	a->wish = (struct wish){.act = a->act.name, .actor = rq->person.id, .subject = *object ? object : rq->person.id,
	                        .facts = &about, .fact_count = *object != 0};
	if (application_preview(parts_of(rq)->proceedings, &a->wish, rq->arena, &blank, NULL).code != OK) {
		a->wish.fact_count = 0; /* no such thing: said at its field */
		TRY(application_preview(parts_of(rq)->proceedings, &a->wish, rq->arena, &blank, why));
	}
	for (size_t i = 0; i < count; i++)
		if (application_asks(&known[i])) {
			facts[n] = known[i];
			if (takes_several(&facts[n])) {
				facts[n].type = FACT_SET;
				facts[n].member = FACT_ROW;
				several = true;
			}
			n++;
		}
	if (several)
		facts[n++] = (struct policy_fact){.path = TOGETHER, .label = "1つでも許可されなければ、全部を取りやめるか",
			.type = FACT_YESNO, .found_by = "", .kind = "", .unit = ""};
	n = add_items(rq, blank, facts, n, count + ITEMS);
	TRY(fields_new(rq, facts, n, &a->fields, why));
	arrange(a, blank);
	fields_fill(rq, &a->fields, "object", object);
	a->decision = blank;
	return ok();
}

/* The chosen things, each once. */
static struct result things_of(struct request *rq, struct applying *a, struct why *why)
{
	const struct field *object = fields_get(&a->fields, "object");
	a->things = ARENA_ARRAY(rq->arena, JOINT_OBJECTS + 1, struct joint_thing);
	a->thing_count = 0;
	if (!a->things)
		return fail(why, E_MEMORY, "apply", "no memory for what it is about");
	for (const char *at = object ? object->value : ""; *at && a->thing_count <= JOINT_OBJECTS;) {
		size_t len = strcspn(at, " ");
		const char *id = text(rq, "%.*s", (int)len, at);
		const struct policy_fact one = {.path = "object", .type = object->fact.type == FACT_SET ? FACT_ROW : object->fact.type};
		const char *name = fields_said(rq, a->act.name, &one, id);
		a->things[a->thing_count++] = (struct joint_thing){id, *name ? text(rq, "%s「%s」", a->act.title, name) : a->act.title};
		at += len + (at[len] == ' ');
	}
	return ok();
}

/* How much a decision asks: what refuses most of all, then what asks and may be claimed. */
static size_t strictness(const struct decision *d)
{
	enum { REFUSES = 1000 };
	return (d->verdict == REFUSE ? REFUSES : 0) + d->approval_count + d->missing_count + d->claim_count + d->spoken_count;
}

/* What would come of it for one of the things; the thing's fact is the last pair. */
static struct result preview_of(struct request *rq, struct applying *a, size_t index, const struct decision **out,
                                struct why *why)
{
	struct wish wish = a->wish;
	struct fact_pair *pairs = ARENA_ARRAY(rq->arena, a->shared_count + 1, struct fact_pair);
	if (!pairs)
		return fail(why, E_MEMORY, "apply", "no memory for the facts");
	memcpy(pairs, a->wish.facts, a->shared_count * sizeof *pairs);
	pairs[a->shared_count] = (struct fact_pair){"object", a->things[index].object};
	wish.facts = pairs;
	wish.fact_count = a->shared_count + 1;
	wish.subject = a->things[index].object;
	return application_preview(parts_of(rq)->proceedings, &wish, rq->arena, out, why);
}

/* The strictest of several speaks for all: what it wants to be told, all are asked. */
static struct result decide_strictest(struct request *rq, struct applying *a, struct why *why)
{
	size_t most = 0;
	if (a->thing_count == 0)
		return application_preview(parts_of(rq)->proceedings, &a->wish, rq->arena, &a->decision, why);
	for (size_t i = 0; i < a->thing_count; i++) {
		const struct decision *one;
		TRY(preview_of(rq, a, i, &one, why));
		if (i > 0 && strictness(one) <= most)
			continue;
		most = strictness(one);
		a->decision = one;
		a->wish.subject = a->things[i].object;
	}
	return ok();
}

/* The facts that they share; a single thing's fact is the last. */
static struct result wish_of(struct request *rq, struct applying *a, struct why *why)
{
	struct fact_pair *pairs = ARENA_ARRAY(rq->arena, a->fields.count + 2, struct fact_pair);
	size_t n = 0;
	if (!pairs)
		return fail(why, E_MEMORY, "apply", "no memory for the facts");
	TRY(things_of(rq, a, why));
	for (size_t i = 0; i < a->fields.count; i++) {
		const char *path = a->fields.at[i].fact.path;
		if (*a->fields.at[i].value && strcmp(path, "object") != 0 && strcmp(path, TOGETHER) != 0)
			pairs[n++] = (struct fact_pair){path, a->fields.at[i].value};
	}
	a->shared_count = n;
	a->wish.subject = rq->person.id;
	a->wish.facts = pairs;
	a->wish.fact_count = n;
	TRY(decide_strictest(rq, a, why));
	claims_read(rq, a->decision, &a->claims);
	a->wish.claims = a->claims.made;
	a->wish.claim_count = a->claims.count;
	return decide_strictest(rq, a, why);
}

/* Several things: what would come of each, under its name. */
static json_t *decisions_model(struct request *rq, struct applying *a)
{
	json_t *list = json_array();
	for (size_t i = 0; a->thing_count > 1 && i < a->thing_count; i++) {
		const struct decision *one;
		if (preview_of(rq, a, i, &one, NULL).code != OK)
			continue;
		json_t *model = show_decision(rq, one);
		json_object_set_new(model, "name", json_string(a->things[i].title));
		json_array_append_new(list, model);
	}
	if (json_array_size(list) == 0) {
		json_t *model = show_decision(rq, a->decision);
		json_object_set_new(model, "name", json_string(""));
		json_array_append_new(list, model);
	}
	return list;
}

/* What refuses and can be set aside by somebody's word. */
static json_t *lifts_model(struct request *rq, const struct decision *d, const char *subject)
{
	json_t *list = json_array();
	for (size_t i = 0; i < d->liftable_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "cite", d->liftable[i].clause->cite, "href",
			text(rq, "/exceptions/new?clause=%s&object=%s", show_escaped(rq, slice_str(d->liftable[i].clause->id)), subject)));
	return list;
}

static struct result show_form(struct request *rq, unsigned status, struct applying *a, struct why *why)
{
	const char *path = text(rq, "/apply/%s", a->act.name);
	const char *const crumbs[][2] = {{"申請・決裁", "/decide"}, {"申請する", "/apply"}, {a->act.title, ""}};
	json_t *fields = fields_model(rq, &a->fields, why);
	if (!fields)
		return fail(why, E_MEMORY, "apply", "no memory for the form");
	json_t *errors = fields_errors(&a->fields);
	if (*a->wrong_purpose)
		json_array_append_new(errors, json_pack("{s:s, s:s}", "field", "purpose", "text", a->wrong_purpose));
	rq->menu = "decide";
	json_t *model = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "title", a->act.title, "path", path,
		"purpose", a->purpose, "wrong_purpose", a->wrong_purpose, "fields", fields, "errors", errors, "crumbs",
		show_crumbs(crumbs, 3), "form", form_token(rq, path), "decisions", decisions_model(rq, a));
	json_object_set_new(model, "lifts", lifts_model(rq, a->decision, a->wish.subject));
	claims_add(rq, a->decision, "", model);
	return reply_page(rq, status, "apply_form", model, why);
}

/* 再申請: what was asked for before stands in the form. */
static struct result fill_again(struct request *rq, struct applying *a, const char *id, struct why *why)
{
	struct application before;
	TRY(application_get(parts_of(rq)->proceedings, id, rq->arena, &before, why));
	if (strcmp(before.applicant, rq->person.id) != 0 || strcmp(before.act, a->act.name) != 0)
		return not_theirs(rq, "application", why);
	for (size_t i = 0; i < before.fact_count; i++)
		fields_fill(rq, &a->fields, before.facts[i].path, before.facts[i].value);
	a->purpose = before.purpose;
	return wish_of(rq, a, why);
}

struct result page_apply_form(struct request *rq, struct why *why)
{
	struct applying a = {.purpose = "", .wrong_purpose = ""};
	const char *again = asked(rq, "again");
	TRY(form_of(rq, &a, why));
	if (*again)
		TRY(fill_again(rq, &a, again, why));
	return show_form(rq, 200, &a, why);
}

/* A refusal at the door stands beside the form, which keeps what was typed. */
static struct result not_sent(struct request *rq, struct applying *a, const struct why *cause, struct why *why)
{
	if (cause->code == E_DENIED && a->thing_count > 1)
		fields_mark(rq, &a->fields, "object", cause->text);
	if (cause->code == E_DENIED)
		return show_form(rq, 409, a, why);
	if (cause->code != E_INPUT && cause->code != E_ABSENT)
		return fail(why, cause->code, cause->place, "%s", cause->text);
	const char *place = cause->place;
	if (!fields_mark(rq, &a->fields, place, cause->text) &&
	    !fields_mark(rq, &a->fields, text(rq, "answer.%s", place), cause->text))
		a->wrong_purpose = text(rq, "%s", cause->text);
	return show_form(rq, 400, a, why);
}

static struct result apply_to_all(struct request *rq, struct applying *a, char id[27], struct why *why)
{
	struct joint_made made;
	const struct field *together = fields_get(&a->fields, TOGETHER);
	struct application_request request = {.wish = a->wish, .section = rq->person.section, .title = a->act.title,
		.purpose = a->purpose, .until = DAY_OPEN};
	if (a->thing_count == 0)
		return application_apply(parts_of(rq)->proceedings, &request, id, why);
	request.wish.fact_count = a->shared_count;
	const struct joint_request joint = {.each = request, .things = a->things, .count = a->thing_count,
		.together = together && strcmp(together->value, "yes") == 0};
	TRY(application_apply_joint(parts_of(rq)->proceedings, &joint, &made, why));
	memcpy(id, made.ids[0], sizeof made.ids[0]);
	return ok();
}

struct result post_apply(struct request *rq, struct why *why)
{
	struct applying a = {.purpose = posted(rq, "purpose"), .wrong_purpose = ""};
	struct why own = {OK, "", ""};
	char id[27];
	bool send = strcmp(posted(rq, "act"), "send") == 0;
	TRY(form_of(rq, &a, why));
	TRY(fields_read(rq, &a.fields, why));
	TRY(wish_of(rq, &a, why));
	if (a.fields.again || !send)
		return show_form(rq, 200, &a, why);
	if (!*a.purpose)
		a.wrong_purpose = "「目的・理由」が空です。決裁する人が判断できません。何の仕事で要るのかを書いてください。";
	if (a.fields.wrong || *a.wrong_purpose)
		return show_form(rq, 400, &a, why);
	struct result sent = apply_to_all(rq, &a, id, &own);
	if (sent.code != OK)
		return not_sent(rq, &a, &own, why);
	reply_redirect(rq, text(rq, "/decide/%s", id));
	return ok();
}
