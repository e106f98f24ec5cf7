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

    def prepare(self, ground):
        """Made once, outside the clock."""

    def round(self, ground):
        raise NotImplementedError


class Import(Row):
    name, title = "import", "import 2 GB in 4 files, both hashes"
    settings = None
    holds = [
        ("openssl dgst -sm3, two processes", "time", 1.5),
        ("cp, then sha256sum", "time", 0.55),
    ]

    def prepare(self, ground):
        size = ground.size(500_000_000, 8_000_000)
        self.files = [film(ground.folder / "camera" / f"{size}-{number}.mp4", size) for number in range(4)]

    def round(self, ground):
        folder, files = ground.fresh("import"), " ".join(f"'{file}'" for file in self.files)
        with ground.township(folder) as township:
            ground.laptop(township, folder / "laptop")
        if self.settings:
            ground.run("set", "--home", folder / "laptop", "--settings", json.dumps(self.settings))
        for file in self.files:
            subprocess.run(["cat", file], stdout=subprocess.DEVNULL, check=True)
        settled()
        ours = ground.run("import", "--home", folder / "laptop", *self.files)["seconds"]
        copy = ground.fresh("import-copy")
        figures = {"ours": ours, **self.against(files, copy)}
        shutil.rmtree(copy)
        shutil.rmtree(folder)
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

    def prepare(self, ground):
        self.folder = ground.fresh("commit")
        with ground.township(self.folder) as township:
            ground.laptop(township, self.folder / "laptop")

    def round(self, ground):
        settled()
        notes = ground.size(1000, 100)
        told = ground.run("commit", "--home", self.folder / "laptop", "--bare", self.folder / "bare.db", "--notes", notes)
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

    def round(self, ground):
        folder = ground.fresh("sync")
        matters = ground.size(200, 10)
        with ground.township(folder) as township:
            first, second = folder / "first", folder / "second"
            officer = ground.laptop(township, first)
            ground.run(
                "grow", "--home", first, "--matters", matters, "--notes", 50, "--media-every", 0, "--characters", 675
            )
            settled()
            pushed = ground.run("sync", "--home", first)
            ground.laptop(township, second, officer)
            settled()
            pulled = ground.run("sync", "--home", second)
            if pulled["pulled"] < pushed["pushed"]:
                raise Failed(f"{pulled['pulled']} pulled of {pushed['pushed']}")
        settled()
        bare = ground.run("baseline", "sync", "--folder", ground.fresh("bare"), "--notes", matters * 50)
        settled()
        plain = ground.run("baseline", "sync", "--folder", ground.fresh("bare"), "--notes", matters * 50, "--append")
        shutil.rmtree(folder)
        return {
            "ours": pushed["seconds"],
            "HTTPS, strict verification, SQLCipher inserts": bare["seconds"],
            "the same with a file append": plain["seconds"],
            "pull by a new laptop (push time / pull time)": pulled["seconds"],
        }


class Upload(Row):
    name, title = "upload", "upload 1 GiB, hashed, resumable, fsynced"
    holds = [("curl -T over TLS, fsync", "speed", 0.8), ("curl -T in the clear, fsync", "speed", None)]

    def prepare(self, ground):
        size = ground.size(1 << 30, 16 << 20)
        self.film = film(ground.folder / "camera" / f"upload-{size}.mp4", size)
        self.target = ground.fresh("put")
        self.doors = [ground.serving("put", "--folder", self.target, *tls) for tls in ([], ["--tls"])]

    def round(self, ground):
        folder = ground.fresh("upload")
        with ground.township(folder) as township:
            ground.laptop(township, folder / "laptop")
            ground.run("import", "--home", folder / "laptop", self.film)
            settled()
            told = ground.run("sync", "--home", folder / "laptop")
        shutil.rmtree(folder)
        plain, tls = (
            timed(f"curl -sSfk -T '{self.film}' {door}/{number}", f"rm {self.target}/{number}")
            for number, door in enumerate(self.doors)
        )
        return {"ours": told["seconds"], "curl -T in the clear, fsync": plain, "curl -T over TLS, fsync": tls}


