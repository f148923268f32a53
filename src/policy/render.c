/* A clause read back in Japanese, from its data alone.  A manager compares these
 * sentences with the prose; they are kept as snapshots and diffed on every
 * build, so their words change only on purpose. */
#include "policy/pen.h"

static void put_when(const struct pen *p, const struct statement *s)
{
	if (s->when) {
		pen_cond(p, s->when);
		pen_put(p, "とき、");
	}
	if (s->unless) {
		pen_cond(p, s->unless);
		pen_put(p, "場合を除き、");
	}
}

/* ---- parts of statements */

static void put_names(const struct pen *p, const struct name *names)
{
	for (const struct name *n = names; n; n = n->next) {
		pen_put(p, n == names ? "" : "、");
		pen_put(p, pen_label(p, n->text));
	}
}

const char *policy_field_label(const char *name)
{
	static const char *const common[][2] = {
		{"performed_at", "日時"}, {"performer", "行った人"}, {"approver", "許可した人"}, {"approved_at", "許可の日時"},
		{"reason", "理由"}, {"applicant", "申請した人"}, {"clauses", "条"}, {"result", "結果"},
	};
	for (size_t i = 0; i < sizeof common / sizeof *common; i++)
		if (strcmp(common[i][0], name) == 0)
			return common[i][1];
	return NULL;
}

static void put_fields(const struct pen *p, const struct name *names)
{
	for (const struct name *n = names; n; n = n->next) {
		const char *text = field_find(p->scope, n->text, NULL) ? field_label(p->policy, p->scope, n->text) : NULL;
		text = text ? text : policy_field_label(n->text);
		text = text ? text : field_label(p->policy, p->scope, n->text);
		pen_put(p, n == names ? "" : "、");
		pen_put(p, text ? text : pen_label(p, n->text));
	}
}

/* ---- ids, by the numbers that people know */

static const struct edition *edition_of_book(const struct pen *p)
{
	for (size_t i = 0; p->book && i < p->policy->edition_count; i++)
		if (p->policy->editions[i].header == p->book->header)
			return &p->policy->editions[i];
	return NULL;
}

static void put_cite(const struct pen *p, const struct policy_clause *c)
{
	bool own = p->book && strcmp(c->edition->name, p->book->name) == 0;
	pen_put(p, own ? c->cite : policy_clause_cite(p->policy, c->id));
}

/* HN-2.3*: from the first to the last that begins so; false: none does */
static bool put_range(const struct pen *p, const struct edition *e, const char *pattern)
{
	const struct policy_clause *first = NULL, *last = NULL;
	for (size_t i = 0; e && i < e->clause_count; i++)
		if (id_matches(pattern, e->clauses[i]->id)) {
			last = e->clauses[i]->public;
			first = first ? first : last;
		}
	if (!first)
		return false;
	put_cite(p, first);
	if (first != last)
		buffer_printf(p->out, "から%sまで", last->cite);
	return true;
}

static void put_id(const struct pen *p, const char *id)
{
	const struct edition *own = edition_of_book(p);
	bool said = put_range(p, own, id);
	for (size_t i = p->policy->edition_count; i-- > 0 && !said;) /* of what it adopts, the newest */
		said = put_range(p, &p->policy->editions[i], id);
	pen_put(p, said ? "" : id);
}

static void put_ids(const struct pen *p, const struct name *ids)
{
	for (const struct name *n = ids; n; n = n->next) {
		pen_put(p, n == ids ? "" : "、");
		put_id(p, n->text);
	}
}

static void put_route(const struct pen *p, const struct via *via)
{
	via_text(p->policy, p->book, p->scope, via, p->out);
}

static void put_span(const struct pen *p, const struct span *span)
{
	if (span->name)
		buffer_printf(p->out, "「%s」", strcmp(span->name, "unstated") == 0 ? "期限の定めなし" : pen_label(p, span->name));
	else
		buffer_printf(p->out, "%lld%s", (long long)span->number, unit_label(span->unit));
}

