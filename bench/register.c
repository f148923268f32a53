/* bench/register - a register of many rows: filling, lists, searches, one read
 *
 *   bench/register [ROWS]      100,000; in a new folder below $TMPDIR or /tmp
 * Beside each list stands a full scan of the same table with LIKE by the database
 * alone: what a register without a word index would cost.                   */
#include "base/file.h"
#include "base/number.h"
#include "policy/folder.h"
#include "register/register.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 100, BATCH = 1000, COUNTED = 1000 };

struct town {
	struct arena *arena;
	struct clock clock;
	struct random random;
	struct store *store;
	struct vault *vault;
	struct ledger *ledger;
	struct policy *policy;
	struct office *office;
	struct registers *registers;
};
static const struct projection *const projections[] = {&office_projection, &register_projection, NULL};

/* Processor time: a list waits for no disk once its pages are in memory. */
static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct result town_open(struct town *t, const char *folder, struct why *why)
{
	char url[600], vault[600], key[600];
	const char *folders[] = {SEKISHO_SOURCE "/vocabulary", SEKISHO_SOURCE "/policies/hannan-2022-07"};
	struct slice chart;
	struct chart_person *people;
	size_t count;
	snprintf(url, sizeof url, "sqlite:%s/db", folder);
	snprintf(vault, sizeof vault, "%s/vault", folder);
	snprintf(key, sizeof key, "%s/key", folder);
	*t = (struct town){.arena = arena_new(256 << 20), .clock = clock_system(), .random = random_system()};
	TRY(vault_create(vault, key, &t->random, why));
	TRY(store_open(url, &t->store, why));
	TRY(vault_open(vault, key, t->store, &t->vault, why));
	TRY(ledger_open(t->store, "bench.example", projections, &t->clock, &t->ledger, why));
	TRY(policy_load_folders(folders, 2, t->arena, &t->policy, NULL, why));
	struct office_parts office = {.policy = t->policy, .store = t->store, .ledger = t->ledger, .vault = t->vault,
	                              .random = &t->random, .clock = &t->clock, .body = "bench"};
	TRY(office_open(&office, &t->office, why));
	TRY(file_read(SEKISHO_SOURCE "/share/demo/office.tsv", 1 << 20, t->arena, &chart, why));
	TRY(office_load_chart(t->office, "", chart, t->arena, &people, &count, why));
	struct register_parts parts = {.store = t->store, .ledger = t->ledger, .vault = t->vault,
	                               .office = t->office, .policy = t->policy, .policy_name = "hannan",
	                               .random = &t->random, .clock = &t->clock, .body = "bench"};
	return registers_open(&parts, &t->registers, why);
}

static struct result put_one(struct town *t, int64_t n, struct why *why)
{
	static const char *const things[] = {"固定資産課税台帳", "住民異動届綴り", "監査調書", "予算要求書", "端末管理表",
	                                     "会議録", "工事設計書", "例外措置の記録", "職員名簿", "契約書綴り"};
	static const char *const sections[] = {"tax", "care", "digital", "personnel", "audit"};
	static const char *const levels[] = {"A", "B", "C"};
	char name[120], id[27];
	snprintf(name, sizeof name, "令和%lld年度 %s 第%lld号", (long long)(n % 30 + 1), things[n % 10], (long long)n);
	const struct cell cells[] = {{"owner", sections[n % 5]}, {"importance", levels[n % 3]},
	                             {"personal", n % 3 ? "no" : "yes"}, {"for_business", "yes"}};
	struct register_change change = {.kind = "asset", .name = name, .section = sections[n % 5],
	                                 .cells = cells, .cell_count = 4, .actor = "bench"};
	return register_put(t->registers, &change, id, why);
}

static struct result fill(struct town *t, int64_t rows, struct why *why)
{
	double begin = now_s();
	for (int64_t n = 0; n < rows; n += BATCH) {
		TRY(store_begin(t->store, why));
		for (int64_t i = n; i < n + BATCH && i < rows; i++)
			TRY(put_one(t, i, why));
		TRY(store_commit(t->store, why));
	}
	printf("register fill      %9.0f rows/s (an entry each)\n", (double)rows / (now_s() - begin));
	return ok();
}

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static struct result scan(struct town *t, const char *words, double *out, struct why *why)
{
	char pattern[200];
	AUTO(statement_drop) struct statement *s = NULL;
	double begin = now_s();
	snprintf(pattern, sizeof pattern, "%%%s%%", words);
	TRY(store_prepare(t->store, "SELECT id FROM register_row WHERE name LIKE ?1 ORDER BY name LIMIT 51", &s, why));
	bind_text(s, 1, slice_str(pattern));
	for (bool row = true; row;)
		TRY(statement_step(s, &row, why));
	*out = now_s() - begin;
	return ok();
}

