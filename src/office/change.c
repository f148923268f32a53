/* Changes of sections, people and posts: look, refuse what cannot be, then one
 * entry, whose projection is the change.                                      */
#include "office/internal.h"

static struct result exists(struct office *office, const char *sql, const char *id, bool *out,
                            struct why *why)
{
	return office_ask_one(office, sql, ARGS(arg_str(id)), out, NULL, why);
}

struct result office_add_section(struct office *office, const char *by, const struct section *section,
                                 struct why *why)
{
	bool found = false;
	TRY(office_check_word(section->id, "id", why));
	TRY(office_check_name(slice_str(section->name), NAME_BYTES, "name", why));
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	if (*section->parent)
		TRY(office_section_must_exist(office, section->parent, "parent", why));
	TRY(exists(office, "SELECT 1 FROM office_section WHERE body=?1 AND id=?2", section->id, &found,
	           why));
	if (found)
		return fail(why, E_CONFLICT, "id", "「%s」という課はもうあります。", section->id);
	TRY(office_record(office, "office.section.added", by, section->id,
	           FIELDS(field_str("id", section->id), field_str("name", section->name),
	                  field_str("parent", section->parent)),
	           why));
	return tx_commit(&tx, why);
}

struct result office_change_section(struct office *office, const char *by, const struct section *section,
                                    struct why *why)
{
	TRY(office_check_name(slice_str(section->name), NAME_BYTES, "name", why));
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(office_section_must_exist(office, section->id, "id", why));
	if (*section->parent)
		TRY(office_section_must_exist(office, section->parent, "parent", why));
	if (strcmp(section->parent, section->id) == 0)
		return fail(why, E_CONFLICT, "parent", "課を、その課自身の下には置けません。");
	TRY(office_record(office, "office.section.changed", by, section->id,
	           FIELDS(field_str("id", section->id), field_str("name", section->name),
	                  field_str("parent", section->parent)),
	           why));
	return tx_commit(&tx, why);
}

struct result office_close_section(struct office *office, const char *by, const char *id, day_t last_day,
                                   const char *successor, struct why *why)
{
	char to[11];
	bool found = false;
	int64_t until = 0;
	if (last_day == DAY_OPEN)
		return fail(why, E_INPUT, "last_day", "廃止する日を書いてください。");
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(office_section_must_exist(office, id, "id", why));
	if (*successor)
		TRY(office_section_must_exist(office, successor, "successor", why));
	if (strcmp(successor, id) == 0)
		return fail(why, E_CONFLICT, "successor", "廃止する課の事務を、その課自身には引き継げません。");
	TRY(office_ask_one(office, "SELECT to_day FROM office_section WHERE body=?1 AND id=?2", ARGS(arg_str(id)),
	            &found, &until, why));
	if (until != DAY_OPEN)
		return fail(why, E_CONFLICT, "id", "「%s」はもう廃止されています。", id);
	office_day_field(last_day, to);
	TRY(office_record(office, "office.section.closed", by, id,
	           FIELDS(field_str("id", id), field_str("successor", successor), field_str("to", to)), why));
	return tx_commit(&tx, why);
}

struct result office_end_sessions(struct office *office, const char *person, const char *reason,
                                  struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(sessions_end(office, person, NULL, reason, why));
	return tx_commit(&tx, why);
}

static struct result record_person(struct office *office, const char *by, const char *id,
                                   const struct person *person, const char *login,
                                   const char *digest, struct why *why)
{
	struct sealed name, sealed_login;
	TRY(office_seal(office, slice_str(person->name), &name, why));
	TRY(office_seal(office, slice_str(login), &sealed_login, why));
	return office_record(office, "office.person.added", by, id,
	              FIELDS(field_str("person", id), field_str("login_digest", digest),
	                     field_str("login_item", sealed_login.item),
	                     field_str("name_digest", name.digest), field_str("name_item", name.item),
	                     field_str("section", person->section)),
	              why);
}

struct result office_add_person(struct office *office, const char *by, const struct person *person,
                                struct slice provisional_password, char id[27], struct why *why)
{
	char login[WORD_BYTES + 1], digest[HEX_DIGEST], hash[HASH_BYTES] = "", fresh[27];
	bool found = false;
	if (!office_login_plain(slice_str(person->login), login))
		return office_check_word("", "login", why);
	TRY(office_check_name(slice_str(person->name), NAME_BYTES, "name", why));
	if (provisional_password.len) {
		TRY(password_check(&office->rules, provisional_password, login, why));
		TRY(password_hash(office, provisional_password, hash, why));
	}
	office_keyed(office, "login", slice_str(login), digest);
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(office_section_must_exist(office, person->section, "section", why));
	TRY(exists(office, "SELECT 1 FROM office_person WHERE body=?1 AND login_digest=?2", digest,
	           &found, why));
	if (found)
		return fail(why, E_CONFLICT, "login", "職員番号「%s」はもう使われています。", login);
	TRY(random_id(office->random, fresh, why));
	TRY(record_person(office, by, fresh, person, login, digest, why));
	if (*hash)
		TRY(credential_set(office, by, fresh, hash, true, why));
	TRY(tx_commit(&tx, why));
	memcpy(id, fresh, sizeof fresh);
	return ok();
}

