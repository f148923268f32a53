/* Looking things up: editions, clauses, acts and their facts, posts, parameters. */
#include "policy/model.h"

#include <stdio.h>

static const struct edition *edition_of(const struct policy *policy, const struct policy_edition *edition)
{
	for (size_t i = 0; i < policy->edition_count; i++)
		if (&policy->editions[i].public == edition)
			return &policy->editions[i];
	return NULL;
}

/* ---- editions and clauses */

size_t policy_edition_count(const struct policy *policy)
{
	return policy->edition_count;
}

const struct policy_edition *policy_edition_at(const struct policy *policy, size_t index)
{
	return index < policy->edition_count ? &policy->editions[index].public : NULL;
}

const struct policy_edition *policy_edition_on(const struct policy *policy, const char *name, day_t day)
{
	const struct policy_edition *found = NULL;
	for (size_t i = 0; i < policy->edition_count; i++) {
		const struct policy_edition *e = &policy->editions[i].public;
		if (strcmp(e->name, name) == 0 && e->effective <= day)
			found = e;
	}
	return found;
}

/* is the file one of the folder named so: .../hannan-2022-07/1.pol; or, if `begins`, of one
 * whose name goes on with '-' behind it                                      */
static bool lies_in(const char *file, const char *folder, bool begins)
{
	const char *slash = strrchr(file, '/'), *name = slash;
	size_t n = strlen(folder);
	while (name && name > file && name[-1] != '/')
		name--;
	return name && (size_t)(slash - name) >= n && memcmp(name, folder, n) == 0 &&
	       (name[n] == '/' || (begins && name[n] == '-'));
}

const struct policy_edition *policy_edition_in(const struct policy *policy, const char *folder)
{
	const struct policy_edition *found = NULL;
	for (int begins = 0; begins < 2 && !found; begins++)
		for (size_t i = 0; i < policy->edition_count; i++) {
			const struct edition *e = &policy->editions[i];
			if (lies_in(e->header->file, folder, begins) &&
			    (!found || e->public.effective > found->effective))
				found = &e->public;
		}
	return found;
}

size_t policy_clause_count(const struct policy *policy, const struct policy_edition *edition)
{
	const struct edition *e = edition_of(policy, edition);
	return e ? e->clause_count : 0;
}

const struct policy_clause *policy_clause_at(const struct policy *policy,
                                             const struct policy_edition *edition, size_t index)
{
	const struct edition *e = edition_of(policy, edition);
	return e && index < e->clause_count ? e->clauses[index]->public : NULL;
}

