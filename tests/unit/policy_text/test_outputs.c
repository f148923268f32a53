/* What leaves the comparison: table, amendment, list, workbook, paper. */
#include "harness.h"

#include "base/file.h"
#include "policy/compare/compare.h"

#include <unistd.h>

/* fontconfig and cairo keep the fonts that they have found until the process ends */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libcairo\nleak:libpango\nleak:libglib\n";
}

static const char before[] =
	"第１ 目的\nこの要綱の目的を定める。\n第２ 管理\n１ 保管\n課長は、媒体を金庫に保管し、鍵は部長が持つ。\n２ 廃棄\n媒体は、消去して廃棄する。\n"
	"３ 点検\n媒体は、年に一度点検する。\n第３ 雑則\nこの要綱は、毎年見直す。\n";
static const char after[] =
	"第１ 目的\nこの要綱の目的を定める。\n第２ 管理\n１ 保管\n課長は、端末を金庫に保管し、鍵は課長が持つ。\n２ 貸出\n貸すときは、申請書に氏名と期限を書かせる。\n"
	"３ 廃棄\n媒体は、消去して廃棄する。\n第３ 雑則\nこの要綱は、毎年見直す。\n";

struct made {
	struct arena *arena;
	struct comparison *c;
	struct buffer out;
};

static struct text_tree *read_text(const char *text, struct arena *arena)
{
	struct text_tree *trees[2] = {NULL, NULL};
	size_t count;
	struct why why = {0};
	CHECK_OK(import_text(slice_str(text), arena, trees, &count, &why), &why);
	return trees[0];
}

static void make(struct made *m, const char *old, const char *fresh)
{
	struct why why = {0};
	*m = (struct made){.arena = arena_new(256 << 20)};
	buffer_init(&m->out, 64 << 20);
	CHECK_OK(compare_trees(read_text(old, m->arena), read_text(fresh, m->arena), false, m->arena, &m->c, &why), &why);
}

static void done(struct made *m)
{
	buffer_done(&m->out);
	arena_free(m->arena);
}

static bool shows(struct made *m, const char *text)
{
	bool found = strstr(buffer_cstr(&m->out), text) != NULL;
	if (!found)
		printf("  not there: %s\n%s\n", text, buffer_cstr(&m->out));
	return found;
}

static struct compare_table table_of(struct made *m, const char *style)
{
	struct compare_table table = {0};
	struct why why = {0};
	CHECK(compare_style_named(style) != NULL);
	CHECK_OK(compare_table(m->c, compare_style_named(style), m->arena, &table, &why), &why);
	return table;
}

TEST(the_table_marks_words_numbers_and_whole_clauses)
{
	struct made m;
	make(&m, before, after);
	struct compare_table table = table_of(&m, "shinkyu");
	compare_html(&table, &m.out);
	CHECK(shows(&m, "<th scope=\"col\">新</th><th scope=\"col\">旧</th>"));
	CHECK(shows(&m, "課長は、<u>端末</u>を金庫に保管し、鍵は<u>課長</u>が持つ。"));
	CHECK(shows(&m, "課長は、<u>媒体</u>を金庫に保管し、鍵は<u>部長</u>が持つ。"));
	/* renumbered: only the number, the text is left out */
	CHECK(shows(&m, "<u>３</u>　（略）</p></td><td><p class=\"d1\"><u>２</u>　（略）"));
	CHECK(shows(&m, "<u>貸すときは、申請書に氏名と期限を書かせる。</u>"));
	CHECK(shows(&m, "（新設）"));
	CHECK(shows(&m, "（削る）"));
	/* what is the same on both sides is written once */
	CHECK(shows(&m, "<p class=\"d0\">第１　（略）</p></td><td><p class=\"d0\">第１　（略）"));
	CHECK(strstr(buffer_cstr(&m.out), "毎年見直す") == NULL);
	done(&m);
}

TEST(each_style_has_its_side_and_words)
{
	for (size_t i = 0; compare_style_at(i); i++) {
		const struct compare_style *s = compare_style_at(i);
		struct made m;
		make(&m, before, after);
		struct compare_table table = table_of(&m, s->name);
		compare_html(&table, &m.out);
		const char *fresh = strstr(buffer_cstr(&m.out), s->fresh), *old = strstr(buffer_cstr(&m.out), s->old);
		const char *heads = strstr(buffer_cstr(&m.out), "<thead>");
		fresh = strstr(heads, s->fresh);
		old = strstr(heads, s->old);
		CHECK(fresh && old && (fresh < old) == s->fresh_left);
		CHECK((strstr(heads, "備考") != NULL) == s->remarks);
		done(&m);
	}
}

