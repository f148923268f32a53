/* gate/permit/border.h - the zones of an office as they stand: its table, what the
 * border machine says, and the orders that somebody has to answer for
 *
 * The office's folder DIR/zone holds
 *   model.tsv    the table of the newest ruleset; its digest stands in that entry
 *   asked.tsv    rows of flows that were asked for by form, not yet in the table
 *   ruleset.nft, cut, state, refused, hits     see gate/zone/keeper.h, gate/net/tally.h
 */
#ifndef SEKISHO_PERMIT_BORDER_H
#define SEKISHO_PERMIT_BORDER_H

#include "gate/net/tally.h"
#include "gate/permit/lawbook.h"
#include "gate/permit/permit.h"

enum { BORDER_IDLE_DAYS = 90 }; /* without a packet: the owner is asked */

struct border_parts {
	struct store *store;
	struct ledger *ledger;
	struct office *office;
	struct proceedings *proceedings;
	const struct policy *policy;
	const char *policy_name, *body, *dir;
	day_t day;
};
/* What sekisho-zone says that it holds. */
struct border_state {
	bool known;            /* it ever said something */
	bool obeys;            /* it holds the newest ruleset that the ledger names, with these cuts */
	char ruleset[65];      /* "closed" */
	day_t day;
	uint64_t drifts;
};
struct border {
	struct border_parts parts;
	struct arena *arena;
	const char *folder;
	struct net_findings *findings;
	struct net_model *model; /* NULL: no ruleset was ever made */
	struct net_lawbook book;
	struct border_state state;
	bool *cut;             /* per flow */
	size_t cut_count;
	int32_t *idle;         /* per flow: hits_idle; NULL: nothing was counted yet */
	struct refusals *refusals; /* NULL: none */
};
/* border_open - arena: holds all of it; 512 MiB are enough for any table
 * errors  E_TAMPERED model.tsv is not the one that the ledger names; E_INPUT  */
struct result border_open(const struct border_parts *parts, struct arena *arena, struct border *out, struct why *why) MUST;

/* border_may_order - the post under which the person may cut, restore and apply
 * errors  E_DENIED in Japanese, with the clause                              */
struct result border_may_order(struct border *desk, const char *person, const char **post, struct why *why) MUST;

/* An order: in the ledger, and a file that sekisho-zone obeys. */
struct border_order {
	const char *person, *post;
	const char *reason;    /* in words; may be "" */
};
/* border_apply - make, prove, record and hand over the ruleset of a table
 * table   the text as it was read into `model`; rows of asked.tsv that the office
 *         has permitted are in it already (border_table)
 * digest  out, of the ruleset                                                */
struct result border_apply(struct border *desk, const struct border_order *order, struct slice table, struct net_model *model,
                         char digest[65], struct why *why) MUST;
/* border_cut - all flows of a name (peer, host, zone, flow, "border"), or between two
 * second  nullable
 * digest  out, of the cut file: what the state has to say; count: flows that are
 *         cut by this; errors E_ABSENT no permitted flow has that name        */
struct result border_cut(struct border *desk, const struct border_order *order, const char *first, const char *second,
                       char digest[65], size_t *count, struct why *why) MUST;
struct result border_restore(struct border *desk, const struct border_order *order, char digest[65], struct why *why) MUST;
/* border_obeyed - the state has this line now ("cut DIGEST\n") */
bool border_obeyed(const struct border *desk, const char *word, const char *digest);

/* The physical cut: each cut of a peer or a zone leaves a task for somebody to pull
 * the line, and to say that he did.                                          */
struct border_pull {
	int64_t cut_seq;       /* of the entry "zone.cut" */
	const char *name;      /* what was cut */
	int64_t cut_ms, done_ms; /* done: 0 not yet */
	const char *by;        /* who says that it is pulled */
};
/* border_pulls - since the last restore, newest first */
struct result border_pulls(struct border *desk, struct border_pull **out, size_t *count, struct why *why) MUST;
/* border_pulled - errors E_ABSENT no such task; E_CONFLICT it is confirmed already */
struct result border_pulled(struct border *desk, const struct border_order *order, int64_t cut_seq, struct why *why) MUST;

/* border_unused - flows without a packet since `days`, for their owners to confirm:
 * indices into model->flows                                                   */
struct result border_unused(struct border *desk, int32_t days, uint32_t **out, size_t *count, struct why *why) MUST;

/* What somebody wants, as a form says it. */
struct border_wish {
	const char *from, *to;   /* ids of the table */
	const char *service;     /* a service's id, or "" and the next two */
	const char *proto, *port;
	const char *purpose;
	day_t begin, end, review;
};
/* border_ask - the row that would be, judged by the policy, and its application
 * row     out, the flow's id
 * id      out, of the application
 * errors  E_INPUT place names the field; E_DENIED a clause refuses           */
struct result border_ask(struct border *desk, const struct border_wish *wish, const char *person, const char *login,
                       const char *section, const char **row, char id[27], struct why *why) MUST;
/* border_table - a table with those rows of asked.tsv appended that it does not have and
 * that the office has permitted: what border_apply is to be given
 * proceedings  who knows which are permitted
 * dir          of the office; arena: holds the text                          */
struct result border_table(struct proceedings *proceedings, const char *dir, struct slice table, struct arena *arena,
                         struct slice *out, struct why *why) MUST;

#endif
