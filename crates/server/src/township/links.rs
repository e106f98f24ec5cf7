//! From a logged entry to what the feeds must know of it. The rules are `core::scope`; here they are only applied in log order.

use liuhen_core::scope;
use liuhen_protocol::{SeriesId, Subject};

use super::directory::Directory;
use super::feed::{Links, Row};
use super::ledger::LoggedLine;

/// Whether the body of an entry of this kind decides who sees what, who may do what, or what is expected.
pub(crate) fn matters(kind: &str) -> bool {
    let scoped = matches!(
        kind,
        "matter.started"
            | "matter.second_named"
            | "matter.handed"
            | "camera.checked"
            | "camera.missing"
            | "media.linked"
            | "draft.created"
            | "finding.answered"
    );
    scoped
        || kind.starts_with("officer.")
        || matches!(kind, "series.revoked" | "media.recorded" | "blob.received")
}

/// The row of an entry; `people` has taken it in already.
pub(crate) fn row(line: &LoggedLine, people: &Directory) -> Row {
    let mut links = Links::default();
    if let Some(body) = &line.body {
        links.names = scope::names(&line.kind, body).into_iter().map(|officer| officer.0).collect();
        links.parents = scope::parent(&line.kind, body)
            .map(|matter| Subject::new("matter", matter.0))
            .into_iter()
            .collect();
    }
    if people.is_node(&line.series) && line.kind.starts_with("officer.") {
        let officer = &line.subject.id;
        links.role = Some((officer.clone(), scope::breadth(&people.roles(officer))));
        if line.kind == "officer.enrolled" {
            let series =
                line.body.as_ref().and_then(|body| body.get("series")).and_then(|series| series.as_str());
            links.series = series
                .and_then(|series| SeriesId::from_hex(series).ok())
                .map(|series| (series, officer.clone()));
        }
    }
    Row { subject: line.subject.clone(), series: line.series, hash: line.hash, links }
}
