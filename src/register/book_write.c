/* Opening, writing, closing, correcting and retiring entries of record books. */
#include "register/book_internal.h"
#include "register/hold.h"

#include <stdio.h>

enum { ROOM = 8 << 20, CLAUSES = 64 };

const char *book_gram_kind(const char *registry, struct arena *arena)
{
	return arena_printf(arena, "book:%s", registry);
}

static day_t today_of(const struct registers *r)
{
	return day_of_ms(clock_now_ms(r->at.clock));
}

static struct register_change by_whom(const char *actor, const char *post, const struct slice *clauses,
                                      size_t count)
{
	return (struct register_change){.actor = actor, .post = post, .clauses = clauses, .clause_count = count};
}

/* ---- what an entry is about to say */

struct draft {
	struct registers *r;
	const struct book_opening *opening;
	const struct book_event *event;
	struct policy_registry registry;
	struct register_row row; /* id NULL: about no row */
	struct policy_fact fields[BOOK_FIELDS];
	size_t field_count;
	json_t *names, *cells, *texts;
	struct arena *arena;
};

static void draft_done(struct draft *d)
{
	json_decref(d->names);
	json_decref(d->cells);
	json_decref(d->texts);
}

static const char *known(const struct book_event *event, const char *field)
{
	for (size_t i = 0; i < event->known_count; i++) {
		const char *path = event->known[i].path;
		path += strncmp(path, "object.", 7) == 0 ? 7 : 0;
		if (strcmp(path, field) == 0)
			return event->known[i].value;
	}
	return NULL;
}

/* The class of a row stands for its level when it is certain. */
static const char *row_value(const struct register_row *row, const char *field)
{
	for (size_t i = 0; i < row->class_count; i++)
		if (strcmp(row->classes[i].scale, field) == 0)
			return strcmp(row->classes[i].low, row->classes[i].high) == 0 ? row->classes[i].low : "";
	return register_cell(row, field);
}

static const char *clause_words(const struct draft *d)
{
	const char *all = "";
	for (size_t i = 0; i < d->opening->clause_count && all; i++)
		all = arena_printf(d->arena, "%s%s%.*s", all, i ? " " : "", SLICE_ARG(d->opening->clauses[i]));
	return all;
}

/* One value into its place: 該当なし stands in the clear, a text is sealed. */
static struct result put_field(struct registers *r, const struct policy_fact *fact, const char *value,
                               json_t *cells, json_t *texts, struct arena *arena, struct why *why)
{
	if (strcmp(value, BOOK_NONE) != 0)
		return value_put(r, fact, value, cells, texts, ROWS_ALL, arena, why);
	if (!fact->if_any)
		return fail(why, E_INPUT, fact->path, "「%s」は「該当なし」にできません。書いてください。", fact->label);
	return json_object_set_new(cells, fact->path, json_string(value)) == 0 ? ok() : register_no_memory(why);
}

/* What is told, else what is plain from who acts and what the row says. */
static const char *value_of(const struct draft *d, const struct policy_fact *fact)
{
	const char *name = fact->path, *told = known(d->event, name);
	if (told)
		return told;
	if (strcmp(name, "performer") == 0 || strcmp(name, "applicant") == 0)
		return (told = known(d->event, "actor")) ? told : "";
	if (strcmp(name, "clauses") == 0)
		return clause_words(d);
	if (!d->row.id)
		return "";
	if (strcmp(name, "section") == 0 && !*register_cell(&d->row, name))
		return d->row.section;
	return fact->type == FACT_ROW && strcmp(name, d->row.kind) == 0 ? d->row.id : row_value(&d->row, name);
}

