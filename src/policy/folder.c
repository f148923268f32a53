/* Reading the folders of a policy, before any jail is entered. */
#include "policy/folder.h"

#include "policy/lex.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct gathering {
	struct arena *arena;
	struct policy_source *at;
	size_t count, most;
};

static int by_path(const void *a, const void *b)
{
	const struct policy_source *x = a, *y = b;
	return strcmp(x->path, y->path);
}

/* What findings call a folder: its own name, which is how its edition is called
 * everywhere, unless another folder of that name was read before.             */
static const char *folder_label(const struct gathering *g, const char *folder)
{
	struct slice path = slice_str(folder);
	while (path.len > 1 && slice_ends(path, SLICE("/")))
		path.len--;
	size_t from = path.len;
	while (from > 0 && path.at[from - 1] != '/')
		from--;
	struct slice own = slice_part(path, from, path.len);
	if (own.len == 0 || slice_is(own, ".") || slice_is(own, ".."))
		return folder;
	for (size_t i = 0; i < g->count; i++) {
		struct slice other = slice_str(g->at[i].path);
		if (other.len > own.len && other.at[own.len] == '/' && slice_starts(other, own))
			return folder;
	}
	return arena_string(g->arena, own);
}

static struct result add_file(struct gathering *g, const char *folder, const char *label, const char *name,
                              struct why *why)
{
	if (g->count == g->most)
		return fail(why, E_LIMIT, folder, "ファイルが多すぎます（上限%zu）。", g->most);
	char *path = arena_printf(g->arena, "%s/%s", folder, name);
	if (!path)
		return fail(why, E_MEMORY, folder, "規程を読む記憶域が足りません。");
	struct slice text;
	TRY(file_read(path, POLICY_FILE_BYTES, g->arena, &text, why));
	const char *shown = arena_printf(g->arena, "%s/%s", label, name);
	if (!shown)
		return fail(why, E_MEMORY, folder, "規程を読む記憶域が足りません。");
	g->at[g->count++] = (struct policy_source){shown, text};
	return ok();
}

