/* What a decision waits for: the unknown leaves of the conditions that cannot be
 * told, each named with who could tell it. */
#include "policy/answer.h"

#include <stdio.h>

enum { MOST_WANTS = 256 };

void answer_init(struct answer *a, const struct policy *policy, struct arena *arena)
{
	*a = (struct answer){.arena = arena, .policy = policy, .decision = ARENA_NEW(arena, struct decision)};
	a->failed = !a->decision;
	a->spoken.size = a->advice.size = sizeof(struct spoken);
	a->approvals.size = sizeof(struct wanted_route);
	a->checks.size = sizeof(struct wanted_check);
	a->missing.size = sizeof(struct wanted_fact);
	a->records.size = sizeof(struct follow_record);
	a->notify.size = a->due.size = sizeof(struct follow_duty);
	a->claims.size = sizeof(struct possible_claim);
	a->liftable.size = sizeof(struct liftable);
	a->holes.size = sizeof(struct hole);
	a->openers.size = sizeof(struct opener);
}

void *answer_push(struct answer *a, struct vec *v)
{
	if (v->count == v->room) {
		size_t room = v->room ? v->room * 2 : 4;
		void *at = arena_array(a->arena, room, v->size);
		if (!at) {
			a->failed = true;
			return NULL;
		}
		if (v->count)
			memcpy(at, v->at, v->count * v->size);
		v->at = at;
		v->room = room;
	}
	return (uint8_t *)v->at + v->size * v->count++;
}

const char *answer_string(struct answer *a, const char *text)
{
	const char *copy = text ? arena_string(a->arena, slice_str(text)) : NULL;
	a->failed |= !copy;
	return copy ? copy : "";
}

void answer_close(struct answer *a)
{
	struct decision *d = a->decision;
	d->spoken = a->spoken.at;
	d->spoken_count = a->spoken.count;
	d->approvals = a->approvals.at;
	d->approval_count = a->approvals.count;
	d->checks = a->checks.at;
	d->check_count = a->checks.count;
	d->missing = a->missing.at;
	d->missing_count = a->missing.count;
	d->records = a->records.at;
	d->record_count = a->records.count;
	d->notify = a->notify.at;
	d->notify_count = a->notify.count;
	d->due = a->due.at;
	d->due_count = a->due.count;
	d->advice = a->advice.at;
	d->advice_count = a->advice.count;
	d->claims = a->claims.at;
	d->claim_count = a->claims.count;
	d->liftable = a->liftable.at;
	d->liftable_count = a->liftable.count;
	d->holes = a->holes.at;
	d->hole_count = a->holes.count;
	d->openers = a->openers.at;
	d->opener_count = a->openers.count;
}

void answer_hole(struct answer *a, const struct policy_clause *clause, const char *text)
{
	const struct hole *held = a->holes.at;
	for (size_t i = 0; i < a->holes.count; i++)
		if (held[i].clause == clause && strcmp(held[i].text, text) == 0)
			return;
	struct hole *h = answer_push(a, &a->holes);
	if (h)
		*h = (struct hole){answer_string(a, text), clause};
}

void answer_want(struct answer *a, enum wanted_kind kind, const char *name, const char *label,
                 const char *who, const struct policy_clause *clause)
{
	const struct wanted_fact *held = a->missing.at;
	for (size_t i = 0; i < a->missing.count; i++)
		if (held[i].kind == kind && strcmp(held[i].name, name) == 0 &&
		    (kind != WANT_REASON || held[i].clause == clause))
			return;
	struct wanted_fact *w = a->missing.count < MOST_WANTS ? answer_push(a, &a->missing) : NULL;
	if (w)
		*w = (struct wanted_fact){kind, answer_string(a, name), answer_string(a, label), who, clause};
}

static void want_check(struct answer *a, const char *gate, const char *fact, const char *label,
                       const struct policy_clause *clause)
{
	const struct wanted_check *held = a->checks.at;
	for (size_t i = 0; i < a->checks.count; i++)
		if (strcmp(held[i].fact, fact) == 0 && strcmp(held[i].gate, gate) == 0)
			return;
	struct wanted_check *w = a->checks.count < MOST_WANTS ? answer_push(a, &a->checks) : NULL;
	if (w)
		*w = (struct wanted_check){gate, answer_string(a, fact), label, clause};
}

/* ---- names of paths as seen from the act */

enum { NAME_BYTES = 400 };

static const char *rest_of(const struct path *path)
{
	const char *dot = strchr(path->text, '.');
	return dot ? dot : "";
}

