"""Office documents under a password, made from plain ones, and a plain PDF: what the gate must open,
written once more from the specification.
source  MS-CFB; MS-OFFCRYPTO 2.3.4 to 2.3.7; MS-XLS 2.2.10; MS-DOC 2.2.6; MS-PPT 2.3.7
"""
import base64
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SECTOR, MINI, CUTOFF = 512, 64, 4096
END, FREE, FAT_MARK, NOBODY = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF


# ---- compound files: read simply, written with full sectors only ------------------

def cfb_read(data):
    """Streams of the root by name."""
    shift = struct.unpack_from("<H", data, 30)[0]
    size = 1 << shift
    first_directory = struct.unpack_from("<I", data, 48)[0]
    first_mini = struct.unpack_from("<I", data, 60)[0]
    fat_sectors = [s for s in struct.unpack_from("<109I", data, 76) if s < FAT_MARK]
    sector = lambda n: data[(n + 1) * size:(n + 2) * size]
    fat = [v for s in fat_sectors for v in struct.unpack(f"<{size // 4}I", sector(s))]

    def chain(at, table):
        while at < FAT_MARK:
            yield at
            at = table[at]
    directory = b"".join(sector(s) for s in chain(first_directory, fat))
    mini_fat = [v for s in chain(first_mini, fat) for v in struct.unpack(f"<{size // 4}I", sector(s))]
    entries = [directory[i:i + 128] for i in range(0, len(directory), 128)]
    root_start, root_size = struct.unpack_from("<II", entries[0], 116)
    mini_stream = b"".join(sector(s) for s in chain(root_start, fat))[:root_size]
    streams = {}
    for entry in entries[1:]:
        length, kind = struct.unpack_from("<HB", entry, 64)
        if kind != 2:
            continue
        name = entry[:length - 2].decode("utf-16-le")
        start, bytes_ = struct.unpack_from("<II", entry, 116)
        small = bytes_ < CUTOFF
        parts = (mini_stream[s * MINI:(s + 1) * MINI] for s in chain(start, mini_fat)) if small else \
            (sector(s) for s in chain(start, fat))
        streams[name] = b"".join(parts)[:bytes_]
    return streams


