/* Whatever the bytes: a message of NFLOG and an element of a set are told of within
 * their fields, and what is counted can be written and read again.            */
#include "gate/zone/counts.h"
#include "gate/zone/nflog.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void again(const struct refused_packet *what)
{
	struct arena *arena = arena_new(4 << 20);
	struct refusals *r = refusals_new(arena), *back;
	struct buffer text;
	buffer_init(&text, 1 << 20);
	refusals_add(r, what, 1);
	refusals_write(r, &text);
	demand(refusals_read(buffer_slice(&text), arena, &back, NULL).code == OK);
	demand(back->count == 1 && back->at[0].src == what->src && back->at[0].dst == what->dst && back->at[0].port == what->port);
	buffer_done(&text);
	arena_free(arena);
}

static void tables(struct slice text)
{
	struct arena *arena = arena_new(4 << 20);
	struct refusals *r;
	struct hits hits;
	if (refusals_read(text, arena, &r, NULL).code == OK)
		demand(r->count <= TALLY_REFUSALS);
	if (hits_read(text, arena, &hits, NULL).code == OK)
		demand(hits.count <= text.len);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all = slice_of(data, size), comment;
	struct refused_packet what;
	uint32_t in, out;
	uint64_t packets;
	if (nflog_parse(all, &what, &in, &out)) {
		demand(what.hook < HOOK_COUNT && (what.family == FAMILY_IP4 || what.family == FAMILY_IP6) && what.mac <= MAC_MAX);
		again(&what);
	}
	if (counts_element(all, &comment, &packets))
		demand(comment.len <= 255);
	tables(all);
	return 0;
}
