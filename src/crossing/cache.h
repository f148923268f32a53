/* crossing/cache.h - what the gate has judged before is not rebuilt: 判定の控え
 *
 * The same attachment comes to fifty people.  A rebuild depends on nothing but the
 * file's bytes, its name's ending, the settings and the programs; where all of them
 * are as they were, the result of then is the result of now.
 *
 * The cache keeps no copy of anything.  A row says under a key which ledger entry
 * holds the judgement; that entry names the clean item, its keyed digest, the sealed
 * report and the key itself.  So a row is a hint and never a proof: what it points
 * at counts only if the ledger's entry bears the same key and the item still opens,
 * byte for byte, as that entry says.  And when the item's retention ends and its
 * vault key is destroyed, the cache has nothing left either.
 *
 * The key is the vault's keyed digest (HMAC-SHA-256 under a key of the house) of
 *   content (SHA-256) | ending of the declared name | edition in force |
 *   build-ids of both readers and of their libraries (pool_identity) |
 *   settings that hold for the file (switch_resolve: direction, zone, section, class) |
 *   engine and signatures of the virus scanner
 * so that a change of any of them is a miss, and the table tells nobody what passed.
 *
 * Never looked up or kept: a file that a password was given for, one that carries a
 * signature (what a signature is worth depends on the day), one that is held, one
 * whose worker failed.  What is not file-pure runs as ever: both scans by clamd (its
 * signatures may have changed a minute ago, and asking is cheaper than being wrong),
 * the policy's decision, the words of persons.
 */
#ifndef SEKISHO_CROSSING_CACHE_H
#define SEKISHO_CROSSING_CACHE_H

#include "crossing/switches.h"
#include "gate/pool/pool.h"

enum { CACHE_KEY = 2 * VAULT_DIGEST + 1 };

struct cache_question {
	const uint8_t *sha256;          /* of the content, VAULT_DIGEST bytes */
	const char *name;               /* as declared */
	const struct switch_state *set;
	const char *engine;             /* scan_version; "" not known: no key */
	const struct pool *pool;
};
/* cache_key - key is "" where this file is not to be looked up or kept */
struct result cache_key(struct crossings *c, const struct cache_question *question, char key[CACHE_KEY],
                        struct why *why) MUST;
/* cache_programs - a keyed digest of both readers' identities, for entries; "" not known
 * draws  the first one is that which makes pages into pictures               */
void cache_programs(struct crossings *c, const struct pool *pool, bool draws, char hex[CACHE_KEY]);

struct cached {
	int64_t entry;             /* whose judgement it is; -1: none is known */
	struct file_report report; /* as the worker gave it, up to 200 removals */
	const char *refusal, *sentence, *reason; /* refused; else "" */
	int fd;                    /* the clean bytes, sealed; -1 refused; the caller's to close */
	const char *fault;         /* why a kept judgement could not be used and is forgotten; "" */
};
/* cache_find - outside a transaction; strings live in the arena.  What does not open or
 * is not what its entry says is no error: out->fault tells, and the file is rebuilt */
struct result cache_find(struct crossings *c, const char *key, struct arena *arena, struct cached *out,
                         struct why *why) MUST;
/* cache_keep - the newest entry of the ledger is the judgement under this key; in the
 * transaction that wrote it.  Then what is too old or too much goes, least recently
 * used first.  bytes: of the clean result */
struct result cache_keep(struct crossings *c, const char *key, uint64_t bytes, struct why *why) MUST;
/* cache_used - a judgement was used again; in a transaction */
struct result cache_used(struct crossings *c, const char *key, struct why *why) MUST;

#endif
