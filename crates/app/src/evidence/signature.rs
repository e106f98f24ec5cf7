//! 手写签名图像: a drawn signature becomes two files, the picture and the strokes with their times, and an
//! entry of the matter that names both and what was shown. All of it is one commit.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use liuhen_core::ids::{EntryHash, MatterId};
use liuhen_core::matter::{MatterCommand, SignRefused, Signed, SignedFile};
use liuhen_core::media::{self, CaptureSource, MediaCommand, MediaState};
use liuhen_store::{NewEntry, Store};

use super::stage::{self, Staged, take_staged};
use super::{MEDIA, unstage};
use crate::capture::{self, MATTER};
use crate::error::{ApiError, Result};
use crate::input::{Drawing, DropStaged, RefuseToSign, SignMatter, StageBytes};
use crate::laptop::Laptop;
use crate::record::draft_entries;
use crate::strings::sentence;
use crate::view::{MatterView, Signer};

/// Most bytes of a picture.
const MOST_PICTURE: usize = 1 << 20;
/// Points of a drawing: fewer is a slip of the finger, more is no signature.
const DOTS: std::ops::RangeInclusive<usize> = 4..=40_000;
/// Picture and strokes: known, because they were made here.
const MIMES: [&str; 2] = ["image/png", "application/json"];
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The hashes of entries shown; each must be one of this matter.
fn shown(store: &Store, matter: &str, entries: &[String]) -> Result<Vec<EntryHash>> {
    for entry in entries {
        let of = ["note", "step"].iter().find_map(|kind| store.document(kind, entry).transpose());
        let document = of.transpose()?.ok_or_else(|| ApiError::not_found("entry"))?;
        if document.columns.matter.as_deref() != Some(matter) {
            return Err(ApiError::not_found("entry"));
        }
    }
    Ok(entries.iter().map(|entry| EntryHash::from(entry.as_str())).collect())
}

fn checked(input: &SignMatter) -> Result<Vec<u8>> {
    let picture = STANDARD.decode(&input.picture).map_err(ApiError::invalid)?;
    let dots: usize = input.drawing.strokes.iter().map(Vec::len).sum();
    if !picture.starts_with(PNG) || picture.len() > MOST_PICTURE || !DOTS.contains(&dots) {
        return Err(ApiError::new("signature_empty"));
    }
    Ok(picture)
}

fn strokes(drawing: &Drawing) -> Result<Vec<u8>> {
    let value = serde_json::json!({ "v": 1, "drawing": drawing });
    serde_json::to_vec(&value).map_err(ApiError::invalid)
}

/// Keeps a drawn signature under what was shown.
pub fn sign(laptop: &Laptop, input: SignMatter) -> Result<MatterView> {
    let picture = checked(&input)?;
    laptop.read(|store| shown(store, &input.matter, &input.entries).map(drop))?;
    let name = sentence("result.signature_file", &[("name", input.name.trim())]);
    let files = [(format!("{name}.png"), picture), (format!("{name}.json"), strokes(&input.drawing)?)];
    let mut paths = Vec::new();
    let done = files
        .into_iter()
        .try_for_each(|(name, bytes)| {
            let staged =
                stage::stage(laptop, StageBytes { name, bytes: STANDARD.encode(bytes), modified: None })?;
            paths.push(staged.path);
            Ok(())
        })
        .and_then(|()| commit(laptop, &input, &paths));
    if let Err(error) = done {
        // Nothing names these files: they go again. The drawing is still on the screen.
        drop(unstage(laptop, DropStaged { paths }));
        return Err(error);
    }
    capture::shown(laptop, &input.matter)
}

fn commit(laptop: &Laptop, input: &SignMatter, paths: &[String]) -> Result<()> {
    let staged = paths.iter().map(|path| take_staged(laptop, path)).collect::<Result<Vec<Staged>>>()?;
    let ids = [laptop.moment().uuid()?.to_string(), laptop.moment().uuid()?.to_string()];
    let now = laptop.moment().wall();
    laptop.act(|store, actor| {
        let file = |at: usize| SignedFile { media: ids[at].clone(), sha256: staged[at].sha256.clone() };
        let command = MatterCommand::Sign(Box::new(Signed {
            signer: input.signer.into(),
            name: input.name.clone(),
            entries: shown(store, &input.matter, &input.entries)?,
            picture: file(0),
            strokes: file(1),
        }));
        let state = capture::state_of(store, &input.matter)?;
        let signed = liuhen_core::matter::decide(&state, command, &actor.context())?;
        let mut entries: Vec<NewEntry> = Vec::new();
        for ((id, staged), mime) in ids.iter().zip(&staged).zip(MIMES) {
            let mut facts = stage::recorded(staged);
            mime.clone_into(&mut facts.mime);
            facts.captured_at = Some(now.clone());
            facts.capture_source = CaptureSource::File;
            let matter = Some(MatterId::from(input.matter.as_str()));
            let record = MediaCommand::Record { facts: Box::new(facts), matter };
            entries.extend(draft_entries(MEDIA, id, &media::decide(&MediaState::default(), record)?));
        }
        entries.extend(draft_entries(MATTER, &input.matter, &signed));
        store.commit(actor.signer.as_ref(), entries)?;
        paths.iter().try_for_each(|path| stage::forget(store, path))
    })
}

/// Records that somebody refused to sign (拒签).
pub fn refuse_to_sign(laptop: &Laptop, input: RefuseToSign) -> Result<MatterView> {
    let RefuseToSign { matter, signer, name, reason, witness, entries } = input;
    capture::act(laptop, &matter, |store| {
        let entries = shown(store, &matter, &entries)?;
        let signer = signer.into();
        Ok(MatterCommand::RefuseToSign(Box::new(SignRefused { signer, name, reason, witness, entries })))
    })
}

impl From<Signer> for liuhen_core::matter::Signer {
    fn from(signer: Signer) -> Self {
        match signer {
            Signer::Party => Self::Party,
            Signer::Witness => Self::Witness,
        }
    }
}
