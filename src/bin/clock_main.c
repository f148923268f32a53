/* sekisho-clock - what a passing day does: permissions end, originals are erased,
 * duties fall due, checkpoints are signed                                    */
#include "bin/program.h"
#include "house/examine.h"
#include "proceeding/relax.h"
#include "jail/jail.h"
#include "register/book.h"
#include "review/review.h"

static const char name[] = "sekisho-clock";
enum { ROUND_MS = 2000, CHECKPOINT_MS = 20000, SWEEP_MS = 3600000 };

struct state {
	int64_t signed_size, next_checkpoint_ms, next_sweep_ms;
	day_t examined; /* the day on which the ledger was looked at, or need not be */
};

static struct result sign(struct house *house, struct state *state, struct why *why)
{
	int64_t size = 0;
	struct buffer note;
	TRY(ledger_size(house->ledger, &size, why));
	if (size == state->signed_size || size == 0)
		return ok();
	buffer_init(&note, 65536);
	struct result done = ledger_checkpoint(house->ledger, house->settings.seal_socket, &note, why);
	buffer_done(&note);
	if (done.code == OK)
		state->signed_size = size;
	return done;
}

/* Once a day; a fault is said in the log, too. */
static struct result examine(struct house *house, struct state *state, struct why *why)
{
	day_t today = day_of_ms(clock_now_ms(&house->clock));
	bool due = false, sound = true;
	if (today == state->examined)
		return ok();
	TRY(house_examine_due(house, &due, why));
	struct result done = due ? house_examine(house, &sound, why) : ok();
	if (done.code == OK || done.code == E_TAMPERED) /* what could not be looked at is tried again */
		state->examined = today;
	if (!sound)
		program_log(name, "ledger-broken", "the ledger does not agree with itself: sekisho ledger verify");
	return done;
}

static void log_result(const char *event, struct result done, const struct why *why)
{
	if (done.code != OK)
		program_why(name, event, why);
}

static void round_of(struct house *house, struct state *state)
{
	struct clock real = clock_system();
	int64_t now = clock_now_ms(&real);
	struct why why[11] = {0};
	struct desk desk;
	struct duty_ticked due = {0};
	bool counted = false;
	size_t retired = 0, lapsed = 0, relaxed = 0, transferred = 0, entries = 0, asked = 0;
	uint64_t swept = 0;
	/* first, that everything else of the day meets those who are in office */
	log_result("transfer-failed", transfer_due(house->transfers, &transferred, &why[6]), &why[6]);
	if (transferred)
		program_log(name, "transferred", "%zu personnel files took effect", transferred);
	log_result("lapse-failed", application_lapse(house->proceedings, &lapsed, &why[0]), &why[0]);
	log_result("relax-failed", relax_lapse(house->proceedings, &relaxed, &why[0]), &why[0]);
	log_result("retire-failed", crossing_retire(house->crossings, &retired, &why[1]), &why[1]);
	log_result("duties-failed", duty_tick(house->duties, &due, &why[5]), &why[5]);
	log_result("count-failed", proof_count_month(house->proof, &counted, &why[7]), &why[7]);
	log_result("examine-failed", examine(house, state, &why[10]), &why[10]);
	house_desk(house, &desk);
	log_result("reviews-failed", review_tick(&desk, &asked, &why[9]), &why[9]);
	if (asked)
		program_log(name, "reminded", "%zu people of a self-inspection", asked);
	if (due.opened + due.overdue + due.reminded + due.withdrawn)
		program_log(name, "duties", "%zu opened, %zu overdue, %zu reminded, %zu withdrawn", due.opened, due.overdue,
		            due.reminded, due.withdrawn);
	if (retired + lapsed)
		program_log(name, "ended-things", "%zu files, %zu permissions", retired, lapsed);
	if (now >= state->next_checkpoint_ms) {
		log_result("checkpoint-failed", sign(house, state, &why[2]), &why[2]);
		state->next_checkpoint_ms = now + CHECKPOINT_MS;
	}
	if (now >= state->next_sweep_ms) {
		log_result("books-failed", book_retire(house->registers, &entries, &why[8]), &why[8]);
		if (entries)
			program_log(name, "retired-records", "%zu entries of record books", entries);
		log_result("sweep-failed", vault_sweep(house->vault, false, &swept, &why[3]), &why[3]);
		log_result("sessions-failed", office_sweep(house->office, &why[4]), &why[4]);
		state->next_sweep_ms = now + SWEEP_MS;
	}
}

int main(int argc, char **argv)
{
	struct program_options options;
	struct why why = {0};
	struct jail_applied applied;
	struct state state = {0};
	char text[200];
	AUTO(house_close) struct house house = {0};
	if (!program_options_read(name, argc, argv, &options))
		return EXIT_USAGE;
	program_signals();
	if (house_open(options.dir, &house, &why).code != OK)
		return program_why(name, "start-failed", &why);
	const struct jail_path paths[] = {{house.settings.dir, JAIL_WRITE}};
	if (!options.no_jail) {
		if (jail_enter(&jail_clock, NULL, (struct jail_paths){paths, 1}, &applied, &why).code != OK)
			return program_why(name, "jail-failed", &why);
		jail_describe(&applied, text, sizeof text);
		program_log(name, "jailed", "%s", text);
	}
	program_log(name, "started", "minding the days of %s", house.settings.title);
	while (!program_ending) {
		bool renewed = false;
		if (house_renew(&house, &renewed, &why).code != OK)
			return program_why(name, "policy-failed", &why);
		round_of(&house, &state);
		program_rest(ROUND_MS);
	}
	program_log(name, "ended", "asked to end");
	return EXIT_DONE;
}
