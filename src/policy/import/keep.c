/* What the office keeps of an imported text, and what has drifted since.
 *
 *   sekisho-text 1 <tab> policy <tab> title
 *   - <tab> id <tab> parent's id <tab> level <tab> number <tab> citation <tab> hash
 *     <tab> first line <tab> last line <tab> (略)? <tab> title <tab> text
 *   = <tab> clause <tab> hash of the text <tab> hash of the rule
 *
 * Text has no tabs or line ends (they were joined away), so nothing is escaped. */
#include "policy/import/internal.h"

#include "base/number.h"
#include "base/text.h"

#include <stdlib.h>

static void put_hash(struct buffer *out, const uint8_t *hash)
{
	char hex[IMPORT_HASH * 2 + 1];
	hex_encode(hash, IMPORT_HASH, hex);
	buffer_put_str(out, hex);
}

static void put_node(struct buffer *out, const struct text_node *n)
{
	buffer_printf(out, "-\t%s\t%s\t%s\t%s\t%s\t", n->id, n->parent->id, text_level_name(n->level), n->printed,
	              n->cite);
	put_hash(out, n->hash);
	buffer_printf(out, "\t%u\t%u\t%s\t%s\t%s\n", n->first_line, n->last_line, n->omitted ? "略" : "", n->title,
	              n->text);
}

/* The clause's text: of its node and of what is below without a number. */
static void text_hash(const struct text_node *node, uint8_t out[IMPORT_HASH])
{
	struct buffer all;
	buffer_init(&all, IMPORT_NODES * 40u);
	buffer_put(&all, node->hash, IMPORT_HASH);
	for (const struct text_node *c = node->first; c; c = c->next)
		if (!text_level_numbered(c->level))
			buffer_put(&all, c->hash, IMPORT_HASH);
	import_hash(buffer_slice(&all), out);
	buffer_done(&all);
}

struct result import_keep(const struct text_tree *tree, const char *policy,
                          const struct import_match *matches, size_t count, struct buffer *out,
                          struct why *why)
{
	buffer_printf(out, "sekisho-text 1\t%s\t%s\n", policy, tree->title);
	for (uint32_t i = 1; i < tree->count; i++)
		put_node(out, tree->nodes[i]);
	for (size_t i = 0; i < count; i++) {
		uint8_t hash[IMPORT_HASH];
		if (!matches[i].node)
			continue;
		text_hash(matches[i].node, hash);
		buffer_printf(out, "=\t%s\t", matches[i].clause->id);
		put_hash(out, hash);
		buffer_put_u8(out, '\t');
		put_hash(out, matches[i].clause->rule);
		buffer_put_u8(out, '\n');
	}
	return buffer_ok(out) ? ok() : fail(why, E_LIMIT, "", "取り込んだ文章が大きすぎて保存できません。");
}

/* ---- reading -------------------------------------------------------------------- */

enum { FIELDS = 12 };
struct keeping {
	struct arena *arena;
	struct import_kept *kept;
	struct text_node **nodes; /* in the order read; [0] the root */
	uint32_t count;
	size_t line;
	struct slice field[FIELDS];
	size_t fields;
};

static struct result bad_line(const struct keeping *k, struct why *why)
{
	char place[40];
	struct buffer b;
	buffer_init(&b, sizeof place);
	buffer_printf(&b, "%zu行", k->line);
	struct result done = fail(why, E_INPUT, buffer_cstr(&b), "取り込んだ文章の控えが壊れています。"
	                                                         "もう一度取り込んでください。");
	buffer_done(&b);
	return done;
}

static void cut_fields(struct keeping *k, struct slice line)
{
	size_t start = 0;
	k->fields = 0;
	for (size_t i = 0; i <= line.len && k->fields < FIELDS; i++)
		if (i == line.len || line.at[i] == '\t') {
			k->field[k->fields++] = slice_part(line, start, i - start);
			start = i + 1;
		}
	if (start <= line.len)
		k->fields = FIELDS + 1; /* too many */
}

