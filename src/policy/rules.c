/* Rules: for each act of a book, the norms, lists, lifts, records and duties
 * that speak of it, each bound to the facts of that very act.  A norm about
 * three acts becomes three. */
#include "policy/model.h"

/* ---- which demand and strength a verb takes (15) */

static const struct {
	bool by, that;
	unsigned strengths; /* bits of enum strength */
	bool overrides;
} takes[] = {
	[ST_FORBID] = {false, false, 1 << MUST_BE | 1 << IN_PRINCIPLE | 1 << SHOULD | 1 << ABSOLUTE, false},
	[ST_ALLOW] = {false, false, 1 << MUST_BE, true},
	[ST_PERMIT] = {true, false, 1 << MUST_BE | 1 << IN_PRINCIPLE, true},
	[ST_REQUIRE] = {false, true, 1 << MUST_BE | 1 << IN_PRINCIPLE | 1 << AS_NEEDED | 1 << SHOULD | 1 << ABSOLUTE, false},
};

static bool fits_verb(struct binder *b, const struct statement *s)
{
	bool by = s->by != NULL, that = s->that != NULL;
	if (by != takes[s->kind].by || that != takes[s->kind].that)
		binder_error(b, 15, s->line, "permit には by、require には that を付け、forbid と allow には付けません。",
		             "この文の求め方（by、that）は動詞に合いません。");
	else if (!(takes[s->kind].strengths >> s->strength & 1))
		binder_error(b, 15, s->line, "強さの語を外すか、動詞を改めてください。",
		             "この文の強さは動詞に合いません。");
	else if (s->ids && !takes[s->kind].overrides)
		binder_error(b, 15, s->line, "allow か permit で書いてください。",
		             "overrides は allow と permit だけが使えます。");
	else
		return true;
	return false;
}

/* ---- what people read of a route, once and for all */

static const char *route_text(struct binder *b, const struct shape *scope, const struct via *via)
{
	const char *text = via_string(b->policy, b->book, scope, via, b->arena);
	if (!text && b->code == OK)
		b->code = fail(b->why, E_MEMORY, "policy", "規程を組み立てる記憶域が足りません。").code;
	return text ? text : "";
}

/* ---- norms */

static struct rules *rules_of(struct binder *b, const struct name *act)
{
	const struct act *found = act_find(b->policy, act->text);
	return found ? &b->book->rules[found->index] : NULL;
}

static struct norm *add_norm(struct binder *b, struct rules *rules, const struct statement *s)
{
	struct norm *n = BINDER_NEW(b, struct norm);
	if (!n)
		return NULL;
	*n = (struct norm){.statement = s, .member = b->member, .verb = s->kind, .strength = s->strength,
	                   .index = rules->norm_count++};
	*rules->norm_tail = n;
	rules->norm_tail = &n->next;
	return n;
}

static bool bind_conds(struct binder *b, const struct shape *scope, const struct statement *s,
                       struct node **when, struct node **unless, struct node **that)
{
	bool whole = true;
	if (s->when)
		whole &= (*when = bind_cond(b, scope, s->when)) != NULL;
	if (s->unless && unless)
		whole &= (*unless = bind_cond(b, scope, s->unless)) != NULL;
	if (s->that && that)
		whole &= (*that = bind_cond(b, scope, s->that)) != NULL;
	return whole;
}

static void absolute_is_plain(struct binder *b, const struct norm *n)
{
	if (n->strength == ABSOLUTE && (node_uses(n->when, NODE_CLAIMED) || node_uses(n->unless, NODE_CLAIMED) ||
	                                node_uses(n->that, NODE_CLAIMED)))
		binder_error(b, 5, n->statement->line, "申立てによらない条件にしてください。",
		             "いかなる場合もの定めが、申立てで変わります。");
}

