/* Facts: the row of one act, filled in by path.  A path is resolved and its type
 * checked before anything is written, so that a refused fact leaves no trace. */
#include "policy/model.h"

#include "base/calendar.h"
#include "base/number.h"

#include <stdio.h>

enum { STEPS = 8, SET_MEMBERS = 10000, TEXT_BYTES = 64 << 10 };

struct place {
	unsigned count;
	struct {
		unsigned field;
		bool indexed;
		size_t index;
	} step[STEPS];
	const struct ftype *type; /* of what the path reaches */
	const struct field *field;
};

static struct result bad_path(const struct facts *f, const char *path, const char *text, struct why *why)
{
	return fail(why, E_INPUT, path, "「%s」の事実「%.80s」: %s", f->act->title, path, text);
}

/* ---- a new row */

static struct row *new_row(struct arena *arena, const struct shape *shape)
{
	struct row *row = ARENA_NEW(arena, struct row);
	if (!row)
		return NULL;
	*row = (struct row){.shape = shape, .values = ARENA_ARRAY(arena, shape->count ? shape->count : 1, struct value)};
	return row->values ? row : NULL;
}

struct result facts_new(const struct policy *policy, const char *act, struct arena *arena,
                        struct facts **out, struct why *why)
{
	const char *word = words_find(policy->words, slice_str(act));
	const struct act *found = word ? act_find(policy, word) : NULL;
	if (!found)
		return fail(why, E_INPUT, act, "行為「%.80s」は語彙にありません。", act);
	struct facts *f = ARENA_NEW(arena, struct facts);
	if (!f)
		return fail(why, E_MEMORY, act, "事実を置く記憶域が足りません。");
	*f = (struct facts){.policy = policy, .act = found, .arena = arena, .root = new_row(arena, found->row)};
	if (!f->root)
		return fail(why, E_MEMORY, act, "事実を置く記憶域が足りません。");
	*out = f;
	return ok();
}

const char *facts_act(const struct facts *f)
{
	return f->act->name;
}

const char *facts_actor(const struct facts *f)
{
	const struct row *row = f->root->values[FIELD_ACTOR].row;
	return row ? row->id : NULL;
}

/* ---- resolving a path */

/* one part: a name and perhaps [n]; false when it is neither */
static bool split(struct slice *rest, struct slice *name, bool *indexed, size_t *index)
{
	size_t len = 0, after;
	while (len < rest->len && rest->at[len] != '.' && rest->at[len] != '[')
		len++;
	*name = slice_part(*rest, 0, len);
	*indexed = len < rest->len && rest->at[len] == '[';
	after = len;
	if (*indexed) {
		size_t close = slice_find(slice_part(*rest, len, rest->len), SLICE("]"));
		uint64_t n = 0;
		if (close == SIZE_MAX || !number_parse_u64(slice_part(*rest, len + 1, close - 1), &n) || n >= SET_MEMBERS)
			return false;
		*index = (size_t)n;
		after = len + close + 1;
	}
	*rest = slice_part(*rest, after, rest->len);
	if (rest->len && (!rest->at || rest->at[0] != '.'))
		return false;
	bool more = rest->len > 0;
	*rest = slice_part(*rest, 1, rest->len);
	return name->len > 0 && (!more || rest->len > 0);
}

static const struct field *first_field(const struct facts *f, const char *word, struct place *out)
{
	unsigned index = 0;
	const struct shape *object = f->act->object;
	const struct field *field = field_find(f->act->row, word, &index);
	if (!field && object && object->name == word)
		field = field_find(f->act->row, f->policy->w_object, &index);
	if (!field && object && object->vocab && object->vocab->kind == VOCAB_PROCEEDING &&
	    (field = field_find(object, word, &index)))
		out->step[out->count++].field = FIELD_OBJECT;
	out->step[out->count].field = index;
	return field && field->type.base != FACT_NONE ? field : NULL;
}

