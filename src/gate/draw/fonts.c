/* Which files drawing may ask for: fonts and character maps.
 *
 * A document that names a Japanese font without carrying it is drawn in one of ours:
 * 明朝 in a Mincho, the rest in a Gothic.  Without any font that has Japanese letters,
 * or without the maps from their encodings, a page would come out with holes and look
 * whole: then nothing is drawn at all.
 * source  fontconfig 2.14 (fonts.conf); ISO 32000-1, 9.7.5.2 (predefined CMaps) */
#include "gate/draw/internal.h"

#include <dirent.h>
#include <fontconfig/fontconfig.h>
#include <stdio.h>
#include <sys/stat.h>

enum { FILES = 600, DEPTH = 4, PATH_ROOM = 1024 };
static const char maps[] = "/usr/share/poppler"; /* of Debian's poppler-data */
static const char japanese_map[] = "/usr/share/poppler/cMap/Adobe-Japan1/90ms-RKSJ-H";

/* Ours by the name that the document asks for, before the machine's own rules (which
 * know the metric twins of Helvetica, Times and Courier). */
#define LIKE(word, ours) "<match><test name=\"family\" qual=\"first\" compare=\"contains\"><string>" word "</string></test>" \
	"<edit name=\"family\" mode=\"append\" binding=\"strong\"><string>" ours "</string></edit></match>"
#define MINCHO(word) LIKE(word, "Noto Serif CJK JP")
#define GOTHIC(word) LIKE(word, "Noto Sans CJK JP")
static const char rules[] =
	"<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"urn:fontconfig:fonts.dtd\"><fontconfig>"
	"<dir>/usr/share/fonts</dir><dir>/usr/local/share/fonts</dir><cachedir>/var/cache/fontconfig</cachedir>"
	MINCHO("Mincho") MINCHO("明朝") MINCHO("Ryumin") MINCHO("Serif JP")
	GOTHIC("Gothic") GOTHIC("ゴシック") GOTHIC("Meiryo") GOTHIC("メイリオ")
	"<include ignore_missing=\"yes\">/etc/fonts/conf.d</include></fontconfig>";

static const char *load(void)
{
	static bool loaded;
	FcConfig *config = loaded ? NULL : FcConfigCreate();
	if (loaded)
		return NULL;
	if (!config || !FcConfigParseAndLoadFromMemory(config, (const FcChar8 *)rules, FcTrue) ||
	    !FcConfigBuildFonts(config) || !FcConfigSetCurrent(config))
		return "fontconfig cannot be set up";
	FcConfigDestroy(config); /* the current one holds it */
	loaded = true;
	return NULL;
}

static const char *keep_fonts(bool (*keep)(const char *path), unsigned *kept)
{
	FcFontSet *all = FcConfigGetFonts(NULL, FcSetSystem);
	const char *before = "";
	bool japanese = false;
	for (int i = 0; all && i < all->nfont; i++) {
		FcChar8 *file = NULL;
		FcCharSet *letters = NULL;
		if (FcPatternGetString(all->fonts[i], FC_FILE, 0, &file) != FcResultMatch)
			continue;
		if (FcPatternGetCharSet(all->fonts[i], FC_CHARSET, 0, &letters) == FcResultMatch)
			japanese |= FcCharSetHasChar(letters, 0x65E5) && FcCharSetHasChar(letters, 0x3042);
		if (strcmp(before, (const char *)file) == 0) /* a collection: its faces come together */
			continue;
		before = (const char *)file;
		if (++*kept > FILES || !keep(before))
			return "there are more font files than can be kept open, or one cannot be read";
	}
	return japanese ? NULL : "this machine has no font with Japanese letters (fonts-noto-cjk)";
}

/* A folder of maps; folders in it wait their turn in `names`. */
static bool keep_folder(const char *folder, bool (*keep)(const char *path), unsigned *kept, char (*names)[PATH_ROOM],
                        size_t *count, size_t room)
{
	DIR *dir = opendir(folder);
	bool fine = dir != NULL;
	for (struct dirent *entry; fine && (entry = readdir(dir)) != NULL;) {
		char path[PATH_ROOM];
		struct stat st;
		if (entry->d_name[0] == '.')
			continue;
		int len = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		fine = len > 0 && (size_t)len < sizeof path && stat(path, &st) == 0;
		bool folder_too = fine && S_ISDIR(st.st_mode);
		if (folder_too && *count < room)
			memcpy(names[(*count)++], path, sizeof path);
		else if (fine)
			fine = !folder_too && ++*kept <= FILES && keep(path);
	}
	if (dir)
		closedir(dir);
	return fine;
}

static const char *keep_maps(bool (*keep)(const char *path), unsigned *kept)
{
	enum { FOLDERS = 32 };
	char names[FOLDERS][PATH_ROOM];
	size_t count = 1;
	struct stat st;
	snprintf(names[0], PATH_ROOM, "%s", maps);
	if (stat(japanese_map, &st) != 0)
		return "this machine has no maps of Japanese encodings (poppler-data)";
	for (size_t i = 0; i < count; i++)
		if (!keep_folder(names[i], keep, kept, names, &count, FOLDERS))
			return "the maps of encodings cannot be read, or are too many";
	return NULL;
}

const char *fonts_prepare(bool (*keep)(const char *path))
{
	unsigned kept = 0;
	const char *fault = load();
	if (!fault)
		fault = keep_fonts(keep, &kept);
	return fault ? fault : keep_maps(keep, &kept);
}
