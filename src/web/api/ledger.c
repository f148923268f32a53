/* The ledger, entry by entry, and the proof that one is in it. */
#include "web/api/api.h"
#include "web/pages.h"

#include "base/number.h"
#include "ledger/record.h"

static json_t *slice_json(struct slice s)
{
	return json_stringn((const char *)s.at, s.len);
}

static json_t *entry_of(const struct ledger_entry *e)
{
	json_t *clauses = json_array();
	for (size_t i = 0; i < e->clause_count; i++)
		json_array_append_new(clauses, slice_json(e->clauses[i]));
	return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "seq", (json_int_t)e->seq, "time",
	                 api_time(e->time_ms), "kind", slice_json(e->kind), "actor", slice_json(e->actor), "post",
	                 slice_json(e->post), "subject", slice_json(e->subject), "clauses", clauses, "data",
	                 json_loadb((const char *)e->data.at, e->data.len, 0, NULL));
}

struct result api_entries(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct ledger_entry *found;
	size_t count;
	int64_t limit = api_number(in, "limit", API_PAGE), before = api_number(in, "before", 0);
	const char *kind = api_text(rq, in, "kind"), *subject = api_text(rq, in, "subject");
	const char *clause = api_text(rq, in, "clause");
	TRY(readers_only(rq, why));
	if (limit < 1 || limit > API_PAGE || before < 0)
		return fail(why, E_INPUT, "limit", "limit は1から100まで、before は0以上です。");
	struct ledger_query query = {.kind_prefix = kind[0] ? kind : NULL, .subject = subject[0] ? subject : NULL,
	                             .clause = clause[0] ? clause : NULL, .before_seq = before,
	                             .limit = (size_t)limit};
	TRY(ledger_find(parts_of(rq)->ledger, &query, rq->arena, &found, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, entry_of(&found[i]));
	bool more = count == (size_t)limit && found[count - 1].seq > 0;
	*out = api_list(list, more ? text(rq, "%lld", (long long)found[count - 1].seq) : "");
	return ok();
}

static struct result seq_of(struct request *rq, int64_t *out, struct why *why)
{
	if (!number_parse_i64(rq->part[0], out) || *out < 0)
		return fail(why, E_ABSENT, "seq", "その番号の記録はありません。");
	return ok();
}

struct result api_entry(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct ledger_entry entry;
	int64_t seq;
	(void)in;
	TRY(readers_only(rq, why));
	TRY(seq_of(rq, &seq, why));
	TRY(ledger_get(parts_of(rq)->ledger, seq, rq->arena, &entry, why));
	*out = entry_of(&entry);
	return ok();
}

static json_t *hash_json(const uint8_t hash[SHA256_BYTES])
{
	char hex[2 * SHA256_BYTES + 1];
	hex_encode(hash, SHA256_BYTES, hex);
	return json_string(hex);
}

struct result api_inclusion(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	int64_t seq, size;
	uint8_t root[SHA256_BYTES];
	struct buffer proof;
	(void)in;
	TRY(readers_only(rq, why));
	TRY(seq_of(rq, &seq, why));
	TRY(ledger_size(parts_of(rq)->ledger, &size, why));
	if (seq >= size)
		return fail(why, E_ABSENT, "seq", "その番号の記録はありません。");
	buffer_init(&proof, MERKLE_PROOF_MAX);
	struct result done = ledger_root(parts_of(rq)->ledger, size, root, why);
	if (done.code == OK)
		done = ledger_prove_inclusion(parts_of(rq)->ledger, seq, size, &proof, why);
	struct slice bytes = buffer_slice(&proof);
	AUTO(json_drop) json_t *list = json_array();
	for (size_t at = 0; done.code == OK && at + SHA256_BYTES <= bytes.len; at += SHA256_BYTES)
		json_array_append_new(list, hash_json(bytes.at + at));
	buffer_done(&proof);
	TRY(done);
	*out = json_pack("{s:I, s:I, s:o, s:o}", "seq", (json_int_t)seq, "size", (json_int_t)size, "root",
	                 hash_json(root), "proof", json_incref(list));
	return ok();
}
