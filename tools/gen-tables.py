#!/usr/bin/env python3
"""Writes src/base/cp932_table.c and src/base/nfc_table.c.

Run by hand when a table must change, never by the build; the results are
committed.  CP932 comes from Python's codec of Microsoft's code page 932, the
canonical mappings from Python's unicodedata (its version is written into the
file).  Usage: tools/gen-tables.py SRC_BASE_FOLDER
"""
import sys
import unicodedata

LEADS = [b for b in list(range(0x81, 0xA0)) + list(range(0xE0, 0xFD)) if not 0xF0 <= b <= 0xF9]
TRAILS = [b for b in range(0x40, 0xFD) if b != 0x7F]


def rows(values, form, width):
    lines, line = [], "\t"
    for value in values:
        text = form(value) + ","
        if len(line) + len(text) > width:
            lines.append(line)
            line = "\t"
        line += text
    return "\n".join(lines + [line])


def rank(code):
    """Which of several codes is written: JIS X 0208, NEC row 13, IBM (FA-FC), NEC's IBM (ED, EE)."""
    lead = code >> 8
    return 1 if lead == 0x87 else 2 if lead >= 0xFA else 3 if lead in (0xED, 0xEE) else 0


def cp932():
    cells, reverse = [], {}
    used = []
    for lead in LEADS:
        row = []
        for trail in TRAILS:
            try:
                row.append(ord(bytes([lead, trail]).decode("cp932")))
            except UnicodeDecodeError:
                row.append(0)
        if any(row):
            used.append(lead)
            for i, code in enumerate(row):
                if code:
                    cell = (len(used) - 1) * 188 + i
                    old = reverse.get(code)
                    if old is None or rank(lead << 8) < rank(used[old // 188] << 8):
                        reverse[code] = cell
            cells += row
    index = [used.index(b) + 1 if b in used else 0 for b in range(256)]
    order = [reverse[code] for code in sorted(reverse)]
    return used, index, cells, order


def write_cp932(folder):
    used, index, cells, order = cp932()
    with open(folder + "/cp932_table.c", "w", encoding="utf-8", newline="\n") as f:
        f.write("/* Written by tools/gen-tables.py; do not edit.  CP932 to Unicode, a row of 188\n"
                " * cells for each lead byte that is used, and the cells in order of Unicode. */\n"
                '#include "base/tables.h"\n\n')
        f.write("const uint8_t cp932_row[256] = {\n%s\n};\n" % rows(index, str, 100))
        f.write("const uint8_t cp932_lead[CP932_ROWS] = {\n%s\n};\n" % rows(used, str, 100))
        f.write("const uint16_t cp932_cell[CP932_ROWS * 188] = {\n%s\n};\n"
                % rows(cells, lambda v: "0x%X" % v if v else "0", 100))
        f.write("const uint16_t cp932_order[CP932_CHARACTERS] = {\n%s\n};\n" % rows(order, str, 100))
    return len(used), len(order)


def decompositions():
    found = []
    for code in range(0x110000):
        text = unicodedata.decomposition(chr(code))
        if text and not text.startswith("<"):
            parts = [int(p, 16) for p in text.split()]
            found.append((code, parts[0], parts[1] if len(parts) > 1 else 0))
    return found


def classes():
    ranges = []
    for code in range(0x110000):
        value = unicodedata.combining(chr(code))
        if not value:
            continue
        if ranges and ranges[-1][1] == code - 1 and ranges[-1][2] == value:
            ranges[-1][1] = code
        else:
            ranges.append([code, code, value])
    return ranges


def write_nfc(folder):
    split, ranges = decompositions(), classes()
    primary = [i for i, (code, a, b) in enumerate(split)
               if b and unicodedata.normalize("NFC", chr(a) + chr(b)) == chr(code)]
    primary.sort(key=lambda i: (split[i][1], split[i][2]))
    with open(folder + "/nfc_table.c", "w", encoding="utf-8", newline="\n") as f:
        f.write("/* Written by tools/gen-tables.py; do not edit.  Unicode %s: canonical\n"
                " * decompositions, which of them compose again, and combining classes. */\n"
                '#include "base/tables.h"\n\n' % unicodedata.unidata_version)
        f.write("const struct nfc_split nfc_split[NFC_SPLITS] = {\n%s\n};\n"
                % rows(split, lambda s: "{0x%X,0x%X,0x%X}" % s, 100))
        f.write("const uint16_t nfc_pair[NFC_PAIRS] = {\n%s\n};\n" % rows(primary, str, 100))
        f.write("const struct nfc_class nfc_class[NFC_CLASSES] = {\n%s\n};\n"
                % rows(ranges, lambda r: "{0x%X,0x%X,%d}" % tuple(r), 100))
    return len(split), len(primary), len(ranges)


def main():
    folder = sys.argv[1]
    cp = write_cp932(folder)
    nfc = write_nfc(folder)
    with open(folder + "/tables.h", "w", encoding="utf-8", newline="\n") as f:
        f.write("""/* base/tables.h - written by tools/gen-tables.py; do not edit; inside the room only */
#ifndef SEKISHO_BASE_TABLES_H
#define SEKISHO_BASE_TABLES_H

#include <stdint.h>

enum {
	CP932_ROWS = %d,
	CP932_CHARACTERS = %d,
	NFC_SPLITS = %d,
	NFC_PAIRS = %d,
	NFC_CLASSES = %d,
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
""" % (cp + nfc))


main()
