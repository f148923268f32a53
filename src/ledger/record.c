/* The one way rooms turn their facts into entries, so that all are canonical. */
#include "ledger/record.h"

#include <stdlib.h>

void json_drop(json_t **value)
{
	json_decref(*value);
	*value = NULL;
}

static int put(const char *bytes, size_t len, void *out)
{
	buffer_put(out, bytes, len);
	return buffer_ok(out) ? 0 : -1;
}

struct result json_canonical(const json_t *value, struct buffer *out, struct why *why)
{
	if (!value || json_dump_callback(value, put, out, JSON_COMPACT | JSON_SORT_KEYS) != 0)
		return fail(why, value ? E_LIMIT : E_MEMORY, "", "the object cannot be written as JSON");
	return ok();
}

static void buffer_drop(struct buffer *buffer)
{
	buffer_done(buffer);
}

struct result ledger_record(struct ledger *ledger, struct ledger_entry *entry, json_t *data,
                            struct why *why)
{
	AUTO(json_drop) json_t *owned = data;
	AUTO(buffer_drop) struct buffer text = {0};
	buffer_init(&text, 65536);
	TRY(json_canonical(owned, &text, why));
	entry->data = buffer_slice(&text);
	struct result done = ledger_append(ledger, entry, why);
	entry->data = slice_of(NULL, 0);
	return done;
}

struct result record_data(const struct ledger_entry *entry, json_t **out, struct why *why)
{
	json_error_t error;
	json_t *value = json_loadb((const char *)entry->data.at, entry->data.len,
	                           JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(value)) {
		json_decref(value);
		return fail(why, E_TAMPERED, "", "entry %lld holds no JSON object: %s",
		            (long long)entry->seq, error.text);
	}
	*out = value;
	return ok();
}

const char *json_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

int64_t json_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}
