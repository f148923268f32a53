/* Nothing but the ledger's own record of passed checks, the item that they were
 * about, and a PASS of the policy makes a release. */
#include "crossing/handed.h"
#include "crossing/release.h"

struct release {
	const struct crossing_facts *facts;
	const struct file_row *file;
	const struct crossing_row *row;
	const struct crossing_detail *detail;
	const struct decision *decision;
	const char *name;
};

/* The newest "checked" entry of the file names the item and its keyed digest. */
static struct result checked_item(struct crossings *c, const struct file_row *file,
                                  struct arena *arena, char digest[2 * VAULT_DIGEST + 1],
                                  struct why *why)
{
	struct ledger_entry *entries = NULL;
	size_t count = 0;
	struct ledger_query query = {
		.subject = file->id, .kind_prefix = "crossing.file.checked", .limit = 1};
	TRY(ledger_find(c->at.base.ledger, &query, arena, &entries, &count, why));
	if (count == 0)
		return fail(why, E_TAMPERED, file->id, "no entry says that this file was checked");
	AUTO(json_drop) json_t *data = NULL;
	TRY(record_data(&entries[0], &data, why));
	if (strcmp(json_text(data, "clean"), file->clean) != 0)
		return fail(why, E_TAMPERED, file->id, "another item stands where the checked one was");
	snprintf(digest, 2 * VAULT_DIGEST + 1, "%s", json_text(data, "clean_digest"));
	return ok();
}

static struct result same_item(struct crossings *c, const struct file_row *file,
                               struct arena *arena, struct why *why)
{
	char wanted[2 * VAULT_DIGEST + 1], found[2 * VAULT_DIGEST + 1];
	struct vault_reader *reader = NULL;
	struct vault_info info;
	TRY(checked_item(c, file, arena, wanted, why));
	TRY(vault_read_begin(c->at.base.vault, slice_str(file->clean), &reader, &info, why));
	vault_read_end(&reader);
	hex_encode(info.digest, VAULT_DIGEST, found);
	return strcmp(found, wanted) == 0
	               ? ok()
	               : fail(why, E_TAMPERED, file->id, "the clean file is not the one that was checked");
}

struct result release_of(struct crossings *c, const struct file_row *file,
                         const struct crossing_row *row, const struct crossing_detail *detail,
                         struct arena *arena, struct release **out,
                         const struct decision **decision, struct why *why)
{
	struct crossing_facts *facts = ARENA_NEW(arena, struct crossing_facts);
	*out = NULL;
	if (!facts)
		return fail(why, E_MEMORY, "", "no memory");
	if (file->state != CROSSING_CHECKED)
		return fail(why, E_CONFLICT, file->id, "the file is not checked");
	TRY(same_item(c, file, arena, why));
	TRY(facts_of(c, row, detail, GATE_YES,
	             row->direction == CROSSING_INWARD ? GATE_YES : GATE_UNKNOWN, arena, facts, why));
	TRY(proceeding_decide(c->at.proceedings, &facts->wish, arena, decision, why));
	if ((*decision)->verdict != PASS)
		return ok();
	struct release *release = ARENA_NEW(arena, struct release);
	if (!release)
		return fail(why, E_MEMORY, "", "no memory");
	*release = (struct release){facts, file, row, detail, *decision, NULL};
	TRY(sealed_text(c, file->name_item, arena, &release->name, why));
	*out = release;
	return ok();
}

struct result release_write(struct crossings *c, const struct release *release, struct arena *arena, struct why *why)
{
	const struct file_row *file = release->file;
	struct vault_info item = {.bytes = file->clean_bytes};
	char digest[2 * VAULT_DIGEST + 1] = "";
	snprintf(item.id, sizeof item.id, "%s", file->clean);
	if (release->row->direction == CROSSING_OUTWARD &&
	    strcmp(release->detail->protection, "encrypted") == 0) {
		TRY(protect_item(c, file->clean, release->name, release->detail->password, &item, why));
		hex_encode(item.digest, VAULT_DIGEST, digest);
	}
	int64_t until = crossing_now(c) + (int64_t)c->at.settings.collect_days * DAY_MS;
	json_t *data = json_pack("{ss so ss sI sI ss}", "done", release->facts->wish.act, "facts",
	                         done_facts(release->facts, release->row->sender), "clean", item.id, "clean_bytes", (json_int_t)item.bytes,
	                         "collect_until_ms", (json_int_t)until, "released_digest", digest);
	struct event event = {.kind = "crossing.file.released", .actor = "sekisho-gate",
	                      .subject = file->id, .decision = release->decision};
	const struct handed handed = {.origin = file->id, .application = release->row->application,
		.recipient = release->row->direction == CROSSING_OUTWARD ? release->detail->partner : "", .row = release->row,
		.wish = &release->facts->wish, .decision = release->decision};
	TRY(record(c, &event, data, why));
	TRY(handed_write(c, &handed, arena, why));
	return queue_done(c, file->id, why);
}
