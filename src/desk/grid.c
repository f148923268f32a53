/* A stranger's table, read by a worker of its own. */
#include "desk/carry.h"
#include "desk/internal.h"
#include "gate/pool/pool.h"

#include <sys/mman.h>
#include <unistd.h>

void desk_grid_done(struct desk_grid *grid)
{
	if (grid->mapped)
		munmap(grid->mapped, grid->bytes);
	*grid = (struct desk_grid){.mapped = NULL};
}

static struct result map_rows(const struct pool_result *done, struct desk_grid *out, struct why *why)
{
	void *at = done->out_bytes ? mmap(NULL, (size_t)done->out_bytes, PROT_READ, MAP_PRIVATE, done->out_fd, 0) : NULL;
	if (at == MAP_FAILED)
		return fail(why, E_MEMORY, "sheet", "表を置く記憶域が足りません。");
	*out = (struct desk_grid){slice_of(at, (size_t)done->out_bytes), at, (size_t)done->out_bytes};
	return done->out_bytes ? ok() : fail(why, E_INPUT, "sheet", "表に行がありません。");
}

/* The worker's own reason is English, for the IT section: people get what to do. */
static struct result refused(const struct file_report *report, struct why *why)
{
	switch (report->refusal) {
	case REFUSAL_LARGE: case REFUSAL_BOMB: case REFUSAL_DEEP:
		return fail(why, E_INPUT, "file", "表が大きすぎます。%d行、%d列までにしてください。", SHEET_ROWS, SHEET_COLUMNS - 1);
	case REFUSAL_UNKNOWN: case REFUSAL_MISMATCH: case REFUSAL_ENCRYPTED: case REFUSAL_LOCKED: case REFUSAL_PASSWORD:
		return fail(why, E_INPUT, "file", "表として読めません。パスワードのない Excel ブック（.xlsx）か CSV にして保存し直してください。");
	case REFUSAL_NONE: case REFUSAL_DAMAGED: case REFUSAL_AMBIGUOUS: case REFUSAL_FORBIDDEN: case REFUSAL_FAILED:
	case REFUSAL_SWITCH:
	case REFUSALS:
	default:
		return fail(why, E_INPUT, "file", "表の形がこわれています（%.120s）。Excel で開き、.xlsx で保存し直してください。", report->reason);
	}
}

struct result desk_grid_read(struct pool *pool, int fd, const char *name, struct desk_grid *out, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(8 << 20);
	const struct pool_job job = {.program = POOL_SHEET, .name = slice_str(name), .input_fd = fd};
	struct pool_result done = {.out_fd = -1};
	if (!arena)
		return desk_no_memory(why);
	TRY(pool_run(pool, &job, arena, &done, why));
	struct result said = ok();
	if (done.end == POOL_LOST)
		said = fail(why, E_BUSY, "file", "表を読む係が止まりました。少し待ってから、もう一度行ってください。");
	else if (done.end != POOL_DONE)
		said = fail(why, E_INPUT, "file", "表を読み切れませんでした（%s）。小さく分けてください。", pool_end_name(done.end));
	else if (done.report.verdict == FILE_REFUSED)
		said = refused(&done.report, why);
	else
		said = map_rows(&done, out, why);
	if (done.out_fd >= 0)
		close(done.out_fd);
	return said;
}
