/* Paper from the pages: who may look at a page may take its paper away, nobody else. */
#include "furnish_cases.h"
#include "hall.h"
#include "pdf.h"
#include "register/book.h"

static const char *header_of(struct hall *h, const char *login, const char *path, unsigned *status, struct buffer *body)
{
	static char name[300];
	struct request rq;
	struct why why = {0}, second = {0};
	const char *mark = strchr(path, '?');
	hall_request(h, login, &rq);
	rq.path = slice_of(path, mark ? (size_t)(mark - path) : strlen(path));
	rq.query = mark ? hall_form(rq.arena, mark + 1) : NULL;
	rq.route = route_find(rq.zone, false, rq.path, rq.arena, rq.part);
	CHECK(rq.route);
	if (rq.route && rq.route->get(&rq, &why).code != OK)
		CHECK_OK(reply_failure(&rq, &why, &second), &second);
	buffer_clear(body);
	for (bool end = !rq.reply.pull; !end;) {
		buffer_clear(&rq.reply.body);
		CHECK_OK(rq.reply.pull(rq.reply.pull_context, &rq.reply.body, &end, &why), &why);
		buffer_put_slice(body, buffer_slice(&rq.reply.body));
		end |= why.code != OK;
	}
	if (!rq.reply.pull)
		buffer_put_slice(body, buffer_slice(&rq.reply.body));
	if (rq.reply.pull_end)
		rq.reply.pull_end(rq.reply.pull_context);
	*status = rq.reply.status;
	snprintf(name, sizeof name, "%s %s", rq.reply.type ? rq.reply.type : "", rq.reply.disposition ? rq.reply.disposition : "");
	hall_leave(&rq);
	return name;
}

TEST(each_page_has_its_paper)
{
	struct hall hall;
	struct paper_font *font = NULL;
	struct buffer body, text;
	unsigned status;
	char open[27];
	if (!pdf_tools())
		SKIP("no poppler-utils");
	hall_new(&hall);
	struct town *t = &hall.town;
	if (paper_font_open(&font, &t->why).code != OK) {
		hall_done(&hall);
		SKIP("no Japanese font");
	}
	hall.web->parts.font = font;
	buffer_init(&body, 32 << 20);
	buffer_init(&text, 32 << 20);
	struct furnished f = furnish_cases(t);
	const struct book_opening opening = {.registry = "media_disposals"};
	const struct book_event event = {.act = "dispose_medium", .section = "tax", .actor = town_id(t, "aoki")};
	CHECK_OK(book_open(t->registers, &opening, &event, open, &t->why), &t->why);
	const struct {
		const char *login, *path, *says;
		bool across;
	} rows[] = {
		{"aoki", arena_printf(t->arena, "/decide/%s/form", f.application), "職場外への持出し申請書", false},
		{"aoki", arena_printf(t->arena, "/decide/%s/permit", f.permitted), "職場外への持出し許可証", false},
		{"aoki", arena_printf(t->arena, "/case/%s/form", f.incident), "情報セキュリティインシデント報告書", false},
		{"tanaka", arena_printf(t->arena, "/case/%s/items", f.contract), "契約書第5条", false},
		{"aoki", "/network/form", "緊急連絡網", true},
		{"aoki", arena_printf(t->arena, "/books/media_disposals/%s/form", open), "記録媒体の廃棄の記録簿", false},
		{"aoki", "/books/media_disposals/form", "R8-0001", true},
		{"aoki", "/proof/form", "条項ごとの状態", true},
		{"hayashi", "/cases/incident/report", "情報セキュリティインシデント報告書（令和8年度）", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *head = header_of(&hall, rows[i].login, rows[i].path, &status, &body);
		CHECK_INT(status, 200);
		CHECK(strncmp(head, "application/pdf attachment", 26) == 0);
		pdf_sound(buffer_slice(&body), "page", rows[i].across);
		pdf_read(buffer_slice(&body), "page", "pdftotext -layout", "-", &text);
		CHECK(pdf_says(&text, rows[i].says));
	}
	header_of(&hall, "aoki", "/proof/form?format=xlsx", &status, &body);
	CHECK_INT(status, 200);
	CHECK(slice_starts(buffer_slice(&body), SLICE("PK")));
	buffer_done(&body);
	buffer_done(&text);
	paper_font_drop(&font);
	hall_done(&hall);
}

TEST(paper_is_not_for_everybody)
{
	struct hall hall;
	hall_new(&hall);
	struct furnished f = furnish_cases(&hall.town);
	const struct {
		const char *login, *path;
		unsigned status;
	} rows[] = {
		{"ueda", arena_printf(hall.town.arena, "/decide/%s/form", f.application), 404},
		{"ueda", arena_printf(hall.town.arena, "/decide/%s/permit", f.permitted), 404},
		{"aoki", arena_printf(hall.town.arena, "/decide/%s/permit", f.application), 409}, /* not permitted yet */
		{"aoki", "/cases/audit/report", 403},
		{"hayashi", "/cases/nothing/report", 404},
		{"aoki", "/books/nothing/form", 404},
		{"aoki", "/books/media_disposals/nobody/form", 404},
		{"aoki", "/books/media_disposals/form?year=x", 400},
		{"aoki", "/network/form", 404}, /* this machine has no font: the page says what to do */
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct told told = hall_ask(&hall, rows[i].login, rows[i].path, NULL);
		CHECK_INT(told.status, rows[i].status);
		if (told.status != rows[i].status)
			printf("  %s %s\n", rows[i].login, rows[i].path);
		CHECK(strstr(told.body, "%PDF") == NULL);
		TOLD_DONE(told);
	}
	hall_done(&hall);
}

TEST(the_pages_link_to_their_paper)
{
	struct hall hall;
	hall_new(&hall);
	struct furnished f = furnish_cases(&hall.town);
	const struct {
		const char *login, *path, *link;
	} rows[] = {
		{"aoki", arena_printf(hall.town.arena, "/decide/%s", f.permitted), "/permit\""},
		{"aoki", arena_printf(hall.town.arena, "/decide/%s", f.application), "/form\""},
		{"aoki", arena_printf(hall.town.arena, "/case/%s", f.incident), "/form\""},
		{"tanaka", arena_printf(hall.town.arena, "/case/%s", f.contract), "/items\""},
		{"aoki", "/network", "/network/form\""},
		{"aoki", "/books/media_disposals", "/books/media_disposals/form\""},
		{"aoki", "/proof", "/proof/form?format=xlsx\""},
		{"hayashi", "/cases", "/cases/audit/report\""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct told told = hall_ask(&hall, rows[i].login, rows[i].path, NULL);
		CHECK_INT(told.status, 200);
		CHECK(strstr(told.body, rows[i].link) != NULL);
		TOLD_DONE(told);
	}
	struct told staff = hall_ask(&hall, "aoki", "/cases", NULL);
	CHECK(strstr(staff.body, "/cases/audit/report") == NULL);
	TOLD_DONE(staff);
	struct told open = hall_ask(&hall, "aoki", arena_printf(hall.town.arena, "/decide/%s", f.application), NULL);
	CHECK(strstr(open.body, "/permit\"") == NULL);
	TOLD_DONE(open);
	hall_done(&hall);
}

MAIN_TESTS()
