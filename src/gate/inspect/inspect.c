/* The entrance of the second reader; see inspect.h. */
#include "gate/inspect/look.h"

#include "base/cursor.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *name, *other;
	look_fn *look;
} types[INSPECT_TYPES] = {
	[INSPECT_NOTHING] = {"nothing", "", NULL},
	[INSPECT_DOCX] = {"docx", "dotx", look_office},
	[INSPECT_XLSX] = {"xlsx", "xltx", look_office},
	[INSPECT_PPTX] = {"pptx", "potx", look_office},
	[INSPECT_XLSB] = {"xlsb", "", look_office},
	[INSPECT_PDF] = {"pdf", "", look_pdf},
	[INSPECT_JPEG] = {"jpeg", "jpg", look_jpeg},
	[INSPECT_PNG] = {"png", "", look_png},
	[INSPECT_GIF] = {"gif", "", look_gif},
	[INSPECT_BMP] = {"bmp", "dib", look_bmp},
	[INSPECT_TIFF] = {"tiff", "tif", look_tiff},
	[INSPECT_WEBP] = {"webp", "", look_webp},
	[INSPECT_JP2] = {"jp2", "j2k", look_jp2},
	[INSPECT_TXT] = {"txt", "text", look_txt},
	[INSPECT_CSV] = {"csv", "tsv", look_csv},
	[INSPECT_ZIP] = {"zip", "", look_zip},
	[INSPECT_MAIL] = {"mail", "eml", look_mail},
	[INSPECT_DOC] = {"doc", "dot", look_doc},
	[INSPECT_XLS] = {"xls", "xlt", look_xls},
	[INSPECT_PPT] = {"ppt", "pps", look_ppt},
	[INSPECT_RTF] = {"rtf", "", look_rtf},
	[INSPECT_ODF] = {"odf", "odt", look_odf},
	[INSPECT_HTML] = {"html", "htm", look_html},
	[INSPECT_SVG] = {"svg", "", look_svg},
	[INSPECT_SYLK] = {"sylk", "slk", look_sylk},
	[INSPECT_MBOX] = {"mbox", "mbx", look_mbox},
	[INSPECT_WORDXML] = {"wordxml", "wordml", look_wordxml},
	[INSPECT_FLATOPC] = {"flatopc", "flat", look_flat},
	[INSPECT_EXCELXML] = {"excelxml", "xml", look_excelxml},
};

/* Endings that are the same format under a rarer name. */
static const struct {
	const char *word;
	enum inspect_type type;
} rare[] = {
	{"jpe", INSPECT_JPEG}, {"j2c", INSPECT_JP2}, {"jpc", INSPECT_JP2}, {"jfif", INSPECT_JPEG}, {"ppsx", INSPECT_PPTX},
	{"ott", INSPECT_ODF}, {"ods", INSPECT_ODF}, {"ots", INSPECT_ODF}, {"odp", INSPECT_ODF}, {"otp", INSPECT_ODF},
	{"odg", INSPECT_ODF}, {"otg", INSPECT_ODF}, {"xhtml", INSPECT_HTML}, {"log", INSPECT_TXT}, {"md", INSPECT_TXT},
};

enum inspect_type inspect_type_of(const char *word)
{
	const struct slice given = slice_str(word);
	if (given.len == 0)
		return INSPECT_NOTHING;
	for (int t = INSPECT_NOTHING + 1; t < INSPECT_TYPES; t++)
		if (slice_equal_nocase(given, slice_str(types[t].name)) ||
		    slice_equal_nocase(given, slice_str(types[t].other)))
			return (enum inspect_type)t;
	for (size_t i = 0; i < sizeof rare / sizeof rare[0]; i++)
		if (slice_equal_nocase(given, slice_str(rare[i].word)))
			return rare[i].type;
	return INSPECT_NOTHING;
}

const char *inspect_type_name(enum inspect_type type)
{
	return types[(unsigned)type < INSPECT_TYPES ? type : INSPECT_NOTHING].name;
}

const char *inspect_verdict_name(enum inspect_verdict verdict)
{
	static const char *const names[] = {"unreadable", "found", "ok"};
	return names[(unsigned)verdict <= INSPECT_OK ? verdict : INSPECT_UNREADABLE];
}

