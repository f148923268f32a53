/* Signing in: password, then a code of the person's device; the first time also
 * a password of one's own and the device's secret.                          */
#include "web/pages.h"
#include "web/pages_leave.h"
#include "web/private.h"

#include <qrencode.h>

static const char *path_of(enum signin_state state)
{
	switch (state) {
	case SIGNIN_NEEDS_CODE: return "/signin/code";
	case SIGNIN_NEEDS_PASSWORD_CHANGE: return "/signin/password";
	case SIGNIN_NEEDS_ENROLMENT: return "/signin/device";
	case SIGNIN_DONE: return "/";
	case SIGNIN_REFUSED:
	case SIGNIN_LOCKED:
	case SIGNIN_WAIT:
	default: return "/signin";
	}
}

/* What to tell about a step that was not right. */
static const char *problem(struct request *rq, const struct session *s, const char *what)
{
	char when[48];
	int64_t left = s->wait_until_ms - clock_now_ms(parts_of(rq)->clock);
	ms_short(s->wait_until_ms, when);
	if (s->state == SIGNIN_LOCKED)
		return text(rq, "間違いが続いたため、%sまでサインインできません。心当たりがないときは、"
		            "下の連絡先へすぐに知らせてください。", when);
	if (s->state == SIGNIN_WAIT)
		return text(rq, "続けて入力されたため、今回は確かめていません。%d秒待ってから、もう一度"
		            "入力してください。", (int)(left > 0 ? left / 1000 + 1 : 1));
	if (s->tries_left && s->tries_left <= 5)
		return text(rq, "%sが違います。入力し直してください。あと%u回間違えると、しばらく"
		            "サインインできなくなります。", what, s->tries_left);
	return text(rq, "%sが違います。入力し直してください。", what);
}

static struct result show_signin(struct request *rq, unsigned status, const char *login,
                                 const char *wrong, struct why *why)
{
	json_t *model = json_pack("{s:s, s:s, s:s, s:o}", "title", "サインイン", "login", login, "wrong",
	                          wrong, "form", form_token(rq, "/signin"));
	return reply_page(rq, status, "signin", model, why);
}

struct result page_signin(struct request *rq, struct why *why)
{
	if (rq->has_session) {
		reply_redirect(rq, path_of(rq->session.state));
		return ok();
	}
	return show_signin(rq, 200, "", "", why);
}

struct result post_signin(struct request *rq, struct why *why)
{
	struct session session;
	struct slice login = form_get(rq->form, "login");
	struct slice password = form_get(rq->form, "password");
	if (!login.len || !password.len)
		return show_signin(rq, 400, posted(rq, "login"),
		                   "職員番号かパスワードが空です。両方を入力してください。", why);
	if (rq->has_session) /* a session that was left open does not outlive the next one */
		TRY(session_end(parts_of(rq)->office, &rq->session, why));
	rq->has_session = false;
	TRY(signin_password(parts_of(rq)->office, zone_word(rq->zone), rq->address, login, password,
	                    &session, why));
	if (session.state < SIGNIN_NEEDS_CODE)
		TRY(tried_after_leaving(rq, login, why));
	if (session.state < SIGNIN_NEEDS_CODE)
		return show_signin(rq, 403, posted(rq, "login"),
		                   problem(rq, &session, "職員番号かパスワード"), why);
	rq->session = session;
	cookie_session(rq);
	reply_redirect(rq, path_of(session.state));
	return ok();
}

/* Each step may be looked at only while it is the next one. */
static bool not_next(struct request *rq, enum signin_state state)
{
	if (rq->session.state == state)
		return false;
	reply_redirect(rq, path_of(rq->session.state));
	return true;
}

/* ---- code ---------------------------------------------------------------- */

static struct result show_code(struct request *rq, unsigned status, const char *wrong,
                               struct why *why)
{
	json_t *model = json_pack("{s:s, s:s, s:o, s:o}", "title", "確認コード", "wrong", wrong, "form",
	                          form_token(rq, "/signin/code"), "signout", form_token(rq, "/signout"));
	return reply_page(rq, status, "code", model, why);
}

struct result page_code(struct request *rq, struct why *why)
{
	return not_next(rq, SIGNIN_NEEDS_CODE) ? ok() : show_code(rq, 200, "", why);
}

/* People type full-width digits and spaces; both are read. */
static struct slice plain_digits(struct request *rq)
{
	struct slice typed = form_get(rq->form, "code");
	char digits[16] = "";
	size_t len = 0;
	for (size_t i = 0; i < typed.len && len < 8; i++) {
		uint8_t c = typed.at[i];
		if (c >= '0' && c <= '9')
			digits[len++] = (char)c;
		else if (typed.len - i > 2 && c == 0xEF && typed.at[i + 1] == 0xBC &&
		         typed.at[i + 2] >= 0x90 && typed.at[i + 2] <= 0x99) {
			digits[len++] = (char)('0' + typed.at[i + 2] - 0x90);
			i += 2;
		}
	}
	return arena_copy(rq->arena, slice_of(digits, len));
}

