/* PDF by qpdf: every object of the file, reached or not
 *
 * qpdf repairs what is broken and says so: any such word is a finding, because
 * other readers may repair it otherwise.  Compressed streams are inflated by zlib,
 * which refuses codes that stand for nothing; libdeflate, which the gate has, gives
 * bytes for them.
 * source  ISO 32000-1, 7.3, 7.5, 12.5, 12.6
 */
#include "gate/inspect/look.h"

#include <qpdf/qpdf-c.h>
#include <stdio.h>
#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

/* Keys that must not stand in any dictionary. */
static const struct {
	const char *key, *what;
} keys[] = {
	{"/JS", "javascript"}, {"/JavaScript", "javascript"}, {"/AA", "open-action"},
	{"/Launch", "launch"}, {"/EmbeddedFiles", "embedded-file"}, {"/EF", "embedded-file"},
	{"/AF", "embedded-file"}, {"/Collection", "embedded-file"}, {"/XFA", "xfa"},
	{"/RichMediaContent", "multimedia"}, {"/RichMediaSettings", "multimedia"},
	{"/Renditions", "multimedia"}, {"/AlternatePresentations", "multimedia"},
	{"/Alternates", "alternate"}, {"/OPI", "external-stream"}, {"/Ref", "external-stream"},
	{"/FFilter", "external-stream"}, {"/FDecodeParms", "external-stream"},
	{"/PieceInfo", "private-data"}, {"/SpiderInfo", "private-data"}, {"/URLS", "private-data"},
	{"/IDS", "private-data"}, {"/Perms", "signature"}, {"/Win", "launch"}, {"/Unix", "launch"},
};

/* Names that are an action, wherever /S says so. */
static const struct {
	const char *name, *what;
} actions[] = {
	{"/JavaScript", "javascript"}, {"/Launch", "launch"}, {"/GoToR", "external-link"},
	{"/GoToE", "embedded-file"}, {"/SubmitForm", "form"}, {"/ImportData", "form"},
	{"/Rendition", "multimedia"}, {"/Movie", "multimedia"}, {"/Sound", "multimedia"},
	{"/GoTo3DView", "multimedia"}, {"/RichMediaExecute", "multimedia"}, {"/Trans", "action"},
	{"/SetOCGState", "action"},
};

static const struct {
	const char *name, *what;
} subtypes[] = {
	{"/FileAttachment", "embedded-file"}, {"/Screen", "multimedia"}, {"/Movie", "multimedia"},
	{"/Sound", "multimedia"}, {"/RichMedia", "multimedia"}, {"/3D", "multimedia"},
	{"/U3D", "multimedia"}, {"/PRC", "multimedia"}, {"/PS", "postscript"},
};

static const char *const filters[] = {
	"/FlateDecode", "/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode", "/RunLengthDecode",
	"/DCTDecode", "/CCITTFaxDecode", "/JBIG2Decode", "/JPXDecode", "/Fl", "/LZW", "/A85", "/AHx",
	"/RL", "/DCT", "/CCF",
};

enum { DEPTH_MOST = 100 };

/* The objects on the way down; direct ones only, so their nesting is the file's. */
struct step {
	qpdf_oh object;
	unsigned level;
};

struct pdf {
	struct look *look;
	qpdf_data q;
	int id; /* of the indirect object that is walked */
	struct step *stack;
	size_t count, room;
};

static void find(struct pdf *p, const char *what, const char *name)
{
	look_find(p->look, what, "object %d %s", p->id, name);
}

/* holds_more - whether anything can stand below it; what is indirect has its own turn */
static bool holds_more(struct pdf *p, qpdf_oh object, unsigned level)
{
	if (level > 0 && qpdf_oh_is_indirect(p->q, object))
		return false;
	enum qpdf_object_type_e type = qpdf_oh_get_type_code(p->q, object);
	return type == ot_array || type == ot_dictionary || type == ot_stream;
}

