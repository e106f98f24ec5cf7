//! `liuhen`: the terminal of a laptop.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    // The hidden child that reads the facts of foreign files: alone, or not at all.
    if arguments.next().is_some_and(|first| first == liuhen_app::FACTS_ARGUMENT) && arguments.next().is_none()
    {
        return liuhen_app::facts_child();
    }
    liuhen_cli::run(std::env::args_os())
}
