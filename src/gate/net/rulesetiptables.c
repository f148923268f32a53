/* What iptables-save printed.  The filter table is followed; of the others it is
 * only said that they are there and do something.
 * source  iptables-extensions(8) of Debian 12                               */
#include "gate/net/rulesetread.h"

#include <stdio.h>

enum { WORDS = 160 };
struct line {
	struct slice words[WORDS];
	size_t count, at, number;
};
struct tables_reader {
	struct ruleset_reader rd;
	struct index chains; /* "4\tINPUT" */
	uint32_t *filled;
	enum net_family family;
	bool filter;         /* inside *filter */
	struct slice table;
	struct line *line;
	struct rule *rule;
	struct match *matches;
	bool not;            /* "!" before the option */
	const char *error;
};

/* ---- words of a line ------------------------------------------------------- */

static bool quoted(struct tables_reader *t, struct slice *rest, struct slice *out)
{
	uint8_t *text = arena_alloc(t->rd.arena, rest->len + 1);
	size_t n = 0, i = 1;
	if (!text)
		return false;
	for (; i < rest->len && rest->at[i] != '"'; i++) {
		i += rest->at[i] == '\\' && i + 1 < rest->len;
		text[n++] = rest->at[i];
	}
	if (i >= rest->len)
		return false;
	*rest = slice_part(*rest, i + 1, rest->len);
	*out = slice_of(text, n);
	return true;
}

static bool split(struct tables_reader *t, struct slice rest, struct line *line)
{
	line->count = line->at = 0;
	for (;;) {
		while (rest.len && (rest.at[0] == ' ' || rest.at[0] == '\t' || rest.at[0] == '\r'))
			rest = slice_part(rest, 1, rest.len);
		if (!rest.len)
			return true;
		if (line->count == WORDS)
			return false;
		if (rest.at[0] == '"') {
			if (!quoted(t, &rest, &line->words[line->count++]))
				return false;
			continue;
		}
		size_t len = 0;
		while (len < rest.len && rest.at[len] != ' ' && rest.at[len] != '\t' && rest.at[len] != '\r')
			len++;
		line->words[line->count++] = slice_part(rest, 0, len);
		rest = slice_part(rest, len, rest.len);
	}
}

static struct slice take(struct tables_reader *t)
{
	if (t->line->at < t->line->count)
		return t->line->words[t->line->at++];
	t->error = "値がありません。";
	return (struct slice){NULL, 0};
}

/* ---- matches --------------------------------------------------------------- */

static void add_match(struct tables_reader *t, enum field field, const struct spans *spans)
{
	if (spans->failed)
		t->rd.no_memory = true;
	if (t->rule->match_count == RULE_MATCHES) {
		reader_doubt(&t->rd, t->rule, "too many matches");
		return;
	}
	t->matches[t->rule->match_count++] = (struct match){
		.fields = {field}, .field_count = 1, .negate = t->not, .spans = spans->at, .span_count = spans->count};
}

static bool netmask(struct slice text, struct interval *out)
{
	size_t slash = slice_find(text, SLICE("/"));
	enum net_family a, b;
	wide_t at, mask;
	if (slash == SIZE_MAX || !address_read(slice_part(text, 0, slash), &a, &at) ||
	    !address_read(slice_part(text, slash + 1, text.len), &b, &mask) || a != b)
		return false;
	wide_t host = ~mask & dim_full(a, DIM_SADDR).hi;
	if (host & (host + 1))
		return false; /* holes in the mask */
	*out = (struct interval){at & mask, at | host};
	return true;
}

static bool address_value(struct tables_reader *t, struct slice text, struct interval *out)
{
	enum net_family family;
	return (span_read(text, &family, out) && family == t->family) || netmask(text, out);
}

static void about_address(struct tables_reader *t, bool source)
{
	struct spans spans = {0};
	struct interval span;
	struct slice text = take(t);
	enum field four = source ? FIELD_IP_SADDR : FIELD_IP_DADDR, six = source ? FIELD_IP6_SADDR : FIELD_IP6_DADDR;
	if (!address_value(t, text, &span)) {
		reader_doubt(&t->rd, t->rule, "address %.*s", SLICE_ARG(slice_part(text, 0, 80)));
		return;
	}
	spans_add(&spans, t->rd.arena, span);
	add_match(t, t->family == FAMILY_IP6 ? six : four, &spans);
}

