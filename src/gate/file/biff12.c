/* Records of binary workbooks: reading, writing, and the table of those that
 * may stand.  What is not in the table goes; so does what fetches, runs or
 * carries a file.  source  MS-XLSB 2.3.2 */
#include "gate/file/biff12.h"

#include "base/text.h"

static bool take_number(struct cursor *c, unsigned most, uint32_t *out)
{
	uint32_t value = 0;
	for (unsigned i = 0; i < most; i++) {
		uint8_t byte = cursor_take_u8(c);
		value |= (uint32_t)(byte & 0x7F) << 7 * i;
		if (byte < 0x80) {
			*out = value;
			/* no number is written longer than it must be */
			return cursor_ok(c) && (i == 0 || byte != 0);
		}
	}
	return false;
}

bool biff12_next(struct cursor *c, struct biff12_record *record)
{
	uint32_t size;
	if (cursor_left(c) == 0)
		return false;
	record->from = c->pos;
	if (!take_number(c, 2, &record->type)) {
		cursor_fail(c);
		return false;
	}
	/* lengths may be padded: writers leave room for them */
	size = 0;
	for (unsigned i = 0;; i++) {
		uint8_t byte = cursor_take_u8(c);
		size |= (uint32_t)(byte & 0x7F) << 7 * i;
		if (byte < 0x80)
			break;
		if (i == 3) {
			cursor_fail(c);
			return false;
		}
	}
	record->body = cursor_take(c, size);
	record->to = c->pos;
	return cursor_ok(c);
}

static void put_number(struct buffer *out, uint32_t value)
{
	for (; value > 0x7F; value >>= 7)
		buffer_put_u8(out, (uint8_t)(value | 0x80));
	buffer_put_u8(out, (uint8_t)value);
}

void biff12_put(struct buffer *out, uint32_t type, struct slice body)
{
	put_number(out, type);
	put_number(out, (uint32_t)body.len);
	buffer_put_slice(out, body);
}

static size_t number_length(uint32_t number)
{
	size_t len = 1;
	while (number >>= 7)
		len++;
	return len;
}

size_t biff12_length(uint32_t type, size_t body)
{
	return number_length(type) + number_length((uint32_t)body) + body;
}

struct slice biff12_take_string(struct cursor *c)
{
	uint32_t count = cursor_take_le32(c);
	if (count == UINT32_MAX)
		return slice_of(NULL, 0);
	if (count > cursor_left(c) / 2)
		cursor_fail(c);
	return cursor_take(c, cursor_ok(c) ? (size_t)count * 2 : 0);
}

struct slice biff12_take_formula(struct cursor *c)
{
	struct slice tokens = cursor_take(c, cursor_take_le32(c));
	cursor_take(c, cursor_take_le32(c));
	return tokens;
}

struct slice biff12_text(struct slice wide, struct buffer *out)
{
	buffer_clear(out);
	for (size_t i = 0; i + 1 < wide.len; i += 2) {
		uint32_t code = (uint32_t)wide.at[i + 1] << 8 | wide.at[i];
		utf8_put(out, code >= 0xD800 && code <= 0xDFFF ? 0xFFFD : code);
	}
	return buffer_slice(out);
}

#define KEEP(first, until) {first, until, BIFF12_KEEP, 0, NULL}
#define LOOK(number) {number, number, BIFF12_LOOK, 0, NULL}
#define BLOCK(first, last, what) {first, first, BIFF12_BLOCK, last, what}
#define DROP(number, what) {number, number, BIFF12_DROP, 0, what}

/* In order of number; gaps are dropped. */
static const struct biff12_rule rules[] = {
	KEEP(0, 7),                         /* rows and cells */
	LOOK(8), LOOK(9), LOOK(10), LOOK(11), /* cells with formulas */
	KEEP(19, 34),                       /* strings, cached items */
	LOOK(35), KEEP(36, 36), LOOK(37), KEEP(38, 38), /* extensions, alternates: judged whole */
	LOOK(39),                           /* BrtName */
	KEEP(43, 48),                       /* looks of cells */
	KEEP(60, 60), KEEP(62, 62),
	LOOK(64),                           /* BrtDVal */
	KEEP(65, 70), KEEP(128, 148), KEEP(151, 153), KEEP(155, 155),
	LOOK(156),                          /* BrtBundleSh */
	KEEP(157, 184), LOOK(185), KEEP(186, 200),
	BLOCK(201, 202, "data-connection"),
	KEEP(207, 260), KEEP(269, 276), KEEP(278, 331), KEEP(341, 348),
	BLOCK(349, 350, "data-connection"), /* a column mapped to XML */
	DROP(351, "formula"), DROP(352, "formula"),
	KEEP(353, 354), LOOK(355), KEEP(357, 358), LOOK(362),
	KEEP(384, 385), LOOK(386), KEEP(387, 397), KEEP(422, 425),
	LOOK(426), LOOK(427), KEEP(428, 428), /* array, shared formulas; data tables */
	BLOCK(429, 430, "data-connection"), KEEP(431, 446), BLOCK(447, 448, "data-connection"),
	KEEP(459, 460), LOOK(461), KEEP(462, 462), LOOK(463), KEEP(464, 470), LOOK(471), KEEP(473, 477),
	LOOK(478),                          /* BrtPageSetup */
	KEEP(479, 485), LOOK(494),
	BLOCK(495, 496, "external-link"),   /* data consolidation */
	KEEP(500, 513), BLOCK(514, 515, "data-connection"), /* volatile dependencies */
	KEEP(530, 537), BLOCK(538, 539, "data-connection"), KEEP(548, 548),
	DROP(549, "ole-object"),
	LOOK(550), LOOK(551), LOOK(552), DROP(553, "external-link"), BLOCK(554, 555, "external-link"),
	KEEP(558, 561), LOOK(562), KEEP(564, 572), LOOK(573), KEEP(574, 574),
	BLOCK(592, 593, "custom-xml"), BLOCK(594, 595, "custom-xml"), BLOCK(597, 598, "custom-xml"),
	KEEP(599, 607), KEEP(611, 620),
	DROP(625, "unknown-element"), KEEP(626, 637),
	BLOCK(638, 640, "ole-object"), KEEP(641, 642), BLOCK(643, 645, "activex"),
	KEEP(646, 651), LOOK(652), KEEP(653, 660), LOOK(661), KEEP(662, 663),
	BLOCK(664, 666, "auto-name"),       /* groups of macro functions */
	LOOK(667), KEEP(668, 681),
	KEEP(1024, 1025), KEEP(1045, 1045), KEEP(1061, 1067), KEEP(1117, 1117), KEEP(1128, 1132),
	KEEP(1142, 1145), KEEP(1171, 1173), DROP(2071, "saved-path"), KEEP(2091, 2091), KEEP(2093, 2104), KEEP(3072, 3073), KEEP(5095, 5097),
};

const struct biff12_rule *biff12_rule(uint32_t type)
{
	static const struct biff12_rule unknown = {0, 0, BIFF12_DROP, 0, "unknown-element"};
	size_t low = 0, high = sizeof rules / sizeof rules[0];
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (rules[middle].until < type)
			low = middle + 1;
		else
			high = middle;
	}
	bool found = low < sizeof rules / sizeof rules[0] && rules[low].first <= type;
	return found ? &rules[low] : &unknown;
}
