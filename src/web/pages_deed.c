/* 記録する: what was done or has happened is told by hand, decided by the policy, kept in
 * the ledger, and opened in the record books where a clause wants more of it.  */
#include "web/book.h"
#include "web/claims.h"
#include "web/desk_pages.h"
#include "web/pages_duty.h"

#include "base/number.h"
#include "ledger/record.h"

enum { ITEMS = 60, PERFORMED = 1 };

struct telling {
	struct policy_act act;       /* name NULL: to be chosen */
	const char *row, *row_name;  /* "" about nothing in particular, or to be chosen in the form */
	const char *kind, *section;
	struct fields fields;
	const struct decision *decision;
	struct claims claims;
	const char *wrong, *wrong_clause;
};

/* ---- which act --------------------------------------------------------------------- */

/* The clauses that want it recorded, or else nothing beside it. */
static json_t *asked_by(struct request *rq, const struct policy_act *act, const char **book)
{
	struct web_parts *p = parts_of(rq);
	const struct policy_edition *edition = policy_edition_on(p->policy, p->policy_name, request_today(rq));
	struct policy_record record;
	*book = "";
	for (size_t i = 0; edition && policy_record_at(p->policy, edition, i, &record); i++)
		if (strcmp(record.act, act->name) == 0) {
			*book = policy_label(p->policy, NULL, record.registry);
			return show_clause(rq, record.clause->id);
		}
	return json_false();
}

static json_t *acts_model(struct request *rq, const struct telling *t, bool events, const char *q)
{
	struct search search = search_read(q, rq->arena);
	struct desk desk = desk_of(rq);
	struct policy_act act;
	json_t *list = json_array();
	for (size_t i = 0; policy_act_at(parts_of(rq)->policy, i, &act); i++) {
		const char *kind = *act.kind ? policy_label(parts_of(rq)->policy, NULL, act.kind) : "", *book;
		const char *texts[] = {act.title, kind};
		bool here = !*t->row || strcmp(act.kind, t->kind) == 0;
		if (act.event != events || !here || !desk_deed_tellable(&desk, &act) || !search_finds(&search, texts, 2, rq->arena))
			continue;
		json_t *clause = asked_by(rq, &act, &book);
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:s, s:s}", "label", act.title, "href",
			text(rq, "/record?act=%s&row=%s", act.name, t->row), "clause", clause, "book", book, "kind", act.kind));
	}
	return show_shelves(rq, list, q);
}

static struct result show_acts(struct request *rq, const struct telling *t, struct why *why)
{
	const char *q = asked(rq, "q");
	const char *const about[][2] = {{"ホーム", "/"}, {"台帳・記録簿", "/registers"},
		{t->row_name, text(rq, "/registers/%s/%s", t->kind, t->row)}, {"記録する", ""}};
	const char *const all[][2] = {{"ホーム", "/"}, {"台帳・記録簿", "/registers"}, {"記録する", ""}};
	json_t *model = json_pack("{s:s, s:o, s:s, s:s, s:s, s:o, s:o}", "title", "したこと・起きたことを記録する", "crumbs",
		*t->row ? show_crumbs(about, 4) : show_crumbs(all, 3), "name", t->row_name, "row", t->row, "q", q, "acts",
		acts_model(rq, t, false, q), "events", acts_model(rq, t, true, q));
	return reply_page(rq, 200, "deed_acts", model, why);
}

/* ---- the form ------------------------------------------------------------------------ */

static bool is_asked(const struct telling *t, const struct policy_fact *fact)
{
	if (strcmp(fact->path, "object") == 0)
		return !*t->row && !t->act.derived; /* a document is not a row */
	return !strchr(fact->path, '.') && strcmp(fact->path, "actor") != 0;
}

static struct desk_deed deed_of(struct request *rq, const struct telling *t)
{
	return (struct desk_deed){.act = t->act.name, .row = t->row, .section = t->section, .actor = rq->person.id,
	                          .claims = t->claims.made, .claim_count = t->claims.count};
}

/* Items that the clauses want answered become questions of the form. */
static size_t add_items(struct request *rq, const struct decision *d, struct policy_fact *facts, size_t n, size_t most)
{
	for (size_t i = 0; i < d->missing_count && n < most; i++)
		if (d->missing[i].kind == WANT_ITEM)
			facts[n++] = (struct policy_fact){.path = text(rq, "answer.%s", d->missing[i].name),
				.label = d->missing[i].label, .type = FACT_YESNO, .found_by = "", .kind = "", .unit = ""};
	return n;
}

