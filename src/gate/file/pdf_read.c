/* The strict reader: header, xref sections from the newest back, objects.
 *
 * The newest revision alone counts; what older ones said of an object is not
 * even read.  Objects are read when something reachable asks for them, so a
 * broken object that nothing names cannot refuse a document. */
#include "gate/file/pdf.h"

#include "base/checked.h"

#include <libdeflate.h>

struct pdf_packed {
	struct slice bytes;
	uint32_t count;
	const uint32_t *numbers, *offsets; /* of each object; offsets into bytes */
};

struct result pdf_refuse(struct pdf_document *doc, enum refusal refusal, uint64_t number,
                         const char *text)
{
	char place[40] = "file";
	if (number)
		snprintf(place, sizeof place, "object %llu", (unsigned long long)number);
	return job_refuse(doc->job, refusal, place, "%s", text);
}

static struct result refuse_at(struct pdf_document *doc, enum refusal refusal, size_t offset,
                               const char *text)
{
	char place[40];
	snprintf(place, sizeof place, "offset %zu", offset);
	return job_refuse(doc->job, refusal, place, "%s", text);
}

static struct result damaged_at(struct pdf_document *doc, size_t offset, const char *text)
{
	return refuse_at(doc, REFUSAL_DAMAGED, offset, text);
}

static struct pdf_lexer lexer_at(struct pdf_document *doc, struct slice in, size_t pos)
{
	return (struct pdf_lexer){.in = in, .pos = pos, .arena = doc->job->arena,
	                          .stack = &doc->stack};
}

static struct result lexer_fault(struct pdf_document *doc, const struct pdf_lexer *lex,
                                 uint64_t number)
{
	char place[64];
	snprintf(place, sizeof place, "object %llu offset %zu", (unsigned long long)number, lex->pos);
	return job_refuse(doc->job, lex->refusal, place, "%s", lex->fault);
}

/* ---- slots ------------------------------------------------------------ */

struct pdf_slot *pdf_slot_of(struct pdf_document *doc, uint64_t number)
{
	size_t count = doc->slots.len / sizeof(struct pdf_slot);
	return number < count ? (struct pdf_slot *)(void *)doc->slots.at + number : NULL;
}

static struct result need_slot(struct pdf_document *doc, uint64_t number, struct pdf_slot **out)
{
	if (number > PDF_OBJECTS)
		return pdf_refuse(doc, REFUSAL_LARGE, number, "an object number over 1,000,000");
	size_t count = doc->slots.len / sizeof(struct pdf_slot);
	if (number >= count) {
		size_t bytes = (number + 1 - count) * sizeof(struct pdf_slot);
		uint8_t *at = buffer_reserve(&doc->slots, bytes);
		if (!at)
			return fail(doc->why, E_MEMORY, "xref", "no memory for the xref table");
		memset(at, 0, bytes);
		buffer_commit(&doc->slots, bytes);
	}
	*out = pdf_slot_of(doc, number);
	return ok();
}

/* The newest word on a number stays; in a hybrid section the xref stream may
 * give what the table beside it calls free (section 7.5.8.4). */
static struct result set_slot(struct pdf_document *doc, uint64_t number, struct pdf_slot said,
                              uint32_t section)
{
	struct pdf_slot *slot;
	TRY(need_slot(doc, number, &slot));
	bool hybrid = slot->state == SLOT_FREE && slot->index == section && section;
	if (slot->state != SLOT_ABSENT && !hybrid)
		return ok();
	if (said.state == SLOT_FREE)
		said.index = section;
	*slot = said;
	doc->packs |= said.state == SLOT_PACKED;
	return ok();
}

/* ---- xref ------------------------------------------------------------- */

struct section {
	uint32_t id;          /* from 1 */
	uint64_t at;
	struct pdf_value trailer;
};

static uint64_t digits(const uint8_t *at, size_t count)
{
	uint64_t value = 0;
	for (size_t i = 0; i < count; i++) {
		uint8_t digit = (uint8_t)(at[i] - '0');
		if (digit > 9)
			return UINT64_MAX;
		value = value * 10 + digit;
	}
	return value;
}

