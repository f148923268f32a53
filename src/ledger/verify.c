/* The whole examination: checkpoints and the seal's word around what scan.c and
 * rows.c find.
 *
 * The seal's file is read before the view of the database is taken and once
 * more after: a checkpoint signed in between is then neither a rollback of the
 * one nor of the other.                                                     */
#include "ledger/ledger_room.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>

/* What is known of one signed checkpoint. */
struct claim {
	int64_t size;
	uint8_t root[SHA256_BYTES];
	bool by_seal; /* from the seal's own file */
};

struct claims {
	struct claim *at;
	struct sized_root *roots; /* the tree's own, in the same order */
	size_t count, room;
};

static const char ask_rollback[] =
	"データベースが古いものに戻されたか、記録が消されています。控えと突き合わせてください。";

static void size_fault(struct verifying *v, const char *what, int64_t size, const char *text)
{
	char place[64];
	snprintf(place, sizeof place, "checkpoint %lld", (long long)size);
	verify_fault(v, what, place, text);
}

/* ---- one note ------------------------------------------------------------ */

/* trusted - the note is of this log and signed, if there is a key to ask */
static bool trusted(struct verifying *v, const struct note_key *key, struct slice note,
                    struct checkpoint *out, const char **fault)
{
	*fault = "署名済みの確認点の形が壊れています。";
	if (checkpoint_read(note, out, NULL).code != OK)
		return false;
	*fault = "確認点が、別の台帳のものです。";
	if (!slice_is(out->origin, v->ledger->origin))
		return false;
	*fault = "確認点の署名が正しくありません。封印の鍵で署名されたものではありません。";
	return !key || checkpoint_signed_by(out, key, NULL).code == OK;
}

/* ---- the seal's own file ------------------------------------------------- */

struct seal_word {
	bool asked;    /* a path was given */
	bool readable; /* the file is there and sound */
	bool any;      /* it holds a note */
	struct claim claim;
	const char *fault;
};

static struct result read_seal(struct verifying *v, const char *path, const struct note_key *key,
                               struct seal_word *out, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(2 * NOTE_MAX);
	struct checkpoint checkpoint;
	struct slice note;
	*out = (struct seal_word){.asked = path && *path};
	if (!out->asked)
		return ok();
	if (!arena)
		return fail(why, E_MEMORY, path, "no memory to verify");
	out->fault = "封印の記録（最後に署名した確認点）が読めません。";
	if (file_read(path, NOTE_MAX, arena, &note, NULL).code != OK)
		return ok();
	out->any = note.len > 0;
	out->readable = !out->any || trusted(v, key, note, &checkpoint, &out->fault);
	if (out->any && out->readable) {
		out->claim = (struct claim){.size = checkpoint.size, .by_seal = true};
		memcpy(out->claim.root, checkpoint.root, SHA256_BYTES);
	}
	return ok();
}

/* ---- the stored checkpoints ---------------------------------------------- */

static struct result add_claim(struct claims *claims, const struct claim *claim, struct why *why)
{
	if (claims->count == claims->room) {
		size_t room = claims->room ? claims->room * 2 : 64;
		struct claim *at = reallocarray(claims->at, room, sizeof *at);
		if (!at)
			return fail(why, E_MEMORY, "checkpoint", "no memory for the checkpoints");
		claims->at = at;
		claims->room = room;
	}
	claims->at[claims->count++] = *claim;
	return ok();
}

static struct result take_stored(struct verifying *v, const struct note_key *key,
                                 struct statement *s, struct claims *claims, struct why *why)
{
	struct checkpoint checkpoint;
	const char *fault = "";
	int64_t size = column_i64(s, 0);
	v->verdict->checkpoints++;
	if (!trusted(v, key, column_text(s, 1), &checkpoint, &fault)) {
		size_fault(v, "checkpoint", size, fault);
		return ok();
	}
	if (checkpoint.size != size) {
		size_fault(v, "checkpoint", size, "確認点が、別の件数の欄に置かれています。");
		return ok();
	}
	struct claim claim = {.size = size};
	memcpy(claim.root, checkpoint.root, SHA256_BYTES);
	return add_claim(claims, &claim, why);
}

static struct result read_stored(struct verifying *v, const struct note_key *key,
                                 struct claims *claims, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(v->ledger->store, "SELECT size, note FROM ledger_checkpoint ORDER BY size", &s, why));
	TRY(statement_step(s, &row, why));
	while (row) {
		TRY(take_stored(v, key, s, claims, why));
		TRY(statement_step(s, &row, why));
	}
	return ok();
}

static int by_size(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	return x->size < y->size ? -1 : x->size > y->size;
}

