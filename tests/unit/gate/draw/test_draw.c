/* The drawer by poppler: pixels where ink was, letters where they stood, and what it
 * says where it cannot. */
#include "gate/draw/draw_pages.h"
#include "gate/draw/internal.h"

#include "harness.h"

/* What fontconfig and those above it keep until the end of the program is theirs. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libcairo\nleak:libpoppler\nleak:libglib\n";
}

static unsigned kept, allowed;

static bool keep(const char *path)
{
	return path[0] == '/' && kept++ < allowed;
}

static const struct drawer *ready(void)
{
	kept = 0;
	allowed = 100000;
	const struct drawer *drawer = draw_prepare(keep);
	CHECK(!drawer->unfit);
	if (drawer->unfit)
		printf("  %s\n", drawer->unfit);
	return drawer;
}

TEST(japanese_without_its_font_is_drawn_and_read)
{
	const struct drawer *drawer = ready();
	struct buffer pdf;
	struct drawing *drawing = NULL;
	struct drawn_letter *letters = NULL;
	const uint8_t *pixels = NULL;
	struct why why = {0};
	struct arena *arena = arena_new(1 << 20);
	uint32_t pages = 0;
	size_t count = 0, ink = 0, blue = 0;
	double width = 0, height = 0;
	CHECK(kept > 100); /* fonts and maps */
	sample_pdf(&pdf);
	CHECK_OK(drawer->open(buffer_slice(&pdf), &drawing, &pages, &why), &why);
	CHECK_INT(pages, 1);
	CHECK_OK(drawer->size(drawing, 0, &width, &height, &why), &why);
	CHECK(width == 300 && height == 300);
	CHECK_OK(drawer->draw(drawing, 0, 144, 600, 600, &pixels, &why), &why);
	for (size_t i = 0; i < 600 * 600; i++) {
		bool row = i / 600 > 170 && i / 600 < 245; /* where 日本語 stands */
		ink += row && pixels[4 * i] < 100;
		blue += pixels[4 * i] == 255 && pixels[4 * i + 1] == 0;
	}
	CHECK(ink > 500);
	CHECK(blue > 20000); /* the box of 100 by 60 points */
	CHECK(pixels[0] == 255 && pixels[1] == 255 && pixels[2] == 255);
	CHECK_OK(drawer->letters(drawing, 0, arena, &letters, &count, &why), &why);
	unsigned found = 0;
	for (size_t i = 0; i + 2 < count; i++)
		if (letters[i].character == 0x65E5 && letters[i + 1].character == 0x672C && letters[i + 2].character == 0x8A9E)
			found += letters[i].left > 19 && letters[i].left < 22 && letters[i + 1].left > 49 && letters[i + 1].left < 52 &&
			         letters[i].top > 80 && letters[i].bottom < 140;
	CHECK_INT(found, 1);
	drawer->close(drawing);
	buffer_done(&pdf);
	arena_free(arena);
}

TEST(what_is_no_document_is_an_error)
{
	const struct drawer *drawer = ready();
	struct drawing *drawing = NULL;
	struct why why = {0};
	uint32_t pages = 0;
	CHECK_INT(drawer->open(SLICE("%PDF-1.7\nnothing"), &drawing, &pages, &why).code, E_INPUT);
	CHECK(!drawing && strstr(why.text, "poppler"));
	drawer->close(NULL);
}

TEST(files_that_cannot_be_kept_make_it_unfit)
{
	kept = 0;
	allowed = 3;
	const struct drawer *drawer = draw_prepare(keep);
	CHECK(drawer->unfit && strlen(drawer->unfit) > 20);
	(void)ready();
}

MAIN_TESTS()
