/* Values as people write them, and back. */
#include "desk/internal.h"
#include "desk/table.h"

#include "base/number.h"
#include "base/text.h"

#include <stdio.h>

static const struct sheet_column own_columns[TABLE_OWN] = {
	[TABLE_NUMBER] = {"row.number", "番号", 8},        [TABLE_VERSION] = {"row.version", "版", 6},
	[TABLE_NAME] = {"row.name", "名称", 36},           [TABLE_SECTION] = {"row.section", "台帳の所管課", 18},
	[TABLE_GROUND] = {"row.ground", "分類を下げる理由", 16},
};

static const char *label_of(const struct table *t, size_t at, struct arena *arena)
{
	for (size_t i = 0; i < t->fact_count; i++)
		if (i != at && strcmp(t->facts[i].label, t->facts[at].label) == 0)
			return arena_printf(arena, "%s（%s）", t->facts[at].label, t->facts[at].path);
	return t->facts[at].label;
}

struct result table_new(struct desk *desk, const char *kind, struct arena *arena, struct table *out,
                        struct why *why)
{
	struct policy_kind known = {.title = ""};
	struct table t = {.desk = desk, .arena = arena, .kind = kind};
	TRY(policy_kind_facts(desk->policy, kind, arena, &t.facts, &t.fact_count, why));
	for (size_t i = 0; policy_kind_at(desk->policy, i, &known) && strcmp(known.name, kind) != 0; i++)
		continue;
	t.title = arena_printf(arena, "%s台帳", known.title);
	t.column_count = TABLE_OWN + t.fact_count;
	t.columns = ARENA_ARRAY(arena, t.column_count, struct sheet_column);
	if (!t.columns || !t.title)
		return desk_no_memory(why);
	memcpy(t.columns, own_columns, sizeof own_columns);
	for (size_t i = 0; i < t.fact_count; i++) {
		t.columns[TABLE_OWN + i] = (struct sheet_column){t.facts[i].path, label_of(&t, i, arena), 0};
		if (!t.columns[TABLE_OWN + i].label)
			return desk_no_memory(why);
	}
	TRY(office_sections(desk->office, arena, &t.sections, &t.section_count, why));
	TRY(office_people(desk->office, arena, &t.people, &t.person_count, why));
	*out = t;
	return ok();
}

/* ---- showing ------------------------------------------------------------------ */

static const char *show_row(const struct table *t, const char *id, struct arena *arena)
{
	struct register_row row;
	if (register_brief(t->desk->registers, id, arena, &row, NULL).code != OK)
		return id;
	bool plain = !strstr(row.name, "、") && !strchr(row.name, '\n');
	return plain ? arena_printf(arena, "%s（%lld）", row.name, (long long)row.serial)
	             : arena_printf(arena, "#%lld", (long long)row.serial);
}

static const char *show_person(const struct table *t, const char *id, struct arena *arena)
{
	for (size_t i = 0; i < t->person_count; i++)
		if (strcmp(t->people[i].id, id) == 0)
			return arena_printf(arena, "%s（%s）", t->people[i].name, t->people[i].login);
	return id;
}

static const char *show_section(const struct table *t, const char *id)
{
	const char *name = id;
	size_t same = 0;
	for (size_t i = 0; i < t->section_count; i++)
		if (strcmp(t->sections[i].id, id) == 0)
			name = t->sections[i].name;
	for (size_t i = 0; i < t->section_count; i++)
		same += strcmp(t->sections[i].name, name) == 0;
	return same == 1 ? name : id; /* two sections of one name: the id tells them apart */
}

static const struct {
	const char *unit, *japanese;
} units[] = {
	{"hours", "時間"}, {"days", "日"}, {"working-days", "開庁日"}, {"months", "か月"}, {"years", "年"},
	{"fiscal-years", "年度"}, {"MiB", "MiB"},
};
enum { UNITS = sizeof units / sizeof *units };

static const char *show_measure(const char *value, struct arena *arena)
{
	const char *space = strchr(value, ' ');
	for (size_t i = 0; space && i < UNITS; i++)
		if (strcmp(units[i].unit, space + 1) == 0)
			return arena_printf(arena, "%.*s%s", (int)(space - value), value, units[i].japanese);
	return value;
}

