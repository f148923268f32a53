/* gate/pool/zygote.h - inside the room only */
#ifndef SEKISHO_GATE_POOL_ZYGOTE_H
#define SEKISHO_GATE_POOL_ZYGOTE_H

#include "gate/pool/worker.h"

/* zygote_serve - jail, say ready, fork a child for each job until the pool
 * hangs up; returns only to end the process
 * errors  E_SYSTEM  the jail or the socket failed                          */
struct result zygote_serve(const struct worker *worker, int socket, bool no_jail,
                           struct why *why) MUST;

/* child_work - in the forked child: jail, document, report; its exit status
 * fds  input, report, then output or original                               */
struct wire_job;
int child_work(const struct worker *worker, const struct wire_job *job, const int *fds,
               bool no_jail);

#endif
