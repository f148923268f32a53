/* Orders: who may, the entry, the file. */
#include "gate/permit/border.h"

#include "base/number.h"
#include "gate/net/artefact.h"
#include "gate/permit/folder.h"

#include <stdio.h>
#include <unistd.h>
#include <errno.h>

enum { PULLS = 200 };

struct result border_may_order(struct border *d, const char *person, const char **post, struct why *why)
{
	struct holding *held;
	size_t count = 0;
	TRY(office_holdings(d->parts.office, person, d->parts.day, d->arena, &held, &count, why));
	const char **posts = ARENA_ARRAY(d->arena, count + 1, const char *);
	for (size_t i = 0; posts && i < count; i++)
		posts[i] = held[i].post;
	*post = posts ? permit_held(&d->book, posts, count) : NULL;
	if (*post)
		return ok();
	const struct net_law_row *row = &d->book.law[LAW_CUT];
	if (!row->posts.count)
		return fail(why, E_DENIED, "", "だれが命じられるかを、この団体のポリシーが定めていません。");
	const char *clause = permit_clause(&d->book, LAW_CUT);
	return fail(why, E_DENIED, "", "命じられるのは%sだけです（%s）。", posts_words(&row->posts, d->arena), row->cite ? row->cite : clause ? clause : "");
}

/* In the caller's transaction if one is open, else in its own. */
static struct result record(struct border *d, const struct border_order *o, const char *kind, const char *subject, enum net_law law,
                            struct slice data, struct why *why)
{
	const char *clause = permit_clause(&d->book, law);
	const struct slice clauses[] = {slice_str(clause ? clause : "")};
	struct ledger_entry entry = {
		.body = slice_str(d->parts.body), .kind = slice_str(kind), .actor = slice_str(o->person), .post = slice_str(o->post),
		.subject = slice_str(subject), .clauses = clauses, .clause_count = clause ? 1 : 0, .data = data};
	TRY(store_begin(d->parts.store, why));
	struct result r = ledger_append(d->parts.ledger, &entry, why);
	if (r.code == OK)
		return store_commit(d->parts.store, why);
	store_rollback(d->parts.store);
	return r;
}

/* ---- apply --------------------------------------------------------------------------- */

static struct result hand_over(struct border *d, const struct border_order *o, struct slice table, const struct net_model *model,
                               struct slice text, char digest[65], struct why *why)
{
	char of_table[65], name[80];
	struct buffer data;
	folder_digest(text, digest);
	folder_digest(table, of_table);
	snprintf(name, sizeof name, "model-%s.tsv", of_table);
	TRY(folder_write(d->folder, name, table, why)); /* before it is named */
	buffer_init(&data, 4096);
	buffer_printf(&data, "{\"bytes\":%zu,\"flows\":%zu,\"model\":\"%s\"}", text.len, model->flow_count, of_table);
	struct result r = record(d, o, "zone.ruleset", digest, LAW_PERMISSION, buffer_slice(&data), why);
	buffer_done(&data);
	return r.code == OK ? folder_write(d->folder, "ruleset.nft", text, why) : r;
}

struct result border_apply(struct border *d, const struct border_order *o, struct slice table, struct net_model *model,
                         char digest[65], struct why *why)
{
	struct buffer text;
	TRY(permit_fill(d->parts.proceedings, model, d->arena, NULL, why));
	buffer_init(&text, RULESET_BYTES);
	struct result r = artefact_make(model, &d->book, d->parts.day, d->arena, d->findings, &text, why);
	if (r.code == OK)
		r = hand_over(d, o, table, model, buffer_slice(&text), digest, why);
	buffer_done(&text);
	return r;
}

/* ---- cut, restore --------------------------------------------------------------------- */

static bool touches(const struct net_model *m, const struct net_flow *f, const char *name)
{
	const struct net_end ends[] = {f->from, f->to};
	for (size_t i = 0; i < 2; i++) {
		uint32_t zone = model_zone_of(m, ends[i]);
		if (slice_is(model_end_name(m, ends[i]), name) || (zone != UINT32_MAX && slice_is(m->zones[zone].id, name)))
			return true;
	}
	return slice_is(f->id, name);
}

static size_t put_cut(const struct border *d, const char *first, const char *second, struct buffer *out)
{
	size_t count = 0;
	for (size_t i = 0; d->model && i < d->model->flow_count; i++) {
		const struct net_flow *f = &d->model->flows[i];
		if (!touches(d->model, f, first) || (second && !touches(d->model, f, second)))
			continue;
		buffer_put_slice(out, f->id);
		buffer_put_u8(out, '\n');
		count++;
	}
	return count;
}

