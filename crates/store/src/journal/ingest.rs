//! Taking in what others wrote.
//!
//! Structural faults (bytes, signature, number, `prev`) stop that series at that entry; everything
//! before it, other series and media go on. A second entry at an occupied place is a fork: kept as
//! evidence, reported, never folded. What is here already is answered as such, so that delivery may
//! repeat, overlap and come in any order of series.

use std::collections::{BTreeSet, HashMap};

use liuhen_protocol::{Digest, Fault, Position, PublicKey, Seen, SeriesId, check_next, merkle};
use serde_json::json;

use super::check::{Checked, Refused, check_all};
use super::delivery::{Batch, Fork, IngestReport, Outcome, StoppedAt};
use super::folding::{Foldable, Touched};
use super::subjects::Subjects;
use super::{Mode, Reason, Store, meta};
use crate::engine::{NewRow, Placement, Shelf, Standing};
use crate::error::{Error, Result};
use crate::moment::Hybrid;
use crate::tree;

/// What one ingest keeps between its entries.
struct Desk {
    against: Option<Seen>,
    heads: HashMap<(SeriesId, u32), Option<Position>>,
    /// Epochs met in this batch, and whether this home writes them.
    ours: HashMap<(SeriesId, u32), bool>,
    stopped: BTreeSet<(SeriesId, u32)>,
    subjects: Subjects,
    touched: Touched,
    rights: Vec<(u64, Digest)>,
    hybrid: Option<Hybrid>,
    log_size: u64,
    report: IngestReport,
}

impl Store {
    /// Checks entries (bytes, bodies, signatures) on two threads and takes in what is good.
    pub fn ingest(&mut self, batch: Batch) -> Result<IngestReport> {
        let keys = self.keys_for(&batch.keys)?;
        let checked = check_all(batch.entries, &keys);
        self.ingest_checked(&batch.keys, checked, batch.against)
    }

    /// Takes in entries that [`super::check`] has seen, in one transaction.
    pub fn ingest_checked(
        &mut self,
        keys: &[PublicKey],
        entries: Vec<Result<Checked, Refused>>,
        against: Option<Seen>,
    ) -> Result<IngestReport> {
        let allowed = self.keys_for(keys)?;
        self.write(|store| {
            let known: BTreeSet<_> = store.engine.series()?.into_iter().map(|row| row.series).collect();
            for (series, key) in &allowed {
                let used = || entries.iter().flatten().any(|one| one.entry.envelope().series == *series);
                if !known.contains(series) && used() {
                    store.engine.add_series(key, false)?;
                }
            }
            let mut desk = store.desk(against)?;
            for entry in entries {
                match entry {
                    Ok(checked) => store.take(&mut desk, checked)?,
                    Err(refused) => refuse(&mut desk, refused.claims, refused.hash, refused.code),
                }
            }
            store.clear_desk(desk)
        })
    }

    /// The keys that entries may be checked with: all known ones, and the given ones. In a township's
    /// store only those that the township enrolled.
    pub fn keys_for(&self, offered: &[PublicKey]) -> Result<HashMap<SeriesId, PublicKey>> {
        let mut keys: HashMap<_, _> =
            self.engine.series()?.into_iter().map(|row| (row.series, row.key)).collect();
        for key in offered {
            let series = SeriesId::of(key);
            if self.mode == Mode::Laptop || self.standings.author(&series).officer.is_some() {
                keys.entry(series).or_insert(*key);
            }
        }
        Ok(keys)
    }

    fn desk(&self, against: Option<Seen>) -> Result<Desk> {
        Ok(Desk {
            against,
            heads: HashMap::new(),
            ours: HashMap::new(),
            stopped: BTreeSet::new(),
            subjects: Subjects::default(),
            touched: Touched::default(),
            rights: Vec::new(),
            hybrid: None,
            log_size: if self.mode == Mode::Township { self.engine.log_size()? } else { 0 },
            report: IngestReport::default(),
        })
    }

