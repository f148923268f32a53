/* Deeds told by hand: decided, kept in the ledger, entered in the record books. */
#include "desk/internal.h"
#include "register/hold.h"

#include "ledger/record.h"

#include <stdio.h>

static const struct policy_fact *fact_of(const struct policy_fact *facts, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(facts[i].path, path) == 0)
			return &facts[i];
	return NULL;
}

static bool is_item(const char *path)
{
	return strncmp(path, "answer.", 7) == 0;
}

/* ---- deciding ---------------------------------------------------------------------- */

/* What the office knows of the person that it is about. */
static struct result person_pairs(struct desk *desk, const char *id, struct arena *arena, struct fact_pair **pairs,
                                  size_t *count, size_t more, struct why *why)
{
	struct person person;
	struct office_fact *facts;
	size_t known = 0;
	bool is_person = office_person(desk->office, id, arena, &person, NULL).code == OK;
	if (is_person)
		TRY(office_facts(desk->office, "person", id, desk_today(desk), arena, &facts, &known, why));
	struct fact_pair *list = ARENA_ARRAY(arena, known + more + 2, struct fact_pair);
	if (!list)
		return desk_no_memory(why);
	*count = 0;
	if (*id)
		list[(*count)++] = (struct fact_pair){"object", id};
	if (is_person)
		list[(*count)++] = (struct fact_pair){"object.section", person.section};
	for (size_t i = 0; i < known; i++)
		if (strcmp(facts[i].path, "section") != 0)
			list[(*count)++] = (struct fact_pair){arena_printf(arena, "object.%s", facts[i].path), facts[i].value};
	*pairs = list;
	return ok();
}

/* What is told of the act itself; what is only for the record (日時) is no fact. */
static struct result wish_of(struct desk *desk, const struct desk_deed *deed, struct arena *arena, struct wish *out,
                             struct why *why)
{
	const struct policy_fact *known;
	size_t count, n = 0;
	bool about = deed->row && *deed->row;
	TRY(policy_act_facts(desk->policy, deed->act, arena, &known, &count, why));
	struct fact_pair *pairs;
	TRY(person_pairs(desk, about ? deed->row : "", arena, &pairs, &n, deed->told_count, why));
	for (size_t i = 0; i < deed->told_count; i++) {
		const struct cell *cell = &deed->told[i];
		bool fact = fact_of(known, count, cell->path) && strcmp(cell->path, "object") != 0 && strcmp(cell->path, "actor") != 0;
		if (*cell->value && strcmp(cell->value, BOOK_NONE) != 0 && (fact || is_item(cell->path)))
			pairs[n++] = (struct fact_pair){cell->path, cell->value};
	}
	*out = (struct wish){.act = deed->act, .actor = deed->actor, .subject = about ? deed->row : deed->act, .facts = pairs,
	                     .fact_count = n, .claims = deed->claims, .claim_count = deed->claim_count};
	return ok();
}

struct result desk_deed_decide(struct desk *desk, const struct desk_deed *deed, struct arena *arena,
                               const struct decision **out, struct why *why)
{
	struct policy_question question;
	struct policy_act act;
	struct wish wish;
	day_t today = desk_today(desk);
	if (!policy_act_find(desk->policy, deed->act, &act))
		return fail(why, E_ABSENT, "act", "「%.60s」という行いは、語彙にありません。", deed->act);
	TRY(wish_of(desk, deed, arena, &wish, why));
	if (act.event) {
		TRY(proceeding_question(desk->proceedings, &wish, desk->policy, today, today, arena, &question, why));
		return policy_happened(desk->policy, &question, arena, out, why);
	}
	return proceeding_decide(desk->proceedings, &wish, arena, out, why);
}

/* Rows are made at the counter; a document is adopted and changed by being told. */
static bool is_of_register(const struct desk *desk, const struct policy_act *act)
{
	struct policy_kind kind;
	size_t len = strcspn(act->name, ".");
	for (size_t i = 0; act->derived && policy_kind_at(desk->policy, i, &kind); i++)
		if (strlen(kind.name) == len && strncmp(kind.name, act->name, len) == 0)
			return true;
	return false;
}

