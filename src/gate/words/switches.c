/* Kinds, treatments, presets, and what of them a worker has to know. */
#include "gate/words/switches.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name, *japanese;
} kinds[CONTENTS] = {
	[CONTENT_NONE] = {"", ""},
	[CONTENT_PROGRAM] = {"program", "マクロやスクリプトなど、動くもの"},
	[CONTENT_EMBEDDED] = {"embedded", "埋め込まれたファイルやオブジェクト"},
	[CONTENT_EXTERNAL] = {"external", "外部から取り込むもの"},
	[CONTENT_LINK] = {"link", "リンク"},
	[CONTENT_COMPUTED] = {"computed", "値に置き換える数式やフィールド"},
	[CONTENT_FORM] = {"form", "フォームの入力欄、送信、動作"},
	[CONTENT_SHOWN] = {"shown", "残せない画像・音声・動画"},
	[CONTENT_HIDDEN] = {"hidden", "画面に出ないもの"},
	[CONTENT_SIGNATURE] = {"signature", "電子署名"},
	[CONTENT_LOCK] = {"lock", "パスワードや暗号化"},
	[CONTENT_PAGE] = {"page", "PDFのページ（文字や図のまま渡すか、画像にするか）"},
	[CONTENT_OTHER] = {"other", "取り扱いの一覧にないもの"},
};

enum content content_of(const char *what)
{
	size_t found = construct_find(what);
	return found < CONSTRUCTS ? construct_at(found)->content : CONTENT_OTHER;
}

const char *content_name(enum content content)
{
	return kinds[(unsigned)content < CONTENTS ? content : CONTENT_NONE].name;
}

const char *content_japanese(enum content content)
{
	return kinds[(unsigned)content < CONTENTS ? content : CONTENT_NONE].japanese;
}

