/* Calendars: folded, escaped, stable. */
#include "duty/ics.h"
#include "harness.h"

static const char *calendar(const struct ics_event *e, struct buffer *out)
{
	buffer_init(out, 1 << 20);
	ics_begin(out, "青波市, 義務");
	ics_event(out, e);
	ics_end(out);
	CHECK(buffer_ok(out));
	return buffer_cstr(out);
}

/* lines as another program reads them: unfolded; every physical line short and whole */
static void check_lines(const char *text)
{
	const char *p = text;
	while (*p) {
		const char *end = strstr(p, "\r\n");
		CHECK(end != NULL);
		if (!end)
			return;
		CHECK(end - p <= 75);
		CHECK(memchr(p, '\n', (size_t)(end - p)) == NULL);
		CHECK(((unsigned char)*p & 0xc0) != 0x80); /* no character was cut */
		CHECK(((unsigned char)end[2] & 0xc0) != 0x80);
		p = end + 2;
	}
}

static struct ics_event event(void)
{
	return (struct ics_event){.uid = "abc", .host = "aonami", .summary = "委託先の確認", .description = "", .url = "",
	                          .due_ms = ms_of_day(20778) - 1, .stamp_ms = ms_of_day(20700)};
}

TEST(a_day)
{
	AUTO(buffer_done) struct buffer out = {0};
	struct ics_event e = event();
	const char *text = calendar(&e, &out);
	check_lines(text);
	CHECK(strstr(text, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"));
	CHECK(strstr(text, "UID:abc@aonami\r\n"));
	CHECK(strstr(text, "DTSTART;VALUE=DATE:20261120\r\nDTEND;VALUE=DATE:20261121\r\n"));
	CHECK(strstr(text, "NAME:青波市\\, 義務\r\n"));
	CHECK(strstr(text, "END:VEVENT\r\nEND:VCALENDAR\r\n"));
}

TEST(an_instant_is_told_in_utc)
{
	AUTO(buffer_done) struct buffer out = {0};
	struct ics_event e = event();
	e.due_ms = ms_of_day(20777) + 9 * 3600000 + 30 * 60000; /* 9:30 in Japan */
	CHECK(strstr(calendar(&e, &out), "DTSTART:20261120T003000Z\r\n"));
	check_lines(buffer_cstr(&out));
}

TEST(long_lines_are_folded_between_characters_and_texts_escaped)
{
	struct ics_event e = event();
	char text[1200];
	for (size_t len = 0; len < 120; len++) { /* every place of the fold within a character */
		AUTO(buffer_done) struct buffer out = {0};
		memset(text, 'x', len);
		text[len] = 0;
		for (int i = 0; i < 60; i++)
			strncat(text, "𠮷", sizeof text - strlen(text) - 1);
		e.summary = text;
		check_lines(calendar(&e, &out));
	}
	AUTO(buffer_done) struct buffer out = {0};
	e.summary = "a;b,c\\d\ne\r\x01\x7f";
	CHECK(strstr(calendar(&e, &out), "SUMMARY:a\\;b\\,c\\\\d\\ne\r\n"));
	check_lines(buffer_cstr(&out));
}

MAIN_TESTS()
