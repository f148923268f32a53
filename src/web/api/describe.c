/* The OpenAPI 3.1 description, written from the table. */
#include "web/api/api.h"

#include <stdio.h>

static json_t *reference(const char *schema)
{
	return json_pack("{s:o}", "$ref", json_sprintf("#/components/schemas/%s", schema));
}

static json_t *type_of(const struct api_member *m)
{
	switch (m->type) {
	case API_TEXT: return json_pack("{s:s}", "type", "string");
	case API_NUMBER: return json_pack("{s:s}", "type", "integer");
	case API_YESNO: return json_pack("{s:s}", "type", "boolean");
	case API_DAY: return json_pack("{s:s, s:s}", "type", "string", "format", "date");
	case API_TIME: return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
	case API_TEXTS: return json_pack("{s:s, s:{s:s}}", "type", "array", "items", "type", "string");
	case API_MAP: return json_pack("{s:s, s:{s:s}}", "type", "object", "additionalProperties", "type", "string");
	case API_ANY: return json_pack("{s:s}", "type", "object");
	case API_ONE: return reference(m->of);
	case API_LIST: return json_pack("{s:s, s:o}", "type", "array", "items", reference(m->of));
	}
	return NULL;
}

static json_t *described(const struct api_member *m)
{
	json_t *type = type_of(m);
	if (type && m->type != API_ONE)
		json_object_set_new(type, "description", json_string(m->says));
	return type;
}

static json_t *schema_of(const struct api_schema *schema)
{
	json_t *properties = json_object(), *required = json_array();
	for (const struct api_member *m = schema->members; m->name; m++) {
		json_object_set_new(properties, m->name, described(m));
		if (m->required)
			json_array_append_new(required, json_string(m->name));
	}
	return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties, "required", required,
	                 "additionalProperties", 0);
}

static json_t *problem_schema(void)
{
	json_t *fault = json_pack("{s:s, s:{s:{s:s}, s:{s:s}}}", "type", "object", "properties", "field", "type",
	                          "string", "text", "type", "string");
	return json_pack("{s:s, s:{s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s, s:o}}, s:[s,s,s,s]}", "type",
	                 "object", "properties", "type", "type", "string", "title", "type", "string", "status",
	                 "type", "integer", "detail", "type", "string", "clause", "type", "string", "errors", "type",
	                 "array", "items", fault, "required", "type", "title", "status", "detail");
}

/* ---- operations ----------------------------------------------------------- */

static void path_parameters(const char *path, json_t *list)
{
	for (const char *open = path; (open = strchr(open, '{')); open++) {
		size_t len = strcspn(open + 1, "}");
		json_array_append_new(list, json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name", open + 1, len, "in", "path",
		                                      "required", 1, "schema", "type", "string"));
	}
}

static void query_parameters(const struct api_schema *schema, json_t *list)
{
	for (const struct api_member *m = schema ? schema->members : NULL; m && m->name; m++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:s, s:o}", "name", m->name, "in", "query",
		                                      "required", m->required, "description", m->says, "schema",
		                                      type_of(m)));
}

static json_t *answer_of(const struct api_operation *o)
{
	json_t *one = reference(o->gives);
	json_t *schema = !o->list ? one
	        : json_pack("{s:s, s:[s,s], s:{s:{s:s, s:o}, s:{s:s, s:s}}}", "type", "object", "required", "items",
	                    "next", "properties", "items", "type", "array", "items", one, "next", "type", "string",
	                    "description", "続きがあるとき、次の after または before に渡す値。なければ空");
	return json_pack("{s:s, s:{s:{s:o}}}", "description", "できました", "content", "application/json", "schema",
	                 schema);
}

static void add_post(const struct api_operation *o, json_t *operation, json_t *parameters)
{
	json_array_append_new(parameters, json_pack("{s:s, s:s, s:b, s:s, s:{s:s, s:i}}", "name", "Idempotency-Key",
		"in", "header", "required", 0, "description", "同じ鍵での二度目は、一度目と同じ答えを返す（1日）",
		"schema", "type", "string", "maxLength", API_KEY_BYTES));
	json_t *schema = o->takes[0] ? reference(o->takes)
	                             : json_pack("{s:s, s:b}", "type", "object", "additionalProperties", 0);
	json_object_set_new(operation, "requestBody", json_pack("{s:b, s:{s:{s:o}}}", "required", 1, "content",
	                                                        "application/json", "schema", schema));
}

static json_t *operation_of(const struct api_operation *o)
{
	json_t *parameters = json_array();
	json_t *problem = json_pack("{s:s, s:{s:{s:o}}}", "description", "できません（RFC 9457）", "content",
	                            "application/problem+json", "schema", reference("Problem"));
	json_t *operation = json_pack("{s:s, s:s, s:s, s:{s:o, s:o}}", "operationId", o->name, "summary", o->says,
		"x-scope", o->scope, "responses", "200", answer_of(o), "default", problem);
	path_parameters(o->path, parameters);
	if (o->post)
		add_post(o, operation, parameters);
	else
		query_parameters(api_schema_named(o->takes), parameters);
	json_object_set_new(operation, "parameters", parameters);
	return operation;
}

static json_t *paths(void)
{
	json_t *all = json_object();
	for (size_t i = 0; i < api_operation_count; i++) {
		const struct api_operation *o = &api_operations[i];
		if (!json_object_get(all, o->path))
			json_object_set_new(all, o->path, json_object());
		json_object_set_new(json_object_get(all, o->path), o->post ? "post" : "get", operation_of(o));
	}
	return all;
}

static json_t *scopes_says(void)
{
	json_t *says = json_object();
	for (const struct api_scope *s = api_scopes; s->word; s++)
		json_object_set_new(says, s->word, json_string(s->says));
	return says;
}

json_t *api_description(const char *title)
{
	json_t *schemas = json_object();
	for (size_t i = 0; i < api_schema_count; i++)
		json_object_set_new(schemas, api_schemas[i].name, schema_of(&api_schemas[i]));
	json_object_set_new(schemas, "Problem", problem_schema());
	return json_pack("{s:s, s:{s:o, s:s, s:s, s:{s:s, s:s}}, s:[{s:s}], s:[{s:[]}], s:o, s:{s:{s:{s:s, s:s}}, s:o}, s:o}",
		"openapi", "3.1.0", "info", "title", json_sprintf("関所 API（%s）", title), "version", "1", "description",
		"ページでできることを、ほかのソフトウェアから。鍵は人のもので、その人にできることしかできません。",
		"license", "name", "Apache-2.0", "identifier", "Apache-2.0", "servers", "url", api_root, "security",
		"token", "paths", paths(), "components", "securitySchemes", "token", "type", "http", "scheme", "bearer",
		"schemas", schemas, "x-scopes", scopes_says());
}
