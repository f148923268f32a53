/* What msg and TNEF share: code pages, the packed rich text, the mail that comes out. */
#include "gate/file/mapi.h"

#include "base/calendar.h"
#include "base/cursor.h"
#include "base/text.h"

bool mapi_begin(struct outlook *o, struct job *job, struct arena *arena)
{
	*o = (struct outlook){.job = job, .arena = arena, .mixed = ARENA_NEW(arena, struct mail_part)};
	if (!o->mixed)
		return false;
	*o->mixed = (struct mail_part){.type = "multipart/mixed", .charset = "", .name = "", .id = "", .location = ""};
	o->tail = &o->mixed->first;
	return true;
}

/* ---- text ---- */

static const char *charset_of(uint32_t page)
{
	static const struct { uint32_t page; const char *name; } rows[] = {
		{932, "cp932"}, {65001, "utf-8"}, {50220, "iso-2022-jp"}, {50221, "iso-2022-jp"}, {50222, "iso-2022-jp"},
		{51932, "euc-jp"}, {20932, "euc-jp"}, {1252, "windows-1252"}, {28591, "iso-8859-1"}, {20127, "us-ascii"}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].page == page)
			return rows[i].name;
	return "";
}

static void from_wide(struct slice in, struct buffer *out)
{
	for (size_t i = 0; i + 1 < in.len; i += 2) {
		uint32_t code = (uint32_t)in.at[i + 1] << 8 | in.at[i];
		if (code >= 0xD800 && code < 0xDC00 && i + 3 < in.len) {
			uint32_t low = (uint32_t)in.at[i + 3] << 8 | in.at[i + 2];
			code = 0x10000 + ((code - 0xD800) << 10) + ((low - 0xDC00) & 0x3FF);
			i += 2;
		}
		if (code)
			utf8_put(out, code);
	}
}

/* The page that was named, else whatever these bytes are. */
static bool decode(struct outlook *o, struct slice bytes, struct buffer *out)
{
	const char *tries[] = {charset_of(o->page), utf8_valid(bytes) ? "utf-8" : "cp932", "windows-1252"};
	while (bytes.len && bytes.at[bytes.len - 1] == 0)
		bytes.len--;
	for (size_t i = 0; i < 3; i++) {
		buffer_clear(out);
		if (tries[i][0] && mail_text(bytes, tries[i], out))
			return true;
	}
	return false;
}

const char *mapi_text(struct outlook *o, struct slice bytes, bool wide)
{
	struct buffer AUTO(buffer_done) text = {0}, plain = {0};
	buffer_init(&text, (size_t)256 << 20);
	buffer_init(&plain, (size_t)256 << 20);
	if (!wide)
		return decode(o, bytes, &text) ? arena_string(o->arena, buffer_slice(&text)) : NULL;
	from_wide(bytes, &text);
	return mail_text(buffer_slice(&text), "utf-8", &plain) ? arena_string(o->arena, buffer_slice(&plain)) : NULL;
}

/* ---- packed rich text (MS-OXRTFCP 2.1.3) ---- */

enum { WINDOW = 4096, PACKED = 0x75465A4C, PLAIN = 0x414C454D, RTF_MOST = 64 << 20 };
static const char preset[] =
	"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArial"
	"Times New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

static bool unpack(struct cursor *c, uint32_t size, struct buffer *out)
{
	uint8_t window[WINDOW] = {0};
	size_t at = sizeof preset - 1;
	memcpy(window, preset, at);
	while (cursor_left(c) && out->len <= size) {
		uint8_t control = cursor_take_u8(c);
		for (unsigned bit = 0; bit < 8 && cursor_left(c); bit++) {
			if (!(control >> bit & 1)) {
				window[at++ % WINDOW] = cursor_take_u8(c);
				buffer_put_u8(out, window[(at - 1) % WINDOW]);
				continue;
			}
			uint16_t reference = cursor_take_be16(c);
			size_t from = reference >> 4, len = (reference & 15u) + 2;
			if (from == at % WINDOW)
				return cursor_ok(c) && buffer_ok(out);
			while (len--) {
				window[at++ % WINDOW] = window[from++ % WINDOW];
				buffer_put_u8(out, window[(at - 1) % WINDOW]);
			}
		}
	}
	return cursor_ok(c) && buffer_ok(out);
}

