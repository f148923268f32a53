/* 決裁: the queue, one application with its facts, the clauses at work and the
 * route, and a person's word on it.                                         */
#include "web/fields.h"
#include "web/pages.h"

#include "register/book.h"

/* ---- the queue -------------------------------------------------------------- */

/* The classes that the application's facts give, as crossing_answer reads them. */
static const char *classes_of(struct request *rq, const struct application *a)
{
	const char *all = "";
	for (size_t i = 0; i < a->fact_count; i++)
		if (strncmp(a->facts[i].path, "object.", 7) == 0 && !strpbrk(a->facts[i].value, " ="))
			all = text(rq, "%s%s%s=%s", all, *all ? " " : "", a->facts[i].path + 7, a->facts[i].value);
	return all;
}

static json_t *told_classes(struct request *rq, const struct application *a)
{
	json_t *all = show_classes(rq, a->act, classes_of(rq, a)), *class;
	json_t *told = json_array();
	size_t at;
	json_array_foreach(all, at, class)
		if (json_string_length(json_object_get(class, "letter")))
			json_array_append(told, class);
	json_decref(all);
	return told;
}

/* The list holds the newest first: the first of a joint stands for those that wait with it,
 * the others are not listed (SIZE_MAX).                                       */
static size_t joint_rest(const struct application *found, size_t count, size_t at, const char *current, bool *is_current)
{
	size_t rest = 0;
	*is_current = strcmp(found[at].id, current) == 0;
	for (size_t i = 0; i < count && *found[at].joint; i++) {
		if (i == at || strcmp(found[i].joint, found[at].joint) != 0)
			continue;
		if (i > at)
			return SIZE_MAX;
		rest++;
		*is_current |= strcmp(found[i].id, current) == 0;
	}
	return rest;
}

static struct result queue_model(struct request *rq, const char *current, json_t *model,
                                 struct why *why)
{
	struct application *found;
	size_t count;
	struct application_query waiting = {
		.waiting_for = rq->person.id, .state = APPLICATION_OPEN, .limit = 50};
	TRY(application_list(parts_of(rq)->proceedings, &waiting, rq->arena, &found, &count, why));
	json_t *list = json_array();
	for (size_t i = count; i-- > 0;) {
		bool current_joint = false;
		size_t others = joint_rest(found, count, i, current, &current_joint);
		if (others == SIZE_MAX)
			continue;
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:b, s:s}", "href",
			text(rq, "/decide/%s", found[i].id), "label", show_act(&found[i]), "number",
			found[i].number, "who", show_person(rq, found[i].applicant), "created",
			show_time(found[i].created_ms), "classes", told_classes(rq, &found[i]), "current", current_joint, "others",
			others ? text(rq, "ほか%zu件", others) : ""));
	}
	json_object_set_new(model, "queue", list);
	return ok();
}

/* What was decided in this person's stead and has not been read by him. */
static struct result unseen_model(struct request *rq, json_t *list, struct why *why)
{
	struct application_after *found;
	size_t count;
	TRY(application_after_list(parts_of(rq)->proceedings, "", rq->person.id, true, rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++) {
		struct application a;
		TRY(application_get(parts_of(rq)->proceedings, found[i].application, rq->arena, &a, why));
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "href", text(rq, "/decide/%s", a.id),
			"label", show_act(&a), "number", a.number, "about", a.title, "instead", show_person(rq, found[i].instead), "when",
			show_time(found[i].since_ms), "chip", show_application_state(a.state)));
	}
	return ok();
}

struct result page_decide(struct request *rq, struct why *why)
{
	struct application *mine;
	size_t count;
	struct application_query query = {.applicant = rq->person.id, .limit = 50};
	rq->menu = "decide";
	TRY(application_list(parts_of(rq)->proceedings, &query, rq->arena, &mine, &count, why));
	json_t *model = json_pack("{s:s, s:[]}", "title", "申請・決裁", "mine");
	for (size_t i = 0; i < count; i++)
		json_array_append_new(json_object_get(model, "mine"), json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}",
			"href", text(rq, "/decide/%s", mine[i].id), "label", show_act(&mine[i]), "number",
			mine[i].number, "about", mine[i].title, "chip", show_application_state(mine[i].state),
			"created", show_time(mine[i].created_ms)));
	json_t *unseen = json_array();
	json_object_set_new(model, "unseen", unseen);
	struct result filled = unseen_model(rq, unseen, why);
	if (filled.code == OK)
		filled = queue_model(rq, "", model, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, 200, "decide", model, why);
}

