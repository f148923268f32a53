/* Documents of Word 2003 as one XML text (WordprocessingML 2003).
 *
 * Its words are those of docx, under another namespace: the filter that cleans a
 * part of a docx cleans the whole, by the same rules.  Here stands what it has of
 * its own: pictures in base64 beside the shapes that name them, links that carry
 * their target, tracked changes as annotations, a customer's markup around the
 * paragraphs.  Macros, controls and objects stand in elements that the rules drop.
 * source  Microsoft Office 2003 XML Reference Schemas, WordprocessingML     */
#include "gate/file/art.h"
#include "gate/file/base64.h"
#include "gate/file/links.h"
#include "gate/file/ooxml_filter.h"

#include <libdeflate.h>

enum { NAMES_MOST = 4096, SOURCES_MOST = 4096, NAME_MOST = 120, PICTURE_MOST = 256 << 20 };

struct known { /* a picture's name; made is empty when the picture went */
	struct slice name, made;
	size_t from; /* where its element begins */
};
struct source { /* an attribute that names a picture */
	size_t holder, value_from;
	struct span attribute;
	struct slice name;
	const char *what;
	bool picture; /* without it nothing is seen */
};

struct wordxml {
	struct known names[NAMES_MOST];
	struct source sources[SOURCES_MOST];
	size_t name_count, source_count;
	struct buffer bytes, made, text;
	struct slice name;        /* of the w:binData that is open */
	size_t value_from;        /* where it stands; 0: it has none */
	bool memory;              /* was missing */
};

static const char prefix[] = "wordml://";

/* ---- pictures ---- */

static bool name_fine(struct slice name)
{
	if (!slice_starts(name, slice_str(prefix)) || name.len > NAME_MOST)
		return false;
	for (size_t i = strlen(prefix); i < name.len; i++)
		if (!((name.at[i] | 32) >= 'a' && (name.at[i] | 32) <= 'z') && !(name.at[i] >= '0' && name.at[i] <= '9') &&
		    !memchr("._-", name.at[i], 3))
			return false;
	return name.len > strlen(prefix);
}

static const struct known *known_name(const struct wordxml *old, struct slice name, bool made)
{
	for (size_t i = 0; i < old->name_count; i++)
		if (slice_equal(made ? old->names[i].made : old->names[i].name, name))
			return &old->names[i];
	return NULL;
}

/* A compressed metafile: exactly one gzip member. */
static struct result open_gzip(struct filter *f, struct slice in, struct buffer *out, bool *opened)
{
	uint32_t size = 0;
	size_t used = 0, made = 0;
	*opened = in.len >= 18 && in.at[0] == 0x1F && in.at[1] == 0x8B;
	for (unsigned i = 0; *opened && i < 4; i++)
		size |= (uint32_t)in.at[in.len - 4 + i] << 8 * i;
	*opened = *opened && size <= PICTURE_MOST;
	if (!*opened)
		return ok();
	TRY(job_pay_bytes(f->package->job, size));
	struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
	uint8_t *to = inflater ? buffer_reserve(out, size) : NULL;
	*opened = to && libdeflate_gzip_decompress_ex(inflater, in.at, in.len, to, size, &used, &made) == LIBDEFLATE_SUCCESS &&
	          used == in.len && made == size;
	libdeflate_free_decompressor(inflater);
	if (*opened)
		buffer_commit(out, size);
	return ok();
}

static void put_gzip(struct filter *f, struct slice in, struct buffer *out)
{
	struct libdeflate_compressor *deflater = libdeflate_alloc_compressor(6);
	size_t bound = deflater ? libdeflate_gzip_compress_bound(deflater, in.len) : 0;
	uint8_t *to = bound ? buffer_reserve(out, bound) : NULL;
	size_t len = to ? libdeflate_gzip_compress(deflater, in.at, in.len, to, bound) : 0;
	libdeflate_free_compressor(deflater);
	if (len)
		buffer_commit(out, len);
	f->package->old->memory |= len == 0;
}

