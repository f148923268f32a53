/* base/tables.h - written by tools/gen-tables.py; do not edit; inside the room only */
#ifndef SEKISHO_BASE_TABLES_H
#define SEKISHO_BASE_TABLES_H

#include <stdint.h>

enum {
	CP932_ROWS = 45,
	CP932_CHARACTERS = 7326,
	NFC_SPLITS = 2061,
	NFC_PAIRS = 941,
	NFC_CLASSES = 382,
};

extern const uint8_t cp932_row[256];                  /* lead byte -> row + 1, 0 none */
extern const uint8_t cp932_lead[CP932_ROWS];          /* row -> lead byte */
extern const uint16_t cp932_cell[CP932_ROWS * 188];   /* code point, 0 none */
extern const uint16_t cp932_order[CP932_CHARACTERS];  /* cells by rising code point */

struct nfc_split {
	uint32_t code, first, second; /* second 0: a singleton */
};
struct nfc_class {
	uint32_t from, to;
	uint8_t value;
};
extern const struct nfc_split nfc_split[NFC_SPLITS];  /* by code */
extern const uint16_t nfc_pair[NFC_PAIRS];            /* splits that compose, by first, second */
extern const struct nfc_class nfc_class[NFC_CLASSES]; /* by from */

#endif
