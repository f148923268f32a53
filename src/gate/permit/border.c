/* What stands: read from the folder, and held against the ledger. */
#include "gate/permit/border.h"

#include "base/file.h"
#include "base/number.h"
#include "gate/permit/folder.h"
#include "store/digest.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum { CUT_BYTES = 1 << 20, STATE_BYTES = 65536 };

void folder_digest(struct slice text, char out[65])
{
	uint8_t bytes[SHA256_BYTES];
	sha256(text, bytes);
	hex_encode(bytes, sizeof bytes, out);
}

struct result folder_open(const char *dir, struct arena *arena, const char **out, struct why *why)
{
	*out = arena_printf(arena, "%s/zone", dir);
	if (!*out || (mkdir(*out, 0750) < 0 && errno != EEXIST))
		return fail(why, E_SYSTEM, dir, "zone のフォルダを作れません: %s", strerror(errno));
	return ok();
}

struct result folder_read(const char *folder, const char *name, size_t most, struct arena *arena, struct slice *out, struct why *why)
{
	struct why own = {0};
	const char *path = arena_printf(arena, "%s/%s", folder, name);
	*out = (struct slice){NULL, 0};
	if (!path)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	struct result r = file_read(path, most, arena, out, &own);
	if (r.code == OK || r.code == E_ABSENT)
		return ok();
	return fail(why, own.code, own.place, "%s", own.text);
}

struct result folder_write(const char *folder, const char *name, struct slice text, struct why *why)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return file_write(path, text, 0640, why);
}

/* ---- what the ledger names ----------------------------------------------------------- */

/* newest - of the entry's ruleset and its table; "" there is none */
struct newest {
	char ruleset[65], table[65];
};

static void hex_after(struct slice data, const char *key, char out[65])
{
	size_t at = slice_find(data, slice_str(key));
	struct slice hex = slice_part(data, at == SIZE_MAX ? data.len : at + strlen(key), SIZE_MAX);
	snprintf(out, 65, "%.*s", (int)(hex.len < 64 ? 0 : 64), (const char *)hex.at);
}

static struct result find_newest(const struct border *d, struct newest *out, struct why *why)
{
	const struct ledger_query query = {.kind_prefix = "zone.ruleset", .limit = 1};
	struct ledger_entry *entries;
	size_t count = 0;
	*out = (struct newest){"", ""};
	TRY(ledger_find(d->parts.ledger, &query, d->arena, &entries, &count, why));
	if (!count)
		return ok();
	snprintf(out->ruleset, sizeof out->ruleset, "%.*s", SLICE_ARG(slice_part(entries[0].subject, 0, 64)));
	hex_after(entries[0].data, "\"model\":\"", out->table);
	return ok();
}

static struct result read_table(struct border *d, const struct newest *newest, struct why *why)
{
	struct slice text;
	char digest[65], name[80];
	if (!newest->table[0])
		return ok();
	snprintf(name, sizeof name, "model-%s.tsv", newest->table);
	TRY(folder_read(d->folder, name, MODEL_BYTES, d->arena, &text, why));
	folder_digest(text, digest);
	if (strcmp(digest, newest->table) != 0)
		return fail(why, E_TAMPERED, name, "構成表が、台帳にあるもの（%.16s…）と違います。", newest->table);
	TRY(model_read(text, d->arena, d->findings, &d->model, why));
	return d->parts.proceedings ? permit_fill(d->parts.proceedings, d->model, d->arena, NULL, why) : ok();
}

/* ---- what sekisho-zone says ------------------------------------------------------------- */

static struct slice line_after(struct slice text, const char *word)
{
	size_t at = slice_starts(text, slice_str(word)) ? 0 : slice_find(text, slice_str(text.len ? word : "?"));
	struct slice rest = slice_part(text, at == SIZE_MAX ? text.len : at + strlen(word), SIZE_MAX);
	return slice_part(rest, 0, slice_find(rest, SLICE("\n")));
}

