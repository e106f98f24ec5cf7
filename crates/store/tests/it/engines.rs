//! One suite over both engines: whatever a store may ask, both answer alike.

use liuhen_protocol::{Body, Digest, Entry, Envelope, SUITE, Salt, Seen, Sign as _, Subject, VERSION};
use liuhen_store::engine::{Engine, NewRow, Shelf, SubjectRow};
use liuhen_store::{Columns, Document, Memory, Order, Placement, Query, Signer, Sqlite, Standing};
use serde_json::json;

use crate::world::{fields, moment, nothing, signer};

fn on_both(check: impl Fn(&mut dyn Engine)) {
    check(&mut Memory::default());
    let folder = tempfile::tempdir().unwrap();
    check(&mut Sqlite::create(&folder.path().join("a.db"), &[7; 32]).unwrap());
}

fn make(signer: &Signer, seq: u64, prev: Option<Digest>, subject: &str) -> (Entry, Salt, Body) {
    let body = Body::new(fields(json!({"text": format!("第{seq}条")}))).unwrap();
    let salt = Salt([u8::try_from(seq).unwrap(); 32]);
    let clock = moment(seq);
    let envelope = Envelope {
        v: VERSION,
        suite: SUITE.to_owned(),
        series: signer.series(),
        epoch: 1,
        seq,
        prev,
        after: Vec::new(),
        id: clock.uuid().unwrap(),
        subject: Subject::new("matter", subject),
        time: clock.stamp(),
        seen: Some(Seen { size: 3, root: nothing() }),
        kind: "matter.note_added".to_owned(),
        body: body.reference(&salt).unwrap(),
    };
    (Entry::sign(envelope, signer).unwrap(), salt, body)
}

/// Three entries of one series, two of them about `a`.
fn three(engine: &mut dyn Engine, signer: &Signer) -> Vec<Digest> {
    engine.begin().unwrap();
    engine.add_series(&signer.public_key(), true).unwrap();
    let mut hashes = Vec::new();
    for (seq, subject) in [(1, "a"), (2, "b"), (3, "a")] {
        let (entry, salt, body) = make(signer, seq, hashes.last().copied(), subject);
        let row = NewRow { entry: &entry, body: Some((&salt, body.bytes())) };
        assert_eq!(engine.append(&row).unwrap(), seq);
        hashes.push(entry.hash());
    }
    engine.commit().unwrap();
    hashes
}

