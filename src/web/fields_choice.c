/* What can be chosen: words and levels of the vocabulary, sections, people, posts,
 * rows of a register.  Short lists stand open, middling ones in a select, long ones
 * are searched. */
#include "web/fields_choice.h"
#include "web/book.h"
#include "web/pages.h"

static const struct {
	enum fact_type type;
	const char *word, *label;
} units[] = {
	{FACT_DURATION, "hours", "時間"},    {FACT_DURATION, "days", "日"},
	{FACT_DURATION, "working-days", "開庁日"}, {FACT_DURATION, "months", "か月"},
	{FACT_DURATION, "years", "年"},      {FACT_DURATION, "fiscal-years", "年度"},
	{FACT_SIZE, "MiB", "MiB"},
};
enum { UNITS = sizeof units / sizeof *units };

bool choice_is_unit(enum fact_type type, const char *unit)
{
	for (size_t i = 0; i < UNITS; i++)
		if (units[i].type == type && strcmp(units[i].word, unit) == 0)
			return true;
	return false;
}

json_t *choice_units(enum fact_type type, const char *value)
{
	json_t *list = json_array();
	const char *unit = strchr(value, ' ');
	for (size_t i = 0; i < UNITS; i++)
		if (units[i].type == type)
			json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "value", units[i].word, "label",
				units[i].label, "chosen", unit && strcmp(unit + 1, units[i].word) == 0));
	return list;
}

static enum fact_type type_of(const struct policy_fact *fact)
{
	return fact->type == FACT_SET ? fact->member : fact->type;
}

bool choice_is_chosen(const struct policy_fact *fact)
{
	switch (type_of(fact)) {
	case FACT_YESNO: case FACT_WORD: case FACT_LEVEL: case FACT_PERSON: case FACT_SECTION: case FACT_POST:
	case FACT_ROW:
		return true;
	case FACT_NONE: case FACT_DATE: case FACT_TEXT: case FACT_DURATION: case FACT_SIZE: case FACT_NUMBER:
	case FACT_SET:
	default:
		return false;
	}
}

/* ---- labels ------------------------------------------------------------------------- */

static const char *kept(struct request *rq, json_t *shown) /* takes the reference */
{
	const char *line = text(rq, "%s", json_string_value(shown));
	json_decref(shown);
	return line;
}

static const char *row_label(struct request *rq, const char *id)
{
	struct register_row row;
	if (!parts_of(rq)->registers)
		return id;
	return register_get(parts_of(rq)->registers, id, rq->arena, &row, NULL).code == OK ? row.name : id;
}

const char *choice_label(struct request *rq, const char *act, const struct policy_fact *fact,
                         enum fact_type type, const char *value)
{
	switch (type) {
	case FACT_YESNO:
		return strcmp(value, "yes") == 0 ? "はい" : "いいえ";
	case FACT_SECTION:
		return kept(rq, show_section(rq, value));
	case FACT_PERSON:
		return kept(rq, show_person(rq, value));
	case FACT_ROW:
		return row_label(rq, value);
	case FACT_LEVEL:
		return text(rq, "%s%s", fact->label, value);
	case FACT_NONE: case FACT_DATE: case FACT_TEXT: case FACT_DURATION: case FACT_SIZE: case FACT_POST:
	case FACT_NUMBER: case FACT_WORD: case FACT_SET:
	default:
		return policy_label(parts_of(rq)->policy, act, value);
	}
}

static const char *said_measure(struct request *rq, const char *value)
{
	size_t digits = strspn(value, "0123456789");
	for (size_t i = 0; value[digits] && i < UNITS; i++)
		if (strcmp(units[i].word, value + digits + 1) == 0)
			return text(rq, "%.*s%s", (int)digits, value, units[i].label);
	return value;
}

static const char *said_set(struct request *rq, const char *act, const struct policy_fact *fact,
                            const char *value)
{
	const char *all = "";
	for (const char *at = value; *at;) {
		size_t len = strcspn(at, " ");
		const char *one = choice_label(rq, act, fact, fact->member, text(rq, "%.*s", (int)len, at));
		all = text(rq, "%s%s%s", all, *all ? "、" : "", one);
		at += len + (at[len] == ' ');
	}
	return all;
}

const char *fields_said(struct request *rq, const char *act, const struct policy_fact *fact,
                        const char *value)
{
	char shown[48];
	day_t day;
	if (!*value)
		return "";
	if (fact->type == FACT_SET)
		return said_set(rq, act, fact, value);
	if (fact->type == FACT_DURATION || fact->type == FACT_SIZE)
		return said_measure(rq, value);
	if (fact->type == FACT_NUMBER)
		return text(rq, "%s%s", value, fact->unit ? fact->unit : "");
	if (fact->type == FACT_TEXT)
		return value;
	if (fact->type != FACT_DATE || day_parse(slice_str(value), &day, NULL).code != OK)
		return choice_label(rq, act, fact, fact->type, value);
	day_long(day, shown);
	return text(rq, "%s", shown);
}

