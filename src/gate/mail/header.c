/* Header values: encoded words, parameters, transfer encodings.
 * source  RFC 2045 section 5.1 and 6.7, 6.8; RFC 2047; RFC 2231               */
#include "gate/mail/room.h"

#include "base/text.h"

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static int hex(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

/* One more than the six bits of a letter; 0: none of the alphabet. */
static const uint8_t letters[256] = {
#define L(c, v) [c] = (v) + 1
#define L4(c, v) L(c, v), L((c) + 1, (v) + 1), L((c) + 2, (v) + 2), L((c) + 3, (v) + 3)
#define L24(c, v) L4(c, v), L4((c) + 4, (v) + 4), L4((c) + 8, (v) + 8), L4((c) + 12, (v) + 12), \
	L4((c) + 16, (v) + 16), L4((c) + 20, (v) + 20)
	L24('A', 0), L('Y', 24), L('Z', 25), L24('a', 26), L('y', 50), L('z', 51),
	L4('0', 52), L4('4', 56), L('8', 60), L('9', 61), L('+', 62), L('/', 63),
#undef L24
#undef L4
#undef L
};

static int six_bits(uint8_t c)
{
	return letters[c] - 1;
}

/* What a run of whole groups says, up to the first byte that is none of the alphabet. */
static size_t put_groups(struct slice in, size_t pos, uint8_t **to)
{
	for (; in.len - pos >= 4; pos += 4) {
		unsigned a = letters[in.at[pos]], b = letters[in.at[pos + 1]], c = letters[in.at[pos + 2]], d = letters[in.at[pos + 3]];
		if (!a || !b || !c || !d)
			break;
		uint32_t bits = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
		*(*to)++ = (uint8_t)(bits >> 16);
		*(*to)++ = (uint8_t)(bits >> 8);
		*(*to)++ = (uint8_t)bits;
	}
	return pos;
}

bool mail_base64(struct slice in, struct buffer *out)
{
	uint32_t bits = 0;
	unsigned have = 0, padding = 0;
	uint8_t *at = buffer_reserve(out, in.len / 4 * 3 + 3), *to = at;
	if (!at)
		return false;
	for (size_t i = 0; i < in.len; i++) {
		if (have == 0 && !padding && (i = put_groups(in, i, &to)) == in.len)
			break;
		uint8_t c = in.at[i];
		if (c == '\r' || c == '\n' || c == ' ' || c == '\t')
			continue;
		int value = six_bits(c);
		if (c == '=') {
			if (++padding > 2 || have < 2)
				return false;
			continue;
		}
		if (value < 0 || padding)
			return false;
		bits = bits << 6 | (uint32_t)value;
		if (++have < 4)
			continue;
		*to++ = (uint8_t)(bits >> 16);
		*to++ = (uint8_t)(bits >> 8);
		*to++ = (uint8_t)bits;
		bits = have = 0;
	}
	buffer_commit(out, (size_t)(to - at));
	if (have == 0)
		return padding == 0;
	if (have + padding != 4 || (have == 2 && (bits & 15)) || (have == 3 && (bits & 3)))
		return false; /* cut off, or bits that nobody should see */
	if (have == 3)
		buffer_put_u8(out, (uint8_t)(bits >> 10));
	buffer_put_u8(out, (uint8_t)(bits >> (have == 3 ? 2 : 4)));
	return true;
}

bool mail_quoted(struct slice in, bool words, struct buffer *out)
{
	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.at[i];
		if (c != '=' && !words) { /* what stands for itself, up to the next sign */
			const uint8_t *sign = memchr(in.at + i, '=', in.len - i);
			size_t end = sign ? (size_t)(sign - in.at) : in.len;
			buffer_put(out, in.at + i, end - i);
			i = end - 1;
			continue;
		}
		if (c != '=') {
			buffer_put_u8(out, c == '_' ? ' ' : c);
			continue;
		}
		size_t end = i + 1;
		while (!words && end < in.len && (in.at[end] == ' ' || in.at[end] == '\t'))
			end++;
		if (!words && end < in.len && (in.at[end] == '\n' || in.at[end] == '\r')) {
			i = end + (in.at[end] == '\r' && end + 1 < in.len && in.at[end + 1] == '\n');
			continue;
		}
		int high = i + 2 < in.len ? hex(in.at[i + 1]) : -1, low = high >= 0 ? hex(in.at[i + 2]) : -1;
		if (low < 0)
			return !words && end >= in.len; /* a soft break at the very end */
		buffer_put_u8(out, (uint8_t)(high << 4 | low));
		i += 2;
	}
	return true;
}

/* ---- encoded words ---- */

