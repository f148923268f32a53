/* gate/permit/folder.h - DIR/zone: files by name; inside the room */
#ifndef SEKISHO_PERMIT_FOLDER_H
#define SEKISHO_PERMIT_FOLDER_H

#include "gate/permit/permit.h"

struct result folder_open(const char *dir, struct arena *arena, const char **out, struct why *why) MUST;
/* folder_read - a file that is not there is empty */
struct result folder_read(const char *folder, const char *name, size_t most, struct arena *arena, struct slice *out,
                          struct why *why) MUST;
struct result folder_write(const char *folder, const char *name, struct slice text, struct why *why) MUST;
void folder_digest(struct slice text, char out[65]);

#endif
