/* The matching against every way of handing slots to signers. */
#include "harness.h"
#include "office/office.h"

static const char *const names[] = {"a", "b", "c", "d"};
enum { PEOPLE = 4 };

/* the most slots that different signers can fill, by trying everything */
static size_t most(const unsigned *may, size_t slots, size_t slot, unsigned used, unsigned signed_by)
{
	if (slot == slots)
		return 0;
	size_t best = most(may, slots, slot + 1, used, signed_by);
	for (unsigned i = 0; i < PEOPLE; i++) {
		unsigned bit = 1u << i;
		if (!(may[slot] & bit) || !(signed_by & bit) || (used & bit))
			continue;
		size_t with = 1 + most(may, slots, slot + 1, used | bit, signed_by);
		best = with > best ? with : best;
	}
	return best;
}

static size_t people_of(unsigned set, struct holder *out)
{
	size_t count = 0;
	for (unsigned i = 0; i < PEOPLE; i++)
		if (set & 1u << i)
			out[count++] = (struct holder){.person = names[i], .as = "", .post = "p", .scope = ""};
	return count;
}

/* what was handed out is right: allowed, signed, and nobody twice */
static bool sound(const unsigned *may, size_t slots, const char *const *signers, size_t signer_count,
                  const size_t *signer_of, size_t filled)
{
	size_t found = 0;
	for (size_t i = 0; i < slots; i++) {
		if (signer_of[i] == SIZE_MAX)
			continue;
		if (signer_of[i] >= signer_count)
			return false;
		const char *who = signers[signer_of[i]];
		if (!(may[i] & 1u << (unsigned)(who[0] - 'a')))
			return false;
		for (size_t j = 0; j < i; j++)
			if (signer_of[j] != SIZE_MAX && !strcmp(signers[signer_of[j]], who))
				return false;
		found++;
	}
	return found == filled;
}

static bool agrees(const unsigned *may, size_t slots, unsigned signed_by)
{
	struct holder holders[4][PEOPLE], signer_rows[PEOPLE];
	struct match_slot match[4] = {0};
	const char *signers[PEOPLE + 1];
	size_t signer_of[4], filled = 99, count = people_of(signed_by, signer_rows);
	for (size_t i = 0; i < count; i++)
		signers[i] = signer_rows[i].person;
	if (count)
		signers[count++] = signer_rows[0].person; /* signed a second time, under another post */
	for (size_t i = 0; i < slots; i++) {
		match[i].holders = holders[i];
		match[i].count = people_of(may[i], holders[i]);
	}
	bool complete = office_match(match, slots, signers, count, signer_of, &filled);
	size_t want = most(may, slots, 0, 0, signed_by);
	return filled == want && complete == (want == slots) &&
	       sound(may, slots, signers, count, signer_of, filled);
}

TEST(every_small_case_is_that_of_trying_everything)
{
	long cases = 0, wrong = 0;
	for (size_t slots = 0; slots <= 3; slots++)
		for (unsigned code = 0; code < 1u << (PEOPLE * slots); code++)
			for (unsigned signed_by = 0; signed_by < 1u << PEOPLE; signed_by++) {
				unsigned may[3] = {code & 15, code >> 4 & 15, code >> 8 & 15};
				wrong += !agrees(may, slots, signed_by);
				cases++;
			}
	CHECK_INT(cases, 16 + 256 + 4096 + 65536);
	CHECK_INT(wrong, 0);
}

TEST(four_slots_too)
{
	long wrong = 0;
	for (unsigned code = 0; code < 65536; code++) {
		unsigned may[4] = {code & 15, code >> 4 & 15, code >> 8 & 15, code >> 12};
		wrong += !agrees(may, 4, 15) + !agrees(may, 4, 13);
	}
	CHECK_INT(wrong, 0);
}

TEST(the_deputy_is_not_supervisor_and_manager_at_once)
{
	struct holder deputy = {.person = "hayashi"}, both[] = {{.person = "sato"}, {.person = "hayashi"}};
	struct match_slot slots[] = {{both, 2}, {&deputy, 1}};
	const char *const once[] = {"hayashi"}, *const twice[] = {"hayashi", "hayashi"};
	const char *const two[] = {"hayashi", "sato"};
	size_t filled = 0;
	CHECK(!office_match(slots, 2, once, 1, NULL, &filled) && filled == 1);
	CHECK(!office_match(slots, 2, twice, 2, NULL, &filled) && filled == 1);
	CHECK(office_match(slots, 2, two, 2, NULL, &filled) && filled == 2);
	struct match_slot alone[] = {{&deputy, 1}, {&deputy, 1}};
	CHECK(!office_match(alone, 2, two, 2, NULL, NULL));
}

TEST(a_route_longer_than_the_limit_is_never_full)
{
	static struct match_slot slots[MATCH_SLOTS + 1];
	static struct holder holders[MATCH_SLOTS + 1];
	static const char *signers[MATCH_SLOTS + 1];
	static char ids[MATCH_SLOTS + 1][8];
	size_t filled = 7;
	for (size_t i = 0; i <= MATCH_SLOTS; i++) {
		snprintf(ids[i], sizeof ids[i], "p%zu", i);
		holders[i].person = signers[i] = ids[i];
		slots[i] = (struct match_slot){&holders[0], i + 1}; /* only one way in all */
	}
	CHECK(office_match(slots, MATCH_SLOTS, signers, MATCH_SLOTS, NULL, &filled));
	CHECK_INT(filled, MATCH_SLOTS);
	CHECK(!office_match(slots, MATCH_SLOTS + 1, signers, MATCH_SLOTS + 1, NULL, &filled));
	CHECK_INT(filled, 0);
}

MAIN_TESTS()
