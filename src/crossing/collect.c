/* Collecting what was released, and asking for originals. */
#include "crossing/internal.h"

/* Who may collect, and from which side: inward the receiver at the inner side;
 * outward the sender, who hands it on, at the outer side.                   */
static struct result right_to(const struct crossing_row *row, const char *person, const char *zone,
                              struct why *why)
{
	bool inward = row->direction == CROSSING_INWARD;
	if (strcmp(zone, inward ? "lgwan" : "internet") != 0)
		return fail(why, E_DENIED, "zone", "このファイルは、%s側の画面で受け取ってください。",
		            inward ? "LGWAN" : "インターネット");
	if (strcmp(person, inward ? row->receiver : row->sender) != 0)
		return fail(why, E_DENIED, "person", "このファイルを受け取る人として登録されていません。");
	return ok();
}

static struct result ready_clean(struct crossings *c, const struct file_row *file, struct why *why)
{
	if (file->state != CROSSING_RELEASED && file->state != CROSSING_COLLECTED)
		return fail(why, E_DENIED, "state", "このファイルは、いま受け取れる状態ではありません（%s）。",
		            crossing_state_japanese(file->state));
	if (file->clean_erased_ms || file->collect_until_ms <= crossing_now(c))
		return fail(why, E_DENIED, "state", "受け取れる期間が過ぎました。もう一度送ってもらってください。");
	return ok();
}

/* The clause by which an original would be handed over; the act itself where none is. */
static const char *lifting_clause(struct crossings *c, const struct crossing_row *row,
                                  const char *file, struct arena *arena)
{
	struct crossing_bar bar;
	bool known = original_bar(c, row, file, arena, &bar, NULL).code == OK;
	return known ? bar.lift : "release_original";
}

static struct result ready_original(struct crossings *c, const struct file_row *file,
                                    const struct crossing_row *row, struct arena *arena, struct why *why)
{
	if (!file->original_released_ms)
		return fail(why, E_DENIED, lifting_clause(c, row, file->id, arena), "元のファイルの引渡しは許可されていません。");
	if (file->original_collected_ms >= file->original_released_ms)
		return fail(why, E_DENIED, lifting_clause(c, row, file->id, arena),
		            "元のファイルは、すでに1回受け取られています。もう一度要るときは、例外措置を申請し直してください。");
	return ok();
}

static struct result hand_over(struct crossings *c, const char *id, const char *person,
                               const char *zone, bool original, struct arena *arena,
                               const char **item, const char **name, struct why *why)
{
	struct file_row file;
	struct crossing_row row;
	struct crossing_detail detail;
	const char *plain = NULL;
	TRY(file_row_read(c, id, arena, &file, why));
	TRY(crossing_row_read(c, file.crossing, arena, &row, why));
	TRY(right_to(&row, person, zone, why));
	TRY(original ? ready_original(c, &file, &row, arena, why) : ready_clean(c, &file, why));
	TRY(detail_read(c, row.detail, arena, &detail, why));
	TRY(sealed_text(c, file.name_item, arena, &plain, why));
	bool protected = strcmp(detail.protection, "encrypted") == 0;
	*name = original ? plain : clean_name_of(plain, file.ending, row.direction, protected, arena);
	*item = original ? file.original : file.clean;
	if (!*name)
		return fail(why, E_MEMORY, "", "no memory");
	struct event event = {
		.kind = original ? "crossing.original.collected" : "crossing.file.collected",
		.actor = person, .subject = id};
	return record(c, &event, json_object(), why);
}

/* An attempt without right is kept. */
static void record_denied(struct crossings *c, const char *file, const char *person,
                          const struct why *cause)
{
	bool own = false;
	struct event event = {.kind = "crossing.denied", .actor = person, .subject = file};
	if (change_begin(c, &own, NULL).code != OK)
		return;
	struct result done = record(c, &event, json_pack("{ss}", "place", cause->place), NULL);
	done = change_finish(c, own, done, NULL);
	(void)done; /* the refusal itself stands in any case */
}

struct result crossing_collect(struct crossings *c, const char *file, const char *person,
                               const char *zone, bool original, struct vault_reader **reader,
                               struct vault_info *info, struct arena *arena, const char **name,
                               struct why *why)
{
	struct why local = {0};
	const char *item = NULL;
	bool own = false;
	why = why ? why : &local;
	TRY(change_begin(c, &own, why));
	struct result done = hand_over(c, file, person, zone, original, arena, &item, name, why);
	/* readable first: an original is good once, and must not be used up in vain */
	if (done.code == OK)
		done = vault_read_begin(c->at.base.vault, slice_str(item), reader, info, why);
	bool opened = done.code == OK;
	done = change_finish(c, own, done, why);
	if (done.code != OK && opened)
		vault_read_end(reader);
	if (done.code == E_DENIED)
		record_denied(c, file, person, why);
	return done;
}

/* ---- asking for an original --------------------------------------------- */

static struct result ask(struct crossings *c, const char *id, const char *applicant,
                         const char *reason, day_t until, struct arena *arena, char application[27],
                         struct why *why)
{
	struct file_row file;
	struct crossing_row row;
	struct person person;
	struct crossing_facts facts;
	struct crossing_bar bar;
	char day[11];
	TRY(file_row_read(c, id, arena, &file, why));
	TRY(crossing_row_read(c, file.crossing, arena, &row, why));
	TRY(office_person(c->at.base.office, applicant, arena, &person, why));
	if (file.original_erased_ms || row.direction != CROSSING_INWARD)
		return fail(why, E_DENIED, "file", "このファイルの元のものは、もう保管していません。");
	TRY(original_bar(c, &row, id, arena, &bar, why));
	exception_facts(bar.clause, id, applicant, until, reason, day, &facts);
	struct application_request request = {.wish = facts.wish,
	                                      .section = person.section,
	                                      .title = "例外措置（元のファイルの引渡し）",
	                                      .purpose = reason,
	                                      .until = until};
	TRY(application_submit(c->at.proceedings, &request, application, why));
	struct event event = {.kind = "crossing.original.asked", .actor = applicant, .subject = id,
	                      .clause = bar.clause};
	return record(c, &event, json_pack("{ss}", "application", application), why);
}

struct result crossing_ask_original(struct crossings *c, const char *file, const char *applicant,
                                    const char *reason, day_t until, char application[27],
                                    struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(CROSSING_ROOM);
	bool own = false;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	if (!reason || !reason[strspn(reason, " \t\r\n")])
		return fail(why, E_INPUT, "reason",
		            "「理由」が空です。許可する人が判断できません。なぜ元のファイルが要るかを書いてください。");
	TRY(change_begin(c, &own, why));
	return change_finish(c, own, ask(c, file, applicant, reason, until, arena, application, why),
	                     why);
}

struct result crossing_retry(struct crossings *c, const char *file, const char *by,
                             struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(CROSSING_ROOM);
	struct file_row row;
	bool own = false;
	struct event event = {.kind = "crossing.file.retried", .actor = by, .subject = file};
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(change_begin(c, &own, why));
	struct result done = file_row_read(c, file, arena, &row, why);
	if (done.code == OK && row.state == CROSSING_HELD)
		done = record(c, &event, json_object(), why);
	if (done.code == OK)
		done = queue_done(c, file, why);
	return change_finish(c, own, done, why);
}
