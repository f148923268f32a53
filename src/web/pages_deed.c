/* 記録する: what was done is told by hand, decided by the policy, and opened in the
 * record books. */
#include "web/desk_pages.h"

enum { CLAIMS = 16 };

struct telling {
	struct register_row row; /* id NULL: about no row */
	const char *act, *section;
	struct fields fields;
	const struct decision *decision;
	struct policy_claim claims[CLAIMS];
	size_t claim_count;
	const char *wrong;
};

/* ---- which act --------------------------------------------------------------------- */

/* Acts on this kind of thing that the edition in force has recorded, each once. */
static json_t *acts_model(struct request *rq, const char *kind, const char *row)
{
	struct web_parts *p = parts_of(rq);
	const struct policy_edition *edition = policy_edition_on(p->policy, p->policy_name, request_today(rq));
	struct policy_record record;
	json_t *list = json_array(), *seen = json_object();
	for (size_t i = 0; edition && policy_record_at(p->policy, edition, i, &record); i++) {
		struct policy_act act;
		bool known = policy_act_find(p->policy, record.act, &act) && !act.event && !act.derived && !*act.to;
		if (!known || strcmp(act.kind, kind) != 0 || json_object_get(seen, record.act))
			continue;
		json_object_set_new(seen, record.act, json_true());
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:s}", "label",
			policy_label(p->policy, NULL, record.act), "href",
			text(rq, "/record?act=%s&row=%s", record.act, row), "clause", show_clause(rq, record.clause->id),
			"book", policy_label(p->policy, NULL, record.registry)));
	}
	json_decref(seen);
	return list;
}

static struct result show_acts(struct request *rq, const struct telling *t, struct why *why)
{
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"台帳・記録簿", "/registers"},
		{t->row.name, text(rq, "/registers/%s/%s", t->row.kind, t->row.id)}, {"記録する", ""}};
	json_t *model = json_pack("{s:s, s:o, s:s, s:o}", "title", "何をしたかを選ぶ", "crumbs", show_crumbs(crumbs, 4),
		"name", t->row.name, "acts", acts_model(rq, t->row.kind, t->row.id));
	return reply_page(rq, 200, "deed_acts", model, why);
}

/* ---- the form ------------------------------------------------------------------------ */

static struct result telling_begin(struct request *rq, bool sent, struct telling *t, struct why *why)
{
	const struct policy_fact *all;
	struct policy_act act;
	size_t count, n = 0;
	const char *row = sent ? posted(rq, "row") : asked(rq, "row");
	*t = (struct telling){.act = sent ? posted(rq, "act") : asked(rq, "act"), .section = rq->person.section, .wrong = ""};
	rq->menu = "registers";
	TRY(register_get(parts_of(rq)->registers, row, rq->arena, &t->row, why));
	t->section = t->row.section;
	if (!*t->act)
		return ok();
	if (!policy_act_find(parts_of(rq)->policy, t->act, &act) || act.event || strcmp(act.kind, t->row.kind) != 0)
		return fail(why, E_ABSENT, "act", "この台帳の行に、その行いはありません。");
	TRY(policy_act_facts(parts_of(rq)->policy, t->act, rq->arena, &all, &count, why));
	struct policy_fact *own = ARENA_ARRAY(rq->arena, count + 2, struct policy_fact);
	if (!own)
		return fail(why, E_MEMORY, "", "no memory for the form");
	own[n++] = (struct policy_fact){.path = "performed_at", .label = "日時", .type = FACT_TEXT, .found_by = "", .kind = ""};
	for (size_t i = 0; i < count; i++)
		if (!strchr(all[i].path, '.') && strcmp(all[i].path, "actor") != 0 && strcmp(all[i].path, "object") != 0)
			own[n++] = all[i];
	TRY(fields_new(rq, own, n, &t->fields, why));
	t->fields.at[0].help = "例: R8.11.20 14:30（時刻は省けます）";
	return ok();
}

static json_t *reasons_model(struct request *rq, const struct telling *t)
{
	json_t *list = json_array();
	for (size_t i = 0; t->decision && i < t->decision->missing_count; i++) {
		const struct wanted_fact *m = &t->decision->missing[i];
		const char *name = m->clause ? text(rq, "n.%s", m->clause->id) : "";
		if (m->kind == WANT_REASON && m->clause)
			json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:s}", "name", name, "label", m->label, "clause",
				show_clause(rq, m->clause->id), "typed", posted(rq, name)));
	}
	return list;
}

