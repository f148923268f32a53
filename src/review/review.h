/* review/review.h - 自己点検と監査: what people are asked about their clauses, and who
 * may look at whom
 *
 * A campaign of self-inspection asks clauses of the book in force, each of those
 * whom it binds: the posts that owe its duties, or everybody.  The questions are
 * frozen when it begins.  Whoever is asked answers each with yes, no or not
 * applicable; no and not applicable need a remark, which is sealed.  A section's
 * answers are reported and evaluated as a case of `inspection`, so that the body's
 * own clauses decide who may, and its duties and record books follow.
 * What was answered proves nothing of the clause that was asked about: it is shown
 * beside its state.
 * clause  HN-2.9(3) self-inspection, HN-2.1(3)-2 auditor and audited, AN-8, FC-9, IM-7
 */
#ifndef SEKISHO_REVIEW_H
#define SEKISHO_REVIEW_H

#include "desk/desk.h"
#include "duty/duty.h"
#include "proceeding/case.h"
#include "sheet/sheet.h"

extern const struct projection review_projection;

enum {
	REVIEW_TITLE = 200,      /* bytes */
	REVIEW_REMARK = 1000,    /* bytes of one */
	REVIEW_QUESTIONS = 400,  /* of one campaign */
	REVIEW_PEOPLE = 20000,
	REVIEW_CAMPAIGNS = 100,  /* in a list */
};

/* ---- questions ------------------------------------------------------------- */

struct review_question {
	const char *clause; /* id */
	const char *posts;  /* "manager supervisor": asked of their holders; "" of everybody */
};
/* review_questions - what the book in force can be asked about: clauses that demand
 * something or make a duty, in the order of the book.  At most REVIEW_QUESTIONS are
 * of one campaign, so whoever begins it chooses
 * errors  E_ABSENT no edition in force                                      */
struct result review_questions(struct desk *desk, struct arena *arena, struct review_question **out, size_t *count,
                               struct why *why) MUST;
/* review_asks - does a question go to somebody with these posts ("manager section_staff")? */
bool review_asks(const struct review_question *question, const char *posts);

/* ---- a campaign -------------------------------------------------------------- */

struct review_opening {
	const char *title;
	day_t deadline;              /* last day for answers */
	const char *const *clauses;  /* that are asked, of review_questions */
	size_t clause_count;
	const char *const *sections; /* whose people; none: all */
	size_t section_count;
	const char *by;
};
/* review_open - everybody of the sections who is asked anything by his posts today gets a
 * sheet; own transaction
 * errors  E_DENIED the policy does not let this person (act start_inspection); E_INPUT
 *         place is title, deadline, clauses or sections                       */
struct result review_open(struct desk *desk, const struct review_opening *opening, char id[27], struct why *why) MUST;
/* review_may_open - would start_inspection pass for that person today */
struct result review_may_open(struct desk *desk, const char *person, bool *yes, struct why *why) MUST;

struct review_campaign {
	const char *id;
	int64_t serial;
	const char *title, *edition; /* ISO day of the edition that was asked about */
	int64_t opened_ms, closed_ms; /* closed_ms 0: running */
	const char *opened_by;
	day_t deadline;
	int64_t sheets, answered;
	struct review_question *questions; /* only from review_get */
	size_t question_count;
};
struct result review_list(struct desk *desk, struct arena *arena, struct review_campaign **out, size_t *count,
                          struct why *why) MUST;
/* review_page - those before that number (0: from the newest), at most limit of them */
struct result review_page(struct desk *desk, int64_t before, size_t limit, struct arena *arena, struct review_campaign **out,
                          size_t *count, bool *more, struct why *why) MUST;
/* review_get - E_ABSENT */
struct result review_get(struct desk *desk, const char *id, struct arena *arena, struct review_campaign *out,
                         struct why *why) MUST;
/* review_close - nobody answers any more; E_CONFLICT while a section that answered is
 * not evaluated: an inspection without evaluation stays open                  */
struct result review_close(struct desk *desk, const char *id, const char *by, struct why *why) MUST;

/* ---- sheets ---------------------------------------------------------------------- */

