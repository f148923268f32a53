/* Reading applications back: rows of the projection, what was sealed, and who
 * may still give a word today. */
#include "proceeding/board.h"

#include <limits.h>

static const struct {
	enum application_state state;
	const char *name, *japanese;
} states[] = {
	{APPLICATION_NONE, "", ""},
	{APPLICATION_OPEN, "open", "承認待ち"},
	{APPLICATION_PERMITTED, "permitted", "許可"},
	{APPLICATION_REFUSED, "refused", "不許可"},
	{APPLICATION_RETURNED, "returned", "差戻し"},
	{APPLICATION_WITHDRAWN, "withdrawn", "取下げ"},
	{APPLICATION_LAPSED, "lapsed", "期限切れ"},
	{APPLICATION_CLOSED, "closed", "完了"},
};

const char *application_state_name(enum application_state state)
{
	return (size_t)state < sizeof states / sizeof *states ? states[state].name : "";
}

const char *application_state_japanese(enum application_state state)
{
	return (size_t)state < sizeof states / sizeof *states ? states[state].japanese : "";
}

enum application_state application_state_of(struct slice name)
{
	for (size_t i = 1; i < sizeof states / sizeof *states; i++)
		if (slice_is(name, states[i].name))
			return states[i].state;
	return APPLICATION_NONE;
}

#define ROW_COLUMNS                                                                       \
	"SELECT id, fiscal_year, serial, act, exception_to, subject, applicant, section," \
	" detail, edition, state, created_ms, decided_ms, until_day, used_ms, joint," \
	" together FROM application "

static struct result take_row(struct statement *s, struct arena *arena, struct application_row *out,
                              struct why *why)
{
	struct application_row r = {
		.id = arena_string(arena, column_text(s, 0)),
		.number = arena_printf(arena, "R%lld-%04lld", (long long)column_i64(s, 1) - 2018,
	                               (long long)column_i64(s, 2)),
		.act = arena_string(arena, column_text(s, 3)),
		.exception_to = arena_string(arena, column_text(s, 4)),
		.subject = arena_string(arena, column_text(s, 5)),
		.applicant = arena_string(arena, column_text(s, 6)),
		.section = arena_string(arena, column_text(s, 7)),
		.detail = arena_string(arena, column_text(s, 8)),
		.edition = arena_string(arena, column_text(s, 9)),
		.state = application_state_of(column_text(s, 10)),
		.created_ms = column_i64(s, 11),
		.decided_ms = column_i64(s, 12),
		.until = (day_t)column_i64(s, 13),
		.used_ms = column_i64(s, 14),
		.joint = arena_string(arena, column_text(s, 15)),
		.together = column_i64(s, 16) != 0,
	};
	if (!r.id || !r.number || !r.act || !r.exception_to || !r.subject || !r.applicant ||
	    !r.section || !r.detail || !r.edition || !r.joint)
		return fail(why, E_MEMORY, "application", "no memory for an application");
	*out = r;
	return ok();
}

static struct result take_only(struct statement *s, struct arena *arena,
                               struct application_row *out, struct why *why)
{
	bool row = false;
	TRY(statement_step(s, &row, why));
	if (!row)
		return fail(why, E_ABSENT, "application", "そのような申請はありません。");
	return take_row(s, arena, out, why);
}

struct result row_read(struct proceedings *p, struct slice id, struct arena *arena,
                       struct application_row *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(p->at.store, ROW_COLUMNS "WHERE id = ?1", &s, why));
	bind_text(s, 1, id);
	return take_only(s, arena, out, why);
}

struct result row_of(struct proceedings *p, const char *subject, const char *exception_to,
                     struct arena *arena, struct application_row *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(p->at.store,
	                  ROW_COLUMNS "WHERE subject = ?1 AND (exception_to = ?2 OR"
	                              " (?2 = '*' AND exception_to <> ''))"
	                              " ORDER BY fiscal_year DESC, serial DESC LIMIT 1",
	                  &s, why));
	bind_text(s, 1, slice_str(subject));
	bind_text(s, 2, slice_str(exception_to ? exception_to : ""));
	return take_only(s, arena, out, why);
}

struct result row_wished(struct proceedings *p, const struct wish *wish, struct arena *arena,
                         struct application_row *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_ask(p->at.store,
	              ROW_COLUMNS "WHERE subject = ?1 AND exception_to = ?2 AND act = ?3 AND applicant = ?4"
	                          " AND state IN ('open', 'permitted', 'refused')"
	                          " ORDER BY fiscal_year DESC, serial DESC LIMIT 1",
	              ARGS(arg_str(wish->subject), arg_str(wish->exception_to ? wish->exception_to : ""),
	                   arg_str(wish->act), arg_str(wish->actor)),
	              &s, why));
	return take_only(s, arena, out, why);
}

