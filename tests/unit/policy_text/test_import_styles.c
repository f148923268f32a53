/* Texts in many manners of numbering and setting, each with the tree that a
 * reader would draw: an outline, one node a line, two blanks a level.        */
#include "harness.h"

#include "policy/import/import.h"

struct style {
	const char *name, *text, *outline;
	unsigned faults; /* bit 1 << enum text_fault */
};

static const struct style styles[] = {
	{"law: 章, 条, 項, 号, イロハ",
	 "第一章　総則\n（目的）\n第一条　この規程は、情報の取扱いを定める。\n（定義）\n"
	 "第二条　この規程において、次に定めるところによる。\n一　端末　机に置く機械をいう。\n二　媒体　次に掲げるものをいう。\n"
	 "イ　円盤\nロ　棒\nハ　紙\n２　前項の端末には、電話を含む。\n３　媒体は、封をする。\n第二章　雑則\n第三条　細目は、別に定める。\n"
	 "第三条の二　様式は、自由とする。\n第四条　この規程は、毎年見直す。\n附　則\nこの規程は、令和八年四月一日から施行する。\n",
	 "第一章 総則\n  第一条 （目的）　この規程は、情報の取扱いを定める。\n"
	 "  第二条 （定義）　この規程において、次に定めるところによる。\n    一 端末 机に置く機械をいう。\n"
	 "    二 媒体 次に掲げるものをいう。\n      イ 円盤\n      ロ 棒\n      ハ 紙\n    ２ 前項の端末には、電話を含む。\n"
	 "    ３ 媒体は、封をする。\n第二章 雑則\n  第三条 細目は、別に定める。\n  第三条の二 様式は、自由とする。\n"
	 "  第四条 この規程は、毎年見直す。\n附 則 \n  この規程は、令和八年四月一日から施行する。\n", 0},
	{"points: 1. 1.1 1.1.1 and bullets",
	 "1. はじめに\n1.1 目的\nこの文書の目的を述べる。\n1.2 範囲\n1.2.1 人\n職員に及ぶ。\n1.2.2 物\n・端末\n・媒体\n2. 体制\n2.1 長\n長を置く。\n",
	 "1. はじめに\n  1.1 目的\n    この文書の目的を述べる。\n  1.2 範囲\n    1.2.1 人\n      職員に及ぶ。\n"
	 "    1.2.2 物\n      ・ 端末\n      ・ 媒体\n2. 体制\n  2.1 長\n    長を置く。\n", 0},
	{"tight: no space behind any number",
	 "第１章総則\n１．目的\nここに目的を書く。\n２．定義\n(1)端末\n(2)媒体\n①円盤\n②棒\n３．範囲\n全部に及ぶ。\n",
	 "第１章 総則\n  １． 目的\n    ここに目的を書く。\n  ２． 定義\n    (1) 端末\n    (2) 媒体\n      ① 円盤\n      ② 棒\n"
	 "  ３． 範囲\n    全部に及ぶ。\n", 0},
	{"half brackets and letters",
	 "Ⅰ 基本方針\n1) 目的\na) 守る\nb) 続ける\n2) 体制\nⅡ 対策基準\n1) 人\n2) 物\n",
	 "Ⅰ 基本方針\n  1) 目的\n    a) 守る\n    b) 続ける\n  2) 体制\nⅡ 対策基準\n  1) 人\n  2) 物\n", 0},
	{"ア (ｱ) and half-width kana, 第１ １ (1)",
	 "第１　趣旨\nこの要綱の趣旨である。\n第２　管理\n１　保管\n(1)　鍵\nア　金庫に入れる。\n(ｱ)　鍵は二つ\n(ｲ)　控えを残す。\nイ　記録する。\n(2)　棚\n２　廃棄\n",
	 "第１ 趣旨\n  この要綱の趣旨である。\n第２ 管理\n  １ 保管\n    (1) 鍵\n      ア 金庫に入れる。\n        (ｱ) 鍵は二つ\n        (ｲ) 控えを残す。\n"
	 "      イ 記録する。\n    (2) 棚\n  ２ 廃棄\n", 0},
	{"pages: form feeds, running heads, numbers, contents",
	 "庁内規程集\n目次\n第１章 総則…………1\n第２章 管理…………2\n\f庁内規程集\n第１章 総則\n１ 目的\n"
	 "この規程は、庁内で取り扱う情報の管理について必要な事項を定め、\n- 1 -\n\f庁内規程集\nもって事務の円滑な執行に資することを目的とする。\n２ 範囲\n"
	 "この規程は、庁内の全ての課、室及び出先機関並びにそれらから委託を\n- 2 -\n\f庁内規程集\n受けた者に及ぶものとする。\n第２章 管理\n１ 方法\n管理の方法は、課長が定め、職員に知らせるものとする。\n- 3 -\n\f庁内規程集\n２ 点検\n毎年行う。\n",
	 "第１章 総則\n  １ 目的\n    この規程は、庁内で取り扱う情報の管理について必要な事項を定め、もって事務の円滑な執行に資することを目的とする。\n"
	 "  ２ 範囲\n    この規程は、庁内の全ての課、室及び出先機関並びにそれらから委託を受けた者に及ぶものとする。\n第２章 管理\n  １ 方法\n"
	 "    管理の方法は、課長が定め、職員に知らせるものとする。\n  ２ 点検\n    毎年行う。\n", 0},
	{"references at the beginning of wrapped lines",
	 "１ 適用\nこの基準は、所属の長が別に定める場合を除き、全ての職員に適用し、上記\n(1)の職員及び番号法第２条第７項の定める個人番号を扱う者並びに同法\n"
	 "第２条第８項に規定する者のうち、作業を所属の長が命じた職員であって\n２名以上で作業する者は、この限りでない。この場合における適用の範囲は\n"
	 "１２桁の番号を用いる事務に限り、その他の事務については所属の長の定\nめによる。\n２ 除外\n前項の例による。\n",
	 "１ 適用\n  この基準は、所属の長が別に定める場合を除き、全ての職員に適用し、上記(1)の職員及び番号法第２条第７項の定める個人番号を扱う者並びに同法"
	 "第２条第８項に規定する者のうち、作業を所属の長が命じた職員であって２名以上で作業する者は、この限りでない。この場合における適用の範囲は"
	 "１２桁の番号を用いる事務に限り、その他の事務については所属の長の定めによる。\n"
	 "２ 除外\n  前項の例による。\n", 0},
	{"numbers alone on their lines, and the numbers of pages",
	 "庁内要綱\n1\n目的\nこの要綱の目的を述べる。\n2\n定義\n(1)\n端末\n机に置くもの。\n(2)\n媒体\n3\n\f三つ目でない、続きの文はここまで続いて終わる。\n3\n範囲\n全部に及ぶ。\n",
	 "1 目的\n  この要綱の目的を述べる。\n2 定義\n  (1) 端末\n    机に置くもの。\n  (2) 媒体\n"
	 "    三つ目でない、続きの文はここまで続いて終わる。\n3 範囲\n  全部に及ぶ。\n", 0},
	{"omissions and runs", "１～７ （略）\n８ 助言\n９ 遵守\n10～11 （略）\n12 見直し\nア～ウ （略）\nエ 毎年\n",
	 "１～７ （略）\n８ 助言\n９ 遵守\n10～11 （略）\n12 見直し\n  ア～ウ （略）\n  エ 毎年\n", 0},
	{"a number missing, one doubled, one going back", "(1) 甲\n(2) 乙\n(4) 丁\n(4) 戊\n(3) 丙\n(5) 己\n",
	 "(1) 甲\n(2) 乙\n(4) 丁\n(4) 戊\n(3) 丙\n(5) 己\n",
	 1u << FAULT_MISSING | 1u << FAULT_DOUBLE | 1u << FAULT_ORDER},
	{"numbers start again", "(1) 甲の定めを置く。\n(2) 乙の定めを置く。\n(1) 丙の定めを置く。\n(2) 丁の定めを置く。\n",
	 "(1) 甲の定めを置く。\n(2) 乙の定めを置く。\n(1) 丙の定めを置く。\n(2) 丁の定めを置く。\n",
	 1u << FAULT_RESTART},
	{"does not start at one", "２ 乙\n３ 丙\n", "２ 乙\n３ 丙\n", 1u << FAULT_LATE},
	{"supplements and appendices",
	 "第１条 本文を置く。\n第２条 末文を置く。\n附則\n１ この要綱は、令和８年４月１日から施行する。\n２ 旧要綱は、廃止する。\n附則（令和９年３月１日）\nこの要綱は、公布の日から施行する。\n別表第１（第１条関係）\n１ 端末\n２ 媒体\n様式第１号（第２条関係）\n申請書\n",
	 "第１条 本文を置く。\n第２条 末文を置く。\n附則 \n  １ この要綱は、令和８年４月１日から施行する。\n  ２ 旧要綱は、廃止する。\n"
	 "附則 （令和９年３月１日）\n  この要綱は、公布の日から施行する。\n別表第１ （第１条関係）\n  １ 端末\n  ２ 媒体\n様式第１号 （第２条関係）\n  申請書\n", 0},
	{"a table of posts",
	 "(1) 役割\n各役の分担は次のとおりとする。\n役職名 充て職 役割\n最高管理\n責任者\n副町長 1 全体を統べる。\n2 例外を認める。\n所管\n課長\n総務課長 1 端末を配る。\n2 台帳を\n備える。\n(2) 兼務\n兼ねない。\n",
	 "(1) 役割\n  各役の分担は次のとおりとする。\n  役職名 充て職 役割\n    最高管理責任者\n      副町長\n      1 全体を統べる。\n      2 例外を認める。\n"
	 "    所管課長\n      総務課長\n      1 端末を配る。\n      2 台帳を備える。\n(2) 兼務\n  兼ねない。\n", 0},
	{"Latin words cut by the line",
	 "１ 用語\nこの基準で用いる LGWAN とは、総合行政ネットワークをいい、接続口をLG\nWAN 接続口と呼ぶものとし、その管理は情報部門が行う。また、 cloud\n"
	 "service を用いる場合にあっては、情報部門の長が定める手順に従って利用\nするものとする。\n",
	 "１ 用語\n  この基準で用いる LGWAN とは、総合行政ネットワークをいい、接続口をLGWAN 接続口と呼ぶものとし、その管理は情報部門が行う。また、 cloud service を用いる場合にあっては、情報部門の長が定める手順に従って利用するものとする。\n",
	 0},
	{"kanji in brackets, circled", "（一） 総則\n① 甲\n② 乙\n（二） 細則\n① 丙\n",
	 "（一） 総則\n  ① 甲\n  ② 乙\n（二） 細則\n  ① 丙\n", 0},
	{"第１条 without a space", "第１条（目的）この規程は、目的を定める。\n第２条（範囲）\n全ての課に及ぶ。\n第３条 終わり。\n",
	 "第１条 （目的）　この規程は、目的を定める。\n第２条 （範囲）\n  全ての課に及ぶ。\n第３条 終わり。\n", 0},
	{"contents without leaders, repealed articles, 附　　則",
	 "庁内管理規程\n目次\n第１章 総則（第１条・第２条）\n第２章 組織（第３条―第５条）\n附則\n第１章 総則\n（目的）\n第１条 この規程の目的を定める。\n"
	 "第２条 用語を定める。\n第２章 組織\n第３条 長を置く。\n第４条及び第５条 削除\n附　　則\nこの規程は、令和５年４月１日から施行する。\n",
	 "第１章 総則\n  第１条 （目的）　この規程の目的を定める。\n  第２条 用語を定める。\n第２章 組織\n  第３条 長を置く。\n"
	 "  第４条及び第５条 削除\n附 則 \n  この規程は、令和５年４月１日から施行する。\n", 0},
	{"the manner of numbering changes on the way",
	 "１．１．体制\nア．予算\nイ．計画\n１．２．分類\n２．物理\nⅰ）機器\nⅱ）電源\n３ 人\n",
	 "１．１． 体制\n  ア． 予算\n  イ． 計画\n１．２． 分類\n２． 物理\n  ⅰ） 機器\n  ⅱ） 電源\n３ 人\n", 0},
	{"radicals where characters are meant", "１ ⼈\n⼊退室を管理する。\n", "１ 人\n  入退室を管理する。\n", 0},
};

