/* check: everything that can be found before a policy is adopted and without an
 * office (report section 8).  One table, one function a line of it; what binding
 * found is told again first. */
#include "policy/model.h"

#include "base/calendar.h"

void checker_say(struct checker *c, unsigned number, const struct clause *clause, uint32_t line,
                 const char *mend, const char *format, ...)
{
	struct finding f = {.number = number, .file = clause->file, .line = line, .policy = clause->header->name,
	                    .clause = clause->id, .mend = mend};
	va_list args;
	va_start(args, format);
	finding_vadd(c->findings, c->arena, f, format, args);
	va_end(args);
}

/* ---- 16, 17, 22: values that the office sets */

static void PRINTF_LIKE(5, 6) about_setting(struct checker *c, unsigned number, const struct setting *s,
                                            const char *mend, const char *format, ...)
{
	struct finding f = {.number = number, .file = s->file, .line = s->line, .policy = s->header->name,
	                    .clause = s->at ? s->at : "", .mend = mend};
	va_list args;
	va_start(args, format);
	finding_vadd(c->findings, c->arena, f, format, args);
	va_end(args);
}

static bool same_value_twice(const struct setting *a, const struct setting *b)
{
	bool at = (!a->at && !b->at) || (a->at && b->at && a->at == b->at);
	return a != b && a->name == b->name && at && a->from == b->from && a->header->name == b->header->name;
}

static void check_setting(struct checker *c, const struct setting *s)
{
	const struct symbol *symbol = symbol_find(c->book, s->name);
	struct value v;
	if (!symbol || (symbol->kind != SYM_PARAM && symbol->kind != SYM_LIST)) {
		about_setting(c, 1, s, "名前を直してください。", "「%s」というパラメータも一覧もありません。", s->name);
		return;
	}
	if (s->at && !policy_clause(c->policy, s->at))
		about_setting(c, 3, s, "条番号を直してください。", "「%s」という条がありません。", s->at);
	bool fits = symbol->kind == SYM_LIST ||
	            (!s->several && literal_constant(c->policy, c->book, NULL, &symbol->param->ftype, s->value, &v));
	if (!fits)
		about_setting(c, 16, s, "型に合う値を書いてください。", "「%s」の値の型が違います。", s->name);
	for (const struct setting *t = c->policy->tree.settings; t; t = t->next)
		if (same_value_twice(s, t))
			about_setting(c, 16, s, "どちらかを消してください。", "「%s」に、同じ日からの値が二つあります。", s->name);
}

static void settings(struct checker *c)
{
	for (const struct setting *s = c->policy->tree.settings; s; s = s->next)
		if (s->header == c->book->header) /* another edition may lack the parameter */
			check_setting(c, s);
}

static struct eval plain_eval(const struct checker *c, const struct policy_question *q)
{
	return (struct eval){.policy = c->policy, .book = c->book, .question = q, .clause = ""};
}

static void unset_parameters(struct checker *c)
{
	struct policy_question q = {.day = c->day};
	struct eval e = plain_eval(c, &q);
	struct value v;
	for (const struct param *p = c->book->params; p; p = p->next)
		if (!eval_param(&e, p, &v))
			checker_say(c, 17, p->statement->clause, p->statement->line, "set で値を決めてください。",
			            "「%s」の値が決められていません。", p->statement->title);
}

static void unset_spans(struct checker *c, const struct statement *s)
{
	if (s->kind == ST_RECORD && !s->within)
		checker_say(c, 17, s->clause, s->line, "for で保存する期間を定めてください。",
		            "記録を保存する期間が定められていません。");
	if (s->within && s->within->name && strcmp(s->within->name, "unstated") == 0)
		checker_say(c, 17, s->clause, s->line, "市の値を定めてください。", "期限の定めがありません。");
}

static void short_lists(struct checker *c, const struct statement *s)
{
	struct policy_question q = {.day = c->day};
	struct eval e = plain_eval(c, &q);
	struct list list = {.statement = s};
	unsigned supplied = 0, items = 0;
	if (s->kind != ST_LIST)
		return;
	for (const struct literal *l = list_supplied(&e, &list); l; l = l->next)
		supplied++;
	for (const struct member *m = c->book->members; m; m = m->next)
		for (const struct statement *i = m->clause->statements; i; i = i->next)
			items += i->kind == ST_ITEM && i->second == s->name;
	if (supplied < s->number)
		checker_say(c, 22, s->clause, s->line, "set で項目を補ってください。",
		            "一覧「%s」は原文が%u項目を省いていて、まだ%u項目しか補われていません。", s->title, s->number, supplied);
	if (items + supplied + s->number == 0)
		checker_say(c, 21, s->clause, s->line, "item で項目を書いてください。", "一覧「%s」に項目がありません。", s->title);
}

/* ---- 18: a deadline needs a clock, and somebody above to hear of it */

