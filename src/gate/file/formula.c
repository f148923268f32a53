/* Formulas of spreadsheets, by an allow-list of functions.
 *
 * What is not on the list is a function that fetches (WEBSERVICE, RTD, CUBE...),
 * one that runs code (CALL, REGISTER, EXEC, Excel 4 macros) or one that lives in
 * an add-in or macro that is not there any more: in each case the value that
 * was calculated last is what people should see.
 * source  ECMA-376 Part 1, 18.17; MS-XLSX 2.2.2 (future functions)          */
#include "gate/file/links.h"

#include <stdint.h>
#include <string.h>

static const char functions[] =
	"ABS ACCRINT ACCRINTM ACOS ACOSH ACOT ACOTH ADDRESS AGGREGATE AMORDEGRC AMORLINC AND ARABIC AREAS "
	"ARRAYTOTEXT ASC ASIN ASINH ATAN ATAN2 ATANH AVEDEV AVERAGE AVERAGEA AVERAGEIF AVERAGEIFS "
	"BAHTTEXT BASE BESSELI BESSELJ BESSELK BESSELY BETA.DIST BETA.INV BETADIST BETAINV BIN2DEC BIN2HEX "
	"BIN2OCT BINOM.DIST BINOM.DIST.RANGE BINOM.INV BINOMDIST BITAND BITLSHIFT BITOR BITRSHIFT BITXOR "
	"BYCOL BYROW CEILING CEILING.MATH CEILING.PRECISE CELL CHAR CHIDIST CHIINV CHISQ.DIST "
	"CHISQ.DIST.RT CHISQ.INV CHISQ.INV.RT CHISQ.TEST CHITEST CHOOSE CHOOSECOLS CHOOSEROWS CLEAN CODE "
	"COLUMN COLUMNS COMBIN COMBINA COMPLEX CONCAT CONCATENATE CONFIDENCE CONFIDENCE.NORM CONFIDENCE.T "
	"CONVERT CORREL COS COSH COT COTH COUNT COUNTA COUNTBLANK COUNTIF COUNTIFS COUPDAYBS COUPDAYS "
	"COUPDAYSNC COUPNCD COUPNUM COUPPCD COVAR COVARIANCE.P COVARIANCE.S CRITBINOM CSC CSCH CUMIPMT "
	"CUMPRINC DATE DATEDIF DATESTRING DATEVALUE DAVERAGE DAY DAYS DAYS360 DB DBCS DCOUNT DCOUNTA DDB "
	"DEC2BIN DEC2HEX DEC2OCT DECIMAL DEGREES DELTA DEVSQ DGET DISC DMAX DMIN DOLLAR DOLLARDE DOLLARFR "
	"DPRODUCT DROP DSTDEV DSTDEVP DSUM DURATION DVAR DVARP ECMA.CEILING EDATE EFFECT EOMONTH ERF ERFC "
	"ERF.PRECISE ERFC.PRECISE ERROR.TYPE EVEN EXACT EXP EXPAND EXPON.DIST EXPONDIST F.DIST F.DIST.RT "
	"F.INV F.INV.RT F.TEST FACT FACTDOUBLE FALSE FDIST FILTER FIND FINDB FINV FISHER FISHERINV FIXED "
	"FLOOR FLOOR.MATH FLOOR.PRECISE FORECAST FORECAST.ETS FORECAST.ETS.CONFINT "
	"FORECAST.ETS.SEASONALITY FORECAST.ETS.STAT FORECAST.LINEAR FORMULATEXT FREQUENCY FTEST FV "
	"FVSCHEDULE GAMMA GAMMA.DIST GAMMA.INV GAMMADIST GAMMAINV GAMMALN GAMMALN.PRECISE GAUSS GCD "
	"GEOMEAN GESTEP GETPIVOTDATA GROUPBY GROWTH HARMEAN HEX2BIN HEX2DEC HEX2OCT HLOOKUP HOUR HSTACK "
	"HYPGEOM.DIST HYPGEOMDIST IF IFERROR IFNA IFS IMABS IMAGINARY IMARGUMENT IMCONJUGATE IMCOS IMCOSH "
	"IMCOT IMCSC IMCSCH IMDIV IMEXP IMLN IMLOG10 IMLOG2 IMPOWER IMPRODUCT IMREAL IMSEC IMSECH IMSIN "
	"IMSINH IMSQRT IMSUB IMSUM IMTAN INDEX INDIRECT INT INTERCEPT INTRATE IPMT IRR ISBLANK ISERR "
	"ISERROR ISEVEN ISFORMULA ISLOGICAL ISNA ISNONTEXT ISNUMBER ISO.CEILING ISODD ISOMITTED "
	"ISOWEEKNUM ISPMT ISREF ISTEXT JIS KURT LAMBDA LARGE LCM LEFT LEFTB LEN LENB LET LINEST LN LOG "
	"LOG10 LOGEST LOGINV LOGNORM.DIST LOGNORM.INV LOGNORMDIST LOOKUP LOWER MAKEARRAY MAP MATCH MAX "
	"MAXA MAXIFS MDETERM MDURATION MEDIAN MID MIDB MIN MINA MINIFS MINUTE MINVERSE MIRR MMULT MOD MODE "
	"MODE.MULT MODE.SNGL MONTH MROUND MULTINOMIAL MUNIT N NA NEGBINOM.DIST NEGBINOMDIST NETWORKDAYS "
	"NETWORKDAYS.INTL NOMINAL NORM.DIST NORM.INV NORM.S.DIST NORM.S.INV NORMDIST NORMINV NORMSDIST "
	"NORMSINV NOT NOW NPER NPV NUMBERSTRING NUMBERVALUE OCT2BIN OCT2DEC OCT2HEX ODD ODDFPRICE "
	"ODDFYIELD ODDLPRICE ODDLYIELD OFFSET OR PDURATION PEARSON PERCENTILE PERCENTILE.EXC "
	"PERCENTILE.INC PERCENTOF PERCENTRANK PERCENTRANK.EXC PERCENTRANK.INC PERMUT PERMUTATIONA PHI "
	"PHONETIC PI PIVOTBY PMT POISSON POISSON.DIST POWER PPMT PRICE PRICEDISC PRICEMAT PROB PRODUCT "
	"PROPER PV QUARTILE QUARTILE.EXC QUARTILE.INC QUOTIENT RADIANS RAND RANDARRAY RANDBETWEEN RANK "
	"RANK.AVG RANK.EQ RATE RECEIVED REDUCE REGEXEXTRACT REGEXREPLACE REGEXTEST REPLACE REPLACEB REPT "
	"RIGHT RIGHTB ROMAN ROUND ROUNDDOWN ROUNDUP ROW ROWS RRI RSQ SCAN SEARCH SEARCHB SEC SECH SECOND "
	"SEQUENCE SERIESSUM SHEET SHEETS SIGN SIN SINGLE SINH SKEW SKEW.P SLN SLOPE SMALL SORT SORTBY SQRT "
	"SQRTPI STANDARDIZE STDEV STDEV.P STDEV.S STDEVA STDEVP STDEVPA STEYX SUBSTITUTE SUBTOTAL SUM "
	"SUMIF SUMIFS SUMPRODUCT SUMSQ SUMX2MY2 SUMX2PY2 SUMXMY2 SWITCH SYD T T.DIST T.DIST.2T T.DIST.RT "
	"T.INV T.INV.2T T.TEST TAKE TAN TANH TBILLEQ TBILLPRICE TBILLYIELD TDIST TEXT TEXTAFTER TEXTBEFORE "
	"TEXTJOIN TEXTSPLIT TIME TIMEVALUE TINV TOCOL TODAY TOROW TRANSPOSE TREND TRIM TRIMMEAN TRIMRANGE "
	"TRUE TRUNC TTEST TYPE UNICHAR UNICODE UNIQUE UPPER USDOLLAR VALUE VALUETOTEXT VAR VAR.P VAR.S VARA "
	"VARP VARPA VDB VLOOKUP VSTACK WEEKDAY WEEKNUM WEIBULL WEIBULL.DIST WORKDAY WORKDAY.INTL WRAPCOLS "
	"WRAPROWS XIRR XLOOKUP XMATCH XNPV XOR YEAR YEARFRAC YEN YIELD YIELDDISC YIELDMAT Z.TEST ZTEST "
	"ANCHORARRAY HYPERLINK";

