/* gate/file/rtf.h - rich text: tokens, words, pictures; inside the room only
 * source  Rich Text Format Specification 1.9.1
 */
#ifndef SEKISHO_GATE_FILE_RTF_H
#define SEKISHO_GATE_FILE_RTF_H

#include "gate/file/job.h"

/* ---- tokens ---- */

enum rtf_kind { RTF_END = 0, RTF_OPEN, RTF_CLOSE, RTF_WORD, RTF_SYMBOL, RTF_BYTE, RTF_RUN, RTF_LINE };

struct rtf {
	struct slice in;
	size_t pos;
	const char *fault;  /* NULL, or what breaks the rules, at pos */
	/* the token */
	enum rtf_kind kind;
	size_t from;
	struct slice text;  /* WORD: its name; RUN: printable ASCII; LINE: line ends */
	bool numbered, spaced; /* WORD: has a number; was ended by a space, which is its own */
	int32_t number;
	uint8_t byte;       /* SYMBOL: the character; BYTE: what \'xx or one raw byte stand for */
	bool raw;           /* BYTE: not written as \'xx */
	struct slice data;  /* WORD bin: what it carries */
};
/* rtf_next - false at the end and at a fault */
bool rtf_next(struct rtf *rtf);

/* ---- words ---- */

enum rtf_fate { RTF_UNKNOWN = 0, RTF_PLAIN, RTF_DESTINATION, RTF_TAKEN };
/* rtf_word_fate - what is a word of removal_sentence's table, for the last of them */
enum rtf_fate rtf_word_fate(struct slice name, const char **what);
/* words_list - whether a word stands in "a b c" */
bool words_list(const char *words, struct slice word);

/* ---- pictures ---- */

/* rtf_picture - "\pngblip" or what fits, and the digits of the picture made anew; an
 * empty picture where that cannot be
 * kind  the word that named its format; empty if there was none
 * data  its bytes                                                           */
struct result rtf_picture(struct job *job, struct slice kind, int32_t number, struct slice data, const char *place,
                          struct buffer *out, struct why *why) MUST;

#endif
