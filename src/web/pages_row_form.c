/* A row's form, new or changed: what was typed is kept, each wrong field is marked,
 * what a clause wants stands beside it, and a stale page overwrites nothing.  */
#include "web/desk_pages.h"

#include "base/number.h"

enum { CLAIMS = 16 };

struct editing {
	struct policy_kind kind;
	struct register_row row; /* id NULL: a new one */
	struct fields fields;
	const char *name, *section, *ground;
	int64_t version;         /* that the page was made of */
	const char *wrong_name, *wrong_section, *wrong_ground, *stale;
	const struct decision *decision;
	struct policy_claim claims[CLAIMS];
	size_t claim_count;
};

static const char *form_path(struct request *rq, const struct editing *e)
{
	return e->row.id ? text(rq, "/registers/%s/%s/edit", e->kind.name, e->row.id)
	                 : text(rq, "/registers/%s/new", e->kind.name);
}

static bool is_new(struct request *rq)
{
	return slice_ends(rq->path, SLICE("/new"));
}

static struct result editing_begin(struct request *rq, struct editing *e, struct why *why)
{
	const struct policy_fact *facts;
	size_t count;
	*e = (struct editing){.name = "", .section = rq->person.section, .ground = "", .wrong_name = "",
	                      .wrong_section = "", .wrong_ground = "", .stale = ""};
	rq->menu = "registers";
	TRY(kind_of(rq, &e->kind, why));
	TRY(policy_kind_facts(parts_of(rq)->policy, e->kind.name, rq->arena, &facts, &count, why));
	TRY(fields_new(rq, facts, count, &e->fields, why));
	if (is_new(rq))
		return ok();
	TRY(register_get(parts_of(rq)->registers, path_part(rq, 1), rq->arena, &e->row, why));
	if (strcmp(e->row.kind, e->kind.name) != 0 || e->row.closed)
		return fail(why, E_ABSENT, "row", "この台帳に、いま使われているその行はありません。");
	e->name = e->row.name;
	e->section = e->row.section;
	e->version = e->row.version;
	for (size_t i = 0; i < e->row.cell_count; i++)
		fields_fill(rq, &e->fields, e->row.cells[i].path, e->row.cells[i].value);
	return ok();
}

/* ---- the page ------------------------------------------------------------------------ */

/* Reasons that a clause takes instead of what it asks for. */
static json_t *reasons_model(struct request *rq, const struct editing *e)
{
	json_t *list = json_array();
	for (size_t i = 0; e->decision && i < e->decision->missing_count; i++) {
		const struct wanted_fact *m = &e->decision->missing[i];
		if (m->kind != WANT_REASON || !m->clause)
			continue;
		const char *name = text(rq, "n.%s", m->clause->id);
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:s}", "name", name, "label", m->label, "clause",
			show_clause(rq, m->clause->id), "typed", posted(rq, name)));
	}
	return list;
}

static json_t *errors_of(const struct editing *e)
{
	json_t *list = fields_errors(&e->fields);
	const char *const own[][2] = {{"section", e->wrong_section}, {"name", e->wrong_name}};
	for (size_t i = 0; i < 2; i++)
		if (*own[i][1])
			json_array_insert_new(list, 0, json_pack("{s:s, s:s}", "field", own[i][0], "text", own[i][1]));
	if (*e->wrong_ground)
		json_array_append_new(list, json_pack("{s:s, s:s}", "field", "ground", "text", e->wrong_ground));
	return list;
}

static struct result show_form(struct request *rq, unsigned status, const struct editing *e, struct why *why)
{
	const char *path = form_path(rq, e), *title = register_title(rq, &e->kind);
	const char *heading = e->row.id ? text(rq, "%sを変更する", e->row.name) : text(rq, "%sを登録する", e->kind.title);
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"台帳・記録簿", "/registers"},
		{title, text(rq, "/registers/%s", e->kind.name)}, {heading, ""}};
	json_t *sections = NULL;
	TRY(show_sections(rq, e->section, true, &sections, why));
	json_t *fields = fields_model(rq, &e->fields, why);
	if (!fields) {
		json_decref(sections);
		return (struct result){why->code};
	}
	json_t *model = json_pack("{s:s, s:o, s:s, s:s, s:I, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "title",
		heading, "crumbs", show_crumbs(crumbs, 4), "register", title, "path", path, "version",
		(json_int_t)e->version, "form", form_token(rq, path), "name", e->name, "wrong_name", e->wrong_name,
		"wrong_section", e->wrong_section, "wrong_ground", e->wrong_ground, "ground", e->ground, "stale", e->stale,
		"reasons", reasons_model(rq, e), "sections", sections);
	json_object_set_new(model, "back", json_string(e->row.id
		? text(rq, "/registers/%s/%s", e->kind.name, e->row.id) : text(rq, "/registers/%s", e->kind.name)));
	json_object_set_new(model, "is_new", json_boolean(!e->row.id));
	json_object_update(model, fields);
	json_decref(fields);
	json_object_set_new(model, "errors", errors_of(e));
	return reply_page(rq, status, "row_form", model, why);
}

