/* The stage set's proof and duties: clauses stand where their name says, two
 * obligations are there, one of them overdue.  See peers.c.                  */
#include "duty/duty.h"
#include "review/review.h"
#include "duty/ics.h"
#include "peers.h"
#include "proof/proof.h"

#include <string.h>

enum { MS_A_DAY = 86400000 };

static struct result answer(struct why *why)
{
	return peers.fail ? fail(why, peers.fail, "peer", "%s", peers.fail_text) : ok();
}

/* ---- proof --------------------------------------------------------------------- */

static const char *const words[PROOF_STATES][3] = {
	{"unproven", "未証明", "記録がまだない"}, {"overdue", "期限超過", "期限までに行われていない"},
	{"unset", "未設定", "市が決める値や担当が空"}, {"exception", "例外中", "許可された例外がある"},
	{"met", "充足", "記録で証明できる"}, {"enforced", "強制", "仕組みが自動で守らせている"},
	{"na", "対象外", "行いを求めない条文"},
};
const char *proof_state_name(enum proof_state state) { return words[state][0]; }
const char *proof_state_japanese(enum proof_state state) { return words[state][1]; }
const char *proof_state_says(enum proof_state state) { return words[state][2]; }

struct result proof_open(const struct proof_parts *parts, struct proof **out, struct why *why)
{
	(void)parts;
	(void)why;
	*out = NULL;
	return ok();
}
void proof_close(struct proof *proof) { (void)proof; }
void proof_drop(struct proof **proof) { *proof = NULL; }

struct result proof_survey(struct proof *proof, day_t day, struct arena *arena, struct survey **out, struct why *why)
{
	(void)proof;
	(void)day;
	(void)arena;
	*out = NULL;
	return answer(why);
}

static const struct finding gap = {.number = 17, .severity = FINDING_GAP, .clause = "HN-2.2.2(8)-1", .file = "",
                                   .policy = "", .sentence = "", .mend = ""};

struct result proof_state(const struct survey *survey, const struct policy_clause *clause, enum proof_state *out,
                          struct why *why)
{
	(void)survey;
	*out = strcmp(clause->id, gap.clause) == 0 ? PROOF_UNSET : strcmp(clause->id, "HN-2.1(3)-1") == 0 ? PROOF_NA
	       : strcmp(clause->id, "HN-2.7.4(1)") == 0 ? PROOF_OVERDUE : PROOF_ENFORCED;
	return answer(why);
}

const struct finding *proof_gap(const struct survey *survey, const struct policy_clause *clause)
{
	(void)survey;
	return strcmp(clause->id, gap.clause) == 0 ? &gap : NULL;
}

size_t proof_gaps(const struct survey *survey)
{
	(void)survey;
	return 1;
}

struct result proof_evidence(const struct survey *survey, const struct policy_clause *clause, size_t limit,
                             struct arena *arena, struct ledger_entry **out, size_t *count, size_t *total, struct why *why)
{
	struct ledger_query query = {.clause = clause->id, .limit = limit};
	(void)survey;
	TRY(ledger_find(NULL, &query, arena, out, count, why));
	if (total)
		*total = *count;
	return ok();
}

void proof_clauses(const struct survey *survey, const struct policy_member **out, size_t *count)
{
	static struct policy_member members[8];
	const struct policy_edition *edition = policy_edition_on(NULL, "hannan", 20600);
	(void)survey;
	*count = policy_clause_count(NULL, edition);
	for (size_t i = 0; i < *count && i < 8; i++) {
		members[i].clause = policy_clause_at(NULL, edition, i);
		members[i].cite = members[i].clause->cite;
	}
	*out = members;
}

struct result proof_reason(const struct survey *survey, const struct policy_clause *clause, struct buffer *out,
                           struct why *why)
{
	(void)survey;
	(void)clause;
	buffer_put_str(out, "記録が <まだ> ありません。");
	return answer(why);
}

