/* One state: the approved text, and what of it holds today. */
#include "gate/zone/keeper.h"

#include "base/file.h"
#include "base/number.h"
#include "gate/net/artefact.h"
#include "store/digest.h"

#include <stdarg.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIGEST_TEXT = 65, CUT_BYTES = 1 << 20, CHANGES = 8, ASK_AGAIN = 10 };

struct stamp { /* of a file, to see that it changed */
	int64_t ino, size, s, ns;
};
struct keeper {
	struct keeper_settings settings;
	struct kernel *kernel;
	struct snapshot expected;
	char digest[DIGEST_TEXT]; /* of the approved text in force; "" the closed one */
	struct buffer approved, effective;
	struct stamp ruleset, cut;
	day_t day;
	uint64_t drifts;
	char refused[DIGEST_TEXT]; /* said once */
	bool asked_in_vain;
	unsigned rounds; /* since then */
};

static void tell(struct keeper *k, enum keeper_event event, const char *format, ...) PRINTF_LIKE(3, 4);
static void tell(struct keeper *k, enum keeper_event event, const char *format, ...)
{
	char text[1000];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	k->settings.tell(k->settings.context, event, text);
}

static const char *path_of(const struct keeper *k, const char *name, char out[4096])
{
	snprintf(out, 4096, "%s/%s", k->settings.folder, name);
	return out;
}

static void digest_of(struct slice text, char out[DIGEST_TEXT])
{
	uint8_t bytes[SHA256_BYTES];
	sha256(text, bytes);
	hex_encode(bytes, sizeof bytes, out);
}

static struct stamp stamp_of(const struct keeper *k, const char *name)
{
	char path[4096];
	struct stat st;
	if (stat(path_of(k, name, path), &st) < 0)
		return (struct stamp){0, 0, 0, 0};
	return (struct stamp){(int64_t)st.st_ino, st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec};
}

static bool stamp_equal(struct stamp a, struct stamp b)
{
	return a.ino == b.ino && a.size == b.size && a.s == b.s && a.ns == b.ns;
}

static day_t today(const struct keeper *k)
{
	return day_of_ms(clock_now_ms(k->settings.clock));
}

struct result keeper_open(const struct keeper_settings *settings, struct kernel *kernel, struct keeper **out, struct why *why)
{
	struct keeper *k = calloc(1, sizeof *k);
	if (!k)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	k->settings = *settings;
	k->kernel = kernel;
	snapshot_init(&k->expected);
	buffer_init(&k->approved, RULESET_BYTES);
	buffer_init(&k->effective, RULESET_BYTES);
	*out = k;
	return ok();
}

void keeper_close(struct keeper *k)
{
	if (!k)
		return;
	snapshot_done(&k->expected);
	buffer_done(&k->approved);
	buffer_done(&k->effective);
	free(k);
}

/* ---- files ------------------------------------------------------------------- */

static void write_state(struct keeper *k, const char *cut_digest)
{
	char path[4096], day[11];
	struct buffer text;
	buffer_init(&text, 65536);
	day_iso(k->day, day);
	buffer_printf(&text, "ruleset %s\nday %s\ncut %s\ndrift %llu\n", k->digest[0] ? k->digest : "closed", day, cut_digest,
	              (unsigned long long)k->drifts);
	struct why why = {0};
	if (file_write(path_of(k, "state", path), buffer_slice(&text), 0640, &why).code != OK)
		tell(k, EVENT_FAILED, "%s: %s", why.place, why.text);
	buffer_done(&text);
}

/* keep_applied - digest and text, in one file, whole or not at all */
static struct result keep_applied(struct keeper *k, const char *digest, struct slice text, struct why *why)
{
	char path[4096];
	struct buffer out;
	buffer_init(&out, RULESET_BYTES);
	buffer_printf(&out, "%s\n", digest);
	buffer_put_slice(&out, text);
	struct result r = buffer_ok(&out) ? file_write(path_of(k, "applied", path), buffer_slice(&out), 0600, why)
	                                  : fail(why, E_LIMIT, "applied", "規則の全文が大きすぎます。");
	buffer_done(&out);
	return r;
}

static struct result read_cut(struct keeper *k, struct arena *arena, struct slice *out, struct why *why)
{
	char path[4096];
	struct why own = {0};
	*out = (struct slice){NULL, 0};
	struct result r = file_read(path_of(k, "cut", path), CUT_BYTES, arena, out, &own);
	if (r.code == OK || r.code == E_ABSENT)
		return ok();
	return fail(why, r.code, own.place, "%s", own.text);
}

/* ---- into the kernel --------------------------------------------------------- */

