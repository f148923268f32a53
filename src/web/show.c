/* How the things of the other rooms are shown: the same words, the same marks,
 * the same order on every page (share/web/README.md).                       */
#include "web/pages.h"

#include <stdio.h>

json_t *show_text(const char *value)
{
	json_t *shown = json_string(value ? value : "");
	return shown ? shown : json_string("");
}

json_t *show_time(int64_t ms)
{
	char out[48] = "";
	if (ms)
		ms_short(ms, out);
	return json_string(out);
}

json_t *show_bytes(uint64_t bytes)
{
	if (bytes < 1000)
		return json_sprintf("%dバイト", (int)bytes);
	if (bytes < 1000 * 1000)
		return json_sprintf("%dKB", (int)((bytes + 999) / 1000));
	return json_sprintf("%d.%dMB", (int)(bytes / 1000000), (int)(bytes / 100000 % 10));
}

static const char *section_name(struct request *rq, const char *section)
{
	struct section found;
	struct why why = {OK, "", ""};
	if (!section || !*section ||
	    office_section(parts_of(rq)->office, section, rq->arena, &found, &why).code != OK)
		return "";
	return found.name;
}

json_t *show_section(struct request *rq, const char *section)
{
	return show_text(section_name(rq, section));
}

json_t *show_person(struct request *rq, const char *person)
{
	struct person found;
	struct why why = {OK, "", ""};
	if (!person || !*person)
		return json_string("—");
	if (office_person(parts_of(rq)->office, person, rq->arena, &found, &why).code != OK)
		return show_text(person); /* a program: sekisho-gate */
	const char *section = section_name(rq, found.section);
	return json_sprintf("%s%s%s", section, *section ? " " : "", found.name);
}

json_t *show_post(struct request *rq, const char *post, const char *scope)
{
	const char *label = policy_label(parts_of(rq)->policy, NULL, post);
	const char *section = section_name(rq, scope);
	return *section ? json_sprintf("%s（%s）", label, section) : show_text(label);
}

json_t *show_importance(const char *level)
{
	bool known = level && *level;
	return json_pack("{s:s, s:o}", "letter", known ? level : "", "words",
	                 known ? json_sprintf("重要度%s", level) : json_string("わからない"));
}

json_t *show_chip(const char *kind, const char *icon, const char *label)
{
	return json_pack("{s:s, s:s, s:s}", "k", kind, "icon", icon, "label", label);
}

json_t *show_file_state(const struct crossing_file *file)
{
	static const char *const kinds[][2] = {
		[CROSSING_NONE] = {"gray", "dash"},       [CROSSING_WAITING] = {"amber", "hold"},
		[CROSSING_CHECKED] = {"amber", "hold"},   [CROSSING_RELEASED] = {"blue", "down"},
		[CROSSING_COLLECTED] = {"green", "check"},[CROSSING_REFUSED] = {"red", "stop"},
		[CROSSING_HELD] = {"amber", "bang"},      [CROSSING_LAPSED] = {"gray", "slash"},
	};
	bool known = (size_t)file->state < sizeof kinds / sizeof *kinds;
	const char *const *kind = kinds[known ? file->state : CROSSING_NONE];
	return show_chip(kind[0], kind[1], crossing_state_japanese(file->state));
}

json_t *show_application_state(enum application_state state)
{
	static const char *const kinds[][2] = {
		[APPLICATION_NONE] = {"gray", "dash"},      [APPLICATION_OPEN] = {"amber", "hold"},
		[APPLICATION_PERMITTED] = {"green", "check"},[APPLICATION_REFUSED] = {"red", "stop"},
		[APPLICATION_RETURNED] = {"red", "up"},     [APPLICATION_WITHDRAWN] = {"gray", "slash"},
		[APPLICATION_LAPSED] = {"gray", "slash"},
	};
	bool known = (size_t)state < sizeof kinds / sizeof *kinds;
	const char *const *kind = kinds[known ? state : APPLICATION_NONE];
	return show_chip(kind[0], kind[1], application_state_japanese(state));
}

