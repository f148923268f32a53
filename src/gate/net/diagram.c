/* The diagram's nodes live in arrays; a table finds the node that is there
 * already.  Depth is at most DIM_COUNT, so the functions below may call
 * themselves.                                                               */
#include "gate/net/diagram.h"

#include <stdlib.h>

struct edge {
	wide_t hi; /* of the interval; it begins after the one before */
	uint32_t child;
};
struct node {
	uint32_t first, count; /* edges */
	enum net_dim dim;
	uint64_t hash;
};
struct memo {
	uint64_t hash;
	uint32_t at, count, result; /* list in `lists` */
	uint8_t dim;
	bool used;
};
struct diagrams {
	enum net_family family;
	uint64_t fuel;
	bool failed;
	struct node *nodes;
	size_t node_count, node_room;
	struct edge *edges;
	size_t edge_count, edge_room;
	uint32_t *table;
	size_t table_mask;
	struct memo *memos;
	size_t memo_mask, memo_count;
	uint32_t *lists;
	size_t list_count, list_room;
	const struct verdict_box *list;
};

static bool burn(struct diagrams *d, size_t units)
{
	if (d->failed || d->fuel < units) {
		d->failed = true;
		return false;
	}
	d->fuel -= units;
	return true;
}

static bool room_for(struct diagrams *d, void **at, size_t *room, size_t want, size_t size)
{
	if (want <= *room)
		return true;
	size_t next = *room ? *room : 256;
	while (next < want)
		next *= 2;
	void *grown = next > UINT32_MAX ? NULL : realloc(*at, next * size);
	if (!grown) {
		d->failed = true;
		return false;
	}
	*at = grown;
	*room = next;
	return true;
}

struct diagrams *diagrams_new(enum net_family family, uint64_t fuel)
{
	struct diagrams *d = calloc(1, sizeof *d);
	if (!d)
		return NULL;
	*d = (struct diagrams){.family = family, .fuel = fuel, .table_mask = 1023, .memo_mask = 1023};
	d->table = calloc(1024, sizeof *d->table);
	d->memos = calloc(1024, sizeof *d->memos);
	if (!d->table || !d->memos || !room_for(d, (void **)&d->nodes, &d->node_room, 2, sizeof *d->nodes)) {
		diagrams_free(d);
		return NULL;
	}
	d->nodes[0] = d->nodes[1] = (struct node){.dim = DIM_COUNT};
	d->node_count = 2;
	return d;
}

void diagrams_free(struct diagrams *d)
{
	if (!d)
		return;
	free(d->nodes);
	free(d->edges);
	free(d->table);
	free(d->memos);
	free(d->lists);
	free(d);
}

void diagrams_drop(struct diagrams **d)
{
	diagrams_free(*d);
}

bool diagrams_failed(const struct diagrams *d)
{
	return d->failed;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash ^= value;
	hash *= 0x9E3779B97F4A7C15ULL;
	return hash ^ hash >> 29;
}

/* ---- nodes ----------------------------------------------------------------- */

static uint64_t hash_edges(enum net_dim dim, const struct edge *e, size_t count)
{
	uint64_t hash = mix(0x51, dim);
	for (size_t i = 0; i < count; i++)
		hash = mix(mix(mix(hash, (uint64_t)e[i].hi), (uint64_t)(e[i].hi >> 64)), e[i].child);
	return hash;
}

