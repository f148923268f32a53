/* Firewalls as offices have them: what passes, packet by packet, and what must be
 * named as not understood.  A row is a ruleset, a packet and its fate.       */
#include "gate/net/prove.h"
#include "harness.h"

#include <time.h>

struct packet {
	const char *in, *out;      /* "" : none */
	enum net_hook hook;
	const char *src, *dst;
	uint8_t proto;
	uint16_t sport, dport;
	enum net_state state;
	const char *mac;
};
enum fate { CLOSED = 0, OPEN, DOUBTFUL };
struct row {
	const char *name, *rules;
	bool json;
	struct packet packet;
	enum fate fate;
};

#define FILTER(forward, rules) "*filter\n:INPUT DROP [0:0]\n:FORWARD " forward " [0:0]\n:OUTPUT ACCEPT [0:0]\n" rules "COMMIT\n"
#define TCP(a, b, port) {"eth1", "eth0", HOOK_FORWARD, a, b, PROTO_TCP, 40000, port, STATE_NEW, "02:00:00:00:00:01"}
#define HERE(b, port) {"eth0", "", HOOK_INPUT, "198.51.100.7", b, PROTO_TCP, 40000, port, STATE_NEW, "02:00:00:00:00:02"}
#define NFT(chain, statements)                                                                                       \
	"{\"nftables\":[{\"metainfo\":{\"version\":\"1.0.6\"}},{\"table\":{\"family\":\"inet\",\"name\":\"t\"}},"        \
	"{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"c\",\"type\":\"filter\",\"hook\":\"forward\",\"prio\":0,\"policy\":\"drop\"}}," chain \
	"{\"rule\":{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"c\",\"handle\":9,\"expr\":[" statements "]}}]}"
#define MATCH(left, right) "{\"match\":{\"op\":\"==\",\"left\":" left ",\"right\":" right "}},"
#define ACCEPT_IT "{\"accept\":null}"
#define SADDR "{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}}"
#define DPORT "{\"payload\":{\"protocol\":\"tcp\",\"field\":\"dport\"}}"

static const char small_office[] = FILTER("DROP",
	"-A INPUT -i lo -j ACCEPT\n-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -s 192.168.1.0/24 -j ACCEPT\n"
	"-A FORWARD -i eth1 -o eth0 -j ACCEPT\n-A FORWARD -i eth0 -o eth1 -m state --state RELATED,ESTABLISHED -j ACCEPT\n");
static const char chains[] = FILTER("DROP",
	":lan - [0:0]\n:bad - [0:0]\n:web - [0:0]\n-A FORWARD -m conntrack --ctstate INVALID -j DROP\n-A FORWARD -s 10.0.0.0/8 -j lan\n"
	"-A FORWARD -j bad\n-A lan -d 10.9.0.0/16 -j RETURN\n-A lan -p tcp -m multiport --dports 80,443,8000:8010 -g web\n-A lan -p udp --dport 53 -j ACCEPT\n"
	"-A web -s 10.0.5.0/24 -j DROP\n-A web -j ACCEPT\n-A bad -m limit --limit 5/min -j LOG --log-prefix \"bad: \"\n-A bad -j REJECT --reject-with icmp-port-unreachable\n");
static const char negated[] = FILTER("ACCEPT",
	"-A FORWARD ! -s 10.1.0.0/16 -i eth1 -j DROP\n-A FORWARD -p tcp -m tcp ! --dport 443 -j DROP\n-A FORWARD ! -i eth1 -j DROP\n-A FORWARD ! -p tcp -j DROP\n");
static const char macs[] = FILTER("DROP",
	"-A FORWARD -m mac --mac-source 02:00:00:00:00:01 -m iprange --src-range 10.0.0.5-10.0.0.9 -j ACCEPT\n-A FORWARD -p icmp -m icmp --icmp-type echo-request -j ACCEPT\n"
	"-A FORWARD -s 172.16.0.0/255.240.0.0 -p tcp --sport 1024:65535 --dport 25 -j ACCEPT\n");
static const char strange[] = FILTER("DROP",
	"-A FORWARD -p tcp -m recent --rcheck --name door -j ACCEPT\n-A FORWARD -p tcp --dport 81 -m time --timestart 09:00 -j DROP\n-A FORWARD -p tcp --dport 81:82 -j ACCEPT\n"
	"-A FORWARD -p udp -m set --match-set dns dst -j ACCEPT\n");
static const char wild[] = FILTER("DROP", "-A FORWARD -i eth+ -o ppp0 -j ACCEPT\n-A FORWARD -i eth1 -o eth0 -p tcp --dport https -j ACCEPT\n");
static const char empty_jump[] = FILTER("DROP", ":a - [0:0]\n:b - [0:0]\n-A FORWARD -j a\n-A FORWARD -p tcp --dport 80 -j ACCEPT\n-A a -j b\n-A b -p tcp --dport 80 -j RETURN\n-A b -j DROP\n");