enum { BUCKETS = 2048, LONGEST = 32 };
static struct slice buckets[BUCKETS];

static uint8_t upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - 32) : c;
}

static uint32_t hash_of(struct slice name)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < name.len; i++)
		h = (h ^ upper(name.at[i])) * 16777619u;
	return (h ^ h >> 15) % BUCKETS;
}

void links_prepare(void)
{
	static bool prepared;
	if (prepared)
		return;
	prepared = true;
	for (const char *at = functions; *at;) {
		size_t len = strcspn(at, " ");
		struct slice name = slice_of(at, len);
		uint32_t slot = hash_of(name);
		while (buckets[slot].len)
			slot = (slot + 1) % BUCKETS;
		buckets[slot] = name;
		at += len + (at[len] == ' ');
	}
}

static bool listed(struct slice name)
{
	links_prepare();
	if (name.len > LONGEST)
		return false;
	for (uint32_t slot = hash_of(name); buckets[slot].len; slot = (slot + 1) % BUCKETS)
		if (slice_equal_nocase(buckets[slot], name))
			return true;
	return false;
}

struct scan {
	struct links *links;
	struct slice text;
	size_t pos;
};

static uint8_t at(const struct scan *s, size_t pos)
{
	return pos < s->text.len ? s->text.at[pos] : 0;
}

