/* An office with zones: a table in force, one peer cut off, packets refused, a flow
 * that nobody uses.                                                         */
#ifndef SEKISHO_TESTS_WEB_ZONED_H
#define SEKISHO_TESTS_WEB_ZONED_H

#include "base/file.h"
#include "gate/permit/border.h"
#include "town.h"

static inline struct border zoned_border(struct town *t, struct arena *arena)
{
	struct border b;
	const struct border_parts parts = {t->store, t->ledger, t->office, t->proceedings, t->policy, "hannan", "town", t->scratch.folder, day_of_ms(town_ms)};
	CHECK_OK(border_open(&parts, arena, &b, &t->why), &t->why);
	return b;
}

static inline void zoned_file(struct town *t, const char *name, const char *content)
{
	CHECK_OK(file_write(arena_printf(t->arena, "%s/zone/%s", t->scratch.folder, name), slice_str(content), 0640, &t->why), &t->why);
}

/* what sekisho-zone would say, had it obeyed */
static inline void zoned_obeyed(struct town *t, const char *ruleset, const char *cut)
{
	zoned_file(t, "state", arena_printf(t->arena, "ruleset %s\nday 2026-11-20\ncut %s\ndrift 2\n", ruleset, cut));
}

static inline void zoned(struct town *t)
{
	struct arena *arena = arena_new((size_t)1 << 30);
	struct border b = zoned_border(t, arena);
	struct border_order order = {.person = town_id(t, "sato"), .reason = ""};
	struct slice table;
	struct net_model *model;
	char ruleset[65], cut[65];
	size_t count = 0;
	CHECK_OK(file_read(SEKISHO_SOURCE "/share/zones/alpha.tsv", MODEL_BYTES, arena, &table, &t->why), &t->why);
	CHECK_OK(model_read(table, arena, b.findings, &model, &t->why), &t->why);
	CHECK_OK(border_may_order(&b, order.person, &order.post, &t->why), &t->why);
	CHECK_OK(border_apply(&b, &order, table, model, ruleset, &t->why), &t->why);
	zoned_file(t, "hits", "since\t2026-05-01\nF-0001\t182733\t2026-11-20\nF-0002\t9120\t2026-11-19\nF-0003\t55120\t2026-11-20\nF-0006\t3\t2026-06-02\nF-0007\t120331\t2026-11-20\n");
	zoned_file(t, "refused",
	           "others\t0\nforward\teth2\teth3\tip\t10.2.0.10\t10.3.0.20\t02:00:00:00:02:10\t6\t80\t214\t1795000000000\t1795140000000\n"
	           "forward\teth2\teth1\tip\t10.2.0.30\t10.1.0.20\t02:00:00:00:02:30\t6\t3389\t7\t1795000000000\t1795141000000\n"
	           "input\teth3\t-\tip\t10.3.0.20\t10.3.0.1\t02:00:00:00:03:20\t17\t53\t41\t1795000000000\t1795139000000\n"
	           "forward\teth3\teth2\tip6\tfd00:3::20\tfd00:2::10\t02:00:00:00:03:20\t58\t128\t2\t1795000000000\t1795120000000\n");
	b = zoned_border(t, arena);
	order.reason = "相手の機構から不審な通信";
	CHECK_OK(border_cut(&b, &order, "jlis", NULL, cut, &count, &t->why), &t->why);
	zoned_obeyed(t, ruleset, cut);
	arena_free(arena);
}

#endif
