/* What OpenDocument is made of: the elements that stay, those that go, the families of
 * attributes.  An element that stands in no list goes with all that it holds.
 * source  ODF 1.2 Part 1, 3 to 19; what LibreOffice adds in its own families  */
#include "gate/file/odf.h"

#include "gate/file/rtf.h"

#define OASIS "urn:oasis:names:tc:opendocument:xmlns:"
#define TDF "urn:org:documentfoundation:names:experimental:"

static const struct {
	const char *uri;
	enum odf_family family;
} uris[] = {
	{OASIS "office:1.0", ODF_OFFICE}, {OASIS "meta:1.0", ODF_META}, {"http://purl.org/dc/elements/1.1/", ODF_DC},
	{OASIS "config:1.0", ODF_CONFIG}, {OASIS "svg-compatible:1.0", ODF_SVG}, {OASIS "style:1.0", ODF_STYLE},
	{OASIS "text:1.0", ODF_TEXT}, {OASIS "table:1.0", ODF_TABLE}, {OASIS "drawing:1.0", ODF_DRAW},
	{OASIS "dr3d:1.0", ODF_DR3D}, {OASIS "datastyle:1.0", ODF_NUMBER}, {OASIS "chart:1.0", ODF_CHART},
	{OASIS "presentation:1.0", ODF_PRESENTATION}, {OASIS "animation:1.0", ODF_ANIMATION},
	{"http://www.w3.org/1998/Math/MathML", ODF_MATH}, {TDF "calc:xmlns:calcext:1.0", ODF_CALCEXT},
	{TDF "office:xmlns:loext:1.0", ODF_LOEXT}, {OASIS "xsl-fo-compatible:1.0", ODF_FO},
	{OASIS "smil-compatible:1.0", ODF_SMIL}, {"http://www.w3.org/1999/xlink", ODF_XLINK},
	{"http://openoffice.org/2004/office", ODF_LOOK}, {"http://openoffice.org/2009/office", ODF_LOOK},
	{"http://openoffice.org/2009/table", ODF_LOOK}, {"http://openoffice.org/2010/draw", ODF_LOOK},
	{"http://openoffice.org/2010/chart", ODF_LOOK}, {"http://openoffice.org/2005/report", ODF_LOOK},
	{"http://www.w3.org/TR/css3-text/", ODF_LOOK}, {OASIS "of:1.2", ODF_FORMULA},
	{"http://openoffice.org/2004/calc", ODF_FORMULA}, {"http://openoffice.org/2004/writer", ODF_FORMULA},
	{"http://schemas.microsoft.com/office/excel/formula", ODF_FORMULA}, {OASIS "script:1.0", ODF_SCRIPT},
	{OASIS "form:1.0", ODF_FORM}, {TDF "ooo-ms-interop:xmlns:field:1.0", ODF_FIELD},
};

