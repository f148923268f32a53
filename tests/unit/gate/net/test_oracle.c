/* Random rulesets: what our reader and prover say passes, against three that
 * know nothing of it: first match packet by packet over all classes of packets,
 * a BDD (BuDDy) and a solver (z3) over all packets.
 *
 * SEKISHO_ORACLE_ROUNDS sets how many rulesets (300).                       */
#include "gate/net/prove.h"
#include "harness.h"

#include <stdlib.h>
#ifdef HAVE_Z3
#include <z3.h>
#endif
#ifdef HAVE_BDD
#include <bdd.h>
#endif

static uint64_t seed;
static uint32_t chance(uint32_t n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(seed >> 33) % n;
}

/* ---- a ruleset of our own --------------------------------------------------- */

enum { CHAINS = 4, RULES = 7, DIMS = 6, LAST = 64 };
/* src, dst, proto, dport, sport, state: in bits */
static const unsigned bits[DIMS] = {32, 32, 8, 16, 16, 3};
static const enum net_dim dims[DIMS] = {DIM_SADDR, DIM_DADDR, DIM_PROTO, DIM_DPORT, DIM_SPORT, DIM_STATE};
enum { SRC = 0, DST, PROTO, DPORT, SPORT, STATE };

struct condition {
	bool used, negate;
	unsigned mask;          /* of states */
	uint32_t lo, hi;
};
enum verb { ACCEPT, DROP, RETURN, JUMP, GOTO, LOG };
struct toy_rule {
	struct condition c[DIMS];
	int interface; /* -1 any */
	bool not_interface;
	enum verb verb;
	unsigned target;
};
struct toy {
	struct toy_rule rules[CHAINS][RULES];
	unsigned count[CHAINS];
	bool policy_accept;
};

static void toy_condition(struct condition *c, int dim)
{
	static const uint8_t protos[] = {6, 17, 1, 47};
	c->used = true;
	c->negate = chance(5) == 0;
	uint32_t at = chance(24), len = chance(3) ? 0 : chance(8);
	if (dim == SRC || dim == DST) {
		unsigned prefix = chance(2) ? 32 : 27 + chance(5);
		uint32_t host = prefix == 32 ? 0 : (1u << (32 - prefix)) - 1;
		c->lo = (0x0A000000u + at) & ~host;
		c->hi = c->lo | host;
	} else if (dim == PROTO) {
		c->lo = c->hi = protos[chance(4)];
	} else {
		c->lo = 70 + at;
		c->hi = 70 + at + len;
	}
}

static struct toy_rule toy_rule(unsigned chain)
{
	struct toy_rule r = {.interface = chance(3) ? -1 : (int)chance(2), .not_interface = chance(4) == 0};
	if (chance(2))
		toy_condition(&r.c[SRC], SRC);
	if (chance(2))
		toy_condition(&r.c[DST], DST);
	if (chance(2)) {
		toy_condition(&r.c[PROTO], PROTO);
		bool ports = !r.c[PROTO].negate && (r.c[PROTO].lo == 6 || r.c[PROTO].lo == 17);
		if (ports && chance(2))
			toy_condition(&r.c[DPORT], DPORT);
		if (ports && chance(4) == 0)
			toy_condition(&r.c[SPORT], SPORT);
	}
	if (chance(4) == 0)
		r.c[STATE] = (struct condition){.used = true, .negate = chance(4) == 0, .mask = 1 + chance(31)};
	static const enum verb verbs[] = {ACCEPT, ACCEPT, ACCEPT, DROP, DROP, RETURN, LOG, JUMP, JUMP, GOTO};
	r.verb = verbs[chance(10)];
	if ((r.verb == JUMP || r.verb == GOTO) && chain + 1 == CHAINS)
		r.verb = ACCEPT;
	if (r.verb == JUMP || r.verb == GOTO)
		r.target = chain + 1 + chance(CHAINS - chain - 1);
	return r;
}

static void toy_make(struct toy *t)
{
	t->policy_accept = chance(4) == 0;
	for (unsigned c = 0; c < CHAINS; c++) {
		t->count[c] = 1 + chance(RULES);
		for (unsigned i = 0; i < t->count[c]; i++)
			t->rules[c][i] = toy_rule(c);
	}
}

