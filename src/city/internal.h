/* city/internal.h - shared by this room's files only */
#ifndef SEKISHO_CITY_INTERNAL_H
#define SEKISHO_CITY_INTERNAL_H

#include "city/city.h"
#include "office/signin.h"
#include "proceeding/case.h"

enum {
	CITY_FAMILIES = 48, CITY_GIVENS = 32, CITY_DEPARTMENTS = 10, CITY_SECTIONS = 40, CITY_THINGS = 16,
	CITY_PURPOSES = 6, CITY_THINGS_KEPT = 4096, CITY_CLAUSES = 16384,
};
extern const char *const city_families[CITY_FAMILIES], *const city_givens[CITY_GIVENS];
extern const char *const city_departments[CITY_DEPARTMENTS], *const city_sections[CITY_SECTIONS];
extern const char *const city_things[CITY_THINGS], *const city_purposes[CITY_PURPOSES];

/* A row or a case that deeds are done to. */
struct thing {
	const char *kind;
	char id[27];
};

/* The rooms while a plan is played, and the ids that they gave. */
struct player {
	const struct city_plan *plan;
	const struct city_rooms *at;
	struct city_tally *tally;
	char (*people)[27];
	char (*assets)[27];
	int64_t *versions;
	struct arena *arena; /* of ids and names; steps have their own */
	const struct policy_fact *facts; /* of kind asset */
	size_t fact_count;
	size_t batched;
	struct thing *things; /* rows and cases that deeds are done to */
	size_t thing_count;
	const char **acts;    /* of the vocabulary, by name */
	size_t act_count;
	const char **doings;  /* proceedings, then acts that people or machines do */
	size_t doing_count;
	const char **holders; /* persons who hold a post, each once */
	size_t holder_count;
	const char **heard;   /* clauses that entries have named: CITY_CLAUSES slots, hashed */
	size_t heard_count;
	struct account *accounts; /* of the plan's people: what they sign in with; NULL: nobody does */
	struct signin_rules rules; /* that the office had */
	struct arena *scratch; /* of what is asked and not done */
	struct why *why;
};
/* city_prepare_deeds - acts, holders; city_keep_things - a few rows of every kind;
 * city_deed - one event of sort CITY_DEED.  Outside a group: what is refused in the midst
 * is rolled back by itself                                                  */
struct result city_prepare_deeds(struct player *p) MUST;
struct result city_keep_things(struct player *p, struct arena *arena) MUST;
struct result city_deed(struct player *p, const struct city_event *e, struct arena *arena) MUST;
bool city_act_is_done(const struct player *p, const char *name);
struct result city_act(struct player *p, const char *name, size_t what, struct arena *arena) MUST;
struct result city_case(struct player *p, const struct policy_kind *kind, size_t what, struct arena *arena) MUST;
/* city_prepare_signins, city_end_signins - around the year; city_signin - one event; signin.c */
struct result city_prepare_signins(struct player *p) MUST;
struct result city_signin(struct player *p, const struct city_event *e, struct arena *arena) MUST;
struct result city_end_signins(struct player *p) MUST;
/* city_write_books - what is still empty in the record books is written, whole entries closed */
struct result city_write_books(struct player *p, struct arena *arena) MUST;
struct result city_keep_thing(struct player *p, const char *kind, const char *id) MUST;
/* city_section_of - id of the section to which the plan gives the person */
const char *city_section_of(const struct player *p, const char *person);
/* city_sign - whoever is asked agrees */
struct result city_sign(struct player *p, const char *id, struct arena *arena) MUST;
/* city_batch - commits the group that is full and opens the next; flush: always */
struct result city_batch(struct player *p, bool flush) MUST;
/* city_settle_in - sections, people, posts, assets */
struct result city_settle_in(struct player *p) MUST;
/* city_asset_cells - what an asset of that degree says of itself */
size_t city_asset_cells(struct player *p, unsigned asset, bool shared, struct arena *arena,
                        struct cell *cells, size_t room);

/* city_deed_for - what a duty wants as evidence that words do not settle: an id; "" nothing, or
 * nothing yet                                                               */
struct result city_deed_for(struct player *p, const struct obligation *o, const char *person, struct arena *arena,
                            const char **out) MUST;

static inline struct result city_no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "", "no memory for the city");
}

#endif
