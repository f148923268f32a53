/* Filters (ISO 32000-1 section 7.4).
 *
 * Every compressed stream is decoded once, wholly: it must end where its data
 * ends and pass its checksum.  What came through is then written as it stood,
 * since its bytes have exactly one reading; only old encodings (LZW, run
 * length, ASCII) and chains are written anew, as one Flate.
 *
 * JPX, JBIG2 and CCITT pictures are not decoded at this depth: their filter
 * names are allowed for pictures only, their parameters are checked, their
 * bytes copied.  Decoding them here would run three more decoders on
 * strangers' bytes; the second reader and the terminal's viewer do it jailed. */
#include "gate/file/pdf.h"

#include "base/checked.h"

#include <libdeflate.h>

struct parms {
	uint64_t predictor, colors, bits, columns, early;
};

typedef struct result decode_fn(struct pdf_document *doc, struct slice in, const struct parms *p,
                                struct buffer *out, size_t *consumed);

static struct result bad(struct pdf_document *doc, const char *text)
{
	return pdf_refuse(doc, REFUSAL_DAMAGED, 0, text);
}

static struct result bomb(struct pdf_document *doc)
{
	return pdf_refuse(doc, REFUSAL_BOMB, 0, "a stream expands beyond its budget");
}

static struct result pay(struct pdf_document *doc, const struct buffer *out)
{
	return buffer_ok(out) ? job_pay_bytes(doc->job, out->len) : bomb(doc);
}

/* ---- decoders --------------------------------------------------------- */

/* A whole deflate stream whose checksum alone is wrong or cut off has one
 * reading: it is decoded, and written anew (consumed stays 0). */
static enum libdeflate_result inflate_unsummed(struct pdf_document *doc, struct slice in,
                                               uint8_t *to, size_t room, size_t *len)
{
	bool head = in.len > 2 && (in.at[0] & 15) == 8 && (in.at[0] << 8 | in.at[1]) % 31 == 0 &&
	            !(in.at[1] & 0x20);
	size_t used;
	return head ? libdeflate_deflate_decompress_ex(doc->inflater, in.at + 2, in.len - 2, to, room,
	                                               &used, len)
	            : LIBDEFLATE_BAD_DATA;
}

/* Some writers flush a stream instead of ending it: it stops after an empty
 * stored block (RFC 1951, section 3.2.4).  An end of our own makes it whole;
 * what it holds has one reading, and is written anew.                       */
static enum libdeflate_result inflate_flushed(struct pdf_document *doc, struct slice in,
                                              uint8_t *to, size_t room, size_t *len)
{
	static const uint8_t flush[] = {0x00, 0x00, 0xFF, 0xFF}, end[] = {0x01, 0x00, 0x00, 0xFF, 0xFF};
	while (in.len && (in.at[in.len - 1] == '\n' || in.at[in.len - 1] == '\r'))
		in.len--;
	if (!slice_ends(in, slice_of(flush, sizeof flush)))
		return LIBDEFLATE_BAD_DATA;
	struct buffer AUTO(buffer_done) whole = {0};
	buffer_init(&whole, in.len + sizeof end);
	buffer_put_slice(&whole, in);
	buffer_put(&whole, end, sizeof end);
	return buffer_ok(&whole) ? inflate_unsummed(doc, buffer_slice(&whole), to, room, len) : LIBDEFLATE_BAD_DATA;
}

static bool blank(struct slice in)
{
	for (size_t i = 0; i < in.len; i++)
		if (!pdf_is_space(in.at[i]))
			return false;
	return true;
}