static bool push(struct pdf *p, qpdf_oh object, unsigned level)
{
	if (!look_pay_entry(p->look))
		return false;
	if (!holds_more(p, object, level)) {
		qpdf_oh_release(p->q, object);
		return true;
	}
	if (level > DEPTH_MOST)
		return look_unreadable(p->look, "object %d: nested too deep", p->id);
	if (p->count == p->room) {
		size_t room = p->room ? p->room * 2 : 256;
		struct step *stack = reallocarray(p->stack, room, sizeof *stack);
		if (!stack)
			return look_memory(p->look);
		p->stack = stack;
		p->room = room;
	}
	p->stack[p->count++] = (struct step){object, level};
	return true;
}

/* name_of - the value of a key if it is a name, else ""; valid until the next call */
static const char *name_of(struct pdf *p, qpdf_oh dict, const char *key)
{
	qpdf_oh value = qpdf_oh_get_key(p->q, dict, key);
	const char *name = "";
	if (qpdf_oh_is_name(p->q, value))
		name = qpdf_oh_get_name(p->q, value);
	qpdf_oh_release(p->q, value);
	return name;
}

static void judge_uri(struct pdf *p, qpdf_oh dict)
{
	qpdf_oh value = qpdf_oh_get_key(p->q, dict, "/URI");
	if (qpdf_oh_is_string(p->q, value)) {
		size_t len = 0;
		const char *text = qpdf_oh_get_binary_string_value(p->q, value, &len);
		if (!link_safe(slice_of(text, len)))
			find(p, "unsafe-link", "/URI");
	}
	qpdf_oh_release(p->q, value);
}

static void judge_action(struct pdf *p, qpdf_oh dict)
{
	char name[40] = "";
	snprintf(name, sizeof name, "%s", name_of(p, dict, "/S"));
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (strcmp(name, actions[i].name) == 0 &&
		    strcmp(name_of(p, dict, "/Type"), "/StructElem") != 0)
			find(p, actions[i].what, name);
	if (strcmp(name, "/Named") == 0) {
		static const char *const fine[] = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"};
		const char *verb = name_of(p, dict, "/N");
		bool known = false;
		for (size_t i = 0; i < 4; i++)
			known |= strcmp(verb, fine[i]) == 0;
		if (!known)
			find(p, "action", "/Named");
	}
}

static void judge_subtype(struct pdf *p, qpdf_oh dict)
{
	char name[40] = "";
	snprintf(name, sizeof name, "%s", name_of(p, dict, "/Subtype"));
	for (size_t i = 0; i < sizeof subtypes / sizeof subtypes[0]; i++)
		if (strcmp(name, subtypes[i].name) == 0)
			find(p, subtypes[i].what, name);
}

/* The destination that a file opens at is an array or a GoTo; all else is an action. */
static void judge_open(struct pdf *p, qpdf_oh dict)
{
	qpdf_oh open = qpdf_oh_get_key(p->q, dict, "/OpenAction");
	bool array = qpdf_oh_is_array(p->q, open);
	bool go = qpdf_oh_is_dictionary(p->q, open) && strcmp(name_of(p, open, "/S"), "/GoTo") == 0;
	if (!array && !go)
		find(p, "open-action", "/OpenAction");
	qpdf_oh_release(p->q, open);
}

/* What a key says by standing there, and by its value. */
static void judge_key(struct pdf *p, qpdf_oh dict, const char *key)
{
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strcmp(key, keys[i].key) == 0)
			find(p, keys[i].what, key);
	if (strcmp(key, "/OpenAction") == 0)
		judge_open(p, dict);
	if (strcmp(key, "/S") == 0)
		judge_action(p, dict);
	if (strcmp(key, "/URI") == 0)
		judge_uri(p, dict);
	if (strcmp(key, "/Subtype") == 0)
		judge_subtype(p, dict);
}

static bool walk_dictionary(struct pdf *p, qpdf_oh dict, unsigned level)
{
	bool fine = true;
	for (qpdf_oh_begin_dict_key_iter(p->q, dict); fine && qpdf_oh_dict_more_keys(p->q);) {
		const char *key = qpdf_oh_dict_next_key(p->q); /* until the next one is asked for */
		judge_key(p, dict, key);
		fine = push(p, qpdf_oh_get_key(p->q, dict, key), level + 1);
	}
	return fine;
}