/* "=?charset?B?text?=" at a position; its length, 0 if there is none. */
static size_t word_at(struct slice in, size_t pos, struct slice *charset, uint8_t *how, struct slice *text)
{
	size_t at = pos + 2, marks[3], found = 0;
	if (!slice_starts(slice_part(in, pos, 2), SLICE("=?")))
		return 0;
	for (; at < in.len && at < pos + 1000 && found < 3 && in.at[at] > ' '; at++)
		if (in.at[at] == '?')
			marks[found++] = at;
	if (found < 3 || marks[1] != marks[0] + 2 || at >= in.len || in.at[at] != '=')
		return 0;
	*charset = slice_part(in, pos + 2, marks[0] - pos - 2);
	*how = lower(in.at[marks[0] + 1]);
	*text = slice_part(in, marks[1] + 1, marks[2] - marks[1] - 1);
	return at + 1 - pos;
}

static void charset_name(struct slice text, char out[32])
{
	size_t len = 0;
	for (; len < text.len && len < 31 && text.at[len] != '*'; len++)
		out[len] = (char)lower(text.at[len]);
	out[len] = 0;
}

static void put_line(struct slice text, struct buffer *out)
{
	for (size_t i = 0; i < text.len; i++)
		buffer_put_u8(out, text.at[i] < ' ' || text.at[i] == 0x7F ? ' ' : text.at[i]);
}

static bool put_word(struct slice charset, uint8_t how, struct slice text, struct buffer *out)
{
	struct buffer AUTO(buffer_done) bytes = {0}, plain = {0};
	char name[32];
	buffer_init(&bytes, 1 << 20);
	buffer_init(&plain, 1 << 20);
	charset_name(charset, name);
	bool fine = how == 'b' ? mail_base64(text, &bytes) : how == 'q' && mail_quoted(text, true, &bytes);
	if (!fine || !mail_text(buffer_slice(&bytes), name, &plain))
		return false;
	put_line(buffer_slice(&plain), out);
	return true;
}

bool mail_words(struct slice value, struct buffer *out)
{
	bool after_word = false;
	size_t gap = 0;
	for (size_t i = 0; i < value.len;) {
		struct slice charset, text;
		uint8_t how;
		size_t len = word_at(value, i, &charset, &how, &text);
		if (len) {
			if (after_word)
				out->len = gap; /* space between words is not part of either */
			if (!put_word(charset, how, text, out))
				return false;
			after_word = true;
			gap = out->len;
			i += len;
			continue;
		}
		uint8_t c = value.at[i++];
		if (c > ' ')
			after_word = false;
		if (c != '\r' && c != '\n')
			buffer_put_u8(out, c < ' ' || c == 0x7F ? ' ' : c);
	}
	return buffer_ok(out) && utf8_valid(buffer_slice(out));
}

/* ---- parameters ---- */

static bool token_byte(uint8_t c)
{
	return c > ' ' && c < 0x7F && !strchr("()<>@,;:\\\"/[]?=", c);
}

static void skip_space(struct slice in, size_t *pos)
{
	while (*pos < in.len && (in.at[*pos] == ' ' || in.at[*pos] == '\t' || in.at[*pos] == '\r' || in.at[*pos] == '\n'))
		(*pos)++;
}

static const char *take_value(struct slice in, size_t *pos, struct buffer *out)
{
	if (*pos < in.len && in.at[*pos] == '"') {
		for ((*pos)++; *pos < in.len && in.at[*pos] != '"'; (*pos)++) {
			if (in.at[*pos] == '\\' && *pos + 1 < in.len)
				(*pos)++;
			if (in.at[*pos] != '\r' && in.at[*pos] != '\n')
				buffer_put_u8(out, in.at[*pos]);
		}
		if (*pos >= in.len)
			return "a quote that does not end";
		(*pos)++;
		return NULL;
	}
	size_t from = *pos;
	while (*pos < in.len && (token_byte(in.at[*pos]) || in.at[*pos] >= 0x80 || strchr("/?=:@[]", in.at[*pos] ? in.at[*pos] : 'a')))
		buffer_put_u8(out, in.at[(*pos)++]);
	return *pos == from ? "a parameter without a value" : NULL;
}

/* RFC 2231: charset'language'text with %XX. */
static bool put_extended(struct slice in, struct buffer *out)
{
	struct buffer AUTO(buffer_done) bytes = {0};
	char name[32];
	size_t first = slice_find(in, SLICE("'"));
	size_t second = first == SIZE_MAX ? SIZE_MAX : slice_find(slice_part(in, first + 1, in.len), SLICE("'"));
	if (second == SIZE_MAX)
		return false;
	charset_name(slice_part(in, 0, first), name);
	buffer_init(&bytes, 1 << 20);
	for (size_t i = first + second + 2; i < in.len; i++) {
		int high = in.at[i] == '%' && i + 2 < in.len ? hex(in.at[i + 1]) : -1, low = high >= 0 ? hex(in.at[i + 2]) : -1;
		if (in.at[i] == '%' && low < 0)
			return false;
		buffer_put_u8(&bytes, low >= 0 ? (uint8_t)(high << 4 | low) : in.at[i]);
		i += low >= 0 ? 2 : 0;
	}
	return mail_text(buffer_slice(&bytes), name, out);
}

