/* Tokens: shown once, kept as a hash, good for their scopes, their days and a
 * person who is not suspended.                                              */
#include "office/access.h"
#include "town.h"

static struct access wanted_of(struct town *t)
{
	return (struct access){.person = town_id(t, "aoki"), .purpose = "文書管理", .scopes = "crossing.read policy.read",
	                       .until = day_of_ms(town_ms) + 10};
}

static void make(struct town *t, char token[ACCESS_TOKEN + 1], char id[27])
{
	struct access wanted = wanted_of(t);
	CHECK_OK(access_make(t->office, "", &wanted, token, id, &t->why), &t->why);
}

static enum error find(struct town *t, const char *token, struct access *out)
{
	struct why why = {0};
	return access_find(t->office, slice_str(token), t->arena, out, &why).code;
}

TEST(a_token_opens_what_its_scopes_name)
{
	struct town t;
	struct access found;
	char token[ACCESS_TOKEN + 1], id[27];
	town_new(&t);
	make(&t, token, id);
	CHECK_INT(strlen(token), ACCESS_TOKEN);
	CHECK_INT(find(&t, token, &found), OK);
	CHECK_STR(found.person, town_id(&t, "aoki"));
	CHECK_STR(found.purpose, "文書管理");
	CHECK(access_allows(&found, "crossing.read") && access_allows(&found, "policy.read"));
	CHECK(!access_allows(&found, "crossing") && !access_allows(&found, "read") && !access_allows(&found, "ledger.read"));
	token[ACCESS_TOKEN - 1] ^= 1;
	CHECK_INT(find(&t, token, &found), E_DENIED);
	CHECK_INT(find(&t, "", &found), E_DENIED);
	town_done(&t);
}

TEST(a_token_ends_with_its_day_its_end_and_its_person)
{
	struct town t;
	struct access found, *list;
	char token[ACCESS_TOKEN + 1], id[27];
	size_t count;
	town_new(&t);
	make(&t, token, id);
	town_ms += 10 * INT64_C(86400000);
	CHECK_INT(find(&t, token, &found), OK); /* its last day */
	town_ms += INT64_C(86400000);
	CHECK_INT(find(&t, token, &found), E_DENIED);
	make(&t, token, id);
	CHECK_OK(office_suspend(t.office, "", town_id(&t, "aoki"), true, SLICE("休職"), &t.why), &t.why);
	CHECK_INT(find(&t, token, &found), E_DENIED);
	CHECK_OK(office_suspend(t.office, "", town_id(&t, "aoki"), false, SLICE("復職"), &t.why), &t.why);
	CHECK_INT(find(&t, token, &found), OK);
	CHECK_OK(access_end(t.office, "", id, &t.why), &t.why);
	CHECK_INT(find(&t, token, &found), E_DENIED);
	CHECK_FAILS(access_end(t.office, "", id, NULL), E_CONFLICT);
	CHECK_FAILS(access_end(t.office, "", "nothing", NULL), E_ABSENT);
	CHECK_OK(access_list(t.office, town_id(&t, "aoki"), t.arena, &list, &count, &t.why), &t.why);
	CHECK_INT(count, 2);
	CHECK(list[0].ended_ms > 0 && list[1].ended_ms == 0);
	town_done(&t);
}

TEST(the_ledger_knows_no_token)
{
	struct town t;
	struct ledger_entry *entries;
	char token[ACCESS_TOKEN + 1], id[27];
	size_t count;
	town_new(&t);
	make(&t, token, id);
	const struct ledger_query query = {.kind_prefix = "access.", .limit = 9};
	CHECK_OK(ledger_find(t.ledger, &query, t.arena, &entries, &count, &t.why), &t.why);
	CHECK_INT(count, 1);
	CHECK(slice_find(entries[0].data, slice_str(token + 8)) == SIZE_MAX);
	CHECK(slice_find(entries[0].data, SLICE("文書管理")) == SIZE_MAX);
	town_done(&t);
}

TEST(what_cannot_be_is_refused)
{
	struct town t;
	char token[ACCESS_TOKEN + 1], id[27];
	town_new(&t);
	static const char *const scopes[] = {"", " a", "a ", "a  b", "A", "a;b", "a\nb"};
	for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
		struct access wanted = wanted_of(&t);
		wanted.scopes = scopes[i];
		CHECK_FAILS(access_make(t.office, "", &wanted, token, id, NULL), E_INPUT);
	}
	const day_t today = day_of_ms(town_ms), days[] = {today - 1, today + ACCESS_DAYS + 1, DAY_OPEN};
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		struct access wanted = wanted_of(&t);
		wanted.until = days[i];
		CHECK_FAILS(access_make(t.office, "", &wanted, token, id, NULL), E_INPUT);
	}
	struct access wanted = wanted_of(&t);
	wanted.purpose = "";
	CHECK_FAILS(access_make(t.office, "", &wanted, token, id, NULL), E_INPUT);
	wanted = wanted_of(&t);
	wanted.person = "nobody";
	CHECK_FAILS(access_make(t.office, "", &wanted, token, id, NULL), E_ABSENT);
	town_done(&t);
}

MAIN_TESTS()
