/* One part of an original: where libxml2 takes it for XML, skimming it tells of the
 * same names in the same order, and of the same texts, white space aside.    */
#include "gate/inspect/office.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void on_element(struct part *part, struct slice name, const char *ns, const struct attribute *attributes, size_t count)
{
	(void)ns, (void)attributes, (void)count;
	buffer_put_u8(part->user, '\1');
	buffer_put_slice(part->user, name);
	buffer_put_u8(part->user, '\2');
}

static void on_end(struct part *part, struct slice name)
{
	(void)name;
	buffer_put_u8(part->user, '\3');
}

static void on_text(struct part *part, struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] > ' ')
			buffer_put_u8(part->user, text.at[i]);
}

static bool read_part(struct slice in, bool skims, struct buffer *told, struct inspect_report *report)
{
	struct arena *arena = arena_new(1 << 20);
	struct names *names = NULL;
	struct look look = {.arena = arena, .left = inspect_limits_default(), .report = report, .path = "",
	                    .comparing = skims, .names = &names};
	struct part part = {.look = &look, .name = "part", .element = on_element, .text = on_text, .end = on_end,
	                    .user = told, .skims = skims};
	*report = (struct inspect_report){.reason = ""};
	look.tail = &report->findings;
	bool fine = xml_read(&part, in);
	arena_free(arena);
	return fine;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct inspect_report report;
	struct buffer whole, skimmed;
	inspect_prepare();
	buffer_init(&whole, size * 3 + 64);
	buffer_init(&skimmed, size * 3 + 64);
	bool fine = read_part(slice_of(data, size), false, &whole, &report);
	bool skims = read_part(slice_of(data, size), true, &skimmed, &report);
	demand(!fine || (skims && slice_equal(buffer_slice(&whole), buffer_slice(&skimmed))));
	buffer_done(&whole);
	buffer_done(&skimmed);
	return 0;
}
