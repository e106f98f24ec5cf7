"""Disks that are full or may not be written, files that change, odd files and odd names, a card that is pulled.

Always the same is asked: a plain error for the item that cannot be taken, the rest goes on, and what was
acknowledged before stays. Mounts are made in a mount namespace of this process only.
"""

import ctypes
import os
import threading
import time
from pathlib import Path

from lab import LONG, Failed, holds, ident, plain, refused, rows, sound, start, township_sound
from world import Township, answers

CLONE_NEWNS, MS_REC, MS_PRIVATE, MS_REMOUNT, MS_RDONLY, MS_BIND, MNT_DETACH = 0x20000, 0x4000, 0x40000, 0x20, 0x1, 0x1000, 2
libc = ctypes.CDLL(None, use_errno=True)


def own_mounts():
    """From now on mounts of this process are seen by it and its children only."""
    if os.environ.get("LIUHEN_OWN_MOUNTS") == str(os.getpid()):
        return
    _did(libc.unshare(CLONE_NEWNS), "unshare")
    _did(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "make mounts private")
    os.environ["LIUHEN_OWN_MOUNTS"] = str(os.getpid())


def _did(code, what):
    if code != 0:
        raise Failed(f"{what}: {os.strerror(ctypes.get_errno())} (these tests need root)")


def tmpfs(lab, path, size):
    """A small disk of its own, gone when the test ends."""
    own_mounts()
    Path(path).mkdir(parents=True, exist_ok=True)
    _did(libc.mount(b"tmpfs", os.fsencode(path), b"tmpfs", 0, f"size={size}".encode()), "mount a tmpfs")
    lab.undo.append(lambda: libc.umount2(os.fsencode(path), MNT_DETACH))


def gone(path):
    """Pulls a medium, busy or not."""
    _did(libc.umount2(os.fsencode(path), MNT_DETACH), "unmount")


def fill(folder, leave):
    """Fills a disk but for so many bytes."""
    left = os.statvfs(folder)
    count = max(0, left.f_bavail * left.f_frsize - leave)
    ballast = Path(folder) / "ballast"
    with open(ballast, "wb") as file:
        try:
            while count > 0:
                count -= file.write(bytes(min(count, 1 << 20)))
        except OSError:
            pass
    return ballast


def failed(answer, name):
    """The plain error of one file of an import."""
    found = [line for line in answer["failed"] if name in str(line)]
    holds(found, f"{name} is not named among {answer['failed']}")
    plain(found[0])
    return found[0]["message"]


def outcome(laptop, *arguments):
    """An import's answer, whether or not some items failed."""
    code, answer, said = laptop.attempt("media", "import", *arguments)
    holds("panicked" not in said, said[-2000:])
    parts = answer if isinstance(answer, list) else [answer]
    found = next((part for part in parts if isinstance(part, dict) and "failed" in part), None)
    holds(found is not None, f"exit {code}: {said[-1500:]}")
    return found


def a_full_disk_loses_nothing(lab):
    """The laptop's disk fills up at every kind of write; room made again, all goes on."""
    disk = lab.folder / "disk"
    tmpfs(lab, disk, "96m")
    lab.folder.joinpath("laptop-1").symlink_to(disk / "home")
    (disk / "home").mkdir(mode=0o700)
    laptop = lab.open().laptop
    matter = lab.matter()
    draft = ident(laptop.do("draft", "new", "--matter", matter, "--title", "笔录"))
    laptop.do("note", "add", "--matter", matter, "--text", "满盘之前")
    film = lab.file("film.bin", 20 << 20)
    laptop.do("media", "import", film, "--matter", matter)
    laptop.do("sync")
    refusals, kept_texts = {}, {"满盘之前"}
    for leave in (0, 8 << 10, 64 << 10, 256 << 10, 2 << 20, 12 << 20) if LONG else (0, 64 << 10, 12 << 20):
        ballast = fill(disk, leave)
        text = f"余 {leave} 字节 " + "内容" * 20_000
        for what, arguments in {
            "note": ("note", "add", "--matter", matter, "--text", text),
            "draft": ("draft", "set", draft, "现场情况", "--text", text),
            "import": ("media", "import", lab.file(f"late-{leave}.bin", 16 << 20), "--matter", matter),
            "sync": ("sync",),
        }.items():
            code, answer, said = laptop.attempt(*arguments)
            holds("panicked" not in said, f"{what}: {said[-1500:]}")
            if code == 0:
                kept_texts |= {text} if what == "note" else set()
                continue
            parts = answer if isinstance(answer, list) else [answer]
            errors = [part for part in parts if isinstance(part, dict) and "code" in part]
            errors += [line.get("error", line) for part in parts if isinstance(part, dict) for line in part.get("failed", [])]
            holds(errors, f"{what} with {leave} bytes left: no plain error: {said[-800:]}")
            for error in errors:
                plain(error)
                refusals.setdefault(what, set()).add(error["code"])
        ballast.unlink()
        shown = {line["text"] for line in rows(laptop.do("note", "list", "--matter", matter))}
        holds(kept_texts <= shown, "an acknowledged note is lost")
        kept_texts = shown
        sound(laptop)
    holds({"note", "draft", "import"} <= set(refusals), f"the disk was never full enough: {refusals}")
    laptop.do("note", "add", "--matter", matter, "--text", "有空间了")
    laptop.do("sync")
    township_sound(lab.township)
    said = "; ".join(f"{what}: {', '.join(sorted(codes))}" for what, codes in sorted(refusals.items()))
    return f"{6 if LONG else 3} fillings, nothing lost ({said})"


