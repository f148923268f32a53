/* proceeding/board.h - whose word the open applications wait for
 *
 * Whose word is wanted is no column: it is what the clauses decide today about what was
 * frozen.  The board decides each open application once, keeps who was asked and which rows
 * the decision looked at, and follows the ledger: an entry that no decision reads changes
 * nothing, one about a row or an application decides those anew that looked at it, every
 * other one (posts, absences, facts of people, cases, holds, relaxations, the next day)
 * decides all anew.  Kinds of entry that it does not know count as such ones.
 * It says where to look and nothing more: who shows or takes a word decides again.
 */
#ifndef SEKISHO_PROCEEDING_BOARD_H
#define SEKISHO_PROCEEDING_BOARD_H

#include "proceeding/internal.h"

struct board;
struct result board_open(struct board **out, struct why *why) MUST;
void board_close(struct board *board);

/* board_follow - decide what has to be decided anew; outside a transaction, for what is written
 * in one may be rolled back
 * errors  those of the decisions; then the board is empty                   */
struct result board_follow(struct proceedings *p, struct board *board, struct why *why) MUST;
/* board_count, board_next - the applications that the query's person is waited for in, or that
 * are stuck; newest first.  next: from at on, at is moved behind it; NULL: no more */
size_t board_count(const struct board *board, const struct application_query *query);
const char *board_next(const struct board *board, const struct application_query *query, size_t *at);
/* board_decided - how many decisions it has taken so far */
size_t board_decided(const struct board *board);

#endif
