/* gate/file/picture.h - what the picture formats share; inside the room only
 *
 * A picture is decoded and encoded anew: what reaches the output went through
 * numbers (pixels, coefficients, palette entries, a few typed header fields).
 * The coded pixels of PNG and sequential JPEG alone are carried where they were
 * decoded to their last bit and could not say anything else (see there); a
 * switch has them encoded anew always.  Each reader walks its container itself first,
 * strictly and within bounds, so that sizes are known and paid for before any
 * library sees the picture, and so that what is left out can be named.
 * The libraries are given memory, never a file; what a strict decoder only
 * warns about counts as damage.  Rebuilding a rebuilt picture changes nothing.
 */
#ifndef SEKISHO_GATE_FILE_PICTURE_H
#define SEKISHO_GATE_FILE_PICTURE_H

#include "gate/file/job.h"

/* Turned by 90 degrees means that width and height change places. */
#define ORIENTATION_TURNED(o) ((o) >= 5)

/* exif_orientation - 1..8 from an Exif TIFF block; 1 where it says nothing sound
 * source  Exif 2.3, 4.6.2; TIFF 6.0, section 2 and tag 274                    */
unsigned exif_orientation(struct slice tiff);

/* pixels_orient - turn and mirror so that orientation 1 is right afterwards
 * from, to   width*height pixels of `bytes` bytes each, no padding; not the same
 * width      of `from`                                                        */
void pixels_orient(const uint8_t *from, uint8_t *to, uint32_t width, uint32_t height,
                   unsigned bytes, unsigned orientation);

/* picture_pay - the pixels of one picture or frame, and the work of decoding them
 * errors  E_INPUT: a side of 0 is damaged; over the budget is a bomb          */
struct result picture_pay(struct job *job, uint64_t width, uint64_t height) MUST;

/* picture_anew - coded pixels may not be carried, by the switch "picture-coding";
 * where that refuses a file for them, it does so here                         */
bool picture_anew(struct job *job);

/* picture_memory - the system has no memory within its ceiling */
struct result picture_memory(struct why *why) MUST;

/* picture_place - "offset 1234" in the arena, "" when that is full */
const char *picture_place(struct job *job, size_t offset);

/* free_drop - for AUTO(free_drop) on any malloc'd pointer */
void free_drop(void *pointer);

#endif
