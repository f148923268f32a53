/* Sending: inward from the Internet side, outward from the LGWAN side.  The form
 * works without a script: files are added, listed and taken off again, each by
 * its own button; everything else that was entered stays.  What will happen is
 * the policy's own decision as things stand, so that a city with one clause more
 * shows one step more.                                                       */
#include "web/pages.h"

static enum crossing_direction direction_of(struct request *rq)
{
	return rq->zone == ZONE_LGWAN ? CROSSING_OUTWARD : CROSSING_INWARD;
}

static const char *own_path(struct request *rq)
{
	return rq->zone == ZONE_LGWAN ? "/provide" : "/send";
}

/* ---- what the form says now --------------------------------------------- */

/* Everything the form says of the object; わからない is not said. */
static const char *answers_of(struct request *rq)
{
	const struct policy_fact *known;
	size_t count;
	struct why why = {OK, "", ""};
	const char *all = "";
	if (policy_act_facts(parts_of(rq)->policy, crossing_act(direction_of(rq)), rq->arena, &known, &count,
	                     &why).code != OK)
		return all;
	for (size_t i = 0; i < count; i++) {
		const char *name = strncmp(known[i].path, "object.", 7) == 0 ? known[i].path + 7 : "";
		const char *said = *name ? posted(rq, name) : "";
		bool word = *said && strcmp(said, "unknown") != 0 && !strpbrk(said, " =");
		if (word)
			all = text(rq, "%s%s%s=%s", all, *all ? " " : "", name, said);
	}
	return all;
}

static struct crossing_request wanted(struct request *rq)
{
	bool outward = rq->zone == ZONE_LGWAN;
	const char *receiver = posted(rq, "receiver");
	const char *protection = posted(rq, "protection");
	return (struct crossing_request){
		.direction = direction_of(rq),
		.sender = rq->person.id,
		.receiver = outward ? "" : *receiver ? receiver : rq->person.id,
		.answers = answers_of(rq),
		.purpose = posted(rq, "purpose"),
		.partner = posted(rq, "partner"),
		.protection = !outward ? "" : *protection ? protection : "encrypted",
		.not_needed = strcmp(protection, "none") == 0 ? posted(rq, "not_needed") : "",
	};
}

/* ---- lists of the form ----------------------------------------------------- */

static struct result files_model(struct request *rq, json_t *model, struct why *why)
{
	struct draft_file *files;
	size_t count;
	uint64_t bytes = 0;
	TRY(crossing_draft_files(parts_of(rq)->crossings, rq->person.id, direction_of(rq), rq->arena,
	                         &files, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		bytes += files[i].bytes;
		json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "id", files[i].id, "name",
		                                      files[i].name, "size", show_bytes(files[i].bytes)));
	}
	json_object_set_new(model, "files", list);
	json_object_set_new(model, "file_bytes", show_bytes(bytes));
	return ok();
}

