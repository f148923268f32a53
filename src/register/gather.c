/* Rows while all entries are applied: kept in memory, written once.
 *
 * A row of an old register has been changed many times, and only what its last version
 * says stands in the tables.  Each version is judged as the table would judge it (the
 * next number, the same kind and serial, not closed).  Rows stand in the order of
 * their first entries, so that the tables' keys are appended to.  What is unusual (a
 * class rated anew on other scales, or of a closed row) is left to the tables: all is
 * written, and the entry is applied.                                        */
#include "register/internal.h"

#include <stdlib.h>

enum { GATHERED_BYTES = 192 << 20, SLOTS_LEAST = 1 << 10 };

/* One row; the texts lie behind it. */
struct kept {
	int64_t version, serial, time_ms;
	bool closed;
	struct slice id, body, kind, actor;
	struct slice data, rated; /* of the last version; rated anew since then, or empty */
	char text[];
};

struct gathered {
	struct kept **rows;
	size_t count, room;
	uint32_t *slots; /* row's number + 1, by the hash of its id; 0: free */
	size_t slot_count;
	size_t bytes, most;
};

/* ---- rows by their ids --------------------------------------------------------- */

static uint64_t mix(struct slice text)
{
	uint64_t h = UINT64_C(1469598103934665603);
	for (size_t i = 0; i < text.len; i++)
		h = (h ^ text.at[i]) * UINT64_C(1099511628211);
	return h;
}

/* the slot that names the row, or the free one where it would be */
static uint32_t *slot_of(const struct gathered *g, struct slice id)
{
	size_t i = (size_t)mix(id) & (g->slot_count - 1);
	while (g->slots[i] && !slice_equal(g->rows[g->slots[i] - 1]->id, id))
		i = (i + 1) & (g->slot_count - 1);
	return &g->slots[i];
}

static struct kept **find(const struct gathered *g, struct slice id)
{
	uint32_t *slot = g->slot_count ? slot_of(g, id) : NULL;
	return slot && *slot ? &g->rows[*slot - 1] : NULL;
}

/* twice as many, at most half of them taken */
static bool more_slots(struct gathered *g)
{
	size_t wanted = g->slot_count ? g->slot_count * 2 : SLOTS_LEAST;
	uint32_t *slots = calloc(wanted, sizeof *slots);
	if (!slots)
		return false;
	free(g->slots);
	g->slots = slots;
	g->slot_count = wanted;
	for (size_t i = 0; i < g->count; i++)
		*slot_of(g, g->rows[i]->id) = (uint32_t)i + 1;
	return true;
}

static bool add(struct gathered *g, struct kept *row)
{
	if (g->count == g->room) {
		size_t room = g->room ? g->room * 2 : SLOTS_LEAST;
		struct kept **rows = reallocarray(g->rows, room, sizeof(struct kept *));
		if (!rows)
			return false;
		g->rows = rows;
		g->room = room;
	}
	if ((g->count + 1) * 2 > g->slot_count && !more_slots(g))
		return false;
	*slot_of(g, row->id) = (uint32_t)g->count + 1;
	g->rows[g->count++] = row;
	return true;
}

static size_t size_of(const struct kept *row)
{
	return sizeof *row + row->id.len + row->body.len + row->kind.len + row->actor.len + row->data.len + row->rated.len;
}

/* a copy with its own texts */
static struct kept *keep(const struct kept *row)
{
	struct kept *made = malloc(size_of(row));
	if (!made)
		return NULL;
	*made = *row;
	struct slice *const texts[] = {&made->id, &made->body, &made->kind, &made->actor, &made->data, &made->rated};
	char *at = made->text;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (texts[i]->len)
			memcpy(at, texts[i]->at, texts[i]->len);
		*texts[i] = slice_of(at, texts[i]->len);
		at += texts[i]->len;
	}
	return made;
}

/* place  where the row stands; NULL: it is new */
static struct result put(struct gathered *g, struct kept **place, const struct kept *row, struct why *why)
{
	struct kept *made = keep(row);
	if (!made || (!place && !add(g, made))) {
		free(made);
		return register_no_memory(why);
	}
	g->bytes += size_of(made);
	if (!place)
		return ok();
	g->bytes -= size_of(*place);
	free(*place);
	*place = made;
	return ok();
}

static void empty(struct gathered *g)
{
	for (size_t i = 0; i < g->count; i++)
		free(g->rows[i]);
	g->count = g->bytes = 0;
	if (g->slots)
		memset(g->slots, 0, g->slot_count * sizeof *g->slots);
}

/* ---- writing -------------------------------------------------------------------- */

static json_t *parse(struct slice text)
{
	return json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, NULL);
}