static struct result read_state(struct border *d, const struct newest *newest, struct slice cut, struct why *why)
{
	struct slice text;
	char digest[65];
	TRY(folder_read(d->folder, "state", STATE_BYTES, d->arena, &text, why));
	struct slice ruleset = line_after(text, "ruleset ");
	struct border_state *s = &d->state;
	s->known = text.len > 0 && ruleset.len > 0 && ruleset.len <= 64;
	if (!s->known)
		return ok();
	snprintf(s->ruleset, sizeof s->ruleset, "%.*s", SLICE_ARG(ruleset));
	if (day_parse(line_after(text, "day "), &s->day, NULL).code != OK || !number_parse_u64(line_after(text, "drift "), &s->drifts))
		s->known = false;
	folder_digest(cut, digest);
	s->obeys = s->known && slice_is(ruleset, newest->ruleset) && slice_is(line_after(text, "cut "), digest);
	return ok();
}

static bool cut_names(struct slice cut, struct slice id)
{
	while (cut.len) {
		size_t end = slice_find(cut, SLICE("\n"));
		if (slice_equal(slice_part(cut, 0, end), id))
			return true;
		cut = slice_part(cut, end == SIZE_MAX ? cut.len : end + 1, SIZE_MAX);
	}
	return false;
}

static struct result read_cut(struct border *d, struct slice *out, struct why *why)
{
	TRY(folder_read(d->folder, "cut", CUT_BYTES, d->arena, out, why));
	size_t flows = d->model ? d->model->flow_count : 0;
	d->cut = ARENA_ARRAY(d->arena, flows + 1, bool);
	if (!d->cut)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	for (size_t i = 0; out->len && i < flows; i++)
		d->cut_count += d->cut[i] = cut_names(*out, d->model->flows[i].id);
	return ok();
}

static struct result read_tables(struct border *d, struct why *why)
{
	struct slice refused, used;
	struct hits hits;
	TRY(folder_read(d->folder, "refused", TALLY_BYTES, d->arena, &refused, why));
	TRY(folder_read(d->folder, "hits", TALLY_BYTES, d->arena, &used, why));
	if (refused.len)
		TRY(refusals_read(refused, d->arena, &d->refusals, why));
	if (!used.len || !d->model)
		return ok();
	TRY(hits_read(used, d->arena, &hits, why));
	return hits_idle(d->model, &hits, d->parts.day, d->arena, &d->idle, why);
}

struct result border_open(const struct border_parts *parts, struct arena *arena, struct border *out, struct why *why)
{
	struct newest newest;
	struct slice cut;
	*out = (struct border){.parts = *parts, .arena = arena, .findings = findings_new(arena)};
	if (!out->findings)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	TRY(permit_lawbook(parts->policy, parts->policy_name, parts->day, arena, &out->book, why));
	TRY(folder_open(parts->dir, arena, &out->folder, why));
	TRY(find_newest(out, &newest, why));
	TRY(read_table(out, &newest, why));
	TRY(read_cut(out, &cut, why));
	TRY(read_state(out, &newest, cut, why));
	return read_tables(out, why);
}

bool border_obeyed(const struct border *d, const char *word, const char *digest)
{
	AUTO(arena_drop) struct arena *arena = arena_new(256 << 10);
	char line[100];
	struct slice text;
	snprintf(line, sizeof line, "%s %s\n", word, digest);
	return arena && folder_read(d->folder, "state", STATE_BYTES, arena, &text, NULL).code == OK && text.len &&
	       slice_find(text, slice_str(line)) != SIZE_MAX;
}

struct result border_unused(struct border *d, int32_t days, uint32_t **out, size_t *count, struct why *why)
{
	size_t flows = d->model ? d->model->flow_count : 0, n = 0;
	uint32_t *list = ARENA_ARRAY(d->arena, flows + 1, uint32_t);
	if (!list)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	for (uint32_t i = 0; d->idle && i < flows; i++)
		if (d->idle[i] >= days)
			list[n++] = i;
	*out = list;
	*count = n;
	return ok();
}
