/* bed.h - a small office on a real database in a folder of its own, with a clock
 * that stands still until a test moves it and hashes that cost nothing        */
#ifndef SEKISHO_TESTS_OFFICE_BED_H
#define SEKISHO_TESTS_OFFICE_BED_H

#include "harness.h"
#include "office/office.h"

#include <ftw.h>
#include <unistd.h>

/* one time for every copy of the clock; 2026-11-20 09:00 in Japan at the start */
static int64_t bed_ms;
static int64_t bed_now(const struct clock *clock)
{
	(void)clock;
	return bed_ms;
}

struct bed {
	char folder[64];
	struct store *store;
	struct ledger *ledger;
	struct vault *vault;
	struct office *office;
	struct arena *arena;
	struct random random;
	struct clock clock;
	struct signin_rules rules;
	struct policy *policy;
	struct why why;
	char aoki[27], tanaka[27], kuroda[27], sato[27], hayashi[27], okada[27];
};

static const struct projection *const bed_projections[] = {&office_projection, NULL};

static const char bed_policy_text[] =
	"policy trial \"試験規程\" version \"1\" adopted 2026-03-01 effective 2026-04-01\n"
	"kind section \"課\" { manager_name \"名\" : text; }\n"
	"kind department \"部\" { head_name \"名\" : text; }\n"
	"kind network \"網\" { site \"所在\" : text; }\n"
	"act medium_use \"媒体の使用\" of network default refuse carried by web\n"
	"act link_cut \"切断\" of network default refuse carried by web\n"
	"clause TR-1 \"1\" says \"副市長を充てる\" post ciso \"最高責任者\" one held-by title \"副市長\"\n"
	"clause TR-2 \"2\" says \"総務部長を充てる\" post supervisor \"統括責任者\" one held-by title \"総務部長\" under ciso\n"
	"clause TR-3 \"3\" says \"事故あるとき代わる\" substitute supervisor for ciso when ciso.prevented or ciso.vacant\n"
	"clause TR-4 \"4\" says \"不在のとき切断できる\" substitute supervisor for ciso when ciso.absent for-acts link_cut\n"
	"clause TR-5 \"5\" says \"副責任者に処理させる\" delegate supervisor to deputy\n"
	"clause TR-6 \"6\" says \"課長を充てる\" post deputy \"副責任者\" one held-by title \"デジタル推進課長\" under supervisor\n"
	"clause TR-7 \"7\" says \"部長を充てる\" post department_officer \"責任者\" per department held-by head of department under supervisor\n"
	"clause TR-8 \"8\" says \"課長を充てる\" post manager \"管理者\" per section held-by head of section under department_officer\n"
	"param rise \"上位者へ上げる\" : yesno\n"
	"set rise = yes from 2026-12-01 by \"市\"\n";

static inline void bed_section(struct bed *bed, const char *id, const char *name, const char *parent)
{
	struct section section = {.id = id, .name = name, .parent = parent};
	CHECK_OK(office_add_section(bed->office, "", &section, &bed->why), &bed->why);
}

static inline void bed_person(struct bed *bed, const char *login, const char *name, const char *section,
                              char id[27])
{
	struct person person = {.login = login, .name = name, .section = section};
	CHECK_OK(office_add_person(bed->office, "", &person, SLICE("mado no soto wa ame 7"), id, &bed->why),
	         &bed->why);
}

static inline day_t bed_day(const char *text)
{
	day_t day = 0;
	struct why why = {0};
	CHECK_OK(day_parse(slice_str(text), &day, &why), &why);
	return day;
}

static inline struct result bed_hold(struct bed *bed, const char *post, const char *scope,
                                     const char *person, const char *from, const char *to)
{
	struct holding holding = {
		.post = post, .scope = scope, .person = person, .from = bed_day(from),
		.to = *to ? bed_day(to) : DAY_OPEN,
	};
	return office_hold_post(bed->office, "", &holding, &bed->why);
}

static inline void bed_people(struct bed *bed)
{
	bed_section(bed, "general", "総務部", "");
	bed_section(bed, "finance", "財務部", "");
	bed_section(bed, "tax", "税務課", "finance");
	bed_section(bed, "digital", "デジタル推進課", "general");
	bed_person(bed, "aoki", "青木 一郎", "tax", bed->aoki);
	bed_person(bed, "tanaka", "田中 恵子", "tax", bed->tanaka);
	bed_person(bed, "kuroda", "黒田 正樹", "general", bed->kuroda);
	bed_person(bed, "sato", "佐藤 健司", "general", bed->sato);
	bed_person(bed, "hayashi", "林 美穂", "digital", bed->hayashi);
	bed_person(bed, "okada", "岡田 隆", "finance", bed->okada);
}

