/* Whatever the bytes: the walk ends; and of a stream that inflates, what is taken for the
 * beginning of another text gives, with the rest of that text behind it, that text.
 * Of a stream that libdeflate reads, its codes stand for something where zlib reads it,
 * too, and nowhere else; and what ISA-L reads of it, the second reader's, is the same.
 * The first two bytes say how much stays.                                    */
#include "base/checked.h"
#include "gate/file/deflate.h"

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <zlib.h>

enum { TEXT_MOST = 1 << 18, REST = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void check(struct slice packed, size_t same, bool sound, size_t whole, const uint8_t *text, uint8_t *again)
{
	struct buffer out;
	size_t taken = 0, used = 0, got = 0;
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	buffer_init(&out, 1 << 20);
	if (d && deflate_begin(packed, same, &out, &taken)) {
		demand(taken > 0 && taken <= same);
		buffer_put(&out, "\x01\x05\x00\xFA\xFF" "other", 5 + REST); /* a stored block, the last */
		enum libdeflate_result r = libdeflate_deflate_decompress_ex(d, out.at, out.len, again, TEXT_MOST, &used, &got);
		demand(!sound || (r == LIBDEFLATE_SUCCESS && used == out.len && got == taken + REST && taken <= whole &&
		                  memcmp(again, text, taken) == 0 && memcmp(again + taken, "other", REST) == 0));
	}
	buffer_done(&out);
	libdeflate_free_decompressor(d);
}

static bool zlib_reads(struct slice packed, uint8_t *to, size_t *got)
{
	z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)packed.at, .avail_in = (uInt)packed.len,
	              .next_out = to, .avail_out = TEXT_MOST};
	demand(inflateInit2(&z, -15) == Z_OK);
	int end = inflate(&z, Z_FINISH);
	*got = z.total_out;
	bool whole = end == Z_STREAM_END && z.avail_in == 0;
	inflateEnd(&z);
	return whole;
}

static bool isal_reads(struct slice packed, uint8_t *to, size_t *got)
{
	struct inflate_state *state = malloc(sizeof *state);
	demand(state != NULL);
	isal_inflate_init(state);
	state->next_in = (uint8_t *)(uintptr_t)packed.at;
	state->avail_in = (uint32_t)packed.len;
	state->next_out = to;
	state->avail_out = TEXT_MOST;
	bool whole = isal_inflate(state) == ISAL_DECOMP_OK && state->block_state == ISAL_BLOCK_FINISH &&
	             state->avail_in == 0 && state->read_in_length < 8;
	*got = state->total_out;
	free(state);
	return whole;
}

/* A small text comes back, by zlib. */
static void small(struct slice text, uint8_t *again)
{
	struct buffer out;
	size_t got = 0;
	buffer_init(&out, 1 << 20);
	if (deflate_small(text, &out))
		demand(text.len <= DEFLATE_SMALL && out.len <= text.len * 9 / 8 + 4 && zlib_reads(buffer_slice(&out), again, &got) &&
		       got == text.len && (got == 0 || memcmp(again, text.at, got) == 0));
	buffer_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *text = malloc(TEXT_MOST), *again = malloc(TEXT_MOST);
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	if (size > 2 && text && again && d) {
		struct slice packed = slice_of(data + 2, size - 2);
		size_t used = 0, got = 0, same = (size_t)data[0] << 8 | data[1];
		bool sound = libdeflate_deflate_decompress_ex(d, packed.at, packed.len, text, TEXT_MOST - 2 * REST, &used, &got) ==
		             LIBDEFLATE_SUCCESS && used == packed.len;
		size_t zlib_got = 0;
		demand(!sound || deflate_plain(packed, got) ==
			(zlib_reads(packed, again, &zlib_got) && zlib_got == got && memcmp(again, text, got) == 0));
		size_t isal_got = 0;
		demand(!sound || !isal_reads(packed, again, &isal_got) ||
		       (deflate_plain(packed, got) && isal_got == got && memcmp(again, text, got) == 0));
		check(packed, same, sound, got, text, again);
		small(packed, again);
		small(slice_of(text, sound ? got : 0), again);
		for (size_t i = 1; sound && i <= 4; i++)
			check(packed, got * i / 5, sound, got, text, again);
	}
	libdeflate_free_decompressor(d);
	free(text);
	free(again);
	return 0;
}
