/* An entry has one spelling: writing what was read gives the same bytes.  The
 * reader therefore need not be lenient anywhere: fixed keys in fixed order.  */
#include "ledger/ledger_room.h"

#include "base/text.h"

#include <time.h>

static const int64_t JST_MS = 9 * 3600 * INT64_C(1000);
static const int64_t LAST_MS = INT64_C(253402268399999); /* end of the year 9999 in Japan */
enum { TIME_LEN = 29 };                                  /* 2026-11-21T14:00:00.000+09:00 */

/* ---- time ---------------------------------------------------------------- */

static bool time_write(int64_t ms, char out[TIME_LEN + 1])
{
	struct tm tm;
	if (ms < 0 || ms > LAST_MS)
		return false;
	time_t s = (time_t)((ms + JST_MS) / 1000);
	if (!gmtime_r(&s, &tm))
		return false;
	char room[80];
	int len = snprintf(room, sizeof room, "%04d-%02d-%02dT%02d:%02d:%02d.%03d+09:00",
	                   tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	                   tm.tm_sec, (int)(ms % 1000));
	if (len != TIME_LEN)
		return false;
	memcpy(out, room, TIME_LEN + 1);
	return true;
}

static int digits(struct slice text, size_t from, size_t len)
{
	int value = 0;
	for (size_t i = from; i < from + len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return -1;
		value = value * 10 + (text.at[i] - '0');
	}
	return value;
}

/* time_read - whatever the digits say must be spelled the same way back */
static bool time_read(struct slice text, int64_t *out)
{
	char again[TIME_LEN + 1];
	if (text.len != TIME_LEN)
		return false;
	struct tm tm = {.tm_year = digits(text, 0, 4) - 1900, .tm_mon = digits(text, 5, 2) - 1,
	                .tm_mday = digits(text, 8, 2), .tm_hour = digits(text, 11, 2),
	                .tm_min = digits(text, 14, 2), .tm_sec = digits(text, 17, 2)};
	int64_t ms = (int64_t)timegm(&tm) * 1000 - JST_MS + digits(text, 20, 3);
	if (!time_write(ms, again) || !slice_is(text, again))
		return false;
	*out = ms;
	return true;
}

/* ---- writing ------------------------------------------------------------- */

static struct result check_text(const char *field, struct slice text, bool needed, struct why *why)
{
	if (needed && text.len == 0)
		return fail(why, E_INPUT, field, "it is missing");
	if (text.len > LEDGER_TEXT_MAX)
		return fail(why, E_LIMIT, field, "it is longer than %d bytes", LEDGER_TEXT_MAX);
	if (!utf8_valid(text))
		return fail(why, E_INPUT, field, "it is not UTF-8");
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] < 0x20 || text.at[i] == 0x7f)
			return fail(why, E_INPUT, field, "it holds a control character");
	return ok();
}

static struct result check_entry(const struct ledger_entry *entry, struct why *why)
{
	TRY(check_text("kind", entry->kind, true, why));
	TRY(check_text("body", entry->body, true, why));
	TRY(check_text("actor", entry->actor, false, why));
	TRY(check_text("post", entry->post, false, why));
	TRY(check_text("subject", entry->subject, false, why));
	if (entry->clause_count > LEDGER_CLAUSES_MAX)
		return fail(why, E_LIMIT, "clauses", "more than %d clauses", LEDGER_CLAUSES_MAX);
	for (size_t i = 0; i < entry->clause_count; i++)
		TRY(check_text("clauses", entry->clauses[i], true, why));
	if (entry->data.len > LEDGER_LEAF_MAX)
		return fail(why, E_LIMIT, "data", "it is longer than %d bytes", LEDGER_LEAF_MAX);
	return canon_check(entry->data, why);
}

/* check_text let no control character pass: two are left to escape. */
static void put_field(struct buffer *out, const char *key, struct slice text)
{
	buffer_put_str(out, key);
	buffer_put_u8(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '"' || text.at[i] == '\\')
			buffer_put_u8(out, '\\');
		buffer_put_u8(out, text.at[i]);
	}
	buffer_put_u8(out, '"');
}

