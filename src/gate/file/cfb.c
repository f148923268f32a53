/* Compound files, the reading half.
 *
 * All chains are walked when the file is opened, and each sector is marked as it
 * is claimed: a second claim, a circle or a chain past the end shows at once, and
 * later reads need no checks of their own.
 * source  MS-CFB 2.2 (header), 2.3 to 2.5 (FAT, mini FAT, DIFAT), 2.6 (directory) */
#include "gate/file/cfb.h"

#include "base/cursor.h"
#include "base/text.h"

enum { FREE = 0xFFFFFFFF, END = 0xFFFFFFFE, LAST = 0xFFFFFFFA, NOBODY = 0xFFFFFFFF };
enum { HEADER_DIFAT = 109, ENTRY = 128, MINI_SHIFT = 6, MINI_CUTOFF = 4096, ENTRIES_MOST = 65536 };

struct header {
	uint32_t directory, fats, mini_fat, mini_fats, difat, difats;
	struct cursor rows; /* the first DIFAT entries */
};

static const char *full(struct cfb *cfb)
{
	cfb->no_memory = true;
	return "no memory";
}

/* Bytes of a sector; shorter only at the very end of the file. */
static struct slice sector_at(const struct cfb *cfb, uint32_t sector)
{
	uint64_t from = ((uint64_t)sector + 1) << cfb->shift;
	return from < cfb->in.len ? slice_part(cfb->in, (size_t)from, (size_t)1 << cfb->shift)
		: slice_of(NULL, 0);
}

static bool claim(uint8_t *owned, uint32_t count, uint32_t sector)
{
	if (sector >= count || owned[sector / 8] >> sector % 8 & 1)
		return false;
	owned[sector / 8] |= (uint8_t)(1u << sector % 8);
	return true;
}

static const char *read_header(struct cfb *cfb, struct header *h)
{
	struct cursor c = cursor_of(cfb->in, NULL);
	cursor_skip(&c, 26);
	uint16_t version = cursor_take_le16(&c), order = cursor_take_le16(&c);
	cfb->shift = cursor_take_le16(&c);
	uint16_t mini = cursor_take_le16(&c);
	cursor_skip(&c, 10);
	h->fats = cursor_take_le32(&c);
	h->directory = cursor_take_le32(&c);
	cursor_skip(&c, 4);
	uint32_t cutoff = cursor_take_le32(&c);
	h->mini_fat = cursor_take_le32(&c);
	h->mini_fats = cursor_take_le32(&c);
	h->difat = cursor_take_le32(&c);
	h->difats = cursor_take_le32(&c);
	h->rows = cursor_child(&c, (size_t)HEADER_DIFAT * 4);
	if (!cursor_ok(&c))
		return "the header is cut off";
	bool shifts = (version == 3 && cfb->shift == 9) || (version == 4 && cfb->shift == 12);
	if (!shifts || order != 0xFFFE || mini != MINI_SHIFT || cutoff != MINI_CUTOFF)
		return "a header of no version known";
	size_t sector = (size_t)1 << cfb->shift;
	if (cfb->in.len < sector)
		return "the header is cut off";
	cfb->sectors = (uint32_t)((cfb->in.len - sector + sector - 1) / sector);
	cfb->owned = arena_alloc(cfb->arena, cfb->sectors / 8 + 1);
	return cfb->owned ? NULL : full(cfb);
}

static const char *take_fat(struct cfb *cfb, uint32_t sector, uint32_t room)
{
	uint32_t each = 1u << (cfb->shift - 2);
	if (!claim(cfb->owned, cfb->sectors, sector))
		return "a sector of the allocation table that is not its own";
	struct cursor c = cursor_of(sector_at(cfb, sector), NULL);
	for (uint32_t i = 0; i < each && cfb->fat_count < room; i++)
		cfb->fat[cfb->fat_count++] = cursor_left(&c) < 4 ? FREE : cursor_take_le32(&c);
	return NULL;
}