const char *clause_path(struct request *rq, const char *id)
{
	struct buffer path;
	buffer_init(&path, 1024);
	buffer_put_str(&path, "/clause?id=");
	for (const char *c = id; *c; c++) {
		bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		             (*c >= '0' && *c <= '9') || *c == '-' || *c == '.' || *c == '_';
		if (plain)
			buffer_put_u8(&path, (uint8_t)*c);
		else
			buffer_printf(&path, "%%%02X", (unsigned)(uint8_t)*c);
	}
	const char *kept = arena_string(rq->arena, buffer_slice(&path));
	buffer_done(&path);
	return kept ? kept : "/clauses";
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

/* The state of the whole is that of the file that is furthest behind. */
static const struct crossing_file *slowest(const struct crossing *crossing)
{
	static const int rank[] = {
		[CROSSING_NONE] = 0, [CROSSING_HELD] = 1, [CROSSING_WAITING] = 2, [CROSSING_CHECKED] = 3,
		[CROSSING_RELEASED] = 4, [CROSSING_LAPSED] = 6, [CROSSING_COLLECTED] = 7,
		[CROSSING_REFUSED] = 5,
	};
	const struct crossing_file *found = NULL;
	for (size_t i = 0; i < crossing->file_count; i++) {
		const struct crossing_file *file = &crossing->files[i];
		if (!found || rank[file->state] < rank[found->state])
			found = file;
	}
	return found;
}

json_t *show_crossing_row(struct request *rq, const struct crossing *crossing)
{
	const struct crossing_file *file = slowest(crossing);
	bool inward = crossing->direction == CROSSING_INWARD;
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:o, s:o, s:o}", "id", crossing->id, "number",
	                 crossing->number, "way", inward ? "LGWAN側へ" : "庁外へ", "first",
	                 crossing->file_count ? crossing->files[0].name : "", "count",
	                 (int)crossing->file_count, "chip",
	                 file ? show_file_state(file) : show_chip("gray", "dash", "なし"), "created",
	                 show_time(crossing->created_ms), "until",
	                 show_time(file && file->state == CROSSING_RELEASED ? file->collect_until_ms : 0),
	                 "sender", show_person(rq, crossing->sender));
}

/* In words for people; a kind that is not listed shows its own name. */
static const struct {
	const char *kind, *says;
} kinds[] = {
	{"crossing.", "受渡し"}, {"application.", "申請・決裁"}, {"signin.", "サインイン"},
	{"office.", "組織・人"}, {"web.refused", "権限のない操作を止めました"},
};

const char *show_kind(struct request *rq, struct slice kind)
{
	const char *found = "";
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (slice_starts(kind, slice_str(kinds[i].kind)))
			found = kinds[i].says;
	return *found ? text(rq, "%s（%.*s）", found, SLICE_ARG(kind)) : text(rq, "%.*s", SLICE_ARG(kind));
}

json_t *show_crumbs(const char *const labels_and_paths[][2], size_t count)
{
	json_t *crumbs = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(crumbs, json_pack("{s:s, s:s}", "label", labels_and_paths[i][0],
		                                        "href", labels_and_paths[i][1]));
	return crumbs;
}

json_t *show_errors(const char *field, const char *sentence)
{
	return json_pack("{s:[{s:s, s:s}]}", "errors", "field", field, "text", sentence);
}

struct result is_manager_of(struct request *rq, const char *section, bool *yes, struct why *why)
{
	struct holding *held;
	size_t count;
	TRY(office_holdings(parts_of(rq)->office, rq->person.id, request_today(rq), rq->arena, &held,
	                    &count, why));
	*yes = false;
	for (size_t i = 0; i < count; i++)
		*yes |= strcmp(held[i].post, "manager") == 0 && strcmp(held[i].scope, section) == 0;
	return ok();
}

/* Those who may, by post; and the people of the section whose head is the deputy
 * of the supervising officer: the section that runs the office's IT. */
struct result is_operator(struct request *rq, bool *yes, struct why *why)
{
	static const char *const posts[] = {"ciso", "supervisor", "deputy"};
	struct holding *held;
	struct person head;
	size_t count;
	day_t today = request_today(rq);
	bool found = false;
	TRY(office_all_holdings(parts_of(rq)->office, rq->arena, &held, &count, why));
	for (size_t i = 0; i < count && !found; i++) {
		if (held[i].from > today || held[i].to < today)
			continue;
		for (size_t k = 0; k < sizeof posts / sizeof *posts; k++)
			found |= strcmp(held[i].post, posts[k]) == 0 && strcmp(held[i].person, rq->person.id) == 0;
		if (strcmp(held[i].post, "deputy") == 0 &&
		    office_person(parts_of(rq)->office, held[i].person, rq->arena, &head, NULL).code == OK)
			found |= strcmp(head.section, rq->person.section) == 0;
	}
	*yes = found;
	return ok();
}
