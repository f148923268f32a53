/* 受渡し: the list, one with what became of each file, and handing files over. */
#include "web/pages.h"

/* Who may look: sender and receiver; on the LGWAN side also the manager of the
 * section and those who run the IT. */
struct result may_see_crossing(struct request *rq, const struct crossing *crossing, bool *yes,
                             struct why *why)
{
	*yes = strcmp(crossing->sender, rq->person.id) == 0 ||
	       strcmp(crossing->receiver, rq->person.id) == 0;
	if (*yes || rq->zone != ZONE_LGWAN)
		return ok();
	return is_operator(rq, yes, why);
}

static bool may_collect(struct request *rq, const struct crossing *crossing,
                        const struct crossing_file *file)
{
	bool inward = crossing->direction == CROSSING_INWARD;
	const char *person = inward ? crossing->receiver : crossing->sender;
	bool here = rq->zone == (inward ? ZONE_LGWAN : ZONE_INTERNET);
	bool state = file->state == CROSSING_RELEASED || file->state == CROSSING_COLLECTED;
	return here && state && strcmp(person, rq->person.id) == 0 &&
	       file->collect_until_ms > clock_now_ms(parts_of(rq)->clock);
}

static bool may_have_original(struct request *rq, const struct crossing *crossing,
                              const struct crossing_file *file)
{
	return rq->zone == ZONE_LGWAN && file->original_released_ms && !file->original_collected_ms &&
	       strcmp(crossing->receiver, rq->person.id) == 0;
}

/* What is wrong with a password that was just entered. */
struct wrong_password {
	const char *file, *sentence;
};

/* ---- one file ---------------------------------------------------------------- */

static json_t *removals_model(const struct crossing_file *file)
{
	json_t *list = json_array();
	for (size_t i = 0; i < file->removal_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "sentence", file->removals[i].sentence,
		                                      "where", file->removals[i].where));
	return list;
}

static json_t *signatures_model(struct request *rq, const struct crossing_file *file)
{
	json_t *list = json_array();
	for (size_t i = 0; i < file->signature_count; i++) {
		const struct crossing_signature *s = &file->signatures[i];
		bool good = strcmp(s->verdict, "intact") == 0;
		json_array_append_new(list, json_pack("{s:s, s:b, s:s, s:s, s:o, s:s}", "sentence", s->sentence, "warned",
			!good || !s->known_root || !s->whole, "icon", good ? "check" : "stop", "issuer", s->issuer, "signed",
			show_time(s->signed_ms), "subject", text(rq, "%s", s->subject)));
	}
	return list;
}

static const char *sizes(struct request *rq, const struct crossing_file *file)
{
	json_t *before = show_bytes(file->bytes), *after = show_bytes(file->clean_bytes);
	const char *line = file->clean_bytes
		? text(rq, "%s → %s", json_string_value(before), json_string_value(after))
		: text(rq, "%s", json_string_value(before));
	json_decref(before);
	json_decref(after);
	return line;
}

static const char *original_line(struct request *rq, const struct crossing_file *file)
{
	char day[48];
	if (file->original_erased_ms)
		return "元のファイルは、保管の期限が来たため消去しました。";
	if (!file->original_until_ms)
		return "";
	day_short(day_of_ms(file->original_until_ms), day);
	return text(rq, "元のファイルは封をして、%sまで保管します。", day);
}

static int stopped(const struct crossing_file *file)
{
	return file->state == CROSSING_REFUSED || file->state == CROSSING_HELD;
}

/* A locked file: the form for its password, with what was wrong about it.  For those
 * who may give it; the others read that it waits.                            */
static void lock_model(struct request *rq, const struct crossing *crossing, const struct crossing_file *file,
                       const struct wrong_password *wrong, json_t *model)
{
	bool locked = file->state == CROSSING_LOCKED;
	bool theirs = strcmp(crossing->sender, rq->person.id) == 0 || strcmp(crossing->receiver, rq->person.id) == 0;
	bool here = wrong && strcmp(wrong->file, file->id) == 0;
	const char *path = text(rq, "/files/%s/password", file->id);
	const char *said = here ? wrong->sentence
		: locked && strcmp(file->refusal, "password") == 0 ? file->sentence : "";
	json_object_set_new(model, "locked", json_boolean(locked));
	json_object_set_new(model, "unlock", locked && theirs ? json_string(path) : json_false());
	json_object_set_new(model, "unlock_form", locked && theirs ? form_token(rq, path) : json_string(""));
	json_object_set_new(model, "wrong_password", json_string(said));
}