static const struct shape *facts_shape(const struct ftype *type)
{
	bool holds = type->base == FACT_ROW || type->base == FACT_PERSON || type->base == FACT_SECTION;
	return holds ? type->shape : NULL;
}

static bool resolve(const struct facts *f, const char *path, struct place *out)
{
	struct slice rest = slice_str(path), name;
	const struct shape *shape = NULL;
	*out = (struct place){.count = 0};
	do {
		bool indexed;
		size_t index = 0;
		if (out->count + 1 >= STEPS || !split(&rest, &name, &indexed, &index))
			return false;
		const char *word = words_find(f->policy->words, name);
		if (!word || (out->count && !shape))
			return false;
		unsigned number = 0;
		bool first = out->count == 0;
		out->field = first ? first_field(f, word, out) : field_find(shape, word, &number);
		if (!out->field || (indexed && out->field->type.base != FACT_SET))
			return false;
		if (!first)
			out->step[out->count].field = number;
		out->step[out->count].indexed = indexed;
		out->step[out->count++].index = index;
		out->type = indexed ? out->field->type.member : &out->field->type;
		shape = facts_shape(out->type);
	} while (rest.len);
	return true;
}

/* members that are named must exist */
static bool members_exist(const struct facts *f, const struct place *place)
{
	const struct row *row = f->root;
	for (unsigned i = 0; i < place->count; i++) {
		const struct value *v = row ? &row->values[place->step[i].field] : NULL;
		if (place->step[i].indexed) {
			if (!v || v->type != FACT_SET || place->step[i].index >= v->count)
				return false;
			v = &v->members[place->step[i].index];
		}
		row = v ? v->row : NULL;
	}
	return true;
}

struct row *facts_row(const struct facts *f, struct value *v, const struct ftype *type)
{
	if (!v->row)
		v->row = new_row(f->arena, type->shape);
	if (v->row)
		v->type = type->base;
	return v->row;
}

/* the value at the place, with rows made on the way; NULL without memory */
static struct value *materialise(const struct facts *f, const struct place *place)
{
	struct row *row = f->root;
	for (unsigned i = 0;; i++) {
		const struct field *field = row->shape->at[place->step[i].field];
		struct value *v = &row->values[place->step[i].field];
		const struct ftype *type = &field->type;
		if (place->step[i].indexed) {
			v = &v->members[place->step[i].index];
			type = type->member;
		}
		if (i + 1 == place->count)
			return v;
		if (!(row = facts_row(f, v, type)))
			return NULL;
	}
}

struct value *facts_reach(const struct facts *f, struct row *row, const struct bpath *path)
{
	for (unsigned i = 0; row && i < path->count; i++) {
		struct value *v = &row->values[path->step[i]];
		const struct ftype *type = &row->shape->at[path->step[i]]->type;
		if (i + 1 == path->count)
			return v;
		row = facts_shape(type) ? facts_row(f, v, type) : NULL;
	}
	return NULL;
}

/* ---- setting */

static struct result locate(struct facts *f, const char *path, enum fact_type wanted, struct place *place,
                            struct value **out, struct why *why)
{
	if (!resolve(f, path, place))
		return bad_path(f, path, "語彙にない事実です。", why);
	if (wanted != FACT_NONE && place->type->base != wanted)
		return bad_path(f, path, "型が違います。", why);
	if (!members_exist(f, place))
		return bad_path(f, path, "集まりの要素の数を先に決めてください。", why);
	*out = materialise(f, place);
	return *out ? ok() : fail(why, E_MEMORY, path, "事実を置く記憶域が足りません。");
}

static struct result set_number(struct facts *f, const char *path, enum fact_type type, int64_t number,
                                enum unit_class unit, struct why *why)
{
	struct place place;
	struct value *v;
	TRY(locate(f, path, type, &place, &v, why));
	*v = (struct value){.type = type, .number = number, .unit = unit};
	return ok();
}

struct result facts_set_yesno(struct facts *f, const char *path, bool yes, struct why *why)
{
	return set_number(f, path, FACT_YESNO, yes, UNIT_PLAIN, why);
}