static void put_deadline(const struct pen *p, const struct span *span)
{
	bool unstated = span->name && strcmp(span->name, "unstated") == 0;
	pen_put(p, "、");
	if (unstated) {
		pen_put(p, "期限の定めなく");
		return;
	}
	put_span(p, span);
	pen_put(p, span->name ? "の期限までに" : "以内に");
}

static void put_triggers(const struct pen *p, const struct trigger *triggers)
{
	for (const struct trigger *t = triggers; t; t = t->next) {
		pen_put(p, t == triggers ? "" : "、又は");
		if (t->kind == TRIGGER_ON) {
			buffer_printf(p->out, "「%s」があったとき", pen_label(p, t->event));
		} else if (t->kind == TRIGGER_EACH) {
			put_span(p, t->each);
			pen_put(p, "ごとに");
		} else {
			pen_put(p, t->kind == TRIGGER_ALWAYS ? "常に" : "随時");
		}
	}
}

static const char *strength_text(enum strength strength)
{
	static const char *const words[] = {
		[MUST_BE] = "", [IN_PRINCIPLE] = "（原則）", [AS_NEEDED] = "（必要に応じ。しないときは理由を残す）",
		[SHOULD] = "（努める）", [ABSOLUTE] = "（いかなる場合も）",
	};
	return words[strength];
}

/* ---- one function a kind of statement */

static void render_norm(const struct pen *p, const struct statement *s)
{
	put_when(p, s);
	pen_put(p, "「");
	put_names(p, s->acts);
	pen_put(p, "」");
	if (s->kind == ST_FORBID) {
		pen_put(p, "をしてはならない");
	} else if (s->kind == ST_ALLOW) {
		pen_put(p, "をしてよい");
	} else if (s->kind == ST_PERMIT) {
		pen_put(p, "には、");
		put_route(p, s->by);
		pen_put(p, s->by && s->by->op == ROUTE_SLOT && s->by->consult ? "が要る" : "の許可が要る");
	} else {
		pen_put(p, "は、");
		pen_cond(p, s->that);
		pen_put(p, "ことを要する");
	}
	pen_put(p, strength_text(s->strength));
	if (s->ids) {
		pen_put(p, "（");
		put_ids(p, s->ids);
		pen_put(p, "に優先する）");
	}
}

static void render_lift(const struct pen *p, const struct statement *s)
{
	put_when(p, s);
	if (s->target == LIFT_IDS)
		put_ids(p, s->ids);
	else
		pen_put(p, s->target == LIFT_ANY ? "絶対のものを除くどの定め" : "原則として定めたもの");
	pen_put(p, "について、");
	if (s->by)
		put_route(p, s->by);
	pen_put(p, s->by ? "は例外を認めることができる" : "直ちに例外の措置をとることができる");
}

static void render_duty(const struct pen *p, const struct statement *s)
{
	put_triggers(p, s->triggers);
	pen_put(p, "、");
	put_when(p, s);
	put_route(p, s->by);
	pen_put(p, "は");
	if (s->with) {
		pen_put(p, "、");
		put_route(p, s->with);
		pen_put(p, "とともに");
	}
	if (s->to) {
		pen_put(p, "、");
		put_route(p, s->to);
		pen_put(p, "へ");
	}
	if (s->within)
		put_deadline(p, s->within);
	if (s->second)
		buffer_printf(p->out, "、%sについて", pen_label(p, s->second));
	pen_put(p, "「");
	pen_put(p, pen_label(p, s->name));
	pen_put(p, "」を行う");
	pen_put(p, strength_text(s->strength));
	if (s->using)
		buffer_printf(p->out, "（%sを使う）", pen_label(p, s->using));
	if (s->otherwise) {
		pen_put(p, "（遅れは");
		put_route(p, s->otherwise);
		pen_put(p, "が知る）");
	}
}

static void render_record(const struct pen *p, const struct statement *s)
{
	put_when(p, s);
	pen_put(p, "「");
	put_names(p, s->acts);
	buffer_printf(p->out, "」を、%sに", pen_label(p, s->into));
	if (s->by) {
		put_route(p, s->by);
		pen_put(p, "が");
	}
	pen_put(p, "記録する");
	if (s->names) {
		pen_put(p, "（");
		put_fields(p, s->names);
		pen_put(p, "）");
	}
	if (s->within) {
		pen_put(p, "。");
		put_span(p, s->within);
		pen_put(p, s->within->name ? "のあいだ保存する" : "保存する");
	}
}

