/* Documents of Word 2003 as one XML text, by SAX.
 *
 * Read twice: as any part of an Office document (content.c: fields, actions, links,
 * words), and for what this format has of its own: macros and objects beside the
 * text, controls, pictures in base64 and the names by which shapes ask for them.
 * source  Microsoft Office 2003 XML Reference Schemas, WordprocessingML
 */
#include "gate/inspect/office.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

static const struct {
	const char *names, *what;
} elements[] = {
	{"docSuppData", "vba"}, {"docOleData", "ole-object"}, {"ocx", "activex"}, {"applet", "script"},
	{"msAccessHTML", "external-link"}, {"HyperlinkBase", "external-link"}, {"saveThroughXSLT", "template"},
	{"CustomDocumentProperties", "custom-properties"}, {"SmartTagType", "custom-xml"},
};

struct document {
	bool rooted, picture; /* text belongs to a picture */
	unsigned holders;     /* w:pict and the like that are open */
	struct buffer gathered, names;
	char name[160];
};

/* ---- base64 ---- */

static int value_of(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_bytes(struct slice text, struct buffer *out)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t i = 0;
	for (; i < text.len && text.at[i] != '='; i++) {
		int v = value_of(text.at[i]);
		if (v < 0 && text.at[i] == '\n')
			continue;
		if (v < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have >= 8)
			buffer_put_u8(out, (uint8_t)(bits >> (have -= 8)));
	}
	for (; i < text.len; i++) /* nothing may hide behind the padding */
		if (text.at[i] != '=' && text.at[i] != '\n')
			return false;
	return true;
}

/* One gzip member, a metafile in it. */
static bool packed_look(struct look *look, const char *name, struct slice in)
{
	uint8_t *to = NULL;
	size_t size = in.len < 18 ? 0 : in.at[in.len - 4] | (size_t)in.at[in.len - 3] << 8 | (size_t)in.at[in.len - 2] << 16 |
	              (size_t)in.at[in.len - 1] << 24;
	z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)in.at, .avail_in = (uInt)in.len};
	bool fine = size > 0 && in.len < UINT32_MAX && look_pay_bytes(look, size) && (to = malloc(size)) != NULL &&
	            inflateInit2(&z, 16 + MAX_WBITS) == Z_OK;
	if (fine) {
		z.next_out = to;
		z.avail_out = (uInt)size;
		fine = inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_in == 0 && z.avail_out == 0;
		inflateEnd(&z);
	}
	fine = fine ? metafile_look(look, name, slice_of(to, size)) : look_unreadable(look, "%s: no packed metafile", name);
	free(to);
	return fine;
}

bool base64_look(struct look *look, const char *name, struct slice text)
{
	struct buffer AUTO(buffer_done) bytes = {0};
	const char *dot = strrchr(name, '.');
	buffer_init(&bytes, (size_t)1 << 30);
	if (!base64_bytes(text, &bytes) || !buffer_ok(&bytes) || !look_pay_bytes(look, bytes.len))
		return look_unreadable(look, "%s: no base64", name);
	if (dot && (strcmp(dot, ".wmz") == 0 || strcmp(dot, ".emz") == 0))
		return packed_look(look, name, buffer_slice(&bytes));
	if (dot && (strcmp(dot, ".wmf") == 0 || strcmp(dot, ".emf") == 0))
		return metafile_look(look, name, buffer_slice(&bytes));
	enum inspect_type type = dot ? inspect_type_of(dot + 1) : INSPECT_NOTHING;
	if (type >= INSPECT_JPEG && type <= INSPECT_WEBP)
		return look_inside(look, type, slice_str(name), buffer_slice(&bytes));
	look_find(look, "binary-part", "%s", name);
	return true;
}

/* ---- the document ---- */

static bool is_holder(struct slice name)
{
	return words_have("pict object bgPict", name);
}

static bool plain_name(struct slice v)
{
	struct slice rest = slice_part(v, 9, v.len);
	return starts_nocase(v, "wordml://") && rest.len && !memchr(rest.at, '/', rest.len) && !memchr(rest.at, '\\', rest.len);
}

static void judge_attribute(struct part *part, struct slice element, const struct attribute *a)
{
	struct document *d = part->user;
	struct slice v = a->value;
	if (slice_is(element, "hlink") && slice_is(a->name, "dest") && v.len && v.at[0] != '#' && !link_safe(v))
		look_find(part->look, "unsafe-link", "%.*s", SLICE_ARG(slice_part(v, 0, 60)));
	if (words_have("macrosPresent embeddedObjPresent ocxPresent", a->name) && !slice_is(v, "no"))
		look_find(part->look, "vba", "@%.*s", SLICE_ARG(a->name));
	if (slice_is(element, "binData") && slice_is(a->name, "name") && !plain_name(v))
		look_find(part->look, "binary-part", "@name");
	if (slice_is(a->name, "src") && !plain_name(v))
		look_find(part->look, "external-link", "@src");
	if (slice_is(element, "binData") && slice_is(a->name, "name"))
		snprintf(d->name, sizeof d->name, "%.*s", SLICE_ARG(slice_part(v, 0, sizeof d->name - 1)));
}

static void on_element(struct part *part, struct slice name, const char *ns, const struct attribute *list, size_t count)
{
	struct document *d = part->user;
	if (!d->rooted && (!slice_is(name, "wordDocument") || !ns || strcmp(ns, "http://schemas.microsoft.com/office/word/2003/wordml")))
		part->broken = true;
	d->rooted = true;
	for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++)
		if (words_have(elements[i].names, name))
			look_find(part->look, elements[i].what, "<%.*s>", SLICE_ARG(name));
	d->name[0] = '\0';
	for (size_t i = 0; i < count; i++)
		judge_attribute(part, name, &list[i]);
	d->holders += is_holder(name);
	if (slice_is(name, "binData") && d->holders == 0)
		look_find(part->look, "ole-object", "<binData>");
	d->picture = slice_is(name, "binData");
	buffer_clear(&d->gathered);
}

static void on_text(struct part *part, struct slice text)
{
	struct document *d = part->user;
	if (d->picture)
		buffer_put_slice(&d->gathered, text);
}

static void on_end(struct part *part, struct slice name)
{
	struct document *d = part->user;
	if (d->picture && (d->gathered.failed || !base64_look(part->look, d->name, buffer_slice(&d->gathered))))
		part->broken = true;
	d->picture = false;
	d->holders -= is_holder(name) && d->holders > 0;
}

bool look_wordxml(struct look *look, enum inspect_type type, struct slice in)
{
	struct document d = {0};
	struct part part = {.look = look, .name = "document", .element = on_element, .text = on_text, .end = on_end, .user = &d};
	struct slice text = without_line(look, in, "<?mso-application progid=\"Word.Document\"?>");
	(void)type;
	if (!text.at)
		return look_memory(look);
	buffer_init(&d.gathered, (size_t)1 << 30);
	bool fine = xml_read(&part, text);
	buffer_done(&d.gathered);
	look->report->pages = 1;
	struct feed feed = {.ready = text};
	return fine && content_look(look, "word/document.xml", &feed);
}
