/* One binary part made clean, record by record.
 *
 * A first pass finds what can only be judged over the whole part: a shared
 * formula that is not allowed takes every cell that points at one with it, and
 * one validation or condition that is not allowed takes all of them, because
 * their counts stand before them.  The second pass writes.  A cell loses its
 * formula and keeps its value.
 * source  MS-XLSB 2.4 (records), 2.1.7 (parts)                              */
#include "gate/file/biff12.h"

#include "gate/file/opc.h"

enum {
	CELL_ERROR = 3, CELL_BOOL, CELL_REAL, CELL_TEXT,
	FORMULA_TEXT = 8, FORMULA_NUMBER, FORMULA_BOOL, FORMULA_ERROR,
	EXTENSION = 35, EXTENSION_END, ALTERNATE, ALTERNATE_END, NAME = 39, VALIDATION = 64,
	SHEET = 156, CACHE_SOURCE = 185, SOURCE_BOOK = 355, SOURCE_SELF = 357, SOURCE_SAME = 358,
	REFERENCES = 362, CACHE_ID = 386, CACHE_ID_END, ARRAY_FORMULA = 426, SHARED_FORMULA,
	CONDITIONS = 461, CONDITIONS_END, CONDITION, CONDITION_VALUE = 471, PAGE_SETUP = 478, LINK = 494,
	DRAWING = 550, LEGACY_DRAWING, LEGACY_HEADER, BACKGROUND = 562, VALIDATIONS = 573, VALIDATIONS_END,
	CHART_PAGE_SETUP = 652, LIST_PART = 661, SOURCE_ADDIN = 667,
	FLAGS_KEPT = 1 | 32, /* of a name: hidden, built in */
};

struct binary {
	struct package *package;
	struct part *part;
	const struct biff12_book *book;
	struct slice in;
	size_t same; /* as far as this, what goes out is what came in, and only if it is written is it in out */
	bool written;
	struct buffer *out;
	struct buffer text;
	bool shared_bad, validations_bad, conditions_bad;
	bool changed, broken;
	uint32_t names;
	const char *reported[16];
	size_t reported_count;
};

static void report(struct binary *b, const char *what)
{
	b->changed = true;
	for (size_t i = 0; i < b->reported_count; i++)
		if (b->reported[i] == what)
			return;
	if (b->reported_count < 16)
		b->reported[b->reported_count++] = what;
	job_drop_at(b->package->job, what, "%.*s", SLICE_ARG(b->part->name));
}

/* writing - where the next record goes, all before it written */
static struct buffer *writing(struct binary *b)
{
	if (!b->written)
		buffer_put_slice(b->out, slice_part(b->in, 0, b->same));
	b->written = true;
	return b->out;
}

static void keep(struct binary *b, const struct biff12_record *r)
{
	if (!b->written && b->same == r->from && r->to - r->from == biff12_length(r->type, r->body.len))
		b->same = r->to;
	else
		biff12_put(writing(b), r->type, r->body);
}

static bool broken(struct binary *b)
{
	b->broken = true;
	return false;
}

/* ---- formulas ---- */

static bool allowed(struct binary *b, struct slice tokens)
{
	bool shared = false;
	return biff12_formula_allowed(b->book, tokens, &shared) && !(shared && b->shared_bad);
}

/* Bytes before the formula of a cell: the cell's place, its value, its flags. */
static void skip_value(struct cursor *c, uint32_t type)
{
	cursor_skip(c, 8);
	if (type == FORMULA_TEXT)
		(void)biff12_take_string(c);
	else
		cursor_skip(c, type == FORMULA_NUMBER ? 8 : 1);
}

static void formula_cell(struct binary *b, const struct biff12_record *r)
{
	static const uint8_t plain[] = {CELL_TEXT, CELL_REAL, CELL_BOOL, CELL_ERROR};
	struct cursor c = cursor_of(r->body, NULL);
	skip_value(&c, r->type);
	size_t value = c.pos;
	cursor_skip(&c, 2);
	struct slice tokens = biff12_take_formula(&c);
	if (!cursor_ok(&c)) {
		b->broken = true;
		return;
	}
	if (allowed(b, tokens)) {
		keep(b, r);
		return;
	}
	biff12_put(writing(b), plain[r->type - FORMULA_TEXT], slice_part(r->body, 0, value));
	report(b, "formula");
}

static void group_formula(struct binary *b, const struct biff12_record *r)
{
	if (b->shared_bad)
		report(b, "formula");
	else
		keep(b, r);
}

