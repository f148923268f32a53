/* Workbooks of Excel 2003 as XML: one construct a file, gone and reported; the
 * value of the cell stays; a second cleansing changes nothing.               */
#include "gate/file/file.h"

#include "construct.h"
#include "harness.h"

#define NS                                                                                        \
	" xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:o=\"urn:schemas-microsoft-com:office:office\"" \
	" xmlns:x=\"urn:schemas-microsoft-com:office:excel\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"" \
	" xmlns:html=\"http://www.w3.org/TR/REC-html40\""
#define HEAD "<?xml version=\"1.0\"?>\r\n<?mso-application progid=\"Excel.Sheet\"?>\r\n"
#define BOOK(before, cell, after)                                                                 \
	HEAD "<Workbook" NS ">" before "<Worksheet ss:Name=\"S\"><Table><Row><Cell><Data ss:Type=\"String\">" \
	"残る文字</Data></Cell>" cell "</Row></Table>" after "</Worksheet></Workbook>"
#define CELL(attributes) BOOK("", "<Cell " attributes "><Data ss:Type=\"Number\">7</Data></Cell>", "")
#define RULE(name, formula) \
	BOOK("", "", "<" name " xmlns=\"urn:schemas-microsoft-com:office:excel\"><Range>R1C1</Range>" formula "</" name ">")

static const struct {
	const char *name, *what, *text;
} rows[] = {
	{"call in a cell", "formula", CELL("ss:Formula=\"=CALL(&quot;CANARY&quot;)\"")},
	{"server in a cell", "formula", CELL("ss:Formula=\"=cmd|'/c CANARY'!A0\"")},
	{"web service in a cell", "formula", CELL("ss:Formula=\"=WEB&#83;ERVICE(&quot;http://CANARY&quot;)\"")},
	{"other workbook", "formula", CELL("ss:Formula=\"='[CANARY.xls]S'!R1C1\"")},
	{"link to a file", "unsafe-link", CELL("ss:HRef=\"file:///CANARY\"")},
	{"script link", "unsafe-link", CELL("ss:HRef=\"java&#115;cript:CANARY\"")},
	{"macro of a cell", "macro-link", CELL("x:OnAction=\"CANARY\"")},
	{"attribute nobody knows", "unknown-element", CELL("o:CANARY=\"CANARY\"")},
	{"automatic name", "auto-name", BOOK("<Names><NamedRange ss:Name=\"Auto_Open\" ss:RefersTo=\"=CANARY!R1C1\"/></Names>", "", "")},
	{"macro name", "auto-name", BOOK("<Names><NamedRange ss:Name=\"a\" ss:Macro=\"CANARY\" ss:RefersTo=\"=R1C1\"/></Names>", "", "")},
	{"name that calls", "formula", BOOK("<Names><NamedRange ss:Name=\"a\" ss:RefersTo=\"=EXEC(&quot;CANARY&quot;)\"/></Names>", "", "")},
	{"supporting workbook", "external-link", BOOK("<x:SupBook><x:Path>CANARY</x:Path></x:SupBook>", "", "")},
	{"query table", "data-connection", BOOK("", "", "<x:QueryTable><x:Name>CANARY</x:Name></x:QueryTable>")},
	{"components to download", "external-link", BOOK("<o:OfficeDocumentSettings><o:DownloadComponents/><o:LocationOfComponents "
		"HRef=\"file:///CANARY\"/></o:OfficeDocumentSettings>", "", "")},
	{"script element", "macro-link", BOOK("<Script>CANARY</Script>", "", "")},
	{"element nobody knows", "unknown-element", BOOK("<e:e xmlns:e=\"urn:e\">CANARY</e:e>", "", "")},
	{"page inside a comment", "unknown-element", BOOK("", "<Cell><Comment><ss:Data><html:iframe>CANARY</html:iframe>"
		"</ss:Data></Comment></Cell>", "")},
	{"validation that calls", "formula", RULE("DataValidation", "<Value>EXEC(&quot;CANARY&quot;)</Value>")},
	{"condition that calls", "formula", RULE("ConditionalFormatting", "<Condition><Value1><![CDATA[CALL(\"CANARY\")]]></Value1></Condition>")},
	{"comment and instruction", "comment", BOOK("<!-- CANARY --><?xml-stylesheet href=\"CANARY\"?>", "", "")},
};

