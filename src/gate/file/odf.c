/* OpenDocument: text, spreadsheets, presentations, drawings and their templates.
 *
 * What is written is reached from content.xml and styles.xml: the parts of XML that
 * are named so, the pictures and the objects that they name.  The manifest is made
 * anew.  Macros, dialogs, scripts, thumbnails, tool bars, signatures and whatever
 * nobody names stay behind.
 * source  ODF 1.2 Part 3, 2 and 3 (packages)                                 */
#include "gate/file/odf.h"

#include "gate/file/art.h"
#include "gate/file/picture.h"
#include "gate/file/rtf.h"

#define MIME "application/vnd.oasis.opendocument."
enum { OBJECTS_MOST = 1000 };

static const struct {
	const char *mime, *body, *ending;
} kinds[] = {
	{MIME "text", "text", "odt"}, {MIME "text-template", "text", "ott"},
	{MIME "spreadsheet", "spreadsheet", "ods"}, {MIME "spreadsheet-template", "spreadsheet", "ots"},
	{MIME "presentation", "presentation", "odp"}, {MIME "presentation-template", "presentation", "otp"},
	{MIME "graphics", "drawing", "odg"}, {MIME "graphics-template", "drawing", "otg"},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* ---- parts ---- */

struct odf_part *odf_part(struct odf *odf, const char *folder, struct slice path)
{
	size_t len = strlen(folder);
	for (size_t i = 0; i < odf->zip.count; i++) {
		struct slice name = odf->zip.entries[i].name;
		if (name.len == len + path.len && memcmp(name.at, folder, len) == 0 &&
		    slice_equal(slice_part(name, len, name.len), path))
			return &odf->parts[i];
	}
	return NULL;
}

static const char *media_of(enum file_type type)
{
	switch ((int)type) {
	case FILE_PNG: return "image/png";
	case FILE_JPEG: return "image/jpeg";
	case FILE_GIF: return "image/gif";
	case FILE_BMP: return "image/bmp";
	case FILE_TIFF: return "image/tiff";
	default: return "image/webp";
	}
}

/* What cannot be made anew becomes a picture of one pixel. */
static struct result put_empty(struct odf *odf, struct odf_part *part, struct why *why)
{
	enum refusal refusal;
	enum file_type type;
	buffer_clear(&part->made);
	part->media = "image/png";
	return job_attempt(odf->job, 1ull << FILE_PNG, SLICE("empty.png"), picture_empty(), &part->made, &type, &refusal, why);
}

struct result odf_picture(struct odf *odf, struct odf_part *part, bool *sound, struct why *why)
{
	bool enhanced = false, dropped = false;
	enum refusal refusal = REFUSAL_NONE;
	enum file_type type = FILE_UNKNOWN;
	*sound = part->sound;
	if (part->tried)
		return ok();
	part->tried = true;
	TRY(zip_unpack(odf->job, part->entry, &odf->image, why));
	buffer_init(&part->made, (size_t)1 << 30);
	part->sound = metafile_document(buffer_slice(&odf->image), &part->made, &enhanced, &dropped);
	part->media = enhanced ? "image/x-emf" : "image/x-wmf";
	if (!part->sound) {
		buffer_clear(&part->made);
		TRY(job_attempt(odf->job, PICTURES, slice_str(part->name), buffer_slice(&odf->image), &part->made, &type, &refusal, why));
		part->sound = refusal == REFUSAL_NONE && part->made.len > 0;
		part->media = media_of(type);
	}
	if (dropped && part->sound)
		job_drop(odf->job, "unknown-element", part->name);
	*sound = part->sound;
	return part->sound ? ok() : put_empty(odf, part, why);
}

bool odf_object(struct odf *odf, const char *folder, struct slice path)
{
	if (path.len && path.at[path.len - 1] == '/')
		path = slice_part(path, 0, path.len - 1);
	const char *inner = arena_printf(odf->arena, "%s%.*s/", folder, SLICE_ARG(path));
	if (!inner || !odf_part(odf, inner, SLICE("content.xml")))
		return false;
	for (size_t i = 0; i < odf->folder_count; i++)
		if (strcmp(odf->folders[i], inner) == 0)
			return true;
	if (odf->folder_count == odf->folder_most)
		return false;
	odf->folders[odf->folder_count++] = inner;
	return true;
}

/* ---- writing ---- */

static struct result put_part(struct odf *odf, struct odf_part *part, struct slice raw, struct slice made, bool dense,
                              struct why *why)
{
	odf->written[odf->written_count++] = part;
	if (!slice_equal(raw, made))
		return dense ? zip_writer_replace(&odf->writer, slice_str(part->name), made, part->entry, why)
			: zip_writer_add(&odf->writer, slice_str(part->name), made, false, why);
	zip_writer_copy(&odf->writer, slice_str(part->name), part->entry);
	return ok();
}

static struct result text_of(struct odf *odf, struct odf_part *part, struct slice *text, struct why *why)
{
	struct why inner = {0};
	TRY(zip_unpack(odf->job, part->entry, &odf->raw, why));
	TRY(job_pay_work(odf->job, odf->raw.len));
	buffer_clear(&odf->text);
	struct result result = xml_to_utf8(buffer_slice(&odf->raw), &odf->text, text, &inner);
	return result.code == E_INPUT ? job_refuse(odf->job, REFUSAL_DAMAGED, part->name, "%s", inner.text)
		: result.code == OK ? ok() : job_memory(why);
}

static struct result put_xml(struct odf *odf, size_t folder, const char *name, struct why *why)
{
	struct odf_part *part = odf_part(odf, odf->folders[folder], slice_str(name));
	struct slice text;
	const char *body = "";
	if (!part)
		return ok();
	TRY(text_of(odf, part, &text, why));
	buffer_clear(&odf->made);
	TRY(odf_filter(odf, odf->folders[folder], name, text, &odf->made, &body, why));
	if (!buffer_ok(&odf->made) || !buffer_ok(&odf->plain))
		return job_memory(why);
	part->used = true;
	part->media = "text/xml";
	if (strcmp(name, "content.xml") == 0)
		odf->medias[folder] = body;
	return put_part(odf, part, buffer_slice(&odf->raw), buffer_slice(&odf->made), true, why);
}

static struct result put_document(struct odf *odf, struct why *why)
{
	static const char *const parts[] = {"content.xml", "styles.xml", "meta.xml", "settings.xml"};
	for (size_t folder = 0; folder < odf->folder_count; folder++)
		for (size_t i = 0; i < 4; i++)
			TRY(put_xml(odf, folder, parts[i], why));
	return ok();
}

static struct result put_pictures(struct odf *odf, struct why *why)
{
	for (size_t i = 0; i < odf->zip.count; i++) {
		struct odf_part *part = &odf->parts[i];
		if (!part->used || !part->tried)
			continue;
		TRY(zip_unpack(odf->job, part->entry, &odf->raw, why));
		if (!part->sound)
			job_drop(odf->job, "picture", part->name);
		bool dense = words_list("image/bmp image/x-emf image/x-wmf", slice_str(part->media));
		TRY(put_part(odf, part, buffer_slice(&odf->raw), buffer_slice(&part->made), dense, why));
	}
	return ok();
}

static const char *object_media(const char *body)
{
	static const struct { const char *body, *media; } rows[] = {
		{"text", MIME "text"}, {"spreadsheet", MIME "spreadsheet"}, {"presentation", MIME "presentation"},
		{"drawing", MIME "graphics"}, {"math", MIME "formula"}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].body, body) == 0)
			return rows[i].media;
	return MIME "chart";
}

