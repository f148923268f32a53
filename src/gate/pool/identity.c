/* Which program this is, to the byte: the build-ids (a hash of what was linked, in
 * the ELF note NT_GNU_BUILD_ID) of the program and of every library that it has
 * loaded, in the order of loading.  A version's number would miss what a library's
 * update changes.  The kernel's own page of code takes no part in a document.   */
#include "gate/pool/wire.h"

#include <elf.h>
#include <link.h>

enum { NOTE_ALIGN = 4, BUILD_ID_MOST = 64 };

struct gathering {
	struct buffer *out;
	bool whole; /* everything had one so far */
};

static size_t padded(size_t len)
{
	return (len + NOTE_ALIGN - 1) & ~(size_t)(NOTE_ALIGN - 1);
}

/* The descriptor of the build-id among a segment's notes; empty if there is none. */
static struct slice build_id_in(struct slice notes)
{
	ElfW(Nhdr) note;
	while (notes.len >= sizeof note) {
		memcpy(&note, notes.at, sizeof note);
		size_t name = padded(note.n_namesz), text = padded(note.n_descsz);
		notes = slice_part(notes, sizeof note, notes.len);
		if (note.n_namesz > notes.len || note.n_descsz > notes.len || name > notes.len || text > notes.len - name)
			break;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(notes.at, "GNU", 4) == 0)
			return slice_part(notes, name, name + note.n_descsz);
		notes = slice_part(notes, name + text, notes.len);
	}
	return SLICE("");
}

static int gather(struct dl_phdr_info *object, size_t size, void *context)
{
	struct gathering *g = context;
	struct slice id = SLICE("");
	(void)size;
	if (strstr(object->dlpi_name, "vdso"))
		return 0;
	for (size_t i = 0; i < object->dlpi_phnum && id.len == 0; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		if (part->p_type == PT_NOTE)
			id = build_id_in(slice_of((const void *)(uintptr_t)(object->dlpi_addr + part->p_vaddr), part->p_memsz));
	}
	g->whole &= id.len > 0 && id.len <= BUILD_ID_MOST;
	buffer_put_u8(g->out, (uint8_t)id.len);
	buffer_put_slice(g->out, id);
	return 0;
}

void worker_identity(struct buffer *out)
{
	struct gathering g = {out, true};
	dl_iterate_phdr(gather, &g);
	if (!g.whole)
		buffer_clear(out);
}
