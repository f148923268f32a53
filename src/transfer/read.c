/* Reading a personnel file: columns by their names, every row against the office. */
#include "transfer/internal.h"

#include "base/delimited.h"

#include <stdarg.h>
#include <stdio.h>

enum column { KIND, LOGIN, NAME, SECTION, SECTION_NAME, PARENT, SUCCESSOR, POSTS, ROLE, UNIT, DAY, COLUMNS };
static const char *const titles[COLUMNS] = {
	"種別", "職員番号", "氏名", "所属", "課名", "上位", "引継先", "職", "身分", "機関", "発令日"};

static const char *const kinds[TRANSFER_KINDS] = {
	"", "異動", "兼務", "兼務解除", "採用", "退職", "新設", "改称", "廃止"};

const char *transfer_kind_japanese(enum transfer_kind kind)
{
	return kind < TRANSFER_KINDS ? kinds[kind] : "";
}

/* which columns a kind of row must have, by bits */
#define HAS(column) (1u << (column))
static const unsigned needed[TRANSFER_KINDS] = {
	[TRANSFER_MOVE] = HAS(LOGIN) | HAS(SECTION),
	[TRANSFER_ADD_POST] = HAS(LOGIN) | HAS(POSTS),
	[TRANSFER_END_POST] = HAS(LOGIN) | HAS(POSTS),
	[TRANSFER_HIRE] = HAS(LOGIN) | HAS(NAME) | HAS(SECTION),
	[TRANSFER_LEAVE] = HAS(LOGIN),
	[TRANSFER_OPEN] = HAS(SECTION) | HAS(SECTION_NAME),
	[TRANSFER_RENAME] = HAS(SECTION) | HAS(SECTION_NAME),
	[TRANSFER_CLOSE] = HAS(SECTION),
};

struct reader {
	struct transfers *t;
	struct arena *arena;
	struct transfer_plan *plan;
	struct section *sections; /* those of today and those that the file opens */
	size_t section_count, section_room;
	const struct policy_edition *edition;
	const struct policy_fact *facts; /* of kind person */
	size_t fact_count;
	int place[COLUMNS]; /* which cell; -1 not in the file */
	struct slice cells[DELIMITED_CELLS];
	size_t cell_count;
	size_t fault_room, row_room;
	struct why *why;
};

static void *grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return items;
	size_t wider = *room ? *room * 2 : 64;
	void *more = arena_array(arena, wider, size);
	if (more && count)
		memcpy(more, items, count * size);
	*room = more ? wider : *room;
	return more;
}

static struct result fault(struct reader *r, size_t line, enum column column, const char *format, ...)
	PRINTF_LIKE(4, 5) MUST;
static struct result fault(struct reader *r, size_t line, enum column column, const char *format, ...)
{
	struct transfer_plan *plan = r->plan;
	char text[512];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	plan->faults = grow(r->arena, plan->faults, plan->fault_count, &r->fault_room, sizeof *plan->faults);
	const char *copy = arena_string(r->arena, slice_str(text));
	if (!plan->faults || !copy)
		return transfer_no_memory(r->why);
	plan->faults[plan->fault_count++] =
		(struct transfer_fault){line, column < COLUMNS ? titles[column] : "", copy};
	return ok();
}

static struct slice cell(const struct reader *r, enum column column)
{
	int at = r->place[column];
	return at >= 0 && (size_t)at < r->cell_count ? r->cells[at] : SLICE("");
}

static const char *copy_cell(struct reader *r, enum column column)
{
	return arena_string(r->arena, cell(r, column));
}

/* ---- columns ------------------------------------------------------------- */

static struct result read_titles(struct reader *r, struct delimited *table)
{
	TRY(delimited_row(table, r->arena, r->cells, &r->cell_count, r->why));
	for (int c = 0; c < COLUMNS; c++) {
		r->place[c] = -1;
		for (size_t i = 0; i < r->cell_count; i++)
			if (slice_is(r->cells[i], titles[c]))
				r->place[c] = (int)i;
	}
	if (r->place[KIND] < 0)
		return fail(r->why, E_INPUT, "line 1",
		            "1行目に列の名前がありません。「種別」「職員番号」「所属」「職」などの名前を書いてください。");
	return ok();
}