static void render_document(const struct pen *p, const struct statement *s)
{
	if (s->per)
		buffer_printf(p->out, "%sごとに、", pen_label(p, s->second));
	put_route(p, s->by);
	buffer_printf(p->out, "は文書「%s」を備える", s->title);
	if (s->triggers) {
		pen_put(p, "。見直し: ");
		put_triggers(p, s->triggers);
	}
}

static void render_list(const struct pen *p, const struct statement *s)
{
	pen_put(p, "「");
	put_names(p, s->acts);
	buffer_printf(p->out, "」は、一覧「%s」の%sを満たすことを要する", s->title, s->any ? "どれか一つ" : "すべて");
	if (s->number)
		buffer_printf(p->out, "（原文で省かれた%u項目を補う）", s->number);
}

static void render_item(const struct pen *p, const struct statement *s)
{
	buffer_printf(p->out, "一覧「%s」の項目「%s」", pen_label(p, s->second), s->title ? s->title : s->name);
	if (s->when) {
		pen_put(p, "。");
		pen_cond(p, s->when);
		pen_put(p, "ときに限る");
	}
	if (s->that) {
		pen_put(p, "。");
		pen_cond(p, s->that);
		pen_put(p, "ことで満たす");
	}
	pen_put(p, strength_text(s->strength));
}

static void render_post(const struct pen *p, const struct statement *s)
{
	if (s->per)
		buffer_printf(p->out, "%sごとに", pen_label(p, s->second));
	buffer_printf(p->out, "「%s」を%s置き、", s->title, s->per ? "" : "一人");
	if (s->number)
		buffer_printf(p->out, "少なくとも%u人とし、", s->number);
	if (s->held_by == POST_NAMED) {
		put_route(p, s->by);
		pen_put(p, "が指名する");
	} else if (s->held_by == POST_TITLE) {
		buffer_printf(p->out, "%sを充てる", s->detail);
	} else {
		buffer_printf(p->out, "「%s」の%sを充てる", pen_label(p, s->detail), s->held_by == POST_HEAD ? "長" : "構成員");
	}
	if (s->names) {
		pen_put(p, "（上の職: ");
		put_names(p, s->names);
		pen_put(p, "）");
	}
}

static void put_state(const struct pen *p, const struct cond *c)
{
	static const char *const states[][2] = {{"prevented", "事故がある"}, {"vacant", "欠けた"}, {"absent", "不在の"}};
	if (c->op == COND_NOT)
		pen_put(p, "そうではない: ");
	for (size_t i = 0; c->op == COND_PATH && c->path->count == 2 && i < 3; i++)
		if (strcmp(c->path->part[1], states[i][0]) == 0)
			pen_put(p, states[i][1]);
	for (const struct cond *part = c->parts; part; part = part->next) {
		pen_put(p, part == c->parts ? "" : c->op == COND_AND ? "、かつ" : "、又は");
		put_state(p, part);
	}
}

/* the state that is named first: 「に」事故がある, 「が」欠けた */
static const char *last_part(const struct cond *c)
{
	while (c->op == COND_AND || c->op == COND_OR)
		c = c->parts;
	return c->op == COND_PATH ? c->path->part[c->path->count - 1] : "";
}

