//! Feeds of three people over small logs.

use super::*;

fn subject(kind: &str, id: &str) -> Subject {
    Subject { kind: kind.into(), id: id.into() }
}

fn series(n: u8) -> SeriesId {
    SeriesId::of(&liuhen_protocol::PublicKey([n; 32]))
}

struct Log(LogIndex, u8);

impl Log {
    fn new() -> Self {
        let mut log = Self(LogIndex::default(), 0);
        for (officer, n, breadth) in
            [("li", 1, Breadth::Own), ("wang", 2, Breadth::Own), ("boss", 3, Breadth::All)]
        {
            log.push(
                series(0),
                subject("officer", officer),
                Links {
                    role: Some((officer.into(), breadth)),
                    series: Some((series(n), officer.into())),
                    ..Links::default()
                },
            );
        }
        log
    }

    fn push(&mut self, series: SeriesId, subject: Subject, links: Links) {
        self.1 += 1;
        self.0.push(Row { subject, series, hash: merkle::leaf_hash(&[self.1]), links });
    }

    fn feed(&self, officer: &str) -> Vec<u32> {
        let mut feed = Feed::of(officer);
        feed.advance(&self.0);
        feed.items
    }
}

#[test]
fn an_officer_gets_what_he_wrote_and_rights_and_nothing_else() {
    let mut log = Log::new();
    log.push(series(1), subject("matter", "a"), Links::default());
    log.push(series(2), subject("matter", "b"), Links::default());
    assert_eq!(log.feed("li"), [0, 1, 2, 3]);
    assert_eq!(log.feed("wang"), [0, 1, 2, 4]);
    assert_eq!(log.feed("boss"), [0, 1, 2, 3, 4]);
}

#[test]
fn a_matter_handed_over_comes_whole_at_the_place_where_it_was_handed() {
    let mut log = Log::new();
    log.push(series(1), subject("matter", "a"), Links::default());
    let under = Links { parents: vec![subject("matter", "a")], ..Links::default() };
    log.push(series(1), subject("draft", "d"), under);
    log.push(series(2), subject("matter", "b"), Links::default());
    let mut early = Feed::of("wang");
    early.advance(&log.0);
    assert_eq!(early.items, [0, 1, 2, 5]);
    let named = Links { names: vec!["wang".into()], ..Links::default() };
    log.push(series(1), subject("matter", "a"), named);
    log.push(series(1), subject("draft", "d"), Links::default());
    early.advance(&log.0);
    assert_eq!(early.items, [0, 1, 2, 5, 3, 4, 6, 7]);
    assert_eq!(log.feed("wang"), early.items, "a feed is a function of the log alone");
}

#[test]
fn a_new_supervisor_gets_the_past_once() {
    let mut log = Log::new();
    log.push(series(1), subject("matter", "a"), Links::default());
    log.push(series(2), subject("matter", "b"), Links::default());
    let role = Links { role: Some(("li".into(), Breadth::All)), ..Links::default() };
    log.push(series(0), subject("officer", "li"), role);
    log.push(series(2), subject("matter", "b"), Links::default());
    assert_eq!(log.feed("li"), [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn statements_to_one_officer_are_in_no_feed() {
    let mut log = Log::new();
    log.push(series(0), subject("township", "scope.li"), Links::default());
    for officer in ["li", "wang", "boss"] {
        assert_eq!(log.feed(officer), [0, 1, 2]);
    }
}

#[test]
fn the_frontier_has_the_root_of_the_plain_tree() {
    let mut frontier = Frontier::default();
    let mut leaves = Vec::new();
    assert_eq!(frontier.root(), merkle::root_of(&leaves));
    for n in 0..70_u8 {
        leaves.push(merkle::leaf_hash(&[n]));
        frontier.push(leaves[usize::from(n)]);
        assert_eq!(frontier.root(), merkle::root_of(&leaves));
    }
}

#[test]
fn lines_count_each_visible_subject() {
    let mut log = Log::new();
    log.push(series(1), subject("matter", "a"), Links::default());
    log.push(series(1), subject("matter", "a"), Links::default());
    let mut feed = Feed::of("li");
    feed.advance(&log.0);
    let lines = feed.lines(&log.0);
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0].subject, subject("matter", "a"));
    assert_eq!(lines[0].count, 2);
    assert_eq!(lines[0].root, merkle::root_of(&[merkle::leaf_hash(&[4]), merkle::leaf_hash(&[5])]));
}
