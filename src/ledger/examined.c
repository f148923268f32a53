/* The last examination as a small JSON file, written whole. */
#include "ledger/examined.h"

#include "base/file.h"
#include "ledger/record.h"

#include <errno.h>
#include <jansson.h>
#include <sys/stat.h>

enum { EXAMINED_BYTES = 64 << 10 };

static struct result no_word(const char *path, struct why *why)
{
	return fail(why, E_TAMPERED, path, "台帳の照合の結果が読めません。");
}

static struct result read_faults(const json_t *list, struct arena *arena, struct ledger_fault **out, const char *path,
                                 struct why *why)
{
	size_t i;
	json_t *one;
	json_array_foreach(list, i, one) {
		const char *what, *place, *text;
		struct ledger_fault *f = ARENA_NEW(arena, struct ledger_fault);
		if (!f)
			return fail(why, E_MEMORY, path, "no memory for the faults");
		if (json_unpack(one, "{ss ss ss}", "what", &what, "place", &place, "text", &text) != 0)
			return no_word(path, why);
		*f = (struct ledger_fault){.what = arena_string(arena, slice_str(what)), .place = arena_string(arena, slice_str(place)),
		                           .text = arena_string(arena, slice_str(text))};
		if (!f->what || !f->place || !f->text)
			return fail(why, E_MEMORY, path, "no memory for the faults");
		*out = f;
		out = &f->next;
	}
	return ok();
}

static struct result read_word(json_t *word, struct arena *arena, struct ledger_examined *out, const char *path,
                               struct why *why)
{
	json_int_t at, entries, rows, checkpoints;
	int sound, with_rows;
	json_t *faults;
	if (json_unpack(word, "{sI sb sb sI sI sI so}", "at_ms", &at, "sound", &sound, "with_rows", &with_rows,
	                "entries", &entries, "rows", &rows, "checkpoints", &checkpoints, "faults", &faults) != 0)
		return no_word(path, why);
	*out = (struct ledger_examined){.at_ms = at, .with_rows = with_rows,
		.verdict = {.sound = sound, .entries = entries, .rows = rows, .checkpoints = checkpoints}};
	return read_faults(faults, arena, &out->verdict.faults, path, why);
}

struct result ledger_examined_read(const char *path, struct arena *arena, struct ledger_examined *out, struct why *why)
{
	struct slice bytes;
	struct stat st;
	if (!path || !*path || (lstat(path, &st) != 0 && errno == ENOENT))
		return fail(why, E_ABSENT, "ledger", "台帳はまだ照合していません。");
	TRY(file_read(path, EXAMINED_BYTES, arena, &bytes, why));
	json_t *word = json_loadb((const char *)bytes.at, bytes.len, JSON_REJECT_DUPLICATES, NULL);
	if (!word)
		return no_word(path, why);
	struct ledger_examined read;
	struct result done = read_word(word, arena, &read, path, why);
	json_decref(word);
	if (done.code == OK)
		*out = read;
	return done;
}

struct result ledger_examined_write(const char *path, const struct ledger_examined *e, struct why *why)
{
	json_t *faults = json_array();
	for (const struct ledger_fault *f = e->verdict.faults; f; f = f->next)
		json_array_append_new(faults, json_pack("{ss ss ss}", "what", f->what, "place", f->place, "text", f->text));
	json_t *word = json_pack("{sI sb sb sI sI sI so}", "at_ms", (json_int_t)e->at_ms, "sound", e->verdict.sound, "with_rows",
		e->with_rows, "entries", (json_int_t)e->verdict.entries, "rows", (json_int_t)e->verdict.rows, "checkpoints",
		(json_int_t)e->verdict.checkpoints, "faults", faults);
	char *text = word ? json_dumps(word, JSON_INDENT(1) | JSON_SORT_KEYS) : NULL;
	json_decref(word);
	if (!text)
		return fail(why, E_MEMORY, path, "no memory for the faults");
	struct result done = file_write(path, slice_str(text), 0640, why);
	free(text);
	return done;
}

bool ledger_same_faults(const struct ledger_verdict *a, const struct ledger_verdict *b)
{
	const struct ledger_fault *x = a->faults, *y = b->faults;
	for (; x && y; x = x->next, y = y->next)
		if (strcmp(x->what, y->what) != 0 || strcmp(x->place, y->place) != 0)
			return false;
	return !x && !y && a->sound == b->sound;
}
