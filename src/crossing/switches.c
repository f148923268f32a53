/* Settings of the file gate: set by an act, kept by entries, resolved for a file. */
#include "crossing/switches.h"
#include "crossing/internal.h"
#include "store/ask.h"
#include "store/digest.h"

enum { RULES_MOST = 500, SCOPE_BYTES = 120 };

/* ---- reading --------------------------------------------------------------------- */

struct result switch_list(struct crossings *c, struct arena *arena, struct switch_rule **out, size_t *count,
                          struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct switch_rule *rules = ARENA_ARRAY(arena, RULES_MOST, struct switch_rule);
	if (!rules)
		return fail(why, E_MEMORY, "", "no memory for the settings");
	TRY(store_prepare(c->at.base.store,
	                  "SELECT direction, zone, section, class, item, treatment, set_by, set_ms, clause"
	                  " FROM crossing_switch ORDER BY section, class, zone, direction, item", &s, why));
	for (*count = 0; *count < RULES_MOST; (*count)++) {
		struct switch_rule *r = &rules[*count];
		const char **const to[] = {&r->scope.direction, &r->scope.zone, &r->scope.section, &r->scope.class,
		                           &r->item, &r->treatment, &r->set_by, NULL, &r->clause};
		bool row = false;
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		for (int i = 0; i < 9; i++)
			if (to[i] && !(*to[i] = arena_string(arena, column_text(s, i))))
				return fail(why, E_MEMORY, "", "no memory for the settings");
		r->set_ms = column_i64(s, 7);
	}
	*out = rules;
	return ok();
}

/* ---- resolving -------------------------------------------------------------------- */

/* Does the file belong to the class?  A class nobody told is its scale's highest. */
static struct result of_class(struct crossings *c, enum crossing_direction direction, const char *answers,
                              const char *class, struct arena *arena, bool *yes, struct why *why)
{
	const struct policy_fact *known = NULL;
	size_t count = 0;
	*yes = false;
	TRY(policy_act_facts(c->at.base.policy, crossing_act(direction), arena, &known, &count, why));
	for (size_t i = 0; i < count; i++) {
		const char *name = object_name(&known[i]);
		struct slice value = name ? crossing_answer(answers, name) : SLICE("");
		if (name && !value.len && known[i].type == FACT_LEVEL && known[i].word_count)
			value = slice_str(known[i].words[known[i].word_count - 1]);
		if (name && value.len && slice_equal(value, crossing_answer(class, name)))
			*yes = true;
	}
	return ok();
}

static bool is_or_any(const char *wanted, const char *found)
{
	return !*wanted || strcmp(wanted, found) == 0;
}

/* How narrow: one digit a dimension, the construct's own row below them all. */
static unsigned narrowness(const struct switch_rule *r, const struct construct *construct)
{
	unsigned own = strcmp(r->item, construct->word) == 0 ? 2 : strcmp(r->item, "all") == 0 ? 0 : 1;
	return (*r->scope.section ? 32u : 0) + (*r->scope.class ? 16u : 0) + (*r->scope.zone ? 8u : 0) +
	       (*r->scope.direction ? 4u : 0) + own;
}

/* What the rule says of the construct; TREAT_NONE if it says nothing of it. */
static enum treatment says(const struct switch_rule *r, size_t i)
{
	const struct construct *construct = construct_at(i);
	struct switches preset;
	if (strcmp(r->item, "all") == 0)
		return switches_preset(r->treatment, &preset) ? (enum treatment)preset.of[i] : TREAT_NONE;
	if (strcmp(r->item, construct->word) != 0 && strcmp(r->item, content_name(construct->content)) != 0)
		return TREAT_NONE;
	enum treatment wanted = treatment_named(r->treatment);
	return treatment_offered(construct, wanted) ? wanted : TREAT_SANITISE;
}

