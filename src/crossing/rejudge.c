/* Reads the entry, puts the settings of then together, runs both readers, compares. */
#include "crossing/rejudge.h"
#include "crossing/cache.h"
#include "crossing/internal.h"

#include "base/file.h"

#include <sys/mman.h>
#include <unistd.h>

struct again {
	struct crossings *c;
	struct pool *pool;
	const struct rejudge_request *request;
	struct arena *arena;
	json_t *data;
	struct file_row file;
	struct crossing_row row;
	struct switch_state set;
	int in_fd;
	struct pool_result result;
	struct rejudgement *out;
};

static void again_done(struct again *a)
{
	json_decref(a->data);
	fd_close_drop(&a->in_fd);
	fd_close_drop(&a->result.out_fd);
}

/* ---- what the entry says --------------------------------------------------------- */

static bool decided_by_gate(const struct again *a)
{
	static const char *const others[] = {"malware", "policy", "held", NULL};
	const char *refusal = json_text(a->data, "refusal");
	for (int i = 0; others[i]; i++)
		if (strcmp(refusal, others[i]) == 0)
			return false;
	return true;
}

static struct result open_entry(struct again *a, struct why *why)
{
	struct ledger_entry entry;
	long long seq = (long long)a->request->entry;
	struct result got = ledger_get(a->c->at.base.ledger, a->request->entry, a->arena, &entry, why);
	if (got.code == E_ABSENT)
		return fail(why, E_INPUT, "entry", "記録%lld番はありません。", seq);
	TRY(got);
	TRY(record_data(&entry, &a->data, why));
	a->out->refused = slice_is(entry.kind, "crossing.file.refused");
	if (!a->out->refused && !slice_is(entry.kind, "crossing.file.checked"))
		return fail(why, E_INPUT, "entry", "記録%lld番は、ファイルの判定の記録ではありません（%.*s）。", seq, SLICE_ARG(entry.kind));
	if (!decided_by_gate(a))
		return fail(why, E_INPUT, "entry", "記録%lld番は、無害化の判定で止めた記録ではないため、作り直して比べられません（%s）。",
		            seq, json_text(a->data, "refusal"));
	const char *file = arena_string(a->arena, entry.subject);
	TRY(file ? file_row_read(a->c, file, a->arena, &a->file, why) : fail(why, E_MEMORY, "", "no memory"));
	TRY(crossing_row_read(a->c, a->file.crossing, a->arena, &a->row, why));
	if (a->row.direction != CROSSING_INWARD)
		return fail(why, E_INPUT, "entry", "記録%lld番は、庁外へ出したファイルの記録です。作り直さずに渡すため、比べるものがありません。", seq);
	if (!*json_text(a->data, "original_digest"))
		return fail(why, E_CONFLICT, "entry", "記録%lld番には、元のファイルを確かめる値がありません（古い版の記録です）。", seq);
	const json_t *by = json_object_get(a->data, "judged_by");
	a->out->judged_by = by ? json_number(a->data, "judged_by") : -1;
	a->out->entry = a->request->entry;
	a->out->time_ms = entry.time_ms;
	a->out->number = a->row.number;
	return ok();
}

static const char *keyed(struct again *a, struct slice bytes)
{
	uint8_t digest[VAULT_DIGEST];
	char hex[2 * VAULT_DIGEST + 1];
	vault_digest(a->c->at.base.vault, bytes, digest);
	hex_encode(digest, VAULT_DIGEST, hex);
	const char *copy = arena_string(a->arena, slice_str(hex));
	return copy ? copy : "";
}

static struct result settings_of_then(struct again *a, struct why *why)
{
	const struct switch_file file = {a->row.direction, a->row.section, a->row.answers};
	TRY(switch_resolve_at(a->c, a->request->entry, &file, a->arena, &a->set, why));
	return strcmp(a->set.digest, json_text(a->data, "switches")) == 0 ? ok()
		: fail(why, E_CONFLICT, "switches",
		       "当時の無害化の設定を、台帳の記録から組み立て直せません（設定の値が記録と合いません）。プログラムの版が違う場合は、当時の版で確かめてください。");
}

/* ---- once more ------------------------------------------------------------------- */

