/* Signatures to slots: a largest bipartite matching by augmenting paths (Berge,
 * 1957), breadth first, so that nothing recurses.  Slots are few; persons are
 * compared by id each time, which keeps it free of memory.                    */
#include "office/office.h"

struct search {
	const struct match_slot *slots;
	const char *const *signers;
	size_t slot_count, signer_count;
	size_t signer_of[MATCH_SLOTS];
	size_t before[MATCH_SLOTS]; /* the slot that wants this one's signer */
	bool seen[MATCH_SLOTS];
};

static bool repeated(const struct search *s, size_t signer)
{
	for (size_t i = 0; i < signer; i++)
		if (!strcmp(s->signers[i], s->signers[signer]))
			return true;
	return false;
}

static bool may(const struct search *s, size_t slot, size_t signer)
{
	const struct match_slot *want = &s->slots[slot];
	for (size_t i = 0; i < want->count; i++)
		if (!strcmp(want->holders[i].person, s->signers[signer]))
			return true;
	return false;
}

static size_t owner(const struct search *s, size_t signer)
{
	for (size_t i = 0; i < s->slot_count; i++)
		if (s->signer_of[i] == signer)
			return i;
	return SIZE_MAX;
}

/* hand the signer to `slot`, whose former one goes to the slot that asked, ... */
static void hand_over(struct search *s, size_t slot, size_t signer)
{
	while (slot != SIZE_MAX) {
		size_t former = s->signer_of[slot];
		s->signer_of[slot] = signer;
		signer = former;
		slot = s->before[slot];
	}
}

static bool fill(struct search *s, size_t start)
{
	size_t queue[MATCH_SLOTS], head = 0, tail = 0;
	memset(s->seen, 0, sizeof s->seen);
	s->seen[start] = true;
	s->before[start] = SIZE_MAX;
	queue[tail++] = start;
	while (head < tail) {
		size_t slot = queue[head++];
		for (size_t i = 0; i < s->signer_count; i++) {
			if (repeated(s, i) || !may(s, slot, i))
				continue;
			size_t other = owner(s, i);
			if (other == SIZE_MAX) {
				hand_over(s, slot, i);
				return true;
			}
			if (s->seen[other])
				continue;
			s->seen[other] = true;
			s->before[other] = slot;
			queue[tail++] = other;
		}
	}
	return false;
}

bool office_match(const struct match_slot *slots, size_t slot_count, const char *const *signers,
                  size_t signer_count, size_t *signer_of, size_t *filled)
{
	size_t done = 0;
	if (filled)
		*filled = 0;
	if (slot_count > MATCH_SLOTS)
		return false;
	struct search s = {
		.slots = slots, .signers = signers, .slot_count = slot_count, .signer_count = signer_count,
	};
	for (size_t i = 0; i < slot_count; i++)
		s.signer_of[i] = SIZE_MAX;
	for (size_t i = 0; i < slot_count; i++)
		done += fill(&s, i);
	for (size_t i = 0; signer_of && i < slot_count; i++)
		signer_of[i] = s.signer_of[i];
	if (filled)
		*filled = done;
	return done == slot_count;
}
