/* office/office.h - bodies, sections, posts held from/to, people, delegation
 *
 * Posts, not persons, and as of a day.  Everything about the office is a
 * projection of the ledger: it changes only by an entry, in the transaction of
 * that entry.  Names, logins and reasons are personal: they lie in the vault,
 * and the entry holds the item's id and keyed digest.  Post names are those of
 * the policy ("manager", "ciso", ...); scope is a section id, or "" for posts
 * there is one of.  Sign-in is office/signin.h.
 * clause  HN-2.1(2), HN-2.1(3)-1 separation, HN-2.6.2(1) accounts
 */
#ifndef SEKISHO_OFFICE_OFFICE_H
#define SEKISHO_OFFICE_OFFICE_H

#include "base/arena.h"
#include "base/calendar.h"
#include "base/clock.h"
#include "base/random.h"
#include "ledger/ledger.h"
#include "policy/policy.h"
#include "store/vault.h"

extern const struct projection office_projection;

struct office;
struct signin_rules; /* office/signin.h */

enum { DAY_OPEN = INT32_MAX }; /* no last day */

struct office_parts {
	struct store *store;
	struct ledger *ledger;
	struct vault *vault;
	struct random *random;
	const struct clock *clock;
	const char *body;                  /* id of the body, e.g. "aonami" */
	const struct policy *policy;       /* for facts and findings; NULL: neither can be had */
	const char *policy_name;           /* whose posts are the body's: "hannan"; may be NULL */
	const struct signin_rules *signin; /* copied; NULL: signin_defaults() */
};
/* office_open - everything borrowed; migrates the working tables of sign-in */
struct result office_open(const struct office_parts *parts, struct office **out, struct why *why) MUST;
void office_close(struct office *office);
/* office_follow - the policy that the office is under from now on; both borrowed */
void office_follow(struct office *office, const struct policy *policy, const char *policy_name);
/* office_signin_rules, office_set_signin_rules - the rules of signing in, and others from now on
 * (copied): who invents an office need not pay for its people's hashes what real ones cost */
struct signin_rules;
struct signin_rules office_signin_rules(const struct office *office);
void office_set_signin_rules(struct office *office, const struct signin_rules *rules);
void office_drop(struct office **office);

/* Ids of sections, posts and logins: a-z 0-9 then also . _ -, at most 32. */
struct section {
	const char *id;     /* "tax" */
	const char *name;   /* 税務課 */
	const char *parent; /* department's id or "" */
	day_t to;           /* last day; DAY_OPEN or 0 where it is given: no end */
	const char *successor; /* takes over its matters after `to`; "" none */
};
struct person {
	const char *id;      /* given by the office, 26 characters */
	const char *name;    /* 青木 一郎; （消去済み） after erasure */
	const char *login;
	const char *section;
	bool active;         /* false: suspended; holds no post, cannot sign in */
};
struct holding {
	const char *post;
	const char *scope;
	const char *person;
	day_t from;
	day_t to; /* last day; DAY_OPEN: no end */
};

/* Changes.  Each opens its own transaction unless one is open, appends one entry
 * and returns after commit.  `by` is the acting person's id ("" at set-up).
 * errors  E_INPUT  an id, name or period that cannot be (place: the field)
 *         E_ABSENT no such section, person or holding
 *         E_CONFLICT it exists already or overlaps                          */
struct result office_add_section(struct office *office, const char *by, const struct section *section,
                                 struct why *why) MUST;
/* office_change_section - its name and parent from now on
 * office_close_section - last_day may lie ahead; whatever is asked of its posts
 * afterwards is asked of the successor ("" none)
 * errors  E_CONFLICT it was closed already, or would follow itself          */
struct result office_change_section(struct office *office, const char *by, const struct section *section,
                                    struct why *why) MUST;
struct result office_close_section(struct office *office, const char *by, const char *id, day_t last_day,
                                   const char *successor, struct why *why) MUST;
/* office_add_person - person->id is ignored, id out; with a provisional password
 * that must be changed at first sign-in; the empty slice gives none: nobody can
 * sign in until office_reset_password                  clause HN-2.6.2(1)-2b */
