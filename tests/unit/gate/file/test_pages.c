/* Pages as pictures, with a drawer of the test's own: what is written, what is told,
 * what is known again, and what is refused. */
#include "gate/file/draw.h"
#include "gate/file/pages.h"

#include "harness.h"

#include <stdio.h>

enum { PAGES = 3, SIDE_MOST = 2400 };

/* ---- the drawer -------------------------------------------------------- */

struct drawing {
	uint8_t *pixels;
};

static struct {
	uint32_t pages, failing_page; /* failing_page: from 1, 0 none */
	enum error failure;
	double width, height;
	bool grey, noise;
	const char *text;             /* of each page, ASCII; NULL: Japanese */
	unsigned drawn;
	char noted[200];
} play;

static struct result begin(struct slice pdf, struct drawing **out, uint32_t *pages, struct why *why)
{
	static struct drawing one;
	(void)pdf;
	if (play.failure && !play.failing_page)
		return fail(why, play.failure, "", "the test says no");
	*out = &one;
	*pages = play.pages;
	return ok();
}

static struct result size(struct drawing *d, uint32_t page, double *width, double *height, struct why *why)
{
	(void)d, (void)page, (void)why;
	*width = play.width;
	*height = play.height;
	return ok();
}

static struct result draw(struct drawing *d, uint32_t page, uint32_t dpi, uint32_t width, uint32_t height,
                          const uint8_t **pixels, struct why *why)
{
	uint32_t seed = page + 1;
	(void)dpi;
	play.drawn++;
	if (play.failing_page == page + 1)
		return fail(why, play.failure, "", "the test says no");
	free(d->pixels);
	d->pixels = malloc((size_t)width * height * 4);
	for (size_t i = 0; i < (size_t)width * height; i++) {
		size_t x = i % width, y = i / width;
		bool ink = (x / 7 + y / 11 + page) % 9 == 0;
		uint32_t v = ink ? (play.grey ? 0x404040 : 0x2040A0) : 0xFFFFFF;
		seed = seed * 1664525 + 1013904223;
		if (play.noise)
			v = play.grey ? (seed >> 24) * 0x010101u : seed >> 8;
		memcpy(d->pixels + 4 * i, &v, 4);
	}
	*pixels = d->pixels;
	return ok();
}

static struct result letters(struct drawing *d, uint32_t page, struct arena *arena, struct drawn_letter **out,
                             size_t *count, struct why *why)
{
	static const uint32_t japanese[] = {0x65E5, 0x672C, 0x8A9E, ' ', 'A', 'b', '\n', 0x20B9F, 0x202E, 0x200B, 7, 0xE0100};
	(void)d, (void)page, (void)why;
	*count = play.text ? strlen(play.text) : sizeof japanese / sizeof *japanese;
	*out = ARENA_ARRAY(arena, *count + 1, struct drawn_letter);
	for (size_t i = 0; i < *count; i++) {
		double x = 20 + 10 * (double)i;
		(*out)[i] = (struct drawn_letter){play.text ? (uint32_t)(uint8_t)play.text[i] : japanese[i], x, 30, x + 9.5, 42};
	}
	return ok();
}

static void end(struct drawing *d)
{
	free(d->pixels);
	d->pixels = NULL;
}

static struct drawer drawer = {.open = begin, .size = size, .draw = draw, .letters = letters, .close = end};

static void note(void *user, const char *place)
{
	size_t len = strlen(play.noted);
	(void)user;
	snprintf(play.noted + len, sizeof play.noted - len, "%s;", place);
}

/* ---- documents --------------------------------------------------------- */

static void usual_pdf(struct buffer *out)
{
	size_t places[16], count = 0;
	char kids[100] = "";
	buffer_init(out, 65536);
	buffer_put_str(out, "%PDF-1.7\n");
	for (int i = 0; i < PAGES; i++)
		snprintf(kids + strlen(kids), sizeof kids - strlen(kids), "%d 0 R ", 3 + i);
	for (int i = 0; i < 2 + PAGES; i++) {
		places[count++] = out->len;
		buffer_printf(out, "%zu 0 obj\n", count);
		if (i == 0)
			buffer_put_str(out, "<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>");
		if (i == 1)
			buffer_printf(out, "<</Type/Pages/Count %d/Kids[%s]>>", PAGES, kids);
		if (i > 1)
			buffer_printf(out, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]%s>>", i == 3 ? "/UserUnit 1.5" : "");
		buffer_put_str(out, "\nendobj\n");
	}
	size_t xref = out->len;
	buffer_printf(out, "xref\n0 %zu\n0000000000 65535 f \n", count + 1);
	for (size_t i = 0; i < count; i++)
		buffer_printf(out, "%010zu 00000 n \n", places[i]);
	buffer_printf(out, "trailer\n<</Size %zu/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", count + 1, xref);
}

