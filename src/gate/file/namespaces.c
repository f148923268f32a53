/* The namespaces that office documents use.  Transitional and Strict names of
 * one vocabulary share an id; Microsoft's extensions that hold plain data have
 * an id each, above NS_EXTENSION; whatever is not in the table is unknown.
 * Left out on purpose: toolbars and key maps (word/2006/wordml), SVG pictures,
 * rich values that fetch, web extensions, custom UI, ink. */
#include "gate/file/namespaces.h"

#define OFFICE "http://schemas.openxmlformats.org/"
#define STRICT "http://purl.oclc.org/ooxml/"
#define MS "http://schemas.microsoft.com/office/"

static const struct {
	const char *uri;
	uint16_t ns;
} known[] = {
	{"http://www.w3.org/XML/1998/namespace", NS_XML},
	{"http://www.w3.org/2000/xmlns/", NS_XMLNS},
	{OFFICE "wordprocessingml/2006/main", NS_W}, {STRICT "wordprocessingml/main", NS_W},
	{OFFICE "officeDocument/2006/relationships", NS_R}, {STRICT "officeDocument/relationships", NS_R},
	{OFFICE "drawingml/2006/3/main", NS_A}, /* of themes before the standard was one */
	{OFFICE "drawingml/2006/main", NS_A}, {STRICT "drawingml/main", NS_A},
	{OFFICE "drawingml/2006/wordprocessingDrawing", NS_WP},
	{STRICT "drawingml/wordprocessingDrawing", NS_WP},
	{OFFICE "drawingml/2006/spreadsheetDrawing", NS_XDR}, {STRICT "drawingml/spreadsheetDrawing", NS_XDR},
	{OFFICE "drawingml/2006/chartDrawing", NS_CDR}, {STRICT "drawingml/chartDrawing", NS_CDR},
	{OFFICE "drawingml/2006/picture", NS_PIC}, {STRICT "drawingml/picture", NS_PIC},
	{OFFICE "drawingml/2006/chart", NS_C}, {STRICT "drawingml/chart", NS_C},
	{OFFICE "drawingml/2006/diagram", NS_DGM}, {STRICT "drawingml/diagram", NS_DGM},
	{OFFICE "drawingml/2006/lockedCanvas", NS_LC}, {STRICT "drawingml/lockedCanvas", NS_LC},
	{OFFICE "officeDocument/2006/math", NS_M}, {STRICT "officeDocument/math", NS_M},
	{OFFICE "spreadsheetml/2006/main", NS_S}, {STRICT "spreadsheetml/main", NS_S},
	{OFFICE "presentationml/2006/main", NS_P}, {STRICT "presentationml/main", NS_P},
	{OFFICE "officeDocument/2006/bibliography", NS_BIB}, {STRICT "officeDocument/bibliography", NS_BIB},
	{"urn:schemas-microsoft-com:vml", NS_V}, {"urn:schemas-microsoft-com:office:office", NS_O},
	{"urn:schemas-microsoft-com:office:word", NS_W10}, {"urn:schemas-microsoft-com:office:excel", NS_X},
	{"urn:schemas-microsoft-com:office:powerpoint", NS_PVML},
	{OFFICE "markup-compatibility/2006", NS_MC},
	{OFFICE "package/2006/metadata/core-properties", NS_CP},
	{"http://purl.org/dc/elements/1.1/", NS_DC}, {"http://purl.org/dc/terms/", NS_DCTERMS},
	{"http://www.w3.org/2001/XMLSchema-instance", NS_XSI},
	{OFFICE "officeDocument/2006/extended-properties", NS_EP},
	{STRICT "officeDocument/extendedProperties", NS_EP},
	{OFFICE "officeDocument/2006/docPropsVTypes", NS_VT}, {STRICT "officeDocument/docPropsVTypes", NS_VT},
	{OFFICE "package/2006/content-types", NS_CT}, {OFFICE "package/2006/relationships", NS_RELS},
	{MS "word/2010/wordml", NS_W14}, {MS "word/2012/wordml", NS_W15},
	{MS "word/2010/wordprocessingShape", NS_WPS}, {MS "word/2010/wordprocessingGroup", NS_WPG},
	{MS "word/2010/wordprocessingCanvas", NS_WPC}, {MS "word/2010/wordprocessingDrawing", NS_WP14},
	{MS "drawing/2010/main", NS_A14}, {MS "powerpoint/2010/main", NS_P14},
	{MS "spreadsheetml/2009/9/main", NS_X14}, {MS "drawing/2007/8/2/chart", NS_C14},
	{MS "excel/2006/main", NS_XM}, {MS "drawing/2016/SVG/main", NS_SVG},
	{MS "spreadsheetml/2010/11/ac", NS_ABSPATH}, {MS "drawing/2008/diagram", NS_DSP},
	{MS "spreadsheetml/2010/11/main", NS_X15}, {MS "excel/2010/spreadsheetDrawing", NS_XDR14},
};

