//! docs/cli.md says what the program does: each argument line and each JSON field, from the program.
//! `LIUHEN_BLESS=1` writes the two parts that are made.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, Command, CommandFactory as _};
use liuhen_cli::args::Arguments;

/// What each command prints: a view, once or a line per item.
const ANSWERS: &[(&str, &str)] = &[
    ("enrol", "HomeView"),
    ("passphrase change", "Done"),
    ("recover", "HomeView"),
    ("matter start", "MatterView"),
    ("matter list", "MatterLine*"),
    ("matter show", "MatterView"),
    ("matter confirm", "MatterView"),
    ("matter patrol", "MatterView"),
    ("matter arrive", "MatterView"),
    ("matter leave", "MatterView"),
    ("matter refuse", "MatterView"),
    ("matter certificate", "MatterView"),
    ("matter rights", "MatterView"),
    ("matter party", "MatterView"),
    ("matter second", "MatterView"),
    ("matter explain", "MatterView"),
    ("matter close", "MatterView"),
    ("matter void", "MatterView"),
    ("matter hand", "MatterView"),
    ("matter resolve", "MatterView"),
    ("note add", "TimelineItem"),
    ("note list", "TimelineItem*"),
    ("media import", "ImportOutcome"),
    ("media list", "MediaView*"),
    ("media digest", "DigestOutcome"),
    ("media check", "MediaCheck"),
    ("media link", "MediaView"),
    ("media unlink", "MediaView"),
    ("media mark", "MediaView"),
    ("media sources", "MediaSource*"),
    ("media watch", "MediaSource*"),
    ("media clear", "ClearOutcome"),
    ("media erase", "MediaView"),
    ("media open", "SavedFile"),
    ("draft new", "DraftView"),
    ("draft set", "DraftView"),
    ("draft show", "DraftView"),
    ("draft list", "DraftLine*"),
    ("draft resolve", "DraftView"),
    ("camera check", "CameraLine*"),
    ("camera missing", "CameraLine*"),
    ("camera return", "CameraLine*"),
    ("camera list", "CameraLine*"),
    ("search", "SearchHit*"),
    ("parties", "PartyMemory*"),
    ("findings", "FindingView*"),
    ("finding answer", "FindingView"),
    ("shift show", "ShiftView"),
    ("shift end", "ShiftView"),
    ("officers", "OfficerView*"),
    ("sync", "SyncOutcome"),
    ("status", "StatusView"),
    ("receipt show", "ReceiptView"),
    ("verify", "VerifyOutcome"),
    ("export", "ExportOutcome"),
    ("verify-bundle", "BundleCheck"),
    ("rebuild", "RebuildOutcome"),
    ("sweep", "SweepOutcome"),
    ("desk", ""),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// An argument as it stands on the line.
fn shown(argument: &Arg) -> String {
    let values = argument.get_possible_values();
    let name = argument.get_value_names().map(|names| names[0].to_string()).unwrap_or_default();
    let takes = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    let value = match (takes, values.is_empty()) {
        (false, _) => String::new(),
        (true, true) => name,
        (true, false) => {
            values.iter().map(clap::builder::PossibleValue::get_name).collect::<Vec<_>>().join("|")
        }
    };
    let many = if matches!(argument.get_action(), ArgAction::Append) { "…" } else { "" };
    let plain = match argument.get_long() {
        Some(long) if value.is_empty() => format!("--{long}"),
        Some(long) => format!("--{long} {value}"),
        None => value,
    };
    if argument.is_required_set() { format!("{plain}{many}") } else { format!("[{plain}]{many}") }
}

/// All commands with their argument lines and what they are for.
fn commands(command: &Command, path: &str, found: &mut Vec<(String, String, String)>) {
    for sub in command.get_subcommands() {
        let path = format!("{path} {}", sub.get_name()).trim().to_owned();
        if sub.has_subcommands() {
            commands(sub, &path, found);
            continue;
        }
        let own = |argument: &&Arg| {
            !argument.is_global_set() && !matches!(argument.get_id().as_str(), "help" | "version")
        };
        let (mut needed, mut free) = (Vec::new(), Vec::new());
        for argument in sub.get_arguments().filter(own) {
            if argument.is_required_set() { &mut needed } else { &mut free }.push(shown(argument));
        }
        let line = [vec![format!("liuhen {path}")], needed, free].concat().join(" ");
        found.push((path, line, sub.get_about().map(ToString::to_string).unwrap_or_default()));
    }
}

/// The TypeScript declarations, by name: what the views hold.
fn declarations() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(root().join("ui/src/api/bindings/api.ts")).unwrap();
    text.split("\nexport type ")
        .skip(1)
        .filter_map(|part| {
            let (name, rest) = part.split_once(" = ")?;
            // The comment of the next type follows the last semicolon.
            Some((name.to_owned(), rest.rsplit_once(';').map_or(rest, |(body, _)| body).to_owned()))
        })
        .collect()
}

/// Without its comments, on one line.
fn flat(declaration: &str) -> String {
    let mut text = String::new();
    let mut rest = declaration;
    while let Some((before, comment)) = rest.split_once("/**") {
        text.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn page_of_commands() -> String {
    let mut found = Vec::new();
    commands(&Arguments::command(), "", &mut found);
    let answers: BTreeMap<_, _> = ANSWERS.iter().copied().collect();
    let mut page = String::new();
    for (path, line, about) in &found {
        let answer = answers.get(path.as_str()).unwrap_or_else(|| panic!("ANSWERS says nothing of {path}"));
        let prints = match answer.strip_suffix('*') {
            Some(view) => format!("One line per item: `{view}`."),
            None if answer.is_empty() => "Prints `{address, open}` and stays.".to_owned(),
            None => format!("Prints `{answer}`."),
        };
        write!(page, "\n```\n{line}\n```\n{about}. {prints}\n").unwrap();
    }
    assert_eq!(found.len(), ANSWERS.len(), "every answer belongs to a command");
    page
}

fn page_of_views() -> String {
    let declarations = declarations();
    let mut wanted: BTreeSet<String> = BTreeSet::from(["ApiError".to_owned()]);
    let mut open: Vec<String> =
        ANSWERS.iter().map(|(_, view)| view.trim_end_matches('*').to_owned()).collect();
    while let Some(name) = open.pop() {
        let Some(declaration) = declarations.get(&name) else { continue };
        if !wanted.insert(name) {
            continue;
        }
        let words = flat(declaration);
        open.extend(
            words
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| declarations.contains_key(*word))
                .map(str::to_owned),
        );
    }
    let mut page = String::new();
    for name in wanted {
        writeln!(page, "\n**{name}** `{}`", flat(&declarations[&name])).unwrap();
    }
    page
}

/// Exchanges what stands between two marks.
fn with_part(page: &str, mark: &str, part: &str) -> String {
    let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- end of {mark} -->"));
    let (before, rest) = page.split_once(&begin).expect("docs/cli.md has the mark");
    let (_, after) = rest.split_once(&end).expect("docs/cli.md has the end mark");
    format!("{before}{begin}{part}\n{end}{after}")
}

#[test]
fn the_document_is_what_the_program_says() {
    let path = root().join("docs/cli.md");
    let kept = std::fs::read_to_string(&path).unwrap();
    let made = with_part(&kept, "commands", &page_of_commands());
    let made = with_part(&made, "views", &page_of_views());
    if std::env::var_os("LIUHEN_BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap() == made, "docs/cli.md is stale: run with LIUHEN_BLESS=1");
}

#[test]
fn the_argument_line_is_sound() {
    Arguments::command().debug_assert();
}
