/* 証拠の書出し: the entries that prove a clause, each with its way to the newest signed
 * tree, as one file that other software verifies (docs/verifying.md).
 * The key to check the signature with is not in it: who verifies has it from elsewhere. */
#include "web/pages.h"
#include "web/private.h"

#include "base/number.h"
#include "ledger/record.h"

#include <stdlib.h>

enum { AT_ONCE = 32, LEAF_ROOM = 4 * LEDGER_LEAF_MAX };

struct taking {
	struct ledger *ledger;
	struct buffer head;
	int64_t *seqs, size;
	size_t count, at;
};

static void taking_free(void *context)
{
	struct taking *t = context;
	if (t) {
		buffer_done(&t->head);
		free(t->seqs);
	}
	free(t);
}

static void taking_drop(struct taking **t)
{
	taking_free(*t);
}

static struct result put_json(struct buffer *out, json_t *value, struct why *why)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	if (text)
		buffer_put_str(out, text);
	bool written = text && buffer_ok(out);
	free(text);
	return written ? ok() : fail(why, E_LIMIT, "evidence", "a piece of the evidence is too long");
}

/* One entry: the bytes that are hashed, and the hashes from its leaf to the root. */
static struct result put_entry(struct taking *t, struct buffer *out, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(LEAF_ROOM);
	AUTO(buffer_done) struct buffer proof = {0};
	struct slice leaf;
	int64_t seq = t->seqs[t->at];
	buffer_init(&proof, MERKLE_PROOF_MAX);
	if (!arena)
		return fail(why, E_MEMORY, "evidence", "no memory for an entry");
	TRY(ledger_leaf(t->ledger, seq, arena, &leaf, why));
	TRY(ledger_prove_inclusion(t->ledger, seq, t->size, &proof, why));
	struct slice hashes = buffer_slice(&proof);
	json_t *path = json_array();
	for (size_t at = 0; at + SHA256_BYTES <= hashes.len; at += SHA256_BYTES) {
		char hex[2 * SHA256_BYTES + 1];
		hex_encode(hashes.at + at, SHA256_BYTES, hex);
		json_array_append_new(path, json_string(hex));
	}
	AUTO(json_drop) json_t *entry = json_pack("{s:I, s:o, s:o}", "seq", (json_int_t)seq, "leaf",
		json_stringn((const char *)leaf.at, leaf.len), "path", path);
	buffer_put_str(out, t->at++ ? ",\n" : "\n");
	return put_json(out, entry, why);
}

static struct result pull(void *context, struct buffer *out, bool *end, struct why *why)
{
	struct taking *t = context;
	buffer_put_slice(out, buffer_slice(&t->head));
	buffer_clear(&t->head);
	for (size_t i = 0; i < AT_ONCE && t->at < t->count; i++)
		TRY(put_entry(t, out, why));
	*end = t->at == t->count;
	if (*end)
		buffer_put_str(out, "\n]}\n");
	return buffer_ok(out) ? ok() : fail(why, E_LIMIT, "evidence", "a piece of the evidence is too long");
}

/* Which entries: what the newest signature does not cover yet is only counted. */
static struct result choose(struct taking *t, const struct ledger_entry *entries, size_t count, struct why *why)
{
	t->seqs = calloc(count + 1, sizeof *t->seqs);
	if (!t->seqs)
		return fail(why, E_MEMORY, "evidence", "no memory for the evidence");
	for (size_t i = 0; i < count; i++)
		if (entries[i].seq < t->size)
			t->seqs[t->count++] = entries[i].seq;
	return ok();
}

/* What stands before the entries. */
static struct result begin(struct request *rq, const struct policy_clause *clause, struct taking *t, struct why *why)
{
	struct survey *survey;
	struct ledger_entry *entries;
	struct slice note;
	size_t count, total;
	enum proof_state state;
	AUTO(buffer_done) struct buffer reason = {0};
	char day[11];
	buffer_init(&reason, 4000);
	TRY(proof_survey(rq->web->proof, request_today(rq), rq->arena, &survey, why));
	TRY(proof_state(survey, clause, &state, why));
	TRY(proof_reason(survey, clause, &reason, why));
	TRY(proof_evidence(survey, clause, PROOF_COUNTED, rq->arena, &entries, &count, &total, why));
	TRY(ledger_signed(t->ledger, rq->arena, &note, &t->size, why));
	TRY(choose(t, entries, count, why));
	day_iso(request_today(rq), day);
	AUTO(json_drop) json_t *head = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:I}", "format",
		"sekisho-evidence/1", "body", parts_of(rq)->body, "edition", clause->edition->title, "clause", clause->id, "cite",
		clause->cite, "says", clause->says, "day", day, "state", proof_state_name(state), "label",
		proof_state_japanese(state), "reason", buffer_cstr(&reason), "checkpoint",
		json_stringn((const char *)note.at, note.len), "total", (json_int_t)total, "unsigned", (json_int_t)(count - t->count));
	TRY(put_json(&t->head, head, why));
	t->head.len--; /* the closing brace: the entries come before it */
	buffer_put_str(&t->head, ",\n\"entries\":[");
	return buffer_ok(&t->head) ? ok() : fail(why, E_LIMIT, "evidence", "the head of the evidence is too long");
}

static struct result record_taking(struct request *rq, const struct policy_clause *clause, size_t count, struct why *why)
{
	struct web_parts *parts = parts_of(rq);
	struct ledger_entry entry = {.body = slice_str(parts->body), .kind = SLICE("proof.exported"),
		.actor = slice_str(rq->person.id), .post = SLICE(""), .subject = slice_str(clause->id)};
	TRY(store_begin(parts->store, why));
	struct result done = ledger_record(parts->ledger, &entry, json_pack("{s:I}", "entries", (json_int_t)count), why);
	if (done.code == OK)
		return store_commit(parts->store, why);
	store_rollback(parts->store);
	return done;
}

struct result page_witness(struct request *rq, struct why *why)
{
	const struct policy_clause *clause = policy_clause(parts_of(rq)->policy, asked(rq, "id"));
	rq->menu = "clauses";
	TRY(readers_only(rq, why));
	if (!clause)
		return fail(why, E_ABSENT, "clause", "その番号の条文はありません。");
	AUTO(taking_drop) struct taking *t = calloc(1, sizeof *t);
	if (!t)
		return fail(why, E_MEMORY, "evidence", "no memory for the evidence");
	t->ledger = parts_of(rq)->ledger;
	buffer_init(&t->head, 65536);
	struct why own = {OK, "", ""};
	struct result begun = begin(rq, clause, t, &own);
	if (begun.code == E_ABSENT)
		return fail(why, E_ABSENT, "evidence", "記録にまだ署名がありません。1分ほどおいて、もう一度お願いします。");
	if (begun.code != OK)
		return fail(why, begun.code, own.place, "%s", own.text);
	TRY(record_taking(rq, clause, t->count, why));
	struct taking *sent = t;
	t = NULL;
	return reply_pulled(rq, "application/json", text(rq, "証拠_%s.json", clause->id), pull, taking_free, sent, why);
}
