/* Rows as facts, and what the policy rates them at. */
#include "register/internal.h"

enum { DEEP = 3, CONTAINERS = 10000 };

static struct result set_fact(struct facts *facts, const char *path, const json_t *value, struct why *why)
{
	return facts_set_any(facts, path, json_string_value(value), why);
}

/* What is sealed is known, and no more than that. */
static struct result set_texts(json_t *texts, struct facts *facts, const char *prefix, struct arena *arena,
                               struct why *why)
{
	const char *name;
	json_t *item;
	json_object_foreach(texts, name, item) {
		const char *path = arena_printf(arena, "%s.%s", prefix, name);
		if (!path)
			return register_no_memory(why);
		TRY(facts_set_text(facts, path, "-", why));
	}
	return ok();
}

/* A row that is named: its id, and what it says itself. */
static struct result named_row(struct registers *r, const struct policy_fact *fact, const json_t *id,
                               struct facts *facts, const char *path, unsigned depth, struct arena *arena,
                               struct why *why)
{
	AUTO(stored_drop) struct stored row = {0};
	struct kind kind;
	TRY(facts_set_id(facts, path, json_string_value(id), why));
	if (!depth || !fact->kind[0])
		return ok();
	TRY(stored_read(r, json_string_value(id), arena, &row, why));
	TRY(kind_read(r, row.row.kind, arena, &kind, why));
	TRY(set_texts(row.texts, facts, path, arena, why));
	return cells_facts(r, &kind, row.cells, row.rated, NULL, facts, path, depth - 1, arena, why);
}

/* The last day is a day on which it still holds. */
static struct result set_over(struct registers *r, const struct policy_fact *fact, const char *day, struct facts *facts,
                              const char *prefix, struct arena *arena, struct why *why)
{
	day_t last;
	const char *path = arena_printf(arena, "%s.%s", prefix, fact->over);
	if (!path)
		return register_no_memory(why);
	TRY(day_parse(slice_str(day), &last, why));
	return facts_set_any(facts, path, last < day_of_ms(clock_now_ms(r->at.clock)) ? "yes" : "no", why);
}

/* A person whom the row names, and what the office knows of him. */
static struct result set_person(struct registers *r, const char *id, struct facts *facts, const char *path,
                                struct arena *arena, struct why *why)
{
	TRY(facts_set_any(facts, path, id, why));
	return office_person_facts(r->at.office, id, day_of_ms(clock_now_ms(r->at.clock)), arena, path, facts, why);
}

static struct result set_members(struct registers *r, const struct policy_fact *fact, json_t *members,
                                 struct facts *facts, const char *path, unsigned depth, struct arena *arena,
                                 struct why *why)
{
	size_t i;
	json_t *member;
	TRY(facts_set_set(facts, path, json_array_size(members), why));
	json_array_foreach(members, i, member) {
		const char *at = arena_printf(arena, "%s[%zu]", path, i);
		if (!at)
			return register_no_memory(why);
		if (fact->member == FACT_ROW)
			TRY(named_row(r, fact, member, facts, at, depth, arena, why));
		else if (fact->member == FACT_PERSON && depth >= DEEP)
			TRY(set_person(r, json_string_value(member), facts, at, arena, why));
		else
			TRY(set_fact(facts, at, member, why));
	}
	return ok();
}

/* A class as rated, when it is certain; a level as stated otherwise. */
static struct result set_level(const json_t *rated, const struct policy_fact *fact, const json_t *stated,
                               struct facts *facts, const char *path, struct why *why)
{
	const json_t *pair = json_object_get(rated, fact->path);
	const char *low = json_string_value(json_array_get(pair, 0));
	const char *high = json_string_value(json_array_get(pair, 1));
	if (low && high)
		return strcmp(low, high) == 0 ? facts_set_level(facts, path, low, why) : ok();
	return stated ? set_fact(facts, path, stated, why) : ok();
}

