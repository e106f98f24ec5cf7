//! Commands of the matter (执法记录).

use clap::{Args, Subcommand, ValueEnum};

/// How a matter begins.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Start {
    /// 巡查.
    Patrol,
    /// 行政检查.
    Inspection,
    /// 处置举报.
    Complaint,
}

/// Result of a matter.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Outcome {
    /// 查无违法事实.
    NothingFound,
    /// 劝导.
    Dissuaded,
    /// 现场改正.
    Corrected,
    /// 待复查.
    Recheck,
    /// 转立案.
    ToFile,
}

/// State of a matter.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum State {
    /// Being recorded.
    Open,
    /// Closed.
    Closed,
    /// Voided.
    Voided,
    /// Disputed.
    Disputed,
}

/// Who signs.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum SignerWord {
    /// 当事人.
    Party,
    /// 见证人.
    Witness,
}

/// What a matter begins with.
#[derive(Debug, Args)]
pub struct MatterStart {
    /// How it begins.
    #[arg(long)]
    pub start: Start,
    /// Title.
    #[arg(long, value_name = "T")]
    pub title: String,
    /// Place.
    #[arg(long, value_name = "P")]
    pub place: String,
    /// Second officer: name or id.
    #[arg(long, value_name = "NAME")]
    pub second: Option<String>,
    /// Latitude in decimal degrees, WGS 84.
    #[arg(long, value_name = "DEG", requires = "longitude", allow_hyphen_values = true)]
    pub latitude: Option<String>,
    /// Longitude in decimal degrees, WGS 84.
    #[arg(long, value_name = "DEG", requires = "latitude", allow_hyphen_values = true)]
    pub longitude: Option<String>,
    /// Matter that this one re-checks.
    #[arg(long, value_name = "ID")]
    pub follows: Option<String>,
}

/// `matter …`.
#[derive(Debug, Subcommand)]
pub enum MatterCommand {
    /// Begin a patrol, an inspection or a complaint visit.
    Start(MatterStart),
    /// List matters, newest first.
    List {
        /// Only those in this state.
        #[arg(long)]
        state: Option<State>,
        /// Only own ones.
        #[arg(long)]
        mine: bool,
        /// At most this many.
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
    },
    /// Show a matter with its timeline.
    Show {
        /// Matter id.
        id: String,
    },
    /// Confirm as second officer, by the own key.
    Confirm {
        /// Matter id.
        id: String,
        /// Hash of an entry to confirm; all unconfirmed ones when absent.
        #[arg(long = "entry", value_name = "HASH")]
        entries: Vec<String>,
    },
    /// Record a patrol in one act.
    Patrol {
        /// Title.
        #[arg(long, value_name = "T")]
        title: String,
        /// Place.
        #[arg(long, value_name = "P")]
        place: String,
        /// What was seen and done.
        #[arg(long, value_name = "T")]
        text: String,
        /// Result; stays open when absent.
        #[arg(long, value_name = "R")]
        result: Option<Outcome>,
    },
    /// Stamp the arrival.
    Arrive {
        /// Matter id.
        id: String,
    },
    /// Stamp the departure.
    Leave {
        /// Matter id.
        id: String,
    },
    /// Record that somebody refused to sign.
    Refuse {
        /// Matter id.
        id: String,
        /// Who refused.
        #[arg(long)]
        signer: SignerWord,
        /// Reason.
        #[arg(long, value_name = "T")]
        reason: String,
        /// Name, when known.
        #[arg(long, value_name = "N")]
        name: Option<String>,
        /// Who saw it.
        #[arg(long, value_name = "N")]
        witness: Option<String>,
    },
    /// Record that the certificate was shown.
    Certificate {
        /// Matter id.
        id: String,
    },
    /// Record that rights were told.
    Rights {
        /// Matter id.
        id: String,
    },
    /// Name the party.
    Party {
        /// Matter id.
        id: String,
        /// Name.
        #[arg(long, value_name = "N", required_unless_present = "like", default_value = "")]
        name: String,
        /// Identity number.
        #[arg(long, value_name = "X")]
        number: Option<String>,
        /// Kind of party.
        #[arg(long, value_name = "K")]
        kind: Option<String>,
        /// Matter whose party this is, too.
        #[arg(long, value_name = "ID")]
        like: Option<String>,
    },
    /// Name or change the second officer.
    Second {
        /// Matter id.
        id: String,
        /// Officer: name or id.
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Reason for a change.
        #[arg(long, value_name = "T")]
        reason: Option<String>,
    },
    /// Explain why the second officer cannot confirm.
    Explain {
        /// Matter id.
        id: String,
        /// Reason.
        #[arg(long, value_name = "T")]
        reason: String,
    },
    /// Close with a result.
    Close {
        /// Matter id.
        id: String,
        /// Result.
        #[arg(long, value_name = "R")]
        result: Outcome,
        /// Day of the re-check, YYYY-MM-DD.
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
    },
    /// Void with a reason.
    Void {
        /// Matter id.
        id: String,
        /// Reason.
        #[arg(long, value_name = "T")]
        reason: String,
    },
    /// Hand to another officer.
    Hand {
        /// Matter id.
        id: String,
        /// Officer: name or id.
        #[arg(long, value_name = "NAME")]
        to: String,
        /// Reason.
        #[arg(long, value_name = "T")]
        reason: Option<String>,
    },
    /// Choose between decisions that contradict each other.
    Resolve {
        /// Matter id.
        id: String,
        /// Hash of the entry that holds.
        #[arg(long, value_name = "HASH")]
        chosen: String,
        /// Hash of an entry that does not.
        #[arg(long = "other", value_name = "HASH", required = true)]
        others: Vec<String>,
        /// Reason.
        #[arg(long, value_name = "T")]
        reason: String,
    },
}
