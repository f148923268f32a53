/* cli/demo.h - shared by the demo's two files */
#ifndef SEKISHO_CLI_DEMO_H
#define SEKISHO_CLI_DEMO_H

#include "cli/cli.h"
#include "house/house.h"

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
struct demo_person *demo_person(struct demo *demo, const char *login);
struct result cli_keygen(const struct house_settings *s, struct arena *arena, struct why *why) MUST;

#endif