/* the words of a mask over new, established, related, invalid, untracked */
static const char *const state_words[] = {"NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED"};
static unsigned states_of(unsigned mask)
{
	static const unsigned of[] = {1, 2 | 4, 8 | 16, 32, 64};
	unsigned out = 0;
	for (unsigned i = 0; i < 5; i++)
		out |= mask >> i & 1 ? of[i] : 0;
	return out;
}

/* ---- as text ---------------------------------------------------------------- */

static void put_address(struct buffer *out, const struct condition *c)
{
	char text[ADDRESS_TEXT];
	address_write(FAMILY_IP4, c->lo, text);
	buffer_put_str(out, text);
	buffer_printf(out, "/%d", 32 - __builtin_popcount(c->lo ^ c->hi));
}

static void put_iptables_rule(struct buffer *out, const struct toy_rule *r)
{
	static const char *const verbs[] = {"-j ACCEPT", "-j DROP", "-j RETURN", "-j", "-g", "-j LOG --log-prefix \"a \\\" b\""};
	static const char *const names[] = {"-s", "-d", "-p", "--dport", "--sport"};
	if (r->interface >= 0)
		buffer_printf(out, "%s -i eth%d", r->not_interface ? " !" : "", r->interface);
	for (int d = 0; d < STATE; d++) {
		const struct condition *c = &r->c[d];
		if (!c->used)
			continue;
		if (d == DPORT || d == SPORT)
			buffer_printf(out, " -m %s", r->c[PROTO].lo == 6 ? "tcp" : "udp");
		buffer_printf(out, "%s %s ", c->negate ? " !" : "", names[d]);
		if (d == SRC || d == DST)
			put_address(out, c);
		else if (c->lo == c->hi)
			buffer_printf(out, "%u", c->lo);
		else
			buffer_printf(out, "%u:%u", c->lo, c->hi);
	}
	if (r->c[STATE].used) {
		buffer_printf(out, " -m conntrack%s --ctstate ", r->c[STATE].negate ? " !" : "");
		for (unsigned i = 0, n = 0; i < 5; i++)
			if (r->c[STATE].mask >> i & 1)
				buffer_printf(out, "%s%s", n++ ? "," : "", state_words[i]);
	}
	buffer_printf(out, " %s", verbs[r->verb]);
	if (r->verb == JUMP || r->verb == GOTO)
		buffer_printf(out, " c%u", r->target);
	buffer_put_u8(out, '\n');
}

static void put_iptables(struct buffer *out, const struct toy *t)
{
	buffer_printf(out, "# by chance\n*filter\n:FORWARD %s [0:0]\n", t->policy_accept ? "ACCEPT" : "DROP");
	for (unsigned c = 1; c < CHAINS; c++)
		buffer_printf(out, ":c%u - [0:0]\n", c);
	for (unsigned c = 0; c < CHAINS; c++)
		for (unsigned i = 0; i < t->count[c]; i++) {
			buffer_put_str(out, c ? "-A " : "[7:99] -A FORWARD");
			if (c)
				buffer_printf(out, "c%u", c);
			put_iptables_rule(out, &t->rules[c][i]);
		}
	buffer_put_str(out, "COMMIT\n");
}

static void put_json_match(struct buffer *out, const char *left, bool negate, const char *equal)
{
	buffer_printf(out, "{\"match\":{\"op\":\"%s\",\"left\":%s,\"right\":", negate ? "!=" : equal, left);
}

static void put_json_value(struct buffer *out, const struct condition *c, bool address)
{
	char text[ADDRESS_TEXT];
	address_write(FAMILY_IP4, c->lo, text);
	if (address && c->lo == c->hi)
		buffer_printf(out, "\"%s\"", text);
	else if (address)
		buffer_printf(out, "{\"prefix\":{\"addr\":\"%s\",\"len\":%d}}", text, 32 - __builtin_popcount(c->lo ^ c->hi));
	else if (c->lo == c->hi)
		buffer_printf(out, "%u", c->lo);
	else
		buffer_printf(out, "{\"range\":[%u,%u]}", c->lo, c->hi);
	buffer_put_str(out, "}},");
}

