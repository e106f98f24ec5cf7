"""A Debian in a folder: made by mmdebstrap, entered by chroot, removed again.

Processes that are started in it are ended by their own ids, and nothing is removed while something is mounted.
"""

import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

SUITE, MIRROR = "bookworm", "http://deb.debian.org/debian"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Wrong(Exception):
    """Something is not as it should be; the message says what."""


def holds(condition, words):
    """What must be so."""
    if not condition:
        raise Wrong(str(words)[:3000])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Root:
    def __init__(self, folder):
        self.folder, self.mounts, self.running = folder, [], []

    def path(self, inside):
        return self.folder / inside.lstrip("/")

    def read(self, inside):
        return self.path(inside).read_text()

    def make(self):
        """An ordinary installation without anything of ours."""
        done = subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=important", SUITE, str(self.folder), MIRROR],
            capture_output=True, text=True,
        )
        holds(done.returncode == 0, f"mmdebstrap: {done.stderr}")
        # Nothing starts by itself where there is no systemd.
        policy = self.path("/usr/sbin/policy-rc.d")
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        shutil.copy("/etc/resolv.conf", self.path("/etc/resolv.conf"))
        self._mount("-t", "proc", "proc", place="/proc")
        self.run("apt-get", "update", "-qq")

    def _mount(self, *what, place):
        point = self.path(place)
        point.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", *what, str(point)], check=True)
        self.mounts.append(point)

    def _unmount(self):
        while self.mounts:
            subprocess.run(["umount", str(self.mounts[-1])], check=True)
            self.mounts.pop()

    def share(self, place):
        """The same folder inside as outside."""
        self._mount("--bind", place, place=place)

    def _command(self, command, user):
        """As a user without any privilege to gain, or as the administrator."""
        entered = ["chroot", str(self.folder)]
        if user:
            entered += ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--no-new-privs", "--bounding-set=-all"]
        return [*entered, *map(str, command)]

    @staticmethod
    def _environment(env):
        return {"PATH": PATH, "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", **(env or {})}

    def run(self, *command, user=None, env=None):
        """Runs a command to its end, and returns what it printed."""
        done = subprocess.run(
            self._command(command, user), env=self._environment(env), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=1800,
        )
        holds(done.returncode == 0, f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
        return done.stdout

    def start(self, *command, user=None, env=None):
        """Starts a program that stays; its complaints go to a file of its own."""
        log = self.folder.parent / f"{len(self.running)}.log"
        with open(log, "wb") as out:
            process = subprocess.Popen(
                self._command(command, user), env=self._environment(env), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=out, text=True,
            )
        process.log = log
        self.running.append(process)
        return process

    def end(self, process):
        """Asks a program to end, and returns its exit code."""
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stdout.close()
        self.running = [other for other in self.running if other is not process]
        return process.returncode

    def boot(self, seconds):
        """Boots it, with this machine's network, until it powers itself off."""
        # It mounts its own /proc; this machine's would tell it of other processes.
        self._unmount()
        log = self.folder.parent / "boot.log"
        with open(log, "wb") as out:
            process = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--console=pipe", f"--directory={self.folder}", "--boot"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )
        try:
            process.wait(seconds)
            self._mount("-t", "proc", "proc", place="/proc")
        except subprocess.TimeoutExpired:
            # Once asks it to halt, twice makes it.
            for patience in (20, 20):
                process.terminate()
                try:
                    process.wait(patience)
                    break
                except subprocess.TimeoutExpired:
                    continue
            else:
                process.kill()
                process.wait()
            raise Wrong(f"not over after {seconds} s: {log.read_text(errors='replace')[-1500:]}") from None

    @staticmethod
    def until(look, words, seconds, process):
        """Waits for something while a program runs."""
        last = time.monotonic() + seconds
        while not look():
            said = process.log.read_text(errors="replace")[-1500:]
            holds(process.poll() is None, f"it ended with {process.returncode}: {said}")
            holds(time.monotonic() < last, f"{words} after {seconds} s: {said}")
            time.sleep(0.5)

    def apt(self, *arguments):
        return self.run("apt-get", "-y", "-q", "--no-install-recommends", *arguments)

    def install(self, folder):
        """Installs the .deb files of a folder; apt alone finds what they need."""
        inside = self.path("/var/tmp/packages")
        shutil.rmtree(inside, ignore_errors=True)
        inside.mkdir()
        for path in sorted(folder.glob("*.deb")):
            shutil.copy(path, inside)
        told = self.apt("install", *[f"/var/tmp/packages/{path.name}" for path in inside.iterdir()])
        holds(not re.search(r"^(dpkg|E): ", told, re.MULTILINE), told)

    def remove(self):
        """Ends what runs, unmounts, and removes the folder."""
        for process in list(self.running):
            self.end(process)
        self._unmount()
        left = [name for name in ("proc", "tmp/.X11-unix") if os.path.ismount(self.folder / name)]
        holds(not left, f"still mounted: {left}")
        subprocess.run(["rm", "-rf", "--one-file-system", str(self.folder)], check=True)
