//! `liuhen-township`: one binary, no configuration needed. See `liuhen_server::cli` for the commands.

use std::process::ExitCode;

fn main() -> ExitCode {
    liuhen_server::cli::main()
}