static void about_source(struct tables_reader *t, int unused)
{
	(void)unused;
	about_address(t, true);
}

static void about_target_address(struct tables_reader *t, int unused)
{
	(void)unused;
	about_address(t, false);
}

/* -i, -o, -p and others of one value */
static void about_word(struct tables_reader *t, int field)
{
	struct spans spans = {0};
	struct interval span;
	struct slice text = take(t);
	if (field == FIELD_L4PROTO && (slice_is(text, "all") || slice_is(text, "0")))
		return;
	if (!value_word(&t->rd, value_kind_of((enum field)field), text, &span)) {
		reader_doubt(&t->rd, t->rule, "%s %.*s", field_rows[field].text, SLICE_ARG(slice_part(text, 0, 80)));
		return;
	}
	spans_add(&spans, t->rd.arena, span);
	add_match(t, (enum field)field, &spans);
}

static bool port_range(struct slice text, struct interval *out)
{
	size_t colon = slice_find(text, SLICE(":"));
	uint16_t lo = 0, hi = PORT_MAX;
	struct slice first = slice_part(text, 0, colon), last = slice_part(text, colon + 1, text.len);
	if (colon == SIZE_MAX)
		last = first;
	if ((first.len && !service_word(first, &lo)) || (last.len && !service_word(last, &hi)) || lo > hi || !text.len)
		return false;
	*out = (struct interval){lo, hi};
	return true;
}

/* A list by commas: ports of --dports, words of --ctstate. */
static void about_list(struct tables_reader *t, int field)
{
	struct spans spans = {0};
	struct slice all = take(t), rest = all;
	bool ports = value_kind_of((enum field)field) == VALUE_PORT;
	while (rest.len) {
		size_t comma = slice_find(rest, SLICE(","));
		struct slice one = slice_part(rest, 0, comma);
		struct interval span;
		rest = comma == SIZE_MAX ? slice_part(rest, rest.len, 0) : slice_part(rest, comma + 1, rest.len);
		if (!(ports ? port_range(one, &span) : value_word(&t->rd, value_kind_of((enum field)field), one, &span))) {
			reader_doubt(&t->rd, t->rule, "%s %.*s", field_rows[field].text, SLICE_ARG(slice_part(all, 0, 80)));
			return;
		}
		spans_add(&spans, t->rd.arena, span);
	}
	if (spans.count)
		add_match(t, (enum field)field, &spans);
}

static void both_ports(struct tables_reader *t, int unused)
{
	(void)unused;
	struct slice text = take(t);
	reader_doubt(&t->rd, t->rule, "--ports %.*s", SLICE_ARG(slice_part(text, 0, 80)));
}

static void about_icmp(struct tables_reader *t, int field)
{
	struct slice text = take(t);
	struct spans spans = {0};
	uint8_t type;
	if (slice_is(text, "any"))
		return;
	if (!icmp_type_word(text, field == FIELD_ICMPV6_TYPE, &type)) {
		reader_doubt(&t->rd, t->rule, "icmp type %.*s", SLICE_ARG(slice_part(text, 0, 40)));
		return;
	}
	spans_add(&spans, t->rd.arena, (struct interval){type, type});
	add_match(t, (enum field)field, &spans);
}

static void module(struct tables_reader *t, int unused)
{
	static const char *const known[] = {"tcp",   "udp",   "sctp",      "dccp",    "udplite", "icmp",   "icmp6",
	                                    "icmpv6", "state", "conntrack", "multiport", "iprange", "mac", "comment"};
	struct slice name = take(t);
	(void)unused;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (slice_is(name, known[i]))
			return;
	reader_doubt(&t->rd, t->rule, "-m %.*s", SLICE_ARG(slice_part(name, 0, 40)));
}

