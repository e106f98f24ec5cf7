//! The desktop window.
//!
//! It opens the laptop's home, a loopback desk for media, and one window with the built UI. The UI
//! asks for everything through the one command `call`; the window adds nothing of its own but the
//! file dialogs and the size it had last time. Not here: use cases, rules, networking.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod command;
mod home;
mod typing;

use std::process::ExitCode;
use std::sync::Arc;

use liuhen_app::{ApiError, Laptop, LaptopOptions, sentence};
use liuhen_desk::{Desk, DeskOptions};
use tauri::{App, Manager, WebviewUrl, WebviewWindowBuilder};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

/// Name of the only window; capabilities/window.json names it too.
const WINDOW: &str = "main";

/// What lives as long as the program: the laptop and the door its media come from.
struct Opened {
    laptop: Laptop,
    desk: Desk,
}

fn main() -> ExitCode {
    // A damaged media file is read by this very program in a child process with limits.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == liuhen_app::FACTS_ARGUMENT) {
        return liuhen_app::facts_child();
    }
    let folder = match home::folder(std::env::args_os().skip(1)) {
        Ok(folder) => folder,
        Err(usage) => {
            eprintln!("{usage}");
            return ExitCode::from(2);
        }
    };
    match run(open(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Opens the home and the door for media. No UI is served: the window brings its own.
fn open(folder: &std::path::Path) -> Result<Opened, ApiError> {
    let courier = Arc::new(liuhen_sync::TownshipCourier::default());
    let options = LaptopOptions { courier: Some(courier), ..LaptopOptions::default() };
    let laptop = Laptop::open(folder, options)?;
    let desk = liuhen_desk::serve(&laptop, &DeskOptions { port: 0, ui: None }).map_err(ApiError::from)?;
    Ok(Opened { laptop, desk })
}

fn run(opened: Result<Opened, ApiError>) -> tauri::Result<()> {
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _, _| {
            // A second start shows the window that is there: one home has one program.
            if let Some(window) = app.get_webview_window(WINDOW) {
                let _shown = window.unminimize().and_then(|()| window.set_focus());
            }
        }))
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![command::call])
        .setup(move |app| {
            match opened {
                Ok(Opened { laptop, desk }) => {
                    app.manage(laptop);
                    app.manage(desk);
                    show(app)?;
                }
                Err(error) => refuse(app, &error),
            }
            Ok(())
        })
        .run(tauri::generate_context!())
}

/// The window: the built UI, nothing from anywhere else.
fn show(app: &App) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, WINDOW, WebviewUrl::App("index.html".into()))
        .title(sentence("ui.app.name", &[]))
        .inner_size(1280.0, 800.0)
        .min_inner_size(940.0, 620.0)
        .zoom_hotkeys_enabled(true)
        .on_navigation(|url| url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost"))
        .build()?;
    typing::compose(&window)
}

/// A home that cannot be opened: the sentence, and nothing else is touched.
fn refuse(app: &App, error: &ApiError) {
    let handle = app.handle().clone();
    eprintln!("{}: {}", error.code, error.message);
    app.dialog()
        .message(&error.message)
        .title(sentence("ui.app.name", &[]))
        .kind(MessageDialogKind::Error)
        .show(move |_| handle.exit(1));
}