struct inspect_limits inspect_limits_default(void)
{
	return (struct inspect_limits){.expanded_bytes = 1ULL << 30, .pixels = 200000000,
	                               .entries = 2000000, .depth = 4, .findings = 200};
}

void inspect_prepare(void)
{
	office_prepare();
}

void look_find(struct look *look, const char *what, const char *format, ...)
{
	char text[300];
	va_list args;
	if (look->comparing || look->report->finding_count++ >= look->left.findings)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	struct inspect_finding *f = ARENA_NEW(look->arena, struct inspect_finding);
	const char *where = arena_printf(look->arena, "%s%s", look->path, text);
	if (!f || !where) {
		look->no_memory = true; /* the count says it all the same */
		return;
	}
	f->what = what;
	f->where = where;
	*look->tail = f;
	look->tail = &f->next;
}

bool look_unreadable(struct look *look, const char *format, ...)
{
	char text[300];
	va_list args;
	if (look->report->reason[0])
		return false;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	const char *reason = arena_printf(look->arena, "%s%s", look->path, text);
	look->report->reason = reason ? reason : "it cannot be read";
	return false;
}

bool look_ended(struct look *look, const struct cursor *c)
{
	if (!cursor_ok(c))
		return look_unreadable(look, "offset %zu: it ends too early", c->pos);
	if (cursor_left(c) > 0)
		look_find(look, "trailing-bytes", "offset %zu", c->pos);
	return true;
}

bool look_memory(struct look *look)
{
	look->no_memory = true;
	return look_unreadable(look, "no memory within the ceiling");
}

bool look_pay_bytes(struct look *look, uint64_t bytes)
{
	if (bytes > look->left.expanded_bytes)
		return look_unreadable(look, "it expands beyond the limit");
	look->left.expanded_bytes -= bytes;
	return true;
}

bool look_pay_pixels(struct look *look, uint64_t width, uint64_t height)
{
	if (width == 0 || height == 0 || width > look->left.pixels / height)
		return look_unreadable(look, "a picture of %llu x %llu pixels, or too many of them",
		                       (unsigned long long)width, (unsigned long long)height);
	look->left.pixels -= width * height;
	return true;
}

bool look_pay_entry(struct look *look)
{
	if (look->left.entries == 0)
		return look_unreadable(look, "it has more entries than allowed");
	look->left.entries--;
	return true;
}

void part_text_add(struct part_text *text, const void *utf8, size_t len)
{
	const uint8_t *at = utf8;
	for (size_t i = 0; i < len; i++) {
		if (at[i] <= ' ')
			continue;
		if (text->chars == 0)
			text->digest = 0xCBF29CE484222325u;
		text->digest = (text->digest ^ at[i]) * 0x100000001B3u;
		text->chars += (at[i] & 0xC0) != 0x80;
	}
}

void look_text(struct look *look, const struct part_text *text)
{
	look->report->text_known = true;
	look->report->text_chars += text->chars;
	look->report->text_digest += text->digest;
}

bool starts_nocase(struct slice text, const char *prefix)
{
	struct slice want = slice_str(prefix);
	return text.len >= want.len && slice_equal_nocase(slice_part(text, 0, want.len), want);
}

bool link_safe(struct slice target)
{
	return starts_nocase(target, "http://") || starts_nocase(target, "https://") ||
	       starts_nocase(target, "mailto:");
}

bool look_has_text(enum inspect_type type)
{
	return type != INSPECT_PDF && (type < INSPECT_JPEG || type > INSPECT_JP2);
}

bool look_inside(struct look *look, enum inspect_type type, struct slice name, struct slice in)
{
	struct inspect_report inner = {.reason = "", .type = type};
	const char *path = arena_printf(look->arena, "%s%.*s/", look->path, SLICE_ARG(name));
	if (!path)
		return look_memory(look);
	if (look->left.depth == 0 || type == INSPECT_NOTHING)
		return look_unreadable(look, "%.*s: %s", SLICE_ARG(name),
		                       type ? "nested too deep" : "of no known type");
	struct look child = {.arena = look->arena, .left = look->left, .report = &inner,
	                     .tail = look->tail, .path = path, .comparing = look->comparing, .names = look->names};
	child.left.depth--;
	bool done = types[type].look(&child, type, in);
	look->tail = child.tail;
	child.left.depth++;
	look->left = child.left;
	look->no_memory |= child.no_memory;
	look->report->finding_count += inner.finding_count;
	look->report->text_chars += inner.text_chars;
	look->report->text_digest += inner.text_digest;
	if (!done && !look->report->reason[0])
		look->report->reason = inner.reason;
	return done;
}

