/* What the compound formats share: opening, what is left behind, properties.
 *
 * A root entry is kept only because a format's reader rebuilt it; everything else
 * is named in the report by what it is for.
 * source  MS-OLEPS 2.21 (property sets), MS-OSHARED 2.3.3.2 (the two of Office) */
#include "gate/file/cfb.h"

#include "base/cursor.h"

struct result compound_begin(struct compound *c, struct job *job, struct slice in, struct why *why)
{
	*c = (struct compound){.job = job, .arena = arena_new((size_t)1 << 30)};
	if (!c->arena)
		return job_memory(why);
	const char *fault = cfb_open(&c->cfb, c->arena, in);
	if (c->cfb.no_memory)
		return job_memory(why);
	if (fault)
		return job_refuse(job, REFUSAL_DAMAGED, "", "%s", fault);
	TRY(job_pay_bytes(job, in.len));
	return ok();
}

void compound_end(struct compound *c)
{
	arena_free(c->arena);
	c->arena = NULL;
}

/* What a root entry is there for, by the beginning of its name. */
static const struct {
	const char *prefix, *what;
} purposes[] = {
	{"Macros", "vba"}, {"_VBA_PROJECT", "vba"}, {"VBA", "vba"}, {"PROJECT", "vba"},
	{"ObjectPool", "ole-object"}, {"MBD", "ole-object"}, {"LNK", "ole-object"}, {"Embedding", "ole-object"},
	{"\1Ole10", "ole-object"}, {"Equation Native", "ole-object"}, {"CONTENTS", "ole-object"},
	{"Ctls", "activex"}, {"\3OCX", "activex"}, {"MsoDataStore", "custom-xml"}, {"_SX_DB", "pivot"},
	{"_xmlsignatures", "signature"}, {"_signatures", "signature"}, {"MSODataStore", "custom-xml"},
	{"EncryptedSummary", "custom-properties"}, {"encryption", "custom-properties"},
	{"Revision Log", "hidden-data"}, {"User Names", "hidden-data"}, {"Versions", "hidden-data"},
};

/* These carry nothing that anybody sees or that could act: names of classes,
 * clipboard formats, the toolbar of one user. */
static const char silent[] = "\1CompObj|\1Ole|\3ObjInfo|XCB|\2OlePres000|0Table|1Table";

static bool in_list(const char *list, const char *name)
{
	for (size_t len; *list; list += len + (list[len] == '|')) {
		len = strcspn(list, "|");
		if (slice_equal_nocase(slice_of(list, len), slice_str(name)))
			return true;
	}
	return false;
}

void compound_drop_rest(struct compound *c, const char *kept)
{
	for (uint32_t i = 1; i < c->cfb.count; i++) {
		const struct cfb_entry *entry = &c->cfb.entries[i];
		const char *what = "unknown-part";
		if (entry->parent != 0 || in_list(kept, entry->name) || in_list(silent, entry->name))
			continue;
		for (size_t k = 0; k < sizeof purposes / sizeof purposes[0]; k++) {
			struct slice prefix = slice_str(purposes[k].prefix);
			if (slice_equal_nocase(slice_part(slice_str(entry->name), 0, prefix.len), prefix))
				what = purposes[k].what;
		}
		if (entry->kind == CFB_STREAM && entry->size == 0)
			continue;
		job_drop(c->job, what, cfb_place(c->job, entry));
	}
}

/* ---- property sets ---- */

static const uint8_t summary_id[16] = "\xE0\x85\x9F\xF2\xF9\x4F\x68\x10\xAB\x91\x08\x00\x2B\x27\xB3\xD9";
static const uint8_t document_id[16] = "\x02\xD5\xCD\xD5\x9C\x2E\x1B\x10\x93\x97\x08\x00\x2B\x2C\xF9\xAE";
enum { VT_I2 = 2, VT_I4 = 3, VT_BOOL = 11, VT_LPSTR = 30, VT_LPWSTR = 31, VT_FILETIME = 64 };
enum { PID_CODEPAGE = 1, PID_TEMPLATE = 7, PID_THUMBNAIL = 17, PROPERTIES_MOST = 64 };

/* Title, author, dates, counts.  Vectors, blobs and the thumbnail are not there. */
static bool wanted(bool document, uint32_t id)
{
	uint64_t list = document ? 0xC1CFFEull : 0xDFFFEull; /* 1-11, 14-16, 22, 23; 1-16, 18, 19 */
	return id < 64 && (list >> id & 1);
}

static bool leads_away(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (strchr("\\/:", text.at[i]) && text.at[i])
			return true;
	return false;
}