struct slice mapi_rtf(struct outlook *o, struct slice packed)
{
	struct buffer AUTO(buffer_done) made = {0};
	struct cursor c = cursor_of(packed, NULL);
	cursor_skip(&c, 4);
	uint32_t size = cursor_take_le32(&c), kind = cursor_take_le32(&c);
	cursor_skip(&c, 4);
	buffer_init(&made, RTF_MOST);
	bool fine = cursor_ok(&c) && size <= RTF_MOST && (kind == PACKED || kind == PLAIN);
	if (fine && kind == PLAIN)
		buffer_put_slice(&made, cursor_take(&c, size < cursor_left(&c) ? size : cursor_left(&c)));
	else if (fine)
		fine = unpack(&c, size, &made);
	return fine ? arena_copy(o->arena, slice_part(buffer_slice(&made), 0, size)) : SLICE("");
}

/* ---- the mail ---- */

static struct mail_part *new_part(struct outlook *o, const char *name, const char *type, struct slice content)
{
	struct mail_part *part = ARENA_NEW(o->arena, struct mail_part);
	if (part)
		*part = (struct mail_part){.type = type, .charset = "utf-8", .name = name, .id = "", .location = "", .content = content};
	return part;
}

bool mapi_attach(struct outlook *o, const char *name, const char *type, struct slice content)
{
	struct mail_part *part = new_part(o, name, type, content);
	if (!part)
		return false;
	part->attached = true;
	*o->tail = part;
	o->tail = &part->next;
	return true;
}

static const char *one_line(struct outlook *o, const char *text)
{
	char *copy = text && text[0] ? arena_string(o->arena, slice_str(text)) : NULL;
	for (char *at = copy; at && *at; at++)
		*at = (unsigned char)*at < ' ' ? ' ' : *at;
	return copy ? copy : "";
}

/* RFC 5322 3.3, in UTC: which zone it was sent from is not asked. */
static const char *date_of(struct outlook *o)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	const uint64_t epoch = 11644473600u, a_day = 86400, latest = 253402300799u;
	uint64_t s = o->sent / 10000000u;
	if (s < epoch || s - epoch > latest)
		return "";
	s -= epoch;
	day_t day = (day_t)(s / a_day);
	struct date date = day_to_date(day);
	uint64_t t = s % a_day;
	return arena_printf(o->arena, "%s, %d %s %d %02u:%02u:%02u +0000", days[day_weekday(day)], date.day, months[date.month - 1],
	                    date.year, (unsigned)(t / 3600), (unsigned)(t / 60 % 60), (unsigned)(t % 60));
}

static const char *from_of(struct outlook *o)
{
	const char *name = one_line(o, o->from_name), *address = one_line(o, o->from_address);
	bool mail = strchr(address, '@') != NULL;
	if (!mail)
		return name;
	return name[0] && strcmp(name, address) != 0 ? arena_printf(o->arena, "%s <%s>", name, address) : address;
}

static bool put_headers(struct outlook *o)
{
	const struct { const char *name, *value; } rows[] = {
		{"From", from_of(o)}, {"To", one_line(o, o->to)}, {"Cc", one_line(o, o->cc)}, {"Date", date_of(o)},
		{"Subject", one_line(o, o->subject)}, {"Message-ID", one_line(o, o->id)}};
	struct mail_header **tail = &o->mail.headers;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (!rows[i].value || !rows[i].value[0])
			continue;
		struct mail_header *h = ARENA_NEW(o->arena, struct mail_header);
		if (!h)
			return false;
		*h = (struct mail_header){rows[i].name, rows[i].value, NULL};
		*tail = h;
		tail = &h->next;
	}
	return true;
}

static const char *html_charset(struct outlook *o)
{
	const char *named = charset_of(o->internet_page);
	return named[0] ? named : utf8_valid(o->html) ? "utf-8" : charset_of(o->page)[0] ? charset_of(o->page) : "cp932";
}

/* The page before the text, the text before rich text, which goes out as a file. */
static bool put_body(struct outlook *o)
{
	struct mail_part *body = new_part(o, "", "text/plain", o->plain);
	if (!body)
		return false;
	if (o->html.len) {
		body->type = "text/html";
		body->content = o->html;
		body->charset = html_charset(o);
	}
	body->next = o->mixed->first;
	o->mixed->first = body;
	return o->html.len || o->plain.len || !o->rtf.len || mapi_attach(o, "本文.rtf", "application/rtf", o->rtf);
}

struct result mapi_emit(struct outlook *o, struct buffer *out, struct why *why)
{
	if (!put_headers(o) || !put_body(o))
		return job_memory(why);
	o->mail.root = o->mixed;
	o->mail.reason = "";
	job_drop(o->job, "mail-format", "");
	TRY(letter_emit(o->job, o->arena, &o->mail, out, why));
	o->job->made_ending = "eml";
	return ok();
}