static void put_entry(struct buffer *out, const char *path, const char *media, const char *version)
{
	buffer_put_str(out, " <manifest:file-entry manifest:full-path=\"");
	xml_encode(slice_str(path), out);
	if (version)
		buffer_printf(out, "\" manifest:version=\"%s", version);
	buffer_printf(out, "\" manifest:media-type=\"%s\"/>\n", media);
}

static struct result put_manifest(struct odf *odf, const char *mime, struct why *why)
{
	struct buffer *out = &odf->made;
	const struct odf_part *old = odf_part(odf, "", SLICE("META-INF/manifest.xml"));
	buffer_clear(out);
	buffer_put_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"");
	if (odf->version)
		buffer_printf(out, " manifest:version=\"%s\"", odf->version);
	buffer_put_str(out, ">\n");
	put_entry(out, "/", mime, odf->version);
	for (size_t i = 1; i < odf->folder_count; i++)
		put_entry(out, odf->folders[i], object_media(odf->medias[i]), odf->version);
	for (size_t i = 0; i < odf->written_count; i++)
		put_entry(out, odf->written[i]->name, odf->written[i]->media, NULL);
	buffer_put_str(out, "</manifest:manifest>\n");
	if (!buffer_ok(out))
		return job_memory(why);
	TRY(zip_unpack(odf->job, old->entry, &odf->raw, why));
	if (slice_equal(buffer_slice(&odf->raw), buffer_slice(out))) {
		zip_writer_copy(&odf->writer, SLICE("META-INF/manifest.xml"), old->entry);
		return ok();
	}
	return zip_writer_add(&odf->writer, SLICE("META-INF/manifest.xml"), buffer_slice(out), true, why);
}

