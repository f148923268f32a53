/* Arena, buffer, cursor, numbers, random ids: each row has a hostile neighbour. */
#include "base/arena.h"
#include "base/buffer.h"
#include "base/checked.h"
#include "base/cursor.h"
#include "base/number.h"
#include "base/random.h"
#include "harness.h"

TEST(arena_keeps_its_ceiling)
{
	struct arena *arena = arena_new(100);
	CHECK(arena_alloc(arena, 60) != NULL);
	CHECK(arena_alloc(arena, 41) == NULL);
	CHECK(arena_alloc(arena, 40) != NULL);
	CHECK(arena_array(arena, SIZE_MAX, 2) == NULL);
	arena_reset(arena);
	CHECK_STR(arena_printf(arena, "%d-%s", 7, "x"), "7-x");
	arena_free(arena);
}

TEST(buffer_fails_for_good)
{
	struct buffer b;
	buffer_init(&b, 8);
	buffer_put_str(&b, "12345");
	CHECK(buffer_ok(&b));
	buffer_put_str(&b, "6789");
	CHECK(!buffer_ok(&b));
	buffer_put_str(&b, "6");
	CHECK(!buffer_ok(&b));
	CHECK_STR(buffer_cstr(&b), "");
	buffer_clear(&b);
	buffer_printf(&b, "%s", "12345678");
	CHECK_STR(buffer_cstr(&b), "12345678");
	buffer_done(&b);
}

TEST(json_strings_are_escaped)
{
	struct buffer b;
	buffer_init(&b, 1000);
	buffer_json_str(&b, SLICE("a\"\\\n\x01\xe5\xba\x81\xff\xe2\x80\xa8"));
	CHECK_STR(buffer_cstr(&b), "\"a\\\"\\\\\\n\\u0001\xe5\xba\x81\xef\xbf\xbd\\u2028\"");
	buffer_done(&b);
}

TEST(cursor_never_reads_past_its_end)
{
	struct cursor c = cursor_of(SLICE("\x01\x02\x03\x04\x05"), NULL);
	CHECK_INT(cursor_take_le16(&c), 0x0201);
	struct cursor child = cursor_child(&c, 2);
	CHECK_INT(cursor_take_be32(&child), 0);
	CHECK(!cursor_ok(&child));
	CHECK(cursor_ok(&c));
	CHECK_INT(cursor_take_u8(&c), 5);
	CHECK_INT(cursor_take_u8(&c), 0);
	CHECK(!cursor_ok(&c));
	CHECK_INT(cursor_left(&c), 0);
}

TEST(cursor_stops_without_fuel)
{
	uint64_t fuel = 2;
	struct cursor c = cursor_of(SLICE("abc"), &fuel);
	cursor_skip(&c, 1);
	cursor_skip(&c, 1);
	CHECK(cursor_ok(&c));
	cursor_skip(&c, 1);
	CHECK(!cursor_ok(&c));
}

TEST(numbers_are_whole_or_nothing)
{
	uint64_t u = 0;
	int64_t i = 0;
	CHECK(number_parse_u64(SLICE("18446744073709551615"), &u) && u == UINT64_MAX);
	CHECK(!number_parse_u64(SLICE("18446744073709551616"), &u));
	CHECK(!number_parse_u64(SLICE(" 1"), &u) && !number_parse_u64(SLICE(""), &u));
	CHECK(number_parse_i64(SLICE("-9223372036854775808"), &i) && i == INT64_MIN);
	CHECK(!number_parse_i64(SLICE("9223372036854775808"), &i));
	uint8_t bytes[2];
	CHECK(hex_decode(SLICE("0aFf"), bytes, 2) && bytes[1] == 255);
	CHECK(!hex_decode(SLICE("0aF"), bytes, 2) && !hex_decode(SLICE("0aFg"), bytes, 2));
	size_t size = 1;
	CHECK(!mul_size(SIZE_MAX, 2, &size) && size == 1);
}

TEST(ids_are_wide_and_different)
{
	struct random random = random_system();
	struct why why = {0};
	char a[27], b[27];
	CHECK_OK(random_id(&random, a, &why), &why);
	CHECK_OK(random_id(&random, b, &why), &why);
	CHECK_INT(strlen(a), 26);
	CHECK(strcmp(a, b) != 0);
}

MAIN_TESTS()