enum content content_named(const char *name)
{
	for (unsigned i = CONTENT_PROGRAM; i < CONTENTS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return (enum content)i;
	return CONTENT_NONE;
}

/* ---- treatments --------------------------------------------------------------- */

static const struct {
	const char *name, *japanese;
} treatments[] = {
	[TREAT_NONE] = {"", ""},
	[TREAT_REFUSE] = {"refuse", "ファイルごと止める"},
	[TREAT_SANITISE] = {"sanitise", "取り除いて通す"},
	[TREAT_ALLOW] = {"allow", "残して通す"},
};

const char *treatment_name(enum treatment treatment)
{
	return treatments[(unsigned)treatment <= TREAT_ALLOW ? treatment : TREAT_NONE].name;
}

const char *treatment_japanese(enum treatment treatment)
{
	return treatments[(unsigned)treatment <= TREAT_ALLOW ? treatment : TREAT_NONE].japanese;
}

/* What is made anew is not taken out. */
static const struct {
	const char *word;
	enum treatment treatment;
	const char *japanese;
} ways[] = {
	{"password", TREAT_SANITISE, "パスワードを外して渡す"}, {"password", TREAT_ALLOW, "パスワードを付け直して渡す"},
	{"picture-coding", TREAT_SANITISE, "画素から作り直して通す"}, {"picture-coding", TREAT_ALLOW, "確かめた圧縮データはそのまま通す"},
	{"page-drawing", TREAT_SANITISE, "すべてのページを画像にして通す"}, {"page-drawing", TREAT_ALLOW, "文字や図のまま通す"},
	{"page-drawing", TREAT_REFUSE, "PDFを止める"}, {"page-text", TREAT_SANITISE, "画像だけを通す"},
	{"page-text", TREAT_ALLOW, "見えない文字を画像に重ねて通す"}, {"page-text", TREAT_REFUSE, "画像にするPDFを止める"},
};

const char *treatment_of(const struct construct *construct, enum treatment treatment)
{
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		if (ways[i].treatment == treatment && strcmp(ways[i].word, construct->word) == 0)
			return ways[i].japanese;
	return treatment_japanese(treatment);
}

enum treatment treatment_named(const char *name)
{
	for (unsigned i = TREAT_REFUSE; i <= TREAT_ALLOW; i++)
		if (strcmp(treatments[i].name, name) == 0)
			return (enum treatment)i;
	return TREAT_NONE;
}

_Bool treatment_offered(const struct construct *construct, enum treatment treatment)
{
	return treatment == TREAT_REFUSE || treatment == TREAT_SANITISE || (treatment == TREAT_ALLOW && construct->stays);
}

/* ---- presets ------------------------------------------------------------------- */

#define BIT(kind) (1u << CONTENT_##kind)

static const struct preset {
	const char *name, *japanese;
	uint32_t refuse; /* kinds */
	_Bool keeps;     /* what may stay stays, but for a lock */
} presets[] = {
	{"municipal", "標準（取り除いて通す）", 0, 1},
	{"consistent", "見た目優先（見た目が変わるなら止める）",
	 BIT(COMPUTED) | BIT(SHOWN) | BIT(EMBEDDED) | BIT(FORM) | BIT(OTHER), 1},
	{"strict", "厳格（動くものを含むなら止める）",
	 BIT(PROGRAM) | BIT(EMBEDDED) | BIT(EXTERNAL) | BIT(LINK) | BIT(COMPUTED) | BIT(FORM) | BIT(OTHER), 0},
};
enum { PRESETS = sizeof presets / sizeof *presets };

/* A file whose lock was opened is handed over plain unless an office says otherwise. */
static enum treatment preset_treatment(const struct preset *preset, const struct construct *construct)
{
	if (construct->stays && construct->content != CONTENT_LOCK)
		return preset->keeps ? TREAT_ALLOW : TREAT_SANITISE;
	return preset->refuse >> construct->content & 1 ? TREAT_REFUSE : TREAT_SANITISE;
}

_Bool switches_preset(const char *name, struct switches *out)
{
	for (size_t i = 0; i < PRESETS; i++) {
		if (strcmp(presets[i].name, name) != 0)
			continue;
		*out = (struct switches){{0}};
		for (size_t k = 0; k < construct_count(); k++)
			out->of[k] = (uint8_t)preset_treatment(&presets[i], construct_at(k));
		return 1;
	}
	return 0;
}

const char *switches_preset_japanese(const char *name)
{
	for (size_t i = 0; i < PRESETS; i++)
		if (strcmp(presets[i].name, name) == 0)
			return presets[i].japanese;
	return "";
}

const char *switches_preset_name(size_t i)
{
	return i < PRESETS ? presets[i].name : NULL;
}

void switches_text(const struct switches *switches, struct buffer *out)
{
	for (size_t i = 0; i < construct_count(); i++)
		buffer_printf(out, "%s=%s\n", construct_at(i)->word, treatment_name((enum treatment)switches->of[i]));
}

/* ---- for a worker ----------------------------------------------------------------- */

struct content_rules switches_rules(const struct switches *switches)
{
	struct content_rules rules = {{0}, {0}, 0};
	for (size_t i = 0; i < construct_count(); i++) {
		const uint64_t bit = UINT64_C(1) << (i % 64);
		if (switches->of[i] == TREAT_REFUSE)
			rules.refuse[i / 64] |= bit;
		if (switches->of[i] != TREAT_ALLOW && construct_at(i)->stays)
			rules.strip[i / 64] |= bit;
	}
	return rules;
}

static _Bool has_bit(const uint64_t bits[CONSTRUCTS / 64], const char *word)
{
	if (!(bits[0] | bits[1])) /* the usual case costs nothing */
		return 0;
	size_t i = construct_of(word);
	return bits[i / 64] >> (i % 64) & 1;
}

_Bool rules_refuse(const struct content_rules *rules, const char *word)
{
	return has_bit(rules->refuse, word);
}

_Bool rules_strip(const struct content_rules *rules, const char *word)
{
	return has_bit(rules->strip, word);
}
