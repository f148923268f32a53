/* proof/oscal.h - the states of all clauses as OSCAL 1.1 assessment results
 *
 * One result: every clause that asks for something is a reviewed control and a
 * finding, satisfied when it is enforced or met; its newest entries are an
 * observation whose evidence names them by number, so that who holds an export of
 * the ledger finds and verifies them without this program.
 * A control's id is the clause's with what OSCAL's token does not take written as
 * _xHH; the id as printed stands beside it as a property.  The same day, body and
 * ledger give the same bytes: UUIDs are derived (version 5's form, by SHA-256).
 * source  NIST OSCAL 1.1.3, assessment-results model
 */
#ifndef SEKISHO_PROOF_OSCAL_H
#define SEKISHO_PROOF_OSCAL_H

#include "proof/proof.h"

#include <jansson.h>

struct oscal_words {
	const char *body, *title;  /* "aonami", 青波市 */
	const char *origin;        /* of the ledger */
	const char *policy_title;  /* 阪南市情報セキュリティポリシー */
	day_t effective;           /* of the edition in force */
	int64_t since_ms, now_ms;  /* what was looked at; now: the day of the survey */
	int64_t entries;           /* the ledger's size */
};
enum { OSCAL_EVIDENCE = 5 }; /* entries of one observation */
/* proof_oscal - out: a new reference
 * errors  those of proof_state and proof_evidence; E_MEMORY                 */
struct result proof_oscal(const struct survey *survey, const struct oscal_words *words, struct arena *arena,
                          json_t **out, struct why *why) MUST;

#endif
