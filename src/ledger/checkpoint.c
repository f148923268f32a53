/* Asking the seal for its signature, and keeping what it signed. */
#include "ledger/ledger_room.h"

#include "ledger/seal.h"

/* What the ledger asks to have signed. */
struct wish {
	struct seal_request request;
	struct buffer proof;
};

static struct result newest_kept(struct ledger *ledger, int64_t *size, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(ledger->store, "SELECT coalesce(max(size), 0) FROM ledger_checkpoint", &s, why));
	TRY(statement_step(s, &row, why));
	*size = row ? column_i64(s, 0) : 0;
	return ok();
}

/* last_signed - size of the last tree the seal signed; 0 for none */
static struct result last_signed(struct ledger *ledger, const char *socket, struct buffer *answer,
                                 int64_t *size, struct why *why)
{
	const struct seal_request question = {.verb = SEAL_LAST};
	struct checkpoint last;
	enum seal_status status;
	TRY(seal_ask(socket, &question, &status, answer, why));
	if (status == SEAL_NONE) {
		*size = 0;
		return ok();
	}
	if (status != SEAL_NOTE)
		return fail(why, E_BUSY, "seal", "the seal does not tell what it signed last: %.*s",
		            SLICE_ARG(buffer_slice(answer)));
	TRY(checkpoint_read(buffer_slice(answer), &last, why));
	if (!slice_is(last.origin, ledger->origin))
		return fail(why, E_CONFLICT, "seal", "this seal signs the log %.*s, not %s",
		            SLICE_ARG(last.origin), ledger->origin);
	*size = last.size;
	return ok();
}

static struct result make_wish(struct ledger *ledger, int64_t old_size, struct wish *wish,
                               struct why *why)
{
	struct seal_request *r = &wish->request;
	*r = (struct seal_request){.verb = SEAL_SIGN, .old_size = old_size};
	TRY(ledger_size(ledger, &r->size, why));
	if (r->size < old_size)
		return fail(why, E_TAMPERED, "ledger",
		            "the ledger has %lld entries, but %lld were signed: it was rolled back",
		            (long long)r->size, (long long)old_size);
	TRY(ledger_root(ledger, r->size, r->root, why));
	TRY(ledger_prove_consistency(ledger, old_size, r->size, &wish->proof, why));
	r->proof = buffer_slice(&wish->proof);
	return ok();
}

static struct result on_one_view(struct ledger *ledger, int64_t old_size, struct wish *wish,
                                 struct why *why)
{
	TRY(store_begin_read(ledger->store, why));
	struct result done = make_wish(ledger, old_size, wish, why);
	store_rollback(ledger->store);
	return done;
}

/* refused - because another checkpoint came first, or because the tree is wrong */
static struct result refused(struct ledger *ledger, const char *socket, int64_t old_size,
                             struct slice reason, struct why *why)
{
	struct buffer answer;
	int64_t size = old_size;
	buffer_init(&answer, SEAL_MESSAGE_MAX);
	struct result asked = last_signed(ledger, socket, &answer, &size, why);
	buffer_done(&answer);
	TRY(asked);
	if (size != old_size)
		return fail(why, E_BUSY, "seal", "another checkpoint was signed meanwhile");
	return fail(why, E_TAMPERED, "seal", "the seal refuses: %.*s", SLICE_ARG(reason));
}

static struct result check_note(struct ledger *ledger, const struct seal_request *asked,
                                struct slice note, struct why *why)
{
	struct checkpoint got;
	TRY(checkpoint_read(note, &got, why));
	if (!slice_is(got.origin, ledger->origin))
		return fail(why, E_CONFLICT, "seal", "this seal signs the log %.*s, not %s",
		            SLICE_ARG(got.origin), ledger->origin);
	if (got.size != asked->size || memcmp(got.root, asked->root, SHA256_BYTES) != 0)
		return fail(why, E_TAMPERED, "seal", "the seal signed something else than it was asked");
	return ok();
}

static struct result keep_note(struct ledger *ledger, int64_t size, struct slice note, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(ledger->store,
	                  "INSERT INTO ledger_checkpoint (size, note) VALUES (?1, ?2)"
	                  " ON CONFLICT (size) DO UPDATE SET note = excluded.note",
	                  &s, why));
	bind_i64(s, 1, size);
	bind_text(s, 2, note);
	return statement_run(s, NULL, why);
}

static struct result sign(struct ledger *ledger, const char *socket, struct wish *wish,
                          struct buffer *answer, struct why *why)
{
	enum seal_status status;
	int64_t old_size = 0, kept = 0;
	TRY(newest_kept(ledger, &kept, why)); /* before the question: others sign too */
	TRY(last_signed(ledger, socket, answer, &old_size, why));
	if (old_size < kept)
		return fail(why, E_TAMPERED, "seal", "the seal signed %lld entries, but remembers only %lld",
		            (long long)kept, (long long)old_size);
	TRY(on_one_view(ledger, old_size, wish, why));
	TRY(seal_ask(socket, &wish->request, &status, answer, why));
	if (status == SEAL_REFUSED)
		return refused(ledger, socket, old_size, buffer_slice(answer), why);
	if (status != SEAL_NOTE)
		return fail(why, E_BUSY, "seal", "the seal could not sign: %.*s", SLICE_ARG(buffer_slice(answer)));
	TRY(check_note(ledger, &wish->request, buffer_slice(answer), why));
	return keep_note(ledger, wish->request.size, buffer_slice(answer), why);
}

struct result ledger_checkpoint(struct ledger *ledger, const char *seal_socket, struct buffer *note,
                                struct why *why)
{
	struct buffer answer;
	struct wish wish;
	if (store_in_transaction(ledger->store))
		return fail(why, E_CONFLICT, "ledger", "a transaction is open");
	buffer_init(&answer, SEAL_MESSAGE_MAX);
	buffer_init(&wish.proof, MERKLE_PROOF_MAX);
	struct result done = sign(ledger, seal_socket, &wish, &answer, why);
	if (done.code == OK && note) {
		buffer_clear(note);
		buffer_put_slice(note, buffer_slice(&answer));
		if (!buffer_ok(note))
			done = fail(why, E_LIMIT, "checkpoint", "the note is longer than the caller's buffer");
	}
	buffer_done(&wish.proof);
	buffer_done(&answer);
	return done;
}
