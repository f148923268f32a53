/* 様式: what the pages show, on paper (A4, PDF) and as sheets.  Who may look at the
 * page may take its paper away; a whole book or report that leaves is recorded. */
#include "web/desk_pages.h"
#include "web/pages_forms.h"
#include "web/private.h"

#include "base/number.h"
#include "forms/forms.h"
#include "ledger/record.h"
#include "proceeding/case.h"
#include "web/pages_review.h"

#include <stdlib.h>

enum { PAPER_MOST = 32 << 20 };
static const char pdf_type[] = "application/pdf";
static const char xlsx_type[] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

static struct forms forms_of(struct request *rq)
{
	return (struct forms){.desk = desk_of(rq), .proof = rq->web->proof, .title = parts_of(rq)->title,
	                      .font = parts_of(rq)->font};
}

static void hand_over(struct request *rq, const char *type, const char *name, struct slice bytes)
{
	struct buffer line;
	buffer_init(&line, 1024);
	disposition(slice_str(name), &line);
	reply_bytes(rq, 200, type, bytes);
	rq->reply.disposition = arena_string(rq->arena, buffer_slice(&line));
	buffer_done(&line);
}

static struct result hand_over_paper(struct request *rq, const char *name, struct result drawn, struct buffer *out,
                                     struct why *why)
{
	TRY(drawn);
	if (out->len > WEB_PAGE_BYTES)
		return fail(why, E_LIMIT, "pdf", "画面から渡すには長すぎます。情報担当課に、命令（sekisho form）での書出しを頼んでください。");
	hand_over(rq, pdf_type, text(rq, "%s.pdf", name), buffer_slice(out));
	return ok();
}

/* ---- applications ---------------------------------------------------------------- */

static struct result application_seen(struct request *rq, struct application *a, struct why *why)
{
	bool yes;
	rq->menu = "decide";
	TRY(application_get(parts_of(rq)->proceedings, path_part(rq, 0), rq->arena, a, why));
	TRY(may_see_application(rq, a, &yes, why));
	return yes ? ok() : not_theirs(rq, "application", why);
}

struct result page_application_form(struct request *rq, struct why *why)
{
	AUTO(buffer_done) struct buffer out = {0};
	struct application a;
	buffer_init(&out, PAPER_MOST);
	TRY(application_seen(rq, &a, why));
	const struct forms f = forms_of(rq);
	return hand_over_paper(rq, text(rq, "申請書_%s", a.number), forms_application(&f, a.id, &out, why), &out, why);
}

struct result page_permit_form(struct request *rq, struct why *why)
{
	AUTO(buffer_done) struct buffer out = {0};
	struct application a;
	buffer_init(&out, PAPER_MOST);
	TRY(application_seen(rq, &a, why));
	const struct forms f = forms_of(rq);
	return hand_over_paper(rq, text(rq, "許可証_%s", a.number), forms_permit(&f, a.id, &out, why), &out, why);
}

/* ---- cases --------------------------------------------------------------------------- */

static struct result case_seen(struct request *rq, struct case_view *view, struct why *why)
{
	bool yes;
	rq->menu = "cases";
	TRY(case_get(parts_of(rq)->proceedings, path_part(rq, 0), rq->arena, view, why));
	TRY(may_see_case(rq, view, &yes, why));
	return yes ? ok() : not_theirs(rq, "case", why);
}

struct result page_case_form(struct request *rq, struct why *why)
{
	AUTO(buffer_done) struct buffer out = {0};
	struct case_view view;
	buffer_init(&out, PAPER_MOST);
	TRY(case_seen(rq, &view, why));
	const struct forms f = forms_of(rq);
	return hand_over_paper(rq, text(rq, "%s_%lld", view.title, (long long)view.row.serial),
	                       forms_case(&f, view.row.id, &out, why), &out, why);
}

struct result page_items_form(struct request *rq, struct why *why)
{
	AUTO(buffer_done) struct buffer out = {0};
	struct case_view view;
	buffer_init(&out, PAPER_MOST);
	TRY(case_seen(rq, &view, why));
	const struct forms f = forms_of(rq);
	return hand_over_paper(rq, text(rq, "項目一覧_%lld", (long long)view.row.serial),
	                       forms_items(&f, view.row.id, rq->person.id, &out, why), &out, why);
}

struct result page_network_form(struct request *rq, struct why *why)
{
	AUTO(buffer_done) struct buffer out = {0};
	rq->menu = "cases";
	buffer_init(&out, PAPER_MOST);
	const struct forms f = forms_of(rq);
	return hand_over_paper(rq, "緊急連絡網", forms_network(&f, &out, why), &out, why);
}

