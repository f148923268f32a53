/* gate/net/laws.h - what a body's policy says to a flow, brought in as data
 *
 * The room knows questions ("is there a MAC?", "does LGWAN meet the Internet
 * elsewhere than at the gate?"), and no policy.  Who loads the body's policy asks
 * it each question (gate/permit/lawbook.h) and hands the answers over here: the
 * clause that minds, and whose words it wants.  A question without a clause is
 * not asked, save that a flow without a permission is never one.
 */
#ifndef SEKISHO_NET_LAWS_H
#define SEKISHO_NET_LAWS_H

#include "gate/net/model.h"

enum net_law {
	LAW_PERMISSION = 0,        /* complete, and the words that a flow wants */
	LAW_MY_NUMBER_PRINCIPLE,   /* forbidden in principle: the row names the clause set aside */
	LAW_MY_NUMBER_FIELDS,      /* MAC, addresses, port: one each */
	LAW_MY_NUMBER_PEER,        /* touches no Internet */
	LAW_LGWAN_SPLIT,           /* LGWAN and the Internet: at the gate or a screen only */
	LAW_EDUCATION_SPLIT,       /* LGWAN and every other zone */
	LAW_PUBLISH,               /* behind a firewall */
	LAW_EXTERNAL_PERMITS,
	LAW_EXTERNAL_INVESTIGATED,
	LAW_EXTERNAL_LIABILITY,
	LAW_REMOTE_PERMITS,
	LAW_REMOTE_ENCRYPTED,
	LAW_REMOTE_PUBLIC,
	LAW_CUT,                   /* who may cut off; asked of no flow */
	LAW_CONSISTENT,            /* advice: flows that contradict or repeat each other */
	NET_LAWS,
};

/* Posts whose words are wanted: one of each group. */
enum { LAW_POSTS = 12 };
struct net_posts {
	const char *post[LAW_POSTS], *title[LAW_POSTS];
	uint8_t group[LAW_POSTS]; /* 0 .. groups-1 */
	size_t count, groups;
};
struct net_law_row {
	const char *clause, *cite; /* NULL: the policy does not speak to it */
	struct net_posts posts;    /* of LAW_PERMISSION, *_PERMITS, LAW_CUT */
};
struct net_lawbook {
	const char *policy;        /* its name: that of the table's body line */
	struct net_law_row law[NET_LAWS];
	bool remote_closed;        /* no clause opens access from outside */
	bool education;            /* the policy knows a zone of schools */
	bool public_peer;          /* a public body of assured safety may touch the Internet, over LGWAN */
};

const char *law_name(enum net_law law); /* "my-number-fields" */

/* posts_given - some "post:person" of each group stands in the approvers' cell */
bool posts_given(const struct net_posts *posts, struct slice approvers);
/* posts_words - 「CISOと統括責任者」; in the arena */
const char *posts_words(const struct net_posts *posts, struct arena *arena);

/* model_laws - what the policy forbids, flow by flow, and what makes the table
 * contradict itself; counts errors in the findings
 * book    whose policy is the model's, else nothing is lawful
 * day     permissions are judged as of this day                             */
struct result model_laws(const struct net_model *model, const struct net_lawbook *book, day_t day,
                         struct arena *arena, struct net_findings *findings, struct why *why) MUST;

#endif
