/* gate/file/picture_jpeg.h - a sequential JPEG without the way through libjpeg
 *
 * The coding of most pictures is already what libjpeg would write of their
 * coefficients; of the others it mostly differs in the order of symbols or in
 * what it says of blocks outside of the picture.  jpeg_carry reads the tables and
 * the frame as typed values, walks the coding code by code and writes the headers
 * anew, around the same bytes (jpeg_scan_plain) or around codes written anew
 * (jpeg_scan_write); the result is to the bit what going through libjpeg gives, but
 * for one thing: restart markers stay (libjpeg's way leaves them out).  Whatever is
 * otherwise, progressive or only odd, goes through libjpeg.
 * source  ITU-T T.81 annexes B, C, F; JFIF 1.02
 */
#ifndef SEKISHO_GATE_FILE_PICTURE_JPEG_H
#define SEKISHO_GATE_FILE_PICTURE_JPEG_H

#include "base/buffer.h"

enum { JPEG_PARTS = 4, JPEG_TABLES = 4, JPEG_LENGTHS = 16, JPEG_COEFFICIENT_MOST = 1023 };

/* Huffman codes as B.2.4.2 tells them: symbols by the length of their codes */
struct jpeg_code {
	bool told;
	uint8_t counts[JPEG_LENGTHS]; /* of length i + 1 */
	uint8_t symbols[256];
	size_t n;
};

struct jpeg_part { /* a component */
	uint8_t id, across, down; /* blocks in an MCU */
	uint8_t quant, dc, ac;    /* numbers of tables; dc and ac at most 1 */
	uint32_t wide, high;      /* blocks that hold something of the picture */
};

struct jpeg_frame {
	uint32_t width, height, columns, rows; /* pixels; MCUs */
	unsigned parts;
	struct jpeg_part part[JPEG_PARTS];
	struct jpeg_code dc[JPEG_TABLES], ac[JPEG_TABLES];
	uint32_t restart; /* MCUs between two restart markers; 0: none */
};

/* jpeg_code_sound - no code of ones only, no symbol twice: T.81 C.2
 * jpeg_code_order - symbols of one length by their value; true if they were not */
bool jpeg_code_sound(const struct jpeg_code *code);
bool jpeg_code_order(struct jpeg_code *code);

/* jpeg_scan_plain - is this the one way in which libjpeg codes these coefficients?
 * Every code is one of the tables', every coefficient has its place and at most
 * 10 bits (a step of DC 11, never further than JPEG_COEFFICIENT_MOST), blocks and
 * runs end in the shortest way, blocks outside of the picture say nothing, restart
 * markers count upwards, bits left over are ones, and an FF is followed by its 00.
 * frame   its codes are sound
 * coding  from behind the scan's header
 * used    written when true: bytes up to the marker that follows             */
bool jpeg_scan_plain(const struct jpeg_frame *frame, struct slice coding, size_t *used);
/* jpeg_scan_write - the coefficients, written in that one way
 * codes   those that are written, sound
 * false   it is damaged, lacks a code, or out is full: out holds a part      */
bool jpeg_scan_write(const struct jpeg_frame *frame, const struct jpeg_frame *codes, struct slice coding,
                     struct buffer *out, size_t *used);

/* jpeg_carry - true: out has grown by the picture; else out is as it was     */
bool jpeg_carry(struct slice in, struct buffer *out);

#endif