    fn take(&mut self, desk: &mut Desk, checked: Checked) -> Result<()> {
        let Position { series, epoch, seq, hash } = Position::of(&checked.entry);
        if desk.stopped.contains(&(series, epoch)) {
            // Only the first refused entry of a series is named.
            let code = desk
                .report
                .stopped
                .iter()
                .rev()
                .find(|stop| stop.at.is_some_and(|(at, in_epoch, _)| (at, in_epoch) == (series, epoch)));
            let code = code.map_or("stopped", |stop| stop.code);
            desk.report.outcomes.push(Outcome::Stopped { hash, code });
            return Ok(());
        }
        let head = match desk.heads.get(&(series, epoch)) {
            Some(head) => *head,
            None => self.engine.head(&series, epoch)?.map(|head| head.position),
        };
        let present = match head {
            Some(head) if seq <= head.seq => self.engine.hash_at(&series, epoch, seq)?,
            _ => None,
        };
        let proved = self.proved(desk, &checked)?;
        let mut follows = check_next(head.as_ref(), present.as_ref(), &checked.entry);
        if matches!(follows, Err(Fault::Gap { .. })) && proved && self.may_have_holes(&series, epoch)? {
            follows = self.check_neighbours(&checked)?;
        }
        match follows {
            Ok(()) => {
                self.append(desk, checked)?;
                let newest = Position { series, epoch, seq, hash };
                desk.heads
                    .insert((series, epoch), Some(head.filter(|head| head.seq > seq).unwrap_or(newest)));
                Ok(())
            }
            Err(Fault::Repeated { .. }) => self.again(desk, checked),
            Err(fault @ Fault::Fork { .. }) => {
                let first = present.unwrap_or(hash);
                self.keep_fork(desk, &checked, first)?;
                desk.report.outcomes.push(Outcome::Forked { hash, first });
                let at = Some((series, epoch, seq));
                desk.report.stopped.push(StoppedAt { at, hash, code: fault.code() });
                desk.stopped.insert((series, epoch));
                Ok(())
            }
            Err(fault) => {
                refuse(desk, Some((series, epoch, seq)), hash, fault.code());
                Ok(())
            }
        }
    }

    /// Whether the township proved that it logged this entry.
    ///
    /// # Errors
    /// [`Error::BadReceipt`] when it tried and failed: then it lies, and nothing of the batch is kept.
    fn proved(&self, desk: &Desk, checked: &Checked) -> Result<bool> {
        let (Some(Seen { size, root }), Some(placement)) = (desk.against, &checked.placement) else {
            // Said but not proved is not said.
            return Ok(false);
        };
        let hash = checked.entry.hash();
        merkle::verify_inclusion(&hash, placement.index, size, &placement.path, &root)
            .map_err(|_| Error::BadReceipt { hash })?;
        Ok(self.mode == Mode::Laptop)
    }

    /// A laptop sees of others' series only what lies in its scope, in the order of its feed. A township
    /// sees everything, and nobody has holes in the epoch that he writes himself.
    pub(super) fn may_have_holes(&self, series: &SeriesId, epoch: u32) -> Result<bool> {
        Ok(self.mode == Mode::Laptop && self.writing(series)? != Some(epoch))
    }

    /// Where entries between are not here, those beside must fit.
    fn check_neighbours(&self, checked: &Checked) -> Result<Result<(), Fault>> {
        let envelope = checked.entry.envelope();
        let (series, epoch, seq) = (&envelope.series, envelope.epoch, envelope.seq);
        let before = if seq > 1 { self.engine.hash_at(series, epoch, seq - 1)? } else { None };
        if before.is_some_and(|before| envelope.prev != Some(before)) {
            return Ok(Err(Fault::Chain { seq }));
        }
        let after = self.engine.series_entries(series, epoch, seq + 1, 1)?.pop();
        if let Some(after) = after.filter(|after| after.seq == seq + 1)
            && after.entry()?.envelope().prev != Some(checked.entry.hash())
        {
            return Ok(Err(Fault::Chain { seq }));
        }
        Ok(Ok(()))
    }

    /// A new entry that follows its head.
    fn append(&mut self, desk: &mut Desk, checked: Checked) -> Result<()> {
        let Checked { entry, body, placement } = checked;
        let envelope = entry.envelope();
        let hash = entry.hash();
        let kept = body.as_ref().map(|(salt, body)| (salt, body.bytes()));
        let ord = self.engine.append(&NewRow { entry: &entry, body: kept })?;
        let index = match self.mode {
            Mode::Township => {
                let index = desk.log_size;
                desk.log_size += 1;
                tree::append(self.engine.as_mut(), index, &hash)?;
                self.engine.place(ord, &Placement { index, size: 0, path: Vec::new() })?;
                Some(index)
            }
            Mode::Laptop => self.place(desk, ord, placement)?,
        };
        self.notice_restored(desk, envelope.series, envelope.epoch)?;
        if let Some(hybrid) = Hybrid::parse(&envelope.time.hybrid)
            && self.moment.observe(hybrid)
        {
            desk.hybrid = desk.hybrid.max(Some(hybrid));
        }
        let before = desk.subjects.add(self.engine.as_ref(), envelope, hash)?;
        let standing = self.standings.judge_at(&envelope.series, envelope.epoch, envelope.seq, &hash, index);
        if standing == Standing::Good && !self.folding {
            desk.touched.refold(&envelope.subject);
        } else if standing == Standing::Good {
            let author = self.standings.author(&envelope.series);
            let fields = body.as_ref().map(|(_, body)| body.fields());
            let foldable = Foldable::new(envelope, &hash, fields, author);
            desk.touched.extend(&envelope.subject, before, foldable);
        } else {
            self.set_standing(ord, hash, standing)?;
            desk.report.pending.push(hash);
        }
        if let Some(index) = index.filter(|_| self.standings.concerns(&envelope.series, &envelope.kind)) {
            desk.rights.push((index, hash));
            // What follows in this batch is judged with it.
            self.take_rights(std::mem::take(&mut desk.rights), &mut desk.touched)?;
        }
        desk.report.outcomes.push(Outcome::Stored { hash, index });
        Ok(())
    }

