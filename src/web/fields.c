/* Forms out of the vocabulary: making them, reading them back.  What can be chosen
 * from is fields_choice.c's. */
#include "web/fields.h"
#include "web/fields_choice.h"
#include "web/pages.h"

#include "base/number.h"
#include "base/text.h"

struct result fields_new(struct request *rq, const struct policy_fact *facts, size_t count,
                         struct fields *out, struct why *why)
{
	struct field *at = ARENA_ARRAY(rq->arena, count + 1, struct field);
	if (!at)
		return fail(why, E_MEMORY, "fields", "no memory for the form");
	for (size_t i = 0; i < count; i++)
		at[i] = (struct field){.fact = facts[i], .name = text(rq, "f.%s", facts[i].path), .typed = "",
		                       .value = "", .search = "", .help = "", .none = "", .wrong = ""};
	*out = (struct fields){.at = at, .count = count};
	return ok();
}

struct field *fields_get(const struct fields *fields, const char *path)
{
	for (size_t i = 0; i < fields->count; i++)
		if (strcmp(fields->at[i].fact.path, path) == 0)
			return &fields->at[i];
	return NULL;
}

/* ---- canonical and as people type it ------------------------------------------- */

static const char *typed_of(struct request *rq, const struct field *field, const char *value)
{
	day_t day;
	char shown[48];
	size_t digits = strspn(value, "0123456789");
	if (field->fact.type == FACT_DATE && day_parse(slice_str(value), &day, NULL).code == OK) {
		day_short(day, shown);
		return text(rq, "%s", shown);
	}
	if (field->fact.type == FACT_DURATION || field->fact.type == FACT_SIZE)
		return text(rq, "%.*s", (int)digits, value);
	return value;
}

void fields_fill(struct request *rq, struct fields *fields, const char *path, const char *value)
{
	struct field *field = fields_get(fields, path);
	if (!field)
		return;
	field->value = text(rq, "%s", value);
	bool none = *field->none && strcmp(value, field->none) == 0;
	field->typed = none ? "" : typed_of(rq, field, field->value);
}

static void PRINTF_LIKE(3, 4) is_wrong(struct request *rq, struct field *field, const char *format, ...)
{
	char sentence[600];
	va_list args;
	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	field->wrong = text(rq, "%s", sentence);
}

/* Wide digits and commas are what people type: １，２００ is 1200. */
static bool number_of(const char *typed, int64_t *out)
{
	AUTO(buffer_done) struct buffer plain = {0}, digits = {0};
	buffer_init(&plain, 256);
	buffer_init(&digits, 256);
	half_width(slice_str(typed), &plain);
	struct slice all = buffer_slice(&plain);
	for (size_t i = 0; i < all.len; i++)
		if (all.at[i] != ',' && all.at[i] != ' ')
			buffer_put_u8(&digits, all.at[i]);
	return buffer_ok(&plain) && buffer_ok(&digits) && number_parse_i64(buffer_slice(&digits), out) && *out >= 0;
}

static void read_date(struct request *rq, struct field *field)
{
	day_t day;
	char iso[11];
	if (day_parse(slice_str(field->typed), &day, NULL).code != OK) {
		is_wrong(rq, field, "「%s」を読めません。令和8年12月25日、R8.12.25、2026-12-25 のどれかの形で書いてください。",
		         field->fact.label);
		return;
	}
	day_iso(day, iso);
	field->value = text(rq, "%s", iso);
}

static void read_number(struct request *rq, struct field *field)
{
	int64_t number;
	if (!number_of(field->typed, &number))
		is_wrong(rq, field, "「%s」は数だけで書いてください（例 12）。", field->fact.label);
	else
		field->value = text(rq, "%lld", (long long)number);
}

static void read_measure(struct request *rq, struct field *field)
{
	int64_t number;
	const char *unit = posted(rq, text(rq, "%s.unit", field->name));
	if (!number_of(field->typed, &number) || !choice_is_unit(field->fact.type, unit))
		is_wrong(rq, field, "「%s」は数を書き、単位を選んでください（例 24 時間）。", field->fact.label);
	else
		field->value = text(rq, "%lld %s", (long long)number, unit);
}

static void read_text(struct request *rq, struct field *field)
{
	if (strlen(field->typed) > REGISTER_TEXT)
		is_wrong(rq, field, "「%s」が長すぎます。%d字ほどまでで書いてください。", field->fact.label, REGISTER_TEXT / 3);
	field->value = field->typed;
}

/* What was chosen has to be among what can be chosen. */
static struct result read_choice(struct request *rq, struct field *field, struct why *why)
{
	bool known = false;
	TRY(choice_known(rq, field, field->typed, &known, why));
	if (!known)
		is_wrong(rq, field, "「%s」は、並んだものの中から選んでください。", field->fact.label);
	else
		field->value = field->typed;
	return ok();
}

static struct result read_set(struct request *rq, struct field *field, struct why *why)
{
	struct slice members[FORM_FIELDS];
	AUTO(buffer_done) struct buffer all = {0};
	size_t count = form_all(rq->form, field->name, members, FORM_FIELDS);
	buffer_init(&all, FORM_FIELDS * 64);
	for (size_t i = 0; i < count; i++) {
		bool known = false;
		const char *one = text(rq, "%.*s", SLICE_ARG(members[i]));
		if (!*one)
			continue;
		TRY(choice_known(rq, field, one, &known, why));
		if (!known)
			is_wrong(rq, field, "「%s」は、並んだものの中から選んでください。", field->fact.label);
		else
			buffer_printf(&all, "%s%s", all.len ? " " : "", one);
	}
	field->value = text(rq, "%s", buffer_cstr(&all));
	field->typed = field->value;
	return ok();
}

