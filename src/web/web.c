#include "web/assets.h"
#include "web/api/api.h"
#include "web/private.h"
#include "web/phrases.h"

#include "base/number.h"
#include "store/digest.h"

#include <sodium.h>
#include <stdlib.h>

static struct result prepare_english(struct web *web, struct why *why)
{
	TRY(phrases_read("phrases/en.tsv", asset_named("phrases/en.tsv"), &web->english, why));
	web->english_text = arena_new(WEB_ENGLISH_BYTES);
	for (size_t i = 0; i < LANGUAGES; i++)
		if (!(web->templates[i] = templates_new()))
			return fail(why, E_MEMORY, "templates", "no memory");
	templates_speak(web->templates[ENGLISH], web->english);
	return web->english_text ? ok() : fail(why, E_MEMORY, "phrases", "no memory");
}

static struct result add_english(struct web *web, const char *name, struct slice text, struct why *why)
{
	AUTO(buffer_done) struct buffer said = {0};
	buffer_init(&said, WEB_ENGLISH_BYTES);
	TRY(phrases_template(web->english, name, text, false, &said, why));
	char *kept = arena_string(web->english_text, buffer_slice(&said));
	if (!kept)
		return fail(why, E_MEMORY, name, "no memory for the English pages");
	return templates_add(web->templates[ENGLISH], name, slice_str(kept), why);
}

/* "templates/home.html" is the template "home" */
static struct result read_templates(struct web *web, struct why *why)
{
	size_t count = 0;
	TRY(prepare_english(web, why));
	for (size_t i = 0; i < web_asset_count; i++) {
		struct slice name = slice_str(web_assets[i].name);
		if (!slice_starts(name, SLICE("templates/")) || !slice_ends(name, SLICE(".html")))
			continue;
		struct slice stem = slice_part(name, 10, name.len - 15);
		if (count == WEB_TEMPLATES)
			return fail(why, E_LIMIT, web_assets[i].name, "more than %d templates", WEB_TEMPLATES);
		char *kept = web->template_names[count++];
		snprintf(kept, sizeof web->template_names[0], "%.*s", SLICE_ARG(stem));
		struct slice text = slice_of(web_assets[i].at, web_assets[i].len);
		text.len -= slice_ends(text, SLICE("\n")); /* the file's end is not the page's */
		TRY(templates_add(web->templates[JAPANESE], kept, text, why));
		TRY(add_english(web, kept, text, why));
	}
	return ok();
}

static void digest_path(const char *name, char out[64])
{
	uint8_t digest[SHA256_BYTES];
	char hex[17];
	sha256(asset_named(name), digest);
	hex_encode(digest, 8, hex);
	snprintf(out, 64, "/static/%s/%s", hex, name);
}

static struct result open_proof(struct web *web, struct why *why)
{
	struct proof_parts proof = {.store = web->parts.store, .ledger = web->parts.ledger, .clock = web->parts.clock,
		.body = web->parts.body, .duties = web->parts.duties, .policy = web->parts.policy,
		.policy_name = web->parts.policy_name, .office = web->parts.office,
		.proceedings = web->parts.proceedings};
	return proof_open(&proof, &web->proof, why);
}

static struct result prepare(struct web *web, struct why *why)
{
	if (sodium_init() < 0)
		return fail(why, E_SYSTEM, "libsodium", "could not start");
	web->door_tokens = calloc(1, sizeof *web->door_tokens);
	web->session_tokens = calloc(1, sizeof *web->session_tokens);
	if (!web->door_tokens || !web->session_tokens)
		return fail(why, E_MEMORY, "web", "no memory");
	TRY(tokens_init(web->door_tokens, web->parts.random, why));
	TRY(tokens_init(web->session_tokens, web->parts.random, why));
	TRY(open_proof(web, why));
	TRY(api_migrate(web->parts.store, why));
	TRY(read_templates(web, why));
	digest_path("style.css", web->style_path);
	digest_path("mark.svg", web->mark_path);
	return http_start(web, why);
}

struct result web_open(const struct web_parts *parts, const struct web_options *options,
                       struct web **out, struct why *why)
{
	AUTO(web_drop) struct web *web = calloc(1, sizeof *web);
	if (!web)
		return fail(why, E_MEMORY, "web", "no memory");
	web->parts = *parts;
	web->options = *options;
	TRY(prepare(web, why));
	web_tend(web);
	*out = web;
	web = NULL;
	return ok();
}

struct result web_renew(struct web *web, const struct web_parts *parts, struct why *why)
{
	web->parts = *parts;
	proof_close(web->proof);
	web->proof = NULL;
	return open_proof(web, why);
}

void web_close(struct web *web)
{
	if (!web)
		return;
	http_stop(web);
	proof_close(web->proof);
	for (size_t i = 0; i < LANGUAGES; i++)
		templates_free(web->templates[i]);
	phrases_free(web->english);
	arena_free(web->english_text);
	free(web->door_tokens);
	free(web->session_tokens);
	free(web);
}

void web_drop(struct web **web)
{
	web_close(*web);
	*web = NULL;
}
