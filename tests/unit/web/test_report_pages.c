/* What the gate says is read in the real page: every removal, every refusal; and the
 * settings are shown and changed there.                                      */
#include "furnish_report.h"

static bool shows(const struct told *told, const char *what)
{
	char written[1000]; /* as a page writes it */
	size_t len = 0;
	for (const char *at = what; *at && len < sizeof written - 6; at++)
		len += (size_t)snprintf(written + len, 6, *at == '\'' ? "&#39;" : "%c", *at);
	if (strstr(told->body, written) || strstr(told->body, what))
		return true;
	printf("  %u: no %s\n", told->status, what);
	return false;
}

TEST(every_removal_and_every_refusal_is_read_in_the_page)
{
	static struct told_file told[200];
	static char ids[10][27];
	struct hall h;
	char path[320];
	size_t count, seen = 0;
	hall_new(&h);
	size_t crossings = furnish_reports(&h.town, ids, told, &count);
	CHECK(count > 30 && crossings > 1);
	for (size_t k = 0; k < crossings; k++) {
		snprintf(path, sizeof path, "/crossings/%s", ids[k]);
		struct told t = hall_ask(&h, "aoki", path, NULL);
		CHECK_INT(t.status, 200);
		for (size_t i = 0; i < construct_count(); i++)
			CHECK(shows(&t, construct_at(i)->sentence));
		CHECK(shows(&t, "「青木 一郎, 税務課」の電子署名を確かめました。署名のあと、内容は変わっていません。</p>"));
		CHECK(shows(&t, "署名のあとに書き加えられた部分があります。</p>") && shows(&t, "本人の署名かどうかは確かめられません"));
		CHECK(shows(&t, "電子署名が内容と合いません") && shows(&t, "この形式は確かめられませんでした"));
		CHECK(shows(&t, "CN=試験の認証局,O=青波市,C=JP"));
		CHECK(!strstr(t.body, removal_sentence("no-such-word"))); /* nobody reads the stand-in */
		for (size_t i = k * 19; i < count && i < (k + 1) * 19; i++)
			seen += shows(&t, told[i].sentence);
		TOLD_DONE(t);
	}
	CHECK_INT(seen, count);
	printf("  %zu removals, %zu refusals read\n", construct_count(), count);
	hall_done(&h);
}

TEST(the_settings_are_shown_with_their_sentences_and_changed_by_who_may)
{
	struct hall h;
	hall_new(&h);
	struct told t = hall_ask(&h, "mori", "/switches", NULL); /* of the section that runs the IT */
	CHECK_INT(t.status, 200);
	for (size_t i = 0; i < construct_count(); i++)
		CHECK(shows(&t, construct_at(i)->sentence));
	CHECK(shows(&t, "はじめからの扱い") && !strstr(t.body, "変える<span"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/switches", NULL);
	CHECK_INT(t.status, 404);
	TOLD_DONE(t);
	t = hall_ask(&h, "mori", "/switches/vba", "treatment=refuse&section=&class=");
	CHECK_INT(t.status, 403); /* he may look, and not decide */
	TOLD_DONE(t);
	t = hall_ask(&h, "hayashi", "/switches/vba", NULL);
	CHECK(t.status == 200 && shows(&t, "ファイルごと止める") && !strstr(t.body, "value=\"allow\""));
	TOLD_DONE(t);
	t = hall_ask(&h, "hayashi", "/switches/password", NULL);
	CHECK(t.status == 200 && shows(&t, "パスワードを付け直して渡す"));
	TOLD_DONE(t);
	t = hall_ask(&h, "hayashi", "/switches/vba", "treatment=allow&section=&class=");
	CHECK(t.status == 400 && shows(&t, "残して通すことはできません"));
	TOLD_DONE(t);
	t = hall_ask(&h, "hayashi", "/switches/vba", "section=&class=");
	CHECK(t.status == 400 && shows(&t, "「扱い」が選ばれていません"));
	TOLD_DONE(t);
	t = hall_ask(&h, "hayashi", "/switches/vba", "treatment=refuse&section=tax&class=importance%3DA");
	CHECK_INT(t.status, 303);
	CHECK_STR(t.location, "/switches?section=tax&class=importance%3DA");
	TOLD_DONE(t);
	t = hall_ask(&h, "hayashi", "/switches?section=tax&class=importance%3DA", NULL);
	CHECK(shows(&t, "庁内で決めた設定") && shows(&t, "林 美穂") && shows(&t, "この内容の設定"));
	CHECK(shows(&t, "市の選択 5")); /* the clause that let her */
	TOLD_DONE(t);
	t = hall_ask(&h, "hayashi", "/switches/all", "treatment=strict&section=&class=");
	CHECK_INT(t.status, 303);
	TOLD_DONE(t);
	struct switch_state state;
	CHECK_OK(switch_resolve(h.town.crossings, CROSSING_INWARD, "care", "importance=B", h.town.arena, &state, &h.town.why),
	         &h.town.why);
	CHECK_INT(state.switches.of[construct_of("hyperlink")], TREAT_SANITISE);
	CHECK_FAILS(switch_set(h.town.crossings, town_id(&h.town, "mori"), &(struct switch_scope){"", "", "", ""}, "vba", "", NULL),
	            E_DENIED);
	hall_done(&h);
}

MAIN_TESTS()
