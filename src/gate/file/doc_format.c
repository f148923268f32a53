/* Word documents: pieces, formatting pages, and what formatting refers to.
 *
 * Formatting instructions (sprms) name objects and offsets in the data stream.
 * Those that name an object are left out; an offset is followed, the element
 * checked and moved, and the new offset written.
 * source  MS-DOC 2.6 (single property modifiers), 2.9.23 (Clx), 2.9.33 (ChpxFkp),
 *         2.9.174 (PapxFkp), 2.9.158 (NilPICFAndBinData), 2.9.192 (PICF)      */
#include "gate/file/doc.h"

#include "base/cursor.h"
#include "gate/file/art.h"

enum { PAGE = 512, PIECES_MOST = 1 << 22, MOVED_ROOM = 1 << 17, MOVED_MOST = 1 << 16 };
enum { CLX = 33, BTE_CHPX = 12, BTE_PAPX = 13, SED = 6 };
enum { SPRM_DATA = 0x0806, SPRM_OLE2 = 0x080A, SPRM_OBJECT = 0x0856, SPRM_PICTURE = 0x6A03,
       SPRM_OBJECT_AT = 0x680E, SPRM_HUGE = 0x6646, SPRM_HUGE_OLD = 0x6645, SPRM_TABLE_PROPS = 0x646B,
       SPRM_TABLE = 0xD608, SPRM_TABLE_OLD = 0xD606, SPRM_TABS = 0xC615 };

static struct result damaged(struct doc *doc, const char *text)
{
	return job_refuse(doc->job, REFUSAL_DAMAGED, "WordDocument", "%s", text);
}

/* ---- pieces ---- */

static struct result take_piece(struct doc *doc, struct slice plc, uint32_t i, uint32_t count, struct why *why)
{
	const uint8_t *cps = plc.at, *pcd = plc.at + (count + 1) * 4 + (size_t)i * 8;
	struct doc_piece *piece = &doc->pieces[i];
	uint32_t fc = doc_u32(pcd + 2);
	piece->from = doc_u32(cps + i * 4);
	piece->to = doc_u32(cps + i * 4 + 4);
	piece->wide = (fc & 0x40000000) == 0;
	piece->at = piece->wide ? fc & 0x3FFFFFFF : (fc & 0x3FFFFFFF) / 2;
	if (piece->to < piece->from || (i == 0 && piece->from != 0))
		return damaged(doc, "a piece table that runs backwards");
	return doc_keep(doc, piece->at, (uint64_t)(piece->to - piece->from) << piece->wide, why);
}

/* The table of pieces within the Clx, after its formatting groups. */
static bool find_pieces(struct slice clx, struct slice *plc, size_t *groups)
{
	struct cursor c = cursor_of(clx, NULL);
	while (cursor_peek_u8(&c) == 1) {
		cursor_skip(&c, 1);
		cursor_skip(&c, cursor_take_le16(&c));
	}
	*groups = c.pos;
	if (cursor_take_u8(&c) != 2)
		return false;
	*plc = cursor_take(&c, cursor_take_le32(&c));
	return cursor_ok(&c) && plc->len >= 4 && (plc->len - 4) % 12 == 0;
}

struct result doc_pieces(struct doc *doc, struct why *why)
{
	struct slice plc;
	size_t groups;
	if (!find_pieces(doc_structure(doc, CLX), &plc, &groups))
		return damaged(doc, "it has no piece table");
	doc->piece_count = (uint32_t)((plc.len - 4) / 12);
	if (doc->piece_count > PIECES_MOST)
		return job_refuse(doc->job, REFUSAL_BOMB, "WordDocument", "too many pieces");
	doc->pieces = ARENA_ARRAY(doc->compound->arena, (size_t)doc->piece_count + 1, struct doc_piece);
	if (!doc->pieces)
		return job_memory(why);
	uint64_t positions = 0;
	for (uint32_t i = 0; i < doc->piece_count; i++) {
		TRY(take_piece(doc, plc, i, doc->piece_count, why));
		positions += doc->pieces[i].to - doc->pieces[i].from;
	}
	TRY(job_pay_work(doc->job, positions));
	doc->positions = (uint32_t)positions;
	return ok();
}