/* Windows and enhanced metafiles, packed or not.
 * ending  out: what the name must end in; NULL: it is none                  */
static struct result make_metafile(struct filter *f, struct slice in, const char **ending)
{
	struct wordxml *old = f->package->old;
	struct buffer AUTO(buffer_done) plain = {0}, drawn = {0};
	bool packed, enhanced = false, dropped = false;
	buffer_init(&plain, PICTURE_MOST);
	buffer_init(&drawn, PICTURE_MOST);
	*ending = NULL;
	TRY(open_gzip(f, in, &plain, &packed));
	if (!metafile_document(packed ? buffer_slice(&plain) : in, &drawn, &enhanced, &dropped) || !buffer_ok(&drawn))
		return ok();
	if (dropped)
		filter_report(f, "unknown-element");
	if (packed)
		put_gzip(f, buffer_slice(&drawn), &old->made);
	else
		buffer_put_slice(&old->made, buffer_slice(&drawn));
	*ending = packed ? enhanced ? "emz" : "wmz" : enhanced ? "emf" : "wmf";
	return ok();
}

static struct result make_picture(struct filter *f, struct slice in, const char **ending)
{
	struct wordxml *old = f->package->old;
	enum file_type type = FILE_UNKNOWN;
	enum refusal refusal = REFUSAL_NONE;
	char stands[16];
	const char *made_ending = f->package->job->made_ending;
	buffer_clear(&old->made);
	TRY(make_metafile(f, in, ending));
	if (*ending)
		return ok();
	buffer_clear(&old->made);
	struct result result = job_attempt(f->package->job, PICTURES, old->name, in, &old->made, &type, &refusal, NULL);
	f->package->job->made_ending = made_ending;
	TRY(result);
	if (refusal != REFUSAL_NONE || old->made.len == 0)
		return ok();
	job_ending(old->name, stands);
	*ending = file_type_fits(type, stands) ? "" : file_type_ending(type);
	return ok();
}

/* The name with the ending that the picture has now; empty where it is taken. */
static struct slice made_name(struct filter *f, const char *ending)
{
	struct slice name = f->package->old->name;
	char stands[16];
	job_ending(name, stands);
	if (!ending[0] || strcmp(stands, ending) == 0)
		return name;
	size_t stem = name.len - strlen(stands) - (stands[0] != '\0');
	const char *made = arena_printf(f->arena, "%.*s.%s", (int)stem, (const char *)name.at, ending);
	bool taken = !made || known_name(f->package->old, slice_str(made), false) ||
	             known_name(f->package->old, slice_str(made), true);
	return taken ? slice_of(NULL, 0) : slice_str(made);
}

static enum fate binary_judge(struct filter *f, struct frame *frame)
{
	struct wordxml *old = f->package->old;
	const struct xml_attribute *a = xml_attribute(f->xml, NS_W, "name");
	if (!old || !a || f->collecting || !filter_enclosing(f, RULE_HOLDER))
		return drop_judge(f, frame);
	struct slice name = filter_decoded(f, a->value);
	if (!name_fine(name) || old->name_count == NAMES_MOST || known_name(old, name, false) || known_name(old, name, true))
		return drop_judge(f, frame);
	old->name = arena_copy(f->arena, name);
	old->memory |= !old->name.at;
	old->value_from = (size_t)(a->value.at - f->text.at);
	frame->inner = (struct span){old->value_from, old->value_from + a->value.len};
	return old->name.at ? STAYS : GOES;
}

static void binary_open(struct filter *f, struct frame *frame)
{
	(void)frame;
	buffer_clear(&f->collected);
	f->collecting = true;
}

static bool binary_gone(struct filter *f, struct frame *frame, size_t to, struct slice bytes)
{
	bool object = slice_starts(bytes, SLICE("\xD0\xCF\x11\xE0")) || slice_starts(bytes, SLICE("ActiveMime"));
	holder_lost(f, "ole-object");
	filter_report(f, object ? "ole-object" : "picture");
	filter_cut(f, frame->from, to);
	return false;
}