struct run {
	struct arena *arena;
	struct buffer out;
	struct file_report report;
};

static struct content_rules rules_of(bool drawn, bool bare)
{
	struct switches switches;
	CHECK(switches_preset("municipal", &switches));
	if (drawn)
		switches.of[construct_find("page-drawing")] = TREAT_SANITISE;
	if (bare)
		switches.of[construct_find("page-text")] = TREAT_SANITISE;
	return switches_rules(&switches);
}

static void cleanse_by(struct run *r, struct slice in, const struct drawer *by, struct content_rules rules)
{
	struct why why = {0};
	struct file_request request = {.name = SLICE("a.pdf"), .in = in, .rules = rules, .limits = file_limits_default(),
	                               .drawer = by, .note = note};
	*r = (struct run){.arena = arena_new(64 << 20)};
	buffer_init(&r->out, 64 << 20);
	CHECK_OK(file_cleanse_request(&request, r->arena, &r->out, &r->report, &why), &why);
}

static void run_done(struct run *r)
{
	buffer_done(&r->out);
	arena_free(r->arena);
}

static unsigned told(const struct run *r, const char *what)
{
	unsigned count = 0;
	for (const struct removal *m = r->report.removals; m; m = m->next)
		count += strcmp(m->what, what) == 0;
	return count;
}

static size_t count_of(struct slice in, const char *word)
{
	size_t count = 0, at;
	for (; (at = slice_find(in, slice_str(word))) != SIZE_MAX; count++)
		in = slice_part(in, at + 1, in.len);
	return count;
}

static void begin_play(void)
{
	memset(&play, 0, sizeof play);
	play.pages = PAGES;
	play.width = 200;
	play.height = 300;
}

/* ---- tests ------------------------------------------------------------- */

TEST(every_page_becomes_one_picture)
{
	struct buffer in;
	struct run r, again;
	begin_play();
	usual_pdf(&in);
	cleanse_by(&r, buffer_slice(&in), &drawer, rules_of(true, false));
	struct slice out = buffer_slice(&r.out);
	CHECK_INT(r.report.verdict, FILE_CHANGED);
	CHECK_INT(told(&r, "page-drawing"), 1);
	CHECK_INT(told(&r, "open-action") + told(&r, "javascript"), 1);
	CHECK_INT(told(&r, "page-text"), 0);
	CHECK_INT(play.drawn, PAGES);
	CHECK_STR(play.noted, "page 1;page 2;page 3;");
	CHECK_INT(count_of(out, "/Subtype/Image"), PAGES);
	CHECK_INT(count_of(out, "/Width 556/Height 834/ColorSpace/DeviceRGB"), PAGES);
	CHECK_INT(count_of(out, "/Type/Page/Parent"), PAGES);
	CHECK_INT(count_of(out, "/MediaBox[0 0 200 300]"), PAGES);
	CHECK_INT(count_of(out, "/UserUnit 1.5"), 1);
	CHECK_INT(count_of(out, "JavaScript"), 0);
	/* the same again; and known for what it is without any drawer */
	cleanse_by(&again, buffer_slice(&in), &drawer, rules_of(true, false));
	CHECK(slice_equal(out, buffer_slice(&again.out)));
	run_done(&again);
	cleanse_by(&again, out, NULL, rules_of(true, false));
	CHECK_INT(again.report.verdict, FILE_CLEAN);
	CHECK(slice_equal(out, buffer_slice(&again.out)));
	run_done(&again);
	/* the usual way carries it too */
	cleanse_by(&again, out, NULL, rules_of(false, false));
	CHECK_INT(again.report.verdict, FILE_CLEAN);
	CHECK(slice_equal(out, buffer_slice(&again.out)));
	run_done(&again);
	run_done(&r);
	buffer_done(&in);
}

