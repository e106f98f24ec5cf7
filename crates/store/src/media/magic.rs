//! What kind of file: by its first bytes, never by its name.

/// Bytes of the start of a file that are looked at.
pub(super) const LOOK: usize = 4096;

/// Media type of a file by its first bytes; `application/octet-stream` where none fits.
pub(super) fn mime(start: &[u8]) -> &'static str {
    let at = |offset: usize, magic: &[u8]| start.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    if at(4, b"ftyp") {
        return by_brand(start.get(8..).unwrap_or_default());
    }
    match () {
        () if at(4, b"moov") || at(4, b"mdat") || at(4, b"wide") => "video/quicktime",
        () if at(0, b"RIFF") && at(8, b"AVI ") => "video/x-msvideo",
        () if at(0, b"RIFF") && at(8, b"WAVE") => "audio/wav",
        () if at(0, b"RIFF") && at(8, b"WEBP") => "image/webp",
        () if at(0, b"\x1a\x45\xdf\xa3") => matroska(start),
        () if at(0, b"\xff\xd8\xff") => "image/jpeg",
        () if at(0, b"\x89PNG\r\n\x1a\n") => "image/png",
        () if at(0, b"GIF87a") || at(0, b"GIF89a") => "image/gif",
        () if at(0, b"II*\0") || at(0, b"MM\0*") => "image/tiff",
        () if at(0, b"BM") && at(6, &[0; 4]) => "image/bmp",
        () if at(0, b"%PDF-") => "application/pdf",
        () if at(0, b"OggS") => "audio/ogg",
        () if at(0, b"fLaC") => "audio/flac",
        () if at(0, b"#!AMR") => "audio/amr",
        () if at(0, b"\0\0\x01\xba") => "video/mpeg",
        () if transport_stream(start) => "video/mp2t",
        () if at(0, b"ID3") => "audio/mpeg",
        () if at(0, b"PK\x03\x04") => "application/zip",
        () => audio_frame(start).unwrap_or("application/octet-stream"),
    }
}

/// ISO base media files name their family in the major brand; the compatible brands only help where
/// that says nothing.
fn by_brand(brands: &[u8]) -> &'static str {
    match brands.get(..4).unwrap_or_default() {
        b"qt  " => "video/quicktime",
        b"M4A " | b"M4B " => "audio/mp4",
        b"heic" | b"heix" | b"heim" | b"heis" | b"mif1" | b"msf1" => "image/heic",
        b"avif" | b"avis" => "image/avif",
        [b'3', b'g', ..] => "video/3gpp",
        _ => "video/mp4",
    }
}

fn matroska(start: &[u8]) -> &'static str {
    let header = &start[..start.len().min(64)];
    if header.windows(4).any(|word| word == b"webm") { "video/webm" } else { "video/x-matroska" }
}

/// Sync bytes at packet distance: 188 bytes, or 192 with a time stamp before each packet.
fn transport_stream(start: &[u8]) -> bool {
    [(0, 188), (4, 192)].into_iter().any(|(first, step)| {
        let at: Vec<_> = (0..3).map(|n| start.get(first + n * step)).collect();
        at.iter().all(|byte| *byte == Some(&0x47))
    })
}

/// Headers of raw audio frames: AAC in ADTS and MPEG audio layer III.
fn audio_frame(start: &[u8]) -> Option<&'static str> {
    match *start.get(..3)? {
        [0xff, second, _] if second & 0xf6 == 0xf0 => Some("audio/aac"),
        [0xff, second, third] if second & 0xe0 == 0xe0 && second & 0x06 == 0x02 && third & 0xf0 != 0xf0 => {
            Some("audio/mpeg")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::mime;

    #[test]
    fn each_kind_is_known_by_its_first_bytes() {
        let mut ts = vec![0; 600];
        for at in [0, 188, 376] {
            ts[at] = 0x47;
        }
        let cases: [(&[u8], &str); 19] = [
            (b"\0\0\0\x20ftypisom\0\0\x02\0", "video/mp4"),
            (b"\0\0\0\x14ftypqt  \0\0\0\0", "video/quicktime"),
            (b"\0\0\0\x20ftypM4A \0\0\0\0", "audio/mp4"),
            (b"\0\0\0\x24ftypheic\0\0\0\0", "image/heic"),
            (b"\0\0\0\x14ftyp3gp4\0\0\0\0", "video/3gpp"),
            (b"RIFF\x24\0\0\0AVI LIST", "video/x-msvideo"),
            (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", "video/x-matroska"),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", "video/webm"),
            (b"\xff\xd8\xff\xe1", "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n", "image/png"),
            (b"II*\0", "image/tiff"),
            (b"%PDF-1.7", "application/pdf"),
            (b"ID3\x04", "audio/mpeg"),
            (b"\xff\xfb\x90\0", "audio/mpeg"),
            (b"\xff\xf1\x50\x80", "audio/aac"),
            (&ts, "video/mp2t"),
            (b"", "application/octet-stream"),
        ];
        for (start, wanted) in cases {
            assert_eq!(mime(start), wanted, "{start:02x?}");
        }
    }

    #[test]
    fn text_and_zeros_are_nothing_in_particular() {
        assert_eq!(mime("执法记录".as_bytes()), "application/octet-stream");
        assert_eq!(mime(&[0; 600]), "application/octet-stream");
    }
}
