/* The pages over the real rooms: town.h's office with a web in front of it, and
 * people who are signed in already (sign-in and forms' tokens are tested by
 * test_pages.c).                                                            */
#ifndef SEKISHO_TESTS_WEB_HALL_H
#define SEKISHO_TESTS_WEB_HALL_H

#define TOWN_REVIEW
#include "desk/upload.h"
#include "town.h"
#include "web/token.h"
#include "web/pages.h"
#include "web/private.h"

#include <unistd.h>

struct hall {
	struct town town;
	struct web *web;
};
struct told {
	unsigned status;
	char location[300];
	char *body;
};

/* hall_new_for - the office of a body, at these addresses, which are the allowed hosts too */
static inline void hall_new_for(struct hall *h, const struct town_body *body, const char *outer_address, const char *inner_address)
{
	static const char *outer_hosts[3] = {"outer.test"}, *inner_hosts[3] = {"inner.test"};
	int outer, inner;
	town_new_on(&h->town, body);
	struct town *t = &h->town;
	CHECK_OK(desk_upload_migrate(t->store, &t->why), &t->why);
	outer_hosts[1] = outer_address;
	inner_hosts[1] = inner_address;
	CHECK_OK(web_listen(outer_address, &outer, &t->why), &t->why);
	CHECK_OK(web_listen(inner_address, &inner, &t->why), &t->why);
	struct web_parts parts = {.store = t->store, .vault = t->vault, .ledger = t->ledger, .policy = t->policy,
		.office = t->office, .registers = t->registers, .duties = t->duties, .proceedings = t->proceedings,
		.crossings = t->crossings, .random = &t->random, .clock = &t->clock, .body = "town", .title = "青波市",
		.policy_name = policy_edition_in(t->policy, body->policy)->name, .help = "デジタル推進課（内線 2140）", .clamd = "", .seal_socket = "",
		.seal_note = "", .dir = t->scratch.folder};
	struct web_options options = {.outer = {outer, outer_hosts}, .inner = {inner, inner_hosts},
		.strict_templates = true};
	CHECK_OK(web_open(&parts, &options, &h->web, &t->why), &t->why);
}

static inline void hall_new_at(struct hall *h, const char *outer_address, const char *inner_address)
{
	hall_new_for(h, &town_hannan, outer_address, inner_address);
}

static inline void hall_new(struct hall *h)
{
	hall_new_at(h, "127.0.0.1:0", "127.0.0.1:0");
}

static inline void hall_done(struct hall *h)
{
	web_close(h->web);
	town_done(&h->town);
}

static inline struct form *hall_form(struct arena *arena, const char *fields)
{
	struct form *form = NULL;
	struct why why = {0};
	CHECK_OK(form_new(SLICE("application/x-www-form-urlencoded"), arena, NULL, &form, &why), &why);
	CHECK_OK(form_feed(form, slice_str(fields), &why), &why);
	CHECK_OK(form_end(form, &why), &why);
	return form;
}

/* hall_request - of a signed-in person, inside; hall_leave ends it */
static inline void hall_request(struct hall *h, const char *login, struct request *rq)
{
	*rq = (struct request){.web = h->web, .zone = ZONE_LGWAN, .arena = arena_new(WEB_ARENA_BYTES),
		.has_session = true, .menu = "", .session = {.state = SIGNIN_DONE, .form_key = "hall"}};
	buffer_init(&rq->reply.body, WEB_PAGE_BYTES);
	CHECK_OK(office_person(h->town.office, town_id(&h->town, login), rq->arena, &rq->person, &h->town.why),
	         &h->town.why);
	snprintf(rq->session.person, sizeof rq->session.person, "%s", rq->person.id);
}

static inline void hall_leave(struct request *rq)
{
	vault_read_end(&rq->reply.reader); /* a download that nobody fetched */
	form_free(rq->form);
	form_free(rq->query);
	buffer_done(&rq->reply.body);
	arena_free(rq->arena);
}

/* hall_forms - every form of a page carries a token as the door wants it back */
static inline bool hall_forms(const char *body)
{
	static const char field[] = "name=\"form\" value=\"";
	for (const char *at = body; (at = strstr(at, field));) {
		at += sizeof field - 1;
		if (strspn(at, "0123456789abcdef") != TOKEN_TEXT || at[TOKEN_TEXT] != '"')
			return false;
	}
	return true;
}

/* hall_ask - one page; path may have a query; fields NULL: looked at, else sent */
static inline struct told hall_ask(struct hall *h, const char *login, const char *path, const char *fields)
{
	struct request rq;
	struct why why = {0};
	struct told told = {.body = NULL};
	const char *mark = strchr(path, '?');
	hall_request(h, login, &rq);
	rq.path = slice_of(path, mark ? (size_t)(mark - path) : strlen(path));
	rq.query = mark ? hall_form(rq.arena, mark + 1) : NULL;
	rq.is_post = fields != NULL;
	rq.form = fields ? hall_form(rq.arena, fields) : NULL;
	rq.route = route_find(rq.zone, rq.is_post, rq.path, rq.arena, rq.part);
	CHECK(rq.route);
	if (rq.route) {
		struct result done = (rq.is_post ? rq.route->post : rq.route->get)(&rq, &why);
		struct why second = {0};
		if (done.code != OK)
			CHECK_OK(reply_failure(&rq, &why, &second), &second);
	}
	for (bool end = !rq.reply.pull; !end;) /* what is made while it is sent */
		if (rq.reply.pull(rq.reply.pull_context, &rq.reply.body, &end, &why).code != OK)
			end = true;
	if (rq.reply.pull_end)
		rq.reply.pull_end(rq.reply.pull_context);
	told.status = rq.reply.status;
	snprintf(told.location, sizeof told.location, "%s", rq.reply.location ? rq.reply.location : "");
	told.body = strdup(buffer_cstr(&rq.reply.body));
	CHECK(hall_forms(told.body));
	if (told.status == 500 || why.code == E_INPUT)
		printf("  %s: %s %s\n", path, why.place, why.text);
	hall_leave(&rq);
	return told;
}
#define TOLD_DONE(told) free((told).body)

#endif
