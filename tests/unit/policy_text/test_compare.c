/* Editions made from one another by known changes: the comparison must find
 * exactly those, and mark exactly the words that changed. */
#include "harness.h"

#include "policy/compare/compare.h"

/* ---- a policy of our own, from words ------------------------------------------- */

static uint64_t state;

static uint32_t pick(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 11) % below);
}

static const char *const nouns[] = {
	"端末", "媒体", "台帳", "金庫", "回線", "庁舎", "書庫", "電源", "配線", "暗号鍵", "職員証", "訪問者", "委託先",
	"サーバ", "プリンタ", "ルータ", "バックアップ", "パスワード", "ログ", "メール", "契約書", "仕様書", "図面", "申請書",
	"印章", "郵便物", "廃棄物", "空調", "消火器", "監視カメラ", "入退室記録", "予備機", "部品", "複写物", "目録", "名簿",
	"通信", "電話", "会議室", "研修資料"};
static const char *const actors[] = {"課長", "部長", "係員", "監査人", "受託者", "情報主任", "庁舎管理者", "窓口担当"};
static const char *const ways[] = {"毎月", "速やかに", "施錠して", "台紙に貼って", "二人で", "書面により", "封筒に入れ", "番号を付け",
                                   "年度ごとに", "事前に", "朝夕", "暗所で", "順番に", "別室で"};
static const char *const deeds[] = {"点検し", "保管し", "記録し", "運搬し", "更新し", "廃棄し", "複写し", "貸与し", "返却し", "採番し",
                                    "封印し", "照合し", "集計し", "掲示し"};
enum { NOUNS = 40, ACTORS = 8, WAYS = 14, DEEDS = 14, PHRASES = 5 };

struct item {
	int id;                /* the same through all editions */
	uint32_t actor, noun[PHRASES], way[PHRASES], deed[PHRASES];
	bool inserted;         /* 原則として、 */
	struct item *up;
	struct item *down[64];
	int count, level;
	/* what was done to it */
	bool reworded, moved, added, deleted;
	uint32_t was; /* noun[1] before, NOUNS: an insertion */
};
enum { MOST_ITEMS = 4000 };
static struct item items[MOST_ITEMS];
static int item_count;

static struct item *new_item(struct item *up, int level)
{
	struct item *it = &items[item_count];
	*it = (struct item){.id = item_count++, .up = up, .level = level, .actor = pick(ACTORS)};
	for (int i = 0; i < PHRASES; i++) {
		it->noun[i] = pick(NOUNS);
		it->way[i] = pick(WAYS);
		it->deed[i] = pick(DEEDS);
	}
	return it;
}

static void insert(struct item *up, struct item *it, int at)
{
	for (int i = up->count; i > at; i--)
		up->down[i] = up->down[i - 1];
	up->down[at] = it;
	up->count++;
	it->up = up;
}

static int place_of(const struct item *it)
{
	for (int i = 0; i < it->up->count; i++)
		if (it->up->down[i] == it)
			return i;
	return -1;
}

static void take_out(struct item *it)
{
	for (int i = place_of(it); i + 1 < it->up->count; i++)
		it->up->down[i] = it->up->down[i + 1];
	it->up->count--;
}

static struct item *make_policy(void)
{
	item_count = 0;
	struct item *root = new_item(NULL, 0);
	for (int a = 0; a < 10; a++) {
		struct item *article = new_item(root, 1);
		insert(root, article, a);
		for (int b = 0; b < 6; b++) {
			struct item *paren = new_item(article, 2);
			insert(article, paren, b);
			for (int c = 0; c < 4 && pick(2); c++)
				insert(paren, new_item(paren, 3), paren->count);
		}
	}
	return root;
}

/* ---- as a tree ------------------------------------------------------------------------ */

static const char *number_of(const struct item *it, int place, struct arena *arena)
{
	static const char *const kana[] = {"ア", "イ", "ウ", "エ", "オ", "カ", "キ", "ク", "ケ", "コ", "サ", "シ", "ス", "セ"};
	if (it->level == 1)
		return arena_printf(arena, "第%d", place + 1);
	return it->level == 2 ? arena_printf(arena, "(%d)", place + 1) : kana[place];
}

static const char *sentence_of(const struct item *it, struct arena *arena)
{
	struct buffer b;
	buffer_init(&b, 4096);
	buffer_printf(&b, "%sは、%s", actors[it->actor], it->inserted ? "原則として、" : "");
	for (int i = 0; i < PHRASES; i++)
		buffer_printf(&b, "%sを%s%s、", nouns[it->noun[i]], ways[it->way[i]], deeds[it->deed[i]]);
	buffer_put_str(&b, "その結果を報告する。");
	const char *text = arena_string(arena, buffer_slice(&b));
	buffer_done(&b);
	return text;
}