static const char *show_one(const struct table *t, enum fact_type type, const char *value, struct arena *arena)
{
	switch (type) {
	case FACT_YESNO:
		return strcmp(value, "yes") == 0 ? "はい" : "いいえ";
	case FACT_SECTION:
		return show_section(t, value);
	case FACT_PERSON:
		return show_person(t, value, arena);
	case FACT_ROW:
		return show_row(t, value, arena);
	case FACT_WORD: case FACT_POST:
		return policy_label(t->desk->policy, NULL, value);
	case FACT_DURATION: case FACT_SIZE:
		return show_measure(value, arena);
	case FACT_NONE: case FACT_DATE: case FACT_TEXT: case FACT_NUMBER: case FACT_LEVEL: case FACT_SET:
	default:
		return value;
	}
}

const char *table_show(const struct table *t, const struct policy_fact *fact, const char *value,
                       struct arena *arena)
{
	if (!*value)
		return "";
	if (fact->type != FACT_SET)
		return show_one(t, fact->type, value, arena);
	const char *all = "";
	for (const char *at = value; *at && all;) {
		size_t len = strcspn(at, " ");
		const char *member = arena_string(arena, slice_of(at, len));
		const char *said = member ? show_one(t, fact->member, member, arena) : NULL;
		all = said ? arena_printf(arena, "%s%s%s", all, *all ? "、" : "", said) : NULL;
		at += len + (at[len] == ' ');
	}
	return all ? all : "";
}

/* ---- taking ------------------------------------------------------------------- */

static struct result wrong(const struct policy_fact *fact, struct why *why, const char *text, const char *mend)
{
	return fail(why, E_INPUT, fact->path, "「%.60s」は「%s」として読めません。%s", text, fact->label, mend);
}

/* Wide digits and marks narrow, spaces around it gone, commas out of numbers. */
static const char *plain_of(struct slice text, bool number, struct arena *arena)
{
	AUTO(buffer_done) struct buffer narrow = {0}, out = {0};
	buffer_init(&narrow, 4 * text.len + 16);
	buffer_init(&out, 4 * text.len + 16);
	half_width(text, &narrow);
	for (size_t i = 0; i < narrow.len; i++)
		if (!number || narrow.at[i] != ',')
			buffer_put_u8(&out, narrow.at[i]);
	struct slice s = buffer_slice(&out);
	while (s.len && s.at[0] == ' ')
		s = slice_part(s, 1, s.len);
	while (s.len && s.at[s.len - 1] == ' ')
		s.len--;
	return buffer_ok(&narrow) && buffer_ok(&out) ? arena_string(arena, s) : NULL;
}

static struct slice trimmed(struct slice text)
{
	static const char wide[] = "　";
	for (;;) {
		if (text.len && (text.at[0] == ' ' || text.at[0] == '\n' || text.at[0] == '\r' || text.at[0] == '\t'))
			text = slice_part(text, 1, text.len);
		else if (slice_starts(text, SLICE("　")))
			text = slice_part(text, sizeof wide - 1, text.len);
		else if (text.len && (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\n' ||
		                      text.at[text.len - 1] == '\r' || text.at[text.len - 1] == '\t'))
			text.len--;
		else if (slice_ends(text, SLICE("　")))
			text.len -= sizeof wide - 1;
		else
			return text;
	}
}

static struct result take_yesno(const struct policy_fact *fact, const char *text, const char **out, struct why *why)
{
	static const char *const words[][2] = {
		{"はい", "yes"}, {"いいえ", "no"}, {"yes", "yes"}, {"no", "no"}, {"○", "yes"}, {"×", "no"}, {"〇", "yes"},
		{"有", "yes"}, {"無", "no"}, {"あり", "yes"}, {"なし", "no"}, {"1", "yes"}, {"0", "no"}, {"TRUE", "yes"},
		{"FALSE", "no"}, {"true", "yes"}, {"false", "no"},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i][0], text) == 0) {
			*out = words[i][1];
			return ok();
		}
	return wrong(fact, why, text, "「はい」か「いいえ」にしてください。");
}

static struct result take_day(const struct policy_fact *fact, const char *text, struct arena *arena,
                              const char **out, struct why *why)
{
	day_t day;
	char iso[11];
	if (day_parse(slice_str(text), &day, NULL).code != OK)
		return fail(why, E_INPUT, fact->path, "「%.40s」は「%s」として読めません。令和8年3月13日、R8.3.13、2026-03-13 のどれかの形にしてください。",
		            text, fact->label);
	day_iso(day, iso);
	*out = arena_string(arena, slice_str(iso));
	return *out ? ok() : desk_no_memory(why);
}

