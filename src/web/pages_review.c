/* 自己点検: the campaigns, a new one, and how one stands. */
#include "web/pages_review.h"

#include "policy/headings.h"
#include "web/book.h"
#include "web/pages.h"
#include "web/pages_forms.h"

enum { PARTS = 200 };

const char *clause_cite_of(struct request *rq, const char *clause)
{
	const struct policy_clause *c = policy_clause(parts_of(rq)->policy, clause);
	return c ? c->cite : clause;
}

const char *clause_says_of(struct request *rq, const char *clause)
{
	const struct policy_clause *c = policy_clause(parts_of(rq)->policy, clause);
	return c ? c->says : "";
}

bool day_typed(struct request *rq, const char *typed, day_t *out, const char **wrong)
{
	struct why own = {OK, "", ""};
	if (!*typed)
		*wrong = "日が空です。令和8年12月25日のように書いてください。";
	else if (day_parse(slice_str(typed), out, &own).code != OK)
		*wrong = text(rq, "%s", own.text);
	else
		return true;
	return false;
}

struct result review_reader(struct request *rq, bool *all, struct why *why)
{
	struct desk desk = desk_of(rq);
	TRY(review_may_open(&desk, rq->person.id, all, why));
	return *all ? ok() : may_read_all(rq, all, why);
}

struct result review_home(struct request *rq, json_t *list, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_sheet *sheets;
	struct review_campaign campaign;
	size_t count;
	char day[48];
	const struct review_sheet_query query = {.person = rq->person.id, .unanswered = true, .limit = 5};
	TRY(review_sheets(&desk, &query, rq->arena, &sheets, &count, why));
	for (size_t i = 0; i < count; i++) {
		TRY(review_get(&desk, sheets[i].campaign, rq->arena, &campaign, why));
		day_short(campaign.deadline, day);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "when", text(rq, "%s", day), "since",
			request_today(rq) > campaign.deadline ? "期限を過ぎました" : "が期限です", "title", text(rq, "%sに答える", campaign.title),
			"href", text(rq, "/inspections/%s/answer", campaign.id), "who", "", "says",
			"条文のとおりにしているかを、はい・いいえ・該当なしで答えます。", "verb", "答える"));
	}
	return ok();
}

/* ---- the list, and a new one ------------------------------------------------------------ */

/* The book's sections that can be asked about, in its order. */
struct book_part {
	struct slice section;
	const char *about;
	size_t questions;
};

static struct result parts_of_book(struct request *rq, struct review_question **all, size_t *all_count,
                                   struct book_part *parts, size_t *count, struct why *why)
{
	struct desk desk = desk_of(rq);
	TRY(review_questions(&desk, rq->arena, all, all_count, why));
	*count = 0;
	for (size_t i = 0; i < *all_count; i++) {
		const struct policy_clause *clause = policy_clause(parts_of(rq)->policy, (*all)[i].clause);
		struct slice section = heading_of(clause->cite).section;
		size_t k = 0;
		while (k < *count && !slice_equal(parts[k].section, section))
			k++;
		if (k == PARTS)
			continue;
		if (k == *count)
			parts[(*count)++] = (struct book_part){section, policy_heading(parts_of(rq)->policy, clause->edition, section), 0};
		parts[k].questions++;
	}
	return ok();
}

static bool was_chosen(const struct slice *chosen, size_t count, struct slice value)
{
	for (size_t i = 0; i < count; i++)
		if (slice_equal(chosen[i], value))
			return true;
	return false;
}

static struct result choices_model(struct request *rq, json_t *model, struct why *why)
{
	struct book_part parts[PARTS];
	struct review_question *all;
	struct section *sections;
	struct slice chosen[PARTS], of[PARTS];
	size_t all_count, count, section_count;
	size_t chosen_count = rq->is_post ? form_all(rq->form, "part", chosen, PARTS) : 0;
	size_t of_count = rq->is_post ? form_all(rq->form, "section", of, PARTS) : 0;
	json_t *book = json_array(), *offices = json_array();
	json_object_set_new(model, "parts", book);
	json_object_set_new(model, "sections", offices);
	TRY(parts_of_book(rq, &all, &all_count, parts, &count, why));
	TRY(office_sections(parts_of(rq)->office, rq->arena, &sections, &section_count, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(book, json_pack("{s:s, s:s, s:s, s:s, s:b}", "id", text(rq, "part-%zu", i), "value",
			text(rq, "%.*s", SLICE_ARG(parts[i].section)), "about", parts[i].about, "n", text(rq, "%zu問", parts[i].questions),
			"chosen", was_chosen(chosen, chosen_count, parts[i].section)));
	for (size_t i = 0; i < section_count; i++)
		json_array_append_new(offices, json_pack("{s:s, s:s, s:s, s:b}", "id", text(rq, "section-%zu", i), "value", sections[i].id,
			"label", sections[i].name, "chosen", was_chosen(of, of_count, slice_str(sections[i].id))));
	return ok();
}

static struct result campaigns_model(struct request *rq, json_t *list, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_campaign *all;
	size_t count;
	char day[48];
	TRY(review_list(&desk, rq->arena, &all, &count, why));
	for (size_t i = 0; i < count; i++) {
		const struct review_campaign *c = &all[i];
		bool late = !c->closed_ms && request_today(rq) > c->deadline && c->answered < c->sheets;
		day_long(c->deadline, day);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o}", "href", text(rq, "/inspections/%s", c->id), "title",
			c->title, "deadline", text(rq, "%s", day), "answered",
			text(rq, "%lld / %lld人", (long long)c->answered, (long long)c->sheets), "chip",
			c->closed_ms ? show_chip("gray", "check", "終わり") : late ? show_chip("red", "clock", "期限超過")
			: c->answered == c->sheets ? show_chip("green", "check", "全員が回答") : show_chip("amber", "hold", "回答中")));
	}
	return ok();
}

