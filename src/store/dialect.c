/* The same statements shall run on PostgreSQL one day.  A word list is a coarse
 * sieve, but it stops the habits that make a move expensive, and it does so in
 * the test that first runs the statement.                                   */
#include "store/dialect.h"

#include "base/slice.h"

#include <ctype.h>

/* Words of SQLite alone.  INTEGER and INT hold 32 bits in PostgreSQL and 64
 * here: a millisecond would fit on one side only, so BIGINT is the word.    */
static const struct {
	const char *word;
	const char *instead;
} foreign[] = {
	{"autoincrement", "give the key yourself"},
	{"attach", "one database a store"},
	{"begin", "store_begin"},
	{"blob_open", "the vault"},
	{"collate", "compare lower() of both sides"},
	{"commit", "store_commit"},
	{"datetime", "a BIGINT of milliseconds"},
	{"glob", "LIKE"},
	{"ifnull", "coalesce"},
	{"indexed", "let the database choose"},
	{"int", "BIGINT"},
	{"integer", "BIGINT"},
	{"julianday", "a BIGINT of milliseconds"},
	{"last_insert_rowid", "RETURNING"},
	{"oid", "a key of your own"},
	{"pragma", "a function of store.h"},
	{"printf", "format in C"},
	{"rollback", "store_rollback"},
	{"rowid", "a key of your own"},
	{"savepoint", "one transaction an act"},
	{"sqlite_master", "store_table_shape"},
	{"sqlite_schema", "store_table_shape"},
	{"strftime", "a BIGINT of milliseconds"},
	{"unixepoch", "a BIGINT of milliseconds"},
	{"vacuum", "store_backup"},
	{"without", "an ordinary table"},
};

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* skip - past quoted text or a comment that begins here; 0 if none does */
static size_t skip(const char *sql)
{
	const char *end = NULL;
	if (sql[0] == '-' && sql[1] == '-')
		end = strchr(sql, '\n');
	else if (sql[0] == '/' && sql[1] == '*')
		end = strstr(sql + 2, "*/");
	else if (sql[0] == '\'' || sql[0] == '"')
		end = strchr(sql + 1, sql[0]);
	else
		return 0;
	return end ? (size_t)(end - sql) + 1 : strlen(sql);
}

static struct result check_word(struct slice word, struct slice before, struct why *why)
{
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		if (slice_equal_nocase(word, slice_str(foreign[i].word)))
			return fail(why, E_INPUT, "sql", "%s is not understood everywhere; instead: %s",
			            foreign[i].word, foreign[i].instead);
	bool or_after_insert = slice_equal_nocase(before, SLICE("insert")) ||
	                       slice_equal_nocase(before, SLICE("update"));
	if (or_after_insert && slice_equal_nocase(word, SLICE("or")))
		return fail(why, E_INPUT, "sql", "INSERT OR is not understood everywhere; "
		                                 "instead: ON CONFLICT");
	if (slice_equal_nocase(before, SLICE("replace")) && slice_equal_nocase(word, SLICE("into")))
		return fail(why, E_INPUT, "sql", "REPLACE INTO is not understood everywhere; "
		                                 "instead: ON CONFLICT");
	return ok();
}

struct result dialect_check(const char *sql, struct why *why)
{
	struct slice before = {0};
	for (size_t i = 0; sql[i];) {
		size_t skipped = skip(sql + i), len = 0;
		while (!skipped && word_char(sql[i + len]))
			len++;
		if (!skipped && len) {
			struct slice word = slice_of(sql + i, len);
			TRY(check_word(word, before, why));
			before = word;
		}
		i += skipped ? skipped : len ? len : 1;
	}
	return ok();
}
