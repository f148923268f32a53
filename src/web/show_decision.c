/* A decision before it is one: what will happen if this is asked for now, who is
 * asked, what is missing, and which clauses say so.                          */
#include "web/pages.h"

static const char *told_by(const struct wanted_fact *w)
{
	static const char *const kinds[] = {
		[WANT_FACT] = "", [WANT_REASON] = "要らないときは理由を書きます。", [WANT_ITEM] = "確かめて答えます。",
		[WANT_PARAMETER] = "市が値を定めるまで決められません。", [WANT_POSTS] = "役職の登録が要ります。",
	};
	if (w->kind == WANT_FACT && strcmp(w->who, "register") == 0)
		return "台帳に書いてある必要があります。";
	if (w->kind == WANT_FACT && strcmp(w->who, "office") == 0)
		return "組織の登録が要ります。";
	return (size_t)w->kind < sizeof kinds / sizeof *kinds ? kinds[w->kind] : "";
}

static json_t *missing_model(struct request *rq, const struct decision *d)
{
	json_t *list = json_array();
	size_t items = 0;
	for (size_t i = 0; i < d->missing_count; i++) {
		const struct wanted_fact *w = &d->missing[i];
		if (w->kind == WANT_ITEM && items++)
			continue; /* one line for all of them: each is asked by itself */
		json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "what", w->label, "says", told_by(w),
			"clause", show_clause(rq, w->clause ? w->clause->id : "")));
	}
	for (size_t i = 0; items > 1 && i < json_array_size(list); i++) {
		json_t *one = json_array_get(list, i);
		if (strcmp(json_string_value(json_object_get(one, "says")), told_by(&(struct wanted_fact){.kind = WANT_ITEM})) == 0)
			json_object_set_new(one, "what", json_sprintf("%sなど、確かめる項目 %d個",
				json_string_value(json_object_get(one, "what")), (int)items));
	}
	return list;
}

static json_t *asked_model(struct request *rq, const struct decision *d)
{
	json_t *list = json_array();
	for (size_t i = 0; i < d->approval_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:o}", "what", d->approvals[i].text, "clause",
			show_clause(rq, d->approvals[i].clause ? d->approvals[i].clause->id : "")));
	return list;
}

static json_t *records_model(struct request *rq, const struct decision *d)
{
	json_t *list = json_array();
	for (size_t i = 0; i < d->record_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:o}", "what", d->records[i].label, "clause",
			show_clause(rq, d->records[i].clause->id)));
	return list;
}

static json_t *clauses_model(struct request *rq, const struct decision *d)
{
	json_t *list = json_array();
	for (size_t i = 0; i < d->spoken_count; i++) {
		json_t *clause = show_clause(rq, d->spoken[i].clause ? d->spoken[i].clause->id : "");
		if (json_is_object(clause))
			json_array_append_new(list, clause);
		else
			json_decref(clause);
	}
	return list;
}

static json_t *holes_model(const struct decision *d)
{
	json_t *list = json_array();
	for (size_t i = 0; i < d->hole_count; i++)
		json_array_append_new(list, json_string(d->holes[i].text));
	return list;
}

json_t *show_decision(struct request *rq, const struct decision *d)
{
	struct why refusal = {OK, "", ""};
	if (d->verdict == REFUSE && policy_refusal(d, &refusal).code == OK)
		refusal = (struct why){OK, "", ""};
	return json_pack("{s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o}", "refused", refusal.text, "refused_clause",
		show_clause(rq, refusal.place), "passes", d->verdict == PASS, "missing", missing_model(rq, d), "asked",
		asked_model(rq, d), "records", records_model(rq, d), "clauses", clauses_model(rq, d), "holes",
		holes_model(d));
}