/* A hospital: three wards that reach the records and nothing else. */
static const char hospital[] = FILTER("DROP",
	":wards - [0:0]\n:records - [0:0]\n-A FORWARD -s 10.20.0.0/22 -j wards\n-A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
	"-A wards -d 10.30.0.10/32 -j records\n-A wards -d 10.30.0.0/24 -j DROP\n-A wards -p tcp -m tcp --dport 80 -j ACCEPT\n"
	"-A records -p tcp -m multiport --dports 104,2575,11112 -j ACCEPT\n-A records -j DROP\n");
/* A school: pupils by day through the filter only, teachers anywhere but the office. */
static const char school[] = FILTER("DROP",
	":pupils - [0:0]\n:teachers - [0:0]\n-A FORWARD -s 172.20.0.0/16 -g pupils\n-A FORWARD -s 172.21.0.0/24 -g teachers\n-A FORWARD -j ACCEPT\n"
	"-A pupils -d 172.22.0.5/32 -p tcp -m tcp --dport 3128 -j ACCEPT\n-A teachers ! -d 10.2.0.0/16 -j ACCEPT\n");
/* A router on a stick: vlans as interfaces. */
static const char stick[] = FILTER("DROP",
	"-A FORWARD -i eth1 -o eth1 -j DROP\n-A FORWARD -i eth1.10 -o eth1.20 -p tcp -m tcp --dport 445 -j ACCEPT\n-A FORWARD -i eth1+ -o eth0 -j ACCEPT\n");
/* What docker leaves behind. */
static const char docker[] = FILTER("DROP",
	":DOCKER - [0:0]\n:DOCKER-ISOLATION-STAGE-1 - [0:0]\n:DOCKER-ISOLATION-STAGE-2 - [0:0]\n:DOCKER-USER - [0:0]\n"
	"-A FORWARD -j DOCKER-USER\n-A FORWARD -j DOCKER-ISOLATION-STAGE-1\n-A FORWARD -o eth0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
	"-A FORWARD -o eth0 -j DOCKER\n-A FORWARD -i eth0 ! -o eth0 -j ACCEPT\n-A FORWARD -i eth0 -o eth0 -j ACCEPT\n"
	"-A DOCKER -d 172.17.0.2/32 ! -i eth0 -o eth0 -p tcp -m tcp --dport 8080 -j ACCEPT\n"
	"-A DOCKER-ISOLATION-STAGE-1 -i eth0 ! -o eth0 -j DOCKER-ISOLATION-STAGE-2\n-A DOCKER-ISOLATION-STAGE-1 -j RETURN\n"
	"-A DOCKER-ISOLATION-STAGE-2 -o eth0 -j DROP\n-A DOCKER-ISOLATION-STAGE-2 -j RETURN\n-A DOCKER-USER -j RETURN\n");
/* In the manner of ufw: chains that are only there to be jumped to. */
static const char ufw[] = FILTER("DROP",
	":ufw-before-forward - [0:0]\n:ufw-user-forward - [0:0]\n:ufw-reject-forward - [0:0]\n:ufw-skip-to-policy-forward - [0:0]\n"
	"-A FORWARD -j ufw-before-forward\n-A FORWARD -j ufw-reject-forward\n-A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
	"-A ufw-before-forward -p icmp -m icmp --icmp-type 8 -j ACCEPT\n-A ufw-before-forward -j ufw-user-forward\n"
	"-A ufw-user-forward -s 192.168.5.0/24 -p tcp -m multiport --dports 25,587 -j ACCEPT\n-A ufw-reject-forward -j ufw-skip-to-policy-forward\n-A ufw-skip-to-policy-forward -j DROP\n");
/* Marks, which say nothing about a packet until it is known who set them. */
static const char marks[] = FILTER("DROP", "-A FORWARD -m mark --mark 0x1 -p tcp -m tcp --dport 80 -j ACCEPT\n-A FORWARD -p tcp -m tcp --dport 81 -j ACCEPT\n");
/* Bridge ports. */
static const char ports[] = FILTER("DROP", "-A FORWARD -m physdev --physdev-in eth7 -p tcp -m tcp --dport 80 -j ACCEPT\n-A FORWARD -p udp -j ACCEPT\n");
/* A long list of refused neighbours before the one rule that lets all else. */
static const char neighbours[] = FILTER("ACCEPT",
	"-A FORWARD -s 10.0.0.0/9 -j DROP\n-A FORWARD -s 10.128.0.0/10 -j DROP\n-A FORWARD -m iprange --dst-range 192.0.2.10-192.0.2.20 -j DROP\n"
	"-A FORWARD -p tcp -m tcp --sport 0:1023 -j DROP\n-A FORWARD -p udp -m udp ! --dport 53 -j DROP\n");