static bool same_node(const struct diagrams *d, const struct node *n, enum net_dim dim, const struct edge *e, size_t count)
{
	if (n->dim != dim || n->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (d->edges[n->first + i].hi != e[i].hi || d->edges[n->first + i].child != e[i].child)
			return false;
	return true;
}

static bool table_grow(struct diagrams *d)
{
	size_t mask = d->table_mask * 2 + 1;
	uint32_t *table = calloc(mask + 1, sizeof *table);
	if (!table) {
		d->failed = true;
		return false;
	}
	for (size_t n = 2; n < d->node_count; n++) {
		size_t at = d->nodes[n].hash & mask;
		while (table[at])
			at = (at + 1) & mask;
		table[at] = (uint32_t)n;
	}
	free(d->table);
	d->table = table;
	d->table_mask = mask;
	return true;
}

/* The edges lie at the end of d->edges, from `first`; they stay there if the node
 * is new.  Neighbours that lead to the same place have been joined.         */
static uint32_t node_of(struct diagrams *d, enum net_dim dim, size_t first)
{
	const struct edge *e = d->edges + first;
	size_t count = d->edge_count - first;
	if (count == 1) {
		uint32_t child = e->child;
		d->edge_count = first;
		return child;
	}
	uint64_t hash = hash_edges(dim, e, count);
	size_t at = hash & d->table_mask;
	for (; d->table[at]; at = (at + 1) & d->table_mask)
		if (d->nodes[d->table[at]].hash == hash && same_node(d, &d->nodes[d->table[at]], dim, e, count)) {
			d->edge_count = first;
			return d->table[at];
		}
	if (!room_for(d, (void **)&d->nodes, &d->node_room, d->node_count + 1, sizeof *d->nodes))
		return 0;
	d->nodes[d->node_count] = (struct node){(uint32_t)first, (uint32_t)count, dim, hash};
	d->table[at] = (uint32_t)d->node_count++;
	uint32_t made = (uint32_t)d->node_count - 1;
	if (d->node_count * 2 > d->table_mask)
		table_grow(d);
	return made;
}

/* Children are made before their parent's edges are laid down, so an open node
 * keeps its edges apart.                                                    */
struct open_node {
	struct edge *at;
	size_t count, room;
};

static void edge_add(struct diagrams *d, struct open_node *n, wide_t hi, uint32_t child)
{
	if (n->count && n->at[n->count - 1].child == child) {
		n->at[n->count - 1].hi = hi;
		return;
	}
	if (room_for(d, (void **)&n->at, &n->room, n->count + 1, sizeof *n->at))
		n->at[n->count++] = (struct edge){hi, child};
}

static uint32_t node_close(struct diagrams *d, enum net_dim dim, struct open_node *n)
{
	uint32_t made = 0;
	size_t first = d->edge_count;
	if (!d->failed && n->count &&
	    room_for(d, (void **)&d->edges, &d->edge_room, first + n->count, sizeof *d->edges)) {
		memcpy(d->edges + first, n->at, n->count * sizeof *n->at);
		d->edge_count += n->count;
		made = node_of(d, dim, first);
	}
	free(n->at);
	return made;
}

/* ---- from a list ----------------------------------------------------------- */

static bool full_from(const struct diagrams *d, const struct box *b, enum net_dim from)
{
	for (enum net_dim dim = from; dim < DIM_COUNT; dim++)
		if (!span_inside(dim_full(d->family, dim), box_get(b, dim)))
			return false;
	return true;
}

static struct memo *memo_slot(struct diagrams *d, enum net_dim dim, const uint32_t *list, size_t n)
{
	uint64_t hash = mix(dim, n);
	for (size_t i = 0; i < n; i++)
		hash = mix(hash, list[i]);
	size_t at = hash & d->memo_mask;
	while (d->memos[at].used) {
		const struct memo *m = &d->memos[at];
		if (m->hash == hash && m->count == n && m->dim == dim && memcmp(d->lists + m->at, list, n * sizeof *list) == 0)
			break;
		at = (at + 1) & d->memo_mask;
	}
	if (!d->memos[at].used)
		d->memos[at].hash = hash;
	return &d->memos[at];
}

static void memo_grow(struct diagrams *d)
{
	size_t mask = d->memo_mask * 2 + 1;
	struct memo *memos = calloc(mask + 1, sizeof *memos);
	if (!memos) {
		d->failed = true;
		return;
	}
	for (size_t i = 0; i <= d->memo_mask; i++) {
		size_t at = d->memos[i].hash & mask;
		while (d->memos[i].used && memos[at].used)
			at = (at + 1) & mask;
		if (d->memos[i].used)
			memos[at] = d->memos[i];
	}
	free(d->memos);
	d->memos = memos;
	d->memo_mask = mask;
}

static void memo_keep(struct diagrams *d, enum net_dim dim, const uint32_t *list, size_t n, uint32_t result)
{
	if (d->memo_count * 2 > d->memo_mask)
		memo_grow(d);
	if (d->failed || !room_for(d, (void **)&d->lists, &d->list_room, d->list_count + n, sizeof *d->lists))
		return;
	struct memo *m = memo_slot(d, dim, list, n);
	if (m->used)
		return;
	memcpy(d->lists + d->list_count, list, n * sizeof *list);
	*m = (struct memo){m->hash, (uint32_t)d->list_count, (uint32_t)n, result, (uint8_t)dim, true};
	d->list_count += n;
	d->memo_count++;
}

static int by_number(const void *a, const void *b)
{
	wide_t x = *(const wide_t *)a, y = *(const wide_t *)b;
	return x < y ? -1 : x > y;
}

struct start {
	wide_t lo;
	uint32_t entry;
};

static int by_start(const void *a, const void *b)
{
	const struct start *x = a, *y = b;
	if (x->lo != y->lo)
		return x->lo < y->lo ? -1 : 1;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

struct sweep {
	wide_t *cuts;         /* where an interval begins */
	struct start *starts;
	uint32_t *active;     /* entries in their order */
	size_t cut_count, next, active_count;
};

static bool sweep_open(struct diagrams *d, enum net_dim dim, const uint32_t *list, size_t n, struct sweep *s)
{
	struct interval full = dim_full(d->family, dim);
	*s = (struct sweep){malloc((2 * n + 1) * sizeof *s->cuts), malloc(n * sizeof *s->starts), malloc(n * sizeof *s->active), 0, 0, 0};
	if (!s->cuts || !s->starts || !s->active) {
		d->failed = true;
		return false;
	}
	s->cuts[s->cut_count++] = full.lo;
	for (size_t i = 0; i < n; i++) {
		struct interval span = box_get(&d->list[list[i]].box, dim);
		s->starts[i] = (struct start){span.lo, list[i]};
		s->cuts[s->cut_count++] = span.lo;
		if (span.hi < full.hi)
			s->cuts[s->cut_count++] = span.hi + 1;
	}
	qsort(s->cuts, s->cut_count, sizeof *s->cuts, by_number);
	qsort(s->starts, n, sizeof *s->starts, by_start);
	size_t unique = 0;
	for (size_t i = 0; i < s->cut_count; i++)
		if (unique == 0 || s->cuts[unique - 1] != s->cuts[i])
			s->cuts[unique++] = s->cuts[i];
	s->cut_count = unique;
	return true;
}

static void sweep_close(struct sweep *s)
{
	free(s->cuts);
	free(s->starts);
	free(s->active);
}

/* sweep_step - who is there from `at` on; false: the same as before */
static bool sweep_step(struct diagrams *d, enum net_dim dim, struct sweep *s, size_t n, wide_t at)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->active_count; i++)
		if (box_get(&d->list[s->active[i]].box, dim).hi >= at)
			s->active[kept++] = s->active[i];
	bool changed = kept != s->active_count;
	s->active_count = kept;
	for (; s->next < n && s->starts[s->next].lo == at; s->next++) {
		size_t place = s->active_count++;
		for (; place && s->active[place - 1] > s->starts[s->next].entry; place--)
			s->active[place] = s->active[place - 1];
		s->active[place] = s->starts[s->next].entry;
		changed = true;
	}
	return changed;
}

