//! The arguments, as clap reads them, and how each verb becomes a [`Command`].

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Parser, Subcommand, ValueEnum};
use liuhen_core::Role;
use liuhen_core::series::RevokeReason;
use liuhen_protocol::{Digest, SeriesId};

use crate::control::Command;
use crate::township::{Invitation, NoteChange, RevokeOrder, WitnessOrder};
use crate::{Error, Result};

/// 留痕镇端: one township's server.
#[derive(Debug, Parser)]
#[command(name = "liuhen-township", version, about)]
pub(super) struct Args {
    /// Folder of the township.
    #[arg(long)]
    pub(super) home: PathBuf,
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub(super) json: bool,
    #[command(subcommand)]
    pub(super) verb: Verb,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Makes a township: its keys, its log, its encrypted home. Prints or writes the root and recovery keys once.
    Init {
        /// What people call the township.
        #[arg(long, default_value = "留痕镇端")]
        name: String,
        /// Name of the log: a URL without scheme. Made from a random id if absent.
        #[arg(long)]
        origin: Option<String>,
        /// Folder to write the root and recovery keys to, instead of printing them.
        #[arg(long, alias = "keys")]
        keys_to: Option<PathBuf>,
    },
    /// Opens the door. Prints one JSON line when it is open; ends on SIGTERM after running requests.
    Serve {
        /// Address and port; port 0 takes a free one.
        #[arg(long, default_value = "127.0.0.1:8443")]
        listen: SocketAddr,
    },
    /// Makes an enrolment code for one officer: good once, within 24 hours.
    Invite {
        /// Another key for an officer known already (id or name).
        #[arg(long)]
        officer: Option<String>,
        /// Name.
        #[arg(long)]
        name: Option<String>,
        /// Number of the certificate.
        #[arg(long)]
        certificate: Option<String>,
        /// Last valid day of the certificate, YYYY-MM-DD.
        #[arg(long, value_parser = date)]
        valid_until: Option<NaiveDate>,
        /// officer, auxiliary, handler, reviewer, head, archivist, supervisor, sysadmin, secadmin or auditor.
        #[arg(long, value_parser = role)]
        role: Option<Role>,
        /// Agency that the certificate names.
        #[arg(long)]
        agency: Option<String>,
    },
    /// Lists officers and their keys.
    Officers,
    /// Gives a further role, or renews a certificate.
    Grant {
        /// Id or name.
        officer: String,
        /// The role.
        #[arg(long, value_parser = role)]
        role: Role,
        /// Number of the certificate, if it changed.
        #[arg(long)]
        certificate: Option<String>,
        /// Last valid day, if it changed.
        #[arg(long, value_parser = date)]
        valid_until: Option<NaiveDate>,
        /// Agency, if it changed.
        #[arg(long)]
        agency: Option<String>,
    },
    /// Takes a role back.
    Withdraw {
        /// Id or name.
        officer: String,
        /// The role.
        #[arg(long, value_parser = role)]
        role: Role,
        /// Why.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Ends the right of an officer's keys, or of one key.
    Revoke {
        /// All keys of this officer (id or name).
        #[arg(long, conflicts_with = "series")]
        officer: Option<String>,
        /// One key, by the hex name of its series.
        #[arg(long, value_parser = series)]
        series: Option<SeriesId>,
        /// Why.
        #[arg(long)]
        reason: Reason,
        /// Last trusted entry of the series as EPOCH:SEQ; without it, the last one held now.
        #[arg(long, value_parser = place)]
        last: Option<(u32, u64)>,
    },
    /// Entries that arrived without a right (待核).
    #[command(subcommand)]
    Pending(Pending),
    /// Outside witnesses of the log.
    #[command(subcommand)]
    Witness(Witness),
    /// Signs a new version of the township note with the root key.
    Note {
        /// File with the root key.
        #[arg(long)]
        root_key: PathBuf,
        /// Name a registered witness in the note.
        #[arg(long)]
        witness: Vec<String>,
        /// How many witnesses laptops shall demand.
        #[arg(long)]
        quorum: Option<u32>,
        /// Take the next TLS key into use and make another next one; serve again afterwards.
        #[arg(long)]
        rotate_tls: bool,
    },
    /// Lists laptops silent and media overdue.
    Laptops {
        /// Days after which a laptop is called silent.
        #[arg(long, default_value_t = 3)]
        silent_days: i64,
        /// Days after which media are called overdue.
        #[arg(long, default_value_t = 2)]
        overdue_days: i64,
    },
    /// Checks signatures, chains, the tree, receipts and files.
    Verify {
        /// Read every byte of database and media too.
        #[arg(long)]
        deep: bool,
    },
    /// Writes a backup that opens with the recovery key.
    Backup {
        /// File to write; must not exist.
        #[arg(long)]
        out: PathBuf,
    },
    /// Makes a township from a backup. With entries lost it begins a new log, which needs the root key.
    Restore {
        /// The backup.
        #[arg(long = "in")]
        input: PathBuf,
        /// File with the recovery key.
        #[arg(long)]
        recovery_key: Option<PathBuf>,
        /// File with the root key.
        #[arg(long)]
        root_key: Option<PathBuf>,
        /// The newest checkpoint known of the old log, to show whether entries were lost.
        #[arg(long)]
        checkpoint: Option<PathBuf>,
    },
    /// Takes in parcels from a folder and writes the answers.
    Carry {
        /// Folder with parcels from laptops.
        #[arg(long = "in")]
        input: PathBuf,
        /// Folder for the answers.
        #[arg(long)]
        out: PathBuf,
    },
    /// Whether this home is served, and how long its log is.
    Status,
}

/// Late entries.
#[derive(Debug, Subcommand)]
pub(super) enum Pending {
    /// Lists them.
    List,
    /// They count.
    Admit(Judgement),
    /// They do not count.
    Decline(Judgement),
}

#[derive(Debug, clap::Args)]
pub(super) struct Judgement {
    /// Entries, by hash; none: all that wait.
    #[arg(value_parser = hash)]
    entries: Vec<Digest>,
    /// Why.
    #[arg(long)]
    reason: String,
    /// The supervisor in whose name it is done, id or name.
    #[arg(long)]
    by: String,
}

/// Witnesses.
#[derive(Debug, Subcommand)]
pub(super) enum Witness {
    /// Registers one.
    Add {
        /// What people call it.
        #[arg(long)]
        name: String,
        /// Its verifier key.
        #[arg(long)]
        key: String,
        /// Where `add-checkpoint` is; without it, files are carried.
        #[arg(long)]
        url: Option<String>,
    },
    /// Lists them and how far they followed.
    List,
    /// Writes a request to be carried to a witness.
    Request {
        /// Which.
        #[arg(long)]
        name: String,
        /// File to write.
        #[arg(long)]
        out: PathBuf,
    },
    /// Takes the answer that was carried back.
    Response {
        /// Which.
        #[arg(long)]
        name: String,
        /// The request that was carried.
        #[arg(long)]
        request: PathBuf,
        /// The answer.
        #[arg(long = "in")]
        input: PathBuf,
    },
}

/// Why a key is revoked.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Reason {
    /// The person left.
    Left,
    /// Another key took its place.
    Replaced,
    /// The laptop is lost.
    Lost,
    /// Somebody else may have used the key.
    Compromised,
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| format!("{word} is no role"))
}