/* ---- record books --------------------------------------------------------------------- */

static struct result record_export(struct request *rq, const char *name, const char *format, struct why *why)
{
	struct web_parts *parts = parts_of(rq);
	struct ledger_entry entry = {.body = slice_str(parts->body), .kind = SLICE("desk.exported"),
		.actor = slice_str(rq->person.id), .post = SLICE(""), .subject = slice_str(name)};
	TRY(store_begin(parts->store, why));
	struct result done = ledger_record(parts->ledger, &entry, json_pack("{s:s}", "format", format), why);
	if (done.code == OK)
		return store_commit(parts->store, why);
	store_rollback(parts->store);
	return done;
}

static struct result registry_of(struct request *rq, struct policy_registry *out, struct why *why)
{
	rq->menu = "registers";
	return policy_registry_find(parts_of(rq)->policy, path_part(rq, 0), out)
		? ok() : fail(why, E_ABSENT, "book", "その名前の記録簿はありません。");
}

struct result page_record_form(struct request *rq, struct why *why)
{
	AUTO(buffer_done) struct buffer out = {0};
	struct policy_registry registry;
	struct book_entry e;
	buffer_init(&out, PAPER_MOST);
	TRY(registry_of(rq, &registry, why));
	TRY(book_get(parts_of(rq)->registers, path_part(rq, 1), rq->arena, &e, why));
	if (strcmp(e.registry, registry.name) != 0)
		return fail(why, E_ABSENT, "entry", "この記録簿に、その記録はありません。");
	const struct forms f = forms_of(rq);
	return hand_over_paper(rq, text(rq, "%s_%s", registry.title, e.number), forms_record(&f, e.id, &out, why), &out, why);
}

/* A book is drawn while it is sent. */
struct drawing {
	struct forms f;
	struct forms_book *book;
	struct buffer head; /* what was drawn before anybody pulled */
};

static void drawing_free(void *context)
{
	struct drawing *d = context;
	if (d) {
		forms_book_drop(&d->book);
		buffer_done(&d->head);
	}
	free(d);
}

static struct result draw_more(void *context, struct buffer *out, bool *end, struct why *why)
{
	struct drawing *d = context;
	buffer_put_slice(out, buffer_slice(&d->head));
	buffer_clear(&d->head);
	return forms_book_step(d->book, out, end, why);
}

static struct result drawing_new(struct request *rq, const char *registry, int year, struct drawing **out, struct why *why)
{
	struct drawing *d = calloc(1, sizeof *d);
	if (!d)
		return fail(why, E_MEMORY, "form", "様式を作る記憶域が足りません。");
	d->f = forms_of(rq);
	buffer_init(&d->head, 1 << 20);
	struct result done = forms_book(&d->f, registry, year, &d->head, &d->book, why);
	if (done.code == OK)
		done = record_export(rq, registry, "pdf", why);
	if (done.code != OK) {
		drawing_free(d);
		return done;
	}
	*out = d;
	return ok();
}

/* year=: a fiscal year; none: this one; 0: all */
static struct result asked_year(struct request *rq, int *out, struct why *why)
{
	uint64_t year = (uint64_t)fiscal_year(request_today(rq));
	if (*asked(rq, "year") && (!number_parse_u64(slice_str(asked(rq, "year")), &year) || year > 2200))
		return fail(why, E_INPUT, "year", "年度は西暦の数字で書いてください（例 2026）。");
	*out = (int)year;
	return ok();
}

struct result page_book_form(struct request *rq, struct why *why)
{
	struct policy_registry registry;
	struct drawing *d = NULL;
	int year;
	TRY(registry_of(rq, &registry, why));
	TRY(asked_year(rq, &year, why));
	TRY(drawing_new(rq, registry.name, year, &d, why));
	return reply_pulled(rq, pdf_type, text(rq, "%s.pdf", registry.title), draw_more, drawing_free, d, why);
}

/* ---- reports ------------------------------------------------------------------------------ */

static struct result keep_bytes(void *context, struct slice bytes, struct why *why)
{
	buffer_put_slice(context, bytes);
	return buffer_ok(context) ? ok() : fail(why, E_LIMIT, "sheet", "表が大きすぎます。");
}

static bool wants_sheet(struct request *rq)
{
	return strcmp(asked(rq, "format"), "xlsx") == 0;
}

