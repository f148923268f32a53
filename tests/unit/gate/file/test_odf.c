/* OpenDocument: one construct a package, gone and reported; the text stays; the same
 * kind comes out.                                                            */
#include "rows.h"

#include "gate/file/zip.h"

#include <zip.h>

#define N(prefix, name) " xmlns:" prefix "=\"urn:oasis:names:tc:opendocument:xmlns:" name ":1.0\""
#define SPACES                                                                                              \
	N("office", "office") N("text", "text") N("table", "table") N("draw", "drawing") N("style", "style")      \
	N("form", "form") N("script", "script") N("config", "config") N("meta", "meta") N("presentation", "presentation") \
	N("anim", "animation") N("svg", "svg-compatible") N("chart", "chart") N("number", "datastyle")             \
	" xmlns:xlink=\"http://www.w3.org/1999/xlink\" xmlns:of=\"urn:oasis:names:tc:opendocument:xmlns:of:1.2\""   \
	" xmlns:calcext=\"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0\""                \
	" xmlns:field=\"urn:org:documentfoundation:names:experimental:ooo-ms-interop:xmlns:field:1.0\""
#define KEPT "残る文字"
#define P(text) "<text:p>" text "</text:p>"
#define CELL(attributes) "<table:table-row><table:table-cell " attributes " office:value-type=\"float\" office:value=\"7\">" \
	"<text:p>7</text:p></table:table-cell></table:table-row>"
#define ROW(attributes) "<table:table table:name=\"S\">" CELL(attributes) "</table:table>"
#define FRAME(inside) P("<draw:frame svg:width=\"1cm\" svg:height=\"1cm\">" inside "</draw:frame>")

struct recipe {
	const char *name, *what, *body, *settings, *meta, *before; /* before: of the body, in content.xml */
	struct { const char *name, *data; } part;
	const char *kind; /* NULL: text */
	const char *manifest; /* what stands in it */
};

