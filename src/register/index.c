/* The keys of rows: gathered in a hash table, written key by key, read as bits. */
#include "register/index_internal.h"

#include <stdlib.h>

enum { KEYS_MOST = 48 << 20, STEPS_MOST = 1 << 21, MOVES_MOST = 1 << 14, CHUNKS_MOST = 4096 };

struct result index_no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "index", "探す言葉の索引を作る記憶域が足りません。");
}

bool index_more(void *array, size_t *room, size_t count, size_t size)
{
	void **at = array;
	if (count < *room)
		return true;
	size_t more = *room ? *room * 2 : 1024;
	void *grown = reallocarray(*at, more, size);
	if (!grown)
		return false;
	*at = grown;
	*room = more;
	return true;
}

static void forget(void *context)
{
	struct word_index *index = context;
	index->pending_count = index->move_count = 0;
	index->step_count = 1;
	arena_reset(index->keys);
	if (index->slots)
		memset(index->slots, 0, index->slot_count * sizeof *index->slots);
}

static struct result write_gathered(void *context, struct why *why)
{
	return index_flush(context, why);
}

struct result index_open(struct store *store, const char *body, struct word_index **out, struct why *why)
{
	struct word_index *index = calloc(1, sizeof *index);
	if (!index)
		return index_no_memory(why);
	index->keys = arena_new((size_t)KEYS_MOST + (4 << 20));
	if (!index->keys || strlen(body) >= sizeof index->body) {
		arena_free(index->keys);
		free(index);
		return index_no_memory(why);
	}
	memcpy(index->body, body, strlen(body) + 1);
	index->store = store;
	index->step_count = 1;
	index->late = (struct store_late){.context = index, .write = write_gathered, .forget = forget};
	store_late_add(store, &index->late);
	*out = index;
	return ok();
}

void index_close(struct word_index *index)
{
	if (!index)
		return;
	store_late_remove(index->store, &index->late);
	arena_free(index->keys);
	free(index->pending);
	free(index->slots);
	free(index->steps);
	free(index->moves);
	free(index);
}

/* ---- gathering */

static uint64_t hash_of(struct slice kind, struct slice key, int64_t chunk)
{
	uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)chunk;
	for (size_t i = 0; i < key.len; i++)
		hash = (hash ^ key.at[i]) * UINT64_C(1099511628211);
	for (size_t i = 0; i < kind.len; i++)
		hash = (hash ^ kind.at[i]) * UINT64_C(1099511628211);
	return hash ^ hash >> 29;
}

static bool grow_slots(struct word_index *index)
{
	size_t count = index->slot_count ? index->slot_count * 2 : 4096;
	uint32_t *slots = calloc(count, sizeof *slots);
	if (!slots)
		return false;
	for (size_t i = 0; i < index->pending_count; i++) {
		size_t at = index->pending[i].hash & (count - 1);
		while (slots[at])
			at = (at + 1) & (count - 1);
		slots[at] = (uint32_t)i + 1;
	}
	free(index->slots);
	index->slots = slots;
	index->slot_count = count;
	return true;
}

/* pending_of - the key's page, made when nothing was gathered for it yet; NULL without memory */
static struct pending *pending_of(struct word_index *index, struct slice kind, struct slice key, int64_t chunk)
{
	uint64_t hash = hash_of(kind, key, chunk);
	if (index->pending_count * 2 >= index->slot_count && !grow_slots(index))
		return NULL;
	size_t at = hash & (index->slot_count - 1);
	for (; index->slots[at]; at = (at + 1) & (index->slot_count - 1)) {
		struct pending *p = &index->pending[index->slots[at] - 1];
		if (p->hash == hash && p->chunk == chunk && slice_equal(p->key, key) && slice_equal(p->kind, kind))
			return p;
	}
	struct pending made = {.kind = arena_copy(index->keys, kind), .key = arena_copy(index->keys, key),
	                       .chunk = chunk, .hash = hash};
	if (!made.kind.at || !made.key.at ||
	    !index_more(&index->pending, &index->pending_room, index->pending_count, sizeof *index->pending))
		return NULL;
	index->pending[index->pending_count] = made;
	index->slots[at] = (uint32_t)++index->pending_count;
	return &index->pending[index->pending_count - 1];
}

/* A key that a row leaves and comes back to, as most do when a row changes, is not written. */
static bool settled_by_last(struct word_index *index, struct pending *p, uint16_t doc, bool in)
{
	struct step *last = p->last ? &index->steps[p->last] : NULL;
	if (!last || last->doc != doc)
		return false;
	if (last->in == in)
		return true;
	bool came_back = in && !last->in, left_again = !in && last->nothing;
	if (!came_back && !left_again)
		return false;
	last->in = in;
	last->nothing = came_back;
	if (left_again)
		p->live++;
	else
		p->live--;
	return true;
}

struct result index_room(struct word_index *index, struct why *why)
{
	if (arena_used(index->keys) > KEYS_MOST || index->step_count > STEPS_MOST)
		return index_flush(index, why);
	if (index->move_count <= MOVES_MOST)
		return ok();
	TRY(shelf_flush(index, why));
	index->move_count = 0;
	return ok();
}

struct result index_note(struct word_index *index, const char *kind, struct slice key, int64_t doc, bool in,
                         struct why *why)
{
	if (doc < 0 || !store_in_transaction(index->store))
		return fail(why, E_CONFLICT, "index", "no transaction is open");
	struct pending *p = pending_of(index, slice_str(kind), key, doc / DOCS_PAGE);
	if (p && settled_by_last(index, p, (uint16_t)(doc % DOCS_PAGE), in))
		return ok();
	if (!p || !index_more(&index->steps, &index->step_room, index->step_count, sizeof *index->steps))
		return index_no_memory(why);
	uint32_t made = (uint32_t)index->step_count++;
	index->steps[made] = (struct step){.doc = (uint16_t)(doc % DOCS_PAGE), .in = in};
	if (p->last)
		index->steps[p->last].next = made;
	else
		p->first = made;
	p->last = made;
	p->live++;
	return ok();
}

