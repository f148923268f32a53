/* The manners of numbering, as a table. */
#include "policy/import/internal.h"

static const struct {
	const char *name, *label, *code; /* code: in ids */
	int rank; /* 0: learned from the text; else smaller stands above */
	bool numbered;
} levels[TEXT_LEVELS] = {
	[TEXT_ROOT] = {"root", "全体", "", 1, false},
	[TEXT_SUPPLEMENT] = {"supplement", "附則", "S", 2, false},
	[TEXT_APPENDIX] = {"appendix", "別表・別紙", "X", 2, false},
	[TEXT_PART] = {"part", "部", "B", 3, true},
	[TEXT_CHAPTER] = {"chapter", "章", "C", 4, true},
	[TEXT_SECTION] = {"section", "節", "E", 5, true},
	[TEXT_SUBSECTION] = {"subsection", "款", "K", 6, true},
	[TEXT_ARTICLE] = {"article", "条", "A", 7, true},
	[TEXT_DAI] = {"dai", "第１", "D", 7, true},
	[TEXT_PLAIN] = {"plain", "１", "n", 0, true},
	[TEXT_DOT] = {"dot", "1.", "n", 0, true},
	[TEXT_DECIMAL] = {"decimal", "1.1", "m", 0, true},
	[TEXT_PAREN] = {"paren", "(1)", "p", 0, true},
	[TEXT_HALF] = {"half", "1)", "h", 0, true},
	[TEXT_CIRCLE] = {"circle", "①", "o", 0, true},
	[TEXT_KANJI] = {"kanji", "一", "j", 0, true},
	[TEXT_PAREN_KANJI] = {"paren-kanji", "（一）", "pj", 0, true},
	[TEXT_KANA] = {"kana", "ア", "k", 0, true},
	[TEXT_PAREN_KANA] = {"paren-kana", "(ｱ)", "pk", 0, true},
	[TEXT_IROHA] = {"iroha", "イロハ", "i", 0, true},
	[TEXT_PAREN_IROHA] = {"paren-iroha", "(イロハ)", "pi", 0, true},
	[TEXT_ALPHA] = {"alpha", "a.", "a", 0, true},
	[TEXT_PAREN_ALPHA] = {"paren-alpha", "(a)", "pa", 0, true},
	[TEXT_ROMAN] = {"roman", "Ⅰ", "r", 0, true},
	[TEXT_PAREN_ROMAN] = {"paren-roman", "(i)", "pr", 0, true},
	[TEXT_BULLET] = {"bullet", "・", "b", 0, false},
	[TEXT_NOTE] = {"note", "※", "q", 0, false},
	[TEXT_HEADING] = {"heading", "番号のない見出し", "H", 0, false},
	[TEXT_PARAGRAPH] = {"paragraph", "段落", "t", 0, false},
	[TEXT_TABLE] = {"table", "表", "T", 0, false},
	[TEXT_ROW] = {"row", "表の行", "R", 0, false},
	[TEXT_FIGURE] = {"figure", "図表の断片", "F", 0, false},
};

const char *text_level_name(enum text_level level)
{
	return (unsigned)level < TEXT_LEVELS ? levels[level].name : "";
}

const char *text_level_label(enum text_level level)
{
	return (unsigned)level < TEXT_LEVELS ? levels[level].label : "";
}

bool text_level_numbered(enum text_level level)
{
	return (unsigned)level < TEXT_LEVELS && levels[level].numbered;
}

int level_rank(enum text_level level)
{
	return levels[level].rank;
}

const char *level_code(enum text_level level)
{
	return levels[level].code;
}

enum text_level level_named(struct slice name)
{
	for (unsigned i = 0; i < TEXT_LEVELS; i++)
		if (slice_is(name, levels[i].name))
			return (enum text_level)i;
	return TEXT_LEVELS;
}

static const char *const faults[FAULT_KINDS] = {
	[FAULT_MISSING] = "欠番", [FAULT_DOUBLE] = "番号の重複", [FAULT_ORDER] = "番号の後戻り",
	[FAULT_RESTART] = "番号の振り直し", [FAULT_LATE] = "途中からの番号",
	[FAULT_UNPLACED] = "置き場所の分からない行", [FAULT_DEEP] = "深すぎる入れ子",
	[FAULT_ORPHAN] = "上の番号なし",
};

const char *text_fault_label(enum text_fault fault)
{
	return (unsigned)fault < FAULT_KINDS ? faults[fault] : "";
}
