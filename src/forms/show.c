/* Words for paper: full names, days by era, and where the ledger says so. */
#include "forms/internal.h"

#include "base/number.h"
#include "store/digest.h"

#include <stdarg.h>
#include <stdio.h>

void maker_done(struct maker *m)
{
	paper_drop(&m->paper);
	arena_drop(&m->arena);
}

struct result maker_begin(struct maker *m, const struct forms *f, struct why *why)
{
	*m = (struct maker){.f = f, .desk = f->desk, .arena = arena_new(FORM_ROOM)};
	if (!m->arena)
		return fail(why, E_MEMORY, "form", "様式を作る記憶域が足りません。");
	m->table = (struct table){.desk = &m->desk, .arena = m->arena};
	TRY(office_sections(f->desk.office, m->arena, &m->table.sections, &m->table.section_count, why));
	return office_people(f->desk.office, m->arena, &m->table.people, &m->table.person_count, why);
}

static day_t today_of(const struct maker *m)
{
	return day_of_ms(clock_now_ms(m->desk.clock));
}

struct result maker_paper(struct maker *m, const char *title, const char *head, bool across, struct buffer *out,
                          struct why *why)
{
	const struct paper_options options = {.title = title, .head = head, .across = across,
		.foot = say(m, "%s　%s作成", m->f->title, say_day(m, today_of(m)))};
	TRY(paper_begin(m->f->font, &options, out, &m->paper, why));
	paper_title(m->paper, title);
	return ok();
}

const char *say(struct maker *m, const char *format, ...)
{
	char line[2000];
	va_list list;
	va_start(list, format);
	int len = vsnprintf(line, sizeof line, format, list);
	va_end(list);
	char *kept = NULL;
	if (len >= 0 && (size_t)len < sizeof line) {
		kept = arena_string(m->arena, slice_of(line, (size_t)len));
	} else if (len > 0 && (kept = arena_alloc(m->arena, (size_t)len + 1))) {
		va_start(list, format);
		vsnprintf(kept, (size_t)len + 1, format, list);
		va_end(list);
	}
	return kept ? kept : "";
}

const char *say_section(struct maker *m, const char *section)
{
	struct section found;
	if (!*section || office_section(m->desk.office, section, m->arena, &found, NULL).code != OK)
		return section;
	return found.name;
}

const char *say_person(struct maker *m, const char *person)
{
	struct person found;
	if (!*person || office_person(m->desk.office, person, m->arena, &found, NULL).code != OK)
		return strncmp(person, "sekisho", 7) == 0 ? "関所（自動）" : person;
	return say(m, "%s %s", say_section(m, found.section), found.name);
}

const char *say_post(struct maker *m, const char *post, const char *scope)
{
	const char *title = policy_label(m->desk.policy, NULL, post);
	return *scope ? say(m, "%s %s", say_section(m, scope), title) : title;
}

const char *say_time(struct maker *m, int64_t ms)
{
	char out[48] = "";
	if (ms)
		ms_short(ms, out);
	return say(m, "%s", out);
}

const char *say_day(struct maker *m, day_t day)
{
	char out[48] = "";
	if (day && day != DAY_OPEN)
		day_long(day, out);
	return say(m, "%s", out);
}

const char *say_year(struct maker *m, int year)
{
	char first[48];
	day_long(fiscal_year_begin(year), first);
	char *end = strstr(first, "年");
	if (end)
		*end = 0;
	return say(m, "%s年度", first);
}

const char *say_row(struct maker *m, const char *id)
{
	struct register_row row;
	if (!*id || register_brief(m->desk.registers, id, m->arena, &row, NULL).code != OK)
		return id;
	return say(m, "%s（%s台帳 第%lld号）", row.name, policy_label(m->desk.policy, NULL, row.kind), (long long)row.serial);
}

const char *say_class(struct maker *m, const char *scale, const char *low, const char *high)
{
	const char *label = policy_label(m->desk.policy, NULL, scale);
	return strcmp(low, high) == 0 ? say(m, "%s %s", label, low) : say(m, "%s 未定（%sとして扱う）", label, high);
}

const char *say_clause(struct maker *m, const char *id)
{
	const char *cite = policy_clause_cite(m->desk.policy, id);
	return *cite ? cite : id;
}