static void settle_one(struct switch_state *out, const struct switch_rule *rules, const bool *applies, size_t count,
                       size_t i)
{
	unsigned best = 0;
	for (size_t k = 0; k < count; k++) {
		enum treatment said = applies[k] ? says(&rules[k], i) : TREAT_NONE;
		unsigned narrow = narrowness(&rules[k], construct_at(i));
		if (said == TREAT_NONE || (out->by[i] && narrow < best) ||
		    (out->by[i] && narrow == best && said >= out->switches.of[i]))
			continue;
		out->switches.of[i] = (uint8_t)said;
		out->by[i] = &rules[k];
		best = narrow;
	}
}

static struct result digest_of(const struct switches *switches, char hex[65], struct why *why)
{
	uint8_t digest[SHA256_BYTES];
	AUTO(buffer_done) struct buffer text = {0};
	buffer_init(&text, 65536);
	switches_text(switches, &text);
	if (!buffer_ok(&text))
		return fail(why, E_MEMORY, "", "no memory for the settings");
	sha256(buffer_slice(&text), digest);
	hex_encode(digest, SHA256_BYTES, hex);
	return ok();
}

static struct result resolve(struct crossings *c, const struct switch_rule *rules, size_t count,
                             const struct switch_file *file, struct arena *arena, struct switch_state *out, struct why *why)
{
	enum crossing_direction direction = file->direction;
	const char *zone = direction == CROSSING_INWARD ? "internet" : "lgwan";
	*out = (struct switch_state){.digest = ""};
	bool *applies = ARENA_ARRAY(arena, count + 1, bool);
	if (!applies)
		return fail(why, E_MEMORY, "", "no memory for the settings");
	for (size_t k = 0; k < count; k++) {
		const struct switch_scope *s = &rules[k].scope;
		bool of = true;
		if (*s->class)
			TRY(of_class(c, direction, file->answers, s->class, arena, &of, why));
		applies[k] = of && is_or_any(s->direction, crossing_direction_name(direction)) &&
		             is_or_any(s->zone, zone) && is_or_any(s->section, file->section);
	}
	if (!switches_preset(SWITCHES_DEFAULT, &out->switches))
		return fail(why, E_SYSTEM, SWITCHES_DEFAULT, "the preset is missing");
	for (size_t i = 0; i < construct_count(); i++)
		settle_one(out, rules, applies, count, i);
	return digest_of(&out->switches, out->digest, why);
}

struct result switch_resolve(struct crossings *c, enum crossing_direction direction, const char *section,
                             const char *answers, struct arena *arena, struct switch_state *out, struct why *why)
{
	const struct switch_file file = {direction, section, answers};
	struct switch_rule *rules = NULL;
	size_t count = 0;
	TRY(switch_list(c, arena, &rules, &count, why));
	return resolve(c, rules, count, &file, arena, out, why);
}

/* ---- as it was -------------------------------------------------------------------- */

static bool same_place(const struct switch_rule *a, const struct switch_rule *b)
{
	return strcmp(a->scope.direction, b->scope.direction) == 0 && strcmp(a->scope.zone, b->scope.zone) == 0 &&
	       strcmp(a->scope.section, b->scope.section) == 0 && strcmp(a->scope.class, b->scope.class) == 0 &&
	       strcmp(a->item, b->item) == 0;
}

static struct result rule_of(const struct ledger_entry *entry, struct arena *arena, struct switch_rule *out, struct why *why)
{
	static const char *const names[] = {"direction", "zone", "section", "class", "item", "treatment", "clause"};
	const char **const to[] = {&out->scope.direction, &out->scope.zone, &out->scope.section, &out->scope.class,
	                           &out->item, &out->treatment, &out->clause};
	AUTO(json_drop) json_t *data = NULL;
	TRY(record_data(entry, &data, why));
	*out = (struct switch_rule){.set_by = arena_string(arena, entry->actor), .set_ms = entry->time_ms};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!(*to[i] = arena_string(arena, slice_str(json_text(data, names[i])))))
			return fail(why, E_MEMORY, "", "no memory for the settings");
	return out->set_by ? ok() : fail(why, E_MEMORY, "", "no memory for the settings");
}

