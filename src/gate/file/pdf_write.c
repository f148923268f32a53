/* The writer: PDF 1.7, one layout for one content.
 *
 * Objects that are no streams are packed into object streams, at most 256
 * together, where the source has such streams; else each stands plain, with a
 * classic xref table, for it is no longer than it was then, and packing costs
 * more than all else that is done here.  Nothing else depends on the source's
 * layout, the day or chance, so that a rebuilt document rebuilds to itself.  There is
 * no /ID: nothing that we write is encrypted or signed, and an invented one
 * would only be one more thing to compare. */
#include "gate/file/pdf.h"

#include <libdeflate.h>

enum { CHUNK_OBJECTS = 256, CHUNK_BYTES = 1 << 20 };

enum { PLACE_FREE = 0, PLACE_OFFSET, PLACE_PACKED };

struct pdf_place {
	uint64_t at; /* offset, or the object stream's number */
	uint32_t index;
	uint8_t state;
};

void pdf_writer_init(struct pdf_writer *w, struct pdf_document *doc, struct buffer *out)
{
	size_t ceiling = out->ceiling;
	*w = (struct pdf_writer){.doc = doc, .out = out, .next = 1};
	buffer_init(&w->places, (PDF_OBJECTS + 1) * sizeof(struct pdf_place));
	buffer_init(&w->numbers, CHUNK_OBJECTS * 2 * sizeof(uint32_t));
	buffer_init(&w->object, ceiling);
	buffer_init(&w->chunk, ceiling);
	buffer_init(&w->packed, ceiling);
	buffer_put_str(out, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
}

void pdf_writer_done(struct pdf_writer *w)
{
	buffer_done(&w->places);
	buffer_done(&w->numbers);
	buffer_done(&w->object);
	buffer_done(&w->chunk);
	buffer_done(&w->packed);
}

uint32_t pdf_writer_number(struct pdf_writer *w)
{
	w->overflow |= w->next > PDF_OBJECTS;
	return w->next++;
}

/* ---- scalars ---------------------------------------------------------- */

void pdf_put_name(struct buffer *b, struct slice name)
{
	static const char digits[] = "0123456789ABCDEF";
	pdf_put(b, SLICE("/"));
	size_t from = 0;
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.at[i];
		if (c > ' ' && c < 0x7F && c != '#' && pdf_is_regular(c))
			continue;
		uint8_t escape[3] = {'#', (uint8_t)digits[c >> 4], (uint8_t)digits[c & 15]};
		buffer_put_slice(b, slice_part(name, from, i - from));
		buffer_put(b, escape, 3);
		from = i + 1;
	}
	if (from < name.len)
		pdf_put(b, slice_part(name, from, name.len));
}

static void put_string(struct buffer *b, struct slice text)
{
	buffer_put_u8(b, '(');
	size_t from = 0;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];
		if (c != '(' && c != ')' && c != '\\' && c != '\r')
			continue;
		buffer_put_slice(b, slice_part(text, from, i - from));
		buffer_put_u8(b, '\\');
		buffer_put_u8(b, c == '\r' ? 'r' : c);
		from = i + 1;
	}
	buffer_put_slice(b, slice_part(text, from, text.len));
	buffer_put_u8(b, ')');
}

void pdf_put_integer(struct buffer *b, int64_t v)
{
	char digits[24];
	size_t at = sizeof digits;
	uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	for (; rest > UINT32_MAX; rest /= 10)
		digits[--at] = (char)('0' + rest % 10);
	uint32_t few = (uint32_t)rest; /* divided in half the time */
	do {
		digits[--at] = (char)('0' + few % 10);
		few /= 10;
	} while (few);
	if (v < 0)
		digits[--at] = '-';
	pdf_put(b, slice_of(digits + at, sizeof digits - at));
}

/* A space where two words would run together, or a word become the name that was empty. */
static void separate(struct buffer *b)
{
	if (b->len && (pdf_is_regular(b->at[b->len - 1]) || b->at[b->len - 1] == '/'))
		pdf_put(b, SLICE(" "));
}

void pdf_put_scalar(struct buffer *b, const struct pdf_value *v)
{
	if (v->kind == PDF_NAME) {
		pdf_put_name(b, pdf_text(v));
		return;
	}
	if (v->kind == PDF_STRING) {
		put_string(b, pdf_text(v));
		return;
	}
	separate(b);
	if (v->kind == PDF_INT)
		pdf_put_integer(b, v->integer);
	else if (v->kind == PDF_REAL)
		buffer_put_slice(b, pdf_text(v));
	else if (v->kind == PDF_BOOL)
		buffer_put_str(b, v->integer ? "true" : "false");
	else
		buffer_put_str(b, "null");
}

/* ---- objects ---------------------------------------------------------- */

