/* sekisho demo [DIR] [--once]: a sample city, real programs, real documents
 * sekisho code SECRET: what a person's device would show now                 */
#include "cli/demo.h"

#include "base/file.h"
#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <liboath/oath.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char marker[] = "demo.marker";

/* ---- the folder --------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

/* Only what an earlier demo made is taken away. */
static struct result fresh_folder(const char *dir, struct arena *arena, struct why *why)
{
	struct stat st;
	const char *sign = arena_printf(arena, "%s/%s", dir, marker);
	if (lstat(dir, &st) < 0)
		return ok();
	if (lstat(sign, &st) < 0)
		return fail(why, E_CONFLICT, dir, "デモのものではないフォルダです。別の場所を指定してください。");
	if (nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		return fail(why, E_SYSTEM, dir, "前のデモを片付けられません: %s", strerror(errno));
	return ok();
}

/* The demo's own clamd: official signatures come from the Internet, which many
 * offices do not have; this one knows the EICAR test file alone.            */
static struct result write_clamd(const char *dir, struct arena *arena, struct why *why)
{
	static const char signature[] =
		"Eicar-Test-Signature:0:*:58354f2150254041505b345c505a58353428505e2937434329377d2445494341"
		"522d5354414e444152442d414e544956495255532d544553542d46494c452124482b482a\n";
	const char *conf = arena_printf(
		arena,
		"DatabaseDirectory %s/clamd\nLocalSocket %s/run/clamd.sock\nLocalSocketMode 660\n"
		"FixStaleSocket yes\nLogFile %s/clamd/clamd.log\nTemporaryDirectory %s/clamd/tmp\nMaxThreads 2\n"
		"SelfCheck 0\nStreamMaxLength 512M\nMaxScanSize 1024M\nMaxFileSize 512M\nAlertExceedsMax yes\n",
		dir, dir, dir, dir);
	if (!conf || mkdir(arena_printf(arena, "%s/clamd", dir), 0700) < 0 ||
	    mkdir(arena_printf(arena, "%s/clamd/tmp", dir), 0700) < 0)
		return fail(why, E_SYSTEM, dir, "clamd のフォルダを作れません: %s", strerror(errno));
	TRY(file_write(arena_printf(arena, "%s/clamd/demo.ndb", dir), slice_str(signature), 0600, why));
	return file_write(arena_printf(arena, "%s/clamd.conf", dir), slice_str(conf), 0600, why);
}

struct result demo_create_on(const char *dir, const char *policy, struct arena *arena,
                             struct house_settings *made, struct why *why)
{
	const char *share = NULL;
	struct demo_body body;
	TRY(house_share(arena, &share, why));
	TRY(demo_body_of(policy, NULL, arena, &body, why));
	policy = *policy ? policy : body.policy;
	TRY(fresh_folder(dir, arena, why));
	struct house_settings s = {
		.body = body.body, .title = body.title, .origin = arena_printf(arena, "sekisho/%s", body.body),
		.outer = "127.0.0.1:8081", .inner = "127.0.0.1:8082", .clamd = "run/clamd.sock",
		.clamd_config = "clamd.conf", .clock = "clock.offset"};
	TRY(cli_policy_settings(share, policy, arena, &s, why));
	const char *outer = getenv("SEKISHO_OUTER"), *inner = getenv("SEKISHO_INNER");
	s.outer = outer ? outer : s.outer;
	s.inner = inner ? inner : s.inner;
	TRY(house_create(dir, &s, why));
	TRY(house_settings_read(dir, arena, made, why));
	TRY(file_write(arena_printf(arena, "%s/%s", made->dir, marker), SLICE("demo\n"), 0600, why));
	TRY(write_clamd(made->dir, arena, why));
	return cli_keygen(made, arena, why);
}

struct result demo_create(const char *dir, struct arena *arena, struct house_settings *made,
                          struct why *why)
{
	return demo_create_on(dir, "", arena, made, why);
}

/* ---- people ------------------------------------------------------------- */

static struct result code_now(const char *secret, int64_t now_ms, char out[8], struct why *why)
{
	char *key = NULL;
	size_t len = 0;
	if (oath_base32_decode(secret, strlen(secret), &key, &len) != OATH_OK)
		return fail(why, E_INPUT, "SECRET", "確認コードの鍵として読めません。");
	int done = oath_totp_generate(key, len, (time_t)(now_ms / 1000), OATH_TOTP_DEFAULT_TIME_STEP_SIZE,
	                              OATH_TOTP_DEFAULT_START_TIME, 6, out);
	free(key);
	return done == OATH_OK ? ok() : fail(why, E_SYSTEM, "SECRET", "確認コードを作れません。");
}

/* What each person would do on the first day: sign in with the provisional
 * password, choose an own one, enrol a device.                              */
static struct result first_signin(struct demo *demo, struct demo_person *person,
                                  const char *provisional, size_t number, struct why *why)
{
	struct office *office = demo->house.office;
	struct session session;
	const char *uri = NULL;
	char code[8] = "";
	struct slice desk = SLICE("127.0.0.1");
	TRY(signin_password(office, "lgwan", desk, slice_str(person->login), slice_str(provisional),
	                    &session, why));
	if (session.state != SIGNIN_NEEDS_PASSWORD_CHANGE)
		return fail(why, E_CONFLICT, person->login, "the first sign-in does not ask for a new password");
	/* the rules refuse one that holds the login */
	person->password = arena_printf(demo->arena, "Umikaze-%zu-Aonami", number);
	TRY(signin_change_password(office, &session, slice_str(person->password), why));
	TRY(signin_enrol(office, &session, demo->arena, &person->secret, &uri, why));
	TRY(code_now(person->secret, clock_now_ms(&demo->house.clock) - 30000, code, why));
	TRY(signin_code(office, &session, desk, slice_str(code), why));
	if (session.state != SIGNIN_DONE)
		return fail(why, E_CONFLICT, person->login, "the code of the new device is not taken");
	return session_end(office, &session, why);
}

struct result demo_chart(struct demo *demo, struct why *why)
{
	const char *share = NULL;
	struct slice tsv;
	struct demo_body body;
	struct chart_person *chart = NULL;
	size_t count = 0;
	TRY(house_share(demo->arena, &share, why));
	TRY(demo_body_of(NULL, demo->house.settings.body, demo->arena, &body, why));
	TRY(file_read(arena_printf(demo->arena, "%s/share/demo/%s", share, body.chart), 1 << 20, demo->arena,
	              &tsv, why));
	TRY(office_load_chart(demo->house.office, "", tsv, demo->arena, &chart, &count, why));
	for (size_t i = 0; i < count && i < DEMO_PEOPLE; i++) {
		struct demo_person *person = &demo->people[demo->people_count++];
		*person = (struct demo_person){.login = chart[i].login, .name = chart[i].name,
		                               .password = chart[i].password, .secret = ""};
		snprintf(person->id, sizeof person->id, "%s", chart[i].id);
	}
	return ok();
}

/* A provisional password is good for some days only: after a year there is a new one. */
static struct result renew_passwords(struct demo *demo, struct why *why)
{
	for (size_t i = 0; i < demo->people_count; i++) {
		struct demo_person *p = &demo->people[i];
		char password[24];
		TRY(office_random_password(demo->house.office, password, why));
		TRY(office_reset_password(demo->house.office, "", p->id, slice_str(password), why));
		p->password = arena_string(demo->arena, slice_str(password));
		if (!p->password)
			return fail(why, E_MEMORY, "", "no memory");
	}
	return ok();
}

struct result demo_sign_in(struct demo *demo, struct why *why)
{
	for (size_t i = 0; i < demo->people_count; i++)
		/* the auditor is left as on the first day, for who wants to see it */
		if (strcmp(demo->people[i].login, "fujii") != 0)
			TRY(first_signin(demo, &demo->people[i], demo->people[i].password, i + 1, why));
	return ok();
}

struct result demo_populate(struct demo *demo, struct why *why)
{
	TRY(demo_chart(demo, why));
	return demo_sign_in(demo, why);
}

static void print_people(const struct demo *demo)
{
	printf("\n%-10s %-18s %s\n", "名前", "サインイン名", "パスワード / 確認コードの鍵");
	for (size_t i = 0; i < demo->people_count; i++) {
		const struct demo_person *p = &demo->people[i];
		printf("%s  %s  %s  %s\n", p->name, p->login, p->password,
		       p->secret[0] ? p->secret : "（仮パスワード。初めてのサインインで変えて、端末を登録します）");
	}
	printf("\n確認コードは、認証アプリに鍵を入れるか、次の命令で見られます:\n  sekisho code 鍵\n");
}

/* ---- the programs ------------------------------------------------------- */

static bool answers(const char *socket_path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
	bool good = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

struct result demo_start(struct demo *demo, const struct house_settings *s, pid_t *pid,
                         struct why *why)
{
	const char *supervisor = NULL;
	const char *log = arena_printf(demo->arena, "%s/sekisho.log", s->dir);
	TRY(house_program("sekishod", demo->arena, &supervisor, why));
	*pid = fork();
	if (*pid == 0) {
		int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
		if (fd >= 0)
			dup2(fd, STDERR_FILENO);
		execl(supervisor, "sekishod", "-C", s->dir, (char *)0);
		_exit(3);
	}
	if (*pid < 0)
		return fail(why, E_SYSTEM, supervisor, "始められません: %s", strerror(errno));
	for (int waited = 0; waited < 30000; waited += 100) {
		if (answers(s->clamd) && answers(s->seal_socket))
			return ok();
		if (waitpid(*pid, NULL, WNOHANG) == *pid)
			return fail(why, E_SYSTEM, supervisor, "始まってすぐに終わりました。記録: %s", log);
		poll(NULL, 0, 100);
	}
	return fail(why, E_BUSY, s->clamd, "30秒待っても始まりません。clamav-daemon が入っているか確かめてください。記録: %s",
	            log);
}

void demo_stop(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static int verify(struct demo *demo, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct ledger_verdict verdict;
	if (!arena || ledger_verify(demo->house.ledger, demo->house.settings.seal_note, "", arena,
	                            &verdict, why).code != OK)
		return 1;
	for (const struct ledger_fault *f = verdict.faults; f; f = f->next)
		printf("  不一致 [%s] %s: %s\n", f->what, f->place, f->text);
	printf("\n台帳: 記録 %lld件、表の行 %lld件。%s\n", (long long)verdict.entries,
	       (long long)verdict.rows, verdict.sound ? "すべて合っています。" : "合っていません。");
	return !verdict.sound;
}

static void serve(const struct house_settings *s, pid_t supervisor)
{
	struct sigaction action = {.sa_handler = interrupt};
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	printf("\nインターネット側  http://%s/\nLGWAN側           http://%s/\n止めるときは Ctrl+C を押してください。\n",
	       s->outer, s->inner);
	fflush(stdout);
	while (!interrupted && waitpid(supervisor, NULL, WNOHANG) == 0)
		poll(NULL, 0, 500);
}

/* What is made, and of what size. */
struct wish_for {
	const char *dir, *policy, *city, *seed;
	bool once, year;
};

static struct result settle(struct demo *demo, const struct house_settings *s, const struct wish_for *w,
                            struct why *why)
{
	if (w->city)
		TRY(demo_grow(demo, s, w->city, w->seed, w->year, why));
	TRY(house_open(w->dir, &demo->house, why));
	if (!w->city)
		return demo_populate(demo, why);
	TRY(renew_passwords(demo, why));
	return demo_sign_in(demo, why);
}

static int run(struct demo *demo, const struct wish_for *w, struct why *why)
{
	struct house_settings settings;
	pid_t supervisor = 0;
	int wrong = 1;
	struct result done = demo_create_on(w->dir, w->policy, demo->arena, &settings, why);
	if (done.code == OK)
		printf("%s（架空の団体）を作っています。\n", settings.title);
	if (done.code == OK)
		done = settle(demo, &settings, w, why);
	if (done.code == OK)
		done = demo_start(demo, &settings, &supervisor, why);
	if (done.code == OK)
		done = demo_carry(demo, &wrong, why);
	if (done.code == OK) {
		wrong += verify(demo, why);
		print_people(demo);
		printf(wrong ? "\n★ ポリシーの求めるとおりにならなかったものが %d件あります。\n"
		             : "\nすべてポリシーの求めるとおりに運ばれました。\n", wrong);
		fflush(stdout);
		if (!w->once)
			serve(&settings, supervisor);
	}
	demo_stop(supervisor);
	if (done.code != OK)
		return cli_why("demo", why);
	return wrong ? CLI_REFUSED : CLI_DONE;
}

static int demo(int argc, char **argv)
{
	static struct demo state;
	struct wish_for w = {.dir = "demo", .policy = "", .seed = "1"};
	struct why why = {0};
	const struct option_row rows[] = {{"--once", NULL, &w.once}, {"--policy", &w.policy, NULL},
	                                  {"--city", &w.city, NULL}, {"--seed", &w.seed, NULL}, {"--year", NULL, &w.year}};
	argc = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	if (argc < 0 || argc > 1)
		return cli_usage(&cli_demo_verbs[0]);
	w.dir = argc ? argv[0] : w.dir;
	state.arena = arena_new(16 << 20);
	if (!state.arena)
		return CLI_FAILED;
	setvbuf(stdout, NULL, _IOLBF, 0);
	int status = run(&state, &w, &why);
	house_close(&state.house);
	arena_free(state.arena);
	return status;
}

static int code(int argc, char **argv)
{
	struct clock clock = clock_system();
	struct why why = {0};
	char out[8];
	if (argc != 1)
		return cli_usage(&cli_demo_verbs[1]);
	if (code_now(argv[0], clock_now_ms(&clock), out, &why).code != OK)
		return cli_why("code", &why);
	puts(out);
	return CLI_DONE;
}

const struct verb cli_demo_verbs[] = {
	{"demo", "[DIR] [--policy 規程] [--city small|aonami|load [--year] [--seed 数]] [--once]", "架空の市を作り、見本の書類を運んで見せます（--once は見せて終わります）", demo},
	{"code", "鍵", "デモの人の確認コード（6桁）を表示します", code},
	{0},
};
