/* Duties: the statements of the book that is in force, read out for the engine
 * that opens them, and judged for what has happened. */
#include "policy/duty.h"
#include "policy/model.h"

#include <stdio.h>

static struct result no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "policy", "義務を読み出す記憶域が足りません。");
}

const char *duty_strength_name(enum duty_strength strength)
{
	static const char *const names[] = {"must", "as-needed", "should"};
	return (unsigned)strength <= DUTY_SHOULD ? names[strength] : "must";
}

/* ---- lengths of time */

struct reader {
	const struct policy *policy;
	const struct book *book;
	const struct member *member;
	day_t day;
	struct arena *arena;
};

static const char *plural(const char *unit)
{
	static const char *const units[][2] = {
		{"hour", "hours"}, {"day", "days"}, {"working-day", "working-days"}, {"month", "months"},
		{"year", "years"}, {"fiscal-year", "fiscal-years"},
	};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(units[i][0], unit) == 0)
			return units[i][1];
	return unit;
}

static void set_span(struct duty_span *span, const struct literal *l)
{
	enum unit_class unit;
	int64_t base;
	if (!l || l->kind != LIT_NUMBER || !l->unit || !unit_convert(l->unit, l->number, &unit, &base) ||
	    unit == UNIT_BYTES || l->number <= 0)
		return;
	span->set = true;
	span->count = l->number;
	span->unit = plural(l->unit);
}

static struct duty_span read_span(const struct reader *r, const struct span *span)
{
	struct duty_span out = {.given = span != NULL, .parameter = "", .label = "", .unit = ""};
	if (!span)
		return out;
	if (!span->name) {
		set_span(&out, &(struct literal){.kind = LIT_NUMBER, .number = span->number, .unit = span->unit});
		return out;
	}
	const struct symbol *s = symbol_find(r->book, span->name);
	out.parameter = span->name;
	out.label = s && s->statement->title ? s->statement->title : "";
	const char *id = r->member->clause->id;
	const struct setting *own = setting_on(r->policy, span->name, r->book->name, id, r->day);
	if (!own && s)
		own = setting_on(r->policy, span->name, s->statement->clause->header->name, id, r->day);
	if (own && !own->several)
		set_span(&out, own->value);
	return out;
}

void duty_span_text(const struct duty_span *span, struct buffer *out)
{
	bool named = span->label[0] != 0;
	if (!span->given)
		return;
	buffer_put_str(out, span->label);
	buffer_put_str(out, named ? "（" : "");
	if (span->set)
		buffer_printf(out, "%lld%s", (long long)span->count, unit_label(span->unit));
	else
		buffer_put_str(out, strcmp(span->parameter, "unstated") == 0 ? "期限の定めなし" : "未設定");
	buffer_put_str(out, named ? "）" : "");
}

/* ---- reading the statements out */

static const struct shape *scope_of(const struct policy *policy, const struct statement *s)
{
	const struct via *const vias[] = {s->by, s->with, s->to, s->otherwise};
	const struct shape *shape = s->second ? shape_find(policy, s->second) : NULL;
	for (size_t i = 0; i < sizeof vias / sizeof *vias && !shape; i++) {
		const struct via *via = vias[i];
		while (via && via->op != ROUTE_SLOT && via->parts)
			via = via->parts;
		shape = via && via->of ? shape_find(policy, via->of->part[0]) : NULL;
	}
	return shape;
}

static const char *cond_string(const struct reader *r, const struct shape *scope, const struct statement *s)
{
	AUTO(buffer_done) struct buffer text = {0};
	buffer_init(&text, 4000);
	if (s->when)
		cond_text(r->policy, r->book, scope, s->when, &text);
	if (s->unless) {
		buffer_put_str(&text, s->when ? "（ただし、" : "");
		cond_text(r->policy, r->book, scope, s->unless, &text);
		buffer_put_str(&text, s->when ? "ときを除く）" : "ときを除く場合");
	}
	return arena_string(r->arena, buffer_slice(&text));
}

