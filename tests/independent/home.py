"""The keys of a home, opened from its files with a passphrase or the recovery key by PyPI `cryptography`.

Follows docs/protocol.md §15 and the layout at the head of `crates/store/src/keys/slots.rs`. No command of
ours prints a key: whoever has files and passphrase can do this, and nobody else.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from formats import Wrong, canonical, need, sha256, unbase64

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass
class Keys:
    data: bytes
    vault: bytes
    signer: bytes


def content(folder):
    """The slot file's content, after its checksum."""
    outer = json.loads((Path(folder) / "keys" / "slots.json").read_text())
    inner = {"content": outer["content"], "generation": outer["generation"]}
    need(sha256(canonical(inner)).hex() == outer["sha256"], "slots.json is not what its checksum says")
    return outer["content"]


def _opened(derived, purpose, place, wrapped):
    key = HKDF(hashes.SHA256(), 32, None, purpose).derive(derived)
    try:
        return AESGCM(key).decrypt(bytes.fromhex(wrapped["nonce"]), bytes.fromhex(wrapped["sealed"]), place)
    except InvalidTag as error:
        raise Wrong("this passphrase did not wrap it") from error


def slots(folder):
    return [slot for slot in content(folder)["slots"] if slot["kind"] == "officer"]


def open_slot(folder, slot, passphrase):
    """What a passphrase opens of one slot."""
    how = slot["derivation"]
    need(how["kdf"] == "argon2id" and how["memory_kib"] >= 65536 and how["passes"] >= 3, "a weak derivation")
    kdf = Argon2id(
        salt=unbase64(how["salt"], 32), length=32, iterations=how["passes"], lanes=1, memory_cost=how["memory_kib"]
    )
    derived, place = kdf.derive(passphrase.encode()), f"{content(folder)['home']}/{slot['id']}".encode()
    keys = _opened(derived, b"liuhen/slot/v1", place, slot["keys"])
    seed = _opened(derived, b"liuhen/signer/v1", place, slot["signer"]["wrapped"])
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    need(public == unbase64(slot["signer"]["public_key"]), "the slot holds another signing key than it says")
    return Keys(keys[:32], keys[32:], seed)


def recovery_slot(folder):
    """The sealed bytes and the info of the recovery slot."""
    slot = content(folder)["recovery"]
    return base64.b64decode(slot["sealed"]), slot["info"].encode()


def recovery_key(text):
    """The private key on paper: a word, a colon, and base64 of 32 bytes and a checksum."""
    word, _, code = text.strip().partition(":")
    data = unbase64(code.strip())
    need(word == "liuhen-recovery-key-v1" and len(data) == 36, "not a recovery key")
    need(hashlib.sha256(data[:32]).digest()[:4] == data[32:], "the recovery key is mistyped")
    return X25519PrivateKey.from_private_bytes(data[:32])


def recover(sealed, info, private):
    """Data key and vault key; HPKE binds them to purpose and recipient."""
    keys = SUITE.decrypt(sealed, private, info)
    need(len(keys) == 64, "the recovery slot holds something else")
    return Keys(keys[:32], keys[32:], b"")