struct result office_add_person(struct office *office, const char *by, const struct person *person,
                                struct slice provisional_password, char id[27], struct why *why) MUST;
/* office_move_person - to another section (異動); posts are ended by themselves */
struct result office_move_person(struct office *office, const char *by, const char *person,
                                 const char *section, struct why *why) MUST;
struct result office_hold_post(struct office *office, const char *by, const struct holding *holding,
                               struct why *why) MUST;
/* office_end_post - shortens the holding that is in force on last_day, or begins
 * later (then it never was); E_ABSENT none                                  */
struct result office_end_post(struct office *office, const char *by, const char *post,
                              const char *scope, const char *person, day_t last_day,
                              struct why *why) MUST;
/* office_suspend - or restore; suspension ends every session of the person */
struct result office_suspend(struct office *office, const char *by, const char *person, bool suspended,
                             struct slice reason, struct why *why) MUST;

/* office_end_sessions - of a person whose rights have changed; reason a word
 * ("transferred") */
struct result office_end_sessions(struct office *office, const char *person, const char *reason,
                                  struct why *why) MUST;

/* Absence.  A person who is prevented (事故あるとき) cannot do the office's work;
 * one who is absent (不在) is away just now.  A post is vacant (欠けたとき) when
 * nobody holds it.  These are three things: a policy's `substitute` says which
 * of them it means.                                                         */
enum absence_kind { ABSENCE_PREVENTED = 1, ABSENCE_AWAY };
struct absence {
	char id[27]; /* given by the office */
	const char *person;
	enum absence_kind kind;
	day_t from, to;
};
struct result office_add_absence(struct office *office, const char *by, const struct absence *absence,
                                 struct slice reason, char id[27], struct why *why) MUST;
/* office_end_absence - last_day before `from`: it never was */
struct result office_end_absence(struct office *office, const char *by, const char *id, day_t last_day,
                                 struct why *why) MUST;
/* office_absences - in force on the day */
struct result office_absences(struct office *office, day_t day, struct arena *arena,
                              struct absence **out, size_t *count, struct why *why) MUST;

/* Delegation (専決): the holders of one post may decide for another, in named
 * matters, from/to.  It only has effect while the policy says `delegate post to
 * to_post`.                                              clause HN-2.1(2)-SUP-9 */
struct delegation {
	char id[27]; /* given by the office */
	const char *post, *scope;       /* whose matters */
	const char *to_post, *to_scope; /* who decides */
	const char *matter; /* an act ("medium.attach"), acts by ',' or "*" for all */
	day_t from, to;
};
struct result office_delegate(struct office *office, const char *by, const struct delegation *delegation,
                              char id[27], struct why *why) MUST;
/* office_may_delegate - may this person enter or end it today?  E_DENIED unless the policy says
 * `delegate post to to_post` and he holds that post for that scope          */
struct result office_may_delegate(struct office *office, const char *by, const struct delegation *delegation,
                                  struct arena *arena, struct why *why) MUST;
struct result office_end_delegation(struct office *office, const char *by, const char *id,
                                    day_t last_day, struct why *why) MUST;
/* office_delegations - in force on the day */
struct result office_delegations(struct office *office, day_t day, struct arena *arena,
                                 struct delegation **out, size_t *count, struct why *why) MUST;

/* Facts.  What the vocabulary's kinds person, section and department can say and no
 * column above says: unit, role, runs_it ...  Each holds from its day until the
 * next one; the empty value says that it is not known any more.  A person's
 * section and a section's name and parent are kept the same way, by the entries
 * that change them.                                     source vocabulary/people.pol */
struct office_fact {
	const char *kind;  /* "person", "section", "department" */
	const char *id;    /* person's or section's */
	const char *path;  /* "unit" */
	const char *value; /* in the form of policy's facts_set_any */
	day_t from;
};
/* office_set_fact - E_INPUT no such fact of that kind, or a value that it cannot have
 * (place: the path); E_ABSENT no such person or section; E_CONFLICT no vocabulary */
