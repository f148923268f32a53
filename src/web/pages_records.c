/* 記録簿: the entries of one book; an entry, written field by field, closed when
 * whole, corrected by a further one.                                          */
#include "web/desk_pages.h"

#include "base/number.h"

enum { LISTED = 50, COUNTED = 10000 };

/* ---- one book --------------------------------------------------------------------- */

static const struct {
	const char *name, *label;
	enum book_state state;
} states[] = {
	{"", "すべて", 0}, {"open", "記入中", BOOK_OPEN}, {"closed", "記入済み", BOOK_CLOSED},
	{"corrected", "訂正前のもの", BOOK_CORRECTED},
};

static json_t *state_options(enum book_state chosen)
{
	json_t *list = json_array();
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "value", states[i].name, "label", states[i].label,
			"chosen", states[i].state == chosen));
	return list;
}

static struct result registry_of(struct request *rq, struct policy_registry *out, struct why *why)
{
	return policy_registry_find(parts_of(rq)->policy, path_part(rq, 0), out)
		? ok() : fail(why, E_ABSENT, "book", "その名前の記録簿はありません。");
}

static struct result read_query(struct request *rq, const char *registry, struct book_query *out, struct why *why)
{
	int64_t at = 0;
	if (*asked(rq, "at") && !number_parse_i64(slice_str(asked(rq, "at")), &at))
		return fail(why, E_INPUT, "at", "続きの場所が読めません。記録簿を開き直してください。");
	*out = (struct book_query){.registry = registry, .words = asked(rq, "q"), .section = asked(rq, "section"),
	                           .before_ms = at, .before_id = asked(rq, "id"), .limit = LISTED};
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (*asked(rq, "state") && strcmp(states[i].name, asked(rq, "state")) == 0)
			out->state = states[i].state;
	return ok();
}

/* The clauses of the edition in force that have something recorded here. */
static json_t *clauses_of_book(struct request *rq, const char *registry)
{
	struct web_parts *p = parts_of(rq);
	const struct policy_edition *edition = policy_edition_on(p->policy, p->policy_name, request_today(rq));
	struct policy_record record;
	json_t *list = json_array();
	const char *last = "";
	for (size_t i = 0; edition && policy_record_at(p->policy, edition, i, &record); i++) {
		if (strcmp(record.registry, registry) != 0 || strcmp(record.clause->id, last) == 0)
			continue;
		last = record.clause->id;
		json_array_append_new(list, show_clause(rq, last));
	}
	return list;
}

static struct result list_model(struct request *rq, const struct book_query *query, json_t *model, struct why *why)
{
	struct book_entry *entries;
	size_t count;
	bool more;
	int64_t found = 0;
	json_t *sections = NULL;
	TRY(book_list(parts_of(rq)->registers, query, rq->arena, &entries, &count, &more, why));
	TRY(book_count(parts_of(rq)->registers, query, COUNTED, &found, why));
	TRY(show_sections(rq, query->section, false, &sections, why));
	const char *base = text(rq, "/books/%s?q=%s&section=%s&state=%s", query->registry,
		show_escaped(rq, slice_str(query->words)), show_escaped(rq, slice_str(query->section)),
		show_escaped(rq, slice_str(asked(rq, "state"))));
	json_object_set_new(model, "entries", show_entries(rq, entries, count));
	json_object_set_new(model, "sections", sections);
	json_object_set_new(model, "found", json_string(found >= COUNTED ? "1万件以上" : text(rq, "%lld件", (long long)found)));
	json_object_set_new(model, "first", json_string(*query->before_id ? base : ""));
	json_object_set_new(model, "next", json_string(more ? text(rq, "%s&at=%lld&id=%s", base,
		(long long)entries[count - 1].opened_ms, entries[count - 1].id) : ""));
	return ok();
}

struct result page_book(struct request *rq, struct why *why)
{
	struct policy_registry registry;
	struct book_query query;
	rq->menu = "registers";
	TRY(registry_of(rq, &registry, why));
	TRY(read_query(rq, registry.name, &query, why));
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"台帳・記録簿", "/registers"}, {registry.title, ""}};
	json_t *model = json_pack("{s:s, s:o, s:s, s:s, s:s, s:o, s:o}", "title", registry.title, "crumbs",
		show_crumbs(crumbs, 3), "path", text(rq, "/books/%s", registry.name), "new_path",
		text(rq, "/books/%s/new", registry.name), "q", query.words, "states", state_options(query.state), "clauses",
		clauses_of_book(rq, registry.name));
	struct result done = list_model(rq, &query, model, why);
	if (done.code == OK)
		return reply_page(rq, 200, "book", model, why);
	json_decref(model);
	return done;
}

