"""A thief with the laptop off, an officer with a colleague's files, another user of the same machine."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from lab import (
    OFFICER, OTHER, PASSPHRASE, ROOT, Failed, Kept, _environment, day, end, holds, ident, killed, refused, rows, sound, start,
)

sys.path.insert(0, str(ROOT / "tests" / "independent"))

WORDS = {
    "note": "留痕标记笔记暗语杨梅枝条", "latin": "MARKERnote7f3a91c2", "title": "标记案由夜间渣土滴漏", "place": "标记地点庵东镇滩涂",
    "party": "标记当事人演示甲乙", "draft": "标记拟稿经现场勘验", "working": "标记草底未保存文字", "query": "标记笔记",
    "file": "标记片段名", "officer": OFFICER, "passphrase": PASSPHRASE,
}
BYTES = b"MARKERmedia-d41d8cd98f00b204-"
NEIGHBOUR = 47113


def spellings(word):
    """How a word could lie on a disk."""
    data = word if isinstance(word, bytes) else word.encode()
    found = {data}
    if isinstance(word, str):
        found |= {word.encode("utf-16-le"), word.encode("utf-16-be"), word.encode("gbk")}
        found.add(json.dumps(word)[1:-1].encode())
    for shift in range(3):
        # Base64 of it at each alignment, without the letters that its neighbours share.
        text = base64.b64encode(bytes(shift) + data)
        found.add(text[4 if shift else 0 : -4])
    found.add(data.hex().encode())
    return {spelling for spelling in found if len(spelling) >= 6}


def traces(folders, words):
    """Files in which a word is found, names of files included."""
    needles = [(word, spelling) for word in words for spelling in spellings(word)]
    found, looked = [], 0
    for folder in folders:
        for path in [folder, *folder.rglob("*")]:
            name = os.fsencode(path.name)
            data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            looked += len(data)
            found += [f"{path}: {word}" for word, spelling in needles if spelling in data or spelling in name]
    return found, looked


class Desk:
    """The laptop's loopback door, and its only key."""

    def __init__(self, lab, laptop, **more):
        # The desk wants a UI to show; a page with one line will do here.
        self.laptop, self.ui = laptop, lab.folder / "ui"
        self.ui.mkdir(exist_ok=True)
        (self.ui / "index.html").write_text("<!doctype html><title>t</title>")
        self.process = start(laptop, "desk", "--ui", self.ui, **more)
        lab.extra.append(self.process)
        answer = json.loads(self.process.stdout.readline())
        self.address, self.once = answer["address"], answer["open"]
        self.port = int(re.search(r":(\d+)", self.address)[1])
        self.cookie = None

    def curl(self, path, *options, user=None):
        """(status, body) as anybody on this machine would get it."""
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        command = [*as_user, "curl", "--silent", "--max-time", "30", "--output", "-", "--write-out", "\n%{http_code}", *options]
        url = path if path.startswith("http") else f"http://127.0.0.1:{self.port}{path}"
        done = subprocess.run([*command, url], capture_output=True, text=True)
        body, _, status = done.stdout.rpartition("\n")
        return int(status or 0), body

    def enter(self):
        done = subprocess.run(["curl", "--silent", "--include", "--max-time", "30", self.once], capture_output=True, text=True)
        self.cookie = re.search(r"(?i)set-cookie: ([^;]+)", done.stdout)[1]
        self.does("unlock", {"officer": self.laptop.officer, "passphrase": self.laptop.passphrase})

    def call(self, name, value, *options, cookie=True, user=None, header=True):
        own = ["--header", f"Cookie: {self.cookie}"] if cookie is True else ["--header", f"Cookie: {cookie}"] if cookie else []
        mark = ["--header", "X-Liuhen: 1"] if header else []
        return self.curl(
            "/api/call", "--request", "POST", "--header", "Content-Type: application/json", *mark, *own,
            "--data", json.dumps({"name": name, "input": value}), *options, user=user,
        )

    def does(self, name, value):
        status, body = self.call(name, value)
        holds(status == 200, f"{name}: {status} {body[:500]}")
        return json.loads(body)


