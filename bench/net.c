/* bench/net - flows compiled and proven, one flow changed, and the kernel beside
 *
 *   bench/net [FLOWS...]        10000 and 100000 if none is given
 * Processor time of one core for what is ours, wall time for the kernel's load and
 * for the audit (which asks the kernel).  The kernel's part needs CAP_NET_ADMIN
 * and works in a network namespace of its own.                               */
#include "gate/net/artefact.h"
#include "gate/net/compile.h"
#include "gate/net/prove.h"
#include "gate/net/standing.h"
#include "gate/zone/kernel.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t seed = 42;
static uint32_t chance(uint32_t n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(seed >> 33) % n;
}

/* Two zones of 4,000 machines each, in the order of the permissions, not of the
 * addresses; one flow in fifty is of a range of ports.                       */
enum { HOSTS = 4000 };
static void model_text(struct buffer *out, size_t flows)
{
	buffer_put_str(out, "body\ta\timabari\talpha\tx\nzone\tz0\tother\tx\nzone\tz1\tother\tx\ninterface\teth1\tz0\ninterface\teth2\tz1\n"
	                    "subnet\t10.0.0.0/16\teth1\nsubnet\t10.1.0.0/16\teth2\nown\t10.0.255.1\teth1\nown\t10.1.255.1\teth2\n");
	for (int z = 0; z < 2; z++)
		for (int h = 0; h < HOSTS; h++)
			buffer_printf(out, "host\th%d-%d\tz%d\t02:00:00:%02x:%02x:%02x\t10.%d.%d.%d\t-\tx\n", z, h, z, z, h >> 8, h & 255, z, h >> 8, h & 255);
	for (size_t i = 0; i < flows; i++) {
		unsigned from = chance(HOSTS), to = chance(HOSTS), port = 1 + chance(60000);
		buffer_printf(out, "flow\tF%zu\th0-%u\th1-%u\t02:00:00:00:%02x:%02x\t10.0.%u.%u\t10.1.%u.%u\ttcp\t%u", i, from, to, from >> 8, from & 255,
		              from >> 8, from & 255, to >> 8, to & 255, port);
		if (i % 50 == 0)
			buffer_printf(out, "-%u", port + 9);
		buffer_put_str(out, "\tp\to\tmanager:m\tc\t2026-01-01\t2030-01-01\t2027-01-01\n");
	}
}

struct bench {
	struct arena *arena, *work; /* of the model; of one round */
	struct net_model *model;
	struct atlas atlas;
	struct ruleset *rules;
	struct buffer text;
	struct proof proof;
	day_t day;
};

static void must(struct result r, const struct why *why)
{
	if (r.code == OK)
		return;
	fprintf(stderr, "bench/net: %s %s\n", why->place, why->text);
	exit(3);
}

static void read_model(struct bench *b, size_t flows)
{
	struct why why = {0};
	struct buffer text;
	buffer_init(&text, MODEL_BYTES);
	model_text(&text, flows);
	struct net_findings *findings = findings_new(b->arena);
	must(model_read(arena_copy(b->arena, buffer_slice(&text)), b->arena, findings, &b->model, &why), &why);
	must(day_parse(SLICE("2026-11-21"), &b->day, &why), &why);
	buffer_done(&text);
}

/* compile_once - flows to packets, to rules, to text */
static void compile_once(struct bench *b)
{
	struct why why = {0};
	must(atlas_of_flows(b->model, b->day, NULL, &b->atlas, &why), &why);
	must(compile(&b->atlas, b->work, &b->rules, &why), &why);
	must(ruleset_write(b->rules, b->model, &b->text, &why), &why);
}

static void prove_once(struct bench *b)
{
	struct why why = {0};
	must(prove(&b->atlas, b->rules, PROOF_FUEL, &b->proof, &why), &why);
	if (b->proof.verdict != PROOF_EQUAL) {
		fprintf(stderr, "bench/net: not equal\n");
		exit(3);
	}
}