static const char *say_moment(struct maker *m, const char *value)
{
	day_t day;
	char shown[48];
	if (day_parse(slice_part(slice_str(value), 0, 10), &day, NULL).code != OK)
		return value;
	day_short(day, shown);
	return say(m, "%s%s", shown, value + (strlen(value) > 10 ? 10 : strlen(value)));
}

const char *say_value(struct maker *m, const char *act, const struct policy_fact *fact, const char *value)
{
	day_t day;
	if (!*value)
		return "";
	if (fact->type == FACT_DATE && day_parse(slice_str(value), &day, NULL).code == OK)
		return say_day(m, day);
	if (fact->type == FACT_NONE)
		return say_moment(m, value);
	if (fact->type == FACT_WORD)
		return policy_label(m->desk.policy, act && *act ? act : NULL, value);
	if (fact->type == FACT_PERSON)
		return say_person(m, value);
	if (fact->type == FACT_NUMBER && fact->unit)
		return say(m, "%s%s", value, strcmp(fact->unit, "hours") == 0 ? "時間" : "");
	return table_show(&m->table, fact, value, m->arena);
}

const char *say_kind(struct slice kind)
{
	static const char *const kinds[][2] = {
		{"application.submitted", "申請"}, {"application.answered", "決裁の回答"}, {"application.permitted", "許可"},
		{"application.refused", "不許可"}, {"application.returned", "差戻し"}, {"application.withdrawn", "取下げ"},
		{"application.lapsed", "失効"}, {"application.closed", "完了"}, {"application.used", "使用"},
		{"case.opened", "受付"}, {"case.changed", "記載の変更"}, {"case.answered", "項目の回答"}, {"case.noted", "経過の記入"},
		{"case.moved", "段階の移動"}, {"case.refused", "止めた操作"}, {"application.denied", "止めた回答"},
		{"book.opened", "起こした"}, {"book.filled", "記入"}, {"book.closed", "閉じた"}, {"book.held", "証拠の保全"},
		{"book.erased", "期間の終わりの消去"}, {"register.registered", "台帳への登録"}, {"register.changed", "台帳の変更"},
		{"register.rated", "分類のやり直し"}, {"register.closed", "台帳からの廃止"},
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (slice_is(kind, kinds[i][0]))
			return kinds[i][1];
	return NULL;
}

/* ---- where the ledger says so --------------------------------------------------- */

static struct result put_check(struct maker *m, const struct ledger_entry *entry, struct why *why)
{
	uint8_t root[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];
	TRY(ledger_root(m->desk.ledger, entry->seq + 1, root, why));
	hex_encode(root, sizeof root, hex);
	paper_note(m->paper, say(m, "記録 #%lld までの木の根（RFC 6962、SHA-256）: %s", (long long)entry->seq, hex));
	paper_note(m->paper, say(m, "確かめ方: 書き出した台帳と照らすか、sekisho ledger prove -C 庁のフォルダー %lld",
	                         (long long)entry->seq));
	return ok();
}

struct result put_entries(struct maker *m, const char *subject, struct why *why)
{
	static const struct paper_column columns[] = {{"記録番号", 12, PAPER_RIGHT, false}, {"日時", 20, PAPER_LEFT, false},
		{"内容", 26, PAPER_LEFT, false}, {"行った人", 42, PAPER_LEFT, false}};
	struct ledger_entry *found;
	size_t count;
	const struct ledger_query query = {.subject = subject, .limit = FORM_ENTRIES};
	TRY(ledger_find(m->desk.ledger, &query, m->arena, &found, &count, why));
	paper_heading(m->paper, "台帳の原本の記録");
	paper_table(m->paper, columns, 4);
	for (size_t i = count; i-- > 0;) {
		const char *kind = say_kind(found[i].kind);
		const char *const cells[] = {say(m, "#%lld", (long long)found[i].seq), say_time(m, found[i].time_ms),
			kind ? kind : say(m, "%.*s", SLICE_ARG(found[i].kind)),
			say_person(m, say(m, "%.*s", SLICE_ARG(found[i].actor)))};
		paper_row_of(m->paper, cells);
	}
	return count ? put_check(m, &found[0], why) : ok();
}
