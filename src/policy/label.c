/* What people read: labels of words, paths and routes, in Japanese. */
#include "policy/model.h"

enum { TEXT_BYTES = 4096 };

static const struct field *any_field(const struct policy *policy, const char *word)
{
	const struct field *f = NULL;
	for (const struct shape *s = policy->shapes; s && !f; s = s->next)
		f = field_find(s, word, NULL);
	for (const struct act *a = policy->acts; a && !f; a = a->next)
		f = field_find(a->row, word, NULL);
	return f;
}

const char *field_label(const struct policy *policy, const struct shape *scope, const char *word)
{
	const struct field *f = field_find(scope, word, NULL);
	if (!f && scope && scope->fields && scope->fields->next)
		f = field_find(scope->fields->next->type.shape, word, NULL);
	if (!f)
		f = any_field(policy, word);
	return f ? f->title : NULL;
}

const char *post_title(const struct book *book, const char *post)
{
	const struct symbol *s = post && book ? symbol_find(book, post) : NULL;
	return s && s->statement->title ? s->statement->title : post ? post : "";
}

static const char *role_label(const struct policy *policy, const char *word)
{
	if (word == policy->w_actor)
		return "本人";
	if (word == policy->w_applicant)
		return "申請した人";
	return word == policy->w_approver ? "許可した人" : NULL;
}

const struct name *type_words(const struct type *type)
{
	while (type && type->base == TYPE_SET)
		type = type->of;
	return type && type->base == TYPE_ONE_OF ? type->words : NULL;
}

static const char *title_among(const struct name *words, const char *word)
{
	for (const struct name *n = words; n; n = n->next)
		if (n->text == word && n->title)
			return n->title;
	return NULL;
}

const char *word_title(const struct policy *policy, const char *word)
{
	for (const struct vocab *v = policy->tree.vocab; v; v = v->next) {
		const char *title = title_among(v->steps, word);
		for (const struct decl *d = v->facts; d && !title; d = d->next)
			title = title_among(type_words(d->type), word);
		if (title)
			return title;
	}
	return NULL;
}

const char *word_label(const struct policy *policy, const struct book *book, const char *word)
{
	const struct symbol *s = book ? symbol_find(book, word) : NULL;
	const struct vocab *v = vocab_any(policy, word);
	const struct act *act = act_find(policy, word);
	if (s && s->statement->title)
		return s->statement->title;
	if (v)
		return v->title;
	const struct shape *shape = shape_find(policy, word);
	const char *title = act ? act->title : shape ? shape->title : word_title(policy, word);
	return title ? title : word;
}

/* the words of a path that people would say: 情報資産の所管課 */
void path_text(const struct policy *policy, const struct shape *scope, const struct path *path,
               struct buffer *out)
{
	const struct shape *shape = scope;
	for (unsigned i = 0; i < path->count; i++) {
		const char *word = path->part[i];
		const struct field *f = field_find(shape, word, NULL);
		const struct vocab *v = vocab_any(policy, word);
		const char *label = f ? f->title : v && i == 0 ? v->title : field_label(policy, shape, word);
		bool object = i == 0 && word == policy->w_object && f && f->type.shape;
		if (object)
			label = f->type.shape->title;
		buffer_put_str(out, i ? "の" : "");
		buffer_put_str(out, label ? label : word);
		shape = !f ? shape_find(policy, word) : f->type.base == FACT_SET ? f->type.member->shape : f->type.shape;
	}
}

/* An adopted clause names posts of its own; here they are the adopter's. */
static const char *post_here(const struct book *book, const char *post)
{
	if (!book || symbol_find(book, post))
		return post;
	for (const struct member *m = book->members; m; m = m->next)
		if (mapped_name(m, post) != post)
			return mapped_name(m, post);
	return post;
}