/* Filtered groups keep their number: pieces name them by it. */
struct result doc_put_pieces(struct doc *doc, struct why *why)
{
	struct slice clx = doc_structure(doc, CLX), plc;
	size_t groups;
	struct buffer *out = &doc->new_table;
	if (!find_pieces(clx, &plc, &groups))
		return damaged(doc, "it has no piece table");
	struct cursor c = cursor_of(slice_part(clx, 0, groups), NULL);
	while (cursor_left(&c) > 0) {
		cursor_skip(&c, 1);
		struct slice group = cursor_take(&c, cursor_take_le16(&c));
		size_t at = out->len;
		buffer_put(out, "\1\0\0", 3);
		TRY(doc_grpprl(doc, group, out, why));
		size_t len = out->len - at - 3;
		if (buffer_ok(out)) {
			out->at[at + 1] = (uint8_t)len;
			out->at[at + 2] = (uint8_t)(len >> 8);
		}
	}
	buffer_put_u8(out, 2);
	buffer_put_le32(out, (uint32_t)plc.len);
	buffer_put_slice(out, plc);
	return ok();
}

/* ---- single property modifiers ---- */

/* Bytes of the operand; SIZE_MAX where it is cut off. */
static size_t operand_len(uint16_t sprm, struct slice rest)
{
	static const uint8_t fixed[8] = {1, 1, 2, 4, 2, 2, 0, 3};
	size_t len = fixed[sprm >> 13];
	if (sprm >> 13 == 6 && rest.len >= 2) {
		len = (size_t)rest.at[0] + 1;
		if (sprm == SPRM_TABLE || sprm == SPRM_TABLE_OLD)
			len = (size_t)(rest.at[0] | rest.at[1] << 8) + 1;
		size_t dropped = (size_t)rest.at[1] * 4 + 2;
		if (sprm == SPRM_TABS && rest.at[0] == 255)
			len = dropped < rest.len ? dropped + 1 + (size_t)rest.at[dropped] * 3 : SIZE_MAX;
	} else if (sprm >> 13 == 6) {
		len = rest.len == 1 && rest.at[0] == 0 ? 1 : SIZE_MAX;
	}
	return len <= rest.len ? len : SIZE_MAX;
}

static bool has_sprm(struct slice in, uint16_t wanted)
{
	for (size_t pos = 0; pos + 2 < in.len;) {
		uint16_t sprm = (uint16_t)(in.at[pos] | in.at[pos + 1] << 8);
		size_t len = operand_len(sprm, slice_part(in, pos + 2, in.len));
		if (len == SIZE_MAX)
			return false;
		if (sprm == wanted && len && in.at[pos + 2])
			return true;
		pos += 2 + len;
	}
	return false;
}

static struct result put_moved(struct doc *doc, uint16_t sprm, struct slice operand, bool binary,
                               struct buffer *out, struct why *why)
{
	uint32_t to = UINT32_MAX;
	if (operand.len != 4)
		return ok();
	if (sprm == SPRM_PICTURE)
		TRY(doc_move(doc, doc_u32(operand.at), binary, &to, why));
	else
		TRY(doc_move_grpprl(doc, doc_u32(operand.at), &to, why));
	if (to == UINT32_MAX)
		return ok();
	buffer_put_le16(out, sprm);
	buffer_put_le32(out, to);
	return ok();
}

struct result doc_grpprl(struct doc *doc, struct slice in, struct buffer *out, struct why *why)
{
	bool binary = has_sprm(in, SPRM_DATA);
	for (size_t pos = 0; pos + 2 < in.len;) {
		uint16_t sprm = (uint16_t)(in.at[pos] | in.at[pos + 1] << 8);
		size_t len = operand_len(sprm, slice_part(in, pos + 2, in.len));
		if (len == SIZE_MAX)
			return ok(); /* what is cut off is left out */
		struct slice operand = slice_part(in, pos + 2, len);
		if (sprm == SPRM_PICTURE || sprm == SPRM_HUGE || sprm == SPRM_HUGE_OLD || sprm == SPRM_TABLE_PROPS)
			TRY(put_moved(doc, sprm, operand, binary, out, why));
		else if (sprm != SPRM_OLE2 && sprm != SPRM_OBJECT && sprm != SPRM_OBJECT_AT)
			buffer_put_slice(out, slice_part(in, pos, 2 + len));
		pos += 2 + len;
	}
	return ok();
}