static enum transfer_kind kind_of(struct slice word)
{
	for (int k = 1; k < TRANSFER_KINDS; k++)
		if (slice_is(word, kinds[k]))
			return (enum transfer_kind)k;
	return TRANSFER_NONE;
}

/* ---- sections ------------------------------------------------------------ */

static const struct section *find_section(const struct reader *r, struct slice name)
{
	const struct section *found = NULL;
	for (size_t i = 0; i < r->section_count; i++) {
		if (slice_is(name, r->sections[i].id))
			return &r->sections[i];
		if (slice_is(name, r->sections[i].name))
			found = &r->sections[i];
	}
	return found;
}

static struct result want_section(struct reader *r, size_t line, enum column column, const char **out)
{
	struct slice word = cell(r, column);
	*out = "";
	if (!word.len)
		return ok();
	const struct section *section = find_section(r, word);
	if (!section)
		return fault(r, line, column, "「%.*s」という課はありません。課の記号か、いまの課の名前を書いてください。",
		             SLICE_ARG(slice_part(word, 0, 120)));
	*out = section->id;
	return ok();
}

/* sections that the file opens can be named by any of its rows */
static struct result note_opened(struct reader *r)
{
	if (kind_of(cell(r, KIND)) != TRANSFER_OPEN || !cell(r, SECTION).len || find_section(r, cell(r, SECTION)))
		return ok();
	r->sections = grow(r->arena, r->sections, r->section_count, &r->section_room, sizeof *r->sections);
	if (!r->sections)
		return transfer_no_memory(r->why);
	struct section *opened = &r->sections[r->section_count++];
	*opened = (struct section){.id = copy_cell(r, SECTION), .name = copy_cell(r, SECTION_NAME),
	                           .parent = "", .to = -1, .successor = ""};
	return opened->id && opened->name ? ok() : transfer_no_memory(r->why);
}

static bool is_new(const struct reader *r, const char *id)
{
	for (size_t i = 0; i < r->section_count; i++)
		if (strcmp(r->sections[i].id, id) == 0)
			return r->sections[i].to == -1;
	return false;
}

static struct result own_sections(struct reader *r)
{
	struct section *now = NULL;
	size_t count = 0;
	TRY(office_sections(r->t->at.office, r->arena, &now, &count, r->why));
	r->sections = ARENA_ARRAY(r->arena, count + 64, struct section);
	if (!r->sections)
		return transfer_no_memory(r->why);
	r->section_room = count + 64;
	r->section_count = count;
	if (count)
		memcpy(r->sections, now, count * sizeof *now);
	return ok();
}

/* ---- posts --------------------------------------------------------------- */

static const struct policy_post *find_post(const struct reader *r, struct slice word)
{
	for (size_t i = 0; r->edition && i < policy_post_count(r->t->at.policy, r->edition); i++) {
		const struct policy_post *post = policy_post_at(r->t->at.policy, r->edition, i);
		if (slice_is(word, post->name) || slice_is(word, post->title))
			return post;
	}
	return NULL;
}

static struct result take_post(struct reader *r, struct transfer_row *row, struct slice word)
{
	size_t at = slice_find(word, SLICE("@"));
	struct slice name = slice_part(word, 0, at);
	const struct policy_post *post = find_post(r, name);
	if (!post)
		return fault(r, row->line, POSTS, "「%.*s」という職は、その日のポリシーにありません。",
		             SLICE_ARG(slice_part(name, 0, 120)));
	const char *scope = post->per[0] ? row->section : "";
	if (at != SIZE_MAX) {
		const struct section *other = find_section(r, slice_part(word, at + 1, word.len));
		if (!other)
			return fault(r, row->line, POSTS, "「%.*s」の「@」のあとの課がありません。", SLICE_ARG(slice_part(word, 0, 120)));
		scope = other->id;
	}
	if (post->per[0] && !scope[0])
		return fault(r, row->line, POSTS, "「%s」は課ごとの職です。「所属」か「@」で課を書いてください。", post->title);
	if (row->post_count == TRANSFER_POSTS)
		return fault(r, row->line, POSTS, "職が多すぎます。%d件までにして、行を分けてください。", TRANSFER_POSTS);
	row->posts[row->post_count++] = (struct transfer_post){post->name, post->per[0] ? scope : ""};
	return ok();
}