/* The value of one property, from its type on; 0 where it is not of a plain type. */
static size_t value_len(struct slice at, uint32_t type)
{
	struct cursor c = cursor_of(at, NULL);
	cursor_skip(&c, 4);
	switch (type) {
	case VT_I2: case VT_I4: case VT_BOOL:
		return at.len >= 8 ? 8 : 0;
	case VT_FILETIME:
		return at.len >= 12 ? 12 : 0;
	case VT_LPSTR: case VT_LPWSTR:
		break;
	default:
		return 0;
	}
	uint64_t len = (uint64_t)cursor_take_le32(&c) * (type == VT_LPWSTR ? 2 : 1);
	return cursor_ok(&c) && len <= cursor_left(&c) && len < 65536 ? (size_t)len + 8 : 0;
}

struct property {
	uint32_t id;
	struct slice value;
};

static bool take_section(struct slice section, bool document, struct property *list, size_t *count,
                         const char **dropped)
{
	struct cursor c = cursor_of(section, NULL);
	cursor_skip(&c, 4);
	uint32_t total = cursor_take_le32(&c);
	for (uint32_t i = 0; i < total && cursor_ok(&c) && i < 4096; i++) {
		uint32_t id = cursor_take_le32(&c), offset = cursor_take_le32(&c);
		struct slice at = slice_part(section, offset, section.len);
		if (!cursor_ok(&c) || at.len < 4)
			return false;
		uint32_t type = (uint32_t)at.at[0] | (uint32_t)at.at[1] << 8;
		size_t len = value_len(at, type);
		if (!document && id == PID_THUMBNAIL)
			*dropped = "thumbnail";
		if (!wanted(document, id) || len == 0 || *count == PROPERTIES_MOST)
			continue;
		if (!document && id == PID_TEMPLATE && leads_away(slice_part(at, 8, len - 8))) {
			*dropped = "template";
			continue;
		}
		list[(*count)++] = (struct property){id, slice_part(at, 0, len)};
	}
	return cursor_ok(&c);
}

static void put_set(const struct property *list, size_t count, bool document, struct buffer *out)
{
	uint32_t at = (uint32_t)(8 + count * 8), size = at;
	for (size_t i = 0; i < count; i++)
		size += (uint32_t)((list[i].value.len + 3) & ~(size_t)3);
	buffer_put(out, "\xFE\xFF\0\0\x06\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0", 28);
	buffer_put(out, document ? document_id : summary_id, 16);
	buffer_put_le32(out, 48);
	buffer_put_le32(out, size);
	buffer_put_le32(out, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		buffer_put_le32(out, list[i].id);
		buffer_put_le32(out, at);
		at += (uint32_t)((list[i].value.len + 3) & ~(size_t)3);
	}
	for (size_t i = 0; i < count; i++) {
		buffer_put_slice(out, list[i].value);
		while (buffer_ok(out) && out->len % 4)
			buffer_put_u8(out, 0);
	}
}

bool propset_rebuild(struct slice in, bool document, struct buffer *out, const char **dropped)
{
	struct property list[PROPERTIES_MOST];
	size_t count = 0;
	struct cursor c = cursor_of(in, NULL);
	bool known = cursor_take_le16(&c) == 0xFFFE;
	cursor_skip(&c, 22);
	uint32_t sets = cursor_take_le32(&c);
	*dropped = NULL;
	for (uint32_t i = 0; known && cursor_ok(&c) && i < sets && i < 2; i++) {
		struct slice id = cursor_take(&c, 16);
		uint32_t offset = cursor_take_le32(&c);
		bool own = id.len == 16 && memcmp(id.at, document ? document_id : summary_id, 16) == 0;
		if (!own)
			*dropped = "custom-properties";
		else if (!take_section(slice_part(in, offset, in.len), document, list, &count, dropped))
			return false;
	}
	if (!known || !cursor_ok(&c))
		return false;
	put_set(list, count, document, out);
	return true;
}

static struct result take_properties(struct compound *c, const char *name, bool document, struct why *why)
{
	const struct cfb_entry *entry = cfb_find(&c->cfb, 0, name);
	struct buffer AUTO(buffer_done) made = {0};
	const char *dropped = NULL;
	if (!entry || entry->kind != CFB_STREAM)
		return ok();
	struct cfb_bytes bytes = cfb_load(&c->cfb, entry);
	if (!bytes.at)
		return job_memory(why);
	buffer_init(&made, 1 << 20);
	bool readable = propset_rebuild(slice_of(bytes.at, bytes.len), document, &made, &dropped);
	if (!readable || dropped)
		job_drop(c->job, readable ? dropped : "unknown-part", cfb_place(c->job, entry));
	if (!readable || !buffer_ok(&made))
		return ok();
	struct slice copy = arena_copy(c->arena, buffer_slice(&made));
	if (!copy.at)
		return job_memory(why);
	cfb_plan_add(&c->plan, 0, name, false, copy);
	return ok();
}

struct result compound_properties(struct compound *c, struct why *why)
{
	TRY(take_properties(c, "\5SummaryInformation", false, why));
	return take_properties(c, "\5DocumentSummaryInformation", true, why);
}
