/* cli/zone.h - what the verbs of `sekisho zone` share; inside the room */
#ifndef SEKISHO_CLI_ZONE_H
#define SEKISHO_CLI_ZONE_H

#include "base/file.h"
#include "base/number.h"
#include "cli/cli.h"
#include "gate/net/model.h"

#include <stdio.h>

enum { RULESET_TEXT_MAX = 64 << 20 };
struct zone_desk {
	struct arena *arena;
	struct net_findings *findings;
	struct net_model *model;
	const char *on;
	day_t day;
};
void desk_done(struct zone_desk *desk); /* for AUTO */
void print_findings(const struct net_findings *findings, FILE *to);
/* zone_model - read the table, as of --on or today; what is wrong is printed */
int zone_model(struct zone_desk *desk, const char *path, struct why *why);

int zone_run_ask(int argc, char **argv);
int zone_run_apply(int argc, char **argv);
int zone_run_cut(int argc, char **argv);
int zone_run_restore(int argc, char **argv);

#endif
