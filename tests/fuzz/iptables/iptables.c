/* iptables-save, the same bytes for both families */
#include "fuzz/firewall.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct result read_rules(struct slice text, struct atlas_names *names, struct arena *arena,
                                struct ruleset **out)
{
	return ruleset_read_iptables(text, text, names, arena, out, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return firewall_fuzz(slice_of(data, size), read_rules);
}
