//! Serving: TLS listener, control socket, witnesses in the background, and an end that finishes what runs.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

use crate::control::Control;
use crate::township::Township;
use crate::{Error, Result, door};

/// How long running requests may take to finish after a stop was asked for.
const GRACE: Duration = Duration::from_secs(30);
/// How often witnesses that are behind are asked.
const WITNESS_EVERY: Duration = Duration::from_secs(10);
/// How long a new connection may say nothing, and how long its handshake may take. On a Monday morning two thousand of them
/// wait for the same processors; cutting those that waited longest would only bring them back.
const SILENCE: Duration = Duration::from_mins(1);
/// Connections that may wait to be accepted; the system may allow fewer.
const BACKLOG: i32 = 4096;
/// Blocking threads: more would only wait for the one writer.
const THREADS: usize = 64;

/// What is printed as one JSON line once the door is open.
#[derive(Clone, Debug, Serialize)]
pub struct Ready {
    /// Where the door is, `https://ADDRESS`.
    pub url: String,
    /// Address and port.
    pub address: SocketAddr,
    /// SHA-256 of the SubjectPublicKeyInfo, base64, as the township note pins it.
    pub spki: String,
    /// Pin of the root key, base64.
    pub root_pin: String,
    /// Log origin.
    pub origin: String,
    /// Process id, for stopping it.
    pub pid: u32,
}

/// A township being served inside this process; stops when told or dropped.
#[derive(Debug)]
pub struct Served {
    ready: Ready,
    handle: Handle<SocketAddr>,
    running: Option<std::thread::JoinHandle<Result<()>>>,
}

impl Served {
    /// What is served where.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Stops and waits until running requests are finished.
    pub fn stop(mut self) -> Result<()> {
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        self.handle.graceful_shutdown(Some(GRACE));
        match self.running.take() {
            Some(running) => running.join().map_err(|_| Error::WorkerGone)?,
            None => Ok(()),
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.end());
    }
}

/// A runtime of the size a township needs.
fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(THREADS).build()?)
}

/// A listener behind which a county of laptops can queue. The standard library lets 128 wait; the others would be dropped.
fn listen_at(address: SocketAddr) -> Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    rustix::net::listen(&listener, BACKLOG).map_err(std::io::Error::from)?;
    Ok(listener)
}

/// Takes all the open files that the system allows: every laptop that is connected needs one, and 1,024 is the usual default.
fn allow_many_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut files = getrlimit(Resource::Nofile);
    files.current = files.maximum;
    if setrlimit(Resource::Nofile, files).is_err() {
        tracing::warn!(code = "few_files", "the number of open files could not be raised");
    }
}

fn ready(township: &Township, listener: &TcpListener) -> Result<Ready> {
    let address = listener.local_addr()?;
    Ok(Ready {
        url: format!("https://{address}"),
        address,
        spki: township.tls_pin().to_string(),
        root_pin: township.root_pin().to_string(),
        origin: township.origin(),
        pid: std::process::id(),
    })
}

/// Serves in a thread of its own, for tests and for programs that hold more than one township.
pub fn serve_in_background(township: Township, listen: SocketAddr) -> Result<Served> {
    let listener = listen_at(listen)?;
    let ready = ready(&township, &listener)?;
    let handle = Handle::new();
    let inner = handle.clone();
    let running = std::thread::Builder::new()
        .name("township".into())
        .spawn(move || runtime()?.block_on(run(township, listener, inner)))?;
    Ok(Served { ready, handle, running: Some(running) })
}

/// Serves until SIGTERM or SIGINT. `announce` is called once the door is open.
pub fn serve(
    township: Township,
    listen: SocketAddr,
    announce: impl FnOnce(&Ready) -> Result<()>,
) -> Result<()> {
    allow_many_files();
    let listener = listen_at(listen)?;
    let ready = ready(&township, &listener)?;
    let handle = Handle::new();
    let stopper = handle.clone();
    runtime()?.block_on(async move {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let serving = tokio::spawn(run(township, listener, handle.clone()));
        if handle.listening().await.is_some() {
            announce(&ready)?;
        }
        let stop = tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::info!("stopping: running requests are finished first");
            stopper.graceful_shutdown(Some(GRACE));
        });
        let served = serving.await.map_err(|_| Error::WorkerGone)?;
        stop.abort();
        served
    })
}

async fn run(township: Township, listener: TcpListener, handle: Handle<SocketAddr>) -> Result<()> {
    listener.set_nonblocking(true)?;
    let names = vec!["localhost".to_owned(), listener.local_addr()?.ip().to_string()];
    let config = RustlsConfig::from_config(Arc::new(township.server_config(names)?));
    let control = Control::listen(&township)?;
    let witnesses = tokio::spawn(follow_witnesses(township.clone()));
    let app = door::router(township.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum_server::from_tcp_rustls(listener, config)?
        .map(|acceptor| acceptor.handshake_timeout(SILENCE))
        .handle(handle)
        .first_request_timeout(SILENCE);
    let outcome = server.serve(app).await;
    witnesses.abort();
    // Joining the control thread blocks for as long as a running command takes; that is what graceful means.
    let closed = tokio::task::spawn_blocking(move || {
        drop(control);
        township.write_heard()
    });
    let closed = closed.await.map_err(|_| Error::WorkerGone)?;
    outcome?;
    closed
}

async fn follow_witnesses(township: Township) {
    let Ok(client) = Township::witness_client() else { return };
    let mut tick = tokio::time::interval(WITNESS_EVERY);
    loop {
        tick.tick().await;
        township.ask_witnesses(&client).await;
    }
}
