/* The whole API as a table: operations, schemas, scopes.                     */
#include "web/api/api.h"

const char api_root[] = "/api/v1";

const struct api_scope api_scopes[] = {
	{"application.decide", "申請に答える（決裁）"},
	{"application.read", "申請を見る"},
	{"application.write", "申請を取り下げる"},
	{"crossing.read", "ファイルの受渡しを見る"},
	{"ledger.read", "記録（台帳の原本）を見る"},
	{"office.read", "組織・人・役職を見る"},
	{"policy.read", "ポリシーを見る・判断を尋ねる"},
	{"proof.read", "条項の状態を見る"},
	{"register.read", "台帳を見る"},
	{"register.write", "台帳に加える・変える・閉じる"},
	{NULL, NULL},
};

#define GET(path, name, scope, says, takes, gives, run) \
	{false, path, name, scope, says, takes, gives, false, run}
#define LIST(path, name, scope, says, takes, gives, run) \
	{false, path, name, scope, says, takes, gives, true, run}
#define POST(path, name, scope, says, takes, gives, run) \
	{true, path, name, scope, says, takes, gives, false, run}

const struct api_operation api_operations[] = {
	GET("/me", "getMe", "", "鍵の持ち主", "", "Me", api_me),
	LIST("/sections", "listSections", "office.read", "課", "", "Section", api_sections),
	LIST("/people", "listPeople", "office.read", "職員等", "", "Person", api_people),
	LIST("/posts", "listPosts", "office.read", "ある日に役職に就いている人", "PostQuery", "Holding", api_posts),

	LIST("/clauses", "listClauses", "policy.read", "施行中のポリシーの条項", "", "Clause", api_clauses),
	GET("/clauses/{id}", "getClause", "policy.read", "条項", "", "Clause", api_clause),
	POST("/decisions", "decide", "policy.read", "したいことを尋ねる（記録しない）", "Wish", "Decision", api_decide),
	LIST("/proof", "listProof", "proof.read", "条項ごとの今日の状態", "", "ClauseState", api_proof),

	LIST("/registers", "listKinds", "register.read", "台帳の種類", "", "Kind", api_kinds),
	GET("/registers/{kind}", "getKind", "register.read", "台帳の項目", "", "KindFacts", api_kind),
	LIST("/registers/{kind}/rows", "listRows", "register.read", "台帳の行", "RowQuery", "Row", api_rows),
	GET("/registers/{kind}/rows/{id}", "getRow", "register.read", "台帳の1行", "", "Row", api_row),

	POST("/registers/{kind}/rows", "makeRow", "register.write", "台帳に行を加える", "NewRow", "Row", api_make_row),
	POST("/registers/{kind}/rows/{id}", "changeRow", "register.write", "台帳の行を変える", "RowChange", "Row",
	     api_change_row),
	POST("/registers/{kind}/rows/{id}/closing", "closeRow", "register.write", "台帳の行を閉じる", "RowClosing",
	     "Row", api_close_row),

	LIST("/applications", "listApplications", "application.read", "申請（自分の、または答えを待つ）",
	     "ApplicationQuery", "Application", api_applications),
	GET("/applications/{id}", "getApplication", "application.read", "申請", "", "Application", api_application),
	POST("/applications/{id}/answers", "answerApplication", "application.decide", "申請に答える", "Answer",
	     "Application", api_answer),
	POST("/applications/{id}/withdrawal", "withdrawApplication", "application.write", "申請を取り下げる", "",
	     "Application", api_withdraw),

	LIST("/crossings", "listCrossings", "crossing.read", "ファイルの受渡し（自分の）", "CrossingQuery",
	     "Crossing", api_crossings),
	GET("/crossings/{id}", "getCrossing", "crossing.read", "ファイルの受渡し", "", "Crossing", api_crossing),

	LIST("/ledger/entries", "listEntries", "ledger.read", "記録、新しい順", "EntryQuery", "Entry", api_entries),
	GET("/ledger/entries/{seq}", "getEntry", "ledger.read", "記録1件", "", "Entry", api_entry),
	GET("/ledger/entries/{seq}/inclusion", "getInclusion", "ledger.read", "記録が含まれることの証明（RFC 6962）",
	    "", "Inclusion", api_inclusion),
};
const size_t api_operation_count = sizeof api_operations / sizeof *api_operations;

#define ID(says) {"id", API_TEXT, true, says, NULL}
#define MUST_TEXT(name, says) {name, API_TEXT, true, says, NULL}
#define MAY_TEXT(name, says) {name, API_TEXT, false, says, NULL}

