/* Pages: read as a browser reads them, written anew with what stays.
 *
 * Tags of the list are written by this code, closed in the order in which they were
 * opened; scripts, frames, forms, plug-ins and foreign markup go.  A link leads to the
 * web, to an address of mail or to a place in the page.  A picture stays only where the
 * page carries it; any other would tell its server who reads.  Always UTF-8.   */
#include "gate/file/html.h"

#include "gate/file/base64.h"
#include "gate/file/links.h"
#include "gate/file/rtf.h"

enum { OPEN_MOST = 256, REPORTED_MOST = 32, NAME_MOST = 24 };

struct page {
	struct job *job;
	const struct html_pictures *pictures;
	struct slice in;
	size_t pos;
	struct buffer title, sheet, body, scratch, bytes, picture;
	char language[16];
	char open[OPEN_MOST][NAME_MOST];
	unsigned depth;
	bool begun, ended, titled; /* of the body */
	struct buffer body_attributes;
	const char *reported[REPORTED_MOST];
	unsigned reported_count;
};

static const char kept[] =
	"a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn "
	"dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li main mark nav nobr "
	"ol p pre q rb rp rt rtc ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead time "
	"tr tt u ul var wbr";
static const char empty[] = "br col hr img wbr";

/* With all that they hold; raw: until their closing tag, whatever stands there. */
static const struct {
	const char *names, *what;
	bool raw, shown; /* shown: the reader is told in its place */
} taken[] = {
	{"script", "javascript", true}, {"noscript noembed noframes", "alternate", true},
	{"iframe", "frame", true, true}, {"frameset", "frame", false}, {"xmp plaintext", "unknown-element", true},
	{"textarea", "control", true}, {"select datalist", "control", false},
	{"object applet audio video", "media", false, true}, {"canvas", "media", false}, {"svg math template", "unknown-element", false},
	{"map", "unsafe-link", false},
};
/* Alone, without closing tag. */
static const struct {
	const char *names, *what;
} single[] = {
	{"input", "control"}, {"base", "external-link"}, {"link", "external-link"}, {"frame", "frame"}, {"embed", "media"},
	{"param source track", "media"}, {"bgsound", "media"}, {"keygen", "control"},
};

static void report(struct page *p, const char *what, const char *element)
{
	for (unsigned i = 0; i < p->reported_count; i++)
		if (p->reported[i] == what)
			return;
	if (p->reported_count < REPORTED_MOST)
		p->reported[p->reported_count++] = what;
	job_drop_at(p->job, what, "<%s> offset %zu", element, p->pos);
}

static bool named(const char *list, const char *name)
{
	return words_list(list, slice_str(name));
}

/* ---- attributes ---- */

static void put_attribute(struct buffer *out, const char *name, struct slice raw)
{
	buffer_printf(out, " %s=\"", name);
	html_put(raw, out);
	buffer_put_str(out, "\"");
}

/* As browsers read it: without spaces around and without line ends and tabs inside. */
static bool plain_target(struct page *p, struct slice raw, struct slice *target)
{
	struct buffer *made = &p->scratch;
	size_t len = 0;
	buffer_clear(made);
	bool known = html_decode(raw, made);
	for (size_t i = 0; i < made->len; i++)
		if (made->at[i] != '\t' && made->at[i] != '\n' && made->at[i] != '\r')
			made->at[len++] = made->at[i];
	made->len = len;
	*target = buffer_slice(made);
	while (target->len && target->at[0] <= ' ')
		*target = slice_part(*target, 1, target->len);
	while (target->len && target->at[target->len - 1] <= ' ')
		target->len--;
	return known && buffer_ok(made);
}

static void put_escaped(struct buffer *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] == '&')
			buffer_put_str(out, "&amp;");
		else if (text.at[i] == '"' || text.at[i] == '<' || text.at[i] == '>')
			buffer_printf(out, "&#%u;", text.at[i]);
		else
			buffer_put_u8(out, text.at[i]);
}

static void put_link(struct page *p, struct slice raw, const char *element)
{
	struct slice target;
	bool known = plain_target(p, raw, &target);
	if (!known || !((target.len && target.at[0] == '#') || link_allowed(&p->job->links, target))) {
		report(p, "unsafe-link", element);
		return;
	}
	buffer_put_str(&p->body, " href=\"");
	put_escaped(&p->body, target);
	buffer_put_str(&p->body, "\"");
}