TEST(the_text_goes_where_a_switch_says_so)
{
	struct buffer in;
	struct run with, bare, less, again;
	begin_play();
	usual_pdf(&in);
	cleanse_by(&with, buffer_slice(&in), &drawer, rules_of(true, false));
	cleanse_by(&bare, buffer_slice(&in), &drawer, rules_of(true, true));
	CHECK_INT(told(&bare, "page-text"), 1);
	CHECK_INT(count_of(buffer_slice(&with.out), "/Subtype/Type0/"), 1);
	CHECK_INT(count_of(buffer_slice(&bare.out), "/Font"), 0);
	unsigned drawn = play.drawn;
	cleanse_by(&less, buffer_slice(&with.out), NULL, rules_of(true, true)); /* taken off, not drawn anew */
	CHECK_INT(less.report.verdict, FILE_CHANGED);
	CHECK_INT(told(&less, "page-text"), 1);
	CHECK_INT(told(&less, "page-drawing"), 0);
	CHECK(slice_equal(buffer_slice(&less.out), buffer_slice(&bare.out)));
	cleanse_by(&again, buffer_slice(&less.out), NULL, rules_of(true, true));
	CHECK_INT(again.report.verdict, FILE_CLEAN);
	CHECK_INT(play.drawn, drawn);
	run_done(&again);
	run_done(&less);
	run_done(&bare);
	run_done(&with);
	buffer_done(&in);
}

TEST(the_coding_is_chosen_by_the_page)
{
	static const struct {
		bool grey, noise;
		const char *filter, *space;
	} rows[] = {{false, false, "/Filter/FlateDecode/DecodeParms<</Predictor 12/Colors 3/Columns 556>>", "/DeviceRGB"},
	            {true, false, "/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 556>>", "/DeviceGray"},
	            {false, true, "/Filter/DCTDecode", "/DeviceRGB"}, {true, true, "/Filter/DCTDecode", "/DeviceGray"}};
	struct buffer in;
	usual_pdf(&in);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct run r, again;
		begin_play();
		play.grey = rows[i].grey;
		play.noise = rows[i].noise;
		cleanse_by(&r, buffer_slice(&in), &drawer, rules_of(true, false));
		CHECK_INT(count_of(buffer_slice(&r.out), rows[i].filter), PAGES);
		CHECK_INT(count_of(buffer_slice(&r.out), rows[i].space), PAGES);
		cleanse_by(&again, buffer_slice(&r.out), NULL, rules_of(true, false));
		CHECK_INT(again.report.verdict, FILE_CLEAN);
		CHECK(slice_equal(buffer_slice(&r.out), buffer_slice(&again.out)));
		run_done(&again);
		run_done(&r);
	}
	buffer_done(&in);
}

TEST(what_cannot_be_drawn_is_refused_with_its_page)
{
	static struct drawer unfit;
	static const struct {
		uint32_t page;
		enum error failure;
		enum refusal want;
		const char *place;
	} rows[] = {{1, E_INPUT, REFUSAL_FAILED, "page 1"}, {3, E_MEMORY, REFUSAL_LARGE, "page 3"},
	            {2, E_SYSTEM, REFUSAL_FAILED, "page 2"}, {0, E_INPUT, REFUSAL_FAILED, ""}};
	struct buffer in;
	struct run r;
	usual_pdf(&in);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		begin_play();
		play.failing_page = rows[i].page;
		play.failure = rows[i].failure;
		cleanse_by(&r, buffer_slice(&in), &drawer, rules_of(true, false));
		CHECK_INT(r.report.refusal, rows[i].want);
		CHECK_STR(r.report.place, rows[i].place);
		CHECK_INT(r.out.len, 0);
		run_done(&r);
	}
	begin_play();
	play.pages = PAGES + 1; /* the drawer sees another document than the gate wrote */
	cleanse_by(&r, buffer_slice(&in), &drawer, rules_of(true, false));
	CHECK_INT(r.report.refusal, REFUSAL_FAILED);
	run_done(&r);
	begin_play();
	play.height = 20000;
	cleanse_by(&r, buffer_slice(&in), &drawer, rules_of(true, false));
	CHECK_INT(r.report.refusal, REFUSAL_LARGE);
	CHECK_STR(r.report.place, "page 1");
	run_done(&r);
	unfit = drawer;
	unfit.unfit = "there is no font";
	cleanse_by(&r, buffer_slice(&in), &unfit, rules_of(true, false));
	CHECK_INT(r.report.refusal, REFUSAL_FAILED);
	CHECK(strstr(r.report.reason, "there is no font"));
	run_done(&r);
	cleanse_by(&r, buffer_slice(&in), NULL, rules_of(true, false));
	CHECK_INT(r.report.refusal, REFUSAL_FAILED);
	CHECK_INT(r.out.len, 0);
	run_done(&r);
	buffer_done(&in);
}

