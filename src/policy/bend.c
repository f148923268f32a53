/* Bending the last word of a sentence: する becomes し before 、かつ and しない when it
 * is denied.  A small table of endings, longest first; it knows the words that
 * vocabulary and clauses end in, not Japanese.                              */
#include "policy/model.h"

static const struct {
	const char *end, *join, *deny; /* deny NULL: cannot be said of it alone */
} endings[] = {
	{"である", "であり", "でない"},
	{"でない", "でなく", NULL},
	{"ている", "ており", "ていない"},
	{"でいる", "でおり", "でいない"},
	{"する", "し", "しない"},
	{"くる", "き", "こない"},
	{"ある", "あり", NULL},
	{"ない", "なく", NULL},
	{"える", "え", "えない"}, {"ける", "け", "けない"}, {"げる", "げ", "げない"}, {"せる", "せ", "せない"},
	{"てる", "て", "てない"}, {"でる", "で", "でない"}, {"ねる", "ね", "ねない"}, {"べる", "べ", "べない"},
	{"める", "め", "めない"}, {"れる", "れ", "れない"}, {"いる", "い", "いない"}, {"きる", "き", "きない"},
	{"じる", "じ", "じない"}, {"みる", "み", "みない"},
	{"た", "ており", "ていない"},
	{"だ", "でおり", "でいない"},
	{"る", "り", "らない"}, {"う", "い", "わない"}, {"く", "き", "かない"}, {"ぐ", "ぎ", "がない"},
	{"す", "し", "さない"}, {"つ", "ち", "たない"}, {"ぬ", "に", "なない"}, {"ぶ", "び", "ばない"},
	{"む", "み", "まない"}, {"い", "く", "くない"},
};

bool bend_end(struct slice text, enum bend bend, struct buffer *out)
{
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		const char *bent = bend == BEND_JOIN ? endings[i].join : endings[i].deny;
		if (!slice_ends(text, slice_str(endings[i].end)))
			continue;
		if (!bent)
			return false;
		text.len -= strlen(endings[i].end);
		buffer_put_slice(out, text);
		buffer_put_str(out, bent);
		return true;
	}
	return false;
}
