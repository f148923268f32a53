/* The city before its year: sections, people, posts, and what it owns. */
#include "city/internal.h"

#include <stdio.h>

enum { BATCH = 4000 };

struct result city_batch(struct player *p, bool flush)
{
	if (!store_in_transaction(p->at->store))
		return flush ? ok() : store_begin(p->at->store, p->why);
	if (!flush && ++p->batched < BATCH)
		return ok();
	p->batched = 0;
	TRY(store_commit(p->at->store, p->why));
	return flush ? ok() : store_begin(p->at->store, p->why);
}

static struct result open_sections(struct player *p)
{
	for (size_t i = 0; i < p->plan->section_count; i++) {
		const struct city_section *s = &p->plan->sections[i];
		struct section section = {.id = s->id, .name = s->name, .parent = s->parent};
		TRY(city_batch(p, false));
		TRY(office_add_section(p->at->office, "", &section, p->why));
	}
	return ok();
}

static struct result hire_people(struct player *p)
{
	for (size_t i = 0; i < p->plan->person_count; i++) {
		const struct city_person *who = &p->plan->people[i];
		struct person person = {.login = who->login, .name = who->name, .section = p->plan->sections[who->section].id};
		TRY(city_batch(p, false));
		TRY(office_add_person(p->at->office, "", &person, SLICE(""), p->people[i], p->why));
		const struct office_fact facts[] = {{"person", p->people[i], "role", "regular", p->plan->first},
		                                    {"person", p->people[i], "unit", p->at->unit, p->plan->first}};
		for (size_t k = 0; k < sizeof facts / sizeof *facts; k++)
			TRY(office_set_fact(p->at->office, "", &facts[k], p->why));
		p->tally->people++;
	}
	return ok();
}

/* ---- posts ------------------------------------------------------------------ */

static size_t section_index(const struct player *p, const char *id)
{
	size_t i = 0;
	while (i < p->plan->section_count && strcmp(p->plan->sections[i].id, id) != 0)
		i++;
	return i;
}

static size_t index_of(const struct player *p, size_t section, bool second)
{
	for (size_t i = 0; i < p->plan->person_count; i++)
		if (p->plan->people[i].section == section && (second ? p->plan->people[i].second : p->plan->people[i].head))
			return i;
	return p->plan->person_count;
}

static bool heads(const struct policy_post *post, const char *what)
{
	return post->held_by == POST_HEAD && strcmp(post->holder, what) == 0;
}

/* Who fills a post of a section: its head, the head of its department, or the second;
 * what exists once goes to the heads of departments in turn.                 */
static size_t candidate(const struct player *p, const struct office_hole *hole, size_t nth)
{
	size_t section = section_index(p, hole->scope), none = p->plan->person_count;
	if (!hole->scope[0])
		return index_of(p, nth % p->plan->size->departments, false);
	if (section == p->plan->section_count)
		return none;
	const char *parent = p->plan->sections[section].parent;
	if (parent[0] && (heads(hole->post, "department") || hole->post->held_by == POST_TITLE))
		return index_of(p, section_index(p, parent), false);
	bool second = hole->post->held_by == POST_NAMED || hole->post->held_by == POST_MEMBERS;
	return index_of(p, section, second && parent[0]);
}

static struct result fill_posts(struct player *p)
{
	struct office_hole *holes = NULL;
	size_t count = 0;
	TRY(city_batch(p, true));
	TRY(office_holes(p->at->office, p->plan->first, p->arena, &holes, &count, p->why));
	for (size_t i = 0; i < count; i++) {
		size_t who = candidate(p, &holes[i], i);
		if (who == p->plan->person_count)
			continue;
		struct holding holding = {.post = holes[i].post->name, .scope = holes[i].scope, .person = p->people[who],
		                          .from = p->plan->first, .to = DAY_OPEN};
		TRY(city_batch(p, false));
		TRY(office_hold_post(p->at->office, "", &holding, p->why));
	}
	return ok();
}

/* ---- assets ----------------------------------------------------------------- */

static const char *yes_if(bool yes)
{
	return yes ? "yes" : "no";
}

/* A scale of another body's scheme bears ours in its name (自治体機密性): what is our own
 * came with the lowest of it.                                                */
static bool foreign(const struct player *p, const struct policy_fact *fact)
{
	size_t len = strlen(fact->label);
	for (size_t i = 0; i < p->fact_count; i++) {
		size_t other = strlen(p->facts[i].label);
		if (p->facts[i].type == FACT_LEVEL && other < len && strcmp(fact->label + len - other, p->facts[i].label) == 0)
			return true;
	}
	return false;
}

size_t city_asset_cells(struct player *p, unsigned asset, bool shared, struct arena *arena,
                        struct cell *cells, size_t room)
{
	const struct city_asset *a = &p->plan->assets[asset];
	const struct cell said[] = {
		{"owner", p->plan->sections[a->section].id}, {"personal", yes_if(a->degree == 2)}, {"specific", "no"},
		{"harm", yes_if(a->degree == 2)}, {"undisclosed", yes_if(a->degree > 0)}, {"hampers", yes_if(a->degree > 0)},
		{"from_inside", "no"}, {"medium_kind", "data"}, {"side", "lgwan"}, {"medical", "no"},
		{"falsified", yes_if(a->degree == 2)}, {"loss_rights", yes_if(a->degree == 2)}, {"loss_whole", "no"},
		{"shared", yes_if(shared)}};
	size_t count = sizeof said / sizeof *said;
	(void)arena;
	if (room < count)
		return 0;
	memcpy(cells, said, sizeof said);
	for (size_t i = 0; i < p->fact_count && count < room; i++) {
		const struct policy_fact *fact = &p->facts[i];
		if (fact->type == FACT_LEVEL && fact->word_count)
			cells[count++] = (struct cell){
				fact->path, fact->words[foreign(p, fact) ? 0 : (fact->word_count - 1) * a->degree / 2]};
	}
	return count;
}

static struct result keep_assets(struct player *p)
{
	for (unsigned i = 0; i < p->plan->asset_count; i++) {
		struct cell cells[32];
		const struct city_asset *a = &p->plan->assets[i];
		struct register_change change = {
			.kind = "asset", .name = a->name, .section = p->plan->sections[a->section].id, .cells = cells,
			.cell_count = city_asset_cells(p, i, false, NULL, cells, sizeof cells / sizeof *cells),
			.actor = p->people[a->section], .post = ""};
		TRY(city_batch(p, false));
		TRY(register_put(p->at->registers, &change, p->assets[i], p->why));
		p->versions[i] = 1;
		p->tally->assets++;
	}
	return city_batch(p, true);
}

struct result city_settle_in(struct player *p)
{
	TRY(policy_kind_facts(p->at->policy, "asset", p->arena, &p->facts, &p->fact_count, p->why));
	TRY(open_sections(p));
	TRY(hire_people(p));
	TRY(fill_posts(p));
	return keep_assets(p);
}
