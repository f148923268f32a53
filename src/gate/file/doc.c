/* Word documents: the block that leads to everything, and the table stream.
 * source  MS-DOC 2.5.1 (Fib), 2.5.6 ff. (FibRgFcLcb), 2.7 (structures)        */
#include "gate/file/doc.h"
#include "gate/file/lock_streams.h"

#include "base/cursor.h"
#include "gate/file/art.h"

enum { FIB_MAGIC = 0xA5EC, FIB_97 = 0x00C1, PAIRS_AT = 154, PAIRS_97 = 0x5D, PAIRS_MOST = 0x100,
       FLAG_ENCRYPTED = 0x100, FLAG_TABLE_1 = 0x200, BLOCK_MOST = PAIRS_AT + PAIRS_MOST * 8 + 64 };
enum { SEEN_OLE = 1, SEEN_TEMPLATE = 2 };

const struct doc_part doc_parts[DOC_PARTS] = {
	{76, 16}, {80, 18}, {84, 17}, {92, 19}, {96, 48}, {100, 57}, {104, 59},
};

/* What becomes of each structure of the table stream; what is not listed is left
 * out without a word (caches, undo, checking of spelling, layouts long gone). */
enum fate { LEAVE = 0, COPY, LISTS, PIECES, ASSOC, DRAWINGS, FIELDS, SECTIONS, REPORT };
static const struct {
	uint8_t index;
	enum fate fate;
	const char *what;
	uint8_t least; /* REPORT: shorter is as good as empty */
} structures[] = {
	{1, COPY, 0, 0}, {2, COPY, 0, 0}, {3, COPY, 0, 0}, {4, COPY, 0, 0}, {5, COPY, 0, 0}, {6, SECTIONS, 0, 0},
	{11, COPY, 0, 0}, {12, COPY, 0, 0}, {13, COPY, 0, 0}, {15, COPY, 0, 0}, {16, FIELDS, 0, 0},
	{17, FIELDS, 0, 0}, {18, FIELDS, 0, 0}, {19, FIELDS, 0, 0}, {21, COPY, 0, 0}, {22, COPY, 0, 0},
	{23, COPY, 0, 0}, {31, COPY, 0, 0}, {32, ASSOC, 0, 0}, {33, PIECES, 0, 0}, {36, COPY, 0, 0},
	{37, COPY, 0, 0}, {40, COPY, 0, 0}, {41, COPY, 0, 0}, {42, COPY, 0, 0}, {43, COPY, 0, 0}, {46, COPY, 0, 0},
	{47, COPY, 0, 0}, {48, FIELDS, 0, 0}, {50, DRAWINGS, 0, 0}, {51, COPY, 0, 0}, {56, COPY, 0, 0},
	{57, FIELDS, 0, 0}, {58, COPY, 0, 0}, {59, FIELDS, 0, 0}, {73, LISTS, 0, 0}, {74, COPY, 0, 0},
	{75, COPY, 0, 0}, {76, COPY, 0, 0}, {91, COPY, 0, 0}, {112, COPY, 0, 0},
	{9, REPORT, "hidden-data", 8}, {24, REPORT, "custom-ui", 3}, {26, REPORT, "vba", 8},
	{44, REPORT, "mail-merge", 8}, {60, REPORT, "document-variables", 8}, {61, REPORT, "embedded-font", 12},
	{70, REPORT, "hidden-data", 8}, {71, REPORT, "metadata", 12}, {72, REPORT, "external-link", 8}, {85, REPORT, "activex", 8},
	{97, REPORT, "hidden-data", 8}, {126, REPORT, "mail-merge", 8}, {127, REPORT, "mail-merge", 8},
	{136, REPORT, "custom-xml", 12}, {140, REPORT, "custom-xml", 8},
};

uint32_t doc_u32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

void doc_set_u32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static uint16_t u16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

struct slice doc_structure(const struct doc *doc, unsigned index)
{
	if (index >= doc->pairs)
		return slice_of(NULL, 0);
	const uint8_t *pair = doc->main + PAIRS_AT + (size_t)index * 8;
	uint32_t from = doc_u32(pair), len = doc_u32(pair + 4);
	if (from > doc->table_len || len > doc->table_len - from)
		return slice_of(NULL, 0);
	return slice_of(doc->table + from, len);
}

static size_t block_len(const struct doc *doc)
{
	size_t len = PAIRS_AT + (size_t)doc->pairs * 8;
	if (doc->pairs == PAIRS_97 || len + 2 > doc->main_len || u16(doc->main + len) > 16)
		return len;
	size_t more = 2 + (size_t)u16(doc->main + len) * 2;
	return len + more <= doc->main_len ? len + more : len;
}

