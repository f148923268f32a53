/* gate/file/doc.h - Word 97-2003 documents being rebuilt; inside the room only
 *
 * Three streams are made anew: the main one holds what the tables claim (text of
 * pieces, formatting pages, sections) and zeros elsewhere, so that character
 * positions stay; the table stream holds the structures of a list; the data
 * stream holds what formatting refers to, each checked for itself.
 * source  MS-DOC 2.4 (reading), 2.5 (file information block), 2.6, 2.8, 2.9
 */
#ifndef SEKISHO_GATE_FILE_DOC_H
#define SEKISHO_GATE_FILE_DOC_H

#include "gate/file/cfb.h"

struct doc_piece {
	uint32_t from, to;  /* character positions */
	uint32_t at;        /* offset in the main stream */
	bool wide;          /* UTF-16, else one byte a character */
};

struct doc_range {
	uint32_t from, len;
};

struct doc {
	struct job *job;
	struct compound *compound;
	uint8_t *main, *table;
	size_t main_len, table_len;
	struct slice data;
	uint32_t pairs;              /* (offset, length) pairs in the block */
	struct doc_piece *pieces;
	uint32_t piece_count, positions;
	struct doc_range *kept;      /* of the main stream */
	uint32_t kept_count, kept_room;
	struct buffer new_table, new_data, pictures;
	uint32_t *moved_from, *moved_to; /* elements of the data stream, hashed */
	uint32_t moved_count;
	bool blanked;                /* the field being judged was blanked */
};

/* Parts of a document in the order of their character positions. */
enum { DOC_PARTS = 7 };
extern const struct doc_part {
	uint16_t count_at; /* offset of its length in the block */
	uint16_t fields;   /* index of its field table */
} doc_parts[DOC_PARTS];

uint32_t doc_u32(const uint8_t *at);
void doc_set_u32(uint8_t *at, uint32_t value);
/* doc_structure - where a pair of the block leads in the table stream; empty if nowhere */
struct slice doc_structure(const struct doc *doc, unsigned index);
/* doc_keep - bytes of the main stream that go into the new one */
struct result doc_keep(struct doc *doc, uint64_t from, uint64_t len, struct why *why) MUST;

/* doc_pieces - read the piece table; doc_put_pieces writes it anew */
struct result doc_pieces(struct doc *doc, struct why *why) MUST;
struct result doc_put_pieces(struct doc *doc, struct why *why) MUST;
/* doc_formats - the pages of character and paragraph formatting, and sections */
struct result doc_formats(struct doc *doc, struct why *why) MUST;
/* doc_grpprl - formatting instructions without those that lead to objects */
struct result doc_grpprl(struct doc *doc, struct slice in, struct buffer *out, struct why *why) MUST;
/* doc_move - an element of the data stream into the new one; UINT32_MAX: it is left out */
struct result doc_move(struct doc *doc, uint32_t offset, bool binary, uint32_t *to, struct why *why) MUST;
struct result doc_move_grpprl(struct doc *doc, uint32_t offset, uint32_t *to, struct why *why) MUST;
/* doc_fields - judge each field by its instruction, blank what is not on the list */
struct result doc_fields(struct doc *doc, struct why *why) MUST;

#endif