static void full_name(const struct eval *e, const struct bpath *path, const char *prefix, char out[NAME_BYTES])
{
	const struct act *act = e->facts->act;
	const char *first = path->source ? path->source->part[0] : "";
	bool alias = act->object && act->object->name == first && !field_find(act->row, first, NULL);
	if (!path->source)
		snprintf(out, NAME_BYTES, "%s", path->field ? path->field->name : "");
	else if (prefix[0])
		snprintf(out, NAME_BYTES, "%s%s", prefix, rest_of(path->source));
	else if (alias)
		snprintf(out, NAME_BYTES, "object%s", rest_of(path->source));
	else
		snprintf(out, NAME_BYTES, "%s", path->source->text);
}

static const char *who_tells(const char *name)
{
	if (strncmp(name, "actor", 5) == 0)
		return "office";
	return strchr(name, '.') ? "register" : "applicant";
}

static void want_path(struct answer *a, const struct eval *e, const struct bpath *path, const char *prefix,
                      const struct policy_clause *clause)
{
	char name[NAME_BYTES];
	const struct field *f = path->field;
	full_name(e, path, prefix, name);
	if (f && f->found_by[0])
		want_check(a, f->found_by, name, f->title, clause);
	else
		answer_want(a, WANT_FACT, name, f ? f->title : name, who_tells(name), clause);
}

static void want_param(struct answer *a, const struct eval *e, const struct param *param,
                       const struct policy_clause *clause)
{
	struct value v;
	if (!eval_param(e, param, &v))
		answer_want(a, WANT_PARAMETER, param->statement->name, param->statement->title, "office", clause);
}

static void want_operands(struct answer *a, const struct eval *e, const struct row *row, const struct node *n,
                          const char *prefix, const struct policy_clause *clause)
{
	for (const struct operand *o = n->operands; o; o = o->next) {
		if (o->kind == OPERAND_PARAM)
			want_param(a, e, o->param, clause);
		else if (o->kind == OPERAND_PATH && !eval_path(row, o->path))
			want_path(a, e, o->path, prefix, clause);
	}
}

/* ---- leaves */

static void want_post(struct answer *a, const struct eval *e, const struct row *row, const struct node *n,
                      const char *prefix, const struct policy_clause *clause)
{
	char name[NAME_BYTES];
	const struct value *who = eval_path(row, n->path);
	full_name(e, n->path, prefix, name);
	if (!who || !who->row || !who->row->id)
		answer_want(a, WANT_FACT, name, n->path->field ? n->path->field->title : name, "office", clause);
	else if (n->other && !eval_path(row, n->other))
		want_path(a, e, n->other, prefix, clause);
	else
		answer_want(a, WANT_POSTS, name, post_title(e->book, n->word), "office", clause);
}

/* a rating that spreads: what was stated, and (of a thing that is known) what could
 * raise it; of a thing nobody named, the thing itself is what is wanted */
static void want_rating(struct answer *a, const struct eval *e, const struct row *row, const struct node *n,
                        const char *prefix, const struct policy_clause *clause)
{
	char name[NAME_BYTES];
	const struct scale *scale = scale_find(e->book, n->path->end.scale);
	const struct row *holder = row;
	const struct shape *shape = n->path->scope;
	full_name(e, n->path, prefix, name);
	for (unsigned i = 0; i + 1 < n->path->count; i++) {
		const struct ftype *type = &shape->at[n->path->step[i]]->type;
		shape = type->base == FACT_SET ? type->member->shape : type->shape;
		holder = holder && type->base != FACT_SET ? holder->values[n->path->step[i]].row : NULL;
	}
	char *dot = strrchr(name, '.');
	if (!eval_path(row, n->path))
		want_path(a, e, n->path, prefix, clause);
	if (dot)
		*dot = '\0';
	for (const struct rate *r = holder ? e->book->rates : NULL; r && scale; r = r->next)
		if (r->shape == shape && r->scale == scale && r->when)
			answer_wants(a, e, holder, r->when, name, clause);
}

static void want_term(struct answer *a, const struct eval *e, const struct row *row, const struct node *n,
                      const char *prefix, const struct policy_clause *clause)
{
	char name[NAME_BYTES];
	if (!n->path || n->path->count == 0) {
		answer_wants(a, e, row, n->term->when, prefix, clause);
		return;
	}
	const struct value *v = eval_path(row, n->path);
	full_name(e, n->path, prefix, name);
	answer_wants(a, e, v ? v->row : NULL, n->term->when, name, clause);
}

static void want_word(struct answer *a, const struct eval *e, const struct node *n, const char *prefix,
                      const struct policy_clause *clause)
{
	char path[NAME_BYTES], name[NAME_BYTES + 100];
	full_name(e, n->path, prefix, path);
	snprintf(name, sizeof name, "%s is %s", path, n->word);
	answer_want(a, WANT_FACT, name, word_label(e->policy, e->book, n->word), "applicant", clause);
}