struct review_said {
	const char *clause;
	enum item_answer answer;
	const char *remark; /* "" */
};
struct review_sheet {
	const char *campaign, *person, *section, *posts;
	int64_t answered_ms; /* 0: not yet */
	const char *answered_by;
	int64_t noes;
	int64_t reminded_ms;
	const struct review_said *said; /* only from review_sheet_get */
	size_t said_count;
};
struct review_sheet_query {
	const char *campaign; /* NULL: of every running one */
	const char *person, *section; /* nullable */
	bool unanswered;
	const char *after_section, *after_person; /* nullable: behind this one, of the campaign */
	size_t limit;
};
struct result review_sheets(struct desk *desk, const struct review_sheet_query *query, struct arena *arena,
                            struct review_sheet **out, size_t *count, struct why *why) MUST;
/* review_sheet_get - E_ABSENT: that person is not asked */
struct result review_sheet_get(struct desk *desk, const char *campaign, const char *person, struct arena *arena,
                               struct review_sheet *out, struct why *why) MUST;
/* review_may_answer - the person himself; for those without the page whoever holds a post of
 * their section (its head, its member of staff in charge), or may begin campaigns                                       */
struct result review_may_answer(struct desk *desk, const struct review_sheet *sheet, const char *by, bool *yes,
                                struct why *why) MUST;
/* review_answer - every question of the sheet at once; an earlier answer is replaced (the
 * ledger keeps it) until the section is evaluated
 * errors  E_INPUT place is the clause: not answered, or no remark where one is due
 *         E_DENIED, E_ABSENT as above
 *         E_CONFLICT the campaign is closed, or the section evaluated         */
struct result review_answer(struct desk *desk, const char *campaign, const char *person, const char *by,
                            const struct review_said *said, size_t count, struct why *why) MUST;
/* review_check - the same judgement of the answers alone: nothing is written */
struct result review_check(const struct review_campaign *campaign, const struct review_sheet *sheet,
                           const struct review_said *said, size_t count, struct why *why) MUST;

/* ---- evaluation ---------------------------------------------------------------------- */

struct review_count {
	const char *of; /* section, or clause */
	int64_t asked, answered;      /* people */
	int64_t yes, no, na;          /* answers */
	const char *inspection;       /* of a section: id of its case, "" not reported yet */
	int64_t evaluated_ms;         /* of a section */
};
struct result review_by_section(struct desk *desk, const char *campaign, struct arena *arena, struct review_count **out,
                                size_t *count, struct why *why) MUST;
/* review_by_question - of one section; NULL: of all */
struct result review_by_question(struct desk *desk, const char *campaign, const char *section, struct arena *arena,
                                 struct review_count **out, size_t *count, struct why *why) MUST;
/* review_of_clause - the latest campaign that asked it; false: none did */
struct result review_of_clause(struct desk *desk, const char *clause, struct arena *arena,
                               struct review_campaign *campaign, struct review_count *out, bool *found,
                               struct why *why) MUST;
struct review_remark {
	const char *person, *section, *clause, *words;
	enum item_answer answer;
};
/* review_remarks - what was answered no or not applicable in a section (NULL: all) and why;
 * limit  sheets that are opened                                                */
struct result review_remarks(struct desk *desk, const char *campaign, const char *section, size_t limit,
                             struct arena *arena, struct review_remark **out, size_t *count, struct why *why) MUST;

/* review_report - a section's answers go on: its case of `inspection` begins and is answered
 * unanswered  may be said with a reason; without, E_CONFLICT while somebody has not answered
 * errors      E_DENIED as case_move decides; neither who heads the section, nor who may open
 * inspection  the case's id                                                     */
struct result review_report(struct desk *desk, const char *campaign, const char *section, const char *by,
                            const char *reason, char inspection[27], struct why *why) MUST;
/* What the evaluation of a section says.  Each clause that is to be improved becomes a case of
 * `finding`, raised at once, so that its duties begin.                             */
struct review_evaluation {
	const char *campaign, *section, *by;
	const char *words;             /* the evaluation; required */
	bool shows_need;               /* the policy itself needs a look */
	const char *const *clauses;    /* to be improved */
	size_t clause_count;
	day_t deadline;                /* of the improvements */
};
/* review_evaluate - errors E_DENIED, E_INPUT (place: words, deadline, clauses), E_CONFLICT not
 *                   reported yet, or evaluated already
 * asked  out: a person has to decide first; nothing else was done               */
struct result review_evaluate(struct desk *desk, const struct review_evaluation *evaluation, size_t *findings,
                              struct why *why) MUST;