static void slot_text(const struct policy *policy, const struct book *book, const struct shape *scope,
                      const struct via *via, struct buffer *out)
{
	const char *role = role_label(policy, via->post);
	if (via->of) {
		path_text(policy, scope, via->of, out);
		buffer_put_str(out, "の");
	}
	if (via->every)
		buffer_put_str(out, "すべての");
	buffer_put_str(out, role ? role : word_label(policy, book, post_here(book, via->post)));
	if (via->consult)
		buffer_put_str(out, "（意見を聴く）");
}

void via_text(const struct policy *policy, const struct book *book, const struct shape *scope,
              const struct via *via, struct buffer *out)
{
	if (!via) { /* found wanting (15) */
		buffer_put_str(out, "（人の定めなし）");
		return;
	}
	static const char *const joints[] = {[ROUTE_AND] = "及び", [ROUTE_OR] = "又は", [ROUTE_THEN] = "、次いで"};
	if (via->op == ROUTE_SLOT) {
		slot_text(policy, book, scope, via, out);
		return;
	}
	for (const struct via *part = via->parts; part; part = part->next) {
		bool nested = part->op != ROUTE_SLOT;
		if (part != via->parts)
			buffer_put_str(out, joints[via->op]);
		buffer_put_str(out, nested ? "（" : "");
		via_text(policy, book, scope, part, out);
		buffer_put_str(out, nested ? "）" : "");
	}
}

const char *via_string(const struct policy *policy, const struct book *book, const struct shape *scope,
                       const struct via *via, struct arena *arena)
{
	struct buffer text;
	if (!via)
		return "";
	buffer_init(&text, TEXT_BYTES);
	via_text(policy, book, scope, via, &text);
	const char *copy = arena_string(arena, buffer_slice(&text));
	buffer_done(&text);
	return copy;
}

const char *unit_label(const char *unit)
{
	static const char *const labels[][2] = {
		{"hour", "時間"}, {"hours", "時間"}, {"day", "日"}, {"days", "日"},
		{"working-day", "開庁日"}, {"working-days", "開庁日"}, {"month", "か月"}, {"months", "か月"},
		{"year", "年"}, {"years", "年"}, {"fiscal-year", "年度"}, {"fiscal-years", "年度"},
		{"MiB", "MiB"}, {"times", "回"},
	};
	for (size_t i = 0; unit && i < sizeof labels / sizeof *labels; i++)
		if (strcmp(labels[i][0], unit) == 0)
			return labels[i][1];
	return unit ? unit : "";
}

const char *policy_label(const struct policy *policy, const char *act, const char *word)
{
	const char *known = words_find(policy->words, slice_str(word));
	const char *name = act ? words_find(policy->words, slice_str(act)) : NULL;
	const struct act *found = name ? act_find(policy, name) : NULL;
	if (!known)
		return word;
	const struct field *f = found ? field_find(found->row, known, NULL) : NULL;
	if (!f && found)
		f = field_find(found->object, known, NULL);
	if (f)
		return f->title;
	for (size_t i = policy->edition_count; i > 0; i--) {
		const char *label = word_label(policy, policy->editions[i - 1].book, known);
		if (label != known)
			return label;
	}
	if (!policy->edition_count && word_label(policy, NULL, known) != known)
		return word_label(policy, NULL, known);
	f = any_field(policy, known);
	return f ? f->title : word;
}

const char *mark_label(const char *word)
{
	static const char *const marks[][2] = {
		{"purpose", "目的"}, {"definition", "定義"}, {"law", "法令"}, {"threat", "脅威"}, {"structure", "構成"},
		{"enabling", "委任"}, {"adopted", "策定"}, {"effective", "施行"}, {"renumbered", "番号の変更"},
		{"deleted", "削除"}, {"added", "追加"}, {"moved", "移動"}, {"changed", "変更"}, {"reworded", "字句の変更"},
		{"sure", "確か"}, {"inferred", "推定"}, {"unclear", "不明"},
	};
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (strcmp(word, marks[i][0]) == 0)
			return marks[i][1];
	return word;
}
