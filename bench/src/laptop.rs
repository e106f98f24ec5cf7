//! A laptop in this process, over HTTPS as in the real programs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use liuhen_app::input::{Enrol, Nothing, Unlock};
use liuhen_app::{Laptop, LaptopOptions, api, home};
use liuhen_store::Moment;
use liuhen_sync::TownshipCourier;
use serde_json::{Value, json};

use crate::Result;

/// Every home of a measurement has this passphrase.
pub(crate) const PASSPHRASE: &str = "足够长的口令一二三";

/// A new home of an officer.
#[derive(Debug, clap::Args)]
pub(crate) struct Enrolling {
    /// Folder to make.
    #[arg(long)]
    pub(crate) home: PathBuf,
    /// Address of the township.
    #[arg(long)]
    pub(crate) township: String,
    /// Enrolment code.
    #[arg(long)]
    pub(crate) code: String,
}

/// A laptop at a home, locked.
pub(crate) fn at(home: &Path, moment: Moment) -> Result<Laptop> {
    let courier = Arc::new(TownshipCourier::https());
    Ok(Laptop::open(home, LaptopOptions { courier: Some(courier), moment, ..LaptopOptions::default() })?)
}

/// A laptop at a home, open; nothing locks it while it works.
pub(crate) fn open(home: &Path, moment: Moment) -> Result<Laptop> {
    let laptop = at(home, moment)?;
    unlock(&laptop)?;
    Ok(laptop)
}

pub(crate) fn unlock(laptop: &Laptop) -> Result<()> {
    home::unlock(laptop, Unlock { officer: None, passphrase: PASSPHRASE.into() })?;
    Ok(())
}

/// Enrols and leaves.
pub(crate) fn enrol(enrolling: &Enrolling) -> Result<Value> {
    let laptop = at(&enrolling.home, Moment::system())?;
    let input = Enrol {
        township: enrolling.township.clone(),
        code: enrolling.code.clone(),
        passphrase: PASSPHRASE.into(),
        device: Some("bench".into()),
    };
    home::enrol(&laptop, input)?;
    Ok(json!({ "officer": laptop.officer()? }))
}

/// Changes settings by the command of the screen.
pub(crate) fn set(home: &Path, settings: &str) -> Result<Value> {
    let laptop = open(home, Moment::system())?;
    Ok(api::dispatch(&laptop, "change_settings", serde_json::from_str(settings)?)?)
}

/// Entries and documents, for the table.
pub(crate) fn size(laptop: &Laptop) -> Result<Value> {
    let status = home::status(laptop, Nothing {})?;
    Ok(json!({ "entries": status.entries, "matters": status.matters, "media": status.media }))
}

/// The largest resident size of this process so far, in KiB.
pub(crate) fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
