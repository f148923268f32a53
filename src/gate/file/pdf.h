/* gate/file/pdf.h - the pieces of the PDF rebuilder; inside the room only
 *
 *   pdf_lex.c     bytes -> values                      ISO 32000-1 section 7.2, 7.3
 *   pdf_read.c    xref, revisions, object streams      section 7.5
 *   pdf_lock.c    encryption                            section 7.6
 *   pdf_filter.c  filters                              section 7.4
 *   pdf_schema.c  what may stand where: the allow-list sections 7.7 to 14
 *   pdf_walk.c    copies what the allow-list names, from the root on
 *   pdf_write.c   object streams, xref stream or table
 *   pdf_body.c    what is inside streams: pictures, fonts, profiles, functions
 *
 * The reader never repairs: what Acrobat would mend (a wrong offset, a wrong
 * /Length, a lost xref) is REFUSAL_DAMAGED, because every mender mends another
 * way.  The writer knows nothing of the source's layout: old revisions,
 * unreachable objects, gaps and what follows the end never reach it.
 */
#ifndef SEKISHO_GATE_FILE_PDF_H
#define SEKISHO_GATE_FILE_PDF_H

#include "gate/file/job.h"

enum {
	PDF_DEPTH = 100,          /* nested direct arrays and dictionaries; page tree levels */
	PDF_OBJECTS = 1000000,    /* highest object number */
	PDF_SECTIONS = 1024,      /* xref sections: revisions */
	PDF_CHAIN = 2,            /* filters of one stream */
	PDF_PAGES = 100000,
	PDF_LOADING = 8,          /* objects being loaded for another's sake */
};

enum pdf_kind {
	PDF_NULL = 0, PDF_BOOL, PDF_INT, PDF_REAL, PDF_STRING, PDF_NAME, PDF_REF,
	PDF_ARRAY, PDF_DICT
};

/* One value.  Text is decoded (escapes of strings, #xx of names) and lives in
 * the input or the arena; a real keeps its digits as they stood. */
struct pdf_value {
	uint8_t kind;
	uint16_t gen;   /* PDF_REF */
	uint32_t count; /* bytes of text, items of an array, entries of a dictionary */
	union {
		int64_t integer; /* PDF_BOOL, PDF_INT */
		uint64_t number; /* PDF_REF */
		const uint8_t *text;
		const struct pdf_value *items; /* a dictionary's: key, value, key, value */
	};
};

static inline struct slice pdf_text(const struct pdf_value *v)
{
	return slice_of(v->text, v->count);
}

static inline bool pdf_is_name(const struct pdf_value *v, const char *name)
{
	return v && v->kind == PDF_NAME && slice_is(pdf_text(v), name);
}

/* pdf_get - the value of a key, not resolved; NULL if absent or no dictionary */
const struct pdf_value *pdf_find(const struct pdf_value *dict, struct slice key); /* of a dictionary */
static inline const struct pdf_value *pdf_get(const struct pdf_value *dict, const char *key)
{
	return dict && dict->kind == PDF_DICT ? pdf_find(dict, slice_str(key)) : NULL;
}

/* ---- pdf_lex.c -------------------------------------------------------- */

enum pdf_token {
	PDF_T_END = 0, PDF_T_SCALAR, PDF_T_WORD, PDF_T_ARRAY, PDF_T_ARRAY_END, PDF_T_DICT,
	PDF_T_DICT_END, PDF_T_FAULT
};

struct pdf_lexer {
	struct slice in;
	size_t pos;
	struct arena *arena;
	struct buffer *stack;    /* of struct pdf_value; shared by all lexers of a document */
	struct slice word;       /* of the last PDF_T_WORD */
	const char *fault;       /* NULL while all is well */
	enum refusal refusal;    /* goes with fault */
	const struct pdf_lock *lock; /* strings are encrypted, for the object below; or NULL */
	uint64_t number;
	uint16_t gen;
};

