//! Monday, nine o'clock: many laptops with 50 entries each, all at the same moment, each from an address of its own.
//!
//! `prepare` enrols the keys and lets each laptop's own store sign its entries, in memory; `run` is the rush itself: sign
//! in, ask for heads, push, pull to the last page, and come again whenever the township says so. The township's memory is
//! read from outside.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Subcommand;
use liuhen_core::ids::OfficerId;
use liuhen_core::matter::StartKind;
use liuhen_protocol::wire::{
    Challenge, ChallengeRequest, EnrolRequest, HeadsAnswer, HeadsRequest, PullAnswer, PullRequest, PushBatch,
    ReceiptsAnswer, Session, SessionRequest, WireEntry, challenge_message, enrolment_message, secret_text,
};
use liuhen_protocol::{Digest, Domain, EnrolmentCode, PublicKey, SeriesId, Sign, Signature, Township as _};
use liuhen_server::control::{self, Command};
use liuhen_server::township::Invitation;
use liuhen_store::journal::{Mode, Store};
use liuhen_store::{Memory, Moment, Signer};
use liuhen_sync::{Bandwidth, HttpTownship, Trust};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Result, world};

/// The two halves of the measurement.
#[derive(Debug, Subcommand)]
pub(crate) enum Crowd {
    /// Enrols so many laptops at a township that is served, and lets the entries be made.
    Prepare {
        #[arg(long, default_value_t = 2000)]
        laptops: u32,
        #[arg(long, default_value_t = 50)]
        entries: u32,
        /// The township's home, for its operator's door.
        #[arg(long)]
        township: PathBuf,
        #[arg(long)]
        url: String,
        /// Pin of the root key, base64.
        #[arg(long)]
        pin: String,
        /// Pin of the TLS key, base64.
        #[arg(long)]
        tls: String,
        /// Where the laptops are kept.
        #[arg(long)]
        out: PathBuf,
    },
    /// Lets them all sync at once.
    Run {
        #[arg(long)]
        laptops: PathBuf,
        #[arg(long)]
        url: String,
        #[arg(long)]
        pin: String,
    },
}

/// A laptop that waits for nine o'clock. Its sign-in cannot be made before, so its key is kept: it is a key of nobody.
#[derive(Serialize, Deserialize)]
struct Waiting {
    seed: u64,
    key: PublicKey,
    entries: Vec<WireEntry>,
}

/// The key of a laptop: repeatable, as nobody's keys are elsewhere.
fn signer(seed: u64) -> Result<Signer> {
    Ok(Signer::generate(&Moment::fixed(chrono::DateTime::UNIX_EPOCH, seed))?)
}

pub(crate) fn run(crowd: Crowd) -> Result<Value> {
    match crowd {
        Crowd::Prepare { laptops, entries, township, url, pin, tls, out } => {
            let door = HttpTownship::new(
                &url,
                Trust::FirstContact,
                Arc::new(Bandwidth::unlimited()),
                Arc::default(),
            )?;
            let (pin, tls) = (Digest::from_base64(&pin)?, Digest::from_base64(&tls)?);
            let mut waiting = Vec::new();
            for number in 0..laptops {
                let seed = 1_000_000 + u64::from(number);
                let signer = signer(seed)?;
                let officer = enrol(&door, &township, &pin, &tls, &signer, number)?;
                waiting.push(Waiting {
                    seed,
                    key: signer.public_key(),
                    entries: record(&signer, &officer, entries)?,
                });
            }
            std::fs::write(out, serde_json::to_vec(&waiting)?)?;
            Ok(json!({ "laptops": laptops }))
        }
        Crowd::Run { laptops, url, pin } => {
            let waiting: Vec<Waiting> = serde_json::from_slice(&std::fs::read(laptops)?)?;
            rush(waiting, url, Digest::from_base64(&pin)?)
        }
    }
}

fn enrol(
    door: &HttpTownship,
    township: &std::path::Path,
    pin: &Digest,
    tls: &Digest,
    signer: &Signer,
    number: u32,
) -> Result<OfficerId> {
    let invitation = Invitation {
        officer: None,
        name: Some(format!("执法员{number}")),
        certificate: Some(format!("DEMO-{number:04}")),
        valid_until: "2099-12-31".parse().ok(),
        role: serde_json::from_value("officer".into()).ok(),
        agency: None,
    };
    let answer = control::ask(township, &Command::Invite(invitation))?.ok_or("the township is not served")?;
    let answer = answer.map_err(|fault| format!("{fault:?}"))?;
    let code = EnrolmentCode::parse(answer["code"].as_str().ok_or("no code")?)?;
    let nonce = Digest(Moment::system().random()?);
    let message = enrolment_message(&nonce, pin, tls, &signer.public_key());
    let request = EnrolRequest {
        secret: secret_text(&code.secret),
        public_key: signer.public_key(),
        seal: Digest([7; 32]),
        device: format!("laptop {number}"),
        nonce,
        signature: signer.sign(Domain::Enrolment, &message),
    };
    Ok(OfficerId::from(door.enrol(&request)?.holder))
}

