"""Histories that part: hashes of the log changed on disk, and a laptop put back in time.

What the township keeps to prove things must be what its entries give; a tail that it can never take must not wait
for ever, and only a person ends that.
"""

import base64
import hashlib
import ssl
import sys
import urllib.request

from lab import LONG, ROOT, Kept, answers, holds, refused, rows, serving, settle, sound, township_sound

sys.path.insert(0, str(ROOT / "tests" / "independent"))

from tamper import opened, township_findings  # noqa: E402
from world import call  # noqa: E402


def data_key(lab):
    """The township's data key, from its slot and its key file."""
    import home as keys_of
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    content = keys_of.content(lab.township.home)
    (slot,) = content["slots"]
    word, _, code = lab.township.home.with_name(f"{lab.township.home.name}.key").read_text().strip().partition(":")
    holds(word == "liuhen-key-file-v1", word)
    salt = base64.b64decode(slot["derivation"]["salt"])
    derived = HKDF(hashes.SHA256(), 32, salt, b"liuhen/key-file/v1").derive(base64.b64decode(code)[:32])
    return keys_of._opened(derived, b"liuhen/slot/v1", f"{content['home']}/{slot['id']}".encode(), slot["keys"])[:32]


def served(lab, path):
    """What the township's log shows to anybody."""
    anybody = ssl._create_unverified_context()
    with urllib.request.urlopen(f"{lab.township.url}/log/{path}", context=anybody, timeout=30) as answer:
        return answer.read()


def root_of(leaves):
    """RFC 6962, written down again: no code of ours."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def tiles_of_the_log_do_not_lie(lab):
    """Each kept hash of the township's tree changed on disk: found and named, and no checkpoint is signed over it."""
    laptop = lab.open().laptop
    matter = lab.matter()
    for number in range(3):
        laptop.do("note", "add", "--matter", matter, "--text", f"第{number}条")
    laptop.do("sync")
    settle(lab.township)
    key, kept = data_key(lab), Kept(lab.township.home, lab.folder / "kept")
    database = opened(lab.township.home, key)
    places = [row[0] for row in database.execute("SELECT place FROM tree ORDER BY place")]
    (size,) = database.execute("SELECT count(*) FROM placed").fetchone()
    database.close()
    holds(len(places) > 6, places)
    shut = lies = 0
    for place in places if LONG else sorted({*places[:: max(1, len(places) // 8)], places[-1]}):
        database = opened(lab.township.home, key)
        (value,) = database.execute("SELECT hash FROM tree WHERE place = ?", (place,)).fetchone()
        database.execute("UPDATE tree SET hash = ? WHERE place = ?", (bytes([value[0] ^ 1]) + value[1:], place))
        database.commit()
        database.close()
        found = township_findings(lab.township)
        codes = {problem["code"] for problem in found}
        holds(codes == {"tree"} or codes == {"tree_damaged"}, f"hash {place}: {found}")
        holds("tile 0 0" in str(found), f"hash {place} is not named: {found}")
        if codes == {"tree_damaged"}:
            # It belongs to the root: nothing may be signed, so nothing is served.
            shut += 1
            code, out, err = call(lab.township.program, ["--home", lab.township.home, "--json", "serve", "--listen", "127.0.0.1:0"], timeout=60)
            holds(code != 0 and answers(out)["code"] == "tree_damaged", f"hash {place} is served: {out}{err}")
        else:
            with serving(lab.township):
                tile, note = served(lab, f"tile/0/000.p/{size}"), served(lab, "checkpoint").decode().splitlines()
                holds(int(note[1]) == size, f"{note[1]} instead of {size}")
                leaves = [tile[at : at + 32] for at in range(0, len(tile), 32)]
                lies += base64.b64encode(root_of(leaves)).decode() != note[2]
        kept.back()
    township_sound(lab.township)
    with serving(lab.township):
        tile, note = served(lab, f"tile/0/000.p/{size}"), served(lab, "checkpoint").decode().splitlines()
        whole = root_of([tile[at : at + 32] for at in range(0, len(tile), 32)])
        holds(base64.b64encode(whole).decode() == note[2], "the tile does not give the checkpoint's root")
    holds(shut and lies, f"{shut} {lies}")
    return f"hashes changed one at a time: each found and named; {shut} of the root kept the township shut; {lies} served tiles contradict the checkpoint, as anybody can see"


def waiting(laptop):
    return laptop.do("status")["sync"]["waiting"]["entries"]


def a_tail_that_can_never_be_sent_waits_until_a_person_sets_it_aside(lab):
    """A home put back and written in: its dead branch waits, never by itself goes, and is set aside with a reason."""
    laptop = lab.open().laptop
    matter = lab.matter()
    laptop.do("sync")
    out = lab.folder / "tail.jsonl"
    refused(laptop, "sync", "--set-aside", "没有原因", "--out", out, code="no_dead_tail")
    older = Kept(laptop.home, lab.folder / "older")
    laptop.do("note", "add", "--matter", matter, "--text", "恢复前写的")
    laptop.do("sync")
    older.back()
    for number in range(3):
        laptop.do("note", "add", "--matter", matter, "--text", f"恢复后写的第{number}条")
    # Before the township was asked nobody knows that the tail is dead.
    refused(laptop, "sync", "--set-aside", "太早", "--out", out, code="no_dead_tail")
    for _ in range(3):
        laptop.do("sync")
    dead = waiting(laptop)
    holds(dead == 3, f"{dead} entries wait instead of the dead branch of 3")
    refused(laptop, "sync", "--set-aside", "  ", "--out", out, code="reason_missing")
    taken = lab.file("taken", 10)
    refused(laptop, "sync", "--set-aside", "电脑数据被还原", "--out", taken, code="file_exists")
    holds(waiting(laptop) == 3 and taken.stat().st_size == 10 and not out.exists(), "a refusal changed something")
    laptop.do("sync", "--set-aside", "电脑数据被还原，三条已抄到新记录", "--out", out)
    lines = out.read_text().splitlines()
    holds(len(lines) == 3 and all("恢复后写的" in line for line in lines), f"the file does not hold them: {lines}")
    laptop.do("sync")
    holds(waiting(laptop) == 0, f"{waiting(laptop)} entries still wait")
    shown = [line["text"] for line in rows(laptop.do("note", "list", "--matter", matter))]
    holds({f"恢复后写的第{number}条" for number in range(3)} <= set(shown), f"own words are gone: {shown}")
    refused(laptop, "sync", "--set-aside", "再来一次", "--out", lab.folder / "second", code="no_dead_tail")
    # The reason and the digest of the file are in the township's log, under the officer's signature.
    settle(lab.township)
    database = opened(lab.township.home, data_key(lab))
    bodies = [row[0] for row in database.execute("SELECT body FROM entries WHERE kind = 'series.tail_set_aside'")]
    database.close()
    holds(len(bodies) == 1, f"{len(bodies)} entries name it")
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    holds("电脑数据被还原" in bodies[0].decode() and digest in bodies[0].decode(), bodies[0].decode())
    sound(laptop)
    township_sound(lab.township)
    return f"{dead} entries waited through 3 syncs, were written to a file and named with the reason; nothing waits, nothing is gone"


TESTS = [tiles_of_the_log_do_not_lie, a_tail_that_can_never_be_sent_waits_until_a_person_sets_it_aside]
