/* sekisho form: what the office puts on paper */
#include "cli/cli.h"

#include "base/file.h"
#include "base/number.h"
#include "forms/forms.h"
#include "house/house.h"
#include "proceeding/case.h"
#include "review/review.h"

#include <stdio.h>
#include <string.h>

enum { ROOM = 64 << 20, FILE_MOST = 512 << 20, NUMBERS = 1000 };

struct printing {
	struct house house;
	struct arena *arena;
	struct paper_font *font;
	struct forms forms;
	struct buffer out;
	const char *dir, *year, *of; /* of: what stands between the form's name and the file */
	bool sheet;
};

static void printing_done(struct printing *p)
{
	buffer_done(&p->out);
	paper_font_drop(&p->font);
	house_close(&p->house);
	arena_drop(&p->arena);
}

static struct result printing_open(struct printing *p, struct why *why)
{
	struct house *h = &p->house;
	struct why none = {0};
	TRY(house_open(p->dir, h, why));
	if (!p->sheet && paper_font_open(&p->font, &none).code != OK)
		return fail(why, none.code, none.place, "%s", none.text);
	p->forms = (struct forms){.proof = h->proof, .title = h->settings.title, .font = p->font,
		.desk = {.store = h->store, .ledger = h->ledger, .vault = h->vault, .policy = h->policy,
	                 .policy_name = h->settings.policy, .office = h->office, .registers = h->registers,
	                 .proceedings = h->proceedings, .random = &h->random, .clock = &h->clock, .body = h->settings.body}};
	return ok();
}

static struct result keep_bytes(void *context, struct slice bytes, struct why *why)
{
	buffer_put_slice(context, bytes);
	return buffer_ok(context) ? ok() : fail(why, E_LIMIT, "file", "大きすぎます。");
}

static struct result year_of(struct printing *p, bool all, int *out, struct why *why)
{
	uint64_t year = all ? 0 : (uint64_t)fiscal_year(day_of_ms(clock_now_ms(&p->house.clock)));
	if (p->year && (!number_parse_u64(slice_str(p->year), &year) || year > 2200))
		return fail(why, E_INPUT, "--year", "年度は西暦の数字で書いてください（例 2026）。");
	*out = (int)year;
	return ok();
}

/* ---- what people call it ------------------------------------------------------- */

/* An application by its id or its number, the newest 1,000 being looked through. */
static struct result application_named(struct printing *p, const char **id, struct why *why)
{
	struct application *list;
	size_t count;
	const struct application_query query = {.limit = NUMBERS};
	*id = p->of;
	if (strlen(p->of) == 26)
		return ok();
	TRY(application_list(p->house.proceedings, &query, p->arena, &list, &count, why));
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].number, p->of) == 0) {
			*id = list[i].id;
			return ok();
		}
	return fail(why, E_ABSENT, p->of, "その番号の申請は、新しい%d件の中にありません。申請の記号（26文字）で指定してください。", NUMBERS);
}

/* A case by its id, or KIND:NUMBER. */
static struct result case_named(struct printing *p, const char **id, struct why *why)
{
	const char *colon = strchr(p->of, ':');
	uint64_t serial = 0;
	int found = 0;
	char row[27];
	*id = p->of;
	if (!colon)
		return ok();
	const char *kind = arena_string(p->arena, slice_of(p->of, (size_t)(colon - p->of)));
	if (!kind || !number_parse_u64(slice_str(colon + 1), &serial) || !serial || serial > 100000000)
		return fail(why, E_INPUT, p->of, "「incident:3」のように、種類と番号で書いてください。");
	TRY(register_find(p->house.registers, kind, (int64_t)serial, "", "", row, &found, why));
	*id = found ? arena_string(p->arena, slice_str(row)) : NULL;
	return *id ? ok() : fail(why, E_ABSENT, p->of, "その番号の手続はありません。");
}

/* A record by its id, or REGISTRY:R8-0001. */
static struct result record_named(struct printing *p, const char **id, struct why *why)
{
	const char *colon = strchr(p->of, ':');
	struct book_query query = {.limit = BOOK_PAGE};
	char last[27] = "";
	*id = p->of;
	if (!colon)
		return ok();
	query.registry = arena_string(p->arena, slice_of(p->of, (size_t)(colon - p->of)));
	query.before_id = last;
	for (bool more = true; more;) {
		struct book_entry *entries;
		size_t count;
		TRY(book_list(p->house.registers, &query, p->arena, &entries, &count, &more, why));
		for (size_t i = 0; i < count; i++) {
			if (strcmp(entries[i].number, colon + 1) == 0) {
				*id = entries[i].id;
				return ok();
			}
			query.before_ms = entries[i].opened_ms;
			memcpy(last, entries[i].id, sizeof last);
		}
	}
	return fail(why, E_ABSENT, p->of, "その番号の記録はありません。「media_disposals:R8-0001」のように、記録簿と番号で書いてください。");
}

/* ---- the forms -------------------------------------------------------------------- */

static struct result print_application(struct printing *p, struct why *why)
{
	const char *id;
	TRY(application_named(p, &id, why));
	return forms_application(&p->forms, id, &p->out, why);
}

static struct result print_permit(struct printing *p, struct why *why)
{
	const char *id;
	TRY(application_named(p, &id, why));
	return forms_permit(&p->forms, id, &p->out, why);
}

