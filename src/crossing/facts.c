/* What a crossing is, in the words of the vocabulary: the one place of this
 * room that knows them.  It knows no clause and no scale: which clause keeps a file
 * back, which wants a reason and which classes there are is what the policy says
 * when it is asked.                                                          */
#include "crossing/internal.h"

static void put(struct crossing_facts *out, const char *path, const char *value)
{
	if (value && value[0] && out->wish.fact_count < sizeof out->pairs / sizeof *out->pairs)
		out->pairs[out->wish.fact_count++] = (struct fact_pair){path, value};
}

static void put_found(struct crossing_facts *out, const char *path, enum finding_of_gate found)
{
	if (found != GATE_UNKNOWN)
		put(out, path, found == GATE_YES ? "yes" : "no");
}

const char *crossing_act(enum crossing_direction direction)
{
	return direction == CROSSING_INWARD ? "transfer" : "provide";
}

/* ---- what the sender said of the object ---------------------------------- */

struct slice crossing_answer(const char *answers, const char *name)
{
	struct slice rest = slice_str(answers ? answers : "");
	while (rest.len) {
		size_t end = slice_find(rest, SLICE(" "));
		struct slice one = slice_part(rest, 0, end);
		size_t equals = slice_find(one, SLICE("="));
		if (equals != SIZE_MAX && slice_is(slice_part(one, 0, equals), name))
			return slice_part(one, equals + 1, one.len);
		rest = end == SIZE_MAX ? SLICE("") : slice_part(rest, end + 1, rest.len);
	}
	return SLICE("");
}

const char *object_name(const struct policy_fact *fact)
{
	static const char object[] = "object.";
	bool of_object = strncmp(fact->path, object, sizeof object - 1) == 0 && !fact->found_by[0];
	return of_object ? fact->path + sizeof object - 1 : NULL;
}

static bool may_say(const struct policy_fact *fact, struct slice value)
{
	if (fact->type == FACT_YESNO)
		return slice_is(value, "yes") || slice_is(value, "no");
	for (size_t i = 0; i < fact->word_count; i++)
		if (slice_is(value, fact->words[i]))
			return true;
	return false;
}

struct result answers_check(struct crossings *c, const char *act, const char *answers,
                            struct arena *arena, struct why *why)
{
	const struct policy_fact *known = NULL;
	size_t count = 0, read = 0, said = 0;
	TRY(policy_act_facts(c->at.base.policy, act, arena, &known, &count, why));
	for (const char *at = answers; at && *at; at++)
		said += *at == '=';
	for (size_t i = 0; i < count; i++) {
		const char *name = object_name(&known[i]);
		struct slice value = name ? crossing_answer(answers, name) : SLICE("");
		if (!value.len)
			continue;
		read++;
		if (!may_say(&known[i], value))
			return fail(why, E_INPUT, name,
			            "「%s」に書かれた言葉がわかりません。扱いを決められません。どれかを選んでください。",
			            known[i].label);
	}
	return read == said ? ok() : fail(why, E_INPUT, "answers", "ポリシーの語彙にない項目が書かれています。");
}

/* An answer as it was given; a class that nobody can tell is the highest until it is
 * answered.                                  source capabilities: unknown class */
static struct result put_answer(struct crossing_facts *out, const struct policy_fact *fact,
                                const char *answers, struct arena *arena, struct why *why)
{
	const char *name = object_name(fact);
	struct slice value = name ? crossing_answer(answers, name) : SLICE("");
	if (name && !value.len && fact->type == FACT_LEVEL && fact->word_count)
		value = slice_str(fact->words[fact->word_count - 1]);
	if (!value.len)
		return ok();
	const char *copy = arena_string(arena, value);
	if (!copy)
		return fail(why, E_MEMORY, "", "no memory for the facts");
	put(out, fact->path, copy);
	return ok();
}

