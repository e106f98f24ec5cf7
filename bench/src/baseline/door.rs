//! A door on loopback for the baselines that speak HTTP.

use std::net::TcpListener;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum_server::tls_rustls::{RustlsConfig, from_tcp_rustls};

use super::Result;

/// A free port on loopback.
pub(super) fn listener() -> Result<TcpListener> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// A fresh certificate, as a laptop pins one.
pub(super) async fn tls() -> Result<RustlsConfig> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    let (certificate, key) = (made.cert.der().to_vec(), made.signing_key.serialize_der());
    Ok(RustlsConfig::from_der(vec![certificate], key).await?)
}

/// Opens a door over TLS in the background; answers its address.
pub(super) async fn open(app: Router) -> Result<String> {
    let listener = listener()?;
    let url = format!("https://{}/", listener.local_addr()?);
    let server = from_tcp_rustls(listener, tls().await?)?;
    tokio::spawn(server.serve(app.layer(DefaultBodyLimit::disable()).into_make_service()));
    Ok(url)
}
