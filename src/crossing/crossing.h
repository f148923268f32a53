/* crossing/crossing.h - files carried from zone to zone: 受渡し
 *
 * A person puts files into a draft, submits them, and sekisho-gate carries each
 * file through the steps that the clauses ask for: scanned, sanitised, read a
 * second time, scanned again (inward); scanned, permitted, encrypted (outward).
 * Only crossing/release.c can make a file released, and only out of what the
 * checks gave it.  A file that cannot be checked waits and says so.
 * The original stays sealed until its retention ends.
 * clause  HN-2.3(2) inward, HN-2.2.2(8) outward, HN-2.6.4(1) scans, HN-2.7.4 originals
 */
#ifndef SEKISHO_CROSSING_H
#define SEKISHO_CROSSING_H

#include "gate/file/file.h"
#include "proceeding/proceeding.h"

extern const struct projection crossing_projection;

struct crossings;

struct crossing_settings {
	int original_days; /* an original is erased after; default 30 */
	int collect_days;  /* a released file can be collected for; default 7 */
	uint32_t files;    /* in one submission; 20 */
	uint64_t bytes;    /* of one submission; 200 MiB */
	/* judgements that are used again (crossing/cache.h): for so many days, 0 never; 7.
	 * At most so many, and so many bytes of results, at a time; 4,096 and 2 GiB */
	int cache_days;
	uint32_t cache_rows;
	uint64_t cache_bytes;
	uint32_t page_dpi;   /* of PDF pages that become pictures (switch "page-drawing"), dots an inch; default 200 */
	const char *affairs; /* what the gate's two ends deal in (fact host.affairs); default "internal" */
};
struct crossing_settings crossing_settings_default(void);

/* What the gate has found and others have to know of: an event of the vocabulary. */
struct crossing_alarm {
	const char *event;
	const char *person, *section;  /* who sent the file, and his section */
	const char *reference;         /* the file */
	const struct cell *facts;      /* by the event's paths */
	size_t fact_count;
};
struct crossing_parts {
	struct proceeding_parts base;
	struct proceedings *proceedings;
	struct crossing_settings settings;
	/* nullable; called in the transaction that is open: what fails there fails the file's step */
	struct result (*alarm)(void *context, const struct crossing_alarm *alarm, struct why *why);
	void *context;
};
struct result crossing_open(const struct crossing_parts *parts, struct crossings **out,
                            struct why *why) MUST;
void crossing_close(struct crossings *c);
void crossing_drop(struct crossings **c);

enum crossing_direction { CROSSING_INWARD = 1, CROSSING_OUTWARD };
const char *crossing_direction_name(enum crossing_direction direction); /* "inward","outward" */

/* ---- drafts: a working table, not a projection; a draft is nobody's record */
struct draft_file {
	const char *id;
	const char *name;
	uint64_t bytes;
};
/* crossing_draft_add - takes over the writer (finished or abandoned in any case)
 * name    as the person's machine gave it; made safe here
 * errors  E_LIMIT  too many files or bytes; E_INPUT an empty file or no name */
struct result crossing_draft_add(struct crossings *c, const char *person,
                                 enum crossing_direction direction, struct slice name,
                                 struct vault_writer **writer, struct why *why) MUST;
struct result crossing_draft_files(struct crossings *c, const char *person,
                                   enum crossing_direction direction, struct arena *arena,
                                   struct draft_file **out, size_t *count, struct why *why) MUST;
struct result crossing_draft_remove(struct crossings *c, const char *person, const char *file,
                                    struct why *why) MUST;

struct crossing_request {
	enum crossing_direction direction;
	const char *sender;     /* person id */
	const char *receiver;   /* inward: person id of who collects */
	/* what the sender says of the object, "NAME=VALUE" with one space between: the classes
	 * of the edition's scales and whatever else its clauses ask of an asset
	 * ("importance=B", "confidentiality=2 specific=no"); a class that is not
	 * among them cannot be told (わからない)                                 */
	const char *answers;
	const char *purpose;
	const char *partner;    /* inward: from whom; outward: to whom outside */
	const char *protection; /* outward: "encrypted", "none" */
	const char *not_needed; /* reason why no protection is needed, or "" */
};
/* crossing_preview - what would happen to this: the decision as things stand
 * before any check; nothing is recorded                                    */
