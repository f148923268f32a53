#!/bin/sh
# The Debian package, installed on a machine of its own (the running one under an overlay):
# the same build gives the same bytes, an office is made and opened, and removing the
# package leaves its records.   tests/e2e/package.sh BUILD
set -eu
build=$(cd "${1:?}" && pwd)
top=$(cd "$(dirname "$0")/../.." && pwd)
if ! command -v dpkg-shlibdeps >/dev/null; then
	echo 'skipped package: dpkg-dev is not installed'
	echo '0 passed, 0 failed, 1 skipped'
	exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0
ok()
{
	says=$1
	shift
	if "$@" >"$work/log" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $says"
		tail -n 20 "$work/log"
	fi
}

deb=$("$top/tools/deb" "$build")
cp "$deb" "$work/first.deb"
again=$("$top/tools/deb" "$build")
ok 'the same build gives the same bytes' cmp "$work/first.deb" "$again"
dpkg-deb -c "$deb" >"$work/list"
ok 'all of it is root'"'"'s' sh -c '! grep -v " root/root " "$1"' - "$work/list"
ok 'nothing runs with another'"'"'s rights, nobody else may write' sh -c '! grep -E "^-(..s|.....s|....w|.......w)" "$1"' - "$work/list"
ok 'programs, units, pages of the manual, policies' sh -c 'for f in usr/bin/sekishod usr/bin/sekisho-draw lib/systemd/system/sekishod.service usr/share/man/man1/sekisho.1.gz usr/share/sekisho/vocabulary/assets.pol; do grep -q "\./$f\$" "$1" || { echo "no $f"; exit 1; }; done' - "$work/list"
dpkg-deb -x "$deb" "$work/out"
ok 'no program knows where it was built' sh -c '! grep -rlF -- "$1" "$2/usr/bin"' - "$top" "$work/out"
if command -v systemd-analyze >/dev/null; then
	sed "s|/usr/bin/|$work/out/usr/bin/|" "$work/out/lib/systemd/system/sekishod.service" >"$work/sekishod.service"
	ok 'systemd reads the unit' sh -c 'SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$1"' - "$work/sekishod.service"
fi

# ---- on a machine -------------------------------------------------------------------

mkdir -p "$work/lay"
cat >"$work/machine" <<'MACHINE'
set -eu
work=$1 top=$2
mount -t tmpfs tmpfs "$work/lay"
mkdir "$work/lay/upper" "$work/lay/work" "$work/lay/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/lay/upper,workdir=$work/lay/work" "$work/lay/root" || exit 77
root=$work/lay/root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
cp "$work/first.deb" "$top/share/demo/office.tsv" "$root/tmp/"
cat >"$root/tmp/inside" <<'INSIDE'
set -eu
as() { setpriv --reuid=sekisho --regid=sekisho --clear-groups "$@"; }
office=/var/lib/sekisho
dpkg -i /tmp/first.deb >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
echo "ok it installs"
[ "$(stat -c '%U %a' $office)" = 'sekisho 700' ] && echo "ok the folder is its own"
chmod 644 /tmp/office.tsv
as sekisho init $office --policy hannan-2022-07 --chart /tmp/office.tsv >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
grep -q '/usr/share/sekisho' $office/sekisho.conf && echo "ok an office is made from what was installed"
sed -i 's/^outer = .*/outer = 127.0.0.1:31880/; s/^inner = .*/inner = 127.0.0.1:31881/' $office/sekisho.conf
ip link set lo up
sekishod -C $office 2>/tmp/log & # as root: it gives its rights away
daemon=$!
for i in $(seq 100); do node -e "fetch('http://127.0.0.1:31881/signin').then(async (r) => process.exit((await r.text()).includes('サインイン') ? 0 : 1), () => process.exit(1))" && break; sleep 0.2; done && echo "ok the page to sign in is served"
[ "$(ps -o user= -C sekisho-web | sort -u)" = sekisho ] && echo "ok it is served without root's rights"
for i in $(seq 100); do as sekisho ledger verify -C $office >/tmp/verify 2>&1 && break; sleep 0.2; done && echo "ok the ledger verifies"
kill $daemon; wait $daemon && echo "ok it ends when asked"
dpkg -P sekisho >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
[ ! -e /usr/bin/sekisho ] && [ -s $office/sekisho.db ] && grep -q '残しています' /tmp/log && echo "ok a purge leaves the records, and says so"
INSIDE
exec chroot "$root" env PATH="$PATH" DEBIAN_FRONTEND=noninteractive sh /tmp/inside
MACHINE
wants='it installs|the folder is its own|an office is made from what was installed|the page to sign in is served|it is served without root'"'"'s rights|the ledger verifies|it ends when asked|a purge leaves the records, and says so'
status=0
# where / is no mount (a chroot) it cannot be made private; it need not where nothing is shared
propagation=private
grep -q ' / / ' /proc/self/mountinfo || { propagation=unchanged; ! grep -q ' shared:' /proc/self/mountinfo || status=77; }
[ "$(id -u)" = 0 ] || status=77
if [ $status = 0 ]; then
	unshare -mnp --fork --propagation $propagation sh "$work/machine" "$work" "$top" >"$work/machine.log" 2>&1 || status=$?
fi
if [ $status = 77 ]; then
	echo 'skipped package: an overlay of this machine cannot be made here'
	skipped=1
else
	echo "$wants" | tr '|' '\n' >"$work/wants"
	while read -r want; do
		ok "$want" grep -qx "ok $want" "$work/machine.log"
	done <"$work/wants"
	[ $failed = 0 ] || tail -n 30 "$work/machine.log"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
