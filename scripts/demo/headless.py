"""The main job on real files, without a screen: capture, end of shift, sync, a second laptop, proof.

Each step is printed with its figures. The first thing that does not hold ends the run with 1.
"""

import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

import matters
import media
from matters import identity
from world import Failed, Laptop, Township, readable, size_of


class Steps:
    """Prints each step with the time it took."""

    def __init__(self):
        self.number = 0

    def __call__(self, title, work):
        self.number += 1
        start = time.monotonic()
        figures = work()
        spent = time.monotonic() - start
        print(f"{self.number:2}. {title}: {figures}  [{spent:.1f} s]", flush=True)
        return spent


def holds(condition, words):
    if not condition:
        raise Failed(words)


class Story:
    def __init__(self, root, programs, folder, source):
        self.root, self.programs, self.folder, self.source = Path(root), programs, Path(folder), Path(source)
        self.township = Township(programs, self.folder / "township")
        self.first = Laptop(programs, self.folder / "laptop-1", matters.OFFICER_ONE, matters.PASSPHRASE)
        self.second = Laptop(programs, self.folder / "laptop-2", matters.OFFICER_TWO, matters.PASSPHRASE + "2")
        self.bundle = self.folder / "bundle"

    def found(self):
        self.township.init()
        self.township.start()
        return f"{self.township.url}, 1 process"

    def enrol(self):
        one = self.township.invite(matters.OFFICER_ONE, "DEMO-0001", matters.day(400))
        two = self.township.invite(matters.OFFICER_TWO, "DEMO-0002", matters.day(12))
        self.first.enrol(self.township, one)
        self.second.enrol(self.township, two)
        # What the officers know of each other comes with the first sync.
        self.first.do("sync")
        self.second.do("sync")
        self.township.stop()
        return "2 officers, 2 laptops; the township is switched off now"

    def capture(self):
        inspection = next(matter for matter in matters.MATTERS if matter[6])
        self.matter = matters.start(self.first, inspection, matters.OFFICER_TWO)
        self.first.do("matter", "rights", self.matter)
        self.patrol = matters.start(self.first, matters.MATTERS[0], None)
        draft = self.first.do("draft", "new", "--matter", self.matter, "--title", "现场检查笔录")
        self.draft = identity(draft)
        self.first.do("draft", "set", self.draft, "现场情况", "--text", "-", stdin="东侧搭建砖混棚约42平方米, 正在砌墙。")
        return f"2 records, {len(inspection[4]) + len(matters.MATTERS[0][4])} notes, 1 draft, offline"

    def take_in(self):
        self.files = media.files(self.source)
        holds(self.files, f"{self.source} holds no files")
        self.bytes = sum(path.stat().st_size for path in self.files)
        code, said, words = self.first.attempt("media", "import", self.source, "--matter", self.matter)
        outcome = said[0] if isinstance(said, list) else said
        holds(outcome and "files" in outcome, f"import: exit {code}: {words[-2000:]}")
        # A link is no file: it is named and left alone. Anything else that was not taken in ends the run.
        strange = [one for one in outcome["failed"] if not Path(one["path"]).is_symlink()]
        holds(not strange and (code == 0 or outcome["failed"]), f"not imported: {strange or words[-2000:]}")
        again = self.first.do("media", "import", self.files[0], "--matter", self.matter)
        holds(all(one["already"] for one in again["files"]), f"the same file was taken in twice: {again}")
        shown = self.first.do("matter", "show", self.matter)["media"]
        self.distinct = len({digest(path) for path in self.files})
        holds(len(shown) == self.distinct, f"{self.distinct} different files, {len(shown)} in the record")
        kinds = sorted({one["kind"] for one in shown})
        dated = sum(one["capture_source"] in ("mp4", "exif") for one in shown)
        return (
            f"{len(self.files)} files, {readable(self.bytes)}, {self.distinct} different ({', '.join(kinds)}), "
            f"{dated} with a time of their own, {len(outcome['failed'])} links named and left alone; "
            "the smallest file, offered again, copied nothing"
        )

    def end_shift(self):
        shift = self.first.do("shift", "end")
        return f"signed statement of {shift['entries']} entries and {shift['files']} files"

    def send(self):
        self.township.start()
        sent = self.first.do("sync")
        waiting = sent["waiting"]
        holds(not waiting["entries"] and not waiting["media"] and not sent["stopped"], f"sync left something: {sent}")
        return (
            f"{sent['pushed']} entries up, {sent['pulled']} down, {sent['receipts']} receipts verified, "
            f"{sent['media']} files and manifests, {readable(int(sent['sent']))} on the line, nothing waits"
        )

    def pull(self):
        self.second.do("sync")
        shown = self.second.do("matter", "show", self.matter)
        notes = [item for item in shown["timeline"] if item["kind"] == "note"]
        holds(len(notes) == 3, f"the second laptop sees {len(notes)} notes of 3")
        return f"the second laptop shows {shown['line']['title']} with {len(shown['timeline'])} lines and {len(shown['media'])} files"

    def confirm(self):
        self.second.do("matter", "confirm", self.matter)
        self.second.do("sync")
        self.first.do("sync")
        self.first.do("matter", "close", self.matter, "--result", "to_file")
        self.first.do("sync")
        return "the second officer confirmed by the own key, the record is closed"

    def verify(self):
        said = []
        for laptop in (self.first, self.second):
            answer = laptop.do("verify", "--deep")
            holds(answer["sound"], f"verify: {answer}")
            said.append(f"{laptop.home.name} {answer['entries']} entries, {answer['receipts']} receipts, {answer['media']} files")
        self.township.stop()
        answer = self.township.command("verify", "--deep")
        self.township.start()
        return "; ".join([*said, "township good"])

    def export(self):
        answer = self.first.do("export", "--matter", self.matter, "--out", self.bundle)
        checked = self.first.do("verify-bundle", self.bundle)
        holds(checked["sound"] and checked["witnessed"], f"verify-bundle: {checked}")
        self.pin = checked["root_pin"]
        return f"{answer['entries']} entries, {answer['receipts']} receipts, {answer['media']} files, {readable(size_of(self.bundle))}"

    def check(self):
        return self._checked(self.bundle, good=True)

    def refuse(self):
        """A check that accepts everything would have passed above."""
        damaged = self.folder / "damaged"
        shutil.copytree(self.bundle, damaged)
        body = next((damaged / "data" / "entries").glob("*.body.json"))
        text = bytearray(body.read_bytes())
        text[len(text) // 2] ^= 1
        body.write_bytes(text)
        said = self._checked(damaged, good=False)
        shutil.rmtree(damaged)
        return said

    def _checked(self, bundle, good):
        checker = self.root / "tests" / "independent" / "check_bundle.py"
        pin = ["--root-pin", self.pin] if self.pin else []
        done = subprocess.run([sys.executable, str(checker), str(bundle), *pin], capture_output=True, text=True)
        said = (done.stdout + done.stderr).strip().replace("\n", "; ")
        holds((done.returncode == 0) == good, f"check_bundle.py ended with {done.returncode}: {said}")
        return said

    def tell(self):
        steps = Steps()
        try:
            steps("township", self.found)
            steps("enrolment", self.enrol)
            steps("capture", self.capture)
            spent = steps("import", self.take_in)
            print(f"    {readable(self.bytes / max(spent, 0.001))}/s through both hashes and encryption", flush=True)
            steps("end of shift", self.end_shift)
            spent = steps("sync", self.send)
            print(f"    {readable(self.bytes / max(spent, 0.001))}/s with receipts", flush=True)
            steps("second laptop", self.pull)
            steps("second officer", self.confirm)
            steps("verify --deep", self.verify)
            steps("export", self.export)
            steps("independent check", self.check)
            steps("damaged copy refused", self.refuse)
        finally:
            self.township.stop()


def digest(path):
    whole = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            whole.update(piece)
    return whole.hexdigest()


def run(root, programs, folder, source):
    """Returns the exit code."""
    began = time.monotonic()
    try:
        Story(root, programs, folder, source).tell()
    except Failed as failure:
        print(f"NOT GOOD: {failure}", flush=True)
        return 1
    print(f"all of it verified, {time.monotonic() - began:.0f} s", flush=True)
    return 0
