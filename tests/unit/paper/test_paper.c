/* The writer of paper: text comes back, tables go on overleaf, nothing runs off. */
#include "harness.h"
#include "paper/paper.h"
#include "pdf.h"

struct drawn {
	struct paper_font *font;
	struct paper *paper;
	struct buffer out, text;
	struct why why;
};

static bool begin(struct drawn *d, bool across)
{
	const struct paper_options options = {.title = "試しの様式", .foot = "青波市", .head = "様式第1号", .across = across};
	*d = (struct drawn){.font = NULL};
	buffer_init(&d->out, 64 << 20);
	buffer_init(&d->text, 64 << 20);
	CHECK_OK(paper_font_open(&d->font, &d->why), &d->why);
	CHECK_OK(paper_begin(d->font, &options, &d->out, &d->paper, &d->why), &d->why);
	return d->paper != NULL;
}

static void end(struct drawn *d)
{
	paper_drop(&d->paper);
	paper_font_drop(&d->font);
	buffer_done(&d->out);
	buffer_done(&d->text);
}

static size_t pages_of(struct drawn *d)
{
	size_t pages = 1;
	for (const char *c = buffer_cstr(&d->text); *c; c++)
		pages += *c == '\f' && c[1];
	return pages;
}

/* how often it stands there, spaces and line ends aside */
static size_t times(struct drawn *d, const char *words)
{
	size_t n = 0;
	for (const char *at = buffer_cstr(&d->text); (at = strstr(at, words)); at += strlen(words))
		n++;
	return n;
}

TEST(japanese_comes_back_and_fonts_are_embedded)
{
	struct drawn d;
	if (!pdf_tools())
		SKIP("no poppler-utils");
	if (begin(&d, false)) {
		const struct paper_seal seals[] = {{"税務課 情報セキュリティ管理者", "代", "許可", "田中 次郎", "R8.11.20 14:30"},
		                                   {"統括情報セキュリティ責任者", "", "決裁待ち", "", ""}};
		paper_title(d.paper, "持出し申請書");
		paper_words(d.paper, PAPER_RIGHT, "令和8年11月20日");
		paper_pairs(d.paper);
		paper_pair(d.paper, "情報資産", "髙﨑①㈱〜の台帳、𠮷野と葛\xf3\xa0\x84\x80城");
		paper_heading(d.paper, "決裁");
		paper_seals(d.paper, seals, 2);
		CHECK_OK(paper_end(d.paper, true, &d.why), &d.why);
		pdf_sound(buffer_slice(&d.out), "paper", false);
		pdf_read(buffer_slice(&d.out), "paper", "pdftotext", "-", &d.text);
		CHECK(pdf_says(&d.text, "持出し申請書"));
		CHECK(pdf_says(&d.text, "髙﨑①㈱〜の台帳、𠮷野と葛城"));
		CHECK(pdf_says(&d.text, "税務課情報セキュリティ管理者"));
		CHECK(pdf_says(&d.text, "許可"));
		CHECK(pdf_says(&d.text, "以上"));
		CHECK(strstr(buffer_cstr(&d.text), "〓") == NULL);
	}
	end(&d);
}

/* the same input gives the same bytes */
TEST(equal_input_gives_equal_bytes)
{
	struct drawn a, b;
	bool first = begin(&a, true), second = begin(&b, true);
	if (first && second) {
		paper_words(a.paper, PAPER_LEFT, "同じ文");
		paper_words(b.paper, PAPER_LEFT, "同じ文");
		CHECK_OK(paper_end(a.paper, false, &a.why), &a.why);
		CHECK_OK(paper_end(b.paper, false, &b.why), &b.why);
		CHECK_SLICE(buffer_slice(&a.out), buffer_slice(&b.out));
	}
	end(&a);
	end(&b);
}

TEST(a_long_table_repeats_its_heads)
{
	static const struct paper_column columns[] = {{"番号", 10, PAPER_RIGHT, false}, {"名称", 60, PAPER_LEFT, false}, {"所管課", 30, PAPER_CENTRE, false}};
	struct drawn d;
	char number[16];
	if (!pdf_tools())
		SKIP("no poppler-utils");
	if (begin(&d, true)) {
		paper_table(d.paper, columns, 3);
		for (int i = 1; i <= 200; i++) {
			snprintf(number, sizeof number, "%d", i);
			paper_row_of(d.paper, (const char *const[]){number, "住民税の申告書", "税務課"});
		}
		CHECK_OK(paper_end(d.paper, false, &d.why), &d.why);
		pdf_sound(buffer_slice(&d.out), "long", true);
		pdf_read(buffer_slice(&d.out), "long", "pdftotext -layout", "-", &d.text);
		CHECK(pages_of(&d) > 5);
		CHECK_INT(pages_of(&d), paper_pages(d.paper));
		CHECK_INT(times(&d, "名称"), pages_of(&d));
		CHECK_INT(times(&d, "住民税の申告書"), 200);
	}
	end(&d);
}