struct outcome {
	struct arena *arena;
	struct buffer out;
	struct file_report report;
};

static void cleanse(struct outcome *o, struct slice in)
{
	struct file_limits limits = file_limits_default();
	o->arena = arena_new(16 << 20);
	buffer_init(&o->out, 1 << 20);
	CHECK(file_cleanse(SLICE("x.xml"), in, &limits, o->arena, &o->out, &o->report, NULL).code == OK);
}

static void outcome_done(struct outcome *o)
{
	buffer_done(&o->out);
	arena_free(o->arena);
}

TEST(each_construct)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct outcome one, two;
		construct_file(rows[i].name, -1, "xml", slice_str(rows[i].text));
		cleanse(&one, slice_str(rows[i].text));
		struct slice out = buffer_slice(&one.out);
		bool told = false;
		for (const struct removal *r = one.report.removals; r; r = r->next)
			told |= strcmp(r->what, rows[i].what) == 0;
		bool fine = one.report.verdict == FILE_CHANGED && told && slice_find(out, SLICE("CANARY")) == SIZE_MAX &&
		            slice_find(out, SLICE("残る文字")) != SIZE_MAX;
		if (!fine)
			printf("  %s: %s %s\n%.*s\n", rows[i].name, file_verdict_name(one.report.verdict), one.report.reason,
			       SLICE_ARG(out));
		CHECK(fine);
		cleanse(&two, out);
		CHECK_INT(two.report.verdict, FILE_CLEAN);
		CHECK_SLICE(buffer_slice(&two.out), out);
		outcome_done(&one);
		outcome_done(&two);
	}
}

TEST(harmless_stays_untouched)
{
	static const char text[] = BOOK("<DocumentProperties xmlns=\"urn:schemas-microsoft-com:office:office\"><Author>A</Author>"
		"</DocumentProperties><Names><NamedRange ss:Name=\"a\" ss:RefersTo=\"=S!R1C1:R2C2\"/></Names>",
		"<Cell ss:Formula=\"=SUM(R[-1]C:R[-1]C[2])\" ss:HRef=\"https://example.jp/\"><Data ss:Type=\"Number\">1</Data></Cell>",
		"<DataValidation xmlns=\"urn:schemas-microsoft-com:office:excel\"><Range>R1C1</Range><Value>R2C2</Value></DataValidation>");
	struct outcome o;
	cleanse(&o, slice_of(text, sizeof text - 1));
	CHECK_STR(o.report.reason, "");
	CHECK_INT(o.report.type, FILE_EXCELXML);
	CHECK_INT(o.report.verdict, FILE_CLEAN);
	CHECK_SLICE(buffer_slice(&o.out), slice_of(text, sizeof text - 1));
	outcome_done(&o);
}

TEST(broken_ones_are_refused)
{
	static const struct { const char *text; enum refusal refusal; } bad[] = {
		{HEAD "<Workbook" NS "><Worksheet>", REFUSAL_DAMAGED},
		{"<?xml$version=\"1.0\"?><Workbook" NS "/>", REFUSAL_DAMAGED},
		{"<?xml version=\"1.0\"?><!DOCTYPE Workbook [<!ENTITY a \"x\">]><Workbook" NS ">&a;</Workbook>", REFUSAL_DAMAGED},
		{"<?xml version=\"1.0\"?><Other" NS "><Workbook/></Other>", REFUSAL_UNKNOWN},
		{"<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><Workbook" NS "/>", REFUSAL_UNKNOWN},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct outcome o;
		cleanse(&o, slice_str(bad[i].text));
		CHECK_INT(o.report.refusal, bad[i].refusal);
		CHECK_INT(o.out.len, 0);
		outcome_done(&o);
	}
}

MAIN_TESTS()