static struct result form_of(struct request *rq, struct telling *t, struct why *why)
{
	const struct policy_fact *all;
	size_t count, n = 0;
	struct desk desk = desk_of(rq);
	const struct desk_deed blank = deed_of(rq, t);
	TRY(policy_act_facts(parts_of(rq)->policy, t->act.name, rq->arena, &all, &count, why));
	TRY(desk_deed_decide(&desk, &blank, rq->arena, &t->decision, why));
	struct policy_fact *own = ARENA_ARRAY(rq->arena, count + ITEMS + PERFORMED, struct policy_fact);
	if (!own)
		return fail(why, E_MEMORY, "", "no memory for the form");
	own[n++] = (struct policy_fact){.path = "performed_at", .label = "日時", .type = FACT_TEXT, .found_by = "", .kind = ""};
	for (size_t i = 0; i < count; i++)
		if (is_asked(t, &all[i]))
			own[n++] = all[i];
	n = add_items(rq, t->decision, own, n, count + ITEMS + PERFORMED);
	TRY(fields_new(rq, own, n, &t->fields, why));
	t->fields.at[0].help = "例: R8.11.20 14:30（時刻は省けます）";
	struct field *object = fields_get(&t->fields, "object");
	if (object) {
		object->required = true;
		object->fact.label = "対象";
	}
	return ok();
}

/* What it is about: a row, a person or a section; "" where the act has no object, or it is chosen in the form. */
static struct result about(struct request *rq, struct telling *t, const char *id, struct why *why)
{
	struct register_row row;
	struct person person;
	struct section section;
	if (!*id)
		return ok();
	if (office_person(parts_of(rq)->office, id, rq->arena, &person, NULL).code == OK) {
		*t = (struct telling){.act = t->act, .row = person.id, .row_name = person.name, .kind = "person", .section = person.section,
		                      .wrong = "", .wrong_clause = ""};
		return ok();
	}
	if (office_section(parts_of(rq)->office, id, rq->arena, &section, NULL).code == OK) {
		*t = (struct telling){.act = t->act, .row = section.id, .row_name = section.name, .kind = "section", .section = section.id,
		                      .wrong = "", .wrong_clause = ""};
		return ok();
	}
	TRY(register_brief(parts_of(rq)->registers, id, rq->arena, &row, why));
	*t = (struct telling){.act = t->act, .row = row.id, .row_name = row.name, .kind = row.kind, .section = row.section,
	                      .wrong = "", .wrong_clause = ""};
	return ok();
}

static struct result telling_begin(struct request *rq, bool sent, struct telling *t, struct why *why)
{
	const char *act = sent ? posted(rq, "act") : asked(rq, "act");
	struct desk desk = desk_of(rq);
	*t = (struct telling){.row = "", .row_name = "", .kind = "", .section = rq->person.section, .wrong = "", .wrong_clause = ""};
	rq->menu = "registers";
	TRY(about(rq, t, sent ? posted(rq, "row") : asked(rq, "row"), why));
	if (!*act)
		return ok();
	if (!policy_act_find(parts_of(rq)->policy, act, &t->act) || !desk_deed_tellable(&desk, &t->act) ||
	    (*t->row && strcmp(t->act.kind, t->kind) != 0))
		return fail(why, E_ABSENT, "act", "「%.60s」は、ここに書くことではありません。", act);
	return form_of(rq, t, why);
}

