/* Entries, their index and the tree against each other, in one pass.
 *
 * Every entry is hashed and pushed to a frontier that grows as the tree did; the
 * stored nodes are read beside it, one ordered stream a level.  Where a stored
 * leaf hash and an entry disagree, the pass goes on with the stored one, so that
 * one change is named once and not again at every node above it.            */
#include "ledger/ledger_room.h"

#include <stdarg.h>
#include <stdio.h>

/* One level's stored nodes, in order. */
struct level {
	struct statement *nodes;
	bool row;
};

struct scan {
	struct verifying *v;
	struct store *store;
	struct arena *arena; /* of one entry */
	struct merkle_frontier frontier;
	struct level levels[MERKLE_LEVELS];
	bool tree_lost;      /* the entries have a hole that no stored hash fills */
	int64_t nodes;       /* matched */
	int64_t clauses;     /* matched */
	int64_t last_ms;
	struct sized_root *roots;
	size_t root_count;
};

/* ---- faults -------------------------------------------------------------- */

bool verify_found(const struct verifying *v, const char *what)
{
	for (const struct ledger_fault *f = v->verdict->faults; f; f = f->next)
		if (strcmp(f->what, what) == 0)
			return true;
	return false;
}

void verify_fault(struct verifying *v, const char *what, const char *place, const char *text)
{
	v->verdict->sound = false;
	if (verify_found(v, what))
		return;
	struct ledger_fault *fault = ARENA_NEW(v->arena, struct ledger_fault);
	if (!fault)
		return; /* the verdict is unsound all the same */
	fault->what = what;
	fault->place = arena_string(v->arena, slice_str(place));
	fault->text = arena_string(v->arena, slice_str(text));
	if (!fault->place || !fault->text)
		fault->place = fault->text = "";
	*v->last = fault;
	v->last = &fault->next;
}

static void entry_fault(struct scan *scan, const char *what, int64_t seq, const char *text)
{
	char place[64];
	snprintf(place, sizeof place, "entry %lld", (long long)seq);
	verify_fault(scan->v, what, place, text);
}

static void node_fault(struct scan *scan, int level, int64_t place, const char *text)
{
	char at[96];
	snprintf(at, sizeof at, "tree level %d place %lld (entry %lld)", level, (long long)place,
	         (long long)(place << level));
	verify_fault(scan->v, "tree", at, text);
}

/* ---- stored nodes -------------------------------------------------------- */

static struct result open_level(struct scan *scan, int level, struct why *why)
{
	struct level *l = &scan->levels[level];
	if (l->nodes)
		return ok();
	TRY(store_prepare(scan->store,
	                  "SELECT place, hash FROM ledger_node WHERE level = ?1 ORDER BY place", &l->nodes,
	                  why));
	bind_i64(l->nodes, 1, level);
	return statement_step(l->nodes, &l->row, why);
}

/* stored - the node, if there is one; the stream goes on behind it */
static struct result stored(struct scan *scan, int level, int64_t place, bool *found,
                            uint8_t out[SHA256_BYTES], struct why *why)
{
	struct level *l = &scan->levels[level];
	*found = false;
	TRY(open_level(scan, level, why));
	while (l->row && column_i64(l->nodes, 0) < place) {
		node_fault(scan, level, column_i64(l->nodes, 0), "木に、記録のない節があります。");
		TRY(statement_step(l->nodes, &l->row, why));
	}
	if (!l->row || column_i64(l->nodes, 0) != place)
		return ok();
	struct slice hash = column_blob(l->nodes, 1);
	*found = hash.len == SHA256_BYTES;
	if (*found)
		memcpy(out, hash.at, SHA256_BYTES);
	scan->nodes++;
	return statement_step(l->nodes, &l->row, why);
}

/* check_node - a node above the leaves against the stored one */
static struct result check_node(struct scan *scan, int level, int64_t place,
                                const uint8_t hash[SHA256_BYTES], struct why *why)
{
	uint8_t kept[SHA256_BYTES];
	bool found = false;
	TRY(stored(scan, level, place, &found, kept, why));
	if (!found)
		node_fault(scan, level, place, "木の節が消えています。");
	else if (memcmp(kept, hash, SHA256_BYTES) != 0)
		node_fault(scan, level, place, "木の節が、その下の記録から計算した値と違います。");
	return ok();
}

