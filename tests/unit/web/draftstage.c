/* draftstage OUTER INNER - a whole office on a policy of two editions, with drafts in
 * it, for the pages of comparing, values and drafts (tests/e2e); prints sessions.  */
#include "base/file.h"
#include "base/number.h"
#include "harness.h"
#include "house/house.h"
#include "jail/jail.h"
#include "ledger/examined.h"
#include "scratch.h"
#include "store/ask.h"
#include "store/digest.h"
#include "web/web.h"

#include <signal.h>
#include <sys/stat.h>

static volatile sig_atomic_t over;
static void end(int signal)
{
	(void)signal;
	over = 1;
}

struct stage {
	struct scratch scratch;
	struct arena *arena;
	struct house house;
	struct web *web;
	struct paper_font *font;
	struct why why;
};

static const char *id_of(struct stage *s, const char *login)
{
	static char ids[8][27];
	static int next;
	char *id = ids[next++ % 8];
	CHECK_OK(office_find_login(s->house.office, slice_str(login), id, &s->why), &s->why);
	return id;
}

/* A signed-in browser of this person, inside. */
static void sign_in(struct stage *s, const char *login, char digit, char token[65])
{
	uint8_t raw[32], digest[SHA256_BYTES];
	char hash[65];
	int64_t now = clock_now_ms(&s->house.clock);
	memset(token, digit, 64);
	token[64] = 0;
	if (!hex_decode(slice_of(token, 64), raw, sizeof raw))
		abort();
	sha256(slice_of(raw, sizeof raw), digest);
	hex_encode(digest, sizeof digest, hash);
	CHECK_OK(store_run(s->house.store,
	                   "INSERT INTO office_session(body,hash,person,zone,state,created_ms,done_ms,expires_ms,code_ok,"
	                   "stray,pending) VALUES('shirane',?1,?2,'lgwan',?3,?4,?4,?5,1,0,'')",
	                   ARGS(arg_str(hash), arg_str(id_of(s, login)), arg_i64(SIGNIN_DONE), arg_i64(now),
	                        arg_i64(now + 36000000)), NULL, &s->why), &s->why);
}

static void open_office(struct stage *s, const char *outer, const char *inner)
{
	struct slice tsv;
	struct chart_person *people;
	size_t count;
	const char *dir = arena_printf(s->arena, "%s/office", s->scratch.folder);
	struct house_settings settings = {.body = "shirane", .title = "白嶺県", .policy = "fukushima", .origin = "test/shirane",
		.outer = outer, .inner = inner, .clamd = "none",
		.folders = {SEKISHO_SOURCE "/vocabulary", SEKISHO_SOURCE "/policies/fukushima-2023-06"}, .folder_count = 2};
	CHECK_OK(house_create(dir, &settings, &s->why), &s->why);
	CHECK_OK(house_open(dir, &s->house, &s->why), &s->why);
	CHECK_OK(file_read(SEKISHO_SOURCE "/share/demo/fukushima.tsv", 1 << 20, s->arena, &tsv, &s->why), &s->why);
	CHECK_OK(office_load_chart(s->house.office, "", tsv, s->arena, &people, &count, &s->why), &s->why);
	CHECK_OK(house_shelf(&s->house, &s->why), &s->why);
	if (mkdir(arena_printf(s->arena, "%s/run", dir), 0700) != 0 && access(arena_printf(s->arena, "%s/run", dir), W_OK) != 0)
		abort();
}

static struct web_parts parts_of(struct stage *s)
{
	struct house *h = &s->house;
	return (struct web_parts){.store = h->store, .vault = h->vault, .ledger = h->ledger, .policy = h->policy,
		.office = h->office, .registers = h->registers, .duties = h->duties, .proceedings = h->proceedings, .crossings = h->crossings,
		.drafts = h->drafts, .font = s->font, .random = &h->random, .clock = &h->clock, .body = h->settings.body,
		.title = h->settings.title, .policy_name = h->settings.policy, .help = "デジタル変革課（内線 2140）", .clamd = "",
		.seal_socket = "", .seal_note = "", .examined = h->settings.examined, .dir = h->settings.dir};
}

