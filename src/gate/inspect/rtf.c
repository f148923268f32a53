/* Rich text once more: one pass over the bytes, words by a list of what must not be.
 *
 * Field instructions are put together from their runs and judged; digits of pictures
 * are bytes again and looked at as pictures.  A starred destination that is not in the
 * short list here is a finding.                                              */
#include "gate/inspect/office.h"

#include "base/buffer.h"

#include <stdlib.h>

enum { DEPTH_MOST = 300, NAME_MOST = 40 };

struct level {
	bool hidden, code, picture, name;
};
struct rich {
	struct look *look;
	struct slice in;
	size_t pos;
	unsigned depth;
	struct level levels[DEPTH_MOST];
	struct buffer code, digits, name;
	struct part_text seen;
	bool star;
	bool skips; /* the next character stands for the last \u */
};

static const struct {
	const char *words, *what;
} forbidden[] = {
	{"object objdata objclass objname objupdate objlink objautlink objocx objemb objsub objpub objicemb objhtml "
	 "objsect objattph oleclsid objtime objalias", "ole-object"},
	{"template", "template"}, {"datastore xmlnstbl xmlopen xmlclose", "custom-xml"},
	{"mailmerge mmdatasource mmquery mmconnectstr mmodso", "mail-merge"}, {"docvar", "document-variables"},
	{"nextfile filetbl file hlinkbase subdocument bkmkpub pubauto", "external-link"},
	{"ffentrymcr ffexitmcr", "form-macro"}, {"fontemb fontfile", "embedded-font"}, {"bin", "binary-part"},
	{"htmltag mhtmltag fromhtml htmlrtf", "html"}, {"hl hlsrc hlfr hlloc", "unsafe-link"},
	{"userprops propname staticval linkval", "custom-properties"}, {"keycode", "custom-ui"},
	{"themedata colorschememapping private datafield passwordhash", "hidden-data"},
	{"macpict pmmetafile wbitmap", "picture"},
};

/* What a star may stand before. */
static const char starred[] =
	"fldinst listtable listoverridetable generator shpinst shppict bkmkstart bkmkend rsidtbl cs ts ds pn pnseclvl "
	"pntext pntxta pntxtb latentstyles lsdlockedexcept picprop blipuid atnid atnauthor atnref atndate atnicn atnparent "
	"annotation atrfstart atrfend atntime background falt panose revtbl formfield ffname ffdeftext ffhelptext ffstattext "
	"ffl ffformat ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn liststylename levelpicture listpicture listlevel leveltext levelnumbers "
	"listname wgrffmtfilter defchp defpap ud nesttableprops pgptbl pgp company manager category do dptxbxtext "
	"oldcprops oldpprops oldtprops oldsprops shptxt shpgrp mmathPr protusertbl protstart protend ebcstart ebcend "
	"windowcaption fldtype result fname listtext tcn xe tc rxe txe pxe svb shprslt field fldrslt upr "
	"nonshppict pict moMath moMathPara moMathParaPr mathPict mmathPict revtim footnote header headerl headerr headerf "
	"footer footerl footerr footerf list listoverride lfolevel nonesttables";

static const char unseen[] =
	"fonttbl colortbl stylesheet info pict sn sv bkmkstart bkmkend fldinst listtable listoverridetable xe tc tcn "
	"nonshppict nonesttables pntext listtext";

static bool broken(struct rich *r, const char *why)
{
	return look_unreadable(r->look, "offset %zu: %s", r->pos, why);
}

static struct level *level(struct rich *r)
{
	return &r->levels[r->depth - 1];
}

static bool letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void see(struct rich *r, uint8_t c)
{
	if (r->skips) {
		r->skips = false;
		return;
	}
	if (level(r)->name)
		buffer_put_u8(&r->name, c);
	if (level(r)->code)
		buffer_put_u8(&r->code, c);
	else if (level(r)->picture)
		buffer_put_u8(&r->digits, c);
	else if (!level(r)->hidden)
		part_text_add(&r->seen, &c, 1);
}

enum { FORBIDDEN = sizeof forbidden / sizeof forbidden[0] };
enum role { STARRED = FORBIDDEN, MATH, UNSEEN, SHAPE, SHAPE_TEXT, CODE, NAME, PICTURE };