static bool read_triggers(const struct reader *r, const struct statement *s, struct policy_duty *out)
{
	static const enum duty_trigger_kind kinds[] = {
		[TRIGGER_ON] = DUTY_ON, [TRIGGER_EACH] = DUTY_EACH, [TRIGGER_ALWAYS] = DUTY_ALWAYS,
		[TRIGGER_ON_CALL] = DUTY_ON_CALL,
	};
	size_t count = 0;
	for (const struct trigger *t = s->triggers; t; t = t->next)
		count++;
	struct duty_trigger *triggers = ARENA_ARRAY(r->arena, count ? count : 1, struct duty_trigger);
	out->triggers = triggers;
	for (const struct trigger *t = s->triggers; t && triggers; t = t->next)
		triggers[out->trigger_count++] = (struct duty_trigger){
			.kind = kinds[t->kind], .event = t->event ? t->event : "",
			.event_label = t->event ? word_label(r->policy, r->book, t->event) : "",
			.each = read_span(r, t->each)};
	return triggers != NULL;
}

/* the statement as it was bound: a document's and a loose duty's, or that of an event */
static const struct follow *bound(const struct book *book, const struct statement *s, const struct member *m,
                                  const struct act *act)
{
	const struct follow *f = act ? book->rules[act->index].duties : book->duties;
	while (f && (f->statement != s || f->member != m))
		f = f->next;
	return f;
}

static const struct follow *any_bound(const struct reader *r, const struct statement *s)
{
	const struct follow *f = bound(r->book, s, r->member, NULL);
	for (const struct trigger *t = s->triggers; t && !f; t = t->next) {
		const struct act *act = t->kind == TRIGGER_ON ? act_find(r->policy, t->event) : NULL;
		f = act ? bound(r->book, s, r->member, act) : NULL;
	}
	return f;
}

/* the clause and the task; a clause that asks for the same twice counts: "HN-1#report.2" */
static unsigned nth_of(const struct reader *r, const struct statement *s)
{
	unsigned nth = 1;
	for (const struct statement *t = r->member->clause->statements; t != s; t = t->next)
		nth += t->kind == s->kind && t->name == s->name;
	return nth;
}

static const char *id_of(const struct reader *r, const struct statement *s)
{
	unsigned nth = nth_of(r, s);
	return nth == 1 ? arena_printf(r->arena, "%s#%s", r->member->clause->id, s->name)
	                : arena_printf(r->arena, "%s#%s.%u", r->member->clause->id, s->name, nth);
}

static bool has_id(const struct reader *r, const struct statement *s, const char *rest)
{
	unsigned nth = nth_of(r, s);
	size_t len = strlen(s->name);
	char number[16];
	snprintf(number, sizeof number, ".%u", nth);
	return strncmp(rest, s->name, len) == 0 && strcmp(rest + len, nth == 1 ? "" : number) == 0;
}

static bool read_duty(const struct reader *r, const struct statement *s, struct policy_duty *out)
{
	const struct follow *f = any_bound(r, s);
	const struct shape *scope = scope_of(r->policy, s);
	const struct act *first = s->triggers && s->triggers->event ? act_find(r->policy, s->triggers->event) : NULL;
	*out = (struct policy_duty){
		.id = id_of(r, s),
		.clause = r->member->clause->public, .cite = r->member->cite, .document = s->kind == ST_DOCUMENT,
		.task = s->name, .label = s->title ? s->title : word_label(r->policy, r->book, s->name),
		.of = scope ? scope->name : "", .of_label = scope ? scope->title : "",
		.of_named = scope && s->second,
		.strength = s->strength == SHOULD ? DUTY_SHOULD : s->strength == AS_NEEDED ? DUTY_AS_NEEDED : DUTY_MUST,
		.within = read_span(r, s->kind == ST_DUTY ? s->within : NULL),
		.by = f ? f->by_text : "", .with = f ? f->with_text : "", .to = f ? f->to_text : "",
		.otherwise = f ? f->otherwise_text : "",
		.using_name = s->kind == ST_DUTY && s->using ? s->using : "",
		.using_label = s->kind == ST_DUTY && s->using ? word_label(r->policy, r->book, s->using) : "",
		.when = s->kind == ST_DUTY ? cond_string(r, first ? first->row : scope, s) : "",
	};
	return read_triggers(r, s, out) && out->id && out->when;
}