static struct result cut_lines(struct border *d, const struct border_order *o, const char *subject, size_t count, struct slice lines, struct why *why)
{
	struct buffer data;
	buffer_init(&data, 4096);
	buffer_printf(&data, "{\"flows\":%zu,\"reason\":", count);
	buffer_json_str(&data, slice_part(slice_str(o->reason ? o->reason : ""), 0, 400));
	buffer_put_u8(&data, '}');
	/* closing first: the record may be made a moment later, the cut may not */
	struct result r = folder_write(d->folder, "cut", lines, why);
	if (r.code == OK)
		r = record(d, o, "zone.cut", subject, LAW_CUT, buffer_slice(&data), why);
	buffer_done(&data);
	return r;
}

struct result border_cut(struct border *d, const struct border_order *o, const char *first, const char *second, char digest[65],
                       size_t *count, struct why *why)
{
	struct slice before;
	struct buffer lines;
	if (second && !second[0])
		second = NULL;
	const char *subject = arena_printf(d->arena, "%s%s%s", first, second ? " " : "", second ? second : "");
	if (!subject)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	TRY(folder_read(d->folder, "cut", 1 << 20, d->arena, &before, why));
	buffer_init(&lines, 1 << 20);
	buffer_put_slice(&lines, before);
	*count = put_cut(d, first, second, &lines);
	struct result r = *count ? ok() : fail(why, E_ABSENT, "name", "「%s」の通信の許可はありません。", subject);
	if (r.code == OK && !buffer_ok(&lines))
		r = fail(why, E_LIMIT, "", "切る許可が多すぎます。関所の機器の線を抜いてください。");
	if (r.code == OK)
		r = cut_lines(d, o, subject, *count, buffer_slice(&lines), why);
	folder_digest(buffer_slice(&lines), digest);
	buffer_done(&lines);
	return r;
}

struct result border_restore(struct border *d, const struct border_order *o, char digest[65], struct why *why)
{
	struct buffer data;
	const char *path = arena_printf(d->arena, "%s/cut", d->folder);
	if (!path)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	buffer_init(&data, 4096);
	buffer_put_str(&data, "{\"reason\":");
	buffer_json_str(&data, slice_part(slice_str(o->reason ? o->reason : ""), 0, 400));
	buffer_put_u8(&data, '}');
	struct result r = record(d, o, "zone.uncut", "zone", LAW_CUT, buffer_slice(&data), why);
	buffer_done(&data);
	folder_digest((struct slice){NULL, 0}, digest);
	if (r.code == OK && unlink(path) < 0 && errno != ENOENT)
		return fail(why, E_SYSTEM, path, "%s", strerror(errno));
	return r;
}

/* ---- the physical cut ------------------------------------------------------------------- */

static bool done_by(const struct ledger_entry *entries, size_t count, int64_t cut, struct border_pull *pull, struct arena *arena)
{
	char subject[32];
	snprintf(subject, sizeof subject, "%lld", (long long)cut);
	for (size_t i = 0; i < count; i++)
		if (slice_is(entries[i].kind, "zone.pulled") && slice_is(entries[i].subject, subject)) {
			pull->done_ms = entries[i].time_ms;
			pull->by = arena_string(arena, entries[i].actor);
			return pull->by != NULL;
		}
	return false;
}

struct result border_pulls(struct border *d, struct border_pull **out, size_t *count, struct why *why)
{
	const struct ledger_query query = {.kind_prefix = "zone.", .limit = 2000};
	struct ledger_entry *entries;
	struct border_pull *pulls = ARENA_ARRAY(d->arena, PULLS, struct border_pull);
	size_t found = 0, n = 0;
	if (!pulls)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	TRY(ledger_find(d->parts.ledger, &query, d->arena, &entries, &found, why));
	for (size_t i = 0; i < found && n < PULLS && !slice_is(entries[i].kind, "zone.uncut"); i++) {
		if (!slice_is(entries[i].kind, "zone.cut"))
			continue;
		pulls[n] = (struct border_pull){.cut_seq = entries[i].seq, .name = arena_string(d->arena, entries[i].subject), .cut_ms = entries[i].time_ms, .by = ""};
		done_by(entries, i, entries[i].seq, &pulls[n], d->arena);
		if (!pulls[n++].name)
			return fail(why, E_MEMORY, "", "メモリーが足りません。");
	}
	*out = pulls;
	*count = n;
	return ok();
}

struct result border_pulled(struct border *d, const struct border_order *o, int64_t cut, struct why *why)
{
	struct border_pull *pulls;
	size_t count = 0;
	char subject[32];
	snprintf(subject, sizeof subject, "%lld", (long long)cut);
	TRY(border_pulls(d, &pulls, &count, why));
	for (size_t i = 0; i < count; i++) {
		if (pulls[i].cut_seq != cut)
			continue;
		if (pulls[i].done_ms)
			return fail(why, E_CONFLICT, "", "その線を抜いたことは、もう確かめられています。");
		return record(d, o, "zone.pulled", subject, LAW_CUT, SLICE("{}"), why);
	}
	return fail(why, E_ABSENT, "", "その遮断はありません。");
}