static void put_style(struct page *p, struct slice raw, struct buffer *out, const char *element)
{
	struct buffer AUTO(buffer_done) kept_style = {0};
	buffer_init(&kept_style, 1 << 20);
	buffer_clear(&p->scratch);
	bool whole = html_decode(raw, &p->scratch) && html_declarations(buffer_slice(&p->scratch), &kept_style);
	if (!whole)
		report(p, "unknown-element", element);
	if (kept_style.len == 0)
		return;
	buffer_put_str(out, " style=\"");
	put_escaped(out, buffer_slice(&kept_style));
	buffer_put_str(out, "\"");
}

static const char *attributes_of(const char *element)
{
	if (named("table td th tr tbody thead tfoot col colgroup caption", element))
		return "align valign width height bgcolor border cellpadding cellspacing colspan rowspan span scope headers nowrap abbr axis "
		       "frame rules bordercolor";
	if (named("font hr", element))
		return "color face size width align noshade";
	if (named("ol ul li dir", element))
		return "start type value compact";
	return named("img", element) ? "alt width height align border hspace vspace" : "align name open datetime clear";
}

static void put_attributes(struct page *p, const struct html_tag *tag, const char *element, struct buffer *out)
{
	for (unsigned i = 0; i < tag->count; i++) {
		const struct html_attribute *a = &tag->attributes[i];
		char name[NAME_MOST] = "";
		for (size_t k = 0; k < a->name.len && k < sizeof name - 1; k++)
			name[k] = (char)(a->name.at[k] >= 'A' && a->name.at[k] <= 'Z' ? a->name.at[k] + 32 : a->name.at[k]);
		bool handled = (strcmp(element, "a") == 0 && strcmp(name, "href") == 0) || (strcmp(element, "img") == 0 && strcmp(name, "src") == 0);
		if (handled || a->name.len >= sizeof name)
			continue;
		if (strcmp(name, "style") == 0)
			put_style(p, a->value, out, element);
		else if (named("class id title lang dir", name) || named(attributes_of(element), name) ||
		         (strcmp(element, "body") == 0 && named("bgcolor text link vlink alink", name)))
			put_attribute(out, name, a->value);
		else if (strncmp(name, "on", 2) == 0)
			report(p, "javascript", element);
		else if (named("background src srcset data poster dynsrc lowsrc longdesc cite usemap ping action formaction", name))
			report(p, "remote-picture", element);
	}
}

/* ---- pictures ---- */

static const struct html_picture *travelling(const struct page *p, struct slice target)
{
	bool content = slice_equal_nocase(slice_part(target, 0, 4), SLICE("cid:"));
	for (size_t i = 0; p->pictures && i < p->pictures->count; i++) {
		const struct html_picture *one = &p->pictures->at[i];
		if (content ? slice_is(slice_part(target, 4, target.len), one->id) : one->location[0] && slice_is(target, one->location))
			return one;
	}
	return NULL;
}

/* The bytes of data:image/...;base64,...; false where it is none. */
static bool data_bytes(struct slice target, struct buffer *out)
{
	size_t comma = slice_find(slice_part(target, 0, 200), SLICE(";base64,"));
	buffer_clear(out);
	return slice_equal_nocase(slice_part(target, 0, 11), SLICE("data:image/")) && comma != SIZE_MAX &&
	       base64_take(slice_part(target, comma + 8, target.len), out);
}

static struct result put_data(struct job *job, struct slice bytes, struct buffer *picture, struct buffer *out, bool *done,
                              struct why *why)
{
	static const struct { enum file_type type; const char *name; } names[] = {{FILE_PNG, "png"}, {FILE_JPEG, "jpeg"},
		{FILE_GIF, "gif"}, {FILE_BMP, "bmp"}, {FILE_WEBP, "webp"}, {FILE_TIFF, "tiff"}};
	enum file_type type = FILE_UNKNOWN;
	enum refusal refusal = REFUSAL_NONE;
	buffer_clear(picture);
	TRY(job_attempt(job, PICTURES, SLICE("picture"), bytes, picture, &type, &refusal, why));
	*done = refusal == REFUSAL_NONE && picture->len > 0;
	for (size_t i = 0; *done && i < sizeof names / sizeof names[0]; i++)
		if (names[i].type == type)
			buffer_printf(out, "data:image/%s;base64,", names[i].name);
	if (*done)
		base64_put(buffer_slice(picture), out);
	return ok();
}

