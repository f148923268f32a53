/* Counters begin at nothing whenever a ruleset is loaded, so only growth is added. */
#include "gate/zone/watcher.h"

#include "base/file.h"
#include "gate/net/index.h"
#include "gate/zone/counts.h"

#include <stdio.h>
#include <stdlib.h>

enum { COUNT_MS = 300000, WRITE_MS = 1000 };

struct use { /* of one flow: what its elements' counters said last */
	struct hit hit;
	uint64_t before, now;
};
struct watcher {
	struct watcher_settings settings;
	struct nflog *log;
	int asking;
	struct arena *tables;      /* of refusals */
	struct refusals *refusals;
	bool unwritten;
	int64_t written_ms, counted_ms;
	struct arena *uses_arena;  /* of uses; taken over by the next count */
	struct use *uses;
	size_t use_count;
	day_t since;
};

static void tell(struct watcher *w, const struct why *why)
{
	char text[1200];
	snprintf(text, sizeof text, "%s: %s", why->place, why->text);
	if (w->settings.tell)
		w->settings.tell(w->settings.context, text);
}

static day_t today(const struct watcher *w)
{
	return day_of_ms(clock_now_ms(w->settings.clock));
}

static bool read_text(struct watcher *w, const char *name, struct arena *arena, struct slice *out)
{
	char path[4096];
	struct why why = {0};
	snprintf(path, sizeof path, "%s/%s", w->settings.folder, name);
	enum error code = file_read(path, TALLY_BYTES, arena, out, &why).code;
	if (code != OK && code != E_ABSENT)
		tell(w, &why);
	return code == OK;
}

static void write_text(struct watcher *w, const char *name, const struct buffer *text)
{
	char path[4096];
	struct why why = {0};
	snprintf(path, sizeof path, "%s/%s", w->settings.folder, name);
	if (!buffer_ok(text) || file_write(path, buffer_slice(text), 0640, &why).code != OK)
		tell(w, &why);
}

/* ---- beginning --------------------------------------------------------------------- */

static void begin_refusals(struct watcher *w)
{
	AUTO(arena_drop) struct arena *arena = arena_new(TALLY_BYTES + (4 << 20));
	struct slice text;
	struct refusals *kept;
	struct why why = {0};
	if (!arena || !read_text(w, "refused", arena, &text))
		return;
	if (refusals_read(text, arena, &kept, &why).code != OK) {
		tell(w, &why);
		return;
	}
	memcpy(w->refusals->at, kept->at, kept->count * sizeof *kept->at);
	w->refusals->count = kept->count;
	w->refusals->others = kept->others;
}

static void begin_hits(struct watcher *w)
{
	struct slice text;
	struct hits hits = {.count = 0};
	struct why why = {0};
	w->since = today(w);
	if (!read_text(w, "hits", w->uses_arena, &text))
		return;
	if (hits_read(text, w->uses_arena, &hits, &why).code != OK) {
		tell(w, &why);
		return;
	}
	w->uses = ARENA_ARRAY(w->uses_arena, hits.count + 1, struct use);
	w->use_count = w->uses ? hits.count : 0;
	w->since = w->uses ? hits.since : w->since;
	for (size_t i = 0; i < w->use_count; i++)
		w->uses[i].hit = hits.at[i];
}

struct result watcher_open(const struct watcher_settings *settings, struct watcher **out, struct why *why)
{
	struct watcher *w = calloc(1, sizeof *w);
	if (!w)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	w->settings = *settings;
	w->asking = -1;
	w->settings.count_every_ms = settings->count_every_ms ? settings->count_every_ms : COUNT_MS;
	w->settings.write_every_ms = settings->write_every_ms ? settings->write_every_ms : WRITE_MS;
	w->tables = arena_new(4 << 20);
	w->uses_arena = arena_new((size_t)256 << 20);
	w->refusals = w->tables ? refusals_new(w->tables) : NULL;
	struct result r = w->refusals && w->uses_arena ? netlink_open(0, &w->asking, why) : fail(why, E_MEMORY, "", "メモリーが足りません。");
	if (r.code == OK)
		r = nflog_open(&w->log, why);
	if (r.code != OK) {
		w->refusals = NULL; /* nothing to write */
		watcher_close(w);
		return r;
	}
	begin_refusals(w);
	begin_hits(w);
	*out = w;
	return ok();
}

static void write_refusals(struct watcher *w)
{
	struct buffer text;
	buffer_init(&text, TALLY_BYTES);
	refusals_write(w->refusals, &text);
	write_text(w, "refused", &text);
	buffer_done(&text);
	w->unwritten = false;
}