static bool somebody_above(const struct checker *c, const struct via *via)
{
	if (via->op == ROUTE_SLOT) {
		const struct symbol *s = symbol_find(c->book, mapped_name(c->member, via->post));
		return s && s->kind == SYM_POST && s->statement->names;
	}
	for (const struct via *part = via->parts; part; part = part->next)
		if (somebody_above(c, part))
			return true;
	return false;
}

static void deadlines(struct checker *c, const struct statement *s)
{
	if (s->kind != ST_DUTY || !s->within)
		return;
	bool clock = false;
	for (const struct trigger *t = s->triggers; t; t = t->next)
		clock |= t->kind == TRIGGER_ON || t->kind == TRIGGER_EACH;
	if (!clock)
		checker_say(c, 18, s->clause, s->line, "on か each で、期限の数え始めを示してください。",
		            "期限がありますが、いつから数えるかがわかりません。");
	if (!s->otherwise && !somebody_above(c, s->by))
		checker_say(c, 18, s->clause, s->line, "else で、遅れを知る職を示してください。",
		            "期限に遅れたとき、知らせる上の職がありません。");
}

/* ---- 23, 29: how a clause is carried */

enum { CHAIN = 32 };

static bool clause_carried(const struct checker *c, const struct clause *clause, unsigned depth);

static bool target_carried(const struct checker *c, const char *id, unsigned depth)
{
	bool any = false, all = true;
	for (const struct member *m = c->book->members; m; m = m->next)
		if (id_matches(id, m->clause->id)) {
			any = true;
			all &= clause_carried(c, m->clause, depth + 1);
		}
	return any && all;
}

static bool clause_carried(const struct checker *c, const struct clause *clause, unsigned depth)
{
	const struct policy_clause *p = clause->public;
	if (p->carrier != CARRIER_CLAUSES)
		return p->carrier != CARRIER_NONE;
	for (size_t i = 0; i < p->carried_by_count; i++)
		if (depth == CHAIN || !target_carried(c, p->carried_by[i], depth))
			return false;
	return true;
}

/* a clause that is not there was told as such (3) */
static bool dangles(const struct checker *c, const struct policy_clause *p)
{
	for (size_t i = 0; i < p->carried_by_count; i++) {
		const struct member *m = c->book->members;
		while (m && !id_matches(p->carried_by[i], m->clause->id))
			m = m->next;
		if (!m)
			return true;
	}
	return false;
}

static void carriers(struct checker *c, const struct statement *s)
{
	const struct clause *clause = s->clause;
	const struct policy_clause *p = clause->public;
	if (s->kind == ST_CARRIED && !dangles(c, p) && !clause_carried(c, clause, 0))
		checker_say(c, 23, clause, s->line, "果たす条に、定めか参照を書いてください。",
		            "この条を果たすはずの条が、それ自体果たされていません。");
	if (s->kind == ST_DOUBT && p->carrier == CARRIER_NONE)
		checker_say(c, 23, clause, s->line, "定め、carried by、reference のどれかを書いてください。",
		            "この条を果たすものがありません。");
	if (s->kind == ST_DOUBT)
		checker_say(c, 29, clause, s->line, "", "二通りに読めます: %s", s->title);
	if (s->kind == ST_OMITTED)
		checker_say(c, 29, clause, s->line, "", "原文で省かれています: %s", s->title);
	if (s->kind == ST_REFERENCE)
		checker_say(c, 29, clause, s->line, "", "参照だけの条です（%s）。", mark_label(s->name));
}

/* ---- 26: dates of editions */

static bool placeholder(day_t day)
{
	int year = day_to_date(day).year;
	return year < 1990 || year > 2100;
}

static void PRINTF_LIKE(3, 4) about_header(struct checker *c, const struct header *h, const char *format, ...)
{
	struct finding f = {.number = 26, .file = h->file, .line = h->line, .policy = h->name, .clause = "",
	                    .mend = "策定と施行の日を確かめてください。"};
	va_list args;
	va_start(args, format);
	finding_vadd(c->findings, c->arena, f, format, args);
	va_end(args);
}

/* Does the edition's own history (edition adopted ..., edition effective ...) tell of that day?  true where it keeps none */
static bool history_tells(const struct checker *c, const struct header *h, bool effective, day_t day)
{
	bool kept = false;
	for (const struct clause *clause = c->policy->tree.clauses; clause; clause = clause->next)
		for (const struct statement *s = clause->header->same == h->same ? clause->statements : NULL; s; s = s->next) {
			if (s->kind != ST_EDITION || (strcmp(s->name, "effective") == 0) != effective)
				continue;
			kept = true;
			if (s->date == day)
				return true;
		}
	return !kept;
}

