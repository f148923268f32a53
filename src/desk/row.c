/* A row through the policy. */
#include "desk/internal.h"
#include "register/hold.h"

#include "base/text.h"

#include <stdio.h>

struct result desk_no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "", "台帳を扱う記憶域が足りません。");
}

day_t desk_today(const struct desk *desk)
{
	return day_of_ms(clock_now_ms(desk->clock));
}

struct result desk_may(struct desk *desk, const char *person, const char *section, bool *may, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	struct person who;
	struct holding *held = NULL;
	size_t count = 0;
	if (!arena)
		return desk_no_memory(why);
	TRY(office_person(desk->office, person, arena, &who, why));
	TRY(office_holdings(desk->office, person, desk_today(desk), arena, &held, &count, why));
	*may = who.active && strcmp(who.section, section) == 0;
	for (size_t i = 0; i < count; i++)
		*may |= who.active && (!held[i].scope[0] || strcmp(held[i].scope, section) == 0);
	return ok();
}

struct result desk_theirs(struct desk *desk, const char *person, const char *section, struct why *why)
{
	bool may = false;
	TRY(desk_may(desk, person, section, &may, why));
	return may ? ok() : fail(why, E_DENIED, "section", "この台帳の行を変えられるのは、所管課の人と、その上の役職の人です。");
}

/* ---- deciding */

/* What the office knows of who acts: a policy may govern some people only. */
static struct result actor_known(struct desk *desk, const char *actor, struct arena *arena, struct desk_asker *out,
                                 struct why *why)
{
	struct person person;
	struct office_fact *of_person, *of_section;
	size_t count, more, n = 0;
	day_t today = desk_today(desk);
	TRY(office_person(desk->office, actor, arena, &person, why));
	TRY(office_facts(desk->office, "person", actor, today, arena, &of_person, &count, why));
	TRY(office_facts(desk->office, "section", person.section, today, arena, &of_section, &more, why));
	struct fact_pair *known = ARENA_ARRAY(arena, count + more + 2, struct fact_pair);
	if (!known)
		return desk_no_memory(why);
	known[n++] = (struct fact_pair){"actor.section", person.section};
	known[n++] = (struct fact_pair){"actor.suspended", person.active ? "no" : "yes"};
	for (size_t i = 0; i < count; i++)
		if (strcmp(of_person[i].path, "section") != 0)
			known[n++] = (struct fact_pair){arena_printf(arena, "actor.%s", of_person[i].path), of_person[i].value};
	for (size_t i = 0; i < more; i++)
		if (strcmp(of_section[i].path, "name") != 0 && strcmp(of_section[i].path, "parent") != 0)
			known[n++] = (struct fact_pair){arena_printf(arena, "actor.section.%s", of_section[i].path), of_section[i].value};
	out->known = known;
	out->known_count = n;
	return ok();
}

struct result desk_question(struct desk *desk, const char *act, const char *actor, const char *subject,
                            struct arena *arena, struct desk_asker *out, struct why *why)
{
	const struct wish wish = {.act = act, .actor = actor, .subject = subject};
	struct holding *held = NULL;
	size_t count = 0;
	day_t today = desk_today(desk);
	TRY(proceeding_question(desk->proceedings, &wish, desk->policy, today, today, arena, &out->question, why));
	TRY(office_holdings(desk->office, actor, today, arena, &held, &count, why));
	struct policy_holding *posts = ARENA_ARRAY(arena, count + 1, struct policy_holding);
	if (!posts)
		return desk_no_memory(why);
	for (size_t i = 0; i < count; i++)
		posts[i] = (struct policy_holding){held[i].post, held[i].scope[0] ? held[i].scope : NULL};
	TRY(actor_known(desk, actor, arena, out, why));
	out->act = act;
	out->actor = actor;
	out->posts = posts;
	out->post_count = count;
	return ok();
}

struct result desk_judge(struct desk *desk, struct desk_asker *asker, const struct desk_change *change,
                       struct arena *arena, const struct decision **out, struct why *why)
{
	struct facts *facts;
	TRY(facts_new(desk->policy, asker->act, arena, &facts, why));
	TRY(facts_set_id(facts, "actor", asker->actor, why));
	TRY(facts_set_posts(facts, asker->actor, asker->posts, asker->post_count, why));
	for (size_t i = 0; i < asker->known_count; i++) /* what this policy's people do not have stays unsaid */
		(void)facts_set_any(facts, asker->known[i].path, asker->known[i].value, NULL).code;
	TRY(register_change_facts(desk->registers, &change->row, facts, "object", why));
	if (change->ground && *change->ground && strchr(asker->act, '.') == NULL)
		TRY(facts_set_text(facts, "ground", change->ground, why));
	asker->question.facts = facts;
	asker->question.claims = change->claims;
	asker->question.claim_count = change->claim_count;
	return policy_decide(desk->policy, &asker->question, arena, out, why);
}

