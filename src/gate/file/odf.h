/* gate/file/odf.h - OpenDocument packages; inside the room only
 * source  ODF 1.2 Part 1 (elements, attributes), Part 3 (packages)
 */
#ifndef SEKISHO_GATE_FILE_ODF_H
#define SEKISHO_GATE_FILE_ODF_H

#include "gate/file/xml.h"
#include "gate/file/zip.h"

/* ---- tables (odf_names.c) ---- */

enum odf_family {
	ODF_OTHER = 0, ODF_PLAIN, ODF_XML, ODF_OFFICE, ODF_META, ODF_DC, ODF_CONFIG, ODF_SVG, ODF_STYLE, ODF_TEXT, ODF_TABLE,
	ODF_DRAW, ODF_DR3D, ODF_NUMBER, ODF_CHART, ODF_PRESENTATION, ODF_ANIMATION, ODF_MATH, ODF_CALCEXT, ODF_LOEXT,
	ODF_FO, ODF_SMIL, ODF_XLINK, ODF_LOOK, ODF_FORMULA, ODF_SCRIPT, ODF_FORM, ODF_FIELD,
	ODF_FAMILIES
};
enum odf_fate { ODF_UNKNOWN = 0, ODF_COPY, ODF_TAKE, ODF_UNWRAP };

/* odf_family_of - of a namespace's name */
enum odf_family odf_family_of(struct slice uri);
/* odf_element - what is a word of removal_sentence's table when it does not stay */
enum odf_fate odf_element(enum odf_family family, struct slice local, const char **what);
bool odf_attribute(enum odf_family family, struct slice local);
/* odf_formula_allowed - a decoded formula or condition with its prefix        */
bool odf_formula_allowed(struct links *links, struct slice formula);

/* ---- the package (odf.c) ---- */

struct odf_part {
	const struct zip_entry *entry;
	const char *name;
	struct buffer made;   /* a picture's, once it was tried */
	const char *media;    /* its type in the manifest; NULL: it is not written */
	bool tried, sound, used;
};

struct odf {
	struct job *job;
	struct arena *arena;
	struct zip_view zip;
	struct odf_part *parts, **written; /* in the order of writing */
	size_t written_count;
	const char **folders;  /* of objects, "" for the document; the queue */
	const char **medias;   /* their types */
	size_t folder_count, folder_most;
	struct buffer raw, text, made, plain, image;
	struct zip_writer writer;
	const char *version;
};

/* odf_part - NULL if there is none; folder and path are put together */
struct odf_part *odf_part(struct odf *odf, const char *folder, struct slice path);
/* odf_picture - a part as a picture; false where it is none that can be rebuilt */
struct result odf_picture(struct odf *odf, struct odf_part *part, bool *sound, struct why *why) MUST;
/* odf_object - folder of an object inside, put into the queue; false if there is none */
bool odf_object(struct odf *odf, const char *folder, struct slice path);

/* ---- one part of XML (odf_filter.c) ---- */

/* odf_filter - text into out
 * body  written: the name of what office:body holds, "math", or "" */
struct result odf_filter(struct odf *odf, const char *folder, const char *name, struct slice text, struct buffer *out,
                         const char **body, struct why *why) MUST;

#endif