static struct result write_row(struct store *store, const struct kept *row, struct why *why)
{
	const struct ledger_entry last = {.subject = row->id, .body = row->body, .actor = row->actor, .time_ms = row->time_ms,
	                                  .kind = SLICE("register.changed")};
	AUTO(json_drop) json_t *data = parse(row->data);
	AUTO(json_drop) json_t *rated = row->rated.len ? parse(row->rated) : NULL;
	const struct row_told told = {.last = &last, .data = data, .rated = rated, .version = row->version,
	                              .closed = row->closed};
	if (!data || (row->rated.len && !rated))
		return register_no_memory(why); /* they were read before */
	return row_insert(store, &told, why);
}

static struct result write_rows(struct gathered *g, struct store *store, struct why *why)
{
	for (size_t i = 0; i < g->count; i++)
		TRY(write_row(store, g->rows[i], why));
	empty(g);
	return ok();
}

/* ---- entries --------------------------------------------------------------------- */

struct taking {
	struct gathered *g;
	struct store *store;
	const struct ledger_entry *entry;
	json_t *data;
	struct kept **place; /* NULL: the row is not kept */
};

static struct result take_version(struct taking *t, struct why *why)
{
	const struct ledger_entry *e = t->entry;
	const struct kept now = {
		.version = json_number(t->data, "version"), .serial = json_number(t->data, "serial"), .time_ms = e->time_ms,
		.id = e->subject, .body = e->body, .kind = slice_str(json_text(t->data, "kind")), .actor = e->actor,
		.data = e->data};
	const struct kept *before = t->place ? *t->place : NULL;
	if (!entry_tells_row(t->data))
		return entry_misfit(e, why);
	if (!before && now.version != 1)
		return register_apply(t->store, e, why);
	if (before && (before->closed || now.version != before->version + 1 || now.serial != before->serial ||
	               !slice_equal(now.kind, before->kind) || !slice_equal(now.body, before->body)))
		return entry_misfit(e, why);
	return put(t->g, t->place, &now, why);
}

static struct result take_closed(struct taking *t, struct why *why)
{
	if (!t->place)
		return register_apply(t->store, t->entry, why);
	struct kept now = **t->place;
	if (now.closed || json_number(t->data, "version") != now.version + 1)
		return entry_misfit(t->entry, why);
	now.closed = true;
	now.version++;
	now.time_ms = t->entry->time_ms;
	now.actor = t->entry->actor;
	return put(t->g, t->place, &now, why);
}

static bool same_scales(json_t *a, json_t *b)
{
	const char *scale;
	json_t *value;
	json_object_foreach(a, scale, value)
		if (!json_object_get(b, scale))
			return false;
	return json_object_size(a) == json_object_size(b);
}

static struct result take_rated(struct taking *t, struct why *why)
{
	json_t *rated = json_object_get(t->data, "rated");
	AUTO(json_drop) json_t *said = t->place ? parse((*t->place)->data) : NULL;
	AUTO(buffer_done) struct buffer text = {0};
	buffer_init(&text, LEDGER_LEAF_MAX);
	if (!entry_rates(rated))
		return entry_misfit(t->entry, why);
	if (!said || (*t->place)->closed || !same_scales(rated, json_object_get(said, "rated"))) {
		TRY(write_rows(t->g, t->store, why));
		return register_apply(t->store, t->entry, why);
	}
	TRY(json_canonical(rated, &text, why));
	struct kept now = **t->place;
	now.rated = buffer_slice(&text);
	return put(t->g, t->place, &now, why);
}

static const struct {
	const char *kind;
	struct result (*take)(struct taking *, struct why *);
} acts[] = {
	{"register.registered", take_version},
	{"register.changed", take_version},
	{"register.rated", take_rated},
	{"register.closed", take_closed},
};

static struct result take(void *gathered, struct store *store, const struct ledger_entry *entry, struct why *why)
{
	struct gathered *g = gathered;
	struct taking t = {.g = g, .store = store, .entry = entry, .place = find(g, entry->subject)};
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		AUTO(json_drop) json_t *data = NULL;
		if (!slice_is(entry->kind, acts[i].kind))
			continue;
		TRY(record_data(entry, &data, why));
		t.data = data;
		TRY(acts[i].take(&t, why));
		return g->bytes > g->most ? write_rows(g, store, why) : ok();
	}
	return register_apply(store, entry, why);
}

struct gathered *gathered_new(size_t most_bytes)
{
	struct gathered *g = calloc(1, sizeof *g);
	if (g)
		g->most = most_bytes;
	return g;
}

static void *begin(void)
{
	return gathered_new(GATHERED_BYTES);
}

static struct result write_all(void *gathered, struct store *store, struct why *why)
{
	return write_rows(gathered, store, why);
}

static void end(void *gathered)
{
	struct gathered *g = gathered;
	if (!g)
		return;
	empty(g);
	free(g->rows);
	free(g->slots);
	free(g);
}

const struct projection_gathering register_gathering = {begin, take, write_all, end};
