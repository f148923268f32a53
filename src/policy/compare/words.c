/* Phrases of two sentences.
 *
 * Japanese has no spaces, but its scripts change at words: a token is a run of
 * kanji with the hiragana that belong to it (定める), of katakana, letters or
 * digits, a particle, or a mark.  Tokens are compared, so a mark never begins
 * inside a word. */
#include "policy/compare/internal.h"

#include "base/text.h"

enum { TOKENS = 4000 };

enum script { BLANK, KANJI, HIRAGANA, KATAKANA, LETTER, DIGIT, MARK };

static enum script script_of(uint32_t c)
{
	uint32_t n = c >= 0xff01 && c <= 0xff5e ? c - 0xff01 + '!' : c;
	if (n == ' ' || n == '\t' || c == 0x3000 || c == 0xa0)
		return BLANK;
	if ((c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || c >= 0x20000 ||
	    (c >= 0xf900 && c <= 0xfaff) || (c >= 0x3005 && c <= 0x3007))
		return KANJI;
	if (c >= 0x3041 && c <= 0x309f)
		return HIRAGANA;
	if ((c >= 0x30a1 && c <= 0x30fa) || c == 0x30fc || (c >= 0xff66 && c <= 0xff9f))
		return KATAKANA;
	if ((n >= 'a' && n <= 'z') || (n >= 'A' && n <= 'Z') || (c >= 0xc0 && c < 0x250))
		return LETTER;
	return n >= '0' && n <= '9' ? DIGIT : MARK;
}

/* Words of hiragana that stand by themselves, longer ones first. */
static const char *const function_words[] = {
	"しなければならない", "なければならない", "してはならない", "てはならない", "することができる", "ことができる",
	"するものとする", "ものとする", "において", "にあっては", "とともに", "ならびに", "もしくは", "のうち",
	"について", "による", "により", "によって", "に関する", "のための", "ただし", "および", "または", "ところ",
	"ことを", "こと", "もの", "とき", "ため", "よう", "など", "から", "まで", "より", "のみ", "なお", "また",
	"及び", "を", "は", "が", "に", "の", "と", "で", "へ", "も", "や"};

static size_t function_word(struct slice text)
{
	for (size_t i = 0; i < sizeof function_words / sizeof *function_words; i++)
		if (slice_starts(text, slice_str(function_words[i])))
			return strlen(function_words[i]);
	return 0;
}

static uint32_t code_at(struct slice text, size_t at, size_t *after)
{
	*after = at;
	int32_t c = utf8_next(text, after);
	return c == -2 ? 0xfffd : c < 0 ? 0 : (uint32_t)c;
}

/* hiragana behind kanji up to the next word: 定|めなければならない, 行う|場合 */
static size_t okurigana(struct slice text, size_t at)
{
	size_t after = at;
	while (at < text.len) {
		uint32_t c = code_at(text, at, &after);
		if (script_of(c) != HIRAGANA || function_word(slice_part(text, at, text.len)))
			break;
		at = after;
	}
	return at;
}

static size_t run_of(struct slice text, size_t at, enum script script)
{
	size_t after = at;
	while (at < text.len && script_of(code_at(text, at, &after)) == script)
		at = after;
	return at;
}

static size_t token_end(struct slice text, size_t at)
{
	size_t after = at, word;
	enum script script = script_of(code_at(text, at, &after));
	switch (script) {
	case KANJI:
		return okurigana(text, run_of(text, at, KANJI));
	case HIRAGANA:
		word = function_word(slice_part(text, at, text.len));
		return word ? at + word : okurigana(text, after);
	case BLANK: case KATAKANA: case LETTER: case DIGIT:
		return run_of(text, at, script);
	case MARK:
		break;
	}
	return after;
}

struct token {
	struct slice text;
	uint64_t key; /* of its normal form; blanks: 0 */
	bool changed;
};
struct tokens {
	struct token *at;
	size_t count;
};

static uint64_t key_of(struct slice text, struct buffer *work)
{
	uint64_t h = 1469598103934665603u;
	buffer_clear(work);
	import_normal(text, work);
	for (size_t i = 0; i < work->len; i++)
		h = (h ^ work->at[i]) * 1099511628211u;
	return work->len ? h | 1 : 0;
}

static struct result tokenise(struct slice text, struct arena *arena, struct buffer *work,
                              struct tokens *out, struct why *why)
{
	size_t count = 0;
	for (size_t at = 0; at < text.len; at = token_end(text, at))
		count++;
	out->at = ARENA_ARRAY(arena, count + 1, struct token);
	if (!out->at)
		return fail(why, E_MEMORY, "", "no memory for the words");
	out->count = 0;
	for (size_t at = 0, end; at < text.len; at = end) {
		end = token_end(text, at);
		struct slice word = slice_part(text, at, end - at);
		out->at[out->count++] = (struct token){word, key_of(word, work), false};
	}
	return ok();
}

/* ---- the longest common sequence ---------------------------------------------- */

static void mark_range(struct tokens *t, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		t->at[i].changed = true;
}

/* Rows of the table from the end, so that walking it goes forward. */
static bool mark_changes(struct tokens *a, struct tokens *b, size_t from, size_t a_to, size_t b_to,
                         struct arena *arena)
{
	size_t m = a_to - from, n = b_to - from, wide = n + 1;
	uint16_t *best = ARENA_ARRAY(arena, (m + 1) * wide, uint16_t);
	if (!best)
		return false;
	for (size_t i = m; i-- > 0;)
		for (size_t j = n; j-- > 0;) {
			uint16_t down = best[(i + 1) * wide + j], right = best[i * wide + j + 1];
			uint16_t both = (uint16_t)(best[(i + 1) * wide + j + 1] + 1);
			bool equal = a->at[from + i].key == b->at[from + j].key;
			best[i * wide + j] = equal ? both : down > right ? down : right;
		}
	size_t i = 0, j = 0;
	while (i < m && j < n) {
		if (a->at[from + i].key == b->at[from + j].key) {
			i++;
			j++;
		} else if (best[(i + 1) * wide + j] >= best[i * wide + j + 1])
			a->at[from + i++].changed = true;
		else
			b->at[from + j++].changed = true;
	}
	mark_range(a, from + i, a_to);
	mark_range(b, from + j, b_to);
	return true;
}

static bool diff_tokens(struct tokens *a, struct tokens *b, struct arena *arena)
{
	size_t from = 0, a_to = a->count, b_to = b->count;
	while (from < a_to && from < b_to && a->at[from].key == b->at[from].key)
		from++;
	while (a_to > from && b_to > from && a->at[a_to - 1].key == b->at[b_to - 1].key) {
		a_to--;
		b_to--;
	}
	if (a_to - from > TOKENS || b_to - from > TOKENS) {
		mark_range(a, from, a_to);
		mark_range(b, from, b_to);
		return true;
	}
	return mark_changes(a, b, from, a_to, b_to, arena);
}

/* blanks are never a change of their own */
static void settle_blanks(struct tokens *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->at[i].key == 0)
			t->at[i].changed = i > 0 && i + 1 < t->count && t->at[i - 1].changed && t->at[i + 1].changed;
}

