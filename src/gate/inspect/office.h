/* gate/inspect/office.h - what the checks of Office parts share; inside the room only */
#ifndef SEKISHO_GATE_INSPECT_OFFICE_H
#define SEKISHO_GATE_INSPECT_OFFICE_H

#include "base/buffer.h"
#include "gate/inspect/look.h"
#include "gate/inspect/names.h"

/* An attribute as SAX gives it: local name, namespace, decoded value. */
struct attribute {
	struct slice name;
	const char *ns; /* nullable */
	struct slice value;
};

/* One part while it is read. */
struct part;
typedef void element_fn(struct part *part, struct slice name, const char *ns,
                        const struct attribute *attributes, size_t count);

/* A name by the one place where libxml2 keeps it, while a part is read. */
struct known_place {
	const uint8_t *at; /* NULL: nothing */
	size_t len;
	names_judge *judge; /* NULL: bits are not known */
	uint64_t bits;
};
enum { KNOWN_PLACES = 256 };

struct part {
	struct look *look;
	const char *name;
	element_fn *element;      /* called for each start */
	void (*text)(struct part *part, struct slice text); /* nullable */
	void (*end)(struct part *part, struct slice name);  /* nullable */
	void *user;
	void *parser;
	struct attribute *attributes; /* room for those of one element, while it is read */
	struct known_place *known;    /* KNOWN_PLACES of them, while libxml2 reads; else NULL */
	bool skims;                   /* of an original: xml_skim will do */
	bool broken;
};

/* xml_read - SAX over one part; false where it is no plain XML 1.0 in UTF-8
 * A document type is a finding and ends the reading.                        */
bool xml_read(struct part *part, struct slice in);

/* xml_name_bits - names_bits of a name that an element or attribute was given by */
uint64_t xml_name_bits(struct part *part, names_judge *judge, struct slice name);

/* xml_feed - the same over bytes that come in pieces; what is left in feed was not read */
bool xml_feed(struct part *part, struct feed *feed);

/* xml_skim - names and texts alone: element is given neither namespace nor attributes
 * Much faster, and for originals only: it accepts more than XML is.         */
bool xml_skim(struct part *part, struct feed *feed);

/* content_look - elements, attributes, fields, formulas and text of one part */
bool content_look(struct look *look, const char *name, struct feed *feed);

/* base64_bytes - append what the text says; false where it is no base64 */
bool base64_bytes(struct slice text, struct buffer *out);
/* base64_look - a picture or metafile in base64, as XML documents carry them */
bool base64_look(struct look *look, const char *name, struct slice text);
/* without_line - the text, the one instruction that names its program blanked out;
 * {NULL, 0} where there is no memory                                        */
struct slice without_line(struct look *look, struct slice in, const char *line);

/* binary_look - the same for a part of records (xlsb) */
bool binary_look(struct look *look, const char *name, struct slice in);

/* Where a part stands decides little: these are for all of them. */
bool formula_safe(struct look *look, struct slice formula, const char **what);
bool field_safe(struct slice instruction);

#endif