struct result html_data(struct job *job, struct slice target, struct buffer *out, bool *done, struct why *why)
{
	struct buffer AUTO(buffer_done) bytes = {0}, picture = {0};
	const char *ending = job->made_ending;
	*done = false;
	buffer_init(&bytes, (size_t)512 << 20);
	buffer_init(&picture, (size_t)512 << 20);
	if (!data_bytes(target, &bytes))
		return ok();
	struct result result = put_data(job, buffer_slice(&bytes), &picture, out, done, why);
	job->made_ending = ending;
	return result;
}

static struct result put_picture(struct page *p, struct slice raw, struct why *why)
{
	struct slice target;
	bool known = plain_target(p, raw, &target), done = false;
	const struct html_picture *one = known ? travelling(p, target) : NULL;
	if (!known || (!one && !data_bytes(target, &p->bytes))) {
		bool inside = slice_equal_nocase(slice_part(target, 0, 5), SLICE("data:"));
		report(p, inside ? "picture" : "remote-picture", "img");
		return ok();
	}
	size_t before = p->body.len;
	buffer_put_str(&p->body, " src=\"");
	TRY(put_data(p->job, one ? one->content : buffer_slice(&p->bytes), &p->picture, &p->body, &done, why));
	if (done) {
		buffer_put_str(&p->body, "\"");
		return ok();
	}
	p->body.len = before;
	report(p, "picture", "img");
	return ok();
}

/* ---- elements ---- */

static void close_to(struct page *p, unsigned depth)
{
	while (p->depth > depth)
		buffer_printf(&p->body, "</%s>", p->open[--p->depth]);
}

/* What a start tag closes, as browsers do, up to the element that holds the list or table. */
static const struct {
	const char *starts, *closes, *within;
} implied[] = {
	{"li", "li", "ul ol dir"}, {"dt dd", "dt dd", "dl"}, {"td th", "td th", "tr table"}, {"tr", "tr td th", "table tbody thead tfoot"},
	{"tbody thead tfoot", "tbody thead tfoot tr td th", "table"}, {"rt rp rb rtc", "rt rp rb", "ruby"},
	{"address article aside blockquote center details dir div dl figure footer h1 h2 h3 h4 h5 h6 header hr main nav ol p pre "
	 "section table ul li dt dd", "p", "td th table div li dd blockquote button caption"},
};

static void imply_ends(struct page *p, const char *name)
{
	for (size_t i = 0; i < sizeof implied / sizeof implied[0]; i++) {
		if (!named(implied[i].starts, name))
			continue;
		unsigned outermost = p->depth;
		for (unsigned at = p->depth; at-- > 0 && !named(implied[i].within, p->open[at]);)
			if (named(implied[i].closes, p->open[at]))
				outermost = at;
		close_to(p, outermost);
	}
}

static void begin_body(struct page *p)
{
	p->begun = true;
	p->ended = false;
}

static bool has(const struct html_tag *tag, const char *name)
{
	for (unsigned i = 0; i < tag->count; i++)
		if (slice_equal_nocase(tag->attributes[i].name, slice_str(name)))
			return true;
	return false;
}

static struct result open_element(struct page *p, const struct html_tag *tag, struct why *why)
{
	begin_body(p);
	imply_ends(p, tag->name);
	bool alone = named(empty, tag->name);
	if (!alone && p->depth == OPEN_MOST)
		return job_refuse(p->job, REFUSAL_DEEP, "", "more than %d elements in one another", OPEN_MOST);
	buffer_printf(&p->body, "<%s", tag->name);
	size_t named_until = p->body.len;
	for (unsigned i = 0; i < tag->count; i++) {
		struct slice name = tag->attributes[i].name;
		if (strcmp(tag->name, "a") == 0 && slice_equal_nocase(name, SLICE("href")))
			put_link(p, tag->attributes[i].value, "a");
		if (strcmp(tag->name, "img") == 0 && slice_equal_nocase(name, SLICE("src")))
			TRY(put_picture(p, tag->attributes[i].value, why));
	}
	if (strcmp(tag->name, "img") == 0 && p->body.len == named_until && has(tag, "src") && !has(tag, "alt"))
		put_attribute(&p->body, "alt", SLICE("取り除きました"));
	put_attributes(p, tag, tag->name, &p->body);
	buffer_put_str(&p->body, ">");
	if (!alone)
		memcpy(p->open[p->depth++], tag->name, NAME_MOST);
	return ok();
}

