"""Ways to damage a copy: what a check must notice. Each is a function of a folder.

A forger who knows BagIt makes its manifests anew, so most damages of a bundle do that too (`sealed`):
what remains to find them are signatures, commitments, chains and receipts.
"""

import base64
import hashlib
import json
import re
import shutil


def flip(path, at=None):
    data = bytearray(path.read_bytes())
    at = len(data) // 2 if at is None else at
    data[at] ^= 0x01
    path.write_bytes(data)


def reseal(folder):
    """Makes the bag's manifests anew, as a forger would."""
    payload = sorted(path for path in (folder / "data").rglob("*") if path.is_file())
    lines = [f"{_digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in payload]
    (folder / "manifest-sha256.txt").write_text("".join(lines))
    sizes = sum(path.stat().st_size for path in payload)
    about = folder / "bag-info.txt"
    about.write_text(re.sub(r"(?m)^Payload-Oxum: .*$", f"Payload-Oxum: {sizes}.{len(payload)}", about.read_text()))
    tags = sorted(path for path in folder.iterdir() if path.is_file() and path.name != "tagmanifest-sha256.txt")
    (folder / "tagmanifest-sha256.txt").write_text("".join(f"{_digest(path)}  {path.name}\n" for path in tags))


def _digest(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _entries(folder, ending):
    found = sorted((folder / "data" / "entries").glob(f"*{ending}"))
    return found


def _of_kind(folder, kind):
    for path in _entries(folder, ".entry"):
        if json.loads(path.read_bytes().split(b"\n")[0])["kind"] == kind:
            return path
    raise AssertionError(f"the bundle has no {kind}")


def _index(folder, change):
    path = folder / "data" / "index.json"
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True))


def note_text_changed(folder):
    path = _of_kind(folder, "matter.note_added")
    body = path.with_name(path.name.replace(".entry", ".body.json"))
    value = json.loads(body.read_text())
    value["text"] = value["text"][:-1] + "改"
    body.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True))


def entry_back_dated(folder):
    path = _of_kind(folder, "matter.note_added")
    path.write_bytes(re.sub(rb'"wall":"20\d\d', b'"wall":"2019', path.read_bytes()))


def signature_of_another(folder):
    one, other = _entries(folder, ".entry")[:2]
    text, foreign = one.read_bytes().split(b"\n")[0], other.read_bytes().split(b"\n")[1]
    one.write_bytes(text + b"\n" + foreign + b"\n")


def bodies_swapped(folder):
    for ending in (".body.json", ".salt"):
        one, other = _entries(folder, ending)[:2]
        held = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(held)


def salt_changed(folder):
    path = _entries(folder, ".salt")[0]
    salt = bytearray(base64.b64decode(path.read_text()))
    salt[0] ^= 1
    path.write_text(base64.b64encode(salt).decode() + "\n")


def line_dropped(folder):
    """A note that a later line had seen is gone, with its body, its receipt and its place in the index."""
    path = _of_kind(folder, "matter.note_added")
    name = path.name.removesuffix(".entry")
    series, epoch, number = name.split("-")
    for part in (folder / "data").rglob(f"{name}.*"):
        part.unlink()
    place = (series, int(epoch), int(number))
    _index(folder, lambda value: value.update(
        entries=[line for line in value["entries"] if (line["series"], line["epoch"], line["seq"]) != place]
    ))


def receipt_dropped(folder):
    next((folder / "data" / "receipts").iterdir()).unlink()


def receipts_swapped(folder):
    one, other = sorted((folder / "data" / "receipts").iterdir())[:2]
    held = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(held)


def checkpoint_larger(folder):
    for path in (folder / "data" / "receipts").iterdir():
        lines = path.read_text().split("\n\n")
        origin, size, root = lines[1].split("\n")
        lines[1] = "\n".join((origin, str(int(size) + 1), root))
        path.write_text("\n\n".join(lines))


def clock_set_back(folder):
    """The time of a cosignature lies in clear in its line."""
    for path in (folder / "data" / "receipts").iterdir():
        lines = path.read_text().splitlines(keepends=True)
        for number, line in enumerate(lines):
            if match := re.fullmatch(r"(— \S+/clock )(\S+)\n", line):
                data = bytearray(base64.b64decode(match[2]))
                data[8] ^= 0x01
                lines[number] = match[1] + base64.b64encode(data).decode() + "\n"
        path.write_text("".join(lines))


def earlier_checkpoint_changed(folder):
    for path in (folder / "data" / "checkpoints").iterdir():
        lines = path.read_text().split("\n")
        path.write_text("\n".join([lines[0], lines[1], base64.b64encode(bytes(32)).decode(), *lines[3:]]))


def film_changed(folder):
    flip(max((folder / "data" / "media").iterdir(), key=lambda path: path.stat().st_size))


def film_cut(folder):
    path = max((folder / "data" / "media").iterdir(), key=lambda path: path.stat().st_size)
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size - 1)


def film_longer(folder):
    with open(max((folder / "data" / "media").iterdir(), key=lambda path: path.stat().st_size), "ab") as file:
        file.write(b"\0")


