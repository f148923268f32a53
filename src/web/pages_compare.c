/* 新旧対照表: two editions of the office's policy, or two texts that it keeps, side by
 * side in the manner that the office writes; what blocks adoption; downloads.   */
#include "web/pages.h"
#include "web/private.h"

#include "base/file.h"
#include "policy/compare/compare.h"

#include <dirent.h>
#include <stdlib.h>

enum { COMPARE_ROOM = 512 << 20, OPERANDS = 100, ROWS_SHOWN = 400, CHANGES_SHOWN = 300, FILE_BYTES = 64 << 20 };

/* What can be compared: an encoded edition, or a text of DIR/texts. */
struct operand {
	const char *value, *label; /* "e:2023-06-05", "t:hannan-2022-07" */
	const struct policy_edition *edition;
	const char *path;
};
struct comparing {
	struct arena *arena; /* its own: texts are larger than a page */
	const struct policy *shelf;
	struct operand at[OPERANDS];
	size_t count;
	const struct operand *old, *fresh;
	const struct compare_style *style;
	struct comparison *comparison;
};

/* ---- what there is ------------------------------------------------------------- */

static void add_editions(struct request *rq, struct comparing *c)
{
	for (size_t i = 0; i < policy_edition_count(c->shelf) && c->count < OPERANDS; i++) {
		const struct policy_edition *e = policy_edition_at(c->shelf, i);
		char iso[11], day[48];
		if (strcmp(e->name, parts_of(rq)->policy_name) != 0)
			continue;
		day_iso(e->effective, iso);
		day_long(e->effective, day);
		c->at[c->count++] = (struct operand){text(rq, "e:%s", iso), text(rq, "%s施行版（規則の趣旨）", day), e, NULL};
	}
}

static int by_value(const void *a, const void *b)
{
	const struct operand *x = a, *y = b;
	return strcmp(x->value, y->value);
}

static void add_texts(struct request *rq, struct comparing *c)
{
	const char *folder = text(rq, "%s/texts", parts_of(rq)->dir ? parts_of(rq)->dir : "");
	size_t first = c->count;
	DIR *dir = opendir(folder);
	for (const struct dirent *entry; dir && (entry = readdir(dir)) && c->count < OPERANDS;) {
		struct slice name = slice_str(entry->d_name);
		if (name.len <= 4 || !slice_ends(name, SLICE(".txt")) || name.at[0] == '.')
			continue;
		const char *id = text(rq, "%.*s", (int)(name.len - 4), entry->d_name);
		c->at[c->count++] = (struct operand){text(rq, "t:%s", id), text(rq, "取り込んだ条文（%s）", id), NULL,
		                                     text(rq, "%s/%s", folder, entry->d_name)};
	}
	if (dir)
		closedir(dir);
	qsort(c->at + first, c->count - first, sizeof c->at[0], by_value);
}

static const struct operand *chosen(const struct comparing *c, const char *value)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->at[i].value, value) == 0)
			return &c->at[i];
	return NULL;
}

static struct result choose(struct request *rq, struct comparing *c, struct why *why)
{
	const char *old = asked(rq, "old"), *fresh = asked(rq, "new"), *style = asked(rq, "style");
	add_editions(rq, c);
	size_t editions = c->count;
	add_texts(rq, c);
	c->style = compare_style_named(*style ? style : "kaisei-note");
	c->old = chosen(c, old);
	c->fresh = chosen(c, fresh);
	if (!*old && !*fresh && editions >= 2) { /* the newest two */
		c->old = &c->at[editions - 2];
		c->fresh = &c->at[editions - 1];
	}
	if (!c->style || (*old && !c->old) || (*fresh && !c->fresh))
		return fail(why, E_ABSENT, "compare", "選ばれた版か体裁がありません。画面を開き直して選んでください。");
	return ok();
}

/* ---- comparing ----------------------------------------------------------------------- */

static struct result read_operand(struct comparing *c, const struct operand *o, struct text_tree **out,
                                  struct why *why)
{
	struct slice bytes;
	struct import_kept *kept = NULL;
	if (o->edition)
		return compare_edition_tree(c->shelf, o->edition, c->arena, out, why);
	TRY(file_read(o->path, IMPORT_BYTES * 4u, c->arena, &bytes, why));
	TRY(import_kept_read(bytes, c->arena, &kept, why));
	*out = kept->tree;
	return ok();
}

static struct result compare(struct comparing *c, struct why *why)
{
	struct text_tree *old = NULL, *fresh = NULL;
	TRY(read_operand(c, c->old, &old, why));
	TRY(read_operand(c, c->fresh, &fresh, why));
	bool by_id = (c->old->edition != NULL) == (c->fresh->edition != NULL);
	return compare_trees(old, fresh, by_id, c->arena, &c->comparison, why);
}

static struct result open_comparing(struct request *rq, struct comparing *c, struct why *why)
{
	c->arena = arena_new(COMPARE_ROOM);
	if (!c->arena)
		return fail(why, E_MEMORY, "compare", "no memory");
	TRY(draft_shelf(parts_of(rq)->drafts, c->arena, &c->shelf, why));
	TRY(choose(rq, c, why));
	return c->old && c->fresh ? compare(c, why) : ok();
}

