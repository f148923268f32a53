/* PowerPoint 97-2003: the living objects, found through the newest directory.
 *
 * A presentation keeps every edit; only what the last directory and the document
 * itself lead to is written, with one directory and one edit record, so that
 * slides deleted long ago are gone.  Record types go by an allow-list.
 * source  MS-PPT 2.1.2 (stream), 2.3.2 (current user), 2.3.3 (edits), 2.13.24 (types)  */
#include "gate/file/art.h"
#include "gate/file/cfb.h"
#include "gate/file/links.h"
#include "gate/file/lock_streams.h"

#include "base/cursor.h"
#include "base/text.h"

enum { RT_DOCUMENT = 0x3E8, RT_DOCUMENT_ATOM = 0x3E9, RT_SLIDE = 0x3EE, RT_NOTES = 0x3F0,
       RT_SLIDE_PERSIST = 0x3F3, RT_MASTER = 0x3F8, RT_SLIDE_SHOW = 0x3F9, RT_HANDOUT = 0xFC9, RT_CSTRING = 0xFBA,
       RT_LINK_ATOM = 0xFD3, RT_LINK = 0xFD7, RT_ACTION = 0xFF3, RT_EDIT = 0xFF5, RT_USER = 0xFF6,
       RT_MACROS = 0x3FF, RT_ANIMATION_ATOM = 0xFF1, RT_TAG = 0x138A, RT_TAG_DATA = 0x138B, RT_TAG_TEXT = 0x1389, RT_DIRECTORY = 0x1772 };
enum { TOKEN_PLAIN = 0xE391C05F, TOKEN_ENCRYPTED = 0xF3D1C4DF, OBJECTS_MOST = 65536, LINKS_MOST = 65536 };

struct ppt {
	struct job *job;
	struct compound *compound;
	struct slice in;
	uint32_t *offsets;      /* of each persistent object; 0: none */
	uint8_t *wanted;        /* a byte each */
	uint32_t count;         /* highest number + 1 */
	uint32_t document, seed, edit_version, last_slide, last_view;
	uint32_t *links;        /* numbers of the hyperlinks that stay */
	uint32_t link_count;
	struct buffer made, pictures;
	uint32_t session;       /* the object that says how all are encrypted; 0: not */
	struct office_lock lock;
	const char *place;
	bool action_gone;       /* of the record being written */
	uint8_t told[8192];
};

static struct result damaged(struct ppt *p, const char *text)
{
	return job_refuse(p->job, REFUSAL_DAMAGED, "PowerPoint Document", "%s", text);
}

static uint16_t u16(struct slice s, size_t at)
{
	return at + 2 <= s.len ? (uint16_t)((unsigned)s.at[at] | (unsigned)s.at[at + 1] << 8) : 0;
}

static uint32_t u32(struct slice s, size_t at)
{
	return u16(s, at) | (uint32_t)u16(s, at + 2) << 16;
}

/* The whole record at an offset; empty where there is none of this type. */
static struct slice record_at(const struct ppt *p, uint32_t offset, uint16_t type)
{
	struct slice at = slice_part(p->in, offset, p->in.len);
	if (at.len < 8 || (type && u16(at, 2) != type) || u32(at, 4) > at.len - 8)
		return slice_of(NULL, 0);
	return slice_part(at, 0, 8 + (size_t)u32(at, 4));
}

/* ---- edits and directories ---- */

static struct result take_directory(struct ppt *p, uint32_t offset)
{
	struct slice directory = record_at(p, offset, RT_DIRECTORY);
	struct cursor c = cursor_of(slice_part(directory, 8, directory.len), NULL);
	if (!directory.len)
		return damaged(p, "a directory that is not there");
	while (cursor_left(&c) >= 4) {
		uint32_t head = cursor_take_le32(&c), first = head & 0xFFFFF, count = head >> 20;
		for (uint32_t i = first; i < first + count; i++) {
			uint32_t at = cursor_take_le32(&c);
			if (!cursor_ok(&c) || i >= OBJECTS_MOST)
				return damaged(p, "a directory that does not end where it should");
			if (p->offsets[i] == 0)
				p->offsets[i] = at; /* the newest came first */
			p->count = i + 1 > p->count ? i + 1 : p->count;
		}
	}
	return ok();
}