static void skip_value(struct tables_reader *t, int unused)
{
	(void)unused;
	take(t);
}

/* ---- targets --------------------------------------------------------------- */

static bool chain_named(struct tables_reader *t, struct slice name, uint32_t *out)
{
	const char *key = arena_printf(t->rd.arena, "%d\t%.*s", (int)t->family, SLICE_ARG(name));
	t->rd.no_memory |= !key;
	return key && index_find(&t->chains, slice_str(key), out);
}

static void about_target(struct tables_reader *t, int action)
{
	static const struct {
		const char *name;
		enum action action;
		bool doubt;
	} rows[] = {
		{"ACCEPT", ACTION_ACCEPT, false}, {"DROP", ACTION_DROP, false},     {"REJECT", ACTION_DROP, false},
		{"RETURN", ACTION_RETURN, false}, {"LOG", ACTION_NONE, false},      {"NFLOG", ACTION_NONE, false},
		{"ULOG", ACTION_NONE, false},     {"AUDIT", ACTION_NONE, false},    {"TRACE", ACTION_NONE, false},
		{"MARK", ACTION_NONE, false},     {"CONNMARK", ACTION_NONE, false}, {"TCPMSS", ACTION_NONE, false},
		{"CLASSIFY", ACTION_NONE, false}, {"DSCP", ACTION_NONE, false},     {"QUEUE", ACTION_ACCEPT, true},
		{"NFQUEUE", ACTION_ACCEPT, true},
	};
	struct slice name = take(t);
	uint32_t chain;
	if (chain_named(t, name, &chain)) {
		t->rule->action = (enum action)action;
		t->rule->target = chain;
		return;
	}
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (slice_is(name, rows[i].name)) {
			t->rule->action = rows[i].action;
			if (rows[i].doubt)
				reader_doubt(&t->rd, t->rule, "-j %s", rows[i].name);
			t->line->at = t->line->count; /* its own options follow to the end */
			return;
		}
	t->rule->action = ACTION_ACCEPT; /* nobody knows what it does with the packet */
	reader_doubt(&t->rd, t->rule, "-j %.*s", SLICE_ARG(slice_part(name, 0, 40)));
	t->line->at = t->line->count;
}

/* ---- options --------------------------------------------------------------- */

static const struct option {
	const char *name;
	void (*read)(struct tables_reader *t, int value);
	int value;
} options[] = {
	{"-s", about_source, 0}, {"--source", about_source, 0}, {"--src", about_source, 0}, {"--src-range", about_source, 0},
	{"-d", about_target_address, 0}, {"--destination", about_target_address, 0}, {"--dst", about_target_address, 0},
	{"--dst-range", about_target_address, 0},
	{"-i", about_word, FIELD_IIF}, {"--in-interface", about_word, FIELD_IIF},
	{"-o", about_word, FIELD_OIF}, {"--out-interface", about_word, FIELD_OIF},
	{"-p", about_word, FIELD_L4PROTO}, {"--protocol", about_word, FIELD_L4PROTO}, {"--proto", about_word, FIELD_L4PROTO},
	{"--mac-source", about_word, FIELD_ETHER_SADDR},
	{"--ctdir", about_word, FIELD_CT_DIRECTION},
	{"--dport", about_list, FIELD_TH_DPORT}, {"--destination-port", about_list, FIELD_TH_DPORT},
	{"--dports", about_list, FIELD_TH_DPORT}, {"--destination-ports", about_list, FIELD_TH_DPORT},
	{"--sport", about_list, FIELD_TH_SPORT}, {"--source-port", about_list, FIELD_TH_SPORT},
	{"--sports", about_list, FIELD_TH_SPORT}, {"--source-ports", about_list, FIELD_TH_SPORT},
	{"--ports", both_ports, 0},
	{"--state", about_list, FIELD_CT_STATE}, {"--ctstate", about_list, FIELD_CT_STATE},
	{"--icmp-type", about_icmp, FIELD_ICMP_TYPE}, {"--icmpv6-type", about_icmp, FIELD_ICMPV6_TYPE},
	{"-m", module, 0}, {"--match", module, 0},
	{"--comment", skip_value, 0},
	{"-j", about_target, ACTION_JUMP}, {"--jump", about_target, ACTION_JUMP},
	{"-g", about_target, ACTION_GOTO}, {"--goto", about_target, ACTION_GOTO},
};