struct result entry_write(const struct ledger_entry *entry, struct buffer *out, struct why *why)
{
	char time[TIME_LEN + 1];
	TRY(check_entry(entry, why));
	if (entry->seq < 0 || !time_write(entry->time_ms, time))
		return fail(why, E_INPUT, "time", "the clock stands outside 1970 to 9999");
	buffer_clear(out);
	put_field(out, "{\"act\":", entry->kind);
	put_field(out, ",\"actor\":", entry->actor);
	put_field(out, ",\"body\":", entry->body);
	put_field(out, ",\"by\":", entry->post);
	buffer_put_str(out, ",\"clauses\":[");
	for (size_t i = 0; i < entry->clause_count; i++)
		put_field(out, i ? "," : "", entry->clauses[i]);
	buffer_put_str(out, "],\"data\":");
	buffer_put_slice(out, entry->data);
	put_field(out, ",\"of\":", entry->subject);
	buffer_printf(out, ",\"seq\":%lld,\"time\":\"%s\"}", (long long)entry->seq, time);
	if (!buffer_ok(out))
		return fail(why, E_LIMIT, "entry", "an entry has at most %d bytes", LEDGER_LEAF_MAX);
	return ok();
}

/* ---- reading ------------------------------------------------------------- */

static void expect(struct cursor *c, struct slice text)
{
	if (!cursor_literal(c, text))
		cursor_fail(c);
}

static struct slice take_field(struct cursor *c, struct slice key, struct arena *arena)
{
	expect(c, key);
	return canon_take_text(c, arena);
}

static void take_clauses(struct cursor *c, struct arena *arena, struct ledger_entry *out)
{
	struct slice clauses[LEDGER_CLAUSES_MAX];
	size_t count = 0;
	expect(c, SLICE(",\"clauses\":["));
	while (cursor_ok(c) && cursor_peek_u8(c) != ']') {
		if (count == LEDGER_CLAUSES_MAX || (count && !cursor_literal(c, SLICE(","))))
			cursor_fail(c);
		else
			clauses[count++] = canon_take_text(c, arena);
	}
	expect(c, SLICE("]"));
	struct slice *kept = ARENA_ARRAY(arena, count ? count : 1, struct slice);
	if (!kept)
		cursor_fail(c);
	else
		memcpy(kept, clauses, count * sizeof *kept);
	out->clauses = kept;
	out->clause_count = count;
}

struct result entry_read(struct slice leaf, struct arena *arena, struct ledger_entry *out,
                         struct why *why)
{
	struct cursor c = cursor_of(leaf, NULL);
	struct ledger_entry entry = {0};
	if (leaf.len > LEDGER_LEAF_MAX || !utf8_valid(leaf))
		return fail(why, E_TAMPERED, "entry", "its bytes are not an entry's");
	entry.kind = take_field(&c, SLICE("{\"act\":"), arena);
	entry.actor = take_field(&c, SLICE(",\"actor\":"), arena);
	entry.body = take_field(&c, SLICE(",\"body\":"), arena);
	entry.post = take_field(&c, SLICE(",\"by\":"), arena);
	take_clauses(&c, arena, &entry);
	expect(&c, SLICE(",\"data\":"));
	if (cursor_peek_u8(&c) != '{')
		cursor_fail(&c);
	entry.data = canon_take(&c);
	entry.subject = take_field(&c, SLICE(",\"of\":"), arena);
	expect(&c, SLICE(",\"seq\":"));
	entry.seq = canon_take_i64(&c);
	struct slice time = take_field(&c, SLICE(",\"time\":"), arena);
	expect(&c, SLICE("}"));
	if (!cursor_ok(&c) || cursor_left(&c) || entry.seq < 0 || !time_read(time, &entry.time_ms))
		return fail(why, E_TAMPERED, "entry", "its bytes are damaged at %zu", c.pos);
	*out = entry;
	return ok();
}