static void drop_blanks(struct tokens *t, struct token *kept, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < t->count; i++)
		if (t->at[i].key)
			kept[(*count)++] = t->at[i];
}

static void put_back(struct tokens *t, const struct token *kept)
{
	size_t k = 0;
	for (size_t i = 0; i < t->count; i++)
		if (t->at[i].key)
			t->at[i].changed = kept[k++].changed;
}

static struct result make_spans(const struct tokens *t, struct arena *arena, struct span **out,
                                size_t *count, struct why *why)
{
	struct span *spans = ARENA_ARRAY(arena, t->count + 1, struct span);
	size_t n = 0;
	if (!spans)
		return fail(why, E_MEMORY, "", "no memory for the words");
	for (size_t i = 0; i < t->count; i++) {
		if (n > 0 && spans[n - 1].changed == t->at[i].changed)
			spans[n - 1].text.len += t->at[i].text.len;
		else
			spans[n++] = (struct span){t->at[i].text, t->at[i].changed};
	}
	*out = spans;
	*count = n;
	return ok();
}

struct result compare_words(struct slice old, struct slice fresh, struct arena *arena,
                            struct word_diff *out, struct why *why)
{
	struct tokens a, b;
	AUTO(buffer_done) struct buffer work = {0};
	buffer_init(&work, 4 << 20);
	TRY(tokenise(old, arena, &work, &a, why));
	TRY(tokenise(fresh, arena, &work, &b, why));
	struct tokens x = {ARENA_ARRAY(arena, a.count + 1, struct token), 0};
	struct tokens y = {ARENA_ARRAY(arena, b.count + 1, struct token), 0};
	if (!x.at || !y.at)
		return fail(why, E_MEMORY, "", "no memory for the words");
	drop_blanks(&a, x.at, &x.count);
	drop_blanks(&b, y.at, &y.count);
	if (!diff_tokens(&x, &y, arena))
		return fail(why, E_MEMORY, "", "no memory for the words");
	put_back(&a, x.at);
	put_back(&b, y.at);
	settle_blanks(&a);
	settle_blanks(&b);
	TRY(make_spans(&a, arena, &out->old, &out->old_count, why));
	return make_spans(&b, arena, &out->fresh, &out->fresh_count, why);
}
