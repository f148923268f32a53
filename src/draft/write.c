/* Changing drafts: ask the policy, look, let the language judge the line, one entry. */
#include "draft/internal.h"

#include "base/text.h"
#include "proceeding/case.h"

enum { LOOK_BYTES = 96 << 20, ASK_BYTES = 4 << 20 };

/* ---- who may -------------------------------------------------------------------- */

/* An analysis of risks that was completed since the last revision: found here, told by nobody.
 * Drills are none.                                         clause IM-8/1 */
static struct result find_analysis(struct drafts *d, struct arena *arena, bool *analysed, struct why *why)
{
	enum { LOOKED_AT = 50 };
	const struct case_query query = {.kind = "risk_case", .ended = true, .limit = LOOKED_AT};
	struct case_view *found;
	size_t count;
	int64_t last = 0;
	bool any;
	*analysed = false;
	TRY(store_ask_one(d->at.store, "SELECT COALESCE(MAX(ended_ms), 0) FROM draft WHERE body = ?1 AND state = ?2",
	                  ARGS(arg_str(d->at.body), arg_i64(DRAFT_ADOPTED)), &any, &last, why));
	if (!policy_kind_step(d->at.policy, query.kind, 0))
		return ok();
	TRY(case_list(d->at.proceedings, &query, arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		*analysed |= found[i].changed_ms > last;
	return ok();
}

static struct result ask(struct drafts *d, const char *by, bool adopt, struct arena *arena,
                         const struct decision **out, struct why *why)
{
	bool analysed = false;
	if (adopt)
		TRY(find_analysis(d, arena, &analysed, why));
	const struct fact_pair found = {"analysed", analysed ? "yes" : "no"};
	struct wish wish = {.act = adopt ? "adopt_values" : "draft_values", .actor = by, .subject = "", .facts = &found,
	                    .fact_count = adopt ? 1 : 0};
	return proceeding_decide(d->at.proceedings, &wish, arena, out, why);
}

struct result draft_may(struct drafts *d, const char *by, bool adopt, bool *yes, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ASK_BYTES);
	const struct decision *decision = NULL;
	if (!arena)
		return draft_no_memory(why);
	TRY(ask(d, by, adopt, arena, &decision, why));
	*yes = decision->verdict == PASS;
	return ok();
}

static struct result need(struct drafts *d, const char *by, bool adopt, struct arena *arena,
                          const struct decision **out, struct why *why)
{
	TRY(ask(d, by, adopt, arena, out, why));
	if ((*out)->verdict == PASS)
		return ok();
	if ((*out)->verdict == REFUSE)
		return policy_refusal(*out, why);
	return fail(why, E_DENIED, "draft", "「%s」ができるかどうかを判断できません。役職の登録を確かめてください。",
	            (*out)->act_label);
}

/* ---- one entry --------------------------------------------------------------------- */

static struct result record(struct drafts *d, const char *kind, const char *id, const char *by,
                            const struct decision *decision, json_t *data, struct why *why)
{
	struct slice clauses[16];
	struct ledger_entry entry = {.body = slice_str(d->at.body), .kind = slice_str(kind), .actor = slice_str(by),
	                             .subject = slice_str(id), .clauses = clauses};
	for (size_t i = 0; i < decision->spoken_count && entry.clause_count < 16; i++)
		clauses[entry.clause_count++] = slice_str(decision->spoken[i].clause->id);
	return ledger_record(d->at.ledger, &entry, data, why);
}

static struct result check_line(const char *text, size_t most, const char *place, const char *what, struct why *why)
{
	struct slice line = slice_str(text);
	bool odd = false;
	for (size_t i = 0; i < line.len; i++)
		odd |= line.at[i] < 0x20 || line.at[i] == 0x7f || line.at[i] == '"' || line.at[i] == '\\';
	if (odd || line.len > most || !utf8_valid(line))
		return fail(why, E_INPUT, place, "「%s」は、改行と「\"」「\\」を入れずに%zu文字以内で書いてください。", what, most / 3);
	return ok();
}

static struct result check_head(const struct draft_head *head, struct why *why)
{
	if (!*head->title)
		return fail(why, E_INPUT, "title", "「件名」が空です。一覧で見分けられません。何を改めるかを書いてください。");
	if (!*head->basis)
		return fail(why, E_INPUT, "basis", "「根拠」が空です。だれの決定かが残りません。起案番号や会議の名前を書いてください。");
	TRY(check_line(head->title, DRAFT_TITLE, "title", "件名", why));
	return check_line(head->basis, DRAFT_BASIS, "basis", "根拠", why);
}

static struct result open_draft(struct drafts *d, const char *id, struct arena *arena, struct draft *out,
                                struct why *why)
{
	TRY(draft_get(d, id, arena, out, why));
	if (out->state == DRAFT_ADOPTED)
		return fail(why, E_CONFLICT, "draft", "この改正案は採択されています。採択した版は書き換えられません。新しい改正案を作ってください。");
	if (out->state != DRAFT_OPEN)
		return fail(why, E_CONFLICT, "draft", "この改正案は取りやめになっています。新しい改正案を作ってください。");
	return ok();
}

struct result draft_begin(struct drafts *d, const char *by, const struct draft_head *head, char id[27],
                          struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ASK_BYTES);
	AUTO(tx_drop) struct tx tx = {0};
	const struct decision *decision = NULL;
	bool found = false;
	int64_t serial = 0;
	if (!arena)
		return draft_no_memory(why);
	TRY(check_head(head, why));
	TRY(random_id(d->at.random, id, why));
	TRY(tx_begin(d->at.store, &tx, why));
	TRY(need(d, by, false, arena, &decision, why));
	TRY(store_ask_one(d->at.store, "SELECT COALESCE(MAX(serial), 0) + 1 FROM draft WHERE body = ?1",
	                  ARGS(arg_str(d->at.body)), &found, &serial, why));
	json_t *data = json_pack("{s:s, s:s, s:i, s:I}", "title", head->title, "basis", head->basis, "effective",
	                         (int)head->effective, "serial", (json_int_t)serial);
	TRY(record(d, "draft.begun", id, by, decision, data, why));
	return tx_commit(&tx, why);
}

