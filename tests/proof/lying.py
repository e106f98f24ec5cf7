"""A township that lies and a laptop that lies: refused in plain words, nothing local deleted, a way out.

The lies are made with files alone: another township at the same address, a home put back to an older copy, a
laptop's home copied or put back.
"""

import shutil
import subprocess

from lab import Failed, Kept, Lab, _environment, day, holds, ident, plain, refused, rows, sound, township_sound
from world import Laptop, Township

LIES = {"township_foreign", "township_rolled_back", "township_emptied", "township_split"}


def noted(laptop, matter):
    return sorted(line["text"] for line in rows(laptop.do("note", "list", "--matter", matter)))


def begun(lab):
    """A laptop with three notes that the township holds, and a way to add more."""
    laptop = lab.open().laptop
    matter = lab.matter()
    for number in range(3):
        laptop.do("note", "add", "--matter", matter, "--text", f"第{number}条")
    return laptop, matter


def keeps_everything(laptop, matter, expected):
    """Nothing local is gone, writing goes on, the home is whole."""
    holds(noted(laptop, matter) == sorted(expected), f"{noted(laptop, matter)} instead of {expected}")
    sound(laptop)


def another_township_at_the_same_address(lab):
    """Another township answers at the address: nothing is sent to it."""
    laptop, matter = begun(lab)
    laptop.do("sync")
    laptop.do("note", "add", "--matter", matter, "--text", "新的")
    lab.township.stop()
    false = Township(lab.programs, lab.folder / "false", name=lab.township.name)
    false.port, false.url = lab.township.port, lab.township.url
    false.init()
    false.start()
    try:
        before = false.command("status")["size"]
        error = refused(laptop, "sync", code="township_foreign")
        holds(false.command("status")["size"] == before, "something was sent to the false township")
    finally:
        false.stop()
    keeps_everything(laptop, matter, ["第0条", "第1条", "第2条", "新的"])
    lab.township.start()
    laptop.do("sync")
    holds(laptop.do("status")["sync"]["waiting"]["entries"] == 0, "the true township did not get it")
    return f"refused ({error['code']}), nothing sent; the true township gets everything"


def a_township_put_back_to_an_older_copy(lab):
    """The township's home is put back: the laptop refuses a shorter log; put right, everything goes on."""
    laptop, matter = begun(lab)
    laptop.do("sync")
    lab.township.stop()
    older = Kept(lab.township.home, lab.folder / "older")
    lab.township.start()
    for number in range(3, 6):
        laptop.do("note", "add", "--matter", matter, "--text", f"第{number}条")
    laptop.do("sync")
    receipts = laptop.do("status")["sync"]["held_entries"]
    lab.township.stop()
    newest = Kept(lab.township.home, lab.folder / "newest")
    older.back()
    lab.township.start()
    first = refused(laptop, "sync", code="township_rolled_back")
    laptop.do("note", "add", "--matter", matter, "--text", "仍可记录")
    again = refused(laptop, "sync", code="township_rolled_back")
    holds(first["message"] == again["message"], "the second time it says something else")
    keeps_everything(laptop, matter, [*(f"第{number}条" for number in range(6)), "仍可记录"])
    holds(laptop.do("status")["sync"]["held_entries"] == receipts, "receipts were dropped")
    lab.township.stop()
    newest.back()
    lab.township.start()
    laptop.do("sync")
    holds(laptop.do("status")["sync"]["waiting"]["entries"] == 0, "after the township was put right something waits")
    sound(laptop)
    township_sound(lab.township)
    return "refused twice, capture went on, all receipts kept; put right, everything arrived"


def a_township_put_back_and_grown_again(lab):
    """Put back to an older copy and grown past the laptop's checkpoint by another laptop: another log, refused."""
    laptop, matter = begun(lab)
    other = lab.add_laptop()
    laptop.do("sync")
    other.do("sync")
    lab.township.stop()
    older = Kept(lab.township.home, lab.folder / "older")
    lab.township.start()
    laptop.do("note", "add", "--matter", matter, "--text", "只在第一本日志里")
    laptop.do("sync")
    lab.township.stop()
    older.back()
    lab.township.start()
    busy = ident(other.do("matter", "start", "--start", "patrol", "--title", "乙", "--place", "丙"))
    for number in range(6):
        other.do("note", "add", "--matter", busy, "--text", f"另{number}")
    other.do("sync")
    error = refused(laptop, "sync", code="township_split")
    keeps_everything(laptop, matter, ["第0条", "第1条", "第2条", "只在第一本日志里"])
    warnings = laptop.do("status")["sync"]["warnings"]
    holds(warnings, "the laptop keeps no evidence")
    return f"refused ({error['code']}), {len(warnings)} piece of evidence kept, others' work goes on"


def an_emptied_township(lab):
    """The township's home is put back to the day it was made: refused, nothing deleted, put right all goes on."""
    lab.township.init()
    empty = Kept(lab.township.home, lab.folder / "empty")
    lab.township.start()
    laptop = lab.add_laptop()
    matter = lab.matter()
    laptop.do("note", "add", "--matter", matter, "--text", "一条")
    laptop.do("sync")
    lab.township.stop()
    full = Kept(lab.township.home, lab.folder / "full")
    empty.back()
    lab.township.start()
    error = refused(laptop, "sync")
    laptop.do("note", "add", "--matter", matter, "--text", "两条")
    keeps_everything(laptop, matter, ["一条", "两条"])
    lab.township.stop()
    full.back()
    lab.township.start()
    laptop.do("sync")
    holds(laptop.do("status")["sync"]["waiting"]["entries"] == 0, "after the township was put right something waits")
    holds(error["code"] in ("township_emptied", "township_rolled_back"), f"an emptied township is called {error['code']}: {error['message']}")
    return f"refused ({error['code']}), nothing deleted; put right, everything arrived"


