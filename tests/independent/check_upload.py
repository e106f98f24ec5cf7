#!/usr/bin/env python3
"""An outsider's laptop: enrols, signs in and uploads with PyPI `tuspy`, from docs/protocol.md alone.

    check_upload.py URL CODE

CODE is an unused enrolment code. After a good upload that was cut and resumed, ten bad ones must be refused.
"""

import base64
import hashlib
import http.client
import io
import json
import os
import ssl
import sys
import urllib.parse
import warnings

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tusclient import client as tus
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

from formats import Township, Wrong, need, sha256, unbase64

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHUNK = 256 * 1024


def text(data):
    return base64.b64encode(data).decode()


def read_code(code):
    """Secret and half of the root pin."""
    typed = code.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
    bits = "".join(f"{ALPHABET.index(character):05b}" for character in typed)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    need(len(data) == 40 and sha256(data[:36])[:4] == data[36:], "the enrolment code is mistyped")
    return data[:20], data[20:36]


class Door:
    """HTTPS to a server whose key is pinned by the township note."""

    def __init__(self, url):
        self.url, place = url, urllib.parse.urlsplit(url)
        self.context = ssl.create_default_context()
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE
        self.host, self.port = place.hostname, place.port
        pem = ssl.get_server_certificate((self.host, self.port))
        key = x509.load_pem_x509_certificate(pem.encode()).public_key()
        self.tls = sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        self.token = None

    def ask(self, method, path, value=None, headers=None):
        link = http.client.HTTPSConnection(self.host, self.port, context=self.context, timeout=60)
        try:
            given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            body = value if isinstance(value, (bytes, type(None))) else json.dumps(value).encode()
            if body is not None and not isinstance(value, bytes):
                given["Content-Type"] = "application/json"
            link.request(method, path, body, {**given, **(headers or {})})
            answer = link.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            link.close()

    def call(self, path, value):
        status, _, body = self.ask("POST", path, value)
        need(status == 200, f"{path}: {status} {body[:300]!r}")
        return json.loads(body)


def sign_in(door, code):
    """Enrols a fresh key and opens a session."""
    secret, half = read_code(code)
    note = door.ask("GET", "/api/note")[2].decode()
    township = Township(note, None)
    pin = unbase64(township.pin, 32)
    need(pin[:16] == half, "the township is not the one that gave the code")
    need(text(door.tls) in township.tls, "the server's key is not in the township note")
    key, nonce = Ed25519PrivateKey.generate(), os.urandom(32)
    public = key.public_key().public_bytes_raw()
    request = {
        "secret": text(secret), "public_key": text(public), "seal": text(os.urandom(32)), "device": "tuspy",
        "nonce": text(nonce), "signature": text(key.sign(b"liuhen/enrolment/v1\n" + nonce + pin + door.tls + public)),
    }
    first = door.call("/api/enrol", request)
    need(door.call("/api/enrol", request)["holder"] == first["holder"], "the same key got another answer")
    series = sha256(b"liuhen/series/v1\n", public).hex()
    challenge = door.call("/api/challenge", {"series": series})
    nonce = unbase64(challenge["nonce"], 32)
    signature = key.sign(b"liuhen/challenge/v1\n" + nonce + pin)
    session = door.call("/api/session", {"series": series, "nonce": text(nonce), "signature": text(signature)})
    door.token = session["token"]
    return request


def uploader(door, data, digest=None, **more):
    made = tus.TusClient(f"{door.url}/api/blobs", headers={"Authorization": f"Bearer {door.token}"})
    metadata = {"sha256": digest or hashlib.sha256(data).hexdigest(), "kind": "salvage"}
    return made.uploader(file_stream=io.BytesIO(data), chunk_size=CHUNK, metadata=metadata, verify_tls_cert=False, **more)


def refused(what, work):
    try:
        work()
    except (TusCommunicationError, TusUploadFailed, Wrong):
        return True
    print(f"NOT GOOD: {what} was accepted")
    return False