static struct result take_edits(struct ppt *p, uint32_t offset)
{
	bool newest = true;
	for (uint32_t before = UINT32_MAX; offset && offset < before; newest = false) {
		struct slice edit = record_at(p, offset, RT_EDIT);
		if (edit.len < 8 + 28)
			return damaged(p, "an edit record that is not there");
		if (edit.len >= 8 + 32 && newest)
			p->session = u32(edit, 36);
		if (newest) {
			p->last_slide = u32(edit, 8);
			p->edit_version = u32(edit, 12);
			p->document = u32(edit, 24);
			p->seed = u32(edit, 28);
			p->last_view = u32(edit, 32);
		}
		TRY(job_pay_work(p->job, 1024));
		TRY(take_directory(p, u32(edit, 20)));
		before = offset;
		offset = u32(edit, 16);
	}
	return ok();
}

static struct result read_user(struct ppt *p, struct why *why)
{
	const struct cfb_entry *entry = cfb_find(&p->compound->cfb, 0, "Current User");
	if (!entry || entry->kind != CFB_STREAM)
		return damaged(p, "the stream of the current user is missing");
	struct cfb_bytes bytes = cfb_load(&p->compound->cfb, entry);
	struct slice user = slice_of(bytes.at, bytes.len);
	if (!bytes.at)
		return job_memory(why);
	if (user.len < 20 || u16(user, 2) != RT_USER)
		return damaged(p, "the stream of the current user is cut off");
	TRY(take_edits(p, u32(user, 16)));
	if (!p->session && u32(user, 12) == TOKEN_ENCRYPTED)
		return damaged(p, "encrypted, without the record that says how");
	return ok();
}

/* ---- what the document leads to ---- */

static void want(struct ppt *p, uint32_t number)
{
	if (number && number < p->count)
		p->wanted[number] = 1;
}

/* UTF-16 of a link's target. */
static bool target_safe(struct ppt *p, struct slice wide)
{
	struct buffer AUTO(buffer_done) text = {0};
	buffer_init(&text, 1 << 16);
	for (size_t i = 0; i + 1 < wide.len && u16(wide, i); i += 2)
		utf8_put(&text, u16(wide, i));
	return buffer_ok(&text) && link_allowed(&p->job->links, buffer_slice(&text));
}

/* A link: its number, how it is called, where it leads, a place there. */
static bool link_safe(struct ppt *p, struct slice body, uint32_t *number)
{
	bool safe = true;
	*number = 0;
	for (size_t pos = 0; pos + 8 <= body.len;) {
		uint32_t len = u32(body, pos + 4);
		struct slice inside = slice_part(body, pos + 8, len);
		if (u16(body, pos + 2) == RT_LINK_ATOM)
			*number = u32(inside, 0);
		if (u16(body, pos + 2) == RT_CSTRING && u16(body, pos) >> 4 == 1)
			safe &= target_safe(p, inside);
		pos += 8 + (size_t)len;
	}
	return safe && *number;
}

/* ---- the list of record types ---- */

