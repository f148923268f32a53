/* Messages: fixed fields in little endian, read by a cursor that must end
 * exactly at the message's end.                                             */
#include "gate/pool/wire.h"

#include "base/cursor.h"
#include "base/file.h"

#include <errno.h>
#include <sys/socket.h>
#include <time.h>

enum { JOB_MARK = 0x314A4B53, ANSWER_MARK = 0x31414B53 }; /* SKJ1, SKA1 */

static void put_rules(struct buffer *out, const struct content_rules *rules)
{
	for (size_t i = 0; i < CONSTRUCTS / 64; i++) {
		buffer_put_le64(out, rules->refuse[i]);
		buffer_put_le64(out, rules->strip[i]);
	}
	buffer_put_le64(out, rules->page_dpi);
}

static void take_rules(struct cursor *c, struct content_rules *rules)
{
	for (size_t i = 0; i < CONSTRUCTS / 64; i++) {
		rules->refuse[i] = cursor_take_le64(c);
		rules->strip[i] = cursor_take_le64(c);
	}
	rules->page_dpi = cursor_take_le64(c);
}

void wire_put_job(struct buffer *out, const struct wire_job *job)
{
	buffer_put_le32(out, JOB_MARK);
	buffer_put_le64(out, job->id);
	buffer_put_u8(out, (uint8_t)job->program);
	buffer_put_u8(out, (uint8_t)job->type);
	buffer_put_u8(out, job->compare);
	buffer_put_le64(out, job->in_bytes);
	buffer_put_le64(out, job->original_bytes);
	buffer_put_le64(out, job->memory_bytes);
	buffer_put_le64(out, job->file_bytes);
	buffer_put_le32(out, job->cpu_s);
	buffer_put_le32(out, job->wall_ms);
	buffer_put_le64(out, job->limits.input_bytes);
	buffer_put_le64(out, job->limits.expanded_bytes);
	buffer_put_le64(out, job->limits.output_bytes);
	buffer_put_le32(out, job->limits.entries);
	buffer_put_le32(out, job->limits.depth);
	buffer_put_le64(out, job->limits.pixels);
	buffer_put_le64(out, job->limits.work);
	buffer_put_le64(out, job->inspect_limits.expanded_bytes);
	buffer_put_le64(out, job->inspect_limits.pixels);
	buffer_put_le32(out, job->inspect_limits.entries);
	buffer_put_le32(out, job->inspect_limits.depth);
	buffer_put_le32(out, job->inspect_limits.findings);
	put_rules(out, &job->rules);
	buffer_put_le16(out, (uint16_t)job->name.len);
	buffer_put_slice(out, job->name);
	buffer_put_le16(out, (uint16_t)job->password.len);
	buffer_put_slice(out, job->password);
}

static void take_limits(struct cursor *c, struct wire_job *job)
{
	job->limits.input_bytes = cursor_take_le64(c);
	job->limits.expanded_bytes = cursor_take_le64(c);
	job->limits.output_bytes = cursor_take_le64(c);
	job->limits.entries = cursor_take_le32(c);
	job->limits.depth = cursor_take_le32(c);
	job->limits.pixels = cursor_take_le64(c);
	job->limits.work = cursor_take_le64(c);
	job->inspect_limits.expanded_bytes = cursor_take_le64(c);
	job->inspect_limits.pixels = cursor_take_le64(c);
	job->inspect_limits.entries = cursor_take_le32(c);
	job->inspect_limits.depth = cursor_take_le32(c);
	job->inspect_limits.findings = cursor_take_le32(c);
}

bool wire_take_job(struct slice message, struct wire_job *out)
{
	struct cursor c = cursor_of(message, NULL);
	struct wire_job job = {0};
	bool marked = cursor_take_le32(&c) == JOB_MARK;
	job.id = cursor_take_le64(&c);
	unsigned program = cursor_take_u8(&c), type = cursor_take_u8(&c);
	job.compare = cursor_take_u8(&c) == 1;
	job.in_bytes = cursor_take_le64(&c);
	job.original_bytes = cursor_take_le64(&c);
	job.memory_bytes = cursor_take_le64(&c);
	job.file_bytes = cursor_take_le64(&c);
	job.cpu_s = cursor_take_le32(&c);
	job.wall_ms = cursor_take_le32(&c);
	take_limits(&c, &job);
	take_rules(&c, &job.rules);
	job.name = cursor_take(&c, cursor_take_le16(&c));
	job.password = cursor_take(&c, cursor_take_le16(&c));
	if (!marked || !cursor_ok(&c) || cursor_left(&c) || program >= POOL_PROGRAMS ||
	    type >= INSPECT_TYPES || job.name.len > WIRE_NAME || job.password.len > WIRE_PASSWORD)
		return false;
	job.program = (enum pool_program)program;
	job.type = (enum inspect_type)type;
	*out = job;
	return true;
}

