//! Enrolment: the first contact between a laptop and its township.
//!
//! Order decides. First any certificate is taken and only the note is asked for, which is public. Then the note must be signed by the
//! root key whose pin the code carries, and must name the very TLS key that was presented. Only then, over a connection pinned to
//! that key, is the code's secret said. What is signed binds code, township, door and key together, so that a code cannot be
//! carried through another door.

use std::sync::Arc;

use liuhen_app::{Enrolment, Introduction, Welcome};
use liuhen_protocol::wire::{EnrolAnswer, EnrolRequest, EntryReceipt, enrolment_message, secret_text};
use liuhen_protocol::{
    Digest, Domain, DoorError, EnrolmentCode, Error as ProtocolError, Note, PublicKey, SeriesId, Township,
    TownshipNote, root_pin,
};
use liuhen_store::Moment;

use crate::bandwidth::Bandwidth;
use crate::error::{Result, SyncError};
use crate::http::{HttpTownship, Trust};
use crate::trust::{Anchor, Lie, LieKind, check_inclusion};

/// A township met for the first time.
struct Met {
    code: EnrolmentCode,
    text: String,
    note: TownshipNote,
    /// The TLS key it presented, which its note names.
    presented: Digest,
    address: String,
}

/// Asks an address for its note and verifies it by the code. Nothing of the code is said.
fn meet(url: &str, code: &str) -> Result<Met> {
    let limit = Arc::new(Bandwidth::unlimited());
    let stranger = HttpTownship::new(url, Trust::FirstContact, limit, Arc::default())?;
    let (code, text, note) = ask_note(&stranger, code)?;
    let presented =
        stranger.presented_key().filter(|key| note.tls.contains(key)).ok_or(SyncError::Foreign)?;
    Ok(Met { code, text, note, presented, address: stranger.address() })
}

/// The township's note and recovery key, before a home is made.
pub(crate) fn introduce(url: &str, code: &str) -> Result<Introduction> {
    let met = meet(url, code)?;
    Ok(Introduction { recovery: met.note.recovery, note: met.text })
}

/// Redeems a code at an address.
pub(crate) fn enrol(enrolment: &Enrolment<'_>, moment: &Moment) -> Result<Welcome> {
    let Met { code, text, note, presented, address } = meet(enrolment.url, enrolment.code)?;
    let limit = Arc::new(Bandwidth::unlimited());
    let door = HttpTownship::new(&address, Trust::Pinned(vec![presented]), limit, Arc::default())?;
    redeem(&door, enrolment, &code, &text, note, presented, address, moment)
}

/// Reads the code, then asks a door for its note and verifies it by the code.
pub(crate) fn ask_note(door: &dyn Township, code: &str) -> Result<(EnrolmentCode, String, TownshipNote)> {
    let code = EnrolmentCode::parse(code).map_err(SyncError::Code)?;
    let text = door.note()?;
    let note = read_note(&text, &code)?;
    Ok((code, text, note))
}

/// Verifies a note by the half pin of a code.
fn read_note(text: &str, code: &EnrolmentCode) -> Result<TownshipNote> {
    let root = claimed_root(text).map_err(|_| SyncError::Foreign)?;
    if !code.is_for(&root) {
        return Err(SyncError::Foreign);
    }
    TownshipNote::verify(text, &root_pin(&root)).map_err(|_| SyncError::Foreign)
}

/// The root key that a note names, unverified.
fn claimed_root(text: &str) -> Result<PublicKey, ProtocolError> {
    let note = Note::parse(text)?;
    let line = note.text().lines().find_map(|line| line.strip_prefix("root "));
    PublicKey::from_base64(line.ok_or(ProtocolError::Unknown("township root"))?)
}

/// Says the secret over a pinned connection, and verifies the answer.
#[expect(clippy::too_many_arguments, reason = "everything that the signature binds together")]
pub(crate) fn redeem(
    door: &dyn Township,
    enrolment: &Enrolment<'_>,
    code: &EnrolmentCode,
    text: &str,
    note: TownshipNote,
    presented: Digest,
    address: String,
    moment: &Moment,
) -> Result<Welcome> {
    let key = enrolment.signer.public_key();
    let nonce = Digest(moment.random()?);
    let message = enrolment_message(&nonce, &root_pin(&note.root), &presented, &key);
    let request = EnrolRequest {
        secret: secret_text(&code.secret),
        public_key: key,
        seal: Digest(enrolment.seal_public),
        device: enrolment.device.to_owned(),
        nonce,
        signature: enrolment.signer.sign(Domain::Enrolment, &message),
    };
    let answer = door.enrol(&request)?;
    check_answer(&answer, &key, &note)?;
    Ok(Welcome {
        officer: answer.holder,
        note: text.to_owned(),
        url: address,
        root: note.root,
        entry: answer.entry,
        checkpoint: answer.checkpoint,
        keys: answer.keys,
    })
}

/// The township's entry must really be of the township, in its log, and about this officer and this key.
fn check_answer(answer: &EnrolAnswer, key: &PublicKey, note: &TownshipNote) -> Result<()> {
    let anchor = Anchor { note: note.clone(), quorum: 0 };
    let dated = anchor.date(&answer.checkpoint)?;
    let lie = || Lie::new(LieKind::Forged).offered(&dated.note);
    let (entry, body) = answer.entry.entry.decode().map_err(|_| lie())?;
    let series = entry.envelope().series;
    let author = note.nodes.iter().find(|key| SeriesId::of(key) == series).ok_or_else(lie)?;
    entry.verify(author).map_err(|_| lie().entry(entry.hash()))?;
    let receipt =
        EntryReceipt { hash: entry.hash(), index: answer.entry.index, path: answer.entry.path.clone() };
    check_inclusion(&dated, &receipt)?;
    let named = body.as_ref().and_then(|(_, body)| body.fields().get("series")?.as_str());
    let ours = SeriesId::of(key).to_hex();
    let about_us = entry.envelope().kind == "officer.enrolled"
        && entry.envelope().subject.id == answer.holder
        && named == Some(ours.as_str());
    if about_us {
        Ok(())
    } else {
        Err(SyncError::Door(DoorError::Malformed { what: "enrolment".to_owned() }))
    }
}
