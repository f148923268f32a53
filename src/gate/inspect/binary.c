/* Binary workbook parts, record by record.
 *
 * Which records and which functions must not be there; the visible texts are
 * summed.  Formulas are read by their tokens; one that cannot be read to its
 * end is a finding.
 * source  MS-XLSB 2.1.4, 2.3.2, 2.5.97
 */
#include "gate/inspect/office.h"

#include "base/buffer.h"
#include "base/cursor.h"
#include "base/text.h"

/* Records by number, in order. */
static const struct {
	unsigned from, to;
	const char *what;
} forbidden[] = {
	{201, 206, "data-connection"}, {261, 268, "data-connection"}, {349, 350, "data-connection"},
	{355, 356, "external-link"}, {359, 361, "external-link"}, {363, 371, "external-link"},
	{429, 430, "data-connection"}, {447, 458, "data-connection"}, {486, 493, "data-connection"},
	{495, 499, "external-link"}, {514, 527, "data-connection"}, {538, 543, "data-connection"},
	{549, 549, "ole-object"}, {553, 557, "external-link"}, {577, 588, "external-link"},
	{589, 598, "custom-xml"}, {625, 625, "unknown-element"}, {638, 640, "ole-object"},
	{643, 645, "activex"}, {664, 667, "auto-name"}, {1068, 1069, "data-connection"},
	{2068, 2070, "web-extension"}, {2071, 2071, "external-link"}, {2109, 2133, "data-connection"},
	{5099, 5099, "external-link"}, {5108, 5108, "external-link"}, {5117, 5117, "unknown-element"},
};

/* What macros, servers and the network are called by: numbers of functions. */
static const uint16_t functions_bad[] = {
	53, 54, 55, 87, 88, 89, 90, 94, 95, 96, 103, 104, 106, 107, 108, 110, 122, 123, 132, 133, 134, 135, 136,
	137, 138, 139, 149, 150, 151, 152, 153, 154, 155, 161, 166, 175, 176, 177, 178, 179, 180, 185, 186, 187,
	188, 201, 236, 237, 246, 256, 257, 267, 268, 355, 356, 380, 381, 382, 383, 384, 476, 477, 478,
};

struct sheet {
	struct look *look;
	const char *name;
	struct buffer room;
	struct part_text visible;
};

static bool next_head(struct cursor *c, unsigned *type, uint32_t *size)
{
	unsigned low = cursor_take_u8(c), shift = 0, byte;
	*type = low & 0x7F;
	if (low & 0x80)
		*type |= (unsigned)(cursor_take_u8(c) & 0x7F) << 7;
	*size = 0;
	do {
		byte = cursor_take_u8(c);
		*size |= (uint32_t)(byte & 0x7F) << shift;
		shift += 7;
	} while (byte & 0x80 && shift < 28);
	return cursor_ok(c) && !(byte & 0x80);
}

static struct slice take_text(struct sheet *s, struct cursor *c)
{
	uint32_t count = cursor_take_le32(c);
	struct slice wide = count == UINT32_MAX ? slice_of(NULL, 0)
		: cursor_take(c, count > c->bytes.len ? SIZE_MAX : (size_t)count * 2);
	buffer_clear(&s->room);
	for (size_t i = 0; i + 1 < wide.len; i += 2)
		utf8_put(&s->room, (uint32_t)(wide.at[i] | wide.at[i + 1] << 8));
	return buffer_slice(&s->room);
}

static bool function_bad(unsigned number)
{
	for (size_t i = 0; i < sizeof functions_bad / sizeof functions_bad[0]; i++)
		if (functions_bad[i] == number)
			return true;
	return number > 484 || (number & 0x8000);
}

/* Length of a token's operands by its low five bits; 99 for none such. */
static unsigned operand(unsigned token)
{
	static const uint8_t basic[32] = {
		99, 4, 99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 5, 3, 99, 99, 1, 1, 2, 8,
	};
	static const uint8_t classed[32] = {
		14, 2, 3, 4, 6, 12, 6, 6, 6, 2, 6, 12, 6, 12, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 6, 8, 14, 8,
		14, 99, 99,
	};
	return token < 0x20 ? basic[token] : token < 0x80 ? classed[token & 31] : 99;
}