static void put_json_rule(struct buffer *out, const struct toy_rule *r, unsigned chain)
{
	static const char *const left[] = {
		"{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}}", "{\"payload\":{\"protocol\":\"ip\",\"field\":\"daddr\"}}",
		"{\"meta\":{\"key\":\"l4proto\"}}", "{\"payload\":{\"protocol\":\"%s\",\"field\":\"dport\"}}",
		"{\"payload\":{\"protocol\":\"%s\",\"field\":\"sport\"}}"};
	static const char *const verbs[] = {"{\"accept\":null}", "{\"drop\":null}", "{\"return\":null}", "jump", "goto",
	                                    "{\"log\":{\"prefix\":\"x\"}}"};
	static const char *const words[] = {"new", "established", "related", "invalid", "untracked"};
	buffer_printf(out, ",{\"rule\":{\"family\":\"ip\",\"table\":\"t\",\"chain\":\"%s%.0u\",\"expr\":[", chain ? "c" : "FORWARD", chain);
	if (r->interface >= 0) {
		put_json_match(out, "{\"meta\":{\"key\":\"iifname\"}}", r->not_interface, "==");
		buffer_printf(out, "\"eth%d\"}},", r->interface);
	}
	for (int d = 0; d < STATE; d++) {
		char text[100];
		if (!r->c[d].used)
			continue;
		size_t len = (size_t)(strstr(left[d], "%s") ? strstr(left[d], "%s") - left[d] : 0);
		if (len)
			snprintf(text, sizeof text, "%.*s%s%s", (int)len, left[d], r->c[PROTO].lo == 6 ? "tcp" : "udp", left[d] + len + 2);
		put_json_match(out, len ? text : left[d], r->c[d].negate, "==");
		put_json_value(out, &r->c[d], d <= DST);
	}
	if (r->c[STATE].used) {
		put_json_match(out, "{\"ct\":{\"key\":\"state\"}}", r->c[STATE].negate, "in");
		buffer_put_u8(out, '[');
		for (unsigned i = 0, n = 0; i < 5; i++)
			if (r->c[STATE].mask >> i & 1)
				buffer_printf(out, "%s\"%s\"", n++ ? "," : "", words[i]);
		buffer_put_str(out, "]}},");
	}
	if (r->verb == JUMP || r->verb == GOTO)
		buffer_printf(out, "{\"%s\":{\"target\":\"c%u\"}}]}}", verbs[r->verb], r->target);
	else
		buffer_printf(out, "%s]}}", verbs[r->verb]);
}

static void put_json(struct buffer *out, const struct toy *t)
{
	buffer_put_str(out, "{\"nftables\":[{\"metainfo\":{}},{\"table\":{\"family\":\"ip\",\"name\":\"t\"}}");
	buffer_printf(out, ",{\"chain\":{\"family\":\"ip\",\"table\":\"t\",\"name\":\"FORWARD\",\"type\":\"filter\",\"hook\":\"forward\","
	                   "\"prio\":0,\"policy\":\"%s\"}}", t->policy_accept ? "accept" : "drop");
	for (unsigned c = 1; c < CHAINS; c++)
		buffer_printf(out, ",{\"chain\":{\"family\":\"ip\",\"table\":\"t\",\"name\":\"c%u\"}}", c);
	for (unsigned c = 0; c < CHAINS; c++)
		for (unsigned i = 0; i < t->count[c]; i++)
			put_json_rule(out, &t->rules[c][i], c);
	buffer_put_str(out, "]}");
}

/* ---- packet by packet --------------------------------------------------------- */

static bool holds(const struct condition *c, int dim, uint32_t value)
{
	if (!c->used)
		return true;
	bool in = dim == STATE ? states_of(c->mask) >> value & 1 : value >= c->lo && value <= c->hi;
	return in != c->negate;
}

static bool rule_holds(const struct toy_rule *r, int interface, const uint32_t packet[DIMS])
{
	if (r->interface >= 0 && (r->interface == interface) == r->not_interface)
		return false;
	for (int d = 0; d < DIMS; d++)
		if (!holds(&r->c[d], d, packet[d]))
			return false;
	return true;
}

