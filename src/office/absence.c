/* Who cannot act just now, and who decides for another by standing order. */
#include "office/internal.h"

struct result office_add_absence(struct office *office, const char *by, const struct absence *absence,
                                 struct slice reason, char id[27], struct why *why)
{
	char from[11], to[11], fresh[27];
	struct sealed sealed;
	if (absence->kind != ABSENCE_PREVENTED && absence->kind != ABSENCE_AWAY)
		return fail(why, E_INPUT, "kind", "「事故等により執務できない」か「不在」かを選んでください。");
	TRY(office_check_period(absence->from, absence->to, why));
	TRY(office_check_name(reason, REASON_BYTES, "reason", why));
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(office_person_must_exist(office, absence->person, why));
	TRY(random_id(office->random, fresh, why));
	TRY(office_seal(office, reason, &sealed, why));
	office_day_field(absence->from, from);
	office_day_field(absence->to, to);
	TRY(office_record(office, "office.absence.added", by, absence->person,
	           FIELDS(field_str("from", from), field_str("id", fresh),
	                  field_i64("kind", absence->kind), field_str("person", absence->person),
	                  field_str("reason_digest", sealed.digest),
	                  field_str("reason_item", sealed.item), field_str("to", to)),
	           why));
	TRY(tx_commit(&tx, why));
	memcpy(id, fresh, sizeof fresh);
	return ok();
}

/* both kinds of record end the same way: their last day comes nearer */
static struct result end_early(struct office *office, const char *by, const char *kind,
                               const char *sql, const char *id, day_t last_day, struct why *why)
{
	char to[11];
	bool found = false;
	int64_t until = 0;
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(office_ask_one(office, sql, ARGS(arg_str(id)), &found, &until, why));
	if (!found)
		return fail(why, E_ABSENT, "id", "その記録はありません。");
	if (last_day >= until)
		return fail(why, E_CONFLICT, "last_day", "その日より前に終わっています。");
	office_day_field(last_day, to);
	TRY(office_record(office, kind, by, id, FIELDS(field_str("id", id), field_str("to", to)), why));
	return tx_commit(&tx, why);
}

struct result office_end_absence(struct office *office, const char *by, const char *id, day_t last_day,
                                 struct why *why)
{
	return end_early(office, by, "office.absence.ended",
	                 "SELECT to_day FROM office_absence WHERE body=?1 AND id=?2", id, last_day, why);
}

struct result office_end_delegation(struct office *office, const char *by, const char *id,
                                    day_t last_day, struct why *why)
{
	return end_early(office, by, "office.delegation.ended",
	                 "SELECT to_day FROM office_delegation WHERE body=?1 AND id=?2", id, last_day,
	                 why);
}

/* matter_valid - "*", or acts by ','; an act is a name, or two with a dot */
static bool matter_valid(struct slice matter)
{
	bool begin = true;
	if (slice_is(matter, "*"))
		return true;
	for (size_t i = 0; i < matter.len; i++) {
		char c = (char)matter.at[i];
		bool letter = c >= 'a' && c <= 'z';
		if (begin ? !letter : !(letter || c == '_' || c == '.' || c == ',' || (c >= '0' && c <= '9')))
			return false;
		begin = c == ',' || c == '.';
	}
	return !begin;
}

struct result office_delegate(struct office *office, const char *by, const struct delegation *d,
                              char id[27], struct why *why)
{
	char from[11], to[11], fresh[27];
	TRY(office_check_word(d->post, "post", why));
	TRY(office_check_word(d->to_post, "to_post", why));
	if (*d->scope)
		TRY(office_check_word(d->scope, "scope", why));
	if (*d->to_scope)
		TRY(office_check_word(d->to_scope, "to_scope", why));
	TRY(office_check_name(slice_str(d->matter), REASON_BYTES, "matter", why));
	if (!matter_valid(slice_str(d->matter)))
		return fail(why, E_INPUT, "matter",
		            "専決させる事務を行為の名前で（「,」で区切って）書くか、全部なら「*」と書いてください。");
	TRY(office_check_period(d->from, d->to, why));
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(random_id(office->random, fresh, why));
	office_day_field(d->from, from);
	office_day_field(d->to, to);
	TRY(office_record(office, "office.delegation.added", by, fresh,
	           FIELDS(field_str("from", from), field_str("id", fresh),
	                  field_str("matter", d->matter), field_str("post", d->post),
	                  field_str("scope", d->scope), field_str("to", to),
	                  field_str("to_post", d->to_post), field_str("to_scope", d->to_scope)),
	           why));
	TRY(tx_commit(&tx, why));
	memcpy(id, fresh, sizeof fresh);
	return ok();
}

struct result office_may_delegate(struct office *office, const char *by, const struct delegation *d,
                                  struct arena *arena, struct why *why)
{
	const char *from, *to;
	bool said = false;
	struct holding *held;
	size_t count;
	day_t today = day_of_ms(office_now_ms(office));
	const struct policy_edition *edition =
		office->policy && office->policy_name ? policy_edition_on(office->policy, office->policy_name, today) : NULL;
	for (size_t i = 0; edition && policy_delegate_at(office->policy, edition, i, &from, &to, NULL); i++)
		said |= strcmp(from, d->post) == 0 && strcmp(to, d->to_post) == 0;
	if (!said)
		return fail(why, E_DENIED, "post", "いまのポリシーは、この職の事務をその職に専決させることを定めていません。");
	TRY(office_holdings(office, by, today, arena, &held, &count, why));
	for (size_t i = 0; i < count; i++)
		if (strcmp(held[i].post, d->post) == 0 && strcmp(held[i].scope, d->scope) == 0)
			return ok();
	return fail(why, E_DENIED, "post", "専決させることができるのは、その職に就いている人だけです。");
}
