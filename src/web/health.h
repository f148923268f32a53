/* web/health.h - what the operation page asks of the machine */
#ifndef SEKISHO_WEB_HEALTH_H
#define SEKISHO_WEB_HEALTH_H

#include "base/slice.h"

/* socket_answers - somebody accepts connections at this Unix socket */
bool socket_answers(const char *path);
/* disk_free_bytes - of the file system that holds the folder; 0 if unknown */
uint64_t disk_free_bytes(const char *folder);

#endif
