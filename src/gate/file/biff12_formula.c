/* Formulas of binary workbooks, token by token.
 *
 * The same judgement as formula.c gives on text: functions of the list only, no
 * other workbook, no server, no add-in, no link but an allowed one.
 * source  MS-XLSB 2.5.97.16 (tokens), 2.5.97.10 (functions by number)        */
#include "gate/file/biff12.h"

#include "gate/file/links.h"

enum {
	EXP = 0x01, STR = 0x17, EXTENDED = 0x18, ATTR = 0x19, FUNC = 0x21, FUNC_VAR = 0x22, NAME = 0x23,
	NAME_X = 0x39, REF_3D = 0x3A, AREA_3D = 0x3B, REF_ERR_3D = 0x3C, AREA_ERR_3D = 0x3D,
	LIST = 0x19, BY_NAME = 255, HYPERLINK = 359, LAST_FUNCTION = 484,
	HIDDEN = 1, FUNCTION = 2, MACRO = 4, PROCEDURE = 8, BUILT_IN = 32,
};

/* Bytes after the token's own; 0xFF: no such token. */
static uint8_t size_of(uint8_t token)
{
	static const uint8_t low[32] = {
		[0x00] = 0xFF, [EXP] = 4, [0x02] = 0xFF, [STR] = 2, [EXTENDED] = 5, [ATTR] = 3, [0x1A] = 0xFF,
		[0x1B] = 0xFF, [0x1C] = 1, [0x1D] = 1, [0x1E] = 2, [0x1F] = 8,
	};
	static const uint8_t high[32] = {
		[0x00] = 14, [FUNC & 31] = 2, [FUNC_VAR & 31] = 3, [NAME & 31] = 4, [0x04] = 6, [0x05] = 12,
		[0x06] = 6, [0x07] = 6, [0x08] = 6, [0x09] = 2, [0x0A] = 6, [0x0B] = 12, [0x0C] = 6, [0x0D] = 12,
		[0x0E ... 0x18] = 0xFF, [NAME_X & 31] = 6, [REF_3D & 31] = 8, [AREA_3D & 31] = 14,
		[REF_ERR_3D & 31] = 8, [AREA_ERR_3D & 31] = 14, [0x1E ... 0x1F] = 0xFF,
	};
	return token < 32 ? low[token] : token & 0x80 ? 0xFF : high[token & 31];
}

/* Numbers of functions that macro sheets have, that fetch, or that run code. */
static bool function_allowed(uint16_t number)
{
	static const struct { uint16_t first, until; } bad[] = {
		{53, 55}, {79, 81}, {84, 85}, {87, 96}, {103, 104}, {106, 108}, {110, 110}, {122, 123}, {132, 139},
		{145, 147}, {149, 161}, {166, 166}, {170, 182}, {185, 188}, {191, 192}, {200, 203}, {217, 218},
		{223, 226}, {236, 243}, {245, 246}, {248, 251}, {253, 254}, {256, 260}, {262, 268}, {348, 349},
		{355, 357}, {380, 384}, {476, 478},
	};
	if (number > LAST_FUNCTION)
		return false;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (number >= bad[i].first && number <= bad[i].until)
			return false;
	return true;
}

struct formula {
	const struct biff12_book *book;
	struct cursor at;
	struct slice first_text; /* of a text that stands first */
	bool shared, links;
};

static bool inside(const struct formula *f, uint16_t reference)
{
	return reference < f->book->outside_count && !f->book->outside[reference];
}

static bool take_call(struct formula *f, bool variable)
{
	if (variable)
		cursor_skip(&f->at, 1);
	uint16_t number = cursor_take_le16(&f->at);
	if (variable && number == BY_NAME) /* the name itself was judged */
		return true;
	f->links |= number == HYPERLINK;
	return function_allowed(number);
}

static bool take_extended(struct formula *f)
{
	bool list = cursor_take_u8(&f->at) == LIST;
	uint16_t reference = cursor_take_le16(&f->at);
	cursor_skip(&f->at, list ? 10 : 2);
	return !list || inside(f, reference);
}

static bool take_attribute(struct formula *f)
{
	uint8_t kind = cursor_take_u8(&f->at);
	uint16_t count = cursor_take_le16(&f->at);
	if (kind & 0x04) /* CHOOSE: a table of jumps */
		cursor_skip(&f->at, ((size_t)count + 1) * 2);
	return true;
}

static bool take_name(struct formula *f)
{
	uint32_t name = cursor_take_le32(&f->at);
	return name > 0 && name <= f->book->name_count && !f->book->calls[name - 1];
}

static bool take_reference(struct formula *f, uint8_t size)
{
	uint16_t reference = cursor_take_le16(&f->at);
	cursor_skip(&f->at, size - 2u);
	return inside(f, reference);
}

static bool take_token(struct formula *f)
{
	bool first = f->at.pos == 0;
	uint8_t byte = cursor_take_u8(&f->at), size = size_of(byte);
	uint8_t token = byte < 32 ? byte : (uint8_t)((byte & 31) | 32);
	if (size == 0xFF)
		return false;
	switch (token) {
	case STR: {
		struct slice text = cursor_take(&f->at, 2 * (size_t)cursor_take_le16(&f->at));
		f->first_text = first ? text : f->first_text;
		return true;
	}
	case EXTENDED:
		return take_extended(f);
	case ATTR:
		return take_attribute(f);
	case FUNC:
	case FUNC_VAR:
		return take_call(f, token == FUNC_VAR);
	case NAME:
		return take_name(f);
	case NAME_X:
		return false;
	case REF_3D: case AREA_3D: case REF_ERR_3D: case AREA_ERR_3D:
		return take_reference(f, size);
	default:
		f->shared |= token == EXP;
		cursor_skip(&f->at, size);
		return true;
	}
}

