/* forms/internal.h - what the files of this room share; nobody else includes it */
#ifndef SEKISHO_FORMS_INTERNAL_H
#define SEKISHO_FORMS_INTERNAL_H

#include "desk/table.h"
#include "forms/forms.h"
#include "proceeding/case.h"

enum { FORM_ROOM = 64 << 20, FORM_CASES = 1000, FORM_ENTRIES = 60 };

/* One form while it is made. */
struct maker {
	const struct forms *f;
	struct desk desk; /* a copy: the table wants one of its own */
	struct arena *arena;
	struct table table; /* people and sections, for showing */
	struct paper *paper;
};
/* maker_begin - arena and names, no paper yet */
struct result maker_begin(struct maker *m, const struct forms *f, struct why *why) MUST;
/* maker_paper - the first page, its title drawn */
struct result maker_paper(struct maker *m, const char *title, const char *head, bool across, struct buffer *out,
                          struct why *why) MUST;
void maker_done(struct maker *m); /* for AUTO */

/* ---- words; never NULL */
const char *say(struct maker *m, const char *format, ...) PRINTF_LIKE(2, 3);
const char *say_person(struct maker *m, const char *person);  /* 税務課 青木 一郎 */
const char *say_section(struct maker *m, const char *section);
const char *say_post(struct maker *m, const char *post, const char *scope);
const char *say_time(struct maker *m, int64_t ms);
const char *say_day(struct maker *m, day_t day);              /* "" for DAY_OPEN and 0 */
const char *say_value(struct maker *m, const char *act, const struct policy_fact *fact, const char *value);
const char *say_row(struct maker *m, const char *id);
const char *say_class(struct maker *m, const char *scale, const char *low, const char *high);
const char *say_clause(struct maker *m, const char *id);      /* its citation */
const char *say_year(struct maker *m, int year);              /* 令和8年度 */
const char *say_kind(struct slice kind);                      /* of an entry: 許可 */

/* put_entries - the entries about a subject, and how the newest can be checked */
struct result put_entries(struct maker *m, const char *subject, struct why *why) MUST;
/* items_wanted - items that the next steps want and nobody has answered, each once */
struct result items_wanted(struct maker *m, const struct case_view *view, const char *person,
                           const struct wanted_fact ***out, size_t *count, struct why *why) MUST;
void put_items(struct maker *m, const struct case_view *view, const struct wanted_fact *const *wanted, size_t count);
const char *item_words(enum item_answer answer);
/* facts_of_kind - those that people read: without the step */
struct result facts_of_kind(struct maker *m, const char *kind, const struct policy_fact **out, size_t *count,
                            struct why *why) MUST;
/* cases_of_year - those of a kind that were begun in the fiscal year, whole, oldest first: year.c */
struct result cases_of_year(struct maker *m, const char *kind, int year, struct case_view **out, size_t *count,
                            struct why *why) MUST;

#endif
