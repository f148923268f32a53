/* sekisho-draw behind the real pool, in its jail: fonts and maps by name though it opens
 * no file, and the page told when its time, its memory or its place in the kernel ends. */
#include "base/buffer.h"
#include "gate/pool/pool.h"
#include "gate/words/switches.h"

#include "harness.h"

#include <unistd.h>

enum { MOST_PAGES = 200, OBJECTS = 24 + MOST_PAGES };

/* Helvetica in its four cuts, Courier, Times, Symbol, ZapfDingbats, and Japanese fonts in
 * encodings of their own: none of them is carried along. */
static const char *const latin[] = {"Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Helvetica-BoldOblique", "Courier",
                                    "Times-Roman", "Times-BoldItalic", "Symbol", "ZapfDingbats"};
static const char *const encodings[] = {"90ms-RKSJ-H", "90ms-RKSJ-V", "EUC-H", "UniJIS-UCS2-H", "UniJIS-UTF16-H", "90pv-RKSJ-H"};
enum { LATIN = sizeof latin / sizeof *latin, ENCODINGS = sizeof encodings / sizeof *encodings };

static void put_fonts(struct buffer *b)
{
	buffer_put_str(b, "/Resources<</Font<<");
	for (unsigned i = 0; i < LATIN; i++)
		buffer_printf(b, "/L%u<</Type/Font/Subtype/Type1/BaseFont/%s>>", i, latin[i]);
	for (unsigned i = 0; i < ENCODINGS; i++)
		buffer_printf(b, "/J%u<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/%s/DescendantFonts[<</Type/Font/Subtype/CIDFontType0"
		              "/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 4>>/FontDescriptor<</Type"
		              "/FontDescriptor/FontName/%s/Flags 6/FontBBox[0 -120 1000 880]/ItalicAngle 0/Ascent 880/Descent -120"
		              "/CapHeight 700/StemV 80>>>>]>>", i, i % 2 ? "HeiseiKakuGo-W5" : "HeiseiMin-W3", encodings[i],
		              i % 2 ? "HeiseiKakuGo-W5" : "HeiseiMin-W3", i % 2 ? "HeiseiKakuGo-W5" : "HeiseiMin-W3");
	buffer_put_str(b, ">>>>");
}

static void put_content(struct buffer *b)
{
	AUTO(buffer_done) struct buffer text = {0};
	buffer_init(&text, 65536);
	for (unsigned i = 0; i < LATIN; i++)
		buffer_printf(&text, "BT/L%u 12 Tf 20 %u Td(Sekisho)Tj ET\n", i, 20 + 16 * i);
	for (unsigned i = 0; i < ENCODINGS; i++)
		buffer_printf(&text, "BT/J%u 12 Tf 150 %u Td<%s>Tj ET\n", i, 180 - 20 * i, i < 2 || i == 5 ? "93FA967B" : i == 2 ? "467C4B5C" : "65E5672C");
	buffer_printf(b, "<</Length %zu>>stream\n%s\nendstream", text.len, buffer_cstr(&text));
}

static int document(unsigned pages, unsigned side)
{
	static size_t places[OBJECTS];
	AUTO(buffer_done) struct buffer b = {0};
	unsigned count = 0;
	int fd = -1;
	buffer_init(&b, 4 << 20);
	buffer_put_str(&b, "%PDF-1.7\n");
	for (unsigned i = 0; i < 3 + pages; i++) {
		places[count++] = b.len;
		buffer_printf(&b, "%u 0 obj\n", count);
		if (i == 0)
			buffer_put_str(&b, "<</Type/Catalog/Pages 2 0 R>>");
		if (i == 1) {
			buffer_printf(&b, "<</Type/Pages/MediaBox[0 0 %u %u]", side, side);
			put_fonts(&b);
			buffer_printf(&b, "/Count %u/Kids[", pages);
			for (unsigned k = 0; k < pages; k++)
				buffer_printf(&b, "%u 0 R ", 4 + k);
			buffer_put_str(&b, "]>>");
		}
		if (i == 2)
			put_content(&b);
		if (i > 2)
			buffer_put_str(&b, "<</Type/Page/Parent 2 0 R/Contents 3 0 R>>");
		buffer_put_str(&b, "\nendobj\n");
	}
	size_t xref = b.len;
	buffer_printf(&b, "xref\n0 %u\n0000000000 65535 f \n", count + 1);
	for (unsigned i = 0; i < count; i++)
		buffer_printf(&b, "%010zu 00000 n \n", places[i]);
	buffer_printf(&b, "trailer\n<</Size %u/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", count + 1, xref);
	CHECK(buffer_ok(&b));
	CHECK_INT(pool_seal_bytes(buffer_slice(&b), &fd, NULL).code, OK);
	return fd;
}

