/* The table of formats: what is rebuilt, what is known only to be refused, and
 * which endings of a name fit which content. */
#include "gate/file/job.h"

static const struct format formats[FILE_TYPES] = {
	[FILE_UNKNOWN] = {FILE_UNKNOWN, "unknown", "", "不明な形式", NULL, REFUSAL_UNKNOWN},
	[FILE_DOCX] = {FILE_DOCX, "docx", "docx docm dotx dotm", "Word文書", ooxml_rebuild, REFUSAL_UNKNOWN},
	[FILE_XLSX] = {FILE_XLSX, "xlsx", "xlsx xlsm xltx xltm", "Excelブック", ooxml_rebuild, REFUSAL_UNKNOWN},
	[FILE_PPTX] = {FILE_PPTX, "pptx", "pptx pptm ppsx ppsm potx potm", "PowerPoint資料", ooxml_rebuild,
	               REFUSAL_UNKNOWN},
	[FILE_PDF] = {FILE_PDF, "pdf", "pdf", "PDF文書", pdf_rebuild, REFUSAL_UNKNOWN},
	[FILE_JPEG] = {FILE_JPEG, "jpeg", "jpg jpeg jpe jfif", "JPEG画像", jpeg_rebuild,
	               REFUSAL_UNKNOWN},
	[FILE_PNG] = {FILE_PNG, "png", "png", "PNG画像", png_rebuild, REFUSAL_UNKNOWN},
	[FILE_GIF] = {FILE_GIF, "gif", "gif", "GIF画像", gif_rebuild, REFUSAL_UNKNOWN},
	[FILE_BMP] = {FILE_BMP, "bmp", "bmp dib", "BMP画像", bmp_rebuild, REFUSAL_UNKNOWN},
	[FILE_TIFF] = {FILE_TIFF, "tiff", "tif tiff", "TIFF画像", tiff_rebuild, REFUSAL_UNKNOWN},
	[FILE_WEBP] = {FILE_WEBP, "webp", "webp", "WebP画像", webp_rebuild, REFUSAL_UNKNOWN},
	[FILE_TXT] = {FILE_TXT, "txt", "txt text log md", "テキスト", text_rebuild, REFUSAL_UNKNOWN},
	[FILE_CSV] = {FILE_CSV, "csv", "csv tsv", "CSV", csv_rebuild, REFUSAL_UNKNOWN},
	[FILE_ZIP] = {FILE_ZIP, "zip", "zip", "ZIP書庫", zip_rebuild, REFUSAL_UNKNOWN},
	[FILE_OLE] = {FILE_OLE, "ole", "", "旧形式のOffice文書", ole_refuse, REFUSAL_UNKNOWN},
	[FILE_RTF] = {FILE_RTF, "rtf", "", "リッチテキスト", NULL, REFUSAL_UNKNOWN},
	[FILE_HTML] = {FILE_HTML, "html", "", "HTML文書", NULL, REFUSAL_UNKNOWN},
	[FILE_SVG] = {FILE_SVG, "svg", "", "SVG画像", NULL, REFUSAL_UNKNOWN},
	[FILE_ODF] = {FILE_ODF, "odf", "", "OpenDocument文書", NULL, REFUSAL_UNKNOWN},
	[FILE_XLSB] = {FILE_XLSB, "xlsb", "", "Excelバイナリブック", NULL, REFUSAL_UNKNOWN},
	[FILE_ARCHIVE] = {FILE_ARCHIVE, "archive", "", "ZIP以外の書庫", NULL, REFUSAL_UNKNOWN},
	[FILE_MAIL] = {FILE_MAIL, "mail", "", "メール", NULL, REFUSAL_UNKNOWN},
	[FILE_EXECUTABLE] = {FILE_EXECUTABLE, "executable", "", "実行できるファイル", NULL,
	                     REFUSAL_FORBIDDEN},
	[FILE_SCRIPT] = {FILE_SCRIPT, "script", "", "スクリプト", NULL, REFUSAL_FORBIDDEN},
	[FILE_ICHITARO] = {FILE_ICHITARO, "ichitaro", "", "一太郎文書", NULL, REFUSAL_UNKNOWN},
	[FILE_DOCUWORKS] = {FILE_DOCUWORKS, "docuworks", "", "DocuWorks文書", NULL, REFUSAL_UNKNOWN},
	[FILE_SYLK] = {FILE_SYLK, "sylk", "", "SYLK形式の表", NULL, REFUSAL_UNKNOWN},
	[FILE_OTHER] = {FILE_OTHER, "other", "", "取り扱わない形式", NULL, REFUSAL_UNKNOWN},
};

const struct format *format_of(enum file_type type)
{
	return &formats[(unsigned)type < FILE_TYPES ? type : FILE_UNKNOWN];
}

const char *file_type_name(enum file_type type)
{
	return format_of(type)->name;
}

static bool word_of(const char *words, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = words; len && *at;) {
		size_t word_len = strcspn(at, " ");
		if (word_len == len && memcmp(at, word, len) == 0)
			return true;
		at += word_len + (at[word_len] == ' ');
	}
	return false;
}

bool format_fits(const struct format *format, const char *ending)
{
	return word_of(format->endings, ending);
}

const char *format_ending(enum file_type type)
{
	static const char *const usual[FILE_TYPES] = {
		[FILE_DOCX] = "docx", [FILE_XLSX] = "xlsx", [FILE_PPTX] = "pptx", [FILE_PDF] = "pdf",
		[FILE_JPEG] = "jpg", [FILE_PNG] = "png", [FILE_GIF] = "gif", [FILE_BMP] = "bmp",
		[FILE_TIFF] = "tif", [FILE_WEBP] = "webp", [FILE_TXT] = "txt", [FILE_CSV] = "csv",
		[FILE_ZIP] = "zip",
	};
	const char *ending = (unsigned)type < FILE_TYPES ? usual[type] : NULL;
	return ending ? ending : "";
}

bool ending_forbidden(const char *ending)
{
	static const char list[] =
		"exe dll scr com msi msp msix appx cpl ocx sys drv pif gadget application lnk url scf "
		"library-ms search-ms searchconnector-ms settingcontent-ms appref-ms iso img vhd vhdx udf "
		"chm hlp hta js jse vbs vbe vb wsf wsh wsc sct ps1 psm1 psd1 ps1xml bat cmd jar jnlp reg "
		"inf one onepkg xll wll xla xlam ppa ppam rdp theme deskthemepack themepack accdb accde mdb "
		"mde ade adp oft diagcab gadget py rb sh csh ksh pl php asp aspx jsp iqy oqy dqy rqy slk dif "
		"xlm cab apk ipa dmg pkg deb rpm elf so";
	return word_of(list, ending);
}
