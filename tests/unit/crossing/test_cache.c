/* What was judged before is not rebuilt, and nothing else is taken for it; an auditor
 * has a judgement made once more.  With the real workers and a clamd that we play. */
#include "crossing/cache.h"
#include "crossing/rejudge.h"
#include "gate/scan/scan.h"
#include "ledger/record.h"
#include "store/ask.h"
#include "town.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <zip.h>

/* ---- clamd ------------------------------------------------------------------------ */

struct mood {
	volatile int signatures; /* the number in its version */
	volatile int finds;      /* everything is a virus */
	volatile int asked;      /* streams it has scanned */
};

static size_t read_word(int fd, char *out, size_t room)
{
	size_t len = 0;
	while (len + 1 < room && read(fd, out + len, 1) == 1 && out[len])
		len++;
	out[len] = 0;
	return len;
}

static bool read_exact(int fd, uint8_t *at, size_t len)
{
	for (ssize_t n = 0; len > 0; at += n, len -= (size_t)n)
		if ((n = read(fd, at, len)) <= 0)
			return false;
	return true;
}

static void drain(int fd)
{
	uint8_t head[4], byte[65536];
	while (read_exact(fd, head, 4)) {
		size_t len = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
		if (len == 0 || len > sizeof byte || !read_exact(fd, byte, len))
			return;
	}
}

static void answer(int fd, struct mood *mood)
{
	char word[32], text[96] = "";
	read_word(fd, word, sizeof word);
	if (strcmp(word, "zVERSION") == 0)
		snprintf(text, sizeof text, "ClamAV 1.4.3/%d/Thu Nov 20 09:00:00 2026", mood->signatures);
	if (strcmp(word, "zINSTREAM") == 0) {
		drain(fd);
		mood->asked++;
		snprintf(text, sizeof text, mood->finds ? "stream: Test.Virus FOUND" : "stream: OK");
	}
	if (send(fd, text, strlen(text) + 1, MSG_NOSIGNAL) < 0)
		_exit(1);
}

struct gate {
	struct town t;
	struct mood *mood;
	pid_t clamd;
	struct scanner scanner;
	struct pool *pool;
};

