/* forms/forms.h - 様式: what the office puts on paper, out of what the rooms know
 *
 * Each form is one file, made anew whenever it is asked for, from the ledger's
 * projections: nothing is kept here and nothing can be typed in.  What was frozen
 * with a decision is read from the ledger's own entry of it.  There is no seal:
 * who decided what, when and in which post stands in 決裁欄, and the entry's number
 * and the tree's root beside it let anybody check that with the ledger's export.
 * Who may see what is the caller's to decide before.
 * PDF is A4 (paper/paper.h), xlsx and CSV are sheets (sheet/sheet.h).
 * errors of all  E_ABSENT no such thing; E_LIMIT too long for paper (why says what to
 *                do instead); E_MEMORY, E_STORE
 */
#ifndef SEKISHO_FORMS_H
#define SEKISHO_FORMS_H

#include "desk/desk.h"
#include "paper/paper.h"
#include "proof/proof.h"
#include "sheet/sheet.h"

struct forms {
	struct desk desk;
	struct proof *proof;           /* forms_proof only */
	const char *title;             /* 青波市 */
	const struct paper_font *font; /* NULL: no PDF, E_ABSENT */
};

/* forms_application - an application as a form: what is asked, 決裁欄, what was frozen
 * (object, class, clause, edition, post), conditions, the entries                */
struct result forms_application(const struct forms *f, const char *id, struct buffer *out, struct why *why) MUST;
/* forms_permit - what the permitted person carries along
 * errors  E_CONFLICT not permitted, or over: why says which                   */
struct result forms_permit(const struct forms *f, const char *id, struct buffer *out, struct why *why) MUST;
/* forms_case - a case as a report: what is known, what happened, the answers, the way */
struct result forms_case(const struct forms *f, const char *id, struct buffer *out, struct why *why) MUST;
/* forms_items - the items that the clauses want of a case (of a contract: what it has to
 * say), answered or not, and the reasons of what does not apply
 * person  as whom the next steps are asked                                    */
struct result forms_items(const struct forms *f, const char *id, const char *person, struct buffer *out,
                          struct why *why) MUST;
/* forms_record - one entry of a record book */
struct result forms_record(const struct forms *f, const char *id, struct buffer *out, struct why *why) MUST;
/* forms_network - 緊急連絡網: who holds which post today, and who stands in */
struct result forms_network(const struct forms *f, struct buffer *out, struct why *why) MUST;

/* A record book is long: step by step, the bytes taken away between.
 * year  fiscal year; 0: all                                                   */
struct forms_book;
struct result forms_book(const struct forms *f, const char *registry, int year, struct buffer *out,
                         struct forms_book **book, struct why *why) MUST;
/* forms_book_step - into out; done: the file is whole */
struct result forms_book_step(struct forms_book *book, struct buffer *out, bool *done, struct why *why) MUST;
void forms_book_drop(struct forms_book **book); /* for AUTO */

/* forms_proof - where every clause stands today and why: PDF, or a sheet into the sink */
struct result forms_proof(const struct forms *f, struct buffer *out, struct why *why) MUST;
struct result forms_proof_sheet(const struct forms *f, enum sheet_format format, const struct sheet_sink *sink,
                                struct why *why) MUST;
/* forms_year - the cases of one kind that were begun in a fiscal year: self-inspections,
 * audits.  Drills are not among them
 * errors  E_ABSENT no such proceeding                                         */
struct result forms_year(const struct forms *f, const char *kind, int year, struct buffer *out, struct why *why) MUST;
struct result forms_year_sheet(const struct forms *f, const char *kind, int year, enum sheet_format format,
                               const struct sheet_sink *sink, struct why *why) MUST;
/* forms_review - the results of a self-inspection: by section with their evaluation, by question,
 * what is to be put right by whom until when, why not, who has not answered
 * duties  nullable: nobody is named as owner then
 * errors  E_ABSENT no such self-inspection; E_LIMIT more findings than fit   */
struct result forms_review(const struct forms *f, struct duties *duties, const char *campaign, struct buffer *out,
                           struct why *why) MUST;
/* forms_review_book - the same as a workbook, a sheet for each; beside reasons stand names */
struct result forms_review_book(const struct forms *f, struct duties *duties, const char *campaign,
                                const struct sheet_sink *sink, struct why *why) MUST;
/* forms_audits - the audit report of a fiscal year: its plan, what was found, what the audited
 * answered and improved, what is still owed because of it                    */
struct result forms_audits(const struct forms *f, struct duties *duties, int year, struct buffer *out, struct why *why) MUST;
/* forms_audits_sheet - the findings of the year, a row each */
struct result forms_audits_sheet(const struct forms *f, int year, enum sheet_format format, const struct sheet_sink *sink,
                                 struct why *why) MUST;
/* forms_year_title - 情報セキュリティ監査報告書（令和8年度）; in the arena, NULL no such kind */
const char *forms_year_title(const struct policy *policy, const char *kind, int year, struct arena *arena);

#endif
