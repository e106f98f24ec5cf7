//! The fold of a media file.
//!
//! Beside the file's own document there is one `media_link` document per matter
//! it was ever linked to, so that a matter's files can be queried.

use super::{Columns, Document, FoldEntry, Noun, Trail, fault_of};
use crate::event::Unread;
use crate::ids::{SeriesId, Subject};
use crate::media::{Erasure, MediaEvent, MediaState};
use crate::record::{FaultCode, Mark, Record};

impl Noun for MediaState {
    fn absorb(&mut self, entry: &FoldEntry<'_>, mark: &Mark, _trail: &Trail) -> Option<FaultCode> {
        let series = SeriesId::from(entry.series);
        match MediaEvent::read(entry.kind, entry.body) {
            Ok(MediaEvent::MediaRecorded(_)) if self.facts.is_some() => Some(FaultCode::Contrary),
            Ok(MediaEvent::MediaDigested(digested)) if self.contradicts(&digested) => {
                Some(FaultCode::Contrary)
            }
            Ok(event) => {
                self.apply(mark, &series, &event);
                None
            }
            Err(unread) => {
                if unread != Unread::UnknownKind {
                    self.apply_without_body(mark, series, entry.kind);
                }
                fault_of(unread)
            }
        }
    }

    fn record(&mut self) -> &mut Record {
        &mut self.record
    }

    fn documents(&self, subject: &Subject) -> Vec<Document> {
        let columns = Columns {
            matter: self.matters().next().map(ToString::to_string),
            officer: self.recorded.as_ref().and_then(|mark| mark.by.as_ref()).map(ToString::to_string),
            state: Some(if self.matters().next().is_some() { "linked" } else { "unlinked" }.to_owned()),
            at: self.recorded.as_ref().map(|mark| mark.at.clone()),
            flag: self.marked.is_some(),
            number: self.facts.as_ref().and_then(|facts| i64::try_from(facts.size).ok()),
        };
        let facts = self.facts.as_ref();
        let media = Document::new(&subject.kind, &subject.id, self, columns).found_by(
            [facts.map(|facts| facts.name.as_str()), facts.and_then(|facts| facts.device.as_deref())]
                .into_iter()
                .chain(self.moments.iter().map(|moment| moment.text.as_deref()))
                .flatten(),
        );
        let links = self.links.iter().map(|(matter, link)| {
            let columns = Columns {
                matter: Some(matter.to_string()),
                officer: link.mark.by.as_ref().map(ToString::to_string),
                state: Some(if link.linked { "linked" } else { "unlinked" }.to_owned()),
                at: Some(link.mark.at.clone()),
                ..Columns::default()
            };
            Document::new("media_link", &format!("{}/{matter}", subject.id), link, columns)
        });
        let put_off = facts.filter(|facts| facts.sm3.is_none()).map(|_| {
            let columns = Columns {
                state: Some(if self.sm3().is_some() { "done" } else { "pending" }.to_owned()),
                at: self.recorded.as_ref().map(|mark| mark.at.clone()),
                ..Columns::default()
            };
            Document::new("media_sm3", &subject.id, &self.digested, columns)
        });
        std::iter::once(media).chain(links).chain(put_off).collect()
    }
}

impl MediaState {
    fn apply_without_body(&mut self, mark: &Mark, series: SeriesId, kind: &str) {
        match kind {
            "media.recorded" => {
                self.recorded.get_or_insert_with(|| mark.clone());
            }
            "media.marked" => {
                self.marked.get_or_insert_with(|| mark.clone());
            }
            "media.erased_locally" => {
                self.erasures.push(Erasure { mark: mark.clone(), series, reason: None });
            }
            _ => {}
        }
    }
}
