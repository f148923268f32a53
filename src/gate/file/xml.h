/* gate/file/xml.h - XML of office packages, token by token, in place
 *
 * A bounded, non-recursive reader over bytes in memory.  It is strict where
 * readers differ or where attacks live: UTF-8 only, nothing declared, no entity but the
 * five and character references, no duplicate attribute, tags balanced, one
 * root.  Names are resolved to ids of the namespaces that office documents
 * use; Transitional and Strict share an id.  Tokens are slices of the input:
 * nothing is copied.
 * source  XML 1.0 5th ed.; Namespaces in XML 1.0; ECMA-376 Part 2 annex on
 *         XML usage in packages (no DTD)
 */
#ifndef SEKISHO_GATE_FILE_XML_H
#define SEKISHO_GATE_FILE_XML_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

enum ns {
	NS_NONE = 0, NS_XML, NS_XMLNS,
	NS_W, NS_R, NS_A, NS_WP, NS_XDR, NS_CDR, NS_PIC, NS_C, NS_DGM, NS_LC, NS_M, NS_S, NS_P,
	NS_BIB, NS_V, NS_O, NS_W10, NS_X, NS_PVML, NS_MC, NS_CP, NS_DC, NS_DCTERMS, NS_XSI, NS_EP, NS_VT,
	NS_CT, NS_RELS,
	NS_W14, NS_W15, NS_WPS, NS_WPG, NS_WPC, NS_WP14, NS_A14, NS_P14, NS_X14, NS_C14, NS_XM, NS_SVG,
	NS_ABSPATH, NS_DSP, NS_X15, NS_XDR14,
	NS_AML, NS_WX,     /* of a document of Word 2003 only: see word_2003 */
	NS_EXTENSION,      /* this and above: Microsoft's further extensions, plain data */
	NS_UNKNOWN = 1000  /* this and above: one id for each unknown name of a document */
};

enum xml_kind {
	XML_END_OF_INPUT = 0, XML_START, XML_END, XML_TEXT, XML_COMMENT, XML_PI, XML_DECLARATION,
	XML_DOCTYPE, /* only where the reader asked for it: see names_type */
};

/* One spelling of a name.  Documents repeat few names many times: what a name
 * means is worked out once and kept until the prefixes in scope change.      */
struct xml_name {
	uint64_t first, second; /* its bytes, zeros after them */
	uint32_t epoch;      /* of the prefixes by which ns was found; 0: not yet */
	uint32_t serial;     /* another one when another name took the place */
	uint16_t ns;
	uint8_t len, prefix; /* lengths; prefix without its colon */
	/* the reader's own: forgotten whenever ns may have changed */
	uint16_t note_ns;
	bool noted;
	bool dull, inert;    /* of an element: see skips_dull and passes of struct xml */
	uint8_t shape;       /* of an element: one more than its number; 0: none yet */
	uint32_t tag;        /* the dull tag in which it stood last */
	const void *note;
};

struct xml_pattern {
	uint8_t bytes[16];
	uint16_t mask;       /* a bit a byte */
	uint8_t len;
};

/* The bytes that an element was made of so far: see xml_pass.c. */
enum { XML_SHAPES = 255, XML_SHAPE_ATTRIBUTES = 8 };
struct xml_shape {
	struct xml_pattern opening, closing; /* up to the end of the name; all */
	struct xml_pattern attributes[XML_SHAPE_ATTRIBUTES]; /* with space and quote: those that say nothing */
	uint64_t prefix;     /* of attributes, with its colon; 0: none */
	uint32_t epoch;      /* of attributes */
	uint8_t count, name_len;
	struct xml_name *within, *after; /* the element that followed its start, its end */
};

/* A tag that says nothing, known by its markup: see xml_tags.c. */
enum { XML_TAGS = 512, XML_MARKUPS = 24 << 10, XML_GUESSES = 1024 };
struct xml_tag {
	const void *note;    /* of the element */
	uint32_t epoch;      /* 0: none */
	uint32_t at;         /* where its markup stands */
	uint16_t len;        /* of that */
	uint16_t ns;
	uint16_t next;       /* of the same slot; 0: none */
	uint8_t name, prefix;/* lengths; prefix without its colon */
	bool empty;
};

struct xml_attribute {
	struct xml_name *known; /* by way of xml_name_of */
	uint32_t serial;
	size_t from, to;     /* offsets, with the white space before the name */
	struct slice name;   /* as written */
	struct slice prefix, local;
	struct slice value;  /* as written, without quotes */
	uint16_t ns;         /* unprefixed: NS_NONE; xmlns and xmlns:p: NS_XMLNS */
};

enum { XML_NAMES = 512, XML_ATTRIBUTES = 128, XML_DEPTH = 256, XML_PREFIXES = 512, XML_UNKNOWNS = 128,
       XML_SCOPES = 128 };

struct xml_prefix {
	struct slice prefix, uri; /* as written */
	uint16_t ns;
};

struct xml {
	struct slice in;
	size_t pos;
	const char *fault;   /* NULL, or what breaks the rules, at pos */