static const struct recipe rows[] = {
	{"odf document type", "external-link", .body = FRAME("<draw:object xlink:href=\"./Object 1\"/>"),
		.part = {"Object 1/content.xml", "<!DOCTYPE math:math PUBLIC \"-//CANARY//EN\" \"CANARY.dtd\">"
			"<math:math xmlns:math=\"http://www.w3.org/1998/Math/MathML\"><math:mn>1</math:mn></math:math>"}},
	{"odf link to a file", "unsafe-link", .body = P("<text:a xlink:href=\"file:///CANARY\">seen</text:a>")},
	{"odf script link", "unsafe-link", .body = P("<text:a xlink:href=\"java&#115;cript:CANARY\">seen</text:a>")},
	{"odf link to a share", "unsafe-link", .body = P("<text:a xlink:href=\"\\\\CANARY\\x\">seen</text:a>")},
	{"odf macro link", "unsafe-link", .body = P("<text:a xlink:href=\"vnd.sun.star.script:CANARY\">seen</text:a>")},
	{"odf relative link", "unsafe-link", .body = P("<text:a xlink:href=\"../CANARY.odt\">seen</text:a>")},
	{"odf link of a drawing", "unsafe-link", .body = P("<draw:a xlink:href=\"file:CANARY\"><draw:frame/></draw:a>")},
	{"odf listener", "action", .body = P("<text:a xlink:href=\"#x\"><office:event-listeners><script:event-listener "
		"xlink:href=\"vnd.sun.star.script:CANARY\" script:event-name=\"dom:click\"/></office:event-listeners>x</text:a>")},
	{"odf script attribute", "macro-link", .body = P("<text:span script:macro-name=\"CANARY\">x</text:span>")},
	{"odf macro in a field", "field", .body = P("<text:execute-macro text:name=\"CANARY\">seen</text:execute-macro>")},
	{"odf script in the text", "macro-link", .body = P("<text:script script:language=\"x\">CANARY</text:script>")},
	{"odf dde field", "field", .body = P("<text:dde-connection text:connection-name=\"CANARY\">seen</text:dde-connection>")},
	{"odf dde declarations", "field", .body = "<text:dde-connection-decls><text:dde-connection-decl office:dde-application=\"CANARY\"/>"
		"</text:dde-connection-decls>"},
	{"odf section elsewhere", "external-link", .body = "<text:section text:name=\"a\"><text:section-source xlink:href=\"http://CANARY\"/>"
		P("x") "</text:section>"},
	{"odf section by dde", "external-link", .body = "<text:section text:name=\"a\"><office:dde-source office:dde-application=\"CANARY\"/>"
		P("x") "</text:section>"},
	{"odf database field", "field", .body = P("<text:database-display text:database-name=\"CANARY\">seen</text:database-display>")},
	{"odf index file", "external-link", .body = "<text:alphabetical-index-auto-mark-file xlink:href=\"CANARY\"/>"},
	{"odf remote picture", "remote-picture", .body = FRAME("<draw:image xlink:href=\"http://CANARY/a.png\"/>")},
	{"odf picture of a file", "external-link", .body = FRAME("<draw:image xlink:href=\"../CANARY.png\"/>")},
	{"odf picture that is none", "picture", .body = FRAME("<draw:image xlink:href=\"Pictures/a.png\"/>"),
		.part = {"Pictures/a.png", "CANARY"}},
	{"odf picture without a place", "orphan-part", .part = {"Pictures/a.png", "CANARY"}},
	{"odf old object", "ole-object", .body = FRAME("<draw:object-ole xlink:href=\"./Object 1\" draw:class-id=\"CANARY\"/>"),
		.part = {"Object 1", "\xD0\xCF\x11\xE0""CANARY"}},
	{"odf object that is a file", "ole-object", .body = FRAME("<draw:object xlink:href=\"./Object 1\"/>"),
		.part = {"Object 1", "CANARY"}},
	{"odf object elsewhere", "external-link", .body = FRAME("<draw:object xlink:href=\"http://CANARY/\"/>")},
	{"odf object with a script", "vba", .body = FRAME("<draw:object xlink:href=\"./Object 1\"/>"),
		.part = {"Object 1/content.xml", "<office:document-content" SPACES "><office:scripts><office:script>CANARY</office:script>"
			"</office:scripts><office:body><office:chart/></office:body></office:document-content>"}},
	{"odf plug-in", "media", .body = FRAME("<draw:plugin xlink:href=\"CANARY.swf\"/>")},
	{"odf applet", "media", .body = FRAME("<draw:applet draw:code=\"CANARY\"><draw:param draw:name=\"CANARY\"/></draw:applet>")},
	{"odf floating frame", "frame", .body = FRAME("<draw:floating-frame xlink:href=\"http://CANARY\"/>")},
	{"odf data inside", "embedded-file", .body = FRAME("<draw:image><office:binary-data>CANARY</office:binary-data></draw:image>")},
	{"odf form", "control", .body = "<office:forms><form:form form:name=\"CANARY\" xlink:href=\"http://CANARY\"/></office:forms>"},
	{"odf control", "control", .body = P("<draw:control draw:control=\"CANARY\"/>")},
	{"odf script", "vba", .before = "<office:scripts><office:script script:language=\"ooo:Basic\">CANARY</office:script></office:scripts>"},
	{"odf start listener", "vba", .before = "<office:scripts><office:event-listeners><script:event-listener script:event-name="
		"\"dom:load\" xlink:href=\"CANARY\"/></office:event-listeners></office:scripts>"},
	{"odf embedded font", "embedded-font", .before = "<office:font-face-decls><style:font-face style:name=\"a\"><svg:font-face-src>"
		"<svg:font-face-uri xlink:href=\"Fonts/CANARY\"/></svg:font-face-src></style:font-face></office:font-face-decls>"},
	{"odf fill elsewhere", "external-link", .before = "<office:automatic-styles><draw:fill-image draw:name=\"a\" xlink:href=\"//CANARY/a\"/>"
		"</office:automatic-styles>"},
	{"odf element nobody knows", "unknown-element", .body = "<e:e xmlns:e=\"urn:e\">CANARY</e:e>"},
	{"odf attribute nobody knows", "unknown-element", .body = "<text:p xmlns:e=\"urn:e\" e:e=\"CANARY\">x</text:p>"},
	{"odf comment", "comment", .body = "<!-- CANARY -->"},
	{"odf instruction", "comment", .body = "<?CANARY CANARY?>"},
	{"odf base of links", "unknown-element", .body = "<text:p xml:base=\"http://CANARY\">x</text:p>"},
	{"odf transformation", "unknown-element", .body = "<text:p xmlns:grddl=\"http://www.w3.org/2003/g/data-view#\" grddl:transformation="
		"\"http://CANARY\">x</text:p>"},
	{"odf content control", "control", .body = P("<field:fieldmark field:type=\"CANARY\"/>")},
	{"odf template", "template", .meta = "<meta:template xlink:href=\"http://CANARY\"/>"},
	{"odf reload", "external-link", .meta = "<meta:auto-reload xlink:href=\"http://CANARY\" meta:delay=\"PT1S\"/>"},
	{"odf own property", "custom-properties", .meta = "<meta:user-defined meta:name=\"CANARY\">CANARY</meta:user-defined>"},
	{"odf printer", "printer-settings", .settings = "<config:config-item config:name=\"PrinterSetup\" config:type=\"base64Binary\">CANARY"
		"</config:config-item>"},
	{"odf data source", "data-connection", .settings = "<config:config-item config:name=\"CurrentDatabaseDataSource\" config:type="
		"\"string\">CANARY</config:config-item>"},
	{"odf saved path", "saved-path", .settings = "<config:config-item config:name=\"a\" config:type=\"string\">file:///CANARY</config:config-item>"},
	{"odf basic", "vba", .part = {"Basic/Standard/Module1.xml", "CANARY"}},
	{"odf python", "vba", .part = {"Scripts/python/a.py", "CANARY"}},
	{"odf dialog", "vba", .part = {"Dialogs/Standard/a.xml", "CANARY"}},
	{"odf tool bar", "custom-ui", .part = {"Configurations2/toolbar/a.xml", "CANARY"}},
	{"odf thumbnail", "thumbnail", .part = {"Thumbnails/thumbnail.png", "CANARY"}},
	{"odf signature", "signature", .part = {"META-INF/documentsignatures.xml", "CANARY"}},
	{"odf macro signature", "signature", .part = {"META-INF/macrosignatures.xml", "CANARY"}},
	{"odf font file", "embedded-font", .part = {"Fonts/a.ttf", "CANARY"}},
	{"odf data about it", "hidden-data", .part = {"manifest.rdf", "CANARY"}},
	{"odf versions", "hidden-data", .part = {"Versions/a", "CANARY"}},
	{"odf part nobody knows", "unknown-part", .part = {"a/b.exe", "MZCANARY"}},
	{"ods formula to the web", "formula", .body = ROW("table:formula=\"of:=WEBSERVICE(&quot;http://CANARY&quot;)\""), .kind = "spreadsheet"},
	{"ods dde formula", "formula", .body = ROW("table:formula=\"of:=DDE(&quot;CANARY&quot;;&quot;a&quot;;&quot;b&quot;)\""), .kind = "spreadsheet"},
	{"ods other document", "formula", .body = ROW("table:formula=\"of:=['file:///CANARY.ods'#$S.A1]\""), .kind = "spreadsheet"},
	{"ods link formula", "formula", .body = ROW("table:formula=\"of:=HYPERLINK(&quot;file:///CANARY&quot;)\""), .kind = "spreadsheet"},
	{"ods dde beside an array", "formula", .body = ROW("table:formula=\"of:={1|2}+cmd|CANARY!A0\""), .kind = "spreadsheet"},
	{"ods dde in an array", "formula", .body = ROW("table:formula=\"of:={cmd|CANARY!A0}\""), .kind = "spreadsheet"},
	{"ods other document for a table", "formula", .body = ROW("table:formula=\"of:=t['file:///CANARY.ods'#$S.A1]\""), .kind = "spreadsheet"},
	{"ods add-in of nobody", "formula", .body = ROW("table:formula=\"of:=com.sun.star.sheet.addin.analysis.getwebservice(&quot;CANARY&quot;)\""),
	 .kind = "spreadsheet"},
	{"ods excel formula", "formula", .body = ROW("table:formula=\"msoxl:=cmd|'/c CANARY'!A0\""), .kind = "spreadsheet"},
	{"ods table elsewhere", "external-link", .body = "<table:table table:name=\"S\"><table:table-source xlink:href=\"http://CANARY\"/>"
		CELL("") "</table:table>", .kind = "spreadsheet"},
	{"ods copy of another", "external-link", .body = ROW("") "<table:table table:name=\"'file:///CANARY'#$S\">" CELL("") "</table:table>",
		.kind = "spreadsheet"},
	{"ods range elsewhere", "external-link", .body = "<table:table table:name=\"S\"><table:table-row><table:table-cell><table:cell-range-source "
		"table:name=\"a\" xlink:href=\"CANARY\"/></table:table-cell></table:table-row></table:table>", .kind = "spreadsheet"},
	{"ods dde links", "external-link", .body = ROW("") "<table:dde-links><table:dde-link><office:dde-source office:dde-application=\"CANARY\"/>"
		"</table:dde-link></table:dde-links>", .kind = "spreadsheet"},
	{"ods query", "data-connection", .body = ROW("") "<table:database-ranges><table:database-range table:name=\"a\"><table:database-source-sql "
		"table:sql-statement=\"CANARY\"/></table:database-range></table:database-ranges>", .kind = "spreadsheet"},
	{"ods pivot", "pivot", .body = ROW("") "<table:data-pilot-tables><table:data-pilot-table table:name=\"CANARY\"/></table:data-pilot-tables>",
		.kind = "spreadsheet"},
	{"ods named formula", "formula", .body = ROW("") "<table:named-expressions><table:named-expression table:name=\"a\" table:expression="
		"\"of:=DDE(&quot;CANARY&quot;)\"/></table:named-expressions>", .kind = "spreadsheet"},
	{"ods validation", "formula", .body = "<table:content-validations><table:content-validation table:name=\"a\" table:condition="
		"\"of:is-true-formula(WEBSERVICE(&quot;CANARY&quot;))\"/></table:content-validations>" ROW(""), .kind = "spreadsheet"},
	{"ods error macro", "macro-link", .body = "<table:content-validations><table:content-validation table:name=\"a\"><table:error-macro "
		"table:execute=\"true\"/><office:event-listeners/></table:content-validation></table:content-validations>" ROW("") "<!--CANARY-->",
		.kind = "spreadsheet"},
	{"ods condition", "formula", .body = "<table:table table:name=\"S\">" CELL("") "<calcext:conditional-formats><calcext:conditional-format "
		"calcext:target-range-address=\"S.A1\"><calcext:condition calcext:value=\"formula-is(DDE(&quot;CANARY&quot;))\"/>"
		"</calcext:conditional-format></calcext:conditional-formats></table:table>", .kind = "spreadsheet"},
	{"odp action", "action", .body = "<draw:page draw:name=\"a\"><draw:rect><office:event-listeners><presentation:event-listener "
		"presentation:action=\"execute\" xlink:href=\"CANARY.exe\"/></office:event-listeners></draw:rect></draw:page>", .kind = "presentation"},
	{"odp sound", "media", .body = "<draw:page draw:name=\"a\"><presentation:sound xlink:href=\"CANARY.wav\"/></draw:page>", .kind = "presentation"},
	{"odp audio", "media", .body = "<draw:page draw:name=\"a\"><anim:par><anim:audio xlink:href=\"CANARY\"/></anim:par></draw:page>",
		.kind = "presentation"},
	{"odp command", "action", .body = "<draw:page draw:name=\"a\"><anim:par><anim:command anim:command=\"CANARY\"/></anim:par></draw:page>",
		.kind = "presentation"},
	{"odg control", "control", .body = "<draw:page draw:name=\"a\"><draw:control draw:control=\"CANARY\"/></draw:page>", .kind = "drawing"},
};

