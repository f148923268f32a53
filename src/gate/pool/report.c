/* Reports, both ways.
 *
 * Writing cleans: what stands in a hostile document may reach a reason or a
 * place, so controls and broken bytes become U+FFFD and long texts are cut.
 * Reading believes nothing: it takes only what writing would have made, and
 * only if the verdict, the counts and the length of the output agree.       */
#include "gate/pool/wire.h"

#include "base/cursor.h"
#include "base/text.h"

enum {
	FILE_MARK = 0x31524B53,    /* SKR1 */
	INSPECT_MARK = 0x31494B53, /* SKI1 */
	END_MARK = 0x45444E45,     /* ENDE: written last, so a report cut short is none */
};

static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x2028 || code == 0x2029;
}

static void put_text(struct buffer *out, const char *text, size_t most)
{
	struct slice from = slice_str(text ? text : "");
	struct buffer clean;
	size_t pos = 0;
	buffer_init(&clean, most + 8);
	for (int32_t code; (code = utf8_next(from, &pos)) != -1 && clean.len + 4 <= most;)
		utf8_put(&clean, code < 0 || is_control((uint32_t)code) ? 0xFFFD : (uint32_t)code);
	buffer_put_le16(out, (uint16_t)clean.len);
	buffer_put_slice(out, buffer_slice(&clean));
	out->failed |= clean.failed;
	buffer_done(&clean);
}

/* Clean text into the arena; NULL, and the cursor failed, for anything else. */
static const char *take_text(struct cursor *c, size_t most, struct arena *arena, bool *memory)
{
	struct slice text = cursor_take(c, cursor_take_le16(c));
	size_t pos = 0;
	bool clean = text.len <= most;
	for (int32_t code; clean && (code = utf8_next(text, &pos)) != -1;)
		clean = code >= 0 && !is_control((uint32_t)code);
	if (!clean || !cursor_ok(c)) {
		cursor_fail(c);
		return NULL;
	}
	const char *copy = arena_string(arena, text);
	*memory |= copy == NULL;
	return copy;
}

/* A stable word: printable ASCII without blanks. */
static const char *take_word(struct cursor *c, struct arena *arena, bool *memory)
{
	const char *word = take_text(c, WIRE_WORD, arena, memory);
	for (const char *at = word; at && *at; at++)
		if (*at <= ' ' || *at > '~')
			cursor_fail(c);
	if (word && !*word)
		cursor_fail(c);
	return word;
}

/* Letters and digits only: a name is made with it. */
static const char *take_ending(struct cursor *c, struct arena *arena, bool *memory)
{
	const char *ending = take_text(c, WIRE_ENDING, arena, memory);
	for (const char *at = ending; at && *at; at++)
		if (!(*at >= 'a' && *at <= 'z') && !(*at >= '0' && *at <= '9'))
			cursor_fail(c);
	return ending;
}

static struct result taken(const struct cursor *c, bool memory, struct why *why)
{
	if (memory)
		return fail(why, E_MEMORY, "", "no memory for the worker's report");
	if (!cursor_ok(c) || cursor_left(c))
		return fail(why, E_INPUT, "", "the worker's report cannot be read");
	return ok();
}

static struct result disagrees(struct why *why, const char *what)
{
	return fail(why, E_INPUT, "", "the worker's report contradicts itself: %s", what);
}

/* ---- signatures -------------------------------------------------------------- */

enum { KNOWN_ROOT = 1, WHOLE = 2 };

static void put_signatures(struct buffer *out, const struct signature *first)
{
	unsigned rows = 0;
	for (const struct signature *s = first; s && rows < SIGNATURES_MOST; s = s->next)
		rows++;
	buffer_put_u8(out, (uint8_t)rows);
	for (const struct signature *s = first; rows > 0; s = s->next, rows--) {
		buffer_put_u8(out, (uint8_t)s->verdict);
		buffer_put_u8(out, (uint8_t)((s->known_root ? KNOWN_ROOT : 0) | (s->whole ? WHOLE : 0)));
		buffer_put_le64(out, (uint64_t)s->signed_ms);
		put_text(out, s->form, WIRE_WORD);
		put_text(out, s->subject, WIRE_TEXT);
		put_text(out, s->issuer, WIRE_TEXT);
		put_text(out, s->certificate, WIRE_CERTIFICATE);
		put_text(out, s->detail, WIRE_TEXT);
	}
}

