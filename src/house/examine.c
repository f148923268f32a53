/* The ledger's daily examination. */
#include "house/examine.h"

#include "base/file.h"
#include "desk/desk.h"
#include "ledger/record.h"
#include "store/ask.h"

enum { EXAMINE_ROOM = 64 << 20, KEY_BYTES = 4096 };

static const char program[] = "sekisho-clock";

const char *house_seal_key(const struct house *house, struct arena *arena)
{
	struct slice text;
	if (file_read(house->settings.seal_public, KEY_BYTES, arena, &text, NULL).code != OK)
		return "";
	while (text.len && (text.at[text.len - 1] == '\n' || text.at[text.len - 1] == ' '))
		text.len--;
	const char *line = arena_string(arena, text);
	return line ? line : "";
}

struct result house_examine_due(struct house *house, bool *due, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(EXAMINE_ROOM);
	struct ledger_examined last;
	struct ledger_entry first;
	int64_t size;
	day_t today = day_of_ms(clock_now_ms(&house->clock));
	if (!arena)
		return fail(why, E_MEMORY, "ledger", "no memory to examine the ledger");
	if (ledger_examined_read(house->settings.examined, arena, &last, NULL).code == OK) {
		*due = day_of_ms(last.at_ms) < today;
		return ok();
	}
	TRY(ledger_size(house->ledger, &size, why));
	*due = size > 0;
	if (!*due || ledger_get(house->ledger, 0, arena, &first, NULL).code != OK)
		return ok(); /* an entry that cannot be read is looked at today */
	*due = day_of_ms(first.time_ms) < today;
	return ok();
}

/* ---- what becomes of it -------------------------------------------------------------- */

static struct result record(struct house *house, const char *kind, json_t *data, int64_t *seq, struct why *why)
{
	struct ledger_entry entry = {.body = slice_str(house->settings.body), .kind = slice_str(kind), .actor = slice_str(program),
		.post = SLICE(""), .subject = SLICE("")};
	TRY(ledger_record(house->ledger, &entry, data, why));
	*seq = entry.seq;
	return ok();
}

static struct result tell_sound(struct house *house, const struct ledger_examined *e, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	int64_t seq;
	TRY(tx_begin(house->store, &tx, why));
	TRY(record(house, "ledger.verified", json_pack("{ss ss sI sI sI sb}", "done", "verify_ledger", "of", "", "entries",
		(json_int_t)e->verdict.entries, "rows", (json_int_t)e->verdict.rows, "checkpoints",
		(json_int_t)e->verdict.checkpoints, "with_rows", e->with_rows), &seq, why));
	return tx_commit(&tx, why);
}

/* The section that runs the office's IT, as the office knows it; else the first. */
static struct result it_section(struct house *house, struct arena *arena, const char **out, struct why *why)
{
	struct section *sections;
	size_t count, facts;
	struct office_fact *known;
	day_t today = day_of_ms(clock_now_ms(&house->clock));
	TRY(office_sections(house->office, arena, &sections, &count, why));
	*out = count ? sections[0].id : "";
	for (size_t i = 0; i < count; i++) {
		TRY(office_facts(house->office, "section", sections[i].id, today, arena, &known, &facts, why));
		for (size_t k = 0; k < facts; k++)
			if (strcmp(known[k].path, "runs_it") == 0 && strcmp(known[k].value, "yes") == 0) {
				*out = sections[i].id;
				return ok();
			}
	}
	return ok();
}

static json_t *faults_json(const struct ledger_verdict *verdict)
{
	json_t *list = json_array();
	for (const struct ledger_fault *f = verdict->faults; f; f = f->next)
		json_array_append_new(list, json_pack("{ss ss}", "what", f->what, "place", f->place));
	return list;
}

static struct result tell_broken(struct house *house, const struct ledger_examined *e, struct arena *arena, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	struct desk desk;
	struct desk_verdict told;
	struct policy_act event;
	const char *section, *reference;
	int64_t seq;
	TRY(tx_begin(house->store, &tx, why));
	TRY(record(house, "ledger.broken", json_pack("{so}", "faults", faults_json(&e->verdict)), &seq, why));
	house_desk(house, &desk);
	if (policy_act_find(house->policy, "ledger_broken", &event)) {
		TRY(it_section(house, arena, &section, why));
		reference = arena_printf(arena, "entry:%lld", (long long)seq);
		if (!reference)
			return fail(why, E_MEMORY, "ledger", "no memory to examine the ledger");
		const struct desk_telling telling = {.act = event.name, .object = "", .section = section, .teller = program,
		                                     .actor = "", .reference = reference};
		TRY(desk_tell(&desk, &telling, arena, &told, why));
	}
	return tx_commit(&tx, why);
}

struct result house_examine(struct house *house, bool *sound, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(EXAMINE_ROOM);
	struct ledger_examined now = {.at_ms = clock_now_ms(&house->clock)}, last;
	const char *path = house->settings.examined;
	int64_t size;
	if (!arena)
		return fail(why, E_MEMORY, "ledger", "no memory to examine the ledger");
	bool known = ledger_examined_read(path, arena, &last, NULL).code == OK;
	TRY(ledger_size(house->ledger, &size, why));
	now.with_rows = size <= EXAMINE_ROWS_UP_TO;
	struct result (*const verify)(struct ledger *, const char *, const char *, struct arena *, struct ledger_verdict *,
	                              struct why *) = now.with_rows ? ledger_verify : ledger_verify_chain;
	TRY(verify(house->ledger, house->settings.seal_note, house_seal_key(house, arena), arena, &now.verdict, why));
	TRY(ledger_examined_write(path, &now, why));
	*sound = now.verdict.sound;
	if (now.verdict.sound)
		return tell_sound(house, &now, why);
	return known && ledger_same_faults(&last.verdict, &now.verdict) ? ok() : tell_broken(house, &now, arena, why);
}
