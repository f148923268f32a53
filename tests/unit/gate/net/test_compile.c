/* What a model compiles to: the same bytes each time, every hook closed. */
#include "zones.h"

static struct slice compiled(struct zones *z, const char *text, day_t day)
{
	AUTO(atlas_drop) struct atlas atlas = {0};
	struct ruleset *rules = NULL;
	struct buffer out;
	buffer_init(&out, RULESET_BYTES);
	CHECK_OK(zones_read(z, text), &z->why);
	CHECK_OK(atlas_of_flows(z->model, day, NULL, &atlas, &z->why), &z->why);
	CHECK_OK(compile(&atlas, z->arena, &rules, &z->why), &z->why);
	if (rules)
		CHECK_OK(ruleset_write(rules, z->model, &out, &z->why), &z->why);
	struct slice copy = arena_copy(z->arena, buffer_slice(&out));
	buffer_done(&out);
	return copy;
}

static size_t occurrences(struct slice hay, const char *needle)
{
	size_t count = 0, at;
	while ((at = slice_find(hay, slice_str(needle))) != SIZE_MAX) {
		hay = slice_part(hay, at + 1, hay.len);
		count++;
	}
	return count;
}

TEST(same_model_same_bytes)
{
	struct zones a = zones_new(), b = zones_new();
	const char *text = zones_file(&a, SEKISHO_SOURCE "/share/zones/alpha.tsv");
	struct slice one = compiled(&a, text, a.today), two = compiled(&b, text, b.today);
	CHECK(one.len > 1000 && slice_equal(one, two));
	zones_done(&a);
	zones_done(&b);
}

/* Lines in another order, except that flows are numbered in order: the bytes of
 * sets change only where two flows permit the same packet.                  */
TEST(order_of_lines_does_not_matter)
{
	struct zones z = zones_new();
	const char *text = zones_file(&z, SEKISHO_SOURCE "/share/zones/alpha.tsv");
	struct buffer turned;
	buffer_init(&turned, MODEL_BYTES);
	const char *half = strstr(text, "\nflow\tF-0003") + 1;
	buffer_put_str(&turned, half);
	buffer_put(&turned, text, (size_t)(half - text));
	struct slice one = compiled(&z, text, z.today);
	struct slice two = compiled(&z, buffer_cstr(&turned), z.today);
	CHECK(slice_equal(one, two));
	buffer_done(&turned);
	zones_done(&z);
}

TEST(every_hook_drops)
{
	struct zones z = zones_new();
	struct slice text = compiled(&z, zones_file(&z, SEKISHO_SOURCE "/share/zones/alpha.tsv"), z.today);
	CHECK_INT(occurrences(text, "policy drop;"), 8);
	CHECK_INT(occurrences(text, "policy accept;"), 0);
	CHECK_INT(occurrences(text, "table bridge sekisho {"), 1);
	CHECK(slice_starts(text, SLICE("flush ruleset\n")));
	for (int i = 1; i <= 7; i++)
		CHECK(occurrences(text, arena_printf(z.arena, "comment \"F-000%d\"", i)) >= 2);
	CHECK_INT(occurrences(text, " established,related"), 0);
	zones_done(&z);
}

/* The ruleset of nothing: what sekisho-zone loads before the first one. */
TEST(nothing_permitted)
{
	struct zones z = zones_new();
	struct slice text = compiled(&z, "body\ta\thannan\talpha\tx\n", z.today);
	CHECK_INT(occurrences(text, "accept"), 2); /* the loopback, in and out */
	zones_done(&z);
}

TEST(days_open_and_close)
{
	struct zones z = zones_new();
	const char *text = zones_file(&z, SEKISHO_SOURCE "/share/zones/alpha.tsv");
	day_t first = 0, last = 0;
	CHECK(day_parse(SLICE("R8.4.1"), &first, NULL).code == OK && day_parse(SLICE("R9.3.31"), &last, NULL).code == OK);
	CHECK_INT(occurrences(compiled(&z, text, first - 1), "F-0001"), 0);
	CHECK(occurrences(compiled(&z, text, first), "F-0001") >= 2);
	CHECK(occurrences(compiled(&z, text, last), "F-0001") >= 2);
	CHECK_INT(occurrences(compiled(&z, text, last + 1), "F-0001"), 0);
	zones_done(&z);
}

MAIN_TESTS()