/* Oneself, and the people of one's own section. */
static struct result receivers_model(struct request *rq, json_t *model, const char *chosen,
                                     struct why *why)
{
	struct person *people;
	size_t count;
	TRY(office_people(parts_of(rq)->office, rq->arena, &people, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		bool self = strcmp(people[i].id, rq->person.id) == 0;
		if (!people[i].active || strcmp(people[i].section, rq->person.section) != 0)
			continue;
		json_t *name = show_person(rq, people[i].id);
		json_t *row = json_pack("{s:s, s:s, s:b}", "id", people[i].id, "label",
			self ? text(rq, "自分（%s）", json_string_value(name)) : text(rq, "%s", json_string_value(name)),
			"chosen", strcmp(people[i].id, chosen) == 0);
		json_decref(name);
		if (self)
			json_array_insert_new(list, 0, row);
		else
			json_array_append_new(list, row);
	}
	json_object_set_new(model, "receivers", list);
	return ok();
}

/* What the policy itself says of a level: the clause that names it, 重要度A. */
static const char *level_says(struct request *rq, const char *label, const char *level)
{
	const struct policy *policy = parts_of(rq)->policy;
	const struct policy_edition *edition =
		policy_edition_on(policy, parts_of(rq)->policy_name, request_today(rq));
	const char *name = text(rq, "%s%s", label, level);
	for (size_t i = 0; edition && i < policy_clause_count(policy, edition); i++) {
		const struct policy_clause *clause = policy_clause_at(policy, edition, i);
		if ((clause->parts & CLAUSE_MEANING) && strstr(clause->says, name))
			return clause->says;
	}
	return "";
}

static void add_choice(json_t *choices, const char *value, const char *letter, const char *label,
                       const char *says, const char *chosen)
{
	json_array_append_new(choices, json_pack("{s:s, s:s, s:s, s:s, s:b, s:b}", "value", value, "letter",
		letter, "label", label, "says", says, "chosen", strcmp(value, chosen) == 0, "first",
		json_array_size(choices) == 0));
}

static json_t *choices_model(struct request *rq, const struct policy_fact *fact, const char *chosen)
{
	json_t *list = json_array();
	bool level = fact->type == FACT_LEVEL;
	if (fact->type == FACT_YESNO) {
		add_choice(list, "yes", "", "はい", "", chosen);
		add_choice(list, "no", "", "いいえ", "", chosen);
	}
	for (size_t i = 0; i < fact->word_count; i++) { /* levels stand lowest first */
		const char *word = fact->words[level ? fact->word_count - 1 - i : i];
		add_choice(list, word, level ? word : "",
			level ? text(rq, "%s%s", fact->label, word) : policy_label(parts_of(rq)->policy, NULL, word),
			level ? level_says(rq, fact->label, word) : "", chosen);
	}
	if (level)
		add_choice(list, "unknown", "", "わからない", "いちばん重い分類として扱います。", chosen);
	return list;
}

/* The classes, and what else the clauses at work ask of the object. */
static struct result questions_model(struct request *rq, const struct crossing_request *request,
                                     const struct decision *decision, const char *wrong,
                                     const char *sentence, json_t *model, struct why *why)
{
	struct crossing_question *asked;
	size_t count, scales = 0;
	TRY(crossing_questions(parts_of(rq)->crossings, request, decision, rq->arena, &asked, &count, why));
	for (size_t i = 0; i < count; i++)
		scales += asked[i].fact->type == FACT_LEVEL;
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		bool level = asked[i].fact->type == FACT_LEVEL;
		const char *label = !level ? asked[i].fact->label
			: scales == 1 ? "情報の分類" : text(rq, "情報の分類（%s）", asked[i].fact->label);
		json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:o, s:s}", "name", asked[i].name, "label",
			label, "level", level, "choices", choices_model(rq, asked[i].fact, posted(rq, asked[i].name)),
			"wrong", strcmp(wrong, asked[i].name) == 0 ? sentence : ""));
	}
	json_object_set_new(model, "questions", list);
	return ok();
}

/* The first class that nothing was said of, not even わからない. */
static struct result unsaid_class(struct request *rq, const char **name, const char **label, struct why *why)
{
	const struct policy_fact *known;
	size_t count;
	*name = NULL;
	TRY(policy_act_facts(parts_of(rq)->policy, crossing_act(direction_of(rq)), rq->arena, &known, &count, why));
	for (size_t i = 0; i < count && !*name; i++)
		if (known[i].type == FACT_LEVEL && strncmp(known[i].path, "object.", 7) == 0 &&
		    !*posted(rq, known[i].path + 7)) {
			*name = known[i].path + 7;
			*label = known[i].label;
		}
	return ok();
}

/* ---- what will happen ---------------------------------------------------------- */

static void add_step(json_t *steps, const char *what, const char *says)
{
	json_array_append_new(steps, json_pack("{s:s, s:s}", "what", what, "says", says));
}

/* In the order in which it happens: the scan stands before and after the rest. */
static void check_steps(const struct decision *decision, bool outward, json_t *steps)
{
	bool scans = false, rebuilds = false;
	for (size_t i = 0; i < decision->check_count; i++) {
		bool scan = strstr(decision->checks[i].gate, "scan") != NULL;
		scans |= scan;
		rebuilds |= !scan && !outward;
	}
	if (scans)
		add_step(steps, "調べる", "ウイルスを検査します。中身で種類を見分けます（名前の末尾は使いません）。");
	if (rebuilds)
		add_step(steps, "取り除いて、組み立て直す",
			"マクロ、埋め込まれたプログラム、外部への自動接続を取り除き、同じ形式の新しい"
			"ファイルにします。文章、表、画像は残ります。渡す前に、もう一度調べます。");
}

