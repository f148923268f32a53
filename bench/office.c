/* bench/office - sekisho-web as it runs: memory, pages of a large register; a sheet taken in
 *
 *   bench/office [ASSETS]     100,000; in a new folder below $TMPDIR or /tmp
 *   bench/office DIR          pages and memory of an office that is there already (body "bench")
 * Pages are timed by the server's processor time, and from the request to the last byte over
 * the socket, with what else the machine does; a sheet by this process's time and its
 * worker's.                                                                  */
#include "base/file.h"
#include "base/number.h"
#include "city/city.h"
#include "desk/carry.h"
#include "gate/pool/pool.h"
#include "house/house.h"
#include "ledger/record.h"
#include "sheet/sheet.h"
#include "store/ask.h"
#include "store/digest.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 100, ROWS = 10000, PORT = 18431, ANSWER = 4 << 20, WAIT_MS = 20000 };

static const char token[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

static double wall_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* of this process and of the workers that ended */
static double spent_s(void)
{
	double sum = 0;
	const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
	for (size_t i = 0; i < 2; i++) {
		struct rusage r;
		getrusage(whose[i], &r);
		sum += (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
	}
	return sum;
}

/* ---- an office --------------------------------------------------------------- */

static struct result create(struct arena *arena, const char *folder, const char *name, const char **dir, struct why *why)
{
	struct house_settings s = {
		.body = "bench", .title = "青波市", .policy = "hannan", .origin = "bench/office", .outer = "127.0.0.1:0",
		.inner = "127.0.0.1:0", .clamd = "none",
		.folders = {SEKISHO_SOURCE "/vocabulary", SEKISHO_SOURCE "/policies/hannan-2022-07"}, .folder_count = 2};
	*dir = arena_printf(arena, "%s/%s", folder, name);
	return *dir ? house_create(*dir, &s, why) : fail(why, E_MEMORY, "", "no memory");
}

/* a browser of this person is signed in, inside */
static struct result sign_in(struct house *h, const char *person, struct why *why)
{
	uint8_t raw[32], digest[SHA256_BYTES];
	char hash[65];
	int64_t now = clock_now_ms(&h->clock);
	if (!hex_decode(slice_of(token, 64), raw, sizeof raw))
		return fail(why, E_INPUT, "", "not a token");
	sha256(slice_of(raw, sizeof raw), digest);
	hex_encode(digest, sizeof digest, hash);
	return store_run(h->store,
	                 "INSERT INTO office_session(body,hash,person,zone,state,created_ms,done_ms,expires_ms,code_ok,"
	                 "stray,pending) VALUES('bench',?1,?2,'lgwan',?3,?4,?4,?5,1,0,'')"
	                 " ON CONFLICT (body, hash) DO UPDATE SET expires_ms = ?5",
	                 ARGS(arg_str(hash), arg_str(person), arg_i64(SIGNIN_DONE), arg_i64(now), arg_i64(now + 36000000)),
	                 NULL, why);
}

static struct result chart(struct house *h, struct arena *arena, struct chart_person **people, size_t *count, struct why *why)
{
	struct slice text;
	TRY(file_read(SEKISHO_SOURCE "/share/demo/office.tsv", 1 << 20, arena, &text, why));
	return office_load_chart(h->office, "", text, arena, people, count, why);
}

static struct result grow(struct house *h, int64_t assets, struct arena *arena, struct why *why)
{
	int64_t now_ms = clock_now_ms(&h->clock);
	struct city_size size = *city_size_named("load");
	struct city_plan *plan = NULL;
	struct city_tally tally;
	struct desk desk;
	size.assets = (unsigned)assets;
	size.applications = size.changes = size.absences = size.deeds = size.signins = 0;
	size.duties = false;
	TRY(city_plan(1, &size, fiscal_year_begin(fiscal_year(day_of_ms(now_ms))), arena, &plan, why));
	struct city_rooms rooms = {
		.desk = &desk, .store = h->store, .ledger = h->ledger, .office = h->office, .registers = h->registers,
		.duties = h->duties, .proceedings = h->proceedings, .policy = h->policy,
		.policy_name = h->settings.policy, .unit = "mayor", .now_ms = &now_ms, .random = &h->random};
	house_desk(h, &desk);
	return city_play(plan, &rooms, &tally, why);
}

/* ---- the server and what it says ------------------------------------------------ */

static long memory_kb(pid_t pid, const char *what)
{
	char path[64], line[256];
	long kb = -1;
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "re");
	while (f && fgets(line, sizeof line, f))
		if (strncmp(line, what, strlen(what)) == 0)
			kb = strtol(line + strlen(what) + 1, NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

/* seconds of the processor that a process has spent so far */
static double process_s(pid_t pid)
{
	clockid_t clock;
	struct timespec spent = {0};
	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &spent) != 0)
		return 0;
	return (double)spent.tv_sec + (double)spent.tv_nsec / 1e9;
}

static bool send_all(int fd, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t n = write(fd, text + at, len - at);
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

/* get - the bytes of the answer's body; 0: it was not 200 */
static size_t get(const char *path, char *answer)
{
	char ask[1024];
	size_t have = 0;
	*answer = 0;
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int len = snprintf(ask, sizeof ask, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: sekisho-inner=%s\r\n"
	                   "Connection: close\r\n\r\n", path, PORT, token);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0 || !send_all(fd, ask, (size_t)len)) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	for (ssize_t n = 1; n > 0 && have < ANSWER - 1; have += n > 0 ? (size_t)n : 0)
		n = read(fd, answer + have, ANSWER - 1 - have);
	close(fd);
	answer[have] = 0;
	const char *body = strstr(answer, "\r\n\r\n");
	return body && strncmp(answer, "HTTP/1.1 200", 12) == 0 ? have - (size_t)(body + 4 - answer) : 0;
}

static void stop(pid_t pid)
{
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}

static struct result start(struct arena *arena, const char *dir, char *answer, pid_t *pid, struct why *why)
{
	const char *program = NULL, *inner = arena_printf(arena, "127.0.0.1:%d", PORT);
	TRY(house_program("sekisho-web", arena, &program, why));
	*pid = fork();
	if (*pid == 0) {
		int none = open("/dev/null", O_WRONLY);
		dup2(none, 2);
		execl(program, "sekisho-web", "-C", dir, "--inner", inner, "--outer", "127.0.0.1:0", (char *)0);
		_exit(127);
	}
	double began = wall_s();
	bool late = *pid < 0, there = false;
	for (; !there && !late; usleep(50000)) {
		(void)get("/signin", answer); /* who is signed in is sent on from there: any answer is one */
		there = strncmp(answer, "HTTP/1.1 ", 9) == 0;
		late = waitpid(*pid, NULL, WNOHANG) != 0 || wall_s() - began > WAIT_MS / 1e3;
	}
	if (!there && *pid > 0)
		stop(*pid);
	return there ? ok() : fail(why, E_SYSTEM, program, "it does not answer");
}

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* an entry that no decision about an application reads */
static struct result one_entry(struct house *h, struct why *why)
{
	struct ledger_entry entry = {.body = SLICE("bench"), .kind = SLICE("bench.seen"), .actor = SLICE("bench"),
	                             .subject = SLICE("bench")};
	TRY(store_begin(h->store, why));
	TRY(ledger_record(h->ledger, &entry, json_object(), why));
	return store_commit(h->store, why);
}

/* one that any of them might: who holds which post is not told apart from what else the office says */
static struct result one_fact(struct house *h, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	char section[100];
	bool row;
	TRY(store_ask(h->store, "SELECT id FROM office_section ORDER BY id LIMIT 1", NULL, 0, &s, why));
	TRY(statement_step(s, &row, why));
	snprintf(section, sizeof section, "%.*s", row ? (int)column_text(s, 0).len : 0, row ? (const char *)column_text(s, 0).at : "");
	statement_drop(&s);
	const struct office_fact fact = {.kind = "section", .id = section, .path = "runs_it", .value = "no",
	                                 .from = day_of_ms(clock_now_ms(&h->clock)) + 400};
	return office_set_fact(h->office, "", &fact, why);
}

/* before  nullable: done before each request, not timed */
static struct result page(pid_t pid, const char *path, const char *label,
                          struct result (*before)(struct house *, struct why *), struct house *h, char *answer, struct why *why)
{
	double spent[ROUNDS], server[ROUNDS];
	size_t bytes = 0;
	for (size_t k = 0; k < ROUNDS; k++) {
		if (before)
			TRY(before(h, why));
		double began = wall_s(), used = process_s(pid);
		bytes = get(path, answer);
		spent[k] = wall_s() - began;
		server[k] = process_s(pid) - used;
		if (!bytes)
			return fail(why, E_SYSTEM, path, "%.60s", answer);
	}
	qsort(spent, ROUNDS, sizeof *spent, by_number);
	qsort(server, ROUNDS, sizeof *server, by_number);
	printf("page  of the server's processor %6.2f ms median %6.2f ms p99 (20 or less), by the clock %6.2f ms median"
	       " %6.2f ms p99, %6.1f kB (less than 100)  %s\n", server[ROUNDS / 2] * 1e3, server[ROUNDS * 99 / 100] * 1e3,
	       spent[ROUNDS / 2] * 1e3, spent[ROUNDS * 99 / 100] * 1e3, (double)bytes / 1e3, label);
	return ok();
}

static struct result pages(struct house *h, pid_t pid, char *answer, struct why *why)
{
	static const struct {
		const char *path, *label;
	} all[] = {{"/registers/asset", "first page"},
	           {"/registers/asset?q=%E5%8F%B0%E5%B8%B3", "台帳"},
	           {"/registers/asset?q=%E4%BD%8F%E6%B0%91+%E4%BB%A4%E5%92%8C", "住民 令和"},
	           {"/registers/asset?q=99999", "99999"},
	           {"/registers/asset?q=%E5%AD%98%E5%9C%A8%E3%81%9B%E3%81%9A", "no such"},
	           {"/registers/asset?q=%E5%B9%B4", "年, every one"},
	           {"/registers/asset?q=%E5%8F%B0%E5%B8%B3&order=changed&level=A", "台帳, class A, last changed first"},
	           {"/registers/asset?q=%E5%8F%B0%E5%B8%B3&order=serial&name=x&id=x&at=90000", "台帳, behind the 90,000th"},
	           {"/registers/asset?order=serial&name=x&id=x&at=50000", "the list, behind the 50,000th"},
	           {"/registers", "all registers"},
	           {"/proof", "the proof page"}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		TRY(page(pid, all[i].path, all[i].label, NULL, NULL, answer, why));
	TRY(page(pid, all[0].path, "first page, behind a new entry", one_entry, h, answer, why));
	TRY(page(pid, all[0].path, "first page, behind an entry of the office", one_fact, h, answer, why));
	printf("sekisho-web serving  %5.1f MB, at most %5.1f MB (less than 128)\n",
	       (double)memory_kb(pid, "VmRSS:") / 1024, (double)memory_kb(pid, "VmHWM:") / 1024);
	return ok();
}

static struct result idle(struct arena *arena, const char *dir, char *answer, struct why *why)
{
	pid_t pid = 0;
	TRY(start(arena, dir, answer, &pid, why));
	printf("sekisho-web idle     %5.1f MB, at most %5.1f MB (less than 32)\n", (double)memory_kb(pid, "VmRSS:") / 1024,
	       (double)memory_kb(pid, "VmHWM:") / 1024);
	stop(pid);
	return ok();
}

static struct result large(struct arena *arena, const char *dir, int64_t assets, char *answer, struct why *why)
{
	AUTO(house_close) struct house h = {0};
	struct chart_person *people;
	size_t count;
	pid_t pid = 0;
	TRY(house_open(dir, &h, why));
	TRY(chart(&h, arena, &people, &count, why));
	TRY(grow(&h, assets, arena, why));
	TRY(sign_in(&h, people[0].id, why));
	TRY(start(arena, dir, answer, &pid, why));
	struct result done = pages(&h, pid, answer, why);
	stop(pid);
	return done;
}

/* an office of bench/city: somebody who is in it looks at its pages */
static struct result there(struct arena *arena, const char *dir, char *answer, struct why *why)
{
	AUTO(house_close) struct house h = {0};
	AUTO(statement_drop) struct statement *s = NULL;
	bool row;
	pid_t pid = 0;
	TRY(house_open(dir, &h, why));
	TRY(store_ask(h.store, "SELECT id FROM office_person ORDER BY id LIMIT 1", NULL, 0, &s, why));
	TRY(statement_step(s, &row, why));
	const char *person = row ? arena_string(arena, column_text(s, 0)) : NULL;
	statement_drop(&s);
	if (!person)
		return fail(why, E_ABSENT, dir, "nobody is there");
	TRY(sign_in(&h, person, why));
	TRY(start(arena, dir, answer, &pid, why));
	struct result done = pages(&h, pid, answer, why);
	stop(pid);
	return done;
}

/* ---- a sheet of ROWS rows -------------------------------------------------------- */

static struct result put_fd(void *context, struct slice bytes, struct why *why)
{
	return send_all(*(int *)context, (const char *)bytes.at, bytes.len) ? ok() : fail(why, E_SYSTEM, "", "memfd");
}

static struct result write_sheet(int fd, struct why *why)
{
	static const struct sheet_column columns[] = {
		{"row.name", "名称", 0}, {"row.section", "台帳の所管課", 0}, {"owner", "所管課", 0}, {"personal", "個人情報を含むか", 0},
		{"importance", "重要度", 0}, {"limits", "取扱制限", 0}, {"for_business", "業務に要るか", 0}};
	static const char *const sections[] = {"tax", "care", "digital", "personnel", "audit"};
	static const char *const levels[] = {"A", "B", "C"};
	const struct sheet_sink sink = {put_fd, &fd};
	AUTO(sheet_drop) struct sheet_writer *w = NULL;
	TRY(sheet_begin(SHEET_XLSX, "情報資産", columns, sizeof columns / sizeof *columns, &sink, &w, why));
	for (size_t i = 0; i < ROWS; i++) {
		char name[100];
		snprintf(name, sizeof name, "令和%zu年度 課税の綴り 第%zu号", i % 30 + 1, i);
		const char *texts[] = {name, sections[i % 5], sections[i % 5], i % 3 ? "いいえ" : "はい", levels[i % 3],
		                       "支給した端末に限る、バックアップを取る", "はい"};
		struct sheet_cell cells[sizeof texts / sizeof *texts];
		for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
			cells[k] = (struct sheet_cell){.text = slice_str(texts[k])};
		TRY(sheet_row(w, cells, why));
	}
	return sheet_end(w, why);
}

static struct result take_in(struct house *h, int fd, const char *by, struct arena *arena, struct why *why)
{
	struct pool_options options = {.parallel = 1};
	struct desk desk;
	struct desk_plan plan = {.rows = 0};
	AUTO(desk_grid_done) struct desk_grid grid = {.mapped = NULL};
	AUTO(pool_drop) struct pool *pool = NULL;
	house_desk(h, &desk);
	TRY(house_program("sekisho-sheet", arena, &options.path[POOL_SHEET], why));
	double began = wall_s(), spent = spent_s();
	TRY(pool_open(&options, &pool, why));
	TRY(desk_grid_read(pool, fd, "bench.xlsx", &grid, why));
	double read = wall_s();
	TRY(desk_import(&desk, "asset", grid.rows, by, true, arena, &plan, why));
	double written = wall_s();
	pool_drop(&pool);
	printf("xlsx taken in      %zu rows, %zu made, %zu faults: read %.2f s, judged and written %.2f s, of the processor"
	       " %.2f s (less than 5)\n", plan.rows, plan.made, plan.fault_total, read - began, written - read, spent_s() - spent);
	if (plan.made != ROWS)
		return fail(why, E_INPUT, plan.fault_count ? plan.faults[0].cell : "", "%s",
		            plan.fault_count ? plan.faults[0].text : "not every row was taken");
	return ok();
}

static struct result sheet(struct arena *arena, const char *dir, struct why *why)
{
	AUTO(house_close) struct house h = {0};
	AUTO(fd_close_drop) int fd = memfd_create("sheet", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct chart_person *people;
	size_t count;
	if (fd < 0)
		return fail(why, E_SYSTEM, "", "memfd");
	TRY(house_open(dir, &h, why));
	TRY(chart(&h, arena, &people, &count, why));
	TRY(write_sheet(fd, why));
	return take_in(&h, fd, people[0].id, arena, why);
}

/* ---- all --------------------------------------------------------------------------- */

static struct result run(struct arena *arena, const char *folder, int64_t assets, char *answer, struct why *why)
{
	const char *dir = NULL;
	TRY(create(arena, folder, "empty", &dir, why));
	TRY(idle(arena, dir, answer, why));
	TRY(create(arena, folder, "sheet", &dir, why));
	TRY(sheet(arena, dir, why));
	TRY(create(arena, folder, "large", &dir, why));
	return large(arena, dir, assets, answer, why);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

int main(int argc, char **argv)
{
	struct why why = {0};
	int64_t assets = 100000;
	char folder[512];
	const char *base = getenv("TMPDIR");
	AUTO(arena_drop) struct arena *arena = arena_new((size_t)1 << 30);
	setvbuf(stdout, NULL, _IOLBF, 0);
	const char *dir = argc > 1 && argv[1][0] == '/' ? argv[1] : NULL;
	if (argc > 1 && !dir && (!number_parse_i64(slice_str(argv[1]), &assets) || assets < 100)) {
		fprintf(stderr, "usage: office [ASSETS | /DIR]\n");
		return 2;
	}
	snprintf(folder, sizeof folder, "%.400s/sekisho-bench-XXXXXX", base ? base : "/tmp");
	if (!arena || !mkdtemp(folder))
		return 3;
	char *answer = arena_array(arena, ANSWER, 1);
	struct result done = !answer ? fail(&why, E_MEMORY, "", "no memory")
	                     : dir   ? there(arena, dir, answer, &why)
	                             : run(arena, folder, assets, answer, &why);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	if (done.code != OK)
		fprintf(stderr, "bench/office: %s: %s\n", why.place, why.text);
	return done.code == OK ? 0 : 3;
}
