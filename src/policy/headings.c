/* Titles of chapters and sections: found by their number, held to what stands below. */
#include "policy/headings.h"
#include "policy/model.h"

const char *policy_heading(const struct policy *policy, const struct policy_edition *edition, struct slice cite)
{
	for (const struct heading *h = policy->tree.headings; h; h = h->next)
		if (h->header->effective == edition->effective && strcmp(h->header->name, edition->name) == 0 &&
		    slice_is(cite, h->cite))
			return h->title;
	return "";
}

/* 第2章 2 stands above 第2章 2.2 (8), 第2章 2.2 above it and its own (1), 8 above 8.1 */
static bool stands_above(const char *heading, const char *cite)
{
	size_t len = strlen(heading);
	return strncmp(heading, cite, len) == 0 && (cite[len] == 0 || !(cite[len] >= '0' && cite[len] <= '9'));
}

void check_headings(struct checker *c)
{
	for (const struct heading *h = c->policy->tree.headings; h; h = h->next) {
		struct finding f = {.number = 3, .file = h->file, .line = h->line, .policy = h->header->name, .clause = "",
		                    .mend = "番号を直すか、題を消してください。"};
		bool any = h->header != c->book->header;
		for (const struct clause *clause = c->policy->tree.clauses; clause && !any; clause = clause->next)
			any = clause->header == h->header && stands_above(h->cite, clause->cite);
		if (!any)
			finding_add_as(c->findings, c->arena, f, "「%s」の下に条がありません。", h->cite);
		f.number = 2;
		f.mend = "どちらかを消してください。";
		for (const struct heading *g = h->next; g; g = g->next)
			if (g->header == h->header && strcmp(g->cite, h->cite) == 0 && h->header == c->book->header)
				finding_add_as(c->findings, c->arena, f, "「%s」の題が二つあります（もう一つは%s:%u）。", h->cite, g->file,
				               spot_line(g->line));
	}
}