static struct result show_form(struct request *rq, unsigned status, struct telling *t, struct why *why)
{
	const char *label = policy_label(parts_of(rq)->policy, NULL, t->act);
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"台帳・記録簿", "/registers"},
		{t->row.name, text(rq, "/registers/%s/%s", t->row.kind, t->row.id)}, {text(rq, "%sを記録する", label), ""}};
	moments_in_line(&t->fields);
	json_t *asks = fields_model(rq, &t->fields, why);
	if (!asks)
		return (struct result){why->code};
	json_t *errors = fields_errors(&t->fields);
	if (*t->wrong)
		json_array_append_new(errors, json_pack("{s:s, s:s}", "field", "main", "text", t->wrong));
	json_t *model = json_pack("{s:s, s:o, s:s, s:s, s:s, s:o, s:s, s:o, s:o}", "title", text(rq, "%sを記録する", label),
		"crumbs", show_crumbs(crumbs, 4), "name", t->row.name, "act", t->act, "row", t->row.id, "form",
		form_token(rq, "/record"), "back", text(rq, "/registers/%s/%s", t->row.kind, t->row.id), "reasons",
		reasons_model(rq, t), "errors", errors);
	json_object_update(model, asks);
	json_decref(asks);
	return reply_page(rq, status, "deed", model, why);
}

struct result page_deed(struct request *rq, struct why *why)
{
	struct telling t;
	TRY(telling_begin(rq, false, &t, why));
	return *t.act ? show_form(rq, 200, &t, why) : show_acts(rq, &t, why);
}

/* ---- sending --------------------------------------------------------------------------- */

static void take_claims(struct request *rq, struct telling *t)
{
	for (size_t i = 0; i < t->decision->missing_count && t->claim_count < CLAIMS; i++) {
		const struct wanted_fact *m = &t->decision->missing[i];
		const char *reason = m->kind == WANT_REASON && m->clause ? posted(rq, text(rq, "n.%s", m->clause->id)) : "";
		if (*reason)
			t->claims[t->claim_count++] = (struct policy_claim){"not_needed", reason, m->clause->id};
	}
}

static void mark(struct request *rq, struct telling *t, const struct why *stop)
{
	for (size_t i = 0; t->decision && t->decision->verdict == HOLD && i < t->decision->missing_count; i++) {
		const struct wanted_fact *m = &t->decision->missing[i];
		if (m->kind == WANT_FACT && m->clause)
			fields_mark(rq, &t->fields, m->name, text(rq, "「%s」が要ります（%s）。", m->label, m->clause->cite));
	}
	if (!t->fields.wrong && !fields_mark(rq, &t->fields, stop->place, text(rq, "%s", stop->text)))
		t->wrong = text(rq, "%s", stop->text);
}

static struct result save(struct request *rq, struct telling *t, char entry[27], struct why *stop)
{
	struct cell *told = ARENA_ARRAY(rq->arena, t->fields.count + 1, struct cell);
	struct desk desk = desk_of(rq);
	if (!told)
		return fail(stop, E_MEMORY, "", "no memory for the form");
	for (size_t i = 0; i < t->fields.count; i++)
		told[i] = (struct cell){t->fields.at[i].fact.path, t->fields.at[i].value};
	told[0].value = moment_typed(rq, told[0].value);
	struct desk_deed deed = {.act = t->act, .row = t->row.id, .section = t->section, .actor = rq->person.id,
	                         .told = told, .told_count = t->fields.count};
	struct result done = desk_deed_decide(&desk, &deed, rq->arena, &t->decision, stop);
	if (done.code != OK)
		return done;
	take_claims(rq, t);
	deed.claims = t->claims;
	deed.claim_count = t->claim_count;
	return desk_deed_put(&desk, &deed, rq->arena, entry, &t->decision, stop);
}

struct result post_deed(struct request *rq, struct why *why)
{
	struct telling t;
	struct why stop = {0};
	struct book_entry e;
	char entry[27];
	TRY(telling_begin(rq, true, &t, why));
	if (!*t.act)
		return fail(why, E_ABSENT, "act", "何をしたかを選んでください。");
	TRY(fields_read(rq, &t.fields, why));
	if (t.fields.again || t.fields.wrong)
		return show_form(rq, t.fields.again ? 200 : 400, &t, why);
	struct result done = save(rq, &t, entry, &stop);
	if (done.code == OK) {
		TRY(book_get(parts_of(rq)->registers, entry, rq->arena, &e, why));
		reply_redirect(rq, text(rq, "/books/%s/%s", e.registry, entry));
		return ok();
	}
	if (done.code != E_INPUT && done.code != E_ABSENT && done.code != E_DENIED && done.code != E_LIMIT)
		return fail(why, done.code, stop.place, "%s", stop.text);
	mark(rq, &t, &stop);
	return show_form(rq, 400, &t, why);
}
