/* The streams of a locked doc, xls or ppt, opened in place: where each format
 * keeps the header of its encryption, and what of a stream stays plain.
 * source  MS-XLS 2.2.10 and 2.4.117 (FilePass), MS-DOC 2.2.6, MS-PPT 2.3.7      */
#include "gate/file/lock_office.h"
#include "gate/file/lock_streams.h"

#include "base/cursor.h"

/* ---- xls ---- */

enum { RECORD = 4, BOF = 0x809, FILEPASS = 0x2F, BOUNDSHEET = 0x85, END_OF = 0x0A, BIFF8 = 0x600,
       XLS_BLOCK = 1024, XLS_LOOK = 16, HELD_PLACE = 4 };

static unsigned u16(const uint8_t *at)
{
	return (unsigned)at[0] | (unsigned)at[1] << 8;
}

static uint32_t u32(const uint8_t *at)
{
	return u16(at) | (uint32_t)u16(at + 2) << 16;
}

struct xls_part {
	unsigned id;
	size_t at, len; /* of the body */
};

static bool next_part(const uint8_t *at, size_t len, size_t *pos, struct xls_part *part)
{
	if (*pos > len || len - *pos < RECORD)
		return false;
	*part = (struct xls_part){u16(at + *pos), *pos + RECORD, u16(at + *pos + 2)};
	if (part->len > len - part->at)
		return false;
	*pos = part->at + part->len;
	return true;
}

/* The records that never are encrypted (MS-XLS 2.2.10). */
static bool stays_plain(unsigned id)
{
	static const uint16_t list[] = {BOF, FILEPASS, 0xE1, 0x138, 0x194, 0x195, 0x196};
	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (list[i] == id)
			return true;
	return false;
}

static void turn_record(struct office_lock *lock, uint8_t *stream, const struct xls_part *part)
{
	size_t skip = part->id == BOUNDSHEET ? (part->len < HELD_PLACE ? part->len : HELD_PLACE) : 0;
	uint8_t *at = stream + part->at;
	if (lock->cipher != OFFICE_XOR) {
		office_turn(lock, 0, XLS_BLOCK, part->at + skip, at + skip, part->len - skip);
		return;
	}
	for (size_t i = skip; i < part->len; i++)
		at[i] = (uint8_t)((at[i] << 3 | at[i] >> 5) ^ lock->stream[(part->at + part->len + i) & 15]);
}

static struct result find_xls(struct job *job, const uint8_t *at, const struct xls_part *pass, struct office_lock *lock)
{
	if (pass->len >= 6 && u16(at + pass->at) == 0)
		return office_find_xor(job, (uint16_t)u16(at + pass->at + 2), (uint16_t)u16(at + pass->at + 4), false, "Workbook",
		                       lock);
	if (pass->len < 6 || u16(at + pass->at) != 1)
		return job_refuse(job, REFUSAL_LOCKED, "Workbook", "an encryption of another kind");
	return office_find_rc4(job, slice_of(at + pass->at + 2, pass->len - 2), "Workbook", lock);
}

static struct result turn_xls(struct job *job, struct cfb_bytes stream, const struct xls_part *pass)
{
	struct office_lock AUTO(office_lock_wipe) lock = {0};
	struct xls_part part;
	size_t pos = 0;
	TRY(find_xls(job, stream.at, pass, &lock));
	TRY(job_pay_work(job, stream.len));
	while (next_part(stream.at, stream.len, &pos, &part))
		if (!stays_plain(part.id))
			turn_record(&lock, stream.at, &part);
	job_opened(job, "", lock.asked);
	return ok();
}

struct result xls_unlock(struct job *job, struct cfb_bytes stream, bool *opened)
{
	struct xls_part part;
	size_t pos = 0;
	*opened = false;
	if (!next_part(stream.at, stream.len, &pos, &part) || part.id != BOF || part.len < 2 ||
	    u16(stream.at + part.at) != BIFF8)
		return ok();
	for (int i = 0; i < XLS_LOOK && next_part(stream.at, stream.len, &pos, &part) && part.id != END_OF; i++)
		if (part.id == FILEPASS) {
			*opened = true;
			return turn_xls(job, stream, &part);
		}
	return ok();
}

/* ---- doc ---- */

enum { DOC_BLOCK = 512, DOC_PLAIN = 0x44, DOC_FLAGS = 10, DOC_KEY = 14, ENCRYPTED = 0x0100, OBFUSCATED = 0x8000,
       XOR_SIXTEEN = 15 };

static void turn_stream(struct office_lock *lock, size_t from, struct cfb_bytes stream)
{
	if (stream.len <= from)
		return;
	if (lock->cipher != OFFICE_XOR) {
		office_turn(lock, 0, DOC_BLOCK, from, stream.at + from, stream.len - from);
		return;
	}
	for (size_t i = from; i < stream.len; i++) {
		uint8_t c = stream.at[i] ^ lock->stream[i & XOR_SIXTEEN];
		if (stream.at[i] && c) /* zeros stand as they are, and what would become one */
			stream.at[i] = c;
	}
}