static struct pdf_place *place_of(struct pdf_writer *w, uint32_t number)
{
	size_t have = w->places.len / sizeof(struct pdf_place);
	if (number >= have) {
		size_t bytes = (number + 1 - have) * sizeof(struct pdf_place);
		uint8_t *at = buffer_reserve(&w->places, bytes);
		if (!at)
			return NULL;
		memset(at, 0, bytes);
		buffer_commit(&w->places, bytes);
	}
	return (struct pdf_place *)(void *)w->places.at + number;
}

static struct result set_place(struct pdf_writer *w, uint32_t number, struct pdf_place said)
{
	struct pdf_place *place = place_of(w, number);
	if (!place)
		return pdf_refuse(w->doc, REFUSAL_LARGE, 0, "more than 1,000,000 objects");
	*place = said;
	return ok();
}

/* Readers look for a header in the first 1024 bytes.  Where text of the
 * document would look like a second one there, a line of spaces goes before. */
static void keep_header_single(struct buffer *out, struct slice dict, const struct slice *body)
{
	enum { REACH = 1024 + 5 };
	struct slice data = body ? slice_part(*body, 0, REACH) : slice_of(NULL, 0);
	if (out->len >= REACH || (slice_find(slice_part(dict, 0, REACH), SLICE("%PDF-")) == SIZE_MAX &&
	                          slice_find(data, SLICE("%PDF-")) == SIZE_MAX))
		return;
	buffer_put_u8(out, '%');
	while (buffer_ok(out) && out->len < REACH)
		buffer_put_u8(out, ' ');
	buffer_put_u8(out, '\n');
}

static struct result put_indirect(struct pdf_writer *w, uint32_t number, struct slice dict,
                                  const struct slice *body)
{
	keep_header_single(w->out, dict, body);
	TRY(set_place(w, number, (struct pdf_place){.at = w->out->len, .state = PLACE_OFFSET}));
	pdf_put_integer(w->out, number);
	pdf_put(w->out, SLICE(" 0 obj"));
	if (dict.len && pdf_is_regular(dict.at[0]))
		buffer_put_u8(w->out, ' ');
	buffer_put_slice(w->out, dict);
	if (body) {
		pdf_put(w->out, SLICE("stream\n"));
		buffer_put_slice(w->out, *body);
		pdf_put(w->out, SLICE("\nendstream"));
	}
	pdf_put(w->out, SLICE("\nendobj\n"));
	if (!buffer_ok(w->out))
		return pdf_refuse(w->doc, REFUSAL_LARGE, 0, "the output is over its limit");
	return ok();
}

struct result pdf_write_stream(struct pdf_writer *w, uint32_t number, struct slice body)
{
	return put_indirect(w, number, buffer_slice(&w->object), &body);
}

static struct result deflate(struct pdf_writer *w, struct slice in, struct slice *out)
{
	size_t bound = libdeflate_zlib_compress_bound(w->doc->deflater, in.len);
	buffer_clear(&w->packed);
	uint8_t *to = buffer_reserve(&w->packed, bound);
	if (!to)
		return pdf_refuse(w->doc, REFUSAL_LARGE, 0, "the output is over its limit");
	size_t len = libdeflate_zlib_compress(w->doc->deflater, in.at, in.len, to, bound);
	buffer_commit(&w->packed, len);
	*out = buffer_slice(&w->packed);
	return ok();
}

static size_t chunk_count(const struct pdf_writer *w)
{
	return w->numbers.len / (2 * sizeof(uint32_t));
}

static struct result flush_packed(struct pdf_writer *w)
{
	const uint32_t *pairs = (const uint32_t *)(const void *)w->numbers.at;
	uint32_t stream = pdf_writer_number(w);
	struct slice body;
	buffer_clear(&w->object);
	for (size_t i = 0; i < chunk_count(w); i++) {
		for (size_t k = 0; k < 2; k++) {
			pdf_put_integer(&w->object, pairs[2 * i + k]);
			pdf_put(&w->object, SLICE(" "));
		}
		struct pdf_place place = {.at = stream, .index = (uint32_t)i, .state = PLACE_PACKED};
		TRY(set_place(w, pairs[2 * i], place));
	}
	size_t first = w->object.len;
	buffer_put_slice(&w->object, buffer_slice(&w->chunk));
	if (!buffer_ok(&w->object))
		return pdf_refuse(w->doc, REFUSAL_LARGE, 0, "the output is over its limit");
	TRY(deflate(w, buffer_slice(&w->object), &body));
	buffer_clear(&w->object);
	buffer_printf(&w->object, "<</Type/ObjStm/N %zu/First %zu/Filter/FlateDecode/Length %zu>>",
	              chunk_count(w), first, body.len);
	TRY(put_indirect(w, stream, buffer_slice(&w->object), &body));
	buffer_clear(&w->chunk);
	buffer_clear(&w->numbers);
	return ok();
}