static void approval_steps(struct request *rq, const struct decision *decision, json_t *steps)
{
	for (size_t i = 0; i < decision->approval_count; i++) {
		const struct wanted_route *route = &decision->approvals[i];
		add_step(steps, text(rq, "%sが許可する", route->text),
		         text(rq, "根拠: %s　あなたとは別の人が決裁します。", route->cite));
	}
}

static json_t *clauses_of(struct request *rq, const struct decision *decision)
{
	json_t *list = json_array();
	for (size_t i = 0; i < decision->spoken_count && json_array_size(list) < 8; i++) {
		const struct spoken *spoken = &decision->spoken[i];
		bool seen = false;
		for (size_t k = 0; k < i; k++)
			seen |= decision->spoken[k].clause == spoken->clause;
		if (!seen && spoken->clause)
			json_array_append_new(list, show_clause(rq, spoken->clause->id));
	}
	return list;
}

/* The clause that refuses; NULL where nothing allows it, or it is not refused. */
static const struct policy_clause *refused_by(const struct decision *decision)
{
	for (size_t i = 0; decision->verdict == REFUSE && i < decision->spoken_count; i++)
		if (decision->spoken[i].effect == EFFECT_REFUSE)
			return decision->spoken[i].clause;
	return NULL;
}

static void refusal_model(struct request *rq, const struct decision *decision, json_t *model)
{
	const struct policy_clause *clause = refused_by(decision);
	json_object_set_new(model, "refused", json_string(decision->verdict != REFUSE ? ""
		: clause ? clause->says : "この内容では送れません。許す条文がありません。"));
	json_object_set_new(model, "refused_clause", show_clause(rq, clause ? clause->id : ""));
}

struct trouble {
	const char *field;    /* "" none */
	const char *sentence; /* "" none */
	unsigned status;
};

static struct result preview_model(struct request *rq, const struct crossing_request *request,
                                   const struct trouble *trouble, json_t *model, struct why *why)
{
	bool outward = request->direction == CROSSING_OUTWARD;
	const struct decision *decision;
	TRY(crossing_preview(parts_of(rq)->crossings, request, rq->arena, &decision, why));
	TRY(questions_model(rq, request, decision, trouble->field, trouble->sentence, model, why));
	json_t *steps = json_array();
	check_steps(decision, outward, steps);
	approval_steps(rq, decision, steps);
	if (outward && strcmp(request->protection, "encrypted") == 0)
		add_step(steps, "暗号化する", "パスワードは、LGWAN側のあなたの画面にだけ表示します。");
	add_step(steps, outward ? "インターネット側で受け取る" : "LGWAN側で受け取る",
	         "受取期限を過ぎると消えます。");
	json_object_set_new(model, "steps", steps);
	json_object_set_new(model, "clauses", clauses_of(rq, decision));
	refusal_model(rq, decision, model);
	return ok();
}

/* ---- the page --------------------------------------------------------------------- */

static const char *const fields[] = {"files", "purpose", "partner", "receiver",
	"protection", "not_needed"};

static void trouble_model(json_t *model, const struct trouble *trouble)
{
	json_t *errors = json_array(), *wrong = json_object(), *question;
	size_t at;
	bool known = false;
	json_array_foreach(json_object_get(model, "questions"), at, question)
		known |= json_string_length(json_object_get(question, "wrong")) > 0;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		bool here = strcmp(fields[i], trouble->field) == 0;
		known |= here;
		json_object_set_new(wrong, fields[i], json_string(here ? trouble->sentence : ""));
	}
	if (*trouble->sentence)
		json_array_append_new(errors, json_pack("{s:s, s:s}", "field", known ? trouble->field : "files",
		                                        "text", trouble->sentence));
	json_object_set_new(model, "errors", errors);
	json_object_set_new(model, "wrong", wrong);
}