struct result doc_unlock(struct job *job, struct cfb_bytes main, struct cfb_bytes table, struct cfb_bytes data)
{
	struct office_lock AUTO(office_lock_wipe) lock = {0};
	uint32_t key = u32(main.at + DOC_KEY);
	if (u16(main.at + DOC_FLAGS) & OBFUSCATED)
		TRY(office_find_xor(job, (uint16_t)key, (uint16_t)(key >> 16), true, "WordDocument", &lock));
	else
		TRY(office_find_rc4(job, slice_of(table.at, key < table.len ? key : table.len), "WordDocument", &lock));
	TRY(job_pay_work(job, main.len + table.len + data.len));
	turn_stream(&lock, DOC_PLAIN, main);
	turn_stream(&lock, 0, table);
	turn_stream(&lock, 0, data);
	main.at[DOC_FLAGS + 1] &= (uint8_t)~((ENCRYPTED | OBFUSCATED) >> 8);
	memset(main.at + DOC_KEY, 0, 4);
	job_opened(job, "", lock.asked);
	return ok();
}

/* ---- ppt ---- */

enum { PPT_HEAD = 8, PPT_SESSION = 0x2F14, BLIP_FIRST = 0xF01A, BLIP_METAFILE_LAST = 0xF01C, BLIP_LAST = 0xF029, UID = 16 };

/* An object is a block of its own; its length stands encrypted in its head. */
static bool turn_object(struct office_lock *lock, struct cfb_bytes stream, uint32_t number, uint32_t offset)
{
	uint8_t head[PPT_HEAD];
	if (offset > stream.len || stream.len - offset < PPT_HEAD)
		return false;
	memcpy(head, stream.at + offset, PPT_HEAD);
	office_turn_object(lock, number, head, PPT_HEAD);
	uint32_t len = u32(head + 4);
	if (len > stream.len - offset - PPT_HEAD)
		return false;
	office_turn_object(lock, number, stream.at + offset, PPT_HEAD + (size_t)len);
	return true;
}

static int by_offset(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* Two numbers for one place would open it twice. */
static bool all_apart(const uint32_t *offsets, uint32_t count, struct arena *arena, bool *memory)
{
	uint32_t *order = ARENA_ARRAY(arena, (size_t)count + 1, uint32_t);
	*memory = order != NULL;
	if (!order)
		return false;
	memcpy(order, offsets, count * sizeof *order);
	qsort(order, count, sizeof *order, by_offset);
	for (uint32_t i = 1; i < count; i++)
		if (order[i] && order[i] == order[i - 1])
			return false;
	return true;
}

struct result ppt_unlock(struct job *job, struct cfb_bytes stream, const struct ppt_objects *objects, struct arena *arena,
                         struct office_lock *lock, struct why *why)
{
	const uint32_t *offsets = objects->offsets, count = objects->count, session = objects->session;
	uint32_t at = session < count ? offsets[session] : 0;
	bool memory;
	if (!at || at > stream.len || stream.len - at < PPT_HEAD || u16(stream.at + at + 2) != PPT_SESSION ||
	    u32(stream.at + at + 4) > stream.len - at - PPT_HEAD)
		return job_refuse(job, REFUSAL_DAMAGED, "PowerPoint Document", "encrypted, without the record that says how");
	if (!all_apart(offsets, count, arena, &memory))
		return memory ? job_refuse(job, REFUSAL_DAMAGED, "PowerPoint Document", "two objects at one place") : job_memory(why);
	TRY(office_find_rc4(job, slice_of(stream.at + at + PPT_HEAD, u32(stream.at + at + 4)), "PowerPoint Document", lock));
	TRY(job_pay_work(job, stream.len + (uint64_t)count * 1024));
	for (uint32_t i = 0; i < count; i++)
		if (i != session && (offsets[i] || i == objects->document) && !turn_object(lock, stream, i, offsets[i]))
			return job_refuse(job, REFUSAL_DAMAGED, "PowerPoint Document", "an encrypted object longer than its place");
	job_opened(job, "", lock->asked);
	return ok();
}

/* Each field of a picture's record begins the key stream of block 0 anew. */
void ppt_unlock_pictures(struct office_lock *lock, struct cfb_bytes stream)
{
	static const uint8_t metafile[] = {4, 16, 8, 4, 1, 1}, bitmap[] = {1};
	for (size_t pos = 0; pos <= stream.len && stream.len - pos >= PPT_HEAD;) {
		uint8_t *at = stream.at + pos;
		office_turn_object(lock, 0, at, PPT_HEAD);
		unsigned type = u16(at + 2);
		size_t len = u32(at + 4), done = 0;
		if (type < BLIP_FIRST || type > BLIP_LAST || len > stream.len - pos - PPT_HEAD)
			return;
		bool meta = type <= BLIP_METAFILE_LAST;
		uint8_t fields[8] = {UID};
		size_t count = 1;
		if (u16(at) >> 4 & 1)
			fields[count++] = UID;
		memcpy(fields + count, meta ? metafile : bitmap, meta ? sizeof metafile : sizeof bitmap);
		count += meta ? sizeof metafile : sizeof bitmap;
		for (size_t i = 0; i < count && fields[i] <= len - done; done += fields[i++])
			office_turn_object(lock, 0, at + PPT_HEAD + done, fields[i]);
		office_turn_object(lock, 0, at + PPT_HEAD + done, len - done);
		pos += PPT_HEAD + len;
	}
}