static uint32_t build(struct diagrams *d, enum net_dim dim, const uint32_t *list, size_t n);

static uint32_t build_node(struct diagrams *d, enum net_dim dim, const uint32_t *list, size_t n)
{
	struct open_node node = {NULL, 0, 0};
	struct sweep s;
	uint32_t child = 0;
	bool good = sweep_open(d, dim, list, n, &s);
	for (size_t i = 0; good && i < s.cut_count && burn(d, 1 + s.active_count); i++) {
		wide_t hi = i + 1 < s.cut_count ? s.cuts[i + 1] - 1 : dim_full(d->family, dim).hi;
		if (sweep_step(d, dim, &s, n, s.cuts[i]) || i == 0)
			child = build(d, dim + 1, s.active, s.active_count);
		edge_add(d, &node, hi, child);
	}
	sweep_close(&s);
	return node_close(d, dim, &node);
}

static uint32_t build(struct diagrams *d, enum net_dim dim, const uint32_t *list, size_t n)
{
	if (n == 0)
		return DIAGRAM_NONE;
	if (!burn(d, n))
		return DIAGRAM_NONE;
	if (full_from(d, &d->list[list[0]].box, dim))
		return d->list[list[0]].accept ? DIAGRAM_ALL : DIAGRAM_NONE;
	if (n > 1) {
		const struct memo *known = memo_slot(d, dim, list, n);
		if (known->used)
			return known->result;
	}
	uint32_t made = build_node(d, dim, list, n);
	if (n > 1)
		memo_keep(d, dim, list, n, made);
	return made;
}

