/* Messages of Outlook, as msg and as TNEF: what is on the list becomes a mail; attachments
 * went through their readers; the rest is not there any more.                */
#include "rows.h"

#include "gate/file/cfb.h"
#include "gate/mail/mail.h"

#define KEPT "残る文字"


/* One property of a message or of its attachment; wide text is UTF-16 of ASCII. */
struct property {
	unsigned id, type;
	const char *value;
};
struct recipe {
	const char *name, *what;
	struct property message[4];
	const char *file, *content; /* of the attachment; NULL: none */
	unsigned method;            /* 0: by value */
};

static const struct recipe rows[] = {
	{"outlook page with a script", "action", {{0x1013, 0x102, "<p>" KEPT "</p><script>CANARY</script>"}}, NULL, NULL, 0},
	{"outlook remote picture", "remote-picture", {{0x1013, 0x102, "<p>" KEPT "</p><img src=\"http://CANARY\">"}}, NULL, NULL, 0},
	{"outlook hidden text", "hidden-data", {{0x1013, 0x102, "<p>" KEPT "</p><p style=\"display:none\">CANARY</p>"}}, NULL, NULL, 0},
	{"outlook script link", "action", {{0x1013, 0x102, "<p>" KEPT "</p><a href=\"javascript:CANARY\">x</a>"}}, NULL, NULL, 0},
	{"outlook program", "attachment", {{0x1000, 0x1E, KEPT}}, "a.exe", "MZCANARY", 0},
	{"outlook script file", "attachment", {{0x1000, 0x1E, KEPT}}, "a.js", "CANARY", 0},
	{"outlook program with another name", "attachment", {{0x1000, 0x1E, KEPT}}, "a.pdf", "MZCANARY", 0},
	{"outlook formula", "formula-cell", {{0x1000, 0x1E, KEPT}}, "a.csv", "a,b\r\n=cmd|' /C x'!A0,CANAR\r\n", 0},
	{"outlook object", "ole-object", {{0x1000, 0x1E, KEPT}}, "a.bin", "CANARY", 6},
	{"outlook unknown property", "mail-format", {{0x1000, 0x1E, KEPT}, {0x6656, 0x1E, "CANARY"}}, NULL, NULL, 0},
	{"outlook blind copy", "mail-format", {{0x1000, 0x1E, KEPT}, {0x0E02, 0x1E, "CANARY"}}, NULL, NULL, 0},
	{"outlook header lines", "mail-format", {{0x1000, 0x1E, KEPT}, {0x007D, 0x1E, "X-A: CANARY\r\n"}}, NULL, NULL, 0},
	{"outlook subject with lines", "mail-format", {{0x1000, 0x1E, KEPT}, {0x0037, 0x1E, "a\r\nBcc: b"}}, NULL, NULL, 0},
};

/* ---- TNEF ---- */

static void put_attribute(struct buffer *out, uint8_t level, uint32_t id, struct slice data)
{
	uint16_t sum = 0;
	buffer_put_u8(out, level);
	buffer_put_le32(out, id);
	buffer_put_le32(out, (uint32_t)data.len);
	buffer_put_slice(out, data);
	for (size_t i = 0; i < data.len; i++)
		sum = (uint16_t)(sum + data.at[i]);
	buffer_put_le16(out, sum);
}

static void put_property(struct buffer *out, unsigned id, unsigned type, struct slice value)
{
	buffer_put_le16(out, (uint16_t)type);
	buffer_put_le16(out, (uint16_t)id);
	buffer_put_le32(out, 1);
	buffer_put_le32(out, (uint32_t)value.len);
	buffer_put_slice(out, value);
	for (size_t i = value.len; i % 4; i++)
		buffer_put_u8(out, 0);
}

