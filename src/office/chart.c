/* An office chart as three kinds of lines: for set-up, and for the demo city. */
#include "office/internal.h"

enum { CELLS = 6, CHART_BYTES = 4 << 20 };

struct line {
	struct slice cells[CELLS];
	size_t count;
	size_t number;
};
struct chart {
	struct office *office;
	const char *by;
	struct arena *arena;
	struct chart_person *people;
	size_t count, room;
	struct why *why;
};

static bool take_cells(struct slice text, struct line *line)
{
	line->count = 0;
	for (;;) {
		size_t tab = slice_find(text, SLICE("\t"));
		if (line->count == CELLS)
			return false;
		line->cells[line->count++] = slice_part(text, 0, tab);
		if (tab == SIZE_MAX)
			return true;
		text = slice_part(text, tab + 1, text.len);
	}
}

static const char *cell(struct chart *chart, const struct line *line, size_t index)
{
	return arena_string(chart->arena, line->cells[index]);
}

static struct result load_section(struct chart *chart, const struct line *line)
{
	struct section section = {
		.id = cell(chart, line, 1), .name = cell(chart, line, 2), .parent = cell(chart, line, 3),
	};
	if (!section.id || !section.name || !section.parent)
		return office_no_memory(chart->why);
	return office_add_section(chart->office, chart->by, &section, chart->why);
}

static struct result load_person(struct chart *chart, const struct line *line)
{
	char id[27], password[24];
	struct person person = {
		.login = cell(chart, line, 1), .name = cell(chart, line, 2), .section = cell(chart, line, 3),
	};
	if (!person.login || !person.name || !person.section)
		return office_no_memory(chart->why);
	TRY(office_random_password(chart->office, password, chart->why));
	TRY(office_add_person(chart->office, chart->by, &person, slice_str(password), id, chart->why));
	chart->people = office_grow(chart->arena, chart->people, chart->count, &chart->room, sizeof *chart->people);
	if (!chart->people)
		return office_no_memory(chart->why);
	struct chart_person *out = &chart->people[chart->count++];
	*out = (struct chart_person){
		.id = arena_string(chart->arena, slice_str(id)), .login = person.login, .name = person.name,
		.password = arena_string(chart->arena, slice_str(password)),
	};
	office_wipe(slice_of(password, sizeof password));
	return out->id && out->password ? ok() : office_no_memory(chart->why);
}

static struct result load_post(struct chart *chart, const struct line *line)
{
	char person[27];
	struct holding holding = {
		.post = cell(chart, line, 1), .scope = cell(chart, line, 2), .person = person, .to = DAY_OPEN,
	};
	if (!holding.post || !holding.scope)
		return office_no_memory(chart->why);
	if (*holding.scope)
		TRY(office_section_must_exist(chart->office, holding.scope, "scope", chart->why));
	TRY(office_find_login(chart->office, line->cells[3], person, chart->why));
	TRY(day_parse(line->cells[4], &holding.from, chart->why));
	if (line->cells[5].len)
		TRY(day_parse(line->cells[5], &holding.to, chart->why));
	return office_hold_post(chart->office, chart->by, &holding, chart->why);
}

static struct result day_cell(struct chart *chart, struct slice text, day_t none, day_t *out)
{
	*out = none;
	return text.len ? day_parse(text, out, chart->why) : ok();
}

static struct result load_fact(struct chart *chart, const struct line *line)
{
	char person[27];
	struct office_fact fact = {.kind = cell(chart, line, 1), .id = cell(chart, line, 2),
	                           .path = cell(chart, line, 3), .value = cell(chart, line, 4)};
	if (!fact.kind || !fact.id || !fact.path || !fact.value)
		return office_no_memory(chart->why);
	if (strcmp(fact.kind, "person") == 0) {
		TRY(office_find_login(chart->office, line->cells[2], person, chart->why));
		fact.id = person;
	}
	TRY(day_parse(line->cells[5], &fact.from, chart->why));
	return office_set_fact(chart->office, chart->by, &fact, chart->why);
}

