/* Word documents: fields.
 *
 * A field stands in the text: a begin mark, its instruction, a separator, what it
 * shows, an end mark.  Instructions are gathered over pieces and nesting, and what
 * the list of fields does not allow is overwritten, so that no position moves: with a
 * link to a place of the document that there is not, whose text every program shows,
 * or with spaces where that has no room.  The field table's own idea of the kind is made
 * "unknown" wherever it says more than the text.
 * source  MS-DOC 2.8.25 (Plcfld), 2.9.89 (Fld), 2.9.90 (flt)                  */
#include "gate/file/doc.h"

#include "base/text.h"
#include "gate/file/links.h"

enum { BEGIN = 0x13, SEPARATOR = 0x14, FINISH = 0x15, FLT_UNKNOWN = 1, DEPTH_MOST = 32, EMBED = 58, HYPERLINK = 88 };

static const char nowhere[] = " HYPERLINK \\l \"_\" ";

struct level {
	uint32_t begin;
	bool showing;
	struct buffer text;
};

struct scan {
	struct doc *doc;
	uint32_t piece;      /* where the last position was found */
	struct level levels[DEPTH_MOST];
	unsigned depth;
	uint8_t *bad;        /* a bit a position: its field was blanked */
	uint8_t *linked;     /* a bit a position: its field leads nowhere now */
};

static uint8_t *at_position(struct scan *s, uint32_t cp, bool *wide)
{
	const struct doc *doc = s->doc;
	while (s->piece > 0 && doc->pieces[s->piece].from > cp)
		s->piece--;
	while (s->piece + 1 < doc->piece_count && doc->pieces[s->piece].to <= cp)
		s->piece++;
	const struct doc_piece *piece = &doc->pieces[s->piece];
	*wide = piece->wide;
	return doc->main + piece->at + ((size_t)(cp - piece->from) << piece->wide);
}

static uint16_t character(struct scan *s, uint32_t cp)
{
	bool wide;
	const uint8_t *at = at_position(s, cp, &wide);
	return wide ? (uint16_t)((unsigned)at[0] | (unsigned)at[1] << 8) : at[0];
}

static bool stays(uint16_t c)
{
	return c == BEGIN || c == SEPARATOR || c == FINISH || c == '\r' || c == 7 || c == 12;
}

static void put(struct scan *s, uint32_t cp, char c)
{
	bool wide;
	uint8_t *at = at_position(s, cp, &wide);
	at[0] = (uint8_t)c;
	if (wide)
		at[1] = 0;
}

static void blank(struct scan *s, uint32_t from, uint32_t to)
{
	for (uint32_t cp = from; cp < to; cp++)
		if (!stays(character(s, cp)))
			put(s, cp, ' ');
}

/* lead_nowhere - false where the instruction, now blank, has no room for it in one run */
static bool lead_nowhere(struct scan *s, uint32_t from, uint32_t to)
{
	const size_t len = sizeof nowhere - 1;
	if (to < from || to - from < len)
		return false;
	for (uint32_t cp = from; cp < from + len; cp++)
		if (stays(character(s, cp)))
			return false;
	for (size_t i = 0; i < len; i++)
		put(s, from + (uint32_t)i, nowhere[i]);
	return true;
}

static void mark(uint8_t *bits, uint32_t cp)
{
	bits[cp / 8] |= (uint8_t)(1u << cp % 8);
}

static bool marked(const uint8_t *bits, uint64_t cp)
{
	return bits[cp / 8] >> cp % 8 & 1;
}

static bool only_spaces(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] > ' ')
			return false;
	return true;
}

static struct result judge(struct scan *s, uint32_t end, struct why *why)
{
	struct level *level = &s->levels[s->depth - 1];
	struct slice text = buffer_slice(&level->text);
	bool safe = buffer_ok(&level->text) && (only_spaces(text) || field_allowed(&s->doc->job->links, text)), linked = false;
	if (!safe) {
		struct slice name = field_name(text);
		const char *place = arena_printf(s->doc->job->arena, "%.*s", SLICE_ARG(name));
		blank(s, level->begin + 1, end);
		linked = lead_nowhere(s, level->begin + 1, end);
		if (!place)
			return job_memory(why);
		job_drop(s->doc->job, slice_equal_nocase(name, SLICE("EMBED")) ? "ole-object" : "field", place);
	}
	if (linked)
		mark(s->linked, level->begin);
	else if (!safe || only_spaces(text))
		mark(s->bad, level->begin);
	return ok();
}

