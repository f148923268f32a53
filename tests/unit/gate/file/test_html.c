/* Pages and page archives: one construct a file, gone and reported; the text stays. */
#include "rows.h"

#define KEPT "残る文字"
#define PAGE(inside) "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>t</title></head><body><p>" KEPT "</p>" inside "</body></html>"
#define HEAD(inside) "<html><head>" inside "</head><body><p>" KEPT "</p></body></html>"
#define PNG "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

static const struct row rows[] = {
	{"html script", "javascript", PAGE("<script>CANARY</script>")},
	{"html script elsewhere", "javascript", PAGE("<SCRIPT SRC=//CANARY></SCRIPT>")},
	{"html script that does not end", "javascript", "<p>" KEPT "</p><script>CANARY"},
	{"html script behind a slash", "javascript", PAGE("<script/x>CANARY</script >")},
	{"html handler", "javascript", PAGE("<p onclick=\"CANARY\">x</p>")},
	{"html handler without quotes", "javascript", PAGE("<img alt=a onerror=CANARY>")},
	{"html handler behind a slash", "javascript", PAGE("<p/onclick=CANARY>x</p>")},
	{"html script link", "unsafe-link", PAGE("<a href=\"javascript:CANARY\">x</a>")},
	{"html script link by numbers", "unsafe-link", PAGE("<a href=\"&#106;ava&#x09;script&#58;CANARY\">x</a>")},
	{"html script link by names", "unsafe-link", PAGE("<a href=\"javascript&colon;CANARY\">x</a>")},
	{"html script link with a line end", "unsafe-link", PAGE("<a href=\"java\nscript:CANARY\">x</a>")},
	{"html basic link", "unsafe-link", PAGE("<a href=vbscript:CANARY>x</a>")},
	{"html data link", "unsafe-link", PAGE("<a href=\"data:text/html,CANARY\">x</a>")},
	{"html file link", "unsafe-link", PAGE("<a href=\"file:///CANARY\">x</a>")},
	{"html share link", "unsafe-link", PAGE("<a href=\"\\\\CANARY\\x\">x</a>")},
	{"html frame inside", "frame", PAGE("<iframe src=\"http://CANARY\">CANARY</iframe>")},
	{"html frame with a page", "frame", PAGE("<iframe srcdoc=\"&lt;script&gt;CANARY\"></iframe>")},
	{"html frames", "frame", HEAD("") "<frameset><frame src=\"CANARY\"></frameset>"},
	{"html object", "media", PAGE("<object data=\"CANARY\"><object>CANARY</object>CANARY</object>")},
	{"html embed", "media", PAGE("<embed src=\"CANARY\"></embed>")},
	{"html applet", "media", PAGE("<applet code=\"CANARY\"><param name=\"CANARY\"></applet>")},
	{"html video", "media", PAGE("<video><source src=\"http://CANARY\"></video>")},
	{"html form", "form", PAGE("<form action=\"http://CANARY\">x</form>")},
	{"html field", "control", PAGE("<input name=\"CANARY\" value=\"CANARY\" autofocus onfocus=\"CANARY\">")},
	{"html area of text", "control", PAGE("<textarea>CANARY</textarea>")},
	{"html choice", "control", PAGE("<select><option>CANARY</select>")},
	{"html button", "remote-picture", PAGE("<p data=\"x\" background=\"http://CANARY\">x</p>")},
	{"html base", "external-link", HEAD("<base href=\"http://CANARY\">")},
	{"html refresh", "action", HEAD("<meta http-equiv=\"Refresh\" content=\"0;url=CANARY\">")},
	{"html style sheet elsewhere", "external-link", HEAD("<link rel=\"stylesheet\" href=\"http://CANARY\">")},
	{"html style import", "unknown-element", HEAD("<style>@import url(CANARY); p{color:red}</style>")},
	{"html style with a url", "unknown-element", PAGE("<p style=\"background:url(http://CANARY)\">x</p>")},
	{"html style by escapes", "unknown-element", PAGE("<p style=\"background:\\75rl(CANARY)\">x</p>")},
	{"html expression", "unknown-element", PAGE("<p style=\"width:expression(CANARY)\">x</p>")},
	{"html expression in a comment", "unknown-element", PAGE("<p style=\"width:exp/**/ression(CANARY)\">x</p>")},
	{"html behaviour", "unknown-element", HEAD("<style>p{behavior:url(CANARY)}</style>")},
	{"html binding", "unknown-element", HEAD("<style>p{-moz-binding:url(CANARY)}</style>")},
	{"html style that ends a style", "unknown-element", HEAD("<style>a[x='</p CANARY']{color:red}</style>")},
	{"html remote picture", "remote-picture", PAGE("<img src=\"http://CANARY/a.png\" alt=\"x\">")},
	{"html picture of a file", "remote-picture", PAGE("<img src=\"CANARY.png\">")},
	{"html source set", "remote-picture", PAGE("<img srcset=\"http://CANARY 2x\">")},
	{"html picture that is none", "picture", PAGE("<img src=\"data:image/png;base64,Q0FOQVJZ\">")},
	{"html drawing as a picture", "picture", PAGE("<img src=\"data:image/svg+xml,CANARY\">")},
	{"html drawing", "unknown-element", PAGE("<svg><script>CANARY</script></svg>")},
	{"html drawing with a link", "unknown-element", PAGE("<svg><a xlink:href=\"javascript:CANARY\"/></svg>")},
	{"html formula", "unknown-element", PAGE("<math><mtext><p><style><!--CANARY</style></math>")},
	{"html template", "unknown-element", PAGE("<template><img onerror=CANARY></template>")},
	{"html without script", "alternate", PAGE("<noscript><p title=\"</noscript><img onerror=CANARY>\"></noscript>")},
	{"html map", "unsafe-link", PAGE("<map><area href=\"javascript:CANARY\"></map>")},
	{"html plain text", "unknown-element", PAGE("<xmp><script>CANARY</script></xmp>")},
};

