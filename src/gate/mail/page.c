/* A page of a mail as text.
 *
 * Tags are read one after the other; nothing of them reaches the text but what
 * they mean for reading: lines, dots, tabs, and where a link leads, written as
 * hxxp so that no program makes it a link again.                             */
#include "gate/mail/room.h"

#include "base/text.h"

struct tag {
	char name[16];
	bool closing;
	struct slice attributes;
};

struct page {
	struct slice in;
	size_t pos;
	struct buffer *out;
	struct mail_page *lost;
	struct buffer target;   /* of the link that is open */
	size_t link_from;
	unsigned hidden;        /* depth of what is not seen, 0: it is */
	char hidden_by[16];
	bool space, pre;
};

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool letter(uint8_t c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool is(const char *name, const char *list)
{
	size_t len = strlen(name);
	for (const char *at = list; *at;) {
		size_t n = strcspn(at, " ");
		if (n == len && memcmp(at, name, n) == 0)
			return true;
		at += n + (at[n] == ' ');
	}
	return false;
}

/* ---- characters ---- */

static const struct {
	const char *name;
	uint32_t code;
} entities[] = {
	{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}, {"copy", 0xA9},
	{"reg", 0xAE}, {"yen", 0xA5}, {"hellip", 0x2026}, {"mdash", 0x2014}, {"ndash", 0x2013}, {"lsquo", 0x2018},
	{"rsquo", 0x2019}, {"ldquo", 0x201C}, {"rdquo", 0x201D}, {"bull", 0x2022}, {"middot", 0xB7}, {"times", 0xD7},
	{"rarr", 0x2192}, {"larr", 0x2190}, {"trade", 0x2122}, {"euro", 0x20AC}, {"laquo", 0xAB}, {"raquo", 0xBB},
};

/* A reference at '&'; its length, 0 where there is none. */
static size_t reference(struct slice in, size_t at, uint32_t *code)
{
	char name[12] = "";
	size_t len = 0;
	while (len < 11 && at + 1 + len < in.len && (in.at[at + 1 + len] == '#' || letter(in.at[at + 1 + len]) ||
	       (in.at[at + 1 + len] >= '0' && in.at[at + 1 + len] <= '9'))) {
		name[len] = (char)in.at[at + 1 + len];
		len++;
	}
	bool ended = at + 1 + len < in.len && in.at[at + 1 + len] == ';';
	*code = 0;
	if (name[0] == '#') {
		bool hexed = (name[1] | 32) == 'x';
		for (const char *c = name + 1 + hexed; *c; c++) {
			int v = *c <= '9' ? *c - '0' : (*c | 32) - 'a' + 10;
			*code = *code > 0x10FFFF ? *code : *code * (hexed ? 16 : 10) + (uint32_t)(v < 0 || v > 15 ? 0 : v);
		}
	}
	for (size_t i = 0; i < sizeof entities / sizeof entities[0] && ended; i++)
		if (strcmp(entities[i].name, name) == 0)
			*code = entities[i].code;
	return *code ? 1 + len + ended : 0;
}

static bool unseen(uint32_t c)
{
	return c < ' ' || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || c == 0x61C || c == 0xAD || (c >= 0xE0000 && c <= 0xE007F);
}

static bool at_line(const struct page *p)
{
	return p->out->len == 0 || p->out->at[p->out->len - 1] == '\n';
}

static void put(struct page *p, uint32_t c)
{
	bool white = c == ' ' || c == '\t' || c == '\n' || c == '\r';
	if (p->hidden || (!white && unseen(c)))
		return;
	if (white && !p->pre) {
		p->space = true;
		return;
	}
	if (p->space && !at_line(p) && p->out->at[p->out->len - 1] != '\t')
		buffer_put_u8(p->out, ' ');
	p->space = false;
	utf8_put(p->out, c == '\r' ? '\n' : c);
}

static void new_line(struct page *p)
{
	p->space = false;
	if (!p->hidden && !at_line(p))
		buffer_put_u8(p->out, '\n');
}

/* ---- tags ---- */

static bool attribute(struct slice in, const char *wanted, struct buffer *value)
{
	buffer_clear(value);
	for (size_t i = 0; i < in.len;) {
		while (i < in.len && (in.at[i] <= ' ' || in.at[i] == '/'))
			i++;
		size_t from = i;
		while (i < in.len && in.at[i] > ' ' && in.at[i] != '=' && in.at[i] != '/')
			i++;
		struct slice name = slice_part(in, from, i - from);
		while (i < in.len && in.at[i] <= ' ')
			i++;
		bool mine = slice_equal_nocase(name, slice_str(wanted));
		if (i >= in.len || in.at[i] != '=') {
			i += i == from;
			continue;
		}
		for (i++; i < in.len && in.at[i] <= ' ';)
			i++;
		uint8_t quote = i < in.len && (in.at[i] == '"' || in.at[i] == '\'') ? in.at[i++] : 0;
		for (; i < in.len && (quote ? in.at[i] != quote : in.at[i] > ' '); i++) {
			uint32_t code;
			size_t len = in.at[i] == '&' ? reference(in, i, &code) : 0;
			if (mine && len)
				utf8_put(value, code);
			else if (mine)
				buffer_put_u8(value, in.at[i]);
			i += len ? len - 1 : 0;
		}
		i += quote != 0;
		if (mine)
			return true;
	}
	return false;
}

static bool style_hides(struct page *p, const struct tag *t)
{
	struct buffer AUTO(buffer_done) style = {0}, plain = {0};
	static const char *const hiding[] = {"display:none", "visibility:hidden", "font-size:0", "opacity:0", "mso-hide:all"};
	buffer_init(&style, 1 << 16);
	buffer_init(&plain, 1 << 16);
	if (attribute(t->attributes, "hidden", &style))
		return true;
	attribute(t->attributes, "style", &style);
	for (size_t i = 0; i < style.len; i++)
		if (style.at[i] > ' ')
			buffer_put_u8(&plain, lower(style.at[i]));
	buffer_put_u8(&plain, ';');
	bool hides = false;
	for (size_t i = 0; i < 5; i++) {
		size_t at = slice_find(buffer_slice(&plain), slice_str(hiding[i]));
		uint8_t next = at == SIZE_MAX ? '.' : plain.at[at + strlen(hiding[i])];
		hides |= next != '.' && !(next >= '0' && next <= '9');
	}
	(void)p;
	return hides;
}

static bool take_tag(struct page *p, struct tag *t)
{
	size_t at = p->pos + 1, len = 0;
	t->closing = at < p->in.len && p->in.at[at] == '/';
	at += t->closing;
	if (at >= p->in.len || !letter(p->in.at[at]))
		return false;
	while (at < p->in.len && p->in.at[at] > ' ' && p->in.at[at] != '>' && p->in.at[at] != '/') {
		if (len < sizeof t->name - 1)
			t->name[len++] = (char)lower(p->in.at[at]);
		at++;
	}
	t->name[len] = 0;
	size_t from = at;
	for (uint8_t quote = 0; at < p->in.len && (quote || p->in.at[at] != '>'); at++) {
		uint8_t c = p->in.at[at];
		if (quote ? c == quote : (c == '"' || c == '\'') && p->in.at[at - 1] == '=')
			quote = quote ? 0 : c;
	}
	t->attributes = slice_part(p->in, from, at - from);
	p->pos = at + (at < p->in.len);
	return true;
}

enum { ADDRESS_BYTES = 1000 };

/* Whole characters, so that what is cut stays text; none that would end it, or that
 * nobody sees. */
static void put_address(struct buffer *out, struct slice address)
{
	for (size_t pos = 0; pos < address.len && pos < ADDRESS_BYTES;) {
		uint32_t c = (uint32_t)utf8_next(address, &pos);
		if (c <= ' ' || c == '<' || c == '>')
			buffer_put_u8(out, '_');
		else if (!unseen(c))
			utf8_put(out, c);
	}
}

/* text <hxxps://...>; a target of another kind is only named. */
static void end_link(struct page *p)
{
	struct slice target = buffer_slice(&p->target);
	bool text = utf8_valid(target);
	bool web = text && (slice_starts(target, SLICE("http://")) || slice_starts(target, SLICE("https://")));
	bool mail = text && slice_starts(target, SLICE("mailto:"));
	if (target.len && !p->hidden && target.at[0] != '#') {
		buffer_put_str(p->out, p->space || (!at_line(p) && p->out->len > p->link_from) ? " <" : "<");
		p->space = false;
		if (web)
			buffer_put_str(p->out, "hxxp");
		if (web || mail)
			put_address(p->out, slice_part(target, web ? 4 : 0, SIZE_MAX));
		buffer_put_str(p->out, web || mail ? ">" : "取り除いたリンク>");
		p->lost->active |= !web && !mail;
	}
	buffer_clear(&p->target);
}

static void picture(struct page *p, const struct tag *t)
{
	struct buffer AUTO(buffer_done) value = {0};
	buffer_init(&value, 1 << 16);
	if (attribute(t->attributes, "src", &value) && !slice_starts(buffer_slice(&value), SLICE("cid:")))
		p->lost->remote = true;
	if (!attribute(t->attributes, "alt", &value) || value.len == 0 || !utf8_valid(buffer_slice(&value)))
		return;
	struct slice alt = buffer_slice(&value);
	put(p, '[');
	for (size_t pos = 0; pos < alt.len;)
		put(p, (uint32_t)utf8_next(alt, &pos));
	put(p, ']');
}

static void hide(struct page *p, const struct tag *t)
{
	if (is(t->name, "br hr img input meta link base area col wbr source embed"))
		return; /* they hold nothing */
	p->hidden = 1;
	memcpy(p->hidden_by, t->name, sizeof p->hidden_by);
}

static void open_tag(struct page *p, const struct tag *t)
{
	if (is(t->name, "script iframe object embed applet form input button"))
		p->lost->active = true;
	if (is(t->name, "script style head title template noscript object iframe textarea select svg math")) {
		hide(p, t);
		return;
	}
	if (style_hides(p, t)) {
		p->lost->hidden = true;
		hide(p, t);
		return;
	}
	if (strcmp(t->name, "a") == 0) {
		end_link(p);
		p->link_from = p->out->len;
		attribute(t->attributes, "href", &p->target);
	}
	if (strcmp(t->name, "img") == 0)
		picture(p, t);
	if (is(t->name, "td th") && !at_line(p)) {
		buffer_put_u8(p->out, '\t');
		p->space = false;
	}
	if (strcmp(t->name, "li") == 0) {
		new_line(p);
		buffer_put_str(p->out, "・");
	}
	if (strcmp(t->name, "br") == 0) {
		p->space = false;
		buffer_put_u8(p->out, '\n');
	}
	if (strcmp(t->name, "hr") == 0) {
		new_line(p);
		buffer_put_str(p->out, "----\n");
	}
	p->pre |= strcmp(t->name, "pre") == 0;
}

static void close_tag(struct page *p, const struct tag *t)
{
	if (strcmp(t->name, "a") == 0)
		end_link(p);
	if (strcmp(t->name, "pre") == 0)
		p->pre = false;
}

static void on_tag(struct page *p, const struct tag *t)
{
	if (p->hidden) {
		if (strcmp(t->name, p->hidden_by) == 0)
			p->hidden = t->closing ? p->hidden - 1 : p->hidden + 1;
		return;
	}
	bool block = is(t->name, "p div tr table ul ol h1 h2 h3 h4 h5 h6 blockquote pre dl dt dd section article header "
	                         "footer center address");
	if (block)
		new_line(p);
	if (t->closing)
		close_tag(p, t);
	else
		open_tag(p, t);
	if (block && t->closing && is(t->name, "p h1 h2 h3 h4 h5 h6 table blockquote") && p->out->len > 1 &&
	    p->out->at[p->out->len - 2] != '\n')
		buffer_put_u8(p->out, '\n');
}

/* Comments, declarations, and what looks like a tag and is none. */
static bool skip_other(struct page *p)
{
	struct slice rest = slice_part(p->in, p->pos, p->in.len);
	size_t end = SIZE_MAX;
	if (slice_starts(rest, SLICE("<!--")))
		end = slice_find(rest, SLICE("-->"));
	else if (rest.len > 1 && (rest.at[1] == '!' || rest.at[1] == '?'))
		end = slice_find(rest, SLICE(">"));
	else
		return false;
	p->pos = end == SIZE_MAX ? p->in.len : p->pos + end + (rest.at[2] == '-' ? 3 : 1);
	return true;
}

void mail_page_text(struct slice in, struct buffer *out, struct mail_page *lost)
{
	struct page p = {.in = in, .out = out, .lost = lost};
	struct tag tag;
	buffer_init(&p.target, 1 << 16);
	while (p.pos < in.len && buffer_ok(out)) {
		uint8_t c = in.at[p.pos];
		uint32_t code;
		size_t len = c == '&' ? reference(in, p.pos, &code) : 0;
		if (c == '<' && (skip_other(&p)))
			continue;
		if (c == '<' && take_tag(&p, &tag)) {
			on_tag(&p, &tag);
		} else if (len) {
			p.pos += len;
			put(&p, code);
		} else {
			int32_t next = utf8_next(in, &p.pos);
			put(&p, next < 0 ? 0 : (uint32_t)next);
		}
	}
	end_link(&p);
	new_line(&p);
	buffer_done(&p.target);
}
