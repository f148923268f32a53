/* Rows that point at judgements of the ledger; every one is proven before it is used. */
#include "crossing/cache.h"
#include "crossing/internal.h"
#include "store/ask.h"
#include "store/digest.h"

#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- keys ------------------------------------------------------------------------ */

static void put_field(struct buffer *out, const char *name, struct slice value)
{
	buffer_printf(out, "%s %zu ", name, value.len);
	buffer_put_slice(out, value);
	buffer_put_u8(out, '\n');
}

static void put_edition(struct crossings *c, struct buffer *out)
{
	char effective[11] = "", adopted[11] = "";
	const struct policy_edition *e =
		policy_edition_on(c->at.base.policy, c->at.base.policy_name, day_of_ms(crossing_now(c)));
	if (e) {
		day_iso(e->effective, effective);
		day_iso(e->adopted, adopted);
	}
	put_field(out, "edition", slice_str(e ? e->name : ""));
	put_field(out, "version", slice_str(e ? e->version : ""));
	put_field(out, "effective", slice_str(effective));
	put_field(out, "adopted", slice_str(adopted));
}

static bool programs_known(const struct pool *pool, bool draws)
{
	return pool && pool_identity(pool, pool_cleanser(pool, draws)).len && pool_identity(pool, POOL_INSPECT).len;
}

static void keyed(struct crossings *c, struct slice text, char hex[CACHE_KEY])
{
	uint8_t digest[VAULT_DIGEST];
	vault_digest(c->at.base.vault, text, digest);
	hex_encode(digest, VAULT_DIGEST, hex);
}

void cache_programs(struct crossings *c, const struct pool *pool, bool draws, char hex[CACHE_KEY])
{
	AUTO(buffer_done) struct buffer text = {0};
	buffer_init(&text, 65536); /* two identities and little else */
	hex[0] = 0;
	if (!programs_known(pool, draws))
		return;
	buffer_put_str(&text, "sekisho gate programs 1\n");
	put_field(&text, "cleanse", pool_identity(pool, pool_cleanser(pool, draws)));
	put_field(&text, "inspect", pool_identity(pool, POOL_INSPECT));
	if (buffer_ok(&text))
		keyed(c, buffer_slice(&text), hex);
}

struct result cache_key(struct crossings *c, const struct cache_question *q, char key[CACHE_KEY], struct why *why)
{
	char ending[16];
	struct content_rules rules = switches_rules(&q->set->switches);
	const bool draws = rules_strip(&rules, "page-drawing");
	rules.page_dpi = c->at.settings.page_dpi;
	AUTO(buffer_done) struct buffer text = {0};
	buffer_init(&text, 65536);
	key[0] = 0;
	if (c->at.settings.cache_days <= 0 || !programs_known(q->pool, draws) || !q->engine[0])
		return ok();
	name_ending(slice_str(q->name), ending);
	buffer_put_str(&text, "sekisho gate judgement 1\n");
	put_field(&text, "content", slice_of(q->sha256, VAULT_DIGEST));
	put_field(&text, "ending", slice_str(ending));
	put_edition(c, &text);
	put_field(&text, "cleanse", pool_identity(q->pool, pool_cleanser(q->pool, draws)));
	put_field(&text, "inspect", pool_identity(q->pool, POOL_INSPECT));
	put_field(&text, "switches", slice_str(q->set->digest));
	put_field(&text, "rules", slice_of((const void *)&rules, sizeof rules));
	put_field(&text, "engine", slice_str(q->engine));
	if (!buffer_ok(&text))
		return fail(why, E_MEMORY, "", "no memory for a key");
	keyed(c, buffer_slice(&text), key);
	return ok();
}

/* ---- using what is kept ------------------------------------------------------------ */

struct lookup {
	struct crossings *c;
	const char *key;
	struct arena *arena;
	json_t *data; /* of the entry */
	struct cached *out;
};

static void lookup_done(struct lookup *l)
{
	json_decref(l->data);
}

static struct result row_of(struct crossings *c, const char *key, int64_t *entry, struct why *why)
{
	bool found = false;
	int64_t oldest = crossing_now(c) - (int64_t)c->at.settings.cache_days * DAY_MS;
	const struct arg args[] = {arg_str(key), arg_i64(oldest)};
	TRY(store_ask_one(c->at.base.store, "SELECT entry FROM crossing_cache WHERE key = ?1 AND created_ms > ?2", args, 2,
	                  &found, entry, why));
	*entry = found ? *entry : -1;
	return ok();
}