static struct result read_one(struct request *rq, struct field *field, struct why *why)
{
	switch (field->fact.type) {
	case FACT_DATE:
		read_date(rq, field);
		return ok();
	case FACT_NUMBER:
		read_number(rq, field);
		return ok();
	case FACT_DURATION: case FACT_SIZE:
		read_measure(rq, field);
		return ok();
	case FACT_TEXT:
		read_text(rq, field);
		return ok();
	case FACT_YESNO: case FACT_WORD: case FACT_LEVEL: case FACT_PERSON: case FACT_SECTION: case FACT_POST:
	case FACT_ROW:
		return read_choice(rq, field, why);
	case FACT_SET:
		return read_set(rq, field, why);
	case FACT_NONE:
	default:
		return fail(why, E_INPUT, field->fact.path, "「%s」には書けません。", field->fact.label);
	}
}

/* The box beside the control: there is none of it. */
static void read_none(struct request *rq, struct field *field)
{
	if (!*field->none || strcmp(posted(rq, text(rq, "%s.none", field->name)), "1") != 0)
		return;
	if (*field->typed)
		is_wrong(rq, field, "「%s」は、書くか「該当なし」にするか、どちらか一つにしてください。", field->fact.label);
	field->value = field->none;
}

struct result fields_read(struct request *rq, struct fields *fields, struct why *why)
{
	const char *find = posted(rq, "find");
	fields->again = *find ? find : NULL;
	fields->wrong = 0;
	for (size_t i = 0; i < fields->count; i++) {
		struct field *field = &fields->at[i];
		field->typed = posted(rq, field->name);
		field->value = field->wrong = "";
		field->search = posted(rq, text(rq, "%s.q", field->name));
		if (*field->typed)
			TRY(read_one(rq, field, why));
		read_none(rq, field);
		if (field->required && !*field->typed && !*field->value && !fields->again)
			is_wrong(rq, field, "「%s」が空です。%s", field->fact.label,
			         choice_is_chosen(&field->fact) ? "どれかを選んでください。" : "書いてください。");
		fields->wrong += *field->wrong != 0;
	}
	return ok();
}

bool fields_mark(struct request *rq, struct fields *fields, const char *path, const char *sentence)
{
	struct field *field = fields_get(fields, path);
	if (!field)
		return false;
	fields->wrong += *field->wrong == 0;
	field->wrong = text(rq, "%s", sentence);
	return true;
}

/* ---- the model -------------------------------------------------------------------- */

static const char *help_of(const struct field *field)
{
	if (*field->help)
		return field->help;
	return field->fact.type == FACT_DATE ? "例: 令和8年12月25日、R8.12.25、2026-12-25" : "";
}

static json_t *one_model(struct request *rq, const struct field *field, struct why *why)
{
	enum fact_type type = field->fact.type;
	struct choices choices = {0};
	if (choices_of(rq, field, &choices, why).code != OK)
		return NULL;
	const char *help = help_of(field);
	bool group = choices.list && !choices.long_list, area = type == FACT_TEXT;
	const char *described = text(rq, "%s%s%s%s%s", *help ? field->name : "", *help ? "-h" : "",
		*help && *field->wrong ? " " : "", *field->wrong ? field->name : "", *field->wrong ? "-e" : "");
	json_t *model = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b}", "name", field->name, "label",
		field->fact.label, "typed", field->typed, "help", help, "wrong_text", field->wrong, "described",
		described, "required", field->required, "group", group, "plain", !group);
	if (!model) {
		choices_drop(&choices);
		(void)fail(why, E_MEMORY, "fields", "no memory for the form");
		return NULL;
	}
	json_object_set_new(model, "area", json_boolean(area));
	json_object_set_new(model, "select", json_boolean(choices.list && choices.long_list));
	json_object_set_new(model, "line", json_boolean(!area && !choices.list));
	json_object_set_new(model, "unit", json_string(field->fact.unit && *field->fact.unit ? field->fact.unit : ""));
	json_object_set_new(model, "finder", json_boolean(choices.searched));
	json_object_set_new(model, "search", json_string(field->search));
	json_object_set_new(model, "search_name", json_sprintf("%s.q", field->name));
	json_object_set_new(model, "none", json_boolean(choices.none));
	json_object_set_new(model, "more", json_boolean(choices.more));
	json_object_set_new(model, "short", json_boolean(choices.brief));
	json_object_set_new(model, "none_box", json_boolean(*field->none != 0));
	json_object_set_new(model, "none_name", json_sprintf("%s.none", field->name));
	json_object_set_new(model, "none_chosen", json_boolean(*field->none && strcmp(field->value, field->none) == 0));
	json_object_set_new(model, "units", choice_units(type, field->value));
	json_object_set_new(model, "choices", choices.list ? choices.list : json_array());
	return model;
}

json_t *fields_model(struct request *rq, const struct fields *fields, struct why *why)
{
	json_t *ask = json_array(), *fold = json_array();
	bool open = false;
	for (size_t i = 0; i < fields->count; i++) {
		const struct field *field = &fields->at[i];
		json_t *one = one_model(rq, field, why);
		if (!one) {
			json_decref(ask);
			json_decref(fold);
			return NULL;
		}
		open |= field->folded && (*field->wrong || (fields->again && strcmp(fields->again, field->name) == 0));
		json_array_append_new(field->folded ? fold : ask, one);
	}
	return json_pack("{s:o, s:o, s:b}", "ask", ask, "fold", fold, "fold_open", open);
}

json_t *fields_errors(const struct fields *fields)
{
	json_t *list = json_array();
	for (size_t i = 0; i < fields->count; i++)
		if (*fields->at[i].wrong)
			json_array_append_new(list, json_pack("{s:s, s:s}", "field", fields->at[i].name, "text",
			                                      fields->at[i].wrong));
	return list;
}