	/* the token */
	enum xml_kind kind;
	size_t from, to;     /* offsets of the whole token */
	bool empty;          /* XML_START of <a/>; an XML_END token follows, from == to */
	bool cdata;          /* XML_TEXT out of a CDATA section; text is its inside */
	uint16_t ns;
	struct slice name, local;
	struct xml_name *known; /* of XML_START; NULL where the name is too long for that */
	struct slice text;   /* XML_TEXT */
	struct xml_attribute attributes[XML_ATTRIBUTES];
	size_t attribute_count;
	size_t depth;        /* open elements, the token's own START included */

	/* open elements and prefixes in scope */
	struct {
		struct slice name, local;
		size_t from, to;     /* of the start tag */
		const void *note;    /* of the name, for one that was passed over */
		const struct xml_tag *tag;    /* of one that is being passed over, or NULL, and known */
		const struct xml_name *known;
		struct xml_shape *shape;      /* the same; NULL: its end must be read */
		uint32_t prefixes, epoch;     /* before it */
		uint32_t passed;     /* elements right in it that were passed over */
		uint16_t ns;
		bool inert;
	} open[XML_DEPTH];
	struct xml_prefix prefixes[XML_PREFIXES];
	uint32_t prefix_count;
	struct slice unknowns[XML_UNKNOWNS];
	uint32_t unknown_count;
	struct xml_name elements[XML_NAMES], attribute_names[XML_NAMES];
	struct xml_shape shapes[XML_SHAPES];
	uint32_t shape_count;
	struct xml_tag tags[XML_TAGS];   /* the first is none */
	uint16_t tag_slots[XML_TAGS];    /* by markup */
	uint8_t markups[XML_MARKUPS];
	uint32_t markup_used;
	uint16_t tag_count, tag_last, tag_before; /* the last one made; the two passed last */
	uint16_t tag_guesses[XML_GUESSES];        /* what followed two such */
	uint32_t epoch;      /* of the prefixes in scope: the same ones have the same */
	uint32_t epochs;     /* the last one given */
	struct {
		uint32_t before, epoch;
		uint16_t ns;
		uint8_t len;
		uint8_t prefix[13];
	} scopes[XML_SCOPES]; /* which declaration led from one to the other */
	uint32_t serial;     /* of the name known last */
	uint32_t tag;        /* counts dull tags */
	uint64_t searched;   /* prefixes looked through */
	bool pending_end, rooted;
	bool open_breaks;    /* set after xml_init: <br> ends itself, as Excel writes it in VML */
	bool word_2003;      /* set after xml_init: the names of Word 2003 have ids too, wordml's NS_W */
	bool names_type;     /* set after xml_init: one <!DOCTYPE before the root that declares nothing
	                      * is a token, to be left out; else it is a fault */
	/* Set after xml_init: of a start tag that says nothing new, the attributes are
	 * checked and not listed.  That is one whose element the reader called dull, and
	 * whose attributes it has all noted, for elements of this namespace, with NULL. */
	bool skips_dull;
	/* Set before any xml_next: elements that the reader called inert, and the texts in
	 * them, are checked and passed over.  They stand in open[], marked, while they are
	 * open; a reader that takes the mark away is told of their end.  Needs skips_dull. */
	bool passes;
};

/* xml_to_utf8 - the bytes as UTF-8 without a byte order mark
 * in    UTF-8, or UTF-16 with a mark
 * out   the text: a part of in, or of room when it was converted
 * errors E_INPUT  neither, or bytes that XML does not allow                 */
struct result xml_to_utf8(struct slice in, struct buffer *room, struct slice *out,
                          struct why *why) MUST;
/* xml_init - in is what xml_to_utf8 gave */
void xml_init(struct xml *xml, struct slice in);
/* xml_next - the next token; false at the end and at a fault */
bool xml_next(struct xml *xml);
/* xml_note_tag - of the XML_START token at hand: neither the element nor an attribute of it
 * says anything to the reader, and it is inert; one of the same markup may be passed over
 * note  of the element                                                       */
void xml_note_tag(struct xml *xml, const void *note);
/* xml_skip - after XML_START: move to its XML_END token; false at a fault */
bool xml_skip(struct xml *xml);
/* xml_attribute - NULL if the START token has none of this name */
const struct xml_attribute *xml_attribute(const struct xml *xml, uint16_t ns, const char *local);
/* xml_name_of - what is kept of the attribute's name; NULL where it is too long,
 * or where another name of the same tag took its place                      */
static inline struct xml_name *xml_name_of(const struct xml_attribute *a)
{
	return a->known && a->known->serial == a->serial ? a->known : NULL;
}
/* xml_prefix_ns - id of a prefix in scope; NS_UNKNOWN if there is none */
uint16_t xml_prefix_ns(const struct xml *xml, struct slice prefix);
/* xml_decode - append text or attribute value with references resolved */
void xml_decode(struct slice raw, struct buffer *out);
/* xml_encode - append text escaped so that it may stand in text or attribute */
void xml_encode(struct slice text, struct buffer *out);
/* xml_ns_allowed - the namespace is one that office documents use */
bool xml_ns_allowed(uint16_t ns);

#endif
