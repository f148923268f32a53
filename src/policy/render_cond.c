/* Values and conditions read back in Japanese: what stands before とき and 場合. */
#include "policy/pen.h"

#include "base/calendar.h"

void pen_put(const struct pen *p, const char *text)
{
	buffer_put_str(p->out, text);
}

const char *pen_label(const struct pen *p, const char *word)
{
	return word_label(p->policy, p->book, word);
}

void pen_day(const struct pen *p, day_t day)
{
	char text[11];
	day_iso(day, text);
	pen_put(p, text);
}

static const char *plain_word(const struct pen *p, const char *word)
{
	if (word == p->policy->w_yes)
		return "はい";
	if (word == p->policy->w_no)
		return "いいえ";
	const char *choice = word_title(p->policy, word); /* before a register or a document of the name */
	return choice ? choice : pen_label(p, word);
}

static void put_value(const struct pen *p, const struct literal *l)
{
	if (l->kind == LIT_DATE) {
		pen_day(p, (day_t)l->number);
	} else if (l->kind != LIT_PATH) {
		pen_put(p, l->text);
		pen_put(p, unit_label(l->unit));
	} else if (l->path->count == 1) {
		const char *word = plain_word(p, l->path->part[0]);
		const char *fact = word == l->path->part[0] && field_find(p->scope, word, NULL)
		                   ? field_label(p->policy, p->scope, word) : word;
		pen_put(p, fact);
	} else {
		path_text(p->policy, p->scope, l->path, p->out);
	}
}

static void put_values(const struct pen *p, const struct literal *values)
{
	for (const struct literal *l = values; l; l = l->next) {
		pen_put(p, l == values ? "" : "、");
		put_value(p, l);
	}
}

void pen_path(const struct pen *p, const struct path *path)
{
	path_text(p->policy, p->scope, path, p->out);
}

/* ---- yes and no
 * A yesno fact is titled as the question a form asks (復元できないように消したか).  Said of
 * something it loses its か, and である too where it ends as a sentence does. */

enum { PATH_BYTES = 2048, COND_BYTES = 1 << 16 };

