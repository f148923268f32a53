/* gate/file/cfb.h - compound files: read strictly, written plainly; inside the room only
 *
 * The reader accepts a file whose chains are all of one reading: every sector
 * belongs to one chain at most, no chain runs in a circle or past the end, the
 * directory is a tree.  What no stream claims (slack, free sectors, streams
 * outside the tree) never reaches an output, since a file is only ever written
 * anew from the streams that its format's reader rebuilt.
 * source  MS-CFB 2.1 to 2.6
 */
#ifndef SEKISHO_GATE_FILE_CFB_H
#define SEKISHO_GATE_FILE_CFB_H

#include "gate/file/job.h"

enum cfb_kind { CFB_STORAGE = 1, CFB_STREAM = 2, CFB_ROOT = 5 };

struct cfb_entry {
	const char *name;   /* UTF-8; control characters stand as they are */
	enum cfb_kind kind;
	uint32_t parent;    /* place in entries; the root's own is 0 */
	uint8_t clsid[16];
	uint64_t size;
	uint32_t start;
};

struct cfb {
	struct arena *arena;
	struct slice in;
	unsigned shift;       /* sectors of 512 or 4096 bytes */
	uint32_t sectors;     /* in the file */
	uint32_t *fat, *mini; /* chains */
	uint32_t fat_count, mini_count;
	struct slice mini_stream;
	uint8_t *owned, *mini_owned; /* a bit a sector: claimed by a chain */
	struct cfb_entry *entries;   /* the root first, then in the order of the tree */
	uint32_t count;
	bool no_memory;
};

/* cfb_open - NULL, or the sentence that says what is wrong with the structure
 * arena  holds everything; a full arena also sets no_memory                  */
const char *cfb_open(struct cfb *cfb, struct arena *arena, struct slice in);
/* cfb_find - a child by name (ASCII letters of any size); NULL if there is none */
const struct cfb_entry *cfb_find(const struct cfb *cfb, uint32_t parent, const char *name);
/* cfb_index - where the entry stands */
uint32_t cfb_index(const struct cfb *cfb, const struct cfb_entry *entry);
/* cfb_load - a stream's bytes, a copy that may be changed; at is NULL when the
 * arena is full                                                              */
struct cfb_bytes {
	uint8_t *at;
	size_t len;
};
struct cfb_bytes cfb_load(const struct cfb *cfb, const struct cfb_entry *entry);
/* cfb_type - docx's old cousins told apart by what the root holds */
enum file_type cfb_type(struct slice in);
/* cfb_place - an entry's name for a report, printable */
const char *cfb_place(struct job *job, const struct cfb_entry *entry);

/* A file being written.  Item 0 is the root; parents come before children. */
struct cfb_item {
	const char *name;    /* UTF-8, 1..31 UTF-16 units */
	uint32_t parent;
	bool storage;
	uint8_t clsid[16];
	struct slice data;   /* borrowed until cfb_write is done */
};
struct cfb_plan {
	struct arena *arena;
	struct cfb_item *items;
	uint32_t count, room;
	bool no_memory;
};
void cfb_plan_begin(struct cfb_plan *plan, struct arena *arena, const uint8_t clsid[16]);
/* cfb_plan_add - an item; returns its number, 0 when the arena is full */
uint32_t cfb_plan_add(struct cfb_plan *plan, uint32_t parent, const char *name, bool storage,
                      struct slice data);
/* cfb_write - version 3, sectors of 512 bytes, each item once, nothing between */
struct result cfb_write(struct cfb_plan *plan, struct buffer *out, struct why *why) MUST;

/* What doc, xls, ppt and msg do alike. */
struct compound {
	struct job *job;
	struct arena *arena;
	struct cfb cfb;
	struct cfb_plan plan;
};
/* compound_begin - open, refuse what is broken; compound_end frees */
struct result compound_begin(struct compound *c, struct job *job, struct slice in, struct why *why) MUST;
void compound_end(struct compound *c);
/* compound_drop_rest - report what stands in the root and is not in the list
 * kept  names in one text, divided by '|'                                    */
void compound_drop_rest(struct compound *c, const char *kept);
/* compound_properties - both property sets of the root, rebuilt, into the plan */
struct result compound_properties(struct compound *c, struct why *why) MUST;
/* propset_rebuild - the properties of a list, of plain types; false when it is
 * not readable as a property set.  source  MS-OLEPS 2.21 ff.
 * dropped  out: a word of removal_sentence's table for what was left out, or NULL */
bool propset_rebuild(struct slice in, bool document, struct buffer *out, const char **dropped);

#endif