struct result proof_since(const struct survey *survey, const struct policy_clause *clause, int64_t *since_ms,
                          struct why *why)
{
	(void)survey;
	*since_ms = strcmp(clause->id, "HN-2.7.4(1)") == 0 ? (int64_t)20700 * MS_A_DAY : 0;
	return answer(why);
}

unsigned proof_percent(const struct proof_sum *sum)
{
	return sum->n[PROOF_ENFORCED] ? 85 : 0;
}

struct result proof_trend(struct proof *proof, size_t limit, struct arena *arena, struct proof_month **out, size_t *count,
                          struct why *why)
{
	static struct proof_month months[2] = {{.month = 20700, .sum = {{1, 1, 1, 1, 1, 1, 1}}},
	                                       {.month = 20731, .sum = {{1, 1, 1, 1, 1, 1, 1}}}};
	(void)proof;
	(void)limit;
	(void)arena;
	*out = months;
	*count = peers.empty ? 0 : 2;
	return answer(why);
}

/* ---- duties ----------------------------------------------------------------------- */

static const struct duty_seat seats[] = {{"manager", "tax", ""}};
static const char *const evidence[] = {"entry:1"};
static const struct obligation obligations[] = {
	{.id = "dutyaaaaaaaaaaaaaaaaaaaaaa", .duty = "HN-2.7.4(1)#check", .clause = "HN-2.7.4(1)", .task = "check",
	 .trigger = "each", .event = "", .trigger_seq = -1, .object = "", .kind = "", .section = "tax", .period = 20544,
	 .state = DUTY_OVERDUE, .opened_ms = (int64_t)20544 * MS_A_DAY, .due_ms = (int64_t)20700 * MS_A_DAY - 1,
	 .escalations = 1, .closed_by = "", .closed_as = "", .note = "", .evidence = evidence, .evidence_count = 0,
	 .owed = seats, .owed_count = 1},
	{.id = "dutybbbbbbbbbbbbbbbbbbbbbb", .duty = "HN-2.2.2(8)-1#ask", .clause = "HN-2.2.2(8)-1", .task = "ask",
	 .trigger = "on", .event = "incident.report", .trigger_seq = 1, .object = "tax", .kind = "section", .section = "tax",
	 .state = DUTY_QUESTION, .clock = DUTY_CLOCK_UNSET, .opened_ms = (int64_t)20700 * MS_A_DAY, .closed_by = "",
	 .closed_as = "", .note = "", .evidence = evidence, .evidence_count = 1, .owed = seats, .owed_count = 1},
};

struct result duty_list(struct duties *d, const struct duty_query *query, struct arena *arena, struct obligation **out,
                        size_t *count, size_t *total, struct why *why)
{
	(void)d;
	*out = arena_array(arena, 2, sizeof **out);
	memcpy(*out, obligations, sizeof obligations);
	*count = peers.empty ? 0 : query->limit < 2 ? query->limit : 2;
	if (total)
		*total = *count;
	return answer(why);
}

struct result duty_get(struct duties *d, const char *id, struct arena *arena, struct obligation *out, struct why *why)
{
	(void)d;
	(void)arena;
	for (size_t i = 0; i < 2; i++)
		if (strcmp(obligations[i].id, id) == 0) {
			*out = obligations[i];
			return answer(why);
		}
	return fail(why, E_ABSENT, id, "no such obligation");
}

struct result duty_holders(struct duties *d, const struct obligation *o, struct arena *arena, struct holder **out,
                           size_t *count, struct why *why)
{
	static struct holder manager[] = {{.person = "managerbbbbbbbbbbbbbbbbbbb", .as = "substitute", .post = "manager",
	                                   .scope = "tax"}};
	(void)d;
	(void)o;
	(void)arena;
	*out = manager;
	*count = peers.empty ? 0 : 1;
	return answer(why);
}

struct result duty_upwards(struct duties *d, const struct obligation *o, struct arena *arena, struct holder **out,
                           size_t *count, struct why *why)
{
	static struct holder chief[] = {{.person = "chiefccccccccccccccccccccc", .as = "", .post = "ciso", .scope = ""}};
	(void)d;
	(void)o;
	(void)arena;
	*out = chief;
	*count = 1;
	return answer(why);
}

