//! The child's side: give up rights first, then look at the bytes.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::AsFd as _;
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, setrlimit};

use super::{ANSWER, Facts};
use crate::media::{exif_facts, magic, movie, wave};

/// Bytes of memory beyond what the program itself takes.
const MEMORY: u64 = 512 * 1024 * 1024;
/// Seconds of processor time.
const PROCESSOR: u64 = 10;

/// Reads the file at standard input and writes its facts to standard output. To be called first
/// thing in `main` when the only argument is [`super::ARGUMENT`], and to be left by the code it gives.
pub fn child() -> ExitCode {
    match answer() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn answer() -> io::Result<()> {
    let mut file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    limit(MEMORY, PROCESSOR)?;
    let facts = look(&mut file)?;
    let text = serde_json::to_string(&facts).map_err(io::Error::other)?;
    let mut out = io::stdout().lock();
    writeln!(out, "\n{ANSWER}{text}")?;
    out.flush()
}

/// From here on: so much memory and time, no core dump, no writing of files, and nothing that needs a
/// new descriptor, which is every file and every socket.
fn limit(memory: u64, processor: u64) -> io::Result<()> {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm.split(' ').next().and_then(|pages| pages.parse().ok()).unwrap_or(0);
    let page = u64::try_from(rustix::param::page_size()).unwrap_or(4096);
    for (resource, most) in [
        (Resource::As, pages * page + memory),
        (Resource::Cpu, processor),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, 0),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

fn look(file: &mut File) -> io::Result<Facts> {
    let len = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let mut start = Vec::with_capacity(magic::LOOK);
    (&*file).take(magic::LOOK as u64).read_to_end(&mut start)?;
    let mime = magic::mime(&start);
    let mut facts = Facts { mime: mime.to_owned(), ..Facts::default() };
    match mime {
        "video/mp4" | "video/quicktime" | "video/3gpp" | "audio/mp4" => {
            let found = movie::read(file, len);
            if found.video.is_none() && found.audio.is_some() {
                "audio/mp4".clone_into(&mut facts.mime);
            }
            facts.movie_time = found.created;
            facts.duration_ms = found.duration_ms;
            (facts.width, facts.height) = (found.width, found.height);
            (facts.video, facts.audio) = (found.video, found.audio);
            facts.coordinates = found.coordinates;
        }
        "audio/wav" => facts.duration_ms = wave::duration_ms(&mut BufReader::new(file)),
        mime if mime.starts_with("image/") => still(file, &mut facts),
        _ => {}
    }
    Ok(facts)
}

fn still(file: &mut File, facts: &mut Facts) {
    let mut file = BufReader::new(file);
    let found = file.rewind().map(|()| exif_facts::read(&mut file)).unwrap_or_default();
    facts.exif_time = found.taken;
    facts.exif_zoned = found.zoned;
    facts.coordinates = found.coordinates;
    (facts.make, facts.model, facts.serial) = (found.make, found.model, found.serial);
    // Only the header is read for this.
    let size = file
        .rewind()
        .and_then(|()| image::ImageReader::new(&mut file).with_guessed_format())
        .ok()
        .and_then(|reader| reader.into_dimensions().ok());
    if let Some((width, height)) = size {
        (facts.width, facts.height) = (Some(width), Some(height));
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, ExitStatus, Stdio};
    use std::time::{Duration, Instant};

    use super::*;

    /// Says to [`behind_the_limits`] what it shall try.
    const TRY: &str = "LIUHEN_TRY";

    /// Not a test of its own: what a parser that was taken over might do, in a process of its own.
    #[test]
    fn behind_the_limits() {
        let Ok(what) = std::env::var(TRY) else { return };
        let half = usize::try_from(MEMORY / 2).expect("fits");
        let place = std::env::temp_dir().join(format!("liuhen-limits-{}", std::process::id()));
        let mut open = File::create(&place).expect("before the limits all is allowed");
        std::fs::remove_file(&place).expect("removed");
        limit(MEMORY, 1).expect("limited");
        let refused = match what.as_str() {
            "little memory" => Vec::<u8>::new().try_reserve_exact(half).is_err(),
            "much memory" => Vec::<u8>::new().try_reserve_exact(3 * half).is_err(),
            "a file" => File::open("/proc/self/status").is_err(),
            "a socket" => std::net::UdpSocket::bind("127.0.0.1:0").is_err(),
            "writing" => open.write(b"x").is_err(),
            _ => loop {
                std::hint::black_box(half);
            },
        };
        std::process::exit(if refused { 7 } else { 0 });
    }

    fn tried(what: &str) -> ExitStatus {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "media::facts::child::tests::behind_the_limits", "--nocapture"])
            .env(TRY, what)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let begun = Instant::now();
        loop {
            if let Some(ended) = child.try_wait().expect("waited") {
                return ended;
            }
            if begun.elapsed() > Duration::from_mins(1) {
                child.kill().expect("ended");
                panic!("{what}: still running");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[test]
    fn a_child_gets_no_more_memory_than_its_limit() {
        assert_eq!(tried("little memory").code(), Some(0), "what a parser needs is there");
        assert_eq!(tried("much memory").code(), Some(7));
    }

    #[test]
    fn a_child_gets_no_more_processor_time_than_its_limit() {
        assert_eq!(tried("time").code(), None, "ended by a signal");
    }

    #[test]
    fn a_child_can_open_nothing_and_write_nothing() {
        for what in ["a file", "a socket", "writing"] {
            // A file that would grow beyond the limit may also end the process.
            assert!(matches!(tried(what).code(), Some(7) | None), "{what}");
        }
    }
}
