/* 年間の予定: what falls due, month by month; as a page, and as a calendar file. */
#include "web/pages_duty.h"
#include "web/private.h"

#include "base/number.h"
#include "duty/ics.h"

#include <stdlib.h>

enum { LISTED = 4000, ICS_BYTES = 4 << 20, MONTHS = 12 };

/* One line of the year: an obligation, or, for the office, all of a duty with one deadline. */
struct line {
	const struct obligation *o;
	size_t count, settled;
};

static int by_day(const void *a, const void *b)
{
	const struct obligation *x = a, *y = b;
	if (x->due_ms != y->due_ms)
		return x->due_ms < y->due_ms ? -1 : 1;
	int duty = strcmp(x->duty, y->duty);
	return duty ? duty : strcmp(x->id, y->id);
}

static bool settled(const struct obligation *o)
{
	return o->state == DUTY_DONE || o->state == DUTY_NOT_NEEDED;
}

static size_t lines_of(struct obligation *found, size_t count, bool together, struct line *out)
{
	size_t have = 0;
	if (count)
		qsort(found, count, sizeof *found, by_day);
	for (size_t i = 0; i < count; i++) {
		struct line *last = have ? &out[have - 1] : NULL;
		if (found[i].state == DUTY_WITHDRAWN)
			continue;
		if (!together || !last || last->o->due_ms != found[i].due_ms || strcmp(last->o->duty, found[i].duty) != 0)
			out[have++] = (struct line){.o = &found[i]};
		out[have - 1].count++;
		out[have - 1].settled += settled(&found[i]);
	}
	return have;
}

/* The fiscal year that is asked for; this one without. */
static int year_asked(struct request *rq)
{
	uint64_t year = 0;
	bool good = number_parse_u64(slice_str(asked(rq, "year")), &year) && year >= 2000 && year < 2200;
	return good ? (int)year : fiscal_year(request_today(rq));
}

static struct result read_year(struct request *rq, int year, bool office, struct line **out, size_t *count, struct why *why)
{
	struct obligation *found;
	size_t n = 0;
	struct duty_query query = {.person = office ? NULL : rq->person.id, .limit = LISTED,
	                           .due_from_ms = ms_of_day(fiscal_year_begin(year)),
	                           .due_to_ms = ms_of_day(fiscal_year_begin(year + 1))};
	TRY(duty_list(parts_of(rq)->duties, &query, rq->arena, &found, &n, NULL, why));
	*out = arena_array(rq->arena, n + 1, sizeof **out);
	if (!*out)
		return fail(why, E_MEMORY, "year", "no memory");
	*count = lines_of(found, n, office, *out);
	return ok();
}

static const char *line_title(struct request *rq, const struct line *line)
{
	return line->count == 1 ? duty_title(rq, line->o)
	                        : text(rq, "%s（%zu件、うち完了%zu件）", duty_label(rq, line->o), line->count, line->settled);
}

/* ---- the page ----------------------------------------------------------------------- */

/* 令和8年 or 令和8年4月: the day as people write it, up to that word */
static const char *said_up_to(struct request *rq, day_t day, const char *word)
{
	char whole[48];
	day_long(day, whole);
	const char *end = strstr(whole, word);
	return text(rq, "%.*s%s", end ? (int)(end - whole) : (int)strlen(whole), whole, end ? word : "");
}

