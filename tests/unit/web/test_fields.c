/* Forms out of the vocabulary over the real rooms: every act's and every kind's
 * form can be shown and read, what was typed is kept, what cannot be is marked. */
#include "hall.h"

#include "web/fields.h"

static struct fields form_for(struct request *rq, const char *kind)
{
	const struct policy_fact *facts;
	size_t count;
	struct fields fields = {0};
	struct why why = {0};
	CHECK_OK(policy_kind_facts(parts_of(rq)->policy, kind, rq->arena, &facts, &count, &why), &why);
	CHECK_OK(fields_new(rq, facts, count, &fields, &why), &why);
	return fields;
}

static const char *value_of(const struct fields *fields, const char *path)
{
	struct field *field = fields_get(fields, path);
	CHECK(field);
	return field ? field->value : "?";
}

TEST(a_value_of_each_type_is_read)
{
	struct hall h;
	struct request rq;
	struct why why = {0};
	static const struct {
		const char *kind, *path, *sent, *value;
	} rows[] = {
		{"asset", "personal", "f.personal=yes", "yes"},
		{"asset", "personal", "f.personal=", ""},
		{"asset", "owner", "f.owner=tax", "tax"},
		{"asset", "importance", "f.importance=A", "A"},
		{"asset", "limits", "f.limits=signed&f.limits=backed_up", "signed backed_up"},
		{"asset", "side", "f.side=lgwan", "lgwan"},
		{"software", "support_end", "f.support_end=R8.12.25", "2026-12-25"},
		{"software", "support_end", "f.support_end=令和８年１２月２５日", "2026-12-25"},
		{"software", "licences", "f.licences=１，２００", "1200"},
		{"medium", "serial", "f.serial=SN-1 号", "SN-1 号"},
		{"mail", "bytes", "f.bytes=20&f.bytes.unit=MiB", "20 MiB"},
	};
	hall_new(&h);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		hall_request(&h, "aoki", &rq);
		struct fields fields = form_for(&rq, rows[i].kind);
		rq.form = hall_form(rq.arena, rows[i].sent);
		CHECK_OK(fields_read(&rq, &fields, &why), &why);
		CHECK_INT(fields.wrong, 0);
		CHECK_STR(value_of(&fields, rows[i].path), rows[i].value);
		hall_leave(&rq);
	}
	hall_done(&h);
}

TEST(what_cannot_be_is_marked_and_kept)
{
	struct hall h;
	struct request rq;
	struct why why = {0};
	static const struct {
		const char *kind, *path, *sent, *typed, *says;
	} rows[] = {
		{"software", "support_end", "f.support_end=R8.13.1", "R8.13.1", "令和8年12月25日"},
		{"software", "licences", "f.licences=many", "many", "数だけ"},
		{"software", "licences", "f.licences=-3", "-3", "数だけ"},
		{"asset", "personal", "f.personal=maybe", "maybe", "並んだもの"},
		{"asset", "owner", "f.owner=nowhere", "nowhere", "並んだもの"},
		{"asset", "importance", "f.importance=Z", "Z", "並んだもの"},
		{"asset", "origin", "f.origin=aaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaa", "並んだもの"},
		{"asset", "circle", "f.circle=nobody", "", "並んだもの"},
		{"mail", "bytes", "f.bytes=20", "20", "単位"},
	};
	hall_new(&h);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		hall_request(&h, "aoki", &rq);
		struct fields fields = form_for(&rq, rows[i].kind);
		rq.form = hall_form(rq.arena, rows[i].sent);
		CHECK_OK(fields_read(&rq, &fields, &why), &why);
		CHECK_INT(fields.wrong, 1);
		struct field *field = fields_get(&fields, rows[i].path);
		CHECK_STR(field->typed, rows[i].typed);
		CHECK_STR(field->value, "");
		CHECK(strstr(field->wrong, rows[i].says));
		json_t *errors = fields_errors(&fields);
		CHECK_INT(json_array_size(errors), 1);
		json_decref(errors);
		hall_leave(&rq);
	}
	hall_done(&h);
}

TEST(what_is_required_may_not_be_empty_unless_something_is_looked_for)
{
	struct hall h;
	struct request rq;
	struct why why = {0};
	hall_new(&h);
	for (int finding = 0; finding < 2; finding++) {
		hall_request(&h, "aoki", &rq);
		struct fields fields = form_for(&rq, "asset");
		fields_get(&fields, "owner")->required = true;
		rq.form = hall_form(rq.arena, finding ? "find=f.circle&f.circle.q=ueda" : "f.owner=");
		CHECK_OK(fields_read(&rq, &fields, &why), &why);
		CHECK_INT(fields.wrong, finding ? 0 : 1);
		CHECK(finding ? fields.again && strcmp(fields.again, "f.circle") == 0 : !fields.again);
		hall_leave(&rq);
	}
	hall_done(&h);
}

static bool shows(json_t *model, const char *list, const char *name, const char *label)
{
	size_t i, k;
	json_t *one, *choice;
	json_array_foreach(json_object_get(model, list), i, one)
		if (strcmp(json_string_value(json_object_get(one, "name")), name) == 0)
			json_array_foreach(json_object_get(one, "choices"), k, choice)
				if (strcmp(json_string_value(json_object_get(choice, "label")), label) == 0)
					return true;
	return false;
}

TEST(rows_are_found_by_searching_in_the_form)
{
	struct hall h;
	struct request rq;
	struct why why = {0};
	char id[27], kept[27] = "";
	hall_new(&h);
	for (int i = 0; i < 40; i++) {
		char name[64];
		snprintf(name, sizeof name, "%s 第%d号", i == 33 ? "宛名台帳" : "起案文書", i);
		struct register_change change = {.kind = "asset", .name = name, .section = "tax", .actor = "x"};
		CHECK_OK(register_put(h.town.registers, &change, id, &why), &why);
		memcpy(i == 3 ? kept : id, id, sizeof kept);
	}
	hall_request(&h, "aoki", &rq);
	struct fields fields = form_for(&rq, "asset");
	rq.form = hall_form(rq.arena, text(&rq, "find=f.contents&f.contents.q=宛名&f.contents=%s", kept));
	CHECK_OK(fields_read(&rq, &fields, &why), &why);
	CHECK_STR(value_of(&fields, "contents"), kept);
	json_t *model = fields_model(&rq, &fields, &why);
	CHECK(shows(model, "ask", "f.contents", "宛名台帳 第33号"));
	CHECK(shows(model, "ask", "f.contents", "起案文書 第3号")); /* chosen before: stays */
	CHECK(!shows(model, "ask", "f.contents", "起案文書 第5号"));
	json_decref(model);
	hall_leave(&rq);
	hall_done(&h);
}

TEST(every_kind_of_the_vocabulary_has_a_form_that_comes_back_as_it_was)
{
	struct hall h;
	struct request rq;
	struct why why = {0};
	struct policy_kind kind;
	hall_new(&h);
	hall_request(&h, "aoki", &rq);
	for (size_t i = 0; policy_kind_at(h.town.policy, i, &kind); i++) {
		struct fields fields = form_for(&rq, kind.name);
		for (size_t k = 0; k < fields.count; k++)
			fields.at[k].folded = k > 3;
		json_t *model = fields_model(&rq, &fields, &why);
		CHECK(model);
		CHECK_INT(json_array_size(json_object_get(model, "ask")), fields.count < 4 ? fields.count : 4);
		json_decref(model);
	}
	hall_leave(&rq);
	hall_done(&h);
}

MAIN_TESTS()
