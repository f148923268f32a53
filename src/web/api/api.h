/* web/api/api.h - the same rooms for other software: JSON over HTTP, inner side only
 *
 * One table (table.c) is the whole API: each operation with its path, scope,
 * what it takes and what it gives.  What comes in is judged against that table
 * before an operation runs, and the OpenAPI 3.1 description is written from it,
 * so neither can say anything else than the other.
 * Who calls is a person, by a token (office/access.h); an operation never does
 * more than the person may do on a page.  Acts are POSTs; with an Idempotency-Key
 * the same act is done once and answered alike for a day.
 * Failures are RFC 9457 problem details; a refusal names its clause.
 * source  RFC 9110, RFC 6750 section 2.1, RFC 9457, OpenAPI 3.1.0,
 *         draft-ietf-httpapi-idempotency-key-header
 */
#ifndef SEKISHO_WEB_API_H
#define SEKISHO_WEB_API_H

#include "office/access.h"
#include "web/request.h"

enum {
	API_BODY_BYTES = 262144,
	API_PAGE = 100,          /* items of one answer, at most and by default */
	API_KEY_BYTES = 255,     /* of an Idempotency-Key */
	API_KEY_MS = 86400000,   /* how long an answer is kept */
};
extern const char api_root[]; /* "/api/v1" */

/* ---- the table ------------------------------------------------------------ */

enum api_type {
	API_TEXT = 0,
	API_NUMBER, /* an integer */
	API_YESNO,
	API_DAY,    /* 2026-04-01 */
	API_TIME,   /* 2026-04-01T09:00:00.000+09:00 */
	API_TEXTS,  /* a list of texts */
	API_MAP,    /* an object of texts by any name */
	API_ANY,    /* an object that another document describes */
	API_ONE,    /* an object of the schema `of` */
	API_LIST,   /* a list of them */
};
struct api_member {
	const char *name;
	enum api_type type;
	bool required;
	const char *says; /* Japanese */
	const char *of;   /* API_ONE, API_LIST: name of a schema */
};
enum { API_MEMBERS = 24 }; /* with room for the end */
struct api_schema {
	const char *name;
	struct api_member members[API_MEMBERS]; /* ended by a NULL name */
};
struct api_operation {
	bool post;
	const char *path;   /* "/registers/{kind}/{id}" below api_root */
	const char *name;   /* operationId */
	const char *scope;  /* of the token; "" for everybody with one */
	const char *says;   /* Japanese */
	const char *takes;  /* schema of the body; a GET's: of its query; "" nothing */
	const char *gives;  /* schema of the answer */
	bool list;          /* {"items": [gives], "next": text} */
	/* in   an object with what was sent, judged; borrowed
	 * out  a new reference: the answer                                     */
	struct result (*run)(struct request *rq, const json_t *in, json_t **out, struct why *why);
};
extern const struct api_operation api_operations[];
extern const size_t api_operation_count;
extern const struct api_schema api_schemas[];
extern const size_t api_schema_count;
/* every scope there is, with what it lets do; ended by a NULL word */
struct api_scope {
	const char *word, *says;
};
extern const struct api_scope api_scopes[];

const struct api_schema *api_schema_named(const char *name); /* NULL for "" */
/* api_judge - every member known, of its type, and there where it is required
 * wrong  array to which {field, text} of each fault is appended
 * returns true when nothing was wrong                                       */
bool api_judge(const struct api_schema *schema, const json_t *object, json_t *wrong);
/* api_description - the OpenAPI document; a new reference, NULL without memory */
json_t *api_description(const char *title);

/* ---- what operations use --------------------------------------------------- */
const char *api_text(struct request *rq, const json_t *in, const char *name); /* "" */
int64_t api_number(const json_t *in, const char *name, int64_t otherwise);
json_t *api_time(int64_t ms);  /* text; "" for 0 */
json_t *api_day(day_t day);    /* text; "" for DAY_OPEN */
const char *api_part(struct request *rq, size_t index);
/* api_list - {"items": items, "next": next}; takes the reference */
json_t *api_list(json_t *items, const char *next);

/* api_claims - a list of the schema Claim into the wish, in the arena */
struct result api_claims(struct request *rq, const json_t *list, struct wish *wish, struct why *why) MUST;

/* ---- the life of a call: call.c; web/life.c hands it over -------------------- */
bool api_is_path(struct slice path);
struct result api_begin(struct request *rq, const struct incoming *in, struct why *why) MUST;
void api_feed(struct request *rq, struct slice bytes);
void api_finish(struct request *rq);
void api_free(struct request *rq);
/* api_migrate - the table of kept answers, a working table */
struct result api_migrate(struct store *store, struct why *why) MUST;

/* api_cells - a map of texts as cells, in the arena */
struct result api_cells(struct request *rq, const json_t *map, struct cell **out, size_t *count, struct why *why) MUST;
/* api_give_case - a case as operations answer it */
struct result api_give_case(struct request *rq, const char *id, json_t **out, struct why *why) MUST;
/* api_limit - 1 to API_PAGE; E_INPUT */
struct result api_limit(const json_t *in, size_t *out, struct why *why) MUST;

/* the operations, a file a family: read_*.c and do_*.c name them */
#define API_RUN(name) \
	struct result name(struct request *rq, const json_t *in, json_t **out, struct why *why)
API_RUN(api_me);
API_RUN(api_sections);
API_RUN(api_people);
API_RUN(api_posts);
API_RUN(api_absences);
API_RUN(api_add_absence);
API_RUN(api_end_absence);
API_RUN(api_delegations);
API_RUN(api_delegate);
API_RUN(api_end_delegation);
API_RUN(api_see);
API_RUN(api_relaxations);
API_RUN(api_relax);
API_RUN(api_relax_end);
API_RUN(api_held);
API_RUN(api_leave);
API_RUN(api_exception);
API_RUN(api_exception_report);
API_RUN(api_exception_review);
API_RUN(api_clauses);
API_RUN(api_clause);
API_RUN(api_decide);
API_RUN(api_kinds);
API_RUN(api_kind);
API_RUN(api_rows);
API_RUN(api_row);
API_RUN(api_make_row);
API_RUN(api_change_row);
API_RUN(api_close_row);
API_RUN(api_applications);
API_RUN(api_application);
API_RUN(api_tell);
API_RUN(api_apply);
API_RUN(api_answer);
API_RUN(api_withdraw);
API_RUN(api_duties);
API_RUN(api_duty);
API_RUN(api_settle);
API_RUN(api_books);
API_RUN(api_records);
API_RUN(api_record);
API_RUN(api_fill_record);
API_RUN(api_close_record);
API_RUN(api_cases);
API_RUN(api_case);
API_RUN(api_open_case);
API_RUN(api_change_case);
API_RUN(api_answer_case);
API_RUN(api_move_case);
API_RUN(api_inspections);
API_RUN(api_inspection_questions);
API_RUN(api_inspection);
API_RUN(api_begin_inspection);
API_RUN(api_end_inspection);
API_RUN(api_inspection_sheets);
API_RUN(api_inspection_sheet);
API_RUN(api_answer_inspection);
API_RUN(api_inspection_sections);
API_RUN(api_inspection_results);
API_RUN(api_report_section);
API_RUN(api_evaluate_section);
API_RUN(api_findings);
API_RUN(api_plan_audit);
API_RUN(api_switches);
API_RUN(api_treatments);
API_RUN(api_set_switch);
API_RUN(api_crossings);
API_RUN(api_crossing);
API_RUN(api_entries);
API_RUN(api_entry);
API_RUN(api_inclusion);
API_RUN(api_proof);

#endif
