/* Crossings and what became of their files. */
#include "web/api/api.h"
#include "web/pages.h"

static json_t *removals_of(const struct crossing_file *file)
{
	json_t *list = json_array();
	for (size_t i = 0; i < file->removal_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "what", file->removals[i].what, "where",
			file->removals[i].where, "sentence", file->removals[i].sentence));
	return list;
}

/* Evidence of before the rebuild, and no verdict on the file. */
static json_t *signatures_of(const struct crossing_file *file)
{
	json_t *list = json_array();
	for (size_t i = 0; i < file->signature_count; i++) {
		const struct crossing_signature *s = &file->signatures[i];
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o, s:o, s:b, s:b, s:o}", "verdict", s->verdict, "sentence", s->sentence,
			"subject", show_text(s->subject), "issuer", show_text(s->issuer), "detail", show_text(s->detail), "known_root",
			s->known_root, "whole", s->whole, "signed", api_time(s->signed_ms)));
	}
	return list;
}

static json_t *file_of(const struct crossing_file *file)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:o, s:o, s:o, s:o, s:o}", "id", file->id, "name", file->name,
		"state", crossing_state_name(file->state), "label", crossing_state_japanese(file->state), "bytes",
		(json_int_t)file->bytes, "type", file->type, "refusal", show_text(file->refusal), "sentence",
		show_text(file->sentence), "clause", show_text(file->clause), "removals", removals_of(file), "signatures", signatures_of(file));
}

static json_t *crossing_of(const struct crossing *c)
{
	json_t *files = json_array();
	for (size_t i = 0; i < c->file_count; i++)
		json_array_append_new(files, file_of(&c->files[i]));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "id", c->id, "number", c->number,
		"direction", c->direction == CROSSING_INWARD ? "inward" : "outward", "sender", c->sender, "receiver",
		c->receiver, "section", c->section, "answers", c->answers, "application", c->application,
		"created", api_time(c->created_ms), "files", files);
}

struct result api_crossings(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct crossing *found;
	size_t count;
	int64_t limit = api_number(in, "limit", API_PAGE);
	const char *whose = api_text(rq, in, "whose");
	bool received = strcmp(whose, "received") == 0;
	if (whose[0] && !received && strcmp(whose, "sent") != 0)
		return fail(why, E_INPUT, "whose", "whose は sent か received です。");
	if (limit < 1 || limit > API_PAGE)
		return fail(why, E_INPUT, "limit", "limit は1から100までです。");
	struct crossing_query query = {.limit = (size_t)limit};
	*(received ? &query.receiver : &query.sender) = rq->person.id;
	TRY(crossing_list(parts_of(rq)->crossings, &query, rq->arena, &found, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, crossing_of(&found[i]));
	*out = api_list(list, "");
	return ok();
}

struct result api_crossing(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct crossing c;
	bool yes;
	(void)in;
	TRY(crossing_get(parts_of(rq)->crossings, api_part(rq, 0), rq->arena, &c, why));
	TRY(may_see_crossing(rq, &c, &yes, why));
	if (!yes)
		return not_theirs(rq, "crossing", why);
	*out = crossing_of(&c);
	return ok();
}
