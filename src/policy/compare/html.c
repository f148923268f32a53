/* The table as a page that stands by itself, and the list of changes as text. */
#include "policy/compare/internal.h"

static void put_escaped(struct buffer *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		switch (text.at[i]) {
		case '&':
			buffer_put_str(out, "&amp;");
			break;
		case '<':
			buffer_put_str(out, "&lt;");
			break;
		case '>':
			buffer_put_str(out, "&gt;");
			break;
		case '"':
			buffer_put_str(out, "&quot;");
			break;
		default:
			buffer_put_u8(out, text.at[i]);
		}
}

/* both rows of a move are reached from each other */
static void put_row_start(struct buffer *out, const struct table_row *r)
{
	if (r->moved)
		buffer_printf(out, "<tr id=\"%s-%u\">", r->left ? "from" : "to", r->moved);
	else
		buffer_put_str(out, "<tr>");
}

/* row: of a move, in the cell that holds its text; else NULL */
static void put_cell(struct buffer *out, const struct table_line *lines, const struct table_row *row)
{
	buffer_put_str(out, "<td>");
	for (const struct table_line *l = lines; l; l = l->next) {
		buffer_printf(out, "<p class=\"d%u\">", l->depth < 8 ? l->depth : 8);
		for (size_t i = 0; i < l->span_count; i++) {
			buffer_put_str(out, l->spans[i].changed ? "<u>" : "");
			put_escaped(out, l->spans[i].text);
			buffer_put_str(out, l->spans[i].changed ? "</u>" : "");
		}
		buffer_put_str(out, "</p>");
	}
	if (row && row->moved)
		buffer_printf(out, "<p><a href=\"#%s-%u\">%s</a></p>", row->left ? "to" : "from", row->moved,
		              row->left ? "移動した先" : "移動する前");
	buffer_put_str(out, "</td>");
}

static const char style_sheet[] =
	"body{font-family:\"Noto Serif CJK JP\",\"Yu Mincho\",serif;margin:2em;color:#1a1a1a;background:#fff}\n"
	"h1{font-size:1.2em;text-align:center}\n"
	"table{border-collapse:collapse;width:100%;table-layout:fixed}\n"
	"th,td{border:1px solid #555;padding:.3em .6em;vertical-align:top;text-align:left;font-weight:normal;"
	"overflow-wrap:anywhere}\n"
	"th{text-align:center;background:#f2f2f2}\nth.note{width:8em}\np{margin:.2em 0;line-height:1.7}\n"
	"u{text-decoration:underline;text-underline-offset:.2em}\n"
	".d1{margin-left:1em}.d2{margin-left:2em}.d3{margin-left:3em}.d4{margin-left:4em}\n"
	".d5,.d6,.d7,.d8{margin-left:5em}\n"
	"@media print{body{margin:0}thead{display:table-header-group}tr{break-inside:avoid}"
	"@page{size:A4 landscape;margin:15mm}}\n";

void compare_html(const struct compare_table *table, struct buffer *out)
{
	const struct compare_style *s = table->style;
	buffer_put_str(out, "<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><title>");
	put_escaped(out, slice_str(table->title));
	buffer_printf(out, "</title><style>\n%s</style></head><body>\n<h1>", style_sheet);
	put_escaped(out, slice_str(table->title));
	buffer_printf(out, "</h1>\n<table><thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th>%s</tr></thead><tbody>\n",
	              s->fresh_left ? s->fresh : s->old, s->fresh_left ? s->old : s->fresh,
	              s->remarks ? "<th scope=\"col\" class=\"note\">備考</th>" : "");
	for (const struct table_row *r = table->rows; r; r = r->next) {
		put_row_start(out, r);
		put_cell(out, s->fresh_left ? r->fresh : r->old, r->left == s->fresh_left ? NULL : r);
		put_cell(out, s->fresh_left ? r->old : r->fresh, r->left == s->fresh_left ? r : NULL);
		if (s->remarks) {
			buffer_put_str(out, "<td>");
			put_escaped(out, slice_str(r->remark));
			buffer_put_str(out, "</td>");
		}
		buffer_put_str(out, "</tr>\n");
	}
	buffer_put_str(out, "</tbody></table>\n");
	if (!table->rows)
		buffer_put_str(out, "<p>変更はありません。</p>\n");
	buffer_put_str(out, "</body></html>\n");
}

/* ---- as text ---------------------------------------------------------------------------- */

static void put_change(const struct compare_pair *p, struct buffer *out)
{
	static const enum change bits[] = {CHANGE_ADDED, CHANGE_DELETED, CHANGE_PLACE, CHANGE_WORDS, CHANGE_NUMBER};
	const char *between = "";
	buffer_put_str(out, "  ");
	for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
		if (p->change & bits[i]) {
			buffer_printf(out, "%s%s", between, change_label(bits[i]));
			between = "・";
		}
	if (!p->old || !p->fresh || strcmp(p->old->cite, p->fresh->cite) == 0)
		buffer_printf(out, "  %s\n", p->fresh ? p->fresh->cite : p->old->cite);
	else
		buffer_printf(out, "  %s → %s\n", p->old->cite, p->fresh->cite);
}

void compare_report(const struct comparison *c, struct buffer *out)
{
	buffer_printf(out, "同じ %u、文の改正 %u、番号の変更 %u、移動 %u、新設 %u、削除 %u\n", c->same, c->reworded,
	              c->renumbered, c->moved, c->added, c->deleted);
	for (uint32_t i = 0; i < c->count; i++)
		if (c->pairs[i].change)
			put_change(&c->pairs[i], out);
	buffer_printf(out, "参照 %u件、番号の変更に合わせて改められた参照 %u件\n", c->references, c->followed);
	if (!c->blocks)
		return;
	buffer_printf(out, "次の%u件を直すまで、新しい版は採択できません。\n", c->block_count);
	for (const struct compare_block *b = c->blocks; b; b = b->next)
		buffer_printf(out, "  %s: %s\n", block_label(b->kind), b->sentence);
}