/* ---- the data stream ---- */

static uint32_t *slot_of(struct doc *doc, uint32_t offset, bool *found)
{
	uint32_t slot = offset * 2654435761u >> 15;
	while (doc->moved_from[slot] && doc->moved_from[slot] != offset + 1)
		slot = (slot + 1) % MOVED_ROOM;
	*found = doc->moved_from[slot] != 0;
	doc->moved_from[slot] = offset + 1;
	return &doc->moved_to[slot];
}

static struct result seek_moved(struct doc *doc, uint32_t offset, uint32_t **slot, bool *found, struct why *why)
{
	if (!doc->moved_from) {
		doc->moved_from = ARENA_ARRAY(doc->compound->arena, MOVED_ROOM, uint32_t);
		doc->moved_to = ARENA_ARRAY(doc->compound->arena, MOVED_ROOM, uint32_t);
	}
	if (!doc->moved_from || !doc->moved_to)
		return job_memory(why);
	*slot = slot_of(doc, offset, found);
	if (!*found && ++doc->moved_count > MOVED_MOST)
		return job_refuse(doc->job, REFUSAL_BOMB, "Data", "too many pictures");
	return ok();
}

/* A string with its terminator, copied or emptied. */
static void put_string(struct cursor *c, bool empty, bool *had, struct buffer *out)
{
	uint16_t units = cursor_take_le16(c);
	struct slice text = cursor_take(c, (size_t)units * 2 + 2);
	*had |= empty && units > 0;
	buffer_put_le16(out, empty ? 0 : units);
	buffer_put_slice(out, empty ? SLICE("\0\0") : text);
}

/* A form field without the macros of entering and leaving it. */
static bool put_form_field(struct doc *doc, struct slice in, struct buffer *out)
{
	struct cursor c = cursor_of(in, NULL);
	bool had = false;
	buffer_put_slice(out, cursor_take(&c, 10));
	put_string(&c, false, &had, out);
	if (in.len > 4 && (in.at[4] & 3) == 0)
		put_string(&c, false, &had, out);
	else
		buffer_put_slice(out, cursor_take(&c, 2));
	for (unsigned i = 0; i < 5; i++)
		put_string(&c, i >= 3, &had, out);
	if (had)
		job_drop(doc->job, "form-macro", "Data");
	if (cursor_left(&c) >= 2)
		buffer_put_slice(out, cursor_take(&c, cursor_left(&c)));
	return cursor_ok(&c);
}

/* What a character that stands for binary data has: a form field or a link. */
static bool put_binary(struct doc *doc, struct slice body, struct buffer *out)
{
	if (body.len >= 10 && doc_u32(body.at) == UINT32_MAX)
		return put_form_field(doc, body, out);
	if (body.len > 25 && hyperlink_safe(&doc->job->links, slice_part(body, 17, body.len), NULL)) {
		buffer_put_slice(out, body);
		return true;
	}
	return false;
}

enum { PICF = 0x44, MM_SHAPE = 0x64, MM_SHAPE_FILE = 0x66, MM_WMF = 8 };

static struct result put_picture(struct doc *doc, struct slice head, struct slice body, struct buffer *out,
                                 bool *made, struct why *why)
{
	uint16_t kind = (uint16_t)(head.at[6] | head.at[7] << 8);
	bool dropped = false;
	*made = true;
	if (kind == MM_SHAPE_FILE && body.len > body.at[0]) {
		job_drop(doc->job, "external-link", "Data");
		body = slice_part(body, (size_t)body.at[0] + 1, body.len);
		out->at[out->len - PICF + 6] = MM_SHAPE;
		kind = MM_SHAPE;
	}
	if (kind == MM_SHAPE)
		return art_rewrite(doc->job, body, NULL, "Data", out, why);
	*made = kind == MM_WMF && metafile_rebuild(body, false, out, &dropped);
	return ok();
}

