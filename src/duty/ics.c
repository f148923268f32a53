/* Writing RFC 5545: see ics.h. */
#include "duty/ics.h"

#include <stdio.h>
#include <string.h>

enum { FOLD = 75, DAY_MS = 86400000, LINE_BYTES = 65536 };

/* One content line, folded.  A continuation begins with a space, which counts. */
static void put_line(struct buffer *out, struct slice line)
{
	size_t at = 0, room = FOLD;
	do {
		size_t left = line.len - at, take = left < room ? left : room;
		while (take < left && take > 0 && (line.at[at + take] & 0xc0) == 0x80)
			take--; /* not within a character */
		buffer_put_str(out, at ? " " : "");
		buffer_put(out, line.at + at, take);
		buffer_put_str(out, "\r\n");
		at += take;
		room = FOLD - 1;
	} while (at < line.len);
}

static void put_plain(struct buffer *out, const char *name, const char *value)
{
	AUTO(buffer_done) struct buffer line = {0};
	buffer_init(&line, LINE_BYTES);
	buffer_printf(&line, "%s:%s", name, value);
	put_line(out, buffer_slice(&line));
}

/* section 3.3.11; control characters other than the line end stand for nothing */
static void put_text(struct buffer *out, const char *name, const char *value)
{
	AUTO(buffer_done) struct buffer line = {0};
	buffer_init(&line, LINE_BYTES);
	buffer_printf(&line, "%s:", name);
	for (const char *p = value; *p; p++) {
		if (*p == '\n')
			buffer_put_str(&line, "\\n");
		else if ((unsigned char)*p >= 0x20 && *p != 0x7f) {
			if (strchr("\\;,", *p))
				buffer_put_u8(&line, '\\');
			buffer_put_u8(&line, (uint8_t)*p);
		}
	}
	put_line(out, buffer_slice(&line));
}

/* 20261120T000000Z */
static void utc(int64_t ms, char out[24])
{
	int64_t s = ms / 1000, day = s / 86400, rest = s % 86400;
	struct date d = day_to_date((day_t)day);
	snprintf(out, 24, "%04d%02d%02dT%02d%02d%02dZ", d.year % 10000, d.month, d.day, (int)(rest / 3600),
	         (int)(rest / 60 % 60), (int)(rest % 60));
}

static void put_day(struct buffer *out, const char *name, day_t day)
{
	struct date d = day_to_date(day);
	char value[24];
	snprintf(value, sizeof value, "%04d%02d%02d", d.year % 10000, d.month, d.day);
	put_plain(out, name, value);
}

void ics_begin(struct buffer *out, const char *name)
{
	put_plain(out, "BEGIN", "VCALENDAR");
	put_plain(out, "VERSION", "2.0");
	put_plain(out, "PRODID", "-//Sekisho//duties//JA");
	put_plain(out, "CALSCALE", "GREGORIAN");
	put_plain(out, "METHOD", "PUBLISH");
	put_text(out, "NAME", name); /* RFC 7986 section 5.1 */
	put_text(out, "X-WR-CALNAME", name);
}

void ics_event(struct buffer *out, const struct ics_event *e)
{
	char stamp[24], uid[400];
	day_t day = day_of_ms(e->due_ms);
	bool whole = ms_of_day(day) + DAY_MS - 1 == e->due_ms;
	snprintf(uid, sizeof uid, "%s@%s", e->uid, e->host);
	utc(e->stamp_ms, stamp);
	put_plain(out, "BEGIN", "VEVENT");
	put_text(out, "UID", uid);
	put_plain(out, "DTSTAMP", stamp);
	if (whole) {
		put_day(out, "DTSTART;VALUE=DATE", day);
		put_day(out, "DTEND;VALUE=DATE", day + 1);
	} else {
		utc(e->due_ms, stamp);
		put_plain(out, "DTSTART", stamp);
	}
	put_text(out, "SUMMARY", e->summary);
	if (*e->description)
		put_text(out, "DESCRIPTION", e->description);
	if (*e->url)
		put_plain(out, "URL", e->url);
	put_plain(out, "TRANSP", "TRANSPARENT");
	put_plain(out, "STATUS", "CONFIRMED");
	if (e->done)
		put_text(out, "CATEGORIES", "完了");
	put_plain(out, "END", "VEVENT");
}

void ics_end(struct buffer *out)
{
	put_plain(out, "END", "VCALENDAR");
}
