/* bench/policy - deciding over Hannan's policy, in process
 *
 *   bench/policy SOURCE_ROOT
 * The acts are the policy's own kept cases, their facts made beforehand; every
 * decision is timed alone.  Then the same acts over ten times the clauses (the
 * nine further tenths speak of acts of their own, as the chapters of a policy
 * do).  Decisions are timed by the wall clock, load of all policies and check of
 * each by processor time.                                                    */
#include "base/buffer.h"
#include "base/calendar.h"
#include "policy/folder.h"
#include "policy/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 400, ROOM = 192 << 20 };

static double now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double cpu_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

struct asked {
	struct policy_question *at;
	size_t count;
};

/* the kept cases of the policy named, as questions */
static struct result questions(const struct policy *policy, const char *const *name, struct arena *arena,
                               struct asked *out, struct why *why)
{
	size_t count = 0;
	for (const struct example *e = policy->tree.examples; e; e = e->next)
		count++;
	*out = (struct asked){ARENA_ARRAY(arena, count + 1, struct policy_question), 0};
	if (!out->at)
		return fail(why, E_MEMORY, "bench", "no memory");
	for (const struct example *e = policy->tree.examples; e; e = e->next) {
		struct policy_question *q = &out->at[out->count++];
		TRY(example_question(policy, e, arena, q, why));
		q->policies = name;
		q->policy_count = 1;
	}
	return out->count ? ok() : fail(why, E_ABSENT, "cases", "no kept cases");
}

struct times { double median, p99; };

static struct result measure(const struct policy *policy, const struct asked *asked, struct times *out, struct why *why)
{
	size_t n = asked->count * ROUNDS;
	double *took = calloc(n, sizeof *took);
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	struct result result = took && arena ? ok() : fail(why, E_MEMORY, "bench", "no memory");
	for (size_t i = 0; i < n && result.code == OK; i++) {
		const struct decision *d;
		arena_reset(arena);
		double begin = now_us();
		result = policy_decide(policy, &asked->at[i % asked->count], arena, &d, why);
		took[i] = now_us() - begin;
	}
	if (result.code == OK) {
		qsort(took, n, sizeof *took, by_number);
		*out = (struct times){took[n / 2], took[n * 99 / 100]};
	}
	free(took);
	return result;
}

/* clauses about acts of their own, joined to the edition by its header */
static struct slice filler(const struct policy_edition *e, size_t clauses, struct arena *arena)
{
	struct buffer text;
	char adopted[11], effective[11];
	day_iso(e->adopted, adopted);
	day_iso(e->effective, effective);
	buffer_init(&text, 64 << 20);
	buffer_printf(&text, "policy %s \"%s\" version \"%s\" adopted %s effective %s\n", e->name, e->title, e->version,
	              adopted, effective);
	for (size_t i = 0; i < clauses; i++) {
		if (i % 5 == 0)
			buffer_printf(&text, "act filler_%zu \"行為%zu\" of asset default pass outside pass carried by web "
			                     "{ flag_%zu \"印\" : yesno; seen \"検査\" : yesno found-by gate_scan; }\n", i / 5, i / 5, i / 5);
		buffer_printf(&text, "clause FL-%zu \"%zu\" says \"増やした条\" %s filler_%zu when flag_%zu and object.personal%s\n",
		              i, i, i % 2 ? "require" : "forbid", i / 5, i / 5, i % 2 ? " that seen" : "");
	}
	struct slice out = buffer_ok(&text) ? arena_copy(arena, buffer_slice(&text)) : (struct slice){NULL, 0};
	buffer_done(&text);
	return out;
}

static struct result write_filler(const char *folder, struct slice text, struct arena *arena, struct why *why)
{
	const char *path = arena_printf(arena, "%s/filler.pol", folder);
	FILE *file = path ? fopen(path, "we") : NULL;
	bool good = file && fwrite(text.at, 1, text.len, file) == text.len;
	if (file)
		good &= fclose(file) == 0;
	return good ? ok() : fail(why, E_SYSTEM, folder, "the filler cannot be written");
}