enum fate { FATE_ACCEPT, FATE_DROP, FATE_RETURN };
static enum fate pass(const struct toy *t, unsigned chain, int interface, const uint32_t packet[DIMS])
{
	for (unsigned i = 0; i < t->count[chain]; i++) {
		const struct toy_rule *r = &t->rules[chain][i];
		if (!rule_holds(r, interface, packet))
			continue;
		if (r->verb == ACCEPT || r->verb == DROP)
			return r->verb == ACCEPT ? FATE_ACCEPT : FATE_DROP;
		if (r->verb == RETURN)
			return FATE_RETURN;
		if (r->verb != JUMP && r->verb != GOTO)
			continue;
		enum fate fate = pass(t, r->target, interface, packet);
		if (fate != FATE_RETURN || r->verb == GOTO)
			return fate;
	}
	return FATE_RETURN;
}

static bool accepts(const struct toy *t, int interface, const uint32_t packet[DIMS])
{
	enum fate fate = pass(t, 0, interface, packet);
	return fate == FATE_ACCEPT || (fate == FATE_RETURN && t->policy_accept);
}

/* One packet of each class that the rules can tell apart in a field. */
static size_t classes(const struct toy *t, int dim, uint32_t out[LAST])
{
	size_t n = 0;
	uint32_t top = bits[dim] == 32 ? UINT32_MAX : (1u << bits[dim]) - 1;
	out[n++] = 0;
	for (unsigned c = 0; c < CHAINS; c++)
		for (unsigned i = 0; i < t->count[c] && n + 2 < LAST; i++) {
			const struct condition *x = &t->rules[c][i].c[dim];
			if (x->used && dim != STATE && x->hi < top) {
				out[n++] = x->lo;
				out[n++] = x->hi + 1;
			}
		}
	for (uint32_t s = 1; dim == STATE && s < STATE_COUNT; s++)
		out[n++] = s;
	return n;
}

static bool inside(const struct boxes *boxes, const uint32_t packet[DIMS])
{
	for (size_t i = 0; i < boxes->count; i++) {
		bool in = true;
		for (int d = 0; d < DIMS && in; d++) {
			struct interval s = box_get(&boxes->at[i], dims[d]);
			in = packet[d] >= s.lo && packet[d] <= s.hi;
		}
		if (in)
			return true;
	}
	return false;
}

static bool brute(const struct toy *t, int interface, const struct boxes *boxes)
{
	uint32_t values[DIMS][LAST], packet[DIMS];
	size_t count[DIMS];
	for (int d = 0; d < DIMS; d++)
		count[d] = classes(t, d, values[d]);
	for (int round = 0; round < 4000; round++) {
		for (int d = 0; d < DIMS; d++)
			packet[d] = values[d][chance((uint32_t)count[d])];
		if (inside(boxes, packet) != accepts(t, interface, packet))
			return false;
	}
	return true;
}

/* All packets of a small space: addresses 10.0.0.0-31, four protocols, 32 ports. */
static bool every_packet(const struct toy *t, int interface, const struct boxes *boxes)
{
	static const uint8_t protos[] = {1, 6, 17, 47};
	for (uint32_t n = 0; n < 32u * 32 * 4 * 32; n++) {
		const uint32_t packet[DIMS] = {0x0A000000u + n % 32, 0x0A000000u + n / 32 % 32, protos[n / 1024 % 4],
		                               68 + n / 4096, 80, n % STATE_COUNT};
		if (inside(boxes, packet) != accepts(t, interface, packet))
			return false;
	}
	return true;
}

/* ---- BuDDy --------------------------------------------------------------------- */

#ifdef HAVE_BDD
static int first_var(int dim)
{
	int v = 0;
	for (int d = 0; d < dim; d++)
		v += (int)bits[d];
	return v;
}

/* value <= bound, from the least bit up */
static BDD at_most(int dim, uint32_t bound)
{
	BDD r = bddtrue;
	for (int b = 0; b < (int)bits[dim]; b++) {
		int var = first_var(dim) + (int)bits[dim] - 1 - b;
		BDD next = bound >> b & 1 ? bdd_or(bdd_nithvar(var), r) : bdd_and(bdd_nithvar(var), r);
		bdd_addref(next);
		if (b)
			bdd_delref(r);
		r = next;
	}
	return r;
}

static BDD between(int dim, uint32_t lo, uint32_t hi)
{
	BDD r = at_most(dim, hi);
	return lo ? bdd_addref(bdd_apply(r, at_most(dim, lo - 1), bddop_diff)) : r;
}

