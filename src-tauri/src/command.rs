//! The one command of the window: a name of the command list and its input.

use liuhen_app::{ApiError, Laptop, api};
use serde_json::Value;
use tauri::State;

/// Runs a command of the list. The window's thread is never held up by it.
#[tauri::command]
pub(crate) async fn call(laptop: State<'_, Laptop>, name: String, payload: Value) -> Result<Value, ApiError> {
    let laptop = laptop.inner().clone();
    tauri::async_runtime::spawn_blocking(move || api::dispatch(&laptop, &name, payload))
        .await
        .map_err(|cause| ApiError::new("internal").detail(cause))?
}
