/* Every kind of thing that the gate takes out: its word, the kind it belongs to,
 * whether a switch may let it stay, and what people read when it went.
 *
 * What may stay is what the rebuild itself makes: a link to a page (its address
 * judged), an input field (its actions gone), a lock (put on anew), the coded
 * pixels of a picture (decoded to the last bit), and the pages of a PDF as the text
 * and drawings that they are.                                               */
#include "gate/words/switches.h"

#include <stddef.h>
#include <string.h>

static const struct construct constructs[] = {
	/* Office */
	{"vba", CONTENT_PROGRAM, false, "マクロを取り除きました。"},
	{"macro-sheet", CONTENT_PROGRAM, false, "マクロシートを空のシートに置き換えました。"},
	{"macro-link", CONTENT_PROGRAM, false, "マクロを動かすボタンや図形の割り当てを外しました。"},
	{"auto-name", CONTENT_PROGRAM, false, "自動で動く名前の定義を取り除きました。"},
	{"activex", CONTENT_PROGRAM, false, "ActiveXコントロールを取り除きました。"},
	{"control", CONTENT_PROGRAM, false, "フォームのコントロールを取り除きました。"},
	{"ole-object", CONTENT_EMBEDDED, false, "埋め込まれたオブジェクトを取り除きました。見た目の画像があれば残しています。"},
	{"embedded-file", CONTENT_EMBEDDED, false, "埋め込まれたファイルを取り除きました。"},
	{"external-link", CONTENT_EXTERNAL, false, "外部のファイルやサーバーへの参照を取り除きました。"},
	{"unsafe-link", CONTENT_LINK, false, "安全でないリンクを取り除きました。文字は残しています。"},
	{"template", CONTENT_EXTERNAL, false, "外部のひな形の指定を取り除きました。"},
	{"field", CONTENT_COMPUTED, false, "自動で外部の情報を取り込む、または命令を動かすフィールドを、表示されている文字に置き換えました。"},
	{"alt-chunk", CONTENT_EMBEDDED, false, "別形式の文書の取り込みを取り除きました。"},
	{"sub-document", CONTENT_EMBEDDED, false, "別文書の取り込みを取り除きました。"},
	{"frame", CONTENT_EXTERNAL, false, "外部ページを表示する枠を取り除きました。"},
	{"mail-merge", CONTENT_EXTERNAL, false, "差し込み印刷の接続設定を取り除きました。"},
	{"form-macro", CONTENT_PROGRAM, false, "フォームに付いたマクロの指定を取り除きました。"},
	{"formula", CONTENT_COMPUTED, false, "外部と通信する、または命令を動かす数式を、計算済みの値に置き換えました。"},
	{"data-connection", CONTENT_EXTERNAL, false, "外部データへの接続を取り除きました。"},
	{"pivot", CONTENT_EXTERNAL, false, "ピボットテーブルを、表示されている値に置き換えました。"},
	{"data-model", CONTENT_EXTERNAL, false, "データモデルや取り込みの設定を取り除きました。"},
	{"action", CONTENT_PROGRAM, false, "クリックなどで動く命令を取り除きました。"},
	{"media", CONTENT_SHOWN, false, "音声や動画を取り除きました。"},
	{"animation", CONTENT_PROGRAM, false, "動作を伴うアニメーションの設定を取り除きました。"},
	{"web-extension", CONTENT_PROGRAM, false, "アドインを取り除きました。"},
	{"custom-ui", CONTENT_PROGRAM, false, "画面のカスタマイズを取り除きました。"},
	{"custom-xml", CONTENT_HIDDEN, false, "文書に付いた独自データを取り除きました。"},
	{"custom-properties", CONTENT_HIDDEN, false, "独自の文書プロパティを取り除きました。"},
	{"document-variables", CONTENT_HIDDEN, false, "画面に出ない文書変数を取り除きました。"},
	{"tags", CONTENT_HIDDEN, false, "画面に出ないタグを取り除きました。"},
	{"thumbnail", CONTENT_HIDDEN, false, "縮小表示用の画像を取り除きました。"},
	{"printer-settings", CONTENT_HIDDEN, false, "プリンターの設定を取り除きました。"},
	{"embedded-font", CONTENT_HIDDEN, false, "埋め込みフォントを取り除きました。"},
	{"calculation-chain", CONTENT_HIDDEN, false, "計算順序の控えを取り除きました。開くときに作り直されます。"},
	{"cell-index", CONTENT_HIDDEN, false, "セルの索引の控えを取り除きました。開くときに作り直されます。"},
	{"saved-path", CONTENT_HIDDEN, false, "保存場所のフォルダー名を取り除きました。"},
	{"picture", CONTENT_SHOWN, false, "安全に作り直せない画像を、代わりの画像に置き換えました。"},
	{"signature", CONTENT_SIGNATURE, false, "電子署名を外しました（無害化すると署名は保てません）。"},
	{"unknown-part", CONTENT_OTHER, false, "取り扱いの一覧にない部品を取り除きました。"},
	{"unknown-element", CONTENT_OTHER, false, "取り扱いの一覧にない要素を取り除きました。"},
	{"orphan-part", CONTENT_HIDDEN, false, "どこからも使われていない部品を取り除きました。"},
	{"alternate", CONTENT_HIDDEN, false, "同じ箇所の別の表現を一つにまとめました。"},
	{"comment", CONTENT_HIDDEN, false, "画面に出ない注釈を取り除きました。"},
	{"dangling-link", CONTENT_HIDDEN, false, "参照先のない関連付けを取り除きました。"},
	/* archives */
	{"hidden-data", CONTENT_HIDDEN, false, "ファイルの中に隠れていた、画面に出ないデータを取り除きました。"},
	{"archive-format", CONTENT_HIDDEN, false, "書庫をZIP形式に作り直しました。"},
	{"message", CONTENT_EMBEDDED, false, "確かめられない作りのメールを取り除きました。ほかのメールは残しています。"},
	{"mail-format", CONTENT_HIDDEN, false, "Outlookの形式のメールを、どのメールソフトでも開ける形式（eml）に作り直しました。"},
	{"page-archive", CONTENT_HIDDEN, false, "ウェブページの保存形式（MHT）を、画像を含む一つのページ（HTML）に作り直しました。"},
	{"mail-page", CONTENT_SHOWN, false, "HTMLの本文を文字だけの本文に置き換えました。リンク先は文字で残しています。"},
	{"remote-picture", CONTENT_EXTERNAL, false, "開いたことを外部へ知らせる画像の読み込みを取り除きました。"},
	{"attachment", CONTENT_EMBEDDED, false, "通せない添付ファイルを取り除きました。理由は本文の末尾に書いてあります。"},
	{"name-ending", CONTENT_HIDDEN, false, "名前に拡張子のない文書に、中身に合う拡張子を付けました。"},
	{"unsafe-name", CONTENT_HIDDEN, false, "ファイル名を安全なものに直しました。"},
	{"password", CONTENT_LOCK, true, "パスワードを使って開き、暗号化を外しました。"},
	{"encryption", CONTENT_LOCK, false, "パスワードなしで開ける暗号化（印刷などの制限を含む）を外しました。"},
	/* text */
	{"control-character", CONTENT_HIDDEN, false, "画面に出ない制御文字を取り除きました。"},
	{"invisible-character", CONTENT_HIDDEN, false, "文字の並びを見せかける、または見えない文字を取り除きました。"},
	{"formula-cell", CONTENT_COMPUTED, false, "表計算ソフトで数式として動くセルの先頭に「'」を付けました。"},
	/* PDF */
	{"javascript", CONTENT_PROGRAM, false, "JavaScriptを取り除きました。"},
	{"open-action", CONTENT_PROGRAM, false, "開いたときに動く命令を取り除きました。"},
	{"launch", CONTENT_PROGRAM, false, "プログラムを起動する命令を取り除きました。"},
	{"form", CONTENT_FORM, false, "フォームの送信や動作を取り除きました。"},
	{"xfa", CONTENT_FORM, false, "XFAフォームを取り除きました。"},
	{"postscript", CONTENT_PROGRAM, false, "印刷用の命令（PostScript）を取り除きました。"},
	{"multimedia", CONTENT_SHOWN, false, "音声、動画、立体の表示を取り除きました。"},
	{"metadata", CONTENT_HIDDEN, false, "撮影情報などの付帯情報を取り除きました。"},
	{"external-stream", CONTENT_EXTERNAL, false, "外部のファイルを読み込む指定を取り除きました。"},
	{"annotation", CONTENT_SHOWN, false, "取り扱いの一覧にない注釈を取り除きました。"},
	{"unknown-object", CONTENT_OTHER, false, "取り扱いの一覧にない部品を取り除きました。"},
	{"trailing-data", CONTENT_HIDDEN, false, "ファイルの末尾に付いた余分なデータを取り除きました。"},
	{"color-profile", CONTENT_HIDDEN, false, "色の調整情報（カラープロファイル）を取り除きました。"},
	/* kept unless a switch says otherwise */
	{"hyperlink", CONTENT_LINK, true, "ウェブページやメールへのリンクを外しました。文字は残しています。"},
	{"picture-coding", CONTENT_HIDDEN, true, "画像（PNG、JPEG）の圧縮データを、画素から作り直しました。"},
	{"form-field", CONTENT_FORM, true, "PDFの入力欄を外しました。入力済みの内容は見た目のまま残しています。"},
	{"page-drawing", CONTENT_PAGE, true, "PDFのすべてのページを画像に変換しました。注釈や入力済みの内容は画像の中に残し、リンク、しおり、入力欄はなくなります。"},
	{"page-text", CONTENT_PAGE, true, "画像に変換したページに、検索や読み上げのための見えない文字を重ねませんでした。"},
};
_Static_assert(sizeof constructs / sizeof *constructs <= CONSTRUCTS, "a rule set has a bit for each construct");

size_t construct_count(void)
{
	return sizeof constructs / sizeof *constructs;
}

const struct construct *construct_at(size_t i)
{
	return &constructs[i];
}

size_t construct_find(const char *word)
{
	for (size_t i = 0; i < construct_count(); i++)
		if (strcmp(constructs[i].word, word) == 0)
			return i;
	return CONSTRUCTS;
}

/* A word of no list is treated as what is on no list. */
size_t construct_of(const char *word)
{
	size_t found = construct_find(word);
	return found < CONSTRUCTS ? found : construct_find("unknown-part");
}

const char *removal_sentence(const char *what)
{
	size_t found = construct_find(what);
	return found < CONSTRUCTS ? constructs[found].sentence : "安全を確かめられない部品を取り除きました。";
}
