/* TNEF (winmail.dat): what Outlook wraps its mail in, unwrapped into a mail.
 *
 * source  MS-OXTNEF 2.1 (structure), 2.1.3.3 (attributes), 2.1.3.4 (properties)  */
#include "gate/file/mapi.h"

#include "base/cursor.h"

enum { SIGNATURE = 0x223E9F78, NAMED = 0x8000, MULTIPLE = 0x1000, ATTRIBUTES_MOST = 10000 };
enum attribute { FROM = 0x8000, SUBJECT = 0x8004, SENT = 0x8005, MESSAGE_ID = 0x8009, TITLE = 0x8010, BODY = 0x800C, DATA = 0x800F,
	PROPERTIES = 0x9003, RENDER = 0x9002, OWN = 0x9005, PAGE = 0x9007 };

struct wrapped {
	struct outlook *o;
	bool attachment;     /* one is open */
	const char *title, *name;
	struct slice data;
	bool object, full;
};

static const char *text(struct wrapped *w, struct slice bytes, bool wide)
{
	const char *value = mapi_text(w->o, bytes, wide);
	return value ? value : "";
}

static void end_attachment(struct wrapped *w)
{
	const char *name = w->name && w->name[0] ? w->name : w->title ? w->title : "";
	if (w->attachment && w->object)
		job_drop(w->o->job, "ole-object", name[0] ? name : "attachment");
	else if (w->attachment)
		w->full |= !mapi_attach(w->o, name, "application/octet-stream", w->data);
	*w = (struct wrapped){.o = w->o, .full = w->full};
}

/* ---- properties ---- */

static size_t fixed_size(uint16_t type)
{
	switch (type) {
	case 2: case 3: case 4: case 0xA: case 0xB: return 4;
	case 5: case 6: case 7: case 0x14: case 0x40: return 8;
	case 0x48: return 16;
	default: return 0;
	}
}

static struct slice take_padded(struct cursor *c)
{
	uint32_t len = cursor_take_le32(c);
	struct slice value = cursor_take(c, len);
	size_t rest = (4 - len % 4) % 4;
	cursor_skip(c, rest < cursor_left(c) ? rest : cursor_left(c));
	return value;
}

static void skip_name(struct cursor *c)
{
	cursor_skip(c, 16);
	if (cursor_take_le32(c) == 0)
		cursor_skip(c, 4);
	else
		(void)take_padded(c);
}

static void message_property(struct wrapped *w, uint16_t id, uint16_t type, struct slice value)
{
	struct outlook *o = w->o;
	bool wide = type == 0x1F, words = wide || type == 0x1E;
	if (id == 0x1000 && words)
		o->plain = slice_str(text(w, value, wide));
	else if (id == 0x1013 && (words || type == 0x102))
		o->html = words ? slice_str(text(w, value, wide)) : value;
	else if (id == 0x1009 && type == 0x102)
		o->rtf = mapi_rtf(o, value);
	else if (id == 0x0037 && words)
		o->subject = text(w, value, wide);
	else if (id == 0x0C1A && words)
		o->from_name = text(w, value, wide);
	else if ((id == 0x5D01 || (id == 0x0C1F && !o->from_address)) && words)
		o->from_address = text(w, value, wide);
	else if (id == 0x3FDE && value.len == 4)
		o->internet_page = (uint32_t)value.at[0] | (uint32_t)value.at[1] << 8 | (uint32_t)value.at[2] << 16;
}

static void attachment_property(struct wrapped *w, uint16_t id, uint16_t type, struct slice value)
{
	bool wide = type == 0x1F, words = wide || type == 0x1E;
	if ((id == 0x3707 || (id == 0x3001 && !w->name)) && words)
		w->name = text(w, value, wide);
	if (id == 0x3701 && type == 0x102)
		w->data = value;
	w->object |= id == 0x3701 && type == 0xD;
}

