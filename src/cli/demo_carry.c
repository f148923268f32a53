/* The story: what the demo's people send, and what must come of it. */
#include "cli/demo.h"

#include "base/file.h"

#include <stdio.h>
#include <time.h>

enum { PATIENCE_MS = 120000, LOOK_MS = 100 };

struct expected {
	enum demo_kind kind;
	enum crossing_state state;
	const char *refusal;  /* "" when it goes across */
	const char *removed;  /* a removal that must be told; NULL none wanted */
	const char *name;     /* under which it is collected */
};
static const struct expected inward[] = {
	{DEMO_DOCX, CROSSING_RELEASED, "", NULL, "見積書.docx"},
	{DEMO_MACRO, CROSSING_RELEASED, "", "vba", "様式第3号（固定資産税）.docx"},
	{DEMO_PDF, CROSSING_RELEASED, "", "javascript", "開催案内.pdf"},
	{DEMO_ZIP, CROSSING_RELEASED, "", "formula", "添付資料一式.zip"},
	{DEMO_CSV, CROSSING_RELEASED, "", "formula", "参加者名簿.csv"},
	{DEMO_DAMAGED, CROSSING_REFUSED, "damaged", NULL, NULL},
	{DEMO_DISGUISED, CROSSING_REFUSED, "", NULL, NULL},
	{DEMO_VIRUS, CROSSING_REFUSED, "malware", NULL, NULL},
};

struct demo_person *demo_person(struct demo *demo, const char *login)
{
	for (size_t i = 0; i < demo->people_count; i++)
		if (strcmp(demo->people[i].login, login) == 0)
			return &demo->people[i];
	return NULL;
}

static void rest(void)
{
	struct timespec t = {.tv_nsec = LOOK_MS * 1000000L};
	nanosleep(&t, NULL);
}

struct result demo_add(struct demo *demo, const char *person, enum crossing_direction direction,
                       enum demo_kind kind, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(8 << 20);
	struct demo_document document;
	struct vault_writer *writer = NULL;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(demo_document(kind, arena, &document, why));
	TRY(vault_begin(demo->house.vault, &writer, why));
	struct result done = vault_write(writer, document.bytes, why);
	if (done.code != OK) {
		vault_abandon(&writer);
		return done;
	}
	return crossing_draft_add(demo->house.crossings, person, direction, slice_str(document.name),
	                          &writer, why);
}

/* until every file has left `waiting`, or the patience is over */
static struct result wait_until(struct demo *demo, const char *id, enum crossing_state at_least,
                                struct arena *arena, struct crossing *out, struct why *why)
{
	for (int waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
		size_t moving = 0;
		arena_reset(arena);
		TRY(crossing_get(demo->house.crossings, id, arena, out, why));
		for (size_t i = 0; i < out->file_count; i++)
			moving += out->files[i].state == CROSSING_WAITING ||
			          (out->files[i].state == CROSSING_CHECKED && at_least == CROSSING_RELEASED);
		if (moving == 0)
			return ok();
		rest();
	}
	return ok();
}

static void print_file(const struct crossing_file *f)
{
	printf("  %s\n    %s\n", f->name, crossing_state_japanese(f->state));
	if (f->sentence[0])
		printf("    %s\n", f->sentence);
	if (f->reason[0] && f->state == CROSSING_REFUSED)
		printf("    （情報担当へ: %s: %s）\n", f->refusal, f->reason);
	if (f->note[0])
		printf("    %s\n", f->note);
	for (size_t i = 0; i < f->removal_count; i++)
		printf("    ・%s（%s）\n", f->removals[i].sentence, f->removals[i].where);
}

static bool told(const struct crossing_file *f, const char *what)
{
	for (size_t i = 0; i < f->removal_count; i++)
		if (strstr(f->removals[i].what, what))
			return true;
	return false;
}

static int judge(const struct crossing_file *f, const struct expected *want)
{
	bool right = f->state == want->state && (!want->refusal[0] || strcmp(f->refusal, want->refusal) == 0) &&
	             (!want->removed || told(f, want->removed)) &&
	             (!want->name || strcmp(f->clean_name, want->name) == 0);
	if (!right)
		printf("    ★ ポリシーの求めるとおりになっていません。\n");
	return !right;
}

