/* clamd's INSTREAM: "zINSTREAM\0", then chunks of a 32-bit big-endian length
 * and bytes, then a zero length; the answer ends with NUL.  One connection a
 * question keeps the state machine to a straight line, and a connection that
 * went wrong cannot colour the next answer.
 *
 * The time limits of this file are of the socket, not of the office: they are
 * measured by the monotonic clock, which no test and no administrator moves.
 */
#include "gate/scan/scan.h"

#include "base/file.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
	CHUNK = 64 * 1024,
	ANSWER_ROOM = 1024, /* clamd's answers are one short line */
};

/* Where the bytes come from: a descriptor, or memory when fd is -1. */
struct source {
	int fd;
	struct slice rest;
};

struct connection {
	const struct scanner *scanner;
	int fd;
	uint64_t sent;
	const char *fault; /* first failure; NULL while all is well */
};

const char *scan_verdict_name(enum scan_verdict verdict)
{
	static const char *const names[] = {"not-scanned", "found", "clean"};
	return (unsigned)verdict < 3 ? names[verdict] : names[0];
}

struct scanner scanner_default(const char *socket)
{
	return (struct scanner){.socket = socket, .stream_bytes = 512ULL << 20,
	                        .idle_ms = 10000, .answer_ms = 120000};
}

static int64_t monotonic_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool connection_fail(struct connection *c, const char *fault)
{
	if (!c->fault)
		c->fault = fault;
	return false;
}

/* wait_for - the events that came, 0 after the deadline */
static short wait_for(int fd, short events, int64_t deadline)
{
	for (;;) {
		int64_t left = deadline - monotonic_ms();
		if (left <= 0)
			return 0;
		struct pollfd p = {.fd = fd, .events = events};
		int n = poll(&p, 1, left > 1000000 ? 1000000 : (int)left);
		if (n > 0)
			return p.revents;
		if (n < 0 && errno != EINTR)
			return POLLERR;
	}
}

static bool connection_open(struct connection *c)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = c->scanner->socket ? strlen(c->scanner->socket) : 0;
	if (len == 0 || len >= sizeof address.sun_path)
		return connection_fail(c, "the path of clamd's socket is empty or too long");
	memcpy(address.sun_path, c->scanner->socket, len);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return connection_fail(c, "no socket could be made");
	/* bounds connect() as well: a full queue of clamd's answers EAGAIN then */
	struct timeval limit = {.tv_sec = c->scanner->idle_ms / 1000,
	                        .tv_usec = c->scanner->idle_ms % 1000 * 1000};
	if (setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0)
		return connection_fail(c, "the socket takes no time limit");
	const struct sockaddr *generic = (const void *)&address;
	if (connect(c->fd, generic, sizeof address) != 0)
		return connection_fail(c, "clamd does not listen on its socket");
	return true;
}

