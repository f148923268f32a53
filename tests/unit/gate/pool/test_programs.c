/* The real workers behind the real pool: whatever the document, the end is the
 * worker's own word.  Any other end here is a jail that forbids what a library
 * needs, or a crash.                                                        */
#include "base/file.h"
#include "gate/pool/pool.h"
#include "harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PER_FOLDER = 40 };

static const struct {
	const char *folder;
	enum file_type type;
	enum inspect_type inspected;
} kinds[] = {
	{"docx", FILE_DOCX, INSPECT_DOCX}, {"xlsx", FILE_XLSX, INSPECT_XLSX},
	{"pptx", FILE_PPTX, INSPECT_PPTX}, {"pdf", FILE_PDF, INSPECT_PDF},
	{"jpeg", FILE_JPEG, INSPECT_JPEG}, {"png", FILE_PNG, INSPECT_PNG},
	{"gif", FILE_GIF, INSPECT_GIF},    {"bmp", FILE_BMP, INSPECT_BMP},
	{"tiff", FILE_TIFF, INSPECT_TIFF}, {"webp", FILE_WEBP, INSPECT_WEBP}, {"jp2", FILE_JP2, INSPECT_JP2},
	{"txt", FILE_TXT, INSPECT_TXT},    {"csv", FILE_CSV, INSPECT_CSV},
	{"zip", FILE_ZIP, INSPECT_ZIP},    {"doc", FILE_DOC, INSPECT_DOC},
	{"xls", FILE_XLS, INSPECT_XLS},    {"ppt", FILE_PPT, INSPECT_PPT},
};

static enum inspect_type inspected_as(enum file_type type)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].type == type)
			return kinds[i].inspected;
	return INSPECT_NOTHING;
}

static struct pool *open_pool(void)
{
	struct pool_options options = {.path = {CLEANSE, INSPECT}, .parallel = 2};
	struct pool *pool = NULL;
	struct why why = {0};
	if (access(CLEANSE, X_OK) == 0 && access(INSPECT, X_OK) == 0)
		CHECK_OK(pool_open(&options, &pool, &why), &why);
	return pool;
}

static bool ended_well(const char *program, const char *name, const struct pool_result *result)
{
	if (result->end == POOL_DONE)
		return true;
	printf("  %s %s: %s: %s\n", program, name, pool_end_name(result->end),
	       result->report.reason ? result->report.reason : result->inspect.reason);
	return false;
}

/* Through both programs; the cleansing verdict. */
static enum file_verdict carry(struct pool *pool, const char *name, int fd, bool *well)
{
	AUTO(arena_drop) struct arena *arena = arena_new(16 << 20);
	struct pool_job cleanse = {.name = slice_str(name), .input_fd = fd, .original_fd = -1};
	struct pool_result made = {.out_fd = -1}, seen = {0};
	struct why why = {0};
	CHECK_OK(pool_run(pool, &cleanse, arena, &made, &why), &why);
	*well &= ended_well("cleanse", name, &made);
	if (made.out_fd < 0)
		return made.report.verdict;
	struct pool_job inspect = {.program = POOL_INSPECT, .name = slice_str(name),
		.input_fd = made.out_fd, .type = inspected_as(made.report.type), .compare = true,
		.original_fd = fd};
	CHECK_OK(pool_run(pool, &inspect, arena, &seen, &why), &why);
	*well &= ended_well("inspect", name, &seen);
	fd_close_drop(&made.out_fd);
	return made.report.verdict;
}

static enum file_verdict carry_text(struct pool *pool, const char *name, struct slice bytes)
{
	AUTO(fd_close_drop) int fd = -1;
	bool well = true;
	struct why why = {0};
	CHECK_OK(pool_seal_bytes(bytes, &fd, &why), &why);
	enum file_verdict verdict = carry(pool, name, fd, &well);
	CHECK(well);
	return verdict;
}