/* A character belongs to the innermost instruction that is still being said. */
static void gather(struct scan *s, uint16_t c)
{
	for (unsigned i = s->depth; i-- > 0;) {
		if (s->levels[i].showing)
			continue;
		utf8_put(&s->levels[i].text, c == 1 || c == 8 ? ' ' : c);
		return;
	}
}

static struct result step(struct scan *s, uint32_t cp, uint16_t c, struct why *why)
{
	if (c == BEGIN) {
		if (s->depth == DEPTH_MOST)
			return job_refuse(s->doc->job, REFUSAL_DEEP, "fields", "fields nested too deep");
		struct level *level = &s->levels[s->depth++];
		level->begin = cp;
		level->showing = false;
		buffer_clear(&level->text);
	} else if (c == SEPARATOR && s->depth && !s->levels[s->depth - 1].showing) {
		TRY(judge(s, cp, why));
		s->levels[s->depth - 1].showing = true;
	} else if (c == FINISH && s->depth) {
		if (!s->levels[s->depth - 1].showing)
			TRY(judge(s, cp, why));
		s->depth--;
	} else if (s->depth && c != SEPARATOR && c != FINISH) {
		gather(s, c);
	}
	return ok();
}

/* A field that is not closed within its part: its beginning is judged as it is. */
static struct result close_part(struct scan *s, uint32_t end, struct why *why)
{
	while (s->depth) {
		if (!s->levels[s->depth - 1].showing)
			TRY(judge(s, end, why));
		s->depth--;
	}
	return ok();
}

/* Kinds that import, ask, run or embed. */
static bool kind_active(uint8_t flt)
{
	static const uint8_t kinds[] = {11, 36, 38, 39, 40, 45, 46, 47, 48, 50, 51, 55, 56, EMBED, 67, 68, 77, 78,
	                                79, 81, 87, 89, 91};
	return memchr(kinds, flt, sizeof kinds) != NULL;
}

static void fix_table(struct scan *s, unsigned index, uint32_t part_from, uint32_t part_to)
{
	struct slice plc = doc_structure(s->doc, index);
	if (plc.len < 4)
		return;
	size_t count = (plc.len - 4) / 6;
	uint8_t *table = s->doc->table + (plc.at - s->doc->table);
	for (size_t i = 0; i < count; i++) {
		uint64_t cp = (uint64_t)doc_u32(plc.at + i * 4) + part_from;
		uint8_t *fld = table + (count + 1) * 4 + i * 2;
		if ((fld[0] & 0x1F) != BEGIN)
			continue;
		bool bad = cp >= part_to || marked(s->bad, cp);
		if (!bad && marked(s->linked, cp))
			fld[1] = HYPERLINK;
		else if (bad || kind_active(fld[1]))
			fld[1] = FLT_UNKNOWN;
	}
}

static struct result scan_part(struct scan *s, unsigned part, uint32_t *from, struct why *why)
{
	uint32_t count = doc_u32(s->doc->main + doc_parts[part].count_at);
	uint32_t room = s->doc->positions - *from;
	uint32_t to = *from + (count < room ? count : room);
	if (count > room)
		return job_refuse(s->doc->job, REFUSAL_DAMAGED, "WordDocument", "it says that it has more text than it has");
	for (uint32_t cp = *from; cp < to; cp++)
		TRY(step(s, cp, character(s, cp), why));
	TRY(close_part(s, to, why));
	fix_table(s, doc_parts[part].fields, *from, to);
	*from = to;
	return ok();
}

struct result doc_fields(struct doc *doc, struct why *why)
{
	struct scan s = {.doc = doc, .bad = arena_alloc(doc->compound->arena, doc->positions / 8 + 1),
	                 .linked = arena_alloc(doc->compound->arena, doc->positions / 8 + 1)};
	struct result result = ok();
	uint32_t from = 0;
	if (!s.bad || !s.linked)
		return job_memory(why);
	for (unsigned i = 0; i < DEPTH_MOST; i++)
		buffer_init(&s.levels[i].text, 1 << 20);
	for (unsigned part = 0; part < DOC_PARTS && result.code == OK; part++)
		result = scan_part(&s, part, &from, why);
	for (unsigned i = 0; i < DEPTH_MOST; i++)
		buffer_done(&s.levels[i].text);
	return result;
}