static void comparing_done(struct comparing *c)
{
	arena_free(c->arena);
}

/* ---- the table as a model ------------------------------------------------------------ */

static json_t *spans_model(const struct table_line *line)
{
	json_t *spans = json_array();
	for (size_t i = 0; i < line->span_count; i++) {
		json_t *said = json_stringn((const char *)line->spans[i].text.at, line->spans[i].text.len);
		if (said)
			json_array_append_new(spans, json_pack("{s:o, s:b}", "text", said, "changed", line->spans[i].changed));
	}
	return spans;
}

static json_t *cell_model(struct request *rq, const struct table_row *row, const struct table_line *lines, bool own)
{
	json_t *list = json_array();
	for (const struct table_line *l = lines; l; l = l->next)
		json_array_append_new(list, json_pack("{s:i, s:o}", "depth", l->depth < 5 ? (int)l->depth : 5, "spans",
		                                      spans_model(l)));
	bool link = own && row->moved;
	return json_pack("{s:o, s:s, s:s}", "lines", list, "goal",
	                 link ? text(rq, "%s-%u", row->left ? "to" : "from", row->moved) : "", "goal_says",
	                 row->left ? "移動した先" : "移動する前");
}

static json_t *rows_model(struct request *rq, const struct compare_table *table, size_t *left_out)
{
	const struct compare_style *s = table->style;
	json_t *list = json_array();
	*left_out = 0;
	for (const struct table_row *r = table->rows; r; r = r->next) {
		if (json_array_size(list) == ROWS_SHOWN) {
			++*left_out;
			continue;
		}
		bool fresh_owns = !r->left;
		json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:s}", "anchor",
			r->moved ? text(rq, "%s-%u", r->left ? "from" : "to", r->moved) : "", "first",
			cell_model(rq, r, s->fresh_left ? r->fresh : r->old, s->fresh_left == fresh_owns), "second",
			cell_model(rq, r, s->fresh_left ? r->old : r->fresh, s->fresh_left != fresh_owns), "remark", r->remark));
	}
	return list;
}

/* ---- the list of changes, and what blocks ------------------------------------------------ */

static const char *said_change(struct request *rq, unsigned change)
{
	static const enum change bits[] = {CHANGE_ADDED, CHANGE_DELETED, CHANGE_PLACE, CHANGE_WORDS, CHANGE_NUMBER};
	const char *line = "";
	for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
		if (change & bits[i])
			line = text(rq, "%s%s%s", line, *line ? "・" : "", change_label(bits[i]));
	return line;
}

static json_t *changes_model(struct request *rq, const struct comparison *c)
{
	json_t *list = json_array();
	for (uint32_t i = 0; i < c->count && json_array_size(list) < CHANGES_SHOWN; i++) {
		const struct compare_pair *p = &c->pairs[i];
		if (p->change)
			json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "what", said_change(rq, p->change), "old",
				p->old ? p->old->cite : "", "fresh", p->fresh ? p->fresh->cite : ""));
	}
	return list;
}

static json_t *blocks_model(const struct comparison *c)
{
	json_t *list = json_array();
	for (const struct compare_block *b = c->blocks; b && json_array_size(list) < CHANGES_SHOWN; b = b->next)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "kind", block_label(b->kind), "cite", b->node->cite,
		                                      "says", b->sentence));
	return list;
}

/* ---- the page --------------------------------------------------------------------------- */

static json_t *operands_model(const struct comparing *c, const struct operand *now)
{
	json_t *list = json_array();
	for (size_t i = 0; i < c->count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "value", c->at[i].value, "label", c->at[i].label,
		                                      "chosen", &c->at[i] == now));
	return list;
}

static json_t *styles_model(const struct compare_style *now)
{
	json_t *list = json_array();
	for (size_t i = 0; compare_style_at(i); i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "value", compare_style_at(i)->name, "label",
		                                      compare_style_at(i)->label, "chosen", compare_style_at(i) == now));
	return list;
}

static const struct {
	const char *name, *label, *type;
} downloads[] = {
	{"pdf", "PDF（A4横）", "application/pdf"},
	{"xlsx", "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"html", "HTML", "text/html; charset=utf-8"},
	{"json", "変更の一覧（JSON）", "application/json"},
	{"kaisei", "改正文（改める形）", "text/plain; charset=utf-8"},
	{"zenbun", "改正文（条ごとに改める形）", "text/plain; charset=utf-8"},
};

static json_t *downloads_model(struct request *rq, const struct comparing *c)
{
	json_t *list = json_array();
	for (size_t i = 0; i < sizeof downloads / sizeof *downloads; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "label", downloads[i].label, "href",
			text(rq, "/compare/%s?old=%s&new=%s&style=%s", downloads[i].name,
			     show_escaped(rq, slice_str(c->old->value)), show_escaped(rq, slice_str(c->fresh->value)),
			     c->style->name)));
	return list;
}