/* connection_send - all of it, unless clamd speaks, hangs up or stalls */
static bool connection_send(struct connection *c, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	while (len > 0) {
		short seen = wait_for(c->fd, POLLIN | POLLOUT, monotonic_ms() + c->scanner->idle_ms);
		if (seen == 0)
			return connection_fail(c, "clamd took no bytes within the time allowed");
		if (seen & (POLLIN | POLLHUP | POLLERR))
			return connection_fail(c, "clamd broke off before it had the whole file");
		ssize_t n = send(c->fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return connection_fail(c, "clamd closed the connection");
		at += n;
		len -= (size_t)n;
	}
	return true;
}

/* connection_answer - up to NUL and no byte further; text gets a NUL
 * deadline  for the whole answer, so that one byte a minute does not help   */
static bool connection_answer(struct connection *c, char *text, size_t room, int64_t deadline)
{
	size_t len = 0;
	while (len < room) {
		if (wait_for(c->fd, POLLIN, deadline) == 0)
			return connection_fail(c, "clamd gave no answer within the time allowed");
		ssize_t n = recv(c->fd, text + len, room - len, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return connection_fail(c, "clamd closed the connection without an answer");
		len += (size_t)n;
		const char *end = memchr(text, '\0', len);
		if (end && end == text + len - 1)
			return true;
		if (end)
			return connection_fail(c, "clamd's answer goes on after its end");
	}
	return connection_fail(c, "clamd's answer is too long");
}

/* source_read - up to CHUNK bytes; 0 at the end, -1 when it cannot be read */
static ssize_t source_read(struct source *s, uint8_t *out)
{
	if (s->fd < 0) {
		struct slice part = slice_part(s->rest, 0, CHUNK);
		s->rest = slice_part(s->rest, part.len, s->rest.len);
		if (part.len)
			memcpy(out, part.at, part.len);
		return (ssize_t)part.len;
	}
	ssize_t n;
	do
		n = read(s->fd, out, CHUNK);
	while (n < 0 && errno == EINTR);
	return n;
}

static bool send_length(struct connection *c, uint32_t length)
{
	uint8_t head[4] = {(uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8),
	                   (uint8_t)length};
	return connection_send(c, head, sizeof head);
}

static bool send_stream(struct connection *c, struct source *source)
{
	uint8_t chunk[CHUNK];
	if (!connection_send(c, "zINSTREAM", sizeof "zINSTREAM"))
		return false;
	for (;;) {
		ssize_t n = source_read(source, chunk);
		if (n < 0)
			return connection_fail(c, "the file could not be read to its end");
		if (n == 0)
			return send_length(c, 0);
		if ((uint64_t)n > c->scanner->stream_bytes - c->sent)
			return connection_fail(c, "the file is larger than what is sent to clamd");
		if (!send_length(c, (uint32_t)n) || !connection_send(c, chunk, (size_t)n))
			return false;
		c->sent += (uint64_t)n;
	}
}

/* copy_printable - what came from outside, shortened, ASCII only */
static void copy_printable(char *out, size_t room, const char *from, size_t len)
{
	size_t n = len < room - 1 ? len : room - 1;
	for (size_t i = 0; i < n; i++)
		out[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
	out[n] = '\0';
}

/* judge - the only place that says clean: an exact answer to a whole stream */
static void judge(const char *text, struct scan_answer *answer)
{
	const struct slice line = slice_str(text), head = SLICE("stream: "), tail = SLICE(" FOUND");
	if (slice_is(line, "stream: OK")) {
		answer->verdict = SCAN_CLEAN;
		return;
	}
	if (slice_starts(line, head) && slice_ends(line, tail) && line.len > head.len + tail.len) {
		answer->verdict = SCAN_FOUND;
		copy_printable(answer->name, sizeof answer->name, text + head.len,
		               line.len - head.len - tail.len);
		return;
	}
	char shown[120];
	copy_printable(shown, sizeof shown, text, line.len);
	snprintf(answer->reason, sizeof answer->reason, "clamd did not scan it: \"%s\"", shown);
}

/* When clamd breaks off it usually says why; that is for the log alone. */
static void note_fault(struct connection *c, struct scan_answer *answer)
{
	char text[ANSWER_ROOM], shown[100] = "";
	struct connection last = {.scanner = c->scanner, .fd = c->fd};
	if (c->fd >= 0 && wait_for(c->fd, POLLIN, monotonic_ms() + 1) &&
	    connection_answer(&last, text, sizeof text, monotonic_ms() + 200))
		copy_printable(shown, sizeof shown, text, strlen(text));
	snprintf(answer->reason, sizeof answer->reason, "%s%s%s", c->fault, shown[0] ? "; it said: " : "",
	         shown);
}

static void scan_source(const struct scanner *scanner, struct source source,
                        struct scan_answer *answer)
{
	char text[ANSWER_ROOM];
	struct connection c = {.scanner = scanner, .fd = -1};
	*answer = (struct scan_answer){.verdict = SCAN_NOT_SCANNED};
	if (connection_open(&c) && send_stream(&c, &source) &&
	    connection_answer(&c, text, sizeof text, monotonic_ms() + scanner->answer_ms))
		judge(text, answer);
	if (c.fault)
		note_fault(&c, answer);
	answer->bytes = c.sent;
	fd_close_drop(&c.fd);
}

void scan_fd(const struct scanner *scanner, int fd, struct scan_answer *answer)
{
	if (fd < 0) {
		*answer = (struct scan_answer){.reason = "there is no file to scan"};
		return;
	}
	scan_source(scanner, (struct source){.fd = fd}, answer);
}

void scan_bytes(const struct scanner *scanner, struct slice bytes, struct scan_answer *answer)
{
	scan_source(scanner, (struct source){.fd = -1, .rest = bytes}, answer);
}

/* ask - one word, one line */
static struct result ask(const struct scanner *scanner, const char *word, char *text, size_t room,
                         struct why *why)
{
	struct connection c = {.scanner = scanner, .fd = -1};
	bool answered = connection_open(&c) && connection_send(&c, word, strlen(word) + 1) &&
	                connection_answer(&c, text, room, monotonic_ms() + scanner->idle_ms);
	fd_close_drop(&c.fd);
	if (!answered)
		return fail(why, E_BUSY, scanner->socket ? scanner->socket : "", "%s", c.fault);
	return ok();
}

struct result scan_ping(const struct scanner *scanner, struct why *why)
{
	char text[ANSWER_ROOM];
	TRY(ask(scanner, "zPING", text, sizeof text, why));
	if (strcmp(text, "PONG") != 0)
		return fail(why, E_BUSY, scanner->socket, "what listens there does not answer like clamd");
	return ok();
}

struct result scan_version(const struct scanner *scanner, char *out, size_t room, struct why *why)
{
	char text[ANSWER_ROOM];
	TRY(ask(scanner, "zVERSION", text, sizeof text, why));
	size_t len = strlen(text);
	bool plain = len > 0 && len < room && slice_starts(slice_str(text), SLICE("ClamAV "));
	for (size_t i = 0; plain && i < len; i++)
		plain = text[i] >= ' ' && text[i] <= '~';
	if (!plain)
		return fail(why, E_INPUT, scanner->socket, "what listens there names no ClamAV version");
	memcpy(out, text, len + 1);
	return ok();
}