static void read_option(struct tables_reader *t, struct slice word)
{
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (slice_is(word, options[i].name)) {
			options[i].read(t, options[i].value);
			return;
		}
	reader_doubt(&t->rd, t->rule, "%.*s", SLICE_ARG(slice_part(word, 0, 40)));
}

static void read_rule(struct tables_reader *t, uint32_t chain)
{
	struct match matches[RULE_MATCHES];
	const struct chain *c = &t->rd.r->chains[chain];
	t->rule = &t->rd.r->rules[c->first_rule + t->filled[chain]++];
	*t->rule = (struct rule){.raw = "", .line = t->line->number};
	t->matches = matches;
	while (t->line->at < t->line->count && !t->error) {
		struct slice word = take(t);
		t->not = slice_is(word, "!");
		read_option(t, t->not ? take(t) : word);
	}
	struct match *kept = ARENA_ARRAY(t->rd.arena, t->rule->match_count + 1u, struct match);
	if (!kept) {
		t->rd.no_memory = true;
		t->rule->match_count = 0;
		return;
	}
	memcpy(kept, matches, t->rule->match_count * sizeof *kept);
	t->rule->matches = kept;
}

/* ---- lines ----------------------------------------------------------------- */

static void skip_counters(struct line *line)
{
	if (line->at < line->count && line->words[line->at].len && line->words[line->at].at[0] == '[')
		line->at++;
}

static void declare_chain(struct tables_reader *t, struct slice name, struct slice policy)
{
	struct ruleset *r = t->rd.r;
	static const struct {
		const char *name;
		enum net_hook hook;
	} hooks[] = {{"INPUT", HOOK_INPUT}, {"FORWARD", HOOK_FORWARD}, {"OUTPUT", HOOK_OUTPUT}};
	const char *key = arena_printf(t->rd.arena, "%d\t%.*s", (int)t->family, SLICE_ARG(name));
	if (!key || !index_add(&t->chains, slice_str(key), (uint32_t)r->chain_count)) {
		t->error = "同じ名前のチェーンが二度あります。";
		return;
	}
	struct chain *c = &r->chains[r->chain_count++];
	*c = (struct chain){.name = name, .table = t->family == FAMILY_IP6, .hook = HOOK_COUNT};
	for (size_t i = 0; i < 3; i++)
		if (slice_is(name, hooks[i].name)) {
			c->base = true;
			c->hook = hooks[i].hook;
			c->policy = slice_is(policy, "ACCEPT") ? ACTION_ACCEPT : ACTION_DROP;
		}
}

/* The first pass names chains and counts their rules, the second reads them. */
static void read_line(struct tables_reader *t, bool second)
{
	struct line *line = t->line;
	uint32_t chain;
	skip_counters(line);
	struct slice word = take(t);
	if (slice_starts(word, SLICE("*"))) {
		t->table = slice_part(word, 1, word.len);
		t->filter = slice_is(t->table, "filter");
	} else if (slice_is(word, "COMMIT")) {
		t->filter = false;
	} else if (slice_starts(word, SLICE(":"))) {
		struct slice policy = line->at < line->count ? line->words[line->at] : (struct slice){NULL, 0};
		if (t->filter && !second)
			declare_chain(t, slice_part(word, 1, word.len), policy);
		else if (!t->filter && !second && slice_is(policy, "DROP"))
			reader_unknown(&t->rd, "*%.*s %.*s DROP", SLICE_ARG(t->table), SLICE_ARG(word));
	} else if (slice_is(word, "-A") || slice_is(word, "--append")) {
		struct slice name = take(t);
		if (!t->filter) {
			if (!second)
				reader_unknown(&t->rd, "%zu: -t %.*s", line->number, SLICE_ARG(slice_part(t->table, 0, 40)));
		} else if (!chain_named(t, name, &chain))
			t->error = "宣言されていないチェーンの規則です。";
		else if (second)
			read_rule(t, chain);
		else
			t->rd.r->chains[chain].rules++;
	} else
		t->error = "iptables-save の行として読めません。";
}