static bool keep_string(struct keeping *k, size_t field, const char **out)
{
	*out = arena_string(k->arena, k->field[field]);
	return *out != NULL;
}

static struct text_node *find_parent(const struct keeping *k, struct slice id)
{
	struct text_node *node = k->nodes[k->count - 1];
	while (node && !slice_is(id, node->id))
		node = node->parent;
	return node;
}

static struct result read_node(struct keeping *k, struct why *why)
{
	uint64_t first, last;
	if (k->fields != FIELDS || k->count > IMPORT_NODES)
		return bad_line(k, why);
	enum text_level level = level_named(k->field[3]);
	struct text_node *parent = find_parent(k, k->field[2]);
	struct text_node *node = ARENA_NEW(k->arena, struct text_node);
	if (!parent || level == TEXT_LEVELS || level == TEXT_ROOT || k->field[1].len == 0 ||
	    !number_parse_u64(k->field[7], &first) || !number_parse_u64(k->field[8], &last) ||
	    first > UINT32_MAX || last > UINT32_MAX)
		return bad_line(k, why);
	if (!node || !keep_string(k, 1, &node->id) || !keep_string(k, 4, &node->printed) ||
	    !keep_string(k, 5, &node->cite) || !keep_string(k, 10, &node->title) ||
	    !keep_string(k, 11, &node->text))
		return fail(why, E_MEMORY, "", "no memory for the kept text");
	unsigned depth = 0;
	for (const struct text_node *p = parent; p; p = p->parent)
		depth++;
	if (depth > IMPORT_DEPTH + 4)
		return bad_line(k, why);
	node->level = level;
	if (text_level_numbered(level)) {
		node->number = text_number_of(slice_str(node->printed));
		node->number.level = level;
	}
	node->first_line = (uint32_t)first;
	node->last_line = (uint32_t)last;
	node->omitted = k->field[9].len > 0;
	node->parent = parent;
	node->previous = parent->last;
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
	k->nodes[k->count++] = node;
	return ok();
}

static struct result read_clause(struct keeping *k, struct import_kept_clause *out, struct why *why)
{
	if (k->fields != 4 || k->field[1].len == 0 || !hex_decode(k->field[2], out->text, IMPORT_HASH) ||
	    !hex_decode(k->field[3], out->rule, IMPORT_HASH))
		return bad_line(k, why);
	return keep_string(k, 1, &out->id) ? ok() : fail(why, E_MEMORY, "", "no memory for the kept text");
}

static struct result read_head(struct keeping *k, struct why *why)
{
	const char *title = NULL;
	if (k->fields != 3 || !slice_is(k->field[0], "sekisho-text 1"))
		return bad_line(k, why);
	if (!keep_string(k, 1, &k->kept->policy) || !keep_string(k, 2, &title) ||
	    !(k->kept->tree = text_tree_new(k->arena, title)))
		return fail(why, E_MEMORY, "", "no memory for the kept text");
	k->nodes[k->count++] = k->kept->tree->root;
	return ok();
}

static struct result read_line(struct keeping *k, struct slice line, struct why *why)
{
	k->line++;
	cut_fields(k, line);
	if (k->line == 1)
		return read_head(k, why);
	if (slice_is(k->field[0], "-"))
		return read_node(k, why);
	if (!slice_is(k->field[0], "="))
		return bad_line(k, why);
	struct result done = read_clause(k, &k->kept->clauses[k->kept->clause_count], why);
	k->kept->clause_count += done.code == OK;
	return done;
}