static struct result take_measure(const struct policy_fact *fact, const char *text, struct arena *arena,
                                  const char **out, struct why *why)
{
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits + strspn(text + digits, " ");
	bool size = fact->type == FACT_SIZE;
	for (size_t i = 0; digits && digits < 16 && i < UNITS; i++)
		if ((strcmp(unit, units[i].unit) == 0 || strcmp(unit, units[i].japanese) == 0) &&
		    size == (strcmp(units[i].unit, "MiB") == 0)) {
			*out = arena_printf(arena, "%.*s %s", (int)digits, text, units[i].unit);
			return *out ? ok() : desk_no_memory(why);
		}
	if (size && digits && !*unit) {
		*out = text;
		return ok();
	}
	return wrong(fact, why, text, size ? "20MiB のように書いてください。" : "5年、24時間、10開庁日 のように書いてください。");
}

static struct result take_word(const struct table *t, const struct policy_fact *fact, const char *text,
                               const char **out, struct why *why)
{
	const char *words = "";
	for (size_t i = 0; i < fact->word_count; i++)
		if (strcmp(fact->words[i], text) == 0 || strcmp(policy_label(t->desk->policy, NULL, fact->words[i]), text) == 0) {
			*out = fact->words[i];
			return ok();
		}
	for (size_t i = 0; i < fact->word_count; i++) {
		const char *label = policy_label(t->desk->policy, NULL, fact->words[i]);
		const char *more = arena_printf(t->arena, "%s%s%s", words, *words ? "、" : "", label);
		words = i < 8 && more ? more : words;
	}
	return fail(why, E_INPUT, fact->path, "「%.40s」は「%s」にない値です。%.200sなどから選んでください。", text, fact->label, words);
}

/* "A", "重要度A" */
static struct result take_level(const struct table *t, const struct policy_fact *fact, const char *text,
                                const char **out, struct why *why)
{
	size_t len = strlen(fact->label);
	const char *level = strncmp(text, fact->label, len) == 0 ? text + len : text;
	return take_word(t, fact, level, out, why);
}

struct result table_section(const struct table *t, struct slice text, const char **id, struct why *why)
{
	struct slice name = trimmed(text);
	size_t found = 0;
	for (size_t i = 0; i < t->section_count; i++) {
		if (slice_is(name, t->sections[i].id)) {
			*id = t->sections[i].id;
			return ok();
		}
		if (slice_is(name, t->sections[i].name)) {
			*id = t->sections[i].id;
			found++;
		}
	}
	if (found == 1)
		return ok();
	return fail(why, E_INPUT, "section", found ? "「%.*s」という課が、いくつもあります。課の記号で書いてください。"
	                                           : "「%.*s」という課は、いまの組織にありません。いまの課名にしてください。",
	            name.len > 60 ? 60 : (int)name.len, (const char *)name.at);
}

/* 青木 一郎（aoki）, aoki, 青木 一郎, an id */
static struct result take_person(const struct table *t, const struct policy_fact *fact, const char *text,
                                 const char **out, struct why *why)
{
	size_t found = 0, len = strlen(text);
	for (size_t i = 0; i < t->person_count; i++) {
		const struct person *p = &t->people[i];
		size_t name = strlen(p->name), login = strlen(p->login), bracket = strlen("（");
		bool both = len == name + login + 2 * bracket && strncmp(text, p->name, name) == 0 &&
		            strncmp(text + name, "（", bracket) == 0 && strncmp(text + name + bracket, p->login, login) == 0;
		if (both || strcmp(text, p->id) == 0 || strcmp(text, p->login) == 0) {
			*out = p->id;
			return ok();
		}
		if (strcmp(text, p->name) == 0) {
			*out = p->id;
			found++;
		}
	}
	if (found == 1)
		return ok();
	return wrong(fact, why, text, found ? "同じ名前の人がいます。名前のあとに（職員番号）を付けてください。"
	                                    : "いまの職員の名前か職員番号にしてください。");
}

static struct result take_post(const struct table *t, const struct policy_fact *fact, const char *text,
                               const char **out, struct why *why)
{
	const struct policy *policy = t->desk->policy;
	const struct policy_edition *edition = policy_edition_on(policy, t->desk->policy_name, desk_today(t->desk));
	for (size_t i = 0; edition && i < policy_post_count(policy, edition); i++) {
		const struct policy_post *post = policy_post_at(policy, edition, i);
		if (strcmp(post->name, text) == 0 || strcmp(post->title, text) == 0) {
			*out = post->name;
			return ok();
		}
	}
	return wrong(fact, why, text, "いまの版にある役職の名前にしてください。");
}

