/* house/house.h - the one place that wires the rooms together
 *
 * An office lives in one folder:
 *   sekisho.conf   "name = value" lines, '#' comments: body, title, policy,
 *                  folder (repeated: vocabulary, edition, local clauses),
 *                  origin, outer, inner, clamd, clamd_config, clock,
 *                  mail_server, mail_from, mail_domain, mail_link (notice/notice.h),
 *                  reuse_judgements ("no": crossing/cache.h is off)
 *                  page_dpi (dots an inch of PDF pages that become pictures; 200)
 *   sekisho.db     vault/     keys/vault.key  keys/seal.key
 *   seal.note      seal.pub   run/seal.sock   ledger.examined
 * Paths that are not absolute count from the folder.
 */
#ifndef SEKISHO_HOUSE_H
#define SEKISHO_HOUSE_H

#include "base/arena.h"
#include "base/clock.h"
#include "crossing/crossing.h"
#include "draft/draft.h"
#include "duty/duty.h"
#include "proof/proof.h"
#include "policy/folder.h"
#include "register/register.h"
#include "transfer/transfer.h"

struct house_settings {
	const char *dir;
	const char *body, *title;  /* "aonami", "青波市" */
	const char *policy;        /* name: "hannan" */
	const char *origin;        /* of the ledger */
	const char *clamd;         /* clamd's socket */
	const char *clamd_config;  /* a clamd that the supervisor runs; "" none */
	const char *outer, *inner; /* "127.0.0.1:8081" */
	const char *clock;         /* file with an offset in ms that moves time; "" in a real office */
	const char *mail_server;   /* "smtp://mail.city.example:25"; "": nobody is written to */
	const char *mail_from, *mail_domain, *mail_link;
	const char *reuse_judgements; /* "no": every file is rebuilt */
	const char *page_dpi_text;    /* as it stands */
	uint32_t page_dpi;            /* 72 to 600: of PDF pages that become pictures */
	const char *database;      /* url */
	const char *vault, *vault_key, *seal_socket, *seal_note, *seal_public, *seal_key, *run, *examined;
	const char *folders[32];
	size_t folder_count;
};
struct house {
	struct house_settings settings;
	struct arena *arena;
	struct clock clock;
	bool rebuilding; /* the tables are about to be made anew */
	struct random random;
	struct store *store;
	struct vault *vault;
	struct ledger *ledger;
	struct policy *policy; /* the folders' texts and what was adopted since */
	struct arena *policy_arena;
	struct policy_source *sources, *shelf;
	size_t source_count, shelf_count;
	int64_t adopted; /* drafts that the policy holds */
	struct office *office;
	const struct holidays *holidays;
	struct registers *registers;
	struct duties *duties;
	struct proceedings *proceedings;
	struct transfers *transfers;
	struct crossings *crossings;
	struct drafts *drafts;
	struct proof *proof;
};
/* house_settings_read - sekisho.conf; E_INPUT names file:line */
struct result house_settings_read(const char *dir, struct arena *arena, struct house_settings *out,
                                  struct why *why) MUST;
/* house_open - everything, migrated
 * errors  E_INPUT  sekisho.conf, or a policy with errors: why names file:line;
 *         E_CONFLICT the database is newer than the program, or its tables are
 *         another program's: the sentence says what to do                   */
struct result house_open(const char *dir, struct house *out, struct why *why) MUST;
/* house_open_at - the same with a clock of the caller's: generators, simulations */
struct result house_open_at(const char *dir, struct clock clock, struct house *out,
                            struct why *why) MUST;
/* house_open_to_rebuild - for ledger_rebuild, and nothing else: tables of another shape
 * are made anew, empty; nobody else can open the office until it has ended   */
struct result house_open_to_rebuild(const char *dir, struct house *out, struct why *why) MUST;
/* house_desk - the counter, with what stands in the house; borrowed, until it is renewed */
struct desk; /* desk/desk.h */
void house_desk(struct house *house, struct desk *out);
void house_close(struct house *house); /* also for AUTO */
/* house_shelf - read every edition of the office's policy that is installed, for
 * comparing; before the jail.  An office whose folders lie elsewhere has none. */
struct result house_shelf(struct house *house, struct why *why) MUST;
/* house_renew - if a draft was adopted since: the policy anew, and the rooms that
 * hold it.  Between two pieces of work only: what they gave before is gone.  No
 * file is read.  *renewed says whether; after an error the house is to be closed */
struct result house_renew(struct house *house, bool *renewed, struct why *why) MUST;

/* house_create - a new office folder with keys and an empty database
 * settings  body, title, policy, folders, origin, outer, inner, clamd,
 *           clamd_config and clock are used
 * errors    E_CONFLICT the folder exists and is not empty                  */
struct result house_create(const char *dir, const struct house_settings *settings,
                           struct why *why) MUST;

/* house_program - the path of a program of the house: in SEKISHO_PROGRAMS if that is
 * set, else beside the running one */
struct result house_program(const char *name, struct arena *arena, const char **out,
                            struct why *why) MUST;
/* house_share - where vocabulary/, policies/ and share/ lie: SEKISHO_SHARE if that is set,
 * else ../share/sekisho as seen from the running program                    */
struct result house_share(struct arena *arena, const char **out, struct why *why) MUST;

#endif
