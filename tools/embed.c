/* tools/embed.c - files as C: embed FOLDER FILE... > assets.c
 *
 * Writes the table of web/assets.h.  Names are relative to FOLDER.  Part of
 * the build, never of a program.                                           */
#include <stdio.h>
#include <string.h>

static int write_bytes(const char *path, int number)
{
	FILE *file = fopen(path, "rb");
	int byte, column = 0;
	if (!file) {
		perror(path);
		return 1;
	}
	printf("static const uint8_t bytes_%d[] = {", number);
	while ((byte = getc(file)) != EOF)
		printf("%s%d,", column++ % 24 ? "" : "\n", byte);
	printf("0};\n");
	return fclose(file) != 0;
}

static const char *relative(const char *path, const char *folder)
{
	size_t len = strlen(folder);
	return strncmp(path, folder, len) == 0 && path[len] == '/' ? path + len + 1 : path;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: embed FOLDER FILE...\n", stderr);
		return 2;
	}
	puts("#include \"web/assets.h\"");
	for (int i = 2; i < argc; i++)
		if (write_bytes(argv[i], i))
			return 1;
	puts("const struct asset web_assets[] = {");
	for (int i = 2; i < argc; i++)
		printf("\t{\"%s\", bytes_%d, sizeof(bytes_%d) - 1},\n", relative(argv[i], argv[1]), i, i);
	printf("};\nconst size_t web_asset_count = %d;\n", argc - 2);
	return ferror(stdout) || fflush(stdout) != 0;
}
