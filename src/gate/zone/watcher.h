/* gate/zone/watcher.h - what sekisho-zone sees: refusals and the use of flows
 *
 * Beside the keeper's files it keeps `refused` and `hits` (gate/net/tally.h), begun
 * again from what the files hold.  It judges nothing; a file that is damaged is
 * begun anew, and told.
 */
#ifndef SEKISHO_ZONE_WATCHER_H
#define SEKISHO_ZONE_WATCHER_H

#include "base/clock.h"
#include "gate/zone/nflog.h"

struct watcher;
struct watcher_settings {
	const char *folder;
	const struct clock *clock;
	int64_t count_every_ms;  /* the flows' counters; 0: five minutes */
	int64_t write_every_ms;  /* refusals, if there are new ones; 0: a second */
	void (*tell)(void *context, const char *text); /* what could not be kept; nullable */
	void *context;
};

/* watcher_open - settings copied; opens its sockets, before the jail
 * errors  E_DENIED without CAP_NET_ADMIN; E_SYSTEM; E_MEMORY                */
struct result watcher_open(const struct watcher_settings *settings, struct watcher **out, struct why *why) MUST;
void watcher_close(struct watcher *w); /* writes what is not written */
int watcher_events(const struct watcher *w);
/* watcher_round - hear, count, write, each when it is due */
struct result watcher_round(struct watcher *w, struct why *why) MUST;
/* watcher_count - read the counters now: before others are loaded, too */
struct result watcher_count(struct watcher *w, struct why *why) MUST;

#endif
