/* SVG: drawings, copied span by span from an allow-list.
 *
 * No script, no animation, no foreign markup; a reference leads to a place in the same
 * drawing, a link to the web or an address of mail; a picture is one that the drawing
 * carries.  A document type is left out; one that declares anything is refused by the
 * reader of XML.
 * source  SVG 1.1 second edition; SVG 2                                       */
#include "gate/file/html.h"

#include "gate/file/links.h"
#include "gate/file/rtf.h"
#include "gate/file/xml.h"

static const char kept[] =
	"svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textPath title desc linearGradient "
	"radialGradient stop clipPath mask pattern marker image switch a style filter feBlend feColorMatrix feComponentTransfer "
	"feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB "
	"feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight "
	"feTile feTurbulence";

static const char attributes[] =
	"id class style transform x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy width height viewBox preserveAspectRatio version "
	"baseProfile d points pathLength offset gradientUnits gradientTransform spreadMethod patternUnits patternContentUnits "
	"patternTransform clipPathUnits maskUnits maskContentUnits markerWidth markerHeight markerUnits refX refY orient rotate "
	"textLength lengthAdjust startOffset method spacing fill fill-opacity fill-rule stroke stroke-width stroke-opacity "
	"stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color display visibility "
	"overflow clip clip-path clip-rule mask filter font font-family font-size font-size-adjust font-stretch font-style "
	"font-variant font-weight text-anchor text-decoration text-rendering dominant-baseline alignment-baseline baseline-shift "
	"letter-spacing word-spacing writing-mode glyph-orientation-vertical glyph-orientation-horizontal direction unicode-bidi "
	"kerning marker marker-start marker-mid marker-end stop-color stop-opacity color-interpolation "
	"color-interpolation-filters color-rendering image-rendering shape-rendering vector-effect paint-order enable-background "
	"flood-color flood-opacity lighting-color pointer-events filterUnits primitiveUnits in in2 result mode type values "
	"operator k1 k2 k3 k4 stdDeviation order kernelMatrix divisor bias targetX targetY edgeMode preserveAlpha surfaceScale "
	"diffuseConstant specularConstant specularExponent kernelUnitLength azimuth elevation z pointsAtX pointsAtY pointsAtZ "
	"limitingConeAngle radius baseFrequency numOctaves seed stitchTiles scale xChannelSelector yChannelSelector tableValues "
	"slope intercept amplitude exponent lang systemLanguage requiredFeatures zoomAndPan media role focusable";

static const struct { const char *names, *what; } taken[] = {
	{"script handler listener", "javascript"}, {"foreignObject iframe", "frame"},
	{"animate animateColor animateMotion animateTransform set mpath discard", "animation"},
	{"audio video", "media"}, {"feImage cursor font-face-uri color-profile", "external-link"}, {"metadata", "metadata"},
	{"font font-face font-face-src glyph missing-glyph", "embedded-font"},
};

struct drawing {
	struct job *job;
	struct xml *xml;
	struct slice text;
	struct buffer *out, plain;
	size_t done;
	bool sheet;
	const char *reported[16];
	size_t reported_count;
};

static void report(struct drawing *d, const char *what, struct slice name)
{
	for (size_t i = 0; i < d->reported_count; i++)
		if (d->reported[i] == what)
			return;
	if (d->reported_count < 16)
		d->reported[d->reported_count++] = what;
	job_drop_at(d->job, what, "%.*s (offset %zu)", SLICE_ARG(name), d->xml->from);
}

static void leave_out(struct drawing *d, size_t from, size_t to)
{
	buffer_put_slice(d->out, slice_part(d->text, d->done, from - d->done));
	d->done = to;
}

enum space { OTHER, PLAIN, SVG, XLINK, XML };

