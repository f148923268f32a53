/* Self-inspections and audits: begun, answered, reported, evaluated; what was found. */
#include "web/api/api.h"
#include "web/desk_pages.h"
#include "web/pages.h"
#include "web/pages_review.h"

#include "ledger/record.h"

static const struct {
	const char *word;
	enum item_answer answer;
} answers[] = {{"yes", ITEM_YES}, {"no", ITEM_NO}, {"not_applicable", ITEM_NOT_APPLICABLE}};

static const char *answer_word(enum item_answer answer)
{
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (answers[i].answer == answer)
			return answers[i].word;
	return "";
}

static json_t *posts_list(const char *posts)
{
	json_t *list = json_array();
	for (struct slice rest = slice_str(posts); rest.len;) {
		size_t len = slice_find(rest, SLICE(" "));
		struct slice one = slice_part(rest, 0, len);
		json_array_append_new(list, json_stringn((const char *)one.at, one.len));
		rest = len == SIZE_MAX ? SLICE("") : slice_part(rest, len + 1, SIZE_MAX);
	}
	return list;
}

/* ---- who sees what: as on the pages ------------------------------------------------------- */

/* A section's results: whoever sees all, and its head. */
static struct result check_section(struct request *rq, const char *section, struct why *why)
{
	bool all, heads = false;
	TRY(review_reader(rq, &all, why));
	if (!all && *section)
		TRY(is_manager_of(rq, section, &heads, why));
	return all || heads ? ok() : not_theirs(rq, "inspection", why);
}

/* ---- campaigns -------------------------------------------------------------------------------- */

static json_t *question_json(const struct review_question *q)
{
	return json_pack("{s:s, s:o}", "clause", q->clause, "posts", posts_list(q->posts));
}

static json_t *campaign_json(const struct review_campaign *c)
{
	json_t *questions = json_array();
	for (size_t i = 0; i < c->question_count; i++)
		json_array_append_new(questions, question_json(&c->questions[i]));
	return json_pack("{s:s, s:I, s:s, s:s, s:o, s:o, s:s, s:o, s:I, s:I, s:o}", "id", c->id, "serial", (json_int_t)c->serial, "title",
		c->title, "edition", c->edition, "deadline", api_day(c->deadline), "opened", api_time(c->opened_ms), "opened_by",
		c->opened_by, "closed", api_time(c->closed_ms), "asked", (json_int_t)c->sheets, "answered", (json_int_t)c->answered,
		"questions", questions);
}

struct result api_inspections(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_campaign *found;
	size_t count, limit;
	bool more;
	TRY(api_limit(in, &limit, why));
	TRY(review_page(&desk, api_number(in, "before", 0), limit, rq->arena, &found, &count, &more, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, campaign_json(&found[i]));
	*out = api_list(list, more ? text(rq, "%lld", (long long)found[count - 1].serial) : "");
	return ok();
}

struct result api_inspection_questions(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_question *all;
	size_t count;
	(void)in;
	TRY(review_questions(&desk, rq->arena, &all, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, question_json(&all[i]));
	*out = api_list(list, "");
	return ok();
}

static struct result give(struct request *rq, const char *id, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_campaign c;
	TRY(review_get(&desk, id, rq->arena, &c, why));
	*out = campaign_json(&c);
	return ok();
}

struct result api_inspection(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	(void)in;
	return give(rq, api_part(rq, 0), out, why);
}

static struct result texts_of(struct request *rq, const json_t *list, const char *const **out, size_t *count, struct why *why)
{
	const char **texts = ARENA_ARRAY(rq->arena, json_array_size(list) + 1, const char *);
	size_t i;
	json_t *one;
	if (!texts)
		return fail(why, E_MEMORY, "", "no memory");
	json_array_foreach(list, i, one)
		texts[i] = json_string_value(one);
	*out = texts;
	*count = json_array_size(list);
	return ok();
}

static struct result day_of_member(struct request *rq, const json_t *in, const char *name, day_t *out, struct why *why)
{
	const char *day = api_text(rq, in, name);
	if (!*day)
		return fail(why, E_INPUT, name, "%s に日を書いてください（2026-04-01 の形）。", name);
	return day_parse(slice_str(day), out, why);
}

struct result api_begin_inspection(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_opening o = {.title = api_text(rq, in, "title"), .by = rq->person.id};
	char id[27];
	TRY(day_of_member(rq, in, "deadline", &o.deadline, why));
	TRY(texts_of(rq, json_object_get(in, "clauses"), &o.clauses, &o.clause_count, why));
	TRY(texts_of(rq, json_object_get(in, "sections"), &o.sections, &o.section_count, why));
	TRY(review_open(&desk, &o, id, why));
	return give(rq, id, out, why);
}

struct result api_end_inspection(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	(void)in;
	TRY(review_close(&desk, api_part(rq, 0), rq->person.id, why));
	return give(rq, api_part(rq, 0), out, why);
}

/* ---- sheets -------------------------------------------------------------------------------------- */

static json_t *sheet_json(const struct review_sheet *s)
{
	json_t *said = json_array();
	for (size_t i = 0; i < s->said_count; i++)
		json_array_append_new(said, json_pack("{s:s, s:s, s:s}", "clause", s->said[i].clause, "answer",
			answer_word(s->said[i].answer), "remark", s->said[i].remark));
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:I, s:o, s:o}", "inspection", s->campaign, "person", s->person, "section",
		s->section, "posts", posts_list(s->posts), "answered", api_time(s->answered_ms), "answered_by", s->answered_by, "noes",
		(json_int_t)s->noes, "reminded", api_time(s->reminded_ms), "answers", said);
}