static struct result draft_field(struct draft *d, const char *name, struct why *why)
{
	struct policy_fact *fact = &d->fields[d->field_count];
	for (size_t i = 0; i < d->field_count; i++)
		if (strcmp(d->fields[i].path, name) == 0)
			return ok();
	if (d->field_count == BOOK_FIELDS - 1)
		return fail(why, E_LIMIT, name, "記録簿の欄は%d個までです。", BOOK_FIELDS - 1);
	TRY(book_resolve(d->r, d->event->act ? d->event->act : "", d->registry.kind, name, d->arena, fact, why));
	d->field_count++;
	const char *value = value_of(d, fact);
	if (!value || json_array_append_new(d->names, json_string(name)) != 0)
		return register_no_memory(why);
	return put_field(d->r, fact, value, d->cells, d->texts, d->arena, why);
}

static struct result draft_fields(struct draft *d, struct why *why)
{
	static const char *const plain[] = {"performed_at", "performer", "result"};
	bool given = d->opening->keep_count > 0;
	size_t count = given ? d->opening->keep_count : sizeof plain / sizeof *plain;
	for (size_t i = 0; i < count; i++)
		TRY(draft_field(d, given ? d->opening->keep[i] : plain[i], why));
	return ok();
}

static struct result draft_about(struct draft *d, struct why *why)
{
	const struct book_event *e = d->event;
	struct person person;
	struct section section;
	if (!policy_registry_find(d->r->at.policy, d->opening->registry, &d->registry))
		return fail(why, E_ABSENT, d->opening->registry, "「%.60s」という記録簿はありません。", d->opening->registry);
	if (office_section(d->r->at.office, e->section ? e->section : "", d->arena, &section, NULL).code != OK)
		return fail(why, E_ABSENT, "section", "所管課「%.60s」は、組織にありません。", e->section ? e->section : "");
	if (e->writer && *e->writer && office_person(d->r->at.office, e->writer, d->arena, &person, NULL).code != OK)
		return fail(why, E_ABSENT, "writer", "記録する人「%.60s」は、組織にありません。", e->writer);
	if (e->row && *e->row)
		TRY(register_get(d->r, e->row, d->arena, &d->row, why));
	return ok();
}

static struct result draft_new(struct registers *r, const struct book_opening *opening,
                               const struct book_event *event, struct arena *arena, struct draft *d,
                               struct why *why)
{
	*d = (struct draft){.r = r, .opening = opening, .event = event, .names = json_array(),
	                    .cells = json_object(), .texts = json_object(), .arena = arena};
	if (!d->names || !d->cells || !d->texts)
		return register_no_memory(why);
	TRY(draft_about(d, why));
	return draft_fields(d, why);
}

/* ---- opening */

