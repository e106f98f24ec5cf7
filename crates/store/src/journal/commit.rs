//! Writing our own entries.

use liuhen_protocol::{
    Body, Digest, Entry, Envelope, PublicKey, SUITE, Salt, SeriesId, Sign, Subject, VERSION, check_next,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::folding::{Foldable, Touched};
use super::subjects::Subjects;
use super::{Mode, Store};
use crate::engine::{Head, NewRow, Placement, Standing};
use crate::error::{Error, Result};
use crate::tree;

/// An entry to be written: what it is about, what it says, and its body.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntry {
    /// What it is about.
    pub subject: Subject,
    /// What it says.
    pub kind: String,
    /// Its fields.
    pub body: Map<String, Value>,
}

impl NewEntry {
    /// An entry about a subject.
    pub fn new(subject: Subject, kind: impl Into<String>, body: Map<String, Value>) -> Self {
        Self { subject, kind: kind.into(), body }
    }
}

/// What was written: durable when this is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The entry's name.
    pub hash: Digest,
    /// Author's series.
    pub series: SeriesId,
    /// Epoch of the series.
    pub epoch: u32,
    /// Number within the epoch.
    pub seq: u64,
    /// The entry's UUIDv7.
    pub id: Uuid,
    /// Wall clock when it was signed, RFC 3339 UTC.
    pub at: String,
    /// Log index; in a township's store only.
    pub index: Option<u64>,
    /// Whether it counts as far as known here.
    pub standing: Standing,
}

impl Store {
    /// Signs and writes entries of one series, all or nothing, and folds what they touch. Durable
    /// when it answers.
    ///
    /// The first entry of an epoch (`series.opened`) is written before them where one is due: for a
    /// new key, and after a restored, recovered or copied home was noticed.
    ///
    /// # Errors
    /// [`Error::Protocol`] for a body or subject that no reader would accept; nothing is written then.
    pub fn commit(&mut self, signer: &dyn Sign, entries: Vec<NewEntry>) -> Result<Vec<Committed>> {
        self.write(|store| store.write_all(signer, entries))
    }

    /// The same, inside a transaction of the caller.
    pub(super) fn write_all(&mut self, signer: &dyn Sign, entries: Vec<NewEntry>) -> Result<Vec<Committed>> {
        let mut pen = self.open_pen(signer.public_key())?;
        if let Some(opening) = self.opening_due(&pen)? {
            pen.turn_to(opening.epoch);
            self.write_one(signer, &mut pen, opening.entry)?;
            self.opened(&pen.series, pen.epoch)?;
        }
        let written = entries
            .into_iter()
            .map(|entry| self.write_one(signer, &mut pen, entry))
            .collect::<Result<_>>()?;
        self.close_pen(pen)?;
        Ok(written)
    }

    /// Everything one commit keeps between its entries.
    pub(super) fn open_pen(&mut self, key: PublicKey) -> Result<Pen> {
        let series = SeriesId::of(&key);
        self.engine.add_series(&key, true)?;
        let epoch = self.writing(&series)?.unwrap_or(0);
        Ok(Pen {
            series,
            epoch,
            head: self.engine.head(&series, epoch)?,
            subjects: Subjects::default(),
            touched: Touched::default(),
            rights: Vec::new(),
        })
    }

    /// Signs one entry and appends it.
    pub(super) fn write_one(&mut self, signer: &dyn Sign, pen: &mut Pen, new: NewEntry) -> Result<Committed> {
        let salt = Salt(self.moment.random()?);
        let body = Body::new(new.body).map_err(Error::protocol("a new body"))?;
        let envelope = Envelope {
            v: VERSION,
            suite: SUITE.to_owned(),
            series: pen.series,
            epoch: pen.epoch,
            seq: pen.head.map_or(1, |head| head.position.seq + 1),
            prev: pen.head.map(|head| head.position.hash),
            after: pen.subjects.after(self.engine.as_ref(), &new.subject)?,
            id: self.moment.uuid()?,
            subject: new.subject,
            time: self.moment.stamp(),
            seen: self.seen,
            kind: new.kind,
            body: body.reference(&salt).map_err(Error::protocol("a new body"))?,
        };
        let entry = Entry::sign(envelope, signer).map_err(Error::protocol("a new entry"))?;
        // The very rules that readers apply, so that nothing is written that they must refuse.
        check_next(pen.head.as_ref().map(|head| &head.position), None, &entry)
            .map_err(|_| Error::NotWritable { reason: "it does not follow the head of its series" })?;
        let ord = self.engine.append(&NewRow { entry: &entry, body: Some((&salt, body.bytes())) })?;
        let index = self.log_own(ord, &entry)?;
        let envelope = entry.envelope();
        let before = pen.subjects.add(self.engine.as_ref(), envelope, entry.hash())?;
        let standing = self.standings.judge_at(&pen.series, pen.epoch, envelope.seq, &entry.hash(), index);
        if standing == Standing::Good {
            let author = self.standings.author(&pen.series);
            let foldable = Foldable::new(envelope, &entry.hash(), Some(body.fields()), author);
            pen.touched.extend(&envelope.subject, before, foldable);
        } else {
            self.set_standing(ord, entry.hash(), standing)?;
        }
        if let Some(index) = index.filter(|_| self.standings.concerns(&pen.series, &envelope.kind)) {
            pen.rights.push((index, entry.hash()));
        }
        let position = liuhen_protocol::Position::of(&entry);
        pen.head = Some(Head { position, held: 0 });
        Ok(Committed {
            hash: position.hash,
            series: position.series,
            epoch: position.epoch,
            seq: position.seq,
            id: envelope.id,
            at: envelope.time.wall.clone(),
            index,
            standing,
        })
    }

    /// In a township's store an entry is logged in the same transaction.
    fn log_own(&mut self, ord: u64, entry: &Entry) -> Result<Option<u64>> {
        if self.mode == Mode::Laptop {
            return Ok(None);
        }
        let index = self.engine.log_size()?;
        tree::append(self.engine.as_mut(), index, &entry.hash())?;
        self.engine.place(ord, &Placement { index, size: 0, path: Vec::new() })?;
        Ok(Some(index))
    }

    /// Writes back what a commit kept between its entries, and folds.
    pub(super) fn close_pen(&mut self, pen: Pen) -> Result<()> {
        let Pen { subjects, mut touched, rights, .. } = pen;
        subjects.save(self.engine.as_mut())?;
        self.take_rights(rights, &mut touched)?;
        self.settle(touched)
    }
}

/// What one commit keeps between its entries.
pub(super) struct Pen {
    pub(super) series: SeriesId,
    pub(super) epoch: u32,
    pub(super) head: Option<Head>,
    subjects: Subjects,
    touched: Touched,
    rights: Vec<(u64, Digest)>,
}

impl Pen {
    /// Goes on in a new epoch.
    pub(super) fn turn_to(&mut self, epoch: u32) {
        self.epoch = epoch;
        self.head = None;
    }
}
