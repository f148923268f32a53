/* gate/pool/worker.h - the workers' side: what a worker program is
 *
 *   sekisho-cleanse [--name NAME] [--no-jail] < document > clean
 *       one document; its report is JSON on descriptor 3, else standard error;
 *       status 0 passed, 1 refused, 2 bad usage, 3 failed
 *   sekisho-cleanse --zygote FD [--no-jail]
 *       started by the pool: a jailed process that forks one jailed child for
 *       each document it is given on the socket FD
 *
 * The main() of a worker program is one call of worker_main with its table row.
 */
#ifndef SEKISHO_GATE_POOL_WORKER_H
#define SEKISHO_GATE_POOL_WORKER_H

#include "base/buffer.h"
#include "gate/pool/pool.h"

struct jail_profile;

struct worker_task {
	struct slice name, in;
	struct slice password;     /* POOL_CLEANSE */
	struct content_rules rules; /* POOL_CLEANSE */
	struct slice original;     /* with compare */
	bool compare;
	enum inspect_type type;
	struct file_limits limits; /* input_bytes 0: defaults */
	struct inspect_limits inspect_limits; /* expanded_bytes 0: defaults */
	void (*note)(void *user, const char *place); /* file_request.note; nullable */
	void *note_user;
};

struct worker_finding {
	struct file_report file;         /* of a cleansing program */
	struct inspect_report inspect;   /* of an inspecting one */
	enum inspect_agreement agreement;
};

struct worker {
	const char *program;               /* "sekisho-cleanse" */
	enum pool_program kind;
	const struct jail_profile *profile;
	void (*prepare)(void);             /* before the jail; nullable */
	/* The limits hold now: an allocation that fails ends the process with status,
	 * after last was written to fd (-1: to nowhere); nullable                    */
	void (*limited)(int status, int fd, struct slice last);
	/* One document.  out is filled by POOL_CLEANSE only.  An error is E_MEMORY;
	 * everything else is said in the finding. */
	struct result (*work)(const struct worker_task *task, struct arena *arena,
	                      struct buffer *out, struct worker_finding *finding, struct why *why);
	enum inspect_type (*type_of)(const char *word); /* POOL_INSPECT: reads --type */
	/* The finding as one JSON object, for the form with one document. */
	void (*json)(const struct worker_finding *finding, struct buffer *out);
};

/* worker_main - the whole program; returns its exit status */
int worker_main(const struct worker *worker, int argc, char **argv);

#endif
