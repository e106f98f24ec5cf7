//! A township that lies: each lie is refused with its own sentence, the evidence is kept, nothing local is deleted.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use liuhen_app::Courier as _;
use liuhen_protocol::Digest;

use crate::doors::Crooked;
use crate::world::{World, found, knows, must_sync, note, open, patrol, try_sync, waiting};

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("folder");
    for entry in std::fs::read_dir(from).expect("list") {
        let entry = entry.expect("entry");
        let to = to.join(entry.file_name());
        if entry.file_type().expect("type").is_dir() {
            copy(&entry.path(), &to);
        } else if entry.file_type().expect("type").is_file() {
            std::fs::copy(entry.path(), to).expect("copied");
        }
    }
}

#[test]
fn a_lost_acknowledgement_is_repaired_and_nothing_is_doubled() {
    let world = World::new();
    let door = Arc::new(Crooked::new(world.township.local_door()));
    let (laptop, _) = world.laptop_over("一号", door.clone());
    let matter = patrol(&laptop);
    note(&laptop, &matter, "一");
    door.faults.lose_push_answers.store(9, Ordering::SeqCst);
    assert_eq!(try_sync(&laptop).expect_err("cut").code, "township_unreachable");
    assert!(waiting(&laptop) > 0, "nothing counts without its receipt");
    let before = world.township.size();
    door.faults.lose_push_answers.store(0, Ordering::SeqCst);
    must_sync(&laptop);
    assert_eq!(waiting(&laptop), 0);
    // Only the township's own statements may have been added.
    assert!(world.township.size() <= before + 2);
}

#[test]
fn a_receipt_for_other_bytes_is_refused_and_the_entry_still_waits() {
    let world = World::new();
    let door = Arc::new(Crooked::new(world.township.local_door()));
    let (laptop, courier) = world.laptop_over("一号", door.clone());
    patrol(&laptop);
    *door.faults.push.lock().expect("tamper") = Some(Box::new(|answer| {
        if let Some(receipt) = answer.receipts.last_mut() {
            receipt.index ^= 1;
        }
    }));
    assert_eq!(try_sync(&laptop).expect_err("a lie").code, "township_bad_receipt");
    assert!(waiting(&laptop) > 0);
    let warnings = courier.status(&laptop).warnings;
    assert_eq!(warnings.len(), 1);
    courier.accept_evidence(&laptop, &warnings[0].id).expect("looked at");
    assert!(courier.status(&laptop).warnings.is_empty());
    *door.faults.push.lock().expect("tamper") = None;
    must_sync(&laptop);
    assert_eq!(waiting(&laptop), 0);
}

#[test]
fn a_township_put_back_to_an_older_state_is_refused_and_the_way_out_is_the_newer_one() {
    let mut world = World::new();
    let door = Arc::new(Crooked::new(world.township.local_door()));
    let (laptop, courier) = world.laptop_over("一号", door.clone());
    let folder = world.folder.path().to_owned();
    // An old copy of everything the township has.
    let other = found(&folder, "elsewhere");
    let current = std::mem::replace(&mut world.township, other);
    door.lead_to(world.township.local_door());
    drop(current);
    copy(&folder.join("township"), &folder.join("old"));
    std::fs::copy(folder.join("township.key"), folder.join("old.key")).expect("key");
    world.township = open(&folder, "township");
    door.lead_to(world.township.local_door());
    let matter = patrol(&laptop);
    must_sync(&laptop);
    let old = open(&folder, "old");
    door.lead_to(old.local_door());
    note(&laptop, &matter, "之后");
    assert_eq!(try_sync(&laptop).expect_err("a lie").code, "township_rolled_back");
    assert_eq!(courier.status(&laptop).warnings.len(), 1);
    assert!(knows(&laptop, &matter), "nothing local is deleted");
    door.lead_to(world.township.local_door());
    must_sync(&laptop);
    assert_eq!(waiting(&laptop), 0);
}

#[test]
fn a_forked_log_is_a_split_and_another_township_is_foreign() {
    let mut world = World::new();
    let door = Arc::new(Crooked::new(world.township.local_door()));
    let (laptop, _) = world.laptop_over("一号", door.clone());
    let folder = world.folder.path().to_owned();
    let other = found(&folder, "elsewhere");
    let current = std::mem::replace(&mut world.township, other);
    door.lead_to(world.township.local_door());
    drop(current);
    copy(&folder.join("township"), &folder.join("twin"));
    std::fs::copy(folder.join("township.key"), folder.join("twin.key")).expect("key");
    let (honest, twin) = (open(&folder, "township"), open(&folder, "twin"));
    door.lead_to(honest.local_door());
    patrol(&laptop);
    must_sync(&laptop);
    // The twin grows otherwise, and further.
    for n in 0..30 {
        crate::world::invite(&twin, &format!("twin {n}"));
    }
    let (other_laptop, _) = {
        let twins = World { folder: tempfile::tempdir().expect("folder"), township: twin.clone() };
        let pair = twins.laptop_over("别人", Arc::new(twin.local_door()));
        let matter = patrol(&pair.0);
        (0..30).for_each(|n| note(&pair.0, &matter, &format!("{n}")));
        must_sync(&pair.0);
        (pair, twins).0
    };
    drop(other_laptop);
    door.lead_to(twin.local_door());
    assert_eq!(try_sync(&laptop).expect_err("a lie").code, "township_split");
    door.lead_to(world.township.local_door());
    assert_eq!(try_sync(&laptop).expect_err("foreign").code, "township_foreign");
    door.lead_to(honest.local_door());
    must_sync(&laptop);
}