/* ---- one entry --------------------------------------------------------------------- */

static struct result find_entry(struct request *rq, struct policy_registry *registry, struct book_entry *entry,
                                struct why *why)
{
	TRY(registry_of(rq, registry, why));
	TRY(book_get(parts_of(rq)->registers, path_part(rq, 1), rq->arena, entry, why));
	return strcmp(entry->registry, registry->name) == 0 ? ok() : fail(why, E_ABSENT, "entry", "この記録簿に、その記録はありません。");
}

/* A moment is typed in one line; ids of clauses too. */
static struct policy_fact typed_as(const struct policy_fact *fact)
{
	struct policy_fact shown = *fact;
	bool moment = fact->type == FACT_NONE, ids = fact->type == FACT_SET && fact->member == FACT_NONE;
	if (moment || ids)
		shown.type = FACT_TEXT;
	return shown;
}

/* which: the empty fields to be written, or all of them to be corrected */
static struct result entry_fields(struct request *rq, const struct book_entry *e, bool all, struct fields *out,
                                  struct why *why)
{
	struct policy_fact *facts = ARENA_ARRAY(rq->arena, e->field_count + 1, struct policy_fact);
	size_t n = 0;
	if (!facts)
		return fail(why, E_MEMORY, "", "no memory for the form");
	for (size_t i = 0; i < e->field_count; i++)
		if (all || !e->fields[i].written)
			facts[n++] = typed_as(&e->fields[i].fact);
	TRY(fields_new(rq, facts, n, out, why));
	for (size_t i = 0; i < out->count; i++) {
		const struct book_field *field = NULL;
		for (size_t k = 0; k < e->field_count; k++)
			if (strcmp(e->fields[k].fact.path, out->at[i].fact.path) == 0)
				field = &e->fields[k];
		out->at[i].none = field && field->fact.if_any ? BOOK_NONE : "";
		if (field && field->fact.type == FACT_NONE)
			out->at[i].help = "例: R8.11.20 14:30（時刻は省けます）";
		if (all && field)
			fields_fill(rq, out, field->fact.path, field->value);
	}
	return ok();
}

static json_t *written_fields(struct request *rq, const struct book_entry *e)
{
	json_t *list = json_array();
	for (size_t i = 0; i < e->field_count; i++) {
		const struct book_field *f = &e->fields[i];
		bool row = f->fact.type == FACT_ROW && strcmp(f->value, BOOK_NONE) != 0;
		json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:o}", "label", f->fact.label, "value",
			row ? "" : book_said(rq, e, f), "written", f->written, "row",
			row && f->written ? show_row_link(rq, f->value) : json_false()));
	}
	return list;
}

static json_t *entry_link(struct request *rq, const char *id)
{
	struct book_entry other;
	if (!*id || book_get(parts_of(rq)->registers, id, rq->arena, &other, NULL).code != OK)
		return json_false();
	return json_pack("{s:s, s:s}", "href", text(rq, "/books/%s/%s", other.registry, id), "number", other.number);
}

static const char *until_words(struct request *rq, const struct book_entry *e)
{
	char day[48];
	if (e->erased)
		return "保存の期間が過ぎ、文章は消去しました。";
	if (!*e->retention)
		return "保存の期間が決められていません（未設定）。消去しません。";
	if (!e->until)
		return text(rq, "閉じた日から%s", said_period(rq, e->retention));
	day_long(e->until, day);
	return text(rq, "%sまで", day);
}

