/* gate/file/zip.h - zip read strictly, written plainly; inside the room only
 *
 * The reader accepts an archive that every program reads alike: one end record
 * at the very end, a central directory that agrees with each local header field
 * by field, no byte outside what they describe.  Bytes of a member are trusted
 * only after inflating to exactly the size and CRC that were promised.
 * source  PKWARE APPNOTE 6.3.10 (section numbers at the code); Info-ZIP 0x7075
 */
#ifndef SEKISHO_GATE_FILE_ZIP_H
#define SEKISHO_GATE_FILE_ZIP_H

#include "gate/file/job.h"

struct zip_entry {
	struct slice name;      /* as stored; not decoded */
	struct slice utf8_name; /* of the 0x7075 extra field; empty if there is none */
	struct slice packed;
	uint64_t size;
	uint32_t crc;
	uint32_t local;         /* offset of the local header */
	uint16_t method;        /* 0 or 8 */
	uint16_t flags;
	bool described;         /* followed by a data descriptor */
	bool directory;
	bool sealed;            /* locked, see lock_zip.c; packed is what stands in the file */
	uint8_t aes;            /* key strength 1..3 of WinZip AES; 0: ZipCrypto */
	bool crc_later;         /* AE-2 stores no CRC: the HMAC stands for it */
	uint16_t time;          /* MS-DOS; ZipCrypto's check of what has a descriptor */
	bool hidden;            /* carried a comment or an extra field nobody knows */
};

struct zip_view {
	struct zip_entry *entries; /* in the order of the central directory */
	size_t count;
	bool comment;
	bool sealed;               /* a member is locked */
};

/* zip_read - check the whole structure; nothing is inflated yet
 * scratch  entries live here; slices point into in                         */
struct result zip_read(struct job *job, struct arena *scratch, struct slice in, struct zip_view *zip,
                       struct why *why) MUST;
/* zip_inflate - what is wrong with a plain entry's data, or NULL and `to` holds
 * its size bytes, of the CRC promised                                        */
const char *zip_inflate(const struct zip_entry *entry, uint8_t *to, enum refusal *refusal);
/* zip_seal_bytes - what the lock of an entry adds to its data */
size_t zip_seal_bytes(const struct zip_entry *entry);
/* zip_open_member - unlock a sealed entry with the job's password: packed becomes
 * what stood under the lock, in the arena                                    */
struct result zip_open_member(struct job *job, struct arena *arena, struct zip_entry *entry,
                              struct why *why) MUST;
/* zip_place - an entry's name for a report: printable ASCII and UTF-8 only */
const char *zip_place(struct job *job, const struct zip_entry *entry);
/* zip_litter - a name of what systems leave in archives without being asked  */
bool zip_litter(struct slice name);
/* zip_unpack - inflate with exact consumption, exact size and CRC, no code without a
 * meaning; pays the budget of bytes.  out is cleared first
 * zip_unpack_fast - the codes are left to the second reader's zlib: for the packages,
 * which it reads member by member                                           */
struct result zip_unpack_fast(struct job *job, const struct zip_entry *entry, struct buffer *out,
                              struct why *why) MUST;
struct result zip_unpack(struct job *job, const struct zip_entry *entry, struct buffer *out,
                         struct why *why) MUST;

/* zip_plain - the same; a stored member is only checked, and out left empty: made
 * then borrows from the archive, else from out                               */
struct result zip_plain(struct job *job, const struct zip_entry *entry, struct buffer *out, struct slice *made,
                        struct why *why) MUST;

/* Members gather in a body of their own, so that what can only be written last
 * (the content types of a package) may still stand first.                   */
struct zip_writer {
	struct buffer body, records;
};
/* zip_writer_begin, zip_writer_done - call done on every path */
void zip_writer_begin(struct zip_writer *writer);
void zip_writer_done(struct zip_writer *writer);
/* zip_writer_add - one member
 * name   UTF-8, checked by the caller; must live until zip_writer_end
 * dense  deflate it (level 1; small ones in fixed codes) where that makes it shorter; else it is stored */
struct result zip_writer_add(struct zip_writer *writer, struct slice name, struct slice data, bool dense,
                      struct why *why) MUST;
/* zip_writer_replace - what was made of an entry: deflated (level 1); where that is a
 * twentieth longer than the entry was, level 6                               */
struct result zip_writer_replace(struct zip_writer *writer, struct slice name, struct slice data,
                                 const struct zip_entry *entry, struct why *why) MUST;
/* zip_writer_edit - what was made of an entry whose first `same` bytes stay: their packed
 * bytes are used again, the others deflated (level 1)
 * entry  verified by zip_unpack                                              */
struct result zip_writer_edit(struct zip_writer *writer, struct slice name, struct slice data,
                              const struct zip_entry *entry, size_t same, struct why *why) MUST;
/* zip_writer_copy - the packed bytes of an entry that zip_unpack has verified */
void zip_writer_copy(struct zip_writer *writer, struct slice name, const struct zip_entry *entry);
/* zip_writer_end - the archive into out; failure shows there
 * first  name and data of a member that goes before all others; name may be empty */
struct result zip_writer_end(struct zip_writer *writer, struct slice first, struct slice data,
                      struct buffer *out, struct why *why) MUST;
/* zip_writer_end_copy - the same; first has the packed bytes of a verified entry */
void zip_writer_end_copy(struct zip_writer *writer, struct slice first, const struct zip_entry *entry,
                         struct buffer *out);

#endif