struct result unseal_text(struct proceedings *p, struct slice item, struct arena *arena, const char **out,
                          struct why *why)
{
	struct slice text;
	*out = "";
	if (item.len == 0)
		return ok();
	struct result got = vault_get(p->at.vault, item, arena, &text, why);
	if (got.code == E_DENIED) { /* erased at the end of its time */
		*out = "（保存期間が終わり、消去しました）";
		return ok();
	}
	TRY(got);
	*out = arena_string(arena, text);
	return *out ? ok() : fail(why, E_MEMORY, "", "no memory for a reason");
}

static struct result take_word(struct proceedings *p, struct statement *s, struct arena *arena,
                               struct application_word *w, struct why *why)
{
	w->person = arena_string(arena, column_text(s, 0));
	w->post = arena_string(arena, column_text(s, 1));
	w->scope = arena_string(arena, column_text(s, 2));
	w->mark = arena_string(arena, column_text(s, 3));
	w->answer = arena_string(arena, column_text(s, 4));
	w->time_ms = column_i64(s, 6);
	if (!w->person || !w->post || !w->scope || !w->mark || !w->answer)
		return fail(why, E_MEMORY, "", "no memory for the words");
	return unseal_text(p, column_text(s, 5), arena, &w->reason, why);
}

struct result words_read(struct proceedings *p, const char *id, struct arena *arena,
                         struct application_word **out, size_t *count, struct why *why)
{
	enum { MOST = 256 };
	struct application_word *words = ARENA_ARRAY(arena, MOST, struct application_word);
	if (!words)
		return fail(why, E_MEMORY, "", "no memory for the words");
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(p->at.store,
	                  "SELECT person, post, scope, mark, answer, reason, time_ms"
	                  " FROM application_word WHERE application = ?1 ORDER BY place",
	                  &s, why));
	bind_text(s, 1, slice_str(id));
	size_t n = 0;
	for (bool row = true; n < MOST; n++) {
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		TRY(take_word(p, s, arena, &words[n], why));
	}
	*out = words;
	*count = n;
	return ok();
}

/* ---- what was sealed ---------------------------------------------------- */

struct result frozen_seal(struct proceedings *p, const struct application_request *request,
                          struct vault_info *out, struct why *why)
{
	const struct wish *w = &request->wish;
	AUTO(json_drop) json_t *facts = json_array();
	AUTO(json_drop) json_t *claims = json_array();
	for (size_t i = 0; i < w->fact_count; i++)
		json_array_append_new(facts, json_pack("[ss]", w->facts[i].path, w->facts[i].value));
	for (size_t i = 0; i < w->claim_count; i++)
		json_array_append_new(claims,
		                      json_pack("[sss]", w->claims[i].name, w->claims[i].reason,
		                                w->claims[i].clause ? w->claims[i].clause : ""));
	AUTO(json_drop) json_t *all =
		json_pack("{sO sO ss ss}", "facts", facts, "claims", claims, "title", request->title,
	                  "purpose", request->purpose ? request->purpose : "");
	struct buffer text;
	buffer_init(&text, VAULT_SMALL);
	struct result done = json_canonical(all, &text, why);
	if (done.code == OK)
		done = vault_put(p->at.vault, buffer_slice(&text), 0, out, why);
	buffer_done(&text);
	return done;
}

static const char *copy_member(struct arena *arena, const json_t *array, size_t index)
{
	const char *text = json_string_value(json_array_get(array, index));
	return arena_string(arena, slice_str(text ? text : ""));
}

static struct result thaw_lists(const json_t *all, struct arena *arena, struct wish *wish,
                                struct why *why)
{
	const json_t *facts = json_object_get(all, "facts"), *claims = json_object_get(all, "claims");
	size_t nf = json_array_size(facts), nc = json_array_size(claims);
	struct fact_pair *pairs = ARENA_ARRAY(arena, nf + 1, struct fact_pair);
	struct policy_claim *made = ARENA_ARRAY(arena, nc + 1, struct policy_claim);
	if (!pairs || !made)
		return fail(why, E_MEMORY, "", "no memory for the facts");
	for (size_t i = 0; i < nf; i++) {
		const json_t *pair = json_array_get(facts, i);
		pairs[i] = (struct fact_pair){copy_member(arena, pair, 0), copy_member(arena, pair, 1)};
	}
	for (size_t i = 0; i < nc; i++) {
		const json_t *claim = json_array_get(claims, i);
		const char *clause = copy_member(arena, claim, 2);
		made[i] = (struct policy_claim){copy_member(arena, claim, 0), copy_member(arena, claim, 1),
		                                clause && clause[0] ? clause : NULL};
	}
	wish->facts = pairs;
	wish->fact_count = nf;
	wish->claims = made;
	wish->claim_count = nc;
	return ok();
}