def no_word_is_left_for_a_thief(lab):
    """After a day's work with search, playback, export and crashes nothing readable lies on the disks."""
    places = {name: lab.folder / f"user-{name.lower()}" for name in
              ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "TMPDIR")}
    for path in places.values():
        path.mkdir(mode=0o700)
    before = {name: os.environ.get(name) for name in places}
    os.environ.update({name: str(path) for name, path in places.items()})
    try:
        return _a_day(lab, list(places.values()))
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


def _a_day(lab, places):
    laptop = lab.open().laptop
    matter = ident(laptop.do("matter", "start", "--start", "patrol", "--title", WORDS["title"], "--place", WORDS["place"]))
    laptop.do("matter", "party", matter, "--name", WORDS["party"])
    laptop.do("note", "add", "--matter", matter, "--text", f"{WORDS['note']} {WORDS['latin']} " * 20)
    draft = ident(laptop.do("draft", "new", "--matter", matter, "--title", "笔录"))
    laptop.do("draft", "set", draft, "现场情况", "--text", WORDS["draft"] * 30)
    camera = lab.folder / "camera"
    camera.mkdir()
    film = camera / f"{WORDS['file']}.bin"
    film.write_bytes(BYTES * 200_000)
    photo = camera / f"{WORDS['file']}.jpg"
    drawn = subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=640x480", "-frames:v", "1",
                            "-metadata", f"comment={WORDS['latin']}", photo], capture_output=True)
    media = [film, photo] if drawn.returncode == 0 else [film]
    positive, _ = traces([camera], [BYTES, WORDS["file"]])
    holds(positive, "the search for words finds nothing even in plain files")
    lines = laptop.do("media", "import", *media, "--matter", matter)["files"]
    laptop.do("search", WORDS["query"])
    laptop.do("sync")
    opened, bundle = lab.folder / "opened", lab.folder / "bundle"
    laptop.do("media", "open", lines[0]["media"]["id"], "--out", opened)
    laptop.do("export", "--matter", matter, "--out", bundle)
    # In the window: a half-written note, a film played, a search; then the power fails.
    desk = Desk(lab, laptop)
    desk.enter()
    desk.does("keep_working_copy", {"key": f"note:{matter}", "fields": {"text": WORDS["working"] * 20}})
    detail = desk.does("media", {"media": lines[0]["media"]["id"]})
    address = re.search(r"http://127\.0\.0\.1:\d+/media/[^\"]+", json.dumps(detail))
    holds(address, f"no address of the film: {detail}")
    status, body = desk.curl(address[0], "--range", "0-100000")
    holds(status == 206 and BYTES.decode() in body, f"the film does not play: {status}")
    desk.does("thumbnails", {"media": [line["media"]["id"] for line in lines]})
    desk.does("search", {"text": WORDS["query"]})
    os.kill(desk.process.pid, 9)
    desk.process.wait()
    # A kill in the middle of an import leaves a part behind; it must not be readable either.
    late = camera / "late.bin"
    late.write_bytes(BYTES * 1_000_000)
    code, _, _ = killed(start(laptop, "media", "import", late, "--matter", matter), 0.55)
    holds(code in (0, -9), code)
    lab.township.stop()
    everything = [laptop.home, lab.township.home, lab.township.log, *places]
    found, looked = traces(everything, [*WORDS.values(), BYTES])
    holds(not found, f"readable: {found[:10]}")
    sound(laptop)
    return f"{len(WORDS) + 1} words in {len(spellings(WORDS['note']))} spellings: none in {looked >> 20} MiB of home, user's folders and township"