/* ---- lists ------------------------------------------------------------------------------ */

struct offer { /* one list while it is made */
	struct request *rq;
	const struct field *field;
	struct choices *out;
	struct search search;
	size_t all, shown, most;
};

/* value is the whole of a single choice, or one of a set's members */
static bool is_chosen(const struct field *field, const char *value)
{
	size_t len = strlen(value);
	if (field->fact.type != FACT_SET)
		return strcmp(field->typed, value) == 0;
	for (const char *at = field->typed; *at;) {
		size_t one = strcspn(at, " ");
		if (one == len && strncmp(at, value, len) == 0)
			return true;
		at += one + (at[one] == ' ');
	}
	return false;
}

static void put(struct offer *o, const char *value, const char *label, const char *says, const char *letter)
{
	const char *control = o->field->fact.type == FACT_SET ? "checkbox" : "radio";
	json_array_append_new(o->out->list, json_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "value", value, "label",
		label, "says", says, "letter", letter, "chosen", is_chosen(o->field, value), "control", control));
	o->shown++;
}

/* A thing among many: shown if it is chosen already, or found. */
static void offer(struct offer *o, const char *value, const char *label, const char *says)
{
	const char *texts[] = {label, says};
	bool chosen = is_chosen(o->field, value);
	o->all++;
	if (!chosen && !search_finds(&o->search, texts, 2, o->rq->arena))
		return;
	if (chosen || o->shown < o->most)
		put(o, value, label, says, "");
	else
		o->out->more = true;
}

static void offer_words(struct offer *o)
{
	const struct policy_fact *fact = &o->field->fact;
	bool level = type_of(fact) == FACT_LEVEL;
	for (size_t i = 0; i < fact->word_count; i++) {
		const char *word = fact->words[level ? fact->word_count - 1 - i : i];
		put(o, word, choice_label(o->rq, NULL, fact, type_of(fact), word), "", level ? word : "");
	}
	o->out->long_list = !level && fact->type != FACT_SET && fact->word_count > 6;
}

static void offer_yesno(struct offer *o)
{
	put(o, "yes", "はい", "", "");
	put(o, "no", "いいえ", "", "");
	o->out->brief = true;
}

/* わからない is an answer, and the one that stands until another is given. */
static void offer_unknown(struct offer *o)
{
	if (o->field->required || o->field->fact.type == FACT_SET || o->out->long_list)
		return;
	put(o, "", "わからない", "", "");
}

static struct result offer_people(struct offer *o, struct why *why)
{
	struct person *people;
	size_t count;
	TRY(office_people(parts_of(o->rq)->office, o->rq->arena, &people, &count, why));
	o->out->long_list = count <= CHOICES_LISTED && o->field->fact.type != FACT_SET;
	o->most = o->out->long_list ? CHOICES_LISTED : CHOICES_SHOWN;
	for (size_t i = 0; i < count; i++)
		if (people[i].active)
			offer(o, people[i].id, people[i].name, kept(o->rq, show_section(o->rq, people[i].section)));
	return ok();
}

static struct result offer_sections(struct offer *o, struct why *why)
{
	struct section *sections;
	size_t count;
	TRY(office_sections(parts_of(o->rq)->office, o->rq->arena, &sections, &count, why));
	o->out->long_list = o->field->fact.type != FACT_SET;
	o->most = o->out->long_list ? SIZE_MAX : CHOICES_SHOWN;
	for (size_t i = 0; i < count; i++)
		offer(o, sections[i].id, sections[i].name, "");
	return ok();
}

static void offer_posts(struct offer *o)
{
	struct web_parts *parts = parts_of(o->rq);
	const struct policy_edition *edition =
		policy_edition_on(parts->policy, parts->policy_name, request_today(o->rq));
	o->out->long_list = true;
	for (size_t i = 0; edition && i < policy_post_count(parts->policy, edition); i++) {
		const struct policy_post *post = policy_post_at(parts->policy, edition, i);
		put(o, post->name, post->title, "", "");
	}
}

