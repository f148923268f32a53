#!/bin/sh
# Notices through a real mail server: a Postfix of this test's own, on loopback,
# takes the letters of a whole demo city, and Python's email package reads them.
# Then the server is stopped: nothing is lost, and what waited arrives.
#   tests/peers/notice.sh BUILD
set -u
build=$(cd "${1:?}" && pwd)
bin=$build/src/bin
work=$(mktemp -d)
chmod 755 "$work"
notice=
stop_all() {
	[ -z "$notice" ] || kill "$notice" 2>/dev/null
	[ ! -d "$work/etc" ] || postfix -c "$work/etc" stop >/dev/null 2>&1
	rm -rf "$work"
}
trap stop_all EXIT
passed=0 failed=0

check() {
	name=$1; shift
	if "$@" >"$work/out" 2>&1; then passed=$((passed + 1)); else
		failed=$((failed + 1)); echo "FAIL $name"; sed 's/^/    /' "$work/out"; fi
}
finish() { echo "$passed passed, $failed failed, ${1:-0} skipped"; [ "$failed" = 0 ]; exit; }

if [ "$(id -u)" != 0 ] || ! command -v postfix >/dev/null; then
	echo "skipped: Postfix wants to be started by root"
	finish 7
fi

# ---- the mail server --------------------------------------------------------
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir -p "$work/etc" "$work/spool" "$work/data" "$work/mail"
chown nobody "$work/mail"
chown postfix "$work/data"
cat >"$work/etc/main.cf" <<CF
compatibility_level = 3.6
queue_directory = $work/spool
data_directory = $work/data
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.aonami.example
mydestination =
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = aonami.example
virtual_mailbox_base = $work/mail
virtual_mailbox_maps = static:all
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
maillog_file = $work/data/log
maillog_file_prefixes = $work
smtpd_tls_security_level = none
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
CF
{
	echo "127.0.0.1:$port inet n - n - - smtpd"
	for s in cleanup:0 bounce:0 defer:0 trace:0 rewrite:- local:- virtual:- error:- retry:- anvil:- scache:- \
		proxymap:- tlsmgr:- verify:1 flush:0; do
		n=${s%%:*}; d=$n
		private=- unprivileged=-
		case $n in
		defer|trace) d=bounce ;; rewrite) d=trivial-rewrite ;; retry) d=error ;; cleanup|flush) private=n ;;
		local|virtual) unprivileged=n ;;
		esac
		echo "$n unix $private $unprivileged n - ${s##*:} $d"
	done
	echo "qmgr unix n - n 300 1 qmgr"
	echo "postlog unix-dgram n - n - 1 postlogd"
} >"$work/etc/master.cf"
start_mail() { postfix -c "$work/etc" start >"$work/postfix" 2>&1 && sleep 1; }
if ! start_mail; then
	sed 's/^/    /' "$work/postfix"
	echo "skipped: this machine's Postfix does not start"
	finish 7
fi

# ---- the city, and who writes for it -----------------------------------------
"$bin/sekisho" demo "$work/city" --once >"$work/demo" 2>&1 || { cat "$work/demo"; echo "FAIL no city"; failed=1; finish; }
cat >>"$work/city/sekisho.conf" <<CONF
mail_server = smtp://127.0.0.1:$port
mail_from = sekisho@aonami.example
mail_domain = aonami.example
mail_link = https://sekisho.aonami.example
CONF
start_notice() {
	"$bin/sekisho-notice" -C "$work/city" 2>>"$work/notice.log" &
	notice=$!
}
stop_notice() { kill "$notice"; wait "$notice" 2>/dev/null; notice=; }
db() { sqlite3 -cmd ".timeout 5000" "$work/city/sekisho.db" "$@"; }
# waits SECONDS until the query's answer is VALUE
until_is() {
	for _ in $(seq "$1"); do [ "$(db "$2" 2>/dev/null)" = "$3" ] && return 0; sleep 1; done
	echo "$2: $(db "$2") instead of $3"; tail -n 5 "$work/notice.log"; return 1
}
waiting="SELECT count(*) FROM notice WHERE state = 'waiting'"
letters() { cat "$work/mail/all" 2>/dev/null | grep -c '^From ' || true; }

