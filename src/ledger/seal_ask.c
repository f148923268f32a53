/* The ledger's side of the seal's socket.  Whatever goes wrong on the way is
 * "busy": nothing was signed that the seal does not remember, so the question
 * can be asked again.                                                       */
#include "ledger/seal.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_S = 5 };

static struct result dial(const char *path, int *out, struct why *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = PATIENCE_S};
	if (strlen(path) >= sizeof address.sun_path)
		return fail(why, E_INPUT, path, "a socket's path is at most %zu bytes long",
		            sizeof address.sun_path - 1);
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(why, E_SYSTEM, path, "cannot make a socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
		close(fd);
		return fail(why, E_BUSY, path, "the seal does not answer: %s", strerror(errno));
	}
	*out = fd;
	return ok();
}

static struct result send_all(int fd, struct slice bytes, struct why *why)
{
	while (bytes.len) {
		ssize_t n = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(why, E_BUSY, "seal", "the seal does not listen: %s", strerror(errno));
		bytes = slice_part(bytes, (size_t)n, bytes.len);
	}
	return ok();
}

static struct result receive(int fd, uint8_t *to, size_t len, struct why *why)
{
	while (len) {
		ssize_t n = recv(fd, to, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(why, E_BUSY, "seal", "the seal gave no answer: %s",
			            n ? strerror(errno) : "it hung up");
		to += n;
		len -= (size_t)n;
	}
	return ok();
}

static struct result exchange(int fd, struct slice message, enum seal_status *status,
                              struct buffer *answer, struct why *why)
{
	uint8_t head[5];
	TRY(send_all(fd, message, why));
	TRY(receive(fd, head, sizeof head, why));
	uint32_t len = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
	if (len == 0 || len > SEAL_MESSAGE_MAX || head[4] > SEAL_FAILED)
		return fail(why, E_INPUT, "seal", "the seal's answer is damaged");
	buffer_clear(answer);
	uint8_t *room = buffer_reserve(answer, len - 1);
	if (!room)
		return fail(why, E_MEMORY, "seal", "no memory for the seal's answer");
	TRY(receive(fd, room, len - 1, why));
	buffer_commit(answer, len - 1);
	*status = (enum seal_status)head[4];
	return ok();
}

struct result seal_ask(const char *socket_path, const struct seal_request *request,
                       enum seal_status *status, struct buffer *answer, struct why *why)
{
	AUTO(fd_close_drop) int fd = -1;
	struct buffer body, message;
	TRY(dial(socket_path, &fd, why));
	buffer_init(&body, SEAL_MESSAGE_MAX);
	buffer_init(&message, SEAL_MESSAGE_MAX + 4);
	seal_request_write(request, &body);
	buffer_put_be32(&message, (uint32_t)body.len);
	buffer_put_slice(&message, buffer_slice(&body));
	struct result done = buffer_ok(&message)
	                             ? exchange(fd, buffer_slice(&message), status, answer, why)
	                             : fail(why, E_LIMIT, "seal", "the question is too long");
	buffer_done(&body);
	buffer_done(&message);
	return done;
}
