/* Pages: what a model holds arrives as text, wherever it stands; a template that
 * could let it out of its place is refused when it is read.                 */
#include "harness.h"

#include "web/assets.h"
#include "web/template.h"

struct row {
	const char *template, *model, *page;
};

static void check_row(const struct row *row)
{
	struct why why = {OK, "", ""};
	struct buffer out;
	struct templates *set = templates_new();
	json_t *model = json_loads(row->model, 0, NULL);
	CHECK(model != NULL);
	buffer_init(&out, 65536);
	CHECK_OK(templates_add(set, "page", slice_str(row->template), &why), &why);
	CHECK_OK(templates_add(set, "item", SLICE("<i>{{name}}</i>"), &why), &why);
	CHECK_OK(templates_render(set, "page", model, true, NULL, &out, &why), &why);
	CHECK_STR(buffer_cstr(&out), row->page);
	json_decref(model);
	buffer_done(&out);
	templates_free(set);
}

TEST(values_and_sections)
{
	static const struct row rows[] = {
		{"a {{x}} b", "{\"x\":\"税務課\"}", "a 税務課 b"},
		{"{{x}}", "{\"x\":\"<script>alert('1')</script>&\\\"\"}",
		 "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;"},
		{"<a href=\"{{x}}\">", "{\"x\":\"\\\" onclick=\\\"x\"}",
		 "<a href=\"&quot; onclick=&quot;x\">"},
		{"<a href='{{x}}'>", "{\"x\":\"' b\"}", "<a href='&#39; b'>"},
		{"{{x}}", "{\"x\":\"a\\u0001\\u001bb\\u007f\\nc\"}", "ab\nc"},
		{"{{n}}", "{\"n\":-12}", "-12"},
		{"[{{x}}]", "{\"x\":null}", "[]"},
		{"{{#l}}({{.}}){{/l}}{{^l}}none{{/l}}", "{\"l\":[\"1\",\"<\"]}", "(1)(&lt;)"},
		{"{{#l}}x{{/l}}{{^l}}none{{/l}}", "{\"l\":[]}", "none"},
		{"{{#l}}{{name}}{{city}} {{/l}}", "{\"city\":\"市\",\"l\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
		 "a市 b市 "},
		{"{{#t}}yes{{/t}}{{#f}}no{{/f}}", "{\"t\":true,\"f\":false}", "yes"},
		{"{{#zero}}no{{/zero}}{{^zero}}0{{/zero}}", "{\"zero\":0}", "0"},
		{"{{a.b}}{{#a.b}}!{{/a.b}}", "{\"a\":{\"b\":\"c\"}}", "c!"},
		{"{{#l}}{{>item}}{{/l}}", "{\"l\":[{\"name\":\"<\"}]}", "<i>&lt;</i>"},
		{"a{{! a comment }}b", "{}", "ab"},
		{"{{{x}}}", "{\"x\":\"<\"}", NULL}, /* no raw output in this language */
		{"{{&x}}", "{\"x\":\"<\"}", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].page) {
			check_row(&rows[i]);
			continue;
		}
		struct templates *set = templates_new();
		CHECK_FAILS(templates_add(set, "page", slice_str(rows[i].template), NULL), E_INPUT);
		templates_free(set);
	}
}

TEST(templates_that_are_refused)
{
	static const char *const rows[] = {
		"{{x", "{{}}", "{{#a}}", "{{/a}}", "{{#a}}{{/b}}", "{{#a}}{{#b}}{{/a}}{{/b}}", "{{A}}",
		"{{a b}}", "{{.a}}", "{{a.}}", "<a href={{x}}>", "<a {{x}}>", "<{{x}}>",
		"<a href=\"x\" {{x}}=\"\">",
		"{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}",
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct templates *set = templates_new();
		CHECK_FAILS(templates_add(set, "page", slice_str(rows[i]), NULL), E_INPUT);
		templates_free(set);
	}
}

TEST(place_names_file_and_line)
{
	struct why why = {OK, "", ""};
	struct templates *set = templates_new();
	CHECK_FAILS(templates_add(set, "home", SLICE("a\nb\n<a href={{x}}>"), &why), E_INPUT);
	CHECK_STR(why.place, "home:3");
	templates_free(set);
}

static struct result render(const char *template, bool strict, size_t *misses, struct why *why)
{
	struct buffer out;
	struct templates *set = templates_new();
	json_t *model = json_pack("{s:s, s:f}", "known", "x", "real", 0.5);
	buffer_init(&out, 4096);
	struct result result = templates_add(set, "page", slice_str(template), why);
	if (result.code == OK)
		result = templates_render(set, "page", model, strict, misses, &out, why);
	json_decref(model);
	buffer_done(&out);
	templates_free(set);
	return result;
}

TEST(unknown_names)
{
	struct why why = {OK, "", ""};
	size_t misses = 0;
	CHECK_FAILS(render("\n{{unknown}}", true, NULL, &why), E_INPUT);
	CHECK_STR(why.place, "page:2");
	CHECK_FAILS(render("{{#unknown}}{{/unknown}}", true, NULL, NULL), E_INPUT);
	CHECK_OK(render("{{unknown}}{{^other}}{{/other}}", false, &misses, &why), &why);
	CHECK_INT(misses, 2);
	CHECK_FAILS(render("{{real}}", false, NULL, NULL), E_INPUT);
	CHECK_FAILS(render("{{>nothere}}", false, NULL, NULL), E_INPUT);
	CHECK_FAILS(render("{{>page}}", false, NULL, NULL), E_LIMIT); /* a circle ends */
}

TEST(full_page_is_an_error)
{
	struct buffer out;
	struct templates *set = templates_new();
	json_t *model = json_pack("{s:s}", "x", "0123456789");
	buffer_init(&out, 8);
	CHECK_FAILS(templates_add(set, "page", SLICE("{{x}}"), NULL), OK);
	CHECK_FAILS(templates_render(set, "page", model, true, NULL, &out, NULL), E_LIMIT);
	json_decref(model);
	buffer_done(&out);
	templates_free(set);
}

/* The templates of the program: all can be read, none holds a script, a style
 * attribute or another origin, each page has one h1 at most written once.   */
TEST(own_templates)
{
	static const char *const never[] = {"<script", " style=\"", "javascript:", "//cdn", "onclick",
	                                    "http://", "https://"};
	struct why why = {OK, "", ""};
	struct templates *set = templates_new();
	for (size_t i = 0; i < web_asset_count; i++) {
		struct slice text = slice_of(web_assets[i].at, web_assets[i].len);
		if (!slice_ends(slice_str(web_assets[i].name), SLICE(".html")))
			continue;
		CHECK_OK(templates_add(set, web_assets[i].name, text, &why), &why);
		for (size_t k = 0; k < sizeof never / sizeof *never; k++)
			if (slice_find(text, slice_str(never[k])) != SIZE_MAX) {
				printf("  %s has %s\n", web_assets[i].name, never[k]);
				CHECK(false);
			}
	}
	CHECK(web_asset_count > 30);
	CHECK(asset_named("style.css").len > 1000);
	CHECK(asset_named("nothing").at == NULL);
	templates_free(set);
}

MAIN_TESTS()