static struct result measure(struct town *t, const char *label, struct register_query query, struct why *why)
{
	double spent[ROUNDS], full = 0;
	AUTO(arena_drop) struct arena *arena = arena_new(16 << 20);
	struct register_row *rows;
	size_t count = 0;
	bool more;
	query.kind = "asset";
	query.limit = 50;
	for (int i = 0; i < ROUNDS; i++) {
		int64_t counted;
		arena_reset(arena);
		double begin = now_s();
		TRY(register_list(t->registers, &query, arena, &rows, &count, &more, why));
		if (more) /* as the page does */
			TRY(register_count(t->registers, &query, COUNTED, &counted, why));
		spent[i] = now_s() - begin;
	}
	qsort(spent, ROUNDS, sizeof *spent, by_number);
	TRY(scan(t, query.words ? query.words : "", &full, why));
	printf("register list      %6.2f ms median %6.2f ms p99 (20 or less) %6.3f of a full scan  %s\n",
	       spent[ROUNDS / 2] * 1e3, spent[ROUNDS * 99 / 100] * 1e3, spent[ROUNDS / 2] / full, label);
	return ok();
}

/* the common and the nasty: clustered at the end of an order, pairs that stand in every row,
 * long words, none at all, a page from the middle on                        */
static const struct {
	const char *label;
	struct register_query query;
} asked[] = {
	{"first page", {.kind = ""}},
	{"by number, behind the 50,000th", {.order = ORDER_SERIAL, .after_id = "z", .after_number = 50000}},
	{"by name, behind the middle", {.after_name = "令和2年度", .after_id = "z"}},
	{"監査 (one in ten)", {.words = "監査"}},
	{"監査, last changed first", {.words = "監査", .order = ORDER_CHANGED}},
	{"監査, by number, behind the 90,000th", {.words = "監査", .order = ORDER_SERIAL, .after_id = "z", .after_number = 90000}},
	{"令和9年度 (at the end by name)", {.words = "令和9年度"}},
	{"令和 (every one)", {.words = "令和"}},
	{"年 (every one)", {.words = "年"}},
	{"年度 号 令和 第 (every one)", {.words = "年度 号 令和 第"}},
	{"9 (one character)", {.words = "9"}},
	{"99 (one pair)", {.words = "99"}},
	{"99999号 (one)", {.words = "99999号"}},
	{"第12121号 (digits again and again)", {.words = "第12121号"}},
	{"監査 令和7年度 (two words)", {.words = "監査 令和7年度"}},
	{"監査 端末 (never together)", {.words = "監査 端末"}},
	{"住民異動届綴り固定資産課税台帳 (long, none)", {.words = "住民異動届綴り固定資産課税台帳"}},
	{"令和7年度 令和年度令和 (common pairs, none)", {.words = "令和7年度 令和年度令和"}},
	{"存在せず (no such)", {.words = "存在せず"}},
	{"髙﨑 (letters of CP932, none)", {.words = "髙﨑"}},
	{"class A of one section", {.path = "importance", .value = "A", .section = "care"}},
	{"監査調書, class B, of one section, last changed first",
	 {.words = "監査調書", .path = "importance", .value = "B", .section = "audit", .order = ORDER_CHANGED}},
	{"closed rows with 監査", {.words = "監査", .closed = true}},
};

static struct result run(const char *folder, int64_t rows, struct why *why)
{
	struct town t;
	TRY(town_open(&t, folder, why));
	TRY(fill(&t, rows, why));
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
		TRY(measure(&t, asked[i].label, asked[i].query, why));
	registers_close(t.registers);
	office_close(t.office);
	ledger_close(t.ledger);
	vault_close(t.vault);
	store_close(t.store);
	arena_free(t.arena);
	return ok();
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

int main(int argc, char **argv)
{
	struct why why = {0};
	int64_t rows = 100000;
	char folder[512];
	const char *base = getenv("TMPDIR");
	if (argc > 1 && (!number_parse_i64(slice_str(argv[1]), &rows) || rows < 100)) {
		fprintf(stderr, "usage: register [ROWS]\n");
		return 2;
	}
	snprintf(folder, sizeof folder, "%.400s/sekisho-bench-XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(folder))
		return 3;
	struct result done = run(folder, rows, &why);
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	if (done.code != OK)
		fprintf(stderr, "%s: %s %s\n", error_name(done.code), why.place, why.text);
	return done.code == OK ? 0 : 3;
}
