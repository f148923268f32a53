/* tests/harness.h - the small test harness of the house
 *
 *   TEST(name) { CHECK(a == b); CHECK_STR(text, "wanted"); }
 *   MAIN_TESTS()
 *
 * A test registers itself.  A failed check says file:line and goes on, so that
 * cleanup runs.  SKIP("why") ends a test as skipped.  The program's last line
 * is "N passed, N failed, N skipped"; its status is 1 if any failed.
 * An argument runs only the tests whose name contains it.
 */
#ifndef SEKISHO_TESTS_HARNESS_H
#define SEKISHO_TESTS_HARNESS_H

#include "base/error.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test {
	const char *name;
	void (*run)(void);
	struct test *next;
};
static struct test *tests_first_, **tests_last_ = &tests_first_;
static int test_faults_;
static const char *test_skip_;

#define TEST(id)                                                              \
	static void test_##id(void);                                          \
	__attribute__((constructor)) static void register_##id(void)          \
	{                                                                     \
		static struct test t = {#id, test_##id, NULL};                \
		*tests_last_ = &t;                                            \
		tests_last_ = &t.next;                                        \
	}                                                                     \
	static void test_##id(void)

#define CHECK(cond)                                                           \
	do {                                                                  \
		if (!(cond)) {                                                \
			test_faults_++;                                       \
			printf("  %s:%d: %s\n", __FILE__, __LINE__, #cond);   \
		}                                                             \
	} while (0)
#define CHECK_INT(got, want)                                                                \
	do {                                                                                \
		long long got_ = (long long)(got), want_ = (long long)(want);               \
		if (got_ != want_) {                                                        \
			test_faults_++;                                                     \
			printf("  %s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #got, \
			       got_, want_);                                                \
		}                                                                           \
	} while (0)
/* nothing is printed as nothing */
static inline const char *test_shown(struct slice s)
{
	return s.at ? (const char *)s.at : "";
}
#define CHECK_SLICE(got, want)                                                                   \
	do {                                                                                     \
		struct slice got_ = (got), want_ = (want);                                       \
		if (!slice_equal(got_, want_)) {                                                 \
			test_faults_++;                                                          \
			printf("  %s:%d: %s is \"%.*s\", not \"%.*s\"\n", __FILE__, __LINE__,    \
			       #got, (int)got_.len, test_shown(got_), (int)want_.len, test_shown(want_));                         \
		}                                                                                \
	} while (0)
#define CHECK_STR(got, want) CHECK_SLICE(slice_str(got), slice_str(want))
/* the call succeeds; on failure its why is printed */
#define CHECK_OK(call, why)                                                                 \
	do {                                                                                \
		struct result result_ = (call);                                             \
		if (result_.code != OK) {                                                   \
			test_faults_++;                                                     \
			printf("  %s:%d: %s: %s: %s %s\n", __FILE__, __LINE__, #call,       \
			       error_name(result_.code), (why)->place, (why)->text);        \
		}                                                                           \
	} while (0)
#define CHECK_FAILS(call, want) CHECK_INT((call).code, (want))
#define SKIP(reason)                          \
	do {                                  \
		test_skip_ = (reason);        \
		return;                       \
	} while (0)

static int tests_run_(int argc, char **argv)
{
	int passed = 0, failed = 0, skipped = 0;
	for (struct test *t = tests_first_; t; t = t->next) {
		if (argc > 1 && !strstr(t->name, argv[1]))
			continue;
		test_faults_ = 0;
		test_skip_ = NULL;
		t->run();
		if (test_faults_)
			failed++;
		else if (test_skip_)
			skipped++;
		else
			passed++;
		if (test_faults_ || test_skip_)
			printf("%s %s%s%s\n", test_faults_ ? "FAIL" : "skipped", t->name,
			       test_skip_ ? ": " : "", test_skip_ ? test_skip_ : "");
		fflush(stdout);
	}
	printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
	return failed ? 1 : 0;
}
#define MAIN_TESTS()                          \
	int main(int argc, char **argv)       \
	{                                     \
		return tests_run_(argc, argv); \
	}

#endif
