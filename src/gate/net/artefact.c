/* Making, reading and narrowing the approved file. */
#include "gate/net/artefact.h"

#include "gate/net/compile.h"
#include "gate/net/index.h"
#include "gate/net/prove.h"

static const char first_line[] = "# sekisho-ruleset 1\n";
static const char last_line[] = "# end\n";

static struct result proven(const struct net_model *model, const struct atlas *atlas, const struct ruleset *rules,
                            struct why *why)
{
	struct proof proof;
	struct buffer text;
	TRY(prove(atlas, rules, PROOF_FUEL, &proof, why));
	if (proof.verdict == PROOF_EQUAL)
		return ok();
	buffer_init(&text, 4096);
	if (proof.count)
		difference_write(model, rules, &proof.at[0], &text);
	struct result r = fail(why, E_TAMPERED, "", "作った規則が許可と一致しません: %.300s", buffer_cstr(&text));
	buffer_done(&text);
	return r;
}

struct result artefact_make(const struct net_model *model, const struct net_lawbook *book, day_t day,
                            struct arena *arena, struct net_findings *findings, struct buffer *out, struct why *why)
{
	AUTO(atlas_drop) struct atlas atlas = {.count = 0};
	struct ruleset *rules = NULL;
	char begin[11], end[11];
	TRY(model_laws(model, book, day, arena, findings, why));
	TRY(atlas_of_flows(model, day, NULL, &atlas, why));
	TRY(compile(&atlas, arena, &rules, why));
	TRY(proven(model, &atlas, rules, why));
	buffer_put_str(out, first_line);
	for (size_t i = 0; i < model->flow_count; i++) {
		const struct net_flow *f = &model->flows[i];
		if (!flow_active(f, day))
			continue;
		day_iso(f->begin, begin);
		day_iso(f->end, end);
		buffer_put_str(out, "# flow ");
		buffer_put_slice(out, f->id);
		buffer_printf(out, " %s %s\n", begin, end);
	}
	TRY(ruleset_write(rules, model, out, why));
	buffer_put_str(out, last_line);
	return buffer_ok(out) ? ok() : fail(why, E_LIMIT, "", "規則の全文が大きすぎます。");
}

struct result artefact_closed(struct arena *arena, struct buffer *out, struct why *why)
{
	const struct net_model nothing = {.policy = SLICE("-")};
	const struct net_lawbook book = {.policy = "-"};
	struct net_findings *findings = findings_new(arena);
	if (!findings)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	return artefact_make(&nothing, &book, 0, arena, findings, out, why);
}

static struct slice line_of(struct slice *rest)
{
	const uint8_t *end = rest->len ? memchr(rest->at, '\n', rest->len) : NULL;
	size_t len = end ? (size_t)(end - rest->at) + 1 : rest->len;
	struct slice line = slice_part(*rest, 0, len);
	*rest = slice_part(*rest, len, rest->len);
	return line;
}

static bool read_flow_line(struct slice line, struct artefact_flow *out)
{
	/* "# flow ID 2026-04-01 2027-03-31\n" */
	if (line.len < 7 + 1 + 23 || line.at[line.len - 1] != '\n')
		return false;
	size_t dates = line.len - 23;
	out->id = slice_part(line, 7, dates - 7);
	return line.at[dates] == ' ' && out->id.len && memchr(out->id.at, ' ', out->id.len) == NULL &&
	       day_parse(slice_part(line, dates + 1, 10), &out->begin, NULL).code == OK &&
	       day_parse(slice_part(line, dates + 12, 10), &out->end, NULL).code == OK;
}

struct result artefact_read(struct slice text, struct arena *arena, struct artefact *out, struct why *why)
{
	struct slice rest = text, head = text;
	size_t count = 0;
	if (text.len > RULESET_BYTES || !slice_starts(text, slice_str(first_line)) || !slice_ends(text, slice_str(last_line)))
		return fail(why, E_INPUT, "", "規則のファイルの初めか終わりが欠けています。");
	line_of(&rest);
	for (struct slice line = line_of(&rest); slice_starts(line, SLICE("# flow ")); line = line_of(&rest))
		count++;
	*out = (struct artefact){text, ARENA_ARRAY(arena, count + 1, struct artefact_flow), count};
	if (!out->flows)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	line_of(&head);
	for (size_t i = 0; i < count; i++)
		if (!read_flow_line(line_of(&head), &out->flows[i]))
			return fail(why, E_INPUT, "", "規則のファイルの許可の行が読めません。");
	return ok();
}

/* ids - of flows that are not to be in effect */
static bool ended_ids(const struct artefact *a, day_t day, struct slice cut, struct arena *arena, struct index *out)
{
	size_t lines = 1;
	for (size_t i = 0; i < cut.len; i++)
		lines += cut.at[i] == '\n';
	if (!index_init(out, a->flow_count + lines + 1, arena))
		return false;
	for (size_t i = 0; i < a->flow_count; i++)
		if (day < a->flows[i].begin || day > a->flows[i].end)
			index_add(out, a->flows[i].id, 0);
	while (cut.len) {
		struct slice line = line_of(&cut);
		while (line.len && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == '\r'))
			line.len--;
		if (line.len)
			index_add(out, line, 0);
	}
	return true;
}

/* An element's flow: the text after `comment "`. */
static bool element_flow(struct slice line, struct slice *out)
{
	size_t at = slice_find(line, SLICE(" comment \""));
	if (!slice_starts(line, SLICE("\t\t\t")) || at == SIZE_MAX)
		return false;
	struct slice rest = slice_part(line, at + 10, line.len);
	*out = slice_part(rest, 0, slice_find(rest, SLICE("\"")));
	return true;
}

