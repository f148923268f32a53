#!/usr/bin/env python3
"""Evidence that Sekisho wrote, verified without anything of Sekisho.

    verify.py KEY evidence.json           what one clause's page writes
    verify.py KEY FOLDER [OLD]            what `sekisho ledger export` writes; OLD: an earlier
                                          checkpoint, which the folder must extend

KEY is the line of seal.pub, got once from the office by another way than the evidence.
Written from RFC 6962 (2.1), RFC 8032 and C2SP signed-note, tlog-checkpoint, tlog-tiles;
Python's own library, and openssl for Ed25519.  Status 0: all holds; 1: it does not.
"""
import base64, hashlib, json, os, subprocess, sys, tempfile

ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")  # RFC 8410, before the 32 bytes of a key


class Wrong(Exception):
    pass


def must(holds, text):
    if not holds:
        raise Wrong(text)


def sha(data):
    return hashlib.sha256(data).digest()


def leaf_hash(data):
    return sha(b"\0" + data)


def node_hash(left, right):
    return sha(b"\1" + left + right)


def read_key(line):
    """name+hash+base64 -> name, id, 32 bytes"""
    name, given, text = line.strip().split("+", 2)
    raw = base64.b64decode(text, validate=True)
    must(len(raw) == 33 and raw[0] == 1, "the key is not Ed25519")
    key_id = sha(name.encode() + b"\n" + raw)[:4]
    must(given == key_id.hex(), "the key's hash is not its own")
    return name, key_id, raw[1:]


def ed25519(public, text, signature):
    with tempfile.TemporaryDirectory() as at:
        for name, data in (("key", ED25519_SPKI + public), ("text", text), ("sig", signature)):
            with open(os.path.join(at, name), "wb") as f:
                f.write(data)
        said = subprocess.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", at + "/key",
                               "-in", at + "/text", "-sigfile", at + "/sig"], capture_output=True, check=False)
    return said.returncode == 0


def read_checkpoint(note, key):
    """the signed note -> size, root"""
    name, key_id, public = key
    text, sep, lines = note.partition("\n\n")
    must(sep, "the checkpoint is not a signed note")
    text += "\n"
    good = False
    for line in lines.splitlines():
        dash, by, blob = line.split(" ")
        raw = base64.b64decode(blob, validate=True)
        if dash == "\u2014" and by == name and raw[:4] == key_id:
            good = ed25519(public, text.encode(), raw[4:])
    must(good, "the checkpoint's signature does not hold")
    origin, size, root = text.split("\n")[:3]
    must(origin == name, "the checkpoint is of another log")
    return int(size), base64.b64decode(root, validate=True)


def root_by_path(index, size, leaf, path):
    """RFC 9162 section 2.1.3.2, which is RFC 6962's audit path run upwards"""
    at, last, hash_ = index, size - 1, leaf
    for step in path:
        must(last > 0, "the path is too long")
        if at & 1 or at == last:
            hash_ = node_hash(step, hash_)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, step)
        at, last = at >> 1, last >> 1
    must(last == 0, "the path is too short")
    return hash_


def tree_root(hashes):
    """RFC 6962 section 2.1, iteratively: whole subtrees on a stack"""
    stack = []
    for i, h in enumerate(hashes):
        stack.append(h)
        n = i
        while n & 1:
            right = stack.pop()
            stack[-1] = node_hash(stack[-1], right)
            n >>= 1
    must(stack, "the tree is empty")
    root = stack.pop()
    while stack:
        root = node_hash(stack.pop(), root)
    return root


def entry_of(leaf, seq):
    entry = json.loads(leaf.decode("utf-8"))
    must(entry["seq"] == seq, f"entry {seq} says that it is {entry['seq']}")
    return entry


def verify_evidence(name, key):
    with open(name, encoding="utf-8") as f:
        said = json.load(f)
    must(said["format"] == "sekisho-evidence/1", "another format")
    size, root = read_checkpoint(said["checkpoint"], key)
    for one in said["entries"]:
        leaf, path = one["leaf"].encode("utf-8"), [bytes.fromhex(h) for h in one["path"]]
        must(0 <= one["seq"] < size, f"entry {one['seq']} is not under the signature")
        must(root_by_path(one["seq"], size, leaf_hash(leaf), path) == root, f"entry {one['seq']} is not what was signed")
        entry = entry_of(leaf, one["seq"])
        print(f"{entry['seq']}\t{entry['time']}\t{entry['act']}\t{','.join(entry['clauses'])}")
    return f"{said['clause']}: {len(said['entries'])} entries are in the signed tree of {size}"


def tile(folder, kind, n, width):
    groups = []
    while True:
        groups.insert(0, n % 1000)
        n //= 1000
        if not n:
            break
    at = "/".join(["x%03d" % g for g in groups[:-1]] + ["%03d" % groups[-1]])
    with open(f"{folder}/tile/{kind}/{at}" + (f".p/{width}" if width < 256 else ""), "rb") as f:
        return f.read()


def verify_log(folder, key, old):
    with open(folder + "/checkpoint", encoding="utf-8") as f:
        size, root = read_checkpoint(f.read(), key)
    hashes, last = [], ""
    for n in range((size + 255) // 256):
        width = min(256, size - n * 256)
        bundle, tiles = tile(folder, "entries", n, width), tile(folder, "0", n, width)
        for i in range(width):
            must(len(bundle) >= 2, "a bundle of entries is too short")
            end = 2 + int.from_bytes(bundle[:2], "big")
            leaf, bundle = bundle[2:end], bundle[end:]
            must(len(leaf) == end - 2, "an entry is cut off")
            hashes.append(leaf_hash(leaf))
            must(hashes[-1] == tiles[i * 32:i * 32 + 32], f"entry {n * 256 + i} is not the one of its tile")
            entry = entry_of(leaf, n * 256 + i)
            must(entry["time"] >= last, f"entry {entry['seq']} is older than the one before it")
            last = entry["time"]
        must(not bundle, "a bundle of entries is too long")
    must(tree_root(hashes) == root, "the entries are not the tree that was signed")
    if old:
        with open(old, encoding="utf-8") as f:
            old_size, old_root = read_checkpoint(f.read(), key)
        must(old_size <= size, "entries are missing that were signed earlier")
        must(tree_root(hashes[:old_size]) == old_root, "what was signed earlier was changed")
    return f"{size} entries are the signed tree" + (" and extend the earlier one" if old else "")


def main(argv):
    if len(argv) not in (3, 4):
        print(__doc__)
        return 2
    try:
        with open(argv[1], encoding="utf-8") as f:
            key = read_key(f.read())
        print(verify_log(argv[2], key, argv[3] if len(argv) == 4 else "") if os.path.isdir(argv[2]) else verify_evidence(argv[2], key))
        return 0
    except (Wrong, OSError, ValueError, KeyError, IndexError) as wrong:
        print(f"does not hold: {wrong}")
        return 1


sys.exit(main(sys.argv))
