/* The pages of the organisation over the real rooms. */
#include "hall.h"

static bool shows(const struct told *told, const char *what)
{
	if (strstr(told->body, what))
		return true;
	printf("  %u: no %s\n%.3000s\n", told->status, what, told->body);
	return false;
}

static const char *path_of(struct hall *h, const char *login)
{
	static char paths[4][80];
	static int next;
	char *to = paths[next++ % 4];
	snprintf(to, sizeof paths[0], "/organisation/people/%s", town_id(&h->town, login));
	return to;
}

TEST(the_chart_shows_posts_holes_and_who_is_away)
{
	struct hall h;
	hall_new(&h);
	struct told t = hall_ask(&h, "aoki", "/organisation", NULL);
	CHECK_INT(t.status, 200);
	CHECK(shows(&t, "税務課") && shows(&t, "田中 恵子") && shows(&t, "最高情報セキュリティ責任者"));
	CHECK(!strstr(t.body, "就いている人のいない役職") && shows(&t, "事故・不在の人はいません"));
	TOLD_DONE(t);
	CHECK_OK(office_end_post(h.town.office, "", "manager", "tax", town_id(&h.town, "tanaka"), 20776, &h.town.why), &h.town.why);
	t = hall_ask(&h, "aoki", "/organisation", NULL);
	CHECK(shows(&t, "就いている人のいない役職が1件あります"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/organisation?on=R8.10.1", NULL); /* as it was */
	CHECK(shows(&t, "令和8年10月1日") && !strstr(t.body, "就いている人のいない役職"));
	TOLD_DONE(t);
	hall_done(&h);
}

TEST(an_absence_is_entered_by_oneself_or_ones_head_and_the_substitute_shown)
{
	struct hall h;
	hall_new(&h);
	struct told t = hall_ask(&h, "kuroda", path_of(&h, "kuroda"), "kind=prevented&from=R8.11.20&to=R8.12.10&reason=%E5%85%A5%E9%99%A2");
	CHECK_INT(t.status, 303);
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/organisation", NULL);
	CHECK(shows(&t, "黒田 正樹") && shows(&t, "R8.12.10まで") && shows(&t, "統括情報セキュリティ責任者が代わります"));
	CHECK(!strstr(t.body, "入院")); /* the reason stays sealed */
	TOLD_DONE(t);
	t = hall_ask(&h, "tanaka", path_of(&h, "aoki"), "kind=away&from=R8.11.20&to=R8.11.21&reason=%E5%87%BA%E5%BC%B5");
	CHECK_INT(t.status, 303); /* the head of his section */
	TOLD_DONE(t);
	t = hall_ask(&h, "ueda", path_of(&h, "aoki"), "kind=away&from=R8.11.20&to=R8.11.21&reason=x");
	CHECK(t.status == 403 || t.status == 404); /* a colleague may not */
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", path_of(&h, "aoki"), NULL);
	CHECK(shows(&t, "戻りました") && shows(&t, "R8.11.21まで"));
	const char *at = strstr(t.body, "name=\"back\" value=\"");
	char back[64] = "back=";
	CHECK(at);
	if (at)
		snprintf(back + 5, 27, "%.26s", at + strlen("name=\"back\" value=\""));
	TOLD_DONE(t);
	t = hall_ask(&h, "ueda", path_of(&h, "ueda"), back); /* another one's absence */
	CHECK(t.status == 403 || t.status == 404);
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", path_of(&h, "aoki"), back);
	CHECK_INT(t.status, 303);
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", path_of(&h, "aoki"), NULL);
	CHECK(!strstr(t.body, "戻りました"));
	TOLD_DONE(t);
	hall_done(&h);
}

TEST(a_wrong_day_keeps_what_was_typed)
{
	struct hall h;
	hall_new(&h);
	struct told t = hall_ask(&h, "aoki", path_of(&h, "aoki"), "kind=away&from=R8.11.31&to=&reason=%E5%87%BA%E5%BC%B5");
	CHECK_INT(t.status, 400);
	CHECK(shows(&t, "R8.11.31") && shows(&t, "出張"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", path_of(&h, "aoki"), "kind=away&from=R8.11.25&to=R8.11.24&reason=x");
	CHECK_INT(t.status, 400);
	CHECK(shows(&t, "終わりの日が始まりの日より前です"));
	TOLD_DONE(t);
	hall_done(&h);
}

MAIN_TESTS()
