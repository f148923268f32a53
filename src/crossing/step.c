/* One file, one step on.  The checks of a direction are a row of a table; each
 * says go on, wait, refuse or hold, and only going on to the end makes a file
 * checked.  Whatever ends this program between two commits leaves the file
 * where it was: waiting.                                                    */
#include "crossing/cache.h"
#include "crossing/handed.h"
#include "crossing/release.h"
#include "gate/pool/pool.h"
#include "gate/scan/scan.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"

enum outcome { GO_ON = 1, WAIT, REFUSED, HELD, LOCKED, FAILED };
enum { TRIES = 4, REST_MS = 15000 };

/* A file on its way. */
struct carriage {
	struct crossings *c;
	struct pool *pool;
	const struct scanner *scanner;
	struct arena *arena;
	struct file_row file;
	struct crossing_row row;
	struct crossing_detail detail;
	const char *name;
	int64_t attempts;
	int original_fd, clean_fd;
	struct pool_result cleansed;
	struct switch_state set;  /* what the office has set for this file */
	struct vault_info original;
	char key[CACHE_KEY];      /* of the judgement; "": neither looked up nor kept */
	char programs[CACHE_KEY]; /* that rebuilt and read it */
	struct cached kept;       /* a judgement of before; its entry is -1 if there was none */
	bool judged;              /* the outcome is the gate's own judgement of the file */
	bool wrong;               /* the password that was given does not open it */
	char *relock;             /* what the clean file is locked with anew; NULL: handed over plain */
	char engine[160];         /* what scanned it */
	const char *refusal, *sentence, *reason, *clause; /* why not */
	struct why *why;
};

static void carriage_drop(struct carriage *k)
{
	if (k->relock)
		explicit_bzero(k->relock, strlen(k->relock));
	fd_close_drop(&k->original_fd);
	if (k->cleansed.out_fd >= 0)
		fd_close_drop(&k->cleansed.out_fd);
}

static enum outcome refuse(struct carriage *k, const char *refusal, const char *sentence,
                           const char *reason, const char *clause)
{
	k->refusal = refusal;
	k->sentence = sentence;
	k->reason = reason ? reason : "";
	k->clause = clause;
	return REFUSED;
}

static enum outcome wait_for(struct carriage *k, const char *sentence, const char *reason)
{
	k->sentence = sentence;
	k->reason = reason ? reason : "";
	return WAIT;
}

/* The clause that stands against what the gate has found; a file is stopped in any
 * case, so one that cannot be told is left open.                             */
static const char *against(struct carriage *k, enum finding_of_gate scanned,
                           enum finding_of_gate sanitised)
{
	const char *clause = "";
	bool rebuilt = k->row.direction == CROSSING_INWARD;
	struct result asked = clause_against(k->c, &k->row, &k->detail, scanned,
	                                     rebuilt ? sanitised : GATE_UNKNOWN, k->arena, &clause, NULL);
	return asked.code == OK ? clause : "";
}

/* ---- the checks --------------------------------------------------------- */