/* A branch office by the book of a shop: everything that is not named is rejected. */
static const char branch[] = FILTER("DROP",
	":from-lan - [0:0]\n:svc - [0:0]\n-A FORWARD -i eth1 -j from-lan\n-A from-lan -p tcp -j svc\n-A from-lan -p udp -m udp --dport 123 -j ACCEPT\n-A from-lan -j REJECT --reject-with icmp-net-prohibited\n"
	"-A svc -m tcp -p tcp --dport 443 -s 10.8.0.0/24 -j ACCEPT\n-A svc -m tcp -p tcp --dport 993 -j RETURN\n-A svc -p tcp -j REJECT --reject-with tcp-reset\n");
/* A test laboratory: what was opened for a day and never closed. */
static const char forgotten[] = FILTER("DROP",
	"-A FORWARD -s 10.6.0.0/16 -d 10.7.0.5/32 -p tcp -m tcp --dport 1521 -j ACCEPT\n-A FORWARD -s 10.6.0.99/32 -j ACCEPT\n-A FORWARD -m limit --limit 1/sec -j ACCEPT\n");
/* Deep: each chain lets one host through and hands the rest on. */
static const char deep[] = FILTER("DROP",
	":c1 - [0:0]\n:c2 - [0:0]\n:c3 - [0:0]\n:c4 - [0:0]\n:c5 - [0:0]\n-A FORWARD -j c1\n-A c1 -s 10.0.0.1/32 -j ACCEPT\n-A c1 -j c2\n-A c2 -s 10.0.0.2/32 -j ACCEPT\n-A c2 -j c3\n"
	"-A c3 -s 10.0.0.3/32 -j RETURN\n-A c3 -j c4\n-A c4 -s 10.0.0.4/32 -g c5\n-A c4 -j DROP\n-A c5 -p tcp -m tcp --dport 22 -j ACCEPT\n");

/* A published server's own net between the office and the world. */
static const char dmz[] = FILTER("DROP",
	"-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -i eth1 -d 192.168.100.0/24 -p tcp -m multiport --dports 80,443 -j ACCEPT\n"
	"-A FORWARD -s 192.168.1.250/32 -d 192.168.100.0/24 -p tcp -m tcp --dport 22 -j ACCEPT\n-A FORWARD -s 192.168.100.25/32 -o eth0 -p tcp -m tcp --dport 25 -j ACCEPT\n"
	"-A FORWARD -s 192.168.100.0/24 -j REJECT --reject-with icmp-admin-prohibited\n-A FORWARD -d 192.168.100.0/24 -j DROP\n"
	"-A FORWARD -i eth1 -o eth0 -p tcp -m multiport ! --dports 25,135:139,445 -j ACCEPT\n");
/* Work from home: tunnels to one relay, by one protocol. */
static const char tunnel[] = FILTER("DROP", "-A FORWARD -i tun+ -d 10.50.0.7/32 -p tcp -m tcp --dport 3389 -j ACCEPT\n-A FORWARD -i tun+ -j DROP\n-A FORWARD -i eth1 -j ACCEPT\n");
/* Guests' wireless: the world, and nothing of ours. */
static const char guests[] = FILTER("DROP",
	"-A FORWARD -d 10.0.0.0/8 -j DROP\n-A FORWARD -d 172.16.0.0/12 -j DROP\n-A FORWARD -d 192.168.0.0/16 -j DROP\n"
	"-A FORWARD -i eth1 -p udp -m multiport --dports 53,123 -j ACCEPT\n-A FORWARD -i eth1 -p tcp -m multiport --dports 80,443 -j ACCEPT\n");
/* Cameras that may speak to their recorder only, known by their cards. */
static const char cameras[] = FILTER("DROP",
	":recorder - [0:0]\n-A FORWARD -m mac --mac-source 02:00:00:00:00:01 -j recorder\n-A FORWARD -m mac ! --mac-source 02:00:00:00:00:01 -d 10.70.0.0/24 -j REJECT\n"
	"-A recorder -d 10.70.0.2/32 -p tcp -m tcp --dport 554 -j ACCEPT\n-A recorder -d 10.70.0.2/32 -p udp -m udp --dport 5000:5999 -j ACCEPT\n-A recorder -j DROP\n");
/* Everybody writes to the log host; from there nothing goes out again. */
static const char loghost[] = FILTER("DROP",
	"-A FORWARD -s 10.80.0.5/32 -j DROP\n-A FORWARD -d 10.80.0.5/32 -p udp -m udp --dport 514 -j ACCEPT\n-A FORWARD -d 10.80.0.5/32 -p tcp -m tcp --dport 6514 -j ACCEPT\n"
	"-A FORWARD -d 10.80.0.5/32 -j DROP\n-A FORWARD -s 10.80.0.0/16 -j ACCEPT\n");
