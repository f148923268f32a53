/* What an applicant may say, where no form has asked him. */
#include "proceeding/internal.h"

#include <string.h>

bool application_asks(const struct policy_fact *fact)
{
	return strcmp(fact->path, "actor") != 0 && !fact->found_by[0] && !strchr(fact->path, '.');
}

static bool is_theirs(const char *path, const struct policy_fact *known, size_t count)
{
	if (strcmp(path, "object") == 0 || strncmp(path, "answer.", 7) == 0)
		return true;
	for (size_t i = 0; i < count; i++)
		if (strcmp(known[i].path, path) == 0)
			return application_asks(&known[i]);
	return false;
}

struct result application_check(struct proceedings *p, const struct application_request *request, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	const struct wish *wish = &request->wish;
	const struct policy_fact *known;
	struct policy_act act;
	size_t count;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	if (!policy_act_find(p->at.policy, wish->act, &act) || act.event || act.derived || *act.to)
		return fail(why, E_INPUT, "act", "申請できる行いの名前ではありません。");
	if (!*request->purpose)
		return fail(why, E_INPUT, "purpose", "「理由」が空です。決裁する人が判断できません。");
	TRY(policy_act_facts(p->at.policy, wish->act, arena, &known, &count, why));
	for (size_t i = 0; i < wish->fact_count; i++)
		if (!is_theirs(wish->facts[i].path, known, count))
			return fail(why, E_INPUT, wish->facts[i].path, "「%.80s」は、この申請で書く項目ではありません。", wish->facts[i].path);
	return ok();
}
