/* Opening and creating an office: the order is the dependency of the rooms. */
#include "house/house.h"

#include "desk/desk.h"

#include "desk/upload.h"
#include "review/review.h"

#include "base/file.h"
#include "office/access.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Argon2id works inside sekisho-web, which shall stay small: 24 MiB and three passes
 * are above the least that OWASP advises (19 MiB, two passes). */
enum { HOUSE_ROOM = 128 << 20, HOLIDAYS_BYTES = 1 << 20, POLICY_ROOM = 128 << 20, SIGNIN_BYTES = 24 << 20,
       ALARM_ROOM = 16 << 20 };

static const struct projection *const projections[] = {
	&office_projection, &access_projection, &transfer_projection, &register_projection,
	&duty_projection, &proceeding_projection,
	&crossing_projection,
	&review_projection, &draft_projection, &proof_projection, NULL};

/* ---- the policy: the folders' texts, and what was adopted since ---------------- */

static struct result sound_policy(const struct policy *policy, const struct findings *findings, struct why *why)
{
	const struct finding *first = findings->first;
	if (policy_sound(policy))
		return ok();
	while (first && first->severity != FINDING_ERROR)
		first = first->next;
	return fail(why, E_INPUT, first ? first->file : "policy", "%s:%u: %s", first ? first->file : "",
	            first ? first->line : 0, first ? first->sentence : "the policy has errors");
}

/* the texts once more, with those that were adopted beside them */
static struct result load_adopted(struct house *h, const struct policy *base, struct arena *arena,
                                  struct policy **out, struct findings *findings, struct why *why)
{
	struct policy_source *adopted = NULL;
	size_t count = 0;
	day_t today = day_of_ms(clock_now_ms(&h->clock));
	TRY(drafts_sources(h->store, h->settings.body, base, h->settings.policy, today, arena, &adopted, &count, why));
	struct policy_source *all = ARENA_ARRAY(arena, h->source_count + count + 1, struct policy_source);
	if (!all)
		return fail(why, E_MEMORY, "policy", "no memory");
	for (size_t i = 0; i < h->source_count; i++)
		all[i] = h->sources[i];
	for (size_t i = 0; i < count; i++)
		all[h->source_count + i] = adopted[i];
	return policy_load(all, h->source_count + count, arena, out, findings, why);
}

static struct result open_policy(struct house *h, struct why *why)
{
	struct findings findings = {0};
	struct policy *policy = NULL;
	h->policy_arena = arena_new(POLICY_ROOM);
	if (!h->policy_arena)
		return fail(why, E_MEMORY, "policy", "no memory");
	TRY(drafts_version(h->store, h->settings.body, &h->adopted, why));
	TRY(policy_load(h->sources, h->source_count, h->policy_arena, &policy, &findings, why));
	TRY(sound_policy(policy, &findings, why));
	if (h->adopted) {
		TRY(load_adopted(h, policy, h->policy_arena, &policy, &findings, why));
		TRY(sound_policy(policy, &findings, why));
	}
	h->policy = policy;
	return ok();
}

/* ---- the rooms ------------------------------------------------------------------ */

/* Deadlines are counted in working days: without the list of holidays they would be wrong. */
static struct result open_holidays(struct house *h, struct why *why)
{
	const char *share = NULL;
	struct slice tsv;
	TRY(house_share(h->arena, &share, why));
	const char *path = arena_printf(h->arena, "%s/share/calendar/holidays.tsv", share);
	if (!path)
		return fail(why, E_MEMORY, "holidays.tsv", "no memory");
	TRY(file_read(path, HOLIDAYS_BYTES, h->arena, &tsv, why));
	return holidays_read(tsv, h->arena, &h->holidays, why);
}

/* what knows no policy */
static struct result open_ground(struct house *h, struct why *why)
{
	const struct house_settings *s = &h->settings;
	TRY(store_open(s->database, &h->store, why));
	TRY(vault_open(s->vault, s->vault_key, h->store, &h->vault, why));
	if (h->rebuilding)
		TRY(ledger_forget_tables(h->store, projections, why));
	TRY(ledger_open(h->store, s->origin, projections, &h->clock, &h->ledger, why));
	if (!h->rebuilding)
		TRY(ledger_check_tables(h->ledger, why));
	TRY(desk_upload_migrate(h->store, why));
	struct signin_rules signin = signin_defaults();
	signin.argon_bytes = SIGNIN_BYTES;
	struct office_parts office = {.signin = &signin, .store = h->store, .ledger = h->ledger, .vault = h->vault,
	                              .random = &h->random, .clock = &h->clock, .body = s->body};
	return office_open(&office, &h->office, why);
}