const struct policy_duty *duty_statement(struct duties *d, const char *duty)
{
	static const struct policy_duty check = {.id = "HN-2.7.4(1)#check", .label = "例外 <措置> の確認", .with = "", .to = "",
	                                         .when = "", .using_label = ""};
	(void)d;
	return strcmp(duty, check.id) == 0 ? &check : NULL;
}

void duty_span_text(const struct duty_span *span, struct buffer *out)
{
	(void)span;
	buffer_put_str(out, "6か月");
}

const char *duty_state_japanese(enum duty_state state)
{
	return state == DUTY_OVERDUE ? "期限超過" : state == DUTY_QUESTION ? "要確認" : "未了";
}

static struct result settled(const struct duty_answer *a, struct why *why)
{
	if (!*a->note)
		return fail(why, E_INPUT, "note", "何をしたか、又は理由を書いてください。");
	return answer(why);
}

struct result duty_done(struct duties *d, const char *id, const struct duty_answer *a, struct why *why)
{
	(void)d;
	(void)id;
	return settled(a, why);
}

struct result duty_not_needed(struct duties *d, const char *id, const struct duty_answer *a, struct why *why)
{
	(void)d;
	(void)id;
	return settled(a, why);
}

struct result duty_applies(struct duties *d, const char *id, const struct duty_answer *a, struct why *why)
{
	(void)d;
	(void)id;
	return settled(a, why);
}

struct result duty_undo(struct duties *d, const char *id, const char *person, const char *reason, struct why *why)
{
	(void)d;
	(void)id;
	(void)person;
	(void)reason;
	return answer(why);
}

struct result duty_withdraw(struct duties *d, const char *id, const char *person, const char *reason, struct why *why)
{
	return duty_undo(d, id, person, reason, why);
}

struct result duty_follow(struct duties *d, size_t *opened, size_t *done, struct why *why)
{
	(void)d;
	(void)opened;
	(void)done;
	return answer(why);
}

struct result duty_section_counts(struct duties *d, struct arena *arena, struct duty_count **out, size_t *count,
                                  struct why *why)
{
	static struct duty_count counts[2] = {{.of = "", .period = "", .n = {[BUCKET_OPEN] = 2}},
	                                      {.of = "tax", .period = "", .n = {[BUCKET_OVERDUE] = 1, [BUCKET_SETTLED] = 3}}};
	(void)d;
	(void)arena;
	*out = counts;
	*count = peers.empty ? 0 : 2;
	return answer(why);
}

day_t duty_month_begin(day_t day)
{
	struct date d = day_to_date(day);
	d.day = 1;
	(void)day_from_date(d, &day);
	return day;
}

day_t duty_next_month(day_t day)
{
	return duty_month_begin(duty_month_begin(day) + 31);
}

const char *policy_clause_cite(const struct policy *policy, const char *id)
{
	const struct policy_clause *clause = policy_clause(policy, id);
	return clause ? clause->cite : "";
}

struct result register_get(struct registers *r, const char *id, struct arena *arena, struct register_row *out,
                           struct why *why)
{
	(void)r;
	(void)arena;
	(void)out;
	return fail(why, E_ABSENT, id, "no such row");
}

/* ---- nobody is asked anything here ------------------------------------------------ */

struct result review_sheets(struct desk *desk, const struct review_sheet_query *query, struct arena *arena,
                            struct review_sheet **out, size_t *count, struct why *why)
{
	(void)desk;
	(void)query;
	(void)arena;
	(void)why;
	*out = NULL;
	*count = 0;
	return ok();
}

struct result review_of_clause(struct desk *desk, const char *clause, struct arena *arena, struct review_campaign *campaign,
                               struct review_count *out, bool *found, struct why *why)
{
	(void)desk;
	(void)clause;
	(void)arena;
	(void)campaign;
	(void)out;
	(void)why;
	*found = false;
	return ok();
}