static void history_of(struct checker *c, const struct header *h, const struct header *told)
{
	static const char *const words[] = {"策定", "施行"};
	char iso[11];
	for (int effective = 0; effective < 2; effective++) {
		day_t day = effective ? told->effective : told->adopted;
		day_iso(day, iso);
		if (!history_tells(c, h, effective, day))
			about_header(c, h, "改正の経過に、%s %s の版（%s:%u）がありません。経過の条に edition を書き足してください。", iso, words[effective],
			             told->file, spot_line(told->line));
	}
}

static void edition_history(struct checker *c)
{
	const struct header *h = c->book->header;
	history_of(c, h, h);
	for (const struct header *g = c->policy->tree.headers; g; g = g->next)
		if (g == g->same && g->name == h->name && g->effective < h->effective)
			history_of(c, h, g);
}

static void edition_dates(struct checker *c)
{
	const struct header *h = c->book->header;
	if (placeholder(h->adopted) || placeholder(h->effective))
		about_header(c, h, "策定か施行の日が仮のものです。");
	if (h->adopted > h->effective)
		about_header(c, h, "施行の日が策定の日より前です。");
	for (const struct header *g = c->policy->tree.headers; g; g = g->next)
		if (g->name == h->name && g->effective < h->effective && g->adopted > h->adopted)
			about_header(c, h, "後の版が、前の版より先に策定されたことになっています。");
}

static void edition_marks(struct checker *c, const struct statement *s)
{
	const struct header *h = s->clause->header;
	bool adopted = s->kind == ST_EDITION && strcmp(s->name, "adopted") == 0;
	if (s->kind == ST_EDITION && placeholder(s->date))
		checker_say(c, 26, s->clause, s->line, "日付を確かめてください。", "日付が仮のものです。");
	else if (adopted && s->date > h->adopted)
		checker_say(c, 26, s->clause, s->line, "日付を確かめてください。", "経過の日付が、この版の策定の日より後です。");
	else if (s->kind == ST_EDITION && !adopted && s->date > h->effective)
		checker_say(c, 26, s->clause, s->line, "日付を確かめてください。", "施行の日付が、この版の施行の日より後です。");
}

/* ---- 30, as far as the chart itself tells: two posts of one title are one person */

static void one_title(struct checker *c, const struct statement *s)
{
	if (s->kind != ST_POST || s->held_by != POST_TITLE || s->per)
		return;
	for (const struct member *m = c->book->members; m; m = m->next)
		for (const struct statement *t = m->clause->statements; t; t = t->next) {
			if (t == s) /* each pair once */
				return;
			if (t->kind == ST_POST && t->held_by == POST_TITLE && !t->per && strcmp(t->detail, s->detail) == 0)
				checker_say(c, 30, s->clause, s->line, "判断し合うことがあるなら、別の人とする定めを置いてください。",
				            "「%s」と%s の「%s」には、同じ「%s」が就きます。", s->title, m->clause->id, t->title, s->detail);
		}
}

/* ---- all together */

static void statements(struct checker *c)
{
	static void (*const checks[])(struct checker *, const struct statement *) = {
		unset_spans, short_lists, deadlines, carriers, edition_marks, one_title,
	};
	for (c->member = c->book->members; c->member; c->member = c->member->next)
		for (const struct statement *s = c->member->clause->statements; s; s = s->next)
			for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
				checks[i](c, s);
}

static struct result check_book(struct checker *c, struct why *why)
{
	settings(c);
	check_headings(c);
	if (c->book->from <= c->day && c->day < c->book->to)
		unset_parameters(c);
	statements(c);
	edition_dates(c);
	edition_history(c);
	if (!c->policy->sound)
		return ok(); /* its conditions do not all stand */
	c->cases = cases_new(c->policy, c->book, c->arena);
	if (!c->cases)
		return fail(why, E_MEMORY, "policy", "規程を点検する記憶域が足りません。");
	check_conditions(c);
	cases_done(c->cases);
	if (c->book->from <= c->day && c->day < c->book->to)
		check_chart(c);
	return ok();
}

/* What another loaded policy adopts is checked there, with the adopter's posts and
 * values: alone, a standard made to be adopted is meant to lack them. */
static bool adopted(const struct policy *policy, const char *name)
{
	for (const struct clause *c = policy->tree.clauses; c; c = c->next)
		for (const struct statement *s = c->statements; s; s = s->next)
			if (s->kind == ST_ADOPT && s->name == name)
				return true;
	return false;
}

struct result policy_check(const struct policy *policy, day_t day, struct arena *arena,
                           struct findings *findings, struct why *why)
{
	struct checker c = {.policy = policy, .arena = arena, .findings = findings, .day = day};
	findings_append(findings, &policy->found, arena);
	for (c.book = policy->books; c.book; c.book = c.book->next)
		if (!adopted(policy, c.book->name))
			TRY(check_book(&c, why));
	if (policy->sound)
		TRY(check_examples(&c, why));
	check_choices(&c);
	return ok();
}
