"""kill -9 at any moment: nothing acknowledged is lost, nothing half-written is shown, work resumes.

Times are drawn over the measured duration of each operation. What a command printed before it ended with 0
is acknowledged; what it did not acknowledge may be there, but then it is there whole.
"""

import subprocess
from collections import Counter

from lab import (
    LONG, end, holds, ident, killed, measured, rows, sound, start, township_sound,
)

# How many kills: 20 in the short form, 500 in the long one.
EACH = {"note": 4, "draft": 3, "import": 4, "sync": 3, "backup": 3, "serve": 3}
if LONG:
    EACH = {"note": 100, "draft": 75, "import": 100, "sync": 100, "backup": 50, "serve": 75}


def moments(lab, span, count):
    """So many moments, one drawn in each equal part of the span, so that no part of it is left out."""
    return [span * (part + lab.random.random()) / count for part in range(count)]


def phase(after, span, code):
    """Where a kill fell: in which third of the work, or too late."""
    if code == 0:
        return "ended before"
    return ["first third", "second third", "last third"][min(2, int(3 * after / span))]


def told(counts):
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def notes_survive_kills(lab):
    """kill -9 while a note is written."""
    laptop, counts = lab.open().laptop, Counter()
    matter = lab.matter()
    number, tried, acknowledged = 0, set(), set()

    def write():
        nonlocal number
        number += 1
        text = f"第{number}条 " + "内容" * 400
        tried.add(text)
        return text, start(laptop, "note", "add", "--matter", matter, "--text", text)

    def whole():
        text, process = write()
        holds(process.wait() == 0, process.stderr.read())
        end(process)
        acknowledged.add(text)

    span = measured(whole)
    for after in moments(lab, span, EACH["note"]):
        text, process = write()
        code, out, _ = killed(process, after)
        counts[phase(after, span, code)] += 1
        if code == 0 and out.strip():
            acknowledged.add(text)
        shown = [line["text"] for line in rows(laptop.do("note", "list", "--matter", matter))]
        holds(len(shown) == len(set(shown)), "a note is shown twice")
        holds(acknowledged <= set(shown), f"lost: {len(acknowledged - set(shown))} notes of {len(acknowledged)}")
        holds(set(shown) <= tried, "a note is shown that nobody wrote so")
    checked = sound(laptop)
    whole()
    laptop.do("sync")
    township_sound(lab.township)
    return f"{EACH['note']} kills ({told(counts)}), {len(acknowledged)} acknowledged notes kept of {checked['entries']} entries"


def drafts_survive_kills(lab):
    """kill -9 while a draft is revised."""
    laptop, counts = lab.open().laptop, Counter()
    draft = ident(laptop.do("draft", "new", "--matter", lab.matter(), "--title", "现场笔录"))
    version, last = 0, None

    def text(number):
        return f"第{number}稿 " + "经查" * 500

    def revise():
        nonlocal version
        version += 1
        return start(laptop, "draft", "set", draft, "现场情况", "--text", text(version))

    def whole():
        nonlocal last
        process = revise()
        holds(process.wait() == 0, process.stderr.read())
        end(process)
        last = version

    span = measured(whole)
    for after in moments(lab, span, EACH["draft"]):
        code, _, _ = killed(revise(), after)
        counts[phase(after, span, code)] += 1
        fields = {field["name"]: field["text"] for field in laptop.do("draft", "show", draft)["fields"]}
        holds(fields["现场情况"] in (text(last), text(version)), f"neither the acknowledged nor the new text: {fields['现场情况'][:40]}")
        if code == 0:
            holds(fields["现场情况"] == text(version), "an acknowledged revision is lost")
        last = version if fields["现场情况"] == text(version) else last
    sound(laptop)
    whole()
    return f"{EACH['draft']} kills ({told(counts)}), the draft is always one whole revision"