    /// An entry that is here already: its placement or its body may be news.
    fn again(&mut self, desk: &mut Desk, checked: Checked) -> Result<()> {
        let hash = checked.entry.hash();
        let row = self.engine.entry(&hash)?.ok_or(Error::NoSuchEntry { hash })?;
        if let (None, Some((salt, body))) = (&row.body, &checked.body)
            && !self.was_erased(&hash)?
        {
            self.engine.restore_body(row.ord, salt, body.bytes())?;
            desk.touched.refold(&row.subject);
        }
        let mut index = row.index;
        if self.mode == Mode::Laptop && checked.placement.is_some() && desk.against.is_some() {
            index = self.place(desk, row.ord, checked.placement)?;
            if index != row.index {
                self.moved(desk, row, index)?;
            }
        }
        desk.report.outcomes.push(Outcome::Already { hash, index });
        Ok(())
    }

    /// A kept entry got its log index: rights are judged by it.
    fn moved(
        &mut self,
        desk: &mut Desk,
        mut row: crate::engine::StoredEntry,
        index: Option<u64>,
    ) -> Result<()> {
        row.index = index;
        if let Some(index) = index.filter(|_| self.standings.concerns(&row.series, &row.kind)) {
            self.take_rights(vec![(index, row.hash)], &mut desk.touched)?;
        }
        if self.rejudge_one(&row)? {
            desk.touched.refold(&row.subject);
        }
        self.advance_held(&row.series, row.epoch)
    }

    /// Keeps where the township proved that it logged an entry (see [`Store::proved`]).
    fn place(&mut self, desk: &Desk, ord: u64, placement: Option<Placement>) -> Result<Option<u64>> {
        let (Some(Seen { size, .. }), Some(placement)) = (desk.against, placement) else { return Ok(None) };
        let index = placement.index;
        self.engine.place(ord, &Placement { size, ..placement })?;
        Ok(Some(index))
    }

    /// An entry of a series written here that this home did not know: the home is older than its work.
    fn notice_restored(&mut self, desk: &mut Desk, series: SeriesId, epoch: u32) -> Result<()> {
        if desk.ours.contains_key(&(series, epoch)) {
            return Ok(());
        }
        let ours = self.writing(&series)? == Some(epoch);
        desk.ours.insert((series, epoch), ours);
        if ours {
            self.note_due(&series, Reason::Restored, 0)?;
        }
        Ok(())
    }

    fn keep_fork(&mut self, desk: &mut Desk, checked: &Checked, first: Digest) -> Result<()> {
        let Position { series, epoch, seq, hash } = Position::of(&checked.entry);
        let key = format!("{series}/{epoch:010}/{seq:020}/{}", hash.to_hex());
        if self.engine.get(Shelf::Forks, &key)?.is_some() {
            return Ok(());
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let evidence = json!({
            "first": first,
            "item": text(checked.entry.item()),
            "salt": checked.body.as_ref().map(|(salt, _)| salt),
            "body": checked.body.as_ref().map(|(_, body)| text(body.bytes())),
        });
        self.put_json(Shelf::Forks, &key, &evidence)?;
        desk.report.forks.push(Fork { series, epoch, seq, first, second: hash });
        Ok(())
    }

    /// Writes back what an ingest kept between its entries, and folds.
    fn clear_desk(&mut self, desk: Desk) -> Result<IngestReport> {
        let Desk { subjects, touched, mut report, hybrid, ours, .. } = desk;
        subjects.save(self.engine.as_mut())?;
        if self.mode == Mode::Laptop {
            // What another home of ours wrote came with its place in the log: it waits for nothing.
            let local: BTreeSet<SeriesId> =
                self.engine.series()?.into_iter().filter(|row| row.local).map(|row| row.series).collect();
            for (series, epoch) in ours.keys().filter(|(series, _)| local.contains(series)) {
                self.advance_held(series, *epoch)?;
            }
        }
        if hybrid.is_some() {
            self.put_meta(meta::HYBRID, &self.moment.hybrid().to_string())?;
        }
        report.subjects = touched.names();
        self.settle(touched)?;
        // Judged again within the batch: only those that still wait are named.
        report.pending.retain(|hash| self.withheld.contains_key(hash));
        Ok(report)
    }
}

fn refuse(desk: &mut Desk, at: Option<(SeriesId, u32, u64)>, hash: Digest, code: &'static str) {
    let line = at.map(|(series, epoch, _)| (series, epoch));
    if line.is_none_or(|line| desk.stopped.insert(line)) {
        desk.report.stopped.push(StoppedAt { at, hash, code });
    }
    desk.report.outcomes.push(Outcome::Stopped { hash, code });
}