static json_t *entry_model(struct request *rq, const struct policy_registry *registry, const struct book_entry *e)
{
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"台帳・記録簿", "/registers"},
		{registry->title, text(rq, "/books/%s", registry->name)}, {e->number, ""}};
	json_t *model = json_pack("{s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:b}", "title",
		text(rq, "%s %s", registry->title, e->number), "crumbs", show_crumbs(crumbs, 4), "what",
		*e->act ? policy_label(parts_of(rq)->policy, NULL, e->act) : "", "number", e->number, "about",
		show_row_link(rq, e->row), "section", show_section(rq, e->section), "when", show_time(e->opened_ms), "who",
		show_person(rq, e->opened_by), "clauses", show_clause_links(rq, e->clauses, e->clause_count), "keep",
		until_words(rq, e), "reason", e->reason, "held", e->held);
	json_object_set_new(model, "writer", *e->writer ? show_person(rq, e->writer) : json_string(""));
	json_object_set_new(model, "taken", json_string(strncmp(e->origin, "taken:", 6) == 0 ? e->by : ""));
	json_object_set_new(model, "written", written_fields(rq, e));
	json_object_set_new(model, "corrects", entry_link(rq, e->corrects));
	json_object_set_new(model, "corrected_by", entry_link(rq, e->corrected_by));
	json_object_set_new(model, "open", json_boolean(e->state == BOOK_OPEN));
	json_object_set_new(model, "empty", json_integer((json_int_t)e->empty_count));
	return model;
}

static struct result show_entry(struct request *rq, unsigned status, const struct policy_registry *registry,
                                const struct book_entry *e, struct fields *fields, const char *wrong,
                                struct why *why)
{
	const char *path = text(rq, "/books/%s/%s", registry->name, e->id);
	struct desk desk = desk_of(rq);
	bool may = false;
	rq->menu = "registers";
	TRY(desk_may(&desk, rq->person.id, e->section, &may, why));
	may |= strcmp(e->writer, rq->person.id) == 0;
	moments_in_line(fields);
	json_t *asks = fields_model(rq, fields, why);
	if (!asks)
		return (struct result){why->code};
	json_t *model = entry_model(rq, registry, e);
	json_object_update(model, asks);
	json_decref(asks);
	json_object_set_new(model, "may", json_boolean(may && e->state == BOOK_OPEN));
	json_object_set_new(model, "may_correct", json_boolean(may && e->state != BOOK_CORRECTED && !e->erased));
	json_object_set_new(model, "path", json_string(path));
	json_object_set_new(model, "form", may ? form_token(rq, path) : json_string(""));
	json_object_set_new(model, "correct", json_string(text(rq, "%s/correct", path)));
	json_object_set_new(model, "wrong", json_string(wrong));
	json_object_set_new(model, "errors", fields_errors(fields));
	return reply_page(rq, status, "record", model, why);
}

struct result page_record(struct request *rq, struct why *why)
{
	struct policy_registry registry;
	struct book_entry e;
	struct fields fields;
	TRY(find_entry(rq, &registry, &e, why));
	TRY(entry_fields(rq, &e, false, &fields, why));
	return show_entry(rq, 200, &registry, &e, &fields, "", why);
}

/* The fields that were typed, as cells. */
static struct cell *typed_cells(struct request *rq, const struct book_entry *e, const struct fields *fields,
                                bool all, size_t *count)
{
	struct cell *cells = ARENA_ARRAY(rq->arena, fields->count + 1, struct cell);
	*count = 0;
	for (size_t i = 0; cells && i < fields->count; i++) {
		const char *value = fields->at[i].value;
		for (size_t k = 0; k < e->field_count; k++)
			if (strcmp(e->fields[k].fact.path, fields->at[i].fact.path) == 0 && e->fields[k].fact.type == FACT_NONE)
				value = moment_typed(rq, value);
		if (all || *value)
			cells[(*count)++] = (struct cell){fields->at[i].fact.path, value};
	}
	return cells;
}

static struct result write_entry(struct request *rq, struct book_entry *e, const struct fields *fields,
                                 struct why *stop)
{
	size_t count;
	struct cell *cells = typed_cells(rq, e, fields, false, &count);
	if (!cells)
		return fail(stop, E_MEMORY, "", "no memory for the form");
	struct web_parts *p = parts_of(rq);
	TRY(book_fill(p->registers, e->id, cells, count, rq->person.id, "", stop));
	if (strcmp(posted(rq, "close"), "1") != 0)
		return ok();
	struct desk desk = desk_of(rq);
	return desk_entry_close(&desk, e->id, rq->person.id, rq->arena, stop);
}

