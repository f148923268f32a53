/* What the second reader inflates itself: members of packages, and the pixels of PNG.
 * The makers here use zlib, libpng and a zip of their own.                    */
#include "gate/inspect/inspect.h"

#include "codes.h"
#include "harness.h"

#include <libdeflate.h>
#include <png.h>
#include <zlib.h>

static struct inspect_report look(enum inspect_type type, struct slice in)
{
	struct inspect_limits limits = inspect_limits_default();
	struct inspect_report report;
	struct why why = {0};
	struct arena *arena = arena_new(16 << 20);
	CHECK_OK(inspect_document(type, in, &limits, arena, &report, &why), &why);
	arena_free(arena);
	report.findings = NULL;
	report.reason = report.reason[0] ? "there is one" : "";
	return report;
}

/* ---- members */

static void deflate_into(struct slice plain, int bits, struct buffer *out)
{
	z_stream z = {0};
	CHECK(deflateInit2(&z, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	size_t bound = deflateBound(&z, plain.len);
	z.next_in = (uint8_t *)(uintptr_t)plain.at;
	z.avail_in = (uInt)plain.len;
	z.next_out = buffer_reserve(out, bound);
	z.avail_out = (uInt)bound;
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	buffer_commit(out, z.total_out);
	deflateEnd(&z);
}

/* size, sum  what the archive says of its member */
static void put_zip(struct slice packed, size_t size, uint32_t sum, struct buffer *out)
{
	for (unsigned directory = 0; directory < 2; directory++) {
		buffer_put_le32(out, directory ? 0x02014B50 : 0x04034B50);
		if (directory)
			buffer_put_le16(out, 20);
		buffer_put_le32(out, 20);
		buffer_put_le16(out, 8);
		buffer_put_le32(out, 0x00210000);
		buffer_put_le32(out, sum);
		buffer_put_le32(out, (uint32_t)packed.len);
		buffer_put_le32(out, (uint32_t)size);
		buffer_put_le32(out, 5);
		if (directory)
			buffer_put(out, "\0\0\0\0\0\0\0\0\0\0\0\0\0", 14);
		buffer_put_str(out, "a.txt");
		if (!directory)
			buffer_put_slice(out, packed);
	}
	buffer_put_le32(out, 0x06054B50);
	buffer_put_le32(out, 0);
	buffer_put_le32(out, 0x00010001);
	buffer_put_le32(out, 51);
	buffer_put_le32(out, (uint32_t)(35 + packed.len));
	buffer_put_le16(out, 0);
}

static enum inspect_verdict member(struct slice packed, size_t size, uint32_t sum)
{
	struct buffer zip;
	buffer_init(&zip, 1 << 22);
	put_zip(packed, size, sum, &zip);
	enum inspect_verdict verdict = look(INSPECT_ZIP, buffer_slice(&zip)).verdict;
	buffer_done(&zip);
	return verdict;
}

/* Around the size of what is inflated at a time, and what packs to more than is read at a time. */
TEST(members)
{
	static const size_t sizes[] = {0, 1, 70, 65535, 65536, 65537, 131072, 500000};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct buffer plain, packed;
		buffer_init(&plain, 1 << 20);
		buffer_init(&packed, 1 << 20);
		uint32_t noise = 1;
		for (size_t k = 0; k < sizes[i]; k++) {
			noise = noise * 1664525 + 1013904223;
			buffer_put_u8(&plain, (uint8_t)('a' + (noise >> 24) % (i % 2 ? 26 : 2)));
		}
		uint32_t sum = (uint32_t)crc32_z(0, plain.at, plain.len);
		deflate_into(buffer_slice(&plain), -15, &packed);
		struct slice all = buffer_slice(&packed);
		CHECK_INT(member(all, plain.len, sum), INSPECT_OK);
		CHECK_INT(member(all, plain.len, sum ^ 1), INSPECT_UNREADABLE);
		CHECK_INT(member(all, plain.len + 1, sum), INSPECT_UNREADABLE);
		if (plain.len)
			CHECK_INT(member(all, plain.len - 1, sum), INSPECT_UNREADABLE);
		CHECK_INT(member(slice_part(all, 0, all.len - 1), plain.len, sum), INSPECT_UNREADABLE);
		/* bytes behind the last block, which no program shows */
		for (unsigned slack = 1; slack < 20; slack++) {
			buffer_put_u8(&packed, (uint8_t)slack);
			CHECK_INT(member(buffer_slice(&packed), plain.len, sum), INSPECT_UNREADABLE);
		}
		buffer_done(&plain);
		buffer_done(&packed);
	}
}

/* The gate's libdeflate gives bytes for codes without a meaning; this reader does not. */
TEST(codes_without_a_meaning)
{
	static const struct {
		unsigned length, distance;
		enum inspect_verdict verdict;
	} tried[] = {{285, 29, INSPECT_OK}, {285, 30, INSPECT_UNREADABLE}, {285, 31, INSPECT_UNREADABLE},
	             {286, 0, INSPECT_UNREADABLE}, {287, 29, INSPECT_UNREADABLE}};
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
		static uint8_t plain[1 << 16];
		struct buffer codes;
		size_t len = 0;
		buffer_init(&codes, 1 << 16);
		codes_make(&codes, 'A', 33000, tried[i].length, tried[i].distance);
		CHECK(libdeflate_deflate_decompress(d, codes.at, codes.len, plain, sizeof plain, &len) == LIBDEFLATE_SUCCESS);
		CHECK_INT(member(buffer_slice(&codes), len, (uint32_t)crc32_z(0, plain, len)), tried[i].verdict);
		buffer_done(&codes);
	}
	libdeflate_free_decompressor(d);
}

