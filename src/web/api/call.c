/* One call: its token, its operation, its body, its answer. */
#include "web/api/api.h"
#include "web/api/call.h"
#include "web/private.h"

#include "base/number.h"
#include "store/ask.h"
#include "store/digest.h"

#include <stdio.h>
#include <stdlib.h>

struct api_call {
	const struct api_operation *operation; /* NULL: the description itself */
	const char *key;                       /* Idempotency-Key, "" */
	struct buffer body;
	json_t *in;
	struct access access;
};

static const struct migration migrations[] = {
	{1, "CREATE TABLE api_reply(body TEXT NOT NULL, person TEXT NOT NULL, key TEXT NOT NULL,"
	    " digest TEXT NOT NULL, reply TEXT NOT NULL, made_ms BIGINT NOT NULL, PRIMARY KEY(body,person,key));"
	    "CREATE INDEX api_reply_made ON api_reply(made_ms);"},
};

struct result api_migrate(struct store *store, struct why *why)
{
	return store_migrate(store, "api", migrations, sizeof migrations / sizeof *migrations, why);
}

/* ---- answers ---------------------------------------------------------------- */

static void reply_json(struct request *rq, unsigned status, const char *type, json_t *value)
{
	char *bytes = value ? json_dumps(value, JSON_COMPACT) : NULL;
	reply_bytes(rq, bytes ? status : 500, bytes ? type : "text/plain; charset=utf-8",
	            bytes ? slice_str(bytes) : SLICE("500\n"));
	free(bytes);
	json_decref(value);
}

static const struct {
	unsigned status;
	const char *title, *detail;
} problems[] = {
	[E_INPUT] = {422, "送られた内容では行えません", "errors の項目を直して、もう一度送ってください。"},
	[E_LIMIT] = {413, "量が多すぎます", "分けて送ってください。"},
	[E_MEMORY] = {503, "いまは受け付けられません", "少し待ってから、もう一度送ってください。"},
	[E_STORE] = {500, "記録できませんでした", "記録できないものは行いません。まだ何も変わっていません。"},
	[E_BUSY] = {503, "いまは受け付けられません", "少し待ってから、もう一度送ってください。"},
	[E_ABSENT] = {404, "見つかりません", "その番号のものはないか、あなたは見られません。"},
	[E_CONFLICT] = {409, "いまの状態では行えません", "いまの状態を確かめてください。"},
	[E_DENIED] = {403, "この操作はできません", "あなたの役職では行えないか、条件がそろっていません。"},
	[E_TAMPERED] = {500, "中身が記録と合いません", "保管していたものが記録と違うため、渡しませんでした。"},
	[E_SYSTEM] = {500, "処理できませんでした", "仕組みの側で問題が起きました。"},
};

static bool for_people(const char *sentence)
{
	for (; *sentence; sentence++)
		if ((unsigned char)*sentence >= 0xE3)
			return true;
	return false;
}

static void problem(struct request *rq, unsigned status, const char *word, const char *title,
                    const char *detail, const char *clause, json_t *errors)
{
	json_t *value = json_pack("{s:o, s:s, s:i, s:s}", "type", json_sprintf("urn:sekisho:problem:%s", word),
	                          "title", title, "status", (int)status, "detail", detail);
	if (value && clause[0])
		json_object_set_new(value, "clause", json_string(clause));
	if (value && errors && json_array_size(errors))
		json_object_set(value, "errors", errors);
	json_decref(errors);
	reply_json(rq, status, "application/problem+json", value);
}

/* The room's own sentence, where it was written for people; its clause, if it named one. */
static void problem_of(struct request *rq, const struct why *why)
{
	bool known = why->code > OK && (size_t)why->code < sizeof problems / sizeof *problems;
	enum error code = known ? why->code : E_SYSTEM;
	bool clause = policy_clause(parts_of(rq)->policy, why->place) != NULL;
	json_t *errors = json_array();
	if (code == E_INPUT && why->place[0])
		json_array_append_new(errors, json_pack("{s:s, s:s}", "field", why->place, "text", why->text));
	if (code == E_DENIED)
		record_refusal(rq, "no-right");
	web_log(rq->web, "failed", "api error=%s place=%s text=%s", error_name(code), why->place, why->text);
	problem(rq, problems[code].status, error_name(code), problems[code].title,
	        for_people(why->text) ? why->text : problems[code].detail, clause ? why->place : "", errors);
}

/* ---- beginning --------------------------------------------------------------- */

bool api_is_path(struct slice path)
{
	return slice_starts(path, SLICE("/api/"));
}

static bool take(struct slice *left, struct slice *out)
{
	size_t end = slice_find(*left, SLICE("/"));
	*out = slice_part(*left, 0, end);
	*left = end == SIZE_MAX ? (struct slice){NULL, 0} : slice_part(*left, end + 1, SIZE_MAX);
	return out->len > 0 && out->len <= 128;
}