static void render_office(const struct pen *p, const struct statement *s)
{
	static const char *const roles[][2] = {
		{"applicant", "申請する人"}, {"approver", "許可する人"}, {"auditee", "監査される人"}, {"auditor", "監査する人"},
	};
	if (s->kind == ST_DELEGATE) {
		buffer_printf(p->out, "%sは、権限の事務を%sに処理させることができる", pen_label(p, s->name), pen_label(p, s->second));
		return;
	}
	if (s->kind == ST_SUBSTITUTE) {
		pen_put(p, pen_label(p, s->second));
		bool prevented = !s->when || strcmp(last_part(s->when), "prevented") == 0;
		pen_put(p, prevented ? "に" : "が");
		if (s->when) {
			put_state(p, s->when);
			pen_put(p, "とき、");
		}
		if (s->acts) {
			pen_put(p, "「");
			put_names(p, s->acts);
			pen_put(p, "」について");
		}
		buffer_printf(p->out, "%sが代わる", pen_label(p, s->name));
		return;
	}
	const char *words[] = {pen_label(p, s->name), pen_label(p, s->second)};
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		for (size_t k = 0; k < 2; k++)
			if (strcmp(k ? s->second : s->name, roles[i][0]) == 0)
				words[k] = roles[i][1];
	if (s->unless) {
		pen_cond(p, s->unless);
		pen_put(p, "場合を除き、");
	}
	buffer_printf(p->out, "%sと%sは別の人とする", words[0], words[1]);
}

static void render_term(const struct pen *p, const struct statement *s)
{
	buffer_printf(p->out, "「%s」とは、", s->title);
	if (s->detail) {
		pen_put(p, s->detail);
		pen_put(p, "にいうものをいう");
	} else if (s->when) {
		pen_put(p, pen_label(p, s->second));
		pen_put(p, "のうち、");
		pen_cond(p, s->when);
		pen_put(p, "ものをいう");
	} else {
		pen_put(p, "通常の語の意味による");
	}
}

static void render_scale(const struct pen *p, const struct statement *s)
{
	put_names(p, s->names);
	buffer_printf(p->out, "に「%s」の段階を付ける（高い順に ", s->title);
	for (const struct name *n = s->levels; n; n = n->next)
		buffer_printf(p->out, "%s%s", n == s->levels ? "" : "＞", n->text);
	pen_put(p, "）");
}

static void render_rate(const struct pen *p, const struct statement *s)
{
	if (s->when) {
		pen_cond(p, s->when);
		pen_put(p, "とき、");
	}
	pen_path(p, s->path);
	pen_put(p, "は");
	if (s->rate == RATE_AT_LEAST) {
		buffer_printf(p->out, "少なくとも%sとする", s->level);
		return;
	}
	pen_path(p, s->path2);
	pen_put(p, s->rate == RATE_HIGHEST_OF ? "のうち最も高いものとする" : "による");
}

static void render_param(const struct pen *p, const struct statement *s)
{
	buffer_printf(p->out, "「%s」の値を、団体が日付を付けて定める", s->title);
}

static void render_reach(const struct pen *p, const struct statement *s)
{
	if (s->when) {
		pen_cond(p, s->when);
		pen_put(p, "とき、");
	}
	pen_put(p, pen_label(p, s->name));
	pen_put(p, s->kind == ST_GOVERNS ? "に及ぶ" : "には及ばない");
	if (s->kind == ST_LEAVES && s->title)
		buffer_printf(p->out, "（%sによる）", s->title);
}

static void render_adopt(const struct pen *p, const struct statement *s)
{
	if (s->kind == ST_DROP) {
		put_ids(p, s->ids);
		pen_put(p, "は取り入れない");
		return;
	}
	buffer_printf(p->out, "「%s」を取り入れる", s->title);
	for (const struct name *n = s->names; n; n = n->next->next)
		buffer_printf(p->out, "（%sは%sと読む）", n->text, pen_label(p, n->next->text));
}

static void render_carried(const struct pen *p, const struct statement *s)
{
	put_ids(p, s->ids);
	pen_put(p, "によって果たす");
}

static void render_mark(const struct pen *p, const struct statement *s)
{
	const char *name = mark_label(s->name ? s->name : ""), *how = mark_label(s->detail ? s->detail : "");
	if (s->kind == ST_REFERENCE)
		buffer_printf(p->out, "参照（%s）。これ自体は定めを持たない", name);
	else if (s->kind == ST_DOUBT)
		buffer_printf(p->out, "読み方が分かれる: %s", s->title);
	else if (s->kind == ST_OMITTED)
		buffer_printf(p->out, "原文で省かれている: %s", s->title);
	else if (s->kind == ST_EDITION) {
		buffer_printf(p->out, "%sの日: ", name);
		pen_day(p, s->date);
	} else {
		buffer_printf(p->out, "改正（%s、%s）", name, how);
		pen_put(p, s->ids ? ": " : "");
		put_ids(p, s->ids);
	}
}

