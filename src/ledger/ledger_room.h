/* ledger/ledger_room.h - what the ledger's own files share; nobody else includes it */
#ifndef SEKISHO_LEDGER_LEDGER_ROOM_H
#define SEKISHO_LEDGER_LEDGER_ROOM_H

#include "ledger/ledger.h"
#include "ledger/note.h"

struct ledger {
	struct store *store;
	char origin[NOTE_NAME_MAX + 1];
	const struct projection *const *projections;
	struct clock clock;
	struct buffer leaf; /* of the entry being appended */
};

/* ---- entry.c: an entry and its bytes ------------------------------------- */

/* entry_write - the leaf; E_INPUT, E_LIMIT */
struct result entry_write(const struct ledger_entry *entry, struct buffer *out, struct why *why) MUST;
/* entry_read - the opposite, of stored bytes; strings borrow from leaf or live
 * in the arena; E_TAMPERED where the bytes are not what entry_write makes    */
struct result entry_read(struct slice leaf, struct arena *arena, struct ledger_entry *out,
                         struct why *why) MUST;

/* ---- tree.c: the nodes in the store -------------------------------------- */

/* tree_append - the leaf's hash and every subtree that it completes */
struct result tree_append(struct store *store, int64_t seq, const uint8_t leaf[SHA256_BYTES],
                          struct why *why) MUST;
/* tree_range - root of the entries [from, to); from is a multiple of a power of
 * two that is not below to - from                                           */
struct result tree_range(struct store *store, int64_t from, int64_t to, uint8_t out[SHA256_BYTES],
                         struct why *why) MUST;

/* ---- ledger.c ------------------------------------------------------------ */

/* ledger_tail - number of entries and time of the last (0 without any) */
struct result ledger_tail(struct store *store, int64_t *size, int64_t *time_ms, struct why *why) MUST;
bool projection_wants(const struct projection *projection, struct slice kind);
/* ledger_project - apply the entry to every projection that wants it, in `store` */
struct result ledger_project(const struct ledger *ledger, struct store *store,
                             const struct ledger_entry *entry, struct why *why) MUST;
struct result ledger_migrate_own(struct store *store, struct why *why) MUST;
struct result ledger_migrate_projections(const struct ledger *ledger, struct store *store,
                                         struct why *why) MUST;

/* ---- shape.c -------------------------------------------------------------- */

/* ledger_same_shape - columns, indexes, triggers are those of the other's */
struct result ledger_same_shape(struct store *kept, struct store *made, const char *table, bool *same,
                                struct why *why) MUST;

/* ---- verify.c, rows.c ---------------------------------------------------- */

struct verifying {
	struct ledger *ledger;
	struct arena *arena; /* of the verdict */
	struct ledger_verdict *verdict;
	struct ledger_fault **last;
	bool chain_only;
};
/* verify_fault - keeps the first of each sort; place and text are copied */
void verify_fault(struct verifying *v, const char *what, const char *place, const char *text);
bool verify_found(const struct verifying *v, const char *what);
/* verify_entries - entries, index and tree against each other; roots[i] is
 * computed for sizes[i] (ascending) as far as there are that many entries    */
struct sized_root {
	int64_t size;
	bool known;
	uint8_t root[SHA256_BYTES];
};
struct result verify_entries(struct verifying *v, struct sized_root *roots, size_t count,
                             struct why *why) MUST;
/* verify_rows - rebuild the projections beside and compare */
struct result verify_rows(struct verifying *v, struct why *why) MUST;
/* ledger_replay - apply every entry to the projections in `to` */
struct result ledger_replay(struct ledger *ledger, struct store *to, struct why *why) MUST;

#endif
