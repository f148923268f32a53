/* ledger/ledger.h - the system of record
 *
 * An entry is canonical JSON.  Its leaf hash and the tree over all entries are
 * those of RFC 6962 section 2.1; checkpoints are C2SP signed notes; `export`
 * writes the C2SP tlog-tiles layout.  State tables are projections: they change
 * only by applying entries, in the same transaction, and can be rebuilt from
 * the entries alone to the same bytes.
 * Nothing personal or bulky stands in an entry: it goes to the vault, and the
 * entry holds the item's id and keyed digest.
 */
#ifndef SEKISHO_LEDGER_LEDGER_H
#define SEKISHO_LEDGER_LEDGER_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "ledger/canon.h"
#include "ledger/merkle.h"
#include "store/store.h"

struct ledger;

/* The stored bytes of an entry, and the leaf that is hashed, are the object
 * {"act":kind,"actor":…,"body":…,"by":post,"clauses":[…],"data":{…},"of":subject,
 *  "seq":n,"time":"2026-11-21T14:00:00.000+09:00"}, canonical (canon.h), at most
 * 65,535 bytes: tlog-tiles counts an entry's length in 16 bits.
 * Strings are UTF-8 without control characters, at most 512 bytes each; at most
 * 128 clauses.                                                                */
enum { LEDGER_LEAF_MAX = 65535, LEDGER_TEXT_MAX = 512, LEDGER_CLAUSES_MAX = 128 };
struct ledger_entry {
	int64_t seq;            /* set by append; 0-based place in the tree */
	int64_t time_ms;        /* set by append from the clock; never goes back */
	struct slice body;      /* whose ledger line: the body's id, e.g. "aonami" */
	struct slice kind;      /* "crossing.received", "application.permitted", ... */
	struct slice actor;     /* person id, or the program: "sekisho-gate" */
	struct slice post;      /* "manager@tax" or "" */
	struct slice subject;   /* id of what it is about */
	const struct slice *clauses; /* clause ids that spoke */
	size_t clause_count;
	struct slice data;      /* canonical JSON object; with the rest within LEDGER_LEAF_MAX */
};

/* Counts that each entry adds to are gathered in memory while all entries are applied one
 * after the other, and written once: nothing reads the tables in between.
 * begin  NULL: no memory      write  once, after the last entry      end  takes NULL */
struct projection_gathering {
	void *(*begin)(void);
	struct result (*take)(void *gathered, struct store *store, const struct ledger_entry *entry, struct why *why);
	struct result (*write)(void *gathered, struct store *store, struct why *why);
	void (*end)(void *gathered);
};

/* A projection owns tables that nobody else writes.  apply may use only the
 * entry and its own tables: no clock, no vault, no randomness.  Tables that
 * refer to others stand after them in the list.                            */
struct projection {
	const char *name;                  /* "office", "crossing" */
	const char *const *tables;         /* NULL-terminated; each has a PRIMARY KEY */
	const struct migration *migrations;
	size_t migration_count;
	/* wants - entry kinds start with one of these, NULL-terminated */
	const char *const *kinds;
	struct result (*apply)(struct store *store, const struct ledger_entry *entry, struct why *why);
	const struct projection_gathering *gathering; /* nullable; leaves the same rows as apply */
	/* nullable, NULL-terminated: indexes that apply never reads.  While the tables are made
	 * anew there are none, and each is made of the whole table at the end       */
	const char *const *late_indexes;
};

/* ledger_open - migrates; origin names the log in checkpoints, e.g.
 * "sekisho.example/aonami"; projections borrowed, NULL-terminated          */
struct result ledger_open(struct store *store, const char *origin,
                          const struct projection *const *projections, const struct clock *clock,
                          struct ledger **out, struct why *why) MUST;
void ledger_close(struct ledger *ledger);
void ledger_drop(struct ledger **ledger);

/* ledger_append - inside the caller's transaction: the entry, its leaf, the new
 * tree nodes and every projection; durable when the caller's commit returns.
 * After an error the transaction is to be rolled back.
 * entry   borrowed; seq and time_ms are set on success
 * errors  E_INPUT data is not canonical JSON, a string is not clean UTF-8;
 *         E_LIMIT too long; E_TAMPERED the tree does not end where the entries
 *         do; E_STORE; E_CONFLICT no transaction, or from apply
 * clause  HN-2.6.3(5)-2   source RFC 6962 section 2.1                        */
struct result ledger_append(struct ledger *ledger, struct ledger_entry *entry, struct why *why) MUST;

struct result ledger_size(struct ledger *ledger, int64_t *out, struct why *why) MUST;
struct result ledger_root(struct ledger *ledger, int64_t size, uint8_t out[SHA256_BYTES],
                          struct why *why) MUST;
/* ledger_get - E_ABSENT beyond the end; strings live in the arena */
struct result ledger_get(struct ledger *ledger, int64_t seq, struct arena *arena,
                         struct ledger_entry *out, struct why *why) MUST;

