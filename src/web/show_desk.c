/* How rows of registers and entries of record books are shown. */
#include "web/desk_pages.h"

#include "base/number.h"

struct desk desk_of(struct request *rq)
{
	struct web_parts *p = parts_of(rq);
	return (struct desk){.store = p->store, .ledger = p->ledger, .vault = p->vault, .policy = p->policy,
	                     .policy_name = p->policy_name, .office = p->office, .registers = p->registers,
	                     .proceedings = p->proceedings, .random = p->random, .clock = p->clock,
	                     .body = p->body};
}

const char *path_part(struct request *rq, size_t index)
{
	return text(rq, "%.*s", SLICE_ARG(rq->part[index]));
}

/* Takes what is of this kind out of `items`, onto a shelf. */
static void add_shelf(json_t *shelves, json_t *items, const char *kind, const char *label, bool searched)
{
	enum { MANY = 12 };
	json_t *on = json_array();
	for (size_t i = 0; i < json_array_size(items);)
		if (strcmp(json_string_value(json_object_get(json_array_get(items, i), "kind")), kind) == 0) {
			json_array_append(on, json_array_get(items, i));
			json_array_remove(items, i);
		} else {
			i++;
		}
	json_t *shelf = json_pack("{s:s, s:i, s:b, s:o}", "label", label, "total", (int)json_array_size(on), "many",
	                          !searched && json_array_size(on) > MANY, "items", on);
	if (json_array_size(on))
		json_array_append(shelves, shelf);
	json_decref(shelf);
}

json_t *show_shelves(struct request *rq, json_t *items, const char *q)
{
	json_t *shelves = json_array(), *rest = json_array();
	struct policy_kind kind;
	for (size_t i = 0; policy_kind_at(parts_of(rq)->policy, i, &kind); i++)
		add_shelf(shelves, items, kind.name, kind.title, *q);
	add_shelf(rest, items, "", "そのほか", *q);
	while (json_array_size(items)) {
		const char *other = text(rq, "%s", json_string_value(json_object_get(json_array_get(items, 0), "kind")));
		add_shelf(shelves, items, other, policy_label(parts_of(rq)->policy, NULL, other), *q);
	}
	json_array_extend(shelves, rest);
	json_decref(rest);
	json_decref(items);
	return shelves;
}

struct result kind_of(struct request *rq, struct policy_kind *out, struct why *why)
{
	for (size_t i = 0; policy_kind_at(parts_of(rq)->policy, i, out); i++)
		if (!out->proceeding && slice_is(rq->part[0], out->name))
			return ok();
	return fail(why, E_ABSENT, "kind", "その名前の台帳はありません。");
}

const char *register_title(struct request *rq, const struct policy_kind *kind)
{
	return text(rq, "%s台帳", kind->title);
}

json_t *show_class(struct request *rq, const struct register_class *c)
{
	bool certain = strcmp(c->low, c->high) == 0;
	const char *label = policy_label(parts_of(rq)->policy, NULL, c->scale);
	return json_pack("{s:s, s:s, s:s, s:s, s:b}", "scale", c->scale, "label", label, "letter", certain ? c->low : "",
	                 "words", certain ? "" : text(rq, "未定（%sとして扱う）", c->high), "certain", certain);
}

const char *row_path(struct request *rq, const struct register_row *row)
{
	bool runs = policy_kind_step(parts_of(rq)->policy, row->kind, 0) != NULL;
	return runs ? text(rq, "/case/%s", row->id) : text(rq, "/registers/%s/%s", row->kind, row->id);
}

json_t *show_row_link(struct request *rq, const char *id)
{
	struct register_row row;
	struct application a;
	if (*id && parts_of(rq)->proceedings && register_get(parts_of(rq)->registers, id, rq->arena, &row, NULL).code != OK &&
	    application_get(parts_of(rq)->proceedings, id, rq->arena, &a, NULL).code == OK)
		return json_pack("{s:s, s:s, s:s}", "name", text(rq, "申請 %s", a.number), "number", "", "href",
		                 text(rq, "/decide/%s", a.id));
	if (!*id || register_get(parts_of(rq)->registers, id, rq->arena, &row, NULL).code != OK)
		return json_pack("{s:s, s:s, s:s}", "name", id, "number", "", "href", "");
	return json_pack("{s:s, s:s, s:s}", "name", row.name, "number", text(rq, "%lld", (long long)row.serial), "href",
	                 row_path(rq, &row));
}

json_t *show_clause_links(struct request *rq, const char *const *ids, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *clause = show_clause(rq, ids[i]);
		if (json_is_object(clause))
			json_array_append_new(list, clause);
		else
			json_decref(clause);
	}
	return list;
}

