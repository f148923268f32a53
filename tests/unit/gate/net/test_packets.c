/* Real packets through a real kernel: what the model permits passes, its
 * neighbours do not; what the kernel lists is proven; planted mistakes are found
 * and the packet that the prover names really passes.                       */
#include "chance.h"
#include "gate/net/prove.h"

static struct wire wire;
static bool wired;
static uint64_t next_tag = 0x5E5E5E5E00000001ULL;

/* what the kernel holds, as nft lists it */
static struct slice listed(struct arena *arena)
{
	struct buffer out;
	FILE *from = popen("nft -j list ruleset", "r");
	buffer_init(&out, 64 << 20);
	for (;;) {
		uint8_t *to = from ? buffer_reserve(&out, 65536) : NULL;
		size_t n = to ? fread(to, 1, 65536, from) : 0;
		if (n == 0)
			break;
		buffer_commit(&out, n);
	}
	CHECK(from && pclose(from) == 0);
	struct slice text = arena_copy(arena, buffer_slice(&out));
	buffer_done(&out);
	return text;
}

static bool load(struct slice text)
{
	FILE *to = popen("nft -f -", "w");
	bool good = to && fwrite(text.at, 1, text.len, to) == text.len;
	return to && pclose(to) == 0 && good;
}

struct world {
	struct zones z;
	struct atlas atlas;
	struct ruleset *compiled;
	struct slice text;
};

static bool world_make(struct world *w, uint64_t seed)
{
	struct buffer model, text;
	*w = (struct world){.z = zones_new()};
	chance_seed = seed;
	buffer_init(&model, 1 << 20);
	buffer_init(&text, 16 << 20);
	chance_model(&model);
	bool good = zones_read(&w->z, arena_string(w->z.arena, buffer_slice(&model))).code == OK &&
	            atlas_of_flows(w->z.model, w->z.today, NULL, &w->atlas, &w->z.why).code == OK &&
	            compile(&w->atlas, w->z.arena, &w->compiled, &w->z.why).code == OK &&
	            ruleset_write(w->compiled, w->z.model, &text, &w->z.why).code == OK;
	if (!good) {
		zones_show(&w->z);
		printf("  %s\n%s\n", w->z.why.text, buffer_cstr(&model));
	}
	w->text = arena_copy(w->z.arena, buffer_slice(&text));
	CHECK(good);
	buffer_done(&model);
	buffer_done(&text);
	return good && load(w->text);
}

static void world_done(struct world *w)
{
	atlas_done(&w->atlas);
	zones_done(&w->z);
}

/* The kernel knows where hosts are, so that nothing waits for ARP. */
static void neighbours(void)
{
	FILE *to = popen("ip -batch -", "w");
	for (int z = 1; to && z <= 4; z++)
		for (unsigned n = 2; n < 42; n++)
			fprintf(to, "neigh replace 10.%d.0.%u lladdr 02:00:00:00:00:99 dev eth%d nud permanent\n"
			            "neigh replace fd00:%d::%x lladdr 02:00:00:00:00:99 dev eth%d nud permanent\n", z, n, z, z, n, z);
	CHECK(to && pclose(to) == 0);
}

static bool ready(void)
{
	static bool tried;
	if (!tried) {
		tried = true;
		wired = wire_open(&wire);
		if (wired)
			neighbours();
	}
	return wired;
}

/* ---- permitted and its neighbours ----------------------------------------------- */

struct tally {
	unsigned open, closed, wrong;
};

static void shoot(const struct net_model *m, struct shot s, struct tally *t)
{
	bool anycast = s.family == FAMILY_IP6 && (uint64_t)s.dst == 0; /* of the subnet's routers: RFC 4291 2.6.1 */
	int route = anycast || chance_own(s.dst, s.family) ? WIRES : chance_interface(s.dst, s.family);
	bool may = route >= 0 && permitted(m, &s, route);
	s.tag = next_tag++;
	if (s.proto != PROTO_ICMP && s.proto != PROTO_ICMPV6)
		s.sport = (uint16_t)(20000 + s.tag % 40000);
	else
		s.sport = (uint16_t)s.tag;
	int got = wire_shoot(&wire, &s, may);
	if (route == WIRES && wire_echoed(&s, got))
		got = WIRES;
	t->open += may;
	t->closed += !may;
	if (got == (may ? route : -1))
		return;
	struct buffer text;
	const struct place place = {route == WIRES ? HOOK_INPUT : HOOK_FORWARD, s.family, 0, route == WIRES ? NO_INTERFACE : 0};
	struct box box = box_full(s.family);
	buffer_init(&text, 4096);
	box.saddr_lo = s.src, box.daddr_lo = s.dst, box.mac_lo = s.mac, box.proto_lo = box.proto_hi = s.proto;
	box.dport_lo = box.dport_hi = s.dport;
	packet_write(&place, &box, "?", "?", &text);
	printf("  came out at %d, not %d: from eth%d %s\n", got, may ? route : -1, s.in + 1, buffer_cstr(&text));
	buffer_done(&text);
	t->wrong++;
}