static struct result next_serial(struct registers *r, const char *registry, int year, int64_t *out,
                                 struct why *why)
{
	bool found;
	int64_t last = 0;
	TRY(store_ask_one(r->at.store,
	                  "SELECT MAX(serial) FROM book_entry WHERE body = ?1 AND registry = ?2 AND year = ?3",
	                  ARGS(arg_str(r->at.body), arg_str(registry), arg_i64(year)), &found, &last, why));
	*out = last + 1;
	return ok();
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static struct result index_entry(struct registers *r, const char *registry, int year, int64_t serial,
                                 const char *section, json_t *cells, struct slice before,
                                 struct arena *arena, struct why *why)
{
	AUTO(buffer_done) struct buffer plain = {0};
	const char *kind = book_gram_kind(registry, arena);
	buffer_init(&plain, LEDGER_LEAF_MAX);
	book_plain(year, serial, section, cells, &plain);
	if (!kind || !buffer_ok(&plain))
		return register_no_memory(why);
	return words_index_entry(r, kind, year, serial, before, buffer_slice(&plain), why);
}

/* extra: further members of the entry ("corrects", "reason"), stolen */
static struct result record_opened(struct draft *d, const char *id, json_t *extra, struct why *why)
{
	AUTO(json_drop) json_t *more = extra;
	const struct book_event *e = d->event;
	const struct book_opening *o = d->opening;
	int year = fiscal_year(today_of(d->r));
	int64_t serial;
	struct register_change by = by_whom(e->actor, e->post, o->clauses, o->clause_count);
	TRY(next_serial(d->r, o->registry, year, &serial, why));
	json_t *data = json_pack(
		"{ss sI si ss ss ss ss ss ss ss sO sO sO}", "registry", o->registry, "serial", (json_int_t)serial,
		"year", year, "act", or_empty(e->act), "row", or_empty(e->row), "section", e->section, "origin",
		or_empty(e->origin), "writer", or_empty(e->writer), "by", or_empty(o->by), "retention",
		or_empty(o->retention), "fields", d->names, "cells", d->cells, "texts", d->texts);
	if (!data || (more && json_object_update(data, more) != 0)) {
		json_decref(data);
		return register_no_memory(why);
	}
	TRY(register_record(d->r, "book.opened", id, &by, data, why));
	return index_entry(d->r, o->registry, year, serial, e->section, d->cells, slice_of(NULL, 0), d->arena,
	                   why);
}

struct result book_open(struct registers *r, const struct book_opening *opening, const struct book_event *event,
                        char id[27], struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(draft_done) struct draft draft = {0};
	AUTO(tx_drop) struct tx tx = {0};
	char made[27];
	if (!arena)
		return register_no_memory(why);
	TRY(tx_begin(r->at.store, &tx, why));
	TRY(draft_new(r, opening, event, arena, &draft, why));
	TRY(random_id(r->at.random, made, why));
	TRY(record_opened(&draft, made, NULL, why));
	TRY(tx_commit(&tx, why));
	memcpy(id, made, sizeof made);
	return ok();
}

/* ---- what a decision asks for */

static bool stands_already(struct registers *r, const char *origin, const char *registry, struct result *done,
                           struct why *why)
{
	bool found = false;
	*done = ok();
	if (origin && *origin)
		*done = store_ask_one(r->at.store,
		                      "SELECT 1 FROM book_entry WHERE origin = ?1 AND registry = ?2 AND body = ?3",
		                      ARGS(arg_str(origin), arg_str(registry), arg_str(r->at.body)), &found, NULL, why);
	return found;
}

static const char *longer(const char *a, const char *b, day_t from)
{
	day_t ends_a, ends_b;
	if (!book_retention_end(b, from, &ends_b))
		return a;
	return !book_retention_end(a, from, &ends_a) || ends_b > ends_a ? b : a;
}

/* All that the decision's records say about one registry. */
static void gather(const struct decision *decision, const char *registry, day_t today,
                   struct book_opening *out, const char **keep, struct slice *clauses)
{
	*out = (struct book_opening){.registry = registry, .keep = keep, .clauses = clauses, .by = "", .retention = ""};
	for (size_t i = 0; i < decision->record_count; i++) {
		const struct follow_record *record = &decision->records[i];
		if (strcmp(record->registry, registry) != 0)
			continue;
		for (size_t k = 0; k < record->keep_count && out->keep_count < BOOK_FIELDS; k++)
			keep[out->keep_count++] = record->keep[k];
		if (out->clause_count < CLAUSES)
			clauses[out->clause_count++] = slice_str(record->clause->id);
		out->by = *out->by ? out->by : record->by;
		out->retention = longer(out->retention, record->retention, today);
	}
}

static bool first_of_its_registry(const struct decision *decision, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(decision->records[i].registry, decision->records[at].registry) == 0)
			return false;
	return true;
}

struct result book_follow(struct registers *r, const struct decision *decision, const struct book_event *event,
                          size_t *opened, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	struct book_event of_act = *event;
	size_t count = 0;
	of_act.act = event->act && *event->act ? event->act : decision->act;
	TRY(tx_begin(r->at.store, &tx, why));
	for (size_t i = 0; i < decision->record_count; i++) {
		const char *keep[BOOK_FIELDS], *registry = decision->records[i].registry;
		struct slice clauses[CLAUSES];
		struct book_opening opening;
		struct result asked;
		char id[27];
		bool there = stands_already(r, event->origin, registry, &asked, why);
		TRY(asked);
		if (there || !first_of_its_registry(decision, i))
			continue;
		gather(decision, registry, today_of(r), &opening, keep, clauses);
		TRY(book_open(r, &opening, &of_act, id, why));
		count++;
	}
	TRY(tx_commit(&tx, why));
	*opened = count;
	return ok();
}