/* Backups at night: what the clock lets through is not known by a packet. */
static const char backups[] = FILTER("DROP", "-A FORWARD -s 10.90.0.5/32 -p tcp -m tcp --dport 873 -m time --timestart 01:00 --timestop 04:00 -j ACCEPT\n-A FORWARD -s 10.90.0.6/32 -p tcp -m tcp --dport 873 -j ACCEPT\n");

static const struct row rows[] = {
	{"dmz: the office to the pages", dmz, false, TCP("192.168.1.9", "192.168.100.80", 443), OPEN},
	{"dmz: its shell for one machine", dmz, false, TCP("192.168.1.250", "192.168.100.80", 22), OPEN},
	{"dmz: its shell for another", dmz, false, TCP("192.168.1.9", "192.168.100.80", 22), CLOSED},
	{"dmz: mail leaves the relay", dmz, false, TCP("192.168.100.25", "203.0.113.5", 25), OPEN},
	{"dmz: mail leaves nothing else", dmz, false, TCP("192.168.100.26", "203.0.113.5", 25), CLOSED},
	{"dmz: the office to the world, a port of the list", dmz, false, TCP("192.168.1.9", "203.0.113.5", 138), CLOSED},
	{"dmz: the office to the world, beside the list", dmz, false, TCP("192.168.1.9", "203.0.113.5", 140), OPEN},
	{"tunnel: to the relay", tunnel, false, {"tun3", "eth0", HOOK_FORWARD, "10.51.0.9", "10.50.0.7", PROTO_TCP, 40000, 3389, STATE_NEW, "02:00:00:00:00:01"}, OPEN},
	{"tunnel: beside it", tunnel, false, {"tun3", "eth0", HOOK_FORWARD, "10.51.0.9", "10.50.0.8", PROTO_TCP, 40000, 3389, STATE_NEW, "02:00:00:00:00:01"}, CLOSED},
	{"guests: the world", guests, false, TCP("10.99.0.9", "203.0.113.5", 443), OPEN},
	{"guests: the office", guests, false, TCP("10.99.0.9", "172.31.0.1", 443), CLOSED},
	{"guests: beside the office", guests, false, TCP("10.99.0.9", "172.32.0.1", 443), OPEN},
	{"cameras: to the recorder", cameras, false, TCP("10.70.0.9", "10.70.0.2", 554), OPEN},
	{"cameras: to another", cameras, false, TCP("10.70.0.9", "10.70.0.3", 554), CLOSED},
	{"cameras: another card", cameras, false, {"eth1", "eth0", HOOK_FORWARD, "10.70.0.9", "10.70.0.2", PROTO_TCP, 40000, 554, STATE_NEW, "02:00:00:00:00:02"}, CLOSED},
	{"log host: a line", loghost, false, TCP("10.80.3.9", "10.80.0.5", 6514), OPEN},
	{"log host: its shell", loghost, false, TCP("10.80.3.9", "10.80.0.5", 22), CLOSED},
	{"log host: out of it", loghost, false, TCP("10.80.0.5", "10.80.3.9", 443), CLOSED},
	{"log host: others go out", loghost, false, TCP("10.80.0.6", "203.0.113.5", 443), OPEN},
	{"backups: by the clock", backups, false, TCP("10.90.0.5", "10.91.0.5", 873), DOUBTFUL},
	{"backups: without it", backups, false, TCP("10.90.0.6", "10.91.0.5", 873), OPEN},
	{"backups: another port", backups, false, TCP("10.90.0.6", "10.91.0.5", 874), CLOSED},
	{"branch: the one net to the web", branch, false, TCP("10.8.0.9", "203.0.113.5", 443), OPEN},
	{"branch: another net", branch, false, TCP("10.9.0.9", "203.0.113.5", 443), CLOSED},
	{"branch: returned, and refused after all", branch, false, TCP("10.8.0.9", "203.0.113.5", 993), CLOSED},
	{"forgotten: one machine may all", forgotten, false, TCP("10.6.0.99", "203.0.113.5", 23), OPEN},
	{"forgotten: a limit that lets through", forgotten, false, TCP("10.6.0.98", "203.0.113.5", 23), DOUBTFUL},
	{"deep: the second", deep, false, TCP("10.0.0.2", "203.0.113.5", 443), OPEN},
	{"deep: the third goes back up", deep, false, TCP("10.0.0.3", "203.0.113.5", 443), CLOSED},
	{"deep: the fourth by its shell", deep, false, TCP("10.0.0.4", "203.0.113.5", 22), OPEN},
	{"deep: the fourth otherwise", deep, false, TCP("10.0.0.4", "203.0.113.5", 23), CLOSED},
	{"hospital: a ward to the pictures", hospital, false, TCP("10.20.1.9", "10.30.0.10", 104), OPEN},
	{"hospital: a ward to the records' shell", hospital, false, TCP("10.20.1.9", "10.30.0.10", 22), CLOSED},
	{"hospital: a ward to another server", hospital, false, TCP("10.20.1.9", "10.30.0.11", 104), CLOSED},
	{"hospital: a ward to the web", hospital, false, TCP("10.20.3.9", "203.0.113.5", 80), OPEN},
	{"hospital: no ward", hospital, false, TCP("10.20.4.9", "203.0.113.5", 80), CLOSED},
	{"school: a pupil through the filter", school, false, TCP("172.20.9.9", "172.22.0.5", 3128), OPEN},
	{"school: a pupil past it", school, false, TCP("172.20.9.9", "203.0.113.5", 443), CLOSED},
	{"school: a teacher to the web", school, false, TCP("172.21.0.9", "203.0.113.5", 443), OPEN},
	{"school: a teacher to the office", school, false, TCP("172.21.0.9", "10.2.0.10", 443), CLOSED},
	{"school: a goto does not come back", school, false, TCP("172.23.0.9", "10.2.0.10", 443), OPEN},
	{"stick: one vlan to the world", stick, false, TCP("10.1.10.9", "203.0.113.5", 443), OPEN},
	{"docker: into the container from elsewhere", docker, false, TCP("198.51.100.9", "172.17.0.2", 8080), OPEN},
	{"docker: another port of it", docker, false, TCP("198.51.100.9", "172.17.0.2", 8081), CLOSED},
	{"docker: another container", docker, false, TCP("198.51.100.9", "172.17.0.3", 8080), CLOSED},
	{"ufw: mail out", ufw, false, TCP("192.168.5.7", "203.0.113.25", 587), OPEN},
	{"ufw: mail from elsewhere", ufw, false, TCP("192.168.6.7", "203.0.113.25", 587), CLOSED},
	{"marks: who marked it nobody knows", marks, false, TCP("192.168.5.7", "203.0.113.25", 80), DOUBTFUL},
	{"marks: what needs none", marks, false, TCP("192.168.5.7", "203.0.113.25", 82), CLOSED},
	{"ports of a bridge are not read", ports, false, TCP("192.168.5.7", "203.0.113.25", 80), DOUBTFUL},
	{"neighbours: refused by the first half", neighbours, false, TCP("10.5.0.9", "203.0.113.5", 443), CLOSED},
	{"neighbours: refused by a range", neighbours, false, TCP("192.168.1.9", "192.0.2.15", 443), CLOSED},
	{"neighbours: beside the range", neighbours, false, TCP("192.168.1.9", "192.0.2.21", 443), OPEN},
	{"neighbours: the rest of ten", neighbours, false, TCP("10.200.0.9", "203.0.113.5", 443), OPEN},
	{"lan goes out", small_office, false, TCP("192.168.1.9", "203.0.113.5", 443), OPEN},
	{"nobody comes in", small_office, false, {"eth0", "eth1", HOOK_FORWARD, "203.0.113.5", "192.168.1.9", PROTO_TCP, 443, 4000, STATE_NEW, "02:00:00:00:00:02"}, CLOSED},
	{"answers come in", small_office, false, {"eth0", "eth1", HOOK_FORWARD, "203.0.113.5", "192.168.1.9", PROTO_TCP, 443, 4000, STATE_REPLY, "02:00:00:00:00:02"}, OPEN},
	{"ssh from inside", small_office, false, {"eth1", "", HOOK_INPUT, "192.168.1.9", "192.168.1.1", PROTO_TCP, 4000, 22, STATE_NEW, "02:00:00:00:00:01"}, OPEN},
	{"ssh from outside", small_office, false, HERE("203.0.113.1", 22), CLOSED},
	{"the loopback", small_office, false, {"lo", "", HOOK_INPUT, "127.0.0.1", "127.0.0.1", PROTO_TCP, 4000, 9, STATE_NEW, "00:00:00:00:00:00"}, OPEN},
	{"the office itself speaks", small_office, false, {"", "eth0", HOOK_OUTPUT, "203.0.113.1", "198.51.100.1", PROTO_TCP, 4000, 9, STATE_NEW, "00:00:00:00:00:00"}, OPEN},
	{"goto, accepted", chains, false, TCP("10.0.1.1", "203.0.113.5", 8005), OPEN},
	{"goto, dropped inside", chains, false, TCP("10.0.5.1", "203.0.113.5", 8005), CLOSED},
	{"goto, port beside", chains, false, TCP("10.0.1.1", "203.0.113.5", 8011), CLOSED},
	{"return leads to the next jump", chains, false, TCP("10.0.1.1", "10.9.1.1", 443), CLOSED},
	{"not of the lan", chains, false, TCP("192.168.0.1", "203.0.113.5", 443), CLOSED},
	{"invalid", chains, false, {"eth1", "eth0", HOOK_FORWARD, "10.0.1.1", "203.0.113.5", PROTO_TCP, 4000, 443, STATE_INVALID, "02:00:00:00:00:01"}, CLOSED},
	{"negations, all kept", negated, false, TCP("10.1.2.3", "203.0.113.5", 443), OPEN},
	{"negated source", negated, false, TCP("10.2.2.3", "203.0.113.5", 443), CLOSED},
	{"negated port", negated, false, TCP("10.1.2.3", "203.0.113.5", 444), CLOSED},
	{"negated interface", negated, false, {"eth2", "eth0", HOOK_FORWARD, "10.1.2.3", "203.0.113.5", PROTO_TCP, 4000, 443, STATE_NEW, "02:00:00:00:00:01"}, CLOSED},
	{"negated protocol", negated, false, {"eth1", "eth0", HOOK_FORWARD, "10.1.2.3", "203.0.113.5", PROTO_UDP, 4000, 443, STATE_NEW, "02:00:00:00:00:01"}, CLOSED},
	{"mac and range", macs, false, TCP("10.0.0.9", "203.0.113.5", 1), OPEN},
	{"another card", macs, false, {"eth1", "eth0", HOOK_FORWARD, "10.0.0.9", "203.0.113.5", PROTO_TCP, 4000, 1, STATE_NEW, "02:00:00:00:00:03"}, CLOSED},
	{"range ends", macs, false, TCP("10.0.0.10", "203.0.113.5", 1), CLOSED},
	{"echo", macs, false, {"eth2", "eth0", HOOK_FORWARD, "10.0.0.99", "203.0.113.5", PROTO_ICMP, 0, 8, STATE_NEW, "02:00:00:00:00:03"}, OPEN},
	{"another icmp", macs, false, {"eth2", "eth0", HOOK_FORWARD, "10.0.0.99", "203.0.113.5", PROTO_ICMP, 0, 13, STATE_NEW, "02:00:00:00:00:03"}, CLOSED},
	{"dotted mask", macs, false, TCP("172.31.255.255", "203.0.113.5", 25), OPEN},
	{"beside the mask", macs, false, TCP("172.32.0.0", "203.0.113.5", 25), CLOSED},
	{"an accept nobody understands", strange, false, TCP("10.0.0.1", "203.0.113.5", 7), DOUBTFUL},
	{"a drop nobody understands", strange, false, TCP("10.0.0.1", "203.0.113.5", 81), DOUBTFUL},
	{"a set that is elsewhere", strange, false, {"eth1", "eth0", HOOK_FORWARD, "10.0.0.1", "203.0.113.5", PROTO_UDP, 4000, 53, STATE_NEW, "02:00:00:00:00:01"}, DOUBTFUL},
	{"a name with +", wild, false, {"eth7", "ppp0", HOOK_FORWARD, "10.0.0.1", "203.0.113.5", PROTO_UDP, 4000, 53, STATE_NEW, "02:00:00:00:00:01"}, OPEN},
	{"not that name", wild, false, {"wlan0", "ppp0", HOOK_FORWARD, "10.0.0.1", "203.0.113.5", PROTO_UDP, 4000, 53, STATE_NEW, "02:00:00:00:00:01"}, CLOSED},
	{"a port's name", wild, false, TCP("10.0.0.1", "203.0.113.5", 443), OPEN},
	{"return two chains deep", empty_jump, false, TCP("10.0.0.1", "203.0.113.5", 80), OPEN},
	{"dropped two chains deep", empty_jump, false, TCP("10.0.0.1", "203.0.113.5", 81), CLOSED},
	{"iptables has no ip6", small_office, false, {"eth0", "eth1", HOOK_FORWARD, "2001:db8::1", "fd00::1", PROTO_TCP, 4000, 1, STATE_NEW, "02:00:00:00:00:02"}, OPEN},
	{"nft prefix", NFT("", MATCH(SADDR, "{\"prefix\":{\"addr\":\"10.0.0.0\",\"len\":8}}") ACCEPT_IT), true, TCP("10.255.0.1", "203.0.113.5", 1), OPEN},
	{"nft prefix, beside", NFT("", MATCH(SADDR, "{\"prefix\":{\"addr\":\"10.0.0.0\",\"len\":8}}") ACCEPT_IT), true, TCP("11.0.0.1", "203.0.113.5", 1), CLOSED},
	{"nft set of ranges", NFT("", MATCH(DPORT, "{\"set\":[22,{\"range\":[80,90]}]}") ACCEPT_IT), true, TCP("11.0.0.1", "203.0.113.5", 85), OPEN},
	{"nft set of ranges, beside", NFT("", MATCH(DPORT, "{\"set\":[22,{\"range\":[80,90]}]}") ACCEPT_IT), true, TCP("11.0.0.1", "203.0.113.5", 91), CLOSED},
	{"nft less than", NFT("", "{\"match\":{\"op\":\"<\",\"left\":" DPORT ",\"right\":1024}}," ACCEPT_IT), true, TCP("11.0.0.1", "203.0.113.5", 1023), OPEN},
	{"nft less than, beside", NFT("", "{\"match\":{\"op\":\"<\",\"left\":" DPORT ",\"right\":1024}}," ACCEPT_IT), true, TCP("11.0.0.1", "203.0.113.5", 1024), CLOSED},
	{"nft ip is not ip6", NFT("", MATCH(SADDR, "\"10.0.0.1\"") ACCEPT_IT), true, {"eth1", "eth0", HOOK_FORWARD, "fd00::1", "fd00::2", PROTO_TCP, 1, 1, STATE_NEW, "02:00:00:00:00:01"}, CLOSED},
	{"nft fib", NFT("", MATCH("{\"fib\":{\"result\":\"type\",\"flags\":[\"daddr\"]}}", "\"local\"") ACCEPT_IT), true, TCP("11.0.0.1", "203.0.113.5", 1), DOUBTFUL},
	{"nft queue", NFT("", "{\"queue\":{\"num\":1}}"), true, TCP("11.0.0.1", "203.0.113.5", 1), DOUBTFUL},
	{"nft dynamic set", NFT("{\"set\":{\"family\":\"inet\",\"name\":\"s\",\"table\":\"t\",\"type\":\"ipv4_addr\",\"handle\":1,\"flags\":[\"dynamic\"]}},",
	                        MATCH(SADDR, "\"@s\"") ACCEPT_IT), true, TCP("11.0.0.1", "203.0.113.5", 1), DOUBTFUL},
	{"nft vmap", NFT("{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"d\"}},", "{\"vmap\":{\"key\":" DPORT ",\"data\":{\"set\":[[22,{\"accept\":null}],[80,{\"jump\":{\"target\":\"d\"}}]]}}}"),
	 true, TCP("11.0.0.1", "203.0.113.5", 22), OPEN},
	{"nft vmap, into an empty chain", NFT("{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"d\"}},", "{\"vmap\":{\"key\":" DPORT ",\"data\":{\"set\":[[22,{\"accept\":null}],[80,{\"jump\":{\"target\":\"d\"}}]]}}}"),
	 true, TCP("11.0.0.1", "203.0.113.5", 80), CLOSED},
};