struct result crossing_preview(struct crossings *c, const struct crossing_request *request,
                               struct arena *arena, const struct decision **out,
                               struct why *why) MUST;
/* crossing_questions - what the form has to ask of the object: every class that there
 * is, and what the decision says is missing
 * preview  of crossing_preview for the same request                          */
struct crossing_question {
	const char *name; /* of the answer */
	const struct policy_fact *fact;
};
struct result crossing_questions(struct crossings *c, const struct crossing_request *request,
                                 const struct decision *preview, struct arena *arena,
                                 struct crossing_question **out, size_t *count,
                                 struct why *why) MUST;
/* crossing_answer - one answer's value, empty if there is none */
struct slice crossing_answer(const char *answers, const char *name);
/* crossing_act - "transfer" inward, "provide" outward */
const char *crossing_act(enum crossing_direction direction);
/* crossing_submit - the person's draft becomes a crossing
 * errors  E_INPUT   a field: why->place names it, why->text is the sentence to show
 *         E_DENIED  a clause refuses: sentence and clause                   */
struct result crossing_submit(struct crossings *c, const struct crossing_request *request,
                              char id[27], struct why *why) MUST;

enum crossing_state {      /* of a file */
	CROSSING_NONE = 0,
	CROSSING_WAITING,  /* received; in the queue */
	CROSSING_CHECKED,  /* all checks passed; waits for somebody's word */
	CROSSING_RELEASED, /* can be collected */
	CROSSING_COLLECTED,
	CROSSING_REFUSED,
	CROSSING_HELD,     /* the two readers disagree: the IT section looks */
	CROSSING_LAPSED,   /* not collected in time */
	CROSSING_LOCKED,   /* needs a password: asked for on its page */
};
const char *crossing_state_name(enum crossing_state state);
const char *crossing_state_japanese(enum crossing_state state);

struct crossing_signature {
	const char *sentence; /* who signed, whether it held */
	const char *verdict;  /* "intact","broken","unreadable" */
	const char *subject, *issuer, *detail;
	bool known_root, whole;
	int64_t signed_ms;    /* as the signer says; 0 unknown */
};
struct crossing_removal {
	const char *what, *where, *sentence;
};
struct crossing_file {
	const char *id, *crossing;
	const char *name;         /* safe, right, NFC */
	const char *clean_name;   /* what is collected: endings change (docm -> docx, outward .zip) */
	enum crossing_state state;
	const char *note;         /* why it waits, or "" */
	uint64_t bytes, clean_bytes;
	const char *type;         /* "docx", "" until known */
	enum file_verdict verdict;
	const char *refusal;      /* typed word: "damaged", "malware", "policy", ... */
	const char *sentence;     /* refused: what was stopped, why, what to do */
	const char *reason;       /* precise, for the IT section */
	const char *clause;       /* id that refused it, "" */
	const struct crossing_removal *removals;
	size_t removal_count;
	const struct crossing_signature *signatures; /* as they stood before the rebuild */
	size_t signature_count;
	bool locked_again;        /* handed over in an AES zip, under the password that was given */
	int64_t released_ms, collected_ms, collect_until_ms, original_until_ms, original_erased_ms;
	int64_t original_released_ms, original_collected_ms; /* by exception, once */
};
struct crossing {
	const char *id, *number;  /* R8-0007 */
	enum crossing_direction direction;
	const char *sender, *receiver, *section;
	const char *answers;      /* as in the request */
	const char *purpose, *partner, *protection, *not_needed;
	const char *password;     /* outward, encrypted: shown to the sender inside only; else "" */
	const char *application;  /* id, or "" when nobody has to be asked */
	const char *edition;
	int64_t created_ms;
	const struct crossing_file *files;
	size_t file_count;
};
struct result crossing_get(struct crossings *c, const char *id, struct arena *arena,
                           struct crossing *out, struct why *why) MUST;