static struct result hand_over_sheet(struct request *rq, const char *name, struct result written, struct buffer *out,
                                     struct why *why)
{
	TRY(written);
	if (out->len > WEB_PAGE_BYTES)
		return fail(why, E_LIMIT, "sheet", "画面から渡すには大きすぎます。情報担当課に、命令（sekisho form）での書出しを頼んでください。");
	hand_over(rq, xlsx_type, text(rq, "%s.xlsx", name), buffer_slice(out));
	return ok();
}

struct result page_proof_form(struct request *rq, struct why *why)
{
	AUTO(buffer_done) struct buffer out = {0};
	char day[11];
	rq->menu = "clauses";
	buffer_init(&out, PAPER_MOST);
	day_iso(request_today(rq), day);
	const char *name = text(rq, "条項ごとの状態_%s", day);
	const struct sheet_sink sink = {keep_bytes, &out};
	const struct forms f = forms_of(rq);
	if (wants_sheet(rq))
		return hand_over_sheet(rq, name, forms_proof_sheet(&f, SHEET_XLSX, &sink, why), &out, why);
	return hand_over_paper(rq, name, forms_proof(&f, &out, why), &out, why);
}

struct result page_year_form(struct request *rq, struct why *why)
{
	AUTO(buffer_done) struct buffer out = {0};
	bool yes;
	int year;
	const char *kind = path_part(rq, 0);
	rq->menu = "cases";
	buffer_init(&out, PAPER_MOST);
	TRY(may_read_all(rq, &yes, why));
	if (!yes)
		return fail(why, E_DENIED, "report", "全庁の報告書は、情報システムを担当する課とその上の役職の人、監査にあたる人が出せます。");
	TRY(asked_year(rq, &year, why));
	const char *name = forms_year_title(parts_of(rq)->policy, kind, year, rq->arena);
	if (!name)
		return fail(why, E_ABSENT, "kind", "「%.60s」という手続はありません。", kind);
	const struct sheet_sink sink = {keep_bytes, &out};
	const struct forms f = forms_of(rq);
	TRY(record_export(rq, kind, wants_sheet(rq) ? "xlsx" : "pdf", why));
	if (wants_sheet(rq))
		return hand_over_sheet(rq, name, forms_year_sheet(&f, kind, year, SHEET_XLSX, &sink, why), &out, why);
	return hand_over_paper(rq, name, forms_year(&f, kind, year, &out, why), &out, why);
}

struct result page_audits_form(struct request *rq, struct why *why)
{
	AUTO(buffer_done) struct buffer out = {0};
	bool yes;
	int year;
	rq->menu = "duties";
	buffer_init(&out, PAPER_MOST);
	TRY(may_read_all(rq, &yes, why));
	if (!yes)
		return fail(why, E_DENIED, "report", "監査報告書は、情報システムを担当する課とその上の役職の人、監査にあたる人が出せます。");
	TRY(asked_year(rq, &year, why));
	const char *name = text(rq, "監査報告書_%d年度", year);
	const struct sheet_sink sink = {keep_bytes, &out};
	const struct forms f = forms_of(rq);
	TRY(record_export(rq, "audits", wants_sheet(rq) ? "xlsx" : "pdf", why));
	if (wants_sheet(rq))
		return hand_over_sheet(rq, name, forms_audits_sheet(&f, year, SHEET_XLSX, &sink, why), &out, why);
	return hand_over_paper(rq, name, forms_audits(&f, parts_of(rq)->duties, year, &out, why), &out, why);
}

/* The results of one self-inspection: for those who see it of all sections. */
struct result page_inspection_form(struct request *rq, struct why *why)
{
	AUTO(buffer_done) struct buffer out = {0};
	struct desk desk = desk_of(rq);
	struct review_campaign c;
	bool all;
	rq->menu = "duties";
	buffer_init(&out, PAPER_MOST);
	TRY(review_get(&desk, path_part(rq, 0), rq->arena, &c, why));
	TRY(review_reader(rq, &all, why));
	if (!all)
		return fail(why, E_DENIED, "report", "自己点検結果報告書は、自己点検を始められる人、情報システムを担当する課とその上の役職の人、監査にあたる人が出せます。");
	const char *name = text(rq, "自己点検結果報告書_第%lld号", (long long)c.serial);
	const struct sheet_sink sink = {keep_bytes, &out};
	const struct forms f = forms_of(rq);
	TRY(record_export(rq, "inspections", wants_sheet(rq) ? "xlsx" : "pdf", why));
	if (wants_sheet(rq))
		return hand_over_sheet(rq, name, forms_review_book(&f, parts_of(rq)->duties, c.id, &sink, why), &out, why);
	return hand_over_paper(rq, name, forms_review(&f, parts_of(rq)->duties, c.id, &out, why), &out, why);
}
