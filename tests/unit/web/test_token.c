/* One-time tokens: one session, one place, one process, one use. */
#include "harness.h"

#include "web/token.h"

#include <sodium.h>

static struct tokens tokens, others;

static void fresh(void)
{
	struct random random = random_seeded(7), second = random_seeded(8);
	CHECK(sodium_init() >= 0);
	CHECK_FAILS(tokens_init(&tokens, &random, NULL), OK);
	CHECK_FAILS(tokens_init(&others, &second, NULL), OK);
}

TEST(good_once)
{
	char token[TOKEN_TEXT + 1];
	fresh();
	token_issue(&tokens, SLICE("key"), SLICE("/send"), token);
	CHECK_INT(strlen(token), TOKEN_TEXT);
	CHECK_INT(token_use(&tokens, SLICE("key"), SLICE("/send"), slice_str(token)), TOKEN_GOOD);
	CHECK_INT(token_use(&tokens, SLICE("key"), SLICE("/send"), slice_str(token)), TOKEN_REPLAYED);
}

TEST(forged)
{
	char token[TOKEN_TEXT + 1];
	fresh();
	token_issue(&tokens, SLICE("key"), SLICE("/send"), token);
	CHECK_INT(token_use(&tokens, SLICE("kez"), SLICE("/send"), slice_str(token)), TOKEN_FORGED);
	CHECK_INT(token_use(&tokens, SLICE("key"), SLICE("/decide"), slice_str(token)), TOKEN_FORGED);
	CHECK_INT(token_use(&others, SLICE("key"), SLICE("/send"), slice_str(token)), TOKEN_FORGED);
	CHECK_INT(token_use(&tokens, SLICE("key"), SLICE("/send"), SLICE("")), TOKEN_FORGED);
	CHECK_INT(token_use(&tokens, SLICE("key"), SLICE("/send"), (struct slice){NULL, 0}), TOKEN_FORGED);
	for (size_t i = 0; i < TOKEN_TEXT; i++) { /* every single digit counts */
		char bent[TOKEN_TEXT + 1];
		memcpy(bent, token, sizeof bent);
		bent[i] = bent[i] == '0' ? '1' : '0';
		CHECK_INT(token_use(&tokens, SLICE("key"), SLICE("/send"), slice_str(bent)), TOKEN_FORGED);
	}
	/* none of the tries used it up */
	CHECK_INT(token_use(&tokens, SLICE("key"), SLICE("/send"), slice_str(token)), TOKEN_GOOD);
}

TEST(what_slid_out_of_the_window_is_stale)
{
	char first[TOKEN_TEXT + 1], later[TOKEN_TEXT + 1];
	fresh();
	token_issue(&tokens, SLICE("key"), SLICE("/"), first);
	for (int i = 0; i < TOKEN_WINDOW - 1; i++)
		token_issue(&tokens, SLICE("key"), SLICE("/"), later);
	CHECK_INT(token_use(&tokens, SLICE("key"), SLICE("/"), slice_str(first)), TOKEN_GOOD);
	token_issue(&tokens, SLICE("key"), SLICE("/"), later);
	CHECK_INT(token_use(&tokens, SLICE("key"), SLICE("/"), slice_str(first)), TOKEN_STALE);
	CHECK_INT(token_use(&tokens, SLICE("key"), SLICE("/"), slice_str(later)), TOKEN_GOOD);
}

MAIN_TESTS()