static inline void bed_posts(struct bed *bed)
{
	static const char from[] = "2026-04-01";
	CHECK_OK(bed_hold(bed, "ciso", "", bed->kuroda, from, ""), &bed->why);
	CHECK_OK(bed_hold(bed, "supervisor", "", bed->sato, from, ""), &bed->why);
	CHECK_OK(bed_hold(bed, "deputy", "", bed->hayashi, from, ""), &bed->why);
	CHECK_OK(bed_hold(bed, "manager", "digital", bed->hayashi, from, ""), &bed->why);
	CHECK_OK(bed_hold(bed, "manager", "tax", bed->tanaka, from, ""), &bed->why);
	CHECK_OK(bed_hold(bed, "department_officer", "finance", bed->okada, from, ""), &bed->why);
}

static inline void bed_open_office(struct bed *bed)
{
	struct office_parts parts = {
		.store = bed->store, .ledger = bed->ledger, .vault = bed->vault, .random = &bed->random,
		.clock = &bed->clock, .body = "aonami", .signin = &bed->rules,
	};
	office_drop(&bed->office);
	CHECK_OK(office_open(&parts, &bed->office, &bed->why), &bed->why);
}

static inline void bed_open(struct bed *bed)
{
	char path[128], key[128];
	*bed = (struct bed){.random = random_system(), .rules = signin_defaults()};
	bed_ms = 1795132800000;
	bed->clock = (struct clock){.now_ms = bed_now};
	bed->rules.argon_passes = 1;
	bed->rules.argon_bytes = 8192;
	snprintf(bed->folder, sizeof bed->folder, "/tmp/sekisho-office-XXXXXX");
	CHECK(mkdtemp(bed->folder) != NULL);
	snprintf(path, sizeof path, "sqlite:%s/db", bed->folder);
	CHECK_OK(store_open(path, &bed->store, &bed->why), &bed->why);
	snprintf(path, sizeof path, "%s/vault", bed->folder);
	snprintf(key, sizeof key, "%s/key", bed->folder);
	CHECK_OK(vault_create(path, key, &bed->random, &bed->why), &bed->why);
	CHECK_OK(vault_open(path, key, bed->store, &bed->vault, &bed->why), &bed->why);
	CHECK_OK(ledger_open(bed->store, "sekisho.example/aonami", bed_projections, &bed->clock,
	                     &bed->ledger, &bed->why),
	         &bed->why);
	bed_open_office(bed);
	bed->arena = arena_new((size_t)64 << 20);
	struct policy_source source = {.path = "trial/trial.pol", .text = slice_str(bed_policy_text)};
	CHECK_OK(policy_load(&source, 1, bed->arena, &bed->policy, NULL, &bed->why), &bed->why);
	CHECK(policy_sound(bed->policy));
	bed_people(bed);
	bed_posts(bed);
}

static inline int bed_unlink(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static inline void bed_close(struct bed *bed)
{
	office_drop(&bed->office);
	ledger_drop(&bed->ledger);
	vault_drop(&bed->vault);
	store_drop(&bed->store);
	arena_drop(&bed->arena);
	nftw(bed->folder, bed_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

/* how many entries of that kind there are */
static inline size_t bed_entries(struct bed *bed, const char *kind)
{
	struct ledger_query query = {.kind_prefix = kind, .limit = 10000};
	struct ledger_entry *found = NULL;
	size_t count = 0;
	CHECK_OK(ledger_find(bed->ledger, &query, bed->arena, &found, &count, &bed->why), &bed->why);
	return count;
}

/* "sato supervisor -, hayashi deputy delegate": who may act, in order */
static inline const char *bed_ask(struct bed *bed, const char *post, const char *scope, const char *day,
                                  const char *act, const char *except)
{
	const char *const excluded[] = {except};
	struct office_question question = {
		.post = post, .scope = scope, .day = bed_day(day), .act = act,
		.excluded = excluded, .excluded_count = except ? 1 : 0,
	};
	struct holder *holders = NULL;
	size_t count = 0;
	struct why why = {0};
	struct result result = office_resolve(bed->office, bed->policy, &question, bed->arena, &holders,
	                                      &count, &why);
	if (result.code != OK)
		return error_name(result.code);
	const char *text = "";
	for (size_t i = 0; i < count; i++) {
		struct person person = {0};
		CHECK_OK(office_person(bed->office, holders[i].person, bed->arena, &person, &why), &why);
		text = arena_printf(bed->arena, "%s%s%s %s %s%s", text, i ? ", " : "", person.login,
		                    holders[i].post, *holders[i].as ? holders[i].as : "-",
		                    holders[i].risen ? " risen" : "");
	}
	return text;
}

#endif