def film_dropped(folder):
    max((folder / "data" / "media").iterdir(), key=lambda path: path.stat().st_size).unlink()


def manifest_changed(folder):
    path = next((folder / "data" / "media").glob("*.manifest.json"))
    text = path.read_text()
    value = json.loads(text)
    path.write_text(text.replace(value["sha256"], "0" * 64, 1))


def key_exchanged(folder):
    path = folder / "data" / "keys.json"
    value = json.loads(path.read_text())
    value[0]["public_key"] = base64.b64encode(bytes(32)).decode()
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True))


def township_exchanged(folder):
    path = folder / "data" / "township.note"
    path.write_text(path.read_text().replace("\nname ", "\nname 另一个", 1))


def stranger_added(folder):
    (folder / "data" / "added.txt").write_text("x")


BUNDLE = [
    note_text_changed, entry_back_dated, signature_of_another, bodies_swapped, salt_changed, line_dropped, receipt_dropped,
    receipts_swapped, checkpoint_larger, clock_set_back, earlier_checkpoint_changed, film_changed, film_cut, film_longer,
    film_dropped, manifest_changed, key_exchanged, township_exchanged, stranger_added,
]


# What BagIt itself promises: nothing here makes the manifests anew.


def reading_copy_changed(folder):
    flip(folder / "data" / "reading.html")


def payload_dropped(folder):
    (folder / "data" / "reading.html").unlink()


def payload_emptied(folder):
    (folder / "data" / "index.json").write_bytes(b"")


def payload_renamed(folder):
    path = folder / "data" / "reading.html"
    path.rename(path.with_name("read.html"))


def payload_line_changed(folder):
    flip(folder / "manifest-sha256.txt", at=3)


def payload_line_dropped(folder):
    path = folder / "manifest-sha256.txt"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))


def tag_changed(folder):
    path = folder / "bag-info.txt"
    path.write_text(path.read_text().replace("Bagging-Date: 20", "Bagging-Date: 19", 1))


def declaration_dropped(folder):
    (folder / "bagit.txt").unlink()


def files_swapped(folder):
    one, other = folder / "data" / "index.json", folder / "data" / "keys.json"
    held = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(held)


BAG = [
    reading_copy_changed, payload_dropped, payload_emptied, payload_renamed, payload_line_changed, payload_line_dropped,
    tag_changed, declaration_dropped, files_swapped, stranger_added, film_cut, film_changed,
]


# The log as files: a checkpoint and its tiles.


def _tile(folder, level=0):
    return sorted(path for path in (folder / "tile" / str(level)).rglob("*") if path.is_file())[0]


def tile_flipped(folder):
    flip(_tile(folder))


def tile_top_flipped(folder):
    levels = sorted((folder / "tile").iterdir(), key=lambda path: int(path.name))
    flip(_tile(folder, levels[-1].name), at=5)


def leaves_swapped(folder):
    path = _tile(folder)
    data = path.read_bytes()
    path.write_bytes(data[32:64] + data[:32] + data[64:])


def tile_cut(folder):
    path = _tile(folder)
    path.write_bytes(path.read_bytes()[:-32])


def tile_longer(folder):
    path = _tile(folder)
    path.write_bytes(path.read_bytes() + bytes(32))


def tile_dropped(folder):
    _tile(folder).unlink()


def tile_emptied(folder):
    _tile(folder).write_bytes(bytes(_tile(folder).stat().st_size))


def _checkpoint(folder, number, change):
    path = folder / "checkpoint"
    lines = path.read_text().split("\n")
    lines[number] = change(lines[number])
    path.write_text("\n".join(lines))


def origin_changed(folder):
    _checkpoint(folder, 0, lambda line: line + "x")


def size_smaller(folder):
    _checkpoint(folder, 1, lambda line: str(int(line) - 1))


def root_changed(folder):
    _checkpoint(folder, 2, lambda line: base64.b64encode(bytes(32)).decode())


def signature_changed(folder):
    def change(line):
        head, _, data = line.rpartition(" ")
        data = bytearray(base64.b64decode(data))
        data[20] ^= 1
        return f"{head} {base64.b64encode(data).decode()}"

    _checkpoint(folder, 4, change)


LOG = [
    tile_flipped, tile_top_flipped, leaves_swapped, tile_cut, tile_longer, tile_dropped, tile_emptied, origin_changed,
    size_smaller, root_changed, signature_changed,
]


def nothing(_):
    """The control: a copy that is only copied must be accepted, or the rest shows nothing."""


def missed(folder, damages, accepts, sealed=False):
    """Damages a copy in every way; returns (how many, the names of those that the check did not notice)."""
    unnoticed = []
    for damage in [nothing, *damages]:
        copy = folder.with_name(folder.name + "-damaged")
        shutil.copytree(folder, copy)
        try:
            damage(copy)
            if sealed:
                reseal(copy)
            if accepts(copy) != (damage is nothing):
                unnoticed.append(damage.__name__)
        finally:
            shutil.rmtree(copy)
    return len(damages), unnoticed
