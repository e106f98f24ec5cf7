//! Findings (问题提示): asked of the documents whenever somebody looks; only answers are written.

use chrono::{DateTime, Utc};
use liuhen_core::finding;
use liuhen_core::findings::{Finding, Ledger, Pending, Severity, Thresholds};
use liuhen_core::ids::{EntryHash, OfficerId, Subject};
use liuhen_store::{Query, Store};

use crate::calendar;
use crate::error::{ApiError, Result};
use crate::input::{AnswerFinding, ListFindings};
use crate::laptop::Laptop;
use crate::record::draft_entries;
use crate::screen::Screen;
use crate::strings::sentence;
use crate::view::{FindingAnswer, FindingLevel, FindingView, FindingsView};

/// Kinds that findings are asked of.
const ALL: &[&str] = &["matter", "media", "draft", "camera", "officer", "series", "finding"];
/// Kinds of which a single matter's findings need every document; they are few.
const EVERYWHERE: &[&str] = &["camera", "officer", "series"];

/// Findings of everything kept here, what needs acting first.
pub(crate) fn all(store: &Store, now: DateTime<Utc>) -> Result<Vec<Finding>> {
    let mut ledger = Ledger::default();
    for kind in ALL {
        for document in store.documents(&Query::kind(kind))? {
            ledger.add(&document);
        }
    }
    ledger.add_pending(pending(store)?);
    Ok(ledger.findings(Thresholds::default(), now))
}

/// Findings of one matter, asked of its own documents: open ones first.
pub(crate) fn of_matter(store: &Store, screen: &Screen, matter: &str) -> Result<Vec<FindingView>> {
    let mut ledger = Ledger::default();
    for kind in EVERYWHERE {
        for document in store.documents(&Query::kind(kind))? {
            ledger.add(&document);
        }
    }
    for kind in ["matter", "draft", "finding"] {
        for document in store.documents(&Query::kind(kind).matter(matter))? {
            ledger.add(&document);
        }
    }
    for link in store.documents(&Query::kind("media_link").matter(matter).state("linked"))? {
        let media = link.id.split('/').next().unwrap_or_default();
        if let Some(document) = store.document("media", media)? {
            ledger.add(&document);
        }
    }
    ledger.add_pending(pending(store)?);
    let found = ledger.findings(Thresholds::default(), screen.now);
    let mine = found.iter().filter(|finding| finding.matter.as_ref().is_some_and(|id| id.as_str() == matter));
    Ok(sorted(mine.map(|finding| view(store, screen, finding)).collect::<Result<_>>()?))
}

/// Unanswered first; the order of `core` (needs acting first) is kept otherwise.
fn sorted(mut views: Vec<FindingView>) -> Vec<FindingView> {
    views.sort_by_key(|finding| finding.answer.is_some());
    views
}

/// Entries kept out of the record until a supervisor decides.
fn pending(store: &Store) -> Result<Vec<Pending>> {
    let mut waiting = Vec::new();
    for row in store.withheld()? {
        if row.standing != liuhen_store::Standing::Pending {
            continue;
        }
        waiting.push(Pending {
            entry: EntryHash::from(row.hash.to_string()),
            subject: Subject::new(row.subject.kind.clone(), row.subject.id.clone()),
            officer: store.officer_of(&row.series).map(OfficerId::from),
            at: row.entry()?.envelope().time.wall.clone(),
        });
    }
    Ok(waiting)
}

/// A finding for screens.
pub(crate) fn view(store: &Store, screen: &Screen, finding: &Finding) -> Result<FindingView> {
    let matter = finding.matter.as_ref().map(ToString::to_string);
    let document = matter.as_deref().map(|id| store.document("matter", id)).transpose()?.flatten();
    let title =
        document.as_ref().and_then(|document| document.json.get("title")?.as_str().map(str::to_owned));
    let shown: Vec<(&str, String)> = finding
        .facts
        .iter()
        .map(|(name, value)| {
            (name.as_str(), if name == "at" { calendar::clock_of(value) } else { value.clone() })
        })
        .collect();
    let values: Vec<(&str, &str)> = shown.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut text = sentence(&format!("finding.{}", finding.rule.word()), &values);
    if finding.unverified {
        text.push_str(&sentence("result.to_be_confirmed", &[]));
    }
    Ok(FindingView {
        id: finding.id.clone(),
        rule: finding.rule.word().to_owned(),
        level: match finding.severity {
            Severity::Act => FindingLevel::Act,
            Severity::Notice => FindingLevel::Remind,
        },
        sentence: text,
        values: finding.facts.clone(),
        article: finding.article.clone(),
        matter,
        matter_title: title,
        media: (finding.subject.kind == "media").then(|| finding.subject.id.clone()),
        since: finding.facts.get("at").cloned(),
        answer: finding.answered.as_ref().map(|answered| FindingAnswer {
            text: answered.answer.clone().unwrap_or_default(),
            officer: screen.names.author(answered.mark.by.as_ref()),
            recorded_at: answered.mark.at.clone(),
        }),
    })
}

/// Lists findings: unanswered ones, or all.
pub fn findings(laptop: &Laptop, input: ListFindings) -> Result<FindingsView> {
    let screen = laptop.screen()?;
    laptop.read(|store| {
        let views = match &input.matter {
            Some(matter) => of_matter(store, &screen, matter)?,
            None => sorted(
                screen.findings.iter().map(|finding| view(store, &screen, finding)).collect::<Result<_>>()?,
            ),
        };
        let wanted = views.into_iter().filter(|finding| input.answered || finding.answer.is_none());
        Ok(FindingsView { findings: wanted.collect() })
    })
}

/// Answers a finding on record; the finding stays, with its answer.
pub fn answer_finding(laptop: &Laptop, input: AnswerFinding) -> Result<FindingView> {
    let screen = laptop.screen()?;
    let found = screen.findings.iter().find(|finding| finding.id == input.finding).cloned();
    let found = found.ok_or_else(|| ApiError::not_found("finding"))?;
    laptop.act(|store, actor| {
        let event = finding::answer(found.rule.word(), &input.answer, found.matter.clone())?;
        store.commit(actor.signer.as_ref(), draft_entries("finding", &found.id, &[event]))?;
        Ok(())
    })?;
    let screen = laptop.screen()?;
    let found = screen.findings.iter().find(|finding| finding.id == input.finding);
    let found = found.ok_or_else(|| ApiError::not_found("finding"))?;
    laptop.read(|store| view(store, &screen, found))
}
