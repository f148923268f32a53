/* cli/documents.h - the demo's documents, made here: no file of anybody's */
#ifndef SEKISHO_CLI_DOCUMENTS_H
#define SEKISHO_CLI_DOCUMENTS_H

#include "base/arena.h"
#include "base/error.h"

struct demo_document {
	const char *name;    /* as a person would have named it */
	struct slice bytes;
};
enum demo_kind {
	DEMO_DOCX,       /* 見積書.docx: harmless */
	DEMO_MACRO,      /* 様式第3号.docm: a macro project and an external template */
	DEMO_PDF,        /* 開催案内.pdf: JavaScript at opening */
	DEMO_ZIP,        /* 添付資料一式.zip: members named in CP932 */
	DEMO_CSV,        /* 名簿.csv: a cell that begins a formula */
	DEMO_DAMAGED,    /* 途中で切れた書類.docx */
	DEMO_DISGUISED,  /* 請求書.pdf that is a program */
	DEMO_VIRUS,      /* 受信ファイル.txt: the EICAR test file */
	DEMO_LEDGER,     /* 固定資産課税台帳（抽出）.xlsx: importance A */
	DEMO_KINDS,
};
struct result demo_document(enum demo_kind kind, struct arena *arena, struct demo_document *out,
                            struct why *why) MUST;

#endif