static json_t *form_model(struct request *rq, const struct crossing_request *request)
{
	bool outward = request->direction == CROSSING_OUTWARD;
	bool encrypted = strcmp(request->protection, "none") != 0;
	json_t *model = json_pack("{s:s, s:b, s:s, s:s, s:s, s:s, s:b, s:b, s:o}", "title",
		outward ? "ファイルを庁外へ送る" : "ファイルをLGWAN側へ送る", "outward", outward, "action",
		own_path(rq), "purpose", request->purpose, "partner", request->partner, "not_needed",
		posted(rq, "not_needed"), "encrypted", encrypted, "unprotected", !encrypted, "form",
		form_token(rq, own_path(rq)));
	const char *const crumbs[][2] = {{"ファイル受渡し", "/crossings"},
		{outward ? "庁外へ送る" : "LGWAN側へ送る", ""}};
	json_object_set_new(model, "crumbs", show_crumbs(crumbs, 2));
	return model;
}

static struct result show_form(struct request *rq, const struct trouble *trouble, struct why *why)
{
	struct crossing_request request = wanted(rq);
	rq->menu = rq->zone == ZONE_LGWAN ? "crossings" : "send";
	json_t *model = form_model(rq, &request);
	struct result filled = files_model(rq, model, why);
	if (filled.code == OK)
		filled = receivers_model(rq, model, request.receiver, why);
	if (filled.code == OK)
		filled = preview_model(rq, &request, trouble, model, why);
	if (filled.code == OK)
		trouble_model(model, trouble);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, trouble->status, "send", model, why);
}

struct result page_send(struct request *rq, struct why *why)
{
	struct trouble none = {"", "", 200};
	return show_form(rq, &none, why);
}

/* ---- what was pressed ----------------------------------------------------------------- */

/* Every file that came, until one does not fit: then the sentence for it. */
static struct result keep_uploads(struct request *rq, struct trouble *trouble, struct why *why)
{
	for (size_t i = 0; i < rq->upload_count; i++) {
		struct upload *upload = &rq->uploads[i];
		struct why ours = {OK, "", ""};
		struct result added = crossing_draft_add(parts_of(rq)->crossings, rq->person.id,
			direction_of(rq), upload->name, &upload->writer, &ours);
		if (added.code == E_LIMIT || added.code == E_INPUT) {
			*trouble = (struct trouble){"files", text(rq, "%s", ours.text), 400};
			return ok();
		}
		if (added.code != OK)
			return fail(why, added.code, ours.place, "%s", ours.text);
	}
	return ok();
}

static struct result submit(struct request *rq, struct why *why)
{
	struct crossing_request request = wanted(rq);
	struct why ours = {OK, "", ""};
	const char *unsaid, *label;
	char id[27];
	TRY(unsaid_class(rq, &unsaid, &label, why));
	if (unsaid) {
		struct trouble silent = {unsaid, text(rq, "「情報の分類」が選ばれていません。どの条文が働くかを"
			"決められません。%sを選ぶか、「わからない」を選んでください。", label), 400};
		return show_form(rq, &silent, why);
	}
	struct result sent = crossing_submit(parts_of(rq)->crossings, &request, id, &ours);
	if (sent.code == E_INPUT || sent.code == E_DENIED || sent.code == E_LIMIT) {
		struct trouble trouble = {text(rq, "%s", ours.place), text(rq, "%s", ours.text),
		                          sent.code == E_DENIED ? 403 : 400};
		return show_form(rq, &trouble, why);
	}
	if (sent.code != OK)
		return fail(why, sent.code, ours.place, "%s", ours.text);
	reply_redirect(rq, text(rq, "/crossings/%s", id));
	return ok();
}

struct result post_send(struct request *rq, struct why *why)
{
	struct trouble trouble = {"", "", 200};
	const char *drop = posted(rq, "drop");
	TRY(keep_uploads(rq, &trouble, why));
	if (*drop)
		TRY(crossing_draft_remove(parts_of(rq)->crossings, rq->person.id, drop, why));
	bool look = *drop || *trouble.sentence || strcmp(posted(rq, "act"), "send") != 0;
	return look ? show_form(rq, &trouble, why) : submit(rq, why);
}
