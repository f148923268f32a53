/* sekisho ledger verify|export|prove|rebuild */
#include "cli/cli.h"

#include "base/number.h"
#include "house/examine.h"

#include <stdio.h>
#include <time.h>

static int open_with(struct result (*open)(const char *dir, struct house *out, struct why *why), int *argc, char **argv,
                     struct house *house, const struct verb *verb)
{
	const char *dir = NULL;
	struct why why = {0};
	const struct option_row rows[] = {{"-C", &dir, NULL}};
	*argc = cli_options(*argc, argv, rows, 1);
	if (*argc < 0 || !dir)
		return cli_usage(verb);
	if (open(dir, house, &why).code != OK)
		return cli_why(dir, &why);
	return CLI_DONE;
}

static int open_house(int *argc, char **argv, struct house *house, const struct verb *verb)
{
	return open_with(house_open, argc, argv, house, verb);
}

static int verify(int argc, char **argv)
{
	AUTO(house_close) struct house house = {0};
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct ledger_verdict verdict;
	struct why why = {0};
	int status = open_house(&argc, argv, &house, &cli_ledger_verbs[0]);
	if (status != CLI_DONE)
		return status;
	if (argc != 0 || !arena)
		return cli_usage(&cli_ledger_verbs[0]);
	if (ledger_verify(house.ledger, house.settings.seal_note, house_seal_key(&house, arena), arena,
	                  &verdict, &why).code != OK)
		return cli_why("ledger verify", &why);
	for (const struct ledger_fault *f = verdict.faults; f; f = f->next)
		printf("不一致 [%s] %s: %s\n", f->what, f->place, f->text);
	printf("%s: 記録 %lld件、表の行 %lld件、署名 %lld件を確かめました。\n",
	       verdict.sound ? "台帳は合っています" : "台帳は合っていません", (long long)verdict.entries,
	       (long long)verdict.rows, (long long)verdict.checkpoints);
	return verdict.sound ? CLI_DONE : CLI_REFUSED;
}

static int export(int argc, char **argv)
{
	AUTO(house_close) struct house house = {0};
	struct why why = {0};
	struct buffer note;
	int status = open_house(&argc, argv, &house, &cli_ledger_verbs[1]);
	if (status != CLI_DONE)
		return status;
	if (argc != 1)
		return cli_usage(&cli_ledger_verbs[1]);
	buffer_init(&note, 65536);
	struct result done = ledger_checkpoint(house.ledger, house.settings.seal_socket, &note, &why);
	buffer_done(&note);
	if (done.code == E_BUSY) {
		fputs("署名の番人 (sekisho-seal) が動いていないため、最後に署名した時点までを書き出します。\n", stderr);
		why = (struct why){0};
		done = ok();
	}
	if (done.code != OK || ledger_export(house.ledger, argv[0], &why).code != OK)
		return cli_why("ledger export", &why);
	printf("%s に書き出しました（C2SP tlog-tiles）。\n", argv[0]);
	return CLI_DONE;
}

static void print_hashes(const char *name, struct slice proof)
{
	char hex[2 * SHA256_BYTES + 1];
	printf("\"%s\":[", name);
	for (size_t at = 0; at + SHA256_BYTES <= proof.len; at += SHA256_BYTES) {
		hex_encode(proof.at + at, SHA256_BYTES, hex);
		printf("%s\"%s\"", at ? "," : "", hex);
	}
	printf("]");
}

static struct result prove_now(struct house *house, int64_t seq, struct buffer *proof,
                               struct why *why)
{
	uint8_t root[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];
	int64_t size = 0;
	TRY(ledger_size(house->ledger, &size, why));
	TRY(ledger_root(house->ledger, size, root, why));
	TRY(ledger_prove_inclusion(house->ledger, seq, size, proof, why));
	hex_encode(root, SHA256_BYTES, hex);
	printf("{\"seq\":%lld,\"size\":%lld,\"root\":\"%s\",", (long long)seq, (long long)size, hex);
	print_hashes("inclusion", buffer_slice(proof));
	printf("}\n");
	return ok();
}

static int prove(int argc, char **argv)
{
	AUTO(house_close) struct house house = {0};
	struct why why = {0};
	struct buffer proof;
	uint64_t seq = 0;
	int status = open_house(&argc, argv, &house, &cli_ledger_verbs[2]);
	if (status != CLI_DONE)
		return status;
	if (argc != 1 || !number_parse_u64(slice_str(argv[0]), &seq) || seq > INT64_MAX)
		return cli_usage(&cli_ledger_verbs[2]);
	buffer_init(&proof, 65536);
	struct result done = prove_now(&house, (int64_t)seq, &proof, &why);
	buffer_done(&proof);
	return done.code == OK ? CLI_DONE : cli_why("ledger prove", &why);
}

enum { REBUILD_CACHE = 256 << 20 };

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int rebuild(int argc, char **argv)
{
	AUTO(house_close) struct house house = {0};
	struct why why = {0};
	int status = open_with(house_open_to_rebuild, &argc, argv, &house, &cli_ledger_verbs[3]);
	if (status != CLI_DONE)
		return status;
	if (argc != 0)
		return cli_usage(&cli_ledger_verbs[3]);
	int64_t size = 0;
	double began = seconds();
	if (store_cache(house.store, REBUILD_CACHE, &why).code != OK || ledger_size(house.ledger, &size, &why).code != OK ||
	    ledger_rebuild(house.ledger, &why).code != OK || registers_reindex(house.registers, &why).code != OK)
		return cli_why("ledger rebuild", &why);
	double took = seconds() - began;
	printf("台帳から表を作り直しました（記録 %lld件、%.1f秒、毎秒 %.0f件）。\n", (long long)size, took,
	       took > 0 ? (double)size / took : 0.0);
	return CLI_DONE;
}

const struct verb cli_ledger_verbs[] = {
	{"ledger verify", "-C DIR", "台帳・署名・表がそろって合っているかを確かめ、合わない最初の所を示します", verify},
	{"ledger export", "-C DIR 書出し先", "他の道具でも検証できる形 (C2SP tlog-tiles) で書き出します", export},
	{"ledger prove", "-C DIR 番号", "その記録が台帳に含まれることの証明を JSON で返します", prove},
	{"ledger rebuild", "-C DIR", "台帳だけから表を作り直します", rebuild},
	{0},
};
