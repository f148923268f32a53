/* gate/file/ooxml.h - office packages: parts, relationships, the part filter
 *
 * ooxml.c walks from _rels/.rels over allowed relationships; ooxml_parts.c holds
 * the tables of what may stand in a package; ooxml_filter.c cleans one XML part;
 * ooxml_rules.c says which elements and attributes go.  Inside the room only.
 * source  ECMA-376 Parts 1, 2 and 3; MS-OE376; NSA ISG for Office 2007
 */
#ifndef SEKISHO_GATE_FILE_OOXML_H
#define SEKISHO_GATE_FILE_OOXML_H

#include "gate/file/job.h"
#include "gate/file/xml.h"
#include "gate/file/zip.h"

/* ---- tables ---- */

enum part_role {
	ROLE_DROP = 0,
	ROLE_XML,       /* an XML part that is filtered */
	ROLE_PICTURE,   /* rebuilt as a picture, or replaced by the placeholder */
	ROLE_LINK,      /* hyperlink */
	ROLE_BINARY,    /* a part of records, in xlsb only */
	ROLE_WORKBOOK,  /* the workbook behind a chart: rebuilt as a document of its own */
	ROLE_BLANK_SHEET/* macro and dialog sheets: an empty worksheet takes the place */
};

struct part_rule {
	const char *relation;     /* last word of the relationship's type */
	const char *content_type; /* NULL: any */
	enum part_role role;
	bool implicit;            /* kept though no r:id names it */
	uint16_t root_ns;         /* NS_UNKNOWN: any allowed one */
	const char *root;         /* local name of the root element; NULL: any */
	const char *what;         /* the word of a report when it is dropped */
};

struct main_rule {
	const char *content_type, *made_type; /* as found, as written */
	enum file_type type;
	const char *ending, *made_ending;     /* that the name must have, and will have */
	uint16_t root_ns;
	const char *root;
};

/* part_rule_of - the row for a relationship, NULL when nothing is known of it
 * type          decoded relationship type
 * content_type  of its target; empty for an external one: then any row     */
const struct part_rule *part_rule_of(struct slice type, struct slice content_type);
/* part_word_of - the report's word for a relationship that is not kept */
const char *part_word_of(struct slice type);
const struct main_rule *main_rule_of(struct slice content_type);

/* ---- the package being rebuilt ---- */

struct part;
struct biff12_book;

struct relation {
	struct slice id;          /* decoded */
	struct slice type, target;/* decoded */
	const struct part_rule *rule; /* NULL: dropped */
	struct part *part;        /* target inside the package */
	bool external;
	bool live;                /* stands in the output */
	bool stand_in;            /* of a linked picture: the stand-in is its target */
	struct relation *next;
	struct relation *next_in_bucket;
};

enum { RELATION_BUCKETS = 128, RELATION_CHAIN = 1024 };

struct relations {
	struct relation *first, **end;
	struct relation **buckets; /* by id; NULL while there are none */
	const struct zip_entry *entry; /* where they stood, if that says nothing but them; else NULL */
};

struct part {
	struct slice name;        /* without the leading slash */
	struct slice content_type;/* as declared, decoded */
	const struct zip_entry *entry;
	const struct part_rule *rule; /* by which it was reached */
	struct relations relations;
	const char *made_name;    /* in the output; NULL until it is written */
	const char *made_type;
	bool queued, reported, read_relations;
	bool strict, overridden;
	struct slice made_bytes;  /* of a chart's workbook, rebuilt ahead */
	struct part *next_in_queue;
	struct part *next_made, *next_renamed;
};

struct package {
	struct job *job;
	struct arena *arena;      /* scratch of this package */
	struct zip_view zip;
	struct part *parts;       /* one an entry, same order */
	uint32_t *buckets;        /* hash of part names */
	size_t bucket_count;
	struct slice *default_endings, *default_types;
	size_t default_count;
	const struct zip_entry *types; /* the content types, if they say nothing but them; else NULL */
	const struct main_rule *main;
	struct zip_writer writer;
	struct part *queue, **queue_end;
	struct part *made, **made_end;
	struct part *placeholder, *renamed;
	unsigned suffix;
	bool strip_cell_metadata;
	struct xml *xml; /* one reader for all: parts are read one after another */
	struct filter *filter;
	struct wordxml *old;      /* the whole is a document of Word 2003, of one part; else NULL */
	struct biff12_book *book; /* of xlsb, once its main part was read */
	struct buffer raw, text, made_text; /* one part at a time */
};