def a_full_township_gives_no_receipt(lab):
    """The township's disk is full: no receipt, nothing lost, and all arrives when there is room."""
    disk = lab.folder / "disk"
    tmpfs(lab, disk, "64m")
    lab.township = Township(lab.programs, disk / "township")
    laptop = lab.open().laptop
    matter = lab.matter()
    laptop.do("sync")
    for number in range(20 if LONG else 3):
        laptop.do("note", "add", "--matter", matter, "--text", f"第{number}条 " + "内容" * 10_000)
    laptop.do("media", "import", lab.file("film.bin", 24 << 20), "--matter", matter)
    codes = set()
    fillings = (0, 16 << 10, 8 << 20) if LONG else (8 << 20,)
    for leave in fillings:
        ballast = fill(disk, leave)
        code, answer, said = laptop.attempt("sync")
        if code != 0:
            error = answer[-1] if isinstance(answer, list) else answer
            plain(error)
            codes.add(error["code"])
        waiting = laptop.do("status")["sync"]["waiting"]
        holds(waiting["entries"] or waiting["media"], f"with {leave} bytes left everything was taken")
        ballast.unlink()
    laptop.do("sync")
    waiting = laptop.do("status")["sync"]["waiting"]
    holds(waiting["entries"] == 0 and waiting["media"] == 0, f"with room again: {waiting}")
    sound(laptop)
    township_sound(lab.township)
    return f"{len(fillings)} fillings: {', '.join(sorted(codes)) or 'waits'}; with room again all arrived"


def a_home_that_may_not_be_written(lab):
    """The home is mounted read-only: a plain error, and afterwards it is as it was."""
    laptop = lab.open().laptop
    matter = lab.matter()
    laptop.do("note", "add", "--matter", matter, "--text", "原有")
    own_mounts()
    place = os.fsencode(laptop.home)
    _did(libc.mount(place, place, None, MS_BIND, None), "bind")
    _did(libc.mount(None, place, None, MS_BIND | MS_REMOUNT | MS_RDONLY, None), "read-only")
    codes = set()
    try:
        for arguments in (("note", "add", "--matter", matter, "--text", "新的"), ("media", "import", lab.file("a.bin", 1 << 20)), ("sync",)):
            codes.add(refused(laptop, *arguments)["code"])
    finally:
        gone(laptop.home)
    holds([line["text"] for line in rows(laptop.do("note", "list", "--matter", matter))] == ["原有"], "the notes changed")
    laptop.do("note", "add", "--matter", matter, "--text", "又可写了")
    sound(laptop)
    return f"3 commands refused ({', '.join(sorted(codes))}), the home unchanged"


