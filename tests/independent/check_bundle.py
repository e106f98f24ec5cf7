#!/usr/bin/env python3
"""Checks an exported bundle from docs/protocol.md alone.

    check_bundle.py BUNDLE [--root-pin BASE64] [--unwitnessed] [--erased] [--quiet]

Needs Python 3.9 and the package `cryptography`; imports nothing of Liuhen, talks to nobody, writes
nothing. Ends with 0 only when every check of every file passed. `--root-pin` is what the township
gave out by another way; without it the bundle is checked against the township that it names itself.
A bundle without receipts (exported before sync) is refused unless `--unwitnessed` is given, one with
erased bodies unless `--erased` is.
"""

import argparse
import hashlib
import hmac
import re
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path

from formats import Checkpoint, Township, Wrong, canonical, included, leaf_hash, need, parse, sha256
from formats import signed_by, tree_root, unbase64

BLOCK = 4 << 20
ENVELOPE = {"v", "suite", "series", "epoch", "seq", "prev", "after", "id", "subject", "time", "seen", "kind", "body"}
ENTRY_NAME = re.compile(r"data/entries/([0-9a-f]{64})-([1-9][0-9]*)-([0-9]{8,})\.(entry|body\.json|salt)")
RECEIPT_NAME = re.compile(r"data/receipts/([0-9a-f]{64})-([1-9][0-9]*)-([0-9]{8,})\.tlog-proof")
MEDIA_NAME = re.compile(r"data/media/([0-9a-f]{64})(\.manifest\.json)?")
SEEN_NAME = re.compile(r"data/checkpoints/(0|[1-9][0-9]*)\.checkpoint")
PLAIN = {"data/index.json", "data/keys.json", "data/township.note", "data/reading.html", "data/README.zh.html"}
# Kinds that only the township's own series writes, and subjects of which the bundle holds every entry.
TOWNSHIP_KINDS = {"series.revoked", "series.forked", "officer.enrolled", "officer.granted", "blob.received", "scope.stated"}
TOWNSHIP_KINDS |= {"pending.admitted", "pending.declined", "log.succeeded"}
WHOLE_SUBJECTS = {"matter", "media", "draft"}