struct made {
	struct text_tree *tree;
	const struct item *item[MOST_ITEMS]; /* by node index */
};

static void add_items(struct made *m, const struct item *it, struct text_node *up, struct arena *arena)
{
	for (int i = 0; i < it->count; i++) {
		const struct item *child = it->down[i];
		struct text_node *node = text_add(m->tree, arena, up, number_of(child, i, arena), "", sentence_of(child, arena));
		node->more = (void *)(uintptr_t)(child->id + 1);
		add_items(m, child, node, arena);
	}
}

static void make_tree(struct made *m, const struct item *root, struct arena *arena)
{
	struct why why = {0};
	m->tree = text_tree_new(arena, "庁内管理要綱");
	add_items(m, root, NULL, arena);
	CHECK_OK(text_finish(m->tree, arena, &why), &why);
	for (uint32_t i = 1; i < m->tree->count; i++)
		m->item[i] = &items[(uintptr_t)m->tree->nodes[i]->more - 1];
}

/* ---- known changes ------------------------------------------------------------------------ */

static bool is_free(const struct item *it)
{
	return !it->reworded && !it->moved && !it->added && !it->deleted;
}

static bool touched_below(const struct item *it)
{
	for (int i = 0; i < it->count; i++)
		if (!is_free(it->down[i]) || touched_below(it->down[i]))
			return true;
	return false;
}

static struct item *random_item(int least_level)
{
	for (;;) {
		struct item *it = &items[1 + pick((uint32_t)item_count - 1)];
		bool gone = false;
		for (struct item *up = it; up; up = up->up)
			gone |= up->deleted;
		if (!gone && it->level >= least_level)
			return it;
	}
}

static bool reword(void)
{
	struct item *it = random_item(1);
	if (!is_free(it))
		return false;
	it->reworded = true;
	it->was = it->noun[1];
	if (pick(3) == 0) {
		it->inserted = true;
		it->was = NOUNS;
		return true;
	}
	while (it->noun[1] == it->was)
		it->noun[1] = pick(NOUNS);
	return true;
}

static int shared(const uint32_t *a, const uint32_t *b)
{
	int n = 0;
	for (int i = 0; i < PHRASES; i++)
		for (int j = 0; j < PHRASES; j++)
			if (a[i] == b[j]) {
				n++;
				break;
			}
	return n;
}

/* Two sentences of so many equal words would be one reworded, to any reader. */
static bool too_like_another(const struct item *it)
{
	for (int i = 1; i < item_count; i++)
		if (&items[i] != it && shared(items[i].noun, it->noun) + shared(items[i].way, it->way) +
		                               shared(items[i].deed, it->deed) > 7)
			return true;
	return false;
}

static bool add(void)
{
	struct item *up = random_item(1);
	if (up->level == 3)
		up = up->up;
	if (up->count > 12 || up->deleted)
		return false;
	struct item *it = new_item(up, up->level + 1);
	if (too_like_another(it)) {
		item_count--;
		return false;
	}
	it->added = true;
	insert(up, it, (int)pick((uint32_t)up->count + 1));
	return true;
}

static bool delete(void)
{
	struct item *it = random_item(2);
	if (!is_free(it) || touched_below(it) || it->up->added)
		return false;
	it->deleted = true;
	for (int i = 0; i < it->count; i++)
		it->down[i]->deleted = true;
	take_out(it);
	return true;
}

static bool move(void)
{
	struct item *it = random_item(2), *to = random_item(it->level - 1);
	if (to->level != it->level - 1 || to == it->up || !is_free(it) || to->count > 12 || to->added)
		return false;
	it->moved = true;
	take_out(it);
	insert(to, it, (int)pick((uint32_t)to->count + 1));
	return true;
}

static void change(int count)
{
	static bool (*const kinds[])(void) = {reword, add, delete, move};
	for (int done = 0; done < count;)
		done += kinds[pick(4)]();
}

/* ---- found changes -------------------------------------------------------------------------- */

static const char *printed_of(const struct made *m, int id)
{
	for (uint32_t i = 1; i < m->tree->count; i++)
		if (m->item[i]->id == id)
			return m->tree->nodes[i]->printed;
	return NULL;
}

