/* The words of RTF: which are kept, which open a destination, which take their group away.
 *
 * An allow-list: a word that stands in no table is left out, and with a star before it
 * its whole group.  Sorted, for they are looked up by halves.
 * source  Rich Text Format Specification 1.9.1, appendix B (index of control words) */
#include "gate/file/rtf.h"

#include <stdlib.h>

static const char *const plain[] = {
	"ApplyBrkRules", "ab", "absh", "abslock", "absnoovrlp", "absw", "acaps", "acccircle", "acccomma",
	"accdot", "accnone", "accunderdot", "acf", "additive", "adeff", "adeflang", "adjustright", "adn",
	"aenddoc", "aendnotes", "aexpnd", "af", "afelev", "afs", "aftnbj", "aftnnalc", "aftnnar", "aftnnauc",
	"aftnnchi", "aftnnchosung", "aftnncnum", "aftnndbar", "aftnndbnum", "aftnndbnumd", "aftnndbnumk",
	"aftnndbnumt", "aftnnganada", "aftnngbnum", "aftnngbnumd", "aftnngbnumk", "aftnngbnuml", "aftnnrlc",
	"aftnnruc", "aftnnzodiac", "aftnnzodiacd", "aftnnzodiacl", "aftnrestart", "aftnrstcont", "aftnstart",
	"aftntj", "ai", "alang", "allowfieldendsel", "allprot", "alntblind", "alt", "animtext", "annotprot",
	"ansi", "ansicpg", "aoutl", "ascaps", "ashad", "asianbrkrule", "aspalpha", "aspnum", "astrike", "aul",
	"auld", "auldb", "aulnone", "aulw", "aup", "autofmtoverride", "b", "bdbfhdr", "bdrrlswsix", "bgbdiag",
	"bgcross", "bgdcross", "bgdkbdiag", "bgdkcross", "bgdkdcross", "bgdkfdiag", "bgdkhoriz", "bgdkvert",
	"bgfdiag", "bghoriz", "bgvert", "binfsxn", "binsxn", "bkmkcolf", "bkmkcoll", "bliptag", "blipupi",
	"blue", "bookfold", "bookfoldrev", "bookfoldsheets", "box", "brdrart", "brdrb", "brdrbar", "brdrbtw",
	"brdrcf", "brdrdash", "brdrdashd", "brdrdashdd", "brdrdashdot", "brdrdashdotdot", "brdrdashdotstr",
	"brdrdashsm", "brdrdb", "brdrdot", "brdremboss", "brdrengrave", "brdrframe", "brdrhair", "brdrinset",
	"brdrl", "brdrnil", "brdrnone", "brdroutset", "brdrr", "brdrs", "brdrsh", "brdrt", "brdrtbl", "brdrth",
	"brdrthtnlg", "brdrthtnmg", "brdrthtnsg", "brdrtnthlg", "brdrtnthmg", "brdrtnthsg", "brdrtnthtnlg",
	"brdrtnthtnmg", "brdrtnthtnsg", "brdrtriple", "brdrw", "brdrwavy", "brdrwavydb", "brkfrm", "brsp",
	"bullet", "bxe", "caccentfive", "caccentfour", "caccentone", "caccentsix", "caccentthree",
	"caccenttwo", "cachedcolbal", "caps", "cb", "cbackgroundone", "cbackgroundtwo", "cbpat", "cchs",
	"cell", "cellx", "cf", "cfollowedhyperlink", "cfpat", "cgrid", "charrsid", "charscalex", "chatn",
	"chbgbdiag", "chbgcross", "chbgdcross", "chbgdkbdiag", "chbgdkcross", "chbgdkdcross", "chbgdkfdiag",
	"chbgdkhoriz", "chbgdkvert", "chbgfdiag", "chbghoriz", "chbgvert", "chbrdr", "chcbpat", "chcfpat",
	"chdate", "chdpa", "chdpl", "chftn", "chftnsep", "chftnsepc", "chhres", "chpgn", "chshdng", "chtime",
	"chyperlink", "clFitText", "clNoWrap", "clbgbdiag", "clbgcross", "clbgdcross", "clbgdkbdiag",
	"clbgdkcross", "clbgdkdcross", "clbgdkfdiag", "clbgdkhor", "clbgdkvert", "clbgfdiag", "clbghoriz",
	"clbgvert", "clbrdrb", "clbrdrl", "clbrdrr", "clbrdrt", "clcbpat", "clcbpatraw", "clcfpat",
	"clcfpatraw", "cldel", "cldelauth", "cldeldttm", "cldgll", "cldglu", "clftsWidth", "clhidemark",
	"clins", "clinsauth", "clinsdttm", "clmgf", "clmrg", "clmrgd", "clmrgdauth", "clmrgddttm", "clmrgdr",
	"clpadb", "clpadfb", "clpadfl", "clpadfr", "clpadft", "clpadl", "clpadr", "clpadt", "clshdng",
	"clshdngraw", "clshdrawnil", "clspb", "clspfb", "clspfl", "clspfr", "clspft", "clspl", "clsplit",
	"clsplitr", "clspr", "clspt", "cltxbtlr", "cltxlrtb", "cltxlrtbv", "cltxtbrl", "cltxtbrlv",
	"clvertalb", "clvertalc", "clvertalt", "clvmgf", "clvmrg", "clwWidth", "cmaindarkone", "cmaindarktwo",
	"cmainlightone", "cmainlighttwo", "cocoaplatform", "cocoartf", "cocoasubrtf", "cocoatextscaling",
	"collapsed", "colno", "cols", "colsr", "colsx", "column", "colw", "contextualspace", "cpg", "crauth",
	"crdate", "cs", "cshade", "ctextone", "ctexttwo", "ctint", "ctrl", "cts", "cufi", "culi", "curi",
	"cvmme", "date", "dbch", "deff", "defformat", "deflang", "deflangfe", "defshp", "deftab", "deleted",
	"delrsid", "dfrauth", "dfrdate", "dfrmtxtx", "dfrmtxty", "dfrstart", "dfrstop", "dfrxst", "dghorigin",
	"dghshow", "dghspace", "dgmargin", "dgsnap", "dgvorigin", "dgvshow", "dgvspace", "dibitmap",
	"disabled", "dn", "dntblnsbdb", "dobxcolumn", "dobxmargin", "dobxpage", "dobymargin", "dobypage",
	"dobypara", "docprot", "doctype", "dodhgt", "dolock", "donotembedlingdata", "donotembedsysfont",
	"donotshowcomments", "donotshowinsdel", "donotshowmarkup", "donotshowprops", "dpaendhol", "dpaendl",
	"dpaendsol", "dpaendw", "dparc", "dparcflipx", "dparcflipy", "dpastarthol", "dpastartl", "dpastartsol",
	"dpastartw", "dpcallout", "dpcoa", "dpcoaccent", "dpcobestfit", "dpcoborder", "dpcodabs",
	"dpcodbottom", "dpcodcenter", "dpcodescent", "dpcodtop", "dpcolength", "dpcominusx", "dpcominusy",
	"dpcooffset", "dpcosmarta", "dpcotdouble", "dpcotright", "dpcotsingle", "dpcottriple", "dpcount",
	"dpellipse", "dpendgroup", "dpfillbgcb", "dpfillbgcg", "dpfillbgcr", "dpfillbggray", "dpfillbgpal",
	"dpfillfgcb", "dpfillfgcg", "dpfillfgcr", "dpfillfggray", "dpfillfgpal", "dpfillpat", "dpgroup",
	"dpline", "dplinecob", "dplinecog", "dplinecor", "dplinedado", "dplinedadodo", "dplinedash",
	"dplinedot", "dplinegray", "dplinehollow", "dplinepal", "dplinesolid", "dplinew", "dppolycount",
	"dppolygon", "dppolyline", "dpptx", "dppty", "dprect", "dproundr", "dpshadow", "dpshadx", "dpshady",
	"dptxbtlr", "dptxbx", "dptxbxmar", "dptxlrtb", "dptxlrtbv", "dptxtbrl", "dptxtbrlv", "dpx", "dpxsize",
	"dpy", "dpysize", "dropcapli", "dropcapt", "ds", "dxfrtext", "dy", "edmins", "embo", "emdash",
	"emfblip", "emspace", "endash", "enddoc", "endnhere", "endnotes", "enforceprot", "enspace",
	"expansion", "expnd", "expndtw", "expshrtn", "f", "faauto", "facenter", "facingp", "fafixed", "fahang",
	"faroman", "favar", "fbias", "fbidi", "fbidis", "fbimajor", "fbiminor", "fchars", "fcharset", "fcs",
	"fdbmajor", "fdbminor", "fdecor", "felnbrelev", "fet", "fetch", "ffdefres", "ffhaslistbox", "ffhps",
	"ffmaxlen", "ffownhelp", "ffownstat", "ffprot", "ffrecalc", "ffres", "ffsize", "fftype", "fftypetxt",
	"fhimajor", "fhiminor", "fi", "fittext", "fjgothic", "fjminchou", "fldalt", "flddirty", "fldedit",
	"fldlock", "fldpriv", "flomajor", "flominor", "flyanchor", "flyhorz", "flymaincnt", "flyvert",
	"fmodern", "fn", "fnil", "footery", "forceupgrade", "formdisp", "formprot", "formshade", "fosnum",
	"fprq", "fracwidth", "frmtxbtlr", "frmtxlrtb", "frmtxlrtbv", "frmtxtbrl", "frmtxtbrlv", "froman",
	"fromtext", "fs", "fscript", "fswiss", "ftech", "ftnalt", "ftnbj", "ftnil", "ftnlytwnine", "ftnnalc",
	"ftnnar", "ftnnauc", "ftnnchi", "ftnnchosung", "ftnncnum", "ftnndbar", "ftnndbnum", "ftnndbnumd",
	"ftnndbnumk", "ftnndbnumt", "ftnnganada", "ftnngbnum", "ftnngbnumd", "ftnngbnumk", "ftnngbnuml",
	"ftnnrestart", "ftnnrlc", "ftnnruc", "ftnnzodiac", "ftnnzodiacd", "ftnnzodiacl", "ftnrestart",
	"ftnrstcont", "ftnrstpg", "ftnstart", "ftntj", "fttruetype", "gcw", "green", "grfdocevents", "gutter",
	"gutterprl", "guttersxn", "gutterxsn", "headery", "hich", "highlight", "horzdoc", "horzsect",
	"horzvert", "hr", "hrule", "hsv", "htmautsp", "hwelev", "hyphauto", "hyphcaps", "hyphconsec", "hyphen",
	"hyphhotz", "hyphpar", "i", "id", "ignoremixedcontent", "ilfomacatclnup", "ilvl", "impr", "indmirror",
	"indrlsweleven", "insrsid", "intbl", "ipgp", "irow", "irowband", "itap", "ixe", "jclisttab",
	"jcompress", "jexpand", "jis", "jpegblip", "jsksu", "keep", "keepn", "kerning", "krnprsnet", "ksulang",
	"landscape", "lang", "langfe", "langfenp", "langnp", "lastrow", "lbr", "lchars", "ldblquote", "level",
	"levelfollow", "levelindent", "leveljc", "leveljcn", "levellegal", "levelnfc", "levelnfcn",
	"levelnorestart", "levelold", "levelpicture", "levelpicturenosize", "levelprev", "levelprevspace",
	"levelspace", "levelstartat", "leveltemplateid", "li", "lin", "line", "linebetcol", "linecont",
	"linemod", "lineppage", "linerestart", "linestart", "linestarts", "linex", "linkself", "linkstyles",
	"lisa", "lisb", "listhybrid", "listid", "listoverridecount", "listoverrideformat",
	"listoverridestartat", "listrestarthdn", "listsimple", "liststyleid", "listtemplateid", "lnbrkrule",
	"lndscpsxn", "lnongrid", "loch", "lquote", "ls", "lsdlocked", "lsdlockeddef", "lsdpriority",
	"lsdprioritydef", "lsdqformat", "lsdqformatdef", "lsdsemihidden", "lsdsemihiddendef", "lsdstimax",
	"lsdunhideused", "lsdunhideuseddef", "ltrch", "ltrdoc", "ltrmark", "ltrpar", "ltrrow", "ltrsect",
	"lvltentative", "lytcalctblwd", "lytexcttp", "lytprtmet", "lyttblrtgr", "mac", "makebackup", "maln",
	"malnScr", "margPr", "margSz", "margb", "margbsxn", "margl", "marglsxn", "margmirror", "margmirsxn",
	"margr", "margrsxn", "margt", "margtsxn", "mbrk", "mbrkBin", "mbrkBinSub", "mcc", "mdefJc", "mdiffSty",
	"mdispDef", "mdispdef", "mi", "min", "mintLim", "minterSp", "mintraSp", "mjc", "mlMargin", "mlit",
	"mmath", "mmathFont", "mnaryLim", "mnor", "mo", "mpostSp", "mpreSp", "mrMargin", "mscr", "msmallFrac",
	"msmcap", "msty", "muser", "mvauth", "mvdate", "mvf", "mvfmf", "mvfml", "mvt", "mvtof", "mvtol",
	"mwrapIndent", "mwrapRight", "nestcell", "nestrow", "newtblstyruls", "noafcnsttbl", "nobrkwrptbl",
	"nocolbal", "nocompatoptions", "nocwrap", "nocxsptable", "noextrasprl", "nofchars", "nofcharsws",
	"nofeaturethrottle", "nofpages", "nofwords", "nogrowautofit", "noindnmbrts", "nojkernpunct", "nolead",
	"noline", "nolnhtadjtbl", "nooverflow", "noproof", "noqfpromote", "nosectexpand", "nosnaplinegrid",
	"nospaceforul", "nosupersub", "notabind", "notbrkcnstfrctbl", "notcvasp", "notvatxbx", "nouicompat",
	"noultrlspc", "nowidctlpar", "nowrap", "nowwrap", "noxlattoyen", "obliqueness", "ogutter", "oldas",
	"oldlinewrap", "otblrul", "outl", "outlinelevel", "overlay", "page", "pagebb", "paperh", "paperw",
	"par", "pararsid", "pard", "pardeftab", "pardirnatural", "partightenfactor", "pc", "pca", "pgbrdrb",
	"pgbrdrfoot", "pgbrdrhead", "pgbrdrl", "pgbrdropt", "pgbrdrr", "pgbrdrsnap", "pgbrdrt", "pghsxn",
	"pgnbidia", "pgnbidib", "pgnchosung", "pgncnum", "pgncont", "pgndbnum", "pgndbnumd", "pgndbnumk",
	"pgndbnumt", "pgndec", "pgndecd", "pgnganada", "pgngbnum", "pgngbnumd", "pgngbnumk", "pgngbnuml",
	"pgnhindia", "pgnhindib", "pgnhindic", "pgnhindid", "pgnhn", "pgnhnsc", "pgnhnsh", "pgnhnsm",
	"pgnhnsn", "pgnhnsp", "pgnid", "pgnlcltr", "pgnlcrm", "pgnrestart", "pgnstart", "pgnstarts",
	"pgnthaia", "pgnthaib", "pgnthaic", "pgnucltr", "pgnucrm", "pgnvieta", "pgnx", "pgny", "pgnzodiac",
	"pgnzodiacd", "pgnzodiacl", "pgwsxn", "phcol", "phmrg", "phpg", "picbmp", "picbpp", "piccropb",
	"piccropl", "piccropr", "piccropt", "pich", "pichGoal", "pichgoal", "picscaled", "picscalex",
	"picscaley", "picw", "picwGoal", "picwgoal", "pindtabqc", "pindtabql", "pindtabqr", "plain",
	"pmartabqc", "pmartabql", "pmartabqr", "pnacross", "pnaiu", "pnaiud", "pnaiueo", "pnaiueod", "pnb",
	"pnbidia", "pnbidib", "pncaps", "pncard", "pncf", "pnchosung", "pncnum", "pndbnum", "pndbnumd",
	"pndbnumk", "pndbnuml", "pndbnumt", "pndec", "pndecd", "pnf", "pnfs", "pnganada", "pngblip", "pngbnum",
	"pngbnumd", "pngbnumk", "pngbnuml", "pnhang", "pni", "pnindent", "pniroha", "pnirohad", "pnlcltr",
	"pnlcrm", "pnlvl", "pnlvlblt", "pnlvlbody", "pnlvlcont", "pnnumonce", "pnord", "pnordt", "pnprev",
	"pnqc", "pnql", "pnqr", "pnrauth", "pnrdate", "pnrestart", "pnrnfc", "pnrnot", "pnrpnbr", "pnrrgb",
	"pnrstart", "pnrstop", "pnrxst", "pnscaps", "pnsp", "pnstart", "pnstrike", "pnucltr", "pnucrm", "pnul",
	"pnuld", "pnuldash", "pnuldashd", "pnuldashdd", "pnuldb", "pnulhair", "pnulnone", "pnulth", "pnulw",
	"pnulwave", "pnzodiac", "pnzodiacd", "pnzodiacl", "posnegx", "posnegy", "posx", "posxc", "posxi",
	"posxl", "posxo", "posxr", "posy", "posyb", "posyc", "posyil", "posyin", "posyout", "posyt", "prauth",
	"prcolbl", "prdate", "protect", "protlevel", "psover", "psz", "ptabldot", "ptablmdot", "ptablminus",
	"ptablnone", "ptabluscore", "pvmrg", "pvpara", "pvpg", "pwd", "qc", "qd", "qj", "qk", "ql", "qmspace",
	"qnatural", "qr", "qt", "rawclbgbdiag", "rawclbgcross", "rawclbgdcross", "rawclbgdkbdiag",
	"rawclbgdkcross", "rawclbgdkdcross", "rawclbgdkfdiag", "rawclbgdkhor", "rawclbgdkvert", "rawclbgfdiag",
	"rawclbghoriz", "rawclbgvert", "rdblquote", "readprot", "red", "relyonvml", "remdttm",
	"rempersonalinfo", "revauth", "revauthdel", "revbar", "revdttm", "revdttmdel", "revised", "revisions",
	"revprop", "revprot", "ri", "rin", "row", "rquote", "rsid", "rsidroot", "rtlch", "rtldoc", "rtlgutter",
	"rtlmark", "rtlpar", "rtlrow", "rtlsect", "s", "sa", "saauto", "saftnnalc", "saftnnar", "saftnnauc",
	"saftnnchi", "saftnnchosung", "saftnncnum", "saftnndbar", "saftnndbnum", "saftnndbnumd",
	"saftnndbnumk", "saftnndbnumt", "saftnnganada", "saftnngbnum", "saftnngbnumd", "saftnngbnumk",
	"saftnngbnuml", "saftnnrlc", "saftnnruc", "saftnnzodiac", "saftnnzodiacd", "saftnnzodiacl",
	"saftnrestart", "saftnrstcont", "saftnstart", "sautoupd", "saveinvalidxml", "saveprevpict", "sb",
	"sbasedon", "sbauto", "sbkcol", "sbkeven", "sbknone", "sbkodd", "sbkpage", "sbys", "scaps", "scompose",
	"sec", "sect", "sectd", "sectdefaultcl", "sectlinegrid", "sectnum", "sectrsid", "sectspecifycl",
	"sectspecifygen", "sectspecifyl", "sectunlocked", "sftnbj", "sftnnalc", "sftnnar", "sftnnauc",
	"sftnnchi", "sftnnchosung", "sftnncnum", "sftnndbar", "sftnndbnum", "sftnndbnumd", "sftnndbnumk",
	"sftnndbnumt", "sftnnganada", "sftnngbnum", "sftnngbnumd", "sftnngbnumk", "sftnngbnuml", "sftnnrlc",
	"sftnnruc", "sftnnzodiac", "sftnnzodiacd", "sftnnzodiacl", "sftnrestart", "sftnrstcont", "sftnrstpg",
	"sftnstart", "sftntj", "shad", "shidden", "shift", "showplaceholdtext", "showxmlerrors", "shpbottom",
	"shpbxcolumn", "shpbxignore", "shpbxmargin", "shpbxpage", "shpbyignore", "shpbymargin", "shpbypage",
	"shpbypara", "shpfblwtxt", "shpfhdr", "shpleft", "shplid", "shplockanchor", "shpright", "shptop",
	"shpwr", "shpwrk", "shpz", "sl", "slink", "slleading", "slmaximum", "slminimum", "slmult", "slocked",
	"snaptogridincell", "snext", "softcol", "softlheight", "softline", "softpage", "spersonal",
	"spltpgpar", "splytwnine", "spriority", "sprsbsp", "sprslnsp", "sprsspbf", "sprstsm", "sprstsp", "spv",
	"sqformat", "srauth", "srdate", "sreply", "sscharaux", "ssemihidden", "sste", "stextflow", "strike",
	"strikec", "striked", "strokec", "strokewidth", "stshfbi", "stshfdbch", "stshfhich", "stshfloch",
	"stylelock", "stylelockbackcomp", "stylelockenforced", "stylelockqfset", "stylelocktheme",
	"stylesortmethod", "styrsid", "sub", "subfontbysize", "sunhideused", "super", "swpbdr", "tab",
	"tabsnoovrlp", "taprtl", "tb", "tblind", "tblindtype", "tbllkbestfit", "tbllkborder", "tbllkcolor",
	"tbllkfont", "tbllkhdrcols", "tbllkhdrrows", "tbllklastcol", "tbllklastrow", "tbllknocolband",
	"tbllknorowband", "tbllkshading", "tblrsid", "tcelld", "tcf", "tdfrmtxtBottom", "tdfrmtxtLeft",
	"tdfrmtxtRight", "tdfrmtxtTop", "themelang", "themelangcs", "themelangfe", "titlepg", "tldot", "tleq",
	"tlhyph", "tlmdot", "tlth", "tlul", "toplinepunct", "tphcol", "tphmrg", "tphpg", "tposnegx",
	"tposnegy", "tposx", "tposxc", "tposxi", "tposxl", "tposxo", "tposxr", "tposy", "tposyb", "tposyc",
	"tposyil", "tposyin", "tposyout", "tposyt", "tpvmrg", "tpvpara", "tpvpg", "tqc", "tqdec", "tqr",
	"trackformatting", "trackmoves", "transmf", "trauth", "trautofit", "trbgbdiag", "trbgcross",
	"trbgdcross", "trbgdkbdiag", "trbgdkcross", "trbgdkdcross", "trbgdkfdiag", "trbgdkhor", "trbgdkvert",
	"trbgfdiag", "trbghoriz", "trbgvert", "trbrdrb", "trbrdrh", "trbrdrl", "trbrdrr", "trbrdrt", "trbrdrv",
	"trcbpat", "trcfpat", "trdate", "trftsWidth", "trftsWidthA", "trftsWidthB", "trgaph", "trhdr",
	"trkeep", "trkeepfollow", "trleft", "trowd", "trpaddb", "trpaddfb", "trpaddfl", "trpaddfr", "trpaddft",
	"trpaddl", "trpaddr", "trpaddt", "trpadob", "trpadofb", "trpadofl", "trpadofr", "trpadoft", "trpadol",
	"trpador", "trpadot", "trpat", "trqc", "trql", "trqr", "trrh", "trshdng", "trspdb", "trspdfb",
	"trspdfl", "trspdfr", "trspdft", "trspdl", "trspdr", "trspdt", "trspob", "trspofb", "trspofl",
	"trspofr", "trspoft", "trspol", "trspor", "trspot", "truncatefontheight", "truncex", "trwWidth",
	"trwWidthA", "trwWidthB", "ts", "tsbgbdiag", "tsbgcross", "tsbgdcross", "tsbgdkbdiag", "tsbgdkcross",
	"tsbgdkdcross", "tsbgdkfdiag", "tsbgdkhor", "tsbgdkvert", "tsbgfdiag", "tsbghoriz", "tsbgvert",
	"tsbrdrb", "tsbrdrdgl", "tsbrdrdgr", "tsbrdrh", "tsbrdrl", "tsbrdrr", "tsbrdrt", "tsbrdrv",
	"tscbandhorzeven", "tscbandhorzodd", "tscbandsh", "tscbandsv", "tscbandverteven", "tscbandvertodd",
	"tscellcbpat", "tscellcfpat", "tscellpaddb", "tscellpaddfb", "tscellpaddfl", "tscellpaddfr",
	"tscellpaddft", "tscellpaddl", "tscellpaddr", "tscellpaddt", "tscellpct", "tscellwidth",
	"tscellwidthfts", "tscfirstcol", "tscfirstrow", "tsclastcol", "tsclastrow", "tscnecell", "tscnwcell",
	"tscsecell", "tscswcell", "tsd", "tsnowrap", "tsrowd", "tsvertalb", "tsvertalc", "tsvertalt",
	"twoinone", "twoonone", "tx", "txbxtwalways", "txbxtwfirst", "txbxtwfirstlast", "txbxtwlast",
	"txbxtwno", "u", "uc", "ul", "ulc", "uld", "uldash", "uldashd", "uldashdd", "uldb", "ulhwave",
	"ulldash", "ulnone", "ulth", "ulthd", "ulthdash", "ulthdashd", "ulthdashdd", "ulthldash", "ululdbwave",
	"ulw", "ulwave", "up", "useltbaln", "usenormstyforlist", "utinl", "v", "validatexml", "vern",
	"version", "vertal", "vertalb", "vertalc", "vertalj", "vertalt", "vertdoc", "vertsect", "viewbksp",
	"viewh", "viewkind", "viewnobound", "viewscale", "vieww", "viewzk", "webhidden", "widctlpar",
	"widowctrl", "wmetafile", "wpeqn", "wpjst", "wpsp", "wraparound", "wrapdefault", "wrapthrough",
	"wraptight", "wraptrsp", "wrppunct", "xef", "yr", "yts", "yxe", "zwbo", "zwj", "zwnbo", "zwnj",
};