/* ---- one application ------------------------------------------------------------ */

/* Shown elsewhere on the page, in better words than the fact's own. */
static bool is_told_elsewhere(const char *path)
{
	static const char *const paths[] = {"object", "object.ground", "object.until"};
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (strcmp(paths[i], path) == 0)
			return true;
	return false;
}

static const char *fact_of(const struct application *a, const char *path)
{
	for (size_t i = 0; i < a->fact_count; i++)
		if (strcmp(a->facts[i].path, path) == 0)
			return a->facts[i].value;
	return "";
}

/* The row that it is about, and its classes as of now. */
static void add_object(struct request *rq, const struct application *a, json_t *list)
{
	struct register_row row;
	const char *id = fact_of(a, "object");
	if (!parts_of(rq)->registers || !*id ||
	    register_get(parts_of(rq)->registers, id, rq->arena, &row, NULL).code != OK)
		return;
	json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "label", policy_label(parts_of(rq)->policy, NULL, row.kind),
		"value", row.name, "level", ""));
	for (size_t i = 0; i < row.class_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "label",
			policy_label(parts_of(rq)->policy, NULL, row.classes[i].scale), "value", row.classes[i].high, "level",
			row.classes[i].high));
}

static json_t *facts_model(struct request *rq, const struct application *a)
{
	json_t *list = json_array();
	add_object(rq, a, list);
	const struct policy_fact *known;
	size_t count;
	struct why why = {OK, "", ""};
	if (policy_act_facts(parts_of(rq)->policy, a->act, rq->arena, &known, &count, &why).code != OK)
		count = 0;
	for (size_t i = 0; i < a->fact_count; i++)
		for (size_t k = 0; k < count; k++)
			if (strcmp(known[k].path, a->facts[i].path) == 0 && *a->facts[i].value &&
			    !is_told_elsewhere(known[k].path))
				json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "label", known[k].label,
					"value", fields_said(rq, a->act, &known[k], a->facts[i].value), "level",
					known[k].type == FACT_LEVEL ? a->facts[i].value : ""));
	return list;
}

/* What the application is about: a crossing with its files, or one file of it. */
static bool find_things(struct request *rq, const struct application *a, struct crossing *crossing)
{
	struct crossings *crossings = parts_of(rq)->crossings;
	struct why why = {OK, "", ""};
	return crossing_get(crossings, a->subject, rq->arena, crossing, &why).code == OK ||
	       crossing_of_file(crossings, a->subject, rq->arena, crossing, &why).code == OK;
}

static json_t *things_model(struct request *rq, const struct application *a,
                            const struct crossing *crossing)
{
	json_t *list = json_array();
	for (size_t i = 0; i < crossing->file_count; i++) {
		const struct crossing_file *file = &crossing->files[i];
		if (strcmp(a->subject, crossing->id) == 0 || strcmp(a->subject, file->id) == 0)
			json_array_append_new(list, json_pack("{s:s, s:o}", "name", file->name, "size",
			                                      show_bytes(file->bytes)));
	}
	bool outward = crossing->direction == CROSSING_OUTWARD;
	return json_pack("{s:o, s:s, s:s, s:s}", "files", list, "number", crossing->number, "href",
		text(rq, "/crossings/%s", crossing->id), "partner", outward ? crossing->partner : "");
}

static const char *effect_words(enum effect effect)
{
	static const char *const words[] = {
		[EFFECT_SILENT] = "", [EFFECT_REFUSE] = "止めています。", [EFFECT_HOLD] = "待っています。",
		[EFFECT_OPEN] = "許しています。", [EFFECT_MAYBE] = "条件がそろえば許します。",
		[EFFECT_MET] = "満たされています。", [EFFECT_ADVICE] = "望ましいこととして述べています。",
		[EFFECT_LIFTED] = "例外により、いまは働きません。",
		[EFFECT_OVERRIDDEN] = "ほかの条文が優先します。", [EFFECT_OUTSIDE] = "対象の外です。",
	};
	return (size_t)effect < sizeof words / sizeof *words ? words[effect] : "";
}

