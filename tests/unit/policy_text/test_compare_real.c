/* Two editions made from a real text by forty known changes: the list of changes
 * is exact and no word is marked that was not changed.  The real text is read
 * from ../shared and never kept here.                                        */
#include "harness.h"

#include "base/file.h"
#include "policy/compare/compare.h"

enum { MOST = 4000, CHILDREN = 64, CHANGES = 40 };

struct copy {
	const struct text_node *source; /* NULL: added */
	struct copy *up, *down[CHILDREN];
	int count;
	const char *text, *title, *inserted;
	bool reworded, moved, added, deleted;
	struct text_node *made;
};
static struct copy copies[MOST];
static int copy_count;
static uint64_t state;

static uint32_t pick(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 11) % below);
}

static bool insert(struct copy *up, struct copy *c, int at)
{
	if (up->count == CHILDREN)
		return false;
	for (int i = up->count; i > at; i--)
		up->down[i] = up->down[i - 1];
	up->down[at] = c;
	up->count++;
	c->up = up;
	return true;
}

static void take_out(struct copy *c)
{
	int at = 0;
	while (c->up->down[at] != c)
		at++;
	for (; at + 1 < c->up->count; at++)
		c->up->down[at] = c->up->down[at + 1];
	c->up->count--;
}

static struct copy *copy_of(const struct text_tree *tree)
{
	copy_count = (int)tree->count;
	for (uint32_t i = 0; i < tree->count; i++) {
		const struct text_node *n = tree->nodes[i];
		copies[i] = (struct copy){.source = n, .text = n->text, .title = n->title};
		if (n->parent)
			CHECK(insert(&copies[n->parent->index], &copies[i], copies[n->parent->index].count));
	}
	return copies;
}

/* ---- known changes ---------------------------------------------------------------- */

static bool lists(enum text_level level)
{
	return level == TEXT_PAREN || level == TEXT_CIRCLE || level == TEXT_KANA;
}

static bool is_free(const struct copy *c)
{
	return c->source && !c->reworded && !c->moved && !c->added && !c->deleted;
}

/* a numbered item without numbered items below, all of it untouched and in place */
static bool is_item(const struct copy *c)
{
	if (!is_free(c) || !lists(c->source->level) || !c->up)
		return false;
	for (int i = 0; i < c->count; i++)
		if (!is_free(c->down[i]) || text_level_numbered(c->down[i]->source->level) || c->down[i]->count)
			return false;
	return true;
}

static bool alone_in_text(const struct text_tree *tree, const struct text_node *n)
{
	for (uint32_t i = 1; i < tree->count; i++)
		if (tree->nodes[i] != n && memcmp(tree->nodes[i]->hash, n->hash, IMPORT_HASH) == 0)
			return false;
	return strlen(n->text) + strlen(n->title) > 60;
}

static bool reword(struct copy *c, struct arena *arena)
{
	const char *at = strstr(c->text, "は、");
	if (!is_free(c) || !at || strstr(at + 6, "は、") || strlen(c->text) < 90 || strncmp(at + 6, "原則", 6) == 0)
		return false;
	for (struct copy *up = c; up; up = up->up)
		if (up->deleted)
			return false;
	c->text = arena_printf(arena, "%.*s原則として、%s", (int)(at + 6 - c->text), c->text, at + 6);
	c->reworded = true;
	return true;
}