bool desk_deed_tellable(const struct desk *desk, const struct policy_act *act)
{
	bool gate = strncmp(act->carried_by, "gate_", 5) == 0 || strcmp(act->carried_by, "ledger") == 0;
	if (is_of_register(desk, act) || act->to[0])
		return false;
	if (act->event || (act->passes && !gate))
		return true;
	const struct policy_edition *edition = policy_edition_on(desk->policy, desk->policy_name, desk_today(desk));
	struct policy_record record;
	for (size_t i = 0; edition && policy_record_at(desk->policy, edition, i, &record); i++)
		if (strcmp(record.act, act->name) == 0)
			return true;
	return false;
}

/* ---- its entry in the ledger --------------------------------------------------------- */

static size_t clauses_of(const struct decision *d, bool refusing, struct slice *out)
{
	size_t count = 0;
	for (size_t i = 0; i < d->spoken_count && count < DESK_CLAUSES; i++)
		if (!refusing || d->spoken[i].effect == EFFECT_REFUSE)
			out[count++] = slice_str(d->spoken[i].clause->id);
	for (size_t i = 0; !refusing && i < d->record_count && count < DESK_CLAUSES; i++)
		out[count++] = slice_str(d->records[i].clause->id);
	return count;
}

/* Words, levels, days, numbers and ids in the clear; free text sealed. */
static struct result told_of(struct desk *desk, const struct desk_deed *deed, struct arena *arena, json_t *facts,
                             json_t *texts, struct why *why)
{
	const struct policy_fact *known;
	size_t count;
	TRY(policy_act_facts(desk->policy, deed->act, arena, &known, &count, why));
	for (size_t i = 0; i < deed->told_count; i++) {
		const struct cell *cell = &deed->told[i];
		const struct policy_fact *fact = fact_of(known, count, cell->path);
		struct vault_info sealed;
		if (!*cell->value || strcmp(cell->value, BOOK_NONE) == 0 || (!fact && !is_item(cell->path)))
			continue;
		if (fact && fact->type == FACT_TEXT) {
			TRY(vault_put(desk->vault, slice_str(cell->value), 0, &sealed, why));
			json_object_set_new(texts, cell->path, json_string(sealed.id));
		} else {
			json_object_set_new(facts, cell->path, json_string(cell->value));
		}
	}
	return ok();
}

static struct result keep(struct desk *desk, const struct desk_deed *deed, const char *kind, const struct decision *d,
                          json_t *data, int64_t *seq, struct why *why)
{
	struct slice clauses[DESK_CLAUSES];
	bool about = deed->row && *deed->row;
	struct ledger_entry entry = {.body = slice_str(desk->body), .kind = slice_str(kind), .actor = slice_str(deed->actor),
		.post = SLICE(""), .subject = slice_str(about ? deed->row : deed->act), .clauses = clauses};
	entry.clause_count = clauses_of(d, strcmp(kind, "deed.refused") == 0, clauses);
	TRY(ledger_record(desk->ledger, &entry, data, why));
	*seq = entry.seq;
	return ok();
}

static struct result keep_told(struct desk *desk, const struct desk_deed *deed, const struct decision *d,
                               const char *origin, struct arena *arena, int64_t *seq, struct why *why)
{
	json_t *facts = json_object(), *texts = json_object();
	json_t *data = json_pack("{ss ss ss so so}", "done", deed->act, "section", deed->section, "origin", origin, "facts", facts,
	                         "texts", texts);
	if (!data)
		return desk_no_memory(why);
	struct result told = told_of(desk, deed, arena, facts, texts, why);
	if (told.code != OK) {
		json_decref(data);
		return told;
	}
	return keep(desk, deed, "deed.told", d, data, seq, why);
}

/* What the policy refuses has been asked for: that is kept, by which clause, without a
 * word of what was told.                                                     */
static void keep_refused(struct desk *desk, const struct desk_deed *deed, const struct decision *d)
{
	AUTO(tx_drop) struct tx tx = {0};
	int64_t seq;
	if (store_in_transaction(desk->store) || tx_begin(desk->store, &tx, NULL).code != OK)
		return;
	if (keep(desk, deed, "deed.refused", d, json_pack("{ss}", "act", deed->act), &seq, NULL).code == OK &&
	    tx_commit(&tx, NULL).code != OK)
		return;
}

