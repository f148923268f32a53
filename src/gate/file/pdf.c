/* pdf_rebuild: open, walk, write. */
#include "gate/file/pdf.h"

static void close_all(struct pdf_walk *walk)
{
	pdf_writer_done(walk->writer);
	pdf_close(walk->doc);
	buffer_done(&walk->items);
	buffer_done(&walk->pages);
}

struct result pdf_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct pdf_document doc = {.job = job, .why = why, .in = in};
	struct pdf_writer writer;
	struct pdf_walk *walk = ARENA_NEW(job->arena, struct pdf_walk);
	if (!walk)
		return fail(why, E_MEMORY, "pdf", "no memory to begin");
	walk->doc = &doc;
	walk->writer = &writer;
	buffer_init(&walk->items, (PDF_OBJECTS + 1) * sizeof(struct pdf_item));
	buffer_init(&walk->pages, (PDF_PAGES + 1) * sizeof(struct pdf_page));
	pdf_writer_init(&writer, &doc, out);
	struct result r = pdf_open(&doc);
	if (r.code == OK)
		r = pdf_walk_all(walk);
	close_all(walk);
	return r;
}