static uint16_t name_of(struct atlas_names *names, const char *name)
{
	return name[0] ? atlas_name_add(names, slice_str(name), false) : (uint16_t)NO_INTERFACE;
}

static struct box point(const struct packet *p, enum net_family *family)
{
	wide_t src = 0, dst = 0;
	uint64_t mac = 0;
	CHECK(address_read(slice_str(p->src), family, &src) && address_read(slice_str(p->dst), family, &dst) && mac_read(slice_str(p->mac), &mac));
	struct box b = {.saddr_lo = src, .saddr_hi = src, .daddr_lo = dst, .daddr_hi = dst, .mac_lo = mac, .mac_hi = mac,
	                .proto_lo = p->proto, .proto_hi = p->proto, .sport_lo = p->sport, .sport_hi = p->sport,
	                .dport_lo = p->dport, .dport_hi = p->dport, .state_lo = (uint8_t)p->state, .state_hi = (uint8_t)p->state};
	return b;
}

static bool inside(const struct boxes *boxes, const struct box *packet)
{
	for (size_t i = 0; i < boxes->count; i++)
		if (box_inside(packet, &boxes->at[i]))
			return true;
	return false;
}

static struct ruleset *read(const struct row *row, const struct atlas_names *names, struct arena *arena)
{
	struct ruleset *r = NULL;
	struct why why = {0};
	struct slice text = slice_str(row->rules);
	if (row->json)
		CHECK_OK(ruleset_read_json(text, names, arena, &r, &why), &why);
	else
		CHECK_OK(ruleset_read_iptables(text, (struct slice){NULL, 0}, names, arena, &r, &why), &why);
	return r;
}

