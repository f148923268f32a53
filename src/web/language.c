/* In which language this browser reads the pages. */
#include "web/pages.h"
#include "web/private.h"

static const struct {
	const char *tag, *label; /* each in its own language: who seeks it reads it */
} languages[LANGUAGES] = {[JAPANESE] = {"ja", "日本語"}, [ENGLISH] = {"en", "English"}};
static const char cookie_name[] = "sekisho-language";

enum language language_of(struct slice cookies)
{
	struct slice tag = cookie_find(cookies, cookie_name);
	for (int i = 0; i < LANGUAGES; i++)
		if (slice_is(tag, languages[i].tag))
			return (enum language)i;
	return JAPANESE;
}

/* Nowhere but here: a path of ours, nothing that a browser reads as another host. */
static const char *way_back(struct request *rq)
{
	const char *to = asked(rq, "to");
	for (const char *c = to; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == '\\' || *c == 0x7f)
			return "/";
	return to[0] == '/' && to[1] != '/' ? to : "/";
}

struct result page_language(struct request *rq, struct why *why)
{
	for (int i = 0; i < LANGUAGES; i++)
		if (slice_is(rq->part[0], languages[i].tag)) {
			reply_cookie(rq, cookie_name, languages[i].tag, true);
			reply_redirect(rq, way_back(rq));
			return ok();
		}
	return fail(why, E_ABSENT, "language", "no such language");
}

void language_add(struct request *rq, json_t *model)
{
	enum language other = rq->language == JAPANESE ? ENGLISH : JAPANESE;
	/* what a form was sent to need not be a page that can be looked at; what does not
	 * exist answers the same everywhere */
	const char *path = rq->is_post || !rq->route ? "/" : text(rq, "%.*s%s%s", SLICE_ARG(rq->path),
		rq->query_text ? "?" : "", rq->query_text ? rq->query_text : "");
	const char *href = text(rq, "/language/%s?to=%s", languages[other].tag, show_escaped(rq, slice_str(path)));
	json_object_set_new(model, "lang", json_string(languages[rq->language].tag));
	json_object_set_new(model, "other_lang", json_string(languages[other].tag));
	json_object_set_new(model, "other_language", json_string(languages[other].label));
	json_object_set_new(model, "other_href", json_string(href));
}
