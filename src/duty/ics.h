/* duty/ics.h - a calendar that other programs read (RFC 5545)
 *
 * One VEVENT a thing that falls due: Outlook and most others show no VTODO.  Lines
 * end in CRLF and are folded at 75 octets without cutting a character (section
 * 3.1); text is escaped (3.3.11).  The same thing has the same UID in every copy,
 * so that a calendar that is fetched again doubles nothing.                  */
#ifndef SEKISHO_DUTY_ICS_H
#define SEKISHO_DUTY_ICS_H

#include "base/buffer.h"
#include "base/calendar.h"

/* name of the calendar as people see it */
void ics_begin(struct buffer *out, const char *name);
struct ics_event {
	const char *uid;         /* without '@' and what follows it */
	const char *host;        /* behind the '@': the body's id */
	const char *summary;
	const char *description; /* "" */
	const char *url;         /* "" */
	int64_t due_ms;          /* the end of a day: the whole day; else that instant */
	int64_t stamp_ms;        /* when it was last changed */
	bool done;               /* shown as such, and not busy */
};
void ics_event(struct buffer *out, const struct ics_event *event);
void ics_end(struct buffer *out);

#endif
