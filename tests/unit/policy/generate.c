/* Policies and acts at random.  The vocabulary is fixed; clauses, conditions,
 * ratings, routes, values and facts are drawn. */
#include "generate.h"

#include "policy/model.h"

#include <stdio.h>
#include <stdlib.h>

uint64_t roll(struct dice *d)
{
	uint64_t z = (d->state += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

unsigned below(struct dice *d, unsigned n) { return (unsigned)(roll(d) % n); }
bool chance(struct dice *d, unsigned percent) { return below(d, 100) < percent; }

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define PICK(d, list) ((list)[below((d), (unsigned)COUNT(list))])

/* ---- the fixed vocabulary */

static const char vocabulary[] =
	"kind section \"課\" { central \"本庁\" : yesno; }\n"
	"kind person \"人\" { section \"所属\" : section; suspended \"停止\" : yesno;\n"
	"  role \"身分\" : one-of (staff, contractor, teacher); }\n"
	"kind asset \"資産\" { owner \"所管\" : section; keeper \"保管者\" : person; personal \"個人\" : yesno;\n"
	"  harm \"害\" : yesno; made \"作成日\" : date; copies \"部数\" : number copies; origin \"もと\" : asset;\n"
	"  contents \"中身\" : set-of asset; readers \"閲覧者\" : set-of person; }\n"
	"kind host \"端末\" { side \"領域\" : one-of (inner, outer, lone); locked \"施錠\" : yesno; }\n"
	"act send \"送付\" of asset default refuse outside refuse carried by web {\n"
	"  source \"元\" : host; target \"先\" : host; scanned \"検査\" : yesno found-by gate_scan;\n"
	"  way \"手段\" : one-of (mail, parcel, hand); tries \"回数\" : number tries; due \"期日\" : date;\n"
	"  wait \"間\" : duration; amount \"量\" : size; note \"覚え\" : text; }\n"
	"act keep_in \"保管\" of asset default pass outside pass carried by gate_file {\n"
	"  place \"場所\" : host; sealed \"封\" : yesno found-by gate_file; }\n"
	"act wave \"合図\" default pass outside refuse carried by web { loud \"大声\" : yesno; }\n"
	"proceeding link \"接続\" of host { section \"申請課\" : section; safe \"安全\" : yesno;\n"
	"  step asked, looked, joined, ended; move look \"調査\" from asked to looked;\n"
	"  move join \"接続\" from looked, ended to joined; move finish \"終了\" from joined to ended; }\n"
	"proceeding exception \"例外\" { ground \"理由\" : text; until \"末日\" : date;\n"
	"  step wanted, running; move begin \"開始\" from wanted to running; }\n"
	"task report \"報告\" carried by web\n"
	"task look_after \"確認\" carried by web\n"
	"claim needed \"必要\" claim urgent \"緊急\" claim unavoidable \"やむなし\" claim not_needed \"不要\"\n"
	"register log \"台帳\" of asset\n";

enum scope { SEND, KEEP, WAVE, LOOK, JOIN, ASSET, HOST, PERSON, SCOPES };
static const char *const act_names[] = {"send", "keep_in", "wave", "link.look", "link.join"};
static const char *const kind_names[SCOPES] = {[ASSET] = "asset", [HOST] = "host", [PERSON] = "person"};

/* what can be said of a kind: name, type (y d n D S w L K:kind s:kind) */
struct said { const char *name, *type; };
static const struct said of_section[] = {{"central", "y"}, {0}};
static const struct said of_person[] = {{"section", "K:section"}, {"suspended", "y"}, {"role", "w:role"}, {0}};
static const struct said of_asset[] = {{"owner", "K:section"}, {"keeper", "K:person"}, {"personal", "y"}, {"harm", "y"},
	{"made", "d"}, {"copies", "n"}, {"origin", "K:asset"}, {"contents", "s:asset"}, {"readers", "s:person"},
	{"grade", "L"}, {0}};
static const struct said of_host[] = {{"side", "w:side"}, {"locked", "y"}, {0}};
static const struct said of_link[] = {{"section", "K:section"}, {"safe", "y"}, {"host", "K:host"}, {0}};
static const struct said of_send[] = {{"source", "K:host"}, {"target", "K:host"}, {"scanned", "y"}, {"way", "w:way"},
	{"tries", "n"}, {"due", "d"}, {"wait", "D"}, {"amount", "S"}, {"note", "t"}, {0}};
static const struct said of_keep[] = {{"place", "K:host"}, {"sealed", "y"}, {0}};
static const struct said of_wave[] = {{"loud", "y"}, {0}};

static const struct said *facts_of(const char *kind)
{
	static const struct { const char *kind; const struct said *facts; } table[] = {
		{"section", of_section}, {"person", of_person}, {"asset", of_asset}, {"host", of_host}, {"link", of_link},
	};
	for (size_t i = 0; i < COUNT(table); i++)
		if (strcmp(table[i].kind, kind) == 0)
			return table[i].facts;
	return NULL;
}

static const struct said *own_facts(enum scope scope)
{
	static const struct said *const own[] = {of_send, of_keep, of_wave, NULL, NULL};
	return scope <= JOIN ? own[scope] : NULL;
}

static const char *object_of(enum scope scope)
{
	static const char *const objects[] = {"asset", "asset", NULL, "link", "link"};
	return scope <= JOIN ? objects[scope] : NULL;
}

static const char *const *words_of(const char *type)
{
	static const char *const roles[] = {"staff", "contractor", "teacher", NULL};
	static const char *const sides[] = {"inner", "outer", "lone", NULL};
	static const char *const ways[] = {"mail", "parcel", "hand", NULL};
	return strcmp(type, "w:role") == 0 ? roles : strcmp(type, "w:side") == 0 ? sides : ways;
}

/* ---- conditions */

struct writer {
	struct dice *d;
	struct buffer *out;
	char mark;      /* of the policy: a or b, part of every name it declares */
	unsigned terms; /* asset terms that may be used: a term uses earlier ones only */
	bool no_claims, no_lists, rating;
};

struct reached_path { char text[100]; const char *type; };

static size_t facts_count(const struct said *facts)
{
	size_t n = 0;
	while (facts && facts[n].name)
		n++;
	return n;
}

/* a path of the scope, drawn; never through a set */
static struct reached_path draw_path(struct writer *w, enum scope scope)
{
	struct reached_path p = {.type = NULL};
	const struct said *facts;
	unsigned r = below(w->d, 10);
	const char *object = object_of(scope);
	if (scope >= ASSET) {
		snprintf(p.text, sizeof p.text, "%s", kind_names[scope]);
		facts = facts_of(kind_names[scope]);
	} else if (own_facts(scope) && r < 4) {
		facts = own_facts(scope);
	} else if (object && r < 8) {
		snprintf(p.text, sizeof p.text, "%s", chance(w->d, 30) ? object : "object");
		facts = facts_of(object);
	} else {
		snprintf(p.text, sizeof p.text, "actor");
		facts = of_person;
	}
	for (unsigned depth = 0;; depth++) {
		const struct said *f = &facts[below(w->d, (unsigned)facts_count(facts))];
		size_t len = strlen(p.text);
		snprintf(p.text + len, sizeof p.text - len, "%s%s", len ? "." : "", f->name);
		p.type = f->type;
		if (f->type[0] != 'K' || depth == 2 || chance(w->d, 35))
			return p;
		facts = facts_of(f->type + 2);
	}
}

static bool of_type(const char *type, char base) { return type[0] == base; }

static struct reached_path draw_typed(struct writer *w, enum scope scope, char base)
{
	for (unsigned i = 0; i < 200; i++) {
		struct reached_path p = draw_path(w, scope);
		if (of_type(p.type, base))
			return p;
	}
	return (struct reached_path){.type = NULL};
}

static const char *const relations[] = {"=", "!=", "<", "<=", ">", ">="};
static const char *const dates[] = {"2026-04-01", "2026-07-15", "2026-12-31", "2027-04-01"};
static const char *const spans[] = {"24 hours", "3 days", "1 day", "2 months", "1 year", "5 working-days", "1 fiscal-year"};
static const char *const sizes[] = {"1 MiB", "10 MiB", "20 MiB"};
static const char *const levels[] = {"A", "B", "C"};

static void write_value(struct writer *w, const char *type)
{
	bool param = chance(w->d, 25);
	if (of_type(type, 'd'))
		param ? buffer_printf(w->out, "day_%c", w->mark) : buffer_printf(w->out, "%s", PICK(w->d, dates));
	else if (of_type(type, 'n'))
		buffer_printf(w->out, "%u", below(w->d, 5));
	else if (of_type(type, 'D'))
		param ? buffer_printf(w->out, "promptly_%c", w->mark) : buffer_printf(w->out, "%s", PICK(w->d, spans));
	else if (of_type(type, 'S'))
		buffer_printf(w->out, "%s", PICK(w->d, sizes));
	else if (of_type(type, 'L'))
		param ? buffer_printf(w->out, "bar_%c", w->mark) : buffer_printf(w->out, "%s", PICK(w->d, levels));
	else if (of_type(type, 'w'))
		buffer_printf(w->out, "%s", words_of(type)[below(w->d, 3)]);
	else
		buffer_printf(w->out, "%s", chance(w->d, 50) ? "yes" : "no");
}

static bool same_words(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void write_compare(struct writer *w, enum scope scope, struct reached_path p)
{
	bool ordered = strchr("dnDSL", p.type[0]) != NULL;
	struct reached_path other = draw_typed(w, scope, p.type[0]);
	buffer_printf(w->out, "%s %s ", p.text, relations[below(w->d, ordered ? 6 : 2)]);
	bool units = p.type[0] == 'n'; /* numbers of different units do not compare */
	if (chance(w->d, 20) && other.type && !units && same_words(p.type, other.type))
		buffer_printf(w->out, "%s", other.text);
	else
		write_value(w, p.type);
}

static void write_person(struct writer *w, struct reached_path p)
{
	unsigned r = below(w->d, 4);
	if (r == 0)
		buffer_printf(w->out, "%s is chief_%c", p.text, w->mark);
	else if (r == 1)
		buffer_printf(w->out, "%s is manager_%c", p.text, w->mark);
	else if (r == 2)
		buffer_printf(w->out, "%s is busy_%c", p.text, w->mark);
	else
		buffer_printf(w->out, "%s is manager_%c of %s.section", p.text, w->mark, p.text);
}

static void write_row(struct writer *w, struct reached_path p)
{
	const char *kind = p.type + 2;
	if (strcmp(kind, "person") == 0)
		write_person(w, p);
	else if (strcmp(kind, "asset") == 0 && w->terms)
		buffer_printf(w->out, "%s is thing%u_%c", p.text, below(w->d, w->terms), w->mark);
	else if (strcmp(kind, "host") == 0)
		buffer_printf(w->out, "%s is inside_%c", p.text, w->mark);
	else
		buffer_printf(w->out, "known %s", p.text);
}

static void write_set(struct writer *w, struct reached_path p)
{
	static const char *const quants[] = {"any", "every"};
	const char *quant = PICK(w->d, quants);
	bool asset = strcmp(p.type + 2, "asset") == 0;
	unsigned r = below(w->d, 5);
	if (r == 0)
		buffer_printf(w->out, "count %s %s %u", p.text, PICK(w->d, relations), below(w->d, 3));
	else if (r == 1 && asset && w->terms)
		buffer_printf(w->out, "%s %s is thing%u_%c", quant, p.text, below(w->d, w->terms), w->mark);
	else if (r == 2 && asset)
		buffer_printf(w->out, "%s %s.grade %s %s", quant, p.text, PICK(w->d, relations), PICK(w->d, levels));
	else if (asset)
		buffer_printf(w->out, "%s %s.personal = %s", quant, p.text, chance(w->d, 50) ? "yes" : "no");
	else
		buffer_printf(w->out, "%s %s.role in (staff, %s)", quant, p.text, chance(w->d, 50) ? "teacher" : "contractor");
}

static void write_test(struct writer *w, enum scope scope)
{
	static const char *const claims[] = {"needed", "urgent", "unavoidable"};
	unsigned r = below(w->d, 20);
	struct reached_path p = draw_path(w, scope);
	if (w->rating && p.type[0] == 'L')
		p = draw_typed(w, scope, 'y'); /* ratings that ask for ratings are another matter */
	if (r < 2 && !w->no_claims && !w->rating) {
		buffer_printf(w->out, "claimed %s", PICK(w->d, claims));
	} else if (r == 2 && (scope == SEND || scope == KEEP) && !w->no_lists) {
		buffer_printf(w->out, "complete %s_%c", scope == SEND ? "checks" : "choices", w->mark);
	} else if (r == 3 && (scope == LOOK || scope == JOIN)) {
		buffer_printf(w->out, "reached %s", chance(w->d, 50) ? "looked" : "joined");
	} else if (r == 4 && scope == SEND && !w->rating) {
		buffer_printf(w->out, "actor %s asset.readers", "in");
	} else if (r == 5 && scope == SEND && w->terms > 1 && !w->no_claims) {
		buffer_printf(w->out, "crossing_%c", w->mark);
	} else if (r == 6) {
		buffer_printf(w->out, "known %s", p.text);
	} else if (p.type[0] == 'K') {
		write_row(w, p);
	} else if (p.type[0] == 's') {
		write_set(w, p);
	} else if (p.type[0] == 't') {
		buffer_printf(w->out, "known %s", p.text);
	} else if (p.type[0] == 'y' && chance(w->d, 60)) {
		buffer_printf(w->out, "%s", p.text);
	} else if (p.type[0] == 'w' && chance(w->d, 40)) {
		buffer_printf(w->out, "%s in (%s, %s)", p.text, words_of(p.type)[below(w->d, 3)], words_of(p.type)[below(w->d, 3)]);
	} else {
		write_compare(w, scope, p);
	}
}

static void write_cond(struct writer *w, enum scope scope, unsigned depth)
{
	unsigned r = below(w->d, 10);
	if (depth == 0 || r < 5) {
		write_test(w, scope);
		return;
	}
	if (r < 6) {
		buffer_printf(w->out, "not (");
		write_cond(w, scope, depth - 1);
		buffer_printf(w->out, ")");
		return;
	}
	buffer_printf(w->out, "(");
	write_cond(w, scope, depth - 1);
	buffer_printf(w->out, chance(w->d, 50) ? ") and (" : ") or (");
	write_cond(w, scope, depth - 1);
	buffer_printf(w->out, ")");
}

static void write_when(struct writer *w, enum scope scope)
{
	if (chance(w->d, 75)) {
		buffer_printf(w->out, " when ");
		write_cond(w, scope, 2);
	}
	if (chance(w->d, 25)) {
		buffer_printf(w->out, " unless ");
		write_cond(w, scope, 1);
	}
}

/* ---- routes */

static void write_slot(struct writer *w, enum scope scope)
{
	unsigned r = below(w->d, 10);
	const char *object = object_of(scope);
	bool asset = object && strcmp(object, "asset") == 0;
	if (r < 3 && asset)
		buffer_printf(w->out, "%smanager_%c of object.owner", chance(w->d, 15) ? "consult " : "", w->mark);
	else if (r == 3 && asset)
		buffer_printf(w->out, "every manager_%c of object.contents.owner", w->mark);
	else if (r == 4)
		buffer_printf(w->out, "every helper_%c of actor.section", w->mark);
	else if (r == 5)
		buffer_printf(w->out, "somebody_%c", w->mark);
	else if (r == 6)
		buffer_printf(w->out, "manager_%c of actor.section", w->mark);
	else
		buffer_printf(w->out, "%s%s_%c", chance(w->d, 15) ? "consult " : "", chance(w->d, 50) ? "chief" : "second", w->mark);
}

static void write_route(struct writer *w, enum scope scope, unsigned depth)
{
	static const char *const joints[] = {" and ", " or ", " then "};
	if (depth == 0 || chance(w->d, 55)) {
		write_slot(w, scope);
		return;
	}
	const char *joint = PICK(w->d, joints);
	buffer_printf(w->out, "(");
	write_route(w, scope, depth - 1);
	for (unsigned i = below(w->d, 2) + 1; i > 0; i--) {
		buffer_printf(w->out, "%s", joint);
		write_route(w, scope, depth - 1);
	}
	buffer_printf(w->out, ")");
}

/* ---- statements */

static const char *mark_id(char mark) { return mark == 'a' ? "PA" : "PB"; }

static void write_norm(struct writer *w, unsigned number, bool *absolute)
{
	enum scope scope = (enum scope)below(w->d, WAVE + 1 + (chance(w->d, 30) ? 2 : 0));
	unsigned verb = below(w->d, 4), s = below(w->d, 10);
	static const char *const verbs[] = {"forbid", "allow", "permit", "require"};
	const char *strength = "";
	if (verb == 0)
		strength = s < 2 ? " in-principle" : s < 3 ? " should" : s < 4 ? " absolute" : "";
	if (verb == 2)
		strength = s < 3 ? " in-principle" : "";
	if (verb == 3)
		strength = s < 2 ? " in-principle" : s < 3 ? " should" : s < 4 ? " absolute" : s < 6 ? " as-needed" : "";
	absolute[number] |= strcmp(strength, " absolute") == 0;
	w->no_claims = strcmp(strength, " absolute") == 0;
	buffer_printf(w->out, " %s %s", verbs[verb], act_names[scope]);
	write_when(w, scope);
	if (verb == 2) {
		buffer_printf(w->out, " by ");
		write_route(w, scope, 2);
	}
	if (verb == 3) {
		buffer_printf(w->out, " that ");
		write_cond(w, scope, 1);
	}
	buffer_printf(w->out, "%s", strength);
	w->no_claims = false;
	unsigned other = number ? below(w->d, number) : 0;
	if ((verb == 1 || verb == 2) && number && !absolute[other] && chance(w->d, 35))
		buffer_printf(w->out, " overrides %s-%u", mark_id(w->mark), other);
}

static void write_lift(struct writer *w, unsigned number)
{
	unsigned r = below(w->d, 3);
	buffer_printf(w->out, " lift ");
	if (r == 0)
		buffer_printf(w->out, "any");
	else if (r == 1)
		buffer_printf(w->out, "in-principle");
	else
		buffer_printf(w->out, "%s-%u", mark_id(w->mark), below(w->d, number + 1));
	if (chance(w->d, 40)) {
		buffer_printf(w->out, " when known ground by chief_%c or second_%c", w->mark, w->mark);
		return;
	}
	/* at once: it is read in the facts of every act that it reaches */
	static const char *const conds[] = {"claimed urgent", "actor.role = staff", "actor is chief_%c", "actor.suspended",
	                                    "claimed needed and actor.role = teacher"};
	buffer_printf(w->out, " when ");
	const char *c = PICK(w->d, conds);
	if (strchr(c, '%'))
		buffer_printf(w->out, "actor is chief_%c", w->mark);
	else
		buffer_printf(w->out, "%s", c);
}

static void write_follow(struct writer *w)
{
	enum scope scope = (enum scope)below(w->d, WAVE + 1);
	if (chance(w->d, 50)) {
		buffer_printf(w->out, " record %s", act_names[scope]);
		write_when(w, scope);
		buffer_printf(w->out, " into log keep performed_at for 5 years");
		return;
	}
	buffer_printf(w->out, " duty report on %s", act_names[scope]);
	write_when(w, scope);
	buffer_printf(w->out, " by chief_%c to second_%c within promptly_%c", w->mark, w->mark, w->mark);
}

static void write_reach(struct writer *w)
{
	static const enum scope kinds[] = {ASSET, PERSON};
	enum scope kind = PICK(w->d, kinds);
	bool leaves = chance(w->d, 50);
	buffer_printf(w->out, " %s %s when ", leaves ? "leaves" : "governs", kind_names[kind]);
	w->no_claims = true;
	write_cond(w, kind, 1);
	w->no_claims = false;
}

static void write_base(struct writer *w, bool adopts)
{
	char m = w->mark;
	buffer_printf(w->out, "clause %s-base \"0\" says \"もと\"\n%s", mark_id(m),
	              adopts ? "" : " scale grade \"等級\" of asset A > B > C\n");
	buffer_printf(w->out,
		" post chief_%c \"長\" one held-by title \"長\"\n"
		" post second_%c \"次長\" one held-by title \"次長\" under chief_%c\n"
		" post manager_%c \"課長\" per section held-by head of section under second_%c\n"
		" post helper_%c \"係\" per section at-least 1 held-by members of helpers_%c under manager_%c\n"
		" term helpers_%c \"係の人\" term busy_%c \"多忙\"\n"
		" param promptly_%c \"速やかに\" : duration param day_%c \"日\" : date param somebody_%c \"ある職\" : post\n"
		" param bar_%c \"境\" : grade\n"
		" term inside_%c \"内側\" of host when host.side = inner or host.locked\n",
		m, m, m, m, m, m, m, m, m, m, m, m, m, m, m);
	for (unsigned i = 0; i < 3; i++) {
		w->terms = i;
		buffer_printf(w->out, " term thing%u_%c \"もの%u\" of asset when ", i, m, i);
		w->rating = w->no_claims = true;
		write_cond(w, ASSET, 2);
		w->rating = w->no_claims = false;
	}
	w->terms = 1;
	w->no_lists = true;
	buffer_printf(w->out, "\n term crossing_%c \"またぎ\" of send when ", m);
	write_cond(w, SEND, 2);
	w->terms = 3;
	w->rating = true;
	for (unsigned i = below(w->d, 3); i > 0; i--) {
		buffer_printf(w->out, "\n rate asset.grade at-least %s when ", PICK(w->d, levels));
		write_cond(w, ASSET, 1);
	}
	if (chance(w->d, 40))
		buffer_printf(w->out, "\n rate asset.grade highest-of asset.contents.grade");
	for (unsigned i = chance(w->d, 50) + chance(w->d, 20); i > 0; i--) {
		buffer_printf(w->out, "\n rate asset.grade as asset.origin.grade when ");
		write_cond(w, ASSET, 1);
	}
	w->rating = false;
	buffer_printf(w->out, "\n list checks_%c \"確認\" for send%s", m, chance(w->d, 30) ? " omits 1" : "");
	buffer_printf(w->out, "\n list choices_%c \"選択\" for keep_in any%s\n", m, chance(w->d, 20) ? " omits 1" : "");
	for (unsigned i = 0; i < 3; i++) {
		bool send = i < 2;
		buffer_printf(w->out, " item point%u of %s_%c", i, send ? "checks" : "choices", m);
		if (chance(w->d, 40)) {
			buffer_printf(w->out, " when ");
			write_cond(w, send ? SEND : KEEP, 1);
		}
		if (chance(w->d, 40) || !send) {
			buffer_printf(w->out, " that ");
			write_cond(w, send ? SEND : KEEP, 1);
		}
		buffer_printf(w->out, "%s\n", chance(w->d, 20) ? " as-needed" : chance(w->d, 15) ? " should" : "");
	}
	w->no_lists = false;
	if (chance(w->d, 60))
		buffer_printf(w->out, " separate applicant from approver%s\n", chance(w->d, 60) ? " unless claimed unavoidable" : "");
}

static void write_settings(struct writer *w, unsigned clauses)
{
	char m = w->mark;
	if (chance(w->d, 60))
		buffer_printf(w->out, "set promptly_%c = %s from 2026-04-01\n", m, PICK(w->d, spans));
	if (chance(w->d, 40))
		buffer_printf(w->out, "set promptly_%c at %s-%u = %s from 2026-06-01\n", m, mark_id(m), below(w->d, clauses), PICK(w->d, spans));
	if (chance(w->d, 60))
		buffer_printf(w->out, "set day_%c = %s from 2026-05-01\n", m, PICK(w->d, dates));
	if (chance(w->d, 60))
		buffer_printf(w->out, "set somebody_%c = %s_%c from 2026-04-01\n", m, chance(w->d, 50) ? "chief" : "second", m);
	if (chance(w->d, 60))
		buffer_printf(w->out, "set bar_%c = %s from 2026-04-15\n", m, PICK(w->d, levels));
	if (chance(w->d, 40))
		buffer_printf(w->out, "set checks_%c = { extra_%c } from 2026-05-15\n", m, m);
}

const char *const generated_policies[2] = {"town_a", "town_b"};

static void write_one(struct writer *w, unsigned clauses, bool adopts)
{
	bool absolute[200] = {false};
	buffer_printf(w->out, "policy town_%c \"町%c\" adopted 2026-04-01 effective 2026-04-01\n", w->mark, w->mark);
	write_base(w, adopts);
	for (unsigned i = 0; i < clauses; i++) {
		buffer_printf(w->out, "clause %s-%u \"%u\" says \"条\"", mark_id(w->mark), i, i);
		for (unsigned k = 0, most = 1 + below(w->d, 2); k < most; k++) {
			unsigned r = below(w->d, 20);
			if (k == 0 || r < 10)
				write_norm(w, i, absolute);
			else if (r < 14)
				write_lift(w, i);
			else if (r < 18)
				write_follow(w);
			else
				write_reach(w);
		}
		buffer_printf(w->out, "\n");
	}
	if (adopts)
		buffer_printf(w->out, "clause PB-takes \"準用\" says \"準用する\" adopt town_a \"町a\" with manager_a = manager_b, chief_a = second_b"
		              " drop PA-%u\n", clauses - 1);
	write_settings(w, clauses);
}

void generate_policy(struct dice *d, unsigned clauses, struct buffer *out)
{
	struct writer w = {.d = d, .out = out, .mark = 'a'};
	buffer_printf(out, "%s", vocabulary);
	write_one(&w, clauses, false);
	w.mark = 'b';
	if (chance(d, 40))
		write_one(&w, clauses, chance(d, 50));
}

/* ---- acts */

static const char *const people[] = {"p1", "p2", "p3", "p4", "p5"};
static const char *const places[] = {"s1", "s2", "s3"};

static void add_fact(struct given_act *g, const char *path, const char *text)
{
	if (g->fact_count == SLOW_FACTS)
		return;
	struct slow_fact *f = &g->fact[g->fact_count++];
	snprintf(f->path, sizeof f->path, "%s", path);
	snprintf(f->text, sizeof f->text, "%s", text);
}

static void give_kind(struct dice *d, unsigned known, const char *place, const char *kind, unsigned depth, struct given_act *g);

static void give(struct dice *d, unsigned known, const char *place, const char *type, unsigned depth, struct given_act *g)
{
	char text[48];
	if (!chance(d, known))
		return;
	switch (type[0]) {
	case 'y':
		add_fact(g, place, chance(d, 50) ? "yes" : "no");
		break;
	case 'd':
		add_fact(g, place, PICK(d, dates));
		break;
	case 'n':
		snprintf(text, sizeof text, "%u", below(d, 5));
		add_fact(g, place, text);
		break;
	case 'D':
		add_fact(g, place, PICK(d, spans));
		break;
	case 'S':
		snprintf(text, sizeof text, "%u", below(d, 30) << 20);
		add_fact(g, place, text);
		break;
	case 'w':
		add_fact(g, place, words_of(type)[below(d, 3)]);
		break;
	case 'L':
		add_fact(g, place, PICK(d, levels));
		break;
	case 't':
		add_fact(g, place, "覚え書き");
		break;
	case 's': {
		unsigned n = below(d, 3);
		snprintf(text, sizeof text, "%u", n);
		add_fact(g, place, text);
		for (unsigned i = 0; i < n; i++) {
			char member[SLOW_PATH];
			snprintf(member, sizeof member, "%.120s[%u]", place, i);
			give_kind(d, known, member, type + 2, depth, g);
		}
		break;
	}
	default:
		give_kind(d, known, place, type + 2, depth, g);
		break;
	}
}

static void give_kind(struct dice *d, unsigned known, const char *place, const char *kind, unsigned depth, struct given_act *g)
{
	bool person = strcmp(kind, "person") == 0, section = strcmp(kind, "section") == 0;
	if (chance(d, known))
		add_fact(g, place, person ? PICK(d, people) : section ? PICK(d, places) : "x");
	if (depth == 0)
		return;
	for (const struct said *f = facts_of(kind); f && f->name; f++) {
		char path[SLOW_PATH];
		snprintf(path, sizeof path, "%.100s.%s", place, f->name);
		give(d, f->type[0] == 'K' || f->type[0] == 's' ? known / 2 : known, path, f->type, depth - 1, g);
	}
}

static void give_step(struct dice *d, unsigned known, struct given_act *g)
{
	static const char *const steps[] = {"asked", "looked", "joined", "ended"};
	if (chance(d, 85))
		add_fact(g, "object.step", PICK(d, steps));
	for (size_t i = 0; i < COUNT(steps); i++) {
		char path[40];
		snprintf(path, sizeof path, "object.%s", steps[i]);
		if (chance(d, known))
			add_fact(g, path, chance(d, 50) ? "yes" : "no");
	}
}

static const char *const posts[] = {"chief_a", "second_a", "manager_a", "helper_a", "chief_b", "second_b", "manager_b", "helper_b"};

static bool per_section(const char *post) { return post[0] == 'm' || post[0] == 'h'; }

static void give_words(struct dice *d, struct given_act *g)
{
	static const char *const claims[] = {"needed", "urgent", "unavoidable", "not_needed"};
	static const char *const ids[] = {"PA-0", "PA-1", "PA-2", "PA-3", "PB-0", "PB-1", "PB-2", "PA-base"};
	static const char *const points[] = {"point0", "point1", "point2", "extra_a"};
	struct policy_question *q = &g->question;
	for (unsigned i = below(d, 4); i > 0; i--)
		g->claim[q->claim_count++] = (struct policy_claim){PICK(d, claims), chance(d, 90) ? "理由" : "",
		                                                   chance(d, 60) ? PICK(d, ids) : NULL};
	for (unsigned i = below(d, 7); i > 0; i--) {
		const char *post = PICK(d, posts);
		g->approval[q->approval_count++] = (struct policy_approval){PICK(d, people), post, per_section(post) ? PICK(d, places) : NULL,
		                                                            chance(d, 85), NULL};
	}
	for (unsigned i = chance(d, 30) ? 1 + below(d, 3) : 0; i > 0; i--)
		g->exception[q->exception_count++] = (struct policy_exception){PICK(d, ids), NULL, chance(d, 30), chance(d, 15)};
	for (unsigned i = below(d, 5); i > 0; i--) {
		const char *post = PICK(d, posts);
		g->seat[q->seat_count++] = (struct policy_seat){post, per_section(post) ? PICK(d, places) : NULL, PICK(d, people)};
	}
	for (unsigned i = below(d, 8); i > 0; i--) {
		const char *lists[] = {"checks_a", "choices_a"};
		g->item[g->item_count++] = (struct slow_item){PICK(d, lists), PICK(d, points), (enum item_answer)below(d, 4)};
	}
	for (unsigned i = below(d, 2); i > 0; i--)
		g->word[g->word_count++] = (struct slow_is){"actor", chance(d, 50) ? "busy_a" : "helpers_a", chance(d, 50)};
}

static void give_posts(struct dice *d, struct given_act *g)
{
	const char *actor = NULL;
	for (size_t i = 0; i < g->fact_count; i++)
		if (strcmp(g->fact[i].path, "actor") == 0)
			actor = g->fact[i].text;
	if (!actor || !chance(d, 70))
		return;
	struct slow_posts *p = &g->posts[g->post_count++];
	*p = (struct slow_posts){actor, g->held, below(d, 4)};
	for (size_t i = 0; i < p->count; i++) {
		const char *post = PICK(d, posts);
		g->held[i] = (struct policy_holding){post, per_section(post) ? PICK(d, places) : NULL};
	}
}

void generate_act(struct dice *d, unsigned known, const struct policy *policy, struct given_act *g)
{
	bool both = false;
	*g = (struct given_act){.fact_count = 0};
	enum scope scope = (enum scope)below(d, WAVE + 1 + (chance(d, 30) ? 2 : 0));
	snprintf(g->act, sizeof g->act, "%s", act_names[scope]);
	give_kind(d, known, "actor", "person", 2, g);
	for (const struct said *f = own_facts(scope); f && f->name; f++)
		give(d, known, f->name, f->type, 2, g);
	if (object_of(scope) && chance(d, 95))
		give_kind(d, known, "object", object_of(scope), 3, g);
	if (scope == LOOK || scope == JOIN)
		give_step(d, known, g);
	for (size_t i = 0; i < policy_edition_count(policy); i++)
		both |= strcmp(policy_edition_at(policy, i)->name, "town_b") == 0;
	unsigned which = both ? below(d, 3) : 0;
	g->question = (struct policy_question){.policies = &generated_policies[which == 1], .policy_count = which == 2 ? 2 : 1,
	                                       .claims = g->claim, .approvals = g->approval, .exceptions = g->exception, .seats = g->seat};
	struct date first = {2026, 4, 1};
	if (!day_from_date(first, &g->question.day))
		abort();
	g->question.day += (day_t)below(d, 100);
	give_words(d, g);
	give_posts(d, g);
}

/* ---- handing over */

static bool is_step(const char *path)
{
	static const char *const steps[] = {"object.asked", "object.looked", "object.joined", "object.ended"};
	for (size_t i = 0; i < COUNT(steps); i++)
		if (strcmp(steps[i], path) == 0)
			return true;
	return false;
}

struct result given_facts(const struct policy *policy, const struct given_act *g, struct arena *arena, struct facts **out,
                          struct why *why)
{
	struct facts *f = NULL;
	TRY(facts_new(policy, g->act, arena, &f, why));
	for (size_t i = 0; i < g->fact_count; i++) {
		const struct slow_fact *one = &g->fact[i];
		if (strncmp(g->act, "link.", 5) == 0 && is_step(one->path))
			TRY(facts_set_reached(f, one->path + 7, strcmp(one->text, "yes") == 0, why));
		else
			TRY(facts_set_any(f, one->path, one->text, why));
	}
	for (size_t i = 0; i < g->item_count; i++)
		if (facts_set_item(f, g->item[i].list, g->item[i].item, g->item[i].answer, NULL).code == E_MEMORY)
			return fail(why, E_MEMORY, "item", "no memory");
	for (size_t i = 0; i < g->word_count; i++)
		TRY(facts_set_is(f, g->word[i].path, g->word[i].term, g->word[i].is, why));
	for (size_t i = 0; i < g->post_count; i++)
		TRY(facts_set_posts(f, g->posts[i].person, g->posts[i].held, g->posts[i].count, why));
	*out = f;
	return ok();
}

struct slow_question given_slow(const struct policy *policy, const struct given_act *g)
{
	return (struct slow_question){.tree = &policy->tree, .act = g->act, .facts = g->fact, .fact_count = g->fact_count,
	                              .items = g->item, .item_count = g->item_count, .posts = g->posts, .post_count = g->post_count,
	                              .words = g->word, .word_count = g->word_count, .base = &g->question};
}