TEST(firewalls_as_they_are)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena *arena = arena_new(64 << 20);
		struct atlas_names names = {.count = 0};
		enum net_family family = FAMILY_IP4;
		struct box packet = point(&rows[i].packet, &family);
		struct place place = {rows[i].packet.hook, FAMILY_IP4, name_of(&names, rows[i].packet.in), name_of(&names, rows[i].packet.out)};
		atlas_name_add(&names, SLICE(""), true);
		place.family = family;
		struct ruleset *r = read(&rows[i], &names, arena);
		struct boxes boxes;
		bool doubt = false;
		struct why why = {0};
		boxes_init(&boxes, 1 << 20);
		if (r)
			CHECK_OK(ruleset_accepts(r, place, PROOF_FUEL, 1 << 20, &boxes, &doubt, &why), &why);
		bool passes = inside(&boxes, &packet);
		bool good = rows[i].fate == DOUBTFUL ? doubt && passes : passes == (rows[i].fate == OPEN);
		if (!good)
			printf("  %s: passes %d, doubt %d\n", rows[i].name, passes, doubt);
		CHECK(good);
		boxes_done(&boxes);
		arena_free(arena);
	}
	printf("  %zu packets through firewalls as they are\n", sizeof rows / sizeof *rows);
}

/* 5,000 rules in 60 chains; each packet also judged rule by rule. */
struct big {
	uint32_t dst[5000];
	uint16_t port[5000];
	bool accept[5000];
};