struct result pdf_write_object(struct pdf_writer *w, uint32_t number)
{
	if (!w->doc->packs)
		return put_indirect(w, number, buffer_slice(&w->object), NULL);
	uint32_t pair[2] = {number, (uint32_t)w->chunk.len};
	buffer_put(&w->numbers, pair, sizeof pair);
	buffer_put_slice(&w->chunk, buffer_slice(&w->object));
	buffer_put_u8(&w->chunk, '\n');
	if (!buffer_ok(&w->chunk) || !buffer_ok(&w->numbers))
		return pdf_refuse(w->doc, REFUSAL_LARGE, 0, "the output is over its limit");
	if (chunk_count(w) < CHUNK_OBJECTS && w->chunk.len < CHUNK_BYTES)
		return ok();
	return flush_packed(w);
}

/* ---- xref ------------------------------------------------------------- */

static void put_table_row(struct buffer *b, uint64_t at)
{
	char row[] = "0000000000 00000 n \n";
	for (size_t i = 10; i > 0; at /= 10)
		row[--i] = (char)('0' + at % 10);
	pdf_put(b, slice_of(row, sizeof row - 1));
}

static struct result write_table(struct pdf_writer *w, uint32_t root)
{
	size_t at = w->out->len;
	buffer_printf(w->out, "xref\n0 %u\n0000000000 65535 f \n", w->next);
	for (uint32_t i = 1; i < w->next; i++) {
		const struct pdf_place *place = place_of(w, i);
		if (!place || place->state != PLACE_OFFSET)
			return pdf_refuse(w->doc, REFUSAL_LARGE, 0, "more than 1,000,000 objects");
		put_table_row(w->out, place->at);
	}
	buffer_printf(w->out, "trailer\n<</Size %u/Root %u 0 R>>\nstartxref\n%zu\n%%%%EOF\n", w->next,
	              root, at);
	return ok();
}

static void put_row(struct buffer *b, const struct pdf_place *place, unsigned width)
{
	uint8_t row[10] = {place->state};
	for (unsigned i = 0; i < width; i++)
		row[1 + i] = (uint8_t)(place->at >> (8 * (width - 1 - i)));
	row[1 + width] = (uint8_t)place->index;
	buffer_put(b, row, width + 2);
}

/* Rows of type, offset, index, each as the difference from the row above (PNG
 * "up"): what grows steadily packs well. */
static struct result put_rows(struct pdf_writer *w, unsigned width, struct slice *body)
{
	struct buffer *b = &w->object, *rows = &w->chunk;
	buffer_clear(b);
	buffer_clear(rows);
	for (uint32_t i = 0; i < w->next; i++) {
		const struct pdf_place *place = place_of(w, i);
		if (!place)
			return pdf_refuse(w->doc, REFUSAL_LARGE, 0, "more than 1,000,000 objects");
		put_row(b, place, width);
	}
	size_t row = width + 2, count = b->len / row;
	uint8_t *to = buffer_ok(b) ? buffer_reserve(rows, count * (row + 1)) : NULL;
	if (!to)
		return pdf_refuse(w->doc, REFUSAL_LARGE, 0, "the output is over its limit");
	static const uint8_t nothing[10];
	const uint8_t *above = nothing;
	for (const uint8_t *at = b->at; at < b->at + count * row; above = at, at += row) {
		*to++ = 2;
		for (size_t k = 0; k < row; k++)
			*to++ = (uint8_t)(at[k] - above[k]);
	}
	buffer_commit(rows, count * (row + 1));
	return deflate(w, buffer_slice(rows), body);
}

static struct result write_xref_stream(struct pdf_writer *w, uint32_t root)
{
	if (chunk_count(w))
		TRY(flush_packed(w));
	uint32_t number = pdf_writer_number(w);
	size_t at = w->out->len;
	TRY(set_place(w, number, (struct pdf_place){.at = at, .state = PLACE_OFFSET}));
	unsigned width = 2;
	while (width < 8 && (at | w->next) >> (8 * width))
		width++;
	struct slice body;
	TRY(put_rows(w, width, &body));
	buffer_clear(&w->object);
	buffer_printf(&w->object,
	              "<</Type/XRef/Size %u/Root %u 0 R/W[1 %u 1]/Filter/FlateDecode"
	              "/DecodeParms<</Predictor 12/Columns %u>>/Length %zu>>",
	              w->next, root, width, width + 2, body.len);
	TRY(put_indirect(w, number, buffer_slice(&w->object), &body));
	buffer_printf(w->out, "startxref\n%zu\n%%%%EOF\n", at);
	return ok();
}

struct result pdf_write_end(struct pdf_writer *w, uint32_t root)
{
	if (w->overflow)
		return pdf_refuse(w->doc, REFUSAL_LARGE, 0, "more than 1,000,000 objects");
	TRY(w->doc->packs ? write_xref_stream(w, root) : write_table(w, root));
	if (!buffer_ok(w->out))
		return pdf_refuse(w->doc, REFUSAL_LARGE, 0, "the output is over its limit");
	return ok();
}