static struct result decode_flate(struct pdf_document *doc, struct slice in,
                                  const struct parms *p, struct buffer *out, size_t *consumed)
{
	(void)p;
	*consumed = 0;
	if (blank(in))
		return ok();
	size_t room = in.len < (1u << 18) ? 1u << 20 : in.len * 4;
	for (;; room *= 4) {
		if (room > doc->job->left.expanded_bytes)
			room = (size_t)doc->job->left.expanded_bytes;
		uint8_t *to = buffer_reserve(out, room);
		if (!to)
			return bomb(doc);
		size_t len;
		enum libdeflate_result r = libdeflate_zlib_decompress_ex(doc->inflater, in.at, in.len,
		                                                         to, out->room, consumed, &len);
		if (r == LIBDEFLATE_BAD_DATA) {
			*consumed = 0;
			r = inflate_unsummed(doc, in, to, out->room, &len);
			if (r == LIBDEFLATE_BAD_DATA)
				r = inflate_flushed(doc, in, to, out->room, &len);
		}
		if (r == LIBDEFLATE_SUCCESS) {
			buffer_commit(out, len);
			return pay(doc, out);
		}
		if (r != LIBDEFLATE_INSUFFICIENT_SPACE)
			return bad(doc, "compressed data that does not decode");
		if (room == doc->job->left.expanded_bytes)
			return bomb(doc);
	}
}

/* One LZW code after another, most significant bit first, 9 to 12 bits. */
struct lzw {
	uint16_t prefix[4096], length[4096];
	uint8_t last[4096], first[4096];
	uint32_t bits, have, width, next;
};

static int lzw_code(struct lzw *z, struct slice in, size_t *pos)
{
	while (z->have < z->width) {
		if (*pos >= in.len)
			return -1;
		z->bits = z->bits << 8 | in.at[(*pos)++];
		z->have += 8;
	}
	z->have -= z->width;
	return (int)(z->bits >> z->have & ((1u << z->width) - 1));
}

static bool lzw_put(const struct lzw *z, unsigned code, struct buffer *out)
{
	size_t len = z->length[code];
	uint8_t *to = buffer_reserve(out, len);
	if (!to)
		return false;
	for (size_t i = len; i > 0; i--) {
		to[i - 1] = z->last[code];
		code = z->prefix[code];
	}
	buffer_commit(out, len);
	return true;
}

static void lzw_reset(struct lzw *z)
{
	for (unsigned i = 0; i < 256; i++) {
		z->first[i] = z->last[i] = (uint8_t)i;
		z->length[i] = 1;
	}
	z->next = 258;
	z->width = 9;
}

static void lzw_add(struct lzw *z, unsigned prefix, uint8_t last, unsigned early)
{
	if (z->next >= 4096)
		return;
	z->prefix[z->next] = (uint16_t)prefix;
	z->last[z->next] = last;
	z->first[z->next] = z->first[prefix];
	z->length[z->next] = (uint16_t)(z->length[prefix] + 1);
	z->next++;
	uint32_t reach = z->next + early;
	z->width = reach >= 2048 ? 12 : reach >= 1024 ? 11 : reach >= 512 ? 10 : 9;
}