static void close_element(struct page *p, const char *name)
{
	for (unsigned at = p->depth; at-- > 0;)
		if (strcmp(p->open[at], name) == 0) {
			close_to(p, at);
			return;
		}
}

/* An element without its markup: up to the end of its own kind. */
static void skip_element(struct page *p, const char *name)
{
	struct html_tag tag;
	for (unsigned depth = 1; depth && p->pos < p->in.len;) {
		if (p->in.at[p->pos] != '<') {
			p->pos++;
			continue;
		}
		if (html_skip(p->in, &p->pos))
			continue;
		if (!html_tag(p->in, &p->pos, &tag)) {
			p->pos++;
			continue;
		}
		if (strcmp(tag.name, name) == 0)
			depth = tag.closing ? depth - 1 : depth + 1;
		else if (!tag.closing && named("script style xmp iframe textarea", tag.name))
			html_raw(p->in, &p->pos, tag.name);
	}
}

/* The reader sees that something stood here. */
static void tell(struct page *p)
{
	begin_body(p);
	html_put(SLICE("［取り除きました］"), &p->body);
}

static bool take_element(struct page *p, const struct html_tag *tag)
{
	for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
		if (named(single[i].names, tag->name)) {
			report(p, single[i].what, tag->name);
			if (strcmp(tag->name, "embed") == 0 && !tag->closing)
				tell(p);
			return true;
		}
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
		if (!named(taken[i].names, tag->name))
			continue;
		if (!tag->closing) {
			report(p, taken[i].what, tag->name);
			if (taken[i].shown)
				tell(p);
			if (taken[i].raw)
				html_raw(p->in, &p->pos, tag->name);
			else
				skip_element(p, tag->name);
		}
		return true;
	}
	return false;
}

/* html, head, body, title, style, meta: parts of the frame that is written anew. */
static bool frame_element(struct page *p, const struct html_tag *tag)
{
	if (strcmp(tag->name, "title") == 0 && !tag->closing) {
		struct slice text = html_raw(p->in, &p->pos, "title");
		if (!p->titled)
			html_put(text, &p->title);
		p->titled = true;
	} else if (strcmp(tag->name, "style") == 0 && !tag->closing) {
		if (!html_sheet(html_raw(p->in, &p->pos, "style"), &p->sheet))
			report(p, "unknown-element", "style");
	} else if (strcmp(tag->name, "body") == 0) {
		if (!tag->closing && p->body_attributes.len == 0)
			put_attributes(p, tag, "body", &p->body_attributes);
		p->begun |= !tag->closing;
		p->ended = tag->closing;
	} else if (strcmp(tag->name, "html") == 0) {
		for (unsigned i = 0; i < tag->count && !p->language[0]; i++)
			if (slice_equal_nocase(tag->attributes[i].name, SLICE("lang")) && tag->attributes[i].value.len < sizeof p->language)
				for (size_t k = 0; k < tag->attributes[i].value.len; k++) {
					uint8_t c = tag->attributes[i].value.at[k];
					p->language[k] = ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') ? (char)c : '-';
				}
		p->ended |= tag->closing;
	} else if (strcmp(tag->name, "meta") == 0) {
		if (has(tag, "http-equiv") && !has(tag, "charset"))
			for (unsigned i = 0; i < tag->count; i++)
				if (slice_equal_nocase(tag->attributes[i].value, SLICE("refresh")))
					report(p, "action", "meta");
	} else {
		return strcmp(tag->name, "head") == 0 || strcmp(tag->name, "style") == 0 || strcmp(tag->name, "title") == 0;
	}
	return true;
}