start_notice
until_is 20 "SELECT count(*) FROM notice_cursor" 1 >/dev/null
stop_notice
db "UPDATE notice_cursor SET seq = 0"          # tell the whole story of the city
start_notice
check "the whole ledger is read" until_is 30 "SELECT seq = (SELECT count(*) FROM notice_cursor, ledger_entry) FROM notice_cursor" 1
check "everybody is written to" until_is 30 "$waiting" 0
sent=$(db "SELECT count(DISTINCT person) FROM notice WHERE state = 'sent'")
check "somebody was" [ "$sent" -gt 1 ]
check "the jail held" grep -q "jail notice: seccomp" "$work/notice.log"
arrived() { for _ in $(seq 20); do [ "$(letters)" -ge "$sent" ] && return 0; sleep 0.5; done; echo "$(letters) of $sent"; return 1; }
check "the server delivered them" arrived
check "others read them" python3 - "$work/mail/all" <<'PY'
import email.policy, mailbox, sys
box = mailbox.mbox(sys.argv[1], factory=lambda f: email.message_from_binary_file(f, policy=email.policy.default))
for m in box:
    text = m.get_content()
    assert m["subject"].startswith("【関所】お知らせが"), m["subject"]
    assert str(m["to"]).endswith("@aonami.example"), m["to"]
    assert m["auto-submitted"] == "auto-generated" and m["message-id"] and m["date"].datetime
    assert "様\n" in text and "https://sekisho.aonami.example/" in text, text
    assert not m.defects, m.defects
PY

# ---- a self-inspection: who is asked is written to, who has not answered is reminded ---------
before=$(letters)
deadline=$(python3 -c 'import datetime; print(datetime.date.today() + datetime.timedelta(days=5))')
check "a self-inspection begins" "$bin/sekisho" review begin -C "$work/city" --by sato --title '秘密の点検' \
	--deadline "$deadline" --clauses 'HN-2.5.3(1)-1'
asked=$(db "SELECT count(*) FROM review_sheet")
check "who is asked is written to" until_is 30 "SELECT count(*) = $asked FROM notice WHERE what = 'review' AND state = 'sent'" 1
grown() { for _ in $(seq 20); do [ "$(letters)" -ge $((before + $1)) ] && return 0; sleep 0.5; done; echo "$(letters), not $before and $1 more"; return 1; }
check "the server delivered the invitations" grown "$asked"
check "one person answers" "$bin/sekisho" review answer -C "$work/city" 1 --by aoki 'HN-2.5.3(1)-1=yes'
printf '%s' $((6 * 86400000 + $(cat "$work/city/clock.offset" 2>/dev/null || echo 0))) >"$work/city/clock.offset"
grep -q '^clock = ' "$work/city/sekisho.conf" || echo 'clock = clock.offset' >>"$work/city/sekisho.conf"
stop_notice
start_notice
"$bin/sekisho-clock" -C "$work/city" 2>>"$work/clock.log" &
clock=$!
check "who has not answered is reminded" until_is 30 "SELECT count(*) = $asked - 1 FROM review_sheet WHERE reminded_ms > 0" 1
kill "$clock"; wait "$clock" 2>/dev/null
check "the reminders are sent" until_is 60 "$waiting" 0
cat >"$work/read.py" <<'PY'
import email.policy, mailbox, sys
box = mailbox.mbox(sys.argv[1], factory=lambda f: email.message_from_binary_file(f, policy=email.policy.default))
texts = [(str(m["to"]), m.get_content()) for m in box]
asked = [(to, t) for to, t in texts if "自己点検 第1号に、" in t and "までに回答してください。" in t]
late = [(to, t) for to, t in texts if "自己点検 第1号の回答の期限は、" in t and "すぐに回答してください。" in t]
assert len(asked) == int(sys.argv[2]), (len(asked), sys.argv[2])
assert len(late) == int(sys.argv[2]) - 1, len(late)
assert not any("aoki@" in to for to, _ in late), "whoever has answered is reminded"
assert all("/inspections/" in t and "秘密" not in t for _, t in asked + late)
PY
# the last may not be written yet, or not delivered
others_read() {
	for _ in $(seq 60); do python3 "$work/read.py" "$work/mail/all" "$asked" 2>"$work/read.log" && return 0; sleep 0.5; done
	cat "$work/read.log"; return 1
}
check "others read them" others_read

# ---- the server is away ------------------------------------------------------
stop_notice
postfix -c "$work/etc" stop >/dev/null 2>&1
db "UPDATE notice SET state = 'waiting', due_ms = 0, tries = 0"
start_notice
until_is 20 "SELECT count(*) > 0 FROM notice WHERE tries > 0" 1 >/dev/null
start_mail
db "UPDATE notice SET due_ms = 0"
stop_notice; start_notice
check "what waited is sent when the server is back" until_is 30 "$waiting" 0
finish