def file_digest(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(BLOCK):
            digest.update(piece)
    return digest.hexdigest()


class Bundle:
    def __init__(self, folder, pin, erased):
        self.folder, self.pin, self.erased = folder, pin, erased
        self.entries, self.receipts, self.media, self.seen = {}, {}, {}, {}
        self.township, self.roots = None, {}

    def read(self, name):
        path = self.folder / name
        need(path.is_file() and not path.is_symlink(), f"{name} is missing")
        return path.read_bytes()

    def bag(self):
        """BagIt 1.0: every payload file is listed with its digest, and nothing else is there."""
        need(self.read("bagit.txt") == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "bagit.txt is not of 1.0")
        files = {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if not path.is_dir()}
        for manifest, belongs in (("manifest-sha256.txt", True), ("tagmanifest-sha256.txt", False)):
            listed = set()
            for line in self.read(manifest).decode().splitlines():
                match = re.fullmatch(r"([0-9a-f]{64})  ?\*?(.+)", line)
                need(match, f"{manifest}: a line is malformed")
                name = re.sub("%(0A|0D|25)", lambda code: chr(int(code[1], 16)), match[2], flags=re.I)
                need(name not in listed and ".." not in name.split("/"), f"{manifest}: {name}")
                listed.add(name)
                need(name in files, f"{name} is missing")
                need(file_digest(self.folder / name) == match[1], f"{name} is not what {manifest} lists")
            payload = {name for name in files if name.startswith("data/")}
            if belongs:
                need(listed == payload, f"{manifest} does not list: {sorted(payload ^ listed)}")
            else:
                rest = files - payload - {"tagmanifest-sha256.txt"}
                need(listed == rest, f"{manifest} does not list: {sorted(rest ^ listed)}")
        oxum = re.search(r"(?m)^Payload-Oxum: (\d+)\.(\d+)$", self.read("bag-info.txt").decode())
        need(oxum, "bag-info.txt has no Payload-Oxum")
        total = sum((self.folder / name).stat().st_size for name in payload)
        need((int(oxum[1]), int(oxum[2])) == (total, len(payload)), "Payload-Oxum is not the sum of the files")
        self.payload = payload

    def sort(self):
        """Every file has a name that says what it is; a stranger is refused."""
        for name in sorted(self.payload):
            if match := ENTRY_NAME.fullmatch(name):
                place = (match[1], int(match[2]), int(match[3]))
                need(match[3] == f"{place[2]:08}", f"{name}: the number is not spelt with eight digits")
                self.entries.setdefault(place, {})[match[4]] = name
            elif match := RECEIPT_NAME.fullmatch(name):
                self.receipts[(match[1], int(match[2]), int(match[3]))] = name
            elif match := MEDIA_NAME.fullmatch(name):
                self.media.setdefault(match[1], {})["manifest" if match[2] else "file"] = name
            elif match := SEEN_NAME.fullmatch(name):
                self.seen[int(match[1])] = name
            else:
                need(name in PLAIN, f"{name}: no file of a bundle has this name")

    def keys(self):
        self.series, self.authors, self.nodes = {}, {}, set()
        for line in parse(self.read("data/keys.json"), "keys.json"):
            name, key = line["series"], unbase64(line["public_key"], 32)
            need(name == sha256(b"liuhen/series/v1\n", key).hex(), f"keys.json: {name} is not the name of its key")
            need(name not in self.series, f"keys.json: {name} stands twice")
            self.series[name] = key
            if line["node"]:
                self.nodes.add(name)
            else:
                self.authors[name] = line["officer"]

    def entry(self, place, parts):
        what = "-".join(map(str, place))
        need("entry" in parts, f"{what}: there is a body or a salt, but no entry")
        item = self.read(parts["entry"])
        need(len(item) <= 65535, f"{what}: longer than an entry may be")
        need(item.count(b"\n") == 2 and item.endswith(b"\n"), f"{what}: not an envelope and a signature")
        text, signature, _ = item.split(b"\n")
        envelope = parse(text, what)
        need(isinstance(envelope, dict) and set(envelope) == ENVELOPE, f"{what}: the envelope has other fields")
        need((envelope["v"], envelope["suite"]) == (1, "ed25519-sha256"), f"{what}: unknown version or suite")
        need((envelope["series"], envelope["epoch"], envelope["seq"]) == place, f"{what}: the entry says it is another")
        need((envelope["prev"] is None) == (envelope["seq"] == 1), f"{what}: the first entry of an epoch has no `prev`")
        for hash_ in envelope["after"] + ([envelope["prev"]] if envelope["prev"] else []):
            unbase64(hash_, 32)
        need(envelope["after"] == sorted(set(envelope["after"]), key=unbase64), f"{what}: `after` is not sorted")
        need(len(envelope["after"]) <= 16 and uuid.UUID(envelope["id"]).version == 7, f"{what}: `after` or `id`")
        need(place[0] in self.series, f"{what}: its key is not in the bundle")
        signed_by(self.series[place[0]], b"liuhen/entry/v1\n" + text, unbase64(signature.decode(), 64), what)
        if self.erased and not {"body.json", "salt"} & set(parts):
            return {"hash": leaf_hash(item), "envelope": envelope, "body": None}
        need({"body.json", "salt"} <= set(parts), f"{what}: the body is not here")
        body_bytes, salt = self.read(parts["body.json"]), self.read(parts["salt"]).decode()
        need(salt.endswith("\n"), f"{what}: the salt ends without a newline")
        salt, body = unbase64(salt[:-1], 32), parse(body_bytes, f"{what}: body")
        need(len(body_bytes) == envelope["body"]["size"], f"{what}: the body has another size")
        names = sorted(body, key=lambda name: name.encode("utf-16-be"))
        blind = [hmac.digest(salt, name.encode(), "sha256") + canonical([name, body[name]]) for name in names]
        commitment = tree_root([leaf_hash(leaf) for leaf in blind])
        need(commitment == unbase64(envelope["body"]["commitment"], 32), f"{what}: the body is not the one committed to")
        return {"hash": leaf_hash(item), "envelope": envelope, "body": body}

    def chains(self, found):
        by_hash = {}
        for place, entry in found.items():
            need(entry["hash"] not in by_hash, "one entry stands at two places")
            by_hash[entry["hash"]] = place
        for (series, epoch, seq), entry in found.items():
            before = found.get((series, epoch, seq - 1))
            if before:
                need(unbase64(entry["envelope"]["prev"]) == before["hash"], f"{series}-{epoch}-{seq}: `prev` is broken")
            if entry["envelope"]["subject"]["kind"] in WHOLE_SUBJECTS:
                for earlier in entry["envelope"]["after"]:
                    need(unbase64(earlier) in by_hash, f"{series}-{epoch}-{seq}: its author had seen {earlier}, which is not here")

    def listed(self, found):
        """The index names exactly what is there."""
        index = parse(self.read("data/index.json"), "index.json")
        need(index["v"] == 1, "index.json is of another version")
        self.matter = index["matter"]
        lines = {(line["series"], line["epoch"], line["seq"]): line for line in index["entries"]}
        need(len(lines) == len(index["entries"]), "index.json names an entry twice")
        need(set(lines) == set(found), f"index.json and the entries differ: {sorted(set(lines) ^ set(found))[:3]}")
        for place, line in lines.items():
            entry, envelope = found[place], found[place]["envelope"]
            said = (unbase64(line["hash"], 32), line["kind"], line["subject"], line["recorded_at"], line["body"])
            true = (entry["hash"], envelope["kind"], envelope["subject"], envelope["time"]["wall"], "present" if entry["body"] is not None else "absent")
            need(said == true, f"index.json describes {place} otherwise: {said} / {true}")
        need(("matter", self.matter) in {(e["envelope"]["subject"]["kind"], e["envelope"]["subject"]["id"]) for e in found.values()}, "the matter of index.json has no entry")
        self.index = index

    def rights(self, found):
        """Who may write what: township kinds by its nodes, and every author enrolled by it."""
        nodes = {sha256(b"liuhen/series/v1\n", key).hex() for key in self.township.nodes}
        need(self.nodes <= nodes, "keys.json calls a key a node that the township note does not")
        enrolled = {}
        for (series, _, _), entry in found.items():
            if entry["envelope"]["kind"] in TOWNSHIP_KINDS:
                need(series in nodes, f"{entry['envelope']['kind']} is not written by the township")
            if entry["envelope"]["kind"] == "officer.enrolled" and entry["body"]:
                enrolled[entry["body"]["series"]] = (entry["body"]["public_key"], entry["body"]["name"])
        for series, officer in self.authors.items():
            need(series in enrolled, f"no officer.enrolled for {series}")
            key, name = enrolled[series]
            need(unbase64(key, 32) == self.series[series], f"{series} was enrolled with another key")
            need(officer and officer["name"] == name, f"keys.json calls {name} by another name")

    def receipt(self, place, name, entry):
        what = "-".join(map(str, place))
        head, _, checkpoint = self.read(name).decode().partition("\n\n")
        lines = head.split("\n")
        need(lines[0] == "c2sp.org/tlog-proof@v1", f"{what}: not a tlog-proof")
        rest = lines[2:] if lines[1].startswith("extra ") else lines[1:]
        number = re.fullmatch(r"index (0|[1-9][0-9]*)", rest[0])
        need(number, f"{what}: the receipt has no index")
        checkpoint = Checkpoint(checkpoint, self.township)
        root = self.roots.setdefault(checkpoint.size, checkpoint.root)
        need(root == checkpoint.root, f"the log signed two trees of size {checkpoint.size}")
        included(entry["hash"], int(number[1]), checkpoint.size, [unbase64(step, 32) for step in rest[1:]], checkpoint.root)
        seen = entry["envelope"]["seen"]
        need(not seen or seen["size"] <= int(number[1]), f"{what}: the entry names a checkpoint that includes it")
        if seen and seen["size"] in self.seen:
            before = Checkpoint(self.read(self.seen[seen["size"]]).decode(), self.township)
            need((before.size, before.root) == (seen["size"], unbase64(seen["root"], 32)), f"{what}: it had seen another log")
            need(before.time <= checkpoint.time, f"{what}: its bracket ends before it begins")
        return {"index": int(number[1]), "before": checkpoint.time}

    def sm3(self, found, recorded):
        """SM3 of a file by its import, or said later by an entry of its own, of the same bytes."""
        body = recorded["body"]
        if body.get("sm3"):
            return body["sm3"]
        for entry in found.values():
            said, envelope = entry["body"], entry["envelope"]
            same = envelope["kind"] == "media.digested" and envelope["subject"] == recorded["envelope"]["subject"]
            if same and said is not None and said["sha256"] == body["sha256"]:
                return said["sm3"]
        return None

    def recorded(self, found):
        """Every media entry against the file, its manifest and its blocks. Returns (files, bytes, absent)."""
        files = bytes_ = 0
        absent, used = [], set()
        listed = {line["sha256"]: line for line in self.index["media"]}
        for place, entry in found.items():
            body = entry["body"]
            if entry["envelope"]["kind"] != "media.recorded" or body is None:
                continue
            need(body["sha256"] in self.media, f"{body['sha256']}: the bundle has neither file nor manifest")
            parts = self.media[body["sha256"]]
            used.add(body["sha256"])
            need("manifest" in parts, f"{body['sha256']}: no manifest")
            data = self.read(parts["manifest"])
            need(sha256(data).hex() == body["manifest"], f"{parts['manifest']} is not the manifest of the entry")
            manifest = parse(data, "manifest")
            need(
                (manifest["size"], manifest["sha256"], manifest.get("sm3")) == (int(body["size"]), body["sha256"], body.get("sm3")),
                f"{body['sha256']}: entry and manifest differ",
            )
            need(len(manifest["blocks"]) == -(-manifest["size"] // BLOCK), f"{body['sha256']}: number of blocks")
            need(body["sha256"] in listed, f"{body['sha256']} is not in index.json")
            there = "present" if "file" in parts else "absent"
            need(listed[body["sha256"]]["original"] == there, f"{body['sha256']}: index.json says otherwise than {there}")
            if "file" not in parts:
                absent.append(body["sha256"])
                continue
            whole, size = hashlib.sha256(), 0
            sm3 = self.sm3(found, entry)
            need(listed[body["sha256"]]["sm3"] == sm3, f"{body['sha256']}: index.json says another SM3 than the entries")
            chinese = hashlib.new("sm3") if sm3 and "sm3" in hashlib.algorithms_available else None
            with open(self.folder / parts["file"], "rb") as file:
                for number, block in enumerate(manifest["blocks"]):
                    piece = file.read(BLOCK)
                    need(hashlib.sha256(piece).hexdigest() == block, f"{parts['file']}: block {number} is damaged")
                    whole.update(piece)
                    size += len(piece)
                    if chinese:
                        chinese.update(piece)
                need(not file.read(1) and size == manifest["size"], f"{parts['file']}: another size")
            need(whole.hexdigest() == body["sha256"], f"{parts['file']} is not the file of the entry")
            need(not chinese or chinese.hexdigest() == sm3, f"{parts['file']}: SM3 differs")
            files, bytes_ = files + 1, bytes_ + size
        need(used == set(self.media) == set(listed), f"media of no entry: {sorted(used ^ set(self.media) ^ set(listed))}")
        return files, bytes_, absent

    def check(self, unwitnessed):
        self.bag()
        self.sort()
        self.keys()
        found = {place: self.entry(place, parts) for place, parts in self.entries.items()}
        need(found, "the bundle has no entries")
        self.chains(found)
        self.listed(found)
        receipts = []
        if self.receipts or not unwitnessed:
            self.township = Township(self.read("data/township.note").decode(), self.pin)
            need(set(self.receipts) <= set(found), "a receipt of no entry")
            without = sorted(set(found) - set(self.receipts))
            need(unwitnessed or not without, f"{len(without)} entries have no receipt, the first is {without[:1]}")
            need(self.index["origin"] == self.township.log.name, "index.json names another log")
            for size, name in self.seen.items():
                need(Checkpoint(self.read(name).decode(), self.township).size == size, f"{name} is of another size")
            self.rights(found)
            receipts = [self.receipt(place, name, found[place]) for place, name in sorted(self.receipts.items())]
            need(len({one["index"] for one in receipts}) == len(receipts), "two entries stand at one place of the log")
        files, size, absent = self.recorded(found)
        return {"entries": len(found), "receipts": receipts, "files": files, "bytes": size, "absent": absent}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("bundle", type=Path)
    options.add_argument("--root-pin")
    options.add_argument("--unwitnessed", action="store_true")
    options.add_argument("--erased", action="store_true")
    options.add_argument("--quiet", action="store_true")
    given = options.parse_args()
    bundle = Bundle(given.bundle, given.root_pin, given.erased)
    try:
        result = bundle.check(given.unwitnessed)
    except (Wrong, KeyError, TypeError, ValueError, IndexError, AttributeError, OSError) as error:
        print(f"NOT GOOD: {type(error).__name__}: {error}" if not isinstance(error, Wrong) else f"NOT GOOD: {error}")
        return 1
    if not given.quiet:
        print(f"good: {result['entries']} entries, {len(result['receipts'])} receipts, {result['files']} files, {result['bytes']} bytes")
        if result["absent"]:
            print(f"media that the bundle describes and does not hold: {len(result['absent'])}")
        if result["receipts"]:
            last = max(one["before"] for one in result["receipts"])
            said = datetime.fromtimestamp(last, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
            print(f"all of it was signed before {said}, by the clock of {bundle.township.name} ({bundle.township.log.name})")
            if not given.root_pin:
                print(f"root pin {bundle.township.pin}: compare it with what the township gave out")
    return 0


if __name__ == "__main__":
    sys.exit(main())