TEST(five_thousand_rules)
{
	static struct big big;
	struct arena *arena = arena_new(256 << 20);
	struct atlas_names names = {.count = 0};
	struct buffer text;
	struct ruleset *r = NULL;
	struct boxes boxes;
	struct why why = {0};
	bool doubt = true;
	uint64_t seed = 5;
	unsigned wrong = 0;
	buffer_init(&text, 8 << 20);
	boxes_init(&boxes, 4 << 20);
	atlas_name_add(&names, SLICE("eth0"), false);
	buffer_put_str(&text, "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n");
	for (int c = 0; c < 60; c++)
		buffer_printf(&text, ":net%d - [0:0]\n-A FORWARD -d 10.%d.0.0/16 -j net%d\n", c, c, c);
	for (int i = 0; i < 5000; i++) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		uint32_t n = (uint32_t)(seed >> 33);
		big.dst[i] = 0x0A000000u | (n % 60) << 16 | (n >> 8 & 0x3FF);
		big.port[i] = (uint16_t)(20 + (n >> 18) % 60);
		big.accept[i] = n % 7 != 0;
		buffer_printf(&text, "-A net%u -d 10.%u.%u.%u/%d -p tcp -m tcp --dport %u:%u -j %s\n", n % 60, n % 60, big.dst[i] >> 8 & 255, big.dst[i] & 255, 32,
		              big.port[i], big.port[i] + 5u, big.accept[i] ? "ACCEPT" : "DROP");
	}
	buffer_put_str(&text, "COMMIT\n");
	clock_t begin = clock();
	CHECK_OK(ruleset_read_iptables(buffer_slice(&text), (struct slice){NULL, 0}, &names, arena, &r, &why), &why);
	const struct place place = {HOOK_FORWARD, FAMILY_IP4, 0, 0};
	if (r)
		CHECK_OK(ruleset_accepts(r, place, PROOF_FUEL, 1 << 20, &boxes, &doubt, &why), &why);
	double ms = (double)(clock() - begin) * 1000 / CLOCKS_PER_SEC;
	for (int i = 0; i < 5000; i++) {
		struct box packet = box_full(FAMILY_IP4);
		uint16_t port = (uint16_t)(big.port[i] + i % 8);
		bool accept = false, met = false;
		for (int k = 0; k < 5000 && !met; k++)
			if (big.dst[k] == big.dst[i] && port >= big.port[k] && port <= big.port[k] + 5)
				accept = big.accept[k], met = true;
		packet.daddr_lo = packet.daddr_hi = big.dst[i];
		packet.dport_lo = packet.dport_hi = port;
		packet.proto_lo = packet.proto_hi = PROTO_TCP;
		wrong += inside(&boxes, &packet) != accept;
	}
	CHECK_INT(wrong, 0);
	CHECK(!doubt && ms < 5000);
	printf("  5,000 rules read and walked in %.0f ms, %zu boxes\n", ms, boxes.count);
	boxes_done(&boxes);
	buffer_done(&text);
	arena_free(arena);
}