static bool binary_close(struct filter *f, struct frame *frame, size_t to)
{
	struct wordxml *old = f->package->old;
	const char *ending = NULL;
	f->collecting = false;
	buffer_clear(&old->bytes);
	bool coded = base64_take(buffer_slice(&f->collected), &old->bytes);
	struct slice bytes = buffer_slice(&old->bytes), stands = slice_part(f->text, frame->to, f->xml->from - frame->to);
	struct result result = coded && bytes.len ? make_picture(f, bytes, &ending) : ok();
	old->memory |= result.code == E_MEMORY;
	if (result.code != OK && result.code != E_MEMORY)
		f->xml->fault = "a picture beyond the limits"; /* the budget has said why */
	struct slice made = ending ? made_name(f, ending) : slice_of(NULL, 0);
	old->names[old->name_count++] = (struct known){old->name, made, frame->from};
	if (!made.len)
		return binary_gone(f, frame, to, bytes);
	buffer_clear(&old->text);
	base64_put_lines(buffer_slice(&old->made), &old->text);
	if (!slice_equal(made, old->name))
		filter_edit(f, frame->inner.from, frame->inner.to, made);
	if (!slice_equal(buffer_slice(&old->text), stands))
		filter_edit(f, frame->to, f->xml->from, arena_copy(f->arena, buffer_slice(&old->text)));
	return true;
}

/* ---- what names a picture ---- */

static void settle(struct filter *f, const struct source *s)
{
	const struct known *known = known_name(f->package->old, s->name, false);
	if (job_pay_work(f->package->job, f->package->old->name_count).code != OK)
		f->xml->fault = "too many names of pictures";
	if (!known || !known->made.len) {
		filter_cut(f, s->attribute.from, s->attribute.to);
		filter_report(f, slice_starts(s->name, slice_str(prefix)) ? "dangling-link" : s->what);
		if (s->picture)
			holder_lost(f, "ole-object");
		return;
	}
	if (!slice_equal(known->name, known->made))
		filter_edit(f, s->value_from, s->attribute.to - 1, known->made);
	if (s->picture)
		picture_kept(f);
}

void old_source(struct filter *f, const struct xml_attribute *a, const char *what)
{
	struct wordxml *old = f->package->old;
	struct frame *holder = filter_enclosing(f, RULE_HOLDER);
	struct slice name = filter_decoded(f, a->value);
	struct source s = {.holder = holder ? (size_t)(holder - f->frames) : 0, .attribute = {a->from, a->to}, .what = what,
	                   .value_from = (size_t)(a->value.at - f->text.at),
	                   .name = name_fine(name) ? arena_copy(f->arena, name) : SLICE(""), .picture = is_picture(f->xml)};
	if (holder && old->source_count < SOURCES_MOST)
		old->sources[old->source_count++] = s;
	else
		settle(f, &s);
}

void old_edited(struct filter *f, size_t from, size_t to)
{
	struct wordxml *old = f->package->old;
	for (size_t i = old->name_count; i > 0 && old->names[i - 1].from >= from; i--)
		if (old->names[i - 1].from < to)
			old->names[i - 1].made.len = 0;
}

void old_settle(struct filter *f)
{
	struct wordxml *old = f->package->old;
	size_t kept = 0;
	for (size_t i = 0; i < old->source_count; i++) {
		if (old->sources[i].holder < f->depth)
			old->sources[kept++] = old->sources[i];
		else
			settle(f, &old->sources[i]);
	}
	old->source_count = kept;
}

/* ---- links, changes, controls, a customer's markup ---- */

static enum fate link_judge(struct filter *f, struct frame *frame)
{
	const struct xml_attribute *target = xml_attribute(f->xml, NS_W, "dest");
	struct slice link = target ? filter_decoded(f, target->value) : SLICE("");
	if (link.len == 0 || link.at[0] == '#' || link_allowed(&f->package->job->links, link))
		return STAYS;
	filter_report(f, frame->rule->what);
	if (!xml_attribute(f->xml, NS_W, "bookmark"))
		return LOSES_TAGS;
	filter_cut(f, target->from, target->to);
	return STAYS;
}

