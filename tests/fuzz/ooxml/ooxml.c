/* An office document whose parts are the fuzzer's: the input is a list of parts
 * ("name\0content\0"), packed here so that compression and CRC stand in nobody's
 * way.  Whatever they hold: a verdict, nothing out of a refusal, and what came
 * out is its own cleansing.                                                  */
#include "gate/file/zip.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static struct slice next_string(struct slice in, size_t *pos)
{
	size_t from = *pos;
	while (*pos < in.len && in.at[*pos])
		(*pos)++;
	struct slice text = slice_part(in, from, *pos - from);
	*pos += *pos < in.len;
	return text;
}

static void pack(struct slice in, struct buffer *out)
{
	struct zip_writer writer;
	zip_writer_begin(&writer);
	for (size_t pos = 0; pos < in.len;) {
		struct slice name = next_string(in, &pos), content = next_string(in, &pos);
		demand(zip_writer_add(&writer, name, content, true, NULL).code == OK);
	}
	demand(zip_writer_end(&writer, SLICE(""), SLICE(""), out, NULL).code == OK);
	zip_writer_done(&writer);
}

static enum file_verdict cleanse(struct slice in, struct buffer *out)
{
	struct arena *arena = arena_new(64 << 20);
	struct file_limits limits = file_limits_default();
	struct file_report report;
	limits.expanded_bytes = 16 << 20;
	limits.work = 64 << 20;
	demand(file_cleanse(SLICE(""), in, &limits, arena, out, &report, NULL).code == OK);
	demand((report.verdict == FILE_REFUSED) == (report.refusal != REFUSAL_NONE));
	demand(report.verdict != FILE_REFUSED || out->len == 0);
	arena_free(arena);
	return report.verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer in, out, again;
	buffer_init(&in, 64 << 20);
	buffer_init(&out, 64 << 20);
	buffer_init(&again, 64 << 20);
	pack(slice_of(data, size), &in);
	if (cleanse(buffer_slice(&in), &out) != FILE_REFUSED) {
		demand(cleanse(buffer_slice(&out), &again) == FILE_CLEAN);
		demand(slice_equal(buffer_slice(&out), buffer_slice(&again)));
	}
	buffer_done(&in);
	buffer_done(&out);
	buffer_done(&again);
	return 0;
}
