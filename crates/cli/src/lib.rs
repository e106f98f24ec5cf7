//! The same use cases in a terminal, as docs/cli.md says.
//!
//! JSON on standard output (one object, or one line per item of a list), progress and sentences for
//! people on standard error, exit code 0 only on success. Not here: any rule, any branch on the state
//! of a matter; a command is read, handed to `liuhen_app`, and its view printed.

pub mod args;
mod desk;
mod output;
mod passphrase;
mod progress;
mod run;

pub use run::run;