static BDD bdd_condition(const struct condition *c, int dim)
{
	BDD r = bddfalse;
	if (dim != STATE)
		r = between(dim, c->lo, c->hi);
	for (uint32_t s = 0; dim == STATE && s < STATE_COUNT; s++)
		if (states_of(c->mask) >> s & 1)
			r = bdd_addref(bdd_or(r, between(STATE, s, s)));
	return c->negate ? bdd_addref(bdd_not(r)) : r;
}

static BDD bdd_rule(const struct toy_rule *r, int interface)
{
	BDD m = bddtrue;
	if (r->interface >= 0 && (r->interface == interface) == r->not_interface)
		return bddfalse;
	for (int d = 0; d < DIMS; d++)
		if (r->c[d].used)
			m = bdd_addref(bdd_and(m, bdd_condition(&r->c[d], d)));
	return m;
}

struct fates {
	BDD accept, falls; /* falls: returns to the caller */
};
static struct fates bdd_chain(const struct toy *t, unsigned chain, int interface)
{
	struct fates f = {bddfalse, bddfalse};
	BDD here = bddtrue;
	for (unsigned i = 0; i < t->count[chain]; i++) {
		const struct toy_rule *r = &t->rules[chain][i];
		BDD m = bdd_addref(bdd_and(here, bdd_rule(r, interface)));
		struct fates below = {bddfalse, bddtrue};
		if (r->verb == JUMP || r->verb == GOTO)
			below = bdd_chain(t, r->target, interface);
		if (r->verb == ACCEPT)
			below.accept = bddtrue;
		f.accept = bdd_addref(bdd_or(f.accept, bdd_addref(bdd_and(m, below.accept))));
		if (r->verb == RETURN || r->verb == GOTO)
			f.falls = bdd_addref(bdd_or(f.falls, bdd_addref(bdd_and(m, below.falls))));
		BDD gone = bddfalse; /* what does not go on to the next rule */
		if (r->verb == JUMP)
			gone = bdd_addref(bdd_apply(m, below.falls, bddop_diff));
		else if (r->verb != LOG)
			gone = m;
		here = bdd_addref(bdd_apply(here, gone, bddop_diff));
	}
	f.falls = bdd_addref(bdd_or(f.falls, here));
	return f;
}

static bool bdd_agrees(const struct toy *t, int interface, const struct boxes *boxes)
{
	struct fates f = bdd_chain(t, 0, interface);
	BDD states = between(STATE, 0, STATE_COUNT - 1), ours = bddfalse;
	BDD theirs = t->policy_accept ? bdd_addref(bdd_or(f.accept, f.falls)) : f.accept;
	theirs = bdd_addref(bdd_and(theirs, states));
	for (size_t i = 0; i < boxes->count; i++) {
		BDD b = bddtrue;
		for (int d = 0; d < DIMS; d++) {
			struct interval s = box_get(&boxes->at[i], dims[d]);
			if (!span_inside(dim_full(FAMILY_IP4, dims[d]), s) || d == STATE)
				b = bdd_addref(bdd_and(b, between(d, (uint32_t)s.lo, (uint32_t)s.hi)));
		}
		if (bdd_and(ours, b) != bddfalse)
			return false; /* not disjoint */
		ours = bdd_addref(bdd_or(ours, b));
	}
	return ours == theirs;
}
#endif

/* ---- z3 ------------------------------------------------------------------------- */

#ifdef HAVE_Z3
struct solver {
	Z3_context z;
	Z3_ast var[DIMS];
};

static Z3_ast constant(const struct solver *s, int dim, uint32_t value)
{
	return Z3_mk_unsigned_int(s->z, value, Z3_mk_bv_sort(s->z, bits[dim]));
}

static Z3_ast both(const struct solver *s, Z3_ast a, Z3_ast b)
{
	const Z3_ast two[] = {a, b};
	return Z3_mk_and(s->z, 2, two);
}

static Z3_ast either(const struct solver *s, Z3_ast a, Z3_ast b)
{
	const Z3_ast two[] = {a, b};
	return Z3_mk_or(s->z, 2, two);
}

static Z3_ast z3_between(const struct solver *s, int dim, uint32_t lo, uint32_t hi)
{
	return both(s, Z3_mk_bvuge(s->z, s->var[dim], constant(s, dim, lo)), Z3_mk_bvule(s->z, s->var[dim], constant(s, dim, hi)));
}