/* A row as nearly all are: "0000000016 00000 n" and white-space.  Else nothing is taken. */
static bool read_plain_row(struct pdf_lexer *lex, struct pdf_slot *said)
{
	enum { ROW = 18 };
	size_t from = lex->pos;
	while (from < lex->in.len && pdf_is_space(lex->in.at[from]))
		from++;
	if (lex->in.len - from <= ROW)
		return false;
	const uint8_t *row = lex->in.at + from;
	uint64_t at = digits(row, 10), gen = digits(row + 11, 5);
	bool used = row[17] == 'n', shaped = row[10] == ' ' && row[16] == ' ' && pdf_is_space(row[ROW]);
	if (!shaped || at == UINT64_MAX || gen > 65535 || (!used && row[17] != 'f'))
		return false;
	lex->pos = from + ROW;
	*said = used ? (struct pdf_slot){.state = SLOT_OFFSET, .at = at, .gen = (uint16_t)gen}
	             : (struct pdf_slot){.state = SLOT_FREE};
	return true;
}

static struct result read_row(struct pdf_document *doc, struct pdf_lexer *lex, uint64_t number,
                              uint32_t section)
{
	uint64_t at, gen;
	struct pdf_slot plain;
	if (read_plain_row(lex, &plain))
		return set_slot(doc, number, plain, section);
	if (!pdf_integer(lex, UINT64_MAX, &at) || !pdf_integer(lex, 65536, &gen))
		return damaged_at(doc, lex->pos, "an xref row that is not two numbers and a letter");
	bool used = pdf_word(lex, "n");
	if (!used && !pdf_word(lex, "f"))
		return damaged_at(doc, lex->pos, "an xref row that is not two numbers and a letter");
	struct pdf_slot said = {.state = SLOT_FREE};
	if (used && gen <= 65535)
		said = (struct pdf_slot){.state = SLOT_OFFSET, .at = at, .gen = (uint16_t)gen};
	return set_slot(doc, number, said, section);
}

static struct result read_table(struct pdf_document *doc, struct pdf_lexer *lex, struct section *s)
{
	uint64_t first, count;
	while (pdf_integer(lex, PDF_OBJECTS, &first)) {
		size_t from = lex->pos;
		if (!pdf_integer(lex, PDF_OBJECTS, &count))
			return damaged_at(doc, from, "an xref subsection without a count");
		struct pdf_slot *last;
		if (count && count <= (lex->in.len - lex->pos) / 18 && first + count <= PDF_OBJECTS)
			TRY(need_slot(doc, first + count - 1, &last)); /* all at once */
		for (uint64_t i = 0; i < count; i++)
			TRY(read_row(doc, lex, first + i, s->id));
		TRY(job_pay_work(doc->job, lex->pos - from));
	}
	if (!pdf_word(lex, "trailer"))
		return damaged_at(doc, lex->pos, "an xref table without trailer");
	if (!pdf_parse(lex, &s->trailer))
		return lexer_fault(doc, lex, 0);
	if (s->trailer.kind != PDF_DICT)
		return damaged_at(doc, lex->pos, "a trailer that is no dictionary");
	return ok();
}

static struct result read_stream_tail(struct pdf_document *doc, struct pdf_lexer *lex,
                                      uint64_t number, struct pdf_object *object);

static uint64_t take_field(struct slice row, size_t *pos, uint64_t width)
{
	uint64_t v = 0;
	for (uint64_t i = 0; i < width; i++)
		v = v << 8 | row.at[(*pos)++];
	return v;
}

static struct result read_stream_rows(struct pdf_document *doc, struct slice rows,
                                      const uint64_t widths[3], uint64_t first, uint64_t count,
                                      uint32_t section)
{
	size_t pos = 0;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t type = widths[0] ? take_field(rows, &pos, widths[0]) : 1;
		uint64_t b = take_field(rows, &pos, widths[1]), c = take_field(rows, &pos, widths[2]);
		struct pdf_slot said = {.state = SLOT_FREE};
		if (type == 1 && c <= 65535)
			said = (struct pdf_slot){.state = SLOT_OFFSET, .at = b, .gen = (uint16_t)c};
		if (type == 2 && c <= UINT32_MAX)
			said = (struct pdf_slot){.state = SLOT_PACKED, .at = b, .index = (uint32_t)c};
		TRY(set_slot(doc, first + i, said, section));
	}
	return ok();
}

static bool small_integer(const struct pdf_value *v, uint64_t ceiling, uint64_t *out)
{
	if (!v || v->kind != PDF_INT || v->integer < 0 || (uint64_t)v->integer > ceiling)
		return false;
	*out = (uint64_t)v->integer;
	return true;
}

