/* The password of a locked file, from the page to the worker.
 *
 * It lies sealed in the vault for as long as the gate needs it: its key is
 * destroyed with the step that used it.  Entries say that one was given and by
 * whom, never what.  How often a wrong one was given is a working note; the
 * entries that say "wrong" are the record.                                  */
#include "crossing/internal.h"

static struct result item_of(struct crossings *c, const char *file, struct arena *arena, const char **item, int64_t *wrong,
                             struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	*item = "";
	*wrong = 0;
	TRY(store_prepare(c->at.base.store, "SELECT item, wrong FROM crossing_password WHERE file = ?1", &s, why));
	bind_text(s, 1, slice_str(file));
	TRY(statement_step(s, &row, why));
	if (!row)
		return ok();
	*wrong = column_i64(s, 1);
	*item = arena_string(arena, column_text(s, 0));
	return *item ? ok() : fail(why, E_MEMORY, "", "no memory");
}

static struct result set_item(struct crossings *c, const char *file, const char *item, int64_t wrong, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(c->at.base.store,
	                  "INSERT INTO crossing_password (file, item, wrong) VALUES (?1, ?2, ?3)"
	                  " ON CONFLICT (file) DO UPDATE SET item = ?2, wrong = ?3",
	                  &s, why));
	bind_text(s, 1, slice_str(file));
	bind_text(s, 2, slice_str(item));
	bind_i64(s, 3, wrong);
	return statement_run(s, NULL, why);
}

struct result password_read(struct crossings *c, const char *file, struct arena *arena, struct slice *out, int64_t *wrong,
                            struct why *why)
{
	const char *item;
	*out = SLICE("");
	TRY(item_of(c, file, arena, &item, wrong, why));
	return item[0] ? vault_get(c->at.base.vault, slice_str(item), arena, out, why) : ok();
}

struct result password_forget(struct crossings *c, const char *file, bool was_wrong, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 16);
	const char *item;
	int64_t wrong;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(item_of(c, file, arena, &item, &wrong, why));
	if (item[0])
		TRY(vault_erase(c->at.base.vault, slice_str(item), crossing_now(c), why));
	return item[0] || was_wrong ? set_item(c, file, "", wrong + was_wrong, why) : ok();
}

/* The one who sent it or the one who gets it; while it waits for a password. */
static struct result may_give(struct crossings *c, const char *file, const char *person, struct arena *arena,
                              struct why *why)
{
	struct file_row row;
	struct crossing_row crossing;
	TRY(file_row_read(c, file, arena, &row, why));
	TRY(crossing_row_read(c, row.crossing, arena, &crossing, why));
	if (strcmp(person, crossing.sender) != 0 && strcmp(person, crossing.receiver) != 0)
		return fail(why, E_ABSENT, "file", "no such file");
	if (row.state != CROSSING_LOCKED)
		return fail(why, E_CONFLICT, "password", "このファイルは、いまはパスワードを待っていません。画面を開き直してください。");
	if (row.original_erased_ms)
		return fail(why, E_CONFLICT, "password",
		            "保管の期限が来て元のファイルを消去したため、開けません。もう一度お送りください。");
	return ok();
}

static struct result give(struct crossings *c, const char *file, const char *person, struct slice password,
                          struct arena *arena, struct why *why)
{
	struct vault_info info;
	const char *item;
	int64_t wrong;
	struct event event = {.kind = "crossing.password.given", .actor = person, .subject = file};
	TRY(may_give(c, file, person, arena, why));
	TRY(item_of(c, file, arena, &item, &wrong, why));
	if (item[0])
		TRY(vault_erase(c->at.base.vault, slice_str(item), crossing_now(c), why));
	TRY(vault_put(c->at.base.vault, password, crossing_now(c) + DAY_MS, &info, why));
	TRY(set_item(c, file, info.id, wrong, why));
	TRY(record(c, &event, json_object(), why));
	return queue_done(c, file, why);
}

struct result crossing_give_password(struct crossings *c, const char *file, const char *person, struct slice password,
                                     struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(CROSSING_ROOM);
	bool own = false;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	if (password.len == 0)
		return fail(why, E_INPUT, "password", "パスワードが入力されていません。送り主から知らされたパスワードを入力してください。");
	if (password.len > PASSWORD_MOST || !utf8_valid(password))
		return fail(why, E_INPUT, "password", "パスワードが長すぎます。256バイト（かな・漢字で85字ほど）までで入力してください。");
	TRY(change_begin(c, &own, why));
	return change_finish(c, own, give(c, file, person, password, arena, why), why);
}
