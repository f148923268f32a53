/* Sets of row numbers, a page of bits for every 4,096 of them. */
#include "register/index.h"

enum { FEW = DOCS_PAGE / 8 / 2 }; /* as many 16-bit numbers take as much room as the bits */

bool docs_decode(struct slice packed, uint64_t bits[DOCS_WORDS])
{
	memset(bits, 0, DOCS_WORDS * sizeof *bits);
	if (packed.len == DOCS_PAGE / 8) {
		for (size_t i = 0; i < packed.len; i++)
			bits[i / 8] |= (uint64_t)packed.at[i] << (i % 8 * 8);
		return true;
	}
	if (packed.len % 2 || packed.len > DOCS_PAGE / 8)
		return false;
	for (size_t i = 0; i < packed.len; i += 2) {
		unsigned n = (unsigned)packed.at[i] | (unsigned)packed.at[i + 1] << 8;
		if (n >= DOCS_PAGE)
			return false;
		bits[n / 64] |= UINT64_C(1) << (n % 64);
	}
	return true;
}

static size_t total(const uint64_t bits[DOCS_WORDS])
{
	size_t sum = 0;
	for (size_t i = 0; i < DOCS_WORDS; i++)
		sum += (size_t)__builtin_popcountll(bits[i]);
	return sum;
}

size_t docs_encode(const uint64_t bits[DOCS_WORDS], uint8_t out[DOCS_PAGE / 8])
{
	size_t len = 0;
	if (total(bits) >= FEW) {
		for (size_t i = 0; i < DOCS_PAGE / 8; i++)
			out[i] = (uint8_t)(bits[i / 8] >> (i % 8 * 8));
		return DOCS_PAGE / 8;
	}
	for (unsigned i = 0; i < DOCS_WORDS; i++)
		for (uint64_t left = bits[i]; left; left &= left - 1) {
			unsigned n = i * 64 + (unsigned)__builtin_ctzll(left);
			out[len++] = (uint8_t)n;
			out[len++] = (uint8_t)(n >> 8);
		}
	return len;
}

static const struct docs_page *page_of(const struct docs *docs, int64_t chunk)
{
	size_t low = 0, high = docs->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (docs->pages[middle].chunk < chunk)
			low = middle + 1;
		else
			high = middle;
	}
	return low < docs->count && docs->pages[low].chunk == chunk ? &docs->pages[low] : NULL;
}

bool docs_has(const struct docs *docs, int64_t doc)
{
	const struct docs_page *page = page_of(docs, doc / DOCS_PAGE);
	size_t n = (size_t)(doc % DOCS_PAGE);
	return page && page->bits[n / 64] >> (n % 64) & 1;
}

size_t docs_total(const struct docs *docs)
{
	size_t sum = 0;
	for (size_t i = 0; i < docs->count; i++)
		sum += total(docs->pages[i].bits);
	return sum;
}

void docs_and(struct docs *a, const struct docs *b, bool without)
{
	size_t kept = 0;
	for (size_t i = 0; i < a->count; i++) {
		const struct docs_page *other = page_of(b, a->pages[i].chunk);
		if (!other && !without)
			continue;
		for (size_t w = 0; other && w < DOCS_WORDS; w++)
			a->pages[i].bits[w] &= without ? ~other->bits[w] : other->bits[w];
		if (kept != i)
			a->pages[kept] = a->pages[i];
		kept++;
	}
	a->count = kept;
}

/* next_bit - the first at or behind `from` within a page; DOCS_PAGE: none */
static size_t next_bit(const uint64_t bits[DOCS_WORDS], size_t from)
{
	for (size_t word = from / 64; word < DOCS_WORDS; word++) {
		uint64_t left = bits[word];
		if (word == from / 64)
			left &= ~UINT64_C(0) << (from % 64);
		if (left)
			return word * 64 + (size_t)__builtin_ctzll(left);
	}
	return DOCS_PAGE;
}

int64_t docs_next(const struct docs *docs, int64_t from)
{
	for (size_t i = 0; i < docs->count; i++) {
		const struct docs_page *page = &docs->pages[i];
		if (page->chunk < from / DOCS_PAGE)
			continue;
		size_t bit = next_bit(page->bits, page->chunk == from / DOCS_PAGE ? (size_t)(from % DOCS_PAGE) : 0);
		if (bit < DOCS_PAGE)
			return page->chunk * DOCS_PAGE + (int64_t)bit;
	}
	return -1;
}
