/* sekisho init|serve|backup|restore */
#include "cli/cli.h"

#include "base/file.h"
#include "cli/demo.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- init --------------------------------------------------------------- */

/* keygen - sekisho-seal makes its own key and prints the line that verifies it */
struct result cli_keygen(const struct house_settings *s, struct arena *arena, struct why *why)
{
	const char *seal = NULL;
	int status = -1;
	TRY(house_program("sekisho-seal", arena, &seal, why));
	pid_t pid = fork();
	if (pid == 0) {
		int fd = open(s->seal_public, O_WRONLY | O_CREAT | O_TRUNC, 0644);
		if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
			_exit(3);
		execl(seal, "sekisho-seal", "--keygen", "--key", s->seal_key, "--state", s->seal_note, "--name", s->origin, (char *)0);
		_exit(3);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		return fail(why, E_SYSTEM, "sekisho-seal", "署名の鍵を作れませんでした。");
	return ok();
}

struct wanted_office {
	const char *policy, *body, *title, *chart;
	const char *today; /* NULL: a real office, on the machine's clock */
};

/* A rehearsal begins on the morning of the day; whoever rehearses moves the file. */
static struct result set_clock(const struct house_settings *s, const char *today, struct arena *arena,
                               struct why *why)
{
	struct clock real = clock_system();
	day_t day;
	if (!today)
		return ok();
	TRY(day_parse(slice_str(today), &day, why));
	int64_t morning = ms_of_day(day) + (int64_t)9 * 3600000;
	const char *text = arena_printf(arena, "%lld\n", (long long)(morning - clock_now_ms(&real)));
	return text ? file_write(s->clock, slice_str(text), 0600, why) : fail(why, E_MEMORY, "", "no memory");
}

static struct result init_office(const char *dir, const struct wanted_office *w, struct arena *arena,
                                 struct why *why)
{
	const char *share = NULL, *chart = w->chart;
	struct house house = {0};
	TRY(house_share(arena, &share, why));
	struct house_settings s = {
		.body = w->body, .title = w->title, .origin = arena_printf(arena, "sekisho/%s", w->body),
		.outer = "127.0.0.1:8081", .inner = "127.0.0.1:8082", .clamd = "/run/clamav/clamd.ctl",
		.clock = w->today ? "clock.offset" : "",
	};
	TRY(cli_policy_settings(share, w->policy, arena, &s, why));
	TRY(house_create(dir, &s, why));
	struct house_settings made;
	TRY(house_settings_read(dir, arena, &made, why));
	TRY(set_clock(&made, w->today, arena, why));
	TRY(cli_keygen(&made, arena, why));
	TRY(house_open(dir, &house, why));
	struct result done = ok();
	if (chart) {
		struct slice tsv;
		struct chart_person *people = NULL;
		size_t count = 0;
		done = file_read(chart, 4 << 20, arena, &tsv, why);
		if (done.code == OK)
			done = office_load_chart(house.office, "", tsv, arena, &people, &count, why);
		for (size_t i = 0; done.code == OK && i < count; i++)
			printf("%s\t%s\t仮パスワード %s\n", people[i].login, people[i].name, people[i].password);
	}
	house_close(&house);
	return done;
}

/* the invented office of share/demo/ that stands for the policy */
static struct result sample_office(const char *policy, struct arena *arena, const char **body,
                                   const char **title, const char **chart, struct why *why)
{
	struct demo_body found;
	const char *share = NULL;
	TRY(house_share(arena, &share, why));
	TRY(demo_body_of(policy, NULL, arena, &found, why));
	*body = found.body;
	*title = found.title;
	*chart = arena_printf(arena, "%s/share/demo/%s", share, found.chart);
	return *chart ? ok() : fail(why, E_MEMORY, "", "no memory");
}

static int init(int argc, char **argv)
{
	AUTO(arena_drop) struct arena *arena = arena_new(128 << 20);
	struct wanted_office w = {.body = "city", .title = "（団体名を設定してください）"};
	bool sample = false;
	struct why why = {0};
	const struct option_row rows[] = {{"--policy", &w.policy, NULL}, {"--body", &w.body, NULL},
	                                  {"--title", &w.title, NULL}, {"--chart", &w.chart, NULL},
	                                  {"--today", &w.today, NULL}, {"--sample", NULL, &sample}};
	argc = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	if (argc != 1 || !w.policy || !arena || (sample && w.chart))
		return cli_usage(&cli_office_verbs[0]);
	if (sample && sample_office(w.policy, arena, &w.body, &w.title, &w.chart, &why).code != OK)
		return cli_why("init", &why);
	if (init_office(argv[0], &w, arena, &why).code != OK)
		return cli_why("init", &why);
	printf("%s を作りました。keys/ の鍵は、ほかの場所にも控えを保管してください。\n"
	       "始めるには: sekisho serve -C %s\n", argv[0], argv[0]);
	return CLI_DONE;
}

/* ---- serve -------------------------------------------------------------- */

static int serve(int argc, char **argv)
{
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	const char *dir = NULL, *supervisor = NULL;
	bool no_jail = false;
	struct why why = {0};
	const struct option_row rows[] = {{"-C", &dir, NULL}, {"--no-jail", NULL, &no_jail}};
	argc = cli_options(argc, argv, rows, 2);
	if (argc != 0 || !dir || !arena)
		return cli_usage(&cli_office_verbs[1]);
	if (house_program("sekishod", arena, &supervisor, &why).code != OK)
		return cli_why("serve", &why);
	execl(supervisor, "sekishod", "-C", dir, no_jail ? "--no-jail" : (char *)0, (char *)0);
	fprintf(stderr, "%s を始められません: %s\n", supervisor, strerror(errno));
	return CLI_FAILED;
}

/* ---- backup ------------------------------------------------------------- */

static void archive_drop(struct archive **a)
{
	archive_free(*a);
	*a = NULL;
}

static struct result add_bytes(struct archive *a, const char *path, struct archive_entry *entry,
                               struct why *why)
{
	static uint8_t chunk[1 << 16];
	AUTO(fd_close_drop) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(why, E_SYSTEM, path, "cannot read it: %s", strerror(errno));
	archive_entry_set_size(entry, st.st_size);
	archive_entry_set_mtime(entry, st.st_mtime, 0);
	if (archive_write_header(a, entry) != ARCHIVE_OK)
		return fail(why, E_SYSTEM, path, "cannot write the archive: %s", archive_error_string(a));
	for (ssize_t n; (n = read(fd, chunk, sizeof chunk)) != 0;)
		if (n < 0 || archive_write_data(a, chunk, (size_t)n) != n)
			return fail(why, E_SYSTEM, path, "cannot write the archive: %s", archive_error_string(a));
	return ok();
}

static struct result add_file(struct archive *a, const char *path, const char *as, struct why *why)
{
	struct archive_entry *entry = archive_entry_new();
	if (!entry)
		return fail(why, E_MEMORY, "", "no memory");
	archive_entry_set_pathname(entry, as);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0600);
	struct result done = add_bytes(a, path, entry, why);
	archive_entry_free(entry);
	return done;
}

