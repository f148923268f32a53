/* Outlook's msg: properties of a list out of the compound file, as a mail.
 *
 * What is not on the list (forms, rules, tracking, named properties) is not read.  A
 * message inside becomes a mail inside; an object of OLE goes with a notice.
 * source  MS-OXMSG 2.1 to 2.4; MS-OXPROPS                                     */
#include "gate/file/cfb.h"
#include "gate/file/mapi.h"

#include "base/cursor.h"

enum { TOP_HEADER = 32, INNER_HEADER = 24, OTHER_HEADER = 8, PROPERTY = 16, NESTED_MOST = 4 };
enum { SENT = 0x0039, PAGE = 0x3FFD, INTERNET_PAGE = 0x3FDE, METHOD = 0x3705, RECIPIENT = 0x0C15, DELIVERED = 0x0E06 };
enum { BY_VALUE = 1, EMBEDDED = 5, OLE_OBJECT = 6, TO = 1, CC = 2 };

struct msg {
	struct outlook *o;
	const struct cfb *cfb;
	uint32_t storage;
};

static struct slice load(const struct msg *m, uint32_t storage, const char *name)
{
	const struct cfb_entry *entry = cfb_find(m->cfb, storage, name);
	if (!entry || entry->kind != CFB_STREAM)
		return SLICE("");
	struct cfb_bytes bytes = cfb_load(m->cfb, entry);
	return bytes.at ? slice_of(bytes.at, bytes.len) : SLICE("");
}

static struct slice binary(const struct msg *m, uint32_t storage, unsigned id)
{
	char name[32];
	snprintf(name, sizeof name, "__substg1.0_%04X0102", id);
	return load(m, storage, name);
}

/* A text property in either form; "" if there is none. */
static const char *text(const struct msg *m, uint32_t storage, unsigned id)
{
	char name[32];
	snprintf(name, sizeof name, "__substg1.0_%04X001F", id);
	struct slice wide = load(m, storage, name);
	snprintf(name, sizeof name, "__substg1.0_%04X001E", id);
	struct slice narrow = wide.len ? SLICE("") : load(m, storage, name);
	const char *value = wide.len ? mapi_text(m->o, wide, true) : narrow.len ? mapi_text(m->o, narrow, false) : "";
	return value ? value : "";
}

/* A property of fixed length; 0 if there is none. */
static uint64_t number(const struct msg *m, uint32_t storage, size_t header, unsigned id)
{
	struct slice all = load(m, storage, "__properties_version1.0");
	for (size_t at = header; at + PROPERTY <= all.len; at += PROPERTY) {
		struct cursor c = cursor_of(slice_part(all, at, PROPERTY), NULL);
		uint32_t tag = cursor_take_le32(&c);
		cursor_skip(&c, 4);
		uint64_t value = cursor_take_le64(&c);
		if (tag >> 16 == id)
			return (tag & 0xFFFF) == 3 ? (uint32_t)value : value;
	}
	return 0;
}

static void add_recipient(struct msg *m, uint32_t storage)
{
	const char *name = text(m, storage, 0x3001), *address = text(m, storage, 0x39FE);
	uint64_t kind = number(m, storage, OTHER_HEADER, RECIPIENT);
	const char **list = kind == CC ? &m->o->cc : &m->o->to;
	if (!address[0])
		address = text(m, storage, 0x3003);
	bool mail = strchr(address, '@') != NULL;
	if (kind != TO && kind != CC)
		return; /* a blind copy is not told */
	const char *one = mail && name[0] && strcmp(name, address) ? arena_printf(m->o->arena, "%s <%s>", name, address)
		: mail ? address : name;
	const char *all = *list && (*list)[0] ? arena_printf(m->o->arena, "%s, %s", *list, one ? one : "") : one;
	*list = all ? all : *list;
}

static struct result take_message(struct outlook *o, const struct cfb *cfb, uint32_t storage, unsigned depth, struct buffer *out,
                                  struct why *why);

