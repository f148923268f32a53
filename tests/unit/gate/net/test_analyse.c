/* What flows say about each other, answers to questions, the map. */
#include "gate/net/analyse.h"
#include "zones.h"

#define BASE                                                                                                          \
	"body\ta\thannan\talpha\t<市>\nzone\tlg\tlgwan\t庁内\nzone\tin\tinternet\t外\ninterface\teth1\tlg\ninterface\teth2\tin\n" \
	"subnet\t10.1.0.0/24\teth1\nsubnet\t10.2.0.0/24\teth2\nown\t10.1.0.1\teth1\nown\t10.2.0.1\teth2\n"                  \
	"host\ta\tlg\t-\t10.1.0.5\t-\tx\nhost\tb\tlg\t-\t10.1.0.6\t-\tx\nhost\tgate\tin\t-\t10.2.0.5\tsanitise\tx\nhost\twww\tin\t-\t10.2.0.6\tserver\tx\n"
#define END_OF(begin, end, review) "\tp\to\tsupervisor:s\tc\t" begin "\t" end "\t" review "\n"
#define YEAR END_OF("2026-04-01", "2027-03-31", "2027-02-01")

static bool advised(const struct zones *z, const char *law, const char *word)
{
	for (size_t i = 0; i < z->findings->count; i++)
		if (strcmp(z->findings->at[i].law, law) == 0 && strstr(z->findings->at[i].text, word))
			return true;
	return false;
}

static void advise(struct zones *z, const char *flows, const int32_t *unused)
{
	CHECK_OK(zones_read(z, arena_printf(z->arena, "%s%s", BASE, flows)), &z->why);
	CHECK_OK(model_advice(z->model, &z->book, z->today, unused, 30, z->arena, z->findings, &z->why), &z->why);
	CHECK_INT(z->findings->errors, 0);
}

TEST(flows_about_each_other)
{
	static const int32_t used[] = {0, -1, 400, 29, 0, 0, 0};
	struct zones z = zones_new();
	advise(&z, "flow\tF1\tlg\tgate\t*\t*\t*\ttcp\t80-90" YEAR "flow\tF2\ta\tgate\t*\t*\t*\ttcp\t85" YEAR
	           "flow\tF3\tlg\tgate\t*\t*\t*\ttcp\t88-95" YEAR "flow\tF4\tb\tgate\t*\t*\t*\tudp\t53" YEAR "flow\tF5\tb\tgate\t*\t*\t*\tudp\t53" YEAR
	           "flow\tF6\ta\tborder\t*\t*\t*\ttcp\t22" END_OF("2025-04-01", "2026-03-31", "2026-02-01")
	           "flow\tF7\ta\tborder\t*\t*\t*\ttcp\t23" END_OF("2026-04-01", "2027-03-31", "2026-10-01"), used);
	CHECK(advised(&z, "shadowed", "許可 F2: 同じ通信を、許可 F1"));
	CHECK(advised(&z, "overlapping", "許可 F3: 一部が許可 F1"));
	CHECK(advised(&z, "redundant", "許可 F5: 同じ通信を、許可 F4"));
	CHECK(advised(&z, "expired", "F6") && advised(&z, "review", "F7") && !advised(&z, "review", "F6"));
	CHECK(advised(&z, "unused", "F2") && advised(&z, "unused", "F3") && !advised(&z, "unused", "F4") && !advised(&z, "unused", "F6"));
	CHECK(advised(&z, "points", "0 か所"));
	zones_done(&z);
}

TEST(flows_that_leave_each_other_alone)
{
	struct zones z = zones_new();
	advise(&z, "flow\tF1\ta\tgate\t*\t*\t*\ttcp\t80-90" YEAR "flow\tF2\ta\tgate\t*\t*\t*\ttcp\t91" YEAR "flow\tF3\tb\tgate\t*\t*\t*\ttcp\t80" YEAR, NULL);
	CHECK_INT(z.findings->count, 1); /* the connection points alone */
	zones_done(&z);
}

