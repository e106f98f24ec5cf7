//! A real township and laptops, each in a folder of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use liuhen_app::input::{AddNote, Enrol, OpenMatter, StartMatter, SyncNow};
use liuhen_app::view::{StartKind, SyncOutcome};
use liuhen_app::{ApiError, Courier, Laptop, LaptopOptions, capture, home, sync};
use liuhen_protocol::Township as Door;
use liuhen_server::township::{Founding, Invitation, KeyPlace};
use liuhen_server::{Limits, Served, Township, serve_in_background};
use liuhen_store::{Moment, Work};
use liuhen_sync::{Pauses, TownshipCourier};
use tempfile::TempDir;

/// Pauses short enough for tests: the line is loopback.
pub(crate) const PAUSES: Pauses = Pauses { base: Duration::ZERO, tries: 4 };

pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) township: Township,
}

pub(crate) fn found(folder: &Path, name: &str) -> Township {
    let home = folder.join(name);
    let key = folder.join(format!("{name}.key"));
    let founding = Founding {
        name: "观海卫镇".into(),
        origin: None,
        keys: KeyPlace::Folder(folder.join(format!("{name}-papers"))),
    };
    Township::found(&home, &key, &founding, &Moment::system()).expect("founded");
    open(folder, name)
}

pub(crate) fn open(folder: &Path, name: &str) -> Township {
    let key = folder.join(format!("{name}.key"));
    Township::open(&folder.join(name), &key, Moment::system(), Limits::default()).expect("opened")
}

pub(crate) fn serve(township: &Township) -> Served {
    let any: SocketAddr = "127.0.0.1:0".parse().expect("address");
    serve_in_background(township.clone(), any).expect("served")
}

pub(crate) fn invite(township: &Township, name: &str) -> String {
    let invitation = Invitation {
        officer: None,
        name: Some(name.into()),
        certificate: Some("DEMO-0001".into()),
        valid_until: "2030-12-31".parse().ok(),
        role: serde_json::from_value("officer".into()).ok(),
        agency: None,
    };
    township.invite(&invitation).expect("invited").code
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let township = found(folder.path(), "township");
        Self { folder, township }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A laptop over a door in this process.
    pub(crate) fn laptop_over(&self, name: &str, door: Arc<dyn Door>) -> (Laptop, Arc<TownshipCourier>) {
        let courier = Arc::new(TownshipCourier::over(move |_| Ok(Arc::clone(&door)), PAUSES));
        let laptop = self.enrolled(name, "https://township.test", courier.clone());
        (laptop, courier)
    }

    /// A laptop over a courier, enrolled.
    pub(crate) fn enrolled(&self, name: &str, url: &str, courier: Arc<dyn Courier>) -> Laptop {
        let laptop = self.fresh(name, courier);
        enrol(&laptop, url, &invite(&self.township, name)).expect("enrolled");
        laptop
    }

    pub(crate) fn fresh(&self, name: &str, courier: Arc<dyn Courier>) -> Laptop {
        let options = LaptopOptions { courier: Some(courier), ..LaptopOptions::default() };
        Laptop::open(&self.path(name), options).expect("laptop")
    }
}

pub(crate) fn enrol(laptop: &Laptop, url: &str, code: &str) -> Result<(), ApiError> {
    let input = Enrol {
        township: url.to_owned(),
        code: code.to_owned(),
        passphrase: "足够长的口令一二三".into(),
        device: Some("laptop".into()),
    };
    home::enrol(laptop, input).map(drop)
}

pub(crate) fn patrol(laptop: &Laptop) -> String {
    let input = StartMatter {
        start: StartKind::Patrol,
        title: "夜间巡查".into(),
        place: "东街".into(),
        coordinates: None,
        second: None,
        follows: None,
    };
    capture::start_matter(laptop, input).expect("started").line.id
}

pub(crate) fn note(laptop: &Laptop, matter: &str, text: &str) {
    let input = AddNote { matter: matter.to_owned(), text: text.to_owned(), corrects: None };
    capture::add_note(laptop, input).expect("noted");
}

pub(crate) fn knows(laptop: &Laptop, matter: &str) -> bool {
    capture::matter(laptop, OpenMatter { matter: matter.to_owned() }).is_ok()
}

pub(crate) fn sync_with(laptop: &Laptop, input: SyncNow) -> Result<SyncOutcome, ApiError> {
    sync::sync_now(laptop, &input, &Work::silent())
}

pub(crate) fn try_sync(laptop: &Laptop) -> Result<SyncOutcome, ApiError> {
    sync_with(laptop, SyncNow::default())
}

#[track_caller]
pub(crate) fn must_sync(laptop: &Laptop) -> SyncOutcome {
    try_sync(laptop).expect("synced")
}

/// Entries of this laptop without a verified receipt.
pub(crate) fn waiting(laptop: &Laptop) -> u64 {
    laptop.with_store(|store| Ok::<_, ApiError>(store.waiting()?.entries)).expect("open")
}
