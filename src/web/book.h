/* web/book.h - the policy as a book: headings out of the numbers, and the words
 * that are searched for                                                     */
#ifndef SEKISHO_WEB_BOOK_H
#define SEKISHO_WEB_BOOK_H

#include "base/arena.h"
#include "base/slice.h"

/* Where a clause stands, read from the number it prints:
 *   第2章 2.2 (8)①  chapter 第2章, section 第2章 2.2
 *   1.3 (2)          chapter 1,     section 1.3
 *   第７ (3)ア       no chapter,    section 第７                            */
struct heading {
	struct slice chapter; /* empty where the book has none; a part of cite */
	struct slice section;
};
struct heading heading_of(const char *cite);

/* Words to look for: split at spaces, full- and half-width letters and digits
 * and capital and small ones are the same.                                  */
enum { SEARCH_WORDS = 8 };
struct search {
	struct slice words[SEARCH_WORDS];
	size_t count;
};
/* search_read - at most SEARCH_WORDS of what was typed; no word finds everything */
struct search search_read(const char *typed, struct arena *arena);
/* search_finds - every word stands somewhere in one of the texts */
bool search_finds(const struct search *search, const char *const *texts, size_t count,
                  struct arena *arena);

#endif