struct result office_set_fact(struct office *office, const char *by, const struct office_fact *fact,
                              struct why *why) MUST;
/* office_facts - of one person or section on the day, in the order of paths */
struct result office_facts(struct office *office, const char *kind, const char *id, day_t day,
                           struct arena *arena, struct office_fact **out, size_t *count,
                           struct why *why) MUST;
/* office_person_facts - what the office knows of a person on the day, as facts below prefix: the
 * section, the role; and what is no as long as nobody has said otherwise (`unsaid`) */
struct result office_person_facts(struct office *office, const char *person, day_t day, struct arena *arena,
                                  const char *prefix, struct facts *facts, struct why *why) MUST;
/* office_actor_facts - sets actor and everything that the office knows of the person on
 * the day: actor.*, actor.section.*, the posts held
 * errors  E_ABSENT no such person; those of facts_set_*                      */
struct result office_actor_facts(struct office *office, const char *person, day_t day,
                                 struct arena *arena, struct facts *facts, struct why *why) MUST;

/* Questions.  Strings live in the arena.  Lists are ordered by id. */
struct result office_person(struct office *office, const char *id, struct arena *arena,
                            struct person *out, struct why *why) MUST;
struct result office_people(struct office *office, struct arena *arena, struct person **out,
                            size_t *count, struct why *why) MUST;
/* office_roll - everybody by id, section and whether active; names and logins stay sealed
 * ("" here): for whoever asks where people are, not what they are called   */
struct result office_roll(struct office *office, struct arena *arena, struct person **out,
                          size_t *count, struct why *why) MUST;
/* office_find_login - the id of the person; E_ABSENT */
struct result office_find_login(struct office *office, struct slice login, char id[27],
                                struct why *why) MUST;
struct result office_section(struct office *office, const char *id, struct arena *arena,
                             struct section *out, struct why *why) MUST;
/* office_sections - those that are not closed today */
struct result office_sections(struct office *office, struct arena *arena, struct section **out,
                              size_t *count, struct why *why) MUST;
/* office_members - ids of the active people of a section, as it is now */
struct result office_members(struct office *office, const char *section, struct arena *arena,
                             const char ***out, size_t *count, struct why *why) MUST;
/* office_holdings - of a person on a day */
struct result office_holdings(struct office *office, const char *person, day_t day,
                              struct arena *arena, struct holding **out, size_t *count,
                              struct why *why) MUST;
/* office_all_holdings - of everybody, past and coming ones too */
struct result office_all_holdings(struct office *office, struct arena *arena, struct holding **out,
                                  size_t *count, struct why *why) MUST;
/* office_post_state - union of enum post_state (policy.h): POST_VACANT without a
 * holding in force, POST_PREVENTED when every holder is prevented, POST_ABSENT
 * when every holder is away                                                 */
struct result office_post_state(struct office *office, const char *post, const char *scope, day_t day,
                                unsigned *out, struct why *why) MUST;

/* Who may act as `post` of `scope` on a day: LANGUAGE.md section 5.
 * (1) its holders; (2) when a `substitute` of the policy applies, the holders of
 * that post instead, marked 代; (3) beside them those to whom a recorded
 * delegation in force gives the matter, marked 専決; (4) without whoever is
 * excluded.  Nobody left: the post above, if the office has set the parameter
 * `rise`; else count 0, a hole.  Suspended people are never among them.     */
struct holder {
	const char *person;
	const char *as;    /* "" plain, "substitute" 代, "delegate" 専決 */
	const char *post;  /* the post held in fact */
	const char *scope; /* of that post */
	bool risen;        /* the question rose to a post above */
};
struct office_question {
	const char *post, *scope;
	day_t day;
	/* of the act, for `for-acts` and the delegation's matter; NULL: only what
	 * holds for every act                                                  */
	const char *act;
	/* never among them: the applicant, unless a `separate … unless` of the text
	 * opened it (wanted_route.distinct_from_actor is false); the auditee for
	 * an auditor's slot                                                    */
	const char *const *excluded;
	size_t excluded_count;
	const char *policy_name; /* NULL: the first edition in force that knows the post */
};
struct result office_resolve(struct office *office, const struct policy *policy,
                             const struct office_question *question, struct arena *arena,
                             struct holder **out, size_t *count, struct why *why) MUST;