/* The vault has one level of folders, two letters each. */
static struct result add_folder(struct archive *a, struct arena *arena, const char *folder,
                                const char *as, int depth, struct why *why)
{
	struct result done = ok();
	DIR *dir = opendir(folder);
	if (!dir)
		return fail(why, E_SYSTEM, folder, "cannot read the folder: %s", strerror(errno));
	for (struct dirent *e; done.code == OK && (e = readdir(dir));) {
		if (e->d_name[0] == '.')
			continue;
		const char *path = arena_printf(arena, "%s/%s", folder, e->d_name);
		const char *name = arena_printf(arena, "%s/%s", as, e->d_name);
		struct stat st;
		if (!path || !name)
			done = fail(why, E_MEMORY, "", "no memory");
		else if (lstat(path, &st) < 0)
			continue; /* swept meanwhile */
		else if (S_ISDIR(st.st_mode) && depth > 0)
			done = add_folder(a, arena, path, name, depth - 1, why);
		else if (S_ISREG(st.st_mode))
			done = add_file(a, path, name, why);
	}
	closedir(dir);
	return done;
}

static struct result add_all(struct archive *a, const struct house *house, const char *database,
                             struct arena *arena, struct why *why)
{
	const struct house_settings *s = &house->settings;
	const struct {
		const char *path, *as;
	} files[] = {{arena_printf(arena, "%s/sekisho.conf", s->dir), "sekisho.conf"},
	             {database, "sekisho.db"},
	             {s->seal_note, "seal.note"},
	             {s->seal_public, "seal.pub"}};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (files[i].path && access(files[i].path, R_OK) == 0)
			TRY(add_file(a, files[i].path, files[i].as, why));
	return add_folder(a, arena, s->vault, "vault", 1, why);
}

