/* Whatever the bytes: reading a zip ends, what was accepted lies inside the
 * input, and what unpacks can be written and is accepted again.             */
#include "gate/file/zip.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static struct job job_for(struct arena *arena, struct file_report *report)
{
	struct job job = {.arena = arena, .left = file_limits_default(), .report = report,
	                  .tail = &report->removals, .path = "", .ending = ""};
	job.left.expanded_bytes = 16 << 20;
	*report = (struct file_report){.reason = "", .place = ""};
	return job;
}

static void rewrite(struct job *job, struct arena *arena, const struct zip_view *zip, struct buffer *out)
{
	struct zip_writer writer;
	struct buffer raw;
	buffer_init(&raw, 64 << 20);
	zip_writer_begin(&writer);
	for (size_t i = 0; i < zip->count; i++) {
		const struct zip_entry *entry = &zip->entries[i];
		if (zip_unpack(job, entry, &raw, NULL).code != OK)
			continue;
		demand(raw.len == entry->size);
		if (i % 2)
			zip_writer_copy(&writer, entry->name, entry);
		else
			demand(zip_writer_add(&writer, entry->name, buffer_slice(&raw), true, NULL).code == OK);
	}
	demand(zip_writer_end(&writer, SLICE(""), SLICE(""), out, NULL).code == OK);
	zip_writer_done(&writer);
	buffer_done(&raw);
	struct zip_view again;
	struct file_report report;
	struct job second = job_for(arena, &report);
	demand(!buffer_ok(out) || zip_read(&second, arena, buffer_slice(out), &again, NULL).code == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(64 << 20);
	struct file_report report;
	struct job job = job_for(arena, &report);
	struct zip_view zip;
	struct buffer out;
	buffer_init(&out, 64 << 20);
	struct slice in = slice_of(data, size);
	if (zip_read(&job, arena, in, &zip, NULL).code == OK) {
		for (size_t i = 0; i < zip.count; i++)
			demand(zip.entries[i].packed.at >= data &&
			       zip.entries[i].packed.at + zip.entries[i].packed.len <= data + size);
		rewrite(&job, arena, &zip, &out);
	} else {
		demand(report.refusal != REFUSAL_NONE);
	}
	buffer_done(&out);
	arena_free(arena);
	return 0;
}
