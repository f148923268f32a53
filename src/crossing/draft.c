/* Drafts and their submission. */
#include "crossing/internal.h"

#include <stdio.h>

/* ---- drafts ------------------------------------------------------------- */

static struct result draft_sum(struct crossings *c, const char *person, const char *direction,
                               int64_t *files, int64_t *bytes, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(c->at.base.store,
	                  "SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM crossing_draft"
	                  " WHERE person = ?1 AND direction = ?2",
	                  &s, why));
	bind_text(s, 1, slice_str(person));
	bind_text(s, 2, slice_str(direction));
	TRY(statement_step(s, &row, why));
	*files = column_i64(s, 0);
	*bytes = column_i64(s, 1);
	return ok();
}

/* Files stay in the order in which they were given, also within one millisecond. */
static struct result draft_insert(struct crossings *c, const char *person, const char *direction,
                                  struct slice name, const struct vault_info *item, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct vault_info sealed_name;
	char id[27];
	TRY(vault_put(c->at.base.vault, name, 0, &sealed_name, why));
	TRY(random_id(c->at.base.random, id, why));
	TRY(store_prepare(c->at.base.store,
	                  "INSERT INTO crossing_draft (id, person, direction, name, item, bytes, created_ms)"
	                  " SELECT ?1, ?2, ?3, ?4, ?5, ?6,"
	                  " CASE WHEN MAX(created_ms) >= ?7 THEN MAX(created_ms) + 1 ELSE ?7 END"
	                  " FROM crossing_draft WHERE person = ?2 AND direction = ?3",
	                  &s, why));
	bind_text(s, 1, slice_str(id));
	bind_text(s, 2, slice_str(person));
	bind_text(s, 3, slice_str(direction));
	bind_text(s, 4, slice_str(sealed_name.id));
	bind_text(s, 5, slice_str(item->id));
	bind_i64(s, 6, (int64_t)item->bytes);
	bind_i64(s, 7, crossing_now(c));
	return statement_run(s, NULL, why);
}

static struct result draft_add(struct crossings *c, const char *person,
                               enum crossing_direction direction, struct slice name,
                               struct vault_writer **writer, struct why *why)
{
	struct vault_info item;
	int64_t files = 0, bytes = 0;
	const char *way = crossing_direction_name(direction);
	int64_t until = crossing_now(c) + (int64_t)c->at.settings.original_days * DAY_MS;
	TRY(draft_sum(c, person, way, &files, &bytes, why));
	if (files >= c->at.settings.files)
		return fail(why, E_LIMIT, "file",
		            "1回に送れるのは%u個までです。残りは、これを送ってから次の回に送ってください。",
		            c->at.settings.files);
	TRY(vault_finish(writer, until, &item, why));
	if (item.bytes == 0)
		return fail(why, E_INPUT, "file", "中身のないファイルです。もとのファイルを確かめてください。");
	if ((uint64_t)bytes + item.bytes > c->at.settings.bytes)
		return fail(why, E_LIMIT, "file", "1回に送れるのは合計%lluMBまでです。分けて送ってください。",
		            (unsigned long long)(c->at.settings.bytes >> 20));
	return draft_insert(c, person, way, name, &item, why);
}

struct result crossing_draft_add(struct crossings *c, const char *person,
                                 enum crossing_direction direction, struct slice name,
                                 struct vault_writer **writer, struct why *why)
{
	struct buffer safe;
	bool own = false;
	struct result done;
	buffer_init(&safe, 4096);
	if (!utf8_valid(name) || name.len == 0 || name.len > 4096) {
		done = fail(why, E_INPUT, "file", "ファイルの名前を読み取れません。名前を付け直して、もう一度選んでください。");
	} else {
		safe_name(name, &safe);
		done = change_begin(c, &own, why);
		if (done.code == OK)
			done = change_finish(
				c, own, draft_add(c, person, direction, buffer_slice(&safe), writer, why), why);
	}
	buffer_done(&safe);
	vault_abandon(writer);
	return done;
}

static struct result draft_take(struct crossings *c, struct statement *s, struct arena *arena,
                                struct draft_file *out, struct why *why)
{
	const char *name_item = arena_string(arena, column_text(s, 1));
	out->id = arena_string(arena, column_text(s, 0));
	out->bytes = (uint64_t)column_i64(s, 2);
	if (!out->id || !name_item)
		return fail(why, E_MEMORY, "", "no memory");
	return sealed_text(c, name_item, arena, &out->name, why);
}

