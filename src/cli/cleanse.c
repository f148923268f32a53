/* sekisho cleanse: the file gate without an office
 *
 * Each file is rebuilt in a jailed worker and read again by the second reader
 * in another; only what both let through is written.                        */
#include "cli/cli.h"

#include "base/file.h"
#include "base/number.h"
#include "base/text.h"
#include "gate/pool/pool.h"
#include "house/house.h"
#include "store/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PASSWORD_MOST = 256 };

struct cleansing {
	const char *path, *out_dir;
	struct slice password;  /* empty: none */
	struct content_rules rules; /* by the preset */
	const char *name;       /* base name of the input, valid UTF-8 */
	const char *out;        /* path written, or NULL */
	const char *refusal, *sentence, *reason;
	char in_hex[2 * SHA256_BYTES + 1], out_hex[2 * SHA256_BYTES + 1];
	struct pool_result result;
};

static struct result digest_fd(int fd, char hex[2 * SHA256_BYTES + 1], struct why *why)
{
	static uint8_t chunk[1 << 16];
	uint8_t digest[SHA256_BYTES];
	struct sha256_stream *stream = sha256_begin();
	ssize_t n = -1;
	if (!stream || lseek(fd, 0, SEEK_SET) < 0)
		return fail(why, E_SYSTEM, "", "cannot read it");
	while ((n = read(fd, chunk, sizeof chunk)) > 0)
		sha256_add(stream, slice_of(chunk, (size_t)n));
	sha256_end(&stream, digest);
	hex_encode(digest, SHA256_BYTES, hex);
	if (n < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return fail(why, E_SYSTEM, "", "cannot read it: %s", strerror(errno));
	return ok();
}

static struct result open_plain(const char *path, int *fd, struct why *why)
{
	struct stat st;
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (*fd < 0 || fstat(*fd, &st) < 0)
		return fail(why, E_ABSENT, path, "開けません: %s", strerror(errno));
	return S_ISREG(st.st_mode) ? ok() : fail(why, E_INPUT, path, "ふつうのファイルではありません");
}

/* Names on a disk are bytes; what is not UTF-8 is read as CP932. */
static struct result base_name(const char *path, struct arena *arena, const char **out,
                               struct why *why)
{
	const char *slash = strrchr(path, '/');
	struct slice bytes = slice_str(slash ? slash + 1 : path);
	struct buffer text;
	struct result done = ok();
	buffer_init(&text, 8192);
	if (utf8_valid(bytes))
		buffer_put_slice(&text, bytes);
	else
		done = cp932_to_utf8(bytes, &text, why);
	*out = arena_string(arena, buffer_slice(&text));
	buffer_done(&text);
	return done;
}

/* The name that the result gets: safe, and with the ending of what it now is. */
static const char *result_name(const struct cleansing *k, struct arena *arena)
{
	struct buffer AUTO(buffer_done) safe = {0};
	const char *ending = k->result.report.ending;
	buffer_init(&safe, 8192);
	safe_name(slice_str(k->name), &safe);
	return name_with_ending(buffer_slice(&safe), ending ? ending : "", arena);
}

/* A new name beside those that exist: "a.docx", "a (2).docx", ... */
static struct result create_out(struct cleansing *k, struct arena *arena, int *fd, struct why *why)
{
	const char *name = result_name(k, arena);
	const char *dot = name ? strrchr(name, '.') : NULL;
	for (int n = 1; name && n < 10000; n++) {
		int stem = (int)(dot && dot != name ? (size_t)(dot - name) : strlen(name));
		k->out = n == 1 ? arena_printf(arena, "%s/%s", k->out_dir, name)
		                : arena_printf(arena, "%s/%.*s (%d)%s", k->out_dir, stem, name, n, name + stem);
		*fd = k->out ? open(k->out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644) : -1;
		if (*fd >= 0)
			return ok();
		if (errno != EEXIST)
			break;
	}
	k->out = NULL;
	return fail(why, E_SYSTEM, k->out_dir, "書き込めません: %s", strerror(errno));
}

static struct result copy_out(int from, int to, struct why *why)
{
	static uint8_t chunk[1 << 16];
	ssize_t n;
	while ((n = read(from, chunk, sizeof chunk)) > 0)
		TRY(fd_write_all(to, slice_of(chunk, (size_t)n), why));
	if (n < 0 || fsync(to) < 0)
		return fail(why, E_SYSTEM, "", "書き込めません: %s", strerror(errno));
	return ok();
}

/* Nothing partial stays: a failed write takes its file away. */
static struct result write_out(struct cleansing *k, struct arena *arena, struct why *why)
{
	AUTO(fd_close_drop) int to = -1;
	TRY(digest_fd(k->result.out_fd, k->out_hex, why));
	TRY(create_out(k, arena, &to, why));
	struct result done = copy_out(k->result.out_fd, to, why);
	if (done.code != OK) {
		unlink(k->out);
		k->out = NULL;
	}
	return done;
}

static void refused(struct cleansing *k, const char *refusal, const char *sentence,
                    const char *reason)
{
	k->refusal = refusal;
	k->sentence = sentence;
	k->reason = reason ? reason : "";
}

static struct result second_reader(struct pool *pool, struct cleansing *k, int in,
                                   struct arena *arena, struct why *why)
{
	struct pool_result seen = {0};
	struct pool_job job = {.program = POOL_INSPECT, .name = slice_str(k->name),
	                       .input_fd = k->result.out_fd, .original_fd = in, .compare = true,
	                       .type = pool_inspect_type(k->result.report.type)};
	TRY(pool_run(pool, &job, arena, &seen, why));
	enum refusal ended = seen.end == POOL_MEMORY ? REFUSAL_LARGE : REFUSAL_FAILED;
	if (seen.end != POOL_DONE)
		refused(k, refusal_name(ended), refusal_sentence(ended, k->result.report.type),
		        arena_printf(arena, "second reader ended: %s", pool_end_name(seen.end)));
	else if (seen.inspect.verdict == INSPECT_FOUND)
		refused(k, "held", held_sentence(),
		        arena_printf(arena, "second reader found %s at %s", seen.inspect.findings->what,
		                     seen.inspect.findings->where));
	else if (seen.inspect.verdict != INSPECT_OK)
		refused(k, "held", held_sentence(), arena_printf(arena, "second reader: %s", seen.inspect.reason));
	else if (seen.agreement == INSPECT_DIFFERS && pool_must_agree(&k->result.report))
		refused(k, "held", held_sentence(), "second reader: text or pages differ, nothing was removed that they could go with");
	return ok();
}

static struct result cleanse_one(struct pool *pool, struct cleansing *k, struct arena *arena,
                                 struct why *why)
{
	AUTO(fd_close_drop) int in = -1;
	TRY(open_plain(k->path, &in, why));
	TRY(digest_fd(in, k->in_hex, why));
	TRY(base_name(k->path, arena, &k->name, why));
	struct pool_job job = {.program = POOL_CLEANSE, .name = slice_str(k->name), .input_fd = in,
	                       .original_fd = -1, .password = k->password, .rules = k->rules};
	job.program = pool_cleanser(pool, rules_strip(&k->rules, "page-drawing"));
	TRY(pool_run(pool, &job, arena, &k->result, why));
	const struct file_report *report = &k->result.report;
	if (k->result.end != POOL_DONE || report->verdict == FILE_REFUSED || k->result.out_fd < 0) {
		enum refusal r = report->refusal ? report->refusal : REFUSAL_FAILED;
		refused(k, refusal_name(r), refusal_sentence(r, report->type),
		        report->place && report->place[0]
		                ? arena_printf(arena, "%s: %s", report->place, report->reason)
		                : report->reason);
		return ok();
	}
	TRY(second_reader(pool, k, in, arena, why));
	return k->refusal ? ok() : write_out(k, arena, why);
}

/* ---- printing ----------------------------------------------------------- */

static void print_json(const struct cleansing *k, struct buffer *line)
{
	const struct file_report *report = &k->result.report;
	buffer_put_str(line, "{\"file\":");
	buffer_json_str(line, slice_str(k->path));
	buffer_printf(line, ",\"type\":\"%s\",\"verdict\":\"%s\",\"reason\":\"%s\",\"detail\":",
	              file_type_name(report->type),
	              k->refusal ? "refused" : file_verdict_name(report->verdict),
	              k->refusal ? k->refusal : "");
	buffer_json_str(line, slice_str(k->reason ? k->reason : ""));
	buffer_put_str(line, ",\"removed\":[");
	for (const struct removal *r = report->removals; r; r = r->next) {
		buffer_put_str(line, r == report->removals ? "{\"what\":" : ",{\"what\":");
		buffer_json_str(line, slice_str(r->what));
		buffer_put_str(line, ",\"where\":");
		buffer_json_str(line, slice_str(r->where));
		buffer_put_str(line, "}");
	}
	buffer_put_str(line, "],\"signatures\":");
	signatures_json(report->signatures, line);
	buffer_put_str(line, ",\"out\":");
	if (k->out)
		buffer_json_str(line, slice_str(k->out));
	else
		buffer_put_str(line, "null");
	buffer_printf(line, ",\"sha256_in\":\"%s\",\"sha256_out\":", k->in_hex);
	buffer_printf(line, k->out ? "\"%s\"}\n" : "null}\n", k->out_hex);
}

static void print_signatures(const struct signature *first, struct buffer *line)
{
	for (const struct signature *s = first; s; s = s->next) {
		buffer_put_str(line, "    ◇");
		signature_sentence(s, line);
		buffer_put_str(line, "\n");
	}
}

static void print_text(const struct cleansing *k, struct buffer *line)
{
	const struct file_report *report = &k->result.report;
	if (k->refusal) {
		buffer_printf(line, "通せません  %s\n    %s\n    （%s: %s）\n", k->path, k->sentence, k->refusal,
		              k->reason);
		return;
	}
	buffer_printf(line, "%s  %s\n    %s\n", report->removal_count ? "取り除きました" : "そのまま通りました",
	              k->path, k->out);
	for (const struct removal *r = report->removals; r; r = r->next)
		buffer_printf(line, "    ・%s%s%s%s\n", removal_sentence(r->what), r->where[0] ? "（" : "", r->where, r->where[0] ? "）" : "");
	print_signatures(report->signatures, line);
}

static int run_one(struct pool *pool, const struct cleansing *asked, bool json)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct cleansing k = *asked;
	struct why why = {0};
	struct buffer line;
	if (!arena)
		return CLI_FAILED;
	struct result done = cleanse_one(pool, &k, arena, &why);
	if (k.result.out_fd >= 0)
		fd_close_drop(&k.result.out_fd);
	if (done.code != OK)
		return cli_why(k.path, &why);
	buffer_init(&line, 64 << 20);
	if (json)
		print_json(&k, &line);
	else
		print_text(&k, &line);
	fputs(buffer_cstr(&line), stdout);
	fflush(stdout);
	buffer_done(&line);
	return k.refusal ? CLI_REFUSED : CLI_DONE;
}

