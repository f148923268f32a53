/* Signed mail: multipart/signed with a detached signature over its first part, or
 * one part that is SignedData with the content inside.  The signed bytes are those of
 * the message itself, so that it is split here and not read as a mail: lines ended by
 * CRLF, from behind the first boundary to before the second.
 * source  RFC 8551 sections 3.1.1, 3.5; RFC 2046 section 5.1.1                */
#include "gate/sign/internal.h"

#include "base/buffer.h"

#include <string.h>

enum { HEADER_BYTES = 1 << 20, VALUE_BYTES = 8192, BOUNDARY_BYTES = 70 };

struct entity {
	struct slice header, body;
};

static struct slice take_line(struct slice *left)
{
	size_t end = slice_find(*left, SLICE("\n"));
	struct slice line = slice_part(*left, 0, end);
	*left = end == SIZE_MAX ? SLICE("") : slice_part(*left, end + 1, SIZE_MAX);
	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* Header and body of an entity; false without the empty line between them. */
static bool split(struct slice in, struct entity *out)
{
	struct slice left = in;
	while (left.len && (size_t)(left.at - in.at) < HEADER_BYTES) {
		const uint8_t *at = left.at;
		if (take_line(&left).len == 0) {
			*out = (struct entity){slice_of(in.at, (size_t)(at - in.at)), left};
			return true;
		}
	}
	return false;
}

/* The value of a header, unfolded and in lower case but for what is quoted. */
static bool header_value(struct slice header, const char *name, char value[VALUE_BYTES])
{
	size_t len = 0, name_len = strlen(name);
	bool inside = false, found = false;
	for (struct slice left = header; left.len;) {
		struct slice line = take_line(&left);
		bool folded = line.len && (line.at[0] == ' ' || line.at[0] == '\t');
		if (!folded) {
			inside = !found && line.len > name_len && line.at[name_len] == ':' &&
			         slice_equal_nocase(slice_part(line, 0, name_len), slice_str(name));
			if (inside)
				line = slice_part(line, name_len + 1, SIZE_MAX);
		}
		if (!inside)
			continue;
		found = true;
		if (len + line.len + 1 >= VALUE_BYTES)
			return false;
		for (size_t i = 0; i < line.len; i++)
			value[len++] = line.at[i] ? (char)line.at[i] : '?';
	}
	value[len] = 0;
	return found;
}

/* A parameter's value: boundary=x, boundary="x". */
static bool parameter(const char *value, const char *name, char out[BOUNDARY_BYTES + 1])
{
	size_t name_len = strlen(name);
	for (const char *at = strchr(value, ';'); at; at = strchr(at, ';')) {
		at++;
		at += strspn(at, " \t");
		if (strncasecmp(at, name, name_len) != 0 || at[name_len] != '=')
			continue;
		at += name_len + 1;
		bool quoted = *at == '"';
		at += quoted;
		size_t len = quoted ? strcspn(at, "\"") : strcspn(at, "; \t");
		if (len == 0 || len > BOUNDARY_BYTES)
			return false;
		memcpy(out, at, len);
		out[len] = 0;
		return true;
	}
	return false;
}

static bool begins(const char *value, const char *word)
{
	value += strspn(value, " \t");
	size_t len = strlen(word);
	return strncasecmp(value, word, len) == 0 && (!value[len] || strchr("; \t", value[len]));
}

/* Where the next line that is this boundary begins; len if there is none. */
static size_t find_boundary(struct slice body, size_t from, const char *boundary, size_t *behind)
{
	struct slice left = slice_part(body, from, SIZE_MAX);
	size_t len = strlen(boundary);
	while (left.len) {
		const uint8_t *at = left.at;
		struct slice line = take_line(&left);
		if (line.len >= len + 2 && line.at[0] == '-' && line.at[1] == '-' && memcmp(line.at + 2, boundary, len) == 0) {
			*behind = left.len ? (size_t)(left.at - body.at) : body.len;
			return (size_t)(at - body.at);
		}
	}
	*behind = body.len;
	return body.len;
}

/* Each line ended by CRLF, as it was signed whatever the way made of it. */
static bool canonical(struct slice in, struct buffer *out)
{
	for (size_t i = 0; i < in.len; i++) {
		if (in.at[i] == '\n' && (i == 0 || in.at[i - 1] != '\r'))
			buffer_put_u8(out, '\r');
		buffer_put_u8(out, in.at[i]);
	}
	return buffer_ok(out);
}

static struct slice without_last_line_end(struct slice part)
{
	if (part.len && part.at[part.len - 1] == '\n')
		part.len--;
	if (part.len && part.at[part.len - 1] == '\r')
		part.len--;
	return part;
}

static int base64_digit(uint8_t c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

static bool base64(struct slice in, struct buffer *out)
{
	uint32_t bits = 0;
	unsigned count = 0;
	for (size_t i = 0; i < in.len && in.at[i] != '='; i++) {
		int digit = base64_digit(in.at[i]);
		if (digit < 0 && !strchr("\r\n \t", in.at[i]))
			return false;
		if (digit < 0)
			continue;
		bits = (bits << 6 | (uint32_t)digit) & 0xFFFFFF;
		count += 6;
		if (count >= 8) {
			count -= 8;
			buffer_put_u8(out, (uint8_t)(bits >> count));
		}
	}
	return buffer_ok(out);
}

static void check(struct sign_list *list, const struct entity *signature, const struct sign_content *content)
{
	char encoding[VALUE_BYTES];
	AUTO(buffer_done) struct buffer der = {0};
	buffer_init(&der, 8 << 20);
	bool coded = header_value(signature->header, "Content-Transfer-Encoding", encoding) && begins(encoding, "base64");
	if (!coded || !base64(signature->body, &der))
		(void)sign_add(list, "the signature is not in base64");
	else
		sign_cms(list, buffer_slice(&der), content);
}

static void detached(struct sign_list *list, struct slice body, const char *value)
{
	char boundary[BOUNDARY_BYTES + 1];
	size_t first, second, third, end;
	struct entity signature;
	AUTO(buffer_done) struct buffer text = {0};
	buffer_init(&text, 2 * body.len + 16);
	if (!parameter(value, "boundary", boundary)) {
		(void)sign_add(list, "multipart/signed without a boundary");
		return;
	}
	(void)find_boundary(body, 0, boundary, &first);
	size_t middle = find_boundary(body, first, boundary, &second);
	size_t last = find_boundary(body, second, boundary, &third);
	struct slice signed_part = without_last_line_end(slice_part(body, first, middle - first));
	end = last > second ? last - second : 0;
	if (middle == body.len || !split(slice_part(body, second, end), &signature) || !canonical(signed_part, &text)) {
		(void)sign_add(list, "multipart/signed without its two parts");
		return;
	}
	struct slice part = buffer_slice(&text);
	check(list, &signature, &(struct sign_content){&part, 1, true, false});
}

void sign_mail(struct sign_list *list, struct slice in)
{
	struct entity message;
	char value[VALUE_BYTES], kind[BOUNDARY_BYTES + 1];
	if (!split(in, &message) || !header_value(message.header, "Content-Type", value))
		return;
	bool opaque = begins(value, "application/pkcs7-mime") || begins(value, "application/x-pkcs7-mime");
	if (begins(value, "multipart/signed"))
		detached(list, message.body, value);
	else if (opaque && (!parameter(value, "smime-type", kind) || strcasecmp(kind, "signed-data") == 0))
		check(list, &message, &(struct sign_content){.count = 0, .whole = true});
}