static void make_tnef(const struct recipe *r, struct buffer *out)
{
	struct buffer AUTO(buffer_done) all = {0}, own = {0};
	uint32_t count = 0;
	buffer_init(&all, 1 << 16);
	buffer_init(&own, 1 << 16);
	while (count < 4 && r->message[count].value)
		count++;
	buffer_put_le32(&all, count);
	for (uint32_t i = 0; i < count; i++)
		put_property(&all, r->message[i].id, r->message[i].type, slice_str(r->message[i].value));
	buffer_put_le32(out, 0x223E9F78);
	buffer_put_le16(out, 1);
	put_attribute(out, 1, 0x00069007, SLICE("\xE9\xFD\0\0\0\0\0\0")); /* UTF-8 */
	put_attribute(out, 1, 0x00069003, buffer_slice(&all));
	if (!r->file)
		return;
	put_attribute(out, 2, 0x00069002, SLICE("\0\0"));
	put_attribute(out, 2, 0x00018010, slice_str(r->file));
	if (r->method == 0)
		put_attribute(out, 2, 0x0006800F, slice_str(r->content));
	buffer_put_le32(&own, r->method ? 1 : 0);
	if (r->method)
		put_property(&own, 0x3701, 0xD, slice_str(r->content));
	put_attribute(out, 2, 0x00069005, buffer_slice(&own));
}

/* ---- msg ---- */

static void put_number(struct buffer *out, uint32_t tag, uint64_t value)
{
	buffer_put_le32(out, tag);
	buffer_put_le32(out, 6);
	buffer_put_le64(out, value);
}

static void put_zeros(struct buffer *out, size_t count)
{
	while (count--)
		buffer_put_u8(out, 0);
}

static void put_message(struct cfb_plan *plan, uint32_t at, const struct recipe *r, struct arena *a, size_t header)
{
	struct buffer AUTO(buffer_done) fixed = {0};
	buffer_init(&fixed, 1 << 12);
	put_zeros(&fixed, header);
	put_number(&fixed, 0x3FFD0003, 65001);
	put_number(&fixed, 0x00390040, 0x01D1D1D1D1D1D1D1);
	cfb_plan_add(plan, at, "__properties_version1.0", false, arena_copy(a, buffer_slice(&fixed)));
	for (int i = 0; i < 4 && r->message[i].value; i++)
		cfb_plan_add(plan, at, arena_printf(a, "__substg1.0_%04X%04X", r->message[i].id, r->message[i].type), false,
		             slice_str(r->message[i].value));
}

static void make_msg(const struct recipe *r, bool embedded, struct buffer *out)
{
	static const uint8_t clsid[16];
	struct arena *a = arena_new(16 << 20);
	struct cfb_plan plan;
	struct why why = {0};
	struct buffer fixed;
	buffer_init(&fixed, 1 << 12);
	cfb_plan_begin(&plan, a, clsid);
	put_message(&plan, 0, r, a, 32);
	if (r->file || embedded) {
		uint32_t at = cfb_plan_add(&plan, 0, "__attach_version1.0_#00000000", true, SLICE(""));
		put_zeros(&fixed, 8);
		put_number(&fixed, 0x37050003, embedded ? 5 : r->method ? r->method : 1);
		cfb_plan_add(&plan, at, "__properties_version1.0", false, buffer_slice(&fixed));
		if (embedded) {
			uint32_t inner = cfb_plan_add(&plan, at, "__substg1.0_3701000D", true, SLICE(""));
			put_message(&plan, inner, r, a, 24);
		} else {
			cfb_plan_add(&plan, at, "__substg1.0_3707001E", false, slice_str(r->file));
			cfb_plan_add(&plan, at, "__substg1.0_37010102", false, slice_str(r->content));
		}
	}
	CHECK_OK(cfb_write(&plan, out, &why), &why);
	buffer_done(&fixed);
	arena_free(a);
}

/* ---- what must hold ---- */

/* All that a reader of the mail sees: headers, text, names and contents. */
static void flatten(struct slice in, struct buffer *out)
{
	struct arena *a = arena_new(64 << 20);
	struct mail mail;
	CHECK_INT(mail_read(in, a, &mail), MAIL_FINE);
	for (const struct mail_header *h = mail.headers; h; h = h->next)
		buffer_printf(out, "%s: %s\n", h->name, h->value);
	for (const struct mail_part *p = mail.root ? (mail.root->first ? mail.root->first : mail.root) : NULL; p; p = p->next) {
		buffer_printf(out, "[%s]\n", p->name);
		buffer_put_slice(out, p->content);
	}
	arena_free(a);
}