static unsigned expected(const struct item *it, const struct made *old, const struct made *fresh)
{
	if (it->added)
		return CHANGE_ADDED;
	if (it->deleted)
		return CHANGE_DELETED;
	bool number = strcmp(printed_of(old, it->id), printed_of(fresh, it->id)) != 0;
	return (it->reworded ? CHANGE_WORDS : 0u) | (it->moved ? CHANGE_PLACE : 0u) | (number ? CHANGE_NUMBER : 0u);
}

static int wrong_pairs(const struct comparison *c, const struct made *old, const struct made *fresh, bool tell)
{
	int wrong = 0;
	for (uint32_t i = 0; i < c->count; i++) {
		const struct compare_pair *p = &c->pairs[i];
		const struct item *it = p->fresh ? fresh->item[p->fresh->index] : old->item[p->old->index];
		bool other = p->fresh && p->old && old->item[p->old->index] != it;
		if (!other && p->change == expected(it, old, fresh))
			continue;
		wrong++;
		if (tell)
			printf("  %s %s | %s: found %x, not %x\n", p->fresh ? p->fresh->cite : "-", p->old ? p->old->cite : "-",
			       p->fresh ? p->fresh->text : p->old->text, p->change, expected(it, old, fresh));
	}
	return wrong;
}

/* the marked words are those that were replaced, and the rest is equal */
static int wrong_marks(const struct comparison *c, const struct made *fresh, struct arena *arena)
{
	int wrong = 0;
	for (uint32_t i = 0; i < c->count; i++) {
		const struct compare_pair *p = &c->pairs[i];
		struct word_diff diff;
		struct why why = {0};
		if (!p->old || !p->fresh || !(p->change & CHANGE_WORDS))
			continue;
		const struct item *it = fresh->item[p->fresh->index];
		CHECK_OK(compare_words(slice_str(p->old->text), slice_str(p->fresh->text), arena, &diff, &why), &why);
		const char *want_old = it->was == NOUNS ? "" : nouns[it->was];
		const char *want_fresh = it->was == NOUNS ? "原則として、" : nouns[it->noun[1]];
		struct slice marked[2] = {{NULL, 0}, {NULL, 0}};
		int marks[2] = {0, 0};
		for (size_t k = 0; k < diff.old_count; k++)
			if (diff.old[k].changed) {
				marked[0] = diff.old[k].text;
				marks[0]++;
			}
		for (size_t k = 0; k < diff.fresh_count; k++)
			if (diff.fresh[k].changed) {
				marked[1] = diff.fresh[k].text;
				marks[1]++;
			}
		bool good = marks[0] == (want_old[0] != 0) && marks[1] == 1 && slice_is(marked[0], want_old) &&
		            slice_is(marked[1], want_fresh);
		if (!good)
			printf("  %.*s -> %.*s, not %s -> %s\n", SLICE_ARG(marked[0]), SLICE_ARG(marked[1]), want_old, want_fresh);
		wrong += !good;
	}
	return wrong;
}

/* each move stands in the table twice and is linked: where it was, where it is */
static int wrong_moves(const struct comparison *c, struct arena *arena)
{
	struct compare_table table;
	struct why why = {0};
	int wrong = 0;
	unsigned char *seen = arena_alloc(arena, c->fresh->count);
	CHECK_OK(compare_table(c, compare_style_at(0), arena, &table, &why), &why);
	for (const struct table_row *r = table.rows; r; r = r->next) {
		wrong += r->moved && (seen[r->moved] & (r->left ? 1 : 2)) != 0;
		seen[r->moved] |= r->left ? 1 : 2;
	}
	for (uint32_t i = 0; i < c->count; i++) {
		const struct compare_pair *p = &c->pairs[i];
		bool moved = p->old && p->fresh && (p->change & CHANGE_PLACE);
		wrong += p->fresh && seen[p->fresh->index] != (moved ? 3 : 0);
	}
	return wrong;
}

static struct made old_made, fresh_made;

