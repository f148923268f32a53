/* Every edition read back is the text kept in policies/snapshots: its words change
 * only on purpose.  SEKISHO_SNAPSHOTS=write writes them anew.                */
#include "kit.h"
#include "policy/folder.h"

enum { TEXT = 16 << 20 };

static const char *const editions[] = {"hannan-2022-07", "annaka-2026-04", "fuchu-2022-05", "imabari-auditors",
                                       "fukushima-2023-06", "fukushima-2021-04", "base-2026"};

static bool writing(void)
{
	const char *word = getenv("SEKISHO_SNAPSHOTS");
	return word && strcmp(word, "write") == 0;
}

static void write_snapshot(const char *path, struct slice text)
{
	FILE *file = fopen(path, "we");
	CHECK(file && fwrite(text.at, 1, text.len, file) == text.len);
	if (file)
		CHECK_INT(fclose(file), 0);
}

static void first_difference(const char *name, struct slice a, struct slice b)
{
	size_t at = 0, line = 1;
	while (at < a.len && at < b.len && a.at[at] == b.at[at])
		line += a.at[at++] == '\n';
	printf("  %s.txt:%zu reads otherwise now; look at it, then SEKISHO_SNAPSHOTS=write\n", name, line);
}

TEST(each_edition_reads_as_it_is_kept)
{
	for (size_t i = 0; i < sizeof editions / sizeof *editions; i++) {
		struct arena *arena = arena_new(256 << 20);
		struct policy *policy = NULL;
		struct why why = {0};
		struct slice kept = {NULL, 0};
		struct buffer text;
		const char *path = arena_printf(arena, SEKISHO_SOURCE "/policies/snapshots/%s.txt", editions[i]);
		buffer_init(&text, TEXT);
		CHECK_OK(policy_load_edition(SEKISHO_SOURCE, editions[i], arena, &policy, NULL, &why), &why);
		if (policy && policy_edition_in(policy, editions[i]))
			policy_render_edition(policy, policy_edition_in(policy, editions[i]), &text);
		CHECK(buffer_ok(&text) && buffer_slice(&text).len > 1000);
		if (writing())
			write_snapshot(path, buffer_slice(&text));
		CHECK_OK(file_read(path, TEXT, arena, &kept, &why), &why);
		bool same = slice_equal(kept, buffer_slice(&text));
		CHECK(same);
		if (!same)
			first_difference(editions[i], kept, buffer_slice(&text));
		buffer_done(&text);
		arena_free(arena);
	}
}

/* what people read holds no word of the machine where a Japanese one was declared */
static bool bare_word(struct slice line)
{
	for (size_t i = 0; i + 2 < line.len; i++) {
		bool lower = line.at[i] >= 'a' && line.at[i] <= 'z';
		if (lower && i + 3 < line.len && line.at[i + 1] == '_')
			return true;
		size_t n = 0;
		while (i + n < line.len && ((line.at[i + n] >= 'a' && line.at[i + n] <= 'z') || line.at[i + n] == '_'))
			n++;
		for (size_t k = 0; k < n; k++)
			if (line.at[i + k] == '_')
				return true;
		i += n;
	}
	return false;
}

TEST(no_word_of_the_machine_is_read_back)
{
	size_t bare = 0, lines = 0;
	for (size_t i = 0; i < sizeof editions / sizeof *editions; i++) {
		struct arena *arena = arena_new(32 << 20);
		struct slice text;
		struct why why = {0};
		CHECK_OK(file_read(arena_printf(arena, SEKISHO_SOURCE "/policies/snapshots/%s.txt", editions[i]), TEXT, arena, &text, &why), &why);
		while (text.len) {
			size_t end = slice_find(text, SLICE("\n"));
			struct slice line = slice_part(text, 0, end == SIZE_MAX ? text.len : end);
			text = slice_part(text, line.len + 1, text.len);
			lines++;
			if (bare_word(line) && bare++ < 12)
				printf("  %s: %.*s\n", editions[i], SLICE_ARG(line));
		}
		arena_free(arena);
	}
	CHECK(lines > 1000);
	CHECK_INT(bare, 0);
}

MAIN_TESTS()