/* The database first: every item it names is then still in the vault. */
static struct result write_backup(const struct house *house, const char *path, struct arena *arena,
                                  struct why *why)
{
	const char *copy = arena_printf(arena, "%s/backup.db", house->settings.run);
	AUTO(archive_drop) struct archive *a = archive_write_new();
	if (!copy || !a)
		return fail(why, E_MEMORY, "", "no memory");
	if (access(path, F_OK) == 0)
		return fail(why, E_CONFLICT, path, "すでにあります。別の名前を指定してください。");
	unlink(copy);
	TRY(store_backup(house->store, copy, why));
	archive_write_set_format_pax_restricted(a);
	archive_write_add_filter_none(a);
	struct result done = archive_write_open_filename(a, path) == ARCHIVE_OK
	                             ? add_all(a, house, copy, arena, why)
	                             : fail(why, E_SYSTEM, path, "%s", archive_error_string(a));
	unlink(copy);
	if (done.code == OK && archive_write_close(a) != ARCHIVE_OK)
		done = fail(why, E_SYSTEM, path, "%s", archive_error_string(a));
	if (done.code != OK)
		unlink(path);
	return done;
}

static int backup(int argc, char **argv)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	AUTO(house_close) struct house house = {0};
	const char *dir = NULL;
	struct why why = {0};
	const struct option_row rows[] = {{"-C", &dir, NULL}};
	argc = cli_options(argc, argv, rows, 1);
	if (argc != 1 || !dir || !arena)
		return cli_usage(&cli_office_verbs[2]);
	if (house_open(dir, &house, &why).code != OK ||
	    write_backup(&house, argv[0], arena, &why).code != OK)
		return cli_why("backup", &why);
	printf("%s に控えを取りました。鍵 (keys/) は含めていません。鍵は別の場所に保管してください。\n", argv[0]);
	return CLI_DONE;
}

/* ---- restore ------------------------------------------------------------ */

static bool plain_path(const char *path)
{
	return path && path[0] && path[0] != '/' && !strstr(path, "..") && strlen(path) < 200;
}

static struct result restore_entry(struct archive *a, struct archive_entry *entry, const char *dir,
                                   struct arena *arena, struct why *why)
{
	const char *name = archive_entry_pathname(entry);
	if (!plain_path(name) || archive_entry_filetype(entry) != AE_IFREG)
		return fail(why, E_INPUT, name ? name : "?", "控えではないものが入っています。");
	const char *path = arena_printf(arena, "%s/%s", dir, name);
	char *slash = path ? strrchr(path, '/') : NULL;
	if (!slash)
		return fail(why, E_MEMORY, "", "no memory");
	*slash = 0;
	int made = mkdir(path, 0700);
	*slash = '/';
	AUTO(fd_close_drop) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail(why, E_SYSTEM, path, "cannot write it%s: %s", made ? "" : " (new folder)",
		            strerror(errno));
	if (archive_read_data_into_fd(a, fd) != ARCHIVE_OK || fsync(fd) < 0)
		return fail(why, E_SYSTEM, path, "cannot restore it: %s", archive_error_string(a));
	return ok();
}

