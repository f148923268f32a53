/* One function a statement of LANGUAGE section 3, and one table that finds it. */
#include "policy/parser.h"

static void when_unless(struct parser *p, struct statement *s)
{
	if (take_keyword(p, K_WHEN))
		s->when = parse_cond(p);
	if (take_keyword(p, K_UNLESS))
		s->unless = parse_cond(p);
}

static enum strength parse_strength(struct parser *p)
{
	static const struct {
		enum keyword keyword;
		enum strength strength;
	} table[] = {
		{K_IN_PRINCIPLE, IN_PRINCIPLE}, {K_AS_NEEDED, AS_NEEDED}, {K_SHOULD, SHOULD}, {K_ABSOLUTE, ABSOLUTE},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (take_keyword(p, table[i].keyword))
			return table[i].strength;
	return MUST_BE;
}

static void parse_norm(struct parser *p, struct statement *s)
{
	s->acts = parse_acts(p);
	when_unless(p, s);
	if (take_keyword(p, K_BY))
		s->by = parse_route(p);
	else if (take_keyword(p, K_THAT))
		s->that = parse_cond(p);
	s->strength = parse_strength(p);
	if (take_keyword(p, K_OVERRIDES))
		s->ids = parse_ids(p);
}

static void parse_lift(struct parser *p, struct statement *s)
{
	if (take_keyword(p, K_ANY))
		s->target = LIFT_ANY;
	else if (take_keyword(p, K_IN_PRINCIPLE))
		s->target = LIFT_IN_PRINCIPLE;
	else
		s->ids = parse_ids(p);
	when_unless(p, s);
	if (take_keyword(p, K_BY))
		s->by = parse_route(p);
}

static struct trigger *parse_triggers(struct parser *p)
{
	struct trigger *first = NULL, **tail = &first;
	do {
		struct trigger *t = PARSER_NEW(p, struct trigger);
		*t = (struct trigger){.line = p->now.line};
		if (take_keyword(p, K_ON)) {
			t->kind = TRIGGER_ON;
			t->event = parse_qname(p)->text;
		} else if (take_keyword(p, K_EACH)) {
			t->kind = TRIGGER_EACH;
			t->each = parse_span(p);
		} else if (take_keyword(p, K_ALWAYS)) {
			t->kind = TRIGGER_ALWAYS;
		} else {
			t->kind = TRIGGER_ON_CALL;
			need_keyword(p, K_ON_CALL);
		}
		*tail = t;
		tail = &t->next;
	} while (parser_ok(p) && take_keyword(p, K_OR));
	return first;
}

static void parse_duty(struct parser *p, struct statement *s)
{
	s->name = parse_qname(p)->text;
	if (take_keyword(p, K_OF))
		s->second = need_name(p, "対象の種類");
	s->triggers = parse_triggers(p);
	when_unless(p, s);
	need_keyword(p, K_BY);
	s->by = parse_route(p);
	if (take_keyword(p, K_WITH))
		s->with = parse_route(p);
	if (take_keyword(p, K_TO))
		s->to = parse_route(p);
	if (take_keyword(p, K_WITHIN))
		s->within = parse_span(p);
	if (take_keyword(p, K_ELSE))
		s->otherwise = parse_prim(p);
	s->strength = parse_strength(p);
	if (take_keyword(p, K_USING))
		s->using = need_name(p, "使う一覧か文書");
}

static void parse_record(struct parser *p, struct statement *s)
{
	s->acts = parse_acts(p);
	when_unless(p, s);
	need_keyword(p, K_INTO);
	s->into = need_name(p, "記録簿の名前");
	if (take_keyword(p, K_BY))
		s->by = parse_route(p);
	if (take_keyword(p, K_KEEP))
		s->names = parse_names(p);
	if (take_keyword(p, K_FOR))
		s->within = parse_span(p);
}

static void name_and_title(struct parser *p, struct statement *s)
{
	s->name = need_name(p, "名前");
	s->title = need_string(p, "表示名");
}

static void parse_document(struct parser *p, struct statement *s)
{
	name_and_title(p, s);
	if (take_keyword(p, K_PER)) {
		s->per = true;
		s->second = need_name(p, "対象の種類");
	}
	need_keyword(p, K_BY);
	s->by = parse_route(p);
	if (take_keyword(p, K_REVIEWED))
		s->triggers = parse_triggers(p);
}

static void parse_list(struct parser *p, struct statement *s)
{
	name_and_title(p, s);
	need_keyword(p, K_FOR);
	s->acts = parse_acts(p);
	s->any = take_keyword(p, K_ANY);
	if (take_keyword(p, K_OMITS))
		s->number = (unsigned)need_number(p, 1000);
}

static void parse_list_item(struct parser *p, struct statement *s)
{
	s->name = need_name(p, "項目の名前");
	s->title = take_title(p);
	need_keyword(p, K_OF);
	s->second = need_name(p, "一覧の名前");
	if (take_keyword(p, K_WHEN))
		s->when = parse_cond(p);
	if (take_keyword(p, K_THAT))
		s->that = parse_cond(p);
	s->strength = parse_strength(p);
}

static void parse_holder(struct parser *p, struct statement *s)
{
	need_keyword(p, K_HELD_BY);
	if (take_keyword(p, K_TITLE)) {
		s->held_by = POST_TITLE;
		s->detail = need_string(p, "職の名");
	} else if (take_keyword(p, K_NAMED)) {
		s->held_by = POST_NAMED;
		need_keyword(p, K_BY);
		s->by = parse_prim(p);
	} else {
		s->held_by = at_keyword(p, K_HEAD) ? POST_HEAD : POST_MEMBERS;
		if (!take_keyword(p, K_HEAD))
			need_keyword(p, K_MEMBERS);
		need_keyword(p, K_OF);
		s->detail = need_name(p, "組織の名前");
	}
}

static void parse_post(struct parser *p, struct statement *s)
{
	name_and_title(p, s);
	if (take_keyword(p, K_PER)) {
		s->per = true;
		s->second = need_name(p, "置く単位");
		if (take_keyword(p, K_AT_LEAST))
			s->number = (unsigned)need_number(p, 10000);
	} else {
		need_keyword(p, K_ONE);
	}
	parse_holder(p, s);
	if (take_keyword(p, K_UNDER))
		s->names = parse_names(p);
}

static void parse_substitute(struct parser *p, struct statement *s)
{
	s->name = need_name(p, "代わる職");
	need_keyword(p, K_FOR);
	s->second = need_name(p, "代わられる職");
	if (take_keyword(p, K_WHEN))
		s->when = parse_cond(p);
	if (take_keyword(p, K_FOR_ACTS))
		s->acts = parse_acts(p);
}

static void parse_delegate(struct parser *p, struct statement *s)
{
	s->name = need_name(p, "任せる職");
	need_keyword(p, K_TO);
	s->second = need_name(p, "任される職");
}

static void parse_separate(struct parser *p, struct statement *s)
{
	s->name = need_name(p, "分ける役");
	need_keyword(p, K_FROM);
	s->second = need_name(p, "分ける役");
	if (take_keyword(p, K_UNLESS))
		s->unless = parse_cond(p);
}

static void parse_term(struct parser *p, struct statement *s)
{
	name_and_title(p, s);
	if (take_keyword(p, K_LAW)) {
		s->detail = need_string(p, "法令の条");
	} else if (take_keyword(p, K_OF)) {
		s->second = need_name(p, "種類か行為の名前");
		need_keyword(p, K_WHEN);
		s->when = parse_cond(p);
	}
}

static struct name *level_name(struct parser *p)
{
	struct name *n = PARSER_NEW(p, struct name);
	*n = (struct name){.line = p->now.line};
	n->text = parse_level(p);
	return n;
}

static void parse_scale(struct parser *p, struct statement *s)
{
	name_and_title(p, s);
	need_keyword(p, K_OF);
	s->names = parse_names(p);
	s->levels = level_name(p);
	struct name **tail = &s->levels->next;
	while (parser_ok(p) && p->now.kind == TOKEN_RELATION && p->now.rel == REL_GT) {
		parser_step(p);
		*tail = level_name(p);
		tail = &(*tail)->next;
	}
}

static void parse_rate(struct parser *p, struct statement *s)
{
	s->path = parse_path(p);
	if (take_keyword(p, K_AT_LEAST)) {
		s->rate = RATE_AT_LEAST;
		s->level = parse_level(p);
		need_keyword(p, K_WHEN);
		s->when = parse_cond(p);
	} else if (take_keyword(p, K_HIGHEST_OF)) {
		s->rate = RATE_HIGHEST_OF;
		s->path2 = parse_path(p);
	} else {
		s->rate = RATE_AS;
		need_keyword(p, K_AS);
		s->path2 = parse_path(p);
		if (take_keyword(p, K_WHEN))
			s->when = parse_cond(p);
	}
}

static void parse_param(struct parser *p, struct statement *s)
{
	name_and_title(p, s);
	need_mark(p, ':');
	s->type = parse_type(p);
}

static void parse_governs(struct parser *p, struct statement *s)
{
	s->name = need_name(p, "種類の名前");
	if (take_keyword(p, K_WHEN))
		s->when = parse_cond(p);
}

static void parse_leaves(struct parser *p, struct statement *s)
{
	parse_governs(p, s);
	if (take_keyword(p, K_TO))
		s->title = need_string(p, "委ねる先の定め");
}

static void parse_adopt(struct parser *p, struct statement *s)
{
	name_and_title(p, s);
	struct name **tail = &s->names;
	if (!take_keyword(p, K_WITH))
		return;
	do {
		struct name *theirs = PARSER_NEW(p, struct name), *ours = PARSER_NEW(p, struct name);
		*theirs = (struct name){.line = p->now.line};
		*ours = *theirs;
		theirs->text = need_name(p, "相手の職名");
		if (p->now.kind != TOKEN_RELATION || p->now.rel != REL_EQ)
			parser_fault(p, E_INPUT, "=");
		parser_step(p);
		ours->text = need_name(p, "こちらの職名");
		theirs->next = ours;
		*tail = theirs;
		tail = &ours->next;
	} while (parser_ok(p) && take_mark(p, ','));
}

static void parse_drop(struct parser *p, struct statement *s)
{
	s->ids = parse_ids(p);
}

static void parse_carried(struct parser *p, struct statement *s)
{
	need_keyword(p, K_BY);
	s->ids = parse_ids(p);
}

static void parse_reference(struct parser *p, struct statement *s)
{
	bool law = at_keyword(p, K_LAW); /* the one kind that bears a keyword's name */
	s->name = law ? token_word(p) : need_name(p, "参照の種別");
}

static void parse_doubt(struct parser *p, struct statement *s)
{
	s->title = need_string(p, "二通りに読める点");
}

static void parse_omitted(struct parser *p, struct statement *s)
{
	s->title = need_string(p, "省かれたもの");
	if (take_keyword(p, K_UNDER))
		s->second = need_id(p);
}

static void parse_edition(struct parser *p, struct statement *s)
{
	s->name = at_keyword(p, K_ADOPTED) ? "adopted" : "effective";
	if (!take_keyword(p, K_ADOPTED))
		need_keyword(p, K_EFFECTIVE);
	s->date = need_date(p);
}

static void parse_change(struct parser *p, struct statement *s)
{
	s->name = need_name(p, "改正の種別");
	if (p->now.kind == TOKEN_ID)
		s->ids = parse_ids(p);
	if (!at_keyword(p, K_SURE) && !at_keyword(p, K_INFERRED) && !at_keyword(p, K_UNCLEAR))
		parser_fault(p, E_INPUT, "sure、inferred、unclear のどれか");
	s->detail = token_word(p);
}

struct statement *parse_statement(struct parser *p)
{
	static const struct {
		enum keyword keyword;
		enum statement_kind kind;
		void (*parse)(struct parser *p, struct statement *s);
	} table[] = {
		{K_FORBID, ST_FORBID, parse_norm},         {K_ALLOW, ST_ALLOW, parse_norm},
		{K_PERMIT, ST_PERMIT, parse_norm},         {K_REQUIRE, ST_REQUIRE, parse_norm},
		{K_LIFT, ST_LIFT, parse_lift},             {K_DUTY, ST_DUTY, parse_duty},
		{K_RECORD, ST_RECORD, parse_record},       {K_DOCUMENT, ST_DOCUMENT, parse_document},
		{K_LIST, ST_LIST, parse_list},             {K_ITEM, ST_ITEM, parse_list_item},
		{K_POST, ST_POST, parse_post},             {K_SUBSTITUTE, ST_SUBSTITUTE, parse_substitute},
		{K_DELEGATE, ST_DELEGATE, parse_delegate}, {K_SEPARATE, ST_SEPARATE, parse_separate},
		{K_TERM, ST_TERM, parse_term},             {K_SCALE, ST_SCALE, parse_scale},
		{K_RATE, ST_RATE, parse_rate},             {K_PARAM, ST_PARAM, parse_param},
		{K_GOVERNS, ST_GOVERNS, parse_governs},    {K_LEAVES, ST_LEAVES, parse_leaves},
		{K_ADOPT, ST_ADOPT, parse_adopt},          {K_DROP, ST_DROP, parse_drop},
		{K_CARRIED, ST_CARRIED, parse_carried},    {K_REFERENCE, ST_REFERENCE, parse_reference},
		{K_DOUBT, ST_DOUBT, parse_doubt},          {K_OMITTED, ST_OMITTED, parse_omitted},
		{K_EDITION, ST_EDITION, parse_edition},    {K_CHANGE, ST_CHANGE, parse_change},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (!at_keyword(p, table[i].keyword))
			continue;
		struct statement *s = PARSER_NEW(p, struct statement);
		*s = (struct statement){.kind = table[i].kind, .line = p->now.line};
		parser_step(p);
		table[i].parse(p, s);
		return s;
	}
	return NULL;
}
