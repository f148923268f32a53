/* Reading the folders of a policy, before any jail is entered. */
#include "policy/folder.h"

#include "policy/model.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct gathering {
	struct arena *arena;
	struct policy_source *at;
	size_t count;
};

static int by_path(const void *a, const void *b)
{
	const struct policy_source *x = a, *y = b;
	return strcmp(x->path, y->path);
}

static struct result add_file(struct gathering *g, const char *folder, const char *name, struct why *why)
{
	if (g->count == POLICY_FILES)
		return fail(why, E_LIMIT, folder, "ファイルが多すぎます（上限4096）。");
	char *path = arena_printf(g->arena, "%s/%s", folder, name);
	if (!path)
		return fail(why, E_MEMORY, folder, "規程を読む記憶域が足りません。");
	struct slice text;
	TRY(file_read(path, POLICY_FILE_BYTES, g->arena, &text, why));
	g->at[g->count++] = (struct policy_source){path, text};
	return ok();
}

static struct result read_entries(struct gathering *g, const char *folder, DIR *dir, struct why *why)
{
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (!entry && errno)
			return fail(why, E_SYSTEM, folder, "フォルダを読めません。");
		if (!entry)
			return ok();
		struct slice name = slice_str(entry->d_name);
		if (name.len > 4 && slice_ends(name, SLICE(".pol")) && name.at[0] != '.')
			TRY(add_file(g, folder, entry->d_name, why));
	}
}

static struct result read_folder(struct gathering *g, const char *folder, struct why *why)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(why, errno == ENOENT || errno == ENOTDIR ? E_ABSENT : E_SYSTEM, folder,
		            "規程のフォルダを開けません。");
	DIR *dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return fail(why, E_MEMORY, folder, "規程を読む記憶域が足りません。");
	}
	struct result result = read_entries(g, folder, dir, why);
	closedir(dir);
	return result;
}

struct result policy_load_folders(const char *const *folders, size_t count, struct arena *arena,
                                  struct policy **out, struct findings *findings, struct why *why)
{
	struct gathering g = {.arena = arena, .at = ARENA_ARRAY(arena, POLICY_FILES, struct policy_source)};
	if (!g.at)
		return fail(why, E_MEMORY, "policy", "規程を読む記憶域が足りません。");
	for (size_t i = 0; i < count; i++)
		TRY(read_folder(&g, folders[i], why));
	qsort(g.at, g.count, sizeof *g.at, by_path);
	return policy_load(g.at, g.count, arena, out, findings, why);
}

/* ---- an edition with what it adopts */

enum { FOLDERS = 256, WANTED = 16 };

struct shelf { /* every folder under policies/, and which of them are taken */
	struct arena *arena;
	const char *path[FOLDERS];
	bool taken[FOLDERS];
	size_t count;
};

static struct result list_shelf(struct shelf *shelf, const char *share, struct why *why)
{
	const char *root = arena_printf(shelf->arena, "%s/policies", share);
	DIR *dir = root ? opendir(root) : NULL;
	if (!dir)
		return fail(why, errno == ENOENT ? E_ABSENT : E_SYSTEM, "policies", "規程のフォルダを開けません。");
	for (const struct dirent *entry; (entry = readdir(dir)) && shelf->count < FOLDERS;) {
		const char *path = entry->d_name[0] == '.' ? NULL : arena_printf(shelf->arena, "%s/%s", root, entry->d_name);
		if (path)
			shelf->path[shelf->count++] = path;
	}
	closedir(dir);
	return ok();
}

/* does a line of the text begin the header of that policy? */
static bool heads(struct slice text, const char *name)
{
	struct slice word = SLICE("policy ");
	size_t len = strlen(name);
	while (text.len) {
		struct slice rest = slice_part(text, word.len, text.len);
		if (slice_starts(text, word) && slice_starts(rest, slice_str(name)) && rest.len > len && rest.at[len] == ' ')
			return true;
		size_t end = slice_find(text, SLICE("\n"));
		text = end == SIZE_MAX ? slice_part(text, text.len, 0) : slice_part(text, end + 1, text.len);
	}
	return false;
}

/* a folder that cannot be read holds nothing that is adopted: the adoption is
 * then found to dangle, by name */
static bool holds(const struct shelf *shelf, size_t i, const char *name)
{
	struct gathering g = {.arena = shelf->arena, .at = ARENA_ARRAY(shelf->arena, POLICY_FILES, struct policy_source)};
	if (!g.at || read_folder(&g, shelf->path[i], NULL).code != OK)
		return false;
	for (size_t k = 0; k < g.count; k++)
		if (heads(g.at[k].text, name))
			return true;
	return false;
}

static bool take_adopted(struct shelf *shelf, const struct policy *policy)
{
	bool more = false;
	for (const struct clause *c = policy->tree.clauses; c; c = c->next)
		for (const struct statement *s = c->statements; s; s = s->next)
			for (size_t i = 0; s->kind == ST_ADOPT && i < shelf->count; i++)
				if (!shelf->taken[i] && holds(shelf, i, s->name))
					more = shelf->taken[i] = true;
	return more;
}

static struct result load_taken(const struct shelf *shelf, const char *vocabulary, struct arena *arena,
                                struct policy **out, struct findings *findings, struct why *why)
{
	const char *folders[FOLDERS + 1] = {vocabulary};
	size_t count = 1;
	for (size_t i = 0; i < shelf->count; i++)
		if (shelf->taken[i])
			folders[count++] = shelf->path[i];
	return policy_load_folders(folders, count, arena, out, findings, why);
}

static struct result with_adopted(struct shelf *shelf, const char *vocabulary, struct why *why)
{
	for (unsigned round = 0; round < WANTED; round++) {
		struct policy *policy = NULL;
		AUTO(arena_drop) struct arena *own = arena_new((size_t)64 << 20);
		if (!own)
			return fail(why, E_MEMORY, "policy", "規程を読む記憶域が足りません。");
		TRY(load_taken(shelf, vocabulary, own, &policy, NULL, why));
		if (!take_adopted(shelf, policy))
			return ok();
	}
	return fail(why, E_LIMIT, "policy", "取り入れる規程の連なりが長すぎます。");
}

struct result policy_load_edition(const char *share, const char *id, struct arena *arena, struct policy **out,
                                  struct findings *findings, struct why *why)
{
	AUTO(arena_drop) struct arena *own = arena_new((size_t)64 << 20);
	struct shelf *shelf = own ? ARENA_NEW(own, struct shelf) : NULL;
	const char *vocabulary = arena_printf(arena, "%s/vocabulary", share);
	bool known = false;
	if (!shelf || !vocabulary)
		return fail(why, E_MEMORY, "policy", "規程を読む記憶域が足りません。");
	*shelf = (struct shelf){.arena = own};
	TRY(list_shelf(shelf, share, why));
	for (size_t i = 0; i < shelf->count; i++) {
		const char *name = strrchr(shelf->path[i], '/') + 1;
		known |= shelf->taken[i] = strcmp(name, id) == 0;
	}
	if (!known)
		return fail(why, E_ABSENT, id, "この名前の規程はありません。");
	TRY(with_adopted(shelf, vocabulary, why));
	return load_taken(shelf, vocabulary, arena, out, findings, why);
}