static void take_signature(struct cursor *c, struct arena *arena, struct signature *s, bool *memory)
{
	unsigned verdict = cursor_take_u8(c), flags = cursor_take_u8(c);
	uint64_t when = cursor_take_le64(c);
	if (verdict > SIGNATURE_INTACT || flags > (KNOWN_ROOT | WHOLE) || when > INT64_MAX ||
	    ((flags & KNOWN_ROOT) && verdict != SIGNATURE_INTACT))
		cursor_fail(c);
	s->verdict = (enum signature_verdict)verdict;
	s->known_root = flags & KNOWN_ROOT;
	s->whole = (flags & WHOLE) != 0;
	s->signed_ms = (int64_t)when;
	s->form = take_word(c, arena, memory);
	s->subject = take_text(c, WIRE_TEXT, arena, memory);
	s->issuer = take_text(c, WIRE_TEXT, arena, memory);
	s->certificate = take_text(c, WIRE_CERTIFICATE, arena, memory);
	s->detail = take_text(c, WIRE_TEXT, arena, memory);
}

static void take_signatures(struct cursor *c, struct arena *arena, struct signature **first, bool *memory)
{
	unsigned rows = cursor_take_u8(c);
	if (rows > SIGNATURES_MOST)
		cursor_fail(c);
	for (unsigned i = 0; i < rows && cursor_ok(c) && !*memory; i++) {
		struct signature *s = ARENA_NEW(arena, struct signature);
		*memory |= s == NULL;
		if (!s)
			return;
		take_signature(c, arena, s, memory);
		*first = s;
		first = &s->next;
	}
}

void report_put_file(struct buffer *out, const struct file_report *report, uint64_t out_bytes)
{
	uint32_t rows = 0;
	for (const struct removal *r = report->removals; r && rows < WIRE_ROWS; r = r->next)
		rows++;
	buffer_put_le32(out, FILE_MARK);
	buffer_put_u8(out, (uint8_t)report->verdict);
	buffer_put_u8(out, (uint8_t)report->refusal);
	buffer_put_u8(out, (uint8_t)report->type);
	buffer_put_le64(out, out_bytes);
	put_text(out, report->reason, WIRE_TEXT);
	put_text(out, report->place, WIRE_TEXT);
	put_text(out, report->ending, WIRE_ENDING);
	buffer_put_le32(out, report->removal_count);
	buffer_put_le32(out, rows);
	for (const struct removal *r = report->removals; r && rows > 0; r = r->next, rows--) {
		put_text(out, r->what, WIRE_WORD);
		put_text(out, r->where, WIRE_TEXT);
	}
	put_signatures(out, report->signatures);
	buffer_put_le32(out, END_MARK);
}

static uint32_t take_removals(struct cursor *c, struct arena *arena, struct removal **first,
                              bool *memory)
{
	uint32_t rows = cursor_take_le32(c);
	if (rows > WIRE_ROWS)
		cursor_fail(c);
	for (uint32_t i = 0; i < rows && cursor_ok(c) && !*memory; i++) {
		struct removal *removal = ARENA_NEW(arena, struct removal);
		*memory |= removal == NULL;
		if (!removal)
			return 0;
		removal->what = take_word(c, arena, memory);
		removal->where = take_text(c, WIRE_TEXT, arena, memory);
		*first = removal;
		first = &removal->next;
	}
	return rows;
}

struct result report_take_file(struct slice bytes, struct arena *arena, struct file_report *out,
                               uint64_t *out_bytes, struct why *why)
{
	struct cursor c = cursor_of(bytes, NULL);
	struct file_report report = {0};
	bool memory = false;
	if (cursor_take_le32(&c) != FILE_MARK)
		cursor_fail(&c);
	unsigned verdict = cursor_take_u8(&c), refusal = cursor_take_u8(&c), type = cursor_take_u8(&c);
	uint64_t length = cursor_take_le64(&c);
	report.reason = take_text(&c, WIRE_TEXT, arena, &memory);
	report.place = take_text(&c, WIRE_TEXT, arena, &memory);
	report.ending = take_ending(&c, arena, &memory);
	report.removal_count = cursor_take_le32(&c);
	uint32_t rows = take_removals(&c, arena, &report.removals, &memory);
	take_signatures(&c, arena, &report.signatures, &memory);
	if (cursor_take_le32(&c) != END_MARK)
		cursor_fail(&c);
	TRY(taken(&c, memory, why));
	if (verdict > FILE_CLEAN || refusal >= REFUSALS || type >= FILE_TYPES)
		return disagrees(why, "a number that means nothing");
	report.verdict = (enum file_verdict)verdict;
	report.refusal = (enum refusal)refusal;
	report.type = (enum file_type)type;
	if ((report.verdict == FILE_REFUSED) != (report.refusal != REFUSAL_NONE))
		return disagrees(why, "verdict and refusal");
	if (report.verdict == FILE_REFUSED && length)
		return disagrees(why, "refused, but with an output");
	if (report.verdict != FILE_REFUSED && pool_inspect_type(report.type) == INSPECT_NOTHING)
		return disagrees(why, "passed, but of a type that never passes");
	if (rows > report.removal_count || (rows == 0) != (report.removal_count == 0))
		return disagrees(why, "the number of removals");
	*out = report;
	*out_bytes = length;
	return ok();
}

