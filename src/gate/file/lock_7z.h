/* gate/file/lock_7z.h - inside the room only */
#ifndef SEKISHO_GATE_FILE_LOCK_7Z_H
#define SEKISHO_GATE_FILE_LOCK_7Z_H

#include "gate/file/job.h"

/* sevenzip_unlock - a 7z with an encrypted part, written again without it
 * out     the plain 7z; nothing is written when nothing is locked
 * opened  out: it was locked                                                */
struct result sevenzip_unlock(struct job *job, struct slice in, struct buffer *out, bool *opened) MUST;

#endif