/* Whom or what a clause waits for. */
static const char *waits_for(const struct decision *decision, const struct spoken *s, bool checked)
{
	if (s->effect != EFFECT_HOLD)
		return effect_words(s->effect);
	for (size_t i = 0; i < decision->approval_count; i++)
		if (decision->approvals[i].clause == s->clause)
			return "決裁を待っています。";
	for (size_t i = 0; i < decision->check_count; i++)
		if (decision->checks[i].clause == s->clause)
			return checked ? "検査を終えました。" : "検査を待っています。";
	return effect_words(s->effect);
}

/* No file is before or in its checks any more. */
static bool is_checked(const struct crossing *crossing)
{
	for (size_t i = 0; i < crossing->file_count; i++)
		if (crossing->files[i].state == CROSSING_WAITING || crossing->files[i].state == CROSSING_HELD)
			return false;
	return crossing->file_count > 0;
}

static json_t *spoken_model(struct request *rq, const struct decision *decision, bool checked)
{
	json_t *list = json_array();
	for (size_t i = 0; decision && i < decision->spoken_count; i++) {
		const struct spoken *s = &decision->spoken[i];
		if (!s->clause)
			continue;
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "effect",
			waits_for(decision, s, checked), "says", s->clause->says, "cite", s->clause->cite, "href",
			clause_path(rq, s->clause->id)));
	}
	return list;
}

/* ---- 決裁欄 ------------------------------------------------------------------------ */

static const char *answer_words(const char *answer)
{
	static const char *const words[][2] = {
		{"agree", "許可"}, {"decline", "不許可"}, {"return", "差戻し"}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i][0], answer) == 0)
			return words[i][1];
	return answer;
}

static bool is_mine(struct request *rq, const struct application_slot *slot)
{
	for (size_t i = 0; i < slot->holder_count; i++)
		if (strcmp(slot->holders[i].person, rq->person.id) == 0)
			return true;
	return false;
}

static const char *seal_says(const struct application_slot *slot, bool decided)
{
	if (slot->word)
		return answer_words(slot->word->answer);
	if (decided)
		return "決裁は要らなくなりました";
	if (slot->holder_count == 0)
		return "決裁できる人がいません";
	return slot->open ? "決裁待ち" : "前の人の決裁待ち";
}

static json_t *seal_model(struct request *rq, const struct application_slot *slot, bool decided)
{
	const struct application_word *word = slot->word;
	bool mine = !decided && slot->open && slot->state == ROUTE_PENDING && is_mine(rq, slot);
	const char *post = *slot->scope_name ? text(rq, "%s %s", slot->scope_name, slot->post_title)
	                                     : slot->post_title;
	return json_pack("{s:s, s:s, s:b, s:s, s:o, s:s, s:b, s:b}", "step", "決裁", "post", post, "signed",
		word != NULL, "mark", word ? word->mark : "", "when",
		word ? show_time(word->time_ms) : json_string(""), "says", seal_says(slot, decided), "mine", mine, "hole",
		!word && slot->holder_count == 0);
}

static json_t *kessai_model(struct request *rq, const struct application *a)
{
	json_t *list = json_array();
	json_t *section = show_section(rq, a->section);
	json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:s, s:o, s:s, s:b, s:b}", "step", "起案",
		"post", text(rq, "%s", json_string_value(section)), "signed", 1, "mark", "", "when",
		show_time(a->created_ms), "says", "申請", "mine", 0, "hole", 0));
	json_decref(section);
	for (size_t i = 0; i < a->slot_count; i++)
		json_array_append_new(list, seal_model(rq, &a->slots[i], a->state != APPLICATION_OPEN));
	return list;
}

/* Which posts the clauses ask for, as their route reads: A 又は B is one of them. */
static json_t *routes_model(struct request *rq, const struct decision *decision)
{
	json_t *list = json_array();
	for (size_t i = 0; decision && i < decision->approval_count; i++) {
		const struct wanted_route *route = &decision->approvals[i];
		json_t *clause = route->clause ? show_clause(rq, route->clause->id) : json_false();
		json_array_append_new(list, json_pack("{s:s, s:o}", "text", route->text, "clause", clause));
	}
	return list;
}