/* ---- inward ------------------------------------------------------------- */

static struct result collect(struct demo *demo, const char *file, const char *person,
                             const char *zone, bool original, uint64_t *bytes, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(8 << 20);
	struct vault_reader *reader = NULL;
	struct vault_info info;
	struct slice part;
	const char *name = NULL;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(crossing_collect(demo->house.crossings, file, person, zone, original, &reader, &info, arena,
	                     &name, why));
	struct result done = ok();
	*bytes = 0;
	do {
		done = vault_read(reader, &part, why);
		*bytes += done.code == OK ? part.len : 0;
	} while (done.code == OK && part.len);
	vault_read_end(&reader);
	if (done.code == OK)
		printf("  受け取りました: %s（%llu バイト）\n", name, (unsigned long long)*bytes);
	return done;
}

/* What the sender says of the object: each class at that part of its scale (0 the lowest
 * level, 100 the highest), and no to whatever else the policy asks.          */
static struct result describe(struct demo *demo, struct crossing_request *request, size_t part,
                              struct arena *arena, const struct decision **preview, struct why *why)
{
	enum { ROUNDS = 3 }; /* an answer may raise a further question */
	struct crossing_question *asked = NULL;
	size_t count = 0;
	for (int round = 0; round < ROUNDS; round++) {
		TRY(crossing_preview(demo->house.crossings, request, arena, preview, why));
		TRY(crossing_questions(demo->house.crossings, request, *preview, arena, &asked, &count, why));
		for (size_t i = 0; i < count; i++) {
			const struct policy_fact *fact = asked[i].fact;
			const char *say = fact->word_count ? fact->words[(fact->word_count - 1) * part / 100] : "no";
			if (crossing_answer(request->answers, asked[i].name).len)
				continue;
			request->answers = arena_printf(arena, "%s%s%s=%s", request->answers,
			                                request->answers[0] ? " " : "", asked[i].name, say);
			if (!request->answers)
				return fail(why, E_MEMORY, "", "no memory");
		}
	}
	return crossing_preview(demo->house.crossings, request, arena, preview, why);
}

/* Where no clause opens the act, that is the policy's answer and not a fault. */
static struct result closed(const struct decision *preview, const struct why *denied, int *wrong)
{
	printf("  送れません: %s\n", denied->text);
	*wrong += preview->verdict != REFUSE || !preview->by_default;
	return ok();
}

static struct result carry_inward(struct demo *demo, struct arena *arena, char macro_file[27],
                                  int *wrong, struct why *why)
{
	enum { COUNT = sizeof inward / sizeof *inward };
	const struct demo_person *aoki = demo_person(demo, "aoki");
	struct crossing crossing;
	char id[27];
	uint64_t bytes = 0;
	const struct decision *preview = NULL;
	struct why denied = {0};
	printf("\n■ インターネット側から LGWAN 側へ（%s さん）\n", aoki->name);
	for (size_t i = 0; i < COUNT; i++)
		TRY(demo_add(demo, aoki->id, CROSSING_INWARD, inward[i].kind, why));
	struct crossing_request request = {
		.direction = CROSSING_INWARD, .sender = aoki->id, .receiver = aoki->id, .answers = "",
		.purpose = "県から届いた様式に記入し、11月30日までに回答するため",
		.partner = "メールの添付（差出人: 県市町村課）", .protection = "", .not_needed = ""};
	TRY(describe(demo, &request, 50, arena, &preview, why));
	struct result sent = crossing_submit(demo->house.crossings, &request, id, &denied);
	if (sent.code == E_DENIED)
		return closed(preview, &denied, wrong);
	if (sent.code != OK)
		return fail(why, sent.code, denied.place, "%s", denied.text);
	printf("  情報の分類など: %s\n", request.answers);
	TRY(wait_until(demo, id, CROSSING_RELEASED, arena, &crossing, why));
	for (size_t i = 0; i < crossing.file_count; i++) {
		print_file(&crossing.files[i]);
		*wrong += i < COUNT ? judge(&crossing.files[i], &inward[i]) : 1;
		if (crossing.files[i].state == CROSSING_RELEASED)
			TRY(collect(demo, crossing.files[i].id, aoki->id, "lgwan", false, &bytes, why));
	}
	*wrong += crossing.file_count != COUNT;
	snprintf(macro_file, 27, "%s", crossing.file_count > 1 ? crossing.files[1].id : "");
	return ok();
}