struct result doc_keep(struct doc *doc, uint64_t from, uint64_t len, struct why *why)
{
	bool block = from == 0 && len == block_len(doc);
	if (!block && len && from < block_len(doc))
		return job_refuse(doc->job, REFUSAL_DAMAGED, "WordDocument", "text or formatting in the block of references");
	if (from > doc->main_len || len > doc->main_len - from)
		return job_refuse(doc->job, REFUSAL_DAMAGED, "WordDocument", "something it refers to lies past its end");
	if (doc->kept_count == doc->kept_room) {
		uint32_t room = doc->kept_room ? doc->kept_room * 2 : 64;
		struct doc_range *kept = ARENA_ARRAY(doc->compound->arena, room, struct doc_range);
		if (!kept)
			return job_memory(why);
		if (doc->kept_count)
			memcpy(kept, doc->kept, doc->kept_count * sizeof *kept);
		doc->kept = kept;
		doc->kept_room = room;
	}
	doc->kept[doc->kept_count++] = (struct doc_range){(uint32_t)from, (uint32_t)len};
	return ok();
}

/* ---- the block ---- */

static struct result load(struct doc *doc, const char *name, bool must, struct cfb_bytes *out, struct why *why)
{
	const struct cfb_entry *entry = cfb_find(&doc->compound->cfb, 0, name);
	*out = (struct cfb_bytes){NULL, 0};
	if (!entry || entry->kind != CFB_STREAM)
		return must ? job_refuse(doc->job, REFUSAL_DAMAGED, name, "it is missing") : ok();
	*out = cfb_load(&doc->compound->cfb, entry);
	return out->at ? ok() : job_memory(why);
}

static struct result read_block(struct doc *doc, struct why *why)
{
	struct cfb_bytes bytes, table, data;
	TRY(load(doc, "WordDocument", true, &bytes, why));
	doc->main = bytes.at;
	doc->main_len = bytes.len;
	if (bytes.len < PAIRS_AT || u16(bytes.at) != FIB_MAGIC)
		return job_refuse(doc->job, bytes.len < 32 || u16(bytes.at) == FIB_MAGIC ? REFUSAL_DAMAGED : REFUSAL_UNKNOWN,
		                  "WordDocument", "it does not begin as Word 97 and later begin");
	uint16_t version = u16(bytes.at + 2), flags = u16(bytes.at + 10);
	if (version < FIB_97 || u16(bytes.at + 32) != 14 || u16(bytes.at + 62) != 22)
		return job_refuse(doc->job, REFUSAL_UNKNOWN, "WordDocument", "written by a Word older than Word 97");
	TRY(load(doc, flags & FLAG_TABLE_1 ? "1Table" : "0Table", true, &table, why));
	TRY(load(doc, "Data", false, &data, why));
	if (flags & FLAG_ENCRYPTED)
		TRY(doc_unlock(doc->job, bytes, table, data));
	doc->pairs = u16(bytes.at + 152);
	if (doc->pairs < PAIRS_97 || doc->pairs > PAIRS_MOST || PAIRS_AT + doc->pairs * 8ull > bytes.len)
		return job_refuse(doc->job, REFUSAL_DAMAGED, "WordDocument", "its block of references is cut off");
	doc->table = table.at;
	doc->table_len = table.len;
	doc->data = slice_of(data.at, data.len);
	return ok();
}

/* ---- structures that are changed ---- */

/* Strings that go with the document: the second is the path of its template. */
static void put_assoc(struct doc *doc, struct slice in)
{
	struct cursor c = cursor_of(in, NULL);
	struct buffer *out = &doc->new_table;
	uint16_t mark = cursor_take_le16(&c), count = cursor_take_le16(&c), extra = cursor_take_le16(&c);
	if (!cursor_ok(&c) || mark != 0xFFFF || extra != 0 || count > 64)
		return;
	buffer_put(out, in.at, 6);
	for (unsigned i = 0; i < count; i++) {
		uint16_t units = cursor_take_le16(&c);
		struct slice text = cursor_take(&c, (size_t)units * 2);
		bool away = false;
		for (size_t k = 0; k + 1 < text.len; k += 2)
			away |= text.at[k + 1] == 0 && text.at[k] && strchr("\\/:", text.at[k]);
		if (i == 1 && away)
			job_drop(doc->job, "template", "");
		bool keep = cursor_ok(&c) && !(i == 1 && away) && i != 0;
		buffer_put_le16(out, keep ? units : 0);
		buffer_put_slice(out, keep ? text : SLICE(""));
	}
}