static json_t *words_model(struct request *rq, const struct application *a)
{
	json_t *list = json_array();
	for (size_t i = 0; i < a->word_count; i++)
		json_array_append_new(list, json_pack("{s:o, s:o, s:s, s:s, s:s, s:o}", "who",
			show_person(rq, a->words[i].person), "post",
			show_post(rq, a->words[i].post, a->words[i].scope), "answer",
			answer_words(a->words[i].answer), "mark", a->words[i].mark, "reason", a->words[i].reason,
			"when", show_time(a->words[i].time_ms)));
	return list;
}

static bool is_asked(struct request *rq, const struct application *a)
{
	for (size_t i = 0; i < a->slot_count; i++)
		if (a->slots[i].open && a->slots[i].state == ROUTE_PENDING && is_mine(rq, &a->slots[i]))
			return a->state == APPLICATION_OPEN;
	return false;
}

/* Who may look: applicant, whoever is or was asked, those who run the IT. */
struct result may_see_application(struct request *rq, const struct application *a, bool *yes,
                             struct why *why)
{
	*yes = strcmp(a->applicant, rq->person.id) == 0;
	for (size_t i = 0; i < a->slot_count; i++)
		*yes |= is_mine(rq, &a->slots[i]);
	for (size_t i = 0; i < a->word_count; i++)
		*yes |= strcmp(a->words[i].person, rq->person.id) == 0;
	struct application_after *after;
	size_t count = 0;
	if (!*yes) /* it was decided in his stead */
		TRY(application_after_list(parts_of(rq)->proceedings, a->id, rq->person.id, false, rq->arena, &after, &count, why));
	*yes |= count > 0;
	*yes |= may_review_urgent(rq, a->id);
	return *yes ? ok() : is_operator(rq, yes, why);
}

static struct result load(struct request *rq, struct application *a, struct why *why)
{
	bool yes;
	char id[32] = "";
	snprintf(id, sizeof id, "%.*s", SLICE_ARG(rq->part[0]));
	rq->menu = "decide";
	TRY(application_get(parts_of(rq)->proceedings, id, rq->arena, a, why));
	TRY(may_see_application(rq, a, &yes, why));
	return yes ? ok() : not_theirs(rq, "application", why);
}

static const char *until_line(struct request *rq, day_t until)
{
	char day[48];
	if (until == DAY_OPEN)
		return "";
	day_long(until, day);
	return text(rq, "%sまで", day);
}

/* The clause that keeps who applies from who permits; "" where only the common law does. */
static const char *separation_id(struct request *rq)
{
	struct web_parts *parts = parts_of(rq);
	const struct policy_edition *edition =
		policy_edition_on(parts->policy, parts->policy_name, request_today(rq));
	const struct policy_clause *clause =
		edition ? policy_separation(parts->policy, edition, "applicant", "approver") : NULL;
	return clause ? clause->id : "";
}

/* ---- what follows ------------------------------------------------------------------- */

static json_t *records_model(struct request *rq, const struct application *a, size_t *open)
{
	json_t *list = json_array();
	struct book_entry *found;
	struct policy_registry registry;
	size_t count;
	bool more;
	const struct book_query query = {.origin = a->id, .limit = 20};
	*open = 0;
	if (!parts_of(rq)->registers ||
	    book_list(parts_of(rq)->registers, &query, rq->arena, &found, &count, &more, NULL).code != OK)
		return list;
	for (size_t i = 0; i < count; i++) {
		bool known = policy_registry_find(parts_of(rq)->policy, found[i].registry, &registry);
		*open += found[i].state == BOOK_OPEN;
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "href",
			text(rq, "/books/%s/%s", found[i].registry, found[i].id), "label", known ? registry.title : found[i].registry,
			"number", found[i].number, "says", found[i].state == BOOK_OPEN
				? text(rq, "まだ書く欄が%zu個あります", found[i].empty_count) : "書き終わりました"));
	}
	return list;
}