/* Sector numbers of the table itself: 109 in the header, the rest in a chain. */
static const char *read_fat(struct cfb *cfb, struct header *h)
{
	uint32_t each = 1u << (cfb->shift - 2), left = h->fats, next = h->difat;
	const char *fault = NULL;
	if (h->fats > cfb->sectors)
		return "more allocation tables than sectors";
	uint32_t room = h->fats * each;
	cfb->fat = ARENA_ARRAY(cfb->arena, (size_t)room + 1, uint32_t);
	if (!cfb->fat)
		return full(cfb);
	for (unsigned i = 0; i < HEADER_DIFAT && left && !fault; i++, left--)
		fault = take_fat(cfb, cursor_take_le32(&h->rows), room);
	while (left && !fault) {
		if (next > LAST || !claim(cfb->owned, cfb->sectors, next))
			return "a broken list of allocation tables";
		struct cursor c = cursor_of(sector_at(cfb, next), NULL);
		for (uint32_t i = 0; i + 1 < each && left && !fault; i++, left--)
			fault = take_fat(cfb, cursor_take_le32(&c), room);
		next = cursor_take_le32(&c);
	}
	return fault;
}

/* Walks a chain of the large sectors and claims it; *len: sectors in it. */
static const char *walk(struct cfb *cfb, uint32_t start, uint32_t *len)
{
	*len = 0;
	for (uint32_t at = start; at <= LAST; (*len)++) {
		if (!claim(cfb->owned, cfb->sectors, at))
			return "a sector that two chains claim, or that is not in the file";
		at = at < cfb->fat_count ? cfb->fat[at] : END;
	}
	return NULL;
}

/* The bytes of a chain that was walked before. */
static uint8_t *gather(const struct cfb *cfb, uint32_t start, size_t size)
{
	uint8_t *at = arena_alloc(cfb->arena, size + 1);
	size_t done = 0;
	for (uint32_t sector = start; at && sector <= LAST && done < size;) {
		struct slice part = slice_part(sector_at(cfb, sector), 0, size - done);
		if (part.len)
			memcpy(at + done, part.at, part.len);
		done += (size_t)1 << cfb->shift; /* what the file's end cuts off reads as zero */
		sector = sector < cfb->fat_count ? cfb->fat[sector] : END;
	}
	return at;
}

static const char *load_chain(struct cfb *cfb, uint32_t start, struct slice *out)
{
	uint32_t len;
	const char *fault = walk(cfb, start, &len);
	if (fault)
		return fault;
	*out = slice_of(gather(cfb, start, (size_t)len << cfb->shift), (size_t)len << cfb->shift);
	return out->at ? NULL : full(cfb);
}

static const char *read_mini_fat(struct cfb *cfb, const struct header *h)
{
	struct slice table = {NULL, 0};
	const char *fault = h->mini_fats ? load_chain(cfb, h->mini_fat, &table) : NULL;
	if (fault)
		return fault;
	cfb->mini_count = (uint32_t)(table.len / 4);
	cfb->mini = ARENA_ARRAY(cfb->arena, (size_t)cfb->mini_count + 1, uint32_t);
	cfb->mini_owned = arena_alloc(cfb->arena, cfb->mini_count / 8 + 1);
	struct cursor c = cursor_of(table, NULL);
	for (uint32_t i = 0; cfb->mini && i < cfb->mini_count; i++)
		cfb->mini[i] = cursor_take_le32(&c);
	return cfb->mini && cfb->mini_owned ? NULL : full(cfb);
}

/* ---- the directory ---- */

struct raw_entry {
	uint8_t kind;
	uint32_t left, right, child, start;
	uint64_t size;
};

/* UTF-16 of a directory entry as UTF-8; lone surrogates become U+FFFD. */
static const char *entry_name(struct cfb *cfb, struct slice wide)
{
	struct buffer AUTO(buffer_done) text = {0};
	struct cursor c = cursor_of(wide, NULL);
	buffer_init(&text, 512);
	while (cursor_left(&c) >= 2) {
		uint32_t code = cursor_take_le16(&c);
		if (code >= 0xD800 && code < 0xDC00 && cursor_left(&c) >= 2)
			code = 0x10000 + ((code - 0xD800) << 10) + ((uint32_t)cursor_take_le16(&c) - 0xDC00);
		if (code == 0)
			break;
		utf8_put(&text, code);
	}
	return arena_string(cfb->arena, buffer_slice(&text));
}

