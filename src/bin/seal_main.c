/* sekisho-seal - holds the signing key and signs what extends the last
 *
 *   sekisho-seal --keygen --key FILE --state FILE --name ORIGIN
 *       makes a key (0600) and an empty state; prints the verifier key
 *   sekisho-seal --key FILE --state FILE --socket PATH [--name ORIGIN] [--no-jail]
 *       answers questions on the socket until it is told to end
 *
 * One process, one loop, a handful of clients with a deadline each.  A state
 * that is not there is an error, never a fresh start: without it the seal would
 * sign any tree.  The state is on the disk before an answer leaves, so the
 * process may be killed at any moment.                                      */
#include "bin/program.h"

#include "base/file.h"
#include "base/random.h"
#include "jail/jail.h"
#include "ledger/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const char name[] = "sekisho-seal";

enum { CLIENTS = 16, DEADLINE_MS = 5000, HEAD = 4 };

/* ---- options ------------------------------------------------------------- */

struct options {
	const char *key, *state, *socket, *origin;
	bool keygen, no_jail;
};

static bool read_options(int argc, char **argv, struct options *out)
{
	const struct {
		const char *flag;
		const char **value;
		bool *set;
	} table[] = {
		{"--key", &out->key, NULL},       {"--state", &out->state, NULL},
		{"--socket", &out->socket, NULL}, {"--name", &out->origin, NULL},
		{"--keygen", NULL, &out->keygen}, {"--no-jail", NULL, &out->no_jail},
	};
	for (int i = 1; i < argc; i++) {
		size_t row = 0;
		while (row < sizeof table / sizeof *table && strcmp(argv[i], table[row].flag) != 0)
			row++;
		if (row == sizeof table / sizeof *table || (table[row].value && i + 1 == argc))
			return false;
		if (table[row].value)
			*table[row].value = argv[++i];
		else
			*table[row].set = true;
	}
	return out->key && out->state && (out->keygen ? out->origin != NULL : out->socket != NULL);
}

static int usage(void)
{
	fprintf(stderr, "usage: %s --keygen --key FILE --state FILE --name ORIGIN\n"
	                "       %s --key FILE --state FILE --socket PATH [--name ORIGIN] [--no-jail]\n",
	        name, name);
	return EXIT_USAGE;
}

static int keygen(const struct options *options)
{
	struct why why = {0};
	struct random random = random_system();
	struct note_key key;
	struct buffer line;
	uint8_t seed[NOTE_SEED];
	struct result made = random_fill(&random, seed, sizeof seed, &why);
	if (made.code == OK)
		made = seal_create(options->key, options->state, slice_str(options->origin), seed, &key, &why);
	sodium_memzero(seed, sizeof seed);
	if (made.code != OK)
		return program_why(name, "keygen-failed", &why);
	buffer_init(&line, 1024);
	note_key_write(&key, &line);
	int printed = printf("%s\n", buffer_cstr(&line));
	buffer_done(&line);
	return printed > 1 && fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

/* ---- clients ------------------------------------------------------------- */

struct client {
	int fd; /* -1: free */
	int64_t deadline_ms;
	size_t have; /* bytes of the question, with its length */
	uint8_t question[HEAD + SEAL_MESSAGE_MAX];
	struct buffer answer; /* with its length; empty while the question is read */
	size_t sent;
};

static int64_t monotonic_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void hang_up(struct client *client)
{
	fd_close_drop(&client->fd);
	buffer_done(&client->answer);
	client->have = client->sent = 0;
}

static void welcome(int listener, struct client clients[CLIENTS])
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	for (int i = 0; fd >= 0 && i < CLIENTS; i++) {
		if (clients[i].fd >= 0)
			continue;
		clients[i].fd = fd;
		clients[i].deadline_ms = monotonic_ms() + DEADLINE_MS;
		buffer_init(&clients[i].answer, HEAD + SEAL_MESSAGE_MAX);
		return;
	}
	fd_close_drop(&fd);
}

static void answer(struct seal *seal, struct client *client, struct slice question)
{
	struct buffer body;
	buffer_init(&body, SEAL_MESSAGE_MAX);
	int64_t before = seal->size;
	seal_answer(seal, question, &body);
	if (seal->size != before)
		program_log(name, "signed", "%lld entries", (long long)seal->size);
	if (body.len && (body.at[0] == SEAL_REFUSED || body.at[0] == SEAL_FAILED))
		program_log(name, body.at[0] == SEAL_REFUSED ? "refused" : "failed", "%.*s",
		            SLICE_ARG(slice_part(buffer_slice(&body), 1, body.len)));
	buffer_put_be32(&client->answer, (uint32_t)body.len);
	buffer_put_slice(&client->answer, buffer_slice(&body));
	if (!buffer_ok(&body) || !buffer_ok(&client->answer))
		hang_up(client);
	buffer_done(&body);
}

/* question_length - of the whole message, or SIZE_MAX if it is too long */
static size_t question_length(const struct client *client)
{
	const uint8_t *q = client->question;
	uint32_t len = (uint32_t)q[0] << 24 | (uint32_t)q[1] << 16 | (uint32_t)q[2] << 8 | q[3];
	return len > SEAL_MESSAGE_MAX ? SIZE_MAX : HEAD + (size_t)len;
}