static bool read_widths(const struct pdf_value *dict, uint64_t widths[3])
{
	const struct pdf_value *w = pdf_get(dict, "W");
	if (!w || w->kind != PDF_ARRAY || w->count != 3)
		return false;
	for (size_t i = 0; i < 3; i++)
		if (!small_integer(&w->items[i], 8, &widths[i]))
			return false;
	return widths[0] + widths[1] + widths[2] > 0;
}

/* One pair of /Index, or the whole of /Size where there is none. */
static bool index_pair(const struct pdf_value *dict, uint32_t n, uint64_t *first, uint64_t *count)
{
	const struct pdf_value *index = pdf_get(dict, "Index");
	if (!index) {
		*first = 0;
		return n == 0 && small_integer(pdf_get(dict, "Size"), PDF_OBJECTS, count);
	}
	return index->kind == PDF_ARRAY && index->count / 2 > n &&
	       small_integer(&index->items[2 * n], PDF_OBJECTS, first) &&
	       small_integer(&index->items[2 * n + 1], PDF_OBJECTS, count);
}

static struct result read_xref_stream(struct pdf_document *doc, struct pdf_lexer *lex,
                                      struct section *s)
{
	size_t from = lex->pos;
	uint64_t number, gen, widths[3], first, count;
	struct pdf_object object = {0};
	if (!pdf_integer(lex, PDF_OBJECTS, &number) || !pdf_integer(lex, 65535, &gen) ||
	    !pdf_word(lex, "obj"))
		return damaged_at(doc, from, "no xref where startxref or Prev points");
	if (!pdf_parse(lex, &object.value))
		return lexer_fault(doc, lex, number);
	if (!pdf_is_name(pdf_get(&object.value, "Type"), "XRef") ||
	    !read_widths(&object.value, widths) || !pdf_word(lex, "stream"))
		return damaged_at(doc, from, "no xref where startxref or Prev points");
	TRY(read_stream_tail(doc, lex, number, &object));
	struct slice rows;
	TRY(pdf_plain(doc, &object, &rows));
	uint64_t width = widths[0] + widths[1] + widths[2], pos = 0;
	for (uint32_t n = 0; index_pair(&object.value, n, &first, &count); n++) {
		if (count > (rows.len - pos) / width)
			return damaged_at(doc, from, "an xref stream shorter than its index");
		TRY(read_stream_rows(doc, slice_part(rows, pos, count * width), widths, first, count,
		                     s->id));
		pos += count * width;
	}
	if (pos == 0)
		return damaged_at(doc, from, "an xref stream without a valid index");
	TRY(job_pay_work(doc->job, pos));
	s->trailer = object.value;
	return ok();
}

static struct result read_section(struct pdf_document *doc, struct section *s)
{
	if (s->at >= doc->in.len)
		return damaged_at(doc, doc->in.len, "startxref or Prev points beyond the file");
	struct pdf_lexer lex = lexer_at(doc, doc->in, s->at);
	if (!pdf_word(&lex, "xref"))
		return read_xref_stream(doc, &lex, s);
	TRY(read_table(doc, &lex, s));
	struct section hidden = {.id = s->id};
	const struct pdf_value *at = pdf_get(&s->trailer, "XRefStm");
	if (!at)
		return ok();
	if (!small_integer(at, doc->in.len - 1, &hidden.at))
		return damaged_at(doc, s->at, "an XRefStm that points nowhere");
	lex = lexer_at(doc, doc->in, hidden.at);
	return read_xref_stream(doc, &lex, &hidden);
}

static struct result check_loop(struct pdf_document *doc, uint64_t *seen, uint32_t count,
                                uint64_t at)
{
	for (uint32_t i = 0; i < count; i++)
		if (seen[i] == at)
			return damaged_at(doc, at, "xref sections in a circle");
	if (count >= PDF_SECTIONS)
		return refuse_at(doc, REFUSAL_BOMB, at, "more than 1024 xref sections");
	seen[count] = at;
	return ok();
}

static struct result read_sections(struct pdf_document *doc, uint64_t start)
{
	uint64_t *seen = ARENA_ARRAY(doc->job->arena, PDF_SECTIONS, uint64_t);
	if (!seen)
		return fail(doc->why, E_MEMORY, "xref", "no memory for the xref sections");
	struct section s = {.at = start};
	for (bool more = true; more;) {
		TRY(check_loop(doc, seen, s.id, s.at));
		s.id++;
		TRY(read_section(doc, &s));
		if (s.id == 1)
			doc->trailer = s.trailer;
		/* the newest trailer decides; an older one of a linearised file may be silent */
		if (pdf_get(&s.trailer, "Encrypt") && !pdf_get(&doc->trailer, "Encrypt"))
			return pdf_refuse(doc, REFUSAL_AMBIGUOUS, 0, "one revision is encrypted, a newer one is not");
		const struct pdf_value *prev = pdf_get(&s.trailer, "Prev");
		more = prev != NULL;
		if (more && !small_integer(prev, doc->in.len, &s.at))
			return damaged_at(doc, s.at, "a Prev that points nowhere");
	}
	return ok();
}

