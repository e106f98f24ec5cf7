//! Input methods in the window.
//!
//! The webview's wrapper switches preedit off on Linux, so that a half-typed pinyin would stand in a
//! window of its own and the page would see no composition at all. Officers type Chinese all day: it
//! is switched on again.

use tauri::WebviewWindow;

/// Lets input methods compose inside the page.
#[cfg(target_os = "linux")]
pub(crate) fn compose(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{InputMethodContextExt, WebViewExt};
    window.with_webview(|webview| {
        if let Some(context) = webview.inner().input_method_context() {
            context.set_enable_preedit(true);
        }
    })
}

/// Other systems compose by themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn compose(_window: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}
