//! What is printed: JSON on standard output, sentences for people on standard error.

use std::io::{self, Write as _};

use liuhen_app::ApiError;
use serde::Serialize;

/// Prints one object on one line.
pub(crate) fn object(value: &impl Serialize) -> Result<(), ApiError> {
    let text = serde_json::to_string(value).map_err(|error| ApiError::new("internal").detail(error))?;
    line(&text)
}

/// Prints one line per item.
pub(crate) fn lines<T: Serialize>(items: &[T]) -> Result<(), ApiError> {
    items.iter().try_for_each(object)
}

/// Prints a line. A reader who went away is no failure.
pub(crate) fn line(text: &str) -> Result<(), ApiError> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(ApiError::new("storage").detail(error.kind()))
        }
        _ => Ok(()),
    }
}

/// Says something to the person, beside the JSON.
pub(crate) fn say(text: &str) {
    // Nobody listens on standard error: nothing is lost, the answer is on standard output.
    drop(writeln!(io::stderr().lock(), "{text}"));
}

/// Prints a failure: the sentence for the person, the object for the program.
pub(crate) fn failure(error: &ApiError) {
    say(&error.message);
    if let Some(detail) = &error.detail {
        say(detail);
    }
    drop(object(error));
}