/* ---- header and end --------------------------------------------------- */

/* %PDF- must be the first bytes.  Readers accept it within the first 1024 and
 * then disagree on what offsets count from; a MIME head before it is how
 * "MalDoc in PDF" looks.  An UTF-8 mark or line ends before it are as bad for
 * the offsets: refused all the same. */
static struct result check_header(struct pdf_document *doc)
{
	size_t at = slice_find(slice_part(doc->in, 0, 1024 + 5), SLICE("%PDF-"));
	if (at == SIZE_MAX)
		return damaged_at(doc, 0, "no %PDF- header");
	if (at != 0)
		return refuse_at(doc, REFUSAL_AMBIGUOUS, 0, "bytes before the %PDF- header");
	bool version = doc->in.len >= 8 && (doc->in.at[5] == '1' || doc->in.at[5] == '2') &&
	               doc->in.at[6] == '.' && doc->in.at[7] >= '0' && doc->in.at[7] <= '9';
	return version ? ok() : damaged_at(doc, 5, "a version that is not 1.x or 2.x");
}

static size_t find_last(struct slice in, struct slice what)
{
	for (size_t i = in.len < what.len ? 0 : in.len - what.len + 1; i > 0; i--)
		if (slice_equal(slice_part(in, i - 1, what.len), what))
			return i - 1;
	return SIZE_MAX;
}

/* After the last %%EOF only white-space and NUL may stand: else another kind
 * of file may be glued on. */
static struct result check_end(struct pdf_document *doc, struct pdf_lexer *lex)
{
	struct slice tail = slice_part(doc->in, lex->pos, doc->in.len);
	size_t eof = slice_find(tail, SLICE("%%EOF"));
	size_t i = 0;
	while (i < tail.len && i < eof && pdf_is_space(tail.at[i]))
		i++;
	if (i == eof)
		i += 5;
	while (i < tail.len && pdf_is_space(tail.at[i]))
		i++;
	if (i < tail.len)
		return refuse_at(doc, REFUSAL_AMBIGUOUS, lex->pos + i, "bytes after the end of the PDF");
	return ok();
}

static struct result find_start(struct pdf_document *doc, uint64_t *start)
{
	size_t from = doc->in.len > 2048 ? doc->in.len - 2048 : 0;
	size_t at = find_last(slice_part(doc->in, from, 2048), SLICE("startxref"));
	if (at == SIZE_MAX) {
		size_t any = find_last(doc->in, SLICE("startxref"));
		return any == SIZE_MAX
		               ? damaged_at(doc, doc->in.len, "no startxref")
		               : refuse_at(doc, REFUSAL_AMBIGUOUS, any, "bytes after the end of the PDF");
	}
	struct pdf_lexer lex = lexer_at(doc, doc->in, from + at + 9);
	if (!pdf_integer(&lex, doc->in.len, start))
		return damaged_at(doc, lex.pos, "startxref without an offset");
	return check_end(doc, &lex);
}

struct result pdf_open(struct pdf_document *doc)
{
	uint64_t room = doc->job->left.expanded_bytes;
	buffer_init(&doc->slots, (PDF_OBJECTS + 1) * sizeof(struct pdf_slot));
	buffer_init(&doc->stack, (size_t)1 << 28);
	for (size_t i = 0; i < 3; i++)
		buffer_init(&doc->scratch[i], room < SIZE_MAX ? (size_t)room : SIZE_MAX);
	doc->inflater = libdeflate_alloc_decompressor();
	doc->deflater = libdeflate_alloc_compressor(1); /* tables of objects; the median file is two thirds of its size */
	if (!doc->inflater || !doc->deflater)
		return fail(doc->why, E_MEMORY, "pdf", "no memory for the compressor");
	uint64_t start;
	TRY(check_header(doc));
	TRY(find_start(doc, &start));
	TRY(read_sections(doc, start));
	return pdf_get(&doc->trailer, "Encrypt") ? pdf_unlock(doc) : ok();
}

