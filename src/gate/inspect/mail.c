/* Mail once more: the one shape that the gate writes, and each attachment again.
 *
 * A text stands as it is, quoted or in base64, an attachment in base64; a text of ASCII
 * alone, without a word on MIME.  Anything else
 * (a page, a second charset, another encoding, a header that is said twice) is a
 * finding or unreadable.                                                      */
#include "gate/inspect/look.h"

#include "base/buffer.h"
#include "base/text.h"

struct letter {
	struct look *look;
	struct slice in;
	size_t pos;
	struct part_text seen;
};

/* The next line, which must end in CR LF. */
static bool line(struct letter *l, struct slice *out)
{
	struct slice rest = slice_part(l->in, l->pos, l->in.len);
	size_t end = slice_find(rest, SLICE("\r\n"));
	if (end == SIZE_MAX)
		return false;
	*out = slice_part(rest, 0, end);
	l->pos += end + 2;
	return true;
}

static int value_of(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool put_decoded(struct slice text, struct buffer *out)
{
	for (size_t i = 0; i + 4 <= text.len; i += 4) {
		int v[4];
		unsigned have = 0;
		for (unsigned k = 0; k < 4; k++)
			v[k] = value_of(text.at[i + k]);
		while (have < 4 && v[have] >= 0)
			have++;
		for (unsigned k = have; k < 4; k++)
			if (text.at[i + k] != '=' || have < 2 || i + 4 < text.len)
				return false;
		uint32_t bits = 0;
		for (unsigned k = 0; k < 4; k++)
			bits = bits << 6 | (k < have ? (uint32_t)v[k] : 0);
		for (unsigned k = 0; k + 1 < have; k++)
			buffer_put_u8(out, (uint8_t)(bits >> (16 - 8 * k)));
	}
	return text.len % 4 == 0;
}

/* Headers of the message or of a part; the words that matter into out. */
struct heads {
	bool text, mixed, base64, quoted, attached, encoded, any, content, version; /* content: says what it is */
	char name[512];
};

static void take_name(struct heads *h, struct slice value)
{
	size_t at = slice_find(value, SLICE("filename*=UTF-8''")), len = 0;
	size_t from = at != SIZE_MAX ? at + 17 : slice_find(value, SLICE("filename=\""));
	if (from == SIZE_MAX)
		return;
	from += at != SIZE_MAX ? 0 : 10;
	for (size_t i = from; i < value.len && value.at[i] != '"' && len + 1 < sizeof h->name; i++) {
		uint8_t c = value.at[i];
		if (c == '%' && i + 2 < value.len) {
			const char *digits = "0123456789ABCDEF", *high = strchr(digits, value.at[i + 1]), *low = strchr(digits, value.at[i + 2]);
			c = high && low ? (uint8_t)((high - digits) * 16 + (low - digits)) : '?';
			i += 2;
		}
		h->name[len++] = (char)c;
	}
	h->name[len] = 0;
}

static void take_header(struct letter *l, struct heads *h, struct slice all)
{
	if (starts_nocase(all, "Content-Type: text/plain; charset=UTF-8"))
		h->text = true;
	else if (starts_nocase(all, "Content-Type: text/") || starts_nocase(all, "Content-Type: message/") ||
	         starts_nocase(all, "Content-Type: application/x-"))
		look_find(l->look, "mail-part", "%.*s", SLICE_ARG(slice_part(all, 0, 60)));
	h->any = true;
	h->content |= starts_nocase(all, "Content-");
	h->version |= starts_nocase(all, "MIME-Version");
	h->mixed |= starts_nocase(all, "Content-Type: multipart/mixed; boundary=\"=_sekisho_part_=\"");
	if (starts_nocase(all, "Content-Transfer-Encoding:") && h->encoded)
		look_find(l->look, "mail-part", "an encoding that is said twice");
	h->encoded |= starts_nocase(all, "Content-Transfer-Encoding:");
	h->base64 |= slice_is(all, "Content-Transfer-Encoding: base64");
	h->quoted |= slice_is(all, "Content-Transfer-Encoding: quoted-printable");
	if (starts_nocase(all, "Content-Disposition: attachment")) {
		h->attached = true;
		take_name(h, all);
	}
}

static bool heads(struct letter *l, struct heads *h)
{
	struct buffer AUTO(buffer_done) all = {0};
	struct slice one;
	buffer_init(&all, 1 << 20);
	memset(h, 0, sizeof *h);
	while (line(l, &one)) {
		bool folded = one.len && one.at[0] == ' ';
		for (size_t i = 0; i < one.len; i++)
			if (one.at[i] < ' ' || one.at[i] >= 0x7F)
				return look_unreadable(l->look, "a header that is not plain");
		if (!folded && all.len) {
			take_header(l, h, buffer_slice(&all));
			buffer_clear(&all);
		}
		if (one.len == 0)
			return buffer_ok(&all);
		buffer_put_slice(&all, one);
	}
	return look_unreadable(l->look, "headers that do not end");
}

static int digit_of(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One line of a text that is quoted, or stands as it is: printable ASCII and tabs. */
static bool put_plain(struct slice one, bool quoted, struct buffer *out)
{
	for (size_t i = 0; i < one.len; i++) {
		uint8_t c = one.at[i];
		if ((c < ' ' && c != '\t') || c >= 0x7F)
			return false;
		if (!quoted || c != '=') {
			buffer_put_u8(out, c);
			continue;
		}
		if (i + 1 == one.len)
			return true; /* a soft break */
		int high = i + 2 < one.len ? digit_of(one.at[i + 1]) : -1, low = high < 0 ? -1 : digit_of(one.at[i + 2]);
		if (low < 0)
			return false;
		buffer_put_u8(out, (uint8_t)(high * 16 + low));
		i += 2;
	}
	buffer_put_u8(out, '\n');
	return true;
}

static bool body(struct letter *l, const struct heads *h, bool inside, struct buffer *out, bool *last)
{
	bool base64 = h->base64 || !h->text;
	struct slice one;
	*last = false;
	while (l->pos < l->in.len) {
		if (!line(l, &one))
			return look_unreadable(l->look, "a line that does not end");
		if (inside && slice_starts(one, base64 ? SLICE("--") : SLICE("--=_"))) {
			*last = slice_is(one, "--=_sekisho_part_=--");
			return *last || slice_is(one, "--=_sekisho_part_=") || look_unreadable(l->look, "another delimiter");
		}
		if (!(base64 ? put_decoded(one, out) : put_plain(one, h->quoted, out)))
			return look_unreadable(l->look, "a text or base64 with something else in it");
	}
	*last = true;
	return !inside || look_unreadable(l->look, "it does not end");
}

static bool part(struct letter *l, const struct heads *h, struct slice content)
{
	if (!look_pay_bytes(l->look, content.len) || !look_pay_entry(l->look))
		return false;
	if (!h->base64 && (!h->text || h->attached || (h->encoded && !h->quoted)))
		look_find(l->look, "mail-part", "a part in another encoding");
	if (h->attached) {
		char ending[16];
		name_ending(slice_str(h->name), ending);
		return look_inside(l->look, inspect_type_of(ending), slice_str(h->name), content);
	}
	if (!h->text || !utf8_valid(content))
		return look_unreadable(l->look, "a text that is not UTF-8");
	part_text_add(&l->seen, content.at, content.len);
	return true;
}

static bool letter(struct letter *l, struct buffer *content)
{
	struct heads h;
	bool last = false, fine;
	bool version = starts_nocase(l->in, "MIME-Version: 1.0\r\n");
	if (!heads(l, &h))
		return false;
	if (!h.any || (!version && (h.version || h.content)))
		return look_unreadable(l->look, "not a message of the gate");
	h.text |= !h.content; /* the body must be ASCII then */
	bool mixed = h.mixed;
	if (mixed && (!body(l, &h, true, content, &last) || content->len || last))
		return look_unreadable(l->look, "text before the first part");
	do {
		if (mixed && !heads(l, &h))
			return false;
		buffer_clear(content);
		fine = body(l, &h, mixed, content, &last) && buffer_ok(content) && part(l, &h, buffer_slice(content));
		l->look->report->pages++;
	} while (fine && !last);
	if (fine && l->pos < l->in.len)
		look_find(l->look, "trailing-bytes", "offset %zu", l->pos);
	look_text(l->look, &l->seen);
	return fine;
}

bool look_mail(struct look *look, enum inspect_type type, struct slice in)
{
	struct letter l = {.look = look, .in = in};
	struct buffer AUTO(buffer_done) content = {0};
	(void)type;
	buffer_init(&content, (size_t)1 << 30);
	return letter(&l, &content);
}