static void put(struct zip_writer *w, struct arena *a, const char *name, const char *text, bool dense)
{
	struct why why = {0};
	CHECK_OK(zip_writer_add(w, slice_str(arena_printf(a, "%s", name)), slice_str(arena_printf(a, "%s", text)), dense, &why), &why);
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

/* mime: NULL: by the kind */
static void make(const struct recipe *r, const char *mime, struct arena *a, struct buffer *out)
{
	const char *kind = r->kind ? r->kind : "text", *word = strcmp(kind, "drawing") == 0 ? "graphics" : kind;
	struct zip_writer w;
	struct why why = {0};
	zip_writer_begin(&w);
	put(&w, a, "mimetype", mime ? mime : arena_printf(a, "application/vnd.oasis.opendocument.%s", word), false);
	put(&w, a, "content.xml", arena_printf(a, "<office:document-content" SPACES " office:version=\"1.2\">%s<office:body><office:%s>%s%s"
		"</office:%s></office:body></office:document-content>", or_empty(r->before), kind, r->kind ? "" : P(KEPT), or_empty(r->body), kind), true);
	put(&w, a, "styles.xml", "<office:document-styles" SPACES " office:version=\"1.2\"><office:styles/></office:document-styles>", true);
	put(&w, a, "meta.xml", arena_printf(a, "<office:document-meta" SPACES "><office:meta>%s</office:meta></office:document-meta>", or_empty(r->meta)), true);
	put(&w, a, "settings.xml", arena_printf(a, "<office:document-settings" SPACES "><office:settings><config:config-item-set config:name=\"a\">%s"
		"</config:config-item-set></office:settings></office:document-settings>", or_empty(r->settings)), true);
	if (r->part.name)
		put(&w, a, r->part.name, r->part.data, true);
	put(&w, a, "META-INF/manifest.xml", arena_printf(a, "<manifest:manifest" N("manifest", "manifest") ">%s</manifest:manifest>", or_empty(r->manifest)), true);
	CHECK_OK(zip_writer_end(&w, SLICE(""), SLICE(""), out, &why), &why);
	zip_writer_done(&w);
}

/* Names and contents of all members, one after another, by libzip. */
static void flatten(struct slice in, struct buffer *out)
{
	zip_error_t error;
	zip_source_t *source = zip_source_buffer_create(in.at, in.len, 0, &error);
	zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
	CHECK(zip != NULL);
	for (zip_int64_t i = 0; zip && i < zip_get_num_entries(zip, 0); i++) {
		zip_stat_t stat;
		zip_stat_index(zip, (zip_uint64_t)i, 0, &stat);
		zip_file_t *file = zip_fopen_index(zip, (zip_uint64_t)i, 0);
		uint8_t *at = buffer_reserve(out, stat.size + 1);
		if (file && at && zip_fread(file, at, stat.size) == (zip_int64_t)stat.size)
			buffer_commit(out, stat.size);
		zip_fclose(file);
		buffer_put_str(out, stat.name);
	}
	if (zip)
		zip_discard(zip);
}

static const char *ending_of(const struct recipe *r)
{
	return !r->kind ? "odt" : r->kind[0] == 's' ? "ods" : r->kind[0] == 'p' ? "odp" : "odg";
}

TEST(each_construct)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena *a = arena_new(16 << 20);
		struct buffer in, flat;
		struct outcome o;
		char name[16];
		buffer_init(&in, 1 << 20);
		buffer_init(&flat, 1 << 20);
		make(&rows[i], NULL, a, &in);
		snprintf(name, sizeof name, "x.%s", ending_of(&rows[i]));
		construct_file(rows[i].name, -1, ending_of(&rows[i]), buffer_slice(&in));
		cleanse_as(&o, name, buffer_slice(&in));
		if (o.out.len)
			flatten(buffer_slice(&o.out), &flat);
		struct slice seen = buffer_slice(&flat);
		bool fine = o.report.verdict == FILE_CHANGED && told(&o, rows[i].what) && slice_find(seen, SLICE("CANARY")) == SIZE_MAX &&
		            (rows[i].kind || slice_find(seen, SLICE(KEPT)) != SIZE_MAX);
		if (!fine)
			printf("  %s: %s %s\n%.*s\n", rows[i].name, file_verdict_name(o.report.verdict), o.report.reason, SLICE_ARG(seen));
		CHECK(fine);
		CHECK_STR(o.report.ending, ending_of(&rows[i]));
		if (o.out.len)
			check_again(&o, name, ending_of(&rows[i]));
		outcome_done(&o);
		buffer_done(&in);
		buffer_done(&flat);
		arena_free(a);
	}
}