static struct result sort_claims(struct claims *claims, struct why *why)
{
	if (claims->count == 0)
		return ok();
	qsort(claims->at, claims->count, sizeof *claims->at, by_size);
	claims->roots = calloc(claims->count, sizeof *claims->roots);
	if (!claims->roots)
		return fail(why, E_MEMORY, "checkpoint", "no memory for the checkpoints");
	for (size_t i = 0; i < claims->count; i++)
		claims->roots[i].size = claims->at[i].size;
	return ok();
}

/* ---- judgement ----------------------------------------------------------- */

static void judge_claim(struct verifying *v, const struct claim *claim, const struct sized_root *root,
                        bool hole)
{
	const char *what = claim->by_seal ? "rollback" : root->known ? "checkpoint" : "missing";
	char text[400];
	if (!root->known && hole)
		return; /* it is named already */
	if (!root->known) {
		snprintf(text, sizeof text, "%lld 件まで署名されていますが、台帳には %lld 件しかありません。%s",
		         (long long)claim->size, (long long)v->verdict->entries, ask_rollback);
		size_fault(v, what, claim->size, text);
	} else if (memcmp(root->root, claim->root, SHA256_BYTES) != 0) {
		snprintf(text, sizeof text, "先頭から %lld 件のハッシュ値が、署名された値と違います。%s",
		         (long long)claim->size, ask_rollback);
		size_fault(v, what, claim->size, text);
	}
}

static void judge_seal(struct verifying *v, const struct seal_word *before,
                       const struct seal_word *after, const struct claims *claims)
{
	int64_t newest = 0;
	for (size_t i = 0; i < claims->count; i++)
		if (!claims->at[i].by_seal && claims->at[i].size > newest)
			newest = claims->at[i].size;
	if (before->asked && !before->readable)
		verify_fault(v, "rollback", "seal", before->fault);
	else if (after->asked && after->readable && after->claim.size < newest)
		verify_fault(v, "checkpoint", "seal",
		             "封印の記録が、台帳にある確認点より古いものです。封印の記録が戻されたか、"
		             "確認点が封印を通らずに作られています。");
}

static struct result examine(struct verifying *v, const char *seal_state, const struct note_key *key,
                             const struct seal_word *before, struct claims *claims, struct why *why)
{
	struct seal_word after;
	TRY(read_seal(v, seal_state, key, &after, why));
	TRY(read_stored(v, key, claims, why));
	if (before->any && before->readable)
		TRY(add_claim(claims, &before->claim, why));
	TRY(sort_claims(claims, why));
	TRY(verify_entries(v, claims->roots, claims->count, why));
	bool hole = verify_found(v, "missing");
	for (size_t i = 0; i < claims->count; i++)
		judge_claim(v, &claims->at[i], &claims->roots[i], hole);
	judge_seal(v, before, &after, claims);
	if (v->chain_only || verify_found(v, "entry") || verify_found(v, "order") || verify_found(v, "missing"))
		return ok(); /* what does not follow from sound entries proves nothing */
	return verify_rows(v, why);
}

static struct result on_one_view(struct verifying *v, const char *seal_state,
                                 const struct note_key *key, struct why *why)
{
	struct seal_word before;
	struct claims claims = {0};
	TRY(read_seal(v, seal_state, key, &before, why));
	TRY(store_begin_read(v->ledger->store, why));
	struct result done = examine(v, seal_state, key, &before, &claims, why);
	store_rollback(v->ledger->store);
	free(claims.at);
	free(claims.roots);
	return done;
}

static struct result verify(struct ledger *ledger, const char *seal_state, const char *public_key, bool chain_only,
                            struct arena *arena, struct ledger_verdict *out, struct why *why)
{
	struct ledger_verdict verdict = {.sound = true};
	struct verifying v = {.ledger = ledger, .arena = arena, .verdict = &verdict, .last = &verdict.faults,
	                      .chain_only = chain_only};
	struct note_key key;
	bool keyed = public_key && *public_key;
	if (keyed)
		TRY(note_key_read(slice_str(public_key), &key, why));
	TRY(on_one_view(&v, seal_state, keyed ? &key : NULL, why));
	*out = verdict;
	return ok();
}

struct result ledger_verify(struct ledger *ledger, const char *seal_state, const char *public_key,
                            struct arena *arena, struct ledger_verdict *out, struct why *why)
{
	return verify(ledger, seal_state, public_key, false, arena, out, why);
}

struct result ledger_verify_chain(struct ledger *ledger, const char *seal_state, const char *public_key,
                                  struct arena *arena, struct ledger_verdict *out, struct why *why)
{
	return verify(ledger, seal_state, public_key, true, arena, out, why);
}