void report_put_inspect(struct buffer *out, const struct inspect_report *report,
                        enum inspect_agreement agreement)
{
	uint32_t rows = 0;
	for (const struct inspect_finding *f = report->findings; f && rows < WIRE_ROWS; f = f->next)
		rows++;
	buffer_put_le32(out, INSPECT_MARK);
	buffer_put_u8(out, (uint8_t)report->verdict);
	buffer_put_u8(out, (uint8_t)report->type);
	buffer_put_u8(out, (uint8_t)agreement);
	buffer_put_u8(out, report->text_known);
	buffer_put_le64(out, report->pages);
	buffer_put_le64(out, report->text_chars);
	buffer_put_le64(out, report->text_digest);
	put_text(out, report->reason, WIRE_TEXT);
	buffer_put_le32(out, report->finding_count);
	buffer_put_le32(out, rows);
	for (const struct inspect_finding *f = report->findings; f && rows > 0; f = f->next, rows--) {
		put_text(out, f->what, WIRE_WORD);
		put_text(out, f->where, WIRE_TEXT);
	}
	buffer_put_le32(out, END_MARK);
}

static uint32_t take_findings(struct cursor *c, struct arena *arena, struct inspect_finding **first,
                              bool *memory)
{
	uint32_t rows = cursor_take_le32(c);
	if (rows > WIRE_ROWS)
		cursor_fail(c);
	for (uint32_t i = 0; i < rows && cursor_ok(c) && !*memory; i++) {
		struct inspect_finding *finding = ARENA_NEW(arena, struct inspect_finding);
		*memory |= finding == NULL;
		if (!finding)
			return 0;
		finding->what = take_word(c, arena, memory);
		finding->where = take_text(c, WIRE_TEXT, arena, memory);
		*first = finding;
		first = &finding->next;
	}
	return rows;
}

struct result report_take_inspect(struct slice bytes, enum inspect_type type, struct arena *arena,
                                  struct inspect_report *out, enum inspect_agreement *agreement,
                                  struct why *why)
{
	struct cursor c = cursor_of(bytes, NULL);
	struct inspect_report report = {.type = type};
	bool memory = false;
	if (cursor_take_le32(&c) != INSPECT_MARK)
		cursor_fail(&c);
	unsigned verdict = cursor_take_u8(&c), said = cursor_take_u8(&c), agrees = cursor_take_u8(&c);
	unsigned known = cursor_take_u8(&c);
	report.pages = cursor_take_le64(&c);
	report.text_chars = cursor_take_le64(&c);
	report.text_digest = cursor_take_le64(&c);
	report.reason = take_text(&c, WIRE_TEXT, arena, &memory);
	report.finding_count = cursor_take_le32(&c);
	uint32_t rows = take_findings(&c, arena, &report.findings, &memory);
	if (cursor_take_le32(&c) != END_MARK)
		cursor_fail(&c);
	TRY(taken(&c, memory, why));
	if (verdict > INSPECT_OK || agrees > INSPECT_AGREES || known > 1)
		return disagrees(why, "a number that means nothing");
	if (said != (unsigned)type)
		return disagrees(why, "another type than was asked for");
	if ((verdict == INSPECT_FOUND) != (report.finding_count > 0) && verdict != INSPECT_UNREADABLE)
		return disagrees(why, "verdict and findings");
	if (rows > report.finding_count || (rows == 0) != (report.finding_count == 0))
		return disagrees(why, "the number of findings");
	report.verdict = (enum inspect_verdict)verdict;
	report.text_known = known == 1;
	*out = report;
	*agreement = (enum inspect_agreement)agrees;
	return ok();
}