void answer_wants_list(struct answer *a, const struct eval *e, const struct list *list,
                       const struct policy_clause *clause)
{
	char name[NAME_BYTES];
	unsigned supplied = 0;
	for (const struct item *i = list->items; i; i = i->next) {
		enum truth w = eval_item_when(e, i);
		if (w == CANNOT_TELL)
			answer_wants(a, e, e->facts->root, i->when, "", clause);
		if (w == NO || eval_item(e, list, i) != CANNOT_TELL)
			continue;
		snprintf(name, sizeof name, "%s.%s", list->statement->name, i->name);
		if (i->that)
			answer_wants(a, e, e->facts->root, i->that, "", clause);
		else
			answer_want(a, WANT_ITEM, name, i->member->clause->says, "applicant", i->member->clause->public);
	}
	for (const struct literal *l = list_supplied(e, list); l; l = l->next, supplied++) {
		snprintf(name, sizeof name, "%s.%s", list->statement->name, l->kind == LIT_PATH ? l->path->text : l->text);
		answer_want(a, WANT_ITEM, name, name, "applicant", clause);
	}
	if (supplied < list->statement->number)
		answer_hole(a, clause, "原文で省かれている項目を、まだ補っていない一覧があります。");
}

static void want_complete(struct answer *a, const struct eval *e, const struct node *n,
                          const struct policy_clause *clause)
{
	for (const struct list *l = e->book->rules[e->facts->act->index].lists; l; l = l->next)
		if (l->statement->name == n->word)
			answer_wants_list(a, e, l, clause);
}

static void want_leaf(struct answer *a, const struct eval *e, const struct row *row, const struct node *n,
                      const char *prefix, const struct policy_clause *clause)
{
	if (n->op == NODE_COMPLETE) {
		want_complete(a, e, n, clause);
	} else if (n->op == NODE_TERM) {
		want_term(a, e, row, n, prefix, clause);
	} else if (n->op == NODE_WORD) {
		want_word(a, e, n, prefix, clause);
	} else if (n->op == NODE_POST) {
		want_post(a, e, row, n, prefix, clause);
	} else if (n->op == NODE_REL && n->path->end.base == FACT_LEVEL) {
		want_rating(a, e, row, n, prefix, clause);
		want_operands(a, e, row, n, prefix, clause);
	} else if (n->path) {
		if (n->path->through_set || !eval_path(row, n->path))
			want_path(a, e, n->path, prefix, clause);
		if (n->other && !eval_path(row, n->other))
			want_path(a, e, n->other, prefix, clause);
		want_operands(a, e, row, n, prefix, clause);
	}
}

void answer_wants(struct answer *a, const struct eval *e, const struct row *row, const struct node *node,
                  const char *prefix, const struct policy_clause *clause)
{
	bool joint = node->op == NODE_AND || node->op == NODE_OR || node->op == NODE_NOT;
	if (a->missing.count + a->checks.count >= MOST_WANTS || eval_node(e, row, node) != CANNOT_TELL)
		return;
	if (!joint)
		want_leaf(a, e, row, node, prefix, clause);
	for (const struct node *part = joint ? node->parts : NULL; part; part = part->next)
		answer_wants(a, e, row, part, prefix, clause);
}

/* ---- routes that lack a fact or a parameter */

static const struct broute *leaf_for(const struct broute *by, const struct slot *s)
{
	if (by->op == ROUTE_SLOT) {
		bool path = by->of ? strcmp(by->of->source->text, s->of_path) == 0 : !s->of_path[0];
		bool post = by->post ? strcmp(by->post, s->post) == 0 : by->param != NULL;
		return path && post ? by : NULL;
	}
	for (const struct broute *part = by->parts; part; part = part->next) {
		const struct broute *found = leaf_for(part, s);
		if (found)
			return found;
	}
	return NULL;
}

void answer_want_slots(struct answer *a, const struct eval *e, const struct broute *by,
                       struct slot *const *slots, size_t count, const struct policy_clause *clause)
{
	char text[600];
	for (size_t i = 0; i < count; i++) {
		const struct slot *s = slots[i];
		const struct broute *leaf = s->unknown ? leaf_for(by, s) : NULL;
		if (!leaf)
			continue;
		if (!s->post[0] && leaf->param) {
			want_param(a, e, leaf->param, clause);
			snprintf(text, sizeof text, "許可する職「%s」が決められていません。", leaf->param->statement->title);
			answer_hole(a, clause, text);
		} else if (leaf->of && !s->of) {
			want_path(a, e, leaf->of, "", clause);
		} else {
			snprintf(text, sizeof text, "「%s」を務める人の一覧がないので、全員の同意を確かめられません。", s->post_title);
			answer_hole(a, clause, text);
		}
	}
}
