/* say WORD... - the sentence of each removal, as people read it
 *
 * Status: 0, or 1 if a word has no sentence of its own; those are named.     */
#include "gate/words/words.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	const char *nothing_better = removal_sentence("");
	int missing = 0;
	for (int i = 1; i < argc; i++) {
		const char *sentence = removal_sentence(argv[i]);
		bool own = strcmp(sentence, nothing_better) != 0;
		printf("%s\t%s\n", argv[i], own ? sentence : "NO SENTENCE");
		missing += !own;
	}
	return missing > 0;
}