struct result cells_facts(struct registers *r, const struct kind *kind, const json_t *cells,
                          const json_t *rated, const char *but, struct facts *facts, const char *prefix,
                          unsigned depth, struct arena *arena, struct why *why)
{
	for (size_t i = 0; i < kind->count; i++) {
		const struct policy_fact *f = &kind->facts[i];
		json_t *value = json_object_get(cells, f->path);
		const char *path = arena_printf(arena, "%s.%s", prefix, f->path);
		if (!path)
			return register_no_memory(why);
		if (but && strcmp(but, f->path) == 0)
			continue;
		if (f->type == FACT_LEVEL)
			TRY(set_level(rated, f, value, facts, path, why));
		else if (!value)
			continue;
		else if (f->type == FACT_SET)
			TRY(set_members(r, f, value, facts, path, depth, arena, why));
		else if (f->type == FACT_ROW)
			TRY(named_row(r, f, value, facts, path, depth, arena, why));
		else if (f->type == FACT_PERSON && depth >= DEEP) /* of the row itself, not of those that it names */
			TRY(set_person(r, json_string_value(value), facts, path, arena, why));
		else
			TRY(set_fact(facts, path, value, why));
		if (value && f->over && *f->over)
			TRY(set_over(r, f, json_string_value(value), facts, prefix, arena, why));
	}
	return ok();
}

struct result register_facts(struct registers *r, const char *id, struct facts *facts, const char *prefix,
                             struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(8 << 20);
	AUTO(stored_drop) struct stored row = {0};
	struct kind kind;
	if (!arena)
		return register_no_memory(why);
	TRY(stored_read(r, id, arena, &row, why));
	TRY(kind_read(r, row.row.kind, arena, &kind, why));
	TRY(facts_set_id(facts, prefix, id, why));
	TRY(set_texts(row.texts, facts, prefix, arena, why));
	TRY(cells_facts(r, &kind, row.cells, row.rated, NULL, facts, prefix, DEEP, arena, why));
	return hold_fact(r, &kind, id, json_object_get(row.cells, "on_hold") != NULL, facts, prefix, arena, why);
}

/* ---- classes */

static struct result edition_today(struct registers *r, const struct policy_edition **out, struct why *why)
{
	day_t today = day_of_ms(clock_now_ms(r->at.clock));
	*out = policy_edition_on(r->at.policy, r->at.policy_name, today);
	if (!*out)
		return fail(why, E_DENIED, r->at.policy_name, "きょう効力のあるポリシーがないため、台帳を変えられません。");
	return ok();
}

static struct result rate_scale(struct registers *r, const struct kind *kind, const json_t *cells,
                                const struct policy_fact *scale, const char *but, struct arena *arena,
                                struct policy_rating *out, struct why *why)
{
	const struct policy_edition *edition;
	struct facts *facts;
	const char *path = arena_printf(arena, "object.%s", scale->path);
	if (!path)
		return register_no_memory(why);
	TRY(edition_today(r, &edition, why));
	TRY(facts_new(r->at.policy, kind->make, arena, &facts, why));
	TRY(cells_facts(r, kind, cells, NULL, but, facts, "object", 1, arena, why));
	return policy_rate(r->at.policy, edition, facts, path, out, why);
}

static struct result not_below(const struct policy_fact *scale, const char *stated, const char *low,
                               struct why *why)
{
	size_t at = SIZE_MAX, floor = SIZE_MAX;
	for (size_t i = 0; i < scale->word_count; i++) {
		if (strcmp(scale->words[i], stated) == 0)
			at = i;
		if (strcmp(scale->words[i], low) == 0)
			floor = i;
	}
	if (at == SIZE_MAX)
		return fail(why, E_INPUT, scale->path, "「%s」に「%.40s」という段階はありません。", scale->label,
		            stated);
	if (floor == SIZE_MAX || at < floor)
		return fail(why, E_DENIED, scale->path,
		            "この行の%sは「%s」より低くできません。中身や性質が、それを求めています。", scale->label,
		            low);
	return ok();
}

struct result rate_cells(struct registers *r, const struct kind *kind, const json_t *cells,
                         struct arena *arena, json_t **out, struct why *why)
{
	AUTO(json_drop) json_t *rated = json_object();
	struct facts *said;
	/* a kind without a scale says what it can say, too */
	TRY(facts_new(r->at.policy, kind->make, arena, &said, why));
	TRY(cells_facts(r, kind, cells, NULL, NULL, said, "object", 0, arena, why));
	for (size_t i = 0; i < kind->count; i++) {
		const struct policy_fact *scale = &kind->facts[i];
		struct policy_rating rating;
		if (scale->type != FACT_LEVEL)
			continue;
		const char *stated = json_string_value(json_object_get(cells, scale->path));
		TRY(rate_scale(r, kind, cells, scale, scale->path, arena, &rating, why));
		if (stated) {
			TRY(not_below(scale, stated, rating.low, why));
			TRY(rate_scale(r, kind, cells, scale, NULL, arena, &rating, why));
		}
		if (json_object_set_new(rated, scale->path, json_pack("[ss]", rating.low, rating.high)) != 0)
			return register_no_memory(why);
	}
	*out = rated;
	rated = NULL;
	return ok();
}

