/* gate/inspect/compound.h - doc, xls and ppt looked at again; inside the room only
 * source  MS-CFB, MS-DOC, MS-XLS, MS-PPT, MS-ODRAW
 */
#ifndef SEKISHO_GATE_INSPECT_COMPOUND_H
#define SEKISHO_GATE_INSPECT_COMPOUND_H

#include "gate/inspect/look.h"

struct cstream {
	const char *name;   /* ASCII; other characters are '?' */
	bool storage, top;  /* top: directly in the root */
	uint32_t start;
	uint64_t size;
};

struct cfile {
	struct look *look;
	struct slice in, fat, mini_fat, mini; /* tables as bytes */
	size_t sector;
	struct cstream *at;
	uint32_t count;
};

/* cfile_open - read tables and directory; false when unreadable */
bool cfile_open(struct look *look, struct slice in, struct cfile *f);
/* cfile_read - a root stream by name; empty and false where there is none or it is broken */
bool cfile_read(struct cfile *f, const char *name, struct slice *out);
/* cfile_only - anything in the file that is not in the list is found */
void cfile_only(struct cfile *f, const char *const *names, size_t count);

uint16_t le16(struct slice s, size_t at); /* 0 past the end */
uint32_t le32(struct slice s, size_t at);

/* art_look - a tree of drawing records: scripts, packages, links, linked pictures */
void art_look(struct look *look, struct slice in, const char *place);
/* wide_has - UTF-16 that holds an ASCII word, letters of any size; one of : - _ \ stands in it */
bool wide_has(struct slice text, const char *word);
/* wide_outside - a scheme or share that leads into files, scripts or programs */
bool wide_outside(struct slice text);
/* field_safe of content.c judges instructions */
bool field_safe(struct slice instruction);

#endif