TEST(the_amendment_says_it_in_words)
{
	struct made m;
	struct why why = {0};
	make(&m, before, after);
	CHECK_OK(compare_amendment(m.c, AMEND_PHRASES, &m.out, &why), &why);
	CHECK_STR(buffer_cstr(&m.out),
	          "　この基準の一部を次のように改正する。\n"
	          "第２ １ 第1段落中「媒体」を「端末」に、「部長」を「課長」に改める。\n"
	          "第２ ３を削る。\n"
	          "第２ ２を３とする。\n"
	          "第２ １の次に次のように加える。\n"
	          "　２　貸出\n"
	          "　　貸すときは、申請書に氏名と期限を書かせる。\n");
	buffer_clear(&m.out);
	CHECK_OK(compare_amendment(m.c, AMEND_WHOLE, &m.out, &why), &why);
	CHECK(shows(&m, "第２ １ 第1段落を次のように改める。\n　課長は、端末を金庫に保管し、鍵は課長が持つ。\n"));
	done(&m);
	make(&m, before, before);
	CHECK_OK(compare_amendment(m.c, AMEND_PHRASES, &m.out, &why), &why);
	CHECK_STR(buffer_cstr(&m.out), "改正すべき事項はありません。\n");
	done(&m);
}

TEST(the_list_is_for_programs)
{
	struct made m;
	struct why why = {0};
	make(&m, before, after);
	CHECK_OK(compare_json(m.c, &m.out, &why), &why);
	CHECK(shows(&m, "\"counts\":{\"same\":7,\"reworded\":1,\"renumbered\":1,\"moved\":0,\"added\":2,\"deleted\":2}"));
	CHECK(shows(&m, "{\"text\":\"端末\",\"changed\":true}"));
	CHECK(shows(&m, "{\"change\":[\"renumbered\"],\"old\":{\"id\":\"D2.n2\""));
	done(&m);
}

/* runs a program on the bytes; what it prints goes back into m->out */
static int run_on(struct made *m, const char *command, const char *ending)
{
	char path[] = "/tmp/sekisho-out-XXXXXX", line[300];
	struct buffer text;
	struct why why = {0};
	int fd = mkstemp(path);
	close(fd);
	CHECK_OK(file_write(path, buffer_slice(&m->out), 0600, &why), &why);
	snprintf(line, sizeof line, "%s %s %s 2>/dev/null", command, path, ending);
	buffer_init(&text, 16 << 20);
	FILE *pipe = popen(line, "r");
	for (int c; pipe && (c = fgetc(pipe)) != EOF;)
		buffer_put_u8(&text, (uint8_t)c);
	int status = pipe ? pclose(pipe) : -1;
	buffer_done(&m->out);
	m->out = text;
	unlink(path);
	return status;
}

TEST(paper_has_text_and_embedded_fonts)
{
	struct made m;
	struct why why = {0};
	if (system("command -v pdftotext >/dev/null && command -v pdffonts >/dev/null") != 0)
		SKIP("no pdftotext");
	make(&m, before, after);
	struct compare_table table = table_of(&m, "kaisei-note");
	AUTO(paper_font_drop) struct paper_font *font = NULL;
	CHECK_OK(paper_font_open(&font, &why), &why);
	CHECK_OK(compare_pdf(&table, font, &m.out, &why), &why);
	struct buffer pdf = m.out;
	buffer_init(&m.out, 16 << 20);
	buffer_put_slice(&m.out, buffer_slice(&pdf));
	CHECK_INT(run_on(&m, "pdftotext", "-"), 0);
	CHECK(shows(&m, "改正後"));
	CHECK(shows(&m, "課長は、端末を金庫に保管し、鍵は課長が持つ。"));
	buffer_clear(&m.out);
	buffer_put_slice(&m.out, buffer_slice(&pdf));
	CHECK_INT(run_on(&m, "pdffonts", ""), 0);
	CHECK(strstr(buffer_cstr(&m.out), "yes yes yes") != NULL); /* embedded, subset, with unicode */
	buffer_done(&pdf);
	done(&m);
}

TEST(the_workbook_holds_the_marks)
{
	struct made m;
	struct why why = {0};
	if (system("command -v unzip >/dev/null") != 0)
		SKIP("no unzip");
	make(&m, before, after);
	struct compare_table table = table_of(&m, "kaisei");
	CHECK_OK(compare_xlsx(&table, "/tmp", &m.out, &why), &why);
	struct buffer book = m.out;
	buffer_init(&m.out, 16 << 20);
	buffer_put_slice(&m.out, buffer_slice(&book));
	CHECK_INT(run_on(&m, "unzip -p", "xl/sharedStrings.xml"), 0);
	CHECK(shows(&m, "<u/>"));
	CHECK(shows(&m, "端末"));
	CHECK(shows(&m, "改正後"));
	buffer_done(&book);
	done(&m);
}

MAIN_TESTS()
