/* Coverage: for each requirement of the index the clauses that carry it, and by
 * what.  A clause that only says `reference` (or only records history) cannot
 * carry what the text wants enforced, worked through or recorded; nor can one
 * that points to other clauses which carry nothing. */
#include "policy/coverage.h"

#include "policy/model.h"

#include <stdlib.h>

enum { CHAIN = 32, FIELDS = 4 };

static const char *const carriers_expected[] = {"enforce", "workflow", "record", "attest", "reference"};

/* ---- the index */

static struct result bad_line(size_t line, const char *text, struct why *why)
{
	char at[32];
	snprintf(at, sizeof at, "line %zu", line);
	return fail(why, E_INPUT, at, "%s", text);
}

static bool known_carrier(const char *word)
{
	for (size_t i = 0; i < sizeof carriers_expected / sizeof *carriers_expected; i++)
		if (strcmp(word, carriers_expected[i]) == 0)
			return true;
	return false;
}

static struct result read_line(struct slice line, size_t number, struct arena *arena, struct requirement *out,
                               struct why *why)
{
	const char *field[FIELDS];
	for (size_t i = 0; i < FIELDS; i++) {
		size_t tab = slice_find(line, SLICE("\t"));
		bool last = i + 1 == FIELDS;
		if (last != (tab == SIZE_MAX))
			return bad_line(number, "四つの欄（番号、団体、果たし方、フォルダ）が要ります。", why);
		struct slice one = last ? line : slice_part(line, 0, tab);
		field[i] = arena_string(arena, one);
		if (!field[i])
			return fail(why, E_MEMORY, "requirements", "一覧を読む記憶域が足りません。");
		if (!one.len)
			return bad_line(number, "空の欄があります。", why);
		line = slice_part(line, last ? line.len : tab + 1, line.len);
	}
	*out = (struct requirement){field[0], field[1], field[2], field[3]};
	return known_carrier(out->expected) ? ok() : bad_line(number, "果たし方の語が違います。", why);
}

static int by_id(const void *a, const void *b)
{
	const struct requirement *const *x = a, *const *y = b;
	return strcmp((*x)->id, (*y)->id);
}

static struct result unique(const struct requirement *at, size_t count, struct arena *arena, struct why *why)
{
	const struct requirement **sorted = ARENA_ARRAY(arena, count + 1, const struct requirement *);
	if (!sorted)
		return fail(why, E_MEMORY, "requirements", "一覧を読む記憶域が足りません。");
	for (size_t i = 0; i < count; i++)
		sorted[i] = &at[i];
	qsort(sorted, count, sizeof *sorted, by_id);
	for (size_t i = 1; i < count; i++)
		if (strcmp(sorted[i - 1]->id, sorted[i]->id) == 0)
			return fail(why, E_INPUT, sorted[i]->id, "「%s」が二度あります。", sorted[i]->id);
	return ok();
}

struct result requirements_read(struct slice tsv, struct arena *arena, struct requirement **out, size_t *count,
                                struct why *why)
{
	struct requirement *at = ARENA_ARRAY(arena, REQUIREMENTS, struct requirement);
	size_t n = 0;
	if (!at)
		return fail(why, E_MEMORY, "requirements", "一覧を読む記憶域が足りません。");
	for (size_t number = 1; tsv.len; number++) {
		size_t end = slice_find(tsv, SLICE("\n"));
		struct slice line = slice_part(tsv, 0, end == SIZE_MAX ? tsv.len : end);
		tsv = slice_part(tsv, end == SIZE_MAX ? tsv.len : end + 1, tsv.len);
		if (!line.len || line.at[0] == '#')
			continue;
		if (n == REQUIREMENTS)
			return fail(why, E_LIMIT, "requirements", "行が多すぎます（上限20000）。");
		TRY(read_line(line, number, arena, &at[n], why));
		n++;
	}
	TRY(unique(at, n, arena, why));
	*out = at;
	*count = n;
	return ok();
}

/* ---- what carries a clause */

static const char *const kinds[ST_KINDS] = {
	[ST_FORBID] = "禁止", [ST_ALLOW] = "容認", [ST_PERMIT] = "許可", [ST_REQUIRE] = "要件", [ST_LIFT] = "例外",
	[ST_DUTY] = "義務", [ST_RECORD] = "記録", [ST_DOCUMENT] = "文書", [ST_LIST] = "一覧", [ST_ITEM] = "項目",
	[ST_POST] = "職", [ST_SUBSTITUTE] = "代行", [ST_DELEGATE] = "専決", [ST_SEPARATE] = "分離",
	[ST_TERM] = "用語", [ST_SCALE] = "段階", [ST_RATE] = "分類", [ST_PARAM] = "市の定める値",
	[ST_GOVERNS] = "対象", [ST_LEAVES] = "対象外", [ST_ADOPT] = "準用", [ST_DROP] = "準用しない条",
};

struct carriage { /* what all the clauses of a requirement carry it by */
	const struct policy *policy;
	const struct edition *edition;
	bool kind[ST_KINDS], mark[ST_KINDS];
	const char *reference;
	const char *broken; /* a pattern of `carried by` that carries nothing */
	bool elsewhere;
	struct buffer ids;
};