TEST(each_construct)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_row(rows[i].name, rows[i].what, slice_str(rows[i].text), "html", KEPT);
}

/* in: any page; out: what its body must be */
static void check_body(const char *in, size_t len, const char *body)
{
	struct outcome o;
	cleanse_as(&o, "a.html", slice_of(in, len));
	struct slice out = buffer_slice(&o.out);
	size_t at = slice_find(out, SLICE("<body"));
	CHECK_STR(o.report.reason, "");
	CHECK_SLICE(slice_part(out, at, out.len - at), slice_str(body));
	check_again(&o, "a.html", "html");
	outcome_done(&o);
}
#define BODY(in, inside) check_body(in, sizeof(in) - 1, "<body>" inside)

TEST(pages_are_written_anew)
{
	BODY("<p>a<p>b<ul><li>c<li>d</ul>", "<p>a</p><p>b</p><ul><li>c</li><li>d</li></ul>");
	BODY("<table><tr><td>1<td>2<tr><td>3</table>", "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>");
	BODY("<b><i>x</b>y</i>", "<b><i>x</i></b>y");
	BODY("<p>&lt;script&gt; &amp; &copy; &#x3c; &euro; &unknown; 1 < 2</p>",
	     "<p>&lt;script&gt; &amp; © &lt; € &unknown; 1 &lt; 2</p>");
}

TEST(links_and_pictures_that_stay)
{
	BODY("<a href=' https://example.jp/?a=1&amp;b=\"2\" ' target=_top>x</a><a href=#y>y</a>",
	     "<a href=\"https://example.jp/?a=1&amp;b=&#34;2&#34;\">x</a><a href=\"#y\">y</a>");
	BODY("<a href='#a&#11;b&#x200b;c'>x</a>", "<a href=\"#abc\">x</a>");
	struct outcome o;
	cleanse_as(&o, "a.html", SLICE(PAGE("<img src=\"data:image/png;base64," PNG "\" alt=\"x\">")));
	CHECK_INT(o.report.verdict, FILE_CLEAN);
	CHECK(slice_find(buffer_slice(&o.out), SLICE("<img src=\"data:image/png;base64,iVBOR")) != SIZE_MAX);
	check_again(&o, "a.html", "html");
	outcome_done(&o);
}

TEST(what_went_is_told_in_its_place)
{
	BODY("a<object data=x>CANARY</object>b", "a［取り除きました］b");
	BODY("a<iframe src=x></iframe>b", "a［取り除きました］b");
	BODY("a<video src=x></video>b<embed src=y>c", "a［取り除きました］b［取り除きました］c");
	BODY("<img src=\"http://example.jp/a.png\">", "<img alt=\"取り除きました\">");
	BODY("<img src=\"http://example.jp/a.png\" alt=\"市章\">", "<img alt=\"市章\">");
	BODY("<img alt=\"取り除きました\">", "<img alt=\"取り除きました\">");
}

TEST(style_that_stays)
{
	struct outcome o;
	cleanse_as(&o, "a.html", SLICE("<style>/* x */ P.a, td > b { COLOR: red; mso-x: y; margin:0 auto }</style>"
	                                "<p style='color:#123;font-family:\"MS Gothic\"'>a</p>"));
	CHECK(slice_find(buffer_slice(&o.out), SLICE("<style>\nP.a, td > b{color:red;margin:0 auto;}\n</style>")) != SIZE_MAX);
	CHECK(slice_find(buffer_slice(&o.out), SLICE("<p style=\"color:#123;font-family:&#34;MS Gothic&#34;;\">a</p>")) != SIZE_MAX);
	check_again(&o, "a.html", "html");
	outcome_done(&o);
}

