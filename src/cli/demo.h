/* cli/demo.h - the demo city; its files share this, and so do tests that need a
 * whole office with its programs running                                    */
#ifndef SEKISHO_CLI_DEMO_H
#define SEKISHO_CLI_DEMO_H

#include "cli/cli.h"
#include "cli/documents.h"
#include "house/house.h"

#include <sys/types.h>

struct demo_person {
	const char *login, *password, *secret; /* secret: base32, "" not enrolled yet */
	char id[27];
	const char *name;
};
enum { DEMO_PEOPLE = 32 };
struct demo {
	struct arena *arena;
	struct house house;
	struct demo_person people[DEMO_PEOPLE];
	size_t people_count;
};
/* demo_carry - documents across in both directions and one exception; prints
 * what happened; wrong: how many did not go as the policy says             */
struct result demo_carry(struct demo *demo, int *wrong, struct why *why) MUST;
/* demo_create - the folder, keys and clamd's configuration; demo_populate - its
 * people, signed in once; demo_start - sekishod and all below it, answering;
 * demo_stop - ends it and waits                                            */
struct result demo_create(const char *dir, struct arena *arena, struct house_settings *made,
                          struct why *why) MUST;
/* demo_create_on - the same on another policy of share/demo/bodies.tsv ("annaka") */
struct result demo_create_on(const char *dir, const char *policy, struct arena *arena,
                             struct house_settings *made, struct why *why) MUST;
struct result demo_populate(struct demo *demo, struct why *why) MUST;
/* demo_chart, demo_sign_in - the two halves of demo_populate */
struct result demo_chart(struct demo *demo, struct why *why) MUST;
struct result demo_sign_in(struct demo *demo, struct why *why) MUST;
/* demo_grow - chart, people and assets of a generated city, and its year if asked for; a
 * clock of its own meanwhile, and the folder's moved to the year's end; the
 * house is closed again.  E_INPUT no such size                              */
struct result demo_grow(struct demo *demo, const struct house_settings *s, const char *size,
                        const char *seed, bool year, struct why *why) MUST;
struct result demo_start(struct demo *demo, const struct house_settings *s, pid_t *pid,
                         struct why *why) MUST;
void demo_stop(pid_t pid);
/* demo_add - one document into a person's draft */
struct result demo_add(struct demo *demo, const char *person, enum crossing_direction direction,
                       enum demo_kind kind, struct why *why) MUST;
struct demo_person *demo_person(struct demo *demo, const char *login);
/* The invented office that stands for a policy: a row of share/demo/bodies.tsv. */
struct demo_body {
	const char *policy, *chart, *body, *title, *unit;
};
/* demo_body_of - by policy ("": the first of the table), or by body where policy is NULL;
 * E_ABSENT none                                                             */
struct result demo_body_of(const char *policy, const char *body, struct arena *arena,
                           struct demo_body *out, struct why *why) MUST;
/* cli_policy_settings - policy name and folders of an edition, for house_create */
struct result cli_policy_settings(const char *share, const char *id, struct arena *arena,
                                  struct house_settings *out, struct why *why) MUST;
struct result cli_keygen(const struct house_settings *s, struct arena *arena, struct why *why) MUST;

#endif
