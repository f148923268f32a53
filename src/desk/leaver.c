/* Tries to sign in as one who has left. */
#include "desk/leaver.h"

#include "desk/internal.h"
#include "office/leave.h"

struct result desk_left_tried(struct desk *desk, struct slice login, bool *tried, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(4 << 20);
	struct policy_act act;
	struct why own = {0};
	struct desk_verdict said;
	char person[27];
	day_t left;
	*tried = false;
	if (!arena)
		return desk_no_memory(why);
	struct result found = office_find_login(desk->office, login, person, &own);
	if (found.code == E_ABSENT || found.code == E_INPUT)
		return ok();
	if (found.code != OK)
		return fail(why, found.code, own.place, "%s", own.text);
	TRY(office_left(desk->office, person, &left, why));
	*tried = left != 0;
	if (!left || !policy_act_find(desk->policy, "left_sign_in", &act))
		return ok();
	const struct desk_telling telling = {.act = act.name, .object = person, .teller = person, .actor = person, .section = "",
	                                     .reference = ""};
	return desk_tell(desk, &telling, arena, &said, why);
}