struct result crossing_draft_files(struct crossings *c, const char *person,
                                   enum crossing_direction direction, struct arena *arena,
                                   struct draft_file **out, size_t *count, struct why *why)
{
	size_t most = c->at.settings.files;
	struct draft_file *files = ARENA_ARRAY(arena, most + 1, struct draft_file);
	AUTO(statement_drop) struct statement *s = NULL;
	if (!files)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(store_prepare(c->at.base.store,
	                  "SELECT id, name, bytes FROM crossing_draft WHERE person = ?1 AND direction = ?2"
	                  " ORDER BY created_ms, id",
	                  &s, why));
	bind_text(s, 1, slice_str(person));
	bind_text(s, 2, slice_str(crossing_direction_name(direction)));
	for (*count = 0; *count < most; (*count)++) {
		bool row = false;
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		TRY(draft_take(c, s, arena, &files[*count], why));
	}
	*out = files;
	return ok();
}

/* Removing destroys the item's key: the content is gone at once. */
static struct result draft_remove(struct crossings *c, const char *person, const char *file,
                                  struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	char name[27], item[27];
	TRY(store_prepare(c->at.base.store,
	                  "DELETE FROM crossing_draft WHERE id = ?1 AND person = ?2 RETURNING name, item", &s,
	                  why));
	bind_text(s, 1, slice_str(file));
	bind_text(s, 2, slice_str(person));
	TRY(statement_step(s, &row, why));
	if (!row)
		return fail(why, E_ABSENT, "file", "そのファイルは、もう一覧にありません。");
	snprintf(name, sizeof name, "%.*s", SLICE_ARG(column_text(s, 0)));
	snprintf(item, sizeof item, "%.*s", SLICE_ARG(column_text(s, 1)));
	TRY(statement_step(s, &row, why));
	TRY(vault_erase(c->at.base.vault, slice_str(name), crossing_now(c), why));
	return vault_erase(c->at.base.vault, slice_str(item), crossing_now(c), why);
}

struct result crossing_draft_remove(struct crossings *c, const char *person, const char *file,
                                    struct why *why)
{
	bool own = false;
	TRY(change_begin(c, &own, why));
	return change_finish(c, own, draft_remove(c, person, file, why), why);
}

/* ---- submission --------------------------------------------------------- */

static bool one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

static bool blank(const char *text)
{
	return !text || text[strspn(text, " \t\r\n")] == 0;
}

/* どこが・なぜ・どうすれば */
static struct result check_fields(const struct crossing_request *r, struct why *why)
{
	static const char *const ways[] = {"encrypted", "none", NULL};
	if (blank(r->purpose))
		return fail(why, E_INPUT, "purpose",
		            "「送る目的」が空です。内容を判断できません。何の仕事に使うかを書いてください。");
	if (strlen(r->purpose) > 4000)
		return fail(why, E_INPUT, "purpose",
		            "「送る目的」が長すぎます。全体を読めません。1,000文字までにまとめてください。");
	if (blank(r->partner) || strlen(r->partner) > 1000)
		return fail(why, E_INPUT, "partner", r->direction == CROSSING_INWARD
		            ? "「どこから受け取りましたか」が空です。記録に残せません。相手と受け取り方を書いてください。"
		            : "「送る相手」が空です。許可する人が判断できません。相手の名前と所属を書いてください。");
	if (r->direction == CROSSING_INWARD && blank(r->receiver))
		return fail(why, E_INPUT, "receiver",
		            "「LGWAN側で受け取る人」が選ばれていません。渡す相手が決まりません。人を選んでください。");
	if (r->direction == CROSSING_OUTWARD && (!r->protection || !one_of(r->protection, ways)))
		return fail(why, E_INPUT, "protection",
		            "「守り方」が選ばれていません。扱いを決められません。どちらかを選んでください。");
	return ok();
}

static struct result sender_section(struct crossings *c, const char *person, struct arena *arena,
                                    const char **out, struct why *why)
{
	struct person sender;
	TRY(office_person(c->at.base.office, person, arena, &sender, why));
	*out = sender.section;
	return ok();
}