static struct result start(struct crossings *c, struct crossing_facts *out, const char *act,
                           const char *actor, const char *subject, const struct crossing_row *row,
                           struct arena *arena, struct why *why)
{
	const struct policy_fact *known = NULL;
	size_t count = 0;
	*out = (struct crossing_facts){.wish = {.act = act, .actor = actor, .subject = subject}};
	out->wish.facts = out->pairs;
	out->wish.claims = out->claims;
	put(out, "object", row->id);
	put(out, "object.owner", row->section);
	put(out, "object.medium_kind", "data");
	put(out, "object.contents", "0"); /* a file holds no other asset of the register */
	put(out, "object.side", row->direction == CROSSING_INWARD ? "internet" : "lgwan");
	TRY(policy_act_facts(c->at.base.policy, act, arena, &known, &count, why));
	for (size_t i = 0; i < count; i++)
		TRY(put_answer(out, &known[i], row->answers, arena, why));
	return ok();
}

/* The reason why a demand need not be met speaks to those clauses that asked for it
 * when it was submitted: ids, one space between.                             */
static struct result put_not_needed(struct crossing_facts *out, const struct crossing_detail *detail,
                                    struct arena *arena, struct why *why)
{
	enum { MOST = sizeof out->claims / sizeof *out->claims };
	struct slice rest = slice_str(detail->not_needed[0] ? detail->reason_for : "");
	while (rest.len && out->wish.claim_count < MOST) {
		size_t end = slice_find(rest, SLICE(" "));
		const char *clause = arena_string(arena, slice_part(rest, 0, end));
		if (!clause)
			return fail(why, E_MEMORY, "", "no memory for the claims");
		out->claims[out->wish.claim_count++] = (struct policy_claim){"not_needed", detail->not_needed, clause};
		rest = end == SIZE_MAX ? SLICE("") : slice_part(rest, end + 1, rest.len);
	}
	return ok();
}

/* Is the other side one whose line the office has cut?  Found by its name in the register of
 * networks: either name within the other, so that 県 and 県庁 stop each other.  */
static struct result find_peer(struct crossings *c, const struct crossing_detail *detail, struct arena *arena,
                               enum finding_of_gate *halted, struct why *why)
{
	const struct register_query query = {.kind = "network", .path = "halted", .value = "yes", .limit = REGISTER_PAGE};
	struct register_row *rows;
	struct slice partner = slice_str(detail->partner ? detail->partner : "");
	size_t count;
	bool more;
	*halted = GATE_NO;
	if (!partner.len || !c->at.base.registers)
		return ok();
	TRY(register_list(c->at.base.registers, &query, arena, &rows, &count, &more, why));
	for (size_t i = 0; i < count; i++) {
		struct slice name = slice_str(rows[i].name);
		if (slice_find(partner, name) != SIZE_MAX || slice_find(name, partner) != SIZE_MAX)
			*halted = GATE_YES;
	}
	return ok();
}

struct result facts_of(struct crossings *c, const struct crossing_row *row,
                       const struct crossing_detail *detail, enum finding_of_gate scanned,
                       enum finding_of_gate sanitised, struct arena *arena,
                       struct crossing_facts *out, struct why *why)
{
	TRY(start(c, out, crossing_act(row->direction), row->sender, row->id, row, arena, why));
	enum finding_of_gate halted;
	TRY(find_peer(c, detail, arena, &halted, why));
	put_found(out, "scanned", scanned);
	put_found(out, "peer_halted", halted);
	if (row->direction == CROSSING_INWARD) {
		put(out, "source.side", "internet");
		put(out, "target.side", "lgwan");
		put(out, "source.affairs", c->at.settings.affairs);
		put(out, "target.affairs", c->at.settings.affairs);
		put_found(out, "sanitised", sanitised);
		return ok();
	}
	put(out, "protection", detail->protection);
	return put_not_needed(out, detail, arena, why);
}

struct result facts_of_original(struct crossings *c, const struct crossing_row *row, const char *file,
                                const char *actor, enum finding_of_gate scanned, struct arena *arena,
                                struct crossing_facts *out, struct why *why)
{
	TRY(start(c, out, "release_original", actor, file, row, arena, why));
	put_found(out, "scanned", scanned);
	return ok();
}