void watcher_close(struct watcher *w)
{
	if (!w)
		return;
	if (w->refusals && w->unwritten)
		write_refusals(w);
	nflog_close(w->log);
	fd_close_drop(&w->asking);
	arena_free(w->tables);
	arena_free(w->uses_arena);
	free(w);
}

int watcher_events(const struct watcher *w)
{
	return nflog_events(w->log);
}

/* ---- counting ------------------------------------------------------------------------ */

struct census {
	struct arena *arena;
	struct index index;
	struct use *uses;
	size_t count, room;
	bool full;
};

static void count_one(void *context, struct slice comment, uint64_t packets)
{
	struct census *c = context;
	uint32_t at = 0;
	if (c->full || comment.len == 0 || comment.len > 64)
		return;
	if (!index_find(&c->index, comment, &at)) {
		struct slice id = arena_copy(c->arena, comment);
		at = (uint32_t)c->count;
		if (!id.at || c->count == c->room || !index_add(&c->index, id, at)) {
			c->full = true;
			return;
		}
		c->uses[c->count++] = (struct use){.hit = {.flow = id}};
	}
	c->uses[at].now += packets;
}

/* Flows that were there before keep their days, whether they still have elements or not. */
static bool census_open(struct watcher *w, struct arena *arena, size_t room, struct census *c)
{
	*c = (struct census){.arena = arena, .room = room};
	c->uses = ARENA_ARRAY(arena, c->room, struct use);
	if (!c->uses || !index_init(&c->index, c->room, arena))
		return false;
	for (size_t i = 0; i < w->use_count && !c->full; i++) {
		size_t before = c->count;
		count_one(c, w->uses[i].hit.flow, 0);
		if (c->count == before)
			continue;
		struct use *to = &c->uses[before];
		to->hit.packets = w->uses[i].hit.packets;
		to->hit.last = w->uses[i].hit.last;
		to->before = w->uses[i].now;
	}
	return !c->full;
}

static void grow(struct watcher *w, struct census *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct use *u = &c->uses[i];
		uint64_t more = u->now >= u->before ? u->now - u->before : u->now;
		u->hit.packets += more;
		if (more)
			u->hit.last = today(w);
	}
}

static void write_hits(struct watcher *w, const struct census *c)
{
	struct hits hits = {.at = ARENA_ARRAY(c->arena, c->count + 1, struct hit), .since = w->since};
	struct buffer text;
	if (!hits.at)
		return;
	for (size_t i = 0; i < c->count; i++)
		if (c->uses[i].hit.packets) /* a flow that was never used has no line */
			hits.at[hits.count++] = c->uses[i].hit;
	buffer_init(&text, TALLY_BYTES);
	hits_write(&hits, &text);
	write_text(w, "hits", &text);
	buffer_done(&text);
}

/* take_census - with more room each time it was not enough */
static struct result take_census(struct watcher *w, struct arena *arena, struct census *c, struct why *why)
{
	for (size_t room = 1024 + 2 * w->use_count; room <= 4 * MODEL_FLOWS; room *= 4) {
		arena_reset(arena);
		if (!census_open(w, arena, room, c))
			return fail(why, E_MEMORY, "", "メモリーが足りません。");
		TRY(counts_take(w->asking, count_one, c, why));
		if (!c->full)
			return ok();
	}
	return fail(why, E_LIMIT, "", "カーネルの許可が多すぎて、数えられません。");
}

struct result watcher_count(struct watcher *w, struct why *why)
{
	struct census c;
	struct arena *arena = arena_new((size_t)256 << 20);
	w->counted_ms = clock_now_ms(w->settings.clock);
	if (!arena)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	struct result r = take_census(w, arena, &c, why);
	if (r.code != OK) {
		arena_free(arena);
		return r;
	}
	grow(w, &c);
	write_hits(w, &c);
	arena_free(w->uses_arena);
	w->uses_arena = arena;
	w->uses = c.uses;
	w->use_count = c.count;
	return ok();
}

struct result watcher_round(struct watcher *w, struct why *why)
{
	int64_t now = clock_now_ms(w->settings.clock);
	size_t heard = 0;
	TRY(nflog_hear(w->log, w->refusals, now, &heard, why));
	w->unwritten |= heard > 0;
	bool due = now - w->written_ms >= w->settings.write_every_ms || now < w->written_ms;
	if (w->unwritten && due) {
		write_refusals(w);
		w->written_ms = now;
	}
	if (now - w->counted_ms >= w->settings.count_every_ms || now < w->counted_ms)
		return watcher_count(w, why);
	return ok();
}
