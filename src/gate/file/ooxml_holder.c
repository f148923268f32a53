/* What a reader sees where something visible went.
 *
 * A linked picture becomes the package's stand-in picture (ooxml.c makes it); an
 * object or control of Word of which no preview is left becomes two words in its run,
 * one of PowerPoint a box of its size with the same words.  Nothing of the input is
 * copied into them but numbers that were read as numbers.                       */
#include "gate/file/ooxml_filter.h"

#include "base/number.h"
#include "gate/file/namespaces.h"

#define REMOVED_WORDS "取り除きました"

/* ---- linked pictures --------------------------------------------------------------- */

bool is_picture(const struct xml *xml)
{
	return (xml->ns == NS_A && slice_is(xml->local, "blip")) || (xml->ns == NS_V && slice_is(xml->local, "imagedata"));
}

/* r:link and r:href lead outside, r:embed and r:id into the package. */
bool picture_stands_in(struct filter *f, const struct xml_attribute *a)
{
	bool blip = f->xml->ns == NS_A;
	const char *outside = blip ? "link" : "href", *inside = blip ? "embed" : "id";
	if (slice_is(a->local, inside))
		return true;
	if (!slice_is(a->local, outside) || xml_attribute(f->xml, NS_R, inside))
		return false;
	size_t end = (size_t)(a->name.at - f->text.at) + a->name.len;
	filter_edit(f, end - a->local.len, end, slice_str(inside));
	return true;
}

void picture_kept(struct filter *f)
{
	struct frame *holder = filter_enclosing(f, RULE_HOLDER);
	if (holder)
		holder->shown = true;
}

void holder_lost(struct filter *f, const char *what)
{
	struct frame *holder = filter_enclosing(f, RULE_HOLDER);
	if (holder && (strcmp(what, "ole-object") == 0 || strcmp(what, "activex") == 0 || strcmp(what, "media") == 0))
		holder->marked = true;
}

/* ---- Word: w:object, w:pict --------------------------------------------------------- */

/* Is it what a run holds, an alternative's branch aside? */
static bool in_run(struct filter *f, const struct frame *frame)
{
	for (const struct frame *at = frame - 1; at > f->frames; at--) {
		enum rule_action action = at->rule ? at->rule->action : RULE_NONE;
		if (at->is_run)
			return true;
		if (action != RULE_ALTERNATE && action != RULE_CHOICE && action != RULE_FALLBACK)
			return false;
	}
	return false;
}

/* The prefix of a start tag, with its colon. */
static struct slice prefix_of(struct filter *f, const struct frame *frame)
{
	struct slice tag = slice_part(f->text, frame->from + 1, frame->to - frame->from - 1);
	size_t len = 0;
	while (len < tag.len && tag.at[len] != ':' && tag.at[len] > ' ' && tag.at[len] != '>' && tag.at[len] != '/')
		len++;
	return len < tag.len && tag.at[len] == ':' ? slice_part(tag, 0, len + 1) : SLICE("");
}

static bool declares(struct filter *f, const struct frame *frame)
{
	return slice_find(slice_part(f->text, frame->from, frame->to - frame->from), SLICE("xmlns")) != SIZE_MAX;
}

static bool replace(struct filter *f, const struct frame *frame, size_t to, struct buffer *with)
{
	struct slice kept = buffer_ok(with) ? arena_copy(f->arena, buffer_slice(with)) : SLICE("");
	f->edits.failed |= kept.len == 0;
	filter_edit(f, frame->from, to, kept);
	return true;
}

bool holder_close(struct filter *f, struct frame *frame, size_t to)
{
	if (f->package->old)
		old_settle(f);
	if (frame->marked && !frame->shown)
		(void)frame_words(f, frame, to);
	return true;
}

bool frame_words(struct filter *f, struct frame *frame, size_t to)
{
	AUTO(buffer_done) struct buffer with = {0};
	if (f->deleted || declares(f, frame) || !in_run(f, frame))
		return false;
	struct slice p = prefix_of(f, frame);
	buffer_init(&with, 4096);
	buffer_printf(&with, "<%.*st>［" REMOVED_WORDS "］</%.*st>", SLICE_ARG(p), SLICE_ARG(p));
	return replace(f, frame, to, &with);
}