static const uint16_t listed[] = {
	0x3E8, 0x3E9, 0x3EA, 0x3EE, 0x3EF, 0x3F0, 0x3F1, 0x3F2, 0x3F3, 0x3F8, 0x3F9, 0x3FA, 0x3FB, 0x3FD, 0x3FE, 0x401,
	0x402, 0x407, 0x408, 0x409, 0x40A, 0x40B, 0x40C, 0x40D, 0x40F, 0x410, 0x411, 0x412, 0x413, 0x414, 0x415, 0x41C,
	0x41D, 0x41F, 0x420, 0x422, 0x424, 0x425, 0x426, 0x7D0, 0x7D5, 0x7D6, 0x7E3, 0x7E9, 0x7F0, 0xBC3, 0xBDB, 0xBDC,
	0xBDD, 0xF9E, 0xF9F, 0xFA0, 0xFA1, 0xFA2, 0xFA3, 0xFA4, 0xFA5, 0xFA6, 0xFA7, 0xFA8, 0xFA9, 0xFAA, 0xFAB, 0xFAC,
	0xFAD, 0xFAE, 0xFAF, 0xFB0, 0xFB1, 0xFB2, 0xFB3, 0xFB4, 0xFB5, 0xFB6, 0xFB7, 0xFBA, 0xFC8, 0xFC9, 0xFD0, 0xFD2,
	0xFD3, 0xFD7, 0xFD8, 0xFD9, 0xFDA, 0xFDF, 0xFE4, 0xFE7, 0xFF0, 0xFF1, 0xFF2, 0xFF3, 0xFF7, 0xFF8, 0xFF9, 0xFFA,
	0x1014, 0x1015, 0x1018, 0x1388, 0x138A, 0x138B, 0x1770, 0x2EE0, 0x2EE1, 0x2EE4, 0x2EE5, 0x2EEB, 0x2EEC,
	0xF000, 0xF001, 0xF002, 0xF003, 0xF004, 0xF005, 0xF006, 0xF007, 0xF008, 0xF009, 0xF00A, 0xF00B, 0xF00D, 0xF00E,
	0xF00F, 0xF010, 0xF011, 0xF012, 0xF013, 0xF014, 0xF015, 0xF016, 0xF017, 0xF118, 0xF119, 0xF11A, 0xF11D, 0xF11E,
	0xF120, 0xF121, 0xF122,
};

static const struct {
	uint16_t first, last;
	const char *what; /* NULL: nobody misses it */
} others[] = {
	{0x3FF, 0x400, NULL}, {0x406, 0x406, "hidden-data"}, {0x40E, 0x40E, NULL}, {0x41E, 0x41E, NULL},
	{0x423, 0x423, NULL}, {0x427, 0x428, NULL}, {0x7E4, 0x7E7, "media"}, {0x7F8, 0x7F9, "picture"},
	{0xBC1, 0xBC1, NULL}, {0xFB8, 0xFB8, "embedded-font"}, {0xFC1, 0xFC1, NULL}, {0xFC3, 0xFC3, NULL},
	{0xFCC, 0xFCD, "ole-object"}, {0xFCE, 0xFD1, "ole-object"}, {0xFEE, 0xFFB, "activex"},
	{0x1004, 0x1010, "media"}, {0x1011, 0x1011, "ole-object"}, {0x1012, 0x1013, "media"},
	{0x1389, 0x1389, "tags"}, {0x177A, 0x177A, NULL}, {0x177B, 0x1789, "external-link"},
	{0x2AFB, 0x2B0F, "animation"}, {0xF123, 0xF17F, "animation"}, {0xF11F, 0xF11F, "ole-object"},
};

static void tell(struct ppt *p, uint16_t type)
{
	const char *what = "unknown-part";
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (type >= others[i].first && type <= others[i].last)
			what = others[i].what;
	if (!what || p->told[type / 8] >> type % 8 & 1)
		return;
	p->told[type / 8] |= (uint8_t)(1u << type % 8);
	const char *place = what[0] == 'u' ? arena_printf(p->job->arena, "record %04X", type) : p->place;
	job_drop(p->job, what, place ? place : "");
}

static bool type_listed(uint16_t type)
{
	for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++)
		if (listed[i] == type)
			return true;
	return type >= 0xF018 && type <= 0xF117; /* pictures */
}

/* ---- actions ---- */

enum { ACTION_NONE = 0, ACTION_JUMP = 3, ACTION_LINK = 4, ACTION_SHOW = 7, ACTION_MEDIA = 6 };

static bool link_stays(const struct ppt *p, uint32_t number)
{
	for (uint32_t i = 0; i < p->link_count; i++)
		if (p->links[i] == number)
			return true;
	return false;
}

