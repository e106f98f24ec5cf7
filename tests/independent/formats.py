"""The public formats that a bundle is made of, read from docs/protocol.md and the specifications it names.

Canonical JSON (RFC 8785 without floats), RFC 6962 trees, C2SP signed notes, checkpoints and
cosignatures, and the township note. Needs the package `cryptography` and nothing of Liuhen.
"""

import base64
import hashlib
import json
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Wrong(Exception):
    """One check that failed, in words."""


def need(condition, words):
    if not condition:
        raise Wrong(words)


# Bytes, hashes, canonical JSON (RFC 8785 without floats)


def unbase64(text, size=None):
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, TypeError) as error:
        raise Wrong(f"not base64: {text!r}") from error
    need(base64.b64encode(data).decode() == text, f"not the one spelling of its base64: {text!r}")
    need(size is None or len(data) == size, f"{len(data)} bytes where {size} belong")
    return data


def sha256(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def canonical(value):
    def ordered(part):
        if isinstance(part, dict):
            return {name: ordered(part[name]) for name in sorted(part, key=lambda n: n.encode("utf-16-be"))}
        return [ordered(item) for item in part] if isinstance(part, list) else part

    return json.dumps(ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _once(pairs):
    need(len({name for name, _ in pairs}) == len(pairs), "a name stands twice in a JSON object")
    return dict(pairs)


def _integer(text):
    need(abs(int(text)) < 2**53, f"the number {text} is too large for JSON")
    return int(text)


def _refuse(text):
    raise Wrong(f"the number {text} is not an integer")


def parse(data, what):
    """JSON whose bytes are the canonical bytes of what they say."""
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_once, parse_int=_integer, parse_float=_refuse, parse_constant=_refuse
        )
    except ValueError as error:
        raise Wrong(f"{what} is not JSON: {error}") from error
    need(canonical(value) == data, f"{what} is not canonical JSON")
    return value


def leaf_hash(data):
    return sha256(b"\x00", data)


def node_hash(left, right):
    return sha256(b"\x01", left, right)


def tree_root(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(tree_root(leaves[:split]), tree_root(leaves[split:]))


def included(leaf, index, size, path, root):
    """RFC 9162, 2.1.3.2."""
    need(0 <= index < size, "the index lies outside the log")
    number, last, hash_ = index, size - 1, leaf
    for step in path:
        need(last != 0, "the path is too long")
        if number & 1 or number == last:
            hash_ = node_hash(step, hash_)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, step)
        number, last = number >> 1, last >> 1
    need(last == 0, "the path is too short")
    need(hash_ == root, "the path does not lead to the root")


# Keys, signed notes, checkpoints


def signed_by(key, message, signature, what):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise Wrong(f"{what}: the signature is not good") from error


class VerifierKey:
    def __init__(self, text):
        parts = text.split("+", 2)
        need(len(parts) == 3, f"not a verifier key: {text}")
        self.name, data = parts[0], unbase64(parts[2], 33)
        self.kind, self.key = data[0], data[1:]
        self.id = sha256(self.name.encode(), b"\n", data)[:4]
        need(parts[1] == self.id.hex(), f"the key id of {self.name} is not its hash")

    @classmethod
    def of(cls, name, kind, key):
        data = bytes([kind]) + key
        key_id = sha256(name.encode(), b"\n", data)[:4].hex()
        return cls(f"{name}+{key_id}+{base64.b64encode(data).decode()}")


class Note:
    def __init__(self, text):
        need("\n\n" in text and text.endswith("\n"), "not a signed note")
        self.text, lines = text.rsplit("\n\n", 1)
        self.text += "\n"
        self.signatures = []
        for line in lines.splitlines():
            match = re.fullmatch(r"— ([^ +]+) ([A-Za-z0-9+/=]+)", line)
            need(match, "a signature line is malformed")
            data = unbase64(match[2])
            self.signatures.append((match[1], data[:4], data[4:]))

    def of(self, key, what):
        for name, key_id, signature in self.signatures:
            if (name, key_id) == (key.name, key.id):
                return signature
        raise Wrong(f"{what}: no signature of {key.name}")

    def signed(self, key, what):
        need(key.kind == 1, f"{what}: {key.name} is not a note key")
        signed_by(key.key, self.text.encode(), self.of(key, what), what)

    def cosigned(self, key, what):
        """The time of a cosignature, in Unix seconds."""
        need(key.kind == 4, f"{what}: {key.name} is not a cosigner")
        data = self.of(key, what)
        need(len(data) == 72, f"{what}: a cosignature has 72 bytes")
        time = int.from_bytes(data[:8], "big")
        signed_by(key.key, f"cosignature/v1\ntime {time}\n{self.text}".encode(), data[8:], what)
        return time


class Township:
    """The note that names all keys of a township, signed by its root key."""

    def __init__(self, text, pin):
        note = Note(text)
        lines = note.text.splitlines()
        need(lines[0] == "liuhen/township/v1", "the township note begins with another line")
        fields = [line.split(" ", 1) for line in lines[1:]]
        need(all(len(field) == 2 for field in fields), "a line of the township note has no value")

        def one(name):
            found = [value for field, value in fields if field == name]
            need(len(found) == 1, f"the township note has {len(found)} lines {name}")
            return found[0]

        self.name, root = one("name"), unbase64(one("root"), 32)
        self.log, self.clock = VerifierKey(one("log")), VerifierKey(one("clock"))
        self.nodes = [unbase64(value, 32) for field, value in fields if field == "node"]
        self.tls = [value for field, value in fields if field == "tls"]
        self.recovery = unbase64(one("recovery"), 32)
        self.pin = base64.b64encode(sha256(b"liuhen/root/v1\n", root)).decode()
        need(pin is None or pin == self.pin, "the root key is not the one that was given out")
        note.signed(VerifierKey.of(f"{self.log.name}/root", 1, root), "township note")


class Checkpoint:
    def __init__(self, text, township):
        note = Note(text)
        lines = note.text.split("\n")
        need(len(lines) >= 4, "a checkpoint has three lines")
        self.origin, self.root = lines[0], unbase64(lines[2], 32)
        need(re.fullmatch(r"0|[1-9][0-9]*", lines[1]), "the size of a checkpoint is not a number")
        self.size = int(lines[1])
        need(self.origin == township.log.name, "the checkpoint is of another log")
        note.signed(township.log, "checkpoint")
        self.time = note.cosigned(township.clock, "checkpoint")
