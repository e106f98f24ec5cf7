"""Media for the demo and for tests, made with ffmpeg and exiftool: what a patrol brings home, odd files included.

Nothing here is evidence of anything: pictures are test patterns, sounds are tones.
"""

import shutil
import subprocess
from pathlib import Path

# A body camera writes one recording in pieces and counts them in the name.
SPLIT = ("DEV0001_20261123081000_0001.MP4", "DEV0001_20261123081000_0002.MP4")
# Its clock runs 7 min 40 s fast: true time = device time + offset.
FAST_CLOCK = "DEV0002_20261123091240_0001.MP4"
FAST_CLOCK_OFFSET = -460
LARGE = "DEV0001_20261123083500_0001.MP4"
LARGE_BYTES = 200_000_000


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip()[-600:]}")


def _ffmpeg(*arguments):
    _run("ffmpeg", "-hide_banner", "-loglevel", "error", "-y", *map(str, arguments))


def _film(path, seconds, rate, created, size="1280x720"):
    """An H.264/AAC film of about `rate` bytes a second, with a creation time (or none)."""
    bits = str(rate * 8)
    stamp = ["-metadata", f"creation_time={created}"] if created else []
    _ffmpeg(
        "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25",
        "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
        "-t", seconds, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
        "-b:v", bits, "-minrate", bits, "-maxrate", bits, "-bufsize", bits, "-x264-params", "nal-hrd=cbr:keyint=50",
        "-c:a", "aac", "-b:a", "96k", *stamp, path,
    )


def _still(path, source, *tags):
    _ffmpeg("-f", "lavfi", "-i", source, "-frames:v", "1", path)
    if tags:
        _run("exiftool", "-q", "-overwrite_original", *tags, str(path))


def make(folder, large=True):
    """Fills `folder` once; a later call finds the files there. Returns the folder."""
    folder = Path(folder)
    done = folder.with_name(folder.name + ".made")
    if done.exists() and (not large or (folder / LARGE).exists()):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    if large:
        _film(folder / LARGE, 64, 3_250_000, "2026-11-23T00:35:00Z")
        if (folder / LARGE).stat().st_size < LARGE_BYTES:
            raise RuntimeError(f"{LARGE} came out smaller than {LARGE_BYTES} bytes")
    _film(folder / SPLIT[0], 8, 400_000, "2026-11-23T00:10:00Z")
    _film(folder / SPLIT[1], 6, 400_000, "2026-11-23T00:10:08Z")
    _film(folder / FAST_CLOCK, 5, 300_000, "2026-11-23T01:12:40Z", size="640x360")
    # Zero date: ffmpeg writes none when it is not told one. Local time: eight hours ahead of UTC.
    _film(folder / "归属不明的片段.mp4", 3, 200_000, None, size="640x360")
    _film(folder / "DEV0003_20261123101500_0001.MP4", 4, 200_000, "2026-11-23T10:15:00Z", size="640x360")
    _still(
        folder / "IMG_0001.jpg", "testsrc2=size=1600x1200",
        "-DateTimeOriginal=2026:11:23 08:12:05", "-OffsetTimeOriginal=+08:00",
        "-GPSLatitude=30.2051", "-GPSLatitudeRef=N", "-GPSLongitude=121.2666", "-GPSLongitudeRef=E", "-Make=DEMO",
    )
    _still(folder / "IMG_0002.jpg", "testsrc2=size=1200x1600", "-DateTimeOriginal=2026:11:23 08:20:41")
    _still(folder / "没有EXIF 的照片.jpg", "smptebars=size=800x600")
    _still(folder / "scan page 1.png", "color=white:size=1240x1754")
    _ffmpeg("-f", "lavfi", "-i", "sine=frequency=330:duration=6", "-c:a", "aac", folder / "录音_0001.m4a")
    _ffmpeg("-f", "lavfi", "-i", "sine=frequency=220:duration=2", folder / "录音_0002.wav")
    (folder / "lab report.pdf").write_bytes(_pdf())
    # An MP4 with a header and nothing else, and one cut in the middle.
    (folder / "tiny.mp4").write_bytes(_empty_mp4())
    whole = (folder / SPLIT[1]).read_bytes()
    (folder / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    done.write_text("made\n")
    return folder


def _pdf():
    """The smallest page that readers accept."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = len(out)
    out += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table


def _empty_mp4():
    """262 bytes: `ftyp`, a `moov` with only its header (all dates zero), and free space."""

    def box(kind, content):
        return (len(content) + 8).to_bytes(4, "big") + kind + content

    matrix = b"".join(value.to_bytes(4, "big") for value in (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000))
    header = bytes(12) + (1000).to_bytes(4, "big") + bytes(4) + (0x10000).to_bytes(4, "big") + b"\x01\x00" + bytes(10)
    movie = box(b"mvhd", header + matrix + bytes(24) + (1).to_bytes(4, "big"))
    start = box(b"ftyp", b"isom" + (512).to_bytes(4, "big") + b"isommp41") + box(b"moov", movie)
    return start + box(b"free", bytes(262 - len(start) - 8))


def files(folder):
    """The files of a folder, largest last; links are not followed, as the import does not."""
    found = [path for path in Path(folder).rglob("*") if path.is_file() and not path.is_symlink()]
    return sorted(found, key=lambda path: (path.stat().st_size, path.name))


def tools_missing():
    """Names of the tools that `make` needs and this machine lacks."""
    return [name for name in ("ffmpeg", "exiftool") if shutil.which(name) is None]