struct result facts_set_date(struct facts *f, const char *path, day_t day, struct why *why)
{
	return set_number(f, path, FACT_DATE, day, UNIT_PLAIN, why);
}

struct result facts_set_number(struct facts *f, const char *path, int64_t number, struct why *why)
{
	return set_number(f, path, FACT_NUMBER, number, UNIT_PLAIN, why);
}

struct result facts_set_duration(struct facts *f, const char *path, int64_t n, const char *unit,
                                 struct why *why)
{
	enum unit_class unit_class;
	int64_t base;
	if (!unit_convert(unit, n, &unit_class, &base) || unit_class == UNIT_BYTES)
		return bad_path(f, path, "期間の単位がわかりません。", why);
	return set_number(f, path, FACT_DURATION, base, unit_class, why);
}

struct result facts_set_size(struct facts *f, const char *path, int64_t bytes, struct why *why)
{
	return set_number(f, path, FACT_SIZE, bytes, UNIT_BYTES, why);
}

struct result facts_set_text(struct facts *f, const char *path, const char *text, struct why *why)
{
	struct place place;
	struct value *v;
	if (strlen(text) > TEXT_BYTES)
		return bad_path(f, path, "長すぎます。", why);
	if (!text[0])
		return resolve(f, path, &place) && place.type->base == FACT_TEXT ? ok()
		       : bad_path(f, path, "文字の事実ではありません。", why);
	const char *copy = arena_string(f->arena, slice_str(text));
	TRY(locate(f, path, FACT_TEXT, &place, &v, why));
	if (!copy)
		return fail(why, E_MEMORY, path, "事実を置く記憶域が足りません。");
	*v = (struct value){.type = FACT_TEXT, .word = copy};
	return ok();
}

static const char *word_in(const struct facts *f, const struct ftype *type, const char *text)
{
	const char *word = words_find(f->policy->words, slice_str(text));
	for (const struct name *n = type->words; n && word; n = n->next)
		if (n->text == word)
			return word;
	return NULL;
}

struct result facts_set_word(struct facts *f, const char *path, const char *word, struct why *why)
{
	struct place place;
	struct value *v;
	if (!resolve(f, path, &place) || place.type->base != FACT_WORD)
		return bad_path(f, path, "選んだ語で答える事実ではありません。", why);
	const char *known = word_in(f, place.type, word);
	if (!known)
		return bad_path(f, path, "選べない語です。", why);
	TRY(locate(f, path, FACT_WORD, &place, &v, why));
	*v = (struct value){.type = FACT_WORD, .word = known};
	return ok();
}

static bool level_exists(const struct policy *policy, const char *scale, const char *level)
{
	for (const struct book *book = policy->books; book; book = book->next) {
		const struct scale *s = scale_find(book, scale);
		if (s && scale_rank(s, level) >= 0)
			return true;
	}
	return false;
}

struct result facts_set_level(struct facts *f, const char *path, const char *level, struct why *why)
{
	struct place place;
	struct value *v;
	const char *word = words_find(f->policy->words, slice_str(level));
	if (!resolve(f, path, &place) || place.type->base != FACT_LEVEL)
		return bad_path(f, path, "段階の事実ではありません。", why);
	if (!word || !level_exists(f->policy, place.type->scale, word))
		return bad_path(f, path, "そのような段階はありません。", why);
	TRY(locate(f, path, FACT_LEVEL, &place, &v, why));
	*v = (struct value){.type = FACT_LEVEL, .word = word};
	return ok();
}