/* ---- writing */

/* Its writer, somebody of its section, or who holds a post over it. */
static struct result may_write(struct registers *r, const struct book_entry *entry, const char *actor,
                               struct arena *arena, struct why *why)
{
	struct person person;
	struct holding *held = NULL;
	size_t count = 0;
	if (actor && strcmp(entry->writer, actor) == 0)
		return ok();
	TRY(office_person(r->at.office, actor ? actor : "", arena, &person, why));
	TRY(office_holdings(r->at.office, actor, today_of(r), arena, &held, &count, why));
	bool may = person.active && strcmp(person.section, entry->section) == 0;
	for (size_t i = 0; i < count; i++)
		may |= !held[i].scope[0] || strcmp(held[i].scope, entry->section) == 0;
	if (!may)
		return fail(why, E_DENIED, entry->id, "この記録を書けるのは、記録する人か、所管課の人です。");
	return ok();
}

static struct result still_open(const struct book_entry *e, struct why *why)
{
	char when[48];
	if (e->state == BOOK_OPEN)
		return ok();
	ms_short(e->changed_ms, when);
	return fail(why, E_CONFLICT, e->id, "この記録（%s）は %s に「%s」になっています。直すときは、訂正の記録を起こしてください。",
	            e->number, when, book_state_japanese(e->state));
}

static const struct book_field *find_field(const struct book_entry *e, const char *name)
{
	for (size_t i = 0; i < e->field_count; i++)
		if (strcmp(e->fields[i].fact.path, name) == 0)
			return &e->fields[i];
	return NULL;
}

static struct result fill_one(struct registers *r, struct stored_entry *s, const struct cell *cell,
                              struct arena *arena, struct why *why)
{
	const struct book_field *field = find_field(&s->entry, cell->path);
	if (!field)
		return fail(why, E_INPUT, cell->path, "この記録に「%.60s」という欄はありません。", cell->path);
	if (!*cell->value)
		return ok();
	if (field->written)
		return fail(why, E_CONFLICT, cell->path,
		            "「%s」は、すでに書かれています。直すときは、訂正の記録を起こしてください。", field->fact.label);
	return put_field(r, &field->fact, cell->value, s->cells, s->texts, arena, why);
}

struct result book_fill(struct registers *r, const char *id, const struct cell *cells, size_t count,
                        const char *actor, const char *post, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(book_entry_drop) struct stored_entry s = {0};
	AUTO(tx_drop) struct tx tx = {0};
	if (!arena)
		return register_no_memory(why);
	TRY(tx_begin(r->at.store, &tx, why));
	TRY(book_stored(r, id, arena, &s, why));
	TRY(still_open(&s.entry, why));
	TRY(may_write(r, &s.entry, actor, arena, why));
	size_t before = json_object_size(s.cells) + json_object_size(s.texts);
	for (size_t i = 0; i < count; i++)
		TRY(fill_one(r, &s, &cells[i], arena, why));
	if (json_object_size(s.cells) + json_object_size(s.texts) == before)
		return tx_commit(&tx, why);
	struct register_change by = by_whom(actor, post, NULL, 0);
	TRY(register_record(r, "book.filled", id, &by, json_pack("{sO sO}", "cells", s.cells, "texts", s.texts), why));
	TRY(index_entry(r, s.entry.registry, s.entry.fiscal_year, s.entry.serial, s.entry.section, s.cells,
	                s.plain, arena, why));
	return tx_commit(&tx, why);
}