static const char *act_of(const struct desk_change *change, struct arena *arena)
{
	bool made = !change->row.id || !*change->row.id;
	return arena_printf(arena, "%s.%s", change->row.kind, made ? "register" : "change");
}

static const char *subject_of(const struct desk_change *change)
{
	return change->row.id && *change->row.id ? change->row.id : change->row.kind;
}

struct result desk_decide(struct desk *desk, const struct desk_change *change, struct arena *arena,
                          const struct decision **out, struct why *why)
{
	struct desk_asker asker;
	const char *act = act_of(change, arena);
	if (!act)
		return desk_no_memory(why);
	if (!policy_act_exists(desk->policy, act))
		return fail(why, E_ABSENT, "kind", "「%.60s」という台帳はありません。", change->row.kind);
	TRY(desk_theirs(desk, change->row.actor, change->row.section, why));
	TRY(desk_question(desk, act, change->row.actor, subject_of(change), arena, &asker, why));
	return desk_judge(desk, &asker, change, arena, out, why);
}

/* What holds an act, in one sentence with its clause. */
struct result desk_refusal(const struct decision *d, struct why *why)
{
	if (d->verdict == PASS)
		return ok();
	if (d->verdict == REFUSE)
		return policy_refusal(d, why);
	if (d->missing_count) {
		const struct wanted_fact *m = &d->missing[0];
		const char *id = m->clause ? m->clause->id : d->act;
		return fail(why, E_DENIED, m->kind == WANT_FACT ? m->name : id,
		            m->kind == WANT_PARAMETER ? "「%s」がまだ決められていないため、判断できません（%s）。"
		            : m->kind == WANT_REASON ? "「%s」。当てはまらないときは、その理由を書いてください（%s）。"
		                                   : "「%s」がわからないため、判断できません（%s）。",
		            m->label, m->clause ? m->clause->cite : d->act_label);
	}
	if (d->check_count)
		return fail(why, E_DENIED, d->checks[0].clause->id, "「%s」がまだ確かめられていないため、判断できません（%s）。",
		            d->checks[0].label, d->checks[0].clause->cite);
	if (d->approval_count)
		return fail(why, E_DENIED, d->approvals[0].clause->id, "「%s」には%sの許可が要ります（%s）。申請してください。",
		            d->act_label, d->approvals[0].text, d->approvals[0].cite);
	return fail(why, E_DENIED, d->act, "「%s」は、いまは判断できません。", d->act_label);
}

/* ---- lowering a class */

struct result desk_may_lower(struct desk *desk, const struct desk_change *change, struct arena *arena,
                             const struct decision **decision, struct why *why)
{
	static const char act[] = "rate_down";
	const char *scale;
	struct policy_act known;
	struct desk_asker asker;
	TRY(register_lowers(desk->registers, &change->row, arena, &scale, why));
	if (!*scale || !policy_act_find(desk->policy, act, &known) || strcmp(known.kind, change->row.kind) != 0)
		return ok();
	TRY(desk_question(desk, act, change->row.actor, change->row.id, arena, &asker, why));
	TRY(desk_judge(desk, &asker, change, arena, decision, why));
	if ((*decision)->verdict != PASS && (!change->ground || !*change->ground))
		return fail(why, E_DENIED, "ground", "分類を下げるには、理由が要ります。「下げる理由」を書いてください。");
	return desk_refusal(*decision, why);
}

/* ---- writing */

/* those that spoke, and those whose record the row's own version is */
static size_t clauses_of(const struct decision *d, struct slice *out, size_t count)
{
	for (size_t i = 0; d && i < d->spoken_count && count < DESK_CLAUSES; i++)
		out[count++] = slice_str(d->spoken[i].clause->id);
	for (size_t i = 0; d && i < d->record_count && count < DESK_CLAUSES; i++)
		out[count++] = slice_str(d->records[i].clause->id);
	return count;
}

static bool is_fact_of(const struct policy_fact *facts, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(facts[i].path, name) == 0)
			return true;
	return false;
}

/* Registering and changing a row is recorded by the row: its versions keep every fact
 * with who, when and by which clause.  A record that keeps more is an entry of its own. */
static struct result beyond_the_row(struct desk *desk, const struct decision *d, const char *kind,
                                    struct arena *arena, struct decision *out, struct why *why)
{
	const struct policy_fact *facts;
	struct policy_act act;
	size_t count, n = 0;
	struct follow_record *records = ARENA_ARRAY(arena, d->record_count + 1, struct follow_record);
	bool derived = policy_act_find(desk->policy, d->act, &act) && act.derived;
	TRY(policy_kind_facts(desk->policy, kind, arena, &facts, &count, why));
	if (!records)
		return desk_no_memory(why);
	for (size_t i = 0; i < d->record_count; i++) {
		bool kept = derived;
		for (size_t k = 0; kept && k < d->records[i].keep_count; k++)
			kept = is_fact_of(facts, count, d->records[i].keep[k]);
		if (!kept)
			records[n++] = d->records[i];
	}
	*out = *d;
	out->records = records;
	out->record_count = n;
	return ok();
}