/* crossing_of_file - the crossing that a file belongs to */
struct result crossing_of_file(struct crossings *c, const char *file, struct arena *arena,
                               struct crossing *out, struct why *why) MUST;
/* crossing_wish - the act of a crossing as it was put to the policy when its files
 * had passed the gate (replay), and the sender's section                    */
struct result crossing_wish(struct crossings *c, const char *id, struct arena *arena, struct wish *out,
                            const char **section, struct why *why) MUST;
struct crossing_query {
	const char *sender, *receiver;   /* nullable */
	enum crossing_direction direction;/* 0: both */
	enum crossing_state state;        /* crossings with a file in it; 0: any */
	bool collectable;                 /* only with something to collect now */
	size_t limit;
};
struct result crossing_list(struct crossings *c, const struct crossing_query *query,
                            struct arena *arena, struct crossing **out, size_t *count,
                            struct why *why) MUST;

/* crossing_collect - hand a released file to its receiver (inward: the receiver
 * at the inner side; outward: the sender at the outer side)
 * zone    of the session: "internet", "lgwan"
 * original  the file as it came, which an exception released once
 * reader, name  out; read to the end, then vault_read_end
 * errors  E_DENIED not this person's or zone's, not released, used up, over   */
struct result crossing_collect(struct crossings *c, const char *file, const char *person,
                               const char *zone, bool original, struct vault_reader **reader,
                               struct vault_info *info, struct arena *arena, const char **name,
                               struct why *why) MUST;

/* crossing_original_bar - which clause keeps a file's original back, which lets an
 * exception be granted, and by whom (text)
 * errors  E_DENIED  none does: why says so in Japanese                       */
struct crossing_bar {
	const char *clause, *lift, *route;
};
struct result crossing_original_bar(struct crossings *c, const char *file, struct arena *arena,
                                    struct crossing_bar *out, struct why *why) MUST;
/* crossing_ask_original - 7.4: the section manager applies for one file's original
 * errors  E_DENIED  not a section manager, or no clause lets an exception be granted;
 *         E_INPUT reason or end missing                                     */
struct result crossing_ask_original(struct crossings *c, const char *file, const char *applicant,
                                    const char *reason, day_t until, char application[27],
                                    struct why *why) MUST;

/* crossing_retry - a held or waiting file goes to the front of the queue again */
struct result crossing_retry(struct crossings *c, const char *file, const char *by,
                             struct why *why) MUST;

/* crossing_give_password - for a locked file: the gate tries it next
 * person    sender or receiver
 * password  UTF-8, 1..256 bytes; sealed until it was tried, then destroyed; in no
 *           entry and no log
 * errors    E_INPUT     why->text is the sentence to show
 *           E_CONFLICT  it does not wait for one
 *           E_ABSENT    not this person's file                                */
struct result crossing_give_password(struct crossings *c, const char *file, const char *person,
                                     struct slice password, struct why *why) MUST;

struct crossing_counts {
	int64_t waiting, checked, held, released, collected, refused, lapsed;
	int64_t oldest_waiting_ms; /* 0: none */
	int64_t today_received, today_released, today_refused;
};
struct result crossing_count(struct crossings *c, struct crossing_counts *out, struct why *why) MUST;

/* ---- for sekisho-gate and sekisho-clock --------------------------------- */
struct pool;
struct scanner;
/* crossing_step - take the next file that can go on and bring it one step on
 * worked  out: false when nothing can be done now                          */
struct result crossing_step(struct crossings *c, struct pool *pool, const struct scanner *scanner,
                            bool *worked, struct why *why) MUST;
/* crossing_recover - at the start of the only gate process: what another one had
 * claimed when it died is free again                                       */
struct result crossing_recover(struct crossings *c, struct why *why) MUST;
/* crossing_retire - erase originals and clean copies whose time is over, let
 * uncollected ones lapse                                                   */
struct result crossing_retire(struct crossings *c, size_t *count, struct why *why) MUST;

#endif