struct result book_close(struct registers *r, const char *id, const char *actor, const char *post,
                         const struct slice *clauses, size_t clause_count, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(book_entry_drop) struct stored_entry s = {0};
	AUTO(tx_drop) struct tx tx = {0};
	day_t until = 0;
	if (!arena)
		return register_no_memory(why);
	TRY(tx_begin(r->at.store, &tx, why));
	TRY(book_stored(r, id, arena, &s, why));
	TRY(still_open(&s.entry, why));
	TRY(may_write(r, &s.entry, actor, arena, why));
	for (size_t i = 0; i < s.entry.field_count; i++)
		if (!s.entry.fields[i].written)
			return fail(why, E_INPUT, s.entry.fields[i].fact.path,
			            "「%s」が空です。書き終えるまで、この記録は閉じられません。", s.entry.fields[i].fact.label);
	if (!book_retention_end(s.entry.retention, today_of(r), &until))
		until = 0;
	struct register_change by = by_whom(actor, post, clauses, clause_count);
	TRY(register_record(r, "book.closed", id, &by, json_pack("{si}", "until", (int)until), why));
	return tx_commit(&tx, why);
}

/* ---- correcting */

/* What the earlier entry said, with what is put right in its place. */
static struct result carry_over(struct registers *r, const struct book_entry *e, const struct cell *cells,
                                size_t count, struct arena *arena, struct cell **out, struct why *why)
{
	struct cell *all = ARENA_ARRAY(arena, e->field_count + 1, struct cell);
	(void)r;
	if (!all)
		return register_no_memory(why);
	for (size_t i = 0; i < e->field_count; i++)
		all[i] = (struct cell){e->fields[i].fact.path, e->fields[i].value};
	for (size_t k = 0; k < count; k++) {
		size_t i = 0;
		while (i < e->field_count && strcmp(all[i].path, cells[k].path) != 0)
			i++;
		if (i == e->field_count)
			return fail(why, E_INPUT, cells[k].path, "この記録に「%.60s」という欄はありません。", cells[k].path);
		all[i].value = cells[k].value;
	}
	*out = all;
	return ok();
}

static struct result newest(const struct book_entry *e, struct why *why)
{
	if (e->state == BOOK_CORRECTED)
		return fail(why, E_CONFLICT, e->corrected_by,
		            "この記録（%s）は、すでに訂正されています。新しい記録のほうを直してください。", e->number);
	if (e->erased)
		return fail(why, E_DENIED, e->id, "この記録は保存の期間が過ぎ、消去されています。");
	return ok();
}

static struct result open_correction(struct registers *r, const struct book_entry *e, const struct cell *values,
                                     json_t *extra, const char *actor, const char *post, struct arena *arena,
                                     const char *id, struct why *why)
{
	AUTO(draft_done) struct draft draft = {0};
	AUTO(json_drop) json_t *owned = extra;
	struct slice clauses[CLAUSES];
	const char *keep[BOOK_FIELDS];
	size_t count = e->clause_count < CLAUSES ? e->clause_count : CLAUSES;
	for (size_t i = 0; i < count; i++)
		clauses[i] = slice_str(e->clauses[i]);
	for (size_t i = 0; i < e->field_count && i < BOOK_FIELDS; i++)
		keep[i] = e->fields[i].fact.path;
	const struct book_opening opening = {.registry = e->registry, .keep = keep, .keep_count = e->field_count,
	                                     .by = e->by, .retention = e->retention, .clauses = clauses,
	                                     .clause_count = count};
	const struct book_event event = {.act = e->act, .row = e->row, .section = e->section, .origin = e->origin,
	                                 .writer = e->writer, .actor = actor, .post = post, .known = values,
	                                 .known_count = e->field_count};
	TRY(draft_new(r, &opening, &event, arena, &draft, why));
	owned = NULL;
	return record_opened(&draft, id, extra, why);
}