/* A click keeps its place in the text and loses what it would do. */
static void put_action(struct ppt *p, uint16_t options, struct slice body, struct buffer *out)
{
	uint8_t made[16] = {0};
	memcpy(made, body.at, body.len < 16 ? body.len : 16);
	uint32_t link = u32(slice_of(made, 16), 4);
	bool stays = made[8] == ACTION_NONE || made[8] == ACTION_JUMP || made[8] == ACTION_SHOW ||
	             (made[8] == ACTION_LINK && link_stays(p, link));
	memset(made, 0, 4); /* a sound */
	p->action_gone = !stays;
	if (!stays) {
		job_drop(p->job, made[8] == ACTION_LINK ? "unsafe-link" : made[8] == ACTION_MEDIA ? "media" : "action",
		         p->place);
		memset(made, 0, sizeof made);
		made[12] = 0xFF; /* no kind of link */
	}
	buffer_put_le16(out, options);
	buffer_put_le16(out, RT_ACTION);
	buffer_put_le32(out, 16);
	buffer_put(out, made, 16);
}

/* Names of macros stand beside actions; the records that follow one are its own. */
static bool macro_name(uint16_t options, uint16_t type)
{
	return type == RT_CSTRING && options >> 4 == 2;
}

/* A tag of PowerPoint's own, whose data are records. */
static bool known_tag(struct slice body)
{
	static const char *const names[] = {"___PPT9", "___PPT10", "___PPT12"};
	if (u16(body, 2) != RT_CSTRING)
		return false;
	for (size_t i = 0; i < 3; i++) {
		size_t len = strlen(names[i]);
		bool same = u32(body, 4) == len * 2 && body.len >= 8 + len * 2;
		for (size_t k = 0; same && k < len; k++)
			same = u16(body, 8 + k * 2) == (uint8_t)names[i][k];
		if (same)
			return true;
	}
	return false;
}

/* Written as one piece, whatever its options say of records inside. */
static bool whole(uint16_t type)
{
	return type == RT_LINK || type == RT_ACTION || type == RT_ANIMATION_ATOM || type == RT_SLIDE_SHOW;
}

/* Whether a record is written at all: what lies in one that is not leads nowhere. */
static bool stays(uint16_t type, struct slice body)
{
	return type_listed(type) && (type != RT_TAG || known_tag(body));
}

static struct result look_through(struct ppt *p, struct slice document)
{
	for (size_t pos = 0; pos + 8 <= document.len;) {
		uint16_t options = u16(document, pos), type = u16(document, pos + 2);
		uint32_t len = u32(document, pos + 4), number;
		struct slice body = slice_part(document, pos + 8, len);
		if (len > document.len - pos - 8)
			return damaged(p, "a record longer than its place");
		if (type == RT_SLIDE_PERSIST)
			want(p, u32(body, 0));
		if (type == RT_DOCUMENT_ATOM) {
			want(p, u32(body, 24));
			want(p, u32(body, 28));
		}
		if (type == RT_LINK && link_safe(p, body, &number) && p->link_count < LINKS_MOST)
			p->links[p->link_count++] = number;
		bool inside = (options & 0xF) == 0xF && !whole(type) && stays(type, body);
		pos += inside ? 8 : 8 + (size_t)len;
	}
	return ok();
}

static void put_without_sound(uint16_t options, uint16_t type, struct slice body, size_t at, struct buffer *out)
{
	buffer_put_le16(out, options);
	buffer_put_le16(out, type);
	buffer_put_le32(out, (uint32_t)body.len);
	buffer_put_slice(out, body);
	if (buffer_ok(out) && body.len >= at + 4)
		memset(out->at + out->len - body.len + at, 0, 4);
}

