/* Where everybody is, read once a transaction: whoever owes a duty of every row of a
 * register is asked for a hundred thousand times in a sweep.  Nothing else can change
 * the office while the transaction stands, and this room never does.          */
#include "duty/internal.h"

#include <stdlib.h>

enum { CHART_BYTES = 64 << 20 };

void duty_chart_forget(struct duties *d)
{
	arena_free(d->chart.arena);
	d->chart = (struct duty_chart){.arena = NULL};
}

static int by_id(const void *id, const void *item)
{
	return strcmp(id, *(const char *const *)item);
}

/* The id stands first in both; both lists come in its order. */
_Static_assert(offsetof(struct section, id) == 0 && offsetof(struct person, id) == 0, "bsearch by id");

const struct section *duty_chart_section(const struct duty_chart *c, const char *id)
{
	return c->section_count ? bsearch(id, c->sections, c->section_count, sizeof *c->sections, by_id) : NULL;
}

const struct person *duty_chart_person(const struct duty_chart *c, const char *id)
{
	return c->people_count ? bsearch(id, c->people, c->people_count, sizeof *c->people, by_id) : NULL;
}

static size_t place_of(const struct duty_chart *c, const char *id)
{
	const struct section *found = duty_chart_section(c, id);
	return found ? (size_t)(found - c->sections) : c->section_count;
}

bool duty_chart_children(const struct duty_chart *c, const char *id)
{
	return c->marks[place_of(c, id)] & CHART_CHILDREN;
}

bool duty_chart_peopled(const struct duty_chart *c, const char *id)
{
	return c->marks[place_of(c, id)] & CHART_PEOPLED;
}

static int by_place(const void *a, const void *b)
{
	const struct holding *x = a, *y = b;
	int order = strcmp(x->post, y->post);
	return order ? order : strcmp(x->scope, y->scope);
}

bool duty_chart_ever_held(const struct duty_chart *c, const char *post, const char *scope)
{
	const struct holding asked = {.post = post, .scope = scope};
	return c->held_count && bsearch(&asked, c->held, c->held_count, sizeof *c->held, by_place);
}

static void mark(struct duty_chart *c)
{
	for (size_t i = 0; i < c->section_count; i++)
		if (*c->sections[i].parent)
			c->marks[place_of(c, c->sections[i].parent)] |= CHART_CHILDREN;
	for (size_t i = 0; i < c->people_count; i++)
		if (c->people[i].active)
			c->marks[place_of(c, c->people[i].section)] |= CHART_PEOPLED;
	c->marks[c->section_count] = 0; /* what is no section */
}

static struct result load(struct duties *d, struct duty_chart *c, struct why *why)
{
	TRY(office_sections(d->at.office, c->arena, &c->sections, &c->section_count, why));
	TRY(office_roll(d->at.office, c->arena, &c->people, &c->people_count, why));
	TRY(office_all_holdings(d->at.office, c->arena, &c->held, &c->held_count, why));
	c->marks = ARENA_ARRAY(c->arena, c->section_count + 1, unsigned char);
	if (!c->marks)
		return duty_no_memory(why);
	mark(c);
	return ok();
}

struct result duty_chart(struct duties *d, const struct duty_chart **out, struct why *why)
{
	if (!d->chart.arena) {
		struct duty_chart made = {.arena = arena_new(CHART_BYTES)};
		struct result loaded = made.arena ? load(d, &made, why) : duty_no_memory(why);
		if (loaded.code != OK) {
			arena_free(made.arena);
			return loaded;
		}
		d->chart = made;
	}
	*out = &d->chart;
	return ok();
}

struct result duty_begin(struct duties *d, struct tx *tx, struct why *why)
{
	TRY(tx_begin(d->at.store, tx, why));
	duty_chart_forget(d);
	return ok();
}