/* #12, 12, 名称（12）, 名称 */
static struct result take_row(const struct table *t, const struct policy_fact *fact, const char *text,
                              struct arena *arena, const char **out, struct why *why)
{
	uint64_t serial = 0;
	char id[27];
	int found = 0;
	struct slice all = slice_str(text);
	size_t open = SIZE_MAX;
	for (size_t at = 0; (at = slice_find(slice_part(all, open == SIZE_MAX ? 0 : open + 3, all.len), SLICE("（"))) != SIZE_MAX;)
		open = (open == SIZE_MAX ? 0 : open + 3) + at;
	struct slice number = all.len && all.at[0] == '#' ? slice_part(all, 1, all.len)
	                      : open != SIZE_MAX && slice_ends(all, SLICE("）")) ? slice_part(all, open + 3, all.len - open - 6)
	                                                                        : all;
	if (number_parse_u64(number, &serial) && serial && serial < INT64_MAX)
		TRY(register_find(t->desk->registers, fact->kind, (int64_t)serial, "", "", id, &found, why));
	if (!found)
		TRY(register_find(t->desk->registers, fact->kind, 0, text, "", id, &found, why));
	if (found != 1)
		return wrong(fact, why, text, found ? "同じ名称の行があります。番号で書いてください（例 #12）。"
		                                    : "その台帳にある名称か番号（例 #12）にしてください。");
	*out = arena_string(arena, slice_str(id));
	return *out ? ok() : desk_no_memory(why);
}

static struct result take_number(const struct policy_fact *fact, const char *text, const char **out, struct why *why)
{
	int64_t number;
	if (!number_parse_i64(slice_str(text), &number))
		return wrong(fact, why, text, "数だけにしてください（例 120）。");
	*out = text;
	return ok();
}

static struct result take_one(const struct table *t, const struct policy_fact *fact, enum fact_type type,
                              struct slice text, struct arena *arena, const char **out, struct why *why)
{
	bool number = type == FACT_NUMBER || type == FACT_DURATION || type == FACT_SIZE;
	bool free_text = type == FACT_ROW || type == FACT_PERSON || type == FACT_WORD || type == FACT_POST;
	const char *plain = free_text ? arena_string(arena, trimmed(text)) : plain_of(trimmed(text), number, arena);
	if (!plain)
		return desk_no_memory(why);
	switch (type) {
	case FACT_YESNO:
		return take_yesno(fact, plain, out, why);
	case FACT_DATE:
		return take_day(fact, plain, arena, out, why);
	case FACT_NUMBER:
		return take_number(fact, plain, out, why);
	case FACT_DURATION: case FACT_SIZE:
		return take_measure(fact, plain, arena, out, why);
	case FACT_WORD:
		return take_word(t, fact, plain, out, why);
	case FACT_LEVEL:
		return take_level(t, fact, plain, out, why);
	case FACT_SECTION:
		return table_section(t, text, out, why);
	case FACT_PERSON:
		return take_person(t, fact, plain, out, why);
	case FACT_POST:
		return take_post(t, fact, plain, out, why);
	case FACT_ROW:
		return take_row(t, fact, plain, arena, out, why);
	case FACT_NONE: case FACT_TEXT: case FACT_SET:
	default:
		return wrong(fact, why, plain, "この欄には書けません。");
	}
}

/* Members stand with 、 or a line end between them. */
static struct result take_set(const struct table *t, const struct policy_fact *fact, struct slice text,
                              struct arena *arena, const char **out, struct why *why)
{
	const char *all = "";
	while (text.len) {
		size_t comma = slice_find(text, SLICE("、")), line = slice_find(text, SLICE("\n"));
		size_t end = comma < line ? comma : line;
		struct slice one = slice_part(text, 0, end);
		const char *value = "";
		if (trimmed(one).len)
			TRY(take_one(t, fact, fact->member, one, arena, &value, why));
		if (*value)
			all = arena_printf(arena, "%s%s%s", all, *all ? " " : "", value);
		if (!all)
			return desk_no_memory(why);
		text = end == SIZE_MAX ? (struct slice){NULL, 0} : slice_part(text, end + (end == comma ? 3 : 1), text.len);
	}
	*out = all;
	return ok();
}

struct result table_take(const struct table *t, const struct policy_fact *fact, struct slice text,
                         struct arena *arena, const char **value, struct why *why)
{
	*value = "";
	if (fact->type == FACT_TEXT) {
		*value = arena_string(arena, text);
		return *value ? ok() : desk_no_memory(why);
	}
	if (!trimmed(text).len)
		return ok();
	if (fact->type == FACT_SET)
		return take_set(t, fact, text, arena, value, why);
	return take_one(t, fact, fact->type, text, arena, value, why);
}