static struct result mine_model(struct request *rq, json_t *list, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_sheet *sheets;
	struct review_campaign c;
	size_t count;
	const struct review_sheet_query query = {.person = rq->person.id, .limit = 20};
	TRY(review_sheets(&desk, &query, rq->arena, &sheets, &count, why));
	for (size_t i = 0; i < count; i++) {
		TRY(review_get(&desk, sheets[i].campaign, rq->arena, &c, why));
		json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "href", text(rq, "/inspections/%s/answer", c.id), "title", c.title,
			"answered", show_time(sheets[i].answered_ms)));
	}
	return ok();
}

static struct result show_list(struct request *rq, unsigned status, const char *field, const char *wrong, struct why *why)
{
	struct desk desk = desk_of(rq);
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"義務", "/duties"}, {"自己点検", ""}};
	bool may;
	rq->menu = "duties";
	TRY(review_may_open(&desk, rq->person.id, &may, why));
	json_t *model = json_pack("{s:s, s:o, s:[], s:[], s:b, s:s, s:s, s:[], s:[], s:[]}", "title", "自己点検", "crumbs",
		show_crumbs(crumbs, 3), "campaigns", "mine", "may", may, "name", rq->is_post ? posted(rq, "name") : "", "deadline",
		rq->is_post ? posted(rq, "deadline") : "", "parts", "sections", "errors");
	static const char *const fields[] = {"name", "deadline", "parts", "section"};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		json_object_set_new(model, text(rq, "wrong_%s", fields[i]), json_string(strcmp(fields[i], field) == 0 ? wrong : ""));
	struct result filled = campaigns_model(rq, json_object_get(model, "campaigns"), why);
	if (filled.code == OK)
		filled = mine_model(rq, json_object_get(model, "mine"), why);
	if (filled.code == OK && may)
		filled = choices_model(rq, model, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	json_object_set_new(model, "form", form_token(rq, "/inspections"));
	if (*wrong)
		json_object_update_new(model, show_errors(strcmp(field, "parts") == 0 ? "part-0" : strcmp(field, "section") == 0
			? "section-0" : field, wrong));
	return reply_page(rq, status, "inspections", model, why);
}

struct result page_inspections(struct request *rq, struct why *why)
{
	return show_list(rq, 200, "", "", why);
}

/* The clauses of the chosen sections of the book. */
static struct result chosen_clauses(struct request *rq, const char ***out, size_t *count, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_question *all;
	struct slice chosen[PARTS];
	size_t all_count, chosen_count = form_all(rq->form, "part", chosen, PARTS);
	TRY(review_questions(&desk, rq->arena, &all, &all_count, why));
	const char **list = ARENA_ARRAY(rq->arena, all_count + 1, const char *);
	if (!list)
		return fail(why, E_MEMORY, "review", "no memory for the questions");
	*count = 0;
	for (size_t i = 0; i < all_count; i++)
		if (was_chosen(chosen, chosen_count, heading_of(clause_cite_of(rq, all[i].clause)).section))
			list[(*count)++] = all[i].clause;
	*out = list;
	return ok();
}

struct result post_inspections(struct request *rq, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct why own = {OK, "", ""};
	struct slice of[PARTS];
	const char *sections[PARTS], *wrong = "";
	char id[27];
	struct review_opening o = {.title = posted(rq, "name"), .sections = sections, .by = rq->person.id};
	const char **clauses = NULL;
	if (!day_typed(rq, posted(rq, "deadline"), &o.deadline, &wrong))
		return show_list(rq, 400, "deadline", text(rq, "「回答の期限」: %s", wrong), why);
	TRY(chosen_clauses(rq, &clauses, &o.clause_count, why));
	o.clauses = clauses;
	if (!o.clause_count)
		return show_list(rq, 400, "parts", "問う章を1つ以上選んでください。", why);
	o.section_count = form_all(rq->form, "section", of, PARTS);
	for (size_t i = 0; i < o.section_count; i++)
		sections[i] = text(rq, "%.*s", SLICE_ARG(of[i]));
	struct result opened = review_open(&desk, &o, id, &own);
	if (opened.code == E_INPUT)
		return show_list(rq, 400, strcmp(own.place, "title") == 0 ? "name" : strcmp(own.place, "clauses") == 0 ? "parts"
			: strcmp(own.place, "sections") == 0 ? "section" : "deadline", text(rq, "%s", own.text), why);
	if (opened.code != OK)
		return fail(why, opened.code, own.place, "%s", own.text);
	reply_redirect(rq, text(rq, "/inspections/%s", id));
	return ok();
}

