/* What a case may give beside facts, and labels of words, steps and items. */
#include "kit.h"

#include "base/buffer.h"

#define TOWN                                                                                          \
	"policy town \"町\" adopted 2026-04-01 effective 2026-04-01\n"                                    \
	"kind section \"課\" { name \"名\" : text; }\n"                                                     \
	"kind person \"人\" { section \"所属課\" : section; sort \"身分\" : one-of (regular \"職員\", guest \"客\"); }\n" \
	"kind asset \"情報資産\" { owner \"所管課\" : section; parts \"部分\" : set-of asset; secret \"秘密か\" : yesno; }\n" \
	"act go \"持出し\" of asset default refuse carried by web\n"                                      \
	"act mend \"修理\" of asset default pass carried by web\n"                                        \
	"proceeding plan \"計画\" { step drafted \"案\", checked \"確認済み\", made \"決定\";\n"              \
	"  move check \"確認\" from drafted to checked; move make \"決める\" from drafted, checked to made; }\n" \
	"proceeding exception \"例外\" { ground \"理由\" : text; step sought \"申請\", in_force \"実施\";\n"    \
	"  move begin \"例外の開始\" from sought to in_force; }\n"                                        \
	"claim not_needed \"要らない\" claim urgent \"急ぐ\"\n"                                              \
	"clause TN-1 \"1\" says \"長\" post boss \"長\" one held-by title \"町長\"\n"                         \
	"  post manager \"課長\" per section held-by head of section under boss\n"                        \
	"clause TN-2 \"2\" says \"許す\" permit go when not actor is boss by manager of object.owner\n"   \
	"  allow go when actor is boss\n"                                                                \
	"clause TN-3 \"3\" says \"秘密は直さない\" forbid mend when any object.parts.secret = yes\n"          \
	"  list ready \"支度\" for mend\n"                                                               \
	"clause TN-4 \"4\" says \"鍵\" item key \"鍵を掛けたか\" of ready as-needed\n"                       \
	"clause TN-5 \"5\" says \"確かめてから\" require plan.make that reached checked\n"                  \
	"clause TN-6 \"6\" says \"急ぎは\" lift TN-3 when claimed urgent lift TN-3 by boss\n"

static unsigned wrong(const char *cases)
{
	struct kit k;
	char text[8192];
	unsigned count = 0;
	snprintf(text, sizeof text, "%s%s", TOWN, cases);
	CHECK_OK(kit_load(&k, text), &k.why);
	CHECK_OK(policy_check(k.policy, 20600, k.arena, &k.findings, &k.why), &k.why);
	for (const struct finding *f = k.findings.first; f; f = f->next)
		count += f->number == 25;
	kit_done(&k);
	return count;
}

#define CASE(act, given, expect) "case \"例\" on 2026-05-01 " act " { " given " } expect " expect "\n"
#define ASKED "actor = \"sato\"; object.owner = \"tax\"; holds.nothing = \"sato\"; "

TEST(a_word_given_by_a_post_counts)
{
	CHECK_INT(wrong(CASE("go", ASKED "agreed.manager.tax = \"ito\";", "pass by TN-2")), 0);
	CHECK_INT(wrong(CASE("go", ASKED "declined.manager.tax = \"ito\";", "refuse by TN-2")), 0);
	CHECK_INT(wrong(CASE("go", ASKED "agreed.manager.welfare = \"ito\";", "hold by TN-2")), 0);
	CHECK_INT(wrong(CASE("go", ASKED, "pass")), 1);
	CHECK_INT(wrong(CASE("go", "actor = \"ito\"; object.owner = \"tax\"; holds.manager.tax = \"ito\"; agreed.manager.tax = \"ito\";", "hold")), 0);
}

