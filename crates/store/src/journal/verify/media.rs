//! Media files and manifests against the entries that name them.

use std::collections::{BTreeSet, HashMap};
use std::io::Read as _;

use liuhen_protocol::{Digest, Manifest};
use serde_json::Value;

use super::entries::NamedMedia;
use super::{Lend, Problem, ProblemCode, Verification};
use crate::error::Result;
use crate::journal::Mode;
use crate::vault::{Damage, Error, Held, Vault};

/// The largest manifest read into memory: what describes 3 TB.
const MAX_MANIFEST: u64 = 64 << 20;

impl<L: Lend> Verification<'_, L> {
    /// Every file of the vault: those that entries name with their manifests, and all others.
    pub(super) fn media(&mut self, vault: &Vault, mode: Mode, named: &[NamedMedia]) -> Result<()> {
        let held = self.lender.lend(super::super::Store::all_held)?;
        let rows: HashMap<Digest, Held> = held.iter().map(|row| (row.digest, *row)).collect();
        let mut checked = BTreeSet::new();
        let mut said = Vec::new();
        for media in named {
            let digest = |name: &str| {
                media.fields.get(name).and_then(Value::as_str).and_then(|text| Digest::from_hex(text).ok())
            };
            let Some(sha256) = digest("sha256") else { continue };
            // Bytes of others, or erased here after their receipt, need not be in this home.
            let Some(row) = rows.get(&sha256) else { continue };
            if let Some(sm3) = digest("sm3").filter(|_| self.scope.deep) {
                said.push((sha256, sm3, media));
            }
            if !media.fields.contains_key("manifest") {
                // An SM3 said later: it names no other file.
                continue;
            }
            let named = digest("manifest");
            checked.extend(named);
            let manifest = named.and_then(|digest| read_manifest(vault, &digest, rows.get(&digest)));
            let problem = |code, detail: String| {
                let mut problem = Problem::new(code, detail).entry(media.entry, media.place);
                problem.media = Some(sha256.to_hex());
                problem
            };
            // Media and manifest come to a township one after the other; a laptop writes both before the entry.
            let to_come = mode == Mode::Township
                && named.is_some_and(|digest| !rows.contains_key(&digest) && !vault.holds(&digest));
            let fits = manifest.as_ref().is_some_and(|manifest| manifest.sha256 == sha256.to_hex());
            if !fits && !to_come {
                let named = named.map_or_else(|| "none named".to_owned(), |digest| digest.to_hex());
                self.wrong(problem(ProblemCode::Manifest, format!("manifest {named}")));
            }
            let size = media.fields.get("size").map(|size| size.to_string().trim_matches('"').to_owned());
            if size != Some(row.size.to_string()) {
                self.wrong(problem(ProblemCode::Media, "size".to_owned()));
            }
            if checked.insert(sha256) {
                for mut found in self.file(vault, row, manifest.as_ref())? {
                    (found.entry, found.place) = (Some(media.entry), Some(media.place));
                    self.wrong(found);
                }
            }
        }
        self.sm3(vault, &said)?;
        for row in held.iter().filter(|row| !checked.contains(&row.digest)) {
            let found = self.file(vault, row, None)?;
            self.report.problems.extend(found);
        }
        Ok(())
    }

    /// Each SM3 that entries say of a sound file, against its bytes.
    fn sm3(&mut self, vault: &Vault, said: &[(Digest, Digest, &NamedMedia)]) -> Result<()> {
        let mut computed: HashMap<Digest, Digest> = HashMap::new();
        for (sha256, sm3, media) in said {
            if !computed.contains_key(sha256) {
                match vault.complete_sm3(sha256, self.work) {
                    Ok(found) => drop(computed.insert(*sha256, found)),
                    // Damage was named with the file itself.
                    Err(error) if error.is_damage() || is_named(&error) => continue,
                    Err(error) => return Err(error.into()),
                }
            }
            if computed.get(sha256) != Some(sm3) {
                let mut problem = Problem::new(ProblemCode::Media, "sm3").entry(media.entry, media.place);
                problem.media = Some(sha256.to_hex());
                self.wrong(problem);
            }
        }
        Ok(())
    }

    fn file(&mut self, vault: &Vault, row: &Held, manifest: Option<&Manifest>) -> Result<Vec<Problem>> {
        self.work.check()?;
        let deep = self.scope.deep;
        let mut report = vault.check(&row.digest, Some(&row.header), manifest, deep, self.work)?;
        // Erased, lawfully, while the check was on its way to it.
        if report.damage == [Damage::Missing] && self.lender.lend(|store| store.held(&row.digest))?.is_none()
        {
            report.damage.clear();
        }
        self.report.media += 1;
        self.report.bytes += if deep { row.size } else { 0 };
        let problem = |damage| {
            let mut problem = Problem::new(ProblemCode::Media, format!("{damage:?}"));
            problem.media = Some(row.digest.to_hex());
            problem.damage = Some(damage);
            if let Damage::Block(block) = damage {
                problem.block = Some(block);
            }
            problem
        };
        Ok(report.damage.into_iter().map(problem).collect())
    }
}

/// What a check of the file itself has named as well.
const fn is_named(error: &Error) -> bool {
    matches!(error, Error::Missing | Error::WrongDigest)
}

/// The manifest of that digest, if it is whole.
fn read_manifest(vault: &Vault, digest: &Digest, row: Option<&Held>) -> Option<Manifest> {
    let mut reader = vault.open(digest, row.map(|row| &row.header)).ok()?.take(MAX_MANIFEST);
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).ok()?;
    (Digest::of(&bytes) == *digest).then(|| Manifest::decode(&bytes).ok()).flatten()
}