static Z3_ast z3_condition(const struct solver *s, const struct condition *c, int dim)
{
	Z3_ast r = dim == STATE ? Z3_mk_false(s->z) : z3_between(s, dim, c->lo, c->hi);
	for (uint32_t state = 0; dim == STATE && state < STATE_COUNT; state++)
		if (states_of(c->mask) >> state & 1)
			r = either(s, r, Z3_mk_eq(s->z, s->var[STATE], constant(s, STATE, state)));
	return c->negate ? Z3_mk_not(s->z, r) : r;
}

static Z3_ast z3_rule(const struct solver *s, const struct toy_rule *r, int interface)
{
	Z3_ast m = Z3_mk_true(s->z);
	if (r->interface >= 0 && (r->interface == interface) == r->not_interface)
		return Z3_mk_false(s->z);
	for (int d = 0; d < DIMS; d++)
		if (r->c[d].used)
			m = both(s, m, z3_condition(s, &r->c[d], d));
	return m;
}

/* z3_from - accepted, from rule i of the chain on, if `after` says so of what falls out */
static Z3_ast z3_from(const struct solver *s, const struct toy *t, unsigned chain, unsigned i, int interface, Z3_ast after)
{
	if (i == t->count[chain])
		return after;
	const struct toy_rule *r = &t->rules[chain][i];
	Z3_ast rest = z3_from(s, t, chain, i + 1, interface, after), then = rest;
	if (r->verb == ACCEPT || r->verb == DROP)
		then = r->verb == ACCEPT ? Z3_mk_true(s->z) : Z3_mk_false(s->z);
	else if (r->verb == RETURN)
		then = after;
	else if (r->verb == JUMP)
		then = z3_from(s, t, r->target, 0, interface, rest);
	else if (r->verb == GOTO)
		then = z3_from(s, t, r->target, 0, interface, after);
	return Z3_mk_ite(s->z, z3_rule(s, r, interface), then, rest);
}

static bool z3_agrees(const struct toy *t, int interface, const struct boxes *boxes)
{
	static const char *const names[] = {"src", "dst", "proto", "dport", "sport", "state"};
	Z3_config config = Z3_mk_config();
	struct solver s = {.z = Z3_mk_context(config)};
	Z3_del_config(config);
	for (int d = 0; d < DIMS; d++)
		s.var[d] = Z3_mk_const(s.z, Z3_mk_string_symbol(s.z, names[d]), Z3_mk_bv_sort(s.z, bits[d]));
	Z3_ast policy = t->policy_accept ? Z3_mk_true(s.z) : Z3_mk_false(s.z), ours = Z3_mk_false(s.z);
	Z3_ast theirs = z3_from(&s, t, 0, 0, interface, policy);
	for (size_t i = 0; i < boxes->count; i++) {
		Z3_ast b = Z3_mk_true(s.z);
		for (int d = 0; d < DIMS; d++) {
			struct interval span = box_get(&boxes->at[i], dims[d]);
			b = both(&s, b, z3_between(&s, d, (uint32_t)span.lo, (uint32_t)span.hi));
		}
		ours = either(&s, ours, b);
	}
	Z3_solver solver = Z3_mk_solver(s.z);
	Z3_solver_inc_ref(s.z, solver);
	Z3_solver_assert(s.z, solver, z3_between(&s, STATE, 0, STATE_COUNT - 1));
	Z3_solver_assert(s.z, solver, Z3_mk_xor(s.z, ours, theirs));
	bool agrees = Z3_solver_check(s.z, solver) == Z3_L_FALSE;
	Z3_solver_dec_ref(s.z, solver);
	Z3_del_context(s.z);
	return agrees;
}
#endif

/* ---- rounds --------------------------------------------------------------------- */

static unsigned rounds(unsigned usual)
{
	const char *text = getenv("SEKISHO_ORACLE_ROUNDS");
	return text ? (unsigned)strtoul(text, NULL, 10) : usual;
}

