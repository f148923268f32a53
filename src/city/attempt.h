/* city/attempt.h - one attempt at something: who, and values that fit, out of the seed */
#ifndef SEKISHO_CITY_ATTEMPT_H
#define SEKISHO_CITY_ATTEMPT_H

#include "city/internal.h"

enum { TRIES = 6, TOLD = 64, LEARNED = 60 };

struct attempt {
	struct player *p;
	struct arena *arena;
	unsigned nth;
	uint64_t state;
};
struct attempt attempt_begin(struct player *p, struct arena *arena, size_t what, unsigned nth);
size_t attempt_roll(struct attempt *a, size_t n); /* 0 .. n-1; 0 of 0 */
/* attempt_refused - what an office answers with another try, or leaves */
bool attempt_refused(struct result r);

/* A person, a row of a kind (NULL: there is none), and who holds posts before others. */
const char *attempt_row(struct attempt *a, const char *kind);
const char *attempt_kept(const struct player *p, const char *kind, size_t nth); /* of those that deeds made */
const char *attempt_somebody(struct attempt *a);
/* attempt_value - of a fact; NULL: nothing is said of it */
const char *attempt_value(struct attempt *a, const struct policy_fact *fact);
/* attempt_other - the k-th of all that may be said of it; NULL past the last */
const char *attempt_other(struct attempt *a, const struct policy_fact *fact, size_t k);
/* Cells of a row of the kind, or of an act: at most TOLD.  What an act is done to (unless
 * that is no row: a letter) and who does it say the rest.                    */
size_t attempt_cells_of_kind(struct attempt *a, const char *kind, struct cell *cells);
size_t attempt_cells_of_act(struct attempt *a, const char *act, bool of_object, struct cell *cells);

/* A deed as it would be done. */
struct deed {
	const struct policy_act *act;
	const char *actor, *row; /* row NULL: done to nothing */
	struct cell cells[TOLD + LEARNED];
	size_t count;
	const struct policy_fact *facts; /* of the act */
	size_t fact_count;
	bool of_object; /* it says what its object is like, too */
	/* what the clauses say to it; nothing is written */
	struct result (*decide)(struct attempt *a, const struct deed *deed, struct arena *arena, const struct decision **out);
};

/* ---- which way to take (choose.c)
 *
 * city_news - how many clauses its entry would name that none of this year has named; heard:
 * it has
 * city_hear - one of them, which must outlive the player; false: it was heard before
 * city_amiss - 0: nothing stands in the way but words of persons and items of lists; else
 * the more the worse                                                         */
size_t city_news(const struct player *p, const struct decision *d);
bool city_hear(struct player *p, const char *clause);
void city_heard(struct player *p, const struct decision *d);
unsigned city_amiss(const struct decision *d);
/* city_mend - another actor, other values, as long as less is amiss; true: nothing is */
bool city_mend(struct attempt *a, struct deed *deed);
/* city_vary - one value changed so that clauses speak which have not spoken yet; *at is where
 * it goes on looking.  false: no further one; the deed is as it was          */
bool city_vary(struct attempt *a, struct deed *deed, size_t *at);

#endif
