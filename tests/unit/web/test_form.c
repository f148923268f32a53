/* Forms: the same answer however the bytes are cut, and a refusal for whatever a
 * browser would never send.                                                 */
#include "harness.h"

#include "web/form.h"

/* A sink that writes what it is told: "[field|name|" bytes "]" */
static struct buffer seen;
static size_t largest;

static struct result sink_begin(void *context, const struct form *form, struct slice field,
                                struct slice name, struct why *why)
{
	(void)context;
	(void)form;
	(void)why;
	buffer_printf(&seen, "[%.*s|%.*s|", SLICE_ARG(field), SLICE_ARG(name));
	return ok();
}

static struct result sink_bytes(void *context, struct slice bytes, struct why *why)
{
	(void)context;
	(void)why;
	largest = bytes.len > largest ? bytes.len : largest;
	buffer_put_slice(&seen, bytes);
	return ok();
}

static struct result sink_end(void *context, struct why *why)
{
	(void)context;
	(void)why;
	buffer_put_str(&seen, "]");
	return ok();
}

static const struct form_sink sink = {sink_begin, sink_bytes, sink_end, NULL};

/* Feed in pieces of `step` bytes; fields end up in `seen` as {name=value}. */
static enum error read_form(const char *type, struct slice body, size_t step, bool files,
                            struct why *why)
{
	struct arena *arena = arena_new(1 << 20);
	struct form *form = NULL;
	buffer_init(&seen, 1 << 20);
	struct result result = form_new(slice_str(type), arena, files ? &sink : NULL, &form, why);
	for (size_t at = 0; result.code == OK && at < body.len; at += step)
		result = form_feed(form, slice_part(body, at, step), why);
	if (result.code == OK)
		result = form_end(form, why);
	struct slice values[8];
	static const char *const names[] = {"a", "b", "目的"};
	for (size_t i = 0; result.code == OK && i < 3; i++) {
		size_t count = form_all(form, names[i], values, 8);
		for (size_t k = 0; k < count; k++)
			buffer_printf(&seen, "{%s=%.*s}", names[i], SLICE_ARG(values[k]));
	}
	form_free(form);
	arena_free(arena);
	return result.code;
}

#define URLENCODED "application/x-www-form-urlencoded"
#define MULTIPART "multipart/form-data; boundary=XX"
#define FIELD(name, value) "--XX\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_PART(name, file, bytes) \
	"--XX\r\nContent-Disposition: form-data; name=\"" name "\"; filename=\"" file "\"\r\n" \
	"Content-Type: application/octet-stream\r\n\r\n" bytes "\r\n"

struct row {
	const char *type;
	const char *body;
	enum error code;
	const char *seen;
};

static void check_row(const struct row *row)
{
	struct slice body = slice_str(row->body);
	for (size_t step = 1; step <= body.len + 1; step += step < 40 ? 1 : 97) {
		struct why why = {OK, "", ""};
		enum error code = read_form(row->type, body, step, true, &why);
		if (code != row->code || (code == OK && strcmp(buffer_cstr(&seen), row->seen) != 0)) {
			printf("  step %zu of %s\n  is %s %s: \"%s\"\n", step, row->body, error_name(code),
			       why.text, buffer_cstr(&seen));
			CHECK(false);
			buffer_done(&seen);
			return;
		}
		buffer_done(&seen);
	}
}

