#include "web/template.h"

#include "web/phrases.h"

#include <stdlib.h>

enum { TEMPLATES = 256, NODES = 4096, NESTED = 16, PARTIALS = 8, SAID_BYTES = 1 << 20 };

enum kind { TEXT, VALUE, SAID, WORD, EACH, NONE, CLOSE, PARTIAL };

struct node {
	enum kind kind;
	struct slice text; /* TEXT: the bytes; else the name */
	size_t close;      /* EACH, NONE: index of their CLOSE */
	int line;
};
struct template {
	const char *name;
	struct node *nodes;
	size_t count;
};
struct templates {
	struct template at[TEMPLATES];
	size_t count;
	const struct phrases *phrases;
};

struct templates *templates_new(void)
{
	return calloc(1, sizeof(struct templates));
}

void templates_free(struct templates *set)
{
	for (size_t i = 0; set && i < set->count; i++)
		free(set->at[i].nodes);
	free(set);
}

void templates_speak(struct templates *set, const struct phrases *phrases)
{
	set->phrases = phrases;
}

void templates_drop(struct templates **set)
{
	templates_free(*set);
	*set = NULL;
}

/* ---- reading --------------------------------------------------------- */

struct reader {
	const char *name;
	struct slice left;
	int line;
	struct node *nodes;
	size_t count;
	size_t open[NESTED]; /* indices of sections not yet closed */
	size_t depth;
	uint8_t quote; /* inside a tag: the quote that is open, else 0 */
	bool tag;      /* between < and > */
};

static struct result wrong(const struct reader *r, const char *text, struct why *why)
{
	char place[160];
	snprintf(place, sizeof place, "%s:%d", r->name, r->line);
	return fail(why, E_INPUT, place, "%s", text);
}

/* Follow the HTML so far: may a value stand here? */
static void follow(struct reader *r, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];
		r->line += c == '\n';
		if (r->quote)
			r->quote = c == r->quote ? 0 : r->quote;
		else if (!r->tag)
			r->tag = c == '<';
		else if (c == '"' || c == '\'')
			r->quote = c;
		else if (c == '>')
			r->tag = false;
	}
}

static struct result put(struct reader *r, enum kind kind, struct slice text, struct why *why)
{
	if (r->count == NODES)
		return fail(why, E_LIMIT, r->name, "more than %d pieces", NODES);
	r->nodes[r->count++] = (struct node){kind, text, 0, r->line};
	return ok();
}

static struct slice trim(struct slice s)
{
	while (s.len && (s.at[0] == ' ' || s.at[0] == '\n'))
		s = slice_part(s, 1, s.len - 1);
	while (s.len && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\n'))
		s.len--;
	return s;
}

static bool is_name(struct slice s)
{
	if (slice_is(s, "."))
		return true;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.at[i];
		if (!(c == '_' || c == '.' || c == '-' || (c >= 'a' && c <= 'z') ||
		      (c >= '0' && c <= '9')))
			return false;
	}
	return s.len > 0 && s.len <= 64 && s.at[0] != '.' && s.at[s.len - 1] != '.';
}

static struct result open_section(struct reader *r, enum kind kind, struct slice name,
                                  struct why *why)
{
	if (r->depth == NESTED)
		return wrong(r, "sections nested too deep", why);
	r->open[r->depth++] = r->count;
	return put(r, kind, name, why);
}

static struct result close_section(struct reader *r, struct slice name, struct why *why)
{
	if (r->depth == 0 || !slice_equal(r->nodes[r->open[r->depth - 1]].text, name))
		return wrong(r, "closes a section that is not open", why);
	r->nodes[r->open[--r->depth]].close = r->count;
	return put(r, CLOSE, name, why);
}

static struct result take_tag(struct reader *r, struct slice tag, struct why *why)
{
	uint8_t mark = tag.len ? tag.at[0] : 0;
	if (mark == '!')
		return ok();
	bool marked = mark == '#' || mark == '^' || mark == '/' || mark == '>' || mark == '~' || mark == '=';
	struct slice name = trim(marked ? slice_part(tag, 1, tag.len - 1) : tag);
	if (!is_name(name))
		return wrong(r, "not a name between {{ and }}", why);
	if (mark == '#' || mark == '^')
		return open_section(r, mark == '#' ? EACH : NONE, name, why);
	if (mark == '/')
		return close_section(r, name, why);
	if (mark == '>')
		return put(r, PARTIAL, name, why);
	if (r->tag && !r->quote)
		return wrong(r, "a value inside a tag must stand in quotes", why);
	return put(r, mark == '~' ? SAID : mark == '=' ? WORD : VALUE, name, why);
}