static struct pool *open_pool(void)
{
	struct pool_options options = {.path = {[POOL_DRAW] = DRAW, [POOL_CLEANSE] = CLEANSE, [POOL_INSPECT] = INSPECT}, .parallel = 2};
	struct pool *pool = NULL;
	struct why why = {0};
	CHECK_OK(pool_open(&options, &pool, &why), &why);
	return pool;
}

static struct pool_job job_of(int fd)
{
	struct switches switches;
	CHECK(switches_preset("municipal", &switches));
	switches.of[construct_find("page-drawing")] = TREAT_SANITISE;
	return (struct pool_job){.program = POOL_DRAW, .name = SLICE("a.pdf"), .input_fd = fd, .original_fd = -1,
	                         .rules = switches_rules(&switches)};
}

TEST(fonts_that_no_document_carries_are_drawn_in_the_jail)
{
	AUTO(pool_drop) struct pool *pool = open_pool();
	AUTO(arena_drop) struct arena *arena = arena_new(16 << 20);
	struct pool_result made = {.out_fd = -1}, seen = {0};
	struct why why = {0};
	int fd = document(2, 300);
	struct pool_job job = job_of(fd);
	CHECK_OK(pool_run(pool, &job, arena, &made, &why), &why);
	CHECK_INT(made.end, POOL_DONE);
	CHECK_INT(made.report.verdict, FILE_CHANGED);
	if (made.out_fd < 0)
		printf("  %s %s %s\n", pool_end_name(made.end), made.report.place, made.report.reason);
	struct pool_job inspect = {.program = POOL_INSPECT, .name = SLICE("a.pdf"), .input_fd = made.out_fd, .type = INSPECT_PDF,
	                           .compare = true, .original_fd = fd};
	CHECK_OK(pool_run(pool, &inspect, arena, &seen, &why), &why);
	CHECK_INT(seen.inspect.verdict, INSPECT_OK);
	CHECK_INT(seen.inspect.pages, 2);
	CHECK_INT(seen.agreement, INSPECT_AGREES);
	CHECK(pool_must_agree(&made.report));
	/* the other program has nothing to draw with, and says so */
	job.program = POOL_CLEANSE;
	CHECK_INT(pool_cleanser(pool, true), POOL_DRAW);
	CHECK_INT(pool_cleanser(pool, false), POOL_CLEANSE);
	close(made.out_fd);
	CHECK_OK(pool_run(pool, &job, arena, &made, &why), &why);
	CHECK_INT(made.end, POOL_DONE);
	CHECK_INT(made.report.refusal, REFUSAL_FAILED);
	CHECK_INT(made.out_fd, -1);
	close(fd);
}

TEST(what_ends_the_worker_is_told_with_its_page)
{
	AUTO(pool_drop) struct pool *pool = open_pool();
	AUTO(arena_drop) struct arena *arena = arena_new(16 << 20);
	struct pool_result made = {.out_fd = -1};
	struct why why = {0};
	int many = document(MOST_PAGES, 1200), large = document(1, 14000);
	struct pool_job job = job_of(many);
	job.wall_ms = 1500;
	CHECK_OK(pool_run(pool, &job, arena, &made, &why), &why);
	CHECK_INT(made.end, POOL_TIMEOUT);
	CHECK_INT(made.report.refusal, REFUSAL_FAILED);
	CHECK(strncmp(made.report.place, "page ", 5) == 0);
	CHECK_INT(made.out_fd, -1);
	job = job_of(large);
	CHECK_OK(pool_run(pool, &job, arena, &made, &why), &why);
	CHECK_INT(made.end, POOL_DONE); /* its ordinary memory is enough for any page */
	if (made.out_fd >= 0)
		close(made.out_fd);
#if !defined(__SANITIZE_ADDRESS__) /* its shadow is counted, too */
	CHECK(made.peak_bytes < (uint64_t)256 << 20);
	job.memory_bytes = (uint64_t)150 << 20;
	CHECK_OK(pool_run(pool, &job, arena, &made, &why), &why);
	CHECK_INT(made.end, POOL_MEMORY);
	CHECK_INT(made.report.refusal, REFUSAL_LARGE);
	CHECK_STR(made.report.place, "page 1");
	CHECK_INT(made.out_fd, -1);
#endif
	close(many);
	close(large);
}

MAIN_TESTS()