static bool take_properties(struct wrapped *w, struct slice in, bool attachment)
{
	struct cursor c = cursor_of(in, NULL);
	uint32_t count = cursor_take_le32(&c);
	for (uint32_t i = 0; i < count && cursor_ok(&c); i++) {
		uint16_t type = cursor_take_le16(&c), id = cursor_take_le16(&c);
		uint16_t single = type & (uint16_t)~MULTIPLE;
		if (id >= NAMED)
			skip_name(&c);
		size_t size = fixed_size(single);
		uint32_t values = (type & MULTIPLE) || !size ? cursor_take_le32(&c) : 1;
		for (uint32_t k = 0; k < values && cursor_ok(&c); k++) {
			struct slice value = size ? cursor_take(&c, size) : take_padded(&c);
			if (k == 0 && cursor_ok(&c) && attachment)
				attachment_property(w, id, single, value);
			else if (k == 0 && cursor_ok(&c))
				message_property(w, id, single, value);
		}
	}
	return cursor_ok(&c);
}

/* ---- attributes ---- */

static bool take_attribute(struct wrapped *w, uint32_t id, struct slice data)
{
	switch ((enum attribute)(id & 0xFFFF)) {
	case PAGE:
		w->o->page = data.len >= 4 ? (uint32_t)data.at[0] | (uint32_t)data.at[1] << 8 | (uint32_t)data.at[2] << 16 : 0;
		return true;
	case SUBJECT:
		w->o->subject = text(w, data, false);
		return true;
	case BODY:
		w->o->plain = slice_str(text(w, data, false));
		return true;
	case MESSAGE_ID: case FROM: case SENT:
		return true;
	case PROPERTIES:
		return take_properties(w, data, false);
	case RENDER:
		end_attachment(w);
		w->attachment = true;
		return true;
	case TITLE:
		w->title = text(w, data, false);
		return true;
	case DATA:
		w->data = data;
		return true;
	case OWN:
		return take_properties(w, data, true);
	}
	return true; /* others carry what a mail does not need */
}

static struct result damaged(struct wrapped *w, const struct cursor *c, const char *what)
{
	const char *place = arena_printf(w->o->job->arena, "offset %zu", c->pos);
	return job_refuse(w->o->job, REFUSAL_DAMAGED, place, "%s", what);
}

static struct result read_all(struct wrapped *w, struct slice in)
{
	struct cursor c = cursor_of(in, NULL);
	if (cursor_take_le32(&c) != SIGNATURE)
		return damaged(w, &c, "no TNEF");
	cursor_skip(&c, 2);
	for (unsigned i = 0; cursor_left(&c); i++) {
		uint8_t level = cursor_take_u8(&c);
		uint32_t id = cursor_take_le32(&c), len = cursor_take_le32(&c);
		struct slice data = cursor_take(&c, len);
		uint16_t sum = cursor_take_le16(&c), made = 0;
		for (size_t k = 0; k < data.len; k++)
			made = (uint16_t)(made + data.at[k]);
		if (!cursor_ok(&c) || (level != 1 && level != 2) || i == ATTRIBUTES_MOST)
			return damaged(w, &c, "a broken attribute");
		if (sum != made)
			return damaged(w, &c, "an attribute whose sum is wrong");
		if (!take_attribute(w, id, data))
			return damaged(w, &c, "broken properties");
	}
	end_attachment(w);
	return cursor_ok(&c) ? ok() : damaged(w, &c, "it is cut off");
}

struct result tnef_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct arena AUTO(arena_drop) *arena = arena_new((size_t)1 << 30);
	struct outlook o;
	struct wrapped w = {.o = &o};
	if (!arena || !mapi_begin(&o, job, arena))
		return job_memory(why);
	TRY(job_pay_bytes(job, in.len));
	TRY(read_all(&w, in));
	if (w.full)
		return job_memory(why);
	if (o.plain.len || o.html.len)
		o.rtf = SLICE("");
	return mapi_emit(&o, out, why);
}
