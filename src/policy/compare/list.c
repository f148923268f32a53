/* The list of changes as JSON, for programs. */
#include "policy/compare/internal.h"

static void put_field(struct buffer *out, const char *name, const char *text)
{
	buffer_printf(out, "\"%s\":", name);
	buffer_json_str(out, slice_str(text));
}

static void put_node(struct buffer *out, const char *name, const struct text_node *n)
{
	buffer_printf(out, ",\"%s\":", name);
	if (!n) {
		buffer_put_str(out, "null");
		return;
	}
	buffer_put_str(out, "{");
	put_field(out, "id", n->id);
	buffer_put_str(out, ",");
	put_field(out, "cite", n->cite);
	buffer_put_str(out, ",");
	put_field(out, "number", n->printed);
	buffer_put_str(out, ",");
	put_field(out, "title", n->title);
	buffer_put_str(out, ",");
	put_field(out, "text", n->text);
	buffer_printf(out, ",\"omitted\":%s}", n->omitted ? "true" : "false");
}

static void put_spans(struct buffer *out, const char *name, const struct span *spans, size_t count)
{
	buffer_printf(out, "\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		buffer_printf(out, "%s{\"text\":", i ? "," : "");
		buffer_json_str(out, spans[i].text);
		buffer_printf(out, ",\"changed\":%s}", spans[i].changed ? "true" : "false");
	}
	buffer_put_str(out, "]");
}

static struct result put_words(struct buffer *out, const struct compare_pair *p, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(256 << 20);
	struct word_diff diff;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory for the words");
	TRY(compare_words(slice_str(p->old->text[0] ? p->old->text : p->old->title),
	                  slice_str(p->fresh->text[0] ? p->fresh->text : p->fresh->title), arena, &diff, why));
	buffer_put_str(out, ",\"words\":{");
	put_spans(out, "old", diff.old, diff.old_count);
	buffer_put_str(out, ",");
	put_spans(out, "new", diff.fresh, diff.fresh_count);
	buffer_put_str(out, "}");
	return ok();
}

static struct result put_pair(struct buffer *out, const struct compare_pair *p, struct why *why)
{
	static const enum change bits[] = {CHANGE_ADDED, CHANGE_DELETED, CHANGE_PLACE, CHANGE_WORDS, CHANGE_NUMBER};
	const char *comma = "";
	buffer_put_str(out, "{\"change\":[");
	for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
		if (p->change & bits[i]) {
			buffer_printf(out, "%s\"%s\"", comma, change_name(bits[i]));
			comma = ",";
		}
	buffer_put_str(out, "]");
	put_node(out, "old", p->old);
	put_node(out, "new", p->fresh);
	if (p->change & CHANGE_WORDS)
		TRY(put_words(out, p, why));
	buffer_put_str(out, "}");
	return ok();
}

static void put_blocks(struct buffer *out, const struct comparison *c)
{
	static const char *const kinds[BLOCK_KINDS] = {
		[BLOCK_COLLISION] = "collision", [BLOCK_DATE] = "date", [BLOCK_DANGLING] = "dangling",
		[BLOCK_STALE] = "stale", [BLOCK_MARK] = "mark"};
	buffer_put_str(out, "],\"blocks\":[");
	for (const struct compare_block *b = c->blocks; b; b = b->next) {
		buffer_printf(out, "%s{\"kind\":\"%s\",", b == c->blocks ? "\n" : ",\n", kinds[b->kind]);
		put_field(out, "cite", b->node->cite);
		buffer_put_str(out, ",");
		put_field(out, "sentence", b->sentence);
		buffer_put_str(out, "}");
	}
}

struct result compare_json(const struct comparison *c, struct buffer *out, struct why *why)
{
	const char *comma = "\n";
	buffer_put_str(out, "{");
	put_field(out, "old", c->old->title);
	buffer_put_str(out, ",");
	put_field(out, "new", c->fresh->title);
	buffer_printf(out, ",\"counts\":{\"same\":%u,\"reworded\":%u,\"renumbered\":%u,\"moved\":%u,\"added\":%u,"
	              "\"deleted\":%u},\"references\":%u,\"followed\":%u,\"changes\":[",
	              c->same, c->reworded, c->renumbered, c->moved, c->added, c->deleted, c->references, c->followed);
	for (uint32_t i = 0; i < c->count; i++) {
		if (!c->pairs[i].change)
			continue;
		buffer_put_str(out, comma);
		TRY(put_pair(out, &c->pairs[i], why));
		comma = ",\n";
	}
	put_blocks(out, c);
	buffer_put_str(out, "]}\n");
	return buffer_ok(out) ? ok() : fail(why, E_LIMIT, "", "変更の一覧が大きすぎます。");
}
