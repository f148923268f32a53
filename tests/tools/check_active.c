/* check_active TYPE FILE... - what the second reader finds, file by file
 *
 * It links gate_inspect and nothing of the gate, so that an output of the gate
 * is judged by code that shares nothing with it.  TYPE is docx, pdf, jpeg ...,
 * or - to go by each name's ending.
 * Status: 0 nothing found in any file, 1 something found, 2 bad use, 3 a file
 * could not be read as its type (and nothing was found in the others).
 */
#include "base/file.h"
#include "gate/inspect/inspect.h"

#include <stdio.h>
#include <string.h>

enum { FILE_MOST = 512 << 20, ARENA_MOST = 1 << 30 };

static enum inspect_type type_for(const char *word, const char *path)
{
	const char *dot = strrchr(path, '.');
	if (strcmp(word, "-") != 0)
		return inspect_type_of(word);
	return dot ? inspect_type_of(dot + 1) : INSPECT_NOTHING;
}

static int check(const char *word, const char *path)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ARENA_MOST);
	struct inspect_limits limits = inspect_limits_default();
	struct inspect_report report;
	struct slice in;
	struct why why = {0};
	if (!arena || file_read(path, FILE_MOST, arena, &in, &why).code != OK) {
		printf("%s: unreadable: %s\n", path, why.text);
		return 3;
	}
	if (inspect_document(type_for(word, path), in, &limits, arena, &report, &why).code != OK) {
		printf("%s: unreadable: %s\n", path, why.text);
		return 3;
	}
	printf("%s: %s%s%s\n", path, inspect_verdict_name(report.verdict), report.reason[0] ? ": " : "",
	       report.reason);
	for (const struct inspect_finding *f = report.findings; f; f = f->next)
		printf("  %s at %s\n", f->what, f->where);
	return report.verdict == INSPECT_OK ? 0 : report.verdict == INSPECT_FOUND ? 1 : 3;
}

int main(int argc, char **argv)
{
	int found = 0, unreadable = 0;
	if (argc < 3 || (strcmp(argv[1], "-") != 0 && inspect_type_of(argv[1]) == INSPECT_NOTHING)) {
		fprintf(stderr, "check_active TYPE FILE...   (TYPE: docx xlsx pptx xlsb excelxml wordxml flatopc doc xls ppt pdf jpeg png gif bmp "
		                "tiff webp jp2 txt csv zip mail rtf odf html svg sylk mbox, or - for each name's ending)\n");
		return 2;
	}
	inspect_prepare();
	for (int i = 2; i < argc; i++) {
		int status = check(argv[1], argv[i]);
		found += status == 1;
		unreadable += status == 3;
	}
	printf("%d files, %d with findings, %d unreadable\n", argc - 2, found, unreadable);
	return found ? 1 : unreadable ? 3 : 0;
}
