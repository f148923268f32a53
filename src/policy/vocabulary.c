/* Vocabulary: kinds and acts become shapes, rows of typed facts by number.
 * Every act's row begins with who acts and what it is done to. */
#include "policy/model.h"

#include <stdio.h>

static const char *const carriers[] = {
	"web", "cli", "office", "register", "proceeding", "duty", "ledger", "proof", "watch", "crossing",
	"gate_file", "gate_scan", "gate_mail", "gate_net", "gate_media", "gate_screen",
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool is_carrier(const char *name)
{
	for (size_t i = 0; i < COUNT(carriers); i++)
		if (strcmp(carriers[i], name) == 0)
			return true;
	return false;
}

static const char *intern(struct binder *b, const char *text)
{
	const char *word = words_intern(b->policy->words, slice_str(text));
	if (!word && b->code == OK)
		b->code = fail(b->why, E_MEMORY, "policy", "規程を組み立てる記憶域が足りません。").code;
	return word ? word : "";
}

static void PRINTF_LIKE(6, 7) vocab_error(struct binder *b, unsigned number, const struct vocab *v,
                                          uint32_t line, const char *mend, const char *format, ...)
{
	struct finding f = {.number = number, .file = v->file, .line = line, .policy = "", .clause = "",
	                    .mend = mend};
	va_list args;
	b->policy->sound = false;
	va_start(args, format);
	if (b->findings)
		finding_vadd(b->findings, b->arena, f, format, args);
	va_end(args);
}

/* ---- finding */

const struct shape *shape_find(const struct policy *policy, const char *name)
{
	for (const struct shape *s = policy->shapes; s; s = s->next)
		if (s->name == name)
			return s;
	return NULL;
}

const struct field *field_find(const struct shape *shape, const char *name, unsigned *index)
{
	unsigned i = 0;
	for (const struct field *f = shape ? shape->fields : NULL; f; f = f->next, i++)
		if (f->name == name) {
			if (index)
				*index = i;
			return f;
		}
	return NULL;
}

enum { ACT_ROOM = 4096 };

const struct act *act_find(const struct policy *policy, const char *name)
{
	for (size_t i = name_slot(name, ACT_ROOM); policy->act_hash[i]; i = (i + 1) & (ACT_ROOM - 1))
		if (policy->act_hash[i]->name == name)
			return policy->act_hash[i];
	return NULL;
}

const struct vocab *vocab_find(const struct policy *policy, enum vocab_kind kind, const char *name)
{
	for (const struct vocab *v = policy->vocab_hash[name_slot(name, VOCAB_ROOM)]; v; v = v->chain)
		if (v->kind == kind && v->name == name)
			return v;
	return NULL;
}

const struct vocab *vocab_any(const struct policy *policy, const char *name)
{
	for (const struct vocab *v = policy->vocab_hash[name_slot(name, VOCAB_ROOM)]; v; v = v->chain)
		if (v->name == name)
			return v;
	return NULL;
}

/* the first of one name stays the first of its slot */
static void hash_vocab(struct binder *b)
{
	struct policy *policy = b->policy;
	policy->vocab_hash = ARENA_ARRAY(b->arena, VOCAB_ROOM, struct vocab *);
	if (!policy->vocab_hash) {
		b->code = fail(b->why, E_MEMORY, "policy", "規程を組み立てる記憶域が足りません。").code;
		return;
	}
	for (struct vocab *v = policy->tree.vocab; v; v = v->next) {
		struct vocab **at = &policy->vocab_hash[name_slot(v->name, VOCAB_ROOM)];
		while (*at)
			at = &(*at)->chain;
		*at = v;
	}
}

/* ---- types */

static const struct {
	const char *name;
	enum fact_type type;
} basic[] = {
	{"yesno", FACT_YESNO}, {"date", FACT_DATE}, {"text", FACT_TEXT}, {"duration", FACT_DURATION},
	{"size", FACT_SIZE},
};

/* People and sections are the office's, everything else is a row of a register. */
static enum fact_type base_of(const struct binder *b, const char *kind)
{
	return kind == b->policy->w_person ? FACT_PERSON : kind == b->policy->w_section ? FACT_SECTION : FACT_ROW;
}

static bool resolve_named(struct binder *b, const struct type *type, struct ftype *out)
{
	for (size_t i = 0; i < COUNT(basic); i++)
		if (strcmp(basic[i].name, type->name) == 0) {
			*out = (struct ftype){.base = basic[i].type};
			return true;
		}
	const struct shape *shape = shape_find(b->policy, type->name);
	if (!shape)
		return false;
	*out = (struct ftype){.base = base_of(b, type->name), .shape = shape};
	return true;
}

bool resolve_type(struct binder *b, const struct type *type, struct ftype *out)
{
	switch (type->base) {
	case TYPE_NAMED:
		return resolve_named(b, type, out);
	case TYPE_POST:
		*out = (struct ftype){.base = FACT_POST};
		return true;
	case TYPE_NUMBER:
		*out = (struct ftype){.base = FACT_NUMBER, .unit = type->name};
		return true;
	case TYPE_ONE_OF:
		*out = (struct ftype){.base = FACT_WORD, .words = type->words};
		return true;
	case TYPE_SET:
		break;
	}
	struct ftype *member = BINDER_NEW(b, struct ftype);
	if (!member || !type->of || !resolve_type(b, type->of, member) || member->base == FACT_SET)
		return false;
	*out = (struct ftype){.base = FACT_SET, .member = member};
	return true;
}

/* ---- shapes */

void shape_add(struct binder *b, struct shape *shape, struct field field)
{
	struct field *f = BINDER_NEW(b, struct field);
	if (!f)
		return;
	*f = field;
	f->next = NULL;
	*shape->tail = f;
	shape->tail = &f->next;
	shape->count++;
}

static struct shape *new_shape(struct binder *b, const char *name, const char *title,
                               const struct vocab *vocab)
{
	struct shape *s = BINDER_NEW(b, struct shape);
	if (!s)
		return NULL;
	*s = (struct shape){.name = name, .title = title, .vocab = vocab};
	s->tail = &s->fields;
	return s;
}

/* A case tells a fact too: whether it has passed the step of that name, else what it says. */
static bool is_proceeding(struct binder *b, const char *name)
{
	const struct shape *shape = shape_find(b->policy, name);
	return shape && shape->vocab && shape->vocab->kind == VOCAB_PROCEEDING;
}

/* So does a day of the same row: whether it is over. */
static bool is_own_day(const struct vocab *v, const struct decl *told)
{
	bool row = v->kind == VOCAB_KIND || v->kind == VOCAB_PROCEEDING;
	for (const struct decl *d = v->facts; d && row; d = d->next)
		if (d->name == told->found_by)
			return d->type->base == TYPE_NAMED && strcmp(d->type->name, "date") == 0 &&
			       told->type->base == TYPE_NAMED && strcmp(told->type->name, "yesno") == 0;
	return false;
}

static void add_decls(struct binder *b, struct shape *shape, const struct vocab *v)
{
	for (const struct decl *d = v->facts; d; d = d->next) {
		struct ftype type;
		bool by_day = is_own_day(v, d);
		if (field_find(shape, d->name, NULL))
			vocab_error(b, 1, v, d->line, "どちらかの宣言を消してください。",
			            "「%s」の事実「%s」が二度宣言されています。", v->name, d->name);
		else if (!resolve_type(b, d->type, &type))
			vocab_error(b, 1, v, d->line, "型の名前を直すか、その種類を宣言してください。",
			            "「%s」の事実「%s」の型がわかりません。", v->name, d->name);
		else
			shape_add(b, shape, (struct field){.name = d->name, .title = d->title,
			                                   .found_by = by_day ? "" : d->found_by, .past = by_day ? d->found_by : NULL,
			                                   .unsaid = d->unsaid, .if_any = d->if_any, .type = type});
		bool yesno = d->type->base == TYPE_NAMED && strcmp(d->type->name, "yesno") == 0;
		if (d->unsaid[0] && (!yesno || by_day || (strcmp(d->unsaid, "yes") != 0 && strcmp(d->unsaid, "no") != 0)))
			vocab_error(b, 1, v, d->line, "yesno の事実に、yes か no を書いてください。",
			            "「%s」の事実「%s」の unsaid が読めません。", v->name, d->name);
		if (d->found_by[0] && !by_day && !is_carrier(d->found_by) && !is_proceeding(b, d->found_by))
			vocab_error(b, 1, v, d->line, "関門の名前を直してください。",
			            "「%s」の事実を確かめる「%s」という関門はありません。", v->name, d->found_by);
	}
}

static void complete_proceeding(struct binder *b, struct shape *shape, const struct vocab *v)
{
	struct field step = {.name = b->policy->w_step, .title = "段階", .found_by = "",
	                     .type = {.base = FACT_WORD, .words = v->steps}};
	shape_add(b, shape, step);
	for (const struct name *n = v->steps; n; n = n->next) {
		if (field_find(shape, n->text, NULL))
			vocab_error(b, 1, v, n->line, "どちらかの名前を変えてください。",
			            "「%s」の段階「%s」が二度宣言されています。", v->name, n->text);
		shape_add(b, shape, (struct field){.name = n->text, .title = n->title ? n->title : n->text,
		                                   .found_by = "", .type = {.base = FACT_YESNO}, .step = true});
	}
	shape->of = v->of ? shape_find(b->policy, v->of) : NULL;
	if (v->of && !shape->of)
		vocab_error(b, 1, v, v->line, "種類を宣言してください。", "「%s」の対象「%s」は宣言されていません。", v->name, v->of);
	if (shape->of && !field_find(shape, v->of, NULL))
		shape_add(b, shape, (struct field){.name = v->of, .title = shape->of->title, .found_by = "",
		                                   .type = {.base = base_of(b, v->of), .shape = shape->of}});
}

static void add_builtin(struct binder *b, const char *name, const char *title)
{
	if (shape_find(b->policy, name))
		return;
	struct shape *s = new_shape(b, name, title, NULL);
	if (!s)
		return;
	s->next = b->policy->shapes;
	b->policy->shapes = s;
}

static void build_shapes(struct binder *b)
{
	struct policy *policy = b->policy;
	for (const struct vocab *v = policy->tree.vocab; v; v = v->next) {
		if (v->kind != VOCAB_KIND && v->kind != VOCAB_PROCEEDING)
			continue;
		struct shape *s = new_shape(b, v->name, v->title, v);
		if (!s)
			return;
		s->next = policy->shapes;
		policy->shapes = s;
	}
	add_builtin(b, policy->w_person, "人");
	add_builtin(b, policy->w_section, "課");
	for (struct shape *s = policy->shapes; s; s = s->next) {
		if (s->vocab)
			add_decls(b, s, s->vocab);
		if (s->vocab && s->vocab->kind == VOCAB_PROCEEDING)
			complete_proceeding(b, s, s->vocab);
	}
}

/* ---- acts */

/* An event about the same kind of thing, for it is told of the same thing. */
static void check_follows(struct binder *b, const struct vocab *v, const char *event)
{
	const struct vocab *found = b->policy->tree.vocab;
	while (event && found && !(found->kind == VOCAB_EVENT && found->name == event))
		found = found->next;
	if (event && !(found && found->of == v->of))
		vocab_error(b, 1, v, v->line, "同じ種類についてのできごと（event）を宣言してください。",
		            "「%s」から起きる「%s」は、その対象についてのできごととして宣言されていません。", v->name, event);
}

static void check_act(struct binder *b, const struct vocab *v)
{
	if (!v->carried_by)
		vocab_error(b, 19, v, v->line, "carried by で担う関門や画面を書いてください。",
		            "「%s」を担うものがありません。", v->name);
	else if (!is_carrier(v->carried_by))
		vocab_error(b, 19, v, v->line, "carried by の名前を直してください。",
		            "「%s」を担う「%s」というものはありません。", v->name, v->carried_by);
	const char *words[] = {v->standard, v->outside};
	for (size_t i = 0; i < 2; i++)
		if (words[i] && words[i] != b->policy->w_pass && words[i] != b->policy->w_refuse)
			vocab_error(b, 1, v, v->line, "pass か refuse を書いてください。",
			            "「%s」の default か outside に「%s」は書けません。", v->name, words[i]);
	if (v->of && !shape_find(b->policy, v->of))
		vocab_error(b, 1, v, v->line, "種類を宣言してください。", "「%s」の対象「%s」は宣言されていません。", v->name, v->of);
	if (v->sets && !field_find(v->of ? shape_find(b->policy, v->of) : NULL, v->sets, NULL))
		vocab_error(b, 1, v, v->line, "対象の種類に事実を宣言してください。",
		            "「%s」が変える事実「%s」が対象にありません。", v->name, v->sets);
	check_follows(b, v, v->if_refused);
	check_follows(b, v, v->if_late);
	check_follows(b, v, v->if_without);
	const struct vocab *before = v->before ? vocab_find(b->policy, VOCAB_ACT, v->before) : NULL;
	if (v->before && !(before && before->of == v->of))
		vocab_error(b, 1, v, v->line, "同じ種類についての行い（act）を宣言してください。",
		            "「%s」より先に行う「%s」は、その対象についての行いとして宣言されていません。", v->name, v->before);
	const struct shape *begun = v->opens ? shape_find(b->policy, v->opens) : NULL;
	if (v->opens && !(begun && begun->vocab && begun->vocab->kind == VOCAB_PROCEEDING))
		vocab_error(b, 1, v, v->line, "手続を宣言してください。", "「%s」が始める手続「%s」は宣言されていません。", v->name,
		            v->opens);
}

static struct act *add_act(struct binder *b, const char *name, const char *title,
                           const struct shape *object, const struct vocab *v)
{
	struct policy *policy = b->policy;
	struct act *act = policy->act_count < ACT_ROOM / 2 ? BINDER_NEW(b, struct act) : NULL;
	if (!act) {
		b->code = fail(b->why, b->code ? b->code : E_LIMIT, "policy", "行為の数が多すぎます。").code;
		return NULL;
	}
	const struct shape *person = shape_find(policy, policy->w_person);
	*act = (struct act){.name = name, .title = title, .object = object, .carried_by = "",
	                    .row = new_shape(b, name, title, v), .index = policy->act_count++};
	if (!act->row)
		return NULL;
	shape_add(b, act->row, (struct field){.name = policy->w_actor, .title = "行う人", .found_by = "",
	                                      .type = {.base = FACT_PERSON, .shape = person}});
	enum fact_type base = !object ? FACT_NONE : object->name == policy->w_person ? FACT_PERSON
	                      : object->name == policy->w_section ? FACT_SECTION : FACT_ROW;
	shape_add(b, act->row, (struct field){.name = policy->w_object, .title = "対象", .found_by = "",
	                                      .type = {.base = base, .shape = object}});
	act->next = policy->acts;
	policy->acts = act;
	policy->act_by_index[act->index] = act;
	size_t i = name_slot(name, ACT_ROOM);
	while (policy->act_hash[i])
		i = (i + 1) & (ACT_ROOM - 1);
	policy->act_hash[i] = act;
	return act;
}

static void build_act(struct binder *b, const struct vocab *v)
{
	const struct shape *object = v->of ? shape_find(b->policy, v->of) : NULL;
	struct act *act = add_act(b, v->name, v->title, object, v);
	if (!act)
		return;
	act->event = v->kind == VOCAB_EVENT;
	act->standard_pass = v->standard == b->policy->w_pass;
	act->outside_pass = v->outside == b->policy->w_pass;
	act->carried_by = v->carried_by ? v->carried_by : "";
	act->gate = strncmp(act->carried_by, "gate_", 5) == 0;
	act->file = v->file;
	act->line = v->line;
	add_decls(b, act->row, v);
	check_act(b, v);
}

static const char *joined(struct binder *b, const char *first, const char *second)
{
	char text[200];
	snprintf(text, sizeof text, "%s.%s", first, second);
	return intern(b, text);
}

static void check_move(struct binder *b, const struct vocab *v, const struct move *m)
{
	const struct shape *s = shape_find(b->policy, v->name);
	for (const struct name *n = m->from; n; n = n->next) {
		const struct field *f = field_find(s, n->text, NULL);
		if (!f || !f->step)
			vocab_error(b, 1, v, n->line, "step に段階を書き加えてください。",
			            "「%s」の段階「%s」は宣言されていません。", v->name, n->text);
	}
	const struct field *to = field_find(s, m->to, NULL);
	if (!to || !to->step)
		vocab_error(b, 1, v, m->line, "step に段階を書き加えてください。",
		            "「%s」の段階「%s」は宣言されていません。", v->name, m->to);
}

static void build_moves(struct binder *b, const struct vocab *v)
{
	const struct shape *object = shape_find(b->policy, v->name);
	for (const struct move *m = v->moves; m && b->code == OK; m = m->next) {
		struct act *act = add_act(b, joined(b, v->name, m->name), m->title, object, NULL);
		if (!act)
			return;
		act->standard_pass = true;
		act->move = m;
		act->carried_by = "proceeding";
		act->file = v->file;
		act->line = m->line;
		field_find(object, b->policy->w_step, &act->step_field);
		check_move(b, v, m);
	}
}

/* asset.register, movement.change, contact_network.adopt: for whatever has a
 * register or is a document */
static void build_derived(struct binder *b, const char *name, const char *title, const struct shape *object,
                          const char *const *moves, size_t count)
{
	static const char *const titles[][2] = {
		{"register", "登録"}, {"change", "変更"}, {"close", "廃止"}, {"adopt", "策定"}, {"publish", "公表"},
	};
	for (size_t i = 0; i < count && b->code == OK; i++) {
		const char *full = joined(b, name, moves[i]);
		char text[300] = "";
		if (act_find(b->policy, full))
			continue;
		for (size_t j = 0; j < COUNT(titles); j++)
			if (strcmp(titles[j][0], moves[i]) == 0)
				snprintf(text, sizeof text, "%sの%s", title, titles[j][1]);
		struct act *act = add_act(b, full, intern(b, text), object, NULL);
		if (!act)
			return;
		act->derived = true;
		act->standard_pass = true;
		act->carried_by = "register";
	}
}

static void build_documents(struct binder *b)
{
	static const char *const moves[] = {"adopt", "change", "publish"};
	const char *name = intern(b, "document");
	add_builtin(b, name, "文書");
	const struct shape *object = shape_find(b->policy, name);
	for (const struct clause *c = b->policy->tree.clauses; c; c = c->next)
		for (const struct statement *s = c->statements; s; s = s->next)
			if (s->kind == ST_DOCUMENT)
				build_derived(b, s->name, s->title, object, moves, COUNT(moves));
}

static void build_acts(struct binder *b)
{
	static const char *const moves[] = {"register", "change", "close"};
	for (const struct vocab *v = b->policy->tree.vocab; v && b->code == OK; v = v->next) {
		const struct shape *of = v->of ? shape_find(b->policy, v->of) : NULL;
		if (v->kind == VOCAB_ACT || v->kind == VOCAB_EVENT)
			build_act(b, v);
		else if (v->kind == VOCAB_PROCEEDING)
			build_moves(b, v);
		else if (v->kind == VOCAB_KIND)
			build_derived(b, v->name, v->title, shape_find(b->policy, v->name), moves, COUNT(moves));
		else if (v->kind == VOCAB_REGISTER)
			build_derived(b, v->name, v->title, of, moves, COUNT(moves));
	}
	if (b->code == OK)
		build_documents(b);
}

/* one word, one label: what people read for it in every form and record */
static void check_titles(struct binder *b, const struct vocab *v, const struct name *words)
{
	for (const struct name *n = words; n; n = n->next) {
		const char *first = n->title ? word_title(b->policy, n->text) : NULL;
		if (first && strcmp(first, n->title) != 0)
			vocab_error(b, 1, v, n->line, "どちらかの語を変えるか、表示名をそろえてください。",
			            "語「%s」の表示名が「%s」と「%s」の二つあります。", n->text, first, n->title);
	}
}

static void check_word_titles(struct binder *b)
{
	for (const struct vocab *v = b->policy->tree.vocab; v; v = v->next) {
		check_titles(b, v, v->steps);
		for (const struct decl *d = v->facts; d; d = d->next)
			check_titles(b, v, type_words(d->type));
	}
}

static void check_names(struct binder *b)
{
	const struct policy *policy = b->policy;
	for (const struct vocab *v = policy->tree.vocab; v; v = v->next) {
		for (const struct vocab *w = v->next; w; w = w->next)
			if (w->name == v->name)
				vocab_error(b, 1, v, v->line, "どちらかの名前を変えてください。",
				            "「%s」が二度宣言されています（もう一つは%s）。", v->name, w->file);
		if (v->kind == VOCAB_TASK)
			check_act(b, v);
		if (v->kind == VOCAB_REGISTER && !shape_find(policy, v->of))
			vocab_error(b, 1, v, v->line, "種類を宣言してください。",
			            "「%s」の対象「%s」は宣言されていません。", v->name, v->of);
	}
}

void vocabulary_build(struct binder *b)
{
	b->policy->act_hash = ARENA_ARRAY(b->arena, ACT_ROOM, struct act *);
	b->policy->act_by_index = ARENA_ARRAY(b->arena, ACT_ROOM / 2, struct act *);
	if (!b->policy->act_hash || !b->policy->act_by_index)
		b->code = fail(b->why, E_MEMORY, "policy", "規程を組み立てる記憶域が足りません。").code;
	if (b->code == OK)
		hash_vocab(b);
	if (b->code == OK)
		build_shapes(b);
	if (b->code == OK)
		build_acts(b);
	if (b->code == OK)
		check_names(b);
	if (b->code == OK)
		check_word_titles(b);
}

static void number_shape(struct binder *b, struct shape *s)
{
	const struct field **at = (const struct field **)binder_new(b, s->count * sizeof *at);
	unsigned i = 0;
	if (!at)
		return;
	for (const struct field *f = s->fields; f; f = f->next)
		at[i++] = f;
	s->at = at;
}

void shapes_number(struct binder *b)
{
	for (struct shape *s = b->policy->shapes; s; s = s->next)
		number_shape(b, s);
	for (struct act *a = b->policy->acts; a; a = a->next)
		number_shape(b, a->row);
}