static void norm_rules(struct binder *b, const struct statement *s)
{
	if (!fits_verb(b, s))
		return;
	check_act_names(b, s->acts);
	for (const struct name *a = s->acts; a && b->code == OK; a = a->next) {
		const struct act *act = act_find(b->policy, a->text);
		if (act && act->event)
			binder_error(b, 1, a->line, "act や手続の move について定めてください。",
			             "「%s」は出来事です。起こる前に可否を定められません。", a->text);
		if (!act || act->event)
			continue;
		struct norm made = {.strength = s->strength, .statement = s};
		if (!bind_conds(b, act->row, s, &made.when, &made.unless, &made.that))
			continue;
		if (s->by && !(made.by = bind_route(b, act->row, s->by, true)))
			continue;
		absolute_is_plain(b, &made);
		struct norm *n = add_norm(b, &b->book->rules[act->index], s);
		if (!n)
			return;
		n->when = made.when;
		n->unless = made.unless;
		n->that = made.that;
		n->by = made.by;
		n->by_text = route_text(b, act->row, s->by);
		n->claims = node_uses(n->when, NODE_CLAIMED) || node_uses(n->unless, NODE_CLAIMED) || node_uses(n->that, NODE_CLAIMED);
	}
}

/* ---- lists and their items */

static bool ever_supplied(const struct policy *policy, const char *list)
{
	for (const struct setting *s = policy->tree.settings; s; s = s->next)
		if (s->name == list)
			return true;
	return false;
}

static struct list *list_of(struct rules *rules, const struct statement *s)
{
	for (struct list *l = rules->lists; l; l = l->next)
		if (l->statement == s)
			return l;
	return NULL;
}

static void list_rules(struct binder *b, const struct statement *s)
{
	const struct symbol *symbol = symbol_find(b->book, s->name);
	if (!symbol || symbol->statement != s)
		return;
	check_act_names(b, s->acts);
	for (const struct name *a = s->acts; a && b->code == OK; a = a->next) {
		struct rules *rules = rules_of(b, a);
		struct list *list = rules ? BINDER_NEW(b, struct list) : NULL;
		if (!list)
			continue;
		*list = (struct list){.statement = s, .member = b->member, .act = act_find(b->policy, a->text),
		                      .tail = &list->items, .next = rules->lists};
		rules->lists = list;
		if (!s->any && !s->number && !ever_supplied(b->policy, s->name))
			continue;
		struct norm *n = add_norm(b, rules, s);
		if (n)
			n->list = list;
	}
}

static bool item_strength(struct binder *b, const struct statement *s)
{
	if (takes[ST_REQUIRE].strengths >> s->strength & 1)
		return true;
	binder_error(b, 15, s->line, "強さの語を外してください。", "この項目の強さは使えません。");
	return false;
}

static void item_for(struct binder *b, const struct statement *s, const struct act *act, struct list *list)
{
	struct item *item = BINDER_NEW(b, struct item);
	if (!item)
		return;
	*item = (struct item){.name = s->name, .statement = s, .member = b->member};
	for (const struct item *i = list->items; i; i = i->next)
		if (i->name == s->name)
			binder_error(b, 1, s->line, "どちらかの名前を変えてください。",
			             "一覧「%s」に項目「%s」が二度あります。", s->second, s->name);
	if (!bind_conds(b, act->row, s, &item->when, NULL, &item->that))
		return;
	if (node_uses(item->when, NODE_COMPLETE) || node_uses(item->that, NODE_COMPLETE)) {
		binder_error(b, 4, s->line, "項目の条件から complete を外してください。",
		             "項目「%s」が一覧の出来上がりに左右されます。", s->name);
		return;
	}
	*list->tail = item;
	list->tail = &item->next;
	struct norm made = {.strength = s->strength, .statement = s, .when = item->when, .that = item->that};
	absolute_is_plain(b, &made);
	struct norm *n = list->statement->any ? NULL : add_norm(b, &b->book->rules[act->index], s);
	if (!n)
		return;
	n->list = list;
	n->item = item;
	n->when = item->when;
	n->that = item->that;
	n->claims = node_uses(n->when, NODE_CLAIMED) || node_uses(n->that, NODE_CLAIMED);
}

static void item_rules(struct binder *b, const struct statement *s)
{
	const struct symbol *symbol = symbol_find(b->book, s->second);
	if (!symbol || symbol->kind != SYM_LIST) {
		binder_error(b, 21, s->line, "list で宣言するか、名前を直してください。",
		             "項目「%s」の一覧「%s」がありません。", s->name, s->second);
		return;
	}
	if (!item_strength(b, s))
		return;
	for (const struct name *a = symbol->statement->acts; a && b->code == OK; a = a->next) {
		struct rules *rules = rules_of(b, a);
		struct list *list = rules ? list_of(rules, symbol->statement) : NULL;
		if (list)
			item_for(b, s, list->act, list);
	}
}