def odd_files_and_names(lab):
    """Names with spaces, emoji and GBK bytes, links, loops, pipes, empty and cut films, hostile headers, 5 GB of nothing."""
    laptop = lab.open().laptop
    matter = lab.matter()
    card = lab.folder / "card"
    card.mkdir()
    good = {
        "with space and  two.bin": b"a" * 1000, "表情😀🎥.bin": b"b" * 1000, "-rf.bin": b"c" * 1000, "换\n行.bin": b"d" * 1000,
        "a" * 200 + ".bin": b"e" * 1000, "empty.mp4": b"", "cut.mp4": b"\x00\x00\x00\x20ftypisom" + bytes(16) + b"\x00\x00\xff\xffmoov",
        "only ftyp.mp4": b"\x00\x00\x00\x14ftypisom\x00\x00\x02\x00isom", "..bin": b"f" * 1000, "'; DROP TABLE entries; --.txt": b"g" * 100,
        "<img src=x onerror=alert(1)>.jpg": b"\xff\xd8\xff\xe0 no picture",
    }
    good |= hostile()
    for name, data in good.items():
        (card / name).write_bytes(data)
    gbk = "现场录像.mp4".encode("gbk")
    (card / "folder").mkdir()
    with open(os.path.join(os.fsencode(card), gbk), "wb") as file:
        file.write(b"h" * 1000)
    (card / "folder" / "inner.bin").write_bytes(b"i" * 1000)
    os.symlink(card, card / "folder" / "loop")
    os.symlink("/etc/passwd", card / "passwd.txt")
    os.symlink(card / "nowhere", card / "dangling.bin")
    os.mkfifo(card / "pipe.mp4")
    deep = card
    for level in range(60):
        deep = deep / f"d{level}"
    deep.mkdir(parents=True)
    (deep / "deep.bin").write_bytes(b"j")
    began, before = time.monotonic(), time.process_time()
    answer = outcome(laptop, card, "--matter", matter)
    spent = time.monotonic() - began
    taken = [line["media"]["name"] for line in answer["files"]]
    missing = [name for name in good if name.replace("\n", "") not in [part.replace("\n", "") for part in taken] and good[name] and name not in str(answer["failed"])]
    holds(not missing, f"neither taken nor named: {missing}")
    holds(len(taken) >= len(good) - len(answer["failed"]) + 2, f"the file with a name in GBK was not taken: {taken}")
    holds("inner.bin" in taken, "the file in the folder was not taken")
    holds(not any("passwd" in name for name in taken), "a link was followed")
    holds(len(taken) == len(set(taken)), "something was taken twice through the loop")
    for line in answer["failed"]:
        plain(line)
    sound(laptop)
    # The originals on the card are as they were.
    holds(all((card / name).read_bytes() == data for name, data in good.items()), "the card was changed")
    # One who names a link or a pipe gets told so, and nothing hangs.
    for name in ("passwd.txt", "pipe.mp4", "dangling.bin", "folder/loop"):
        code, named, said = laptop.attempt("media", "import", card / name)
        holds(code != 0 or not (named or {}).get("files"), f"{name} was taken")
        holds("panicked" not in said, said[-1000:])
    laptop.do("sync")
    township_sound(lab.township)
    return f"{len(taken)} files taken, {len(answer['failed'])} named and left ({spent:.1f} s); links, loop and pipe not followed"