static struct result read_all(struct reader *r, struct why *why)
{
	while (r->left.len) {
		size_t at = slice_find(r->left, SLICE("{{"));
		struct slice text = slice_part(r->left, 0, at);
		if (text.len)
			TRY(put(r, TEXT, text, why));
		follow(r, text);
		if (at == SIZE_MAX)
			break;
		r->left = slice_part(r->left, at + 2, SIZE_MAX);
		size_t end = slice_find(r->left, SLICE("}}"));
		if (end == SIZE_MAX)
			return wrong(r, "{{ without }}", why);
		struct slice tag = slice_part(r->left, 0, end);
		TRY(take_tag(r, trim(tag), why));
		for (size_t i = 0; i < tag.len; i++)
			r->line += tag.at[i] == '\n';
		r->left = slice_part(r->left, end + 2, SIZE_MAX);
	}
	return r->depth ? wrong(r, "a section is not closed", why) : ok();
}

struct result templates_add(struct templates *set, const char *name, struct slice text,
                            struct why *why)
{
	if (set->count == TEMPLATES)
		return fail(why, E_LIMIT, name, "more than %d templates", TEMPLATES);
	struct reader r = {.name = name, .left = text, .line = 1};
	r.nodes = calloc(NODES, sizeof *r.nodes);
	if (!r.nodes)
		return fail(why, E_MEMORY, name, "no memory");
	struct result result = read_all(&r, why);
	if (result.code != OK) {
		free(r.nodes);
		return result;
	}
	struct node *fit = realloc(r.nodes, (r.count + 1) * sizeof *fit);
	set->at[set->count++] = (struct template){name, fit ? fit : r.nodes, r.count};
	return ok();
}

/* ---- writing --------------------------------------------------------- */

struct scope {
	json_t *at;
	const struct scope *up;
};
struct writer {
	const struct templates *set;
	bool strict;
	size_t misses;
	struct buffer *out;
	struct why *why;
};

static const char *entity(uint8_t c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f ? "" : NULL;
	}
}

void html_escape(struct slice text, struct buffer *out)
{
	size_t from = 0;
	for (size_t i = 0; i < text.len; i++) {
		const char *e = entity(text.at[i]);
		if (!e)
			continue;
		buffer_put_slice(out, slice_part(text, from, i - from));
		buffer_put_str(out, e);
		from = i + 1;
	}
	buffer_put_slice(out, slice_part(text, from, SIZE_MAX));
}

static json_t *member(json_t *object, struct slice key)
{
	return json_is_object(object) ? json_object_getn(object, (const char *)key.at, key.len) : NULL;
}

/* The first part of a dotted name is looked for outwards, the rest inside it. */
static json_t *find(const struct scope *scope, struct slice name)
{
	if (slice_is(name, "."))
		return scope->at;
	size_t dot = slice_find(name, SLICE("."));
	struct slice first = slice_part(name, 0, dot);
	json_t *found = NULL;
	for (; scope && !found; scope = scope->up)
		found = member(scope->at, first);
	while (found && dot != SIZE_MAX) {
		name = slice_part(name, dot + 1, SIZE_MAX);
		dot = slice_find(name, SLICE("."));
		found = member(found, slice_part(name, 0, dot));
	}
	return found;
}

static bool is_something(const json_t *value)
{
	if (json_is_string(value))
		return json_string_length(value) > 0;
	if (json_is_array(value))
		return json_array_size(value) > 0;
	if (json_is_integer(value))
		return json_integer_value(value) != 0;
	return json_is_true(value) || json_is_object(value);
}

static struct result missing(struct writer *w, const char *template, const struct node *node)
{
	char place[160];
	w->misses++;
	if (!w->strict)
		return ok();
	snprintf(place, sizeof place, "%s:%d", template, node->line);
	return fail(w->why, E_INPUT, place, "the model has no \"%.*s\"", SLICE_ARG(node->text));
}