enum { PDF_REGULAR = 0, PDF_SPACE, PDF_DELIMITER };
extern const uint8_t pdf_classes[256];

static inline bool pdf_is_space(uint8_t c)
{
	return pdf_classes[c] == PDF_SPACE;
}

/* pdf_is_regular - neither white-space nor delimiter */
static inline bool pdf_is_regular(uint8_t c)
{
	return pdf_classes[c] == PDF_REGULAR;
}

void pdf_skip_space(struct pdf_lexer *lex);
enum pdf_token pdf_next(struct pdf_lexer *lex, struct pdf_value *scalar);
/* pdf_word - take the next token if it is this word; else leave it */
bool pdf_word(struct pdf_lexer *lex, const char *word);
/* pdf_integer - take the next token if it is a number 0..ceiling; else leave it */
bool pdf_integer(struct pdf_lexer *lex, uint64_t ceiling, uint64_t *out);
/* pdf_parse - one value; false and a fault else.  No recursion: open arrays
 * and dictionaries wait on the stack. */
bool pdf_parse(struct pdf_lexer *lex, struct pdf_value *out);

/* ---- pdf_read.c ------------------------------------------------------- */

struct pdf_object {
	struct pdf_value value;
	bool stream;
	struct slice data; /* a stream's bytes, still filtered */
};

/* What became of an object in the new document, for one type. */
struct pdf_copy {
	const struct pdf_type *type;
	uint32_t number;
	struct pdf_copy *next;
};

enum { SLOT_ABSENT = 0, SLOT_FREE, SLOT_OFFSET, SLOT_PACKED };

/* One object number of the source. */
struct pdf_slot {
	uint64_t at;       /* SLOT_OFFSET: file offset; SLOT_PACKED: its object stream */
	uint32_t index;    /* SLOT_PACKED: place in it; SLOT_FREE: the section that said so */
	uint16_t gen;
	uint8_t state;
	uint8_t loading : 1, loaded : 1, reported : 1, tree : 1;
	uint32_t page;     /* number of the new page object, 0 if it is none */
	struct pdf_object *object; /* NULL: null */
	struct pdf_packed *packed; /* the object as an opened object stream, or NULL */
	struct pdf_copy *copies;
};

struct pdf_packed; /* an opened object stream */
struct libdeflate_decompressor;
struct libdeflate_compressor;

struct pdf_document {
	struct job *job;
	struct why *why;
	struct slice in;
	struct buffer slots; /* of struct pdf_slot, by object number */
	struct buffer stack;
	struct buffer scratch[3];
	struct pdf_value trailer;  /* the newest */
	unsigned loading;
	bool packs;                /* some object lies in an object stream */
	struct pdf_lock *lock;     /* NULL: not encrypted */
	struct libdeflate_decompressor *inflater;
	struct libdeflate_compressor *deflater;
};

struct result pdf_open(struct pdf_document *doc) MUST;
void pdf_close(struct pdf_document *doc);
/* pdf_slot_of - NULL where no xref section speaks of the number */
struct pdf_slot *pdf_slot_of(struct pdf_document *doc, uint64_t number);
/* pdf_resolve - follow references
 * value   out, never NULL; PDF_NULL for what does not exist
 * object  out, nullable: the indirect object it came from, NULL for a direct value */
struct result pdf_resolve(struct pdf_document *doc, const struct pdf_value *from,
                          const struct pdf_value **value, const struct pdf_object **object) MUST;
static inline struct result pdf_get_resolved(struct pdf_document *doc, const struct pdf_value *dict,
                                             const char *key, const struct pdf_value **value) MUST;
static inline struct result pdf_get_resolved(struct pdf_document *doc, const struct pdf_value *dict,
                                             const char *key, const struct pdf_value **value)
{
	return pdf_resolve(doc, pdf_get(dict, key), value, NULL);
}
/* pdf_damaged - REFUSAL_DAMAGED at an object; number 0: the file */
struct result pdf_refuse(struct pdf_document *doc, enum refusal refusal, uint64_t number,
                         const char *text);