static struct text_tree *read_text(struct slice text, struct arena *arena, struct text_tree *trees[2])
{
	size_t count = 0;
	struct why why = {0};
	CHECK_OK(import_text(text, arena, trees, &count, &why), &why);
	return trees[0];
}

TEST(each_style_gives_the_tree_a_reader_draws)
{
	for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
		struct arena *arena = arena_new(64 << 20);
		struct text_tree *trees[2] = {NULL, NULL};
		struct text_tree *tree = read_text(slice_str(styles[i].text), arena, trees);
		struct buffer outline;
		unsigned faults = 0;
		buffer_init(&outline, 1 << 20);
		if (tree)
			import_outline(tree, &outline);
		for (const struct text_finding *f = tree ? tree->findings : NULL; f; f = f->next)
			faults |= 1u << f->fault;
		if (strcmp(buffer_cstr(&outline), styles[i].outline) != 0 || faults != styles[i].faults)
			printf("  style \"%s\" faults %x:\n%s", styles[i].name, faults, buffer_cstr(&outline));
		CHECK(strcmp(buffer_cstr(&outline), styles[i].outline) == 0);
		CHECK_INT(faults, styles[i].faults);
		buffer_done(&outline);
		arena_free(arena);
	}
}

/* A comparison table side by side, and one page after page. */
static const char by_tabs[] =
	"改正後\t改正前\n１ 目的\t１ 目的\n新しい目的を定める。\t古い目的を定める。\n２ 範囲\t２ 範囲\n全て\t一部\n";