static struct result read_entries(struct gathering *g, const char *folder, DIR *dir, struct why *why)
{
	const char *label = folder_label(g, folder);
	if (!label)
		return fail(why, E_MEMORY, folder, "規程を読む記憶域が足りません。");
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (!entry && errno)
			return fail(why, E_SYSTEM, folder, "フォルダを読めません。");
		if (!entry)
			return ok();
		struct slice name = slice_str(entry->d_name);
		if (name.len > 4 && slice_ends(name, SLICE(".pol")) && name.at[0] != '.')
			TRY(add_file(g, folder, label, entry->d_name, why));
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

struct result policy_read_folders(const char *const *folders, size_t count, struct arena *arena,
                                  struct policy_source **out, size_t *read, struct why *why)
{
	struct gathering g = {.arena = arena, .at = ARENA_ARRAY(arena, POLICY_FILES, struct policy_source), .most = POLICY_FILES};
	if (!g.at)
		return fail(why, E_MEMORY, "policy", "規程を読む記憶域が足りません。");
	for (size_t i = 0; i < count; i++)
		TRY(read_folder(&g, folders[i], why));
	qsort(g.at, g.count, sizeof *g.at, by_path);
	*out = g.at;
	*read = g.count;
	return ok();
}

struct result policy_load_folders(const char *const *folders, size_t count, struct arena *arena,
                                  struct policy **out, struct findings *findings, struct why *why)
{
	struct policy_source *sources = NULL;
	size_t read = 0;
	TRY(policy_read_folders(folders, count, arena, &sources, &read, why));
	return policy_load(sources, read, arena, out, findings, why);
}

/* ---- an edition with what it adopts */

enum { FOLDERS = 256, WANTED = 64, MOST_IN_FOLDER = 256 };

struct shelf { /* every folder under policies/, and which of them are taken */
	struct arena *arena;
	const char *path[FOLDERS];
	struct policy_source *files[FOLDERS]; /* NULL: not read yet */
	size_t file_count[FOLDERS];
	bool taken[FOLDERS], scanned[FOLDERS];
	size_t count;
	struct slice wanted[WANTED]; /* names of policies that are adopted */
	size_t wanted_count;
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

static struct result read_once(struct shelf *shelf, size_t i, struct why *why)
{
	struct gathering g = {.arena = shelf->arena, .at = ARENA_ARRAY(shelf->arena, MOST_IN_FOLDER, struct policy_source),
	                      .most = MOST_IN_FOLDER};
	if (shelf->files[i])
		return ok();
	if (!g.at)
		return fail(why, E_MEMORY, "policy", "規程を読む記憶域が足りません。");
	shelf->files[i] = g.at;
	TRY(read_folder(&g, shelf->path[i], why));
	shelf->file_count[i] = g.count;
	return ok();
}

/* the n-th name that follows the keyword in the text; false past the last */
static bool named_after(struct slice text, enum keyword keyword, size_t n, struct slice *name)
{
	struct lexer lexer;
	struct token before = {.kind = TOKEN_END};
	lexer_init(&lexer, text);
	for (;;) {
		struct token t = lexer_next(&lexer);
		if (t.kind == TOKEN_END || t.kind == TOKEN_BAD)
			return false;
		bool follows = before.kind == TOKEN_KEYWORD && before.keyword == keyword && t.kind == TOKEN_NAME;
		if (follows && n-- == 0) {
			*name = t.text;
			return true;
		}
		before = t;
	}
}

/* a folder that cannot be read holds nothing that is adopted: the adoption is
 * then found to dangle, by name */
static bool heads(struct shelf *shelf, size_t i, struct slice wanted)
{
	struct slice name;
	if (read_once(shelf, i, NULL).code != OK)
		return false;
	for (size_t k = 0; k < shelf->file_count[i]; k++)
		for (size_t n = 0; named_after(shelf->files[i][k].text, K_POLICY, n, &name); n++)
			if (slice_equal(name, wanted))
				return true;
	return false;
}

static void want(struct shelf *shelf, struct slice name)
{
	for (size_t i = 0; i < shelf->wanted_count; i++)
		if (slice_equal(shelf->wanted[i], name))
			return;
	if (shelf->wanted_count < WANTED)
		shelf->wanted[shelf->wanted_count++] = name;
}

/* what the folders taken by now adopt; true while there is more to look at */
static struct result want_adopted(struct shelf *shelf, bool *more, struct why *why)
{
	struct slice name;
	*more = false;
	for (size_t i = 0; i < shelf->count; i++) {
		if (!shelf->taken[i] || shelf->scanned[i])
			continue;
		TRY(read_once(shelf, i, why));
		for (size_t k = 0; k < shelf->file_count[i]; k++)
			for (size_t n = 0; named_after(shelf->files[i][k].text, K_ADOPT, n, &name); n++)
				want(shelf, name);
		shelf->scanned[i] = *more = true;
	}
	return ok();
}

static struct result take_adopted(struct shelf *shelf, struct why *why)
{
	bool more = true;
	for (size_t done = 0; more;) {
		TRY(want_adopted(shelf, &more, why));
		for (; done < shelf->wanted_count; done++)
			for (size_t i = 0; i < shelf->count; i++)
				shelf->taken[i] |= heads(shelf, i, shelf->wanted[done]);
	}
	return ok();
}

/* the vocabulary, and the files of the folders that are taken */
static struct result gather_taken(struct shelf *shelf, const char *vocabulary, struct arena *arena,
                                  struct gathering *g, struct why *why)
{
	*g = (struct gathering){.arena = arena, .at = ARENA_ARRAY(shelf->arena, POLICY_FILES, struct policy_source),
	                        .most = POLICY_FILES};
	if (!g->at)
		return fail(why, E_MEMORY, "policy", "規程を読む記憶域が足りません。");
	TRY(read_folder(g, vocabulary, why));
	for (size_t i = 0; i < shelf->count; i++)
		for (size_t k = 0; shelf->taken[i] && k < shelf->file_count[i] && g->count < g->most; k++)
			g->at[g->count++] = shelf->files[i][k];
	return ok();
}

static const char *folder_name(const struct shelf *shelf, size_t i)
{
	return strrchr(shelf->path[i], '/') + 1;
}

/* The folder of that name; else the newest of those whose name goes on with '-'. */
static size_t find_shelf(const struct shelf *shelf, const char *id)
{
	size_t n = strlen(id), found = shelf->count;
	for (size_t i = 0; i < shelf->count; i++)
		if (strcmp(folder_name(shelf, i), id) == 0)
			return i;
	for (size_t i = 0; i < shelf->count; i++) {
		const char *name = folder_name(shelf, i);
		bool fits = n && strncmp(name, id, n) == 0 && name[n] == '-';
		if (fits && (found == shelf->count || strcmp(name, folder_name(shelf, found)) > 0))
			found = i;
	}
	return found;
}

static struct result gather_edition(struct shelf *shelf, const char *share, const char *id, struct why *why)
{
	TRY(list_shelf(shelf, share, why));
	size_t taken = find_shelf(shelf, id);
	if (taken < shelf->count)
		shelf->taken[taken] = true;
	else
		return fail(why, E_ABSENT, id, "この名前の規程はありません。");
	return take_adopted(shelf, why);
}

struct result policy_edition_folders(const char *share, const char *id, struct arena *arena, const char **out,
                                     size_t most, size_t *count, struct why *why)
{
	AUTO(arena_drop) struct arena *own = arena_new((size_t)64 << 20);
	struct shelf *shelf = own ? ARENA_NEW(own, struct shelf) : NULL;
	size_t n = 0;
	if (!shelf)
		return fail(why, E_MEMORY, "policy", "規程を読む記憶域が足りません。");
	*shelf = (struct shelf){.arena = own};
	TRY(gather_edition(shelf, share, id, why));
	for (size_t i = 0; i <= shelf->count; i++) {
		if (i && !shelf->taken[i - 1])
			continue;
		if (n == most)
			return fail(why, E_LIMIT, id, "取り入れる規程が多すぎます。");
		out[n] = i ? arena_string(arena, slice_str(shelf->path[i - 1])) : arena_printf(arena, "%s/vocabulary", share);
		if (!out[n++])
			return fail(why, E_MEMORY, "policy", "規程を読む記憶域が足りません。");
	}
	*count = n;
	return ok();
}

struct result policy_load_edition(const char *share, const char *id, struct arena *arena, struct policy **out,
                                  struct findings *findings, struct why *why)
{
	AUTO(arena_drop) struct arena *own = arena_new((size_t)64 << 20);
	struct shelf *shelf = own ? ARENA_NEW(own, struct shelf) : NULL;
	const char *vocabulary = arena_printf(arena, "%s/vocabulary", share);
	if (!shelf || !vocabulary)
		return fail(why, E_MEMORY, "policy", "規程を読む記憶域が足りません。");
	*shelf = (struct shelf){.arena = own};
	TRY(gather_edition(shelf, share, id, why));
	struct gathering g;
	TRY(gather_taken(shelf, vocabulary, arena, &g, why));
	return policy_load(g.at, g.count, arena, out, findings, why);
}

struct result policy_read_editions(const char *share, const char *name, struct arena *arena,
                                   struct policy_source **out, size_t *count, struct why *why)
{
	struct shelf *shelf = ARENA_NEW(arena, struct shelf);
	const char *vocabulary = arena_printf(arena, "%s/vocabulary", share);
	struct gathering g;
	if (!shelf || !vocabulary)
		return fail(why, E_MEMORY, "policy", "規程を読む記憶域が足りません。");
	*shelf = (struct shelf){.arena = arena};
	TRY(list_shelf(shelf, share, why));
	for (size_t i = 0; i < shelf->count; i++)
		shelf->taken[i] = heads(shelf, i, slice_str(name));
	TRY(take_adopted(shelf, why));
	TRY(gather_taken(shelf, vocabulary, arena, &g, why));
	*out = g.at;
	*count = g.count;
	return ok();
}