void wire_put_answer(struct buffer *out, const struct wire_answer *answer)
{
	buffer_put_le32(out, ANSWER_MARK);
	buffer_put_le64(out, answer->id);
	buffer_put_u8(out, (uint8_t)answer->end);
	buffer_put_le32(out, answer->code);
	buffer_put_le32(out, answer->wall_ms);
	buffer_put_le32(out, answer->cpu_ms);
	buffer_put_le64(out, answer->peak_bytes);
}

bool wire_take_answer(struct slice message, struct wire_answer *out)
{
	struct cursor c = cursor_of(message, NULL);
	struct wire_answer answer = {0};
	bool marked = cursor_take_le32(&c) == ANSWER_MARK;
	answer.id = cursor_take_le64(&c);
	unsigned end = cursor_take_u8(&c);
	answer.code = cursor_take_le32(&c);
	answer.wall_ms = cursor_take_le32(&c);
	answer.cpu_ms = cursor_take_le32(&c);
	answer.peak_bytes = cursor_take_le64(&c);
	if (!marked || !cursor_ok(&c) || cursor_left(&c) || end > WIRE_NOT_STARTED)
		return false;
	answer.end = (enum wire_end)end;
	*out = answer;
	return true;
}

union fd_room {
	char bytes[CMSG_SPACE(sizeof(int) * WIRE_FDS)];
	struct cmsghdr align;
};

static struct result socket_error(const char *act, struct why *why)
{
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return fail(why, E_BUSY, "", "%s: the other side is not ready", act);
	return fail(why, E_SYSTEM, "", "%s: %s", act, strerror(errno));
}

struct result wire_send(int socket, struct slice message, const int *fds, size_t count,
                        struct why *why)
{
	union fd_room room = {0};
	struct iovec part = {(void *)(uintptr_t)message.at, message.len};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t sent;
	if (count > WIRE_FDS)
		return fail(why, E_INPUT, "", "%zu descriptors are too many", count);
	if (count) {
		header.msg_control = room.bytes;
		header.msg_controllen = CMSG_SPACE(sizeof(int) * count);
		struct cmsghdr *c = CMSG_FIRSTHDR(&header);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * count);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * count);
	}
	do
		sent = sendmsg(socket, &header, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent != (ssize_t)message.len)
		return socket_error("sending", why);
	return ok();
}

/* The descriptors of a message, and how many there were in truth. */
static size_t collect_fds(struct msghdr *header, int *fds, size_t room)
{
	size_t count = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t here = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < here; i++, count++) {
			int fd;
			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			if (count < room)
				fds[count] = fd;
			else
				fd_close_drop(&fd);
		}
	}
	return count;
}

struct result wire_receive(int socket, uint8_t *bytes, size_t len, struct slice *message, int *fds,
                           size_t fd_room, size_t *count, struct why *why)
{
	union fd_room room = {0};
	struct iovec part = {bytes, len};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room.bytes,
	                        .msg_controllen = sizeof room.bytes};
	ssize_t got;
	do
		got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return socket_error("receiving", why);
	size_t found = collect_fds(&header, fds, fd_room);
	bool whole = got > 0 && !(header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) && found <= fd_room;
	for (size_t i = 0; !whole && i < found && i < fd_room; i++)
		fd_close_drop(&fds[i]);
	if (got == 0)
		return fail(why, E_SYSTEM, "", "receiving: the other side is gone");
	if (!whole)
		return fail(why, E_SYSTEM, "", "receiving: a message of the wrong shape");
	*count = found;
	*message = slice_of(bytes, (size_t)got);
	return ok();
}

int64_t stopwatch_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