/* Plain data of later versions; the place in this list is the id. */
static const char *const extensions[] = {
	OFFICE "officeDocument/2006/sharedTypes", STRICT "officeDocument/sharedTypes",
	OFFICE "officeDocument/2006/characteristics", STRICT "officeDocument/characteristics",
	"http://purl.org/dc/dcmitype/",
	MS "word/2015/wordml/symex", MS "word/2016/wordml/cid", MS "word/2018/wordml",
	MS "word/2018/wordml/cex", MS "word/2020/wordml/sdtdatahash", MS "word/2023/wordml/word16du",
	MS "word/2024/wordml/sdtformatlock",
	MS "drawing/2012/main", MS "drawing/2014/main", MS "drawing/2017/decorative",
	MS "drawing/2018/hyperlinkcolor", MS "drawing/2010/diagram", MS "drawing/2016/12/diagram",
	MS "drawing/2016/11/diagram", MS "drawing/2010/chartDrawing", MS "drawing/2012/chart",
	MS "drawing/2014/chart", MS "drawing/2014/chart/ac", MS "drawing/2017/03/chart",
	MS "drawing/2015/06/chart", MS "drawing/2012/chartStyle",
	MS "drawing/2010/compatibility", MS "drawing/2010/picture", MS "drawing/2010/slicer",
	MS "drawing/2012/timeslicer", MS "drawing/2013/main/command", MS "drawing/2020/classificationShape",
	MS "thememl/2012/main", MS "mac/drawingml/2011/main",
	MS "powerpoint/2012/main", MS "powerpoint/2012/roamingSettings", MS "powerpoint/2013/main/command",
	MS "powerpoint/2015/main", MS "powerpoint/2015/09/main", MS "powerpoint/2015/10/main",
	MS "powerpoint/2016/11/main", MS "powerpoint/2017/10/main", MS "powerpoint/2018/8/main",
	MS "powerpoint/2018/4/main", MS "powerpoint/2019/9/main", MS "powerpoint/2019/12/main",
	MS "powerpoint/2022/03/main", MS "powerpoint/2022/08/main",
	MS "spreadsheetml/2009/9/ac", MS "spreadsheetml/2011/1/ac", MS "spreadsheetml/2014/11/main",
	MS "spreadsheetml/2015/02/main", MS "spreadsheetml/2014/revision", MS "spreadsheetml/2015/revision2",
	MS "spreadsheetml/2016/revision3", MS "spreadsheetml/2016/revision6",
	MS "spreadsheetml/2016/revision9", MS "spreadsheetml/2016/revision10",
	MS "spreadsheetml/2016/pivotdefaultlayout", MS "spreadsheetml/2017/dynamicarray",
	MS "spreadsheetml/2018/calcfeatures", MS "spreadsheetml/2018/threadedcomments",
	MS "spreadsheetml/2018/08/main",
	MS "spreadsheetml/2020/pivotNov2020", MS "spreadsheetml/2022/pivotVersionInfo",
	MS "spreadsheetml/2023/calculationEngineFeatures",
	MS "mac/excel/2008/main", MS "mac/office/2008/main", MS "mac/powerpoint/2008/main",

};

enum { KNOWN = sizeof known / sizeof known[0], EXTENSIONS = sizeof extensions / sizeof extensions[0],
       BUCKETS = 512 };
_Static_assert(NS_EXTENSION + EXTENSIONS < NS_UNKNOWN, "extension ids stay below the unknown ones");

struct bucket {
	struct slice uri;
	uint16_t ns;
};
static struct bucket buckets[BUCKETS];
static bool prepared;

/* Of the length and three pieces: the table's names differ there, mostly. */
static uint32_t hash_of(struct slice uri)
{
	uint64_t pieces[3] = {0};
	if (uri.len >= 8) {
		memcpy(&pieces[0], uri.at + uri.len - 8, 8);
		memcpy(&pieces[1], uri.at + (uri.len - 8) / 2, 8);
		memcpy(&pieces[2], uri.at + (uri.len - 8) * 3 / 4, 8);
	}
	uint64_t h = (pieces[0] ^ uri.len) * 0x9E3779B97F4A7C15u;
	h = (h ^ h >> 32 ^ pieces[1]) * 0x9E3779B97F4A7C15u;
	h = (h ^ h >> 32 ^ pieces[2]) * 0x9E3779B97F4A7C15u;
	return (uint32_t)(h >> 32);
}

static void put(const char *uri, uint16_t ns)
{
	struct slice key = slice_str(uri);
	uint32_t at = hash_of(key) % BUCKETS;
	while (buckets[at].uri.len)
		at = (at + 1) % BUCKETS;
	buckets[at] = (struct bucket){key, ns};
}

void namespaces_prepare(void)
{
	if (prepared)
		return;
	prepared = true;
	for (size_t i = 0; i < KNOWN; i++)
		put(known[i].uri, known[i].ns);
	for (size_t i = 0; i < EXTENSIONS; i++)
		put(extensions[i], (uint16_t)(NS_EXTENSION + i));
}

uint16_t namespace_of(struct slice uri)
{
	namespaces_prepare();
	for (uint32_t at = hash_of(uri) % BUCKETS; buckets[at].uri.len; at = (at + 1) % BUCKETS)
		if (slice_equal(buckets[at].uri, uri))
			return buckets[at].ns;
	return NS_UNKNOWN;
}

uint16_t namespace_of_2003(struct slice uri)
{
	static const struct {
		const char *uri;
		uint16_t ns;
	} names[] = {
		{MS "word/2003/wordml", NS_W}, {MS "word/2003/wordml/sp2", NS_WX},
		{MS "word/2003/auxHint", NS_WX}, {"http://schemas.microsoft.com/aml/2001/core", NS_AML},
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (slice_is(uri, names[i].uri))
			return names[i].ns;
	return NS_UNKNOWN;
}

/* A Choice is taken when every program of the last fifteen years reads what it
 * requires; else the Fallback, which everybody reads. */
bool namespace_widely_read(uint16_t ns)
{
	switch (ns) {
	case NS_WPS: case NS_WPG: case NS_WPC: case NS_W14: case NS_A14: case NS_P14: case NS_X14:
	case NS_WP14:
		return true;
	default:
		return ns > NS_NONE && ns < NS_V && ns != NS_XMLNS;
	}
}