static wide_t some_address(const struct net_model *m, struct net_end end, enum net_family family, int *interface)
{
	if (end.kind == END_STATION) {
		const struct net_station *s = &m->stations[end.index];
		*interface = (int)s->addresses[0].interface;
		return s->addresses[family == FAMILY_IP6 ? 1 : 0].span.lo;
	}
	*interface = end.kind == END_ZONE ? (int)end.index : *interface;
	unsigned z = (unsigned)*interface + 1;
	wide_t net = family == FAMILY_IP6 ? ((wide_t)0xFD00 << 112) | ((wide_t)z << 96) : (wide_t)(0x0A000000u | z << 16);
	return net + (end.kind == END_BORDER ? 1 : 7);
}

/* The flow's own packet, and for each of its edges the packet one off. */
static void around(const struct net_model *m, const struct net_flow *f, enum net_family family, struct tally *t)
{
	int in = 0, out = 0;
	struct shot s = {.family = family, .proto = f->proto, .dport = f->port_lo};
	s.src = some_address(m, f->from, family, &in);
	out = in;
	s.dst = some_address(m, f->to, family, &out);
	s.in = in;
	const struct net_station *from = f->from.kind == END_STATION ? &m->stations[f->from.index] : NULL;
	s.mac = !f->any_mac ? f->mac : from ? from->mac : 0x020000000077ULL;
	shoot(m, s, t);
	struct shot edges[12];
	size_t n = 0;
	for (int step = -1; step <= 1; step += 2) {
		edges[n] = s, edges[n++].mac += (uint64_t)step;
		edges[n] = s, edges[n].src = step < 0 ? s.src - 1 : s.src + 1, n++;
		edges[n] = s, edges[n].dst = step < 0 ? s.dst - 1 : s.dst + 1, n++;
		edges[n] = s, edges[n++].dport = (uint16_t)(step < 0 ? f->port_lo - 1 : f->port_hi + 1);
	}
	edges[n] = s, edges[n++].proto = f->proto == PROTO_TCP ? PROTO_UDP : PROTO_TCP;
	edges[n] = s, edges[n++].in = (in + 1) % WIRES;
	edges[n] = s, edges[n].dport = f->port_hi, edges[n++].tag = 0;
	/* the border's address on another interface: the weak host's way round */
	edges[n] = s, edges[n++].dst = some_address(m, (struct net_end){END_BORDER, 0}, family, &(int){(in + 1) % WIRES});
	for (size_t i = 0; i < n; i++)
		shoot(m, edges[i], t);
}

/* Answers pass only after a question, and only from the right card. */
static void answers(const struct net_model *m, const struct net_flow *f, struct tally *t)
{
	int in = 0, out = 0;
	if (f->from.kind != END_STATION || f->to.kind != END_STATION || f->proto != PROTO_TCP)
		return;
	const struct net_station *a = &m->stations[f->from.index], *b = &m->stations[f->to.index];
	struct shot s = {.family = FAMILY_IP4, .proto = PROTO_TCP, .dport = f->port_lo, .mac = a->mac};
	s.src = some_address(m, f->from, FAMILY_IP4, &in);
	s.dst = some_address(m, f->to, FAMILY_IP4, &out);
	s.in = in;
	s.sport = (uint16_t)(10000 + next_tag % 9000);
	struct shot back = {.family = FAMILY_IP4, .proto = PROTO_TCP, .in = out, .mac = b->mac, .src = s.dst, .dst = s.src,
	                    .sport = s.dport, .dport = s.sport, .reply = true};
	s.tag = next_tag++, back.tag = next_tag++;
	t->wrong += wire_shoot(&wire, &back, false) != -1; /* nobody asked */
	t->wrong += wire_shoot(&wire, &s, true) != out;
	struct shot wrong_card = back;
	wrong_card.mac++, wrong_card.tag = next_tag++, back.tag = next_tag++;
	t->wrong += wire_shoot(&wire, &wrong_card, false) != -1;
	t->wrong += wire_shoot(&wire, &back, true) != in;
	t->open += 2, t->closed += 2;
}

