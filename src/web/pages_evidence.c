/* 証拠の保全: what a case keeps, since when, and one thing more. */
#include "web/desk_pages.h"
#include "web/pages.h"

#include "proceeding/case.h"
#include "register/hold.h"

struct keeping {
	struct case_view view;
	const char *object, *wrong;
};

static struct result load(struct request *rq, struct keeping *k, struct why *why)
{
	bool yes;
	*k = (struct keeping){.object = posted(rq, "object"), .wrong = ""};
	rq->menu = "cases";
	TRY(case_get(parts_of(rq)->proceedings, path_part(rq, 0), rq->arena, &k->view, why));
	TRY(may_see_case(rq, &k->view, &yes, why));
	return yes ? ok() : not_theirs(rq, "case", why);
}

/* A row by its name, a record by its number, else by its id. */
static json_t *what_is_kept(struct request *rq, const struct hold *h)
{
	struct book_entry entry;
	char since[48];
	json_t *one;
	if (book_get(parts_of(rq)->registers, h->object, rq->arena, &entry, NULL).code == OK)
		one = json_pack("{s:s, s:s}", "name", text(rq, "記録 %s", entry.number), "href",
		                text(rq, "/books/%s/%s", entry.registry, entry.id));
	else
		one = show_row_link(rq, h->object);
	ms_short(h->since_ms, since);
	json_object_set_new(one, "since", json_string(since));
	json_object_set_new(one, "how", json_string(h->named ? "この件の事実に書かれたもの" : "加えたもの"));
	return one;
}

static struct result show_keeping(struct request *rq, unsigned status, struct keeping *k, struct why *why)
{
	const char *back = text(rq, "/case/%s", k->view.row.id), *path = text(rq, "%s/evidence", back);
	const char *const crumbs[][2] = {{"手続", "/cases"}, {k->view.row.name, back}, {"証拠の保全", ""}};
	bool ended = case_is_end(parts_of(rq)->policy, k->view.row.kind, k->view.step);
	struct hold *holds;
	size_t count;
	TRY(hold_of_case(parts_of(rq)->registers, k->view.row.id, rq->arena, &holds, &count, why));
	json_t *model = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:[], s:o, s:o, s:s}", "title", "証拠の保全", "name",
		k->view.row.name, "href", back, "path", path, "object", k->object, "running", !ended && !k->view.drill, "drill",
		k->view.drill, "holds", "crumbs", show_crumbs(crumbs, 3), "form", form_token(rq, path), "wrong", k->wrong);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(json_object_get(model, "holds"), what_is_kept(rq, &holds[i]));
	return reply_page(rq, status, "evidence", model, why);
}

struct result page_evidence(struct request *rq, struct why *why)
{
	struct keeping k;
	TRY(load(rq, &k, why));
	return show_keeping(rq, 200, &k, why);
}

/* The id, or the address of its page. */
static const char *object_typed(const char *typed)
{
	const char *last = strrchr(typed, '/');
	return last ? last + 1 : typed;
}

struct result post_evidence(struct request *rq, struct why *why)
{
	struct keeping k;
	struct why own = {OK, "", ""};
	TRY(load(rq, &k, why));
	const struct case_hand hand = {k.view.row.id, k.view.turn, rq->person.id, ""};
	if (!*k.object) {
		k.wrong = "「残すもの」が空です。台帳の行・記録・受渡しの画面のアドレスを書いてください。";
		return show_keeping(rq, 400, &k, why);
	}
	struct result kept = case_hold(parts_of(rq)->proceedings, &hand, object_typed(k.object), &own);
	if (kept.code == E_INPUT || kept.code == E_CONFLICT || kept.code == E_LIMIT) {
		k.wrong = text(rq, "%s", own.text);
		return show_keeping(rq, kept.code == E_CONFLICT ? 409 : 400, &k, why);
	}
	if (kept.code != OK)
		return fail(why, kept.code, own.place, "%s", own.text);
	reply_redirect(rq, text(rq, "/case/%s/evidence", k.view.row.id));
	return ok();
}