/* marked: text of it comes when it is accepted; shown: it goes then */
static void annotation_open(struct filter *f, struct frame *frame)
{
	const struct xml_attribute *type = xml_attribute(f->xml, NS_W, "type");
	frame->marked = filter_value_is(f, type, "Word.Insertion");
	frame->shown = filter_value_is(f, type, "Word.Deletion");
	f->inserted += frame->marked;
	f->deleted += frame->shown;
}

static bool annotation_close(struct filter *f, struct frame *frame, size_t to)
{
	(void)to;
	f->inserted -= frame->marked;
	f->deleted -= frame->shown;
	return true;
}

static enum fate control_judge(struct filter *f, struct frame *frame)
{
	holder_lost(f, frame->rule->what);
	filter_report(f, frame->rule->what);
	return STAYS;
}

static bool control_close(struct filter *f, struct frame *frame, size_t to)
{
	if (frame_words(f, frame, to))
		return true;
	filter_cut(f, frame->from, to);
	return false;
}

const struct handler annotation_handler = {.open = annotation_open, .close = annotation_close};
const struct handler binary_handler = {.judge = binary_judge, .open = binary_open, .close = binary_close};
const struct handler control_handler = {.judge = control_judge, .close = control_close};
const struct handler link_2003_handler = {.judge = link_judge};

static const struct element_rule customer_rule = {NS_NONE, "", RULE_UNWRAP, "custom-xml"};

enum fate old_element(struct filter *f, struct frame *frame)
{
	filter_report(f, customer_rule.what);
	frame->rule = &customer_rule;
	return LOSES_TAGS;
}

bool old_words(const struct frame *frame)
{
	return frame->rule == &customer_rule;
}

bool old_line(struct slice instruction)
{
	return slice_is(instruction, "<?mso-application progid=\"Word.Document\"?>");
}

/* ---- together ---- */

static struct result clean(struct package *package, struct slice in, struct buffer *out, struct why *why)
{
	static const struct part_rule root = {"officeDocument", NULL, ROLE_XML, true, NS_W, "wordDocument", ""};
	struct part part = {.name = SLICE(""), .rule = &root};
	struct why inner = {0};
	struct slice text;
	size_t same;
	struct result result = xml_to_utf8(in, &package->raw, &text, &inner);
	if (result.code == E_INPUT)
		return job_refuse(package->job, REFUSAL_DAMAGED, "", "%s", inner.text);
	TRY(result);
	if (!slice_starts(text, SLICE("<?xml")))
		return job_refuse(package->job, REFUSAL_DAMAGED, "", "no XML declaration at its start");
	TRY(filter_part(package->filter, package, &part, text, out, &same, why));
	if (same == SIZE_MAX)
		buffer_put_slice(out, text);
	return package->old->memory ? job_memory(why) : ok();
}

struct result wordxml_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct arena AUTO(arena_drop) *arena = arena_new((size_t)512 << 20);
	struct package *package = arena ? ARENA_NEW(arena, struct package) : NULL;
	if (!package || !(package->old = ARENA_NEW(arena, struct wordxml)) || !(package->xml = ARENA_NEW(arena, struct xml)) ||
	    !(package->filter = filter_new(arena, package->xml)))
		return job_memory(why);
	struct wordxml *old = package->old;
	package->job = job;
	package->arena = arena;
	buffer_init(&package->raw, (size_t)1 << 30);
	buffer_init(&old->bytes, PICTURE_MOST);
	buffer_init(&old->made, PICTURE_MOST);
	buffer_init(&old->text, (size_t)512 << 20);
	struct result result = clean(package, in, out, why);
	filter_done(package->filter);
	buffer_done(&package->raw);
	buffer_done(&old->bytes);
	buffer_done(&old->made);
	buffer_done(&old->text);
	return result;
}