struct result post_record(struct request *rq, struct why *why)
{
	struct policy_registry registry;
	struct book_entry e;
	struct fields fields;
	struct why stop = {0};
	TRY(find_entry(rq, &registry, &e, why));
	TRY(entry_fields(rq, &e, false, &fields, why));
	TRY(fields_read(rq, &fields, why));
	if (fields.again)
		return show_entry(rq, 200, &registry, &e, &fields, "", why);
	if (fields.wrong)
		return show_entry(rq, 400, &registry, &e, &fields, "", why);
	struct result done = write_entry(rq, &e, &fields, &stop);
	if (done.code == OK) {
		reply_redirect(rq, text(rq, "/books/%s/%s", registry.name, e.id));
		return ok();
	}
	if (done.code != E_INPUT && done.code != E_ABSENT && done.code != E_CONFLICT && done.code != E_DENIED)
		return fail(why, done.code, stop.place, "%s", stop.text);
	TRY(find_entry(rq, &registry, &e, why)); /* what could be written is written */
	struct fields rest;
	TRY(entry_fields(rq, &e, false, &rest, why));
	for (size_t i = 0; i < rest.count; i++) {
		struct field *typed = fields_get(&fields, rest.at[i].fact.path);
		if (typed)
			fields_fill(rq, &rest, typed->fact.path, *typed->typed ? typed->typed : typed->value);
	}
	const char *said = text(rq, "%s", stop.text);
	bool marked = fields_mark(rq, &rest, stop.place, said);
	return show_entry(rq, done.code == E_CONFLICT ? 409 : 400, &registry, &e, &rest, marked ? "" : said, why);
}

/* ---- correcting ---------------------------------------------------------------------- */

static struct result show_correction(struct request *rq, unsigned status, const struct policy_registry *registry,
                                     const struct book_entry *e, struct fields *fields, const char *wrong,
                                     struct why *why)
{
	const char *path = text(rq, "/books/%s/%s/correct", registry->name, e->id);
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"台帳・記録簿", "/registers"},
		{registry->title, text(rq, "/books/%s", registry->name)},
		{e->number, text(rq, "/books/%s/%s", registry->name, e->id)}, {"訂正", ""}};
	rq->menu = "registers";
	moments_in_line(fields);
	json_t *asks = fields_model(rq, fields, why);
	if (!asks)
		return (struct result){why->code};
	json_t *errors = fields_errors(fields);
	if (*wrong)
		json_array_insert_new(errors, 0, json_pack("{s:s, s:s}", "field", "reason", "text", wrong));
	json_t *model = json_pack("{s:s, s:o, s:s, s:s, s:o, s:s, s:s, s:s, s:o}", "title",
		text(rq, "%s %sを訂正する", registry->title, e->number), "crumbs", show_crumbs(crumbs, 5), "number", e->number,
		"path", path, "form", form_token(rq, path), "reason", posted(rq, "reason"), "wrong_reason", wrong, "back",
		text(rq, "/books/%s/%s", registry->name, e->id), "errors", errors);
	json_object_update(model, asks);
	json_decref(asks);
	return reply_page(rq, status, "record_correct", model, why);
}

struct result page_correct(struct request *rq, struct why *why)
{
	struct policy_registry registry;
	struct book_entry e;
	struct fields fields;
	TRY(find_entry(rq, &registry, &e, why));
	TRY(entry_fields(rq, &e, true, &fields, why));
	return show_correction(rq, 200, &registry, &e, &fields, "", why);
}

struct result post_correct(struct request *rq, struct why *why)
{
	struct policy_registry registry;
	struct book_entry e;
	struct fields fields;
	struct why stop = {0};
	size_t count;
	char made[27];
	TRY(find_entry(rq, &registry, &e, why));
	TRY(entry_fields(rq, &e, true, &fields, why));
	TRY(fields_read(rq, &fields, why));
	if (fields.again || fields.wrong)
		return show_correction(rq, fields.again ? 200 : 400, &registry, &e, &fields, "", why);
	struct cell *cells = typed_cells(rq, &e, &fields, true, &count);
	if (!cells)
		return fail(why, E_MEMORY, "", "no memory for the form");
	struct result done = book_correct(parts_of(rq)->registers, e.id, posted(rq, "reason"), cells, count,
	                                  rq->person.id, "", made, &stop);
	if (done.code == OK) {
		reply_redirect(rq, text(rq, "/books/%s/%s", registry.name, made));
		return ok();
	}
	if (done.code != E_INPUT && done.code != E_ABSENT)
		return fail(why, done.code, stop.place, "%s", stop.text);
	const char *said = text(rq, "%s", stop.text);
	bool marked = fields_mark(rq, &fields, stop.place, said);
	return show_correction(rq, 400, &registry, &e, &fields, marked ? "" : said, why);
}