static const struct shape *scope_of(const struct policy *policy, const struct statement *s)
{
	const struct act *act = s->acts && s->kind != ST_SUBSTITUTE ? act_find(policy, s->acts->text) : NULL;
	if (s->triggers && s->triggers->kind == TRIGGER_ON)
		act = act_find(policy, s->triggers->event);
	if (s->kind == ST_LIFT)
		act = policy->exception_act;
	if (s->kind == ST_TERM && s->second && !act)
		act = act_find(policy, s->second);
	return act ? act->row : NULL;
}

/* an item speaks of the act that its list is for */
static const struct shape *item_scope(const struct pen *p, const struct statement *s)
{
	const struct symbol *list = p->book ? symbol_find(p->book, s->second) : NULL;
	return list && list->kind == SYM_LIST ? scope_of(p->policy, list->statement) : NULL;
}

static void render_statement(struct pen p, const struct statement *s)
{
	static void (*const render[ST_KINDS])(const struct pen *, const struct statement *) = {
		[ST_FORBID] = render_norm,     [ST_ALLOW] = render_norm,       [ST_PERMIT] = render_norm,
		[ST_REQUIRE] = render_norm,    [ST_LIFT] = render_lift,        [ST_DUTY] = render_duty,
		[ST_RECORD] = render_record,   [ST_DOCUMENT] = render_document, [ST_LIST] = render_list,
		[ST_ITEM] = render_item,       [ST_POST] = render_post,        [ST_SUBSTITUTE] = render_office,
		[ST_DELEGATE] = render_office, [ST_SEPARATE] = render_office,  [ST_TERM] = render_term,
		[ST_SCALE] = render_scale,     [ST_RATE] = render_rate,        [ST_PARAM] = render_param,
		[ST_GOVERNS] = render_reach,   [ST_LEAVES] = render_reach,     [ST_ADOPT] = render_adopt,
		[ST_DROP] = render_adopt,      [ST_CARRIED] = render_carried,  [ST_REFERENCE] = render_mark,
		[ST_DOUBT] = render_mark,      [ST_OMITTED] = render_mark,     [ST_EDITION] = render_mark,
		[ST_CHANGE] = render_mark,
	};
	p.scope = s->kind == ST_ITEM ? item_scope(&p, s) : scope_of(p.policy, s);
	render[s->kind](&p, s);
	pen_put(&p, "。\n");
}

static const struct clause *clause_of(const struct policy *policy, const struct policy_clause *wanted)
{
	for (size_t i = 0; i < policy->id_count; i++)
		if (policy->by_id[i]->public == wanted)
			return policy->by_id[i];
	return NULL;
}

static const struct book *first_book(const struct policy *policy, const struct policy_edition *edition)
{
	for (size_t i = 0; i < policy->edition_count; i++)
		if (&policy->editions[i].public == edition)
			return policy->editions[i].book;
	return NULL;
}

void policy_render(const struct policy *policy, const struct policy_clause *clause, struct buffer *out)
{
	const struct clause *c = clause_of(policy, clause);
	struct pen pen = {.policy = policy, .book = first_book(policy, clause->edition), .out = out};
	for (const struct statement *s = c ? c->statements : NULL; s; s = s->next)
		render_statement(pen, s);
}

void policy_render_edition(const struct policy *policy, const struct policy_edition *edition,
                           struct buffer *out)
{
	char adopted[11], effective[11];
	day_iso(edition->adopted, adopted);
	day_iso(edition->effective, effective);
	buffer_printf(out, "%s（%s）策定 %s 施行 %s\n", edition->title, edition->version, adopted, effective);
	for (size_t i = 0; i < policy_clause_count(policy, edition); i++) {
		const struct policy_clause *c = policy_clause_at(policy, edition, i);
		buffer_printf(out, "\n%s %s\n  趣旨: %s\n", c->id, c->cite, c->says);
		policy_render(policy, c, out);
	}
}