static struct result restore_all(const char *file, const char *dir, struct arena *arena,
                                 struct why *why)
{
	AUTO(archive_drop) struct archive *a = archive_read_new();
	struct archive_entry *entry;
	if (!a)
		return fail(why, E_MEMORY, "", "no memory");
	archive_read_support_format_tar(a);
	if (archive_read_open_filename(a, file, 65536) != ARCHIVE_OK)
		return fail(why, E_INPUT, file, "控えとして読めません: %s", archive_error_string(a));
	if (mkdir(dir, 0700) < 0)
		return fail(why, errno == EEXIST ? E_CONFLICT : E_SYSTEM, dir, "新しいフォルダを作れません: %s",
		            strerror(errno));
	if (mkdir(arena_printf(arena, "%s/vault", dir), 0700) < 0 ||
	    mkdir(arena_printf(arena, "%s/run", dir), 0700) < 0)
		return fail(why, E_SYSTEM, dir, "cannot create its folders: %s", strerror(errno));
	int status;
	while ((status = archive_read_next_header(a, &entry)) == ARCHIVE_OK)
		TRY(restore_entry(a, entry, dir, arena, why));
	return status == ARCHIVE_EOF
	               ? ok()
	               : fail(why, E_INPUT, file, "途中で壊れています: %s", archive_error_string(a));
}

static struct result copy_key(const char *from, const char *to, const char *name,
                              struct arena *arena, struct why *why)
{
	struct slice key;
	TRY(file_read(arena_printf(arena, "%s/%s", from, name), 65536, arena, &key, why));
	return file_write(arena_printf(arena, "%s/%s", to, name), key, 0600, why);
}

static struct result restore_keys(const char *keys, const char *dir, struct arena *arena,
                                  struct why *why)
{
	const char *to = arena_printf(arena, "%s/keys", dir);
	if (!to || mkdir(to, 0700) < 0)
		return fail(why, E_SYSTEM, dir, "cannot create keys/: %s", strerror(errno));
	TRY(copy_key(keys, to, "vault.key", arena, why));
	return copy_key(keys, to, "seal.key", arena, why);
}

static int restore(int argc, char **argv)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	AUTO(house_close) struct house house = {0};
	struct ledger_verdict verdict;
	const char *keys = NULL;
	struct why why = {0};
	const struct option_row rows[] = {{"--keys", &keys, NULL}};
	argc = cli_options(argc, argv, rows, 1);
	if (argc != 2 || !keys || !arena)
		return cli_usage(&cli_office_verbs[3]);
	if (restore_all(argv[0], argv[1], arena, &why).code != OK ||
	    restore_keys(keys, argv[1], arena, &why).code != OK ||
	    house_open(argv[1], &house, &why).code != OK ||
	    ledger_verify(house.ledger, house.settings.seal_note, "", arena, &verdict, &why).code != OK)
		return cli_why("restore", &why);
	for (const struct ledger_fault *f = verdict.faults; f; f = f->next)
		printf("不一致 [%s] %s: %s\n", f->what, f->place, f->text);
	printf("%s に戻しました。記録 %lld件、表の行 %lld件。%s\n", argv[1], (long long)verdict.entries,
	       (long long)verdict.rows, verdict.sound ? "台帳は合っています。" : "台帳は合っていません。");
	return verdict.sound ? CLI_DONE : CLI_REFUSED;
}

const struct verb cli_office_verbs[] = {
	{"init", "DIR --policy ID [--body 記号] [--title 団体名] [--chart 組織.tsv | --sample] [--today 日]",
	 "新しい庁内の入れ物を作ります（--today は、その日の朝に始まり、時計を動かせる試しの庁）", init},
	{"serve", "-C DIR", "止めるまで動かします", serve},
	{"backup", "-C DIR FILE", "動かしたまま控えを取ります（鍵は含めません）", backup},
	{"restore", "FILE DIR --keys 鍵のフォルダ", "控えを新しいフォルダに戻し、台帳を確かめます", restore},
	{0},
};