static struct result add_embedded(struct msg *m, uint32_t attachment, const char *name, unsigned depth, struct why *why)
{
	struct buffer AUTO(buffer_done) made = {0};
	const struct cfb_entry *inner = cfb_find(m->cfb, attachment, "__substg1.0_3701000D");
	struct outlook o;
	if (!inner || inner->kind != CFB_STORAGE)
		return ok();
	if (depth == NESTED_MOST)
		return job_refuse(m->o->job, REFUSAL_DEEP, name, "messages nested too deep");
	if (!mapi_begin(&o, m->o->job, m->o->arena))
		return job_memory(why);
	buffer_init(&made, (size_t)512 << 20);
	o.page = m->o->page;
	TRY(take_message(&o, m->cfb, cfb_index(m->cfb, inner), depth + 1, &made, why));
	struct slice bytes = arena_copy(m->o->arena, buffer_slice(&made));
	const char *file = arena_printf(m->o->arena, "%s.eml", name[0] ? name : "メール");
	return bytes.at && file && mapi_attach(m->o, file, "message/rfc822", bytes) ? ok() : job_memory(why);
}

static struct result add_attachment(struct msg *m, uint32_t storage, unsigned depth, struct why *why)
{
	const char *name = text(m, storage, 0x3707);
	if (!name[0])
		name = text(m, storage, 0x3704);
	uint64_t method = number(m, storage, OTHER_HEADER, METHOD);
	TRY(job_pay_entry(m->o->job));
	if (method == EMBEDDED)
		return add_embedded(m, storage, text(m, storage, 0x3001), depth, why);
	struct slice content = binary(m, storage, 0x3701);
	if (method == OLE_OBJECT || (method != BY_VALUE && content.len == 0)) {
		job_drop(m->o->job, method == OLE_OBJECT ? "ole-object" : "external-link", name[0] ? name : "attachment");
		return ok();
	}
	return mapi_attach(m->o, name, "application/octet-stream", content) ? ok() : job_memory(why);
}

static struct result take_children(struct msg *m, unsigned depth, struct why *why)
{
	for (uint32_t i = 1; i < m->cfb->count; i++) {
		const struct cfb_entry *entry = &m->cfb->entries[i];
		struct slice name = slice_str(entry->name);
		if (entry->parent != m->storage || entry->kind != CFB_STORAGE)
			continue;
		if (slice_starts(name, SLICE("__recip_version1.0_")))
			add_recipient(m, i);
		if (slice_starts(name, SLICE("__attach_version1.0_")))
			TRY(add_attachment(m, i, depth, why));
	}
	return ok();
}

static struct result take_message(struct outlook *o, const struct cfb *cfb, uint32_t storage, unsigned depth, struct buffer *out,
                                  struct why *why)
{
	struct msg m = {o, cfb, storage};
	size_t header = depth ? INNER_HEADER : TOP_HEADER;
	uint64_t page = number(&m, storage, header, PAGE);
	o->page = page ? (uint32_t)page : o->page;
	o->internet_page = (uint32_t)number(&m, storage, header, INTERNET_PAGE);
	o->sent = number(&m, storage, header, SENT);
	if (!o->sent)
		o->sent = number(&m, storage, header, DELIVERED);
	o->subject = text(&m, storage, 0x0037);
	o->from_name = text(&m, storage, 0x0C1A);
	o->from_address = text(&m, storage, 0x5D01);
	if (!o->from_address[0])
		o->from_address = text(&m, storage, 0x0C1F);
	o->id = text(&m, storage, 0x1035);
	o->plain = slice_str(text(&m, storage, 0x1000));
	o->html = binary(&m, storage, 0x1013);
	if (!o->html.len) {
		o->html = slice_str(text(&m, storage, 0x1013));
		o->internet_page = o->html.len ? 65001 : o->internet_page;
	}
	o->rtf = o->plain.len || o->html.len ? SLICE("") : mapi_rtf(o, binary(&m, storage, 0x1009));
	TRY(take_children(&m, depth, why));
	return mapi_emit(o, out, why);
}

struct result msg_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct compound c;
	struct outlook o;
	struct result result = compound_begin(&c, job, in, why);
	if (result.code == OK)
		result = mapi_begin(&o, job, c.arena) ? take_message(&o, &c.cfb, 0, 0, out, why) : job_memory(why);
	compound_end(&c);
	return result;
}