struct result facts_set_id(struct facts *f, const char *path, const char *id, struct why *why)
{
	struct place place;
	struct value *v;
	size_t len = strlen(id);
	if (!resolve(f, path, &place))
		return bad_path(f, path, "語彙にない事実です。", why);
	if (!facts_shape(place.type) && place.type->base != FACT_POST)
		return bad_path(f, path, "識別子で示す事実ではありません。", why);
	if (len == 0 || len > 200)
		return bad_path(f, path, "識別子が空か、長すぎます。", why);
	const char *known = words_find(f->policy->words, slice_str(id));
	const char *copy = known ? known : arena_string(f->arena, slice_str(id));
	TRY(locate(f, path, FACT_NONE, &place, &v, why));
	if (place.type->base == FACT_POST && copy)
		*v = (struct value){.type = FACT_POST, .word = copy};
	else if (copy && facts_row(f, v, place.type))
		v->row->id = copy;
	else
		return fail(why, E_MEMORY, path, "事実を置く記憶域が足りません。");
	return ok();
}

struct result facts_set_set(struct facts *f, const char *path, size_t count, struct why *why)
{
	struct place place;
	struct value *v;
	if (count > SET_MEMBERS)
		return fail(why, E_LIMIT, path, "集まりの要素が多すぎます（上限10000）。");
	struct value *members = ARENA_ARRAY(f->arena, count ? count : 1, struct value);
	TRY(locate(f, path, FACT_SET, &place, &v, why));
	if (!members)
		return fail(why, E_MEMORY, path, "事実を置く記憶域が足りません。");
	*v = (struct value){.type = FACT_SET, .members = members, .count = count};
	return ok();
}

static struct result set_measure(struct facts *f, const char *path, const char *text, bool size, struct why *why)
{
	const char *space = strchr(text, ' ');
	struct slice digits = space ? slice_of(text, (size_t)(space - text)) : slice_str(text);
	uint64_t n;
	enum unit_class unit = UNIT_BYTES;
	int64_t base;
	if (!number_parse_u64(digits, &n) || n > 1000000000000000)
		return bad_path(f, path, "数と単位で書いてください（例 24 hours）。", why);
	base = (int64_t)n;
	if (size && !space)
		return facts_set_size(f, path, base, why);
	if (!space || !unit_convert(space + 1, (int64_t)n, &unit, &base) || (unit == UNIT_BYTES) != size)
		return bad_path(f, path, "数と単位で書いてください（例 24 hours）。", why);
	return set_number(f, path, size ? FACT_SIZE : FACT_DURATION, base, unit, why);
}

static bool date_text(const char *text, day_t *day)
{
	struct slice s = slice_str(text);
	uint64_t y, m, d;
	if (s.len != 10 || text[4] != '-' || text[7] != '-' || !number_parse_u64(slice_part(s, 0, 4), &y) ||
	    !number_parse_u64(slice_part(s, 5, 2), &m) || !number_parse_u64(slice_part(s, 8, 2), &d))
		return false;
	return day_from_date((struct date){(int)y, (int)m, (int)d}, day);
}

static struct result set_by_type(struct facts *f, const char *path, const struct ftype *type, const char *text,
                                 struct why *why)
{
	int64_t n;
	day_t day;
	bool yes = strcmp(text, "yes") == 0 || strcmp(text, "true") == 0;
	switch (type->base) {
	case FACT_YESNO:
		if (!yes && strcmp(text, "no") != 0 && strcmp(text, "false") != 0)
			return bad_path(f, path, "yes か no で答えてください。", why);
		return facts_set_yesno(f, path, yes, why);
	case FACT_DATE:
		return date_text(text, &day) ? facts_set_date(f, path, day, why)
		       : bad_path(f, path, "日付は 2026-04-01 のように書いてください。", why);
	case FACT_NUMBER:
		return number_parse_i64(slice_str(text), &n) ? facts_set_number(f, path, n, why)
		       : bad_path(f, path, "数で書いてください。", why);
	case FACT_DURATION:
	case FACT_SIZE:
		return set_measure(f, path, text, type->base == FACT_SIZE, why);
	case FACT_WORD:
		return facts_set_word(f, path, text, why);
	case FACT_LEVEL:
		return facts_set_level(f, path, text, why);
	case FACT_TEXT:
		return facts_set_text(f, path, text, why);
	case FACT_PERSON:
	case FACT_SECTION:
	case FACT_POST:
	case FACT_ROW:
		return facts_set_id(f, path, text, why);
	case FACT_SET:
		return number_parse_i64(slice_str(text), &n) && n >= 0 ? facts_set_set(f, path, (size_t)n, why)
		       : bad_path(f, path, "要素の数で書いてください。", why);
	case FACT_NONE:
		break;
	}
	return bad_path(f, path, "値を置けない事実です。", why);
}