def main():
    warnings.simplefilter("ignore")
    door = Door(sys.argv[1])
    request = sign_in(door, sys.argv[2])
    data = os.urandom(3 * CHUNK + 12345)
    first = uploader(door, data)
    first.upload_chunk()
    place = first.url
    again = uploader(door, data, url=place)
    need(again.offset == CHUNK, f"after a cut the upload stands at {again.offset}")
    again.upload()
    status, headers, _ = door.ask("HEAD", urllib.parse.urlsplit(place).path, headers={"Tus-Resumable": "1.0.0"})
    need(status == 200 and int(headers["upload-offset"]) == len(data), f"HEAD after the end: {status} {headers}")
    repeated = uploader(door, data)
    repeated.url = repeated.create_url()
    need(repeated.get_offset() == len(data), "a blob that is held is asked for again")

    path = urllib.parse.urlsplit(uploader_url(door, data[:100])).path
    version = {"Tus-Resumable": "1.0.0"}
    piece = {**version, "Content-Type": "application/offset+octet-stream"}

    def answers(status, method, at, value=None, headers=None):
        found = door.ask(method, at, value, headers)[0]
        need(found != status, f"refused with {status}")

    flipped = bytes([data[0] ^ 1]) + data[1:]
    truth = hashlib.sha256(data).hexdigest()
    other = os.urandom(CHUNK)
    bad = [
        ("bytes that are not those of the digest", lambda: whole(uploader(door, flipped, hashlib.sha256(flipped + b"x").hexdigest()))),
        ("a changed last byte", lambda: whole(uploader(door, other[:-1] + bytes([other[-1] ^ 1]), hashlib.sha256(other).hexdigest()))),
        ("a digest that is none", lambda: whole(uploader(door, data, "z" * 64))),
        ("a digest that is too short", lambda: whole(uploader(door, data, truth[:40]))),
        ("a wrong checksum of a piece", lambda: answers(460, "PATCH", path, b"x" * 10, {**piece, "Upload-Offset": "0", "Upload-Checksum": "sha256 " + text(bytes(32))})),
        ("a piece at another offset", lambda: answers(409, "PATCH", path, b"x" * 10, {**piece, "Upload-Offset": "7"})),
        ("more bytes than announced", lambda: answers(413, "PATCH", path, data[:101], {**piece, "Upload-Offset": "0"})),
        ("another content type", lambda: answers(415, "PATCH", path, b"x", {**version, "Upload-Offset": "0", "Content-Type": "text/plain"})),
        ("another version of tus", lambda: answers(412, "PATCH", path, b"x", {**piece, "Tus-Resumable": "0.2.2", "Upload-Offset": "0"})),
        ("no version of tus", lambda: answers(412, "POST", "/api/blobs", b"", {"Upload-Length": "5"})),
        ("an upload of nobody", lambda: answers(404, "PATCH", "/api/blobs/00000000-0000-7000-8000-000000000000", b"x", {**piece, "Upload-Offset": "0"})),
        ("a length that is none", lambda: answers(400, "POST", "/api/blobs", b"", {**version, "Upload-Length": "-5"})),
    ]
    good = all([refused(what, work) for what, work in bad])
    token, door.token = door.token, None
    good &= refused("an upload without a session", lambda: answers(401, "POST", "/api/blobs", b"", {**version, "Upload-Length": "5"}))
    door.token = token
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    good &= refused("a used code with another key", lambda: door.call("/api/enrol", {**request, "public_key": text(stranger)}))
    if good:
        print(f"good: {len(data)} bytes uploaded, cut and resumed by tuspy; {len(bad) + 2} bad requests refused")
    return 0 if good else 1


def uploader_url(door, data):
    return uploader(door, data).create_url()


def whole(upload):
    upload.upload()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Wrong as wrong:
        print(f"NOT GOOD: {wrong}")
        sys.exit(1)
