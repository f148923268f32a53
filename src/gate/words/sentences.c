/* What people read.  Each refusal says what was stopped, why, and what to do;
 * each removal says in one sentence what is no longer in the file. */
#include "gate/words/words.h"

#include <string.h>

struct refusal_row {
	enum refusal refusal;
	const char *name;
	const char *sentence;
};

static const struct refusal_row refusals[REFUSALS] = {
	[REFUSAL_NONE] = {REFUSAL_NONE, "", ""},
	[REFUSAL_DAMAGED] = {REFUSAL_DAMAGED, "damaged",
		"ファイルの作りが壊れているため止めました。元のアプリで開いて保存し直したものをお送りください。"},
	[REFUSAL_ENCRYPTED] = {REFUSAL_ENCRYPTED, "encrypted",
		"パスワードがかかっていて中身を確かめられないため止めました。パスワードを入力するか、パスワードを外したものをお送りください。"},
	[REFUSAL_DEEP] = {REFUSAL_DEEP, "deep",
		"書庫の入れ子が深すぎるため止めました。中のファイルを取り出してからお送りください。"},
	[REFUSAL_LARGE] = {REFUSAL_LARGE, "large",
		"大きさの上限を超えているため止めました。ファイルを分けるか、小さくしてからお送りください。"},
	[REFUSAL_BOMB] = {REFUSAL_BOMB, "bomb",
		"開くと極端に大きくなる、または検査の手間が上限を超えるため止めました。内容を分けてお送りください。"},
	[REFUSAL_AMBIGUOUS] = {REFUSAL_AMBIGUOUS, "ambiguous",
		"読むソフトによって中身が違って見える作りのため止めました。元のアプリで保存し直したものをお送りください。"},
	[REFUSAL_UNKNOWN] = {REFUSAL_UNKNOWN, "unknown",
		"取り扱える形式の一覧にないファイルのため止めました。Word・Excel・PowerPoint・PDFなどの形式で保存し直してお送りください。"},
	[REFUSAL_MISMATCH] = {REFUSAL_MISMATCH, "mismatch",
		"ファイル名の拡張子と中身の形式が合わないため止めました。正しい拡張子のファイルをお送りください。"},
	[REFUSAL_FORBIDDEN] = {REFUSAL_FORBIDDEN, "forbidden",
		"パソコンで動くプログラムの種類のファイルは通せません。業務に必要な場合は情報システム担当へご相談ください。"},
	[REFUSAL_PASSWORD] = {REFUSAL_PASSWORD, "password",
		"入力されたパスワードでは開けませんでした。大文字と小文字、全角と半角をお確かめのうえ、もう一度入力してください。"},
	[REFUSAL_LOCKED] = {REFUSAL_LOCKED, "locked",
		"証明書や権限の管理など、パスワードのほかの方法で暗号化されていて中身を確かめられないため止めました。暗号化を外したものをお送りください。"},
	[REFUSAL_SWITCH] = {REFUSAL_SWITCH, "switch",
		"取り除けば済む内容であっても、この種類の内容を含むファイルは通さない設定のため止めました。その内容を除いたファイルをお送りください。"},
	[REFUSAL_FAILED] = {REFUSAL_FAILED, "failed",
		"検査が時間または記憶容量の上限までに終わらなかったため止めました。ファイルを分けてお送りいただくか、情報システム担当へご連絡ください。"},
};