/* ledger_find - newest first; NULL fields are not asked for */
struct ledger_query {
	const char *subject;
	const char *kind_prefix;
	const char *clause;
	const char *actor;
	int64_t since_ms, until_ms; /* since <= time < until; 0: open */
	int64_t before_seq;         /* 0: from the newest */
	size_t limit;
};
struct result ledger_find(struct ledger *ledger, const struct ledger_query *query,
                          struct arena *arena, struct ledger_entry **out, size_t *count,
                          struct why *why) MUST;

/* Proofs: hashes of 32 bytes each, in the order of RFC 6962 sections 2.1.1, 2.1.2. */
struct result ledger_prove_inclusion(struct ledger *ledger, int64_t seq, int64_t size,
                                     struct buffer *out, struct why *why) MUST;
struct result ledger_prove_consistency(struct ledger *ledger, int64_t old_size, int64_t size,
                                       struct buffer *out, struct why *why) MUST;
/* ... and their checks: proof_inclusion_holds, proof_consistency_holds (merkle.h). */

/* ledger_checkpoint - have sekisho-seal (at its socket) sign the present tree;
 * the note is stored and returned; outside a transaction.
 * E_BUSY: the seal does not answer, or signed another tree meanwhile.
 * E_TAMPERED: the tree does not extend what the seal signed last.          */
struct result ledger_checkpoint(struct ledger *ledger, const char *seal_socket, struct buffer *note,
                                struct why *why) MUST;

/* ledger_verify - entries, their index, the tree, every checkpoint and its
 * signature, the seal's last checkpoint, projections (rebuilt beside and compared
 * row by row, once the entries themselves are sound).  All on one unchanging
 * view; others go on working.  A finding names the first thing wrong of each
 * sort; `sound` is true when there is none.
 * seal_state  path of the seal's last signed note; "" or NULL: not asked for,
 *             and then a ledger rolled back as a whole is not noticed
 * public_key  the seal's verifier key line "name+hash+base64"; "" or NULL:
 *             signatures are not checked                                    */
struct ledger_fault {
	const char *what;  /* "entry", "order", "missing", "index", "tree", "checkpoint",
	                    * "rollback", "row", "table" */
	const char *place; /* "entry 17", "office_person id=…" */
	const char *text;  /* one sentence in Japanese */
	struct ledger_fault *next;
};
struct ledger_verdict {
	bool sound;
	int64_t entries;
	int64_t rows;
	int64_t checkpoints;
	struct ledger_fault *faults;
};
struct result ledger_verify(struct ledger *ledger, const char *seal_state, const char *public_key,
                            struct arena *arena, struct ledger_verdict *out, struct why *why) MUST;
/* ledger_verify_chain - the same without the projections: entries, index, tree, checkpoints, seal */
struct result ledger_verify_chain(struct ledger *ledger, const char *seal_state, const char *public_key,
                                  struct arena *arena, struct ledger_verdict *out, struct why *why) MUST;
/* ledger_rebuild - replace every projection's rows by what the entries say, in
 * one transaction.  E_TAMPERED: the entries themselves are not sound, nothing
 * was changed                                                               */
struct result ledger_rebuild(struct ledger *ledger, struct why *why) MUST;
/* ledger_check_tables - before anything is served: the projections' tables have the shape
 * that this program gives them, and no rebuild was cut short; outside a transaction
 * errors  E_CONFLICT place: the table; the sentence says what to do          */
struct result ledger_check_tables(struct ledger *ledger, struct why *why) MUST;
/* ledger_forget_tables - before ledger_open and a rebuild: tables of another shape are
 * dropped, so that opening makes them anew, empty.  Until ledger_rebuild has ended,
 * ledger_check_tables refuses.  Does nothing where all are alike, or no ledger is */
struct result ledger_forget_tables(struct store *store, const struct projection *const *projections,
                                   struct why *why) MUST;
/* ledger_export - C2SP tlog-tiles below folder: checkpoint, tile/0.., tile/entries;
 * of the tree that the newest checkpoint covers.  May be run again into the same
 * folder.  E_ABSENT no checkpoint yet; E_CONFLICT the folder holds another log */
struct result ledger_export(struct ledger *ledger, const char *folder, struct why *why) MUST;
/* ledger_signed - the newest checkpoint: its signed note, and how many entries it covers
 * errors  E_ABSENT nothing was signed yet; E_TAMPERED the tree is not the one that was signed */
struct result ledger_signed(struct ledger *ledger, struct arena *arena, struct slice *note, int64_t *size,
                            struct why *why) MUST;
/* ledger_leaf - the bytes of an entry as they were hashed; E_ABSENT beyond the end */
struct result ledger_leaf(struct ledger *ledger, int64_t seq, struct arena *arena, struct slice *out,
                          struct why *why) MUST;

#endif
