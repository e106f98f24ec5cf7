//! Series that cannot go on: a home put back to an older state, a copied home, and what becomes of their tails.

use std::path::Path;
use std::sync::Arc;

use liuhen_app::input::Unlock;
use liuhen_app::{Laptop, LaptopOptions, home};
use liuhen_sync::TownshipCourier;

use crate::world::{PAUSES, World, knows, must_sync, note, patrol, waiting};

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("folder");
    for entry in std::fs::read_dir(from).expect("list") {
        let entry = entry.expect("entry");
        let to = to.join(entry.file_name());
        if entry.file_type().expect("type").is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).expect("copied");
        }
    }
}

/// Opens a home that was enrolled before.
fn again(world: &World, name: &str) -> Laptop {
    let door = world.township.local_door();
    let courier = Arc::new(TownshipCourier::over(move |_| Ok(Arc::new(door.clone())), PAUSES));
    let options = LaptopOptions { courier: Some(courier), ..LaptopOptions::default() };
    let laptop = Laptop::open(&world.path(name), options).expect("opens");
    let input = Unlock { officer: None, passphrase: "足够长的口令一二三".into() };
    home::unlock(&laptop, input).expect("unlocked");
    laptop
}

#[test]
fn a_home_put_back_to_an_older_state_goes_on_in_a_new_epoch_and_loses_nothing() {
    let world = World::new();
    let (laptop, _) = world.laptop_over("一号", Arc::new(world.township.local_door()));
    let first = patrol(&laptop);
    must_sync(&laptop);
    drop(laptop);
    copy(&world.path("一号"), &world.path("old"));
    let laptop = again(&world, "一号");
    let second = patrol(&laptop);
    note(&laptop, &second, "镇端已有");
    must_sync(&laptop);
    drop(laptop);
    // The disk is put back, and somebody works on before the township is asked.
    let old = again(&world, "old");
    let third = patrol(&old);
    note(&old, &third, "恢复之后写的");
    must_sync(&old);
    must_sync(&old);
    assert!(knows(&old, &first) && knows(&old, &second) && knows(&old, &third));
    note(&old, &third, "继续");
    must_sync(&old);
    assert!(knows(&old, &third));
    let report = world.township.verify(true).expect("verified");
    assert!(report.sound, "{report:?}");
}

#[test]
fn a_copied_home_writes_in_an_epoch_of_its_own() {
    let world = World::new();
    let (laptop, _) = world.laptop_over("一号", Arc::new(world.township.local_door()));
    patrol(&laptop);
    drop(laptop);
    copy(&world.path("一号"), &world.path("twin"));
    let (one, two) = (again(&world, "一号"), again(&world, "twin"));
    let here = patrol(&one);
    let there = patrol(&two);
    must_sync(&one);
    must_sync(&two);
    must_sync(&one);
    must_sync(&two);
    assert_eq!((waiting(&one), waiting(&two)), (0, 0));
    assert!(knows(&one, &there) && knows(&two, &here), "each has what the other wrote");
}
