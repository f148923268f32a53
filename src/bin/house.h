/* bin/house.h - the one place that wires the rooms together
 *
 * An office lives in one folder:
 *   sekisho.conf   name = value lines: body, title, policy, policies (folders),
 *                  clamd, outer, inner, origin
 *   sekisho.db     vault/   keys/vault.key keys/seal.key   run/*.sock   seal.note
 */
#ifndef SEKISHO_BIN_HOUSE_H
#define SEKISHO_BIN_HOUSE_H

#include "base/arena.h"
#include "base/clock.h"
#include "crossing/crossing.h"

struct house_settings {
	const char *dir;
	const char *body, *title;   /* "aonami", "青波市" */
	const char *policy;         /* name: "hannan" */
	const char *origin;         /* of the ledger */
	const char *clamd;          /* socket */
	const char *outer, *inner;  /* "127.0.0.1:8081" */
	const char *database;       /* url */
	const char *vault, *vault_key, *seal_socket, *seal_note, *seal_public, *seal_key, *run;
	const char *clock_offset;   /* file that moves time; "" in a real office */
	const char *folders[32];    /* vocabulary, edition, local clauses */
	size_t folder_count;
};
struct house {
	struct house_settings settings;
	struct arena *arena;
	struct clock clock;
	struct random random;
	struct store *store;
	struct vault *vault;
	struct ledger *ledger;
	struct policy *policy;
	struct office *office;
	struct proceedings *proceedings;
	struct crossings *crossings;
};
/* house_settings_read - sekisho.conf; E_INPUT names file:line */
struct result house_settings_read(const char *dir, struct arena *arena, struct house_settings *out,
                                  struct why *why) MUST;
/* house_open - everything, migrated; E_INPUT policy with errors */
struct result house_open(const char *dir, struct house *out, struct why *why) MUST;
void house_close(struct house *house);

#endif
