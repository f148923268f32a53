/* The HTTP library's side: two listeners in one poll loop, no threads.  What a
 * browser sends is handed to life.c; what life.c answers is sent with the same
 * strict headers whatever it is.                                            */
#include "web/private.h"

#include "base/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- listening ---------------------------------------------------------- */

static bool split_address(const char *address, char host[64], char port[8])
{
	const char *colon = strrchr(address, ':');
	bool bracket = address[0] == '[';
	if (!colon || (bracket && colon[-1] != ']'))
		return false;
	size_t len = (size_t)(colon - address) - (bracket ? 2 : 0);
	if (len == 0 || len >= 64 || strlen(colon + 1) == 0 || strlen(colon + 1) >= 8)
		return false;
	memcpy(host, address + bracket, len);
	host[len] = 0;
	memcpy(port, colon + 1, strlen(colon + 1) + 1);
	return true;
}

static struct result bind_first(const struct addrinfo *info, const char *address, int *fd,
                                struct why *why)
{
	AUTO(fd_close_drop) int s =
		socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1;
	if (s < 0 || setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
	    bind(s, info->ai_addr, info->ai_addrlen) < 0 || listen(s, 128) < 0)
		return fail(why, E_SYSTEM, address, "cannot listen: %s", strerror(errno));
	*fd = s;
	s = -1;
	return ok();
}

struct result web_listen(const char *address, int *fd, struct why *why)
{
	char host[64], port[8];
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	                         .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
	struct addrinfo *info = NULL;
	if (!split_address(address, host, port) || getaddrinfo(host, port, &hints, &info) != 0)
		return fail(why, E_INPUT, address, "not an address of the form 127.0.0.1:8081");
	struct result bound = bind_first(info, address, fd, why);
	freeaddrinfo(info);
	return bound;
}

/* ---- answering ---------------------------------------------------------- */