/* what holds the policy: closed and opened anew when it changes */
/* What the gate has found goes over the counter like what anybody tells. */
static struct result tell_alarm(void *context, const struct crossing_alarm *alarm, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ALARM_ROOM);
	struct desk desk;
	struct desk_verdict verdict;
	const struct desk_telling telling = {.act = alarm->event, .object = "", .section = alarm->section, .teller = alarm->person,
		.actor = "", .reference = alarm->reference, .told = alarm->facts, .told_count = alarm->fact_count};
	if (!arena)
		return fail(why, E_MEMORY, "alarm", "知らせを記録する記憶域が足りません。");
	house_desk(context, &desk);
	return desk_tell(&desk, &telling, arena, &verdict, why);
}

static struct result open_rooms(struct house *h, struct why *why)
{
	const struct house_settings *s = &h->settings;
	office_follow(h->office, h->policy, s->policy);
	struct register_parts registers = {
		.store = h->store, .ledger = h->ledger, .vault = h->vault, .office = h->office,
		.policy = h->policy, .policy_name = s->policy, .random = &h->random,
		.clock = &h->clock, .body = s->body};
	TRY(registers_open(&registers, &h->registers, why));
	struct duty_parts duties = {
		.store = h->store, .ledger = h->ledger, .vault = h->vault, .office = h->office, .registers = h->registers,
		.policy = h->policy, .policy_name = s->policy, .clock = &h->clock, .holidays = h->holidays,
		.body = s->body};
	TRY(duties_open(&duties, &h->duties, why));
	struct proceeding_parts parts = {
		.store = h->store, .ledger = h->ledger, .vault = h->vault, .office = h->office,
		.registers = h->registers, .policy = h->policy, .policy_name = s->policy, .random = &h->random,
		.clock = &h->clock, .body = s->body};
	TRY(proceeding_open(&parts, &h->proceedings, why));
	struct transfer_parts transfer = {
		.store = h->store, .ledger = h->ledger, .vault = h->vault, .office = h->office,
		.proceedings = h->proceedings, .policy = h->policy, .policy_name = s->policy,
		.random = &h->random, .clock = &h->clock, .body = s->body};
	TRY(transfers_open(&transfer, &h->transfers, why));
	struct crossing_parts crossing = {.base = parts, .proceedings = h->proceedings,
	                                  .settings = crossing_settings_default(), .alarm = tell_alarm, .context = h};
	if (strcmp(s->reuse_judgements, "no") == 0)
		crossing.settings.cache_days = 0;
	crossing.settings.page_dpi = s->page_dpi;
	TRY(crossing_open(&crossing, &h->crossings, why));
	struct draft_parts drafts = {
		.store = h->store, .ledger = h->ledger, .proceedings = h->proceedings, .random = &h->random,
		.clock = &h->clock, .body = s->body, .policy_name = s->policy, .policy = h->policy,
		.sources = h->sources, .source_count = h->source_count, .shelf = h->shelf,
		.shelf_count = h->shelf_count};
	TRY(drafts_open(&drafts, &h->drafts, why));
	struct proof_parts proof = {
		.store = h->store, .ledger = h->ledger, .clock = &h->clock, .body = s->body, .duties = h->duties,
		.policy = h->policy, .policy_name = s->policy, .office = h->office, .proceedings = h->proceedings};
	return proof_open(&proof, &h->proof, why);
}

static void close_rooms(struct house *h)
{
	proof_drop(&h->proof);
	drafts_drop(&h->drafts);
	transfers_drop(&h->transfers);
	crossing_close(h->crossings);
	h->crossings = NULL;
	proceeding_drop(&h->proceedings);
	duties_drop(&h->duties);
	registers_drop(&h->registers);
}

static struct result open_all(struct house *h, const char *dir, struct why *why)
{
	TRY(house_settings_read(dir, h->arena, &h->settings, why));
	if (!h->clock.now_ms)
		h->clock = h->settings.clock[0] ? clock_file(h->settings.clock) : clock_system();
	TRY(policy_read_folders(h->settings.folders, h->settings.folder_count, h->arena, &h->sources,
	                        &h->source_count, why));
	TRY(open_holidays(h, why));
	TRY(open_ground(h, why));
	TRY(open_policy(h, why));
	return open_rooms(h, why);
}

struct result house_open(const char *dir, struct house *out, struct why *why)
{
	return house_open_at(dir, (struct clock){.now_ms = NULL}, out, why);
}

