#define _GNU_SOURCE 1
#include "web/form.h"

#include "base/text.h"

#include <stdlib.h>

enum state { PREAMBLE, HEADERS, FIELD, FILE_BYTES, SKIPPED, AFTER, DONE };
enum { PENDING = 16384 }; /* more than a boundary and a part's headers */

struct form {
	struct arena *arena;
	struct form_sink sink;
	bool takes_files;
	bool multipart;
	bool failed;
	struct form_field fields[FORM_FIELDS];
	size_t field_count;
	size_t file_count;
	uint64_t file_bytes;
	size_t field_bytes;
	struct buffer value;    /* of the field being read, or the urlencoded body */
	struct slice field_name;
	/* multipart */
	enum state state;
	char delimiter[80];     /* CR LF - - boundary */
	size_t delimiter_len;
	uint8_t pending[PENDING];
	size_t pending_len;
};

static struct result broken(struct why *why, const char *text)
{
	return fail(why, E_INPUT, "form", "%s", text);
}

/* ---- small readers --------------------------------------------------- */

static struct slice trim(struct slice s)
{
	while (s.len && (s.at[0] == ' ' || s.at[0] == '\t'))
		s = slice_part(s, 1, s.len - 1);
	while (s.len && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* cut - what stands before the separator; text moves behind it */
static struct slice cut(struct slice *text, uint8_t separator)
{
	const uint8_t *at = text->len ? memchr(text->at, separator, text->len) : NULL;
	size_t len = at ? (size_t)(at - text->at) : text->len;
	struct slice head = slice_part(*text, 0, len);
	*text = slice_part(*text, at ? len + 1 : len, SIZE_MAX);
	return head;
}

static bool is_clean(struct slice text, bool lines)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];
		if (c == 0x7f || (c < 0x20 && !(lines && (c == '\n' || c == '\r' || c == '\t'))))
			return false;
	}
	return utf8_valid(text);
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct result form_decode(struct slice text, bool plus, struct arena *arena, struct slice *out,
                          struct why *why)
{
	uint8_t *to = arena_alloc(arena, text.len + 1);
	size_t len = 0;
	if (!to)
		return fail(why, E_MEMORY, "form", "no memory for the field");
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] != '%') {
			to[len++] = plus && text.at[i] == '+' ? ' ' : text.at[i];
			continue;
		}
		int high = text.len - i > 2 ? hex_digit(text.at[i + 1]) : -1;
		int low = high < 0 ? -1 : hex_digit(text.at[i + 2]);
		if (low < 0)
			return broken(why, "a percent escape is not two hex digits");
		to[len++] = (uint8_t)(high * 16 + low);
		i += 2;
	}
	if (!is_clean(slice_of(to, len), true))
		return broken(why, "a field holds bytes that are not text");
	*out = slice_of(to, len);
	return ok();
}

/* ---- fields ---------------------------------------------------------- */

/* CR LF and CR become LF, as people see them. */
static struct slice one_line_end(struct slice text, uint8_t *to)
{
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\r' && i + 1 < text.len && text.at[i + 1] == '\n')
			continue;
		to[len++] = text.at[i] == '\r' ? '\n' : text.at[i];
	}
	return slice_of(to, len);
}

static struct result add_field(struct form *form, struct slice name, struct slice value,
                               struct why *why)
{
	if (form->field_count == FORM_FIELDS)
		return fail(why, E_LIMIT, "form", "more than %d fields", FORM_FIELDS);
	if (name.len == 0 || name.len > FORM_NAME_BYTES || !is_clean(name, false))
		return broken(why, "a field has no proper name");
	if (value.len > FORM_VALUE_BYTES)
		return fail(why, E_LIMIT, "form", "a field is longer than %d bytes", FORM_VALUE_BYTES);
	if (!is_clean(value, true))
		return broken(why, "a field holds bytes that are not text");
	struct slice kept_name = arena_copy(form->arena, name);
	uint8_t *kept = arena_alloc(form->arena, value.len + 1);
	if (!kept || !kept_name.at)
		return fail(why, E_MEMORY, "form", "no memory for the field");
	form->fields[form->field_count++] =
		(struct form_field){kept_name, one_line_end(value, kept)};
	return ok();
}

