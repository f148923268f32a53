/* How clauses are shown everywhere: number, link, state, and what carries them. */
#include "web/pages.h"

static const char *const icons[PROOF_STATES] = {
	[PROOF_UNPROVEN] = "q", [PROOF_OVERDUE] = "clock", [PROOF_UNSET] = "dash",
	[PROOF_EXCEPTION] = "diamond", [PROOF_MET] = "check", [PROOF_ENFORCED] = "gate",
	[PROOF_NA] = "slash",
};

json_t *show_state(enum proof_state state)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "word", proof_state_name(state), "icon", icons[state],
	                 "label", proof_state_japanese(state), "says", proof_state_says(state));
}

json_t *show_states(const char *chosen)
{
	json_t *list = json_array();
	for (int i = 0; i < PROOF_STATES; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "value",
			proof_state_name((enum proof_state)i), "label", proof_state_japanese((enum proof_state)i),
			"chosen", strcmp(proof_state_name((enum proof_state)i), chosen) == 0));
	return list;
}

/* What a part of a clause does for whoever is bound by it. */
static const struct {
	enum clause_part part;
	const char *word, *says;
} roles[] = {
	{CLAUSE_NORM, "判断", "関門と決裁が、行うたびに読んで判断します。"},
	{CLAUSE_SEPARATE, "兼務の禁止", "決裁する人を選ぶたびに、申請した人を除きます。"},
	{CLAUSE_DUTY, "義務", "決まった時に、決まった人がすることです。"},
	{CLAUSE_RECORD, "記録", "行ったことを、決まった期間残します。"},
	{CLAUSE_DOCUMENT, "備える文書", "定めて備えておく文書です。"},
	{CLAUSE_LIST, "確かめる項目", "行う前に、項目ごとに確かめます。"},
	{CLAUSE_POST, "役職", "だれがその役職に就き、だれが代わるかを決めます。"},
	{CLAUSE_PARAMETER, "市が決める値", "期間や回数など、条文が数で示していないものです。"},
	{CLAUSE_MEANING, "用語・分類", "ほかの条文を読むときの、言葉と分類の意味です。"},
};

json_t *show_roles(const struct policy_clause *clause)
{
	json_t *list = json_array();
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (clause->parts & roles[i].part)
			json_array_append_new(list, json_pack("{s:s, s:s}", "word", roles[i].word, "says",
			                                      roles[i].says));
	return list;
}

json_t *show_carrier(struct request *rq, const struct policy_clause *clause)
{
	const char *line = "";
	if (clause->carrier == CARRIER_REFERENCE)
		return json_string("定義・目的");
	if (clause->carrier == CARRIER_CLAUSES)
		return json_string("ほかの条文");
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (clause->parts & roles[i].part)
			line = text(rq, "%s%s%s", line, *line ? "、" : "", roles[i].word);
	return json_string(line);
}

const char *show_escaped(struct request *rq, struct slice value)
{
	struct buffer out;
	buffer_init(&out, 4096);
	for (size_t i = 0; i < value.len; i++) {
		uint8_t c = value.at[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		             c == '-' || c == '.' || c == '_';
		if (plain)
			buffer_put_u8(&out, c);
		else
			buffer_printf(&out, "%%%02X", c);
	}
	const char *kept = arena_string(rq->arena, buffer_slice(&out));
	buffer_done(&out);
	return kept ? kept : "";
}

const char *clause_path(struct request *rq, const char *id)
{
	return text(rq, "/clause?id=%s", show_escaped(rq, slice_str(id)));
}

/* The Internet side has no clause pages: there the number stands alone. */
json_t *show_clause(struct request *rq, const char *id)
{
	const struct policy_clause *clause =
		id && *id ? policy_clause(parts_of(rq)->policy, id) : NULL;
	if (!clause)
		return json_false();
	return json_pack("{s:s, s:s, s:s, s:s}", "id", clause->id, "cite", clause->cite, "says",
	                 clause->says, "href", rq->zone == ZONE_LGWAN ? clause_path(rq, clause->id) : "");
}
