/* Whatever the bytes: messages and their attributes, three levels deep, lie inside
 * the datagram.                                                             */
#include "gate/zone/netlink.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bounds {
	struct slice all;
};

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void within(const struct bounds *b, struct slice s)
{
	demand(s.len == 0 || (s.at >= b->all.at && s.at + s.len <= b->all.at + b->all.len));
}

static void attributes(const struct bounds *b, struct slice list, int depth)
{
	struct cursor c = cursor_of(list, NULL);
	struct attribute a;
	while (attribute_next(&c, &a)) {
		within(b, a.value);
		within(b, attribute_text(a.value));
		if (depth < 3)
			attributes(b, a.value, depth + 1);
	}
}

static struct result each(void *context, const struct netlink_message *m, struct why *why)
{
	(void)why;
	within(context, m->attributes);
	attributes(context, m->attributes, 0);
	return ok();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bounds bounds = {slice_of(data, size)};
	struct netlink_state state = {false, false, 0};
	demand(netlink_parse(bounds.all, each, &bounds, &state, NULL).code == OK);
	demand(state.error >= 0 && state.error < 4096);
	return 0;
}
