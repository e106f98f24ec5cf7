#!/usr/bin/env python3
"""Opens a journal with PyPI `sqlcipher3` under the key that a passphrase opens, and checks the chains in it.

    check_database.py HOME PASSPHRASE

Then ten damaged copies, another key and no key must fail.
"""

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

import sqlcipher3

import home
from formats import Wrong, leaf_hash, need, parse, unbase64


def items(path, key):
    """Every logged item of the journal, after SQLCipher's own check of each page."""
    database = sqlcipher3.connect(str(path))
    try:
        database.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        broken = database.execute("PRAGMA cipher_integrity_check").fetchall()
        if broken:
            raise ValueError(f"page damaged: {broken[0][0]}")
        return [bytes(row[0]) for row in database.execute("SELECT item FROM entries ORDER BY ord")]
    finally:
        database.close()


def chained(found):
    """Every entry of a series names the one before it."""
    places = {}
    for item in found:
        envelope = parse(item.split(b"\n")[0], "envelope")
        places[(envelope["series"], envelope["epoch"], envelope["seq"])] = (envelope["prev"], leaf_hash(item))
    links = 0
    for (series, epoch, seq), (prev, _) in places.items():
        before = places.get((series, epoch, seq - 1))
        if before:
            need(unbase64(prev) == before[1], f"{series}-{epoch}-{seq} is not chained")
            links += 1
    return len(places), links


def main():
    folder, passphrase = Path(sys.argv[1]), sys.argv[2]
    (slot,) = home.slots(folder)
    key, journal = home.open_slot(folder, slot, passphrase).data, folder / "journal.db"
    need(journal.read_bytes()[:16] != b"SQLite format 3\0", "the journal is not encrypted")
    with tempfile.TemporaryDirectory() as scratch:
        copy, refused = Path(scratch) / "journal.db", 0

        def fresh():
            for ending in ("", "-wal", "-shm"):
                Path(f"{copy}{ending}").unlink(missing_ok=True)
                if (source := Path(f"{journal}{ending}")).exists():
                    shutil.copy(source, f"{copy}{ending}")

        def notices(what, other=key):
            try:
                items(copy, other)
            except (sqlcipher3.Error, ValueError):
                return 1
            print(f"NOT GOOD: {what} was not noticed")
            return 0

        fresh()
        count, links = chained(items(copy, key))
        need(count > 10 and links > 5, f"only {count} entries and {links} links")
        size = copy.stat().st_size
        places = [3, 20, 100, size // 7, size // 5, size // 3, size // 2, size * 2 // 3, size - 4090, size - 1]
        for place in places:
            fresh()
            with open(copy, "r+b") as file:
                file.seek(place)
                byte = file.read(1)
                file.seek(place)
                file.write(bytes([byte[0] ^ 1]))
            refused += notices(f"a byte changed at {place}")
        fresh()
        refused += notices("another key", hashlib.sha256(key).digest())
        refused += notices("no key", bytes(32))
        need(refused == len(places) + 2, "not everything was noticed")
    print(f"good: {count} entries, {links} links read by another maker's SQLCipher; {refused} damaged copies and keys refused")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Wrong as wrong:
        print(f"NOT GOOD: {wrong}")
        sys.exit(1)
