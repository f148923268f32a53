/* The invented offices, one a policy, and what an office's settings take from one. */
#include "cli/demo.h"

#include "base/file.h"

enum { BODIES_BYTES = 65536, COLUMNS = 5 };

static struct slice take_line(struct slice *text)
{
	size_t end = slice_find(*text, SLICE("\n"));
	struct slice line = slice_part(*text, 0, end);
	*text = end == SIZE_MAX ? SLICE("") : slice_part(*text, end + 1, text->len);
	return line;
}

static bool read_body(struct slice line, struct arena *arena, struct demo_body *out)
{
	const char **const to[COLUMNS] = {&out->policy, &out->chart, &out->body, &out->title, &out->unit};
	for (size_t i = 0; i < COLUMNS; i++) {
		size_t tab = slice_find(line, SLICE("\t"));
		*to[i] = arena_string(arena, slice_part(line, 0, tab));
		if (!*to[i] || (tab == SIZE_MAX) != (i == COLUMNS - 1))
			return false;
		line = tab == SIZE_MAX ? SLICE("") : slice_part(line, tab + 1, line.len);
	}
	return true;
}

/* "annaka" stands for "annaka-2026-04" too, "" for the first of the table */
static bool on_policy(const struct demo_body *body, const char *policy)
{
	size_t n = strlen(body->policy);
	return !*policy || (strncmp(policy, body->policy, n) == 0 && (policy[n] == 0 || policy[n] == '-'));
}

struct result demo_body_of(const char *policy, const char *body, struct arena *arena,
                           struct demo_body *out, struct why *why)
{
	const char *share = NULL;
	struct slice text;
	TRY(house_share(arena, &share, why));
	TRY(file_read(arena_printf(arena, "%s/share/demo/bodies.tsv", share), BODIES_BYTES, arena, &text, why));
	while (text.len) {
		struct slice line = take_line(&text);
		if (!line.len || line.at[0] == '#')
			continue;
		if (!read_body(line, arena, out))
			return fail(why, E_INPUT, "share/demo/bodies.tsv", "タブで区切って%d列書いてください。", COLUMNS);
		if (policy ? on_policy(out, policy) : strcmp(out->body, body) == 0)
			return ok();
	}
	return fail(why, E_ABSENT, policy ? policy : body,
	            "この規程で動く見本の団体はありません。share/demo/bodies.tsv にある規程を指定してください。");
}

struct result cli_policy_settings(const char *share, const char *id, struct arena *arena,
                                  struct house_settings *out, struct why *why)
{
	struct policy *loaded = NULL;
	TRY(policy_edition_folders(share, id, arena, out->folders, sizeof out->folders / sizeof *out->folders,
	                           &out->folder_count, why));
	TRY(cli_policy(id, arena, &loaded, NULL, why));
	const struct policy_edition *edition = policy_edition_in(loaded, id);
	if (!edition)
		return fail(why, E_INPUT, id, "policy の見出しがありません。");
	out->policy = edition->name;
	return ok();
}