static bool token_fine(struct cursor *c)
{
	unsigned token = cursor_take_u8(c), length = operand(token);
	struct cursor rest = cursor_child(c, length == 99 ? SIZE_MAX : length);
	unsigned kind = token < 0x20 ? token : (token & 31) | 0x20, first = cursor_take_u8(&rest);
	if (!cursor_ok(c))
		return false;
	if (kind == 0x17)
		cursor_skip(c, 2 * (size_t)(first | (unsigned)cursor_take_u8(&rest) << 8));
	if (kind == 0x18 && first == 0x19)
		cursor_skip(c, 8);
	if (kind == 0x19 && first & 4)
		cursor_skip(c, 2 * ((size_t)cursor_take_le16(&rest) + 1));
	if (kind == 0x21)
		return !function_bad(first | (unsigned)cursor_take_u8(&rest) << 8);
	if (kind == 0x22) {
		unsigned number = cursor_take_le16(&rest);
		return number == 255 || !function_bad(number);
	}
	return kind != 0x39 && cursor_ok(c);
}

static void judge_formula(struct sheet *s, struct cursor *c)
{
	struct slice tokens = cursor_take(c, cursor_take_le32(c));
	struct cursor at = cursor_of(tokens, NULL);
	bool fine = cursor_ok(c);
	while (fine && cursor_left(&at) > 0)
		fine = token_fine(&at);
	if (!fine || !cursor_ok(&at))
		look_find(s->look, "formula", "%s", s->name);
}

static void judge_name(struct sheet *s, struct cursor c)
{
	static const char names[] = "auto_open auto_close auto_activate auto_deactivate _xlnm.auto_open "
		"_xlnm.auto_close _xlnm.auto_activate _xlnm.auto_deactivate";
	unsigned flags = cursor_take_le32(&c);
	cursor_skip(&c, 5);
	struct slice name = take_text(s, &c);
	bool future = starts_nocase(name, "_xlf");
	if (words_have(names, name) || (flags & 8 && !future))
		look_find(s->look, "auto-name", "%s %.*s", s->name, SLICE_ARG(name));
	judge_formula(s, &c);
}

/* Places of formulas and of texts in the records that hold them. */
static void judge_body(struct sheet *s, unsigned type, struct cursor c)
{
	bool cell = type >= 8 && type <= 11;
	cursor_skip(&c, cell || type == 6 ? 8 : type == 427 ? 16 : type == 426 ? 17 : 0);
	if (type == 19)
		cursor_skip(&c, 1);
	if (type == 6 || type == 8 || type == 19) {
		struct slice text = take_text(s, &c);
		part_text_add(&s->visible, text.at, text.len);
	} else if (cell) {
		cursor_skip(&c, type == 9 ? 8 : 1);
	}
	if (cell)
		cursor_skip(&c, 2);
	if (cell || type == 426 || type == 427)
		judge_formula(s, &c);
	if (!cursor_ok(&c))
		look_find(s->look, "unknown-element", "%s: record %u is cut", s->name, type);
}

static void judge_record(struct sheet *s, unsigned type, struct slice body)
{
	for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0] && type >= forbidden[i].from; i++)
		if (type <= forbidden[i].to)
			look_find(s->look, forbidden[i].what, "%s: record %u", s->name, type);
	if (type == 39)
		judge_name(s, cursor_of(body, NULL));
	else if ((type >= 8 && type <= 11) || type == 6 || type == 19 || type == 426 || type == 427)
		judge_body(s, type, cursor_of(body, NULL));
}

bool binary_look(struct look *look, const char *name, struct slice in)
{
	struct sheet s = {.look = look, .name = name};
	struct cursor c = cursor_of(in, NULL);
	bool fine = true;
	buffer_init(&s.room, 64 << 20);
	while (fine && cursor_left(&c) > 0) {
		unsigned type;
		uint32_t size;
		fine = look_pay_entry(look) &&
		       (next_head(&c, &type, &size) || look_unreadable(look, "%s: a broken record", name));
		if (!fine)
			break;
		struct slice body = cursor_take(&c, size);
		fine = cursor_ok(&c) || look_unreadable(look, "%s: it ends within a record", name);
		if (fine)
			judge_record(&s, type, body);
	}
	look_text(look, &s.visible);
	buffer_done(&s.room);
	return fine;
}
