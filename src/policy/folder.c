/* Reading the folders of a policy, before any jail is entered. */
#include "policy/folder.h"

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