struct piece {
	char base[32];
	int number;      /* -1: whole */
	bool extended;
};

static bool read_name(struct slice in, struct piece *p)
{
	size_t len = 0;
	while (len < in.len && in.at[len] != '*')
		len++;
	if (len == 0 || len > 31)
		return false;
	for (size_t i = 0; i < len; i++)
		p->base[i] = (char)lower(in.at[i]);
	p->base[len] = 0;
	p->number = -1;
	p->extended = in.len > len && in.at[in.len - 1] == '*';
	struct slice middle = slice_part(in, len + 1, in.len - len - 1 - (p->extended && in.len - 1 > len));
	for (size_t i = 0; i < middle.len; i++) {
		if (middle.at[i] < '0' || middle.at[i] > '9' || i > 1)
			return false;
		p->number = (p->number < 0 ? 0 : p->number) * 10 + middle.at[i] - '0';
	}
	return true;
}

struct gathered {
	struct piece piece;    /* of the last */
	struct buffer raw;     /* pieces of one parameter, joined */
	bool extended, open;
};

static const char *finish(struct gathered *g, struct arena *arena, struct mail_field *out)
{
	struct buffer AUTO(buffer_done) text = {0};
	buffer_init(&text, 1 << 20);
	if (!g->open)
		return NULL;
	g->open = false;
	bool fine = g->extended ? put_extended(buffer_slice(&g->raw), &text) : mail_words(buffer_slice(&g->raw), &text);
	if (!fine && !g->extended) { /* eight-bit bytes as old programs send them */
		buffer_clear(&text);
		fine = mail_text(buffer_slice(&g->raw), "cp932", &text);
	}
	if (!fine)
		return "a parameter that cannot be decoded";
	if (out->count == PARAMETERS_MOST || mail_parameter(out, g->piece.base))
		return "a parameter that is given twice";
	struct mail_parameter *p = &out->list[out->count];
	memcpy(p->name, g->piece.base, sizeof p->name);
	p->value = arena_copy(arena, buffer_slice(&text));
	out->count += p->value.at != NULL;
	return p->value.at ? NULL : "no memory";
}

static const char *take_parameter(struct slice text, size_t *pos, struct arena *arena, struct gathered *g,
                                  struct mail_field *out)
{
	struct piece piece;
	size_t from = *pos;
	while (*pos < text.len && token_byte(text.at[*pos]))
		(*pos)++;
	if (!read_name(slice_part(text, from, *pos - from), &piece))
		return "a parameter without a name";
	skip_space(text, pos);
	if (*pos >= text.len || text.at[*pos] != '=')
		return "a parameter without a value";
	(*pos)++;
	skip_space(text, pos);
	bool goes_on = g->open && piece.number > 0 && piece.number == g->piece.number + 1 &&
	               strcmp(piece.base, g->piece.base) == 0;
	if (!goes_on) {
		const char *fault = finish(g, arena, out);
		if (fault)
			return fault;
		if (piece.number > 0)
			return "a parameter whose pieces are out of order";
		buffer_clear(&g->raw);
		g->extended = piece.extended;
		g->open = true;
	} else if (piece.extended && !g->extended) {
		return "a parameter in two encodings";
	}
	g->piece = piece;
	return take_value(text, pos, &g->raw);
}

static const char *take_parameters(struct slice text, size_t pos, struct arena *arena, struct gathered *g,
                                   struct mail_field *out)
{
	while (pos < text.len) {
		skip_space(text, &pos);
		if (pos < text.len && text.at[pos] != ';')
			return "something between its parameters";
		pos += pos < text.len;
		skip_space(text, &pos);
		if (pos >= text.len || text.at[pos] == ';')
			continue;
		const char *fault = take_parameter(text, &pos, arena, g, out);
		if (fault)
			return fault;
	}
	return finish(g, arena, out);
}

const char *mail_field(struct slice text, struct arena *arena, struct mail_field *out)
{
	struct gathered g = {0};
	size_t pos = 0, end;
	memset(out, 0, sizeof *out);
	skip_space(text, &pos);
	for (end = pos; end < text.len && text.at[end] != ';'; end++)
		if (text.at[end] == '(' || text.at[end] == '"' || text.at[end] >= 0x7F)
			return "a comment or a quote where a word should stand";
	size_t last = end;
	while (last > pos && text.at[last - 1] <= ' ')
		last--;
	out->value = slice_part(text, pos, last - pos);
	for (size_t i = 0; i < out->value.len; i++)
		if (out->value.at[i] <= ' ')
			return "two words where one should stand";
	buffer_init(&g.raw, 1 << 20);
	const char *fault = take_parameters(text, end, arena, &g, out);
	buffer_done(&g.raw);
	return fault;
}

const struct mail_parameter *mail_parameter(const struct mail_field *field, const char *name)
{
	for (unsigned i = 0; i < field->count; i++)
		if (strcmp(field->list[i].name, name) == 0)
			return &field->list[i];
	return NULL;
}
