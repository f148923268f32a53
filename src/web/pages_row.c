/* One row of a register: what it says, why its class, what stands around it, how it
 * came to be; and its end.                                                    */
#include "web/desk_pages.h"

#include "base/number.h"

enum { VERSIONS = 30, AROUND = 30 };

static struct result find_row(struct request *rq, struct policy_kind *kind, struct register_row *row,
                              struct why *why)
{
	TRY(kind_of(rq, kind, why));
	TRY(register_get(parts_of(rq)->registers, path_part(rq, 1), rq->arena, row, why));
	return strcmp(row->kind, kind->name) == 0 ? ok() : fail(why, E_ABSENT, "row", "この台帳に、その行はありません。");
}

/* ---- what it says ------------------------------------------------------------------ */

static json_t *links_of(struct request *rq, const char *value)
{
	json_t *list = json_array();
	for (const char *at = value; *at;) {
		size_t len = strcspn(at, " ");
		json_array_append_new(list, show_row_link(rq, text(rq, "%.*s", (int)len, at)));
		at += len + (at[len] == ' ');
	}
	return list;
}

static struct result facts_model(struct request *rq, const struct register_row *row, json_t *model,
                                 struct why *why)
{
	const struct policy_fact *facts;
	size_t count;
	json_t *known = json_array();
	const char *unknown = "";
	json_object_set_new(model, "facts", known);
	TRY(policy_kind_facts(parts_of(rq)->policy, row->kind, rq->arena, &facts, &count, why));
	for (size_t i = 0; i < count; i++) {
		const struct policy_fact *f = &facts[i];
		const char *value = register_cell(row, f->path);
		bool row_type = f->type == FACT_ROW || (f->type == FACT_SET && f->member == FACT_ROW);
		if (f->type == FACT_LEVEL)
			continue;
		if (!*value)
			unknown = text(rq, "%s%s%s", unknown, *unknown ? "、" : "", f->label);
		else
			json_array_append_new(known, json_pack("{s:s, s:s, s:o}", "label", f->label, "value",
				row_type ? "" : fields_said(rq, NULL, f, value), "rows",
				row_type ? links_of(rq, value) : json_array()));
	}
	json_object_set_new(model, "unknown", json_string(unknown));
	return ok();
}

/* ---- its class, with why ----------------------------------------------------------- */

static struct result class_model(struct request *rq, const struct register_row *row,
                                 const struct register_class *c, json_t *list, struct why *why)
{
	struct register_reason *reasons;
	size_t count;
	json_t *because = json_array(), *shown = show_class(rq, c);
	json_array_append_new(list, shown);
	json_object_set_new(shown, "because", because);
	json_object_set_new(shown, "stated", json_string(register_cell(row, c->scale)));
	if (row->closed)
		return ok();
	TRY(register_why(parts_of(rq)->registers, row->id, c->scale, rq->arena, &reasons, &count, why));
	for (size_t i = 0; i < count; i++) {
		json_t *clause = show_clause(rq, reasons[i].clause);
		json_array_append_new(because, json_pack("{s:o, s:o}", "clause", clause, "inside",
			*reasons[i].row ? show_row_link(rq, reasons[i].row) : json_false()));
	}
	return ok();
}

static struct result classes_model(struct request *rq, const struct register_row *row, json_t *model,
                                   struct why *why)
{
	json_t *list = json_array();
	json_object_set_new(model, "classes", list);
	for (size_t i = 0; i < row->class_count; i++)
		TRY(class_model(rq, row, &row->classes[i], list, why));
	return ok();
}

/* ---- around it ----------------------------------------------------------------------- */

static struct result naming_model(struct request *rq, const struct register_row *row, json_t *model,
                                  struct why *why)
{
	struct register_row *rows;
	size_t count;
	json_t *list = json_array();
	json_object_set_new(model, "naming", list);
	TRY(register_naming(parts_of(rq)->registers, row->id, AROUND, rq->arena, &rows, &count, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", rows[i].name, "href",
			text(rq, "/registers/%s/%s", rows[i].kind, rows[i].id), "kind",
			policy_label(parts_of(rq)->policy, NULL, rows[i].kind)));
	return ok();
}

static struct result books_model(struct request *rq, const struct register_row *row, json_t *model,
                                 struct why *why)
{
	const struct book_query query = {.row = row->id, .limit = AROUND};
	struct book_entry *entries;
	struct application application;
	size_t count;
	bool more;
	TRY(book_list(parts_of(rq)->registers, &query, rq->arena, &entries, &count, &more, why));
	json_object_set_new(model, "entries", show_entries(rq, entries, count));
	struct result found = application_of(parts_of(rq)->proceedings, row->id, false, rq->arena, &application, NULL);
	json_object_set_new(model, "application", found.code == OK
		? json_pack("{s:s, s:s, s:s, s:o}", "href", text(rq, "/decide/%s", application.id), "number",
		            application.number, "what", show_act(&application), "chip",
		            show_application_state(application.state))
		: json_false());
	return ok();
}