static struct result take_tag(struct page *p, const struct html_tag *tag, struct why *why)
{
	if (frame_element(p, tag) || take_element(p, tag))
		return ok();
	if (!named(kept, tag->name)) {
		if (!tag->closing && strcmp(tag->name, "form") == 0)
			report(p, "form", "form");
		return ok(); /* what it holds stays */
	}
	if (!tag->closing)
		return open_element(p, tag, why);
	if (strcmp(tag->name, "p") != 0 && !named(empty, tag->name))
		close_element(p, tag->name);
	else if (strcmp(tag->name, "p") == 0)
		close_element(p, "p");
	return ok();
}

static void take_text(struct page *p)
{
	size_t from = p->pos;
	bool seen = false;
	do
		seen |= p->in.at[p->pos++] > ' ';
	while (p->pos < p->in.len && p->in.at[p->pos] != '<');
	if (!seen && (!p->begun || p->ended))
		return;
	begin_body(p);
	html_put(slice_part(p->in, from, p->pos - from), &p->body);
}

static struct result read_all(struct page *p, struct why *why)
{
	struct html_tag tag;
	while (p->pos < p->in.len && buffer_ok(&p->body)) {
		if (p->in.at[p->pos] == '<' && html_skip(p->in, &p->pos))
			continue;
		if (p->in.at[p->pos] == '<' && html_tag(p->in, &p->pos, &tag))
			TRY(take_tag(p, &tag, why));
		else
			take_text(p);
	}
	close_to(p, 0);
	return ok();
}

/* ASCII reads the same whatever charset a reader takes, but for those that shift to
 * another set by a +, a ~ or an escape (UTF-7, HZ, ISO-2022).                */
static bool needs_charset(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];
		if (c >= 0x7F || c == '+' || c == '~' || (c < ' ' && c != '\t' && c != '\n' && c != '\r'))
			return true;
	}
	return false;
}

/* Tags that HTML lets its writer leave out are left out: the tree is the same, and a
 * small page does not grow by them (HTML Living Standard, 13.1.2.4).        */
static void put_page(const struct page *p, struct buffer *out)
{
	buffer_put_str(out, "<!DOCTYPE html>\n<html");
	if (p->language[0])
		buffer_printf(out, " lang=\"%s\"", p->language);
	buffer_put_str(out, ">\n");
	const struct buffer *parts[] = {&p->title, &p->sheet, &p->body_attributes, &p->body};
	bool charset = needs_charset(slice_str(p->language));
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		charset |= needs_charset(buffer_slice(parts[i]));
	if (charset)
		buffer_put_str(out, "<meta charset=\"UTF-8\">\n");
	if (p->title.len) {
		buffer_put_str(out, "<title>");
		buffer_put_slice(out, buffer_slice(&p->title));
		buffer_put_str(out, "</title>\n");
	}
	if (p->sheet.len) {
		buffer_put_str(out, "<style>\n");
		buffer_put_slice(out, buffer_slice(&p->sheet));
		buffer_put_str(out, "</style>\n");
	}
	buffer_put_str(out, "<body");
	buffer_put_slice(out, buffer_slice(&p->body_attributes));
	buffer_put_str(out, ">");
	buffer_put_slice(out, buffer_slice(&p->body));
}

struct result html_page(struct job *job, struct slice text, const struct html_pictures *pictures, struct buffer *out,
                        struct why *why)
{
	struct page *p = calloc(1, sizeof *p);
	const char *ending = job->made_ending;
	if (!p)
		return job_memory(why);
	struct buffer *buffers[] = {&p->title, &p->sheet, &p->body, &p->scratch, &p->bytes, &p->picture, &p->body_attributes};
	p->job = job;
	p->pictures = pictures;
	p->in = text;
	for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
		buffer_init(buffers[i], (size_t)512 << 20);
	struct result result = job_pay_work(job, text.len);
	if (result.code == OK)
		result = read_all(p, why);
	put_page(p, out);
	bool kept_all = true;
	for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++) {
		kept_all &= buffer_ok(buffers[i]);
		buffer_done(buffers[i]);
	}
	free(p);
	job->made_ending = ending;
	TRY(result);
	return kept_all ? ok() : job_memory(why);
}

struct result html_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct buffer AUTO(buffer_done) text = {0};
	buffer_init(&text, (size_t)512 << 20);
	TRY(html_text(job, in, "", &text, why));
	return html_page(job, buffer_slice(&text), NULL, out, why);
}
