/* Which removal belongs to which kind, and the three presets. */
#include "gate/words/switches.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name, *japanese;
	const char *words; /* of removal_sentence's table */
} kinds[CONTENTS] = {
	[CONTENT_NONE] = {"", "", ""},
	[CONTENT_PROGRAM] = {"program", "マクロやスクリプトなど、動くもの",
		"vba macro-sheet macro-link auto-name activex control form-macro action animation web-extension custom-ui "
		"javascript open-action launch postscript"},
	[CONTENT_EMBEDDED] = {"embedded", "埋め込まれたファイルやオブジェクト", "ole-object embedded-file alt-chunk sub-document attachment message"},
	[CONTENT_EXTERNAL] = {"external", "外部から取り込むもの",
		"external-link template frame mail-merge data-connection data-model external-stream remote-picture pivot"},
	[CONTENT_LINK] = {"link", "安全でないリンク", "unsafe-link"},
	[CONTENT_COMPUTED] = {"computed", "値に置き換える数式やフィールド", "field formula formula-cell"},
	[CONTENT_FORM] = {"form", "フォームの送信や動作", "form xfa"},
	[CONTENT_SHOWN] = {"shown", "残せない画像・音声・動画", "picture media multimedia annotation mail-page"},
	[CONTENT_HIDDEN] = {"hidden", "画面に出ないもの",
		"custom-xml custom-properties document-variables tags thumbnail printer-settings embedded-font "
		"calculation-chain cell-index saved-path orphan-part alternate comment dangling-link hidden-data "
		"unsafe-name control-character invisible-character metadata trailing-data color-profile archive-format mail-format page-archive"},
	[CONTENT_SIGNATURE] = {"signature", "電子署名", "signature"},
	[CONTENT_LOCK] = {"lock", "パスワードや暗号化", "password encryption"},
	[CONTENT_OTHER] = {"other", "取り扱いの一覧にないもの", ""},
};

static int has_word(const char *words, const char *what)
{
	size_t len = strlen(what);
	for (const char *at = words; *at;) {
		size_t word = strcspn(at, " ");
		if (word == len && memcmp(at, what, len) == 0)
			return 1;
		at += word + (at[word] == ' ');
	}
	return 0;
}

enum content content_of(const char *what)
{
	for (unsigned i = CONTENT_PROGRAM; i < CONTENT_OTHER; i++)
		if (has_word(kinds[i].words, what))
			return (enum content)i;
	return CONTENT_OTHER;
}

const char *content_name(enum content content)
{
	return kinds[(unsigned)content < CONTENTS ? content : CONTENT_NONE].name;
}

const char *content_japanese(enum content content)
{
	return kinds[(unsigned)content < CONTENTS ? content : CONTENT_NONE].japanese;
}

#define BIT(kind) (1u << CONTENT_##kind)

_Bool switches_preset(const char *name, uint32_t *refuse)
{
	static const struct {
		const char *name;
		uint32_t refuse;
	} presets[] = {
		{"municipal", 0},
		{"consistent", BIT(COMPUTED) | BIT(SHOWN) | BIT(EMBEDDED) | BIT(FORM) | BIT(OTHER)},
		{"strict", BIT(PROGRAM) | BIT(EMBEDDED) | BIT(EXTERNAL) | BIT(LINK) | BIT(COMPUTED) | BIT(FORM) | BIT(OTHER)},
	};
	for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
		if (strcmp(presets[i].name, name) == 0) {
			*refuse = presets[i].refuse;
			return 1;
		}
	return 0;
}