def imports_survive_kills(lab):
    """kill -9 while media are imported."""
    laptop, counts = lab.open().laptop, Counter()
    matter, size, batch = lab.matter(), 6 << 20, 0
    kept, sources = set(), {}

    def take():
        nonlocal batch
        batch += 1
        paths = [lab.file(f"片段 {batch}-{part}.bin", size + part) for part in range(2)]
        sources.update({path.name: path for path in paths})
        return paths, start(laptop, "media", "import", *paths, "--matter", matter)

    def whole():
        paths, process = take()
        out, err = process.communicate()
        holds(process.returncode == 0, err)
        kept.update(path.name for path in paths)

    span = measured(whole)
    for after in moments(lab, span, EACH["import"]):
        paths, process = take()
        code, _, _ = killed(process, after)
        counts[phase(after, span, code)] += 1
        if code == 0:
            kept.update(path.name for path in paths)
        shown = [line["name"] for line in rows(laptop.do("media", "list"))]
        holds(kept <= set(shown), f"lost: {kept - set(shown)}")
        holds(set(shown) <= set(sources) and len(shown) == len(set(shown)), f"shown but not imported so: {shown}")
        sound(laptop)
        # The same files again: what is there is not copied twice, what is not comes in.
        laptop.do("media", "import", *paths, "--matter", matter)
        kept.update(path.name for path in paths)
    laptop.do("sweep")
    left = list((laptop.home / "vault" / "tmp").glob("*")) if (laptop.home / "vault" / "tmp").exists() else []
    holds(not left, f"the sweep left {left}")
    lines = rows(laptop.do("media", "list"))
    holds(len(lines) == len(sources), f"{len(lines)} media of {len(sources)} files")
    chosen = lab.random.choice(lines)
    out = lab.folder / "opened"
    laptop.do("media", "open", chosen["id"], "--out", out)
    holds(out.read_bytes() == sources[chosen["name"]].read_bytes(), "a file came back changed")
    laptop.do("sync")
    township_sound(lab.township)
    return f"{EACH['import']} kills ({told(counts)}), {len(lines)} files whole, each once"


def syncs_survive_kills(lab):
    """kill -9 of the laptop while it sends."""
    laptop, counts = lab.open().laptop, Counter()
    matter, number = lab.matter(), 0

    def work():
        nonlocal number
        number += 1
        laptop.do("note", "add", "--matter", matter, "--text", f"第{number}条")
        laptop.do("media", "import", lab.file(f"{number}.bin", (9 << 20) + number), "--matter", matter)

    work()
    work()
    span = measured(lambda: laptop.do("sync"), times=1)
    for after in moments(lab, span, EACH["sync"]):
        work()
        code, _, _ = killed(start(laptop, "sync"), after)
        counts[phase(after, span, code)] += 1
        sound(laptop, deep=False)
        laptop.do("sync")
        arrived_once(lab, laptop, matter, number)
    sound(laptop)
    found = township_sound(lab.township)
    return f"{EACH['sync']} kills ({told(counts)}), {number} notes and files arrived once; the log has {found['entries']} entries"


def arrived_once(lab, laptop, matter, number):
    """Nothing waits, and the township holds exactly what the laptop has."""
    state = laptop.do("status")["sync"]
    waiting = state["waiting"]
    holds(waiting["entries"] == 0 and waiting["media"] == 0, f"after the resumed sync: {waiting}")
    shown = [line["text"] for line in rows(laptop.do("note", "list", "--matter", matter))]
    holds(sorted(shown) == sorted(f"第{count}条" for count in range(1, number + 1)), f"{len(shown)} notes of {number}")
    (known,) = [line for line in lab.township.command("laptops")["laptops"] if line["name"] == laptop.officer]
    own = laptop.do("verify")["entries"]
    holds(known["entries"] <= own, f"the township holds {known['entries']}, the laptop {own}")
    return known


def a_township_killed_while_it_takes_in(lab):
    """kill -9 of the serving township while a laptop sends."""
    laptop, counts = lab.open().laptop, Counter()
    matter, number = lab.matter(), 0

    def work():
        nonlocal number
        number += 1
        laptop.do("note", "add", "--matter", matter, "--text", f"第{number}条")
        laptop.do("media", "import", lab.file(f"{number}.bin", (9 << 20) + number), "--matter", matter)

    work()
    work()
    span = measured(lambda: laptop.do("sync"), times=1)
    for after in moments(lab, span, EACH["serve"]):
        work()
        sending = start(laptop, "sync")
        server = lab.township.process
        try:
            sending.wait(after)
        except subprocess.TimeoutExpired:
            pass
        code = sending.poll()
        server.kill()
        server.wait()
        lab.township.stop()
        counts[phase(after, span, code)] += 1
        # Receipts that the laptop holds now are promises; the log must keep them all.
        held_before = laptop.do("status")["sync"]["held_entries"] if sending.poll() is not None else 0
        lab.township.start()
        end(sending)
        laptop.do("sync")
        arrived_once(lab, laptop, matter, number)
        holds(laptop.do("status")["sync"]["held_entries"] >= held_before, "receipts are gone")
        township_sound(lab.township)
    sound(laptop)
    return f"{EACH['serve']} kills ({told(counts)}), every receipt still true, {number} notes and files arrived once"