struct result frozen_read(struct proceedings *p, const struct application_row *row,
                          struct arena *arena, struct frozen *out, struct why *why)
{
	struct slice text;
	TRY(vault_get(p->at.vault, slice_str(row->detail), arena, &text, why));
	AUTO(json_drop) json_t *all = json_loadb((const char *)text.at, text.len, 0, NULL);
	if (!all)
		return fail(why, E_TAMPERED, row->id, "what was sealed with the application is unreadable");
	*out = (struct frozen){.wish = {.act = row->act,
	                                .actor = row->applicant,
	                                .subject = row->subject,
	                                .exception_to = row->exception_to[0] ? row->exception_to : NULL},
	                       .title = arena_string(arena, slice_str(json_text(all, "title"))),
	                       .purpose = arena_string(arena, slice_str(json_text(all, "purpose")))};
	if (!out->title || !out->purpose)
		return fail(why, E_MEMORY, "", "no memory for the application");
	return thaw_lists(all, arena, &out->wish, why);
}

/* ---- the whole application ---------------------------------------------- */

static const struct application_word *word_behind(const struct application *a,
                                                  const struct policy_approval *by)
{
	for (size_t i = a->word_count; by && i > 0; i--)
		if (strcmp(a->words[i - 1].person, by->person) == 0 &&
		    strcmp(a->words[i - 1].post, by->post) == 0)
			return &a->words[i - 1];
	return NULL;
}

/* Who does it beside the applicant: members of the fact `handlers`, a space between. */
static const char *handlers_of(const struct application *a)
{
	for (size_t i = 0; i < a->fact_count; i++)
		if (strcmp(a->facts[i].path, "handlers") == 0)
			return a->facts[i].value;
	return "";
}

/* Never again: the applicant and who does it with him, and whoever has given his word,
 * whatever posts he holds.                                                   */
static const char **excluded_from(const struct application *a, bool distinct, struct arena *arena, size_t *count)
{
	const char *handlers = handlers_of(a);
	const char **list = ARENA_ARRAY(arena, a->word_count + strlen(handlers) / 2 + 2, const char *);
	*count = 0;
	if (list && distinct)
		list[(*count)++] = a->applicant;
	while (list && distinct && *handlers) {
		size_t len = strcspn(handlers, " ");
		if (!(list[(*count)++] = arena_string(arena, slice_of(handlers, len))))
			return NULL;
		handlers += len + (handlers[len] == ' ');
	}
	for (size_t i = 0; list && i < a->word_count; i++)
		if (strcmp(a->words[i].answer, "return") != 0)
			list[(*count)++] = a->words[i].person;
	return list;
}

static struct result fill_holders(struct proceedings *p, const struct application *a,
                                  const struct slot *from, bool distinct, struct arena *arena,
                                  struct application_slot *slot, struct why *why)
{
	struct holder *holders = NULL;
	struct office_question question = {
		.post = from->post,
		.scope = from->of ? from->of : "",
		.day = proceeding_today(p),
		.act = a->act,
		.policy_name = p->at.policy_name,
	};
	question.excluded = excluded_from(a, distinct, arena, &question.excluded_count);
	if (!question.excluded)
		return fail(why, E_MEMORY, "", "no memory for the slots");
	TRY(office_resolve(p->at.office, p->at.policy, &question, arena, &holders, &slot->holder_count,
	                   why));
	slot->holders = holders;
	return ok();
}

static struct result scope_name(struct proceedings *p, const char *scope, struct arena *arena,
                                const char **out, struct why *why)
{
	struct section section;
	*out = "";
	if (!scope[0])
		return ok();
	struct result got = office_section(p->at.office, scope, arena, &section, NULL);
	if (got.code != OK && got.code != E_ABSENT)
		return fail(why, got.code, "section", "the section cannot be read");
	*out = got.code == OK ? section.name : scope;
	return ok();
}