static struct result print_case(struct printing *p, struct why *why)
{
	const char *id;
	TRY(case_named(p, &id, why));
	return forms_case(&p->forms, id, &p->out, why);
}

static struct result print_items(struct printing *p, struct why *why)
{
	const char *id;
	TRY(case_named(p, &id, why));
	return forms_items(&p->forms, id, "", &p->out, why);
}

static struct result print_record(struct printing *p, struct why *why)
{
	const char *id;
	TRY(record_named(p, &id, why));
	return forms_record(&p->forms, id, &p->out, why);
}

static struct result print_book(struct printing *p, struct why *why)
{
	AUTO(forms_book_drop) struct forms_book *book = NULL;
	int year;
	TRY(year_of(p, true, &year, why));
	TRY(forms_book(&p->forms, p->of, year, &p->out, &book, why));
	for (bool done = false; !done;)
		TRY(forms_book_step(book, &p->out, &done, why));
	return ok();
}

static struct result print_network(struct printing *p, struct why *why)
{
	return forms_network(&p->forms, &p->out, why);
}

static struct result print_proof(struct printing *p, struct why *why)
{
	const struct sheet_sink sink = {keep_bytes, &p->out};
	return p->sheet ? forms_proof_sheet(&p->forms, SHEET_XLSX, &sink, why) : forms_proof(&p->forms, &p->out, why);
}

static struct result print_year(struct printing *p, struct why *why)
{
	const struct sheet_sink sink = {keep_bytes, &p->out};
	int year;
	TRY(year_of(p, false, &year, why));
	return p->sheet ? forms_year_sheet(&p->forms, p->of, year, SHEET_XLSX, &sink, why)
	                : forms_year(&p->forms, p->of, year, &p->out, why);
}

/* A self-inspection by its id or its number. */
static struct result print_review(struct printing *p, struct why *why)
{
	struct review_campaign *all;
	size_t count;
	const struct sheet_sink sink = {keep_bytes, &p->out};
	const char *id = p->of;
	uint64_t serial;
	TRY(review_list(&p->forms.desk, p->arena, &all, &count, why));
	for (size_t i = 0; number_parse_u64(slice_str(p->of), &serial) && i < count; i++)
		if ((uint64_t)all[i].serial == serial)
			id = all[i].id;
	return p->sheet ? forms_review_book(&p->forms, p->house.duties, id, &sink, why)
	                : forms_review(&p->forms, p->house.duties, id, &p->out, why);
}

static struct result print_audits(struct printing *p, struct why *why)
{
	const struct sheet_sink sink = {keep_bytes, &p->out};
	int year;
	TRY(year_of(p, false, &year, why));
	return p->sheet ? forms_audits_sheet(&p->forms, year, SHEET_XLSX, &sink, why)
	                : forms_audits(&p->forms, p->house.duties, year, &p->out, why);
}

static const struct {
	const char *name;
	bool of, sheet; /* wants to be told of what; is a sheet too */
	struct result (*print)(struct printing *p, struct why *why);
} printers[] = {
	{"application", true, false, print_application}, {"permit", true, false, print_permit}, {"case", true, false, print_case},
	{"items", true, false, print_items}, {"record", true, false, print_record}, {"book", true, false, print_book},
	{"network", false, false, print_network}, {"proof", false, true, print_proof}, {"report", true, true, print_year},
	{"review", true, true, print_review}, {"audits", false, true, print_audits},
};
enum { PRINTERS = sizeof printers / sizeof *printers };

static int run_form(int argc, char **argv)
{
	AUTO(printing_done) struct printing p = {.arena = arena_new(ROOM)};
	struct why why = {0};
	const struct option_row rows[] = {{"-C", &p.dir, NULL}, {"--year", &p.year, NULL}};
	size_t k = 0;
	buffer_init(&p.out, FILE_MOST);
	argc = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	while (argc > 0 && k < PRINTERS && strcmp(printers[k].name, argv[0]) != 0)
		k++;
	if (argc < 2 || k == PRINTERS || argc != 2 + printers[k].of || !p.dir || !p.arena)
		return cli_usage(&cli_form_verbs[0]);
	const char *file = argv[argc - 1];
	p.of = printers[k].of ? argv[1] : "";
	p.sheet = slice_ends(slice_str(file), SLICE(".xlsx"));
	if ((p.sheet && !printers[k].sheet) || (!p.sheet && !slice_ends(slice_str(file), SLICE(".pdf"))))
		return cli_usage(&cli_form_verbs[0]);
	struct result done = printing_open(&p, &why);
	if (done.code == OK)
		done = printers[k].print(&p, &why);
	if (done.code == OK)
		done = file_write(file, buffer_slice(&p.out), 0600, &why);
	if (done.code != OK)
		return cli_why("form", &why);
	printf("%s に書き出しました。\n", file);
	return CLI_DONE;
}

const struct verb cli_form_verbs[] = {
	{"form", "application|permit|case|items|record|book|network|proof|report|review|audits [何の] FILE.pdf|FILE.xlsx -C DIR [--year 年度]",
	 "申請書・許可証・報告書・記録簿・連絡網・条項ごとの状態・自己点検の結果・監査報告書を、A4のPDF（proof、report、review、audits は表でも）に書き出します", run_form},
	{NULL, NULL, NULL, NULL},
};