/* Newest first: the first entry about a place is the one that held. */
struct result switch_resolve_at(struct crossings *c, int64_t seq, const struct switch_file *file, struct arena *arena,
                                struct switch_state *out, struct why *why)
{
	enum { ENTRIES = 5000 };
	struct ledger_query query = {.kind_prefix = "crossing.switch.set", .before_seq = seq, .limit = ENTRIES};
	struct ledger_entry *entries = NULL;
	size_t found = 0, seen = 0, count = 0;
	TRY(ledger_find(c->at.base.ledger, &query, arena, &entries, &found, why));
	if (found == ENTRIES)
		return fail(why, E_LIMIT, "switches", "the settings were changed more than %d times", ENTRIES);
	struct switch_rule *rules = ARENA_ARRAY(arena, found + 1, struct switch_rule);
	if (!rules)
		return fail(why, E_MEMORY, "", "no memory for the settings");
	for (size_t i = 0; i < found; i++) {
		bool newer = false;
		TRY(rule_of(&entries[i], arena, &rules[seen], why));
		for (size_t k = 0; k < seen && !newer; k++)
			newer = same_place(&rules[k], &rules[seen]);
		seen += !newer;
	}
	for (size_t i = 0; i < seen; i++)
		if (*rules[i].treatment)
			rules[count++] = rules[i];
	return resolve(c, rules, count, file, arena, out, why);
}

/* ---- setting ---------------------------------------------------------------------- */

static const char *content_word(const char *item)
{
	if (strcmp(item, "all") == 0)
		return "everything";
	size_t found = construct_find(item);
	return found < CONSTRUCTS ? content_name(construct_at(found)->content) : item;
}

static struct result check_item(const char *item, const char *treatment, struct why *why)
{
	struct switches unused;
	bool all = strcmp(item, "all") == 0;
	size_t at = construct_find(item);
	enum treatment wanted = treatment_named(treatment);
	if (!all && at == CONSTRUCTS && content_named(item) == CONTENT_NONE)
		return fail(why, E_INPUT, "item", "「%.60s」という内容の種類はありません。一覧から選んでください。", item);
	if (!*treatment)
		return ok();
	if (all)
		return switches_preset(treatment, &unused) ? ok()
			: fail(why, E_INPUT, "treatment", "「%.60s」という設定の組はありません。一覧から選んでください。", treatment);
	if (wanted == TREAT_NONE)
		return fail(why, E_INPUT, "treatment", "「扱い」が選ばれていません。どれかを選んでください。");
	if (at < CONSTRUCTS ? !treatment_offered(construct_at(at), wanted) : wanted == TREAT_ALLOW)
		return fail(why, E_INPUT, "treatment",
		            "この内容は、安全な形に作り直せないため、残して通すことはできません。取り除くか、止めるかを選んでください。");
	return ok();
}

static struct result known_class(struct crossings *c, const char *class, struct arena *arena, struct why *why)
{
	return *class ? answers_check(c, crossing_act(CROSSING_INWARD), class, arena, why) : ok();
}