/* ---- what follows: records and duties */

static bool bind_ways(struct binder *b, const struct shape *scope, const struct statement *s, struct follow *f)
{
	const struct via *const vias[] = {s->by, s->with, s->to, s->otherwise};
	struct broute **const routes[] = {&f->by, &f->with, &f->to, &f->otherwise};
	bool whole = true;
	for (size_t i = 0; i < 4; i++)
		if (vias[i])
			whole &= (*routes[i] = bind_route(b, scope, vias[i], false)) != NULL;
	return whole;
}

static struct follow *new_follow(struct binder *b, const struct shape *scope, const struct statement *s)
{
	struct follow *f = BINDER_NEW(b, struct follow);
	if (!f)
		return NULL;
	*f = (struct follow){.statement = s, .member = b->member,
	                     .label = word_label(b->policy, b->book, s->kind == ST_RECORD ? s->into : s->name),
	                     .by_text = route_text(b, scope, s->by), .with_text = route_text(b, scope, s->with),
	                     .to_text = route_text(b, scope, s->to), .otherwise_text = route_text(b, scope, s->otherwise)};
	bool whole = bind_conds(b, scope, s, &f->when, &f->unless, NULL);
	return bind_ways(b, scope, s, f) && whole ? f : NULL;
}

static void check_keep(struct binder *b, const struct statement *s, const struct act *act)
{
	for (const struct name *n = s->names; n; n = n->next) {
		bool known = field_find(act->row, n->text, NULL) || field_find(act->object, n->text, NULL) ||
		             (act->object && act->object->name == n->text) || policy_field_label(n->text);
		if (!known)
			binder_error(b, 20, n->line, "行為か対象に事実を宣言してください。",
			             "記録する項目「%s」を、行為「%s」は持ちません。", n->text, act->name);
	}
}

static void record_rules(struct binder *b, const struct statement *s)
{
	check_act_names(b, s->acts);
	check_span(b, s->within);
	if (!vocab_find(b->policy, VOCAB_REGISTER, s->into))
		binder_error(b, 20, s->line, "register で宣言してください。", "記録簿「%s」は宣言されていません。", s->into);
	for (const struct name *a = s->acts; a && b->code == OK; a = a->next) {
		struct rules *rules = rules_of(b, a);
		const struct act *act = act_find(b->policy, a->text);
		struct follow *f = rules ? new_follow(b, act->row, s) : NULL;
		if (rules)
			check_keep(b, s, act);
		if (!f)
			continue;
		f->next = rules->records;
		rules->records = f;
	}
}

static void check_duty(struct binder *b, const struct statement *s)
{
	const struct act *act = act_find(b->policy, s->name);
	if (!vocab_find(b->policy, VOCAB_TASK, s->name) && (!act || act->event))
		binder_error(b, 1, s->line, "task で宣言するか、手続の move を書いてください。",
		             "すべきこと「%s」は宣言されていません。", s->name);
	if (s->second && !shape_find(b->policy, s->second)) {
		const struct symbol *d = symbol_find(b->book, s->second);
		if (!d || d->kind != SYM_DOCUMENT)
			binder_error(b, 1, s->line, "種類か文書を宣言してください。", "対象「%s」は宣言されていません。", s->second);
	}
	check_span(b, s->within);
	const struct symbol *u = s->using ? symbol_find(b->book, s->using) : NULL;
	if (s->using && (!u || (u->kind != SYM_LIST && u->kind != SYM_DOCUMENT)))
		binder_error(b, 1, s->line, "list か document で宣言してください。", "使う「%s」は宣言されていません。", s->using);
	if (s->strength != MUST_BE && s->strength != AS_NEEDED && s->strength != SHOULD)
		binder_error(b, 15, s->line, "as-needed か should を使うか、強さの語を外してください。",
		             "この強さは義務（duty）には使えません。");
}

static void keep_loose(struct book *book, struct follow *f)
{
	if (!f)
		return;
	f->next = book->duties;
	book->duties = f;
}

