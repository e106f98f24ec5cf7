//! Media files against the entries that name them.

use std::collections::BTreeSet;
use std::io::Read as _;

use liuhen_protocol::{Digest, Manifest};
use serde_json::Value;

use super::entries::NamedMedia;
use super::{Problem, ProblemCode, VerifyReport};
use crate::error::Result;
use crate::journal::Store;
use crate::vault::{Damage, Header, Vault};
use crate::work::Work;

/// The largest manifest read into memory: what describes 3 TB.
const MAX_MANIFEST: u64 = 64 << 20;

impl Store {
    pub(super) fn verify_media(
        &self,
        vault: &Vault,
        deep: bool,
        named: &[NamedMedia],
        work: &Work,
        report: &mut VerifyReport,
    ) -> Result<()> {
        let held = self.all_held()?;
        let mut checked = BTreeSet::new();
        for media in named {
            let digest = |name: &str| {
                media.fields.get(name).and_then(Value::as_str).and_then(|text| Digest::from_hex(text).ok())
            };
            let Some(sha256) = digest("sha256") else { continue };
            // Bytes of others, or erased here after their receipt, need not be in this home.
            let Some(row) = held.iter().find(|row| row.digest == sha256) else { continue };
            let manifest = digest("manifest").and_then(|digest| read_manifest(vault, &digest));
            let problem = |code, detail: &str| {
                let mut problem = Problem::new(code, detail).entry(media.entry, media.place);
                problem.media = Some(sha256.to_hex());
                problem
            };
            match &manifest {
                Some(manifest) if manifest.sha256 == sha256.to_hex() => {}
                _ => report.problems.push(problem(ProblemCode::Manifest, "manifest")),
            }
            let said = media.fields.get("size").map(|size| size.to_string().trim_matches('"').to_owned());
            if said != Some(row.size.to_string()) {
                report.problems.push(problem(ProblemCode::Media, "size"));
            }
            if checked.insert(sha256) {
                let found = Found { digest: sha256, header: row.header, manifest };
                report.problems.extend(check(vault, &found, deep, work, report.media)?.into_iter().map(
                    |mut found| {
                        (found.entry, found.place) = (Some(media.entry), Some(media.place));
                        found
                    },
                ));
                report.media += 1;
            }
        }
        for row in held.iter().filter(|row| !checked.contains(&row.digest)) {
            let found = Found { digest: row.digest, header: row.header, manifest: None };
            report.problems.extend(check(vault, &found, deep, work, report.media)?);
            report.media += 1;
        }
        Ok(())
    }
}

struct Found {
    digest: Digest,
    header: Header,
    manifest: Option<Manifest>,
}

fn check(vault: &Vault, found: &Found, deep: bool, work: &Work, _done: u64) -> Result<Vec<Problem>> {
    work.check()?;
    let report = vault.check(&found.digest, Some(&found.header), found.manifest.as_ref(), deep, work)?;
    Ok(report
        .damage
        .into_iter()
        .map(|damage| {
            let mut problem = Problem::new(ProblemCode::Media, format!("{damage:?}"));
            problem.media = Some(found.digest.to_hex());
            problem.block = match damage {
                Damage::Block(block) => Some(block),
                _ => None,
            };
            problem
        })
        .collect())
}

/// The manifest of that digest, if it is whole.
fn read_manifest(vault: &Vault, digest: &Digest) -> Option<Manifest> {
    let mut reader = vault.open(digest, None).ok()?.take(MAX_MANIFEST);
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).ok()?;
    (Digest::of(&bytes) == *digest).then(|| Manifest::decode(&bytes).ok()).flatten()
}
