/* What was sent, held against the table: every member known, of its type, and
 * there where it is required.                                               */
#include "web/api/api.h"

#include <stdio.h>

static void wrong_at(json_t *wrong, const char *field, const char *sentence)
{
	json_array_append_new(wrong, json_pack("{s:s, s:s}", "field", field, "text", sentence));
}

static bool is_day(const json_t *value)
{
	day_t day;
	return json_is_string(value) && json_string_length(value) == 10 &&
	       day_parse(slice_str(json_string_value(value)), &day, NULL).code == OK;
}

static bool all_texts(const json_t *value, bool object)
{
	json_t *at;
	size_t i;
	const char *key;
	if (object) {
		json_object_foreach((json_t *)(uintptr_t)value, key, at)
			if (!json_is_string(at))
				return false;
		return json_is_object(value);
	}
	json_array_foreach(value, i, at)
		if (!json_is_string(at))
			return false;
	return json_is_array(value);
}

static bool judge_at(const struct api_schema *schema, const json_t *object, const char *path, json_t *wrong);

static bool judge_list(const struct api_member *member, const json_t *value, const char *path, json_t *wrong)
{
	json_t *at;
	size_t i;
	bool good = json_is_array(value);
	json_array_foreach(value, i, at) {
		char item[200];
		if (snprintf(item, sizeof item, "%s[%zu]", path, i) >= (int)sizeof item)
			item[0] = 0; /* no name is that long */
		good &= judge_at(api_schema_named(member->of), at, item, wrong);
	}
	if (!json_is_array(value))
		wrong_at(wrong, path, "並び（[ … ]）で送ってください。");
	return good;
}

static const char *const should_be[] = {
	[API_TEXT] = "文字列で送ってください。", [API_NUMBER] = "整数で送ってください。",
	[API_YESNO] = "true か false で送ってください。",
	[API_DAY] = "2026-04-01 の形の日付で送ってください。", [API_TIME] = "時刻で送ってください。",
	[API_TEXTS] = "文字列の並びで送ってください。", [API_MAP] = "名前と文字列の組（{ … }）で送ってください。",
	[API_ANY] = "組（{ … }）で送ってください。",
};

static bool judge_value(const struct api_member *member, const json_t *value, const char *path, json_t *wrong)
{
	bool good = false;
	switch (member->type) {
	case API_TEXT: case API_TIME: good = json_is_string(value); break;
	case API_NUMBER: good = json_is_integer(value); break;
	case API_YESNO: good = json_is_boolean(value); break;
	case API_DAY: good = is_day(value); break;
	case API_TEXTS: good = all_texts(value, false); break;
	case API_MAP: good = all_texts(value, true); break;
	case API_ANY: good = json_is_object(value); break;
	case API_ONE: return judge_at(api_schema_named(member->of), value, path, wrong);
	case API_LIST: return judge_list(member, value, path, wrong);
	}
	if (!good)
		wrong_at(wrong, path, should_be[member->type]);
	return good;
}

static const struct api_member *member_named(const struct api_schema *schema, const char *name)
{
	for (const struct api_member *m = schema->members; m->name; m++)
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

static void path_of(const char *path, const char *name, char out[200])
{
	snprintf(out, 200, "%s%s%s", path, path[0] ? "." : "", name);
}

static bool judge_at(const struct api_schema *schema, const json_t *object, const char *path, json_t *wrong)
{
	const char *name;
	json_t *value;
	char at[200];
	bool good = json_is_object(object);
	if (!good)
		wrong_at(wrong, path[0] ? path : "body", "組（{ … }）で送ってください。");
	json_object_foreach((json_t *)(uintptr_t)object, name, value) {
		const struct api_member *member = member_named(schema, name);
		path_of(path, name, at);
		if (member)
			good &= judge_value(member, value, at, wrong);
		else
			wrong_at(wrong, at, "この名前の項目はありません。");
		good &= member != NULL;
	}
	for (const struct api_member *m = schema->members; m->name; m++)
		if (m->required && !json_object_get(object, m->name)) {
			path_of(path, m->name, at);
			wrong_at(wrong, at, "この項目が要ります。");
			good = false;
		}
	return good;
}

bool api_judge(const struct api_schema *schema, const json_t *object, json_t *wrong)
{
	static const struct api_schema nothing = {"", {{NULL, API_TEXT, false, NULL, NULL}}};
	return judge_at(schema ? schema : &nothing, object, "", wrong);
}