TEST(a_switch_refuses_every_pdf)
{
	struct buffer in;
	struct run r;
	struct switches switches;
	begin_play();
	usual_pdf(&in);
	CHECK(switches_preset("municipal", &switches));
	switches.of[construct_find("page-drawing")] = TREAT_REFUSE;
	cleanse_by(&r, buffer_slice(&in), &drawer, switches_rules(&switches));
	CHECK_INT(r.report.refusal, REFUSAL_SWITCH);
	CHECK_INT(play.drawn, 0);
	run_done(&r);
	CHECK(switches_preset("strict", &switches));
	struct content_rules strict = switches_rules(&switches);
	CHECK(rules_strip(&strict, "page-drawing") && rules_strip(&strict, "page-text") && !rules_refuse(&strict, "page-drawing"));
	CHECK(switches_preset("consistent", &switches));
	strict = switches_rules(&switches);
	CHECK(!rules_strip(&strict, "page-drawing"));
	buffer_done(&in);
}

/* Documents of pictures with something of their own in the content: written by the
 * gate's own writer, so that nothing but that is different. */
TEST(a_layer_with_anything_else_in_it_is_not_carried)
{
	static const struct {
		const char *text;
		bool own;
	} rows[] = {
		{"", true}, {"BT/T 1 Tf 3 Tr\n12 0 0 12 20 30.25 Tm[<0001>]TJ\nET\n", true},
		{"BT/T 1 Tf 3 Tr\n0 -12 12 0 20 -0.5 Tm[<00010001>-20<0001>]TJ\n1 0 0 1 2 3 Tm[<0001>]TJ\nET\n", true},
		{"BT/T 1 Tf 0 Tr\n12 0 0 12 20 30 Tm[<0001>]TJ\nET\n", false},
		{"BT/T 1 Tf 3 Tr\n12 0 0 12 20 30 Tm[<0002>]TJ\nET\n", false}, {"BT/T 1 Tf 3 Tr\n12 0 0 12 20 30 Tm[<0000>]TJ\nET\n", false},
		{"BT/T 1 Tf 3 Tr\n12 0 0 12 20 30 Tm[(a)]TJ\nET\n", false}, {"BT/T 1 Tf 3 Tr\n12 0 0 12 20 30 Tm[20]TJ\nET\n", false},
		{"BT/T 1 Tf 3 Tr\n12 0 0 12 20 30.123 Tm[<0001>]TJ\nET\n", false}, {"BT/T 1 Tf 3 Tr\nET\n", false},
		{"BT/T 1 Tf 3 Tr\n12 0 0 12 20 30 Tm[<0001>]TJ\n", false}, {"/P Do\n", false}, {"q 9 0 0 9 0 0 cm/P Do Q\n", false},
		{"BT/T 1 Tf 3 Tr\n12 0 0 12 20 30 Tm[<0001>]TJ\nET\n/P Do\n", false}, {"BI/W 1/H 1/BPC 1/CS/G ID 0 EI\n", false},
		{"BT/T 1 Tf 3 Tr\n12 0 0 12 20 30 Tm[<000a>]TJ\nET\n", false}, {"%x\n", false},
	};
	static uint8_t pixels[4 * 300 * 300];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena *arena = arena_new(1 << 24);
		struct file_report report = {.reason = "", .place = "", .ending = ""};
		struct job job = {.arena = arena, .left = file_limits_default(), .report = &report, .tail = &report.removals, .path = "", .ending = "pdf"};
		struct pages_size page = {.width = 72 * PAGES_POINT, .height = 72 * PAGES_POINT};
		struct pages_dots dots = pages_dots(&page, 200);
		struct pages_picture picture;
		struct pages_font font;
		struct pages_writer writer;
		struct buffer out, rows_of, coded;
		struct run r;
		struct why why = {0};
		buffer_init(&out, 1 << 20);
		buffer_init(&rows_of, 1 << 20);
		buffer_init(&coded, 1 << 20);
		CHECK_OK(pages_font_init(&font, &why), &why);
		CHECK_INT(pages_font_code(&font, (struct pages_glyph){'a', 500}), 1);
		CHECK_OK(pages_picture(&job, pixels, &dots, &rows_of, &coded, &picture, &why), &why);
		CHECK_OK(pages_begin(&writer, &job, &font, &page, 1, &out, &why), &why);
		CHECK_OK(pages_add(&writer, 0, dots.dpi, &picture, slice_str(rows[i].text)), &why);
		CHECK_OK(pages_end(&writer), &why);
		pages_done(&writer);
		cleanse_by(&r, buffer_slice(&out), NULL, rules_of(true, false));
		CHECK_INT(r.report.verdict, rows[i].own ? FILE_CLEAN : FILE_REFUSED);
		if ((r.report.verdict == FILE_CLEAN) != rows[i].own)
			printf("  row %zu: %s %s\n", i, rows[i].text, r.report.reason);
		CHECK(!rows[i].own || slice_equal(buffer_slice(&r.out), buffer_slice(&out)));
		run_done(&r);
		pages_font_done(&font);
		buffer_done(&out);
		buffer_done(&rows_of);
		buffer_done(&coded);
		arena_free(arena);
	}
}