/* ---- pixels */

static void put_chunk(const char *tag, struct slice body, struct buffer *out)
{
	buffer_put_be32(out, (uint32_t)body.len);
	size_t from = out->len;
	buffer_put_str(out, tag);
	buffer_put_slice(out, body);
	buffer_put_be32(out, (uint32_t)crc32_z(0, out->at + from, out->len - from));
}

struct shape {
	uint32_t width, height;
	uint8_t bits, color, passes;
};

/* pieces  how many IDAT chunks; between  a chunk that stands among them, or NULL */
static enum inspect_verdict picture(struct shape s, struct slice packed, unsigned pieces, const char *between)
{
	struct buffer head, out;
	buffer_init(&head, 64);
	buffer_init(&out, 1 << 22);
	buffer_put_be32(&head, s.width);
	buffer_put_be32(&head, s.height);
	buffer_put_u8(&head, s.bits);
	buffer_put_u8(&head, s.color);
	buffer_put_le16(&head, 0);
	buffer_put_u8(&head, s.passes);
	buffer_put(&out, "\x89PNG\r\n\x1A\n", 8);
	put_chunk("IHDR", buffer_slice(&head), &out);
	if (s.color == 3)
		put_chunk("PLTE", SLICE("abcdef"), &out);
	for (unsigned i = 0; i < pieces; i++) {
		size_t from = packed.len * i / pieces;
		put_chunk("IDAT", slice_part(packed, from, packed.len * (i + 1) / pieces - from), &out);
		if (i == 0 && between)
			put_chunk(between, SLICE("abc"), &out);
	}
	put_chunk("IEND", SLICE(""), &out);
	enum inspect_verdict verdict = look(INSPECT_PNG, buffer_slice(&out)).verdict;
	buffer_done(&head);
	buffer_done(&out);
	return verdict;
}

/* The bytes of all rows, their filters among them, by libpng's arithmetic of passes. */
static size_t bytes_of(struct shape s)
{
	static const unsigned channels[] = {1, 0, 3, 1, 2, 0, 4};
	size_t sum = 0;
	for (int pass = 0; pass < (s.passes ? 7 : 1); pass++) {
		size_t width = s.passes ? (size_t)PNG_PASS_COLS((int)s.width, pass) : s.width;
		size_t rows = s.passes ? (size_t)PNG_PASS_ROWS((int)s.height, pass) : s.height;
		sum += width ? rows * (1 + (width * s.bits * channels[s.color] + 7) / 8) : 0;
	}
	return sum;
}