static struct result fill_slot(struct proceedings *p, const struct application *a,
                               const struct wanted_route *wanted, const struct slot *from,
                               struct arena *arena, struct application_slot *slot, struct why *why)
{
	slot->post = from->post;
	slot->post_title = from->post_title;
	slot->scope = from->of ? from->of : "";
	slot->clause = wanted->clause->id;
	slot->cite = wanted->clause->cite;
	slot->says = wanted->clause->says;
	slot->state = from->state;
	slot->open = from->open && from->state == ROUTE_PENDING && !from->unknown;
	slot->word = word_behind(a, from->by);
	TRY(scope_name(p, slot->scope, arena, &slot->scope_name, why));
	if (from->state != ROUTE_PENDING || from->unknown)
		return ok();
	return fill_holders(p, a, from, wanted->distinct_from_actor, arena, slot, why);
}

static struct result fill_slots(struct proceedings *p, struct arena *arena, struct application *a,
                                struct why *why)
{
	size_t total = 0;
	for (size_t i = 0; i < a->decision->approval_count; i++)
		total += a->decision->approvals[i].slot_count;
	struct application_slot *slots = ARENA_ARRAY(arena, total + 1, struct application_slot);
	if (!slots)
		return fail(why, E_MEMORY, "", "no memory for the slots");
	size_t n = 0;
	for (size_t i = 0; i < a->decision->approval_count; i++) {
		const struct wanted_route *wanted = &a->decision->approvals[i];
		for (size_t k = 0; k < wanted->slot_count; k++, n++)
			TRY(fill_slot(p, a, wanted, wanted->slots[k], arena, &slots[n], why));
	}
	a->slots = slots;
	a->slot_count = total;
	return ok();
}

struct result application_whole(struct proceedings *p, const struct application_row *row,
                                struct arena *arena, struct application *out, struct why *why)
{
	struct frozen frozen;
	struct application_word *words = NULL;
	struct application a = {
		.id = row->id, .number = row->number, .act = row->act,
		.act_label = policy_label(p->at.policy, NULL, row->act),
		.exception_to = row->exception_to, .subject = row->subject,
		.applicant = row->applicant, .section = row->section, .state = row->state,
		.created_ms = row->created_ms, .decided_ms = row->decided_ms,
		.until = row->until, .used_ms = row->used_ms, .edition = row->edition, .joint = row->joint,
		.together = row->together,
	};
	TRY(frozen_read(p, row, arena, &frozen, why));
	TRY(words_read(p, row->id, arena, &words, &a.word_count, why));
	a.title = frozen.title;
	a.purpose = frozen.purpose;
	a.facts = frozen.wish.facts;
	a.fact_count = frozen.wish.fact_count;
	a.words = words;
	TRY(decide_with(p, &frozen.wish, words, a.word_count, arena, &a.decision, why));
	TRY(fill_slots(p, arena, &a, why));
	*out = a;
	return ok();
}

struct result application_get(struct proceedings *p, const char *id, struct arena *arena,
                              struct application *out, struct why *why)
{
	struct application_row row;
	TRY(row_read(p, slice_str(id), arena, &row, why));
	return application_whole(p, &row, arena, out, why);
}

struct result application_of(struct proceedings *p, const char *subject, bool exception,
                             struct arena *arena, struct application *out, struct why *why)
{
	struct application_row row;
	TRY(row_of(p, subject, exception ? "*" : NULL, arena, &row, why));
	return application_whole(p, &row, arena, out, why);
}

/* ---- lists -------------------------------------------------------------- */

static bool waits_for(const struct application *a, const char *person)
{
	for (size_t i = 0; i < a->slot_count; i++)
		for (size_t k = 0; a->slots[i].open && k < a->slots[i].holder_count; k++)
			if (strcmp(a->slots[i].holders[k].person, person) == 0)
				return true;
	return false;
}

static bool is_stuck(const struct application *a)
{
	for (size_t i = 0; i < a->slot_count; i++)
		if (a->slots[i].open && a->slots[i].holder_count == 0)
			return true;
	return false;
}

struct result application_rows(struct proceedings *p, const struct application_query *query,
                               size_t most, struct arena *arena, struct application_row *rows,
                               size_t *count, struct why *why)
{
	enum application_state state = query->waiting_for || query->stuck ? APPLICATION_OPEN : query->state;
	static const char of_state[] = ROW_COLUMNS "WHERE state = ?2 AND (?1 = '' OR applicant = ?1) AND (?4 = 0 OR"
	                                           " exception_to <> '') ORDER BY created_ms DESC, id LIMIT ?3";
	static const char of_any[] = ROW_COLUMNS "WHERE (?1 = '' OR applicant = ?1) AND ?2 = '' AND (?4 = 0 OR"
	                                         " exception_to <> '') ORDER BY created_ms DESC, id LIMIT ?3";
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(p->at.store, state == APPLICATION_NONE ? of_any : of_state, &s, why));
	bind_text(s, 1, slice_str(query->applicant ? query->applicant : ""));
	bind_text(s, 2, slice_str(application_state_name(state)));
	bind_i64(s, 3, (int64_t)most);
	bind_i64(s, 4, query->exceptions);
	for (*count = 0; *count < most; (*count)++) {
		bool row = false;
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		TRY(take_row(s, arena, &rows[*count], why));
	}
	return ok();
}