/* Asked for on a page of its own, and decided or given back: may be asked for anew. */
static const char *again_path(struct request *rq, const struct application *a, bool own)
{
	struct policy_act act;
	bool over = a->state != APPLICATION_OPEN && a->state != APPLICATION_NONE;
	if (!own || !over || *a->exception_to || !policy_act_find(parts_of(rq)->policy, a->act, &act) || act.to[0] ||
	    strcmp(act.carried_by, "gate_file") == 0)
		return "";
	return text(rq, "/apply/%s?object=%s&again=%s", a->act, fact_of(a, "object"), a->id);
}

static void add_after(struct request *rq, const struct application *a, bool own, json_t *model)
{
	size_t open;
	json_t *records = records_model(rq, a, &open);
	bool permitted = a->state == APPLICATION_PERMITTED || (a->state == APPLICATION_LAPSED && open);
	bool late = permitted && open && a->until < request_today(rq);
	json_object_set_new(model, "closable", json_boolean(own && permitted && json_array_size(records)));
	json_object_set_new(model, "late", json_boolean(late));
	json_object_set_new(model, "records", records);
	json_object_set_new(model, "again", json_string(again_path(rq, a, own)));
}

/* What was applied for together with it: those that this person may see by name (each owner
 * sees his own), the rest as a number.                                       */
static void add_joint(struct request *rq, const struct application *a, json_t *model)
{
	struct application *all;
	size_t count = 0, hidden = 0, mine = 0;
	json_t *list = json_array();
	if (application_joint(parts_of(rq)->proceedings, a, rq->arena, &all, &count, NULL).code != OK)
		count = 0;
	for (size_t i = 0; i < count; i++) {
		bool yes = false;
		if (strcmp(all[i].id, a->id) == 0)
			continue;
		if (may_see_application(rq, &all[i], &yes, NULL).code != OK || !yes) {
			hidden++;
			continue;
		}
		mine += is_asked(rq, &all[i]);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "href", text(rq, "/decide/%s", all[i].id), "number",
			all[i].number, "about", all[i].title, "chip", show_application_state(all[i].state)));
	}
	json_object_set_new(model, "joint_shown", json_boolean(count > 1));
	json_object_set_new(model, "joint", list);
	json_object_set_new(model, "joint_hidden", hidden ? json_string(text(rq, "%zu", hidden)) : json_string(""));
	json_object_set_new(model, "joint_mine", mine ? json_string(text(rq, "%zu", mine)) : json_string(""));
	json_object_set_new(model, "together", json_boolean(a->together));
}

/* 後閲: whom a substitute spoke for, and whether he has seen it. */
static void add_after_seen(struct request *rq, const struct application *a, json_t *model)
{
	struct application_after *found;
	size_t count = 0;
	bool mine = false;
	json_t *list = json_array();
	if (application_after_list(parts_of(rq)->proceedings, a->id, "", false, rq->arena, &found, &count, NULL).code != OK)
		count = 0;
	for (size_t i = 0; i < count; i++) {
		mine |= !found[i].seen_ms && strcmp(found[i].person, rq->person.id) == 0;
		json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:s, s:o}", "who", show_person(rq, found[i].person), "post",
			show_post(rq, found[i].post, found[i].scope), "instead", show_person(rq, found[i].instead), "says",
			found[i].last ? "最後の決裁" : "途中の決裁", "seen", show_time(found[i].seen_ms)));
	}
	json_object_set_new(model, "after", list);
	json_object_set_new(model, "after_mine", json_boolean(mine));
	if (mine)
		json_object_set_new(model, "form", form_token(rq, text(rq, "/decide/%s", a->id)));
}