static void judge_filter(struct pdf *p, qpdf_oh filter)
{
	const char *name = qpdf_oh_is_name(p->q, filter) ? qpdf_oh_get_name(p->q, filter) : "";
	for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
		if (strcmp(name, filters[i]) == 0)
			return;
	find(p, "unknown-filter", name);
}

/* What it gives is not looked at. */
static bool inflates(struct look *look, const uint8_t *at, size_t len, bool *whole)
{
	static const size_t piece = 1 << 15;
	uint8_t *room = malloc(piece);
	z_stream z = {.next_in = at, .avail_in = (uInt)len};
	int state = room && len <= UINT32_MAX && inflateInit(&z) == Z_OK ? Z_OK : Z_MEM_ERROR;
	bool paid = true;
	while (state == Z_OK && paid) {
		z.next_out = room;
		z.avail_out = (uInt)piece;
		state = inflate(&z, Z_NO_FLUSH);
		paid = look_pay_bytes(look, piece - z.avail_out);
	}
	inflateEnd(&z);
	free(room);
	*whole = state == Z_STREAM_END && z.avail_in == 0;
	return paid && (state != Z_MEM_ERROR || look_memory(look));
}

static bool is_flate(struct pdf *p, qpdf_oh filter)
{
	qpdf_oh first = qpdf_oh_is_array(p->q, filter) ? qpdf_oh_get_array_item(p->q, filter, 0) : filter;
	const char *name = qpdf_oh_is_name(p->q, first) ? qpdf_oh_get_name(p->q, first) : "";
	bool flate = strcmp(name, "/FlateDecode") == 0 || strcmp(name, "/Fl") == 0;
	if (first != filter)
		qpdf_oh_release(p->q, first);
	return flate;
}

/* An empty stream is none at all, whatever its filter. */
static bool judge_packed(struct pdf *p, qpdf_oh stream)
{
	unsigned char *packed = NULL;
	size_t len = 0;
	bool whole = true, fine = true;
	if (qpdf_oh_get_stream_data(p->q, stream, qpdf_dl_none, NULL, &packed, &len) & QPDF_ERRORS)
		whole = false;
	else if (len > 0)
		fine = inflates(p->look, packed, len, &whole);
	free(packed);
	return fine && (whole || look_unreadable(p->look, "object %d: its compressed bytes are damaged", p->id));
}

static bool walk_stream(struct pdf *p, qpdf_oh stream, unsigned level)
{
	qpdf_oh dict = qpdf_oh_get_dict(p->q, stream);
	qpdf_oh filter = qpdf_oh_get_key(p->q, dict, "/Filter");
	if (qpdf_oh_is_array(p->q, filter))
		for (int i = 0; i < qpdf_oh_get_array_n_items(p->q, filter); i++) {
			qpdf_oh one = qpdf_oh_get_array_item(p->q, filter, i);
			judge_filter(p, one);
			qpdf_oh_release(p->q, one);
		}
	else if (!qpdf_oh_is_null(p->q, filter))
		judge_filter(p, filter);
	bool fine = !is_flate(p, filter) || judge_packed(p, stream);
	qpdf_oh_release(p->q, filter);
	if (qpdf_oh_has_key(p->q, dict, "/F"))
		find(p, "external-stream", "/F");
	return push(p, dict, level + 1) && fine;
}

/* flat - without an array or a dictionary in it: most are rows of numbers */
static bool flat(struct pdf *p, qpdf_oh array)
{
	const char *text = qpdf_oh_unparse_binary(p->q, array); /* strings are in hexadecimal */
	return text[0] == '[' && !strchr(text + 1, '[') && !strstr(text, "<<");
}

static bool walk_array(struct pdf *p, qpdf_oh array, unsigned level)
{
	int count = qpdf_oh_get_array_n_items(p->q, array);
	bool plain = flat(p, array), fine = true;
	for (int i = 0; fine && i < count; i++)
		fine = plain ? look_pay_entry(p->look)
		             : push(p, qpdf_oh_get_array_item(p->q, array, i), level + 1);
	return fine;
}

