/* What a crossing is, in the words of the vocabulary: the one place of this
 * room that knows them. */
#include "crossing/internal.h"

const char original_clause[] = "HN-2.3(2)-1/2";

static void put(struct crossing_facts *out, const char *path, const char *value)
{
	if (value && value[0] && out->wish.fact_count < sizeof out->pairs / sizeof *out->pairs)
		out->pairs[out->wish.fact_count++] = (struct fact_pair){path, value};
}

static void put_found(struct crossing_facts *out, const char *path, enum finding_of_gate found)
{
	if (found != GATE_UNKNOWN)
		put(out, path, found == GATE_YES ? "yes" : "no");
}

static void start(struct crossing_facts *out, const char *act, const char *actor,
                  const char *subject, const struct crossing_row *row)
{
	*out = (struct crossing_facts){.wish = {.act = act, .actor = actor, .subject = subject}};
	out->wish.facts = out->pairs;
	out->wish.claims = out->claims;
	put(out, "object", row->id);
	put(out, "object.owner", row->section);
	/* capabilities: an unknown class is treated as the highest until answered */
	put(out, "object.importance", row->importance[0] ? row->importance : "A");
}

/* The reason why no protection is needed speaks to one clause, 2.2 (8)①. */
static void put_not_needed(struct crossing_facts *out, const char *reason)
{
	if (!reason[0])
		return;
	out->claims[0] = (struct policy_claim){"not_needed", reason, "HN-2.2.2(8)-1"};
	out->wish.claim_count = 1;
}

void facts_of(const struct crossing_row *row, const struct crossing_detail *detail,
              enum finding_of_gate scanned, enum finding_of_gate sanitised,
              struct crossing_facts *out)
{
	bool inward = row->direction == CROSSING_INWARD;
	start(out, inward ? "transfer" : "provide", row->sender, row->id, row);
	put_found(out, "scanned", scanned);
	if (inward) {
		put(out, "source.side", "internet");
		put(out, "target.side", "lgwan");
		put_found(out, "sanitised", sanitised);
		return;
	}
	put(out, "protection", detail->protection);
	put_not_needed(out, detail->not_needed);
}

void facts_of_original(const struct crossing_row *row, const char *file, const char *actor,
                       enum finding_of_gate scanned, struct crossing_facts *out)
{
	start(out, "release_original", actor, file, row);
	put_found(out, "scanned", scanned);
}

void exception_facts(const char *file, const char *actor, day_t until,
                     const char *ground, char day[11], struct crossing_facts *out)
{
	*out = (struct crossing_facts){.wish = {.act = "exception.begin",
	                                        .actor = actor,
	                                        .subject = file,
	                                        .exception_to = original_clause}};
	out->wish.facts = out->pairs;
	out->wish.claims = out->claims;
	day_iso(until, day);
	put(out, "object.ground", ground);
	put(out, "object.until", day);
}

struct result crossing_wish(struct crossings *c, const char *id, struct arena *arena, struct wish *out,
                            const char **section, struct why *why)
{
	struct crossing_row row;
	struct crossing_detail detail;
	struct crossing_facts *facts = ARENA_NEW(arena, struct crossing_facts);
	if (!facts)
		return fail(why, E_MEMORY, "", "no memory for the facts");
	TRY(crossing_row_read(c, id, arena, &row, why));
	TRY(detail_read(c, row.detail, arena, &detail, why));
	facts_of(&row, &detail, GATE_YES, row.direction == CROSSING_INWARD ? GATE_YES : GATE_UNKNOWN, facts);
	*out = facts->wish;
	*section = row.section;
	return ok();
}

/* ---- names -------------------------------------------------------------- */

static size_t stem_of(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot && dot != name ? (size_t)(dot - name) : strlen(name);
}

/* The gate says what the output must end in: docx also for what was a docm. */
const char *clean_name_of(const char *name, const char *ending,
                          enum crossing_direction direction, bool protected, struct arena *arena)
{
	char present[16];
	int stem = (int)stem_of(name);
	if (direction == CROSSING_OUTWARD)
		return protected ? arena_printf(arena, "%.*s.zip", stem, name) : name;
	name_ending(slice_str(name), present);
	if (!ending[0] || strcmp(ending, present) == 0)
		return name;
	return arena_printf(arena, "%.*s.%s", stem, name, ending);
}
