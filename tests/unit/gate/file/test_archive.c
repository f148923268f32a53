/* Archives that come out as zip: made with libarchive's writers (lzh by hand), one
 * odd thing each; what came out is listed by libzip.                         */
#include "office.h"

#include <archive.h>
#include <archive_entry.h>

struct packed {
	const char *name;
	const char *data;
	size_t zeros;        /* instead of data */
	size_t letters;      /* instead of either */
	const char *link;    /* symbolic */
	const char *hard;
};

struct row {
	const char *what;
	int format, filter;
	struct packed members[3];
	enum refusal refusal;
	const char *made;    /* name of the first member of the zip */
};

static void pack(const struct row *row, uint8_t *room, size_t size, size_t *used)
{
	struct archive *a = archive_write_new();
	CHECK(archive_write_set_format(a, row->format) == ARCHIVE_OK);
	CHECK(archive_write_add_filter(a, row->filter) == ARCHIVE_OK);
	archive_write_set_bytes_in_last_block(a, 1);
	CHECK(archive_write_open_memory(a, room, size, used) == ARCHIVE_OK);
	for (const struct packed *m = row->members; m < row->members + 3 && m->name; m++) {
		size_t len = m->letters ? m->letters : m->zeros ? m->zeros : m->data ? strlen(m->data) : 0;
		struct archive_entry *e = archive_entry_new();
		void *zeros = calloc(1, len + 1);
		memset(zeros, m->letters ? 'a' : 0, len);
		archive_entry_set_pathname(e, m->name);
		archive_entry_set_mode(e, (m->link ? AE_IFLNK : AE_IFREG) | 0644);
		if (m->link)
			archive_entry_set_symlink(e, m->link);
		if (m->hard)
			archive_entry_set_hardlink(e, m->hard);
		archive_entry_set_size(e, m->link || m->hard ? 0 : (la_int64_t)len);
		CHECK(archive_write_header(a, e) == ARCHIVE_OK);
		if (!m->link && !m->hard && len)
			archive_write_data(a, m->data ? m->data : zeros, len);
		free(zeros);
		archive_entry_free(e);
	}
	CHECK(archive_write_free(a) == ARCHIVE_OK);
}

static void check_made(const struct row *row, struct outcome *o, struct slice in, const char *file)
{
	cleanse(o, file, in);
	if (o->report.refusal != row->refusal)
		printf("  %s: %s, not %s: %s (%s)\n", row->what, refusal_name(o->report.refusal),
		       refusal_name(row->refusal), o->report.reason, o->report.place);
	CHECK_INT(o->report.refusal, row->refusal);
	CHECK(row->refusal == REFUSAL_NONE || o->out.len == 0);
	if (row->refusal != REFUSAL_NONE || o->out.len == 0)
		return;
	zip_error_t error;
	zip_source_t *source = zip_source_buffer_create(o->out.at, o->out.len, 0, &error);
	zip_t *zip = zip_open_from_source(source, ZIP_RDONLY, &error);
	CHECK(zip != NULL);
	CHECK_STR(zip ? zip_get_name(zip, 0, ZIP_FL_ENC_STRICT) : "", row->made);
	if (zip)
		zip_discard(zip);
	struct buffer seen;
	buffer_init(&seen, 64 << 20);
	CHECK(unpack_all(buffer_slice(&o->out), &seen));
	buffer_done(&seen);
	CHECK_STR(o->report.ending, "zip");
	bool told = false;
	for (const struct removal *r = o->report.removals; r; r = r->next)
		told |= strcmp(r->what, "archive-format") == 0;
	CHECK(told);
}

#define TAR ARCHIVE_FORMAT_TAR_USTAR
#define SEVEN ARCHIVE_FORMAT_7ZIP
#define NO ARCHIVE_FILTER_NONE
#define A_TXT {"a.txt", "hello"}
static const struct row rows[] = {
	{"tar", TAR, NO, {A_TXT}, REFUSAL_NONE, "a.txt"},
	{"tar.gz", TAR, ARCHIVE_FILTER_GZIP, {A_TXT}, REFUSAL_NONE, "a.txt"},
	{"tar.bz2", TAR, ARCHIVE_FILTER_BZIP2, {A_TXT}, REFUSAL_NONE, "a.txt"},
	{"tar.xz", TAR, ARCHIVE_FILTER_XZ, {A_TXT}, REFUSAL_NONE, "a.txt"},
	{"7z", SEVEN, NO, {A_TXT}, REFUSAL_NONE, "a.txt"},
	{"Japanese name", TAR, NO, {{"資料/見積.txt", "x"}}, REFUSAL_NONE, "資料/見積.txt"},
	{"CP932 name with 0x5C", TAR, NO, {{"\x95\x5C.txt", "x"}}, REFUSAL_NONE, "表.txt"},
	{"NFD name", TAR, NO, {{"\xE3\x81\x8B\xE3\x82\x99.txt", "x"}}, REFUSAL_NONE, "が.txt"},
	{"Japanese name in 7z", SEVEN, NO, {{"見積.txt", "x"}}, REFUSAL_NONE, "見積.txt"},
	{"device name", TAR, NO, {{"CON.txt", "x"}}, REFUSAL_NONE, "_CON.txt"},
	{"dotted folder", TAR, NO, {{"./a.txt", "x"}}, REFUSAL_NONE, "a.txt"},
	{"turned by bidi", TAR, NO, {{"a\xE2\x80\xAEtxt.csv", "x"}}, REFUSAL_NONE, "atxt.csv"},
	{"program inside", TAR, NO, {A_TXT, {"b.txt", "MZ\x90 program"}}, REFUSAL_FORBIDDEN, NULL},
	{"program inside by name", SEVEN, NO, {{"a.txt.exe", "hello"}}, REFUSAL_FORBIDDEN, NULL},
	{"symbolic link", TAR, NO, {{"a.txt", NULL, .link = "/etc/passwd"}}, REFUSAL_AMBIGUOUS, NULL},
	{"hard link", TAR, NO, {A_TXT, {"b.txt", NULL, .hard = "a.txt"}}, REFUSAL_AMBIGUOUS, NULL},
	{"path upwards", TAR, NO, {{"../a.txt", "x"}}, REFUSAL_AMBIGUOUS, NULL},
	{"absolute path", TAR, NO, {{"/etc/a.txt", "x"}}, REFUSAL_AMBIGUOUS, NULL},
	{"drive", TAR, NO, {{"C:\\a.txt", "x"}}, REFUSAL_AMBIGUOUS, NULL},
	{"two of one name", TAR, NO, {A_TXT, {"A.TXT", "y"}}, REFUSAL_AMBIGUOUS, NULL},
	{"wrong ending", TAR, NO, {{"a.pdf", "hello"}}, REFUSAL_MISMATCH, NULL},
	{"one that expands", TAR, ARCHIVE_FILTER_GZIP, {{"a.txt", NULL, .zeros = 4 << 20}}, REFUSAL_UNKNOWN, NULL},
};