/* ---- pdf_lock.c ------------------------------------------------------- */

/* pdf_unlock - find the key of the trailer's /Encrypt; doc->lock is set then */
struct result pdf_unlock(struct pdf_document *doc) MUST;
/* pdf_lock_text - a string just read, opened; false without memory */
bool pdf_lock_text(struct pdf_lexer *lex, struct pdf_value *text);
/* pdf_lock_stream - object->data, opened; not that of an xref stream */
struct result pdf_lock_stream(struct pdf_document *doc, uint64_t number, uint16_t gen,
                              struct pdf_object *object) MUST;

/* ---- pdf_filter.c ----------------------------------------------------- */

enum pdf_filter_id {
	PDF_FLATE = 0, PDF_LZW, PDF_HEX, PDF_ASCII85, PDF_RUNLENGTH,
	PDF_DCT, PDF_JPX, PDF_CCITT, PDF_JBIG2, PDF_FILTERS
};

struct pdf_filter {
	enum pdf_filter_id id;
	const struct pdf_value *parms; /* resolved dictionary, or NULL */
};

/* A stream taken apart.  Slices live until the next pdf_unfilter. */
struct pdf_stream {
	struct slice body;        /* what to write */
	struct slice plain;       /* decoded wholly (no predictor undone), unless picture */
	bool filtered;            /* body is still in `filter` */
	struct pdf_filter filter; /* FLATE or one of the picture filters */
	bool picture;             /* filter is one of the picture filters */
	size_t hidden;            /* bytes after the end of compressed data, not white-space */
};

struct result pdf_unfilter(struct pdf_document *doc, const struct pdf_object *object,
                           struct pdf_stream *out) MUST;
/* pdf_plain - decoded wholly, predictors undone: object and xref streams */
struct result pdf_plain(struct pdf_document *doc, const struct pdf_object *object,
                        struct slice *out) MUST;
/* pdf_put_filter - /Filter and /DecodeParms as validated integers, not JBIG2Globals */
struct result pdf_put_filter(struct pdf_document *doc, const struct pdf_filter *filter,
                             struct buffer *out) MUST;

/* ---- pdf_schema.c ----------------------------------------------------- */

enum pdf_body {
	BODY_NONE = 0, BODY_CONTENT, BODY_PICTURE, BODY_TYPE1, BODY_SFNT, BODY_CFF, BODY_PROFILE,
	BODY_CMAP, BODY_CALCULATOR, BODY_BYTES
};

struct pdf_walk;
struct pdf_type;

struct pdf_rule {
	const char *key;
	const struct pdf_type *type; /* NULL: dropped */
	const char *drop;            /* with type NULL: reported by this word */
};

/* What may stand in a place: any of the alternatives that are set. */
struct pdf_type {
	const char *label;           /* for the report: "annotation" */
	unsigned scalars;            /* bit set of 1u << enum pdf_kind */
	bool dict;                   /* a dictionary that is no stream */
	enum pdf_body body;          /* a stream of this content */
	const struct pdf_rule *rules;   /* of the dictionary or stream; ended by key NULL */
	const struct pdf_type *map;     /* else: any key but the active ones, value of this type */
	const struct pdf_type *item;    /* an array of these */
	const struct pdf_type *const *tuple; /* an array of these in turn; ended by NULL, which
	                                        repeats from `repeat` on */
	uint8_t repeat;
	bool guarded;                /* the map leaves active keys out */
	bool holes;                  /* what is refused in the array becomes null, not nothing */
	const char *made;            /* of a dictionary: entries that it has whatever stood there */
	bool page;                   /* a reference to a page of the page tree, nothing else */
	/* choose - the alternative that this value is, or NULL for none; may report */
	struct result (*choose)(struct pdf_walk *walk, const struct pdf_value *value,
	                        const struct pdf_object *object, const struct pdf_type **type);
};