/* boxes of one interface pair, read from iptables' text or from nft's JSON */
static void accepted(const struct toy *t, bool json, int interface, struct arena *arena, struct boxes *out)
{
	struct atlas_names names = {.count = 0};
	struct ruleset *r = NULL;
	struct buffer text;
	struct why why = {0};
	bool doubt = true;
	uint16_t number = 0;
	for (int i = 0; i < 2; i++)
		atlas_name_add(&names, slice_str(i ? "eth1" : "eth0"), false);
	atlas_name_add(&names, SLICE(""), true);
	buffer_init(&text, 1 << 20);
	if (json)
		put_json(&text, t);
	else
		put_iptables(&text, t);
	if (json)
		CHECK_OK(ruleset_read_json(buffer_slice(&text), &names, arena, &r, &why), &why);
	else
		CHECK_OK(ruleset_read_iptables(buffer_slice(&text), (struct slice){NULL, 0}, &names, arena, &r, &why), &why);
	number = interface < 0 ? 2 : (uint16_t)interface;
	if (r) {
		const struct place place = {HOOK_FORWARD, FAMILY_IP4, number, 0};
		CHECK_OK(ruleset_accepts(r, place, PROOF_FUEL, 1 << 20, out, &doubt, &why), &why);
		CHECK(!doubt && r->unknown_count == 0);
	}
	if (doubt)
		printf("%s\n", buffer_cstr(&text));
	buffer_done(&text);
}

static bool agree(const struct toy *t, int interface, const struct boxes *boxes, bool small)
{
	bool good = brute(t, interface, boxes) && (!small || every_packet(t, interface, boxes));
#ifdef HAVE_BDD
	good = bdd_agrees(t, interface, boxes) && good;
#endif
#ifdef HAVE_Z3
	good = z3_agrees(t, interface, boxes) && good;
#endif
	return good;
}

static void bdd_begin(void)
{
#ifdef HAVE_BDD
	bdd_init(200000, 20000);
	bdd_setvarnum(107);
	bdd_gbc_hook(NULL);
#endif
}

static void bdd_end(void)
{
#ifdef HAVE_BDD
	bdd_done();
#endif
}

TEST(random_rulesets)
{
#if !defined(HAVE_Z3) || !defined(HAVE_BDD)
	SKIP("libz3-dev and libbdd-dev are not installed");
#endif
	unsigned wrong = 0, n = rounds(300), boxes_seen = 0;
	for (unsigned round = 0; round < n && wrong < 3; round++) {
		struct toy t;
		struct boxes boxes;
		struct arena *arena = arena_new(64 << 20);
		int interface = (int)(round % 3) - 1;
		seed = round * 7919 + 17;
		if (round % 50 == 0)
			bdd_begin();
		toy_make(&t);
		boxes_init(&boxes, 1 << 20);
		accepted(&t, round % 2, interface, arena, &boxes);
		boxes_seen += (unsigned)boxes.count;
		if (!agree(&t, interface, &boxes, round % 25 == 0)) {
			struct buffer text;
			buffer_init(&text, 1 << 20);
			put_iptables(&text, &t);
			printf("  round %u, interface %d:\n%s", round, interface, buffer_cstr(&text));
			buffer_done(&text);
			wrong++;
		}
		boxes_done(&boxes);
		arena_free(arena);
		if (round % 50 == 49 || round + 1 == n)
			bdd_end();
	}
	CHECK_INT(wrong, 0);
	printf("  %u rulesets, %u boxes: z3, BuDDy and packet by packet agree\n", n, boxes_seen);
}

/* The oracles themselves would notice: one edge moved by one. */
TEST(oracles_notice)
{
#if !defined(HAVE_Z3) || !defined(HAVE_BDD)
	SKIP("libz3-dev and libbdd-dev are not installed");
#else
	unsigned noticed = 0, tried = 0;
	bdd_begin();
	for (unsigned round = 0; round < 40; round++) {
		struct toy t;
		struct boxes boxes;
		struct arena *arena = arena_new(64 << 20);
		seed = round * 104729 + 3;
		toy_make(&t);
		boxes_init(&boxes, 1 << 20);
		accepted(&t, false, 0, arena, &boxes);
		struct box *b = boxes.count ? &boxes.at[chance((uint32_t)boxes.count)] : NULL;
		if (b && b->daddr_hi < 0xFFFFFFFFu && b->daddr_hi > b->daddr_lo) {
			b->daddr_hi--;
			tried++;
			noticed += !bdd_agrees(&t, 0, &boxes) && !z3_agrees(&t, 0, &boxes);
		}
		boxes_done(&boxes);
		arena_free(arena);
	}
	bdd_end();
	CHECK(tried > 5);
	CHECK_INT(noticed, tried);
#endif
}

MAIN_TESTS()