static struct result take_posts(struct reader *r, struct transfer_row *row)
{
	static const char comma[] = "、";
	struct slice rest = cell(r, POSTS);
	while (rest.len) {
		size_t semicolon = slice_find(rest, SLICE(";")), japanese = slice_find(rest, slice_str(comma));
		size_t end = semicolon < japanese ? semicolon : japanese;
		size_t skip = end == semicolon ? 1 : sizeof comma - 1;
		struct slice word = slice_part(rest, 0, end);
		while (word.len && word.at[0] == ' ')
			word = slice_part(word, 1, word.len);
		if (word.len)
			TRY(take_post(r, row, word));
		rest = end == SIZE_MAX ? SLICE("") : slice_part(rest, end + skip, rest.len);
	}
	return ok();
}

/* ---- people -------------------------------------------------------------- */

/* the word of the vocabulary for what was written: the word itself or its label */
static struct result take_word(struct reader *r, struct transfer_row *row, enum column column,
                               const char *path, const char **out)
{
	struct slice said = cell(r, column);
	*out = "";
	for (size_t i = 0; said.len && i < r->fact_count; i++) {
		const struct policy_fact *fact = &r->facts[i];
		if (strcmp(fact->path, path) != 0)
			continue;
		for (size_t k = 0; k < fact->word_count; k++)
			if (slice_is(said, fact->words[k]) ||
			    slice_is(said, policy_label(r->t->at.policy, NULL, fact->words[k])))
				*out = fact->words[k];
	}
	if (said.len && !(*out)[0])
		return fault(r, row->line, column, "「%.*s」は、語彙にある言葉ではありません。", SLICE_ARG(slice_part(said, 0, 120)));
	return ok();
}

static struct result take_person(struct reader *r, struct transfer_row *row)
{
	struct person person;
	struct why own = {0};
	bool hire = row->kind == TRANSFER_HIRE;
	struct result found = office_find_login(r->t->at.office, slice_str(row->login), row->person, &own);
	if (found.code != OK && found.code != E_ABSENT)
		return fail(r->why, own.code, own.place, "%s", own.text);
	if (found.code == E_ABSENT) {
		row->person[0] = 0;
		return hire ? ok() : fault(r, row->line, LOGIN, "職員番号「%s」は登録されていません。", row->login);
	}
	if (hire)
		return fault(r, row->line, LOGIN, "職員番号「%s」は、もう使われています。", row->login);
	TRY(office_person(r->t->at.office, row->person, r->arena, &person, r->why));
	if (row->name[0] && strcmp(row->name, person.name) != 0)
		return fault(r, row->line, NAME, "職員番号「%s」の登録上の氏名と違います。番号か氏名を確かめてください。", row->login);
	if (!person.active && row->kind != TRANSFER_END_POST)
		return fault(r, row->line, LOGIN, "職員番号「%s」は利用を停止しています。先に再開してください。", row->login);
	return ok();
}

/* ---- rows ---------------------------------------------------------------- */

static struct result check_needed(struct reader *r, const struct transfer_row *row)
{
	for (int c = 0; c < COLUMNS; c++)
		if ((needed[row->kind] & HAS(c)) && !cell(r, (enum column)c).len)
			TRY(fault(r, row->line, (enum column)c, "「%s」の行には「%s」を書いてください。", kinds[row->kind], titles[c]));
	return ok();
}