static const char *const destinations[] = {
	"aftncn", "aftnsep", "aftnsepc", "annotation", "atnauthor", "atndate", "atnicn", "atnid", "atnparent",
	"atnref", "atntime", "atrfend", "atrfstart", "author", "background", "bkmkend", "bkmkstart", "blipuid",
	"buptim", "category", "colortbl", "comment", "company", "creatim", "defchp", "defpap", "do", "doccomm",
	"dptxbxtext", "ebcend", "ebcstart", "falt", "ffdeftext", "ffformat", "ffhelptext", "ffl", "ffname",
	"ffstattext", "field", "fldinst", "fldrslt", "fldtype", "fname", "fonttbl", "footer", "footerf",
	"footerl", "footerr", "footnote", "formfield", "ftncn", "ftnsep", "ftnsepc", "generator", "header",
	"headerf", "headerl", "headerr", "info", "keywords", "latentstyles", "levelnumbers", "leveltext",
	"lfolevel", "list", "listlevel", "listname", "listoverride", "listoverridetable", "listpicture",
	"liststylename", "listtable", "listtext", "lsdlockedexcept", "macc", "maccPr", "manager", "mathPict",
	"mbar", "mbarPr", "mbaseJc", "mbegChr", "mborderBox", "mborderBoxPr", "mbox", "mboxPr", "mcGp",
	"mcGpRule", "mcSp", "mchr", "mcount", "mctrlPr", "md", "mdPr", "mdeg", "mdegHide", "mden", "mdiff",
	"me", "mendChr", "meqArr", "meqArrPr", "mf", "mfName", "mfPr", "mfunc", "mfuncPr", "mgroupChr",
	"mgroupChrPr", "mgrow", "mhideBot", "mhideLeft", "mhideRight", "mhideTop", "mlim", "mlimLoc",
	"mlimLow", "mlimLowPr", "mlimUpp", "mlimUppPr", "mlimloc", "mlimlow", "mlimlowPr", "mlimupp",
	"mlimuppPr", "mm", "mmPr", "mmathPict", "mmathPr", "mmaxDist", "mmaxdist", "mmc", "mmcJc", "mmcPr",
	"mmcs", "mmr", "mnary", "mnaryPr", "mnoBreak", "mnum", "moMath", "moMathPara", "moMathParaPr",
	"mobjDist", "mopEmu", "mphant", "mphantPr", "mplcHide", "mpos", "mr", "mrPr", "mrSp", "mrSpRule",
	"mrad", "mradPr", "msPre", "msPrePr", "msSub", "msSubPr", "msSubSup", "msSubSupPr", "msSup", "msSupPr",
	"msepChr", "mshow", "mshp", "mstrikeBLTR", "mstrikeH", "mstrikeTLBR", "mstrikeV", "msub", "msubHide",
	"msup", "msupHide", "mtransp", "mtype", "mvertJc", "mzeroAsc", "mzeroDesc", "mzeroWid",
	"nesttableprops", "nonesttables", "nonshppict", "oldcprops", "oldpprops", "oldsprops", "oldtprops",
	"operator", "panose", "pgp", "pgptbl", "picprop", "pict", "pn", "pnseclvl", "pntext", "pntxta",
	"pntxtb", "printim", "protend", "protstart", "protusertbl", "pxe", "result", "revtbl", "revtim",
	"rsidtbl", "rtf", "rxe", "shp", "shpgrp", "shpinst", "shppict", "shprslt", "shptxt", "sn", "sp",
	"stylesheet", "subject", "sv", "svb", "tc", "tcn", "title", "txe", "ud", "upr", "wgrffmtfilter",
	"windowcaption", "xe",
};

