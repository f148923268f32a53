/* Pages once more: a scan for what must not be, tag by tag.
 *
 * What the gate writes is plain: a tag is "<", a name of small letters, attributes in
 * double quotes, ">".  Anything else that begins with "<" is a finding, and a page
 * with such a one is not the gate's: its text is not compared.                */
#include "gate/inspect/look.h"

#include "gate/inspect/office.h"

#include "base/buffer.h"
#include "base/text.h"

struct page {
	struct look *look;
	struct slice in;
	size_t pos;
	struct part_text seen;
	bool head, sheet, foreign; /* foreign: of a shape that the gate does not write */
};

static const char forbidden[] =
	"script iframe frame frameset object embed applet form input button select textarea base link svg math template "
	"audio video source canvas noscript xmp plaintext portal bgsound keygen isindex map area dialog slot";

static bool odd(struct page *p, const char *what)
{
	look_find(p->look, "page-markup", "offset %zu: %s", p->pos, what);
	p->foreign = true;
	return true;
}

static uint8_t at(const struct page *p, size_t pos)
{
	return pos < p->in.len ? p->in.at[pos] : 0;
}

static bool look_picture(struct page *p, struct slice value)
{
	struct buffer AUTO(buffer_done) bytes = {0};
	size_t slash = slice_find(value, SLICE("/")), semicolon = slice_find(value, SLICE(";base64,"));
	char word[8] = "";
	if (semicolon == SIZE_MAX || semicolon - slash - 1 >= sizeof word)
		return odd(p, "a picture that is not in the page");
	memcpy(word, value.at + slash + 1, semicolon - slash - 1);
	buffer_init(&bytes, (size_t)512 << 20);
	if (!base64_bytes(slice_part(value, semicolon + 8, value.len), &bytes))
		return odd(p, "a picture that is not base64");
	return look_inside(p->look, inspect_type_of(word), SLICE("picture"), buffer_slice(&bytes));
}

static bool judge_attribute(struct page *p, struct slice tag, struct slice name, struct slice value)
{
	if (starts_nocase(name, "on") || words_have("srcdoc action formaction background srcset poster data ping usemap http-equiv", name))
		look_find(p->look, "action", "offset %zu %.*s", p->pos, SLICE_ARG(name));
	if (slice_is(name, "href") && !link_safe(value) && !(value.len && value.at[0] == '#'))
		look_find(p->look, "unsafe-link", "offset %zu %.*s", p->pos, SLICE_ARG(slice_part(value, 0, 60)));
	bool style = slice_is(name, "style");
	for (size_t i = 0; style && i < value.len; i++)
		if (value.at[i] == '\\' || starts_nocase(slice_part(value, i, 11), "url(") || starts_nocase(slice_part(value, i, 11), "expression"))
			look_find(p->look, "style", "offset %zu", p->pos);
	if (!slice_is(name, "src"))
		return true;
	if (!slice_is(tag, "img") || !starts_nocase(value, "data:image/"))
		return odd(p, "a source");
	return look_picture(p, value);
}

static bool attributes(struct page *p, struct slice tag)
{
	while (at(p, p->pos) == ' ') {
		size_t from = ++p->pos;
		while (p->pos < p->in.len && ((at(p, p->pos) >= 'a' && at(p, p->pos) <= 'z') || at(p, p->pos) == '-'))
			p->pos++;
		struct slice name = slice_part(p->in, from, p->pos - from);
		if (name.len == 0 || at(p, p->pos) != '=' || at(p, p->pos + 1) != '"')
			return odd(p, "an attribute of another shape");
		from = p->pos += 2;
		while (p->pos < p->in.len && at(p, p->pos) != '"')
			p->pos++;
		if (!judge_attribute(p, tag, name, slice_part(p->in, from, p->pos - from)))
			return false;
		p->pos++;
	}
	if (at(p, p->pos) != '>')
		odd(p, "a tag that does not end");
	p->pos++;
	return true;
}

static bool take_tag(struct page *p)
{
	struct slice rest = slice_part(p->in, p->pos, p->in.len);
	if (p->pos == 0 && slice_starts(rest, SLICE("<!DOCTYPE html>"))) {
		p->pos += 15;
		return true;
	}
	size_t from = ++p->pos;
	bool closing = at(p, from) == '/';
	from += closing;
	p->pos = from;
	while ((at(p, p->pos) >= 'a' && at(p, p->pos) <= 'z') || (at(p, p->pos) >= '0' && at(p, p->pos) <= '9'))
		p->pos++;
	struct slice name = slice_part(p->in, from, p->pos - from);
	if (name.len == 0)
		return odd(p, "no tag");
	if (words_have(forbidden, name))
		look_find(p->look, "page-element", "offset %zu <%.*s>", p->pos, SLICE_ARG(name));
	if (words_have("head title", name))
		p->head = !closing;
	p->sheet = slice_is(name, "style") && !closing;
	return attributes(p, name);
}

static void sheet_byte(struct page *p, uint8_t c)
{
	struct slice rest = slice_part(p->in, p->pos, 12);
	if (c == '@' || c == '\\' || starts_nocase(rest, "url(") || starts_nocase(rest, "expression") ||
	    starts_nocase(rest, "behavior"))
		look_find(p->look, "style", "offset %zu", p->pos);
}

/* The gate writes these characters by name, every other as itself, and leaves a name
 * that nobody knows as it is: what a reader makes of that, nobody knows either. */
static void take_entity(struct page *p)
{
	static const struct { const char *name, *c; } names[] = {
		{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""},
		{"&nbsp;", " "},
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct slice name = slice_str(names[i].name);
		if (!slice_starts(slice_part(p->in, p->pos, name.len), name))
			continue;
		if (!p->head)
			part_text_add(&p->seen, names[i].c, 1);
		p->pos += name.len;
		return;
	}
	p->foreign = true;
	p->pos++;
}

/* charset_said - or it need not be: letters that are the same in every charset of pages */
static bool charset_said(struct slice in)
{
	static const struct slice meta = {(const uint8_t *)"\n<meta charset=\"UTF-8\">\n", 24};
	size_t end = slice_find(slice_part(in, 16, in.len), SLICE(">")); /* of <html ...> */
	if (end != SIZE_MAX && slice_starts(slice_part(in, 16 + end + 1, in.len), meta))
		return true;
	for (size_t i = 0; i < in.len; i++)
		if (in.at[i] >= 0x7F || in.at[i] == '+' || in.at[i] == '~' || in.at[i] == 0x1B)
			return false;
	return true;
}

bool look_html(struct look *look, enum inspect_type type, struct slice in)
{
	struct page p = {.look = look, .in = in};
	(void)type;
	if (!slice_starts(in, SLICE("<!DOCTYPE html>\n<html")))
		return look_unreadable(look, "not a page of the gate");
	if (!utf8_valid(in))
		return look_unreadable(look, "a page that is not UTF-8");
	if (!charset_said(in))
		look_find(look, "page-charset", "offset 0");
	while (p.pos < in.len) {
		uint8_t c = in.at[p.pos];
		if (c == '<') {
			if (!take_tag(&p))
				return false;
			continue;
		}
		if (c == '&' && !p.sheet) {
			take_entity(&p);
			continue;
		}
		if (p.sheet)
			sheet_byte(&p, c);
		else if (!p.head)
			part_text_add(&p.seen, &c, 1);
		if (c < ' ' && c != '\t' && c != '\n' && c != '\r')
			look_find(look, "control-character", "offset %zu", p.pos);
		p.pos++;
	}
	look->report->pages = 1;
	if (!p.foreign)
		look_text(look, &p.seen);
	return true;
}
