/* What people and programs read of an imported text. */
#include "policy/import/internal.h"

static const struct {
	const char *name, *label;
} fates[LINE_FATES] = {
	[LINE_BLANK] = {"blank", "空行"}, [LINE_PLACED] = {"placed", "条文"},
	[LINE_FRONT] = {"front", "表紙・前付"}, [LINE_CONTENTS] = {"contents", "目次"},
	[LINE_HEAD] = {"head", "柱・欄の見出し"}, [LINE_PAGE] = {"page", "ページ番号"},
	[LINE_NUMBER] = {"number", "次の行と合わせた番号"},
	[LINE_UNPLACED] = {"unplaced", "置き場所の分からない行"}, [LINE_OTHER] = {"other", "もう一方の欄"},
};

static uint32_t fate_count(const struct text_tree *tree, enum line_fate fate)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < tree->lines; i++)
		n += tree->fate[i] == fate;
	return n;
}

static void report_findings(const struct text_tree *tree, struct buffer *out)
{
	for (const struct text_finding *f = tree->findings; f; f = f->next) {
		buffer_printf(out, "  %u行", f->line);
		if (f->last_line > f->line)
			buffer_printf(out, "～%u行", f->last_line);
		buffer_printf(out, " %s %s%s%s\n", text_fault_label(f->fault),
		              f->node && f->node->cite ? f->node->cite : "", f->node && f->node->cite[0] ? ": " : "",
		              f->sentence);
	}
}

/* Lines that belong to no clause, so that nothing is dropped unseen. */
static void report_lines(const struct text_tree *tree, enum line_fate fate, struct buffer *out)
{
	for (uint32_t i = 0; i < tree->lines; i++)
		if (tree->fate[i] == fate)
			buffer_printf(out, "  %u行 %s\n", i + 1, tree->line_text[i]);
}

void import_report(const struct text_tree *tree, struct buffer *out)
{
	buffer_printf(out, "%s%s%s%s\n", tree->title[0] ? tree->title : "（題名なし）", tree->side[0] ? "（" : "",
	              tree->side, tree->side[0] ? "の欄）" : "");
	buffer_put_str(out, "段ごとの数:");
	for (unsigned level = 1; level < TEXT_LEVELS; level++)
		if (tree->per_level[level])
			buffer_printf(out, " %s %u", text_level_label((enum text_level)level), tree->per_level[level]);
	buffer_put_str(out, "\n行の行き先:");
	for (unsigned fate = LINE_PLACED; fate < LINE_FATES; fate++)
		if (fate_count(tree, (enum line_fate)fate))
			buffer_printf(out, " %s %u", fates[fate].label, fate_count(tree, (enum line_fate)fate));
	buffer_put_str(out, "\n");
	if (tree->findings) {
		buffer_put_str(out, "確かめてください:\n");
		report_findings(tree, out);
	}
	if (fate_count(tree, LINE_UNPLACED)) {
		buffer_put_str(out, "置き場所の分からない行:\n");
		report_lines(tree, LINE_UNPLACED, out);
	}
}

static unsigned depth_of(const struct text_node *node)
{
	unsigned depth = 0;
	for (const struct text_node *p = node->parent; p && p->parent; p = p->parent)
		depth++;
	return depth;
}

void import_outline(const struct text_tree *tree, struct buffer *out)
{
	for (uint32_t i = 1; i < tree->count; i++) {
		const struct text_node *n = tree->nodes[i];
		for (unsigned d = depth_of(n); d > 0; d--)
			buffer_put_str(out, "  ");
		buffer_printf(out, "%s%s%s%s%s%s\n", n->printed, n->printed[0] ? " " : "", n->title,
		              n->title[0] && n->text[0] ? "　" : "", n->text, n->omitted ? "（略）" : "");
	}
}

static void put_field(struct buffer *out, const char *name, const char *text)
{
	buffer_printf(out, "\"%s\":", name);
	buffer_json_str(out, slice_str(text));
}

static void put_hex(struct buffer *out, const uint8_t *bytes)
{
	for (size_t i = 0; i < IMPORT_HASH; i++)
		buffer_printf(out, "%02x", bytes[i]);
}

static void put_node(struct buffer *out, const struct text_node *n)
{
	buffer_put_str(out, "{");
	put_field(out, "id", n->id);
	buffer_put_str(out, ",");
	put_field(out, "level", text_level_name(n->level));
	buffer_put_str(out, ",");
	put_field(out, "number", n->printed);
	buffer_put_str(out, ",");
	put_field(out, "cite", n->cite);
	buffer_put_str(out, ",");
	put_field(out, "parent", n->parent ? n->parent->id : "");
	buffer_put_str(out, ",");
	put_field(out, "title", n->title);
	buffer_put_str(out, ",");
	put_field(out, "text", n->text);
	buffer_printf(out, ",\"omitted\":%s,\"lines\":[%u,%u],\"sha256\":\"", n->omitted ? "true" : "false",
	              n->first_line, n->last_line);
	put_hex(out, n->hash);
	buffer_put_str(out, "\"}");
}

void import_json(const struct text_tree *tree, struct buffer *out)
{
	const char *comma = "";
	buffer_put_str(out, "{");
	put_field(out, "title", tree->title);
	buffer_put_str(out, ",");
	put_field(out, "side", tree->side);
	buffer_put_str(out, ",\"levels\":{");
	for (unsigned level = 1; level < TEXT_LEVELS; level++)
		if (tree->per_level[level]) {
			buffer_printf(out, "%s\"%s\":%u", comma, text_level_name((enum text_level)level),
			              tree->per_level[level]);
			comma = ",";
		}
	buffer_put_str(out, "},\"nodes\":[");
	for (uint32_t i = 1; i < tree->count; i++) {
		buffer_put_str(out, i > 1 ? ",\n" : "\n");
		put_node(out, tree->nodes[i]);
	}
	buffer_put_str(out, "],\"findings\":[");
	for (const struct text_finding *f = tree->findings; f; f = f->next) {
		buffer_printf(out, "%s{\"lines\":[%u,%u],", f == tree->findings ? "\n" : ",\n", f->line, f->last_line);
		put_field(out, "fault", text_fault_label(f->fault));
		buffer_put_str(out, ",");
		put_field(out, "sentence", f->sentence);
		buffer_put_str(out, "}");
	}
	buffer_put_str(out, "],\"lines\":{");
	for (unsigned fate = LINE_PLACED; fate < LINE_FATES; fate++)
		buffer_printf(out, "%s\"%s\":%u", fate == LINE_PLACED ? "" : ",", fates[fate].name,
		              fate_count(tree, (enum line_fate)fate));
	buffer_put_str(out, "}}\n");
}
