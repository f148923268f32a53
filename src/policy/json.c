/* A decision as JSON: the object of `sekisho decide` (DESIGN.md section 9). */
#include "policy/policy.h"

static void put(struct buffer *out, const char *name, const char *text)
{
	buffer_printf(out, "\"%s\":", name);
	buffer_json_str(out, slice_str(text));
}

static void put_clause(struct buffer *out, const struct policy_clause *clause)
{
	put(out, "clause", clause ? clause->id : "");
}

static void comma(struct buffer *out, size_t index)
{
	if (index)
		buffer_put_u8(out, ',');
}

static void put_spoken(struct buffer *out, const char *name, const struct spoken *at, size_t count)
{
	buffer_printf(out, ",\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		comma(out, i);
		buffer_put_str(out, "{");
		put(out, "id", at[i].clause->id);
		buffer_put_str(out, ",");
		put(out, "cite", at[i].cite);
		buffer_put_str(out, ",");
		put(out, "effect", effect_name(at[i].effect));
		buffer_put_str(out, "}");
	}
	buffer_put_str(out, "]");
}

static const char *state_name(enum route_state state)
{
	return state == ROUTE_AGREED ? "agreed" : state == ROUTE_DECLINED ? "declined" : "pending";
}

static void put_slots(struct buffer *out, const struct wanted_route *w)
{
	buffer_put_str(out, ",\"slots\":[");
	for (size_t i = 0; i < w->slot_count; i++) {
		const struct slot *s = w->slots[i];
		comma(out, i);
		buffer_put_str(out, "{");
		put(out, "post", s->post);
		buffer_put_str(out, ",");
		put(out, "of", s->of ? s->of : "");
		buffer_printf(out, ",\"open\":%s,", s->open ? "true" : "false");
		put(out, "state", state_name(s->state));
		buffer_put_str(out, ",");
		put(out, "by", s->by ? s->by->person : "");
		buffer_put_str(out, "}");
	}
	buffer_put_str(out, "]");
}

static void put_approvals(struct buffer *out, const struct decision *d)
{
	buffer_put_str(out, ",\"approvals\":[");
	for (size_t i = 0; i < d->approval_count; i++) {
		const struct wanted_route *w = &d->approvals[i];
		comma(out, i);
		buffer_put_str(out, "{");
		put_clause(out, w->clause);
		buffer_put_str(out, ",");
		put(out, "route", w->text);
		buffer_put_str(out, ",");
		put(out, "state", state_name(w->state));
		put_slots(out, w);
		buffer_put_str(out, "}");
	}
	buffer_put_str(out, "]");
}

static void put_checks(struct buffer *out, const struct decision *d)
{
	buffer_put_str(out, ",\"checks\":[");
	for (size_t i = 0; i < d->check_count; i++) {
		comma(out, i);
		buffer_put_str(out, "{");
		put(out, "gate", d->checks[i].gate);
		buffer_put_str(out, ",");
		put(out, "fact", d->checks[i].fact);
		buffer_put_str(out, ",");
		put_clause(out, d->checks[i].clause);
		buffer_put_str(out, "}");
	}
	buffer_put_str(out, "]");
}

static void put_records(struct buffer *out, const struct decision *d)
{
	buffer_put_str(out, ",\"record\":[");
	for (size_t i = 0; i < d->record_count; i++) {
		const struct follow_record *r = &d->records[i];
		comma(out, i);
		buffer_put_str(out, "{");
		put(out, "register", r->registry);
		buffer_put_str(out, ",\"keep\":[");
		for (size_t k = 0; k < r->keep_count; k++) {
			comma(out, k);
			buffer_json_str(out, slice_str(r->keep[k]));
		}
		buffer_put_str(out, "],");
		put(out, "for", r->retention);
		buffer_printf(out, ",\"certain\":%s,", r->certain ? "true" : "false");
		put_clause(out, r->clause);
		buffer_put_str(out, "}");
	}
	buffer_put_str(out, "]");
}