/* The deed as the telling that an event is told after. */
static struct desk_telling telling_of(const struct desk_deed *deed)
{
	return (struct desk_telling){.act = deed->act, .object = deed->row ? deed->row : "", .section = deed->section,
		.teller = deed->actor, .actor = "", .reference = "", .told = deed->told, .told_count = deed->told_count};
}

static struct result tell_without(struct desk *desk, const struct desk_deed *deed, const struct policy_act *act,
                                  struct arena *arena, struct why *why)
{
	const struct desk_telling done = telling_of(deed);
	const char *begun;
	return desk_event(desk, act->if_without, &done, arena, &begun, why);
}

/* The event that it was to try; apart, so that the refusal stands whatever comes of this. */
static void tell_attempt(struct desk *desk, const struct desk_deed *deed, struct arena *arena)
{
	AUTO(tx_drop) struct tx tx = {0};
	const struct desk_telling tried = telling_of(deed);
	const char *begun;
	struct policy_act act;
	if (store_in_transaction(desk->store) || !policy_act_find(desk->policy, deed->act, &act) ||
	    tx_begin(desk->store, &tx, NULL).code != OK)
		return;
	if (desk_attempt(desk, &act, &tried, arena, &begun, NULL).code == OK && tx_commit(&tx, NULL).code != OK)
		return;
}

/* ---- what should have come before ------------------------------------------------------- */

struct result desk_without(struct desk *desk, const struct desk_deed *deed, const struct policy_act *act,
                           const struct decision *decision, struct arena *arena, bool *without, struct why *why)
{
	enum { LOOKED_AT = 100 };
	struct book_query query = {.row = deed->row, .writer = deed->actor, .limit = LOOKED_AT};
	struct book_entry *entries;
	size_t count = 0;
	*without = *act->if_without && decision->record_count > 0 && deed->row && *deed->row;
	for (bool more = *without; more;) {
		TRY(book_list(desk->registers, &query, arena, &entries, &count, &more, why));
		for (size_t i = 0; i < count; i++) {
			*without = strcmp(entries[i].act, act->before) != 0;
			if (!*without || strcmp(entries[i].act, act->name) == 0)
				return ok();
		}
		more = more && count;
		if (more) {
			query.before_ms = entries[count - 1].opened_ms;
			query.before_id = entries[count - 1].id;
		}
	}
	return ok();
}

/* ---- telling ---------------------------------------------------------------------------- */

/* The first of the entries that it opened; none: nothing more has to be written. */
static struct result first_entry(struct desk *desk, const char *origin, struct arena *arena, char entry[27],
                                 struct why *why)
{
	const struct book_query query = {.origin = origin, .limit = 1};
	struct book_entry *entries;
	size_t count = 0;
	bool more;
	TRY(book_list(desk->registers, &query, arena, &entries, &count, &more, why));
	snprintf(entry, 27, "%s", count ? entries[0].id : "");
	return ok();
}

static struct result open_books(struct desk *desk, const struct desk_deed *deed, const struct decision *d,
                                const char *origin, struct arena *arena, struct why *why)
{
	struct register_row row;
	size_t opened;
	struct cell *known = ARENA_ARRAY(arena, deed->told_count + 1, struct cell);
	if (!known)
		return desk_no_memory(why);
	known[0] = (struct cell){"actor", deed->actor};
	for (size_t i = 0; i < deed->told_count; i++)
		known[i + 1] = deed->told[i];
	bool is_row = deed->row && *deed->row && register_brief(desk->registers, deed->row, arena, &row, NULL).code == OK;
	const struct book_event event = {.act = deed->act, .row = is_row ? deed->row : "", .section = deed->section,
		.origin = origin, .writer = deed->actor, .actor = deed->actor, .post = "", .known = known,
		.known_count = deed->told_count + 1};
	return book_follow(desk->registers, d, &event, &opened, why);
}

static struct result bring_about(struct desk *desk, const struct desk_deed *deed, const struct policy_act *act,
                                 const struct decision *d, struct arena *arena, struct why *why)
{
	struct register_row row = {.id = NULL};
	const char *begun;
	bool is_row = deed->row && *deed->row && register_get(desk->registers, deed->row, arena, &row, NULL).code == OK;
	const struct desk_happening h = {.act = act, .row = is_row ? &row : NULL, .about = deed->row ? deed->row : "", .section = deed->section,
		.actor = deed->actor, .told = deed->told, .told_count = deed->told_count, .decision = d};
	return desk_consequences(desk, &h, arena, &begun, why);
}