static struct result name_of_then(struct again *a, struct slice *out, struct why *why)
{
	struct result got = vault_get(a->c->at.base.vault, slice_str(a->file.name_item), a->arena, out, why);
	if (got.code == E_DENIED)
		*out = a->request->name;
	return got.code == E_DENIED ? ok() : got;
}

static struct result rebuild(struct again *a, struct slice name, struct why *why)
{
	TRY(pool_seal_bytes(a->request->content, &a->in_fd, why));
	struct pool_job job = {.program = POOL_CLEANSE, .name = name, .input_fd = a->in_fd, .original_fd = -1,
	                       .rules = switches_rules(&a->set.switches), .password = a->request->password};
	job.rules.page_dpi = a->c->at.settings.page_dpi;
	job.program = pool_cleanser(a->pool, rules_strip(&job.rules, "page-drawing"));
	return pool_run(a->pool, &job, a->arena, &a->result, why);
}

/* As the gate asks; "" when it lets it through. */
static struct result read_again(struct again *a, struct slice name, const char **held, struct why *why)
{
	struct pool_result seen = {.out_fd = -1};
	struct pool_job job = {.program = POOL_INSPECT, .name = name, .input_fd = a->result.out_fd, .original_fd = a->in_fd,
	                       .compare = true, .type = pool_inspect_type(a->result.report.type)};
	TRY(pool_run(a->pool, &job, a->arena, &seen, why));
	bool differs = seen.agreement == INSPECT_DIFFERS && pool_must_agree(&a->result.report);
	*held = seen.end != POOL_DONE || seen.inspect.verdict != INSPECT_OK || differs
		? "second reader: it does not agree" : "";
	return ok();
}

static const char *digest_of_result(struct again *a)
{
	void *at = a->result.out_bytes ? mmap(NULL, a->result.out_bytes, PROT_READ, MAP_PRIVATE, a->result.out_fd, 0) : NULL;
	if (!at || at == MAP_FAILED)
		return "";
	const char *hex = keyed(a, slice_of(at, a->result.out_bytes));
	munmap(at, a->result.out_bytes);
	return hex;
}

static struct result judge(struct again *a, struct why *why)
{
	struct slice name;
	const struct file_report *report = &a->result.report;
	TRY(name_of_then(a, &name, why));
	TRY(rebuild(a, name, why));
	a->out->refused_now = a->result.end != POOL_DONE || report->verdict == FILE_REFUSED || a->result.out_fd < 0;
	a->out->now = refusal_name(report->refusal ? report->refusal : REFUSAL_FAILED);
	a->out->reason = report->reason ? report->reason : "";
	if (!a->out->refused_now) {
		TRY(read_again(a, name, &a->out->reason, why));
		a->out->now = a->out->reason[0] ? "held" : digest_of_result(a);
		a->out->refused_now = a->out->reason[0] != 0;
	}
	a->out->same = strcmp(a->out->now, a->out->before) == 0 && a->out->now[0];
	return ok();
}

struct result crossing_rejudge(struct crossings *c, struct pool *pool, const struct rejudge_request *request,
                               struct arena *arena, struct rejudgement *out, struct why *why)
{
	char programs[CACHE_KEY];
	AUTO(again_done) struct again a = {.c = c, .pool = pool, .request = request, .arena = arena, .in_fd = -1,
	                                   .result = {.out_fd = -1}, .out = out};
	*out = (struct rejudgement){.judged_by = -1, .before = "", .now = "", .reason = ""};
	TRY(open_entry(&a, why));
	out->before = arena_string(arena, slice_str(json_text(a.data, out->refused ? "refusal" : "clean_digest")));
	if (!out->before)
		return fail(why, E_MEMORY, "", "no memory");
	out->comparable = !json_is_true(json_object_get(a.data, "locked_again"));
	for (int draws = 0; draws <= 1; draws++) { /* which it was, only the settings of then would tell */
		cache_programs(c, pool, draws, programs);
		out->programs_known |= programs[0] && *json_text(a.data, "programs");
		out->same_programs |= programs[0] && strcmp(programs, json_text(a.data, "programs")) == 0;
	}
	out->same_file = strcmp(keyed(&a, request->content), json_text(a.data, "original_digest")) == 0;
	if (!out->same_file)
		return ok();
	TRY(settings_of_then(&a, why));
	return judge(&a, why);
}