static enum space space_of(const struct xml *xml, uint16_t ns)
{
	if (ns == NS_NONE || ns == NS_XML)
		return ns == NS_XML ? XML : PLAIN;
	size_t at = (size_t)ns - NS_UNKNOWN - 1;
	if (ns <= NS_UNKNOWN || at >= xml->unknown_count)
		return OTHER;
	if (slice_is(xml->unknowns[at], "http://www.w3.org/2000/svg"))
		return SVG;
	return slice_is(xml->unknowns[at], "http://www.w3.org/1999/xlink") ? XLINK : OTHER;
}

static struct slice decoded(struct drawing *d, struct slice raw)
{
	buffer_clear(&d->plain);
	xml_decode(raw, &d->plain);
	return buffer_slice(&d->plain);
}

/* Style and paint: a url only to a place inside, nothing that calls or hides. */
static bool looks_only(struct slice value)
{
	static const char *const never[] = {"expression", "javascript", "@", "\\", "/*", "behavior", "-moz-binding", "<"};
	for (size_t i = 0; i < value.len; i++) {
		struct slice rest = slice_part(value, i, value.len);
		for (size_t k = 0; k < sizeof never / sizeof never[0]; k++)
			if (slice_equal_nocase(slice_part(rest, 0, strlen(never[k])), slice_str(never[k])))
				return false;
		bool place = slice_starts(rest, SLICE("url(#")) || slice_starts(rest, SLICE("url('#")) || slice_starts(rest, SLICE("url(\"#"));
		if (slice_equal_nocase(slice_part(rest, 0, 3), SLICE("url")) && !place)
			return false;
		if (slice_equal_nocase(slice_part(rest, 0, 6), SLICE("image(")) || slice_equal_nocase(slice_part(rest, 0, 4), SLICE("src(")))
			return false;
	}
	return true;
}

static bool take_whole(struct drawing *d, const char *what)
{
	size_t from = d->xml->from;
	struct slice name = d->xml->name;
	bool whole = xml_skip(d->xml);
	leave_out(d, from, d->xml->to);
	report(d, what, name);
	return whole;
}

/* A picture goes through its reader and is written anew in place. */
static struct result judge_reference(struct drawing *d, const struct xml_attribute *a, struct why *why)
{
	struct buffer AUTO(buffer_done) made = {0};
	struct slice target = decoded(d, a->value);
	bool link = slice_is(d->xml->local, "a"), picture = slice_is(d->xml->local, "image"), done = false;
	if (target.len && target.at[0] == '#' && !picture)
		return ok();
	if (link && link_allowed(&d->job->links, target))
		return ok();
	buffer_init(&made, (size_t)512 << 20);
	if (picture)
		TRY(html_data(d->job, target, &made, &done, why));
	if (done) {
		leave_out(d, a->from, a->to);
		buffer_printf(d->out, " %.*s=\"", SLICE_ARG(a->name));
		buffer_put_slice(d->out, buffer_slice(&made));
		buffer_put_str(d->out, "\"");
		return buffer_ok(&made) ? ok() : job_memory(why);
	}
	leave_out(d, a->from, a->to);
	bool inside = slice_equal_nocase(slice_part(target, 0, 5), SLICE("data:"));
	report(d, link ? "unsafe-link" : picture && !inside ? "remote-picture" : picture ? "picture" : "external-link", a->name);
	return ok();
}

static struct result judge_attributes(struct drawing *d, struct why *why)
{
	for (size_t i = 0; i < d->xml->attribute_count; i++) {
		const struct xml_attribute *a = &d->xml->attributes[i];
		enum space space = space_of(d->xml, a->ns);
		bool declared = a->ns == NS_XMLNS && (slice_is(a->value, "http://www.w3.org/2000/svg") ||
		                                      slice_is(a->value, "http://www.w3.org/1999/xlink"));
		bool xlink = space == XLINK && words_list("type title show actuate role", a->local);
		if ((space == XLINK || space == PLAIN) && slice_is(a->local, "href")) {
			TRY(judge_reference(d, a, why));
			continue;
		}
		bool plain = (space == PLAIN && words_list(attributes, a->local)) || (space == XML && words_list("space lang id", a->local));
		if (declared || xlink || (plain && looks_only(decoded(d, a->value))))
			continue;
		leave_out(d, a->from, a->to);
		if (a->ns != NS_XMLNS)
			report(d, slice_starts(a->local, SLICE("on")) ? "javascript" : "unknown-element", a->name);
	}
	return ok();
}