/* ---- what stays behind ---- */

static const struct {
	const char *start, *what;
} left[] = {
	{"Basic/", "vba"}, {"Scripts/", "vba"}, {"Dialogs/", "vba"}, {"META-INF/documentsignatures.xml", "signature"},
	{"META-INF/macrosignatures.xml", "signature"}, {"META-INF/", "unknown-part"}, {"Thumbnails/", "thumbnail"},
	{"Configurations", "custom-ui"}, {"Fonts/", "embedded-font"}, {"EmbeddedFonts/", "embedded-font"},
	{"manifest.rdf", "hidden-data"}, {"layout-cache", "hidden-data"}, {"Pictures/", "orphan-part"},
	{"Object", "ole-object"}, {"Versions/", "hidden-data"}, {"database/", "data-connection"}, {"forms/", "control"},
};

static void tell_left(struct odf *odf)
{
	for (size_t i = 0; i < odf->zip.count; i++) {
		const struct zip_entry *entry = &odf->zip.entries[i];
		const char *what = "unknown-part";
		bool own = slice_is(entry->name, "mimetype") || slice_is(entry->name, "META-INF/manifest.xml");
		for (size_t k = sizeof left / sizeof left[0]; k-- > 0;)
			if (slice_starts(entry->name, slice_str(left[k].start)))
				what = left[k].what;
		if (entry->hidden)
			job_drop(odf->job, "hidden-data", odf->parts[i].name);
		/* a folder or an empty file carries nothing, and LibreOffice writes many */
		if (!odf->parts[i].used && !own && !entry->directory && entry->size > 0)
			job_drop(odf->job, what, odf->parts[i].name);
	}
}

/* ---- the package ---- */