static bool ends_sentence(struct slice text)
{
	static const char *const ends[] = {"た", "だ", "る", "い", "う", "く", "す", "つ", "む", "ぶ", "ぬ", "ぐ"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (slice_ends(text, slice_str(ends[i])))
			return true;
	return false;
}

/* 「情報資産について」, and what is asked of it; the buffer keeps the text */
static struct slice put_whose(const struct pen *p, const struct path *path, struct buffer *whole)
{
	struct path owner = *path;
	owner.count--;
	struct buffer before;
	buffer_init(&before, PATH_BYTES);
	buffer_init(whole, PATH_BYTES);
	path_text(p->policy, p->scope, path, whole);
	path_text(p->policy, p->scope, &owner, &before);
	size_t skip = owner.count ? buffer_slice(&before).len + strlen("の") : 0;
	if (owner.count) {
		pen_put(p, buffer_cstr(&before));
		pen_put(p, "について");
	}
	buffer_done(&before);
	return slice_part(buffer_slice(whole), skip, buffer_slice(whole).len);
}

static void put_slice(const struct pen *p, struct slice text)
{
	buffer_printf(p->out, "%.*s", (int)text.len, (const char *)text.at);
}

static void put_yes(const struct pen *p, const struct path *path)
{
	struct buffer whole;
	struct slice text = put_whose(p, path, &whole);
	if (slice_ends(text, SLICE("か")))
		text.len -= strlen("か");
	put_slice(p, text);
	pen_put(p, ends_sentence(text) ? "" : "である");
	buffer_done(&whole);
}

static void put_no(const struct pen *p, const struct path *path)
{
	struct buffer whole;
	struct slice text = put_whose(p, path, &whole);
	pen_put(p, "「");
	put_slice(p, text);
	pen_put(p, "」が「いいえ」である");
	buffer_done(&whole);
}

static bool put_answer(const struct pen *p, const struct cond *c)
{
	const struct literal *l = c->values;
	bool named = c->op == COND_REL && c->rel == REL_EQ && c->quant == QUANT_NONE && l->kind == LIT_PATH;
	const char *word = named && l->path->count == 1 ? l->path->part[0] : NULL;
	if (word == p->policy->w_yes && word)
		put_yes(p, c->path);
	else if (word == p->policy->w_no && word)
		put_no(p, c->path);
	else
		return false;
	return true;
}

static void put_relation(const struct pen *p, const struct cond *c)
{
	static const char *const words[] = {
		[REL_EQ] = "である", [REL_NE] = "でない", [REL_LT] = "より下である", [REL_LE] = "以下である",
		[REL_GT] = "を超える", [REL_GE] = "以上である",
	};
	pen_put(p, "が「");
	put_value(p, c->values);
	pen_put(p, "」");
	pen_put(p, words[c->rel]);
}

void pen_cond(const struct pen *p, const struct cond *c);

static void put_bracketed(const struct pen *p, const struct cond *c)
{
	bool nested = c->op == COND_AND || c->op == COND_OR;
	pen_put(p, nested ? "（" : "");
	pen_cond(p, c);
	pen_put(p, nested ? "）" : "");
}

/* the condition with its end bent; as it stands, and false, where it cannot be */
static bool put_bent(const struct pen *p, const struct cond *c, enum bend bend)
{
	struct buffer text;
	struct pen own = *p;
	buffer_init(&text, COND_BYTES);
	own.out = &text;
	put_bracketed(&own, c);
	p->out->failed |= !buffer_ok(&text);
	bool bent = bend_end(buffer_slice(&text), bend, p->out);
	if (!bent)
		buffer_put_slice(p->out, buffer_slice(&text));
	buffer_done(&text);
	return bent;
}

static void put_test(const struct pen *p, const struct cond *c)
{
	static const char *const quants[] = {[QUANT_NONE] = "", [QUANT_ANY] = "のどれか", [QUANT_EVERY] = "のすべて"};
	if (put_answer(p, c))
		return;
	pen_path(p, c->path);
	pen_put(p, quants[c->quant]);
	if (c->op == COND_REL) {
		put_relation(p, c);
	} else if (c->op == COND_IN) {
		pen_put(p, "が「");
		put_values(p, c->values);
		pen_put(p, "」のどれかである");
	} else if (c->op == COND_IN_PATH) {
		pen_put(p, "が");
		pen_path(p, c->other);
		pen_put(p, "に含まれる");
	} else if (c->op == COND_IS) {
		pen_put(p, "が");
		if (c->other) {
			pen_path(p, c->other);
			pen_put(p, "の");
		}
		pen_put(p, pen_label(p, c->name));
		pen_put(p, "である");
	}
}

static void put_worded(const struct pen *p, const struct cond *c)
{
	static const struct {
		const char *before, *after;
	} words[] = {
		[COND_KNOWN] = {"", "がわかっている"},           [COND_CLAIMED] = {"理由を書いて「", "」と申し立てている"},
		[COND_REACHED] = {"段階「", "」を終えている"},     [COND_COMPLETE] = {"一覧「", "」が満たされている"},
		[COND_COUNT] = {"", "の数"},
	};
	pen_put(p, words[c->op].before);
	if (c->path)
		pen_path(p, c->path);
	else
		pen_put(p, pen_label(p, c->name));
	pen_put(p, words[c->op].after);
	if (c->op == COND_COUNT)
		put_relation(p, c);
}

void pen_cond(const struct pen *p, const struct cond *c)
{
	if (!c) { /* a clause that was found wanting (15) is read back all the same */
		pen_put(p, "（条件の定めなし）");
		return;
	}
	if (c->op == COND_NOT) {
		pen_put(p, put_bent(p, c->parts, BEND_DENY) ? "" : "ということがない");
	} else if (c->op == COND_AND || c->op == COND_OR) {
		for (const struct cond *part = c->parts; part; part = part->next) {
			pen_put(p, part == c->parts ? "" : c->op == COND_AND ? "、かつ" : "、又は");
			if (part->next)
				put_bent(p, part, BEND_JOIN);
			else
				put_bracketed(p, part);
		}
	} else if (c->op == COND_PATH) {
		const char *word = c->path->count == 1 ? pen_label(p, c->path->part[0]) : NULL;
		bool term = word && word != c->path->part[0] && !field_find(p->scope, c->path->part[0], NULL);
		if (term)
			buffer_printf(p->out, "%sである", word);
		else
			put_yes(p, c->path);
	} else if (c->op >= COND_KNOWN) {
		put_worded(p, c);
	} else {
		put_test(p, c);
	}
}

void cond_text(const struct policy *policy, const struct book *book, const struct shape *scope,
               const struct cond *cond, struct buffer *out)
{
	struct pen p = {.policy = policy, .book = book, .scope = scope, .out = out};
	pen_cond(&p, cond);
}