static void duty_rules(struct binder *b, const struct statement *s)
{
	check_duty(b, s);
	for (const struct trigger *t = s->triggers; t && b->code == OK; t = t->next) {
		check_span(b, t->each);
		if (t->kind != TRIGGER_ON) {
			keep_loose(b->book, new_follow(b, loose_scope(b, s), s));
			continue;
		}
		const struct act *act = act_find(b->policy, t->event);
		if (!act)
			binder_error(b, 1, t->line, "event、act、proceeding で宣言してください。",
			             "きっかけ「%s」は宣言されていません。", t->event);
		struct follow *f = act ? new_follow(b, act->row, s) : NULL;
		if (!f)
			continue;
		f->next = b->book->rules[act->index].duties;
		b->book->rules[act->index].duties = f;
	}
}

/* ---- lifts and overrides */

static bool targets(const struct statement *lift, const struct norm *n)
{
	if (lift->target == LIFT_ANY)
		return true;
	if (lift->target == LIFT_IN_PRINCIPLE)
		return n->strength == IN_PRINCIPLE;
	for (const struct name *id = lift->ids; id; id = id->next)
		if (id_matches(id->text, n->member->clause->id))
			return true;
	return false;
}

/* A gate sees facts, not reasons: a lift at once that rests on a claim does not
 * reach an act that a gate carries; there an exception must have been granted. */
bool lift_reaches(const struct lift *lift, const struct norm *norm, const struct act *act)
{
	if (norm->strength == ABSOLUTE || norm->verb == ST_ALLOW || !targets(lift->statement, norm))
		return false;
	return lift->by || !(lift->rests_on_claim && act->gate);
}

static struct lift *new_lift(struct binder *b, const struct shape *scope, const struct statement *s)
{
	struct lift *lift = BINDER_NEW(b, struct lift);
	if (!lift)
		return NULL;
	*lift = (struct lift){.statement = s, .member = b->member};
	if (!bind_conds(b, scope, s, &lift->when, &lift->unless, NULL))
		return NULL;
	if (s->by && !(lift->by = bind_route(b, scope, s->by, true)))
		return NULL;
	lift->by_text = route_text(b, scope, s->by);
	lift->rests_on_claim = node_uses(lift->when, NODE_CLAIMED) || node_uses(lift->unless, NODE_CLAIMED);
	return lift;
}

static void link_lift(struct binder *b, const struct act *act, const struct lift *lift)
{
	for (struct norm *n = b->book->rules[act->index].norms; n; n = n->next) {
		struct reached *r = lift_reaches(lift, n, act) ? BINDER_NEW(b, struct reached) : NULL;
		if (!r)
			continue;
		*r = (struct reached){lift, n->lifts};
		n->lifts = r;
	}
}

static bool speaks_of(const struct rules *rules, const struct statement *lift)
{
	for (const struct norm *n = rules->norms; n; n = n->next)
		if (n->strength != ABSOLUTE && n->verb != ST_ALLOW && targets(lift, n))
			return true;
	return false;
}

static void lift_with_route(struct binder *b, const struct statement *s)
{
	if (!b->policy->exception_act) {
		binder_error(b, 1, s->line, "語彙に手続 exception（move begin を持つ）を宣言してください。",
		             "例外を申請する手続がありません。");
		return;
	}
	struct lift *lift = new_lift(b, b->policy->exception_act->row, s);
	if (!lift)
		return;
	lift->next = b->book->granted_lifts;
	b->book->granted_lifts = lift;
	for (const struct act *act = b->policy->acts; act; act = act->next)
		link_lift(b, act, lift);
}

/* What lets any clause be set aside at once, on somebody's word, also begins an exception
 * that nobody has permitted yet.                                              */
static void lift_on_claim(struct binder *b, const struct statement *s)
{
	const struct act *begin = s->target == LIFT_ANY ? b->policy->exception_act : NULL;
	struct lift *lift = begin ? new_lift(b, begin->row, s) : NULL;
	if (!lift || !lift->rests_on_claim)
		return;
	lift->next = b->book->claimed_lifts;
	b->book->claimed_lifts = lift;
}

static void lift_rules(struct binder *b, const struct statement *s)
{
	if (s->by) {
		lift_with_route(b, s);
		return;
	}
	lift_on_claim(b, s);
	for (const struct act *act = b->policy->acts; act && b->code == OK; act = act->next) {
		struct rules *rules = &b->book->rules[act->index];
		struct lift *lift = speaks_of(rules, s) ? new_lift(b, act->row, s) : NULL;
		if (!lift)
			continue;
		lift->next = rules->lifts;
		rules->lifts = lift;
		link_lift(b, act, lift);
	}
}