/* Kinds that are known by name get advice of their own. */
static const struct {
	enum file_type type;
	enum refusal refusal;
	const char *sentence;
} special[] = {
	{FILE_DOC, REFUSAL_UNKNOWN, "Word 95以前の文書は通せません。docxの形式で保存し直してお送りください。"},
	{FILE_XLS, REFUSAL_UNKNOWN, "Excel 95以前のブックは通せません。xlsxの形式で保存し直してお送りください。"},
	{FILE_PPT, REFUSAL_UNKNOWN, "PowerPoint 95以前の文書は通せません。pptxの形式で保存し直してお送りください。"},
	{FILE_MSG, REFUSAL_DAMAGED, "Outlookのメール（msg）の作りが壊れているため止めました。Outlookで開いて保存し直すか、添付ファイルを取り出してお送りください。"},
	{FILE_TNEF, REFUSAL_DAMAGED, "Outlookの形式（winmail.dat）が壊れているため止めました。送り主に、テキスト形式かHTML形式での送り直しをお願いしてください。"},
	{FILE_OLE, REFUSAL_UNKNOWN,
	 "中身の種類を確かめられない旧形式の文書のため止めました。docx、xlsx、pptxの形式で保存し直してお送りください。"},
	{FILE_OLE, REFUSAL_ENCRYPTED,
	 "パスワードがかかったOffice文書のため止めました。パスワードを入力するか、元のアプリでパスワードを外して保存したものをお送りください。"},
	{FILE_RTF, REFUSAL_DAMAGED, "リッチテキスト（rtf）の作りが壊れているため止めました。Wordで開き、docxの形式で保存し直してお送りください。"},
	{FILE_HTML, REFUSAL_UNKNOWN, "文字コードを確かめられないウェブページ（HTML）のため止めました。UTF-8で保存し直すか、PDFの形式でお送りください。"},
	{FILE_HTML, REFUSAL_DAMAGED, "ウェブページ（HTML）の文字が壊れているか、文字コードの指定と合わないため止めました。UTF-8で保存し直すか、PDFの形式でお送りください。"},
	{FILE_SVG, REFUSAL_DAMAGED, "SVG画像の作りが壊れているか、文書型の宣言を含むため止めました。PNGの形式で保存し直してお送りください。"},
	{FILE_ODF, REFUSAL_UNKNOWN,
	 "OpenDocument形式のうち、文書・表計算・発表・図形のほかの種類は通せません。odt、ods、odp、odgの形式で保存し直してお送りください。"},
	{FILE_ODF, REFUSAL_ENCRYPTED,
	 "パスワードがかかったOpenDocument文書のため止めました。元のアプリでパスワードを外して保存したものをお送りください。"},
	{FILE_ARCHIVE, REFUSAL_UNKNOWN, "中身を確かめられない種類の書庫のため止めました。ZIP形式でまとめ直してお送りください。"},
	{FILE_ARCHIVE, REFUSAL_LOCKED,
	 "この種類の書庫（RARなど）の暗号化は、パスワードがあっても開けないため止めました。ZIPか7zの形式でまとめ直してお送りください。"},
	{FILE_ARCHIVE, REFUSAL_ENCRYPTED,
	 "パスワードがかかった書庫で、中身を確かめられないため止めました。パスワードを入力するか、パスワードを外したものをお送りください。"},
	{FILE_MAIL, REFUSAL_AMBIGUOUS,
	 "メールの作りがあいまいで、読むソフトによって中身が違って見えるため止めました。送り直しをお願いしてください。"},
	{FILE_MAIL, REFUSAL_ENCRYPTED, "暗号化されたメールで、中身を確かめられないため止めました。暗号化せずに送り直しをお願いしてください。"},
	{FILE_MAIL, REFUSAL_FORBIDDEN, "分割されたメール、または本文が別の場所にあるメールのため止めました。一通にまとめた送り直しをお願いしてください。"},
	{FILE_SCRIPT, REFUSAL_FORBIDDEN,
	 "スクリプト（命令を書いたファイル）は通せません。業務に必要な場合は情報システム担当へご相談ください。"},
	{FILE_ICHITARO, REFUSAL_UNKNOWN, "一太郎文書は中身を確かめられないため通せません。docxまたはPDFの形式で保存し直すか、原本の受け取りを所属長に申請してください。"},
	{FILE_DOCUWORKS, REFUSAL_UNKNOWN, "DocuWorks文書は中身を確かめられないため通せません。PDFの形式で保存し直すか、原本の受け取りを所属長に申請してください。"},
	{FILE_SYLK, REFUSAL_DAMAGED, "SYLK形式の表の作りが壊れているため止めました。xlsxまたはcsvの形式で保存し直してお送りください。"},
};

const char *refusal_name(enum refusal refusal)
{
	return refusals[(unsigned)refusal < REFUSALS ? refusal : REFUSAL_FAILED].name;
}

const char *refusal_sentence(enum refusal refusal, enum file_type type)
{
	for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
		if (special[i].type == type && special[i].refusal == refusal)
			return special[i].sentence;
	return refusals[(unsigned)refusal < REFUSALS ? refusal : REFUSAL_FAILED].sentence;
}

const char *file_verdict_name(enum file_verdict verdict)
{
	static const char *const names[] = {"refused", "changed", "clean"};
	return names[(unsigned)verdict <= FILE_CLEAN ? verdict : FILE_REFUSED];
}

