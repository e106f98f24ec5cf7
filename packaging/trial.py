#!/usr/bin/env python3
"""Installs, uses and upgrades the packages in a Debian of their own, as an administrator and an officer would.

    packaging/trial.py --first DIR --second DIR [--picture FILE]

DIR holds the .deb files of one version; the second is newer. The Debian is made by mmdebstrap and removed
at the end; it shares this machine's network and nothing else. Most steps enter it by chroot, where the service
is what its unit says: the same line, user and environment. Then it is booted by systemd-nspawn, and the service
runs as systemd confines it. Needs root, and a network that reaches the mirror.
"""

import argparse
import contextlib
import hashlib
import json
import os
import random
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from root import Root, Wrong, free_port, holds

HOME = "/var/lib/liuhen/township"
OFFICER, PASSPHRASE = "执法员一", "菜场门口 三棵樟树 一口井"
LAPTOP = "/home/officer/.local/share/liuhen"
UNIT = "/lib/systemd/system/liuhen-township.service"
# Opened while running, so no linker knows of them: what plays H.264 and AAC, and what shows Chinese.
PLAYS = ["libgstlibav.so", "libgstvideoparsersbad.so", "libgstisomp4.so", "libgstautodetect.so"]


class Township:
    """The service as its unit describes it, and the administrator beside it."""

    def __init__(self, root):
        self.root, self.running = root, None

    def unit(self):
        """The settings of the unit that are needed to start it by hand."""
        found = {}
        for line in self.root.read(UNIT).splitlines():
            name, sign, value = line.partition("=")
            if sign and not line.startswith("#"):
                found.setdefault(name, []).append(value)
        environment = dict(pair.split("=", 1) for pair in found["Environment"][0].split())
        for line in self.root.read(found["EnvironmentFile"][0].lstrip("-")).splitlines():
            if line and not line.startswith("#"):
                environment.update([line.split("=", 1)])
        line = found["ExecStart"][0]
        for name, value in environment.items():
            line = line.replace(f"${{{name}}}", value)
        return found["User"][0], environment, line.split()

    def start(self):
        user, environment, line = self.unit()
        self.running = self.root.start(*line, user=user, env=environment)
        first = self.running.stdout.readline()
        holds(first, "the service did not open its door")
        self.ready = json.loads(first)

    def stop(self):
        holds(self.root.end(self.running) == 0, "the service did not end in order")

    def do(self, *arguments):
        """A command of the administrator, by the user of the service."""
        said = self.root.run("liuhen-township", "--home", HOME, "--json", *arguments, user="liuhen")
        return json.loads(said) if said.strip() else None


def desk(root, *arguments):
    """A command of the officer in the terminal."""
    said = root.run(
        "liuhen", "--officer", OFFICER, "--json", *arguments, user="officer",
        env={"HOME": "/home/officer", "LIUHEN_PASSPHRASE": PASSPHRASE},
    )
    rows = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    return rows if arguments[1:2] == ("list",) else rows[-1]


def installed(root, version):
    """Both packages are there in that version, whole, and everything they open is there."""
    for name in ("liuhen", "liuhen-township"):
        holds(root.run("dpkg-query", "-W", "-f=${Status} ${Version}", name) == f"install ok installed {version}", f"{name} is not {version}")
        holds(not root.run("dpkg", "--verify", name).replace("??5??????", "").strip().replace("c /etc/liuhen/township.env", ""), name)
    for program in ("liuhen", "liuhen-desktop", "liuhen-township"):
        holds("not found" not in root.run("ldd", f"/usr/bin/{program}"), f"{program} lacks a library")


def complete(root):
    """What only shows while it runs: decoders, a Chinese font, the user, the service."""
    for name in PLAYS:
        holds(list(root.folder.glob(f"usr/lib/*/gstreamer-1.0/{name}")), f"{name} did not come along")
    holds("CJK" in root.run("fc-match", "sans:lang=zh-cn"), "no Chinese font came along")
    user = root.run("getent", "passwd", "liuhen").strip().split(":")
    holds(user[5:] == ["/var/lib/liuhen", "/usr/sbin/nologin"], user)
    holds(root.run("stat", "-c", "%U:%G %a", "/var/lib/liuhen").strip() == "liuhen:liuhen 700", "/var/lib/liuhen")
    link = Path(root.folder, "etc/systemd/system/multi-user.target.wants/liuhen-township.service")
    holds(link.is_symlink(), "the service is not enabled")