def the_delay_survives_restarts(lab):
    """Wrong passphrases cost time in a new process too, also with the clock put forward."""
    laptop = lab.open().laptop
    wrong = "别人的口令-庚辛壬癸"
    codes = [_code(laptop, wrong) for _ in range(5)]
    holds(codes[0].startswith("wrong_passphrase"), codes)
    began = time.monotonic()
    waiting = _code(laptop, laptop.passphrase)
    holds(waiting == "wait", f"the right passphrase during the wait: {waiting}")
    holds(_code(laptop, wrong) == "wait", "another try during the wait was tried")
    if Path("/usr/bin/faketime").exists():
        command = ["faketime", "-f", "+2d", laptop.program, "--home", laptop.home, "--json", "status"]
        done = subprocess.run(
            [str(part) for part in command], capture_output=True, text=True,
            env=_environment({"LIUHEN_PASSPHRASE": laptop.passphrase, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}),
        )
        holds('"wait"' in done.stdout, f"a clock put forward ends the wait: {done.stdout[:300]}")
    for name in ("attempts.json", "attempts.bak"):
        holds((laptop.home / "keys" / name).exists(), "attempts are not kept")
    while _code(laptop, laptop.passphrase) == "wait":
        holds(time.monotonic() - began < 60, "the wait does not end")
        time.sleep(0.5)
    spent = time.monotonic() - began
    laptop.do("status")
    return f"{codes.count('wait')} of 5 tries already held off, the wait of {spent:.1f} s kept by each new process and by a clock 2 days ahead"


def _code(laptop, passphrase):
    code, answer, said = laptop.attempt("status", passphrase=passphrase)
    if code == 0:
        return "open"
    answer = answer[-1] if isinstance(answer, list) else answer
    holds(answer and "code" in answer, said)
    return answer["code"]


def two_officers(lab):
    """Two officers in one home, each with a passphrase."""
    from world import Laptop

    first = lab.open().laptop
    second = Laptop(lab.programs, first.home, OTHER, "另一个人的口令-丁戊己")
    code = lab.township.invite(OTHER, "DEMO-0002", day(400))
    # The officer who is there lets the new one in; each types an own passphrase.
    joining = start(first, "enrol", "--township", lab.township.url, "--code", code, extra={"LIUHEN_NEW_PASSPHRASE": second.passphrase})
    _, said = joining.communicate()
    holds(joining.returncode == 0, said)
    return first, second


def an_officer_cannot_sign_as_another(lab):
    """Officer A with all files and A's passphrase: B's key stays shut, whatever is put into the slots."""
    import home as keys_of
    from formats import Wrong, canonical

    first, second = two_officers(lab)
    matter = lab.matter(first)
    slots = {slot["signer"]["public_key"]: slot for slot in keys_of.slots(first.home)}
    holds(len(slots) == 2, "not two slots")
    mine = next(slot for slot in slots.values() if _opens(keys_of, first, slot))
    other = next(slot for slot in slots.values() if slot["id"] != mine["id"])
    try:
        keys_of.open_slot(first.home, other, first.passphrase)
        raise Failed("A's passphrase opens B's slot")
    except Wrong:
        pass
    refused_as(second, first.passphrase)
    series = hashlib.sha256(b"liuhen/series/v1\n" + base64.b64decode(other["signer"]["public_key"])).hexdigest()
    before = _written(lab, second, series)
    kept = Kept(first.home, lab.folder / "kept")
    tried = 0

    def forged(change):
        """Rewrites the slot file with a good checksum, as somebody with the files can."""
        nonlocal tried
        for name in ("slots.json", "slots.bak"):
            path = first.home / "keys" / name
            outer = json.loads(path.read_text())
            for slot in outer["content"]["slots"]:
                change(slot)
            inner = {"content": outer["content"], "generation": outer["generation"]}
            outer["sha256"] = hashlib.sha256(canonical(inner)).hexdigest()
            path.write_text(json.dumps(outer, ensure_ascii=False, separators=(",", ":"), sort_keys=True))
        code, _, _ = _attempt(second, first.passphrase, "note", "add", "--matter", matter, "--text", "冒名")
        code_own, _, _ = _attempt(first, first.passphrase, "note", "add", "--matter", matter, "--text", "自己的")
        tried += 1
        kept.back() if (code, code_own) != (0, 0) else None
        return code, code_own

    def as_b(slot):
        # B's name and officer on A's slot.
        if slot["id"] == mine["id"]:
            slot["officer"], slot["name"], slot["hint"] = other["officer"], other["name"], other["hint"]

    def key_of_b(slot):
        if slot["id"] == mine["id"]:
            slot["signer"]["public_key"] = other["signer"]["public_key"]

    def lock_of_a(slot):
        # A's salt and wrapped keys in B's slot.
        if slot["id"] == other["id"]:
            slot["derivation"], slot["keys"], slot["signer"] = mine["derivation"], mine["keys"], mine["signer"]

    for change in (as_b, key_of_b, lock_of_a):
        forged(change)
        kept.back()
        after = _written(lab, second, series)
        holds(after == before, f"{change.__name__}: {after - before} entries of B were signed with A's passphrase")
    _attempt(second, second.passphrase, "note", "add", "--matter", matter, "--text", "本人写的")
    holds(_written(lab, second, series) > before, "B cannot write with B's own passphrase")
    return f"A's passphrase opens only A's slot; {tried} forged slot files give no signature of B"


