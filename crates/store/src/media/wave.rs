//! Length of a WAV recording from its header.

use std::io::{Read, Seek, SeekFrom};

/// Chunks looked at before giving up.
const CHUNKS: usize = 64;

/// Duration in milliseconds: bytes of sound by bytes per second.
pub(super) fn duration_ms<R: Read + Seek>(file: &mut R) -> Option<u64> {
    file.seek(SeekFrom::Start(12)).ok()?;
    let mut rate = None;
    for _ in 0..CHUNKS {
        let mut head = [0; 8];
        file.read_exact(&mut head).ok()?;
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        match &head[..4] {
            b"fmt " if size >= 12 => {
                let mut format = [0; 12];
                file.read_exact(&mut format).ok()?;
                rate = Some(u32::from_le_bytes([format[8], format[9], format[10], format[11]]));
                file.seek_relative(i64::from(size) - 12 + i64::from(size & 1)).ok()?;
            }
            b"data" => {
                let rate = u64::from(rate.filter(|rate| *rate > 0)?);
                return Some(u64::from(size) * 1000 / rate);
            }
            _ => file.seek_relative(i64::from(size) + i64::from(size & 1)).ok()?,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::duration_ms;

    #[test]
    fn two_seconds_of_sound_are_two_seconds() {
        let mut wave = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0".to_vec();
        wave.extend_from_slice(&[1, 0, 1, 0]);
        wave.extend_from_slice(&8000_u32.to_le_bytes());
        wave.extend_from_slice(&16000_u32.to_le_bytes());
        wave.extend_from_slice(&[2, 0, 16, 0]);
        wave.extend_from_slice(b"data");
        wave.extend_from_slice(&32000_u32.to_le_bytes());
        assert_eq!(duration_ms(&mut Cursor::new(&wave)), Some(2000));
        assert_eq!(duration_ms(&mut Cursor::new(&wave[..40])), None);
    }
}