static const struct {
	const char *what, *sentence;
} removals[] = {
	/* Office */
	{"vba", "マクロを取り除きました。"},
	{"macro-sheet", "マクロシートを空のシートに置き換えました。"},
	{"macro-link", "マクロを動かすボタンや図形の割り当てを外しました。"},
	{"auto-name", "自動で動く名前の定義を取り除きました。"},
	{"activex", "ActiveXコントロールを取り除きました。"},
	{"control", "フォームのコントロールを取り除きました。"},
	{"ole-object", "埋め込まれたオブジェクトを取り除きました。見た目の画像があれば残しています。"},
	{"embedded-file", "埋め込まれたファイルを取り除きました。"},
	{"external-link", "外部のファイルやサーバーへの参照を取り除きました。"},
	{"unsafe-link", "安全でないリンクを取り除きました。文字は残しています。"},
	{"template", "外部のひな形の指定を取り除きました。"},
	{"field", "自動で外部の情報を取り込む、または命令を動かすフィールドを、表示されている文字に置き換えました。"},
	{"alt-chunk", "別形式の文書の取り込みを取り除きました。"},
	{"sub-document", "別文書の取り込みを取り除きました。"},
	{"frame", "外部ページを表示する枠を取り除きました。"},
	{"mail-merge", "差し込み印刷の接続設定を取り除きました。"},
	{"form-macro", "フォームに付いたマクロの指定を取り除きました。"},
	{"formula", "外部と通信する、または命令を動かす数式を、計算済みの値に置き換えました。"},
	{"data-connection", "外部データへの接続を取り除きました。"},
	{"pivot", "ピボットテーブルを、表示されている値に置き換えました。"},
	{"data-model", "データモデルや取り込みの設定を取り除きました。"},
	{"action", "クリックなどで動く命令を取り除きました。"},
	{"media", "音声や動画を取り除きました。"},
	{"animation", "動作を伴うアニメーションの設定を取り除きました。"},
	{"web-extension", "アドインを取り除きました。"},
	{"custom-ui", "画面のカスタマイズを取り除きました。"},
	{"custom-xml", "文書に付いた独自データを取り除きました。"},
	{"custom-properties", "独自の文書プロパティを取り除きました。"},
	{"document-variables", "画面に出ない文書変数を取り除きました。"},
	{"tags", "画面に出ないタグを取り除きました。"},
	{"thumbnail", "縮小表示用の画像を取り除きました。"},
	{"printer-settings", "プリンターの設定を取り除きました。"},
	{"embedded-font", "埋め込みフォントを取り除きました。"},
	{"calculation-chain", "計算順序の控えを取り除きました。開くときに作り直されます。"},
	{"cell-index", "セルの索引の控えを取り除きました。開くときに作り直されます。"},
	{"saved-path", "保存場所のフォルダー名を取り除きました。"},
	{"picture", "安全に作り直せない画像を、代わりの画像に置き換えました。"},
	{"signature", "電子署名を外しました（無害化すると署名は保てません）。"},
	{"unknown-part", "取り扱いの一覧にない部品を取り除きました。"},
	{"unknown-element", "取り扱いの一覧にない要素を取り除きました。"},
	{"orphan-part", "どこからも使われていない部品を取り除きました。"},
	{"alternate", "同じ箇所の別の表現を一つにまとめました。"},
	{"comment", "画面に出ない注釈を取り除きました。"},
	{"dangling-link", "参照先のない関連付けを取り除きました。"},
	/* archives */
	{"hidden-data", "ファイルの中に隠れていた、画面に出ないデータを取り除きました。"},
	{"archive-format", "書庫をZIP形式に作り直しました。"},
	{"message", "確かめられない作りのメールを取り除きました。ほかのメールは残しています。"},
	{"mail-format", "Outlookの形式のメールを、どのメールソフトでも開ける形式（eml）に作り直しました。"},
	{"page-archive", "ウェブページの保存形式（MHT）を、画像を含む一つのページ（HTML）に作り直しました。"},
	{"mail-page", "HTMLの本文を文字だけの本文に置き換えました。リンク先は文字で残しています。"},
	{"remote-picture", "開いたことを外部へ知らせる画像の読み込みを取り除きました。"},
	{"attachment", "通せない添付ファイルを取り除きました。理由は本文の末尾に書いてあります。"},
	{"unsafe-name", "ファイル名を安全なものに直しました。"},
	{"password", "パスワードを使って開き、暗号化を外しました。"},
	{"encryption", "パスワードなしで開ける暗号化（印刷などの制限を含む）を外しました。"},
	/* text */
	{"control-character", "画面に出ない制御文字を取り除きました。"},
	{"invisible-character", "文字の並びを見せかける、または見えない文字を取り除きました。"},
	{"formula-cell", "表計算ソフトで数式として動くセルの先頭に「'」を付けました。"},
	/* PDF */
	{"javascript", "JavaScriptを取り除きました。"},
	{"open-action", "開いたときに動く命令を取り除きました。"},
	{"launch", "プログラムを起動する命令を取り除きました。"},
	{"form", "フォームの送信や動作を取り除きました。"},
	{"xfa", "XFAフォームを取り除きました。"},
	{"postscript", "印刷用の命令（PostScript）を取り除きました。"},
	{"multimedia", "音声、動画、立体の表示を取り除きました。"},
	{"metadata", "撮影情報などの付帯情報を取り除きました。"},
	{"external-stream", "外部のファイルを読み込む指定を取り除きました。"},
	{"annotation", "取り扱いの一覧にない注釈を取り除きました。"},
	{"unknown-object", "取り扱いの一覧にない部品を取り除きました。"},
	{"trailing-data", "ファイルの末尾に付いた余分なデータを取り除きました。"},
	{"color-profile", "色の調整情報（カラープロファイル）を取り除きました。"},
};

const char *removal_sentence(const char *what)
{
	for (size_t i = 0; i < sizeof removals / sizeof removals[0]; i++)
		if (strcmp(removals[i].what, what) == 0)
			return removals[i].sentence;
	return "安全を確かめられない部品を取り除きました。";
}
