/* The scan client against a clamd that we play, honest and hostile, and
 * against the real one where it is installed.                              */
#include "gate/scan/scan.h"

#include "harness.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], path[80];

static void make_folder(void)
{
	snprintf(folder, sizeof folder, "/tmp/scanXXXXXX");
	CHECK(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/s", folder);
}

static void remove_folder(void)
{
	unlink(path);
	rmdir(folder);
}

/* What the clamd that we play does, in this order. */
struct act {
	size_t read_most;   /* bytes of the stream's content it takes before it answers; SIZE_MAX: all */
	const char *answer;
	size_t answer_len;
	bool hang;          /* keeps the connection open and is silent */
	int drip_ms;        /* pause between bytes of the answer */
};

static bool read_exact(int fd, void *out, size_t len)
{
	uint8_t *at = out;
	while (len > 0) {
		ssize_t n = read(fd, at, len);
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

/* the sum of the stream's bytes, so that the test knows they arrived */
static uint64_t serve_stream(int fd, size_t most)
{
	uint8_t head[4], byte[65536];
	uint64_t sum = 0, taken = 0;
	while (taken < most && read_exact(fd, head, 4)) {
		uint32_t len = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 |
		               (uint32_t)head[2] << 8 | head[3];
		if (len == 0)
			break;
		if (len > sizeof byte || !read_exact(fd, byte, len))
			_exit(9);
		for (uint32_t i = 0; i < len; i++)
			sum += byte[i];
		taken += len;
	}
	return sum;
}

static void serve(int listener, const struct act *act, const char *word)
{
	char said[32];
	int fd = accept(listener, NULL, NULL);
	size_t len = strlen(word) + 1;
	if (fd < 0 || !read_exact(fd, said, len) || memcmp(said, word, len) != 0)
		_exit(8);
	uint64_t sum = strcmp(word, "zINSTREAM") == 0 ? serve_stream(fd, act->read_most) : 0;
	for (size_t i = 0; i < act->answer_len; i++) {
		size_t part = act->drip_ms ? 1 : act->answer_len;
		if (send(fd, act->answer + i, part, MSG_NOSIGNAL) < 0)
			break;
		i += part - 1;
		usleep((useconds_t)act->drip_ms * 1000);
	}
	if (act->hang)
		sleep(20);
	close(fd);
	_exit((int)(sum % 251 == 0 ? 0 : 7));
}

static pid_t play(const struct act *act, const char *word)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	memcpy(address.sun_path, path, strlen(path));
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(bind(listener, (const void *)&address, sizeof address) == 0);
	CHECK(listen(listener, 1) == 0);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		serve(listener, act, word);
	close(listener);
	return child;
}

/* The exit status of a peer that came to its end by itself, -1 for one that did not. */
static int played(pid_t child)
{
	int status = 0;
	pid_t ended = 0;
	for (int i = 0; i < 20 && ended == 0; i++) {
		ended = waitpid(child, &status, WNOHANG);
		usleep(ended ? 0 : 10000);
	}
	if (ended == 0) {
		kill(child, SIGTERM);
		waitpid(child, &status, 0);
	}
	unlink(path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static struct scanner hasty(void)
{
	struct scanner s = scanner_default(path);
	s.idle_ms = s.answer_ms = 300;
	return s;
}

#define SAYS(text) .answer = (text), .answer_len = sizeof(text)
static const struct {
	const char *what;
	struct act act;
	enum scan_verdict verdict;
	const char *name, *reason;
} rows[] = {
	{"honest OK", {SIZE_MAX, SAYS("stream: OK")}, SCAN_CLEAN, "", ""},
	{"honest FOUND", {SIZE_MAX, SAYS("stream: Eicar-Test-Signature FOUND")}, SCAN_FOUND,
	 "Eicar-Test-Signature", ""},
	{"a name with control bytes", {SIZE_MAX, SAYS("stream: A\033[2J\xE9 FOUND")}, SCAN_FOUND,
	 "A?[2J?", ""},
	{"found nothing that has a name", {SIZE_MAX, SAYS("stream:  FOUND")}, SCAN_NOT_SCANNED, "",
	 "did not scan"},
	{"an error", {SIZE_MAX, SAYS("stream: Can't allocate memory ERROR")}, SCAN_NOT_SCANNED, "",
	 "Can't allocate memory"},
	{"OK with more after it", {SIZE_MAX, SAYS("stream: OK\nstream: OK")}, SCAN_NOT_SCANNED, "",
	 "did not scan"},
	{"OK, then something found", {SIZE_MAX, SAYS("stream: OK\nstream: X FOUND")}, SCAN_FOUND,
	 "OK?stream: X", ""},
	{"OK of something else", {SIZE_MAX, SAYS("/etc/passwd: OK")}, SCAN_NOT_SCANNED, "",
	 "did not scan"},
	{"OK in small letters", {SIZE_MAX, SAYS("stream: ok")}, SCAN_NOT_SCANNED, "", "did not scan"},
	{"nothing", {SIZE_MAX, SAYS("")}, SCAN_NOT_SCANNED, "", "did not scan"},
	{"bytes after the end", {SIZE_MAX, SAYS("stream: OK\0more")}, SCAN_NOT_SCANNED, "",
	 "goes on after its end"},
	{"no NUL", {SIZE_MAX, .answer = "stream: OK", .answer_len = 10}, SCAN_NOT_SCANNED, "",
	 "closed the connection without an answer"},
	{"hangs up", {SIZE_MAX, .answer_len = 0}, SCAN_NOT_SCANNED, "", "without an answer"},
	{"stays silent", {SIZE_MAX, .hang = true}, SCAN_NOT_SCANNED, "", "within the time"},
	{"drips", {SIZE_MAX, SAYS("stream: OK"), .drip_ms = 60}, SCAN_NOT_SCANNED, "", "within the time"},
	{"refuses the size", {70000, SAYS("INSTREAM size limit exceeded. ERROR")}, SCAN_NOT_SCANNED, "",
	 "size limit exceeded"},
	{"says OK too early", {70000, SAYS("stream: OK"), .hang = true}, SCAN_NOT_SCANNED, "",
	 "broke off"},
	{"hangs up early", {70000, .answer_len = 0}, SCAN_NOT_SCANNED, "", "clamd"},
	{"takes no more", {70000, .hang = true}, SCAN_NOT_SCANNED, "", "took no bytes"},
};

TEST(each_answer)
{
	const size_t size = 2 * 1024 * 1024 + 251 - (2 * 1024 * 1024) % 251;
	uint8_t *bytes = malloc(size);
	memset(bytes, 1, size); /* the sum is a multiple of 251 */
	make_folder();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scanner scanner = hasty();
		struct scan_answer answer;
		pid_t child = play(&rows[i].act, "zINSTREAM");
		scan_bytes(&scanner, slice_of(bytes, size), &answer);
		int status = played(child);
		bool whole = rows[i].act.read_most == SIZE_MAX;
		bool right = answer.verdict == rows[i].verdict && strcmp(answer.name, rows[i].name) == 0 &&
		             strstr(answer.reason, rows[i].reason) != NULL &&
		             (answer.reason[0] == '\0') == (answer.verdict != SCAN_NOT_SCANNED) &&
		             (!whole || answer.bytes == size) &&
		             (answer.verdict == SCAN_NOT_SCANNED || status == 0);
		if (!right)
			printf("  %s: %s \"%s\" \"%s\" after %llu, peer %d\n", rows[i].what,
			       scan_verdict_name(answer.verdict), answer.name, answer.reason,
			       (unsigned long long)answer.bytes, status);
		CHECK(right);
	}
	remove_folder();
	free(bytes);
}

TEST(nobody_there)
{
	struct scan_answer answer;
	struct why why = {0};
	char text[160], longer[200];
	struct scanner scanner = scanner_default("/nonexistent/clamd.sock");
	scan_bytes(&scanner, SLICE("x"), &answer);
	CHECK_INT(answer.verdict, SCAN_NOT_SCANNED);
	CHECK(strstr(answer.reason, "does not listen") != NULL);
	CHECK_FAILS(scan_ping(&scanner, &why), E_BUSY);
	CHECK_FAILS(scan_version(&scanner, text, sizeof text, NULL), E_BUSY);
	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	scanner.socket = longer;
	scan_bytes(&scanner, SLICE("x"), &answer);
	CHECK_INT(answer.verdict, SCAN_NOT_SCANNED);
	scanner.socket = NULL;
	CHECK_FAILS(scan_ping(&scanner, NULL), E_BUSY);
	scan_fd(&scanner, -1, &answer);
	CHECK_INT(answer.verdict, SCAN_NOT_SCANNED);
}

TEST(own_limit_and_unreadable_file)
{
	struct act act = {SIZE_MAX, SAYS("stream: OK")};
	struct scan_answer answer;
	make_folder();
	struct scanner scanner = hasty();
	scanner.stream_bytes = 250;
	uint8_t bytes[251] = {0};
	pid_t child = play(&act, "zINSTREAM");
	scan_bytes(&scanner, slice_of(bytes, 251), &answer);
	played(child);
	CHECK_INT(answer.verdict, SCAN_NOT_SCANNED);
	CHECK(strstr(answer.reason, "larger") != NULL);
	child = play(&act, "zINSTREAM");
	scan_bytes(&scanner, slice_of(bytes, 250), &answer);
	played(child);
	CHECK_INT(answer.verdict, SCAN_CLEAN);
	int write_end[2];
	CHECK(pipe(write_end) == 0);
	child = play(&act, "zINSTREAM");
	scan_fd(&scanner, write_end[1], &answer); /* not readable */
	played(child);
	CHECK_INT(answer.verdict, SCAN_NOT_SCANNED);
	CHECK(strstr(answer.reason, "could not be read") != NULL);
	close(write_end[0]);
	close(write_end[1]);
	remove_folder();
}

static const struct {
	const char *word;
	struct act act;
	enum error error;
} words[] = {
	{"zPING", {.read_most = 0, SAYS("PONG")}, OK},
	{"zPING", {.read_most = 0, SAYS("PONG!")}, E_BUSY},
	{"zPING", {.read_most = 0, .hang = true}, E_BUSY},
	{"zVERSION", {.read_most = 0, SAYS("ClamAV 1.4.6/27820/Thu Nov 13 09:32:11 2026")}, OK},
	{"zVERSION", {.read_most = 0, SAYS("UNKNOWN COMMAND")}, E_INPUT},
	{"zVERSION", {.read_most = 0, SAYS("ClamAV \033[31m")}, E_INPUT},
	{"zVERSION", {.read_most = 0, .answer_len = 0}, E_BUSY},
};

TEST(ping_and_version)
{
	make_folder();
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		struct scanner scanner = hasty();
		char text[160] = "";
		pid_t child = play(&words[i].act, words[i].word);
		struct result r = words[i].word[1] == 'P' ? scan_ping(&scanner, NULL)
		                                          : scan_version(&scanner, text, sizeof text, NULL);
		played(child);
		CHECK_INT(r.code, words[i].error);
		if (r.code == OK && words[i].word[1] == 'V')
			CHECK_STR(text, words[i].act.answer);
	}
	remove_folder();
}

static void scan_memfd(const struct scanner *scanner, const char *text, struct scan_answer *answer)
{
	int fd = memfd_create("document", MFD_CLOEXEC);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	lseek(fd, 0, SEEK_SET);
	scan_fd(scanner, fd, answer);
	close(fd);
}

TEST(real_clamd)
{
	const char *script = getenv("SEKISHO_START_CLAMD");
	char command[400], text[160];
	struct scan_answer answer;
	struct why why = {0};
	if (!script || access("/usr/sbin/clamd", X_OK) != 0)
		SKIP("no clamd here");
	make_folder();
	snprintf(command, sizeof command, "'%s' '%s/c' >/dev/null", script, folder);
	CHECK_INT(system(command), 0);
	snprintf(path, sizeof path, "%s/c/clamd.sock", folder);
	struct scanner scanner = scanner_default(path);
	CHECK_OK(scan_ping(&scanner, &why), &why);
	CHECK_OK(scan_version(&scanner, text, sizeof text, &why), &why);
	scan_memfd(&scanner, "an ordinary letter", &answer);
	CHECK_INT(answer.verdict, SCAN_CLEAN);
	CHECK_INT(answer.bytes, 18);
	scan_memfd(&scanner, "", &answer);
	CHECK_INT(answer.verdict, SCAN_CLEAN);
	scan_memfd(&scanner, "xx sekisho-test-signature-" "37a1 xx", &answer);
	CHECK_INT(answer.verdict, SCAN_FOUND);
	CHECK(strstr(answer.name, "Sekisho-Test-Signature") != NULL);
	scan_memfd(&scanner, "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
	           &answer);
	CHECK_INT(answer.verdict, SCAN_FOUND);
	snprintf(command, sizeof command, "'%s' --stop '%s/c'; rm -r '%s/c'", script, folder, folder);
	CHECK_INT(system(command), 0);
	CHECK_FAILS(scan_ping(&scanner, NULL), E_BUSY);
	rmdir(folder);
}

MAIN_TESTS()