static const char *const every_header[][2] = {
	{"Content-Security-Policy",
	 "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
	 "frame-ancestors 'none'; base-uri 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
	/* not no-referrer: browsers would send Origin: null with our own forms */
	{"Referrer-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
};

static ssize_t send_from_vault(void *context, uint64_t pos, char *buf, size_t max)
{
	struct request *rq = context;
	struct slice *rest = &rq->reply.reader_rest;
	struct why why = {OK, "", ""};
	(void)pos;
	if (rest->len == 0 && vault_read(rq->reply.reader, rest, &why).code != OK) {
		web_log(rq->web, "failed", "download place=%s text=%s", why.place, why.text);
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	if (rest->len == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	size_t len = rest->len < max ? rest->len : max;
	memcpy(buf, rest->at, len);
	*rest = slice_part(*rest, len, SIZE_MAX);
	return (ssize_t)len;
}

/* The next piece: the body's buffer holds it until it is sent. */
static ssize_t send_pulled(void *context, uint64_t pos, char *buf, size_t max)
{
	struct request *rq = context;
	struct reply *reply = &rq->reply;
	struct why why = {OK, "", ""};
	(void)pos;
	while (reply->reader_rest.len == 0 && !reply->pulled) {
		buffer_clear(&reply->body);
		if (reply->pull(reply->pull_context, &reply->body, &reply->pulled, &why).code != OK ||
		    !buffer_ok(&reply->body)) {
			web_log(rq->web, "failed", "download place=%s text=%s", why.place, why.text);
			return MHD_CONTENT_READER_END_WITH_ERROR;
		}
		reply->reader_rest = buffer_slice(&reply->body);
	}
	if (reply->reader_rest.len == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	size_t len = reply->reader_rest.len < max ? reply->reader_rest.len : max;
	memcpy(buf, reply->reader_rest.at, len);
	reply->reader_rest = slice_part(reply->reader_rest, len, SIZE_MAX);
	return (ssize_t)len;
}

static struct MHD_Response *response_of(struct request *rq)
{
	struct reply *reply = &rq->reply;
	if (reply->pull)
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, VAULT_SMALL, send_pulled, rq, NULL);
	if (reply->reader)
		return MHD_create_response_from_callback(reply->reader_bytes, VAULT_SMALL, send_from_vault,
		                                         rq, NULL);
	struct slice body = buffer_slice(&reply->body);
	void *bytes = (void *)(uintptr_t)body.at; /* the library only reads it */
	return MHD_create_response_from_buffer(body.len, bytes, MHD_RESPMEM_PERSISTENT);
}

static void add_cookies(struct MHD_Response *response, const struct request *rq)
{
	for (size_t i = 0; i < rq->reply.cookie_count; i++) {
		const struct cookie *cookie = &rq->reply.cookies[i];
		char line[256];
		snprintf(line, sizeof line, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", cookie->name,
		         cookie->value, !*cookie->value ? "; Max-Age=0" : cookie->lasting ? "; Max-Age=31536000" : "",
		         rq->web->options.behind_tls ? "; Secure" : "");
		MHD_add_response_header(response, "Set-Cookie", line);
	}
}

static void add_headers(struct MHD_Response *response, const struct request *rq)
{
	const struct reply *reply = &rq->reply;
	for (size_t i = 0; i < sizeof every_header / sizeof *every_header; i++)
		MHD_add_response_header(response, every_header[i][0], every_header[i][1]);
	if (rq->web->options.behind_tls)
		MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000");
	MHD_add_response_header(response, "Content-Type", reply->type);
	MHD_add_response_header(response, "Cache-Control",
	                        reply->cached ? "public, max-age=31536000, immutable" : "no-store");
	if (reply->location)
		MHD_add_response_header(response, "Location", reply->location);
	if (reply->disposition)
		MHD_add_response_header(response, "Content-Disposition", reply->disposition);
	if (reply->authenticate)
		MHD_add_response_header(response, "WWW-Authenticate", reply->authenticate);
	add_cookies(response, rq);
}

static enum MHD_Result answer(struct MHD_Connection *connection, struct request *rq)
{
	struct MHD_Response *response = response_of(rq);
	if (!response)
		return MHD_NO;
	add_headers(response, rq);
	enum MHD_Result queued = MHD_queue_response(connection, rq->reply.status, response);
	MHD_destroy_response(response);
	return queued;
}

/* ---- asking -------------------------------------------------------------- */

static struct slice address_of(struct MHD_Connection *connection, char out[INET6_ADDRSTRLEN])
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *from = info ? info->client_addr : NULL;
	const void *bytes = NULL;
	if (from && from->sa_family == AF_INET)
		bytes = &((const struct sockaddr_in *)(const void *)from)->sin_addr;
	if (from && from->sa_family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
	if (!bytes || !inet_ntop(from->sa_family, bytes, out, INET6_ADDRSTRLEN))
		return SLICE("");
	return slice_str(out);
}

/* The library splits the query; it is put together again for our own reader. */
static enum MHD_Result one_argument(void *context, enum MHD_ValueKind kind, const char *key,
                                    const char *value)
{
	struct buffer *query = context;
	(void)kind;
	buffer_printf(query, "%s%s=%s", query->len ? "&" : "", key, value ? value : "");
	return MHD_YES;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static struct request *begin(struct web *web, enum web_zone zone, struct MHD_Connection *connection,
                             const char *path, const char *method)
{
	char address[INET6_ADDRSTRLEN];
	struct buffer query;
	struct request *rq = NULL;
	struct why why = {OK, "", ""};
	buffer_init(&query, 4096);
	MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, one_argument, &query);
	struct incoming in = {
		.zone = zone,
		.method = method,
		.path = path,
		.query = buffer_ok(&query) ? buffer_cstr(&query) : "%",
		.host = header(connection, "Host"),
		.origin = header(connection, "Origin"),
		.fetch_site = header(connection, "Sec-Fetch-Site"),
		.cookie = header(connection, "Cookie"),
		.content_type = header(connection, "Content-Type"),
		.content_length = header(connection, "Content-Length"),
		.authorization = header(connection, "Authorization"),
		.idempotency_key = header(connection, "Idempotency-Key"),
		.forwarded_for = header(connection, "X-Forwarded-For"),
		.address = address_of(connection, address),
	};
	if (request_begin(web, &in, &rq, &why).code != OK)
		web_log(web, "failed", "begin place=%s text=%s", why.place, why.text);
	buffer_done(&query);
	return rq;
}

static bool is_served(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 || strcmp(method, "POST") == 0;
}

static enum MHD_Result not_served(struct MHD_Connection *connection)
{
	static char none[1];
	struct MHD_Response *response =
		MHD_create_response_from_buffer(0, none, MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, "Allow", "GET, HEAD, POST");
	enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_METHOD_NOT_ALLOWED, response);
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result on_request(struct web *web, enum web_zone zone,
                                  struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *bytes, size_t *size, void **state)
{
	struct request *rq = *state;
	if (!is_served(method))
		return not_served(connection);
	if (!rq) {
		rq = *state = begin(web, zone, connection, path, method);
		/* too large: answered before it is sent; anything else may finish */
		return !rq ? MHD_NO : rq->reply.status == 413 ? answer(connection, rq) : MHD_YES;
	}
	if (*size) {
		if (request_too_slow(rq, *size))
			return MHD_NO;
		request_feed(rq, slice_of(bytes, *size));
		*size = 0;
		return MHD_YES;
	}
	request_finish(rq);
	return answer(connection, rq);
}

static enum MHD_Result on_outer(void *web, struct MHD_Connection *connection, const char *path,
                                const char *method, const char *version, const char *bytes,
                                size_t *size, void **state)
{
	(void)version;
	return on_request(web, ZONE_INTERNET, connection, path, method, bytes, size, state);
}

static enum MHD_Result on_inner(void *web, struct MHD_Connection *connection, const char *path,
                                const char *method, const char *version, const char *bytes,
                                size_t *size, void **state)
{
	(void)version;
	return on_request(web, ZONE_LGWAN, connection, path, method, bytes, size, state);
}

static void on_completed(void *web, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode how)
{
	struct request *rq = *state;
	(void)web;
	(void)connection;
	if (rq && how == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED)
		request_cut_off(rq);
	request_free(rq);
	*state = NULL;
}

/* Paths and queries are decoded once, by our own reader. */
static size_t leave_escaped(void *web, struct MHD_Connection *connection, char *text)
{
	(void)web;
	(void)connection;
	return strlen(text);
}

/* ---- the loop -------------------------------------------------------------- */

const struct web_listener *listener_of(const struct web *web, enum web_zone zone)
{
	return zone == ZONE_LGWAN ? &web->options.inner : &web->options.outer;
}

void web_log(const struct web *web, const char *event, const char *format, ...)
{
	char line[1024];
	int head = snprintf(line, sizeof line, "event=%s ", event);
	va_list list;
	if (!web->options.log || head < 0)
		return;
	va_start(list, format);
	vsnprintf(line + head, sizeof line - (size_t)head, format, list);
	va_end(list);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20)
			*c = ' ';
	web->options.log(web->options.log_context, line);
}

static struct result start(struct web *web, int which, struct why *why)
{
	const struct web_options *o = &web->options;
	unsigned connections = o->connections ? o->connections : 256;
	unsigned per_address = o->per_address ? o->per_address : 48;
	web->daemon[which] = MHD_start_daemon(
		MHD_USE_EPOLL, 0, NULL, NULL, which ? on_inner : on_outer, web,
		MHD_OPTION_LISTEN_SOCKET, which ? o->inner.fd : o->outer.fd,
		MHD_OPTION_CONNECTION_LIMIT, connections,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, o->behind_tls ? connections : per_address,
		MHD_OPTION_CONNECTION_TIMEOUT, o->idle_s ? o->idle_s : 30,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)65536,
		MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, web,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, web, MHD_OPTION_END);
	return web->daemon[which] ? ok() : fail(why, E_SYSTEM, "http", "the HTTP library did not start");
}

struct result http_start(struct web *web, struct why *why)
{
	TRY(start(web, 0, why));
	return start(web, 1, why);
}

void http_stop(struct web *web)
{
	for (int i = 0; i < 2; i++)
		if (web->daemon[i]) {
			/* the sockets are the caller's */
			(void)MHD_quiesce_daemon(web->daemon[i]);
			MHD_stop_daemon(web->daemon[i]);
		}
}

static int wait_ms(struct MHD_Daemon *daemon, int most)
{
	MHD_UNSIGNED_LONG_LONG ms;
	if (MHD_get_timeout(daemon, &ms) != MHD_YES || ms > (MHD_UNSIGNED_LONG_LONG)most)
		return most;
	return (int)ms;
}

struct result web_turn(struct web *web, int wake_fd, int timeout_ms, struct why *why)
{
	struct pollfd fds[3] = {{.fd = -1}, {.fd = -1}, {.fd = wake_fd, .events = POLLIN}};
	for (int i = 0; i < 2; i++) {
		const union MHD_DaemonInfo *info =
			MHD_get_daemon_info(web->daemon[i], MHD_DAEMON_INFO_EPOLL_FD);
		if (!info)
			return fail(why, E_SYSTEM, "http", "the HTTP library has no descriptor");
		fds[i] = (struct pollfd){.fd = info->epoll_fd, .events = POLLIN};
		timeout_ms = wait_ms(web->daemon[i], timeout_ms);
	}
	int ready = poll(fds, 3, timeout_ms);
	if (ready < 0 && errno != EINTR)
		return fail(why, E_SYSTEM, "poll", "%s", strerror(errno));
	if (ready == 0)
		web_tend(web); /* nobody waits */
	for (int i = 0; i < 2; i++)
		if (MHD_run(web->daemon[i]) != MHD_YES)
			return fail(why, E_SYSTEM, "http", "the HTTP library failed");
	return ok();
}
