/* Real documents: few of the well-formed ones refused, text kept, nothing
 * active left, the same bytes on every rebuild.  Skipped where the corpus is
 * not there. */
#include "harness.h"

#include "make.h"

#include "base/file.h"

#include <dirent.h>

typedef void each_fn(const char *path, const struct cleansed *c, void *state);

static bool corpus_folder(const char *kind, char *out, size_t room)
{
	const char *shared = getenv("SEKISHO_SHARED"), *root = getenv("SEKISHO_SOURCE_ROOT");
	if (shared)
		snprintf(out, room, "%s/corpus/%s/pdf", shared, kind);
	else
		snprintf(out, room, "%s/../shared/corpus/%s/pdf", root ? root : ".", kind);
	return access(out, R_OK) == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_pdf(const struct dirent *entry)
{
	return slice_ends(slice_str(entry->d_name), SLICE(".pdf"));
}

static bool each_file(const char *kind, each_fn *each, void *state)
{
	char folder[512], path[1024];
	struct dirent **entries;
	if (!corpus_folder(kind, folder, sizeof folder))
		return false;
	int count = scandir(folder, &entries, is_pdf, by_name);
	for (int i = 0; i < count; i++) {
		struct arena *arena = arena_new(1u << 28);
		struct slice in;
		struct cleansed c;
		snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
		CHECK(file_read(path, 1u << 28, arena, &in, NULL).code == OK);
		cleanse(&c, in);
		CHECK((c.report.verdict == FILE_REFUSED) == (c.report.refusal != REFUSAL_NONE));
		CHECK((c.report.verdict == FILE_REFUSED) == (c.out.len == 0));
		each(path, &c, state);
		cleansed_done(&c);
		arena_free(arena);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return count > 0;
}

struct counts {
	size_t passed, refused, well_formed, again, larger, in_bytes, out_bytes;
	size_t by_refusal[REFUSALS], compared, different, seen, active, encrypted;
	struct buffer one, two;
};

static bool well_formed(const char *path)
{
	char command[1200];
	snprintf(command, sizeof command, "qpdf --check '%s' >/dev/null 2>&1", path);
	return system(command) == 0;
}

static void count_again(const struct cleansed *c, struct counts *n)
{
	struct cleansed second;
	cleanse(&second, buffer_slice(&c->out));
	n->again += second.report.verdict == FILE_CLEAN &&
	            slice_equal(buffer_slice(&second.out), buffer_slice(&c->out));
	cleansed_done(&second);
}

static void count_benign(const char *path, const struct cleansed *c, void *state)
{
	struct counts *n = state;
	n->by_refusal[c->report.refusal]++;
	if (c->report.verdict == FILE_REFUSED) {
		n->refused++;
		bool good = well_formed(path);
		n->well_formed += good;
		if (good)
			printf("  refused %s: %s: %s %s\n", strrchr(path, '/') + 1,
			       refusal_name(c->report.refusal), c->report.reason, c->report.place);
		return;
	}
	n->passed++;
	n->out_bytes += c->out.len;
	count_again(c, n);
}

TEST(benign_documents_pass)
{
	struct counts n = {0};
	if (!have_program("qpdf") || !each_file("benign", count_benign, &n))
		SKIP("no corpus or no qpdf");
	printf("  %zu passed, %zu refused, of these %zu well-formed; %zu rebuild to themselves\n", n.passed,
	       n.refused, n.well_formed, n.again);
	for (unsigned i = 1; i < REFUSALS; i++)
		if (n.by_refusal[i])
			printf("  %s: %zu\n", refusal_name(i), n.by_refusal[i]);
	CHECK(n.well_formed * 100 <= 2 * (n.passed + n.well_formed));
	CHECK_INT(n.again, n.passed);
}

/* ---- text and pages --------------------------------------------------- */

static int text_of(const char *program, const char *path, struct buffer *out)
{
	char command[1200];
	snprintf(command, sizeof command, "timeout 10 pdf%s '%s' %s 2>/dev/null", program, path,
	         strcmp(program, "totext") == 0 ? "-" : "| grep -E '^Page'");
	return run_program(command, out);
}

static void compare_text(const char *path, const struct cleansed *c, void *state)
{
	struct counts *n = state;
	char made[] = "/tmp/sekisho-pdf-XXXXXX";
	int fd = n->seen++ % 12 == 0 && c->out.len ? mkstemp(made) : -1;
	if (fd < 0)
		return;
	CHECK(close(fd) == 0 && write_file(made, buffer_slice(&c->out)));
	if (text_of("totext", path, &n->one) == 0) {
		n->compared++;
		bool same = text_of("totext", made, &n->two) == 0 &&
		            slice_equal(buffer_slice(&n->one), buffer_slice(&n->two));
		text_of("info", path, &n->one);
		text_of("info", made, &n->two);
		same = same && slice_equal(buffer_slice(&n->one), buffer_slice(&n->two));
		n->different += !same;
		if (!same)
			printf("  differs: %s\n", path);
	}
	unlink(made);
}

TEST(text_and_pages_survive)
{
	struct counts n = {0};
	buffer_init(&n.one, 64u << 20);
	buffer_init(&n.two, 64u << 20);
	if (!have_program("pdftotext") || !each_file("benign", compare_text, &n))
		SKIP("no corpus or no pdftotext");
	printf("  %zu compared, %zu differ\n", n.compared, n.different);
	CHECK(n.compared > 50);
	CHECK_INT(n.different, 0);
	buffer_done(&n.one);
	buffer_done(&n.two);
}

/* ---- active ----------------------------------------------------------- */

static const char *const indicators[] = {
	"/JS ", "/JavaScript", "/AA ", "/Launch", "/EmbeddedFile", "/XFA ", "/SubmitForm",
	"/ImportData", "/ResetForm", "/GoToR", "/GoToE", "/RichMedia", "/Movie", "/FileAttachment",
	"/Rendition", "/AF ", "/3DD", "/EF ", "/Filespec", "/Sound", "/Screen", "/Next <<", "/OPI",
	"/Alternates", "/Collection", "/Perms", "/PS ", "/Encrypt", "(javascript:", "(file:",
};

static void look_for_active(const char *path, const struct cleansed *c, void *state)
{
	struct counts *n = state;
	n->seen++;
	n->refused += c->report.verdict == FILE_REFUSED;
	if (c->report.verdict == FILE_REFUSED)
		return;
	n->passed++;
	n->active += c->report.removal_count > 0;
	CHECK_INT(decompose(buffer_slice(&c->out), &n->one), 0);
	for (size_t i = 0; i < sizeof indicators / sizeof *indicators; i++)
		if (slice_find(buffer_slice(&n->one), slice_str(indicators[i])) != SIZE_MAX) {
			printf("  %s: %s is left\n", path, indicators[i]);
			n->different++;
		}
}

TEST(nothing_active_is_left)
{
	struct counts n = {0};
	buffer_init(&n.one, 64u << 20);
	if (!have_program("qpdf") || !each_file("active", look_for_active, &n))
		SKIP("no corpus or no qpdf");
	printf("  %zu passed changed of %zu, %zu refused\n", n.active, n.seen, n.refused);
	CHECK_INT(n.different, 0);
	CHECK_INT(n.active, n.passed);
	buffer_done(&n.one);
}

static void count_refusals(const char *path, const struct cleansed *c, void *state)
{
	(void)path;
	struct counts *n = state;
	n->seen++;
	n->refused += c->report.verdict == FILE_REFUSED;
	n->encrypted += c->report.refusal == REFUSAL_ENCRYPTED;
}

/* Three of the encrypted files are damaged in their xref sections. */
TEST(encrypted_documents_are_refused)
{
	struct counts n = {0};
	if (!each_file("encrypted", count_refusals, &n))
		SKIP("no corpus");
	printf("  %zu of %zu encrypted, %zu refused\n", n.encrypted, n.seen, n.refused);
	CHECK_INT(n.refused, n.seen);
	CHECK(n.encrypted + 3 >= n.seen);
}

TEST(odd_documents_have_a_verdict)
{
	struct counts n = {0};
	if (!each_file("odd", count_refusals, &n))
		SKIP("no corpus");
	printf("  %zu of %zu refused\n", n.refused, n.seen);
	CHECK(n.seen > 0);
}

MAIN_TESTS()