/* the first of that id: editions of one id are sorted newest first */
static size_t first_of(const struct policy *policy, const char *id)
{
	size_t low = 0, high = policy->id_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(policy->by_id[middle]->id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct policy_clause *policy_clause(const struct policy *policy, const char *id)
{
	size_t i = first_of(policy, id);
	return i < policy->id_count && strcmp(policy->by_id[i]->id, id) == 0 ? policy->by_id[i]->public : NULL;
}

const struct policy_clause *policy_clause_in(const struct policy *policy,
                                             const struct policy_edition *edition, const char *id)
{
	for (size_t i = first_of(policy, id); i < policy->id_count && strcmp(policy->by_id[i]->id, id) == 0; i++)
		if (policy->by_id[i]->public->edition == edition)
			return policy->by_id[i]->public;
	return NULL;
}

const char *policy_clause_cite(const struct policy *policy, const char *id)
{
	const struct policy_clause *c = policy_clause(policy, id);
	size_t i = first_of(policy, id);
	return c ? policy->by_id[i]->full_cite : "";
}

/* ---- acts and their facts */

bool policy_act_exists(const struct policy *policy, const char *act)
{
	const char *word = words_find(policy->words, slice_str(act));
	const struct act *found = word ? act_find(policy, word) : NULL;
	return found && !found->event;
}

const char *policy_item_label(const struct policy *policy, const char *list, const char *item)
{
	const char *of = words_find(policy->words, slice_str(list)), *name = words_find(policy->words, slice_str(item));
	const char *title = NULL;
	for (const struct clause *c = policy->tree.clauses; of && name && c; c = c->next)
		for (const struct statement *s = c->statements; s; s = s->next)
			if (s->kind == ST_ITEM && s->name == name && s->second == of)
				title = s->title;
	return title ? title : item;
}

static void show_act(const struct act *act, struct policy_act *out)
{
	const struct vocab *v = act->row->vocab;
	const struct literal *value = v ? v->sets_value : NULL;
	*out = (struct policy_act){.name = act->name, .title = act->title, .kind = act->object ? act->object->name : "",
	                           .carried_by = act->carried_by, .event = act->event, .passes = act->standard_pass,
	                           .derived = act->derived, .sets = v && v->sets ? v->sets : "", .value = "",
	                           .opens = v && v->opens ? v->opens : "",
	                           .if_refused = v && v->if_refused ? v->if_refused : "",
	                           .if_late = v && v->if_late ? v->if_late : "",
	                           .before = v && v->before ? v->before : "",
	                           .if_without = v && v->if_without ? v->if_without : "",
	                           .to = act->move ? act->move->to : ""};
	if (value && value->kind == LIT_PATH)
		out->value = value->path->text;
	else if (value && value->kind == LIT_LEVEL)
		out->value = value->text;
	for (const struct name *n = act->move ? act->move->from : NULL; n && out->from_count < POLICY_STEPS; n = n->next)
		out->from[out->from_count++] = n->text;
}

bool policy_act_at(const struct policy *policy, size_t index, struct policy_act *out)
{
	if (index >= policy->act_count)
		return false;
	show_act(policy->act_by_index[policy->act_count - 1 - index], out); /* the last declared is the first */
	return true;
}

bool policy_act_find(const struct policy *policy, const char *name, struct policy_act *out)
{
	const char *word = words_find(policy->words, slice_str(name));
	const struct act *found = word ? act_find(policy, word) : NULL;
	if (found)
		show_act(found, out);
	return found;
}

const char *policy_kind_step(const struct policy *policy, const char *kind, size_t index)
{
	const char *word = words_find(policy->words, slice_str(kind));
	const struct shape *shape = word ? shape_find(policy, word) : NULL;
	for (const struct name *n = shape && shape->vocab ? shape->vocab->steps : NULL; n; n = n->next)
		if (index-- == 0)
			return n->text;
	return NULL;
}

bool policy_step_ends(const struct policy *policy, const char *kind, const char *step)
{
	struct policy_act act;
	for (size_t i = 0; policy_act_at(policy, i, &act); i++)
		for (size_t k = 0; strcmp(act.kind, kind) == 0 && k < act.from_count; k++)
			if (strcmp(act.from[k], step) == 0)
				return false;
	return true;
}

static const char **words_of(const struct policy *policy, const struct ftype *type, struct arena *arena,
                             size_t *count)
{
	const struct scale *scale = NULL;
	type = type->base == FACT_SET && type->member ? type->member : type;
	for (size_t i = policy->edition_count; type->base == FACT_LEVEL && i > 0 && !scale; i--)
		scale = policy->editions[i - 1].book ? scale_find(policy->editions[i - 1].book, type->scale) : NULL;
	*count = scale ? scale->count : 0;
	for (const struct name *n = type->base == FACT_WORD ? type->words : NULL; n; n = n->next)
		++*count;
	const char **at = ARENA_ARRAY(arena, *count ? *count : 1, const char *);
	size_t i = 0;
	if (!at)
		return NULL;
	for (const struct name *n = type->base == FACT_WORD ? type->words : NULL; n; n = n->next)
		at[i++] = n->text;
	for (; scale && i < scale->count; i++)
		at[i] = scale->levels[i];
	return at;
}

static const char *row_kind(const struct ftype *type)
{
	return type->base == FACT_ROW && type->shape ? type->shape->name : "";
}

/* the fact that says that this day is over */
static const char *over_of(const struct shape *shape, const struct field *day)
{
	for (const struct field *f = shape->fields; f; f = f->next)
		if (f->past == day->name)
			return f->name;
	return "";
}

static bool add_facts(const struct policy *policy, const struct shape *shape, const char *prefix, unsigned from,
                      struct arena *arena, struct policy_fact *out, size_t *count)
{
	for (unsigned i = from; shape && i < shape->count; i++) {
		const struct field *f = shape->at[i];
		if (f->type.base == FACT_NONE || f->step || f->past)
			continue;
		struct policy_fact *one = &out[(*count)++];
		const char **words = words_of(policy, &f->type, arena, &one->word_count);
		one->path = prefix[0] ? arena_printf(arena, "%s.%s", prefix, f->name) : f->name;
		one->label = f->title;
		one->type = f->type.base;
		one->found_by = f->found_by;
		one->unsaid = f->unsaid ? f->unsaid : "";
		one->over = f->type.base == FACT_DATE ? over_of(shape, f) : "";
		one->if_any = f->if_any;
		one->words = words;
		one->member = f->type.member ? f->type.member->base : FACT_NONE;
		one->kind = row_kind(f->type.member ? f->type.member : &f->type);
		one->unit = f->type.base == FACT_NUMBER ? unit_label(f->type.unit) : "";
		if (!words || !one->path)
			return false;
	}
	return true;
}

struct result policy_act_facts(const struct policy *policy, const char *act, struct arena *arena,
                               const struct policy_fact **out, size_t *count, struct why *why)
{
	const char *word = words_find(policy->words, slice_str(act));
	const struct act *found = word ? act_find(policy, word) : NULL;
	if (!found)
		return fail(why, E_ABSENT, act, "行為「%.80s」は語彙にありません。", act);
	const struct shape *person = found->row->at[FIELD_ACTOR]->type.shape;
	size_t most = found->row->count + (found->object ? found->object->count : 0) + person->count, n = 0;
	struct policy_fact *at = ARENA_ARRAY(arena, most ? most : 1, struct policy_fact);
	bool whole = at && add_facts(policy, found->row, "", 0, arena, at, &n) &&
	             add_facts(policy, found->object, "object", 0, arena, at, &n) &&
	             add_facts(policy, person, "actor", 0, arena, at, &n);
	if (!whole)
		return fail(why, E_MEMORY, act, "事実の一覧を書く記憶域が足りません。");
	*out = at;
	*count = n;
	return ok();
}

/* ---- kinds */

static bool is_kind(const struct vocab *v)
{
	return v->kind == VOCAB_KIND || v->kind == VOCAB_PROCEEDING;
}

size_t policy_kind_count(const struct policy *policy)
{
	size_t count = 0;
	for (const struct vocab *v = policy->tree.vocab; v; v = v->next)
		count += is_kind(v);
	return count;
}

bool policy_kind_at(const struct policy *policy, size_t index, struct policy_kind *out)
{
	for (const struct vocab *v = policy->tree.vocab; v; v = v->next)
		if (is_kind(v) && index-- == 0) {
			*out = (struct policy_kind){v->name, v->title, v->kind == VOCAB_PROCEEDING};
			return true;
		}
	return false;
}

struct result policy_kind_facts(const struct policy *policy, const char *kind, struct arena *arena,
                                const struct policy_fact **out, size_t *count, struct why *why)
{
	const char *word = words_find(policy->words, slice_str(kind));
	const struct shape *shape = word ? shape_find(policy, word) : NULL;
	if (!shape || !shape->vocab || !is_kind(shape->vocab))
		return fail(why, E_ABSENT, kind, "「%.80s」は語彙にある種類ではありません。", kind);
	size_t n = 0;
	struct policy_fact *at = ARENA_ARRAY(arena, shape->count + 1, struct policy_fact);
	if (!at || !add_facts(policy, shape, "", 0, arena, at, &n))
		return fail(why, E_MEMORY, kind, "事実の一覧を書く記憶域が足りません。");
	*out = at;
	*count = n;
	return ok();
}

/* ---- registries */

bool policy_registry_at(const struct policy *policy, size_t index, struct policy_registry *out)
{
	for (const struct vocab *v = policy->tree.vocab; v; v = v->next)
		if (v->kind == VOCAB_REGISTER && index-- == 0) {
			*out = (struct policy_registry){v->name, v->title, v->of};
			return true;
		}
	return false;
}

bool policy_registry_find(const struct policy *policy, const char *name, struct policy_registry *out)
{
	for (size_t i = 0; policy_registry_at(policy, i, out); i++)
		if (strcmp(out->name, name) == 0)
			return true;
	return false;
}

bool policy_record_at(const struct policy *policy, const struct policy_edition *edition, size_t index,
                      struct policy_record *out)
{
	const struct edition *e = edition_of(policy, edition);
	for (const struct member *m = e && e->book ? e->book->members : NULL; m; m = m->next)
		for (const struct statement *s = m->clause->statements; s; s = s->next)
			for (const struct name *a = s->kind == ST_RECORD ? s->acts : NULL; a; a = a->next)
				if (index-- == 0) {
					*out = (struct policy_record){a->text, s->into, m->clause->public};
					return true;
				}
	return false;
}

int policy_level_rank(const struct policy *policy, const char *edition_name, day_t day, const char *scale,
                      const char *level)
{
	const struct book *book = book_on(policy, edition_name, day);
	const char *name = words_find(policy->words, slice_str(scale));
	const struct scale *s = book && name ? scale_find(book, name) : NULL;
	return s ? scale_rank(s, level) : -1;
}

/* ---- posts */

size_t policy_post_count(const struct policy *policy, const struct policy_edition *edition)
{
	const struct edition *e = edition_of(policy, edition);
	return e ? e->post_count : 0;
}

const struct policy_post *policy_post_at(const struct policy *policy, const struct policy_edition *edition,
                                         size_t index)
{
	const struct edition *e = edition_of(policy, edition);
	return e && index < e->post_count ? &e->posts[index] : NULL;
}

static bool public_post(struct binder *b, const struct member *m, const struct statement *s,
                        struct policy_post *out)
{
	size_t count = 0;
	for (const struct name *n = s->names; n; n = n->next)
		count++;
	const char **under = binder_new(b, (count ? count : 1) * sizeof *under);
	const char *named = s->by ? via_string(b->policy, b->book, loose_scope(b, s), s->by, b->arena) : "";
	if (!under || !named)
		return false;
	*out = (struct policy_post){.name = s->name, .title = s->title, .per = s->per ? s->second : "",
	                            .at_least = s->number, .held_by = s->held_by,
	                            .holder = s->detail ? s->detail : named, .under = under,
	                            .clause = m->clause->public};
	for (const struct name *n = s->names; n; n = n->next)
		under[out->under_count++] = mapped_name(m, n->text);
	return true;
}

static void posts_of(struct binder *b, struct edition *e)
{
	size_t count = 0;
	for (const struct member *m = e->book->members; m; m = m->next)
		for (const struct statement *s = m->clause->statements; s; s = s->next)
			count += s->kind == ST_POST;
	e->posts = binder_new(b, (count ? count : 1) * sizeof *e->posts);
	b->book = e->book;
	for (const struct member *m = e->book->members; m && e->posts; m = m->next)
		for (const struct statement *s = m->clause->statements; s; s = s->next) {
			const struct symbol *symbol = s->kind == ST_POST ? symbol_find(e->book, s->name) : NULL;
			if (!symbol || symbol->statement != s)
				continue;
			if (public_post(b, m, s, &e->posts[e->post_count]))
				e->post_count++;
			else if (b->code == OK)
				b->code = fail(b->why, E_MEMORY, "policy", "規程を組み立てる記憶域が足りません。").code;
		}
	b->book = NULL;
}

void posts_build(struct binder *b)
{
	for (size_t i = 0; i < b->policy->edition_count && b->code == OK; i++)
		posts_of(b, &b->policy->editions[i]);
}

static bool state_holds(const struct cond *c, unsigned state)
{
	static const struct {
		const char *word;
		unsigned bit;
	} states[] = {{"prevented", POST_PREVENTED}, {"vacant", POST_VACANT}, {"absent", POST_ABSENT}};
	if (c->op == COND_NOT)
		return !state_holds(c->parts, state);
	if (c->op == COND_PATH && c->path->count == 2) {
		for (size_t i = 0; i < sizeof states / sizeof *states; i++)
			if (strcmp(c->path->part[1], states[i].word) == 0)
				return state & states[i].bit;
		return false;
	}
	for (const struct cond *part = c->parts; part; part = part->next)
		if (state_holds(part, state) == (c->op == COND_OR))
			return c->op == COND_OR;
	return c->op == COND_AND;
}

static bool stands_in(const struct member *m, const struct statement *s, const char *post, unsigned state,
                      const char *act)
{
	bool for_act = !s->acts;
	for (const struct name *n = s->acts; n && act; n = n->next)
		for_act |= strcmp(n->text, act) == 0;
	return for_act && strcmp(mapped_name(m, s->second), post) == 0 && state && (!s->when || state_holds(s->when, state));
}

const char *policy_substitute(const struct policy *policy, const struct policy_edition *edition,
                              const char *post, unsigned state, const char *act,
                              const struct policy_clause **clause)
{
	const struct edition *e = edition_of(policy, edition);
	for (const struct member *m = e && e->book ? e->book->members : NULL; m; m = m->next)
		for (const struct statement *s = m->clause->statements; s; s = s->next)
			if (s->kind == ST_SUBSTITUTE && stands_in(m, s, post, state, act)) {
				if (clause)
					*clause = m->clause->public;
				return mapped_name(m, s->name);
			}
	return NULL;
}

bool policy_delegate_at(const struct policy *policy, const struct policy_edition *edition, size_t index,
                        const char **from, const char **to, const struct policy_clause **clause)
{
	const struct edition *e = edition_of(policy, edition);
	for (const struct member *m = e && e->book ? e->book->members : NULL; m; m = m->next)
		for (const struct statement *s = m->clause->statements; s; s = s->next) {
			if (s->kind != ST_DELEGATE || index-- > 0)
				continue;
			*from = mapped_name(m, s->name);
			*to = mapped_name(m, s->second);
			if (clause)
				*clause = m->clause->public;
			return true;
		}
	return false;
}

const struct policy_clause *policy_separation(const struct policy *policy,
                                              const struct policy_edition *edition, const char *a,
                                              const char *b)
{
	const struct edition *e = edition_of(policy, edition);
	for (const struct separation *s = e && e->book ? e->book->separations : NULL; s; s = s->next)
		if (strcmp(s->statement->name, a) == 0 && strcmp(s->statement->second, b) == 0)
			return s->member->clause->public;
	return NULL;
}

bool policy_clause_absolute(const struct policy *policy, const struct policy_edition *edition, const char *clause)
{
	const struct edition *e = edition_of(policy, edition);
	for (const struct act *act = e && e->book ? policy->acts : NULL; act; act = act->next)
		for (const struct norm *n = e->book->rules[act->index].norms; n; n = n->next)
			if (n->strength == ABSOLUTE && strcmp(n->member->clause->id, clause) == 0)
				return true;
	return false;
}

static const char *claim_in(const struct node *n)
{
	if (!n || n->op == NODE_CLAIMED)
		return n ? n->word : "";
	const char *found = n->op == NODE_TERM ? claim_in(n->term->when) : "";
	for (const struct node *part = n->parts; part && !*found; part = part->next)
		found = claim_in(part);
	return found;
}

const char *policy_exception_claim(const struct policy *policy, const struct policy_edition *edition)
{
	const struct edition *e = edition_of(policy, edition);
	const char *found = "";
	for (const struct lift *l = e && e->book ? e->book->claimed_lifts : NULL; l && !*found; l = l->next)
		found = claim_in(l->when);
	return found;
}

/* ---- parameters and ratings */

static const char *unit_name(enum unit_class unit, const struct ftype *type)
{
	static const char *const names[] = {
		[UNIT_PLAIN] = "", [UNIT_HOURS] = "hours", [UNIT_WORKING_DAYS] = "working-days",
		[UNIT_MONTHS] = "months", [UNIT_FISCAL_YEARS] = "fiscal-years", [UNIT_BYTES] = "bytes",
	};
	return type->base == FACT_NUMBER && type->unit ? type->unit : names[unit];
}

struct result policy_parameter(const struct policy *policy, const struct policy_edition *edition,
                               const char *name, const char *at, day_t day, struct policy_value *out,
                               struct why *why)
{
	const char *word = words_find(policy->words, slice_str(name));
	const struct book *book = edition ? book_on(policy, edition->name, day) : NULL;
	const struct symbol *s = word && book ? symbol_find(book, word) : NULL;
	struct policy_question question = {.day = day};
	struct eval e = {.policy = policy, .book = book, .question = &question, .clause = at ? at : ""};
	struct value v;
	if (!s || s->kind != SYM_PARAM)
		return fail(why, E_ABSENT, name, "パラメータ「%.80s」は、この日の規程にありません。", name);
	*out = (struct policy_value){.type = s->param->ftype.base, .unit = "", .word = ""};
	if (!eval_param(&e, s->param, &v))
		return ok();
	*out = (struct policy_value){.set = true, .type = v.type, .number = v.number,
	                             .unit = unit_name(v.unit, &s->param->ftype), .word = v.word ? v.word : ""};
	return ok();
}

/* The scale that a path of the object names, and the state in which it is rated. */
static struct result rating_of(const struct policy *policy, const struct policy_edition *edition,
                               const struct facts *facts, const char *path, struct policy_question *question,
                               struct eval *eval, const struct scale **scale, struct why *why)
{
	const struct edition *e = edition ? edition_of(policy, edition) : NULL;
	const char *dot = strrchr(path, '.');
	const char *word = dot ? words_find(policy->words, slice_str(dot + 1)) : NULL;
	bool object = dot && (size_t)(dot - path) == strlen("object") && strncmp(path, "object", 6) == 0;
	*scale = e && e->book && word ? scale_find(e->book, word) : NULL;
	*question = (struct policy_question){.day = edition ? edition->effective : 0};
	*eval = (struct eval){.policy = policy, .book = e ? e->book : NULL, .facts = facts, .question = question, .clause = ""};
	if (!*scale || !object || !field_find(facts->act->object, word, NULL))
		return fail(why, E_INPUT, path, "「%.80s」は、対象の段階ではありません（例 object.importance）。", path);
	return ok();
}

struct result policy_rate(const struct policy *policy, const struct policy_edition *edition,
                          const struct facts *facts, const char *path, struct policy_rating *out,
                          struct why *why)
{
	struct policy_question question;
	struct eval eval;
	const struct scale *scale;
	TRY(rating_of(policy, edition, facts, path, &question, &eval, &scale, why));
	const struct row *row = facts->root->values[FIELD_OBJECT].row;
	struct interval i = eval_rating(&eval, row, facts->act->object, scale);
	*out = (struct policy_rating){scale->levels[i.low], scale->levels[i.high], scale->name};
	return ok();
}

struct result policy_rate_reasons(const struct policy *policy, const struct policy_edition *edition,
                                  const struct facts *facts, const char *path, struct arena *arena,
                                  struct policy_rate_reason **out, size_t *count, struct why *why)
{
	struct policy_question question;
	struct eval eval;
	const struct scale *scale;
	size_t most = 0, n = 0;
	TRY(rating_of(policy, edition, facts, path, &question, &eval, &scale, why));
	const struct row *row = facts->root->values[FIELD_OBJECT].row;
	for (const struct rate *r = eval.book->rates; r; r = r->next)
		most++;
	struct policy_rate_reason *at = ARENA_ARRAY(arena, most + 1, struct policy_rate_reason);
	if (!at)
		return fail(why, E_MEMORY, path, "規程を読む記憶域が足りません。");
	for (const struct rate *r = eval.book->rates; r; r = r->next) {
		if (r->shape != facts->act->object || r->scale != scale)
			continue;
		eval.clause = r->statement->clause->id;
		if (eval_when(&eval, row, r->when, NULL) != YES)
			continue;
		bool least = r->kind == RATE_AT_LEAST;
		at[n++] = (struct policy_rate_reason){r->statement->clause->id, least ? scale->levels[r->rank] : "",
		                                      least ? "" : r->shape->at[r->from->step[0]]->name};
	}
	*out = at;
	*count = n;
	return ok();
}
