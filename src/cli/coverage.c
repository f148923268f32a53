/* sekisho policy coverage: every requirement of the texts and what carries it */
#include "cli/cli.h"

#include "house/house.h"
#include "policy/coverage.h"

#include <stdio.h>

enum { ROOM = 96 << 20, FOLDERS = 64 };

struct tally {
	const char *folder;
	size_t all, carried, references, faults;
	bool missing; /* the folder itself */
};

struct survey {
	const struct requirement *rows;
	size_t row_count;
	const char *only;  /* folder, NULL: all */
	bool faults_only;
	struct tally tally[FOLDERS];
	size_t tally_count;
};

static struct tally *tally_of(struct survey *s, const char *folder)
{
	for (size_t i = 0; i < s->tally_count; i++)
		if (strcmp(s->tally[i].folder, folder) == 0)
			return &s->tally[i];
	if (s->tally_count == FOLDERS)
		return NULL;
	s->tally[s->tally_count] = (struct tally){.folder = folder};
	return &s->tally[s->tally_count++];
}

static void print_row(const struct survey *s, const struct requirement *r, const struct covered *c)
{
	bool good = c->state == COVERED || c->state == COVERED_REFERENCE;
	if (good && s->faults_only)
		return;
	if (c->state == COVERED)
		printf("%s\t%s\n", r->id, c->carrier);
	else if (c->state == COVERED_REFERENCE)
		printf("%s\t参照: %s\n", r->id, c->reason);
	else
		printf("%s\t★ %s（求め: %s）\n", r->id, c->reason, r->expected);
}

static struct result survey_folder(struct survey *s, struct tally *t, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	struct policy *policy = NULL;
	if (!arena)
		return fail(why, E_MEMORY, t->folder, "no memory");
	struct result loaded = cli_policy(t->folder, arena, &policy, NULL, why);
	t->missing = loaded.code == E_ABSENT;
	if (loaded.code != OK && !t->missing)
		return loaded;
	for (size_t i = 0; i < s->row_count; i++) {
		struct covered c = {COVERED_NOT, "", "", "この版はまだ収められていません。"};
		if (strcmp(s->rows[i].folder, t->folder) != 0)
			continue;
		if (policy)
			TRY(requirement_cover(policy, &s->rows[i], arena, &c, why));
		t->all++;
		t->carried += c.state == COVERED;
		t->references += c.state == COVERED_REFERENCE;
		t->faults += c.state == COVERED_NOT || c.state == COVERED_WRONG;
		print_row(s, &s->rows[i], &c);
	}
	return ok();
}

static struct result read_index(struct survey *s, struct arena *arena, struct why *why)
{
	const char *share = NULL;
	struct slice tsv;
	struct requirement *rows = NULL;
	TRY(house_share(arena, &share, why));
	const char *path = arena_printf(arena, "%s/policies/requirements.tsv", share);
	if (!path)
		return fail(why, E_MEMORY, "requirements", "no memory");
	TRY(cli_read(path, REQUIREMENTS_BYTES, arena, &tsv, why));
	TRY(requirements_read(tsv, arena, &rows, &s->row_count, why));
	s->rows = rows;
	for (size_t i = 0; i < s->row_count; i++)
		if (!s->only || strcmp(rows[i].folder, s->only) == 0)
			if (!tally_of(s, rows[i].folder))
				return fail(why, E_LIMIT, "requirements", "too many folders");
	if (s->tally_count == 0)
		return fail(why, E_ABSENT, s->only ? s->only : "requirements", "この版の要件は、一覧にありません。");
	return ok();
}

static int summary(const struct survey *s)
{
	struct tally sum = {.folder = "計"};
	for (size_t i = 0; i < s->tally_count; i++) {
		const struct tally *t = &s->tally[i];
		printf("%-20s %zu件のうち %zu件（定め %zu、参照 %zu、不足 %zu）%s\n", t->folder, t->all,
		       t->carried + t->references, t->carried, t->references, t->faults,
		       t->missing ? " 版がありません" : "");
		sum.all += t->all;
		sum.carried += t->carried;
		sum.references += t->references;
		sum.faults += t->faults;
	}
	bool many = sum.references > REQUIREMENTS_REFERENCE;
	printf("%zu of %zu（定め %zu、参照 %zu、不足 %zu）\n", sum.carried + sum.references, sum.all, sum.carried,
	       sum.references, sum.faults);
	if (many)
		printf("★ 参照だけの条が多すぎます（上限 %d件）。\n", REQUIREMENTS_REFERENCE);
	return sum.faults || many ? CLI_REFUSED : CLI_DONE;
}

int cli_policy_coverage(int argc, char **argv)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	struct survey s = {.only = NULL};
	struct why why = {0};
	const struct option_row rows[] = {{"--policy", &s.only, NULL}, {"--missing", NULL, &s.faults_only}};
	argc = cli_options(argc, argv, rows, 2);
	if (argc != 0)
		return CLI_USAGE;
	if (!arena || read_index(&s, arena, &why).code != OK)
		return cli_why("policy coverage", &why);
	for (size_t i = 0; i < s.tally_count; i++)
		if (survey_folder(&s, &s.tally[i], &why).code != OK)
			return cli_why(s.tally[i].folder, &why);
	return summary(&s);
}