static bool add(struct copy *beside, struct arena *arena)
{
	static const char *const things[] = {"自動販売機", "観葉植物", "掲示板", "傘立て", "駐輪場", "花壇", "食堂", "売店"};
	static const char *const deeds[] = {"毎朝ぬれた布で拭き", "週に一度は水をやり", "季節の飾りに取り替え", "壊れたら業者を呼び",
	                                    "鍵を掛けて帰り", "番号札を付け直し", "当番表に名前を書き", "夕方に片付け"};
	if (!is_item(beside) || copy_count == MOST || beside->up->count >= CHILDREN - 1)
		return false;
	struct copy *c = &copies[copy_count];
	*c = (struct copy){.added = true, .title = "", .source = NULL};
	c->text = arena_printf(arena, "庭の%sと%sは、%s、また%s、当番の者が日誌%uに丸を付ける。", things[pick(8)], things[pick(8)],
	                       deeds[pick(8)], deeds[pick(8)], pick(1000));
	int at = 0;
	while (beside->up->down[at] != beside)
		at++;
	copy_count++;
	return insert(beside->up, c, at + 1);
}

static bool delete(struct copy *c, const struct text_tree *tree)
{
	if (!is_item(c) || !alone_in_text(tree, c->source) || c->up->deleted)
		return false;
	c->deleted = true;
	for (int i = 0; i < c->count; i++)
		c->down[i]->deleted = true;
	take_out(c);
	return true;
}

static bool move(struct copy *c, struct copy *to, const struct text_tree *tree)
{
	if (!is_item(c) || !is_item(to) || c->up == to->up || c->source->level != to->source->level ||
	    !alone_in_text(tree, c->source) || to->up->count >= CHILDREN - 1)
		return false;
	for (struct copy *up = to; up; up = up->up)
		if (up == c)
			return false;
	c->moved = true;
	take_out(c);
	int at = 0;
	while (to->up->down[at] != to)
		at++;
	return insert(to->up, c, at);
}

static void change(const struct text_tree *tree, struct arena *arena)
{
	for (int done = 0, tried = 0; done < CHANGES && tried < 100000; tried++) {
		struct copy *c = &copies[1 + pick((uint32_t)copy_count - 1)];
		struct copy *to = &copies[1 + pick((uint32_t)copy_count - 1)];
		switch (pick(4)) {
		case 0: done += reword(c, arena); break;
		case 1: done += add(c, arena); break;
		case 2: done += delete(c, tree); break;
		default: done += move(c, to, tree);
		}
	}
}

/* ---- the new edition ------------------------------------------------------------------ */

static const char *renumbered(const struct copy *c, struct arena *arena)
{
	static const char *const kana[] = {"ア", "イ", "ウ", "エ", "オ", "カ", "キ", "ク", "ケ", "コ", "サ", "シ"};
	enum text_level level = TEXT_ROOT;
	uint32_t place = 0, sign;
	for (int i = 0; i < c->up->count && level == TEXT_ROOT; i++)
		if (c->up->down[i]->source && lists(c->up->down[i]->source->level))
			level = c->up->down[i]->source->level;
	for (int i = 0; i < c->up->count; i++) {
		const struct copy *s = c->up->down[i];
		place += !s->source || s->source->level == level;
		if (s == c)
			break;
	}
	if (c->source && c->source->level != level)
		return c->source->printed;
	if (level == TEXT_KANA)
		return kana[(place - 1) % 12];
	if (level == TEXT_PAREN)
		return arena_printf(arena, "(%u)", place);
	sign = 0x2460 + (place - 1) % 20; /* ① */
	return arena_printf(arena, "\xe2%c%c", (int)(0x80 | (sign >> 6 & 0x3f)), (int)(0x80 | (sign & 0x3f)));
}

static void make(struct text_tree *tree, struct copy *c, struct arena *arena)
{
	for (int i = 0; i < c->count; i++) {
		struct copy *d = c->down[i];
		const char *number = !d->source || lists(d->source->level) ? renumbered(d, arena) : d->source->printed;
		d->made = text_add(tree, arena, c->made, number, d->title, d->text);
		if (d->source && !lists(d->source->level)) {
			d->made->level = d->source->level;
			d->made->number = d->source->number;
		}
		d->made->omitted = d->source && d->source->omitted;
		make(tree, d, arena);
	}
}

/* ---- what was found ----------------------------------------------------------------------- */