TEST(a_frame_that_lost_what_it_showed_says_so)
{
	static const struct {
		const char *body;
		bool told;
	} frames[] = {
		{FRAME("<draw:object-ole xlink:href=\"./Object 1\"/>"), true},
		{FRAME("<draw:plugin xlink:href=\"a.swf\"/>"), true},
		{FRAME("<draw:image xlink:href=\"http://example.jp/a.png\"/>"), true},
		{FRAME("<draw:image xlink:href=\"http://example.jp/a.png\"/><draw:text-box/>"), false},
		{FRAME(""), false},
	};
	for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
		AUTO(arena_drop) struct arena *a = arena_new(16 << 20);
		AUTO(buffer_done) struct buffer in = {0}, flat = {0};
		const struct recipe recipe = {.body = frames[i].body};
		struct outcome o;
		buffer_init(&in, 1 << 20);
		buffer_init(&flat, 1 << 20);
		make(&recipe, NULL, a, &in);
		cleanse_as(&o, "x.odt", buffer_slice(&in));
		flatten(buffer_slice(&o.out), &flat);
		size_t at = slice_find(buffer_slice(&flat), SLICE("<draw:text-box><text:p>取り除きました</text:p></draw:text-box></draw:frame>"));
		CHECK_INT(at != SIZE_MAX, frames[i].told);
		check_again(&o, "x.odt", "odt");
		outcome_done(&o);
	}
}