/* One element: length, header of 68 bytes, body. */
static struct result put_element(struct doc *doc, uint32_t offset, bool binary, uint32_t *to, struct why *why)
{
	struct slice at = slice_part(doc->data, offset, doc->data.len);
	size_t start = doc->new_data.len;
	bool made = false;
	if (at.len < PICF || doc_u32(at.at) < PICF || doc_u32(at.at) > at.len || at.at[4] != PICF || at.at[5])
		return ok();
	struct slice body = slice_part(at, PICF, doc_u32(at.at) - PICF);
	buffer_put_slice(&doc->new_data, slice_part(at, 0, PICF));
	if (!buffer_ok(&doc->new_data))
		return job_memory(why);
	if (binary)
		made = put_binary(doc, body, &doc->new_data);
	else
		TRY(put_picture(doc, at, body, &doc->new_data, &made, why));
	if (!buffer_ok(&doc->new_data))
		return job_memory(why);
	if (!made) {
		job_drop(doc->job, binary ? "unsafe-link" : "picture", "Data");
		doc->new_data.len = start;
		return ok();
	}
	doc_set_u32(doc->new_data.at + start, (uint32_t)(doc->new_data.len - start));
	*to = (uint32_t)start;
	return ok();
}

struct result doc_move(struct doc *doc, uint32_t offset, bool binary, uint32_t *to, struct why *why)
{
	uint32_t *slot = NULL, made = UINT32_MAX;
	bool found = false;
	TRY(seek_moved(doc, offset, &slot, &found, why));
	if (!found) {
		*slot = UINT32_MAX; /* an element cannot hold itself */
		TRY(put_element(doc, offset, binary, &made, why));
		*slot = made;
	}
	*to = *slot;
	return ok();
}

struct result doc_move_grpprl(struct doc *doc, uint32_t offset, uint32_t *to, struct why *why)
{
	struct slice at = slice_part(doc->data, offset, doc->data.len);
	struct buffer AUTO(buffer_done) made = {0};
	uint32_t *slot = NULL;
	bool found = false;
	size_t len = at.len >= 2 ? (size_t)(at.at[0] | at.at[1] << 8) : SIZE_MAX;
	if (len > at.len - 2 || at.len < 2)
		return ok();
	TRY(seek_moved(doc, offset, &slot, &found, why));
	if (!found) {
		*slot = UINT32_MAX;
		buffer_init(&made, 1 << 17);
		TRY(doc_grpprl(doc, slice_part(at, 2, len), &made, why));
		*slot = (uint32_t)doc->new_data.len;
		buffer_put_le16(&doc->new_data, (uint16_t)made.len);
		buffer_put_slice(&doc->new_data, buffer_slice(&made));
	}
	*to = *slot;
	return ok();
}

/* ---- formatting pages ---- */

struct page {
	struct doc *doc;
	uint8_t *at;            /* in the main stream, rewritten there */
	uint8_t made[PAGE];
	uint8_t used[PAGE];     /* written already */
	size_t floor;           /* elements lie above it */
};

/* An element stays where it was: several runs, and even tails of elements, share it. */
static struct result place(struct page *p, size_t at, struct slice bytes)
{
	if (at < p->floor || bytes.len > PAGE - 1 - at)
		return damaged(p->doc, "formatting that lies outside its room");
	for (size_t i = 0; i < bytes.len; i++) {
		if (p->used[at + i] && p->made[at + i] != bytes.at[i])
			return damaged(p->doc, "formatting that overlaps other formatting");
		p->made[at + i] = bytes.at[i];
		p->used[at + i] = 1;
	}
	return ok();
}

static struct result character_element(struct page *p, size_t at, struct why *why)
{
	struct buffer AUTO(buffer_done) made = {0};
	size_t len = p->at[at];
	if (at + 1 + len > PAGE - 1)
		return damaged(p->doc, "formatting that runs out of its page");
	buffer_init(&made, PAGE);
	buffer_put_u8(&made, 0);
	TRY(doc_grpprl(p->doc, slice_of(p->at + at + 1, len), &made, why));
	if (!buffer_ok(&made))
		return job_memory(why);
	made.at[0] = (uint8_t)(made.len - 1);
	return place(p, at, buffer_slice(&made));
}