/* ---- how it came to be --------------------------------------------------------------- */

static const char *changed_words(struct request *rq, const struct register_row *row,
                                 const struct register_version *v)
{
	const char *all = "";
	const struct policy_fact *facts;
	size_t count;
	if (policy_kind_facts(parts_of(rq)->policy, row->kind, rq->arena, &facts, &count, NULL).code != OK)
		return "";
	for (size_t i = 0; i < v->changed_count; i++) {
		const char *label = strcmp(v->changed[i], "name") == 0 ? "名称" : "所管課";
		for (size_t k = 0; k < count; k++)
			if (strcmp(facts[k].path, v->changed[i]) == 0)
				label = facts[k].label;
		all = text(rq, "%s%s%s", all, *all ? "、" : "", label);
	}
	return all;
}

static struct result history_model(struct request *rq, const struct register_row *row, json_t *model,
                                   struct why *why)
{
	struct register_version *versions;
	size_t count;
	json_t *list = json_array();
	json_object_set_new(model, "history", list);
	TRY(register_history(parts_of(rq)->registers, row->id, VERSIONS, rq->arena, &versions, &count, why));
	for (size_t i = 0; i < count; i++) {
		const struct register_version *v = &versions[i];
		json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:s, s:s, s:o, s:s}", "version",
			v->version ? text(rq, "第%lld版", (long long)v->version) : "—", "when", show_time(v->time_ms), "who",
			show_person(rq, v->actor), "what", show_kind(rq, slice_str(v->kind)), "changed",
			changed_words(rq, row, v), "clauses", show_clause_links(rq, v->clauses, v->clause_count), "href",
			text(rq, "/ledger/%lld", (long long)v->seq)));
	}
	return ok();
}

/* ---- the page -------------------------------------------------------------------------- */

static struct result fill_model(struct request *rq, const struct register_row *row, json_t *model,
                                struct why *why)
{
	TRY(facts_model(rq, row, model, why));
	TRY(classes_model(rq, row, model, why));
	TRY(naming_model(rq, row, model, why));
	TRY(books_model(rq, row, model, why));
	return history_model(rq, row, model, why);
}

static struct result show_row(struct request *rq, unsigned status, const char *wrong, struct why *why)
{
	struct policy_kind kind;
	struct register_row row;
	struct desk desk = desk_of(rq);
	bool may = false;
	rq->menu = "registers";
	TRY(find_row(rq, &kind, &row, why));
	TRY(desk_may(&desk, rq->person.id, row.section, &may, why));
	const char *title = register_title(rq, &kind), *path = text(rq, "/registers/%s/%s", kind.name, row.id);
	const char *close = text(rq, "%s/close", path);
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"台帳・記録簿", "/registers"},
		{title, text(rq, "/registers/%s", kind.name)}, {row.name, ""}};
	may &= !row.closed;
	json_t *model = json_pack("{s:s, s:o, s:s, s:I, s:o, s:I, s:o, s:o, s:b, s:b, s:s, s:s, s:s, s:o, s:s, s:s}",
		"title", row.name, "crumbs", show_crumbs(crumbs, 4), "register", title, "number", (json_int_t)row.serial,
		"section", show_section(rq, row.section), "version", (json_int_t)row.version, "when",
		show_time(row.changed_ms), "who", show_person(rq, row.changed_by), "closed", row.closed, "may", may, "edit",
		text(rq, "%s/edit", path), "record", text(rq, "/record?row=%s", row.id), "close", close, "form",
		may ? form_token(rq, close) : json_string(""), "wrong", wrong, "kind_title", kind.title);
	struct result done = fill_model(rq, &row, model, why);
	if (done.code == OK)
		return reply_page(rq, status, "row", model, why);
	json_decref(model);
	return done;
}

struct result page_row(struct request *rq, struct why *why)
{
	return show_row(rq, 200, "", why);
}

struct result post_row_close(struct request *rq, struct why *why)
{
	struct policy_kind kind;
	struct register_row row;
	struct desk desk = desk_of(rq);
	struct why ours = {0};
	int64_t version;
	TRY(find_row(rq, &kind, &row, why));
	if (!number_parse_i64(slice_str(posted(rq, "version")), &version))
		return fail(why, E_INPUT, "version", "版の番号が読めません。画面を開き直してください。");
	struct result done = desk_close(&desk, row.id, version, rq->person.id, rq->arena, &ours);
	if (done.code == E_CONFLICT)
		return show_row(rq, 409, text(rq, "%s", ours.text), why);
	if (done.code != OK)
		return fail(why, done.code, ours.place, "%s", ours.text);
	reply_redirect(rq, text(rq, "/registers/%s/%s", kind.name, row.id));
	return ok();
}
