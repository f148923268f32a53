/* gate/zone/nflog.h - the packets that the ruleset refused, as the kernel tells them
 *
 * Group COMPILE_LOG_GROUP of NFLOG: the first bytes of each packet, with its
 * interfaces and its frame's source.  Strangers write these bytes: they are read
 * through bounded cursors, and what is not understood is left out, never guessed.
 * source  linux/netfilter/nfnetlink_log.h; RFC 791 section 3.1; RFC 8200 section 4
 */
#ifndef SEKISHO_ZONE_NFLOG_H
#define SEKISHO_ZONE_NFLOG_H

#include "gate/net/tally.h"
#include "gate/zone/netlink.h"

struct nflog;

/* nflog_open - E_DENIED without CAP_NET_ADMIN; E_SYSTEM another program reads the group */
struct result nflog_open(struct nflog **out, struct why *why) MUST;
void nflog_close(struct nflog *log);
/* nflog_events - the descriptor to poll */
int nflog_events(const struct nflog *log);
/* nflog_hear - what is there, without waiting; heard: packets that were counted   */
struct result nflog_hear(struct nflog *log, struct refusals *to, int64_t now_ms, size_t *heard, struct why *why) MUST;

/* nflog_parse - one message's attributes; false: not a packet that we can tell of
 * in, out  numbers of interfaces, 0 none; their names are the caller's to find     */
bool nflog_parse(struct slice attributes, struct refused_packet *what, uint32_t *in, uint32_t *out);

#endif