TEST(archives)
{
	size_t size = 16 << 20, used;
	uint8_t *room = malloc(size);
	file_prepare(); /* the writer's names need the locale too */
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct outcome o = {0};
		pack(&rows[i], room, size, &used);
		check_made(&rows[i], &o, slice_of(room, used), rows[i].format == SEVEN ? "a.7z" : rows[i].filter == NO ? "a.tar" : "a.tgz");
		outcome_done(&o);
	}
	free(room);
}

/* One file, compressed: it goes by its content where the packer kept no name. */
TEST(single_file)
{
	struct row row = {"gz", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP, {A_TXT}, REFUSAL_NONE, "data.txt"};
	uint8_t room[4096];
	size_t used;
	struct outcome o = {0};
	pack(&row, room, sizeof room, &used);
	check_made(&row, &o, slice_of(room, used), "a.txt.gz");
	outcome_done(&o);
}

static enum refusal refused_within(const struct row *row, uint64_t expanded_bytes)
{
	uint8_t *room = malloc(16 << 20);
	size_t used;
	struct file_limits limits = file_limits_default();
	struct file_report report;
	struct arena *arena = arena_new(1 << 20);
	struct buffer out;
	limits.expanded_bytes = expanded_bytes;
	buffer_init(&out, 64 << 20);
	pack(row, room, 16 << 20, &used);
	CHECK(used < 100000);
	CHECK(file_cleanse(SLICE("a.tgz"), slice_of(room, used), &limits, arena, &out, &report, NULL).code == OK);
	buffer_done(&out);
	arena_free(arena);
	free(room);
	return report.refusal;
}

/* What unpacks beyond the budget is a bomb, and so is nesting without end; what nobody can
 * name by its beginning is not unpacked so far.                               */
TEST(budget)
{
	static const struct row bomb = {"bomb", TAR, ARCHIVE_FILTER_GZIP, {{"a.csv", .letters = 8 << 20}}, REFUSAL_BOMB, NULL};
	static const struct row holes = {"holes", TAR, ARCHIVE_FILTER_GZIP, {{"sparse", .zeros = 8 << 20}}, REFUSAL_UNKNOWN, NULL};
	static const struct row litter = {"litter", TAR, ARCHIVE_FILTER_GZIP, {{"a/.DS_Store", .zeros = 8 << 20}}, REFUSAL_BOMB, NULL};
	CHECK_INT(refused_within(&bomb, 1 << 20), REFUSAL_BOMB);
	CHECK_INT(refused_within(&holes, 1 << 20), REFUSAL_UNKNOWN);
	CHECK_INT(refused_within(&litter, 1 << 20), REFUSAL_BOMB);
	CHECK_INT(refused_within(&litter, 64 << 20), REFUSAL_NONE);
}

/* lzh, header level 0, stored: length, sum, method, sizes, time, attribute, level,
 * name, checksum of the data, end. */
TEST(lzh)
{
	static const char name[] = "\x95\x5C.txt", data[] = "hello";
	uint8_t head[64] = {0};
	struct buffer in;
	uint16_t crc = 0;
	for (size_t i = 0; i < 5; i++) {
		crc = (uint16_t)(crc ^ (uint8_t)data[i]);
		for (unsigned k = 0; k < 8; k++)
			crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1);
	}
	memcpy(head, "-lh0-", 5);
	head[5] = head[9] = 5;
	head[17] = 0x20, head[19] = sizeof name - 1;
	memcpy(head + 20, name, sizeof name - 1);
	size_t len = 20 + sizeof name - 1;
	head[len++] = (uint8_t)crc;
	head[len++] = (uint8_t)(crc >> 8);
	uint8_t sum = 0;
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + head[i]);
	file_prepare();
	buffer_init(&in, 4096);
	buffer_put_u8(&in, (uint8_t)len);
	buffer_put_u8(&in, sum);
	buffer_put(&in, head, len);
	buffer_put_str(&in, data);
	buffer_put_u8(&in, 0);
	struct row row = {"lzh", 0, 0, {{0}}, REFUSAL_NONE, "表.txt"};
	struct outcome o = {0};
	check_made(&row, &o, buffer_slice(&in), "a.lzh");

	outcome_done(&o);
	buffer_done(&in);
}

MAIN_TESTS()