static struct net_answer ask(struct zones *z, const char *from, const char *to, uint16_t port)
{
	struct net_answer answer = {.reaches = false};
	const struct net_question q = {slice_str(from), slice_str(to), PROTO_TCP, port, {NULL, 0}};
	z->why = (struct why){0};
	CHECK_OK(net_ask(z->model, &z->book, z->today, &q, z->arena, &answer, &z->why), &z->why);
	return answer;
}

TEST(questions)
{
	struct zones z = zones_new();
	advise(&z, "flow\tF1\tlg\tgate\t*\t*\t*\ttcp\t80-90" YEAR "flow\tF2\ta\tgate\t*\t*\t*\ttcp\t85" YEAR, NULL);
	CHECK_INT(ask(&z, "a", "gate", 85).flow_count, 2);
	CHECK_INT(ask(&z, "b", "gate", 85).flow_count, 1);
	CHECK_INT(ask(&z, "10.1.0.6", "10.2.0.5", 90).flow_count, 1);
	CHECK_INT(ask(&z, "10.1.0.77", "10.2.0.5", 90).flow_count, 1); /* a free address of the zone */
	CHECK(!ask(&z, "b", "gate", 91).reaches && !ask(&z, "gate", "a", 85).reaches);
	struct net_answer no = ask(&z, "a", "www", 443);
	CHECK(!no.reaches && no.forbidden->errors == 1);
	CHECK_STR(no.forbidden->at[0].clause, "T-lgwan-split");
	struct net_answer may = ask(&z, "a", "border", 22);
	CHECK(!may.reaches && may.forbidden->errors == 0 && may.needed->errors == 1);
	const struct net_question nobody = {SLICE("nobody"), SLICE("a"), PROTO_TCP, 1, {NULL, 0}};
	CHECK_FAILS(net_ask(z.model, &z.book, z.today, &nobody, z.arena, &no, NULL), E_ABSENT);
	zones_done(&z);
}

TEST(the_map_says_who_may_talk)
{
	struct zones z = zones_new();
	struct buffer svg;
	buffer_init(&svg, 1 << 20);
	advise(&z, "flow\tF1\tlg\tgate\t*\t*\t*\ttcp\t80-90" YEAR, NULL);
	CHECK_OK(model_map(z.model, z.today, z.arena, &svg, &z.why), &z.why);
	const char *text = buffer_cstr(&svg);
	CHECK(strstr(text, "&lt;市&gt;の領域の図") && strstr(text, "庁内から外へは、許可された通信が 1 件あります。"));
	CHECK(strstr(text, "外から庁内へは、通信できません。") && !strstr(text, "<市>"));
	buffer_done(&svg);
	zones_done(&z);
}

TEST(hits_are_counted_by_flow)
{
	struct zones z = zones_new();
	uint64_t *packets = NULL;
	advise(&z, "flow\tF1\tlg\tgate\t*\t*\t*\ttcp\t80" YEAR "flow\tF2\ta\tborder\t*\t*\t*\ttcp\t22" YEAR, NULL);
	static const char json[] = "{\"nftables\":[{\"set\":{\"elem\":[{\"elem\":{\"val\":1,\"comment\":\"F1\",\"counter\":{\"packets\":5,\"bytes\":1}}},"
	                           "{\"elem\":{\"val\":2,\"comment\":\"F1\",\"counter\":{\"packets\":2,\"bytes\":1}}},"
	                           "{\"elem\":{\"val\":3,\"comment\":\"F9\",\"counter\":{\"packets\":2,\"bytes\":1}}}]}}]}";
	CHECK_OK(model_hits(z.model, slice_str(json), z.arena, &packets, &z.why), &z.why);
	CHECK(packets && packets[0] == 7 && packets[1] == 0);
	CHECK_FAILS(model_hits(z.model, SLICE("[]"), z.arena, &packets, NULL), E_INPUT);
	zones_done(&z);
}

MAIN_TESTS()