const struct api_schema api_schemas[] = {
	{"Me", {ID("職員の番号"), MUST_TEXT("name", "氏名"), MUST_TEXT("section", "課の番号"),
	        {"posts", API_LIST, true, "今日の役職", "Holding"}, {"scopes", API_TEXTS, true, "鍵でできること", NULL}}},
	{"Section", {ID("課の番号"), MUST_TEXT("name", "名称"), MUST_TEXT("parent", "部の番号。なければ空")}},
	{"Person", {ID("職員の番号"), MUST_TEXT("name", "氏名"), MUST_TEXT("section", "課の番号"),
	            {"active", API_YESNO, true, "利用を止められていないか", NULL}}},
	{"PostQuery", {{"on", API_DAY, false, "この日に。なければ今日", NULL}}},
	{"Holding", {MUST_TEXT("post", "役職"), MUST_TEXT("title", "役職の名"), MUST_TEXT("scope", "課の番号。なければ空"),
	             MUST_TEXT("person", "職員の番号"), {"from", API_DAY, true, "最初の日", NULL},
	             MUST_TEXT("to", "最後の日。定めがなければ空")}},
	{"Clause", {ID("条項の番号"), MUST_TEXT("cite", "ポリシーでの番号"), MUST_TEXT("says", "求めること"),
	            MUST_TEXT("edition", "施行日"), MUST_TEXT("reading", "規則を読み下した文")}},
	{"ClauseState", {ID("条項の番号"), MUST_TEXT("state", "unproven overdue unset exception met enforced na"),
	                 MUST_TEXT("label", "未証明などの語")}},
	{"Claim", {MUST_TEXT("name", "申立て"), MUST_TEXT("reason", "理由"), MAY_TEXT("clause", "どの条項について")}},
	{"Wish", {MUST_TEXT("act", "したいこと"), MAY_TEXT("subject", "対象の番号"),
	          {"facts", API_MAP, false, "事実。名前は「object.importance」のように、値は文字列で", NULL},
	          {"claims", API_LIST, false, "申立て", "Claim"}}},
	{"Decision", {MUST_TEXT("verdict", "pass hold refuse"), {"decision", API_ANY, true, "判断のすべて（sekisho decide と同じ）", NULL},
	              MUST_TEXT("explanation", "日本語の説明")}},
	{"Kind", {MUST_TEXT("kind", "種類"), MUST_TEXT("title", "名称"), {"proceeding", API_YESNO, true, "手続か", NULL}}},
	{"Fact", {MUST_TEXT("path", "項目"), MUST_TEXT("label", "名称"), MUST_TEXT("type", "yesno date text person section duration size post number word level row set"),
	          MUST_TEXT("kind", "どの台帳の行か。なければ空"), {"words", API_TEXTS, true, "選べる語。低い方から", NULL}}},
	{"KindFacts", {MUST_TEXT("kind", "種類"), MUST_TEXT("title", "名称"), {"facts", API_LIST, true, "項目", "Fact"}}},
	{"RowQuery", {MAY_TEXT("q", "さがす語"), MAY_TEXT("section", "課の番号"), MAY_TEXT("after", "前の答えの next"),
	              {"limit", API_NUMBER, false, "1から100", NULL}, {"closed", API_YESNO, false, "閉じた行を", NULL}}},
	{"Class", {MUST_TEXT("scale", "尺度"), MUST_TEXT("low", "最も低くてこれ"), MUST_TEXT("high", "最も高くてこれ")}},
	{"Row", {ID("行の番号"), MUST_TEXT("kind", "種類"), MUST_TEXT("name", "名称"), MUST_TEXT("section", "課の番号"),
	         {"serial", API_NUMBER, true, "種類の中の通し番号", NULL}, {"version", API_NUMBER, true, "版", NULL},
	         {"closed", API_YESNO, true, "閉じたか", NULL}, {"cells", API_MAP, true, "項目の値", NULL},
	         {"classes", API_LIST, true, "ポリシーによる分類", "Class"},
	         {"changed", API_TIME, true, "最後に変えた時刻", NULL}, MUST_TEXT("changed_by", "変えた人")}},
	{"NewRow", {MUST_TEXT("name", "名称"), MAY_TEXT("section", "課の番号。なければ自分の課"),
	            {"cells", API_MAP, true, "項目の値", NULL}, {"claims", API_LIST, false, "申立て", "Claim"},
	            MAY_TEXT("ground", "分類を下げる理由")}},
	{"RowChange", {{"version", API_NUMBER, true, "見た版", NULL}, MAY_TEXT("name", "名称"),
	               MAY_TEXT("section", "課の番号"), {"cells", API_MAP, false, "変える項目の値。空は「わからない」", NULL},
	               {"claims", API_LIST, false, "申立て", "Claim"}, MAY_TEXT("ground", "分類を下げる理由")}},
	{"RowClosing", {{"version", API_NUMBER, true, "見た版", NULL}}},
	{"ApplicationQuery", {MAY_TEXT("whose", "mine または waiting（自分の答えを待つ）"),
	                      MAY_TEXT("state", "open permitted refused returned withdrawn lapsed"),
	                      {"limit", API_NUMBER, false, "1から100", NULL}}},
	{"Word", {MUST_TEXT("person", "職員の番号"), MUST_TEXT("post", "役職"), MUST_TEXT("scope", "課の番号"),
	          MUST_TEXT("mark", "代・専決。なければ空"), MUST_TEXT("answer", "agree decline return"),
	          MUST_TEXT("reason", "理由"), {"time", API_TIME, true, "時刻", NULL}}},
	{"Slot", {MUST_TEXT("post", "役職"), MUST_TEXT("title", "役職の名"), MUST_TEXT("scope", "課の番号"),
	          MUST_TEXT("clause", "条項の番号"), MUST_TEXT("state", "pending agreed declined"),
	          {"holders", API_TEXTS, true, "今日答えられる人", NULL}}},
	{"Application", {ID("申請の番号"), MUST_TEXT("number", "R8-0012"), MUST_TEXT("act", "したいこと"),
	                 MUST_TEXT("label", "したいことの名"), MUST_TEXT("exception_to", "例外の元の条項。なければ空"),
	                 MUST_TEXT("subject", "対象の番号"), MUST_TEXT("applicant", "申請した人"),
	                 MUST_TEXT("section", "課の番号"), MUST_TEXT("title", "件名"), MUST_TEXT("purpose", "理由"),
	                 MUST_TEXT("state", "open permitted refused returned withdrawn lapsed"),
	                 {"created", API_TIME, true, "申請した時刻", NULL}, MUST_TEXT("edition", "判断したポリシーの施行日"),
	                 {"facts", API_MAP, true, "申請のときの事実", NULL}, {"slots", API_LIST, true, "求められる答え", "Slot"},
	                 {"words", API_LIST, true, "出た答え", "Word"}}},
	{"Answer", {MUST_TEXT("answer", "agree decline return"), MAY_TEXT("reason", "不許可・差戻しには要る")}},
	{"CrossingQuery", {MAY_TEXT("whose", "sent または received"), {"limit", API_NUMBER, false, "1から100", NULL}}},
	{"Removal", {MUST_TEXT("what", "取り除いたもの"), MUST_TEXT("where", "どこから"), MUST_TEXT("sentence", "日本語の説明")}},
	{"File", {ID("ファイルの番号"), MUST_TEXT("name", "名前"), MUST_TEXT("state", "状態の語"), MUST_TEXT("label", "状態の名"),
	          {"bytes", API_NUMBER, true, "大きさ", NULL}, MUST_TEXT("type", "形式。わかるまで空"),
	          MUST_TEXT("refusal", "止めたわけの語。なければ空"), MUST_TEXT("sentence", "止めたわけ。なければ空"),
	          MUST_TEXT("clause", "止めた条項。なければ空"), {"removals", API_LIST, true, "取り除いたもの", "Removal"}}},
	{"Crossing", {ID("受渡しの番号"), MUST_TEXT("number", "R8-0007"), MUST_TEXT("direction", "inward outward"),
	              MUST_TEXT("sender", "送る人"), MUST_TEXT("receiver", "受け取る人。庁外へは空"),
	              MUST_TEXT("section", "課の番号"), MUST_TEXT("answers", "分類など、送る人の答え（NAME=VALUE）"),
	              MUST_TEXT("application", "申請の番号。なければ空"), {"created", API_TIME, true, "受け付けた時刻", NULL},
	              {"files", API_LIST, true, "ファイル", "File"}}},
	{"EntryQuery", {MAY_TEXT("kind", "種類の頭"), MAY_TEXT("subject", "対象の番号"), MAY_TEXT("clause", "条項の番号"),
	                {"before", API_NUMBER, false, "この番号より前", NULL}, {"limit", API_NUMBER, false, "1から100", NULL}}},
	{"Entry", {{"seq", API_NUMBER, true, "記録の番号", NULL}, {"time", API_TIME, true, "時刻", NULL},
	           MUST_TEXT("kind", "種類"), MUST_TEXT("actor", "した人・プログラム"), MUST_TEXT("post", "役職"),
	           MUST_TEXT("subject", "対象の番号"), {"clauses", API_TEXTS, true, "条項の番号", NULL},
	           {"data", API_ANY, true, "内容", NULL}}},
	{"Inclusion", {{"seq", API_NUMBER, true, "記録の番号", NULL}, {"size", API_NUMBER, true, "木の大きさ", NULL},
	               MUST_TEXT("root", "木の根、16進"), {"proof", API_TEXTS, true, "ハッシュ、16進", NULL}}},
};
const size_t api_schema_count = sizeof api_schemas / sizeof *api_schemas;

const struct api_schema *api_schema_named(const char *name)
{
	for (size_t i = 0; i < api_schema_count; i++)
		if (strcmp(api_schemas[i].name, name) == 0)
			return &api_schemas[i];
	return NULL;
}