#[test]
fn a_pulled_entry_with_changed_words_is_refused() {
    let world = World::new();
    let door = Arc::new(Crooked::new(world.township.local_door()));
    let (laptop, _) = world.laptop_over("一号", door.clone());
    *door.faults.pull.lock().expect("tamper") = Some(Box::new(|answer| {
        for pulled in &mut answer.entries {
            if let Some(body) = &mut pulled.entry.body {
                *body = body.replace("DEMO-0001", "DEMO-0002");
            }
        }
    }));
    crate::world::invite(&world.township, "二号");
    let _second = world.laptop_over("二号", Arc::new(world.township.local_door()));
    assert_eq!(try_sync(&laptop).expect_err("a lie").code, "township_forged");
    *door.faults.pull.lock().expect("tamper") = None;
    must_sync(&laptop);
}

#[test]
fn entries_left_out_of_the_scope_are_noticed() {
    let world = World::new();
    let door = Arc::new(Crooked::new(world.township.local_door()));
    let (laptop, _) = world.laptop_over("一号", door.clone());
    must_sync(&laptop);
    let _second = world.laptop_over("二号", Arc::new(world.township.local_door()));
    *door.faults.pull.lock().expect("tamper") = Some(Box::new(|answer| {
        answer.entries.retain(|pulled| !pulled.entry.item.contains("officer.enrolled"));
    }));
    assert_eq!(try_sync(&laptop).expect_err("a lie").code, "township_omitted");
    *door.faults.pull.lock().expect("tamper") = None;
    must_sync(&laptop);
}

#[test]
fn an_undated_checkpoint_and_one_of_another_log_are_refused() {
    let world = World::new();
    let door = Arc::new(Crooked::new(world.township.local_door()));
    let (laptop, _) = world.laptop_over("一号", door.clone());
    let tamper = |change: fn(&mut String)| {
        *door.faults.pull.lock().expect("tamper") =
            Some(Box::new(move |answer| change(&mut answer.checkpoint)));
        try_sync(&laptop).expect_err("a lie").code
    };
    // The clock's line is the last one; the log's line the first after the blank one.
    let undated = tamper(|note| {
        let mut lines: Vec<&str> = note.lines().collect();
        lines.retain(|line| !line.starts_with('\u{2014}') || !line.contains("clock"));
        *note = lines.join("\n") + "\n";
    });
    assert_eq!(undated, "township_undated");
    let foreign = tamper(|note| {
        let root = note.lines().nth(2).unwrap_or_default().to_owned();
        *note = note.replace(&root, &Digest([3; 32]).to_string());
    });
    assert_eq!(foreign, "township_foreign");
}

#[test]
fn a_checkpoint_that_is_no_part_of_the_log_stops_the_pull_until_a_person_has_looked() {
    let world = World::new();
    let door = Arc::new(Crooked::new(world.township.local_door()));
    let (laptop, courier) = world.laptop_over("一号", door.clone());
    crate::world::invite(&world.township, "二号");
    let (second, _) = world.laptop_over("二号", Arc::new(world.township.local_door()));
    must_sync(&laptop);
    must_sync(&second);
    // The township gives proofs that lead nowhere for what the other's next entries name.
    *door.faults.pull.lock().expect("tamper") = Some(Box::new(|answer| {
        for proof in &mut answer.proofs {
            proof.push(Digest([5; 32]));
        }
    }));
    patrol(&laptop);
    patrol(&second);
    must_sync(&second);
    assert_eq!(try_sync(&laptop).expect_err("a lie").code, "township_seen_elsewhere");
    assert_eq!(waiting(&laptop), 0, "what was sent and receipted counts");
    assert_eq!(try_sync(&laptop).expect_err("still").code, "township_seen_elsewhere");
    let warnings = courier.status(&laptop).warnings;
    assert_eq!(warnings.len(), 1, "one contradiction, told once");
    courier.accept_evidence(&laptop, &warnings[0].id).expect("looked at");
    must_sync(&laptop);
    assert!(courier.status(&laptop).warnings.is_empty(), "the pull went on");
}

#[test]
fn without_the_witnesses_that_are_demanded_nothing_counts_as_receipted() {
    let world = World::new();
    let (laptop, _) = world.laptop_over("一号", Arc::new(world.township.local_door()));
    let demand = |quorum: u32| {
        laptop
            .with_store(|store| {
                Ok::<_, liuhen_app::ApiError>(store.set_setting("sync.quorum", &serde_json::json!(quorum))?)
            })
            .expect("set");
    };
    demand(1);
    let matter = patrol(&laptop);
    assert_eq!(try_sync(&laptop).expect_err("unwitnessed").code, "township_unwitnessed");
    assert!(waiting(&laptop) > 0 && knows(&laptop, &matter));
    demand(0);
    must_sync(&laptop);
    assert_eq!(waiting(&laptop), 0);
}
