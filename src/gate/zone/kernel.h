/* gate/zone/kernel.h - the only code that changes the kernel's packet filter */
#ifndef SEKISHO_ZONE_KERNEL_H
#define SEKISHO_ZONE_KERNEL_H

#include "gate/net/space.h"
#include "gate/zone/snapshot.h"

struct kernel;

/* kernel_open - E_DENIED without CAP_NET_ADMIN */
struct result kernel_open(struct kernel **out, struct why *why) MUST;
void kernel_close(struct kernel *kernel);
void kernel_drop(struct kernel **kernel);

/* kernel_apply - one transaction: all of it or nothing
 * text    nft's language; begins with "flush ruleset"
 * errors  E_INPUT the kernel or nft refuses it: the old one stays, whole     */
struct result kernel_apply(struct kernel *kernel, struct slice text, struct why *why) MUST;
/* kernel_list - what `nft -j list ruleset` would print */
struct result kernel_list(struct kernel *kernel, struct buffer *out, struct why *why) MUST;
struct result kernel_snapshot(struct kernel *kernel, struct snapshot *out, struct why *why) MUST;

/* Who changed something: the last that the kernel named. */
struct kernel_news {
	size_t messages;
	bool lost;         /* there was more than the socket could hold */
	uint32_t process;  /* 0 unknown */
	char name[32];
};
/* kernel_events - the descriptor to poll; kernel_hear reads it without waiting */
int kernel_events(const struct kernel *kernel);
struct result kernel_hear(struct kernel *kernel, struct kernel_news *out, struct why *why) MUST;

/* kernel_cut_connections - take out of the connection tracker what the boxes do
 * not permit (artefact_connections); loopback apart
 * cut     nullable; how many                                                */
struct result kernel_cut_connections(struct kernel *kernel, const struct boxes *permitted, size_t *cut, struct why *why) MUST;

#endif