static const char *read_entry(struct cfb *cfb, struct slice raw, struct raw_entry *to,
                              struct cfb_entry *entry)
{
	struct cursor c = cursor_of(raw, NULL);
	struct slice wide = cursor_take(&c, 64);
	uint16_t bytes = cursor_take_le16(&c);
	to->kind = cursor_take_u8(&c);
	cursor_skip(&c, 1);
	to->left = cursor_take_le32(&c);
	to->right = cursor_take_le32(&c);
	to->child = cursor_take_le32(&c);
	struct slice clsid = cursor_take(&c, 16);
	cursor_skip(&c, 20);
	to->start = cursor_take_le32(&c);
	to->size = cursor_take_le64(&c);
	if (cfb->shift == 9)
		to->size &= 0xFFFFFFFF; /* the upper half is not defined in version 3 */
	if (!cursor_ok(&c) || bytes < 2 || bytes > 64 || bytes % 2)
		return "a directory entry without a name";
	*entry = (struct cfb_entry){.name = entry_name(cfb, slice_part(wide, 0, bytes - 2u)),
	                            .kind = to->kind, .size = to->size, .start = to->start};
	memcpy(entry->clsid, clsid.at, 16);
	return entry->name ? NULL : full(cfb);
}

struct visit {
	uint32_t at, parent;
};

struct tree {
	struct slice directory;
	struct visit *todo;
	uint32_t todo_count, total;
	uint8_t *seen;
};

static const char *push(struct tree *t, uint32_t at, uint32_t parent)
{
	if (at == NOBODY)
		return NULL;
	if (!claim(t->seen, t->total, at))
		return "a directory entry that two others name, or that is not there";
	t->todo[t->todo_count++] = (struct visit){at, parent};
	return NULL;
}

static const char *visit(struct cfb *cfb, struct tree *t, struct visit v)
{
	struct raw_entry raw;
	struct cfb_entry *entry = &cfb->entries[cfb->count];
	const char *fault = read_entry(cfb, slice_part(t->directory, (size_t)v.at * ENTRY, ENTRY), &raw, entry);
	if (fault)
		return fault;
	bool root = cfb->count == 0;
	if (root ? raw.kind != CFB_ROOT : raw.kind != CFB_STORAGE && raw.kind != CFB_STREAM)
		return "a directory entry of a kind that cannot stand there";
	if (!root && cfb_find(cfb, v.parent, entry->name))
		return "two entries of one name";
	entry->parent = v.parent;
	uint32_t self = cfb->count++;
	fault = root ? NULL : push(t, raw.left, v.parent);
	fault = fault || root ? fault : push(t, raw.right, v.parent);
	return fault || raw.kind == CFB_STREAM ? fault : push(t, raw.child, self);
}

static const char *read_directory(struct cfb *cfb, uint32_t start)
{
	struct tree t = {0};
	const char *fault = load_chain(cfb, start, &t.directory);
	if (fault)
		return fault;
	t.total = (uint32_t)(t.directory.len / ENTRY);
	if (t.total == 0 || t.total > ENTRIES_MOST)
		return "a directory that is empty or too long";
	t.todo = ARENA_ARRAY(cfb->arena, t.total, struct visit);
	t.seen = arena_alloc(cfb->arena, t.total / 8 + 1);
	cfb->entries = ARENA_ARRAY(cfb->arena, t.total, struct cfb_entry);
	if (!t.todo || !t.seen || !cfb->entries)
		return full(cfb);
	fault = push(&t, 0, 0);
	while (!fault && t.todo_count)
		fault = visit(cfb, &t, t.todo[--t.todo_count]);
	return fault;
}

/* ---- streams ---- */

static const char *walk_mini(struct cfb *cfb, const struct cfb_entry *entry)
{
	uint64_t have = 0;
	for (uint32_t at = entry->start; at <= LAST && have < entry->size; have += 1u << MINI_SHIFT) {
		if (!claim(cfb->mini_owned, cfb->mini_count, at))
			return "a small sector that two streams claim, or that is not there";
		if (((uint64_t)at << MINI_SHIFT) >= cfb->mini_stream.len)
			return "a small sector past the end of their stream";
		at = cfb->mini[at];
	}
	return have < entry->size ? "a stream that is longer than its chain" : NULL;
}

