/* notice/smtp.h - hand a message to the office's mail server (RFC 5321)
 *
 * libcurl speaks; the name is looked up once, when the sender is opened, because
 * a jailed program looks up nothing.  TLS is used when the server offers it
 * ("smtp://"), or from the first byte ("smtps://"), and then the certificate
 * must fit the name.
 */
#ifndef SEKISHO_NOTICE_SMTP_H
#define SEKISHO_NOTICE_SMTP_H

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

struct smtp;

/* smtp_open - server "smtp://mail.city.example:25"; before the jail
 * errors  E_INPUT  not such an address   E_ABSENT  the name is not known      */
struct result smtp_open(const char *server, struct smtp **out, struct why *why) MUST;
void smtp_close(struct smtp *smtp);
void smtp_drop(struct smtp **smtp); /* for AUTO */
/* smtp_send - returns once the server has taken the message, or after 30 s
 * message  lines ended by CRLF; dots are stuffed on the way
 * errors   E_BUSY    no answer, a broken line, or the server said "later" (4xx)
 *          E_DENIED  the server said "never" (5xx): why->text holds its code */
struct result smtp_send(struct smtp *smtp, const char *from, const char *to, struct slice message,
                        struct why *why) MUST;

#endif