static bool fits(struct request *rq, const char *pattern, struct slice path)
{
	struct slice want = slice_str(pattern + 1), a, b;
	size_t parts = 0;
	while (want.len && path.len) {
		if (!take(&want, &a) || !take(&path, &b))
			return false;
		if (a.at[0] != '{' && !slice_equal(a, b))
			return false;
		if (a.at[0] != '{')
			continue;
		struct why why = {OK, "", ""};
		if (parts == ROUTE_PARTS || form_decode(b, false, rq->arena, &rq->part[parts++], &why).code != OK)
			return false;
	}
	return want.len == 0 && path.len == 0;
}

static const struct api_operation *find(struct request *rq, bool post)
{
	size_t root = strlen(api_root) + 1;
	if (!slice_starts(rq->path, slice_str(api_root)) || rq->path.len <= root)
		return NULL;
	struct slice rest = slice_part(rq->path, root, SIZE_MAX);
	for (size_t i = 0; i < api_operation_count; i++)
		if (api_operations[i].post == post && fits(rq, api_operations[i].path, rest))
			return &api_operations[i];
	return NULL;
}

static struct result enter(struct request *rq, struct slice authorization, struct why *why)
{
	struct web_parts *parts = parts_of(rq);
	struct slice bearer = SLICE("Bearer ");
	if (!slice_starts(authorization, bearer))
		return fail(why, E_DENIED, "token", "鍵がありません。Authorization: Bearer に続けて送ってください。");
	TRY(access_find(parts->office, slice_part(authorization, bearer.len, SIZE_MAX), rq->arena,
	                &rq->api->access, why));
	snprintf(rq->session.person, sizeof rq->session.person, "%s", rq->api->access.person);
	rq->has_session = true;
	return office_person(parts->office, rq->api->access.person, rq->arena, &rq->person, why);
}

/* 401 without a good token, 403 when it does not reach so far */
static struct result admit(struct request *rq, const struct incoming *in, bool *in_, struct why *why)
{
	struct why local = {OK, "", ""};
	struct result entered = enter(rq, slice_str(in->authorization), &local);
	*in_ = false;
	if (entered.code == E_DENIED) {
		record_refusal(rq, "bad-token");
		rq->reply.authenticate = "Bearer realm=\"sekisho\"";
		problem(rq, 401, "unauthorized", "鍵が要ります", local.text, "", NULL);
		return ok();
	}
	if (entered.code != OK)
		return fail(why, entered.code, local.place, "%s", local.text);
	const char *scope = rq->api->operation ? rq->api->operation->scope : "";
	*in_ = !scope[0] || access_allows(&rq->api->access, scope);
	if (!*in_) {
		record_refusal(rq, "no-scope");
		problem(rq, 403, "scope", "この鍵ではできません",
		        text(rq, "この操作には、「%s」ができる鍵が要ります。", scope), "", NULL);
	}
	return ok();
}

/* A query is judged like a body: words that say so become numbers and yes or no. */
static json_t *query_value(const struct api_schema *schema, struct slice name, struct slice value)
{
	int64_t number;
	enum api_type type = API_TEXT;
	for (const struct api_member *m = schema ? schema->members : NULL; m && m->name; m++)
		if (slice_is(name, m->name))
			type = m->type;
	if (type == API_NUMBER && number_parse_i64(value, &number))
		return json_integer(number);
	if (type == API_YESNO && (slice_is(value, "true") || slice_is(value, "false")))
		return json_boolean(slice_is(value, "true"));
	return json_stringn((const char *)value.at, value.len);
}

static struct result take_query(struct request *rq, const char *query, struct why *why)
{
	const struct api_schema *schema = api_schema_named(rq->api->operation->takes);
	rq->api->in = json_object();
	if (!*query)
		return ok();
	TRY(form_new(SLICE("application/x-www-form-urlencoded"), rq->arena, NULL, &rq->query, why));
	TRY(form_feed(rq->query, slice_str(query), why));
	TRY(form_end(rq->query, why));
	const struct form_field *field;
	for (size_t i = 0; (field = form_at(rq->query, i)); i++) {
		const char *name = arena_string(rq->arena, field->name);
		if (!name || json_object_set_new(rq->api->in, name, query_value(schema, field->name, field->value)))
			return fail(why, E_INPUT, "query", "the query cannot be read");
	}
	return ok();
}

static bool is_json(const char *type)
{
	struct slice wanted = SLICE("application/json");
	struct slice given = slice_str(type);
	return slice_starts(given, wanted) && (given.len == wanted.len || given.at[wanted.len] == ';');
}

