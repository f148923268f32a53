/* What the picture formats share; see picture.h. */
#include "gate/file/picture.h"

#include "base/checked.h"
#include "base/cursor.h"

#include <stdlib.h>

enum { TAG_ORIENTATION = 274, TYPE_SHORT = 3, WORK_A_PIXEL = 4 };

struct exif {
	struct cursor at;
	bool big;
};

static uint16_t take16(struct exif *x)
{
	return x->big ? cursor_take_be16(&x->at) : cursor_take_le16(&x->at);
}

static uint32_t take32(struct exif *x)
{
	return x->big ? cursor_take_be32(&x->at) : cursor_take_le32(&x->at);
}

unsigned exif_orientation(struct slice tiff)
{
	struct exif x = {.at = cursor_of(tiff, NULL)};
	x.big = slice_starts(tiff, SLICE("MM"));
	if (!x.big && !slice_starts(tiff, SLICE("II")))
		return 1;
	cursor_skip(&x.at, 2);
	if (take16(&x) != 42)
		return 1;
	cursor_seek(&x.at, take32(&x));
	for (unsigned entries = take16(&x); entries > 0 && cursor_ok(&x.at); entries--) {
		uint16_t tag = take16(&x), type = take16(&x);
		uint32_t count = take32(&x);
		uint16_t value = take16(&x);
		cursor_skip(&x.at, 2);
		if (tag == TAG_ORIENTATION && cursor_ok(&x.at))
			return type == TYPE_SHORT && count == 1 && value >= 1 && value <= 8 ? value : 1;
	}
	return 1;
}

/* For each orientation: does the stored row run right to left, the stored
 * column bottom to top, and are rows and columns exchanged on the screen?    */
static const struct {
	bool right_to_left, bottom_up, turned;
} orientations[9] = {
	{0}, {false, false, false}, {true, false, false}, {true, true, false}, {false, true, false},
	{false, false, true}, {false, true, true}, {true, true, true}, {true, false, true},
};

void pixels_orient(const uint8_t *from, uint8_t *to, uint32_t width, uint32_t height,
                   unsigned bytes, unsigned orientation)
{
	const size_t w = width, h = height;
	const bool turned = orientations[orientation].turned;
	for (size_t y = 0; y < h; y++) {
		size_t row = orientations[orientation].bottom_up ? h - 1 - y : y;
		for (size_t x = 0; x < w; x++) {
			size_t column = orientations[orientation].right_to_left ? w - 1 - x : x;
			size_t at = turned ? column * h + row : row * w + column;
			memcpy(to + at * bytes, from + (y * w + x) * bytes, bytes);
		}
	}
}

struct result picture_pay(struct job *job, uint64_t width, uint64_t height)
{
	uint64_t pixels;
	if (width == 0 || height == 0)
		return job_refuse(job, REFUSAL_DAMAGED, "", "a picture of %llu x %llu pixels",
		                  (unsigned long long)width, (unsigned long long)height);
	if (!mul_u64(width, height, &pixels) || pixels > UINT64_MAX / WORK_A_PIXEL)
		pixels = UINT64_MAX / WORK_A_PIXEL;
	TRY(job_pay_pixels(job, pixels));
	return job_pay_work(job, pixels * WORK_A_PIXEL);
}

/* Not told among the removals otherwise: the picture is the same. */
bool picture_anew(struct job *job)
{
	if (rules_refuse(&job->rules, "picture-coding"))
		job_drop(job, "picture-coding", "");
	return rules_strip(&job->rules, "picture-coding");
}

struct result picture_memory(struct why *why)
{
	return fail(why, E_MEMORY, "", "no memory for the picture");
}

const char *picture_place(struct job *job, size_t offset)
{
	const char *place = arena_printf(job->arena, "offset %zu", offset);
	return place ? place : "";
}

void free_drop(void *pointer)
{
	void **at = pointer;
	free(*at);
	*at = NULL;
}
