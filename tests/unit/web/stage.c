/* stage OUTER INNER - the pages over the stage set of peers.c, for looking at them
 * in a browser (tests/e2e/look.js); prints the sessions it knows.           */
#include "peers.h"

#include <stdio.h>
#include <stdlib.h>

static void log_line(void *context, const char *line)
{
	(void)context;
	fprintf(stderr, "%s\n", line);
}

int main(int argc, char **argv)
{
	struct why why = {OK, "", ""};
	struct random random = random_system();
	struct clock clock = clock_fixed(INT64_C(1795140000000));
	struct web *web = NULL;
	int outer = -1, inner = -1;
	if (argc != 3 || web_listen(argv[1], &outer, &why).code != OK ||
	    web_listen(argv[2], &inner, &why).code != OK) {
		fprintf(stderr, "stage OUTER INNER: %s %s\n", why.place, why.text);
		return 2;
	}
	const char *const outer_hosts[] = {argv[1], NULL}, *const inner_hosts[] = {argv[2], NULL};
	struct web_parts parts = {.random = &random, .clock = &clock, .body = "aonami", .title = "青波市",
		.duties = (struct duties *)&random, .policy_name = "hannan", .help = "デジタル推進課（内線 2140）", .clamd = "", .seal_socket = "",
		.seal_note = "", .dir = "/"};
	struct web_options options = {.outer = {outer, outer_hosts}, .inner = {inner, inner_hosts},
		.strict_templates = true, .log = log_line, .per_address = 200};
	if (web_open(&parts, &options, &web, &why).code != OK) {
		fprintf(stderr, "%s: %s\n", why.place, why.text);
		return 1;
	}
	printf("{\"staff_outer\":\"%s\",\"staff_inner\":\"%s\",\"manager_inner\":\"%s\",\"chief_inner\":\"%s\","
	       "\"half_inner\":\"%s\"}\n", staff_outer, staff_inner, manager_inner, chief_inner, half_inner);
	fflush(stdout);
	while (web_turn(web, -1, 1000, &why).code == OK)
		continue;
	return 1;
}