static struct result show_form(struct request *rq, unsigned status, struct telling *t, struct why *why)
{
	const char *label = t->act.title;
	const char *const of_row[][2] = {{"ホーム", "/"}, {"台帳・記録簿", "/registers"},
		{t->row_name, text(rq, "/registers/%s/%s", t->kind, t->row)}, {text(rq, "%sを記録する", label), ""}};
	const char *const of_none[][2] = {{"ホーム", "/"}, {"記録する", "/record"}, {text(rq, "%sを記録する", label), ""}};
	moments_in_line(&t->fields);
	json_t *asks = fields_model(rq, &t->fields, why);
	if (!asks)
		return (struct result){why->code};
	json_t *errors = fields_errors(&t->fields);
	if (*t->wrong)
		json_array_append_new(errors, json_pack("{s:s, s:s}", "field", "main", "text", t->wrong));
	bool is_row = *t->row && strcmp(t->kind, "person") != 0 && strcmp(t->kind, "section") != 0;
	json_t *model = json_pack("{s:s, s:o, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o}", "title", text(rq, "%sを記録する", label),
		"crumbs", is_row ? show_crumbs(of_row, 4) : show_crumbs(of_none, 3), "name", t->row_name, "act", t->act.name, "row",
		t->row, "form", form_token(rq, "/record"), "back",
		is_row ? text(rq, "/registers/%s/%s", t->kind, t->row) : "/record", "errors", errors, "clause",
		show_clause(rq, t->wrong_clause), "decision", show_decision(rq, t->decision));
	json_object_update(model, asks);
	json_decref(asks);
	claims_add(rq, t->decision, "", model);
	return reply_page(rq, status, "deed", model, why);
}

struct result page_deed(struct request *rq, struct why *why)
{
	struct telling t;
	TRY(telling_begin(rq, false, &t, why));
	return t.act.name ? show_form(rq, 200, &t, why) : show_acts(rq, &t, why);
}

/* ---- sending --------------------------------------------------------------------------- */

static void mark(struct request *rq, struct telling *t, const struct why *stop)
{
	for (size_t i = 0; t->decision->verdict == HOLD && i < t->decision->missing_count; i++) {
		const struct wanted_fact *m = &t->decision->missing[i];
		if (m->kind == WANT_FACT && m->clause)
			fields_mark(rq, &t->fields, m->name, text(rq, "「%s」が要ります（%s）。", m->label, m->clause->cite));
		if (m->kind == WANT_ITEM && m->clause)
			fields_mark(rq, &t->fields, text(rq, "answer.%s", m->name), text(rq, "「%s」が要ります（%s）。", m->label, m->clause->cite));
	}
	if (!t->fields.wrong && !fields_mark(rq, &t->fields, stop->place, text(rq, "%s", stop->text))) {
		t->wrong = text(rq, "%s", stop->text);
		t->wrong_clause = text(rq, "%s", stop->place);
	}
}

static struct result save(struct request *rq, struct telling *t, struct desk_told *out, struct why *stop)
{
	struct cell *told = ARENA_ARRAY(rq->arena, t->fields.count + 1, struct cell);
	struct desk desk = desk_of(rq);
	if (!told)
		return fail(stop, E_MEMORY, "", "no memory for the form");
	for (size_t i = 0; i < t->fields.count; i++)
		told[i] = (struct cell){t->fields.at[i].fact.path, t->fields.at[i].value};
	told[0].value = moment_typed(rq, told[0].value);
	struct desk_deed deed = deed_of(rq, t);
	deed.told = told;
	deed.told_count = t->fields.count;
	struct result done = desk_deed_decide(&desk, &deed, rq->arena, &t->decision, stop);
	if (done.code != OK)
		return done;
	claims_read(rq, t->decision, &t->claims);
	deed.claim_count = t->claims.count;
	return desk_deed_put(&desk, &deed, rq->arena, out, &t->decision, stop);
}

/* The row that the form names takes the place of none. */
static struct result take_object(struct request *rq, struct telling *t, struct why *why)
{
	const struct field *object = fields_get(&t->fields, "object");
	struct fields fields = t->fields;
	const struct decision *decision = t->decision;
	if (!object || !*object->value)
		return ok();
	TRY(about(rq, t, object->value, why));
	t->fields = fields;
	t->decision = decision;
	return ok();
}

static struct result went(struct request *rq, const struct desk_told *told, struct why *why)
{
	struct book_entry e;
	if (!*told->entry) {
		reply_redirect(rq, text(rq, "/record/%lld", (long long)told->seq));
		return ok();
	}
	TRY(book_get(parts_of(rq)->registers, told->entry, rq->arena, &e, why));
	reply_redirect(rq, text(rq, "/books/%s/%s", e.registry, told->entry));
	return ok();
}