TEST(known_changes_are_found_exactly)
{
	const char *longer = getenv("SEKISHO_LONG");
	int rounds = longer ? 2000 : 60;
	for (int round = 0; round < rounds; round++) {
		struct arena *arena = arena_new(256 << 20);
		struct comparison *c = NULL;
		struct why why = {0};
		state = 0x9e3779b97f4a7c15u * (uint64_t)(round + 1);
		struct item *root = make_policy();
		make_tree(&old_made, root, arena);
		change(40);
		make_tree(&fresh_made, root, arena);
		CHECK_OK(compare_trees(old_made.tree, fresh_made.tree, false, arena, &c, &why), &why);
		int wrong = wrong_pairs(c, &old_made, &fresh_made, false);
		if (wrong) {
			printf("  round %d:\n", round);
			wrong_pairs(c, &old_made, &fresh_made, true);
		}
		CHECK_INT(wrong, 0);
		CHECK_INT(wrong_marks(c, &fresh_made, arena), 0);
		CHECK_INT(wrong_moves(c, arena), 0);
		CHECK_INT(c->block_count, 0);
		arena_free(arena);
	}
}

/* ---- words ------------------------------------------------------------------------------------ */

TEST(marks_fall_between_words)
{
	static const struct {
		const char *old, *fresh, *want; /* [ ] around what changed, old | new */
	} rows[] = {
		{"監査要領を定める。", "監査要綱を定める。", "[監査要領]を定める。|[監査要綱]を定める。"},
		{"ディスプレーを消す。", "ディスプレイを消す。", "[ディスプレー]を消す。|[ディスプレイ]を消す。"},
		{"共有 ID を除く。", "共用 ID を除く。", "[共有] ID を除く。|[共用] ID を除く。"},
		{"記録を定める。", "記録を定めた。", "記録を[定める]。|記録を[定めた]。"},
		{"受信又は送信を止める。", "送信を止める。", "[受信又は]送信を止める。|送信を止める。"},
		{"１２桁とする。", "16桁とする。", "[１２]桁とする。|[16]桁とする。"},
		{"LGWAN 接続系", "ＬＧＷＡＮ接続系", "LGWAN 接続系|ＬＧＷＡＮ接続系"},
		{"第８ 緊急時", "第９ 緊急時", "第[８] 緊急時|第[９] 緊急時"},
		{"報告しなければならない。", "報告するものとする。", "報告[しなければならない]。|報告[するものとする]。"},
		{"全く別の文である。", "何一つ似ない。", "[全く別の文である]。|[何一つ似ない]。"}};
	struct arena *arena = arena_new(64 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct word_diff diff;
		struct buffer b;
		struct why why = {0};
		buffer_init(&b, 4096);
		CHECK_OK(compare_words(slice_str(rows[i].old), slice_str(rows[i].fresh), arena, &diff, &why), &why);
		for (int side = 0; side < 2; side++) {
			struct span *spans = side ? diff.fresh : diff.old;
			size_t count = side ? diff.fresh_count : diff.old_count;
			buffer_put_str(&b, side ? "|" : "");
			for (size_t k = 0; k < count; k++)
				buffer_printf(&b, spans[k].changed ? "[%.*s]" : "%.*s", SLICE_ARG(spans[k].text));
		}
		CHECK_STR(buffer_cstr(&b), rows[i].want);
		buffer_done(&b);
	}
	arena_free(arena);
}

/* ---- what blocks adoption -------------------------------------------------------------------------- */

static struct text_tree *read_text(const char *text, struct arena *arena)
{
	struct text_tree *trees[2] = {NULL, NULL};
	size_t count;
	struct why why = {0};
	CHECK_OK(import_text(slice_str(text), arena, trees, &count, &why), &why);
	return trees[0];
}

static unsigned blocks_between(const char *old, const char *fresh)
{
	struct arena *arena = arena_new(64 << 20);
	struct comparison *c = NULL;
	struct why why = {0};
	unsigned kinds = 0;
	CHECK_OK(compare_trees(read_text(old, arena), read_text(fresh, arena), false, arena, &c, &why), &why);
	for (const struct compare_block *b = c->blocks; b; b = b->next)
		kinds |= 1u << b->kind;
	arena_free(arena);
	return kinds;
}

