/* What a model compiles to: the same bytes each time, every hook closed. */
#include "zones.h"

#include "gate/net/artefact.h"

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

/* Three permissions for the same packets, two of them the very same and one a range
 * around them: each has its own elements, so that one ends without the others. */
TEST(shared_packets_have_elements_each)
{
	static const char text[] =
		"body\ta\ttest\talpha\tx\nzone\tz1\tother\tx\nzone\tz2\tother\tx\ninterface\teth1\tz1\ninterface\teth2\tz2\n"
		"subnet\t10.1.0.0/24\teth1\nsubnet\t10.2.0.0/24\teth2\nown\t10.1.0.1\teth1\nown\t10.2.0.1\teth2\n"
		"host\ta\tz1\t02:00:00:00:01:10\t10.1.0.10\t-\tx\nhost\tb\tz2\t02:00:00:00:02:10\t10.2.0.10\t-\tx\n"
		"flow\tF-1\ta\tb\t*\t*\t*\ttcp\t443\tp\to\tmanager:m\tc\t2026-01-01\t2026-11-21\t2026-10-01\n"
		"flow\tF-2\ta\tb\t*\t*\t*\ttcp\t443\tp\to\tmanager:m\tc\t2026-01-01\t2026-12-01\t2026-10-01\n"
		"flow\tF-3\tz1\tz2\t*\t*\t*\ttcp\t400-500\tp\to\tmanager:m\tc\t2026-01-01\t2026-12-31\t2026-10-01\n"
		"flow\tF-4\tz1\tz2\t*\t*\t*\ttcp\t450-600\tp\to\tmanager:m\tc\t2026-01-01\t2027-12-31\t2026-10-01\n";
	static const size_t left[][4] = {{2, 2, 2, 2}, {0, 2, 2, 2}, {0, 0, 2, 2}, {0, 0, 0, 2}};
	static const char *const days[] = {"2026-11-21", "2026-11-22", "2026-12-02", "2027-01-01"};
	struct zones z = zones_new();
	struct artefact artefact;
	struct buffer whole;
	buffer_init(&whole, RULESET_BYTES);
	CHECK_OK(zones_read(&z, text), &z.why);
	CHECK_OK(artefact_make(z.model, &z.book, z.today, z.arena, z.findings, &whole, &z.why), &z.why);
	CHECK_OK(artefact_read(buffer_slice(&whole), z.arena, &artefact, &z.why), &z.why);
	for (size_t d = 0; d < 4; d++) {
		struct buffer now;
		day_t day = 0;
		buffer_init(&now, RULESET_BYTES);
		CHECK(day_parse(slice_str(days[d]), &day, NULL).code == OK);
		CHECK_OK(artefact_effective(&artefact, day, SLICE(""), z.arena, &now, NULL, &z.why), &z.why);
		for (size_t f = 0; f < 4; f++)
			CHECK_INT(occurrences(buffer_slice(&now), arena_printf(z.arena, "comment \"F-%zu\"", f + 1)), left[d][f]);
		buffer_done(&now);
	}
	buffer_done(&whole);
	zones_done(&z);
}

MAIN_TESTS()