/* take_code - true: the step was right and the browser has its new cookie */
static struct result take_code(struct request *rq, bool *right, struct session *after,
                               struct why *why)
{
	*after = rq->session;
	TRY(signin_code(parts_of(rq)->office, after, rq->address, plain_digits(rq), why));
	*right = after->state >= SIGNIN_NEEDS_CODE;
	if (after->state == SIGNIN_LOCKED) {
		rq->has_session = false;
		cookie_session_end(rq);
	}
	if (!*right)
		return ok();
	rq->session = *after;
	cookie_session(rq);
	reply_redirect(rq, path_of(after->state));
	return ok();
}

struct result post_code(struct request *rq, struct why *why)
{
	struct session after;
	bool right;
	if (not_next(rq, SIGNIN_NEEDS_CODE))
		return ok();
	TRY(take_code(rq, &right, &after, why));
	if (right)
		return ok();
	if (after.state == SIGNIN_LOCKED)
		return show_signin(rq, 403, "", problem(rq, &after, "確認コード"), why);
	return show_code(rq, 403, problem(rq, &after, "確認コード"), why);
}

/* ---- first password --------------------------------------------------------- */

static struct result show_password(struct request *rq, unsigned status, const char *wrong,
                                   struct why *why)
{
	json_t *model = json_pack("{s:s, s:s, s:o, s:o}", "title", "パスワードの変更", "wrong", wrong,
	                          "form", form_token(rq, "/signin/password"), "signout",
	                          form_token(rq, "/signout"));
	return reply_page(rq, status, "password", model, why);
}

struct result page_password(struct request *rq, struct why *why)
{
	return not_next(rq, SIGNIN_NEEDS_PASSWORD_CHANGE) ? ok() : show_password(rq, 200, "", why);
}

struct result post_password(struct request *rq, struct why *why)
{
	struct slice first = form_get(rq->form, "password"), again = form_get(rq->form, "again");
	struct why refused = {OK, "", ""};
	if (not_next(rq, SIGNIN_NEEDS_PASSWORD_CHANGE))
		return ok();
	if (!slice_equal(first, again))
		return show_password(rq, 400, "2回の入力が違います。同じパスワードを2回入力してください。",
		                     why);
	struct result changed =
		signin_change_password(parts_of(rq)->office, &rq->session, first, &refused);
	if (changed.code == E_INPUT)
		return show_password(rq, 400, text(rq, "%s", refused.text), why);
	if (changed.code != OK)
		return fail(why, changed.code, refused.place, "%s", refused.text);
	cookie_session(rq);
	reply_redirect(rq, path_of(rq->session.state));
	return ok();
}

/* ---- device ------------------------------------------------------------------ */

/* The drawing is one path in the page: nothing is kept for a second request, and
 * the secret is in no address. */
static const char *qr_path(struct request *rq, const char *uri, int *size)
{
	struct buffer path;
	QRcode *code = QRcode_encodeString8bit(uri, 0, QR_ECLEVEL_M);
	*size = 0;
	if (!code)
		return "";
	buffer_init(&path, 65536);
	for (int y = 0; y < code->width; y++)
		for (int x = 0; x < code->width; x++)
			if (code->data[y * code->width + x] & 1)
				buffer_printf(&path, "M%d %dh1v1h-1z", x + 4, y + 4);
	*size = code->width + 8;
	const char *kept = arena_string(rq->arena, buffer_slice(&path));
	QRcode_free(code);
	buffer_done(&path);
	return kept ? kept : "";
}

static const char *in_groups(struct request *rq, const char *secret)
{
	char out[128];
	size_t len = 0;
	for (size_t i = 0; secret[i] && len + 2 < sizeof out; i++) {
		if (i && i % 4 == 0)
			out[len++] = ' ';
		out[len++] = secret[i];
	}
	out[len] = 0;
	return text(rq, "%s", out);
}

static struct result show_device(struct request *rq, unsigned status, const char *wrong,
                                 struct why *why)
{
	const char *secret, *uri;
	int size;
	TRY(signin_enrol(parts_of(rq)->office, &rq->session, rq->arena, &secret, &uri, why));
	if (rq->session.token[0])
		cookie_session(rq);
	const char *path = qr_path(rq, uri, &size);
	json_t *model = json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:o}", "title", "確認コードの準備",
	                          "wrong", wrong, "secret", in_groups(rq, secret), "qr", path, "qr_size",
	                          size, "form", form_token(rq, "/signin/device"), "signout",
	                          form_token(rq, "/signout"));
	return reply_page(rq, status, "device", model, why);
}

struct result page_device(struct request *rq, struct why *why)
{
	return not_next(rq, SIGNIN_NEEDS_ENROLMENT) ? ok() : show_device(rq, 200, "", why);
}

struct result post_device(struct request *rq, struct why *why)
{
	struct session after;
	bool right;
	if (not_next(rq, SIGNIN_NEEDS_ENROLMENT))
		return ok();
	TRY(take_code(rq, &right, &after, why));
	if (right)
		return ok();
	if (after.state == SIGNIN_LOCKED)
		return show_signin(rq, 403, "", problem(rq, &after, "確認コード"), why);
	return show_device(rq, 403, text(rq, "%s　新しい値を表示しました。もう一度登録してください。",
	                                 problem(rq, &after, "確認コード")), why);
}

/* ---- out ------------------------------------------------------------------------ */

struct result post_signout(struct request *rq, struct why *why)
{
	TRY(session_end(parts_of(rq)->office, &rq->session, why));
	rq->has_session = false;
	cookie_session_end(rq);
	reply_redirect(rq, "/signin");
	return ok();
}
