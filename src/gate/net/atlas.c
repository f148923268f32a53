/* Places and their boxes. */
#include "gate/net/atlas.h"

#include <stdlib.h>

uint16_t atlas_name_add(struct atlas_names *names, struct slice name, bool prefix)
{
	for (uint16_t i = 0; i < names->count; i++)
		if (slice_is(name, names->name[i]) && names->prefix[i] == prefix)
			return i;
	if (names->count == ATLAS_INTERFACES || name.len > 15)
		return UINT16_MAX;
	memcpy(names->name[names->count], name.at, name.len);
	names->name[names->count][name.len] = 0;
	names->prefix[names->count] = prefix;
	return names->count++;
}

void atlas_names_of(const struct net_model *model, struct atlas_names *out)
{
	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < model->interface_count; i++)
		atlas_name_add(out, slice_str(model->interfaces[i].name), false);
	atlas_name_add(out, SLICE("lo"), false);
	atlas_name_add(out, SLICE(""), true); /* every other name */
}

static size_t side(const struct atlas *a)
{
	return (size_t)a->names.count + 1;
}

size_t atlas_cell(const struct atlas *a, struct place p)
{
	size_t in = p.in == NO_INTERFACE ? side(a) - 1 : p.in, out = p.out == NO_INTERFACE ? side(a) - 1 : p.out;
	return (((size_t)p.hook * FAMILY_COUNT + (size_t)p.family) * side(a) + in) * side(a) + out;
}

bool atlas_init(struct atlas *a, const struct atlas_names *names)
{
	*a = (struct atlas){.names = *names};
	a->cells = calloc((size_t)HOOK_COUNT * FAMILY_COUNT * side(a) * side(a), sizeof *a->cells);
	return a->cells != NULL;
}

void atlas_done(struct atlas *a)
{
	for (size_t i = 0; i < a->count; i++)
		boxes_done(&a->places[i].boxes);
	free(a->places);
	free(a->cells);
	a->places = NULL;
	a->cells = NULL;
	a->count = a->room = 0;
}

void atlas_drop(struct atlas *a)
{
	atlas_done(a);
}

struct boxes *atlas_boxes(struct atlas *a, struct place place)
{
	uint32_t *cell = &a->cells[atlas_cell(a, place)];
	if (*cell)
		return &a->places[*cell - 1].boxes;
	if (a->count == a->room) {
		size_t room = a->room ? a->room * 2 : 64;
		struct atlas_place *grown = realloc(a->places, room * sizeof *grown);
		if (!grown) {
			a->failed = true;
			return NULL;
		}
		a->places = grown;
		a->room = room;
	}
	a->places[a->count].place = place;
	boxes_init(&a->places[a->count].boxes, ATLAS_BOXES);
	*cell = (uint32_t)++a->count;
	return &a->places[a->count - 1].boxes;
}

const struct boxes *atlas_look(const struct atlas *a, struct place place)
{
	uint32_t cell = a->cells[atlas_cell(a, place)];
	return cell ? &a->places[cell - 1].boxes : NULL;
}
