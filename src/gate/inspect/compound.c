/* Compound files: tables stay bytes, chains are followed with a step limit.
 *
 * What the gate writes has one shape: every sector is in use, nothing but the
 * listed streams stands in the root.  Both are checked here.                  */
#include "gate/inspect/compound.h"

enum { HEADER = 512, IN_HEADER = 109, ROW = 128, CUTOFF = 4096, MINI = 64 };
static const uint32_t NO_MORE = 0xFFFFFFFA;

uint16_t le16(struct slice s, size_t at)
{
	return at < s.len && s.len - at >= 2 ? (uint16_t)(s.at[at] + s.at[at + 1] * 256) : 0;
}

uint32_t le32(struct slice s, size_t at)
{
	return le16(s, at) + le16(s, at + 2) * 65536u;
}

static struct slice sector_of(const struct cfile *f, uint32_t number)
{
	return slice_part(f->in, ((size_t)number + 1) * f->sector, f->sector);
}

/* The bytes of a chain, at most `most`; NULL where it breaks. */
static struct slice chain(struct cfile *f, uint32_t from, uint64_t most)
{
	size_t steps = f->in.len / f->sector + 1, done = 0;
	size_t room = most < f->in.len + f->sector ? (size_t)most : f->in.len + f->sector;
	uint8_t *out = arena_alloc(f->look->arena, room + 1);
	if (!out)
		return look_memory(f->look), slice_of(NULL, 0);
	while (from < NO_MORE && done < room && steps-- > 0) {
		struct slice part = slice_part(sector_of(f, from), 0, room - done);
		if (part.len == 0)
			return slice_of(NULL, 0);
		memcpy(out + done, part.at, part.len);
		done += part.len;
		if (((size_t)from + 1) * 4 > f->fat.len)
			return slice_of(NULL, 0);
		from = le32(f->fat, (size_t)from * 4);
	}
	return slice_of(out, done);
}

/* All sectors of the table, one after the other. */
static bool load_fat(struct cfile *f)
{
	uint32_t count = le32(f->in, 44), next = le32(f->in, 68);
	size_t per = f->sector / 4, done = 0;
	if (count > f->in.len / f->sector + 1)
		return false;
	uint8_t *out = arena_alloc(f->look->arena, count * f->sector + 1);
	struct slice list = slice_part(f->in, 76, IN_HEADER * 4);
	if (!out)
		return look_memory(f->look);
	for (size_t i = 0; done < count; i++) {
		if (i * 4 >= list.len) {
			list = slice_part(sector_of(f, next), 0, (per - 1) * 4);
			next = le32(sector_of(f, next), (per - 1) * 4);
			i = 0;
		}
		struct slice part = list.len ? sector_of(f, le32(list, i * 4)) : list;
		if (part.len == 0)
			return false;
		memcpy(out + done++ * f->sector, part.at, part.len);
	}
	f->fat = slice_of(out, count * f->sector);
	return true;
}

static bool add_row(struct cfile *f, struct slice row, bool top)
{
	struct cstream *s = &f->at[f->count];
	char name[33];
	size_t units = le16(row, 64) / 2;
	for (size_t i = 0; i < 32; i++)
		name[i] = i + 1 < units && le16(row, i * 2) < 0x7F ? (char)le16(row, i * 2) : i + 1 < units ? '?' : 0;
	name[32] = 0;
	s->name = arena_string(f->look->arena, slice_str(name));
	s->storage = row.at[66] != 2;
	s->top = top;
	s->start = le32(row, 116);
	s->size = le32(row, 120);
	f->count++;
	return s->name || look_memory(f->look);
}

