/* PDF tokens and values (ISO 32000-1 sections 7.2, 7.3).
 *
 * Every byte is fetched by `peek`, the one place that compares with the end;
 * the work is paid for by the reader, by bytes passed, so that the inner loop
 * stays a comparison and a table look-up. */
#include "gate/file/pdf.h"

#include "base/number.h"

const uint8_t pdf_classes[256] = {
	[0] = PDF_SPACE, ['\t'] = PDF_SPACE, ['\n'] = PDF_SPACE, ['\f'] = PDF_SPACE, ['\r'] = PDF_SPACE,
	[' '] = PDF_SPACE, ['('] = PDF_DELIMITER, [')'] = PDF_DELIMITER, ['<'] = PDF_DELIMITER,
	['>'] = PDF_DELIMITER, ['['] = PDF_DELIMITER, [']'] = PDF_DELIMITER, ['{'] = PDF_DELIMITER,
	['}'] = PDF_DELIMITER, ['/'] = PDF_DELIMITER, ['%'] = PDF_DELIMITER,
};

/* An opened array or dictionary, waiting on the stack. */
enum { MARK_ARRAY = PDF_DICT + 1, MARK_DICT };

static inline int peek(const struct pdf_lexer *lex)
{
	return lex->pos < lex->in.len ? lex->in.at[lex->pos] : -1;
}

static bool fault(struct pdf_lexer *lex, enum refusal refusal, const char *text)
{
	if (!lex->fault) {
		lex->fault = text;
		lex->refusal = refusal;
	}
	return false;
}

static bool broken(struct pdf_lexer *lex, const char *text)
{
	return fault(lex, REFUSAL_DAMAGED, text);
}

void pdf_skip_space(struct pdf_lexer *lex)
{
	int c = peek(lex);
	if (c >= 0 && pdf_is_regular((uint8_t)c))
		return;
	while ((c = peek(lex)) >= 0) {
		if (c == '%') {
			while ((c = peek(lex)) >= 0 && c != '\n' && c != '\r')
				lex->pos++;
		} else if (!pdf_is_space((uint8_t)c)) {
			return;
		} else {
			lex->pos++;
		}
	}
}

static struct slice take_regular(struct pdf_lexer *lex)
{
	const struct slice in = lex->in;
	size_t from = lex->pos, to = from;
	while (to < in.len && pdf_is_regular(in.at[to]))
		to++;
	lex->pos = to;
	return slice_part(in, from, to - from);
}

static struct pdf_value text_value(enum pdf_kind kind, struct slice text)
{
	return (struct pdf_value){.kind = (uint8_t)kind, .count = (uint32_t)text.len, .text = text.at};
}

/* A name whose #xx are resolved, so that /J#53 is /JS everywhere after. */
static bool read_name(struct pdf_lexer *lex, struct pdf_value *out)
{
	const struct slice in = lex->in;
	size_t from = lex->pos + 1, end = from;
	bool escaped = false;
	for (; end < in.len && pdf_is_regular(in.at[end]); end++)
		escaped |= in.at[end] == '#';
	lex->pos = end;
	struct slice raw = slice_part(in, from, end - from);
	if (raw.len > 4096)
		return fault(lex, REFUSAL_LARGE, "a name of more than 4096 bytes");
	if (!escaped) {
		*out = text_value(PDF_NAME, raw);
		return true;
	}
	uint8_t *to = arena_alloc(lex->arena, raw.len);
	if (!to)
		return fault(lex, REFUSAL_LARGE, "no memory for a name");
	size_t len = 0;
	for (size_t i = 0; i < raw.len; i++) {
		uint8_t byte = raw.at[i];
		if (byte == '#' && (!hex_decode(slice_part(raw, i + 1, 2), &byte, 1) || byte == 0))
			return broken(lex, "a name with a # that no two hex digits follow");
		i += raw.at[i] == '#' ? 2 : 0;
		to[len++] = byte;
	}
	*out = text_value(PDF_NAME, slice_of(to, len));
	return true;
}

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex_string(struct pdf_lexer *lex, struct pdf_value *out)
{
	size_t from = ++lex->pos, digits = 0;
	int c;
	while ((c = peek(lex)) >= 0 && c != '>') {
		if (hex_digit(c) >= 0)
			digits++;
		else if (!pdf_is_space((uint8_t)c))
			return broken(lex, "a hex string with something else than hex digits");
		lex->pos++;
	}
	if (c < 0)
		return broken(lex, "a hex string without end");
	uint8_t *to = arena_alloc(lex->arena, digits / 2 + 1);
	if (!to)
		return fault(lex, REFUSAL_LARGE, "no memory for a string");
	size_t n = 0;
	for (size_t i = from; i < lex->pos; i++) {
		int digit = hex_digit(lex->in.at[i]);
		if (digit < 0)
			continue;
		to[n / 2] = (uint8_t)(n % 2 ? to[n / 2] | digit : digit << 4);
		n++;
	}
	lex->pos++;
	*out = text_value(PDF_STRING, slice_of(to, (digits + 1) / 2));
	return true;
}

