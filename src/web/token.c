#include "web/token.h"

#include "base/number.h"

#include <sodium.h>

struct result tokens_init(struct tokens *tokens, struct random *random, struct why *why)
{
	*tokens = (struct tokens){.next = 0};
	return random_fill(random, tokens->epoch, sizeof tokens->epoch, why);
}

const char *token_verdict_name(enum token_verdict verdict)
{
	static const char *const names[] = {"forged", "replayed", "stale", "good"};
	return names[verdict];
}

static void seal(const struct tokens *tokens, struct slice key, struct slice place,
                 const uint8_t number[8], uint8_t out[32])
{
	crypto_auth_hmacsha256_state state;
	crypto_auth_hmacsha256_init(&state, key.at, key.len);
	crypto_auth_hmacsha256_update(&state, tokens->epoch, sizeof tokens->epoch);
	crypto_auth_hmacsha256_update(&state, number, 8);
	crypto_auth_hmacsha256_update(&state, place.at, place.len);
	crypto_auth_hmacsha256_final(&state, out);
}

void token_issue(struct tokens *tokens, struct slice key, struct slice place,
                 char out[TOKEN_TEXT + 1])
{
	uint8_t raw[40];
	uint64_t number = tokens->next++;
	size_t bit = (size_t)(number % TOKEN_WINDOW);
	tokens->used[bit / 8] &= (uint8_t)~(1u << (bit % 8));
	for (int i = 0; i < 8; i++)
		raw[i] = (uint8_t)(number >> (56 - 8 * i));
	seal(tokens, key, place, raw, raw + 8);
	hex_encode(raw, sizeof raw, out);
}

enum token_verdict token_use(struct tokens *tokens, struct slice key, struct slice place,
                             struct slice token)
{
	uint8_t raw[40], want[32];
	uint64_t number = 0;
	if (!hex_decode(token, raw, sizeof raw))
		return TOKEN_FORGED;
	seal(tokens, key, place, raw, want);
	if (sodium_memcmp(want, raw + 8, sizeof want) != 0)
		return TOKEN_FORGED;
	for (int i = 0; i < 8; i++)
		number = number << 8 | raw[i];
	if (tokens->next - number > TOKEN_WINDOW)
		return TOKEN_STALE;
	size_t bit = (size_t)(number % TOKEN_WINDOW);
	if (tokens->used[bit / 8] >> (bit % 8) & 1)
		return TOKEN_REPLAYED;
	tokens->used[bit / 8] |= (uint8_t)(1u << (bit % 8));
	return TOKEN_GOOD;
}
