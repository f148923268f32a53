/* cli/cli.h - the command line: sekisho VERB ...
 *
 * A verb is a row of a table.  Exit status: 0 done or passed, 1 a policy or a
 * gate refused, 2 bad usage or input (with file, line or field), 3 something
 * failed (nothing half done).  Results go to standard output, what went wrong
 * to standard error, in Japanese with the English behind it where it helps.
 */
#ifndef SEKISHO_CLI_CLI_H
#define SEKISHO_CLI_CLI_H

#include "base/arena.h"
#include "base/error.h"
#include "policy/policy.h"

enum { CLI_DONE = 0, CLI_REFUSED = 1, CLI_USAGE = 2, CLI_FAILED = 3 };

struct verb {
	const char *name;  /* "cleanse", "ledger verify" */
	const char *usage; /* what follows the name */
	const char *help;  /* one Japanese line */
	int (*run)(int argc, char **argv); /* argv[0] is the first word after the name */
};
extern const struct verb *const cli_verbs[]; /* NULL-terminated tables of rows ending in NULL names */
int cli_run(int argc, char **argv);

/* cli_why - print a failure as people read it; returns the exit status for it */
int cli_why(const char *what, const struct why *why);
int cli_usage(const struct verb *verb);

/* Options: "--name VALUE" or "-x VALUE" anywhere; the rest are operands. */
struct option_row {
	const char *name;   /* "--report", "-o" */
	const char **value; /* NULL for a flag */
	bool *flag;
};
/* cli_options - takes the options out of argv and compacts the operands to its
 * front; returns their number, or -1 for an unknown option (already said)   */
int cli_options(int argc, char **argv, const struct option_row *rows, size_t count);

/* cli_policy - the vocabulary, the edition folder policies/ID and what it takes over */
struct result cli_policy(const char *id, struct arena *arena, struct policy **out,
                         struct findings *findings, struct why *why) MUST;
/* cli_policy_coverage - sekisho policy coverage */
int cli_policy_coverage(int argc, char **argv);
/* cli_question - an act from JSON text (docs: sekisho-decide(1)); policy_name is
 * that of the edition loaded; day: of the question if the text names none   */
struct result cli_question(const struct policy *policy, struct slice json, day_t day,
                           struct arena *arena, struct policy_question *out, struct why *why) MUST;
/* cli_read - a file, or standard input for "-" */
struct result cli_read(const char *path, size_t ceiling, struct arena *arena, struct slice *out,
                       struct why *why) MUST;

/* cli_password - the first line of a file, or of a descriptor that was handed over: a
 * password on the command line could be read by everybody on the machine
 * path, number  both NULL: none, out is empty
 * room          holds it: wipe it when used                                  */
enum { PASSWORD_ROOM = 512 };
struct result cli_password(const char *path, const char *number, uint8_t room[PASSWORD_ROOM], struct slice *out,
                           struct why *why) MUST;

extern const struct verb cli_cleanse_verbs[], cli_policy_verbs[], cli_text_verbs[], cli_compare_verbs[], cli_replay_verbs[], cli_ledger_verbs[],
	cli_office_verbs[], cli_person_verbs[], cli_demo_verbs[], cli_zone_verbs[], cli_duty_verbs[], cli_transfer_verbs[], cli_carry_verbs[], cli_apply_verbs[], cli_case_verbs[], cli_form_verbs[], cli_switch_verbs[], cli_rejudge_verbs[], cli_review_verbs[];

#endif