/* Another byte anywhere: refused, drawn, or still a document that is its own cleansing. */
TEST(a_changed_byte_is_never_carried_as_it_stands)
{
	struct buffer in;
	struct run r;
	begin_play();
	play.width = play.height = 40;
	play.pages = PAGES;
	usual_pdf(&in);
	cleanse_by(&r, buffer_slice(&in), &drawer, rules_of(true, false));
	struct slice whole = buffer_slice(&r.out);
	uint8_t *copy = malloc(whole.len);
	for (size_t i = 0; i < whole.len; i += 3) {
		struct run one, two;
		memcpy(copy, whole.at, whole.len);
		copy[i] ^= (uint8_t)(1u << i % 7);
		cleanse_by(&one, slice_of(copy, whole.len), NULL, rules_of(true, false));
		if (one.report.verdict != FILE_REFUSED) {
			cleanse_by(&two, buffer_slice(&one.out), NULL, rules_of(true, false));
			CHECK(two.report.verdict == FILE_CLEAN && slice_equal(buffer_slice(&one.out), buffer_slice(&two.out)));
			CHECK_INT(count_of(buffer_slice(&one.out), "/Subtype/Image"), PAGES);
			run_done(&two);
		}
		run_done(&one);
	}
	free(copy);
	run_done(&r);
	buffer_done(&in);
}

TEST(letters_lie_where_they_lay)
{
	struct pages_font font;
	struct buffer out;
	struct why why = {0};
	const struct pages_size page = {.width = 200 * PAGES_POINT, .height = 300 * PAGES_POINT};
	const struct drawn_letter down[] = {{0x7E26, 100, 20, 112, 32}, {0x66F8, 100, 32, 112, 44}, {'\n', 0, 0, 0, 0},
	                                    {'A', 10, 50, 16, 60}, {'B', 18, 50, 24, 60}, {'C', 10, 80, 16, 90}};
	buffer_init(&out, 65536);
	CHECK_OK(pages_font_init(&font, &why), &why);
	pages_text(&font, down, sizeof down / sizeof *down, &page, &out);
	CHECK_STR(buffer_cstr(&out), "BT/T 1 Tf 3 Tr\n"
	          "0 -12 12 0 102.4 280 Tm[<00010002>]TJ\n"
	          "10 0 0 10 10 242 Tm[<0003>-200<0004>]TJ\n10 0 0 10 10 212 Tm[<0005>]TJ\nET\n");
	CHECK(pages_text_sound(buffer_slice(&out), 5) && !pages_text_sound(buffer_slice(&out), 4));
	buffer_clear(&out);
	pages_text(&font, down + 2, 1, &page, &out);
	CHECK_INT(out.len, 0);
	static const struct {
		uint32_t c;
		bool kept;
	} rows[] = {{'a', true}, {0x3042, true}, {0xE0100, true}, {0xFE00, true}, {0x20B9F, true}, {0x202E, false}, {0x200B, false},
	            {0xFEFF, false}, {0xD800, false}, {0xE0041, false}, {0x1F, false}, {0x110000, false}, {0x1FFFE, false}, {0x2066, false}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_INT(pages_letter_kept(rows[i].c), rows[i].kept);
	pages_font_done(&font);
	buffer_done(&out);
}

TEST(large_pages_get_fewer_dots)
{
	static const struct {
		double width, height;
		uint64_t asked;
		uint32_t dpi, across, down;
	} rows[] = {{595.276, 841.89, 0, 200, 1654, 2339}, {841.89, 1190.55, 200, 200, 2339, 3308}, {595.276, 841.89, 10, 72, 596, 842},
	            {595.276, 841.89, 5000, 352, 2911, 4116}, {2383.94, 3370.39, 200, 87, 2881, 4073}, {14400, 14400, 200, 17, 3400, 3400},
	            {0.5, 0.5, 0, 200, 2, 2}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pages_size page = {.width = (int64_t)(rows[i].width * PAGES_POINT), .height = (int64_t)(rows[i].height * PAGES_POINT)};
		struct pages_dots dots = pages_dots(&page, rows[i].asked);
		CHECK_INT(dots.dpi, rows[i].dpi);
		CHECK_INT(dots.width, rows[i].across);
		CHECK_INT(dots.height, rows[i].down);
		CHECK((uint64_t)dots.width * dots.height <= PAGES_PIXELS);
	}
}

MAIN_TESTS()