static struct result begin(struct request *rq, const struct incoming *in, struct why *why)
{
	bool admitted = false;
	static const char description[] = "/openapi.json";
	rq->api->operation = find(rq, rq->is_post);
	bool describes = !rq->is_post && slice_starts(rq->path, slice_str(api_root)) &&
	                 slice_is(slice_part(rq->path, strlen(api_root), SIZE_MAX), description);
	TRY(admit(rq, in, &admitted, why));
	if (!admitted)
		return ok();
	if (!rq->api->operation && !describes)
		return fail(why, E_ABSENT, "path", "そのアドレスの操作はありません。%s%s をご覧ください。", api_root,
		            description);
	if (describes)
		return ok();
	if (rq->is_post && !is_json(in->content_type ? in->content_type : "")) {
		problem(rq, 415, "media-type", "JSONで送ってください", "Content-Type を application/json にしてください。",
		        "", NULL);
		return ok();
	}
	rq->api->key = arena_string(rq->arena, slice_str(in->idempotency_key));
	if (!rq->api->key || strlen(rq->api->key) > API_KEY_BYTES)
		return fail(why, E_INPUT, "Idempotency-Key", "Idempotency-Key は255文字までです。");
	return rq->is_post ? ok() : take_query(rq, in->query, why);
}

struct result api_begin(struct request *rq, const struct incoming *in, struct why *why)
{
	struct why ours = {OK, "", ""};
	rq->api = ARENA_NEW(rq->arena, struct api_call);
	if (!rq->api)
		return fail(why, E_MEMORY, "", "no memory");
	rq->api->key = "";
	buffer_init(&rq->api->body, API_BODY_BYTES);
	if (begin(rq, in, &ours).code != OK)
		problem_of(rq, &ours);
	return ok();
}

void api_feed(struct request *rq, struct slice bytes)
{
	const struct why large = {E_LIMIT, "body", "送る内容は256KBまでです。"};
	if (rq->reply.status)
		return;
	buffer_put_slice(&rq->api->body, bytes);
	if (!buffer_ok(&rq->api->body))
		problem_of(rq, &large);
}

void api_free(struct request *rq)
{
	if (!rq->api)
		return;
	json_decref(rq->api->in);
	buffer_done(&rq->api->body);
}

/* ---- once ---------------------------------------------------------------------- */

static void digest_of(struct request *rq, char out[2 * SHA256_BYTES + 1])
{
	uint8_t digest[SHA256_BYTES];
	const struct slice parts[] = {rq->path, SLICE("\n"), buffer_slice(&rq->api->body)};
	sha256_parts(parts, 3, digest);
	hex_encode(digest, sizeof digest, out);
}

/* kept - the answer that this key got before; NULL if none
 * errors  E_CONFLICT  the key was used for something else                     */
static struct result kept(struct request *rq, const char *digest, json_t **out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	*out = NULL;
	TRY(store_ask(parts_of(rq)->store,
	              "SELECT digest, reply FROM api_reply WHERE body=?1 AND person=?2 AND key=?3 AND made_ms>?4",
	              ARGS(arg_str(parts_of(rq)->body), arg_str(rq->person.id), arg_str(rq->api->key),
	                   arg_i64(clock_now_ms(parts_of(rq)->clock) - API_KEY_MS)),
	              &s, why));
	TRY(statement_step(s, &row, why));
	if (!row)
		return ok();
	if (!slice_is(column_text(s, 0), digest))
		return fail(why, E_CONFLICT, "Idempotency-Key",
		            "同じ Idempotency-Key が、ほかの内容に使われています。新しい値にしてください。");
	struct slice reply = column_text(s, 1);
	*out = json_loadb((const char *)reply.at, reply.len, 0, NULL);
	return *out ? ok() : fail(why, E_STORE, "api_reply", "a kept answer cannot be read");
}

static struct result keep(struct request *rq, const char *digest, const json_t *reply, struct why *why)
{
	int64_t now = clock_now_ms(parts_of(rq)->clock);
	char *bytes = json_dumps(reply, JSON_COMPACT);
	if (!bytes)
		return fail(why, E_MEMORY, "", "no memory");
	struct result kept_now = store_run(parts_of(rq)->store,
		"INSERT INTO api_reply(body,person,key,digest,reply,made_ms) VALUES(?1,?2,?3,?4,?5,?6)"
		" ON CONFLICT(body,person,key) DO UPDATE SET digest=excluded.digest, reply=excluded.reply,"
		" made_ms=excluded.made_ms",
		ARGS(arg_str(parts_of(rq)->body), arg_str(rq->person.id), arg_str(rq->api->key), arg_str(digest),
	             arg_str(bytes), arg_i64(now)), NULL, why);
	free(bytes);
	TRY(kept_now);
	return store_run(parts_of(rq)->store, "DELETE FROM api_reply WHERE made_ms<=?1",
	                 ARGS(arg_i64(now - API_KEY_MS)), NULL, why);
}

