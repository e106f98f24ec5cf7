//! Why the door did not open.

use std::path::PathBuf;

/// Failure to start the desk.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The port is taken or may not be used.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// Port asked for.
        port: u16,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The folder of the built UI has no `index.html`.
    #[error("no user interface in the folder given")]
    NoUi {
        /// Folder looked at.
        folder: PathBuf,
    },
    /// The runtime could not start its threads.
    #[error("the runtime did not start")]
    Runtime(#[source] std::io::Error),
    /// The home could not give randomness or write its address down.
    #[error("the home could not be used: {0}")]
    Home(#[from] liuhen_app::ApiError),
}

impl From<Error> for liuhen_app::ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Listen { port, source } => {
                Self::with("port_taken", &[("port", &port.to_string())]).detail(source)
            }
            Error::NoUi { folder } => Self::with("ui_missing", &[("path", &folder.display().to_string())]),
            Error::Runtime(source) => Self::new("internal").detail(source),
            Error::Home(error) => error,
        }
    }
}