static struct result check_day(struct reader *r, size_t line)
{
	day_t day = 0;
	struct slice said = cell(r, DAY);
	if (!said.len)
		return ok();
	if (day_parse(said, &day, NULL).code != OK)
		return fault(r, line, DAY, "「%.*s」は日として読めません。", SLICE_ARG(slice_part(said, 0, 60)));
	if (r->plan->day == DAY_OPEN)
		r->plan->day = day;
	return day == r->plan->day ? ok() : fault(r, line, DAY, "ほかの行と違う日です。発令の日ごとにファイルを分けてください。");
}

static struct result take_section_row(struct reader *r, struct transfer_row *row)
{
	bool known = row->section[0] && !is_new(r, row->section);
	if (row->kind == TRANSFER_OPEN && known)
		return fault(r, row->line, SECTION, "「%s」という課はもうあります。", row->section);
	if (row->kind != TRANSFER_OPEN && row->section[0] && !known)
		return fault(r, row->line, SECTION, "同じファイルで新設する課は、改称も廃止もできません。");
	return ok();
}

static struct result fill_row(struct reader *r, struct transfer_row *row)
{
	row->login = copy_cell(r, LOGIN);
	row->name = copy_cell(r, NAME);
	row->section_name = copy_cell(r, SECTION_NAME);
	if (!row->login || !row->name || !row->section_name)
		return transfer_no_memory(r->why);
	TRY(check_needed(r, row));
	TRY(want_section(r, row->line, SECTION, &row->section));
	TRY(want_section(r, row->line, PARENT, &row->parent));
	TRY(want_section(r, row->line, SUCCESSOR, &row->successor));
	if (row->kind >= TRANSFER_OPEN)
		return take_section_row(r, row);
	TRY(take_word(r, row, ROLE, "role", &row->role));
	TRY(take_word(r, row, UNIT, "unit", &row->unit));
	TRY(take_posts(r, row));
	return row->login[0] ? take_person(r, row) : ok();
}

static struct result take_row(struct reader *r, size_t line)
{
	struct transfer_plan *plan = r->plan;
	enum transfer_kind kind = kind_of(cell(r, KIND));
	if (plan->row_count == TRANSFER_ROWS)
		return fail(r->why, E_LIMIT, "", "行が多すぎます。%d行までにしてください。", TRANSFER_ROWS);
	if (kind == TRANSFER_NONE)
		return fault(r, line, KIND, "「%.*s」という種別はありません。異動、兼務、兼務解除、採用、退職、新設、改称、廃止の"
		             "どれかを書いてください。", SLICE_ARG(slice_part(cell(r, KIND), 0, 60)));
	plan->rows = grow(r->arena, plan->rows, plan->row_count, &r->row_room, sizeof *plan->rows);
	if (!plan->rows)
		return transfer_no_memory(r->why);
	struct transfer_row *row = &plan->rows[plan->row_count++];
	*row = (struct transfer_row){.line = line, .kind = kind, .role = "", .unit = ""};
	plan->counts[kind]++;
	TRY(check_day(r, line));
	return fill_row(r, row);
}

/* ---- the rows together --------------------------------------------------- */

/* of moves, hires and leavers a person has one row, else it cannot be told what holds */
static bool once_only(enum transfer_kind kind)
{
	return kind == TRANSFER_MOVE || kind == TRANSFER_HIRE || kind == TRANSFER_LEAVE;
}

static int by_login(const void *a, const void *b)
{
	const struct transfer_row *const *x = a, *const *y = b;
	int order = strcmp((*x)->login, (*y)->login);
	return order ? order : (*x)->line < (*y)->line ? -1 : 1;
}

static struct result check_doubles(struct reader *r, const struct transfer_row **sorted, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (sorted[i]->login[0] && strcmp(sorted[i]->login, sorted[i - 1]->login) == 0)
			TRY(fault(r, sorted[i]->line, LOGIN, "職員番号「%s」の行が%zu行目にもあります。一つにまとめてください。",
			          sorted[i]->login, sorted[i - 1]->line));
	return ok();
}

static bool leaves(const struct transfer_row **sorted, size_t count, const char *person, const char *section)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(sorted[i]->person, person) == 0)
			return sorted[i]->kind == TRANSFER_LEAVE || strcmp(sorted[i]->section, section) != 0;
	return false;
}