uint32_t diagram_of_list(struct diagrams *d, const struct verdict_box *list, size_t count)
{
	uint32_t *all = malloc((count + 1) * sizeof *all);
	if (!all) {
		d->failed = true;
		return DIAGRAM_NONE;
	}
	for (size_t i = 0; i < count; i++)
		all[i] = (uint32_t)i;
	d->list = list;
	d->memo_count = d->list_count = 0; /* numbers mean other boxes now */
	memset(d->memos, 0, (d->memo_mask + 1) * sizeof *d->memos);
	uint32_t made = build(d, 0, all, count);
	free(all);
	return made;
}

uint32_t diagram_of_boxes(struct diagrams *d, const struct box *boxes, size_t count)
{
	struct verdict_box *list = calloc(count + 1, sizeof *list);
	if (!list) {
		d->failed = true;
		return DIAGRAM_NONE;
	}
	for (size_t i = 0; i < count; i++)
		list[i] = (struct verdict_box){boxes[i], true};
	uint32_t made = diagram_of_list(d, list, count);
	free(list);
	return made;
}

/* ---- two sets -------------------------------------------------------------- */

static const struct edge *edges_of(const struct diagrams *d, uint32_t id, enum net_dim dim, struct edge *whole, size_t *count)
{
	const struct node *n = &d->nodes[id];
	if (id > 1 && n->dim == dim) {
		*count = n->count;
		return d->edges + n->first;
	}
	*whole = (struct edge){dim_full(d->family, dim).hi, id};
	*count = 1;
	return whole;
}

static uint32_t combine(struct diagrams *d, uint32_t a, uint32_t b, bool minus)
{
	if (a == DIAGRAM_NONE || (minus ? a == b || b == DIAGRAM_ALL : b == DIAGRAM_NONE))
		return DIAGRAM_NONE;
	if (minus ? b == DIAGRAM_NONE : a == b || b == DIAGRAM_ALL)
		return a;
	if (!minus && a == DIAGRAM_ALL)
		return b;
	enum net_dim dim = d->nodes[a].dim < d->nodes[b].dim ? d->nodes[a].dim : d->nodes[b].dim;
	struct open_node node = {NULL, 0, 0};
	struct edge whole_a, whole_b;
	size_t na, nb;
	edges_of(d, a, dim, &whole_a, &na);
	edges_of(d, b, dim, &whole_b, &nb);
	for (size_t i = 0, k = 0; i < na && k < nb && burn(d, 1);) {
		/* the arrays may move while children are made */
		struct edge ea = edges_of(d, a, dim, &whole_a, &na)[i], eb = edges_of(d, b, dim, &whole_b, &nb)[k];
		wide_t hi = ea.hi < eb.hi ? ea.hi : eb.hi;
		edge_add(d, &node, hi, combine(d, ea.child, eb.child, minus));
		i += ea.hi == hi;
		k += eb.hi == hi;
	}
	return node_close(d, dim, &node);
}

uint32_t diagram_meet(struct diagrams *d, uint32_t a, uint32_t b)
{
	return combine(d, a, b, false);
}

uint32_t diagram_minus(struct diagrams *d, uint32_t a, uint32_t b)
{
	return combine(d, a, b, true);
}

static bool gather(const struct diagrams *d, uint32_t id, struct box box, size_t most, struct boxes *out)
{
	if (id == DIAGRAM_NONE)
		return true;
	if (id == DIAGRAM_ALL) {
		if (out->count < most)
			boxes_add(out, &box);
		else
			return false;
		return !out->failed;
	}
	const struct node *n = &d->nodes[id];
	wide_t lo = 0;
	for (uint32_t i = 0; i < n->count; i++) {
		const struct edge *e = &d->edges[n->first + i];
		box_set(&box, n->dim, (struct interval){lo, e->hi});
		if (!gather(d, e->child, box, most, out))
			return false;
		lo = e->hi + 1;
	}
	return true;
}

bool diagram_boxes(const struct diagrams *d, uint32_t set, size_t most, struct boxes *out)
{
	return gather(d, set, box_full(d->family), most, out);
}
