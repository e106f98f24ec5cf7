//! `desk`: the loopback door, until it is stopped.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use liuhen_app::{ApiError, Laptop};
use liuhen_desk::{DeskOptions, serve};
use serde_json::json;

use crate::output;

/// Opens the door, prints the address that opens it once, and stays.
pub(crate) fn open(laptop: &Laptop, port: u16, ui: Option<PathBuf>) -> Result<(), ApiError> {
    let ui =
        ui.or_else(|| std::env::var_os("LIUHEN_UI").filter(|value| !value.is_empty()).map(PathBuf::from));
    let desk = serve(laptop, &DeskOptions { port, ui })?;
    if !desk.has_ui() {
        return Err(ApiError::with("ui_missing", &[("path", "ui/dist")]));
    }
    let open = desk.one_time_address()?;
    output::object(&json!({ "address": desk.address(), "open": open }))?;
    output::say(&open);
    let watched = laptop.clone();
    std::thread::spawn(move || watched.keep_watch(&AtomicBool::new(false)));
    if let Ok(courier) = laptop.courier_handle() {
        courier.start(laptop);
    }
    desk.wait();
    Ok(())
}
