/* Replays a fuzz target's corpus without libFuzzer: each seed as it is, each
 * of its beginnings (at most 200 lengths) and 64 copies with one byte damaged,
 * the same ones at every run.  Every input lies in memory of exactly its size,
 * so that a sanitizer sees a read past its end.  A crash is the failure; an
 * empty corpus is one too.                                                 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long inputs;

static void feed(const uint8_t *bytes, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);
	if (!exact)
		abort();
	memcpy(exact, bytes, len);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	inputs++;
}

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void feed_variants(uint8_t *bytes, size_t len)
{
	uint32_t random = 0x5eed0000u ^ (uint32_t)len;
	size_t step = len / 200 + 1;
	feed(bytes, len);
	for (size_t part = 0; part < len; part += step)
		feed(bytes, part);
	for (int i = 0; i < 64 && len; i++) {
		size_t at = next_random(&random) % len;
		uint8_t kept = bytes[at];
		bytes[at] = (uint8_t)(kept ^ (1u << next_random(&random) % 8));
		feed(bytes, len);
		bytes[at] = kept;
	}
}

static int replay_file(const char *path)
{
	FILE *file = fopen(path, "rbe");
	static uint8_t bytes[1 << 20];
	if (!file)
		return 1;
	size_t len = fread(bytes, 1, sizeof bytes, file);
	int failed = ferror(file);
	fclose(file);
	if (!failed)
		feed_variants(bytes, len);
	return failed;
}

static int replay_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	int failed = 0, seeds = 0;
	if (!dir)
		return 1;
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		char path[4096];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		failed |= replay_file(path);
		seeds++;
	}
	closedir(dir);
	return failed || seeds == 0;
}

int main(int argc, char **argv)
{
	int failed = argc < 2;
	for (int i = 1; i < argc; i++)
		failed += replay_folder(argv[i]);
	printf("%lu inputs replayed\n%d passed, %d failed, 0 skipped\n", inputs, !failed, failed);
	return failed ? 1 : 0;
}
