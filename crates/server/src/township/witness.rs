//! Outside witnesses: asked asynchronously by `add-checkpoint`, or by files that somebody carries.
//!
//! A witness never holds anything up. What it cosigned is kept with its size, shown as "witnessed up to N", and merged into the
//! checkpoint that is served when the sizes agree. Only signatures by the key that was registered count.

use std::time::Duration;

use liuhen_protocol::{Checkpoint, Cosignature, Digest, KeyKind, Note, VerifierKey};
use serde::{Deserialize, Serialize};

use super::ledger::Ledger;
use super::{Township, WitnessOrder, refused};
use crate::{Error, Result};

/// Row of the newest checkpoint that a witness cosigned.
pub(crate) const COSIGNED: &str = "witness.cosigned";
const PREFIX: &str = "witness/";
/// How long a witness may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Largest answer of a witness.
const MAX_ANSWER: usize = 16 << 10;

/// A checkpoint with cosignatures, as kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Cosigned {
    pub(crate) size: u64,
    pub(crate) note: String,
}

/// A registered witness and how far it followed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Witness {
    /// What people call it.
    pub name: String,
    /// Verifier key.
    pub key: String,
    /// Where to ask; none if files are carried.
    pub url: Option<String>,
    /// Size it last cosigned.
    pub size: u64,
    /// Unix seconds of that cosignature, by its own clock.
    pub time: Option<u64>,
}

/// A request to a witness that travels as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessRequest {
    /// Body of `add-checkpoint`.
    pub body: String,
    /// Size it asks for.
    pub size: u64,
}

/// Newest size any witness cosigned.
pub(crate) fn witnessed(ledger: &Ledger) -> Result<Option<u64>> {
    let witnesses = ledger.settings::<Witness>(PREFIX)?;
    Ok(witnesses.into_iter().map(|(_, witness)| witness.size).filter(|size| *size > 0).max())
}

/// The body of `add-checkpoint`: old size, consistency, blank line, checkpoint.
fn body(old: u64, consistency: &[Digest], checkpoint: &str) -> String {
    let mut body = format!("old {old}\n");
    for hash in consistency {
        body.push_str(&hash.to_string());
        body.push('\n');
    }
    body.push('\n');
    body.push_str(checkpoint);
    body
}

enum Answer {
    Cosigned(String),
    Holds(u64),
}

