/* The table of formats: what is rebuilt, and what is known only to be refused. */
#include "gate/file/job.h"

static const struct format formats[FILE_TYPES] = {
	[FILE_UNKNOWN] = {NULL, REFUSAL_UNKNOWN},
	[FILE_DOCX] = {ooxml_rebuild, REFUSAL_UNKNOWN},
	[FILE_XLSX] = {ooxml_rebuild, REFUSAL_UNKNOWN},
	[FILE_PPTX] = {ooxml_rebuild, REFUSAL_UNKNOWN},
	[FILE_PDF] = {pages_rebuild, REFUSAL_UNKNOWN},
	[FILE_JPEG] = {jpeg_rebuild, REFUSAL_UNKNOWN},
	[FILE_PNG] = {png_rebuild, REFUSAL_UNKNOWN},
	[FILE_GIF] = {gif_rebuild, REFUSAL_UNKNOWN},
	[FILE_BMP] = {bmp_rebuild, REFUSAL_UNKNOWN},
	[FILE_TIFF] = {tiff_rebuild, REFUSAL_UNKNOWN},
	[FILE_WEBP] = {webp_rebuild, REFUSAL_UNKNOWN},
	[FILE_JP2] = {jp2_rebuild, REFUSAL_UNKNOWN},
	[FILE_TXT] = {text_rebuild, REFUSAL_UNKNOWN},
	[FILE_CSV] = {csv_rebuild, REFUSAL_UNKNOWN},
	[FILE_ZIP] = {zip_rebuild, REFUSAL_UNKNOWN},
	[FILE_DOC] = {doc_rebuild, REFUSAL_UNKNOWN},
	[FILE_XLS] = {xls_rebuild, REFUSAL_UNKNOWN},
	[FILE_PPT] = {ppt_rebuild, REFUSAL_UNKNOWN},
	[FILE_TNEF] = {tnef_rebuild, REFUSAL_UNKNOWN},
	[FILE_MBOX] = {mbox_rebuild, REFUSAL_UNKNOWN},
	[FILE_MSG] = {msg_rebuild, REFUSAL_UNKNOWN},
	[FILE_EXCELXML] = {excelxml_rebuild, REFUSAL_UNKNOWN},
	[FILE_WORDXML] = {wordxml_rebuild, REFUSAL_UNKNOWN},
	[FILE_FLATOPC] = {flatopc_rebuild, REFUSAL_UNKNOWN},
	[FILE_OLE] = {ole_rebuild, REFUSAL_UNKNOWN},
	[FILE_RTF] = {rtf_rebuild, REFUSAL_UNKNOWN},
	[FILE_MHT] = {mht_rebuild, REFUSAL_UNKNOWN},
	[FILE_HTML] = {html_rebuild, REFUSAL_UNKNOWN},
	[FILE_SVG] = {svg_rebuild, REFUSAL_UNKNOWN},
	[FILE_ODF] = {odf_rebuild, REFUSAL_UNKNOWN},
	[FILE_XLSB] = {ooxml_rebuild, REFUSAL_UNKNOWN},
	[FILE_ARCHIVE] = {archive_rebuild, REFUSAL_UNKNOWN},
	[FILE_MAIL] = {mail_rebuild, REFUSAL_UNKNOWN},
	[FILE_EXECUTABLE] = {NULL, REFUSAL_FORBIDDEN},
	[FILE_SCRIPT] = {NULL, REFUSAL_FORBIDDEN},
	[FILE_ICHITARO] = {NULL, REFUSAL_UNKNOWN},
	[FILE_DOCUWORKS] = {NULL, REFUSAL_UNKNOWN},
	[FILE_SYLK] = {sylk_rebuild, REFUSAL_UNKNOWN},
	[FILE_OTHER] = {NULL, REFUSAL_UNKNOWN},
};

const struct format *format_of(enum file_type type)
{
	return &formats[(unsigned)type < FILE_TYPES ? type : FILE_UNKNOWN];
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

bool ending_forbidden(const char *ending)
{
	static const char list[] =
		"exe dll scr com msi msp msix appx cpl ocx sys drv pif gadget application lnk url scf "
		"library-ms search-ms searchconnector-ms settingcontent-ms appref-ms iso img vhd vhdx udf "
		"chm hlp hta js jse vbs vbe vb wsf wsh wsc sct ps1 psm1 psd1 ps1xml bat cmd jar jnlp reg "
		"inf one onepkg xll wll xla xlam ppa ppam rdp theme deskthemepack themepack accdb accde mdb "
		"mde ade adp oft diagcab gadget py rb sh csh ksh pl php asp aspx jsp iqy oqy dqy rqy dif "
		"xlm apk ipa dmg pkg deb rpm elf so";
	return word_of(list, ending);
}
