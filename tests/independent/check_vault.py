#!/usr/bin/env python3
"""Opens vault files with PyPI `cryptography` (Cobblestone-256) and the recovery slot with its HPKE.

    check_vault.py HOME PASSPHRASE RECOVERY-KEY-FILE BUNDLE

HOME has one officer with this passphrase; BUNDLE names media that lie in its vault. Then ten damaged
copies of a file, of the recovery slot and of the slot file must fail.
"""

import hashlib
import hmac
import json
import sys
from pathlib import Path

from cryptography.cobblestone import Cobblestone256Decryptor

import home
from formats import Wrong

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


def damaged_slots(slot):
    """Ten damaged copies of the sealed recovery slot."""
    for place in (0, 15, 31, 32, 40, 60, 80, len(slot) - 17, len(slot) - 1):
        yield f"a recovery slot changed at {place}", flipped(slot, place)
    yield "a recovery slot cut by a byte", slot[:-1]


def main():
    folder, passphrase, paper, bundle = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
    (slot,) = home.slots(folder)
    keys = home.open_slot(folder, slot, passphrase)
    good = refused("another passphrase", lambda: home.open_slot(folder, slot, passphrase + " "))

    sealed, info = home.recovery_slot(folder)
    private = home.recovery_key(paper.read_text())
    recovered = home.recover(sealed, info, private)
    if (recovered.data, recovered.vault) != (keys.data, keys.vault):
        print("NOT GOOD: the recovery slot holds other keys than the officer's slot")
        good = False
    slots = list(damaged_slots(sealed))
    for what, copy in slots:
        good &= refused(what, lambda copy=copy: home.recover(copy, info, private))
    good &= refused("a recovery slot for another purpose", lambda: home.recover(sealed, info + b"x", private))

    names, largest = set(), b""
    for medium in json.loads((bundle / "data" / "index.json").read_text())["media"]:
        digest = bytes.fromhex(medium["sha256"])
        name = hmac.digest(keys.vault, digest, "sha256").hex()
        message = (folder / "vault" / name[:2] / name).read_bytes()
        names.add(name)
        if hashlib.sha256(opened(message, keys.vault)).digest() != digest:
            print(f"NOT GOOD: {medium['sha256']} opens to something else")
            good = False
        largest = max(largest, message, key=len)
    if len(largest) < HEADER + 3 * CHUNK:
        print("NOT GOOD: no file of three chunks to damage")
        return 1
    files = list(damaged_files(largest))
    for what, copy in files:
        good &= refused(what, lambda copy=copy: opened(copy, keys.vault))
    good &= refused("another key", lambda: opened(largest, bytes(32)))
    if good:
        print(
            f"good: slot opened by its passphrase, recovery slot by its key ({len(slots) + 1} damaged refused); "
            f"{len(names)} vault files opened ({len(files) + 1} damaged refused)"
        )
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Wrong as wrong:
        print(f"NOT GOOD: {wrong}")
        sys.exit(1)