static void pack(size_t len, uint8_t byte, struct buffer *plain, struct buffer *packed)
{
	buffer_clear(plain);
	buffer_clear(packed);
	for (size_t i = 0; i < len; i++)
		buffer_put_u8(plain, byte);
	deflate_into(buffer_slice(plain), 15, packed);
}

TEST(pixels)
{
	static const struct shape shapes[] = {
		{1, 1, 1, 0, 0}, {9, 5, 1, 0, 1}, {3, 2, 2, 0, 1}, {17, 31, 16, 2, 0}, {17, 31, 16, 2, 1}, {1, 9, 8, 6, 1},
		{300, 300, 8, 6, 0}, {301, 299, 8, 6, 1}, {5, 1, 8, 4, 1}, {1, 1, 16, 4, 1}, {8, 8, 8, 3, 0}, {8, 8, 8, 3, 1},
		{9, 1, 1, 3, 1}, {1, 9, 4, 3, 1}, {6, 3, 2, 3, 0},
	};
	struct buffer plain, packed;
	buffer_init(&plain, 1 << 21);
	buffer_init(&packed, 1 << 21);
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
		size_t len = bytes_of(shapes[i]);
		pack(len, 0, &plain, &packed);
		for (unsigned pieces = 1; pieces < 6; pieces++)
			CHECK_INT(picture(shapes[i], buffer_slice(&packed), pieces, NULL), INSPECT_OK);
		CHECK(picture(shapes[i], buffer_slice(&packed), 2, "tEXt") != INSPECT_OK);
		CHECK_INT(picture(shapes[i], slice_part(buffer_slice(&packed), 0, packed.len - 1), 1, NULL), INSPECT_UNREADABLE);
		packed.at[packed.len - 1] ^= 1; /* its checksum */
		CHECK(picture(shapes[i], buffer_slice(&packed), 1, NULL) != INSPECT_OK);
		packed.at[packed.len - 1] ^= 1;
		buffer_put_str(&packed, "behind the last block");
		CHECK(picture(shapes[i], buffer_slice(&packed), 1, NULL) != INSPECT_OK);
		CHECK(picture(shapes[i], buffer_slice(&packed), 4, NULL) != INSPECT_OK);
		pack(len - 1, 0, &plain, &packed);
		CHECK(picture(shapes[i], buffer_slice(&packed), 1, NULL) != INSPECT_OK);
		pack(len + 1, 0, &plain, &packed);
		CHECK(picture(shapes[i], buffer_slice(&packed), 1, NULL) != INSPECT_OK);
		pack(len, 5, &plain, &packed); /* no such filter, no such colour */
		CHECK(picture(shapes[i], buffer_slice(&packed), 1, NULL) != INSPECT_OK);
	}
	buffer_done(&plain);
	buffer_done(&packed);
}

/* A place in the palette beyond its last colour. */
TEST(palette)
{
	struct buffer plain, packed;
	buffer_init(&plain, 64);
	buffer_init(&packed, 1 << 10);
	buffer_put(&plain, "\0\0\1", 3);
	deflate_into(buffer_slice(&plain), 15, &packed);
	CHECK_INT(picture((struct shape){2, 1, 8, 3, 0}, buffer_slice(&packed), 1, NULL), INSPECT_OK);
	plain.at[2] = 2;
	buffer_clear(&packed);
	deflate_into(buffer_slice(&plain), 15, &packed);
	CHECK(picture((struct shape){2, 1, 8, 3, 0}, buffer_slice(&packed), 1, NULL) != INSPECT_OK);
	buffer_done(&plain);
	buffer_done(&packed);
}

MAIN_TESTS()
