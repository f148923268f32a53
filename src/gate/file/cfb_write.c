/* Compound files, the writing half, and what doc, xls, ppt and msg share.
 *
 * Order of sectors: large streams, the stream of small ones, its table, the
 * directory, the allocation table, its list.  The same items give the same
 * bytes: no time, no identifier, no slack.
 * source  MS-CFB 2.2 to 2.6                                                   */
#include "gate/file/cfb.h"

#include "base/text.h"

enum { SECTOR = 512, PER_SECTOR = SECTOR / 4, MINI = 64, CUTOFF = 4096, HEADER_DIFAT = 109 };
enum { FREE = 0xFFFFFFFF, END = 0xFFFFFFFE, FAT_SECTOR = 0xFFFFFFFD, DIFAT_SECTOR = 0xFFFFFFFC };

void cfb_plan_begin(struct cfb_plan *plan, struct arena *arena, const uint8_t clsid[16])
{
	*plan = (struct cfb_plan){.arena = arena};
	cfb_plan_add(plan, 0, "Root Entry", true, SLICE(""));
	if (plan->count)
		memcpy(plan->items[0].clsid, clsid, 16);
}

uint32_t cfb_plan_add(struct cfb_plan *plan, uint32_t parent, const char *name, bool storage,
                      struct slice data)
{
	if (plan->count == plan->room) {
		uint32_t room = plan->room ? plan->room * 2 : 16;
		struct cfb_item *items = ARENA_ARRAY(plan->arena, room, struct cfb_item);
		if (!items) {
			plan->no_memory = true;
			return 0;
		}
		if (plan->count)
			memcpy(items, plan->items, plan->count * sizeof *items);
		plan->items = items;
		plan->room = room;
	}
	plan->items[plan->count] = (struct cfb_item){.name = name, .parent = parent, .storage = storage,
	                                             .data = data};
	return plan->count++;
}

/* ---- the tree of siblings: by length, then by upper-case units ---- */

struct node {
	uint16_t name[32];
	unsigned units;
	uint32_t item, left, right, child, start;
};

static void set_name(struct node *node, const char *name)
{
	struct slice text = slice_str(name);
	for (size_t pos = 0; node->units < 31;) {
		int32_t code = utf8_next(text, &pos);
		if (code < 0)
			break;
		if (code > 0xFFFF && node->units < 30) {
			node->name[node->units++] = (uint16_t)(0xD7C0 + (code >> 10));
			code = 0xDC00 | (code & 0x3FF);
		}
		node->name[node->units++] = (uint16_t)code;
	}
}

static uint16_t upper(uint16_t c)
{
	return c >= 'a' && c <= 'z' ? (uint16_t)(c - 32) : c;
}

static int by_name(const void *x, const void *y)
{
	const struct node *a = *(const struct node *const *)x, *b = *(const struct node *const *)y;
	if (a->units != b->units)
		return a->units < b->units ? -1 : 1;
	for (unsigned i = 0; i < a->units; i++)
		if (upper(a->name[i]) != upper(b->name[i]))
			return upper(a->name[i]) < upper(b->name[i]) ? -1 : 1;
	return 0;
}

struct span {
	size_t from, to;
	uint32_t *link;
};

/* A balanced tree over sorted siblings, without recursion. */
static void link_siblings(struct node **sorted, size_t count, uint32_t *root)
{
	struct span todo[64];
	size_t depth = 0;
	todo[depth++] = (struct span){0, count, root};
	while (depth) {
		struct span s = todo[--depth];
		*s.link = FREE;
		if (s.from == s.to)
			continue;
		size_t middle = s.from + (s.to - s.from) / 2;
		*s.link = sorted[middle]->item;
		todo[depth++] = (struct span){s.from, middle, &sorted[middle]->left};
		todo[depth++] = (struct span){middle + 1, s.to, &sorted[middle]->right};
	}
}