TEST(charsets)
{
	BODY("<meta charset=Shift_JIS><p>\x93\xfa\x96\x7b</p>", "<p>日本</p>");
	BODY("<p>\x93\xfa\x96\x7b</p>", "<p>日本</p>");
	BODY("<meta http-equiv=Content-Type content='text/html; charset=EUC-JP'><p>\xc6\xfc\xcb\xdc</p>", "<p>日本</p>");
	BODY("<meta charset=\"iso-2022-jp\"><p>\x1b$BF|K\\\x1b(B</p>", "<p>日本</p>");
	BODY("<p>\x1b$BF|K\\\x1b(B</p>", "<p>日本</p>");
	BODY("<meta charset=iso-8859-1><p>\xe9\x80</p>", "<p>é€</p>");
	BODY("\xEF\xBB\xBF<meta charset=shift_jis><p>日本</p>", "<p>日本</p>");
	BODY("\xFF\xFE<\0p\0>\0\xe5\x65<\0/\0p\0>\0", "<p>日</p>");
	check_refused("a.html", SLICE("<meta charset=utf-8><p>\x93\xfa\x96\x7b</p>"), REFUSAL_DAMAGED);
	BODY("<!-- <meta charset=koi8-r> --><p><a href=\"https://x.jp/?charset=iso-2022-jp-x\">日本</a></p>",
	     "<p><a href=\"https://x.jp/?charset=iso-2022-jp-x\">日本</a></p>");
	BODY("<p>charset=koi8-r日本</p>", "<p>charset=koi8-r日本</p>");
	BODY("<meta charset=utf-7><p>+ADw-script+AD4-</p>", "<p>+ADw-script+AD4-</p>");
	check_refused("a.html", SLICE("<meta charset=koi8-r><p>\xd1</p>"), REFUSAL_DAMAGED);
}

/* Another's page may look like the gate's own up to some tag: its text is not compared. */
TEST(the_second_reader_compares_only_pages_of_the_gate)
{
	static const struct { const char *page; bool known; } pages[] = {
		{"<!DOCTYPE html>\n<html>\n<body><p>a&amp;b</p></body>\n</html>\n", true},
		{"<!DOCTYPE html>\n<html>\n<body><p>&#97;&amp;b</p></body>\n</html>\n", false},
		{"<!DOCTYPE html>\n<html>\n<body><table border=1>a&amp;b</table></body>\n</html>\n", false},
		{"<!DOCTYPE html>\n<html>\n<body>a<br/>&amp;b</body>\n</html>\n", false},
	};
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		struct inspect_limits limits = inspect_limits_default();
		struct inspect_report report;
		struct arena *arena = arena_new(1 << 20);
		CHECK(inspect_document(INSPECT_HTML, slice_str(pages[i].page), &limits, arena, &report, NULL).code == OK);
		CHECK_INT(report.text_known, pages[i].known);
		CHECK_INT(report.verdict, i < 2 ? INSPECT_OK : INSPECT_FOUND);
		if (pages[i].known)
			CHECK_INT(report.text_chars, 3);
		arena_free(arena);
	}
}

TEST(limits)
{
	char deep[5 * 300 + 1];
	for (size_t i = 0; i < 300; i++)
		memcpy(deep + i * 5, "<div>", 5);
	check_refused("a.html", slice_of(deep, 1500), REFUSAL_DEEP);
	check_refused("a.txt", SLICE("<html><p>a</p></html>"), REFUSAL_MISMATCH);
}

#define MHT(page)                                                                                          \
	"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"; type=\"text/html\"\r\n\r\n--b\r\n"    \
	"Content-Type: text/html; charset=\"utf-8\"\r\nContent-Location: file:///C:/a.htm\r\n\r\n" page "\r\n--b\r\n"   \
	"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <one>\r\nContent-Location: http://a/x.png\r\n" \
	"\r\n" PNG "\r\n--b--\r\n"

TEST(a_page_archive_becomes_a_page)
{
	static const char *const sources[] = {"cid:one", "http://a/x.png"};
	for (size_t i = 0; i < 2; i++) {
		struct outcome o;
		struct arena *a = arena_new(1 << 20);
		cleanse_as(&o, "a.mht", slice_str(arena_printf(a, MHT("<p>" KEPT "</p><img src=\"%s\"><script>CANARY</script>"), sources[i])));
		CHECK_STR(o.report.reason, "");
		CHECK_STR(o.report.ending, "html");
		CHECK(told(&o, "page-archive") && told(&o, "javascript"));
		CHECK(slice_find(buffer_slice(&o.out), SLICE("<p>" KEPT "</p><img src=\"data:image/png;base64,iVBOR")) != SIZE_MAX);
		CHECK(slice_find(buffer_slice(&o.out), SLICE("CANARY")) == SIZE_MAX);
		check_again(&o, "a.html", "html");
		outcome_done(&o);
		arena_free(a);
	}
	construct_file("mht script", -1, "mht", SLICE(MHT("<p>" KEPT "</p><script>CANARY</script>")));
	check_refused("a.mht", SLICE("MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nx"), REFUSAL_DAMAGED);
}

MAIN_TESTS()