static bool is_wanted(const struct application *a, const struct application_query *query)
{
	return a->state == APPLICATION_OPEN && (!query->waiting_for || waits_for(a, query->waiting_for)) &&
	       (!query->stuck || is_stuck(a)) && (!query->applicant || strcmp(a->applicant, query->applicant) == 0) &&
	       (!query->exceptions || a->exception_to[0]);
}

/* The board says where to look; what is shown is decided now. */
static struct result list_waiting(struct proceedings *p, const struct application_query *query, size_t limit,
                                  struct arena *arena, struct application *list, size_t *count, struct why *why)
{
	size_t at = 0;
	TRY(board_follow(p, p->board, why));
	for (const char *id; *count < limit && (id = board_next(p->board, query, &at));) {
		struct application_row *row = ARENA_NEW(arena, struct application_row);
		if (!row)
			return fail(why, E_MEMORY, "", "no memory for the list");
		TRY(row_read(p, slice_str(id), arena, row, why));
		TRY(application_whole(p, row, arena, &list[*count], why));
		*count += is_wanted(&list[*count], query);
	}
	return ok();
}

/* Inside a transaction, which may be rolled back: whose word is wanted is no column, so all
 * open ones are looked at, by turns, so that many fit. */
static struct result list_each(struct proceedings *p, const struct application_query *query, size_t limit,
                               struct arena *arena, struct application *list, size_t *count, struct why *why)
{
	enum { LOOK_BYTES = 8 << 20, OPEN_MOST = 1000 };
	AUTO(arena_drop) struct arena *looked_at = arena_new(LOOK_BYTES);
	struct application_row *rows = ARENA_ARRAY(arena, OPEN_MOST, struct application_row);
	size_t found = 0;
	if (!rows || !looked_at)
		return fail(why, E_MEMORY, "", "no memory for the list");
	TRY(application_rows(p, query, OPEN_MOST, arena, rows, &found, why));
	for (size_t i = 0; i < found && *count < limit; i++) {
		struct application a;
		arena_reset(looked_at);
		TRY(application_whole(p, &rows[i], looked_at, &a, why));
		if (is_wanted(&a, query))
			TRY(application_whole(p, &rows[i], arena, &list[(*count)++], why));
	}
	return ok();
}

static struct result list_plain(struct proceedings *p, const struct application_query *query, size_t limit,
                                struct arena *arena, struct application *list, size_t *count, struct why *why)
{
	struct application_row *rows = ARENA_ARRAY(arena, limit, struct application_row);
	size_t found = 0;
	if (!rows)
		return fail(why, E_MEMORY, "", "no memory for the list");
	TRY(application_rows(p, query, limit, arena, rows, &found, why));
	for (; *count < found; (*count)++)
		TRY(application_whole(p, &rows[*count], arena, &list[*count], why));
	return ok();
}

struct result application_list(struct proceedings *p, const struct application_query *query,
                               struct arena *arena, struct application **out, size_t *count,
                               struct why *why)
{
	size_t limit = query->limit && query->limit < 1000 ? query->limit : 1000, n = 0;
	struct application *list = ARENA_ARRAY(arena, limit, struct application);
	bool waiting = query->waiting_for || query->stuck;
	struct seating seating = {.arena = arena}, *outer = p->seating;
	if (!list)
		return fail(why, E_MEMORY, "", "no memory for the list");
	p->seating = &seating;
	struct result done = !waiting                             ? list_plain(p, query, limit, arena, list, &n, why)
	                     : store_in_transaction(p->at.store) ? list_each(p, query, limit, arena, list, &n, why)
	                                                          : list_waiting(p, query, limit, arena, list, &n, why);
	p->seating = outer;
	TRY(done);
	*out = list;
	*count = n;
	return ok();
}

struct result application_waiting(struct proceedings *p, const char *person, size_t *count, struct why *why)
{
	const struct application_query query = {.waiting_for = person};
	if (store_in_transaction(p->at.store))
		return fail(why, E_CONFLICT, "application", "what waits is not counted inside a transaction");
	TRY(board_follow(p, p->board, why));
	*count = board_count(p->board, &query);
	return ok();
}
