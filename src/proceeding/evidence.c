/* Evidence of a case, and what cases tell of the thing that an act is done to. */
#include "proceeding/internal.h"
#include "register/hold.h"

static struct result no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "case", "手続を扱う記憶域が足りません。");
}

/* ---- what a case keeps -------------------------------------------------------- */

static const struct policy_fact *fact_of(const struct policy_fact *facts, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(facts[i].path, path) == 0)
			return &facts[i];
	return NULL;
}

static size_t split(const char *members, struct arena *arena, const char **out, size_t room)
{
	size_t n = 0;
	while (*members && n < room) {
		size_t len = strcspn(members, " ");
		if (len && !(out[n++] = arena_string(arena, slice_of(members, len))))
			return SIZE_MAX;
		members += len + (members[len] == ' ');
	}
	return n;
}

/* Rows that the case names, in whatever field. */
static struct result named_rows(const struct register_row *row, const struct policy_fact *facts, size_t fact_count,
                                struct arena *arena, const char **out, size_t *count, struct why *why)
{
	*count = 0;
	for (size_t i = 0; i < row->cell_count; i++) {
		const struct policy_fact *fact = fact_of(facts, fact_count, row->cells[i].path);
		bool rows = fact && (fact->type == FACT_ROW || (fact->type == FACT_SET && fact->member == FACT_ROW));
		if (!rows)
			continue;
		size_t n = split(row->cells[i].value, arena, out + *count, HOLD_OBJECTS - *count);
		if (n == SIZE_MAX)
			return no_memory(why);
		*count += n;
	}
	return ok();
}

struct result evidence_keep(struct proceedings *p, const char *id, const char *actor, struct arena *arena,
                            struct why *why)
{
	const struct policy_fact *facts;
	const char **named = ARENA_ARRAY(arena, HOLD_OBJECTS, const char *);
	struct case_view view;
	size_t fact_count, count;
	if (!named)
		return no_memory(why);
	TRY(case_get(p, id, arena, &view, why));
	TRY(policy_kind_facts(p->at.policy, view.row.kind, arena, &facts, &fact_count, why));
	const struct policy_fact *keeps = fact_of(facts, fact_count, "on_hold");
	if (!keeps || keeps->type != FACT_YESNO || view.drill) /* a drill keeps nobody from his work */
		return ok();
	if (strcmp(register_cell(&view.row, "on_hold"), "no") == 0 ||
	    case_is_end(p->at.policy, view.row.kind, view.step))
		return hold_end(p->at.registers, id, actor, why);
	TRY(named_rows(&view.row, facts, fact_count, arena, named, &count, why));
	return hold_name(p->at.registers, id, named, count, actor, why);
}

/* A crossing, a file of one, an entry of a record book, a row: the ledger has heard of it. */
static struct result check_object(struct proceedings *p, const char *object, struct arena *arena, struct why *why)
{
	const struct ledger_query query = {.subject = object, .limit = 1};
	struct ledger_entry *found;
	size_t count = 0;
	if (*object)
		TRY(ledger_find(p->at.ledger, &query, arena, &found, &count, why));
	return count ? ok() : fail(why, E_INPUT, "object", "「%.40s」という台帳の行、記録、受渡しはありません。"
	                           "その画面のアドレスの終わりにある26文字を書いてください。", object);
}

struct result case_hold(struct proceedings *p, const struct case_hand *hand, const char *object, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(8 << 20);
	AUTO(tx_drop) struct tx tx = {0};
	const struct policy_fact *facts;
	struct case_view view;
	size_t count;
	if (!arena)
		return no_memory(why);
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(case_get(p, hand->id, arena, &view, why));
	TRY(policy_kind_facts(p->at.policy, view.row.kind, arena, &facts, &count, why));
	if (!fact_of(facts, count, "on_hold") || view.drill || strcmp(register_cell(&view.row, "on_hold"), "no") == 0)
		return fail(why, E_CONFLICT, "object", "この件は、証拠を残す件ではありません。");
	if (case_is_end(p->at.policy, view.row.kind, view.step))
		return fail(why, E_CONFLICT, "object", "この件は終わっています。終わった件は、証拠を残せません。");
	TRY(check_object(p, object, arena, why));
	TRY(hold_add(p->at.registers, hand->id, object, hand->actor, why));
	return tx_commit(&tx, why);
}

/* ---- what a case tells of an act's object ----------------------------------------- */

/* The latest case of the kind about the object that is no drill. */
static struct result latest_about(struct proceedings *p, const char *kind, const char *object, struct arena *arena,
                                  const char **id, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_ask(p->at.store,
	              "SELECT k.id FROM case_state k JOIN register_cell c ON c.row = k.id WHERE k.kind = ?1 AND"
	              " c.value = ?2 AND k.drill = 0 ORDER BY k.opened_ms DESC, k.id DESC LIMIT 1",
	              ARGS(arg_str(kind), arg_str(object)), &s, why));
	TRY(statement_step(s, &row, why));
	*id = row ? arena_string(arena, column_text(s, 0)) : "";
	return *id ? ok() : no_memory(why);
}

static bool is_step(const struct policy *policy, const char *kind, const char *name)
{
	const char *step;
	for (size_t i = 0; (step = policy_kind_step(policy, kind, i)); i++)
		if (strcmp(step, name) == 0)
			return true;
	return false;
}

static struct result tell(struct proceedings *p, const struct policy_fact *fact, const char *object, struct facts *facts,
                          struct arena *arena, struct why *why)
{
	struct case_view view;
	const char *id;
	TRY(latest_about(p, fact->found_by, object, arena, &id, why));
	bool step = is_step(p->at.policy, fact->found_by, fact->path), passed = false;
	if (*id)
		TRY(case_get(p, id, arena, &view, why));
	for (size_t i = 0; *id && i < view.way_count; i++)
		passed |= strcmp(view.way[i].step, fact->path) == 0;
	if (step)
		return facts_set_yesno(facts, fact->path, passed, why);
	const char *value = *id ? register_cell(&view.row, fact->path) : "";
	return *value ? facts_set_any(facts, fact->path, value, why) : ok();
}

struct result evidence_facts(struct proceedings *p, const struct policy_fact *known, size_t count, const char *object,
                             bool kept_as_told, struct facts *facts, struct arena *arena, struct why *why)
{
	for (size_t i = 0; i < count; i++)
		if (known[i].found_by[0] && policy_kind_step(p->at.policy, known[i].found_by, 0))
			TRY(tell(p, &known[i], object, facts, arena, why));
		else if (strcmp(known[i].path, "on_hold") == 0 && known[i].type == FACT_YESNO && p->at.registers) {
			struct hold kept;
			bool held;
			TRY(hold_find(p->at.registers, object, arena, &kept, &held, why));
			TRY(facts_set_yesno(facts, "on_hold", held || kept_as_told, why));
		}
	return ok();
}
