/* sekisho-web - the pages: the outer listener for the Internet zone, the inner
 * one for the LGWAN zone.  Plain HTTP; TLS in production is a proxy's in front. */
#include "base/file.h"
#include "bin/program.h"
#include "house/house.h"
#include "jail/jail.h"
#include "web/web.h"

#include <stdio.h>
#include <string.h>

static const char name[] = "sekisho-web";
enum { HOSTS = 8, TURN_MS = 1000 };

struct options {
	struct program_options program;
	const char *address[2];          /* outer, inner */
	const char *hosts[2][HOSTS + 1]; /* what the Host header may say */
	size_t host_count[2];
	const char *help;
	struct paper_font *font; /* opened before the jail; NULL where the machine has none */
	bool behind_tls, strict;
	char *rest[32];
	int rest_count;
};

static const char usage[] =
	"  --outer ADDR:PORT, --inner ADDR:PORT   instead of sekisho.conf's\n"
	"  --outer-host NAME, --inner-host NAME   names the listener answers to (8 each)\n"
	"  --behind-tls   a proxy ends TLS: Secure cookies, its X-Forwarded-For\n"
	"  --help-line TEXT   whom people call\n"
	"  --strict       an unknown name in a template is an error\n";

static bool add_host(struct options *o, int side, const char *host)
{
	if (o->host_count[side] == HOSTS)
		return false;
	o->hosts[side][o->host_count[side]++] = host;
	return true;
}

/* take - one option of our own; 0 unknown, else how many words it took */
static int take(struct options *o, const char *word, const char *value)
{
	static const char *const addresses[] = {"--outer", "--inner"};
	static const char *const hosts[] = {"--outer-host", "--inner-host"};
	for (int side = 0; side < 2; side++) {
		if (value && strcmp(word, addresses[side]) == 0)
			return o->address[side] = value, 2;
		if (value && strcmp(word, hosts[side]) == 0)
			return add_host(o, side, value) ? 2 : 0;
	}
	if (value && strcmp(word, "--help-line") == 0)
		return o->help = value, 2;
	if (strcmp(word, "--behind-tls") == 0)
		return o->behind_tls = true, 1;
	if (strcmp(word, "--strict") == 0)
		return o->strict = true, 1;
	return 0;
}

static bool read_options(int argc, char **argv, struct options *o)
{
	o->rest[o->rest_count++] = argv[0];
	for (int i = 1; i < argc;) {
		int taken = take(o, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
		if (taken == 0 && o->rest_count < 31)
			o->rest[o->rest_count++] = argv[i];
		i += taken ? taken : 1;
	}
	if (program_options_read(name, o->rest_count, o->rest, &o->program))
		return true;
	fputs(usage, stderr);
	return false;
}

/* A listener answers to its own address, and to localhost when it is bound there. */
static void own_hosts(struct options *o, int side, char text[64])
{
	const char *port = strrchr(o->address[side], ':');
	add_host(o, side, o->address[side]);
	if (!port || strncmp(o->address[side], "127.", 4) != 0)
		return;
	snprintf(text, 64, "localhost%s", port);
	add_host(o, side, text);
}

static void log_line(void *context, const char *line)
{
	(void)context;
	program_log(name, "web", "%s", line);
}

static struct web_parts parts_of(struct house *h, const struct options *o)
{
	return (struct web_parts){
		.store = h->store, .vault = h->vault, .ledger = h->ledger, .policy = h->policy,
		.office = h->office, .registers = h->registers, .duties = h->duties, .proceedings = h->proceedings, .crossings = h->crossings,
		.drafts = h->drafts, .transfers = h->transfers, .font = o->font,
		.random = &h->random, .clock = &h->clock, .body = h->settings.body,
		.title = h->settings.title, .policy_name = h->settings.policy,
		.help = o->help ? o->help : "情報担当課", .clamd = h->settings.clamd,
		.seal_socket = h->settings.seal_socket, .seal_note = h->settings.seal_note, .examined = h->settings.examined,
		.dir = h->settings.dir,
	};
}

/* what was adopted is in force from the next request on */
static struct result renew(struct house *house, const struct options *o, struct web *web, struct why *why)
{
	bool renewed = false;
	TRY(house_renew(house, &renewed, why));
	if (!renewed)
		return ok();
	struct web_parts parts = parts_of(house, o);
	program_log(name, "policy-renewed", "%lld drafts adopted", (long long)house->adopted);
	return web_renew(web, &parts, why);
}

static int serve(struct house *house, struct options *o, struct web *web)
{
	struct why why = {0};
	struct jail_applied applied;
	char text[200];
	const struct jail_path paths[] = {{house->settings.dir, JAIL_WRITE}};
	if (!o->program.no_jail) {
		if (jail_enter(&jail_web, NULL, (struct jail_paths){paths, 1}, &applied, &why).code != OK)
			return program_why(name, "jail-failed", &why);
		jail_describe(&applied, text, sizeof text);
		program_log(name, "jailed", "%s", text);
	}
	program_log(name, "started", "outer %s, inner %s", o->address[0], o->address[1]);
	while (!program_ending)
		if (web_turn(web, -1, TURN_MS, &why).code != OK || renew(house, o, web, &why).code != OK)
			return program_why(name, "serve-failed", &why);
	program_log(name, "ended", "asked to end");
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	struct options o = {.help = NULL};
	struct why why = {0};
	char local[2][64];
	AUTO(house_close) struct house house = {0};
	AUTO(fd_close_drop) int outer = -1;
	AUTO(fd_close_drop) int inner = -1;
	AUTO(web_drop) struct web *web = NULL;
	if (!read_options(argc, argv, &o))
		return EXIT_USAGE;
	program_signals();
	if (house_open(o.program.dir, &house, &why).code != OK || house_shelf(&house, &why).code != OK)
		return program_why(name, "start-failed", &why);
	o.address[0] = o.address[0] ? o.address[0] : house.settings.outer;
	o.address[1] = o.address[1] ? o.address[1] : house.settings.inner;
	own_hosts(&o, 0, local[0]);
	own_hosts(&o, 1, local[1]);
	if (web_listen(o.address[0], &outer, &why).code != OK ||
	    web_listen(o.address[1], &inner, &why).code != OK)
		return program_why(name, "listen-failed", &why);
	if (paper_font_open(&o.font, &why).code != OK) /* pages work without: they say so */
		program_why(name, "no-font", &why);
	struct web_parts parts = parts_of(&house, &o);
	struct web_options options = {
		.outer = {outer, o.hosts[0]}, .inner = {inner, o.hosts[1]},
		.behind_tls = o.behind_tls, .strict_templates = o.strict, .log = log_line,
	};
	if (web_open(&parts, &options, &web, &why).code != OK)
		return program_why(name, "start-failed", &why);
	int status = serve(&house, &o, web);
	paper_font_close(o.font);
	return status;
}