void pdf_close(struct pdf_document *doc)
{
	buffer_done(&doc->slots);
	buffer_done(&doc->stack);
	for (size_t i = 0; i < 3; i++)
		buffer_done(&doc->scratch[i]);
	libdeflate_free_decompressor(doc->inflater);
	libdeflate_free_compressor(doc->deflater);
}

/* ---- objects ---------------------------------------------------------- */

/* The data of a stream: exactly /Length bytes, then white-space, endstream and
 * endobj.  Any other length is a stream that two readers cut differently. */
static struct result read_stream_tail(struct pdf_document *doc, struct pdf_lexer *lex,
                                      uint64_t number, struct pdf_object *object)
{
	if (object->value.kind != PDF_DICT)
		return pdf_refuse(doc, REFUSAL_DAMAGED, number, "a stream without dictionary");
	struct slice in = lex->in;
	while (lex->pos < in.len && (in.at[lex->pos] == ' ' || in.at[lex->pos] == '\t'))
		lex->pos++;
	if (lex->pos < in.len && in.at[lex->pos] == '\r')
		lex->pos++;
	if (lex->pos >= in.len || in.at[lex->pos] != '\n')
		return pdf_refuse(doc, REFUSAL_DAMAGED, number, "the word stream without a line end");
	lex->pos++;
	const struct pdf_value *value;
	uint64_t length;
	TRY(pdf_get_resolved(doc, &object->value, "Length", &value));
	if (!small_integer(value, in.len - lex->pos, &length))
		return pdf_refuse(doc, REFUSAL_DAMAGED, number, "a stream without a valid /Length");
	object->data = slice_part(in, lex->pos, (size_t)length);
	object->stream = true;
	lex->pos += (size_t)length;
	if (!pdf_word(lex, "endstream"))
		return pdf_refuse(doc, REFUSAL_DAMAGED, number, "a /Length that does not end at endstream");
	return ok();
}

static struct result load_plain(struct pdf_document *doc, uint64_t number, struct pdf_slot *slot,
                                struct pdf_object *object)
{
	if (slot->at == 0 || slot->at >= doc->in.len)
		return pdf_refuse(doc, REFUSAL_DAMAGED, number, "the xref points beyond the file");
	struct pdf_lexer lex = lexer_at(doc, doc->in, (size_t)slot->at);
	uint64_t num, gen;
	if (!pdf_integer(&lex, PDF_OBJECTS, &num) || !pdf_integer(&lex, 65535, &gen) ||
	    !pdf_word(&lex, "obj") || num != number || gen != slot->gen)
		return pdf_refuse(doc, REFUSAL_DAMAGED, number, "no such object where the xref points");
	lex.lock = doc->lock;
	lex.number = number;
	lex.gen = slot->gen;
	if (pdf_word(&lex, "endobj")) /* an empty object is null */
		return ok();
	if (!pdf_parse(&lex, &object->value))
		return lexer_fault(doc, &lex, number);
	if (pdf_word(&lex, "stream"))
		TRY(read_stream_tail(doc, &lex, number, object));
	if (!pdf_word(&lex, "endobj"))
		return pdf_refuse(doc, REFUSAL_DAMAGED, number, "an object without endobj");
	if (object->stream && doc->lock)
		TRY(pdf_lock_stream(doc, number, slot->gen, object));
	return job_pay_work(doc->job, lex.pos - (size_t)slot->at);
}

static struct result load(struct pdf_document *doc, uint64_t number, struct pdf_slot *slot);

/* The head of an object stream: pairs of number and offset. */
static struct result read_packed_head(struct pdf_document *doc, uint64_t number,
                                      const struct pdf_value *dict, struct pdf_packed *packed)
{
	uint64_t count, first;
	if (!pdf_is_name(pdf_get(dict, "Type"), "ObjStm") ||
	    !small_integer(pdf_get(dict, "N"), PDF_OBJECTS, &count) ||
	    !small_integer(pdf_get(dict, "First"), packed->bytes.len, &first) ||
	    count > packed->bytes.len / 2)
		return pdf_refuse(doc, REFUSAL_DAMAGED, number, "an object stream with a wrong head");
	uint32_t *numbers = ARENA_ARRAY(doc->job->arena, count + 1, uint32_t);
	uint32_t *offsets = ARENA_ARRAY(doc->job->arena, count + 1, uint32_t);
	if (!numbers || !offsets)
		return fail(doc->why, E_MEMORY, "object stream", "no memory for its index");
	struct pdf_lexer lex = lexer_at(doc, slice_part(packed->bytes, 0, (size_t)first), 0);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t num, offset;
		if (!pdf_integer(&lex, PDF_OBJECTS, &num) ||
		    !pdf_integer(&lex, packed->bytes.len - first, &offset))
			return pdf_refuse(doc, REFUSAL_DAMAGED, number, "an object stream with a wrong index");
		numbers[i] = (uint32_t)num;
		offsets[i] = (uint32_t)(first + offset);
	}
	packed->count = (uint32_t)count;
	packed->numbers = numbers;
	packed->offsets = offsets;
	return ok();
}