struct result draft_change_head(struct drafts *d, const char *by, const char *id, const struct draft_head *head,
                                struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ASK_BYTES);
	AUTO(tx_drop) struct tx tx = {0};
	const struct decision *decision = NULL;
	struct draft draft;
	if (!arena)
		return draft_no_memory(why);
	TRY(check_head(head, why));
	TRY(tx_begin(d->at.store, &tx, why));
	TRY(open_draft(d, id, arena, &draft, why));
	TRY(need(d, by, false, arena, &decision, why));
	json_t *data = json_pack("{s:s, s:s, s:i}", "title", head->title, "basis", head->basis, "effective",
	                         (int)head->effective);
	TRY(record(d, "draft.headed", id, by, decision, data, why));
	return tx_commit(&tx, why);
}

/* ---- a line: the language itself says whether it can stand ------------------------------ */

/* the first error that the check finds in the texts of drafts */
static const struct finding *own_error(const struct findings *findings)
{
	for (const struct finding *f = findings->first; f; f = f->next)
		if (f->severity == FINDING_ERROR && slice_starts(slice_str(f->file), SLICE("改正案/")))
			return f;
	return NULL;
}

/* What was written must be the value and no more: "5 years from 2020-01-01 set ..."
 * would be sound, and another line. */
static struct result nothing_else(struct drafts *d, const struct policy *policy, const struct draft *draft,
                                  const struct draft_line *line, struct arena *arena, struct why *why)
{
	struct policy_set set;
	const struct policy_edition *e = edition_for(policy, d->at.policy_name, draft->effective);
	TRY(policy_setting(policy, e, line->name, draft->effective, arena, &set, why));
	if (set.set && set.from == draft->effective && strcmp(set.text, line->value) == 0)
		return ok();
	return fail(why, E_INPUT, "value", "「%.80s」は書き方が違います。型と単位に合わせて、値だけを書いてください。", line->value);
}