TEST(small_documents_get_their_verdicts)
{
	AUTO(pool_drop) struct pool *pool = open_pool();
	if (!pool)
		SKIP("the worker programs are not built");
	CHECK_INT(carry_text(pool, "表.csv", SLICE("a,b\r\n1,2\r\n")), FILE_CLEAN);
	CHECK_INT(carry_text(pool, "a.pdf", SLICE("only text\n")), FILE_REFUSED);
	CHECK_INT(carry_text(pool, "a.exe", SLICE("MZ\x90\0\3\0\0\0")), FILE_REFUSED);
	CHECK_INT(carry_text(pool, "a.zip", SLICE("PK\3\4")), FILE_REFUSED);
	CHECK_INT(carry_text(pool, "a.docx", SLICE("")), FILE_REFUSED);
	CHECK_INT(pool_restarts(pool), 0);
}

static int carry_folder(struct pool *pool, const char *folder, bool *well)
{
	int count = 0;
	DIR *dir = opendir(folder);
	for (struct dirent *entry; dir && count < PER_FOLDER && (entry = readdir(dir)) != NULL;) {
		char path[1000];
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		AUTO(fd_close_drop) int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (entry->d_name[0] == '.' || fd < 0)
			continue;
		carry(pool, entry->d_name, fd, well);
		count++;
	}
	if (dir)
		closedir(dir);
	return count;
}

TEST(no_document_of_the_corpus_meets_the_jail)
{
	static const char *const parts[] = {"benign", "active", "odd", "encrypted"};
	const char *shared = getenv("SEKISHO_SHARED");
	AUTO(pool_drop) struct pool *pool = open_pool();
	bool well = true;
	int count = 0;
	if (!pool)
		SKIP("the worker programs are not built");
	for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
			char folder[400];
			snprintf(folder, sizeof folder, "%s/corpus/%s/%s", shared ? shared : SHARED, parts[p],
			         kinds[k].folder);
			count += carry_folder(pool, folder, &well);
		}
	if (count == 0)
		SKIP("no corpus beside the repository");
	CHECK(well);
	CHECK_INT(pool_restarts(pool), 0);
	printf("  %d documents\n", count);
}

/* ---- one document from standard input ----------------------------------- */

static int run_alone(char *const *arguments, struct slice in, char *out, char *report, size_t room)
{
	AUTO(fd_close_drop) int input = -1;
	AUTO(fd_close_drop) int output = memfd_create("out", 0);
	AUTO(fd_close_drop) int told = memfd_create("report", 0);
	int status = 0;
	struct why why = {0};
	CHECK_OK(pool_seal_bytes(in, &input, &why), &why);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		int from[3] = {fcntl(input, F_DUPFD, 10), fcntl(output, F_DUPFD, 10), fcntl(told, F_DUPFD, 10)};
		dup2(from[0], 0);
		dup2(from[1], 1);
		dup2(from[2], 3);
		execv(arguments[0], arguments);
		_exit(99);
	}
	waitpid(child, &status, 0);
	out[pread(output, out, room - 1, 0)] = 0;
	report[pread(told, report, room - 1, 0)] = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(one_document_from_standard_input)
{
	char program[] = CLEANSE, inspector[] = INSPECT, name[] = "--name", csv[] = "x.csv", pdf[] = "x.pdf";
	char type[] = "--type", wrong[] = "--what", out[4096], report[4096];
	if (access(program, X_OK) < 0 || access(inspector, X_OK) < 0)
		SKIP("the worker programs are not built");
	struct slice table = SLICE("a,b\n1,2\n");
	CHECK_INT(run_alone((char *[]){program, name, csv, NULL}, table, out, report, sizeof out), 0);
	CHECK_STR(out, "a,b\n1,2\n");
	CHECK(strstr(report, "\"verdict\":\"clean\"") && report[0] == '{' && strstr(report, "}\n"));
	CHECK_INT(run_alone((char *[]){program, name, pdf, NULL}, table, out, report, sizeof out), 1);
	CHECK_STR(out, "");
	CHECK(strstr(report, "\"verdict\":\"refused\"") != NULL);
	CHECK_INT(run_alone((char *[]){program, wrong, NULL}, table, out, report, sizeof out), 2);
	CHECK_INT(run_alone((char *[]){inspector, type, csv + 2, NULL}, table, out, report, sizeof out), 0);
	CHECK(strstr(report, "\"verdict\":\"ok\"") != NULL);
	CHECK_INT(run_alone((char *[]){inspector, type, pdf + 2, NULL}, table, out, report, sizeof out), 1);
	CHECK_INT(run_alone((char *[]){inspector, NULL}, table, out, report, sizeof out), 2);
}

MAIN_TESTS()