/* What the border itself may send: a socket that is refused says so. */
static bool border_sends(const struct net_flow *f, wide_t dst, enum net_family family, uint16_t port, int out)
{
	int fd = socket(family == FAMILY_IP6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl((uint32_t)dst)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	unsigned char mark[8];
	uint64_t tag = next_tag++;
	(void)f;
	wire_put(mark, tag, 8);
	wire_put(six.sin6_addr.s6_addr, dst, 16);
	ssize_t sent = family == FAMILY_IP6 ? sendto(fd, mark, 8, 0, (struct sockaddr *)&six, sizeof six)
	                                    : sendto(fd, mark, 8, 0, (struct sockaddr *)&four, sizeof four);
	close(fd);
	usleep(500);
	return sent == 8 && wire_seen(wire.packet[out], tag);
}

static void from_border(const struct net_model *m, const struct net_flow *f, struct tally *t)
{
	if (f->from.kind != END_BORDER || f->proto != PROTO_UDP)
		return;
	for (enum net_family family = FAMILY_IP4; family <= FAMILY_IP6; family++) {
		int out = 0;
		wide_t dst = some_address(m, f->to, family, &out);
		t->wrong += !border_sends(f, dst, family, f->port_lo, out);
		t->wrong += f->to.kind == END_STATION && border_sends(f, dst + 3, family, f->port_lo, out);
		t->wrong += border_sends(f, dst, family, 9, out);
		t->open++, t->closed += 2;
	}
}

static enum proof_verdict kernel_verdict(struct world *w, struct proof *proof, struct ruleset **ruleset)
{
	CHECK_OK(ruleset_read_json(listed(w->z.arena), &w->atlas.names, w->z.arena, ruleset, &w->z.why), &w->z.why);
	CHECK_OK(prove(&w->atlas, *ruleset, PROOF_FUEL, proof, &w->z.why), &w->z.why);
	return proof->verdict;
}

static void show(const struct world *w, const struct ruleset *r, const struct proof *proof)
{
	struct buffer text;
	buffer_init(&text, 1 << 16);
	for (size_t i = 0; i < proof->count && i < 3; i++) {
		buffer_clear(&text);
		difference_write(w->z.model, r, &proof->at[i], &text);
		printf("    %s\n", buffer_cstr(&text));
	}
	if (proof->doubt)
		printf("    doubt: %s\n", proof->doubt);
	buffer_done(&text);
}

TEST(permitted_passes_and_nothing_else)
{
	if (!ready())
		SKIP("needs CAP_NET_ADMIN, ip and nft");
	struct tally t = {0, 0, 0};
	unsigned models = 0;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct world w;
		struct proof proof;
		struct ruleset *kernel = NULL;
		if (world_make(&w, seed * 31)) {
			models++;
			CHECK_OK(prove(&w.atlas, w.compiled, PROOF_FUEL, &proof, &w.z.why), &w.z.why);
			if (proof.verdict != PROOF_EQUAL)
				show(&w, w.compiled, &proof);
			CHECK_INT(proof.verdict, PROOF_EQUAL);
			if (kernel_verdict(&w, &proof, &kernel) != PROOF_EQUAL)
				show(&w, kernel, &proof);
			CHECK_INT(proof.verdict, PROOF_EQUAL);
			for (size_t i = 0; i < w.z.model->flow_count; i++) {
				const struct net_flow *f = &w.z.model->flows[i];
				if (f->from.kind != END_BORDER && f->proto != PROTO_ICMPV6)
					around(w.z.model, f, FAMILY_IP4, &t);
				if (f->from.kind != END_BORDER && f->proto != PROTO_ICMP)
					around(w.z.model, f, FAMILY_IP6, &t);
				answers(w.z.model, f, &t);
				from_border(w.z.model, f, &t);
			}
		}
		world_done(&w);
	}
	CHECK_INT(models, 40);
	CHECK_INT(t.wrong, 0);
	CHECK(t.open + t.closed >= 500 && t.open >= 100);
	printf("  %u models, %u packets: %u open, %u closed, %u surprises\n", models, t.open + t.closed, t.open, t.closed, t.wrong);
}