TEST(posts_held_are_told_or_known_to_be_none)
{
	CHECK_INT(wrong(CASE("go", "actor = \"abe\"; holds.boss = \"abe\";", "pass by TN-2")), 0);
	CHECK_INT(wrong(CASE("go", ASKED, "hold by TN-2")), 0);
	CHECK_INT(wrong(CASE("go", "actor = \"sato\"; object.owner = \"tax\";", "hold")), 0); /* cannot be told */
}

TEST(members_of_a_set_have_numbers)
{
	static const char two[] = CASE("mend", "object.parts = 2; object.parts.first.secret = no; object.parts.second.secret = yes; answer.ready.key = yes;", "refuse by TN-3");
	CHECK_INT(wrong(two), 0);
	CHECK_INT(wrong(CASE("mend", "object.parts = 1; object.parts.first.secret = no; answer.ready.key = yes;", "pass by TN-4")), 0);
	CHECK_INT(wrong(CASE("mend", "object.parts = 1; object.parts.second.secret = no;", "pass")), 1); /* there is no second */
}

TEST(claims_items_steps_and_exceptions)
{
	CHECK_INT(wrong(CASE("mend", "object.parts = 0;", "hold by TN-4")), 0);
	CHECK_INT(wrong(CASE("mend", "object.parts = 0; answer.ready.key = no;", "hold by TN-4")), 0);
	CHECK_INT(wrong(CASE("mend", "object.parts = 0; not_needed = \"TN-4\";", "pass by TN-4")), 0);
	CHECK_INT(wrong(CASE("mend", "object.parts = 1; object.parts.first.secret = yes; answer.ready.key = yes; excepted = \"TN-3\";", "pass by TN-3")), 0);
	CHECK_INT(wrong(CASE("mend", "object.parts = 1; object.parts.first.secret = yes; answer.ready.key = yes; reason.urgent = \"火事\";", "pass by TN-3")), 0);
	CHECK_INT(wrong(CASE("plan.make", "object.step = drafted; passed.checked = no;", "refuse by TN-5")), 0);
	CHECK_INT(wrong(CASE("plan.make", "object.step = checked; passed.checked = yes;", "pass by TN-5")), 0);
}

TEST(what_cannot_be_given_is_told)
{
	CHECK_INT(wrong(CASE("mend", "answer.ready.key = maybe;", "hold")), 1);
	CHECK_INT(wrong(CASE("mend", "answer.ready = yes;", "hold")), 1);
	CHECK_INT(wrong(CASE("plan.make", "passed.nowhere = yes;", "hold")), 1);
	CHECK_INT(wrong(CASE("go", "agreed = \"ito\";", "hold")), 1);
}

TEST(words_steps_and_items_are_read_by_their_labels)
{
	struct kit k;
	struct buffer out;
	CHECK_OK(kit_load(&k, TOWN), &k.why);
	CHECK_STR(policy_label(k.policy, NULL, "guest"), "客");
	CHECK_STR(policy_label(k.policy, NULL, "checked"), "確認済み");
	buffer_init(&out, 65536);
	policy_render(k.policy, policy_clause(k.policy, "TN-4"), &out);
	policy_render(k.policy, policy_clause(k.policy, "TN-5"), &out);
	CHECK(strstr(buffer_cstr(&out), "鍵を掛けたか") != NULL);
	CHECK(strstr(buffer_cstr(&out), "確認済み") != NULL);
	buffer_done(&out);
	kit_done(&k);
}

TEST(a_word_has_one_label)
{
	struct kit k;
	unsigned twice = 0;
	CHECK_OK(kit_load(&k, TOWN "kind desk \"机\" { sort \"種類\" : one-of (guest \"来客用\", plain \"並\"); }\n"), &k.why);
	for (const struct finding *f = k.findings.first; f; f = f->next)
		twice += f->number == 1 && strstr(f->sentence, "guest") != NULL;
	CHECK_INT(twice, 1);
	CHECK(!policy_sound(k.policy));
	kit_done(&k);
}

MAIN_TESTS()