/* The end of a literal string: parentheses balance, a backslash guards one byte. */
static bool find_string_end(struct pdf_lexer *lex, bool *plain)
{
	*plain = true;
	for (size_t open = 1; open > 0; lex->pos++) {
		int c = peek(lex);
		if (c < 0)
			return broken(lex, "a string without end");
		if (c == '\\' || c == '\r')
			*plain = false;
		if (c == '\\')
			lex->pos++;
		open += c == '(';
		open -= c == ')';
	}
	return true;
}

/* One escape at raw[*i] (after the backslash): the byte, or -1 for a line that goes on. */
static int unescape(struct slice raw, size_t *i)
{
	static const uint8_t named[256] = {['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
	                                   ['b'] = '\b', ['f'] = '\f'};
	uint8_t c = raw.at[*i];
	if (named[c])
		return named[c];
	if (c == '\n')
		return -1;
	if (c == '\r') {
		*i += *i + 1 < raw.len && raw.at[*i + 1] == '\n';
		return -1;
	}
	if (c < '0' || c > '7')
		return c;
	int value = c - '0';
	for (int n = 1; n < 3 && *i + 1 < raw.len; n++) {
		uint8_t d = raw.at[*i + 1];
		if (d < '0' || d > '7')
			break;
		value = value * 8 + (d - '0');
		++*i;
	}
	return value & 0xFF;
}

static bool read_string(struct pdf_lexer *lex, struct pdf_value *out)
{
	size_t from = ++lex->pos;
	bool plain;
	if (!find_string_end(lex, &plain))
		return false;
	if (lex->pos > lex->in.len)
		return broken(lex, "a string without end");
	struct slice raw = slice_part(lex->in, from, lex->pos - 1 - from);
	if (raw.len > INT32_MAX)
		return fault(lex, REFUSAL_LARGE, "a string of more than 2 GiB");
	*out = text_value(PDF_STRING, raw);
	if (plain)
		return true;
	uint8_t *to = arena_alloc(lex->arena, raw.len);
	if (!to)
		return fault(lex, REFUSAL_LARGE, "no memory for a string");
	size_t len = 0;
	for (size_t i = 0; i < raw.len; i++) {
		int byte = raw.at[i];
		if (byte == '\\') {
			i++;
			byte = i < raw.len ? unescape(raw, &i) : -1;
		} else if (byte == '\r') { /* an end of line is one LF, however it is written */
			i += i + 1 < raw.len && raw.at[i + 1] == '\n';
			byte = '\n';
		}
		if (byte >= 0)
			to[len++] = (uint8_t)byte;
	}
	*out = text_value(PDF_STRING, slice_of(to, len));
	return true;
}

/* [+-]digits[.digits]; at least one digit.  Not a number: false, no fault. */
static bool read_number(struct slice text, struct pdf_value *out)
{
	enum { FITS = 18 }; /* digits that an int64_t surely holds */
	size_t signs = text.len && (text.at[0] == '-' || text.at[0] == '+'), points = 0;
	int64_t value = 0;
	for (size_t k = signs; k < text.len; k++) {
		uint8_t digit = (uint8_t)(text.at[k] - '0');
		bool point = text.at[k] == '.';
		if (digit > 9 && !point)
			return false;
		points += point;
		if (k < FITS)
			value = value * 10 + (point ? 0 : digit);
	}
	if (points > 1 || signs + points == text.len)
		return false;
	struct slice body = text.len && text.at[0] == '+' ? slice_part(text, 1, text.len) : text;
	bool whole = !points && text.len <= FITS;
	if (whole)
		value = text.at[0] == '-' ? -value : value;
	if (whole || (!points && number_parse_i64(body, &value)))
		*out = (struct pdf_value){.kind = PDF_INT, .integer = value};
	else
		*out = text_value(PDF_REAL, body);
	return true;
}

/* Most numbers are short and whole: nothing is taken where this one is not. */
static bool take_short_number(struct pdf_lexer *lex, struct pdf_value *out)
{
	enum { SHORT = 9 };
	size_t to = lex->pos, most = lex->in.len - to > SHORT ? to + SHORT : lex->in.len;
	int32_t value = 0;
	for (uint8_t digit; to < most && (digit = (uint8_t)(lex->in.at[to] - '0')) <= 9; to++)
		value = value * 10 + digit;
	if (to == lex->pos || to == lex->in.len || pdf_is_regular(lex->in.at[to]))
		return false;
	lex->pos = to;
	*out = (struct pdf_value){.kind = PDF_INT, .integer = value};
	return true;
}

static bool opened(struct pdf_lexer *lex, struct pdf_value *scalar)
{
	if (!lex->lock || scalar->kind != PDF_STRING || pdf_lock_text(lex, scalar))
		return true;
	return fault(lex, REFUSAL_LARGE, "no memory for a string");
}

static bool read_angle(struct pdf_lexer *lex, struct pdf_value *scalar, enum pdf_token *token)
{
	bool twice = lex->pos + 1 < lex->in.len && lex->in.at[lex->pos + 1] == lex->in.at[lex->pos];
	if (twice) {
		*token = lex->in.at[lex->pos] == '<' ? PDF_T_DICT : PDF_T_DICT_END;
		lex->pos += 2;
		return true;
	}
	*token = PDF_T_SCALAR;
	return lex->in.at[lex->pos] == '<' ? read_hex_string(lex, scalar) && opened(lex, scalar)
	                                   : broken(lex, "a > that closes nothing");
}

static bool read_delimited(struct pdf_lexer *lex, int c, struct pdf_value *scalar,
                           enum pdf_token *token)
{
	*token = PDF_T_SCALAR;
	switch (c) {
	case '/':
		return read_name(lex, scalar);
	case '(':
		return read_string(lex, scalar) && opened(lex, scalar);
	case '<':
	case '>':
		return read_angle(lex, scalar, token);
	case '[':
	case ']':
		*token = c == '[' ? PDF_T_ARRAY : PDF_T_ARRAY_END;
		lex->pos++;
		return true;
	default:
		return broken(lex, "a delimiter where none may stand");
	}
}

enum pdf_token pdf_next(struct pdf_lexer *lex, struct pdf_value *scalar)
{
	if (lex->fault)
		return PDF_T_FAULT;
	pdf_skip_space(lex);
	int c = peek(lex);
	if (c < 0)
		return PDF_T_END;
	enum pdf_token token;
	if (pdf_classes[c] == PDF_DELIMITER)
		return read_delimited(lex, c, scalar, &token) ? token : PDF_T_FAULT;
	if (take_short_number(lex, scalar))
		return PDF_T_SCALAR;
	lex->word = take_regular(lex);
	return read_number(lex->word, scalar) ? PDF_T_SCALAR : PDF_T_WORD;
}

bool pdf_word(struct pdf_lexer *lex, const char *word)
{
	if (lex->fault)
		return false;
	size_t before = lex->pos;
	pdf_skip_space(lex);
	if (slice_is(take_regular(lex), word))
		return true;
	lex->pos = before;
	return false;
}

bool pdf_integer(struct pdf_lexer *lex, uint64_t ceiling, uint64_t *out)
{
	if (lex->fault)
		return false;
	size_t before = lex->pos;
	pdf_skip_space(lex);
	uint64_t value;
	if (number_parse_u64(take_regular(lex), &value) && value <= ceiling) {
		*out = value;
		return true;
	}
	lex->pos = before;
	return false;
}

/* ---- values ----------------------------------------------------------- */

static const struct pdf_value *stack_top(struct pdf_lexer *lex, size_t back)
{
	static const struct pdf_value nothing = {.kind = PDF_NULL};
	size_t len = lex->stack->len / sizeof(struct pdf_value);
	return back < len ? (const struct pdf_value *)(const void *)lex->stack->at + (len - 1 - back) : &nothing;
}

static bool push(struct pdf_lexer *lex, struct pdf_value v)
{
	struct pdf_value *to = (struct pdf_value *)(void *)buffer_reserve(lex->stack, sizeof v);
	if (!to)
		return fault(lex, REFUSAL_BOMB, "an array or dictionary too long");
	*to = v;
	buffer_commit(lex->stack, sizeof v);
	return true;
}

static void pop(struct pdf_lexer *lex, size_t count)
{
	lex->stack->len -= count * sizeof(struct pdf_value);
}

/* `12 0 R`: the two numbers are on the stack already. */
static bool make_reference(struct pdf_lexer *lex, size_t floor)
{
	struct pdf_value *gen = NULL, *num = NULL;
	if (lex->stack->len >= floor + 2 * sizeof *gen) {
		gen = (struct pdf_value *)(void *)(lex->stack->at + lex->stack->len) - 1;
		num = gen - 1;
	}
	if (!gen || !num || num->kind != PDF_INT ||
	    gen->kind != PDF_INT || num->integer < 0 || gen->integer < 0 || gen->integer > 65535)
		return broken(lex, "an R without two numbers before it");
	*num = (struct pdf_value){.kind = PDF_REF, .gen = (uint16_t)gen->integer,
	                          .number = (uint64_t)num->integer};
	pop(lex, 1);
	return true;
}

static bool read_word(struct pdf_lexer *lex, size_t floor)
{
	if (slice_is(lex->word, "R"))
		return make_reference(lex, floor);
	if (slice_is(lex->word, "null"))
		return push(lex, (struct pdf_value){.kind = PDF_NULL});
	bool yes = slice_is(lex->word, "true");
	if (yes || slice_is(lex->word, "false"))
		return push(lex, (struct pdf_value){.kind = PDF_BOOL, .integer = yes});
	return broken(lex, "a word that is no value");
}

static int compare_keys(const void *a, const void *b)
{
	return slice_compare(pdf_text(a), pdf_text(b));
}

/* A dictionary with a key twice means two things to two readers. */
static bool keys_unique(struct pdf_lexer *lex, const struct pdf_value *items, size_t count)
{
	if (count <= 24) {
		for (size_t i = 0; i < count; i++)
			for (size_t k = 0; k < i; k++)
				if (slice_equal(pdf_text(&items[2 * i]), pdf_text(&items[2 * k])))
					return fault(lex, REFUSAL_AMBIGUOUS, "a dictionary with a key twice");
		return true;
	}
	struct pdf_value *keys = ARENA_ARRAY(lex->arena, count, struct pdf_value);
	if (!keys)
		return fault(lex, REFUSAL_LARGE, "no memory for a dictionary");
	for (size_t i = 0; i < count; i++)
		keys[i] = items[2 * i];
	qsort(keys, count, sizeof *keys, compare_keys);
	for (size_t i = 1; i < count; i++)
		if (slice_equal(pdf_text(&keys[i]), pdf_text(&keys[i - 1])))
			return fault(lex, REFUSAL_AMBIGUOUS, "a dictionary with a key twice");
	return true;
}

static bool check_dictionary(struct pdf_lexer *lex, const struct pdf_value *items, size_t count)
{
	if (count % 2)
		return broken(lex, "a dictionary with a key but no value");
	for (size_t i = 0; i < count; i += 2)
		if (items[i].kind != PDF_NAME)
			return broken(lex, "a dictionary key that is no name");
	return keys_unique(lex, items, count / 2);
}

static bool close_mark(struct pdf_lexer *lex, size_t floor, uint8_t mark)
{
	size_t count = 0, have = (lex->stack->len - floor) / sizeof(struct pdf_value);
	const struct pdf_value *end = (const struct pdf_value *)(const void *)(lex->stack->at + lex->stack->len);
	while (count < have && end[-1 - (ptrdiff_t)count].kind < MARK_ARRAY)
		count++;
	if (count == have || stack_top(lex, count)->kind != mark)
		return broken(lex, "brackets that do not match");
	struct pdf_value *items = NULL;
	if (count) {
		items = ARENA_ARRAY(lex->arena, count, struct pdf_value);
		if (!items)
			return fault(lex, REFUSAL_LARGE, "no memory for an array or dictionary");
		memcpy(items, stack_top(lex, count - 1), count * sizeof *items);
	}
	if (mark == MARK_DICT && !check_dictionary(lex, items, count))
		return false;
	pop(lex, count + 1);
	bool dict = mark == MARK_DICT;
	return push(lex, (struct pdf_value){.kind = dict ? PDF_DICT : PDF_ARRAY,
	                                    .count = (uint32_t)(dict ? count / 2 : count),
	                                    .items = items});
}

/* At the top a number may be the first of a reference: look ahead, else go back. */
static void try_reference(struct pdf_lexer *lex, struct pdf_value *v)
{
	size_t before = lex->pos;
	uint64_t gen;
	if (v->kind == PDF_INT && v->integer >= 0 && pdf_integer(lex, 65535, &gen) &&
	    pdf_word(lex, "R")) {
		*v = (struct pdf_value){.kind = PDF_REF, .gen = (uint16_t)gen,
		                        .number = (uint64_t)v->integer};
		return;
	}
	lex->pos = before;
}

static bool take_token(struct pdf_lexer *lex, size_t floor, size_t *open)
{
	/* read to where it is to stand: most of a file is scalars */
	struct pdf_value *v = (struct pdf_value *)(void *)buffer_reserve(lex->stack, sizeof *v);
	if (!v)
		return fault(lex, REFUSAL_BOMB, "an array or dictionary too long");
	switch (pdf_next(lex, v)) {
	case PDF_T_SCALAR:
		if (!*open)
			try_reference(lex, v);
		buffer_commit(lex->stack, sizeof *v);
		return true;
	case PDF_T_WORD:
		return read_word(lex, floor);
	case PDF_T_ARRAY:
	case PDF_T_DICT:
		if (++*open > PDF_DEPTH)
			return fault(lex, REFUSAL_DEEP, "arrays and dictionaries nested too deep");
		return push(lex, (struct pdf_value){
			.kind = lex->in.at[lex->pos - 1] == '[' ? MARK_ARRAY : MARK_DICT});
	case PDF_T_ARRAY_END:
	case PDF_T_DICT_END:
		--*open;
		return close_mark(lex, floor, lex->in.at[lex->pos - 1] == ']' ? MARK_ARRAY : MARK_DICT);
	case PDF_T_END:
	case PDF_T_FAULT:
		break;
	}
	return broken(lex, "the file ends inside a value");
}

bool pdf_parse(struct pdf_lexer *lex, struct pdf_value *out)
{
	size_t floor = lex->stack->len, open = 0;
	bool good;
	do {
		good = take_token(lex, floor, &open);
	} while (good && open);
	if (good)
		*out = *stack_top(lex, 0);
	lex->stack->len = floor;
	return good;
}

const struct pdf_value *pdf_find(const struct pdf_value *dict, struct slice wanted)
{
	for (uint32_t i = 0; i < dict->count; i++) {
		const struct pdf_value *name = &dict->items[2 * i];
		if (name->count == wanted.len && memcmp(name->text, wanted.at, wanted.len) == 0)
			return &dict->items[2 * i + 1];
	}
	return NULL;
}