static struct result build_tree(struct cfb_plan *plan, struct node *nodes, struct why *why)
{
	struct node **sorted = ARENA_ARRAY(plan->arena, (size_t)plan->count + 1, struct node *);
	if (!sorted)
		return job_memory(why);
	for (uint32_t parent = 0; parent < plan->count; parent++) {
		size_t count = 0;
		nodes[parent].child = FREE;
		for (uint32_t i = 1; plan->items[parent].storage && i < plan->count; i++)
			if (plan->items[i].parent == parent)
				sorted[count++] = &nodes[i];
		if (count)
			qsort(sorted, count, sizeof *sorted, by_name);
		for (size_t i = 1; i < count; i++)
			if (by_name(&sorted[i - 1], &sorted[i]) == 0)
				return fail(why, E_INPUT, "", "two entries of one name");
		link_siblings(sorted, count, &nodes[parent].child);
	}
	nodes[0].left = nodes[0].right = FREE;
	return ok();
}

/* ---- sectors ---- */

struct layout {
	uint32_t large, minis, mini_sectors, mini_fats, directory, fats, difats;
};

static uint32_t sectors_for(uint64_t bytes, uint32_t each)
{
	return (uint32_t)((bytes + each - 1) / each);
}

static void lay_out(const struct cfb_plan *plan, struct node *nodes, struct layout *l)
{
	for (uint32_t i = 1; i < plan->count; i++) {
		size_t len = plan->items[i].data.len;
		nodes[i].start = END;
		if (plan->items[i].storage || len == 0)
			continue;
		if (len < CUTOFF) {
			nodes[i].start = l->minis;
			l->minis += sectors_for(len, MINI);
		} else {
			nodes[i].start = l->large;
			l->large += sectors_for(len, SECTOR);
		}
	}
	l->mini_sectors = sectors_for((uint64_t)l->minis * MINI, SECTOR);
	l->mini_fats = sectors_for((uint64_t)l->minis * 4, SECTOR);
	l->directory = sectors_for((uint64_t)plan->count * 128, SECTOR);
	nodes[0].start = l->minis ? l->large : END;
	uint32_t data = l->large + l->mini_sectors + l->mini_fats + l->directory;
	for (uint32_t before = UINT32_MAX; before != l->fats + l->difats;) {
		before = l->fats + l->difats;
		l->fats = sectors_for((uint64_t)data + before, PER_SECTOR);
		l->difats = l->fats > HEADER_DIFAT ? sectors_for(l->fats - HEADER_DIFAT, PER_SECTOR - 1) : 0;
	}
}

static void pad(struct buffer *out, size_t each)
{
	static const uint8_t zeros[SECTOR];
	size_t over = out->len % each;
	if (over)
		buffer_put(out, zeros, each - over);
}

static void put_header(const struct layout *l, struct buffer *out)
{
	uint32_t mini_fat = l->large + l->mini_sectors, directory = mini_fat + l->mini_fats;
	uint32_t fat = directory + l->directory, difat = fat + l->fats;
	buffer_put(out, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	                "\x3E\0\x03\0\xFE\xFF\x09\0\x06\0\0\0\0\0\0\0\0\0\0\0", 44);
	buffer_put_le32(out, l->fats);
	buffer_put_le32(out, directory);
	buffer_put_le32(out, 0);
	buffer_put_le32(out, CUTOFF);
	buffer_put_le32(out, l->mini_fats ? mini_fat : END);
	buffer_put_le32(out, l->mini_fats);
	buffer_put_le32(out, l->difats ? difat : END);
	buffer_put_le32(out, l->difats);
	for (uint32_t i = 0; i < HEADER_DIFAT; i++)
		buffer_put_le32(out, i < l->fats ? fat + i : FREE);
}

static void put_chain(struct buffer *out, uint32_t from, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		buffer_put_le32(out, i + 1 < count ? from + i + 1 : END);
}

static void put_streams(const struct cfb_plan *plan, bool minis, struct buffer *out)
{
	for (uint32_t i = 1; i < plan->count; i++) {
		struct slice data = plan->items[i].data;
		if (plan->items[i].storage || data.len == 0 || (data.len < CUTOFF) != minis)
			continue;
		buffer_put_slice(out, data);
		pad(out, minis ? MINI : SECTOR);
	}
	pad(out, SECTOR);
}