static json_t *month_model(struct request *rq, int year, int month, const struct line *lines, size_t count, bool office)
{
	json_t *list = json_array();
	day_t first = fiscal_year_begin(year);
	for (int i = 0; i < month; i++)
		first = duty_next_month(first);
	int64_t from = ms_of_day(first), to = ms_of_day(duty_next_month(first));
	for (size_t i = 0; i < count; i++) {
		const struct obligation *o = lines[i].o;
		if (o->due_ms < from || o->due_ms >= to)
			continue;
		bool done = lines[i].settled == lines[i].count;
		const char *href = office && lines[i].count > 1
			? text(rq, "/duties?of=all&state=any&clause=%s", show_escaped(rq, slice_str(o->clause))) : duty_path(rq, o->id);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o}", "day",
			text(rq, "%d日", day_to_date(day_of_ms(o->due_ms)).day), "title", line_title(rq, &lines[i]), "href", href,
			"cite", policy_clause_cite(parts_of(rq)->policy, o->clause), "chip",
			done ? show_chip("green", "check", "完了") : duty_late_now(o) ? show_chip("red", "clock", "期限超過")
			     : show_chip("gray", "dash", "予定")));
	}
	return json_pack("{s:s, s:i, s:o, s:b}", "label", said_up_to(rq, first, "月"), "place", month, "lines", list,
	                 "current", first == duty_month_begin(request_today(rq)));
}

struct result page_year(struct request *rq, struct why *why)
{
	struct line *lines;
	size_t count;
	bool operator;
	int year = year_asked(rq);
	TRY(is_operator(rq, &operator, why));
	bool office = operator && strcmp(asked(rq, "of"), "office") == 0;
	TRY(read_year(rq, year, office, &lines, &count, why));
	json_t *months = json_array();
	for (int i = 0; i < MONTHS; i++)
		json_array_append_new(months, month_model(rq, year, i, lines, count, office));
	const char *of = office ? "office" : "mine";
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"義務", "/duties"}, {"年間の予定", ""}};
	rq->menu = "duties";
	return reply_page(rq, 200, "year",
	                  json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:b, s:b, s:s, s:s}", "title", "年間の予定", "year",
	                            text(rq, "%s度", said_up_to(rq, fiscal_year_begin(year), "年")), "months", months, "crumbs", show_crumbs(crumbs, 3), "ics",
	                            text(rq, "/year.ics?of=%s&year=%d", of, year), "before",
	                            text(rq, "/year?of=%s&year=%d", of, year - 1), "after",
	                            text(rq, "/year?of=%s&year=%d", of, year + 1), "operator", operator, "office", office,
	                            "mine_href", text(rq, "/year?of=mine&year=%d", year), "office_href",
	                            text(rq, "/year?of=office&year=%d", year)),
	                  why);
}

/* ---- the file ------------------------------------------------------------------------- */

static void put_line(struct request *rq, const struct line *line, struct buffer *out)
{
	const struct obligation *o = line->o;
	char day[11];
	day_iso(day_of_ms(o->due_ms), day);
	struct ics_event event = {
		.uid = line->count == 1 ? o->id : text(rq, "%s/%s", o->duty, day), .host = parts_of(rq)->body,
		.summary = line_title(rq, line), .description = policy_clause_cite(parts_of(rq)->policy, o->clause), .url = "",
		.due_ms = o->due_ms, .stamp_ms = o->closed_ms ? o->closed_ms : o->opened_ms, .done = line->settled == line->count};
	ics_event(out, &event);
}

struct result page_year_ics(struct request *rq, struct why *why)
{
	AUTO(buffer_done) struct buffer out = {0};
	struct line *lines;
	size_t count;
	bool operator;
	int year = year_asked(rq);
	TRY(is_operator(rq, &operator, why));
	bool office = operator && strcmp(asked(rq, "of"), "office") == 0;
	TRY(read_year(rq, year, office, &lines, &count, why));
	buffer_init(&out, ICS_BYTES);
	ics_begin(&out, text(rq, "%s 義務 %s度", office ? parts_of(rq)->title : rq->person.name,
	                     said_up_to(rq, fiscal_year_begin(year), "年")));
	for (size_t i = 0; i < count; i++)
		put_line(rq, &lines[i], &out);
	ics_end(&out);
	if (!buffer_ok(&out))
		return fail(why, E_LIMIT, "year", "予定が多すぎて、一つの暦に書けません。");
	reply_bytes(rq, 200, "text/calendar; charset=utf-8", buffer_slice(&out));
	rq->reply.disposition = text(rq, "attachment; filename=\"sekisho-%d.ics\"", year);
	return ok();
}
