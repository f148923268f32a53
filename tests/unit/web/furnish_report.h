/* A crossing whose files were told everything that the gate can say: one file with
 * every kind of removal, and one for each refusal of each kind of file that has a
 * sentence of its own.  The entries are those that the gate writes.           */
#ifndef SEKISHO_TESTS_WEB_FURNISH_REPORT_H
#define SEKISHO_TESTS_WEB_FURNISH_REPORT_H

#include "hall.h"

#include "crossing/switches.h"
#include "ledger/record.h"

struct told_file {
	const char *refusal, *sentence, *type;
};

static inline void furnish_file(struct town *t, const char *name)
{
	struct vault_writer *writer = NULL;
	CHECK_OK(vault_begin(t->vault, &writer, &t->why), &t->why);
	CHECK_OK(vault_write(writer, SLICE("x"), &t->why), &t->why);
	CHECK_OK(crossing_draft_add(t->crossings, town_id(t, "aoki"), CROSSING_INWARD, slice_str(name), &writer, &t->why),
	         &t->why);
}

static inline void furnish_entry(struct town *t, const char *kind, const char *file, json_t *report, json_t *data)
{
	struct buffer text;
	struct vault_info info;
	struct ledger_entry entry = {.body = SLICE("town"), .kind = slice_str(kind), .actor = SLICE("sekisho-gate"),
	                             .post = SLICE(""), .subject = slice_str(file)};
	buffer_init(&text, 1 << 20);
	CHECK_OK(store_begin(t->store, &t->why), &t->why);
	CHECK_OK(json_canonical(report, &text, &t->why), &t->why);
	CHECK_OK(vault_put(t->vault, buffer_slice(&text), 0, &info, &t->why), &t->why);
	json_object_set_new(data, "report", json_string(info.id));
	if (strcmp(kind, "crossing.file.checked") == 0) {
		CHECK_OK(vault_put(t->vault, SLICE("clean"), 0, &info, &t->why), &t->why);
		json_object_set_new(data, "clean", json_string(info.id));
	}
	CHECK_OK(ledger_record(t->ledger, &entry, data, &t->why), &t->why);
	CHECK_OK(store_commit(t->store, &t->why), &t->why);
	buffer_done(&text);
	json_decref(report);
}

static inline json_t *furnish_removals(void)
{
	json_t *list = json_array();
	for (size_t i = 0; i < construct_count(); i++)
		json_array_append_new(list, json_pack("[ss]", construct_at(i)->word, "word/document.xml"));
	return list;
}

/* Every refusal that reads differently, by type. */
static inline size_t furnish_refusals(struct told_file *out, size_t most)
{
	size_t count = 0;
	for (unsigned r = REFUSAL_NONE + 1; r < REFUSALS; r++)
		for (unsigned type = FILE_UNKNOWN; type < FILE_TYPES; type++) {
			const char *sentence = refusal_sentence((enum refusal)r, (enum file_type)type);
			bool known = false;
			for (size_t i = 0; i < count; i++)
				known |= strcmp(out[i].sentence, sentence) == 0;
			if (!known && count < most)
				out[count++] = (struct told_file){refusal_name((enum refusal)r), sentence,
				                                  file_type_name((enum file_type)type)};
		}
	return count;
}

/* One of each thing that can be said of a signature. */
static inline json_t *furnish_signatures(void)
{
	static const struct {
		const char *verdict;
		bool known, whole;
	} rows[] = {{"intact", true, true}, {"intact", false, true}, {"intact", true, false}, {"intact", false, false},
	            {"broken", false, true}, {"unreadable", false, false}};
	json_t *list = json_array();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		json_array_append_new(list, json_pack("{ss ss sb sb sI ss ss ss ss}", "form", "pdf", "verdict", rows[i].verdict,
			"known_root", rows[i].known, "whole", rows[i].whole, "signed_ms", (json_int_t)town_ms, "certificate",
			"00ff", "subject", "CN=青木 一郎\\, 税務課,O=青波市,C=JP", "issuer", "CN=試験の認証局,O=青波市,C=JP", "detail", ""));
	return list;
}

static inline void furnish_told(struct town *t, const struct crossing *c, const struct told_file *told)
{
	furnish_entry(t, "crossing.file.checked", c->files[0].id,
		json_pack("{ss ss so si so}", "reason", "", "sentence", "", "removed", furnish_removals(), "removal_count",
		          (int)construct_count(), "signatures", furnish_signatures()),
		json_pack("{sI ss ss ss}", "clean_bytes", (json_int_t)5, "ending", "docx", "type", "docx", "verdict", "changed"));
	for (size_t i = 1; i < c->file_count; i++)
		furnish_entry(t, "crossing.file.refused", c->files[i].id,
			json_pack("{ss ss s[] si}", "reason", "offset 12", "sentence", told[i - 1].sentence, "removed", "removal_count", 0),
			json_pack("{ss ss ss}", "clause", "HN-2.3(2)-1/2", "refusal", told[i - 1].refusal, "type", told[i - 1].type));
}

/* furnish_reports - crossings, with at most 20 files each; the ids; told has room for
 * 200 sentences
 * count   of the sentences                                                    */
static inline size_t furnish_reports(struct town *t, char ids[10][27], struct told_file *told, size_t *count)
{
	size_t crossings = 0;
	*count = furnish_refusals(told, 180);
	for (size_t at = 0; at < *count; crossings++) {
		struct crossing_request request = {
			.direction = CROSSING_INWARD, .sender = town_id(t, "aoki"), .receiver = town_id(t, "aoki"),
			.answers = "importance=B", .purpose = "検査の知らせを読む", .partner = "県市町村課", .protection = "",
			.not_needed = ""};
		struct crossing c;
		char name[40];
		size_t files = *count - at < 19 ? *count - at : 19;
		furnish_file(t, "すべてを取り除いた文書.docx");
		for (size_t i = 0; i < files; i++) {
			snprintf(name, sizeof name, "%s-%zu.bin", told[at + i].refusal, i);
			furnish_file(t, name);
		}
		CHECK_OK(crossing_submit(t->crossings, &request, ids[crossings], &t->why), &t->why);
		CHECK_OK(crossing_get(t->crossings, ids[crossings], t->arena, &c, &t->why), &t->why);
		furnish_told(t, &c, told + at);
		at += files;
	}
	return crossings;
}

#endif
