/* store/ask.h - statements with their arguments in one line, and transactions
 * that are one's own or the caller's                                        */
#ifndef SEKISHO_STORE_ASK_H
#define SEKISHO_STORE_ASK_H

#include "store/store.h"

struct arg {
	struct slice text;
	int64_t number;
	bool numeric;
};
static inline struct arg arg_text(struct slice text)
{
	return (struct arg){.text = text};
}
static inline struct arg arg_str(const char *text)
{
	return (struct arg){.text = slice_str(text)};
}
static inline struct arg arg_i64(int64_t number)
{
	return (struct arg){.number = number, .numeric = true};
}
/* ARGS(arg_str(id), arg_i64(3)) - the last two parameters of the functions below */
#define ARGS(...) \
	(const struct arg[]){__VA_ARGS__}, sizeof((const struct arg[]){__VA_ARGS__}) / sizeof(struct arg)

/* store_ask - prepare and bind ?1, ?2, ... in order; step it, then statement_done */
struct result store_ask(struct store *store, const char *sql, const struct arg *args, size_t count,
                        struct statement **out, struct why *why) MUST;
/* store_ask_one - the first row's first column as a number; found says whether
 * there was a row; out nullable                                            */
struct result store_ask_one(struct store *store, const char *sql, const struct arg *args, size_t count,
                            bool *found, int64_t *out, struct why *why) MUST;
/* store_run - a statement without rows; changed nullable */
struct result store_run(struct store *store, const char *sql, const struct arg *args, size_t count,
                        int64_t *changed, struct why *why) MUST;

/* AUTO(tx_drop) struct tx tx;  TRY(tx_begin(store, &tx, why)); ... TRY(tx_commit(&tx, why));
 * Inside another transaction it is part of that one, and commits with it.  */
struct tx {
	struct store *store;
	bool own;
};
struct result tx_begin(struct store *store, struct tx *tx, struct why *why) MUST;
/* tx_begin_read - the same with one unchanging view to read from */
struct result tx_begin_read(struct store *store, struct tx *tx, struct why *why) MUST;
struct result tx_commit(struct tx *tx, struct why *why) MUST;
void tx_drop(struct tx *tx); /* for AUTO: rolls back what was not committed */

#endif