static struct result check_scope(struct crossings *c, const struct switch_scope *s, struct arena *arena,
                                 struct why *why)
{
	struct section section;
	struct why ours = {0};
	if (strcmp(s->direction, "outward") == 0 || strcmp(s->zone, "lgwan") == 0)
		return fail(why, E_INPUT, *s->zone ? "zone" : "direction",
		            "庁外へ出すファイルは作り直さずに渡すため、この設定は働きません。受け取る向きを選んでください。");
	if (*s->direction && strcmp(s->direction, "inward") != 0)
		return fail(why, E_INPUT, "direction", "「向き」の言葉がわかりません。inward を指定してください。");
	if (*s->zone && strcmp(s->zone, "internet") != 0)
		return fail(why, E_INPUT, "zone", "「送り元の区画」の言葉がわかりません。internet を指定してください。");
	if (strlen(s->section) > 26 || strlen(s->class) > SCOPE_BYTES)
		return fail(why, E_INPUT, "section", "課か分類の指定が長すぎます。一覧から選んでください。");
	if (*s->section && office_section(c->at.base.office, s->section, arena, &section, &ours).code != OK)
		return fail(why, E_INPUT, "section", "その課は登録されていません。一覧から選んでください。");
	if (known_class(c, s->class, arena, &ours).code != OK)
		return fail(why, E_INPUT, "class", "その分類は、いまのポリシーにありません。一覧から選んでください。");
	return ok();
}

static struct result ask(struct crossings *c, const char *by, const char *item, const char *treatment,
                         struct arena *arena, const struct decision **out, struct why *why)
{
	static const char *const words[] = {[TREAT_NONE] = "bundle", [TREAT_REFUSE] = "refused",
	                                    [TREAT_SANITISE] = "removed", [TREAT_ALLOW] = "kept"};
	struct fact_pair *facts = ARENA_ARRAY(arena, 2, struct fact_pair);
	if (!facts)
		return fail(why, E_MEMORY, "", "no memory for the facts");
	facts[0] = (struct fact_pair){"content", content_word(item)};
	facts[1] = (struct fact_pair){"treatment", *treatment ? words[treatment_named(treatment)] : "unset"};
	struct wish wish = {.act = "set_switch", .actor = by, .subject = "", .facts = facts, .fact_count = 2};
	return proceeding_decide(c->at.proceedings, &wish, arena, out, why);
}

struct result switch_may(struct crossings *c, const char *by, bool *yes, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(CROSSING_ROOM);
	const struct decision *decision = NULL;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(ask(c, by, "all", SWITCHES_DEFAULT, arena, &decision, why));
	*yes = decision->verdict == PASS;
	return ok();
}

static const char *opening_clause(const struct decision *decision)
{
	for (size_t i = 0; i < decision->spoken_count; i++)
		if (decision->spoken[i].effect == EFFECT_OPEN)
			return decision->spoken[i].clause->id;
	return "";
}

static struct result set_inside(struct crossings *c, const char *by, const struct switch_scope *s, const char *item,
                                const char *treatment, struct arena *arena, struct why *why)
{
	const struct decision *decision = NULL;
	int64_t count = 0;
	bool found = false;
	TRY(check_item(item, treatment, why));
	TRY(check_scope(c, s, arena, why));
	TRY(ask(c, by, item, treatment, arena, &decision, why));
	if (decision->verdict == REFUSE)
		return policy_refusal(decision, why);
	if (decision->verdict != PASS)
		return fail(why, E_DENIED, "set_switch", "無害化の設定を変えてよいかを判断できません。役職の登録を確かめてください。");
	TRY(store_ask_one(c->at.base.store, "SELECT COUNT(*) FROM crossing_switch", NULL, 0, &found, &count, why));
	if (count >= RULES_MOST)
		return fail(why, E_LIMIT, "item", "設定は%d件までです。使っていないものを外してください。", RULES_MOST);
	json_t *data = json_pack("{ss ss ss ss ss ss ss}", "item", item, "treatment", treatment, "direction",
	                         s->direction, "zone", s->zone, "section", s->section, "class", s->class, "clause",
	                         opening_clause(decision));
	struct event event = {.kind = "crossing.switch.set", .actor = by, .subject = item, .decision = decision};
	return record(c, &event, data, why);
}

struct result switch_set(struct crossings *c, const char *by, const struct switch_scope *scope, const char *item,
                         const char *treatment, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(CROSSING_ROOM);
	bool own = false;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(change_begin(c, &own, why));
	return change_finish(c, own, set_inside(c, by, scope, item, treatment, arena, why), why);
}