/* ---- outward ------------------------------------------------------------ */

/* Whoever is asked says yes, one after the other, until it is permitted. */
static struct result permit(struct demo *demo, const char *application, const char *reason, struct why *why)
{
	enum { SIGNATURES = 8 };
	AUTO(arena_drop) struct arena *arena = arena_new(8 << 20);
	struct application a;
	struct person who;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	for (int i = 0; i < SIGNATURES; i++) {
		const struct holder *holder = NULL;
		arena_reset(arena);
		TRY(application_get(demo->house.proceedings, application, arena, &a, why));
		for (size_t k = 0; k < a.slot_count && !holder; k++)
			if (a.slots[k].open && a.slots[k].state == ROUTE_PENDING && a.slots[k].holder_count)
				holder = &a.slots[k].holders[0];
		if (a.state != APPLICATION_OPEN || !holder)
			return ok();
		TRY(office_person(demo->house.office, holder->person, arena, &who, why));
		TRY(application_answer(demo->house.proceedings, application, holder->person, ANSWER_AGREE, reason, why));
		printf("  %s さんが許可しました。\n", who.name);
	}
	return ok();
}

static struct result carry_outward(struct demo *demo, struct arena *arena, int *wrong,
                                   struct why *why)
{
	const struct demo_person *aoki = demo_person(demo, "aoki");
	const struct decision *preview = NULL;
	struct crossing crossing;
	struct why denied = {0};
	char id[27];
	uint64_t bytes = 0;
	printf("\n■ LGWAN 側から庁外へ（%s さん）\n", aoki->name);
	TRY(demo_add(demo, aoki->id, CROSSING_OUTWARD, DEMO_LEDGER, why));
	struct crossing_request request = {
		.direction = CROSSING_OUTWARD, .sender = aoki->id, .receiver = "", .answers = "",
		.purpose = "固定資産評価審査委員会での説明のため", .partner = "固定資産評価審査委員会 委員",
		.protection = "encrypted", .not_needed = ""};
	TRY(describe(demo, &request, 100, arena, &preview, why));
	TRY(crossing_submit(demo->house.crossings, &request, id, why));
	bool asks = preview->approval_count > 0;
	TRY(wait_until(demo, id, asks ? CROSSING_CHECKED : CROSSING_RELEASED, arena, &crossing, why));
	if (crossing.file_count != 1)
		return fail(why, E_CONFLICT, id, "the crossing has lost its file");
	print_file(&crossing.files[0]);
	*wrong += asks != (crossing.application[0] != 0);
	*wrong += crossing.files[0].state != (asks ? CROSSING_CHECKED : CROSSING_RELEASED);
	if (!crossing.application[0])
		return crossing.files[0].state == CROSSING_RELEASED
		               ? collect(demo, crossing.files[0].id, aoki->id, "internet", false, &bytes, why)
		               : ok();
	if (application_answer(demo->house.proceedings, crossing.application, aoki->id, ANSWER_AGREE, "",
	                       &denied).code != E_DENIED)
		*wrong += 1;
	printf("  %s さん自身の許可: %s\n", aoki->name, denied.text);
	char application[27];
	snprintf(application, sizeof application, "%s", crossing.application);
	TRY(permit(demo, application, "委員会の資料として必要と認める。", why));
	TRY(wait_until(demo, id, CROSSING_RELEASED, arena, &crossing, why));
	print_file(&crossing.files[0]);
	*wrong += crossing.files[0].state != CROSSING_RELEASED || !crossing.password[0];
	if (crossing.files[0].state == CROSSING_RELEASED) {
		printf("  暗号のパスワード（送る人だけに LGWAN 側で表示）: %s\n", crossing.password);
		TRY(collect(demo, crossing.files[0].id, aoki->id, "internet", false, &bytes, why));
	}
	return ok();
}

