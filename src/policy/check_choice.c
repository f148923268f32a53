/* Choices: what the text leaves open or says two ways stays a finding for ever;
 * how the office deals with it is declared once and shown beside it.  A choice
 * mends no error, and one that nothing answers to is told. */
#include "policy/model.h"

static bool answers(const struct choice *c, const struct finding *f)
{
	if (c->number != f->number || f->severity == FINDING_ERROR || strcmp(c->header->name, f->policy) != 0)
		return false;
	for (const struct name *id = c->ids; id; id = id->next)
		if (id_matches(id->text, f->clause))
			return true;
	return false;
}

static void hang(struct checker *checker, const struct choice *c, struct finding *f)
{
	f->choice = c->basis[0] ? arena_printf(checker->arena, "%s（%s）", c->title, c->basis) : c->title;
	if (!f->choice)
		f->choice = c->title;
	if (f->severity != FINDING_GAP)
		return;
	f->severity = FINDING_NOTE;
	checker->findings->gaps--;
	checker->findings->notes++;
}

void check_choices(struct checker *checker)
{
	for (const struct choice *c = checker->policy->tree.choices; c; c = c->next) {
		bool any = false;
		for (struct finding *f = checker->findings->first; f && c->from <= checker->day; f = f->next)
			if (answers(c, f)) {
				hang(checker, c, f);
				any = true;
			}
		struct finding none = {.number = c->number, .severity = FINDING_NOTE, .file = c->file, .line = c->line,
		                       .policy = c->header->name, .clause = "", .mend = "番号と条を確かめ、要らなければ消してください。"};
		if (!any && c->from <= checker->day)
			finding_add_as(checker->findings, checker->arena, none, "この選択「%s」に当たる指摘がありません。", c->title);
	}
}