static json_t *file_model(struct request *rq, const struct crossing *crossing,
                          const struct crossing_file *file, bool manages)
{
	bool collect = may_collect(rq, crossing, file);
	bool original = may_have_original(rq, crossing, file);
	bool renamed = file->clean_name && *file->clean_name && strcmp(file->name, file->clean_name) != 0;
	const char *collect_path = text(rq, "/files/%s/collect", file->id);
	const char *original_path = text(rq, "/files/%s/original", file->id);
	json_t *model = json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:s, s:o}", "id", file->id,
		"name", renamed ? file->clean_name : file->name, "came_as", renamed ? file->name : "", "before",
		crossing->direction == CROSSING_INWARD ? "届いたときの名前" : "元の名前",
		"chip", show_file_state(file), "note", file->note ? file->note : "", "sentence",
		stopped(file) ? file->sentence : "",
		"sizes", sizes(rq, file), "clause", show_clause(rq, file->clause), "original_line",
		original_line(rq, file), "removals", removals_model(file));
	json_object_set_new(model, "signatures", signatures_model(rq, file));
	json_object_set_new(model, "locked_again", json_boolean(file->locked_again));
	json_object_set_new(model, "removal_count", json_integer((json_int_t)file->removal_count));
	json_object_set_new(model, "until", show_time(collect ? file->collect_until_ms : 0));
	json_object_set_new(model, "collected", show_time(file->collected_ms));
	json_object_set_new(model, "collect", collect ? json_string(collect_path) : json_false());
	json_object_set_new(model, "form", collect ? form_token(rq, collect_path) : json_string(""));
	json_object_set_new(model, "original", original ? json_string(original_path) : json_false());
	json_object_set_new(model, "original_form",
	                    original ? form_token(rq, original_path) : json_string(""));
	bool ask = manages && rq->zone == ZONE_LGWAN && crossing->direction == CROSSING_INWARD &&
	           !file->original_erased_ms && !file->original_released_ms;
	json_object_set_new(model, "exception",
		ask ? json_string(text(rq, "/exception/%s/%s", crossing->id, file->id)) : json_false());
	json_object_set_new(model, "clean", json_boolean(file->clean_bytes > 0 && !file->removal_count));
	return model;
}

/* ---- progress ------------------------------------------------------------------- */

enum { STEP_DONE, STEP_NOW, STEP_WAIT };

static void add_step(json_t *steps, int state, const char *what, json_t *when, const char *says)
{
	static const char *const words[] = {"done", "now", "wait"};
	json_array_append_new(steps, json_pack("{s:s, s:b, s:s, s:o, s:s}", "state", words[state], "now",
	                                       state == STEP_NOW, "what", what, "when", when, "says", says));
}

struct progress {
	size_t waiting, checked, released, collected, refused, held, locked;
	int64_t released_ms, collected_ms;
};

static struct progress progress_of(const struct crossing *c)
{
	struct progress p = {0};
	for (size_t i = 0; i < c->file_count; i++) {
		const struct crossing_file *f = &c->files[i];
		p.waiting += f->state == CROSSING_WAITING;
		p.held += f->state == CROSSING_HELD;
		p.locked += f->state == CROSSING_LOCKED;
		p.checked += f->state == CROSSING_CHECKED;
		p.refused += f->state == CROSSING_REFUSED;
		p.released += f->state == CROSSING_RELEASED || f->state == CROSSING_COLLECTED ||
		              f->state == CROSSING_LAPSED;
		p.collected += f->state == CROSSING_COLLECTED;
		p.released_ms = f->released_ms > p.released_ms ? f->released_ms : p.released_ms;
		p.collected_ms = f->collected_ms > p.collected_ms ? f->collected_ms : p.collected_ms;
	}
	return p;
}