/* walk_object - one indirect object with all that stands directly in it */
static bool walk_object(struct pdf *p, qpdf_oh top)
{
	bool fine = push(p, top, 0);
	while (fine && p->count > 0) {
		struct step s = p->stack[--p->count];
		enum qpdf_object_type_e type = qpdf_oh_get_type_code(p->q, s.object);
		if (type == ot_stream)
			fine = walk_stream(p, s.object, s.level);
		else if (type == ot_dictionary)
			fine = walk_dictionary(p, s.object, s.level);
		else if (type == ot_array)
			fine = walk_array(p, s.object, s.level);
		qpdf_oh_release(p->q, s.object);
	}
	while (p->count > 0)
		qpdf_oh_release(p->q, p->stack[--p->count].object);
	return fine;
}

static bool count_pages(struct pdf *p)
{
	int pages = qpdf_get_num_pages(p->q);
	if (pages <= 0)
		return look_unreadable(p->look, "a file of %d pages", pages);
	p->look->report->pages = (uint64_t)pages;
	return true;
}

static bool walk_file(struct pdf *p)
{
	qpdf_oh trailer = qpdf_get_trailer(p->q);
	qpdf_oh size = qpdf_oh_get_key(p->q, trailer, "/Size");
	int objects = qpdf_oh_is_integer(p->q, size) ? qpdf_oh_get_int_value_as_int(p->q, size) : 0;
	qpdf_oh_release(p->q, size);
	if (qpdf_oh_has_key(p->q, trailer, "/Prev"))
		look_find(p->look, "old-revision", "trailer /Prev");
	if (!walk_object(p, trailer))
		return false;
	if (objects <= 0 || (uint32_t)objects > p->look->left.entries)
		return look_unreadable(p->look, "a file of %d objects", objects);
	for (p->id = 1; p->id < objects; p->id++)
		if (!walk_object(p, qpdf_get_object_by_id(p->q, p->id, 0)))
			return false;
	return count_pages(p);
}

/* The file begins with its header and ends with its end mark. */
static void judge_edges(struct look *look, struct slice in)
{
	if (!slice_starts(in, SLICE("%PDF-")))
		look_find(look, "leading-bytes", "offset 0");
	while (in.len && (in.at[in.len - 1] == '\n' || in.at[in.len - 1] == '\r'))
		in.len--;
	if (!slice_ends(in, SLICE("%%EOF")))
		look_find(look, "trailing-bytes", "offset %zu", in.len);
}

static bool look_open(struct pdf *p, struct slice in)
{
	qpdf_set_suppress_warnings(p->q, QPDF_TRUE);
	qpdf_silence_errors(p->q);
	const char *bytes = (const char *)in.at;
	QPDF_ERROR_CODE code = qpdf_read_memory(p->q, "document", bytes, in.len, NULL);
	if (code & QPDF_ERRORS)
		return look_unreadable(p->look, "qpdf: %s", qpdf_has_error(p->q)
			? qpdf_get_error_message_detail(p->q, qpdf_get_error(p->q)) : "it cannot be read");
	if (qpdf_is_encrypted(p->q))
		look_find(p->look, "encrypted", "trailer /Encrypt");
	if (p->look->comparing ? !count_pages(p) : !walk_file(p))
		return false;
	if (qpdf_more_warnings(p->q))
		look_find(p->look, "repaired", "qpdf: %s",
		          qpdf_get_error_message_detail(p->q, qpdf_next_warning(p->q)));
	if (qpdf_has_error(p->q))
		return look_unreadable(p->look, "qpdf: %s",
		                       qpdf_get_error_message_detail(p->q, qpdf_get_error(p->q)));
	return true;
}

bool look_pdf(struct look *look, enum inspect_type type, struct slice in)
{
	struct pdf p = {.look = look, .q = qpdf_init()};
	(void)type;
	judge_edges(look, in);
	bool fine = p.q ? look_open(&p, in) : look_memory(look);
	free(p.stack);
	if (p.q && qpdf_has_error(p.q))
		(void)qpdf_get_error(p.q); /* an error that nobody took is printed at the end */
	if (p.q)
		qpdf_cleanup(&p.q);
	return fine;
}
