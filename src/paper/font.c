/* The one font of what is put on paper, opened before a program goes to jail: after
 * that no file is looked for and none is opened.  No layout library: the ones there
 * are find fonts while they draw, with threads of their own.                 */
#include "paper/internal.h"

#include <cairo-ft.h>
#include <fontconfig/fontconfig.h>
#include <stdlib.h>

struct paper_font {
	FT_Library library;
	FT_Face face;
	cairo_font_face_t *drawn;
};

static bool find_file(char path[1024], int *index)
{
	FcConfig *config = FcInitLoadConfigAndFonts();
	FcPattern *wanted = FcNameParse((const FcChar8 *)"Noto Serif CJK JP,BIZ UDPMincho,IPAexMincho,Noto Sans CJK JP:lang=ja");
	FcResult result;
	FcChar8 *file = NULL;
	FcPattern *found = NULL;
	if (config && wanted && FcConfigSubstitute(config, wanted, FcMatchPattern)) {
		FcDefaultSubstitute(wanted);
		found = FcFontMatch(config, wanted, &result);
	}
	bool there = found && FcPatternGetString(found, FC_FILE, 0, &file) == FcResultMatch &&
	             strlen((const char *)file) < 1024;
	if (there) {
		memcpy(path, file, strlen((const char *)file) + 1);
		if (FcPatternGetInteger(found, FC_INDEX, 0, index) != FcResultMatch)
			*index = 0;
	}
	if (found)
		FcPatternDestroy(found);
	if (wanted)
		FcPatternDestroy(wanted);
	if (config)
		FcConfigDestroy(config);
	return there;
}

/* a font without a kana is none for us */
static bool open_face(struct paper_font *font)
{
	char path[1024];
	int index = 0;
	return find_file(path, &index) && FT_Init_FreeType(&font->library) == 0 &&
	       FT_New_Face(font->library, path, index, &font->face) == 0 && FT_Get_Char_Index(font->face, 0x3042) != 0;
}

struct result paper_font_open(struct paper_font **out, struct why *why)
{
	struct paper_font *font = calloc(1, sizeof *font);
	bool open = font && open_face(font);
	if (open)
		font->drawn = cairo_ft_font_face_create_for_ft_face(font->face, FT_LOAD_NO_HINTING);
	if (!open || cairo_font_face_status(font->drawn) != CAIRO_STATUS_SUCCESS) {
		paper_font_close(font);
		return fail(why, E_ABSENT, "pdf", "日本語の書体（fonts-noto-cjk など）が見つかりません。");
	}
	*out = font;
	return ok();
}

void paper_font_close(struct paper_font *font)
{
	if (!font)
		return;
	if (font->drawn)
		cairo_font_face_destroy(font->drawn);
	if (font->face)
		FT_Done_Face(font->face);
	if (font->library)
		FT_Done_FreeType(font->library);
	free(font);
}

void paper_font_drop(struct paper_font **font)
{
	paper_font_close(*font);
	*font = NULL;
}

cairo_font_face_t *paper_font_drawn(const struct paper_font *font)
{
	return font->drawn;
}

bool paper_font_has(const struct paper_font *font, uint32_t code)
{
	return FT_Get_Char_Index(font->face, code) != 0;
}