static struct result take_urlencoded(struct form *form, struct why *why)
{
	struct slice left = buffer_slice(&form->value);
	while (left.len) {
		struct slice pair = cut(&left, '&'), name, value;
		if (pair.len == 0)
			continue;
		struct slice key = cut(&pair, '=');
		TRY(form_decode(key, true, form->arena, &name, why));
		TRY(form_decode(pair, true, form->arena, &value, why));
		TRY(add_field(form, name, value, why));
	}
	return ok();
}

/* ---- headers of a part ----------------------------------------------- */

struct part {
	struct slice name, file_name;
	bool named, file;
};

/* A parameter's value: a token, or between quotes.  Browsers write a quote
 * inside as %22, never as \" . */
static struct result take_parameter(struct slice *left, struct slice *key, struct slice *value,
                                    struct why *why)
{
	*left = trim(*left);
	*key = cut(left, '=');
	if (left->len && left->at[0] == '"') {
		*left = slice_part(*left, 1, SIZE_MAX);
		if (!memchr(left->at, '"', left->len))
			return broken(why, "a part's header has an open quote");
		*value = cut(left, '"');
		struct slice rest = trim(cut(left, ';'));
		return rest.len ? broken(why, "a part's header goes on after a quote") : ok();
	}
	*value = trim(cut(left, ';'));
	return ok();
}

static struct result take_disposition(struct slice left, struct part *part, struct why *why)
{
	if (part->named)
		return broken(why, "a part has two dispositions");
	if (!slice_equal_nocase(trim(cut(&left, ';')), SLICE("form-data")))
		return broken(why, "a part is not form data");
	while (trim(left).len) {
		struct slice key, value;
		TRY(take_parameter(&left, &key, &value, why));
		bool is_name = slice_equal_nocase(key, SLICE("name"));
		bool is_file = slice_equal_nocase(key, SLICE("filename"));
		if ((is_name && part->named) || (is_file && part->file) || !(is_name || is_file))
			return broken(why, "a part's header says something twice, or unknown");
		part->named |= is_name;
		part->file |= is_file;
		*(is_name ? &part->name : &part->file_name) = value;
	}
	return part->named && part->name.len ? ok() : broken(why, "a part has no name");
}

static struct result take_headers(struct slice left, struct part *part, struct why *why)
{
	while (left.len) {
		size_t end = slice_find(left, SLICE("\r\n"));
		struct slice value = slice_part(left, 0, end);
		left = slice_part(left, end == SIZE_MAX ? left.len : end + 2, SIZE_MAX);
		struct slice name = cut(&value, ':');
		if (slice_equal_nocase(name, SLICE("content-disposition")))
			TRY(take_disposition(trim(value), part, why));
		else if (!slice_equal_nocase(name, SLICE("content-type")))
			return broken(why, "a part has a header that browsers do not send");
	}
	return part->named ? ok() : broken(why, "a part has no name");
}

/* ---- parts ----------------------------------------------------------- */

/* %22 %0D %0A stand for what cannot stand in the header; the last two are no
 * part of any file name. */
static struct result file_name(struct form *form, struct slice raw, struct slice *out,
                               struct why *why)
{
	uint8_t *to = arena_alloc(form->arena, raw.len + 1);
	size_t len = 0;
	if (!to)
		return fail(why, E_MEMORY, "form", "no memory for the name");
	for (size_t i = 0; i < raw.len; i++) {
		bool quote = slice_starts(slice_part(raw, i, SIZE_MAX), SLICE("%22"));
		to[len++] = quote ? '"' : raw.at[i];
		i += quote ? 2 : 0;
	}
	if (len > FORM_FILE_NAME_BYTES)
		return fail(why, E_LIMIT, "form", "a file name is longer than %d bytes",
		            FORM_FILE_NAME_BYTES);
	if (!is_clean(slice_of(to, len), false))
		return broken(why, "a file name is not text");
	*out = slice_of(to, len);
	return ok();
}