def a_disaster_has_a_way_out(lab):
    """The township burns; its backup is restored with a new log: the laptop says so, a person follows, all is sent again."""
    laptop, matter = begun(lab)
    laptop.do("sync")
    backup = lab.folder / "backup"
    lab.township.command("backup", "--out", backup)
    laptop.do("note", "add", "--matter", matter, "--text", "备份之后")
    laptop.do("sync")
    lab.township.stop()
    lab.township.home.rename(lab.folder / "burnt")
    papers = lab.township.papers
    done = subprocess.run(
        [str(part) for part in (lab.township.program, "--home", lab.township.home, "--json", "restore", "--in", backup,
                                "--recovery-key", papers / "recovery.key", "--root-key", papers / "root.key")],
        capture_output=True, text=True, env=_environment({}),
    )
    holds(done.returncode == 0, done.stdout + done.stderr)
    lab.township.start()
    error = refused(laptop, "sync", code="township_new_log")
    keeps_everything(laptop, matter, ["第0条", "第1条", "第2条", "备份之后"])
    laptop.do("sync", "--follow-new-log")
    laptop.do("sync")
    state = laptop.do("status")["sync"]
    holds(state["waiting"]["entries"] == 0, f"not everything was sent to the new log: {state['waiting']}")
    keeps_everything(laptop, matter, ["第0条", "第1条", "第2条", "备份之后"])
    township_sound(lab.township)
    return f"refused until a person follows ({error['code']}); then the note made after the backup is in the new log too"


def a_copied_home_opens_its_own_epoch(lab):
    """A laptop's home is copied; both are written in and sent: nothing is lost, nothing forks."""
    laptop, matter = begun(lab)
    laptop.do("sync")
    copy = Laptop(lab.programs, lab.folder / "copy", laptop.officer, laptop.passphrase)
    shutil.copytree(laptop.home, copy.home)
    laptop.do("note", "add", "--matter", matter, "--text", "原机")
    copy.do("note", "add", "--matter", matter, "--text", "复制机")
    for one in (laptop, copy, laptop, copy):
        one.do("sync")
    both = ["第0条", "第1条", "第2条", "原机", "复制机"]
    for one in (laptop, copy):
        keeps_everything(one, matter, both)
    found = township_sound(lab.township)
    return f"both homes hold all {len(both)} notes, the township {found['entries']} sound entries"


def a_home_put_back_in_place(lab):
    """A laptop's folder is put back to an older copy of itself and written in again: the township notices, nothing is lost."""
    laptop, matter = begun(lab)
    laptop.do("sync")
    older = Kept(laptop.home, lab.folder / "older")
    laptop.do("note", "add", "--matter", matter, "--text", "后来丢了的")
    laptop.do("sync")
    older.back()
    laptop.do("note", "add", "--matter", matter, "--text", "恢复后写的")
    answer = laptop.do("sync")
    holds("sync_restored" in [line["code"] for line in answer["stopped"]], f"nobody is told: {answer}")
    holds(not laptop.do("status")["sync"]["warnings"], "the township is accused of what the laptop did")
    before = lab.township.command("status")["size"]
    laptop.do("note", "add", "--matter", matter, "--text", "以后写的")
    laptop.do("sync")
    holds(lab.township.command("status")["size"] > before, "what is written afterwards does not arrive")
    shown = noted(laptop, matter)
    holds({"第0条", "第1条", "第2条", "恢复后写的", "以后写的"} <= set(shown), f"own words are gone: {shown}")
    sound(laptop)
    township_sound(lab.township)
    return "told at the first sync, the township not accused, own words kept, later ones arrive"


def a_fork_harms_nobody_else(lab):
    """A true fork (both branches sent): the first stays, the second is kept as evidence, other officers go on."""
    laptop, matter = begun(lab)
    other = lab.add_laptop()
    laptop.do("sync")
    # Put back in place and written in before the township sees either branch.
    older = Kept(laptop.home, lab.folder / "older")
    laptop.do("note", "add", "--matter", matter, "--text", "第一支")
    first = Kept(laptop.home, lab.folder / "first")
    older.back()
    laptop.do("note", "add", "--matter", matter, "--text", "第二支")
    laptop.do("sync")
    first.back()
    said = []
    for _ in range(3):
        code, answer, text = laptop.attempt("sync")
        if code != 0:
            error = answer[-1] if isinstance(answer, list) else answer
            plain(error)
            said.append(error["code"])
    mine = ident(other.do("matter", "start", "--start", "patrol", "--title", "乙", "--place", "丙"))
    other.do("note", "add", "--matter", mine, "--text", "别人的")
    other.do("sync")
    holds(other.do("status")["sync"]["waiting"]["entries"] == 0, "another officer was stopped")
    shown = noted(laptop, matter)
    holds("第一支" in shown, f"the laptop's own text was deleted: {shown}")
    laptop.do("note", "add", "--matter", matter, "--text", "以后写的")
    laptop.attempt("sync")
    holds("以后写的" in noted(laptop, matter), "writing does not go on")
    township_sound(lab.township)
    return f"told ({', '.join(sorted(set(said))) or 'in the report'}), no text deleted ({len(shown)} notes), another officer undisturbed"


TESTS = [
    another_township_at_the_same_address, a_township_put_back_to_an_older_copy, a_township_put_back_and_grown_again,
    an_emptied_township, a_disaster_has_a_way_out, a_copied_home_opens_its_own_epoch, a_home_put_back_in_place,
    a_fork_harms_nobody_else,
]
