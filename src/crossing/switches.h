/* crossing/switches.h - what the office has set for the file gate: 無害化の設定
 *
 * A setting says for a kind of content (or all of it, by a preset) what is done with
 * it: allow, sanitise, refuse (gate/words/switches.h); for every file, or for those
 * of one direction, zone, section or class.  Setting one is an act: the policy
 * decides who may, the ledger keeps who did, when and by which clause.  For a file
 * the narrowest setting counts: section before class before zone before direction,
 * then one construct before its kind before all; of two as narrow the stricter.
 * Where nothing is set the preset "municipal" holds.
 */
#ifndef SEKISHO_CROSSING_SWITCHES_H
#define SEKISHO_CROSSING_SWITCHES_H

#include "crossing/crossing.h"

#define SWITCHES_DEFAULT "municipal"

/* For which files; "" anywhere. */
struct switch_scope {
	const char *direction; /* "inward" */
	const char *zone;      /* that it comes from: "internet" */
	const char *section;   /* id, of the sender */
	const char *class;     /* "importance=B" */
};
struct switch_rule {
	struct switch_scope scope;
	const char *item;      /* a construct, a kind of content, or "all" */
	const char *treatment; /* "allow", "sanitise", "refuse"; of "all" a preset */
	const char *set_by;    /* person id */
	int64_t set_ms;
	const char *clause;    /* that let him, "" none */
};
/* switch_set - in a transaction of its own
 * treatment  "" takes the setting away again
 * errors     E_INPUT   place is the field: item, treatment, direction, zone, section, class
 *            E_DENIED  the policy does not let this person: place is the clause   */
struct result switch_set(struct crossings *c, const char *by, const struct switch_scope *scope, const char *item,
                         const char *treatment, struct why *why) MUST;
/* switch_may - would that person's change pass today */
struct result switch_may(struct crossings *c, const char *by, bool *yes, struct why *why) MUST;
/* switch_list - every setting that stands, broad ones first */
struct result switch_list(struct crossings *c, struct arena *arena, struct switch_rule **out, size_t *count,
                          struct why *why) MUST;

struct switch_state {
	struct switches switches;
	const struct switch_rule *by[CONSTRUCTS]; /* what was set; NULL: the default preset */
	char digest[65];                          /* SHA-256 of switches_text, hex */
};
/* switch_resolve - what holds for a file of this direction, section and these answers;
 * strings live in the arena
 * answers  as in a request; a class that they do not tell is the highest     */
struct result switch_resolve(struct crossings *c, enum crossing_direction direction, const char *section,
                             const char *answers, struct arena *arena, struct switch_state *out,
                             struct why *why) MUST;
/* switch_resolve_at - the same by the settings that stood when the ledger's entry `seq`
 * was written; the entries before it say which they were                     */
struct switch_file {
	enum crossing_direction direction;
	const char *section, *answers;
};
struct result switch_resolve_at(struct crossings *c, int64_t seq, const struct switch_file *file, struct arena *arena,
                                struct switch_state *out, struct why *why) MUST;

#endif
