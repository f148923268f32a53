/* 台帳: what registers and record books there are; one register's list. */
#include "web/desk_pages.h"

#include "base/number.h"

/* A search is counted less far than a list: each of its hits is looked up. */
enum { LISTED = 50, COUNTED = 10000, SEARCH_COUNTED = 1000, COLUMNS = 3 };

/* ---- all of them ---------------------------------------------------------------- */

static struct result count_rows(struct request *rq, const char *kind, int64_t *out, struct why *why)
{
	const struct register_query query = {.kind = kind};
	return register_count(parts_of(rq)->registers, &query, COUNTED, out, why);
}

static const char *said_count(struct request *rq, int64_t count, int64_t most)
{
	if (count < most)
		return text(rq, "%lld件", (long long)count);
	return most == COUNTED ? "1万件以上" : "1,000件以上";
}

static struct result list_kinds(struct request *rq, json_t *list, struct why *why)
{
	struct policy_kind kind;
	for (size_t i = 0; policy_kind_at(parts_of(rq)->policy, i, &kind); i++) {
		int64_t count = 0;
		if (kind.proceeding || !policy_act_exists(parts_of(rq)->policy, text(rq, "%s.register", kind.name)))
			continue;
		TRY(count_rows(rq, kind.name, &count, why));
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b}", "label", register_title(rq, &kind), "href",
			text(rq, "/registers/%s", kind.name), "count", said_count(rq, count, COUNTED), "some", count > 0));
	}
	return ok();
}

static struct result list_books(struct request *rq, json_t *list, struct why *why)
{
	struct policy_registry registry;
	for (size_t i = 0; policy_registry_at(parts_of(rq)->policy, i, &registry); i++) {
		struct book_query query = {.registry = registry.name};
		int64_t all = 0, open = 0;
		TRY(book_count(parts_of(rq)->registers, &query, COUNTED, &all, why));
		query.state = BOOK_OPEN;
		TRY(book_count(parts_of(rq)->registers, &query, COUNTED, &open, why));
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b, s:s}", "label", registry.title, "href",
			text(rq, "/books/%s", registry.name), "count", said_count(rq, all, COUNTED), "some", all > 0, "open",
			open ? said_count(rq, open, COUNTED) : ""));
	}
	return ok();
}

/* What the person has still to write stands first. */
static struct result list_mine(struct request *rq, json_t **out, struct why *why)
{
	const struct book_query query = {.writer = rq->person.id, .state = BOOK_OPEN, .limit = 20};
	struct book_entry *entries;
	size_t count;
	bool more;
	TRY(book_list(parts_of(rq)->registers, &query, rq->arena, &entries, &count, &more, why));
	*out = show_entries(rq, entries, count);
	return ok();
}

struct result page_registers(struct request *rq, struct why *why)
{
	static const char *const crumbs[][2] = {{"ホーム", "/"}, {"台帳・記録簿", ""}};
	json_t *mine = NULL;
	rq->menu = "registers";
	TRY(list_mine(rq, &mine, why));
	json_t *model = json_pack("{s:s, s:o, s:[], s:[], s:o}", "title", "台帳・記録簿", "crumbs",
		show_crumbs(crumbs, 2), "kinds", "books", "mine", mine);
	struct result done = list_kinds(rq, json_object_get(model, "kinds"), why);
	if (done.code == OK)
		done = list_books(rq, json_object_get(model, "books"), why);
	if (done.code == OK)
		return reply_page(rq, 200, "registers", model, why);
	json_decref(model);
	return done;
}

/* ---- one list -------------------------------------------------------------------- */

struct listing {
	struct policy_kind kind;
	const struct policy_fact *facts;
	size_t fact_count;
	const struct policy_fact *columns[COLUMNS], *scale;
	size_t column_count;
	struct register_query query;
};

/* The facts that tell one row from another at a glance: words, days, numbers; the
 * rest stands on the row's own page.                                        */
static void choose_columns(struct listing *l)
{
	static const enum fact_type telling[] = {FACT_WORD, FACT_DATE, FACT_PERSON, FACT_NUMBER, FACT_YESNO};
	for (size_t t = 0; t < sizeof telling / sizeof *telling; t++)
		for (size_t i = 0; i < l->fact_count && l->column_count < COLUMNS; i++)
			if (l->facts[i].type == telling[t])
				l->columns[l->column_count++] = &l->facts[i];
	for (size_t i = 0; i < l->fact_count && !l->scale; i++)
		l->scale = l->facts[i].type == FACT_LEVEL ? &l->facts[i] : NULL;
}

static const struct {
	const char *name, *label;
	enum register_order order;
} orders[] = {
	{"name", "名前の順", ORDER_NAME}, {"serial", "番号の順", ORDER_SERIAL}, {"changed", "新しく変えた順", ORDER_CHANGED},
};

static struct result read_query(struct request *rq, struct listing *l, struct why *why)
{
	int64_t number = 0;
	const char *order = asked(rq, "order");
	if (*asked(rq, "at") && !number_parse_i64(slice_str(asked(rq, "at")), &number))
		return fail(why, E_INPUT, "at", "続きの場所が読めません。台帳を開き直してください。");
	l->query = (struct register_query){.kind = l->kind.name, .words = asked(rq, "q"), .section = asked(rq, "section"),
		.closed = strcmp(asked(rq, "closed"), "1") == 0, .after_name = asked(rq, "name"), .after_id = asked(rq, "id"),
		.after_number = number, .limit = LISTED};
	if (l->scale && *asked(rq, "level")) {
		l->query.path = l->scale->path;
		l->query.value = asked(rq, "level");
	}
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
		if (strcmp(orders[i].name, order) == 0)
			l->query.order = orders[i].order;
	return ok();
}