/* office_passed_over - whom a substitute acts for: the active holders of the post itself, for
 * the scope as office_resolve finds it; excluded and act are not asked     */
struct result office_passed_over(struct office *office, const struct policy *policy,
                                 const struct office_question *question, struct arena *arena,
                                 struct holder **out, size_t *count, struct why *why) MUST;
/* office_holders - the same with one excluded person (nullable) and no act */
struct result office_holders(struct office *office, const struct policy *policy, const char *post,
                             const char *scope, const char *except, day_t day, struct arena *arena,
                             struct holder **out, size_t *count, struct why *why) MUST;

/* office_holes - posts of the body's edition that nobody could act as on the day: those
 * that exist once, those of each section (one without sections below it) and of
 * each department (one with); a post that needs several lacks the rest.  Posts per
 * row of a register are asked with the row, not here.
 * errors  E_CONFLICT no policy, or no edition in force                      */
struct office_hole {
	const struct policy_post *post;
	const char *scope;
	size_t held, wanted; /* persons */
};
struct result office_holes(struct office *office, day_t day, struct arena *arena,
                           struct office_hole **out, size_t *count, struct why *why) MUST;

/* office_check - what a check of the policy needs the office's people for, with file and
 * line of the clause and what mends it: 10 nobody could ever permit it, 11 whose own
 * application nobody is left to permit, 12 a post without holder, 13 a substitute,
 * delegation or named post without act, 30 one person in posts that judge each
 * other                                                source LANGUAGE.md section 8
 * errors  E_CONFLICT no policy, or no edition in force                      */
struct result office_check(struct office *office, day_t day, struct arena *arena,
                           struct findings *findings, struct why *why) MUST;

/* office_match - can these slots be filled by different persons out of those who
 * signed?  One person never counts twice, whatever posts he holds.  Pure.
 * slots      who may fill each (office_resolve); at most MATCH_SLOTS
 * signers    person ids; a person named twice counts once
 * signer_of  nullable out, one a slot: the index of its signer, SIZE_MAX open
 * filled     nullable out: the largest number of slots that can be filled
 * returns    true when every slot is filled.  With every holder as a signer it
 *            says beforehand whether the route can be completed at all: false is
 *            a hole although each slot alone has holders                     */
enum { MATCH_SLOTS = 64 };
struct match_slot {
	const struct holder *holders;
	size_t count;
};
bool office_match(const struct match_slot *slots, size_t slot_count, const char *const *signers,
                  size_t signer_count, size_t *signer_of, size_t *filled);

/* office_load_chart - sections, people and posts from TSV, all or nothing:
 *   section<TAB>id<TAB>name<TAB>parent
 *   person<TAB>login<TAB>name<TAB>section
 *   post<TAB>post<TAB>scope<TAB>login<TAB>from<TAB>to     to empty: no end
 *   fact<TAB>kind<TAB>login or section<TAB>path<TAB>value<TAB>from
 *   away<TAB>login<TAB>prevented|away<TAB>reason<TAB>from<TAB>to
 *   delegate<TAB>post@scope<TAB>post@scope<TAB>acts by ',' or *<TAB>from<TAB>to
 * '#' begins a comment line; a line may use only what stands above it (or is in
 * the office already).  Everybody gets a random provisional password, which is
 * returned once and kept nowhere readable.
 * errors  E_INPUT, E_ABSENT, E_CONFLICT with place "line N"                */
struct chart_person {
	const char *id, *login, *name, *password;
};
struct result office_load_chart(struct office *office, const char *by, struct slice tsv,
                                struct arena *arena, struct chart_person **out, size_t *count,
                                struct why *why) MUST;

#include "office/signin.h"

#endif