static const char *const kept[ODF_FAMILIES] = {
	[ODF_OFFICE] = "document-content document-styles document-meta document-settings font-face-decls automatic-styles "
		"styles master-styles body text spreadsheet presentation drawing chart meta settings annotation annotation-end "
		"change-info",
	[ODF_META] = "generator initial-creator creation-date keyword editing-cycles editing-duration document-statistic "
		"printed-by print-date hyperlink-behaviour",
	[ODF_DC] = "title subject description creator date language",
	[ODF_CONFIG] = "config-item-set config-item config-item-map-indexed config-item-map-entry config-item-map-named",
	[ODF_SVG] = "linearGradient radialGradient stop desc title",
	[ODF_STYLE] = "style default-style graphic-properties paragraph-properties text-properties table-properties "
		"table-cell-properties table-column-properties table-row-properties section-properties ruby-properties "
		"chart-properties drawing-page-properties list-level-properties list-level-label-alignment page-layout "
		"page-layout-properties header-style footer-style header-footer-properties master-page header footer header-left "
		"footer-left header-first footer-first handout-master font-face tab-stops tab-stop drop-cap background-image "
		"columns column column-sep footnote-sep map presentation-page-layout region-left region-center region-right "
		"default-page-layout",
	[ODF_TEXT] = "p h span s tab line-break soft-page-break a bookmark bookmark-start bookmark-end reference-mark "
		"reference-mark-start reference-mark-end note note-citation note-body ruby ruby-base ruby-text date time "
		"page-number page-continuation sender-firstname sender-lastname sender-initials sender-title sender-position "
		"sender-email sender-phone-private sender-fax sender-company sender-phone-work sender-street sender-city "
		"sender-postal-code sender-country sender-state-or-province author-name author-initials chapter file-name "
		"template-name sheet-name variable-decls variable-decl variable-set variable-get variable-input user-field-decls "
		"user-field-decl user-field-get user-field-input sequence-decls sequence-decl sequence sequence-ref expression "
		"text-input initial-creator creation-date creation-time description user-defined print-time print-date printed-by "
		"title subject keywords editing-cycles editing-duration modification-time modification-date creator page-count "
		"paragraph-count word-count character-count table-count image-count object-count conditional-text hidden-text "
		"hidden-paragraph reference-ref bookmark-ref note-ref measure placeholder list list-item list-header list-style "
		"list-level-style-number list-level-style-bullet list-level-style-image numbered-paragraph section "
		"table-of-content table-of-content-source table-of-content-entry-template illustration-index "
		"illustration-index-source illustration-index-entry-template table-index table-index-source "
		"table-index-entry-template object-index object-index-source object-index-entry-template user-index "
		"user-index-source user-index-entry-template alphabetical-index alphabetical-index-source "
		"alphabetical-index-entry-template bibliography bibliography-source bibliography-entry-template index-body "
		"index-title index-title-template index-source-styles index-source-style index-entry-chapter index-entry-tab-stop "
		"index-entry-text index-entry-page-number index-entry-span index-entry-link-start index-entry-link-end "
		"index-entry-bibliography toc-mark toc-mark-start toc-mark-end user-index-mark user-index-mark-start "
		"user-index-mark-end alphabetical-index-mark alphabetical-index-mark-start alphabetical-index-mark-end "
		"bibliography-mark bibliography-configuration outline-style outline-level-style notes-configuration "
		"note-continuation-notice-forward note-continuation-notice-backward linenumbering-configuration "
		"linenumbering-separator sort-key tracked-changes changed-region insertion deletion format-change change "
		"change-start change-end page-sequence page meta meta-field number page-variable-set page-variable-get table-formula "
		"drop-down label",
	[ODF_TABLE] = "table table-columns table-column table-column-group table-header-columns table-rows table-row "
		"table-row-group table-header-rows table-cell covered-table-cell named-expressions named-range named-expression "
		"database-ranges database-range filter filter-and filter-or filter-condition filter-set-item sort sort-by "
		"sort-groups subtotal-rules subtotal-rule subtotal-field content-validations content-validation error-message "
		"help-message calculation-settings null-date iteration consolidation label-ranges label-range shapes detective "
		"operation highlighted-range scenario desc title table-template first-row last-row first-column last-column body "
		"even-rows odd-rows even-columns odd-columns background table-protection",
	[ODF_DRAW] = "frame image object text-box rect line polyline polygon regular-polygon path circle ellipse g custom-shape "
		"enhanced-geometry equation handle connector measure caption page page-thumbnail contour-polygon contour-path "
		"image-map area-rectangle area-circle area-polygon glue-point a layer-set layer gradient hatch fill-image marker "
		"stroke-dash opacity",
	[ODF_DR3D] = "scene light cube sphere extrude rotate",
	[ODF_NUMBER] = "number-style number text currency-style currency-symbol percentage-style date-style time-style "
		"boolean-style boolean text-style text-content day month year era day-of-week week-of-year quarter hours minutes "
		"seconds am-pm scientific-number fraction embedded-text fill-character",
	[ODF_CHART] = "chart title subtitle legend plot-area axis categories grid series domain mean-value error-indicator "
		"regression-curve equation data-point data-label wall floor stock-gain-marker stock-loss-marker stock-range-line "
		"footer label-separator symbol-image coordinate-region date-scale",
	[ODF_PRESENTATION] = "notes header footer date-time header-decl footer-decl date-time-decl placeholder settings show",
	[ODF_ANIMATION] = "par seq animate set animateMotion animateColor animateTransform transitionFilter iterate param",
	[ODF_MATH] = "math mrow mi mn mo mtext mspace ms mfrac msqrt mroot mstyle merror mpadded mphantom mfenced menclose msub "
		"msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mlabeledtr mtr mtd maligngroup malignmark "
		"semantics annotation",
	[ODF_CALCEXT] = "conditional-formats conditional-format condition color-scale color-scale-entry data-bar formatting-entry "
		"icon-set date-is sparkline-groups sparkline-group sparklines sparkline",
	[ODF_LOEXT] = "fill-character table-protection text p graphic-properties char-complex-color gradient-stop theme "
		"theme-colors color regression-x-name regression-y-name data-label data-table",
};