static struct result load_absence(struct chart *chart, const struct line *line)
{
	char person[27], id[27];
	struct absence absence = {.person = person,
	                          .kind = slice_is(line->cells[2], "prevented") ? ABSENCE_PREVENTED
	                                  : slice_is(line->cells[2], "away")    ? ABSENCE_AWAY
	                                                                        : (enum absence_kind)0};
	TRY(office_find_login(chart->office, line->cells[1], person, chart->why));
	TRY(day_parse(line->cells[4], &absence.from, chart->why));
	TRY(day_cell(chart, line->cells[5], DAY_OPEN, &absence.to));
	return office_add_absence(chart->office, chart->by, &absence, line->cells[3], id, chart->why);
}

/* "manager@tax", or "ciso" for a post that exists once */
static struct result post_cell(struct chart *chart, struct slice text, const char **post,
                               const char **scope)
{
	size_t at = slice_find(text, SLICE("@"));
	*post = arena_string(chart->arena, slice_part(text, 0, at));
	*scope = at == SIZE_MAX ? "" : arena_string(chart->arena, slice_part(text, at + 1, text.len));
	return *post && *scope ? ok() : office_no_memory(chart->why);
}

static struct result load_delegation(struct chart *chart, const struct line *line)
{
	char id[27];
	struct delegation d = {.matter = cell(chart, line, 3)};
	if (!d.matter)
		return office_no_memory(chart->why);
	TRY(post_cell(chart, line->cells[1], &d.post, &d.scope));
	TRY(post_cell(chart, line->cells[2], &d.to_post, &d.to_scope));
	TRY(day_parse(line->cells[4], &d.from, chart->why));
	TRY(day_cell(chart, line->cells[5], DAY_OPEN, &d.to));
	return office_delegate(chart->office, chart->by, &d, id, chart->why);
}

static const struct sort {
	const char *word;
	size_t cells;
	struct result (*load)(struct chart *chart, const struct line *line);
} sorts[] = {
	{"section", 4, load_section},
	{"person", 4, load_person},
	{"post", 6, load_post},
	{"fact", 6, load_fact},
	{"away", 6, load_absence},
	{"delegate", 6, load_delegation},
};

static struct result load_line(struct chart *chart, struct slice text, size_t number)
{
	struct line line = {.number = number};
	bool whole = take_cells(text, &line);
	for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
		if (!slice_is(line.cells[0], sorts[i].word))
			continue;
		if (!whole || line.count != sorts[i].cells)
			return fail(chart->why, E_INPUT, "", "「%s」の行は、タブで区切って%zu列書いてください。",
			            sorts[i].word, sorts[i].cells);
		return sorts[i].load(chart, &line);
	}
	return fail(chart->why, E_INPUT, "", "行の初めは section、person、post、fact、away、delegate のどれかにしてください。");
}

/* the failure of a line, with the line's number before the field's name */
static struct result at_line(struct why *why, size_t number, const struct why *inner)
{
	char place[sizeof inner->place + 32];
	snprintf(place, sizeof place, "line %zu%s%s", number, *inner->place ? " " : "", inner->place);
	return fail(why, inner->code, place, "%s", inner->text);
}

static struct result load_lines(struct chart *chart, struct slice tsv, struct why *why)
{
	for (size_t number = 1; tsv.len; number++) {
		struct why inner = {0};
		size_t end = slice_find(tsv, SLICE("\n"));
		struct slice text = slice_part(tsv, 0, end);
		tsv = end == SIZE_MAX ? SLICE("") : slice_part(tsv, end + 1, tsv.len);
		if (slice_ends(text, SLICE("\r")))
			text.len--;
		if (!text.len || text.at[0] == '#')
			continue;
		chart->why = &inner;
		if (load_line(chart, text, number).code != OK)
			return at_line(why, number, &inner);
	}
	return ok();
}

struct result office_load_chart(struct office *office, const char *by, struct slice tsv,
                                struct arena *arena, struct chart_person **out, size_t *count,
                                struct why *why)
{
	struct chart chart = {.office = office, .by = by, .arena = arena};
	if (tsv.len > CHART_BYTES)
		return fail(why, E_LIMIT, "", "組織の表が大きすぎます。4 MiB以内にしてください。");
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(load_lines(&chart, tsv, why));
	TRY(tx_commit(&tx, why));
	*out = chart.people;
	*count = chart.count;
	return ok();
}
