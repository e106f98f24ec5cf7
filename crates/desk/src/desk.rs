//! A running door: its address, its threads, how it starts and stops.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use liuhen_app::Laptop;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::error::Error;
use crate::tokens::Tokens;
use crate::{call, events, gate, media, pages, stage};

/// Largest command accepted; the body of an entry is at most 1 MiB.
const MOST_COMMAND: usize = 2 << 20;

/// How to open the door.
#[derive(Debug, Clone, Default)]
pub struct DeskOptions {
    /// Port on 127.0.0.1; any free one when 0.
    pub port: u16,
    /// Folder of the built UI; looked for beside the program when absent. Without one only commands
    /// and media are served, which is what the window needs.
    pub ui: Option<PathBuf>,
}

/// What the routes share.
pub(crate) struct Door {
    pub(crate) laptop: Laptop,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) ui: Option<PathBuf>,
    pub(crate) port: u16,
    pub(crate) host: String,
    pub(crate) origin: String,
    pub(crate) stopping: watch::Sender<bool>,
}

/// A door that is open until stopped or dropped.
pub struct Desk {
    door: Arc<Door>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("port", &self.door.port).finish_non_exhaustive()
    }
}

/// Opens the door for a laptop and makes it the place where its media are shown.
///
/// # Errors
/// [`Error::Listen`] when the port is taken, [`Error::NoUi`] when the named folder holds no UI.
pub fn serve(laptop: &Laptop, options: &DeskOptions) -> Result<Desk, Error> {
    let ui = match &options.ui {
        Some(folder) if folder.join("index.html").is_file() => Some(folder.clone()),
        Some(folder) => return Err(Error::NoUi { folder: folder.clone() }),
        None => pages::usual_folder(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("desk")
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let listening = |source| Error::Listen { port: options.port, source };
    let listener = runtime.block_on(TcpListener::bind(address)).map_err(listening)?;
    let port = listener.local_addr().map_err(listening)?.port();
    let host = format!("127.0.0.1:{port}");
    let origin = format!("http://{host}");
    let tokens = Arc::new(Tokens::new(laptop.clone(), origin.clone()));
    laptop.project_with(tokens.clone());
    laptop.announce(Some(&origin))?;
    let (stopping, mut stopped) = watch::channel(false);
    let door = Arc::new(Door { laptop: laptop.clone(), tokens, ui, port, host, origin, stopping });
    let routes = routes(&door);
    let thread = std::thread::spawn(move || {
        runtime.block_on(async move {
            let stop = async move {
                let _closed = stopped.wait_for(|stop| *stop).await;
            };
            let _ended = axum::serve(listener, routes).with_graceful_shutdown(stop).await;
        });
        runtime.shutdown_background();
    });
    Ok(Desk { door, thread: Some(thread) })
}

fn routes(door: &Arc<Door>) -> Router {
    let inside = Router::new()
        .route("/api/call", post(call::call))
        .route("/api/stage", post(stage::stage))
        .route("/api/events", get(events::events))
        .fallback(get(pages::page))
        .layer(from_fn_with_state(door.clone(), gate::own_page));
    Router::new()
        .route("/open/{secret}", get(pages::open))
        .route("/media/{token}", get(media::media))
        .merge(inside)
        .layer(DefaultBodyLimit::max(MOST_COMMAND))
        .layer(from_fn_with_state(door.clone(), gate::own_host))
        .with_state(door.clone())
}

impl Desk {
    /// Origin of the door, `http://127.0.0.1:<port>`.
    pub fn address(&self) -> &str {
        &self.door.origin
    }

    /// Whether a built UI was found to serve.
    pub fn has_ui(&self) -> bool {
        self.door.ui.is_some()
    }

    /// A new address that opens the UI once, in one browser.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn one_time_address(&self) -> Result<String, Error> {
        Ok(self.door.tokens.issue_once()?)
    }

    /// Blocks until the door is stopped.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }

    /// Closes the door: running answers end, addresses of media become void.
    pub fn stop(&self) {
        liuhen_app::Projector::revoke_all(self.door.tokens.as_ref());
        self.door.stopping.send_replace(true);
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
        // Nobody is to be sent to a door that is shut; a lock file that cannot be written is no harm.
        drop(self.door.laptop.announce(None));
    }
}