TEST(urlencoded)
{
	static const struct row rows[] = {
		{URLENCODED, "a=1&b=2", OK, "{a=1}{b=2}"},
		{URLENCODED, "a=1&a=2", OK, "{a=1}{a=2}"},
		{URLENCODED, "a=x+y%20z&%E7%9B%AE%E7%9A%84=%E8%B2%A1", OK, "{a=x y z}{目的=財}"},
		{URLENCODED, "a=1%0D%0A2%0A3", OK, "{a=1\n2\n3}"},
		{URLENCODED, "a", OK, "{a=}"},
		{URLENCODED, "", OK, ""},
		{URLENCODED "; charset=UTF-8", "a=1", OK, "{a=1}"},
		{URLENCODED, "a=%4", E_INPUT, NULL},
		{URLENCODED, "a=%", E_INPUT, NULL},
		{URLENCODED, "a=%zz", E_INPUT, NULL},
		{URLENCODED, "a=%00", E_INPUT, NULL},
		{URLENCODED, "a=%1b", E_INPUT, NULL},
		{URLENCODED, "a=%C0%AF", E_INPUT, NULL},       /* overlong */
		{URLENCODED, "a=%ED%A0%80", E_INPUT, NULL},    /* a surrogate */
		{URLENCODED, "=x", E_INPUT, NULL},
		{"text/plain", "a=1", E_INPUT, NULL},
		{"", "a=1", E_INPUT, NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check_row(&rows[i]);
}

TEST(multipart)
{
	static const struct row rows[] = {
		{MULTIPART, FIELD("a", "1") FIELD("b", "") "--XX--\r\n", OK, "{a=1}{b=}"},
		{MULTIPART, FIELD("a", "1\r\n2") "--XX--", OK, "{a=1\n2}"},
		{MULTIPART, FIELD("a", "\r\n--XY") "--XX--", OK, "{a=\n--XY}"},
		{MULTIPART, "preamble\r\n" FIELD("a", "1") "--XX--epilogue", OK, "{a=1}"},
		{"multipart/form-data; boundary=\"XX\"", FIELD("a", "1") "--XX--", OK, "{a=1}"},
		{MULTIPART, FILE_PART("f", "見積書.docx", "PK\r\n--X") "--XX--", OK, "[f|見積書.docx|PK\r\n--X]"},
		{MULTIPART, FILE_PART("f", "a%22b.txt", "") "--XX--", OK, "[f|a\"b.txt|]"},
		{MULTIPART, FILE_PART("f", "", "") FIELD("a", "1") "--XX--", OK, "{a=1}"},
		{MULTIPART, FIELD("目的", "回答") FILE_PART("f", "x", "1") FILE_PART("f", "y", "2") "--XX--", OK,
		 "[f|x|1][f|y|2]{目的=回答}"},
		/* hostile neighbours */
		{MULTIPART, FIELD("a", "1"), E_INPUT, NULL},                       /* no end */
		{MULTIPART, FILE_PART("f", "x", "half"), E_INPUT, NULL},
		{MULTIPART, "", E_INPUT, NULL},
		{MULTIPART, FIELD("a", "1") "--XXgoes on", E_INPUT, NULL},
		{MULTIPART, FIELD("", "1") "--XX--", E_INPUT, NULL},
		{MULTIPART, "--XX\r\n\r\nx\r\n--XX--", E_INPUT, NULL},
		{MULTIPART, "--XX\r\nContent-Type: text/plain\r\n\r\nx\r\n--XX--", E_INPUT, NULL},
		{MULTIPART, "--XX\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--XX--", E_INPUT, NULL},
		{MULTIPART, "--XX\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\nx\r\n--XX--", E_INPUT, NULL},
		{MULTIPART, "--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--XX--", E_INPUT, NULL},
		{MULTIPART, "--XX\r\nContent-Disposition: form-data; name=\"a\"x\r\n\r\nx\r\n--XX--", E_INPUT, NULL},
		{MULTIPART, "--XX\r\nContent-Disposition: form-data; name=\"a\"; filename*=UTF-8''x\r\n\r\nx\r\n--XX--", E_INPUT, NULL},
		{MULTIPART, "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--XX--", E_INPUT, NULL},
		{MULTIPART, FILE_PART("f", "a\x01" "b", "x") "--XX--", E_INPUT, NULL},
		{MULTIPART, FILE_PART("f", "\x8c\xa9", "x") "--XX--", E_INPUT, NULL},  /* CP932 */
		{MULTIPART, FILE_PART("f", "", "bytes") "--XX--", E_INPUT, NULL},
		{MULTIPART, FIELD("a", "\x1b[2J") "--XX--", E_INPUT, NULL},
		{"multipart/form-data", FIELD("a", "1") "--XX--", E_INPUT, NULL},
		{"multipart/form-data; boundary=", FIELD("a", "1") "--XX--", E_INPUT, NULL},
		{"multipart/form-data; boundary=0123456789012345678901234567890123456789012345678901234567890123456789X",
		 "", E_INPUT, NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check_row(&rows[i]);
}

TEST(files_only_where_wanted)
{
	struct slice body = SLICE(FILE_PART("f", "x", "1") "--XX--");
	CHECK_INT(read_form(MULTIPART, body, body.len, false, NULL), E_INPUT);
	buffer_done(&seen);
}

static struct slice many(struct buffer *b, const char *piece, size_t times, const char *end)
{
	buffer_init(b, 8 << 20);
	for (size_t i = 0; i < times; i++)
		buffer_put_str(b, piece);
	buffer_put_str(b, end);
	return buffer_slice(b);
}

TEST(ceilings)
{
	static const struct {
		const char *type, *piece;
		size_t times;
		const char *end;
		enum error code;
	} rows[] = {
		{URLENCODED, "a=1&", FORM_FIELDS, "", OK},
		{URLENCODED, "a=1&", FORM_FIELDS + 1, "", E_LIMIT},
		{URLENCODED, "aaaaaaaaaa", 20000, "", E_LIMIT},
		{MULTIPART, FIELD("a", "1"), FORM_FIELDS, "--XX--", OK},
		{MULTIPART, FIELD("a", "1"), FORM_FIELDS + 1, "--XX--", E_LIMIT},
		{MULTIPART, FILE_PART("f", "x", "1"), FORM_FILES, "--XX--", OK},
		{MULTIPART, FILE_PART("f", "x", "1"), FORM_FILES + 1, "--XX--", E_LIMIT},
		{MULTIPART, "--XX\r\nX: ", 1, "", E_INPUT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buffer body;
		struct slice bytes = many(&body, rows[i].piece, rows[i].times, rows[i].end);
		CHECK_INT(read_form(rows[i].type, bytes, 4096, true, NULL), rows[i].code);
		buffer_done(&seen);
		buffer_done(&body);
	}
	struct buffer body; /* headers without an end, and a field without one */
	struct slice bytes = many(&body, "Content-Type: x\r\n", 1000, "");
	struct buffer whole;
	buffer_init(&whole, 1 << 20);
	buffer_put_str(&whole, "--XX\r\n");
	buffer_put_slice(&whole, bytes);
	CHECK_INT(read_form(MULTIPART, buffer_slice(&whole), 100, true, NULL), E_LIMIT);
	buffer_done(&seen);
	buffer_done(&whole);
	buffer_done(&body);
	bytes = many(&body, "0123456789abcdef", 2000, "");
	buffer_init(&whole, 1 << 20);
	buffer_put_str(&whole, "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n");
	buffer_put_slice(&whole, bytes);
	CHECK_INT(read_form(MULTIPART, buffer_slice(&whole), 100, true, NULL), E_LIMIT);
	buffer_done(&seen);
	buffer_done(&whole);
	buffer_done(&body);
}

/* A file goes through in pieces no larger than the reader's own buffer. */
TEST(files_stream)
{
	struct buffer body;
	buffer_init(&body, 4 << 20);
	buffer_put_str(&body, "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n");
	for (int i = 0; i < 100000; i++)
		buffer_put_str(&body, "\r\n--X0123");
	buffer_put_str(&body, "\r\n--XX--\r\n");
	largest = 0;
	CHECK_INT(read_form(MULTIPART, buffer_slice(&body), SIZE_MAX / 2, true, NULL), OK);
	CHECK_INT(buffer_slice(&seen).len, 5 + 900000 + 1);
	CHECK(largest <= 16384);
	buffer_done(&seen);
	buffer_done(&body);
}

/* No memory at any moment: an error, never half a form. */
TEST(memory_runs_out)
{
	struct slice body = SLICE(FIELD("a", "1") FILE_PART("f", "x", "1") FIELD("b", "2") "--XX--");
	bool whole = false;
	for (size_t ceiling = 0; ceiling < 4096 && !whole; ceiling += 8) {
		struct arena *arena = arena_new(ceiling);
		struct form *form = NULL;
		buffer_init(&seen, 4096);
		struct result result = form_new(SLICE(MULTIPART), arena, &sink, &form, NULL);
		if (result.code == OK)
			result = form_feed(form, body, NULL);
		if (result.code == OK)
			result = form_end(form, NULL);
		whole = result.code == OK;
		CHECK(whole || result.code == E_MEMORY);
		form_free(form);
		arena_free(arena);
		buffer_done(&seen);
	}
	CHECK(whole);
}

MAIN_TESTS()
