/* desk/upload_rows.h - what the two files of uploads share */
#ifndef SEKISHO_DESK_UPLOAD_ROWS_H
#define SEKISHO_DESK_UPLOAD_ROWS_H

#include "desk/upload.h"

struct upload_row {
	char id[27], person[27], item[27], name[27], grid[27], plan[27], marked[27], sentence[27];
	char what[100];
	enum upload_state state;
	int64_t created_ms;
};
/* upload_next - the oldest that waits for work */
struct result upload_next(struct desk *desk, struct upload_row *out, bool *found, struct why *why) MUST;
/* upload_expire - what nobody has touched for a day is gone, with what is sealed for it */
struct result upload_expire(struct desk *desk, struct why *why) MUST;
/* upload_erase - in a transaction; "" is nothing */
struct result upload_erase(struct desk *desk, const char *item, struct why *why) MUST;
/* upload_read - a whole item of the vault into the arena */
struct result upload_read(struct desk *desk, const char *item, struct arena *arena, struct slice *out, struct why *why) MUST;
int64_t upload_until(const struct desk *desk);
struct result plan_write(const struct desk_plan *plan, struct buffer *out, struct why *why) MUST;
struct result plan_read(struct slice text, struct arena *arena, struct desk_plan *out, struct why *why) MUST;

#endif
