"""The rows of the table: what is done, against what, and what is to be reached.

A row's `round` does our side and every baseline once and answers figures by name, in seconds unless the name says
otherwise. `holds` names the comparisons: (figure, words, relation, bound). A relation "time" is ours divided by the baseline,
"speed" the baseline's time divided by ours; "is" is the figure itself.
"""

import json
import shutil
import subprocess

from ground import Failed, film, liuhen_peak, median, peak_mib, say, settled, small_files, timed

MIB = 1 << 20


class Row:
    """What all rows have."""

    rounds = None  # as asked

    def prepare(self, ground, rounds):
        """What the rounds need, made outside the clock."""

    def round(self, ground, number):
        raise NotImplementedError

    def stage(self, ground, number):
        """Folder and laptop's home of a round."""
        folder = ground.folder / f"{self.name}-{number}"
        return folder, folder / "laptop"


class Import(Row):
    name, title = "import", "import 2 GB in 4 files, both hashes"
    settings = None
    holds = [
        ("openssl dgst -sm3, two processes", "time", 1.5),
        ("cp, then sha256sum", "time", 0.55),
    ]

    def prepare(self, ground, rounds):
        size = ground.size(500_000_000, 8_000_000)
        self.files = [film(ground.folder / "camera" / f"{size}-{number}.mp4", size) for number in range(4)]
        for _, _, home, _ in ground.stages(self.name, rounds):
            if self.settings:
                ground.run("set", "--home", home, "--settings", json.dumps(self.settings))

    def round(self, ground, number):
        _, home = self.stage(ground, number)
        subprocess.run(["cat", *self.files], stdout=subprocess.DEVNULL, check=True)
        settled()
        ours = ground.run("import", "--home", home, *self.files)["seconds"]
        copy = ground.fresh("import-copy")
        figures = {"ours": ours, **self.against(" ".join(f"'{file}'" for file in self.files), copy)}
        shutil.rmtree(copy)
        shutil.rmtree(home / "vault")
        return figures

    def against(self, files, copy):
        return {
            "openssl dgst -sm3, two processes": timed(f"printf '%s\\n' {files} | xargs -P2 -n2 openssl dgst -sm3"),
            "cp, then sha256sum": timed(f"cp {files} {copy}/", f"sha256sum {copy}/*"),
        }


class ImportLater(Import):
    name, title = "import-later", "the same, SM3 later in the background"
    settings = {"sm3_later": True}
    holds = [("cp and fsync", "time", 1.1), ("cp, then sha256sum", "time", 0.25)]

    def against(self, files, copy):
        fsynced = timed(f"cp {files} {copy}/ && sync {copy}/*")
        shutil.rmtree(copy)
        copy.mkdir()
        return {
            "cp and fsync": fsynced,
            "cp, then sha256sum": timed(f"cp {files} {copy}/", f"sha256sum {copy}/*"),
        }


class Commit(Row):
    name, title = "commit", "commit of one 2 KB note, signed and folded"
    holds = [("bare insert, p50", "time", 2.5), ("bare insert, p99", "time", 1.5)]

    def prepare(self, ground, rounds):
        list(ground.stages(self.name, rounds))

    def round(self, ground, number):
        folder, home = self.stage(ground, number)
        settled()
        told = ground.run("commit", "--home", home, "--bare", folder / "bare.db", "--notes", ground.size(1000, 100))
        return {
            "ours, p50": told["ours"]["p50_ms"] / 1000, "bare insert, p50": told["bare"]["p50_ms"] / 1000,
            "ours, p99": told["ours"]["p99_ms"] / 1000, "bare insert, p99": told["bare"]["p99_ms"] / 1000,
            "the whole command add_note, p50": told["command"]["p50_ms"] / 1000,
            "the whole command add_note, p99": told["command"]["p99_ms"] / 1000,
        }

    def ours(self, figures, against):
        return figures["ours, p99" if against.endswith("p99") else "ours, p50"]