/* Words are looked up as people wrote them, and escaped afterwards. */
static struct result write_text(struct writer *w, const struct node *node, struct slice text)
{
	if (node->kind == VALUE || !w->set->phrases) {
		html_escape(text, w->out);
		return ok();
	}
	AUTO(buffer_done) struct buffer said = {0};
	buffer_init(&said, SAID_BYTES);
	(node->kind == WORD ? phrases_word : phrases_say)(w->set->phrases, text, &said);
	if (!buffer_ok(&said))
		return fail(w->why, E_LIMIT, "", "\"%.*s\" is too long to be said", SLICE_ARG(node->text));
	html_escape(buffer_slice(&said), w->out);
	return ok();
}

static struct result write_value(struct writer *w, const char *template, const struct node *node,
                                 json_t *value)
{
	if (!value)
		return missing(w, template, node);
	if (json_is_string(value))
		return write_text(w, node, slice_of(json_string_value(value), json_string_length(value)));
	else if (json_is_integer(value))
		buffer_printf(w->out, "%lld", (long long)json_integer_value(value));
	else if (!json_is_null(value))
		return fail(w->why, E_INPUT, template, "\"%.*s\" is neither text nor a whole number",
		            SLICE_ARG(node->text));
	return ok();
}

static struct result write_range(struct writer *w, const struct template *t, size_t from, size_t to,
                                 const struct scope *scope, int partials);

static const struct template *named(const struct templates *set, struct slice name)
{
	for (size_t i = 0; i < set->count; i++)
		if (slice_is(name, set->at[i].name))
			return &set->at[i];
	return NULL;
}

static struct result write_partial(struct writer *w, struct slice name, const struct scope *scope,
                                   int partials)
{
	const struct template *t = named(w->set, name);
	if (!t)
		return fail(w->why, E_INPUT, "", "no template \"%.*s\"", SLICE_ARG(name));
	if (partials >= PARTIALS)
		return fail(w->why, E_LIMIT, t->name, "partials nested over %d", PARTIALS);
	return write_range(w, t, 0, t->count, scope, partials + 1);
}

static struct result write_section(struct writer *w, const struct template *t, size_t at,
                                   const struct scope *scope, int partials)
{
	const struct node *node = &t->nodes[at];
	json_t *value = find(scope, node->text);
	if (!value)
		TRY(missing(w, t->name, node));
	bool something = is_something(value);
	if (node->kind == NONE)
		return something ? ok() : write_range(w, t, at + 1, node->close, scope, partials);
	if (!something)
		return ok();
	if (!json_is_array(value)) {
		struct scope inner = {json_is_object(value) ? value : scope->at, scope};
		return write_range(w, t, at + 1, node->close, &inner, partials);
	}
	for (size_t i = 0; i < json_array_size(value) && buffer_ok(w->out); i++) {
		struct scope inner = {json_array_get(value, i), scope};
		TRY(write_range(w, t, at + 1, node->close, &inner, partials));
	}
	return ok();
}

/* Depth is bounded by NESTED sections times PARTIALS; templates are ours. */
static struct result write_range(struct writer *w, const struct template *t, size_t from, size_t to,
                                 const struct scope *scope, int partials)
{
	for (size_t i = from; i < to; i++) {
		const struct node *node = &t->nodes[i];
		if (node->kind == TEXT)
			buffer_put_slice(w->out, node->text);
		else if (node->kind == VALUE || node->kind == SAID || node->kind == WORD)
			TRY(write_value(w, t->name, node, find(scope, node->text)));
		else if (node->kind == PARTIAL)
			TRY(write_partial(w, node->text, scope, partials));
		else if (node->kind == EACH || node->kind == NONE) {
			TRY(write_section(w, t, i, scope, partials));
			i = node->close;
		}
	}
	return ok();
}

struct result templates_render(const struct templates *set, const char *name, json_t *model,
                               bool strict, size_t *misses, struct buffer *out, struct why *why)
{
	struct writer w = {.set = set, .strict = strict, .out = out, .why = why};
	struct scope scope = {model, NULL};
	TRY(write_partial(&w, slice_str(name), &scope, 0));
	if (!buffer_ok(out))
		return fail(why, E_LIMIT, name, "the page is larger than it may be");
	if (misses)
		*misses = w.misses;
	return ok();
}