static struct result begin_part(struct form *form, struct slice headers, struct why *why)
{
	struct part part = {{NULL, 0}, {NULL, 0}, false, false};
	TRY(take_headers(headers, &part, why));
	if (part.name.len > FORM_NAME_BYTES || !is_clean(part.name, false))
		return broken(why, "a field has no proper name");
	form->field_name = arena_copy(form->arena, part.name);
	if (!form->field_name.at)
		return fail(why, E_MEMORY, "form", "no memory for the field");
	buffer_clear(&form->value);
	form->state = part.file && part.file_name.len == 0 ? SKIPPED : part.file ? FILE_BYTES : FIELD;
	if (form->state != FILE_BYTES)
		return ok();
	struct slice name;
	TRY(file_name(form, part.file_name, &name, why));
	if (!form->takes_files)
		return broken(why, "this form takes no files");
	if (++form->file_count > FORM_FILES)
		return fail(why, E_LIMIT, "form", "more than %d files", FORM_FILES);
	return form->sink.begin(form->sink.context, form, form->field_name, name, why);
}

static struct result part_bytes(struct form *form, struct slice bytes, struct why *why)
{
	if (bytes.len == 0 || form->state == PREAMBLE)
		return ok();
	if (form->state == SKIPPED)
		return broken(why, "bytes without a file");
	if (form->state == FILE_BYTES) {
		form->file_bytes += bytes.len;
		if (form->file_bytes > FORM_FILES_BYTES)
			return fail(why, E_LIMIT, "form", "files of more than 200 MB");
		return form->sink.bytes(form->sink.context, bytes, why);
	}
	form->field_bytes += bytes.len;
	buffer_put_slice(&form->value, bytes);
	if (form->field_bytes > FORM_FIELD_BYTES || !buffer_ok(&form->value))
		return fail(why, E_LIMIT, "form", "fields are too long");
	return ok();
}

static struct result end_part(struct form *form, struct why *why)
{
	enum state state = form->state;
	form->state = AFTER;
	if (state == FILE_BYTES)
		return form->sink.end(form->sink.context, why);
	if (state == FIELD)
		return add_field(form, form->field_name, buffer_slice(&form->value), why);
	return ok();
}

static void consume(struct form *form, size_t len)
{
	form->pending_len -= len;
	memmove(form->pending, form->pending + len, form->pending_len);
}

/* One step over what is pending; moved says whether another may follow. */
static struct result step_body(struct form *form, bool *moved, struct why *why)
{
	size_t keep = form->delimiter_len - 1;
	struct slice have = slice_of(form->pending, form->pending_len);
	const uint8_t *at = memmem(have.at, have.len, form->delimiter, form->delimiter_len);
	*moved = at != NULL;
	size_t len = at ? (size_t)(at - have.at) : have.len > keep ? have.len - keep : 0;
	TRY(part_bytes(form, slice_part(have, 0, len), why));
	if (at)
		TRY(end_part(form, why));
	consume(form, at ? len + form->delimiter_len : len);
	return ok();
}

static struct result step_headers(struct form *form, bool *moved, struct why *why)
{
	struct slice have = slice_of(form->pending, form->pending_len);
	size_t end = slice_find(slice_part(have, 0, FORM_HEADER_BYTES), SLICE("\r\n\r\n"));
	*moved = end != SIZE_MAX;
	if (!*moved)
		return have.len < FORM_HEADER_BYTES ?
			ok() : fail(why, E_LIMIT, "form", "a part's headers are too long");
	TRY(begin_part(form, slice_part(have, 0, end), why));
	consume(form, end + 4);
	return ok();
}

static struct result step_after(struct form *form, bool *moved, struct why *why)
{
	*moved = form->pending_len >= 2;
	if (!*moved)
		return ok();
	bool last = form->pending[0] == '-' && form->pending[1] == '-';
	if (!last && !(form->pending[0] == '\r' && form->pending[1] == '\n'))
		return broken(why, "a boundary goes on");
	form->state = last ? DONE : HEADERS;
	consume(form, 2);
	return ok();
}

static struct result digest(struct form *form, struct why *why)
{
	for (bool moved = true; moved && form->state != DONE;) {
		if (form->state == HEADERS)
			TRY(step_headers(form, &moved, why));
		else if (form->state == AFTER)
			TRY(step_after(form, &moved, why));
		else
			TRY(step_body(form, &moved, why));
	}
	if (form->state == DONE)
		form->pending_len = 0;
	return ok();
}