TEST(harmless_stays_as_it_is)
{
	static const struct recipe r = {.kind = "spreadsheet", .body = "<table:content-validations><table:content-validation table:name=\"v\" "
		"table:condition=\"of:cell-content-is-decimal-number() and cell-content-is-between(1;10)\"/></table:content-validations>"
		ROW("table:formula=\"of:=SUM([.A1:.B2];[$'a b'.C3])+COM.MICROSOFT.CONCAT(&quot;x&quot;;[.D4])\"")
		ROW("table:formula=\"of:=TYPE({1;2|3;4})+SUM(t[[#data];[b]:[c]])+SUM(t[#This Row])\"")
		ROW("table:formula=\"oooc:=com.sun.star.sheet.addin.Analysis.getWorkday([.A1];3)+CONVERT_ADD(1;&quot;in&quot;;&quot;cm&quot;)\"")
		ROW("table:formula=\"of:=HYPERLINK(&quot;https://example.jp&quot;;&quot;a&quot;)\"")
		"<table:database-ranges><table:database-range table:name=\"a\" table:target-range-address=\"S.A1:S.B2\"/></table:database-ranges>",
		.meta = "<meta:generator>x</meta:generator>", .before = "<office:scripts/>",
		.settings = "<config:config-item config:name=\"PrinterSetup\" config:type=\"base64Binary\"/>"};
	struct arena *a = arena_new(16 << 20);
	struct buffer in, flat;
	struct outcome o;
	buffer_init(&in, 1 << 20);
	buffer_init(&flat, 1 << 20);
	make(&r, NULL, a, &in);
	cleanse_as(&o, "a.ods", buffer_slice(&in));
	CHECK_STR(o.report.reason, "");
	CHECK_INT(o.report.verdict, FILE_CLEAN);
	flatten(buffer_slice(&o.out), &flat);
	CHECK(slice_find(buffer_slice(&flat), SLICE("COM.MICROSOFT.CONCAT(&quot;x&quot;;[.D4])")) != SIZE_MAX);
	CHECK(slice_find(buffer_slice(&flat), SLICE("cell-content-is-between(1;10)")) != SIZE_MAX);
	CHECK(slice_find(buffer_slice(&flat), SLICE("HYPERLINK(&quot;https://example.jp")) != SIZE_MAX);
	check_again(&o, "a.ods", "ods");
	outcome_done(&o);
	buffer_done(&in);
	buffer_done(&flat);
	arena_free(a);
}