def backups_survive_kills(lab):
    """kill -9 of the township's backup: there is no half backup, and the home is untouched."""
    laptop, counts = lab.open().laptop, Counter()
    laptop.do("media", "import", lab.file("film.bin", 24 << 20), "--matter", lab.matter())
    laptop.do("sync")
    township, number = lab.township, 0
    township.stop()

    def backup():
        nonlocal number
        number += 1
        out = lab.folder / f"backup-{number}"
        return out, subprocess.Popen(
            [str(township.program), "--home", str(township.home), "--json", "backup", "--out", str(out)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )

    def whole():
        out, process = backup()
        _, err = process.communicate()
        holds(process.returncode == 0 and out.exists(), err)
        return out

    span = measured(whole)
    good = whole().stat().st_size
    for after in moments(lab, span, EACH["backup"]):
        out, process = backup()
        code, _, _ = killed(process, after)
        counts[phase(after, span, code)] += 1
        holds(code != 0 or out.exists(), "an acknowledged backup is not there")
        holds(not out.exists() or out.stat().st_size == good, f"a half backup of {out.stat().st_size if out.exists() else 0} bytes of {good}")
    township_sound(township)
    restored = lab.folder / "restored"
    last = whole()
    done = subprocess.run(
        [township.program, "--home", restored, "--json", "restore", "--in", last, "--recovery-key",
         township.papers / "recovery.key", "--root-key", township.papers / "root.key"],
        capture_output=True, text=True, check=False,
    )
    holds(done.returncode == 0, done.stdout + done.stderr)
    return f"{EACH['backup']} kills ({told(counts)}), no half backup; a backup made after them restores"


def kills_at_every_sync_point(lab):
    """kill -9 exactly at a fsync, rename or write of a note and of an import, one after the other, by strace."""
    laptop = lab.open().laptop
    matter, points, tried = lab.matter(), Counter(), set()
    # In the short form every fourth point, another one each time.
    steps = 1 if LONG else 4
    for what in ("note", "import"):
        for call in ("fsync,fdatasync", "rename,renameat,renameat2", "pwrite64"):
            number, acknowledged = lab.random.randint(1, steps), set()
            while True:
                name = f"{what} {call.split(',')[0]} {number}"
                tried.add(name)
                arguments = ("note", "add", "--matter", matter, "--text", name)
                if what == "import":
                    arguments = ("media", "import", lab.file(f"{name}.bin", 300_000), "--matter", matter)
                inject = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={number}"]
                process = start(laptop, *arguments, before=inject)
                process.communicate()
                if process.returncode == 0:
                    acknowledged.add(name)
                shown = [line["text"] for line in rows(laptop.do("note", "list", "--matter", matter))]
                shown += [line["name"].removesuffix(".bin") for line in rows(laptop.do("media", "list"))]
                holds(acknowledged <= set(shown) <= tried and len(shown) == len(set(shown)), f"{name}: {shown}")
                if process.returncode == 0:
                    break
                points[what] += 1
                number += steps if call != "pwrite64" else 5 * steps
                holds(number < 400, "no end of sync points")
    sound(laptop)
    laptop.do("sweep")
    laptop.do("sync")
    arrived = laptop.do("status")["sync"]["waiting"]
    holds(arrived["entries"] == 0 and arrived["media"] == 0, arrived)
    township_sound(lab.township)
    return f"{sum(points.values())} kills at syncs, renames and writes ({told(points)}): everything shown is whole"


def typing_survives_a_killed_window(lab):
    """kill -9 of the desk right after it took a working copy: the words are there at the next opening."""
    from thief import Desk

    laptop = lab.open().laptop
    matter = lab.matter()
    for number in range(3):
        desk = Desk(lab, laptop)
        desk.enter()
        if number:
            kept = desk.does("working_copy", {"key": f"note:{matter}"})
            holds(kept["fields"] == {"text": f"写到一半 {number - 1}"}, f"lost: {kept}")
        desk.does("keep_working_copy", {"key": f"note:{matter}", "fields": {"text": f"写到一半 {number}"}})
        desk.process.kill()
        desk.process.wait()
    sound(laptop)
    holds(not rows(laptop.do("note", "list", "--matter", matter)), "a working copy is shown as a note")
    return "3 kills, the acknowledged words are there each time and are no note"


TESTS = [
    notes_survive_kills, drafts_survive_kills, imports_survive_kills, syncs_survive_kills,
    a_township_killed_while_it_takes_in, backups_survive_kills, kills_at_every_sync_point, typing_survives_a_killed_window,
]
