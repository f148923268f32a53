/* An OpenDocument package whose parts are the fuzzer's: the input is a list of parts
 * ("name\0content\0"), packed here so that compression and CRC stand in nobody's
 * way (package.h says what must hold).                                       */
#include "fuzz/package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return package_fuzz(slice_of(data, size), pack);
}