static struct result judge(struct drafts *d, const struct draft *draft, const struct draft_line *line,
                           struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(LOOK_BYTES);
	struct draft alone = *draft;
	struct findings findings = {0};
	struct policy *policy = NULL;
	struct why own = {0};
	if (!arena)
		return draft_no_memory(why);
	alone.lines = line;
	alone.line_count = 1;
	struct result looked = draft_policy(d, &alone, arena, &policy, &findings, &own);
	if (looked.code == E_INPUT)
		return fail(why, E_INPUT, "value", "「%.80s」は書き方が違います。型と単位に合わせて書いてください。", line->value);
	if (looked.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	const struct finding *error = own_error(&findings);
	if (error)
		return fail(why, E_INPUT, "value", "%s%s", error->sentence, error->mend);
	return line->choice ? ok() : nothing_else(d, policy, draft, line, arena, why);
}

static struct result put_line(struct drafts *d, const char *by, const char *id, const struct draft_line *line,
                              struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ASK_BYTES);
	AUTO(tx_drop) struct tx tx = {0};
	const struct decision *decision = NULL;
	struct draft draft;
	if (!arena)
		return draft_no_memory(why);
	TRY(tx_begin(d->at.store, &tx, why));
	TRY(open_draft(d, id, arena, &draft, why));
	TRY(need(d, by, false, arena, &decision, why));
	if (draft.line_count >= DRAFT_LINES - 1)
		return fail(why, E_LIMIT, "draft", "一つの改正案に書けるのは%d行までです。改正案を分けてください。", DRAFT_LINES - 1);
	if (*line->value)
		TRY(judge(d, &draft, line, why));
	json_t *data = json_pack("{s:i, s:s, s:s}", "choice", (int)line->choice, "name", line->name, "value", line->value);
	TRY(record(d, "draft.written", id, by, decision, data, why));
	return tx_commit(&tx, why);
}

struct result draft_set(struct drafts *d, const char *by, const char *id, const char *parameter, const char *value,
                        struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ASK_BYTES);
	const struct policy_edition *e = edition_for(d->at.policy, d->at.policy_name, drafts_today(d));
	struct policy_set set;
	if (!arena)
		return draft_no_memory(why);
	TRY(policy_setting(d->at.policy, e, parameter, drafts_today(d), arena, &set, why));
	TRY(check_line(value, DRAFT_VALUE, "value", "値", why));
	return put_line(d, by, id, &(struct draft_line){false, parameter, value}, why);
}

/* "HN-1,HN-2" as people type it: ids with ", " between, each of them there */
static struct result tidy_clauses(struct drafts *d, unsigned finding, const char *clauses, struct buffer *out,
                                  struct why *why)
{
	char id[120];
	buffer_printf(out, "%u", finding);
	size_t count = 0;
	for (const char *at = clauses; *at;) {
		size_t blank = strspn(at, " ,"), len = strcspn(at + blank, " ,");
		at += blank + len;
		if (len == 0)
			continue;
		if (len >= sizeof id)
			return fail(why, E_INPUT, "clauses", "条文の記号が長すぎます。");
		memcpy(id, at - len, len);
		id[len] = 0;
		if (!policy_clause(d->at.policy, id))
			return fail(why, E_ABSENT, "clauses", "「%s」という条文はありません。条文の記号を確かめてください。", id);
		buffer_printf(out, "%s %s", count++ ? "," : "", id);
	}
	return count ? ok() : fail(why, E_INPUT, "clauses", "どの条文についての選択かが空です。条文の記号を書いてください。");
}