const char *said_moment(struct request *rq, const char *value)
{
	day_t day;
	char shown[48];
	if (day_parse(slice_part(slice_str(value), 0, 10), &day, NULL).code != OK)
		return value;
	day_short(day, shown);
	return text(rq, "%s%s", shown, value + (strlen(value) > 10 ? 10 : strlen(value)));
}

/* "R8.11.20 14:30" as records keep it; what cannot be read is left as it is typed,
 * and the register says what to write. */
const char *moment_typed(struct request *rq, const char *typed)
{
	const char *space = strpbrk(typed, " \t");
	size_t len = space ? (size_t)(space - typed) : strlen(typed);
	day_t day;
	char iso[11];
	if (day_parse(slice_of(typed, len), &day, NULL).code != OK)
		return typed;
	day_iso(day, iso);
	const char *clock = space ? space + strspn(space, " \t") : "";
	return text(rq, "%s%s%s%s", iso, *clock ? " " : "", strlen(clock) == 4 ? "0" : "", clock);
}

const char *said_period(struct request *rq, const char *period)
{
	static const char *const units[][2] = {{"hour", "時間"}, {"day", "日"}, {"working-day", "開庁日"},
		{"month", "か月"}, {"year", "年"}, {"fiscal-year", "年度"}};
	const char *space = strchr(period, ' ');
	uint64_t n;
	if (!space || !number_parse_u64(slice_of(period, (size_t)(space - period)), &n))
		return period;
	if (strncmp(space + 1, "month", 5) == 0 && n && n % 12 == 0)
		return text(rq, "%llu年", (unsigned long long)n / 12);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strncmp(space + 1, units[i][0], strlen(units[i][0])) == 0)
			return text(rq, "%llu%s", (unsigned long long)n, units[i][1]);
	return period;
}

void moments_in_line(struct fields *fields)
{
	static const char *const moments[] = {"performed_at", "approved_at"};
	for (size_t i = 0; i < fields->count; i++)
		for (size_t k = 0; k < sizeof moments / sizeof *moments; k++)
			if (strcmp(fields->at[i].fact.path, moments[k]) == 0)
				fields->at[i].fact.type = FACT_NONE;
}

const char *book_said(struct request *rq, const struct book_entry *entry, const struct book_field *field)
{
	if (strcmp(field->value, BOOK_NONE) == 0)
		return "該当なし";
	if (field->fact.type == FACT_NONE)
		return said_moment(rq, field->value);
	if (field->fact.type == FACT_SET && field->fact.member == FACT_NONE)
		return field->value;
	return fields_said(rq, *entry->act ? entry->act : NULL, &field->fact, field->value);
}

static json_t *entry_chip(const struct book_entry *e)
{
	if (e->state == BOOK_OPEN)
		return e->empty_count ? show_chip("amber", "hold", "記入中") : show_chip("blue", "clock", "閉じるのを待つ");
	return e->state == BOOK_CLOSED ? show_chip("green", "check", "記入済み") : show_chip("gray", "slash", "訂正あり");
}

/* the first fields that are written and short */
static const char *gist(struct request *rq, const struct book_entry *e)
{
	const char *all = "";
	for (size_t i = 0, n = 0; i < e->field_count && n < 3; i++) {
		const struct book_field *f = &e->fields[i];
		if (!*f->value || f->fact.type == FACT_TEXT)
			continue;
		all = text(rq, "%s%s%s: %s", all, *all ? "　" : "", f->fact.label, book_said(rq, e, f));
		n++;
	}
	return all;
}

json_t *show_entries(struct request *rq, const struct book_entry *entries, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		const struct book_entry *e = &entries[i];
		const char *what = *e->act ? policy_label(parts_of(rq)->policy, NULL, e->act) : "";
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:i, s:o}", "href",
			text(rq, "/books/%s/%s", e->registry, e->id), "number", e->number, "book",
			policy_label(parts_of(rq)->policy, NULL, e->registry), "what", what, "chip", entry_chip(e),
			"when", show_time(e->opened_ms), "about", show_row_link(rq, e->row), "gist", gist(rq, e), "empty",
			e->state == BOOK_OPEN ? (int)e->empty_count : 0, "section", show_section(rq, e->section)));
	}
	return list;
}

struct result show_sections(struct request *rq, const char *chosen, bool may, json_t **out, struct why *why)
{
	struct section *sections;
	size_t count;
	struct desk desk = desk_of(rq);
	TRY(office_sections(parts_of(rq)->office, rq->arena, &sections, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		bool allowed = true;
		if (may && desk_may(&desk, rq->person.id, sections[i].id, &allowed, why).code != OK) {
			json_decref(list);
			return (struct result){why->code};
		}
		if (allowed)
			json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "value", sections[i].id, "label",
				sections[i].name, "chosen", strcmp(sections[i].id, chosen) == 0));
	}
	*out = list;
	return ok();
}
