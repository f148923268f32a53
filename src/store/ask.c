/* One-line statements, and transactions that may stand inside another. */
#include "store/ask.h"

struct result store_ask(struct store *store, const char *sql, const struct arg *args, size_t count,
                        struct statement **out, struct why *why)
{
	struct statement *statement = NULL;
	TRY(store_prepare(store, sql, &statement, why));
	for (size_t i = 0; i < count; i++) {
		int index = (int)i + 1;
		if (args[i].numeric)
			bind_i64(statement, index, args[i].number);
		else
			bind_text(statement, index, args[i].text);
	}
	*out = statement;
	return ok();
}

struct result store_ask_one(struct store *store, const char *sql, const struct arg *args, size_t count,
                            bool *found, int64_t *out, struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	TRY(store_ask(store, sql, args, count, &statement, why));
	bool row = false;
	TRY(statement_step(statement, &row, why));
	*found = row;
	if (row && out)
		*out = column_i64(statement, 0);
	return ok();
}

struct result store_run(struct store *store, const char *sql, const struct arg *args, size_t count,
                        int64_t *changed, struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	TRY(store_ask(store, sql, args, count, &statement, why));
	return statement_run(statement, changed, why);
}

struct result tx_begin(struct store *store, struct tx *tx, struct why *why)
{
	*tx = (struct tx){.store = store};
	if (store_in_transaction(store))
		return ok();
	TRY(store_begin(store, why));
	tx->own = true;
	return ok();
}

struct result tx_begin_read(struct store *store, struct tx *tx, struct why *why)
{
	*tx = (struct tx){.store = store};
	if (store_in_transaction(store))
		return ok();
	TRY(store_begin_read(store, why));
	tx->own = true;
	return ok();
}

struct result tx_commit(struct tx *tx, struct why *why)
{
	if (!tx->own)
		return ok();
	TRY(store_commit(tx->store, why));
	tx->own = false;
	return ok();
}

void tx_drop(struct tx *tx)
{
	if (tx->own)
		store_rollback(tx->store);
	tx->own = false;
}
