/* What the office's last examination of its ledger found, above whatever rests on the ledger. */
#include "web/pages.h"

#include "ledger/examined.h"

static json_t *faults_model(struct request *rq, const struct ledger_verdict *verdict)
{
	json_t *list = json_array();
	for (const struct ledger_fault *f = verdict->faults; f; f = f->next)
		json_array_append_new(list, json_pack("{s:s, s:s}", "place", text(rq, "%s", f->place), "says", text(rq, "%s", f->text)));
	return list;
}

/* never, broken, when, entries, faults */
json_t *show_examined(struct request *rq)
{
	struct ledger_examined e;
	struct result read = ledger_examined_read(parts_of(rq)->examined, rq->arena, &e, NULL);
	if (read.code == E_ABSENT)
		return json_pack("{s:b, s:b}", "never", 1, "broken", 0);
	if (read.code != OK)
		return json_pack("{s:b, s:b, s:s, s:[{s:s, s:s}]}", "never", 0, "broken", 1, "when", "", "faults", "place", "ledger.examined", "says",
		                 "前の照合の結果が読めません。");
	return json_pack("{s:b, s:b, s:o, s:s, s:o}", "never", 0, "broken", !e.verdict.sound, "when", show_time(e.at_ms), "entries",
	                 text(rq, "%lld", (long long)e.verdict.entries), "faults", faults_model(rq, &e.verdict));
}