impl Township {
    /// Registers a witness, or changes the address of a known one.
    pub fn add_witness(&self, order: &WitnessOrder) -> Result<Witness> {
        let key = VerifierKey::parse(&order.key)?;
        if key.kind() != KeyKind::Cosigner {
            return Err(refused("witness_key"));
        }
        if order.url.as_ref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
            return Err(refused("witness_url"));
        }
        let row = format!("{PREFIX}{}", order.name);
        let mut ledger = self.ledger();
        let old: Option<Witness> = ledger.setting(&row)?;
        let kept = old.filter(|old| old.key == order.key);
        let witness = Witness {
            name: order.name.clone(),
            key: order.key.clone(),
            url: order.url.clone(),
            size: kept.as_ref().map_or(0, |old| old.size),
            time: kept.and_then(|old| old.time),
        };
        ledger.set_setting(&row, &witness)?;
        Ok(witness)
    }

    /// All witnesses and how far they followed.
    pub fn witnesses(&self) -> Result<Vec<Witness>> {
        Ok(self.ledger().settings::<Witness>(PREFIX)?.into_iter().map(|(_, witness)| witness).collect())
    }

    fn witness(&self, name: &str) -> Result<Witness> {
        self.ledger().setting(&format!("{PREFIX}{name}"))?.ok_or(refused("witness_unknown"))
    }

    /// What a witness is to be asked, as a file.
    pub fn witness_request(&self, name: &str) -> Result<WitnessRequest> {
        let witness = self.witness(name)?;
        self.request_from(witness.size)
    }

    fn request_from(&self, old: u64) -> Result<WitnessRequest> {
        let published = self.published_at_least(old).ok_or(refused("witness_ahead"))?;
        let consistency = self.ledger().consistency(old, published.size)?;
        Ok(WitnessRequest { body: body(old, &consistency, &published.note), size: published.size })
    }

    /// Takes the answer of a witness to a request for `size`: one or more cosignature lines.
    pub fn witness_response(&self, name: &str, request: &str, lines: &str) -> Result<Witness> {
        let mut witness = self.witness(name)?;
        let checkpoint = request
            .split_once("\n\n")
            .map(|(_, checkpoint)| checkpoint)
            .ok_or(Error::Malformed { what: "witness request" })?;
        let note = self.note_in_force();
        let (seen, _) = Checkpoint::verify(checkpoint, &note.note.log)?;
        let key = VerifierKey::parse(&witness.key)?;
        let whole = format!("{}{}", checkpoint, lines.trim_start_matches('\n'));
        let whole = if whole.ends_with('\n') { whole } else { format!("{whole}\n") };
        let cosigned = Note::parse(&whole)?;
        let time = Cosignature::verify(&cosigned, &key)?.time;
        let mut ledger = self.ledger();
        let newest = match ledger.setting::<Cosigned>(COSIGNED)? {
            Some(kept) if kept.size > seen.size => None,
            Some(kept) if kept.size == seen.size => {
                let mut merged = Note::parse(&kept.note)?;
                merged.merge(&cosigned)?;
                Some(merged.to_string())
            }
            _ => Some(cosigned.to_string()),
        };
        if let Some(note) = newest {
            ledger.set_setting(COSIGNED, &Cosigned { size: seen.size, note })?;
        }
        if seen.size >= witness.size {
            witness.size = seen.size;
            witness.time = Some(time);
            ledger.set_setting(&format!("{PREFIX}{name}"), &witness)?;
        }
        metrics::counter!("liuhen_cosignatures_total").increment(1);
        Ok(witness)
    }

    /// A client for asking witnesses.
    pub(crate) fn witness_client() -> Result<reqwest::Client> {
        // Whoever set the process's provider first keeps it; both are the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        reqwest::Client::builder().build().map_err(|error| Error::Witness { what: error.to_string() })
    }

    /// Asks every witness that has an address and is behind. One that does not answer is asked again next time.
    pub async fn ask_witnesses(&self, client: &reqwest::Client) {
        let there = self.clone();
        let Ok(Ok(witnesses)) = tokio::task::spawn_blocking(move || there.witnesses()).await else { return };
        let size = self.published().size;
        for witness in witnesses.into_iter().filter(|witness| witness.url.is_some() && witness.size < size) {
            if let Err(error) = self.ask(client, &witness).await {
                metrics::counter!("liuhen_witness_failures_total").increment(1);
                tracing::warn!(code = error.code(), %error, "a witness could not be asked");
            }
        }
    }

    async fn ask(&self, client: &reqwest::Client, witness: &Witness) -> Result<()> {
        let mut old = witness.size;
        // A witness may hold more than we remember (an answer that got lost): it says so once, then it must fit.
        for _ in 0..2 {
            let there = self.clone();
            let request = crate::door::blocking(move || there.request_from(old)).await?;
            match post(client, witness.url.as_deref().unwrap_or_default(), &request.body).await? {
                Answer::Cosigned(lines) => {
                    let (there, name) = (self.clone(), witness.name.clone());
                    crate::door::blocking(move || there.witness_response(&name, &request.body, &lines))
                        .await?;
                    return Ok(());
                }
                Answer::Holds(size) => old = size,
            }
        }
        Err(Error::Witness { what: "another size twice".into() })
    }
}

async fn post(client: &reqwest::Client, url: &str, body: &str) -> Result<Answer> {
    let failed = |error: reqwest::Error| Error::Witness { what: error.without_url().to_string() };
    let url = format!("{}/add-checkpoint", url.trim_end_matches('/'));
    let response = client.post(url).timeout(PATIENCE).body(body.to_owned()).send().await.map_err(failed)?;
    let status = response.status().as_u16();
    if response.content_length().is_some_and(|length| length > MAX_ANSWER as u64) {
        return Err(Error::Witness { what: "too much".into() });
    }
    let text = response.text().await.map_err(failed)?;
    match status {
        200 if text.len() <= MAX_ANSWER => Ok(Answer::Cosigned(text)),
        409 => text
            .trim()
            .parse()
            .map(Answer::Holds)
            .map_err(|_| Error::Witness { what: "409 without a size".into() }),
        other => Err(Error::Witness { what: format!("status {other}") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_has_the_form_of_the_witness_protocol() {
        let text = body(3, &[Digest([0; 32])], "origin\n5\nroot\n\n— k sig\n");
        assert_eq!(text, format!("old 3\n{}\n\norigin\n5\nroot\n\n— k sig\n", Digest([0; 32])));
    }
}