static void note_roots(struct scan *scan)
{
	while (scan->root_count && scan->roots->size <= scan->frontier.size) {
		if (scan->roots->size == scan->frontier.size && !scan->tree_lost) {
			merkle_frontier_root(&scan->frontier, scan->roots->root);
			scan->roots->known = true;
		}
		scan->roots++;
		scan->root_count--;
	}
}

static struct result push(struct scan *scan, const uint8_t leaf[SHA256_BYTES], struct why *why)
{
	uint8_t hash[SHA256_BYTES];
	int64_t place = scan->frontier.size;
	int level = 0;
	memcpy(hash, leaf, SHA256_BYTES);
	for (; place & 1; place >>= 1, level++) {
		merkle_node(scan->frontier.at[level], hash, hash);
		TRY(check_node(scan, level + 1, place >> 1, hash, why));
	}
	memcpy(scan->frontier.at[level], hash, SHA256_BYTES);
	scan->frontier.size++;
	note_roots(scan);
	return ok();
}

/* ---- one entry ----------------------------------------------------------- */

static bool index_agrees(struct statement *s, const struct ledger_entry *entry)
{
	return column_i64(s, 2) == entry->time_ms && slice_equal(column_text(s, 3), entry->kind) &&
	       slice_equal(column_text(s, 4), entry->actor) && slice_equal(column_text(s, 5), entry->subject);
}

static bool said_before(const struct ledger_entry *entry, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (slice_equal(entry->clauses[i], entry->clauses[at]))
			return true;
	return false;
}

static struct result check_clauses(struct scan *scan, int64_t seq, const struct ledger_entry *entry,
                                   struct why *why)
{
	for (size_t i = 0; i < entry->clause_count; i++) {
		AUTO(statement_drop) struct statement *s = NULL;
		bool row = false;
		if (said_before(entry, i))
			continue;
		TRY(store_prepare(scan->store,
		                  "SELECT 1 FROM ledger_entry_clause WHERE clause = ?1 AND seq = ?2", &s, why));
		bind_text(s, 1, entry->clauses[i]);
		bind_i64(s, 2, seq);
		TRY(statement_step(s, &row, why));
		scan->clauses += row;
		if (!row)
			entry_fault(scan, "index", seq, "記録の条項が、検索用の表から消えています。");
	}
	return ok();
}

/* check_entry - what the bytes say: of this place, and of this hash where one is
 * kept (nullable).  What is already named has no further consequences here.  */
static struct result check_entry(struct scan *scan, struct statement *s, int64_t seq,
                                 const uint8_t *kept, struct why *why)
{
	struct ledger_entry entry;
	uint8_t hash[SHA256_BYTES];
	arena_reset(scan->arena);
	if (entry_read(column_blob(s, 1), scan->arena, &entry, NULL).code != OK) {
		entry_fault(scan, "entry", seq, "記録の内容が壊れているか、書き換えられています。");
		return ok();
	}
	if (entry.seq != seq) {
		char text[160];
		snprintf(text, sizeof text, "この位置に、本来は %lld 番の記録が置かれています。順序が入れ替えられています。",
		         (long long)entry.seq);
		entry_fault(scan, "order", seq, text);
		return ok();
	}
	merkle_leaf(column_blob(s, 1), hash);
	if (kept && memcmp(kept, hash, SHA256_BYTES) != 0) {
		entry_fault(scan, "entry", seq, "記録の内容が、記録したときのハッシュ値と違います。書き換えられています。");
		return ok();
	}
	if (entry.time_ms < scan->last_ms)
		entry_fault(scan, "order", seq, "記録の時刻が、ひとつ前の記録より戻っています。");
	scan->last_ms = entry.time_ms;
	if (!index_agrees(s, &entry))
		entry_fault(scan, "index", seq, "検索用の列が、記録の内容と違います。");
	return check_clauses(scan, seq, &entry, why);
}

