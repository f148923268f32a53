/* Plain text and CSV: the same charset out as in, without what people cannot
 * see, and without cells that a spreadsheet would run.
 *
 * A text without anything to take out keeps its very bytes.  The charset is told
 * by a byte order mark or by being valid UTF-8, else by being valid CP932; what
 * is neither is refused, never guessed. */
#include "gate/file/job.h"

#include "base/text.h"

enum charset { CHARSET_UTF8, CHARSET_UTF8_MARKED, CHARSET_UTF16_LE, CHARSET_UTF16_BE, CHARSET_CP932 };

static const char utf8_mark[] = "\xEF\xBB\xBF";

/* ---- charsets ---- */

static bool decode_utf16(struct slice in, bool big, struct buffer *text)
{
	for (size_t i = 2; i + 1 < in.len; i += 2) {
		uint32_t code = big ? (uint32_t)in.at[i] << 8 | in.at[i + 1] : (uint32_t)in.at[i + 1] << 8 | in.at[i];
		if (code >= 0xD800 && code <= 0xDBFF && i + 3 < in.len) {
			uint32_t low = big ? (uint32_t)in.at[i + 2] << 8 | in.at[i + 3]
				: (uint32_t)in.at[i + 3] << 8 | in.at[i + 2];
			if (low < 0xDC00 || low > 0xDFFF)
				return false;
			code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
			i += 2;
		} else if (code >= 0xD800 && code <= 0xDFFF) {
			return false;
		}
		utf8_put(text, code);
	}
	return in.len % 2 == 0;
}

static void put_utf16_unit(struct buffer *out, uint32_t unit, bool big)
{
	buffer_put_u8(out, (uint8_t)(big ? unit >> 8 : unit));
	buffer_put_u8(out, (uint8_t)(big ? unit : unit >> 8));
}

static void encode_utf16(struct slice text, bool big, struct buffer *out)
{
	put_utf16_unit(out, 0xFEFF, big);
	for (size_t pos = 0; pos < text.len;) {
		uint32_t code = (uint32_t)utf8_next(text, &pos);
		if (code >= 0x10000) {
			put_utf16_unit(out, 0xD800 + ((code - 0x10000) >> 10), big);
			code = 0xDC00 + ((code - 0x10000) & 0x3FF);
		}
		put_utf16_unit(out, code, big);
	}
}

/* ISO-2022-JP hides bytes behind escapes; its readers differ. */
static bool switches_charset(struct slice in)
{
	for (size_t i = 0; i + 1 < in.len; i++)
		if (in.at[i] == 0x1B && (in.at[i + 1] == '$' || in.at[i + 1] == '('))
			return true;
	return false;
}

static struct result decode(struct job *job, struct slice in, enum charset *charset, struct buffer *text,
                            struct why *why)
{
	bool little = slice_starts(in, SLICE("\xFF\xFE")), big = slice_starts(in, SLICE("\xFE\xFF"));
	bool marked = slice_starts(in, slice_str(utf8_mark));
	*charset = little ? CHARSET_UTF16_LE : big ? CHARSET_UTF16_BE : marked ? CHARSET_UTF8_MARKED : CHARSET_UTF8;
	if (little || big)
		return decode_utf16(in, big, text) ? ok()
			: job_refuse(job, REFUSAL_DAMAGED, "", "broken UTF-16");
	if (switches_charset(in))
		return job_refuse(job, REFUSAL_UNKNOWN, "", "text in a charset that switches by escapes (ISO-2022)");
	if (utf8_valid(in)) {
		buffer_put_slice(text, slice_part(in, marked ? 3 : 0, in.len));
		return ok();
	}
	*charset = CHARSET_CP932;
	struct why inner = {0};
	struct result result = marked ? (struct result){E_INPUT} : cp932_to_utf8(in, text, &inner);
	if (result.code == E_INPUT)
		return job_refuse(job, REFUSAL_DAMAGED, "", "neither UTF-8 nor CP932: %s", inner.text);
	return result.code == OK ? ok() : job_memory(why);
}