static void kernel_part(const struct bench *b, size_t flows)
{
	struct kernel *kernel = NULL;
	struct why why = {0};
	struct snapshot before, now;
	if (unshare(CLONE_NEWNET) < 0 || kernel_open(&kernel, &why).code != OK) {
		printf("%7zu flows: no CAP_NET_ADMIN, the kernel's part is left out\n", flows);
		return;
	}
	snapshot_init(&before);
	snapshot_init(&now);
	double begin = seconds(CLOCK_MONOTONIC);
	must(kernel_apply(kernel, buffer_slice(&b->text), &why), &why);
	double loaded = seconds(CLOCK_MONOTONIC);
	must(kernel_snapshot(kernel, &before, &why), &why);
	double audit = seconds(CLOCK_MONOTONIC);
	must(kernel_snapshot(kernel, &now, &why), &why);
	size_t changes = snapshot_compare(&before, &now, NULL, 0);
	double end = seconds(CLOCK_MONOTONIC);
	printf("%7zu flows: kernel load %.1f ms; audit of %zu records %.1f ms, %zu changes\n", flows, (loaded - begin) * 1e3, now.count,
	       (end - audit) * 1e3, changes);
	snapshot_done(&before);
	snapshot_done(&now);
	kernel_close(kernel);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

/* One flow ends, or begins again: its elements, and the proof of the change. */
enum { CHANGES = 2000 };
static void change_part(const struct bench *b, size_t flows)
{
	struct standing *standing = NULL;
	struct standing_change change;
	struct why why = {0};
	static double spent[CHANGES];
	must(standing_new(b->model, b->day, NULL, &standing, &why), &why);
	for (int i = 0; i < CHANGES; i++) {
		uint32_t flow = chance((uint32_t)flows);
		double begin = seconds(CLOCK_PROCESS_CPUTIME_ID);
		must(standing_flow(standing, flow, standing_closed(standing)[flow], &change, &why), &why);
		spent[i] = seconds(CLOCK_PROCESS_CPUTIME_ID) - begin;
		if (change.proof.verdict != PROOF_EQUAL) {
			fprintf(stderr, "bench/net: a change is not equal\n");
			exit(3);
		}
	}
	qsort(spent, CHANGES, sizeof *spent, by_size);
	printf("%7zu flows: one changed flow proven in %.1f us (median of %d; 99 of 100 within %.1f us)\n", flows, spent[CHANGES / 2] * 1e6, CHANGES,
	       spent[CHANGES * 99 / 100] * 1e6);
	standing_free(standing);
}

static void bench(size_t flows)
{
	struct bench b = {.arena = arena_new((size_t)8 << 30), .work = arena_new((size_t)8 << 30)};
	buffer_init(&b.text, RULESET_BYTES);
	read_model(&b, flows);
	double best[3] = {1e9, 1e9, 1e9};
	for (int round = 0; round < 5; round++) {
		buffer_clear(&b.text);
		arena_reset(b.work);
		atlas_done(&b.atlas);
		double begin = seconds(CLOCK_PROCESS_CPUTIME_ID);
		compile_once(&b);
		double mid = seconds(CLOCK_PROCESS_CPUTIME_ID);
		prove_once(&b);
		double end = seconds(CLOCK_PROCESS_CPUTIME_ID);
		const double spent[3] = {mid - begin, end - mid, end - begin};
		for (int i = 0; i < 3; i++)
			best[i] = spent[i] < best[i] ? spent[i] : best[i];
	}
	printf("%7zu flows: compiled %.1f ms + proven %.1f ms = %.1f ms (%zu boxes, %.1f MB of nft)\n", flows, best[0] * 1e3, best[1] * 1e3,
	       best[2] * 1e3, b.proof.boxes, (double)b.text.len / 1e6);
	change_part(&b, flows);
	kernel_part(&b, flows);
	atlas_done(&b.atlas);
	buffer_done(&b.text);
	arena_free(b.arena);
	arena_free(b.work);
}

int main(int argc, char **argv)
{
	if (argc == 1) {
		bench(3000); /* about 10,000 elements */
		bench(10000);
		bench(100000);
	}
	for (int i = 1; i < argc; i++)
		bench(strtoul(argv[i], NULL, 10));
	return 0;
}