static struct result follow(struct desk *desk, const struct desk_change *change, const struct decision *d,
                            const char *id, int64_t version, struct arena *arena, struct why *why)
{
	char now[48], origin[64];
	size_t opened;
	struct decision rest;
	if (!d || !d->record_count)
		return ok();
	TRY(beyond_the_row(desk, d, change->row.kind, arena, &rest, why));
	if (!rest.record_count)
		return ok();
	/* the instant as record books write it */
	char iso[32];
	ms_iso(clock_now_ms(desk->clock), iso);
	snprintf(now, sizeof now, "%.10s %.5s", iso, iso + 11);
	snprintf(origin, sizeof origin, "%s/%lld", id, (long long)version);
	const struct cell known[] = {{"actor", change->row.actor}, {"performed_at", now}};
	const struct book_event event = {.act = d->act, .row = id, .section = change->row.section, .origin = origin,
	                                 .writer = change->row.actor, .actor = change->row.actor,
	                                 .post = change->row.post, .known = known, .known_count = 2};
	TRY(book_follow(desk->registers, &rest, &event, &opened, why));
	return desk_close_whole(desk, origin, change->row.actor, change->row.post, arena, why);
}

struct result desk_close_whole(struct desk *desk, const char *origin, const char *actor, const char *post,
                               struct arena *arena, struct why *why)
{
	const struct book_query query = {.origin = origin, .state = BOOK_OPEN, .limit = 20};
	struct book_entry *entries = NULL;
	size_t count = 0;
	bool more;
	TRY(book_list(desk->registers, &query, arena, &entries, &count, &more, why));
	for (size_t i = 0; i < count; i++)
		if (!entries[i].empty_count)
			TRY(book_close(desk->registers, entries[i].id, actor, post, NULL, 0, why));
	return ok();
}

struct result desk_write(struct desk *desk, const struct desk_change *change, const struct decision *made,
                         const struct decision *lowered, struct arena *arena, char id[27], struct why *why)
{
	struct slice clauses[DESK_CLAUSES];
	struct register_change row = change->row;
	row.clauses = clauses;
	row.clause_count = clauses_of(lowered, clauses, clauses_of(made, clauses, 0));
	TRY(register_put(desk->registers, &row, id, why));
	TRY(follow(desk, change, made, id, row.version + 1, arena, why));
	return follow(desk, change, lowered, id, row.version + 1, arena, why);
}

struct result desk_put(struct desk *desk, const struct desk_change *change, struct arena *arena, char id[27],
                       const struct decision **decision, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	const struct decision *made = NULL, *lowered = NULL;
	struct register_row before;
	if (decision)
		*decision = NULL;
	TRY(tx_begin(desk->store, &tx, why));
	if (change->row.id && *change->row.id) {
		TRY(register_get(desk->registers, change->row.id, arena, &before, why));
		TRY(desk_theirs(desk, change->row.actor, before.section, why));
	}
	TRY(desk_decide(desk, change, arena, &made, why));
	if (decision)
		*decision = made;
	TRY(desk_refusal(made, why));
	TRY(desk_may_lower(desk, change, arena, &lowered, why));
	TRY(desk_write(desk, change, made, lowered, arena, id, why));
	return tx_commit(&tx, why);
}

struct result desk_close(struct desk *desk, const char *id, int64_t version, const char *actor,
                         struct arena *arena, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	struct slice clauses[DESK_CLAUSES];
	const struct decision *d = NULL;
	struct register_row row;
	struct desk_asker asker;
	TRY(tx_begin(desk->store, &tx, why));
	TRY(register_get(desk->registers, id, arena, &row, why));
	TRY(desk_theirs(desk, actor, row.section, why));
	const char *act = arena_printf(arena, "%s.close", row.kind);
	if (!act)
		return desk_no_memory(why);
	const struct desk_change change = {.row = {.kind = row.kind, .id = row.id, .name = row.name,
		.section = row.section, .cells = row.cells, .cell_count = row.cell_count, .actor = actor}};
	TRY(desk_question(desk, act, actor, id, arena, &asker, why));
	TRY(desk_judge(desk, &asker, &change, arena, &d, why));
	TRY(hold_refused(desk->registers, id, desk_refusal(d, why), why));
	TRY(register_end(desk->registers, id, version, actor, "", clauses, clauses_of(d, clauses, 0), why));
	TRY(follow(desk, &change, d, id, version + 1, arena, why));
	return tx_commit(&tx, why);
}

const char *desk_whole(struct arena *arena, struct slice text)
{
	AUTO(buffer_done) struct buffer out = {0};
	buffer_init(&out, text.len + 1);
	for (size_t pos = 0, from = 0; pos < text.len; from = pos)
		if (utf8_next(text, &pos) >= 0)
			buffer_put_slice(&out, slice_part(text, from, pos - from));
	return buffer_ok(&out) ? arena_string(arena, buffer_slice(&out)) : NULL;
}