/* The group of drawings, then each drawing with a byte of its own before it. */
static struct result put_drawings(struct doc *doc, struct slice in, struct why *why)
{
	struct art_store store = {slice_of(doc->main, doc->main_len), &doc->pictures, 0};
	for (uint32_t i = 0; i < doc->kept_count; i++)
		if (doc->kept[i].from + (size_t)doc->kept[i].len > store.base)
			store.base = doc->kept[i].from + (size_t)doc->kept[i].len;
	for (size_t pos = 0; pos + 8 < in.len;) {
		if (pos)
			buffer_put_u8(&doc->new_table, in.at[pos++]);
		if (in.len - pos < 8)
			break;
		size_t len = 8 + (size_t)doc_u32(in.at + pos + 4);
		if (len > in.len - pos)
			return job_refuse(doc->job, REFUSAL_DAMAGED, "drawings", "a drawing longer than its place");
		TRY(art_rewrite(doc->job, slice_part(in, pos, len), &store, "drawing", &doc->new_table, why));
		pos += len;
	}
	return ok();
}

/* Section descriptors lose the offset of the Macintosh's printer record. */
static void put_sections(struct doc *doc, struct slice in)
{
	size_t count = in.len >= 4 ? (in.len - 4) / 16 : 0, at = doc->new_table.len;
	buffer_put_slice(&doc->new_table, slice_part(in, 0, (count + 1) * 4 + count * 12));
	for (size_t i = 0; buffer_ok(&doc->new_table) && i < count; i++)
		memset(doc->new_table.at + at + (count + 1) * 4 + i * 12 + 6, 0, 6);
}

static struct result cut_level(struct doc *doc)
{
	return job_refuse(doc->job, REFUSAL_DAMAGED, "lists", "a level of a list that is cut off");
}

/* One level of a list: 28 bytes, formatting of paragraph and number, its text. */
static struct result put_level(struct doc *doc, struct cursor *c, struct why *why)
{
	struct buffer *out = &doc->new_table;
	struct slice head = cursor_take(c, 28);
	size_t at = out->len;
	if (!cursor_ok(c))
		return cut_level(doc);
	struct slice paragraph = cursor_take(c, head.at[25]);
	struct slice character = cursor_take(c, head.at[24]);
	uint16_t units = cursor_take_le16(c);
	struct slice text = cursor_take(c, (size_t)units * 2);
	if (!cursor_ok(c))
		return cut_level(doc);
	buffer_put_slice(out, head);
	buffer_put_slice(out, paragraph);
	size_t before = out->len;
	TRY(doc_grpprl(doc, character, out, why));
	if (buffer_ok(out))
		out->at[at + 24] = (uint8_t)(out->len - before);
	buffer_put_le16(out, units);
	buffer_put_slice(out, text);
	return ok();
}

/* What is told of lists: how many, and 28 bytes for each; 0 where they are cut. */
static size_t lists_len(struct slice in)
{
	size_t len = in.len >= 2 ? 2 + (size_t)u16(in.at) * 28 : 0;
	return len <= in.len ? len : 0;
}

/* Lists, and behind them, outside of the length that is told, their levels. */
static struct result put_lists(struct doc *doc, struct slice in, struct why *why)
{
	size_t heads = lists_len(in), from = (size_t)(in.at - doc->table) + heads;
	unsigned count = (unsigned)(heads / 28);
	buffer_put_slice(&doc->new_table, slice_part(in, 0, heads));
	struct cursor c = cursor_of(slice_part(slice_of(doc->table, doc->table_len), from, doc->table_len), NULL);
	for (unsigned i = 0; i < count; i++) {
		unsigned levels = in.at[2 + i * 28 + 26] & 1 ? 1 : 9;
		for (unsigned k = 0; k < levels; k++)
			TRY(put_level(doc, &c, why));
	}
	return ok();
}

static struct result put_structure(struct doc *doc, enum fate fate, struct slice in, struct why *why)
{
	switch (fate) {
	case COPY: case FIELDS:
		buffer_put_slice(&doc->new_table, in);
		return ok();
	case PIECES:
		return doc_put_pieces(doc, why);
	case ASSOC:
		put_assoc(doc, in);
		return ok();
	case DRAWINGS:
		return put_drawings(doc, in, why);
	case SECTIONS:
		put_sections(doc, in);
		return ok();
	case LISTS:
		return put_lists(doc, in, why);
	case LEAVE: case REPORT:
		break;
	}
	return ok();
}

