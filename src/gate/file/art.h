/* gate/file/art.h - drawings of doc, xls and ppt; inside the room only
 * source  MS-ODRAW 2.2 (records), 2.3 (properties); MS-OSHARED 2.3.7 (hyperlinks)
 */
#ifndef SEKISHO_GATE_FILE_ART_H
#define SEKISHO_GATE_FILE_ART_H

#include "gate/file/job.h"

/* A picture store that names pictures by their offset in another stream. */
struct art_store {
	struct slice stream;  /* where the pictures are */
	struct buffer *made;  /* where they go */
	size_t base;          /* offset of made's first byte in the new stream */
};

/* What a format says of its own records inside the tree. */
enum art_fate { ART_COPY, ART_DROP, ART_DONE, ART_ENTER };
struct art_rules {
	/* judge - of a record's type: COPY as usual, DROP, DONE (it was written), or
	 * ENTER: records lie inside although its head does not say so               */
	enum art_fate (*judge)(void *user, uint16_t options, uint16_t type, struct slice body, struct buffer *out);
	void *user;
};

/* art_rewrite - drawing records, each container's length made anew
 * Pictures are decoded and encoded afresh; one that cannot be becomes a small
 * empty one.  Scripts, foreign packages and unsafe links in shapes are emptied.
 * store  nullable: then pictures in another stream are forgotten            */
struct result art_rewrite(struct job *job, struct slice in, const struct art_store *store, const char *place,
                          struct buffer *out, struct why *why) MUST;
/* art_rewrite_by - the same, with the rules of a format that keeps its own records there */
struct result art_rewrite_by(struct job *job, struct slice in, const struct art_store *store,
                             const struct art_rules *rules, const char *place, struct buffer *out,
                             struct why *why) MUST;
/* art_scrub - the same for properties only, in place; false where the records
 * do not fit into each other                                                 */
bool art_scrub(struct job *job, uint8_t *at, size_t len, const char *place);
/* art_properties - one property table in place */
void art_properties(struct job *job, uint8_t *at, size_t len, unsigned count, const char *place);

/* blip_rewrite - one picture record with its header; appended to out
 * kind  out: the picture's number in a store's table (2 EMF ... 7 DIB)       */
struct result blip_rewrite(struct job *job, struct slice record, const char *place, struct buffer *out,
                           uint8_t *kind, struct why *why) MUST;

/* dib_put_header - the bitmap with the file header that it lacks in a drawing */
void dib_put_header(struct slice dib, struct buffer *out);
/* picture_empty - the PNG of one pixel that stands where a picture was       */
struct slice picture_empty(void);

/* metafile_rebuild - EMF or WMF: known drawing records only, sizes made anew;
 * false when it is not sound.  What is left out sets *dropped                */
bool metafile_rebuild(struct slice in, bool enhanced, struct buffer *out, bool *dropped);

/* metafile_document - the same for a file of either kind, with its placeable header */
bool metafile_document(struct slice in, struct buffer *out, bool *enhanced, bool *dropped);

/* hyperlink_safe - a hyperlink object that leads into the document itself or to
 * http, https or mailto
 * used  nullable: bytes that belong to it                                    */
bool hyperlink_safe(struct links *links, struct slice object, size_t *used);

#endif
