/* Drawing records of the old Office formats.
 *
 * All three formats keep shapes in one kind of record tree.  The tree is walked
 * with a stack of container ends, not by recursion.  In the tables of properties
 * those that hold a script, a package, a link or a path are emptied where they
 * stand, so that a table's length never changes; only pictures change length.
 * source  MS-ODRAW 2.2.1 (record header), 2.2.23 ff. (pictures), 2.3 (properties) */
#include "gate/file/art.h"

#include "base/cursor.h"

enum { CONTAINER = 0xF, DEPTH_MOST = 64,
       ART_FBSE = 0xF007, ART_OPT = 0xF00B, ART_OPT2 = 0xF121, ART_OPT3 = 0xF122,
       ART_BLIP_FIRST = 0xF018, ART_BLIP_LAST = 0xF117 };

struct record {
	uint16_t options, type;
	uint32_t len;
};

static struct record take_record(struct cursor *c)
{
	struct record r = {cursor_take_le16(c), cursor_take_le16(c), 0};
	r.len = cursor_take_le32(c);
	return r;
}

static void put_record(struct buffer *out, uint16_t options, uint16_t type, uint32_t len)
{
	buffer_put_le16(out, options);
	buffer_put_le16(out, type);
	buffer_put_le32(out, len);
}

static uint32_t le32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void set_le32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

/* ---- properties ---- */

enum property_kind { WIPE, WIPE_LINK, WIPE_PATH, PATH_FLAGS };
enum { NAME_DO_NOT_SAVE = 4, NAME_LINKED = 8 }; /* the picture is in another file */

static const struct {
	uint16_t first, last;
	enum property_kind kind;
	const char *what;
} properties[] = {
	{0x0105, 0x0105, WIPE_PATH, NULL}, {0x0106, 0x0106, PATH_FLAGS, "external-link"},
	{0x0187, 0x0187, WIPE_PATH, NULL}, {0x0188, 0x0188, PATH_FLAGS, "external-link"},
	{0x01C7, 0x01C7, WIPE_PATH, NULL}, {0x01C8, 0x01C8, PATH_FLAGS, "external-link"},
	{0x0382, 0x0382, WIPE_LINK, "unsafe-link"},
	{0x038E, 0x038E, WIPE, "javascript"}, {0x0395, 0x039A, WIPE, "javascript"},
	{0x03A9, 0x03A9, WIPE, NULL}, /* the same shape once more, as a package */
	{0x0700, 0x0701, WIPE, "unknown-element"}, {0x0780, 0x078F, WIPE, "signature"},
};

static bool any_set(const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (at[i])
			return true;
	return false;
}

/* UTF-16 that holds a separator, a scheme or a share. */
static bool leads_away(const uint8_t *at, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		if (at[i + 1] == 0 && (at[i] == '/' || at[i] == '\\' || at[i] == ':'))
			return true;
	return false;
}

static void scrub_property(struct job *job, uint8_t *row, uint8_t *data, size_t len, const char *place)
{
	uint16_t id = (uint16_t)(row[0] | row[1] << 8);
	for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
		if ((id & 0x3FFF) < properties[i].first || (id & 0x3FFF) > properties[i].last)
			continue;
		enum property_kind kind = properties[i].kind;
		bool drop = kind == WIPE ? any_set(data, len)
			: kind == WIPE_PATH ? leads_away(data, len)
			: kind == WIPE_LINK ? len > 0 && any_set(data, len) &&
			  !(len > 16 && hyperlink_safe(&job->links, slice_of(data + 16, len - 16), NULL))
			: le32(row + 2) != 0;
		bool linked = (le32(row + 2) & (NAME_DO_NOT_SAVE | NAME_LINKED)) != 0;
		if (drop && properties[i].what && kind != WIPE_PATH && (kind != PATH_FLAGS || linked))
			job_drop(job, properties[i].what, place);
		if (drop && len)
			memset(data, 0, len);
		if (drop && kind == PATH_FLAGS)
			set_le32(row + 2, 0);
	}
}

/* Length of a complex value; those of arrays are sometimes told without the six
 * bytes of the array's own head. */