static json_t *order_options(const struct listing *l)
{
	json_t *list = json_array();
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "value", orders[i].name, "label", orders[i].label,
			"chosen", orders[i].order == l->query.order));
	return list;
}

static json_t *level_options(const struct listing *l)
{
	json_t *list = json_array();
	for (size_t i = l->scale ? l->scale->word_count : 0; i-- > 0;)
		json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "value", l->scale->words[i], "label",
			l->scale->words[i], "chosen", l->query.value && strcmp(l->query.value, l->scale->words[i]) == 0));
	return list;
}

static json_t *column_labels(const struct listing *l)
{
	json_t *list = json_array();
	for (size_t i = 0; i < l->column_count; i++)
		json_array_append_new(list, json_pack("{s:s}", "label", l->columns[i]->label));
	return list;
}

static json_t *classes_of(struct request *rq, const struct register_row *row)
{
	json_t *list = json_array();
	for (size_t i = 0; i < row->class_count; i++)
		json_array_append_new(list, show_class(rq, &row->classes[i]));
	return list;
}

static json_t *row_model(struct request *rq, const struct listing *l, const struct register_row *row)
{
	json_t *cells = json_array();
	for (size_t i = 0; i < l->column_count; i++)
		json_array_append_new(cells, json_pack("{s:s, s:s}", "label", l->columns[i]->label, "value",
			fields_said(rq, NULL, l->columns[i], register_cell(row, l->columns[i]->path))));
	return json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:o}", "number", (json_int_t)row->serial, "name", row->name,
	                 "href", row_path(rq, row), "classes", classes_of(rq, row),
	                 "section", show_section(rq, row->section), "cells", cells, "when", show_time(row->changed_ms));
}

/* The same list with the same conditions, perhaps from another place on. */
static const char *list_path(struct request *rq, const struct listing *l, const struct register_row *after)
{
	const struct register_query *q = &l->query;
	const char *from = text(rq, "/registers/%s?q=%s&section=%s&level=%s&order=%s&closed=%d", l->kind.name,
		show_escaped(rq, slice_str(q->words)), show_escaped(rq, slice_str(q->section)),
		show_escaped(rq, slice_str(asked(rq, "level"))), orders[q->order].name, q->closed);
	if (!after)
		return from;
	int64_t at = q->order == ORDER_CHANGED ? after->changed_ms : after->serial;
	return text(rq, "%s&name=%s&id=%s&at=%lld", from, show_escaped(rq, slice_str(after->name)), after->id,
	            (long long)at);
}

static json_t *applied(struct request *rq, const struct listing *l)
{
	json_t *list = json_array();
	const char *section = l->query.section;
	if (*l->query.words)
		json_array_append_new(list, json_string(text(rq, "「%s」を含む", l->query.words)));
	if (l->query.value)
		json_array_append_new(list, json_string(text(rq, "%s %s", l->scale->label, l->query.value)));
	if (*section) {
		json_t *name = show_section(rq, section);
		json_array_append_new(list, json_string(text(rq, "所管 %s", json_string_value(name))));
		json_decref(name);
	}
	if (l->query.closed)
		json_array_append_new(list, json_string("廃止したもの"));
	return list;
}

static struct result list_model(struct request *rq, const struct listing *l, json_t *model, struct why *why)
{
	struct register_row *rows;
	size_t count;
	bool more;
	int64_t found = 0, most = l->query.words && *l->query.words ? SEARCH_COUNTED : COUNTED;
	json_t *sections = NULL;
	TRY(register_list(parts_of(rq)->registers, &l->query, rq->arena, &rows, &count, &more, why));
	/* a first page that holds all has counted them: a search is then made once */
	found = (int64_t)count;
	if (more || (l->query.after_id && *l->query.after_id))
		TRY(register_count(parts_of(rq)->registers, &l->query, most, &found, why));
	TRY(show_sections(rq, l->query.section, false, &sections, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, row_model(rq, l, &rows[i]));
	json_object_set_new(model, "rows", list);
	json_object_set_new(model, "sections", sections);
	json_object_set_new(model, "found", json_string(said_count(rq, found, most)));
	json_object_set_new(model, "next", json_string(more ? list_path(rq, l, &rows[count - 1]) : ""));
	json_object_set_new(model, "first", json_string(*l->query.after_id ? list_path(rq, l, NULL) : ""));
	return ok();
}

struct result page_register(struct request *rq, struct why *why)
{
	struct listing l = {.query = {0}};
	rq->menu = "registers";
	TRY(kind_of(rq, &l.kind, why));
	TRY(policy_kind_facts(parts_of(rq)->policy, l.kind.name, rq->arena, &l.facts, &l.fact_count, why));
	choose_columns(&l);
	TRY(read_query(rq, &l, why));
	const char *title = register_title(rq, &l.kind), *base = text(rq, "/registers/%s", l.kind.name);
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"台帳・記録簿", "/registers"}, {title, ""}};
	json_t *model = json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:s, s:o}", "title", title,
		"crumbs", show_crumbs(crumbs, 3), "path", base, "new_path", text(rq, "%s/new", base), "q", l.query.words,
		"level_label", l.scale ? l.scale->label : "", "closed", l.query.closed, "levels", level_options(&l), "orders",
		order_options(&l), "columns", column_labels(&l), "plain_path", base, "applied", applied(rq, &l));
	struct result done = list_model(rq, &l, model, why);
	if (done.code == OK)
		return reply_page(rq, 200, "register", model, why);
	json_decref(model);
	return done;
}
