/* tests/pdf.h - what other people's software reads out of a PDF (poppler-utils) */
#ifndef SEKISHO_TESTS_PDF_H
#define SEKISHO_TESTS_PDF_H

#include "base/file.h"
#include "harness.h"

#include <unistd.h>

/* fontconfig and cairo keep the fonts that they have found until the process ends */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libcairo\nleak:libpango\nleak:libglib\n";
}

static inline bool pdf_tools(void)
{
	return system("command -v pdftotext pdffonts pdfinfo >/dev/null") == 0;
}

/* pdf_read - what `command FILE ending` prints; out is the caller's, cleared first.
 * With SEKISHO_PDFS=folder the file stays there under `name`, to be looked at.   */
static inline void pdf_read(struct slice pdf, const char *name, const char *command, const char *ending, struct buffer *out)
{
	char path[200] = "/tmp/sekisho-pdf-XXXXXX", line[500];
	struct why why = {0};
	const char *kept = getenv("SEKISHO_PDFS");
	int fd = kept ? -1 : mkstemp(path);
	if (fd >= 0)
		close(fd);
	if (kept)
		snprintf(path, sizeof path, "%s/%s.pdf", kept, name);
	CHECK_OK(file_write(path, pdf, 0600, &why), &why);
	snprintf(line, sizeof line, "%s %s %s", command, path, ending);
	buffer_clear(out);
	FILE *pipe = popen(line, "r");
	for (int c; pipe && (c = fgetc(pipe)) != EOF;)
		buffer_put_u8(out, (uint8_t)c);
	CHECK(pipe && pclose(pipe) == 0);
	if (!kept)
		unlink(path);
}

/* lines without spaces: where a line of a cell ends is not the test's business */
static inline bool pdf_says(struct buffer *text, const char *words)
{
	static char flat[1 << 22];
	size_t n = 0;
	const char *all = buffer_cstr(text);
	for (size_t i = 0; all[i] && n + 1 < sizeof flat; i++)
		if (all[i] != ' ' && all[i] != '\n' && all[i] != '\f')
			flat[n++] = all[i];
	flat[n] = 0;
	bool there = strstr(flat, words) != NULL;
	if (!there)
		printf("  not in the PDF: %s\n%.3000s\n", words, flat);
	return there;
}

/* pdf_sound - every font embedded and readable, every page A4 */
static inline void pdf_sound(struct slice pdf, const char *name, bool across)
{
	AUTO(buffer_done) struct buffer out = {0};
	buffer_init(&out, 16 << 20);
	pdf_read(pdf, name, "pdffonts", "", &out);
	size_t fonts = 0;
	for (const char *at = buffer_cstr(&out), *end; (end = strchr(at, '\n')); at = end + 1) {
		if (!memchr(at, '+', (size_t)(end - at)))
			continue; /* the heads of the list; a subset's name has its plus */
		fonts++;
		struct slice line = slice_of(at, (size_t)(end - at));
		CHECK(slice_find(line, SLICE("yes yes yes")) != SIZE_MAX);
	}
	CHECK(fonts > 0);
	pdf_read(pdf, name, "pdfinfo -l 9999", "", &out);
	size_t pages = 0;
	for (const char *at = buffer_cstr(&out); (at = strstr(at, "size:")); at++) {
		at += strspn(at, "size: ");
		if (strncmp(at, across ? "841.89 x 595.28" : "595.28 x 841.89", 14) == 0)
			pages++;
	}
	CHECK(pages > 0);
	CHECK(strstr(buffer_cstr(&out), across ? "842 x 595" : "612 x 792") == NULL);
}

#endif