struct result policy_duties(const struct policy *policy, const char *name, day_t day, struct arena *arena,
                            struct policy_duty **out, size_t *count, struct why *why)
{
	struct reader r = {.policy = policy, .book = book_on(policy, name, day), .day = day, .arena = arena};
	size_t room = 0, have = 0;
	if (!r.book)
		return fail(why, E_ABSENT, name, "その日に効力のある規程がありません。");
	for (const struct member *m = r.book->members; m; m = m->next)
		for (const struct statement *s = m->clause->statements; s; s = s->next)
			room += s->kind == ST_DUTY || s->kind == ST_DOCUMENT;
	struct policy_duty *duties = ARENA_ARRAY(arena, room ? room : 1, struct policy_duty);
	if (!duties)
		return no_memory(why);
	for (r.member = r.book->members; r.member; r.member = r.member->next)
		for (const struct statement *s = r.member->clause->statements; s; s = s->next) {
			if (s->kind != ST_DUTY && s->kind != ST_DOCUMENT)
				continue;
			if (!read_duty(&r, s, &duties[have++]))
				return no_memory(why);
		}
	*out = duties;
	*count = have;
	return ok();
}

/* ---- judging */

struct found {
	const struct statement *statement;
	const struct member *member;
};

/* an id as id_of made it: clause ids hold no '#', words no '.' of their own but a move's */
static struct found find_duty(const struct book *book, const char *id)
{
	struct reader r = {.book = book};
	for (r.member = book->members; r.member; r.member = r.member->next) {
		size_t len = strlen(r.member->clause->id);
		if (strncmp(r.member->clause->id, id, len) != 0 || id[len] != '#')
			continue;
		for (const struct statement *s = r.member->clause->statements; s; s = s->next)
			if ((s->kind == ST_DUTY || s->kind == ST_DOCUMENT) && has_id(&r, s, id + len + 1))
				return (struct found){s, r.member};
	}
	return (struct found){NULL, NULL};
}

static const struct act *act_named(const struct policy *policy, const char *name)
{
	const char *word = words_find(policy->words, slice_str(name));
	return word ? act_find(policy, word) : NULL;
}

struct result policy_duty_facts(const struct policy *policy, const struct policy_duty *duty, const char *event,
                                struct arena *arena, struct facts **out, struct why *why)
{
	const char *kind = duty->of[0] ? duty->of : policy->w_person;
	const struct act *act = event ? act_named(policy, event) : policy->acts;
	while (!event && act && !(act->object && strcmp(act->object->name, kind) == 0))
		act = act->next;
	if (!act)
		return fail(why, E_ABSENT, duty->id, "「%s」を判断するための事実を用意できません。", event ? event : kind);
	return facts_new(policy, act->name, arena, out, why);
}

static enum truth reaches(const struct eval *e, const struct reach *reaches, const struct shape *shape,
                          const struct row *row, enum truth none)
{
	enum truth t = NO;
	bool named = false;
	for (const struct reach *r = reaches; r; r = r->next) {
		struct eval own = *e;
		own.clause = r->member->clause->id;
		if (r->shape != shape)
			continue;
		t = truth_or(t, eval_when(&own, row, r->when, NULL));
		named = true;
	}
	return named ? t : none;
}

static enum truth reached(const struct eval *e, const struct act *act, const struct row *root)
{
	const struct row *row = root->values[FIELD_OBJECT].row;
	if (!act->object || !row)
		return YES;
	return truth_and(reaches(e, e->book->governs, act->object, row, YES),
	                 truth_not(reaches(e, e->book->leaves, act->object, row, NO)));
}

static struct result open_way(const struct eval *e, const struct row *row, const struct broute *by,
                              struct arena *arena, struct duty_route *out, struct why *why)
{
	struct slot *const *slots;
	size_t count = 0;
	if (!by)
		return ok();
	const struct route *route = route_open(e, row, by, false, arena, &slots, &count);
	if (!route)
		return count ? fail(why, E_LIMIT, "route", "義務を負う人が多すぎます。") : no_memory(why);
	*out = (struct duty_route){route, slots, count};
	return ok();
}