struct result facts_set_any(struct facts *f, const char *path, const char *text, struct why *why)
{
	struct place place;
	if (!resolve(f, path, &place))
		return bad_path(f, path, "語彙にない事実です。", why);
	return set_by_type(f, path, place.type, text, why);
}

struct result facts_set_reached(struct facts *f, const char *step, bool reached, struct why *why)
{
	unsigned index = 0;
	const char *word = words_find(f->policy->words, slice_str(step));
	const struct field *field = word ? field_find(f->act->object, word, &index) : NULL;
	if (!field || !field->step)
		return bad_path(f, step, "この手続にない段階です。", why);
	struct row *row = facts_row(f, &f->root->values[FIELD_OBJECT], &f->act->row->at[FIELD_OBJECT]->type);
	if (!row)
		return fail(why, E_MEMORY, step, "事実を置く記憶域が足りません。");
	row->values[index] = (struct value){.type = FACT_YESNO, .number = reached};
	return ok();
}

struct result facts_set_is(struct facts *f, const char *path, const char *term, bool is, struct why *why)
{
	struct place place;
	struct value *v;
	const char *word = words_find(f->policy->words, slice_str(term));
	if (!resolve(f, path, &place) || !facts_shape(place.type))
		return bad_path(f, path, "用語を当てられる事実ではありません。", why);
	if (!word)
		return bad_path(f, path, "どの規程にもない用語です。", why);
	struct is_word *w = ARENA_NEW(f->arena, struct is_word);
	TRY(locate(f, path, FACT_NONE, &place, &v, why));
	if (!w || !facts_row(f, v, place.type))
		return fail(why, E_MEMORY, path, "事実を置く記憶域が足りません。");
	*w = (struct is_word){word, is, v->row->words};
	v->row->words = w;
	return ok();
}

struct result facts_set_item(struct facts *f, const char *list, const char *item, enum item_answer answer,
                             struct why *why)
{
	const char *l = words_find(f->policy->words, slice_str(list));
	const char *i = words_find(f->policy->words, slice_str(item));
	if (!l || !i)
		return bad_path(f, list, "どの規程にもない一覧か項目です。", why);
	struct answered *a = ARENA_NEW(f->arena, struct answered);
	if (!a)
		return fail(why, E_MEMORY, list, "事実を置く記憶域が足りません。");
	*a = (struct answered){l, i, answer, f->answered};
	f->answered = a;
	return ok();
}

struct result facts_set_posts(struct facts *f, const char *person, const struct policy_holding *held,
                              size_t count, struct why *why)
{
	if (count > SET_MEMBERS)
		return fail(why, E_LIMIT, person, "職が多すぎます。");
	struct held *h = ARENA_NEW(f->arena, struct held);
	struct policy_holding *copy = ARENA_ARRAY(f->arena, count ? count : 1, struct policy_holding);
	bool whole = h && copy;
	for (size_t i = 0; i < count && whole; i++) {
		bool of = held[i].of && held[i].of[0];
		copy[i].post = arena_string(f->arena, slice_str(held[i].post));
		copy[i].of = of ? arena_string(f->arena, slice_str(held[i].of)) : NULL;
		whole = copy[i].post && (!of || copy[i].of);
	}
	const char *name = whole ? arena_string(f->arena, slice_str(person)) : NULL;
	if (!name)
		return fail(why, E_MEMORY, person, "事実を置く記憶域が足りません。");
	*h = (struct held){name, copy, count, f->held};
	f->held = h;
	return ok();
}