static struct result read_text(struct tables_reader *t, struct slice text, bool second, struct why *why)
{
	struct line line = {.number = 0};
	char place[32];
	t->line = &line;
	t->filter = false;
	while (text.len) {
		size_t end = slice_find(text, SLICE("\n"));
		struct slice one = slice_part(text, 0, end);
		text = end == SIZE_MAX ? slice_part(text, text.len, 0) : slice_part(text, end + 1, text.len);
		line.number++;
		t->error = NULL;
		if (!split(t, one, &line))
			t->error = "引用符が閉じていないか、語が多すぎます。";
		else if (line.count && line.words[0].at && line.words[0].len && line.words[0].at[0] != '#')
			read_line(t, second);
		snprintf(place, sizeof place, "%zu", line.number);
		if (t->error)
			return fail(why, E_INPUT, place, "%s", t->error);
	}
	return ok();
}

static void count_text(struct slice text, size_t *chains, size_t *rules)
{
	bool start = true;
	for (size_t i = 0; i < text.len; i++) {
		*chains += start && text.at[i] == ':';
		*rules += start;
		start = text.at[i] == '\n';
	}
}

static struct result both_passes(struct tables_reader *t, const struct slice texts[2], struct why *why)
{
	struct ruleset *r = t->rd.r;
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < 2; i++) {
			t->family = i ? FAMILY_IP6 : FAMILY_IP4;
			TRY(read_text(t, texts[i], pass == 1, why));
		}
		uint32_t first = 0;
		for (size_t c = 0; pass == 0 && c < r->chain_count; c++) {
			r->chains[c].first_rule = first;
			first += r->chains[c].rules;
			r->rule_count = first;
		}
	}
	return ok();
}

struct result ruleset_read_iptables(struct slice text4, struct slice text6, const struct atlas_names *names,
                                    struct arena *arena, struct ruleset **out, struct why *why)
{
	const struct slice texts[2] = {text4, text6};
	struct tables_reader t = {.rd = {.arena = arena, .r = ARENA_NEW(arena, struct ruleset)}};
	struct ruleset *r = t.rd.r;
	size_t chains = 0, rules = 0;
	if (text4.len > RULESET_TEXT_BYTES || text6.len > RULESET_TEXT_BYTES)
		return fail(why, E_LIMIT, "", "一覧は %d MB までです。", RULESET_TEXT_BYTES >> 20);
	count_text(text4, &chains, &rules);
	count_text(text6, &chains, &rules);
	if (chains > RULESET_CHAINS || rules > RULESET_RULES)
		return fail(why, E_LIMIT, "", "規則が多すぎます。");
	if (!r || !(r->tables = ARENA_ARRAY(arena, 2, struct table)) || !(r->chains = ARENA_ARRAY(arena, chains + 1, struct chain)) ||
	    !(r->rules = ARENA_ARRAY(arena, rules + 1, struct rule)) ||
	    !(r->unknown = ARENA_ARRAY(arena, RULESET_UNKNOWN, const char *)) ||
	    !(t.filled = ARENA_ARRAY(arena, chains + 1, uint32_t)) || !index_init(&t.chains, chains + 1, arena))
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	r->names = *names;
	r->xtables = true;
	r->tables[0] = (struct table){SLICE("filter"), TABLE_IP};
	r->tables[1] = (struct table){SLICE("filter"), TABLE_IP6};
	r->table_count = 2;
	TRY(both_passes(&t, texts, why));
	if (t.rd.no_memory)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	if (t.rd.limit)
		return fail(why, E_LIMIT, "", "接続口の名前が多すぎます。");
	if (r->chain_count == 0)
		return fail(why, E_INPUT, "", "filter の表がありません。iptables-save の出力を渡してください。");
	*out = r;
	return ok();
}