static const struct copy *copy_made(const struct text_node *node)
{
	for (int i = 1; i < copy_count; i++)
		if (copies[i].made == node)
			return &copies[i];
	return NULL;
}

static unsigned expected(const struct copy *c)
{
	if (c->added || c->deleted)
		return c->added ? CHANGE_ADDED : CHANGE_DELETED;
	bool number = lists(c->source->level) && c->made->number.part[0] != c->source->number.part[0];
	return (c->reworded ? CHANGE_WORDS : 0u) | (c->moved ? CHANGE_PLACE : 0u) | (number ? CHANGE_NUMBER : 0u);
}

static void check_pair(const struct compare_pair *p, int *seen)
{
	const struct copy *c = p->fresh ? copy_made(p->fresh) : &copies[p->old->index];
	CHECK(c != NULL);
	if (!c)
		return;
	bool partner = !p->old || !p->fresh || c->source == p->old;
	if (!partner || p->change != expected(c))
		printf("  %s | %s: found %x, not %x\n", p->fresh ? p->fresh->cite : "-", p->old ? p->old->cite : "-", p->change,
		       expected(c));
	CHECK(partner);
	CHECK_INT(p->change, expected(c));
	*seen += (c->reworded || c->moved || c->added || c->deleted);
}

static void check_marks(const struct compare_pair *p, struct arena *arena)
{
	struct word_diff diff;
	struct why why = {0};
	size_t marks = 0;
	CHECK_OK(compare_words(slice_str(p->old->text), slice_str(p->fresh->text), arena, &diff, &why), &why);
	for (size_t i = 0; i < diff.old_count; i++)
		CHECK(!diff.old[i].changed);
	for (size_t i = 0; i < diff.fresh_count; i++)
		if (diff.fresh[i].changed) {
			marks++;
			CHECK_SLICE(diff.fresh[i].text, SLICE("原則として、"));
		}
	CHECK_INT(marks, 1);
}

static bool read_seed(struct arena *arena, struct text_tree **out)
{
	struct text_tree *trees[2];
	size_t count;
	struct slice bytes;
	struct why why = {0};
	const char *root = getenv("SEKISHO_SHARED");
	const char *path = root ? arena_printf(arena, "%s/seeds/hannan-2022.txt", root)
	                        : arena_printf(arena, "%s/../shared/seeds/hannan-2022.txt", SOURCE_ROOT);
	if (file_read(path, IMPORT_BYTES, arena, &bytes, NULL).code != OK)
		return false;
	CHECK_OK(import_text(bytes, arena, trees, &count, &why), &why);
	*out = trees[0];
	return true;
}

TEST(forty_changes_of_a_real_text_are_found_exactly)
{
	const char *longer = getenv("SEKISHO_LONG");
	for (int round = 0; round < (longer ? 400 : 15); round++) {
		struct arena *arena = arena_new(1 << 30);
		struct text_tree *old = NULL, *fresh = NULL;
		struct comparison *c = NULL;
		struct why why = {0};
		int seen = 0;
		state = 0x9e3779b97f4a7c15u * (uint64_t)(round + 1);
		if (!read_seed(arena, &old)) {
			arena_free(arena);
			SKIP("no ../shared/seeds");
		}
		struct copy *root = copy_of(old);
		change(old, arena);
		fresh = text_tree_new(arena, old->title);
		root->made = fresh->root;
		make(fresh, root, arena);
		CHECK_OK(text_finish(fresh, arena, &why), &why);
		CHECK_OK(compare_trees(old, fresh, false, arena, &c, &why), &why);
		for (uint32_t i = 0; i < c->count; i++) {
			check_pair(&c->pairs[i], &seen);
			if (c->pairs[i].old && c->pairs[i].fresh && (c->pairs[i].change & CHANGE_WORDS))
				check_marks(&c->pairs[i], arena);
		}
		CHECK(seen >= CHANGES);
		arena_free(arena);
	}
}

MAIN_TESTS()
