/* 個人情報保護委員会への報告: its clock, and a draft of what has to be reported, out of
 * what the case says.  The law is the same for every body; whether this case has to
 * be reported is for people to judge.
 * source  個人情報の保護に関する法律 第68条; 同法施行規則 第43条 (which, and 速報 in about
 *         three to five days, 確報 in 30 days, 60 where the purpose was wrongful), 第44条 */
#include "web/fields.h"
#include "web/pages.h"

#include "proceeding/case.h"

static const struct {
	const char *label, *says;
	int days; /* the day of knowing is the first */
} clocks[] = {
	{"速報", "おおむね3日から5日以内", 5},
	{"確報", "30日以内", 30},
	{"確報（不正の目的によるおそれがあるとき）", "60日以内", 60},
};

/* Each matter of the rule, and the fact of the case that answers it; "" none does. */
static const struct {
	const char *label, *path;
} matters[] = {
	{"1 概要", "name"},           {"2 保有個人情報の項目", ""},      {"3 本人の数", ""},
	{"4 原因", "cause"},          {"5 二次被害、そのおそれの有無と内容", ""}, {"6 本人への対応の状況", ""},
	{"7 公表の状況", "press"},    {"8 再発防止のための措置", "prevention"}, {"9 その他参考となる事項", "place"},
};

static const char *left_of(struct request *rq, day_t until)
{
	int left = until - request_today(rq);
	return left < 0 ? text(rq, "%d日過ぎています", -left) : left == 0 ? "今日が期限です" : text(rq, "あと%d日", left);
}

static json_t *clocks_model(struct request *rq, day_t known)
{
	json_t *list = json_array();
	for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
		char day[48];
		day_t until = known + clocks[i].days - 1;
		day_long(until, day);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "label", clocks[i].label, "until", day, "left",
			left_of(rq, until), "says", clocks[i].says));
	}
	return list;
}

static json_t *matters_model(const struct case_view *view, int *written)
{
	json_t *list = json_array();
	*written = 0;
	for (size_t i = 0; i < sizeof matters / sizeof *matters; i++) {
		const char *value = strcmp(matters[i].path, "name") == 0 ? view->row.name
		                    : *matters[i].path ? register_cell(&view->row, matters[i].path) : "";
		*written += *value != 0;
		json_array_append_new(list, json_pack("{s:s, s:s}", "label", matters[i].label, "value", value));
	}
	return list;
}

struct result page_commission(struct request *rq, struct why *why)
{
	struct case_view view;
	bool yes;
	int written;
	day_t known;
	char day[48] = "";
	TRY(case_get(parts_of(rq)->proceedings, text(rq, "%.*s", SLICE_ARG(rq->part[0])), rq->arena, &view, why));
	TRY(may_see_case(rq, &view, &yes, why));
	if (!yes)
		return not_theirs(rq, "case", why);
	bool told = day_parse(slice_str(register_cell(&view.row, "noticed_at")), &known, NULL).code == OK;
	if (told)
		day_long(known, day);
	const char *back = text(rq, "/case/%s", view.row.id);
	const char *const crumbs[][2] = {{"手続", "/cases"}, {view.row.name, back}, {"委員会への報告", ""}};
	rq->menu = "cases";
	json_t *items = matters_model(&view, &written);
	return reply_page(rq, 200, "commission", json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:o, s:i, s:o}", "title",
		"個人情報保護委員会への報告（下書き）", "name", view.row.name, "known", day, "href", back, "drill", view.drill,
		"clocks", told ? clocks_model(rq, known) : json_array(), "items", items, "written", written, "crumbs",
		show_crumbs(crumbs, 3)), why);
}