static struct result cut_connections(struct keeper *k, struct slice effective, struct why *why)
{
	struct boxes permitted;
	size_t cut = 0;
	boxes_init(&permitted, RULESET_ELEMENTS);
	struct result r = artefact_connections(effective, &permitted, why);
	if (r.code == OK)
		r = kernel_cut_connections(k->kernel, &permitted, &cut, why);
	boxes_done(&permitted);
	if (cut)
		tell(k, EVENT_NARROWED, "許可の終わった接続を %zu 本切りました。", cut);
	return r;
}

/* Their packets are refused from the transaction on; that the tracker still knows
 * them is worth a word, not a failure.                                      */
static void forget_connections(struct keeper *k, struct slice effective)
{
	struct why why = {0};
	if (cut_connections(k, effective, &why).code != OK)
		tell(k, EVENT_FAILED, "%s %s", why.place, why.text);
}

/* hold - the kernel gets the text and is asked what it holds; what it then says
 * is what it has to go on saying.  The connections of what is no longer
 * permitted are dead from the transaction on; here they are forgotten, too.   */
static struct result hold(struct keeper *k, struct slice effective, struct why *why)
{
	struct kernel_news ours;
	TRY(kernel_apply(k->kernel, effective, why));
	TRY(kernel_hear(k->kernel, &ours, why));
	TRY(kernel_snapshot(k->kernel, &k->expected, why));
	buffer_clear(&k->effective);
	buffer_put_slice(&k->effective, effective);
	forget_connections(k, effective);
	return buffer_ok(&k->effective) ? ok() : fail(why, E_MEMORY, "", "メモリーが足りません。");
}

/* settle - the approved text, as it holds on this day, with these cuts */
static struct result settle(struct keeper *k, struct slice approved, const char *digest, bool force, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(RULESET_BYTES);
	struct artefact artefact;
	struct buffer effective;
	struct slice cut;
	char cut_digest[DIGEST_TEXT];
	size_t left = 0;
	if (!arena)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	k->day = today(k);
	k->cut = stamp_of(k, "cut");
	TRY(read_cut(k, arena, &cut, why));
	digest_of(cut, cut_digest);
	TRY(artefact_read(approved, arena, &artefact, why));
	buffer_init(&effective, RULESET_BYTES);
	struct result r = artefact_effective(&artefact, k->day, cut, arena, &effective, &left, why);
	bool same = slice_equal(buffer_slice(&effective), buffer_slice(&k->effective));
	if (r.code == OK && (force || !same)) {
		r = hold(k, buffer_slice(&effective), why);
		if (r.code == OK)
			tell(k, digest[0] ? EVENT_APPLIED : EVENT_CLOSED, "%s、許可 %zu 件のうち %zu 件は効いていません。",
			     digest[0] ? digest : "閉じた規則", artefact.flow_count, left);
	}
	buffer_done(&effective);
	if (r.code == OK) {
		memmove(k->digest, digest, strlen(digest) + 1);
		if (approved.at != k->approved.at) {
			buffer_clear(&k->approved);
			buffer_put_slice(&k->approved, approved);
		}
		write_state(k, cut_digest);
	}
	return r;
}

static struct result settle_closed(struct keeper *k, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct buffer text;
	if (!arena)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	buffer_init(&text, 1 << 20);
	struct result r = artefact_closed(arena, &text, why);
	if (r.code == OK)
		r = settle(k, buffer_slice(&text), "", true, why);
	buffer_done(&text);
	return r;
}

/* ---- what is wanted ---------------------------------------------------------- */

/* A digest that the ledger does not name is refused once, loudly. */
static bool may_apply(struct keeper *k, const char *digest)
{
	enum permit permit = k->settings.permit(k->settings.context, digest);
	if (permit == PERMIT_YES)
		return true;
	if (permit == PERMIT_UNKNOWN) {
		if (strcmp(k->refused, digest) != 0)
			tell(k, EVENT_REFUSED, "台帳に尋ねられないので、%s は適用しません。今の規則のままにします。", digest);
		memmove(k->refused, digest, strlen(digest) + 1);
		k->asked_in_vain = true;
		return false;
	}
	if (k->asked_in_vain)
		k->refused[0] = 0; /* now it can be asked: a no is news */
	k->asked_in_vain = false;
	if (strcmp(k->refused, digest) != 0)
		tell(k, EVENT_REFUSED, "%s は、台帳にある最新の規則ではないので、適用しません。", digest);
	memmove(k->refused, digest, strlen(digest) + 1);
	return false;
}