/* Everything reachable from the root, breadth first over a list of numbers. */
static bool load_directory(struct cfile *f, struct slice rows)
{
	uint32_t total = (uint32_t)(rows.len / ROW), have = 0;
	uint32_t *todo = ARENA_ARRAY(f->look->arena, (size_t)total * 3 + 4, uint32_t);
	bool *top = ARENA_ARRAY(f->look->arena, (size_t)total * 3 + 4, bool);
	f->at = ARENA_ARRAY(f->look->arena, (size_t)total + 1, struct cstream);
	if (!todo || !top || !f->at)
		return look_memory(f->look);
	todo[have] = le32(rows, 76);
	top[have++] = true;
	for (uint32_t i = 0; i < have; i++) {
		if (todo[i] >= total)
			continue;
		struct slice row = slice_part(rows, (size_t)todo[i] * ROW, ROW);
		if (f->count >= total || !look_pay_entry(f->look) || !add_row(f, row, top[i]))
			return false;
		uint32_t links[3] = {le32(row, 68), le32(row, 72), row.at[66] == 1 ? le32(row, 76) : UINT32_MAX};
		for (unsigned k = 0; k < 3; k++) {
			todo[have] = links[k];
			top[have++] = k < 2 && top[i];
		}
	}
	return true;
}

static void find_slack(struct cfile *f)
{
	size_t sectors = (f->in.len - f->sector) / f->sector, unused = 0;
	for (size_t i = 0; i < sectors; i++)
		unused += le32(f->fat, i * 4) == UINT32_MAX;
	if (unused || f->in.len % f->sector)
		look_find(f->look, "slack", "%zu sectors that no stream uses", unused);
}

bool cfile_open(struct look *look, struct slice in, struct cfile *f)
{
	*f = (struct cfile){.look = look, .in = in, .sector = le16(in, 30) == 12 ? 4096 : 512};
	if (in.len < HEADER || memcmp(in.at, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) != 0)
		return look_unreadable(look, "not a compound file");
	if (!look_pay_bytes(look, in.len) || !load_fat(f))
		return look_unreadable(look, "a broken allocation table");
	struct slice rows = chain(f, le32(in, 48), UINT64_MAX);
	if (rows.len < ROW)
		return look_unreadable(look, "a broken directory");
	f->mini_fat = le32(in, 64) ? chain(f, le32(in, 60), UINT64_MAX) : SLICE("");
	f->mini = le32(rows, 120) ? chain(f, le32(rows, 116), le32(rows, 120)) : SLICE("");
	if (!load_directory(f, rows))
		return look_unreadable(look, "a broken directory");
	find_slack(f);
	return true;
}

static struct slice small_chain(struct cfile *f, uint32_t from, size_t size)
{
	uint8_t *out = arena_alloc(f->look->arena, size + 1);
	size_t done = 0;
	while (out && done < size) {
		struct slice part = slice_part(slice_part(f->mini, (size_t)from * MINI, MINI), 0, size - done);
		if (from >= NO_MORE || part.len == 0)
			return slice_of(NULL, 0);
		memcpy(out + done, part.at, part.len);
		done += MINI;
		from = le32(f->mini_fat, (size_t)from * 4);
	}
	return slice_of(out, size);
}

bool cfile_read(struct cfile *f, const char *name, struct slice *out)
{
	*out = slice_of(NULL, 0);
	for (uint32_t i = 0; i < f->count; i++) {
		struct cstream *s = &f->at[i];
		if (!s->top || s->storage || !slice_equal_nocase(slice_str(s->name), slice_str(name)))
			continue;
		*out = s->size < CUTOFF ? small_chain(f, s->start, (size_t)s->size) : chain(f, s->start, s->size);
		return out->at && out->len == s->size;
	}
	return false;
}