static enum outcome open_original(struct carriage *k)
{
	k->original_fd = memfd_create("original", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (k->original_fd < 0)
		return wait_for(k, "作業場所が足りないため、待っています。", "memfd_create failed");
	struct result read =
		vault_to_fd(k->c->at.base.vault, slice_str(k->file.original), k->original_fd, &k->original, k->why);
	if (read.code != OK)
		return wait_for(k, "封をした元のファイルを読めないため、待っています。", k->why->text);
	int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
	if (fcntl(k->original_fd, F_ADD_SEALS, seals) < 0 || lseek(k->original_fd, 0, SEEK_SET) < 0)
		return wait_for(k, "作業場所が足りないため、待っています。", "the memory file cannot be sealed");
	return GO_ON;
}

static enum outcome scan(struct carriage *k, int fd)
{
	struct scan_answer answer;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return wait_for(k, "作業場所を読めないため、待っています。", "lseek failed");
	scan_fd(k->scanner, fd, &answer);
	if (answer.verdict == SCAN_CLEAN)
		return lseek(fd, 0, SEEK_SET) < 0 ? FAILED : GO_ON;
	if (answer.verdict == SCAN_FOUND)
		return refuse(k, "malware",
		              "ウイルスが見つかったため、止めました。元のファイルは封をして保管しています。"
		              "開かずに、情報システムの担当へ連絡してください。",
		              arena_printf(k->arena, "clamd: %s", answer.name),
		              against(k, GATE_NO, GATE_UNKNOWN));
	return wait_for(k, "ウイルスの検査ができないため、待っています。検査できるようになると自動で続けます。",
	                arena_printf(k->arena, "clamd: %s", answer.reason));
}

static enum outcome scan_original(struct carriage *k)
{
	struct why ignored = {0};
	if (scan_version(k->scanner, k->engine, sizeof k->engine, &ignored).code != OK)
		k->engine[0] = 0; /* the scan itself will say whether it answers */
	return scan(k, k->original_fd);
}

/* A worker that was lost, or killed from outside, is tried again some times. */
static enum outcome worker_ended(struct carriage *k, enum pool_end end, const char *reason)
{
	bool again = end == POOL_LOST || end == POOL_CRASHED;
	if (again && k->attempts < TRIES)
		return wait_for(k, "無害化の途中で止まったため、もう一度行います。", reason);
	enum refusal refusal = end == POOL_MEMORY || end == POOL_OUTPUT ? REFUSAL_LARGE : REFUSAL_FAILED;
	return refuse(k, refusal_name(refusal), refusal_sentence(refusal, FILE_UNKNOWN), reason, against(k, GATE_YES, GATE_NO));
}

/* Asked for on the page, a bounded number of times. */
static enum outcome ask_password(struct carriage *k, const struct file_report *report, int64_t wrong)
{
	k->wrong = report->refusal == REFUSAL_PASSWORD;
	(void)refuse(k, refusal_name(report->refusal), refusal_sentence(report->refusal, report->type), report->reason,
	             against(k, GATE_YES, GATE_NO));
	if (!k->wrong || wrong + 1 < PASSWORD_TRIES)
		return LOCKED;
	k->sentence = "パスワードが10回違ったため止めました。正しいパスワードを送り主に確かめてから、もう一度お送りください。";
	return REFUSED;
}

/* What cannot be looked up is rebuilt: a cache that fails stops nothing. */
static bool judged_before(struct carriage *k, bool password)
{
	struct cache_question question = {k->original.sha256, k->name, &k->set, k->engine, k->pool};
	struct why ignored = {0};
	const struct content_rules rules = switches_rules(&k->set.switches);
	cache_programs(k->c, k->pool, rules_strip(&rules, "page-drawing"), k->programs);
	if (password || cache_key(k->c, &question, k->key, &ignored).code != OK ||
	    cache_find(k->c, k->key, k->arena, &k->kept, &ignored).code != OK) {
		k->key[0] = 0;
		return false;
	}
	if (k->kept.entry < 0)
		return false;
	k->cleansed = (struct pool_result){.end = POOL_DONE, .report = k->kept.report, .out_fd = k->kept.fd};
	k->kept.fd = -1;
	return true;
}

/* A judgement that only the file, the programs and the settings have made is kept. */
static bool repeatable(const struct carriage *k)
{
	const struct file_report *report = &k->cleansed.report;
	bool asks = report->refusal == REFUSAL_FAILED || report->refusal == REFUSAL_ENCRYPTED || report->refusal == REFUSAL_PASSWORD;
	return k->key[0] && k->judged && k->cleansed.end == POOL_DONE && !asks && !report->signatures;
}

static enum outcome run_cleansing(struct carriage *k, int64_t *wrong, struct result *ran)
{
	struct pool_job job = {.program = POOL_CLEANSE, .name = slice_str(k->name),
	                       .input_fd = k->original_fd, .original_fd = -1};
	if (switch_resolve(k->c, k->row.direction, k->row.section, k->row.answers, k->arena, &k->set, k->why).code != OK)
		return wait_for(k, "無害化の設定を読めないため、待っています。", k->why->text);
	job.rules = switches_rules(&k->set.switches);
	job.rules.page_dpi = k->c->at.settings.page_dpi;
	job.program = pool_cleanser(k->pool, rules_strip(&job.rules, "page-drawing"));
	if (password_read(k->c, k->file.id, k->arena, &job.password, wrong, k->why).code != OK)
		return wait_for(k, "作業場所を読めないため、待っています。", k->why->text);
	if (judged_before(k, job.password.len > 0))
		return GO_ON;
	*ran = pool_run(k->pool, &job, k->arena, &k->cleansed, k->why);
	if (job.password.len)
		explicit_bzero((void *)(uintptr_t)job.password.at, job.password.len);
	return GO_ON;
}

static const char *with_place(struct carriage *k, const struct file_report *report)
{
	return arena_printf(k->arena, "%s%s%s", report->place ? report->place : "",
	                    report->place && report->place[0] ? ": " : "", report->reason ? report->reason : "");
}

static enum outcome cleanse(struct carriage *k)
{
	int64_t wrong = 0;
	struct result ran = ok();
	if (run_cleansing(k, &wrong, &ran) != GO_ON)
		return WAIT;
	if (ran.code != OK)
		return wait_for(k, "無害化の順番を待っています。", k->why->text);
	const struct file_report *report = &k->cleansed.report;
	k->judged = report->verdict == FILE_REFUSED;
	if (k->kept.entry >= 0 && k->judged)
		return refuse(k, k->kept.refusal, k->kept.sentence, k->kept.reason, against(k, GATE_YES, GATE_NO));
	if (k->cleansed.end != POOL_DONE)
		return worker_ended(k, k->cleansed.end, with_place(k, report));
	if (report->refusal == REFUSAL_ENCRYPTED || report->refusal == REFUSAL_PASSWORD)
		return ask_password(k, report, wrong);
	if (report->verdict == FILE_REFUSED || k->cleansed.out_fd < 0)
		return refuse(k, refusal_name(report->refusal),
		              refusal_sentence(report->refusal, report->type),
		              with_place(k, report), against(k, GATE_YES, GATE_NO));
	k->clean_fd = k->cleansed.out_fd;
	return GO_ON;
}

static const char *first_finding(struct carriage *k, const struct inspect_report *report)
{
	if (report->findings)
		return arena_printf(k->arena, "second reader: %s at %s (%u in all)", report->findings->what,
		                    report->findings->where, report->finding_count);
	return arena_printf(k->arena, "second reader: %s", report->reason ? report->reason : "");
}

static enum outcome hold(struct carriage *k, const char *reason)
{
	k->refusal = "held";
	k->sentence = held_sentence();
	k->reason = reason;
	return HELD;
}

static enum outcome read_again(struct carriage *k)
{
	struct pool_result seen = {0};
	if (k->kept.entry >= 0)
		return GO_ON; /* this very result has passed this very reader */
	struct pool_job job = {
		.program = POOL_INSPECT, .name = slice_str(k->name), .input_fd = k->clean_fd,
		.type = pool_inspect_type(k->cleansed.report.type),
		.compare = true, .original_fd = k->original_fd};
	struct result ran = pool_run(k->pool, &job, k->arena, &seen, k->why);
	if (ran.code != OK)
		return wait_for(k, "確認の順番を待っています。", k->why->text);
	if (seen.end != POOL_DONE)
		return worker_ended(k, seen.end, seen.inspect.reason);
	if (seen.inspect.verdict != INSPECT_OK)
		return hold(k, first_finding(k, &seen.inspect));
	if (seen.agreement == INSPECT_DIFFERS && pool_must_agree(&k->cleansed.report))
		return hold(k, "second reader: text or pages differ although nothing was removed that they could go with");
	return GO_ON;
}

static enum outcome scan_clean(struct carriage *k)
{
	return scan(k, k->clean_fd);
}

/* What came under a password is handed over under the same one, where the office has
 * set it so; else plain.  What its format opens with unasked was no lock.    */
static enum outcome lock_again(struct carriage *k)
{
	int64_t wrong = 0;
	struct slice given = SLICE("");
	bool opened = false;
	for (const struct removal *r = k->cleansed.report.removals; r; r = r->next)
		opened |= strcmp(r->what, "password") == 0;
	if (!opened || k->set.switches.of[construct_of("password")] != TREAT_ALLOW)
		return GO_ON;
	struct result got = password_read(k->c, k->file.id, k->arena, &given, &wrong, k->why);
	k->relock = got.code == OK && given.len ? arena_string(k->arena, given) : NULL;
	if (given.len)
		explicit_bzero((void *)(uintptr_t)given.at, given.len);
	return k->relock ? GO_ON : wait_for(k, "パスワードを付け直せないため、待っています。", k->why->text);
}

typedef enum outcome check(struct carriage *k);
static check *const inward[] = {open_original, scan_original, cleanse, read_again, scan_clean, lock_again, NULL};
static check *const outward[] = {open_original, scan_original, NULL};

/* ---- what comes of it --------------------------------------------------- */

static json_t *removed_list(const struct file_report *report)
{
	enum { KEPT = 200 };
	json_t *list = json_array();
	size_t n = 0;
	for (const struct removal *r = report->removals; r && n < KEPT; r = r->next, n++)
		json_array_append_new(list, json_pack("[ss]", r->what, r->where));
	return list;
}

/* What the signatures said: names lie in the sealed report, the rest in the entry. */
static json_t *signature_list(const struct file_report *report, bool names)
{
	json_t *list = json_array();
	for (const struct signature *s = report->signatures; s; s = s->next) {
		json_t *one = json_pack("{ss ss sb sb sI ss}", "form", s->form, "verdict", signature_verdict_name(s->verdict),
		                        "known_root", s->known_root, "whole", s->whole, "signed_ms", (json_int_t)s->signed_ms,
		                        "certificate", s->certificate);
		if (names) {
			json_object_set_new(one, "subject", json_string(s->subject));
			json_object_set_new(one, "issuer", json_string(s->issuer));
			json_object_set_new(one, "detail", json_string(s->detail));
		}
		json_array_append_new(list, one);
	}
	return list;
}

static struct result seal_report(struct carriage *k, char id[27], struct why *why)
{
	struct vault_info info;
	struct buffer text;
	const struct file_report *report = &k->cleansed.report;
	AUTO(json_drop) json_t *all = json_pack(
		"{ss ss so si so}", "reason", k->reason ? k->reason : k->kept.fault ? k->kept.fault : "", "sentence",
		k->sentence ? k->sentence : "", "removed", removed_list(report), "removal_count",
		(int)report->removal_count, "signatures", signature_list(report, true));
	if (k->relock)
		json_object_set_new(all, "locked_again", json_true());
	buffer_init(&text, VAULT_SMALL);
	struct result done = json_canonical(all, &text, why);
	if (done.code == OK)
		done = vault_put(k->c->at.base.vault, buffer_slice(&text), 0, &info, why);
	buffer_done(&text);
	TRY(done);
	memcpy(id, info.id, sizeof info.id);
	return ok();
}

/* What the signatures said, and what somebody needs who wants to judge it once more. */
static void put_evidence(const struct carriage *k, json_t *data)
{
	char digest[2 * VAULT_DIGEST + 1];
	if (k->cleansed.report.signatures)
		json_object_set_new(data, "signatures", signature_list(&k->cleansed.report, false));
	hex_encode(k->original.digest, VAULT_DIGEST, digest);
	json_object_set_new(data, "original_digest", json_string(digest));
	if (k->programs[0])
		json_object_set_new(data, "programs", json_string(k->programs));
	if (repeatable(k))
		json_object_set_new(data, "judgement", json_string(k->key));
	if (k->kept.entry >= 0)
		json_object_set_new(data, "judged_by", json_integer(k->kept.entry));
	if (k->kept.fault && k->kept.fault[0])
		json_object_set_new(data, "not_reused", json_string(k->kept.fault));
}

/* keep - the entry just written is a judgement, or has used one again */
static struct result keep(struct carriage *k, uint64_t bytes, struct why *why)
{
	if (k->kept.entry >= 0)
		return cache_used(k->c, k->key, why);
	return repeatable(k) ? cache_keep(k->c, k->key, bytes, why) : ok();
}

static const char *inward_only(const struct carriage *k, const char *word)
{
	return k->row.direction == CROSSING_INWARD && word ? word : "";
}

/* A virus that was carried is an event of its own: from outside a sign, towards outside a machine
 * of ours that may be infected.                                             */
static struct result raise_alarm(struct carriage *k, struct why *why)
{
	bool ours = k->row.direction == CROSSING_OUTWARD;
	const struct cell facts[] = {{"sender_section", k->row.section}, {"infection", ours ? "yes" : "no"},
	                             {"sign_only", ours ? "no" : "yes"}};
	const struct crossing_alarm alarm = {.event = "virus_carried", .person = k->row.sender, .section = k->row.section,
		.reference = k->file.id, .facts = facts, .fact_count = sizeof facts / sizeof *facts};
	if (!k->c->at.alarm || strcmp(k->refusal, "malware") != 0)
		return ok();
	return k->c->at.alarm(k->c->at.context, &alarm, why);
}

static struct result write_refused(struct carriage *k, struct why *why)
{
	char report[27];
	TRY(seal_report(k, report, why));
	json_t *data = json_pack("{ss ss ss ss ss}", "clause", k->clause ? k->clause : "", "refusal", k->refusal, "report",
	                         report, "switches", k->set.digest, "type",
	                         inward_only(k, file_type_name(k->cleansed.report.type)));
	put_evidence(k, data);
	struct event event = {.kind = "crossing.file.refused", .actor = "sekisho-gate",
	                      .subject = k->file.id, .clause = k->clause};
	TRY(record(k->c, &event, data, why));
	TRY(raise_alarm(k, why));
	TRY(keep(k, 0, why));
	return queue_done(k->c, k->file.id, why);
}

static struct result write_held(struct carriage *k, struct why *why)
{
	char report[27];
	TRY(seal_report(k, report, why));
	json_t *data = json_pack("{ss ss ss}", "report", report, "switches", k->set.digest, "type",
	                         inward_only(k, file_type_name(k->cleansed.report.type)));
	put_evidence(k, data);
	struct event event = {.kind = "crossing.file.held", .actor = "sekisho-gate",
	                      .subject = k->file.id, .clause = against(k, GATE_YES, GATE_NO)};
	TRY(record(k->c, &event, data, why));
	return queue_done(k->c, k->file.id, why);
}

static struct result write_locked(struct carriage *k, struct why *why)
{
	char report[27];
	TRY(seal_report(k, report, why));
	json_t *data = json_pack("{ss ss ss}", "refusal", k->refusal, "report", report, "type",
	                         inward_only(k, file_type_name(k->cleansed.report.type)));
	struct event event = {.kind = "crossing.file.locked", .actor = "sekisho-gate",
	                      .subject = k->file.id, .clause = k->clause};
	TRY(record(k->c, &event, data, why));
	return queue_done(k->c, k->file.id, why);
}

/* The clean bytes go to the vault; outward the checked original is the item. */
static struct result keep_clean(struct carriage *k, struct vault_info *out, struct why *why)
{
	uint8_t chunk[16384];
	struct vault_writer *writer = NULL;
	if (k->row.direction == CROSSING_OUTWARD) {
		struct vault_reader *reader = NULL;
		TRY(vault_read_begin(k->c->at.base.vault, slice_str(k->file.original), &reader, out, why));
		vault_read_end(&reader);
		return ok();
	}
	int64_t until = k->file.original_until_ms;
	if (k->relock) {
		const char *name = clean_name_of(k->name, k->cleansed.report.ending, CROSSING_INWARD, false, k->arena);
		return name ? protect_file(k->c, k->clean_fd, name, k->relock, until, out, why)
		            : fail(why, E_MEMORY, "", "no memory for the name");
	}
	if (lseek(k->clean_fd, 0, SEEK_SET) < 0)
		return fail(why, E_SYSTEM, "", "the clean file cannot be read");
	struct result done = vault_begin(k->c->at.base.vault, &writer, why);
	while (done.code == OK) {
		ssize_t n = read(k->clean_fd, chunk, sizeof chunk);
		if (n <= 0) {
			done = n < 0 ? fail(why, E_SYSTEM, "", "the clean file cannot be read") : done;
			break;
		}
		done = vault_write(writer, slice_of(chunk, (size_t)n), why);
	}
	if (done.code == OK)
		done = vault_finish(&writer, until, out, why);
	vault_abandon(&writer);
	return done;
}

static struct result write_checked(struct carriage *k, struct why *why)
{
	char report[27], digest[2 * VAULT_DIGEST + 1];
	struct vault_info clean;
	struct crossing_facts facts;
	const struct decision *decision = NULL;
	bool rebuilt = k->row.direction == CROSSING_INWARD;
	TRY(facts_of(k->c, &k->row, &k->detail, GATE_YES, rebuilt ? GATE_YES : GATE_UNKNOWN, k->arena, &facts,
	             why));
	TRY(proceeding_decide(k->c->at.proceedings, &facts.wish, k->arena, &decision, why));
	k->judged = rebuilt;
	TRY(seal_report(k, report, why));
	TRY(keep_clean(k, &clean, why));
	hex_encode(clean.digest, VAULT_DIGEST, digest);
	json_t *data = json_pack(
		"{ss sI ss ss si ss ss ss ss ss sb}", "clean", clean.id, "clean_bytes", (json_int_t)clean.bytes,
		"clean_digest", digest, "ending", k->relock ? "zip" : inward_only(k, k->cleansed.report.ending), "removed", (int)k->cleansed.report.removal_count, "report", report,
		"scanned_by", k->engine, "switches", k->set.digest, "type", inward_only(k, file_type_name(k->cleansed.report.type)), "verdict",
		k->row.direction == CROSSING_INWARD ? file_verdict_name(k->cleansed.report.verdict) : "clean",
		"sanitised", k->row.direction == CROSSING_INWARD);
	put_evidence(k, data);
	if (k->relock)
		json_object_set_new(data, "locked_again", json_true());
	struct event event = {.kind = "crossing.file.checked", .actor = "sekisho-gate",
	                      .subject = k->file.id, .decision = decision};
	TRY(record(k->c, &event, data, why));
	return keep(k, clean.bytes, why);
}

static struct result refuse_by_policy(struct crossings *c, const char *file, const char *type,
                                      const struct decision *decision, struct why *why)
{
	const char *clause = "", *says = "許す定めがないため、止めました。";
	for (size_t i = 0; i < decision->spoken_count; i++)
		if (decision->spoken[i].effect == EFFECT_REFUSE) {
			clause = decision->spoken[i].clause->id;
			says = decision->spoken[i].clause->says;
			break;
		}
	struct carriage k = {.c = c, .reason = "the policy refuses", .sentence = says};
	char report[27];
	TRY(seal_report(&k, report, why));
	json_t *data = json_pack("{ss ss ss ss}", "clause", clause, "refusal", "policy", "report", report,
	                         "type", type);
	struct event event = {.kind = "crossing.file.refused", .actor = "sekisho-gate", .subject = file,
	                      .decision = decision};
	TRY(record(c, &event, data, why));
	return queue_done(c, file, why);
}

/* settle - a checked file: released, refused, or still waiting for a word */
static struct result settle(struct crossings *c, const char *id, struct arena *arena, bool *moved,
                            struct why *why)
{
	struct file_row file;
	struct crossing_row row;
	struct crossing_detail detail;
	struct release *release = NULL;
	const struct decision *decision = NULL;
	TRY(file_row_read(c, id, arena, &file, why));
	TRY(crossing_row_read(c, file.crossing, arena, &row, why));
	TRY(detail_read(c, row.detail, arena, &detail, why));
	TRY(release_of(c, &file, &row, &detail, arena, &release, &decision, why));
	*moved = release || decision->verdict == REFUSE;
	if (release)
		return release_write(c, release, arena, why);
	if (decision->verdict == REFUSE)
		return refuse_by_policy(c, id, file.type, decision, why);
	return queue_done(c, id, why);
}

static struct result write_outcome(struct carriage *k, enum outcome outcome, struct why *why)
{
	bool moved = false;
	TRY(password_forget(k->c, k->file.id, k->wrong, why));
	if (outcome == LOCKED)
		return write_locked(k, why);
	if (outcome == REFUSED)
		return write_refused(k, why);
	if (outcome == HELD)
		return write_held(k, why);
	TRY(write_checked(k, why));
	return settle(k->c, k->file.id, k->arena, &moved, why);
}

static struct result carry(struct carriage *k, struct why *why)
{
	struct crossings *c = k->c;
	bool own = false;
	enum outcome outcome = GO_ON;
	struct why cause = {0};
	k->why = &cause;
	check *const *next = k->row.direction == CROSSING_INWARD ? inward : outward;
	for (; *next && outcome == GO_ON; next++)
		outcome = (*next)(k);
	if (outcome == WAIT || outcome == FAILED)
		return queue_wait(c, k->file.id, REST_MS,
		                  k->sentence ? k->sentence : "もう一度行います。", why);
	TRY(change_begin(c, &own, why));
	return change_finish(c, own, write_outcome(k, outcome, why), why);
}

static struct result carry_file(struct crossings *c, struct pool *pool,
                                const struct scanner *scanner, const char *id, int64_t attempts,
                                struct arena *arena, struct why *why)
{
	AUTO(carriage_drop) struct carriage k = {.c = c, .pool = pool, .scanner = scanner,
	                                         .arena = arena, .attempts = attempts,
	                                         .original_fd = -1, .clean_fd = -1,
	                                         .cleansed = {.out_fd = -1}, .kept = {.entry = -1, .fd = -1}};
	TRY(file_row_read(c, id, arena, &k.file, why));
	TRY(crossing_row_read(c, k.file.crossing, arena, &k.row, why));
	TRY(detail_read(c, k.row.detail, arena, &k.detail, why));
	TRY(sealed_text(c, k.file.name_item, arena, &k.name, why));
	return carry(&k, why);
}

/* ---- files that waited for a person -------------------------------------- */

static struct result list_ids(struct crossings *c, const char *sql, struct arena *arena,
                              const char **ids, size_t most, size_t *count, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(c->at.base.store, sql, &s, why));
	for (*count = 0; *count < most; (*count)++) {
		bool row = false;
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		ids[*count] = arena_string(arena, column_text(s, 0));
		if (!ids[*count])
			return fail(why, E_MEMORY, "", "no memory");
	}
	return ok();
}

