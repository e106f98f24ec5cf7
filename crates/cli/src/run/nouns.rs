//! Commands of each noun, handed to the use case of the same name.

use std::collections::BTreeMap;

use liuhen_app::input::{
    AddNote, AnswerFinding, Arrive, CameraCheck, CameraMissing, CameraReturn, ChangePassphrase, CheckMedia,
    ClearCamera, CloseMatter, Confirm, EraseMedia, ExplainConfirmation, HandOver, ImportMedia, Leave,
    LinkMedia, ListDrafts, ListMatters, ListMedia, ListNotes, MarkMedia, NameSecond, NewDraft, Nothing,
    OpenDraft, OpenMatter, PreviewImport, RecordPatrol, RefuseToSign, ResolveContradiction, ResolveDraft,
    SaveMedia, SetDraft, SetParty, ShowCertificate, ShowReceipt, StartMatter, TellRights, UnlinkMedia,
    VoidMatter, WatchFolder,
};
use liuhen_app::view::{Coordinates, MatterResult, MatterState, Signer, StartKind};
use liuhen_app::{ApiError, capture, evidence, findings, home, onsite, receipts, shift as duty, writing};

use super::{Terminal, text_of, text_or_stdin};
use crate::args::{
    CameraCommand, DraftCommand, FindingCommand, MatterCommand, MediaCommand, NoteCommand, PassphraseCommand,
    ReceiptCommand, ShiftCommand,
};
use crate::args::{Outcome, SignerWord, Start, State};
use crate::output::{self, lines, object};
use crate::passphrase as secrets;

impl From<Start> for StartKind {
    fn from(start: Start) -> Self {
        match start {
            Start::Patrol => Self::Patrol,
            Start::Inspection => Self::Inspection,
            Start::Complaint => Self::Complaint,
        }
    }
}

impl From<Outcome> for MatterResult {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::NothingFound => Self::NothingFound,
            Outcome::Dissuaded => Self::Dissuaded,
            Outcome::Corrected => Self::Corrected,
            Outcome::Recheck => Self::Recheck,
            Outcome::ToFile => Self::ToFile,
        }
    }
}

impl From<SignerWord> for Signer {
    fn from(signer: SignerWord) -> Self {
        match signer {
            SignerWord::Party => Self::Party,
            SignerWord::Witness => Self::Witness,
        }
    }
}

impl From<State> for MatterState {
    fn from(state: State) -> Self {
        match state {
            State::Open => Self::Open,
            State::Closed => Self::Closed,
            State::Voided => Self::Voided,
            State::Disputed => Self::Disputed,
        }
    }
}

pub(super) fn passphrase(terminal: &Terminal, command: PassphraseCommand) -> Result<(), ApiError> {
    let PassphraseCommand::Change = command;
    let input = ChangePassphrase { old: secrets::own()?, new: secrets::new()? };
    object(&home::change_passphrase(&terminal.laptop, input)?)
}