static const char *purpose(const char *name, bool storage)
{
	static const struct {
		const char *prefix, *what;
	} rows[] = {{"Macros", "vba"}, {"_VBA_PROJECT", "vba"}, {"VBA", "vba"}, {"ObjectPool", "ole-object"},
	            {"MBD", "ole-object"}, {"\1Ole", "ole-object"}, {"Ctls", "activex"}, {"\3OCX", "activex"},
	            {"Equation", "ole-object"}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (starts_nocase(slice_str(name), rows[i].prefix))
			return rows[i].what;
	return storage ? "unknown-storage" : "unknown-part";
}

void cfile_only(struct cfile *f, const char *const *names, size_t count)
{
	for (uint32_t i = 0; i < f->count; i++) {
		bool known = false;
		for (size_t k = 0; k < count; k++)
			known |= f->at[i].top && !f->at[i].storage &&
			         slice_equal_nocase(slice_str(f->at[i].name), slice_str(names[k]));
		const char *name = f->at[i].name;
		if (!known)
			look_find(f->look, purpose(name, f->at[i].storage), "%s", name[0] < ' ' ? name + (name[0] != 0) : name);
	}
}

/* ---- drawings ---- */

static bool wide_stands_at(struct slice text, size_t at, const char *word, size_t len)
{
	if (text.len < len * 2 || at > text.len - len * 2)
		return false;
	size_t k = 0;
	while (k < len && (text.at[at + k * 2] | 32) == (word[k] | 32) && text.at[at + k * 2 + 1] == 0)
		k++;
	return k == len;
}

/* Looked for by its first mark, which is rarer than letters and has one size. */
bool wide_has(struct slice text, const char *word)
{
	size_t len = strlen(word), mark = strcspn(word, ":-_\\");
	for (size_t at = mark * 2; mark < len && at < text.len; at++) {
		const uint8_t *found = memchr(text.at + at, word[mark], text.len - at);
		if (!found)
			return false;
		at = (size_t)(found - text.at);
		if (wide_stands_at(text, at - mark * 2, word, len))
			return true;
	}
	return false;
}

bool wide_outside(struct slice v)
{
	return wide_has(v, "file:") || wide_has(v, "javascript:") || wide_has(v, "vbscript:") || wide_has(v, "mhtml:") ||
	       wide_has(v, "ms-") || wide_has(v, "search-ms") || wide_has(v, "\\\\");
}

static bool filled(struct slice v)
{
	for (size_t i = 0; i < v.len; i++)
		if (v.at[i])
			return true;
	return false;
}

static void look_property(struct look *look, unsigned id, uint32_t value, struct slice data, const char *place)
{
	if ((id == 0x38E || (id >= 0x395 && id <= 0x39A)) && filled(data))
		look_find(look, "script", "%s property %03X", place, id);
	if (id == 0x3A9 && filled(data))
		look_find(look, "package", "%s property %03X", place, id);
	bool moniker = data.len < 24 || (le32(data, 20) & 1);
	if (id == 0x382 && filled(data) && (wide_outside(data) || (moniker && !wide_has(data, "http:") &&
	    !wide_has(data, "https:") && !wide_has(data, "mailto:"))))
		look_find(look, "unsafe-link", "%s property %03X", place, id);
	if ((id == 0x106 || id == 0x188 || id == 0x1C8) && (value & 0xC))
		look_find(look, "external-link", "%s property %03X", place, id);
}

static void look_properties(struct look *look, struct slice body, unsigned count, const char *place)
{
	size_t data = (size_t)count * 6;
	for (unsigned i = 0; i < count && data <= body.len; i++) {
		unsigned id = le16(body, i * 6u);
		uint32_t value = le32(body, i * 6u + 2);
		struct slice v = id & 0x8000 ? slice_part(body, data, value) : SLICE("");
		look_property(look, id & 0x3FFF, value, v, place);
		data += v.len;
	}
}

void art_look(struct look *look, struct slice in, const char *place)
{
	for (size_t pos = 0; pos + 8 <= in.len;) {
		unsigned head = le16(in, pos), type = le16(in, pos + 2);
		uint32_t len = le32(in, pos + 4);
		struct slice body = slice_part(in, pos + 8, len);
		if (type == 0xF00B || type == 0xF121 || type == 0xF122)
			look_properties(look, body, head >> 4, place);
		pos += 8 + ((head & 15) == 15 ? 0 : (size_t)body.len);
	}
}