/// Entries of one patrol, signed by a store in memory: `series.opened` comes first by itself.
fn record(signer: &Signer, officer: &OfficerId, entries: u32) -> Result<Vec<WireEntry>> {
    let mut store = Store::open(Box::new(Memory::default()), Moment::system(), Mode::Laptop)?;
    let id = Moment::system().uuid()?.to_string();
    let mut all = vec![world::started(&id, 1, StartKind::Patrol, officer)];
    all.extend((1..entries).map(|number| world::note(&id, world::text(number, 0))));
    let last = store.commit(signer, all)?.pop().ok_or("nothing was written")?;
    let stored = store.entries_from(&signer.series(), last.epoch, 1, 1000, 8 << 20)?;
    let wire = stored.iter().map(|entry| {
        let body = entry.salt.as_ref().zip(entry.body.as_deref());
        Ok(WireEntry::new(&entry.item, body)?)
    });
    wire.collect()
}

#[tokio::main]
async fn rush(waiting: Vec<Waiting>, url: String, pin: Digest) -> Result<Value> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let laptops = waiting.len();
    let begun = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for (number, waiting) in waiting.into_iter().enumerate() {
        let line = Line::new(number, &url)?;
        running.spawn(async move { line.sync(waiting, pin).await });
    }
    let (mut receipts, mut busy, mut slowest) = (0, 0, Duration::ZERO);
    while let Some(done) = running.join_next().await {
        let (got, waits) = done??;
        receipts += got;
        busy += waits;
        slowest = begun.elapsed();
    }
    Ok(
        json!({ "laptops": laptops, "receipts": receipts, "told_to_wait": busy, "seconds": slowest.as_secs_f64() }),
    )
}

/// One laptop's connection, from an address of its own: the township counts strangers by address.
struct Line {
    client: reqwest::Client,
    url: String,
    token: String,
    waits: u32,
}

impl Line {
    fn new(number: usize, url: &str) -> Result<Self> {
        let place = u32::try_from(number)? + 2;
        let address = Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 1, 0, 0)) + place);
        let client = reqwest::Client::builder()
            .tls_danger_accept_invalid_certs(true)
            .no_proxy()
            .http1_only()
            .local_address(IpAddr::V4(address))
            .build()?;
        Ok(Self { client, url: url.to_owned(), token: String::new(), waits: 0 })
    }

    /// Asks until it is answered; a township that is busy says when to come again.
    async fn ask<Q: Serialize, A: serde::de::DeserializeOwned>(
        &mut self,
        path: &str,
        question: &Q,
    ) -> Result<A> {
        let body = zstd::encode_all(serde_json::to_vec(question)?.as_slice(), 1)?;
        loop {
            let request = self
                .client
                .post(format!("{}/api/{path}", self.url))
                .bearer_auth(&self.token)
                .header("content-type", "application/json")
                .header("content-encoding", "zstd");
            let answer = request.body(body.clone()).send().await?;
            if answer.status().as_u16() != 503 && answer.status().as_u16() != 429 {
                let answer = answer.error_for_status()?.bytes().await?;
                return Ok(serde_json::from_slice(&answer)?);
            }
            self.waits += 1;
            let pause =
                answer.headers().get("retry-after").and_then(|after| after.to_str().ok()?.parse().ok());
            tokio::time::sleep(Duration::from_secs(pause.unwrap_or(1))).await;
        }
    }

    async fn sync(mut self, waiting: Waiting, pin: Digest) -> Result<(usize, u32)> {
        let series = SeriesId::of(&waiting.key);
        let challenge: Challenge = self.ask("challenge", &ChallengeRequest { series }).await?;
        let message = challenge_message(&challenge.nonce, &pin);
        let signature: Signature = signer(waiting.seed)?.sign(Domain::Challenge, &message);
        let request = SessionRequest { series, nonce: challenge.nonce, signature };
        self.token = self.ask::<_, Session>("session", &request).await?.token;
        let heads = HeadsRequest { series: vec![(series, 1)] };
        drop(self.ask::<_, HeadsAnswer>("heads", &heads).await?);
        let count = waiting.entries.len();
        let batch = PushBatch { v: 1, known: 0, keys: vec![waiting.key], entries: waiting.entries };
        let answer: ReceiptsAnswer = self.ask("push", &batch).await?;
        if answer.receipts.len() != count || count == 0 {
            return Err(format!("{} of {count} receipts: {:?}", answer.receipts.len(), answer.stopped).into());
        }
        let (mut after, mut more) = (0, true);
        while more {
            let request = PullRequest { after, limit: 1000, known: 0, prove: Vec::new(), held: Vec::new() };
            let page: PullAnswer = self.ask("pull", &request).await?;
            (after, more) = (page.next, page.more);
        }
        Ok((answer.receipts.len(), self.waits))
    }
}
