#!/usr/bin/env python3
"""Opens vault files with PyPI `cryptography` (Cobblestone-256) and a recovery slot with its HPKE.

    check_vault.py KEYS.json

KEYS.json is written by a test of ours, never by a command: `{vault_key, data_key, recovery_private_key}`
(base64), `home` (folder), `recovery_slot` (base64 of enc ‖ ciphertext), `recovery_info` (text) and
`media`: [{sha256}]. Checks every medium, then that ten damaged copies of a file and of the slot fail.
"""

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path

from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

CONTEXT = b"liuhen/vault/v1"
CHUNK = 16384 + 16
HEADER = 24 + 32


def opened(sealed, key):
    decryptor = Cobblestone256Decryptor(key, CONTEXT)
    return decryptor.update(sealed) + decryptor.finalize()


def refused(what, work):
    """Whether opening a damaged copy fails, as it must."""
    try:
        work()
    except Exception:  # noqa: BLE001: any refusal is a good one here
        return True
    print(f"NOT GOOD: {what} was not noticed")
    return False


def flipped(data, at):
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def damaged_files(sealed):
    """Ten damaged copies of one sealed file."""
    yield "a changed salt", flipped(sealed, 0)
    yield "a changed commitment", flipped(sealed, 24)
    yield "a changed first byte", flipped(sealed, HEADER)
    yield "a changed middle", flipped(sealed, len(sealed) // 2)
    yield "a changed last byte", flipped(sealed, len(sealed) - 1)
    yield "a file cut by a byte", sealed[:-1]
    yield "a file cut at a chunk", sealed[: HEADER + CHUNK]
    yield "a file without its header", sealed[HEADER:]
    yield "a longer file", sealed + bytes(16)
    first, second = sealed[HEADER : HEADER + CHUNK], sealed[HEADER + CHUNK : HEADER + 2 * CHUNK]
    yield "two chunks exchanged", sealed[:HEADER] + second + first + sealed[HEADER + 2 * CHUNK :]


def main():
    given = json.loads(Path(sys.argv[1]).read_text())
    key = base64.b64decode(given["vault_key"])
    vault = Path(given["home"]) / "vault"
    good, largest = True, b""
    for medium in given["media"]:
        digest = bytes.fromhex(medium["sha256"])
        name = hmac.digest(key, digest, "sha256").hex()
        sealed = (vault / name[:2] / name).read_bytes()
        plain = opened(sealed, key)
        if hashlib.sha256(plain).digest() != digest:
            print(f"NOT GOOD: {medium['sha256']} opens to something else")
            good = False
        if len(sealed) > len(largest):
            largest = sealed
    if len(largest) < HEADER + 2 * CHUNK:
        print("NOT GOOD: no file of two chunks to damage")
        return 1
    count = 0
    for what, copy in damaged_files(largest):
        good &= refused(what, lambda copy=copy: opened(copy, key))
        count += 1
    good &= refused("another key", lambda: opened(largest, bytes(32)))

    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    private = X25519PrivateKey.from_private_bytes(base64.b64decode(given["recovery_private_key"]))
    info, slot = given["recovery_info"].encode(), base64.b64decode(given["recovery_slot"])
    keys = suite.decrypt(slot, private, info)
    if keys != base64.b64decode(given["data_key"]) + key:
        print("NOT GOOD: the recovery slot holds other keys")
        good = False
    places = [0, 15, 31, 32, 40, 60, 90, len(slot) - 17, len(slot) - 1]
    for place in places:
        good &= refused(f"a slot changed at {place}", lambda place=place: suite.decrypt(flipped(slot, place), private, info))
    good &= refused("a slot cut by a byte", lambda: suite.decrypt(slot[:-1], private, info))
    good &= refused("a slot for another purpose", lambda: suite.decrypt(slot, private, info + b"x"))
    if good:
        print(f"good: {len(given['media'])} vault files, {count + 1} damaged copies refused; recovery slot, {len(places) + 2} refused")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