static struct result settle_checked(struct crossings *c, struct arena *arena, bool *worked,
                                    struct why *why)
{
	enum { MOST = 64 };
	const char *ids[MOST];
	size_t count = 0;
	TRY(list_ids(c, "SELECT id FROM crossing_file WHERE state = 'checked' ORDER BY changed_ms, id",
	             arena, ids, MOST, &count, why));
	for (size_t i = 0; i < count && !*worked; i++) {
		bool own = false;
		TRY(change_begin(c, &own, why));
		TRY(change_finish(c, own, settle(c, ids[i], arena, worked, why), why));
	}
	return ok();
}

/* An original whose exception was permitted: scanned anew, then released once. */
static struct result release_original(struct crossings *c, const struct scanner *scanner,
                                      const char *id, struct arena *arena, bool *worked,
                                      struct why *why)
{
	struct crossing_facts facts;
	const struct decision *decision = NULL;
	AUTO(carriage_drop) struct carriage k = {.c = c, .scanner = scanner, .arena = arena,
	                                         .original_fd = -1, .clean_fd = -1,
	                                         .cleansed = {.out_fd = -1}, .why = why};
	TRY(file_row_read(c, id, arena, &k.file, why));
	TRY(crossing_row_read(c, k.file.crossing, arena, &k.row, why));
	struct application a;
	TRY(application_get(c->at.proceedings, k.file.original_application, arena, &a, why));
	if (a.state != APPLICATION_PERMITTED || a.used_ms)
		return ok();
	struct why cause = {0};
	k.why = &cause;
	if (open_original(&k) != GO_ON || scan_original(&k) != GO_ON)
		return ok(); /* not scanned, or found: stays sealed; the permission waits */
	TRY(facts_of_original(c, &k.row, id, a.applicant, GATE_YES, arena, &facts, why));
	TRY(proceeding_decide(c->at.proceedings, &facts.wish, arena, &decision, why));
	if (decision->verdict != PASS)
		return ok();
	bool own = false;
	TRY(change_begin(c, &own, why));
	struct event event = {.kind = "crossing.original.released", .actor = "sekisho-gate",
	                      .subject = id, .decision = decision};
	struct result done = record(c, &event, json_pack("{ss ss so}", "application", a.id, "done", "release_original", "facts",
	                                                 done_facts(&facts, a.applicant)), why);
	const struct handed handed = {.origin = a.id, .application = a.id, .recipient = "", .row = &k.row, .wish = &facts.wish,
	                              .decision = decision};
	if (done.code == OK)
		done = handed_write(c, &handed, arena, why);
	if (done.code == OK)
		done = application_use(c->at.proceedings, a.id, "sekisho-gate", why);
	done = change_finish(c, own, done, why);
	*worked = done.code == OK;
	return done;
}

static struct result release_originals(struct crossings *c, const struct scanner *scanner,
                                       struct arena *arena, bool *worked, struct why *why)
{
	enum { MOST = 64 };
	const char *ids[MOST];
	size_t count = 0;
	TRY(list_ids(c,
	             "SELECT id FROM crossing_file WHERE original_application <> '' AND"
	             " original_erased_ms = 0 AND original_released_ms <= original_collected_ms"
	             " ORDER BY changed_ms, id",
	             arena, ids, MOST, &count, why));
	for (size_t i = 0; i < count && !*worked; i++)
		TRY(release_original(c, scanner, ids[i], arena, worked, why));
	return ok();
}

struct result crossing_step(struct crossings *c, struct pool *pool, const struct scanner *scanner,
                            bool *worked, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	const char *file = NULL;
	int64_t attempts = 0;
	*worked = false;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(queue_take(c, arena, &file, &attempts, why));
	if (file) {
		*worked = true;
		return carry_file(c, pool, scanner, file, attempts, arena, why);
	}
	TRY(settle_checked(c, arena, worked, why));
	return *worked ? ok() : release_originals(c, scanner, arena, worked, why);
}
