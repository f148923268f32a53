/* Tokens.  The text is audited whole before the first token is taken: a clause
 * that a reviewer reads must be the clause that is decided on, so characters
 * that hide or turn text are refused, in comments too (CVE-2021-42574). */
#include "policy/lex.h"

#include "base/number.h"
#include "base/text.h"

static const struct {
	const char *text;
	size_t len;
	enum keyword keyword;
} keywords[] = {
#define X(id, text) {text, sizeof(text) - 1, K_##id},
	KEYWORDS(X)
#undef X
};

static const char *const units[] = {
	"hour", "hours", "day", "days", "working-day", "working-days", "month", "months",
	"year", "years", "fiscal-year", "fiscal-years", "MiB", "times",
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

const char *keyword_text(enum keyword keyword)
{
	return keyword == K_NONE ? "" : keywords[keyword - 1].text;
}

static enum keyword keyword_of(struct slice text)
{
	for (size_t i = 0; i < COUNT(keywords); i++)
		if (text.len == keywords[i].len && memcmp(text.at, keywords[i].text, text.len) == 0)
			return keywords[i].keyword;
	return K_NONE;
}

static bool is_unit(struct slice text)
{
	bool like = text.len >= 3 && strchr("hdwmyfMt", text.at[0]) != NULL;
	for (size_t i = 0; i < COUNT(units) && like; i++)
		if (slice_is(text, units[i]))
			return true;
	return false;
}

static const char *forbidden(int32_t code)
{
	if (code == '\t' || code == '\n' || code == '\r')
		return NULL;
	if (code < 0)
		return "UTF-8として読めない文字があります。文字コードをUTF-8にして保存し直してください。";
	if (code < 0x20 || code == 0x7f || (code >= 0x80 && code < 0xa0))
		return "制御文字があります。取り除いてください。";
	bool turns = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
	             code == 0x200e || code == 0x200f || code == 0x061c;
	bool hides = (code >= 0x200b && code <= 0x200d) || code == 0x2060 || code == 0x2028 ||
	             code == 0x2029 || code == 0xfeff;
	if (turns || hides)
		return "目に見えない文字か、文字の向きを変える文字があります。取り除いてください。";
	return NULL;
}

const char *lexer_audit(struct slice text, uint32_t *line)
{
	size_t pos = slice_starts(text, SLICE("\xef\xbb\xbf")) ? 3 : 0;
	uint32_t number = 1, column = 1;
	for (int32_t code; (code = utf8_next(text, &pos)) != -1;) {
		const char *fault = forbidden(code);
		*line = spot_at(number, column++);
		if (fault)
			return fault;
		if (code == '\n') {
			number++;
			column = 1;
		}
	}
	return NULL;
}

void lexer_init(struct lexer *lexer, struct slice text)
{
	size_t skip = slice_starts(text, SLICE("\xef\xbb\xbf")) ? 3 : 0;
	*lexer = (struct lexer){.text = text, .pos = skip, .line = 1, .column = 1, .counted = skip};
}

static int peek(const struct lexer *l, size_t ahead)
{
	return ahead < l->text.len - l->pos ? l->text.at[l->pos + ahead] : -1;
}

static bool is_lower(int c) { return c >= 'a' && c <= 'z'; }
static bool is_upper(int c) { return c >= 'A' && c <= 'Z'; }
static bool is_digit(int c) { return c >= '0' && c <= '9'; }
static bool is_alnum(int c) { return is_lower(c) || is_upper(c) || is_digit(c); }

static void skip_space(struct lexer *l)
{
	for (int c; (c = peek(l, 0)) != -1; l->pos++) {
		if (c == '#')
			while (peek(l, 1) != -1 && peek(l, 1) != '\n')
				l->pos++;
		else if (c == '\n')
			l->line++;
		else if (c != ' ' && c != '\t' && c != '\r')
			return;
	}
}

/* the spot of pos; what was counted is not counted again */
static uint32_t here(struct lexer *l)
{
	for (; l->counted < l->pos; l->counted++) {
		uint8_t byte = l->text.at[l->counted];
		l->column = byte == '\n' ? 1 : l->column + ((byte & 0xc0) != 0x80);
	}
	return spot_at(l->line, l->column);
}

static struct token bad(struct lexer *l, const char *fault)
{
	uint32_t spot = here(l);
	size_t from = l->pos, to = l->pos + 1;
	while (to < l->text.len && (l->text.at[to] & 0xc0) == 0x80)
		to++;
	l->fault = fault;
	l->pos = l->text.len;
	return (struct token){.kind = TOKEN_BAD, .text = slice_part(l->text, from, to - from), .line = spot};
}

static struct token take(struct lexer *l, enum token_kind kind, size_t len)
{
	struct token t = {.kind = kind, .text = slice_part(l->text, l->pos, len), .line = here(l)};
	l->pos += len;
	return t;
}

static struct token take_string(struct lexer *l)
{
	size_t len = 1;
	while (peek(l, len) != -1 && peek(l, len) != '"' && peek(l, len) != '\n')
		len++;
	if (peek(l, len) != '"')
		return bad(l, "引用符で始まる文字列が、同じ行で閉じられていません。");
	struct token t = take(l, TOKEN_STRING, len + 1);
	t.text = slice_part(t.text, 1, len - 1);
	return t;
}

static bool looks_like_date(const struct lexer *l)
{
	static const char shape[] = "dddd-dd-dd";
	for (size_t i = 0; i < sizeof shape - 1; i++) {
		int c = peek(l, i);
		if (shape[i] == 'd' ? !is_digit(c) : c != shape[i])
			return false;
	}
	return !is_alnum(peek(l, sizeof shape - 1));
}

static int digits(const struct lexer *l, size_t from, size_t count)
{
	int n = 0;
	for (size_t i = 0; i < count; i++)
		n = n * 10 + (peek(l, from + i) - '0');
	return n;
}

static struct token take_date(struct lexer *l)
{
	struct date date = {digits(l, 0, 4), digits(l, 5, 2), digits(l, 8, 2)};
	day_t day;
	if (!day_from_date(date, &day))
		return bad(l, "暦にない日付です。");
	struct token t = take(l, TOKEN_DATE, 10);
	t.number = day;
	return t;
}

static struct token take_number(struct lexer *l)
{
	if (looks_like_date(l))
		return take_date(l);
	size_t len = 0;
	while (is_digit(peek(l, len)))
		len++;
	if (is_lower(peek(l, len)) || is_upper(peek(l, len))) {
		while (is_alnum(peek(l, len)))
			len++;
		return take(l, TOKEN_LEVEL, len);
	}
	uint64_t n = 0;
	struct slice text = slice_part(l->text, l->pos, len);
	if ((len > 1 && peek(l, 0) == '0') || len > 15 || !number_parse_u64(text, &n))
		return bad(l, "数は、0か、0以外で始まる15桁までの数字で書きます。");
	struct token t = take(l, TOKEN_NUMBER, len);
	t.number = (int64_t)n;
	return t;
}

/* ID: letters, digits and . - / ( ) while brackets balance, then perhaps '*' */
static size_t id_length(const struct lexer *l)
{
	size_t len = 0;
	int open = 0;
	for (int c; (c = peek(l, len)) != -1; len++) {
		if (c == '(')
			open++;
		else if (c == ')' && --open < 0)
			break;
		else if (!is_alnum(c) && c != '.' && c != '-' && c != '/' && c != ')')
			break;
	}
	if (open > 0)
		return 0;
	return peek(l, len) == '*' ? len + 1 : len;
}

static struct token take_upper(struct lexer *l)
{
	size_t capitals = 0;
	while (is_upper(peek(l, capitals)))
		capitals++;
	if (capitals >= 2 && peek(l, capitals) == '-') {
		size_t len = id_length(l);
		if (len == 0 || len > 120)
			return bad(l, "条番号（識別子）の括弧が釣り合っていないか、長すぎます。");
		return take(l, TOKEN_ID, len);
	}
	size_t len = 0;
	while (is_alnum(peek(l, len)))
		len++;
	struct token t = take(l, TOKEN_LEVEL, len);
	if (is_unit(t.text))
		t.kind = TOKEN_UNIT;
	return t;
}

static struct token take_word(struct lexer *l)
{
	bool name_only = l->after_dot;
	size_t len = 0;
	while (is_lower(peek(l, len)) || is_digit(peek(l, len)) || peek(l, len) == '_')
		len++;
	size_t plain = len;
	while (!name_only && peek(l, len) == '-' && is_lower(peek(l, len + 1))) {
		len++;
		while (is_lower(peek(l, len)))
			len++;
	}
	if (is_upper(peek(l, len)))
		return bad(l, "名前は英小文字・数字・下線だけで書きます。");
	struct token t = take(l, TOKEN_NAME, len);
	if (name_only || (t.keyword = keyword_of(t.text), t.keyword == K_NONE && !is_unit(t.text))) {
		if (len == plain && len <= 64)
			return t;
		l->pos -= len;
		return bad(l, "知らないつなぎ語か、長すぎる名前です。名前にハイフンは使えません。");
	}
	t.kind = t.keyword != K_NONE ? TOKEN_KEYWORD : TOKEN_UNIT;
	return t;
}

static struct token take_relation(struct lexer *l)
{
	static const struct {
		const char *text;
		enum relation rel;
	} relations[] = {{"!=", REL_NE}, {"<=", REL_LE}, {">=", REL_GE}, {"=", REL_EQ}, {"<", REL_LT}, {">", REL_GT}};
	struct slice rest = slice_part(l->text, l->pos, 2);
	for (size_t i = 0; i < COUNT(relations); i++) {
		if (!slice_starts(rest, slice_str(relations[i].text)))
			continue;
		struct token t = take(l, TOKEN_RELATION, strlen(relations[i].text));
		t.rel = relations[i].rel;
		return t;
	}
	return bad(l, "ここに置けない文字です。全角の空白や記号になっていないか確かめてください。");
}

static struct token take_any(struct lexer *l)
{
	int c = peek(l, 0);
	if (c == -1)
		return (struct token){.kind = TOKEN_END, .line = here(l)};
	if (c == '"')
		return take_string(l);
	if (is_digit(c))
		return take_number(l);
	if (is_upper(c))
		return take_upper(l);
	if (is_lower(c))
		return take_word(l);
	if (!memchr("{}(),;:.", c, 8))
		return take_relation(l);
	struct token t = take(l, TOKEN_MARK, 1);
	t.mark = (uint8_t)c;
	return t;
}

struct token lexer_next(struct lexer *l)
{
	skip_space(l);
	struct token t = take_any(l);
	l->after_dot = t.kind == TOKEN_MARK && t.mark == '.';
	return t;
}
