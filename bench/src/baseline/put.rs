//! A bare endpoint: what is put is written to a file and fsynced before it is answered.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::put;
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::{Result, door};

async fn take(folder: &std::path::Path, name: &str, mut body: Body) -> Result<()> {
    let mut file = std::fs::File::create(folder.join(name))?;
    while let Some(frame) = body.frame().await {
        if let Ok(bytes) = frame?.into_data() {
            file.write_all(&bytes)?;
        }
    }
    Ok(file.sync_all()?)
}

async fn answer(State(folder): State<Arc<PathBuf>>, Path(name): Path<String>, body: Body) -> StatusCode {
    match take(&folder, &name, body).await {
        Ok(()) => StatusCode::CREATED,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Serves until it is ended.
#[tokio::main]
pub(super) async fn serve(folder: PathBuf, with_tls: bool) -> Result<Value> {
    let app = Router::new().route("/{name}", put(answer)).with_state(Arc::new(folder));
    let listener = door::listener()?;
    let scheme = if with_tls { "https" } else { "http" };
    writeln!(std::io::stdout().lock(), "{scheme}://{}", listener.local_addr()?)?;
    if with_tls {
        axum_server::from_tcp_rustls(listener, door::tls().await?)?.serve(app.into_make_service()).await?;
    } else {
        axum::serve(tokio::net::TcpListener::from_std(listener)?, app).await?;
    }
    Ok(Value::Null)
}