static bool first_text_leads_well(const struct formula *f)
{
	struct buffer AUTO(buffer_done) text = {0};
	buffer_init(&text, 1 << 16);
	struct slice link = biff12_text(f->first_text, &text);
	return buffer_ok(&text) && link.len > 0 && (link.at[0] == '#' || link_allowed(f->book->links, link));
}

bool biff12_formula_allowed(const struct biff12_book *book, struct slice tokens, bool *shared)
{
	struct formula f = {.book = book, .at = cursor_of(tokens, NULL)};
	bool allowed = true;
	while (allowed && cursor_ok(&f.at) && cursor_left(&f.at) > 0)
		allowed = take_token(&f);
	if (shared)
		*shared = f.shared;
	return allowed && cursor_ok(&f.at) && (!f.links || first_text_leads_well(&f));
}

/* ---- what the workbook says ---- */

bool biff12_name_allowed(struct slice name, uint32_t flags)
{
	static const char *const automatic[] = {"auto_open", "auto_close", "auto_activate", "auto_deactivate"};
	if (slice_equal_nocase(slice_part(name, 0, 6), SLICE("_xlfn.")))
		return true;
	if (slice_equal_nocase(slice_part(name, 0, 6), SLICE("_xlnm.")))
		name = slice_part(name, 6, name.len);
	for (size_t i = 0; i < 4; i++)
		if (slice_equal_nocase(slice_part(name, 0, strlen(automatic[i])), slice_str(automatic[i])))
			return false;
	return !(flags & (FUNCTION | MACRO | PROCEDURE));
}

/* A function of the future stands in the book as a hidden name. */
static bool may_be_called(struct slice name, uint32_t flags)
{
	struct buffer AUTO(buffer_done) call = {0};
	bool future = slice_equal_nocase(slice_part(name, 0, 4), SLICE("_xlf"));
	if (!future)
		return biff12_name_allowed(name, flags);
	buffer_init(&call, 1 << 12);
	buffer_put_slice(&call, name);
	buffer_put_str(&call, "()");
	return buffer_ok(&call) && formula_allowed(NULL, buffer_slice(&call));
}

enum { SOURCES_MOST = 65536 };

struct index_pass {
	struct biff12_book *index;
	bool *own; /* by supporting book */
	uint32_t sources, names;
	bool self_known;
};

static bool count_records(struct slice book, uint32_t *names, uint32_t *references)
{
	struct cursor c = cursor_of(book, NULL);
	struct biff12_record record;
	*names = *references = 0;
	while (biff12_next(&c, &record)) {
		*names += record.type == 39;
		if (record.type == 362 && record.body.len >= 4)
			*references = (uint32_t)((record.body.len - 4) / 12);
	}
	return cursor_ok(&c);
}

static void note_source(struct index_pass *p, uint32_t type)
{
	bool own = type == 357 || type == 358;
	if (p->sources == SOURCES_MOST)
		return;
	if (type == 357 && !p->self_known) {
		p->index->self = p->sources;
		p->self_known = true;
	}
	p->own[p->sources++] = own;
}

static bool note_references(struct index_pass *p, struct slice body)
{
	struct cursor c = cursor_of(body, NULL);
	uint32_t count = cursor_take_le32(&c);
	for (uint32_t i = 0; i < count && i < p->index->outside_count; i++) {
		uint32_t source = cursor_take_le32(&c);
		cursor_skip(&c, 8);
		p->index->outside[i] = source >= p->sources || !p->own[source];
	}
	return cursor_ok(&c) && count <= p->index->outside_count;
}

static bool note_name(struct index_pass *p, struct slice body)
{
	struct buffer AUTO(buffer_done) text = {0};
	struct cursor c = cursor_of(body, NULL);
	buffer_init(&text, 1 << 16);
	uint32_t flags = cursor_take_le32(&c);
	cursor_skip(&c, 5);
	struct slice name = biff12_text(biff12_take_string(&c), &text);
	p->index->calls[p->names++] = !may_be_called(name, flags);
	return cursor_ok(&c) && buffer_ok(&text);
}

bool biff12_index(struct arena *arena, struct slice book, struct biff12_book *index)
{
	struct cursor c = cursor_of(book, NULL);
	struct index_pass p = {.index = index, .own = ARENA_ARRAY(arena, SOURCES_MOST, bool)};
	struct biff12_record record;
	bool fine = p.own && count_records(book, &index->name_count, &index->outside_count);
	index->outside = fine ? ARENA_ARRAY(arena, (size_t)index->outside_count + 1, bool) : NULL;
	index->calls = fine ? ARENA_ARRAY(arena, (size_t)index->name_count + 1, bool) : NULL;
	fine = fine && index->outside && index->calls;
	while (fine && biff12_next(&c, &record)) {
		if (record.type == 355 || record.type == 357 || record.type == 358 || record.type == 667)
			note_source(&p, record.type);
		if (record.type == 362)
			fine = note_references(&p, record.body);
		if (record.type == 39)
			fine = note_name(&p, record.body);
	}
	return fine && cursor_ok(&c);
}
