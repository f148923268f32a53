/* A decision explained, one line a thought: what came out, which clause said
 * what, what is waited for and from whom, what follows, what could be done. */
#include "policy/policy.h"

static void clause_line(struct buffer *out, const struct spoken *s)
{
	static const char *const words[] = {
		[EFFECT_SILENT] = "", [EFFECT_REFUSE] = "認めない", [EFFECT_HOLD] = "まだ決まらない",
		[EFFECT_OPEN] = "認める", [EFFECT_MAYBE] = "認めるかもしれない", [EFFECT_MET] = "満たしている",
		[EFFECT_ADVICE] = "助言", [EFFECT_LIFTED] = "例外により、ここでは働かない",
		[EFFECT_OVERRIDDEN] = "ほかの条が優先し、ここでは働かない", [EFFECT_OUTSIDE] = "この規程の外",
	};
	buffer_printf(out, "・%s「%s」: %s", s->cite, s->clause->says, words[s->effect]);
	if (s->not_needed[0])
		buffer_printf(out, "（必要がないとする理由: %s）", s->not_needed);
	buffer_put_str(out, "\n");
}

static void verdict_line(const struct decision *d, struct buffer *out)
{
	static const char *const words[] = {[REFUSE] = "できません", [HOLD] = "まだできません", [PASS] = "できます"};
	buffer_printf(out, "%s: %s。", d->act_label, words[d->verdict]);
	if (d->outside)
		buffer_put_str(out, "どの規程も及ばない行為です。");
	else if (d->by_default)
		buffer_put_str(out, d->verdict == PASS ? "禁じる条も、許可を求める条もありません。"
		                                       
		                       : d->opener_count ? "認める条がありますが、条件に当たりません。" : "認める条がありません。");
	buffer_put_str(out, "\n");
}

struct result policy_refusal(const struct decision *d, struct why *why)
{
	for (size_t i = 0; i < d->spoken_count; i++)
		if (d->spoken[i].effect == EFFECT_REFUSE)
			return fail(why, E_DENIED, d->spoken[i].clause->id, "%s（根拠: %s）", d->spoken[i].clause->says,
			            d->spoken[i].cite);
	if (d->opener_count)
		return fail(why, E_DENIED, d->openers[0].clause->id, "%s（根拠: %s）", d->openers[0].text, d->openers[0].cite);
	if (d->outside)
		return fail(why, E_DENIED, d->act, "「%s」には規程が及びません。規程が及ばないときは、できません。", d->act_label);
	return fail(why, E_DENIED, d->act, "「%s」を認める条が、規程にありません。", d->act_label);
}

static void slot_line(const struct slot *s, struct buffer *out)
{
	static const char *const states[] = {
		[ROUTE_PENDING] = "まだ", [ROUTE_AGREED] = "済み", [ROUTE_DECLINED] = "不許可",
	};
	buffer_printf(out, "　－%s%s%s", s->of_label, s->of_label[0] ? "の" : "", s->post_title);
	if (s->of)
		buffer_printf(out, "（%s）", s->of);
	buffer_printf(out, ": %s", s->unknown ? "誰かまだわかりません" : states[s->state]);
	if (s->by)
		buffer_printf(out, "（%s%s）", s->by->person, s->by->mark ? s->by->mark : "");
	buffer_put_str(out, "\n");
}

static void approvals(const struct decision *d, struct buffer *out)
{
	for (size_t i = 0; i < d->approval_count; i++) {
		const struct wanted_route *w = &d->approvals[i];
		buffer_printf(out, "・%s の許可が要ります: %s%s\n", w->cite, w->text,
		              w->distinct_from_actor ? "（申請した人を除く）" : "");
		for (size_t k = 0; k < w->slot_count; k++)
			slot_line(w->slots[k], out);
	}
}

static void waits(const struct policy *policy, const struct decision *d, struct buffer *out)
{
	static const char *const who[][2] = {
		{"applicant", "申請する人"}, {"register", "台帳"}, {"office", "情報セキュリティの担当"},
	};
	for (size_t i = 0; i < d->check_count; i++)
		buffer_printf(out, "・%s を %s が確かめます（%s）。\n", d->checks[i].label, d->checks[i].gate,
		              policy_clause_cite(policy, d->checks[i].clause->id));
	for (size_t i = 0; i < d->missing_count; i++) {
		const char *from = d->missing[i].who;
		for (size_t k = 0; k < sizeof who / sizeof *who; k++)
			if (strcmp(from, who[k][0]) == 0)
				from = who[k][1];
		buffer_printf(out, "・%s（%s）がわかっていません。答えるのは%sです。\n", d->missing[i].label,
		              d->missing[i].name, from);
	}
	for (size_t i = 0; i < d->hole_count; i++)
		buffer_printf(out, "・%s\n", d->holes[i].text);
}

static void ways_out(const struct decision *d, struct buffer *out)
{
	for (size_t i = 0; i < d->claim_count; i++)
		buffer_printf(out, "・理由を書いて「%s」と申し立てることができます（%s）。\n", d->claims[i].label,
		              d->claims[i].clause->cite);
	for (size_t i = 0; i < d->liftable_count; i++)
		buffer_printf(out, "・%s は、%s により%sが例外を認めることができます。\n", d->liftable[i].clause->cite,
		              d->liftable[i].lift_cite, d->liftable[i].text);
}

static void duty_lines(const struct follow_duty *at, size_t count, struct buffer *out)
{
	for (size_t i = 0; i < count; i++) {
		buffer_printf(out, "・%sが%sを行います", at[i].by, at[i].label);
		if (at[i].to[0])
			buffer_printf(out, "（相手: %s）", at[i].to);
		if (at[i].within[0] == '?')
			buffer_put_str(out, "（期限の値が決められていません）");
		else if (at[i].within[0])
			buffer_printf(out, "（%s以内）", at[i].within);
		buffer_printf(out, "。%s\n", at[i].certain ? "" : "条件に当たるかを確かめてください。");
	}
}

static void follows(const struct decision *d, struct buffer *out)
{
	for (size_t i = 0; i < d->record_count; i++)
		buffer_printf(out, "・%sに記録します（%s）。%s\n", d->records[i].label, d->records[i].clause->cite,
		              d->records[i].certain ? "" : "条件に当たるかを確かめてください。");
	duty_lines(d->notify, d->notify_count, out);
	duty_lines(d->due, d->due_count, out);
}

void policy_explain(const struct policy *policy, const struct decision *d, struct buffer *out)
{
	verdict_line(d, out);
	for (size_t i = 0; i < d->spoken_count; i++)
		clause_line(out, &d->spoken[i]);
	for (size_t i = 0; i < d->opener_count; i++)
		buffer_printf(out, "・%s（%s「%s」）\n", d->openers[i].text, d->openers[i].cite, d->openers[i].clause->says);
	approvals(d, out);
	waits(policy, d, out);
	ways_out(d, out);
	follows(d, out);
}