/* after is "section person" of the last one */
static struct result put_after(struct request *rq, const char *after, struct review_sheet_query *query, struct why *why)
{
	const char *space = strchr(after, ' ');
	if (!*after)
		return ok();
	if (!space)
		return fail(why, E_INPUT, "after", "after は前の答えの next です。");
	query->after_section = text(rq, "%.*s", (int)(space - after), after);
	query->after_person = space + 1;
	return ok();
}

/* Whoever sees neither all nor the section that he names gets his own. */
struct result api_inspection_sheets(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_campaign c;
	struct review_sheet *found;
	size_t count, limit;
	bool all;
	const char *section = api_text(rq, in, "section");
	struct review_sheet_query query = {.unanswered = json_is_true(json_object_get(in, "unanswered"))};
	TRY(api_limit(in, &limit, why));
	TRY(review_get(&desk, api_part(rq, 0), rq->arena, &c, why));
	TRY(review_reader(rq, &all, why));
	if (*section)
		TRY(check_section(rq, section, why));
	query.campaign = c.id;
	query.section = section;
	query.person = all || *section ? NULL : rq->person.id;
	query.limit = limit + 1;
	TRY(put_after(rq, api_text(rq, in, "after"), &query, why));
	TRY(review_sheets(&desk, &query, rq->arena, &found, &count, why));
	bool more = count > limit;
	count = more ? limit : count;
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, sheet_json(&found[i]));
	*out = api_list(list, more ? text(rq, "%s %s", found[count - 1].section, found[count - 1].person) : "");
	return ok();
}

static struct result give_sheet(struct request *rq, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_sheet sheet;
	TRY(review_sheet_get(&desk, api_part(rq, 0), api_part(rq, 1), rq->arena, &sheet, why));
	if (strcmp(sheet.person, rq->person.id) != 0)
		TRY(check_section(rq, sheet.section, why));
	*out = sheet_json(&sheet);
	return ok();
}

struct result api_inspection_sheet(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	(void)in;
	return give_sheet(rq, out, why);
}

struct result api_answer_inspection(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	const json_t *list = json_object_get(in, "answers");
	size_t count = json_array_size(list), i;
	struct review_said *said = ARENA_ARRAY(rq->arena, count + 1, struct review_said);
	json_t *one;
	if (!said)
		return fail(why, E_MEMORY, "", "no memory");
	json_array_foreach(list, i, one) {
		const char *word = api_text(rq, one, "answer");
		said[i] = (struct review_said){.clause = api_text(rq, one, "clause"), .remark = api_text(rq, one, "remark")};
		for (size_t k = 0; k < sizeof answers / sizeof *answers; k++)
			if (strcmp(answers[k].word, word) == 0)
				said[i].answer = answers[k].answer;
		if (said[i].answer == ITEM_UNANSWERED)
			return fail(why, E_INPUT, said[i].clause, "answer は yes、no、not_applicable のどれかです。");
	}
	TRY(review_answer(&desk, api_part(rq, 0), api_part(rq, 1), rq->person.id, said, count, why));
	return give_sheet(rq, out, why);
}

/* ---- results ----------------------------------------------------------------------------------------- */

static json_t *section_json(const struct review_count *n)
{
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:s, s:o}", "section", n->of, "asked", (json_int_t)n->asked, "answered",
		(json_int_t)n->answered, "yes", (json_int_t)n->yes, "no", (json_int_t)n->no, "not_applicable", (json_int_t)n->na, "case",
		n->inspection, "evaluated", api_time(n->evaluated_ms));
}

