/* city/city.h - a believable city, grown from a seed
 *
 * For the demo, for tests and as load: sections, people, assets and a fiscal year of
 * what people do, first as a plan (data, the same for the same seed), then
 * played on the real rooms with a clock that the player moves.  Nothing is
 * written past the rooms: what the policy refuses is refused here too.  Names
 * are common ones and no real city's.
 * The same plan on the same office gives the same entries, but for what keys make (sealed
 * items' ids, keyed digests).
 * Disadvantage: files that are carried through the gate take real work per event and are
 * left to the programs.
 */
#ifndef SEKISHO_CITY_H
#define SEKISHO_CITY_H

#include "desk/desk.h"
#include "duty/duty.h"
#include "proceeding/proceeding.h"
#include "register/register.h"

struct city_size {
	const char *name;
	unsigned departments, sections, people, assets; /* at least 1, 3, 30, 1 */
	unsigned applications, changes, absences;       /* in the year */
	bool duties;  /* let duties fall due day by day, and people settle them */
	unsigned deeds; /* of all other sorts: every act and every case of the vocabulary in turn */
	unsigned signins; /* of a tenth as many people: one in fifteen mistypes, some give up */
};
/* city_size_named - "small", "aonami", "load"; NULL unknown */
const struct city_size *city_size_named(const char *name);

struct city_section {
	const char *id, *name, *parent; /* "" a department */
};
struct city_person {
	const char *login, *name;
	unsigned section; /* index */
	bool head, second; /* of the section */
};
/* A degree stands for every scale: 0 the lowest level, 2 the highest. */
struct city_asset {
	const char *name;
	unsigned section, degree;
};
enum city_kind { CITY_APPLY = 1, CITY_CHANGE, CITY_AWAY, CITY_DEED, CITY_SIGNIN };
enum city_outcome { CITY_AGREED = 1, CITY_DECLINED, CITY_RETURNED, CITY_WITHDRAWN, CITY_LEFT_OPEN };
struct city_event {
	int64_t time_ms;
	enum city_kind kind;
	unsigned person, asset;
	unsigned what;   /* CITY_APPLY: index of city_act_name; CITY_AWAY: days; CITY_DEED: which */
	unsigned manner; /* CITY_APPLY: protection, 0 encrypted 1 password 2 none */
	enum city_outcome outcome; /* CITY_SIGNIN: agreed; declined: a wrong password first; returned: a
	                            * wrong code too; withdrawn: gives up */
};
struct city_plan {
	const struct city_size *size;
	uint64_t seed;
	day_t first, last;
	struct city_section *sections;
	size_t section_count;
	struct city_person *people;
	size_t person_count;
	struct city_asset *assets;
	size_t asset_count;
	struct city_event *events; /* in the order of time */
	size_t event_count;
};
/* city_plan - pure; the year that begins on `first`
 * errors  E_INPUT  a size that cannot be; E_MEMORY                           */
struct result city_plan(uint64_t seed, const struct city_size *size, day_t first, struct arena *arena,
                        struct city_plan **out, struct why *why) MUST;
const char *city_act_name(unsigned what);        /* "take_out" */
const char *city_protection(unsigned manner);    /* "encrypted" */
/* city_plan_text - one event a line: day, kind, login, act, degree, protection, outcome */
void city_plan_text(const struct city_plan *plan, struct buffer *out);

/* Where it is played.  All is borrowed; every room must read the time through
 * city_clock(now_ms), which the player moves forwards.                       */
struct city_rooms {
	struct store *store;
	struct ledger *ledger;
	struct office *office;
	struct registers *registers;
	struct duties *duties; /* NULL: no duties */
	struct desk *desk;     /* NULL: no deeds */
	struct proceedings *proceedings;
	const struct policy *policy;
	const char *policy_name;
	const char *unit; /* to which everybody belongs: "mayor", "audit_commissioners" */
	int64_t *now_ms;
	/* nullable: on the first of each month and at the end, outside a transaction: the ledger is
	 * to be signed as it stands then */
	struct result (*seal)(void *context, struct why *why);
	void *seal_context;
	struct random *random; /* of the rooms: while the year is played it gives what the seed says, so
	                        * that the same seed makes the same ids and with them the same entries */
};
/* city_clock - a clock whose time stands in *now_ms; borrowed */
struct clock city_clock(const int64_t *now_ms);

struct city_tally {
	size_t signed_in, turned_away;
	size_t people, assets, applied, permitted, refused, not_asked, changed, away, settled, kept, told, asked, cases;
	int64_t entries; /* that were made */
};
/* city_play - the plan on an office that may have a chart already: its posts stay, empty
 * ones are filled; commits in groups.  Until it returns nothing is durable: what a machine
 * that fails leaves of a city is thrown away
 * errors  those of the rooms; what a policy refuses is counted, not an error */
struct result city_play(const struct city_plan *plan, const struct city_rooms *rooms,
                        struct city_tally *out, struct why *why) MUST;

#endif