struct result desk_set_aside(struct desk *desk, const struct desk_deed *deed, const struct decision *d,
                             struct arena *arena, struct why *why)
{
	struct wish wish;
	if (!deed->claim_count)
		return ok();
	TRY(wish_of(desk, deed, arena, &wish, why));
	return exception_follow(desk->proceedings, &wish, d, deed->section, why);
}

static struct result put(struct desk *desk, const struct desk_deed *deed, struct arena *arena, struct desk_told *out,
                         const struct decision **decision, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	const struct decision *d = NULL;
	struct policy_act act;
	struct desk_told told;
	bool without = false;
	char origin[27];
	if (!policy_act_find(desk->policy, deed->act, &act) || !desk_deed_tellable(desk, &act))
		return fail(why, E_ABSENT, "act", "「%.60s」は、ここに書くことではありません。", deed->act);
	TRY(tx_begin(desk->store, &tx, why));
	TRY(desk_deed_decide(desk, deed, arena, &d, why));
	*decision = d;
	TRY(hold_refused(desk->registers, deed->row, desk_refusal(d, why), why));
	TRY(random_id(desk->random, origin, why));
	TRY(desk_without(desk, deed, &act, d, arena, &without, why));
	TRY(open_books(desk, deed, d, origin, arena, why));
	TRY(bring_about(desk, deed, &act, d, arena, why));
	if (without)
		TRY(tell_without(desk, deed, &act, arena, why));
	TRY(desk_set_aside(desk, deed, d, arena, why));
	TRY(first_entry(desk, origin, arena, told.entry, why));
	TRY(keep_told(desk, deed, d, origin, arena, &told.seq, why));
	TRY(tx_commit(&tx, why));
	*out = told;
	return ok();
}

struct result desk_deed_put(struct desk *desk, const struct desk_deed *deed, struct arena *arena,
                            struct desk_told *out, const struct decision **decision, struct why *why)
{
	const struct decision *d = NULL;
	struct result done = put(desk, deed, arena, out, &d, why);
	if (done.code == E_DENIED && d && d->verdict == REFUSE) {
		keep_refused(desk, deed, d);
		tell_attempt(desk, deed, arena);
	}
	if (decision)
		*decision = d;
	return done;
}

/* What was permitted is done when the first of its records is written: duties begin.
 * What was told by hand has begun them already.                                */
static struct result done_as_permitted(struct desk *desk, const struct desk_deed *deed, const struct book_entry *e,
                                       const struct decision *d, struct arena *arena, struct why *why)
{
	struct application a;
	char first[27];
	int64_t seq;
	if (!d || !*e->origin || application_get(desk->proceedings, e->origin, arena, &a, NULL).code != OK)
		return ok();
	TRY(first_entry(desk, e->origin, arena, first, why));
	return strcmp(first, e->id) == 0 ? keep_told(desk, deed, d, e->origin, arena, &seq, why) : ok();
}

static bool names_clause(const struct slice *clauses, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (slice_is(clauses[i], id))
			return true;
	return false;
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
	struct policy_act act;
	/* a move was decided where its case stood then */
	if (policy_act_find(desk->policy, e.act, &act) && !act.to[0]) {
		TRY(desk_deed_decide(desk, &deed, arena, &d, why));
		if (d->verdict == REFUSE)
			return hold_refused(desk->registers, e.row, policy_refusal(d, why), why);
		for (size_t i = 0; i < d->spoken_count && count < DESK_CLAUSES; i++)
			clauses[count++] = slice_str(d->spoken[i].clause->id);
	}
	for (size_t i = 0; i < e.clause_count && count < DESK_CLAUSES; i++) /* that wanted the record */
		if (!names_clause(clauses, count, e.clauses[i]))
			clauses[count++] = slice_str(e.clauses[i]);
	TRY(book_close(desk->registers, entry, actor, "", clauses, count, why));
	TRY(done_as_permitted(desk, &deed, &e, d, arena, why));
	return tx_commit(&tx, why);
}