#[test]
fn entries_come_back_as_they_went_in_by_every_way_of_asking() {
    on_both(|engine| {
        let signer = signer(1);
        let hashes = three(engine, &signer);
        let series = signer.series();
        let second = engine.entry(&hashes[1]).unwrap().unwrap();
        let (entry, salt, body) = make(&signer, 2, Some(hashes[0]), "b");
        assert_eq!((second.item.as_slice(), second.salt), (entry.item(), Some(salt)));
        assert_eq!(second.body.as_deref(), Some(body.bytes()));
        assert_eq!((second.ord, second.seq, second.epoch, second.series), (2, 2, 1, series));
        assert_eq!(engine.count().unwrap(), 3);
        assert_eq!(engine.ord(&hashes[2]).unwrap(), Some(3));
        assert_eq!(engine.ord(&nothing()).unwrap(), None);
        assert_eq!(engine.hash_at(&series, 1, 3).unwrap(), Some(hashes[2]));
        assert_eq!(engine.hash_at(&series, 2, 3).unwrap(), None);
        let of_a = engine.subject_entries(&Subject::new("matter", "a")).unwrap();
        assert_eq!(of_a.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(engine.series_entries(&series, 1, 2, 1).unwrap()[0].seq, 2);
        assert_eq!(engine.entries_after(1, 10).unwrap().len(), 2);
        let head = engine.head(&series, 1).unwrap().unwrap();
        assert_eq!((head.position.seq, head.position.hash, head.held), (3, hashes[2], 0));
        assert_eq!(engine.heads(Some(&series)).unwrap(), [head]);
        assert_eq!(engine.series_key(&series).unwrap(), Some(signer.public_key()));
    });
}

#[test]
fn a_place_in_a_series_is_given_once() {
    on_both(|engine| {
        let signer = signer(1);
        three(engine, &signer);
        engine.begin().unwrap();
        let (other, salt, body) = make(&signer, 3, Some(nothing()), "c");
        assert!(engine.append(&NewRow { entry: &other, body: Some((&salt, body.bytes())) }).is_err());
        engine.rollback();
    });
}

#[test]
fn what_is_rolled_back_never_was() {
    on_both(|engine| {
        let signer = signer(1);
        three(engine, &signer);
        engine.begin().unwrap();
        engine.put(Shelf::Settings, "k", b"v").unwrap();
        engine.set_standing(2, Standing::Pending).unwrap();
        engine.erase_body(1).unwrap();
        engine.rollback();
        assert_eq!(engine.get(Shelf::Settings, "k").unwrap(), None);
        assert!(engine.withheld().unwrap().is_empty());
        assert!(engine.entries_after(0, 1).unwrap()[0].body.is_some());
    });
}

#[test]
fn placements_and_standings_are_kept_beside_entries() {
    on_both(|engine| {
        let signer = signer(1);
        let hashes = three(engine, &signer);
        engine.begin().unwrap();
        let placement = Placement { index: 40, size: 50, path: vec![nothing(), hashes[0]] };
        engine.place(2, &placement).unwrap();
        engine.place(1, &Placement { index: 41, size: 50, path: Vec::new() }).unwrap();
        engine.set_standing(3, Standing::Pending).unwrap();
        engine.set_held(&signer.series(), 1, 2).unwrap();
        engine.commit().unwrap();
        assert_eq!(engine.placement(&hashes[1]).unwrap(), Some(placement));
        assert_eq!(engine.placement(&hashes[2]).unwrap(), None);
        assert_eq!(engine.log_size().unwrap(), 42);
        let order: Vec<_> = engine.log_entries(0, 9).unwrap().iter().map(|entry| entry.ord).collect();
        assert_eq!(order, [2, 1]);
        assert_eq!(engine.log_lines(41, 9).unwrap()[0].position.seq, 1);
        assert_eq!(engine.withheld().unwrap()[0].hash, hashes[2]);
        assert_eq!(engine.entry(&hashes[1]).unwrap().unwrap().index, Some(40));
        assert_eq!(engine.head(&signer.series(), 1).unwrap().unwrap().held, 2);
        engine.begin().unwrap();
        engine.set_standing(3, Standing::Good).unwrap();
        engine.clear_placements().unwrap();
        engine.commit().unwrap();
        assert!(engine.withheld().unwrap().is_empty());
        assert_eq!(engine.log_size().unwrap(), 0);
        assert_eq!(engine.entry(&hashes[1]).unwrap().unwrap().index, None);
    });
}

#[test]
fn subjects_remember_their_heads_and_are_listed_in_order() {
    on_both(|engine| {
        let hashes = three(engine, &signer(1));
        let subject = Subject::new("matter", "a");
        let row = SubjectRow { heads: vec![hashes[2], hashes[0]], wanted: vec![nothing()], entries: 2 };
        engine.begin().unwrap();
        engine.put_subject(&subject, &row).unwrap();
        engine.commit().unwrap();
        assert_eq!(engine.subject(&subject).unwrap(), Some(row));
        assert_eq!(engine.subject(&Subject::new("matter", "none")).unwrap(), None);
        assert_eq!(engine.subjects(None, 1).unwrap(), std::slice::from_ref(&subject));
        assert_eq!(engine.subjects(Some(&subject), 9).unwrap(), [Subject::new("matter", "b")]);
    });
}

#[test]
fn shelves_keep_rows_apart_and_list_them_by_prefix() {
    on_both(|engine| {
        engine.begin().unwrap();
        for (shelf, key) in [(Shelf::Settings, "a/2"), (Shelf::Settings, "a/1"), (Shelf::Working, "a/3")] {
            engine.put(shelf, key, key.as_bytes()).unwrap();
        }
        engine.put(Shelf::Settings, "a/1", b"again").unwrap();
        engine.put(Shelf::Settings, "b", b"other").unwrap();
        engine.commit().unwrap();
        let listed = engine.list(Shelf::Settings, "a/").unwrap();
        assert_eq!(listed, [("a/1".to_owned(), b"again".to_vec()), ("a/2".to_owned(), b"a/2".to_vec())]);
        engine.begin().unwrap();
        engine.remove(Shelf::Settings, "a/1").unwrap();
        engine.commit().unwrap();
        assert_eq!(engine.get(Shelf::Settings, "a/1").unwrap(), None);
        assert_eq!(engine.list(Shelf::Working, "").unwrap().len(), 1);
    });
}

fn document(kind: &str, id: &str, at: &str, search: &str) -> Document {
    Document {
        kind: kind.to_owned(),
        id: id.to_owned(),
        json: json!({"id": id, "at": at}),
        columns: Columns {
            matter: Some("m1".to_owned()),
            officer: None,
            state: Some(if id == "2" { "closed" } else { "open" }.to_owned()),
            at: Some(at.to_owned()),
            flag: id == "3",
            number: Some(10 - id.parse::<i64>().unwrap()),
        },
        search: search.to_owned(),
    }
}

#[test]
fn documents_are_found_by_columns_and_words_newest_first() {
    on_both(|engine| {
        three(engine, &signer(1));
        let subject = Subject::new("matter", "a");
        let all = [
            document("note", "1", "2026-09-01T08:00:00.000Z", "解放路占道经营"),
            document("note", "2", "2026-09-03T08:00:00.000Z", "占道 已整改 浙A12345"),
            document("note", "3", "2026-09-02T08:00:00.000Z", "与本案无关"),
            document("step", "4", "2026-09-02T08:00:00.000Z", ""),
        ];
        engine.begin().unwrap();
        for document in &all {
            engine.put_document(&subject, document).unwrap();
        }
        engine.commit().unwrap();
        let ids = |query: Query| -> Vec<String> {
            engine.documents(&query).unwrap().into_iter().map(|document| document.id).collect()
        };
        assert_eq!(ids(Query::kind("note")), ["2", "3", "1"]);
        assert_eq!(ids(Query::kind("note").oldest().limit(1).offset(1)), ["3"]);
        assert_eq!(ids(Query { order: Order::Number, ..Query::default() }), ["4", "3", "2", "1"]);
        assert_eq!(ids(Query::kind("note").state("open").matter("m1")), ["3", "1"]);
        assert_eq!(ids(Query::kind("note").flag(true)), ["3"]);
        assert_eq!(
            ids(Query {
                from: Some("2026-09-02".into()),
                until: Some("2026-09-03".into()),
                ..Query::default()
            }),
            ["3", "4"]
        );
        assert_eq!(engine.count_documents(&Query::kind("note").limit(1)).unwrap(), 3);
        assert_eq!(engine.document("note", "2").unwrap().unwrap(), all[1]);
        assert_eq!(engine.subject_documents(&subject).unwrap().len(), 4);
        let found = |terms: &[&str]| -> Vec<String> {
            let terms: Vec<String> = terms.iter().map(|term| (*term).to_owned()).collect();
            engine.search(&terms, &["note"], 9).unwrap().into_iter().map(|document| document.id).collect()
        };
        assert_eq!(found(&["占道"]), ["2", "1"]);
        assert_eq!(found(&["占"]), ["2", "1"]);
        assert_eq!(found(&["案"]), ["3"]);
        assert_eq!(found(&["占道", "浙a123"]), ["2"]);
        assert_eq!(found(&["城管"]), Vec::<String>::new());
    });
}

#[test]
fn changed_and_removed_documents_are_found_no_more_by_their_old_words() {
    on_both(|engine| {
        three(engine, &signer(1));
        let subject = Subject::new("matter", "a");
        let terms = ["占道".to_owned()];
        engine.begin().unwrap();
        engine.put_document(&subject, &document("note", "1", "2026-09-01T08:00:00.000Z", "占道")).unwrap();
        engine.put_document(&subject, &document("note", "2", "2026-09-01T08:00:00.000Z", "占道")).unwrap();
        engine.commit().unwrap();
        assert_eq!(engine.search(&terms, &[], 9).unwrap().len(), 2);
        engine.begin().unwrap();
        engine.put_document(&subject, &document("note", "1", "2026-09-01T08:00:00.000Z", "整改")).unwrap();
        engine.remove_document(&subject, "note", "2").unwrap();
        engine.commit().unwrap();
        assert!(engine.search(&terms, &[], 9).unwrap().is_empty());
        assert_eq!(engine.search(&["整改".to_owned()], &[], 9).unwrap().len(), 1);
        engine.begin().unwrap();
        engine.clear_documents().unwrap();
        engine.commit().unwrap();
        assert!(engine.subject_documents(&subject).unwrap().is_empty());
    });
}

/// The variable that makes the test below one of the processes that it starts.
const FIRST_OPENER: &str = "LIUHEN_FIRST_OPENER";

#[test]
fn many_threads_may_open_the_first_databases_of_a_process() {
    if std::env::var_os(FIRST_OPENER).is_some() {
        return eight_threads_open_databases();
    }
    // Without the guard about one process in twenty fails on two cores.
    for _ in 0..100 {
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "engines::many_threads_may_open_the_first_databases_of_a_process"])
            .env(FIRST_OPENER, "1")
            .output()
            .unwrap();
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    }
}

fn eight_threads_open_databases() {
    let folder = tempfile::tempdir().unwrap();
    let gate = std::sync::Barrier::new(8);
    std::thread::scope(|scope| {
        for number in 0..8u8 {
            let (gate, path) = (&gate, folder.path().join(format!("{number}.db")));
            scope.spawn(move || {
                gate.wait();
                Sqlite::create(&path, &[number; 32]).unwrap();
            });
        }
    });
}