/* What goes with its whole group, and what the reader is told. */
static const struct {
	const char *what, *names;
} taken[] = {
	{"custom-properties", "linkval propname staticval userprops"},
	{"custom-ui", "keycode"},
	{"custom-xml", "datastore xmlattrname xmlattrvalue xmlclose xmlname xmlnstbl xmlopen"},
	{"document-variables", "docvar"},
	{"embedded-font", "fontemb fontfile"},
	{"external-link", "bkmkpub file filetbl hlinkbase htmlbase nextfile pubauto xform"},
	{"form-macro", "ffentrymcr ffexitmcr"},
	{"hidden-data", "colorschememapping datafield factoidname htmltag mhtmltag password passwordhash "
		"private themedata writereservation writereservhash"},
	{"mail-merge", "mailmerge"},
	{"ole-object", "objalias objclass objdata objname objsect objtime oleclsid"},
	{"sub-document", "subdocument"},
	{"template", "template"},
	{"unsafe-link", "hl hlfr hlloc hlsrc"},
};

static int by_name(const void *key, const void *row)
{
	return slice_compare(*(const struct slice *)key, slice_str(*(const char *const *)row));
}

static bool stands_in(struct slice name, const char *const *table, size_t rows)
{
	return bsearch(&name, table, rows, sizeof *table, by_name) != NULL;
}

bool words_list(const char *words, struct slice word)
{
	for (const char *at = words; word.len && *at;) {
		size_t len = (size_t)(strchrnul(at, ' ') - at);
		if (len == word.len && memcmp(at, word.at, len) == 0)
			return true;
		at += len + (at[len] == ' ');
	}
	return false;
}

enum rtf_fate rtf_word_fate(struct slice name, const char **what)
{
	*what = "unknown-element";
	if (stands_in(name, plain, sizeof plain / sizeof plain[0]))
		return RTF_PLAIN;
	if (stands_in(name, destinations, sizeof destinations / sizeof destinations[0]))
		return RTF_DESTINATION;
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
		if (words_list(taken[i].names, name)) {
			*what = taken[i].what;
			return RTF_TAKEN;
		}
	return RTF_UNKNOWN;
}