static struct result put_structures(struct doc *doc, uint8_t *block, struct why *why)
{
	memset(block + PAIRS_AT, 0, (size_t)doc->pairs * 8);
	for (size_t i = 0; i < sizeof structures / sizeof structures[0]; i++) {
		unsigned index = structures[i].index;
		struct slice in = doc_structure(doc, index);
		if (structures[i].fate == REPORT && in.len > structures[i].least)
			job_drop(doc->job, structures[i].what, "");
		if (index >= doc->pairs || in.len == 0 || structures[i].fate == REPORT)
			continue;
		size_t at = doc->new_table.len;
		TRY(put_structure(doc, structures[i].fate, in, why));
		size_t told = structures[i].fate == LISTS ? lists_len(in) : doc->new_table.len - at;
		doc_set_u32(block + PAIRS_AT + index * 8, told ? (uint32_t)at : 0);
		doc_set_u32(block + PAIRS_AT + index * 8 + 4, (uint32_t)told);
	}
	return ok();
}

/* ---- the new main stream ---- */

static struct result put_main(struct doc *doc, uint8_t *block, size_t head, struct slice *out, struct why *why)
{
	size_t len = head;
	for (uint32_t i = 0; i < doc->kept_count; i++)
		if (doc->kept[i].from + (size_t)doc->kept[i].len > len)
			len = doc->kept[i].from + (size_t)doc->kept[i].len;
	uint8_t *at = arena_alloc(doc->compound->arena, len + doc->pictures.len + 1);
	if (!at)
		return job_memory(why);
	for (uint32_t i = 0; i < doc->kept_count; i++)
		memcpy(at + doc->kept[i].from, doc->main + doc->kept[i].from, doc->kept[i].len);
	if (doc->pictures.len)
		memcpy(at + len, doc->pictures.at, doc->pictures.len);
	len += doc->pictures.len;
	block[8] = block[9] = 0;              /* no second document inside */
	doc_set_u32(block + 64, (uint32_t)len);
	memcpy(at, block, head);
	*out = slice_of(at, len);
	return ok();
}

static struct result build(struct doc *doc, struct buffer *out, struct why *why)
{
	static const uint8_t clsid[16] = "\x06\x09\x02\0\0\0\0\0\xC0\0\0\0\0\0\0\x46";
	uint8_t block[BLOCK_MOST];
	struct cfb_plan *plan = &doc->compound->plan;
	struct slice main;
	TRY(read_block(doc, why));
	TRY(doc_pieces(doc, why));
	TRY(doc_formats(doc, why));
	TRY(doc_fields(doc, why));
	size_t head = block_len(doc);
	memcpy(block, doc->main, head);
	TRY(doc_keep(doc, 0, head, why));
	TRY(put_structures(doc, block, why));
	TRY(put_main(doc, block, head, &main, why));
	if (!buffer_ok(&doc->new_table) || !buffer_ok(&doc->new_data) || !buffer_ok(&doc->pictures))
		return job_memory(why);
	cfb_plan_begin(plan, doc->compound->arena, clsid);
	cfb_plan_add(plan, 0, "WordDocument", false, main);
	cfb_plan_add(plan, 0, u16(block + 10) & FLAG_TABLE_1 ? "1Table" : "0Table", false,
	             buffer_slice(&doc->new_table));
	if (doc->new_data.len)
		cfb_plan_add(plan, 0, "Data", false, buffer_slice(&doc->new_data));
	TRY(compound_properties(doc->compound, why));
	compound_drop_rest(doc->compound, "WordDocument|0Table|1Table|Data|\5SummaryInformation|"
	                                  "\5DocumentSummaryInformation");
	return cfb_write(plan, out, why);
}

struct result doc_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct compound compound;
	struct doc doc = {.job = job, .compound = &compound};
	struct buffer *buffers[] = {&doc.new_table, &doc.new_data, &doc.pictures};
	for (size_t i = 0; i < 3; i++)
		buffer_init(buffers[i], (size_t)512 << 20);
	const char *ending = job->made_ending; /* pictures inside have their own */
	struct result result = compound_begin(&compound, job, in, why);
	if (result.code == OK)
		result = build(&doc, out, why);
	for (size_t i = 0; i < 3; i++)
		buffer_done(buffers[i]);
	compound_end(&compound);
	job->made_ending = ending;
	return result;
}