static struct result take_wanted(struct keeper *k, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(RULESET_BYTES + 65536);
	char path[4096], digest[DIGEST_TEXT];
	struct slice text;
	struct artefact artefact;
	struct why own = {0};
	struct stamp stamp = stamp_of(k, "ruleset.nft");
	if (!arena)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	if (file_read(path_of(k, "ruleset.nft", path), RULESET_BYTES, arena, &text, &own).code != OK ||
	    artefact_read(text, arena, &artefact, &own).code != OK) {
		if (own.code != E_ABSENT)
			tell(k, EVENT_REFUSED, "ruleset.nft: %s", own.text);
		k->ruleset = stamp;
		return ok();
	}
	digest_of(text, digest);
	if (strcmp(digest, k->digest) == 0) {
		k->ruleset = stamp;
		return ok();
	}
	k->ruleset = stamp;
	if (!may_apply(k, digest))
		return ok();
	TRY(settle(k, text, digest, true, why));
	return keep_applied(k, digest, text, why);
}

/* The last applied, if its file is whole and the ledger does not name a newer one. */
static bool last_applied(struct keeper *k, struct arena *arena, char digest[DIGEST_TEXT], struct slice *text)
{
	char path[4096], now[DIGEST_TEXT];
	struct slice file;
	struct artefact artefact;
	struct why why = {0};
	if (file_read(path_of(k, "applied", path), RULESET_BYTES, arena, &file, &why).code != OK)
		return false;
	if (file.len < DIGEST_TEXT || file.at[DIGEST_TEXT - 1] != '\n')
		return false;
	memcpy(digest, file.at, DIGEST_TEXT - 1);
	digest[DIGEST_TEXT - 1] = 0;
	*text = slice_part(file, DIGEST_TEXT, file.len);
	digest_of(*text, now);
	if (strcmp(now, digest) != 0 || artefact_read(*text, arena, &artefact, &why).code != OK) {
		tell(k, EVENT_REFUSED, "最後に適用した規則のファイルが壊れています。閉じて始めます。");
		return false;
	}
	return k->settings.permit(k->settings.context, digest) != PERMIT_NO;
}

struct result keeper_begin(struct keeper *k, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(RULESET_BYTES + 65536);
	char digest[DIGEST_TEXT];
	struct slice text;
	struct why own = {0};
	if (!arena)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	bool kept = last_applied(k, arena, digest, &text) && settle(k, text, digest, true, &own).code == OK;
	if (own.code != OK)
		tell(k, EVENT_FAILED, "%s %s", own.place, own.text);
	if (!kept)
		TRY(settle_closed(k, why));
	return take_wanted(k, why);
}

/* ---- what others did --------------------------------------------------------- */

static struct result put_back(struct keeper *k, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(k->effective.len + 4096);
	struct slice text = arena ? arena_copy(arena, buffer_slice(&k->effective)) : (struct slice){NULL, 0};
	if (!text.at)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	TRY(hold(k, text, why));
	tell(k, EVENT_PUT_BACK, "規則を元に戻しました。");
	return ok();
}

static struct result look_for_drift(struct keeper *k, const struct kernel_news *news, struct why *why)
{
	AUTO(snapshot_drop) struct snapshot now = {0};
	struct snapshot_change changes[CHANGES];
	char text[800];
	snapshot_init(&now);
	TRY(kernel_snapshot(k->kernel, &now, why));
	size_t count = snapshot_compare(&k->expected, &now, changes, CHANGES);
	if (count == 0)
		return ok();
	int len = snprintf(text, sizeof text, "%s（%u）が規則を変えました（%zu か所）:", news->name[0] ? news->name : "だれか", news->process, count);
	for (size_t i = 0; i < count && i < CHANGES && len > 0 && (size_t)len < sizeof text; i++)
		len += snprintf(text + len, sizeof text - (size_t)len, " %s %.*s", changes[i].added ? "+" : "-", SLICE_ARG(slice_part(changes[i].label, 0, 120)));
	k->drifts++;
	tell(k, EVENT_DRIFT, "%s", text);
	if (k->settings.drift == DRIFT_PUT_BACK)
		return put_back(k, why);
	/* left by choice: from now on this is what is compared with */
	snapshot_done(&k->expected);
	k->expected = now;
	snapshot_init(&now);
	return ok();
}

struct result keeper_round(struct keeper *k, bool heard, struct why *why)
{
	struct kernel_news news = {0};
	if (heard)
		TRY(kernel_hear(k->kernel, &news, why));
	if (news.messages || news.lost)
		TRY(look_for_drift(k, &news, why));
	bool again = k->asked_in_vain && ++k->rounds % ASK_AGAIN == 0;
	if (!stamp_equal(stamp_of(k, "ruleset.nft"), k->ruleset) || again)
		TRY(take_wanted(k, why));
	if (today(k) != k->day || !stamp_equal(stamp_of(k, "cut"), k->cut))
		TRY(settle(k, buffer_slice(&k->approved), k->digest, false, why));
	return ok();
}
