/* tests/unit/gate/pdf/make.h - PDFs made in the test, one construct at a time
 *
 *   1 catalog  2 page tree  3 page  4 resources  5 content  6 font
 *   7 the annotation on the page   8.. what the row brings along
 */
#ifndef SEKISHO_TESTS_PDF_MAKE_H
#define SEKISHO_TESTS_PDF_MAKE_H

#include "harness.h"

#include "base/buffer.h"
#include "gate/file/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CANARY "SEKISHO-CANARY"
/* a stream whose data is the canary alone */
#define CANARY_STREAM(dict) "<<" dict "/Length 14>>stream\n" CANARY "\nendstream"

struct made {
	struct buffer bytes;
	size_t offsets[64];
	unsigned count; /* objects, counted from 1 */
};

struct parts {
	const char *catalog, *page, *resources, *annotation;
	const char *extra[10];
};

static inline void made_begin(struct made *m)
{
	*m = (struct made){0};
	buffer_init(&m->bytes, 64u << 20);
	buffer_put_str(&m->bytes, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
}

static inline void made_object(struct made *m, const char *text)
{
	m->offsets[++m->count] = m->bytes.len;
	buffer_printf(&m->bytes, "%u 0 obj\n%s\nendobj\n", m->count, text);
}

static inline void made_end(struct made *m, const char *trailer)
{
	size_t at = m->bytes.len;
	buffer_printf(&m->bytes, "xref\n0 %u\n0000000000 65535 f \n", m->count + 1);
	for (unsigned i = 1; i <= m->count; i++)
		buffer_printf(&m->bytes, "%010zu 00000 n \n", m->offsets[i]);
	buffer_printf(&m->bytes, "trailer\n<</Size %u/Root 1 0 R%s>>\nstartxref\n%zu\n%%%%EOF\n",
	              m->count + 1, trailer, at);
}

/* the object is head, part, tail */
static inline void made_around(struct made *m, const char *head, const char *part, const char *tail)
{
	char text[4096];
	snprintf(text, sizeof text, "%s%s%s", head, part ? part : "", tail);
	made_object(m, text);
}

#define CONTENT "BT /F1 12 Tf 20 100 Td (Kept text) Tj ET"

static inline void made_objects(struct made *m, const struct parts *p)
{
	made_begin(m);
	made_around(m, "<</Type/Catalog/Pages 2 0 R ", p->catalog, ">>");
	made_object(m, "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 200 200]>>");
	made_around(m, "<</Type/Page/Parent 2 0 R/Resources 4 0 R/Contents 5 0 R/Annots[7 0 R]",
	            p->page, ">>");
	made_around(m, "<</Font<</F1 6 0 R>>", p->resources, ">>");
	made_object(m, "<</Length 40>>stream\n" CONTENT "\nendstream");
	made_object(m, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
	made_around(m, "<</Type/Annot/Rect[0 0 9 9]",
	            p->annotation ? p->annotation : "/Subtype/Square", ">>");
	for (size_t i = 0; i < 10 && p->extra[i]; i++)
		made_object(m, p->extra[i]);
}

static inline void made_document(struct made *m, const struct parts *p)
{
	made_objects(m, p);
	made_end(m, "");
}

/* One cleansing with its own arena. */
struct cleansed {
	struct arena *arena;
	struct buffer out;
	struct file_report report;
};

static inline void cleanse_with(struct cleansed *c, struct slice in, const struct file_limits *limits)
{
	struct why why = {0};
	c->arena = arena_new((size_t)1 << 30);
	buffer_init(&c->out, (size_t)1 << 29);
	struct result r = file_cleanse(SLICE("a.pdf"), in, limits, c->arena, &c->out, &c->report, &why);
	CHECK_INT(r.code, OK);
}

static inline void cleanse(struct cleansed *c, struct slice in)
{
	struct file_limits limits = file_limits_default();
	cleanse_with(c, in, &limits);
}

static inline void cleansed_done(struct cleansed *c)
{
	buffer_done(&c->out);
	arena_free(c->arena);
}

static inline bool cleansed_says(const struct cleansed *c, const char *what, const char *where)
{
	for (const struct removal *r = c->report.removals; r; r = r->next)
		if (strcmp(r->what, what) == 0 && (!where || strcmp(r->where, where) == 0))
			return true;
	return false;
}

/* ---- other people's programs ------------------------------------------ */

static inline bool have_program(const char *name)
{
	char command[160];
	snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", name);
	return system(command) == 0;
}

static inline bool write_file(const char *path, struct slice bytes)
{
	FILE *f = fopen(path, "wbe");
	if (!f)
		return false;
	bool good = fwrite(bytes.at, 1, bytes.len, f) == bytes.len;
	return fclose(f) == 0 && good;
}

/* What a program prints; its status. */
static inline int run_program(const char *command, struct buffer *out)
{
	buffer_clear(out);
	FILE *f = popen(command, "re");
	if (!f)
		return -1;
	char chunk[8192];
	size_t n;
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		buffer_put(out, chunk, n);
	return pclose(f);
}

/* The document decomposed by qpdf: no object stream, no compression. */
static inline int decompose(struct slice pdf, struct buffer *out)
{
	char path[] = "/tmp/sekisho-pdf-XXXXXX", command[200];
	int fd = mkstemp(path);
	if (fd < 0 || close(fd) || !write_file(path, pdf))
		return -1;
	snprintf(command, sizeof command,
	         "qpdf --qdf --object-streams=disable --stream-data=uncompress "
	         "--decode-level=all %s - 2>/dev/null", path);
	int status = run_program(command, out);
	unlink(path);
	return status;
}

#endif