static bool group_bad(struct binary *b, const struct biff12_record *r)
{
	struct cursor c = cursor_of(r->body, NULL);
	cursor_skip(&c, r->type == ARRAY_FORMULA ? 17 : 16);
	struct slice tokens = biff12_take_formula(&c);
	return !cursor_ok(&c) || !biff12_formula_allowed(b->book, tokens, NULL);
}

static bool validation_bad(struct binary *b, const struct biff12_record *r)
{
	struct cursor c = cursor_of(r->body, NULL);
	cursor_skip(&c, 4);
	uint32_t ranges = cursor_take_le32(&c);
	cursor_skip(&c, (size_t)ranges * 16);
	for (int i = 0; i < 4; i++)
		(void)biff12_take_string(&c);
	bool fine = biff12_formula_allowed(b->book, biff12_take_formula(&c), NULL);
	fine = fine && biff12_formula_allowed(b->book, biff12_take_formula(&c), NULL);
	return !fine || !cursor_ok(&c);
}

/* Formulas whose lengths stand before them all. */
static bool counted_bad(struct binary *b, struct cursor *c, const uint32_t *lengths, size_t count)
{
	bool bad = false;
	for (size_t i = 0; i < count; i++) {
		if (lengths[i] == 0)
			continue;
		struct slice tokens = cursor_take(c, lengths[i]);
		cursor_take(c, cursor_take_le32(c));
		bad |= !biff12_formula_allowed(b->book, tokens, NULL);
	}
	return bad || !cursor_ok(c);
}

static bool condition_bad(struct binary *b, const struct biff12_record *r)
{
	struct cursor c = cursor_of(r->body, NULL);
	uint32_t lengths[3];
	bool value = r->type == CONDITION_VALUE;
	cursor_skip(&c, value ? 20 : 30);
	for (size_t i = 0; i < (value ? 1u : 3u); i++)
		lengths[i] = cursor_take_le32(&c);
	if (!value)
		(void)biff12_take_string(&c);
	return counted_bad(b, &c, lengths, value ? 1 : 3);
}

static bool find_bad(struct binary *b, struct slice in)
{
	struct cursor c = cursor_of(in, NULL);
	struct biff12_record r;
	while (biff12_next(&c, &r)) {
		if (r.type == ARRAY_FORMULA || r.type == SHARED_FORMULA)
			b->shared_bad |= group_bad(b, &r);
		if (r.type == VALIDATION)
			b->validations_bad |= validation_bad(b, &r);
		if (r.type == CONDITION || r.type == CONDITION_VALUE)
			b->conditions_bad |= condition_bad(b, &r);
	}
	return cursor_ok(&c);
}

/* ---- relationships ---- */

/* The relationship that a string names, marked as needed; NULL: it went. */
static struct relation *needed(struct binary *b, struct slice wide)
{
	struct relation *relation = opc_relation(&b->part->relations, biff12_text(wide, &b->text));
	if (!relation || !relation->rule)
		return NULL;
	relation->live = true;
	return relation;
}

/* Records that are nothing but their relationship, after some bytes. */
static void related(struct binary *b, const struct biff12_record *r, size_t before)
{
	struct cursor c = cursor_of(r->body, NULL);
	cursor_skip(&c, before);
	struct slice id = biff12_take_string(&c);
	if (cursor_ok(&c) && needed(b, id))
		keep(b, r);
	else
		report(b, "dangling-link");
}

/* Records that live without it lose its name alone. */
static void page_setup(struct binary *b, const struct biff12_record *r)
{
	struct cursor c = cursor_of(r->body, NULL);
	size_t before = r->type == PAGE_SETUP ? 34 : 20;
	cursor_skip(&c, before);
	struct slice id = biff12_take_string(&c);
	if (!cursor_ok(&c) || id.at == NULL || needed(b, id)) {
		keep(b, r);
		return;
	}
	struct buffer AUTO(buffer_done) body = {0};
	buffer_init(&body, 256);
	buffer_put_slice(&body, slice_part(r->body, 0, before));
	buffer_put_le32(&body, UINT32_MAX);
	biff12_put(writing(b), r->type, buffer_slice(&body));
	b->changed = true; /* what it led to is reported */
}

static void link(struct binary *b, const struct biff12_record *r)
{
	struct cursor c = cursor_of(r->body, NULL);
	cursor_skip(&c, 16);
	struct slice id = biff12_take_string(&c);
	if (!cursor_ok(&c))
		b->broken = true;
	else if (id.len == 0 || needed(b, id))
		keep(b, r);
	else
		b->changed = true;
}