/* ---- writing */

static int by_key(const void *a, const void *b)
{
	const struct pending *x = a, *y = b;
	size_t len = x->key.len < y->key.len ? x->key.len : y->key.len;
	int order = memcmp(x->key.at, y->key.at, len);
	if (order == 0)
		order = (x->key.len > y->key.len) - (x->key.len < y->key.len);
	return order ? order : (x->chunk > y->chunk) - (x->chunk < y->chunk);
}

static struct result broken(struct slice key, struct why *why)
{
	return fail(why, E_TAMPERED, "register_posting",
	            "探す言葉「%.*s」の索引が読めません。sekisho ledger rebuild で作り直してください。", SLICE_ARG(key));
}

static struct result read_page(struct word_index *index, const struct pending *p, uint64_t bits[DOCS_WORDS],
                               bool *found, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	memset(bits, 0, DOCS_WORDS * sizeof *bits);
	TRY(store_ask(index->store, "SELECT docs FROM register_posting WHERE body = ?1 AND kind = ?2 AND gram = ?3"
	                            " AND chunk = ?4",
	              ARGS(arg_str(index->body), arg_text(p->kind), arg_text(p->key), arg_i64(p->chunk)), &s, why));
	TRY(statement_step(s, found, why));
	if (*found && !docs_decode(column_blob(s, 0), bits))
		return broken(p->key, why);
	return ok();
}

static struct result write_page(struct word_index *index, const struct pending *p, struct slice packed, bool found,
                                struct why *why)
{
	const char *sql = !packed.len ? "DELETE FROM register_posting WHERE body = ?1 AND kind = ?2 AND gram = ?3 AND"
	                                " chunk = ?4"
	                  : found ? "UPDATE register_posting SET docs = ?5 WHERE body = ?1 AND kind = ?2 AND gram = ?3"
	                            " AND chunk = ?4"
	                          : "INSERT INTO register_posting (body, kind, gram, chunk, docs)"
	                            " VALUES (?1, ?2, ?3, ?4, ?5)";
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_ask(index->store, sql,
	              ARGS(arg_str(index->body), arg_text(p->kind), arg_text(p->key), arg_i64(p->chunk)), &s, why));
	if (packed.len)
		bind_blob(s, 5, packed);
	return statement_run(s, NULL, why);
}

static struct result flush_one(struct word_index *index, const struct pending *p, struct why *why)
{
	uint64_t bits[DOCS_WORDS], before[DOCS_WORDS];
	uint8_t packed[DOCS_PAGE / 8];
	bool found;
	TRY(read_page(index, p, bits, &found, why));
	memcpy(before, bits, sizeof bits);
	for (uint32_t at = p->first; at; at = index->steps[at].next) {
		if (index->steps[at].nothing)
			continue;
		uint64_t bit = UINT64_C(1) << (index->steps[at].doc % 64), *word = &bits[index->steps[at].doc / 64];
		*word = index->steps[at].in ? *word | bit : *word & ~bit;
	}
	if (memcmp(before, bits, sizeof bits) == 0)
		return ok();
	return write_page(index, p, slice_of(packed, docs_encode(bits, packed)), found, why);
}

struct result index_flush(struct word_index *index, struct why *why)
{
	if (!index->pending_count && !index->move_count)
		return ok();
	if (index->pending_count)
		qsort(index->pending, index->pending_count, sizeof *index->pending, by_key);
	struct result done = ok();
	for (size_t i = 0; i < index->pending_count && done.code == OK; i++)
		if (index->pending[i].live)
			done = flush_one(index, &index->pending[i], why);
	if (done.code == OK)
		done = shelf_flush(index, why);
	forget(index); /* what could not be written goes with the transaction */
	return done;
}

struct result index_clear(struct word_index *index, struct why *why)
{
	forget(index);
	return store_exec(index->store, "DELETE FROM register_posting; DELETE FROM register_shelf", why);
}

struct result index_is_new(struct word_index *index, bool *out, struct why *why)
{
	bool found;
	TRY(store_ask_one(index->store, "SELECT 1 FROM register_posting LIMIT 1", NULL, 0, &found, NULL, why));
	*out = !found;
	return ok();
}

/* ---- reading */

struct result index_docs(struct word_index *index, const char *kind, struct slice key, struct arena *arena,
                         struct docs *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	size_t room = 0;
	*out = (struct docs){0};
	TRY(index_flush(index, why));
	TRY(store_ask(index->store, "SELECT chunk, docs FROM register_posting WHERE body = ?1 AND kind = ?2 AND"
	                            " gram = ?3 ORDER BY chunk LIMIT ?4",
	              ARGS(arg_str(index->body), arg_str(kind), arg_text(key), arg_i64(CHUNKS_MOST)), &s, why));
	for (bool row = true;;) {
		TRY(statement_step(s, &row, why));
		if (!row)
			return ok();
		if (out->count == room) {
			struct docs_page *more = ARENA_ARRAY(arena, room ? room * 2 : 8, struct docs_page);
			if (!more)
				return index_no_memory(why);
			if (room)
				memcpy(more, out->pages, room * sizeof *more);
			out->pages = more;
			room = room ? room * 2 : 8;
		}
		out->pages[out->count].chunk = column_i64(s, 0);
		if (!docs_decode(column_blob(s, 1), out->pages[out->count++].bits))
			return broken(key, why);
	}
}