static const char *check_streams(struct cfb *cfb)
{
	for (uint32_t i = 1; i < cfb->count; i++) {
		const struct cfb_entry *entry = &cfb->entries[i];
		const char *fault = NULL;
		uint32_t len = 0;
		if (entry->kind != CFB_STREAM || entry->size == 0)
			continue;
		if (entry->size < MINI_CUTOFF)
			fault = walk_mini(cfb, entry);
		else
			fault = walk(cfb, entry->start, &len);
		if (!fault && entry->size >= MINI_CUTOFF && (uint64_t)len << cfb->shift < entry->size)
			fault = "a stream that is longer than its chain";
		if (fault)
			return fault;
	}
	return NULL;
}

const char *cfb_open(struct cfb *cfb, struct arena *arena, struct slice in)
{
	struct header h;
	*cfb = (struct cfb){.arena = arena, .in = in};
	const char *fault = read_header(cfb, &h);
	fault = fault ? fault : read_fat(cfb, &h);
	fault = fault ? fault : read_directory(cfb, h.directory);
	fault = fault ? fault : read_mini_fat(cfb, &h);
	if (!fault && cfb->entries[0].size)
		fault = load_chain(cfb, cfb->entries[0].start, &cfb->mini_stream);
	return fault ? fault : check_streams(cfb);
}

uint32_t cfb_index(const struct cfb *cfb, const struct cfb_entry *entry)
{
	return (uint32_t)(entry - cfb->entries);
}

const struct cfb_entry *cfb_find(const struct cfb *cfb, uint32_t parent, const char *name)
{
	struct slice want = slice_str(name);
	for (uint32_t i = 1; i < cfb->count; i++)
		if (cfb->entries[i].parent == parent && slice_equal_nocase(slice_str(cfb->entries[i].name), want))
			return &cfb->entries[i];
	return NULL;
}

struct cfb_bytes cfb_load(const struct cfb *cfb, const struct cfb_entry *entry)
{
	struct cfb_bytes out = {NULL, (size_t)entry->size};
	if (entry->size >= MINI_CUTOFF) {
		out.at = gather(cfb, entry->start, out.len);
		return out;
	}
	out.at = arena_alloc(cfb->arena, out.len + 1);
	size_t done = 0;
	for (uint32_t at = entry->start; out.at && done < out.len; at = cfb->mini[at]) {
		struct slice part = slice_part(cfb->mini_stream, (size_t)at << MINI_SHIFT, (size_t)1 << MINI_SHIFT);
		part = slice_part(part, 0, out.len - done);
		if (part.len)
			memcpy(out.at + done, part.at, part.len);
		done += (size_t)1 << MINI_SHIFT;
	}
	return out;
}

const char *cfb_place(struct job *job, const struct cfb_entry *entry)
{
	char text[64];
	size_t len = 0;
	for (const char *at = entry->name; *at && len + 1 < sizeof text; at++)
		if ((uint8_t)*at > ' ' && (uint8_t)*at < 0x7F)
			text[len++] = *at;
	text[len] = 0;
	const char *place = arena_printf(job->arena, "%s", text);
	return place ? place : "";
}

enum file_type cfb_type(struct slice in)
{
	static const struct {
		const char *name;
		enum file_type type;
	} mains[] = {
		{"DocumentText", FILE_ICHITARO}, {"JSRV_SegmentInformation", FILE_ICHITARO},
		{"EncryptedPackage", FILE_OLE}, {"__properties_version1.0", FILE_MSG},
		{"WordDocument", FILE_DOC}, {"PowerPoint Document", FILE_PPT},
		{"Workbook", FILE_XLS}, {"Book", FILE_XLS},
	};
	struct arena AUTO(arena_drop) *arena = arena_new((size_t)1 << 30);
	struct cfb cfb = {0};
	enum file_type type = FILE_OLE;
	/* a fault further on does not hide what the directory said */
	if (!arena || (cfb_open(&cfb, arena, in) && cfb.count == 0))
		return FILE_OLE;
	for (size_t i = 0; i < sizeof mains / sizeof mains[0] && type == FILE_OLE; i++)
		if (cfb_find(&cfb, 0, mains[i].name))
			return mains[i].type;
	return FILE_OLE;
}
