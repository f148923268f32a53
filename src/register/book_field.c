/* What a record book's fields are called, and how long its entries are kept. */
#include "register/book_internal.h"

#include "base/number.h"

static const struct {
	const char *name;
	enum fact_type type, member;
} common[] = {
	{"performed_at", FACT_NONE, FACT_NONE}, {"approved_at", FACT_NONE, FACT_NONE},
	{"performer", FACT_PERSON, FACT_NONE},  {"approver", FACT_PERSON, FACT_NONE},
	{"applicant", FACT_PERSON, FACT_NONE},  {"reason", FACT_TEXT, FACT_NONE},
	{"result", FACT_TEXT, FACT_NONE},       {"clauses", FACT_SET, FACT_NONE},
};

static bool resolve_common(const char *name, struct policy_fact *out)
{
	const char *label = policy_field_label(name);
	for (size_t i = 0; label && i < sizeof common / sizeof *common; i++)
		if (strcmp(common[i].name, name) == 0) {
			*out = (struct policy_fact){.path = common[i].name, .label = label, .type = common[i].type,
			                            .member = common[i].member, .found_by = "", .kind = ""};
			return true;
		}
	return false;
}

/* The fact of that path among those of the act, under the field's own name. */
static bool resolve_among(const struct policy_fact *facts, size_t count, const char *before, const char *name,
                          struct policy_fact *out)
{
	size_t n = strlen(before);
	for (size_t i = 0; i < count; i++)
		if (strncmp(facts[i].path, before, n) == 0 && strcmp(facts[i].path + n, name) == 0) {
			*out = facts[i];
			out->path = facts[i].path + n;
			return true;
		}
	return false;
}

static bool resolve_object(struct registers *r, const char *kind, const char *name, struct policy_fact *out)
{
	struct policy_kind known;
	for (size_t i = 0; strcmp(kind, name) == 0 && policy_kind_at(r->at.policy, i, &known); i++)
		if (strcmp(known.name, name) == 0) {
			*out = (struct policy_fact){.path = known.name, .label = known.title, .type = FACT_ROW,
			                            .kind = known.name, .found_by = ""};
			return true;
		}
	return false;
}

struct result book_resolve(struct registers *r, const char *act, const char *kind, const char *name,
                            struct arena *arena, struct policy_fact *out, struct why *why)
{
	const struct policy_fact *facts = NULL, *own = NULL;
	size_t count = 0, own_count = 0;
	if (*act && policy_act_facts(r->at.policy, act, arena, &facts, &count, NULL).code != OK)
		count = 0;
	if (policy_kind_facts(r->at.policy, kind, arena, &own, &own_count, NULL).code != OK)
		own_count = 0;
	if (resolve_among(facts, count, "", name, out) || resolve_among(facts, count, "object.", name, out) ||
	    resolve_common(name, out) || resolve_among(own, own_count, "", name, out) ||
	    resolve_object(r, kind, name, out))
		return ok();
	return fail(why, E_INPUT, name, "この記録簿に「%.60s」という欄はありません。", name);
}

/* ---- retention */

static day_t add_months(day_t from, int64_t months)
{
	struct date d = day_to_date(from);
	int64_t month = (int64_t)d.year * 12 + d.month - 1 + months;
	day_t out = from;
	d.year = (int)(month / 12);
	d.month = (int)(month % 12) + 1;
	while (!day_from_date(d, &out) && d.day > 28)
		d.day--;
	return out;
}

bool book_retention_end(const char *retention, day_t from, day_t *out)
{
	const char *space = strchr(retention, ' ');
	uint64_t n = 0;
	if (!space || !number_parse_u64(slice_of(retention, (size_t)(space - retention)), &n) || n > 100000)
		return false;
	const char *unit = space + 1;
	if (strncmp(unit, "fiscal-year", 11) == 0 && n <= 1000)
		*out = fiscal_year_begin(fiscal_year(from) + 1 + (int)n) - 1;
	else if (strncmp(unit, "year", 4) == 0 && n <= 1000)
		*out = add_months(from, (int64_t)n * 12);
	else if (strncmp(unit, "month", 5) == 0 && n <= 12000)
		*out = add_months(from, (int64_t)n);
	else if (strncmp(unit, "day", 3) == 0)
		*out = from + (day_t)n;
	else if (strncmp(unit, "working-day", 11) == 0)
		*out = working_days_after(NULL, from, (int)n);
	else if (strncmp(unit, "hour", 4) == 0)
		*out = from + (day_t)((n + 23) / 24);
	else
		return false;
	return true;
}