static struct result decode_lzw(struct pdf_document *doc, struct slice in,
                                const struct parms *p, struct buffer *out, size_t *consumed)
{
	struct lzw *z = ARENA_NEW(doc->job->arena, struct lzw);
	if (!z)
		return fail(doc->why, E_MEMORY, "lzw", "no memory for its table");
	lzw_reset(z);
	size_t pos = 0;
	int before = -1, code;
	while ((code = lzw_code(z, in, &pos)) >= 0 && code != 257) {
		if (code == 256) {
			lzw_reset(z);
			before = -1;
			continue;
		}
		unsigned now = (unsigned)code;
		bool known = now < 256 || (now >= 258 && now < z->next);
		if (!known && (before < 0 || now != z->next || z->next >= 4096))
			return bad(doc, "LZW data with a code that does not exist");
		if (before >= 0)
			lzw_add(z, (unsigned)before, z->first[known ? now : (unsigned)before],
			        (unsigned)p->early);
		if (!lzw_put(z, now, out))
			return bomb(doc);
		before = code;
	}
	*consumed = pos;
	return pay(doc, out);
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct result decode_hex(struct pdf_document *doc, struct slice in,
                                const struct parms *p, struct buffer *out, size_t *consumed)
{
	(void)p;
	size_t i = 0;
	int high = -1;
	for (; i < in.len && in.at[i] != '>'; i++) {
		int digit = hex_digit(in.at[i]);
		if (digit < 0 && !pdf_is_space(in.at[i]))
			return bad(doc, "ASCIIHex data with something else than hex digits");
		if (digit < 0)
			continue;
		if (high >= 0)
			buffer_put_u8(out, (uint8_t)(high << 4 | digit));
		high = high >= 0 ? -1 : digit;
	}
	if (high >= 0)
		buffer_put_u8(out, (uint8_t)(high << 4));
	*consumed = i < in.len ? i + 1 : i;
	return pay(doc, out);
}

static void put_group(struct buffer *out, uint32_t group, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		buffer_put_u8(out, (uint8_t)(group >> (24 - 8 * i)));
}

/* One digit of base 85; five make four bytes, the last group may be short. */
static bool put_digit(uint8_t c, uint64_t *group, unsigned *n, struct buffer *out)
{
	if (c == 'z' && *n == 0) {
		put_group(out, 0, 4);
		return true;
	}
	if (c < '!' || c > 'u')
		return false;
	*group = *group * 85 + (unsigned)(c - '!');
	if (++*n < 5)
		return true;
	if (*group > UINT32_MAX)
		return false;
	put_group(out, (uint32_t)*group, 4);
	*group = *n = 0;
	return true;
}

static struct result decode_ascii85(struct pdf_document *doc, struct slice in,
                                    const struct parms *p, struct buffer *out, size_t *consumed)
{
	(void)p;
	uint64_t group = 0;
	unsigned n = 0;
	size_t i = slice_starts(in, SLICE("<~")) ? 2 : 0;
	for (; i < in.len && in.at[i] != '~'; i++)
		if (!pdf_is_space(in.at[i]) && !put_digit(in.at[i], &group, &n, out))
			return bad(doc, "ASCII85 data with a wrong digit or group");
	if (n == 1)
		return bad(doc, "ASCII85 data that ends in the middle of a group");
	for (unsigned k = n; n && k < 5; k++)
		group = group * 85 + 84;
	if (n && group > UINT32_MAX)
		return bad(doc, "ASCII85 data with a wrong digit or group");
	if (n)
		put_group(out, (uint32_t)group, n - 1);
	bool closed = i + 1 < in.len && in.at[i + 1] == '>';
	*consumed = closed ? i + 2 : in.len;
	return pay(doc, out);
}

static struct result decode_runlength(struct pdf_document *doc, struct slice in,
                                      const struct parms *p, struct buffer *out, size_t *consumed)
{
	(void)p;
	size_t i = 0;
	while (i < in.len && in.at[i] != 128) {
		uint8_t length = in.at[i++];
		size_t need = length < 128 ? (size_t)length + 1 : 1;
		if (need > in.len - i)
			return bad(doc, "run length data that ends in the middle of a run");
		if (length < 128)
			buffer_put(out, in.at + i, need);
		for (int k = length; k <= 256 && length > 128; k++)
			buffer_put_u8(out, in.at[i]);
		i += need;
	}
	*consumed = i < in.len ? i + 1 : i;
	return pay(doc, out);
}

/* ---- predictors (section 7.4.4.4) ------------------------------------- */

static uint8_t paeth(int a, int b, int c)
{
	int pa = abs(b - c), pb = abs(a - c), pc = abs(a + b - 2 * c);
	return (uint8_t)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

static void unpredict_row(uint8_t kind, uint8_t *row, const uint8_t *above, size_t len, size_t step)
{
	for (size_t i = 0; i < len; i++) {
		int left = i >= step ? row[i - step] : 0;
		int up = above ? above[i] : 0;
		int corner = above && i >= step ? above[i - step] : 0;
		int add[] = {0, left, up, (left + up) / 2, kind == 4 ? paeth(left, up, corner) : 0};
		row[i] = (uint8_t)(row[i] + add[kind]);
	}
}

static struct result unpredict_png(struct pdf_document *doc, struct slice in, size_t row,
                                   size_t step, struct buffer *out)
{
	if (!buffer_reserve(out, in.len))
		return bomb(doc);
	for (size_t pos = 0; pos < in.len; pos += row + 1) {
		uint8_t kind = in.at[pos];
		size_t len = in.len - pos - 1 < row ? in.len - pos - 1 : row;
		if (kind > 4)
			return bad(doc, "a predictor that does not exist");
		size_t from = out->len;
		buffer_put(out, in.at + pos + 1, len);
		if (!buffer_ok(out))
			return bomb(doc);
		unpredict_row(kind, out->at + from, from ? out->at + from - row : NULL, len, step);
	}
	return pay(doc, out);
}

static struct result unpredict_tiff(struct pdf_document *doc, struct slice in,
                                    const struct parms *p, size_t row, struct buffer *out)
{
	if (p->bits != 8)
		return bad(doc, "a TIFF predictor that is not of 8 bits");
	buffer_put_slice(out, in);
	for (size_t i = 0; buffer_ok(out) && i < out->len; i++)
		if (i % row >= p->colors)
			out->at[i] = (uint8_t)(out->at[i] + out->at[i - p->colors]);
	return pay(doc, out);
}

static struct result unpredict(struct pdf_document *doc, struct slice in, const struct parms *p,
                               struct buffer *out)
{
	size_t bits = (size_t)(p->colors * p->bits);
	size_t row = (bits * (size_t)p->columns + 7) / 8;
	return p->predictor == 2 ? unpredict_tiff(doc, in, p, row, out)
	                         : unpredict_png(doc, in, row, (bits + 7) / 8, out);
}

/* ---- chains ----------------------------------------------------------- */

static const struct {
	const char *name;
	const char *short_name;
	decode_fn *decode; /* NULL: a picture filter, copied */
} filters[PDF_FILTERS] = {
	[PDF_FLATE] = {"FlateDecode", "Fl", decode_flate},
	[PDF_LZW] = {"LZWDecode", "LZW", decode_lzw},
	[PDF_HEX] = {"ASCIIHexDecode", "AHx", decode_hex},
	[PDF_ASCII85] = {"ASCII85Decode", "A85", decode_ascii85},
	[PDF_RUNLENGTH] = {"RunLengthDecode", "RL", decode_runlength},
	[PDF_DCT] = {"DCTDecode", "DCT", NULL},
	[PDF_JPX] = {"JPXDecode", "", NULL},
	[PDF_CCITT] = {"CCITTFaxDecode", "CCF", NULL},
	[PDF_JBIG2] = {"JBIG2Decode", "", NULL},
};

static bool filter_of(const struct pdf_value *name, enum pdf_filter_id *id)
{
	for (size_t i = 0; i < PDF_FILTERS; i++)
		if (pdf_is_name(name, filters[i].name) || pdf_is_name(name, filters[i].short_name)) {
			*id = (enum pdf_filter_id)i;
			return true;
		}
	return false;
}

static struct result element(struct pdf_document *doc, const struct pdf_value *list, uint32_t i,
                             const struct pdf_value **out)
{
	static const struct pdf_value null = {.kind = PDF_NULL};
	if (list->kind == PDF_ARRAY)
		return i < list->count ? pdf_resolve(doc, &list->items[i], out, NULL)
		                       : (*out = &null, ok());
	*out = i == 0 ? list : &null;
	return ok();
}

static struct result read_chain(struct pdf_document *doc, const struct pdf_value *dict,
                                struct pdf_filter chain[PDF_CHAIN], uint32_t *count)
{
	const struct pdf_value *names, *parms, *v;
	TRY(pdf_get_resolved(doc, dict, "Filter", &names));
	TRY(pdf_get_resolved(doc, dict, "DecodeParms", &parms));
	if (parms->kind == PDF_NULL)
		TRY(pdf_get_resolved(doc, dict, "DP", &parms));
	*count = names->kind == PDF_ARRAY ? names->count : names->kind == PDF_NULL ? 0 : 1;
	if (*count > PDF_CHAIN)
		return pdf_refuse(doc, REFUSAL_DEEP, 0, "a stream with more than two filters");
	for (uint32_t i = 0; i < *count; i++) {
		TRY(element(doc, names, i, &v));
		if (!filter_of(v, &chain[i].id))
			return bad(doc, "a stream with an unknown filter");
		TRY(element(doc, parms, i, &v));
		chain[i].parms = v->kind == PDF_DICT ? v : NULL;
		if (!filters[chain[i].id].decode && i + 1 < *count)
			return bad(doc, "a picture filter that is not the last of its chain");
	}
	return ok();
}

static struct result integer_parm(struct pdf_document *doc, const struct pdf_value *parms,
                                  const char *key, uint64_t normal, uint64_t ceiling, uint64_t *out)
{
	const struct pdf_value *v;
	TRY(pdf_get_resolved(doc, parms, key, &v));
	*out = normal;
	if (v->kind == PDF_NULL)
		return ok();
	if (v->kind != PDF_INT || v->integer < 0 || (uint64_t)v->integer > ceiling)
		return bad(doc, "a filter parameter that is out of range");
	*out = (uint64_t)v->integer;
	return ok();
}

static struct result read_parms(struct pdf_document *doc, const struct pdf_filter *f,
                                struct parms *p)
{
	*p = (struct parms){.predictor = 1, .colors = 1, .bits = 8, .columns = 1, .early = 1};
	if (!f->parms)
		return ok();
	TRY(integer_parm(doc, f->parms, "Predictor", 1, 15, &p->predictor));
	TRY(integer_parm(doc, f->parms, "Colors", 1, 64, &p->colors));
	TRY(integer_parm(doc, f->parms, "BitsPerComponent", 8, 16, &p->bits));
	TRY(integer_parm(doc, f->parms, "Columns", 1, 1u << 24, &p->columns));
	TRY(integer_parm(doc, f->parms, "EarlyChange", 1, 1, &p->early));
	bool known = p->predictor == 1 || p->predictor == 2 || p->predictor >= 10;
	if (!known || p->colors == 0 || p->columns == 0 || p->bits == 0)
		return bad(doc, "a filter parameter that is out of range");
	return ok();
}

static size_t hidden_bytes(struct slice rest)
{
	size_t hidden = 0;
	for (size_t i = 0; i < rest.len; i++)
		hidden += !pdf_is_space(rest.at[i]);
	return hidden;
}

/* One step: in -> scratch[which], predictor undone unless this is a last Flate. */
static struct result step(struct pdf_document *doc, const struct pdf_filter *f, bool keep,
                          unsigned which, struct slice in, struct slice *out, size_t *consumed)
{
	struct parms p;
	TRY(read_parms(doc, f, &p));
	TRY(job_pay_work(doc->job, in.len));
	struct buffer *to = &doc->scratch[which];
	buffer_clear(to);
	TRY(filters[f->id].decode(doc, in, &p, to, consumed));
	*out = buffer_slice(to);
	if (keep || p.predictor == 1 || (f->id != PDF_FLATE && f->id != PDF_LZW))
		return ok();
	buffer_clear(&doc->scratch[2]);
	TRY(unpredict(doc, *out, &p, &doc->scratch[2]));
	buffer_clear(to);
	buffer_put_slice(to, buffer_slice(&doc->scratch[2]));
	*out = buffer_slice(to);
	return buffer_ok(to) ? ok() : bomb(doc);
}

/* What came out of LZW, run length, ASCII or a Flate with a wrong checksum:
 * Flate anew if that is shorter.  The parameters of a Flate's predictor stay. */
static struct result recode(struct pdf_document *doc, struct pdf_stream *out)
{
	struct buffer *to = &doc->scratch[2];
	buffer_clear(to);
	size_t bound = libdeflate_zlib_compress_bound(doc->deflater, out->plain.len);
	uint8_t *at = buffer_reserve(to, bound);
	if (!at)
		return bomb(doc);
	size_t len = libdeflate_zlib_compress(doc->deflater, out->plain.at, out->plain.len, at, bound);
	buffer_commit(to, len);
	bool predicted = out->filter.id == PDF_FLATE && out->plain.len;
	out->filtered = predicted || (len > 0 && len < out->plain.len);
	out->body = out->filtered ? buffer_slice(to) : out->plain;
	if (out->filter.id != PDF_FLATE)
		out->filter = (struct pdf_filter){.id = PDF_FLATE};
	return ok();
}

struct result pdf_unfilter(struct pdf_document *doc, const struct pdf_object *object,
                           struct pdf_stream *out)
{
	struct pdf_filter chain[PDF_CHAIN] = {0};
	uint32_t count;
	TRY(read_chain(doc, &object->value, chain, &count));
	*out = (struct pdf_stream){.body = object->data, .plain = object->data};
	if (count == 0)
		return job_pay_work(doc->job, object->data.len);
	for (uint32_t i = 0; i < count; i++) {
		bool last = i + 1 == count;
		struct slice in = out->plain;
		size_t used = in.len;
		out->filter = chain[i];
		if (!filters[chain[i].id].decode) {
			out->body = in;
			out->plain = slice_of(NULL, 0);
			out->filtered = out->picture = true;
			return job_pay_work(doc->job, in.len);
		}
		TRY(step(doc, &chain[i], last && chain[i].id == PDF_FLATE, i % 2, in, &out->plain, &used));
		out->hidden += used ? hidden_bytes(slice_part(in, used, in.len)) : 0;
		out->body = slice_part(in, 0, used);
	}
	out->filtered = out->filter.id == PDF_FLATE && out->body.len;
	return out->filtered ? ok() : recode(doc, out);
}

struct result pdf_plain(struct pdf_document *doc, const struct pdf_object *object,
                        struct slice *out)
{
	struct pdf_stream s;
	struct parms p;
	TRY(pdf_unfilter(doc, object, &s));
	if (s.picture)
		return bad(doc, "a picture filter where data must stand");
	*out = s.plain;
	if (!s.filtered || s.filter.id != PDF_FLATE)
		return ok();
	TRY(read_parms(doc, &s.filter, &p));
	if (p.predictor == 1)
		return ok();
	buffer_clear(&doc->scratch[2]);
	TRY(unpredict(doc, s.plain, &p, &doc->scratch[2]));
	*out = buffer_slice(&doc->scratch[2]);
	return ok();
}

/* ---- writing ---------------------------------------------------------- */

struct parm_rule {
	const char *key;
	enum pdf_kind kind;
	int64_t low, high;
};

static const struct parm_rule flate_parms[] = {
	{"Predictor", PDF_INT, 1, 15}, {"Colors", PDF_INT, 1, 64},
	{"BitsPerComponent", PDF_INT, 1, 16}, {"Columns", PDF_INT, 1, 1 << 24}, {NULL}};
static const struct parm_rule ccitt_parms[] = {
	{"K", PDF_INT, INT32_MIN, INT32_MAX}, {"EndOfLine", PDF_BOOL, 0, 1},
	{"EncodedByteAlign", PDF_BOOL, 0, 1}, {"Columns", PDF_INT, 1, 65535},
	{"Rows", PDF_INT, 0, 65535}, {"EndOfBlock", PDF_BOOL, 0, 1}, {"BlackIs1", PDF_BOOL, 0, 1},
	{"DamagedRowsBeforeError", PDF_INT, 0, 65535}, {NULL}};
static const struct parm_rule dct_parms[] = {{"ColorTransform", PDF_INT, 0, 1}, {NULL}};
static const struct parm_rule no_parms[] = {{NULL}};

static const struct parm_rule *const parm_rules[PDF_FILTERS] = {
	[PDF_FLATE] = flate_parms, [PDF_CCITT] = ccitt_parms, [PDF_DCT] = dct_parms,
};

struct result pdf_put_filter(struct pdf_document *doc, const struct pdf_filter *filter,
                             struct buffer *out)
{
	buffer_put_str(out, "/Filter/");
	buffer_put_str(out, filters[filter->id].name);
	const struct parm_rule *rules = parm_rules[filter->id] ? parm_rules[filter->id] : no_parms;
	bool open = false;
	for (const struct parm_rule *rule = rules; rule->key; rule++) {
		const struct pdf_value *v;
		TRY(pdf_get_resolved(doc, filter->parms, rule->key, &v));
		if (v->kind == PDF_NULL)
			continue;
		if (v->kind != (uint8_t)rule->kind || v->integer < rule->low || v->integer > rule->high)
			return bad(doc, "a filter parameter that is out of range");
		buffer_put_str(out, open ? "/" : "/DecodeParms<</");
		buffer_put_str(out, rule->key);
		buffer_put_u8(out, ' ');
		pdf_put_scalar(out, v);
		open = true;
	}
	if (open)
		buffer_put_str(out, ">>");
	return ok();
}