/* ---- findings ------------------------------------------------------------------------- */

/* What is to be put right, of an audit or of a self-inspection. */
struct review_finding {
	const char *id;
	int64_t serial;
	const char *name, *section, *audit, *inspection, *clause, *weight; /* "" not said */
	const char *what;      /* "" once it is erased */
	const char *step;
	day_t deadline;        /* DAY_OPEN: none */
	bool put_right, late;  /* confirmed; not, and the day is over */
	const struct holder *owners; /* who has to answer or improve it, today; none once that is done */
	size_t owner_count;
};
struct review_finding_query {
	const char *audit, *inspection, *section; /* nullable; ids */
	const char *campaign; /* nullable; of all its sections, and then nothing else is asked */
	int64_t after;        /* serial of the last one seen */
	size_t limit;         /* 1..REVIEW_FINDINGS */
};
enum { REVIEW_FINDINGS = 500 };
/* review_findings - in the order of their numbers, those that were put right too
 * duties  nullable: no owners then                                              */
struct result review_findings(struct desk *desk, struct duties *duties, const struct review_finding_query *query,
                              struct arena *arena, struct review_finding **out, size_t *count, bool *more,
                              struct why *why) MUST;

/* review_tick - reminders: for sekisho-clock.  Before the deadline (parameter remind_before)
 * once, after it every remind_again: one entry a campaign, of whom is reminded     */
struct result review_tick(struct desk *desk, size_t *reminded, struct why *why) MUST;

/* ---- audits -------------------------------------------------------------------------- */

struct review_audit {
	const char *name;     /* what is audited, in one line */
	const char *section;  /* audited */
	const char *auditor;  /* person */
	const char *topics;
	day_t from, to;
	const char *contract; /* "" none */
	const char *by;
	const char *unavoidable; /* why nobody else can: a claim; "" */
};
/* Why somebody may not audit a section. */
struct review_stance {
	bool inside;          /* of the section, or holds a post over it */
	bool ran_it;          /* did so within the year before */
	const char *says;     /* one sentence, "" */
};
struct result review_stand(struct desk *desk, const char *auditor, const char *section, struct arena *arena,
                           struct review_stance *out, struct why *why) MUST;
/* review_plan - a row of the year's plan: decided (act plan_audit) with what the office knows
 * of the auditor, then a case of `audit` at its first step
 * errors  E_DENIED  why says which clause minds (place); E_INPUT place: name, section, auditor, from, to */
struct result review_plan(struct desk *desk, const struct review_audit *audit, char id[27], struct why *why) MUST;
struct result review_may_plan(struct desk *desk, const char *person, const char *section, bool *yes,
                              struct why *why) MUST;

/* ---- on a sheet ------------------------------------------------------------------------ */

/* review_sheet_write - the questions of everybody in a section who has not answered, as xlsx:
 * a row for each question, to be filled in by those without the page
 * section  NULL: only `person`'s own                                            */
struct result review_sheet_write(struct desk *desk, const char *campaign, const char *section, const char *person,
                                 const struct sheet_sink *sink, size_t *rows, struct why *why) MUST;
enum { REVIEW_FAULTS = 300 };
struct review_fault {
	size_t row; /* as a spreadsheet shows it */
	const char *label, *text;
};
struct review_taken { /* one person's answers, whole */
	const char *person;
	struct review_said *said;
	size_t said_count;
	bool again; /* replaces an earlier answer */
};
struct review_plan_in {
	size_t rows;
	struct review_taken *people;
	size_t person_count;
	struct review_fault *faults; /* the first REVIEW_FAULTS */
	size_t fault_count, fault_total;
};
/* review_sheet_read - judge such a sheet filled in; nothing is written.  A person whose rows are
 * all without an answer is passed over
 * grid    rows as sekisho-sheet gives them: number of the row, then its cells
 * errors  E_INPUT  no such columns; E_LIMIT                                       */
struct result review_sheet_read(struct desk *desk, const char *campaign, struct slice grid, const char *by,
                                struct arena *arena, struct review_plan_in *out, struct why *why) MUST;
/* review_sheet_take - all of it or nothing; E_CONFLICT while it has a fault      */
struct result review_sheet_take(struct desk *desk, const char *campaign, const struct review_plan_in *plan, const char *by,
                                struct why *why) MUST;

#endif