/* A list of elements of which none is left must go with its braces. */
struct open_list {
	size_t at, kept; /* where its first line stands in the output */
	bool open;
};

static void put_line(struct buffer *out, struct open_list *list, struct slice line, const struct index *ended)
{
	struct slice flow;
	uint32_t unused;
	if (slice_is(line, "\t\telements = {\n")) {
		*list = (struct open_list){out->len, 0, true};
	} else if (list->open && slice_is(line, "\t\t}\n")) {
		list->open = false;
		if (list->kept == 0) {
			out->len = list->at;
			return;
		}
	} else if (list->open) {
		if (element_flow(line, &flow) && index_find(ended, flow, &unused))
			return;
		list->kept++;
	}
	buffer_put_slice(out, line);
}

struct result artefact_effective(const struct artefact *a, day_t day, struct slice cut, struct arena *arena,
                                 struct buffer *out, size_t *left, struct why *why)
{
	struct index ended;
	struct open_list list = {0, 0, false};
	struct slice rest = a->text;
	if (!ended_ids(a, day, cut, arena, &ended))
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	while (rest.len) {
		struct slice line = line_of(&rest);
		if (line.at[0] != '#')
			put_line(out, &list, line, &ended);
	}
	if (!buffer_ok(out))
		return fail(why, E_LIMIT, "", "規則の全文が大きすぎます。");
	if (left)
		*left = ended.count;
	return ok();
}

/* ---- who may open a connection --------------------------------------------- */

struct columns {
	struct slice at[KEY_FIELDS];
	size_t count;
};

static void split_key(struct slice line, struct columns *out)
{
	size_t end = slice_find(line, SLICE(" counter"));
	struct slice key = slice_part(line, 3, end == SIZE_MAX ? 0 : end - 3);
	out->count = 0;
	while (key.len && out->count < KEY_FIELDS) {
		size_t dot = slice_find(key, SLICE(" . "));
		out->at[out->count++] = slice_part(key, 0, dot);
		key = dot == SIZE_MAX ? slice_part(key, key.len, 0) : slice_part(key, dot + 3, key.len);
	}
}

static bool number_span(struct slice text, struct interval *out)
{
	uint64_t at[2] = {0, 0};
	size_t n = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '-' && n == 0)
			n = 1;
		else if (text.at[i] >= '0' && text.at[i] <= '9' && at[n] < 100000)
			at[n] = at[n] * 10 + (uint64_t)(text.at[i] - '0');
		else
			return false;
	}
	*out = (struct interval){at[0], n ? at[1] : at[0]};
	return text.len > 0 && out->lo <= out->hi && out->hi <= PORT_MAX;
}

static bool connection_of(const struct columns *c, char what, bool mac, struct box *out)
{
	enum net_family family, other;
	struct interval src, dst, last;
	size_t f = mac ? 1 : 0;
	if (c->count < f + 3 || !span_read(c->at[f], &family, &src) || !span_read(c->at[f + 1], &other, &dst) || family != other)
		return false;
	*out = box_full(family);
	box_set(out, DIM_SADDR, src);
	box_set(out, DIM_DADDR, dst);
	out->owner = family == FAMILY_IP6 ? CONNECTION_IP6 : CONNECTION_IP4;
	if (!number_span(c->at[f + 2], &last))
		return false;
	if (what == 'i') {
		out->proto_lo = out->proto_hi = family == FAMILY_IP6 ? PROTO_ICMPV6 : PROTO_ICMP;
		box_set(out, DIM_DPORT, last);
		return true;
	}
	box_set(out, DIM_PROTO, last);
	if (what != 'p')
		return true;
	if (c->count != f + 4 || !number_span(c->at[f + 3], &last))
		return false;
	box_set(out, DIM_DPORT, last);
	return true;
}

struct result artefact_connections(struct slice text, struct boxes *out, struct why *why)
{
	bool inside = false;
	char what = 0;
	bool mac = false;
	while (text.len) {
		struct slice line = line_of(&text);
		struct columns columns;
		struct box box;
		if (slice_starts(line, SLICE("\tset "))) {
			/* f12_opm... as compile.c names them: how, what, family, mac */
			size_t mark = slice_find(line, SLICE("_"));
			struct slice name = mark == SIZE_MAX ? slice_part(line, 0, 0) : slice_part(line, mark + 1, 5);
			inside = name.len == 5 && name.at[0] == 'o';
			what = name.len == 5 ? (char)name.at[1] : 0;
			mac = name.len == 5 && name.at[3] == 'm';
		} else if (slice_is(line, "\t}\n")) {
			inside = false;
		} else if (inside && slice_starts(line, SLICE("\t\t\t"))) {
			split_key(line, &columns);
			if (!connection_of(&columns, what, mac, &box))
				return fail(why, E_INPUT, "", "規則のファイルの要素が読めません: %.*s", SLICE_ARG(slice_part(line, 3, 100)));
			boxes_add(out, &box);
		}
	}
	return !out->failed && boxes_sort(out) ? ok() : fail(why, E_MEMORY, "", "メモリーが足りません。");
}

bool connection_permitted(const struct boxes *sorted, bool six, wide_t src, wide_t dst, uint8_t proto, uint16_t dport)
{
	for (size_t i = 0; i < sorted->count && sorted->at[i].daddr_lo <= dst; i++) {
		const struct box *b = &sorted->at[i];
		if ((b->owner == CONNECTION_IP6) == six && dst <= b->daddr_hi && b->saddr_lo <= src && src <= b->saddr_hi &&
		    b->proto_lo <= proto && proto <= b->proto_hi && b->dport_lo <= dport && dport <= b->dport_hi)
			return true;
	}
	return false;
}