static struct result paragraph_element(struct page *p, size_t at, struct why *why)
{
	struct buffer AUTO(buffer_done) made = {0}, framed = {0};
	size_t skip = p->at[at] ? 1 : 2, len = p->at[at] ? p->at[at] * 2u - 1 : (at + 1 < PAGE ? p->at[at + 1] * 2u : 0);
	if (at + skip + len > PAGE - 1 || len < 2)
		return damaged(p->doc, "formatting that runs out of its page");
	buffer_init(&made, PAGE);
	buffer_init(&framed, PAGE);
	buffer_put(&made, p->at + at + skip, 2);
	TRY(doc_grpprl(p->doc, slice_of(p->at + at + skip + 2, len - 2), &made, why));
	bool odd = made.len % 2;
	if (!odd)
		buffer_put_u8(&framed, 0);
	buffer_put_u8(&framed, (uint8_t)((made.len + 1) / 2));
	buffer_put_slice(&framed, buffer_slice(&made));
	if (!buffer_ok(&framed) || !buffer_ok(&made))
		return job_memory(why);
	return place(p, at, buffer_slice(&framed));
}

static struct result rewrite_page(struct doc *doc, uint32_t number, bool paragraph, struct why *why)
{
	struct page p = {.doc = doc};
	uint64_t from = (uint64_t)number * PAGE;
	TRY(doc_keep(doc, from, PAGE, why));
	TRY(job_pay_work(doc->job, PAGE));
	p.at = doc->main + from;
	size_t runs = p.at[PAGE - 1], each = paragraph ? 13 : 1, offsets = (runs + 1) * 4;
	p.floor = offsets + runs * each;
	if (p.floor > PAGE - 1)
		return damaged(doc, "a page of formatting with more runs than fit");
	memcpy(p.made, p.at, offsets);
	for (size_t i = 0; i < runs; i++) {
		uint8_t half = p.at[offsets + i * each];
		p.made[offsets + i * each] = half;
		if (half)
			TRY(paragraph ? paragraph_element(&p, half * 2u, why) : character_element(&p, half * 2u, why));
	}
	p.made[PAGE - 1] = (uint8_t)runs;
	memcpy(p.at, p.made, PAGE);
	return ok();
}

static struct result rewrite_pages(struct doc *doc, unsigned index, bool paragraph, struct why *why)
{
	struct slice plc = doc_structure(doc, index);
	size_t count = plc.len >= 4 ? (plc.len - 4) / 8 : 0;
	uint8_t *seen = arena_alloc(doc->compound->arena, doc->main_len / PAGE / 8 + 1);
	if (!seen)
		return job_memory(why);
	for (size_t i = 0; i < count; i++) {
		uint32_t page = doc_u32(plc.at + (count + 1) * 4 + i * 4) & 0x3FFFFF;
		if (page >= doc->main_len / PAGE)
			return damaged(doc, "a page of formatting that is not there");
		if (seen[page / 8] >> page % 8 & 1)
			continue; /* rewritten already */
		seen[page / 8] |= (uint8_t)(1u << page % 8);
		TRY(rewrite_page(doc, page, paragraph, why));
	}
	return ok();
}

static struct result keep_sections(struct doc *doc, struct why *why)
{
	struct slice plc = doc_structure(doc, SED);
	size_t count = plc.len >= 4 ? (plc.len - 4) / 16 : 0;
	for (size_t i = 0; i < count; i++) {
		uint32_t at = doc_u32(plc.at + (count + 1) * 4 + i * 12 + 2);
		if (at == UINT32_MAX)
			continue;
		if (at + 2ull > doc->main_len)
			return damaged(doc, "a section that is not there");
		TRY(doc_keep(doc, at, 2ull + (uint32_t)(doc->main[at] | doc->main[at + 1] << 8), why));
	}
	return ok();
}

struct result doc_formats(struct doc *doc, struct why *why)
{
	TRY(rewrite_pages(doc, BTE_CHPX, false, why));
	TRY(rewrite_pages(doc, BTE_PAPX, true, why));
	return keep_sections(doc, why);
}
