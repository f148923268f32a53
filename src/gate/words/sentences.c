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
	{FILE_SVG, REFUSAL_DAMAGED, "SVG画像の作りが壊れているか、文字の置き換えの宣言を含むため止めました。PNGの形式で保存し直してお送りください。"},
	{FILE_ODF, REFUSAL_UNKNOWN,
	 "OpenDocument形式のうち、文書・表計算・発表・図形のほかの種類は通せません。odt、ods、odp、odgの形式で保存し直してお送りください。"},
	{FILE_ODF, REFUSAL_LOCKED,
	 "パスワードがかかったOpenDocument文書のため止めました。元のアプリでパスワードを外して保存したものをお送りください。"},
	{FILE_ARCHIVE, REFUSAL_UNKNOWN, "中身を確かめられない種類の書庫のため止めました。ZIP形式でまとめ直してお送りください。"},
	{FILE_ARCHIVE, REFUSAL_LOCKED,
	 "この種類の書庫（RARなど）の暗号化は、パスワードがあっても開けないため止めました。ZIPか7zの形式でまとめ直してお送りください。"},
	{FILE_ARCHIVE, REFUSAL_ENCRYPTED,
	 "パスワードがかかった書庫で、中身を確かめられないため止めました。パスワードを入力するか、パスワードを外したものをお送りください。"},
	{FILE_MAIL, REFUSAL_AMBIGUOUS,
	 "メールの作りがあいまいで、読むソフトによって中身が違って見えるため止めました。送り直しをお願いしてください。"},
	{FILE_MAIL, REFUSAL_LOCKED, "暗号化されたメールで、中身を確かめられないため止めました。暗号化せずに送り直しをお願いしてください。"},
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

const char *held_sentence(void)
{
	return "無害化した結果を二つの方法で確かめたところ、一致しませんでした。情報システムの担当が確認します。";
}

const char *file_verdict_name(enum file_verdict verdict)
{
	static const char *const names[] = {"refused", "changed", "clean"};
	return names[(unsigned)verdict <= FILE_CLEAN ? verdict : FILE_REFUSED];
}
