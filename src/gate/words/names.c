/* Kinds of files: their stable word, the endings that fit, the usual one. */
#include "gate/words/words.h"

#include <string.h>

static const struct {
	const char *name;
	const char *endings; /* "" where nothing is rebuilt */
	const char *usual;
} kinds[FILE_TYPES] = {
	[FILE_UNKNOWN] = {"unknown", "", ""},
	[FILE_DOCX] = {"docx", "docx docm dotx dotm", "docx"},
	[FILE_XLSX] = {"xlsx", "xlsx xlsm xltx xltm", "xlsx"},
	[FILE_PPTX] = {"pptx", "pptx pptm ppsx ppsm potx potm", "pptx"},
	[FILE_PDF] = {"pdf", "pdf", "pdf"},
	[FILE_JPEG] = {"jpeg", "jpg jpeg jpe jfif", "jpg"},
	[FILE_PNG] = {"png", "png", "png"},
	[FILE_GIF] = {"gif", "gif", "gif"},
	[FILE_BMP] = {"bmp", "bmp dib", "bmp"},
	[FILE_TIFF] = {"tiff", "tif tiff", "tif"},
	[FILE_WEBP] = {"webp", "webp", "webp"},
	[FILE_JP2] = {"jp2", "jp2 j2k j2c jpc", "jp2"},
	[FILE_TXT] = {"txt", "txt text log md", "txt"},
	[FILE_CSV] = {"csv", "csv tsv", "csv"},
	[FILE_ZIP] = {"zip", "zip", "zip"},
	[FILE_DOC] = {"doc", "doc dot", "doc"},
	[FILE_XLS] = {"xls", "xls xlt", "xls"},
	[FILE_PPT] = {"ppt", "ppt pps pot", "ppt"},
	[FILE_MSG] = {"msg", "msg", "eml"},
	[FILE_EXCELXML] = {"excelxml", "xml", "xml"},
	[FILE_WORDXML] = {"wordxml", "xml", "xml"},
	[FILE_FLATOPC] = {"flatopc", "xml", "xml"},
	[FILE_OLE] = {"ole", "", ""},
	[FILE_RTF] = {"rtf", "rtf", "rtf"},
	[FILE_HTML] = {"html", "html htm xhtml", "html"},
	[FILE_SVG] = {"svg", "svg", "svg"},
	[FILE_ODF] = {"odf", "odt ott ods ots odp otp odg otg", "odt"},
	[FILE_XLSB] = {"xlsb", "xlsb", "xlsb"},
	[FILE_ARCHIVE] = {"archive", "7z lzh lha tar gz tgz bz2 tbz tbz2 xz txz cab rar", "zip"},
	[FILE_MAIL] = {"mail", "eml", "eml"},
	[FILE_EXECUTABLE] = {"executable", "", ""},
	[FILE_SCRIPT] = {"script", "", ""},
	[FILE_ICHITARO] = {"ichitaro", "", ""},
	[FILE_DOCUWORKS] = {"docuworks", "", ""},
	[FILE_SYLK] = {"sylk", "slk", "slk"},
	[FILE_MBOX] = {"mbox", "mbox mbx", "mbox"},
	[FILE_TNEF] = {"tnef", "dat tnef", "eml"},
	[FILE_MHT] = {"mht", "mht mhtml", "html"},
	[FILE_OTHER] = {"other", "", ""},
};

static unsigned row_of(enum file_type type)
{
	return (unsigned)type < FILE_TYPES ? (unsigned)type : FILE_UNKNOWN;
}

const char *file_type_name(enum file_type type)
{
	return kinds[row_of(type)].name;
}

enum file_type file_type_named(const char *name)
{
	for (unsigned i = 0; i < FILE_TYPES; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return (enum file_type)i;
	return FILE_UNKNOWN;
}

bool file_type_fits(enum file_type type, const char *ending)
{
	size_t len = strlen(ending);
	for (const char *at = kinds[row_of(type)].endings; len && *at;) {
		size_t word = strcspn(at, " ");
		if (word == len && memcmp(at, ending, len) == 0)
			return true;
		at += word + (at[word] == ' ');
	}
	return false;
}

const char *file_type_ending(enum file_type type)
{
	return kinds[row_of(type)].usual;
}
