/* sekisho-draw - sekisho-cleanse with a drawer: pages of a PDF become pictures
 *
 * A program of its own, so that files whose pages stay as they are never meet a
 * renderer, and because the renderer's licence (GPL) is then this program's alone.
 * Called for one document by hand it draws; from the pool, as the rules say.  */
#include "bin/ceiling.h"
#include "bin/rebuild.h"
#include "bin/shelf.h"
#include "gate/draw/draw_pages.h"
#include "jail/jail.h"

#include <string.h>
#include <unistd.h>

static const struct drawer *drawer;
static bool by_hand = true;

static void prepare(void)
{
	rebuild_prepare();
	drawer = draw_prepare(shelf_keep);
	shelf_shut();
}

static struct result work(const struct worker_task *task, struct arena *arena, struct buffer *out,
                          struct worker_finding *finding, struct why *why)
{
	struct worker_task drawn = *task;
	size_t place = construct_find("page-drawing");
	if (by_hand)
		drawn.rules.strip[place / 64] |= UINT64_C(1) << (place % 64);
	return rebuild_work(&drawn, drawer, arena, out, finding, why);
}

static const struct worker worker = {
	.program = "sekisho-draw", .kind = POOL_DRAW, .profile = &jail_cleanse,
	.prepare = prepare, .limited = ceiling_set, .work = work, .json = rebuild_json,
};

/* _exit: as in sekisho-cleanse. */
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		by_hand &= strcmp(argv[i], "--zygote") != 0;
	_exit(worker_main(&worker, argc, argv));
}