/* ---- the filter ---- */

struct filter;
/* filter_new - one for a package; NULL at the arena's ceiling.  filter_done
 * frees what grew, not the arena's part of it                              */
struct filter *filter_new(struct arena *arena, struct xml *xml);
void filter_done(struct filter *filter);
/* filter_part - clean one XML part
 * text    UTF-8 as xml_to_utf8 gives it
 * out     the clean text, when something changed; else nothing is written
 * same    out: bytes of text before the first change; SIZE_MAX: there is none
 * Relations that the clean text still names become live.                   */
struct result filter_part(struct filter *filter, struct package *package, struct part *part,
                          struct slice text, struct buffer *out, size_t *same, struct why *why) MUST;

enum rule_action {
	RULE_NONE = 0,
	RULE_DROP,          /* element with all it holds */
	RULE_UNWRAP,        /* the tags go, what they hold stays */
	RULE_ALTERNATE, RULE_CHOICE, RULE_FALLBACK,
	RULE_FIELD_CHAR, RULE_FIELD_TEXT, RULE_FIELD_SIMPLE, RULE_RUN_TEXT,
	RULE_HYPERLINK,     /* w:hyperlink: unwrapped when its target is gone */
	RULE_CLICK,         /* a:hlinkClick and the like */
	RULE_CELL_FORMULA,  /* dropped alone, the value stays */
	RULE_FORMULA,       /* text becomes #REF! */
	RULE_FORMULA_ELEMENT,/* dropped whole */
	RULE_NAME,          /* definedName */
	RULE_OLE_FRAME, RULE_OLE, RULE_PICTURE,
	RULE_HOLDER,        /* w:object, w:pict: words stand there if nothing visible is left */
	RULE_TIMING, RULE_TIMING_END, /* an element that ends the timing that holds it */
	RULE_SHAPE_DROP,    /* drop, and the slide's timing with it */
	RULE_CLIENT_DATA, RULE_VML_SHAPE,
	RULE_PRUNE,         /* dropped when nothing in it was kept */
	RULE_BINDING,       /* stays where it leads to the document's own properties */
	RULE_TRACKED,       /* w:ins, w:del: a field may read two ways here */
	/* of Word 2003 only (wordxml.c) */
	RULE_ANNOTATION,    /* aml:annotation: tracked changes among others */
	RULE_BINARY,        /* w:binData: a picture stays, made anew */
	RULE_CONTROL,       /* w:ocx */
	RULE_LINK_2003,     /* w:hlink */
	RULES
};

struct element_rule {
	uint16_t ns;
	const char *local;
	enum rule_action action;
	const char *what;
};
const struct element_rule *element_rule(uint16_t ns, struct slice local);

enum attribute_action {
	ATTRIBUTE_KEEP = 0, ATTRIBUTE_CUT, ATTRIBUTE_EMPTY, ATTRIBUTE_FORMULA, ATTRIBUTE_LINK,
	ATTRIBUTE_RELATION, ATTRIBUTE_STYLE, ATTRIBUTE_METADATA, ATTRIBUTE_CUT_IF,
	ATTRIBUTE_SOURCE, ATTRIBUTE_NO /* of Word 2003: a picture's name; says that there is none */
};
struct attribute_rule {
	uint16_t element_ns;  /* NS_UNKNOWN: any */
	uint16_t ns;
	const char *local;
	enum attribute_action action;
	const char *what;
	const char *values;   /* ATTRIBUTE_CUT_IF: the values, between spaces */
};
const struct attribute_rule *attribute_rule(uint16_t element_ns, uint16_t ns, struct slice local);
/* html_element - a plain text element of the HTML inside VML text boxes */
bool html_element(struct slice local);

#endif