extern const struct pdf_type pdf_catalog_type, pdf_page_type, pdf_bytes_type;
/* pdf_active_word - the report's word for a key that is active wherever it stands, or NULL */
const char *pdf_active_word(struct slice key);

/* ---- pdf_walk.c ------------------------------------------------------- */

struct pdf_page {
	uint64_t number; /* in the source */
	struct pdf_value value;
};

/* One object of the new document. */
struct pdf_item {
	const struct pdf_value *value;
	const struct pdf_object *object; /* the stream, or NULL */
	const struct pdf_type *type;
	uint64_t source; /* object number in the source */
	const struct pdf_value *key; /* that it was first met at, or NULL */
	uint32_t number; /* in the new document */
	uint32_t page;   /* the page that it was first met on, from 1; 0 none */
};

struct pdf_frame {
	const struct pdf_value *value;
	const struct pdf_type *type;
	const struct pdf_value *key; /* that the value stands at, or NULL */
	uint32_t next;
};

struct pdf_writer;

struct pdf_walk {
	struct pdf_document *doc;
	struct pdf_writer *writer;
	struct buffer items;  /* of struct pdf_item: the queue */
	struct buffer pages;  /* of struct pdf_page */
	struct pdf_frame frames[PDF_DEPTH + 2];
	size_t depth;
	const struct pdf_item *item; /* being written */
	const struct pdf_value *key; /* name that is being judged, for the report; or NULL */
	uint64_t judged;             /* source number of the value being judged, 0 if direct */
};

struct result pdf_walk_all(struct pdf_walk *walk) MUST;
/* pdf_report - what was left out, at the key that is being judged */
void pdf_report(struct pdf_walk *walk, const char *what);

/* ---- pdf_body.c ------------------------------------------------------- */

/* pdf_body_check - the content of a stream is what its place wants
 * out    rebuilt content where it differs (JPEG), else stream->body; may use scratch
 * fault  out: NULL or what is wrong                                        */
struct result pdf_body_check(struct pdf_document *doc, enum pdf_body body,
                             const struct pdf_stream *stream, const struct pdf_value *dict,
                             struct slice *out, const char **fault) MUST;
/* pdf_jpeg_copy - markers checked, application data and comments left out */
bool pdf_jpeg_copy(struct slice in, struct buffer *out);

/* ---- pdf_write.c ------------------------------------------------------ */

struct pdf_writer {
	struct pdf_document *doc;
	struct buffer *out;
	struct buffer places;  /* of struct pdf_place, by new object number */
	struct buffer object;  /* the object being written */
	struct buffer chunk;   /* objects waiting for an object stream */
	struct buffer numbers; /* of uint32_t pairs: number, offset in chunk */
	struct buffer packed;
	uint32_t next;         /* next free object number */
	bool overflow;         /* a number beyond PDF_OBJECTS was asked for */
};

/* pdf_put - buffer_put_slice, without a call where there is room already */
static inline void pdf_put(struct buffer *b, struct slice bytes)
{
	if (b->failed || b->room - b->len <= bytes.len) {
		buffer_put_slice(b, bytes);
		return;
	}
	memcpy(b->at + b->len, bytes.at, bytes.len);
	b->len += bytes.len;
}

void pdf_put_integer(struct buffer *b, int64_t v);
void pdf_writer_init(struct pdf_writer *w, struct pdf_document *doc, struct buffer *out);
void pdf_writer_done(struct pdf_writer *w);
uint32_t pdf_writer_number(struct pdf_writer *w);
void pdf_put_scalar(struct buffer *b, const struct pdf_value *v);
void pdf_put_name(struct buffer *b, struct slice name);
/* pdf_write_object, _stream - w->object holds the value, or the stream's dictionary */
struct result pdf_write_object(struct pdf_writer *w, uint32_t number) MUST;
struct result pdf_write_stream(struct pdf_writer *w, uint32_t number, struct slice body) MUST;
struct result pdf_write_end(struct pdf_writer *w, uint32_t root) MUST;

#endif
