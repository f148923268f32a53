/* base/text.h - UTF-8, CP932, normalisation and safe file names
 *
 * UTF-8 is validated once, at the edge.  CP932 is decoded by our own table:
 * converters differ (髙 is FBFC or EEE0: both are read, FBFC is written), and
 * a conversion error is a verdict, never a '?'.
 * source  Unicode 14 (chapter 3, D92; UAX 15); Microsoft code page 932
 */
#ifndef SEKISHO_BASE_TEXT_H
#define SEKISHO_BASE_TEXT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* utf8_valid - shortest form, no surrogates, up to U+10FFFF */
bool utf8_valid(struct slice text);
/* utf8_next - the code point at *pos, moving *pos; -1 at the end, -2 (moved by
 * one byte) where the bytes are not UTF-8                                  */
int32_t utf8_next(struct slice text, size_t *pos);
/* utf8_put - append one code point; surrogates and > 10FFFF become U+FFFD */
void utf8_put(struct buffer *out, uint32_t code);
/* utf8_length - code points in valid text */
size_t utf8_length(struct slice text);

/* cp932_valid, cp932_to_utf8 - E_INPUT names the offset of the first bad byte */
bool cp932_valid(struct slice bytes);
struct result cp932_to_utf8(struct slice bytes, struct buffer *out, struct why *why) MUST;
/* cp932_from_utf8 - E_INPUT names the offset of a character without CP932 form;
 * 〜 − ‖ ¢ £ ¬ — are written as their Microsoft twins ～ － ∥ ￠ ￡ ￢ ― and are
 * therefore not read back as they were.  Both append; E_LIMIT at the ceiling */
struct result cp932_from_utf8(struct slice text, struct buffer *out, struct why *why) MUST;

/* nfc - append the canonical composition of valid UTF-8 (kana, Latin, Hangul: all
 * of it); more than 30 marks on one character are ordered in groups only.  What
 * is not UTF-8 becomes U+FFFD */
void nfc(struct slice text, struct buffer *out);
/* half_width - ０-９Ａ-Ｚａ-ｚ and full-width ASCII marks to ASCII; rest as is */
void half_width(struct slice text, struct buffer *out);

/* What was wrong with a file name that people gave. */
enum name_fault {
	NAME_OK = 0,
	NAME_PATH = 1 << 0,      /* directories, drive, '..': cut off */
	NAME_CONTROL = 1 << 1,   /* control, bidi, zero-width: removed */
	NAME_DEVICE = 1 << 2,    /* CON, NUL, COM1 ...: underscore put before */
	NAME_RESERVED = 1 << 3,  /* \ / : * ? " < > | : replaced by full-width */
	NAME_EDGE = 1 << 4,      /* leading, trailing dot or space: removed */
	NAME_LONG = 1 << 5,      /* over 255 bytes or 120 characters: shortened, ending kept */
	NAME_EMPTY = 1 << 6,     /* nothing left: 名称なし */
	NAME_COMPOSED = 1 << 7,  /* was not NFC */
	NAME_DOUBLE = 1 << 8,    /* double ending such as .pdf.exe: reported only */
};
/* safe_name - one safe, right name in NFC out of valid UTF-8
 * out   cleared first; its ceiling >= 512
 * returns the union of enum name_fault                                    */
unsigned safe_name(struct slice name, struct buffer *out);
/* name_ending - lower-case ASCII ending without the dot, "" if none; out >= 16 */
void name_ending(struct slice name, char out[16]);
/* name_with_ending - the name with this ending in place of its own, or behind it
 * where it has none, no longer than safe_name lets it be; of a path, of its last
 * name; "": as it is.  In the arena; NULL when that is full                  */
struct arena;
const char *name_with_ending(struct slice name, const char *ending, struct arena *arena);

#endif
