/* bench/compare - two editions of 200 articles, 40 changes: aligning them, the
 * table with its marks, and reading both texts; median of 21, processor time */
#include "policy/compare/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ARTICLES = 200, RUNS = 21 };

static double now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static const char *const things[] = {"端末", "媒体", "台帳", "金庫", "回線", "庁舎", "書庫", "電源", "配線", "暗号鍵", "名簿", "図面"};
static const char *const deeds[] = {"点検し", "保管し", "記録し", "運搬し", "更新し", "廃棄し", "複写し", "貸与し", "返却し", "採番し", "照合し"};

/* an article of three paragraphs and two items; `turn` varies its words */
static void put_article(struct buffer *out, unsigned number, unsigned seed, unsigned turn)
{
	buffer_printf(out, "第%u条 情報セキュリティ管理者は、所管する%sを%s、その結果を記録番号%uとして台帳に記さなければならない。\n", number,
	              things[(seed + turn) % 12], deeds[seed % 11], seed * 37);
	buffer_printf(out, "２ 前項の%sは、統括情報セキュリティ責任者の許可を受けた職員%u名が%sものとする。\n", things[(seed * 5) % 12], seed % 9 + 2,
	              deeds[(seed * 3) % 11]);
	buffer_printf(out, "一 %sの%s方法%u\n二 %sの置き場所%u\n", things[(seed * 7) % 12], deeds[(seed * 2) % 11], seed * 11,
	              things[(seed * 11) % 12], seed * 13);
	buffer_printf(out, "３ 職員は、%sを職場の外に持ち出す場合には、所管する情報セキュリティ管理者の許可%uを得なければならない。\n",
	              things[(seed * 13) % 12], seed * 17);
}

static void put_edition(struct buffer *out, bool fresh)
{
	unsigned number = 1;
	for (unsigned seed = 1; seed <= ARTICLES; seed++) {
		if (fresh && seed % 20 == 7)
			continue; /* ten deleted */
		put_article(out, number++, seed, fresh && seed % 10 == 3 ? 1 : 0); /* twenty reworded */
		if (fresh && seed % 20 == 12)
			put_article(out, number++, 1000 + seed, 0); /* ten added */
	}
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *times)
{
	qsort(times, RUNS, sizeof *times, ascending);
	return times[RUNS / 2];
}

static bool run(struct slice old_text, struct slice fresh_text, double *read, double *align, double *table)
{
	struct arena *arena = arena_new(512 << 20);
	struct text_tree *old[2], *fresh[2];
	struct comparison *c = NULL;
	struct compare_table made;
	struct buffer html;
	size_t count;
	buffer_init(&html, 64 << 20);
	double begin = now_ms();
	bool good = import_text(old_text, arena, old, &count, NULL).code == OK &&
	            import_text(fresh_text, arena, fresh, &count, NULL).code == OK;
	*read = now_ms() - begin;
	begin = now_ms();
	good = good && compare_trees(old[0], fresh[0], false, arena, &c, NULL).code == OK;
	*align = now_ms() - begin;
	begin = now_ms();
	good = good && compare_table(c, compare_style_at(0), arena, &made, NULL).code == OK;
	if (good)
		compare_html(&made, &html);
	*table = now_ms() - begin;
	good = good && c->added && c->deleted && c->reworded;
	buffer_done(&html);
	arena_free(arena);
	return good;
}

int main(void)
{
	double read[RUNS], align[RUNS], table[RUNS];
	struct buffer old, fresh;
	buffer_init(&old, 8 << 20);
	buffer_init(&fresh, 8 << 20);
	put_edition(&old, false);
	put_edition(&fresh, true);
	for (int i = 0; i < RUNS; i++)
		if (!run(buffer_slice(&old), buffer_slice(&fresh), &read[i], &align[i], &table[i])) {
			printf("compare: the two editions could not be compared\n");
			return 1;
		}
	double r = median(read), a = median(align), t = median(table);
	printf("compare %d articles: read both %.1f ms, align %.1f ms, table %.1f ms, together %.1f ms (goal 200)\n",
	       ARTICLES, r, a, t, r + a + t);
	buffer_done(&old);
	buffer_done(&fresh);
	return 0;
}
