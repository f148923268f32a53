/* The other rooms, as a stage set: one tax section, four people, a few files and
 * applications with every sort of content, so that each page can be looked at
 * and attacked without a city hall behind it.  What was asked of them is kept. */
#ifndef SEKISHO_TESTS_WEB_PEERS_H
#define SEKISHO_TESTS_WEB_PEERS_H

#include "web/request.h"

struct peers {
	char refused[64];       /* "what" of the last web.refused entry */
	int entries;            /* appended */
	uint64_t vault_bytes;   /* written */
	int open_writers;       /* begun, neither added nor abandoned */
	char draft_name[256];   /* of the last file added */
	int drafts;
	struct crossing_request submitted;
	char purpose[256];
	enum application_answer answer;
	char answer_reason[256];
	bool empty;             /* every list is empty */
	bool refuse;            /* a clause refuses what is previewed */
	enum error fail;        /* every question fails with this */
	const char *fail_text;
};
extern struct peers peers;

/* session tokens that the office knows, 64 hex digits each */
extern const char staff_outer[], staff_inner[], manager_inner[], chief_inner[], half_inner[];

#endif
