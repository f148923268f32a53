#!/usr/bin/env python3
"""A locked zip of the bytes given as JSON on standard input: name and password in
any charset, which no packer of Debian writes.
source  PKWARE APPNOTE 6.3.10 section 6.1 (ZipCrypto); WinZip AES (AE-2)"""
import hashlib
import hmac
import json
import struct
import sys
import zlib

asked = json.load(sys.stdin)


def crc_step(crc, byte):
    return zlib.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


class Keys:
    def __init__(self, password):
        self.k = [0x12345678, 0x23456789, 0x34567890]
        for byte in password:
            self.turn(byte)

    def turn(self, byte):
        self.k[0] = crc_step(self.k[0], byte)
        self.k[1] = ((self.k[1] + (self.k[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        self.k[2] = crc_step(self.k[2], self.k[1] >> 24)

    def seal(self, data):
        out = bytearray()
        for byte in data:
            at = (self.k[2] | 2) & 0xFFFF
            out.append(byte ^ (at * (at ^ 1) >> 8) & 0xFF)
            self.turn(byte)
        return bytes(out)


def seal_aes(password, data):
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    salt = bytes(range(16))
    keys = hashlib.pbkdf2_hmac("sha1", password, salt, 1000, 66)
    aes = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor()
    stream = b"".join(aes.update(i.to_bytes(16, "little")) for i in range(1, len(data) // 16 + 2))
    sealed = bytes(a ^ b for a, b in zip(data, stream))
    return salt + keys[64:] + sealed + hmac.new(keys[32:64], sealed, "sha1").digest()[:10]


AES = asked.get("aes", False)
EXTRA = b"\x01\x99\x07\x00\x02\x00AE\x03\x08\x00" if AES else b""
body, directory, count = b"", b"", 0
for name, data in asked["members"]:
    name, data = bytes.fromhex(name), bytes.fromhex(data)
    crc = zlib.crc32(data)
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = deflate.compress(data) + deflate.flush()
    password = bytes.fromhex(asked["password"])
    sealed = seal_aes(password, packed) if AES else \
        Keys(password).seal(bytes(range(11)) + bytes([crc >> 24]) + packed)
    fields = struct.pack("<HHHHHIIIHH", 51 if AES else 20, 1, 99 if AES else 8, 0, 0x21, 0 if AES else crc,
                         len(sealed), len(data), len(name), len(EXTRA))
    directory += b"PK\1\2" + struct.pack("<H", 20) + fields + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name + EXTRA
    body += b"PK\3\4" + fields + name + EXTRA + sealed
    count += 1
sys.stdout.buffer.write(body + directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), 0))