struct result book_correct(struct registers *r, const char *id, const char *reason, const struct cell *cells,
                           size_t count, const char *actor, const char *post, char made[27], struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(json_drop) json_t *sealed = json_object();
	AUTO(tx_drop) struct tx tx = {0};
	struct book_entry e;
	struct cell *values;
	char next[27];
	if (!arena || !sealed)
		return register_no_memory(why);
	if (!reason || !*reason)
		return fail(why, E_INPUT, "reason", "「訂正の理由」が空です。何がどう違っていたかを書いてください。");
	TRY(tx_begin(r->at.store, &tx, why));
	TRY(book_get(r, id, arena, &e, why));
	TRY(may_write(r, &e, actor, arena, why));
	TRY(newest(&e, why));
	TRY(carry_over(r, &e, cells, count, arena, &values, why));
	TRY(text_seal(r, "reason", "訂正の理由", reason, sealed, why));
	TRY(random_id(r->at.random, next, why));
	TRY(open_correction(r, &e, values, json_pack("{ss sO}", "corrects", id, "reason", json_object_get(sealed, "reason")),
	                    actor, post, arena, next, why));
	TRY(tx_commit(&tx, why));
	memcpy(made, next, sizeof next);
	return ok();
}

/* ---- keeping and erasing */

struct result book_hold(struct registers *r, const char *id, bool held, const char *reason, const char *actor,
                        const char *post, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(book_entry_drop) struct stored_entry s = {0};
	AUTO(json_drop) json_t *sealed = json_object();
	AUTO(tx_drop) struct tx tx = {0};
	if (!arena || !sealed)
		return register_no_memory(why);
	if (!reason || !*reason)
		return fail(why, E_INPUT, "reason", "「理由」が空です。なぜ残すのか、またはなぜ残さなくてよくなったのかを書いてください。");
	TRY(tx_begin(r->at.store, &tx, why));
	TRY(book_stored(r, id, arena, &s, why));
	if (s.entry.held == held)
		return fail(why, E_CONFLICT, id, held ? "この記録は、すでに証拠として残しています。"
		                                      : "この記録は、証拠として残していません。");
	TRY(text_seal(r, "reason", "理由", reason, sealed, why));
	struct register_change by = by_whom(actor, post, NULL, 0);
	TRY(register_record(r, "book.held", id, &by,
	                    json_pack("{si sO}", "held", held, "reason", json_object_get(sealed, "reason")), why));
	return tx_commit(&tx, why);
}

static struct result erase_item(struct registers *r, const json_t *item, struct why *why)
{
	const char *id = json_string_value(json_array_get(item, 0));
	return vault_erase(r->at.vault, slice_str(or_empty(id)), clock_now_ms(r->at.clock), why);
}

static struct result retire_one(struct registers *r, struct stored_entry *s, struct why *why)
{
	const char *path;
	json_t *item;
	struct register_change by = by_whom("sekisho-clock", "", NULL, 0);
	json_object_foreach(s->texts, path, item)
		TRY(erase_item(r, item, why));
	if (s->reason_item[0]) {
		AUTO(json_drop) json_t *reason = json_loads(s->reason_item, 0, NULL);
		TRY(erase_item(r, reason, why));
	}
	return register_record(r, "book.erased", s->entry.id, &by,
	                       json_pack("{si}", "until", (int)s->entry.until), why);
}

struct result book_retire(struct registers *r, size_t *count, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(statement_drop) struct statement *s = NULL;
	AUTO(tx_drop) struct tx tx = {0};
	char ids[200][27];
	size_t n = 0;
	if (!arena)
		return register_no_memory(why);
	TRY(tx_begin(r->at.store, &tx, why));
	TRY(store_ask(r->at.store,
	              "SELECT id FROM book_entry WHERE erased = 0 AND until > 0 AND until < ?1 AND held = 0 AND "
	              HOLD_NOT_KEPT("book_entry.id") " AND body = ?2 ORDER BY until, id LIMIT 200",
	              ARGS(arg_i64(today_of(r)), arg_str(r->at.body)), &s, why));
	for (bool row = true; row;) {
		TRY(statement_step(s, &row, why));
		if (row)
			snprintf(ids[n++], 27, "%.*s", SLICE_ARG(column_text(s, 0)));
	}
	for (size_t i = 0; i < n; i++) {
		AUTO(book_entry_drop) struct stored_entry one = {0};
		arena_reset(arena);
		TRY(book_stored(r, ids[i], arena, &one, why));
		TRY(retire_one(r, &one, why));
	}
	TRY(tx_commit(&tx, why));
	*count = n;
	return ok();
}
