/* desk/desk.h - 台帳の窓口: rows are made, changed and closed through the policy
 *
 * A form and a sheet come in here alike: the act KIND.register, .change or .close
 * is decided on what the row would say, then the register is written with the
 * clauses that spoke, and what the policy wants recorded is entered in the record
 * books, in one transaction.  Stating a class lower than before is an act of its
 * own where the vocabulary has one for the kind (rate_down).
 * Who may touch a row at all: people of its section, who holds a post over it, and
 * who holds a post of the whole body.
 * clause  HN-2.2.2(1)-1/1, capabilities asset-classification
 */
#ifndef SEKISHO_DESK_H
#define SEKISHO_DESK_H

#include "proceeding/proceeding.h"
#include "register/book.h"
#include "register/register.h"

struct desk {
	struct store *store;
	struct ledger *ledger;
	struct vault *vault;
	const struct policy *policy;
	const char *policy_name;
	struct office *office;
	struct registers *registers;
	struct proceedings *proceedings;
	struct random *random;
	const struct clock *clock;
	const char *body;
};

struct desk_change {
	struct register_change row;   /* clauses are filled in here; actor: who does it */
	const char *ground;           /* why a class is lowered; "" */
	const struct policy_claim *claims; /* not_needed for a clause, with its reason */
	size_t claim_count;
};
/* desk_decide - what the policy says to the change, nothing is written
 * errors  E_INPUT, E_ABSENT as register_put; E_DENIED not this person's row  */
struct result desk_decide(struct desk *desk, const struct desk_change *change, struct arena *arena,
                          const struct decision **out, struct why *why) MUST;
/* desk_put - decide, write, record
 * decision  nullable out: what was decided, also when it was refused
 * errors    E_DENIED   refused or held: why says by what, place is the clause; or the
 *                      lowering needs a ground (place "ground")
 *           and those of register_put                                       */
struct result desk_put(struct desk *desk, const struct desk_change *change, struct arena *arena, char id[27],
                       const struct decision **decision, struct why *why) MUST;
struct result desk_close(struct desk *desk, const char *id, int64_t version, const char *actor,
                         struct arena *arena, struct why *why) MUST;
/* A deed that is done, or an event that has happened, told by hand: it is decided on all
 * that is told, and is one entry of the ledger ("done": its act), by which duties are
 * settled and begin; what the policy wants recorded is opened in the record books with
 * what is known.  Free text is sealed.                                        */
struct desk_deed {
	const char *act, *row;    /* row: id of what it is done to (a row, a person), "" none */
	const char *section;      /* whose book */
	const char *actor;        /* who tells, and does it */
	const struct cell *told;  /* by the act's paths: {"workers", "id id"}; "performed_at" too;
	                           * answers to items: {"answer.LIST.ITEM", "yes"} */
	size_t told_count;
	const struct policy_claim *claims;
	size_t claim_count;
};
/* desk_deed_tellable - events, acts that nobody has to permit, the adoption and change of documents, and whatever the edition
 * in force wants recorded; not what gates and the ledger do by themselves      */
bool desk_deed_tellable(const struct desk *desk, const struct policy_act *act);
struct result desk_deed_decide(struct desk *desk, const struct desk_deed *deed, struct arena *arena,
                               const struct decision **out, struct why *why) MUST;
struct desk_told {
	int64_t seq;    /* of its entry in the ledger */
	char entry[27]; /* id of the first record that has to be completed, "" none */
};
/* desk_deed_put - errors  E_DENIED refused (that it was, and by which clause, is kept in the
 *         ledger) or held, as desk_put; E_ABSENT nothing that is told by hand
 * decision  nullable out: also when it was refused                            */
struct result desk_deed_put(struct desk *desk, const struct desk_deed *deed, struct arena *arena,
                            struct desk_told *out, const struct decision **decision, struct why *why) MUST;
/* desk_entry_close - close an entry, unless the policy refuses its act by what was
 * written (one person alone at work): E_DENIED                              */
struct result desk_entry_close(struct desk *desk, const char *entry, const char *actor, struct arena *arena,
                               struct why *why) MUST;

/* What a program or a person tells as it happens: an act that it asks about before it
 * lets it go on, or an event.  Decided on what is told; kept in the ledger whatever
 * the answer is, with the clauses that spoke; what the policy wants of it follows in
 * the same transaction: entries of record books, the fact that it `sets`, the case
 * that an event `opens` (one for the same happening while it runs), and its duties
 * by the entry.  An entry of a held act names no clause: nothing is proven by it.  */
enum { TELL_REFERENCE = 120, TELL_RECORDS = 8 };
struct desk_telling {
	const char *act;        /* an act or an event of the vocabulary; no move */
	const char *object;     /* row, person or section it is done to; "" none */
	const char *section;    /* whose book; "": the object's, else the teller's */
	const char *teller;     /* person whose program tells */
	const char *actor;      /* who does it; "": the teller */
	const char *reference;  /* the program's own name for it, at most TELL_REFERENCE letters,
	                         * digits and ._:@/+=<>[]- ; "" none */
	const struct cell *told; /* by the act's paths; of a row only what is found, not kept */
	size_t told_count;
	const struct policy_claim *claims;
	size_t claim_count;
};
struct desk_verdict {
	enum verdict verdict;      /* of an event: PASS, it has happened */
	const char *clause;        /* that stops it; "" */
	const char *sentence;      /* why it is stopped; "" */
	const struct decision *decision;
	int64_t seq;               /* of the entry */
	const char *records[TELL_RECORDS]; /* entries of record books, ids */
	size_t record_count;
	const char *begun;         /* the case that was opened or runs already; "" */
};
/* desk_tell - own transaction unless one is open
 * errors  E_ABSENT no such act or object; E_INPUT something told that cannot be:
 *         place is its path; a refusal is no error                            */
struct result desk_tell(struct desk *desk, const struct desk_telling *telling, struct arena *arena,
                        struct desk_verdict *out, struct why *why) MUST;

/* desk_may - may the person touch rows of that section? */
struct result desk_may(struct desk *desk, const char *person, const char *section, bool *may,
                       struct why *why) MUST;

#endif
