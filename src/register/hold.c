/* Evidence: who keeps what, and what rows say because of it. */
#include "register/hold.h"
#include "register/book_internal.h"

enum { ROOM = 1 << 20 };

#define HOLD_COLUMNS \
	"SELECT h.by_case, COALESCE(n.name, ''), h.object, h.since_ms, h.named FROM evidence_hold h" \
	" LEFT JOIN register_row n ON n.id = h.by_case "

const char hold_table[] =
	"CREATE TABLE evidence_hold (by_case TEXT NOT NULL, object TEXT NOT NULL, named BIGINT NOT NULL,"
	" since_ms BIGINT NOT NULL, PRIMARY KEY (by_case, object));"
	"CREATE INDEX evidence_hold_object ON evidence_hold (object, since_ms);";

/* ---- the ledger's half */

struct result hold_apply(struct store *store, const struct ledger_entry *entry, const json_t *data, struct why *why)
{
	const struct arg by = arg_text(entry->subject), object = arg_str(json_text(data, "object"));
	if (slice_is(entry->kind, "hold.begun"))
		return store_run(store,
		                 "INSERT INTO evidence_hold (by_case, object, named, since_ms) VALUES (?1, ?2, ?3, ?4)",
		                 ARGS(by, object, arg_i64(json_is_true(json_object_get(data, "named"))),
		                      arg_i64(entry->time_ms)), NULL, why);
	return store_run(store, "DELETE FROM evidence_hold WHERE by_case = ?1 AND object = ?2", ARGS(by, object), NULL, why);
}

static struct result record(struct registers *r, const char *kind, const char *by, const char *object, bool named,
                            const char *actor, struct why *why)
{
	const struct register_change who = {.actor = actor, .post = ""};
	return register_record(r, kind, by, &who, json_pack("{ss sb}", "object", object, "named", named), why);
}

/* ---- reading */

static struct result take(struct statement *s, struct arena *arena, struct hold *out, struct why *why)
{
	*out = (struct hold){arena_string(arena, column_text(s, 0)), arena_string(arena, column_text(s, 1)),
	                     arena_string(arena, column_text(s, 2)), column_i64(s, 3), column_i64(s, 4) != 0};
	return out->by && out->name && out->object ? ok() : register_no_memory(why);
}

struct result hold_find(struct registers *r, const char *object, struct arena *arena, struct hold *out, bool *held,
                        struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	*held = false;
	TRY(store_ask(r->at.store,
	              HOLD_COLUMNS "WHERE h.object = ?1 OR h.object IN (SELECT value FROM register_cell WHERE row = ?1)"
	                           " ORDER BY h.object <> ?1, h.since_ms, h.by_case LIMIT 1",
	              ARGS(arg_str(object)), &s, why));
	TRY(statement_step(s, held, why));
	return *held ? take(s, arena, out, why) : ok();
}

struct result hold_of_case(struct registers *r, const char *by, struct arena *arena, struct hold **out, size_t *count,
                           struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct hold *list = ARENA_ARRAY(arena, HOLD_OBJECTS, struct hold);
	size_t n = 0;
	if (!list)
		return register_no_memory(why);
	TRY(store_ask(r->at.store, HOLD_COLUMNS "WHERE h.by_case = ?1 ORDER BY h.since_ms, h.object", ARGS(arg_str(by)),
	              &s, why));
	for (bool row = true; n < HOLD_OBJECTS; n++) {
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		TRY(take(s, arena, &list[n], why));
	}
	*out = list;
	*count = n;
	return ok();
}

/* ---- beginning and ending */

static bool is_among(const char *id, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], id) == 0)
			return true;
	return false;
}

static bool is_kept(const struct hold *list, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].object, id) == 0)
			return true;
	return false;
}

struct result hold_name(struct registers *r, const char *by, const char *const *objects, size_t count,
                        const char *actor, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	struct hold *standing;
	size_t stands;
	if (!arena)
		return register_no_memory(why);
	TRY(hold_of_case(r, by, arena, &standing, &stands, why));
	for (size_t i = 0; i < stands; i++)
		if (standing[i].named && !is_among(standing[i].object, objects, count))
			TRY(record(r, "hold.ended", by, standing[i].object, true, actor, why));
	if (count + stands > HOLD_OBJECTS)
		return fail(why, E_LIMIT, "on_hold", "一つの件で証拠として残せるのは%d件までです。", HOLD_OBJECTS);
	for (size_t i = 0; i < count; i++)
		if (!is_kept(standing, stands, objects[i]) && !is_among(objects[i], objects, i))
			TRY(record(r, "hold.begun", by, objects[i], true, actor, why));
	return ok();
}

struct result hold_add(struct registers *r, const char *by, const char *object, const char *actor, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	struct hold *standing;
	size_t stands;
	if (!arena)
		return register_no_memory(why);
	TRY(hold_of_case(r, by, arena, &standing, &stands, why));
	if (is_kept(standing, stands, object))
		return fail(why, E_CONFLICT, "object", "これは、すでにこの件の証拠として残しています。");
	if (stands == HOLD_OBJECTS)
		return fail(why, E_LIMIT, "object", "一つの件で証拠として残せるのは%d件までです。", HOLD_OBJECTS);
	return record(r, "hold.begun", by, object, false, actor, why);
}

struct result hold_end(struct registers *r, const char *by, const char *actor, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	struct hold *standing;
	size_t stands;
	if (!arena)
		return register_no_memory(why);
	TRY(hold_of_case(r, by, arena, &standing, &stands, why));
	for (size_t i = 0; i < stands; i++)
		TRY(record(r, "hold.ended", by, standing[i].object, standing[i].named, actor, why));
	return ok();
}

/* ---- what follows from it */

struct result hold_fact(struct registers *r, const struct kind *kind, const char *id, bool stated, struct facts *facts,
                        const char *prefix, struct arena *arena, struct why *why)
{
	struct hold kept;
	bool held = false;
	const struct policy_fact *fact = kind_fact(kind, "on_hold");
	const char *path = arena_printf(arena, "%s.on_hold", prefix);
	if (!path)
		return register_no_memory(why);
	if (!fact || fact->type != FACT_YESNO)
		return ok();
	if (id && *id)
		TRY(hold_find(r, id, arena, &kept, &held, why));
	return held || !stated ? facts_set_yesno(facts, path, held, why) : ok();
}

struct result hold_refused(struct registers *r, const char *object, struct result done, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	struct hold kept;
	bool held = false;
	if (done.code != E_DENIED || !r || !why || !arena || !object || !*object ||
	    hold_find(r, object, arena, &kept, &held, NULL).code != OK || !held)
		return done;
	const char *place = arena_string(arena, slice_str(why->place)), *text = arena_string(arena, slice_str(why->text));
	*why = (struct why){0};
	return fail(why, E_DENIED, place ? place : "", "「%.90s」の証拠として残しているため、その件が終わるまでできません。%s",
	            *kept.name ? kept.name : kept.by, text ? text : "");
}