/* ---- the workbook ---- */

static void put_wide(struct buffer *out, const char *ascii)
{
	buffer_put_le32(out, (uint32_t)strlen(ascii));
	for (; *ascii; ascii++)
		buffer_put_le16(out, (uint8_t)*ascii);
}

/* A name stays in its place, since formulas count them; what it stood for goes. */
static void put_empty_name(struct binary *b, struct slice body, bool named, uint32_t number)
{
	static const uint8_t none[] = {2, 0, 0, 0, 0x1C, 0x17, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF};
	struct buffer AUTO(buffer_done) made = {0};
	struct cursor c = cursor_of(body, NULL);
	char neutral[32];
	buffer_init(&made, 1 << 20);
	uint32_t flags = cursor_take_le32(&c);
	cursor_skip(&c, 1);
	uint32_t sheet = cursor_take_le32(&c);
	struct slice name = biff12_take_string(&c);
	buffer_put_le32(&made, flags & (named ? FLAGS_KEPT : 1u));
	buffer_put_u8(&made, 0);
	buffer_put_le32(&made, sheet);
	snprintf(neutral, sizeof neutral, "_removed_%u", number);
	if (named) {
		buffer_put_le32(&made, (uint32_t)(name.len / 2));
		buffer_put_slice(&made, name);
	} else {
		put_wide(&made, neutral);
	}
	buffer_put(&made, none, sizeof none); /* #REF!, and no comment */
	biff12_put(writing(b), NAME, buffer_slice(&made));
}

static void defined_name(struct binary *b, const struct biff12_record *r)
{
	struct cursor c = cursor_of(r->body, NULL);
	uint32_t flags = cursor_take_le32(&c), number = ++b->names;
	cursor_skip(&c, 5);
	struct slice name = biff12_text(biff12_take_string(&c), &b->text);
	bool named = biff12_name_allowed(name, flags) &&
	             !(number <= b->book->name_count && b->book->calls[number - 1]);
	struct slice tokens = biff12_take_formula(&c);
	if (!cursor_ok(&c)) {
		b->broken = true;
		return;
	}
	if (named && biff12_formula_allowed(b->book, tokens, NULL)) {
		keep(b, r);
		return;
	}
	put_empty_name(b, r->body, named, number);
	report(b, named ? "formula" : "auto-name");
}

/* Sheet references that led out lead to no sheet of this workbook. */
static void references(struct binary *b, const struct biff12_record *r)
{
	struct buffer AUTO(buffer_done) made = {0};
	struct cursor c = cursor_of(r->body, NULL);
	uint32_t count = cursor_take_le32(&c);
	buffer_init(&made, r->body.len);
	buffer_put_le32(&made, count);
	for (uint32_t i = 0; i < count && cursor_ok(&c); i++) {
		uint32_t source = cursor_take_le32(&c), first = cursor_take_le32(&c), last = cursor_take_le32(&c);
		/* such a record of another part than the workbook was never counted */
		bool out = i >= b->book->outside_count || b->book->outside[i];
		buffer_put_le32(&made, out ? b->book->self : source);
		buffer_put_le32(&made, out ? UINT32_MAX : first);
		buffer_put_le32(&made, out ? UINT32_MAX : last);
	}
	b->broken |= !cursor_ok(&c) || cursor_left(&c) > 0;
	b->changed |= !slice_equal(buffer_slice(&made), r->body);
	biff12_put(writing(b), REFERENCES, buffer_slice(&made));
}

/* Supporting books are counted too: another one stands in an outer one's place. */
static void source(struct binary *b)
{
	biff12_put(writing(b), SOURCE_SAME, slice_of(NULL, 0));
	report(b, "external-link");
}

/* ---- records ---- */

static bool skip_until(struct binary *b, struct cursor *c, uint32_t last)
{
	struct biff12_record r;
	while (biff12_next(c, &r))
		if (r.type == last)
			return true;
	return broken(b);
}

/* An extension or an alternate stays only if everything in it may. */
static bool wrapped(struct binary *b, struct cursor *c, const struct biff12_record *first)
{
	uint32_t last = first->type + 1;
	struct cursor ahead = *c;
	struct biff12_record r;
	bool ended = false;
	const struct biff12_rule *bad = NULL;
	while (!ended && biff12_next(&ahead, &r)) {
		ended = r.type == last;
		const struct biff12_rule *rule = biff12_rule(r.type);
		bad = bad || ended || rule->fate == BIFF12_KEEP ? bad : rule;
	}
	if (!ended)
		return broken(b);
	if (!bad) {
		keep(b, first);
		return true;
	}
	*c = ahead;
	report(b, bad->what ? bad->what : "unknown-element");
	return true;
}

