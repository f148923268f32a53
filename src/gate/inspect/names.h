/* gate/inspect/names.h - names against tables of words; inside the room only */
#ifndef SEKISHO_GATE_INSPECT_NAMES_H
#define SEKISHO_GATE_INSPECT_NAMES_H

#include "base/slice.h"

struct look;

/* words_have - whether a word (any size of letters) stands in "a b c" */
bool words_have(const char *words, struct slice word);

/* names_judge - what a name means, as bits; depends on the name alone */
typedef uint64_t names_judge(struct slice name);

/* names_bits - judge(name), remembered by spelling while one document is looked at */
uint64_t names_bits(struct look *look, names_judge *judge, struct slice name);

#endif
