/* What a text leaves to its body: the parameters of an edition, what may be set for
 * each, and the value in force on a day, as a `set` line writes it and as people
 * read it. */
#include "policy/model.h"

#include "base/calendar.h"

static const struct edition *edition_of(const struct policy *policy, const struct policy_edition *edition)
{
	for (size_t i = 0; i < policy->edition_count; i++)
		if (&policy->editions[i].public == edition)
			return &policy->editions[i];
	return NULL;
}

/* ---- what may be set */

struct words_out {
	const char **words, **labels;
	size_t count;
};

static void add_word(struct words_out *out, const char *word, const char *label)
{
	if (out->words) {
		out->words[out->count] = word;
		out->labels[out->count] = label;
	}
	out->count++;
}

static void list_words(const struct policy *policy, const struct edition *e, const struct ftype *type,
                       struct words_out *out)
{
	const struct scale *scale = type->base == FACT_LEVEL ? scale_find(e->book, type->scale) : NULL;
	for (unsigned i = 0; scale && i < scale->count; i++)
		add_word(out, scale->levels[i], scale->levels[i]);
	for (const struct name *n = type->base == FACT_WORD ? type->words : NULL; n; n = n->next)
		add_word(out, n->text, n->title ? n->title : word_label(policy, e->book, n->text));
	for (size_t i = 0; type->base == FACT_POST && i < e->post_count; i++)
		add_word(out, e->posts[i].name, e->posts[i].title);
}

static bool fill_words(const struct policy *policy, const struct edition *e, const struct ftype *type,
                       struct arena *arena, struct policy_param *out)
{
	struct words_out words = {NULL, NULL, 0};
	list_words(policy, e, type, &words);
	words.words = ARENA_ARRAY(arena, words.count + 1, const char *);
	words.labels = ARENA_ARRAY(arena, words.count + 1, const char *);
	if (!words.words || !words.labels)
		return false;
	words.count = 0;
	list_words(policy, e, type, &words);
	out->words = words.words;
	out->labels = words.labels;
	out->word_count = words.count;
	return true;
}

struct result policy_params(const struct policy *policy, const struct policy_edition *edition,
                            struct arena *arena, const struct policy_param **out, size_t *count,
                            struct why *why)
{
	const struct edition *e = edition ? edition_of(policy, edition) : NULL;
	size_t most = 0, n = 0;
	if (!e || !e->book)
		return fail(why, E_ABSENT, "policy", "この版は読み込まれていません。");
	for (const struct param *p = e->book->params; p; p = p->next)
		most++;
	struct policy_param *at = ARENA_ARRAY(arena, most + 1, struct policy_param);
	bool whole = at != NULL;
	/* in the order of the clauses: the book lists them as they were bound */
	for (const struct member *m = e->book->members; m && whole; m = m->next)
		for (const struct statement *s = m->clause->statements; s && whole; s = s->next) {
			const struct symbol *symbol = s->kind == ST_PARAM ? symbol_find(e->book, s->name) : NULL;
			if (!symbol || symbol->statement != s || n == most)
				continue;
			const struct ftype *type = &symbol->param->ftype;
			at[n] = (struct policy_param){.name = s->name, .title = s->title, .type = type->base,
			                              .unit = type->base == FACT_NUMBER && type->unit ? type->unit : "",
			                              .unit_label = type->base == FACT_NUMBER ? unit_label(type->unit) : "",
			                              .clause = m->clause->public};
			whole = fill_words(policy, e, type, arena, &at[n++]);
		}
	if (!whole)
		return fail(why, E_MEMORY, "policy", "値の一覧を書く記憶域が足りません。");
	*out = at;
	*count = n;
	return ok();
}

/* ---- what is set */

static const char *value_text(const struct literal *l, struct arena *arena)
{
	if (l->kind == LIT_PATH)
		return l->path->text;
	if (l->kind == LIT_DATE) {
		char *day = arena_alloc(arena, 11);
		if (day)
			day_iso((day_t)l->number, day);
		return day;
	}
	return l->unit ? arena_printf(arena, "%s %s", l->text, l->unit) : l->text;
}

static const char *value_label(const struct policy *policy, const struct book *book, const struct param *param,
                               const struct literal *l, struct arena *arena)
{
	if (l->kind == LIT_PATH && l->path->count == 1) {
		const char *word = l->path->part[0];
		if (word == policy->w_yes || word == policy->w_no)
			return word == policy->w_yes ? "はい" : "いいえ";
		const char *title = word_title(policy, word);
		return title && param->ftype.base == FACT_WORD ? title : word_label(policy, book, word);
	}
	if (l->kind == LIT_DATE || l->kind == LIT_PATH)
		return value_text(l, arena);
	const char *unit = l->unit ? l->unit : param->ftype.base == FACT_NUMBER ? param->ftype.unit : NULL;
	return arena_printf(arena, "%s%s", l->text, unit_label(unit));
}

struct result policy_setting(const struct policy *policy, const struct policy_edition *edition,
                             const char *name, day_t day, struct arena *arena, struct policy_set *out,
                             struct why *why)
{
	const struct edition *e = edition ? edition_of(policy, edition) : NULL;
	const char *word = words_find(policy->words, slice_str(name));
	const struct symbol *s = e && e->book && word ? symbol_find(e->book, word) : NULL;
	if (!s || s->kind != SYM_PARAM)
		return fail(why, E_ABSENT, name, "「%.80s」という値は、この版にありません。", name);
	const struct setting *set = setting_on(policy, word, e->book->name, NULL, day);
	if (!set)
		set = setting_on(policy, word, s->statement->clause->header->name, NULL, day);
	*out = (struct policy_set){.text = "", .label = "", .basis = ""};
	if (!set || set->several)
		return ok();
	*out = (struct policy_set){.text = value_text(set->value, arena),
	                           .label = value_label(policy, e->book, s->param, set->value, arena),
	                           .from = set->from, .basis = set->basis ? set->basis : "", .set = true};
	return out->text && out->label ? ok() : fail(why, E_MEMORY, name, "値を書く記憶域が足りません。");
}

const char *policy_unit_label(const char *unit)
{
	return unit_label(unit);
}

bool policy_choice_at(const struct policy *policy, const struct policy_edition *edition, size_t index,
                      struct policy_choice *out)
{
	for (const struct choice *c = policy->tree.choices; c; c = c->next) {
		if (strcmp(c->header->name, edition->name) != 0 || index-- > 0)
			continue;
		*out = (struct policy_choice){.title = c->title, .number = c->number, .from = c->from,
		                              .basis = c->basis ? c->basis : ""};
		for (const struct name *n = c->ids; n && out->id_count < POLICY_CHANGE_IDS; n = n->next)
			out->ids[out->id_count++] = n->text;
		return true;
	}
	return false;
}