/* 3,000 characters in one cell, in a column of words without a space, in a narrow one */
TEST(a_long_field_stays_on_the_page)
{
	static const struct paper_column columns[] = {{"項目", 12, PAPER_LEFT, true}, {"内容", 70, PAPER_LEFT, false}, {"備考", 6, PAPER_LEFT, false}};
	struct drawn d;
	AUTO(buffer_done) struct buffer story = {0}, latin = {0};
	if (!pdf_tools())
		SKIP("no poppler-utils");
	buffer_init(&story, 1 << 20);
	buffer_init(&latin, 1 << 20);
	for (int i = 0; i < 300; i++)
		buffer_printf(&story, "第%03d文、長い話。", i);
	for (int i = 0; i < 500; i++)
		buffer_put_str(&latin, "W");
	if (begin(&d, false)) {
		paper_table(d.paper, columns, 3);
		paper_row_of(d.paper, (const char *const[]){"経緯", buffer_cstr(&story), buffer_cstr(&latin)});
		paper_row_of(d.paper, (const char *const[]){"空", NULL, ""});
		CHECK_OK(paper_end(d.paper, true, &d.why), &d.why);
		pdf_sound(buffer_slice(&d.out), "field", false);
		/* within the margins of 42 points on all pages; words of the cell in its column */
		pdf_read(buffer_slice(&d.out), "field", "pdftotext -bbox", "-", &d.text);
		size_t words = 0;
		for (const char *at = buffer_cstr(&d.text); (at = strstr(at, "<word ")); at++, words++) {
			double left, top, right, bottom;
			CHECK_INT(sscanf(at, "<word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\"", &left, &top, &right, &bottom), 4);
			CHECK(left >= 41 && right <= 595.28 - 41 && top >= 10 && bottom <= 841.89 - 10);
		}
		CHECK(words > 50);
		pdf_read(buffer_slice(&d.out), "field", "pdftotext -x 110 -y 0 -W 412 -H 842", "-", &d.text);
		for (int i = 0; i < 300; i += 37) {
			char wanted[40];
			snprintf(wanted, sizeof wanted, "第%03d文、長い話。", i);
			CHECK(pdf_says(&d.text, wanted));
		}
	}
	end(&d);
}

/* no character is left out without a word */
TEST(what_the_font_lacks_is_told)
{
	struct drawn d;
	if (!pdf_tools())
		SKIP("no poppler-utils");
	if (begin(&d, false)) {
		paper_words(d.paper, PAPER_LEFT, "字\xf3\xb0\x80\x80と\x01制御"); /* U+F0000, private use */
		CHECK_OK(paper_end(d.paper, false, &d.why), &d.why);
		pdf_read(buffer_slice(&d.out), "missing", "pdftotext", "-", &d.text);
		CHECK(pdf_says(&d.text, "字〓と制御"));
		CHECK(pdf_says(&d.text, "U+F0000"));
	}
	end(&d);
}

TEST(a_cell_without_bounds_is_refused)
{
	struct drawn d;
	AUTO(buffer_done) struct buffer endless = {0};
	buffer_init(&endless, 8 << 20);
	for (int i = 0; i < 400000; i++)
		buffer_put_str(&endless, "長い");
	if (begin(&d, false)) {
		paper_words(d.paper, PAPER_LEFT, buffer_cstr(&endless));
		CHECK_FAILS(paper_end(d.paper, false, &d.why), E_LIMIT);
		CHECK(strstr(d.why.text, "xlsx"));
	}
	end(&d);
}

TEST(without_a_font_there_is_no_paper)
{
	struct paper *paper = NULL;
	struct buffer out;
	struct why why = {0};
	const struct paper_options options = {.title = "", .foot = "", .head = ""};
	buffer_init(&out, 1000);
	CHECK_FAILS(paper_begin(NULL, &options, &out, &paper, &why), E_ABSENT);
	CHECK(paper == NULL);
	buffer_done(&out);
}

/* bytes may be taken away piece by piece; what nobody ends writes nowhere */
TEST(pieces_are_the_whole)
{
	struct drawn d;
	struct buffer more;
	buffer_init(&more, 1 << 20);
	if (begin(&d, false)) {
		paper_to(d.paper, &more);
		size_t before = d.out.len;
		paper_words(d.paper, PAPER_LEFT, "文");
		CHECK_OK(paper_end(d.paper, false, &d.why), &d.why);
		CHECK_INT(d.out.len, before);
		CHECK(more.len > 1000);
	}
	end(&d);
	if (begin(&d, false))
		paper_words(d.paper, PAPER_LEFT, "途中");
	end(&d);
	buffer_done(&more);
}

MAIN_TESTS()
