/* What the chart of posts does to the routes, before any person is known: an
 * applicant for whom nobody is left to permit (11), one person who may come to
 * hold both signatures of a route, and who audits himself (30). */
#include "policy/model.h"

enum { NAMED_ACTS = 3, TEXT_BYTES = 400 };

static const char *slot_post(const struct checker *c, const struct broute *r)
{
	struct policy_question q = {.day = c->day};
	struct eval e = {.policy = c->policy, .book = c->book, .question = &q, .clause = ""};
	struct value v;
	if (!r->param)
		return r->post;
	return eval_param(&e, r->param, &v) ? v.word : NULL;
}

static const struct statement *post_of(const struct checker *c, const char *name)
{
	const struct symbol *s = name ? symbol_find(c->book, name) : NULL;
	return s && s->kind == SYM_POST ? s->statement : NULL;
}

/* ---- 11: a route that its own approver cannot use */

static bool closed(const struct checker *c, const struct broute *r, const char *post)
{
	if (r->op == ROUTE_SLOT)
		return slot_post(c, r) == post;
	bool all = r->parts != NULL, any = false;
	for (const struct broute *part = r->parts; part; part = part->next) {
		bool one = closed(c, part, post);
		all &= one;
		any |= one;
	}
	return r->op == ROUTE_OR ? all : any;
}

static bool act_closed(const struct checker *c, const struct act *act, const char *post)
{
	for (const struct norm *n = c->book->rules[act->index].norms; n; n = n->next)
		if (n->verb == ST_PERMIT && n->by && closed(c, n->by, post))
			return true;
	return false;
}

static bool rises(const struct checker *c)
{
	struct policy_question q = {.day = c->day};
	struct eval e = {.policy = c->policy, .book = c->book, .question = &q, .clause = ""};
	struct value v;
	for (const struct param *p = c->book->params; p; p = p->next)
		if (strcmp(p->statement->name, "rise") == 0)
			return eval_param(&e, p, &v) && v.type == FACT_YESNO && v.number == 1;
	return false;
}

static void nobody_left(struct checker *c, const struct statement *post)
{
	bool rise = rises(c);
	unsigned count = 0;
	struct buffer text;
	if (rise && post->names)
		return;
	buffer_init(&text, TEXT_BYTES);
	for (const struct act *act = c->policy->acts; act; act = act->next)
		if (act_closed(c, act, post->name) && ++count <= NAMED_ACTS)
			buffer_printf(&text, "%s%s", count > 1 ? "、" : "", act->title);
	if (count)
		checker_say(c, 11, post->clause, post->line,
		            rise || !post->names ? "under で上の職を示すか、ほかに許可する人を定めてください。"
		                                 : "rise を yes にして上の職に上げるか、ほかに許可する人を定めてください。",
		            "「%s」が自ら申請すると、許可する人がいなくなる行為が%uあります（%s%s）。", post->title, count,
		            buffer_cstr(&text), count > NAMED_ACTS ? "など" : "");
	buffer_done(&text);
}

/* ---- 30: two signatures, perhaps one person */

/* the kind of place that the post's holder heads, NULL if he is no head */
static const struct shape *headed(const struct checker *c, const struct statement *post)
{
	if (post->held_by != POST_HEAD)
		return NULL;
	const struct symbol *s = symbol_find(c->book, post->detail);
	return s && s->kind == SYM_TERM ? s->term->shape : shape_find(c->policy, post->detail);
}

static const char *const one_counts_once = "その人が両方に当たるとき、許可は一つとしか数えません。もう一方を許可する人を定めておいてください。";

/* X signs for `first`: as its holder, by its delegation, or in its place */
static void same_person(struct checker *c, const struct statement *first, const struct statement *x,
                        const struct statement *second)
{
	const struct shape *place = headed(c, x);
	if (x == second)
		checker_say(c, 30, first->clause, first->line, one_counts_once,
		            "「%s」が「%s」に代わると、両方の許可が一人に集まります。", x->title, first->title);
	else if (place && !x->per && second->per && headed(c, second) == place)
		checker_say(c, 30, x->clause, x->line, one_counts_once,
		            x == first ? "「%s」は、その%sの「%s」でもあります。%s両方の許可が一人に集まります。"
		                       : "「%s」は、その%sの「%s」でもあります。専決を受ければ、「%s」の分と合わせて両方の許可が一人に集まります。",
		            x->title, place->title, second->title, x == first ? "" : first->title);
}