fn date(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "YYYY-MM-DD is wanted".to_owned())
}

fn series(hex: &str) -> Result<SeriesId, String> {
    SeriesId::from_hex(hex).map_err(|error| error.to_string())
}

fn hash(text: &str) -> Result<Digest, String> {
    Digest::from_base64(text).map_err(|error| error.to_string())
}

fn place(text: &str) -> Result<(u32, u64), String> {
    let parsed = text.split_once(':').and_then(|(epoch, seq)| Some((epoch.parse().ok()?, seq.parse().ok()?)));
    parsed.ok_or_else(|| "EPOCH:SEQ is wanted".to_owned())
}

fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

impl Verb {
    /// The command for the process that owns the home.
    pub(super) fn into_command(self) -> Result<Command> {
        Ok(match self {
            Self::Init { .. } | Self::Serve { .. } | Self::Restore { .. } => {
                return Err(Error::Malformed { what: "command" });
            }
            Self::Status => Command::Status,
            Self::Invite { officer, name, certificate, valid_until, role, agency } => {
                Command::Invite(Invitation { officer, name, certificate, valid_until, role, agency })
            }
            Self::Officers => Command::Officers,
            Self::Grant { officer, role, certificate, valid_until, agency } => {
                Command::Grant { officer, role, certificate, agency, valid_until }
            }
            Self::Withdraw { officer, role, reason } => Command::Withdraw { officer, role, reason },
            Self::Revoke { officer, series, reason, last } => {
                let reason = match reason {
                    Reason::Left => RevokeReason::Left,
                    Reason::Replaced => RevokeReason::Replaced,
                    Reason::Lost => RevokeReason::Lost,
                    Reason::Compromised => RevokeReason::Compromised,
                };
                Command::Revoke(RevokeOrder { officer, series, reason, last })
            }
            Self::Pending(Pending::List) => Command::PendingList,
            Self::Pending(Pending::Admit(Judgement { entries, reason, by })) => {
                Command::PendingJudge { admit: true, entries, reason, by }
            }
            Self::Pending(Pending::Decline(Judgement { entries, reason, by })) => {
                Command::PendingJudge { admit: false, entries, reason, by }
            }
            Self::Witness(Witness::Add { name, key, url }) => {
                Command::WitnessAdd(WitnessOrder { name, key, url })
            }
            Self::Witness(Witness::List) => Command::WitnessList,
            Self::Witness(Witness::Request { name, out }) => {
                Command::WitnessRequest { name, out: absolute(out) }
            }
            Self::Witness(Witness::Response { name, request, input }) => {
                Command::WitnessResponse { name, request: absolute(request), response: absolute(input) }
            }
            Self::Note { root_key, witness, quorum, rotate_tls } => {
                let root_key = super::read_key(root_key)?;
                Command::Note { root_key, change: NoteChange { witnesses: witness, quorum, rotate_tls } }
            }
            Self::Laptops { silent_days, overdue_days } => Command::Laptops { silent_days, overdue_days },
            Self::Verify { deep } => Command::Verify { deep },
            Self::Backup { out } => Command::Backup { out: absolute(out) },
            Self::Carry { input, out } => Command::Carry { input: absolute(input), output: absolute(out) },
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_lines_of_the_manual_are_read() {
        for line in [
            "init --name 镇 --keys-to /media/usb",
            "serve --listen 127.0.0.1:0",
            "invite --name 李 --certificate 33 --valid-until 2028-01-01 --role officer",
            "invite --officer 李",
            "revoke --officer 李 --reason left",
            "pending list",
            "pending admit --reason 核对 --by 王",
            "witness add --name w --key k --url http://127.0.0.1:1",
            "verify --deep",
            "backup --out f",
            "restore --in f --root-key r",
            "carry --in a --out b",
        ] {
            let words = ["liuhen-township", "--home", "h", "--json"].into_iter().chain(line.split(' '));
            assert!(Args::try_parse_from(words).is_ok(), "{line}");
        }
    }
}