static struct result open_pool(bool no_jail, const char *anchors, bool draws, struct arena *arena, struct pool **pool,
                               struct why *why)
{
	struct pool_options options = {.parallel = 2, .no_jail = no_jail, .anchors = anchors};
	TRY(house_program("sekisho-cleanse", arena, &options.path[POOL_CLEANSE], why));
	TRY(house_program("sekisho-inspect", arena, &options.path[POOL_INSPECT], why));
	if (draws)
		TRY(house_program("sekisho-draw", arena, &options.path[POOL_DRAW], why));
	return pool_open(&options, pool, why);
}

struct result cli_password(const char *path, const char *number, uint8_t room[PASSWORD_ROOM], struct slice *out,
                           struct why *why)
{
	AUTO(fd_close_drop) int fd = -1;
	uint64_t given = 0;
	size_t len = 0;
	ssize_t n = 0;
	*out = SLICE("");
	if (!path && !number)
		return ok();
	if (number && (!number_parse_u64(slice_str(number), &given) || given > 1023))
		return fail(why, E_INPUT, "--password-fd", "記述子の番号ではありません: %s", number);
	fd = path ? open(path, O_RDONLY | O_CLOEXEC) : fcntl((int)given, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return fail(why, E_INPUT, path ? path : number, "開けません: %s", strerror(errno));
	while (len < PASSWORD_ROOM && (n = read(fd, room + len, PASSWORD_ROOM - len)) > 0)
		len += (size_t)n;
	const uint8_t *end = memchr(room, '\n', len);
	struct slice line = slice_of(room, end ? (size_t)(end - room) : len);
	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	if (n < 0 || line.len == 0 || line.len > PASSWORD_MOST || !utf8_valid(line))
		return fail(why, E_INPUT, path ? path : number, "1行目にUTF-8で256バイトまでのパスワードを書いてください");
	*out = line;
	return ok();
}

/* What becomes of a PDF's pages, beside the preset: --pages keep, picture (with unseen
 * text over it) or bare (without), and how fine. */
static bool read_pages(const char *pages, const char *dpi, struct switches *switches, struct content_rules *rules)
{
	static const struct {
		const char *name;
		enum treatment drawing, text;
	} ways[] = {{"keep", TREAT_ALLOW, TREAT_ALLOW}, {"picture", TREAT_SANITISE, TREAT_ALLOW}, {"bare", TREAT_SANITISE, TREAT_SANITISE}};
	uint64_t dots = 0;
	bool known = pages == NULL;
	for (size_t i = 0; pages && i < sizeof ways / sizeof *ways; i++) {
		if (strcmp(pages, ways[i].name) != 0)
			continue;
		switches->of[construct_find("page-drawing")] = (uint8_t)ways[i].drawing;
		switches->of[construct_find("page-text")] = (uint8_t)ways[i].text;
		known = true;
	}
	if (dpi && (!number_parse_u64(slice_str(dpi), &dots) || dots < 72 || dots > 600))
		return false;
	*rules = switches_rules(switches);
	rules->page_dpi = dots;
	return known;
}

static int cleanse(int argc, char **argv)
{
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	AUTO(pool_drop) struct pool *pool = NULL;
	const char *out = NULL, *report = NULL, *password_file = NULL, *password_fd = NULL, *preset = "municipal", *anchors = NULL, *pages = NULL, *dpi = NULL;
	struct switches switches;
	uint8_t room[PASSWORD_ROOM];
	struct slice password;
	bool no_jail = false;
	struct why why = {0};
	const struct option_row rows[] = {
		{"-o", &out, NULL}, {"--report", &report, NULL}, {"--no-jail", NULL, &no_jail},
		{"--password-file", &password_file, NULL}, {"--password-fd", &password_fd, NULL}, {"--preset", &preset, NULL},
		{"--anchors", &anchors, NULL}, {"--pages", &pages, NULL}, {"--dpi", &dpi, NULL}};
	argc = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	struct content_rules rules;
	if (argc < 1 || !out || !arena || (report && strcmp(report, "json") != 0) ||
	    !switches_preset(preset, &switches) || !read_pages(pages, dpi, &switches, &rules))
		return cli_usage(&cli_cleanse_verbs[0]);
	if (mkdir(out, 0755) < 0 && errno != EEXIST) {
		fprintf(stderr, "%s: 書出し先のフォルダを作れません: %s\n", out, strerror(errno));
		return CLI_FAILED;
	}
	if (cli_password(password_file, password_fd, room, &password, &why).code != OK)
		return cli_why("cleanse", &why);
	if (open_pool(no_jail, anchors, rules_strip(&rules, "page-drawing"), arena, &pool, &why).code != OK)
		return cli_why("cleanse", &why);
	int worst = CLI_DONE;
	for (int i = 0; i < argc; i++) {
		struct cleansing asked = {.path = argv[i], .out_dir = out, .password = password, .rules = rules,
		                          .result = {.out_fd = -1}};
		int status = run_one(pool, &asked, report != NULL);
		worst = status > worst ? status : worst;
	}
	explicit_bzero(room, sizeof room);
	return worst;
}

const struct verb cli_cleanse_verbs[] = {
	{"cleanse", "FILE... -o DIR [--report json] [--preset strict|municipal|consistent]"
	 " [--pages keep|picture|bare] [--dpi N]"
	 " [--password-file FILE | --password-fd N] [--anchors DIR]",
	 "ファイルを無害化して DIR に書き出します（庁内の設定もサーバーも要りません）", cleanse},
	{0},
};