static const char *approval_line(struct request *rq, const struct crossing *crossing,
                                 enum application_state *state)
{
	struct application a;
	struct why why = {OK, "", ""};
	if (application_get(parts_of(rq)->proceedings, crossing->application, rq->arena, &a, &why).code != OK)
		return "";
	*state = a.state;
	for (size_t i = 0; i < a.slot_count; i++)
		if (a.slots[i].state == ROUTE_PENDING)
			return text(rq, "%s%s%s", a.slots[i].post_title, *a.slots[i].scope_name ? "　" : "",
			            a.slots[i].scope_name);
	return application_state_japanese(a.state);
}

static json_t *steps_model(struct request *rq, const struct crossing *c)
{
	struct progress p = progress_of(c);
	bool inward = c->direction == CROSSING_INWARD, asked = *c->application;
	bool checking = p.waiting + p.held + p.locked > 0;
	enum application_state state = APPLICATION_NONE;
	const char *line = asked ? approval_line(rq, c, &state) : "";
	bool open = asked && state == APPLICATION_OPEN;
	json_t *steps = json_array();
	add_step(steps, STEP_DONE, "送信", show_time(c->created_ms), "");
	add_step(steps, checking ? STEP_NOW : STEP_DONE, inward ? "検査と無害化" : "検査", json_string(""),
		text(rq, "%zu個のうち、%s%zu個%s", c->file_count, inward ? "処理 " : "検査済み ",
		     p.checked + p.released, p.refused ? text(rq, "、拒否 %zu個", p.refused) : ""));
	if (asked)
		add_step(steps, open ? (checking ? STEP_WAIT : STEP_NOW) : STEP_DONE, "決裁", json_string(""),
		         line);
	bool all = p.collected == p.released && p.collected > 0;
	add_step(steps, all ? STEP_DONE : p.released && !checking && !open ? STEP_NOW : STEP_WAIT, "受取り",
		show_time(p.collected_ms), inward ? "LGWAN側で受け取れます" : "インターネット側で受け取れます");
	return steps;
}

/* ---- pages ------------------------------------------------------------------------ */

static json_t *facts_model(struct request *rq, const struct crossing *c)
{
	bool inward = c->direction == CROSSING_INWARD, inner = rq->zone == ZONE_LGWAN;
	const char *protection = strcmp(c->protection, "encrypted") == 0 ? "暗号化とパスワード"
		: text(rq, "なし（理由: %s）", c->not_needed);
	/* the password is shown on the inner side only, to the sender only */
	bool mine = inner && !inward && strcmp(c->sender, rq->person.id) == 0;
	return json_pack("{s:o, s:o, s:s, s:s, s:s, s:s}", "sender", show_person(rq, c->sender),
		"receiver", inward ? show_person(rq, c->receiver) : json_string(""), "partner", c->partner,
		"purpose", inward || inner ? c->purpose : "",
		"protection", inward || !inner ? "" : protection, "password", mine ? c->password : "");
}

static struct result show_crossing(struct request *rq, const char *id, const struct wrong_password *wrong, unsigned status,
                                   struct why *why)
{
	struct crossing c;
	bool yes, manages;
	rq->menu = "crossings";
	TRY(crossing_get(parts_of(rq)->crossings, id, rq->arena, &c, why));
	TRY(is_manager_of(rq, c.section, &manages, why));
	TRY(may_see_crossing(rq, &c, &yes, why));
	if (!yes && !(manages && rq->zone == ZONE_LGWAN))
		return not_theirs(rq, "crossing", why);
	json_t *list = json_array();
	for (int bad = 1; bad >= 0; bad--) /* what did not pass stands first */
		for (size_t i = 0; i < c.file_count; i++)
			if (stopped(&c.files[i]) == bad)
			{
				json_t *one = file_model(rq, &c, &c.files[i], manages);
				lock_model(rq, &c, &c.files[i], wrong, one);
				json_array_append_new(list, one);
			}
	const char *const crumbs[][2] = {{"ファイル受渡し", "/crossings"}, {c.number, ""}};
	json_t *model = json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:s, s:b}", "title",
		text(rq, "受渡し %s", c.number), "crossing_id", c.id, "number", c.number, "inward", c.direction == CROSSING_INWARD,
		"crumbs", show_crumbs(crumbs, 2), "steps", steps_model(rq, &c), "facts", facts_model(rq, &c),
		"files", list, "application",
		rq->zone == ZONE_LGWAN && *c.application ? text(rq, "/decide/%s", c.application) : "",
		"moving", progress_of(&c).waiting > 0);
	json_object_set_new(model, "classes", show_classes(rq, crossing_act(c.direction), c.answers));
	return reply_page(rq, status, "crossing", model, why);
}

