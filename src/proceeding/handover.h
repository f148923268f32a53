/* proceeding/handover.h - a section ends: what it kept account of goes to its successor
 * clause  HN-2.2.2(1)-1/1: whose an asset is stands in the register
 */
#ifndef SEKISHO_PROCEEDING_HANDOVER_H
#define SEKISHO_PROCEEDING_HANDOVER_H

#include "proceeding/proceeding.h"

/* handover_rows - every open row of the section, and every one that names it, becomes the
 * successor's, as its next version; cases stay where they are, their posts follow the
 * successor by themselves.  In the caller's transaction or one of its own.
 * rows    out: how many
 * stayed  out: those that name something which is gone; they stay, and are found under the
 *         section that ended
 * errors  E_STORE, E_MEMORY, E_CONFLICT                                     */
struct result handover_rows(struct proceedings *p, const char *from, const char *to, const char *by, size_t *rows,
                            size_t *stayed, struct why *why) MUST;

#endif