/* the clock found an entry that was written over */
static void find_broken(struct stage *s)
{
	struct ledger_fault fault = {.what = "entry", .place = "entry 17", .text = "記録17の内容が、書かれたときのものと違います。"};
	const struct ledger_examined found = {.at_ms = clock_now_ms(&s->house.clock),
		.verdict = {.entries = 240, .checkpoints = 2, .faults = &fault}};
	CHECK_OK(ledger_examined_write(s->house.settings.examined, &found, &s->why), &s->why);
}

/* one draft with a value, a new one and a choice */
static void furnish(struct stage *s, char draft[27])
{
	day_t today = day_of_ms(clock_now_ms(&s->house.clock));
	struct draft_head head = {"記録を長く残す", "令和8年度 第3回本部会議", today + 60};
	const char *by = id_of(s, "tsuda");
	CHECK_OK(draft_begin(s->house.drafts, by, &head, draft, &s->why), &s->why);
	CHECK_OK(draft_set(s->house.drafts, by, draft, "record_keep", "10 years", &s->why), &s->why);
	CHECK_OK(draft_set(s->house.drafts, by, draft, "promptly", "4 hours", &s->why), &s->why);
	CHECK_OK(draft_choose(s->house.drafts, by, draft, 29, "FS-7.5(3)", "サービスごとの責任者は、所属長とする", &s->why), &s->why);
}

static void serve(struct stage *s)
{
	while (!over && web_turn(s->web, -1, 500, &s->why).code == OK) {
		bool renewed = false;
		if (house_renew(&s->house, &renewed, &s->why).code != OK)
			break;
		struct web_parts parts = parts_of(s);
		if (renewed && web_renew(s->web, &parts, &s->why).code != OK)
			break;
	}
}

static void log_line(void *context, const char *line)
{
	(void)context;
	fprintf(stderr, "%s\n", line);
}

int main(int argc, char **argv)
{
	static struct stage s;
	char ciso[65], deputy[65], staff[65], draft[27];
	int outer, inner;
	if (argc != 3)
		return 2;
	signal(SIGTERM, end);
	s = (struct stage){.scratch = scratch_new(), .arena = arena_new(64 << 20)};
	open_office(&s, argv[1], argv[2]);
	CHECK_OK(paper_font_open(&s.font, &s.why), &s.why);
	CHECK_OK(web_listen(argv[1], &outer, &s.why), &s.why);
	CHECK_OK(web_listen(argv[2], &inner, &s.why), &s.why);
	const char *const outer_hosts[] = {argv[1], NULL}, *const inner_hosts[] = {argv[2], NULL};
	struct web_parts parts = parts_of(&s);
	struct web_options options = {.outer = {outer, outer_hosts}, .inner = {inner, inner_hosts}, .strict_templates = true,
		.log = log_line, .per_address = 200};
	CHECK_OK(web_open(&parts, &options, &s.web, &s.why), &s.why);
	find_broken(&s);
	furnish(&s, draft);
	sign_in(&s, "kuroda", 'a', ciso);
	sign_in(&s, "tsuda", 'b', deputy);
	sign_in(&s, "aoki", 'c', staff);
	printf("{\"ciso\":\"%s\",\"deputy\":\"%s\",\"staff\":\"%s\",\"draft\":\"%s\"}\n", ciso, deputy, staff, draft);
	fflush(stdout);
	/* the program's own jail: what a page does must be possible there */
	struct jail_applied applied;
	const struct jail_path paths[] = {{s.scratch.folder, JAIL_WRITE}};
	CHECK_OK(jail_enter(&jail_web, NULL, (struct jail_paths){paths, 1}, &applied, &s.why), &s.why);
	if (!test_faults_)
		serve(&s);
	web_close(s.web);
	paper_font_close(s.font);
	house_close(&s.house);
	arena_free(s.arena);
	scratch_drop(&s.scratch);
	return test_faults_ ? 1 : 0;
}