TEST(templates_stay_templates_and_kinds_must_agree)
{
	static const struct recipe r = {.body = P("a")};
	static const struct { const char *mime, *file; enum refusal refusal; } cases[] = {
		{"application/vnd.oasis.opendocument.text-template", "a.ott", REFUSAL_NONE},
		{"application/vnd.oasis.opendocument.text", "a.ods", REFUSAL_MISMATCH},
		{"application/vnd.oasis.opendocument.spreadsheet", "a.ods", REFUSAL_MISMATCH},
		{"application/vnd.oasis.opendocument.text", "a.docx", REFUSAL_MISMATCH},
		{"application/vnd.oasis.opendocument.database", "a.odt", REFUSAL_UNKNOWN},
		{"application/epub+zip", "a.odt", REFUSAL_UNKNOWN},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct arena *a = arena_new(16 << 20);
		struct buffer in;
		struct outcome o;
		buffer_init(&in, 1 << 20);
		make(&r, cases[i].mime, a, &in);
		cleanse_as(&o, cases[i].file, buffer_slice(&in));
		CHECK_INT(o.report.refusal, cases[i].refusal);
		if (cases[i].refusal == REFUSAL_NONE)
			CHECK_STR(o.report.ending, "ott");
		outcome_done(&o);
		buffer_done(&in);
		arena_free(a);
	}
}

