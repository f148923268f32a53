/* The letter: what has happened, and where to look. */
#include "gate/mail/mail.h"
#include "notice/internal.h"

#include <stdio.h>
#include <time.h>

enum { LETTER_BYTES = 65536 };

static struct result put_application(struct notices *n, const char *person, const struct notice_line *line,
                                     struct arena *arena, struct buffer *out, struct why *why)
{
	(void)person;
	struct application a;
	TRY(application_get(n->at.proceedings, line->subject, arena, &a, why));
	const char *what = a.exception_to[0] ? "例外措置" : a.act_label;
	if (line->what == WHAT_PERMIT && a.state != APPLICATION_OPEN)
		buffer_printf(out, "・申請 %s（%s）は、すでに「%s」になっています。\n", a.number, what,
		              application_state_japanese(a.state));
	else if (line->what == WHAT_PERMIT)
		buffer_printf(out, "・申請 %s（%s）の決裁をお待ちしています。\n", a.number, what);
	else
		buffer_printf(out, "・申請 %s（%s）が「%s」になりました。\n", a.number, what,
		              application_state_japanese(a.state));
	buffer_printf(out, "  %s/decide/%s\n", n->at.link, a.id);
	return ok();
}

static struct result put_crossing(struct notices *n, const char *person, const struct notice_line *line,
                                  struct arena *arena, struct buffer *out, struct why *why)
{
	(void)person;
	struct crossing c;
	TRY(crossing_get(n->at.crossings, line->subject, arena, &c, why));
	buffer_printf(out, line->what == WHAT_FETCH ? "・受渡し %s のファイルを受け取れます。\n"
	                                            : "・受渡し %s のファイルをお渡しできませんでした。わけは次のページにあります。\n",
	              c.number);
	buffer_printf(out, "  %s/crossings/%s\n", n->at.link, c.id);
	return ok();
}

static struct result put_duty(struct notices *n, const char *person, const struct notice_line *line, struct arena *arena,
                              struct buffer *out, struct why *why)
{
	(void)person;
	struct obligation o;
	char day[48] = "";
	TRY(duty_get(n->at.duties, line->subject, arena, &o, why));
	const struct policy_duty *duty = duty_statement(n->at.duties, o.duty);
	if (o.due_ms)
		day_long(day_of_ms(o.due_ms), day);
	buffer_printf(out, "・「%s」（%s）", duty ? duty->label : o.task, duty ? duty->cite : o.clause);
	if (o.state == DUTY_DONE || o.state == DUTY_NOT_NEEDED || o.state == DUTY_WITHDRAWN)
		buffer_printf(out, "は、すでに「%s」になっています。\n", duty_state_japanese(o.state));
	else if (line->what == WHAT_OVERDUE)
		buffer_printf(out, "の期限は、%sでした。すぐに行ってください。\n", day);
	else if (o.due_ms)
		buffer_printf(out, "を%sまでに行ってください。\n", day);
	else
		buffer_printf(out, "を行ってください。\n");
	buffer_printf(out, "  %s/duties/%s\n", n->at.link, o.id);
	return ok();
}

/* A self-inspection, by its number; one that was answered or ended meanwhile asks nothing. */
static struct result put_review(struct notices *n, const char *person, const struct notice_line *line, struct arena *arena,
                                struct buffer *out, struct why *why)
{
	struct desk desk = *n->at.desk;
	struct review_campaign c;
	struct review_sheet *sheets;
	size_t count;
	char day[48];
	const struct review_sheet_query query = {.campaign = line->subject, .person = person, .limit = 1};
	TRY(review_get(&desk, line->subject, arena, &c, why));
	TRY(review_sheets(&desk, &query, arena, &sheets, &count, why));
	day_long(c.deadline, day);
	buffer_printf(out, "・自己点検 第%lld号", (long long)c.serial);
	if (c.closed_ms)
		buffer_printf(out, "は、終わりました。\n");
	else if (count && sheets[0].answered_ms)
		buffer_printf(out, "は、すでに回答されています。\n");
	else if (c.deadline < day_of_ms(clock_now_ms(n->at.clock)))
		buffer_printf(out, "の回答の期限は、%sでした。すぐに回答してください。\n", day);
	else
		buffer_printf(out, "に、%sまでに回答してください。%s\n", day,
		              count && sheets[0].reminded_ms ? "まだ回答がありません。" : "");
	buffer_printf(out, "  %s/inspections/%s/answer\n", n->at.link, c.id);
	return ok();
}

typedef struct result line_writer(struct notices *n, const char *person, const struct notice_line *line,
                                  struct arena *arena, struct buffer *out, struct why *why);
static line_writer *const writers[WHAT_KINDS] = {
	[WHAT_PERMIT] = put_application, [WHAT_DECIDED] = put_application, [WHAT_FETCH] = put_crossing,
	[WHAT_REFUSED] = put_crossing,   [WHAT_DUTY] = put_duty,           [WHAT_OVERDUE] = put_duty,
	[WHAT_REVIEW] = put_review,
};

static struct result put_text(struct notices *n, const struct person *person, const struct notice_line *lines,
                              size_t count, size_t more, struct arena *arena, struct buffer *out,
                              struct why *why)
{
	buffer_printf(out, "%s 様\n\n", person->name);
	for (size_t i = 0; i < count; i++)
		if (writers[lines[i].what])
			TRY(writers[lines[i].what](n, person->id, &lines[i], arena, out, why));
	if (more)
		buffer_printf(out, "・ほかに%zu件あります。\n  %s/\n", more, n->at.link);
	buffer_printf(out, "\n--\n%s 関所（このメールには返信できません）\n", n->at.title);
	return ok();
}

/* "Fri, 20 Nov 2026 09:00:00 +0900", in English whatever the locale */
static void put_date(struct buffer *out, int64_t now_ms)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t japan = (time_t)(now_ms / 1000) + 9 * 3600;
	struct tm t;
	gmtime_r(&japan, &t);
	buffer_printf(out, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0900\r\n", days + 3 * t.tm_wday, t.tm_mday,
	              months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

static struct result put_head(struct notices *n, const char *address, size_t count, struct buffer *out,
                              struct why *why)
{
	char id[27], subject[100];
	TRY(random_id(n->at.random, id, why));
	snprintf(subject, sizeof subject, "【関所】お知らせが%zu件あります", count);
	put_date(out, clock_now_ms(n->at.clock));
	buffer_printf(out, "From: <%s>\r\nTo: <%s>\r\n", n->at.from, address);
	mail_put_header(out, "Subject", slice_str(subject));
	buffer_printf(out, "Message-ID: <%s@%s>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n", id,
	              n->at.domain);
	return ok();
}

struct result letter_write(struct notices *n, const struct person *person, const char *address,
                           const struct notice_line *lines, size_t count, size_t more,
                           struct arena *arena, struct slice *out, struct why *why)
{
	AUTO(buffer_done) struct buffer text = {0};
	AUTO(buffer_done) struct buffer message = {0};
	buffer_init(&text, LETTER_BYTES);
	buffer_init(&message, 2 * LETTER_BYTES);
	TRY(put_text(n, person, lines, count, more, arena, &text, why));
	TRY(put_head(n, address, count + more, &message, why));
	mail_put_part(&message, "text/plain; charset=utf-8", "", buffer_slice(&text));
	if (!buffer_ok(&text) || !buffer_ok(&message))
		return fail(why, E_LIMIT, "letter", "the letter is too long");
	*out = arena_copy(arena, buffer_slice(&message));
	return out->at ? ok() : fail(why, E_MEMORY, "", "no memory");
}