struct result page_crossing(struct request *rq, struct why *why)
{
	return show_crossing(rq, text(rq, "%.*s", SLICE_ARG(rq->part[0])), NULL, 200, why);
}

struct result post_file_password(struct request *rq, struct why *why)
{
	struct crossing c;
	struct why ours = {OK, "", ""};
	const char *file = text(rq, "%.*s", SLICE_ARG(rq->part[0]));
	TRY(crossing_of_file(parts_of(rq)->crossings, file, rq->arena, &c, why));
	struct result given = crossing_give_password(parts_of(rq)->crossings, file, rq->person.id,
	                                             form_get(rq->form, "password"), &ours);
	struct wrong_password wrong = {file, text(rq, "%s", ours.text)};
	if (given.code == E_INPUT || given.code == E_CONFLICT)
		return show_crossing(rq, c.id, &wrong, given.code == E_INPUT ? 400 : 409, why);
	if (given.code != OK)
		return fail(why, given.code, ours.place, "%s", ours.text);
	reply_redirect(rq, text(rq, "/crossings/%s", c.id));
	return ok();
}

static struct result rows(struct request *rq, const struct crossing_query *query, json_t *list,
                          struct why *why)
{
	struct crossing *found;
	size_t count;
	TRY(crossing_list(parts_of(rq)->crossings, query, rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, show_crossing_row(rq, &found[i]));
	return ok();
}

/* What the section of its manager has taken in: for exceptions (7.4). */
static struct result section_rows(struct request *rq, json_t *list, struct why *why)
{
	struct crossing *found;
	size_t count;
	bool manages;
	struct crossing_query query = {.direction = CROSSING_INWARD, .limit = 200};
	TRY(is_manager_of(rq, rq->person.section, &manages, why));
	if (!manages)
		return ok();
	TRY(crossing_list(parts_of(rq)->crossings, &query, rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		if (strcmp(found[i].section, rq->person.section) == 0)
			json_array_append_new(list, show_crossing_row(rq, &found[i]));
	return ok();
}

struct result page_crossings(struct request *rq, struct why *why)
{
	bool inner = rq->zone == ZONE_LGWAN;
	struct crossing_query sent = {.sender = rq->person.id,
		.direction = inner ? CROSSING_OUTWARD : CROSSING_INWARD, .limit = 100};
	struct crossing_query got = {.receiver = rq->person.id, .direction = CROSSING_INWARD, .limit = 100};
	rq->menu = "crossings";
	json_t *model = json_pack("{s:s, s:[], s:[], s:[]}", "title",
	                          inner ? "ファイル受渡し" : "送ったものの状況", "sent", "got", "section");
	struct result filled = rows(rq, &sent, json_object_get(model, "sent"), why);
	if (filled.code == OK && inner)
		filled = rows(rq, &got, json_object_get(model, "got"), why);
	if (filled.code == OK && inner)
		filled = section_rows(rq, json_object_get(model, "section"), why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, 200, "crossings", model, why);
}

/* ---- handing over ------------------------------------------------------------------- */

static struct result collect(struct request *rq, bool original, struct why *why)
{
	struct vault_reader *reader = NULL;
	struct vault_info info;
	const char *name;
	TRY(crossing_collect(parts_of(rq)->crossings, text(rq, "%.*s", SLICE_ARG(rq->part[0])), rq->person.id, zone_word(rq->zone), original,
	                     &reader, &info, rq->arena, &name, why));
	return reply_download(rq, reader, info.bytes, name, why);
}

struct result post_collect(struct request *rq, struct why *why)
{
	return collect(rq, false, why);
}

struct result post_original(struct request *rq, struct why *why)
{
	return collect(rq, true, why);
}