/* Rate one open row anew; changed says whether its class is another now. */
static struct result rate_row(struct registers *r, const char *id, const char *actor, bool *changed,
                              struct arena *arena, struct why *why)
{
	AUTO(stored_drop) struct stored row = {0};
	AUTO(json_drop) json_t *rated = NULL;
	AUTO(json_drop) json_t *cells = NULL;
	struct kind kind;
	*changed = false;
	TRY(stored_read(r, id, arena, &row, why));
	TRY(kind_read(r, row.row.kind, arena, &kind, why));
	/* a level stated lower than what is now in it no longer binds */
	cells = json_copy(row.cells);
	struct result done = rate_cells(r, &kind, cells, arena, &rated, NULL);
	for (size_t i = 0; done.code == E_DENIED && i < kind.count; i++)
		if (kind.facts[i].type == FACT_LEVEL)
			json_object_del(cells, kind.facts[i].path);
	if (done.code == E_DENIED)
		done = rate_cells(r, &kind, cells, arena, &rated, why);
	TRY(done);
	if (json_equal(rated, row.rated))
		return ok();
	const struct register_change by = {.actor = actor};
	*changed = true;
	const struct words_row was = words_of_stored(&row);
	TRY(register_record(r, "register.rated", id, &by,
	                    json_pack("{sssO}", "kind", kind.name, "rated", rated), why));
	return words_reread(r, id, &was, why);
}

static struct result push_containers(struct registers *r, const char *id, struct buffer *queue,
                                     struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_ask(r->at.store, "SELECT DISTINCT row FROM register_cell WHERE value = ?1 ORDER BY row",
	              ARGS(arg_str(id)), &s, why));
	for (bool row = true;;) {
		TRY(statement_step(s, &row, why));
		if (!row)
			return ok();
		if (column_text(s, 0).len == 26)
			buffer_put(queue, column_text(s, 0).at, 26);
	}
}

struct result rate_containers(struct registers *r, const char *id, const char *actor, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(8 << 20);
	AUTO(buffer_done) struct buffer queue = {0};
	buffer_init(&queue, CONTAINERS * 26);
	if (!arena)
		return register_no_memory(why);
	TRY(push_containers(r, id, &queue, why));
	for (size_t at = 0; at + 26 <= queue.len; at += 26) {
		char one[27];
		bool changed;
		memcpy(one, queue.at + at, 26);
		one[26] = 0;
		arena_reset(arena);
		TRY(rate_row(r, one, actor, &changed, arena, why));
		if (changed)
			TRY(push_containers(r, one, &queue, why));
		if (!buffer_ok(&queue))
			return fail(why, E_LIMIT, id, "この行を含むものが多すぎて、分類をやり直せません。");
	}
	return ok();
}

/* A batch of rows behind `last`, which moves on. */
static struct result rate_batch(struct registers *r, char last[27], size_t *seen, int64_t *rated,
                                struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(8 << 20);
	AUTO(buffer_done) struct buffer ids = {0};
	AUTO(statement_drop) struct statement *s = NULL;
	AUTO(tx_drop) struct tx tx = {0};
	buffer_init(&ids, 500 * 26);
	if (!arena)
		return register_no_memory(why);
	TRY(tx_begin(r->at.store, &tx, why));
	TRY(store_ask(r->at.store, "SELECT id FROM register_row WHERE body = ?1 AND closed = 0 AND id > ?2"
	                           " ORDER BY id LIMIT 500",
	              ARGS(arg_str(r->at.body), arg_str(last)), &s, why));
	for (bool row = true; row;) {
		TRY(statement_step(s, &row, why));
		if (row)
			buffer_put_slice(&ids, column_text(s, 0));
	}
	for (size_t at = 0; at + 26 <= ids.len; at += 26) {
		bool changed;
		memcpy(last, ids.at + at, 26);
		last[26] = 0;
		arena_reset(arena);
		TRY(rate_row(r, last, "", &changed, arena, why));
		if (changed)
			TRY(rate_containers(r, last, "", why));
		*rated += changed;
	}
	*seen = ids.len / 26;
	return tx_commit(&tx, why);
}

struct result register_rate_all(struct registers *r, int64_t *rated, struct why *why)
{
	char last[27] = "";
	size_t seen = 1;
	int64_t count = 0;
	while (seen)
		TRY(rate_batch(r, last, &seen, &count, why));
	*rated = count;
	return ok();
}