struct result post_deed(struct request *rq, struct why *why)
{
	struct telling t;
	struct why stop = {0};
	struct desk_told told;
	TRY(telling_begin(rq, true, &t, why));
	if (!t.act.name)
		return fail(why, E_ABSENT, "act", "何をしたかを選んでください。");
	TRY(fields_read(rq, &t.fields, why));
	if (t.fields.again || t.fields.wrong)
		return show_form(rq, t.fields.again ? 200 : 400, &t, why);
	TRY(take_object(rq, &t, why));
	struct result done = save(rq, &t, &told, &stop);
	if (done.code == OK)
		return went(rq, &told, why);
	if (done.code != E_INPUT && done.code != E_ABSENT && done.code != E_DENIED && done.code != E_LIMIT)
		return fail(why, done.code, stop.place, "%s", stop.text);
	if (fields_get(&t.fields, "object"))
		t.row = t.row_name = t.kind = ""; /* it stands in the form */
	mark(rq, &t, &stop);
	return show_form(rq, done.code == E_DENIED && t.decision && t.decision->verdict == REFUSE ? 409 : 400, &t, why);
}

/* ---- told ---------------------------------------------------------------------------------- */

static json_t *told_facts(struct request *rq, const char *act, const json_t *facts)
{
	const struct policy_fact *known;
	size_t count = 0;
	json_t *list = json_array(), *value;
	const char *path;
	if (policy_act_facts(parts_of(rq)->policy, act, rq->arena, &known, &count, NULL).code != OK)
		count = 0;
	json_object_foreach((json_t *)(uintptr_t)facts, path, value)
		for (size_t i = 0; i < count; i++)
			if (strcmp(known[i].path, path) == 0)
				json_array_append_new(list, json_pack("{s:s, s:s}", "label", known[i].label, "value",
					fields_said(rq, act, &known[i], json_string_value(value))));
	return list;
}

/* What began with it: the obligations that its entry opened about the same thing. */
static json_t *due_of(struct request *rq, const struct ledger_entry *e)
{
	struct obligation *found;
	size_t count = 0;
	json_t *list = json_array();
	const struct duty_query query = {.object = text(rq, "%.*s", SLICE_ARG(e->subject)), .limit = 100};
	if (!parts_of(rq)->duties || duty_list(parts_of(rq)->duties, &query, rq->arena, &found, &count, NULL, NULL).code != OK)
		return list;
	for (size_t i = 0; i < count; i++)
		if (found[i].trigger_seq == e->seq)
			json_array_append_new(list, show_duty(rq, &found[i]));
	return list;
}

static json_t *told_model(struct request *rq, const struct ledger_entry *e, const json_t *data, bool operator)
{
	const char *act = json_text(data, "done"), *subject = text(rq, "%.*s", SLICE_ARG(e->subject));
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"記録する", "/record"}, {"記録しました", ""}};
	json_t *clauses = json_array();
	for (size_t i = 0; i < e->clause_count; i++)
		json_array_append_new(clauses, show_clause(rq, text(rq, "%.*s", SLICE_ARG(e->clauses[i]))));
	return json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "title", "記録しました", "crumbs", show_crumbs(crumbs, 3),
		"what", policy_label(parts_of(rq)->policy, NULL, act), "who",
		show_person(rq, text(rq, "%.*s", SLICE_ARG(e->actor))), "when", show_time(e->time_ms), "about",
		strcmp(subject, act) == 0 ? json_false() : show_row_link(rq, subject), "facts",
		told_facts(rq, act, json_object_get(data, "facts")), "clauses", clauses, "due", due_of(rq, e), "entry",
		operator ? text(rq, "/ledger/%lld", (long long)e->seq) : "");
}

struct result page_told(struct request *rq, struct why *why)
{
	struct ledger_entry e;
	AUTO(json_drop) json_t *data = NULL;
	uint64_t seq;
	bool operator = false;
	rq->menu = "registers";
	if (!number_parse_u64(rq->part[0], &seq) || seq > INT64_MAX - 1)
		return fail(why, E_ABSENT, "entry", "その番号の記録はありません。");
	TRY(ledger_get(parts_of(rq)->ledger, (int64_t)seq, rq->arena, &e, why));
	if (!slice_is(e.kind, "deed.told"))
		return fail(why, E_ABSENT, "entry", "その番号の記録はありません。");
	TRY(is_operator(rq, &operator, why));
	TRY(record_data(&e, &data, why));
	if (!operator && !slice_is(e.actor, rq->person.id) && strcmp(json_text(data, "section"), rq->person.section) != 0)
		return not_theirs(rq, "deed", why);
	return reply_page(rq, 200, "told", told_model(rq, &e, data, operator), why);
}