static struct result load(const char *const *folders, size_t count, struct arena *arena, struct policy **out, struct why *why)
{
	TRY(policy_load_folders(folders, count, arena, out, NULL, why));
	return policy_sound(*out) ? ok() : fail(why, E_INPUT, folders[count - 1], "the policy has errors");
}

static struct result decisions(const char *root, const char *tmp, struct arena *arena, struct why *why)
{
	const char *folders[] = {arena_printf(arena, "%s/vocabulary", root), arena_printf(arena, "%s/policies/hannan-2022-07", root), tmp};
	struct policy *one = NULL, *ten = NULL;
	struct asked asked, again;
	struct times small, large;
	TRY(load(folders, 2, arena, &one, why));
	const struct policy_edition *e = policy_edition_at(one, 0);
	size_t clauses = policy_clause_count(one, e);
	TRY(write_filler(tmp, filler(e, clauses * 9, arena), arena, why));
	TRY(load(folders, 3, arena, &ten, why));
	TRY(questions(one, &e->name, arena, &asked, why));
	TRY(questions(ten, &e->name, arena, &again, why));
	TRY(measure(one, &asked, &small, why));
	TRY(measure(ten, &again, &large, why));
	printf("decide: %zu clauses, %zu acts: median %.2f us, p99 %.2f us\n", clauses, asked.count, small.median, small.p99);
	printf("decide: %zu clauses: median %.2f us, p99 %.2f us (%.2f times)\n",
	       policy_clause_count(ten, policy_edition_at(ten, 0)), large.median, large.p99, large.median / small.median);
	return ok();
}

static const char *const editions[] = {"hannan-2022-07", "annaka-2026-04", "fuchu-2022-05", "imabari-auditors",
                                       "fukushima-2023-06", "fukushima-2021-04"};

static struct result loads(const char *root, struct why *why)
{
	double sum = 0, slowest = 0;
	for (size_t i = 0; i < sizeof editions / sizeof *editions; i++) {
		AUTO(arena_drop) struct arena *arena = arena_new(ROOM), *own = arena_new(ROOM);
		struct policy *policy = NULL;
		struct findings findings = {0};
		if (!arena || !own)
			return fail(why, E_MEMORY, "bench", "no memory");
		double begin = cpu_us();
		TRY(policy_load_edition(root, editions[i], arena, &policy, NULL, why));
		double loaded = cpu_us();
		TRY(policy_check(policy, policy_edition_at(policy, 0)->effective + 1500, own, &findings, why));
		double checked = cpu_us();
		printf("%-20s load %6.1f ms, check %6.1f ms\n", editions[i], (loaded - begin) / 1e3, (checked - loaded) / 1e3);
		sum += loaded - begin;
		slowest = checked - loaded > slowest ? checked - loaded : slowest;
	}
	printf("load of all: %.1f ms; slowest check: %.1f ms\n", sum / 1e3, slowest / 1e3);
	return ok();
}

int main(int argc, char **argv)
{
	struct why why = {0};
	char tmp[] = "/tmp/sekisho-bench-XXXXXX", filler_path[80];
	AUTO(arena_drop) struct arena *arena = arena_new((size_t)ROOM * 2);
	if (argc != 2 || !arena || !mkdtemp(tmp)) {
		fprintf(stderr, "usage: bench/policy SOURCE_ROOT\n");
		return 2;
	}
	struct result r = decisions(argv[1], tmp, arena, &why);
	if (r.code == OK)
		r = loads(argv[1], &why);
	snprintf(filler_path, sizeof filler_path, "%s/filler.pol", tmp);
	unlink(filler_path);
	rmdir(tmp);
	if (r.code != OK)
		fprintf(stderr, "%s: %s\n", why.place, why.text);
	return r.code == OK ? 0 : 1;
}