static json_t *application_model(struct request *rq, const struct application *a)
{
	const char *path = text(rq, "/decide/%s", a->id);
	bool own = strcmp(a->applicant, rq->person.id) == 0;
	bool asked = is_asked(rq, a);
	struct crossing crossing = {.file_count = 0};
	bool about_files = find_things(rq, a, &crossing);
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"申請・決裁", "/decide"}, {a->number, ""}};
	json_t *model = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:o, s:s}", "title",
		text(rq, "%s　申請 %s", show_act(a), a->number), "label", show_act(a), "number", a->number,
		"about", a->title, "crumbs", show_crumbs(crumbs, 3), "applicant",
		show_person(rq, a->applicant), "purpose", a->purpose, "until", until_line(rq, a->until),
		"created", show_time(a->created_ms), "path", path);
	json_object_set_new(model, "chip", show_application_state(a->state));
	json_object_set_new(model, "exception_to", show_clause(rq, a->exception_to));
	json_object_set_new(model, "facts", facts_model(rq, a));
	json_object_set_new(model, "spoken", spoken_model(rq, a->decision, is_checked(&crossing)));
	json_object_set_new(model, "things", about_files ? things_model(rq, a, &crossing) : json_false());
	json_object_set_new(model, "routes", routes_model(rq, a->decision));
	json_object_set_new(model, "kessai", kessai_model(rq, a));
	json_object_set_new(model, "words", words_model(rq, a));
	json_object_set_new(model, "asked", json_boolean(asked));
	json_object_set_new(model, "own_open", json_boolean(own && a->state == APPLICATION_OPEN));
	json_object_set_new(model, "form",
		asked || own ? form_token(rq, path) : json_string(""));
	json_object_set_new(model, "permit", json_string(
		a->state == APPLICATION_PERMITTED && a->until >= request_today(rq) ? text(rq, "%s/permit", path) : ""));
	add_after(rq, a, own, model);
	add_joint(rq, a, model);
	add_after_seen(rq, a, model);
	add_urgent_exception(rq, a, model);
	json_object_set_new(model, "separation", show_clause(rq, separation_id(rq)));
	return model;
}

static struct result show_one(struct request *rq, unsigned status, const char *wrong,
                              struct why *why)
{
	struct application a;
	TRY(load(rq, &a, why));
	json_t *model = application_model(rq, &a);
	json_object_set_new(model, "wrong", json_string(wrong));
	json_object_set_new(model, "reason", json_string(posted(rq, "reason")));
	if (*wrong)
		json_object_update_new(model, show_errors("reason", wrong));
	struct result filled = queue_model(rq, a.id, model, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, status, "decide_one", model, why);
}

struct result page_decide_one(struct request *rq, struct why *why)
{
	return show_one(rq, 200, "", why);
}

/* ---- a word on it -------------------------------------------------------------------- */

static enum application_answer answer_of(const char *act)
{
	static const struct {
		const char *word;
		enum application_answer answer;
	} answers[] = {{"agree", ANSWER_AGREE}, {"decline", ANSWER_DECLINE}, {"return", ANSWER_RETURN}};
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (strcmp(answers[i].word, act) == 0)
			return answers[i].answer;
	return 0;
}

struct result post_decide(struct request *rq, struct why *why)
{
	struct application a;
	size_t answered;
	const char *act = posted(rq, "act"), *reason = posted(rq, "reason");
	enum application_answer answer = answer_of(act);
	TRY(load(rq, &a, why));
	if (strcmp(act, "withdraw") == 0)
		TRY(application_withdraw(parts_of(rq)->proceedings, a.id, rq->person.id, why));
	else if (strcmp(act, "see") == 0)
		TRY(application_see(parts_of(rq)->proceedings, a.id, rq->person.id, why));
	else if (*urgent_wrong(rq))
		return show_one(rq, 400, "", why);
	else if (strcmp(act, "report") == 0 || strcmp(act, "uphold") == 0 || strcmp(act, "stop") == 0)
		return post_urgent(rq, a.id, act, why);
	else if (strcmp(act, "close") == 0)
		TRY(application_close(parts_of(rq)->proceedings, a.id, rq->person.id, why));
	else if (answer == 0)
		return fail(why, E_INPUT, "act", "どのボタンが押されたかが分かりません。");
	else if (answer != ANSWER_AGREE && !*reason)
		return show_one(rq, 400, "「理由・条件」が空です。差戻しと不許可は、申請者が次にすることを"
		                "決められません。理由を書いてください。", why);
	else if (strcmp(posted(rq, "joint"), "1") == 0)
		TRY(application_answer_joint(parts_of(rq)->proceedings, a.id, rq->person.id, answer, reason, &answered, why));
	else
		TRY(application_answer(parts_of(rq)->proceedings, a.id, rq->person.id, answer, reason, why));
	reply_redirect(rq, text(rq, "/decide/%s", a.id));
	return ok();
}