static void put_duties(struct buffer *out, const char *name, const struct follow_duty *at, size_t count)
{
	buffer_printf(out, ",\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		comma(out, i);
		buffer_put_str(out, "{");
		put(out, "task", at[i].task);
		buffer_put_str(out, ",");
		put(out, "by", at[i].by);
		buffer_put_str(out, ",");
		put(out, "to", at[i].to);
		buffer_put_str(out, ",");
		put(out, "within", at[i].within);
		buffer_printf(out, ",\"certain\":%s,", at[i].certain ? "true" : "false");
		put_clause(out, at[i].clause);
		buffer_put_str(out, "}");
	}
	buffer_put_str(out, "]");
}

static void put_missing(struct buffer *out, const struct decision *d)
{
	static const char *const kinds[] = {
		[WANT_FACT] = "fact", [WANT_REASON] = "reason", [WANT_ITEM] = "item", [WANT_PARAMETER] = "parameter",
		[WANT_POSTS] = "posts",
	};
	buffer_put_str(out, ",\"missing\":[");
	for (size_t i = 0; i < d->missing_count; i++) {
		const struct wanted_fact *w = &d->missing[i];
		comma(out, i);
		buffer_put_str(out, "{");
		put(out, "kind", kinds[w->kind]);
		buffer_put_str(out, ",");
		put(out, "name", w->name);
		buffer_put_str(out, ",");
		put(out, "label", w->label);
		buffer_put_str(out, ",");
		put(out, "who", w->who);
		buffer_put_str(out, ",");
		put_clause(out, w->clause);
		buffer_put_str(out, "}");
	}
	buffer_put_str(out, "]");
}

static void put_rest(struct buffer *out, const struct decision *d)
{
	buffer_put_str(out, ",\"claims\":[");
	for (size_t i = 0; i < d->claim_count; i++) {
		comma(out, i);
		buffer_put_str(out, "{");
		put(out, "name", d->claims[i].name);
		buffer_put_str(out, ",");
		put_clause(out, d->claims[i].clause);
		buffer_put_str(out, "}");
	}
	buffer_put_str(out, "],\"liftable\":[");
	for (size_t i = 0; i < d->liftable_count; i++) {
		comma(out, i);
		buffer_put_str(out, "{");
		put_clause(out, d->liftable[i].clause);
		buffer_put_str(out, ",");
		put(out, "lift", d->liftable[i].lift->id);
		buffer_put_str(out, ",");
		put(out, "route", d->liftable[i].text);
		buffer_put_str(out, "}");
	}
	buffer_put_str(out, "],\"holes\":[");
	for (size_t i = 0; i < d->hole_count; i++) {
		comma(out, i);
		buffer_put_str(out, "{");
		put(out, "text", d->holes[i].text);
		buffer_put_str(out, ",");
		put_clause(out, d->holes[i].clause);
		buffer_put_str(out, "}");
	}
	buffer_put_str(out, "],\"openers\":[");
	for (size_t i = 0; i < d->opener_count; i++) {
		comma(out, i);
		buffer_put_str(out, "{");
		put(out, "text", d->openers[i].text);
		buffer_put_str(out, ",");
		put_clause(out, d->openers[i].clause);
		buffer_put_str(out, "}");
	}
	buffer_put_str(out, "]");
}

void policy_verdict_json(const struct decision *d, struct buffer *out)
{
	buffer_put_str(out, "{");
	put(out, "verdict", verdict_name(d->verdict));
	buffer_printf(out, ",\"outside\":%s", d->outside ? "true" : "false");
	put_spoken(out, "clauses", d->spoken, d->spoken_count);
	put_approvals(out, d);
	put_checks(out, d);
	put_records(out, d);
	put_duties(out, "notify", d->notify, d->notify_count);
	put_duties(out, "due", d->due, d->due_count);
	put_missing(out, d);
	put_spoken(out, "advice", d->advice, d->advice_count);
	put_rest(out, d);
	buffer_put_str(out, "}");
}