static struct result sheet_model(struct request *rq, struct comparing *c, json_t *model, struct why *why)
{
	struct compare_table table;
	const struct comparison *found = c->comparison;
	size_t left_out = 0;
	TRY(compare_table(found, c->style, c->arena, &table, why));
	json_t *rows = rows_model(rq, &table, &left_out);
	const struct compare_style *s = c->style;
	json_object_set_new(model, "sheet", json_pack(
		"{s:s, s:s, s:s, s:b, s:i, s:i, s:i, s:i, s:i, s:i}", "title", table.title, "first_head",
		s->fresh_left ? s->fresh : s->old, "second_head", s->fresh_left ? s->old : s->fresh, "remarks", s->remarks,
		"same", (int)found->same, "reworded", (int)found->reworded, "renumbered", (int)found->renumbered, "moved",
		(int)found->moved, "added", (int)found->added, "deleted", (int)found->deleted));
	json_object_set_new(model, "rows", rows);
	json_object_set_new(model, "left_out", json_integer((json_int_t)left_out));
	json_object_set_new(model, "changes", changes_model(rq, found));
	json_object_set_new(model, "blocks", blocks_model(found));
	json_object_set_new(model, "downloads", downloads_model(rq, c));
	return ok();
}

static struct result show(struct request *rq, struct comparing *c, struct why *why)
{
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"条文・証明", "/clauses"}, {"新旧対照表", ""}};
	bool few = c->count < 2;
	json_t *model = json_pack("{s:s, s:o, s:o, s:o, s:o, s:b, s:b, s:[], s:[], s:[], s:[], s:i}", "title",
		"新旧対照表", "crumbs", show_crumbs(crumbs, 3), "olds", operands_model(c, c->old), "freshes",
		operands_model(c, c->fresh), "styles", styles_model(c->style), "few", few, "sheet", 0, "rows", "changes",
		"blocks", "downloads", "left_out", 0);
	struct result filled = c->comparison ? sheet_model(rq, c, model, why) : ok();
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, 200, "compare", model, why);
}

struct result page_compare(struct request *rq, struct why *why)
{
	AUTO(comparing_done) struct comparing c = {.count = 0};
	rq->menu = "clauses";
	TRY(open_comparing(rq, &c, why));
	return show(rq, &c, why);
}

/* ---- downloads ----------------------------------------------------------------------------- */

static struct result write(struct request *rq, struct comparing *c, const char *name, struct buffer *out,
                           struct why *why)
{
	struct compare_table table;
	if (strcmp(name, "json") == 0)
		return compare_json(c->comparison, out, why);
	if (strcmp(name, "kaisei") == 0)
		return compare_amendment(c->comparison, AMEND_PHRASES, out, why);
	if (strcmp(name, "zenbun") == 0)
		return compare_amendment(c->comparison, AMEND_WHOLE, out, why);
	TRY(compare_table(c->comparison, c->style, c->arena, &table, why));
	if (strcmp(name, "xlsx") == 0)
		return compare_xlsx(&table, text(rq, "%s/run", parts_of(rq)->dir), out, why);
	if (strcmp(name, "pdf") == 0 && !parts_of(rq)->font)
		return fail(why, E_ABSENT, "pdf", "日本語の書体がないため、PDFを書き出せません。この画面を印刷してください。");
	if (strcmp(name, "pdf") == 0)
		return compare_pdf(&table, parts_of(rq)->font, out, why);
	compare_html(&table, out);
	return ok();
}

static void hand_over(struct request *rq, size_t kind, struct slice bytes)
{
	struct buffer name;
	const char *end = downloads[kind].name;
	bool words = strcmp(end, "kaisei") == 0 || strcmp(end, "zenbun") == 0;
	buffer_init(&name, 1024);
	disposition(slice_str(text(rq, "%s.%s", words ? "改正文" : "新旧対照表", words ? "txt" : end)), &name);
	reply_bytes(rq, 200, downloads[kind].type, bytes);
	rq->reply.disposition = arena_string(rq->arena, buffer_slice(&name));
	buffer_done(&name);
}

struct result page_compare_file(struct request *rq, struct why *why)
{
	AUTO(comparing_done) struct comparing c = {.count = 0};
	size_t kind = 0;
	while (kind < sizeof downloads / sizeof *downloads && !slice_is(rq->part[0], downloads[kind].name))
		kind++;
	if (kind == sizeof downloads / sizeof *downloads)
		return fail(why, E_ABSENT, "compare", "no such form");
	TRY(open_comparing(rq, &c, why));
	if (!c.comparison)
		return fail(why, E_INPUT, "compare", "比べる版が二つとも選ばれていません。新旧対照表の画面で選んでください。");
	AUTO(buffer_done) struct buffer out = {0};
	buffer_init(&out, FILE_BYTES);
	TRY(write(rq, &c, downloads[kind].name, &out, why));
	if (!buffer_ok(&out) || out.len > WEB_PAGE_BYTES)
		return fail(why, E_LIMIT, "compare", "対照表が大きすぎます。sekisho policy compare で書き出してください。");
	hand_over(rq, kind, buffer_slice(&out));
	return ok();
}