struct result office_move_person(struct office *office, const char *by, const char *person,
                                 const char *section, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(office_person_must_exist(office, person, why));
	TRY(office_section_must_exist(office, section, "section", why));
	TRY(office_record(office, "office.person.moved", by, person,
	           FIELDS(field_str("person", person), field_str("section", section)), why));
	return tx_commit(&tx, why);
}

struct result office_suspend(struct office *office, const char *by, const char *person, bool suspended,
                             struct slice reason, struct why *why)
{
	struct sealed sealed;
	bool found = false;
	TRY(office_check_name(reason, REASON_BYTES, "reason", why));
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(office_person_must_exist(office, person, why));
	TRY(office_ask_one(office, "SELECT 1 FROM office_person WHERE body=?1 AND id=?2 AND active=?3",
	            ARGS(arg_str(person), arg_i64(suspended)), &found, NULL, why));
	if (!found)
		return fail(why, E_CONFLICT, "person",
		            suspended ? "その職員の利用はもう停止されています。"
		                      : "その職員の利用は停止されていません。");
	TRY(office_seal(office, reason, &sealed, why));
	TRY(office_record(office, suspended ? "office.person.suspended" : "office.person.restored", by, person,
	           FIELDS(field_str("person", person), field_str("reason_digest", sealed.digest),
	                  field_str("reason_item", sealed.item)),
	           why));
	if (suspended)
		TRY(sessions_end(office, person, NULL, "suspended", why));
	return tx_commit(&tx, why);
}

static struct result check_post(const char *post, const char *scope, struct why *why)
{
	TRY(office_check_word(post, "post", why));
	if (*scope)
		TRY(office_check_word(scope, "scope", why));
	return ok();
}

struct result office_hold_post(struct office *office, const char *by, const struct holding *holding,
                               struct why *why)
{
	char from[11], to[11];
	bool found = false;
	TRY(check_post(holding->post, holding->scope, why));
	TRY(office_check_period(holding->from, holding->to, why));
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(office_person_must_exist(office, holding->person, why));
	TRY(office_ask_one(office,
	            "SELECT 1 FROM office_holding WHERE body=?1 AND post=?2 AND scope=?3 AND person=?4"
	            " AND from_day<=?6 AND to_day>=?5",
	            ARGS(arg_str(holding->post), arg_str(holding->scope), arg_str(holding->person),
	                 arg_i64(holding->from), arg_i64(holding->to)),
	            &found, NULL, why));
	if (found)
		return fail(why, E_CONFLICT, "period", "同じ人が同じ期間に、もうその職にあります。");
	office_day_field(holding->from, from);
	office_day_field(holding->to, to);
	TRY(office_record(office, "office.post.held", by, holding->person,
	           FIELDS(field_str("from", from), field_str("person", holding->person),
	                  field_str("post", holding->post), field_str("scope", holding->scope),
	                  field_str("to", to)),
	           why));
	return tx_commit(&tx, why);
}

struct result office_end_post(struct office *office, const char *by, const char *post,
                              const char *scope, const char *person, day_t last_day, struct why *why)
{
	char from[11], to[11];
	bool found = false;
	int64_t begin = 0;
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(office_ask_one(office,
	            "SELECT from_day FROM office_holding WHERE body=?1 AND post=?2 AND scope=?3"
	            " AND person=?4 AND to_day>=?5 ORDER BY from_day LIMIT 1",
	            ARGS(arg_str(post), arg_str(scope), arg_str(person), arg_i64(last_day)), &found,
	            &begin, why));
	if (!found)
		return fail(why, E_ABSENT, "post", "その日にその職にある人として登録されていません。");
	office_day_field((day_t)begin, from);
	office_day_field(last_day, to);
	if (last_day < begin)
		TRY(office_record(office, "office.post.cancelled", by, person,
		           FIELDS(field_str("from", from), field_str("person", person),
		                  field_str("post", post), field_str("scope", scope)),
		           why));
	if (last_day >= begin)
		TRY(office_record(office, "office.post.ended", by, person,
		           FIELDS(field_str("from", from), field_str("person", person),
		                  field_str("post", post), field_str("scope", scope),
		                  field_str("to", to)),
		           why));
	return tx_commit(&tx, why);
}
