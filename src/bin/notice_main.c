/* sekisho-notice - tells people by mail what waits for them
 *
 * The mail server's name is looked up and everything is opened first; then the
 * jail leaves files below the office's folder and connections over the network.
 * A server that does not answer loses nothing: the outbox waits.             */
#include "bin/program.h"
#include "house/house.h"
#include "jail/jail.h"
#include "notice/notice.h"
#include "notice/smtp.h"

#include <unistd.h>

static const char name[] = "sekisho-notice";
enum { ROUND_MS = 1000, TROUBLE_MS = 10000, LETTER_ROOM = 8 << 20 };

static struct result open_notices(struct house *h, struct desk *desk, struct notices **out, struct why *why)
{
	const struct house_settings *s = &h->settings;
	const struct notice_parts parts = {
		.store = h->store, .ledger = h->ledger, .office = h->office, .proceedings = h->proceedings,
		.crossings = h->crossings, .duties = h->duties, .desk = desk, .random = &h->random, .clock = &h->clock, .body = s->body,
		.title = s->title, .from = s->mail_from, .domain = s->mail_domain, .link = s->mail_link};
	house_desk(h, desk);
	if (!s->mail_server[0])
		return fail(why, E_INPUT, "sekisho.conf", "\"mail_server\" is not set: nobody is written to");
	return notices_open(&parts, out, why);
}

static struct result enter_jail(const struct house *house, struct why *why)
{
	/* what TLS asks the machine: its roots of trust and its settings */
	const struct jail_path paths[] = {
		{house->settings.dir, JAIL_WRITE}, {"/etc/ssl", JAIL_READ}, {"/usr/share/ca-certificates", JAIL_READ}};
	size_t count = 1;
	while (count < sizeof paths / sizeof *paths && access(paths[count].path, R_OK) == 0)
		count++;
	struct jail_applied applied;
	char text[200];
	TRY(jail_enter(&jail_notice, NULL, (struct jail_paths){paths, count}, &applied, why));
	jail_describe(&applied, text, sizeof text);
	program_log(name, "jailed", "%s", text);
	return ok();
}

/* One letter; any is false when there is none to write. */
static struct result one_letter(struct house *house, struct notices *notices, struct smtp *smtp, bool *any,
                                struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(LETTER_ROOM);
	struct letter letter;
	struct why answer = {0};
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(letter_next(notices, arena, &letter, any, why));
	if (!*any)
		return ok();
	struct result sent = smtp_send(smtp, house->settings.mail_from, letter.address, letter.message, &answer);
	if (sent.code == OK)
		return letter_sent(notices, &letter, why);
	program_why(name, "send-failed", &answer);
	TRY(letter_failed(notices, &letter, sent.code == E_DENIED, answer.text, why));
	return sent.code == E_DENIED ? ok() : fail(why, sent.code, answer.place, "%s", answer.text);
}

/* a policy that was adopted meanwhile: whoever waits for whom is asked anew */
static struct result renew(struct house *house, struct desk *desk, struct notices **notices, struct why *why)
{
	bool renewed = false;
	TRY(house_renew(house, &renewed, why));
	if (!renewed)
		return ok();
	notices_drop(notices);
	return open_notices(house, desk, notices, why);
}

static struct result round_of(struct house *house, struct notices *notices, struct smtp *smtp,
                              struct why *why)
{
	bool more = true, any = true;
	while (more && !program_ending)
		TRY(notices_follow(notices, &more, why));
	while (any && !program_ending)
		TRY(one_letter(house, notices, smtp, &any, why));
	return ok();
}

int main(int argc, char **argv)
{
	struct program_options options;
	struct why why = {0};
	AUTO(smtp_drop) struct smtp *smtp = NULL;
	AUTO(house_close) struct house house = {0};
	struct desk desk;
	AUTO(notices_drop) struct notices *notices = NULL;
	if (!program_options_read(name, argc, argv, &options))
		return EXIT_USAGE;
	program_signals();
	if (house_open(options.dir, &house, &why).code != OK ||
	    open_notices(&house, &desk, &notices, &why).code != OK ||
	    smtp_open(house.settings.mail_server, &smtp, &why).code != OK)
		return program_why(name, "start-failed", &why);
	if (!options.no_jail && enter_jail(&house, &why).code != OK)
		return program_why(name, "jail-failed", &why);
	program_log(name, "started", "writing for %s by %s", house.settings.title, house.settings.mail_server);
	while (!program_ending) {
		struct why trouble = {0};
		if (renew(&house, &desk, &notices, &why).code != OK)
			return program_why(name, "policy-failed", &why);
		bool failed = round_of(&house, notices, smtp, &trouble).code != OK;
		if (failed)
			program_why(name, "round-failed", &trouble);
		program_rest(failed ? TROUBLE_MS : ROUND_MS);
	}
	program_log(name, "ended", "asked to end");
	return EXIT_DONE;
}