static bool stands(const struct carriage *c, const struct clause *clause, unsigned depth);

static bool target_stands(const struct carriage *c, const struct edition *in, const char *id, unsigned depth)
{
	bool any = false, all = true;
	for (size_t i = 0; i < in->clause_count; i++)
		if (id_matches(id, in->clauses[i]->id)) {
			any = true;
			all &= stands(c, in->clauses[i], depth + 1);
		}
	return any && all;
}

static bool pattern_stands(const struct carriage *c, const char *id, unsigned depth)
{
	for (size_t i = 0; i < c->policy->edition_count; i++)
		if (target_stands(c, &c->policy->editions[i], id, depth))
			return true;
	return false;
}

/* carried by a statement of its own, or by clauses that all are */
static bool stands(const struct carriage *c, const struct clause *clause, unsigned depth)
{
	const struct policy_clause *p = clause->public;
	if (p->carrier == CARRIER_STATEMENT)
		return true;
	if (p->carrier != CARRIER_CLAUSES || depth == CHAIN)
		return false;
	for (size_t i = 0; i < p->carried_by_count; i++)
		if (!pattern_stands(c, p->carried_by[i], depth))
			return false;
	return true;
}

static void carry(struct carriage *c, const struct clause *clause)
{
	for (const struct statement *s = clause->statements; s; s = s->next) {
		c->kind[s->kind] |= kinds[s->kind] != NULL;
		c->mark[s->kind] |= kinds[s->kind] == NULL;
		if (s->kind == ST_REFERENCE)
			c->reference = s->name;
		for (const struct name *n = s->kind == ST_CARRIED ? s->ids : NULL; n; n = n->next) {
			buffer_printf(&c->ids, "%s%s", c->elsewhere ? "、" : "", n->text);
			c->elsewhere = true;
			if (!pattern_stands(c, n->text, 0))
				c->broken = n->text;
		}
	}
}

static bool comes_from(const struct clause *clause, const char *id)
{
	if (strcmp(clause->id, id) == 0)
		return true;
	for (const struct name *n = clause->from; n; n = n->next)
		if (strcmp(n->text, id) == 0)
			return true;
	return false;
}

static const char *told(const struct carriage *c, struct arena *arena)
{
	struct buffer text;
	bool any = false;
	buffer_init(&text, 65536);
	for (size_t i = 0; i < ST_KINDS; i++)
		if (c->kind[i]) {
			buffer_printf(&text, "%s%s", any ? "、" : "", kinds[i]);
			any = true;
		}
	if (c->elsewhere)
		buffer_printf(&text, "%s他の条: %.*s", any ? "、" : "", SLICE_ARG(buffer_slice(&c->ids)));
	const char *out = arena_string(arena, buffer_slice(&text));
	buffer_done(&text);
	return out;
}

static const char *reference_reason(const struct carriage *c)
{
	if (c->reference)
		return mark_label(c->reference);
	return c->mark[ST_OMITTED] ? "原文で省略" : c->mark[ST_CHANGE] ? "改正の経過" : c->mark[ST_EDITION] ? "版の経過" : "";
}

static void judge(const struct carriage *c, const char *expected, struct covered *out)
{
	bool must = strcmp(expected, "reference") != 0 && strcmp(expected, "attest") != 0, own = false;
	for (size_t i = 0; i < ST_KINDS; i++)
		own |= c->kind[i];
	out->state = COVERED;
	if (c->broken && !own) {
		out->state = COVERED_WRONG;
		out->reason = "果たすはずの条が、定めを持っていません。";
	} else if (!own && !c->elsewhere) {
		out->state = must ? COVERED_WRONG : COVERED_REFERENCE;
		out->reason = must ? "参照にできません（原文は実行を求めています）。" : reference_reason(c);
		if (!out->reason[0]) {
			out->state = COVERED_WRONG;
			out->reason = "果たすものがありません。";
		}
	}
}

struct result requirement_cover(const struct policy *policy, const struct requirement *r, struct arena *arena,
                                struct covered *out, struct why *why)
{
	struct carriage c = {.policy = policy};
	const struct policy_edition *public = policy_edition_in(policy, r->folder);
	*out = (struct covered){COVERED_NOT, "", "", "この番号の条がありません。"};
	for (size_t i = 0; i < policy->edition_count; i++)
		if (&policy->editions[i].public == public)
			c.edition = &policy->editions[i];
	buffer_init(&c.ids, 65536);
	for (size_t i = 0; c.edition && i < c.edition->clause_count; i++)
		if (comes_from(c.edition->clauses[i], r->id)) {
			carry(&c, c.edition->clauses[i]);
			out->clause = out->clause[0] ? out->clause : c.edition->clauses[i]->id;
		}
	if (out->clause[0]) {
		out->reason = "";
		out->carrier = told(&c, arena);
		judge(&c, r->expected, out);
	}
	buffer_done(&c.ids);
	return out->carrier ? ok() : fail(why, E_MEMORY, r->id, "条を調べる記憶域が足りません。");
}