static void link_overrides(struct binder *b, struct rules *rules)
{
	for (struct norm *over = rules->norms; over; over = over->next)
		for (const struct name *id = over->statement->kind <= ST_REQUIRE ? over->statement->ids : NULL; id; id = id->next)
			for (struct norm *n = rules->norms; n; n = n->next) {
				if (n == over || !id_matches(id->text, n->member->clause->id))
					continue;
				b->member = over->member;
				if (n->strength == ABSOLUTE)
					binder_error(b, 5, id->line, "overrides から外してください。",
					             "いかなる場合もの定め「%s」は押しのけられません。", id->text);
				struct over *o = n->strength == ABSOLUTE ? NULL : BINDER_NEW(b, struct over);
				if (!o)
					continue;
				*o = (struct over){over, n->overridden_by};
				n->overridden_by = o;
			}
}

/* a norm that overrides what overrides it would silence both */
static bool override_returns(const struct norm *n, const struct norm *start, unsigned depth, unsigned *fuel)
{
	enum { DEEPEST = 100 };
	if (depth == DEEPEST)
		return true;
	for (const struct over *o = n->overridden_by; o; o = o->next)
		if (o->norm == start || *fuel == 0 || --*fuel == 0 || override_returns(o->norm, start, depth + 1, fuel))
			return true;
	return false;
}

static void check_overrides(struct binder *b, const struct rules *rules)
{
	for (const struct norm *n = rules->norms; n; n = n->next) {
		unsigned fuel = 5000;
		if (!override_returns(n, n, 0, &fuel))
			continue;
		b->member = n->member;
		binder_error(b, 4, n->statement->line, "overrides の輪を断ってください。",
		             "この条と、それを押しのける条が互いに押しのけ合います。");
	}
}

/* ---- separations and the rest */

static void link_separations(struct binder *b)
{
	const char *applicant = b->policy->w_applicant, *approver = b->policy->w_approver;
	for (const struct separation *s = b->book->separations; s; s = s->next) {
		const struct statement *st = s->statement;
		bool both = (st->name == applicant && st->second == approver) ||
		            (st->name == approver && st->second == applicant);
		b->member = s->member;
		for (const struct act *act = b->policy->acts; act && both && b->code == OK; act = act->next) {
			struct separation_node *n = BINDER_NEW(b, struct separation_node);
			if (!n)
				return;
			*n = (struct separation_node){.separation = s, .next = b->book->rules[act->index].separations};
			if (st->unless && !(n->unless = bind_cond(b, act->row, st->unless)))
				break; /* said once is enough */
			b->book->rules[act->index].separations = n;
		}
	}
}

static void book_rules(struct binder *b, struct book *book)
{
	static const struct {
		enum statement_kind first, last;
		void (*rules)(struct binder *b, const struct statement *s);
	} order[] = {
		{ST_LIST, ST_LIST, list_rules},       {ST_FORBID, ST_REQUIRE, norm_rules},
		{ST_ITEM, ST_ITEM, item_rules},       {ST_RECORD, ST_RECORD, record_rules},
		{ST_DUTY, ST_DUTY, duty_rules},       {ST_LIFT, ST_LIFT, lift_rules},
	};
	b->book = book;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		for (b->member = book->members; b->member; b->member = b->member->next)
			for (const struct statement *s = b->member->clause->statements; s && b->code == OK; s = s->next)
				if (s->kind >= order[i].first && s->kind <= order[i].last)
					order[i].rules(b, s);
	for (unsigned i = 0; i < b->policy->act_count && b->code == OK; i++) {
		link_overrides(b, &book->rules[i]);
		check_overrides(b, &book->rules[i]);
	}
	link_separations(b);
	b->member = NULL;
}

void rules_build(struct binder *b)
{
	const char *exception = words_intern(b->policy->words, SLICE("exception.begin"));
	b->policy->exception_act = exception ? act_find(b->policy, exception) : NULL;
	for (struct book *book = b->policy->books; book && b->code == OK; book = book->next) {
		book->rules = binder_new(b, (b->policy->act_count + 1) * sizeof *book->rules);
		if (!book->rules)
			return;
		for (unsigned i = 0; i < b->policy->act_count; i++)
			book->rules[i].norm_tail = &book->rules[i].norms;
		book_declare(b, book);
		book_rules(b, book);
	}
	b->book = NULL;
}