pub(super) fn matter(terminal: &Terminal, command: MatterCommand) -> Result<(), ApiError> {
    use MatterCommand as C;
    let laptop = &terminal.laptop;
    let view = match command {
        C::List { state, mine, limit } => {
            let input = ListMatters { state: state.map(Into::into), mine, limit, before: None };
            return lines(&capture::matters(laptop, input)?.matters);
        }
        C::Start(begin) => {
            let coordinates = begin.latitude.zip(begin.longitude);
            let input = StartMatter {
                start: begin.start.into(),
                title: begin.title,
                place: begin.place,
                coordinates: coordinates.map(|(latitude, longitude)| Coordinates { latitude, longitude }),
                second: begin.second,
                follows: begin.follows,
            };
            capture::start_matter(laptop, input)
        }
        C::Show { id } => capture::matter(laptop, OpenMatter { matter: id }),
        C::Confirm { id, entries } => {
            capture::confirm(laptop, Confirm { matter: id, entries, ..Confirm::default() })
        }
        C::Certificate { id } => capture::show_certificate(laptop, ShowCertificate { matter: id }),
        C::Rights { id } => capture::tell_rights(laptop, TellRights { matter: id }),
        C::Party { id, name, number, kind, like } => {
            capture::set_party(laptop, SetParty { matter: id, name, number, kind, like, card: None })
        }
        C::Patrol { title, place, text, result } => {
            let text = text_or_stdin(text)?;
            let result = result.map(Into::into);
            onsite::record_patrol(laptop, RecordPatrol { title, place, text, result, coordinates: None })
        }
        C::Arrive { id } => onsite::arrive(laptop, Arrive { matter: id }),
        C::Leave { id } => onsite::leave(laptop, Leave { matter: id }),
        C::Refuse { id, signer, reason, name, witness } => {
            let entries = Vec::new();
            let signer = signer.into();
            evidence::refuse_to_sign(
                laptop,
                RefuseToSign { matter: id, signer, name, reason, witness, entries },
            )
        }
        C::Second { id, name, reason } => {
            capture::name_second(laptop, NameSecond { matter: id, officer: name, reason })
        }
        C::Explain { id, reason } => {
            capture::explain_confirmation(laptop, ExplainConfirmation { matter: id, reason })
        }
        C::Close { id, result, until } => {
            capture::close_matter(laptop, CloseMatter { matter: id, result: result.into(), until })
        }
        C::Void { id, reason } => capture::void_matter(laptop, VoidMatter { matter: id, reason }),
        C::Hand { id, to, reason } => capture::hand_over(laptop, HandOver { matter: id, to, reason }),
        C::Resolve { id, chosen, others, reason } => capture::resolve_contradiction(
            laptop,
            ResolveContradiction { matter: id, chosen, others, reason },
        ),
    };
    object(&view?)
}

pub(super) fn note(terminal: &Terminal, command: NoteCommand) -> Result<(), ApiError> {
    let laptop = &terminal.laptop;
    match command {
        NoteCommand::Add { matter, text, corrects } => {
            let text = text_or_stdin(text)?;
            let view = capture::add_note(laptop, AddNote { matter: matter.clone(), text, corrects })?;
            // The note just added, not the whole matter: its hash is what a script wants.
            let added = capture::notes(laptop, ListNotes { matter })?.into_iter().next_back();
            match added {
                Some(note) => object(&note),
                None => object(&view),
            }
        }
        NoteCommand::List { matter } => lines(&capture::notes(laptop, ListNotes { matter })?),
    }
}

pub(super) fn media(terminal: &Terminal, command: MediaCommand) -> Result<(), ApiError> {
    use MediaCommand as C;
    let laptop = &terminal.laptop;
    match command {
        C::Import { paths, matter, offset, device, sm3_later, preview } => {
            let paths = paths.iter().map(|path| text_of(path)).collect::<Result<Vec<_>, _>>()?;
            if preview {
                return object(&evidence::import_preview(
                    laptop,
                    PreviewImport { paths, offset_seconds: offset },
                )?);
            }
            let sm3_later = sm3_later.then_some(true);
            let input =
                ImportMedia { paths, matter, offset_seconds: offset, device, into: Vec::new(), sm3_later };
            let done = evidence::import_files(laptop, &input, &terminal.work())?;
            object(&done)?;
            match done.failed.first() {
                Some(failed) => {
                    Err(ApiError { message: failed.message.clone(), ..ApiError::new(&failed.code) })
                }
                None => Ok(()),
            }
        }
        C::List { matter, unlinked } => lines(
            &evidence::media_list(laptop, ListMedia { matter, unlinked, limit: Some(u32::MAX - 1) })?.media,
        ),
        C::Digest => object(&evidence::digest_files(laptop, &terminal.work())?),
        C::Check { id } => {
            let checked = evidence::check_file(laptop, &CheckMedia { media: id }, &terminal.work())?;
            object(&checked)?;
            if checked.sound { Ok(()) } else { Err(ApiError::new("media_damaged")) }
        }
        C::Link { id, matter } => object(&evidence::link(laptop, LinkMedia { media: id, matter })?),
        C::Unlink { id, matter, reason } => {
            object(&evidence::unlink(laptop, UnlinkMedia { media: id, matter, reason })?)
        }
        C::Mark { id, at, text } => {
            object(&evidence::mark(laptop, MarkMedia { media: id, at_ms: at, text })?)
        }
        C::Sources => lines(&evidence::media_sources(laptop, Nothing {})?.sources),
        C::Watch { path } => {
            let path = path.as_deref().map(text_of).transpose()?;
            lines(&evidence::watch_folder(laptop, WatchFolder { path })?.sources)
        }
        C::Clear { paths, really } => {
            let paths = paths.iter().map(|path| text_of(path)).collect::<Result<_, _>>()?;
            object(&evidence::clear_files(laptop, &ClearCamera { paths, really }, &terminal.work())?)
        }
        C::Erase { id, reason, copy } => {
            let second_copy = copy.as_deref().map(text_of).transpose()?;
            object(&evidence::erase(laptop, EraseMedia { media: id, reason, second_copy })?)
        }
        C::Open { id, out } => {
            object(&evidence::save_media(laptop, SaveMedia { media: id, out: text_of(&out)? })?)
        }
    }
}

