#!/usr/bin/env python3
"""Checks the golden files of docs/protocol.md with `formats.py`: page and files agree without any code of ours."""

import hashlib
import hmac
import json
import re
import sys
from pathlib import Path

from formats import Checkpoint, Township, Wrong, canonical, included, leaf_hash, need, node_hash, parse, sha256, signed_by
from formats import tree_root, unbase64


def main():
    root = Path(__file__).resolve().parents[2]
    golden = root / "crates" / "protocol" / "tests" / "golden"
    page = (root / "docs" / "protocol.md").read_text()
    for name, digest in re.findall(r"\| `([^`/]+)` \| `([0-9a-f]{64})` \|", page):
        need(hashlib.sha256((golden / name).read_bytes()).hexdigest() == digest, f"{name} is not the file of the page")

    keys = dict(line.split(" ", 1) for line in (golden / "keys.txt").read_text().splitlines() if " " in line)
    leaves = []
    for number in (1, 2, 3):
        item = (golden / f"entry-{number}.entry").read_bytes()
        envelope_bytes, signature, _ = item.split(b"\n")
        envelope = parse(envelope_bytes, "envelope")
        leaves.append(leaf_hash(item))
        need(leaves[-1] == unbase64((golden / f"entry-{number}.hash").read_text().strip()), f"name of entry {number}")
        author = next((k for k in map(_key, keys.values()) if k and sha256(b"liuhen/series/v1\n", k).hex() == envelope["series"]), None)
        need(author, f"the author of entry {number} is in keys.txt")
        signed_by(author, b"liuhen/entry/v1\n" + envelope_bytes, unbase64(signature.decode()), f"entry {number}")
        body_bytes = (golden / f"entry-{number}.body.json").read_bytes()
        body, salt = parse(body_bytes, "body"), unbase64((golden / f"entry-{number}.salt").read_text().strip(), 32)
        names = sorted(body, key=lambda name: name.encode("utf-16-be"))
        blind = [leaf_hash(hmac.digest(salt, n.encode(), "sha256") + canonical([n, body[n]])) for n in names]
        need(tree_root(blind) == unbase64(envelope["body"]["commitment"]), f"commitment of entry {number}")
        need(len(body_bytes) == envelope["body"]["size"], f"size of body {number}")

    township = Township((golden / "township.note").read_text(), None)
    checkpoint = Checkpoint((golden / "checkpoint.note").read_text(), township)
    need((checkpoint.size, checkpoint.root) == (3, tree_root(leaves)), "the checkpoint is the tree of the three entries")
    head, _, note = (golden / "receipt.tlog-proof").read_text().partition("\n\n")
    lines = head.split("\n")
    signed = Checkpoint(note, township)
    included(leaves[1], int(lines[1].split()[1]), signed.size, [unbase64(line) for line in lines[2:]], signed.root)

    field = json.loads((golden / "field.json").read_text())
    shown = leaf_hash(unbase64(field["tag"]) + canonical([field["name"], field["value"]]))
    second = parse((golden / "entry-2.entry").read_bytes().split(b"\n")[0], "envelope")
    included(shown, field["index"], field["fields"], [unbase64(step) for step in field["path"]], unbase64(second["body"]["commitment"]))

    manifest = parse((golden / "manifest.json").read_bytes(), "manifest")
    need(manifest["block"] == 4 << 20 and len(manifest["blocks"]) == -(-manifest["size"] // manifest["block"]), "manifest")
    need(node_hash(leaves[0], leaves[1]) == unbase64(lines[2]) or unbase64(lines[2]) == leaves[0], "the receipt's first step")
    print("good: vectors of the protocol page, 3 entries, 1 receipt, 1 field, 1 township note")


def _key(text):
    for word in re.findall(r"[A-Za-z0-9+/]{43}=", text):
        return unbase64(word, 32)
    return None


if __name__ == "__main__":
    try:
        main()
    except (Wrong, KeyError, ValueError, IndexError, OSError) as error:
        print(f"NOT GOOD: {type(error).__name__}: {error}")
        sys.exit(1)