/* ---- PowerPoint: the frame of an object without a picture ----------------------------- */

/* The digits behind mark, within the frame. */
static bool number_at(struct slice in, const char *mark, int64_t *out)
{
	size_t at = slice_find(in, slice_str(mark)), len = 0;
	struct slice rest = slice_part(in, at == SIZE_MAX ? in.len : at + strlen(mark), in.len);
	while (len < rest.len && len < 20 && ((rest.at[len] >= '0' && rest.at[len] <= '9') || rest.at[len] == '-'))
		len++;
	return number_parse_i64(slice_part(rest, 0, len), out);
}

struct place {
	int64_t id, x, y, cx, cy;
};

/* p:xfrm of the frame: its offset and extent, in English metric units. */
static bool place_of(struct slice frame, struct place *out)
{
	size_t id = slice_find(frame, SLICE("cNvPr ")), off = slice_find(frame, SLICE(":off "));
	if (id == SIZE_MAX || off == SIZE_MAX)
		return false;
	size_t ext = slice_find(slice_part(frame, off, frame.len), SLICE(":ext "));
	if (ext == SIZE_MAX || !number_at(slice_part(frame, id, 400), " id=\"", &out->id))
		return false;
	struct slice from = slice_part(frame, off, 120), size = slice_part(frame, off + ext, 120);
	return number_at(from, " x=\"", &out->x) && number_at(from, " y=\"", &out->y) && number_at(size, " cx=\"", &out->cx) &&
	       number_at(size, " cy=\"", &out->cy) && out->cx >= 0 && out->cy >= 0 && out->id > 0;
}

static void put_box(struct buffer *out, struct slice p, const struct place *at, bool strict)
{
	buffer_printf(out, "<%.*ssp xmlns:a=\"%s\"><%.*snvSpPr><%.*scNvPr id=\"%lld\" name=\"" REMOVED_WORDS "\"/>"
	              "<%.*scNvSpPr/><%.*snvPr/></%.*snvSpPr>", SLICE_ARG(p),
	              strict ? "http://purl.oclc.org/ooxml/drawingml/main" : "http://schemas.openxmlformats.org/drawingml/2006/main",
	              SLICE_ARG(p), SLICE_ARG(p), (long long)at->id, SLICE_ARG(p), SLICE_ARG(p), SLICE_ARG(p));
	buffer_printf(out, "<%.*sspPr><a:xfrm><a:off x=\"%lld\" y=\"%lld\"/><a:ext cx=\"%lld\" cy=\"%lld\"/></a:xfrm>"
	              "<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom><a:noFill/><a:ln w=\"6350\"><a:solidFill>"
	              "<a:srgbClr val=\"A6A6A6\"/></a:solidFill><a:prstDash val=\"dash\"/></a:ln></%.*sspPr>", SLICE_ARG(p),
	              (long long)at->x, (long long)at->y, (long long)at->cx, (long long)at->cy, SLICE_ARG(p));
	buffer_printf(out, "<%.*stxBody><a:bodyPr anchor=\"ctr\"/><a:lstStyle/><a:p><a:pPr algn=\"ctr\"/><a:r>"
	              "<a:rPr lang=\"ja-JP\" sz=\"1000\"><a:solidFill><a:srgbClr val=\"7F7F7F\"/></a:solidFill></a:rPr>"
	              "<a:t>" REMOVED_WORDS "</a:t></a:r></a:p></%.*stxBody></%.*ssp>", SLICE_ARG(p), SLICE_ARG(p), SLICE_ARG(p));
}

bool frame_box(struct filter *f, struct frame *frame, size_t to)
{
	struct place at;
	AUTO(buffer_done) struct buffer with = {0};
	struct slice root = slice_part(f->text, 0, 4000);
	if (declares(f, frame) || !place_of(slice_part(f->text, frame->from, to - frame->from), &at))
		return false;
	buffer_init(&with, 8192);
	put_box(&with, prefix_of(f, frame), &at, slice_find(root, SLICE("http://purl.oclc.org/ooxml/presentationml")) != SIZE_MAX);
	return replace(f, frame, to, &with);
}