struct result import_kept_read(struct slice bytes, struct arena *arena, struct import_kept **out,
                               struct why *why)
{
	struct keeping k = {.arena = arena, .kept = ARENA_NEW(arena, struct import_kept)};
	size_t lines = 1, start = 0;
	for (size_t i = 0; i < bytes.len; i++)
		lines += bytes.at[i] == '\n';
	if (bytes.len > IMPORT_BYTES * 4u || lines > IMPORT_NODES * 2u || !utf8_valid(bytes))
		return bad_line(&k, why);
	k.nodes = ARENA_ARRAY(arena, lines + 1, struct text_node *);
	if (!k.kept || !k.nodes || !(k.kept->clauses = ARENA_ARRAY(arena, lines, struct import_kept_clause)))
		return fail(why, E_MEMORY, "", "no memory for the kept text");
	for (size_t i = 0; i < bytes.len; i++) {
		if (bytes.at[i] != '\n')
			continue;
		TRY(read_line(&k, slice_part(bytes, start, i - start), why));
		start = i + 1;
	}
	k.line++;
	if (start != bytes.len || !k.kept->tree)
		return bad_line(&k, why);
	TRY(text_finish(k.kept->tree, arena, why));
	*out = k.kept;
	return ok();
}

/* ---- ids through renumbering ------------------------------------------------------- */

static int compare_ids(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct result import_carry(struct text_tree *tree, const struct text_node *const *pair,
                           struct arena *arena, struct why *why)
{
	const char **taken = ARENA_ARRAY(arena, tree->count + 1, const char *);
	size_t count = 0;
	if (!taken)
		return fail(why, E_MEMORY, "", "no memory for the ids");
	for (uint32_t i = 1; i < tree->count; i++)
		if (pair[i]) {
			tree->nodes[i]->id = pair[i]->id;
			taken[count++] = pair[i]->id;
		}
	qsort(taken, count, sizeof *taken, compare_ids);
	for (uint32_t i = 1; i < tree->count; i++) {
		struct text_node *n = tree->nodes[i];
		/* a new node in an old place: its own id, told apart by its line */
		if (!pair[i] && bsearch(&n->id, taken, count, sizeof *taken, compare_ids))
			n->id = arena_printf(arena, "%s+L%u", n->id, n->first_line);
		if (!n->id)
			return fail(why, E_MEMORY, "", "no memory for the ids");
	}
	return ok();
}

/* ---- drift ---------------------------------------------------------------------------- */

static const struct import_kept_clause *kept_clause(const struct import_kept *kept, const char *id)
{
	for (size_t i = 0; i < kept->clause_count; i++)
		if (strcmp(kept->clauses[i].id, id) == 0)
			return &kept->clauses[i];
	return NULL;
}

static enum import_drift_kind drift_of(const struct import_kept_clause *before,
                                       const struct import_match *now)
{
	uint8_t hash[IMPORT_HASH];
	if (!now->node)
		return before ? DRIFT_LOST : 0;
	if (!before)
		return DRIFT_NEW;
	text_hash(now->node, hash);
	bool text = memcmp(hash, before->text, IMPORT_HASH) != 0;
	bool rule = memcmp(now->clause->rule, before->rule, IMPORT_HASH) != 0;
	return text && rule ? DRIFT_BOTH : text ? DRIFT_TEXT : rule ? DRIFT_RULE : 0;
}

struct result import_drift(const struct import_kept *before, const struct import_match *matches,
                           size_t count, struct arena *arena, struct import_drift **out,
                           struct why *why)
{
	struct import_drift *first = NULL, **next = &first;
	for (size_t i = 0; i < count; i++) {
		enum import_drift_kind kind = drift_of(kept_clause(before, matches[i].clause->id), &matches[i]);
		if (!kind)
			continue;
		struct import_drift *d = ARENA_NEW(arena, struct import_drift);
		if (!d)
			return fail(why, E_MEMORY, "", "no memory for the drift");
		*d = (struct import_drift){kind, matches[i].clause->id, matches[i].node, NULL};
		*next = d;
		next = &d->next;
	}
	*out = first;
	return ok();
}

const char *import_drift_label(enum import_drift_kind kind)
{
	switch (kind) {
	case DRIFT_TEXT:
		return "文が変わりました。規則は古いままです。";
	case DRIFT_RULE:
		return "規則が変わりました。文は元のままです。";
	case DRIFT_BOTH:
		return "文も規則も変わりました。合っているか確かめてください。";
	case DRIFT_LOST:
		return "文が見つからなくなりました。削られたか、番号が変わっています。";
	case DRIFT_NEW:
		return "新しく文に結び付きました。";
	}
	return "";
}
