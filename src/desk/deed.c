/* Deeds told by hand: decided, then entered in the record books. */
#include "desk/internal.h"

static const struct policy_fact *fact_of(const struct policy_fact *facts, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(facts[i].path, path) == 0)
			return &facts[i];
	return NULL;
}

static struct result tell_set(struct facts *facts, const char *path, const char *value, struct arena *arena,
                              struct why *why)
{
	size_t count = 0, i = 0;
	for (const char *at = value; *at; count++) {
		at += strcspn(at, " ");
		at += *at == ' ';
	}
	TRY(facts_set_set(facts, path, count, why));
	for (const char *at = value; *at; i++) {
		size_t len = strcspn(at, " ");
		const char *member = arena_string(arena, slice_of(at, len)), *to = arena_printf(arena, "%s[%zu]", path, i);
		if (!member || !to)
			return desk_no_memory(why);
		TRY(facts_set_any(facts, to, member, why));
		at += len + (at[len] == ' ');
	}
	return ok();
}

/* What is told of the act itself; what is only for the record (日時) is no fact. */
static struct result tell(struct desk *desk, const struct desk_deed *deed, struct facts *facts,
                          struct arena *arena, struct why *why)
{
	const struct policy_fact *known;
	size_t count;
	TRY(policy_act_facts(desk->policy, deed->act, arena, &known, &count, why));
	for (size_t i = 0; i < deed->told_count; i++) {
		const struct cell *cell = &deed->told[i];
		const struct policy_fact *fact = fact_of(known, count, cell->path);
		if (!fact || !*cell->value || strcmp(cell->value, BOOK_NONE) == 0)
			continue;
		if (fact->type == FACT_SET)
			TRY(tell_set(facts, cell->path, cell->value, arena, why));
		else if (fact->type == FACT_ROW)
			TRY(register_facts(desk->registers, cell->value, facts, cell->path, why));
		else
			TRY(facts_set_any(facts, cell->path, cell->value, why));
	}
	return ok();
}

struct result desk_deed_decide(struct desk *desk, const struct desk_deed *deed, struct arena *arena,
                               const struct decision **out, struct why *why)
{
	struct desk_asker asker;
	struct facts *facts;
	const char *subject = deed->row && *deed->row ? deed->row : deed->act;
	if (!policy_act_exists(desk->policy, deed->act))
		return fail(why, E_ABSENT, "act", "「%.60s」という行いは、語彙にありません。", deed->act);
	TRY(desk_question(desk, deed->act, deed->actor, subject, arena, &asker, why));
	TRY(facts_new(desk->policy, deed->act, arena, &facts, why));
	TRY(facts_set_id(facts, "actor", deed->actor, why));
	TRY(facts_set_posts(facts, deed->actor, asker.posts, asker.post_count, why));
	if (deed->row && *deed->row)
		TRY(register_facts(desk->registers, deed->row, facts, "object", why));
	TRY(tell(desk, deed, facts, arena, why));
	asker.question.facts = facts;
	asker.question.claims = deed->claims;
	asker.question.claim_count = deed->claim_count;
	return policy_decide(desk->policy, &asker.question, arena, out, why);
}

static struct result first_entry(struct desk *desk, const char *origin, struct arena *arena, char entry[27],
                                 struct why *why)
{
	const struct book_query query = {.origin = origin, .limit = 1};
	struct book_entry *entries;
	size_t count = 0;
	bool more;
	TRY(book_list(desk->registers, &query, arena, &entries, &count, &more, why));
	if (!count)
		return fail(why, E_ABSENT, "act", "この行いについて、記録を求める条文はありません。");
	memcpy(entry, entries[0].id, 27);
	return ok();
}

struct result desk_deed_put(struct desk *desk, const struct desk_deed *deed, struct arena *arena,
                            char entry[27], const struct decision **decision, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	const struct decision *d = NULL;
	struct cell *known = ARENA_ARRAY(arena, deed->told_count + 1, struct cell);
	char origin[27], made[27];
	size_t opened;
	if (!known)
		return desk_no_memory(why);
	known[0] = (struct cell){"actor", deed->actor};
	for (size_t i = 0; i < deed->told_count; i++)
		known[i + 1] = deed->told[i];
	TRY(tx_begin(desk->store, &tx, why));
	TRY(desk_deed_decide(desk, deed, arena, &d, why));
	if (decision)
		*decision = d;
	TRY(desk_refusal(d, why));
	TRY(random_id(desk->random, origin, why));
	const struct book_event event = {.act = deed->act, .row = deed->row, .section = deed->section, .origin = origin,
	                                 .writer = deed->actor, .actor = deed->actor, .post = "", .known = known,
	                                 .known_count = deed->told_count + 1};
	TRY(book_follow(desk->registers, d, &event, &opened, why));
	TRY(first_entry(desk, origin, arena, made, why));
	TRY(tx_commit(&tx, why));
	memcpy(entry, made, 27);
	return ok();
}

/* What was written is what was done: if the policy refuses that, the entry stays open
 * until it is put right, and says by which clause. */
struct result desk_entry_close(struct desk *desk, const char *entry, const char *actor, struct arena *arena,
                               struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	const struct decision *d = NULL;
	struct slice clauses[DESK_CLAUSES];
	struct book_entry e;
	size_t count = 0;
	TRY(tx_begin(desk->store, &tx, why));
	TRY(book_get(desk->registers, entry, arena, &e, why));
	struct cell *told = ARENA_ARRAY(arena, e.field_count + 1, struct cell);
	if (!told)
		return desk_no_memory(why);
	for (size_t i = 0; i < e.field_count; i++)
		told[i] = (struct cell){e.fields[i].fact.path, e.fields[i].value};
	const char *doer = *book_value(&e, "performer") ? book_value(&e, "performer") : actor;
	const struct desk_deed deed = {.act = e.act, .row = e.row, .section = e.section, .actor = doer, .told = told,
	                               .told_count = e.field_count};
	if (policy_act_exists(desk->policy, e.act)) {
		TRY(desk_deed_decide(desk, &deed, arena, &d, why));
		if (d->verdict == REFUSE)
			return policy_refusal(d, why);
		for (size_t i = 0; i < d->spoken_count && count < DESK_CLAUSES; i++)
			clauses[count++] = slice_str(d->spoken[i].clause->id);
	}
	TRY(book_close(desk->registers, entry, actor, "", clauses, count, why));
	return tx_commit(&tx, why);
}