static struct result open_packed(struct pdf_document *doc, uint64_t number,
                                 struct pdf_packed **out)
{
	struct pdf_slot *slot = pdf_slot_of(doc, number);
	*out = slot ? slot->packed : NULL;
	if (*out)
		return ok();
	if (!slot || slot->state != SLOT_OFFSET)
		return pdf_refuse(doc, REFUSAL_DAMAGED, number, "the xref names an object stream that is none");
	if (!slot->loaded)
		TRY(load(doc, number, slot));
	if (!slot->object || !slot->object->stream)
		return pdf_refuse(doc, REFUSAL_DAMAGED, number, "the xref names an object stream that is none");
	struct pdf_packed *packed = ARENA_NEW(doc->job->arena, struct pdf_packed);
	struct slice plain;
	TRY(pdf_plain(doc, slot->object, &plain));
	if (plain.len > UINT32_MAX)
		return pdf_refuse(doc, REFUSAL_LARGE, number, "an object stream of more than 4 GiB");
	if (packed)
		packed->bytes = arena_copy(doc->job->arena, plain);
	if (!packed || !packed->bytes.at)
		return fail(doc->why, E_MEMORY, "object stream", "no memory for its objects");
	TRY(read_packed_head(doc, number, &slot->object->value, packed));
	*out = slot->packed = packed;
	return ok();
}

static struct result load_packed(struct pdf_document *doc, uint64_t number, struct pdf_slot *slot,
                                 struct pdf_object *object)
{
	struct pdf_packed *packed = NULL;
	TRY(open_packed(doc, slot->at, &packed));
	if (!packed || slot->index >= packed->count || packed->numbers[slot->index] != number)
		return pdf_refuse(doc, REFUSAL_DAMAGED, number, "not at its place in its object stream");
	size_t from = packed->offsets[slot->index];
	struct pdf_lexer lex = lexer_at(doc, packed->bytes, from);
	if (!pdf_parse(&lex, &object->value))
		return lexer_fault(doc, &lex, number);
	return job_pay_work(doc->job, lex.pos - from);
}

/* Loading one object can ask for others: a stream's /Length, the object stream
 * that holds it.  The chain is short in any honest file and bounded here. */
static struct result load(struct pdf_document *doc, uint64_t number, struct pdf_slot *slot)
{
	if (slot->loading || doc->loading >= PDF_LOADING)
		return pdf_refuse(doc, REFUSAL_DAMAGED, number, "an object that needs itself to be read");
	struct pdf_object *object = ARENA_NEW(doc->job->arena, struct pdf_object);
	if (!object)
		return fail(doc->why, E_MEMORY, "object", "no memory for an object");
	slot->loading = 1;
	doc->loading++;
	struct result r = slot->state == SLOT_PACKED ? load_packed(doc, number, slot, object)
	                                             : load_plain(doc, number, slot, object);
	doc->loading--;
	slot->loading = 0;
	TRY(r);
	slot->loaded = 1;
	slot->object = object;
	return ok();
}

struct result pdf_resolve(struct pdf_document *doc, const struct pdf_value *from,
                          const struct pdf_value **value, const struct pdf_object **object)
{
	static const struct pdf_value null = {.kind = PDF_NULL};
	const struct pdf_object *last = NULL;
	for (int hops = 0; from && from->kind == PDF_REF; hops++) {
		struct pdf_slot *slot = pdf_slot_of(doc, from->number);
		bool exists = slot && slot->state >= SLOT_OFFSET && slot->gen == from->gen;
		if (hops > 4)
			return pdf_refuse(doc, REFUSAL_DAMAGED, from->number, "a reference to itself");
		if (exists && !slot->loaded)
			TRY(load(doc, from->number, slot));
		last = exists ? slot->object : NULL;
		from = last ? &last->value : NULL;
	}
	*value = from ? from : &null;
	if (object)
		*object = last;
	return ok();
}
