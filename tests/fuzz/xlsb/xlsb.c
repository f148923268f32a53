/* A binary workbook whose two parts are the fuzzer's: a length of two bytes,
 * the workbook's records, the sheet's records (package.h says what must hold). */
#include "fuzz/package.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
#define OPC "http://schemas.openxmlformats.org/package/2006/"
#define DOC "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define RELS(inside) HEAD "<Relationships xmlns=\"" OPC "relationships\">" inside "</Relationships>"
#define REL(id, type, target) "<Relationship Id=\"" id "\" Type=\"" DOC type "\" Target=\"" target "\"/>"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(struct zip_writer *writer, const char *name, struct slice content)
{
	demand(zip_writer_add(writer, slice_str(name), content, true, NULL).code == OK);
}

static void pack(struct slice in, struct buffer *out)
{
	struct zip_writer writer;
	size_t book = in.len < 2 ? 0 : (size_t)(in.at[0] | in.at[1] << 8);
	zip_writer_begin(&writer);
	put(&writer, "[Content_Types].xml", SLICE(HEAD "<Types xmlns=\"" OPC "content-types\"><Default Extension=\"rels\" "
		"ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"bin\" "
		"ContentType=\"application/vnd.ms-excel.sheet.binary.macroEnabled.main\"/><Override "
		"PartName=\"/xl/worksheets/sheet1.bin\" ContentType=\"application/vnd.ms-excel.worksheet\"/></Types>"));
	put(&writer, "_rels/.rels", SLICE(RELS(REL("rId1", "officeDocument", "xl/workbook.bin"))));
	put(&writer, "xl/_rels/workbook.bin.rels", SLICE(RELS(REL("rId1", "worksheet", "worksheets/sheet1.bin")
		REL("rId2", "xlMacrosheet", "worksheets/sheet1.bin"))));
	put(&writer, "xl/worksheets/_rels/sheet1.bin.rels", SLICE(RELS("<Relationship Id=\"rId9\" Type=\"" DOC
		"hyperlink\" Target=\"http://a/\" TargetMode=\"External\"/>")));
	put(&writer, "xl/workbook.bin", slice_part(in, 2, book));
	put(&writer, "xl/worksheets/sheet1.bin", slice_part(in, 2 + book, in.len));
	demand(zip_writer_end(&writer, SLICE(""), SLICE(""), out, NULL).code == OK);
	zip_writer_done(&writer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return package_fuzz(slice_of(data, size), pack);
}