/* From an opening quote past the closing one; doubled quotes stand for one. */
static bool take_quoted(struct scan *s, uint8_t quote, struct slice *inside)
{
	size_t from = ++s->pos;
	for (; s->pos < s->text.len; s->pos++) {
		if (at(s, s->pos) != quote)
			continue;
		if (at(s, s->pos + 1) != quote) {
			*inside = slice_part(s->text, from, s->pos - from);
			s->pos++;
			return true;
		}
		s->pos++;
	}
	return false;
}

/* 'Sheet 1'!A1, never 'C:\[book.xls]Sheet'!A1 nor 'app|topic'!item */
static bool sheet_name_allowed(struct slice name)
{
	static const bool marks[256] = {['['] = true, [']'] = true, ['\\'] = true, ['/'] = true, ['?'] = true,
	                                ['*'] = true, ['|'] = true};
	for (size_t i = 0; i < name.len; i++)
		if (marks[name.at[i]])
			return false;
	return true;
}

static bool word_byte(uint8_t c)
{
	static const bool words[256] = {
		['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['_'] = true, ['.'] = true,
		['\\'] = true, ['?'] = true, [0x80 ... 0xFF] = true,
	};
	return words[c];
}

/* Table[[#This Row],[Column]] after a name; [0]! is this workbook; every other
 * bracket names another one. */
static bool take_bracket(struct scan *s, bool after_name)
{
	if (!after_name && at(s, s->pos + 1) == '0' && at(s, s->pos + 2) == ']') {
		s->pos += 3;
		return true;
	}
	if (!after_name)
		return false;
	size_t open = 0;
	for (; s->pos < s->text.len; s->pos++) {
		uint8_t c = at(s, s->pos);
		if (c == '\'')
			s->pos++;
		open += c == '[';
		open -= c == ']' && open > 0;
		if (open == 0) {
			s->pos++;
			return at(s, s->pos) != '!';
		}
	}
	return false;
}

static struct slice without_prefix(struct slice name, bool *parameter)
{
	static const struct slice prefixes[] = {
		{(const uint8_t *)"_xlfn.", 6}, {(const uint8_t *)"_xlws.", 6}, {(const uint8_t *)"_xlpm.", 6},
	};
	*parameter = false;
	for (size_t i = 0; i < 3; i++)
		if (slice_equal_nocase(slice_part(name, 0, 6), prefixes[i])) {
			name = slice_part(name, 6, name.len);
			*parameter |= i == 2;
			i = SIZE_MAX;
		}
	return name;
}

static size_t skip_space(const struct scan *s, size_t pos)
{
	while (at(s, pos) == ' ' || at(s, pos) == '\n' || at(s, pos) == '\r' || at(s, pos) == '\t')
		pos++;
	return pos;
}

/* HYPERLINK("literal" ... only: what is put together cannot be judged. */
static bool hyperlink_allowed(const struct scan *s, size_t paren)
{
	struct scan inner = {s->links, s->text, skip_space(s, paren + 1)};
	struct slice target;
	if (at(&inner, inner.pos) != '"' || !take_quoted(&inner, '"', &target))
		return false;
	uint8_t next = at(&inner, skip_space(&inner, inner.pos));
	if (next != ',' && next != ')')
		return false;
	return (target.len && target.at[0] == '#') || link_allowed(s->links, target);
}

static bool take_word(struct scan *s)
{
	size_t from = s->pos;
	while (word_byte(at(s, s->pos)))
		s->pos++;
	size_t paren = skip_space(s, s->pos);
	if (at(s, paren) != '(')
		return true;
	bool parameter;
	struct slice name = without_prefix(slice_part(s->text, from, s->pos - from), &parameter);
	bool number = name.len && name.at[0] >= '0' && name.at[0] <= '9';
	if (number || parameter)
		return true;
	if (slice_equal_nocase(name, SLICE("HYPERLINK")))
		return hyperlink_allowed(s, paren);
	return listed(name);
}

bool formula_allowed(struct links *links, struct slice formula)
{
	struct scan s = {links, formula, 0};
	struct slice inside;
	while (s.pos < formula.len) {
		uint8_t c = formula.at[s.pos];
		bool after_name = s.pos > 0 && (word_byte(formula.at[s.pos - 1]) || formula.at[s.pos - 1] == ']');
		bool fine = true;
		if (c == '"')
			fine = take_quoted(&s, '"', &inside);
		else if (c == '\'')
			fine = take_quoted(&s, '\'', &inside) && sheet_name_allowed(inside);
		else if (c == '[')
			fine = take_bracket(&s, after_name);
		else if (word_byte(c))
			fine = take_word(&s);
		else
			s.pos++;
		if (!fine || c == '|')
			return false;
	}
	return true;
}
