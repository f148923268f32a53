/* bin/rebuild.h - what sekisho-cleanse and sekisho-draw do alike: one document, rebuilt,
 * its signatures read before that ends them                                  */
#ifndef SEKISHO_BIN_REBUILD_H
#define SEKISHO_BIN_REBUILD_H

#include "gate/file/draw.h"
#include "gate/pool/worker.h"

/* rebuild_prepare - before the jail
 * rebuild_work    - struct worker's work; pages are drawn by drawer, nullable
 * rebuild_json    - struct worker's json                                     */
void rebuild_prepare(void);
struct result rebuild_work(const struct worker_task *task, const struct drawer *drawer, struct arena *arena,
                           struct buffer *out, struct worker_finding *finding, struct why *why) MUST;
void rebuild_json(const struct worker_finding *finding, struct buffer *out);

#endif
