/* The table of verbs, options and messages. */
#include "cli/cli.h"

#include "base/file.h"

#include <stdio.h>
#include <unistd.h>

const struct verb *const cli_verbs[] = {
	cli_demo_verbs, cli_office_verbs, cli_cleanse_verbs, cli_policy_verbs, cli_text_verbs, cli_compare_verbs,
	cli_replay_verbs, cli_ledger_verbs, cli_rejudge_verbs, cli_person_verbs, cli_zone_verbs, cli_duty_verbs, cli_transfer_verbs, cli_carry_verbs,
	cli_apply_verbs, cli_case_verbs, cli_review_verbs, cli_form_verbs, cli_switch_verbs, NULL};

/* Is `word` the first word of the verb's name, of more than one? */
static bool begins_with(const struct verb *verb, const char *word)
{
	size_t len = strlen(word);
	return strncmp(verb->name, word, len) == 0 && verb->name[len] == ' ';
}

/* begins  NULL: all verbs; returns how many there were */
static size_t print_verbs(FILE *to, const char *begins)
{
	size_t count = 0;
	for (const struct verb *const *table = cli_verbs; *table; table++)
		for (const struct verb *v = *table; v->name; v++)
			if (!begins || begins_with(v, begins)) {
				fprintf(to, "  sekisho %s %s\n      %s\n", v->name, v->usage, v->help);
				count++;
			}
	return count;
}

static void print_help(FILE *to)
{
	fputs("関所 (Sekisho) - 情報セキュリティポリシーを動かす\n\n使い方:\n", to);
	print_verbs(to, NULL);
	fputs("\n終了状態: 0 済み・通過  1 ポリシーか関門が止めた  2 使い方か入力の誤り  3 できなかった\n", to);
}

/* How many words of argv the verb's name takes; 0 if it is another one. */
static int matches(const struct verb *verb, int argc, char **argv)
{
	const char *name = verb->name;
	int words = 0;
	while (*name) {
		size_t len = strcspn(name, " ");
		if (words >= argc || strlen(argv[words]) != len || memcmp(argv[words], name, len) != 0)
			return 0;
		name += len + (name[len] == ' ');
		words++;
	}
	return words;
}

int cli_run(int argc, char **argv)
{
	for (const struct verb *const *table = cli_verbs; argc > 0 && *table; table++)
		for (const struct verb *v = *table; v->name; v++) {
			int words = matches(v, argc, argv);
			if (words)
				return v->run(argc - words, argv + words);
		}
	bool asked = argc > 0 && (strcmp(argv[0], "help") == 0 || strcmp(argv[0], "--help") == 0);
	if (argc > 0 && !asked && print_verbs(stderr, argv[0]) > 0)
		return CLI_USAGE;
	if (argc > 0 && !asked)
		fprintf(stderr, "sekisho: 「%s」という命令はありません。\n\n", argv[0]);
	print_help(asked ? stdout : stderr);
	return asked ? CLI_DONE : CLI_USAGE;
}

int cli_usage(const struct verb *verb)
{
	fprintf(stderr, "使い方: sekisho %s %s\n", verb->name, verb->usage);
	return CLI_USAGE;
}

int cli_why(const char *what, const struct why *why)
{
	fprintf(stderr, "%s: %s%s%s\n", what, why->place, why->place[0] ? ": " : "", why->text);
	switch (why->code) {
	case E_DENIED:
		return CLI_REFUSED;
	case E_INPUT:
	case E_ABSENT:
	case E_CONFLICT:
		return CLI_USAGE;
	case OK:
	case E_LIMIT:
	case E_MEMORY:
	case E_STORE:
	case E_BUSY:
	case E_TAMPERED:
	case E_SYSTEM:
		break;
	}
	return CLI_FAILED;
}

static const struct option_row *find_option(const char *word, const struct option_row *rows,
                                            size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].name, word) == 0)
			return &rows[i];
	return NULL;
}

int cli_options(int argc, char **argv, const struct option_row *rows, size_t count)
{
	int operands = 0;
	for (int i = 0; i < argc; i++) {
		if (argv[i][0] != '-' || argv[i][1] == 0) {
			argv[operands++] = argv[i];
			continue;
		}
		const struct option_row *row = find_option(argv[i], rows, count);
		if (!row || (row->value && i + 1 >= argc)) {
			fprintf(stderr, row ? "「%s」には値が要ります。\n" : "「%s」という指定はありません。\n", argv[i]);
			return -1;
		}
		if (row->value)
			*row->value = argv[++i];
		else
			*row->flag = true;
	}
	return operands;
}

static struct result read_stdin(size_t ceiling, struct arena *arena, struct slice *out,
                                struct why *why)
{
	struct buffer text;
	buffer_init(&text, ceiling);
	for (;;) {
		uint8_t *to = buffer_reserve(&text, 4096);
		ssize_t n = to ? read(STDIN_FILENO, to, 4096) : -1;
		if (n <= 0)
			break;
		buffer_commit(&text, (size_t)n);
	}
	bool good = buffer_ok(&text);
	*out = arena_copy(arena, buffer_slice(&text));
	buffer_done(&text);
	return good ? ok() : fail(why, E_LIMIT, "-", "standard input is larger than %zu bytes", ceiling);
}

struct result cli_read(const char *path, size_t ceiling, struct arena *arena, struct slice *out,
                       struct why *why)
{
	if (strcmp(path, "-") == 0)
		return read_stdin(ceiling, arena, out, why);
	return file_read(path, ceiling, arena, out, why);
}
