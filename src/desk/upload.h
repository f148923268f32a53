/* desk/upload.h - a sheet that came over a page: sealed, read in a jail, judged,
 * shown, and only then written
 *
 * The pages hold no worker and read no stranger's bytes: they seal the file in the
 * vault (desk_upload_add) and show what sekisho-gate, which holds the workers, has
 * found (desk_upload_step).  Nothing is written before a person who has seen the
 * preview orders it, and then it is judged anew: all of it or nothing.
 *
 *     waiting ──read, judged──> judged ──ordered──> ordered ──written──> done
 *        └──> refused: no table        └──(faults meanwhile)──> judged
 *
 * An upload is a working row, not a projection: it proves nothing, and is gone with
 * everything that is sealed for it a day after it was last touched.  What it wrote
 * are the rows' own entries, and one that says who brought how many.
 */
#ifndef SEKISHO_DESK_UPLOAD_H
#define SEKISHO_DESK_UPLOAD_H

#include "desk/carry.h"

enum { UPLOAD_KEPT_MS = 86400000, UPLOAD_MOST = 20 /* of one person */, UPLOAD_BYTES = 64 << 20, UPLOAD_TOLD = 300 };

/* desk_upload_migrate - the working table; once, before anything else here */
struct result desk_upload_migrate(struct store *store, struct why *why) MUST;

enum upload_state { UPLOAD_WAITING = 1, UPLOAD_JUDGED, UPLOAD_REFUSED, UPLOAD_ORDERED, UPLOAD_DONE };
struct desk_upload {
	const char *id, *person;
	const char *what;     /* "register:asset", "book:media_disposals"; "grid:..." is only read */
	const char *name;     /* of the file */
	const char *sentence; /* refused: why, and what to do */
	enum upload_state state;
	int64_t created_ms;
	struct desk_plan plan; /* judged, ordered, done: faults at most UPLOAD_TOLD */
	const char *marked;    /* vault item: the sheet again, its wrong cells marked; "" */
	const char *rows;      /* vault item: what the worker read; "" */
};
/* desk_upload_add - keep a file that is in the vault already
 * writer  taken over, whatever is returned
 * errors  E_INPUT empty, or no name; E_LIMIT too large, or too many wait        */
struct result desk_upload_add(struct desk *desk, const char *person, const char *what, struct slice name,
                              struct vault_writer **writer, char id[27], struct why *why) MUST;
/* desk_upload_get - E_ABSENT also when it is another person's */
struct result desk_upload_get(struct desk *desk, const char *person, const char *id, struct arena *arena,
                              struct desk_upload *out, struct why *why) MUST;
/* desk_upload_list - of a person, for `what`, newest first; no plans */
struct result desk_upload_list(struct desk *desk, const char *person, const char *what, struct arena *arena,
                               struct desk_upload **out, size_t *count, struct why *why) MUST;
/* desk_upload_order - write it.  E_CONFLICT: it has faults, was ordered, is done ... */
struct result desk_upload_order(struct desk *desk, const char *person, const char *id, struct why *why) MUST;
struct result desk_upload_discard(struct desk *desk, const char *person, const char *id, struct why *why) MUST;
/* desk_upload_rows - what the worker read, for who judges it elsewhere (what "grid:...");
 * first cell of each row is its number.  E_CONFLICT nothing was read (yet)     */
struct result desk_upload_rows(struct desk *desk, const struct desk_upload *upload, struct arena *arena,
                               struct slice *out, struct why *why) MUST;

/* desk_upload_step - for the program that holds the workers: one piece of work, if there
 * is any.  What a file does to a worker is the upload's refusal, not an error here */
struct result desk_upload_step(struct desk *desk, struct pool *pool, bool *worked, struct why *why) MUST;

#endif