static struct result encode(struct job *job, enum charset charset, struct slice text, struct buffer *out,
                            struct why *why)
{
	struct why inner = {0};
	if (charset == CHARSET_UTF16_LE || charset == CHARSET_UTF16_BE) {
		encode_utf16(text, charset == CHARSET_UTF16_BE, out);
		return ok();
	}
	if (charset == CHARSET_CP932) {
		struct result result = cp932_from_utf8(text, out, &inner);
		if (result.code == OK && utf8_valid(buffer_slice(out)) && utf8_length(buffer_slice(out)) != out->len)
			return job_refuse(job, REFUSAL_AMBIGUOUS, "", "what is left of the CP932 text is UTF-8 too");
		return result.code == E_INPUT ? job_refuse(job, REFUSAL_DAMAGED, "", "%s", inner.text)
			: result.code == OK ? ok() : job_memory(why);
	}
	if (charset == CHARSET_UTF8_MARKED)
		buffer_put_str(out, utf8_mark);
	buffer_put_slice(out, text);
	return ok();
}

/* ---- characters that people do not see ---- */

static bool control(uint32_t code)
{
	return (code < 0x20 && code != '\t' && code != '\n' && code != '\r') || (code >= 0x7F && code <= 0x9F);
}

/* Marks that turn the order of characters round, or stand nowhere.  Variation
 * selectors stay: they choose the form of a kanji. */
static bool invisible(uint32_t code, uint32_t before)
{
	static const struct { uint32_t first, last; } ranges[] = {
		{0x061C, 0x061C}, {0x180E, 0x180E}, {0x200B, 0x200C}, {0x200E, 0x200F}, {0x202A, 0x202E},
		{0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
	};
	if (code == 0x200D) /* joins emoji */
		return before < 0x1F000 && before != 0xFE0F;
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

static void report_line(struct job *job, const char *what, size_t line)
{
	char where[32];
	snprintf(where, sizeof where, "line %zu", line);
	job_drop(job, what, where);
}

/* Copies what stays; false when nothing was taken out. */
static bool take_out(struct job *job, struct slice text, struct buffer *out)
{
	size_t line = 1, done = 0, reported = 0;
	uint32_t before = 0;
	for (size_t pos = 0; pos < text.len;) {
		size_t from = pos;
		uint32_t code = (uint32_t)utf8_next(text, &pos);
		line += code == '\n';
		if (!control(code) && !invisible(code, before)) {
			before = code;
			continue;
		}
		if (reported != line)
			report_line(job, control(code) ? "control-character" : "invisible-character", line);
		reported = line;
		buffer_put(out, text.at + done, from - done);
		done = pos;
	}
	buffer_put_slice(out, slice_part(text, done, text.len));
	return reported > 0;
}

/* ---- cells ---- */

/* A reader may divide at commas, semicolons or tabs, and each division sees its
 * own cells and quotes.  All three are followed at once, and a cell of any of
 * them that would run gets its apostrophe. */
static const char separators[] = {',', ';', '\t'};
enum { DIVISIONS = sizeof separators };

struct division {
	bool start;   /* nothing of the cell's content was read yet */
	bool quoted;
	bool doubled; /* the next quote belongs to the last one */
};

static bool separator(uint32_t code)
{
	return code == ',' || code == ';' || code == '\t' || code == '\n' || code == '\r' || code == '"';
}

static uint32_t narrow(uint32_t code)
{
	return code >= 0xFF01 && code <= 0xFF5E ? code - 0xFF01 + '!' : code == 0x2212 ? '-' : code;
}

static uint32_t look(struct slice text, size_t *pos)
{
	int32_t code = utf8_next(text, pos);
	return code < 0 ? '\n' : narrow((uint32_t)code);
}

/* -1,234.5 and -12% and -¥300 and a lone - or --- are what tables hold. */
static bool plain_number(struct slice text, size_t pos)
{
	bool digits = false, any = false;
	for (;;) {
		uint32_t code = look(text, &pos);
		if (separator(code) && code != ',')
			return digits || !any;
		if (code == ',' && (!any || digits))
			return true;
		bool digit = code >= '0' && code <= '9';
		bool mark = code == '.' || (!digits && code == '-') || (!digits && (code == 0xA5 || code == 0xFFE5 || code == '\\')) ||
		            (digits && (code == '%' || code == ' '));
		if (!digit && !mark)
			return false;
		digits |= digit;
		any |= code != '-';
	}
}

static bool space_like(uint32_t code)
{
	return code == ' ' || code == 0x3000 || code == 0xA0;
}

static bool runs(struct slice text, size_t pos, bool tab_divides)
{
	uint32_t code = look(text, &pos);
	if (code == '\t' || code == '\r')
		return code == '\r' || !tab_divides;
	while (space_like(code))
		code = look(text, &pos);
	if (code == '=' || code == '@')
		return true;
	return (code == '+' || code == '-') && !plain_number(text, pos);
}

/* True at the first character of a cell's content in this division. */
static bool step(struct division *d, uint8_t own, uint8_t c, uint8_t next)
{
	bool content = d->start;
	if (d->doubled) {
		d->doubled = false;
		return false;
	}
	if (c == '"' && d->start && !d->quoted) {
		d->quoted = true; /* and the content still starts */
		return false;
	}
	if (c == '"' && d->quoted) {
		d->doubled = next == '"';
		d->quoted = d->doubled;
		d->start = false;
		return false;
	}
	d->start = !d->quoted && (c == own || c == '\n' || c == '\r');
	return content && !d->start;
}

static bool quote_cells(struct job *job, struct slice text, struct buffer *out)
{
	struct division divisions[DIVISIONS] = {{.start = true}, {.start = true}, {.start = true}};
	bool any = false, tab_divides = strcmp(job->ending, "tsv") == 0;
	size_t line = 1, done = 0;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i], next = i + 1 < text.len ? text.at[i + 1] : 0;
		bool content = false;
		for (int k = 0; k < DIVISIONS; k++)
			content |= step(&divisions[k], (uint8_t)separators[k], c, next);
		line += c == '\n';
		if (!content || !runs(text, i, tab_divides))
			continue;
		buffer_put(out, text.at + done, i - done);
		buffer_put_str(out, "'");
		done = i;
		any = true;
		report_line(job, "formula-cell", line);
	}
	buffer_put_slice(out, slice_part(text, done, text.len));
	return any;
}