/* ---- one of them --------------------------------------------------------------------------- */

static const char *percent_of(struct request *rq, int64_t part, int64_t whole)
{
	return whole ? text(rq, "%lld%%", (long long)(part * 100 / whole)) : "—";
}

static struct result sections_model(struct request *rq, const struct review_campaign *c, bool all, json_t *list,
                                    struct review_count *sum, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_count *counts;
	size_t count;
	bool mine;
	TRY(review_by_section(&desk, c->id, rq->arena, &counts, &count, why));
	for (size_t i = 0; i < count; i++) {
		const struct review_count *n = &counts[i];
		sum->yes += n->yes;
		sum->no += n->no;
		sum->na += n->na;
		TRY(is_manager_of(rq, n->of, &mine, why));
		if (!all && !mine)
			continue;
		json_array_append_new(list, json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:o}", "href",
			text(rq, "/inspections/%s/sections/%s", c->id, n->of), "section", show_section(rq, n->of), "answered",
			text(rq, "%lld / %lld人", (long long)n->answered, (long long)n->asked), "yes",
			percent_of(rq, n->yes, n->yes + n->no), "no", text(rq, "%lld", (long long)n->no), "na",
			text(rq, "%lld", (long long)n->na), "bad", n->no ? "1" : "", "chip",
			n->evaluated_ms ? show_chip("green", "check", "評価済み") : *n->inspection ? show_chip("amber", "hold", "評価を待つ")
			: n->answered == n->asked ? show_chip("blue", "clock", "報告を待つ") : show_chip("gray", "dash", "回答中")));
	}
	return ok();
}

static struct result questions_model(struct request *rq, const struct review_campaign *c, json_t *list, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_count *counts;
	size_t count;
	TRY(review_by_question(&desk, c->id, NULL, rq->arena, &counts, &count, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "href", clause_path(rq, counts[i].of), "cite",
			clause_cite_of(rq, counts[i].of), "says", clause_says_of(rq, counts[i].of), "yes",
			text(rq, "%lld", (long long)counts[i].yes), "no", text(rq, "%lld", (long long)counts[i].no), "na",
			text(rq, "%lld", (long long)counts[i].na), "percent", percent_of(rq, counts[i].yes, counts[i].yes + counts[i].no), "bad",
			counts[i].no > 0));
	return ok();
}

static struct result show_one(struct request *rq, unsigned status, const char *wrong, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_campaign c;
	struct review_count sum = {.of = ""};
	struct review_sheet sheet;
	bool all, may;
	char day[48];
	rq->menu = "duties";
	TRY(review_get(&desk, path_part(rq, 0), rq->arena, &c, why));
	TRY(review_reader(rq, &all, why));
	TRY(review_may_open(&desk, rq->person.id, &may, why));
	const char *path = text(rq, "/inspections/%s", c.id);
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"自己点検", "/inspections"}, {c.title, ""}};
	bool asked_me = review_sheet_get(&desk, c.id, rq->person.id, rq->arena, &sheet, NULL).code == OK;
	day_long(c.deadline, day);
	json_t *sections = json_array(), *questions = json_array();
	json_t *model = json_pack("{s:s, s:o, s:o, s:o, s:s, s:s, s:b, s:b, s:b, s:b, s:s, s:o}", "title", c.title, "crumbs",
		show_crumbs(crumbs, 3), "sections", sections, "questions", questions, "path", path, "deadline", text(rq, "%s", day), "may",
		may && !c.closed_ms, "running", !c.closed_ms, "asked_me", asked_me, "all", all, "wrong", wrong, "opened_by",
		show_person(rq, c.opened_by));
	struct result filled = sections_model(rq, &c, all, sections, &sum, why);
	if (filled.code == OK && all)
		filled = questions_model(rq, &c, questions, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	json_object_update_new(model, json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "answered",
		text(rq, "%lld", (long long)c.answered), "asked", text(rq, "%lld人に問いました", (long long)c.sheets), "yes",
		percent_of(rq, sum.yes, sum.yes + sum.no), "no", text(rq, "%lld", (long long)sum.no), "na",
		text(rq, "%lld", (long long)sum.na), "opened", show_time(c.opened_ms), "form", form_token(rq, path)));
	return reply_page(rq, status, "inspection", model, why);
}

struct result page_inspection(struct request *rq, struct why *why)
{
	return show_one(rq, 200, "", why);
}

/* The only thing to send here ends the campaign. */
struct result post_inspection(struct request *rq, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct why own = {OK, "", ""};
	struct result closed = review_close(&desk, path_part(rq, 0), rq->person.id, &own);
	if (closed.code == E_CONFLICT)
		return show_one(rq, 409, text(rq, "%s", own.text), why);
	if (closed.code != OK)
		return fail(why, closed.code, own.place, "%s", own.text);
	reply_redirect(rq, text(rq, "/inspections/%s", path_part(rq, 0)));
	return ok();
}
