/* The slow evaluator.  Read it beside the report; nothing here is clever. */
#include "slow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- section 6: truth as three letters */

static char not3(char a) { return a == 'T' ? 'F' : a == 'F' ? 'T' : 'U'; }
static char and3(char a, char b) { return a == 'F' || b == 'F' ? 'F' : a == 'U' || b == 'U' ? 'U' : 'T'; }
static char or3(char a, char b) { return a == 'T' || b == 'T' ? 'T' : a == 'U' || b == 'U' ? 'U' : 'F'; }
static char tf(bool b) { return b ? 'T' : 'F'; }
static bool eq(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

/* ---- the policy as a list of clauses: its own and those it adopts */

struct part { /* a clause, and how its posts are called by the body */
	const struct clause *clause;
	const struct name *map[4];
	int maps;
};
enum { BODY_CLAUSES = 2000 }; /* with all that is adopted; more is a fault of the test */
struct body {
	const struct slow_question *q;
	const struct header *header;
	struct part part[BODY_CLAUSES];
	int count;
	bool whole; /* every policy that it adopts is there */
};
struct at { /* where a condition is read */
	const struct body *b;
	const struct part *part;
	const char *clause;
	const char *kind;   /* the kind it speaks of; NULL: an act */
	char prefix[SLOW_PATH];
};

static const struct header *in_force(const struct tree *t, const char *name, day_t day)
{
	const struct header *best = NULL;
	for (const struct header *h = t->headers; h; h = h->next)
		if (h->same == h && eq(h->name, name) && h->effective <= day && (!best || h->effective > best->effective))
			best = h;
	return best;
}

static bool id_fits(const char *pattern, const char *id)
{
	size_t n = strlen(pattern);
	return n && pattern[n - 1] == '*' ? strncmp(pattern, id, n - 1) == 0 : eq(pattern, id);
}

static void gather(struct body *b, const struct header *h, const struct header *adopter, const struct part *how)
{
	for (const struct clause *c = b->q->tree->clauses; c; c = c->next) {
		bool drop = c->header != h;
		for (const struct clause *d = adopter ? b->q->tree->clauses : NULL; d; d = d->next)
			for (const struct statement *s = d->header == adopter ? d->statements : NULL; s; s = s->next)
				for (const struct name *n = s->kind == ST_DROP ? s->ids : NULL; n; n = n->next)
					drop |= id_fits(n->text, c->id);
		if (drop)
			continue;
		struct part p = *how;
		p.clause = c;
		if (b->count == BODY_CLAUSES)
			abort();
		b->part[b->count++] = p;
		for (const struct statement *s = c->statements; s; s = s->next) {
			if (s->kind != ST_ADOPT)
				continue;
			const struct header *theirs = in_force(b->q->tree, s->name, b->q->base->day);
			struct part next = p;
			for (int i = next.maps++; i > 0; i--)
				next.map[i] = next.map[i - 1];
			next.map[0] = s->names;
			if (theirs)
				gather(b, theirs, h, &next);
			else
				b->whole = false;
		}
	}
}

static const char *ours(const struct part *p, const char *post)
{
	for (int i = 0; i < p->maps; i++)
		for (const struct name *n = p->map[i]; n; n = n->next->next)
			if (eq(n->text, post)) {
				post = n->next->text;
				break;
			}
	return post;
}

static const struct statement *declared(const struct body *b, enum statement_kind kind, const char *name,
                                        const struct part **part)
{
	for (int i = 0; i < b->count; i++)
		for (const struct statement *s = b->part[i].clause->statements; s; s = s->next)
			if (s->kind == kind && eq(s->name, name)) {
				if (kind == ST_POST && ours(&b->part[i], name) != name && !eq(ours(&b->part[i], name), name))
					continue;
				if (part)
					*part = &b->part[i];
				return s;
			}
	return NULL;
}

/* ---- vocabulary */

static const struct vocab *word_of(const struct slow_question *q, enum vocab_kind kind, const char *name)
{
	for (const struct vocab *v = q->tree->vocab; v; v = v->next)
		if (v->kind == kind && eq(v->name, name))
			return v;
	return NULL;
}

static const struct vocab *thing(const struct slow_question *q, const char *kind)
{
	const struct vocab *v = word_of(q, VOCAB_KIND, kind);
	return v ? v : word_of(q, VOCAB_PROCEEDING, kind);
}

struct deed { /* the act: a word of its own, or a move of a proceeding */
	const struct vocab *act, *proceeding;
	const struct move *move;
	const char *object; /* kind, or NULL */
	bool pass, outside_pass, gate;
};

static struct deed deed_of(const struct slow_question *q)
{
	struct deed d = {.act = word_of(q, VOCAB_ACT, q->act)};
	if (d.act) {
		d.object = d.act->of;
		d.pass = eq(d.act->standard, "pass");
		d.outside_pass = eq(d.act->outside, "pass");
		d.gate = d.act->carried_by && strncmp(d.act->carried_by, "gate_", 5) == 0;
		return d;
	}
	for (const struct vocab *v = q->tree->vocab; v; v = v->next)
		for (const struct move *m = v->kind == VOCAB_PROCEEDING ? v->moves : NULL; m; m = m->next) {
			char full[100];
			snprintf(full, sizeof full, "%s.%s", v->name, m->name);
			if (eq(full, q->act))
				d = (struct deed){.proceeding = v, .move = m, .object = v->name, .pass = true};
		}
	if (d.move)
		return d;
	/* register, change, close of a kind or a register; adopt, change, publish of a document */
	char first[100];
	snprintf(first, sizeof first, "%s", q->act);
	*strchr(first, '.') = 0;
	const struct vocab *r = word_of(q, VOCAB_REGISTER, first);
	d.object = r ? r->of : thing(q, first) ? thing(q, first)->name : "document";
	d.pass = true;
	return d;
}

struct kind_of { /* type of what stands at a path */
	char base; /* y d t n(umber) D(uration) S(ize) w(ord) L(evel) p(ost) K(ind) s(et) 0: unknown */
	const struct type *type;
	const char *name; /* kind, scale, unit */
};

static struct kind_of from_type(const struct slow_question *q, const struct type *t)
{
	static const struct { const char *word; char base; } plain[] = {
		{"yesno", 'y'}, {"date", 'd'}, {"text", 't'}, {"duration", 'D'}, {"size", 'S'},
	};
	if (t->base == TYPE_NUMBER)
		return (struct kind_of){'n', t, t->name};
	if (t->base == TYPE_POST)
		return (struct kind_of){'p', t, NULL};
	if (t->base == TYPE_ONE_OF)
		return (struct kind_of){'w', t, NULL};
	if (t->base == TYPE_SET)
		return (struct kind_of){'s', t, NULL};
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (eq(plain[i].word, t->name))
			return (struct kind_of){plain[i].base, t, NULL};
	bool known = thing(q, t->name) || eq(t->name, "person") || eq(t->name, "section");
	return known ? (struct kind_of){'K', t, t->name} : (struct kind_of){0, t, NULL};
}

/* a fact of a kind: declared, or put there by a scale, or the proceeding's own */
static struct kind_of fact_of(const struct body *b, const char *kind, const char *fact)
{
	const struct vocab *v = thing(b->q, kind);
	for (const struct decl *d = v ? v->facts : NULL; d; d = d->next)
		if (eq(d->name, fact))
			return from_type(b->q, d->type);
	if (v && v->kind == VOCAB_PROCEEDING && eq(fact, "step")) {
		static struct type steps; /* read before the next path is begun */
		steps = (struct type){.base = TYPE_ONE_OF, .words = v->steps};
		return (struct kind_of){'w', &steps, NULL};
	}
	if (v && v->kind == VOCAB_PROCEEDING) {
		for (const struct name *n = v->steps; n; n = n->next)
			if (eq(n->text, fact))
				return (struct kind_of){'y', NULL, NULL};
		if (eq(v->of, fact))
			return (struct kind_of){'K', NULL, v->of};
	}
	for (int i = 0; i < b->count; i++)
		for (const struct statement *s = b->part[i].clause->statements; s; s = s->next)
			for (const struct name *n = s->kind == ST_SCALE && eq(s->name, fact) ? s->names : NULL; n; n = n->next)
				if (eq(n->text, kind))
					return (struct kind_of){'L', NULL, s->name};
	return (struct kind_of){0, NULL, NULL};
}

/* ---- facts */

static const char *given(const struct slow_question *q, const char *path)
{
	const char *text = NULL;
	for (size_t i = 0; i < q->fact_count; i++)
		if (strcmp(q->facts[i].path, path) == 0)
			text = q->facts[i].text;
	return text;
}

/* something is known of what stands there */
static bool exists(const struct slow_question *q, const char *path)
{
	size_t n = strlen(path);
	for (size_t i = 0; i < q->fact_count; i++)
		if (strncmp(q->facts[i].path, path, n) == 0 &&
		    (!q->facts[i].path[n] || q->facts[i].path[n] == '.' || q->facts[i].path[n] == '['))
			return true;
	for (size_t i = 0; i < q->word_count; i++)
		if (strncmp(q->words[i].path, path, n) == 0 && (!q->words[i].path[n] || q->words[i].path[n] == '.' || q->words[i].path[n] == '['))
			return true;
	return false;
}

struct start { /* where a path begins: a place and its type */
	char place[SLOW_PATH];
	struct kind_of type;
	unsigned used; /* parts of the path */
	bool good;
};

static struct start begin_path(const struct at *at, const struct path *p)
{
	struct start s = {.good = true, .used = 1};
	const struct slow_question *q = at->b->q;
	struct deed d = deed_of(q);
	const char *word = p->part[0];
	if (at->kind) {
		snprintf(s.place, sizeof s.place, "%s", at->prefix);
		s.type = (struct kind_of){'K', NULL, at->kind};
		s.good = eq(word, at->kind);
		return s;
	}
	snprintf(s.place, sizeof s.place, "%s", word);
	if (eq(word, "actor")) {
		s.type = (struct kind_of){'K', NULL, "person"};
		return s;
	}
	for (const struct decl *f = d.act ? d.act->facts : NULL; f; f = f->next)
		if (eq(f->name, word)) {
			s.type = from_type(q, f->type);
			return s;
		}
	if (d.object && (eq(word, "object") || eq(word, d.object))) {
		snprintf(s.place, sizeof s.place, "object");
		s.type = (struct kind_of){'K', NULL, d.object};
		return s;
	}
	bool proceeding = d.object && word_of(q, VOCAB_PROCEEDING, d.object);
	if (proceeding && fact_of(at->b, d.object, word).base) {
		snprintf(s.place, sizeof s.place, "object");
		s.type = (struct kind_of){'K', NULL, d.object};
		s.used = 0;
		return s;
	}
	s.good = false;
	return s;
}

/* one place that a path reaches, the kind of thing that holds it */
struct spot {
	char place[SLOW_PATH], holder[SLOW_PATH];
	const char *holder_kind;
	struct kind_of type;
	bool unknown_set; /* a set on the way is not given */
};
typedef char on_spot(const struct at *at, const struct spot *s, const void *more);

struct walk {
	const struct at *at;
	const struct path *path;
	on_spot *each;
	const void *more;
	char kind; /* any, every, or 0 */
	bool into_last; /* a set at the end is walked into */
};

static char walk_from(const struct walk *w, struct spot s, unsigned part)
{
	bool last = part == w->path->count;
	if (s.type.base == 's' && (!last || w->into_last)) {
		const char *count = given(w->at->b->q, s.place);
		if (!count)
			return 'U';
		char t = w->kind == 'e' ? 'T' : 'F';
		for (int i = 0; i < atoi(count); i++) {
			struct spot m = s;
			snprintf(m.place, sizeof m.place, "%.140s[%d]", s.place, i);
			m.type = from_type(w->at->b->q, s.type.type->of);
			char one = walk_from(w, m, part);
			t = w->kind == 'e' ? and3(t, one) : or3(t, one);
		}
		return t;
	}
	if (last)
		return w->each(w->at, &s, w->more);
	struct spot next = {.type = fact_of(w->at->b, s.type.name, w->path->part[part]), .holder_kind = s.type.name};
	snprintf(next.holder, sizeof next.holder, "%s", s.place);
	snprintf(next.place, sizeof next.place, "%.100s.%.50s", s.place, w->path->part[part]);
	return walk_from(w, next, part + 1);
}

static char walk(const struct walk *w)
{
	struct start s = begin_path(w->at, w->path);
	struct spot spot = {.type = s.type, .holder_kind = NULL};
	snprintf(spot.place, sizeof spot.place, "%s", s.place);
	if (!s.good)
		abort(); /* the generator wrote what cannot be bound */
	return walk_from(w, spot, s.used);
}

static char take_spot(const struct at *at, const struct spot *s, const void *more)
{
	(void)at;
	*(struct spot *)(uintptr_t)more = *s;
	return 'T';
}

/* the one place that a path without sets reaches */
static struct spot spot_of(const struct at *at, const struct path *p)
{
	struct spot out = {.place = ""};
	struct walk w = {.at = at, .path = p, .each = take_spot, .more = &out};
	walk(&w);
	return out;
}

/* ---- parameters: what the office has set, on the day, for the clause or for all */

static const struct setting *set_value(const struct body *b, const char *name, const struct header *h, const char *clause)
{
	for (int own = 1; own >= 0; own--) {
		const struct setting *best = NULL;
		for (const struct setting *s = b->q->tree->settings; s; s = s->next)
			if (eq(s->name, name) && eq(s->header->name, h->name) && s->from <= b->q->base->day &&
			    (own ? eq(s->at, clause) : !s->at) && (!best || s->from > best->from))
				best = s;
		if (best)
			return best;
	}
	return NULL;
}

static const struct setting *setting(const struct body *b, const char *name, const struct part *declares, const char *clause)
{
	const struct setting *s = set_value(b, name, b->header, clause);
	return s ? s : set_value(b, name, declares->clause->header, clause);
}

/* ---- values */

struct value {
	bool known;
	bool worded;
	char unit; /* h d are hours; m y months; w; f; b bytes; 0 */
	long long n;
	char word[64];
};

static bool unit_of(const char *unit, long long n, char *class, long long *out)
{
	static const struct { const char *word; char class; long long times; } units[] = {
		{"hours", 'h', 1}, {"hour", 'h', 1}, {"days", 'h', 24}, {"day", 'h', 24}, {"months", 'm', 1},
		{"month", 'm', 1}, {"years", 'm', 12}, {"year", 'm', 12}, {"working-days", 'w', 1},
		{"working-day", 'w', 1}, {"fiscal-years", 'f', 1}, {"fiscal-year", 'f', 1}, {"MiB", 'b', 1048576},
	};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (eq(units[i].word, unit)) {
			*class = units[i].class;
			*out = n * units[i].times;
			return true;
		}
	return false;
}

static long long day_number(const char *iso)
{
	day_t day = 0;
	struct date d = {atoi(iso), atoi(iso + 5), atoi(iso + 8)};
	return day_from_date(d, &day) ? day : 0;
}

static struct value fact_value(const struct slow_question *q, const char *place, struct kind_of type)
{
	struct value v = {.known = false};
	const char *text = given(q, place), *space = text ? strchr(text, ' ') : NULL;
	if (!text)
		return v;
	v.known = true;
	if (type.base == 'y')
		v.n = eq(text, "yes");
	else if (type.base == 'd')
		v.n = day_number(text);
	else if (type.base == 'n')
		v.n = atoll(text);
	else if (type.base == 'D' || type.base == 'S') {
		v.unit = 'b';
		v.n = atoll(text);
		if (space)
			unit_of(space + 1, atoll(text), &v.unit, &v.n);
	} else {
		v.worded = true;
		snprintf(v.word, sizeof v.word, "%s", text);
	}
	return v;
}

static bool among(const struct name *words, const char *word)
{
	for (; words; words = words->next)
		if (eq(words->text, word))
			return true;
	return false;
}

static int rank_of(const struct body *b, const char *scale, const char *level)
{
	const struct statement *s = declared(b, ST_SCALE, scale, NULL);
	int n = 0, found = -1;
	for (const struct name *l = s ? s->levels : NULL; l; l = l->next, n++)
		if (eq(l->text, level))
			found = n;
	return found < 0 ? -1 : n - 1 - found; /* written highest first */
}

static int top_of(const struct body *b, const char *scale)
{
	const struct statement *s = declared(b, ST_SCALE, scale, NULL);
	int n = 0;
	for (const struct name *l = s ? s->levels : NULL; l; l = l->next)
		n++;
	return n - 1;
}

static const char *one_word(const struct literal *l)
{
	if (l->kind == LIT_PATH)
		return l->path->count == 1 ? l->path->part[0] : NULL;
	return l->kind == LIT_LEVEL || (l->kind == LIT_NUMBER && !l->unit) ? l->text : NULL;
}

/* a constant of the type; false when it is none */
static bool constant(const struct at *at, struct kind_of t, const struct literal *l, struct value *v)
{
	const char *word = one_word(l);
	*v = (struct value){.known = true};
	switch (t.base) {
	case 'y':
		v->n = eq(word, "yes");
		return eq(word, "yes") || eq(word, "no");
	case 'd':
		v->n = l->number;
		return l->kind == LIT_DATE;
	case 'n':
		v->n = l->number;
		return l->kind == LIT_NUMBER;
	case 'D':
	case 'S':
		return l->kind == LIT_NUMBER && l->unit && unit_of(l->unit, l->number, &v->unit, &v->n);
	case 'w':
		v->worded = true;
		snprintf(v->word, sizeof v->word, "%s", word ? word : "");
		return word && among(t.type->words, word);
	case 'p':
		v->worded = true;
		snprintf(v->word, sizeof v->word, "%s", word ? ours(at->part, word) : "");
		return word && declared(at->b, ST_POST, ours(at->part, word), NULL);
	default:
		return false;
	}
}

/* a word in value position: a constant, else a parameter, else a fact */
static struct value other_side(const struct at *at, struct kind_of t, const struct literal *l)
{
	struct value v;
	const char *word = one_word(l);
	const struct part *where = NULL;
	if (constant(at, t, l, &v))
		return v;
	const struct statement *p = word ? declared(at->b, ST_PARAM, word, &where) : NULL;
	if (p) {
		const struct setting *s = setting(at->b, word, where, at->clause);
		if (s && !s->several && constant(at, t, s->value, &v))
			return v;
		return (struct value){.known = false};
	}
	struct spot s = spot_of(at, l->path);
	return fact_value(at->b->q, s.place, s.type);
}

static char compare(struct value a, enum relation rel, struct value b)
{
	if (!a.known || !b.known || a.unit != b.unit)
		return 'U';
	int order = a.worded || b.worded ? (strcmp(a.word, b.word) != 0) : a.n < b.n ? -1 : a.n > b.n;
	switch (rel) {
	case REL_EQ: return tf(order == 0);
	case REL_NE: return tf(order != 0);
	case REL_LT: return tf(order < 0);
	case REL_LE: return tf(order <= 0);
	case REL_GT: return tf(order > 0);
	case REL_GE: return tf(order >= 0);
	}
	return 'U';
}

/* ---- ratings (section 4): an interval */

struct range { int low, high; };
static struct range rating(const struct body *b, const char *place, const char *kind, const char *scale);
static char cond(const struct at *at, const struct cond *c);

struct found { struct range r; bool any; struct at *at; };

static char rate_member(const struct at *at, const struct spot *s, const void *more)
{
	struct found *f = (struct found *)(uintptr_t)more;
	struct range one = rating(at->b, s->holder, s->holder_kind, s->type.name);
	f->r.low = !f->any || one.low > f->r.low ? one.low : f->r.low;
	f->r.high = !f->any || one.high > f->r.high ? one.high : f->r.high;
	f->any = true;
	return 'F'; /* any: all are looked at; an unknown set gives U */
}

static bool rates(const struct statement *s, enum rate_kind how, const char *kind, const char *scale)
{
	return s->kind == ST_RATE && s->rate == how && eq(s->path->part[0], kind) && eq(s->path->part[1], scale);
}

static int higher(int a, int b) { return a > b ? a : b; }

static struct range rating(const struct body *b, const char *place, const char *kind, const char *scale)
{
	struct range r = {0, top_of(b, scale)};
	char path[SLOW_PATH];
	bool stated = false;
	if (!exists(b->q, place))
		return r;
	snprintf(path, sizeof path, "%.100s.%.50s", place, scale);
	const char *level = given(b->q, path);
	if (level && rank_of(b, scale, level) >= 0) {
		r.low = r.high = rank_of(b, scale, level);
		stated = true;
	}
	for (int how = RATE_HIGHEST_OF; how <= RATE_AS; how++) {
		struct found sure = {.any = false}, maybe = {.any = false};
		bool open = false;
		for (int i = 0; i < b->count; i++)
			for (const struct statement *s = b->part[i].clause->statements; s; s = s->next) {
				if (!rates(s, (enum rate_kind)how, kind, scale))
					continue;
				struct at at = {.b = b, .part = &b->part[i], .clause = "", .kind = kind};
				snprintf(at.prefix, sizeof at.prefix, "%s", place);
				char w = s->when ? cond(&at, s->when) : 'T';
				struct found *f = how == RATE_HIGHEST_OF ? &(struct found){.any = false} : w == 'T' ? &sure : &maybe;
				struct walk go = {.at = &at, .path = s->path2, .each = rate_member, .more = f, .kind = 'a'};
				if (w == 'F')
					continue;
				bool unknown = walk(&go) == 'U';
				if (how != RATE_HIGHEST_OF)
					continue;
				/* each highest-of joins what is known by now */
				open = unknown;
				if (!f->any && !open)
					continue;
				struct range m = {f->any ? f->r.low : 0, open ? top_of(b, scale) : f->r.high};
				r = stated ? (struct range){higher(r.low, m.low), higher(r.high, m.high)} : m;
				stated = true;
			}
		if (how == RATE_AS && sure.any)
			r = stated ? (struct range){higher(r.low, sure.r.low), higher(r.high, sure.r.high)} : sure.r;
		if (how == RATE_AS && maybe.any)
			r.high = higher(r.high, maybe.r.high);
	}
	for (int i = 0; i < b->count; i++)
		for (const struct statement *s = b->part[i].clause->statements; s; s = s->next) {
			if (!rates(s, RATE_AT_LEAST, kind, scale))
				continue;
			struct at at = {.b = b, .part = &b->part[i], .clause = "", .kind = kind};
			snprintf(at.prefix, sizeof at.prefix, "%s", place);
			char w = cond(&at, s->when);
			int floor = rank_of(b, scale, s->level);
			if (w == 'T')
				r.low = higher(r.low, floor);
			if (w != 'F')
				r.high = higher(r.high, floor);
		}
	return r;
}

/* x rel y for intervals: T if for all members, F if for none */
static char range_compare(struct range x, enum relation rel, struct range y)
{
	bool all = true, none = true;
	for (int a = x.low; a <= x.high; a++)
		for (int b = y.low; b <= y.high; b++) {
			struct value p = {.known = true, .n = a}, q = {.known = true, .n = b};
			bool holds = compare(p, rel, q) == 'T';
			all &= holds;
			none &= !holds;
		}
	return all ? 'T' : none ? 'F' : 'U';
}

static char level_compare(const struct at *at, const struct spot *s, enum relation rel, const struct literal *l)
{
	struct range x = rating(at->b, s->holder, s->holder_kind, s->type.name), y;
	const char *word = one_word(l);
	int rank = word ? rank_of(at->b, s->type.name, word) : -1;
	const struct part *where = NULL;
	if (rank < 0 && word && declared(at->b, ST_PARAM, word, &where)) {
		const struct setting *v = setting(at->b, word, where, at->clause);
		rank = v && !v->several && one_word(v->value) ? rank_of(at->b, s->type.name, one_word(v->value)) : -1;
		if (rank < 0)
			return 'U';
	}
	if (rank >= 0) {
		y.low = y.high = rank;
	} else {
		struct spot o = spot_of(at, l->path);
		y = rating(at->b, o.holder, o.holder_kind, o.type.name);
	}
	return range_compare(x, rel, y);
}

/* ---- tests */

static bool claimed(const struct body *b, const char *name, const char *clause)
{
	for (size_t i = 0; i < b->q->base->claim_count; i++) {
		const struct policy_claim *c = &b->q->base->claims[i];
		bool for_it = c->clause ? eq(c->clause, clause) : !eq(name, "not_needed");
		if (eq(c->name, name) && c->reason && c->reason[0] && for_it)
			return true;
	}
	return false;
}

static char is_post(const struct at *at, const struct spot *s, const struct cond *c)
{
	const struct slow_question *q = at->b->q;
	const char *person = given(q, s->place), *place = NULL, *post = ours(at->part, c->name);
	if (c->other)
		place = given(q, spot_of(at, c->other).place);
	if (!person || (c->other && !place))
		return 'U';
	for (size_t i = q->post_count; i > 0; i--) {
		const struct slow_posts *p = &q->posts[i - 1];
		if (!eq(p->person, person))
			continue;
		for (size_t k = 0; k < p->count; k++)
			if (eq(p->held[k].post, post) && (!c->other || eq(p->held[k].of, place)))
				return 'T';
		return 'F';
	}
	return 'U';
}

static char is_term(const struct at *at, const struct spot *s, const struct cond *c)
{
	const struct part *part = NULL;
	const struct statement *t = declared(at->b, ST_TERM, c->name, &part);
	const struct slow_question *q = at->b->q;
	if (t->when) {
		struct at in = {.b = at->b, .part = part, .clause = at->clause, .kind = t->second};
		snprintf(in.prefix, sizeof in.prefix, "%s", s->place);
		return cond(&in, t->when);
	}
	for (size_t i = q->word_count; i > 0; i--)
		if (strcmp(q->words[i - 1].path, s->place) == 0 && eq(q->words[i - 1].term, c->name))
			return tf(q->words[i - 1].is);
	return 'U';
}

static char test_spot(const struct at *at, const struct spot *s, const void *more)
{
	const struct cond *c = more;
	char t = 'F';
	if (c->op == COND_IS)
		return declared(at->b, ST_POST, ours(at->part, c->name), NULL) ? is_post(at, s, c) : is_term(at, s, c);
	if (c->op == COND_REL)
		return s->type.base == 'L' ? level_compare(at, s, c->rel, c->values)
		       : compare(fact_value(at->b->q, s->place, s->type), c->rel, other_side(at, s->type, c->values));
	for (const struct literal *l = c->values; l; l = l->next)
		t = or3(t, s->type.base == 'L' ? level_compare(at, s, REL_EQ, l)
		           : compare(fact_value(at->b->q, s->place, s->type), REL_EQ, other_side(at, s->type, l)));
	return t;
}

static char in_set(const struct at *at, const struct cond *c)
{
	struct spot a = spot_of(at, c->path), set = spot_of(at, c->other);
	const char *one = given(at->b->q, a.place), *count = given(at->b->q, set.place);
	char t = 'F', place[SLOW_PATH];
	if (!exists(at->b->q, a.place) || !count)
		return 'U';
	for (int i = 0; i < atoi(count); i++) {
		snprintf(place, sizeof place, "%.140s[%d]", set.place, i);
		const char *member = given(at->b->q, place);
		t = or3(t, one && member ? tf(eq(one, member)) : 'U');
	}
	return t;
}

static char counted(const struct at *at, const struct cond *c)
{
	const char *count = given(at->b->q, spot_of(at, c->path).place);
	struct value n = {.known = count != NULL, .n = count ? atoi(count) : 0};
	return compare(n, c->rel, other_side(at, (struct kind_of){'n', NULL, NULL}, c->values));
}

static char complete(const struct at *at, const char *list);

/* a bare path: a yesno, or a term of the act or the kind */
static char bare(const struct at *at, const struct cond *c)
{
	const struct part *part = NULL;
	const struct statement *t = c->path->count == 1 ? declared(at->b, ST_TERM, c->path->part[0], &part) : NULL;
	if (t) {
		struct at in = *at;
		in.part = part;
		return cond(&in, t->when);
	}
	struct spot s = spot_of(at, c->path);
	struct value v = fact_value(at->b->q, s.place, s.type);
	return v.known ? tf(v.n != 0) : 'U';
}

static char reached(const struct at *at, const char *step)
{
	char place[SLOW_PATH];
	snprintf(place, sizeof place, "%.100s.%.50s", at->kind ? at->prefix : "object", step);
	const char *text = given(at->b->q, place);
	return text ? tf(eq(text, "yes")) : 'U';
}

static char cond(const struct at *at, const struct cond *c)
{
	char t = c->op == COND_AND ? 'T' : 'F';
	struct walk w = {.at = at, .path = c->path, .each = test_spot, .more = c, .into_last = true,
	                 .kind = c->quant == QUANT_EVERY ? 'e' : 'a'};
	switch (c->op) {
	case COND_AND:
	case COND_OR:
		for (const struct cond *p = c->parts; p; p = p->next)
			t = c->op == COND_AND ? and3(t, cond(at, p)) : or3(t, cond(at, p));
		return t;
	case COND_NOT:
		return not3(cond(at, c->parts));
	case COND_PATH:
		return bare(at, c);
	case COND_KNOWN:
		return exists(at->b->q, spot_of(at, c->path).place) ? 'T' : 'U';
	case COND_CLAIMED:
		return tf(claimed(at->b, c->name, at->clause));
	case COND_REACHED:
		return reached(at, c->name);
	case COND_COMPLETE:
		return complete(at, c->name);
	case COND_COUNT:
		return counted(at, c);
	case COND_IN_PATH:
		return in_set(at, c);
	case COND_REL:
	case COND_IN:
	case COND_IS:
		return walk(&w);
	}
	return 'U';
}

static char when(const struct at *at, const struct cond *w, const struct cond *unless)
{
	char t = w ? cond(at, w) : 'T';
	return unless ? and3(t, not3(cond(at, unless))) : t;
}

/* ---- lists */

static bool about(const struct name *acts, const char *act)
{
	return among(acts, act);
}

static char answered(const struct slow_question *q, const struct statement *list, const char *item)
{
	for (size_t i = q->item_count; i > 0; i--) {
		const struct slow_item *a = &q->items[i - 1];
		if (!eq(a->list, list->name) || !eq(a->item, item))
			continue;
		if (a->answer == ITEM_NOT_APPLICABLE)
			return tf(!list->any);
		if (a->answer != ITEM_UNANSWERED)
			return tf(a->answer == ITEM_YES);
		return 'U';
	}
	return 'U';
}

static struct at at_act(const struct body *b, const struct part *p)
{
	return (struct at){.b = b, .part = p, .clause = p->clause->id};
}

static char item_met(const struct body *b, const struct part *p, const struct statement *list, const struct statement *item)
{
	struct at at = at_act(b, p);
	return item->that ? cond(&at, item->that) : answered(b->q, list, item->name);
}

/* items the text omits and the office has supplied; not enough: cannot tell */
static char supplied(const struct body *b, const struct part *declares, const struct statement *list, const char *clause)
{
	const struct setting *s = setting(b, list->name, declares, clause);
	char t = list->any ? 'F' : 'T';
	unsigned n = 0;
	for (const struct literal *l = s ? s->value : NULL; l; l = l->next, n++) {
		char one = one_word(l) ? answered(b->q, list, one_word(l)) : 'U';
		t = list->any ? or3(t, one) : and3(t, one);
	}
	return n < list->number && !list->any ? and3(t, 'U') : t;
}

static char list_met(const struct body *b, const struct statement *list, const struct part *declares, const char *clause)
{
	char t = list->any ? 'F' : 'T';
	unsigned n = 0;
	for (int i = 0; i < b->count; i++)
		for (const struct statement *s = b->part[i].clause->statements; s; s = s->next) {
			if (s->kind != ST_ITEM || !eq(s->second, list->name))
				continue;
			struct at at = at_act(b, &b->part[i]);
			char w = when(&at, s->when, NULL), d = item_met(b, &b->part[i], list, s);
			bool excused = s->strength == SHOULD ||
			               (s->strength == AS_NEEDED && claimed(b, "not_needed", b->part[i].clause->id));
			if (list->any)
				t = or3(t, and3(w, d));
			else if (!excused)
				t = and3(t, or3(not3(w), d));
		}
	char rest = supplied(b, declares, list, clause);
	t = list->any ? or3(t, rest) : and3(t, rest);
	const struct setting *given_items = setting(b, list->name, declares, clause);
	for (const struct literal *l = given_items ? given_items->value : NULL; l; l = l->next)
		n++;
	return list->any && n < list->number ? and3(t, 'U') : t;
}

static char complete(const struct at *at, const char *name)
{
	const struct part *part = NULL;
	const struct statement *list = declared(at->b, ST_LIST, name, &part);
	return about(list->acts, at->b->q->act) ? list_met(at->b, list, part, at->clause) : 'U';
}

/* ---- section 5: routes.  Which persons could have signed what, tried out. */

struct want { /* one signature */
	const char *post;
	char of[SLOW_PATH];
	bool has_of, unknown, consult;
	const char *person;
};
struct tree_route {
	enum route_op op;
	struct tree_route *part[64];
	int parts;
	struct want want;
};
struct desk { /* memory of one question */
	struct tree_route routes[400];
	int used;
};

static struct tree_route *new_route(struct desk *d, enum route_op op)
{
	if (d->used == 400)
		abort();
	struct tree_route *r = &d->routes[d->used++];
	*r = (struct tree_route){.op = op};
	return r;
}

static void add_slot(struct desk *d, struct tree_route *to, struct want want)
{
	struct tree_route *r = new_route(d, ROUTE_SLOT);
	r->want = want;
	to->part[to->parts++] = r;
}

struct everybody { struct desk *d; struct tree_route *to; struct want want; const struct statement *post; };

/* every P of x: one for each holder who is known, else one for the place */
static void every_holder(const struct body *b, struct everybody *e, const char *of, bool placed)
{
	bool any = false;
	for (size_t i = 0; i < b->q->base->seat_count; i++) {
		const struct policy_seat *s = &b->q->base->seats[i];
		if (!eq(s->post, e->want.post) || (placed && !(of && eq(s->of, of)) && !(!of && !s->of)))
			continue;
		struct want w = e->want;
		w.has_of = s->of != NULL;
		w.unknown = placed && !s->of;
		snprintf(w.of, sizeof w.of, "%s", s->of ? s->of : "");
		w.person = s->person;
		add_slot(e->d, e->to, w);
		any = true;
	}
	struct want w = e->want;
	bool several = e->post && (e->post->number > 0 || e->post->held_by == POST_MEMBERS);
	w.has_of = of != NULL;
	snprintf(w.of, sizeof w.of, "%s", of ? of : "");
	w.unknown = !w.post || (placed && !of) || several || (!placed && e->post && e->post->per);
	if (!any)
		add_slot(e->d, e->to, w);
}

static char every_place(const struct at *at, const struct spot *s, const void *more)
{
	struct everybody *e = (struct everybody *)(uintptr_t)more;
	every_holder(at->b, e, given(at->b->q, s->place), true);
	return 'F';
}

static struct tree_route *open_route(const struct at *at, const struct via *v, struct desk *d)
{
	struct tree_route *r = new_route(d, v->op);
	if (v->op != ROUTE_SLOT) {
		for (const struct via *p = v->parts; p; p = p->next)
			r->part[r->parts++] = open_route(at, p, d);
		return r;
	}
	const char *post = ours(at->part, v->post);
	const struct part *where = NULL;
	const struct statement *decl = declared(at->b, ST_POST, post, NULL);
	if (!decl && declared(at->b, ST_PARAM, post, &where)) {
		const struct setting *s = setting(at->b, post, where, at->clause);
		struct at there = *at;
		there.part = &(struct part){.clause = NULL};
		struct value word;
		post = s && !s->several && constant(&there, (struct kind_of){'p', NULL, NULL}, s->value, &word) ? one_word(s->value) : NULL;
	}
	struct want want = {.post = post, .consult = v->consult};
	if (v->every) {
		r->op = ROUTE_AND;
		struct everybody e = {d, r, want, decl};
		struct walk w = {.at = at, .path = v->of, .each = every_place, .more = &e, .into_last = true, .kind = 'a'};
		if (v->of && walk(&w) == 'U' && r->parts == 0)
			every_holder(at->b, &e, NULL, true);
		if (!v->of)
			every_holder(at->b, &e, NULL, false);
		if (r->parts == 0) /* every one of nobody is no permission */
			add_slot(d, r, (struct want){.post = post, .unknown = true});
		return r;
	}
	const char *of = v->of ? given(at->b->q, spot_of(at, v->of).place) : NULL;
	want.has_of = of != NULL;
	want.unknown = !post || (v->of && !of);
	snprintf(want.of, sizeof want.of, "%s", of ? of : "");
	r->want = want;
	return r;
}

static bool eligible(const struct body *b, const struct want *w, const struct policy_approval *a, bool distinct)
{
	const char *actor = given(b->q, "actor");
	if (w->unknown || !a->person || !a->person[0] || (distinct && (!actor || eq(actor, a->person))))
		return false;
	if (!eq(a->post, w->post) || (w->person && !eq(a->person, w->person)))
		return false;
	return w->has_of ? eq(a->of, w->of) : !a->of;
}

static bool turned_down(const struct body *b, const struct want *w, bool distinct)
{
	for (size_t i = 0; i < b->q->base->approval_count; i++)
		if (!w->consult && !b->q->base->approvals[i].agreed && eligible(b, w, &b->q->base->approvals[i], distinct))
			return true;
	return false;
}

static bool declined(const struct body *b, const struct tree_route *r, bool distinct)
{
	int no = 0;
	if (r->op == ROUTE_SLOT)
		return turned_down(b, &r->want, distinct);
	for (int i = 0; i < r->parts; i++)
		no += declined(b, r->part[i], distinct);
	return r->op == ROUTE_OR ? no == r->parts : no > 0;
}

/* try everything: the slots still to fill, and who has signed already */
static bool fill(const struct body *b, const struct tree_route **todo, int count, const char **signed_by, int signers, bool distinct)
{
	if (count == 0)
		return true;
	const struct tree_route *r = todo[count - 1], *rest[400];
	memcpy(rest, todo, (size_t)(count - 1) * sizeof *rest);
	if (r->op == ROUTE_OR) {
		for (int i = 0; i < r->parts; i++) {
			rest[count - 1] = r->part[i];
			if (fill(b, rest, count, signed_by, signers, distinct))
				return true;
		}
		return false;
	}
	if (r->op != ROUTE_SLOT) {
		for (int i = 0; i < r->parts; i++)
			rest[count - 1 + i] = r->part[i];
		return fill(b, rest, count - 1 + r->parts, signed_by, signers, distinct);
	}
	for (size_t i = 0; i < b->q->base->approval_count && !turned_down(b, &r->want, distinct); i++) {
		const struct policy_approval *a = &b->q->base->approvals[i];
		bool twice = false;
		for (int k = 0; k < signers; k++)
			twice |= eq(signed_by[k], a->person);
		if (twice || !eligible(b, &r->want, a, distinct) || (!a->agreed && !r->want.consult))
			continue;
		signed_by[signers] = a->person;
		if (fill(b, rest, count - 1, signed_by, signers + 1, distinct))
			return true;
	}
	return false;
}

static enum route_state route_state(const struct at *at, const struct via *by)
{
	static struct desk desk;
	const char *signed_by[64];
	bool distinct = true, named = false, all = true;
	for (int i = 0; i < at->b->count; i++)
		for (const struct statement *s = at->b->part[i].clause->statements; s; s = s->next) {
			bool ours_too = s->kind == ST_SEPARATE && ((eq(s->name, "applicant") && eq(s->second, "approver")) ||
			                                           (eq(s->name, "approver") && eq(s->second, "applicant")));
			struct at there = at_act(at->b, &at->b->part[i]);
			if (!ours_too)
				continue;
			named = true;
			all &= s->unless && cond(&there, s->unless) == 'T';
		}
	distinct = !(named && all);
	desk.used = 0;
	const struct tree_route *root = open_route(at, by, &desk);
	if (declined(at->b, root, distinct))
		return ROUTE_DECLINED;
	return fill(at->b, &root, 1, signed_by, 0, distinct) ? ROUTE_AGREED : ROUTE_PENDING;
}

/* ---- section 7 */

struct said { /* one norm */
	const struct statement *s;
	const struct part *p;
	const struct statement *item_of; /* ITEM: its list */
	char w;
	enum effect say, effect;
};

static enum effect speak(const struct body *b, struct said *n)
{
	struct at at = at_act(b, n->p);
	const struct statement *s = n->s;
	n->w = s->kind == ST_LIST ? 'T' : when(&at, s->when, s->unless);
	if (n->w == 'F')
		return EFFECT_SILENT;
	if (s->kind == ST_FORBID && s->strength == SHOULD)
		return n->w == 'T' ? EFFECT_ADVICE : EFFECT_SILENT;
	if (s->kind == ST_FORBID)
		return n->w == 'T' ? EFFECT_REFUSE : EFFECT_HOLD;
	if (s->kind == ST_ALLOW)
		return n->w == 'T' ? EFFECT_OPEN : EFFECT_MAYBE;
	if (s->kind == ST_PERMIT) {
		enum route_state r = n->w == 'T' ? route_state(&at, s->by) : ROUTE_PENDING;
		return r == ROUTE_AGREED ? EFFECT_OPEN : r == ROUTE_DECLINED ? EFFECT_REFUSE : EFFECT_HOLD;
	}
	const struct part *declares = n->p;
	if (n->item_of)
		declared(b, ST_LIST, n->item_of->name, &declares);
	char d = s->kind == ST_ITEM ? item_met(b, n->p, n->item_of, s)
	         : s->kind == ST_REQUIRE ? cond(&at, s->that)
	         : s->any ? list_met(b, s, n->p, at.clause) : supplied(b, declares, s, at.clause);
	bool excused = s->strength == AS_NEEDED && claimed(b, "not_needed", n->p->clause->id);
	if (n->w == 'U')
		return d == 'T' || s->strength == SHOULD || excused ? EFFECT_SILENT : EFFECT_HOLD;
	if (d == 'T' || excused)
		return EFFECT_MET;
	if (s->strength == SHOULD)
		return EFFECT_ADVICE;
	return d == 'U' || s->strength == AS_NEEDED ? EFFECT_HOLD : EFFECT_REFUSE;
}

static bool rests_on_claim(const struct body *b, const struct cond *c)
{
	if (!c)
		return false;
	if (c->op == COND_CLAIMED)
		return true;
	const char *term = c->op == COND_IS ? c->name : c->op == COND_PATH && c->path->count == 1 ? c->path->part[0] : NULL;
	const struct statement *t = term ? declared(b, ST_TERM, term, NULL) : NULL;
	bool found = t && rests_on_claim(b, t->when);
	for (const struct cond *p = c->parts; p; p = p->next)
		found |= rests_on_claim(b, p);
	return found;
}

static bool lift_names(const struct statement *lift, const struct said *n)
{
	if (n->s->strength == ABSOLUTE || n->s->kind == ST_ALLOW)
		return false;
	if (lift->target == LIFT_ANY)
		return true;
	if (lift->target == LIFT_IN_PRINCIPLE)
		return n->s->strength == IN_PRINCIPLE;
	for (const struct name *id = lift->ids; id; id = id->next)
		if (id_fits(id->text, n->p->clause->id))
			return true;
	return false;
}

static void quiet(const struct body *b, struct said *all, int count, struct said *n)
{
	bool lifted = false, overridden = false, unsure = false, gate = deed_of(b->q).gate;
	if (n->s->strength == ABSOLUTE)
		return;
	for (size_t k = 0; n->s->kind != ST_ALLOW && k < b->q->base->exception_count; k++)
		lifted |= b->q->base->exceptions[k].relaxed && eq(b->q->base->exceptions[k].clause, n->p->clause->id);
	for (int i = 0; i < b->count; i++)
		for (const struct statement *l = b->part[i].clause->statements; l; l = l->next) {
			if (l->kind != ST_LIFT || !lift_names(l, n))
				continue;
			struct at at = at_act(b, &b->part[i]);
			bool claim = !l->by && (rests_on_claim(b, l->when) || rests_on_claim(b, l->unless));
			if (gate && claim)
				continue; /* a gate sees facts, not reasons */
			for (size_t k = 0; k < b->q->base->exception_count; k++) /* (a) an exception in force grants it */
				lifted |= !b->q->base->exceptions[k].relaxed && (b->q->base->exceptions[k].claimed ? claim : l->by != NULL) &&
				          eq(b->q->base->exceptions[k].clause, n->p->clause->id);
			if (l->by)
				continue;
			char w = when(&at, l->when, l->unless); /* (b) */
			lifted |= w == 'T';
			unsure |= w == 'U';
		}
	for (int i = 0; i < count; i++) { /* (c) */
		bool over = false;
		for (const struct name *id = all[i].s->kind <= ST_REQUIRE ? all[i].s->ids : NULL; id; id = id->next)
			over |= all[i].s != n->s && id_fits(id->text, n->p->clause->id);
		overridden |= over && all[i].w == 'T';
		unsure |= over && all[i].w == 'U';
	}
	if (lifted || overridden) {
		bool opens = (n->s->kind == ST_FORBID || n->s->kind == ST_PERMIT) && n->s->strength != SHOULD;
		bool spoke = n->effect != EFFECT_SILENT;
		n->say = lifted && opens && n->w != 'F' ? (n->w == 'T' ? EFFECT_OPEN : EFFECT_MAYBE) : EFFECT_SILENT;
		n->effect = !spoke ? EFFECT_SILENT : lifted ? EFFECT_LIFTED : EFFECT_OVERRIDDEN;
	} else if (unsure && n->effect == EFFECT_REFUSE) {
		n->say = n->effect = EFFECT_HOLD;
	}
}

static int norms_of(const struct body *b, struct said *out, int most)
{
	int count = 0;
	for (int i = 0; i < b->count; i++)
		for (const struct statement *s = b->part[i].clause->statements; s; s = s->next) {
			const struct part *declares = NULL;
			const struct statement *list = s->kind == ST_ITEM ? declared(b, ST_LIST, s->second, &declares) : s->kind == ST_LIST ? s : NULL;
			bool norm = s->kind <= ST_REQUIRE && about(s->acts, b->q->act);
			bool item = s->kind == ST_ITEM && list && about(list->acts, b->q->act) && !list->any;
			bool more = s->kind == ST_LIST && (s->any || s->number);
			for (const struct setting *v = s->kind == ST_LIST ? b->q->tree->settings : NULL; v; v = v->next)
				more |= eq(v->name, s->name);
			bool whole = more && about(s->acts, b->q->act); /* says something beside its items */
			if (count < most && (norm || item || whole))
				out[count++] = (struct said){.s = s, .p = &b->part[i], .item_of = list};
		}
	return count;
}

static char reach(const struct body *b)
{
	struct deed d = deed_of(b->q);
	char g = 'T';
	for (int who = 0; who < 2; who++) {
		const char *kind = who ? d.object : "person";
		char inside = 'F', gone = 'F';
		bool named = false;
		for (int i = 0; kind && i < b->count; i++)
			for (const struct statement *s = b->part[i].clause->statements; s; s = s->next) {
				struct at at = {.b = b, .part = &b->part[i], .clause = b->part[i].clause->id, .kind = kind};
				snprintf(at.prefix, sizeof at.prefix, "%s", who ? "object" : "actor");
				if ((s->kind != ST_GOVERNS && s->kind != ST_LEAVES) || !eq(s->name, kind))
					continue;
				char w = s->when ? cond(&at, s->when) : 'T';
				if (s->kind == ST_GOVERNS)
					inside = or3(inside, w);
				else
					gone = or3(gone, w);
				named |= s->kind == ST_GOVERNS;
			}
		if (kind)
			g = and3(g, and3(named ? inside : 'T', not3(gone)));
	}
	return g;
}

/* a move is refused outside the steps that it starts from */
static char step(const struct slow_question *q)
{
	struct deed d = deed_of(q);
	const char *now = given(q, "object.step");
	if (!d.move)
		return 'T';
	return now ? tf(among(d.move->from, now)) : 'U';
}

static void remember(struct slow_answer *a, const char *clause, const char *verb, enum effect effect)
{
	if (a->count < SLOW_SPOKE)
		a->spoke[a->count++] = (struct slow_spoke){clause, verb, effect};
}

static void follow(const struct body *b, struct slow_answer *a)
{
	for (int i = 0; i < b->count; i++)
		for (const struct statement *s = b->part[i].clause->statements; s; s = s->next) {
			struct at at = at_act(b, &b->part[i]);
			int times = s->kind == ST_RECORD && about(s->acts, b->q->act);
			for (const struct trigger *t = s->kind == ST_DUTY ? s->triggers : NULL; t; t = t->next)
				times += t->kind == TRIGGER_ON && eq(t->event, b->q->act);
			char w = times ? when(&at, s->when, s->unless) : 'F';
			for (; times && w != 'F'; times--)
				remember(a, at.clause, s->kind == ST_DUTY ? "duty" : "record", w == 'T' ? EFFECT_MET : EFFECT_MAYBE);
		}
}

static const char *verb_of(const struct said *n)
{
	static const char *const verbs[] = {"forbid", "allow", "permit", "require"};
	return n->s->kind <= ST_REQUIRE ? verbs[n->s->kind] : "item";
}

static enum verdict combine(const struct body *b, const struct said *n, int count)
{
	bool say[EFFECT_OUTSIDE + 1] = {false};
	for (int i = 0; i < count; i++)
		say[n[i].say] = true;
	char may = step(b->q);
	if (say[EFFECT_REFUSE] || may == 'F')
		return REFUSE;
	if (say[EFFECT_HOLD] || may == 'U')
		return HOLD;
	if (deed_of(b->q).pass || say[EFFECT_OPEN])
		return PASS;
	return say[EFFECT_MAYBE] ? HOLD : REFUSE;
}

/* one policy; false: it does not govern the act */
static bool ask(const struct body *b, struct slow_answer *a, enum verdict *out)
{
	struct said norm[600];
	char g = reach(b);
	if (g == 'F')
		return false;
	*out = HOLD;
	if (g == 'U')
		return true;
	int count = norms_of(b, norm, 600);
	for (int i = 0; i < count; i++)
		norm[i].say = norm[i].effect = speak(b, &norm[i]);
	for (int i = 0; i < count; i++)
		quiet(b, norm, count, &norm[i]);
	*out = combine(b, norm, count);
	for (int i = 0; i < count; i++) {
		bool empty = norm[i].s->kind == ST_LIST && norm[i].effect == EFFECT_MET; /* nothing of its own to say */
		if (norm[i].effect != EFFECT_SILENT && !empty)
			remember(a, norm[i].p->clause->id, verb_of(&norm[i]), norm[i].effect);
	}
	if (*out == PASS)
		follow(b, a);
	return true;
}

void slow_decide(const struct slow_question *q, struct slow_answer *a)
{
	enum verdict worst = PASS;
	bool any = false, outside_pass = deed_of(q).outside_pass;
	a->count = 0;
	for (size_t i = 0; i < q->base->policy_count; i++) {
		struct body b = {.q = q, .header = in_force(q->tree, q->base->policies[i], q->base->day), .whole = true};
		enum verdict v = HOLD;
		struct part own = {.clause = NULL};
		if (b.header)
			gather(&b, b.header, NULL, &own);
		bool inside = !b.header || !b.whole || ask(&b, a, &v);
		worst = inside && v < worst ? v : worst;
		any |= inside;
	}
	a->outside = !any;
	a->verdict = any ? worst : outside_pass ? PASS : REFUSE;
	size_t kept = 0;
	for (size_t i = 0; i < a->count; i++) { /* what follows, follows a pass only */
		bool after = eq(a->spoke[i].verb, "duty") || eq(a->spoke[i].verb, "record");
		if (!after || a->verdict == PASS)
			a->spoke[kept++] = a->spoke[i];
	}
	a->count = kept;
}
