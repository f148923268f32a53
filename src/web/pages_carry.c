/* 台帳・記録簿の書き出し: a sheet, made while it is sent.  Who took which table away
 * is recorded before the first byte leaves. */
#include "web/desk_pages.h"

#include "desk/carry.h"
#include "ledger/record.h"

#include <stdlib.h>

/* ---- what is sent -------------------------------------------------------------- */

struct sending {
	struct desk desk;
	struct desk_export *export;
	struct sheet_sink sink;
	struct buffer *out; /* of the piece that is being made */
	struct buffer head; /* what was written before anybody pulled */
};

static struct result put(void *context, struct slice bytes, struct why *why)
{
	struct sending *s = context;
	buffer_put_slice(s->out, bytes);
	return buffer_ok(s->out) ? ok() : fail(why, E_LIMIT, "export", "a piece of the sheet is too long");
}

static struct result pull(void *context, struct buffer *out, bool *end, struct why *why)
{
	struct sending *s = context;
	buffer_put_slice(out, buffer_slice(&s->head));
	buffer_clear(&s->head);
	s->out = out;
	return desk_export_step(s->export, end, why);
}

static void sending_free(void *context)
{
	struct sending *s = context;
	if (s) {
		desk_export_drop(&s->export);
		buffer_done(&s->head);
	}
	free(s);
}

static void sending_drop(struct sending **s)
{
	sending_free(*s);
}

static struct result sending_new(struct request *rq, const char *name, bool book, enum sheet_format format,
                                 struct sending **out, struct why *why)
{
	AUTO(sending_drop) struct sending *s = calloc(1, sizeof *s);
	if (!s)
		return fail(why, E_MEMORY, "export", "no memory");
	s->desk = desk_of(rq);
	buffer_init(&s->head, 1 << 20);
	s->out = &s->head;
	s->sink = (struct sheet_sink){put, s};
	TRY(book ? desk_export_book(&s->desk, name, format, &s->sink, &s->export, why)
	         : desk_export_register(&s->desk, name, format, &s->sink, &s->export, why));
	*out = s;
	s = NULL;
	return ok();
}

/* ---- what CP932 cannot say ------------------------------------------------------- */

/* The whole table once, into nothing: whoever takes it away must get all of it. */
static struct result check_losses(struct request *rq, const char *name, bool book, json_t *list, size_t *total,
                                  struct why *why)
{
	struct sending *s = NULL;
	AUTO(buffer_done) struct buffer nothing = {0};
	size_t count;
	buffer_init(&nothing, 8 << 20);
	TRY(sending_new(rq, name, book, SHEET_CP932, &s, why));
	struct result done = ok();
	for (bool end = false; !end && done.code == OK;) {
		s->out = &nothing;
		done = desk_export_step(s->export, &end, why);
		buffer_clear(&nothing);
	}
	const struct sheet_loss *losses = desk_export_losses(s->export, &count, total);
	for (size_t i = 0; i < count && done.code == OK; i++)
		if (!losses[i].merged)
			json_array_append_new(list, json_pack("{s:I, s:s, s:s}", "line", (json_int_t)losses[i].row + 2, "column",
				desk_export_column(s->export, losses[i].column), "character", losses[i].character));
	sending_free(s);
	return done;
}

/* ---- the pages --------------------------------------------------------------------- */

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

static struct result send(struct request *rq, const char *name, const char *title, bool book, struct why *why)
{
	static const char *const types[] = {
		[SHEET_CSV] = "text/csv; charset=utf-8", [SHEET_CP932] = "text/csv; charset=windows-31j",
		[SHEET_XLSX] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"};
	enum sheet_format format;
	struct sending *s = NULL;
	char day[11];
	size_t lost = 0;
	if (!sheet_format_of(asked(rq, "format"), &format))
		return fail(why, E_INPUT, "format", "書き出す形を選んでください。");
	if (format == SHEET_CP932) {
		json_t *list = json_array();
		struct result checked = check_losses(rq, name, book, list, &lost, why);
		if (checked.code == OK && lost) {
			const char *const crumbs[][2] = {{"ホーム", "/"}, {"台帳・記録簿", "/registers"}, {title, ""}};
			return reply_page(rq, 409, "export_lost", json_pack("{s:s, s:o, s:I, s:o, s:s}", "title",
				text(rq, "%sは書き出していません", title), "crumbs", show_crumbs(crumbs, 3), "lost", (json_int_t)lost,
				"losses", list, "path", text(rq, "%.*s", SLICE_ARG(rq->path))), why);
		}
		json_decref(list);
		TRY(checked);
	}
	TRY(sending_new(rq, name, book, format, &s, why));
	struct result recorded = record_export(rq, name, asked(rq, "format"), why);
	if (recorded.code != OK) {
		sending_free(s);
		return recorded;
	}
	day_iso(request_today(rq), day);
	return reply_pulled(rq, types[format], text(rq, "%s_%s.%s", title, day, format == SHEET_XLSX ? "xlsx" : "csv"), pull,
	                    sending_free, s, why);
}

struct result page_register_export(struct request *rq, struct why *why)
{
	struct policy_kind kind;
	rq->menu = "registers";
	TRY(kind_of(rq, &kind, why));
	return send(rq, kind.name, register_title(rq, &kind), false, why);
}

struct result page_book_export(struct request *rq, struct why *why)
{
	struct policy_registry registry;
	rq->menu = "registers";
	if (!policy_registry_find(parts_of(rq)->policy, path_part(rq, 0), &registry))
		return fail(why, E_ABSENT, "book", "その名前の記録簿はありません。");
	return send(rq, registry.name, registry.title, true, why);
}
