/* gate/file/lock_streams.h - a locked doc, xls or ppt is opened where it was
 * loaded; inside the room only                                                */
#ifndef SEKISHO_GATE_FILE_LOCK_STREAMS_H
#define SEKISHO_GATE_FILE_LOCK_STREAMS_H

#include "gate/file/cfb.h"
#include "gate/file/lock_office.h"

/* xls_unlock - opened: out, there was a FILEPASS record, which stays in its place */
struct result xls_unlock(struct job *job, struct cfb_bytes stream, bool *opened) MUST;
/* doc_unlock - of a document whose FIB says that it is encrypted; that flag goes
 * main  at least 32 bytes                                                     */
struct result doc_unlock(struct job *job, struct cfb_bytes main, struct cfb_bytes table,
                         struct cfb_bytes data) MUST;
/* The directory of a presentation: where each object stands, 0 for none, but for
 * the document, which may stand there. */
struct ppt_objects {
	const uint32_t *offsets;
	uint32_t count, document;
	uint32_t session; /* the object that says how the others are encrypted */
};
/* ppt_unlock - every object of the directory
 * lock     out, for the pictures                                              */
struct result ppt_unlock(struct job *job, struct cfb_bytes stream, const struct ppt_objects *objects,
                         struct arena *arena, struct office_lock *lock, struct why *why) MUST;
void ppt_unlock_pictures(struct office_lock *lock, struct cfb_bytes stream);

#endif