struct result api_inspection_sections(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_campaign c;
	struct review_count *counts;
	size_t count;
	bool all;
	(void)in;
	TRY(review_get(&desk, api_part(rq, 0), rq->arena, &c, why));
	TRY(review_reader(rq, &all, why));
	TRY(review_by_section(&desk, c.id, rq->arena, &counts, &count, why));
	AUTO(json_drop) json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		bool heads = all;
		if (!all)
			TRY(is_manager_of(rq, counts[i].of, &heads, why));
		if (heads)
			json_array_append_new(list, section_json(&counts[i]));
	}
	*out = api_list(json_incref(list), "");
	return ok();
}

struct result api_inspection_results(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_campaign c;
	struct review_count *counts;
	size_t count;
	const char *section = api_text(rq, in, "section");
	TRY(review_get(&desk, api_part(rq, 0), rq->arena, &c, why));
	TRY(check_section(rq, section, why));
	TRY(review_by_question(&desk, c.id, section, rq->arena, &counts, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I}", "clause", counts[i].of, "yes", (json_int_t)counts[i].yes, "no",
			(json_int_t)counts[i].no, "not_applicable", (json_int_t)counts[i].na));
	*out = api_list(list, "");
	return ok();
}

static struct result give_section(struct request *rq, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_count *counts;
	size_t count;
	TRY(review_by_section(&desk, api_part(rq, 0), rq->arena, &counts, &count, why));
	for (size_t i = 0; i < count; i++)
		if (strcmp(counts[i].of, api_part(rq, 1)) == 0) {
			*out = section_json(&counts[i]);
			return ok();
		}
	return fail(why, E_ABSENT, "section", "この自己点検で、その課に問うことはありません。");
}

struct result api_report_section(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	char inspection[27];
	TRY(review_report(&desk, api_part(rq, 0), api_part(rq, 1), rq->person.id, api_text(rq, in, "reason"), inspection, why));
	return give_section(rq, out, why);
}

struct result api_evaluate_section(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	size_t raised;
	struct review_evaluation e = {.campaign = api_part(rq, 0), .section = api_part(rq, 1), .by = rq->person.id,
		.words = api_text(rq, in, "words"), .shows_need = json_is_true(json_object_get(in, "shows_need"))};
	TRY(texts_of(rq, json_object_get(in, "clauses"), &e.clauses, &e.clause_count, why));
	if (e.clause_count)
		TRY(day_of_member(rq, in, "deadline", &e.deadline, why));
	TRY(review_evaluate(&desk, &e, &raised, why));
	return give_section(rq, out, why);
}

/* ---- findings, audits --------------------------------------------------------------------------------- */

static json_t *finding_json(const struct review_finding *f)
{
	json_t *owners = json_array();
	for (size_t i = 0; i < f->owner_count; i++)
		json_array_append_new(owners, json_string(f->owners[i].person));
	return json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:b, s:b, s:o}", "id", f->id, "serial",
		(json_int_t)f->serial, "name", f->name, "section", f->section, "audit", f->audit, "inspection", f->inspection, "clause",
		f->clause, "weight", f->weight, "what", f->what, "step", f->step, "deadline", api_day(f->deadline), "late", f->late,
		"put_right", f->put_right, "owners", owners);
}

/* Those of the sections that the person may see: his own, those that he heads, or all. */
struct result api_findings(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_finding *found;
	size_t count;
	bool all, more, heads = false;
	const char *section = api_text(rq, in, "section");
	struct review_finding_query query = {.audit = api_text(rq, in, "audit"), .inspection = api_text(rq, in, "case"),
		.after = api_number(in, "after", 0)};
	TRY(api_limit(in, &query.limit, why));
	TRY(review_reader(rq, &all, why));
	if (!all && !*section)
		section = rq->person.section;
	if (!all)
		TRY(is_manager_of(rq, section, &heads, why));
	if (!all && !heads && strcmp(section, rq->person.section) != 0)
		return not_theirs(rq, "finding", why);
	query.section = section;
	TRY(review_findings(&desk, parts_of(rq)->duties, &query, rq->arena, &found, &count, &more, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, finding_json(&found[i]));
	*out = api_list(list, more && count ? text(rq, "%lld", (long long)found[count - 1].serial) : "");
	return ok();
}

struct result api_plan_audit(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	char id[27];
	struct review_audit a = {.name = api_text(rq, in, "name"), .section = api_text(rq, in, "section"),
		.auditor = api_text(rq, in, "auditor"), .topics = api_text(rq, in, "topics"), .contract = api_text(rq, in, "contract"),
		.by = rq->person.id, .unavoidable = api_text(rq, in, "unavoidable")};
	TRY(day_of_member(rq, in, "from", &a.from, why));
	TRY(day_of_member(rq, in, "to", &a.to, why));
	TRY(review_plan(&desk, &a, id, why));
	return api_give_case(rq, id, out, why);
}