def hostile():
    """Headers that lie: sizes of 4 GB, boxes in boxes, EXIF that points at itself, a PDF of objects without end."""

    def box(kind, content, size=None):
        return (size if size is not None else len(content) + 8).to_bytes(4, "big") + kind + content

    nested = b""
    for _ in range(20_000):
        nested = box(b"moov", nested)
        if len(nested) > 200_000:
            break
    ftyp = box(b"ftyp", b"isom\x00\x00\x02\x00isom")
    wide = b"\x00\x00\x00\x01moov" + (2**63 - 1).to_bytes(8, "big")
    tracks = ftyp + box(b"moov", box(b"mvhd", bytes(100)) + box(b"trak", b"", size=0xFFFFFFFF) * 1000)
    table = ftyp + box(b"moov", box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", box(b"stsz", bytes(4) + bytes(4) + (0xFFFFFFFF).to_bytes(4, "big")))))))
    # An image file directory whose next one is itself, with entries of 2^32 values.
    ifd = (4096).to_bytes(2, "little") + b"".join(
        tag.to_bytes(2, "little") + (12).to_bytes(2, "little") + (0xFFFFFFFF).to_bytes(4, "little") + (8).to_bytes(4, "little") for tag in range(4096)
    ) + (8).to_bytes(4, "little")
    tiff = b"II*\x00" + (8).to_bytes(4, "little") + ifd
    exif = b"Exif\x00\x00" + tiff[:65_000]
    jpeg = b"\xff\xd8\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + b"\xff\xd9"
    png = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + b"IHDR" + (0x7FFFFFFF).to_bytes(4, "big") * 2 + b"\x08\x06\x00\x00\x00" + bytes(4)
    pdf = b"%PDF-1.7\n" + b"1 0 obj << /Length 99999999999 /Filter [" + b"/FlateDecode " * 5000 + b"] >> stream\n" + bytes(1000) + b"(" * 100_000
    return {"nested.mp4": ftyp + nested, "wide.mp4": ftyp + wide, "tracks.mp4": tracks, "table.mp4": table, "self.jpg": jpeg, "self.tif": tiff,
            "bomb.png": png, "endless.pdf": pdf, "riff.wav": b"RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff"}


def a_sparse_file_of_five_gigabytes(lab):
    """5 GB of nothing on a disk without room for it: refused before a byte is copied, the rest goes on."""
    disk = lab.folder / "disk"
    tmpfs(lab, disk, "64m")
    (disk / "home").mkdir(mode=0o700)
    lab.folder.joinpath("laptop-1").symlink_to(disk / "home")
    laptop = lab.open().laptop
    card = lab.folder / "card"
    card.mkdir()
    with open(card / "sparse.mp4", "wb") as file:
        file.truncate(5 << 30)
    small = lab.file("small.bin", 1 << 20)
    began = time.monotonic()
    error = refused(laptop, "media", "import", card / "sparse.mp4", "--matter", lab.matter())
    spent = time.monotonic() - began
    holds(error["code"] == "no_space" or "磁盘空间不够" in error["message"], error)
    holds(spent < 20, f"it took {spent:.0f} s to see that there is no room")
    laptop.do("media", "import", small)
    sound(laptop)
    return f"refused after {spent:.1f} s; a small file is taken"


def a_file_that_changes_while_it_is_read(lab):
    """A film that is still being written, one cut while it is read, one removed: that one is refused, others come in."""
    laptop = lab.open().laptop
    matter, results = lab.matter(), {}
    # Slow reading by a memory-backed limit is not to be had; large files give the time.
    size = 160 << 20
    for what in ("grows", "is cut", "is rewritten"):
        path = lab.folder / "camera" / f"{what}.bin"
        path.parent.mkdir(exist_ok=True)
        with open(path, "wb") as file:
            piece = os.urandom(1 << 20)
            for _ in range(size >> 20):
                file.write(piece)
        process = start(laptop, "media", "import", path, lab.file(f"good {what}.bin", 1 << 20), "--matter", matter)
        stop = threading.Event()

        def meddle(what=what, path=path, stop=stop):
            while not stop.wait(0.02):
                with open(path, "r+b") as file:
                    if what == "grows":
                        file.seek(0, 2)
                        file.write(b"more")
                    elif what == "is cut":
                        file.truncate(max(0, path.stat().st_size - 4096))
                    else:
                        file.seek(100)
                        file.write(os.urandom(16))

        meddler = threading.Thread(target=meddle)
        meddler.start()
        out, err = process.communicate()
        stop.set()
        meddler.join()
        holds("panicked" not in out + err, err[-1500:])
        answer = answers(out)
        answer = answer[0] if isinstance(answer, list) else answer
        holds("failed" in answer, out[-800:] + err[-800:])
        results[what] = failed(answer, path.name)
        holds(any(f"good {what}" in line["media"]["name"] for line in answer["files"]), f"the other file was not taken: {out[:800]}")
        path.unlink()
    sound(laptop)
    holds(all("被改动" in said or "读取文件失败" in said for said in results.values()), results)
    return f"a file that {', '.join(results)}: refused and named; the files beside them are taken"


def a_card_that_is_pulled(lab):
    """The card is pulled in the middle of an import: what was read whole is kept, the rest named, and it goes on later."""
    laptop = lab.open().laptop
    matter, card = lab.matter(), lab.folder / "card"
    tmpfs(lab, card, "700m")

    def insert():
        for number in range(8):
            with open(card / f"film {number}.bin", "wb") as file:
                piece = lab.random.randbytes(1 << 20)
                for _ in range(24):
                    file.write(piece)

    insert()
    process = start(laptop, "media", "import", card, "--matter", matter)
    # Two films are whole, the next ones are being read.
    while process.poll() is None and len([path for path in (laptop.home / "vault").glob("??/*") if path.stat().st_size > 20 << 20]) < 2:
        time.sleep(0.02)
    gone(card)
    out, err = process.communicate()
    holds("panicked" not in out + err, err[-1500:])
    answer = answers(out) if out.strip() else {}
    answer = answer[0] if isinstance(answer, list) else answer
    for line in answer.get("failed", []):
        plain(line)
    here = rows(laptop.do("media", "list"))
    named = len(answer.get("failed", []))
    holds(len(here) == len(answer.get("files", here)), "shown is not what was acknowledged")
    holds(len(here) >= 2, f"{len(here)} films kept of those that were whole: {out[-800:]}")
    holds(len(here) + named == 8, f"{len(here)} taken, {named} named of 8: {out[-800:]}")
    sound(laptop)
    laptop.do("sweep")
    laptop.do("media", "import", lab.file("later.bin", 1 << 20), "--matter", matter)
    laptop.do("sync")
    township_sound(lab.township)
    return f"{len(here)} of 8 films were whole and stay, {named} named, work goes on"


TESTS = [
    a_full_disk_loses_nothing, a_full_township_gives_no_receipt, a_home_that_may_not_be_written, odd_files_and_names,
    a_sparse_file_of_five_gigabytes, a_file_that_changes_while_it_is_read, a_card_that_is_pulled,
]