static void play_clamd(struct gate *g, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	CHECK(strlen(path) < sizeof address.sun_path);
	memcpy(address.sun_path, path, strlen(path) < sizeof address.sun_path ? strlen(path) : 0);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(bind(listener, (const void *)&address, sizeof address) == 0 && listen(listener, 8) == 0);
	g->mood = mmap(NULL, sizeof *g->mood, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*g->mood = (struct mood){.signatures = 27800};
	fflush(stdout);
	g->clamd = fork();
	if (g->clamd == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* it ends with the test, however that ends */
	for (; g->clamd == 0;) {
		int fd = accept(listener, NULL, NULL);
		if (fd < 0)
			_exit(1);
		answer(fd, g->mood);
		close(fd);
	}
	close(listener);
}

/* ---- the gate --------------------------------------------------------------------- */

static void gate_new(struct gate *g)
{
	struct pool_options options = {.path = {CLEANSE, INSPECT}, .parallel = 1};
	static char socket[256];
	*g = (struct gate){.clamd = -1};
	CHECK_OK(pool_open(&options, &g->pool, &g->t.why), &g->t.why);
	CHECK(pool_identity(g->pool, POOL_CLEANSE).len && pool_identity(g->pool, POOL_INSPECT).len); /* else nothing is kept */
	town_new(&g->t);
	snprintf(socket, sizeof socket, "%s", scratch_path(&g->t.scratch, "", "clamd"));
	play_clamd(g, socket);
	g->scanner = scanner_default(socket);
}

static void gate_done(struct gate *g)
{
	kill(g->clamd, SIGKILL);
	waitpid(g->clamd, NULL, 0);
	munmap(g->mood, sizeof *g->mood);
	pool_close(g->pool);
	town_done(&g->t);
}

static const char csv[] = "名前,額\r\n\"=cmd|'/C calc'!A0\",1\r\n";

/* Sent and carried to its end; the entry of the gate's judgement. */
struct judged {
	char crossing[27];
	struct crossing_file file;
	int64_t seq;
	const json_t *data;
};

static void send_file(struct gate *g, const char *name, struct slice bytes, char id[27])
{
	struct town *t = &g->t;
	struct vault_writer *writer = NULL;
	struct crossing_request request = {
		.direction = CROSSING_INWARD, .sender = town_id(t, "aoki"), .receiver = town_id(t, "ueda"),
		.answers = "importance=B", .purpose = "回答のため", .partner = "県", .protection = "", .not_needed = ""};
	CHECK_OK(vault_begin(t->vault, &writer, &t->why), &t->why);
	CHECK_OK(vault_write(writer, bytes, &t->why), &t->why);
	CHECK_OK(crossing_draft_add(t->crossings, request.sender, CROSSING_INWARD, slice_str(name), &writer, &t->why), &t->why);
	CHECK_OK(crossing_submit(t->crossings, &request, id, &t->why), &t->why);
}

static struct judged look(struct gate *g, const char *id)
{
	struct town *t = &g->t;
	struct judged j = {.seq = -1};
	struct crossing crossing = {0};
	struct ledger_entry *entries = NULL;
	size_t count = 0;
	json_t *data = NULL;
	CHECK_OK(crossing_get(t->crossings, id, t->arena, &crossing, &t->why), &t->why);
	j.file = crossing.files[0];
	snprintf(j.crossing, sizeof j.crossing, "%s", id);
	struct ledger_query query = {.subject = j.file.id, .kind_prefix = "crossing.file.", .limit = 8};
	CHECK_OK(ledger_find(t->ledger, &query, t->arena, &entries, &count, &t->why), &t->why);
	for (size_t i = 0; i < count; i++)
		if (slice_is(entries[i].kind, "crossing.file.checked") || slice_is(entries[i].kind, "crossing.file.refused")) {
			CHECK_OK(record_data(&entries[i], &data, &t->why), &t->why);
			j.seq = entries[i].seq;
			j.data = data;
		}
	return j;
}

static void step(struct gate *g)
{
	bool worked = true;
	for (int i = 0; i < 4 && worked; i++)
		CHECK_OK(crossing_step(g->t.crossings, g->pool, &g->scanner, &worked, &g->t.why), &g->t.why);
}

static struct judged carry(struct gate *g, const char *name, const char *text)
{
	char id[27];
	send_file(g, name, slice_str(text), id);
	step(g);
	struct judged j = look(g, id);
	CHECK(j.seq >= 0);
	return j;
}

static void drop(struct judged *j)
{
	json_decref((json_t *)(uintptr_t)j->data);
}

static int64_t by(const struct judged *j)
{
	const json_t *entry = json_object_get(j->data, "judged_by");
	return entry ? json_integer_value(entry) : -1;
}

static int64_t rows(struct gate *g)
{
	int64_t count = -1;
	bool found = false;
	CHECK_OK(store_ask_one(g->t.store, "SELECT COUNT(*) FROM crossing_cache", NULL, 0, &found, &count, &g->t.why), &g->t.why);
	return count;
}

static struct slice collected(struct gate *g, const struct judged *j)
{
	struct vault_reader *reader = NULL;
	struct vault_info info;
	const char *name = NULL;
	struct slice bytes = SLICE("");
	CHECK_OK(crossing_collect(g->t.crossings, j->file.id, town_id(&g->t, "ueda"), "lgwan", false, &reader, &info,
	                          g->t.arena, &name, &g->t.why), &g->t.why);
	CHECK_OK(vault_read(reader, &bytes, &g->t.why), &g->t.why);
	bytes = arena_copy(g->t.arena, bytes);
	vault_read_end(&reader);
	return bytes;
}

/* ---- hits ------------------------------------------------------------------------- */

TEST(the_same_file_is_judged_once_and_scanned_each_time)
{
	struct gate g;
	gate_new(&g);
	struct judged first = carry(&g, "一覧.csv", csv);
	CHECK_INT(first.file.state, CROSSING_RELEASED);
	CHECK_INT(first.file.removal_count, 1);
	CHECK_INT(by(&first), -1);
	CHECK_INT(g.mood->asked, 2);
	CHECK_INT(rows(&g), 1);
	/* the one place of the pool is taken: whatever needed a worker would wait */
	int fd = -1;
	uint64_t job;
	CHECK_OK(pool_seal_bytes(SLICE("x"), &fd, &g.t.why), &g.t.why);
	struct pool_job busy = {.program = POOL_CLEANSE, .name = SLICE("x.txt"), .input_fd = fd, .original_fd = -1};
	CHECK_OK(pool_start(g.pool, &busy, &job, &g.t.why), &g.t.why);
	close(fd);
	struct judged again = carry(&g, "別の名前.CSV", csv);
	CHECK_INT(again.file.state, CROSSING_RELEASED);
	CHECK_INT(by(&again), first.seq);
	CHECK_INT(g.mood->asked, 4); /* original and result, as ever */
	CHECK_INT(again.file.removal_count, 1);
	for (size_t i = 0; i < again.file.removal_count && i < first.file.removal_count; i++) {
		CHECK_STR(again.file.removals[i].what, first.file.removals[i].what);
		CHECK_STR(again.file.removals[i].where, first.file.removals[i].where);
	}
	CHECK_STR(again.file.type, "csv");
	CHECK_STR(json_text(again.data, "clean_digest"), json_text(first.data, "clean_digest"));
	CHECK(strcmp(json_text(again.data, "clean"), json_text(first.data, "clean")) != 0); /* an item of its own */
	CHECK_SLICE(collected(&g, &again), collected(&g, &first));
	CHECK_INT(rows(&g), 1);
	drop(&first);
	drop(&again);
	gate_done(&g);
}

TEST(a_refusal_is_used_again_and_a_virus_never_becomes_one)
{
	struct gate g;
	gate_new(&g);
	struct judged first = carry(&g, "setup.exe", "MZ\x90 not much of a program");
	CHECK_INT(first.file.state, CROSSING_REFUSED);
	struct judged again = carry(&g, "tool.exe", "MZ\x90 not much of a program");
	CHECK_INT(again.file.state, CROSSING_REFUSED);
	CHECK_INT(by(&again), first.seq);
	CHECK_STR(again.file.refusal, first.file.refusal);
	CHECK_STR(again.file.sentence, first.file.sentence);
	CHECK_STR(again.file.reason, first.file.reason);
	CHECK(again.file.sentence[0] != 0);
	drop(&first);
	drop(&again);
	int64_t known = rows(&g);
	g.mood->finds = 1;
	struct judged virus = carry(&g, "a.csv", csv);
	CHECK_STR(virus.file.refusal, "malware");
	CHECK_INT(rows(&g), known);
	drop(&virus);
	g.mood->finds = 0;
	struct judged fine = carry(&g, "a.csv", csv);
	CHECK_INT(fine.file.state, CROSSING_RELEASED);
	CHECK_INT(by(&fine), -1);
	drop(&fine);
	g.mood->finds = 1; /* a signature that came since: the judgement is known, the scan decides */
	struct judged late = carry(&g, "a.csv", csv);
	CHECK_STR(late.file.refusal, "malware");
	drop(&late);
	gate_done(&g);
}

/* An AES zip of one text. */
static struct slice locked_zip(struct gate *g, const char *password)
{
	const char *path = scratch_path(&g->t.scratch, "", "locked.zip");
	struct slice bytes = SLICE("");
	int error = 0;
	zip_t *zip = zip_open(path, ZIP_CREATE, &error);
	zip_source_t *text = zip_source_buffer(zip, "hello\r\n", 7, 0);
	zip_int64_t at = zip_file_add(zip, "a.txt", text, ZIP_FL_ENC_UTF_8);
	CHECK(at == 0 && zip_file_set_encryption(zip, 0, ZIP_EM_AES_256, password) == 0 && zip_close(zip) == 0);
	CHECK_OK(file_read(path, 1 << 16, g->t.arena, &bytes, &g->t.why), &g->t.why);
	return bytes;
}

TEST(a_locked_file_is_asked_about_each_time_and_never_kept)
{
	struct gate g;
	char id[27];
	gate_new(&g);
	struct slice zip = locked_zip(&g, "himitsu-1");
	for (int round = 0; round < 2; round++) {
		send_file(&g, "a.zip", zip, id);
		step(&g);
		struct judged asked = look(&g, id);
		CHECK_INT(asked.file.state, CROSSING_LOCKED); /* the second time too: no password is remembered */
		CHECK_OK(crossing_give_password(g.t.crossings, asked.file.id, town_id(&g.t, "aoki"), SLICE("himitsu-1"), &g.t.why),
		         &g.t.why);
		step(&g);
		struct judged opened = look(&g, id);
		CHECK_INT(opened.file.state, CROSSING_RELEASED);
		CHECK_INT(by(&opened), -1);
		CHECK_STR(json_text(opened.data, "judgement"), "");
		drop(&opened);
	}
	CHECK_INT(rows(&g), 0);
	gate_done(&g);
}

TEST(without_a_scanner_s_version_or_known_programs_there_is_no_key)
{
	struct gate g;
	struct switch_state set;
	char key[CACHE_KEY] = "x";
	uint8_t digest[32] = {1};
	gate_new(&g);
	CHECK_OK(switch_resolve(g.t.crossings, CROSSING_INWARD, "", "", g.t.arena, &set, &g.t.why), &g.t.why);
	struct cache_question silent = {digest, "a.zip", &set, "", g.pool};
	CHECK_OK(cache_key(g.t.crossings, &silent, key, &g.t.why), &g.t.why);
	CHECK_STR(key, "");
	struct cache_question blind = {digest, "a.zip", &set, "ClamAV", NULL};
	CHECK_OK(cache_key(g.t.crossings, &blind, key, &g.t.why), &g.t.why);
	CHECK_STR(key, "");
	gate_done(&g);
}

/* ---- misses ----------------------------------------------------------------------- */

static void key_of(struct gate *g, const uint8_t digest[32], const char *name, const struct switch_state *set,
                   const char *engine, char key[CACHE_KEY])
{
	struct cache_question q = {digest, name, set, engine, g->pool};
	CHECK_OK(cache_key(g->t.crossings, &q, key, &g->t.why), &g->t.why);
	CHECK_INT(strlen(key), 64);
}

TEST(every_part_of_the_question_makes_another_key)
{
	struct gate g;
	char base[CACHE_KEY], other[CACHE_KEY];
	uint8_t digest[32] = {1}, changed[32] = {2};
	struct switch_state set, strict;
	gate_new(&g);
	CHECK_OK(switch_resolve(g.t.crossings, CROSSING_INWARD, "", "", g.t.arena, &set, &g.t.why), &g.t.why);
	strict = set;
	CHECK(switches_preset("strict", &strict.switches));
	key_of(&g, digest, "見積.docx", &set, "ClamAV 1", base);
	key_of(&g, digest, "別.DOCX", &set, "ClamAV 1", other);
	CHECK_STR(other, base); /* of the name only its ending */
	key_of(&g, digest, "見積.docm", &set, "ClamAV 1", other);
	CHECK(strcmp(other, base) != 0);
	key_of(&g, changed, "見積.docx", &set, "ClamAV 1", other);
	CHECK(strcmp(other, base) != 0);
	key_of(&g, digest, "見積.docx", &set, "ClamAV 2", other);
	CHECK(strcmp(other, base) != 0);
	key_of(&g, digest, "見積.docx", &strict, "ClamAV 1", other);
	CHECK(strcmp(other, base) != 0);
	town_ms -= (int64_t)20 * 365 * 86400000; /* no edition was in force then */
	key_of(&g, digest, "見積.docx", &set, "ClamAV 1", other);
	town_ms += (int64_t)20 * 365 * 86400000;
	CHECK(strcmp(other, base) != 0);
	gate_done(&g);
}

TEST(another_setting_or_other_signatures_judge_anew)
{
	struct gate g;
	static const struct switch_scope everywhere = {"", "", "", ""};
	gate_new(&g);
	struct judged first = carry(&g, "a.csv", csv);
	CHECK_OK(switch_set(g.t.crossings, town_id(&g.t, "hayashi"), &everywhere, "vba", "refuse", &g.t.why), &g.t.why);
	struct judged set = carry(&g, "a.csv", csv);
	CHECK_INT(by(&set), -1);
	CHECK_OK(switch_set(g.t.crossings, town_id(&g.t, "hayashi"), &everywhere, "vba", "", &g.t.why), &g.t.why);
	struct judged back = carry(&g, "a.csv", csv);
	CHECK_INT(by(&back), first.seq); /* the settings are what they were */
	g.mood->signatures++;
	struct judged newer = carry(&g, "a.csv", csv);
	CHECK_INT(by(&newer), -1);
	struct judged text = carry(&g, "a.txt", csv);
	CHECK_INT(by(&text), -1);
	drop(&first);
	drop(&set);
	drop(&back);
	drop(&newer);
	drop(&text);
	gate_done(&g);
}

/* ---- what is kept is proven before it is used ---------------------------------------- */

static void run_sql(struct gate *g, const char *sql)
{
	CHECK_OK(store_exec(g->t.store, sql, &g->t.why), &g->t.why);
}

/* Every small item's row lives in the database, every file below vault/: spoil one. */
static void spoil_item(struct gate *g, const char *id)
{
	char path[400];
	snprintf(path, sizeof path, "%s/%.2s/%s", scratch_path(&g->t.scratch, "", "vault"), id, id);
	FILE *f = fopen(path, "r+b");
	CHECK(f != NULL);
	if (!f)
		return;
	fseek(f, -5, SEEK_END);
	int was = fgetc(f);
	fseek(f, -5, SEEK_END);
	fputc(was ^ 1, f);
	fclose(f);
}

TEST(a_result_that_was_altered_is_rebuilt_and_told)
{
	struct gate g;
	gate_new(&g);
	struct judged first = carry(&g, "a.csv", csv);
	spoil_item(&g, json_text(first.data, "clean"));
	struct judged again = carry(&g, "a.csv", csv);
	CHECK_INT(again.file.state, CROSSING_RELEASED);
	CHECK_INT(by(&again), -1);
	CHECK(strstr(json_text(again.data, "not_reused"), "could not be used again") != NULL);
	CHECK(strstr(again.file.reason, "could not be used again") != NULL);
	CHECK(collected(&g, &again).len > 0);
	struct judged third = carry(&g, "a.csv", csv); /* from the new one */
	CHECK_INT(by(&third), again.seq);
	drop(&first);
	drop(&again);
	drop(&third);
	gate_done(&g);
}

TEST(a_row_that_points_elsewhere_is_not_believed)
{
	static const char *const lies[] = {
		"UPDATE crossing_cache SET entry = entry - 1", "UPDATE crossing_cache SET entry = 999999",
		"UPDATE crossing_cache SET entry = 0",
		/* the result of another file under this one's key */
		"UPDATE crossing_cache SET entry = (SELECT MAX(entry) FROM crossing_cache)"};
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		struct gate g;
		gate_new(&g);
		struct judged first = carry(&g, "a.csv", csv);
		struct judged other = carry(&g, "b.csv", "other,text\r\n");
		run_sql(&g, lies[i]);
		struct judged again = carry(&g, "a.csv", csv);
		CHECK_INT(again.file.state, CROSSING_RELEASED);
		CHECK_INT(by(&again), -1);
		CHECK(json_text(again.data, "not_reused")[0] != 0);
		CHECK_SLICE(collected(&g, &again), collected(&g, &first));
		drop(&first);
		drop(&other);
		drop(&again);
		gate_done(&g);
	}
}

TEST(an_erased_result_is_rebuilt_and_nobody_is_alarmed)
{
	struct gate g;
	size_t count = 0;
	gate_new(&g);
	struct judged first = carry(&g, "a.csv", csv);
	run_sql(&g, "UPDATE crossing_cache SET created_ms = created_ms + 864000000"); /* young still */
	town_ms += (int64_t)8 * 86400000; /* past the days of collecting */
	CHECK_OK(crossing_retire(g.t.crossings, &count, &g.t.why), &g.t.why);
	struct judged again = carry(&g, "a.csv", csv);
	CHECK_INT(by(&again), -1);
	CHECK_STR(json_text(again.data, "not_reused"), "");
	drop(&first);
	drop(&again);
	gate_done(&g);
}

/* ---- bounds ------------------------------------------------------------------------ */

/* The rooms of a gate on this store, with the given settings. */
static struct crossings *open_rooms(struct gate *g, struct proceeding_parts base, struct crossing_settings settings)
{
	const char *name = policy_edition_in(g->t.policy, "hannan")->name;
	struct crossing_parts parts = {.base = base, .proceedings = g->t.proceedings, .settings = settings};
	struct crossings *made = NULL;
	struct office_parts office = {.store = base.store, .ledger = base.ledger, .vault = base.vault, .random = &g->t.random,
	                              .clock = &g->t.clock, .body = "town", .policy = g->t.policy, .policy_name = name};
	struct register_parts registers = {.store = base.store, .ledger = base.ledger, .vault = base.vault,
	                                   .policy = g->t.policy, .policy_name = name, .random = &g->t.random,
	                                   .clock = &g->t.clock, .body = "town"};
	parts.base.policy = g->t.policy;
	parts.base.policy_name = name;
	parts.base.random = &g->t.random;
	parts.base.clock = &g->t.clock;
	parts.base.body = "town";
	if (!base.office) {
		CHECK_OK(office_open(&office, &parts.base.office, &g->t.why), &g->t.why);
		registers.office = parts.base.office;
		CHECK_OK(registers_open(&registers, &parts.base.registers, &g->t.why), &g->t.why);
		CHECK_OK(proceeding_open(&parts.base, &parts.proceedings, &g->t.why), &g->t.why);
	}
	CHECK_OK(crossing_open(&parts, &made, &g->t.why), &g->t.why);
	return made;
}

static void reopen(struct gate *g, int days, uint32_t most, uint64_t bytes)
{
	struct crossing_settings settings = crossing_settings_default();
	settings.cache_days = days;
	settings.cache_rows = most;
	settings.cache_bytes = bytes;
	crossing_close(g->t.crossings);
	g->t.crossings = open_rooms(g, (struct proceeding_parts){.store = g->t.store, .ledger = g->t.ledger,
		.vault = g->t.vault, .office = g->t.office, .registers = g->t.registers}, settings);
}

static int64_t judge_again(struct gate *g, const char *text)
{
	town_ms += 1000;
	struct judged j = carry(g, "a.csv", text);
	int64_t found = by(&j);
	drop(&j);
	return found;
}

TEST(the_least_recently_used_goes_first)
{
	struct gate g;
	gate_new(&g);
	reopen(&g, 7, 2, 1 << 20);
	CHECK_INT(judge_again(&g, "a,1\r\n"), -1);
	CHECK_INT(judge_again(&g, "b,1\r\n"), -1);
	CHECK(judge_again(&g, "a,1\r\n") >= 0); /* used: b is the oldest now */
	CHECK_INT(judge_again(&g, "c,1\r\n"), -1);
	CHECK_INT(rows(&g), 2);
	CHECK(judge_again(&g, "a,1\r\n") >= 0);
	CHECK_INT(judge_again(&g, "b,1\r\n"), -1);
	CHECK_INT(rows(&g), 2);
	gate_done(&g);
}

TEST(bytes_and_days_are_bounds_too)
{
	struct gate g;
	gate_new(&g);
	reopen(&g, 7, 100, 8);
	CHECK_INT(judge_again(&g, "a,1\r\n"), -1);
	CHECK_INT(judge_again(&g, "b,1\r\n"), -1); /* 10 bytes of results: one has to go */
	CHECK_INT(rows(&g), 1);
	reopen(&g, 7, 100, 1 << 20);
	CHECK(judge_again(&g, "b,1\r\n") >= 0);
	town_ms += (int64_t)7 * 86400000;
	CHECK_INT(judge_again(&g, "b,1\r\n"), -1); /* too old to be used */
	reopen(&g, 0, 100, 1 << 20);
	CHECK_INT(judge_again(&g, "b,1\r\n"), -1); /* switched off */
	gate_done(&g);
}

/* ---- two at once -------------------------------------------------------------------- */

/* Another process with its own connection and its own workers. */
static int second_gate(struct gate *g)
{
	const struct pool_options options = {.path = {CLEANSE, INSPECT}, .parallel = 1};
	struct proceeding_parts base = {0};
	struct pool *pool = NULL;
	struct why why = {0};
	bool worked = false;
	const char *vault = scratch_path(&g->t.scratch, "", "vault"), *key = scratch_path(&g->t.scratch, "", "key");
	if (pool_open(&options, &pool, &why).code != OK ||
	    store_open(scratch_path(&g->t.scratch, "sqlite:", "db"), &base.store, &why).code != OK ||
	    vault_open(vault, key, base.store, &base.vault, &why).code != OK ||
	    ledger_open(base.store, "test/town", town_projections, &g->t.clock, &base.ledger, &why).code != OK)
		return 2;
	struct crossings *c = open_rooms(g, base, crossing_settings_default());
	int failed = 0;
	for (int i = 0; i < 6; i++) {
		enum error code = crossing_step(c, pool, &g->scanner, &worked, &why).code;
		failed += code != OK && code != E_BUSY;
	}
	pool_close(pool);
	return failed;
}

TEST(two_gates_at_once_keep_one_judgement_and_both_release)
{
	struct gate g;
	char one[27], two[27];
	struct cached kept;
	gate_new(&g);
	send_file(&g, "a.csv", slice_str(csv), one);
	send_file(&g, "a.csv", slice_str(csv), two);
	fflush(stdout);
	pid_t other = fork();
	if (other == 0)
		_exit(second_gate(&g));
	for (int i = 0; i < 6; i++) {
		bool worked = false;
		struct why why = {0};
		struct result step = crossing_step(g.t.crossings, g.pool, &g.scanner, &worked, &why);
		CHECK(step.code == OK || step.code == E_BUSY);
	}
	int status = -1;
	waitpid(other, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	struct judged a = look(&g, one), b = look(&g, two);
	CHECK_INT(a.file.state, CROSSING_RELEASED);
	CHECK_INT(b.file.state, CROSSING_RELEASED);
	CHECK_STR(json_text(a.data, "clean_digest"), json_text(b.data, "clean_digest"));
	CHECK_INT(rows(&g), 1);
	CHECK_OK(cache_find(g.t.crossings, json_text(a.data, "judgement"), g.t.arena, &kept, &g.t.why), &g.t.why);
	CHECK(kept.entry == a.seq || kept.entry == b.seq); /* whoever was last; both bear the key */
	CHECK(kept.fd >= 0);
	close(kept.fd);
	drop(&a);
	drop(&b);
	gate_done(&g);
}

/* ---- once more, for an auditor ------------------------------------------------------ */

static struct rejudgement rejudge(struct gate *g, int64_t entry, const char *text)
{
	struct rejudgement out = {0};
	struct rejudge_request request = {.entry = entry, .content = slice_str(text), .name = SLICE("x.bin"), .password = SLICE("")};
	g->t.why = (struct why){0};
	CHECK_OK(crossing_rejudge(g->t.crossings, g->pool, &request, g->t.arena, &out, &g->t.why), &g->t.why);
	return out;
}

TEST(a_judgement_comes_out_the_same_once_more)
{
	struct gate g;
	static const struct switch_scope everywhere = {"", "", "", ""};
	gate_new(&g);
	struct judged first = carry(&g, "a.csv", csv);
	struct judged again = carry(&g, "a.csv", csv);
	struct judged stopped = carry(&g, "a.exe", "MZ\x90 not much");
	/* other settings today: the judgement is made by those of then */
	CHECK_OK(switch_set(g.t.crossings, town_id(&g.t, "hayashi"), &everywhere, "all", "strict", &g.t.why), &g.t.why);
	struct judged strict = carry(&g, "a.csv", csv);
	const struct judged *const all[] = {&first, &again, &stopped, &strict};
	for (size_t i = 0; i < 4; i++) {
		struct rejudgement r = rejudge(&g, all[i]->seq, i == 2 ? "MZ\x90 not much" : csv);
		CHECK(r.same_file && r.same && r.programs_known && r.same_programs && r.comparable);
		CHECK_STR(r.now, r.before);
		CHECK_INT(r.judged_by, i == 1 ? first.seq : -1);
	}
	CHECK_STR(json_text(first.data, "switches"), json_text(again.data, "switches"));
	CHECK(strcmp(json_text(first.data, "switches"), json_text(strict.data, "switches")) != 0);
	struct rejudgement other = rejudge(&g, first.seq, "another,file\r\n");
	CHECK(!other.same_file && !other.same);
	struct rejudgement unused;
	struct why why = {0};
	struct rejudge_request wrong = {.entry = 0, .content = slice_str(csv), .name = SLICE("a.csv"), .password = SLICE("")};
	CHECK_FAILS(crossing_rejudge(g.t.crossings, g.pool, &wrong, g.t.arena, &unused, &why), E_INPUT);
	CHECK(strstr(why.text, "ファイルの判定の記録ではありません") != NULL);
	drop(&first);
	drop(&again);
	drop(&stopped);
	drop(&strict);
	gate_done(&g);
}

MAIN_TESTS()
