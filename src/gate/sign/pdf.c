/* Signatures of a PDF.  The bytes that are signed are named by /ByteRange: all of the
 * file but the gap in which /Contents holds the signature.  Because the ranges count
 * bytes of the file, a signature stands in plain sight: no object stream can hold it,
 * and it is looked for in the bytes, not in the objects that an attacker arranges.
 * The gap must hold one hexadecimal string and nothing else; else something could
 * stand there that nobody signed.
 * source  ISO 32000-1 section 12.8.1, table 252                              */
#include "gate/sign/internal.h"

#include "base/buffer.h"

#include <string.h>

enum { LOOKS = 4096, AROUND = 65536, DIGITS = 10 };

struct range {
	uint64_t before, gap, after, len; /* [0 before] [gap.. .. +len] */
};

static bool is_space(uint8_t c)
{
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ';
}

static void skip(struct slice in, size_t *pos)
{
	while (*pos < in.len && is_space(in.at[*pos]))
		(*pos)++;
}

static bool take_number(struct slice in, size_t *pos, uint64_t *out)
{
	size_t begin = *pos;
	*out = 0;
	for (; *pos < in.len && in.at[*pos] >= '0' && in.at[*pos] <= '9' && *pos - begin < DIGITS; (*pos)++)
		*out = *out * 10 + (uint64_t)(in.at[*pos] - '0');
	bool taken = *pos > begin;
	skip(in, pos);
	return taken;
}

static bool take_range(struct slice in, size_t pos, struct range *out)
{
	uint64_t zero, first;
	skip(in, &pos);
	if (pos >= in.len || in.at[pos++] != '[')
		return false;
	skip(in, &pos);
	if (!take_number(in, &pos, &zero) || !take_number(in, &pos, &first) || !take_number(in, &pos, &out->after) ||
	    !take_number(in, &pos, &out->len) || pos >= in.len || in.at[pos] != ']' || zero != 0)
		return false;
	out->before = first;
	out->gap = first;
	return first < out->after && out->after <= in.len && out->len <= in.len - out->after;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The gap's string, decoded; false if anything else stands there. */
static bool take_contents(struct slice gap, struct buffer *out)
{
	int high = -1;
	if (gap.len < 2 || gap.at[0] != '<' || gap.at[gap.len - 1] != '>')
		return false;
	for (size_t i = 1; i + 1 < gap.len; i++) {
		int digit = hex_digit(gap.at[i]);
		if (is_space(gap.at[i]))
			continue;
		if (digit < 0)
			return false;
		if (high >= 0)
			buffer_put_u8(out, (uint8_t)(high << 4 | digit));
		high = high >= 0 ? -1 : digit;
	}
	return high < 0 && buffer_ok(out);
}

/* The object that the range stands in, without the gap: where its other keys are. */
static bool around_has(struct slice in, size_t at, const char *word)
{
	size_t from = at > AROUND ? at - AROUND : 0, len = strlen(word);
	for (size_t i = at; i > from; i--)
		if (in.len - i >= 4 && memcmp(in.at + i, " obj", 4) == 0) {
			from = i;
			break;
		}
	const uint8_t *end = memmem(in.at + at, in.len - at, "endobj", 6);
	size_t to = end ? (size_t)(end - in.at) : in.len;
	const uint8_t *found = memmem(in.at + from, to - from, word, len);
	return found != NULL;
}

static bool only_space_after(struct slice in, uint64_t from)
{
	size_t pos = (size_t)from;
	skip(in, &pos);
	return pos == in.len;
}

static void one_signature(struct sign_list *list, struct slice in, size_t at, const struct range *range)
{
	AUTO(buffer_done) struct buffer der = {0};
	const struct slice parts[] = {slice_part(in, 0, (size_t)range->before),
	                              slice_part(in, (size_t)range->after, (size_t)range->len)};
	struct slice gap = slice_of(in.at + range->gap, (size_t)(range->after - range->gap));
	bool stamp = around_has(in, at, "ETSI.RFC3161");
	const struct sign_content content = {parts, 2, only_space_after(in, range->after + range->len),
	                                     around_has(in, at, "adbe.pkcs7.sha1"), stamp};
	const char *form = list->form;
	buffer_init(&der, 8 << 20);
	if (stamp)
		list->form = "pdf-timestamp";
	if (around_has(in, at, "adbe.x509.rsa_sha1"))
		(void)sign_add(list, "adbe.x509.rsa_sha1 is not checked");
	else if (!take_contents(gap, &der))
		(void)sign_add(list, "the gap of /ByteRange holds more than the signature");
	else
		sign_cms(list, buffer_slice(&der), &content);
	list->form = form;
}

void sign_pdf(struct sign_list *list, struct slice in)
{
	static const char key[] = "/ByteRange";
	struct range seen[SIGNATURES_MOST] = {{0, 0, 0, 0}};
	size_t from = 0, count = 0;
	for (int looks = 0; looks < LOOKS && count < SIGNATURES_MOST; looks++) {
		const uint8_t *found = memmem(in.at + from, in.len - from, key, sizeof key - 1);
		struct range range;
		if (!found)
			return;
		size_t at = (size_t)(found - in.at);
		from = at + sizeof key - 1;
		if (!take_range(in, from, &range))
			continue;
		bool again = false; /* a later revision may repeat the object */
		for (size_t i = 0; i < count; i++)
			again |= memcmp(&seen[i], &range, sizeof range) == 0;
		if (again)
			continue;
		seen[count++] = range;
		one_signature(list, in, at, &range);
	}
}