static uint64_t judge_name(struct slice name)
{
	uint64_t bits = (uint64_t)(name.at[0] == 'm' && name.len > 1 && !words_have("mailmerge", name)) << MATH;
	const char *const roles[] = {[STARRED] = starred, [UNSEEN] = unseen, [SHAPE] = "shpinst shptxt",
		[SHAPE_TEXT] = "shptxt", [CODE] = "fldinst", [NAME] = "sn", [PICTURE] = "pict"};
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
		const char *words = i < FORBIDDEN ? forbidden[i].words : roles[i];
		bits |= (uint64_t)(words && words_have(words, name)) << i;
	}
	return bits;
}

static bool is(uint64_t bits, enum role role)
{
	return bits >> role & 1;
}

static void judge_word(struct rich *r, struct slice name)
{
	uint64_t bits = names_bits(r->look, judge_name, name);
	for (size_t i = 0; i < FORBIDDEN; i++)
		if (bits >> i & 1)
			look_find(r->look, forbidden[i].what, "offset %zu \\%.*s", r->pos, SLICE_ARG(name));
	if (r->star && !is(bits, MATH) && !is(bits, STARRED))
		look_find(r->look, "unknown-part", "offset %zu \\*\\%.*s", r->pos, SLICE_ARG(name));
	level(r)->hidden |= (r->star && !is(bits, SHAPE)) || is(bits, UNSEEN);
	if (is(bits, SHAPE_TEXT))
		level(r)->hidden = false;
	if (is(bits, CODE)) {
		level(r)->code = true;
		buffer_clear(&r->code);
	}
	if (is(bits, NAME)) {
		level(r)->name = true;
		buffer_clear(&r->name);
	}
	if (is(bits, PICTURE)) {
		level(r)->picture = true;
		buffer_clear(&r->digits);
	}
	r->star = false;
}

static bool word(struct rich *r)
{
	size_t from = r->pos;
	while (r->pos < r->in.len && letter(r->in.at[r->pos]))
		r->pos++;
	struct slice name = slice_part(r->in, from, r->pos - from);
	size_t number = r->pos;
	r->pos += r->pos < r->in.len && r->in.at[r->pos] == '-';
	while (r->pos < r->in.len && r->in.at[r->pos] >= '0' && r->in.at[r->pos] <= '9')
		r->pos++;
	if (name.len > NAME_MOST || r->pos - number > 11)
		return broken(r, "a control word of no sense");
	judge_word(r, name);
	if (slice_is(name, "u") && level(r)->code && r->pos > number && r->pos - number < 4) {
		unsigned value = 0;
		for (size_t i = number; i < r->pos; i++)
			value = value * 10 + r->in.at[i] - '0';
		buffer_put_u8(&r->code, value < 0x80 ? (uint8_t)value : '?');
	}
	r->skips = slice_is(name, "u");
	bool bin = slice_is(name, "bin");
	r->pos += r->pos < r->in.len && r->in.at[r->pos] == ' ';
	return !bin || broken(r, "bytes that are no text");
}