/* The act and the memory of it are one transaction. */
static struct result run_once(struct request *rq, json_t **out, struct why *why)
{
	char digest[2 * SHA256_BYTES + 1];
	AUTO(tx_drop) struct tx tx = {0};
	digest_of(rq, digest);
	TRY(tx_begin(parts_of(rq)->store, &tx, why));
	TRY(kept(rq, digest, out, why));
	if (*out)
		return tx_commit(&tx, why);
	TRY(rq->api->operation->run(rq, rq->api->in, out, why));
	struct result done = keep(rq, digest, *out, why);
	if (done.code == OK)
		done = tx_commit(&tx, why);
	if (done.code != OK) {
		json_decref(*out);
		*out = NULL;
	}
	return done;
}

/* ---- finishing ------------------------------------------------------------------- */

static struct result take_body(struct request *rq, struct why *why)
{
	json_error_t error;
	struct slice body = buffer_slice(&rq->api->body);
	if (body.len == 0) {
		rq->api->in = json_object();
		return ok();
	}
	rq->api->in = json_loadb((const char *)body.at, body.len, JSON_REJECT_DUPLICATES, &error);
	if (!rq->api->in)
		return fail(why, E_INPUT, "body", "JSONとして読めません（%d行%d桁）。", error.line, error.column);
	return ok();
}

static struct result finish(struct request *rq, json_t **out, struct why *why)
{
	const struct api_operation *o = rq->api->operation;
	if (rq->is_post)
		TRY(take_body(rq, why));
	json_t *wrong = json_array();
	if (!api_judge(api_schema_named(o->takes), rq->api->in, wrong)) {
		problem(rq, 422, "input", problems[E_INPUT].title, problems[E_INPUT].detail, "", wrong);
		return ok();
	}
	json_decref(wrong);
	return rq->is_post && rq->api->key[0] ? run_once(rq, out, why) : o->run(rq, rq->api->in, out, why);
}

void api_finish(struct request *rq)
{
	struct why why = {OK, "", ""};
	json_t *out = NULL;
	if (rq->reply.status)
		return;
	if (!rq->api->operation) {
		reply_json(rq, 200, "application/vnd.oai.openapi+json;version=3.1", api_description(parts_of(rq)->title));
		return;
	}
	if (finish(rq, &out, &why).code != OK)
		problem_of(rq, &why);
	else if (!rq->reply.status)
		reply_json(rq, 200, "application/json", out);
}

const char *call_scopes(const struct request *rq)
{
	return rq->api->access.scopes;
}

/* ---- for operations ---------------------------------------------------------------- */

const char *api_text(struct request *rq, const json_t *in, const char *name)
{
	const char *value = json_string_value(json_object_get(in, name));
	return value ? text(rq, "%s", value) : "";
}

int64_t api_number(const json_t *in, const char *name, int64_t otherwise)
{
	const json_t *value = json_object_get(in, name);
	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

const char *api_part(struct request *rq, size_t index)
{
	return text(rq, "%.*s", SLICE_ARG(rq->part[index]));
}

json_t *api_day(day_t day)
{
	char iso[11] = "";
	if (day != DAY_OPEN)
		day_iso(day, iso);
	return json_string(iso);
}

json_t *api_time(int64_t ms)
{
	char iso[11];
	if (!ms)
		return json_string("");
	day_t day = day_of_ms(ms);
	int64_t rest = ms - ms_of_day(day);
	day_iso(day, iso);
	return json_sprintf("%sT%02d:%02d:%02d.%03d+09:00", iso, (int)(rest / 3600000), (int)(rest / 60000 % 60),
	                    (int)(rest / 1000 % 60), (int)(rest % 1000));
}

struct result api_limit(const json_t *in, size_t *out, struct why *why)
{
	int64_t limit = api_number(in, "limit", API_PAGE);
	if (limit < 1 || limit > API_PAGE)
		return fail(why, E_INPUT, "limit", "limit は1から100までです。");
	*out = (size_t)limit;
	return ok();
}

struct result api_cells(struct request *rq, const json_t *map, struct cell **out, size_t *count, struct why *why)
{
	struct cell *cells = ARENA_ARRAY(rq->arena, json_object_size(map) + 1, struct cell);
	const char *path;
	json_t *value;
	size_t n = 0;
	if (!cells)
		return fail(why, E_MEMORY, "", "no memory");
	json_object_foreach((json_t *)(uintptr_t)map, path, value)
		cells[n++] = (struct cell){path, json_string_value(value)};
	*out = cells;
	*count = n;
	return ok();
}

json_t *api_list(json_t *items, const char *next)
{
	return json_pack("{s:o, s:s}", "items", items, "next", next);
}