json_t *done_facts(const struct crossing_facts *facts, const char *actor)
{
	json_t *all = json_pack("{s:s}", "actor", actor);
	for (size_t i = 0; i < facts->wish.fact_count; i++)
		if (strcmp(facts->pairs[i].path, "object") != 0)
			json_object_set_new(all, facts->pairs[i].path, json_string(facts->pairs[i].value));
	return all;
}

void exception_facts(const char *clause, const char *file, const char *actor, day_t until,
                     const char *ground, char day[11], struct crossing_facts *out)
{
	*out = (struct crossing_facts){.wish = {.act = "exception.begin",
	                                        .actor = actor,
	                                        .subject = file,
	                                        .exception_to = clause}};
	out->wish.facts = out->pairs;
	out->wish.claims = out->claims;
	day_iso(until, day);
	put(out, "object.ground", ground);
	put(out, "object.until", day);
}

/* ---- which clauses speak ------------------------------------------------- */

const char *refusing_clause(const struct decision *decision)
{
	for (size_t i = 0; i < decision->spoken_count; i++)
		if (decision->spoken[i].effect == EFFECT_REFUSE)
			return decision->spoken[i].clause->id;
	return "";
}

struct result clause_against(struct crossings *c, const struct crossing_row *row,
                             const struct crossing_detail *detail, enum finding_of_gate scanned,
                             enum finding_of_gate sanitised, struct arena *arena, const char **out,
                             struct why *why)
{
	struct crossing_facts facts;
	const struct decision *decision = NULL;
	TRY(facts_of(c, row, detail, scanned, sanitised, arena, &facts, why));
	TRY(proceeding_decide(c->at.proceedings, &facts.wish, arena, &decision, why));
	*out = refusing_clause(decision);
	return ok();
}

struct result reasons_wanted(struct crossings *c, const struct crossing_row *row,
                             struct crossing_detail *detail, struct arena *arena, struct why *why)
{
	struct crossing_facts facts;
	const struct decision *decision = NULL;
	detail->reason_for = "";
	if (!detail->not_needed[0])
		return ok();
	TRY(facts_of(c, row, detail, GATE_UNKNOWN, GATE_UNKNOWN, arena, &facts, why));
	TRY(proceeding_decide(c->at.proceedings, &facts.wish, arena, &decision, why));
	for (size_t i = 0; i < decision->missing_count; i++) {
		if (decision->missing[i].kind != WANT_REASON)
			continue;
		detail->reason_for = arena_printf(arena, "%s%s%s", detail->reason_for,
		                                  detail->reason_for[0] ? " " : "", decision->missing[i].clause->id);
		if (!detail->reason_for)
			return fail(why, E_MEMORY, "", "no memory for the claims");
	}
	return ok();
}

/* Every clause that refuses must be liftable by somebody's word; the first is the one
 * that an exception is asked from.                                           */
static const struct liftable *lift_of(const struct decision *decision, const char *clause)
{
	for (size_t i = 0; i < decision->liftable_count; i++)
		if (strcmp(decision->liftable[i].clause->id, clause) == 0 && decision->liftable[i].route)
			return &decision->liftable[i];
	return NULL;
}

struct result original_bar(struct crossings *c, const struct crossing_row *row, const char *file,
                           struct arena *arena, struct crossing_bar *out, struct why *why)
{
	struct crossing_facts facts;
	const struct decision *decision = NULL;
	TRY(facts_of_original(c, row, file, row->sender, GATE_YES, arena, &facts, why));
	TRY(proceeding_decide(c->at.proceedings, &facts.wish, arena, &decision, why));
	*out = (struct crossing_bar){.clause = refusing_clause(decision), .lift = "", .route = ""};
	const struct liftable *lift = lift_of(decision, out->clause);
	if (!lift)
		return fail(why, E_DENIED, out->clause[0] ? out->clause : "release_original",
		            "無害化していない元のファイルを渡す例外を認める条文が、ポリシーにありません。"
		            "送り元に、マクロなどのない形で送り直してもらってください。");
	out->lift = lift->lift->id;
	out->route = lift->text;
	return ok();
}