static struct result feed_multipart(struct form *form, struct slice bytes, struct why *why)
{
	while (bytes.len && form->state != DONE) {
		size_t len = PENDING - form->pending_len;
		if (len > bytes.len)
			len = bytes.len;
		if (len == 0)
			return fail(why, E_LIMIT, "form", "a part's headers are too long");
		memcpy(form->pending + form->pending_len, bytes.at, len);
		form->pending_len += len;
		bytes = slice_part(bytes, len, SIZE_MAX);
		TRY(digest(form, why));
	}
	return ok();
}

/* ---- the whole ------------------------------------------------------- */

static struct result take_boundary(struct form *form, struct slice left, struct why *why)
{
	while (left.len) {
		struct slice key, value;
		TRY(take_parameter(&left, &key, &value, why));
		if (!slice_equal_nocase(key, SLICE("boundary")))
			continue;
		if (value.len == 0 || value.len > 70 || !is_clean(value, false))
			return broken(why, "the boundary is not 1 to 70 characters");
		memcpy(form->delimiter, "\r\n--", 4);
		memcpy(form->delimiter + 4, value.at, value.len);
		form->delimiter_len = 4 + value.len;
		/* the first delimiter has no line before it */
		memcpy(form->pending, "\r\n", 2);
		form->pending_len = 2;
		return ok();
	}
	return broken(why, "a multipart form without a boundary");
}

static struct result take_type(struct form *form, struct slice type, struct why *why)
{
	struct slice name = trim(cut(&type, ';'));
	form->multipart = slice_equal_nocase(name, SLICE("multipart/form-data"));
	if (form->multipart)
		return take_boundary(form, type, why);
	if (slice_equal_nocase(name, SLICE("application/x-www-form-urlencoded")))
		return ok();
	return broken(why, "not a form");
}

struct result form_new(struct slice content_type, struct arena *arena, const struct form_sink *sink,
                       struct form **out, struct why *why)
{
	struct form *form = calloc(1, sizeof *form);
	if (!form)
		return fail(why, E_MEMORY, "form", "no memory");
	form->arena = arena;
	form->takes_files = sink != NULL;
	if (sink)
		form->sink = *sink;
	struct result result = take_type(form, content_type, why);
	if (result.code != OK) {
		free(form);
		return result;
	}
	buffer_init(&form->value, form->multipart ? FORM_VALUE_BYTES : FORM_FIELD_BYTES);
	*out = form;
	return ok();
}

static struct result feed(struct form *form, struct slice bytes, struct why *why)
{
	if (form->failed)
		return broken(why, "the form has failed before");
	if (form->multipart)
		return feed_multipart(form, bytes, why);
	buffer_put_slice(&form->value, bytes);
	return buffer_ok(&form->value) ? ok() : fail(why, E_LIMIT, "form", "fields are too long");
}

struct result form_feed(struct form *form, struct slice bytes, struct why *why)
{
	struct result result = feed(form, bytes, why);
	form->failed |= result.code != OK;
	return result;
}

struct result form_end(struct form *form, struct why *why)
{
	if (form->failed)
		return broken(why, "the form has failed before");
	if (!form->multipart)
		return take_urlencoded(form, why);
	return form->state == DONE ? ok() : broken(why, "the form ends before its last boundary");
}

void form_free(struct form *form)
{
	if (form)
		buffer_done(&form->value);
	free(form);
}

size_t form_all(const struct form *form, const char *name, struct slice *out, size_t room)
{
	size_t count = 0;
	for (size_t i = 0; form && i < form->field_count && count < room; i++)
		if (slice_is(form->fields[i].name, name))
			out[count++] = form->fields[i].value;
	return count;
}

const struct form_field *form_at(const struct form *form, size_t index)
{
	return form && index < form->field_count ? &form->fields[index] : NULL;
}

struct slice form_get(const struct form *form, const char *name)
{
	struct slice value = {NULL, 0};
	(void)form_all(form, name, &value, 1);
	return value;
}