def cfb_write(streams):
    """A root with these streams; a right-leaning tree, which is a tree."""
    names = sorted(streams, key=lambda n: (len(n), n.upper()))
    mini, mini_fat, big, starts = b"", [], [], {}
    for name in names:
        data = streams[name]
        if len(data) >= CUTOFF:
            big.append(name)
            continue
        first = len(mini_fat)
        count = -(-len(data) // MINI)
        starts[name] = first if count else END
        mini_fat += [first + i + 1 for i in range(count - 1)] + ([END] if count else [])
        mini += data.ljust(count * MINI, b"\0")
    pieces = [("mini", mini), ("minifat", b"".join(struct.pack("<I", v) for v in mini_fat))]
    pieces += [(name, streams[name]) for name in big]
    body, fat = b"", []
    for name, data in pieces:
        count = -(-len(data) // SECTOR)
        starts[name] = len(fat) if count else END
        fat += [len(fat) + i + 1 for i in range(count - 1)] + ([END] if count else [])
        body += data.ljust(count * SECTOR, b"\xff" if name == "minifat" else b"\0")
    entry = lambda name, kind, right, child, start, size: (
        name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBBIII", len(name) * 2 + 2, kind, 1, NOBODY, right, child)
        + bytes(36) + struct.pack("<IQ", start, size))
    directory = entry("Root Entry", 5, NOBODY, 1, starts["mini"], len(mini))
    for i, name in enumerate(names):
        right = i + 2 if i + 1 < len(names) else NOBODY
        directory += entry(name, 2, right, NOBODY, starts[name], len(streams[name]))
    while len(directory) % SECTOR:
        directory += bytes(68) + struct.pack("<III", NOBODY, NOBODY, NOBODY) + bytes(48)
    first_directory = len(fat)
    count = len(directory) // SECTOR
    fat += [len(fat) + i + 1 for i in range(count - 1)] + [END]
    body += directory
    fat_count = 1
    while (len(fat) + fat_count) * 4 > fat_count * SECTOR:
        fat_count += 1
    first_fat = len(fat)
    fat += [FAT_MARK] * fat_count
    body += b"".join(struct.pack("<I", v) for v in fat).ljust(fat_count * SECTOR, b"\xff")
    minis = -(-len(mini_fat) * 4 // SECTOR)
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, fat_count, first_directory, 0, CUTOFF, starts["minifat"], minis, END, 0)
    difat = [first_fat + i for i in range(fat_count)] + [FREE] * (109 - fat_count)
    return head + struct.pack("<109I", *difat) + body


# ---- ciphers ----------------------------------------------------------------------

def rc4(key, data):
    s = list(range(256))
    j = 0
    for i in range(256):
        j = (j + s[i] + key[i % len(key)]) & 255
        s[i], s[j] = s[j], s[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) & 255
        j = (j + s[i]) & 255
        s[i], s[j] = s[j], s[i]
        out.append(byte ^ s[(s[i] + s[j]) & 255])
    return bytes(out)


def cbc(key, iv, data):
    seal = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return seal.update(data) + seal.finalize()


def ecb(key, data):
    seal = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return seal.update(data) + seal.finalize()


def salt_of(label, size=16):
    return hashlib.sha256(label.encode()).digest()[:size]


def padded(data):
    return data + bytes(-len(data) % 16)


# ---- packages ---------------------------------------------------------------------

def agile(package, password, name="SHA512", bits=256, spin=1000, break_mac=False, claim=None):
    make = lambda *parts: hashlib.new(name.lower(), b"".join(parts)).digest()
    size = hashlib.new(name.lower()).digest_size
    fit = lambda h, n: h[:n] + b"\x36" * (n - len(h))
    key, key_salt, data_salt = salt_of("key", bits // 8), salt_of("password"), salt_of("data")
    spun = make(key_salt, password.encode("utf-16-le"))
    for i in range(spin):
        spun = make(struct.pack("<I", i), spun)
    under = lambda block, data: cbc(fit(make(spun, bytes.fromhex(block)), bits // 8), key_salt, padded(data))
    check = salt_of("check")
    sealed = struct.pack("<Q", len(package))
    for i in range(0, len(package), 4096):
        sealed += cbc(key, fit(make(data_salt, struct.pack("<I", i // 4096)), 16), padded(package[i:i + 4096]))
    mac_key = salt_of("mac", 32).ljust(size, b"m")[:size]
    mac = hmac.new(mac_key, sealed, name.lower()).digest()
    if break_mac:
        mac = bytes([mac[0] ^ 1]) + mac[1:]
    mac_under = lambda block, data: cbc(key, fit(make(data_salt, bytes.fromhex(block)), 16), padded(data))
    b64 = lambda data: base64.b64encode(data).decode()
    suite = f'saltSize="16" blockSize="16" keyBits="{bits}" hashSize="{size}" cipherAlgorithm="AES" ' \
            f'cipherChaining="ChainingModeCBC" hashAlgorithm="{name}"'
    text = f'''<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password"><keyData {suite} saltValue="{b64(data_salt)}"/><dataIntegrity encryptedHmacKey="{b64(mac_under("5fb2ad010cb9e1f6", mac_key))}" encryptedHmacValue="{b64(mac_under("a0677f02b22c8433", mac))}"/><keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password"><p:encryptedKey spinCount="{claim or spin}" {suite} saltValue="{b64(key_salt)}" encryptedVerifierHashInput="{b64(under("fea7d2763b4b9e79", check))}" encryptedVerifierHashValue="{b64(under("d7aa0f6d3061344e", make(check)))}" encryptedKeyValue="{b64(under("146e0be7abacd0d6", key))}"/></keyEncryptor></keyEncryptors></encryption>'''
    return cfb_write({"EncryptionInfo": struct.pack("<HHI", 4, 4, 0x40) + text.encode(), "EncryptedPackage": sealed})


def standard(package, password, bits=128):
    sha = lambda *parts: hashlib.sha1(b"".join(parts)).digest()
    salt, check = salt_of("standard"), salt_of("verify")
    spun = sha(salt, password.encode("utf-16-le"))
    for i in range(50000):
        spun = sha(struct.pack("<I", i), spun)
    last = sha(spun, bytes(4))
    pad = lambda fill: sha(bytes(a ^ fill for a in last.ljust(64, b"\0")))
    key = (pad(0x36) + pad(0x5C))[:bits // 8]
    name = "Microsoft Enhanced RSA and AES Cryptographic Provider\0".encode("utf-16-le")
    header = struct.pack("<IIIIIIII", 0x24, 0, {128: 0x660E, 192: 0x660F, 256: 0x6610}[bits], 0x8004, bits, 0x18, 0, 0) + name
    info = struct.pack("<HHII", 3, 2, 0x24, len(header)) + header
    info += struct.pack("<I", 16) + salt + ecb(key, check) + struct.pack("<I", 20) + ecb(key, sha(check).ljust(32, b"\0"))
    return cfb_write({"EncryptionInfo": info, "EncryptedPackage": struct.pack("<Q", len(package)) + ecb(key, padded(package))})


# ---- the old formats ----------------------------------------------------------------

class Rc4:
    """RC4 with 40 bits: header and the key of a block."""
    def __init__(self, password):
        salt, check = salt_of("rc4"), salt_of("rc4 check")
        first = hashlib.md5(password.encode("utf-16-le")).digest()[:5]
        self.base = hashlib.md5((first + salt) * 16).digest()[:5]
        both = rc4(self.key(0), check + hashlib.md5(check).digest())
        self.header = struct.pack("<HH", 1, 1) + salt + both

    def key(self, block):
        return hashlib.md5(self.base + struct.pack("<I", block)).digest()

    def seal(self, data, size):
        return b"".join(rc4(self.key(i // size), data[i:i + size]) for i in range(0, len(data), size))


class CryptoApi(Rc4):
    def __init__(self, password, bits=128):
        self.bits = bits
        salt, check = salt_of("api"), salt_of("api check")
        self.base = hashlib.sha1(salt + password.encode("utf-16-le")).digest()
        both = rc4(self.key(0), check + hashlib.sha1(check).digest())
        name = "Microsoft Enhanced Cryptographic Provider v1.0\0".encode("utf-16-le")
        head = struct.pack("<IIIIIIII", 4, 0, 0x6801, 0x8004, bits, 1, 0, 0) + name
        self.header = struct.pack("<HHII", 4, 2, 4, len(head)) + head
        self.header += struct.pack("<I", 16) + salt + both[:16] + struct.pack("<I", 20) + both[16:]

    def key(self, block):
        hashed = hashlib.sha1(self.base + struct.pack("<I", block)).digest()[:self.bits // 8]
        return hashed.ljust(16, b"\0") if self.bits == 40 else hashed


class Xor:
    """The array of XOR obfuscation, by the tables of the specification's algorithm:
    a key that each bit of each character may turn."""
    FIRST = [0xE1F0, 0x1D0F, 0xCC9C, 0x84C0, 0x110C, 0x0E10, 0xF1CE, 0x313E, 0x1872, 0xE139, 0xD40F, 0x84F9, 0x280C,
             0xA96A, 0x4EC3]
    PAD = [0xBB, 0xFF, 0xFF, 0xBA, 0xFF, 0xFF, 0xB9, 0x80, 0x00, 0xBE, 0x0F, 0x00, 0xBF, 0x0F, 0x00]

    def __init__(self, password):
        self.password = password.encode()[:15]
        self.key = self.FIRST[len(self.password) - 1]
        element = 0x68
        matrix = self.matrix()
        for char in reversed(self.password):
            for bit in range(7):
                if char & 0x40 >> bit:
                    self.key ^= matrix[element]
                element -= 1
        self.check = 0
        for char in reversed(self.password):
            self.check = ((self.check >> 14 & 1) | (self.check << 1 & 0x7FFF)) ^ char
        self.check = ((self.check >> 14 & 1) | (self.check << 1 & 0x7FFF)) ^ len(self.password) ^ 0xCE4B

    @staticmethod
    def matrix():
        """105 values: seven of a shift register for each place, the last place first."""
        rows = []
        value = 0x1021
        for _ in range(15):
            row = []
            for _ in range(8):
                row.append(value)
                value = (value << 1 ^ (0x1021 if value & 0x8000 else 0)) & 0xFFFF
            rows.insert(0, row[:7])
        return [v for row in rows for v in row]

    def array(self, turn):
        out = list(self.password) + self.PAD[:16 - len(self.password)]
        for i in range(16):
            c = out[i] ^ (self.key >> 8 if i & 1 else self.key & 0xFF)
            out[i] = (c << turn | c >> (8 - turn)) & 0xFF
        return out


PLAIN_RECORDS = {0x809, 0x2F, 0xE1, 0x138, 0x194, 0x195, 0x196}


def xls_records(stream):
    at = 0
    while at + 4 <= len(stream):
        number, size = struct.unpack_from("<HH", stream, at)
        yield number, stream[at + 4:at + 4 + size]
        at += 4 + size


def xls(data, kind, password):
    """The workbook with a FilePass after its BOF; places of sheets move by its length."""
    streams = cfb_read(data)
    cipher = {"rc4": Rc4, "cryptoapi": CryptoApi, "cryptoapi40": lambda p: CryptoApi(p, 40), "xor": Xor}[kind](password)
    secret = struct.pack("<HHH", 0, cipher.key, cipher.check) if kind == "xor" else struct.pack("<H", 1) + cipher.header
    records = list(xls_records(streams["Workbook"]))
    records.insert(1, (0x2F, secret))
    plain = b"".join(struct.pack("<HH", n, len(b)) + (
        struct.pack("<I", struct.unpack_from("<I", b)[0] + len(secret) + 4) + b[4:] if n == 0x85 else b) for n, b in records)
    out, at = bytearray(plain), 0
    sealed = None if kind == "xor" else cipher.seal(bytes(len(plain)), 1024)
    array = cipher.array(2) if kind == "xor" else None
    for number, body in records:
        for i in range(4 if number == 0x85 else 0, 0 if number in PLAIN_RECORDS else len(body)):
            where = at + 4 + i
            if kind == "xor":
                byte = out[where] ^ array[(at + 4 + len(body) + i) % 16]
                out[where] = (byte << 5 | byte >> 3) & 0xFF
            else:
                out[where] ^= sealed[where]
        at += 4 + len(body)
    streams["Workbook"] = bytes(out)
    return cfb_write(streams)


def xor_word(array, data, start):
    out = bytearray(data)
    for i in range(start, len(out)):
        if out[i] and out[i] != array[i % 16]:
            out[i] ^= array[i % 16]
    return bytes(out)


def doc(data, kind, password):
    """The header stands where the table begins: its own structures move behind it."""
    streams = cfb_read(data)
    main = bytearray(streams["WordDocument"])
    flags = struct.unpack_from("<H", main, 10)[0] | 0x100 | (0x8000 if kind == "xor" else 0)
    table = "1Table" if flags & 0x200 else "0Table"
    cipher = {"rc4": Rc4, "cryptoapi": CryptoApi, "xor": Xor}[kind](password)
    head = b"" if kind == "xor" else cipher.header
    key = cipher.key | cipher.check << 16 if kind == "xor" else len(head)
    struct.pack_into("<HHI", main, 10, flags, struct.unpack_from("<H", main, 12)[0], key)
    for pair in range(struct.unpack_from("<H", main, 152)[0]):
        place, size = struct.unpack_from("<II", main, 154 + 8 * pair)
        if size:
            struct.pack_into("<I", main, 154 + 8 * pair, place + len(head))
    parts = {"WordDocument": (bytes(main), 0x44), table: (head + streams[table], len(head))}
    if "Data" in streams:
        parts["Data"] = (streams["Data"], 0)
    for name, (plain, start) in parts.items():
        whole = xor_word(cipher.array(7), plain, start) if kind == "xor" else cipher.seal(plain, 512)
        streams[name] = plain[:start] + whole[start:]
    return cfb_write(streams)


def ppt(data, password):
    """Each object a block of its own; one more object says how."""
    streams = cfb_read(data)
    body, user = bytearray(streams["PowerPoint Document"]), bytearray(streams["Current User"])
    edit = struct.unpack_from("<I", user, 16)[0]
    directory = struct.unpack_from("<I", body, edit + 20)[0]
    head = struct.unpack_from("<I", body, directory + 8)[0]
    first, count = head & 0xFFFFF, head >> 20
    offsets = list(struct.unpack_from(f"<{count}I", body, directory + 12))
    cipher = CryptoApi(password)
    for number, at in enumerate(offsets, first):
        size = 8 + struct.unpack_from("<I", body, at + 4)[0]
        body[at:at + size] = rc4(cipher.key(number), body[at:at + size])
    offsets.append(len(body))
    body += struct.pack("<HHI", 0xF, 0x2F14, len(cipher.header)) + cipher.header
    new_directory = len(body)
    body += struct.pack("<HHII", 0, 0x1772, 4 + 4 * len(offsets), first | len(offsets) << 20)
    body += struct.pack(f"<{len(offsets)}I", *offsets)
    new_edit = len(body)
    atom = bytearray(streams["PowerPoint Document"][edit + 8:edit + 36])
    struct.pack_into("<II", atom, 8, 0, new_directory)
    body += struct.pack("<HHI", 0, 0xFF5, 32) + atom + struct.pack("<I", first + count)
    struct.pack_into("<II", user, 12, 0xF3D1C4DF, new_edit)
    streams["PowerPoint Document"], streams["Current User"] = bytes(body), bytes(user)
    return cfb_write(streams)


def page(text):
    """A PDF: one page with a line of text, its strings and an annotation, by hand."""
    content = b"BT /F1 18 Tf 20 100 Td (" + text.encode() + b") Tj ET \n"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Annots[6 0 R]"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%sendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Type/Annot/Subtype/Text/Rect[10 10 30 30]/Contents(A note that stays)>>",
    ]
    out, offsets = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % o for o in offsets)
    return out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
