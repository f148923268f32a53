/* Acts that are asked and events that are told, by whatever program stands at the
 * place: decided, kept, and followed by what the policy wants of them. */
#include "desk/internal.h"

#include "ledger/record.h"

#include <string.h>

struct tale {
	struct desk *desk;
	const struct desk_telling *in;
	struct arena *arena;
	struct policy_act act;
	struct register_row row; /* id NULL: the object is none */
	const char *section, *actor; /* actor "" for deciding where a program tells what it found itself */
	const struct policy_fact *facts; /* the act's, all that may be told */
	size_t fact_count;
	struct desk_verdict out;
};

static const struct policy_fact *fact_at(const struct tale *t, const char *path)
{
	for (size_t i = 0; i < t->fact_count; i++)
		if (strcmp(t->facts[i].path, path) == 0)
			return &t->facts[i];
	return NULL;
}

/* ---- what was told ------------------------------------------------------------------ */

static struct result check_reference(const char *reference, struct why *why)
{
	static const char more[] = "._:@/+=<>[]-";
	size_t len = strlen(reference);
	for (size_t i = 0; i < len; i++) {
		char c = reference[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr(more, c);
		if (!plain || len > TELL_REFERENCE)
			return fail(why, E_INPUT, "reference", "120字までの英数字と . _ : @ / + = < > [ ] - で書いてください。");
	}
	return ok();
}

/* A register's own word goes before that of a program, but for what only programs find;
 * of people the office knows. */
static struct result check_told(const struct tale *t, struct why *why)
{
	for (size_t i = 0; i < t->in->told_count; i++) {
		const char *path = t->in->told[i].path;
		const struct policy_fact *fact = fact_at(t, path);
		if (!fact || strcmp(path, "actor") == 0 || strcmp(path, "object") == 0 || strncmp(path, "actor.", 6) == 0)
			return fail(why, E_INPUT, path, "「%.80s」は、この行いについて伝える項目ではありません。", path);
		if (t->row.id && strncmp(path, "object.", 7) == 0 && !*fact->found_by)
			return fail(why, E_INPUT, path, "「%s」は台帳に書かれたものを使います。変えるときは台帳を直してください。",
			            fact->label);
	}
	return ok();
}

static struct result find_object(struct tale *t, struct why *why)
{
	const char *id = t->in->object;
	struct person person = {.section = ""};
	struct result teller = office_person(t->desk->office, t->in->teller, t->arena, &person, why);
	if (teller.code == E_ABSENT && t->act.event && *t->in->section && !*t->in->actor) {
		*why = (struct why){0}; /* a program of the house */
		t->actor = "";
	} else {
		TRY(teller);
	}
	t->section = *t->in->section ? t->in->section : person.section;
	if (!*id)
		return ok();
	if (strcmp(t->act.kind, "person") == 0) {
		TRY(office_person(t->desk->office, id, t->arena, &person, why));
		t->section = *t->in->section ? t->in->section : person.section;
		return ok();
	}
	if (strcmp(t->act.kind, "section") == 0 || strcmp(t->act.kind, "department") == 0) {
		struct section section;
		TRY(office_section(t->desk->office, id, t->arena, &section, why));
		t->section = *t->in->section ? t->in->section : id;
		return ok();
	}
	TRY(register_get(t->desk->registers, id, t->arena, &t->row, why));
	if (strcmp(t->row.kind, t->act.kind) != 0)
		return fail(why, E_INPUT, "object", "「%s」の対象は、この台帳の行ではありません。", t->act.title);
	t->section = *t->in->section ? t->in->section : t->row.section;
	return ok();
}

static struct result begin(struct tale *t, struct why *why)
{
	if (!policy_act_find(t->desk->policy, t->in->act, &t->act))
		return fail(why, E_ABSENT, "act", "「%.60s」という行いは、語彙にありません。", t->in->act);
	if (t->act.derived || *t->act.to)
		return fail(why, E_INPUT, "act", "「%s」は、台帳か手続の操作で行ってください。", t->act.title);
	t->actor = *t->in->actor ? t->in->actor : t->in->teller;
	TRY(policy_act_facts(t->desk->policy, t->in->act, t->arena, &t->facts, &t->fact_count, why));
	TRY(check_reference(t->in->reference, why));
	TRY(find_object(t, why));
	return check_told(t, why);
}

/* ---- deciding ------------------------------------------------------------------------- */

static struct desk_deed deed_of(const struct tale *t)
{
	return (struct desk_deed){.act = t->in->act, .row = t->in->object, .section = t->section, .actor = t->actor,
	                          .told = t->in->told, .told_count = t->in->told_count, .claims = t->in->claims,
	                          .claim_count = t->in->claim_count};
}

static struct result decide(struct tale *t, struct why *why)
{
	const struct desk_deed deed = deed_of(t);
	struct why stop = {0};
	TRY(desk_deed_decide(t->desk, &deed, t->arena, &t->out.decision, why));
	t->out.verdict = t->act.event ? PASS : t->out.decision->verdict;
	t->out.clause = t->out.sentence = t->out.begun = "";
	if (t->out.verdict == PASS || desk_refusal(t->out.decision, &stop).code == OK)
		return ok();
	const char *clause = policy_clause(t->desk->policy, stop.place) ? stop.place : "";
	const struct decision *d = t->out.decision;
	if (!*clause && d->verdict == HOLD && d->missing_count && d->missing[0].clause)
		clause = d->missing[0].clause->id;
	if (!*clause && d->verdict == HOLD && d->check_count)
		clause = d->checks[0].clause->id;
	t->out.clause = arena_string(t->arena, slice_str(clause));
	t->out.sentence = arena_string(t->arena, slice_str(stop.text));
	return t->out.clause && t->out.sentence ? ok() : desk_no_memory(why);
}

/* ---- keeping -------------------------------------------------------------------------- */

static size_t add_clause(struct slice *list, size_t count, const struct policy_clause *clause)
{
	for (size_t i = 0; i < count; i++)
		if (slice_is(list[i], clause->id))
			return count;
	if (count < DESK_CLAUSES)
		list[count++] = slice_str(clause->id);
	return count;
}

static size_t clauses_of(const struct tale *t, struct slice *list)
{
	const struct decision *d = t->out.decision;
	size_t n = 0;
	if (t->out.verdict == HOLD)
		return 0;
	for (size_t i = 0; i < d->spoken_count; i++)
		n = add_clause(list, n, d->spoken[i].clause);
	for (size_t i = 0; t->out.verdict == PASS && i < d->record_count; i++)
		n = add_clause(list, n, d->records[i].clause);
	return t->act.event ? desk_due_clauses(d, list, n) : n;
}

/* Free text stays out of the ledger. */
static json_t *facts_json(const struct tale *t)
{
	json_t *facts = json_object();
	for (size_t i = 0; i < t->in->told_count; i++) {
		const struct policy_fact *fact = fact_at(t, t->in->told[i].path);
		if (fact && fact->type != FACT_TEXT && fact->type != FACT_SET)
			json_object_set_new(facts, t->in->told[i].path, json_string(t->in->told[i].value));
	}
	if (*t->actor && strcmp(t->actor, t->in->teller) != 0)
		json_object_set_new(facts, "actor", json_string(t->actor));
	return facts;
}

static const char *kind_of(const struct tale *t)
{
	static const char *const gate[] = {[REFUSE] = "gate.refused", [PASS] = "gate.passed"};
	static const char *const act[] = {[REFUSE] = "act.refused", [HOLD] = "act.held", [PASS] = "act.passed"};
	bool minded = strncmp(t->act.carried_by, "gate_", 5) == 0 || strcmp(t->act.carried_by, "ledger") == 0;
	if (t->act.event)
		return "event.told";
	return minded && t->out.verdict != HOLD ? gate[t->out.verdict] : act[t->out.verdict];
}

static struct result keep(struct tale *t, struct why *why)
{
	struct slice clauses[DESK_CLAUSES];
	bool done = t->out.verdict == PASS;
	struct ledger_entry entry = {.body = slice_str(t->desk->body), .kind = slice_str(kind_of(t)),
		.actor = slice_str(t->in->teller), .post = slice_str(""), .subject = slice_str(t->in->object),
		.clauses = clauses, .clause_count = clauses_of(t, clauses)};
	json_t *data = json_pack("{ss ss ss so}", done ? "done" : "act", t->in->act, "reference", t->in->reference,
	                         "stopped_by", t->out.clause, "facts", facts_json(t));
	TRY(ledger_record(t->desk->ledger, &entry, data, why));
	t->out.seq = entry.seq;
	return ok();
}

/* ---- what follows ----------------------------------------------------------------------- */

static struct result open_records(struct tale *t, struct why *why)
{
	const struct decision *d = t->out.decision;
	struct cell *known = ARENA_ARRAY(t->arena, t->in->told_count + 2, struct cell);
	struct book_entry *made;
	const char *origin = arena_printf(t->arena, "entry:%lld", (long long)t->out.seq);
	size_t n = 0, opened, count;
	bool more;
	char iso[32];
	if (!d->record_count)
		return ok();
	ms_iso(clock_now_ms(t->desk->clock), iso);
	const char *now = arena_printf(t->arena, "%.10s %.5s", iso, iso + 11);
	if (!known || !origin || !now)
		return desk_no_memory(why);
	known[n++] = (struct cell){"actor", t->actor};
	known[n++] = (struct cell){"performed_at", now};
	for (size_t i = 0; i < t->in->told_count; i++)
		known[n++] = t->in->told[i];
	const struct book_event event = {.act = t->in->act, .row = t->row.id ? t->row.id : "", .section = t->section,
		.origin = origin, .writer = t->actor, .actor = t->actor, .post = "", .known = known, .known_count = n};
	TRY(book_follow(t->desk->registers, d, &event, &opened, why));
	TRY(desk_close_whole(t->desk, origin, t->actor, "", t->arena, why));
	const struct book_query query = {.origin = origin, .limit = TELL_RECORDS};
	TRY(book_list(t->desk->registers, &query, t->arena, &made, &count, &more, why));
	for (size_t i = 0; i < count; i++)
		t->out.records[t->out.record_count++] = made[i].id;
	return ok();
}

static struct result follow(struct tale *t, struct why *why)
{
	if (t->out.verdict != PASS)
		return ok();
	const struct desk_happening h = {.act = &t->act, .row = t->row.id ? &t->row : NULL, .about = t->in->object, .section = t->section,
		.actor = t->in->teller, .told = t->in->told, .told_count = t->in->told_count, .decision = t->out.decision};
	const struct desk_deed deed = deed_of(t);
	bool without = false;
	TRY(desk_without(t->desk, &deed, &t->act, t->out.decision, t->arena, &without, why));
	TRY(open_records(t, why));
	TRY(desk_set_aside(t->desk, &deed, t->out.decision, t->arena, why));
	TRY(desk_consequences(t->desk, &h, t->arena, &t->out.begun, why));
	return without ? desk_event(t->desk, t->act.if_without, t->in, t->arena, &t->out.begun, why) : ok();
}

static struct result tell_one(struct desk *desk, const struct desk_telling *telling, struct arena *arena,
                              struct desk_verdict *out, struct policy_act *act, struct why *why)
{
	struct tale t = {.desk = desk, .in = telling, .arena = arena};
	TRY(begin(&t, why));
	TRY(decide(&t, why));
	TRY(keep(&t, why));
	TRY(follow(&t, why));
	*out = t.out;
	*act = t.act;
	return ok();
}

struct result desk_event(struct desk *desk, const char *event, const struct desk_telling *tried, struct arena *arena,
                         const char **begun, struct why *why)
{
	const struct policy_fact *known;
	struct desk_verdict out;
	struct policy_act found;
	size_t count, n = 0;
	TRY(policy_act_facts(desk->policy, event, arena, &known, &count, why));
	struct cell *cells = ARENA_ARRAY(arena, tried->told_count + 1, struct cell);
	if (!cells)
		return desk_no_memory(why);
	for (size_t i = 0; i < tried->told_count; i++)
		for (size_t k = 0; k < count; k++)
			if (strcmp(known[k].path, tried->told[i].path) == 0)
				cells[n++] = tried->told[i];
	struct desk_telling telling = *tried;
	telling.act = event;
	telling.told = cells;
	telling.told_count = n;
	telling.claim_count = 0;
	TRY(tell_one(desk, &telling, arena, &out, &found, why));
	*begun = out.begun;
	return ok();
}

struct result desk_attempt(struct desk *desk, const struct policy_act *act, const struct desk_telling *tried,
                           struct arena *arena, const char **begun, struct why *why)
{
	return *act->if_refused ? desk_event(desk, act->if_refused, tried, arena, begun, why) : ok();
}

struct result desk_tell(struct desk *desk, const struct desk_telling *telling, struct arena *arena,
                        struct desk_verdict *out, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	struct desk_verdict said;
	struct policy_act act;
	TRY(tx_begin(desk->store, &tx, why));
	TRY(tell_one(desk, telling, arena, &said, &act, why));
	if (said.verdict == REFUSE)
		TRY(desk_attempt(desk, &act, telling, arena, &said.begun, why));
	TRY(tx_commit(&tx, why));
	*out = said;
	return ok();
}
