//! Which home the window opens: `--home DIR`, else `LIUHEN_HOME`, else the usual place.

use std::ffi::OsString;
use std::path::PathBuf;

const USAGE: &str = "liuhen-desktop [--home DIR]";

/// The folder of the home.
///
/// # Errors
/// The argument line, when it holds anything else.
pub(crate) fn folder(arguments: impl Iterator<Item = OsString>) -> Result<PathBuf, &'static str> {
    let mut arguments = arguments;
    match (arguments.next(), arguments.next(), arguments.next()) {
        (None, None, None) => usual().ok_or(USAGE),
        (Some(option), Some(folder), None) if option == "--home" => Ok(PathBuf::from(folder)),
        _ => Err(USAGE),
    }
}

fn usual() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("LIUHEN_HOME")
        .or_else(|| named("XDG_DATA_HOME").map(|data| data.join("liuhen")))
        .or_else(|| named("HOME").map(|home| home.join(".local/share/liuhen")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_home_is_taken() {
        let given = ["--home", "/srv/one"].map(OsString::from);
        assert_eq!(folder(given.into_iter()), Ok(PathBuf::from("/srv/one")));
    }

    #[test]
    fn anything_else_is_answered_with_the_argument_line() {
        for given in [&["--hom", "/srv/one"][..], &["--home"], &["/srv/one"], &["--home", "/a", "/b"]] {
            assert_eq!(folder(given.iter().map(OsString::from)), Err(USAGE), "{given:?}");
        }
    }
}
