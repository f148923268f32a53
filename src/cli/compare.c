/* sekisho policy compare OLD NEW: the 新旧対照表 and what hangs on it */
#include "cli/cli.h"

#include "base/file.h"
#include "policy/compare/compare.h"

#include <stdio.h>
#include <unistd.h>

enum { COMPARE_ROOM = 1 << 30, SHOWN = 128 << 20 };

struct comparing {
	const char *old, *fresh, *format, *style, *out;
	struct arena *arena;
	struct policy *policy; /* of the new side, where it is an encoded edition */
	const struct policy_edition *edition;
};

/* ---- operands: a text, one side of a table, what was kept, or an edition --------- */

static struct result read_edition(struct comparing *in, const char *id, struct text_tree **out,
                                  struct why *why)
{
	struct policy *policy = NULL;
	TRY(cli_policy(id, in->arena, &policy, NULL, why));
	const struct policy_edition *edition = policy_edition_in(policy, id); /* not what it adopts */
	if (!edition)
		return fail(why, E_INPUT, id, "policy の見出しがありません。");
	in->policy = policy; /* the new side is read last */
	in->edition = edition;
	return compare_edition_tree(policy, edition, in->arena, out, why);
}

static struct result read_text(struct comparing *in, const char *path, bool fresh, struct text_tree **out,
                               bool *kept, struct why *why)
{
	struct slice bytes;
	struct text_tree *trees[2] = {NULL, NULL};
	struct import_kept *was = NULL;
	size_t count = 0;
	TRY(cli_read(path, IMPORT_BYTES * 4u, in->arena, &bytes, why));
	*kept = slice_starts(bytes, SLICE("sekisho-text "));
	if (*kept) {
		TRY(import_kept_read(bytes, in->arena, &was, why));
		*out = was->tree;
		return ok();
	}
	TRY(import_text(bytes, in->arena, trees, &count, why));
	*out = count == 2 && !fresh ? trees[1] : trees[0];
	return ok();
}

static struct result read_both(struct comparing *in, struct text_tree *trees[2], bool *by_id,
                               struct why *why)
{
	const char *const names[] = {in->old, in->fresh};
	bool known[2] = {false, false};
	for (size_t i = 0; i < 2; i++) {
		in->policy = NULL;
		bool file = strcmp(names[i], "-") == 0 || strchr(names[i], '/') || access(names[i], F_OK) == 0;
		if (file)
			TRY(read_text(in, names[i], i == 1, &trees[i], &known[i], why));
		else {
			TRY(read_edition(in, names[i], &trees[i], why));
			known[i] = true;
		}
	}
	*by_id = known[0] && known[1];
	return ok();
}

/* ---- formats ------------------------------------------------------------------------ */

static struct result show_pdf(const struct compare_table *table, struct buffer *out, struct why *why)
{
	AUTO(paper_font_drop) struct paper_font *font = NULL;
	TRY(paper_font_open(&font, why));
	return compare_pdf(table, font, out, why);
}

static struct result show_table(struct comparing *in, const struct comparison *c, struct buffer *out,
                                struct why *why)
{
	const struct compare_style *style = compare_style_named(in->style ? in->style : "kaisei");
	struct compare_table table;
	if (!style)
		return fail(why, E_INPUT, "--style", "「%s」という書き方はありません。", in->style);
	TRY(compare_table(c, style, in->arena, &table, why));
	if (strcmp(in->format, "xlsx") == 0)
		return compare_xlsx(&table, "/tmp", out, why);
	if (strcmp(in->format, "pdf") == 0)
		return show_pdf(&table, out, why);
	compare_html(&table, out);
	return ok();
}

