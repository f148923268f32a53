/* 条文の証明 as a report: where every clause stands, and why. */
#include "forms/internal.h"

enum { EVIDENCE = 5, REASON = 4000 };

struct standing {
	const struct policy_clause *clause;
	const char *cite, *reason, *since, *evidence;
	enum proof_state state;
};

static const char *since_of(struct maker *m, const struct survey *survey, const struct policy_clause *clause,
                            struct why *why, struct result *done)
{
	int64_t ms = 0;
	char day[11] = "";
	*done = proof_since(survey, clause, &ms, why);
	if (ms)
		day_iso(day_of_ms(ms), day);
	return say(m, "%s", day);
}

static struct result stand_of(struct maker *m, const struct survey *survey, const struct policy_member *member,
                              struct standing *out, struct why *why)
{
	AUTO(buffer_done) struct buffer reason = {0};
	struct ledger_entry *entries;
	size_t count;
	struct result done;
	*out = (struct standing){.clause = member->clause, .cite = member->cite, .evidence = ""};
	buffer_init(&reason, REASON);
	TRY(proof_state(survey, member->clause, &out->state, why));
	TRY(proof_reason(survey, member->clause, &reason, why));
	out->reason = say(m, "%s", buffer_cstr(&reason));
	out->since = since_of(m, survey, member->clause, why, &done);
	TRY(done);
	TRY(proof_evidence(survey, member->clause, EVIDENCE, m->arena, &entries, &count, NULL, why));
	for (size_t i = 0; i < count; i++)
		out->evidence = say(m, "%s%s#%lld", out->evidence, i ? "、" : "", (long long)entries[i].seq);
	return ok();
}

static struct result survey_of(struct maker *m, struct survey **out, struct why *why)
{
	if (!m->f->proof)
		return fail(why, E_ABSENT, "proof", "証明の部屋が開いていません。");
	return proof_survey(m->f->proof, day_of_ms(clock_now_ms(m->desk.clock)), m->arena, out, why);
}

static struct result put_sum(struct maker *m, const struct survey *survey, struct why *why)
{
	static const struct paper_column columns[] = {{"状態", 20, PAPER_LEFT, false}, {"意味", 60, PAPER_LEFT, false},
		{"条文の数", 20, PAPER_RIGHT, false}};
	struct proof_sum sum;
	TRY(proof_summed(survey, &sum, why));
	paper_words(m->paper, PAPER_LEFT, say(m, "証明できている割合: %u%%（強制・充足・例外中の、対象外を除く条文に対する割合）", proof_percent(&sum)));
	paper_table(m->paper, columns, 3);
	for (size_t i = 0; i < PROOF_STATES; i++)
		paper_row_of(m->paper, (const char *const[]){proof_state_japanese((enum proof_state)i), proof_state_says((enum proof_state)i),
			say(m, "%zu", sum.n[i])});
	return ok();
}

static struct result put_clauses(struct maker *m, const struct survey *survey, struct why *why)
{
	static const struct paper_column columns[] = {{"条文", 20, PAPER_LEFT, false}, {"定め", 34, PAPER_LEFT, false},
		{"状態", 8, PAPER_CENTRE, false}, {"理由", 28, PAPER_LEFT, false}, {"証拠の記録", 10, PAPER_LEFT, false}};
	const struct policy_member *members;
	size_t count;
	struct standing s;
	proof_clauses(survey, &members, &count);
	paper_heading(m->paper, "条項ごとの状態");
	paper_table(m->paper, columns, 5);
	for (size_t i = 0; i < count; i++) {
		TRY(stand_of(m, survey, &members[i], &s, why));
		const char *const cells[] = {s.cite, s.clause->says, proof_state_japanese(s.state),
			*s.since ? say(m, "%s（%sから超過）", s.reason, s.since) : s.reason, s.evidence};
		paper_row_of(m->paper, cells);
	}
	return ok();
}

struct result forms_proof(const struct forms *f, struct buffer *out, struct why *why)
{
	AUTO(maker_done) struct maker m = {0};
	struct survey *survey;
	TRY(maker_begin(&m, f, why));
	day_t today = day_of_ms(clock_now_ms(m.desk.clock));
	const struct policy_edition *edition = policy_edition_on(m.desk.policy, m.desk.policy_name, today);
	TRY(survey_of(&m, &survey, why));
	TRY(maker_paper(&m, "情報セキュリティポリシー 条項ごとの状態", m.f->title, true, out, why));
	paper_words(m.paper, PAPER_RIGHT, say(&m, "%s現在", say_day(&m, today)));
	if (edition)
		paper_words(m.paper, PAPER_LEFT, say(&m, "%s（%s施行）", edition->title, say_day(&m, edition->effective)));
	TRY(put_sum(&m, survey, why));
	TRY(put_clauses(&m, survey, why));
	return paper_end(m.paper, true, why);
}

struct result forms_proof_sheet(const struct forms *f, enum sheet_format format, const struct sheet_sink *sink,
                                struct why *why)
{
	static const struct sheet_column columns[] = {{"clause.id", "条文の記号", 16}, {"clause.cite", "条文", 34},
		{"clause.says", "定め", 60}, {"state", "状態の記号", 12}, {"state.label", "状態", 10}, {"reason", "理由", 50},
		{"since", "超過した日", 12}, {"evidence", "証拠の記録", 20}};
	AUTO(maker_done) struct maker m = {0};
	AUTO(sheet_drop) struct sheet_writer *writer = NULL;
	const struct policy_member *members;
	struct survey *survey;
	size_t count;
	struct standing s;
	TRY(maker_begin(&m, f, why));
	TRY(survey_of(&m, &survey, why));
	TRY(sheet_begin(format, "条項ごとの状態", columns, sizeof columns / sizeof *columns, sink, &writer, why));
	proof_clauses(survey, &members, &count);
	for (size_t i = 0; i < count; i++) {
		TRY(stand_of(&m, survey, &members[i], &s, why));
		const struct sheet_cell cells[] = {{.text = slice_str(s.clause->id)}, {.text = slice_str(s.cite)},
			{.text = slice_str(s.clause->says)}, {.text = slice_str(proof_state_name(s.state))},
			{.text = slice_str(proof_state_japanese(s.state))}, {.text = slice_str(s.reason)},
			{.text = slice_str(s.since), .kind = CELL_DAY}, {.text = slice_str(s.evidence)}};
		TRY(sheet_row(writer, cells, why));
	}
	return sheet_end(writer, why);
}
