"""Clocks that are wrong, set back or put forward: recorded, named as findings, order kept, sync possible.

The programs run under `faketime`, with the time since boot left true, as on a machine whose clock is set.
"""

import shutil
import subprocess
from datetime import datetime, timedelta, timezone

from lab import Failed, _environment, answers, holds, ident, rows, sound, township_sound


def at(laptop, clock, *arguments):
    """A laptop's command by a wrong clock; returns (exit code, answer, what it said)."""
    command = ["faketime", "-f", clock, laptop.program, "--home", laptop.home, "--officer", laptop.officer, "--json", *arguments]
    extra = {"LIUHEN_PASSPHRASE": laptop.passphrase, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    done = subprocess.run([str(part) for part in command], env=_environment(extra), capture_output=True, text=True, stdin=subprocess.DEVNULL)
    try:
        answer = answers(done.stdout)
    except ValueError:
        answer = None
    return done.returncode, answer, done.stdout + done.stderr


def does(laptop, clock, *arguments):
    code, answer, said = at(laptop, clock, *arguments)
    holds(code == 0, f"{clock} {arguments}: {said[-1000:]}")
    return answer


def opened(lab):
    if shutil.which("faketime") is None:
        raise Failed("faketime is not installed: apt-get install faketime")
    laptop = lab.open().laptop
    laptop.do("sync")
    holds("1970-01-0" in does(laptop, "@1970-01-02 00:00:00", "matter", "start", "--start", "patrol", "--title", "试", "--place", "甲")
          ["timeline"][0]["recorded_at"], "faketime does not reach the program")
    return laptop


def notes(laptop, matter):
    return [line["text"] for line in rows(laptop.do("note", "list", "--matter", matter))]


def wrong_clocks_are_recorded_and_keep_the_order(lab):
    """An hour ahead, back again, 1970, and a day more ahead: every note is kept, in the order of writing."""
    laptop = opened(lab)
    matter = ident(laptop.do("matter", "start", "--start", "patrol", "--title", "钟表", "--place", "甲"))
    clocks = ["+0", "+1h", "+0", "-2h", "@1970-01-02 00:00:00", "+0", "+20h", "+0"]
    walls = []
    for number, clock in enumerate(clocks):
        added = does(laptop, clock, "note", "add", "--matter", matter, "--text", f"第{number}条")
        walls.append(added["recorded_at"])
    now = datetime.now(timezone.utc)
    expected = [timedelta(0), timedelta(hours=1), timedelta(0), timedelta(hours=-2), None, timedelta(0), timedelta(hours=20), timedelta(0)]
    for wall, shift in zip(walls, expected):
        seen = datetime.fromisoformat(wall.replace("Z", "+00:00"))
        if shift is None:
            holds(seen.year == 1970, f"1970 is written as {wall}")
        else:
            holds(abs(seen - now - shift) < timedelta(minutes=5), f"{wall} instead of now {shift}")
    holds(notes(laptop, matter) == [f"第{number}条" for number in range(len(clocks))], f"order: {notes(laptop, matter)}")
    found = rows(laptop.do("findings"))
    flagged = [line for line in found if "clock" in line["rule"] or "time" in line["rule"]]
    holds(flagged, f"no finding names the clock: {found}")
    laptop.do("sync")
    holds(laptop.do("status")["sync"]["waiting"]["entries"] == 0, "something waits after the sync")
    sound(laptop)
    township_sound(lab.township)
    other = lab.add_laptop()
    other.do("sync")
    return f"{len(clocks)} notes by {len(set(clocks))} clocks, in order; {len(flagged)} findings ({', '.join(sorted({line['rule'] for line in flagged}))}); synced"


def a_laptop_syncs_with_a_wrong_clock(lab):
    """Sync and shift end by a wrong clock: nothing is refused for the time."""
    laptop = opened(lab)
    matter = lab.matter()
    tried = ["+1h", "-3h", "@1970-01-02 00:00:00", "+400d"]
    for number, clock in enumerate(tried):
        does(laptop, clock, "note", "add", "--matter", matter, "--text", f"第{number}条")
        does(laptop, clock, "sync")
        holds(laptop.do("status")["sync"]["waiting"]["entries"] == 0, f"{clock}: something waits")
    holds(notes(laptop, matter) == [f"第{number}条" for number in range(len(tried))], "the order changed")
    later = laptop.do("note", "add", "--matter", matter, "--text", "钟已调准")
    holds(abs(datetime.fromisoformat(later["recorded_at"].replace("Z", "+00:00")) - datetime.now(timezone.utc)) < timedelta(minutes=5), later)
    laptop.do("shift", "end")
    laptop.do("sync")
    sound(laptop)
    township_sound(lab.township)
    return f"{len(tried)} syncs by wrong clocks, all taken; afterwards the true time is written again"


def asleep(laptop, seconds, *arguments):
    """A command on a machine that has run so many seconds longer than its wall clock says: its clock was set back."""
    command = ["unshare", "--time", "--fork", "--boottime", str(seconds), "--monotonic", str(seconds), laptop.program,
               "--home", laptop.home, "--officer", laptop.officer, "--json", *arguments]
    done = subprocess.run(
        [str(part) for part in command], env=_environment({"LIUHEN_PASSPHRASE": laptop.passphrase}),
        capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )
    holds(done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"[-1000:])
    return answers(done.stdout)


def a_clock_set_back_during_a_shift_is_named(lab):
    """The wall clock is set back between two notes: both are kept in order, a finding names it, sync goes on."""
    laptop = lab.open().laptop
    matter = lab.matter()
    laptop.do("note", "add", "--matter", matter, "--text", "第0条")
    before = [line for line in rows(laptop.do("findings")) if line["rule"] == "clock_disagrees"]
    holds(not before, f"a finding without a cause: {before}")
    for number, back in enumerate((3600, 7200, 5 * 86400), 1):
        asleep(laptop, back, "note", "add", "--matter", matter, "--text", f"第{number}条")
    holds(notes(laptop, matter) == [f"第{number}条" for number in range(4)], notes(laptop, matter))
    found = [line for line in rows(laptop.do("findings")) if line["rule"] == "clock_disagrees"]
    holds(found, f"no finding names the clock: {rows(laptop.do('findings'))}")
    laptop.do("sync")
    holds(laptop.do("status")["sync"]["waiting"]["entries"] == 0, "something waits after the sync")
    sound(laptop)
    township_sound(lab.township)
    return f"set back by 1 h, 2 h and 5 days: 4 notes in order, {len(found)} finding(s), synced"


def a_laptop_that_slept_is_not_suspected(lab):
    """Suspended and woken: wall clock and time since boot both went on, so nobody is suspected; order and sync as ever."""
    laptop = lab.open().laptop
    laptop.do("sync")
    matter = lab.matter()

    def awake(seconds, *arguments):
        """A command on a machine that slept so long since it was last used."""
        command = ["unshare", "--time", "--fork", "--boottime", str(seconds), "faketime", "-f", f"+{seconds}s", laptop.program,
                   "--home", laptop.home, "--officer", laptop.officer, "--json", *arguments]
        extra = {"LIUHEN_PASSPHRASE": laptop.passphrase, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        done = subprocess.run([str(part) for part in command], env=_environment(extra), capture_output=True, text=True, stdin=subprocess.DEVNULL)
        holds(done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"[-1000:])
        return answers(done.stdout)

    laptop.do("note", "add", "--matter", matter, "--text", "第0条")
    slept = (600, 8 * 3600, 14 * 3600)
    for number, seconds in enumerate(slept, 1):
        written = awake(seconds, "note", "add", "--matter", matter, "--text", f"第{number}条")
        at = datetime.fromisoformat(written["recorded_at"].replace("Z", "+00:00"))
        holds(abs(at - datetime.now(timezone.utc) - timedelta(seconds=seconds)) < timedelta(minutes=5), written)
    holds(notes(laptop, matter) == [f"第{number}条" for number in range(4)], notes(laptop, matter))
    suspected = [line for line in rows(awake(slept[-1], "findings")) if line["rule"] == "clock_disagrees"]
    holds(not suspected, f"a sleep is taken for a changed clock: {suspected}")
    awake(slept[-1], "sync")
    holds(laptop.do("status")["sync"]["waiting"]["entries"] == 0, "something waits after the sync")
    sound(laptop)
    township_sound(lab.township)
    return f"slept {', '.join(f'{seconds // 60} min' for seconds in slept)}: notes in order, no finding, synced"


TESTS = [
    wrong_clocks_are_recorded_and_keep_the_order, a_laptop_syncs_with_a_wrong_clock, a_clock_set_back_during_a_shift_is_named,
    a_laptop_that_slept_is_not_suspected,
]
