/* Which way to take: what a clause refuses is put right, value by value, as people do who
 * have read it; and of many ways those are taken to which clauses speak that were silent.
 *
 * Nothing here says what a clause asks for: the policy is asked what it would decide, and
 * what is then done is decided again by the room that does it.                */
#include "city/attempt.h"

#include "store/ask.h"

enum { ROUNDS = 3, ASKED = 48, REFUSED = 1000, CLOSED = 400, MISSING = 10, UNCHECKED = 5 };

/* ---- what has been heard ------------------------------------------------------- */

static size_t slot_of(const struct player *p, const char *clause)
{
	uint64_t h = UINT64_C(1469598103934665603);
	for (const char *at = clause; *at; at++)
		h = (h ^ (uint8_t)*at) * UINT64_C(1099511628211);
	size_t i = (size_t)h % CITY_CLAUSES;
	while (p->heard[i] && strcmp(p->heard[i], clause) != 0)
		i = (i + 1) % CITY_CLAUSES;
	return i;
}

static bool is_named(const struct decision *d, const struct spoken *s)
{
	return d->verdict == PASS || s->effect == EFFECT_REFUSE;
}

/* What waits for somebody's word names its clauses when it is asked for. */
size_t city_news(const struct player *p, const struct decision *d)
{
	size_t news = 0;
	bool asks = d->verdict == HOLD && city_amiss(d) == 0;
	for (size_t i = 0; i < d->spoken_count; i++)
		news += (asks || is_named(d, &d->spoken[i])) && !p->heard[slot_of(p, d->spoken[i].clause->id)];
	for (size_t i = 0; d->verdict == PASS && i < d->record_count; i++)
		news += !p->heard[slot_of(p, d->records[i].clause->id)];
	return news;
}

bool city_hear(struct player *p, const char *clause)
{
	size_t i = slot_of(p, clause);
	if (p->heard[i] || p->heard_count + 1 >= CITY_CLAUSES)
		return false;
	p->heard[i] = clause;
	p->heard_count++;
	return true;
}

void city_heard(struct player *p, const struct decision *d)
{
	for (size_t i = 0; i < d->spoken_count; i++)
		if (d->verdict == HOLD || is_named(d, &d->spoken[i]))
			(void)city_hear(p, d->spoken[i].clause->id);
	for (size_t i = 0; d->verdict == PASS && i < d->record_count; i++)
		(void)city_hear(p, d->records[i].clause->id);
}

/* ---- putting right ------------------------------------------------------------------ */

unsigned city_amiss(const struct decision *d)
{
	unsigned amiss = d->verdict == REFUSE && d->by_default ? CLOSED : 0;
	if (d->verdict == PASS)
		return 0;
	for (size_t i = 0; i < d->spoken_count; i++)
		amiss += d->spoken[i].effect == EFFECT_REFUSE ? REFUSED : 0;
	for (size_t i = 0; i < d->missing_count; i++)
		amiss += d->missing[i].kind == WANT_ITEM ? 0 : MISSING;
	return amiss + (d->verdict == HOLD ? (unsigned)d->check_count * UNCHECKED : 0);
}

static const struct decision *ask(struct attempt *a, const struct deed *deed)
{
	const struct decision *d = NULL;
	arena_reset(a->p->scratch);
	return deed->decide(a, deed, a->p->scratch, &d).code == OK ? d : NULL;
}

static unsigned amiss(struct attempt *a, const struct deed *deed)
{
	const struct decision *d = ask(a, deed);
	return d ? city_amiss(d) : REFUSED * REFUSED;
}

/* The cell of a fact; a new one where nothing was said of it; NULL: it is not told */
static struct cell *cell_of(struct deed *deed, const struct policy_fact *fact)
{
	bool other = strcmp(fact->path, "object") == 0 || strncmp(fact->path, "actor", 5) == 0 ||
	             (!deed->of_object && strncmp(fact->path, "object.", 7) == 0);
	for (size_t i = 0; i < deed->count; i++)
		if (strcmp(deed->cells[i].path, fact->path) == 0)
			return &deed->cells[i];
	if (other || deed->count >= TOLD)
		return NULL;
	deed->cells[deed->count] = (struct cell){fact->path, ""};
	return &deed->cells[deed->count++];
}

static unsigned better_value(struct attempt *a, struct deed *deed, const struct policy_fact *fact, unsigned best)
{
	const char *value;
	struct cell *cell = attempt_other(a, fact, 0) ? cell_of(deed, fact) : NULL;
	for (size_t k = 0; cell && best && (value = attempt_other(a, fact, k)); k++) {
		const char *before = cell->value;
		cell->value = value;
		unsigned now = amiss(a, deed);
		cell->value = now < best ? value : before;
		best = now < best ? now : best;
	}
	return best;
}

static unsigned better_actor(struct attempt *a, struct deed *deed, unsigned best)
{
	struct player *p = a->p;
	size_t step = 1 + p->holder_count / ASKED;
	for (size_t i = attempt_roll(a, step); best >= CLOSED && i < p->holder_count; i += step) {
		const char *before = deed->actor;
		deed->actor = p->holders[i];
		unsigned now = amiss(a, deed);
		deed->actor = now < best ? p->holders[i] : before;
		best = now < best ? now : best;
	}
	return best;
}

/* Of what nothing is said there is no cell. */
static void tidy(struct deed *deed)
{
	size_t n = 0;
	for (size_t i = 0; i < deed->count; i++)
		if (*deed->cells[i].value)
			deed->cells[n++] = deed->cells[i];
	deed->count = n;
}

/* Many questions on one view of everything: each by itself would take its locks anew.  Without a
 * view they are asked all the same.                                          */
static void look(struct attempt *a, struct tx *view)
{
	*view = (struct tx){.store = NULL};
	(void)tx_begin_read(a->p->at->store, view, NULL).code;
}

bool city_mend(struct attempt *a, struct deed *deed)
{
	AUTO(tx_drop) struct tx view = {0};
	look(a, &view);
	unsigned best = amiss(a, deed), before = best + 1;
	for (size_t round = 0; round < ROUNDS && best && best < before; round++) {
		before = best;
		best = better_actor(a, deed, best);
		for (size_t i = 0; best && i < deed->fact_count; i++)
			best = better_value(a, deed, &deed->facts[i], best);
	}
	tidy(deed);
	return best == 0;
}

/* ---- what else could be said ---------------------------------------------------------- */

static bool brings_news(struct attempt *a, const struct deed *deed)
{
	const struct decision *d = ask(a, deed);
	return d && city_news(a->p, d) > 0;
}

bool city_vary(struct attempt *a, struct deed *deed, size_t *at)
{
	enum { VALUES = 16 };
	AUTO(tx_drop) struct tx view = {0};
	look(a, &view);
	for (; *at < deed->fact_count * VALUES; ++*at) {
		const struct policy_fact *fact = &deed->facts[*at / VALUES];
		const char *value = attempt_other(a, fact, *at % VALUES);
		struct cell *cell = value ? cell_of(deed, fact) : NULL;
		if (!cell)
			continue;
		const char *before = cell->value;
		cell->value = value;
		if (brings_news(a, deed)) {
			++*at;
			tidy(deed);
			return true;
		}
		cell->value = before;
	}
	tidy(deed);
	return false;
}
