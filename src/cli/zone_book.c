/* Whose policy judges a table: the office's, an edition that is named, or the one
 * that the table itself names among those that came with the program.        */
#include "cli/zone.h"

#include "gate/permit/lawbook.h"
#include "house/house.h"
#include "policy/folder.h"

#include <dirent.h>

static struct result load(struct zone_desk *desk, const char *share, const char *edition, struct policy **out, struct why *why)
{
	TRY(policy_load_edition(share, edition, desk->arena, out, NULL, why));
	const struct policy_edition *e = policy_edition_in(*out, edition);
	if (!e || !slice_is(desk->model->policy, e->name))
		return fail(why, E_INPUT, edition, "構成表のポリシーは「%.*s」で、これではありません。", SLICE_ARG(slice_part(desk->model->policy, 0, 64)));
	return ok();
}

/* newest - the last of the folders whose names begin as the policy's */
static const char *newest(const char *share, struct slice name, struct arena *arena)
{
	const char *best = NULL;
	const char *prefix = arena_printf(arena, "%.*s-", SLICE_ARG(slice_part(name, 0, 64)));
	DIR *dir = prefix ? opendir(arena_printf(arena, "%s/policies", share)) : NULL;
	for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir))
		if (strncmp(e->d_name, prefix, strlen(prefix)) == 0 && (!best || strcmp(e->d_name, best) > 0))
			best = arena_printf(arena, "%s", e->d_name);
	if (dir)
		closedir(dir);
	return best;
}

struct result zone_book(struct zone_desk *desk, struct why *why)
{
	struct policy *policy;
	const char *share, *edition = desk->edition;
	TRY(house_share(desk->arena, &share, why));
	if (!edition)
		edition = newest(share, desk->model->policy, desk->arena);
	if (!edition)
		return fail(why, E_ABSENT, "body", "ポリシー「%.*s」が見つかりません。--policy で版を指定してください。",
		            SLICE_ARG(slice_part(desk->model->policy, 0, 64)));
	TRY(load(desk, share, edition, &policy, why));
	return permit_lawbook(policy, arena_string(desk->arena, desk->model->policy), desk->day, desk->arena, &desk->book, why);
}