static enum art_fate judge(void *user, uint16_t options, uint16_t type, struct slice body, struct buffer *out)
{
	struct ppt *p = user;
	uint32_t number;
	if (type == RT_MACROS && (u32(body, 12) || u32(body, 8)))
		job_drop(p->job, "vba", p->place);
	if (!type_listed(type)) {
		tell(p, type);
		return ART_DROP;
	}
	if (type == RT_ACTION)
		return put_action(p, options, body, out), ART_DONE;
	if (type == RT_ANIMATION_ATOM)
		return put_without_sound(options, type, body, 8, out), ART_DONE;
	if (type == RT_SLIDE_SHOW)
		return put_without_sound(options, type, body, 4, out), ART_DONE;
	if (type == RT_LINK && !link_safe(p, body, &number)) {
		job_drop(p->job, "unsafe-link", p->place);
		return ART_DROP;
	}
	if (type == RT_TAG && !known_tag(body)) {
		job_drop(p->job, "tags", p->place);
		return ART_DROP;
	}
	if (macro_name(options, type) && p->action_gone)
		return ART_DROP;
	if (type != RT_CSTRING)
		p->action_gone = false;
	return type == RT_TAG_DATA ? ART_ENTER : ART_COPY;
}

/* ---- writing ---- */

static bool living(uint16_t type)
{
	return type == RT_DOCUMENT || type == RT_SLIDE || type == RT_NOTES || type == RT_MASTER || type == RT_HANDOUT;
}

static struct result put_object(struct ppt *p, uint32_t number, const struct art_store *store, struct why *why)
{
	struct art_rules rules = {judge, p};
	struct slice record = record_at(p, p->offsets[number], 0);
	bool kept = p->wanted[number] && record.len && living(u16(record, 2));
	uint32_t at = (uint32_t)p->made.len;
	if (p->wanted[number] && !record.len)
		return damaged(p, "an object that is not where the directory says");
	if (kept) {
		p->place = arena_printf(p->job->arena, "object %u", number);
		p->place = p->place ? p->place : "";
		TRY(art_rewrite_by(p->job, record, store, &rules, p->place, &p->made, why));
	}
	if (!kept)
		p->wanted[number] = 0;
	p->offsets[number] = at;
	return ok();
}

static void put_directory(struct ppt *p)
{
	size_t length = p->made.len + 4;
	buffer_put_le16(&p->made, 0);
	buffer_put_le16(&p->made, RT_DIRECTORY);
	buffer_put_le32(&p->made, 0);
	for (uint32_t i = 1; i < p->count;) {
		uint32_t from = i;
		while (i < p->count && p->wanted[i] && i - from < 0xFFF)
			i++;
		if (i == from) {
			i++;
			continue;
		}
		buffer_put_le32(&p->made, from | (i - from) << 20);
		for (uint32_t k = from; k < i; k++)
			buffer_put_le32(&p->made, p->offsets[k]);
	}
	uint32_t len = (uint32_t)(p->made.len - length - 4);
	for (unsigned i = 0; i < 4 && buffer_ok(&p->made); i++)
		p->made.at[length + i] = (uint8_t)(len >> 8 * i);
}

static uint32_t put_edit(struct ppt *p, uint32_t directory)
{
	uint32_t at = (uint32_t)p->made.len;
	buffer_put_le16(&p->made, 0);
	buffer_put_le16(&p->made, RT_EDIT);
	buffer_put_le32(&p->made, 28);
	buffer_put_le32(&p->made, p->last_slide);
	buffer_put_le32(&p->made, p->edit_version);
	buffer_put_le32(&p->made, 0);
	buffer_put_le32(&p->made, directory);
	buffer_put_le32(&p->made, p->document);
	buffer_put_le32(&p->made, p->seed);
	buffer_put_le32(&p->made, p->last_view & 0xFFFF);
	return at;
}

static struct slice current_user(struct arena *arena, uint32_t edit)
{
	struct buffer AUTO(buffer_done) made = {0};
	buffer_init(&made, 256);
	buffer_put_le16(&made, 0);
	buffer_put_le16(&made, RT_USER);
	buffer_put_le32(&made, 24);
	buffer_put_le32(&made, 20);
	buffer_put_le32(&made, TOKEN_PLAIN);
	buffer_put_le32(&made, edit);
	buffer_put_le16(&made, 0);      /* no name */
	buffer_put_le16(&made, 0x03F4);
	buffer_put_le32(&made, 3);      /* major version 3 */
	buffer_put_le32(&made, 8);
	return arena_copy(arena, buffer_slice(&made));
}