static struct result offer_rows(struct offer *o, struct why *why)
{
	struct register_row *rows, one;
	size_t count;
	bool more = false;
	struct register_query query = {.kind = o->field->fact.kind, .words = o->field->search, .limit = CHOICES_SHOWN};
	o->search.count = 0; /* the register has searched */
	for (const char *at = o->field->typed; *at;) {
		size_t len = strcspn(at, " ");
		const char *id = text(o->rq, "%.*s", (int)len, at);
		if (register_get(parts_of(o->rq)->registers, id, o->rq->arena, &one, NULL).code == OK)
			offer(o, one.id, one.name, kept(o->rq, show_section(o->rq, one.section)));
		at += len + (at[len] == ' ');
	}
	TRY(register_list(parts_of(o->rq)->registers, &query, o->rq->arena, &rows, &count, &more, why));
	/* what is chosen stands alone until another one is looked for */
	bool settled = o->shown && o->field->fact.type != FACT_SET && !*o->field->search;
	for (size_t i = 0; !settled && i < count; i++)
		if (!is_chosen(o->field, rows[i].id))
			offer(o, rows[i].id, rows[i].name, kept(o->rq, show_section(o->rq, rows[i].section)));
	o->out->searched = more || settled || *o->field->search;
	o->out->more = more && !settled;
	return ok();
}

static struct result offer_all(struct offer *o, struct why *why)
{
	switch (type_of(&o->field->fact)) {
	case FACT_YESNO:
		offer_yesno(o);
		return ok();
	case FACT_WORD: case FACT_LEVEL:
		offer_words(o);
		return ok();
	case FACT_POST:
		offer_posts(o);
		return ok();
	case FACT_PERSON:
		return offer_people(o, why);
	case FACT_SECTION:
		return offer_sections(o, why);
	case FACT_ROW:
		return offer_rows(o, why);
	case FACT_NONE: case FACT_DATE: case FACT_TEXT: case FACT_DURATION: case FACT_SIZE: case FACT_NUMBER:
	case FACT_SET:
	default:
		return fail(why, E_INPUT, o->field->fact.path, "nothing to choose from");
	}
}

struct result choices_of(struct request *rq, const struct field *field, struct choices *out,
                         struct why *why)
{
	struct offer o = {.rq = rq, .field = field, .out = out, .search = search_read(field->search, rq->arena),
	                  .most = CHOICES_SHOWN};
	*out = (struct choices){0};
	if (!choice_is_chosen(&field->fact))
		return ok();
	out->list = json_array();
	struct result done = offer_all(&o, why);
	if (done.code != OK) {
		choices_drop(out);
		return done;
	}
	if (out->more && !out->long_list)
		out->searched = true;
	out->searched |= *field->search != 0;
	out->none = *field->search && o.shown == 0;
	offer_unknown(&o);
	return ok();
}

void choices_drop(struct choices *choices)
{
	json_decref(choices->list);
	choices->list = NULL;
}

/* ---- is it one of them? ---------------------------------------------------------------- */

static bool is_word(const struct policy_fact *fact, const char *value)
{
	for (size_t i = 0; i < fact->word_count; i++)
		if (strcmp(fact->words[i], value) == 0)
			return true;
	return false;
}

static bool is_post(struct request *rq, const char *value)
{
	struct web_parts *parts = parts_of(rq);
	const struct policy_edition *edition =
		policy_edition_on(parts->policy, parts->policy_name, request_today(rq));
	for (size_t i = 0; edition && i < policy_post_count(parts->policy, edition); i++)
		if (strcmp(policy_post_at(parts->policy, edition, i)->name, value) == 0)
			return true;
	return false;
}

static struct result known_or(struct result found, bool *known, const struct why *own, struct why *why)
{
	*known = found.code == OK;
	if (found.code == OK || found.code == E_ABSENT)
		return ok();
	return fail(why, found.code, own->place, "%s", own->text);
}

struct result choice_known(struct request *rq, const struct field *field, const char *value, bool *known,
                           struct why *why)
{
	struct why own = {0};
	struct person person;
	struct section section;
	struct register_row row = {.kind = ""};
	struct web_parts *parts = parts_of(rq);
	switch (type_of(&field->fact)) {
	case FACT_YESNO:
		*known = strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
		return ok();
	case FACT_WORD: case FACT_LEVEL:
		*known = is_word(&field->fact, value);
		return ok();
	case FACT_POST:
		*known = is_post(rq, value);
		return ok();
	case FACT_PERSON:
		return known_or(office_person(parts->office, value, rq->arena, &person, &own), known, &own, why);
	case FACT_SECTION:
		return known_or(office_section(parts->office, value, rq->arena, &section, &own), known, &own, why);
	case FACT_ROW:
		TRY(known_or(register_get(parts->registers, value, rq->arena, &row, &own), known, &own, why));
		*known = *known && strcmp(row.kind, field->fact.kind) == 0;
		return ok();
	case FACT_NONE: case FACT_DATE: case FACT_TEXT: case FACT_DURATION: case FACT_SIZE: case FACT_NUMBER:
	case FACT_SET:
	default:
		*known = false;
		return ok();
	}
}
