/* policy/pen.h - what writes a clause: where it stands, and where the words go */
#ifndef SEKISHO_POLICY_PEN_H
#define SEKISHO_POLICY_PEN_H

#include "policy/model.h"

struct pen {
	const struct policy *policy;
	const struct book *book;
	const struct shape *scope; /* whose facts the statement speaks of */
	struct buffer *out;
};

void pen_put(const struct pen *p, const char *text);
void pen_day(const struct pen *p, day_t day); /* 2026-04-01 */
const char *pen_label(const struct pen *p, const char *word);
/* pen_path - a fact by its labels: 申請者の所属課 */
void pen_path(const struct pen *p, const struct path *path);
/* pen_cond - a condition, to be followed by とき or 場合 */
void pen_cond(const struct pen *p, const struct cond *cond);

#endif
