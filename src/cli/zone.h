/* cli/zone.h - what the verbs of `sekisho zone` share; inside the room */
#ifndef SEKISHO_CLI_ZONE_H
#define SEKISHO_CLI_ZONE_H

#include "base/file.h"
#include "base/number.h"
#include "cli/cli.h"
#include "gate/net/laws.h"

#include <stdio.h>

enum { RULESET_TEXT_MAX = 64 << 20 };
struct zone_desk {
	struct arena *arena;
	struct net_findings *findings;
	struct net_model *model;
	const char *on, *edition; /* --on, --policy */
	day_t day;
	struct net_lawbook book;
};
void desk_done(struct zone_desk *desk); /* for AUTO */
void print_findings(const struct net_findings *findings, FILE *to);
/* zone_model - read the table, as of --on or today; what is wrong is printed */
int zone_model(struct zone_desk *desk, const char *path, struct why *why);

/* zone_book - the lawbook of the table's policy, of an edition that came with the
 * program; an office's own is taken by zone_office.c                        */
struct result zone_book(struct zone_desk *desk, struct why *why) MUST;

int zone_run_ask(int argc, char **argv);
int zone_run_apply(int argc, char **argv);
int zone_run_cut(int argc, char **argv);
int zone_run_restore(int argc, char **argv);
int zone_run_pulled(int argc, char **argv);
int zone_run_refused(int argc, char **argv);
int zone_run_idle(int argc, char **argv);

#endif