static void listen_to(struct seal *seal, struct client *client)
{
	size_t want = client->have < HEAD ? HEAD : question_length(client);
	ssize_t n = recv(client->fd, client->question + client->have, want - client->have, 0);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		hang_up(client);
		return;
	}
	client->have += (size_t)n;
	if (client->have < HEAD)
		return;
	want = question_length(client);
	if (want == SIZE_MAX)
		hang_up(client);
	else if (client->have == want)
		answer(seal, client, slice_of(client->question + HEAD, want - HEAD));
}

static void speak_to(struct client *client)
{
	struct slice rest = slice_part(buffer_slice(&client->answer), client->sent, client->answer.len);
	ssize_t n = send(client->fd, rest.at, rest.len, MSG_NOSIGNAL);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0)
		client->sent += (size_t)n;
	if (n <= 0 || client->sent == client->answer.len)
		hang_up(client);
}

static void attend(struct seal *seal, struct client *client, short events)
{
	if (client->answer.len)
		speak_to(client);
	else if (events)
		listen_to(seal, client);
}

static void serve(struct seal *seal, int listener)
{
	static struct client clients[CLIENTS];
	struct pollfd polled[CLIENTS + 1];
	for (int i = 0; i < CLIENTS; i++)
		clients[i].fd = -1;
	while (!program_ending) {
		for (int i = 0; i < CLIENTS; i++)
			polled[i] = (struct pollfd){clients[i].fd, clients[i].answer.len ? POLLOUT : POLLIN, 0};
		polled[CLIENTS] = (struct pollfd){listener, POLLIN, 0};
		int ready = poll(polled, CLIENTS + 1, 1000);
		for (int i = 0; i < CLIENTS; i++) {
			if (ready > 0 && clients[i].fd >= 0 && polled[i].revents)
				attend(seal, &clients[i], polled[i].revents);
			if (clients[i].fd >= 0 && monotonic_ms() > clients[i].deadline_ms)
				hang_up(&clients[i]);
		}
		if (ready > 0 && polled[CLIENTS].revents)
			welcome(listener, clients);
	}
	for (int i = 0; i < CLIENTS; i++)
		hang_up(&clients[i]);
}

/* ---- set-up -------------------------------------------------------------- */

/* lock_key - two seals on one key would each believe to have signed last; the
 * lock ends with the process                                                */
static struct result lock_key(const char *path, int *out, struct why *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return fail(why, errno == ENOENT ? E_ABSENT : E_SYSTEM, path, "cannot open the key: %s",
		            strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		return fail(why, E_BUSY, path, "another seal is at work with this key");
	}
	*out = fd;
	return ok();
}

/* The lock above is held: a socket that lies here belongs to nobody living. */
static struct result bind_socket(const char *path, int *out, struct why *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat st;
	if (strlen(path) >= sizeof address.sun_path)
		return fail(why, E_INPUT, path, "a socket's path is at most %zu bytes long",
		            sizeof address.sun_path - 1);
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t kept = umask(0117);
	bool bound = fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
	umask(kept);
	if (!bound || listen(fd, CLIENTS) < 0) {
		fd_close_drop(&fd);
		return fail(why, E_SYSTEM, path, "cannot listen there: %s", strerror(errno));
	}
	*out = fd;
	return ok();
}

static struct result enter_jail(const struct options *options, struct why *why)
{
	const struct jail_limits limits = {.memory_bytes = 256u << 20, .file_bytes = 1u << 20, .files = 64};
	char folder[4096], text[200];
	struct jail_applied applied;
	const char *slash = strrchr(options->state, '/');
	snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - options->state) + 1 : 1,
	         slash ? options->state : ".");
	const struct jail_path paths[] = {{folder, JAIL_WRITE}};
	TRY(jail_enter(&jail_seal, &limits, (struct jail_paths){paths, 1}, &applied, why));
	jail_describe(&applied, text, sizeof text);
	program_log(name, "jailed", "%s", text);
	return ok();
}

static struct result set_up(const struct options *options, struct seal *seal, int *lock, int *listener,
                            struct why *why)
{
	TRY(lock_key(options->key, lock, why));
	TRY(seal_open(options->key, options->state, seal, why));
	if (options->origin && strcmp(options->origin, seal->signer.key.name) != 0)
		return fail(why, E_INPUT, options->key, "the key is of %s, not of %s", seal->signer.key.name,
		            options->origin);
	TRY(bind_socket(options->socket, listener, why));
	return options->no_jail ? ok() : enter_jail(options, why);
}

int main(int argc, char **argv)
{
	static struct seal seal;
	struct options options = {0};
	struct why why = {0};
	int lock = -1, listener = -1;
	if (!read_options(argc, argv, &options))
		return usage();
	if (options.keygen)
		return keygen(&options);
	if (options.no_jail) {
		char text[1024];
		jail_skip_loudly(name, text, sizeof text);
		fputs(text, stderr);
	}
	program_signals();
	mlock(&seal, sizeof seal); /* best effort: the key stays out of swap */
	struct result ready = set_up(&options, &seal, &lock, &listener, &why);
	if (ready.code == OK) {
		program_log(name, "started", "%s, %lld entries signed", seal.signer.key.name,
		            (long long)seal.size);
		serve(&seal, listener);
	}
	seal_done(&seal);
	return ready.code == OK ? EXIT_DONE : program_why(name, "start-failed", &why);
}