static struct result put_objects(struct ppt *p, uint32_t *edit, struct why *why)
{
	const struct cfb_entry *entry = cfb_find(&p->compound->cfb, 0, "Pictures");
	struct cfb_bytes pictures = {NULL, 0};
	if (entry && entry->kind == CFB_STREAM) {
		pictures = cfb_load(&p->compound->cfb, entry);
		if (!pictures.at)
			return job_memory(why);
		if (p->session)
			ppt_unlock_pictures(&p->lock, pictures);
	}
	struct art_store store = {slice_of(pictures.at, pictures.len), &p->pictures, 0};
	for (uint32_t i = 1; i < p->count; i++)
		TRY(put_object(p, i, &store, why));
	uint32_t directory = (uint32_t)p->made.len;
	put_directory(p);
	*edit = put_edit(p, directory);
	return ok();
}

static struct result read_all(struct ppt *p, struct why *why)
{
	struct compound *c = p->compound;
	const struct cfb_entry *entry = cfb_find(&c->cfb, 0, "PowerPoint Document");
	if (!entry || entry->kind != CFB_STREAM)
		return damaged(p, "its stream is missing");
	struct cfb_bytes bytes = cfb_load(&c->cfb, entry);
	p->offsets = ARENA_ARRAY(c->arena, OBJECTS_MOST, uint32_t);
	p->wanted = arena_alloc(c->arena, OBJECTS_MOST);
	p->links = ARENA_ARRAY(c->arena, LINKS_MOST, uint32_t);
	if (!bytes.at || !p->offsets || !p->wanted || !p->links)
		return job_memory(why);
	p->in = slice_of(bytes.at, bytes.len);
	TRY(read_user(p, why));
	if (p->session)
		TRY(ppt_unlock(p->job, bytes, &(struct ppt_objects){p->offsets, p->count, p->document, p->session}, c->arena,
		               &p->lock, why));
	if (p->document == 0 || p->document >= p->count)
		return damaged(p, "it has no document");
	struct slice document = record_at(p, p->offsets[p->document], RT_DOCUMENT);
	if (!document.len)
		return damaged(p, "its document is not where the directory says");
	p->wanted[p->document] = 1;
	return look_through(p, document);
}

static struct result build(struct ppt *p, struct buffer *out, struct why *why)
{
	static const uint8_t clsid[16] = "\x10\x8D\x81\x64\x9B\x4F\xCF\x11\x86\xEA\0\xAA\0\xB9\x29\xE8";
	struct compound *c = p->compound;
	uint32_t edit;
	TRY(read_all(p, why));
	TRY(put_objects(p, &edit, why));
	struct slice user = current_user(c->arena, edit);
	if (!buffer_ok(&p->made) || !buffer_ok(&p->pictures) || !user.at)
		return job_memory(why);
	cfb_plan_begin(&c->plan, c->arena, clsid);
	cfb_plan_add(&c->plan, 0, "Current User", false, user);
	cfb_plan_add(&c->plan, 0, "PowerPoint Document", false, buffer_slice(&p->made));
	if (p->pictures.len)
		cfb_plan_add(&c->plan, 0, "Pictures", false, buffer_slice(&p->pictures));
	TRY(compound_properties(c, why));
	compound_drop_rest(c, "Current User|PowerPoint Document|Pictures|\5SummaryInformation|"
	                      "\5DocumentSummaryInformation");
	return cfb_write(&c->plan, out, why);
}

struct result ppt_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct compound compound;
	struct ppt p = {.job = job, .compound = &compound, .place = ""};
	buffer_init(&p.made, (size_t)512 << 20);
	buffer_init(&p.pictures, (size_t)512 << 20);
	const char *ending = job->made_ending; /* pictures inside have their own */
	struct result result = compound_begin(&compound, job, in, why);
	if (result.code == OK)
		result = build(&p, out, why);
	buffer_done(&p.made);
	buffer_done(&p.pictures);
	compound_end(&compound);
	job->made_ending = ending;
	return result;
}