/* ---- one more that goes on waiting, for who looks at the pages ------------ */

static struct result leave_waiting(struct demo *demo, int *wrong, struct arena *arena,
                                   struct why *why)
{
	const struct demo_person *ueda = demo_person(demo, "ueda");
	const struct decision *preview = NULL;
	struct crossing crossing;
	char id[27];
	TRY(demo_add(demo, ueda->id, CROSSING_OUTWARD, DEMO_LEDGER, why));
	struct crossing_request request = {
		.direction = CROSSING_OUTWARD, .sender = ueda->id, .receiver = "", .answers = "",
		.purpose = "県の実地調査で説明するため", .partner = "県市町村課 税政担当",
		.protection = "encrypted", .not_needed = ""};
	TRY(describe(demo, &request, 100, arena, &preview, why));
	TRY(crossing_submit(demo->house.crossings, &request, id, why));
	if (preview->approval_count == 0)
		return ok();
	TRY(wait_until(demo, id, CROSSING_CHECKED, arena, &crossing, why));
	printf("\n■ 課長の承認を待っているもの（%s さん）\n", ueda->name);
	for (size_t i = 0; i < crossing.file_count; i++) {
		print_file(&crossing.files[i]);
		*wrong += crossing.files[i].state != CROSSING_CHECKED;
	}
	return ok();
}

/* ---- the original, by exception ------------------------------------------ */

static struct result carry_original(struct demo *demo, const char *file, struct arena *arena,
                                    int *wrong, struct why *why)
{
	const struct demo_person *aoki = demo_person(demo, "aoki");
	const struct demo_person *tanaka = demo_person(demo, "tanaka");
	struct crossing crossing;
	struct why denied = {0};
	char application[27];
	uint64_t bytes = 0;
	day_t until = day_of_ms(clock_now_ms(&demo->house.clock)) + 7;
	struct crossing_bar bar;
	if (!file[0])
		return ok(); /* nothing came in */
	printf("\n■ 例外措置（元のファイルの引渡し）\n");
	if (crossing_original_bar(demo->house.crossings, file, arena, &bar, &denied).code == E_DENIED) {
		printf("  %s\n", denied.text);
		return ok();
	}
	if (crossing_ask_original(demo->house.crossings, file, aoki->id, "マクロがないと集計できない", until,
	                          application, &denied).code == OK)
		*wrong += 1;
	printf("  %s さんの申請: %s\n", aoki->name, denied.text);
	TRY(crossing_ask_original(demo->house.crossings, file, tanaka->id,
	                          "県の集計様式で、マクロがないと回答を作れないため", until, application, why));
	printf("  課長の %s さんが申請しました。\n", tanaka->name);
	TRY(permit(demo, application, "期限まで、この1件に限り認める。", why));
	for (int waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
		arena_reset(arena);
		TRY(crossing_of_file(demo->house.crossings, file, arena, &crossing, why));
		if (crossing.file_count > 1 && crossing.files[1].original_released_ms)
			break;
		rest();
	}
	TRY(collect(demo, file, aoki->id, "lgwan", true, &bytes, why));
	denied = (struct why){0};
	if (collect(demo, file, aoki->id, "lgwan", true, &bytes, &denied).code != E_DENIED)
		*wrong += 1;
	printf("  2回目の受取り: %s\n", denied.text);
	return ok();
}

struct result demo_carry(struct demo *demo, int *wrong, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(32 << 20);
	char macro_file[27] = "";
	*wrong = 0;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(carry_inward(demo, arena, macro_file, wrong, why));
	TRY(carry_outward(demo, arena, wrong, why));
	TRY(leave_waiting(demo, wrong, arena, why));
	return carry_original(demo, macro_file, arena, wrong, why);
}
