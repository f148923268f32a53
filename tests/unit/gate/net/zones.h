/* Models for the tests of gate/net: small ones by hand, large ones by chance. */
#ifndef SEKISHO_TESTS_ZONES_H
#define SEKISHO_TESTS_ZONES_H

#include "gate/net/compile.h"
#include "harness.h"

#include "base/file.h"

#define ZONES_TODAY "2026-11-21"

struct zones {
	struct arena *arena;
	struct net_findings *findings;
	struct net_model *model;
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

static inline struct result zones_read(struct zones *z, const char *text)
{
	z->why = (struct why){0};
	z->findings = findings_new(z->arena);
	TRY(model_read(slice_str(text), z->arena, z->findings, &z->model, &z->why));
	return model_laws(z->model, z->today, z->arena, z->findings, &z->why);
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