static bool stands_for(const struct statement *s, const char *post, const struct act *act)
{
	if (s->kind == ST_DELEGATE)
		return s->name == post;
	bool reaches = s->kind == ST_SUBSTITUTE && s->second == post && !s->acts;
	for (const struct name *n = s->kind == ST_SUBSTITUTE && s->second == post ? s->acts : NULL; n; n = n->next)
		reaches |= n->text == act->name;
	return reaches;
}

static void pair(struct checker *c, const struct act *act, const char *a, const char *b)
{
	const struct statement *first = post_of(c, a), *second = post_of(c, b);
	if (!first || !second || first == second)
		return;
	same_person(c, first, first, second);
	for (const struct member *m = c->book->members; m; m = m->next)
		for (const struct statement *s = m->clause->statements; s; s = s->next) {
			const struct statement *x = stands_for(s, a, act) ? post_of(c, s->kind == ST_DELEGATE ? s->second : s->name) : NULL;
			if (x)
				same_person(c, first, x, second);
		}
}

static void with_each(struct checker *c, const struct act *act, const char *a, const struct broute *r)
{
	if (r->op == ROUTE_SLOT) {
		pair(c, act, a, slot_post(c, r));
		pair(c, act, slot_post(c, r), a);
	}
	for (const struct broute *part = r->parts; part; part = part->next)
		with_each(c, act, a, part);
}

static void each_with(struct checker *c, const struct act *act, const struct broute *left, const struct broute *right)
{
	if (left->op == ROUTE_SLOT)
		with_each(c, act, slot_post(c, left), right);
	for (const struct broute *part = left->parts; part; part = part->next)
		each_with(c, act, part, right);
}

static void two_hats(struct checker *c, const struct act *act, const struct broute *r)
{
	bool both = r->op == ROUTE_AND || r->op == ROUTE_THEN;
	for (const struct broute *part = r->parts; part; part = part->next) {
		two_hats(c, act, part);
		for (const struct broute *other = both ? part->next : NULL; other; other = other->next)
			each_with(c, act, part, other);
	}
}

/* ---- 30: a duty to audit what is one's own */

static const struct clause *audits_apart(const struct checker *c)
{
	for (const struct separation *s = c->book->separations; s; s = s->next)
		if (strcmp(s->statement->name, "auditee") == 0 || strcmp(s->statement->second, "auditee") == 0)
			return s->member->clause;
	return NULL;
}

static bool audits_own(const struct statement *duty, const struct via *via)
{
	if (via->op == ROUTE_SLOT)
		return via->of && (via->of->part[0] == duty->second || strcmp(via->of->part[0], "audit") == 0);
	for (const struct via *part = via->parts; part; part = part->next)
		if (audits_own(duty, part))
			return true;
	return false;
}

static void own_audit(struct checker *c, const struct statement *s)
{
	const struct clause *apart = audits_apart(c);
	if (apart && s->kind == ST_DUTY && strcmp(s->name, "audit.carry_out") == 0 && audits_own(s, s->by))
		checker_say(c, 30, s->clause, s->line, "ほかの課の職に行わせるか、やむを得ない理由を残してください。",
		            "監査を受ける側が自ら監査を行うことになり、%s と合いません。", apart->id);
}

void check_chart(struct checker *c)
{
	for (const struct member *m = c->book->members; m; m = m->next)
		for (const struct statement *s = m->clause->statements; s; s = s->next) {
			if (s->kind == ST_POST && post_of(c, s->name) == s)
				nobody_left(c, s);
			own_audit(c, s);
		}
	for (const struct act *act = c->policy->acts; act; act = act->next)
		for (const struct norm *n = c->book->rules[act->index].norms; n; n = n->next)
			if (n->verb == ST_PERMIT && n->by)
				two_hats(c, act, n->by);
}
