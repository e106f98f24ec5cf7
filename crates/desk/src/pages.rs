//! The built UI, read from a folder, and the one-time address that opens it.

use std::path::{Component, Path as FilePath, PathBuf};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::Response;

use crate::answer;
use crate::desk::Door;
use crate::gate::cookie_name;

/// `GET /open/<secret>`: gives the cookie once and goes on to the UI.
pub(crate) async fn open(State(door): State<Arc<Door>>, Path(secret): Path<String>) -> Response {
    let Some(cookie) = door.tokens.redeem(&secret) else {
        return answer::plain(
            StatusCode::FORBIDDEN,
            "text/html; charset=utf-8",
            "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>留痕</title>\
             <p>这个地址已用过或已失效。记录都在本机,未受影响;请回到留痕程序重新打开。",
        );
    };
    let mut response = answer::plain(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", "");
    let value = format!("{}={cookie}; Path=/; HttpOnly; SameSite=Strict", cookie_name(door.port));
    if let Ok(value) = HeaderValue::from_str(&value) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/"));
    response
}

/// A file of the UI; paths without an ending are rooms of the UI and get its page.
pub(crate) async fn page(State(door): State<Arc<Door>>, uri: Uri) -> Response {
    let Some(folder) = &door.ui else {
        return answer::refused(StatusCode::NOT_FOUND, "no user interface is served here");
    };
    let Some(file) = file_of(folder, uri.path()) else {
        return answer::refused(StatusCode::NOT_FOUND, "no such file");
    };
    let mime = mime_of(&file);
    match tokio::task::spawn_blocking(move || std::fs::read(file)).await {
        Ok(Ok(bytes)) => answer::plain(StatusCode::OK, mime, bytes),
        _ => answer::refused(StatusCode::NOT_FOUND, "no such file"),
    }
}

/// The file a path names, never outside the folder.
fn file_of(folder: &FilePath, path: &str) -> Option<PathBuf> {
    let relative = FilePath::new(path.trim_start_matches('/'));
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if !plain || path.contains(['\\', '%', '\0']) {
        return None;
    }
    if relative.extension().is_none() {
        return Some(folder.join("index.html"));
    }
    Some(folder.join(relative))
}

/// Types of the files a build makes; anything else is bytes.
fn mime_of(file: &FilePath) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// Where a built UI usually is, seen from the program: beside it, installed, or in the tree it
/// was built in.
pub(crate) fn usual_folder() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let folder = program.parent()?;
    ["ui", "../share/liuhen/ui", "../../ui/dist"]
        .into_iter()
        .map(|place| folder.join(place))
        .find(|place| place.join("index.html").is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leaves_the_folder() {
        let folder = FilePath::new("ui");
        for path in ["/../secret.txt", "/a/../../secret.txt", "/%2e%2e/secret.txt", "/a\\b.js", "//../x.js"] {
            assert_eq!(file_of(folder, path), None, "{path}");
        }
        assert_eq!(file_of(folder, "/assets/a.js"), Some(PathBuf::from("ui/assets/a.js")));
    }

    #[test]
    fn a_room_of_the_ui_gets_its_page() {
        assert_eq!(file_of(FilePath::new("ui"), "/matters/1"), Some(PathBuf::from("ui/index.html")));
        assert_eq!(file_of(FilePath::new("ui"), "/"), Some(PathBuf::from("ui/index.html")));
    }
}