static struct result started(struct drawing *d, bool *whole, struct why *why)
{
	struct xml *xml = d->xml;
	*whole = true;
	if (xml->depth == 1 && (space_of(xml, xml->ns) != SVG || !slice_is(xml->local, "svg")))
		return job_refuse(d->job, REFUSAL_UNKNOWN, "", "an XML document that is no drawing");
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
		if (words_list(taken[i].names, xml->local)) {
			*whole = take_whole(d, taken[i].what);
			return ok();
		}
	if (space_of(xml, xml->ns) != SVG || !words_list(kept, xml->local)) {
		*whole = take_whole(d, "unknown-element");
		return ok();
	}
	d->sheet = slice_is(xml->local, "style") && !xml->empty;
	return judge_attributes(d, why);
}

static struct result token(struct drawing *d, bool *whole, struct why *why)
{
	struct xml *xml = d->xml;
	*whole = true;
	if (xml->kind == XML_START)
		return started(d, whole, why);
	if (xml->kind == XML_TEXT && d->sheet && !looks_only(xml->cdata ? xml->text : decoded(d, xml->text))) {
		leave_out(d, xml->from, xml->to);
		report(d, "external-link", SLICE("style"));
	}
	if (xml->kind == XML_DOCTYPE) {
		leave_out(d, xml->from, xml->to);
		report(d, "external-link", SLICE("DOCTYPE"));
	}
	if (xml->kind == XML_COMMENT || xml->kind == XML_PI) {
		leave_out(d, xml->from, xml->to);
		report(d, "comment", SLICE(""));
	}
	d->sheet = d->sheet && xml->kind != XML_END;
	return ok();
}

static struct result read_all(struct drawing *d, struct why *why)
{
	struct xml *xml = d->xml;
	bool whole = true;
	xml_init(xml, d->text);
	xml->names_type = true;
	while (whole && xml_next(xml)) {
		const struct xml_attribute *encoding = xml->kind == XML_DECLARATION ? xml_attribute(xml, NS_NONE, "encoding") : NULL;
		if (encoding && !slice_equal_nocase(encoding->value, SLICE("UTF-8"))) {
			if (!slice_equal_nocase(encoding->value, SLICE("UTF-16")))
				return job_refuse(d->job, REFUSAL_UNKNOWN, "", "an encoding other than UTF-8 and UTF-16");
			leave_out(d, xml->from, xml->to);
			buffer_put_str(d->out, "<?xml version=\"1.0\"?>");
		}
		TRY(token(d, &whole, why));
	}
	if (xml->fault)
		return job_refuse(d->job, REFUSAL_DAMAGED, "", "%s at offset %zu", xml->fault, xml->pos);
	leave_out(d, d->text.len, d->text.len);
	return ok();
}

struct result svg_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct buffer AUTO(buffer_done) room = {0};
	struct arena AUTO(arena_drop) *arena = arena_new(4 << 20);
	struct drawing d = {.job = job, .out = out, .xml = arena ? ARENA_NEW(arena, struct xml) : NULL};
	struct why inner = {0};
	if (!d.xml)
		return job_memory(why);
	buffer_init(&room, (size_t)1 << 30);
	buffer_init(&d.plain, (size_t)512 << 20);
	struct result result = xml_to_utf8(in, &room, &d.text, &inner);
	if (result.code == E_INPUT)
		result = job_refuse(job, REFUSAL_DAMAGED, "", "%s", inner.text);
	else if (result.code == OK)
		result = read_all(&d, why);
	bool kept_all = buffer_ok(&d.plain);
	buffer_done(&d.plain);
	TRY(result);
	return kept_all ? ok() : job_memory(why);
}
