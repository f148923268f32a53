/* gate/zone/keeper.h - what sekisho-zone does, round by round
 *
 * A folder holds
 *   ruleset.nft   what somebody wants applied (gate/net/artefact.h)
 *   applied       SHA-256 and text of the last that was applied; ours alone
 *   cut           ids of flows that were cut in an emergency, one a line
 *   state         what holds now, one "name value" a line, for those who ask
 * Nothing is applied but a file whose digest the ledger names newest.  Where the
 * ledger cannot be asked the last applied stays and only becomes narrower.
 */
#ifndef SEKISHO_ZONE_KEEPER_H
#define SEKISHO_ZONE_KEEPER_H

#include "base/calendar.h"
#include "base/clock.h"
#include "gate/zone/kernel.h"

enum permit { PERMIT_NO = 0, PERMIT_UNKNOWN, PERMIT_YES };
enum drift_choice { DRIFT_PUT_BACK = 0, DRIFT_LEAVE };

enum keeper_event { EVENT_APPLIED = 0, EVENT_CLOSED, EVENT_REFUSED, EVENT_NARROWED, EVENT_DRIFT, EVENT_PUT_BACK, EVENT_FAILED };
struct keeper_settings {
	const char *folder;
	enum drift_choice drift;
	const struct clock *clock;
	/* permit - does the ledger name this digest (64 hex digits) as the newest ruleset */
	enum permit (*permit)(void *context, const char *digest);
	/* tell - for the log and the ledger; one line */
	void (*tell)(void *context, enum keeper_event event, const char *text);
	void *context;
};
struct keeper;

/* keeper_open - settings borrowed; loads nothing yet */
struct result keeper_open(const struct keeper_settings *settings, struct kernel *kernel, struct keeper **out,
                          struct why *why) MUST;
void keeper_close(struct keeper *keeper);

/* keeper_begin - the first round: the last applied ruleset if it is whole and may
 * still hold, the closed one else; after it nothing passes that nobody permitted.
 * A failure means that the kernel holds what it held before                  */
struct result keeper_begin(struct keeper *keeper, struct why *why) MUST;
/* keeper_round - files, day and kernel: whatever changed is dealt with
 * heard   the kernel's events are to be read                                */
struct result keeper_round(struct keeper *keeper, bool heard, struct why *why) MUST;

#endif
