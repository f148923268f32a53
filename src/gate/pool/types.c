/* The two readers name their types apart, so that one mistake cannot blind both;
 * here, and only here, the names meet.                                      */
#include "gate/pool/pool.h"

enum inspect_type pool_inspect_type(enum file_type type)
{
	static const enum inspect_type same[FILE_TYPES] = {
		[FILE_DOCX] = INSPECT_DOCX, [FILE_XLSX] = INSPECT_XLSX, [FILE_PPTX] = INSPECT_PPTX,
		[FILE_PDF] = INSPECT_PDF,   [FILE_JPEG] = INSPECT_JPEG, [FILE_PNG] = INSPECT_PNG,
		[FILE_GIF] = INSPECT_GIF,   [FILE_BMP] = INSPECT_BMP,   [FILE_TIFF] = INSPECT_TIFF,
		[FILE_WEBP] = INSPECT_WEBP, [FILE_JP2] = INSPECT_JP2, [FILE_TXT] = INSPECT_TXT,   [FILE_CSV] = INSPECT_CSV,
		[FILE_ZIP] = INSPECT_ZIP,   [FILE_XLSB] = INSPECT_XLSB,
		[FILE_ARCHIVE] = INSPECT_ZIP, [FILE_MAIL] = INSPECT_MAIL,
		[FILE_DOC] = INSPECT_DOC,   [FILE_XLS] = INSPECT_XLS,   [FILE_PPT] = INSPECT_PPT,
		[FILE_EXCELXML] = INSPECT_EXCELXML, [FILE_WORDXML] = INSPECT_WORDXML, [FILE_FLATOPC] = INSPECT_FLATOPC,
		[FILE_RTF] = INSPECT_RTF, [FILE_SVG] = INSPECT_SVG, [FILE_SYLK] = INSPECT_SYLK, [FILE_MBOX] = INSPECT_MBOX,
		[FILE_MSG] = INSPECT_MAIL, [FILE_TNEF] = INSPECT_MAIL, [FILE_ODF] = INSPECT_ODF, [FILE_HTML] = INSPECT_HTML, [FILE_MHT] = INSPECT_HTML,
	};
	return (unsigned)type < FILE_TYPES ? same[type] : INSPECT_NOTHING;
}

bool pool_must_agree(const struct file_report *report)
{
	bool drawn = false;
	for (const struct removal *r = report->removals; r; r = r->next)
		drawn |= report->type == FILE_PDF && strcmp(r->what, "page-drawing") == 0;
	return report->removal_count == 0 || drawn;
}