/* ---- planted mistakes ------------------------------------------------------------ */

/* wire_point - a new packet of the box that the network can carry to the place */
static bool wire_point(const struct atlas_names *names, const struct proof_difference *d, struct shot *s)
{
	const struct box *b = &d->packet;
	static const uint8_t protos[] = {PROTO_UDP, PROTO_TCP, PROTO_ICMP, PROTO_ICMPV6};
	int out = d->place.out == NO_INTERFACE ? -1 : (int)d->place.out;
	if (d->place.hook == HOOK_OUTPUT || d->place.family > FAMILY_IP6 || b->state_lo > STATE_NEW || d->place.in >= WIRES || out >= WIRES ||
	    names->count < WIRES)
		return false;
	int at = d->place.hook == HOOK_INPUT ? (int)d->place.in : out;
	*s = (struct shot){.in = d->place.in, .family = d->place.family, .mac = b->mac_lo, .sport = b->sport_lo, .dport = b->dport_lo};
	if (s->mac == 0 || s->mac >> 40 & 1)
		s->mac = b->mac_lo <= 0x020000000077ULL && b->mac_hi >= 0x020000000077ULL ? 0x020000000077ULL : b->mac_lo;
	if (s->mac == 0 || s->mac >> 40 & 1)
		return false;
	bool found = false;
	for (size_t p = 0; p < 4 && !found; p++)
		if (b->proto_lo <= protos[p] && protos[p] <= b->proto_hi && !(protos[p] == PROTO_ICMP && s->family == FAMILY_IP6) &&
		    !(protos[p] == PROTO_ICMPV6 && s->family == FAMILY_IP4))
			s->proto = protos[p], found = true;
	if (s->proto == PROTO_ICMP || s->proto == PROTO_ICMPV6) {
		uint16_t echo = s->proto == PROTO_ICMP ? 8 : 128;
		if (b->dport_lo > echo || b->dport_hi < echo)
			return false;
		s->dport = echo;
	}
	/* an address of that interface inside the box, and a source inside it */
	bool dst = false, src = false;
	for (unsigned n = 1; n < 40 && found; n++) {
		wide_t base = some_address(NULL, (struct net_end){END_BORDER, 0}, s->family, &(int){at}) - 1;
		bool own = n == 1;
		wide_t to = base + n;
		if (!dst && own == (d->place.hook == HOOK_INPUT) && to >= b->daddr_lo && to <= b->daddr_hi)
			s->dst = to, dst = true;
		wide_t from = some_address(NULL, (struct net_end){END_BORDER, 0}, s->family, &(int){s->in}) - 1 + n;
		if (!src && !own && from >= b->saddr_lo && from <= b->saddr_hi)
			s->src = from, src = true;
	}
	/* the weak host: any of the border's addresses may be meant */
	for (int z = 0; z < WIRES && found && !dst && d->place.hook == HOOK_INPUT; z++) {
		wide_t to = some_address(NULL, (struct net_end){END_BORDER, 0}, s->family, &z);
		if (to >= b->daddr_lo && to <= b->daddr_hi)
			s->dst = to, dst = true;
	}
	if (found && dst && !src)
		s->src = b->saddr_lo, src = s->src != 0;
	return found && dst && src;
}

struct witness {
	const struct atlas_names *names;
	bool passed;
	unsigned tried;
};

static void try_witness(void *context, const struct proof_difference *d)
{
	struct witness *w = context;
	struct shot s;
	if (w->passed || w->tried > 30 || !d->extra || !wire_point(w->names, d, &s))
		return;
	w->tried++;
	s.tag = next_tag++;
	int out = wire_shoot(&wire, &s, true);
	bool came_in = d->place.hook == HOOK_INPUT && wire_echoed(&s, out);
	w->passed = came_in || out == (d->place.hook == HOOK_INPUT ? WIRES : (int)d->place.out);
}