static const char by_blanks[] =
	"                改正案                              現行\n１ 目的                             １ 目的\n"
	"新しい目的を定める。                古い目的を定める。\n２ 範囲                             ２ 範囲\n全て                                一部\n";
static const char by_pages[] =
	"新 旧\n１ 目的\n新しい目的を定める。\n１ 目的\n古い目的を定める。\n\f新 旧\n２ 範囲\n全て\n２ 範囲\n一部\n";
static const char *const tables[] = {by_tabs, by_blanks, by_pages};

TEST(a_comparison_table_is_two_texts)
{
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		struct arena *arena = arena_new(64 << 20);
		struct text_tree *trees[2] = {NULL, NULL};
		struct buffer outline;
		buffer_init(&outline, 1 << 20);
		read_text(slice_str(tables[i]), arena, trees);
		CHECK(trees[1] != NULL);
		for (size_t s = 0; s < 2 && trees[1]; s++)
			import_outline(trees[s], &outline);
		CHECK_STR(buffer_cstr(&outline), "１ 目的\n  新しい目的を定める。\n２ 範囲\n  全て\n"
		                                 "１ 目的\n  古い目的を定める。\n２ 範囲\n  一部\n");
		buffer_done(&outline);
		arena_free(arena);
	}
}

MAIN_TESTS()