/* The entry must be the gate's own judgement and bear this very key. */
static struct result open_entry(struct lookup *l, int64_t seq, bool *refused, struct why *why)
{
	struct ledger_entry entry;
	TRY(ledger_get(l->c->at.base.ledger, seq, l->arena, &entry, why));
	TRY(record_data(&entry, &l->data, why));
	*refused = slice_is(entry.kind, "crossing.file.refused");
	if ((!*refused && !slice_is(entry.kind, "crossing.file.checked")) ||
	    strcmp(json_text(l->data, "judgement"), l->key) != 0)
		return fail(why, E_TAMPERED, "", "entry %lld is not the judgement that the cache says it is", (long long)seq);
	return ok();
}

static struct result hash_fd(int fd, uint8_t out[SHA256_BYTES], struct why *why)
{
	uint8_t chunk[16384];
	ssize_t n = -1;
	struct sha256_stream *stream = sha256_begin();
	if (stream && lseek(fd, 0, SEEK_SET) == 0)
		while ((n = read(fd, chunk, sizeof chunk)) > 0)
			sha256_add(stream, slice_of(chunk, (size_t)n));
	bool whole = stream && sha256_end(&stream, out);
	return whole && n == 0 && lseek(fd, 0, SEEK_SET) == 0 ? ok() : fail(why, E_SYSTEM, "", "the kept result cannot be read");
}

/* Opened (each chunk is authenticated), hashed again, and held against the entry. */
static struct result open_clean(struct lookup *l, struct why *why)
{
	struct vault_info info;
	uint8_t found[SHA256_BYTES];
	char hex[2 * VAULT_DIGEST + 1];
	const char *item = json_text(l->data, "clean");
	AUTO(fd_close_drop) int fd = memfd_create("kept", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return fail(why, E_SYSTEM, "", "no memory file for the kept result");
	TRY(vault_to_fd(l->c->at.base.vault, slice_str(item), fd, &info, why));
	TRY(hash_fd(fd, found, why));
	hex_encode(info.digest, VAULT_DIGEST, hex);
	if (memcmp(found, info.sha256, sizeof found) != 0 || strcmp(hex, json_text(l->data, "clean_digest")) != 0)
		return fail(why, E_TAMPERED, item, "the kept result is not the one that was checked");
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return fail(why, E_SYSTEM, "", "the kept result cannot be sealed");
	l->out->fd = fd;
	fd = -1;
	return ok();
}

static const char *text_of(struct arena *arena, const json_t *object, const char *name)
{
	const char *copy = arena_string(arena, slice_str(json_text(object, name)));
	return copy ? copy : "";
}

static struct result take_removals(struct lookup *l, const json_t *list, struct why *why)
{
	struct removal **tail = &l->out->report.removals;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *pair = json_array_get(list, i);
		const char *what = json_string_value(json_array_get(pair, 0)), *where = json_string_value(json_array_get(pair, 1));
		struct removal *one = ARENA_NEW(l->arena, struct removal);
		if (!what || !where)
			return fail(why, E_TAMPERED, "", "the kept report is unreadable");
		if (!one || !(one->what = arena_string(l->arena, slice_str(what))) ||
		    !(one->where = arena_string(l->arena, slice_str(where))))
			return fail(why, E_MEMORY, "", "no memory for a report");
		*tail = one;
		tail = &one->next;
	}
	return ok();
}

static struct result open_report(struct lookup *l, bool refused, struct why *why)
{
	struct slice text;
	TRY(vault_get(l->c->at.base.vault, slice_str(json_text(l->data, "report")), l->arena, &text, why));
	AUTO(json_drop) json_t *all = json_loadb((const char *)text.at, text.len, 0, NULL);
	if (!json_is_object(all) || json_array_size(json_object_get(all, "signatures")))
		return fail(why, E_TAMPERED, "", "the kept report is unreadable");
	struct file_report *report = &l->out->report;
	*report = (struct file_report){
		.verdict = refused ? FILE_REFUSED : strcmp(json_text(l->data, "verdict"), "clean") == 0 ? FILE_CLEAN : FILE_CHANGED,
		.type = file_type_named(json_text(l->data, "type")), .reason = "", .place = "",
		.ending = text_of(l->arena, l->data, "ending"),
		.removal_count = (uint32_t)json_number(all, "removal_count")};
	l->out->refusal = text_of(l->arena, l->data, "refusal");
	l->out->sentence = text_of(l->arena, all, "sentence");
	l->out->reason = text_of(l->arena, all, "reason");
	TRY(take_removals(l, json_object_get(all, "removed"), why));
	bool shown = report->removals != NULL;
	if (report->type == FILE_UNKNOWN && !refused)
		return fail(why, E_TAMPERED, "", "the kept report names no type");
	return shown == (report->removal_count > 0) ? ok() : fail(why, E_TAMPERED, "", "the kept report is unreadable");
}

static struct result open_kept(struct lookup *l, int64_t seq, struct why *why)
{
	bool refused = false;
	TRY(open_entry(l, seq, &refused, why));
	TRY(open_report(l, refused, why));
	return refused ? ok() : open_clean(l, why);
}