class Small(Row):
    name, title = "small", "10,000 files of 8 KiB, command to last receipt"
    holds = [("rsync daemon, --fsync", "speed", 5), ("rsync daemon", "speed", 0.4)]

    def prepare(self, ground):
        self.count = ground.size(10_000, 300)
        self.files = small_files(ground.folder / "camera" / f"small-{self.count}", self.count)
        self.target = ground.fresh("rsync") / "there"
        self.target.mkdir()
        self.door = ground.rsync(self.target)

    def round(self, ground):
        folder = ground.fresh("small")
        with ground.township(folder) as township:
            ground.laptop(township, folder / "laptop")
            ground.run("import", "--home", folder / "laptop", self.files)
            settled()
            told = ground.run("sync", "--home", folder / "laptop")
            if told["media"] < self.count:
                raise Failed(f"only {told['media']} files were sent")
        shutil.rmtree(folder)
        fsynced = self.rsync("--fsync")
        return {"ours": told["seconds"], "rsync daemon, --fsync": fsynced, "rsync daemon": self.rsync("")}

    def rsync(self, how):
        shutil.rmtree(self.target)
        self.target.mkdir()
        return timed(f"rsync -a {how} '{self.files}/' {self.door}")


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

    def prepare(self, ground):
        self.world = World(ground, ground.size(self.notes, 1000))

    def round(self, ground):
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

    def prepare(self, ground):
        self.world = World(ground, ground.size(100_000, 1000))

    def round(self, ground):
        told = ground.run("open", "--home", self.world.home)
        return {"ours": told["seconds"], "with the passphrase": told["with_passphrase"], "first page": told["today_seconds"]}


class Verify(Row):
    name, title = "verify", "verify 100,000 entries"
    holds = [("strict Ed25519, two threads", "time", 1.5), ("strict Ed25519, one thread", "time", None)]

    def prepare(self, ground):
        self.world = World(ground, ground.size(100_000, 1000))

    def round(self, ground):
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

    def round(self, ground):
        source = film(ground.folder / "camera" / "large.mp4", ground.size(5_000_000_000, 40_000_000))
        folder = ground.fresh("memory")
        with ground.township(folder) as township:
            ground.laptop(township, folder / "laptop")
        _, peak = liuhen_peak(ground, folder / "laptop", "media", "import", source)
        shutil.rmtree(folder)
        source.unlink()
        return {"MiB": peak}


class MemorySync(Row):
    name, title, rounds = "memory-sync", "memory: sync of 100,000 entries", 1
    holds = [("laptop, MiB", "is", 150), ("township, MiB", "is", 200)]

    def round(self, ground):
        folder = ground.fresh("memory")
        with ground.township(folder) as township:
            ground.laptop(township, folder / "laptop")
            grown = ground.size(7700, 80)
            ground.run("grow", "--home", folder / "laptop", "--matters", grown, "--notes", 10, "--media-every", 0)
            _, peak = liuhen_peak(ground, folder / "laptop", "sync")
        shutil.rmtree(folder)
        return {"laptop, MiB": peak, "township, MiB": ground.peak}


class MemoryCrowd(Row):
    name, title, rounds = "memory-crowd", "memory: a township with 2,000 laptops at once, 50 entries each", 1
    holds = [("MiB", "is", 200)]

    def round(self, ground):
        folder, laptops = ground.fresh("crowd"), ground.size(2000, 40)
        with ground.township(folder) as township:
            pins = ["--url", township.url, "--pin", township.ready["root_pin"]]
            kept = folder / "laptops.json"
            ground.run(
                "crowd", "prepare", "--laptops", laptops, "--township", township.home, *pins,
                "--tls", township.ready["spki"], "--out", kept,
            )
            before = peak_mib(township.process.pid)
            told = ground.run("crowd", "run", "--laptops", kept, *pins[:2], *pins[2:])
        shutil.rmtree(folder)
        return {
            "MiB": ground.peak, "MiB before": before, "seconds": told["seconds"], "receipts": told["receipts"],
            "times told to wait": told["told_to_wait"],
        }


ROWS = [
    Import(), ImportLater(), Commit(), Sync(), Upload(), Small(), Search(100_000, 0.005), Search(1_000_000, 0.010), Open(),
    Verify(), MemoryImport(), MemorySync(), MemoryCrowd(),
]

__all__ = ["ROWS", "Row", "World", "median"]