static struct result request_rows(struct crossings *c, const struct crossing_request *r,
                                  const char *id, struct arena *arena, struct crossing_row *row,
                                  struct crossing_detail *detail, struct why *why)
{
	*row = (struct crossing_row){.id = id, .number = "", .sender = r->sender,
	                             .receiver = r->receiver ? r->receiver : "",
	                             .answers = r->answers ? r->answers : "",
	                             .detail = "", .application = "", .edition = "",
	                             .direction = r->direction};
	*detail = (struct crossing_detail){
		.purpose = r->purpose ? r->purpose : "", .partner = r->partner ? r->partner : "",
		.protection = r->protection ? r->protection : "",
		.not_needed = r->not_needed ? r->not_needed : "", .password = "", .reason_for = ""};
	TRY(answers_check(c, crossing_act(r->direction), row->answers, arena, why));
	TRY(sender_section(c, r->sender, arena, &row->section, why));
	return reasons_wanted(c, row, detail, arena, why);
}

struct result crossing_preview(struct crossings *c, const struct crossing_request *request,
                               struct arena *arena, const struct decision **out, struct why *why)
{
	struct crossing_row row;
	struct crossing_detail detail;
	struct crossing_facts *facts = ARENA_NEW(arena, struct crossing_facts);
	if (!facts)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(request_rows(c, request, "preview", arena, &row, &detail, why));
	TRY(facts_of(c, &row, &detail, GATE_UNKNOWN, GATE_UNKNOWN, arena, facts, why));
	return proceeding_decide(c->at.proceedings, &facts->wish, arena, out, why);
}

/* 20 letters and digits without look-alikes: about 116 bits. */
static struct result make_password(struct crossings *c, char out[24], struct why *why)
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
	uint8_t bytes[20];
	TRY(random_fill(c->at.base.random, bytes, sizeof bytes, why));
	for (size_t i = 0, to = 0; i < sizeof bytes; i++) {
		if (i && i % 5 == 0)
			out[to++] = '-';
		out[to++] = letters[bytes[i] % (sizeof letters - 1)];
		out[to] = 0;
	}
	return ok();
}

static struct result seal_detail(struct crossings *c, const struct crossing_detail *d, char id[27],
                                 struct why *why)
{
	struct vault_info info;
	struct buffer text;
	AUTO(json_drop) json_t *all =
		json_pack("{ss ss ss ss ss ss}", "purpose", d->purpose, "partner", d->partner, "protection",
	                  d->protection, "not_needed", d->not_needed, "password", d->password, "reason_for",
	                  d->reason_for);
	buffer_init(&text, VAULT_SMALL);
	struct result done = json_canonical(all, &text, why);
	if (done.code == OK)
		done = vault_put(c->at.base.vault, buffer_slice(&text), 0, &info, why);
	buffer_done(&text);
	TRY(done);
	memcpy(id, info.id, sizeof info.id);
	return ok();
}

static struct result list_files(struct crossings *c, const struct crossing_request *r,
                                json_t *files, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(c->at.base.store,
	                  "SELECT id, name, item, bytes FROM crossing_draft WHERE person = ?1 AND"
	                  " direction = ?2 ORDER BY created_ms, id",
	                  &s, why));
	bind_text(s, 1, slice_str(r->sender));
	bind_text(s, 2, slice_str(crossing_direction_name(r->direction)));
	for (bool row = true;;) {
		TRY(statement_step(s, &row, why));
		if (!row)
			return ok();
		struct slice id = column_text(s, 0), name = column_text(s, 1), item = column_text(s, 2);
		json_array_append_new(
			files, json_pack("{ss% ss% ss% sI}", "id", (const char *)id.at, id.len, "name",
		                         (const char *)name.at, name.len, "original",
		                         (const char *)item.at, item.len, "bytes",
		                         (json_int_t)column_i64(s, 3)));
	}
}

static struct result take_files(struct crossings *c, const struct crossing_request *r, json_t *files,
                                struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(list_files(c, r, files, why));
	TRY(store_prepare(c->at.base.store,
	                  "DELETE FROM crossing_draft WHERE person = ?1 AND direction = ?2", &s, why));
	bind_text(s, 1, slice_str(r->sender));
	bind_text(s, 2, slice_str(crossing_direction_name(r->direction)));
	return statement_run(s, NULL, why);
}