static void check_one(const struct recipe *r, const char *ending, struct slice in)
{
	struct outcome o;
	struct buffer seen;
	char name[16];
	snprintf(name, sizeof name, "x.%s", ending);
	buffer_init(&seen, 1 << 20);
	construct_file(r->name, -1, ending, in);
	cleanse_as(&o, name, in);
	CHECK_STR(o.report.reason, "");
	if (o.report.verdict != FILE_REFUSED)
		flatten(buffer_slice(&o.out), &seen);
	bool fine = told(&o, r->what) && told(&o, "mail-format") && slice_find(buffer_slice(&seen), SLICE("CANARY")) == SIZE_MAX &&
	            slice_find(buffer_slice(&seen), SLICE(KEPT)) != SIZE_MAX && slice_find(buffer_slice(&seen), SLICE("\nBcc")) == SIZE_MAX;
	if (!fine)
		printf("  %s.%s:\n%.*s\n", r->name, ending, SLICE_ARG(buffer_slice(&seen)));
	CHECK(fine);
	CHECK_STR(o.report.ending, "eml");
	check_again(&o, "x.eml", "eml");
	buffer_done(&seen);
	outcome_done(&o);
}

TEST(each_construct_in_both_wrappings)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer in;
		buffer_init(&in, 1 << 20);
		make_tnef(&rows[i], &in);
		check_one(&rows[i], "dat", buffer_slice(&in));
		buffer_clear(&in);
		make_msg(&rows[i], false, &in);
		check_one(&rows[i], "msg", buffer_slice(&in));
		buffer_done(&in);
	}
}

TEST(a_message_in_a_message)
{
	struct recipe r = rows[0];
	struct buffer in;
	r.name = "outlook message inside";
	buffer_init(&in, 1 << 20);
	make_msg(&r, true, &in);
	check_one(&r, "msg", buffer_slice(&in));
	buffer_done(&in);
}

TEST(headers_and_japanese)
{
	static const struct recipe r = {.message = {{0x1000, 0x1F, "\xE5\x65,g\0"}, {0x0037, 0x1E, "件名"}, {0x0C1A, 0x1E, "送り主"},
		{0x5D01, 0x1E, "a@example.jp"}}};
	struct buffer in, seen;
	struct outcome o;
	buffer_init(&in, 1 << 20);
	buffer_init(&seen, 1 << 20);
	make_msg(&r, false, &in);
	cleanse_as(&o, "a.msg", buffer_slice(&in));
	flatten(buffer_slice(&o.out), &seen);
	CHECK(slice_find(buffer_slice(&seen), SLICE("From: 送り主 <a@example.jp>\n")) != SIZE_MAX);
	CHECK(slice_find(buffer_slice(&seen), SLICE("Subject: 件名\n")) != SIZE_MAX);
	CHECK(slice_find(buffer_slice(&seen), SLICE("Date: Wed, 29 Jun 2016 06:45:26 +0000\n")) != SIZE_MAX);
	CHECK(slice_find(buffer_slice(&seen), SLICE("日本")) != SIZE_MAX);
	outcome_done(&o);
	buffer_done(&in);
	buffer_done(&seen);
}

TEST(broken_ones_are_refused)
{
	struct buffer in;
	buffer_init(&in, 1 << 20);
	make_tnef(&rows[4], &in);
	check_refused("a.dat", slice_part(buffer_slice(&in), 0, in.len - 1), REFUSAL_DAMAGED);
	in.at[40] ^= 1; /* a sum is wrong now */
	check_refused("a.dat", buffer_slice(&in), REFUSAL_DAMAGED);
	check_refused("a.pdf", buffer_slice(&in), REFUSAL_MISMATCH);
	buffer_clear(&in);
	make_msg(&rows[4], false, &in);
	check_refused("a.msg", slice_part(buffer_slice(&in), 0, 700), REFUSAL_DAMAGED);
	check_refused("a.doc", buffer_slice(&in), REFUSAL_MISMATCH);
	buffer_done(&in);
}

MAIN_TESTS()