/* what the text itself prints as changed, against what was computed */
static void show_marks(struct comparing *in, const struct comparison *c, struct buffer *out)
{
	struct buffer lines;
	buffer_init(&lines, 8 << 20);
	struct compare_marks marks = {0};
	if (in->policy)
		marks = compare_printed(c, in->policy, in->edition, &lines);
	if (marks.marks) {
		buffer_printf(out, "印刷された改正箇所 %zu件のうち、計算した変更と合うもの %zu件\n", marks.marks, marks.agree);
		buffer_put_slice(out, buffer_slice(&lines));
	}
	buffer_done(&lines);
}

static struct result show(struct comparing *in, const struct comparison *c, struct buffer *out,
                          struct why *why)
{
	const char *f = in->format;
	if (strcmp(f, "text") == 0) {
		compare_report(c, out);
		show_marks(in, c, out);
		return ok();
	}
	if (strcmp(f, "json") == 0)
		return compare_json(c, out, why);
	if (strcmp(f, "kaisei") == 0)
		return compare_amendment(c, AMEND_PHRASES, out, why);
	if (strcmp(f, "zenbun") == 0)
		return compare_amendment(c, AMEND_WHOLE, out, why);
	if (strcmp(f, "html") == 0 || strcmp(f, "xlsx") == 0 || strcmp(f, "pdf") == 0)
		return show_table(in, c, out, why);
	return fail(why, E_INPUT, "--format", "「%s」という形式はありません。", f);
}

static struct result write_out(struct comparing *in, struct buffer *out, struct why *why)
{
	if (!buffer_ok(out))
		return fail(why, E_LIMIT, "", "対照表が大きすぎます。");
	if (in->out)
		return file_write(in->out, buffer_slice(out), 0644, why);
	if (isatty(STDOUT_FILENO) && (strcmp(in->format, "pdf") == 0 || strcmp(in->format, "xlsx") == 0))
		return fail(why, E_INPUT, "-o", "%s は画面に出せません。書き出す先を -o で示してください。", in->format);
	fflush(stdout);
	return fd_write_all(STDOUT_FILENO, buffer_slice(out), why);
}

static struct result run(struct comparing *in, bool *blocked, struct why *why)
{
	struct text_tree *trees[2] = {NULL, NULL};
	struct comparison *c = NULL;
	struct buffer out;
	bool by_id = false;
	if (!in->arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(read_both(in, trees, &by_id, why));
	if (!by_id)
		fputs("条文の記号がそろっていないため、番号と文の近さで対応を付けました。対応が正しいか、確かめてください。\n", stderr);
	TRY(compare_trees(trees[0], trees[1], by_id, in->arena, &c, why));
	buffer_init(&out, SHOWN);
	struct result done = show(in, c, &out, why);
	if (done.code == OK)
		done = write_out(in, &out, why);
	buffer_done(&out);
	*blocked = c->blocks != NULL;
	for (const struct compare_block *b = c->blocks; b && strcmp(in->format, "text") != 0; b = b->next)
		fprintf(stderr, "採択できません: %s: %s\n", block_label(b->kind), b->sentence);
	return done;
}

static int compare(int argc, char **argv)
{
	AUTO(arena_drop) struct arena *arena = arena_new(COMPARE_ROOM);
	struct comparing in = {.arena = arena, .format = "text"};
	struct why why = {0};
	bool blocked = false;
	const struct option_row rows[] = {{"--format", &in.format, NULL}, {"--style", &in.style, NULL},
	                                  {"-o", &in.out, NULL}};
	argc = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	if (argc != 2)
		return cli_usage(&cli_compare_verbs[0]);
	in.old = argv[0];
	in.fresh = argv[1];
	if (run(&in, &blocked, &why).code != OK)
		return cli_why("policy compare", &why);
	return blocked ? CLI_REFUSED : CLI_DONE;
}

const struct verb cli_compare_verbs[] = {
	{"policy compare",
	 "OLD NEW [--format text|json|html|xlsx|pdf|kaisei|zenbun] [--style kaisei|kaisei-note|shinkyu|genko|mae-ato] [-o FILE]",
	 "二つの版を比べ、新旧対照表と改正文を作ります", compare},
	{0},
};