TEST(a_mimetype_that_comes_later_comes_first)
{
	struct arena *a = arena_new(1 << 20);
	struct buffer in;
	struct outcome o;
	struct zip_writer w;
	struct why why = {0};
	buffer_init(&in, 1 << 20);
	zip_writer_begin(&w);
	put(&w, a, "content.xml", "<office:document-content" SPACES "><office:body><office:text>" P(KEPT) "</office:text></office:body>"
	    "</office:document-content>", true);
	put(&w, a, "mimetype", "application/vnd.oasis.opendocument.text", true);
	put(&w, a, "META-INF/manifest.xml", "<manifest:manifest" N("manifest", "manifest") "/>", true);
	CHECK_OK(zip_writer_end(&w, SLICE(""), SLICE(""), &in, &why), &why);
	zip_writer_done(&w);
	cleanse_as(&o, "a.odt", buffer_slice(&in));
	CHECK_STR(o.report.reason, "");
	CHECK_SLICE(slice_part(buffer_slice(&o.out), 30, 47), SLICE("mimetypeapplication/vnd.oasis.opendocument.text"));
	check_again(&o, "a.odt", "odt");
	outcome_done(&o);
	buffer_done(&in);
	arena_free(a);
}

TEST(broken_and_encrypted_ones_are_refused)
{
	static const struct { struct recipe r; enum refusal refusal; } bad[] = {
		{{.body = "<text:p>"}, REFUSAL_DAMAGED},
		{{.body = "&entity;"}, REFUSAL_DAMAGED},
		{{.before = "<!DOCTYPE a [<!ENTITY entity \"x\">]>"}, REFUSAL_DAMAGED},
		{{.part = {"content.xml", "<x/>"}}, REFUSAL_AMBIGUOUS},
		{{.body = FRAME("<draw:object xlink:href=\"./Object 1\"/>"), .part = {"Object 1/content.xml", "<html/>"}}, REFUSAL_DAMAGED},
		{{.manifest = "<manifest:file-entry manifest:full-path=\"content.xml\"><manifest:encryption-data/></manifest:file-entry>"},
		 REFUSAL_LOCKED}, /* no password that is asked for would open it */
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct arena *a = arena_new(16 << 20);
		struct buffer in;
		buffer_init(&in, 1 << 20);
		make(&bad[i].r, NULL, a, &in);
		check_refused("a.odt", buffer_slice(&in), bad[i].refusal);
		buffer_done(&in);
		arena_free(a);
	}
}

MAIN_TESTS()