static struct result forget(struct crossings *c, const char *key, struct why *why)
{
	bool own = false;
	TRY(change_begin(c, &own, why));
	const struct arg args[] = {arg_str(key)};
	return change_finish(c, own, store_run(c->at.base.store, "DELETE FROM crossing_cache WHERE key = ?1", args, 1, NULL, why),
	                     why);
}

struct result cache_find(struct crossings *c, const char *key, struct arena *arena, struct cached *out, struct why *why)
{
	int64_t entry = -1;
	struct why cause = {0};
	*out = (struct cached){.entry = -1, .refusal = "", .sentence = "", .reason = "", .fd = -1, .fault = ""};
	if (!key[0])
		return ok();
	TRY(row_of(c, key, &entry, why));
	if (entry < 0)
		return ok();
	AUTO(lookup_done) struct lookup l = {.c = c, .key = key, .arena = arena, .out = out};
	struct result opened = open_kept(&l, entry, &cause);
	if (opened.code == OK) {
		out->entry = entry;
		return ok();
	}
	*out = (struct cached){.entry = -1, .refusal = "", .sentence = "", .reason = "", .fd = -1, .fault = ""};
	if (opened.code != E_DENIED) { /* denied: its retention has ended, as it should */
		out->fault = arena_printf(arena, "the judgement of entry %lld could not be used again, rebuilt anew: %s",
		                          (long long)entry, cause.text);
		out->fault = out->fault ? out->fault : "a kept judgement could not be used again, rebuilt anew";
	}
	return forget(c, key, why);
}

/* ---- keeping ----------------------------------------------------------------------- */

/* Too old first; then the least recently used, until rows and bytes fit. */
static struct result prune(struct crossings *c, struct why *why)
{
	const struct crossing_settings *s = &c->at.settings;
	int64_t oldest = crossing_now(c) - (int64_t)s->cache_days * DAY_MS;
	const struct arg age[] = {arg_i64(oldest)};
	const struct arg most[] = {arg_i64((int64_t)s->cache_rows), arg_i64((int64_t)s->cache_bytes)};
	TRY(store_run(c->at.base.store, "DELETE FROM crossing_cache WHERE created_ms <= ?1", age, 1, NULL, why));
	return store_run(c->at.base.store,
	                 "DELETE FROM crossing_cache WHERE key IN (SELECT key FROM ("
	                 "SELECT key, ROW_NUMBER() OVER recent AS place, SUM(bytes) OVER recent AS total"
	                 " FROM crossing_cache WINDOW recent AS (ORDER BY used_ms DESC, entry DESC"
	                 " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)) AS ranked"
	                 " WHERE place > ?1 OR total > ?2)", most, 2, NULL, why);
}

static struct result full(struct crossings *c, bool *yes, struct why *why)
{
	const struct crossing_settings *s = &c->at.settings;
	int64_t oldest = crossing_now(c) - (int64_t)s->cache_days * DAY_MS;
	const struct arg args[] = {arg_i64((int64_t)s->cache_rows), arg_i64((int64_t)s->cache_bytes), arg_i64(oldest)};
	int64_t over = 0;
	bool found = false;
	TRY(store_ask_one(c->at.base.store,
	                  "SELECT CASE WHEN COUNT(*) > ?1 OR SUM(bytes) > ?2 OR MIN(created_ms) <= ?3 THEN 1 ELSE 0 END"
	                  " FROM crossing_cache", args, 3, &found, &over, why));
	*yes = found && over;
	return ok();
}

struct result cache_keep(struct crossings *c, const char *key, uint64_t bytes, struct why *why)
{
	int64_t size = 0;
	bool over = false;
	if (!key[0])
		return ok();
	TRY(ledger_size(c->at.base.ledger, &size, why));
	const struct arg args[] = {arg_str(key), arg_i64(size - 1), arg_i64((int64_t)bytes), arg_i64(crossing_now(c))};
	TRY(store_run(c->at.base.store,
	              "INSERT INTO crossing_cache (key, entry, bytes, created_ms, used_ms) VALUES (?1, ?2, ?3, ?4, ?4)"
	              " ON CONFLICT (key) DO UPDATE SET entry = ?2, bytes = ?3, created_ms = ?4, used_ms = ?4",
	              args, 4, NULL, why));
	TRY(full(c, &over, why));
	return over ? prune(c, why) : ok();
}

struct result cache_used(struct crossings *c, const char *key, struct why *why)
{
	const struct arg args[] = {arg_str(key), arg_i64(crossing_now(c))};
	return store_run(c->at.base.store, "UPDATE crossing_cache SET used_ms = ?2 WHERE key = ?1", args, 2, NULL, why);
}
