/* tests/construct.h - the files that hold one construct each, for others to judge
 *
 * The rows of the gate's tests make one file each.  With SEKISHO_CONSTRUCTS=DIR
 * they leave it there too, so that tests/constructs takes the same files through
 * the program and lets code that shares nothing with the gate look at the
 * outputs.
 */
#ifndef SEKISHO_TESTS_CONSTRUCT_H
#define SEKISHO_TESTS_CONSTRUCT_H

#include "base/slice.h"

#include <stdio.h>
#include <stdlib.h>

/* construct_file - DIR/<words of the name>.<ending>; nothing without the variable
 * number  tells files of one name apart; -1 for none                        */
static inline void construct_file(const char *name, int number, const char *ending, struct slice bytes)
{
	const char *folder = getenv("SEKISHO_CONSTRUCTS");
	char path[512], word[128];
	size_t len = 0;
	if (!folder)
		return;
	for (const char *at = name; *at && len < sizeof word - 1; at++) {
		char low = (char)(*at | 32);
		word[len++] = (low >= 'a' && low <= 'z') || (*at >= '0' && *at <= '9') ? *at : '-';
	}
	word[len] = '\0';
	if (number >= 0)
		snprintf(path, sizeof path, "%s/%s-%d.%s", folder, word, number, ending);
	else
		snprintf(path, sizeof path, "%s/%s.%s", folder, word, ending);
	FILE *f = fopen(path, "wbe");
	if (f) {
		fwrite(bytes.at, 1, bytes.len, f);
		fclose(f);
	}
}

#endif