struct result page_row_form(struct request *rq, struct why *why)
{
	struct editing e;
	TRY(editing_begin(rq, &e, why));
	return show_form(rq, 200, &e, why);
}

/* ---- sending ------------------------------------------------------------------------- */

static struct result read_form(struct request *rq, struct editing *e, struct why *why)
{
	e->name = posted(rq, "name");
	e->section = posted(rq, "section");
	e->ground = posted(rq, "ground");
	if (!number_parse_i64(slice_str(posted(rq, "version")), &e->version))
		return fail(why, E_INPUT, "version", "版の番号が読めません。画面を開き直してください。");
	TRY(fields_read(rq, &e->fields, why));
	if (!*e->name && !e->fields.again)
		e->wrong_name = "「名称」が空です。ほかの人が見てわかる名前を書いてください。";
	return ok();
}

static struct desk_change change_of(struct request *rq, const struct editing *e, struct cell *cells)
{
	for (size_t i = 0; i < e->fields.count; i++)
		cells[i] = (struct cell){e->fields.at[i].fact.path, e->fields.at[i].value};
	return (struct desk_change){
		.row = {.kind = e->kind.name, .id = e->row.id, .version = e->version, .name = e->name,
		        .section = e->section, .cells = cells, .cell_count = e->fields.count, .actor = rq->person.id,
		        .post = ""},
		.ground = e->ground, .claims = e->claims, .claim_count = e->claim_count};
}

/* A reason typed for a clause that takes one. */
static void take_claims(struct request *rq, struct editing *e)
{
	for (size_t i = 0; i < e->decision->missing_count && e->claim_count < CLAIMS; i++) {
		const struct wanted_fact *m = &e->decision->missing[i];
		const char *reason = m->kind == WANT_REASON && m->clause ? posted(rq, text(rq, "n.%s", m->clause->id)) : "";
		if (*reason)
			e->claims[e->claim_count++] = (struct policy_claim){"not_needed", reason, m->clause->id};
	}
}

/* Whatever stops it, marked where it can be put right. */
static void mark(struct request *rq, struct editing *e, const struct why *stop)
{
	const char *said = text(rq, "%s", stop->text), *place = stop->place;
	place += strncmp(place, "object.", 7) == 0 ? 7 : 0;
	if (stop->code == E_CONFLICT && e->row.id && strcmp(place, e->row.id) == 0)
		e->stale = said;
	else if (strcmp(place, "name") == 0)
		e->wrong_name = said;
	else if (strcmp(place, "ground") == 0)
		e->wrong_ground = said;
	else if (!fields_mark(rq, &e->fields, place, said))
		e->wrong_section = said;
}

/* Each missing fact is marked with its clause, not only the first. */
static void mark_missing(struct request *rq, struct editing *e)
{
	for (size_t i = 0; i < e->decision->missing_count; i++) {
		const struct wanted_fact *m = &e->decision->missing[i];
		const char *path = m->name;
		path += strncmp(path, "object.", 7) == 0 ? 7 : 0;
		if (m->kind == WANT_FACT && m->clause)
			fields_mark(rq, &e->fields, path, text(rq, "「%s」が要ります。わかる人に確かめて書いてください（%s）。",
				m->label, m->clause->cite));
	}
}

static struct result save(struct request *rq, struct editing *e, char id[27], struct why *stop)
{
	struct cell *cells = ARENA_ARRAY(rq->arena, e->fields.count + 1, struct cell);
	struct desk desk = desk_of(rq);
	if (!cells)
		return fail(stop, E_MEMORY, "", "no memory for the form");
	struct desk_change change = change_of(rq, e, cells);
	struct result done = desk_decide(&desk, &change, rq->arena, &e->decision, stop);
	if (done.code != OK)
		return done;
	take_claims(rq, e);
	change.claims = e->claims;
	change.claim_count = e->claim_count;
	return desk_put(&desk, &change, rq->arena, id, &e->decision, stop);
}

struct result post_row_form(struct request *rq, struct why *why)
{
	struct editing e;
	struct why stop = {0};
	char id[27];
	TRY(editing_begin(rq, &e, why));
	TRY(read_form(rq, &e, why));
	if (e.fields.again)
		return show_form(rq, 200, &e, why);
	if (e.fields.wrong || *e.wrong_name)
		return show_form(rq, 400, &e, why);
	struct result done = save(rq, &e, id, &stop);
	if (done.code == OK) {
		reply_redirect(rq, text(rq, "/registers/%s/%s", e.kind.name, id));
		return ok();
	}
	if (done.code != E_INPUT && done.code != E_ABSENT && done.code != E_CONFLICT && done.code != E_DENIED &&
	    done.code != E_LIMIT)
		return fail(why, done.code, stop.place, "%s", stop.text);
	if (e.decision && e.decision->verdict == HOLD)
		mark_missing(rq, &e);
	if (!e.fields.wrong)
		mark(rq, &e, &stop);
	return show_form(rq, done.code == E_CONFLICT ? 409 : 400, &e, why);
}
