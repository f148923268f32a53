/* The office, text and archive files of the shared corpus: every one gets a
 * typed verdict, at most two in a hundred well-formed ones are refused, and what
 * comes out is read by libzip and is its own cleansing.  Skipped where the
 * corpus is not there.                                                       */
#include "office.h"

#include <dirent.h>

static bool corpus_folder(char *path, size_t size, const char *kind, const char *type)
{
	const char *shared = getenv("SEKISHO_SHARED"), *root = getenv("SEKISHO_SOURCE_ROOT");
	snprintf(path, size, "%s%s/corpus/%s/%s", shared ? shared : root ? root : ".", shared ? "" : "/../shared", kind,
	         type);
	DIR *d = opendir(path);
	if (d)
		closedir(d);
	return d != NULL;
}

static struct slice slurp(const char *path, uint8_t **memory)
{
	FILE *f = fopen(path, "rbe");
	size_t room = 64 << 20, len = 0;
	*memory = malloc(room);
	if (f && *memory)
		len = fread(*memory, 1, room, f);
	if (f)
		fclose(f);
	return slice_of(*memory, len);
}

struct tally {
	int seen, refused, reasons[REFUSALS], unstable, unreadable;
};

static void check_output(struct tally *t, const char *name, struct outcome *o)
{
	struct outcome again = {0};
	struct buffer seen;
	char made[32];
	snprintf(made, sizeof made, "x.%s", o->report.ending);
	cleanse(&again, made, buffer_slice(&o->out));
	bool stable = again.report.verdict == FILE_CLEAN && slice_equal(buffer_slice(&o->out), buffer_slice(&again.out));
	if (!stable)
		printf("  %s: a second cleansing: %s %s\n", name, again.report.reason,
		       again.report.removals ? again.report.removals->what : "");
	t->unstable += !stable;
	buffer_init(&seen, (size_t)1 << 30);
	bool text = o->report.type == FILE_TXT || o->report.type == FILE_CSV;
	t->unreadable += !text && !unpack_all(buffer_slice(&o->out), &seen);
	buffer_done(&seen);
	outcome_done(&again);
}

static void take_file(struct tally *t, const char *folder, const char *name, bool tell)
{
	char path[1024];
	uint8_t *memory;
	struct outcome o = {0};
	snprintf(path, sizeof path, "%s/%s", folder, name);
	cleanse(&o, name, slurp(path, &memory));
	t->seen++;
	t->reasons[o.report.refusal]++;
	t->refused += o.report.verdict == FILE_REFUSED;
	if (o.report.verdict == FILE_REFUSED && tell)
		printf("  %s: %s: %s (%s)\n", name, refusal_name(o.report.refusal), o.report.reason, o.report.place);
	CHECK((o.report.verdict == FILE_REFUSED) == (o.report.refusal != REFUSAL_NONE));
	CHECK(o.report.verdict != FILE_REFUSED || o.out.len == 0);
	if (o.report.verdict != FILE_REFUSED)
		check_output(t, name, &o);
	outcome_done(&o);
	free(memory);
}

/* A folder's documents, with and without macros, templates too. */
static bool fits(const char *type, const char *ending)
{
	for (int t = 0; t < FILE_TYPES; t++)
		if (strcmp(file_type_name((enum file_type)t), type) == 0)
			return file_type_fits((enum file_type)t, ending);
	return false;
}

static void run(struct tally *t, const char *kind, const char *type, bool tell)
{
	char folder[512];
	if (!corpus_folder(folder, sizeof folder, kind, type))
		return;
	DIR *d = opendir(folder);
	int before = t->seen, refused = t->refused;
	for (struct dirent *e; (e = readdir(d));) {
		char ending[16];
		job_ending(slice_str(e->d_name), ending);
		if (fits(type, ending))
			take_file(t, folder, e->d_name, tell);
	}
	closedir(d);
	printf("  %s/%s: %d files, %d refused\n", kind, type, t->seen - before, t->refused - refused);
}

static void print(const struct tally *t)
{
	for (int r = 1; r < REFUSALS; r++)
		if (t->reasons[r])
			printf("  refused as %s: %d\n", refusal_name((enum refusal)r), t->reasons[r]);
}

TEST(benign_office_documents_pass)
{
	char folder[512];
	struct tally t = {0};
	if (!corpus_folder(folder, sizeof folder, "benign", "docx"))
		SKIP("no corpus");
	run(&t, "benign", "docx", true);
	run(&t, "benign", "xlsx", true);
	run(&t, "benign", "pptx", true);
	print(&t);
	/* six of them are not well-formed: three have a DTD, one has bytes after its
	 * end, one has two names for a part, one has text outside the root */
	printf("  %d of %d refused (%.1f %%)\n", t.refused, t.seen, 100.0 * t.refused / t.seen);
	CHECK(t.refused * 100 <= t.seen * 2 + 6 * 100);
	CHECK((t.refused - 6) * 100 <= (t.seen - 6) * 2);
	CHECK_INT(t.unstable, 0);
	CHECK_INT(t.unreadable, 0);
}

TEST(benign_texts_and_archives_pass)
{
	char folder[512];
	struct tally t = {0};
	if (!corpus_folder(folder, sizeof folder, "benign", "csv"))
		SKIP("no corpus");
	run(&t, "benign", "csv", true);
	CHECK(t.refused * 100 <= t.seen * 2);
	run(&t, "benign", "zip", true);
	CHECK_INT(t.unstable, 0);
	CHECK_INT(t.unreadable, 0);
}

TEST(active_and_odd_ones_end_with_a_verdict)
{
	char folder[512];
	struct tally t = {0};
	if (!corpus_folder(folder, sizeof folder, "active", "docx"))
		SKIP("no corpus");
	static const char *const kinds[] = {"active", "odd", "encrypted"}, *const types[] = {"docx", "xlsx", "pptx", "zip"};
	for (int k = 0; k < 3; k++)
		for (int i = 0; i < 4; i++)
			run(&t, kinds[k], types[i], false);
	print(&t);
	CHECK_INT(t.unstable, 0);
	CHECK_INT(t.unreadable, 0);
	CHECK(t.seen > 60);
}

TEST(what_is_encrypted_is_said_to_be)
{
	char folder[512];
	size_t told = 0, open = 0, broken = 0, seen = 0;
	if (!corpus_folder(folder, sizeof folder, "encrypted", "ooxml-enc"))
		SKIP("no corpus");
	DIR *d = opendir(folder);
	for (struct dirent *e; (e = readdir(d));) {
		struct tally t = {0};
		if (e->d_name[0] == '.')
			continue;
		take_file(&t, folder, e->d_name, false);
		told += t.reasons[REFUSAL_ENCRYPTED] == 1;
		open += t.refused == 0;
		broken += t.reasons[REFUSAL_DAMAGED] == 1;
		seen++;
	}
	closedir(d);
	printf("  %zu ask for a password, %zu open unasked, %zu are damaged\n", told, open, broken);
	CHECK_INT(told + open + broken, seen);
	CHECK(broken <= 2 && open <= 4);
}

MAIN_TESTS()
