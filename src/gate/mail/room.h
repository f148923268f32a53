/* gate/mail/room.h - shared inside the room */
#ifndef SEKISHO_GATE_MAIL_ROOM_H
#define SEKISHO_GATE_MAIL_ROOM_H

#include "gate/mail/mail.h"

/* mail_base64, mail_quoted - undo a transfer encoding; false where two readers could
 * read two things: junk, padding in the middle, an equals sign that says nothing */
bool mail_base64(struct slice in, struct buffer *out);
bool mail_quoted(struct slice in, bool words, struct buffer *out);

/* A field "value; name=value; ..." taken apart. */
enum { PARAMETERS_MOST = 32 };
struct mail_parameter {
	char name[32];       /* lower case, without RFC 2231's "*" and number */
	struct slice value;  /* UTF-8, in the arena */
};
struct mail_field {
	struct slice value;  /* before the first semicolon, trimmed */
	struct mail_parameter list[PARAMETERS_MOST];
	unsigned count;
};
/* mail_field - NULL, or what is ambiguous about it */
const char *mail_field(struct slice text, struct arena *arena, struct mail_field *out);
const struct mail_parameter *mail_parameter(const struct mail_field *field, const char *name);

#endif