static size_t complex_len(const uint8_t *row, struct slice rest)
{
	static const uint16_t arrays[] = {0x145, 0x146, 0x151, 0x152, 0x153, 0x155, 0x156, 0x157, 0x197, 0x1CF,
	                                  0x383, 0x39B, 0x3A0, 0x504};
	uint16_t id = (uint16_t)((row[0] | row[1] << 8) & 0x3FFF);
	size_t told = le32(row + 2);
	for (size_t i = 0; rest.len >= 6 && i < sizeof arrays / sizeof arrays[0]; i++) {
		unsigned count = (unsigned)(rest.at[0] | rest.at[1] << 8), each = (unsigned)(rest.at[4] | rest.at[5] << 8);
		if (arrays[i] == id && told == (size_t)count * (each == 0xFFF0 ? 4 : each))
			return told + 6;
	}
	return told;
}

void art_properties(struct job *job, uint8_t *at, size_t len, unsigned count, const char *place)
{
	size_t rows = (size_t)count * 6, data = rows;
	if (rows > len)
		return memset(at, 0, len), (void)0;
	for (size_t row = 0; row < rows; row += 6) {
		bool complex = at[row + 1] & 0x80;
		size_t want = complex ? complex_len(at + row, slice_of(at + data, len - data)) : 0;
		if (want > len - data)
			want = len - data;
		scrub_property(job, at + row, at + data, want, place);
		data += want;
	}
}

bool art_scrub(struct job *job, uint8_t *at, size_t len, const char *place)
{
	struct cursor c = cursor_of(slice_of(at, len), NULL);
	while (cursor_left(&c) >= 8) {
		struct record r = take_record(&c);
		if ((r.options & 0xF) == CONTAINER)
			continue;
		size_t have = r.len < cursor_left(&c) ? r.len : cursor_left(&c);
		if (r.type == ART_OPT || r.type == ART_OPT2 || r.type == ART_OPT3)
			art_properties(job, at + c.pos, have, r.options >> 4, place);
		if (have < r.len)
			return false;
		cursor_skip(&c, r.len);
	}
	return true;
}

/* ---- the tree, with new lengths ---- */

struct open_container {
	size_t ends;   /* in the input */
	size_t length; /* place of the length field in the output */
};

struct rewrite {
	struct job *job;
	const struct art_store *store;
	const char *place;
	struct buffer *out;
	struct open_container stack[DEPTH_MOST];
	unsigned depth;
};

static void close_to(struct rewrite *w, size_t pos)
{
	while (w->depth && w->stack[w->depth - 1].ends <= pos) {
		size_t at = w->stack[--w->depth].length;
		if (buffer_ok(w->out))
			set_le32(w->out->at + at, (uint32_t)(w->out->len - at - 4));
	}
}

enum { FBSE_LEN = 36, FBSE_SIZE = 20, FBSE_OFFSET = 28, FBSE_NAME = 33 };

/* A picture in another stream goes into the new one. */
static struct result move_picture(struct rewrite *w, uint8_t *head, struct why *why)
{
	uint32_t offset = le32(head + FBSE_OFFSET), size = le32(head + FBSE_SIZE);
	const struct art_store *store = w->store;
	set_le32(head + FBSE_OFFSET, UINT32_MAX);
	set_le32(head + FBSE_SIZE, 0);
	if (!store || offset == UINT32_MAX || size < 8 || offset >= store->stream.len)
		return ok();
	struct slice record = slice_part(store->stream, offset, store->stream.len);
	if (record.len < 8)
		return ok();
	record = slice_part(record, 0, 8 + (size_t)le32(record.at + 4));
	size_t before = store->made->len;
	TRY(blip_rewrite(w->job, record, w->place, store->made, &head[0], why));
	head[1] = head[0];
	set_le32(head + FBSE_OFFSET, (uint32_t)(store->base + before));
	set_le32(head + FBSE_SIZE, (uint32_t)(store->made->len - before));
	return ok();
}