def _opens(keys_of, laptop, slot):
    from formats import Wrong

    try:
        keys_of.open_slot(laptop.home, slot, laptop.passphrase)
        return True
    except Wrong:
        return False


def _attempt(laptop, passphrase, *arguments):
    return laptop.attempt(*arguments, passphrase=passphrase)


def refused_as(laptop, passphrase):
    code, answer, said = laptop.attempt("status", passphrase=passphrase)
    answer = answer[-1] if isinstance(answer, list) else answer
    holds(code != 0 and answer["code"].startswith("wrong_passphrase"), said)


def _written(lab, laptop, series):
    """How many entries of a series lie in the journal, read with B's own passphrase by another SQLCipher."""
    import home as keys_of
    from tamper import opened

    for slot in keys_of.slots(laptop.home):
        if _opens(keys_of, laptop, slot):
            database = opened(laptop.home, keys_of.open_slot(laptop.home, slot, laptop.passphrase).data)
            try:
                row = database.execute(
                    "SELECT count(*) FROM entries JOIN series ON series.no = entries.series WHERE series.id = ?", (bytes.fromhex(series),)
                ).fetchone()
                return row[0]
            finally:
                database.close()
    raise Failed("B's passphrase opens no slot")


def another_user_cannot_use_the_desk_or_read_the_home(lab):
    """Another user of this machine at the desk's door and at the files."""
    laptop = lab.open().laptop
    matter = lab.matter()
    laptop.do("note", "add", "--matter", matter, "--text", WORDS["note"])
    lab.folder.chmod(0o755)
    as_user = ["setpriv", f"--reuid={NEIGHBOUR}", f"--regid={NEIGHBOUR}", "--clear-groups"]
    files = [path for home in (laptop.home, lab.township.home) for path in [home, *home.rglob("*")]]
    files += [lab.folder / "township.key", *(lab.township.papers).iterdir()]
    for path in files:
        tried = ["ls", path] if path.is_dir() else ["cat", path]
        done = subprocess.run([*as_user, *map(str, tried)], capture_output=True)
        holds(done.returncode != 0 and not done.stdout, f"another user reads {path}")
    desk = Desk(lab, laptop)
    pid = desk.process.pid
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    holds(desk.once.rpartition("/")[2].encode() not in command and PASSPHRASE.encode() not in command, "a secret in the argument line")
    for name in ("environ", "mem", "maps", "fd"):
        tried = ["ls", f"/proc/{pid}/{name}"] if name == "fd" else ["head", "-c", "1", f"/proc/{pid}/{name}"]
        holds(subprocess.run([*as_user, *tried], capture_output=True).returncode != 0, f"another user reads /proc/{name} of the desk")
    status_before, _ = desk.call("home_state", {}, cookie=False, user=NEIGHBOUR)
    desk.enter()
    good, body = desk.call("matter", {"matter": matter})
    holds(good == 200 and WORDS["note"] in body, f"the officer's own call: {good}")
    host, other = f"127.0.0.1:{desk.port}", "Origin: http://evil.example"
    secret = desk.cookie.partition("=")[2]
    name = desk.cookie.partition("=")[0]
    guess = f"{name}={secret[:-1]}{'A' if secret[-1] != 'A' else 'B'}"
    tries = {
        "without a cookie": desk.call("matter", {"matter": matter}, cookie=False, user=NEIGHBOUR),
        "a guessed cookie": desk.call("matter", {"matter": matter}, cookie=guess, user=NEIGHBOUR),
        "an empty cookie": desk.call("matter", {"matter": matter}, cookie=f"{name}=", user=NEIGHBOUR),
        "the one-time address again": desk.curl(desk.once, user=NEIGHBOUR),
        "a guessed one-time address": desk.curl("/open/" + "0" * 43, user=NEIGHBOUR),
        "a guessed address of media": desk.curl("/media/" + "0" * 43, user=NEIGHBOUR),
        "events without a cookie": desk.curl("/api/events", user=NEIGHBOUR),
        "the page without a cookie": desk.curl("/", user=NEIGHBOUR),
        # With the officer's own browser made to do it: a foreign page, a rebound name.
        "a foreign origin": desk.call("matter", {"matter": matter}, "--header", other),
        "an origin of another port": desk.call("matter", {"matter": matter}, "--header", f"Origin: http://127.0.0.1:{desk.port + 1}"),
        "a foreign site": desk.call("matter", {"matter": matter}, "--header", "Sec-Fetch-Site: cross-site"),
        "without the header": desk.call("matter", {"matter": matter}, header=False),
        "a rebound name": desk.call("matter", {"matter": matter}, "--header", "Host: evil.example"),
        "a rebound name with the port": desk.call("matter", {"matter": matter}, "--header", f"Host: evil.example:{desk.port}"),
        "localhost as a name": desk.call("matter", {"matter": matter}, "--header", f"Host: localhost:{desk.port}"),
        "the old HTTP without a name": desk.call("matter", {"matter": matter}, "--http1.0", "--header", "Host:"),
        "a form": desk.curl("/api/call", "--request", "POST", "--header", f"Cookie: {desk.cookie}", "--header", f"Host: {host}",
                            "--data", json.dumps({"name": "matter", "input": {"matter": matter}})),
        "read as a page": desk.curl("/api/call", "--header", f"Cookie: {desk.cookie}"),
        "out of the folder": desk.curl("/../../../etc/passwd", "--path-as-is", "--header", f"Cookie: {desk.cookie}"),
        "out of the folder, encoded": desk.curl("/%2e%2e/%2e%2e/etc/passwd", "--path-as-is", "--header", f"Cookie: {desk.cookie}"),
    }
    for what, (status, body) in tries.items():
        holds(status >= 400 or status == 0, f"{what}: {status} {body[:200]}")
        holds(WORDS["note"] not in body and "root:" not in body, f"{what}: it answered {body[:200]}")
    holds(status_before >= 400, f"the state of the home is told to anybody: {status_before}")
    outside = subprocess.run(["ss", "-Hltn", f"sport = :{desk.port}"], capture_output=True, text=True).stdout
    doors = [line.split()[3] for line in outside.splitlines()]
    holds(doors == [host], f"the door is open to the network: {outside}")
    status, _ = desk.call("matter", {"matter": matter})
    holds(status == 200, "the officer was shut out by the attempts")
    end(desk.process)
    return f"{len(files)} files unreadable, {len(tries)} ways to the desk refused, the officer undisturbed"


TESTS = [
    no_word_is_left_for_a_thief, the_delay_survives_restarts, an_officer_cannot_sign_as_another,
    another_user_cannot_use_the_desk_or_read_the_home,
]