static const struct {
	enum odf_family family;
	enum odf_fate fate;
	const char *what, *names;
} others[] = {
	{ODF_OFFICE, ODF_TAKE, "vba", "scripts script"},
	{ODF_OFFICE, ODF_TAKE, "control", "forms"},
	{ODF_OFFICE, ODF_TAKE, "action", "event-listeners"},
	{ODF_OFFICE, ODF_TAKE, "embedded-file", "binary-data"},
	{ODF_OFFICE, ODF_TAKE, "external-link", "dde-source"},
	{ODF_META, ODF_TAKE, "template", "template"},
	{ODF_META, ODF_TAKE, "external-link", "auto-reload"},
	{ODF_META, ODF_TAKE, "custom-properties", "user-defined"},
	{ODF_SVG, ODF_TAKE, "embedded-font", "font-face-src font-face-uri definition-src"},
	{ODF_TEXT, ODF_TAKE, "external-link", "section-source alphabetical-index-auto-mark-file"},
	{ODF_TEXT, ODF_TAKE, "field", "dde-connection-decls dde-connection-decl database-next database-row-select"},
	{ODF_TEXT, ODF_UNWRAP, "field", "dde-connection execute-macro database-display database-row-number database-name"},
	{ODF_TEXT, ODF_TAKE, "macro-link", "script"},
	{ODF_TABLE, ODF_TAKE, "external-link", "table-source dde-links dde-link cell-range-source"},
	{ODF_TABLE, ODF_TAKE, "data-connection", "database-source-sql database-source-table database-source-query"},
	{ODF_TABLE, ODF_TAKE, "pivot", "data-pilot-tables"},
	{ODF_TABLE, ODF_TAKE, "hidden-data", "tracked-changes"},
	{ODF_TABLE, ODF_TAKE, "macro-link", "error-macro"},
	{ODF_DRAW, ODF_TAKE, "ole-object", "object-ole"},
	{ODF_DRAW, ODF_TAKE, "media", "plugin applet param"},
	{ODF_DRAW, ODF_TAKE, "frame", "floating-frame"},
	{ODF_DRAW, ODF_TAKE, "control", "control"},
	{ODF_PRESENTATION, ODF_TAKE, "media", "sound play"},
	{ODF_PRESENTATION, ODF_TAKE, "action", "event-listener"},
	{ODF_PRESENTATION, ODF_TAKE, "animation", "animations animation-group show-shape show-text hide-shape hide-text dim"},
	{ODF_ANIMATION, ODF_TAKE, "media", "audio"},
	{ODF_ANIMATION, ODF_TAKE, "action", "command"},
	{ODF_LOEXT, ODF_UNWRAP, "control", "content-control"},
	{ODF_FIELD, ODF_UNWRAP, "control", "fieldmark fieldmark-start fieldmark-end fieldmark-separator"},
	{ODF_FIELD, ODF_TAKE, "control", "param"},
};

enum odf_family odf_family_of(struct slice uri)
{
	for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++)
		if (slice_is(uri, uris[i].uri))
			return uris[i].family;
	return ODF_OTHER;
}

enum odf_fate odf_element(enum odf_family family, struct slice local, const char **what)
{
	*what = family == ODF_SCRIPT ? "macro-link" : family == ODF_FORM ? "control" : "unknown-element";
	if (kept[family] && words_list(kept[family], local))
		return ODF_COPY;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (others[i].family == family && words_list(others[i].names, local)) {
			*what = others[i].what;
			return others[i].fate;
		}
	return ODF_UNKNOWN;
}

bool odf_attribute(enum odf_family family, struct slice local)
{
	static const char math[] =
		"display mathvariant mathsize mathcolor mathbackground stretchy fence form separator lspace rspace minsize maxsize "
		"accent accentunder columnalign rowalign columnspacing rowspacing linethickness bevelled notation open close "
		"separators width height depth encoding displaystyle scriptlevel movablelimits symmetric largeop rowspan columnspan "
		"fontfamily fontstyle fontweight fontsize color alttext";
	switch (family) {
	case ODF_PLAIN:
		return words_list(math, local);
	case ODF_XML:
		return words_list("id lang space", local);
	case ODF_XLINK:
		return words_list("type show actuate title", local); /* and href, which is judged */
	case ODF_OFFICE:
		return !words_list("dde-application dde-item dde-topic automatic-update conversion-mode server-map", local);
	case ODF_DRAW:
		return !words_list("filter-name code archive object may-script class-id frame-name", local);
	case ODF_TEXT:
	case ODF_TABLE:
		return !words_list("filter-name filter-options connection-name database-name table-type query-name macro-name", local);
	case ODF_PRESENTATION:
		return !words_list("verb action", local);
	case ODF_OTHER:
	case ODF_SCRIPT:
	case ODF_FORM:
	case ODF_FIELD:
	case ODF_FORMULA:
	case ODF_DC:
		return false;
	case ODF_META: case ODF_CONFIG: case ODF_SVG: case ODF_STYLE: case ODF_DR3D: case ODF_NUMBER: case ODF_CHART:
	case ODF_ANIMATION: case ODF_MATH: case ODF_CALCEXT: case ODF_LOEXT: case ODF_FO: case ODF_SMIL: case ODF_LOOK:
	case ODF_FAMILIES:
		break;
	}
	return true;
}