static bool whole_block(struct binary *b, struct cursor *c, const struct biff12_record *r, bool bad,
                        uint32_t last, const char *what)
{
	if (!bad) {
		keep(b, r);
		return true;
	}
	report(b, what);
	return skip_until(b, c, last);
}

static bool look(struct binary *b, struct cursor *c, const struct biff12_record *r)
{
	switch (r->type) {
	case FORMULA_TEXT: case FORMULA_NUMBER: case FORMULA_BOOL: case FORMULA_ERROR:
		formula_cell(b, r);
		break;
	case ARRAY_FORMULA: case SHARED_FORMULA:
		group_formula(b, r);
		break;
	case EXTENSION: case ALTERNATE:
		return wrapped(b, c, r);
	case NAME:
		defined_name(b, r);
		break;
	case SHEET:
		related(b, r, 8);
		break;
	case CACHE_ID:
		related(b, r, 4);
		break;
	case DRAWING: case LEGACY_DRAWING: case LEGACY_HEADER: case BACKGROUND: case LIST_PART:
		related(b, r, 0);
		break;
	case PAGE_SETUP: case CHART_PAGE_SETUP:
		page_setup(b, r);
		break;
	case LINK:
		link(b, r);
		break;
	case REFERENCES:
		references(b, r);
		break;
	case SOURCE_BOOK: case SOURCE_ADDIN:
		source(b);
		break;
	case VALIDATIONS:
		return whole_block(b, c, r, b->validations_bad, VALIDATIONS_END, "formula");
	case CONDITIONS:
		return whole_block(b, c, r, b->conditions_bad, CONDITIONS_END, "formula");
	default: /* judged with the block they stand in */
		keep(b, r);
		break;
	}
	return !b->broken;
}

static bool one_record(struct binary *b, struct cursor *c, const struct biff12_record *r)
{
	const struct biff12_rule *rule = biff12_rule(r->type);
	switch (rule->fate) {
	case BIFF12_KEEP:
		keep(b, r);
		return true;
	case BIFF12_LOOK:
		return look(b, c, r);
	case BIFF12_BLOCK:
		report(b, rule->what);
		return skip_until(b, c, rule->last);
	case BIFF12_DROP:
		break;
	}
	report(b, rule->what ? rule->what : "unknown-element");
	return true;
}

static bool write_records(struct binary *b, struct slice in)
{
	struct cursor c = cursor_of(in, NULL);
	struct biff12_record r;
	while (biff12_next(&c, &r))
		if (!one_record(b, &c, &r))
			return false;
	return cursor_ok(&c) && !b->broken;
}

struct result binary_part(struct package *package, struct part *part, struct slice in,
                          struct buffer *out, bool *changed, struct why *why)
{
	struct binary b = {.package = package, .part = part, .book = package->book, .in = in, .out = out};
	buffer_init(&b.text, 1 << 20);
	TRY(job_pay_work(package->job, 2 * (uint64_t)in.len));
	bool fine = find_bad(&b, in) && write_records(&b, in);
	if (b.changed || b.same < in.len)
		writing(&b);
	bool kept = buffer_ok(&b.text) && buffer_ok(out);
	buffer_done(&b.text);
	if (!fine)
		return job_refuse(package->job, REFUSAL_DAMAGED, opc_place(package, part->name), "broken records");
	*changed = b.written && (b.changed || !slice_equal(buffer_slice(out), in));
	return kept ? ok() : job_memory(why);
}

bool binary_cache_outside(struct slice in)
{
	struct cursor c = cursor_of(in, NULL);
	struct biff12_record r;
	bool outside = false;
	while (biff12_next(&c, &r)) {
		struct cursor body = cursor_of(r.body, NULL);
		if (r.type == CACHE_SOURCE)
			outside |= cursor_take_le32(&body) != 0 || !cursor_ok(&body);
	}
	return outside || !cursor_ok(&c);
}

struct slice binary_blank_sheet(void)
{
	static const uint8_t sheet[] = {
		0x81, 0x01, 0, 0x94, 0x01, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0x91, 0x01, 0, 0x92, 0x01, 0, 0x82, 0x01, 0,
	};
	return slice_of(sheet, sizeof sheet);
}