pub(super) fn draft(terminal: &Terminal, command: DraftCommand) -> Result<(), ApiError> {
    use DraftCommand as C;
    let laptop = &terminal.laptop;
    match command {
        C::New { matter, title } => object(&writing::draft_new(laptop, NewDraft { matter, title })?),
        C::Set { id, field, text, base } => {
            let set = BTreeMap::from([(field, text_or_stdin(text)?)]);
            object(&writing::draft_set(laptop, SetDraft { draft: id, base, set, unset: Vec::new() })?)
        }
        C::Show { id } => object(&writing::draft(laptop, OpenDraft { draft: id })?),
        C::List { matter } => lines(&writing::drafts(laptop, ListDrafts { matter })?.drafts),
        C::Resolve { id, field, chosen, text } => {
            let text = text.map(text_or_stdin).transpose()?;
            object(&writing::draft_resolve(laptop, ResolveDraft { draft: id, field, chosen, text })?)
        }
    }
}

pub(super) fn camera(terminal: &Terminal, command: CameraCommand) -> Result<(), ApiError> {
    let laptop = &terminal.laptop;
    let view = match command {
        CameraCommand::Check { number, carried_by, battery, card, clock } => {
            duty::camera_check(laptop, CameraCheck { number, carried_by, battery, card, clock })?
        }
        CameraCommand::Missing { reason, matter, number } => {
            duty::camera_missing(laptop, CameraMissing { matter, number, reason })?
        }
        CameraCommand::Return { number, note } => {
            duty::camera_return(laptop, CameraReturn { number, sound: note.is_none(), note })?
        }
        CameraCommand::List => duty::cameras(laptop, Nothing {})?,
    };
    lines(&view.lines)
}

pub(super) fn finding(terminal: &Terminal, command: FindingCommand) -> Result<(), ApiError> {
    let FindingCommand::Answer { id, text } = command;
    let input = AnswerFinding { finding: id, answer: text_or_stdin(text)? };
    object(&findings::answer_finding(&terminal.laptop, input)?)
}

pub(super) fn shift(terminal: &Terminal, command: ShiftCommand) -> Result<(), ApiError> {
    match command {
        ShiftCommand::Show => object(&duty::shift(&terminal.laptop, Nothing {})?),
        ShiftCommand::End => object(&duty::end_shift(&terminal.laptop, Nothing {})?),
    }
}

pub(super) fn receipt(terminal: &Terminal, command: ReceiptCommand) -> Result<(), ApiError> {
    let ReceiptCommand::Show { id, out } = command;
    let view = receipts::receipt(&terminal.laptop, ShowReceipt { id })?;
    if let Some(out) = out {
        let proof = match view.receipts.as_slice() {
            [only] => only.proof.as_ref().ok_or_else(|| ApiError::new("no_receipt"))?,
            _ => return Err(ApiError::new("one_entry_needed")),
        };
        receipts::save_proof(&out, proof)?;
    }
    output::object(&view)
}