static struct result look_at(struct look *look, struct slice in, struct why *why)
{
	struct inspect_report *report = look->report;
	enum inspect_type type = report->type;
	bool known = (unsigned)type < INSPECT_TYPES && types[type].look;
	look->tail = &report->findings;
	bool done = known && types[type].look(look, type, in);
	if (!known)
		look_unreadable(look, "of no known type");
	if (done && report->finding_count == 0 && !look->no_memory)
		report->verdict = INSPECT_OK;
	if (report->finding_count > 0)
		report->verdict = INSPECT_FOUND;
	return look->no_memory ? fail(why, E_MEMORY, "", "no memory to look at the document") : ok();
}

struct result inspect_document(enum inspect_type type, struct slice in,
                               const struct inspect_limits *limits, struct arena *arena,
                               struct inspect_report *report, struct why *why)
{
	struct names *names = NULL;
	struct look look = {.arena = arena, .left = *limits, .report = report, .path = "", .names = &names};
	*report = (struct inspect_report){.reason = "", .type = type};
	return look_at(&look, in, why);
}

static struct result look_beside(struct look *look, struct slice original, const struct inspect_limits *limits,
                                 enum inspect_agreement *agreement, struct why *why)
{
	struct inspect_report before = {.reason = "", .type = look->report->type};
	struct look other = {.arena = look->arena, .left = *limits, .report = &before, .path = "",
	                     .comparing = true, .kept = look->kept, .names = look->names};
	TRY(look_at(&other, original, why));
	*agreement = inspect_compare(&before, look->report);
	return ok();
}

struct result inspect_beside(enum inspect_type type, struct slice in, struct slice original,
                             const struct inspect_limits *limits, struct arena *arena,
                             struct inspect_report *report, enum inspect_agreement *agreement,
                             struct why *why)
{
	struct names *names = NULL;
	struct kept kept = {0};
	struct look look = {.arena = arena, .left = *limits, .report = report, .path = "", .kept = &kept,
	                    .names = &names};
	*report = (struct inspect_report){.reason = "", .type = type};
	*agreement = INSPECT_DIFFERS;
	struct result r = look_at(&look, in, why);
	if (r.code == OK && slice_equal(in, original))
		*agreement = inspect_compare(report, report);
	else if (r.code == OK && !report->reason[0])
		r = look_beside(&look, original, limits, agreement, why);
	kept_done(&kept);
	return r;
}

enum inspect_agreement inspect_compare(const struct inspect_report *original,
                                       const struct inspect_report *output)
{
	if (output->reason[0] || original->type != output->type)
		return INSPECT_DIFFERS;
	if (original->reason[0])
		return INSPECT_ORIGINAL_UNREADABLE;
	bool text_same = !original->text_known || !output->text_known ||
	                 (original->text_chars == output->text_chars &&
	                  original->text_digest == output->text_digest);
	return original->pages == output->pages && text_same ? INSPECT_AGREES : INSPECT_DIFFERS;
}

void inspect_report_json(const struct inspect_report *report, struct buffer *out)
{
	buffer_printf(out, "{\"type\":\"%s\",\"verdict\":\"%s\",\"reason\":",
	              inspect_type_name(report->type), inspect_verdict_name(report->verdict));
	buffer_json_str(out, slice_str(report->reason));
	buffer_put_str(out, ",\"findings\":[");
	for (const struct inspect_finding *f = report->findings; f; f = f->next) {
		buffer_put_str(out, f == report->findings ? "{\"what\":" : ",{\"what\":");
		buffer_json_str(out, slice_str(f->what));
		buffer_put_str(out, ",\"where\":");
		buffer_json_str(out, slice_str(f->where));
		buffer_put_str(out, "}");
	}
	buffer_printf(out, "],\"finding_count\":%u,\"pages\":%llu,\"text_chars\":%llu,"
	              "\"text_digest\":\"%016llx\"}", report->finding_count,
	              (unsigned long long)report->pages, (unsigned long long)report->text_chars,
	              (unsigned long long)report->text_digest);
}
