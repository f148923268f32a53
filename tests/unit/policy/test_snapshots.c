/* Every edition, rendered, is the snapshot that people have looked at: a word in
 * the renderer, the vocabulary or a clause changes what a manager reads only on
 * purpose.  `make snapshots` writes them anew; the diff is what is reviewed. */
#include "kit.h"
#include "policy/folder.h"

static struct slice line_of(struct slice text, size_t from)
{
	size_t end = slice_find(slice_part(text, from, text.len), SLICE("\n"));
	return slice_part(text, from, end == SIZE_MAX ? text.len : end);
}

/* the first line in which two texts differ */
static void show_difference(const char *id, struct slice want, struct slice got)
{
	size_t at = 0, begin = 0;
	while (at < want.len && at < got.len && want.at[at] == got.at[at])
		if (want.at[at++] == '\n')
			begin = at;
	struct slice a = line_of(want, begin), b = line_of(got, begin);
	printf("  %s was:  %.*s\n  %s is:   %.*s\n  make snapshots, and look at the diff\n", id, SLICE_ARG(a), id, SLICE_ARG(b));
}

static void compare(const char *id)
{
	struct kit k = {.arena = arena_new(KIT_ROOM)};
	struct buffer text;
	struct slice want = {0};
	char path[512];
	snprintf(path, sizeof path, "%s/policies/snapshots/%s.txt", SEKISHO_SOURCE, id);
	buffer_init(&text, 16 << 20);
	CHECK_OK(file_read(path, 16 << 20, k.arena, &want, &k.why), &k.why);
	CHECK_OK(policy_load_edition(SEKISHO_SOURCE, id, k.arena, &k.policy, NULL, &k.why), &k.why);
	if (k.policy)
		policy_render_edition(k.policy, policy_edition_in(k.policy, id), &text);
	bool same = slice_equal(want, buffer_slice(&text));
	CHECK(same);
	if (!same)
		show_difference(id, want, buffer_slice(&text));
	buffer_done(&text);
	kit_done(&k);
}

TEST(what_managers_read_changes_on_purpose)
{
	static const char *const ids[] = {
		"hannan-2022-07", "annaka-2026-04", "fuchu-2022-05", "imabari-auditors", "fukushima-2023-06",
		"fukushima-2021-04", "base-2026",
	};
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		compare(ids[i]);
}

MAIN_TESTS()
