/* Models for the tests of gate/net: small ones by hand, large ones by chance. */
#ifndef SEKISHO_TESTS_ZONES_H
#define SEKISHO_TESTS_ZONES_H

#include "gate/net/compile.h"
#include "gate/net/laws.h"
#include "harness.h"

#include "base/file.h"

#define ZONES_TODAY "2026-11-21"

struct zones {
	struct arena *arena;
	struct net_findings *findings;
	struct net_model *model;
	struct net_lawbook book;
	struct why why;
	day_t today;
};

static inline struct zones zones_new(void)
{
	struct zones z = {.arena = arena_new((size_t)2 << 30)};
	z.findings = findings_new(z.arena);
	CHECK(z.findings && day_parse(SLICE(ZONES_TODAY), &z.today, NULL).code == OK);
	return z;
}

static inline void zones_done(struct zones *z)
{
	arena_free(z->arena);
}

/* A policy of no body's: every question has a clause of its own, but that nothing is
 * forbidden in principle and there is no zone of schools.                   */
static inline struct net_lawbook zones_book(struct arena *arena, struct slice policy)
{
	struct net_lawbook book = {.policy = arena_string(arena, policy)};
	for (enum net_law l = LAW_PERMISSION; l < NET_LAWS; l++)
		if (l != LAW_MY_NUMBER_PRINCIPLE && l != LAW_EDUCATION_SPLIT)
			book.law[l] = (struct net_law_row){.clause = arena_printf(arena, "T-%s", law_name(l)), .cite = "第1条"};
	book.law[LAW_EXTERNAL_PERMITS].posts =
		(struct net_posts){{"ciso", "supervisor"}, {"最高責任者", "統括責任者"}, {0, 1}, 2, 2};
	book.law[LAW_REMOTE_PERMITS].posts =
		(struct net_posts){{"supervisor", "manager"}, {"統括責任者", "管理者"}, {0, 1}, 2, 2};
	return book;
}

static inline struct result zones_read(struct zones *z, const char *text)
{
	z->why = (struct why){0};
	z->findings = findings_new(z->arena);
	TRY(model_read(slice_str(text), z->arena, z->findings, &z->model, &z->why));
	z->book = zones_book(z->arena, z->model->policy);
	return model_laws(z->model, &z->book, z->today, z->arena, z->findings, &z->why);
}

static inline const char *zones_file(struct zones *z, const char *path)
{
	struct slice text = {0};
	CHECK_OK(file_read(path, MODEL_BYTES, z->arena, &text, &z->why), &z->why);
	return arena_string(z->arena, text);
}

static inline void zones_show(const struct zones *z)
{
	for (size_t i = 0; i < z->findings->count; i++)
		printf("    %zu: [%s] %s\n", z->findings->at[i].line, z->findings->at[i].clause, z->findings->at[i].text);
}

#endif