TEST(nonsense_is_refused)
{
	static const char *const texts[] = {"", "*filter\nCOMMIT\n", "hello\n", "*filter\n:INPUT DROP\n-A NOWHERE -j ACCEPT\nCOMMIT\n",
	                                    "*filter\n:INPUT DROP\n:INPUT DROP\n", "*filter\n:INPUT DROP\n-A INPUT -s\n", "*filter\n:INPUT DROP\n-A INPUT --comment \"x\n"};
	static const char *const jsons[] = {"", "{}", "[]", "{\"nftables\":7}", "{\"nftables\":[", "{\"nftables\":[{\"rule\":"};
	struct atlas_names names = {.count = 0};
	struct ruleset *r = NULL;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct arena *arena = arena_new(8 << 20);
		CHECK_FAILS(ruleset_read_iptables(slice_str(texts[i]), (struct slice){NULL, 0}, &names, arena, &r, NULL), E_INPUT);
		arena_free(arena);
	}
	for (size_t i = 0; i < sizeof jsons / sizeof *jsons; i++) {
		struct arena *arena = arena_new(8 << 20);
		CHECK_FAILS(ruleset_read_json(slice_str(jsons[i]), &names, arena, &r, NULL), E_INPUT);
		arena_free(arena);
	}
	CHECK(r == NULL);
}

MAIN_TESTS()