static struct result rewrite_fbse(struct rewrite *w, struct record r, struct slice body, struct why *why)
{
	uint8_t head[FBSE_LEN];
	size_t length = w->out->len + 4;
	if (body.len < FBSE_LEN)
		return job_refuse(w->job, REFUSAL_DAMAGED, w->place, "a picture entry that is cut off");
	memcpy(head, body.at, FBSE_LEN);
	size_t name = head[FBSE_NAME];
	struct slice inside = slice_part(body, FBSE_LEN + name, body.len);
	head[FBSE_NAME] = 0; /* its file name */
	struct buffer AUTO(buffer_done) made = {0};
	buffer_init(&made, (size_t)1 << 30);
	if (inside.len >= 8) {
		TRY(blip_rewrite(w->job, inside, w->place, &made, &head[0], why));
		head[1] = head[0];
		set_le32(head + FBSE_SIZE, (uint32_t)made.len);
		set_le32(head + FBSE_OFFSET, 0);
	} else {
		TRY(move_picture(w, head, why));
	}
	put_record(w->out, (uint16_t)((head[0] << 4) | (r.options & 0xF)), r.type, 0);
	buffer_put(w->out, head, FBSE_LEN);
	buffer_put_slice(w->out, buffer_slice(&made));
	if (!buffer_ok(&made))
		return job_memory(why);
	if (buffer_ok(w->out))
		set_le32(w->out->at + length, (uint32_t)(w->out->len - length - 4));
	return ok();
}

static struct result rewrite_atom(struct rewrite *w, struct record r, struct slice body, struct why *why)
{
	if (r.type == ART_FBSE)
		return rewrite_fbse(w, r, body, why);
	size_t at = w->out->len;
	uint8_t kind;
	if (r.type >= ART_BLIP_FIRST && r.type <= ART_BLIP_LAST)
		return blip_rewrite(w->job, slice_of(body.at - 8, body.len + 8), w->place, w->out, &kind, why);
	put_record(w->out, r.options, r.type, r.len);
	buffer_put_slice(w->out, body);
	if (buffer_ok(w->out) && (r.type == ART_OPT || r.type == ART_OPT2 || r.type == ART_OPT3))
		art_properties(w->job, w->out->at + at + 8, body.len, r.options >> 4, w->place);
	return ok();
}

static enum art_fate judge(const struct art_rules *rules, struct record r, struct slice body, struct buffer *out)
{
	enum art_fate fate = rules ? rules->judge(rules->user, r.options, r.type, body, out) : ART_COPY;
	return fate == ART_COPY && (r.options & 0xF) == CONTAINER ? ART_ENTER : fate;
}

struct result art_rewrite_by(struct job *job, struct slice in, const struct art_store *store,
                             const struct art_rules *rules, const char *place, struct buffer *out,
                             struct why *why)
{
	struct rewrite w = {.job = job, .store = store, .place = place, .out = out};
	struct cursor c = cursor_of(in, NULL);
	TRY(job_pay_work(job, in.len));
	while (cursor_left(&c) >= 8) {
		close_to(&w, c.pos);
		struct record r = take_record(&c);
		if (r.len > cursor_left(&c))
			return job_refuse(job, REFUSAL_DAMAGED, place, "a drawing record longer than its place");
		struct slice body = slice_part(in, c.pos, r.len);
		enum art_fate fate = judge(rules, r, body, out);
		if (fate != ART_ENTER)
			cursor_skip(&c, r.len);
		if (fate == ART_COPY)
			TRY(rewrite_atom(&w, r, body, why));
		if (fate != ART_ENTER)
			continue;
		if (w.depth == DEPTH_MOST)
			return job_refuse(job, REFUSAL_DEEP, place, "drawings nested too deep");
		w.stack[w.depth++] = (struct open_container){c.pos + r.len, out->len + 4};
		put_record(out, r.options, r.type, r.len);
	}
	close_to(&w, SIZE_MAX);
	return ok();
}

struct result art_rewrite(struct job *job, struct slice in, const struct art_store *store, const char *place,
                          struct buffer *out, struct why *why)
{
	return art_rewrite_by(job, in, store, NULL, place, out, why);
}