class Sync(Row):
    name, title = "sync", "sync 10,000 notes of 2 KB; a new laptop pulls them"
    holds = [
        ("HTTPS, strict verification, SQLCipher inserts", "speed", 0.6),
        ("the same with a file append", "speed", None),
        ("pull by a new laptop (push time / pull time)", "inverse", 1.0),
    ]

    def prepare(self, ground, rounds):
        self.matters = ground.size(200, 10)
        for folder, township, home, officer in ground.stages(self.name, rounds):
            sizes = ["--matters", self.matters, "--notes", 50, "--media-every", 0, "--characters", 675]
            ground.run("grow", "--home", home, *sizes)
            ground.laptop(township, folder / "second", officer)

    def round(self, ground, number):
        folder, home = self.stage(ground, number)
        with ground.township(folder):
            settled()
            pushed = ground.run("sync", "--home", home)
            settled()
            pulled = ground.run("sync", "--home", folder / "second")
            if pulled["pulled"] < pushed["pushed"]:
                raise Failed(f"{pulled['pulled']} pulled of {pushed['pushed']}")
        settled()
        bare = ground.run("baseline", "sync", "--folder", ground.fresh("bare"), "--notes", self.matters * 50)
        settled()
        plain = ground.run("baseline", "sync", "--folder", ground.fresh("bare"), "--notes", self.matters * 50, "--append")
        return {
            "ours": pushed["seconds"],
            "HTTPS, strict verification, SQLCipher inserts": bare["seconds"],
            "the same with a file append": plain["seconds"],
            "pull by a new laptop (push time / pull time)": pulled["seconds"],
        }


class Upload(Row):
    name, title = "upload", "upload 1 GiB, hashed, resumable, fsynced"
    holds = [("curl -T over TLS, fsync", "speed", 0.8), ("curl -T in the clear, fsync", "speed", None)]

    def prepare(self, ground, rounds):
        size = ground.size(1 << 30, 16 << 20)
        self.film = film(ground.folder / "camera" / f"upload-{size}.mp4", size)
        self.target = ground.fresh("put")
        self.doors = [ground.serving("put", "--folder", self.target, *tls) for tls in ([], ["--tls"])]
        for _, _, home, _ in ground.stages(self.name, rounds):
            ground.run("import", "--home", home, self.film)

    def round(self, ground, number):
        folder, home = self.stage(ground, number)
        with ground.township(folder):
            settled()
            told = ground.run("sync", "--home", home)
        plain, tls = (timed(f"curl -sSfk -T '{self.film}' {door}/put") for door in self.doors)
        return {"ours": told["seconds"], "curl -T in the clear, fsync": plain, "curl -T over TLS, fsync": tls}


class Small(Row):
    name, title = "small", "10,000 files of 8 KiB, command to last receipt"
    holds = [("rsync daemon, --fsync", "speed", 5), ("rsync daemon", "speed", 0.4)]

    def prepare(self, ground, rounds):
        self.count = ground.size(10_000, 300)
        self.files = small_files(ground.folder / "camera" / f"small-{self.count}", self.count)
        self.target = ground.fresh("rsync") / "there"
        self.target.mkdir()
        self.door = ground.rsync(self.target)
        for _, _, home, _ in ground.stages(self.name, rounds):
            ground.run("import", "--home", home, self.files)

    def round(self, ground, number):
        folder, home = self.stage(ground, number)
        with ground.township(folder):
            settled()
            told = ground.run("sync", "--home", home)
            if told["media"] < self.count:
                raise Failed(f"only {told['media']} files were sent")
        # Into a folder that is not there yet: removing 10,000 files is slow on some disks.
        fsynced, plain = (
            timed(f"rsync -a {how} '{self.files}/' {self.door}{number}{how}/") for how in ("--fsync", "")
        )
        return {"ours": told["seconds"], "rsync daemon, --fsync": fsynced, "rsync daemon": plain}


