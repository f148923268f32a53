/* transfer/transfer.h - 人事異動: a dated personnel file, imported ahead
 *
 * A file of the personnel section says what changes on one day: moves, hires,
 * leavers, sections opened, closed, renamed.  It is read whole; one wrong row and
 * nothing of it is taken.  Imported, it waits sealed in the vault and takes effect
 * on its day (sekisho-clock), as ordinary entries of the office, all of them in
 * one transaction.  Decisions that are pending then are asked of whoever holds
 * the posts: a section that was closed hands its matters to its successor.
 * clause  HN-2.6.2(1)-2 accounts follow the office
 */
#ifndef SEKISHO_TRANSFER_H
#define SEKISHO_TRANSFER_H

#include "base/arena.h"
#include "base/clock.h"
#include "ledger/ledger.h"
#include "office/office.h"
#include "proceeding/proceeding.h"
#include "store/vault.h"

extern const struct projection transfer_projection;

struct transfers;
struct transfer_parts {
	struct store *store;
	struct ledger *ledger;
	struct vault *vault;
	struct office *office;
	struct proceedings *proceedings;
	const struct policy *policy;
	const char *policy_name;
	struct random *random;
	const struct clock *clock;
	const char *body;
};
/* transfers_open - parts are copied, what they point to is borrowed */
struct result transfers_open(const struct transfer_parts *parts, struct transfers **out,
                             struct why *why) MUST;
void transfers_close(struct transfers *t);
void transfers_drop(struct transfers **t);

enum {
	TRANSFER_BYTES = 4 << 20, /* of a file */
	TRANSFER_ROWS = 20000,
	TRANSFER_POSTS = 12,      /* of a row */
	TRANSFER_ROOM = 256 << 20, /* arena that is ample for the largest file */
};

/* ---- the file --------------------------------------------------------------
 * CSV or TSV, UTF-8 or CP932.  The first row names the columns, in any order:
 *   種別      異動 兼務 兼務解除 採用 退職 新設 改称 廃止
 *   職員番号  of a person: the sign-in name
 *   氏名      required for 採用; elsewhere it must be the registered one if given
 *   所属      the section: its id or its name; 異動: the new one
 *   課名      新設, 改称: the (new) name        上位  新設, 改称: the section above
 *   引継先    廃止: the section that takes over
 *   職        posts by ';' or 、: name or title, behind '@' another section than 所属
 *   身分 機関 採用, 異動: facts role and unit of the vocabulary, word or label
 *   発令日    optional; every row must say the same day
 * 異動 ends every post of the person that the row does not name.             */
enum transfer_kind {
	TRANSFER_NONE = 0,
	TRANSFER_MOVE, TRANSFER_ADD_POST, TRANSFER_END_POST, TRANSFER_HIRE, TRANSFER_LEAVE,
	TRANSFER_OPEN, TRANSFER_RENAME, TRANSFER_CLOSE,
	TRANSFER_KINDS,
};
const char *transfer_kind_japanese(enum transfer_kind kind); /* 異動 */

struct transfer_post {
	const char *post, *scope;
};
struct transfer_row {
	size_t line;
	enum transfer_kind kind;
	const char *login, *name, *section, *section_name, *parent, *successor, *role, *unit;
	char person[27]; /* "" for a hire */
	struct transfer_post posts[TRANSFER_POSTS];
	size_t post_count;
};
struct transfer_fault {
	size_t line;
	const char *column;   /* as the file calls it, "" the whole row */
	const char *sentence; /* what is wrong and what to do */
};
struct transfer_plan {
	day_t day;
	struct transfer_row *rows;
	size_t row_count;
	size_t counts[TRANSFER_KINDS];
	struct transfer_fault *faults;
	size_t fault_count;
};
/* transfer_read - read and check every row against the office as it is now
 * day     DAY_OPEN: the file's own 発令日
 * errors  E_INPUT  no table at all, or no day (place "line N" or the column): what is
 *                  wrong with single rows are faults of the plan
 *         E_LIMIT  too large, too many rows                                 */
struct result transfer_read(struct transfers *t, struct slice file, day_t day, struct arena *arena,
                            struct transfer_plan *out, struct why *why) MUST;

/* What it would do, and did: the office before and after, on the plan's day. */
struct transfer_stuck {
	const char *application, *number, *post, *scope;
};
struct transfer_report {
	size_t pending;   /* open applications */
	size_t rerouted;  /* of them asked of other persons than before */
	const struct transfer_stuck *stuck; /* wanted words that nobody can give afterwards */
	size_t stuck_count;
	const struct office_hole *before, *after;
	size_t before_count, after_count;
	size_t entries;   /* that it makes */
};
/* transfer_try - run the plan on its day in a transaction that is thrown away
 * errors  E_INPUT the plan has faults; those of the office, place "line N"  */
struct result transfer_try(struct transfers *t, const struct transfer_plan *plan, struct arena *arena,
                           struct transfer_report *out, struct why *why) MUST;

/* transfer_load - keep a file until its day; the plan has no fault and was tried
 * fresh   out: false, the same file is waiting or done already: nothing was recorded
 * errors  E_INPUT     the plan has faults
 *         E_CONFLICT  another file waits for the same day, or the day has passed */
struct result transfer_load(struct transfers *t, const char *by, struct slice file,
                            const struct transfer_plan *plan, char id[27], bool *fresh,
                            struct why *why) MUST;
/* transfer_cancel - E_ABSENT; E_CONFLICT not waiting any more */
struct result transfer_cancel(struct transfers *t, const char *by, const char *id, struct why *why) MUST;

enum transfer_state { TRANSFER_WAITING = 1, TRANSFER_DONE, TRANSFER_CANCELLED };
const char *transfer_state_japanese(enum transfer_state state);
struct transfer {
	const char *id, *by;
	day_t day;
	enum transfer_state state;
	int64_t rows, loaded_ms, ended_ms;
};
/* transfer_list - newest first, at most 200 */
struct result transfer_list(struct transfers *t, struct arena *arena, struct transfer **out,
                            size_t *count, struct why *why) MUST;
/* transfer_due - for sekisho-clock: takes effect what is due, the earliest first.  What
 * cannot take effect any more as a whole (a person was registered meanwhile, a
 * section closed) stays waiting and is said in why
 * done    out: how many                                                     */
struct result transfer_due(struct transfers *t, size_t *done, struct why *why) MUST;

#endif