static struct result open_package(struct odf *odf, struct slice in, size_t *kind, struct why *why)
{
	struct job *job = odf->job;
	TRY(zip_read(job, odf->arena, in, &odf->zip, why));
	odf->parts = ARENA_ARRAY(odf->arena, odf->zip.count + 1, struct odf_part);
	odf->folder_most = odf->zip.count < OBJECTS_MOST ? odf->zip.count + 1 : OBJECTS_MOST;
	odf->folders = ARENA_ARRAY(odf->arena, odf->folder_most, const char *);
	odf->medias = ARENA_ARRAY(odf->arena, odf->folder_most, const char *);
	odf->written = ARENA_ARRAY(odf->arena, odf->zip.count + 1, struct odf_part *);
	if (!odf->parts || !odf->written || !odf->folders || !odf->medias)
		return job_memory(why);
	odf->folders[odf->folder_count++] = "";
	for (size_t i = 0; i < odf->zip.count; i++) {
		odf->parts[i].entry = &odf->zip.entries[i];
		odf->parts[i].name = arena_string(odf->arena, odf->zip.entries[i].name);
		if (!odf->parts[i].name)
			return job_memory(why);
	}
	struct odf_part *mimetype = odf_part(odf, "", SLICE("mimetype"));
	if (!mimetype)
		return job_refuse(job, REFUSAL_DAMAGED, "mimetype", "it is missing");
	TRY(zip_unpack(job, mimetype->entry, &odf->raw, why));
	struct slice mime = buffer_slice(&odf->raw);
	while (mime.len && mime.at[mime.len - 1] <= ' ')
		mime.len--;
	for (*kind = 0; *kind < KINDS && !slice_is(mime, kinds[*kind].mime);)
		++*kind;
	return *kind < KINDS ? ok() : job_refuse(job, REFUSAL_UNKNOWN, "mimetype", "a package of a kind that is not rebuilt");
}

/* Its markup is not read: the word alone says that some part is encrypted. */
static struct result check_manifest(struct odf *odf, struct why *why)
{
	struct odf_part *manifest = odf_part(odf, "", SLICE("META-INF/manifest.xml"));
	if (!manifest)
		return job_refuse(odf->job, REFUSAL_DAMAGED, "META-INF/manifest.xml", "it is missing");
	TRY(zip_unpack(odf->job, manifest->entry, &odf->raw, why));
	if (slice_find(buffer_slice(&odf->raw), SLICE("encryption-data")) != SIZE_MAX)
		return job_refuse(odf->job, REFUSAL_LOCKED, "", "an encrypted document");
	return ok();
}

static struct result build(struct odf *odf, struct slice in, struct buffer *out, struct why *why)
{
	size_t kind = 0;
	struct job *job = odf->job;
	TRY(open_package(odf, in, &kind, why));
	TRY(check_manifest(odf, why));
	if (job->ending[0] && strcmp(job->ending, kinds[kind].ending) != 0)
		return job_refuse(job, REFUSAL_MISMATCH, "", "the content is %s, the name ends in \"%s\"", kinds[kind].ending, job->ending);
	if (!odf_part(odf, "", SLICE("content.xml")))
		return job_refuse(job, REFUSAL_DAMAGED, "content.xml", "it is missing");
	TRY(zip_writer_add(&odf->writer, SLICE("mimetype"), slice_str(kinds[kind].mime), false, why));
	TRY(put_document(odf, why));
	if (strcmp(odf->medias[0], kinds[kind].body) != 0)
		return job_refuse(job, REFUSAL_MISMATCH, "content.xml", "it is no document of the kind that mimetype says");
	TRY(put_pictures(odf, why));
	TRY(put_manifest(odf, kinds[kind].mime, why));
	tell_left(odf);
	if (odf->zip.comment)
		job_drop(job, "hidden-data", "");
	job->made_ending = kinds[kind].ending;
	return zip_writer_end(&odf->writer, SLICE(""), SLICE(""), out, why);
}

struct result odf_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct arena AUTO(arena_drop) *arena = arena_new((size_t)256 << 20);
	struct odf odf = {.job = job, .arena = arena};
	struct buffer *buffers[] = {&odf.raw, &odf.text, &odf.made, &odf.plain, &odf.image};
	if (!arena)
		return job_memory(why);
	for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
		buffer_init(buffers[i], (size_t)1 << 30);
	zip_writer_begin(&odf.writer);
	struct result result = build(&odf, in, out, why);
	zip_writer_done(&odf.writer);
	for (size_t i = 0; odf.parts && i < odf.zip.count; i++)
		buffer_done(&odf.parts[i].made);
	for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
		buffer_done(buffers[i]);
	return result;
}