TEST(adoption_is_blocked)
{
	static const char base[] = "第１条 端末は、第２条の台帳に記す。\n第２条 台帳は、課長が置く。\n２ 前項の台帳は、毎年見直す。\n"
	                           "第３条 番号法第９条の事務は、別に定める。\n附則\nこの要綱は、令和８年４月１日から施行する。\n";
	static const struct {
		const char *fresh;
		unsigned kinds;
	} rows[] = {
		{base, 0},
		/* a number twice */
		{"第１条 端末は、第２条の台帳に記す。\n第２条 台帳は、課長が置く。\n第２条 帳票は、係員が置く。\n", 1u << BLOCK_COLLISION},
		/* dates that nobody filled in */
		{"附則\nこの要綱は、令和８年○月○日から施行する。\n", 1u << BLOCK_DATE},
		{"附則\nこの要綱は、令和　年　月　日から施行する。\n", 1u << BLOCK_DATE},
		{"附則\nこの要綱は、令和二〇年四月一日から施行する。\n", 0},
		/* what was struck out or underlined in a table */
		{"第１条 端末は、台\u0336帳\u0336に記す。\n", 1u << BLOCK_MARK},
		{"第１条 端末は、名\u0332簿\u0332に記す。\n", 1u << BLOCK_MARK},
		/* nothing there */
		{"第１条 端末は、第７条の台帳に記す。\n第２条 台帳は、課長が置く。\n", 1u << BLOCK_DANGLING},
		{"第１条 前条の端末を置く。\n", 1u << BLOCK_DANGLING},
		/* the goal became 第３条, the reference stayed */
		{"第１条 端末は、第２条の台帳に記す。\n第２条 鍵は、金庫に入れて封印し、部長が毎朝照合する。\n第３条 台帳は、課長が置く。\n２ 前項の台帳は、毎年見直す。\n",
		 1u << BLOCK_STALE},
		/* ... and here it went along */
		{"第１条 端末は、第３条の台帳に記す。\n第２条 鍵は、金庫に入れて封印し、部長が毎朝照合する。\n第３条 台帳は、課長が置く。\n２ 前項の台帳は、毎年見直す。\n",
		 0}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned kinds = blocks_between(base, rows[i].fresh);
		if (kinds != rows[i].kinds)
			printf("  row %zu\n", i);
		CHECK_INT(kinds, rows[i].kinds);
	}
}

TEST(what_left_its_chapter_has_moved)
{
	static const char old[] = "policy p \"要綱\" version \"\" adopted 2020-01-01 effective 2020-01-01\n"
		"clause AA-1 \"第１ １\" says \"甲\" reference purpose\nclause AA-2 \"第１ ２\" says \"乙\" reference purpose\n"
		"clause AA-3 \"第２ １\" says \"丙\" reference purpose\nclause AA-4 \"第２ ２\" says \"丁\" reference purpose\n"
		"clause AA-5 \"第２ ３\" says \"戊\" reference purpose\n";
	/* 第２ became 第３ as a whole; its last went to 第１ */
	static const char fresh[] = "policy p \"要綱\" version \"\" adopted 2021-01-01 effective 2021-01-01\n"
		"clause AA-1 \"第１ １\" says \"甲\" reference purpose\nclause AA-2 \"第１ ２\" says \"乙\" reference purpose\n"
		"clause AA-5 \"第１ ３\" says \"戊\" reference purpose\n"
		"clause AA-3 \"第３ １\" says \"丙\" reference purpose\nclause AA-4 \"第３ ２\" says \"丁\" reference purpose\n";
	const struct policy_source sources[] = {{"old/a.pol", slice_str(old)}, {"new/a.pol", slice_str(fresh)}};
	struct arena *arena = arena_new(64 << 20);
	struct policy *policy = NULL;
	struct text_tree *trees[2];
	struct comparison *c = NULL;
	struct why why = {0};
	CHECK_OK(policy_load(sources, 2, arena, &policy, NULL, &why), &why);
	for (size_t i = 0; i < 2; i++)
		CHECK_OK(compare_edition_tree(policy, policy_edition_at(policy, i), arena, &trees[i], &why), &why);
	CHECK_OK(compare_trees(trees[0], trees[1], true, arena, &c, &why), &why);
	CHECK_INT(c->moved, 1);
	CHECK_INT(c->renumbered, 3);
	CHECK_INT(c->same, 2);
	CHECK_INT(wrong_moves(c, arena), 0);
	arena_free(arena);
}

TEST(every_ceiling_is_survived)
{
	struct arena *own = arena_new(64 << 20);
	struct text_tree *old = read_text("第１ 甲を定める。\n(1) 乙\n(2) 丙\n第２ 丁は、第１による。\n", own);
	struct text_tree *fresh = read_text("第１ 甲を改める。\n(1) 丙\n第３ 丁は、第１による。\n", own);
	bool done = false;
	for (size_t ceiling = 0; !done; ceiling += 64) {
		struct arena *arena = arena_new(ceiling);
		struct comparison *c = NULL;
		struct result r = compare_trees(old, fresh, false, arena, &c, NULL);
		CHECK(r.code == OK || r.code == E_MEMORY);
		done = r.code == OK;
		arena_free(arena);
	}
	arena_free(own);
}

MAIN_TESTS()
