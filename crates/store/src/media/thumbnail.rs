//! Small pictures of stills, made when somebody first looks and kept encrypted.
//!
//! Decoding is bounded in bytes, pixels and memory; what is larger has no thumbnail. They may be lost
//! at any time and are made again. A video's picture is drawn by the window that plays it.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits};
use liuhen_protocol::Digest;

use crate::vault::{Error, Header, Result, Vault};

/// Pixels of the longer side.
pub const SIDE: u32 = 480;
/// Bytes of a still that are decoded at most.
const FILE: u64 = 64 * 1024 * 1024;
/// Pixels of a side of a still that is decoded.
const PIXELS: u32 = 20_000;
/// Bytes of memory a decoder may take: 50 million pixels.
const MEMORY: u64 = 160 * 1024 * 1024;
/// JPEG quality of a thumbnail.
const QUALITY: u8 = 78;

/// The thumbnail of a still in the vault, as JPEG: the one kept, else a new one, which is kept.
///
/// # Errors
/// [`Error::NoThumbnail`] for what is no still, too large or broken; the errors of opening a file.
pub fn of(vault: &Vault, digest: &Digest, expected: Option<&Header>) -> Result<Vec<u8>> {
    if let Some(kept) = vault.thumbnail(digest)? {
        return Ok(kept);
    }
    let mut reader = vault.open(digest, expected)?;
    if reader.size() > FILE {
        return Err(Error::NoThumbnail);
    }
    let bytes = reader.read_range(0, FILE)?;
    let made = make(&bytes)?;
    vault.keep_thumbnail(digest, &made)?;
    Ok(made)
}

/// Makes a thumbnail of the bytes of a still, upright as EXIF says, as JPEG without any metadata.
///
/// # Errors
/// [`Error::NoThumbnail`].
pub fn make(bytes: &[u8]) -> Result<Vec<u8>> {
    // A fault in a decoder costs a thumbnail, not the program.
    catch_unwind(AssertUnwindSafe(|| small(bytes))).ok().flatten().ok_or(Error::NoThumbnail)
}

fn small(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(PIXELS);
    limits.max_image_height = Some(PIXELS);
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    // The decoders keep to the limit for what they allocate; the picture itself counts too.
    if decoder.total_bytes() > MEMORY {
        return None;
    }
    let upright = decoder.orientation().ok();
    let picture = DynamicImage::from_decoder(decoder).ok()?;
    let mut picture = picture.thumbnail(SIDE, SIDE);
    if let Some(upright) = upright {
        picture.apply_orientation(upright);
    }
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, QUALITY);
    picture.into_rgb8().write_with_encoder(encoder).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat};

    use super::{SIDE, make};

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    }

    #[test]
    fn the_longer_side_is_bounded_and_the_shape_kept() {
        let made = make(&png(1920, 1080)).unwrap();
        let back = image::load_from_memory(&made).unwrap();
        assert_eq!((back.width(), back.height()), (SIDE, 270));
    }

    #[test]
    fn no_picture_gives_no_thumbnail() {
        assert!(make(b"").is_err());
        assert!(make(b"%PDF-1.7").is_err());
        let whole = png(64, 64);
        assert!(make(&whole[..whole.len() / 2]).is_err());
    }

    #[test]
    fn a_picture_that_would_fill_the_memory_is_refused_by_its_header() {
        // 19,000 × 19,000 pixels of nothing compress to little.
        let mut bomb = png(8, 8);
        bomb[16..24].copy_from_slice(&[0, 0, 0x4a, 0x38, 0, 0, 0x4a, 0x38]);
        assert!(make(&bomb).is_err());
    }
}