static struct result scan_entry(struct scan *scan, struct statement *s, int64_t seq, struct why *why)
{
	uint8_t kept[SHA256_BYTES];
	bool found = false;
	TRY(stored(scan, 0, seq, &found, kept, why));
	TRY(check_entry(scan, s, seq, found ? kept : NULL, why));
	if (!found) {
		node_fault(scan, 0, seq, "木の葉が消えています。");
		merkle_leaf(column_blob(s, 1), kept);
	}
	return push(scan, kept, why);
}

/* fill_gap - entries that are not there, as far as their hashes still are */
static struct result fill_gap(struct scan *scan, int64_t until, struct why *why)
{
	while (scan->frontier.size < until && !scan->tree_lost) {
		uint8_t kept[SHA256_BYTES];
		bool found = false;
		entry_fault(scan, "missing", scan->frontier.size, "記録が消えています。");
		TRY(stored(scan, 0, scan->frontier.size, &found, kept, why));
		if (found)
			TRY(push(scan, kept, why));
		else
			scan->tree_lost = true;
	}
	return ok();
}

/* ---- the whole ----------------------------------------------------------- */

static struct result count_rows(struct store *store, const char *sql, int64_t *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(store, sql, &s, why));
	TRY(statement_step(s, &row, why));
	*out = row ? column_i64(s, 0) : 0;
	return ok();
}

/* What is stored beyond the last entry; consequences of a fault that is named
 * already are not named again.                                              */
static struct result check_rest(struct scan *scan, struct why *why)
{
	int64_t nodes = 0, clauses = 0;
	TRY(open_level(scan, 0, why));
	if (scan->levels[0].row)
		entry_fault(scan, "missing", scan->frontier.size, "末尾の記録が消えています。木には残っています。");
	TRY(count_rows(scan->store, "SELECT count(*) FROM ledger_node", &nodes, why));
	if (nodes != scan->nodes && !verify_found(scan->v, "missing") && !verify_found(scan->v, "tree"))
		verify_fault(scan->v, "tree", "ledger_node", "木に、どの記録のものでもない節があります。");
	TRY(count_rows(scan->store, "SELECT count(*) FROM ledger_entry_clause", &clauses, why));
	bool read_all = !verify_found(scan->v, "entry") && !verify_found(scan->v, "order") &&
	                !verify_found(scan->v, "missing");
	if (clauses != scan->clauses && read_all)
		verify_fault(scan->v, "index", "ledger_entry_clause",
		             "検索用の表に、どの記録にもない条項があります。");
	return ok();
}

static struct result scan_all(struct scan *scan, struct statement *s, struct why *why)
{
	bool row = false;
	note_roots(scan);
	TRY(statement_step(s, &row, why));
	while (row) {
		int64_t seq = column_i64(s, 0);
		scan->v->verdict->entries++;
		TRY(fill_gap(scan, seq, why));
		if (scan->tree_lost || seq < scan->frontier.size) {
			TRY(check_entry(scan, s, seq, NULL, why));
			if (seq < 0)
				entry_fault(scan, "order", seq, "ありえない番号の記録があります。");
		} else {
			TRY(scan_entry(scan, s, seq, why));
		}
		TRY(statement_step(s, &row, why));
	}
	return scan->tree_lost ? ok() : check_rest(scan, why);
}

struct result verify_entries(struct verifying *v, struct sized_root *roots, size_t count,
                             struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	AUTO(arena_drop) struct arena *arena = arena_new(4 * LEDGER_LEAF_MAX);
	struct scan scan = {.v = v, .store = v->ledger->store, .arena = arena, .roots = roots,
	                    .root_count = count};
	if (!arena)
		return fail(why, E_MEMORY, "ledger", "no memory to verify");
	TRY(store_prepare(scan.store,
	                  "SELECT seq, leaf, time_ms, kind, actor, subject FROM ledger_entry ORDER BY seq",
	                  &s, why));
	struct result done = scan_all(&scan, s, why);
	for (int level = 0; level < MERKLE_LEVELS; level++)
		statement_done(scan.levels[level].nodes);
	return done;
}
