//! The clerk: takes the parts of a parcel to a township's door, one by one, and gives the parts of the answer.
//!
//! It speaks only [`Township`], so whatever the door checks over HTTPS it checks here. Parts are taken in the order of
//! their numbers; a refused part does not stop the following ones.

use crate::parcel::{Message, Part};
use crate::wire::{PullRequest, ReceiptsRequest, unpack};
use crate::{Checkpoint, Digest, DoorError, Note, Token, Township};

/// Pages one pull may give; a guard against a township that always says "more".
const MAX_PAGES: usize = 100_000;

/// Carries parts to a door and remembers how far the laptop will know the log after reading the answers so far.
pub struct Clerk<'a> {
    door: &'a dyn Township,
    token: Token,
    known: u64,
}

impl<'a> Clerk<'a> {
    /// A clerk in the name of a session, for a laptop that knows the log up to `known`.
    pub const fn new(door: &'a dyn Township, token: Token, known: u64) -> Self {
        Self { door, token, known }
    }

    /// Takes part `number` to the door and hands each part of the answer to `out`.
    ///
    /// # Errors
    /// What `out` answers. A door that refuses is an answer ([`Message::Refused`]), not an error.
    pub fn take<E>(
        &mut self,
        number: u32,
        part: &Part,
        out: &mut dyn FnMut(Part) -> Result<(), E>,
    ) -> Result<(), E> {
        let answer = match &part.message {
            Message::Push(batch) => {
                let batch = crate::wire::PushBatch { known: self.known, ..batch.clone() };
                self.door.push(&self.token, &batch).map(|answer| self.receipted(answer))
            }
            Message::Receipts(wish) => {
                let wish = ReceiptsRequest { known: self.known, ..wish.clone() };
                self.door.receipts(&self.token, &wish).map(|answer| self.receipted(answer))
            }
            Message::Pull(wish) => return self.pull(number, wish, out),
            Message::Blob { spec, offset } => self.blob(spec, *offset, &part.payload),
            Message::Pack => self.pack(&part.payload),
            // An opening is read by whoever opened the parcel; answers have no business at a door.
            _ => return Ok(()),
        };
        match answer {
            Ok(message) => out(Part::of(message)),
            Err(error) => out(refused(number, &error)),
        }
    }

    fn receipted(&mut self, answer: crate::wire::ReceiptsAnswer) -> Message {
        self.learn(&answer.checkpoint);
        Message::Receipted(answer)
    }

    /// The next answer proves its consistency from this checkpoint on, as the laptop reads them in order.
    fn learn(&mut self, checkpoint: &str) {
        if let Ok(found) = Note::parse(checkpoint).and_then(|note| Checkpoint::parse_text(note.text())) {
            self.known = found.size;
        }
    }

    fn pull<E>(
        &mut self,
        number: u32,
        wish: &PullRequest,
        out: &mut dyn FnMut(Part) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut wish = wish.clone();
        for _ in 0..MAX_PAGES {
            wish.known = self.known;
            match self.door.pull(&self.token, &wish) {
                Ok(page) => {
                    self.learn(&page.checkpoint);
                    let more = page.more && page.next != wish.after;
                    wish.after = page.next;
                    wish.prove.clear();
                    out(Part::of(Message::Pulled(Box::new(page))))?;
                    if !more {
                        return Ok(());
                    }
                }
                Err(error) => return out(refused(number, &error)),
            }
        }
        Ok(())
    }

    fn blob(&self, spec: &crate::wire::BlobSpec, offset: u64, bytes: &[u8]) -> Result<Message, DoorError> {
        let mut state = self.door.blob_begin(&self.token, spec)?;
        if !state.complete && state.offset < offset {
            return Err(DoorError::OffsetMismatch { offset: state.offset });
        }
        // A piece carried twice, or resumed in its middle, adds only what is new.
        let held = usize::try_from(state.offset.saturating_sub(offset)).unwrap_or(usize::MAX);
        if !state.complete
            && let Some(new) = bytes.get(held..).filter(|new| !new.is_empty())
        {
            state = self.door.blob_append(&self.token, &state.id, state.offset, new)?;
        }
        Ok(Message::Held { digests: if state.complete { vec![spec.digest] } else { Vec::new() } })
    }

    fn pack(&self, payload: &[u8]) -> Result<Message, DoorError> {
        let files: Vec<(Digest, Vec<u8>)> = unpack(payload)
            .map_err(|error| DoorError::Malformed { what: error.code().to_owned() })?
            .into_iter()
            .map(|(digest, bytes)| (digest, bytes.to_vec()))
            .collect();
        Ok(Message::Held { digests: self.door.pack(&self.token, &files)? })
    }
}

fn refused(part: u32, error: &DoorError) -> Part {
    let code = match error {
        DoorError::Refused { code } => code.clone(),
        DoorError::Busy { .. } => "busy".to_owned(),
        DoorError::Unauthorised => "unauthorised".to_owned(),
        DoorError::OffsetMismatch { .. } => "missing_piece".to_owned(),
        DoorError::ChecksumMismatch => "checksum".to_owned(),
        DoorError::NotFound => "not_found".to_owned(),
        DoorError::TooLarge => "too_large".to_owned(),
        DoorError::Malformed { what } => format!("malformed.{what}"),
        _ => "storage".to_owned(),
    };
    Part::of(Message::Refused { part, code })
}