static struct result open_as(const char *dir, struct clock clock, bool rebuilding, struct house *out, struct why *why)
{
	*out = (struct house){.arena = arena_new(HOUSE_ROOM), .random = random_system(), .clock = clock,
	                      .rebuilding = rebuilding};
	struct result done = out->arena ? open_all(out, dir, why) : fail(why, E_MEMORY, "", "no memory");
	if (done.code != OK)
		house_close(out);
	return done;
}

struct result house_open_at(const char *dir, struct clock clock, struct house *out, struct why *why)
{
	return open_as(dir, clock, false, out, why);
}

struct result house_open_to_rebuild(const char *dir, struct house *out, struct why *why)
{
	return open_as(dir, (struct clock){.now_ms = NULL}, true, out, why);
}

void house_desk(struct house *h, struct desk *out)
{
	*out = (struct desk){.store = h->store, .ledger = h->ledger, .vault = h->vault, .policy = h->policy,
	                     .policy_name = h->settings.policy, .office = h->office, .registers = h->registers,
	                     .proceedings = h->proceedings, .random = &h->random, .clock = &h->clock, .body = h->settings.body};
}

struct result house_shelf(struct house *h, struct why *why)
{
	const char *share = NULL;
	if (h->settings.folder_count == 0 || house_share(h->arena, &share, NULL).code != OK)
		return ok();
	TRY(policy_read_editions(share, h->settings.policy, h->arena, &h->shelf, &h->shelf_count, why));
	close_rooms(h);
	return open_rooms(h, why);
}

struct result house_renew(struct house *h, bool *renewed, struct why *why)
{
	int64_t version = 0;
	*renewed = false;
	TRY(drafts_version(h->store, h->settings.body, &version, why));
	if (version == h->adopted)
		return ok();
	struct arena *before = h->policy_arena;
	close_rooms(h);
	struct result opened = open_policy(h, why);
	arena_free(before); /* nobody holds it any more */
	TRY(opened);
	*renewed = true;
	return open_rooms(h, why);
}

void house_close(struct house *h)
{
	close_rooms(h);
	office_close(h->office);
	ledger_close(h->ledger);
	vault_close(h->vault);
	store_close(h->store);
	arena_free(h->policy_arena);
	arena_free(h->arena);
	*h = (struct house){0};
}

/* ---- creating ----------------------------------------------------------- */

static struct result make_folder(const char *path, struct why *why)
{
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return fail(why, E_SYSTEM, path, "cannot create the folder: %s", strerror(errno));
	return ok();
}

static struct result need_empty(const char *dir, struct why *why)
{
	DIR *d = opendir(dir);
	if (!d)
		return fail(why, E_SYSTEM, dir, "cannot read the folder: %s", strerror(errno));
	size_t count = 0;
	while (readdir(d))
		count++;
	closedir(d);
	return count <= 2 ? ok() : fail(why, E_CONFLICT, dir, "the folder is not empty");
}

static struct result write_conf(const char *dir, const struct house_settings *s,
                                struct arena *arena, struct why *why)
{
	const struct {
		const char *name, *value;
	} lines[] = {{"body", s->body},   {"title", s->title}, {"policy", s->policy},
	             {"origin", s->origin}, {"outer", s->outer}, {"inner", s->inner},
	             {"clamd", s->clamd}, {"clamd_config", s->clamd_config}, {"clock", s->clock},
	             {"mail_server", s->mail_server}, {"mail_from", s->mail_from},
	             {"mail_domain", s->mail_domain}, {"mail_link", s->mail_link}};
	struct buffer text;
	buffer_init(&text, 65536);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (lines[i].value && lines[i].value[0])
			buffer_printf(&text, "%s = %s\n", lines[i].name, lines[i].value);
	for (size_t i = 0; i < s->folder_count; i++)
		buffer_printf(&text, "folder = %s\n", s->folders[i]);
	const char *path = arena_printf(arena, "%s/sekisho.conf", dir);
	struct result done = buffer_ok(&text) && path
	                             ? file_write(path, buffer_slice(&text), 0600, why)
	                             : fail(why, E_MEMORY, "sekisho.conf", "no memory");
	buffer_done(&text);
	return done;
}

struct result house_create(const char *dir, const struct house_settings *settings, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	struct random random = random_system();
	struct house_settings made;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(make_folder(dir, why));
	TRY(need_empty(dir, why));
	TRY(write_conf(dir, settings, arena, why));
	TRY(house_settings_read(dir, arena, &made, why));
	TRY(make_folder(arena_printf(arena, "%s/keys", made.dir), why));
	TRY(make_folder(made.run, why));
	return vault_create(made.vault, made.vault_key, &random, why);
}
