/* Why nothing opened an act: the clauses that could have, and which of their
 * conditions did not hold.  Made only for an act that its default refuses. */
#include "policy/answer.h"

enum { TEXT_BYTES = 2000 };

static void failing(const struct eval *e, const struct shape *scope, const struct node *n, struct buffer *out)
{
	const struct row *root = e->facts->root;
	bool any = false;
	if (n->op != NODE_AND && n->op != NODE_OR) {
		cond_text(e->policy, e->book, scope, n->source, out);
		return;
	}
	for (const struct node *part = n->parts; part; part = part->next) {
		if (eval_node(e, root, part) != NO)
			continue;
		bool bracket = part->op == NODE_OR || part->op == NODE_AND;
		buffer_put_str(out, !any ? "" : n->op == NODE_AND ? "、かつ" : "、又は");
		buffer_put_str(out, bracket ? "（" : "");
		failing(e, scope, part, out);
		buffer_put_str(out, bracket ? "）" : "");
		any = true;
	}
}

void answer_opener(struct answer *a, const struct eval *e, const struct act *act, const struct member *member,
                   const struct node *when, const struct node *unless)
{
	struct buffer text;
	bool met = eval_when(e, e->facts->root, when, NULL) != NO; /* then it is the `unless` that shuts it */
	struct opener *o = answer_push(a, &a->openers);
	if (!o)
		return;
	buffer_init(&text, TEXT_BYTES);
	buffer_printf(&text, "「%s」が認められるのは、", act->title);
	if (!met)
		failing(e, act->row, when, &text);
	else if (unless)
		failing(e, act->row, unless, &text);
	buffer_put_str(&text, met ? "場合を除くときです。" : "ときです。");
	*o = (struct opener){member->clause->public, member->cite, answer_string(a, buffer_cstr(&text))};
	buffer_done(&text);
}