/* One chain a stream, in the order in which put_streams wrote them. */
static void put_chains(const struct cfb_plan *plan, const struct node *nodes, bool minis, struct buffer *out)
{
	for (uint32_t i = 1; i < plan->count; i++) {
		size_t len = plan->items[i].data.len;
		if (!plan->items[i].storage && len && (len < CUTOFF) == minis)
			put_chain(out, nodes[i].start, sectors_for(len, minis ? MINI : SECTOR));
	}
}

static void fill(struct buffer *out, size_t each)
{
	while (buffer_ok(out) && out->len % each)
		buffer_put_le32(out, FREE);
}

static void put_directory(const struct cfb_plan *plan, const struct node *nodes, const struct layout *l,
                          struct buffer *out)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct cfb_item *item = &plan->items[i];
		for (unsigned u = 0; u < 32; u++)
			buffer_put_le16(out, nodes[i].name[u]);
		buffer_put_le16(out, (uint16_t)((nodes[i].units + 1) * 2));
		buffer_put_u8(out, i == 0 ? CFB_ROOT : item->storage ? CFB_STORAGE : CFB_STREAM);
		buffer_put_u8(out, 1); /* black */
		buffer_put_le32(out, nodes[i].left);
		buffer_put_le32(out, nodes[i].right);
		buffer_put_le32(out, nodes[i].child);
		buffer_put(out, item->clsid, 16);
		for (unsigned z = 0; z < 5; z++)
			buffer_put_le32(out, 0); /* state, times */
		buffer_put_le32(out, i == 0 || !item->storage ? nodes[i].start : 0);
		buffer_put_le64(out, i == 0 ? (uint64_t)l->minis * MINI : item->storage ? 0 : item->data.len);
	}
	for (uint32_t i = plan->count; i % 4; i++) {
		static const uint8_t zeros[68], after[48];
		buffer_put(out, zeros, sizeof zeros);
		for (unsigned k = 0; k < 3; k++)
			buffer_put_le32(out, FREE);
		buffer_put(out, after, sizeof after);
	}
}

static void put_tables(const struct cfb_plan *plan, const struct node *nodes, const struct layout *l,
                       struct buffer *out)
{
	uint32_t at = l->large, fat = l->large + l->mini_sectors + l->mini_fats + l->directory;
	put_chains(plan, nodes, false, out);
	put_chain(out, at, l->mini_sectors);
	at += l->mini_sectors;
	put_chain(out, at, l->mini_fats);
	at += l->mini_fats;
	put_chain(out, at, l->directory);
	for (uint32_t i = 0; i < l->fats; i++)
		buffer_put_le32(out, FAT_SECTOR);
	for (uint32_t i = 0; i < l->difats; i++)
		buffer_put_le32(out, DIFAT_SECTOR);
	fill(out, SECTOR);
	for (uint32_t i = HEADER_DIFAT, next = fat + l->fats + 1; i < l->fats; next++) {
		for (uint32_t k = 0; k < PER_SECTOR - 1; k++, i++)
			buffer_put_le32(out, i < l->fats ? fat + i : FREE);
		buffer_put_le32(out, i < l->fats ? next : END);
	}
}

struct result cfb_write(struct cfb_plan *plan, struct buffer *out, struct why *why)
{
	struct node *nodes = ARENA_ARRAY(plan->arena, (size_t)plan->count + 1, struct node);
	struct layout l = {0};
	if (!nodes || plan->no_memory || plan->count == 0)
		return job_memory(why);
	for (uint32_t i = 0; i < plan->count; i++) {
		nodes[i].item = i;
		set_name(&nodes[i], plan->items[i].name);
	}
	TRY(build_tree(plan, nodes, why));
	lay_out(plan, nodes, &l);
	put_header(&l, out);
	put_streams(plan, false, out);
	put_streams(plan, true, out);
	put_chains(plan, nodes, true, out);
	fill(out, SECTOR);
	put_directory(plan, nodes, &l, out);
	put_tables(plan, nodes, &l, out);
	return ok();
}
