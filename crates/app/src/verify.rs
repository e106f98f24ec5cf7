//! Verifying everything kept here, as if it came from a stranger. Recording goes on meanwhile.

use liuhen_store::work::Work;
use liuhen_store::{HeldCheckpoint, Problem, Scope};

use crate::error::Result;
use crate::evidence;
use crate::input::VerifyHome;
use crate::jobs;
use crate::laptop::Laptop;
use crate::settings::Membership;
use crate::strings::sentence;
use crate::view::{Fault, JobKind, JobResult, JobView, Size, VerifyOutcome};

/// Verifies the home; returns when everything was read.
pub fn verify_home(laptop: &Laptop, input: &VerifyHome, work: &Work) -> Result<VerifyOutcome> {
    laptop.officer()?;
    let vault = laptop.vault()?;
    let township = laptop.membership()?.as_ref().map(Membership::township).transpose()?;
    let signed = |held: &HeldCheckpoint| {
        township.as_ref().is_some_and(|township| {
            liuhen_protocol::Checkpoint::verify(&held.note, &township.log)
                .is_ok_and(|(checkpoint, _)| checkpoint.size == held.size && checkpoint.root == held.root)
        })
    };
    let scope = Scope {
        deep: input.deep,
        vault: Some(&vault),
        note: if township.is_some() { Some(&signed) } else { None },
    };
    let report = liuhen_store::verify(&laptop.lender()?, scope, work)?;
    let sm3_pending = laptop.read(evidence::count_pending)?;
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(VerifyOutcome {
        sound: report.is_sound(),
        deep: input.deep,
        entries: count(report.entries),
        receipts: count(report.receipts),
        media: count(report.media),
        bytes: Size(report.bytes),
        sm3_pending,
        faults: report.problems.iter().map(fault).collect(),
    })
}

fn fault(problem: &Problem) -> Fault {
    let code = serde_json::to_value(problem.code).ok().and_then(|code| code.as_str().map(str::to_owned));
    let code = code.unwrap_or_default();
    let entry = problem.entry.map(|hash| hash.to_string());
    // A file is named by its own digest: that is what one looks for, not the entry that names it.
    let subject = problem.media.clone().or_else(|| entry.clone()).unwrap_or_else(|| problem.detail.clone());
    let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    let mut message = sentence(&format!("result.problem_{code}"), &[("subject", &subject)]);
    if let Some(block) = problem.block {
        message
            .push_str(&sentence("result.problem_block", &[("number", &block.saturating_add(1).to_string())]));
    }
    if let Some(page) = problem.page {
        message.push_str(&sentence("result.problem_at_page", &[("number", &page.to_string())]));
    }
    Fault {
        code,
        subject,
        entry,
        media: problem.media.clone(),
        block: problem.block.map(number),
        page: problem.page.map(number),
        message,
    }
}

/// Starts verifying the home.
pub fn verify(laptop: &Laptop, input: VerifyHome) -> Result<JobView> {
    laptop.officer()?;
    jobs::start(laptop, JobKind::Verify, move |laptop, work| {
        verify_home(laptop, &input, work).map(JobResult::Verify)
    })
}