static struct result next_serial(struct crossings *c, int year, int64_t *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(c->at.base.store,
	                  "SELECT COALESCE(MAX(serial), 0) + 1 FROM crossing WHERE fiscal_year = ?1", &s,
	                  why));
	bind_i64(s, 1, year);
	TRY(statement_step(s, &row, why));
	*out = row ? column_i64(s, 0) : 1;
	return ok();
}

/* A clause may refuse outright; a route of persons makes an application. */
static struct result ask_persons(struct crossings *c, const struct crossing_facts *facts,
                                 const struct crossing_row *row, const struct crossing_detail *detail,
                                 const struct decision **decision, char application[27],
                                 struct arena *arena, struct why *why)
{
	application[0] = 0;
	TRY(proceeding_decide(c->at.proceedings, &facts->wish, arena, decision, why));
	if ((*decision)->verdict == REFUSE)
		return policy_refusal(*decision, why);
	TRY(answers_missing(c, facts->wish.act, *decision, arena, why));
	if ((*decision)->approval_count == 0)
		return ok();
	struct application_request request = {
		.wish = facts->wish,
		.section = row->section,
		.title = row->direction == CROSSING_INWARD ? "ファイルの受渡し（LGWAN側へ）"
	                                                   : "ファイルの受渡し（庁外へ）",
		.purpose = detail->purpose,
		.until = INT32_MAX,
	};
	return application_submit(c->at.proceedings, &request, application, why);
}

static struct result need_reason(const struct decision *decision, const struct crossing_detail *detail,
                                 struct why *why)
{
	for (size_t i = 0; i < decision->missing_count; i++)
		if (decision->missing[i].kind == WANT_REASON && !detail->not_needed[0])
			return fail(why, E_INPUT, "not_needed",
			            "「守らなくてよい理由」が空です。%s（根拠: %s）暗号化を選ぶか、理由を書いてください。",
			            decision->missing[i].clause->says, decision->missing[i].clause->cite);
	return ok();
}

static struct result submit(struct crossings *c, const struct crossing_request *r,
                            struct arena *arena, char id[27], struct why *why)
{
	struct crossing_row row;
	struct crossing_detail detail;
	struct crossing_facts facts;
	const struct decision *decision = NULL;
	char application[27], sealed[27], password[24], edition[11] = "";
	int64_t serial = 0, now = crossing_now(c);
	int year = fiscal_year(day_of_ms(now));
	TRY(request_rows(c, r, id, arena, &row, &detail, why));
	TRY(facts_of(c, &row, &detail, GATE_UNKNOWN, GATE_UNKNOWN, arena, &facts, why));
	TRY(ask_persons(c, &facts, &row, &detail, &decision, application, arena, why));
	TRY(need_reason(decision, &detail, why));
	if (strcmp(detail.protection, "encrypted") == 0) {
		TRY(make_password(c, password, why));
		detail.password = password;
	}
	TRY(seal_detail(c, &detail, sealed, why));
	TRY(next_serial(c, year, &serial, why));
	const struct policy_edition *in_force =
		policy_edition_on(c->at.base.policy, c->at.base.policy_name, day_of_ms(now));
	if (in_force)
		day_iso(in_force->effective, edition);
	AUTO(json_drop) json_t *files = json_array();
	TRY(take_files(c, r, files, why));
	if (json_array_size(files) == 0)
		return fail(why, E_INPUT, "file",
		            "「送るファイル」がありません。送るものが決まりません。ファイルを選んで加えてください。");
	json_t *data = json_pack(
		"{ss ss ss ss ss ss ss sO si sI sI}", "application", application, "detail", sealed, "direction",
		crossing_direction_name(r->direction), "edition", edition, "answers", row.answers,
		"receiver", row.receiver, "section", row.section, "files", files, "fiscal_year", year,
		"serial", (json_int_t)serial, "original_until_ms",
		(json_int_t)(now + (int64_t)c->at.settings.original_days * DAY_MS));
	struct event event = {.kind = "crossing.submitted", .actor = r->sender, .subject = id,
	                      .decision = decision};
	return record(c, &event, data, why);
}

struct result crossing_submit(struct crossings *c, const struct crossing_request *request,
                              char id[27], struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(CROSSING_ROOM);
	bool own = false;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(check_fields(request, why));
	TRY(random_id(c->at.base.random, id, why));
	TRY(change_begin(c, &own, why));
	return change_finish(c, own, submit(c, request, arena, id, why), why);
}