struct result crossing_original_bar(struct crossings *c, const char *file, struct arena *arena,
                                    struct crossing_bar *out, struct why *why)
{
	struct file_row found;
	struct crossing_row row;
	TRY(file_row_read(c, file, arena, &found, why));
	TRY(crossing_row_read(c, found.crossing, arena, &row, why));
	return original_bar(c, &row, file, arena, out, why);
}

/* ---- questions ----------------------------------------------------------- */

static bool is_missing(const struct decision *decision, const struct policy_fact *fact)
{
	for (size_t i = 0; i < decision->missing_count; i++)
		if (decision->missing[i].kind == WANT_FACT && strcmp(decision->missing[i].name, fact->path) == 0)
			return true;
	return false;
}

struct result crossing_questions(struct crossings *c, const struct crossing_request *request,
                                 const struct decision *preview, struct arena *arena,
                                 struct crossing_question **out, size_t *count, struct why *why)
{
	const struct policy_fact *known = NULL;
	size_t all = 0;
	TRY(policy_act_facts(c->at.base.policy, crossing_act(request->direction), arena, &known, &all, why));
	struct crossing_question *list = ARENA_ARRAY(arena, all + 1, struct crossing_question);
	if (!list)
		return fail(why, E_MEMORY, "", "no memory for the questions");
	*count = 0;
	for (size_t i = 0; i < all; i++) {
		const char *name = object_name(&known[i]);
		bool choice = known[i].type == FACT_YESNO || known[i].type == FACT_WORD;
		bool wanted = name && (known[i].type == FACT_LEVEL ||
		                       (choice && (is_missing(preview, &known[i]) ||
		                                   crossing_answer(request->answers, name).len)));
		if (wanted)
			list[(*count)++] = (struct crossing_question){name, &known[i]};
	}
	*out = list;
	return ok();
}

struct result answers_missing(struct crossings *c, const char *act, const struct decision *decision,
                              struct arena *arena, struct why *why)
{
	const struct policy_fact *known = NULL;
	size_t count = 0;
	TRY(policy_act_facts(c->at.base.policy, act, arena, &known, &count, why));
	for (size_t i = 0; i < count; i++) {
		const char *name = object_name(&known[i]);
		if (name && is_missing(decision, &known[i]))
			return fail(why, E_INPUT, name,
			            "「%s」が選ばれていません。どの条文が働くかを決められません。どれかを選んでください。",
			            known[i].label);
	}
	for (size_t i = 0; i < decision->missing_count; i++) {
		const struct wanted_fact *want = &decision->missing[i];
		if (want->kind == WANT_FACT && strncmp(want->name, "actor.", 6) == 0)
			return fail(why, E_DENIED, want->clause ? want->clause->id : want->name,
			            "あなたの「%s」が職員の登録にないため、ポリシーがあなたに及ぶかを決められません。"
			            "人事の担当に登録を頼んでください。", want->label);
	}
	return ok();
}

struct result crossing_wish(struct crossings *c, const char *id, struct arena *arena, struct wish *out,
                            const char **section, struct why *why)
{
	struct crossing_row row;
	struct crossing_detail detail;
	struct crossing_facts *facts = ARENA_NEW(arena, struct crossing_facts);
	if (!facts)
		return fail(why, E_MEMORY, "", "no memory for the facts");
	TRY(crossing_row_read(c, id, arena, &row, why));
	TRY(detail_read(c, row.detail, arena, &detail, why));
	TRY(facts_of(c, &row, &detail, GATE_YES, row.direction == CROSSING_INWARD ? GATE_YES : GATE_UNKNOWN,
	             arena, facts, why));
	*out = facts->wish;
	*section = row.section;
	return ok();
}

/* ---- names -------------------------------------------------------------- */

/* The gate says what the output must end in: docx also for what was a docm. */
const char *clean_name_of(const char *name, const char *ending,
                          enum crossing_direction direction, bool protected, struct arena *arena)
{
	if (direction == CROSSING_OUTWARD)
		ending = protected ? "zip" : "";
	return name_with_ending(slice_str(name), ending, arena);
}
