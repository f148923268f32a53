#!/bin/sh
# tools/check-bodies must pass src/ as it is and refuse what is planted.
#   tests/rooms/bodies.sh [BUILD]
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# expect NAME STATUS TEXT TREE
expect() {
	status=0
	said=$("$root/tools/check-bodies" "$4" 2>&1) || status=$?
	if [ "$status" -eq "$2" ] && printf '%s\n' "$said" | grep -qF -- "$3"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAIL %s: status %s\n%s\n' "$1" "$status" "$said"
	fi
}

expect 'the house as it is' 0 ' 0 faults' "$root"

tree=$work/tree
mkdir -p "$tree/src/web" "$tree/src/gate/file"
cp -r "$root/policies" "$root/vocabulary" "$tree/"

# plant NAME LINE STATUS TEXT
plant() {
	printf '%s\n' "$2" >"$tree/src/web/planted.c"
	expect "$1" "$3" "$4" "$tree"
}
plant 'a post' 'bool b(const char *p) { return strcmp(p, "audit_lead") == 0; }' 1 'src/web/planted.c:1: the post "audit_lead" by its name'
plant 'a post after a quote sign' "char c = '\"'; const char *p = \"ciso\";" 1 'the post "ciso" by its name'
plant 'a post by its title' 'const char *s = "統括情報セキュリティ責任者が決めます。";' 1 'the title 統括情報セキュリティ責任者'
plant 'a body' 'const char *s = "hannan";' 1 'the policy "hannan" by its name'
plant 'a clause' 'const char *s = "条文 HN-2.1(3)-1 により";' 1 'a clause: 条文 HN-2.1(3)-1 により'
plant 'a comment may say so' '/* "ciso", of HN-2.1(3)-1 */ const char *s = "postal";' 0 ' 0 faults'
plant 'nor is a longer word one' 'const char *s = "window_bits"; const char *t = "SHA-256 AES-128";' 0 ' 0 faults'
plant 'an include is no string' '#include "window"
const char *s = "none";' 0 ' 0 faults'
rm "$tree/src/web/planted.c"
expect 'nothing to read' 2 'no posts or no strings' "$tree"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