struct result draft_choose(struct drafts *d, const char *by, const char *id, unsigned finding, const char *clauses,
                           const char *sentence, struct why *why)
{
	AUTO(buffer_done) struct buffer name = {0};
	buffer_init(&name, DRAFT_CHOICE);
	TRY(tidy_clauses(d, finding, clauses, &name, why));
	TRY(check_line(sentence, DRAFT_CHOICE, "sentence", "選択", why));
	if (!buffer_ok(&name))
		return fail(why, E_INPUT, "clauses", "条文が多すぎます。選択を分けて書いてください。");
	return put_line(d, by, id, &(struct draft_line){true, buffer_cstr(&name), sentence}, why);
}

/* ---- ends ------------------------------------------------------------------------------- */

struct result draft_discard(struct drafts *d, const char *by, const char *id, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ASK_BYTES);
	AUTO(tx_drop) struct tx tx = {0};
	const struct decision *decision = NULL;
	struct draft draft;
	if (!arena)
		return draft_no_memory(why);
	TRY(tx_begin(d->at.store, &tx, why));
	TRY(open_draft(d, id, arena, &draft, why));
	TRY(need(d, by, false, arena, &decision, why));
	TRY(record(d, "draft.discarded", id, by, decision, json_object(), why));
	return tx_commit(&tx, why);
}

/* A value that was adopted, or that the folders give, for that day or a later one. */
static struct result no_overlap(struct drafts *d, const struct draft *draft, struct arena *arena, struct why *why)
{
	const struct policy_edition *e = edition_for(d->at.policy, d->at.policy_name, drafts_today(d));
	for (size_t i = 0; i < draft->line_count; i++) {
		struct policy_set later;
		if (draft->lines[i].choice)
			continue;
		TRY(policy_setting(d->at.policy, e, draft->lines[i].name, INT32_MAX - 1, arena, &later, why));
		if (!later.set || later.from < draft->effective)
			continue;
		char day[48];
		day_long(later.from, day);
		return fail(why, E_CONFLICT, "effective",
		            "「%s」には、%sから効く値がすでにあります。期間が重なります。施行日をそれより後にするか、その行を外してください。",
		            policy_label(d->at.policy, NULL, draft->lines[i].name), day);
	}
	return ok();
}

static struct result may_stand(struct drafts *d, const struct draft *draft, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(LOOK_BYTES);
	struct findings findings = {0};
	struct policy *policy = NULL;
	if (!arena)
		return draft_no_memory(why);
	if (draft->line_count == 0)
		return fail(why, E_CONFLICT, "draft", "この改正案には、まだ何も書かれていません。改める値か選択を書いてください。");
	if (draft->effective < drafts_today(d))
		return fail(why, E_CONFLICT, "effective", "施行日が、採択の日（今日）より前です。施行日を今日以後にしてください。");
	TRY(no_overlap(d, draft, arena, why));
	TRY(draft_policy(d, draft, arena, &policy, &findings, why));
	for (const struct finding *f = findings.first; f; f = f->next)
		if (f->severity == FINDING_ERROR)
			return fail(why, E_CONFLICT, "draft", "点検で誤りが見つかりました。%s: %s%s",
			            *f->clause ? policy_clause_cite(policy, f->clause) : f->file, f->sentence, f->mend);
	return ok();
}

struct result draft_adopt(struct drafts *d, const char *by, const char *id, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ASK_BYTES);
	AUTO(tx_drop) struct tx tx = {0};
	AUTO(buffer_done) struct buffer text = {0};
	const struct decision *decision = NULL;
	struct draft draft;
	buffer_init(&text, DRAFT_TEXT);
	if (!arena)
		return draft_no_memory(why);
	TRY(tx_begin(d->at.store, &tx, why));
	TRY(open_draft(d, id, arena, &draft, why));
	TRY(need(d, by, true, arena, &decision, why));
	TRY(may_stand(d, &draft, why));
	TRY(draft_text(d, &draft, &text, why));
	json_t *data = json_pack("{s:I, s:s}", "serial", (json_int_t)draft.serial, "text", buffer_cstr(&text));
	TRY(record(d, "draft.adopted", id, by, decision, data, why));
	return tx_commit(&tx, why);
}
