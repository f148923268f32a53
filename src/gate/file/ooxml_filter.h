/* gate/file/ooxml_filter.h - the parts of the part filter among themselves
 *
 * ooxml_filter.c reads the tokens and keeps the edits; each rule of ooxml_rules.c
 * is up to three functions in a table: judge (before the attributes are looked
 * at; decides whether the element stays), open (once it stays) and close.
 * ooxml_fields.c holds those of Word's fields, ooxml_handlers.c the others.
 */
#ifndef SEKISHO_GATE_FILE_OOXML_FILTER_H
#define SEKISHO_GATE_FILE_OOXML_FILTER_H

#include "gate/file/ooxml.h"

enum { FIELDS_DEEP = 32, INSTRUCTION_MOST = 1 << 16, WORDS_REPORTED = 32, READINGS = 3,
       SHARED_MOST = 1 << 20 };

struct span {
	size_t from, to;
};

enum frame_mode { KEEP = 0, UNWRAP };

struct frame {
	size_t from, to;       /* the start tag */
	const struct element_rule *rule;
	enum frame_mode mode;
	bool marked;           /* by the rule: frozen, chosen, holds an object, ends */
	bool is_run;
	bool shown;            /* RULE_HOLDER: a picture in it stays */
	uint32_t children;     /* kept ones */
	struct span inner;     /* Fallback's end tag; the picture of an object */
	size_t lost_from;      /* UNWRAP: the outermost frame whose tags went with it */
};

/* The three ways to read an instruction: as it stands, deletions accepted,
 * insertions rejected. */
struct field {
	struct buffer readings[READINGS];
	size_t first_item;
	bool result, frozen, built; /* built: its name comes from a nested field */
};

struct filter {
	struct package *package;
	struct part *part;
	struct arena *arena;
	struct xml *xml;
	struct slice text;
	struct buffer edits, references, items, value, collected;
	struct frame frames[XML_DEPTH + 1]; /* frames[0] stands for the document */
	size_t depth;
	struct field fields[FIELDS_DEEP];
	size_t field_depth;
	size_t inserted, deleted;      /* tracked changes open */
	bool collecting, shape_dropped, is_vml, shared_any;
	bool ruled; /* an attribute of the element at hand was judged by a rule, or declares */
	uint8_t *shared; /* bits of shared formulas whose master went; SHARED_MOST of them, or NULL */
	const char *reported[WORDS_REPORTED];
	size_t reported_count;
};

enum fate { STAYS, GOES, LOSES_TAGS };

struct handler {
	enum fate (*judge)(struct filter *f, struct frame *frame);
	void (*open)(struct filter *f, struct frame *frame);
	/* close - false when the element was cut: its parent does not count it
	 * to  the offset after its end tag                                  */
	bool (*close)(struct filter *f, struct frame *frame, size_t to);
	bool blind; /* looks at no attribute before close */
};
const struct handler *handler_of(enum rule_action action);

/* what goes or changes, in offsets of the input */
void filter_edit(struct filter *f, size_t from, size_t to, struct slice with);
void filter_cut(struct filter *f, size_t from, size_t to);
/* filter_report - once a part for each word; _at with a place, each time */
void filter_report(struct filter *f, const char *what);
void filter_report_at(struct filter *f, const char *what, struct slice place);
/* filter_decoded - a value with its references resolved; valid until the next call */
struct slice filter_decoded(struct filter *f, struct slice raw);
bool filter_value_is(struct filter *f, const struct xml_attribute *a, const char *want);
/* filter_enclosing - the nearest open element of this rule, or NULL */
struct frame *filter_enclosing(struct filter *f, enum rule_action action);

/* of ooxml_holder.c: what is seen where something visible went.  marked of a holder:
 * it lost an object, a control or something that plays */
bool is_picture(const struct xml *xml);
/* picture_stands_in - an attribute that named a linked picture names its stand-in now; false:
 * it goes, for another one of the element names a picture                     */
bool picture_stands_in(struct filter *f, const struct xml_attribute *a);
void picture_kept(struct filter *f);
void holder_lost(struct filter *f, const char *what);
bool holder_close(struct filter *f, struct frame *frame, size_t to);
/* frame_box - a box in the frame's place; false where its place cannot be told */
bool frame_box(struct filter *f, struct frame *frame, size_t to);
/* frame_words - words in the frame's place; false where no words may stand there */
bool frame_words(struct filter *f, struct frame *frame, size_t to);

/* of wordxml.c: what a document of Word 2003 has beside what a part of a docx has */
extern const struct handler annotation_handler, binary_handler, control_handler, link_2003_handler;
/* old_line - the instruction that names Word as the program */
bool old_line(struct slice instruction);
/* old_element - an element of a customer's own markup: its tags go, what it holds stays */
enum fate old_element(struct filter *f, struct frame *frame);
/* old_words - whether a text stands right in such an element, where Word shows none */
bool old_words(const struct frame *frame);
/* old_source - an attribute that names a picture of the document; old_settle - once the
 * pictures of its holder are known, those that name none go                  */
void old_source(struct filter *f, const struct xml_attribute *a, const char *what);
void old_settle(struct filter *f);
/* old_edited - what stands from one place to another goes: pictures in it are named in vain */
void old_edited(struct filter *f, size_t from, size_t to);

/* drop_judge - the element goes with all it holds */
enum fate drop_judge(struct filter *f, struct frame *frame);

/* of ooxml_fields.c */
enum fate field_text_judge(struct filter *f, struct frame *frame);
enum fate field_simple_judge(struct filter *f, struct frame *frame);
void field_char_open(struct filter *f, struct frame *frame);
bool field_char_close(struct filter *f, struct frame *frame, size_t to);
void tracked_open(struct filter *f, struct frame *frame);
bool tracked_close(struct filter *f, struct frame *frame, size_t to);
/* field_text - a text of w:t, w:instrText and their deleted forms */
void field_text(struct filter *f, struct slice raw, bool cdata);
/* field_item - what a run holds while an instruction is open */
void field_item(struct filter *f, const struct frame *frame, size_t to);
/* fields_close - judge what the part leaves open; fields_drop - only free it */
void fields_close(struct filter *f);
void fields_drop(struct filter *f);

#endif
