/* The container: what is written is read again, and each way to give it two
 * readings, or to lead a reader in a circle, is damaged.                     */
#include "gate/file/cfb.h"

#include "harness.h"

enum { HEADER = 512 };

static void set32(struct buffer *b, size_t at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		b->at[at + i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get32(const struct buffer *b, size_t at)
{
	return (uint32_t)b->at[at] | (uint32_t)b->at[at + 1] << 8 | (uint32_t)b->at[at + 2] << 16 |
	       (uint32_t)b->at[at + 3] << 24;
}

/* Two large streams, a small one, a storage with a small one. */
static void make(struct buffer *out, size_t large)
{
	static const uint8_t clsid[16];
	struct arena *arena = arena_new((size_t)64 << 20);
	struct cfb_plan plan;
	uint8_t *bytes = arena_alloc(arena, large + 5000);
	for (size_t i = 0; i < large; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 251);
	cfb_plan_begin(&plan, arena, clsid);
	cfb_plan_add(&plan, 0, "large", false, slice_of(bytes, large));
	cfb_plan_add(&plan, 0, "also large", false, slice_of(bytes, 4096));
	cfb_plan_add(&plan, 0, "small", false, SLICE("small bytes"));
	uint32_t storage = cfb_plan_add(&plan, 0, "部屋", true, SLICE(""));
	cfb_plan_add(&plan, storage, "small", false, SLICE("other small bytes"));
	cfb_plan_add(&plan, storage, "empty", false, SLICE(""));
	CHECK(cfb_write(&plan, out, NULL).code == OK);
	arena_free(arena);
}

TEST(round_trip)
{
	static const size_t sizes[] = {4096, 5000, 70000, 8 << 20}; /* the last needs a list of tables */
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct arena *arena = arena_new((size_t)64 << 20);
		struct buffer file;
		struct cfb cfb;
		buffer_init(&file, 32 << 20);
		make(&file, sizes[i]);
		CHECK(cfb_open(&cfb, arena, buffer_slice(&file)) == NULL);
		CHECK_INT(cfb.count, 7);
		const struct cfb_entry *large = cfb_find(&cfb, 0, "LARGE"), *room = cfb_find(&cfb, 0, "部屋");
		CHECK(large && large->size == sizes[i] && room && room->kind == CFB_STORAGE);
		struct cfb_bytes bytes = cfb_load(&cfb, large);
		bool same = bytes.len == sizes[i];
		for (size_t k = 0; same && k < bytes.len; k++)
			same = bytes.at[k] == (uint8_t)(k * 7 + k / 251);
		CHECK(same);
		const struct cfb_entry *small = cfb_find(&cfb, cfb_index(&cfb, room), "small");
		CHECK(small != NULL);
		struct cfb_bytes text = cfb_load(&cfb, small);
		CHECK_SLICE(slice_of(text.at, text.len), SLICE("other small bytes"));
		buffer_done(&file);
		arena_free(arena);
	}
}

/* Where things lie in what make() writes, found through the header. */
static size_t fat_at(const struct buffer *file, uint32_t sector)
{
	return HEADER + (size_t)get32(file, 76) * 512 + sector * 4u;
}

static size_t directory_at(const struct buffer *file, unsigned entry)
{
	return HEADER + (size_t)get32(file, 48) * 512 + entry * 128u;
}

static void nothing(struct buffer *f) { (void)f; }
static void cut_header(struct buffer *f) { f->len = 400; }
static void circle(struct buffer *f) { set32(f, fat_at(f, 1), 0); }
static void past_the_end(struct buffer *f) { set32(f, fat_at(f, 1), 100000); }
static void shared_sector(struct buffer *f) { set32(f, directory_at(f, 2) + 116, get32(f, directory_at(f, 1) + 116)); }
static void short_chain(struct buffer *f) { set32(f, fat_at(f, 0), 0xFFFFFFFE); }
static void directory_circle(struct buffer *f) { set32(f, directory_at(f, 1) + 68, 1); }
static void two_parents(struct buffer *f) { set32(f, directory_at(f, 4) + 76, 1); }
static void missing_entry(struct buffer *f) { set32(f, directory_at(f, 1) + 72, 9999); }
static void small_circle(struct buffer *f) { set32(f, directory_at(f, 3) + 116, get32(f, directory_at(f, 5) + 116)); }
static void wrong_order(struct buffer *f) { f->at[28] = 0; }
static void wrong_version(struct buffer *f) { f->at[26] = 9; }
static void nameless(struct buffer *f) { f->at[directory_at(f, 1) + 64] = 0; }
static void second_root(struct buffer *f) { f->at[directory_at(f, 1) + 66] = 5; }
static void too_many_tables(struct buffer *f) { set32(f, 44, 0x7FFFFFFF); }
static void table_in_a_stream(struct buffer *f) { set32(f, 76, 0); }

static const struct {
	const char *name;
	void (*damage)(struct buffer *file);
	bool sound;
} damages[] = {
	{"nothing", nothing, true}, {"header cut off", cut_header, false}, {"circle", circle, false},
	{"chain past the end", past_the_end, false}, {"sector claimed twice", shared_sector, false},
	{"chain too short", short_chain, false}, {"directory circle", directory_circle, false},
	{"entry with two parents", two_parents, false}, {"entry that is not there", missing_entry, false},
	{"small sector claimed twice", small_circle, false}, {"byte order", wrong_order, false},
	{"version", wrong_version, false}, {"entry without a name", nameless, false},
	{"second root", second_root, false}, {"too many tables", too_many_tables, false},
	{"table that lies in a stream", table_in_a_stream, false},
};

TEST(damage)
{
	for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
		struct arena *arena = arena_new((size_t)16 << 20);
		struct buffer file;
		struct cfb cfb;
		buffer_init(&file, 1 << 20);
		make(&file, 5000);
		damages[i].damage(&file);
		const char *fault = cfb_open(&cfb, arena, buffer_slice(&file));
		if (!fault != damages[i].sound)
			printf("  %s: %s\n", damages[i].name, fault ? fault : "read");
		CHECK(!fault == damages[i].sound);
		CHECK(!cfb.no_memory);
		buffer_done(&file);
		arena_free(arena);
	}
}

/* Every allocation may fail: a refusal or an error, never a crash. */
TEST(memory_sweep)
{
	struct buffer file;
	buffer_init(&file, 1 << 20);
	make(&file, 5000);
	bool sound = false;
	for (size_t ceiling = 64; ceiling < (1 << 20) && !sound; ceiling = ceiling * 5 / 4) {
		struct arena *arena = arena_new(ceiling);
		struct cfb cfb;
		sound = cfb_open(&cfb, arena, buffer_slice(&file)) == NULL;
		CHECK(sound || cfb.no_memory);
		arena_free(arena);
	}
	CHECK(sound);
	buffer_done(&file);
}

MAIN_TESTS()
