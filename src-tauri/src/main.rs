//! The desktop window.
//!
//! It opens the laptop's home, a loopback desk for media, and one window with the built UI. The UI
//! asks for everything through the one command `call`; the window adds nothing of its own but the
//! file dialogs and the size it had last time. Not here: use cases, rules, networking.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]
#![expect(clippy::print_stderr, reason = "a program that cannot start says so where it was started")]

mod command;
mod home;
mod typing;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use liuhen_app::{ApiError, Courier, Laptop, LaptopOptions};
use liuhen_desk::{Desk, DeskOptions};
use liuhen_sync::{LoopbackReader, TownshipCourier};
use tauri::{App, Manager, RunEvent, Url, WebviewWindowBuilder};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

/// Name of the only window; capabilities/window.json names it too.
const WINDOW: &str = "main";

/// What lives as long as the program: the laptop, the door its media come from, and who carries.
struct Opened {
    laptop: Laptop,
    desk: Desk,
    courier: Arc<TownshipCourier>,
    ended: Arc<AtomicBool>,
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
    let courier = Arc::new(TownshipCourier::https());
    let options = LaptopOptions { courier: Some(courier.clone()), ..LaptopOptions::default() };
    let laptop = Laptop::open(folder, options)?;
    laptop.read_cards_with(Arc::new(LoopbackReader));
    let desk = liuhen_desk::serve(&laptop, &DeskOptions::default())?;
    courier.start(&laptop);
    let ended = Arc::new(AtomicBool::new(false));
    let (watched, over) = (laptop.clone(), ended.clone());
    // Locks the home when nobody has used it for a while; it ends with the program.
    std::thread::spawn(move || watched.keep_watch(&over));
    Ok(Opened { laptop, desk, courier, ended })
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
                Ok(opened) => {
                    app.manage(opened.laptop.clone());
                    app.manage(opened);
                    show(app)?;
                }
                Err(error) => refuse(app, &error),
            }
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run(|app, event| {
            // The window is gone: nothing is carried and nothing is shown any more.
            if let (RunEvent::Exit, Some(opened)) = (event, app.try_state::<Opened>()) {
                opened.ended.store(true, Ordering::Relaxed);
                opened.courier.stop();
                opened.desk.stop();
            }
        });
    Ok(())
}

/// The window of tauri.conf.json: the built UI, nothing from anywhere else.
fn show(app: &App) -> tauri::Result<()> {
    for config in &app.config().app.windows {
        let window = WebviewWindowBuilder::from_config(app, config)?.on_navigation(is_ours).build()?;
        typing::compose(&window)?;
    }
    Ok(())
}

/// Whether the page may go there: only to itself.
fn is_ours(url: &Url) -> bool {
    url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost")
}

/// A home that cannot be opened: the sentence, and nothing else is touched.
fn refuse(app: &App, error: &ApiError) {
    let handle = app.handle().clone();
    eprintln!("{}: {}", error.code, error.message);
    let title = app.config().app.windows.first().map(|window| window.title.clone()).unwrap_or_default();
    app.dialog()
        .message(&error.message)
        .title(title)
        .kind(MessageDialogKind::Error)
        .show(move |_| handle.exit(1));
}
