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
    limit()?;
    let facts = look(&mut file)?;
    let text = serde_json::to_string(&facts).map_err(io::Error::other)?;
    let mut out = io::stdout().lock();
    writeln!(out, "\n{ANSWER}{text}")?;
    out.flush()
}

/// From here on: so much memory and time, no core dump, no writing of files, and nothing that needs a
/// new descriptor, which is every file and every socket.
fn limit() -> io::Result<()> {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm.split(' ').next().and_then(|pages| pages.parse().ok()).unwrap_or(0);
    let page = u64::try_from(rustix::param::page_size()).unwrap_or(4096);
    for (resource, most) in [
        (Resource::As, pages * page + MEMORY),
        (Resource::Cpu, PROCESSOR),
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
