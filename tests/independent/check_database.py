#!/usr/bin/env python3
"""Opens a journal with PyPI `sqlcipher3` and checks chains in it, knowing only docs/protocol.md.

    check_database.py KEYS.json

KEYS.json is written by a test of ours, never by a command. Then ten damaged copies must fail.
"""

import base64
import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

import sqlcipher3

from formats import leaf_hash, parse


def items(path, key):
    """Every logged item of the journal, after SQLCipher's own check of each page."""
    database = sqlcipher3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        database.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        broken = database.execute("PRAGMA cipher_integrity_check").fetchall()
        if broken:
            raise ValueError(f"page damaged: {broken[0][0]}")
        (sound,) = database.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            raise ValueError(sound)
        return [bytes(row[0]) if isinstance(row[0], bytes) else row[0].encode() for row in database.execute("SELECT item FROM entries")]
    finally:
        database.close()


def chained(found):
    """Every entry of a series names the one before it."""
    places = {}
    for item in found:
        envelope = parse(item.split(b"\n")[0], "envelope")
        places[(envelope["series"], envelope["epoch"], envelope["seq"])] = (envelope["prev"], leaf_hash(item))
    for (series, epoch, seq), (prev, _) in places.items():
        before = places.get((series, epoch, seq - 1))
        if before and base64.b64decode(prev) != before[1]:
            raise ValueError(f"{series}-{epoch}-{seq} is not chained")
    return len(places)


def main():
    given = json.loads(Path(sys.argv[1]).read_text())
    key, journal = base64.b64decode(given["data_key"]), Path(given["home"]) / "journal.db"
    head = journal.read_bytes()[:16]
    if head == b"SQLite format 3\0":
        print("NOT GOOD: the journal is not encrypted")
        return 1
    found = items(journal, key)
    count = chained(found)
    if count != given["entries"]:
        print(f"NOT GOOD: {count} entries, {given['entries']} were written")
        return 1
    size, refused = journal.stat().st_size, 0
    places = [3, 20, 100, size // 7, size // 5, size // 3, size // 2, size * 2 // 3, size - 4096, size - 1]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "journal.db"
        for place in places:
            shutil.copy(journal, copy)
            with open(copy, "r+b") as file:
                file.seek(place)
                byte = file.read(1)
                file.seek(place)
                file.write(bytes([byte[0] ^ 1]))
            try:
                items(copy, key)
                print(f"NOT GOOD: a byte changed at {place} was not noticed")
            except (sqlcipher3.Error, ValueError):
                refused += 1
        for what, other in (("another key", hashlib.sha256(key).digest()), ("no key", bytes(32))):
            try:
                items(journal, other)
                print(f"NOT GOOD: opened with {what}")
            except (sqlcipher3.Error, ValueError):
                refused += 1
    if refused != len(places) + 2:
        return 1
    print(f"good: {count} entries read by SQLCipher of another maker, {refused} damaged copies and keys refused")
    return 0


if __name__ == "__main__":
    sys.exit(main())
