/* One value, one spelling; and an entry is read back as it was written. */
#include "ledger/ledger_room.h"

#include "harness.h"

#include <jansson.h>

TEST(only_canonical_objects_pass)
{
	static const struct {
		const char *text;
		bool canonical;
	} rows[] = {
		{"{}", true},
		{"{\"a\":1,\"b\":[true,false,null,\"x\"],\"c\":{\"d\":{}}}", true},
		{"{\"a\":[],\"b\":[[],[{}]]}", true},
		{"{\"a\":9223372036854775807,\"b\":-9223372036854775808,\"c\":0}", true},
		{"{\"a\":\"\\\"\\\\\\n\\r\\t\\b\\f\\u0001\\u001F\"}", true},
		{"{\"a\":\"見積書\x7f\xe2\x80\xa8\"}", true},
		{"{\"税\":1,\"課\":2}", true},
		{"", false},
		{"[]", false},
		{"1", false},
		{"{} ", false},
		{" {}", false},
		{"{}{}", false},
		{"{\"a\": 1}", false},
		{"{\"b\":1,\"a\":2}", false},
		{"{\"a\":1,\"a\":2}", false},
		{"{\"a\":1,}", false},
		{"{,}", false},
		{"{\"a\"}", false},
		{"{\"a\":}", false},
		{"{\"a\":1", false},
		{"{\"a\":[1}", false},
		{"{\"a\":[1,]}", false},
		{"{\"a\":[,1]}", false},
		{"{a:1}", false},
		{"{\"a\":01}", false},
		{"{\"a\":-0}", false},
		{"{\"a\":-}", false},
		{"{\"a\":1.0}", false},
		{"{\"a\":1e3}", false},
		{"{\"a\":9223372036854775808}", false},
		{"{\"a\":tru}", false},
		{"{\"a\":NULL}", false},
		{"{\"a\":\"\\/\"}", false},
		{"{\"a\":\"\\u0041\"}", false},
		{"{\"a\":\"\\u000a\"}", false},
		{"{\"a\":\"\\u001f\"}", false},
		{"{\"a\":\"\\u0000\"}", false},
		{"{\"a\":\"\\u2028\"}", false},
		{"{\"a\":\"\\ud83d\\ude00\"}", false},
		{"{\"a\":\"\n\"}", false},
		{"{\"a\":\"\xff\"}", false},
		{"{\"a\":\"x}", false},
		{"{\"a\\n\":1}", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if ((canon_check(slice_str(rows[i].text), NULL).code == OK) != rows[i].canonical) {
			test_faults_++;
			printf("  row %zu: %s\n", i, rows[i].text);
		}
}

/* jansson is the other reader of entries: what is canonical it reads, and writes
 * back as the same bytes.                                                    */
TEST(jansson_agrees)
{
	static const char *const rows[] = {
		"{}",
		"{\"a\":[1,-2,{\"b\":null,\"c\":false}],\"d\":\"\\\"\\\\\\b\\f\\n\\r\\t/\\u0001\\u001F\"}",
		"{\"a\":\"見積書\x7f\xe2\x80\xa8\xf0\x9f\x98\x80\"}",
		"{\"Z\":9223372036854775807,\"a\":-9223372036854775808,\"税\":[[[]]]}",
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		json_t *value = json_loads(rows[i], JSON_REJECT_DUPLICATES, NULL);
		char *again = value ? json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
		CHECK(canon_check(slice_str(rows[i]), NULL).code == OK);
		CHECK_STR(again ? again : "nothing", rows[i]);
		free(again);
		json_decref(value);
	}
}

TEST(depth_has_an_end)
{
	char text[200];
	for (int depth = CANON_DEPTH - 1; depth <= CANON_DEPTH + 1; depth++) {
		/* {"a": is one level, the brackets are the others */
		int arrays = depth - 1;
		snprintf(text, sizeof text, "{\"a\":%.*s%.*s}", arrays, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
		         arrays, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
		CHECK_INT(canon_check(slice_str(text), NULL).code, depth <= CANON_DEPTH ? OK : E_INPUT);
	}
	static char deep[60000];
	memset(deep, '[', sizeof deep);
	memcpy(deep, "{\"a\":", 5);
	CHECK_FAILS(canon_check(slice_of(deep, sizeof deep), NULL), E_INPUT);
}

static const struct slice two_clauses[] = {{(const uint8_t *)"HN-\"1\"", 6}, {(const uint8_t *)"HN-2", 4}};

static struct ledger_entry sample(void)
{
	return (struct ledger_entry){
		.seq = 17, .time_ms = INT64_C(1773367200123), .body = SLICE("aonami"),
		.kind = SLICE("crossing.received"), .actor = SLICE("aoki"), .post = SLICE("manager@tax"),
		.subject = SLICE("見積\\書"), .clauses = two_clauses, .clause_count = 2,
		.data = SLICE("{\"bytes\":5,\"zone\":\"internet\"}"),
	};
}

TEST(an_entry_reads_back_as_written)
{
	struct why why = {0};
	struct buffer leaf, again;
	struct ledger_entry entry = sample(), back = {0};
	AUTO(arena_drop) struct arena *arena = arena_new(10000);
	buffer_init(&leaf, LEDGER_LEAF_MAX);
	buffer_init(&again, LEDGER_LEAF_MAX);
	CHECK_OK(entry_write(&entry, &leaf, &why), &why);
	CHECK_STR(buffer_cstr(&leaf),
	          "{\"act\":\"crossing.received\",\"actor\":\"aoki\",\"body\":\"aonami\",\"by\":\"manager@tax\","
	          "\"clauses\":[\"HN-\\\"1\\\"\",\"HN-2\"],\"data\":{\"bytes\":5,\"zone\":\"internet\"},"
	          "\"of\":\"見積\\\\書\",\"seq\":17,\"time\":\"2026-03-13T11:00:00.123+09:00\"}");
	CHECK_OK(canon_check(buffer_slice(&leaf), &why), &why);
	CHECK_OK(entry_read(buffer_slice(&leaf), arena, &back, &why), &why);
	CHECK_INT(back.seq, 17);
	CHECK_INT(back.time_ms, INT64_C(1773367200123));
	CHECK_SLICE(back.subject, SLICE("見積\\書"));
	CHECK(back.clause_count == 2);
	CHECK_SLICE(back.clauses[0], SLICE("HN-\"1\""));
	CHECK_SLICE(back.data, entry.data);
	CHECK_OK(entry_write(&back, &again, &why), &why);
	CHECK(slice_equal(buffer_slice(&leaf), buffer_slice(&again)));
	buffer_done(&leaf);
	buffer_done(&again);
}

/* Every single byte changed to each of a few others: refused, or the one entry
 * with exactly these bytes. */
TEST(a_damaged_entry_is_refused_or_another_entry)
{
	struct why why = {0};
	struct buffer leaf, again;
	struct ledger_entry entry = sample(), back;
	AUTO(arena_drop) struct arena *arena = arena_new(10000);
	int refused = 0;
	buffer_init(&leaf, LEDGER_LEAF_MAX);
	buffer_init(&again, LEDGER_LEAF_MAX);
	CHECK_OK(entry_write(&entry, &leaf, &why), &why);
	for (size_t at = 0; at < leaf.len; at++)
		for (int bit = 0; bit < 8; bit++) {
			leaf.at[at] ^= (uint8_t)(1 << bit);
			arena_reset(arena);
			if (entry_read(buffer_slice(&leaf), arena, &back, NULL).code != OK)
				refused++;
			else if (entry_write(&back, &again, NULL).code == OK)
				CHECK(slice_equal(buffer_slice(&leaf), buffer_slice(&again)));
			leaf.at[at] ^= (uint8_t)(1 << bit);
		}
	for (size_t len = 0; len < leaf.len; len++)
		CHECK_FAILS(entry_read(slice_part(buffer_slice(&leaf), 0, len), arena, &back, NULL), E_TAMPERED);
	CHECK(refused > 100);
	buffer_done(&leaf);
	buffer_done(&again);
}

TEST(entries_that_cannot_be_are_refused)
{
	static char long_data[LEDGER_LEAF_MAX];
	struct buffer leaf;
	buffer_init(&leaf, LEDGER_LEAF_MAX);
	struct ledger_entry e = sample();
	e.kind = SLICE("");
	CHECK_FAILS(entry_write(&e, &leaf, NULL), E_INPUT);
	e = sample();
	e.actor = SLICE("a\nb");
	CHECK_FAILS(entry_write(&e, &leaf, NULL), E_INPUT);
	e = sample();
	e.subject = SLICE("\xc0\x80");
	CHECK_FAILS(entry_write(&e, &leaf, NULL), E_INPUT);
	e = sample();
	e.post = slice_of(long_data, LEDGER_TEXT_MAX + 1);
	CHECK_FAILS(entry_write(&e, &leaf, NULL), E_LIMIT);
	e = sample();
	e.clause_count = LEDGER_CLAUSES_MAX + 1;
	CHECK_FAILS(entry_write(&e, &leaf, NULL), E_LIMIT);
	e = sample();
	e.time_ms = -1;
	CHECK_FAILS(entry_write(&e, &leaf, NULL), E_INPUT);
	e.time_ms = INT64_MAX;
	CHECK_FAILS(entry_write(&e, &leaf, NULL), E_INPUT);
	e = sample();
	e.data = SLICE("{\"b\":1,\"a\":1}");
	CHECK_FAILS(entry_write(&e, &leaf, NULL), E_INPUT);
	memset(long_data, 'x', sizeof long_data);
	memcpy(long_data, "{\"a\":\"", 6);
	memcpy(long_data + sizeof long_data - 2, "\"}", 2);
	e.data = slice_of(long_data, sizeof long_data);
	CHECK_OK(canon_check(e.data, NULL), &(struct why){0});
	CHECK_FAILS(entry_write(&e, &leaf, NULL), E_LIMIT);
	buffer_done(&leaf);
}

MAIN_TESTS()