/* the statement as it was bound to the event; a document has one route, whatever asks for it */
static const struct follow *bound_to(const struct policy *policy, const struct book *book, const struct found *at,
                                     const char *event)
{
	const struct act *act = event ? act_named(policy, event) : NULL;
	bool loose = !event || (at->statement && at->statement->kind == ST_DOCUMENT);
	if (!at->statement || (!loose && !act))
		return NULL;
	return bound(book, at->statement, at->member, loose ? NULL : act);
}

static struct result open_ways(const struct eval *e, const struct row *row, const struct follow *f,
                               struct arena *arena, struct duty_judgement *out, struct why *why)
{
	TRY(open_way(e, row, f->by, arena, &out->by, why));
	TRY(open_way(e, row, f->with, arena, &out->with, why));
	TRY(open_way(e, row, f->to, arena, &out->to, why));
	return open_way(e, row, f->otherwise, arena, &out->otherwise, why);
}

struct result policy_duty_judge(const struct policy *policy, const char *name, const struct policy_duty *duty,
                                const char *event, const struct facts *facts, day_t day, struct arena *arena,
                                struct duty_judgement *out, struct why *why)
{
	const struct book *book = book_on(policy, name, day);
	struct found at = book ? find_duty(book, duty->id) : (struct found){NULL, NULL};
	const struct follow *f = book ? bound_to(policy, book, &at, event) : NULL;
	if (!f)
		return fail(why, E_ABSENT, duty->id, "その日に効力のある義務ではありません。");
	struct policy_question question = {.day = day, .facts = facts};
	struct eval e = {.policy = policy, .book = book, .facts = facts, .question = &question,
	                 .clause = at.member->clause->id};
	const struct row *root = facts->root;
	const struct row *row = event && !duty->document ? root : root->values[FIELD_OBJECT].row;
	enum truth applies = truth_and(reached(&e, facts->act, root), eval_when(&e, row, f->when, f->unless));
	struct duty_judgement made = {.applies = applies == YES ? DUTY_YES : applies == NO ? DUTY_NO : DUTY_CANNOT_TELL};
	TRY(open_ways(&e, row, f, arena, &made, why));
	*out = made;
	return ok();
}

/* ---- names and members */

bool policy_names_act(const struct policy *policy, const char *word)
{
	const char *known = words_find(policy->words, slice_str(word));
	return known && (act_find(policy, known) || vocab_find(policy, VOCAB_TASK, known));
}

static const struct vocab *task_of(const struct policy *policy, const char *task)
{
	const char *known = words_find(policy->words, slice_str(task));
	return known ? vocab_find(policy, VOCAB_TASK, known) : NULL;
}

bool policy_task_proceeds(const struct policy *policy, const char *task)
{
	struct policy_act act;
	const struct vocab *v = task_of(policy, task);
	if (v)
		return v->carried_by && strcmp(v->carried_by, "proceeding") == 0;
	return policy_act_find(policy, task, &act) && act.to[0];
}

const char *policy_task_title(const struct policy *policy, const char *task)
{
	struct policy_act act;
	const struct vocab *v = task_of(policy, task);
	if (v)
		return v->title;
	return policy_act_find(policy, task, &act) ? act.title : task;
}

struct result policy_members(const struct policy *policy, const char *name, day_t day, struct arena *arena,
                             struct policy_member **out, size_t *count, struct why *why)
{
	const struct book *book = book_on(policy, name, day);
	if (!book)
		return fail(why, E_ABSENT, name, "その日に効力のある規程がありません。");
	struct policy_member *members = ARENA_ARRAY(arena, book->member_count ? book->member_count : 1, struct policy_member);
	size_t have = 0;
	if (!members)
		return no_memory(why);
	for (const struct member *m = book->members; m; m = m->next)
		members[have++] = (struct policy_member){m->clause->public, m->cite};
	*out = members;
	*count = have;
	return ok();
}