/* A line of the text with a set's element, changed by one: an edge moved. */
static bool move_edge(struct world *w, char *out, size_t room)
{
	const char *text = arena_string(w->z.arena, w->text);
	unsigned skip = chance(12);
	for (const char *at = text; (at = strstr(at, " counter comment")); at++) {
		const char *begin = at;
		while (begin > text && begin[-1] != '\n')
			begin--;
		const char *dash = at;
		while (dash > begin && (dash[-1] >= '0' && dash[-1] <= '9'))
			dash--;
		unsigned long port = strtoul(dash, NULL, 10);
		const char *name = begin;
		while (name > text && strncmp(name, "\tset ", 5) != 0)
			name--;
		const char *class = strchr(name, '_');
		if (name[5] == 'o' || !class || strncmp(class, "_op", 3) != 0)
			continue; /* only sets of first packets that have ports and come in */
		if (dash == at || dash[-1] == '.' || port < 90 || port > 140 || skip-- > 0)
			continue;
		int n = snprintf(out, room, "%.*s%lu%s", (int)(dash - text), text, port + 1, at);
		return n > 0 && (size_t)n < room;
	}
	return false;
}

static bool plant(struct world *w, unsigned kind)
{
	unsigned in = 1 + chance(4), out = 1 + chance(4), port = 3000 + chance(100);
	static char text[1 << 20];
	switch (kind % 8) {
	case 0:
		return move_edge(w, text, sizeof text) && load(slice_str(text));
	case 1:
		return wire_run("nft insert rule inet sekisho forward iifname eth%u oifname eth%u udp dport %u accept", in, out, port) == 0;
	case 2:
		return wire_run("nft insert rule inet sekisho forward ip saddr 10.%u.0.0/28 ip daddr 10.%u.0.16-10.%u.0.%u accept", in, out, out,
		                17 + chance(8)) == 0;
	case 3: /* a hook forgotten */
		return wire_run("nft 'flush chain inet sekisho %s; chain inet sekisho %s { policy accept; }'", port % 2 ? "input" : "forward",
		                port % 2 ? "input" : "forward") == 0;
	case 4:
		return wire_run("nft insert rule inet sekisho forward meta nfproto ipv6 accept") == 0;
	case 5: /* the weak host */
		return wire_run("nft insert rule inet sekisho input iifname eth%u ip daddr 10.%u.0.1 tcp dport %u accept", in, 1 + in % 4, port) == 0;
	case 6:
		return wire_run("nft insert rule inet sekisho input iifname eth%u ether saddr 02:00:00:00:00:%02u accept", in, 10 + chance(80)) == 0;
	default:
		return wire_run("nft insert rule inet sekisho forward ct state new iifname != eth%u udp sport %u accept", in, port) == 0;
	}
}

TEST(planted_mistakes_are_found)
{
	if (!ready())
		SKIP("needs CAP_NET_ADMIN, ip and nft");
	unsigned planted = 0, found = 0, witnessed = 0;
	for (uint64_t round = 0; planted < 200 && round < 400; round++) {
		struct world w;
		struct proof proof = {.count = 0};
		struct ruleset *kernel = NULL;
		if (world_make(&w, 1000 + round % 10) && (chance_seed = round * 77, plant(&w, (unsigned)round))) {
			planted++;
			struct witness witness = {&w.atlas.names, false, 0};
			const struct difference_sink sink = {try_witness, &witness, 200};
			CHECK_OK(ruleset_read_json(listed(w.z.arena), &w.atlas.names, w.z.arena, &kernel, &w.z.why), &w.z.why);
			CHECK_OK(prove_list(&w.atlas, kernel, PROOF_FUEL, &sink, &proof, &w.z.why), &w.z.why);
			found += proof.verdict == PROOF_DIFFERS;
			witnessed += witness.passed;
			if (proof.verdict != PROOF_DIFFERS || !witness.passed) {
				printf("  mistake %llu of kind %llu: verdict %d, %u tried\n", (unsigned long long)round, (unsigned long long)round % 8,
				       (int)proof.verdict, witness.tried);
				show(&w, kernel, &proof);
			}
		}
		world_done(&w);
	}
	CHECK_INT(planted, 200);
	CHECK_INT(found, planted);
	CHECK_INT(witnessed, planted);
	printf("  %u mistakes planted, %u found, %u of their packets really passed\n", planted, found, witnessed);
}

int main(int argc, char **argv)
{
	int status = tests_run_(argc, argv);
	wire_close(&wire);
	return status;
}