static int value_of(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

static bool escape(struct rich *r)
{
	if (++r->pos >= r->in.len)
		return broken(r, "it ends in an escape");
	uint8_t c = r->in.at[r->pos];
	if (letter(c))
		return word(r);
	r->pos++;
	if (c == '*') {
		r->star = true;
		return true;
	}
	if (c != '\'') {
		see(r, c);
		return true;
	}
	struct slice two = slice_part(r->in, r->pos, 2);
	if (two.len < 2 || value_of(two.at[0]) < 0 || value_of(two.at[1]) < 0)
		return broken(r, "an escape without digits");
	r->pos += 2;
	see(r, (uint8_t)(value_of(two.at[0]) << 4 | value_of(two.at[1])));
	return true;
}

static bool picture(struct rich *r)
{
	struct buffer AUTO(buffer_done) bytes = {0};
	const char *where = "\\pict";
	int high = -1;
	buffer_init(&bytes, (size_t)1 << 30);
	for (size_t i = 0; i < r->digits.len; i++) {
		int value = value_of(r->digits.at[i]);
		if (value < 0 && r->digits.at[i] > ' ')
			return broken(r, "a picture that is not digits");
		if (value >= 0 && high >= 0)
			buffer_put_u8(&bytes, (uint8_t)(high << 4 | value));
		high = value < 0 ? high : high < 0 ? value : -1;
	}
	struct slice in = buffer_slice(&bytes);
	if (!buffer_ok(&bytes) || !look_pay_bytes(r->look, in.len))
		return look_memory(r->look);
	if (slice_starts(in, SLICE("\x89PNG")))
		return look_inside(r->look, INSPECT_PNG, slice_str(where), in);
	if (slice_starts(in, slice_of("\xFF\xD8", 2)))
		return look_inside(r->look, INSPECT_JPEG, slice_str(where), in);
	bool bitmap = in.len > 16 && in.at[1] == 0 && in.at[2] == 0 && in.at[3] == 0 && in.at[0] >= 12 && in.at[0] <= 124;
	return bitmap || metafile_look(r->look, where, in);
}

/* A link's first argument, unless an option stands before it. */
static bool link_fine(struct slice code)
{
	size_t at = slice_find(code, SLICE("HYPERLINK"));
	if (at == SIZE_MAX)
		return true;
	struct slice rest = slice_part(code, at + 9, code.len);
	while (rest.len && (rest.at[0] == ' ' || rest.at[0] == '"'))
		rest = slice_part(rest, 1, rest.len);
	return rest.len == 0 || rest.at[0] == '\\' || link_safe(rest);
}

static bool close_level(struct rich *r)
{
	struct level ended = *level(r);
	r->depth--;
	r->star = r->skips = false;
	if (ended.name && words_have("wzScript wzTooltip pibName pibLink fillBlipName pihlShape metroBlob", buffer_slice(&r->name)))
		look_find(r->look, "shape-property", "offset %zu %.*s", r->pos, SLICE_ARG(buffer_slice(&r->name)));
	if (ended.code && (r->depth == 0 || !level(r)->code)) {
		if (!link_fine(buffer_slice(&r->code)) || !field_safe(buffer_slice(&r->code)) || r->code.failed)
			look_find(r->look, "field", "offset %zu", r->pos);
	}
	return !ended.picture || picture(r);
}

static bool open_level(struct rich *r)
{
	if (r->depth == DEPTH_MOST)
		return broken(r, "too many groups in one another");
	r->levels[r->depth] = r->depth ? r->levels[r->depth - 1] : (struct level){0};
	r->levels[r->depth].hidden |= r->depth && r->levels[r->depth].picture;
	r->levels[r->depth].name = false;
	r->levels[r->depth++].picture = false;
	return true;
}

static bool read_all(struct rich *r)
{
	if (!slice_starts(r->in, SLICE("{\\rtf")))
		return broken(r, "not rich text");
	do {
		uint8_t c = r->in.at[r->pos];
		bool fine = true;
		if (c == '\\') {
			fine = escape(r);
		} else {
			r->pos++;
			if (c == '{')
				fine = open_level(r);
			else if (c == '}')
				fine = close_level(r);
			else if (c != '\r' && c != '\n')
				see(r, c);
			if (c >= 0x7F || (c < ' ' && c != '\t' && c != '\r' && c != '\n'))
				look_find(r->look, "control-character", "offset %zu", r->pos);
		}
		if (!fine)
			return false;
	} while (r->depth && r->pos < r->in.len);
	if (r->depth)
		return broken(r, "a group that does not end");
	if (r->pos < r->in.len)
		look_find(r->look, "trailing-bytes", "offset %zu", r->pos);
	return true;
}

bool look_rtf(struct look *look, enum inspect_type type, struct slice in)
{
	struct rich *r = calloc(1, sizeof *r);
	(void)type;
	if (!r)
		return look_memory(look);
	r->look = look;
	r->in = in;
	buffer_init(&r->code, 1 << 20);
	buffer_init(&r->digits, (size_t)1 << 30);
	buffer_init(&r->name, 1 << 16);
	bool fine = read_all(r);
	look->report->pages = 1;
	look_text(look, &r->seen);
	buffer_done(&r->code);
	buffer_done(&r->digits);
	buffer_done(&r->name);
	free(r);
	return fine;
}