/* ---- both ---- */

/* The verdict is on what is written: taking a mark out must not bring a page, a
 * script or another format to light, and a UTF-16 text is looked at as text. */
static struct result check_made(struct job *job, struct slice text, struct slice bytes)
{
	enum file_type type = text_program(text);
	if (type == FILE_UNKNOWN)
		type = file_type_by_content(bytes, SLICE("x.txt"));
	if (type == FILE_TXT && !second_reading(type, bytes))
		return ok();
	return job_refuse(job, format_of(type)->rebuild ? REFUSAL_AMBIGUOUS : format_of(type)->refusal, "",
	                  "the text reads as %s", file_type_name(type));
}

static struct result rebuild(struct job *job, struct slice in, bool cells, struct buffer *out,
                             struct why *why)
{
	struct buffer AUTO(buffer_done) text = {0}, seen = {0}, safe = {0};
	enum charset charset;
	buffer_init(&text, SIZE_MAX / 4);
	buffer_init(&seen, SIZE_MAX / 4);
	buffer_init(&safe, SIZE_MAX / 4);
	TRY(job_pay_work(job, in.len));
	TRY(decode(job, in, &charset, &text, why));
	bool changed = take_out(job, buffer_slice(&text), &seen), whole = buffer_ok(&text);
	buffer_done(&text); /* a long text stands twice in memory at most, beside what came */
	whole &= buffer_ok(&seen);
	if (cells) {
		changed |= quote_cells(job, buffer_slice(&seen), &safe);
		buffer_done(&seen);
	}
	struct buffer *made = cells ? &safe : &seen;
	if (!whole || !buffer_ok(made))
		return job_memory(why);
	if (changed)
		TRY(encode(job, charset, buffer_slice(made), out, why));
	else
		buffer_put_slice(out, in);
	return check_made(job, buffer_slice(made), buffer_slice(out));
}

struct result text_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	return rebuild(job, in, false, out, why);
}

struct result csv_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	return rebuild(job, in, true, out, why);
}