class World:
    """A world of years with so many notes, synced; made once and kept, with what making it cost."""

    def __init__(self, ground, notes):
        self.folder = ground.folder / "worlds" / str(notes)
        self.home, self.notes = self.folder / "laptop", notes
        made = self.folder / "made.json"
        if not made.exists():
            say(f"making a world of {notes} notes")
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            made.write_text(json.dumps(self.make(ground)))
        self.made = json.loads(made.read_text())

    def make(self, ground):
        made = {}
        with ground.township(self.folder) as township:
            officer = ground.laptop(township, self.home)
            made["grow"] = ground.run("grow", "--home", self.home, "--matters", self.notes // 10, "--notes", 10)
            settled()
            made["push"] = ground.run("sync", "--home", self.home)
            made["push"]["township_peak_mib"] = peak_mib(township.process.pid)
            second = self.folder / "second"
            ground.laptop(township, second, officer)
            settled()
            made["pull"] = ground.run("sync", "--home", second)
            made["database_bytes"] = (self.home / "journal.db").stat().st_size
            shutil.rmtree(second)
        return made


class Search(Row):
    holds = [("LIKE scan, slowest word", "speed", None)]

    def __init__(self, notes, bound):
        self.name, self.notes, self.bound = f"search-{notes}", notes, bound
        self.title = f"search 2 characters, newest 20, {notes:,} notes"
        self.holds = [("ours, slowest word", "is", bound), *Search.holds]

    def prepare(self, ground, rounds):
        self.world = World(ground, ground.size(self.notes, 1000))

    def round(self, ground, number):
        told = ground.run("search", "--home", self.world.home, "--notes", self.world.notes)
        figures = {"ours, slowest word": max(term["ours"]["p50_ms"] for term in told["terms"]) / 1000}
        figures["ours"] = figures["ours, slowest word"]
        figures["LIKE scan, slowest word"] = max(term["scan"]["p50_ms"] for term in told["terms"]) / 1000
        for term in told["terms"]:
            figures[f"{term['term']} ({term['hits']} hits)"] = term["ours"]["p50_ms"] / 1000
            figures[f"{term['term']} by LIKE"] = term["scan"]["p50_ms"] / 1000
        return figures


class Open(Row):
    name, title = "open", "open a home of 100,000 entries after the key is derived"
    holds = [("ours", "is", 0.3)]

    def prepare(self, ground, rounds):
        self.world = World(ground, ground.size(100_000, 1000))

    def round(self, ground, number):
        told = ground.run("open", "--home", self.world.home)
        return {"ours": told["seconds"], "with the passphrase": told["with_passphrase"], "first page": told["today_seconds"]}


class Verify(Row):
    name, title = "verify", "verify 100,000 entries"
    holds = [("strict Ed25519, two threads", "time", 1.5), ("strict Ed25519, one thread", "time", None)]

    def prepare(self, ground, rounds):
        self.world = World(ground, ground.size(100_000, 1000))

    def round(self, ground, number):
        told = ground.run("verify", "--home", self.world.home)
        bare = ground.run("baseline", "strict", "--count", told["entries"])
        each = 100_000 / told["entries"]
        return {
            "ours": told["seconds"] * each,
            "strict Ed25519, two threads": bare["seconds"] * each,
            "strict Ed25519, one thread": bare["one_thread_seconds"] * each,
        }


class MemoryImport(Row):
    name, title, rounds = "memory-import", "memory: import of 5 GB", 1
    holds = [("MiB", "is", 120)]

    def prepare(self, ground, rounds):
        self.film = film(ground.folder / "camera" / "large.mp4", ground.size(5_000_000_000, 40_000_000))
        list(ground.stages(self.name, rounds))

    def round(self, ground, number):
        _, home = self.stage(ground, number)
        _, peak = liuhen_peak(ground, home, "media", "import", self.film)
        shutil.rmtree(home / "vault")
        return {"MiB": peak}


class MemorySync(Row):
    name, title, rounds = "memory-sync", "memory: sync of 100,000 entries", 1
    holds = [("laptop, MiB", "is", 150), ("township, MiB", "is", 200)]

    def prepare(self, ground, rounds):
        for _, _, home, _ in ground.stages(self.name, rounds):
            sizes = ["--matters", ground.size(7700, 80), "--notes", 10, "--media-every", 0]
            ground.run("grow", "--home", home, *sizes)

    def round(self, ground, number):
        folder, home = self.stage(ground, number)
        with ground.township(folder):
            _, peak = liuhen_peak(ground, home, "sync")
        return {"laptop, MiB": peak, "township, MiB": ground.peak}


class MemoryCrowd(Row):
    name, title, rounds = "memory-crowd", "memory: a township with 2,000 laptops at once, 50 entries each", 1
    holds = [("MiB", "is", 200)]

    def prepare(self, ground, rounds):
        for folder, township, *_ in ground.stages(self.name, rounds):
            ground.run(
                "crowd", "prepare", "--laptops", ground.size(2000, 40), "--township", township.home, *self.pins(township),
                "--tls", township.ready["spki"], "--out", folder / "laptops.json",
            )

    def pins(self, township):
        return ["--url", township.url, "--pin", township.ready["root_pin"]]

    def round(self, ground, number):
        folder, _ = self.stage(ground, number)
        with ground.township(folder) as township:
            before = peak_mib(township.process.pid)
            told = ground.run("crowd", "run", "--laptops", folder / "laptops.json", *self.pins(township))
        return {
            "MiB": ground.peak, "MiB before": before, "seconds": told["seconds"], "receipts": told["receipts"],
            "times told to wait": told["told_to_wait"],
        }


ROWS = [
    Import(), ImportLater(), Commit(), Sync(), Upload(), Small(), Search(100_000, 0.005), Search(1_000_000, 0.010), Open(),
    Verify(), MemoryImport(), MemorySync(), MemoryCrowd(),
]

__all__ = ["ROWS", "Row", "World", "median"]