def digests(root, folder):
    """Every file below a folder, by what is in it."""
    top = root.path(folder)
    return {
        str(path.relative_to(top)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(top.rglob("*")) if path.is_file()
    }


def record(root, title):
    """A patrol with a note and a film of three megabytes; returns the matter's id and the film's digest."""
    film = random.Random(title).randbytes(3 << 20)
    root.path("/home/officer/film.mp4").write_bytes(film)
    matter = desk(root, "matter", "start", "--start", "patrol", "--title", title, "--place", "一号路")
    ident = matter["line"]["id"]
    desk(root, "note", "add", "--matter", ident, "--text", "人行道设摊卖菜，经劝导当场收摊。")
    desk(root, "media", "import", "/home/officer/film.mp4", "--matter", ident)
    return ident, hashlib.sha256(film).hexdigest()


def sound(root, township):
    """Laptop and township find everything whole, every byte read."""
    answer = desk(root, "verify", "--deep")
    holds(answer["sound"] and not answer["faults"], answer)
    answer = township.do("verify", "--deep")
    holds(answer["sound"] and not answer["problems"], answer)


def use(root, township):
    """What people do between two versions. Returns what must still be there afterwards."""
    # An administrator's own setting, to be kept by the upgrade.
    settings = root.path("/etc/liuhen/township.env")
    settings.write_text(settings.read_text().replace("0.0.0.0:8443", f"127.0.0.1:{free_port()}"))
    township.do("init", "--name", "示例镇", "--keys-to", "/var/lib/liuhen/papers")
    township.start()
    code = township.do("invite", "--name", OFFICER, "--certificate", "DEMO-0001", "--valid-until", "2099-01-01", "--role", "officer")["code"]
    root.run("useradd", "--create-home", "--shell", "/bin/bash", "officer")
    desk(root, "enrol", "--township", township.ready["url"], "--code", code)
    kept = [record(root, "占道设摊卖菜")]
    desk(root, "sync")
    # Not sent yet when the new version comes.
    kept.append(record(root, "堆放建筑材料"))
    sound(root, township)
    township.stop()
    return kept, settings.read_text()


def still_there(root, township, kept):
    """The new version opens what the old one wrote, and goes on from there."""
    township.start()
    listed = {row["id"]: row for row in desk(root, "matter", "list")}
    media = {row["sha256"] if "sha256" in row else row["digest"] for row in desk(root, "media", "list")}
    for ident, digest in kept:
        holds(ident in listed, f"the record {ident} is gone")
        holds(digest in media, f"the film {digest} is gone")
    desk(root, "sync")
    kept.append(record(root, "夜间施工"))
    desk(root, "sync")
    sound(root, township)
    waiting = desk(root, "status")["sync"]["waiting"]
    holds(waiting["entries"] == 0 and waiting["media"] == 0, waiting)
    township.stop()


def confined(root):
    """systemd starts the service in its sandbox: it serves, verifies, writes where it may and nowhere else."""
    ask = f"runuser -u liuhen -- liuhen-township --home {HOME} --json"
    officer = f"runuser -u officer -- env HOME=/home/officer LIUHEN_PASSPHRASE={shlex.quote(PASSPHRASE)} liuhen --officer {OFFICER} --json"
    root.path("/var/tmp/probe").write_text(f"""set -eux
systemctl is-active liuhen-township
pid=$(systemctl show --property=MainPID --value liuhen-township)
grep '^Seccomp:.2' /proc/$pid/status
grep '^CapBnd:.0*$' /proc/$pid/status
{officer} note add --matter "$(cat /var/tmp/matter)" --text 复查时已清理。
{officer} sync
{ask} verify --deep
install -d -o liuhen /media/stick /srv/elsewhere
{ask} backup --out /media/stick/backup
test -s /media/stick/backup
if {ask} backup --out /srv/elsewhere/backup; then exit 1; fi
test ! -e /srv/elsewhere/backup
systemctl restart liuhen-township
until {ask} status; do sleep 1; done
systemctl stop liuhen-township
test "$(systemctl show --property=Result --value liuhen-township)" = success
journalctl --unit=liuhen-township --quiet | grep -q 'finished first'
echo good >/var/tmp/outcome
""")
    unit = root.path("/etc/systemd/system/probe.service")
    unit.write_text("""[Unit]
After=liuhen-township.service
[Service]
Type=oneshot
ExecStart=/bin/sh /var/tmp/probe
ExecStopPost=/bin/systemctl --no-block poweroff
StandardOutput=file:/var/tmp/told
StandardError=inherit
""")
    wanted = root.path("/etc/systemd/system/multi-user.target.wants/probe.service")
    wanted.symlink_to("../probe.service")
    root.boot(300)
    wanted.unlink()
    told = root.read("/var/tmp/told") if root.path("/var/tmp/told").exists() else "it did not boot"
    holds(root.path("/var/tmp/outcome").exists(), told)


def window(root, picture):
    """The window opens for the officer, with nothing installed but what the package asked for."""
    with tempfile.TemporaryDirectory() as folder:
        screen = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-ac", "-nolisten", "tcp", "-screen", "0", "1280x800x24"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        try:
            display = f":{screen.stdout.readline().strip()}"
            root.share("/tmp/.X11-unix")
            running = root.start(
                "dbus-run-session", "--", "liuhen-desktop", user="officer",
                env={"HOME": "/home/officer", "DISPLAY": display, "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": "/home/officer"},
            )
            shot = picture or Path(folder, "window.png")
            root.until(lambda: colours(display, shot) > 200, "the window shows nothing", 60, running)
            root.end(running)
        finally:
            screen.terminate()
            screen.wait()


def colours(display, shot):
    """How many colours the screen shows; an empty one shows a single one."""
    subprocess.run(["import", "-display", display, "-window", "root", str(shot)], check=True, capture_output=True)
    return int(subprocess.run(["identify", "-format", "%k", str(shot)], check=True, capture_output=True, text=True).stdout)


def removed(root):
    """Even purged, the packages leave the evidence where it is."""
    before = digests(root, "/var/lib/liuhen")
    root.apt("purge", "liuhen-township", "liuhen")
    holds(digests(root, "/var/lib/liuhen") == before, "data of the township were removed")
    holds(root.path(LAPTOP).is_dir(), "data of the officer were removed")
    holds(not root.path("/etc/liuhen/township.env").exists(), "the settings stayed behind")
    holds(not root.path("/usr/bin/liuhen").exists(), "the program stayed behind")


def go(root, given):
    step("a Debian with nothing of ours", root.make)
    first, second = version(given.first), version(given.second)
    step(f"install {first}: apt finds everything that is needed", lambda: root.install(given.first))
    installed(root, first)
    step("the libraries, decoders, font, user and service are there", lambda: complete(root))
    township = Township(root)
    kept, settings = step("found a township, enrol, record, import, sync", lambda: use(root, township))
    step("the window opens", lambda: window(root, given.picture))
    before = {folder: digests(root, folder) for folder in ("/var/lib/liuhen", LAPTOP)}
    step(f"upgrade to {second}", lambda: root.install(given.second))
    installed(root, second)
    for folder, files in before.items():
        holds(files and digests(root, folder) == files, f"the upgrade touched {folder}")
    holds(root.read("/etc/liuhen/township.env") == settings, "the administrator's setting is lost")
    step("the new version opens all of it, sends what waited, and verifies every byte", lambda: still_there(root, township, kept))
    root.path("/var/tmp/matter").write_text(kept[0][0])
    step("systemd runs the service in its sandbox", lambda: confined(root))
    step("purge leaves the data", lambda: removed(root))


def version(folder):
    """The version of the packages in a folder."""
    found = {path.name.split("_")[1] for path in folder.glob("*.deb")}
    holds(len(found) == 1, f"{folder} holds packages of {len(found)} versions")
    return found.pop()


def step(words, work):
    print(f"· {words}", flush=True)
    return work()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("--first", "--second"):
        arguments.add_argument(name, type=Path, required=True)
    arguments.add_argument("--picture", type=Path)
    given = arguments.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("making a Debian needs root")
    # Mounts of the trial are seen by nobody else, and are gone when it is over.
    if os.environ.get("LIUHEN_TRIAL") != "1":
        os.environ["LIUHEN_TRIAL"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])
    with tempfile.TemporaryDirectory(prefix="liuhen-trial-", dir="/var/tmp") as folder:
        root = Root(Path(folder, "debian"))
        try:
            go(root, given)
        except Wrong as wrong:
            print(f"WRONG: {wrong}", file=sys.stderr)
            return 1
        finally:
            with contextlib.suppress(FileNotFoundError):
                root.remove()
    print("installed, used, upgraded, verified, removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