static struct result check_closing(struct reader *r, const struct transfer_row *row,
                                   const struct transfer_row **sorted, size_t count)
{
	const char **members = NULL;
	size_t member_count = 0, left = 0;
	TRY(office_members(r->t->at.office, row->section, r->arena, &members, &member_count, r->why));
	for (size_t i = 0; i < member_count; i++)
		left += !leaves(sorted, count, members[i], row->section);
	for (size_t i = 0; i < count; i++)
		if (sorted[i]->kind != TRANSFER_LEAVE && strcmp(sorted[i]->section, row->section) == 0)
			TRY(fault(r, sorted[i]->line, SECTION, "%zu行目で廃止する課です。引継先の課を書いてください。", row->line));
	if (left)
		return fault(r, row->line, SECTION, "廃止する課に%zu人残ります。その人たちの異動の行を加えてください。", left);
	return ok();
}

static struct result check_together(struct reader *r)
{
	struct transfer_plan *plan = r->plan;
	size_t count = 0;
	const struct transfer_row **sorted = ARENA_ARRAY(r->arena, plan->row_count + 1, const struct transfer_row *);
	if (!sorted)
		return transfer_no_memory(r->why);
	for (size_t i = 0; i < plan->row_count; i++)
		if (once_only(plan->rows[i].kind))
			sorted[count++] = &plan->rows[i];
	qsort(sorted, count, sizeof *sorted, by_login);
	TRY(check_doubles(r, sorted, count));
	for (size_t i = 0; i < plan->row_count; i++)
		if (plan->rows[i].kind == TRANSFER_CLOSE && plan->rows[i].section[0])
			TRY(check_closing(r, &plan->rows[i], sorted, count));
	return ok();
}

/* ---- the whole ----------------------------------------------------------- */

static struct result read_rows(struct reader *r, struct slice text, struct result (*take)(struct reader *, size_t))
{
	struct delimited table;
	delimited_begin(&table, text);
	TRY(read_titles(r, &table));
	for (;;) {
		TRY(delimited_row(&table, r->arena, r->cells, &r->cell_count, r->why));
		if (r->cell_count == 0)
			return ok();
		TRY(take(r, table.line));
	}
}

/* The first reading: the day, and the sections that it opens. */
static struct result look_ahead(struct reader *r, size_t line)
{
	day_t day = 0;
	(void)line;
	if (r->plan->day == DAY_OPEN && cell(r, DAY).len && day_parse(cell(r, DAY), &day, NULL).code == OK)
		r->plan->day = day;
	return note_opened(r);
}

struct result transfer_read(struct transfers *t, struct slice file, day_t day, struct arena *arena,
                            struct transfer_plan *out, struct why *why)
{
	struct reader r = {.t = t, .arena = arena, .plan = out, .why = why};
	struct slice text;
	*out = (struct transfer_plan){.day = day};
	if (file.len > TRANSFER_BYTES)
		return fail(why, E_LIMIT, "", "ファイルが大きすぎます。%d MiBまでにしてください。", TRANSFER_BYTES >> 20);
	TRY(delimited_decode(file, arena, &text, why));
	TRY(own_sections(&r));
	TRY(policy_kind_facts(t->at.policy, "person", arena, &r.facts, &r.fact_count, why));
	TRY(read_rows(&r, text, look_ahead));
	if (out->day == DAY_OPEN)
		return fail(why, E_INPUT, titles[DAY], "発令の日がわかりません。「発令日」の列を書くか、日を指定してください。");
	r.edition = policy_edition_on(t->at.policy, t->at.policy_name, out->day);
	if (!r.edition)
		return fail(why, E_INPUT, titles[DAY], "その日に施行されているポリシーがありません。");
	TRY(read_rows(&r, text, take_row));
	if (out->row_count == 0 && out->fault_count == 0)
		return fail(why, E_INPUT, "line 2", "異動の行が一つもありません。");
	return check_together(&r);
}
